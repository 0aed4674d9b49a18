"""What a message means to the chat: XEP-0085, 0184, 0203, 0308; nothing raises."""

from __future__ import annotations

from xml.etree.ElementTree import Element, SubElement

from hypothesis import given
from hypothesis import strategies as st

from whiteboard.wire.chat import (
    MAX_BODY,
    Typing,
    read_chat,
    write_body,
    write_received,
    write_typing,
)
from whiteboard.wire.xml import parse, to_xml


def read(inside: str):
    return read_chat(parse(f"<message xmlns='jabber:client' id='m1'>{inside}</message>"))


def test_a_message_with_everything_is_read():
    said = read(
        "<body xml:lang='de'>Hallo</body><body>hello</body>"
        "<replace xmlns='urn:xmpp:message-correct:0' id='m0'/>"
        "<request xmlns='urn:xmpp:receipts'/>"
        "<active xmlns='http://jabber.org/protocol/chatstates'/>"
        "<stanza-id xmlns='urn:xmpp:sid:0' id='77' by='room@x'/>"
        "<delay xmlns='urn:xmpp:delay' from='room@x' stamp='2026-01-02T03:04:05Z'/>"
        "<html xmlns='http://jabber.org/protocol/xhtml-im'><body>no</body></html>"
    )
    assert said is not None
    assert (said.id, said.body, said.replaces, said.archived) == ("m1", "hello", "m0", "77")
    assert (said.typing, said.wants_receipt, said.held_by) == (Typing.ACTIVE, True, "room@x")
    assert said.sent_at == 1767323045.0


def test_what_is_none_of_the_chats_business_is_left():
    assert read("<sxe xmlns='urn:xmpp:sxe:0' session='s' id='1'/>") is None
    assert read("<subject>New topic</subject>") is None
    assert read("<body/>") is None


def test_a_huge_body_is_cut_and_broken_parts_count_as_absent():
    said = read(
        f"<body>{'x' * 100_000}</body><delay xmlns='urn:xmpp:delay' stamp='yesterday'/>"
        f"<replace xmlns='urn:xmpp:message-correct:0' id='{'y' * 5000}'/>"
    )
    assert said is not None
    assert len(said.body) == MAX_BODY
    assert said.was_cut
    assert (said.sent_at, said.replaces) == (None, "")


@given(st.text(st.characters(codec="utf-8"), max_size=200), st.text(max_size=50))
def test_any_body_and_stamp_is_read_without_a_fault(body: str, stamp: str):
    message = Element("{jabber:client}message")
    SubElement(message, "{jabber:client}body").text = body
    message.append(Element("{urn:xmpp:delay}delay", {"stamp": stamp}))
    said = read_chat(message)
    assert said is None or said.body == body


def test_what_is_written_is_read_again():
    message = Element("{jabber:client}message", {"id": "a"})
    write_body(message, "two\nlines <&>", replaces="b", in_room=False)
    said = read_chat(parse(to_xml(message, "")))
    assert said is not None
    assert (said.body, said.replaces, said.wants_receipt) == ("two\nlines <&>", "b", True)
    message = Element("{jabber:client}message", {"id": "c"})
    write_typing(message, Typing.COMPOSING)
    assert read_chat(message).typing is Typing.COMPOSING
    message = Element("{jabber:client}message")
    write_received(message, "a")
    assert read_chat(message).received == "a"
