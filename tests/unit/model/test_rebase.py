"""Own work that does not count, put on what the others made meanwhile (SYNC 4.7, step 3)."""

import pytest

from tests.helpers.merging import Member, element
from tests.helpers.rebasing import rebased, start_again
from whiteboard.model.ids import TRASH
from whiteboard.model.ops import Remove, Set
from whiteboard.model.rebase import CREATED, PARTIAL, collect, keep


@pytest.fixture
def board():
    """Two members of one board: root, group with a rect and a text."""
    a, b = Member("a"), Member("b")
    root = a.start()
    group = a.add(root, element("g", element("rect", fill="red"), "hello", id="i"))
    b.hear(a)
    rect, text = a.doc.children(group)
    return a, b, group, rect, text


def counted(outcome):
    return outcome.sent, outcome.already, len(outcome.left)


def test_a_creation_keeps_its_rid_and_its_place(board):
    a, b, group, _, _ = board
    drawn = a.add(group, element("path", d="M0 0"))
    new, outcome = rebased(a, 2, b)
    assert counted(outcome) == (1, 0, 0)
    assert new.children(group)[-1] == drawn
    b.doc.receive(new.batches_since(b.doc.vv))
    assert b.doc.c14n() == a.doc.c14n() == new.c14n()


def test_a_creation_in_what_is_gone_is_left_over(board):
    a, b, group, _, _ = board
    a.add(group, element("path"))
    b.trash(group)
    new, outcome = rebased(a, 2, b)
    assert counted(outcome) == (0, 0, 1)
    assert outcome.left[0].field == CREATED
    assert keep(outcome.left[0], new)
    assert new.name(new.children(new.root)[-1]) == "path"


def test_a_value_is_written_again_where_nobody_else_changed_it(board):
    a, b, _, rect, _ = board
    a.set(rect, "fill", "green")
    a.set(rect, "fill", "blue")
    new, outcome = rebased(a, 2, b)
    assert new.attribute(rect, "fill") == "blue"
    assert not outcome.left


def test_a_value_that_somebody_else_changed_is_left_over_with_both(board):
    a, b, _, rect, _ = board
    a.set(rect, "fill", "green")
    a.set(rect, "x", "7")
    b.set(rect, "fill", "blue")
    new, outcome = rebased(a, 2, b)
    assert new.attribute(rect, "fill") == "blue"
    assert new.attribute(rect, "x") == "7"
    (left,) = outcome.left
    assert (left.saw, left.mine) == ("red", "green")
    assert keep(left, new)
    assert new.attribute(rect, "fill") == "green"


def test_a_value_that_is_so_already_is_done(board):
    a, b, _, rect, _ = board
    a.set(rect, "fill", "green")
    b.set(rect, "fill", "green")
    new, outcome = rebased(a, 2, b)
    assert outcome.sent == 0
    assert not outcome.left
    assert new.attribute(rect, "fill") == "green"


def test_edits_of_one_text_are_one_difference(board):
    a, b, _, _, text = board
    a.splice(text, 5, 0, " wor")
    a.splice(text, 9, 0, "ld")
    a.splice(text, 0, 1, "H")
    b.splice(text, 0, 0, "oh ")
    new, outcome = rebased(a, 2, b)
    assert new.text(text) == "oh Hello world"
    assert counted(outcome) == (3, 0, 0)


def test_edits_between_which_others_were_heard_are_not_sent_for_them(board):
    a, b, _, _, text = board
    a.splice(text, 0, 0, "A")
    b.splice(text, 5, 0, "B")
    a.hear(b)
    a.splice(text, 7, 0, "A")
    new, _ = rebased(a, 2, b)
    assert new.text(text) == "AhelloBA"


def test_edits_of_a_text_that_was_written_anew_are_left_over(board):
    a, b, _, _, text = board
    a.splice(text, 5, 0, "!")
    b.do(Set(text, chdata="other"))
    new, outcome = rebased(a, 2, b)
    assert new.text(text) == "other"
    (left,) = outcome.left
    assert (left.field, left.saw, left.mine) == (PARTIAL, "hello", "hello!")


def test_a_long_value_in_pieces_is_whole_again(board):
    a, b, group, rect, _ = board
    value = "M0 0" + " l1 1" * 4000
    a.set(rect, "d", value)
    path = a.add(group, element("path", d=value))
    new, outcome = rebased(a, 2, b)
    assert not outcome.left
    assert new.attribute(rect, "d") == value == new.attribute(path, "d")


def test_a_text_of_ones_own_is_made_and_edited_again(board):
    a, b, group, _, _ = board
    text = a.add(group, "one")
    a.splice(text, 3, 0, " two")
    new, outcome = rebased(a, 2, b)
    assert not outcome.left
    assert new.text(text) == "one two"


def test_moves_and_deletions_are_done_again_unless_somebody_else_moved(board):
    a, b, _, rect, text = board
    a.move(rect, a.doc.root)
    a.trash(text)
    new, outcome = rebased(a, 2, b)
    assert new.parent(rect) == new.root
    assert not new.is_visible(text)
    assert not outcome.left
    b.trash(rect)
    new, outcome = rebased(a, 2, b)
    assert [piece.mine for piece in outcome.left] == [new.root]
    assert new.value(rect, "parent") == TRASH


def test_a_deletion_that_somebody_else_made_too_is_done(board):
    a, b, group, _, _ = board
    a.trash(group)
    b.trash(group)
    _, outcome = rebased(a, 2, b)
    assert counted(outcome) == (0, 1, 0)


def test_what_was_undone_stays_undone(board):
    a, b, group, rect, text = board
    a.splice(text, 5, 0, "!")
    a.set(rect, "fill", "green")
    drawn = a.add(group, element("path"))
    for _ in range(3):
        a.undo.undo()
    new, outcome = rebased(a, 2, b)
    assert not outcome.left
    assert new.text(text) == "hello"
    assert new.attribute(rect, "fill") == "red"
    assert not new.is_visible(drawn)


def test_what_is_purged_is_left_over(board):
    a, b, _, rect, _ = board
    a.set(rect, "fill", "green")
    b.do(Remove(rect))
    _, outcome = rebased(a, 2, b)
    assert [piece.rid for piece in outcome.left] == [f"{rect}@fill"]


def test_whoever_may_not_write_has_everything_left_over_and_writes_nothing(board):
    a, _, group, rect, _ = board
    a.add(group, element("path"))
    a.set(rect, "fill", "green")
    new, pieces, outcome, sent = start_again(a.doc, 2, "a2", may_write=False)
    assert outcome.left == pieces
    assert not sent
    assert new.attribute(rect, "fill") == "red"
    for piece in outcome.left:
        assert keep(piece, new)
    assert new.c14n() == a.doc.c14n()


def test_collecting_changes_nothing(board):
    a, _, group, _, _ = board
    a.add(group, element("path"))
    before = a.doc.c14n(), dict(a.doc.vv), a.doc.clock
    assert collect(a.doc, {a.doc.replica: 3}) == ()
    assert len(collect(a.doc, {a.doc.replica: 2})) == 1
    assert (a.doc.c14n(), dict(a.doc.vv), a.doc.clock) == before
