"""Outlines around what somebody touched: dashed, in the person's colour, with a tag (DESIGN 11)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QColor, QFont, QPainter

from whiteboard.canvas import marks
from whiteboard.canvas.camera import Camera
from whiteboard.canvas.colours import hexadecimal, on_person
from whiteboard.canvas.geometry import CanvasGeometry
from whiteboard.canvas.palette import Palette
from whiteboard.model.ids import Rid

MOST = 100
"""Elements outlined one by one; of more, the first."""


@dataclass(frozen=True, slots=True)
class Touched:
    """What was touched, by whom."""

    rids: Sequence[Rid]
    colour: str
    """'#RRGGBB', of the person."""
    label: str = ""
    """On the tag: 'Mira · 14:12'; '' for none."""


def paint_touched(
    painter: QPainter,
    touched: Touched,
    places: CanvasGeometry,
    camera: Camera,
    palette: Palette,
    font: QFont,
) -> None:
    """Paint the outlines, and the tag on the highest of them."""
    boxes: list[QRectF] = []
    for rid in touched.rids[:MOST]:
        box = places.bounds(rid)
        if box is not None:
            boxes.append(marks.qrect(camera.rect_to_view(box)))
    colour = QColor(touched.colour)
    for rect in boxes:
        marks.paint_person_box(painter, rect, colour, palette.line_width, dashed=True)
    if boxes and touched.label:
        top = min(boxes, key=lambda rect: (rect.top(), rect.left()))
        tag = marks.tag_font(font)
        corner = QPointF(top.left() - 4, top.top() - 4 - marks.TAG_HEIGHT)
        ink = QColor(hexadecimal(on_person(dark=palette.dark)))
        marks.paint_tag(
            painter, touched.label, marks.tag_rect(touched.label, corner, tag), colour, ink, tag
        )
