"""Plan node -> plain Qt items (ARCHITECTURE section 8, rules 1, 2, 12).

No Python `paint()` or `boundingRect()`: both would be called for every item of every frame. Items
are told everything when they are made; a changed element gets new ones.
"""

from __future__ import annotations

import math
import unicodedata

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import (
    QBrush,
    QGradient,
    QLinearGradient,
    QPainterPath,
    QPen,
    QPixmap,
    QPolygonF,
    QRadialGradient,
    QTextLayout,
    QTransform,
)
from PySide6.QtWidgets import (
    QGraphicsItem,
    QGraphicsOpacityEffect,
    QGraphicsPathItem,
    QGraphicsPixmapItem,
    QGraphicsSimpleTextItem,
)

from whiteboard.canvas.context import PaintContext, qcolour
from whiteboard.canvas.fonts import EM
from whiteboard.canvas.lettering import ChunkLayout, PlacedRun
from whiteboard.svg.plan import (
    Cap,
    Clip,
    ImageShape,
    Isolate,
    Join,
    LinearGradient,
    Matrix,
    Paint,
    Path,
    PathShape,
    PlanNode,
    RadialGradient,
    Rgba,
    Spread,
    Stop,
    Stroke,
    TextShape,
)

MAX_DASHES = 20_000
"""A dashed line with more is drawn solid: it could not be told apart, and would take seconds."""
_PLACEHOLDER = Rgba(0x80, 0x88, 0x94)

_CAPS = {
    Cap.BUTT: Qt.PenCapStyle.FlatCap,
    Cap.ROUND: Qt.PenCapStyle.RoundCap,
    Cap.SQUARE: Qt.PenCapStyle.SquareCap,
}
_JOINS = {
    Join.MITER: Qt.PenJoinStyle.SvgMiterJoin,
    Join.ROUND: Qt.PenJoinStyle.RoundJoin,
    Join.BEVEL: Qt.PenJoinStyle.BevelJoin,
}
_SPREADS = {
    Spread.PAD: QGradient.Spread.PadSpread,
    Spread.REFLECT: QGradient.Spread.ReflectSpread,
    Spread.REPEAT: QGradient.Spread.RepeatSpread,
}
WINDOW, FULL = 0, 1
"""Keys of item data: the window of an isolated group, and all that the group paints in."""
_NO_PEN = QPen(Qt.PenStyle.NoPen)


def realise(node: PlanNode, context: PaintContext) -> list[QGraphicsItem]:
    """The top-level items of a plan node, lowest first; none for what cannot be seen.

    Coordinates are the root's: each item carries its composed matrix.
    """
    match node:
        case PathShape():
            return path_items(node, context)
        case TextShape():
            return _text_items(node, context)
        case ImageShape():
            return _image_items(node, context)
        case Clip():
            return _clip_items(node, context)
        case Isolate():
            return _isolate_items(node, context)


def qtransform(matrix: Matrix) -> QTransform | None:
    """The matrix, or None where nothing can be seen through it (not finite, or flat)."""
    if not all(map(math.isfinite, matrix)):
        return None
    a, b, c, d, e, f = matrix
    if a * d - b * c == 0:
        return None
    return QTransform(a, b, c, d, e, f)


def qpath(path: Path, *, even_odd: bool = False) -> QPainterPath:
    """The outline; a segment that is not finite is left out by Qt."""
    out = QPainterPath()
    out.setFillRule(Qt.FillRule.OddEvenFill if even_odd else Qt.FillRule.WindingFill)
    for segment in path:
        letter = segment[0]
        if letter == "C":
            out.cubicTo(*segment[1:])
        elif letter == "L":
            out.lineTo(segment[1], segment[2])  # type: ignore[misc]  # two numbers after 'L'
        elif letter == "M":
            out.moveTo(segment[1], segment[2])  # type: ignore[misc]  # two numbers after 'M'
        else:
            out.closeSubpath()
    return out


# Paint ------------------------------------------------------------------------------------------


