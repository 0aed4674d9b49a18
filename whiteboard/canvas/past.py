"""A board as it was, on the screen: one may look around and pick things, and draw nothing."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QWidget

from whiteboard.canvas.context import PaintContext
from whiteboard.canvas.view import BoardView
from whiteboard.editing.describing import describe
from whiteboard.model.ids import Rid
from whiteboard.model.shown import Shown
from whiteboard.tools.events import Button, Phase, PointerEvent, ToolEvent
from whiteboard.tools.ports import NOTHING, Feedback

_SLOP = 4.0
"""Px that a click may tremble."""
_REACH = 6.0
"""Px around a click in which a thin line is hit."""
_INKSCAPE = "http://www.inkscape.org/namespaces/inkscape"


class PastView(BoardView):
    """Shows a board as it was.

    Attributes:
        picked: Things that were clicked, outlined like a selection.

    Signals:
        picks_changed: `picked` is another now.
        stepped: By keys: so many changes on, or back.
        sought_end: By keys: to the beginning (False) or to now (True).
        play_wanted: Space.
        left: Esc, with nothing picked.
    """

    picks_changed = Signal()
    stepped = Signal(int)
    sought_end = Signal(bool)
    play_wanted = Signal()
    left = Signal()

    def __init__(
        self, then: Shown, context: PaintContext | None = None, parent: QWidget | None = None
    ) -> None:
        super().__init__(context=context, parent=parent)
        self.picked: tuple[Rid, ...] = ()
        self._then = then
        self._pressed: tuple[float, float] | None = None
        self._last = (0.0, 0.0)
        self._is_panning = False
        self.set_document(then)
        self.set_handler(self._hear)
        self.describe = lambda rid: describe(then, rid)

    def pick(self, rids: tuple[Rid, ...]) -> None:
        """Outline these; what is not seen now stays picked and shows when it is there."""
        if rids != self.picked:
            self.picked = rids
            self.show_picks()
            self.picks_changed.emit()

    def show_picks(self) -> None:
        """Outline what is picked, where it is at this moment."""
        seen = tuple(rid for rid in self.picked if self._then.is_visible(rid))
        self.overlay.show(Feedback(outlines=seen) if seen else NOTHING)

    # --- pointer

    def _hear(self, event: ToolEvent) -> bool:
        if not isinstance(event, PointerEvent):
            return False
        at = (event.view_x, event.view_y)
        if event.phase in (Phase.DOWN, Phase.DOUBLE):
            self._pressed = self._last = at
            self._is_panning = False
        elif event.phase is Phase.MOVE and self._pressed is not None:
            self._drag(at)
        elif event.phase is Phase.UP and self._pressed is not None:
            self._pressed = None
            if not self._is_panning and event.button is Button.PRIMARY:
                self._click(event)
        elif event.phase is Phase.CANCEL:
            self._pressed = None
        return True

    def _drag(self, at: tuple[float, float]) -> None:
        assert self._pressed is not None
        x, y = self._pressed
        self._is_panning = self._is_panning or max(abs(at[0] - x), abs(at[1] - y)) > _SLOP
        if self._is_panning:
            self.camera.pan(at[0] - self._last[0], at[1] - self._last[1])
            self._last = at

    def _click(self, event: PointerEvent) -> None:
        hits = self.places.hits(event.x, event.y, _REACH / self.camera.scale)
        found = self._thing(hits[0]) if hits else None
        if found is None:
            self.pick(())
        elif not event.modifiers.shift:
            self.pick((found,))
        elif found in self.picked:
            self.pick(tuple(rid for rid in self.picked if rid != found))
        else:
            self.pick((*self.picked, found))

    def _thing(self, rid: Rid) -> Rid:
        """What people mean by an element: its outermost group below the root or a layer."""
        then = self._then
        parent = then.parent(rid)
        while parent is not None and parent != then.root and then.is_visible(parent):
            if then.attribute(parent, "groupmode", _INKSCAPE) == "layer":
                break
            rid, parent = parent, then.parent(parent)
        return rid

    # --- keys

    def _claims(self, event: QEvent) -> bool:
        """Home and End are times here, not an order of things."""
        return isinstance(event, QKeyEvent) and event.key() in (Qt.Key.Key_Home, Qt.Key.Key_End)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Through time by arrows, Home and End; Space plays, Esc leaves."""
        key = event.key()
        if event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier:
            super().keyPressEvent(event)
        elif key in (Qt.Key.Key_Left, Qt.Key.Key_Right):
            self.stepped.emit(1 if key == Qt.Key.Key_Right else -1)
        elif key in (Qt.Key.Key_Home, Qt.Key.Key_End):
            self.sought_end.emit(key == Qt.Key.Key_End)
        elif key == Qt.Key.Key_Space:
            if not event.isAutoRepeat():
                self.play_wanted.emit()
        elif key == Qt.Key.Key_Escape and self.picked:
            self.pick(())
        elif key == Qt.Key.Key_Escape:
            self.left.emit()
        else:
            super().keyPressEvent(event)
