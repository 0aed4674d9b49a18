"""A late joiner of a board of 10 000 elements, through a real Prosody.

From asking to having the whole board: LIVE, and Canonical XML equal to the giver's. Giver, joiner
and server share this machine, and giver and joiner one process: two machines are faster. Twice:
a board from a file (messages of 8 KiB) and one that was drawn shape by shape (10 000 messages).
"""

from __future__ import annotations

import asyncio
import time
import xml.etree.ElementTree as ET
from dataclasses import dataclass

from benchmarks import scenes
from benchmarks.figure import Figure
from benchmarks.latency import parties
from tests.helpers.prosody import Party, room_address
from whiteboard.app.local_server import LocalServer
from whiteboard.model.document import Document
from whiteboard.session.boards import BoardState

JOIN_SECONDS = 3.0
"""PRODUCT section 5, goal 3."""
LIMIT = 90.0


@dataclass
class Joined:
    seconds: float
    cpu: float
    stanzas: int
    bytes: int


def figures() -> list[Figure]:
    out: list[Figure] = []
    for name, at_once in (("opened from a file", True), ("drawn one by one", False)):
        document = scenes.full_board(at_once=at_once)
        with LocalServer() as server:
            joined = asyncio.run(join(server, document))
        out += [
            Figure(
                f"join of 10 000 elements, {name}", joined.seconds, "s", JOIN_SECONDS, False
            ),
            Figure("  processor time of giver and joiner", joined.cpu, "s"),
            Figure("  messages to the joiner", joined.stanzas, "stanzas"),
            Figure("  bytes to the joiner", joined.bytes, "bytes"),
        ]  # fmt: skip
    return out


async def join(server: LocalServer, document: Document) -> Joined:
    async with parties(server, "ann", "ben") as (ann, ben):
        room = room_address()
        await ann.enter(room)
        await ben.enter(room)
        board = ann.boards.new_board("Plan", document)
        ann.boards.share_in_room(board, room)
        await ann.until(lambda: any(b.session == board.session for b in ann.room(room).boards))
        await ben.until(lambda: any(b.session == board.session for b in ben.room(room).boards))
        count = Count(ben)
        cpu, start = time.process_time(), time.perf_counter()
        other = ben.boards.join_in_room(room, str(board.session))
        await ben.until_live(other, LIMIT)
        seconds, cpu = time.perf_counter() - start, time.process_time() - cpu
        assert other.state is BoardState.LIVE
        assert other.document.c14n() == board.document.c14n()
        return Joined(seconds, cpu, count.stanzas, count.bytes)


class Count:
    """What comes to a party from now on: bytes of the stream, messages in it."""

    def __init__(self, party: Party) -> None:
        connection = party.people.connection
        assert connection is not None
        stream = connection.account.stream
        assert stream is not None
        self.bytes = 0
        self.stanzas = 0
        receive, spawn = stream.data_received, stream._spawn_event

        def data_received(data: bytes) -> None:
            self.bytes += len(data)
            receive(data)

        def spawn_event(xml: ET.Element) -> None:
            self.stanzas += xml.tag.endswith("}message")
            spawn(xml)

        stream.data_received = data_received  # type: ignore[method-assign, assignment]
        stream._spawn_event = spawn_event  # type: ignore[method-assign]
