"""A late joiner where the server takes 10 kB/s from a client, as Debian's Prosody does.

Once with a server that takes files (XEP-0363): a board of 2 MB. Once without: a board of 200 kB
within the stream, while the giver and another member draw: how many previews of the one that is
seen less reach the other each second. All parties and the server share this machine.
"""

from __future__ import annotations

import asyncio
import time

from benchmarks.figure import Figure
from benchmarks.latency import parties
from tests.helpers.prosody import Party, room_address
from whiteboard.app.local_server import LocalServer
from whiteboard.model.changes import Origin
from whiteboard.model.document import Document, new_document
from whiteboard.model.ephemeral import InkPreview
from whiteboard.model.ops import LiteralElement
from whiteboard.session.boards import Board

SVG = "http://www.w3.org/2000/svg"
RATE = "10kb/s"
LIMIT = 180.0
PREVIEWS = 4.0
"""A second that the remote side should see (issue 4)."""


def figures() -> list[Figure]:
    with LocalServer(limits=RATE, uploads=True) as server:
        file = asyncio.run(by_file(server, board_of(2_000_000)))
    with LocalServer(limits=RATE) as server:
        stream, previews = asyncio.run(within_stream(server, board_of(200_000)))
    return [
        Figure("join of 2 MB at 10 kB/s, as a file", file, "s"),
        Figure("join of 200 kB at 10 kB/s, within the stream", stream, "s"),
        Figure("  previews of the giver seen meanwhile", previews, "1/s", PREVIEWS),
    ]


def board_of(size: int) -> Document:
    """Strokes of about 3.5 kB each."""
    document = new_document()
    root = document.root
    assert root is not None
    with document.transact(Origin.LOAD) as edit:
        for n in range(size // 3500):
            path = "M0 0" + "".join(f"L{n * k % 997}.25 {k}" for k in range(350))
            edit.add(root, LiteralElement(SVG, "path", (("", "d", path),)))
    return document


async def shared(ann: Party, room: str, document: Document) -> Board:
    board = ann.boards.new_board("Plan", document)
    ann.boards.share_in_room(board, room)
    await ann.until(lambda: any(b.session == board.session for b in ann.room(room).boards))
    return board


async def joined(one: Party, room: str, board: Board) -> float:
    await one.until(lambda: any(b.session == board.session for b in one.room(room).boards))
    start = time.perf_counter()
    other = one.boards.join_in_room(room, str(board.session))
    await one.until_live(other, LIMIT)
    assert other.document.c14n() == board.document.c14n()
    return time.perf_counter() - start


async def by_file(server: LocalServer, document: Document) -> float:
    async with parties(server, "ann", "ben") as (ann, ben):
        room = room_address()
        await ann.enter(room)
        await ben.enter(room)
        connection = ann.people.connection
        assert connection is not None
        await ann.until(lambda: connection.uploads.limit)
        return await joined(ben, room, await shared(ann, room, document))


async def within_stream(server: LocalServer, document: Document) -> tuple[float, float]:
    async with parties(server, "ann", "ben", "cyd") as (ann, ben, cyd):
        room = room_address()
        for one in (ann, ben, cyd):
            await one.enter(room)
        board = await shared(ann, room, document)
        connection = ann.people.connection
        assert connection is not None
        await connection.settle(60)  # the state for the archive
        await joined(ben, room, board)
        other = ben.boards.boards[0]
        seen = {board: 0, other: 0}
        # One of the two gives the state; both draw, and each is seen by the other.
        hands = [asyncio.ensure_future(draw(one)) for one in (board, other)]
        for one in (board, other):
            one.ephemeral.subscribe(lambda _, one=one: seen.update({one: seen[one] + 1}))
        seconds = await joined(cyd, room, board)
        for hand in hands:
            hand.cancel()
        return seconds, min(seen.values()) / seconds


async def draw(board: Board) -> None:
    n = 0
    while True:
        board.tell(InkPreview("stroke", n, ((float(n), 1.0),), "#000", 2.0))
        n += 1
        await asyncio.sleep(0.04)
