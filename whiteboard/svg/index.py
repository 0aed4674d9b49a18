"""Where painted elements are: an index over the plan that answers `tools.ports.Geometry`.

Boxes lie in grids whose cells double in size; a box is in the grid whose cells are at least as
large as itself, so in at most four cells: adding, removing and finding cost the same on any board.
Boxes are made when they are first needed (`catch_up` does it in slices), because measuring
10 000 strokes takes longer than a frame.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Generic, TypeVar, cast

from whiteboard.svg import hit
from whiteboard.svg import path as paths
from whiteboard.svg.bounds import (
    Measure,
    TableMeasure,
    grown,
    image_rect,
    intersection,
    paint_bounds,
    path_bounds,
    run_rects,
    shape_bounds,
    union,
)
from whiteboard.svg.hit import Point
from whiteboard.svg.plan import (
    IDENTITY,
    Clip,
    ImageShape,
    Isolate,
    Key,
    Matrix,
    Path,
    PathShape,
    PlanNode,
    Rect,
    TextShape,
)
from whiteboard.svg.planner import Planner, PlanUpdate, owner
from whiteboard.svg.shapes import rect as rect_path
from whiteboard.svg.transform import mean_scale

R = TypeVar("R", bound=str)

_FLAT_CACHE = 512
"""So many flattened outlines are kept: those under the pointer and along a marquee's edge."""


@dataclass(slots=True, eq=False)
class _Leaf:
    """One picture that can be picked: a shape, text or image with the clips around it."""

    rid: str
    order: tuple[float, int]
    node: PathShape | TextShape | ImageShape
    clips: tuple[tuple[Matrix, Path, bool], ...]
    box: Rect | None = None
    cell: tuple[int, int, int, int, int] | None = None


@dataclass(slots=True)
class _Grid:
    """Leaves by cell, one dictionary a level."""

    levels: dict[int, dict[tuple[int, int], set[_Leaf]]] = field(default_factory=dict)

    def add(self, leaf: _Leaf) -> None:
        box = leaf.box
        if box is None:
            return
        size = max(box.width, box.height, 1.0)
        level = math.ceil(math.log2(size))
        cell = 2.0**level
        left, top = math.floor(box.x / cell), math.floor(box.y / cell)
        right = math.floor((box.x + box.width) / cell)
        bottom = math.floor((box.y + box.height) / cell)
        leaf.cell = (level, left, top, right, bottom)
        cells = self.levels.setdefault(level, {})
        for i in range(left, right + 1):
            for j in range(top, bottom + 1):
                cells.setdefault((i, j), set()).add(leaf)

    def remove(self, leaf: _Leaf) -> None:
        if leaf.cell is None:
            return
        level, left, top, right, bottom = leaf.cell
        cells = self.levels[level]
        for i in range(left, right + 1):
            for j in range(top, bottom + 1):
                inside = cells[i, j]
                inside.discard(leaf)
                if not inside:
                    del cells[i, j]
        if not cells:
            del self.levels[level]

    def find(self, rect: Rect) -> set[_Leaf]:
        """The leaves whose box meets the rectangle."""
        found: set[_Leaf] = set()
        for level, cells in self.levels.items():
            cell = 2.0**level
            left, top = math.floor(rect.x / cell), math.floor(rect.y / cell)
            right = math.floor((rect.x + rect.width) / cell)
            bottom = math.floor((rect.y + rect.height) / cell)
            if (right - left + 1) * (bottom - top + 1) > len(cells):
                for (i, j), leaves in cells.items():
                    if left <= i <= right and top <= j <= bottom:
                        found |= leaves
                continue
            for i in range(left, right + 1):
                for j in range(top, bottom + 1):
                    found |= cells.get((i, j), _NONE)
        return {leaf for leaf in found if _meet(leaf.box, rect)}


_NONE: set[_Leaf] = set()


def _meet(a: Rect | None, b: Rect) -> bool:
    return a is not None and intersection(a, b) is not None


