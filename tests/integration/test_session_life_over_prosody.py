"""The life of sessions over a real server: by address, several ways to one board."""

from __future__ import annotations

import pytest

from tests.helpers.drawing import draw
from tests.helpers.prosody import needs_prosody, on_both_servers, room_address, until_same
from tests.integration.test_boards_over_prosody import one_to_one
from whiteboard.im.people import RoomState
from whiteboard.session.boards import BoardState
from whiteboard.transport.room_boards import NO_ADDRESS, NOT_LET_IN

pytestmark = [pytest.mark.prosody, needs_prosody, on_both_servers]


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


async def test_a_new_name_of_a_shared_board_reaches_all_who_are_there_and_who_join_later(party):
    ana, ben, cleo = [await party(name) for name in ("ana", "ben", "cleo")]
    room = room_address()
    await ana.enter(room)
    first = await ana.share(room, "Plan")
    await ben.enter(room)
    second = await ben.join(room, first.session)
    second.rename("Garden")
    assert second.name == "Garden"
    await ana.until(lambda: first.name == "Garden")
    await cleo.enter(room)
    await cleo.until(lambda: [board.name for board in cleo.room(room).boards] == ["Garden"])
    third = await cleo.join(room, first.session)
    await cleo.until(lambda: third.name == "Garden")
    await until_same(first, second, third)


async def test_a_new_name_reaches_the_other_side_of_a_board_one_to_one_and_of_a_later_invitation(
    party,
):
    ana, ben, cleo = [await party(name) for name in ("ana", "ben", "cleo")]
    await ana.befriend(ben)
    await ana.befriend(cleo)
    first, second = await one_to_one(ana, ben)
    first.rename("Kiosk")
    await ben.until(lambda: second.name == "Kiosk")
    ana.boards.invite(first, cleo.address)
    await cleo.until(lambda: cleo.boards.invitations)
    assert cleo.boards.invitations[0].board == "Kiosk"


async def test_the_copy_of_a_board_that_is_shared_again_has_its_new_name_for_all(party):
    ana, ben, cleo = [await party(name) for name in ("ana", "ben", "cleo")]
    await ana.befriend(ben)
    await ana.befriend(cleo)
    first, second = await one_to_one(ana, ben)
    first.rename("Kiosk")
    await ben.until(lambda: second.name == "Kiosk")
    second.leave()
    second.rename("Mine")
    await ben.befriend(cleo)
    ben.boards.invite(second, cleo.address)
    await cleo.until(lambda: cleo.boards.invitations)
    third = cleo.boards.accept(cleo.boards.invitations[0].id)
    await cleo.until_live(third)
    assert second.name == third.name == "Mine"
    assert first.name == "Kiosk"
