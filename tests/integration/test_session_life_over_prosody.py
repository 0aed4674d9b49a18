"""The life of sessions over a real server: by address, several ways to one board."""

from __future__ import annotations

import pytest

from tests.helpers.drawing import draw
from tests.helpers.prosody import needs_prosody, room_address, until_same
from whiteboard.im.people import RoomState
from whiteboard.session.boards import BoardState
from whiteboard.transport.room_boards import NO_ADDRESS, NOT_LET_IN

pytestmark = [pytest.mark.prosody, needs_prosody]


async def test_a_board_is_opened_by_the_address_of_a_group_chat_that_is_entered_first(party):
    ana, ben = [await party(name) for name in ("ana", "ben")]
    room = room_address()
    await ana.enter(room)
    first = await ana.share(room, "Plan")
    second = ben.boards.open_in_room(room, first.session)
    assert second.state is BoardState.JOINING
    await ben.until_live(second)
    draw(second, d="M1 1")
    await until_same(first, second)
    assert second.name == "Plan"
    assert ben.boards.open_in_room(room, first.session) is second
    assert ben.boards.join_in_room(room, first.session) is second
    assert len(ben.boards.boards) == 1


async def test_who_is_not_let_in_is_told_that_the_board_cannot_be_opened(party):
    ana, ben = [await party(name) for name in ("ana", "ben")]
    room = room_address()
    ana.people.create_room(room, members_only=True)
    await ana.until(lambda: ana.room(room).state is RoomState.IN)
    first = await ana.share(room)
    board = ben.boards.open_in_room(room, first.session)
    await ben.until(lambda: board.state is BoardState.ENDED)
    assert board.problem == NOT_LET_IN
    assert ben.boards.open_in_room("no address", "x").problem == NO_ADDRESS
