"""A participant that keeps its board, draws without end, and is killed: `python -m` this.

Arguments: address, port, room, session, profile. Prints the `id` of each element once it is on
disk. Without a room it prints "online", allows whoever asks to see it, and takes the first
invitation.
"""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path

from tests.helpers.drawing import draw
from tests.helpers.prosody import PASSWORD, until
from whiteboard.app.paths import Paths
from whiteboard.im.account import AccountSettings, ConnectionState, TlsMode
from whiteboard.im.people import RoomState
from whiteboard.session.boards import BoardState
from whiteboard.transport.board import SharedBoard
from whiteboard.transport.service import Network
from whiteboard.transport.shelf import Shelf

EVERY = 0.02
"""Seconds between two edits: more than the outbox lets go, so some always wait."""


def moments() -> tuple[int, int]:
    """How many times a process is killed: without, and with a window."""
    every = int(os.environ.get("KILL_MOMENTS", "20"))
    windows = max(1, every // 5)
    return every - windows, windows


def say(line: str) -> None:
    """One line, at once, to whoever started this."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


async def in_room(network: Network, room: str, session: str) -> SharedBoard:
    people = network.people
    people.join_room(room)

    def entered() -> bool:
        here = [one for one in people.rooms if one.address == room and one.state is RoomState.IN]
        return bool(here) and any(one.session == session for one in here[0].boards)

    await until(people.changed, entered, seconds=30)
    return network.boards.join_in_room(room, session)


async def invited(network: Network) -> SharedBoard:
    people, boards = network.people, network.boards
    say("online")
    await until(people.changed, lambda: people.requests, seconds=30)
    for request in people.requests:
        people.answer_request(request.address, allow=True)
    await until(boards.changed, lambda: boards.invitations, seconds=30)
    return boards.accept(boards.invitations[0].id)


async def main(address: str, port: str, room: str, session: str, profile: str) -> None:
    paths = Paths(Path(profile))
    network = Network(shelf=Shelf(paths.boards, paths.board_marks))
    people, boards = network.people, network.boards
    tls = TlsMode.PLAINTEXT
    people.sign_in(AccountSettings(address, PASSWORD, "", "127.0.0.1", int(port), tls))
    await until(
        people.changed, lambda: people.account.connection is ConnectionState.ONLINE, seconds=30
    )
    board = await (in_room(network, room, session) if room else invited(network))
    await until(boards.changed, lambda: board.state is BoardState.LIVE, seconds=30)
    loop = asyncio.get_running_loop()
    number = 0

    def edit() -> None:
        nonlocal number
        number += 1
        name = f"e{number}"
        draw(board, id=name)
        board.store.persist((), lambda: say(name))
        loop.call_later(EVERY, edit)

    edit()
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