class PlanIndex(Generic[R]):
    """Geometry of what a planner has planned, in root units.

    Elements are named by the rid that stands in the tree: what is seen through `use` is the `use`.
    `PlanIndex[Rid]` is a `tools.ports.Geometry`.
    """

    def __init__(self, planner: Planner, measure: Measure | None = None) -> None:
        self._planner = planner
        self._measure: Measure = measure or TableMeasure()
        self._leaves: dict[Key, list[_Leaf]] = {}
        self._waiting: dict[Key, None] = {}
        self._grid = _Grid()
        self._flat: dict[_Leaf, list[list[Point]]] = {}
        for node in planner.nodes():
            placed = planner.placed(node.key)
            assert placed is not None
            self._put(node, placed.z)

    def apply(self, update: PlanUpdate) -> None:
        """Follow the plan; call it with every update of the planner."""
        for key in update.removed:
            self._forget(key)
        for placed in update.placed:
            self._forget(placed.node.key)
            self._put(placed.node, placed.z)

    def catch_up(self, stop: Callable[[], bool] | None = None) -> bool:
        """Measure what was not measured yet, until `stop()`; whether all is."""
        while self._waiting:
            key = next(iter(self._waiting))
            del self._waiting[key]
            for leaf in self._leaves[key]:
                self._measure_leaf(leaf)
            if stop is not None and stop():
                break
        return not self._waiting

    # --- Geometry

    def bounds(self, rid: R) -> Rect | None:
        """Box of what the element and all below it paint, stroke included; None for nothing."""
        self.catch_up()
        return union(leaf.box for leaf in self._leaves_of(rid))

    def shape_bounds(self, rid: R) -> Rect | None:
        """Box of the outlines without stroke."""
        return union(
            _clipped(shape_bounds(leaf.node, self._measure), leaf.clips)
            for leaf in self._leaves_of(rid)
        )

    def all_bounds(self) -> Rect | None:
        """Box of everything painted."""
        self.catch_up()
        return union(leaf.box for leaves in self._leaves.values() for leaf in leaves)

    def hits(self, x: float, y: float, tolerance: float) -> list[R]:
        """Elements at the point, topmost first."""
        self.catch_up()
        around = Rect(x - tolerance, y - tolerance, 2 * tolerance, 2 * tolerance)
        leaves = sorted(self._grid.find(around), key=lambda leaf: leaf.order, reverse=True)
        return self._unique(leaf.rid for leaf in leaves if self._hit(leaf, x, y, tolerance))

    def inside(self, rect: Rect, *, touch: bool) -> list[R]:
        """Elements that lie in (or, with `touch`, meet) the rectangle, in paint order."""
        self.catch_up()
        leaves = sorted(self._grid.find(rect), key=lambda leaf: leaf.order)
        if touch:
            return self._unique(leaf.rid for leaf in leaves if self._touches(leaf, rect))
        rids = self._unique(leaf.rid for leaf in leaves if _within(leaf.box, rect))
        return [rid for rid in rids if _within(self.bounds(rid), rect)]

    def along(self, points: Sequence[Point], radius: float) -> list[R]:
        """Elements that a stroke with this radius through the points meets, in paint order."""
        if not points:
            return []
        self.catch_up()
        xs, ys = [p[0] for p in points], [p[1] for p in points]
        box = Rect(min(xs), min(ys), max(xs) - min(xs), max(ys) - min(ys))
        leaves = sorted(self._grid.find(grown(box, radius)), key=lambda leaf: leaf.order)
        return self._unique(leaf.rid for leaf in leaves if self._met(leaf, points, radius))

    def to_root(self, rid: R) -> Matrix:
        """From the element's own user space (after its `transform`) to the root's."""
        node = self._planner.source.node(rid)
        return IDENTITY if node is None else self._planner.painter.to_root(node)

    def parent_to_root(self, rid: R) -> Matrix:
        """From the space its `transform` attribute lives in to the root's."""
        node = self._planner.source.node(rid)
        if node is None or node.parent is None:
            return IDENTITY
        return self._planner.painter.to_root(node.parent)

    def top(self, rid: R) -> R:
        """The child of the root that the element is or is in; the root for itself."""
        node = self._planner.source.node(rid)
        while node is not None and node.parent is not None and node.parent.parent is not None:
            node = node.parent
        return rid if node is None else cast("R", node.rid)

    # --- leaves

    def _put(self, node: PlanNode, z: float) -> None:
        leaves: list[_Leaf] = []
        _collect(node, z, (), leaves)
        self._leaves[node.key] = leaves
        self._waiting[node.key] = None

    def _forget(self, key: Key) -> None:
        for leaf in self._leaves.pop(key, ()):
            self._grid.remove(leaf)
            self._flat.pop(leaf, None)
        self._waiting.pop(key, None)

    def _measure_leaf(self, leaf: _Leaf) -> None:
        leaf.box = _clipped(paint_bounds(leaf.node, self._measure), leaf.clips)
        self._grid.add(leaf)

    def _unique(self, rids: Iterator[str]) -> list[R]:
        return cast("list[R]", list(dict.fromkeys(rids)))

    def _leaves_of(self, rid: str) -> Iterator[_Leaf]:
        source = self._planner.source
        for key in self._planner.keys(rid):
            for leaf in self._leaves.get(key, ()):
                node = source.node(leaf.rid)
                while node is not None and node.rid != rid:
                    node = node.parent
                if node is not None:
                    yield leaf

    def _lines(self, leaf: _Leaf) -> list[list[Point]]:
        """The outline flattened, in root units; boxes for text and images."""
        lines = self._flat.get(leaf)
        if lines is None:
            if len(self._flat) >= _FLAT_CACHE:
                del self._flat[next(iter(self._flat))]
            lines = self._flat[leaf] = self._flatten(leaf)
        return lines

    def _flatten(self, leaf: _Leaf) -> list[list[Point]]:
        node = leaf.node
        if isinstance(node, PathShape):
            outlines = [node.path]
        elif isinstance(node, ImageShape):
            outlines = [_box_path(image_rect(node))]
        else:
            outlines = [
                _box_path(rect)
                for chunk in node.chunks
                for rect, _ in run_rects(chunk, self._measure)
            ]
        box = leaf.box
        fine = max(box.width, box.height) / 4000 if box is not None else 0.0
        tolerance = min(max(fine, 0.005), 0.25)
        return [
            line
            for outline in outlines
            for line in paths.flatten(paths.transformed(outline, node.matrix), tolerance)
        ]

    # --- tests of one leaf

    def _hit(self, leaf: _Leaf, x: float, y: float, tolerance: float) -> bool:
        if not all(_in_clip(clip, x, y) for clip in leaf.clips):
            return False
        lines = self._lines(leaf)
        filled, even_odd, reach = _paints(leaf)
        if filled and hit.contains(lines, x, y, even_odd=even_odd):
            return True
        return hit.distance(lines, x, y) <= reach + tolerance

    def _touches(self, leaf: _Leaf, rect: Rect) -> bool:
        if _within(leaf.box, rect):
            return True
        lines = self._lines(leaf)
        filled, even_odd, reach = _paints(leaf)
        if hit.crosses_rect(lines, grown(rect, reach)):
            return True
        middle = (rect.x + rect.width / 2, rect.y + rect.height / 2)
        return filled and hit.contains(lines, *middle, even_odd=even_odd)

    def _met(self, leaf: _Leaf, points: Sequence[Point], radius: float) -> bool:
        lines = self._lines(leaf)
        filled, even_odd, reach = _paints(leaf)
        if hit.near(lines, points, radius + reach):
            return True
        return filled and hit.contains(lines, *points[0], even_odd=even_odd)


