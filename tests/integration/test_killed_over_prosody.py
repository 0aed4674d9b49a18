"""Kill -9 while drawing, over a real server: what was on disk comes back and reaches the others.

A fifth of the moments are those of a real window: `e2e/test_killed_window.py`. `make kill-test` has
a thousand of them.
"""

from __future__ import annotations

import asyncio
import random
import sys

import pytest

from tests.helpers.drawing import draw, drawn
from tests.helpers.killed import moments
from tests.helpers.prosody import needs_prosody, room_address, until_same
from whiteboard.session.boards import BoardState

pytestmark = [pytest.mark.prosody, needs_prosody]

MOMENTS = moments()[0]


async def recovered(party):
    """The boards that were open when the program last ended."""
    found = []
    party.boards.recover(found.append)
    await party.until(lambda: found)
    return found[0]


async def killed_while_drawing(who, room, session, profile, edits):
    """A process of this account is killed after so many edits; ids that it said were on disk."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.helpers.killed",
        who.address, str(who.server.port), room, session, str(profile),
        stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    safe = []
    while len(safe) < edits:
        line = await asyncio.wait_for(process.stdout.readline(), 60)
        assert line, "it ended by itself"
        safe.append(line.decode().strip())
    process.kill()
    rest = await process.stdout.read()
    await process.wait()
    return [*safe, *rest.decode().split()]


@pytest.mark.timeout(60 + 30 * MOMENTS)
@pytest.mark.parametrize("seed", range(MOMENTS))
async def test_killed_while_drawing_nothing_that_was_safe_is_lost(party, tmp_path, seed):
    rng = random.Random(seed)
    ana = await party("ana")
    room = room_address()
    await ana.enter(room)
    theirs = await ana.share(room)
    ben = await party("ben", profile=tmp_path, sign_in=False)
    safe = await killed_while_drawing(ben, room, theirs.session, tmp_path, rng.randrange(1, 80))
    draw(theirs, id="meanwhile")
    board = await recovered(ben)
    assert set(safe) <= set(drawn(board)), "at once, without a connection"
    assert board.state is BoardState.OFFLINE
    draw(board, id="before-online")
    await ben.sign_in()
    await ben.enter(room)
    await ben.until_live(board)
    await ana.until_document(theirs, lambda: {*safe, "before-online"} <= set(drawn(theirs)))
    await until_same(theirs, board)
    assert {*safe, "before-online", "meanwhile"} <= set(drawn(board))
    assert theirs.document.state_hash() == board.document.state_hash()
    assert not theirs.document.forks
    draw(board, id="afterwards")
    await ana.until_document(theirs, lambda: "afterwards" in drawn(theirs))


async def test_a_board_goes_on_after_a_clean_end_with_the_same_replica(party, tmp_path):
    ana = await party("ana")
    room = room_address()
    await ana.enter(room)
    theirs = await ana.share(room)
    ben = await party("ben", profile=tmp_path)
    await ben.enter(room)
    board = await ben.join(room, theirs.session)
    draw(board, id="first")
    replica = board.document.replica
    await ana.until_document(theirs, lambda: "first" in drawn(theirs))
    await ben.network.close()
    again = await party("ben", profile=tmp_path, again=ben.name, sign_in=False)
    board = await recovered(again)
    assert board.document.replica == replica
    await again.sign_in()
    await again.enter(room)
    await again.until_live(board)
    draw(board, id="second")
    await ana.until_document(theirs, lambda: "second" in drawn(theirs))
    await until_same(theirs, board)
    assert not theirs.document.forks


async def test_a_closed_board_that_is_joined_again_goes_on_in_its_journal(party, tmp_path):
    ana = await party("ana")
    room = room_address()
    await ana.enter(room)
    theirs = await ana.share(room)
    ben = await party("ben", profile=tmp_path)
    await ben.enter(room)
    board = await ben.join(room, theirs.session)
    draw(board, id="first")
    ben.boards.close(board)
    await ben.until(lambda: ben.boards.saved)
    draw(theirs, id="meanwhile")
    again = ben.boards.join_in_room(room, theirs.session)
    assert again.state is BoardState.JOINING
    await ben.until_live(again)
    await until_same(theirs, again)
    assert set(drawn(again)) == {"first", "meanwhile"}
    assert again.document.replica == board.document.replica
    await ben.until(lambda: not ben.boards.saved)
    await ben.network._shelf.settle()
    assert len(list((tmp_path / "data" / "boards").glob("*.board"))) == 1


async def test_a_board_that_is_joined_while_it_is_being_opened_is_there_once(party, tmp_path):
    ana = await party("ana")
    room = room_address()
    await ana.enter(room)
    theirs = await ana.share(room)
    ben = await party("ben", profile=tmp_path)
    await ben.enter(room)
    board = await ben.join(room, theirs.session)
    draw(board, id="first")
    ben.boards.close(board)
    await ben.until(lambda: ben.boards.saved)
    opened = []
    ben.boards.open_saved(ben.boards.saved[0].key, opened.append)
    ben.boards.join_in_room(room, theirs.session)
    await ben.until(lambda: opened and ben.boards.boards == (opened[0],))
    await ben.until_live(opened[0])
    draw(opened[0], id="second")
    await ana.until_document(theirs, lambda: "second" in drawn(theirs))
    assert ben.boards.join_in_room(room, theirs.session) is opened[0]


async def test_a_board_that_was_left_is_joined_anew_beside_its_copy(party, tmp_path):
    ana = await party("ana")
    room = room_address()
    await ana.enter(room)
    theirs = await ana.share(room)
    ben = await party("ben", profile=tmp_path)
    await ben.enter(room)
    board = await ben.join(room, theirs.session)
    draw(board, id="first")
    await ana.until_document(theirs, lambda: "first" in drawn(theirs))
    board.leave()
    draw(board, id="for myself")
    ben.boards.close(board)
    await ben.until(lambda: ben.boards.saved)
    again = await ben.join(room, theirs.session)
    await until_same(theirs, again)
    assert drawn(again) == ["first"], "what was drawn after leaving stays with the copy"
    await ben.network._shelf.settle()
    assert len(list((tmp_path / "data" / "boards").glob("*.board"))) == 2


async def test_a_closed_board_is_opened_again_and_goes_on(party, tmp_path):
    ana = await party("ana")
    room = room_address()
    await ana.enter(room)
    theirs = await ana.share(room)
    ben = await party("ben", profile=tmp_path)
    await ben.enter(room)
    board = await ben.join(room, theirs.session)
    draw(board, id="first")
    ben.boards.close(board)
    await ben.until(lambda: ben.boards.saved)
    draw(theirs, id="meanwhile")
    (saved,) = ben.boards.saved
    assert (saved.name, saved.place) == ("Plan", room)
    opened = []
    ben.boards.open_saved(saved.key, opened.append)
    await ben.until(lambda: opened)
    await ben.until_live(opened[0])
    await until_same(theirs, opened[0])
    assert set(drawn(opened[0])) == {"first", "meanwhile"}
