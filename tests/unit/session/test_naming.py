"""Names of shared boards, on a network in memory."""

from __future__ import annotations

import pytest

from tests.helpers.boards import room_of
from tests.helpers.strict_boards import in_one_order, settled, strict_room
from whiteboard.model.document import new_document
from whiteboard.session.naming import MAX_LENGTH, board_name, rename_board
from whiteboard.transport.memory import MemoryNetwork


def network(mode: str) -> MemoryNetwork:
    return MemoryNetwork(7, in_one_order()) if mode == "strict" else MemoryNetwork(7)


def members(mode: str, on: MemoryNetwork):
    return (strict_room if mode == "strict" else room_of)(on, "ana", "ben", "cleo")


@pytest.mark.parametrize("mode", ["merge", "strict"])
def test_of_two_who_rename_at_once_one_name_stands_everywhere(mode):
    on = network(mode)
    ana, ben, cleo = members(mode, on)
    rename_board(ana.document, "Garden")
    rename_board(ben.document, "Kiosk")
    assert on.run_until(
        lambda: len({board_name(one.document) for one in (ana, ben, cleo)}) == 1, 60
    )
    on.run(30.0)
    names = {board_name(one.document) for one in (ana, ben, cleo)}
    assert len(names) == 1
    assert names <= {"Garden", "Kiosk"}
    if mode == "strict":
        assert settled((ana, ben, cleo))


@pytest.mark.parametrize("mode", ["merge", "strict"])
def test_the_later_name_stands_and_a_name_of_many_lines_is_one(mode):
    on = network(mode)
    ana, ben, _ = members(mode, on)
    rename_board(ana.document, "Garden")
    on.run(2.0)
    rename_board(ben.document, "  Kiosk\n and \t more ")
    on.run(2.0)
    assert board_name(ana.document) == "Kiosk and more"


def test_a_name_without_end_is_cut():
    document = new_document()
    assert board_name(document) == ""
    rename_board(document, "x" * 5000)
    assert board_name(document) == "x" * MAX_LENGTH
