"""Elements that are not in the document, shown as they would be: small scenes painted above it."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QGraphicsScene

from whiteboard.canvas.camera import Camera
from whiteboard.canvas.context import PaintContext
from whiteboard.canvas.items import realise
from whiteboard.canvas.nodes import DocumentSource, LiteralSource
from whiteboard.model.ops import LiteralElement
from whiteboard.model.shown import Shown
from whiteboard.svg.plan import SVG_NS
from whiteboard.svg.planner import plan


class Preview:
    """Some literals, planned and realised like the real thing."""

    def __init__(self, opacity: float = 1.0) -> None:
        self._opacity = opacity
        self._scene: QGraphicsScene | None = None
        self._elements: tuple[LiteralElement, ...] = ()

    def show(
        self,
        elements: tuple[LiteralElement, ...],
        context: PaintContext,
        document: Shown | None = None,
    ) -> None:
        """Show these and nothing else; ids they refer to are also looked up in the document."""
        if elements == self._elements:
            return
        self._elements = elements
        self._scene = None
        if not elements:
            return
        fallback = DocumentSource(document) if document is not None else None
        scene = QGraphicsScene()
        scene.setItemIndexMethod(QGraphicsScene.ItemIndexMethod.NoIndex)
        source = LiteralSource(LiteralElement(SVG_NS, "svg", (), elements), fallback)
        for z, node in enumerate(plan(source)):
            for item in realise(node, replace(context)):
                item.setZValue(z)
                item.setOpacity(item.opacity() * self._opacity)
                scene.addItem(item)
        self._scene = scene

    @property
    def is_shown(self) -> bool:
        """Is there anything to paint?"""
        return self._scene is not None

    def paint(self, painter: QPainter, camera: Camera) -> None:
        """Paint over the view; the painter is in px of the view."""
        if self._scene is None:
            return
        width, height = camera.size
        visible = camera.visible
        self._scene.render(
            painter,
            QRectF(0, 0, width, height),
            QRectF(visible.x, visible.y, visible.width, visible.height),
            Qt.AspectRatioMode.IgnoreAspectRatio,
        )
