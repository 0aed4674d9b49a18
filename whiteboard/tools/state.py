"""Tools as trees of states.

1. A tool is always in exactly one state; its path, such as `select.translating`, can be printed.
2. A state is made anew when it is entered, with what it needs; so nothing of an earlier gesture is
   left in it. `enter` and `exit` are called once each, in this order.
3. A state that is not the tool's first one is left by `cancel` without a trace in the document.
4. A gesture ends in at most one transaction.
"""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from typing import ClassVar, Generic, TypeVar

from whiteboard.editing.style import Style
from whiteboard.model.changes import Commit
from whiteboard.model.ids import Rid
from whiteboard.model.ops import LiteralElement
from whiteboard.tools.context import ToolContext
from whiteboard.tools.events import (
    Button,
    KeyEvent,
    Phase,
    PointerEvent,
    TextEvent,
    TickEvent,
    ToolEvent,
)
from whiteboard.tools.ports import NOTHING, Feedback


class Tool:
    """One tool; subclasses say their name and their first state."""

    name: ClassVar[str]
    returns_to_select: ClassVar[bool] = False
    """Whether the select tool follows when something was made (unless the tool is kept)."""
    doing: str = ""
    """What others read beside the cursor during a gesture."""

    def __init__(self, context: ToolContext) -> None:
        self.context = context
        self.style = Style()
        self.made: tuple[Rid, ...] | None = None
        """What a gesture has just made and should be selected; taken by the tool box."""
        self.state: State[Tool] = self.idle()
        self.state.enter()

    def idle(self) -> State[Tool]:
        """The state in which nothing is going on."""
        raise NotImplementedError

    @property
    def path(self) -> str:
        """Where the tool is, for tests and logs: `select.idle`."""
        return f"{self.name}.{self.state.name}"

    @property
    def is_idle(self) -> bool:
        """Whether no gesture is under way."""
        return self.state.is_idle

    def go(self, state: State[Tool]) -> None:
        """Leave the present state for this one."""
        self.state.exit()
        self.state = state
        state.enter()

    def rest(self) -> None:
        """Back to idle; no gesture is under way any more."""
        if not self.is_idle:
            self.go(self.idle())

    def handle(self, event: ToolEvent) -> bool:
        """Let the state answer; whether the event meant something to it."""
        if isinstance(event, PointerEvent):
            return self.state.pointer(event)
        if isinstance(event, KeyEvent):
            return self.state.key(event)
        if isinstance(event, TextEvent):
            return self.state.text(event)
        return self.state.tick(event)

    def cancel(self) -> bool:
        """Give up what is under way; False if nothing was."""
        return self.state.cancel()

    def geometry_changed(self) -> None:
        """Things may stand elsewhere now."""

    def finish(self) -> None:
        """Another tool is chosen: keep what is worth keeping and go idle."""
        if not self.is_idle:
            self.cancel()
            self.rest()


ToolT_co = TypeVar("ToolT_co", bound=Tool, covariant=True)


class State(Generic[ToolT_co]):
    """One state of a tool; by default it ignores everything."""

    name: ClassVar[str]
    is_idle: ClassVar[bool] = False
    takes_text: ClassVar[bool] = False
    """Whether keys are characters here, not commands."""

    def __init__(self, tool: ToolT_co) -> None:
        self.tool = tool
        self.context: ToolContext = tool.context

    def enter(self) -> None:
        """Called once, before the first event."""

    def exit(self) -> None:
        """Called once, when the state is left in whatever way."""

    def pointer(self, event: PointerEvent) -> bool:
        """Answer a pointer."""
        return False

    def key(self, event: KeyEvent) -> bool:
        """Answer a key."""
        return False

    def text(self, event: TextEvent) -> bool:
        """Answer an input method."""
        return False

    def tick(self, event: TickEvent) -> bool:
        """A frame passed."""
        return False

    def cancel(self) -> bool:
        """Give up the gesture; False in a state that has none."""
        if self.is_idle:
            return False
        self.tool.rest()
        return True

    def abandon(self) -> None:
        """The document was replaced: drop everything. Writes nothing."""
        self.tool.rest()

    def committed(self, commit: Commit) -> None:
        """A transaction closed. Writes nothing."""

    def interrupt(self, gone: AbstractSet[Rid]) -> None:
        """Somebody removed these elements: let go of them. Writes nothing."""

    def unfinished(self) -> LiteralElement | None:
        """What would be made if the gesture ended now; None if that makes nothing new."""
        return None

    def feedback(self) -> Feedback:
        """What is shown while the state lasts."""
        return NOTHING


class Ready(State[ToolT_co]):
    """Nothing is pressed, and a press begins to draw: the first state of pen and shapes."""

    name = "idle"
    is_idle: ClassVar[bool] = True

    def begin(self, event: PointerEvent) -> State[Tool]:
        """The state that a press leads to."""
        raise NotImplementedError

    def pointer(self, event: PointerEvent) -> bool:
        """A press begins."""
        if event.phase is Phase.DOWN and event.button is Button.PRIMARY:
            self.tool.go(self.begin(event))
            return True
        return event.phase in (Phase.HOVER, Phase.DOUBLE)

    def feedback(self) -> Feedback:
        """A cross."""
        return Feedback(cursor="cross")
