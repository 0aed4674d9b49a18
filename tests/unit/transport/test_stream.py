"""What passes through the stream unharmed, and what ends at its door."""

from __future__ import annotations

import xml.etree.ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from whiteboard.im.account import AccountSettings
from whiteboard.transport.account import BackOff
from whiteboard.transport.boards import Boards
from whiteboard.transport.connection import Connection
from whiteboard.transport.serialise import AttributeGuard
from whiteboard.transport.stanzas import error_condition, valid_jid
from whiteboard.transport.stream import Stream
from whiteboard.xep_0166 import Jingle

PLAIN = b"<?xml version='1.0'?>\n<m a=\"x\n'y>\" b='\"\t\r'>t\next<n c=''/>\r\n</m>"
MENDED = b"<?xml version='1.0'?>\n<m a=\"x&#10;'y>\" b='\"&#9;&#13;'>t\next<n c=''/>\r\n</m>"


@given(st.lists(st.integers(1, len(PLAIN)), max_size=20))
def test_white_space_in_attribute_values_is_mended_however_the_bytes_are_cut(cuts):
    guard = AttributeGuard()
    at, out = 0, b""
    for cut in [*sorted(cuts), len(PLAIN)]:
        out += guard.feed(PLAIN[at:cut])
        at = max(at, cut)
    assert out == MENDED


def test_bytes_without_white_space_pass_as_they_are():
    guard = AttributeGuard()
    assert guard.feed(b"<a b='c'") == b"<a b='c'"
    assert guard.feed(b" d='\n'>\n") == b" d='&#10;'>\n"


@pytest.fixture
async def stream():
    one = Stream(AccountSettings("ana@example.org", "pw"), "r", registering=False)
    yield one
    await one.close()


async def test_a_stanza_is_written_so_that_nothing_is_lost(stream, monkeypatch):
    written = []
    monkeypatch.setattr(stream, "send_raw", written.append)
    stream._session_started = True
    stream.connect("127.0.0.1", 9)
    element = ET.Element("{jabber:client}message", to="b@example.org")
    ET.SubElement(element, "{urn:x}y", {"v": "a\n\t\r\"<&'é", "{urn:z}w": "1"})
    stream.send_message_xml(element)
    while stream.waiting_queue.qsize():
        await stream.waiting_queue.join()
    back = ET.fromstring(f"<s xmlns='jabber:client'>{written[0]}</s>")[0]
    assert back[0].attrib == {"v": "a\n\t\r\"<&'é", "{urn:z}w": "1"}


@pytest.mark.parametrize("sender", ["@@", "a@b@c", "x" * 4000, "\u0378@\u0378", " @ ", ""])
@pytest.mark.parametrize("kind", ["message", "presence", "iq"])
async def test_a_malformed_sender_never_leaves_the_door(sender, kind):
    boards = Boards(lambda: None)
    connection = Connection(AccountSettings("@", "pw"), boards, lambda _: False)
    stream = Stream(AccountSettings("ana@example.org", "pw"), "r", registering=False)
    connection._configure(stream)
    stanza = ET.Element(f"{{jabber:client}}{kind}", {"from": sender, "type": "set", "id": "1"})
    ET.SubElement(stanza, "{urn:xmpp:sxe:0}sxe")
    ET.SubElement(stanza, "{urn:xmpp:jingle:1}jingle", action="session-initiate", sid="x")
    stream._spawn_event(stanza)
    assert valid_jid(sender) is None
    assert boards.invitations == ()
    await stream.close()


async def test_a_stream_follows_no_redirect(stream):
    error = ET.Element("{http://etherx.jabber.org/streams}error")
    see = "{urn:ietf:params:xml:ns:xmpp-streams}see-other-host"
    ET.SubElement(error, see).text = "evil.example"
    stream._spawn_event(error)
    assert stream.default_domain == "example.org"
    assert not stream.is_connecting()


def test_the_back_off_doubles_up_to_its_limit_with_jitter():
    back_off = BackOff(first=1, most=8)
    waits = [back_off.next() for _ in range(6)]
    for wait, middle in zip(waits, [1, 2, 4, 8, 8, 8], strict=True):
        assert 0.7 * middle <= wait <= 1.3 * middle
    back_off.reset()
    assert back_off.next() <= 1.3


def test_the_condition_of_an_error_is_found_also_where_there_is_none():
    ns = "urn:ietf:params:xml:ns:xmpp-stanzas"
    text = f"<m xmlns='jabber:client'><error><gone xmlns='{ns}'/><text xmlns='{ns}'>x</text>"
    assert error_condition(ET.fromstring(text + "</error></m>")) == ("gone", "x")
    assert error_condition(ET.fromstring("<m/>")) == ("undefined-condition", "")


def test_a_jingle_reason_is_read():
    ns = "urn:xmpp:jingle:1"
    jingle = Jingle(
        xml=ET.fromstring(
            f"<jingle xmlns='{ns}' sid='s'><reason><text>no</text><decline/></reason></jingle>"
        )
    )
    assert (jingle["sid"], jingle.reason()) == ("s", ("decline", "no"))
    assert Jingle().reason() == ("", "")
