"""A board shared one-to-one goes on after a restart of either side, or of both, over a server."""

from __future__ import annotations

import asyncio
import random
import sys

import pytest

from tests.helpers.drawing import draw, drawn
from tests.helpers.prosody import needs_prosody, on_both_servers, until, until_same
from whiteboard.session.boards import BoardState

pytestmark = [pytest.mark.prosody, needs_prosody, on_both_servers]


class Pair:
    """Ana, who invited, and Ben, who accepted; each with a profile of their own."""

    def __init__(self, party, folder):
        self.party, self.folder = party, folder

    async def begin(self):
        self.ana = await self.party("ana", profile=self.folder / "ana")
        self.ben = await self.party("ben", profile=self.folder / "ben")
        await self.ana.befriend(self.ben)
        board = self.ana.boards.new_board("Plan")
        draw(board, id="first")
        self.ana.boards.invite(board, self.ben.address)
        await self.ben.until(lambda: self.ben.boards.invitations)
        other = self.ben.boards.accept(self.ben.boards.invitations[0].id)
        await self.ben.until_live(other)
        draw(other, id="second")
        await until_same(board, other)
        return board, other

    async def again(self, one, *, sign_in=True):
        """The program of somebody starts again; its board."""
        started = await self.party(
            one.name, profile=self.folder / one.name[:3], again=one.name, sign_in=False
        )
        found = []
        started.boards.recover(found.append)
        await started.until(lambda: found)
        assert found[0].state is BoardState.OFFLINE
        if sign_in:
            await started.sign_in()
        return started, found[0]


@pytest.fixture
async def pair(party, tmp_path):
    return Pair(party, tmp_path)


async def test_the_guest_starts_again_and_both_have_what_each_drew_meanwhile(pair):
    theirs, mine = await pair.begin()
    replica = mine.document.replica
    await pair.ben.network.close()
    draw(theirs, id="meanwhile")
    ben, board = await pair.again(pair.ben, sign_in=False)
    draw(board, id="offline")
    assert board.waiting_changes == 1
    await ben.sign_in()
    await until_same(theirs, board)
    assert drawn(board)[:2] == ["first", "second"]
    assert set(drawn(board)) == {"first", "second", "meanwhile", "offline"}
    assert board.document.replica == replica, "it ended in order"
    draw(board, id="live")
    draw(theirs, id="live too")
    await until_same(theirs, board)
    await pair.ana.until(lambda: not [one for one in theirs.participants if one.away])
    assert [one.address for one in theirs.participants] == [pair.ana.address, ben.address]
    assert [one.address for one in board.participants] == [ben.address, pair.ana.address]


async def test_the_host_starts_again_and_both_have_what_each_drew_meanwhile(pair):
    _mine, theirs = await pair.begin()
    await pair.ana.network.close()
    draw(theirs, id="meanwhile")
    ana, board = await pair.again(pair.ana, sign_in=False)
    draw(board, id="offline")
    await ana.sign_in()
    await until_same(theirs, board)
    assert set(drawn(board)) == {"first", "second", "meanwhile", "offline"}
    draw(board, id="live")
    draw(theirs, id="live too")
    await until_same(theirs, board)


async def test_both_start_again_the_one_long_after_the_other(pair):
    await pair.begin()
    await pair.ana.network.close()
    await pair.ben.network.close()
    ana, mine = await pair.again(pair.ana)
    draw(mine, id="by ana alone")
    (_me, other) = mine.participants
    assert (other.address, other.away) == (pair.ben.address, True)
    ben, theirs = await pair.again(pair.ben, sign_in=False)
    draw(theirs, id="by ben alone")
    await ben.sign_in()
    await until_same(mine, theirs)
    assert set(drawn(mine)) == {"first", "second", "by ana alone", "by ben alone"}
    await ana.until(lambda: [one.away for one in mine.participants] == [False, False])


async def test_what_the_other_side_has_asked_for_after_a_restart_waits_no_more(pair):
    await pair.begin()
    await pair.ben.network.close()
    ben, board = await pair.again(pair.ben, sign_in=False)
    draw(board, id="offline")
    await ben.sign_in()
    await until(board.taken, lambda: board.store.waiting == 0)


async def test_a_closed_board_that_is_invited_to_again_goes_on_in_its_journal(pair, tmp_path):
    theirs, mine = await pair.begin()
    ana, ben = pair.ana, pair.ben
    ben.boards.close(mine)
    await ben.until(lambda: ben.boards.saved)
    draw(theirs, id="meanwhile")
    ana.boards.invite(theirs, ben.address)
    await ben.until(lambda: ben.boards.invitations[0].state.value == "open")
    board = ben.boards.accept(ben.boards.invitations[0].id)
    assert board.state is BoardState.JOINING
    await ben.until_live(board)
    await until_same(theirs, board)
    assert set(drawn(board)) == {"first", "second", "meanwhile"}
    assert len(list((tmp_path / "ben" / "data" / "boards").glob("*.board"))) == 1


