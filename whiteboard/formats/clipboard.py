"""What is copied: elements as a small SVG file of text, and back; other programs understand it."""

from __future__ import annotations

from collections.abc import Sequence

from lxml import etree

from whiteboard.formats.svgfile import FileDamagedError, FileError, load
from whiteboard.formats.tree import Element
from whiteboard.model.characters import representable
from whiteboard.model.ops import LiteralElement
from whiteboard.svg.plan import SVG_NS, XLINK_NS
from whiteboard.svg.sanitize import is_active_attribute, is_active_element

MIME = "image/svg+xml"
_PREFIXES = {None: SVG_NS, "xlink": XLINK_NS}


def to_text(elements: Sequence[LiteralElement]) -> str:
    """The elements inside an `svg` of their own."""
    root = etree.Element(f"{{{SVG_NS}}}svg", nsmap=_PREFIXES)
    for element in elements:
        _append(root, element)
    return etree.tostring(root, encoding="unicode")


def _append(parent: etree._Element, literal: LiteralElement) -> None:
    element = etree.SubElement(parent, _qualified(literal.ns, literal.name))
    for ns, name, value in literal.attributes:
        element.set(_qualified(ns, name), representable(value))
    for child in literal.children:
        if isinstance(child, LiteralElement):
            _append(element, child)
        elif len(element):
            element[-1].tail = (element[-1].tail or "") + representable(child)
        else:
            element.text = (element.text or "") + representable(child)


def _qualified(ns: str, name: str) -> str:
    return f"{{{ns}}}{name}" if ns else name


def from_text(text: str) -> tuple[LiteralElement, ...]:
    """The drawings in SVG text that somebody pastes; nothing active comes with them.

    Raises:
        FileError: it is no sound SVG.
    """
    root = load(text.encode("utf-8", "replace"), "The clipboard").root
    elements = [child for child in root.children if isinstance(child, Element)]
    return tuple(_harmless(e.literal()) for e in elements if not is_active_element(e.ns, e.name))


def _harmless(literal: LiteralElement) -> LiteralElement:
    return LiteralElement(
        literal.ns,
        literal.name,
        tuple(a for a in literal.attributes if not is_active_attribute(*a)),
        tuple(
            child if isinstance(child, str) else _harmless(child)
            for child in literal.children
            if isinstance(child, str) or not is_active_element(child.ns, child.name)
        ),
    )


__all__ = ["MIME", "FileDamagedError", "FileError", "from_text", "to_text"]
