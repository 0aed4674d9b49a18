"""The tool box: which tool is in hand, how each one draws, and where events go."""

from __future__ import annotations

import math
from collections.abc import Callable
from collections.abc import Set as AbstractSet
from dataclasses import replace
from typing import Final

from whiteboard.editing.style import PEN_COLOURS, Style
from whiteboard.model.changes import Commit, Origin
from whiteboard.model.ephemeral import Cursor, CursorGone, SelectionShown
from whiteboard.model.ids import Rid
from whiteboard.model.ops import LiteralElement
from whiteboard.model.shared import SharedDocument
from whiteboard.tools.context import ToolContext
from whiteboard.tools.cross import TOOLS as CROSS_TOOLS
from whiteboard.tools.cross import Cross
from whiteboard.tools.eraser import EraserTool
from whiteboard.tools.events import (
    Button,
    Device,
    KeyEvent,
    Modifiers,
    Phase,
    PointerEvent,
    TickEvent,
    ToolEvent,
)
from whiteboard.tools.hand import HandTool
from whiteboard.tools.pen import PenTool
from whiteboard.tools.ports import NOTHING, Feedback
from whiteboard.tools.select import SelectTool
from whiteboard.tools.shapes import ArrowTool, EllipseTool, LineTool, RectangleTool
from whiteboard.tools.state import Tool
from whiteboard.tools.text import TextTool
from whiteboard.util.event import Event

KEYS: Final = {
    "v": "select", "1": "select",
    "h": "hand",
    "p": "pen", "2": "pen",
    "e": "eraser", "0": "eraser",
    "r": "rectangle", "3": "rectangle",
    "o": "ellipse", "4": "ellipse",
    "l": "line", "5": "line",
    "a": "arrow", "6": "arrow",
    "t": "text", "8": "text",
}  # fmt: skip
"""Key -> tool (DESIGN section 9)."""

TOOLS: Final[tuple[Callable[[ToolContext], Tool], ...]] = (
    SelectTool, HandTool, PenTool, EraserTool, RectangleTool, EllipseTool, LineTool, ArrowTool,
    TextTool,
)  # fmt: skip
"""In the order of the tool bar."""

_SECOND_PRESS_MATTERS = ("select", "text")
"""Tools that do something else on a double click; for the others it is a press like any other."""