def qbrush(paint: Paint | None, context: PaintContext) -> QBrush:
    """A brush in the user space of the shape."""
    if paint is None:
        return QBrush(Qt.BrushStyle.NoBrush)
    if isinstance(paint, Rgba):
        return QBrush(qcolour(context.colour(paint)))
    gradient = _qgradient(paint)
    for offset, colour in _rising(paint.stops):
        gradient.setColorAt(offset, qcolour(context.colour(colour)))
    gradient.setSpread(_SPREADS[paint.spread])
    # SVG interpolates colour and alpha apart; Qt's other mode does it premultiplied.
    gradient.setInterpolationMode(QGradient.InterpolationMode.ComponentInterpolation)
    brush = QBrush(gradient)
    matrix = qtransform(paint.matrix)
    if matrix is None:  # a flat box has no gradient space: the last colour (SVG 1.1, 13.2)
        return QBrush(qcolour(context.colour(paint.stops[-1].colour)))
    brush.setTransform(matrix)
    return brush


def _qgradient(paint: LinearGradient | RadialGradient) -> QGradient:
    if isinstance(paint, LinearGradient):
        return QLinearGradient(paint.x1, paint.y1, paint.x2, paint.y2)
    return QRadialGradient(paint.cx, paint.cy, paint.r, paint.fx, paint.fy, paint.fr)


def _rising(stops: tuple[Stop, ...]) -> list[tuple[float, Rgba]]:
    """Offsets made strictly rising: at equal ones (a hard edge) Qt would keep the last only."""
    tiny = 1e-6
    out: list[tuple[float, Rgba]] = []
    count = len(stops)
    for i, stop in enumerate(stops):
        room = 1.0 - tiny * (count - 1 - i)  # leave space for those that follow
        lowest = out[-1][0] + tiny if out else 0.0
        out.append((min(room, max(lowest, stop.offset)), stop.colour))
    return out


def qpen(stroke: Stroke | None, context: PaintContext, length: float) -> QPen:
    """A pen; `length` is about how long the outline is, to bound the number of dashes."""
    if stroke is None or not stroke.width > 0 or not math.isfinite(stroke.width):
        return QPen(_NO_PEN)
    pen = QPen(
        qbrush(stroke.paint, context),
        stroke.width,
        Qt.PenStyle.SolidLine,
        _CAPS[stroke.cap],
        _JOINS[stroke.join],
    )
    pen.setMiterLimit(max(1.0, stroke.miter_limit))  # SvgMiterJoin takes it as SVG means it
    pattern = _dash_pattern(stroke, length)
    if pattern:
        pen.setDashPattern(pattern)
        pen.setDashOffset(stroke.dash_offset / stroke.width)
        pen.setCapStyle(_CAPS[stroke.cap])
    return pen


def _dash_pattern(stroke: Stroke, length: float) -> list[float]:
    """Dash lengths in pen widths, as Qt wants them; [] for a solid line."""
    dash = stroke.dash
    total = sum(dash)
    if not dash or not 0 < total < math.inf or min(dash) < 0:
        return []
    if len(dash) * length / total > MAX_DASHES:
        return []
    if len(dash) % 2:
        dash *= 2
    # A dash of length 0 is a dot with round or square caps; Qt leaves it out.
    return [max(d / stroke.width, 1e-4) for d in dash]


def rough_length(path: Path) -> float:
    """Length of the control polygon: never less than that of the outline."""
    total, x, y, start_x, start_y = 0.0, 0.0, 0.0, 0.0, 0.0
    for segment in path:
        if segment[0] == "Z":
            total += math.hypot(start_x - x, start_y - y)
            x, y = start_x, start_y
            continue
        numbers = segment[1:]
        for i in range(0, len(numbers), 2):
            nx, ny = numbers[i], numbers[i + 1]
            if segment[0] == "M":
                start_x, start_y = nx, ny
            else:
                total += math.hypot(nx - x, ny - y)
            x, y = nx, ny
    return total


# Shapes -----------------------------------------------------------------------------------------


