"""The text tool: click and type; every letter is in the document at once.

So two people can write in one text, and nothing is lost in a crash.
"""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from typing import ClassVar

from whiteboard.editing import shapes
from whiteboard.editing.text import TextModel, follow, settled, step, word_step
from whiteboard.model.changes import Commit, Origin
from whiteboard.model.characters import clean
from whiteboard.model.ids import Rid
from whiteboard.model.ops import LiteralElement
from whiteboard.tools.context import HIT_MARGIN
from whiteboard.tools.events import Button, KeyEvent, Phase, PointerEvent, TextEvent
from whiteboard.tools.ports import Feedback, TextEdit
from whiteboard.tools.state import State, Tool

LABEL = "Write"
PAUSE = 1.0
"""Seconds without a key after which the next one begins another step of undo."""


class TextTool(Tool):
    """Writes new texts and in existing ones."""

    name = "text"
    returns_to_select = True
    doing = "writing"

    def idle(self) -> State[Tool]:
        """Waiting for a click."""
        return Idle(self)

    def can_edit(self, rid: Rid) -> bool:
        """Whether it is a text that may be written in."""
        editor = self.context.editor
        return editor.can_edit(rid) and editor.document.name(rid) == "text"

    def edit(self, rid: Rid, at: tuple[float, float] | None = None) -> None:
        """Write in this text, with the caret at a point or at the end."""
        self.go(Editing(self, rid, at))

    @property
    def selected(self) -> str:
        """The characters that are selected while writing."""
        return self.state.selected if isinstance(self.state, Editing) else ""

    def insert(self, text: str) -> bool:
        """Put text at the caret, in place of what is selected; False if nothing is written."""
        if isinstance(self.state, (Editing, Placing)):
            self.state.insert(text)
            return True
        return False


class Idle(State[TextTool]):
    """Nothing is written."""

    name = "idle"
    is_idle: ClassVar[bool] = True

    def pointer(self, event: PointerEvent) -> bool:
        """A click on a text goes into it, elsewhere begins one."""
        if event.phase in (Phase.DOWN, Phase.DOUBLE) and event.button is Button.PRIMARY:
            begin(self.tool, event)
            return True
        return event.phase is Phase.HOVER

    def feedback(self) -> Feedback:
        """The text cursor."""
        return Feedback(cursor="text")


def begin(tool: TextTool, event: PointerEvent) -> None:
    """Go into the text at the pointer, or place a new one there."""
    context = tool.context
    for hit in context.geometry.hits(event.x, event.y, context.units(HIT_MARGIN / 2)):
        rid = context.editor.element_of(hit)
        if tool.can_edit(rid):
            tool.go(Editing(tool, rid, (event.x, event.y), is_dragging=True))
            return
    if context.editor.target is None:
        tool.rest()
        return
    tool.go(Placing(tool, event.x, event.y))


class Placing(State[TextTool]):
    """A caret stands on the paper; the element comes into being with the first character."""

    name = "placing"
    takes_text: ClassVar[bool] = True

    def __init__(self, tool: TextTool, x: float, y: float) -> None:
        super().__init__(tool)
        # The click means the middle of the letters, not their base line.
        self._x, self._y = x, y + tool.style.font_size * 0.35
        self._preedit = ""

    def pointer(self, event: PointerEvent) -> bool:
        """Another click is another place."""
        if event.phase in (Phase.DOWN, Phase.DOUBLE):
            begin(self.tool, event)
        return True

    def key(self, event: KeyEvent) -> bool:
        """The first character; Esc gives up."""
        if not event.pressed:
            return False
        if event.key == "Escape":
            return self.cancel()
        text = typed(event)
        if text:
            self.insert(text)
        return bool(text) or not (event.modifiers.ctrl or event.modifiers.alt)

    def text(self, event: TextEvent) -> bool:
        """An input method composes or commits."""
        self._preedit = event.preedit
        if event.text:
            self.insert(event.text)
        return True

    def insert(self, text: str) -> None:
        """Make the text element."""
        content = clean(text)
        if not content:
            return
        tool, editor = self.tool, self.context.editor
        made = editor.create(shapes.text(self._x, self._y, content, tool.style), LABEL)
        if made is None:
            tool.rest()
        else:
            tool.go(Editing(tool, made, None, written=self.context.clock()))

    def feedback(self) -> Feedback:
        """A caret, drawn as a shape: there is no element yet that it could stand in."""
        style = self.tool.style
        size = style.font_size
        parts: tuple[LiteralElement, ...] = ()
        if self._preedit:
            parts = (shapes.text(self._x, self._y, self._preedit, style),)
        else:
            x, top, bottom = self._x, self._y - size * 0.9, self._y + size * 0.25
            parts = (shapes.caret(x, top, bottom, self.context.units(1.5)),)
        return Feedback(shapes=parts, cursor="text")


