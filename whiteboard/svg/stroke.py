"""From the points of a pen to a smooth path: few cubics, close to the points, short on the wire.

The points are thinned and lightly smoothed, cut at corners, and each part is fitted by Schneider's
method ("An Algorithm for Automatically Fitting Digitized Curves", Graphics Gems, 1990): a cubic by
least squares with the end tangents given; where it is too far off, better parameters by Newton's
method, then cut at the worst point.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from typing import TypeAlias

from whiteboard.svg.path import format_path
from whiteboard.svg.plan import Path, Segment

Point: TypeAlias = tuple[float, float]
_Bezier: TypeAlias = tuple[Point, Point, Point, Point]

DECIMALS = 1
"""Coordinates are quantised to 0.1 units: less than can be seen at 400 %."""
_STEP = 0.1
_CORNER = math.cos(math.radians(70))
"""A turn by more than this is a corner that stays sharp."""
_NEWTON_STEPS = 4
MAX_POINTS = 20_000
"""A stroke with more points is thinned first; at 240 Hz that is 80 seconds of one stroke."""


def fit(points: Sequence[Sequence[float]], width: float = 3.0, *, scale: float = 1.0) -> str:
    """Path data of a stroke of constant width through the points (x, y, anything after).

    Args:
        points: Samples of the pen in root units.
        width: Width of the stroke: a broad one hides more of the difference.
        scale: Px per unit when it was drawn; zoomed in, people draw finer.

    Returns:
        Relative commands quantised to 0.1 units; a dot for one place; '' for no point at all.
    """
    return format_path(fit_path(points, tolerance(width, scale)), DECIMALS)


def tolerance(width: float, scale: float = 1.0) -> float:
    """How far the fitted curve may be from the points, in units."""
    return min(max(0.12 * width, 0.25), 1.0) / math.sqrt(min(max(scale, 0.25), 8.0))


def fit_path(points: Sequence[Sequence[float]], error: float) -> Path:
    """As `fit`, as a path and before it is quantised; `error` is the distance allowed."""
    clean = _thinned(points)
    if not clean:
        return ()
    if len(clean) == 1:
        x, y = clean[0]
        # No length at all would be a dot with round caps, but Qt drops such lines.
        return (("M", x, y), ("L", x + _STEP, y))
    segments: list[Segment] = [("M", *clean[0])]
    for part in _parts(clean):
        smooth = _smoothed(part)
        if len(smooth) == 2:
            segments.append(("L", *smooth[1]))
            continue
        begin = _direction(smooth, error)
        end = _direction(smooth[::-1], error)
        segments.extend(map(_segment, _fit(smooth, begin, end, error)))
    return tuple(segments)


def _segment(curve: _Bezier) -> Segment:
    """A cubic, or a line where it is as good as straight."""
    p0, p1, p2, p3 = curve
    length = math.dist(p0, p3)
    if length > 0:
        ux, uy = (p3[0] - p0[0]) / length, (p3[1] - p0[1]) / length
        straight = all(
            abs((p[0] - p0[0]) * uy - (p[1] - p0[1]) * ux) < _STEP / 2
            and 0 <= (p[0] - p0[0]) * ux + (p[1] - p0[1]) * uy <= length
            for p in (p1, p2)
        )
        if straight:
            return ("L", *p3)
    return ("C", *p1, *p2, *p3)


def _thinned(points: Sequence[Sequence[float]]) -> list[Point]:
    """Finite points that differ by a step at least; the last one stays."""
    if len(points) > MAX_POINTS:
        points = [*points[:: math.ceil(len(points) / MAX_POINTS)], points[-1]]
    out: list[Point] = []
    last: Point | None = None
    for point in points:
        x, y = point[0], point[1]
        if not (math.isfinite(x) and math.isfinite(y)):
            continue
        last = (x, y)
        if not out or math.dist(out[-1], last) >= 2 * _STEP:
            out.append(last)
    if last is not None and out and out[-1] != last:
        if len(out) > 1 and math.dist(out[-1], last) < 2 * _STEP:
            out[-1] = last
        elif math.dist(out[-1], last) >= _STEP:
            out.append(last)
    return out


def _parts(points: list[Point]) -> list[list[Point]]:
    """The points cut at corners; neighbours share the corner."""
    cuts = [0]
    for i in range(1, len(points) - 1):
        if i - cuts[-1] >= 2 or len(points) < 6:
            before, after = points[max(i - 2, cuts[-1])], points[min(i + 2, len(points) - 1)]
            turn = _cosine(before, points[i], after)
            if turn < _CORNER and turn <= _neighbour_turn(points, i):
                cuts.append(i)
    cuts.append(len(points) - 1)
    return [points[a : b + 1] for a, b in itertools.pairwise(cuts)]


def _neighbour_turn(points: list[Point], i: int) -> float:
    """The sharper of the turns right beside, so that a corner is cut at its tip."""
    turns = [
        _cosine(points[max(j - 2, 0)], points[j], points[min(j + 2, len(points) - 1)])
        for j in (i - 1, i + 1)
        if 0 < j < len(points) - 1
    ]
    return min(turns, default=1.0)


def _cosine(before: Point, at: Point, after: Point) -> float:
    """1 for straight on, -1 for back."""
    ax, ay = at[0] - before[0], at[1] - before[1]
    bx, by = after[0] - at[0], after[1] - at[1]
    lengths = math.hypot(ax, ay) * math.hypot(bx, by)
    return (ax * bx + ay * by) / lengths if lengths else 1.0


def _smoothed(points: list[Point]) -> list[Point]:
    """Each point moved a little towards the middle of its neighbours; the ends stay."""
    if len(points) < 5:
        return points
    out = [points[0]]
    for (px, py), (x, y), (nx, ny) in zip(points, points[1:], points[2:], strict=False):
        out.append(((px + 2 * x + nx) / 4, (py + 2 * y + ny) / 4))
    out.append(points[-1])
    return out


def _direction(points: Sequence[Point], error: float) -> Point:
    """The unit tangent at the first point, from a point far enough off not to be noise."""
    x, y = points[0]
    other = points[-1]
    for point in points[1:]:
        if math.dist(points[0], point) >= 3 * error:
            other = point
            break
    return _unit(other[0] - x, other[1] - y)


def _unit(x: float, y: float) -> Point:
    length = math.hypot(x, y)
    return (x / length, y / length) if length else (0.0, 0.0)


def _fit(points: list[Point], begin: Point, end: Point, error: float) -> list[_Bezier]:
    """Cubics through the points; `begin` and `end` point inwards."""
    out: list[_Bezier] = []
    stack = [(0, len(points) - 1, begin, end)]
    while stack:
        first, last, left, right = stack.pop()
        part = points[first : last + 1]
        curve, worst = _fit_one(part, left, right, error)
        if curve is not None:
            out.append(curve)
            continue
        cut = first + worst
        before, after = points[max(cut - 2, first)], points[min(cut + 2, last)]
        tangent = _unit(before[0] - after[0], before[1] - after[1])
        if tangent == (0.0, 0.0):
            tangent = _unit(before[0] - points[cut][0], before[1] - points[cut][1])
        stack.append((cut, last, (-tangent[0], -tangent[1]), right))
        stack.append((first, cut, left, tangent))
    return out


def _fit_one(
    points: list[Point], begin: Point, end: Point, error: float
) -> tuple[_Bezier | None, int]:
    """One cubic that is near enough, or None and the index where to cut."""
    if len(points) == 2:
        third = math.dist(points[0], points[1]) / 3
        return _bezier(points, begin, end, third, third), 0
    parameters = _chord_lengths(points)
    allowed = error * error
    worst = len(points) // 2
    for _ in range(_NEWTON_STEPS):
        curve = _least_squares(points, parameters, begin, end)
        square, worst = _worst(points, curve, parameters)
        if square <= allowed:
            return curve, 0
        if square > 16 * allowed:
            break  # better parameters will not save it
        parameters = [_newton(curve, point, t) for point, t in zip(points, parameters, strict=True)]
    return None, min(max(worst, 1), len(points) - 2)


def _chord_lengths(points: list[Point]) -> list[float]:
    total = 0.0
    out = [0.0]
    for a, b in itertools.pairwise(points):
        total += math.dist(a, b)
        out.append(total)
    return [value / total for value in out]


def _bezier(points: list[Point], begin: Point, end: Point, alpha: float, beta: float) -> _Bezier:
    first, last = points[0], points[-1]
    return (
        first,
        (first[0] + begin[0] * alpha, first[1] + begin[1] * alpha),
        (last[0] + end[0] * beta, last[1] + end[1] * beta),
        last,
    )


def _least_squares(
    points: list[Point], parameters: list[float], begin: Point, end: Point
) -> _Bezier:
    """The lengths of the two handles that bring the curve nearest to the points."""
    (fx, fy), (lx, ly) = points[0], points[-1]
    c00 = c01 = c11 = x0 = x1 = 0.0
    dot = begin[0] * end[0] + begin[1] * end[1]
    for (px, py), t in zip(points, parameters, strict=True):
        u = 1 - t
        b0, b1, b2, b3 = u * u * u, 3 * u * u * t, 3 * u * t * t, t * t * t
        c00 += b1 * b1
        c01 += b1 * b2 * dot
        c11 += b2 * b2
        rest_x = px - fx * (b0 + b1) - lx * (b2 + b3)
        rest_y = py - fy * (b0 + b1) - ly * (b2 + b3)
        x0 += b1 * (begin[0] * rest_x + begin[1] * rest_y)
        x1 += b2 * (end[0] * rest_x + end[1] * rest_y)
    determinant = c00 * c11 - c01 * c01
    length = math.dist(points[0], points[-1])
    if abs(determinant) > 1e-12 * c00 * c11:
        alpha = (x0 * c11 - x1 * c01) / determinant
        beta = (c00 * x1 - c01 * x0) / determinant
        # Handles that point back or reach far make loops: then the usual third.
        if 1e-6 * length < alpha < 3 * length and 1e-6 * length < beta < 3 * length:
            return _bezier(points, begin, end, alpha, beta)
    return _bezier(points, begin, end, length / 3, length / 3)


def _worst(points: list[Point], curve: _Bezier, parameters: list[float]) -> tuple[float, int]:
    (ax, ay), (bx, by), (cx, cy), (dx, dy) = curve
    worst, index = 0.0, len(points) // 2
    for i, ((px, py), t) in enumerate(zip(points, parameters, strict=True)):
        u = 1 - t
        b0, b1, b2, b3 = u * u * u, 3 * u * u * t, 3 * u * t * t, t * t * t
        off_x = b0 * ax + b1 * bx + b2 * cx + b3 * dx - px
        off_y = b0 * ay + b1 * by + b2 * cy + b3 * dy - py
        square = off_x * off_x + off_y * off_y
        if square > worst:
            worst, index = square, i
    return worst, index


def _newton(curve: _Bezier, point: Point, t: float) -> float:
    """A better parameter for the place of the curve that is nearest to the point."""
    (ax, ay), (bx, by), (cx, cy), (dx, dy) = curve
    u = 1 - t
    b0, b1, b2, b3 = u * u * u, 3 * u * u * t, 3 * u * t * t, t * t * t
    off_x = b0 * ax + b1 * bx + b2 * cx + b3 * dx - point[0]
    off_y = b0 * ay + b1 * by + b2 * cy + b3 * dy - point[1]
    d0, d1, d2 = 3 * u * u, 6 * u * t, 3 * t * t
    first_x = d0 * (bx - ax) + d1 * (cx - bx) + d2 * (dx - cx)
    first_y = d0 * (by - ay) + d1 * (cy - by) + d2 * (dy - cy)
    second_x = 6 * (u * (cx - 2 * bx + ax) + t * (dx - 2 * cx + bx))
    second_y = 6 * (u * (cy - 2 * by + ay) + t * (dy - 2 * cy + by))
    slope = first_x * first_x + first_y * first_y + off_x * second_x + off_y * second_y
    if slope == 0.0:
        return t
    return min(1.0, max(0.0, t - (off_x * first_x + off_y * first_y) / slope))
