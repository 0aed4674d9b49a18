"""Making the board, or some of it, look again as it did at another moment, by ordinary edits.

It is the edits of the person who asks, so they are shared like any and one undo takes them back.
What is not in the old picture goes to the trash; what is already so is not written, and what this
person may not change stays as it is. What is much is
done in bounded transactions (`restoring`), between which everybody may go on.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import suppress

from whiteboard.editing.parts import LITERAL
from whiteboard.editing.slices import in_transactions
from whiteboard.editing.steps import AT_ONCE
from whiteboard.model.ids import DOCUMENT, Rid
from whiteboard.model.ops import Kind, LiteralElement
from whiteboard.model.rights import NotPermittedError
from whiteboard.model.shared import SharedDocument, SharedTransaction
from whiteboard.model.strict.document import StrictDocument
from whiteboard.past.picture import Node, Picture


def restore(
    document: SharedDocument,
    then: Picture,
    rids: Iterable[Rid] | None = None,
    label: str = "Restore",
) -> bool:
    """As `restoring`, in one transaction.

    Returns:
        Whether anything had to be changed.
    """
    work = restoring(document, then, rids, label, at_once=None)
    try:
        next(work)
    except StopIteration as end:
        return bool(end.value)
    raise AssertionError("one transaction is all")


def restoring(
    document: SharedDocument,
    then: Picture,
    rids: Iterable[Rid] | None = None,
    label: str = "Restore",
    *,
    at_once: int | None = AT_ONCE,
) -> Generator[float, None, bool]:
    """Make a document show what a picture shows, in bounded transactions.

    Args:
        document: The live one.
        then: How it is to look; it stays as it is until the end.
        rids: Only these elements with all in them; None = everything. One that is not in the
            picture goes to the trash.
        label: Name of the step of undo.
        at_once: Things in one transaction; None = all.

    Yields:
        The share that is done, 0 to 1. Who closes the generator leaves the rest as it is.

    Returns:
        Whether anything had to be changed.
    """
    changed: list[object] = []

    def steps(transaction: Callable[[], SharedTransaction]) -> Iterator[None]:
        work = _Restoring(document, transaction, then)
        return work.everything() if rids is None else work.some(rids)

    total = 3 * len(then) if rids is None else len(then)
    slices = in_transactions(document, label, steps, total, at_once)
    while True:
        stop = document.on_commit.subscribe(changed.append)
        try:
            share = next(slices, None)
        finally:
            stop()
        if share is None:
            return bool(changed)
        yield share


class _Restoring:
    """One restoring; what yields does so after each thing it looked at."""

    def __init__(
        self,
        document: SharedDocument,
        transaction: Callable[[], SharedTransaction],
        then: Picture,
    ) -> None:
        self._document = document
        self._open = transaction
        self._then = then
        self._copied: set[Rid] = set()
        """What came back inside a copy."""
        self._apart: dict[Rid, Rid] = {}
        """What came back as a copy whose parts are brought one by one -> the copy."""
        self._copies: set[Rid] = set()

    @property
    def _transaction(self) -> SharedTransaction:
        return self._open()

    def everything(self) -> Iterator[None]:
        """Make all of the board look so."""
        document, then = self._document, self._then
        keep = document.root if then.root is None else None  # a board has a root
        before: list[Rid] = []
        while stray := [
            rid for rid in document.children(DOCUMENT) if rid != keep and not then.is_visible(rid)
        ]:
            if stray == before:
                break  # this person may not take them away
            for rid in stray:
                self._trash(rid)  # another root may come to light now
                yield
            before = stray
        yield from self._trash_what_was_not(DOCUMENT, keep)
        for rid in then:
            with suppress(NotPermittedError):
                self._bring(rid)
            yield
        yield from self._trash_what_was_not(DOCUMENT, keep)  # what lay hidden in what is back

    def some(self, rids: Iterable[Rid]) -> Iterator[None]:
        """Make these elements look so, with all in them."""
        for rid in dict.fromkeys(rids):
            if rid == self._document.root:
                continue
            waiting = [rid] if self._then.is_visible(rid) else []
            while waiting:
                one = waiting.pop()
                with suppress(NotPermittedError):
                    self._bring(one, at_root=one == rid)
                waiting += reversed(self._then.children(one))
                yield
            if self._document.is_visible(rid):
                yield from self._trash_what_was_not(rid)

    def _trash_what_was_not(self, top: Rid, keep: Rid | None = None) -> Iterator[None]:
        document, then = self._document, self._then
        waiting = [top]
        while waiting:
            rid = waiting.pop()
            yield
            if rid in self._copies or not (rid == DOCUMENT or document.is_visible(rid)):
                continue
            if rid in {DOCUMENT, keep} or then.is_visible(rid):
                waiting += document.children(rid)
            else:
                self._trash(rid)

    def _trash(self, rid: Rid) -> None:
        with suppress(NotPermittedError):
            self._transaction.trash(rid)

    def _bring(self, rid: Rid, *, at_root: bool = False) -> None:
        """Put a node where it was, as it was; what it lies in has been brought before.

        Args:
            rid: A node of the picture.
            at_root: Where what it lay in is not to be seen any more, the board's root will do.
        """
        document, node = self._document, self._then.node(rid)
        assert node is not None
        if node.parent in self._copied:
            self._copied.add(rid)
            return
        if node.parent in self._apart:
            self._copy(rid, node)
            return
        if document.kind(rid) is node.kind and not self._is_gone(rid):
            self._place(rid, node, at_root=at_root)
            if node.kind is Kind.ELEMENT and not document.is_visible(rid):
                self._transaction.rename(rid, node.name, node.ns)  # to one that XML allows
        if not document.is_visible(rid):
            self._copy(rid, node)
            return
        if node.kind is Kind.ELEMENT:
            self._bring_element(rid, node)
        elif node.kind is Kind.INSTRUCTION and document.name(rid) != node.name:
            self._transaction.retarget(rid, node.name)
        if node.kind is not Kind.ELEMENT and document.text(rid) != node.text:
            self._transaction.set_text(rid, node.text)

    def _place(self, rid: Rid, node: Node, *, at_root: bool) -> None:
        document = self._document
        is_there = node.parent == DOCUMENT or document.is_visible(node.parent)
        if not is_there and at_root:
            if not document.is_visible(rid) and document.root is not None:
                self._transaction.move(rid, document.root)
            return
        if document.parent(rid) != node.parent or document.weight(rid) != node.weight:
            self._transaction.put(rid, node.parent, node.weight)

    def _is_gone(self, rid: Rid) -> bool:
        """Whether it can never be shown again: strict sessions have no trash."""
        return isinstance(self._document, StrictDocument) and rid in self._document.removed

    def _bring_element(self, rid: Rid, node: Node) -> None:
        document, transaction = self._document, self._transaction
        if (document.ns(rid), document.name(rid)) != (node.ns, node.name):
            transaction.rename(rid, node.name, node.ns)
        now = document.attributes(rid)
        for ns, name in now.keys() | node.attributes.keys():
            value = node.attributes.get((ns, name))
            if now.get((ns, name)) != value:
                transaction.set_attribute(rid, name, value, ns)

    def _copy(self, rid: Rid, node: Node) -> None:
        """What is gone for ever comes back as a copy, at its old place if that is there."""
        document, transaction = self._document, self._transaction
        is_large = node.kind is Kind.ELEMENT and self._is_large(rid)
        if not is_large:
            self._copied.add(rid)
        parent = self._apart.get(node.parent, node.parent)
        if node.kind is Kind.ELEMENT and parent == DOCUMENT and document.root is None:
            copy = transaction.add_root(self._literal(rid, node, alone=is_large))
            self._note(rid, copy, is_large=is_large)
            return
        is_there = document.is_visible(parent)
        if not is_there:
            if document.root is None:
                return
            parent = document.root
        if node.kind is Kind.ELEMENT:
            copy = transaction.add(parent, self._literal(rid, node, alone=is_large))
        elif node.kind is Kind.TEXT:
            copy = transaction.add_text(parent, node.text)
        else:
            return
        self._note(rid, copy, is_large=is_large)
        if is_there:
            transaction.put(copy, parent, node.weight)

    def _note(self, rid: Rid, copy: Rid, *, is_large: bool) -> None:
        self._copies.add(copy)
        if is_large:
            self._apart[rid] = copy

    def _is_large(self, top: Rid) -> bool:
        """Whether it has more nodes than are written in one piece."""
        waiting, count = [top], 0
        while waiting and count <= LITERAL:
            count += 1
            waiting += self._then.children(waiting.pop())
        return count > LITERAL

    def _literal(self, rid: Rid, node: Node, *, alone: bool) -> LiteralElement:
        """A node as it was, with all in it or `alone`."""
        children: list[LiteralElement | str] = []
        for child in () if alone else self._then.children(rid):
            inner = self._then.node(child)
            assert inner is not None
            if inner.kind is Kind.ELEMENT:
                children.append(self._literal(child, inner, alone=False))
            elif inner.kind is Kind.TEXT:
                children.append(inner.text)
        attributes = tuple((ns, name, value) for (ns, name), value in node.attributes.items())
        return LiteralElement(node.ns, node.name, attributes, tuple(children))
