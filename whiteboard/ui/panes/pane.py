"""What all panes share: a ground, a head of 44 with title and buttons, an edge line."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from whiteboard.ui import words
from whiteboard.ui.theme import theme
from whiteboard.ui.widgets import IconButton, Label


class Pane(QWidget):
    """A column beside the board.

    Attributes:
        id: What preferences call it.
        is_remembered: It is open again at the next start.

    Signals:
        closed: the person closed it (its ×, or Esc).
    """

    closed = Signal()

    def __init__(
        self,
        title: str,
        parent: QWidget | None = None,
        *,
        trailing: bool = False,
        cross: bool = False,
        id: str = "",  # noqa: A002 - what it is
        is_remembered: bool = True,
    ) -> None:
        super().__init__(parent)
        self.id = id
        self.is_remembered = is_remembered
        self._trailing = trailing
        self.setAccessibleName(title)
        self.column = QVBoxLayout(self)
        edge = 0 if trailing else 1
        self.column.setContentsMargins(1 - edge, 0, edge, 0)
        self.column.setSpacing(0)
        self.head = QHBoxLayout()
        self.head.setContentsMargins(16, 0, 8, 0)
        self.head.setSpacing(0)
        label = Label(title, self, px=15, weight=600)
        self.head.addWidget(label)
        self.head.addStretch(1)
        if cross:
            button = IconButton("close", words.tr("Close"), self, side=32, icon_size=18)
            button.clicked.connect(self.closed)
            self.head.addWidget(button)
        holder = QWidget(self)
        holder.setFixedHeight(44)
        holder.setLayout(self.head)
        self.column.addWidget(holder)
        theme().changed.connect(self.update)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.closed.emit()
        else:
            super().keyPressEvent(event)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), theme().colour("chrome"))
        rtl = self.layoutDirection() == Qt.LayoutDirection.RightToLeft
        x = 0 if self._trailing != rtl else self.width() - 1
        painter.fillRect(x, 0, 1, self.height(), theme().colour("line"))
        painter.end()