class Editing(State[TextTool]):
    """Keys are characters of a text."""

    name = "editing"
    takes_text: ClassVar[bool] = True

    def __init__(
        self,
        tool: TextTool,
        rid: Rid,
        at: tuple[float, float] | None,
        *,
        is_dragging: bool = False,
        written: float | None = None,
    ) -> None:
        super().__init__(tool)
        self.rid = rid
        self._string = TextModel(self.context.editor.document, rid).string
        self._caret = self._anchor = (
            settled(self._string, len(self._string)) if at is None else self._index_at(*at)
        )
        self._preedit = ""
        self._is_dragging = is_dragging
        self._written = written
        """When the newest step was written here; None if something else was done since."""
        self._wanted_x: float | None = None
        """Where the caret tries to stay while it goes up and down."""

    # -- what is selected

    @property
    def _range(self) -> tuple[int, int]:
        return min(self._caret, self._anchor), max(self._caret, self._anchor)

    @property
    def selected(self) -> str:
        """The characters between anchor and caret."""
        start, end = self._range
        return self._string[start:end].replace(shapes.EMPTY_LINE, "")

    def _index_at(self, x: float, y: float) -> int:
        index = self.context.metrics.index_at(self.rid, x, y)
        return settled(self._string, index)

    # -- pointer

    def pointer(self, event: PointerEvent) -> bool:
        """Place the caret, select by dragging; a click outside ends the writing."""
        if event.phase in (Phase.DOWN, Phase.DOUBLE) and event.button is Button.PRIMARY:
            self._press(event)
        elif event.phase is Phase.MOVE and self._is_dragging:
            self._caret = self._index_at(event.x, event.y)
        elif event.phase in (Phase.UP, Phase.CANCEL):
            self._is_dragging = False
        return True

    def _press(self, event: PointerEvent) -> None:
        context = self.context
        hits = context.geometry.hits(event.x, event.y, context.units(HIT_MARGIN / 2))
        if not any(context.editor.element_of(hit) == self.rid for hit in hits):
            self._end()
            return
        self._wanted_x = None
        self._caret = self._index_at(event.x, event.y)
        if event.phase is Phase.DOUBLE:
            self._anchor = word_step(self._string, self._caret + 1, -1)
            self._caret = self._word_end(self._anchor)
        else:
            self._is_dragging = True
            if not event.modifiers.shift:
                self._anchor = self._caret

    def _word_end(self, index: int) -> int:
        while index < len(self._string) and self._string[index].isalnum():
            index += 1
        return index

    # -- keys

    def key(self, event: KeyEvent) -> bool:
        """Characters, caret keys, Esc."""
        if not event.pressed:
            return False
        if event.key == "Escape":
            return self.cancel()
        if self._preedit:
            return True  # the input method has the keys
        if self._edit_key(event) or self._caret_key(event):
            return True
        text = typed(event)
        if text:
            self.insert(text)
        # What is not a command of the window must not become one of the board, such as `p`.
        return bool(text) or not (event.modifiers.ctrl or event.modifiers.alt)

    def _edit_key(self, event: KeyEvent) -> bool:
        start, end = self._range
        if event.key in ("Return", "Enter") and not event.modifiers.ctrl:
            self.insert("\n")
        elif event.key in ("Backspace", "Delete"):
            if start == end:
                move = word_step if event.modifiers.ctrl else step
                other = move(self._string, start, -1 if event.key == "Backspace" else 1)
                start, end = min(start, other), max(end, other)
            self._replace(start, end, "")
        elif event.key.lower() == "a" and event.modifiers.ctrl:
            self._anchor, self._caret = 0, len(self._string)
        else:
            return False
        self._wanted_x = None
        return True

    def _caret_key(self, event: KeyEvent) -> bool:
        held = event.modifiers
        if event.key in ("Up", "Down"):
            target = self._line_step(-1 if event.key == "Up" else 1)
        else:
            self._wanted_x = None
            found = self._along(event.key, by_word=held.ctrl, extends=held.shift)
            if found is None:
                return False
            target = found
        self._caret = settled(self._string, target)
        if not held.shift:
            self._anchor = self._caret
        return True

    def _along(self, key: str, *, by_word: bool, extends: bool) -> int | None:
        string, caret = self._string, self._caret
        start, end = self._range
        line_start = string.rfind("\n", 0, caret) + 1
        line_end = string.find("\n", caret)
        match key:
            case "Left" | "Right":
                direction = -1 if key == "Left" else 1
                if start != end and not extends:
                    return start if key == "Left" else end
                return (word_step if by_word else step)(string, caret, direction)
            case "Home":
                return 0 if by_word else line_start
            case "End":
                return len(string) if by_word or line_end < 0 else line_end
        return None

    def _line_step(self, direction: int) -> int:
        """The caret in the line above or below, as near as can be to where it was."""
        metrics = self.context.metrics
        here = metrics.caret(self.rid, self._caret)
        if here is None:
            return self._same_column(direction)
        x, top, bottom = here
        if self._wanted_x is None:
            self._wanted_x = x
        middle = (top + bottom) / 2 + direction * (bottom - top)
        index = self._index_at(self._wanted_x, middle)
        line = self._string.count("\n", 0, self._caret) + direction
        if not 0 <= line <= self._string.count("\n"):
            return 0 if direction < 0 else len(self._string)
        return index

    def _same_column(self, direction: int) -> int:
        lines = self._string.split("\n")
        number = self._string.count("\n", 0, self._caret)
        column = self._caret - (self._string.rfind("\n", 0, self._caret) + 1)
        target = number + direction
        if not 0 <= target < len(lines):
            return 0 if direction < 0 else len(self._string)
        return sum(len(line) + 1 for line in lines[:target]) + min(column, len(lines[target]))

    # -- writing

    def text(self, event: TextEvent) -> bool:
        """An input method composes or commits."""
        self._preedit = event.preedit
        start, end = self._range
        if event.replace_count > 0:
            start = max(0, min(len(self._string), self._caret + event.replace_from))
            end = min(len(self._string), start + event.replace_count)
        if event.text or event.replace_count > 0:
            self._replace(start, end, event.text)
        return True

    def insert(self, text: str) -> None:
        """Put text in place of what is selected."""
        self._replace(*self._range, text)

    def _replace(self, start: int, end: int, text: str) -> None:
        text = clean(text)
        if start == end and not text:
            return
        document = self.context.editor.document
        if not self.context.editor.can_edit(self.rid):
            self.tool.rest()
            return
        with document.transact(Origin.LOCAL, LABEL) as transaction:
            caret = TextModel(document, self.rid).replace(transaction, start, end, text)
        now = self.context.clock()
        if self._written is not None and now - self._written < PAUSE:
            self.context.editor.undo_stack.fold()
        self._written = now
        self._string = TextModel(document, self.rid).string
        self._caret = self._anchor = settled(self._string, caret)

    def cancel(self) -> bool:
        """The text stays and becomes the selection; an empty one vanishes."""
        self._end()
        return True

    def _end(self) -> None:
        editor = self.context.editor
        if editor.document.is_visible(self.rid):
            if TextModel(editor.document, self.rid).is_blank:
                editor.delete((self.rid,), LABEL)
            else:
                self.tool.made = (self.rid,)
        self.tool.rest()

    # -- others

    def committed(self, commit: Commit) -> None:
        """Keep the caret between the same letters when somebody else, or undo, changes the text."""
        document = self.context.editor.document
        if commit.origin is Origin.UNDO or (
            commit.origin is Origin.LOCAL and commit.label != LABEL
        ):
            self._written = None
        if commit.origin is Origin.LOCAL or not document.is_visible(self.rid):
            return
        new = TextModel(document, self.rid).string
        if new != self._string:
            self._caret = settled(new, follow(self._string, new, self._caret))
            self._anchor = settled(new, follow(self._string, new, self._anchor))
            self._string = new

    def interrupt(self, gone: AbstractSet[Rid]) -> None:
        """The text is gone."""
        if self.rid in gone:
            self.tool.rest()

    def feedback(self) -> Feedback:
        """Caret and selection."""
        edit = TextEdit(self.rid, self._caret, self._anchor, self._preedit)
        return Feedback(text=edit, cursor="text")


def typed(event: KeyEvent) -> str:
    """The characters that a key means; '' for a command (AltGr is Ctrl+Alt on Windows)."""
    if event.key in ("Return", "Enter"):
        return "" if event.modifiers.ctrl else "\n"
    is_command = event.modifiers.ctrl and not event.modifiers.alt
    return event.text if event.text.isprintable() and not is_command else ""
