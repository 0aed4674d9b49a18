"""Where a point goes while a key constrains it: angles of 15°, squares, one axis."""

from __future__ import annotations

import math

from whiteboard.svg.plan import Rect

STEP = math.radians(15)

Point = tuple[float, float]


def to_angle(anchor: Point, point: Point) -> Point:
    """The point on the nearest line through `anchor` at a multiple of 15°."""
    dx, dy = point[0] - anchor[0], point[1] - anchor[1]
    angle = round(math.atan2(dy, dx) / STEP) * STEP
    along = dx * math.cos(angle) + dy * math.sin(angle)
    return (anchor[0] + along * math.cos(angle), anchor[1] + along * math.sin(angle))


def to_axis(dx: float, dy: float) -> tuple[float, float]:
    """The longer part of a move alone."""
    return (dx, 0.0) if abs(dx) >= abs(dy) else (0.0, dy)


def box(start: Point, end: Point, *, square: bool, centred: bool) -> Rect:
    """The box that a drag from `start` to `end` spans.

    A square one is as wide as high, by the longer side; a centred one has `start` in its middle.
    """
    dx, dy = end[0] - start[0], end[1] - start[1]
    if square:
        side = max(abs(dx), abs(dy))
        dx, dy = math.copysign(side, dx), math.copysign(side, dy)
    if centred:
        return Rect(start[0] - abs(dx), start[1] - abs(dy), 2 * abs(dx), 2 * abs(dy))
    return Rect(min(start[0], start[0] + dx), min(start[1], start[1] + dy), abs(dx), abs(dy))
