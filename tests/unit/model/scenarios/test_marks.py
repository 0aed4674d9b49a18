"""Scenarios of SYNC section 10 about marks: what is complete stays as its marker saw it."""

from __future__ import annotations

import pytest

from tests.helpers.merging import Member, agreed, element, members, message, sync
from whiteboard.model.ids import DOCUMENT, TRASH, Party, Rid, attribute_rid
from whiteboard.model.marks import Covered, listed
from whiteboard.model.ops import Kind, New, Set
from whiteboard.model.rights import Ground, Mark, NotPermittedError, Role

HOST = Ground(Party("a"))


class Board:
    """A host, a moderator and an editor in sync: root > group > rectangle, text; and a circle."""

    def __init__(self) -> None:
        self.everybody = self.ana, self.ben, self.cleo = members("abc", ground=HOST)
        self.root = self.ana.start()
        self.above = self.ana.add(self.root, element("g"))
        self.group = self.ana.add(self.above, element("g", element("rect", fill="red")))
        self.text = self.ana.add(self.group, "done")
        self.circle = self.ana.add(self.root, element("circle"))
        self.ana.doc.grant(Party("b"), Role.MODERATOR)
        self.sync()

    def sync(self) -> None:
        """Everybody hears everybody."""
        sync(*self.everybody)

    def agreed(self):
        """What all replicas show, in every order."""
        return agreed(*self.everybody, ground=HOST)


def all_kinds(board: Board, who: Member) -> None:
    """An edit, a new child, a move in, a move out, and the trash for what lies above."""
    rect = who.doc.children(board.group)[0]
    who.set(rect, "fill", "blue")
    who.do(Set(attribute_rid(rect, "fill"), chdata="green"))
    who.splice(board.text, 4, 0, "!")
    who.add(board.group, element("line"))
    who.move(board.circle, board.group)
    who.move(rect, board.root)
    who.trash(board.above)


def test_56_whatever_an_editor_did_unseen_to_a_part_that_is_complete_is_void():
    board = Board()
    board.ben.doc.mark_complete(board.group)
    before = board.ben.doc.c14n()
    all_kinds(board, board.cleo)
    board.agreed()
    assert board.ben.doc.c14n() == before
    assert board.cleo.doc.c14n() == before


def test_56_what_a_moderator_does_to_it_counts():
    board = Board()
    board.ben.doc.mark_complete(board.group)
    all_kinds(board, board.ana)
    view = board.agreed()
    assert board.group not in view.records
    assert not view.void


def test_56_beside_it_and_in_the_fields_of_what_lies_above_an_editor_is_free():
    board = Board()
    board.ben.doc.mark_complete(board.group)
    board.sync()
    board.cleo.set(board.above, "transform", "scale(2)")
    board.cleo.set(board.circle, "r", "3")
    inside = board.cleo.add(board.above, element("line"))
    view = board.agreed()
    assert view.attributes(board.above) == {("", "transform"): "scale(2)"}
    assert inside in view.records
    assert not view.void


REFUSED = {
    "value": lambda b: b.cleo.set(b.cleo.doc.children(b.group)[0], "fill", "blue"),
    "text": lambda b: b.cleo.write(b.text, "no"),
    "child": lambda b: b.cleo.add(b.group, "no"),
    "in": lambda b: b.cleo.move(b.circle, b.group),
    "out": lambda b: b.cleo.move(b.text, b.root),
    "above": lambda b: b.cleo.trash(b.above),
    "order": lambda b: b.cleo.move(b.above, b.root),
}


@pytest.mark.parametrize("what", list(REFUSED))
def test_56_an_editor_who_knows_is_refused_at_the_source(what):
    board = Board()
    board.ben.doc.mark_complete(board.group)
    board.sync()
    cleo, rect = board.cleo, board.cleo.doc.children(board.group)[0]
    mark = Mark(board.group, Party("b"), ("b", 1))
    with pytest.raises(NotPermittedError):
        REFUSED[what](board)
    assert not cleo.sent
    assert cleo.doc.marks() == (mark,)
    assert cleo.doc.mark_of(rect) == mark
    assert cleo.doc.is_complete(board.text)
    assert cleo.doc.obstacle(board.above) is None
    assert cleo.doc.obstacle(board.above, moves=True).mark == mark
    assert not cleo.doc.is_complete()
    assert board.ana.doc.obstacle(rect) is None


def test_56_creating_again_what_lies_above_is_a_move_too():
    board = Board()
    cleo = board.cleo
    mine = cleo.add(board.root, element("g"))
    board.ana.hear(cleo)
    board.ana.move(board.group, mine)
    board.sync()
    board.ben.doc.mark_complete(board.group)
    cleo.do(New(mine, Kind.ELEMENT, TRASH, 0.0, name="g"))
    assert board.group in board.agreed().records


