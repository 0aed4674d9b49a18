"""The list of rows: hover and clicks on painted buttons, keys, tooltips where text is shortened."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QModelIndex, QPoint, QRect, Qt, Signal
from PySide6.QtGui import QContextMenuEvent, QHelpEvent, QKeyEvent, QMouseEvent, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QListView,
    QScrollBar,
    QStyle,
    QToolTip,
    QWidget,
)

from whiteboard.ui import words
from whiteboard.ui.panes.delegate import Pointed, RowDelegate
from whiteboard.ui.panes.model import RowModel
from whiteboard.ui.panes.row import Row, RowKind
from whiteboard.ui.theme import theme


class _ThinBar(QScrollBar):
    """A scroll bar over the rows instead of beside them: rows keep their width when it comes."""

    def __init__(self, view: QListView) -> None:
        super().__init__(Qt.Orientation.Vertical, view)
        self._real = view.verticalScrollBar()
        self.setAccessibleName(words.tr("Scroll"))
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._real.rangeChanged.connect(self._follow)
        self._real.valueChanged.connect(self.setValue)
        self.valueChanged.connect(self._real.setValue)
        self.hide()

    def _follow(self, least: int, most: int) -> None:
        self.setRange(least, most)
        self.setPageStep(self._real.pageStep())
        self.setSingleStep(self._real.singleStep())
        self.setVisible(most > least)


class RowView(QListView):
    """Shows a RowModel.

    Signals:
        acted: (action, key) of a button, of Enter or of a double click (the row's first button).
        menu_wanted: (key, global position) for a context menu.
    """

    acted = Signal(str, str)
    menu_wanted = Signal(str, QPoint)
    left = Signal()
    """The pointer is over no row any more."""

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(name)
        self._pointed = Pointed()
        self._rows = RowModel()
        self._delegate = RowDelegate(self._pointed)
        self.setModel(self._rows)
        self.setItemDelegate(self._delegate)
        self.setMouseTracking(True)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._bar = _ThinBar(self)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setFrameShape(QListView.Shape.NoFrame)
        self.viewport().setAutoFillBackground(False)
        theme().changed.connect(self.scheduleDelayedItemsLayout)

    def steer_from_outside(self) -> None:
        """A search field moves the selection: the selected row shows its button."""
        self._delegate.selected_is_active = True

    @property
    def rows(self) -> RowModel:
        """What is listed."""
        return self._rows

    def show_rows(self, rows: list[Row]) -> None:
        """Become this list; selection and scroll position stay with their rows."""
        self._rows.show(rows)

    def row_at(self, key: str) -> Row | None:
        """The row with this key."""
        place = self._rows.place(key)
        return None if place is None else self._rows.rows[place]

    def button_rect(self, key: str, action: str) -> QRect:
        """Where a button is in the viewport, the row taken as hovered; empty if it is not there."""
        place = self._rows.place(key)
        if place is None:
            return QRect()
        for name, rect in self._spots(self._rows.index(place, 0), active=True):
            if name == action:
                return rect
        return QRect()

    def _spots(self, index: QModelIndex, *, active: bool) -> list[tuple[str, QRect]]:
        row = self._rows.rows[index.row()]
        rect = self.visualRect(index)
        return [
            (button.action, QStyle.visualRect(self.layoutDirection(), rect, place))
            for button, place in self._delegate.spots(row, rect, active=active)
        ]

    def _spot_at(self, index: QModelIndex, point: QPoint) -> str:
        for action, place in self._spots(index, active=True):
            if place.contains(point):
                return action
        return ""

    # --- pointer --------------------------------------------------------------------------

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._point(event.position().toPoint())
        super().mouseMoveEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        point = event.position().toPoint()
        self._point(point)
        self._pointed.down = True
        self.viewport().update()
        if event.button() == Qt.MouseButton.LeftButton and self._pointed.spot:
            return  # a button in the row, not the row
        super().mousePressEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        was_down, self._pointed.down = self._pointed.down, False
        point = event.position().toPoint()
        index = self.indexAt(point)
        spot = self._pointed.spot
        self.viewport().update()
        if event.button() != Qt.MouseButton.LeftButton or not was_down or not index.isValid():
            super().mouseReleaseEvent(event)
            return
        row = self._rows.rows[index.row()]
        if spot and spot == self._spot_at(index, point):
            self.acted.emit(spot, row.key)
        elif row.kind is RowKind.SECTION:
            self.acted.emit("fold", row.key)
        else:
            super().mouseReleaseEvent(event)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        index = self.indexAt(event.position().toPoint())
        if index.isValid() and not self._spot_at(index, event.position().toPoint()):
            self._main_action(index)

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self.left.emit()
        self._pointed.row, self._pointed.spot = -1, ""
        self.viewport().update()

    def _point(self, point: QPoint) -> None:
        index = self.indexAt(point)
        row = index.row() if index.isValid() else -1
        spot = self._spot_at(index, point) if index.isValid() else ""
        if (row, spot) != (self._pointed.row, self._pointed.spot):
            self._pointed.row, self._pointed.spot = row, spot
            self.viewport().update()

    def hover_row(self, key: str) -> None:
        """As if the pointer were on the row (pictures of the tests)."""
        place = self._rows.place(key)
        self._pointed.row = -1 if place is None else place
        self.viewport().update()

    # --- keys -----------------------------------------------------------------------------

    def keyPressEvent(self, event: QKeyEvent) -> None:
        index = self.currentIndex()
        if index.isValid() and event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter}:
            self._main_action(index)
        elif index.isValid() and event.key() in {Qt.Key.Key_Left, Qt.Key.Key_Right}:
            row = self._rows.rows[index.row()]
            if row.kind is RowKind.SECTION and row.folded == (event.key() == Qt.Key.Key_Right):
                self.acted.emit("fold", row.key)
        elif index.isValid() and event.key() == Qt.Key.Key_Delete:
            self.acted.emit("remove", self._rows.rows[index.row()].key)
        else:
            super().keyPressEvent(event)

    def _main_action(self, index: QModelIndex) -> None:
        row = self._rows.rows[index.row()]
        if row.buttons:
            self.acted.emit(row.buttons[0].action, row.key)
        elif row.kind is RowKind.SECTION:
            self.acted.emit("fold", row.key)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        index = self.indexAt(event.pos())
        if event.reason() == QContextMenuEvent.Reason.Keyboard:
            index = self.currentIndex()
        if index.isValid():
            position = (
                self.viewport().mapToGlobal(self.visualRect(index).center())
                if event.reason() == QContextMenuEvent.Reason.Keyboard
                else event.globalPos()
            )
            self.menu_wanted.emit(self._rows.rows[index.row()].key, position)

    # --- the rest -------------------------------------------------------------------------

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        rtl = self.layoutDirection() == Qt.LayoutDirection.RightToLeft
        width = 10
        self._bar.setGeometry(0 if rtl else self.width() - width, 0, width, self.height())
        self.scheduleDelayedItemsLayout()  # heights depend on the width where text wraps

    def viewportEvent(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            index = self.indexAt(event.pos())
            text = self._tip(index, event.pos()) if index.isValid() else ""
            QToolTip.showText(event.globalPos(), text, self.viewport())
            return True
        return super().viewportEvent(event)

    def _tip(self, index: QModelIndex, point: QPoint) -> str:
        row = self._rows.rows[index.row()]
        if row.kind is RowKind.SECTION:
            return row.plus if self._spot_at(index, point) else ""
        if row.kind not in {RowKind.PERSON, RowKind.TILE, RowKind.CARD}:
            return ""
        lines = [row.title, row.subtitle, row.address if row.address != row.title else ""]
        lines += [row.mark_word, row.why]
        return "\n".join(words.plain(line) for line in dict.fromkeys(lines) if line)
