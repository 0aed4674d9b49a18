"""What a hand meant: samples of a pen, cut at corners and freed of the jitter of pixels.

A mouse says whole pixels, every few of them. A corner is where the direction turns within little
way and is steady before and after; a tight bend turns all along. Between corners the samples are
joined by centripetal Catmull-Rom curves, sampled evenly and smoothed by Taubin's filter ("Curve and
surface smoothing without shrinkage", 1995), so that crests keep their height.
"""

from __future__ import annotations

import itertools
import math
from bisect import bisect_right
from collections.abc import Sequence
from typing import TypeAlias

Sample: TypeAlias = tuple[float, float, float, float]
"""x, y, pressure (or anything that goes along), index of the sample it comes from (may be between
two)."""

STEP = 0.1
"""Steps of coordinates in the file, units: what differs by less is the same place."""
MAX_POINTS = 20_000
"""A stroke with more points is thinned first; at 240 Hz that is 80 seconds of one stroke."""
_MAX_EVEN = 2_000
"""Even samples of one stroke; with more way they are further apart."""
_EVEN_STEP = 3.0
"""Way between even samples, in grains (1 grain: a pixel of the screen)."""
_PASSES = 4
_SHRINK, _GROW = 0.5, -0.53
_CORNER_REACH = 4.0
"""Grains before and after a corner that its turn is measured over, at least."""
_SHARP = math.radians(48)
"""A turn by more than this within that reach may be a corner."""
_STEADY = 0.6
"""Share of the turn that may lie outside that reach: a bend has three times as much there."""


def smoothed(
    points: Sequence[Sequence[float]], grain: float, *, most: int = _MAX_EVEN
) -> list[list[Sample]]:
    """The stroke as even samples, in parts that meet at corners (which are in both parts).

    Args:
        points: x, y and perhaps the pressure; what is not finite is left out.
        grain: Units in one pixel of the screen, when it was drawn.
        most: Even samples of all parts together, about.

    Returns:
        Parts of two samples at least; one part of one sample for a dot; [] for no point.
    """
    clean = thinned(points)
    if len(clean) < 2:
        return [clean] if clean else []
    ways = _ways(clean)
    step = max(_EVEN_STEP * grain, ways[-1] / most)
    cuts = [0, *_corners(clean, ways, grain), len(clean) - 1]
    return [_smooth(_even(clean[a : b + 1], step)) for a, b in itertools.pairwise(cuts)]


def thinned(points: Sequence[Sequence[float]]) -> list[Sample]:
    """Finite points that differ by a step at least; the last one stays."""
    stride = max(1, math.ceil(len(points) / MAX_POINTS))
    indexes = [*range(0, len(points), stride)]
    if indexes and indexes[-1] != len(points) - 1:
        indexes.append(len(points) - 1)
    out: list[Sample] = []
    last: Sample | None = None
    for i in indexes:
        point = points[i]
        x, y = point[0], point[1]
        if not (math.isfinite(x) and math.isfinite(y)):
            continue
        last = (x, y, point[2] if len(point) > 2 else 0.0, float(i))
        if not out or math.dist(out[-1][:2], last[:2]) >= 2 * STEP:
            out.append(last)
    if last is not None and out and out[-1] is not last:
        gap = math.dist(out[-1][:2], last[:2])
        if len(out) > 1 and gap < 2 * STEP:
            out[-1] = last
        elif gap >= STEP:
            out.append(last)
    return out


def _ways(points: Sequence[Sample]) -> list[float]:
    """Way along the polyline from its start to each point."""
    return [
        0.0,
        *itertools.accumulate(math.dist(a[:2], b[:2]) for a, b in itertools.pairwise(points)),
    ]


# --- corners


def _corners(points: list[Sample], ways: list[float], grain: float) -> list[int]:
    """Indexes of the points that are tips of corners, without the ends."""
    turns = [0.0] * len(points)
    for i in range(1, len(points) - 1):
        turns[i] = _corner_turn(points, ways, i, grain)
    out: list[int] = []
    for i in sorted(range(1, len(points) - 1), key=lambda i: -turns[i]):
        if turns[i] <= 0.0:
            break
        reach = 2 * _CORNER_REACH * grain
        if all(abs(ways[i] - ways[j]) >= reach or abs(i - j) > 2 for j in out):
            out.append(i)
    return sorted(out)


def _corner_turn(points: list[Sample], ways: list[float], i: int, grain: float) -> float:
    """By how much the stroke turns at a corner here, radians; 0 where there is none."""
    back = max(_CORNER_REACH * grain, ways[i] - ways[i - 1])
    ahead = max(_CORNER_REACH * grain, ways[i + 1] - ways[i])
    at = points[i][:2]
    near_a, near_b = _at(points, ways, ways[i] - back), _at(points, ways, ways[i] + ahead)
    before = (at[0] - near_a[0], at[1] - near_a[1])
    after = (near_b[0] - at[0], near_b[1] - at[1])
    turn = _angle(before, after)
    if turn < _SHARP:
        return 0.0
    far_a, far_b = _at(points, ways, ways[i] - 3 * back), _at(points, ways, ways[i] + 3 * ahead)
    outside = _angle((near_a[0] - far_a[0], near_a[1] - far_a[1]), before)
    outside += _angle(after, (far_b[0] - near_b[0], far_b[1] - near_b[1]))
    return turn if outside <= _STEADY * turn else 0.0


