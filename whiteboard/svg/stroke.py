"""From the points of a pen to a smooth path: few cubics, close to the hand, short on the wire.

The samples are freed of jitter and cut at corners (`smoothing`), and each part is fitted by
Schneider's method ("An Algorithm for Automatically Fitting Digitized Curves", Graphics Gems, 1990):
a cubic by least squares with the end tangents given; where it is too far off, better parameters by
Newton's method, then cut at the worst point, with one tangent for both sides.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from typing import TypeAlias

from whiteboard.svg.path import format_path
from whiteboard.svg.plan import Path, Segment
from whiteboard.svg.smoothing import STEP, Sample, smoothed

Point: TypeAlias = tuple[float, float]
_Bezier: TypeAlias = tuple[Point, Point, Point, Point]

DECIMALS = 1
"""Coordinates are quantised to 0.1 units: less than can be seen at 400 %."""
_NEWTON_STEPS = 4
_CUT_REACH, _END_REACH = 3, 2
"""Even samples that say where the curve is going at a cut (on each side) and at an end."""


def fit(points: Sequence[Sequence[float]], width: float = 3.0, *, scale: float = 1.0) -> str:
    """Path data of a stroke of constant width through the points (x, y, anything after).

    Args:
        points: Samples of the pen in root units.
        width: Width of the stroke: a broad one hides more of the difference.
        scale: Px per unit when it was drawn; zoomed in, people draw finer.

    Returns:
        Relative commands quantised to 0.1 units; a dot for one place; '' for no point at all.
    """
    return format_path(fit_path(points, tolerance(width, scale), 1 / scale), DECIMALS)


def tolerance(width: float, scale: float = 1.0) -> float:
    """How far the fitted curve may be from the smoothed samples, in units."""
    return min(max(0.12 * width, 0.5), 0.8) / math.sqrt(min(max(scale, 0.25), 8.0))


def fit_path(points: Sequence[Sequence[float]], error: float, grain: float = 1.0) -> Path:
    """As `fit`, as a path and before it is quantised.

    Args:
        points: Samples of the pen.
        error: Distance allowed from the smoothed samples, units.
        grain: Units in a pixel of the screen it was drawn on: what is finer is jitter.
    """
    return fit_parts(smoothed(points, grain), error)


def fit_parts(parts: Sequence[Sequence[Sample]], error: float) -> Path:
    """A path through smoothed samples, in parts that meet at corners; () for none."""
    if not parts:
        return ()
    x, y = parts[0][0][:2]
    if len(parts[0]) == 1:
        # No length at all would be a dot with round caps, but Qt drops such lines.
        return (("M", x, y), ("L", x + STEP, y))
    segments: list[Segment] = [("M", x, y)]
    for part in parts:
        segments.extend(fit_part([sample[:2] for sample in part], error))
    return tuple(segments)


def fit_part(points: list[Point], error: float) -> list[Segment]:
    """What follows the first of the points: curves through them without a corner."""
    if _is_straight(points, error):
        return [("L", *points[-1])]
    curves = _fit(points, _direction(points), _direction(points[::-1]), error)
    return [_segment(curve) for curve in curves]


def _is_straight(points: list[Point], error: float) -> bool:
    """Whether a line from end to end is as near, and nowhere goes back."""
    (x0, y0), (x1, y1) = points[0], points[-1]
    length = math.dist(points[0], points[-1])
    if length == 0:
        return len(points) == 2
    ux, uy = (x1 - x0) / length, (y1 - y0) / length
    return all(
        abs((x - x0) * uy - (y - y0) * ux) <= error and 0 <= (x - x0) * ux + (y - y0) * uy <= length
        for x, y in points[1:-1]
    )


def _segment(curve: _Bezier) -> Segment:
    """A cubic, or a line where it is as good as straight."""
    p0, p1, p2, p3 = curve
    length = math.dist(p0, p3)
    if length > 0:
        ux, uy = (p3[0] - p0[0]) / length, (p3[1] - p0[1]) / length
        straight = all(
            abs((p[0] - p0[0]) * uy - (p[1] - p0[1]) * ux) < STEP / 2
            and 0 <= (p[0] - p0[0]) * ux + (p[1] - p0[1]) * uy <= length
            for p in (p1, p2)
        )
        if straight:
            return ("L", *p3)
    return ("C", *p1, *p2, *p3)


def _direction(points: list[Point]) -> Point:
    """The unit tangent at the first point: of the parabola through it and two further on."""
    reach = min(_END_REACH, (len(points) - 1) // 2)
    (ax, ay), (bx, by), (cx, cy) = points[0], points[reach], points[2 * reach]
    x, y = 4 * bx - 3 * ax - cx, 4 * by - 3 * ay - cy
    if x * (bx - ax) + y * (by - ay) <= 0:  # hooks back: no parabola
        x, y = bx - ax, by - ay
    return _unit(x, y)


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
        before, after = (
            points[max(cut - _CUT_REACH, 0)],
            points[min(cut + _CUT_REACH, len(points) - 1)],
        )
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
    way = sum(math.dist(a, b) for a, b in itertools.pairwise(points))
    if abs(determinant) > 1e-12 * c00 * c11:
        alpha = (x0 * c11 - x1 * c01) / determinant
        beta = (c00 * x1 - c01 * x0) / determinant
        # Handles that point back or reach far make loops and hooks: then the usual third.
        if 1e-6 * length < alpha < way and 1e-6 * length < beta < way:
            return _bezier(points, begin, end, alpha, beta)
    return _bezier(points, begin, end, way / 3, way / 3)


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
