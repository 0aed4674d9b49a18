"""The chip over a board whose view follows somebody, or that others follow."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QWidget

from whiteboard.ui import words
from whiteboard.ui.shade import Floating
from whiteboard.ui.widgets import Button, IconLabel, Kind, Label


class FollowNotice(Floating):
    """Says whose view this is, as long as it is so.

    Signals:
        stop_wanted: the button was used.
    """

    stop_wanted = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.text = Label("", self, weight=500)
        self.text.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Preferred)
        self.icon = IconLabel("follow", "text2", 20, self)
        self.stop = Button(words.tr("Stop"), Kind.QUIET, self, compact=True)
        self.stop.clicked.connect(self.stop_wanted)
        row = QHBoxLayout(self)
        row.setContentsMargins(14, 6, 14, 6)
        row.setSpacing(10)
        row.addWidget(self.icon)
        row.addWidget(self.text)
        row.addWidget(self.stop)
        self.hide()

    def say(self, text: str, *, can_stop: bool) -> None:
        """Show this; '' hides the chip."""
        if not text:
            self.hide()
            return
        self.text.setText(text)
        self.stop.setVisible(can_stop)
        self.setAccessibleName(words.plain(text))
        self.place()
        self.show()
        self.raise_()

    def place(self, top: int = 12) -> None:
        """At the top centre of the frame, so many px below its edge."""
        parent = self.parentWidget()
        assert parent is not None
        width = min(self.sizeHint().width(), parent.width() - 24)
        self.resize(width, max(44, self.minimumSizeHint().height()))
        self.move((parent.width() - self.width()) // 2, top)
