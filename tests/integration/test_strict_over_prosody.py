"""Strict sessions over a real server, with a client that only knows XEP-0284."""

from __future__ import annotations

import asyncio
import contextlib
import sys

import pytest

from tests.helpers.bare_sxe import SVG, Bare
from tests.helpers.drawing import draw
from tests.helpers.prosody import (
    PASSWORD,
    needs_prosody,
    on_both_servers,
    room_address,
    same_document,
    unique,
    until,
    until_same,
)
from whiteboard.model.changes import Origin
from whiteboard.model.ids import SessionId
from whiteboard.model.ops import Kind, LiteralElement, New, Remove, Set
from whiteboard.session.boards import BoardState
from whiteboard.session.replay_strict import replay_strict
from whiteboard.wire.log import LogHeader
from whiteboard.wire.messages import Mode

from .test_killed_over_prosody import recovered

pytestmark = [pytest.mark.prosody, needs_prosody, on_both_servers]


@pytest.fixture
async def bare(server):
    """Makes signed-in clients that only know the XEP."""
    made = []

    async def make(name):
        name = unique(name)
        server.add_account(name, PASSWORD)
        client = Bare(f"{name}@{server.domain}", PASSWORD)
        made.append(client)
        client.connect("127.0.0.1", server.port)
        async with asyncio.timeout(10):
            await client.ready.wait()
        return client

    yield make
    for client in made:
        await client.disconnect()


def shape(client, parent, **attributes):
    """A `new` for a rectangle and for each attribute."""
    rid = client.rid()
    made = [New(rid, Kind.ELEMENT, parent, 50.0, SVG, "rect")]
    made += [
        New(client.rid(), Kind.ATTRIBUTE, rid, 0.0, None, name, value)
        for name, value in attributes.items()
    ]
    return made


def set_attribute(board, rid, name, value):
    with board.document.transact(Origin.LOCAL) as edit:
        edit.set_attribute(rid, name, value)


async def all_same(boards, clients, seconds=20):
    """All of ours and all bare ones show the same, which stays so while timers run."""

    def equal():
        return same_document(*boards) and all(c.c14n == boards[0].document.c14n() for c in clients)

    async with asyncio.timeout(seconds):
        quiet = 0
        while quiet < 10:  # longer than the quiet time of what is asserted again
            await asyncio.sleep(0.1)
            quiet = quiet + 1 if equal() else 0


async def test_two_of_ours_and_two_that_only_know_the_xep_draw_in_a_room(party, bare):
    ana, ben, cleo = [await party(name) for name in ("ana", "ben", "cleo")]
    tom = await bare("tom")
    room = room_address()
    await ana.enter(room)
    tom.enter(room, "tom")
    await ana.until(lambda: any(o.can_draw and o.nick == "tom" for o in ana.room(room).occupants))

    first = ana.boards.new_board("Plan")
    log = []
    first.persisted.subscribe(lambda effect: log.extend(effect.strict))
    ana.boards.share_in_room(first, room)
    await ana.until_live(first)
    assert first.is_plain

    await ben.enter(room)
    second = await ben.join(room, first.session)
    tom.connect_to(first.session)
    await tom.until(lambda: tom.has_state)
    root = first.document.root
    tom.edit(*shape(tom, root, x="1", fill="red", id="of-tom"))
    mine = draw(first, "rect", id="of-ana", fill="red")
    draw(second, "circle", id="of-ben", r="3")
    await until_same(first, second)
    await all_same([first, second], [tom])
    assert len(first.document.children(root)) == 3

    # Three give one attribute another colour at once: all are undone, one is asserted again.
    record = first.document.attribute_record(mine, "fill")
    tom.edit(Set(record, tom.version(record), chdata="green"))
    set_attribute(first, mine, "fill", "blue")
    set_attribute(second, mine, "fill", "black")
    await all_same([first, second], [tom])

    # Moves and removes, two of them of one thing.
    theirs = next(r for r in first.document.children(root) if r.startswith("bare-"))
    with first.document.transact(Origin.LOCAL, "Group") as edit:
        group = edit.add(root, LiteralElement(SVG, "g"))
        edit.move(theirs, group)
    await all_same([first, second], [tom])
    tom.edit(Set(theirs, tom.version(theirs), parent=root, weight=0.5))
    with second.document.transact(Origin.LOCAL, "Delete") as edit:
        edit.trash(group)
    await all_same([first, second], [tom])

    # Late joiners of both kinds, in the middle of edits.
    uma = await bare("uma")
    uma.enter(room, "uma")
    await cleo.enter(room)
    for x in range(10):
        draw(first, "rect", x=str(x))
        draw(second, "rect", y=str(x))
    third = await cleo.join(room, first.session)
    uma.connect_to(first.session)
    set_attribute(first, mine, "x", "5")
    await uma.until(lambda: uma.has_state)
    draw(third, "ellipse", rx="2")
    uma.edit(*shape(uma, root, y="7"))
    tom.edit(Remove(tom.find("id", "of-ana")))
    await all_same([first, second, third], [tom, uma], seconds=30)

    # What was kept, replayed, is the same document.
    header = LogHeader(SessionId(first.session), Mode.STRICT)
    assert replay_strict(log, header).c14n() == first.document.c14n()


