"""Debian's Prosody takes 10 kB/s from a client: what a state for a joiner leaves to all else."""

from __future__ import annotations

import asyncio
import contextlib
import xml.etree.ElementTree as ET
from collections.abc import Iterator

from tests.helpers.drawing import draw
from tests.helpers.prosody import Party, needs_prosody, room_address, until_same
from whiteboard.model.ephemeral import InkPreview
from whiteboard.session.boards import Board, BoardState
from whiteboard.transport.outbox import Kind

pytestmark = needs_prosody

RATE = 10_000
"""Bytes a second, as Debian's Prosody has it."""
PATH = "M0 0" + "L123.25 456.75" * 250
SHAPES = 20
"""Of about 3.5 kB each: the state takes six seconds at least."""


@contextlib.contextmanager
def somebody_draws(board: Board) -> Iterator[None]:
    """A hand that never rests: a point each 40 ms."""

    async def stroke() -> None:
        n = 0
        while True:
            board.tell(InkPreview("stroke", n, ((float(n), 1.0),), "#000", 2.0))
            n += 1
            await asyncio.sleep(0.04)

    task = asyncio.ensure_future(stroke())
    try:
        yield
    finally:
        task.cancel()


def say(party: Party, to: str, text: str) -> None:
    """A line of chat, as any messenger sends it."""
    message = ET.Element("{jabber:client}message", to=to, type="chat")
    ET.SubElement(message, "{jabber:client}body").text = text
    party.people.connection.account.outbox.put(message, Kind.CHAT)


async def test_while_a_state_goes_strokes_chat_and_presence_get_through(own_server, party):
    server = own_server(limits="10kb/s")
    ana, ben, carl = [await party(name, at=server) for name in ("ana", "ben", "carl")]
    room = room_address()
    for one in (ana, ben, carl):
        await one.enter(room)
    first = await ana.share(room)
    second = await ben.join(room, first.session)
    for n in range(SHAPES):
        draw(first, id=f"p{n}", d=PATH)
    await until_same(first, second, seconds=60)

    happened: list[str] = []
    seen = asyncio.Event()
    first.ephemeral.subscribe(lambda _: happened.append("ben's stroke"))
    second.ephemeral.subscribe(lambda _: happened.append("ana's stroke"))
    stream = carl.people.connection.account.stream
    stream.add_event_handler("message", lambda m: m["body"] and happened.append(m["body"]))

    with somebody_draws(first), somebody_draws(second):  # one of them gives the state
        third = carl.boards.join_in_room(room, first.session)
        third.changed.subscribe(lambda _: happened.append(f"{third.progress}"))
        third.changed.subscribe(lambda _: (third.progress or 0) > 0.3 and seen.set())
        await asyncio.wait_for(seen.wait(), 30)
        say(ana, carl.people.connection.account.jid, "hello")
        await ana.share(room, "Another")
        await carl.until(lambda: len(carl.room(room).boards) == 2, seconds=30)
        happened.append("presence")
        await carl.until(lambda: third.state is BoardState.LIVE, seconds=60)
        happened.append("live")
    size = SHAPES * len(PATH)
    assert "1.0" in happened
    whole = happened.index("1.0")
    assert max(happened.index("hello"), happened.index("presence")) < whole
    # It cannot have taken less than size / RATE seconds, so this is four a second at least.
    for strokes in ("ana's stroke", "ben's stroke"):
        assert happened[:whole].count(strokes) >= 4 * size / RATE
    assert third.document.c14n() == first.document.c14n() == second.document.c14n()
