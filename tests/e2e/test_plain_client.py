"""Two windows of the program and a client that was written from the text of XEP-0284 alone."""

from __future__ import annotations

import asyncio
from xml.etree.ElementTree import tostring

import pytest
from PySide6.QtCore import Qt

from tests.e2e.stage import CONTROL, Stage, in_qt_loop, press, until, write
from tests.helpers.plain_sxe import Plain, canonical
from tests.helpers.prosody import PASSWORD, needs_prosody, on_both_servers, unique
from tests.helpers.sxe_schema import all_faults
from whiteboard.app.local_server import LocalServer

pytestmark = [pytest.mark.prosody, needs_prosody, on_both_servers]


async def signed_in(stage: Stage, name: str) -> Plain:
    name = unique(name)
    stage.server.add_account(name, PASSWORD)
    client = Plain()
    async with asyncio.timeout(20):
        await client.sign_in(stage.server.port, name, LocalServer.domain, PASSWORD)
    return client


def shown(person) -> str:
    return canonical(person.board.document.c14n())


def can_draw(person, room) -> set[bool]:
    """Whether those in a group chat can draw, as far as a person can see."""
    (there,) = [one for one in person.people.rooms if one.address == room]
    return {occupant.can_draw for occupant in there.occupants}


async def until_all_show_the_same(persons, clients) -> None:
    """Nobody sends more, and all documents are one."""

    def seen():
        return {*map(shown, persons), *(client.document() for client in clients)}

    # What is asserted again after a conflict goes out after a quiet time of at most 600 ms.
    for _ in range(3):
        await until(lambda: len(seen()) == 1, what="one document")
        before = shown(persons[0])
        await asyncio.sleep(0.7)
        if seen() == {before}:
            return
    raise AssertionError(seen())


@in_qt_loop
async def test_two_windows_draw_in_a_room_with_one_who_knows_only_the_xep(stage: Stage):
    ana, mira = (stage.person(unique(name)) for name in ("ana", "mira"))
    await asyncio.gather(ana.sign_in(), mira.sign_in())
    name = unique("Harbour ")
    room = f"{name.lower().replace(' ', '-')}@{LocalServer.rooms}"
    await ana.choose(ana.window.sessions.add, "Create a group chat…")
    await write(ana.dialog.name, name)
    await press(ana.dialog.create_button)
    await ana.until_in(room)
    tom = await signed_in(stage, "tom")
    tom.enter(room, "tom")
    await until(lambda: ana.says(f"room:{room}") == "No board · 2 people")
    await until(lambda: can_draw(ana, room) == {True}, what="both there can draw")

    # A board opened beside somebody who knows only the XEP is one that the XEP knows.
    await ana.draw(300, 300)
    await ana.act(f"room:{room}", "open-room")
    await tom.until(lambda: tom.advertised)
    assert ana.board.is_plain
    session = ana.board.session
    assert session in tom.advertised
    tom.connect(session, room)
    await tom.until(lambda: tom.has_state)
    await until_all_show_the_same([ana], [tom])
    (root,) = [one.rid for one in tom.roots() if one.kind == "element"]

    await mira.choose(mira.window.sessions.add, "Join a group chat…")
    await write(mira.dialog.address, room)
    await press(mira.dialog.join)
    await until(lambda: mira.says(f"room:{room}") == "1 board running · 3 people")
    await mira.act(f"room:{room}", "open-room")
    await until(lambda: mira.drawn() == 1)

    # All three draw; strokes of the windows, a rectangle of the other.
    rect = tom.add(root, "rect", x="10", y="20", width="30", height="40", fill="red")
    await ana.draw(400, 200)
    await mira.draw(200, 420)
    await until(lambda: ana.drawn() == mira.drawn() == 4)
    await until_all_show_the_same([ana, mira], [tom])

    # The rectangle is coloured and moved by its maker while others work on it in their windows.
    fill = tom.attribute(rect, "fill").rid
    tom.set(fill, chdata="blue")
    tom.set(rect, primary_weight="0.5")
    await ana.key(Qt.Key.Key_A, CONTROL)
    await ana.key(Qt.Key.Key_Right)
    await until_all_show_the_same([ana, mira], [tom])

    # Two edits of one attribute at once: all end with one of them.
    record = ana.board.document.attribute_record(rect, "fill")
    assert record == fill
    tom.set(fill, chdata="green")
    await mira.key(Qt.Key.Key_A, CONTROL)
    await mira.key(Qt.Key.Key_Down)
    await mira.key(Qt.Key.Key_Z, CONTROL)
    await until_all_show_the_same([ana, mira], [tom])

    # Removed from either side, and a second plain client joins what is left, served by the first.
    drawn = ana.drawn()
    tom.remove(rect)
    await until(lambda: ana.drawn() == mira.drawn() == drawn - 1)
    await ana.key(Qt.Key.Key_A, CONTROL)
    await ana.key(Qt.Key.Key_Delete)
    await until(lambda: mira.drawn() == 0)
    await mira.key(Qt.Key.Key_P)
    await mira.draw(250, 250)
    await until(lambda: ana.drawn() == 1)
    await until_all_show_the_same([ana, mira], [tom])
    uma = await signed_in(stage, "uma")
    uma.enter(room, "uma")
    uma.connect(session, room)
    await uma.until(lambda: uma.has_state)
    uma.add(root, "circle", r="4")
    await until_all_show_the_same([ana, mira], [tom, uma])
    assert ana.drawn() == 2

    # All that the windows sent is what the XEP allows.
    assert len(tom.received) > 10
    assert all_faults(tostring(one) for one in (*tom.received, *uma.received)) == []
    await asyncio.gather(tom.close(), uma.close())
