"""Debian's Prosody takes 10 kB/s from a client: what a state for a joiner leaves to all else."""

from __future__ import annotations

import asyncio
import contextlib
import xml.etree.ElementTree as ET
from collections.abc import Iterator

import pytest

from tests.helpers.drawing import SVG, draw
from tests.helpers.prosody import Party, needs_prosody, room_address, until_same
from whiteboard.model.changes import Origin
from whiteboard.model.document import new_document
from whiteboard.model.ephemeral import InkPreview
from whiteboard.model.ops import LiteralElement
from whiteboard.session.boards import Board, BoardState
from whiteboard.transport.outbox import Kind
from whiteboard.transport.uploads import TransferError

pytestmark = [pytest.mark.prosody, needs_prosody]

RATE = 10_000
"""Bytes a second, as Debian's Prosody has it."""
PATH = "M0 0" + "L123.25 456.75" * 250
SHAPES = 20
"""Of about 3.5 kB each: the state takes six seconds at least."""


class Count:
    """What comes to a party from now on: our private messages."""

    def __init__(self, party: Party) -> None:
        stream = party.people.connection.account.stream
        self.private = 0
        spawn = stream._spawn_event

        def spawn_event(xml: ET.Element) -> None:
            self.private += xml.tag.endswith("}message") and xml.get("type") == "chat"
            spawn(xml)

        stream._spawn_event = spawn_event


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


async def test_a_board_of_2_mb_goes_as_a_file_where_the_server_takes_files(own_server, party):
    server = own_server(limits="10kb/s", uploads=True)
    ana, ben = [await party(name, at=server) for name in ("ana", "ben")]
    room = room_address()
    await ana.enter(room)
    await ben.enter(room)
    await ana.until(lambda: ana.people.connection.uploads.limit)
    document = new_document()
    with document.transact(Origin.LOAD) as edit:
        for n in range(600):
            path = "M0 0" + "".join(f"L{n * k % 997}.25 {k}" for k in range(350))
            edit.add(document.root, LiteralElement(SVG, "path", (("", "d", path),)))
    first = ana.boards.new_board("Plan", document)
    ana.boards.share_in_room(first, room)
    await ana.until(lambda: any(b.session == first.session for b in ana.room(room).boards))
    assert len(document.c14n()) > 2_000_000

    seen: list[float | None] = []
    count = Count(ben)
    await ben.until(lambda: any(b.session == first.session for b in ben.room(room).boards))
    second = ben.boards.join_in_room(room, first.session)
    second.changed.subscribe(lambda _: seen.append(second.progress))
    await ben.until_live(second, seconds=60)
    assert second.document.c14n() == first.document.c14n()
    assert 1.0 in seen
    assert len(set(seen)) > 3
    assert count.private <= 2  # the offer, and where the file is, if the room was not told before


@pytest.mark.parametrize(
    "url",
    [
        "http://files.example/1",
        "ftp://127.0.0.1/1",
        "file:///etc/passwd",
        "https://",
        "https://[",
        "nothing",
        "https://x/" + "y" * 3000,
    ],
)
async def test_an_address_that_is_not_fetched_from_is_refused_before_anything_is_asked(party, url):
    ana = await party("ana")
    with pytest.raises(TransferError):
        await ana.people.connection.uploads.download(url, 100, lambda _: None)


async def test_a_file_that_is_another_size_or_leads_elsewhere_is_not_taken(party):
    ana = await party("ana")
    uploads = ana.people.connection.uploads

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        line = await reader.readline()
        body = {b"/short": b"x" * 10, b"/long": b"x" * 1000}.get(line.split()[1], b"")
        status = b"302 Found\r\nLocation: http://127.0.0.1/" if b"/moved" in line else b"200 OK"
        writer.write(b"HTTP/1.1 " + status + b"\r\nConnection: close\r\n\r\n" + body)
        writer.close()

    async with await asyncio.start_server(answer, "127.0.0.1", 0) as web:
        port = web.sockets[0].getsockname()[1]
        for path in ("short", "long", "moved"):
            with pytest.raises(TransferError):
                await uploads.download(f"http://127.0.0.1:{port}/{path}", 100, lambda _: None)
