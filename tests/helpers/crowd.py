"""An afternoon of many in one room: some draw, some come late, one is put out, one loses the pen.

Everybody is a whole participant with an account and a connection of its own; the watchers are
those of `whiteboard join`. All share a process and a loop.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Iterable
from dataclasses import dataclass, field

from tests.helpers.drawing import draw, drawn
from tests.helpers.ejabberd import Ejabberd
from tests.helpers.prosody import PASSWORD, Party, room_address, settings, unique, until
from tests.helpers.proxy import Proxy
from tests.helpers.rooms import set_role
from whiteboard.app.local_server import LocalServer
from whiteboard.im.people import RoomState
from whiteboard.session.boards import Board
from whiteboard.transport.account import BackOff
from whiteboard.transport.headless import Outcome, Task, Until, take_part
from whiteboard.transport.service import Network

ROUND = 8
"""Edits of each who draws, between two happenings."""


@dataclass
class Watcher:
    """A participant of `whiteboard join` that stays until it is told to go."""

    name: str
    network: Network = field(
        default_factory=lambda: Network(back_off=lambda: BackOff(first=0.1, most=0.5))
    )
    stop: asyncio.Event = field(default_factory=asyncio.Event)
    joined: asyncio.Event = field(default_factory=asyncio.Event)
    task: asyncio.Task[Outcome] | None = None

    def start(self, server: LocalServer | Ejabberd, room: str, port: int) -> None:
        """Sign in and go onto the board that runs in the room."""
        account = settings(server, f"{self.name}@{server.domain}", port=port)
        what = Task(account, room=room, nick=self.name, until=Until.CLOSED)
        self.task = asyncio.create_task(
            take_part(
                what, joined=lambda _: self.joined.set(), stop=self.stop, network=self.network
            )
        )

    @property
    def board(self) -> Board:
        """The one it is on."""
        return self.network.boards.boards[0]

    async def end(self) -> Outcome:
        """Go in order."""
        assert self.task is not None
        self.stop.set()
        return await self.task


@dataclass
class Afternoon:
    """What came of it.

    Attributes:
        hashes: the state hash of everybody who was there at the end.
        drawn: ids that are on the board.
        expected: ids of all that was drawn by who might draw.
        refused: ids drawn by the one who had lost the pen.
        left_over: pieces that are shown to that one.
        was_put_out: the one who was kicked knows that it is out.
        seconds: from the last edit until everybody held it.
        cpu: seconds of processor time of all participants together, signing in not counted.
        received: bytes that one watcher got while the board was drawn.
        sent: bytes that one who drew sent.
        edits: how many were made.
    """

    hashes: set[str]
    drawn: set[str]
    expected: set[str]
    refused: set[str]
    left_over: int
    was_put_out: bool
    seconds: float
    cpu: float
    received: int
    sent: int
    edits: int


class Crowd:
    """The people of one afternoon.

    Args:
        server: where; it is restarted in between.
        people: how many there are in all.
        drawers: how many of them draw.
    """

    def __init__(
        self, server: LocalServer | Ejabberd, *, people: int = 30, drawers: int = 5
    ) -> None:
        self.server = server
        self.room = room_address()
        names = [unique(f"person{i}-") for i in range(people)]
        self.drawers = [Party(server, name) for name in names[:drawers]]
        self.watchers = [Watcher(name) for name in names[drawers:]]
        self.boards: list[Board] = []
        self.expected: set[str] = set()
        self._edits = 0

    async def afternoon(self) -> Afternoon:
        """Everything, one after the other; drawing goes on all the while."""
        for name in [one.name for one in (*self.drawers, *self.watchers)]:
            await asyncio.to_thread(self.server.add_account, name, PASSWORD)
        async with Proxy(self.server.port) as up, Proxy(self.server.port) as down:
            try:
                return await self._afternoon(up, down)
            finally:
                await self._leave()

    async def _afternoon(self, up: Proxy, down: Proxy) -> Afternoon:
        *early, late_one, late_two = self.watchers
        await self._gather(early, up, down)
        cpu, sent, received = time.process_time(), up.sent, down.received
        await self._draw(self.drawers)

        kicked, demoted = early[-1], self.drawers[-1]
        first = self.drawers[0]
        await set_role(first, self.room, kicked.name, "none")
        await set_role(first, self.room, demoted.name, "visitor")
        await demoted.until(lambda: self._role(demoted) == "visitor")
        refused = {self._edit(demoted, "refused")}
        self.expected -= refused
        still = self.drawers[:-1]
        await self._draw(still)

        await asyncio.to_thread(self.server.stop_process)
        restarting = asyncio.create_task(asyncio.to_thread(self.server.start))
        await self._draw(still)
        await restarting
        there = [*early[:-1], late_one, late_two]
        for one in (late_one, late_two):
            one.start(self.server, self.room, self.server.port)
        await self._draw(still)
        async with asyncio.timeout(60):
            await asyncio.gather(late_one.joined.wait(), late_two.joined.wait())

        self.boards = [self._board(one) for one in still] + [one.board for one in there]
        last = self._edit(first, "last")
        start = time.perf_counter()
        await self._until_same(last)
        seconds = time.perf_counter() - start
        return Afternoon(
            hashes={board.document.state_hash() for board in self.boards},
            drawn=set(drawn(self.boards[0])),
            expected=self.expected,
            refused=refused,
            left_over=len(self._board(demoted).left_over),
            was_put_out=kicked.task is not None and await self._is_out(kicked),
            seconds=seconds,
            cpu=time.process_time() - cpu,
            received=down.received - received,
            sent=up.sent - sent,
            edits=self._edits,
        )

    async def _gather(self, early: list[Watcher], up: Proxy, down: Proxy) -> None:
        """One makes the room and the board; the others come, all at once."""
        self.drawers[1].port = up.port
        first = self.drawers[0]
        await first.sign_in()
        first.people.create_room(self.room)
        await first.until(lambda: first.room(self.room).state is RoomState.IN)
        board = await first.share(self.room)
        await asyncio.gather(*(self._come(one, str(board.session)) for one in self.drawers[1:]))
        for number, one in enumerate(early):
            one.start(self.server, self.room, self.server.port if number else down.port)
        async with asyncio.timeout(60):
            await asyncio.gather(*(one.joined.wait() for one in early))

    async def _come(self, one: Party, session: str) -> None:
        await one.sign_in()
        await one.enter(self.room)
        await one.join(self.room, session)

    async def _draw(self, who: Iterable[Party]) -> None:
        """Everybody draws a few things, about as fast as a person taps."""
        for _ in range(ROUND):
            for one in who:
                self._edit(one, "shape")
            await asyncio.sleep(0.05)

    def _edit(self, one: Party, what: str) -> str:
        name = unique(f"{what}-")
        draw(self._board(one), id=name, d="M0 0h9v9z", fill="none", stroke="#1e1e1e")
        self.expected.add(name)
        self._edits += 1
        return name

    @staticmethod
    def _board(one: Party) -> Board:
        return one.boards.boards[0]

    def _role(self, one: Party) -> str:
        return next(o.role for o in one.room(self.room).occupants if o.me)

    async def _until_same(self, last: str) -> None:
        """Everybody holds what everybody holds, and the last edit."""

        def same() -> bool:
            first = self.boards[0].document
            return last in drawn(self.boards[-1]) and all(
                board.document.state_hash() == first.state_hash() for board in self.boards
            )

        events = [board.document.on_commit for board in self.boards]
        await until((*events, *(board.changed for board in self.boards)), same, 90)

    async def _is_out(self, kicked: Watcher) -> bool:
        """A participant of `whiteboard join` ends when it is put out of its room."""
        assert kicked.task is not None
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(20):
                await asyncio.shield(kicked.task)
        return kicked.task.done()

    async def _leave(self) -> None:
        for one in self.watchers:
            if one.task is not None:
                await asyncio.gather(one.end(), return_exceptions=True)
        for drawer in self.drawers:
            await drawer.network.close()
