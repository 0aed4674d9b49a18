"""How rows look: one delegate for all lists; buttons in rows are painted, not widgets."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QPoint, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QFontMetrics, QPainter, QPen
from PySide6.QtWidgets import QAbstractItemView, QStyle, QStyledItemDelegate, QStyleOptionViewItem

from whiteboard.ui.avatars import paint_avatar
from whiteboard.ui.icons import paint_icon
from whiteboard.ui.panes.model import ROW_ROLE
from whiteboard.ui.panes.row import Row, RowButton, RowKind
from whiteboard.ui.theme import theme
from whiteboard.ui.widgets import Kind, paint_button

_INSET = 6
_LEFT = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft
_ONE_LINE = Qt.TextFlag.TextSingleLine


@dataclass
class Pointed:
    """Where the pointer is in a list."""

    row: int = -1
    spot: str = ""
    """Action of the button under the pointer, 'plus', or ''."""
    down: bool = False


class RowDelegate(QStyledItemDelegate):
    """Paints rows and knows where in them one can click."""

    def __init__(self, pointed: Pointed) -> None:
        super().__init__()
        self._pointed = pointed
        self.selected_is_active = False
        """The selected row shows its button without the focus (a search steers the list)."""

    # --- sizes ----------------------------------------------------------------------------

    def sizeHint(
        self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> QSize:
        row: Row = index.data(ROW_ROLE)
        width = _view_width(option)
        em = theme().em
        height = {
            RowKind.SECTION: 34,
            RowKind.PERSON: 49,
            RowKind.TILE: 49,
            RowKind.SKELETON: 49,
            RowKind.CARD: 102,
        }.get(row.kind)
        if height is not None:
            return QSize(width, em(height))
        if row.kind is RowKind.BANNER:
            text = self._wrapped(row.title, width - 2 * _INSET - 46, 12, 600)
            return QSize(width, text + em(8 + 4 + 8) + em(26) + 2)
        title = self._wrapped(row.title, width - 32, 13, 600)
        text = self._wrapped(row.subtitle, width - 32, 12, 400)
        return QSize(width, em(8) + 24 + em(8) + title + 2 + text + em(38))

    @staticmethod
    def _wrapped(text: str, width: int, px: float, weight: int) -> int:
        metrics = QFontMetrics(theme().font(px, weight))
        flags = int(Qt.TextFlag.TextWordWrap)
        return metrics.boundingRect(QRect(0, 0, max(width, 40), 1000), flags, text).height()

    # --- places ---------------------------------------------------------------------------

    def spots(self, row: Row, rect: QRect, *, active: bool) -> list[tuple[RowButton, QRect]]:
        """The buttons of a row and where they are (left to right; mirror with `visualRect`)."""
        em = theme().em
        if row.kind is RowKind.SECTION:
            if not row.plus:
                return []
            side = em(28)
            place = QRect(rect.right() - 10 - side, rect.center().y() - side // 2 + 1, side, side)
            return [(RowButton("plus", row.plus), place)]
        if row.kind in {RowKind.BANNER, RowKind.EMPTY}:
            left = rect.left() + (42 if row.kind is RowKind.BANNER else 16) - 6
            metrics = QFontMetrics(theme().font(12, 600))
            return [
                (
                    button,
                    QRect(
                        left,
                        rect.bottom() - em(34),
                        metrics.horizontalAdvance(button.label) + 12,
                        em(26),
                    ),
                )
                for button in row.buttons[:1]
            ]
        if row.kind is RowKind.CARD:
            return self._in_a_row(row.buttons, rect.left() + 17, rect.bottom() - em(41))
        if not active:
            return []
        shown = row.buttons if row.shows_all else row.buttons[:1]
        width = sum(self._width(button) + 8 for button in shown)
        left = rect.right() - _INSET - width
        y = rect.top() + (rect.height() - em(28)) // 2
        return self._in_a_row(shown, left, y)

    def _in_a_row(
        self, buttons: tuple[RowButton, ...], left: int, top: int
    ) -> list[tuple[RowButton, QRect]]:
        places = []
        for button in buttons:
            width = self._width(button)
            places.append((button, QRect(left, top, width, theme().em(28))))
            left += width + 8
        return places

    @staticmethod
    def _width(button: RowButton) -> int:
        metrics = QFontMetrics(theme().font(12, 600))
        return metrics.horizontalAdvance(button.label) + 2 * theme().em(11)

    # --- painting -------------------------------------------------------------------------

    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> None:
        row: Row = index.data(ROW_ROLE)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setLayoutDirection(option.direction)
        brush = _Brush(painter, option, self, self._pointed, index.row())
        {
            RowKind.SECTION: brush.section,
            RowKind.PERSON: brush.line,
            RowKind.TILE: brush.line,
            RowKind.CARD: brush.card,
            RowKind.EMPTY: brush.empty,
            RowKind.BANNER: brush.banner,
            RowKind.SKELETON: brush.skeleton,
        }[row.kind](row)
        painter.restore()


class _Brush:
    """Paints one row; all geometry is left to right and mirrored at the last moment."""

    def __init__(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        delegate: RowDelegate,
        pointed: Pointed,
        at: int,
    ) -> None:
        self.p = painter
        self.delegate = delegate
        self.rect = QRect(option.rect)
        self.direction = option.direction
        state = option.state
        self.selected = bool(state & QStyle.StateFlag.State_Selected)
        self.focused = bool(state & QStyle.StateFlag.State_HasFocus)
        self.hover = pointed.row == at
        self.spot = pointed.spot if self.hover else ""
        self.down = pointed.down

    def mirror(self, rect: QRect) -> QRect:
        return QStyle.visualRect(self.direction, self.rect, rect)

    def text(
        self,
        rect: QRect,
        text: str,
        px: float,
        weight: int,
        token: str,
        mode: Qt.TextElideMode = Qt.TextElideMode.ElideRight,
    ) -> int:
        """Draw one line, shortened to fit; returns the width it took."""
        font = theme().font(px, weight)
        metrics = QFontMetrics(font)
        self.p.setFont(font)
        self.p.setPen(theme().colour(token))
        shown = metrics.elidedText(text, mode, rect.width())
        rtl = self.direction == Qt.LayoutDirection.RightToLeft
        side = Qt.AlignmentFlag.AlignRight if rtl else Qt.AlignmentFlag.AlignLeft
        flags = side | Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignAbsolute | _ONE_LINE
        self.p.drawText(self.mirror(rect), int(flags), shown)
        return metrics.horizontalAdvance(shown)

    def wrapped(self, rect: QRect, text: str, px: float, weight: int, token: str) -> int:
        self.p.setFont(theme().font(px, weight))
        self.p.setPen(theme().colour(token))
        rtl = self.direction == Qt.LayoutDirection.RightToLeft
        side = Qt.AlignmentFlag.AlignRight if rtl else Qt.AlignmentFlag.AlignLeft
        flags = int(side | Qt.AlignmentFlag.AlignAbsolute | Qt.TextFlag.TextWordWrap)
        metrics = QFontMetrics(theme().font(px, weight))
        self.p.drawText(self.mirror(rect), flags, text)
        return metrics.boundingRect(QRect(0, 0, rect.width(), 1000), flags, text).height()

    def icon(self, name: str, rect: QRect, token: str) -> None:
        paint_icon(self.p, name, self.mirror(rect), theme().colour(token), self.direction)

    def box(self, rect: QRect, token: str, radius: int = 8, border: str = "") -> None:
        self.p.setPen(QPen(theme().colour(border), 1) if border else Qt.PenStyle.NoPen)
        self.p.setBrush(theme().colour(token))
        half = 0.5 if border else 0.0
        place = QRectF(self.mirror(rect)).adjusted(half, half, -half, -half)
        self.p.drawRoundedRect(place, radius, radius)

    def section(self, row: Row) -> None:
        rect = self.rect
        if self.focused and self.selected:
            self.ring(rect.adjusted(4, 2, -4, -2))
        middle = rect.center().y() + 1
        chevron = "chevron-right" if row.folded else "chevron-down"
        if row.foldable:
            self.icon(chevron, QRect(rect.left() + 12, middle - 6, 16, 16), "text2")
        title = QRect(
            rect.left() + (34 if row.foldable else 16),
            rect.top() + 2,
            rect.width() - 80,
            rect.height(),
        )
        width = self.text(title, row.title, 12, 600, "text2")
        count = QRect(title.left() + width + 7, title.top(), 120, title.height())
        self.text(count, row.count, 12, 400, "text2")
        for button, place in self.delegate.spots(row, rect, active=self.hover):
            if self.spot == button.action:
                self.box(place, "hover", 6)
            size = theme().em(18)
            at = QRect(place.center() - QPoint(size // 2 - 1, size // 2 - 2), QSize(size, size))
            self.icon("plus", at, "text")

    def ground(self) -> str:
        """Paint the row's background and return its token."""
        token = "accent_soft" if self.selected else "hover" if self.hover else ""
        if token:
            self.box(self.rect.adjusted(_INSET, 0, -_INSET, -1), token)
        if self.focused and self.selected:
            self.ring(self.rect.adjusted(_INSET, 0, -_INSET, -1))
        return token or "chrome"

    def ring(self, rect: QRect) -> None:
        self.p.setPen(QPen(theme().colour("accent"), 2))
        self.p.setBrush(Qt.BrushStyle.NoBrush)
        self.p.drawRoundedRect(QRectF(self.mirror(rect)).adjusted(1, 1, -1, -1), 8, 8)

    def line(self, row: Row) -> None:
        rect, em = self.rect, theme().em
        ground = self.ground()
        side = em(32)
        disc = QRect(rect.left() + 18, rect.top() + (rect.height() - 1 - side) // 2, side, side)
        self.disc(row, disc, ground)
        steered = self.focused or self.delegate.selected_is_active
        active = self.hover or (self.selected and steered)
        spots = self.delegate.spots(row, rect, active=active)
        end = rect.right() - 16
        if spots:
            end = min(place.left() for _, place in spots) - 8
        elif row.mark:
            mark = QRect(rect.right() - 33, rect.center().y() - 10, 18, 18)
            self.icon(row.mark, mark, row.mark_tone)
            end = mark.left() - 8
        elif row.badge:
            end = self.badge(row.badge, rect) - 8
        self.two_lines(row, disc.right() + 13, end)
        self.buttons(spots)

    def badge(self, text: str, rect: QRect) -> int:
        """A number in a pill; returns where it begins."""
        em = theme().em
        font = theme().font(11, 600)
        width = max(em(22), QFontMetrics(font).horizontalAdvance(text) + em(12))
        pill = QRect(rect.right() - 15 - width, rect.center().y() - em(10), width, em(20))
        self.box(pill, "text2", em(10))
        self.p.setFont(font)
        self.p.setPen(theme().colour("chrome"))
        self.p.drawText(self.mirror(pill), int(Qt.AlignmentFlag.AlignCenter), text)
        return pill.left()

    def disc(self, row: Row, rect: QRect, ground: str) -> None:
        if row.kind is RowKind.TILE:
            self.box(rect, "pressed", 8)
            size = theme().em(18)
            at = QRect(rect.center() - QPoint(size // 2 - 1, size // 2 - 1), QSize(size, size))
            self.icon(row.icon, at, "text2" if row.dim else "text")
            return
        place = QRectF(self.mirror(rect))
        paint_avatar(self.p, place, row.address, row.name or row.title, row.status, ground)

    def two_lines(self, row: Row, left: int, right: int, top: int | None = None) -> None:
        em = theme().em
        start = self.rect.top() + (self.rect.height() - 1 - em(35)) // 2 if top is None else top
        width = max(20, right - left)
        name = QRect(left, start, width, em(18))
        weight = 600 if row.kind is RowKind.CARD else 500
        self.text(name, row.title, 13, weight, "text2" if row.dim else "text")
        mode = Qt.TextElideMode.ElideMiddle if row.middle else Qt.TextElideMode.ElideRight
        second = QRect(left, start + em(18), width, em(17))
        self.text(second, row.subtitle, 12, 400, row.tone, mode)

    def buttons(self, spots: list[tuple[RowButton, QRect]]) -> None:
        for button, place in spots:
            paint_button(
                self.p,
                self.mirror(place),
                button.label,
                Kind.PRIMARY if button.primary else Kind.SECONDARY,
                hover=self.spot == button.action,
                down=self.spot == button.action and self.down,
                compact=True,
            )

    def card(self, row: Row) -> None:
        em = theme().em
        rect = self.rect.adjusted(_INSET, 2, -_INSET, -4)
        self.box(rect, "raised", 12, "line")
        if self.focused and self.selected:
            self.ring(rect)
        disc = QRect(rect.left() + 13, rect.top() + 12, em(32), em(32))
        paint_avatar(self.p, QRectF(self.mirror(disc)), row.address, row.name, row.status, "raised")
        self.two_lines(row, disc.right() + 13, rect.right() - 12, rect.top() + em(10))
        self.buttons(self.delegate.spots(row, self.rect, active=True))

    def empty(self, row: Row) -> None:
        rect, em = self.rect, theme().em
        left, top = rect.left() + 16, rect.top() + em(8)
        self.icon(row.icon, QRect(left, top, 24, 24), "text2")
        top += 24 + em(8)
        width = rect.width() - 32
        top += self.wrapped(QRect(left, top, width, 200), row.title, 13, 600, "text") + 2
        self.wrapped(QRect(left, top, width, 200), row.subtitle, 12, 400, "text2")
        self.links(row)

    def banner(self, row: Row) -> None:
        rect = self.rect.adjusted(_INSET, 0, -_INSET, -4)
        self.box(rect, f"{row.tone}_soft", 8, row.tone if theme().high_contrast else "")
        top = rect.top() + theme().em(9)
        self.icon(row.icon, QRect(rect.left() + 10, top - 2, 20, 20), row.tone)
        self.wrapped(
            QRect(rect.left() + 36, top, rect.width() - 46, 200), row.title, 12, 600, "text"
        )
        self.links(row)

    def links(self, row: Row) -> None:
        for button, place in self.delegate.spots(row, self.rect, active=True):
            if self.spot == button.action or (self.focused and self.selected):
                self.box(place, "hover", 6)
            inner = place.adjusted(6, 0, 6, 0)
            self.text(inner, button.label, 12, 600, "accent")

    def skeleton(self, _row: Row) -> None:
        rect = self.rect
        self.p.setPen(Qt.PenStyle.NoPen)
        self.p.setBrush(theme().colour("pressed"))
        self.p.drawEllipse(self.mirror(QRect(rect.left() + 18, rect.top() + 8, 32, 32)))
        self.box(QRect(rect.left() + 62, rect.top() + 12, 150, 9), "pressed", 4)
        self.box(QRect(rect.left() + 62, rect.top() + 29, 96, 9), "pressed", 4)


def _view_width(option: QStyleOptionViewItem) -> int:
    widget = option.widget
    view = widget.viewport() if isinstance(widget, QAbstractItemView) else None
    return option.rect.width() if view is None else view.width()
