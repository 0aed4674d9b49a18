"""White space in values, past a server that writes what it read without references."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.helpers.prosody import needs_prosody, room_address, until_same
from whiteboard.model.canonical import canonical
from whiteboard.model.changes import Origin
from whiteboard.model.ops import LiteralElement

pytestmark = [pytest.mark.prosody, needs_prosody]

SVG = "http://www.w3.org/2000/svg"


class NoGuard:
    """A parser that reads what the server wrote: any other program, or another server."""

    def feed(self, data: bytes) -> bytes:
        return data


async def unguarded(party, name):
    one = await party(name)
    one.people.connection.account.stream._guard = NoGuard()
    return one


def messages(board) -> list[bytes]:
    return [
        canonical(replace(batch, party=""), {})
        for batch in sorted(board.document.batches_since({}), key=lambda b: (b.r, b.n))
    ]


def write_white_space(board) -> None:
    text = LiteralElement(SVG, "text", (("", "class", "a\tb\r\nc"),), ("one\rtwo\r\nthree\n",))
    with board.document.transact(Origin.LOCAL) as write:
        shape = write.add(board.document.root, text)
        line = write.add_text(shape, "four\n\tfive\r\n")
    with board.document.transact(Origin.LOCAL) as write:
        write.splice_text(line, 4, 1, "\r\n\n")
        write.set_attribute(shape, "style", "fill:\n\tred")


async def test_programs_whose_parsers_lose_white_space_hold_the_same_messages(party):
    ana = await party("ana")
    ben, cleo = [await unguarded(party, name) for name in ("ben", "cleo")]
    room = room_address()
    await ana.enter(room)
    first = await ana.share(room)
    await ben.enter(room)
    second = await ben.join(room, first.session)
    write_white_space(first)
    await until_same(first, second)
    write_white_space(second)
    await until_same(first, second)
    await cleo.enter(room)
    late = await cleo.join(room, first.session)
    await until_same(first, second, late)
    assert messages(first) == messages(second) == messages(late)
    assert b"four\n\n\tfive\n" in late.document.c14n()
    assert b'style="fill:&#xA;&#x9;red"' in late.document.c14n()
