"""Rectangle, ellipse, line, arrow: press, drag, release."""

from __future__ import annotations

from typing import ClassVar

from whiteboard.editing import shapes
from whiteboard.model.ephemeral import PreviewEnd, ShapePreview
from whiteboard.model.ids import Rid
from whiteboard.model.ops import LiteralElement
from whiteboard.tools.context import held_after, is_drag
from whiteboard.tools.events import KeyEvent, Modifiers, Phase, PointerEvent
from whiteboard.tools.ports import Feedback
from whiteboard.tools.snapping import Point, box, to_angle
from whiteboard.tools.state import Ready, State, Tool


class ShapeTool(Tool):
    """A tool that makes one element from the two ends of a drag."""

    returns_to_select = True
    doing = "drawing"

    def idle(self) -> State[Tool]:
        """Waiting for a press."""
        return Idle(self)

    def picture(self, start: Point, end: Point, held: Modifiers) -> LiteralElement:
        """What is shown while dragging."""
        raise NotImplementedError

    def create(self, start: Point, end: Point, held: Modifiers) -> Rid | None:
        """Make the element; None if nothing may be made."""
        return self.context.editor.create(self.picture(start, end, held), self.label)

    label: ClassVar[str]


class RectangleTool(ShapeTool):
    """Upright rectangles: Shift a square, Alt from the centre."""

    name = "rectangle"
    label = "Rectangle"

    def picture(self, start: Point, end: Point, held: Modifiers) -> LiteralElement:
        """The rectangle of the drag."""
        rect = box(start, end, square=held.shift, centred=held.alt)
        return shapes.rectangle(rect, self.style)


class EllipseTool(ShapeTool):
    """Upright ellipses: Shift a circle, Alt from the centre."""

    name = "ellipse"
    label = "Ellipse"

    def picture(self, start: Point, end: Point, held: Modifiers) -> LiteralElement:
        """The ellipse in the box of the drag."""
        rect = box(start, end, square=held.shift, centred=held.alt)
        return shapes.ellipse(rect, self.style)


class LineTool(ShapeTool):
    """Straight lines: Shift at multiples of 15°, Alt from the middle."""

    name = "line"
    label = "Line"

    def picture(self, start: Point, end: Point, held: Modifiers) -> LiteralElement:
        """The line of the drag."""
        first, last = _ends(start, end, held)
        return shapes.line(*first, *last, self.style)


class ArrowTool(ShapeTool):
    """Straight arrows: as lines."""

    name = "arrow"
    label = "Arrow"

    def picture(self, start: Point, end: Point, held: Modifiers) -> LiteralElement:
        """The arrow of the drag with its head drawn out."""
        first, last = _ends(start, end, held)
        return shapes.arrow_picture(*first, *last, self.style)

    def create(self, start: Point, end: Point, held: Modifiers) -> Rid | None:
        """Make the arrow with a head of its own colour."""
        first, last = _ends(start, end, held)
        return self.context.editor.create_arrow(*first, *last, self.style)


def _ends(start: Point, end: Point, held: Modifiers) -> tuple[Point, Point]:
    if held.shift:
        end = to_angle(start, end)
    if held.alt:
        return (2 * start[0] - end[0], 2 * start[1] - end[1]), end
    return start, end


class Idle(Ready[ShapeTool]):
    """Nothing is pressed."""

    def begin(self, event: PointerEvent) -> State[Tool]:
        """A press may become a drag."""
        return Pointing(self.tool, event)


class Pointing(State[ShapeTool]):
    """Pressed, not yet moved far enough: a click makes nothing."""

    name = "pointing"

    def __init__(self, tool: ShapeTool, start: PointerEvent) -> None:
        super().__init__(tool)
        self._start = start

    def pointer(self, event: PointerEvent) -> bool:
        """Moving on begins the shape."""
        if event.phase is Phase.MOVE and is_drag(self._start, event):
            drawing = Drawing(self.tool, self._start)
            self.tool.go(drawing)
            drawing.pointer(event)
        elif event.phase in (Phase.UP, Phase.CANCEL):
            self.tool.rest()
        return True

    def feedback(self) -> Feedback:
        """A cross."""
        return Feedback(cursor="cross")


class Drawing(State[ShapeTool]):
    """The shape follows the pointer; Space moves it as it is."""

    name = "drawing"

    def __init__(self, tool: ShapeTool, start: PointerEvent) -> None:
        super().__init__(tool)
        self._start: Point = (start.x, start.y)
        self._end = self._start
        self._held = start.modifiers
        self._preview = self.context.ids()

    def pointer(self, event: PointerEvent) -> bool:
        """Follow; make the element at the end."""
        if event.phase is Phase.CANCEL:
            self.cancel()
        elif event.phase in (Phase.MOVE, Phase.UP):
            self._follow(event)
            if event.phase is Phase.UP:
                self._commit()
        return True

    def _follow(self, event: PointerEvent) -> None:
        if event.modifiers.space:
            dx, dy = event.x - self._end[0], event.y - self._end[1]
            self._start = (self._start[0] + dx, self._start[1] + dy)
        self._end = (event.x, event.y)
        self._held = event.modifiers
        self._tell()

    def _commit(self) -> None:
        made = self.tool.create(self._start, self._end, self._held)
        if made is not None:
            self.tool.made = (made,)
        self.tool.rest()

    def key(self, event: KeyEvent) -> bool:
        """Shift and Alt count as soon as they are pressed, not at the next move."""
        held = held_after(event)
        if held != self._held:
            self._held = held
            self._tell()
        return True

    def _tell(self) -> None:
        self.context.broadcast.tell(ShapePreview(self._preview, self._picture()))

    def _picture(self) -> LiteralElement:
        return self.tool.picture(self._start, self._end, self._held)

    def exit(self) -> None:
        """Others stop seeing the preview."""
        self.context.broadcast.tell(PreviewEnd(self._preview))

    def unfinished(self) -> LiteralElement:
        """The shape so far."""
        return self._picture()

    def feedback(self) -> Feedback:
        """The shape as it will be."""
        return Feedback(shapes=(self._picture(),), cursor="cross")
