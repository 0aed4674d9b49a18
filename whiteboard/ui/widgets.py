"""The controls of DESIGN section 4: buttons, icon buttons, swatches, labels, the focus ring."""

from __future__ import annotations

import enum

from PySide6.QtCore import QEvent, QObject, QPoint, QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetrics, QKeyEvent, QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QLabel,
    QLineEdit,
    QPushButton,
    QSizePolicy,
    QToolButton,
    QWidget,
)
from shiboken6 import isValid

from whiteboard.ui import words
from whiteboard.ui.icons import icon, paint_icon
from whiteboard.ui.theme import theme
from whiteboard.ui.tokens import BODY_PX

_ROUND = QPainter.RenderHint.Antialiasing


class Kind(enum.Enum):
    """What a button is for; one PRIMARY per surface."""

    PRIMARY = "primary"
    SECONDARY = "secondary"
    QUIET = "quiet"
    DANGER = "danger"


def button_colours(kind: Kind, *, down: bool, hover: bool) -> tuple[str, str, str]:
    """Tokens (fill, border, text) of a button; '' = none."""
    if kind is Kind.PRIMARY:
        return ("accent", "", "on_accent")
    fill = "pressed" if down else "hover" if hover else ""
    if kind is Kind.QUIET:
        return (fill, "", "accent")
    if kind is Kind.DANGER:
        return ("danger_soft" if hover or down else "", "danger", "danger")
    return (fill or "field", "outline", "text")


