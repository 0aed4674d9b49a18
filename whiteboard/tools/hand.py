"""The hand: moves the paper."""

from __future__ import annotations

from typing import ClassVar

from whiteboard.tools.events import Button, Phase, PointerEvent
from whiteboard.tools.ports import Feedback
from whiteboard.tools.state import State, Tool


class HandTool(Tool):
    """Drag moves the paper; nothing in the document changes."""

    name = "hand"

    def idle(self) -> State[Tool]:
        """Waiting for a press."""
        return Idle(self)


class Idle(State[HandTool]):
    """Nothing is pressed."""

    name = "idle"
    is_idle: ClassVar[bool] = True

    def pointer(self, event: PointerEvent) -> bool:
        """A press takes hold of the paper."""
        if event.phase is Phase.DOWN and event.button in (Button.PRIMARY, Button.MIDDLE):
            self.tool.go(Panning(self.tool, event))
            return True
        return event.phase is Phase.DOUBLE

    def feedback(self) -> Feedback:
        """An open hand."""
        return Feedback(cursor="open-hand")


class Panning(State[HandTool]):
    """The paper follows the pointer."""

    name = "panning"

    def __init__(self, tool: HandTool, start: PointerEvent) -> None:
        super().__init__(tool)
        self._last = (start.view_x, start.view_y)

    def pointer(self, event: PointerEvent) -> bool:
        """Move the paper by as much as the pointer moved on the screen."""
        if event.phase in (Phase.MOVE, Phase.UP):
            x, y = self._last
            dx, dy = event.view_x - x, event.view_y - y
            self._last = (event.view_x, event.view_y)
            if dx or dy:
                self.context.view.pan(dx, dy)
        if event.phase in (Phase.UP, Phase.CANCEL):
            self.tool.rest()
        return True

    def feedback(self) -> Feedback:
        """A closed hand."""
        return Feedback(cursor="closed-hand")
