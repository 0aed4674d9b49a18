"""Scenarios 39 and 41 of SYNC section 10: a process for each member, a real server, real cuts."""

from __future__ import annotations

import asyncio
import contextlib

import pytest

from tests.helpers.member import Member
from tests.helpers.prosody import PASSWORD, needs_prosody, room_address, unique
from tests.helpers.proxy import Proxy

pytestmark = [pytest.mark.prosody, needs_prosody, pytest.mark.timeout(300)]

EDITS = 500


class Three:
    """Ana, Mira and, behind a proxy, Tom, on one board; each a process with a profile."""

    def __init__(self, server, proxy, stack, folder):
        self._server, self.proxy, self._stack, self._folder = server, proxy, stack, folder
        self.room = room_address()
        self._addresses = {}

    async def start(self, name, *, cut_off=False):
        """The program of somebody, for the first time or again."""
        if name not in self._addresses:
            account = unique(name)
            self._server.add_account(account, PASSWORD)
            self._addresses[name] = f"{account}@{self._server.domain}"
        port = self.proxy.port if cut_off else self._server.port
        member = Member(self._addresses[name], port, self._folder / name)
        return await self._stack.enter_async_context(member)

    async def begin(self):
        self.ana = await self.start("ana")
        self.mira = await self.start("mira")
        self.tom = await self.start("tom", cut_off=True)
        session = (await self.ana.do("enter", room=self.room)).session
        await self.mira.do("enter", room=self.room, session=session)
        return await self.tom.do("enter", room=self.room, session=session)

    async def cut(self):
        """Tom is alone from here on."""
        self.proxy.refuse()
        self.proxy.cut()
        await self.tom.do("state", name="offline")

    async def heal(self):
        self.proxy.allow()
        await self.tom.do("retry")
        await self.tom.do("state", name="live")


@pytest.fixture
async def three(server, tmp_path):
    async with Proxy(server.port) as proxy, contextlib.AsyncExitStack() as stack:
        yield Three(server, proxy, stack, tmp_path)


async def both(first, second):
    return await asyncio.gather(first, second)


def every_message(*told):
    """What all hold together."""
    return {r: max(one.vv.get(r, 0) for one in told) for one in told for r in one.vv}


async def all_equal(members, vv):
    """All hold exactly these messages, and show the same."""
    told = await asyncio.gather(*(member.do("holds", vv=vv) for member in members))
    assert len({one.hash for one in told}) == 1
    assert len({one.operations for one in told}) == 1, "the exact set of operations"
    assert not any(one.forks for one in told)
    return told[0]


async def test_39_after_a_partition_of_processes_everyone_has_every_edit(three):
    before = await three.begin()
    await three.cut()
    half = EDITS // 2
    (ana, mira), tom = await both(
        both(three.ana.do("edit", count=half, seed=1), three.mira.do("edit", count=half, seed=2)),
        three.tom.do("edit", count=EDITS, seed=3),
    )
    made = every_message(ana, mira, tom)
    assert sum(made.values()) >= sum(before.vv.values()) + 2 * EDITS
    assert tom.state == "offline"
    assert set(tom.vv) - set(before.vv) <= {tom.replica}, "nothing of the others came through"
    await three.heal()
    await all_equal([three.ana, three.mira, three.tom], made)


@pytest.mark.parametrize("others", ["keep all in memory", "fold their memory"])
@pytest.mark.parametrize("ends", ["stays", "is killed"])
async def test_41_a_member_that_was_away_for_long_comes_back_and_merges(three, ends, others):
    """Where the others have folded, what comes back rests on less than their checkpoints."""
    await three.begin()
    await three.tom.do("edit", count=20, seed=4)
    await three.cut()
    tom = await three.tom.do("edit", count=60, seed=5)
    if ends == "is killed":
        await three.tom.kill()
    for seed in range(3):  # generations: what one does rests on what the other did
        made = await three.ana.do("edit", count=60, seed=seed)
        await three.mira.do("edit", count=60, seed=10 + seed)
        made = every_message(made, await three.mira.do("tell"))
        await three.ana.do("edit", count=1, seed=20 + seed)
    if others == "fold their memory":
        await both(three.ana.do("fold"), three.mira.do("fold"))
    if ends == "is killed":
        three.tom = await three.start("tom", cut_off=True)
        kept = await three.tom.do("recover")
        assert kept.vv.items() >= {tom.replica: tom.vv[tom.replica]}.items()
        tom = await three.tom.do("edit", count=20, seed=6)
        three.proxy.allow()
        await three.tom.do("enter", room=three.room)
    else:
        await three.heal()
    ana, mira = await both(three.ana.do("tell"), three.mira.do("tell"))
    made = every_message(ana, mira, tom)
    result = await all_equal([three.ana, three.mira, three.tom], made)
    assert result.shown > 0
    await three.tom.do("edit", count=5, seed=7)
    made = every_message(await three.tom.do("tell"), ana, mira)
    await all_equal([three.ana, three.mira, three.tom], made)
