"""A member whose work from some message on did not reach the others, and who goes on anew."""

from __future__ import annotations

from tests.helpers.merging import Member
from whiteboard.model.document import Document
from whiteboard.model.ids import Replica
from whiteboard.model.rebase import Outcome, collect, put


def start_again(old: Document, after: int, name: str, *, may_write: bool = True):
    """`old`'s party as replica `name`: the document, and what became of the work beyond `after`.

    Returns:
        (document, pieces, outcome, batches that it sent)
    """
    pieces = collect(old, {old.replica: after})
    new = Document(old.session, old.party, Replica(name))
    was = {**old.gives_up, old.replica: after}
    new.give_up(was)
    new.receive(b for b in old.batches_since({}) if b.n <= was.get(b.r, b.n))
    sent = []
    new.on_commit.subscribe(lambda commit: sent.extend(commit.batches))
    outcome = put(pieces, new, may_write=may_write)
    return new, pieces, outcome, tuple(sent)


def rebased(member: Member, after: int, *others: Member) -> tuple[Document, Outcome]:
    """`member`'s work beyond `after` on what the others have made meanwhile."""
    old = member.doc
    pieces = collect(old, {old.replica: after})
    new = Document(old.session, old.party, Replica(f"{old.replica}2"))
    new.give_up({old.replica: after})
    for other in others:
        new.receive(other.doc.batches_since(new.vv))
    outcome = put(pieces, new)
    assert outcome.collected == sum(piece.count for piece in pieces)
    return new, outcome
