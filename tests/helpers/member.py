"""A member of a board in a process of its own, led by JSON lines: `python -m` this.

Arguments: address, port, profile. It signs in, opens what was open before, and answers each command
with one line about its board; see `Member`.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import random
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from tests.helpers.boards import random_edit
from tests.helpers.killed import say
from tests.helpers.prosody import PASSWORD, until
from whiteboard.app.paths import Paths
from whiteboard.im.account import AccountSettings, TlsMode
from whiteboard.im.people import RoomState
from whiteboard.journal.reading import JournalReader
from whiteboard.model.ops import Batch
from whiteboard.session.boards import BoardState
from whiteboard.transport.account import BackOff
from whiteboard.transport.board import SharedBoard
from whiteboard.transport.service import Network
from whiteboard.transport.shelf import Shelf
from whiteboard.wire.codec import stanza
from whiteboard.wire.messages import EditMessage
from whiteboard.wire.xml import to_xml

LONG = 90.0


@dataclass
class Told:
    """What a member says of its board."""

    session: str
    replica: str
    state: str
    vv: dict[str, int]
    hash: str
    operations: str
    """SHA-256 over all messages in the journal, sorted: equal for equal sets."""
    shown: int
    waiting: int
    forks: int


class Member:
    """The test's end of such a process: `async with Member(address, port, folder) as ben: …`."""

    def __init__(self, address: str, port: int, profile: Path) -> None:
        self._words = (address, str(port), str(profile))
        self._process: Process | None = None

    async def __aenter__(self) -> Self:
        self._process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "tests.helpers.member", *self._words, stdin=PIPE, stdout=PIPE
        )
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._process is not None and self._process.returncode is None:
            self._process.stdin.close()
            await asyncio.wait_for(self._process.wait(), LONG)

    async def kill(self) -> None:
        """SIGKILL."""
        self._process.kill()
        await self._process.wait()

    async def do(self, command: str, **arguments: object) -> Told:
        """Give a command and wait for the answer."""
        self._process.stdin.write(json.dumps([command, arguments]).encode() + b"\n")
        line = await asyncio.wait_for(self._process.stdout.readline(), LONG)
        assert line, f"{self._words[0]} ended by itself at {command}"
        return Told(**json.loads(line))


class Led:
    """The process's end."""

    def __init__(self, address: str, port: int, profile: Path) -> None:
        paths = Paths(profile)
        self._shelf = Shelf(paths.boards, paths.board_marks)
        self.network = Network(
            shelf=self._shelf,
            back_off=lambda: BackOff(first=0.1, most=0.5),
        )
        self._settings = AccountSettings(
            address, PASSWORD, "", "127.0.0.1", port, TlsMode.PLAINTEXT
        )
        self.board: SharedBoard | None = None

    async def _until(self, is_so: Callable[[], object]) -> None:
        events = [self.network.people.changed, self.network.boards.changed]
        if self.board is not None:
            events += [self.board.changed, self.board.document.on_commit]
        await until(tuple(events), is_so, LONG)

    async def enter(self, room: str, session: str = "") -> None:
        """Sign in, go into the room, and share a board there, join one or go on with one."""
        people, boards = self.network.people, self.network.boards
        people.sign_in(self._settings)
        await self._until(people.suggested_room_service)
        people.join_room(room)

        def here():
            found = [one for one in people.rooms if one.address == room]
            return found[0] if found and found[0].state is RoomState.IN else None

        await self._until(here)
        if self.board is None and session:
            await self._until(lambda: any(one.session == session for one in here().boards))
            self.board = boards.join_in_room(room, session)
        elif self.board is None:
            self.board = boards.new_board("Plan")
            boards.share_in_room(self.board, room)
            await self._until(lambda: here().boards)
        await self.state("live")

    async def recover(self) -> None:
        """Open what was open when this member last ended."""
        found: list[SharedBoard] = []
        self.network.boards.recover(found.append)
        await self._until(lambda: found)
        self.board = found[0]

    async def edit(self, count: int, seed: int) -> None:
        """So many messages of random changes, with time for the network between them."""
        rng = random.Random(seed)
        document = self.board.document
        enough = document.vv.get(document.replica, 0) + count
        while document.vv.get(document.replica, 0) < enough:
            random_edit(self.board, rng)
            await asyncio.sleep(0)

    async def state(self, name: str) -> None:
        """Wait until the board is live, or offline."""
        await self._until(lambda: self.board.state is BoardState(name))

    async def retry(self) -> None:
        """Connect now, without waiting."""
        self.network.people.retry_now()

    async def holds(self, vv: dict[str, int]) -> None:
        """Wait until exactly these messages are held."""
        await self._until(lambda: dict(self.board.document.vv) == vv)

    async def tell(self) -> None:
        """Nothing but the answer."""

    async def fold(self) -> None:
        """Free the memory of everything that is held: whatever rests on less is below it."""
        document = self.board.document
        assert document.fold(dict(document.vv))

    async def told(self) -> str:
        """The answer to every command, once all that happened is on the disk."""
        if self.board is None:
            return json.dumps(vars(Told("", "", "", {}, "", "", 0, 0, 0)))
        board, document = self.board, self.board.document
        await self._shelf.settle()
        messages = sorted((b.dot, b.party, to_xml(stanza(EditMessage(b)))) for b in self._written())
        return json.dumps(
            vars(
                Told(
                    board.session or "",
                    document.replica,
                    board.state.value,
                    dict(document.vv),
                    document.state_hash(),
                    hashlib.sha256(repr(messages).encode()).hexdigest(),
                    len(document.children(document.root)) if document.root is not None else 0,
                    board.waiting_changes,
                    len(document.forks),
                )
            )
        )

    def _written(self) -> list[Batch]:
        path = self._shelf.journal_of(self.board)
        if path is None:
            return []
        with JournalReader(path) as reader:
            return [line.batch() for line in reader.lines()]


async def main(address: str, port: str, profile: str) -> None:
    led = Led(address, int(port), Path(profile))
    commands: dict[str, Any] = {
        one.__name__: one
        for one in (
            led.enter,
            led.recover,
            led.edit,
            led.fold,
            led.state,
            led.retry,
            led.holds,
            led.tell,
        )
    }
    reader = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(reader), sys.stdin
    )
    while line := await reader.readline():
        name, arguments = json.loads(line)
        await commands[name](**arguments)
        say(await led.told())
    await led.network.close()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
