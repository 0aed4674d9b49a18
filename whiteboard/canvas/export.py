"""Pictures of a document: true colours, its own items, the same code as the screen (rule 7)."""

from __future__ import annotations

import math
from collections.abc import Collection

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QRectF, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QTransform

from whiteboard.canvas.context import PaintContext
from whiteboard.canvas.items import qtransform
from whiteboard.canvas.nodes import DocumentSource
from whiteboard.canvas.scene import BoardScene
from whiteboard.model.ids import Rid
from whiteboard.model.shared import SharedDocument
from whiteboard.svg.bounds import grown, union
from whiteboard.svg.plan import Rect, Source
from whiteboard.svg.viewport import page

MAX_PIXELS = 64 * 1024 * 1024
MAX_SIDE = 32_000
"""Of a picture, px: Qt's painter counts in 16 bits beyond."""
MARGIN = 16.0
"""User units around what is drawn, where the document has no page."""
EMPTY = Rect(0.0, 0.0, 800.0, 600.0)


class ExportError(ValueError):
    """The picture cannot be made; the message is a sentence for the person."""


def render_document(
    document: SharedDocument,
    width: int | None = None,
    height: int | None = None,
    background: str | None = "#FFFFFF",
    *,
    scale: float = 1.0,
    selection: Collection[Rid] | None = None,
    context: PaintContext | None = None,
    whole: bool = False,
) -> QImage:
    """A picture of the document's page, of all that is drawn, or of a selection.

    Args:
        document: What to show.
        width: Px; what is missing follows from the page and `scale`.
        height: Px, likewise; with both, the page is fitted in the middle.
        background: A CSS colour, or None for transparent.
        scale: Px per CSS px where neither width nor height is given; less where the picture
            would exceed `MAX_PIXELS`.
        selection: Only these elements, cut to their bounds.
        context: Fonts and pictures; its colour filter should be the identity.
        whole: All that is drawn, even where the document has a page.

    Raises:
        ExportError: The size asked for is not possible.
    """
    source = DocumentSource(document)
    scene = BoardScene(context or PaintContext())
    scene.set_source(source)
    scene.settle()
    to_page, page_size = _page(scene, source, selection, whole=whole)
    if selection is not None:
        scene.keep_only(selection)
    size, to_image = _placed(page_size, width, height, scale)
    image = QImage(*size, QImage.Format.Format_ARGB32_Premultiplied)
    if image.isNull():
        raise ExportError(f"There is not enough memory for a picture of {size[0]} × {size[1]} px.")
    image.fill(_background(background))
    transform = to_page * to_image
    inverse, invertible = transform.inverted()
    if invertible:
        seen = inverse.mapRect(QRectF(0, 0, *size))
        painter = QPainter(image)
        painter.setWorldTransform(transform)
        scene.render(painter, seen, seen)
        painter.end()
    return image


def png_bytes(image: QImage) -> bytes:
    """The picture as a PNG file.

    Raises:
        ExportError: Qt could not write it.
    """
    data = QByteArray()
    buffer = QBuffer(data)
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    if not image.save(buffer, "PNG"):  # type: ignore[call-overload]  # the stubs want bytes
        raise ExportError("The picture could not be written as PNG.")
    return bytes(data.data())


def svg_bytes(document: SharedDocument) -> bytes:
    """The document as a plain SVG file."""
    return document.serialise()


def _page(
    scene: BoardScene, source: Source, selection: Collection[Rid] | None, *, whole: bool
) -> tuple[QTransform, tuple[float, float]]:
    """From user units to the page, and the page's size in CSS px."""
    root = source.root
    index = scene.index
    if selection is None and not whole and root is not None:
        own = page(root)
        if own.width is not None and own.height is not None:
            matrix = qtransform(own.matrix) or QTransform()
            return matrix, (own.width, own.height)
    if index is None:
        box = None
    elif selection is None:
        box = index.all_bounds()
    else:
        box = union(index.bounds(rid) for rid in selection)
    rect = EMPTY if box is None else grown(box, 0.0 if selection is not None else MARGIN)
    return QTransform.fromTranslate(-rect.x, -rect.y), (rect.width, rect.height)


def _placed(
    page_size: tuple[float, float], width: int | None, height: int | None, scale: float
) -> tuple[tuple[int, int], QTransform]:
    """Size of the picture, and from the page to it."""
    page_width, page_height = (max(side, 1e-3) for side in page_size)
    for side in (width, height):
        if side is not None and not 0 < side <= MAX_SIDE:
            raise ExportError(f"A picture can be 1 to {MAX_SIDE} px wide and high, not {side}.")
    if width is None and height is None:
        scale = _capped(scale, page_width, page_height)
        size = (_pixels(page_width * scale), _pixels(page_height * scale))
    elif width is not None and height is not None:
        size = (width, height)
    elif width is not None:
        size = (width, _pixels(page_height * width / page_width))
    else:
        assert height is not None
        size = (_pixels(page_width * height / page_height), height)
    if size[0] * size[1] > MAX_PIXELS:
        raise ExportError(f"A picture of {size[0]} × {size[1]} px is too large.")
    factor = min(size[0] / page_width, size[1] / page_height)
    left = (size[0] - page_width * factor) / 2
    top = (size[1] - page_height * factor) / 2
    if width is None and height is None:
        factor, left, top = scale, 0.0, 0.0
    return size, QTransform(factor, 0, 0, factor, left, top)


def _capped(scale: float, width: float, height: float) -> float:
    if not (math.isfinite(scale) and scale > 0):
        raise ExportError("The scale must be a positive number.")
    scale = min(scale, MAX_SIDE / width, MAX_SIDE / height)
    area = width * height * scale * scale
    return scale * math.sqrt(0.999 * MAX_PIXELS / area) if area > MAX_PIXELS else scale


def _pixels(side: float) -> int:
    return min(MAX_SIDE, max(1, math.ceil(side - 1e-6)))


def _background(text: str | None) -> QColor | Qt.GlobalColor:
    if text is None:
        return Qt.GlobalColor.transparent
    colour = QColor.fromString(text)
    if not colour.isValid():
        raise ExportError(f"“{text}” is not a colour.")
    return colour
