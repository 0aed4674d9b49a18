"""Live ink: a growing stroke, kept as pixels over the drawing: one more point is one more line.

A path of all points would cost more with each of them (STACK section 4: 80 ms a frame at 3000).
Redrawing, as after a zoom, goes in pieces of 32 points.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise

from PySide6.QtCore import QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPen

from whiteboard.canvas.camera import Camera

Point = tuple[float, float, float]
"""x, y (user units), width factor."""
PIECE = 32
MAX_POINTS = 50_000
"""Points of one live stroke that are shown."""


class InkLayer:
    """One live stroke as seen by one camera."""

    def __init__(self, camera: Camera) -> None:
        self._camera = camera
        self._image: QImage | None = None
        self._drawn: list[Point] = []
        self._look: object = None
        self._opacity = 1.0
        self._bounds = QRectF()

    def show(
        self, points: Sequence[Point], colour: QColor, width: float, opacity: float = 1.0
    ) -> QRect:
        """Show these points; returns what of the view (px) looks different now."""
        look = (colour.rgba(), width, opacity, self._place())
        points = points[:MAX_POINTS]
        before = QRectF(self._bounds)
        count = len(self._drawn)
        grows = look == self._look and count <= len(points)
        if not grows or (count and tuple(points[count - 1]) != self._drawn[-1]):
            self._start(look, opacity)
            count = 0
        dirty = self._draw(points, count, colour, width)
        self._drawn.extend((p[0], p[1], p[2]) for p in points[count:])
        self._bounds = self._bounds.united(dirty)
        if count == 0:
            dirty = dirty.united(before)
        return dirty.toAlignedRect()

    def _place(self) -> object:
        return (self._camera.scale, self._camera.offset, self._camera.size, self._camera.ratio)

    def _start(self, look: object, opacity: float) -> None:
        ratio = self._camera.ratio
        width, height = self._camera.size
        if self._image is None or self._image.size().toTuple() != (
            math.ceil(width * ratio),
            math.ceil(height * ratio),
        ):
            self._image = QImage(
                math.ceil(width * ratio),
                math.ceil(height * ratio),
                QImage.Format.Format_ARGB32_Premultiplied,
            )
            self._image.setDevicePixelRatio(ratio)
        self._image.fill(Qt.GlobalColor.transparent)
        self._drawn = []
        self._bounds = QRectF()
        self._look = look
        self._opacity = opacity

    def _draw(self, points: Sequence[Point], start: int, colour: QColor, width: float) -> QRectF:
        """Draw the lines that end at points[start:]; returns their box, px of the view."""
        if self._image is None or start >= len(points):
            return QRectF()
        painter = QPainter(self._image)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        pen = QPen(colour, 1, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap)
        pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
        box = QRectF()
        first = max(0, start - 1)
        for piece in _pieces(points[first:]):
            pen_width = max(0.5, width * piece[-1][2] * self._camera.scale)
            pen.setWidthF(pen_width)
            painter.setPen(pen)
            line = [QPointF(*self._camera.to_view(x, y)) for x, y, _ in piece]
            if len(line) == 1:
                painter.drawPoint(line[0])
            else:
                painter.drawPolyline(line)
            reach = pen_width / 2 + 2
            for point in line:
                around = QRectF(point.x() - reach, point.y() - reach, 2 * reach, 2 * reach)
                box = box.united(around)
        painter.end()
        return box

    def paint(self, painter: QPainter, region: QRect) -> None:
        """Paint what meets `region` (px of the view)."""
        if self._image is None or not self._bounds.intersects(QRectF(region)):
            return
        if self._look is not None and self._look[3] != self._place():  # type: ignore[index]
            return  # the view moved on; the owner shows it again
        ratio = self._camera.ratio
        target = QRectF(region) & self._bounds
        source = QRectF(
            target.x() * ratio, target.y() * ratio, target.width() * ratio, target.height() * ratio
        )
        painter.setOpacity(self._opacity)
        painter.drawImage(target, self._image, source)
        painter.setOpacity(1.0)


def _pieces(points: Sequence[Point]) -> list[list[Point]]:
    """Runs of at most 32 lines with one width each; neighbours share a point."""
    if len(points) == 1:
        return [list(points)]
    out: list[list[Point]] = []
    for a, b in pairwise(points):
        last = out[-1] if out else None
        if last is not None and len(last) <= PIECE and abs(last[-1][2] - b[2]) < 1e-3:
            last.append(b)
        else:
            out.append([a, b])
    return out
