"""What the bar over a selection says of a finished part, and the way to open it again."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from whiteboard.ui import words
from whiteboard.ui.surface import Surface
from whiteboard.ui.widgets import Button, IconLabel, Label


class LockPart(QWidget):
    """A lock, who declared it finished, and "Reopen" for who may.

    Signals:
        reopened: the person wants it to be changed again.
    """

    reopened = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        row = QHBoxLayout(self)
        row.setContentsMargins(6, 0, 4, 0)
        row.setSpacing(6)
        self._text = Label("", self, px=12, weight=600)
        self.reopen = Button(words.tr("Reopen"), parent=self, compact=True)
        self.reopen.clicked.connect(self.reopened)
        for widget in (IconLabel("lock", "text2", 18, self), self._text, self.reopen):
            row.addWidget(widget)
        self.hide()

    @property
    def text(self) -> str:
        """What it says; '' while nothing."""
        return "" if self.isHidden() else words.plain(self._text.text())

    def show_finished(self, surface: Surface) -> None:
        """Speak of what is selected, if that is finished."""
        permissions = surface.board.permissions
        parts = [permissions.finished_at(rid) for rid in surface.chosen]
        part = next((one for one in parts if one is not None), None)
        self.setVisible(part is not None)
        if part is None:
            return
        may_reopen = surface.can("reopen")
        self._text.setText(words.finished_by(part))
        self.reopen.setVisible(may_reopen)
        self.setToolTip("" if may_reopen else words.part_is_finished())
        self.setAccessibleName(words.plain(words.finished_by(part)))
        self.setAccessibleDescription(words.part_is_finished())
        self.updateGeometry()
