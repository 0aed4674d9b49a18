"""A stroke whose width follows the pressure: its outline, to be filled with rule nonzero.

Each part between corners is a ring of its own with round ends, so that corners are round, too: all
rings turn the same way, and where they overlap nothing is cut out.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from whiteboard.svg.plan import Path, Segment
from whiteboard.svg.smoothing import Sample
from whiteboard.svg.stroke import Point, fit_part

_ARC = 0.5522847498
"""Length of the handles of a quarter of a circle with radius 1."""
_FAN = 0.5
"""The turn at one sample, radians, from which the outer side gets more than one point."""
_THINNEST = 0.1
"""Half of the smallest width, units."""


def outline(parts: Sequence[Sequence[Sample]], error: float) -> Path:
    """Closed curves around a stroke.

    Args:
        parts: Smoothed samples, in parts that meet at corners; the third value is the width there.
        error: How far the outline may be off, units.
    """
    out: list[Segment] = []
    for part in parts:
        if len(part) > 1:
            out.extend(_ring(part, error))
    return tuple(out)


def _ring(part: Sequence[Sample], error: float) -> list[Segment]:
    left, right = _sides(part)
    right.reverse()
    return [
        ("M", *left[0]),
        *fit_part(left, error),
        *_cap(left[-1], right[0]),
        *fit_part(right, error),
        *_cap(right[-1], left[0]),
        ("Z",),
    ]


def _sides(part: Sequence[Sample]) -> tuple[list[Point], list[Point]]:
    """Points beside the samples, on either side; in bends as tight as corners a fan outside."""
    left: list[Point] = []
    right: list[Point] = []
    last = len(part) - 1
    for i, sample in enumerate(part):
        before, after = part[max(i - 1, 0)], part[min(i + 1, last)]
        into, out_of = _heading(before, sample), _heading(sample, after)
        if i == 0:
            into = out_of
        turn = math.remainder(out_of - into, math.tau) if 0 < i < last else 0.0
        half = max(sample[2] / 2, _THINNEST)
        inner = min(half, _radius(before, sample, after)) if turn else half
        middle = into + turn / 2
        fan = 1 + int(abs(turn) / _FAN)
        outside = [middle] if fan == 1 else [into + turn * k / fan for k in range(fan + 1)]
        if turn < 0:
            left.append(_beside(sample, middle, inner))
            right.extend(_beside(sample, heading, -half) for heading in outside)
        else:
            left.extend(_beside(sample, heading, half) for heading in outside)
            right.append(_beside(sample, middle, -inner))
    return left, right


def _heading(a: Sample, b: Sample) -> float:
    return math.atan2(b[1] - a[1], b[0] - a[0])


def _beside(at: Sample, heading: float, distance: float) -> Point:
    """The point at the left of the way (on a screen, where y goes down); right if negative."""
    return (at[0] + math.sin(heading) * distance, at[1] - math.cos(heading) * distance)


def _cross(a: Sample, b: Sample, c: Sample) -> float:
    return (b[0] - a[0]) * (c[1] - b[1]) - (b[1] - a[1]) * (c[0] - b[0])


def _radius(a: Sample, b: Sample, c: Sample) -> float:
    """Of the circle through three samples: further in, the inner side would turn inside out."""
    twice_area = abs(_cross(a, b, c))
    if twice_area < 1e-9:
        return math.inf
    sides = math.dist(a[:2], b[:2]) * math.dist(b[:2], c[:2]) * math.dist(a[:2], c[:2])
    return sides / (2 * twice_area)


def _cap(begin: Point, end: Point) -> list[Segment]:
    """Half a circle from one side to the other, around the end of the stroke."""
    mx, my = (begin[0] + end[0]) / 2, (begin[1] + end[1]) / 2
    rx, ry = begin[0] - mx, begin[1] - my
    ox, oy = -ry, rx  # outwards: the left side lies at the left of the way
    tip = (mx + ox, my + oy)
    k = _ARC
    return [
        ("C", begin[0] + k * ox, begin[1] + k * oy, tip[0] + k * rx, tip[1] + k * ry, *tip),
        ("C", tip[0] - k * rx, tip[1] - k * ry, end[0] + k * ox, end[1] + k * oy, *end),
    ]
