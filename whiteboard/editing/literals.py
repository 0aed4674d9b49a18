"""Elements as plain values: what is copied, and copies that can stand beside their original."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

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


class FreshIds:
    """Gives copies ids that nobody has; all that is copied is collected first.

    References to what is not among the elements stay as they are. Where the originals came from
    (`PROVENANCE`) is not said of the copies: they are other elements.

    Args:
        is_taken: whether an id is somebody's.

    Attributes:
        seen: how many nodes were collected.
    """

    def __init__(self, is_taken: Callable[[str], bool]) -> None:
        self.seen = 0
        self._is_taken = is_taken
        self._renamed: dict[str, str] = {}
        self._given: set[str] = set()
        self._numbers: dict[str, int] = {}
        """Stem of ids -> the last number that was tried."""

    def collect(self, element: LiteralElement) -> Iterator[None]:
        """Note the ids of an element and all in it; yields after each node."""
        waiting = [element]
        while waiting:
            node = waiting.pop()
            self.seen += 1
            for ns, name, value in node.attributes:
                if name == "id" and ns in ("", XML_NS):
                    self._note(value)
            inner = [child for child in node.children if isinstance(child, LiteralElement)]
            waiting += reversed(inner)
            yield

    def _note(self, value: str) -> None:
        if value in self._renamed or not self._is_taken(value):
            return
        stem = re.sub(r"-\d+$", "", value)
        number = self._numbers.get(stem, 1) + 1
        while self._is_taken(f"{stem}-{number}") or f"{stem}-{number}" in self._given:
            number += 1
        self._numbers[stem] = number
        self._given.add(f"{stem}-{number}")
        self._renamed[value] = f"{stem}-{number}"

    def renamed(self, element: LiteralElement) -> LiteralElement:
        """The copy of an element with all in it."""
        return LiteralElement(
            element.ns,
            element.name,
            tuple(
                (ns, name, self._value(ns, name, value))
                for ns, name, value in element.attributes
                if ns != BOARD_NS or name not in PROVENANCE
            ),
            tuple(
                child if isinstance(child, str) else self.renamed(child)
                for child in element.children
            ),
        )

    def _value(self, ns: str, name: str, value: str) -> str:
        new = self._renamed
        if name == "id" and ns in ("", XML_NS):
            return new.get(value, value)
        if name == "href" and ns in ("", XLINK_NS) and value.startswith("#"):
            return f"#{new.get(value[1:], value[1:])}"
        if name in _NAMING and not ns:
            return " ".join(new.get(word, word) for word in value.split())
        if name in ("begin", "end") and not ns:
            return _EVENT.sub(lambda m: f"{new.get(m[1], m[1])}.{m[2]}", value)
        if "url(" in value:
            return _URL.sub(lambda m: f"url(#{new[m[2]]})" if m[2] in new else m[0], value)
        return value
