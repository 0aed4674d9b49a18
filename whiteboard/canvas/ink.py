"""Live ink: a growing stroke, kept as pixels over the drawing: one more point is a short piece.

A path of all points would cost more with each of them (STACK section 4: 80 ms a frame at 3000). The
ink is smoothed as the finished stroke will be, so that nothing jumps when the pen is lifted; what
the next points may still change, the tail, is painted anew each time.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise

from PySide6.QtCore import QPoint, QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPen, QRegion

from whiteboard.canvas.camera import Camera
from whiteboard.svg.smoothing import Sample, smoothed

Point = tuple[float, float, float]
"""x, y (user units), width factor."""
PIECE = 32
MAX_POINTS = 50_000
"""Points of one live stroke that are shown."""
SETTLES_AFTER = 60.0
"""Way in px after which new points no longer change the ink."""
TAIL = 10
"""Points that may be in the tail beside those on that way."""
CHUNK = 256
"""Points that are smoothed at once."""
REDRAWN = 2000
"""Samples of a long stroke that are drawn again when the view moves."""


class InkLayer:
    """One live stroke as seen by one camera."""

    def __init__(self, camera: Camera) -> None:
        self._camera = camera
        self._image: QImage | None = None
        self._steady = 0
        """Index of the point up to which the ink is in the image."""
        self._steady_point: Point | None = None
        self._inked: list[Sample] = []
        """The ink in the image."""
        self._tail: list[Sample] = []
        self._tail_box = QRectF()
        self._pen = QPen()
        self._width = 1.0
        self._look: object = None
        self._opacity = 1.0
        self._bounds = QRectF()

    def show(
        self, points: Sequence[Point], colour: QColor, width: float, opacity: float = 1.0
    ) -> QRect:
        """Show these points; returns what of the view (px) looks different now."""
        look = (colour.rgba(), width, opacity, self._place())
        points = points[:MAX_POINTS]
        dirty = QRectF(self._tail_box)
        goes_on = self._goes_on(points)
        if look != self._look or not goes_on:
            dirty = QRectF(self._bounds)
            if not goes_on:
                self._forget()
            self._start(look, colour, width, opacity)
        dirty = dirty.united(self._settle(points))
        self._tail = self._from_steady(points, len(points))
        self._tail_box = self._box(self._tail)
        dirty = dirty.united(self._tail_box)
        self._bounds = self._bounds.united(dirty)
        return dirty.toAlignedRect()

    def _place(self) -> object:
        return (self._camera.scale, self._camera.offset, self._camera.size, self._camera.ratio)

    def _goes_on(self, points: Sequence[Point]) -> bool:
        """Whether what is in the image is the beginning of this stroke, too."""
        if self._steady_point is None:
            return True
        return len(points) > self._steady and tuple(points[self._steady]) == self._steady_point

    def _start(self, look: object, colour: QColor, width: float, opacity: float) -> None:
        ratio = self._camera.ratio
        width_px, height_px = (math.ceil(side * ratio) for side in self._camera.size)
        size = QSize(width_px, height_px)
        if self._image is None or self._image.size() != size:
            self._image = QImage(size, QImage.Format.Format_ARGB32_Premultiplied)
            self._image.setDevicePixelRatio(ratio)
        self._image.fill(Qt.GlobalColor.transparent)
        self._look, self._width, self._opacity = look, width, opacity
        self._pen = QPen(colour, 1, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap)
        self._pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
        self._bounds = self._ink_in(self._inked[:: 1 + len(self._inked) // REDRAWN])

    def _forget(self) -> None:
        """Another stroke."""
        self._steady, self._steady_point = 0, None
        self._inked = []

    def _ink_in(self, ink: Sequence[Sample]) -> QRectF:
        """Draw this into the image; returns its box, px of the view."""
        if self._image is None or not ink:
            return QRectF()
        painter = QPainter(self._image)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._draw(painter, ink)
        painter.end()
        return self._box(ink)

    def _settle(self, points: Sequence[Point]) -> QRectF:
        """Bring into the image what no longer changes; returns its box, px of the view."""
        box = QRectF()
        while self._image is not None and len(points) - self._steady > TAIL:
            end = min(len(points), self._steady + CHUNK)
            border = self._settled(points, end)
            if border <= self._steady:
                break
            ink = self._from_steady(points, end)
            ink = [sample for sample in ink if sample[3] <= border]
            box = box.united(self._ink_in(ink))
            x, y, factor = points[border]
            self._steady, self._steady_point = border, (x, y, factor)
            self._inked.extend(ink[1:] if self._inked else ink)
        return box

    def _settled(self, points: Sequence[Point], end: int) -> int:
        """The last point that is so far behind `end` that its ink stays."""
        way, i = 0.0, end - 1
        reach = SETTLES_AFTER / self._camera.scale
        while i > self._steady and (way < reach or end - i < 4):
            way += math.dist(points[i][:2], points[i - 1][:2])
            i -= 1
        return i

    def _from_steady(self, points: Sequence[Point], end: int) -> list[Sample]:
        """The smoothed ink after what is in the image."""
        first = self._context(points)
        window = points[first:end]
        out = self._inked[-1:]
        for part in smoothed(window, 1 / self._camera.scale):
            out.extend(
                (x, y, factor, first + source)
                for x, y, factor, source in part
                if first + source >= self._steady
            )
        return out

    def _context(self, points: Sequence[Point]) -> int:
        """The first point that smoothing has to see: some way before what is not settled."""
        way, i = 0.0, self._steady
        reach = SETTLES_AFTER / self._camera.scale
        while i > 0 and self._steady - i < CHUNK and (way < reach or self._steady - i < 4):
            way += math.dist(points[i][:2], points[i - 1][:2])
            i -= 1
        return i

    def _draw(self, painter: QPainter, ink: Sequence[Sample]) -> None:
        for piece in _pieces(ink):
            self._pen.setWidthF(self._pen_width(piece[-1]))
            painter.setPen(self._pen)
            line = [QPointF(*self._camera.to_view(x, y)) for x, y, _, _ in piece]
            if len(line) == 1:
                painter.drawPoint(line[0])
            else:
                painter.drawPolyline(line)

    def _pen_width(self, sample: Sample) -> float:
        return max(0.5, self._width * sample[2] * self._camera.scale)

    def _box(self, ink: Sequence[Sample]) -> QRectF:
        """Where these samples paint, px of the view."""
        if not ink:
            return QRectF()
        reach = max(map(self._pen_width, ink)) / 2 + 2
        places = [self._camera.to_view(x, y) for x, y, _, _ in ink]
        left, top = min(x for x, _ in places), min(y for _, y in places)
        right, bottom = max(x for x, _ in places), max(y for _, y in places)
        return QRectF(left, top, right - left, bottom - top).adjusted(-reach, -reach, reach, reach)

    def paint(self, painter: QPainter, region: QRect) -> None:
        """Paint what meets `region` (px of the view)."""
        if self._image is None or not self._bounds.intersects(QRectF(region)):
            return
        if self._look is not None and self._look[3] != self._place():  # type: ignore[index]
            return  # the view moved on; the owner shows it again
        tail = self._tail_box.toAlignedRect() & QRect(QPoint(0, 0), self._view_size())
        painter.save()
        painter.setOpacity(self._opacity)
        painter.setClipRegion(QRegion(region).subtracted(QRegion(tail)))
        self._paint_image(painter, self._image, QRectF(region) & self._bounds, QPointF())
        if tail.intersects(region):
            painter.setClipRect(region)
            self._paint_tail(painter, tail)
        painter.restore()

    def _paint_tail(self, painter: QPainter, box: QRect) -> None:
        """The tail and the ink under it as one: where they overlap they are not seen through."""
        assert self._image is not None
        ratio = self._camera.ratio
        part = self._image.copy(_device(QRectF(box), ratio).toAlignedRect())
        part.setDevicePixelRatio(ratio)
        on_part = QPainter(part)
        on_part.setRenderHint(QPainter.RenderHint.Antialiasing)
        corner = _device(QRectF(box), ratio).toAlignedRect().topLeft()
        on_part.translate(-corner.x() / ratio, -corner.y() / ratio)
        self._draw(on_part, self._tail)
        on_part.end()
        self._paint_image(
            painter, part, QRectF(box), QPointF(corner.x() / ratio, corner.y() / ratio)
        )

    def _view_size(self) -> QSize:
        width, height = self._camera.size
        return QSize(math.ceil(width), math.ceil(height))

    def _paint_image(
        self, painter: QPainter, image: QImage, target: QRectF, corner: QPointF
    ) -> None:
        """What an image that stands at `corner` shows inside `target`, both px of the view."""
        source = _device(target.translated(-corner), self._camera.ratio)
        painter.drawImage(target, image, source)


def _device(rect: QRectF, ratio: float) -> QRectF:
    return QRectF(rect.x() * ratio, rect.y() * ratio, rect.width() * ratio, rect.height() * ratio)


def _pieces(ink: Sequence[Sample]) -> list[list[Sample]]:
    """Runs of at most 32 lines with one width each; neighbours share a point."""
    if len(ink) == 1:
        return [list(ink)]
    out: list[list[Sample]] = []
    for a, b in pairwise(ink):
        last = out[-1] if out else None
        if last is not None and len(last) <= PIECE and abs(last[-1][2] - b[2]) < 1e-3:
            last.append(b)
        else:
            out.append([a, b])
    return out
