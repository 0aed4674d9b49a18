"""What the popovers with a search over a list share: arrows steer the list, an edge line around."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from whiteboard.ui.panes.row_view import RowView
from whiteboard.ui.theme import theme
from whiteboard.ui.widgets import SearchField

_KEYS = {Qt.Key.Key_Down, Qt.Key.Key_Up, Qt.Key.Key_Return, Qt.Key.Key_Enter}


class Picker(QWidget):
    """A popover in which one types and picks; gone when closed.

    Attributes:
        search: where one types.
        list: what there is to pick.
    """

    def __init__(self, parent: QWidget | None, name: str, search: str, rows: str) -> None:
        super().__init__(parent, Qt.WindowType.Popup)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setAccessibleName(name)
        self.search = SearchField(search, self)
        self.search.installEventFilter(self)
        self.list = RowView(rows, self)
        self.list.steer_from_outside()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Arrows and Enter in the search steer the list."""
        if (
            watched is self.search
            and isinstance(event, QKeyEvent)
            and event.type() == QEvent.Type.KeyPress
            and event.key() in _KEYS
        ):
            self.list.keyPressEvent(event)
            return True
        return super().eventFilter(watched, event)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setPen(theme().colour("line"))
        painter.setBrush(theme().colour("raised"))
        painter.drawRect(self.rect().adjusted(0, 0, -1, -1))
        painter.end()