def path_items(node: PathShape, context: PaintContext) -> list[QGraphicsItem]:
    """One item, or two where the stroke is under the fill (paint-order)."""
    matrix = qtransform(node.matrix)
    if matrix is None or not node.path:
        return []
    path = qpath(node.path, even_odd=node.even_odd)
    length = rough_length(node.path) if node.stroke is not None and node.stroke.dash else 0.0
    pen = qpen(node.stroke, context, length)
    brush = qbrush(node.fill, context)
    if node.stroke is not None and node.stroke.non_scaling:
        # The outline goes to the root's space and the pen stays there: its width follows the zoom
        # of the board, as the size of a page would, but no `transform`.
        path, brush = matrix.map(path), _moved(brush, matrix)
        pen.setBrush(_moved(pen.brush(), matrix))
        matrix = QTransform()
    if node.stroke_first and pen.style() != Qt.PenStyle.NoPen:
        parts = [
            _path_item(path, matrix, pen, QBrush(Qt.BrushStyle.NoBrush)),
            _path_item(path, matrix, _NO_PEN, brush),
        ]
    else:
        parts = [_path_item(path, matrix, pen, brush)]
    if node.opacity < 1:
        for part in parts:
            part.setOpacity(max(0.0, node.opacity))
    return list(parts)


def _moved(brush: QBrush, matrix: QTransform) -> QBrush:
    """The brush of a shape whose outline was mapped by `matrix`."""
    if brush.gradient() is not None:
        brush = QBrush(brush)
        brush.setTransform(brush.transform() * matrix)
    return brush


def _path_item(
    path: QPainterPath, matrix: QTransform, pen: QPen, brush: QBrush
) -> QGraphicsPathItem:
    item = QGraphicsPathItem(path)
    item.setPen(pen)
    item.setBrush(brush)
    if not matrix.isIdentity():
        item.setTransform(matrix)
    return item


def _clip_items(node: Clip, context: PaintContext) -> list[QGraphicsItem]:
    matrix = qtransform(node.matrix)
    if matrix is None:
        return []
    # The clip stands in the root's space, so that the children's composed matrices hold inside it.
    parent = _path_item(
        matrix.map(qpath(node.path, even_odd=node.even_odd)),
        QTransform(),
        _NO_PEN,
        QBrush(Qt.BrushStyle.NoBrush),
    )
    parent.setFlag(QGraphicsItem.GraphicsItemFlag.ItemClipsChildrenToShape)
    return _with_children(parent, node.children, context)


def _isolate_items(node: Isolate, context: PaintContext) -> list[QGraphicsItem]:
    parent = QGraphicsPathItem()
    parent.setFlag(QGraphicsItem.GraphicsItemFlag.ItemHasNoContents)
    effect = QGraphicsOpacityEffect()
    effect.setOpacity(min(1.0, max(0.0, node.opacity)))
    parent.setGraphicsEffect(effect)
    window = QGraphicsPathItem(parent)
    window.setPen(_NO_PEN)
    window.setFlag(QGraphicsItem.GraphicsItemFlag.ItemClipsChildrenToShape)
    window.setData(WINDOW, True)
    if not _with_children(window, node.children, context):
        return []
    full = window.childrenBoundingRect()
    for child in window.childItems():  # while the window's path is empty it hides its children
        full = full.united(
            child.mapRectToParent(child.boundingRect() | child.childrenBoundingRect())
        )
    window.setData(FULL, full.adjusted(-1, -1, 1, 1))
    show_window(window, None)
    return [parent]


def show_window(window: QGraphicsItem, seen: QRectF | None) -> None:
    """Let an isolated group paint only inside `seen` (root units); None: all of it.

    Qt's effect makes a pixmap of all that its item shows, however far it reaches out of the device:
    at a large zoom that is gigabytes.
    """
    assert isinstance(window, QGraphicsPathItem)
    rect = window.data(FULL)
    path = QPainterPath()
    path.addRect(rect if seen is None else rect & seen)
    if path != window.path():
        window.setPath(path)


