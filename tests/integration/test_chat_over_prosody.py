"""Text chat on a real server, between windows' networks and a client that knows no boards."""

from __future__ import annotations

import pytest

from tests.helpers.drawing import draw
from tests.helpers.plain_chat import PlainChat
from tests.helpers.prosody import (
    PASSWORD,
    needs_prosody,
    on_both_servers,
    room_address,
    unique,
    until,
)
from tests.helpers.proxy import Proxy
from whiteboard.im.chat import MAX_TEXT, Delivery
from whiteboard.im.people import RoomState

pytestmark = [pytest.mark.prosody, needs_prosody, on_both_servers]


@pytest.fixture
async def plain(server):
    """A friend with another client."""
    name = unique("friend")
    server.add_account(name, PASSWORD)
    client = PlainChat(f"{name}@{server.domain}", PASSWORD)
    await client.sign_in(server.port)
    yield client
    client.disconnect(wait=0.5)
    await client.disconnected


async def until_said(one, address, condition) -> None:
    await until(one.network.chats.changed, condition, 10)


def texts(one, address) -> list[str]:
    return [m.text for m in one.network.chats.conversation(address).messages]


async def test_a_room_talks_with_a_friend_whose_client_knows_no_boards(party, plain):
    ana, ben = [await party(name) for name in ("ana", "ben")]
    room = room_address()
    await ana.enter(room)
    await plain.enter(room, "Friend")
    plain.say(room, "groupchat", "before Ben came")
    chats = ana.network.chats
    await until_said(ana, room, lambda: texts(ana, room) == ["before Ben came"])
    chats.send(room, "hello\nall of you")
    await plain.until_heard("hello\nall of you")
    talk = chats.conversation(room)
    await until_said(ana, room, lambda: talk.messages[-1].delivery is Delivery.SENT)
    assert [m.me for m in talk.messages] == [False, True]
    assert talk.unread == 1
    await ben.enter(room)
    await until_said(ben, room, lambda: len(texts(ben, room)) == 2)
    history = ben.network.chats.conversation(room)
    assert [m.name for m in history.messages] == ["Friend", ana.name]
    assert history.unread == 0, "what was said before one came is no news"


async def test_corrections_actions_and_who_writes(party, plain):
    ana = await party("ana")
    room = room_address()
    await ana.enter(room)
    await plain.enter(room, "Friend")
    talk = ana.network.chats.conversation(room)
    states = "<composing xmlns='http://jabber.org/protocol/chatstates'/>"
    plain.say(room, "groupchat", "", states)
    await until_said(ana, room, lambda: talk.writing == ("Friend",))
    plain.say(room, "groupchat", "/me draws a lnie", id="typo")
    await until_said(ana, room, lambda: talk.messages)
    assert talk.writing == ()
    again = "<replace xmlns='urn:xmpp:message-correct:0' id='typo'/>"
    plain.say(room, "groupchat", "/me draws a line", again, id="right")
    await until_said(ana, room, lambda: talk.messages[0].is_corrected)
    assert (talk.messages[0].text, talk.messages[0].is_action) == ("draws a line", True)
    ana.network.chats.send(room, "frist")
    await plain.until_heard("frist")
    await until_said(ana, room, lambda: talk.messages[-1].delivery is Delivery.SENT)
    ana.network.chats.correct(room, talk.messages[-1].key, "first")
    corrected = await plain.until_heard("first")
    replaced = corrected.xml.find("{urn:xmpp:message-correct:0}replace")
    assert replaced is not None
    assert replaced.get("id") == talk.messages[-1].key
    assert [m.text for m in talk.messages] == ["draws a line", "first"]


async def test_one_to_one_goes_to_the_person_and_receipts_come_back(party, plain):
    ana, ben = [await party(name) for name in ("ana", "ben")]
    await ana.befriend(ben)
    ana.network.chats.send(ben.address, "do you have a minute?")
    await until_said(ben, ana.address, lambda: texts(ben, ana.address))
    talk = ana.network.chats.conversation(ben.address)
    await until_said(ana, ben.address, lambda: talk.messages[0].delivery is Delivery.RECEIVED)
    stranger = str(plain.boundjid.bare)
    plain.say(ana.address, "chat", "who are you?", "<request xmlns='urn:xmpp:receipts'/>", id="q1")
    await until_said(ana, stranger, lambda: texts(ana, stranger) == ["who are you?"])
    ana.network.chats.send(stranger, "Ana")
    answer = await plain.until_heard("Ana")
    assert answer["to"].bare == stranger
    receipts = [m for m in plain.heard if m.xml.find("{urn:xmpp:receipts}received") is not None]
    assert receipts == [], "a stranger does not learn that somebody is there"


async def test_what_others_send_is_made_harmless_and_bounded(party, plain):
    ana = await party("ana")
    room = room_address()
    await ana.enter(room)
    await plain.enter(room, "Evil")
    talk = ana.network.chats.conversation(room)
    for n in range(20):
        plain.say(room, "groupchat", f"{n} \u202e<b>not bold</b> " + "long " * 4000)
    await until_said(ana, room, lambda: len(talk.messages) == 20)
    assert all(len(m.text) <= MAX_TEXT + 10 for m in talk.messages)
    assert all("\u202e" not in m.text + m.name for m in talk.messages)
    assert talk.messages[0].text.startswith("0 <b>not bold</b> long")


async def test_what_is_said_while_cut_off_goes_out_later_and_news_count(server, party, plain):
    async with Proxy(server.port) as proxy:
        ana = await party("ana", port=proxy.port)
        room = room_address()
        await ana.enter(room)
        await plain.enter(room, "Friend")
        plain.say(room, "groupchat", "one")
        talk = ana.network.chats.conversation(room)
        await until_said(ana, room, lambda: len(talk.messages) == 1)
        talk.mark_read()
        board = await ana.share(room)
        proxy.refuse()
        proxy.cut()
        await ana.until(lambda: ana.room(room).state is not RoomState.IN)
        ana.network.chats.send(room, "from the train")
        draw(board, d="M1 1")
        assert talk.messages[-1].delivery is Delivery.SENDING
        plain.say(room, "groupchat", "two")
        await plain.until_heard("two")
        proxy.allow()
        await plain.until_heard("from the train")
        await until_said(ana, room, lambda: len(talk.messages) == 3)
        await until_said(ana, room, lambda: all(m.delivery is Delivery.SENT for m in talk.messages))
        assert sorted(m.text for m in talk.messages) == ["from the train", "one", "two"]
        assert talk.unread == 1


async def test_a_message_that_nobody_takes_is_said_to_have_failed(party):
    ana = await party("ana")
    nobody = f"{unique('ghost')}@{ana.server.domain}"
    ana.network.chats.send(nobody, "anybody?")
    talk = ana.network.chats.conversation(nobody)
    await until_said(ana, nobody, lambda: talk.messages[0].delivery is Delivery.FAILED)
    ana.network.chats.send_again(nobody, talk.messages[0].key)
    assert [m.delivery for m in talk.messages] == [Delivery.SENDING]