async def test_one_to_one_invited_by_a_client_that_only_knows_the_xep(party, bare):
    ana = await party("ana")
    tom = await bare("tom")
    session = unique("session")
    root = New("~root", Kind.ELEMENT, "", 0.0, SVG, "svg")
    tom.begin(session, root, *shape(tom, "~root", x="1", fill="red"))
    tom.invite(str(ana.people.connection.me.address), session)
    await ana.until(lambda: ana.boards.invitations)
    board = ana.boards.accept(ana.boards.invitations[0].id)
    await ana.until_live(board)
    assert board.is_plain
    assert len(board.document.children("~root")) == 1

    mine = draw(board, "circle", r="5", id="mine")
    await tom.until(lambda: b"mine" in tom.c14n)
    record = board.document.attribute_record(mine, "r")
    tom.edit(Set(record, tom.version(record), chdata="6"))
    set_attribute(board, mine, "r", "7")
    tom.edit(*shape(tom, "~root", y="2"))
    await all_same([board], [tom])
    tom.edit(Remove(record), Remove(board.document.attribute_record(mine, "id")), Remove(mine))
    await all_same([board], [tom])
    assert len(board.document.children("~root")) == 2


async def test_one_to_one_a_client_that_only_knows_the_xep_is_invited_to_a_strict_board(
    party, bare
):
    ana = await party("ana")
    tom = await bare("tom")
    address = str(tom.boundjid.bare)
    ana.people.add_contact(address)
    await ana.until(
        lambda: any(c.address == address and c.can_draw for c in ana.people.contacts), 15
    )
    board = ana.boards.new_board("Plan")
    shape_ = draw(board, "rect", x="1")
    ana.boards.invite(board, address)
    await tom.until(lambda: tom.has_state)
    assert board.is_plain
    assert board.state is BoardState.LIVE
    (shape_,) = board.document.children(board.document.root)
    record = board.document.attribute_record(shape_, "x")
    tom.edit(Set(record, 1, chdata="2"))
    await until(board.document.on_commit, lambda: board.document.attribute(shape_, "x") == "2")
    draw(board, "circle", r="1")
    await all_same([board], [tom])


async def test_a_strict_board_comes_back_from_its_journal_and_goes_on(party, bare, tmp_path):
    ben = await party("ben", profile=tmp_path)
    tom = await bare("tom")
    room = room_address()
    await ben.enter(room)
    tom.enter(room, "tom")
    await ben.until(lambda: any(o.can_draw and o.nick == "tom" for o in ben.room(room).occupants))
    board = await ben.share(room)
    tom.connect_to(board.session)
    await tom.until(lambda: tom.has_state)
    kept = draw(board, "rect", id="before", fill="red")
    record = board.document.attribute_record(kept, "fill")
    await tom.until(lambda: b"before" in tom.c14n)
    tom.edit(Set(record, 1, chdata="blue"))
    await until(board.document.on_commit, lambda: board.document.attribute(kept, "fill") == "blue")
    shown = board.document.c14n()
    await ben.network.close()

    again = await party("ben", profile=tmp_path, again=ben.name, sign_in=False)
    board = await recovered(again)
    assert board.is_plain
    assert board.document.c14n() == shown
    draw(board, "circle", id="offline")
    await again.sign_in()
    await again.enter(room)
    await again.until_live(board)
    draw(board, "circle", id="after")
    tom.edit(Set(record, tom.version(record), chdata="green"))
    await all_same([board], [tom])
    assert len(board.document.children(board.document.root)) == 3


async def skips_one(tom, record):
    """Tom says the second edit of a record before the first; what the host says to that."""
    said = len(tom.refused)
    tom.edit(Set(record, tom.version(record) + 1, chdata="far"))
    await tom.until(lambda: len(tom.refused) > said)
    return tom.refused[-1]


