"""Where markers stand on a path, and which way they point (SVG 1.1 section 11.6)."""

from __future__ import annotations

import math
from dataclasses import dataclass

from whiteboard.svg.plan import Path

Vector = tuple[float, float]


@dataclass(slots=True)
class Vertex:
    """A point between segments; directions are unit vectors, None where there is no segment."""

    x: float
    y: float
    arrives: Vector | None = None
    leaves: Vector | None = None

    @property
    def angle(self) -> float:
        """Degrees of the direction there: the middle of arriving and leaving."""
        ways = [way for way in (self.arrives, self.leaves) if way is not None]
        x, y = sum(way[0] for way in ways), sum(way[1] for way in ways)
        if abs(x) < 1e-12 and abs(y) < 1e-12 and len(ways) == 2:
            x, y = -ways[0][1], ways[0][0]  # straight back: across
        return math.degrees(math.atan2(y, x)) if ways else 0.0


def vertices(path: Path) -> list[Vertex]:
    """The vertices of a path in order; Z is one where its subpath starts."""
    out: list[Vertex] = []
    start: Vertex | None = None
    for segment in path:
        if segment[0] == "M":
            _, x, y = segment  # type: ignore[misc] # M has two numbers
            start = Vertex(x, y)
            out.append(start)
            continue
        last = out[-1]
        if segment[0] == "Z":
            assert start is not None
            way = _unit(start.x - last.x, start.y - last.y) or last.arrives
            last.leaves = last.leaves or way
            end = Vertex(start.x, start.y, way, start.leaves)
            start.arrives = way
            out.append(end)
            continue
        numbers: tuple[float, ...] = segment[1:]
        points = [(last.x, last.y), *zip(numbers[::2], numbers[1::2], strict=True)]
        begin = _first_way(points)
        arrive = _first_way(points[::-1])
        last.leaves = begin or last.arrives
        back = None if arrive is None else (-arrive[0], -arrive[1])
        out.append(Vertex(*points[-1], back or last.leaves))
    return out


def _first_way(points: list[Vector]) -> Vector | None:
    """The direction from the first point to the first other one."""
    x, y = points[0]
    for point in points[1:]:
        way = _unit(point[0] - x, point[1] - y)
        if way is not None:
            return way
    return None


def _unit(x: float, y: float) -> Vector | None:
    length = math.hypot(x, y)
    return (x / length, y / length) if length > 1e-12 else None
