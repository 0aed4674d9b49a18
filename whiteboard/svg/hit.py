"""Points, rectangles and strokes against flattened outlines. All in one space, no elements here."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from typing import TypeAlias

from whiteboard.svg.plan import Rect

Point: TypeAlias = tuple[float, float]
Lines: TypeAlias = Sequence[Sequence[Point]]
"""Polylines, one a subpath (`path.flatten`)."""


def contains(lines: Lines, x: float, y: float, *, even_odd: bool) -> bool:
    """Whether the filled area covers the point; open subpaths count as closed, as in filling."""
    winding = 0
    for line in lines:
        px, py = line[-1]
        for qx, qy in line:
            if (py <= y) != (qy <= y):
                across = px + (y - py) * (qx - px) / (qy - py)
                if across > x:
                    winding += 1 if qy > py else -1
            px, py = qx, qy
    return bool(winding & 1) if even_odd else winding != 0


def distance(lines: Lines, x: float, y: float) -> float:
    """How far the point is from the outline; infinite where there is none."""
    nearest = math.inf
    for line in lines:
        px, py = line[0]
        nearest = min(nearest, (px - x) ** 2 + (py - y) ** 2)
        for qx, qy in line[1:]:
            nearest = min(nearest, _square_to_segment(x, y, px, py, qx, qy))
            px, py = qx, qy
    return math.sqrt(nearest)


def _square_to_segment(x: float, y: float, px: float, py: float, qx: float, qy: float) -> float:
    dx, dy = qx - px, qy - py
    square = dx * dx + dy * dy
    t = ((x - px) * dx + (y - py) * dy) / square if square else 0.0
    t = 0.0 if t < 0.0 else min(t, 1.0)
    return (px + t * dx - x) ** 2 + (py + t * dy - y) ** 2


def crosses_rect(lines: Lines, rect: Rect) -> bool:
    """Whether some part of the outline is in the rectangle or on its edge."""
    for line in lines:
        if len(line) == 1:
            if _segment_meets(line[0], line[0], rect):
                return True
            continue
        for p, q in itertools.pairwise(line):
            if _segment_meets(p, q, rect):
                return True
    return False


def _segment_meets(p: Point, q: Point, rect: Rect) -> bool:
    """Liang and Barsky's clipping: what is left of the segment inside the rectangle."""
    low, high = 0.0, 1.0
    dx, dy = q[0] - p[0], q[1] - p[1]
    for way, room in (
        (-dx, p[0] - rect.x),
        (dx, rect.x + rect.width - p[0]),
        (-dy, p[1] - rect.y),
        (dy, rect.y + rect.height - p[1]),
    ):
        if way == 0.0:
            if room < 0.0:
                return False
        elif way < 0.0:
            low = max(low, room / way)
        else:
            high = min(high, room / way)
    return low <= high


def near(lines: Lines, points: Sequence[Point], radius: float) -> bool:
    """Whether a stroke of this radius through the points meets the outline."""
    square = radius * radius
    moves = list(itertools.pairwise(points)) or [(points[0], points[0])]
    for line in lines:
        edges = list(itertools.pairwise(line)) or [(line[0], line[0])]
        for a, b in edges:
            low_x, high_x = min(a[0], b[0]) - radius, max(a[0], b[0]) + radius
            low_y, high_y = min(a[1], b[1]) - radius, max(a[1], b[1]) + radius
            for p, q in moves:
                if (p[0] < low_x and q[0] < low_x) or (p[0] > high_x and q[0] > high_x):
                    continue
                if (p[1] < low_y and q[1] < low_y) or (p[1] > high_y and q[1] > high_y):
                    continue
                if _square_between(a, b, p, q) <= square:
                    return True
    return False


def _square_between(a: Point, b: Point, p: Point, q: Point) -> float:
    """Square of the distance between two segments."""
    if _cross(a, b, p, q):
        return 0.0
    return min(
        _square_to_segment(*a, *p, *q),
        _square_to_segment(*b, *p, *q),
        _square_to_segment(*p, *a, *b),
        _square_to_segment(*q, *a, *b),
    )


def _cross(a: Point, b: Point, p: Point, q: Point) -> bool:
    def side(u: Point, v: Point, w: Point) -> float:
        return (v[0] - u[0]) * (w[1] - u[1]) - (v[1] - u[1]) * (w[0] - u[0])

    return side(a, b, p) * side(a, b, q) < 0 and side(p, q, a) * side(p, q, b) < 0
