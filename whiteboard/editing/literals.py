"""Elements as plain values: what is copied, and copies that can stand beside their original."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from whiteboard.model.ids import Rid
from whiteboard.model.markup import BOARD_NS
from whiteboard.model.ops import Kind, LiteralElement
from whiteboard.model.shared import SharedDocument
from whiteboard.svg.plan import IDENTITY, XLINK_NS, XML_NS, Matrix
from whiteboard.svg.transform import format_transform, multiply, parse_transform

PROVENANCE = ("rid", "creator", "created", "modifier", "modified")
"""Attributes of `BOARD_NS` in files with history: where an element comes from."""
_NAMING = frozenset({"aria-labelledby", "aria-describedby", "aria-controls", "aria-owns"})
"""Attributes that hold ids with spaces between."""
_EVENT = re.compile(r"([^\s;.+]+)\.([a-z]+)\b")
"""`id.event` in the timing of an animation."""
_URL = re.compile(r"url\(\s*(['\"]?)#([^'\")]+)\1\s*\)")


def literal_of(document: SharedDocument, rid: Rid) -> LiteralElement:
    """The element with all that is in it, as it stands now; comments and instructions left out."""
    children: list[LiteralElement | str] = []
    for child in document.children(rid):
        kind = document.kind(child)
        if kind is Kind.ELEMENT:
            children.append(literal_of(document, child))
        elif kind is Kind.TEXT:
            if children and isinstance(children[-1], str):
                children[-1] += document.text(child)
            elif text := document.text(child):
                children.append(text)
    return LiteralElement(
        document.ns(rid),
        document.name(rid),
        tuple((ns, name, value) for (ns, name), value in document.attributes(rid).items()),
        tuple(children),
    )


def attribute_of(element: LiteralElement, name: str, ns: str = "") -> str | None:
    """An attribute's value."""
    return next((v for a_ns, a, v in element.attributes if (a_ns, a) == (ns, name)), None)


def with_attributes(element: LiteralElement, **values: str | None) -> LiteralElement:
    """The element with other values of attributes without namespace; None takes one away."""
    kept = [a for a in element.attributes if a[0] or a[1] not in values]
    new = [("", name, value) for name, value in values.items() if value is not None]
    return LiteralElement(element.ns, element.name, (*kept, *new), element.children)


def transformed(element: LiteralElement, matrix: Matrix) -> LiteralElement:
    """The element with `matrix` applied after its own transform."""
    if matrix == IDENTITY:
        return element
    own = parse_transform(attribute_of(element, "transform")) or IDENTITY
    return with_attributes(element, transform=format_transform(multiply(matrix, own), 2) or None)


def with_fresh_ids(
    elements: Sequence[LiteralElement], is_taken: Callable[[str], bool]
) -> tuple[LiteralElement, ...]:
    """Copies whose ids nobody has, with the references among them following.

    References to what is not among the elements stay as they are. Where the originals came from
    (`PROVENANCE`) is not said of the copies: they are other elements.
    """
    renamed: dict[str, str] = {}
    for element in elements:
        _collect(element, is_taken, renamed)
    return tuple(_renamed(element, renamed) for element in elements)


def _collect(
    element: LiteralElement, is_taken: Callable[[str], bool], renamed: dict[str, str]
) -> None:
    for ns, name, value in element.attributes:
        if name == "id" and ns in ("", XML_NS) and value not in renamed and is_taken(value):
            number = 2
            stem = re.sub(r"-\d+$", "", value)
            while is_taken(f"{stem}-{number}") or f"{stem}-{number}" in renamed.values():
                number += 1
            renamed[value] = f"{stem}-{number}"
    for child in element.children:
        if isinstance(child, LiteralElement):
            _collect(child, is_taken, renamed)


def _renamed(element: LiteralElement, renamed: dict[str, str]) -> LiteralElement:
    def value_of(ns: str, name: str, value: str) -> str:
        if name == "id" and ns in ("", XML_NS):
            return renamed.get(value, value)
        if name == "href" and ns in ("", XLINK_NS) and value.startswith("#"):
            return f"#{renamed.get(value[1:], value[1:])}"
        if name in _NAMING and not ns:
            return " ".join(renamed.get(word, word) for word in value.split())
        if name in ("begin", "end") and not ns:
            return _EVENT.sub(lambda m: f"{renamed.get(m[1], m[1])}.{m[2]}", value)
        if "url(" in value:
            return _URL.sub(lambda m: f"url(#{renamed[m[2]]})" if m[2] in renamed else m[0], value)
        return value

    return LiteralElement(
        element.ns,
        element.name,
        tuple(
            (ns, name, value_of(ns, name, value))
            for ns, name, value in element.attributes
            if ns != BOARD_NS or name not in PROVENANCE
        ),
        tuple(
            child if isinstance(child, str) else _renamed(child, renamed)
            for child in element.children
        ),
    )
