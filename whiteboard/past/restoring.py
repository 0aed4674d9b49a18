"""Making the board, or some of it, look again as it did at another moment, by ordinary edits.

Everything is one transaction of the person who asks, so it is shared like any edit and one undo
takes it back. What is not in the old picture goes to the trash; what is already so is not written.
"""

from __future__ import annotations

from collections.abc import Iterable

from whiteboard.model.changes import Origin
from whiteboard.model.ids import DOCUMENT, Rid
from whiteboard.model.ops import Kind, LiteralElement
from whiteboard.model.shared import SharedDocument, SharedTransaction
from whiteboard.model.strict.document import StrictDocument
from whiteboard.past.picture import Node, Picture


def restore(
    document: SharedDocument,
    then: Picture,
    rids: Iterable[Rid] | None = None,
    label: str = "Restore",
) -> bool:
    """Make a document show what a picture shows.

    Args:
        document: The live one.
        then: How it is to look.
        rids: Only these elements with all in them; None = everything. One that is not in the
            picture goes to the trash.
        label: Name of the step of undo.

    Returns:
        Whether anything had to be changed.

    Raises:
        NotPermittedError: the person may not change all of that; nothing is changed then.
    """
    changed: list[object] = []
    stop = document.on_commit.subscribe(changed.append)
    try:
        with document.transact(Origin.LOCAL, label) as transaction:
            work = _Restoring(document, transaction, then)
            if rids is None:
                work.everything()
            else:
                work.some(rids)
    finally:
        stop()
    return bool(changed)


class _Restoring:
    """One restoring while its transaction is open."""

    def __init__(
        self, document: SharedDocument, transaction: SharedTransaction, then: Picture
    ) -> None:
        self._document = document
        self._transaction = transaction
        self._then = then
        self._copied: set[Rid] = set()
        self._copies: set[Rid] = set()

    def everything(self) -> None:
        document, then = self._document, self._then
        keep = document.root if then.root is None else None  # a board has a root
        while stray := [
            rid for rid in document.children(DOCUMENT) if rid != keep and not then.is_visible(rid)
        ]:
            for rid in stray:
                self._transaction.trash(rid)  # another root may come to light now
        self._trash_what_was_not(DOCUMENT, keep)
        for rid in then:
            self._bring(rid)
        self._trash_what_was_not(DOCUMENT, keep)  # what lay hidden in what is back

    def some(self, rids: Iterable[Rid]) -> None:
        for rid in dict.fromkeys(rids):
            if rid == self._document.root:
                continue
            waiting = [rid] if self._then.is_visible(rid) else []
            while waiting:
                one = waiting.pop()
                self._bring(one, at_root=one == rid)
                waiting += reversed(self._then.children(one))
            if self._document.is_visible(rid):
                self._trash_what_was_not(rid)

    def _trash_what_was_not(self, top: Rid, keep: Rid | None = None) -> None:
        document, then = self._document, self._then
        waiting = [top]
        while waiting:
            rid = waiting.pop()
            if rid in self._copies:
                continue
            if rid in {DOCUMENT, keep} or then.is_visible(rid):
                waiting += document.children(rid)
            else:
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
        if document.kind(rid) is node.kind and not self._is_gone(rid):
            self._place(rid, node, at_root=at_root)
            if node.kind is Kind.ELEMENT and not document.is_visible(rid):
                self._transaction.rename(rid, node.name, node.ns)  # to one that XML allows
        if not document.is_visible(rid):
            self._copied.add(rid)
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
        parent = node.parent
        if node.kind is Kind.ELEMENT and parent == DOCUMENT and document.root is None:
            self._copies.add(transaction.add_root(self._literal(rid, node)))
            return
        is_there = document.is_visible(parent)
        if not is_there:
            if document.root is None:
                return
            parent = document.root
        if node.kind is Kind.ELEMENT:
            copy = transaction.add(parent, self._literal(rid, node))
        elif node.kind is Kind.TEXT:
            copy = transaction.add_text(parent, node.text)
        else:
            return
        self._copies.add(copy)
        if is_there:
            transaction.put(copy, parent, node.weight)

    def _literal(self, rid: Rid, node: Node) -> LiteralElement:
        children: list[LiteralElement | str] = []
        for child in self._then.children(rid):
            inner = self._then.node(child)
            assert inner is not None
            if inner.kind is Kind.ELEMENT:
                children.append(self._literal(child, inner))
            elif inner.kind is Kind.TEXT:
                children.append(inner.text)
        attributes = tuple((ns, name, value) for (ns, name), value in node.attributes.items())
        return LiteralElement(node.ns, node.name, attributes, tuple(children))