def _at(points: list[Sample], ways: list[float], way: float) -> tuple[float, float]:
    """The place so far along the polyline; its ends beyond them."""
    if way <= 0.0:
        return points[0][:2]
    if way >= ways[-1]:
        return points[-1][:2]
    i = bisect_right(ways, way) - 1
    share = (way - ways[i]) / (ways[i + 1] - ways[i])
    (ax, ay), (bx, by) = points[i][:2], points[i + 1][:2]
    return (ax + (bx - ax) * share, ay + (by - ay) * share)


def _angle(a: tuple[float, float], b: tuple[float, float]) -> float:
    """Between two directions, 0 to pi; 0 if one has no length."""
    cross, dot = a[0] * b[1] - a[1] * b[0], a[0] * b[0] + a[1] * b[1]
    return abs(math.atan2(cross, dot)) if cross or dot else 0.0


# --- between corners


def _even(points: list[Sample], step: float) -> list[Sample]:
    """Samples about `step` apart on a curve through the points; both ends stay."""
    dense: list[Sample] = [points[0]]
    for i in range(len(points) - 1):
        a, b = points[i], points[i + 1]
        count = min(64, math.ceil(math.dist(a[:2], b[:2]) / step))
        if count > 1:
            dense.extend(_curve(points, i, count))
        dense.append(b)
    ways = _ways(dense)
    count = max(1, round(ways[-1] / step))
    out = [dense[0]]
    i = 0
    for k in range(1, count):
        way = ways[-1] * k / count
        while ways[i + 1] < way:
            i += 1
        gap = ways[i + 1] - ways[i]
        out.append(_between(dense[i], dense[i + 1], (way - ways[i]) / gap if gap else 0.0))
    out.append(dense[-1])
    return out


def _between(a: Sample, b: Sample, share: float) -> Sample:
    return (
        a[0] + (b[0] - a[0]) * share,
        a[1] + (b[1] - a[1]) * share,
        a[2] + (b[2] - a[2]) * share,
        a[3] + (b[3] - a[3]) * share,
    )


def _curve(points: list[Sample], i: int, count: int) -> list[Sample]:
    """Places inside piece i of the centripetal Catmull-Rom curve."""
    a, b = points[i], points[i + 1]
    root = math.sqrt(math.dist(a[:2], b[:2]))
    ta = _tangent(points[i - 1] if i else None, a, b, root)
    tb = _tangent(points[i + 2] if i + 2 < len(points) else None, b, a, root)
    out: list[Sample] = []
    for k in range(1, count):
        t = k / count
        h10, h01, h11 = t * (1 - t) * (1 - t), t * t * (3 - 2 * t), t * t * (1 - t)
        h00 = 1 - h01
        x = h00 * a[0] + h01 * b[0] + h10 * ta[0] + h11 * tb[0]
        y = h00 * a[1] + h01 * b[1] + h10 * ta[1] + h11 * tb[1]
        out.append((x, y, a[2] + (b[2] - a[2]) * t, a[3] + (b[3] - a[3]) * t))
    return out


def _tangent(beyond: Sample | None, at: Sample, to: Sample, root: float) -> tuple[float, float]:
    """Where the curve leaves `at` for `to`; `beyond` is its neighbour on the other side."""
    straight = (to[0] - at[0], to[1] - at[1])
    if beyond is None:
        return straight
    other = math.sqrt(math.dist(beyond[:2], at[:2]))
    whole = root + other
    from_beyond, from_to = root * root / (other * whole), other / whole
    return (
        (at[0] - beyond[0]) * from_beyond + straight[0] * from_to,
        (at[1] - beyond[1]) * from_beyond + straight[1] * from_to,
    )


def _smooth(points: list[Sample]) -> list[Sample]:
    """Jitter taken out; the ends stay, and so does what is wider than some samples."""
    if len(points) < 4:
        return points
    xs, ys, pressures, sources = (list(column) for column in zip(*points, strict=True))
    for _ in range(_PASSES):
        for share in (_SHRINK, _GROW):
            xs, ys = _pass(xs, share), _pass(ys, share)
        pressures = _pass(pressures, _SHRINK)
    return list(zip(xs, ys, pressures, sources, strict=True))


def _pass(values: list[float], share: float) -> list[float]:
    keep, half = 1.0 - share, share / 2
    inner = [
        keep * v + half * (a + b) for a, v, b in zip(values, values[1:], values[2:], strict=False)
    ]
    return [values[0], *inner, values[-1]]
