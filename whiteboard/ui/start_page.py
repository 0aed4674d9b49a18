"""The start page: begin something, or go on with a board that is known here (DESIGN section 2)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QEvent, QPoint, QRect, QRectF, Qt, QTimer, Signal, SignalInstance
from PySide6.QtGui import (
    QFontMetrics,
    QImage,
    QKeyEvent,
    QPainter,
    QPainterPath,
    QPaintEvent,
    QResizeEvent,
)
from PySide6.QtWidgets import QAbstractButton, QScrollArea, QWidget

from whiteboard.canvas.export import ExportError, render_document
from whiteboard.session.boards import Board, SavedBoard
from whiteboard.ui import words
from whiteboard.ui.icons import paint_icon
from whiteboard.ui.panes.rows import board_state, place_of
from whiteboard.ui.ports import Services
from whiteboard.ui.theme import theme
from whiteboard.ui.tokens import RADIUS_CARD
from whiteboard.ui.widgets import Label, SearchField

_EDGE, _GAP = 32, 14
_CARD_MIN, _PICTURE, _CARD = 200, 130, 182
_ACTION = 64
_FIELD = 240

MOST_PICTURED = 5_000
"""Changes on a board that is drawn small; a larger one would make the page wait."""


@dataclass(frozen=True, slots=True)
class Shown:
    """One board on the page."""

    key: str
    """'board:PLACE' of an open one, 'saved:KEY'."""
    name: str
    state: str
    tone: str
    board: Board | None = None
    picture: Path | None = None


def small_picture(board: Board) -> QImage | None:
    """What is on an open board; None of an empty or a very large one."""
    document = board.document
    is_large = document.message_count > MOST_PICTURED
    if document.root is None or not document.children(document.root) or is_large:
        return None
    try:
        return render_document(document, 2 * _CARD_MIN, 2 * _PICTURE, whole=True)
    except ExportError:
        return None


class _Card(QAbstractButton):
    """Something to press with a frame around it."""

    def __init__(self, name: str, detail: str, parent: QWidget) -> None:
        super().__init__(parent)
        self.name, self.detail, self.tone = name, detail, "text2"
        self.setText(name)
        self.setAccessibleName(name)
        self.setAccessibleDescription(detail)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        theme().changed.connect(self.update)

    def _frame(self, painter: QPainter) -> QPainterPath:
        path = QPainterPath()
        box = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        path.addRoundedRect(box, RADIUS_CARD, RADIUS_CARD)
        look = theme()
        fill = "pressed" if self.isDown() else "hover" if self.underMouse() else "raised"
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.fillPath(path, look.colour(fill))
        return path

    def _border(self, painter: QPainter, path: QPainterPath) -> None:
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(theme().colour("line"))
        painter.drawPath(path)

    def _lines(self, painter: QPainter, box: QRect) -> None:
        """Name and second line, one above the other in `box`, elided."""
        look = theme()
        edge = Qt.AlignmentFlag.AlignRight if self._is_rtl() else Qt.AlignmentFlag.AlignLeft
        side = edge | Qt.AlignmentFlag.AlignAbsolute | Qt.AlignmentFlag.AlignVCenter
        half = box.height() // 2
        for text, px, weight, tone, top in (
            (self.name, 13, 600, "text", box.top()),
            (self.detail, 12, 400, self.tone, box.top() + half),
        ):
            font = look.font(px, weight)
            painter.setFont(font)
            painter.setPen(look.colour(tone))
            shown = QFontMetrics(font).elidedText(text, Qt.TextElideMode.ElideRight, box.width())
            painter.drawText(QRect(box.left(), top, box.width(), half), side, shown)

    def _is_rtl(self) -> bool:
        return self.layoutDirection() == Qt.LayoutDirection.RightToLeft


class ActionCard(_Card):
    """New board, Open a file, Join."""

    def __init__(self, icon: str, name: str, detail: str, parent: QWidget) -> None:
        super().__init__(name, detail, parent)
        self._icon = icon

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        self._border(painter, self._frame(painter))
        x = self.width() - 40 if self._is_rtl() else 18
        middle = self.height() // 2
        paint_icon(painter, self._icon, QRect(x, middle - 11, 22, 22), theme().colour("accent"))
        left = 12 if self._is_rtl() else 52
        self._lines(painter, QRect(left, middle - 18, self.width() - 64, 36))
        painter.end()


class BoardCard(_Card):
    """A board: what is on it, its name, one line about its state."""

    def __init__(self, shown: Shown, picture: QImage | None, parent: QWidget) -> None:
        super().__init__(shown.name, shown.state, parent)
        self.key, self.tone = shown.key, shown.tone
        self._picture = picture

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        path = self._frame(painter)
        look = theme()
        paper = QRect(0, 0, self.width(), _PICTURE)
        painter.save()
        painter.setClipPath(path)
        if self._picture is not None and not self._picture.isNull():
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
            painter.fillRect(paper, Qt.GlobalColor.white)
            shown = self._picture.size().scaled(paper.size(), Qt.AspectRatioMode.KeepAspectRatio)
            at = QRect(QPoint(), shown)
            at.moveCenter(paper.center())
            painter.drawImage(at, self._picture)
        else:
            painter.fillRect(paper, look.colour("canvas"))
            place = QRect(paper.center().x() - 15, paper.center().y() - 15, 32, 32)
            paint_icon(painter, "board", place, look.colour("disabled"))
        painter.fillRect(QRect(0, _PICTURE, self.width(), 1), look.colour("line"))
        painter.restore()
        self._border(painter, path)
        self._lines(painter, QRect(12, _PICTURE + 7, self.width() - 24, 38))
        painter.end()


class StartPage(QScrollArea):
    """Covers the board while it is open.

    Args:
        services: boards and people.

    Signals:
        new_wanted, open_wanted, join_wanted: one of the three at the top.
        board_wanted: an open board's place; saved_wanted: a board's key.
        closed: Esc.
    """

    new_wanted = Signal()
    open_wanted = Signal()
    join_wanted = Signal()
    board_wanted = Signal(int)
    saved_wanted = Signal(str)
    closed = Signal()

    def __init__(self, services: Services) -> None:
        super().__init__()
        self._services = services
        self.setFrameShape(QScrollArea.Shape.NoFrame)
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setAccessibleName(words.tr("Start"))
        self._inside = QWidget(self)
        self._inside.setObjectName("start")
        self.setWidget(self._inside)
        self.title = Label(words.tr("Start"), self._inside, px=28, weight=600)
        self.beginnings = (
            self._action("plus", words.tr("New board"), words.blank_board(), self.new_wanted),
            self._action("open", words.tr("Open a file…"), words.kinds_of_file(), self.open_wanted),
            self._action("link", words.tr("Join…"), words.tr("A group chat"), self.join_wanted),
        )
        self._heading = Label(words.tr("Boards"), self._inside, px=15, weight=600)
        self.search = SearchField(words.tr("Search boards"), self._inside)
        self.search.textChanged.connect(lambda _text: self.refresh())
        self.nothing = Label("", self._inside, tone="text2")
        self.cards: list[BoardCard] = []
        self._shown: Sequence[Shown] | None = None
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.timeout.connect(self.refresh)
        self._unsubscribe = services.boards.changed.subscribe(lambda _none: self._refresh_soon())
        self.hide()

    def let_go(self) -> None:
        """Listen no longer."""
        self._unsubscribe()

    def open(self) -> None:
        """Show it, with the boards as they are now; what is typed filters."""
        self.search.clear()
        self._shown = None
        self.refresh()
        self.show()
        self.raise_()
        self.search.setFocus()

    def _refresh_soon(self) -> None:
        if self.isVisible():
            self._soon.start(0)

    def refresh(self) -> None:
        """Show the boards that are known now and fit what is typed."""
        needle = self.search.text().strip().casefold()
        everything = self._known()
        shown = [one for one in everything if needle in one.name.casefold()]
        if shown == self._shown:
            return
        self._shown = shown
        for card in self.cards:
            card.hide()
            card.deleteLater()
        self.cards = [self._card(one) for one in shown]
        text = words.nothing_found() if everything else words.no_boards_yet()
        self.nothing.setText("" if shown else text)
        self._place()

    def _known(self) -> list[Shown]:
        boards, people = self._services.boards, self._services.people
        found = [
            Shown(f"board:{place}", board.name, *board_state(board, people), board)
            for place, board in enumerate(boards.boards)
        ]
        return found + [self._saved(one) for one in boards.saved]

    def _saved(self, board: SavedBoard) -> Shown:
        key = f"saved:{board.key}"
        if board.is_damaged:
            return Shown(key, words.damaged_board(), words.unreadable(), "danger")
        if board.waiting:
            waiting = words.changes_waiting(board.waiting)
            return Shown(key, board.name, waiting, "warn", picture=board.picture)
        place = place_of(board.place, self._services.people)
        return Shown(key, board.name, place, "text2", picture=board.picture)

    def _card(self, shown: Shown) -> BoardCard:
        picture = None
        if shown.board is not None:
            picture = small_picture(shown.board)
        elif shown.picture is not None:
            picture = QImage(str(shown.picture))
        card = BoardCard(shown, picture, self._inside)
        card.clicked.connect(lambda: self._chosen(card.key))
        card.show()
        return card

    def _chosen(self, key: str) -> None:
        kind, _, what = key.partition(":")
        if kind == "board":
            self.board_wanted.emit(int(what))
        else:
            self.saved_wanted.emit(what)

    def _action(self, icon: str, name: str, detail: str, wanted: SignalInstance) -> ActionCard:
        card = ActionCard(icon, name, detail, self._inside)
        card.clicked.connect(wanted.emit)
        return card

    # --- placing ----------------------------------------------------------------------------

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._place()

    def _place(self) -> None:
        width = self.viewport().width() - 2 * _EDGE
        self._put(self.title, QRect(0, 26, width, 40))
        columns = 3 if width >= 3 * _CARD_MIN else 1
        y = self._grid(self.beginnings, 74, width, columns, _ACTION)
        self._put(self._heading, QRect(0, y + 26, width - _FIELD - _GAP, 32))
        self._put(self.search, QRect(width - _FIELD, y + 26, _FIELD, 32))
        y += 26 + 32 + 12
        self._put(self.nothing, QRect(0, y, width, 24))
        columns = max(1, (width + _GAP) // (_CARD_MIN + _GAP))
        y = self._grid(self.cards, y, width, columns, _CARD)
        self._inside.setMinimumHeight(y + _EDGE)

    def _grid(
        self, widgets: Sequence[QWidget], top: int, width: int, columns: int, high: int
    ) -> int:
        """Put these in rows; returns where the last one ends."""
        wide = (width - _GAP * (columns - 1)) // columns
        for number, widget in enumerate(widgets):
            row, column = divmod(number, columns)
            x, y = column * (wide + _GAP), top + row * (high + _GAP)
            self._put(widget, QRect(x, y, wide, high))
        rows = -(-len(widgets) // columns)
        return top + rows * (high + _GAP) - (_GAP if rows else 0)

    def _put(self, widget: QWidget, at: QRect) -> None:
        at.translate(_EDGE, 0)
        if self.layoutDirection() == Qt.LayoutDirection.RightToLeft:
            at.moveLeft(self.viewport().width() - at.right() - 1)
        widget.setGeometry(at)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.LayoutDirectionChange:
            self._place()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.closed.emit()
            return
        super().keyPressEvent(event)
