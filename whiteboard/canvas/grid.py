"""The dot grid under the drawing: part of the screen, never of the document (DESIGN section 6)."""

from __future__ import annotations

import math

from PySide6.QtCore import QPointF, QRect, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPixmap

from whiteboard.canvas.camera import Camera

STEP = 24.0
"""User units between dots."""
MAJOR = 4
"""Every so many dots remain when the others have faded."""
DOT = 1.6
"""Diameter, px."""
FULL, GONE = 12.0, 6.0
"""Px between dots from which they are full, and at which they have faded: 50 % and 25 % zoom."""


def levels(scale: float) -> list[tuple[float, float]]:
    """(user units between dots, opacity) of what is painted at a scale, finest first."""
    step = STEP
    while step * scale < GONE:
        step *= MAJOR
    spacing = step * scale
    out = [(step, min(1.0, (spacing - GONE) / (FULL - GONE)))]
    if out[0][1] < 1:
        out.append((step * MAJOR, 1.0))
    return [(s, opacity) for s, opacity in out if opacity > 0]


class Grid:
    """Paints the dots; one row of them is cached and repeated."""

    def __init__(self) -> None:
        self._key: object = None
        self._row: QPixmap | None = None

    def paint(self, painter: QPainter, camera: Camera, colour: QColor, region: QRect) -> None:
        """Paint the dots inside `region` (px of the view)."""
        for step, opacity in levels(camera.scale):
            painter.setOpacity(opacity)
            self._paint_level(painter, camera, colour, step * camera.scale, region)
        painter.setOpacity(1.0)

    def _paint_level(
        self, painter: QPainter, camera: Camera, colour: QColor, spacing: float, region: QRect
    ) -> None:
        dx, dy = camera.offset
        width = camera.size[0]
        first_x = dx % spacing - spacing
        row = self._dots(width, spacing, first_x, colour, camera.ratio)
        radius = math.ceil(DOT)
        first = math.floor((region.top() - radius - dy) / spacing)
        last = math.ceil((region.bottom() + radius - dy) / spacing)
        for i in range(first, last + 1):
            y = round((dy + i * spacing) * camera.ratio) / camera.ratio
            painter.drawPixmap(QPointF(0, y - radius), row)

    def _dots(
        self, width: float, spacing: float, first_x: float, colour: QColor, ratio: float
    ) -> QPixmap:
        key = (width, spacing, first_x, colour.rgba(), ratio)
        if self._row is not None and key == self._key:
            return self._row
        radius = math.ceil(DOT)
        row = QPixmap(math.ceil(width * ratio), math.ceil(2 * radius * ratio))
        row.setDevicePixelRatio(ratio)
        row.fill(Qt.GlobalColor.transparent)
        painter = QPainter(row)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(colour, DOT, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
        for i in range(math.ceil((width - first_x) / spacing) + 1):
            painter.drawPoint(QPointF(first_x + i * spacing, radius))
        painter.end()
        self._key, self._row = key, row
        return row
