"""Every message is the same after a journey through XML text."""

from __future__ import annotations

import xml.etree.ElementTree as ET

from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from tests.helpers import wire_strategies as w
from whiteboard.model.canonical import canonical
from whiteboard.wire import ns
from whiteboard.wire.codec import decode, encode
from whiteboard.wire.messages import (
    MESSAGE_TYPES,
    Accept,
    Advertisement,
    EditMessage,
    Initiate,
    Message,
    Terminate,
)
from whiteboard.wire.xml import parse, representable, to_xml


def stanza(message: Message) -> ET.Element:
    if isinstance(message, Advertisement):
        tag = "presence"
    else:
        tag = "iq" if isinstance(message, Initiate | Accept | Terminate) else "message"
    element = ET.Element(f"{{{ns.CLIENT}}}{tag}")
    element.extend(encode(message))
    return element


@given(w.all_messages)
def test_a_message_comes_back_as_it_was(message):
    assert decode(parse(to_xml(stanza(message)))) == message


@given(w.all_messages)
def test_another_parser_reads_the_same(message):
    """What slixmpp's parser gives: the stock ElementTree one, inside a stream's namespace."""
    text = to_xml(stanza(message), undeclared=(ns.CLIENT,))
    root = ET.fromstring(f"<stream xmlns='jabber:client'>{text}</stream>")
    assert decode(root[0]) == message
    etree.fromstring(to_xml(stanza(message)).encode())


@given(w.batches())
def test_an_edit_relayed_twice_has_the_same_canonical_form(batch):
    first = decode(parse(to_xml(stanza(EditMessage(batch)))))
    second = decode(parse(to_xml(stanza(first))))
    assert canonical(first.batch, {}) == canonical(batch, {}) == canonical(second.batch, {})


def test_the_strategy_makes_every_kind_of_message():
    made = set()

    @given(st.lists(w.all_messages, min_size=10, max_size=10))
    def collect(messages):
        made.update(type(message) for message in messages)

    collect()
    assert made == set(MESSAGE_TYPES)


@given(st.text(), st.text())
def test_any_text_can_be_written_and_read(attribute, content):
    element = ET.Element("{urn:a}x", {"v": attribute})
    element.text = content or None
    back = parse(to_xml(element))
    assert back.get("v") == representable(attribute)
    assert (back.text or "") == representable(content)
