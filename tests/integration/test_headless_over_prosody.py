"""`whiteboard join`'s engine on a real server: bots and archivers without windows."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from tests.helpers.drawing import SVG, draw, drawn
from tests.helpers.prosody import (
    PASSWORD,
    needs_prosody,
    on_both_servers,
    room_address,
    settings,
    unique,
)
from whiteboard.model.document import Document
from whiteboard.model.ops import LiteralElement
from whiteboard.session.boards import BoardState
from whiteboard.transport.headless import HeadlessError, Task, Until, take_part
from whiteboard.validation.applications import XHTML
from whiteboard.wire.log import LogReader

pytestmark = [pytest.mark.prosody, needs_prosody, on_both_servers]


def element(name):
    return LiteralElement(SVG, "path", (("", "d", "M0 0"), ("", "id", name)))


@pytest.fixture
def bot(server):
    """Settings of an account of its own."""

    def make(**changes):
        name = unique("bot")
        server.add_account(name, PASSWORD)
        return settings(server, f"{name}@{server.domain}", **changes)

    return make


async def test_bots_meet_in_a_room_draw_and_hold_the_same(bot, party):
    room = room_address()
    sessions = []
    first = await take_part(
        Task(bot(), room=room, draw=(element("a"), element("b"))), joined=sessions.append
    )
    assert sessions == [first.session]
    ana = await party("ana")
    await ana.enter(room)
    board = await ana.share(room)
    second = await take_part(Task(bot(), room=room, draw=(element("c"),)))
    assert second.session == board.session
    assert second.document.c14n() == board.document.c14n()
    assert second.participants == (ana.name,)
    assert drawn(board) == ["c"]


async def test_a_bot_goes_on_with_the_board_that_another_has_left(bot, tmp_path):
    room, log = room_address(), tmp_path / "board.xml"
    first = await take_part(Task(bot(), room=room, draw=(element("a"),)))
    second = await take_part(Task(bot(), room=room, draw=(element("b"),), record=log))
    assert second.session == first.session
    with log.open("rb") as file:
        reader = LogReader(file)
        document = Document(second.session, "reader", "Reader01")
        document.receive(message.batch for message in reader)
    assert document.c14n() == second.document.c14n() != first.document.c14n()


async def test_a_recorded_log_rebuilds_the_document(bot, party, tmp_path):
    room = room_address()
    ana = await party("ana")
    await ana.enter(room)
    board = await ana.share(room)
    draw(board, id="early")
    log = tmp_path / "board.xml"
    joined = asyncio.Event()
    task = Task(bot(), room=room, draw=(element("bots"),), record=log)
    running = asyncio.ensure_future(take_part(task, joined=lambda _: joined.set()))
    await joined.wait()
    draw(board, id="late")
    outcome = await running
    with log.open("rb") as file:
        reader = LogReader(file)
        messages = list(reader)
        identity = reader.header.description.identity
    replayed = Document(outcome.document.session, outcome.document.party, outcome.document.replica)
    replayed.receive([m.batch if m.sender is None else _with_party(m, identity) for m in messages])
    assert replayed.c14n() == outcome.document.c14n() == board.document.c14n()


def _with_party(message, identity):
    return replace(message.batch, party=identity.party(message.sender))


async def test_two_bots_that_never_met_draw_one_to_one(bot):
    inviter, invited = bot(), bot()
    waiting = asyncio.ensure_future(
        take_part(Task(invited, accept=True, until=Until.CLOSED, draw=(element("theirs"),)))
    )
    outcome = await take_part(Task(inviter, contact=invited.address, draw=(element("mine"),)))
    other = await asyncio.wait_for(waiting, 20)
    assert other.session == outcome.session
    assert other.document.c14n() == outcome.document.c14n()
    assert b"mine" in other.document.c14n()
    assert b"theirs" in other.document.c14n()


async def test_an_invitation_that_a_person_declines_is_named(bot, party):
    ana = await party("ana")
    inviting = asyncio.ensure_future(take_part(Task(bot(), contact=ana.address)))
    await ana.until(lambda: ana.people.requests)
    ana.people.answer_request(ana.people.requests[0].address, allow=True)
    await ana.until(lambda: ana.boards.invitations)
    ana.boards.decline(ana.boards.invitations[0].id)
    with pytest.raises(HeadlessError, match="declined"):
        await inviting


@pytest.mark.parametrize(
    ("changes", "text"),
    [({"password": "wrong"}, "password"), ({"host": "no-such-host.invalid"}, "no server")],
)
async def test_what_goes_wrong_is_one_sentence(bot, changes, text):
    with pytest.raises(HeadlessError, match=text):
        await take_part(Task(bot(**changes), room=room_address()))


async def test_a_board_that_does_not_run_is_named(bot):
    with pytest.raises(HeadlessError, match="does not run"):
        await take_part(Task(bot(), room=room_address(), session="nowhere", patience=1))


async def test_bots_share_a_page_and_a_window_says_that_it_cannot_show_it(bot, party):
    room = room_address()
    page = LiteralElement("http://www.w3.org/1999/xhtml", "p", (), ("Hello",))
    joined = asyncio.Event()
    stop = asyncio.Event()
    first = asyncio.ensure_future(
        take_part(
            Task(bot(), room=room, application=XHTML, draw=(page,), until=Until.CLOSED),
            joined=lambda _: joined.set(),
            stop=stop,
        )
    )
    await asyncio.wait_for(joined.wait(), 30)
    second = await take_part(Task(bot(), room=room))
    assert second.application is XHTML
    assert b"Hello" in second.document.serialise()
    ana = await party("ana")
    await ana.enter(room)
    await ana.until(lambda: ana.room(room).boards)
    board = ana.boards.join_in_room(room, second.session)
    await ana.until(lambda: board.state is BoardState.ENDED)
    assert "Page (XHTML)" in board.problem
    stop.set()
    assert (await first).document.c14n() == second.document.c14n()


async def test_a_bot_that_draws_what_is_not_valid_is_told(bot, party):
    room = room_address()
    ana = await party("ana")
    await ana.enter(room)
    board = await ana.share(room)
    seen = []
    board.not_shown.subscribe(seen.append)
    script = LiteralElement(SVG, "script", (), ("alert(1)",))
    told = await take_part(Task(bot(), room=room, draw=(element("a"), script)))
    assert told.rejected == 1
    assert told.document.c14n() == board.document.c14n()
    (what,) = seen
    assert not what.sender.me