def _with_children(
    parent: QGraphicsItem, children: tuple[PlanNode, ...], context: PaintContext
) -> list[QGraphicsItem]:
    z = 0
    for child in children:
        for item in realise(child, context):
            item.setParentItem(parent)
            item.setZValue(z)
            z += 1
    return [parent] if z else []


# Text -------------------------------------------------------------------------------------------


def _text_items(node: TextShape, context: PaintContext) -> list[QGraphicsItem]:
    matrix = qtransform(node.matrix)
    if matrix is None:
        return []
    out: list[QGraphicsItem] = []
    for chunk in node.chunks:
        layout = ChunkLayout(chunk, context.fonts)
        for placed in layout.runs:
            item = _run_item(layout, placed, matrix, context)
            if item is not None:
                opacity = node.opacity * placed.run.opacity
                if opacity < 1:
                    item.setOpacity(max(0.0, opacity))
                out.append(item)
    return out


def _run_item(
    layout: ChunkLayout, placed: PlacedRun, matrix: QTransform, context: PaintContext
) -> QGraphicsItem | None:
    """Text as text; as outlines only where a stroke, a gradient or turned glyphs need them."""
    run = placed.run
    visible_stroke = run.stroke is not None and run.stroke.width > 0
    decorated = run.underline or run.overline or run.line_through
    if run.fill is None and not visible_stroke:
        return None
    if not run.text.strip() and not decorated:
        return None
    if visible_stroke or run.rotate or not isinstance(run.fill, Rgba | None):
        outline = glyph_outline(layout, placed)
        pen = qpen(run.stroke, context, 10 * placed.width)
        return _path_item(outline, matrix, pen, qbrush(run.fill, context))
    item = QGraphicsSimpleTextItem(_with_direction(placed.text, layout.chunk.right_to_left))
    item.setFont(placed.font)
    item.setBrush(qbrush(run.fill, context))
    place = QTransform.fromTranslate(placed.x, placed.y)
    place.scale(placed.unit, placed.unit)
    place.translate(0, -_baseline(layout, placed))
    item.setTransform(place * matrix)
    return item


def _baseline(layout: ChunkLayout, placed: PlacedRun) -> float:
    """From the top of the item's line to its baseline; a fallback font may raise it."""
    if len(layout.runs) == 1:
        return layout.ascent
    alone = QTextLayout(placed.text, placed.font)
    alone.beginLayout()
    line = alone.createLine()
    alone.endLayout()
    return float(line.ascent())


def _with_direction(text: str, right_to_left: bool) -> str:
    """The item guesses its paragraph direction from the first strong character: give it one."""
    if text.isascii() and not right_to_left:
        return text
    if right_to_left or any(unicodedata.bidirectional(c) in {"R", "AL", "AN"} for c in text):
        return ("\u200f" if right_to_left else "\u200e") + text
    return text


def glyph_outline(layout: ChunkLayout, placed: PlacedRun) -> QPainterPath:
    """The outlines of a run's glyphs, user units; each turned about its origin by `rotate`."""
    out = QPainterPath()
    out.setFillRule(Qt.FillRule.WindingFill)
    natural = min((layout.x_of(placed.start), layout.x_of(placed.start + len(placed.text))))
    shift_x = placed.x - (layout.left + natural) if len(layout.runs) > 1 else placed.x - layout.left
    for glyphs in layout.glyph_runs(placed):
        raw = glyphs.rawFont()
        for index, at in zip(glyphs.glyphIndexes(), glyphs.positions(), strict=True):
            place = QTransform.fromTranslate(
                layout.left + shift_x + at.x() * layout.unit,
                placed.y + (at.y() - layout.ascent) * layout.unit,
            )
            place.rotate(placed.run.rotate)
            place.scale(layout.unit, layout.unit)
            out.addPath(place.map(raw.pathForGlyph(index)))
    for y, thickness in _lines(placed):
        out.addRect(QRectF(placed.x, placed.y + y, placed.width, thickness))
    return out