def paint_button(
    painter: QPainter,
    rect: QRect,
    text: str,
    kind: Kind,
    *,
    hover: bool = False,
    down: bool = False,
    enabled: bool = True,
    icon_name: str = "",
    compact: bool = False,
) -> None:
    """Draw a button: used by `Button` and by list rows, which have no widgets in them."""
    look = theme()
    fill, border, ink = button_colours(kind, down=down, hover=hover)
    radius = 6 if compact else 8
    painter.save()
    painter.setRenderHint(_ROUND)
    box = QRectF(rect)
    if fill or border:
        colour = look.colour(fill) if fill else QColor(Qt.GlobalColor.transparent)
        if kind is Kind.PRIMARY and not enabled:
            colour = look.colour("pressed")
        elif kind is Kind.PRIMARY and (hover or down):
            colour = colour.darker(106 if hover and not down else 114)
        line = look.colour(border if enabled else "line") if border else colour
        painter.setPen(QPen(line, 1))
        painter.setBrush(colour)
        painter.drawRoundedRect(box.adjusted(0.5, 0.5, -0.5, -0.5), radius, radius)
    inner = rect
    colour = look.colour(ink if enabled else "disabled")
    painter.setPen(colour)
    painter.setFont(look.font(12 if compact else BODY_PX, 600))
    if icon_name:
        width = painter.fontMetrics().horizontalAdvance(text)
        size = look.em(20)
        left = rect.center().x() - (width + size + 8) // 2
        rtl = QApplication.layoutDirection() == Qt.LayoutDirection.RightToLeft
        icon_x = left + width + 8 if rtl else left
        paint_icon(
            painter, icon_name, QRect(icon_x, rect.center().y() - size // 2 + 1, size, size), colour
        )
        inner = QRect(left if rtl else left + size + 8, rect.y(), width + 2, rect.height())
    painter.drawText(inner, Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextSingleLine, text)
    painter.restore()


class Button(QPushButton):
    """A button with words; 36 high, `compact` 28."""

    def __init__(
        self,
        text: str,
        kind: Kind = Kind.SECONDARY,
        parent: QWidget | None = None,
        *,
        compact: bool = False,
        icon_name: str = "",
    ) -> None:
        super().__init__(text, parent)
        self.kind = kind
        self._compact = compact
        self._icon_name = icon_name
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setCursor(
            Qt.CursorShape.PointingHandCursor if kind is Kind.QUIET else Qt.CursorShape.ArrowCursor
        )
        self.setAutoDefault(False)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        theme().changed.connect(self._restyle)

    def _restyle(self) -> None:
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        look = theme()
        metrics = QFontMetrics(look.font(12 if self._compact else BODY_PX, 600))
        text = self.text().replace("&", "")
        width = metrics.horizontalAdvance(text) + 2 * look.em(11 if self._compact else 15)
        if self.kind is Kind.QUIET:
            width -= look.em(6)
        if self._icon_name:
            width += look.em(20) + 8
        return QSize(width, look.em(28 if self._compact else 36))

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        paint_button(
            painter,
            self.rect(),
            self.text().replace("&", ""),
            self.kind,
            hover=self.underMouse() and self.isEnabled(),
            down=self.isDown(),
            enabled=self.isEnabled(),
            icon_name=self._icon_name,
            compact=self._compact,
        )
        painter.end()


def paint_count(painter: QPainter, middle: QPointF, count: int) -> None:
    """A number on accent, 16 px high, about `middle`."""
    look = theme()
    text = words.number(count) if count < 100 else f"{words.number(99)}+"
    font = look.font(11, 700)
    width = max(16.0, QFontMetrics(font).horizontalAdvance(text) + 8.0)
    pill = QRectF(middle.x() - width / 2, middle.y() - 8, width, 16)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(look.colour("accent"))
    painter.drawRoundedRect(pill, 8, 8)
    painter.setPen(look.colour("on_accent"))
    painter.setFont(font)
    painter.drawText(pill, Qt.AlignmentFlag.AlignCenter, text)


class IconButton(QToolButton):
    """An icon on a square: `tool` turns to accent when checked, others to the pressed grey."""

    def __init__(
        self,
        name: str,
        label: str,
        parent: QWidget | None = None,
        *,
        side: int = 36,
        icon_size: int = 20,
        key: str = "",
        tool: bool = False,
        checkable: bool = False,
        primary: bool = False,
    ) -> None:
        super().__init__(parent)
        self.name = name
        self._primary = primary
        self._side = side
        self._icon_size = icon_size
        self._tool = tool
        self._key = key
        self.mark = ""
        """A token: shows a small dot of this colour in the corner."""
        self._count = 0
        self.setCheckable(checkable)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setFixedSize(side, side)
        self.set_label(label)
        theme().changed.connect(self.update)

    def set_label(self, label: str, why_not: str = "") -> None:
        """Name the control; `why_not` says why it is disabled (DESIGN section 1.6)."""
        self.setAccessibleName(label)
        self.setAccessibleDescription(why_not)
        tip = f"{label} ({self._key})" if self._key else label
        self.setToolTip(f"{tip}\n{why_not}" if why_not else tip)

    def set_count(self, count: int, said: str = "") -> None:
        """Show a number in the corner, 0 for none; `said` is what it means, in words."""
        self._count = count
        self.setAccessibleDescription(said)
        self.update()

    def set_icon_name(self, name: str) -> None:
        """Show another icon."""
        self.name = name
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        look = theme()
        painter = QPainter(self)
        painter.setRenderHint(_ROUND)
        ink = "text" if self.isEnabled() else "disabled"
        fill = ""
        if (self.isChecked() and self._tool) or (self._primary and self.isEnabled()):
            fill, ink = "accent", "on_accent"
        elif self.isDown() or self.isChecked():
            fill = "pressed"
        elif self.underMouse() and self.isEnabled():
            fill = "hover"
        if fill:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(look.colour(fill))
            radius = 6 if self._side <= 32 else 8
            painter.drawRoundedRect(self.rect(), radius, radius)
        size = self._icon_size
        place = QRectF((self.width() - size) / 2, (self.height() - size) / 2, size, size)
        paint_icon(painter, self.name, place, look.colour(ink), self.layoutDirection())
        if self.mark:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(look.colour(self.mark))
            painter.drawEllipse(QRectF(self.width() - 12, 4, 8, 8))
        if self._count:
            paint_count(painter, QPointF(self.width() - 10, 10), self._count)
        painter.end()


class Swatch(QAbstractButton):
    """A colour to choose: a disc of 22 in 32, ringed in accent when chosen."""

    def __init__(self, colour: str | None, label: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.colour = colour
        """'#RRGGBB', or None for 'no fill'."""
        self.shown = colour
        """What it looks like on the present paper."""
        self.setFixedSize(32, 32)
        self.setCheckable(True)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setAccessibleName(label)
        self.setToolTip(label)
        theme().changed.connect(self.update)

    def paintEvent(self, _event: QPaintEvent) -> None:
        look = theme()
        painter = QPainter(self)
        painter.setRenderHint(_ROUND)
        centre = QRectF(self.rect()).center()
        disc = QRectF(centre.x() - 11, centre.y() - 11, 22, 22)
        if self.isChecked():
            painter.setPen(QPen(look.colour("accent"), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawEllipse(disc.adjusted(-3, -3, 3, 3))
        elif self.underMouse():
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(look.colour("hover"))
            painter.drawRoundedRect(self.rect(), 6, 6)
        if self.shown is None:
            painter.setPen(QPen(look.colour("outline"), 1))
            painter.setBrush(look.colour("canvas"))
            painter.drawEllipse(disc.adjusted(0.5, 0.5, -0.5, -0.5))
            painter.setPen(QPen(look.colour("danger"), 1.5))
            painter.drawLine(disc.center() + QPoint(-7, 7), disc.center() + QPoint(7, -7))
        else:
            colour = QColor(self.shown)
            painter.setBrush(colour)
            near = abs(colour.lightness() - look.colour("raised").lightness()) < 48
            painter.setPen(QPen(look.colour("outline"), 1) if near else Qt.PenStyle.NoPen)
            painter.drawEllipse(disc.adjusted(0.5, 0.5, -0.5, -0.5) if near else disc)
        painter.end()


class WidthButton(QAbstractButton):
    """A stroke width to choose, shown as a slanting stroke of about that width."""

    def __init__(self, width: float, label: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.stroke_width = width
        self.setFixedSize(32, 32)
        self.setCheckable(True)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setAccessibleName(label)
        self.setToolTip(label)
        theme().changed.connect(self.update)

    def paintEvent(self, _event: QPaintEvent) -> None:
        look = theme()
        painter = QPainter(self)
        painter.setRenderHint(_ROUND)
        if self.isChecked() or self.underMouse():
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(look.colour("pressed" if self.isChecked() else "hover"))
            painter.drawRoundedRect(self.rect(), 6, 6)
        shown = 1.2 + self.stroke_width * 0.68
        painter.setPen(
            QPen(look.colour("text"), shown, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap)
        )
        reach = 9.5 - shown * 0.15
        centre = QRectF(self.rect()).center()
        painter.drawLine(
            centre + QPoint(0, 0) + QRectF(-reach, reach * 0.55, 0, 0).topLeft(),
            centre + QRectF(reach, -reach * 0.55, 0, 0).topLeft(),
        )
        painter.end()


class WordButton(QAbstractButton):
    """A short word to choose in a bar, such as a text size."""

    def __init__(self, text: str, label: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setText(text)
        self.setCheckable(True)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setAccessibleName(label)
        self.setToolTip(label)
        self.setFixedHeight(32)
        theme().changed.connect(self.update)

    def sizeHint(self) -> QSize:
        width = QFontMetrics(theme().font(BODY_PX, 500)).horizontalAdvance(self.text())
        return QSize(max(32, width + 16), 32)

    def paintEvent(self, _event: QPaintEvent) -> None:
        look = theme()
        painter = QPainter(self)
        painter.setRenderHint(_ROUND)
        fill = (
            "pressed" if self.isChecked() or self.isDown() else "hover" if self.underMouse() else ""
        )
        if fill:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(look.colour(fill))
            painter.drawRoundedRect(self.rect(), 6, 6)
        painter.setPen(look.colour("text" if self.isEnabled() else "disabled"))
        painter.setFont(look.font(BODY_PX, 500))
        painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, self.text())
        painter.end()


class MenuButton(QAbstractButton):
    """A word with a chevron that opens a menu."""

    def __init__(self, text: str, label: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._label = label
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setToolTip(label)
        self.setFixedHeight(theme().em(36))
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.set_word(text)
        theme().changed.connect(self.update)

    def set_word(self, text: str) -> None:
        """Show this choice."""
        self.setText(text)
        self.setAccessibleName(f"{self._label}: {text}" if text else self._label)
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        width = QFontMetrics(theme().font(BODY_PX, 600)).horizontalAdvance(self.text())
        return QSize(min(width, 160) + 16 + 6 + 2 * theme().em(8), theme().em(36))

    def paintEvent(self, _event: QPaintEvent) -> None:
        look = theme()
        painter = QPainter(self)
        painter.setRenderHint(_ROUND)
        fill = "pressed" if self.isDown() else "hover" if self.underMouse() else ""
        if fill and self.isEnabled():
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(look.colour(fill))
            painter.drawRoundedRect(self.rect(), 8, 8)
        ink = look.colour("text" if self.isEnabled() else "disabled")
        left = look.em(8)
        paint_icon(painter, "chevron-down", QRect(left, (self.height() - 16) // 2, 16, 16), ink)
        painter.setPen(ink)
        painter.setFont(look.font(BODY_PX, 600))
        room = QRect(left + 22, 0, self.width() - left - 22 - 4, self.height())
        shown = painter.fontMetrics().elidedText(
            self.text(), Qt.TextElideMode.ElideRight, room.width()
        )
        painter.drawText(room, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, shown)
        painter.end()


class Divider(QWidget):
    """A line 1 × 24 between groups of a bar."""

    def __init__(self, parent: QWidget | None = None, *, margin: int = 8) -> None:
        super().__init__(parent)
        self.setFixedSize(2 * margin + 1, 24)
        theme().changed.connect(self.update)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(QRect(self.width() // 2, 0, 1, self.height()), theme().colour("line"))
        painter.end()


class Rule(QWidget):
    """A line across or down, 1 px, between regions."""

    def __init__(self, parent: QWidget | None = None, *, upright: bool = False) -> None:
        super().__init__(parent)
        if upright:
            self.setFixedWidth(1)
        else:
            self.setFixedHeight(1)
        theme().changed.connect(self.update)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), theme().colour("line"))
        painter.end()


class IconLabel(QWidget):
    """An icon that only shows something."""

    def __init__(
        self, name: str, tint: str = "text2", size: int = 20, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.name = name
        self.tint = tint
        self.setFixedSize(size, size)
        theme().changed.connect(self.update)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        paint_icon(
            painter, self.name, self.rect(), theme().colour(self.tint), self.layoutDirection()
        )
        painter.end()


class Label(QLabel):
    """Plain text at a size, weight and colour of DESIGN section 5; follows the theme."""

    def __init__(
        self,
        text: str = "",
        parent: QWidget | None = None,
        *,
        px: float = BODY_PX,
        weight: int = 400,
        tone: str = "text",
        wrap: bool = False,
        selectable: bool = False,
    ) -> None:
        super().__init__(text, parent)
        self._px = px
        self._weight = weight
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setWordWrap(wrap)
        self.setProperty("tone", tone)
        if selectable:
            self.setTextInteractionFlags(
                Qt.TextInteractionFlag.TextSelectableByMouse
                | Qt.TextInteractionFlag.TextSelectableByKeyboard
            )
        self._restyle()
        self._align()
        theme().changed.connect(self._restyle)

    def _restyle(self) -> None:
        self.setFont(theme().font(self._px, self._weight))

    def _align(self) -> None:
        """Along the layout, not along the text: a Latin name in a right-to-left window."""
        rtl = self.layoutDirection() == Qt.LayoutDirection.RightToLeft
        side = Qt.AlignmentFlag.AlignRight if rtl else Qt.AlignmentFlag.AlignLeft
        self.setAlignment(side | Qt.AlignmentFlag.AlignAbsolute | Qt.AlignmentFlag.AlignVCenter)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.LayoutDirectionChange:
            self._align()


class ElidedLabel(Label):
    """One line that ends in … where there is no room; the tooltip then has the whole."""

    def __init__(
        self,
        text: str = "",
        parent: QWidget | None = None,
        *,
        px: float = BODY_PX,
        weight: int = 400,
        tone: str = "text",
        middle: bool = False,
    ) -> None:
        super().__init__("", parent, px=px, weight=weight, tone=tone)
        self._mode = Qt.TextElideMode.ElideMiddle if middle else Qt.TextElideMode.ElideRight
        self._whole = ""
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.set_whole(text)

    def set_whole(self, text: str) -> None:
        """The text to show as much of as fits."""
        self._whole = text
        self.setAccessibleName(text)
        self._fit()

    def sizeHint(self) -> QSize:
        metrics = QFontMetrics(self.font())
        return QSize(metrics.horizontalAdvance(self._whole) + 1, metrics.height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        shown = QFontMetrics(self.font()).elidedText(self._whole, self._mode, self.width())
        self.setText(shown)
        self.setToolTip(self._whole if shown != self._whole else "")


class FocusRing(QWidget):
    """The ring around the control that has keyboard focus: 2 px accent with a gap of 2.

    One per window. Drawn beside the control instead of in it, so that nothing changes size; shown
    only when focus came by the keyboard (DESIGN section 14.10).
    """

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self._target: QWidget | None = None
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.hide()
        app = QApplication.instance()
        assert isinstance(app, QApplication)
        app.focusChanged.connect(self._focus_moved)
        theme().changed.connect(self.update)

    def _focus_moved(self, _old: QWidget | None, new: QWidget | None) -> None:
        if self._target is not None:
            if isValid(self._target):  # focus also moves because the one that had it is deleted
                self._target.removeEventFilter(self)
            self._target = None
        ours = isinstance(new, QAbstractButton) and new.window() is self.parentWidget()
        if not ours or new is None:
            self.hide()
            return
        self._target = new
        new.installEventFilter(self)
        new.destroyed.connect(self._target_gone)
        self._follow()

    def _target_gone(self) -> None:
        self._target = None
        self.hide()

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        if event.type() in (
            QEvent.Type.Move,
            QEvent.Type.Resize,
            QEvent.Type.Show,
            QEvent.Type.Hide,
        ):
            self._follow()
        return False

    def _follow(self) -> None:
        target = self._target
        if target is None or not target.isVisible():
            self.hide()
            return
        corner = target.mapTo(self.window(), QPoint(0, 0))
        self.setGeometry(QRect(corner, target.size()).adjusted(-4, -4, 4, 4))
        self.raise_()
        self.show()

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(_ROUND)
        painter.setPen(QPen(theme().colour("accent"), 2))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), 11, 11)
        painter.end()


class SearchField(QLineEdit):
    """A field with a magnifier; Esc empties it."""

    def __init__(self, hint: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setPlaceholderText(hint)
        self.setAccessibleName(hint)
        self.setProperty("search", True)
        self.addAction(icon("search", "text2"), QLineEdit.ActionPosition.LeadingPosition)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and self.text():
            self.clear()
            return
        super().keyPressEvent(event)


def mark_wrong(field: QLineEdit, wrong: bool) -> None:
    """Show a field as the place of a mistake (red border), or not any more."""
    field.setProperty("wrong", wrong)
    field.style().unpolish(field)
    field.style().polish(field)


__all__ = [
    "Button",
    "Divider",
    "ElidedLabel",
    "FocusRing",
    "IconButton",
    "IconLabel",
    "Kind",
    "Label",
    "MenuButton",
    "Rule",
    "SearchField",
    "Swatch",
    "WidthButton",
    "WordButton",
    "mark_wrong",
    "paint_button",
]
