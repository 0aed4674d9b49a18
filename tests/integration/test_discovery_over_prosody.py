"""Who sees which boards (XEP-0228 2.7.3 and 2.7.4), and asking to be let in, over a real server."""

from __future__ import annotations

import asyncio
import xml.etree.ElementTree as ET

import pytest
from slixmpp.exceptions import IqError

from tests.helpers.drawing import draw
from tests.helpers.prosody import needs_prosody, on_both_servers, room_address, until_same
from tests.integration.test_boards_over_prosody import one_to_one, pair
from whiteboard.session.boards import BoardState, InvitationState, KnownBoard, Visibility
from whiteboard.transport import announcing, looking
from whiteboard.transport.announcing import DOCUMENTS, ITEMS, boards_in
from whiteboard.wire.codec import encode
from whiteboard.wire.messages import Connect, Reason

pytestmark = [pytest.mark.prosody, needs_prosody]


INFO = "http://jabber.org/protocol/disco#info"


async def features(one, other) -> set[str]:
    """What somebody's client answers to disco#info."""
    connection = one.people.connection
    iq = connection.account.stream.make_iq_get(ito=other.people.connection.account.jid)
    ET.SubElement(iq.xml, f"{{{INFO}}}query")
    answer = await connection.account.request(iq)
    return {feature.get("var", "") for feature in answer.xml.iter(f"{{{INFO}}}feature")}


@on_both_servers
async def test_a_client_says_that_it_can_draw_and_what_it_can_show(party):
    ana, ben = await pair(party)
    assert {
        "urn:xmpp:sxe:0",
        "urn:xmpp:jingle:transports:sxe",
        "urn:xmpp:jingle:apps:svg",
    } <= await features(ana, ben)
    assert "urn:xmpp:jingle:apps:xhtml" not in await features(ana, ben)
    assert ana.contact(ben).can_draw


def show(one, visibility: Visibility) -> None:
    one.preferences["show_boards"] = visibility.value
    one.boards.wishes_changed()


async def items(one, other, node: str = "") -> list[tuple[str, str]]:
    """What somebody's client answers to disco#items: (node, name)."""
    connection = one.people.connection
    iq = connection.account.stream.make_iq_get(ito=other.people.connection.account.jid)
    query = ET.SubElement(iq.xml, f"{{{ITEMS}}}query")
    if node:
        query.set("node", node)
    answer = await connection.account.request(iq)
    return [(item.get("node"), item.get("name")) for item in answer.xml.iter(f"{{{ITEMS}}}item")]


async def documents(one, other) -> list[str]:
    """Names of the boards that `other` shows `one`."""
    answer: asyncio.Future[list[str]] = asyncio.get_running_loop().create_future()
    one.boards.boards_of(
        other.address, lambda found: answer.set_result([board.name for board in found])
    )
    return await asyncio.wait_for(answer, 10)


async def shown_on(one, other) -> list[str]:
    return [board.name for board in one.contact(other).boards]


@on_both_servers
async def test_boards_are_shown_to_nobody_until_the_person_says_so(party):
    ana, ben = await pair(party)
    cleo = await party("cleo")
    await ana.befriend(cleo)
    first, _ = await one_to_one(ana, ben)
    assert await items(cleo, ana) == []
    with pytest.raises(IqError) as refused:
        await items(cleo, ana, DOCUMENTS)
    assert refused.value.condition == "item-not-found"
    assert await documents(cleo, ana) == []
    assert cleo.contact(ana).boards == ()

    show(ana, Visibility.CONTACTS)
    await cleo.until(lambda: cleo.contact(ana).boards)
    assert [board.name for board in cleo.contact(ana).boards] == ["Plan"]
    assert [name for _, name in await items(cleo, ana)] == ["Plan"]

    first.rename("Garden")
    await cleo.until(lambda: cleo.contact(ana).boards[0].name == "Garden")
    show(ana, Visibility.NOBODY)
    await cleo.until(lambda: not cleo.contact(ana).boards)


@on_both_servers
async def test_contacts_see_what_strangers_do_not_unless_everyone_may(party):
    ana, ben = await pair(party)
    eve = await party("eve")
    await one_to_one(ana, ben)
    show(ana, Visibility.CONTACTS)
    assert await items(eve, ana) == []
    with pytest.raises(IqError):
        await items(eve, ana, DOCUMENTS)
    assert len(await items(ben, ana, DOCUMENTS)) == 1
    show(ana, Visibility.EVERYONE)
    assert len(await items(eve, ana)) == len(await items(eve, ana, DOCUMENTS)) == 1
    with pytest.raises(IqError):
        await items(ben, ana, "no such node")


@on_both_servers
async def test_boards_of_group_chats_are_not_told_in_presence(party):
    ana, ben = await pair(party)
    show(ana, Visibility.EVERYONE)
    room = room_address()
    await ana.enter(room)
    await ana.share(room, "Secret")
    first, _ = await one_to_one(ana, ben)
    await ben.until(lambda: ben.contact(ana).boards)
    assert [board.session for board in ben.contact(ana).boards] == [first.session]


