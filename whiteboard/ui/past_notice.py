"""The banner over a board as it was: which moment this is, and the way back."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QWidget

from whiteboard.ui import words
from whiteboard.ui.shade import Floating
from whiteboard.ui.theme import theme
from whiteboard.ui.widgets import Button, IconLabel, Kind, Label


class PastNotice(Floating):
    """Says that the canvas shows the past, as long as it does.

    Signals:
        back_wanted: The button was used.
    """

    back_wanted = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.text = Label("", self, weight=500, tone="on_soft")
        self.back = Button(words.tr("Back to live"), Kind.PRIMARY, self, compact=True)
        self.back.clicked.connect(self.back_wanted)
        self.text.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Preferred)
        row = QHBoxLayout(self)
        row.setContentsMargins(14, 8, 10, 8)
        row.setSpacing(10)
        row.addWidget(IconLabel("history", "on_soft", 20, self))
        row.addWidget(self.text, 1)
        row.addWidget(self.back)
        self.hide()

    def say(self, text: str) -> None:
        """Show this; '' hides the banner."""
        if not text:
            self.hide()
            return
        self.text.setText(text)
        self.setAccessibleName(words.plain(text))
        self.place()
        self.show()
        self.raise_()

    def place(self) -> None:
        """At the top centre of the frame, wrapped where that is narrow."""
        parent = self.parentWidget()
        assert parent is not None
        room = parent.width() - 24
        self.text.setWordWrap(False)
        width = self.sizeHint().width()
        self.text.setWordWrap(width > room)
        width = min(width, room)
        self.resize(width, max(44, self.heightForWidth(width), self.minimumSizeHint().height()))
        self.move((parent.width() - self.width()) // 2, 12)

    def paintEvent(self, _event: QPaintEvent) -> None:
        look = theme()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(look.colour("outline" if look.high_contrast else "accent_soft"))
        painter.setBrush(look.colour("accent_soft"))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 12, 12)
        painter.end()
