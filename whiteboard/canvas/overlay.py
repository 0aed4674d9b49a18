"""What my own tool shows above the drawing: the `Overlay` port (DESIGN sections 6 and 9).

It keeps its size on the screen, is painted by the view after the document picture and never enters
the document scene. Only elements that are dragged or about to be erased are shown changed there.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import pairwise

from PySide6.QtCore import QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from whiteboard.canvas import marks
from whiteboard.canvas.camera import Camera
from whiteboard.canvas.colours import parse_hex
from whiteboard.canvas.context import PaintContext, qcolour
from whiteboard.canvas.geometry import CanvasGeometry, CanvasTextMetrics
from whiteboard.canvas.ink import InkLayer
from whiteboard.canvas.palette import Palette
from whiteboard.canvas.preview import Preview
from whiteboard.canvas.scene import BoardScene
from whiteboard.model.ids import Rid
from whiteboard.svg.plan import Matrix, Rect
from whiteboard.svg.transform import map_rect
from whiteboard.tools.ports import NOTHING, Feedback, Ink, TextEdit

Repaint = Callable[[QRect | None], None]
"""Ask for a rectangle (px of the view) to be painted again; None: all of it."""
MAX_OUTLINES = 500
"""Boxes drawn around single elements; with more only the frame of all is shown."""


def ink_colour(text: str, context: PaintContext) -> QColor:
    """A colour of a live stroke, as it will look; ink where it cannot be read."""
    try:
        colour = parse_hex(text)
    except ValueError:
        named = QColor.fromString(text)
        return named if named.isValid() else qcolour(context.colour(parse_hex("#1B1F24")))
    return qcolour(context.colour(colour))


class FeedbackOverlay:
    """My tool's feedback."""

    def __init__(self, camera: Camera, scene: BoardScene, repaint: Repaint) -> None:
        self._camera = camera
        self._scene = scene
        self._repaint = repaint
        self._geometry = CanvasGeometry(scene)
        self._ink = InkLayer(camera)
        self._preview = Preview()
        self._feedback = NOTHING
        self.metrics = CanvasTextMetrics(scene, scene.context.fonts)
        self.caret_on = True
        self.changed: Callable[[Feedback], object] = lambda _feedback: None

    @property
    def feedback(self) -> Feedback:
        """What is shown now."""
        return self._feedback

    def show(self, feedback: Feedback) -> None:
        """Show this and nothing else."""
        before, self._feedback = self._feedback, feedback
        self._scene.show_moved(feedback.moved)
        self._scene.show_faded(feedback.faded)
        self._preview.show(feedback.shapes, self._scene.context, self._scene.document)
        only_ink = _without_ink(before) == _without_ink(feedback)
        if feedback.ink is not None and only_ink and before.ink is not None:
            dirty = self._show_ink(feedback.ink)
            if not dirty.isEmpty():
                self._repaint(dirty)
        elif before != feedback:
            if feedback.ink is not None:
                self._show_ink(feedback.ink)
            self._repaint(None)
        self.changed(feedback)

    def view_moved(self) -> None:
        """The camera changed: live ink is drawn again where it is seen now."""
        if self._feedback.ink is not None:
            self._show_ink(self._feedback.ink)

    def _show_ink(self, ink: Ink) -> QRect:
        # A device without pressure says 0.5, which is the width that was chosen.
        points = [(x, y, 0.5 + pressure) for x, y, pressure in ink.points]
        return self._ink.show(
            points, ink_colour(ink.colour, self._scene.context), ink.width, ink.opacity
        )

    def paint_drawing(self, painter: QPainter, region: QRect) -> None:
        """What will be part of the drawing: ink and shapes being made."""
        if self._feedback.ink is not None:
            self._ink.paint(painter, region)
        if self._preview.is_shown:
            self._preview.paint(painter, self._camera)

    def paint_marks(self, painter: QPainter, palette: Palette) -> None:
        """Outlines, frame, handles, marquee, eraser, caret: at screen size, above everything."""
        feedback = self._feedback
        if len(feedback.outlines) <= MAX_OUTLINES:
            for rid in feedback.outlines:
                box = moved_box(self._geometry, rid, feedback.moved)
                if box is not None:
                    marks.paint_frame(painter, self._seen(box), palette)
        if feedback.frame is not None:
            rect = self._seen(feedback.frame.rect)
            marks.paint_frame(painter, rect, palette)
            marks.paint_handles(painter, rect, feedback.frame.handles, palette)
        if feedback.marquee is not None:
            marks.paint_marquee(painter, self._seen(feedback.marquee), palette)
        if feedback.eraser is not None:
            self._paint_eraser(painter, feedback.eraser, palette)
        if feedback.text is not None:
            self._paint_text(painter, feedback.text, palette)

    def _seen(self, rect: Rect) -> QRectF:
        return marks.qrect(self._camera.rect_to_view(rect))

    def _paint_eraser(
        self, painter: QPainter, circle: tuple[float, float, float], palette: Palette
    ) -> None:
        x, y, radius = circle
        painter.setPen(QPen(QColor(palette.outline), 1.5))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        size = radius * self._camera.scale
        painter.drawEllipse(QPointF(*self._camera.to_view(x, y)), size, size)

    def _paint_text(self, painter: QPainter, text: TextEdit, palette: Palette) -> None:
        for rect in self._selected_text(text):
            colour = QColor(palette.accent)
            colour.setAlphaF(0.25)
            painter.fillRect(rect, colour)
        caret = self.caret_rect()
        if caret is None:
            return
        if text.preedit:
            font = painter.font()
            font.setPixelSize(max(8, min(400, round(caret.height() * 0.8))))
            font.setUnderline(True)
            painter.setFont(font)
            painter.setPen(QColor(palette.text))
            painter.drawText(caret.bottomLeft() + QPointF(2, -caret.height() * 0.2), text.preedit)
        if self.caret_on:
            painter.fillRect(caret, QColor(palette.accent))

    def caret_rect(self) -> QRectF | None:
        """Where the caret is, px of the view; None if no text is being written."""
        text = self._feedback.text
        place = None if text is None else self.metrics.caret(text.rid, text.caret)
        if place is None:
            return None
        x, top = self._camera.to_view(place[0], place[1])
        bottom = self._camera.to_view(place[0], place[2])[1]
        return QRectF(x - 1, top, 2, max(4.0, bottom - top))

    def _selected_text(self, text: TextEdit) -> list[QRectF]:
        """One box a character; they touch, and follow the visual order in both directions."""
        first, last = sorted((text.caret, text.anchor))
        carets = [
            self.metrics.caret(text.rid, i) for i in range(first, min(last, first + 2000) + 1)
        ]
        out: list[QRectF] = []
        for a, b in pairwise(carets):
            if a is None or b is None or a[1] != b[1]:
                continue
            left, top = self._camera.to_view(min(a[0], b[0]), a[1])
            right, bottom = self._camera.to_view(max(a[0], b[0]), a[2])
            out.append(QRectF(left, top, right - left, bottom - top))
        return out


def moved_box(geometry: CanvasGeometry, rid: Rid, moved: Mapping[Rid, Matrix]) -> Rect | None:
    """The box of an element as it is shown while it is dragged."""
    box = geometry.bounds(rid)
    matrix = moved.get(rid)
    return map_rect(matrix, box) if box is not None and matrix is not None else box


def _without_ink(feedback: Feedback) -> tuple[object, ...]:
    return (
        feedback.shapes, feedback.marquee, feedback.frame, feedback.outlines, feedback.moved,
        feedback.faded, feedback.text, feedback.eraser,
    )  # fmt: skip