def _collect(
    node: PlanNode, z: float, clips: tuple[tuple[Matrix, Path, bool], ...], out: list[_Leaf]
) -> None:
    if isinstance(node, Clip):
        clips = (*clips, (node.matrix, node.path, node.even_odd))
    if isinstance(node, Clip | Isolate):
        for child in node.children:
            _collect(child, z, clips, out)
    else:
        out.append(_Leaf(owner(node.key), (z, len(out)), node, clips))


def _clipped(box: Rect | None, clips: tuple[tuple[Matrix, Path, bool], ...]) -> Rect | None:
    for matrix, path, _ in clips:
        window = path_bounds(path, matrix)
        if box is None or window is None:
            return None
        box = intersection(box, window)
    return box


def _in_clip(clip: tuple[Matrix, Path, bool], x: float, y: float) -> bool:
    matrix, path, even_odd = clip
    lines = paths.flatten(paths.transformed(path, matrix))
    return hit.contains(lines, x, y, even_odd=even_odd)


def _paints(leaf: _Leaf) -> tuple[bool, bool, float]:
    """Whether it has a filled area, by which rule, and how far its stroke reaches."""
    node = leaf.node
    if not isinstance(node, PathShape):
        return True, False, 0.0
    reach = 0.0
    if node.stroke is not None:
        scale = 1.0 if node.stroke.non_scaling else mean_scale(node.matrix)
        reach = node.stroke.width / 2 * scale
    return node.fill is not None, node.even_odd, reach


def _within(box: Rect | None, rect: Rect) -> bool:
    return (
        box is not None
        and box.x >= rect.x
        and box.y >= rect.y
        and box.x + box.width <= rect.x + rect.width
        and box.y + box.height <= rect.y + rect.height
    )


def _box_path(rect: Rect) -> Path:
    return rect_path(rect.x, rect.y, rect.width, rect.height, None, None)