def _lines(placed: PlacedRun) -> list[tuple[float, float]]:
    """Underline and its kin of outlined text: offset from the baseline, height."""
    thickness = EM * placed.unit / 16
    out = []
    if placed.run.underline:
        out.append((placed.descent * 0.35, thickness))
    if placed.run.overline:
        out.append((-placed.ascent, thickness))
    if placed.run.line_through:
        out.append((-placed.ascent * 0.35, thickness))
    return out


# Pictures ---------------------------------------------------------------------------------------


def _image_items(node: ImageShape, context: PaintContext) -> list[QGraphicsItem]:
    matrix = qtransform(node.matrix)
    if matrix is None:
        return []
    image = context.pictures.get(node.href)
    own = (float(image.width()), float(image.height())) if image is not None else (64.0, 64.0)
    size = _image_size(node, own)
    if size is None:
        return []
    if image is None:
        items: list[QGraphicsItem] = [_placeholder(node, size, matrix, context)]
    else:
        pixmap = QGraphicsPixmapItem(QPixmap.fromImage(image))
        pixmap.setShapeMode(QGraphicsPixmapItem.ShapeMode.BoundingRectShape)
        if node.smooth and context.smooth:
            pixmap.setTransformationMode(Qt.TransformationMode.SmoothTransformation)
        pixmap.setTransform(_fit(node, own, size) * matrix)
        items = [_cut(pixmap, node, size, matrix)] if node.slice else [pixmap]
    if node.opacity < 1:
        for item in items:
            item.setOpacity(max(0.0, node.opacity))
    return items


def _image_size(node: ImageShape, own: tuple[float, float]) -> tuple[float, float] | None:
    """Width and height of the rectangle; what is missing follows from the picture's own size."""
    width, height = node.width, node.height
    if width is None and height is None:
        width, height = own
    elif width is None and height is not None:
        width = height * own[0] / own[1]
    elif height is None and width is not None:
        height = width * own[1] / own[0]
    if width is None or height is None or not (width > 0 and height > 0):
        return None
    return (width, height)


def _fit(node: ImageShape, own: tuple[float, float], size: tuple[float, float]) -> QTransform:
    """preserveAspectRatio: picture px -> user units (SVG 1.1, 7.8)."""
    sx, sy = size[0] / own[0], size[1] / own[1]
    x, y = node.x, node.y
    if node.align != "none":
        sx = sy = max(sx, sy) if node.slice else min(sx, sy)
        x += (size[0] - own[0] * sx) * _share(node.align[1:4])
        y += (size[1] - own[1] * sy) * _share(node.align[5:8])
    return QTransform(sx, 0, 0, sy, x, y)


def _share(word: str) -> float:
    return {"Min": 0.0, "Max": 1.0}.get(word, 0.5)


def _cut(
    pixmap: QGraphicsPixmapItem, node: ImageShape, size: tuple[float, float], matrix: QTransform
) -> QGraphicsItem:
    """Only what lies in the rectangle is seen of a picture that covers it ('slice')."""
    path = QPainterPath()
    path.addPolygon(matrix.map(QPolygonF(QRectF(node.x, node.y, *size))))
    parent = _path_item(path, QTransform(), _NO_PEN, QBrush(Qt.BrushStyle.NoBrush))
    parent.setFlag(QGraphicsItem.GraphicsItemFlag.ItemClipsChildrenToShape)
    pixmap.setParentItem(parent)
    return parent


def _placeholder(
    node: ImageShape, size: tuple[float, float], matrix: QTransform, context: PaintContext
) -> QGraphicsItem:
    """A crossed box where a picture cannot be shown."""
    rect = QRectF(node.x, node.y, *size)
    path = QPainterPath()
    path.addRect(rect)
    for a, b in (
        (rect.topLeft(), rect.bottomRight()),
        (rect.topRight(), rect.bottomLeft()),
    ):
        path.moveTo(QPointF(a))
        path.lineTo(QPointF(b))
    pen = QPen(qcolour(context.colour(_PLACEHOLDER)), 0)  # one px at any zoom
    return _path_item(path, matrix, pen, QBrush(Qt.BrushStyle.NoBrush))
