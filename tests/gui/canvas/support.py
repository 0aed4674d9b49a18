"""What the canvas tests share: documents from SVG text, and colours at points."""

from __future__ import annotations

from lxml import etree
from PySide6.QtGui import QColor, QImage
from PySide6.QtWidgets import QGraphicsItem, QGraphicsPathItem, QGraphicsSimpleTextItem

from whiteboard.canvas.export import render_document
from whiteboard.model.document import Document, new_document
from whiteboard.model.ops import LiteralElement

SVG = "http://www.w3.org/2000/svg"


def literal(svg: str) -> LiteralElement:
    """One element written as XML; the SVG namespace is the default one."""
    wrapped = etree.fromstring(
        f'<w xmlns="{SVG}" xmlns:xlink="http://www.w3.org/1999/xlink">{svg}</w>'
    )
    return _convert(wrapped[0])


def _convert(element: etree._Element) -> LiteralElement:
    name = etree.QName(element)
    attributes = []
    for key, value in element.attrib.items():
        qualified = etree.QName(key)
        attributes.append((qualified.namespace or "", qualified.localname, value))
    children: list[LiteralElement | str] = [element.text] if element.text else []
    for child in element:
        children.append(_convert(child))
        if child.tail:
            children.append(child.tail)
    return LiteralElement(name.namespace or "", name.localname, tuple(attributes), tuple(children))


def board(content: str = "", attributes: str = 'width="200" height="200"') -> Document:
    """A document with a root of 200 × 200 and this inside."""
    return new_document(literal(f"<svg {attributes}>{content}</svg>"))


def rendered(content: str, **options: object) -> QImage:
    """The picture of a board with this content, on white."""
    return render_document(board(content), **options)  # type: ignore[arg-type]


def colour(image: QImage, x: float, y: float) -> str:
    """`#rrggbb` of a px; with alpha in front where it is not opaque."""
    at = image.pixelColor(int(x), int(y))
    opaque = at.alpha() == 255
    return at.name(QColor.NameFormat.HexRgb if opaque else QColor.NameFormat.HexArgb)


def is_near(image: QImage, x: float, y: float, wanted: str, tolerance: int = 6) -> bool:
    """Is a px this colour, give or take?"""
    at, other = image.pixelColor(int(x), int(y)), QColor(wanted)
    pairs = zip(at.getRgb(), other.getRgb(), strict=True)
    return all(abs(a - b) <= tolerance for a, b in pairs)


def described(item: QGraphicsItem) -> tuple[object, ...]:
    """All that an item paints, as values that can be compared."""
    transform = item.sceneTransform()
    matrix = tuple(
        round(v, 9)
        for v in (
            transform.m11(), transform.m12(), transform.m21(), transform.m22(),
            transform.dx(), transform.dy(),
        )
    )  # fmt: skip
    effect = item.graphicsEffect()
    own: tuple[object, ...] = (
        type(item).__name__, matrix, round(item.opacity(), 9), item.flags().value,
        None if effect is None else round(effect.opacity(), 9),
    )  # fmt: skip
    if isinstance(item, QGraphicsPathItem):
        path = item.path()
        elements = tuple(
            (e.type.value if hasattr(e.type, "value") else int(e.type), e.x, e.y)
            for e in (path.elementAt(i) for i in range(path.elementCount()))
        )
        pen = item.pen()
        own += (
            elements, path.fillRule().value, pen.color().rgba(), pen.widthF(), pen.style().value,
            pen.capStyle().value, pen.joinStyle().value, pen.miterLimit(),
            tuple(pen.dashPattern()), pen.dashOffset(), item.brush().color().rgba(),
            item.brush().style().value,
        )  # fmt: skip
    if isinstance(item, QGraphicsSimpleTextItem):
        own += (item.text(), item.font().toString(), item.brush().color().rgba())
    children = sorted(item.childItems(), key=lambda child: child.zValue())
    return (*own, tuple(described(child) for child in children))
