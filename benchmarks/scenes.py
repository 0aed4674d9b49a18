"""What the figures are measured on: shapes with eight properties, a stroke, a full board."""

from __future__ import annotations

import math

from whiteboard.model.changes import Origin
from whiteboard.model.document import Document, new_document
from whiteboard.model.ids import Rid
from whiteboard.model.ops import LiteralElement
from whiteboard.svg.plan import SVG_NS

SHAPES = 10_000
PROPERTIES = ("x", "y", "width", "height", "fill", "stroke", "stroke-width", "rx")
OPS_OF_SHAPE = 1 + len(PROPERTIES)
"""One record for the element, one for each attribute."""
COLOURS = ("#2265d8", "#c92a2a", "#2b8a3e", "#e67700", "#5f3dc4")

STROKE_POINTS = 200
STROKE_SECONDS = 3.3
"""A hand's 200 points at 60 a second."""


def values(i: int) -> tuple[str, ...]:
    """What the properties of the i-th shape are."""
    x, y = i % 125 * 16, i // 125 * 16
    return (str(x), str(y), "14", "12", COLOURS[i % len(COLOURS)], "none", "2", "4")


def shape(i: int) -> LiteralElement:
    attributes = tuple(("", name, value) for name, value in zip(PROPERTIES, values(i), strict=True))
    return LiteralElement(SVG_NS, "rect", attributes)


def draw_one_by_one(document: Document, count: int = SHAPES) -> None:
    """As people draw: a transaction, and so a message, for each shape."""
    root = document.root
    assert root is not None
    for i in range(count):
        with document.transact(Origin.LOCAL) as edit:
            edit.add(root, shape(i))


def draw_at_once(document: Document, count: int = SHAPES) -> None:
    """As a paste or an opened file: one transaction, messages of about 8 KiB."""
    root = document.root
    assert root is not None
    with document.transact(Origin.LOCAL) as edit:
        for i in range(count):
            edit.add(root, shape(i))


def full_board(*, at_once: bool) -> Document:
    document = new_document()
    (draw_at_once if at_once else draw_one_by_one)(document)
    return document


def shapes_of(document: Document) -> list[Rid]:
    root = document.root
    assert root is not None
    return [rid for rid in document.children(root) if document.name(rid) == "rect"]


def stroke_points() -> list[tuple[float, float]]:
    """A wavy line across a window, as a mouse gives it: whole pixels."""
    return [
        (100.0 + round(i * 2.3), 200.0 + round(60 * math.sin(i / 14) + 12 * math.sin(i / 5)))
        for i in range(STROKE_POINTS)
    ]


def svg_file() -> str:
    """The same shapes as a file."""
    rows = "\n".join(
        "<rect " + " ".join(f'{n}="{v}"' for n, v in zip(PROPERTIES, values(i), strict=True)) + "/>"
        for i in range(SHAPES)
    )
    return f'<svg xmlns="{SVG_NS}" viewBox="0 0 2000 1280">\n{rows}\n</svg>\n'
