"""The list of what was said: plain text, laid out and painted by a delegate; links only on demand.

What others wrote is never taken for HTML. A click at an address offers to open or copy it, with the
host spelt out; nothing is fetched by itself.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence

from PySide6.QtCore import (
    QAbstractListModel,
    QModelIndex,
    QPersistentModelIndex,
    QPoint,
    QPointF,
    QRect,
    QRectF,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import (
    QAbstractTextDocumentLayout,
    QContextMenuEvent,
    QFontMetrics,
    QGuiApplication,
    QKeyEvent,
    QKeySequence,
    QMouseEvent,
    QPainter,
    QPalette,
    QResizeEvent,
    QTextCharFormat,
    QTextCursor,
    QTextDocument,
    QTextOption,
)
from PySide6.QtWidgets import (
    QAbstractItemView,
    QListView,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from whiteboard.im.chat import ChatMessage, Delivery
from whiteboard.ui import words
from whiteboard.ui.avatars import colour_of, paint_avatar
from whiteboard.ui.icons import paint_icon
from whiteboard.ui.panes.chat_lines import Line, LineKind, links_in
from whiteboard.ui.theme import theme

_Index = QModelIndex | QPersistentModelIndex
_INSET, _AVATAR, _GAP = 12, 24, 8
_TEXT_LEFT = _INSET + _AVATAR + _GAP
_TRAILING = 30
"""Px after the text: the inset, and room for the mark of what is not sent yet."""
_MOST_LAYOUTS = 600


class ChatLines(QAbstractListModel):
    """The lines, changed in place where only the end grows."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[Line] = []

    def show(self, lines: Sequence[Line]) -> None:
        """Become these lines."""
        old, new = self.lines, list(lines)
        same = 0
        while same < min(len(old), len(new)) and old[same].key == new[same].key:
            same += 1
        if same < len(old):
            self.beginRemoveRows(QModelIndex(), same, len(old) - 1)
            self.lines = old[:same]
            self.endRemoveRows()
        changed = [at for at in range(same) if old[at] != new[at]]
        self.lines = new[:same]
        if changed:
            self.dataChanged.emit(self.index(changed[0], 0), self.index(changed[-1], 0))
        if same < len(new):
            self.beginInsertRows(QModelIndex(), same, len(new) - 1)
            self.lines = new
            self.endInsertRows()

    def rowCount(self, parent: _Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self.lines)

    def data(self, index: _Index, role: int = 0) -> object:
        if role in {Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole}:
            return _spoken(self.lines[index.row()])
        return None


def _spoken(line: Line) -> str:
    if line.kind is LineKind.DAY:
        return words.day_of(line.at)
    if line.message is None:
        return words.tr("New")
    message = line.message
    who = words.you() if message.me else message.name
    return f"{who}, {words.clock(message.at, day=False)}: {message.text}"


