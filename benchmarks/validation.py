"""What it costs to check one edit against the rules of SVG, and a whole file.

The peer is lxml with the schema that is generated from the same table: it says that something is
wrong, not what, and knows nothing of values.
"""

from __future__ import annotations

import timeit

from lxml import etree

from benchmarks import scenes
from benchmarks.figure import Figure, cpu_seconds
from whiteboard.formats.clean import faults
from whiteboard.formats.svgfile import load
from whiteboard.model.changes import Origin
from whiteboard.model.document import Document, new_document
from whiteboard.model.ops import Batch, LiteralElement
from whiteboard.svg.plan import SVG_NS
from whiteboard.svg.schema.relaxng import validator
from whiteboard.svg.stroke import fit
from whiteboard.validation.applications import SVG
from whiteboard.validation.edits import offences

EDIT_US = 42.0
STROKE_US = 200.0
"""STACK section 5: what lxml took for one element."""
_TIMES = 3000


def figures() -> list[Figure]:
    stroke = LiteralElement(
        SVG_NS,
        "path",
        (
            ("", "d", fit(scenes.stroke_points())),
            ("", "fill", "none"),
            ("", "stroke", "#1b1f24"),
            ("", "stroke-width", "5"),
            ("", "stroke-linecap", "round"),
            ("", "stroke-linejoin", "round"),
        ),
    )
    out = [
        _edit("shape with 8 properties drawn, checked", scenes.shape(1)),
        _edit("stroke of 200 points drawn, checked", stroke, target=STROKE_US),
        _edit("one attribute set, checked", scenes.shape(1), ("width", "12.5")),
    ]
    loaded = load(scenes.svg_file().encode())
    seconds = cpu_seconds(lambda: faults(loaded.root))
    out.append(Figure("file of 10 000 shapes, checked", seconds * 1000, "ms"))
    return out


def _edit(
    name: str,
    literal: LiteralElement,
    change: tuple[str, str] | None = None,
    *,
    target: float = EDIT_US,
) -> Figure:
    document = new_document()
    root = document.root
    assert root is not None
    with document.transact(Origin.LOCAL) as edit:
        rid = edit.add(root, literal)
    batch = _last(document)
    if change is not None:
        with document.transact(Origin.LOCAL) as edit:
            edit.set_attribute(rid, *change)
        batch = _last(document)
    seconds = timeit.timeit(lambda: offences(document, batch, SVG), number=_TIMES) / _TIMES
    return Figure(name, seconds * 1e6, "µs", target, False, "lxml RELAX NG", _peer(literal))


def _last(document: Document) -> Batch:
    return document.batches_since({})[-1]


def _peer(literal: LiteralElement) -> float:
    """One element in a wrapper, built and validated, µs."""
    attributes = {name: value for _, name, value in literal.attributes}
    schema = validator()

    def work() -> None:
        wrapper = etree.Element(f"{{{SVG_NS}}}svg")
        etree.SubElement(wrapper, f"{{{SVG_NS}}}{literal.name}", attributes)
        assert schema.validate(wrapper)

    return timeit.timeit(work, number=_TIMES) / _TIMES * 1e6
