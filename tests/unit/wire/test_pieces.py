"""Left-over work as a journal keeps it."""

import json

import pytest

from tests.helpers.merging import Member, element
from tests.helpers.rebasing import start_again
from whiteboard.model.rebase import keep
from whiteboard.wire.errors import RemoteProtocolError
from whiteboard.wire.pieces import read_piece, write_piece


def test_what_was_left_over_can_be_made_all_the_same_after_a_restart():
    a = Member("a")
    root = a.start()
    group = a.add(root, element("g", "hello", element("rect", fill="red")))
    text, rect = a.doc.children(group)
    a.splice(text, 5, 0, "\n<wörld> 😀")
    a.set(rect, "fill", "green")
    a.add(group, element("path", d="M0 0"))
    a.move(rect, root)
    new, pieces, outcome, _ = start_again(a.doc, 2, "a2", may_write=False)
    assert outcome.left == pieces
    rows = json.loads(json.dumps([write_piece(piece) for piece in pieces]))
    for row in rows:
        assert keep(read_piece(row), new)
    assert new.c14n() == a.doc.c14n()


@pytest.mark.parametrize(
    "row", [[], [1], ["a", "b", "", "", 1, None, None, "<x/>", ""], [None] * 8]
)
def test_a_damaged_row_is_a_fault(row):
    with pytest.raises(RemoteProtocolError):
        read_piece(row)
