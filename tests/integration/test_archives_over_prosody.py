"""Boards that nobody is on come back from the archive of their group chat."""

from __future__ import annotations

from tests.helpers.drawing import draw, drawn
from tests.helpers.prosody import Party, needs_prosody, room_address, until_same
from whiteboard.session.boards import Board, BoardState
from whiteboard.transport.archived_boards import NOTHING_THERE

pytestmark = needs_prosody


async def look(party: Party, room: str) -> tuple[Board, list[str]]:
    """Look for a board in the archive of a room that the party is in."""
    whys: list[str] = []
    board = party.boards.open_archived(room, whys.append)
    assert board.state is BoardState.JOINING
    await party.until(lambda: whys or board.state is not BoardState.JOINING, seconds=20)
    return board, whys


async def test_a_board_drawn_by_two_who_left_is_seen_by_a_third_who_was_never_there(party):
    ana, ben = [await party(name) for name in ("ana", "ben")]
    room = room_address()
    await ana.enter(room)
    await ben.enter(room)
    first = await ana.share(room)
    second = await ben.join(room, first.session)
    for n in range(10):
        draw(first, id=f"a{n}", d="M0 0h9")
        draw(second, id=f"b{n}", d="M0 0v9")
    await until_same(first, second)
    kept, session = first.document.c14n(), first.session
    for one in (ana, ben):
        await one.until(lambda one=one: one.boards.boards[0].waiting_changes == 0)
        one.people.leave_room(room)
        await one.network.close()

    carl = await party("carl")
    await carl.enter(room)
    assert len(carl.room(room).occupants) == 1
    third, whys = await look(carl, room)
    assert whys == []
    assert third.session == session
    assert third.name == "Plan"
    assert third.state is BoardState.LIVE
    assert third.document.c14n() == kept
    assert third.archived is not None
    assert not third.archived.is_part
    draw(third, id="c0", d="M1 1")
    dora = await party("dora")
    await dora.enter(room)
    fourth = await dora.join(room, session)
    await until_same(third, fourth)
    assert len(drawn(fourth)) == 21


async def test_a_room_that_kept_nothing_says_so(party):
    ana = await party("ana")
    room = room_address()
    await ana.enter(room)
    board, whys = await look(ana, room)
    assert whys == [NOTHING_THERE]
    assert board not in ana.boards.boards
