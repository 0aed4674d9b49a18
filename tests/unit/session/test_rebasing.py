"""Whose work comes along when another member's board takes the place of mine (SYNC 4.7, case d)."""

from __future__ import annotations

from tests.helpers.merging import Member, element, members
from tests.helpers.rebasing import start_again
from whiteboard.model.changes import Origin
from whiteboard.model.document import Document
from whiteboard.model.ids import Party, Replica
from whiteboard.session.rebasing import rebased_onto


def joined(giver: Member) -> Document:
    """The board of somebody who got the giver's state alone."""
    board = Document.from_folded(giver.doc.folded(), Party("e"), Replica("e"))
    board.receive(giver.doc.batches_since(giver.doc.floor))
    return board


def onto(board: Document, old: Document, replica: str):
    return rebased_onto(board.folded(), board.batches_since(board.floor), old, Replica(replica))


def test_work_of_all_replicas_that_counted_comes_again_and_each_is_given_up_where_it_ends():
    a, c = members("ac")
    root = a.start()
    c.hear(a)
    first = c.add(root, element("rect"))
    a.hear(c)
    second = c.add(root, element("circle"))
    refused = c.add(root, element("path"))
    old, _, _, _ = start_again(c.doc, 2, "c2", may_write=False)
    with old.transact(Origin.LOCAL) as edit:
        third = edit.add(root, element("line"))
    a.add(root, element("g"))
    a.doc.fold(dict(a.doc.vv))
    stays = joined(a)
    new = onto(stays, old, "c3")
    assert new.outcome.sent == new.outcome.collected == 2
    assert dict(new.document.gives_up) == {"c": 1, "c2": 0}
    stays.receive(new.sent)
    for board in (new.document, stays):
        assert all(board.is_visible(rid) for rid in (first, second, third))
        assert not board.exists(refused), "it was left over before, and is the person's to decide"
    assert stays.c14n() == new.document.c14n()
    late = c.sent[1:]
    assert not stays.receive(late).below, "what was given up is void also where it comes late"
    assert stays.c14n() == new.document.c14n()


def test_what_others_wrote_comes_along_where_it_can_be_applied():
    a, b, c, d = members("abcd")
    root = a.start()
    for one in (b, c, d):
        one.hear(a)
    below = b.add(root, element("rect"))  # has not seen what is folded
    a.add(root, element("g"))
    c.hear(a, b)
    d.hear(a)
    above = d.add(root, element("circle"))
    c.hear(d)
    a.doc.fold(dict(a.doc.vv))
    stays = joined(a)
    own = c.add(root, element("line"))
    new = onto(stays, c.doc, "c2")
    assert new.document.is_visible(own)
    assert new.document.is_visible(above)
    assert not new.document.exists(below)
    assert not new.document.is_blocked
    stays.receive([*d.sent, *new.sent])
    assert stays.c14n() == new.document.c14n()
