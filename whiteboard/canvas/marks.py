"""How marks on the screen are drawn: handles, marquees, tags, cursors. Px of the view, no state."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QFont, QFontMetricsF, QPainter, QPen, QPolygonF

from whiteboard.canvas.palette import Palette
from whiteboard.svg.plan import Rect

CORNER, SIDE = 9.0, 7.0
"""Sizes of handles, px (DESIGN section 4)."""
TAG_HEIGHT = 20.0
TAG_PADDING = 6.0
TAG_RADIUS = 6.0
TAG_OFFSET = QPointF(13, 18)
"""From the tip of a cursor to the corner of its tag."""
ARROW = QPolygonF([QPointF(0, 0), QPointF(5.6, 16), QPointF(8.8, 8.8), QPointF(16, 5.6)])
"""A 16 px pointer with its tip at the origin."""
_PLACES = {
    "nw": (0.0, 0.0), "n": (0.5, 0.0), "ne": (1.0, 0.0), "e": (1.0, 0.5),
    "se": (1.0, 1.0), "s": (0.5, 1.0), "sw": (0.0, 1.0), "w": (0.0, 0.5),
}  # fmt: skip


def qrect(rect: Rect) -> QRectF:
    """The same rectangle for Qt."""
    return QRectF(rect.x, rect.y, rect.width, rect.height)


def tag_font(base: QFont) -> QFont:
    """11 px at a 13 px body, weight 600."""
    font = QFont(base)
    size = base.pixelSize() if base.pixelSize() > 0 else base.pointSizeF() * 96 / 72
    font.setPixelSize(max(9, round(size * 11 / 13)))
    font.setWeight(QFont.Weight.DemiBold)
    return font


def tag_rect(text: str, corner: QPointF, font: QFont) -> QRectF:
    """Where a tag with its top left at `corner` is."""
    width = QFontMetricsF(font).horizontalAdvance(text) + 2 * TAG_PADDING
    return QRectF(corner.x(), corner.y(), width, TAG_HEIGHT)


def paint_tag(
    painter: QPainter, text: str, rect: QRectF, ground: QColor, ink: QColor, font: QFont
) -> None:
    """A name on a person's colour."""
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(ground)
    painter.drawRoundedRect(rect, TAG_RADIUS, TAG_RADIUS)
    painter.setFont(font)
    painter.setPen(ink)
    painter.drawText(rect, Qt.AlignmentFlag.AlignCenter, text)


def paint_arrow(painter: QPainter, tip: QPointF, colour: QColor, ground: QColor) -> None:
    """Somebody's pointer, 16 px with an outline of the paper's colour."""
    pen = QPen(ground, 3.0)  # half of it lies under the fill: 1.5 are seen
    pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
    shape = ARROW.translated(tip)
    painter.setPen(pen)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawPolygon(shape)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(colour)
    painter.drawPolygon(shape)


def paint_dot(painter: QPainter, centre: QPointF, size: float, colour: QColor, rim: QColor) -> None:
    """A person as a dot."""
    painter.setPen(QPen(rim, 1.5))
    painter.setBrush(colour)
    painter.drawEllipse(centre, size / 2, size / 2)


def paint_frame(painter: QPainter, rect: QRectF, palette: Palette) -> None:
    """The box of my selection."""
    painter.setPen(QPen(QColor(palette.accent), 1.5))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawRect(rect)


def paint_handles(
    painter: QPainter, rect: QRectF, handles: tuple[str, ...], palette: Palette
) -> None:
    """Squares filled with paper: 9 px at corners, 7 px at sides."""
    painter.setPen(QPen(QColor(palette.accent), 1.5))
    painter.setBrush(QBrush(QColor(palette.canvas)))
    for name in handles:
        place = _PLACES.get(name)
        if place is None:
            continue
        size = CORNER if len(name) == 2 else SIDE
        x = rect.x() + place[0] * rect.width() - size / 2
        y = rect.y() + place[1] * rect.height() - size / 2
        painter.drawRoundedRect(QRectF(x, y, size, size), 2, 2)


def paint_marquee(painter: QPainter, rect: QRectF, palette: Palette) -> None:
    """The rubber band: accent line, fill of 8 %."""
    colour = QColor(palette.accent)
    painter.setPen(QPen(colour, 1))
    fill = QColor(colour)
    fill.setAlphaF(0.08)
    painter.setBrush(fill)
    painter.drawRect(rect)


def paint_person_box(
    painter: QPainter, rect: QRectF, colour: QColor, width: float, *, dashed: bool
) -> None:
    """What somebody else has selected: 4 px outside, radius 4."""
    pen = QPen(colour, width)
    if dashed:
        pen.setDashPattern([4, 3])
    painter.setPen(pen)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawRoundedRect(rect.adjusted(-4, -4, 4, 4), 4, 4)


def paint_lock(painter: QPainter, rect: QRectF, palette: Palette) -> None:
    """A lock on a small card: what is under it is complete."""
    painter.setPen(QPen(QColor(palette.outline), 1))
    painter.setBrush(QColor(palette.raised))
    painter.drawRoundedRect(rect.adjusted(0.5, 0.5, -0.5, -0.5), 4, 4)
    unit = rect.width() / 16
    pen = QPen(QColor(palette.text), 1.25 * unit)
    pen.setCapStyle(Qt.PenCapStyle.RoundCap)
    painter.setPen(pen)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    left, top = rect.left(), rect.top()
    shackle = QRectF(left + 5.75 * unit, top + 3.5 * unit, 4.5 * unit, 6 * unit)
    painter.drawArc(shackle, 0, 180 * 16)
    painter.setBrush(QColor(palette.text))
    body = QRectF(left + 4.75 * unit, top + 7 * unit, 6.5 * unit, 5 * unit)
    painter.drawRoundedRect(body, unit, unit)


def paint_focus(painter: QPainter, rect: QRectF, palette: Palette) -> None:
    """Keyboard focus: 2 px accent outside a 2 px line of paper, seen on any drawing."""
    painter.setBrush(Qt.BrushStyle.NoBrush)
    for grown, colour in ((1.0, palette.canvas), (3.0, palette.accent)):
        painter.setPen(QPen(QColor(colour), 2))
        painter.drawRoundedRect(rect.adjusted(-grown, -grown, grown, grown), 3, 3)
