"""Boards that nobody is on come back from the archive of their group chat."""

from __future__ import annotations

import xml.etree.ElementTree as ET

import pytest

from tests.helpers.drawing import draw, drawn
from tests.helpers.prosody import (
    Party,
    needs_prosody,
    on_both_servers,
    room_address,
    until_same,
)
from whiteboard.session.boards import Board, BoardState
from whiteboard.transport.archived_boards import NO_ARCHIVE, NOTHING_THERE
from whiteboard.transport.muc import MAM
from whiteboard.transport.outbox import Kind

pytestmark = [pytest.mark.prosody, needs_prosody]


async def look(party: Party, room: str) -> Board | str:
    """Look for a board in the archive of a room that the party is in."""
    answers: list[Board | str] = []
    board = party.boards.open_archived(room, answers.append)
    assert board.state is BoardState.JOINING
    assert board.is_sought
    await party.until(lambda: answers and board.state is not BoardState.JOINING, seconds=20)
    assert isinstance(answers[0], str) == (board not in party.boards.boards)
    return answers[0]


async def drawn_and_left(room: str, ana: Party, ben: Party) -> Board:
    """Two draw and leave; the board as it was then."""
    await ana.enter(room)
    await ben.enter(room)
    first = await ana.share(room)
    second = await ben.join(room, first.session)
    for n in range(10):
        draw(first, id=f"a{n}", d="M0 0h9")
        draw(second, id=f"b{n}", d="M0 0v9")
    await until_same(first, second)
    for one in (ana, ben):
        await one.until(lambda one=one: one.boards.boards[0].waiting_changes == 0)
        await one.network.close()
    return first


@on_both_servers
async def test_a_board_drawn_by_two_who_left_is_seen_by_a_third_who_was_never_there(party):
    room = room_address()
    first = await drawn_and_left(room, await party("ana"), await party("ben"))
    carl = await party("carl")
    await carl.enter(room)
    assert len(carl.room(room).occupants) == 1
    third = await look(carl, room)
    assert (third.session, third.name, third.state) == (first.session, "Plan", BoardState.LIVE)
    assert third.document.c14n() == first.document.c14n()
    assert not third.archived.is_part
    draw(third, id="c0", d="M1 1")
    dora = await party("dora")
    await dora.enter(room)
    fourth = await dora.join(room, first.session)
    await until_same(third, fourth)
    assert len(drawn(fourth)) == 21


@on_both_servers
async def test_who_comes_back_from_a_journal_and_finds_nobody_gets_what_the_others_did(
    party, tmp_path
):
    room = room_address()
    ana, ben = await party("ana", profile=tmp_path), await party("ben")
    await ana.enter(room)
    await ben.enter(room)
    first = await ana.share(room)
    second = await ben.join(room, first.session)
    draw(first, id="together")
    await until_same(first, second)
    await ana.network.close()
    draw(second, id="alone")
    await ben.until(lambda: second.waiting_changes == 0)
    await ben.network.close()

    again = await party("ana", profile=tmp_path, again=ana.name)
    await again.enter(room)
    board = await look(again, room)
    await again.until_document(board, lambda: drawn(board) == ["together", "alone"])
    assert board.document.c14n() == second.document.c14n()


async def test_a_room_that_kept_nothing_says_so_and_one_without_an_archive_too(own_server, party):
    ana = await party("ana")
    room = room_address()
    await ana.enter(room)
    assert await look(ana, room) == NOTHING_THERE

    bare = own_server(room_archives=False)
    ben = await party("ben", at=bare)
    await ben.enter(room)
    board = await ben.share(room)
    draw(board, id="b0")
    ben.boards.close(board)
    assert await look(ben, room) == NO_ARCHIVE


@on_both_servers
async def test_closing_the_board_ends_the_search(party):
    ana = await party("ana")
    room = room_address()
    await ana.enter(room)
    answers: list[Board | str] = []
    board = ana.boards.open_archived(room, answers.append)
    ana.boards.close(board)
    assert await look(ana, room) == NOTHING_THERE
    assert answers == []


@on_both_servers
async def test_a_result_that_is_not_the_rooms_is_not_looked_at(party):
    ana, eve = await party("ana"), await party("eve")
    room = room_address()
    await ana.enter(room)
    archives = ana.people.connection.archives
    address = ana.people.connection.account.jid
    for query in ("", "guessed"):
        message = ET.Element("{jabber:client}message", to=address, type="normal")
        ET.SubElement(message, f"{{{MAM}}}result", queryid=query, id="1")
        eve.people.connection.account.outbox.put(message, Kind.CONTROL)
    marker = ET.Element("{jabber:client}message", to=address, type="chat")
    ET.SubElement(marker, "{jabber:client}body").text = "after them"
    seen: list[str] = []
    stream = ana.people.connection.account.stream
    stream.add_event_handler("message", lambda m: seen.append(m["body"]))
    eve.people.connection.account.outbox.put(marker, Kind.CHAT)
    await eve.people.connection.settle(5)
    assert await look(ana, room) == NOTHING_THERE
    assert archives.forged == 2