class ToolBox:
    """All tools of one window on one board.

    Attributes:
        changed: told when the tool, its style or whether it is kept changed (for the tool bar).
        device: what the pointer was last; styles are remembered for each.
        is_kept: whether shapes and texts keep their tool after use (Q).
        cross: where somebody draws by keys.
    """

    def __init__(self, context: ToolContext) -> None:
        self.context = context
        self.changed: Event[None] = Event()
        self.tools = {tool.name: tool for tool in (make(context) for make in TOOLS)}
        self.device = Device.MOUSE
        self.is_kept = False
        self._chosen = self.tools["select"]
        self._override: Tool | None = None
        self._styles: dict[tuple[str, Device], Style] = {}
        self._latest: dict[str, Style] = {
            "pen": Style(width=5.0),
            "text": Style(colour=PEN_COLOURS["ink"]),
        }
        self.cross = Cross(context, self._pointer)
        self._pressed: Button | None = None
        self._shown: Feedback = NOTHING
        self._is_stale = True
        select = self.tools["select"]
        assert isinstance(select, SelectTool)
        select.edit_text = self.edit_text
        self._unsubscribe = (
            context.editor.committed.subscribe(self._on_commit),
            context.editor.selection.changed.subscribe(self._on_selection),
        )
        self.refresh()

    def close(self) -> None:
        """Give up what is under way and listen no more."""
        self.active.finish()
        for unsubscribe in self._unsubscribe:
            unsubscribe()

    # -- which tool

    @property
    def current(self) -> str:
        """The name of the chosen tool, also while Space or the eraser end lends another."""
        return self._chosen.name

    @property
    def active(self) -> Tool:
        """The tool that hears the next event."""
        return self._override or self._chosen

    @property
    def path(self) -> str:
        """Where the active tool is: 'select.translating'."""
        return self.active.path

    @property
    def is_text_edited(self) -> bool:
        """Whether keys are characters now; then no letter is a command."""
        return self.active.state.takes_text

    def choose(self, name: str) -> None:
        """Take another tool; what is under way is finished (a text) or given up.

        Raises:
            KeyError: there is no such tool.
        """
        tool = self.tools[name]
        self.active.finish()
        self._override = None
        self._pressed = None
        self.cross.release()
        self._take_made(self._chosen)
        if tool is not self._chosen:
            self._chosen = tool
            if name not in CROSS_TOOLS:
                self.cross.hide()
            if name not in ("select", "hand"):
                self.context.editor.selection.clear()
            self._prepare(tool)
            self.changed.emit(None)
        self.refresh()

    def give_up(self) -> LiteralElement | None:
        """End what is under way without a trace in the document; what it would have made."""
        unfinished = self.active.state.unfinished()
        self.active.cancel()
        self._pressed = None
        self.refresh()
        return unfinished

    def keep(self, on: bool) -> None:
        """Whether shapes and texts keep their tool after use."""
        if on != self.is_kept:
            self.is_kept = on
            self.changed.emit(None)

    def edit_text(self, rid: Rid, at: tuple[float, float] | None = None) -> bool:
        """Write in this text, with the caret at a point or the end; False if it cannot be."""
        text = self.tools["text"]
        assert isinstance(text, TextTool)
        if not text.can_edit(rid):
            return False
        self.choose("text")
        text.edit(rid, at)
        self.refresh()
        return True

    @property
    def text_tool(self) -> TextTool:
        """The text tool, for copy, cut and paste while writing."""
        tool = self.tools["text"]
        assert isinstance(tool, TextTool)
        return tool

    # -- style

    @property
    def style(self) -> Style:
        """How the chosen tool draws with the device last used."""
        return self.style_of(self.current, self.device)

    def style_of(self, tool: str, device: Device) -> Style:
        """How a tool draws with a device: as set for both, else as last set for the tool."""
        known = self._styles.get((tool, _hand_of(device)))
        return known or self._latest.get(tool) or Style()

    def set_style(self, style: Style) -> None:
        """Let the chosen tool draw so from now on, with the device last used."""
        if style == self.style:
            return
        self._styles[self.current, _hand_of(self.device)] = style
        self._latest[self.current] = style
        self._prepare(self._chosen)
        self.changed.emit(None)
        self.refresh()

    def _prepare(self, tool: Tool) -> None:
        tool.style = self.style_of(tool.name, self.device)
        self.context.editor.style = tool.style

    # -- events

    def handle(self, event: ToolEvent) -> bool:
        """Let the active tool answer; False if the event meant nothing here."""
        if isinstance(event, PointerEvent):
            self.cross.hide()
            used = self._pointer(event)
        elif isinstance(event, KeyEvent):
            used = self._key(event)
        else:
            used = self.active.handle(event)
        self._settle()
        if self._is_stale:
            self.refresh()
        elif used or not isinstance(event, TickEvent):
            self._show()
        return used

    def left(self) -> None:
        """The pointer left the board."""
        self.context.broadcast.tell(CursorGone())
        if self.active.is_idle:
            at = self.context.clock()
            gone = PointerEvent(Phase.CANCEL, 0, 0, 0, 0, at, Button.NONE, device=self.device)
            self.active.handle(gone)
            self.refresh()

    def interrupt(self, gone: AbstractSet[Rid]) -> None:
        """Somebody removed these elements: the tool lets go of them. Writes nothing."""
        self.active.state.interrupt(gone)

    def follow(self, document: SharedDocument) -> None:
        """Draw on another document: a stroke goes on, what is about elements is let go of."""
        self.interrupt(self.context.editor.everything())
        self.context.editor.follow(document)
        self.refresh()

    def refresh(self) -> None:
        """Show what the active tool shows now; the canvas calls this when geometry has settled."""
        for tool in self.tools.values():
            tool.geometry_changed()
        self._show()

    def _show(self) -> None:
        self._is_stale = False
        feedback = self.active.state.feedback()
        if self._override is not None and self._override.name == "hand":
            feedback = replace(self._chosen.state.feedback(), cursor=feedback.cursor)
        if self.cross.at is not None:
            feedback = replace(feedback, shapes=(*feedback.shapes, *self.cross.picture()))
        if feedback != self._shown:
            self._shown = feedback
            self.context.overlay.show(feedback)

    def _settle(self) -> None:
        """After an event: select what was made, and take a lent tool back if it may go."""
        chosen = self._chosen
        if self._take_made(chosen) and chosen.returns_to_select and not self.is_kept:
            self.cross.hide()
            self._chosen = self.tools["select"]
            self._prepare(self._chosen)
            self.changed.emit(None)

    def _take_made(self, tool: Tool) -> bool:
        made, tool.made = tool.made, None
        if made is None:
            return False
        if tool.returns_to_select and not self.is_kept:
            self.context.editor.selection.set(made)
        return True

    def _lend(self, name: str) -> None:
        tool = self.tools[name]
        if self._chosen is not tool:
            self._override = tool
            self._prepare_style_only(tool)

    def _prepare_style_only(self, tool: Tool) -> None:
        tool.style = self.style_of(tool.name, self.device)

    # -- pointers

    def _pointer(self, event: PointerEvent) -> bool:
        if event.button is Button.SECONDARY:
            return False
        if not (math.isfinite(event.x) and math.isfinite(event.y)):
            return False  # a window of no size has no places
        self._use_device(event.device)
        event = self._second_press(event)
        if event.phase is Phase.DOWN or event.phase is Phase.DOUBLE:
            if not self._press(event):
                return True
        elif event.phase is Phase.UP:
            if self._pressed is None or event.button not in (self._pressed, Button.NONE):
                return False
            self._pressed = None
        elif event.phase is Phase.CANCEL:
            self._pressed = None
        used = self.active.handle(event)
        if event.phase is not Phase.CANCEL:
            doing = "" if self.active.is_idle else self.active.doing
            self.context.broadcast.tell(Cursor(event.x, event.y, doing))
        self._return_lent(event)
        return used

    def _press(self, event: PointerEvent) -> bool:
        """Note the press; False if it comes in the middle of another button's gesture."""
        if self._pressed is not None:
            if event.button is not self._pressed:
                return False
            self.active.cancel()  # the release was lost
        self._pressed = event.button
        if event.button is Button.MIDDLE and not self.is_text_edited:
            self._lend("hand")
        self._prepare_style_only(self.active)
        return True

    def _second_press(self, event: PointerEvent) -> PointerEvent:
        if event.phase is Phase.DOUBLE and self.active.name not in _SECOND_PRESS_MATTERS:
            return replace(event, phase=Phase.DOWN)
        return event

    def _use_device(self, device: Device) -> None:
        if device is self.device:
            return
        if not self.active.is_idle and not self.is_text_edited:
            return  # a palm beside the pen does not change its colour
        before = self.style
        self.device = device
        if device is Device.PEN_ERASER:
            self.active.finish()
            self._lend("eraser")
        elif self._override is not None and self._override.name == "eraser":
            self._override = None
        if self.style != before:
            self._prepare(self._chosen)
            self.changed.emit(None)

    def _return_lent(self, event: PointerEvent) -> None:
        lent = self._override
        if lent is None or lent.name != "hand" or not lent.is_idle:
            return
        if event.phase in (Phase.UP, Phase.CANCEL) and not event.modifiers.space:
            self._override = None

    # -- keys

    def _key(self, event: KeyEvent) -> bool:
        active = self.active
        if active.state.takes_text:
            return active.handle(event)
        if event.key == "Escape":
            if event.pressed:
                self._pressed = None
                self.cross.release()
                return active.cancel()
            return False
        if self._override is None and self.cross.key(event, self.current):
            return True
        if not active.is_idle and not (active is self._override and event.key == "Space"):
            return active.handle(event)
        if event.key == "Space":
            return self._space(event)
        if event.pressed and self._command(event):
            return True
        return active.handle(event)

    def _space(self, event: KeyEvent) -> bool:
        if event.pressed:
            if self._override is None and not event.repeat and event.modifiers in _NONE_BUT_SPACE:
                self._lend("hand")
        elif self._override is not None and self._override.is_idle:
            self._override = None
        return True

    def _command(self, event: KeyEvent) -> bool:
        held = event.modifiers
        if held.ctrl or held.alt or held.shift or held.space:
            return False
        key = event.key.lower()
        if key == "q":
            if not event.repeat:
                self.keep(not self.is_kept)
            return True
        if key in KEYS:
            self.choose(KEYS[key])
            return True
        return False

    # -- the document

    def _on_commit(self, commit: Commit) -> None:
        self._is_stale = True
        changes = commit.changes
        if commit.origin is not Origin.LOCAL:
            if changes.reset:
                self._pressed = None
                self.active.state.abandon()
            elif changes.removed:
                self.interrupt(changes.removed)
        self.active.state.committed(commit)

    def _on_selection(self, rids: tuple[Rid, ...]) -> None:
        self._is_stale = True
        self.context.broadcast.tell(SelectionShown(rids))


_NONE_BUT_SPACE = (Modifiers(), Modifiers(space=True))


def _hand_of(device: Device) -> Device:
    """Both ends of a pen are one device to its owner."""
    return Device.PEN if device is Device.PEN_ERASER else device
