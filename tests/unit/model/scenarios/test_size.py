"""Scenario 47 of SYNC section 10 at small size: what grows with what, as counts of calls.

The times and sizes themselves are figures of `make bench`: "journal: 1 000 000 edits opened",
"remote: …" (operations a second), "sets on 1 000 / 10 000 / 100 000 elements", "memory: 100 000
elements with 6 attributes + tree", "join of 10 000 elements".
"""

from __future__ import annotations

import sys
from collections.abc import Callable

from tests.helpers.merging import SESSION, Member, element
from whiteboard.model.document import Document
from whiteboard.model.folded import read_lines
from whiteboard.model.ids import Party, Replica, Rid


def calls(action: Callable[[], object]) -> int:
    """How many functions an action calls, built-in ones too: the same on every machine."""
    count = 0

    def seen(_frame: object, event: str, _arg: object) -> None:
        nonlocal count
        count += event in {"call", "c_call"}

    before = sys.getprofile()
    sys.setprofile(seen)
    try:
        action()
    finally:
        sys.setprofile(before)
    return count


def board(size: int) -> tuple[Member, list[Rid]]:
    member = Member("a")
    root = member.start()
    with member.edit() as edit:
        shapes = [edit.add(root, element("rect", fill="red")) for _ in range(size)]
    for shape in shapes:  # all of them touched: nothing lies in a literal only
        member.set(shape, "fill", "blue")
    return member, shapes


def test_47_a_remote_edit_costs_the_same_on_a_board_of_any_size():
    costs = []
    for size in (100, 3_000):
        author, shapes = board(size)
        other = Document(SESSION, Party("b"), Replica("b"))
        other.receive(author.sent)
        held = len(author.sent)
        for shape in shapes[:50]:
            author.set(shape, "fill", "green")
        fresh = author.sent[held:]

        def apply(document: Document = other, late: list = fresh) -> None:
            for batch in late:
                document.receive([batch])

        costs.append(calls(apply) / len(fresh))
    small, large = costs
    assert large < 1.1 * small


def test_47_what_a_joiner_gets_of_a_folded_board_grows_with_its_records_not_its_edits():
    sizes, costs = [], []
    for edits in (1, 20):
        author, shapes = board(60)
        for turn in range(edits):
            for shape in shapes:
                author.set(shape, "fill", f"#{turn:06x}")
        assert author.doc.fold(dict(author.doc.vv))
        lines = list(author.doc.folded().lines())
        sizes.append(sum(map(len, lines)))

        def join(given: list = lines) -> None:
            Document.from_folded(read_lines(given), Party("b"), Replica("b"))

        costs.append(calls(join))
    assert sizes[1] < 1.1 * sizes[0]
    assert costs[1] < 1.1 * costs[0]
