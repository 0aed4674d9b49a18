"""A file's contents as plain values: elements, text, comments and processing instructions."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeAlias

from whiteboard.model.ops import LiteralElement


@dataclass(frozen=True, slots=True)
class Comment:
    """A comment."""

    text: str


@dataclass(frozen=True, slots=True)
class Instruction:
    """A processing instruction."""

    target: str
    data: str


@dataclass(frozen=True, slots=True)
class Element:
    """An element with everything in it, in order. `size` counts the nodes below and itself."""

    ns: str
    name: str
    attributes: tuple[tuple[str, str, str], ...]
    children: tuple[Child, ...]
    size: int
    is_plain: bool
    """Whether there are only elements and text below, so that a literal can say it all."""

    def literal(self, *, alone: bool = False) -> LiteralElement:
        """As a literal; comments and instructions are left out. `alone`: without the children."""
        return LiteralElement(
            self.ns,
            self.name,
            self.attributes,
            ()
            if alone
            else tuple(
                child if isinstance(child, str) else child.literal()
                for child in self.children
                if isinstance(child, str | Element)
            ),
        )

    def walk(self) -> Iterator[Element]:
        """This element and all below, in document order."""
        stack = [self]
        while stack:
            element = stack.pop()
            yield element
            stack.extend(c for c in reversed(element.children) if isinstance(c, Element))


Child: TypeAlias = Element | str | Comment | Instruction


@dataclass(frozen=True, slots=True)
class LoadedFile:
    """A file that was read: what stands before the root, the root, and what stands after it."""

    prolog: tuple[Comment | Instruction, ...]
    root: Element
    epilog: tuple[Comment | Instruction, ...]

    @property
    def objects(self) -> int:
        """How many things are drawn in it, near enough to tell a person."""
        return sum(1 for element in self.root.walk() if element.name in _OBJECTS)


_OBJECTS = frozenset(
    {"path", "rect", "circle", "ellipse", "line", "polyline", "polygon", "text", "image", "use"}
)
