"""Putting large things onto a board part by part, so that a transaction can end between two."""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import replace
from itertools import repeat

from whiteboard.model.ids import Rid
from whiteboard.model.ops import LiteralElement
from whiteboard.model.shared import SharedTransaction

LITERAL = 100
"""Nodes that are written in one piece; of a larger thing each part by itself."""


def nodes_of(element: LiteralElement) -> int:
    """How many nodes an element has with all in it; `LITERAL` + 1 if it is more."""
    waiting, count = [element], 0
    while waiting and count <= LITERAL:
        node = waiting.pop()
        count += 1 + sum(1 for child in node.children if isinstance(child, str))
        waiting += [child for child in node.children if isinstance(child, LiteralElement)]
    return min(count, LITERAL + 1)


def adding(
    transaction: Callable[[], SharedTransaction],
    parent: Rid,
    element: LiteralElement,
    changed: Callable[[LiteralElement], LiteralElement],
) -> Generator[None, None, Rid]:
    """Create an element with all in it as the last child; yields once for each node.

    Args:
        transaction: Gives the one that is open, after each yield another one.
        parent: An element's record.
        element: What to create.
        changed: Applied to each part before it is written.

    Returns:
        The record of the element.
    """
    size = nodes_of(element)
    if size <= LITERAL:
        top = transaction().add(parent, changed(element))
        yield from repeat(None, size)
        return top
    top = transaction().add(parent, changed(replace(element, children=())))
    yield
    stack = [(top, iter(element.children))]
    while stack:
        home, children = stack[-1]
        child = next(children, None)
        if child is None:
            stack.pop()
            continue
        size = 1 if isinstance(child, str) else nodes_of(child)
        if isinstance(child, str):
            transaction().add_text(home, child)
        elif size > LITERAL:
            alone = transaction().add(home, changed(replace(child, children=())))
            stack.append((alone, iter(child.children)))
            size = 1
        else:
            transaction().add(home, changed(child))
        yield from repeat(None, size)
    return top
