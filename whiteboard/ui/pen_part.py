"""What the tool bar starts with while I may not draw: why, and how to ask for the pen (flow G)."""

from __future__ import annotations

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from whiteboard.session.boards import Board
from whiteboard.session.permissions import Hindrance, Why
from whiteboard.ui import words
from whiteboard.ui.widgets import Button, Divider, IconLabel, Label

GRANTED_MS = 4000
"""So long "You may draw now" stands there."""


class PenPart(QWidget):
    """A chip and a button, or nothing.

    Signals:
        changed: it needs another width.
    """

    changed = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._board: Board | None = None
        self._hindrance: Hindrance | None = None
        self._said: tuple[str, str, bool] = ("", "", False)
        self._is_compact = False
        row = QHBoxLayout(self)
        row.setContentsMargins(8, 0, 4, 0)
        row.setSpacing(6)
        self._icon = IconLabel("eye", "text2", 18, self)
        self._text = Label("", self, px=12, weight=600)
        self.ask = Button(words.tr("Ask for the pen"), parent=self, compact=True)
        self.ask.clicked.connect(self._ask)
        for widget in (self._icon, self._text, self.ask, Divider(self)):
            row.addWidget(widget)
        self._granted = QTimer(self)
        self._granted.setSingleShot(True)
        self._granted.setInterval(GRANTED_MS)
        self._granted.timeout.connect(self.refresh)
        self.hide()

    @property
    def text(self) -> str:
        """What the chip says; '' while there is none."""
        return "" if self.isHidden() else self._text.text()

    def set_compact(self, compact: bool) -> None:
        """In a narrow window the button alone has to say it."""
        if compact != self._is_compact:
            self._is_compact = compact
            self._show_text()

    def _show_text(self) -> None:
        self._text.setVisible(not (self._is_compact and self._said[1]))
        self.updateGeometry()

    def watch(self, board: Board) -> None:
        """Speak about this board from now on."""
        self._board = board
        self._granted.stop()
        self._hindrance = board.permissions.hindrance()

    def refresh(self) -> None:
        """Show what stands in the way now."""
        board = self._board
        if board is None:
            return
        before, now = self._hindrance, board.permissions.hindrance()
        self._hindrance = now
        if now is not None:
            self._granted.stop()
            self._show_hindrance(board, now)
        elif before is not None and before.why is Why.WATCHING:
            self._granted.start()
            self._show("check", words.may_draw_now(), "")
        elif not self._granted.isActive():
            self._show("", "", "")

    def _show_hindrance(self, board: Board, now: Hindrance) -> None:
        permissions = board.permissions
        if now.why is Why.FINISHED:
            self._show("finished", words.finished(), "")
        elif permissions.has_asked:
            self._show("eye", words.only_watch_short(), words.tr("Asked for the pen"), can=False)
        else:
            label = words.tr("Ask for the pen") if permissions.may_ask else ""
            self._show("eye", words.only_watch_short(), label)
        self.setToolTip(words.why_not(now))

    def _show(self, icon: str, text: str, label: str, *, can: bool = True) -> None:
        wanted = (text, label, can)
        if wanted == self._said:
            return
        self._said = wanted
        self._icon.name = icon or "eye"
        self._icon.update()
        self._text.setText(text)
        self.setAccessibleName(text)
        self.ask.setText(label)
        self.ask.setEnabled(can)
        self.ask.setVisible(bool(label))
        self.ask.updateGeometry()
        self.setVisible(bool(text))
        self._show_text()
        self.changed.emit()

    def _ask(self) -> None:
        if self._board is not None:
            self._board.permissions.ask()
            self.refresh()
