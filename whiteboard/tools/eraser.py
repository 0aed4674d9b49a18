"""The eraser: whole objects, marked while the pointer goes over them, deleted when it is lifted."""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from typing import ClassVar

from whiteboard.model.ids import Rid
from whiteboard.tools.context import ERASER_RADIUS
from whiteboard.tools.events import Button, Phase, PointerEvent
from whiteboard.tools.ports import Feedback
from whiteboard.tools.state import State, Tool


class EraserTool(Tool):
    """Deletes the objects that the pointer touches."""

    name = "eraser"
    doing = "erasing"

    def idle(self) -> State[Tool]:
        """Waiting for a press."""
        return Idle(self)


class Idle(State[EraserTool]):
    """Nothing is pressed; the circle follows the pointer."""

    name = "idle"
    is_idle: ClassVar[bool] = True

    def __init__(self, tool: EraserTool) -> None:
        super().__init__(tool)
        self._at: tuple[float, float] | None = None

    def pointer(self, event: PointerEvent) -> bool:
        """A press begins to erase."""
        if event.phase is Phase.DOWN and event.button is Button.PRIMARY:
            self.tool.go(Erasing(self.tool, event))
            return True
        if event.phase is Phase.HOVER:
            self._at = (event.x, event.y)
        if event.phase is Phase.CANCEL:
            self._at = None
        return event.phase in (Phase.HOVER, Phase.DOUBLE)

    def feedback(self) -> Feedback:
        """The circle that would be wiped."""
        return Feedback(eraser=_circle(self, self._at), cursor="cross")


class Erasing(State[EraserTool]):
    """Objects under the way of the pointer are marked."""

    name = "erasing"

    def __init__(self, tool: EraserTool, start: PointerEvent) -> None:
        super().__init__(tool)
        self._at = (start.x, start.y)
        self._marked: dict[Rid, None] = {}

    def enter(self) -> None:
        """What lies under the press is marked at once."""
        self._mark(*self._at)

    def pointer(self, event: PointerEvent) -> bool:
        """Mark on the way; delete at its end."""
        if event.phase in (Phase.MOVE, Phase.UP):
            self._mark(event.x, event.y)
        if event.phase is Phase.UP:
            self.context.editor.delete(tuple(self._marked), "Erase")
            self.tool.rest()
        elif event.phase is Phase.CANCEL:
            self.cancel()
        return True

    def _mark(self, x: float, y: float) -> None:
        editor = self.context.editor
        way = (self._at, (x, y))
        for rid in self.context.geometry.along(way, self.context.units(ERASER_RADIUS)):
            thing = editor.outermost(rid)
            if editor.can_edit(thing):
                self._marked[thing] = None
        self._at = (x, y)

    def interrupt(self, gone: AbstractSet[Rid]) -> None:
        """What somebody else deleted needs no mark."""
        for rid in gone:
            self._marked.pop(rid, None)

    def feedback(self) -> Feedback:
        """Marked objects are faint."""
        return Feedback(
            faded=frozenset(self._marked), eraser=_circle(self, self._at), cursor="cross"
        )


def _circle(
    state: State[EraserTool], at: tuple[float, float] | None
) -> tuple[float, float, float] | None:
    return None if at is None else (*at, state.context.units(ERASER_RADIUS))