@on_both_servers
async def test_who_asks_to_join_is_let_in_and_the_board_opens(party):
    ana, ben = await pair(party)
    cleo = await party("cleo")
    await ana.befriend(cleo)
    first, second = await one_to_one(ana, ben)
    show(ana, Visibility.CONTACTS)
    await cleo.until(lambda: cleo.contact(ana).boards)
    running = cleo.contact(ana).boards[0]
    arrived = []
    cleo.boards.arrived.subscribe(arrived.append)
    cleo.boards.ask_to_join(ana.address, KnownBoard(running.session, running.name))
    mine = cleo.boards.invitations[0]
    assert (mine.is_request, mine.state) == (True, InvitationState.OPEN)
    await ana.until(lambda: any(row.is_request for row in ana.boards.invitations))
    row = next(row for row in ana.boards.invitations if row.is_request)
    assert (row.address, row.board, row.incoming) == (cleo.address, "Plan", True)
    assert ana.boards.let_in(row.id) is first
    await cleo.until(lambda: arrived)
    await cleo.until_live(arrived[0])
    draw(arrived[0], d="M1 1")
    await until_same(first, second, arrived[0])
    assert not cleo.boards.invitations


@on_both_servers
async def test_who_is_not_let_in_is_told(party):
    ana, ben = await pair(party)
    cleo = await party("cleo")
    await ana.befriend(cleo)
    first, _ = await one_to_one(ana, ben)
    show(ana, Visibility.CONTACTS)
    cleo.boards.ask_to_join(ana.address, KnownBoard(first.session, "Plan"))
    await ana.until(lambda: any(row.is_request for row in ana.boards.invitations))
    row = next(row for row in ana.boards.invitations if row.is_request)
    ana.boards.decline(row.id)
    await cleo.until(lambda: cleo.boards.invitations[0].state is InvitationState.DECLINED)
    assert cleo.boards.invitations[0].reason is Reason.DECLINE
    assert len(first.participants) == 2


@on_both_servers
async def test_an_uninvited_connect_is_not_even_shown_where_boards_are_not(party):
    ana, ben = await pair(party)
    eve = await party("eve")
    first, second = await one_to_one(ana, ben)
    for victim in (ana, ben):
        stream = eve.people.connection.account.stream
        message = stream.make_message(mto=victim.people.connection.account.jid, mtype="chat")
        message.xml.extend(encode(Connect(first.session)))
        message.send()
    draw(second, d="M2 2")
    await until_same(first, second)
    await items(eve, ana)  # behind what was sent before
    await items(eve, ben)
    assert not [row for row in ana.boards.invitations if row.is_request]
    assert not [row for row in ben.boards.invitations if row.is_request]
    assert len(first.participants) == len(second.participants) == 2


@on_both_servers
async def test_a_board_of_an_earlier_time_is_asked_for_and_opened_for_both(party, tmp_path):
    ana = await party("ana", profile=tmp_path / "ana")
    ben, cleo = [await party(name) for name in ("ben", "cleo")]
    await ana.befriend(ben)
    await ana.befriend(cleo)
    first, second = await one_to_one(ana, ben)
    draw(first, d="M3 3")
    await until_same(first, second)
    session = first.session
    ana.boards.close(first)
    await ana.until(lambda: ana.boards.saved)
    show(ana, Visibility.CONTACTS)
    assert await items(cleo, ana) == []
    assert await documents(cleo, ana) == ["Plan"]

    opened, arrived = [], []
    ana.boards.arrived.subscribe(opened.append)
    cleo.boards.arrived.subscribe(arrived.append)
    cleo.boards.ask_to_join(ana.address, KnownBoard(session, "Plan"))
    await ana.until(lambda: any(row.is_request for row in ana.boards.invitations))
    row = next(row for row in ana.boards.invitations if row.is_request)
    assert ana.boards.let_in(row.id) is None
    await cleo.until(lambda: arrived)
    await cleo.until_live(arrived[0])
    await until_same(opened[0], arrived[0])
    assert opened[0].state is BoardState.LIVE


@on_both_servers
async def test_an_answer_of_any_length_is_read_up_to_a_limit(party, monkeypatch):
    ana, eve = await pair(party, "ana", "eve")
    show(eve, Visibility.EVERYONE)
    for module in (announcing, looking):
        monkeypatch.setattr(module, "MOST_ITEMS", 20)
    many = [KnownBoard(f"s{n}", "x" * 300) for n in range(30)]
    monkeypatch.setattr(eve.boards, "items_for", lambda _address, _node: many)
    found = await documents(ana, eve)
    assert len(found) == 20
    assert {len(name) for name in found} == {200}


def test_items_of_other_kinds_are_left_out():
    answer = ET.Element("iq")
    query = ET.SubElement(answer, f"{{{ITEMS}}}query")
    for node in (None, "", "other", announcing.SESSION, announcing.SESSION + "s" * 2000):
        item = ET.SubElement(query, f"{{{ITEMS}}}item", jid="x@y")
        if node is not None:
            item.set("node", node)
    ET.SubElement(query, f"{{{ITEMS}}}item", node=announcing.SESSION + "s1", name="  two\nlines ")
    assert boards_in(answer) == (KnownBoard("s1", "two lines"),)