def test_57_of_done_and_reopened_at_once_done_stands():
    board = Board()
    board.ana.doc.mark_complete(board.group)
    board.sync()
    board.ana.doc.mark_complete(board.group)
    board.ben.doc.reopen(board.group)
    board.sync()
    assert board.cleo.doc.is_complete(board.group)
    with pytest.raises(NotPermittedError):
        board.cleo.write(board.text, "no")


def test_57_after_a_reopening_of_both_those_who_saw_it_may_write():
    board = Board()
    board.ana.doc.mark_complete(board.group)
    board.ben.doc.mark_complete(board.group)
    board.sync()
    stray = message("c2", 1, 9, Set(board.text, chdata="unseen"), deps={"a": 8}, party="c")
    board.cleo.sent.append(stray)
    board.cleo.doc.receive([stray])
    board.ana.doc.reopen(board.group)
    board.sync()
    board.cleo.write(board.text, "again")
    view = board.agreed()
    assert view.records[board.text].value == "again"
    assert board.cleo.doc.marks() == ()


@pytest.mark.parametrize("scenario", ["58"])
def test_58_a_line_cuts_what_is_in_flight_and_nothing_that_comes_later(scenario):
    del scenario
    board = Board()
    board.cleo.set(board.root, "id", "in flight")
    board.ana.set(board.root, "class", "of a host, in flight")
    board.ben.doc.cut()
    assert len(board.ben.sent[-1].controls) == 2
    board.sync()
    board.cleo.set(board.root, "lang", "later")
    view = board.agreed()
    assert view.attributes(board.root) == {
        ("", "class"): "of a host, in flight",
        ("", "lang"): "later",
    }
    assert not board.cleo.doc.is_complete()


def test_the_document_as_a_whole_is_complete_and_is_reopened():
    board = Board()
    board.ben.doc.mark_complete()
    board.sync()
    assert board.cleo.doc.is_complete()
    assert board.cleo.doc.obstacle().mark == Mark(DOCUMENT, Party("b"), ("b", 1))
    with pytest.raises(NotPermittedError):
        board.cleo.set(board.circle, "r", "1")
    with pytest.raises(NotPermittedError):
        board.cleo.doc.reopen()
    board.ana.doc.reopen()
    board.sync()
    board.cleo.set(board.circle, "r", "1")
    assert not board.agreed().void


def test_a_part_inside_a_part_opens_when_both_are_open():
    board = Board()
    board.ben.doc.mark_complete(board.above)
    board.ben.doc.mark_complete(board.group)
    board.sync()
    assert board.cleo.doc.mark_of(board.text).rid == board.group
    board.ben.doc.reopen(board.group)
    board.sync()
    assert board.cleo.doc.mark_of(board.text).rid == board.above
    board.ben.doc.reopen(board.above)
    board.sync()
    board.cleo.write(board.text, "free")
    assert not board.agreed().void


def test_what_a_moderator_brings_into_it_later_is_not_covered():
    board = Board()
    board.ben.doc.mark_complete(board.group)
    board.ben.move(board.circle, board.group)
    board.sync()
    board.cleo.set(board.circle, "r", "9")
    assert board.agreed().attributes(board.circle) == {("", "r"): "9"}


def test_a_part_too_large_for_one_message_is_complete_all_the_same():
    board = Board()
    with board.ana.edit() as edit:
        for i in range(900):
            edit.add(board.group, element("g", element("rect", x=str(i))))
    board.sync()
    board.ben.doc.mark_complete(board.group)
    assert len([c for batch in board.ben.sent for c in batch.controls]) > 1
    board.sync()
    last = board.cleo.doc.children(board.group)[-1]
    for rid in (last, board.cleo.doc.children(last)[0]):
        with pytest.raises(NotPermittedError):
            board.cleo.set(rid, "x", "0")
    assert len(board.cleo.doc.marks()) == 1


def test_neighbours_are_listed_as_a_range_and_read_back():
    rids = [Rid(f"r.{i}") for i in ("1", "2", "3", "9", "a", "z", "10")] + [
        Rid("~r.1"),
        Rid("r.1/2"),
    ]
    entries = listed(rids)
    assert entries == ["~r.1", "r.1/2", "r.1-3", "r.9-a", "r.z-10"]
    covered = Covered.read(" ".join(entries), "~r.1 x")
    assert covered.spans == (("r", 1, 3), ("r", 9, 10), ("r", 35, 36))
    assert covered.rids == {"~r.1", "r.1/2"}
    assert covered.path == {"~r.1", "x"}