class ChatDelegate(QStyledItemDelegate):
    """Paints lines; keeps their laid-out texts."""

    def __init__(self, view: QListView) -> None:
        super().__init__(view)
        self._texts: OrderedDict[tuple[object, ...], QTextDocument] = OrderedDict()

    def sizeHint(self, option: QStyleOptionViewItem, index: _Index) -> QSize:
        view = self.parent()
        assert isinstance(view, QListView)
        width = view.viewport().width()
        return QSize(width, self.height(_line(index), width))

    def height(self, line: Line, width: int) -> int:
        """Px that a line takes."""
        if line.message is None:
            return theme().em(32)
        text = round(self.text_of(line, width).size().height())
        foot = theme().em(18) if line.message.delivery is Delivery.FAILED else 0
        return self._top(line) + text + foot + 2

    @staticmethod
    def _top(line: Line) -> int:
        assert line.message is not None
        if line.message.is_action:
            return 6
        return 10 + theme().em(18) if line.has_head else 2

    def text_rect(self, line: Line, rect: QRect, *, rtl: bool) -> QRect:
        """Where the text of a message is."""
        left = rect.left() + (_TRAILING if rtl else _TEXT_LEFT)
        width = rect.width() - _TEXT_LEFT - _TRAILING
        return QRect(left, rect.top() + self._top(line), width, rect.height() - self._top(line))

    def text_of(self, line: Line, width: int) -> QTextDocument:
        """The text of a message, laid out for a list this wide."""
        look, message = theme(), line.message
        assert message is not None
        key = (message, width, look.value("accent"), look.value("text"), look.em(100))
        known = self._texts.get(key)
        if known is None:
            known = self._texts[key] = _lay_out(message, max(40, width - _TEXT_LEFT - _TRAILING))
            while len(self._texts) > _MOST_LAYOUTS:
                self._texts.popitem(last=False)
        self._texts.move_to_end(key)
        return known

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        line = _line(index)
        rect: QRect = option.rect
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        view = self.parent()
        assert isinstance(view, QListView)
        rtl = view.layoutDirection() == Qt.LayoutDirection.RightToLeft
        is_focused = view.hasFocus() and view.currentIndex() == index
        if line.message is None:
            self._paint_mark(painter, line, rect)
        else:
            if is_focused:
                painter.fillRect(rect, theme().colour("hover"))
            self._paint_message(painter, line, line.message, rect, rtl=rtl)
        painter.restore()

    def _paint_mark(self, painter: QPainter, line: Line, rect: QRect) -> None:
        look = theme()
        is_new = line.kind is LineKind.NEW
        text = words.tr("New") if is_new else words.day_of(line.at)
        tone = "accent" if is_new else "text2"
        font = look.font(11, 600)
        width = QFontMetrics(font).horizontalAdvance(text)
        middle = rect.center()
        painter.setPen(look.colour("accent" if is_new else "line"))
        for begin, end in (
            (rect.left() + _INSET, middle.x() - width // 2 - 8),
            (middle.x() + width // 2 + 8, rect.right() - _INSET),
        ):
            painter.drawLine(begin, middle.y(), end, middle.y())
        painter.setPen(look.colour(tone))
        painter.setFont(font)
        painter.drawText(rect, Qt.AlignmentFlag.AlignCenter, text)

    def _paint_message(
        self, painter: QPainter, line: Line, message: ChatMessage, rect: QRect, *, rtl: bool
    ) -> None:
        look = theme()
        place = self.text_rect(line, rect, rtl=rtl)
        if line.has_head and not message.is_action:
            self._paint_head(painter, message, rect, place, rtl=rtl)
        document = self.text_of(line, rect.width())
        painter.translate(QPointF(place.topLeft()))
        context = QAbstractTextDocumentLayout.PaintContext()
        tone = "text2" if message.is_action else "text"
        context.palette.setColor(QPalette.ColorRole.Text, look.colour(tone))
        document.documentLayout().draw(painter, context)
        painter.translate(-QPointF(place.topLeft()))
        bottom = place.top() + round(document.size().height())
        if message.delivery is Delivery.FAILED:
            painter.setFont(look.font(11, 500))
            painter.setPen(look.colour("danger"))
            foot = QRect(place.left(), bottom, place.width(), look.em(18))
            painter.drawText(foot, _leading(rtl=rtl), words.not_sent())
        mark = {Delivery.SENDING: "waiting", Delivery.RECEIVED: "check"}.get(message.delivery)
        if message.me and mark:
            x = rect.left() + 9 if rtl else rect.right() - 22
            spot = QRect(x, bottom - look.em(13) - 2, 14, 14)
            paint_icon(painter, mark, spot, look.colour("text2"))

    def _paint_head(
        self, painter: QPainter, message: ChatMessage, rect: QRect, place: QRect, *, rtl: bool
    ) -> None:
        look = theme()
        x = rect.right() - _INSET - _AVATAR + 1 if rtl else rect.left() + _INSET
        disc = QRectF(x, rect.top() + 10, _AVATAR, _AVATAR)
        paint_avatar(painter, disc, message.address, message.name)
        head = QRect(place.left(), rect.top() + 8, place.width() + 16, look.em(18))
        if rtl:
            head.moveLeft(place.left() - 16)
        time = words.clock(message.at, day=False)
        time_width = QFontMetrics(look.font(11)).horizontalAdvance(time) + 8
        name_font = look.font(13, 600)
        metrics = QFontMetrics(name_font)
        name = words.you() if message.me else message.name
        name = metrics.elidedText(name, Qt.TextElideMode.ElideRight, head.width() - time_width)
        painter.setFont(name_font)
        painter.setPen(look.colour("text") if message.me else colour_of(message.address))
        painter.drawText(head, _leading(rtl=rtl), words.name(name))
        advance = metrics.horizontalAdvance(name) + 8
        beside = head.adjusted(0, 0, -advance, 0) if rtl else head.adjusted(advance, 0, 0, 0)
        painter.setFont(look.font(11))
        painter.setPen(look.colour("text2"))
        painter.drawText(beside, _leading(rtl=rtl), time)


def _leading(*, rtl: bool) -> int:
    side = Qt.AlignmentFlag.AlignRight if rtl else Qt.AlignmentFlag.AlignLeft
    return int(side | Qt.AlignmentFlag.AlignAbsolute | Qt.AlignmentFlag.AlignVCenter)


def _line(index: _Index) -> Line:
    model = index.model()
    assert isinstance(model, ChatLines)
    return model.lines[index.row()]


def _lay_out(message: ChatMessage, width: int) -> QTextDocument:
    look = theme()
    document = QTextDocument()
    document.setDocumentMargin(0)
    document.setDefaultFont(look.font(13))
    option = QTextOption()
    option.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
    document.setDefaultTextOption(option)
    who = words.you() if message.me else message.name
    before = f"{words.name(who)} " if message.is_action else ""
    document.setPlainText(before + message.text)
    _mark_links(document, before + message.text)
    if message.is_corrected:
        small = QTextCharFormat()
        small.setFont(look.font(11))
        small.setForeground(look.colour("text2"))
        end = QTextCursor(document)
        end.movePosition(QTextCursor.MoveOperation.End)
        end.insertText(f"  {words.tr('(edited)')}", small)
    document.setTextWidth(width)
    return document


def _mark_links(document: QTextDocument, text: str) -> None:
    cursor = QTextCursor(document)
    for begin, end in links_in(text):
        link = QTextCharFormat()
        link.setAnchor(True)
        link.setAnchorHref(text[begin:end])
        link.setForeground(theme().colour("accent"))
        link.setFontUnderline(True)
        cursor.setPosition(_units(text[:begin]))
        cursor.setPosition(_units(text[:end]), QTextCursor.MoveMode.KeepAnchor)
        cursor.mergeCharFormat(link)


def _units(text: str) -> int:
    """Qt counts in UTF-16."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


class ChatView(QListView):
    """Shows what was said; stays at the end while one is there.

    Signals:
        link_wanted: an address was clicked, and where on the screen.
        menu_wanted: (key of a message, global position).
        again_wanted: the foot of a message that was not sent was clicked (its key).
    """

    link_wanted = Signal(str, QPoint)
    menu_wanted = Signal(str, QPoint)
    again_wanted = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(words.tr("Messages"))
        self.lines = ChatLines()
        self.setModel(self.lines)
        self.painter_of_lines = ChatDelegate(self)
        self.setItemDelegate(self.painter_of_lines)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setFrameShape(QListView.Shape.NoFrame)
        self.setMouseTracking(True)
        self.viewport().setAutoFillBackground(False)
        theme().changed.connect(self.scheduleDelayedItemsLayout)

    @property
    def is_at_end(self) -> bool:
        """Whether the newest message is seen."""
        bar = self.verticalScrollBar()
        return bar.value() >= bar.maximum() - 8

    def show_lines(self, lines: Sequence[Line], *, to_end: bool = False) -> None:
        """Show these; what is seen stays in its place, or the end stays in view."""
        at_end = to_end or self.is_at_end
        self.lines.show(lines)
        if at_end:
            self.doItemsLayout()
            self.scrollToBottom()

    def resizeEvent(self, event: QResizeEvent) -> None:
        at_end = self.is_at_end
        super().resizeEvent(event)
        self.doItemsLayout()
        if at_end:
            self.scrollToBottom()

    def link_at(self, point: QPoint) -> str:
        """The address at a point of the viewport, '' if there is none."""
        index = self.indexAt(point)
        if not index.isValid() or (line := _line(index)).message is None:
            return ""
        rect = self.visualRect(index)
        rtl = self.layoutDirection() == Qt.LayoutDirection.RightToLeft
        place = self.painter_of_lines.text_rect(line, rect, rtl=rtl)
        document = self.painter_of_lines.text_of(line, rect.width())
        return document.documentLayout().anchorAt(QPointF(point - place.topLeft()))

    def message_at(self, point: QPoint) -> ChatMessage | None:
        """What was said at a point of the viewport."""
        index = self.indexAt(point)
        return _line(index).message if index.isValid() else None

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        over = bool(self.link_at(event.position().toPoint()))
        shape = Qt.CursorShape.PointingHandCursor if over else Qt.CursorShape.ArrowCursor
        self.viewport().setCursor(shape)
        super().mouseMoveEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        super().mouseReleaseEvent(event)
        if event.button() != Qt.MouseButton.LeftButton:
            return
        point = event.position().toPoint()
        message = self.message_at(point)
        link = self.link_at(point)
        if link:
            self.link_wanted.emit(link, event.globalPosition().toPoint())
        elif message is not None and message.delivery is Delivery.FAILED:
            self.again_wanted.emit(message.key)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        message = self.message_at(event.pos())
        if message is not None:
            self.menu_wanted.emit(message.key, event.globalPos())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        line = _line(self.currentIndex()) if self.currentIndex().isValid() else None
        if event.matches(QKeySequence.StandardKey.Copy) and line is not None and line.message:
            QGuiApplication.clipboard().setText(line.message.text)
        else:
            super().keyPressEvent(event)