async def test_an_invitation_to_an_open_board_asks_nobody(pair):
    theirs, mine = await pair.begin()
    ana, ben = pair.ana, pair.ben
    asked = []
    ben.boards.invited.subscribe(asked.append)
    ana.boards.invite(theirs, ben.address)
    await ana.until(lambda: [i.state.value for i in ana.boards.invitations] == ["accepted"] * 2)
    assert not asked
    assert ben.boards.boards == (mine,)
    draw(mine, id="third")
    await until_same(theirs, mine)


@pytest.mark.parametrize("seed", range(2))
async def test_killed_while_drawing_with_one_other_nothing_that_was_safe_is_lost(
    pair, party, tmp_path, seed
):
    rng = random.Random(seed)
    ana = await party("ana", profile=tmp_path / "ana")
    ben = await party("ben", profile=tmp_path / "ben", sign_in=False)
    await ana.until_online()
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.helpers.killed",
        ben.address, str(ben.server.port), "", "", str(tmp_path / "ben"),
        stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    assert (await asyncio.wait_for(process.stdout.readline(), 60)).strip() == b"online"
    ana.people.add_contact(ben.address)
    await ana.until(lambda: [one for one in ana.people.contacts if one.can_draw])
    theirs = ana.boards.new_board("Plan")
    draw(theirs, id="first")
    ana.boards.invite(theirs, ben.address)
    safe = []
    wanted = rng.randrange(1, 60)
    while len(safe) < wanted:
        line = await asyncio.wait_for(process.stdout.readline(), 60)
        assert line, "it ended by itself"
        safe.append(line.decode().strip())
    process.kill()
    safe += (await process.stdout.read()).decode().split()
    await process.wait()
    draw(theirs, id="meanwhile")
    found = []
    ben.boards.recover(found.append)
    await ben.until(lambda: found)
    (board,) = found
    assert {"first", *safe} <= set(drawn(board)), "at once, without a connection"
    await ben.sign_in()
    await until_same(theirs, board)
    assert {"first", "meanwhile", *safe} <= set(drawn(theirs))
    assert theirs.document.state_hash() == board.document.state_hash()
    assert not theirs.document.forks


# --- by the plain rules of XEP-0284


class PlainPair(Pair):
    """The same two; Ana takes Ben's program for one that knows only XEP-0284."""

    async def begin(self):
        self.ana = await self.party("ana", profile=self.folder / "ana")
        self.ben = await self.party("ben", profile=self.folder / "ben")
        await self.ana.befriend(self.ben)
        self.ana.people.connection.capabilities.can_merge = lambda _address: False
        board = self.ana.boards.new_board("Plan")
        draw(board, id="first")
        self.ana.boards.invite(board, self.ben.address)
        await self.ben.until(lambda: self.ben.boards.invitations)
        other = self.ben.boards.accept(self.ben.boards.invitations[0].id)
        await self.ben.until_live(other)
        assert board.is_plain
        assert other.is_plain
        draw(other, id="second")
        await until_same(board, other)
        return board, other


@pytest.fixture
async def plain(party, tmp_path):
    return PlainPair(party, tmp_path)


async def test_the_guest_of_a_plain_board_starts_again_and_nothing_is_lost(plain):
    theirs, mine = await plain.begin()
    before = mine.document.party
    await plain.ben.network.close()
    draw(theirs, id="meanwhile")
    ben, board = await plain.again(plain.ben, sign_in=False)
    draw(board, id="offline")
    await ben.sign_in()
    await until_same(theirs, board)
    assert set(drawn(board)) == {"first", "second", "meanwhile", "offline"}
    assert board.document.party != before, "another device is another party"
    draw(board, id="live")
    draw(theirs, id="live too")
    await until_same(theirs, board)
    assert {"live", "live too"} <= set(drawn(board))
    await plain.ana.until(lambda: not [one for one in theirs.participants if one.away])
    await ben.network.close()
    _again, board = await plain.again(ben)
    await until_same(theirs, board)
    assert len(drawn(board)) == 6, "nothing twice"


async def test_the_host_of_a_plain_board_starts_again_and_its_guest_follows(plain):
    _mine, theirs = await plain.begin()
    await plain.ana.network.close()
    draw(theirs, id="meanwhile")
    ana, board = await plain.again(plain.ana, sign_in=False)
    draw(board, id="offline")
    await ana.sign_in()
    await until_same(theirs, board)
    assert set(drawn(board)) == {"first", "second", "meanwhile", "offline"}
    draw(board, id="live")
    draw(theirs, id="live too")
    await until_same(theirs, board)
    assert {"live", "live too"} <= set(drawn(board))


async def test_both_of_a_plain_board_start_again_the_one_long_after_the_other(plain):
    await plain.begin()
    await plain.ana.network.close()
    await plain.ben.network.close()
    _ana, mine = await plain.again(plain.ana)
    draw(mine, id="by ana alone")
    ben, theirs = await plain.again(plain.ben, sign_in=False)
    draw(theirs, id="by ben alone")
    await ben.sign_in()
    await until_same(mine, theirs)
    assert set(drawn(mine)) == {"first", "second", "by ana alone", "by ben alone"}
