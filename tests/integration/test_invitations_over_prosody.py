"""Invitations over a real server: strangers, floods, reasons, what does not belong together."""

from __future__ import annotations

import asyncio
import xml.etree.ElementTree as ET

import pytest
from slixmpp.exceptions import IqError

from tests.helpers.drawing import draw
from tests.helpers.prosody import needs_prosody, on_both_servers, room_address, until_same
from tests.integration.test_boards_over_prosody import invited, one_to_one, pair
from whiteboard.im.people import RoomState
from whiteboard.session.boards import BoardState, InvitationState
from whiteboard.transport.gate import MOST_IN_TIME, MOST_OF_ONE
from whiteboard.wire.description import write_jingle
from whiteboard.wire.messages import Description, Initiate, Reason, Terminate

pytestmark = [pytest.mark.prosody, needs_prosody, on_both_servers]

JINGLE = "urn:xmpp:jingle:1"


def device(one) -> str:
    """The full address of somebody's program."""
    return one.people.connection.account.jid


async def request(one, other, element: ET.Element):
    """A Jingle request by hand, as a program with other manners would send it."""
    return await one.people.connection.account.stream.jingle.request(device(other), element)


def initiate(one, session: str, name: str = "Plan", host: str = "") -> ET.Element:
    me = device(one)
    description = Description(creator=one.address, name=name)
    return write_jingle(Initiate(session, me, host or me, description))


async def condition_of(awaitable) -> str:
    with pytest.raises(IqError) as refused:
        await awaitable
    return refused.value.condition


def reason_of(one) -> Reason | None:
    return one.boards.invitations[0].reason


async def until_over(one, state: InvitationState) -> None:
    await one.until(lambda: one.boards.invitations[0].state is state)


async def test_who_is_no_contact_learns_nothing_from_somebody_who_is_asked_by_contacts_only(party):
    ana, eve = [await party(name) for name in ("ana", "eve")]
    ana.preferences["invitations"] = "contacts"
    assert await condition_of(request(eve, ana, initiate(eve, "s1"))) == "service-unavailable"
    assert not ana.boards.invitations
    ana.preferences["invitations"] = "ask"
    await request(eve, ana, initiate(eve, "s1"))
    assert [(row.known, row.board) for row in ana.boards.invitations] == [(False, "Plan")]


async def test_who_takes_no_invitations_is_busy_for_contacts_and_not_there_for_strangers(party):
    ana, ben = await pair(party)
    eve = await party("eve")
    ben.preferences["invitations"] = "never"
    ana.boards.invite(ana.boards.new_board("Plan"), ben.address)
    await until_over(ana, InvitationState.DECLINED)
    assert reason_of(ana) is Reason.BUSY
    assert not ben.boards.invitations
    assert await condition_of(request(eve, ben, initiate(eve, "s1"))) == "service-unavailable"


async def test_a_flood_of_invitations_is_refused_and_counted_and_the_next_person_gets_through(
    party,
):
    ana, ben = await pair(party)
    eve = await party("eve")
    for number in range(MOST_OF_ONE + 4):
        sent = request(eve, ana, initiate(eve, f"flood{number}"))
        if number < MOST_OF_ONE:
            await sent
        else:
            assert await condition_of(sent) == "resource-constraint"
    assert len(ana.boards.invitations) == MOST_OF_ONE
    assert ana.boards.turned_away == 4
    ben.boards.invite(ben.boards.new_board("Plan"), ana.address)
    await ana.until(lambda: ana.boards.invitations[0].address == ben.address)
    for row in ana.boards.invitations:
        ana.boards.decline(row.id)
    assert ana.boards.turned_away == 0


async def test_who_invites_again_and_again_is_not_heard_for_a_while(party):
    ana, eve = [await party(name) for name in ("ana", "eve")]
    for number in range(MOST_IN_TIME):
        await request(eve, ana, initiate(eve, f"again{number}"))
        ana.boards.decline(ana.boards.invitations[0].id)
    assert await condition_of(request(eve, ana, initiate(eve, "more"))) == "resource-constraint"


async def test_an_invitation_that_is_repeated_is_one_row_and_an_answered_one_asks_anew(party):
    ana, eve = [await party(name) for name in ("ana", "eve")]
    for _ in range(3):
        await request(eve, ana, initiate(eve, "same"))
    (row,) = ana.boards.invitations
    ana.boards.decline(row.id)
    await request(eve, ana, initiate(eve, "same"))
    assert [one.state for one in ana.boards.invitations] == [
        InvitationState.OPEN,
        InvitationState.DECLINED,
    ]


async def test_the_id_of_a_session_that_is_somebody_elses_is_refused(party, tmp_path):
    ana, ben, eve = [await party(name) for name in ("ana", "ben", "eve")]
    await ana.befriend(ben)
    first, second = await one_to_one(ana, ben)
    assert await condition_of(request(eve, ana, initiate(eve, first.session))) == "conflict"
    draw(first, d="M1 1")
    await until_same(first, second)
    assert len(ana.boards.boards) == 1
    assert not [row for row in ana.boards.invitations if row.incoming]


async def test_the_id_of_a_board_on_disk_is_refused_to_strangers(party, tmp_path):
    ana = await party("ana", profile=tmp_path / "ana")
    ben, eve = [await party(name) for name in ("ben", "eve")]
    await ana.befriend(ben)
    first, second = await one_to_one(ana, ben)
    draw(first, d="M1 1")
    await until_same(first, second)
    session = first.session
    ana.boards.close(first)
    await ana.until(lambda: ana.boards.saved)
    assert await condition_of(request(eve, ana, initiate(eve, session))) == "conflict"


