"""The content of one board into another, as new edits (SYNC 0.3.17); other rules for a board."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from whiteboard.model.changes import Commit, Origin
from whiteboard.model.document import Document
from whiteboard.model.ids import DOCUMENT, Party, Replica, Rid, SessionId
from whiteboard.model.ops import Kind, LiteralElement, New
from whiteboard.model.shared import SharedDocument
from whiteboard.model.strict.document import StrictDocument
from whiteboard.model.strict.psi import PsiTransaction
from whiteboard.model.transaction import renamed


def copy_into(source: SharedDocument, target: SharedDocument) -> Commit | None:
    """Add copies of everything inside the root of `source` to the root of `target`.

    Comments and instructions are copied only where they stand directly in the root: a literal
    cannot hold them (SYNC 0.3.3).

    Returns:
        The commit that `target` made, to be sent; None if there is nothing to copy.
    """
    if source.root is None or target.root is None or not source.children(source.root):
        return None
    made: list[Commit] = []
    unsubscribe = target.on_commit.subscribe(made.append)
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
    unsubscribe()
    return made[0] if made else None


def copied(
    source: SharedDocument,
    session: SessionId | None = None,
    party: Party | None = None,
    replica: Replica | None = None,
) -> Document:
    """A board of one's own that shows what `source` shows: others wrote on it, or it was strict.

    Identities that are not given are those of `source`.
    """
    copy = Document(session or source.session, party or source.party, replica or source.replica)
    root = source.root
    with copy.transact(Origin.LOAD) as transaction:
        if root is not None:
            whole = literal(source, root)
            transaction.add_root(replace(whole, children=()))
    copy_into(source, copy)
    return copy


def as_strict(
    source: SharedDocument,
    session: SessionId,
    party: Party,
    replica: Replica,
    *,
    for_psi: bool = False,
) -> StrictDocument:
    """A copy of what shows, for a strict session; nothing of it is pending.

    Rids of the source's replica become rids of the new one. `for_psi`: with what Psi needs.
    """
    copy = StrictDocument(session, party, replica)
    copy.for_psi = for_psi
    with copy.transact(Origin.LOAD) as transaction:
        for new in _shown(source):
            rid, parent = (renamed(r, source.replica, replica) for r in (new.rid, new.parent))
            transaction.create(replace(new, rid=rid, parent=parent))
        if isinstance(transaction, PsiTransaction):
            transaction.fit()
    copy.was = source.replica
    for key in tuple(copy.pending):
        copy.confirm(key)
    return copy


def _shown(document: SharedDocument) -> Iterator[New]:
    """All that shows, each after its parent."""
    waiting = list(reversed(document.children(DOCUMENT)))
    while waiting:
        rid = waiting.pop()
        kind, parent = document.kind(rid), document.parent(rid)
        assert kind is not None
        assert parent is not None
        new = New(rid, kind, parent, document.weight(rid))
        if kind is Kind.ELEMENT:
            yield replace(new, ns=document.ns(rid), name=document.name(rid))
            for (ns, name), value in document.attributes(rid).items():
                attribute = document.attribute_record(rid, name, ns)
                assert attribute is not None
                yield New(attribute, Kind.ATTRIBUTE, rid, 0.0, ns or None, name, value)
            waiting += reversed(document.children(rid))
        elif kind is Kind.INSTRUCTION:
            yield replace(new, pitarget=document.name(rid), pidata=document.text(rid))
        else:
            yield replace(new, chdata=document.text(rid))


def literal(document: SharedDocument, rid: Rid) -> LiteralElement:
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
