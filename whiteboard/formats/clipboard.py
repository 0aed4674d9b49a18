"""What is copied: elements as a small SVG file of text, and back; other programs understand it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from lxml import etree

from whiteboard.formats.svgfile import FileDamagedError, FileError, load
from whiteboard.model.characters import representable
from whiteboard.model.ops import LiteralElement
from whiteboard.svg.plan import SVG_NS, XLINK_NS
from whiteboard.svg.sanitize import harmless_sheet
from whiteboard.svg.schema.check import Severity, Verdict, check

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


@dataclass(frozen=True, slots=True)
class Pasted:
    """What came out of the clipboard.

    Attributes:
        elements: The drawings in it.
        left_out: How many elements and attributes did not come along, because they run or load
            something, or are no SVG.
    """

    elements: tuple[LiteralElement, ...]
    left_out: int


def from_text(text: str) -> Pasted:
    """The drawings in SVG text that somebody pastes; nothing comes with them that offends.

    Raises:
        FileError: it is no sound SVG.
    """
    root = load(text.encode("utf-8", "replace"), "The clipboard").root
    cleaning = _Cleaning()
    whole = cleaning.harmless(root.literal())
    elements = tuple(child for child in whole.children if isinstance(child, LiteralElement))
    return Pasted(elements, cleaning.left_out)


class _Cleaning:
    """Takes out what offends, and counts it."""

    def __init__(self) -> None:
        self.left_out = 0

    def harmless(self, literal: LiteralElement) -> LiteralElement:
        """The element with what of it and in it may be pasted."""
        verdict = _judge(literal, None)
        me = (literal.ns, literal.name)
        attributes = []
        for ns, name, value in literal.attributes:
            kept = verdict.changed.get((ns, name), value)
            if kept is not None:
                attributes.append((ns, name, kept))
        self.left_out += sum(f.severity is not Severity.UNKNOWN for f in verdict.findings)
        children: list[LiteralElement | str] = []
        for child in literal.children:
            if isinstance(child, str):
                children.append(harmless_sheet(child) if me == (SVG_NS, "style") else child)
            elif _judge(child, me).hidden:
                self.left_out += 1
            else:
                children.append(self.harmless(child))
        return LiteralElement(*me, tuple(attributes), tuple(children))


def _judge(literal: LiteralElement, parent: tuple[str, str] | None) -> Verdict:
    attributes = (((ns, name), value) for ns, name, value in literal.attributes)
    return check(literal.ns, literal.name, attributes, parent)


__all__ = ["MIME", "FileDamagedError", "FileError", "Pasted", "from_text", "to_text"]
