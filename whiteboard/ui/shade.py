"""The shadow under floating things: a nine-patch made once, painted by one sibling widget.

A QGraphicsEffect would redraw the whole card through a pixmap at every hover (DESIGN section 4).
"""

from __future__ import annotations

import enum
import math
from functools import lru_cache

from PySide6.QtCore import QMargins, QRect, QRectF, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from whiteboard.ui.theme import theme


class Depth(enum.Enum):
    """How high a thing floats: (offset down, blur, opacity light, opacity dark)."""

    BAR = (3, 16, 0.085, 0.45)
    CARD = (6, 28, 0.12, 0.45)


@lru_cache(maxsize=16)
def _patch(depth: Depth, radius: int, dark: bool, ratio: float) -> QImage:
    """A square picture of the shadow with a stretchable middle, in device px."""
    _, blur, light_opacity, dark_opacity = depth.value
    opacity = dark_opacity if dark else light_opacity
    side = 2 * (blur + radius) + 2
    image = QImage(
        math.ceil(side * ratio), math.ceil(side * ratio), QImage.Format.Format_ARGB32_Premultiplied
    )
    image.setDevicePixelRatio(ratio)
    image.fill(Qt.GlobalColor.transparent)
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    # Rectangles inside one another, each adding what a Gaussian gains over its step.
    steps = 2 * blur
    before = 0.0
    for step in range(steps):
        reach = blur - (step + 0.5)  # px outside the card's edge; negative inside
        level = opacity * 0.5 * math.erfc(reach / (blur / 2) / math.sqrt(2))
        gain = max(0.0, (level - before) / (1 - before))
        before = level
        grow = blur - reach
        rect = QRectF(0, 0, side, side).adjusted(grow, grow, -grow, -grow)
        if rect.width() <= 0:
            break
        corner = max(1.0, radius + max(reach, 0) * 0.8)
        painter.setBrush(QColor.fromRgbF(0, 0, 0, gain))
        painter.drawRoundedRect(rect, corner, corner)
    painter.end()
    return image


class Shade(QWidget):
    """The shadow of a sibling; its owner calls `follow` when that one moves."""

    def __init__(self, parent: QWidget, radius: int, depth: Depth = Depth.BAR) -> None:
        super().__init__(parent)
        self._radius = radius
        self._depth = depth
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        theme().changed.connect(self.update)

    def follow(self, widget: QWidget) -> None:
        """Lie under `widget` where it is now."""
        offset, blur, _, _ = self._depth.value
        self.setGeometry(widget.geometry().translated(0, offset) + QMargins(blur, blur, blur, blur))
        self.setVisible(not widget.isHidden() and not theme().high_contrast)
        self.stackUnder(widget)

    def paintEvent(self, _event: QPaintEvent) -> None:
        ratio = self.devicePixelRatioF()
        image = _patch(self._depth, self._radius, theme().dark, ratio)
        side = image.width()
        edge = (side - 2) // 2
        logical = edge / ratio
        painter = QPainter(self)
        width, height = float(self.width()), float(self.height())
        columns = (
            (0, edge, 0.0, logical),
            (edge, 2, logical, width - 2 * logical),
            (side - edge, edge, width - logical, logical),
        )
        rows = (
            (0, edge, 0.0, logical),
            (edge, 2, logical, height - 2 * logical),
            (side - edge, edge, height - logical, logical),
        )
        for sx, sw, x, w in columns:
            for sy, sh, y, h in rows:
                if w > 0 and h > 0:
                    painter.drawImage(QRectF(x, y, w, h), image, QRectF(QRect(sx, sy, sw, sh)))
        painter.end()


class Floating(QWidget):
    """A card over the board: raised background, one line around, its shadow beneath."""

    def __init__(self, parent: QWidget, *, radius: int = 12, depth: Depth = Depth.BAR) -> None:
        super().__init__(parent)
        self._radius = radius
        self._shade = Shade(parent, radius, depth)
        self._shade.hide()
        theme().changed.connect(self.update)
        self.setAttribute(Qt.WidgetAttribute.WA_NoMousePropagation)

    def moveEvent(self, event: object) -> None:
        self._shade.follow(self)

    def resizeEvent(self, event: object) -> None:
        self._shade.follow(self)

    def showEvent(self, event: object) -> None:
        self._shade.follow(self)

    def hideEvent(self, event: object) -> None:
        self._shade.hide()

    def raise_(self) -> None:
        """Above its siblings, with its shadow."""
        super().raise_()
        self._shade.stackUnder(self)

    def deleteLater(self) -> None:
        """Goes with its shadow."""
        self._shade.deleteLater()
        super().deleteLater()

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(theme().colour("line"))
        painter.setBrush(theme().colour("raised"))
        box = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        painter.drawRoundedRect(box, self._radius, self._radius)
        painter.end()
