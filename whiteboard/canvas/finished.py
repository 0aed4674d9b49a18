"""A quiet lock at the corner of each part that is declared complete (DESIGN section 6)."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import QRectF
from PySide6.QtGui import QPainter

from whiteboard.canvas import marks
from whiteboard.canvas.camera import Camera
from whiteboard.canvas.geometry import CanvasGeometry
from whiteboard.canvas.palette import Palette
from whiteboard.model.ids import Rid

SIZE = 16.0
"""Of a sign, px at any zoom."""
REACH = 4.0
"""Px around a sign where the pointer still finds it."""
MOST = 500
"""Parts that get a sign; of more, the first."""


class FinishedSigns:
    """The signs, at screen size.

    Args:
        camera: where one looks.
        places: where elements are.
    """

    def __init__(self, camera: Camera, places: CanvasGeometry) -> None:
        self._camera = camera
        self._places = places
        self._shown: dict[Rid, str] = {}

    def show(self, words: Mapping[Rid, str]) -> bool:
        """Mark these elements, each with what its sign says; whether anything differs."""
        wanted = dict(list(words.items())[:MOST])
        before, self._shown = self._shown, wanted
        return before != wanted

    def words_at(self, x: float, y: float) -> str:
        """What the sign at a point of the view says; '' if there is none."""
        for rid, text in self._shown.items():
            rect = self.rect(rid)
            if rect is not None and rect.adjusted(-REACH, -REACH, REACH, REACH).contains(x, y):
                return text
        return ""

    def rect(self, rid: Rid) -> QRectF | None:
        """Where the sign of an element is, px of the view; None if it has no place."""
        box = self._places.bounds(rid) if rid in self._shown else None
        if box is None:
            return None
        corner = marks.qrect(self._camera.rect_to_view(box)).topRight()
        return QRectF(corner.x() - SIZE / 2, corner.y() - SIZE / 2, SIZE, SIZE)

    def paint(self, painter: QPainter, palette: Palette) -> None:
        """Paint all signs that are seen."""
        width, height = self._camera.size
        view = QRectF(0, 0, width, height)
        for rid in self._shown:
            rect = self.rect(rid)
            if rect is not None and rect.intersects(view):
                marks.paint_lock(painter, rect, palette)