async def test_s6_the_host_of_a_window_refuses_what_arrives_out_of_order_also_after_a_restart(
    party, bare, tmp_path
):
    ben = await party("ben", profile=tmp_path)
    tom = await bare("tom")
    room = room_address()
    await ben.enter(room)
    tom.enter(room, "tom")
    await ben.until(lambda: any(o.can_draw and o.nick == "tom" for o in ben.room(room).occupants))
    board = await ben.share(room)
    assert board.is_plain
    assert board.is_host
    tom.connect_to(board.session)
    await tom.until(lambda: tom.has_state)
    first, second = (draw(board, "rect", id=name, fill="red") for name in ("one", "two"))
    records = [board.document.attribute_record(rid, "fill") for rid in (first, second)]
    await tom.until(lambda: b"two" in tom.c14n)

    board.require_order(True)
    refusal = await skips_one(tom, records[0])
    assert refusal["expected"] == f"{records[0]}:1"
    assert refusal["reason"] == "out-of-order"
    assert board.document.attribute(first, "fill") == "red"
    assert not board.document.waiting
    await ben.network.close()

    again = await party("ben", profile=tmp_path, again=ben.name, sign_in=False)
    board = await recovered(again)
    assert board.requires_order
    await again.sign_in()
    await again.enter(room)
    await again.until_live(board)
    assert (await skips_one(tom, records[1]))["expected"] == f"{records[1]}:1"


async def test_s6_a_participant_without_windows_refuses_it_if_its_command_line_says_so(
    server, party, bare, tmp_path
):
    ana, tom, bot = await party("ana"), await bare("tom"), unique("bot")
    server.add_account(bot, PASSWORD)
    room = room_address()
    await ana.enter(room)
    tom.enter(room, "tom")
    await ana.until(lambda: any(o.can_draw and o.nick == "tom" for o in ana.room(room).occupants))
    password, drawing = tmp_path / "password", tmp_path / "one.svg"
    password.write_text(PASSWORD)
    drawing.write_text(f"<svg xmlns='{SVG}'><rect id='mine' fill='red'/></svg>")
    words = ["join", f"xmpp:{room}?join", "--require-order", "--draw", str(drawing)]
    words += ["--jid", f"{bot}@{server.domain}", "--password-file", str(password)]
    words += ["--server", f"127.0.0.1:{server.port}", "--allow-plaintext", "--until", "closed"]
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "whiteboard", *words, stdout=asyncio.subprocess.PIPE
    )
    try:
        session = (await asyncio.wait_for(process.stdout.readline(), 60)).decode().strip()
        tom.connect_to(session)
        await tom.until(lambda: tom.has_state and b"mine" in tom.c14n)
        record = tom.find("fill", "red")
        assert (await skips_one(tom, record))["expected"] == f"{record}:1"
    finally:
        with contextlib.suppress(ProcessLookupError):  # it has ended by itself
            process.terminate()
        await process.wait()


async def test_a_guest_of_a_client_that_only_knows_the_xep_starts_again_and_goes_on(
    party, bare, tmp_path
):
    ana = await party("ana", profile=tmp_path)
    tom = await bare("tom")
    session = unique("session")
    root = New("~root", Kind.ELEMENT, "", 0.0, SVG, "svg")
    tom.begin(session, root, *shape(tom, "~root", x="1", fill="red"))
    tom.invite(str(ana.people.connection.me.address), session)
    await ana.until(lambda: ana.boards.invitations)
    board = ana.boards.accept(ana.boards.invitations[0].id)
    await ana.until_live(board)
    draw(board, "circle", r="5", id="before")
    await tom.until(lambda: b"before" in tom.c14n)
    await ana.network.close()
    tom.edit(*shape(tom, "~root", id="meanwhile"))

    again = await party("ana", profile=tmp_path, again=ana.name, sign_in=False)
    board = await recovered(again)
    assert board.state is BoardState.OFFLINE
    draw(board, "circle", r="6", id="offline")
    await again.sign_in()
    await again.until_live(board)
    await all_same([board], [tom])
    ids = {board.document.attribute(rid, "id") for rid in board.document.children("~root")}
    assert ids == {None, "before", "meanwhile", "offline"}
    tom.edit(*shape(tom, "~root", id="live"))
    draw(board, "circle", r="7", id="live too")
    await all_same([board], [tom])
