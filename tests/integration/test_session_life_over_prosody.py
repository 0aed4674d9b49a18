"""The life of sessions over a real server: by address, several ways to one board."""

from __future__ import annotations

import pytest

from tests.helpers.drawing import draw, drawn
from tests.helpers.prosody import needs_prosody, on_both_servers, room_address, until_same
from tests.integration.test_boards_over_prosody import one_to_one
from tests.integration.test_rooms_over_prosody import configure
from whiteboard.im.people import RoomState
from whiteboard.session.boards import BoardState, InvitationState
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


async def three(party):
    """A board of ana's one-to-one with ben and cleo, who are no contacts of each other."""
    ana, ben, cleo = [await party(name) for name in ("ana", "ben", "cleo")]
    await ana.befriend(ben)
    await ana.befriend(cleo)
    first, second = await one_to_one(ana, ben)
    ana.boards.invite(first, cleo.address)
    await cleo.until(lambda: cleo.boards.invitations)
    third = cleo.boards.accept(cleo.boards.invitations[0].id)
    await cleo.until_live(third)
    for one, board in ((ana, first), (ben, second), (cleo, third)):
        await one.until(lambda board=board: len(board.participants) == 3)
    return (ana, ben, cleo), (first, second, third)


def here(board) -> set[str]:
    return {one.address for one in board.participants if not one.away}


@pytest.mark.parametrize("how", ["leaves", "signs out", "ends the program"])
async def test_the_session_goes_on_when_who_opened_it_is_gone(party, how):
    (ana, ben, cleo), (first, second, third) = await three(party)
    if how == "leaves":
        first.leave()
    elif how == "signs out":
        ana.people.sign_out()
    else:
        ana.boards.close_all()
    for one, board in ((ben, second), (cleo, third)):
        await one.until(lambda board=board: here(board) == {ben.address, cleo.address})
    draw(second, d="M1 1")
    draw(third, d="M2 2")
    await until_same(second, third)
    assert second.state is third.state is BoardState.LIVE


async def test_who_opened_the_board_comes_back_to_those_who_went_on(party):
    (ana, ben, cleo), (first, second, third) = await three(party)
    ana.people.sign_out()
    await ben.until(lambda: here(second) == {ben.address, cleo.address})
    draw(second, d="M1 1")
    draw(first, d="M2 2")
    await ana.sign_in()
    draw(third, d="M3 3")
    await until_same(first, second, third)
    await ben.until(lambda: len(here(second)) == 3)


async def test_a_guest_invites_one_more_to_a_board_one_to_one(party):
    ana, ben, cleo = [await party(name) for name in ("ana", "ben", "cleo")]
    await ana.befriend(ben)
    await ben.befriend(cleo)
    first, second = await one_to_one(ana, ben)
    draw(first, d="M1 1")
    ben.boards.invite(second, cleo.address)
    await cleo.until(lambda: cleo.boards.invitations)
    third = cleo.boards.accept(cleo.boards.invitations[0].id)
    await cleo.until_live(third)
    draw(third, d="M2 2")
    draw(first, d="M3 3")
    await until_same(first, second, third)
    await ana.until(lambda: here(first) == {ana.address, ben.address, cleo.address})
    await cleo.until(lambda: here(third) == {ana.address, ben.address, cleo.address})


async def test_who_closed_a_board_is_invited_again_and_has_it_back(party):
    ana, ben = [await party(name) for name in ("ana", "ben")]
    await ana.befriend(ben)
    first, second = await one_to_one(ana, ben)
    draw(second, d="M1 1", id="a")
    await until_same(first, second)
    ben.boards.close(second)
    await ana.until(lambda: here(first) == {ana.address})
    ana.boards.invite(first, ben.address)
    await ben.until(
        lambda: any(row.state is InvitationState.OPEN for row in ben.boards.invitations)
    )
    again = ben.boards.accept(ben.boards.invitations[0].id)
    await ben.until_live(again)
    draw(first, d="M2 2", id="b")
    await until_same(first, again)
    assert drawn(again) == ["a", "b"]


async def test_a_group_chat_that_ends_with_the_last_one_is_known_to_do_so(party):
    ana, ben = [await party(name) for name in ("ana", "ben")]
    room = room_address()
    await ana.enter(room)
    await configure(ana, room, persistentroom="0")
    await ben.enter(room)
    await ben.until(lambda: ben.room(room).temporary)
    second = await ben.share(room)
    draw(second, d="M1 1")
    first = await ana.join(room, second.session)
    await until_same(first, second)
