"""The content of one board into another, as new edits (SYNC 0.3.17)."""

from __future__ import annotations

from dataclasses import replace

from whiteboard.model.changes import Origin
from whiteboard.model.document import Document
from whiteboard.model.ids import Party, Replica, Rid, SessionId
from whiteboard.model.ops import Batch, Kind, LiteralElement


def copy_into(source: Document, target: Document) -> tuple[Batch, ...]:
    """Add copies of everything inside the root of `source` to the root of `target`.

    Comments and instructions are copied only where they stand directly in the root: a literal
    cannot hold them (SYNC 0.3.3).

    Returns:
        The batches that `target` made, to be sent; none if there is nothing to copy.
    """
    if source.root is None or target.root is None or not source.children(source.root):
        return ()
    before = dict(target.vv)
    parent = target.root
    with target.transact(Origin.LOCAL) as transaction:
        for rid in source.children(source.root):
            kind = source.kind(rid)
            if kind is Kind.ELEMENT:
                transaction.add(parent, literal(source, rid))
            elif kind is Kind.TEXT:
                transaction.add_text(parent, source.text(rid))
            elif kind is Kind.COMMENT:
                transaction.add_comment(parent, source.text(rid))
    return tuple(b for b in target.batches_since(before) if b.r == target.replica)


def copied(source: Document, session: SessionId, party: Party, replica: Replica) -> Document:
    """A board of one's own that shows what `source` shows, for one that others have written on."""
    copy = Document(session, party, replica)
    root = source.root
    with copy.transact(Origin.LOAD) as transaction:
        if root is not None:
            whole = literal(source, root)
            transaction.add_root(replace(whole, children=()))
    copy_into(source, copy)
    return copy


def literal(document: Document, rid: Rid) -> LiteralElement:
    """The element as it would stand in a literal, without comments and instructions."""
    children: list[LiteralElement | str] = []
    for child in document.children(rid):
        kind = document.kind(child)
        if kind is Kind.ELEMENT:
            children.append(literal(document, child))
        elif kind is Kind.TEXT and document.text(child):
            text = document.text(child)
            if children and isinstance(children[-1], str):
                text = children.pop() + text  # type: ignore[operator] # a str, by the line above
            children.append(text)
    attributes = tuple(
        (ns, name, value) for (ns, name), value in sorted(document.attributes(rid).items())
    )
    return LiteralElement(document.ns(rid), document.name(rid), attributes, tuple(children))
