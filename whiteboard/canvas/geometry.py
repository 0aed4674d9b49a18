"""The tools' `Geometry` and `TextMetrics` ports over the scene's plan and index."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from whiteboard.canvas.fonts import FontMap
from whiteboard.canvas.lettering import ChunkLayout, from_utf16, to_utf16
from whiteboard.canvas.scene import BoardScene
from whiteboard.model.ids import Rid
from whiteboard.svg.plan import (
    IDENTITY,
    Clip,
    Isolate,
    Matrix,
    PlanNode,
    Rect,
    TextChunk,
    TextShape,
)
from whiteboard.svg.transform import apply, invert


class CanvasGeometry:
    """Answers are about the document as it is now, drawn or not yet."""

    def __init__(self, scene: BoardScene) -> None:
        self._scene = scene

    def bounds(self, rid: Rid) -> Rect | None:
        """Box of what the element paints, stroke included; None if it paints nothing."""
        index = self._scene.index
        return None if index is None else index.bounds(rid)

    def shape_bounds(self, rid: Rid) -> Rect | None:
        """Box of its outline without stroke."""
        index = self._scene.index
        return None if index is None else index.shape_bounds(rid)

    def all_bounds(self) -> Rect | None:
        """Box of everything painted."""
        index = self._scene.index
        return None if index is None else index.all_bounds()

    def hits(self, x: float, y: float, tolerance: float) -> Sequence[Rid]:
        """Painting elements at the point, topmost first."""
        index = self._scene.index
        return () if index is None else index.hits(x, y, tolerance)

    def inside(self, rect: Rect, *, touch: bool) -> Sequence[Rid]:
        """Painting elements that lie in (or, with `touch`, meet) the rectangle, in paint order."""
        index = self._scene.index
        return () if index is None else index.inside(rect, touch=touch)

    def along(self, points: Sequence[tuple[float, float]], radius: float) -> Sequence[Rid]:
        """Painting elements that a stroke with this radius through the points meets."""
        index = self._scene.index
        return () if index is None else index.along(points, radius)

    def to_root(self, rid: Rid) -> Matrix:
        """From the element's own user space to the root's."""
        index = self._scene.index
        return IDENTITY if index is None else index.to_root(rid)

    def parent_to_root(self, rid: Rid) -> Matrix:
        """From the space its `transform` attribute lives in to the root's."""
        index = self._scene.index
        return IDENTITY if index is None else index.parent_to_root(rid)


class CanvasTextMetrics:
    """Carets of text elements; positions count code points, and one for each break of lines.

    A chunk is a line: what `editing.text.TextModel` says of the element, as it is painted.
    """

    def __init__(self, scene: BoardScene, fonts: FontMap) -> None:
        self._scene = scene
        self._fonts = fonts

    def caret(self, rid: Rid, index: int) -> tuple[float, float, float] | None:
        """(x, top, bottom) of the caret before code point `index`, root units."""
        shape = self._shape(rid)
        if shape is None:
            return None
        for chunk in shape.chunks:
            layout = ChunkLayout(chunk, self._fonts)
            if index > len(layout.text) and chunk is not shape.chunks[-1]:
                index -= len(layout.text) + 1
                continue
            x = layout.left + layout.x_of(to_utf16(layout.text, max(0, index)))
            top, bottom = _line(layout)
            high = apply(shape.matrix, x, top)
            low = apply(shape.matrix, x, bottom)
            return (high[0], high[1], low[1])
        return None

    def index_at(self, rid: Rid, x: float, y: float) -> int:
        """The caret index nearest to a point in root units; 0 where there is no text."""
        shape = self._shape(rid)
        inverse = None if shape is None else invert(shape.matrix)
        if shape is None or inverse is None:
            return 0
        px, py = apply(inverse, x, y)
        best, found, passed = math.inf, 0, 0
        for chunk in shape.chunks:
            layout = ChunkLayout(chunk, self._fonts)
            top, bottom = _line(layout)
            away = max(top - py, 0.0, py - bottom)
            away += 1e-3 * max(layout.left - px, 0.0, px - layout.left - layout.width)
            if away < best:
                best = away
                found = passed + from_utf16(layout.text, layout.index_at(px - layout.left))
            passed += len(layout.text) + 1
        return found

    def _shape(self, rid: Rid) -> TextShape | None:
        planner = self._scene.planner
        if planner is None or self._scene.index is None:
            return None
        for key in planner.keys(rid):
            placed = planner.placed(key)
            for shape in _texts(placed.node) if placed is not None else ():
                if shape.key[0] == rid:
                    return shape
        return None


def _line(layout: ChunkLayout) -> tuple[float, float]:
    """Top and bottom of a chunk's line, in its own space."""
    chunk: TextChunk = layout.chunk
    up = max((run.ascent for run in layout.runs), default=0.0)
    down = max((run.descent for run in layout.runs), default=0.0)
    y = layout.runs[0].y if layout.runs else chunk.y
    return (y - up, y + down)


def _texts(node: PlanNode) -> Iterator[TextShape]:
    if isinstance(node, TextShape):
        yield node
    elif isinstance(node, Clip | Isolate):
        for child in node.children:
            yield from _texts(child)