async def test_requests_about_a_session_that_nobody_knows_are_refused_by_name(party):
    ana, eve = [await party(name) for name in ("ana", "eve")]
    goodbye = write_jingle(Terminate("none", Reason.SUCCESS))
    with pytest.raises(IqError) as refused:
        await request(eve, ana, goodbye)
    assert refused.value.condition == "item-not-found"
    unknown = "{urn:xmpp:jingle:errors:1}unknown-session"
    assert refused.value.iq.xml.find(f".//{unknown}") is not None


@pytest.mark.parametrize(
    ("description", "transport", "reason"),
    [
        ("urn:xmpp:jingle:apps:rtp:1", "urn:xmpp:jingle:transports:ice-udp:1", "applications"),
        ("urn:xmpp:jingle:apps:poem", "urn:xmpp:jingle:transports:sxe", "applications"),
        ("urn:xmpp:jingle:apps:svg", "urn:xmpp:jingle:transports:ibb:1", "transports"),
    ],
)
async def test_what_is_not_spoken_here_is_declined_with_what_is_missing(
    party, description, transport, reason
):
    ana, eve = [await party(name) for name in ("ana", "eve")]
    answer: asyncio.Future[ET.Element] = asyncio.get_running_loop().create_future()
    eve.people.connection.account.stream.jingle.consumer = lambda _, jingle: answer.set_result(
        jingle.xml
    )
    jingle = ET.Element(f"{{{JINGLE}}}jingle", action="session-initiate", sid="s1")
    content = ET.SubElement(jingle, f"{{{JINGLE}}}content", creator="initiator", name="c")
    ET.SubElement(content, f"{{{description}}}description")
    ET.SubElement(content, f"{{{transport}}}transport")
    await request(eve, ana, jingle)
    said = await asyncio.wait_for(answer, 10)
    assert (said.get("action"), said.get("sid")) == ("session-terminate", "s1")
    assert said.find(f"{{{JINGLE}}}reason/{{{JINGLE}}}unsupported-{reason}") is not None
    assert not ana.boards.invitations


async def test_who_draws_with_the_inviter_already_may_offer_to_go_on_there(party):
    ana, ben = await pair(party)
    first, second = await one_to_one(ana, ben)
    ana.boards.invite(ana.boards.new_board("Other"), ben.address)
    await ben.until(lambda: len(ben.boards.invitations) == 2)
    row = ben.boards.invitations[0]
    assert (row.board, row.running) == ("Other", "Plan")
    assert ben.boards.use_running(row.id) is second
    await until_over(ana, InvitationState.DECLINED)
    mine = ana.boards.invitations[0]
    assert (mine.reason, mine.alternative) == (Reason.ALTERNATIVE_SESSION, first.session)


async def test_a_preferred_session_that_is_not_open_here_is_not_offered(party):
    ana, ben = await pair(party)
    board, _ = await invited(ana, ben)
    goodbye = Terminate(board.session, Reason.ALTERNATIVE_SESSION, "", "never heard of")
    await request(ben, ana, write_jingle(goodbye))
    await until_over(ana, InvitationState.DECLINED)
    assert ana.boards.invitations[0].alternative == ""


@pytest.mark.parametrize("reason", list(Reason))
async def test_every_reason_of_jingle_ends_an_invitation_and_is_known(party, reason):
    ana, ben = await pair(party)
    board, _ = await invited(ana, ben)
    await request(ben, ana, write_jingle(Terminate(board.session, reason)))
    assert ana.boards.invitations[0].state is not InvitationState.OPEN
    assert reason_of(ana) is reason
    assert board.state is BoardState.LIVE


async def test_an_invitation_to_a_board_in_a_group_chat_leads_there(party):
    ana, ben = await pair(party)
    room = room_address()
    await ana.enter(room)
    first = await ana.share(room, "Plan")
    ana.boards.invite(first, ben.address)
    await ben.until(lambda: ben.boards.invitations)
    (row,) = ben.boards.invitations
    assert (row.room, row.room_name, row.board) == (room, "", "Plan")
    second = ben.boards.accept(row.id)
    await ben.until_live(second)
    draw(second, d="M1 1")
    await until_same(first, second)
    assert second.place == room
    await ana.until(lambda: ana.boards.invitations[0].state is InvitationState.ACCEPTED)

    # Who is on it already is not asked again.
    ana.boards.invite(first, ben.address)
    await until_over(ana, InvitationState.DECLINED)
    assert reason_of(ana) is Reason.ALTERNATIVE_SESSION
    assert len(ben.boards.boards) == len(ben.boards.invitations) == 1

    # Who is in the group chat sees its name.
    cleo = await party("cleo")
    await ana.befriend(cleo)
    await cleo.enter(room)
    ana.boards.invite(first, cleo.address)
    await cleo.until(lambda: cleo.boards.invitations)
    assert cleo.boards.invitations[0].room_name == cleo.room(room).name != ""


async def test_who_is_invited_to_a_board_in_a_members_only_group_chat_can_enter_it(party):
    ana, ben = await pair(party)
    room = room_address()
    ana.people.create_room(room, members_only=True)
    await ana.until(lambda: ana.room(room).state is RoomState.IN)
    first = await ana.share(room)
    ana.boards.invite(first, ben.address)
    await ben.until(lambda: ben.boards.invitations)
    second = ben.boards.accept(ben.boards.invitations[0].id)
    await ben.until_live(second)
    await until_same(first, second)


async def test_who_ends_the_program_before_answering_is_gone(party):
    ana, ben = await pair(party)
    await invited(ana, ben)
    ben.boards.close_all()
    await until_over(ana, InvitationState.GONE)
    assert reason_of(ana) is Reason.GONE
