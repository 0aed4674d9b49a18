"""Edits of strict sessions on the wire: plain XEP-0284, nothing of ours."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.helpers import wire_strategies as w
from tests.helpers.strict import SVG, attribute, element, named, text, written
from whiteboard.model.ids import SessionId
from whiteboard.model.ops import Invalid, Kind, New, Remove, Set, expand
from whiteboard.model.strict.ops import NewAt
from whiteboard.wire.errors import RemoteProtocolError
from whiteboard.wire.messages import Peer, StrictMessage
from whiteboard.wire.strict import (
    decode_strict,
    state_messages,
    strict_stanza,
)
from whiteboard.wire.xml import parse, to_xml

SESSION = SessionId("851ba2")

EXAMPLE = """<message xmlns='jabber:client' from='kingclaudius@shakespeare.lit/castle'>
  <sxe xmlns='urn:xmpp:sxe:0' session='851ba2' id='4'><state>
      <new type='element' name='p' parent='GUID7' rid='GUID8'/>
      <new type='text' chdata='It&apos;s good to be the king!' parent='GUID8' rid='GUID9'/>
      <set target='GUID5' version='1' chdata='It&apos;s good to be the king!'/>
      <set target='GUID6' version='1' replacefrom='9' replacen='16' chdata=''/>
      <remove target='GUID3'/>
      <new rid='GUID10' parent='GUID7'><p xmlns='http://www.w3.org/1999/xhtml'/></new>
      <new type='attr' ns='xml' name='lang' chdata='fi' parent='GUID1' rid='GUID2' version='3'/>
  </state></sxe></message>"""


def journey(message):
    stanza = parse(to_xml(strict_stanza(message)))
    return decode_strict(stanza)


def test_an_edit_is_read_as_the_xep_writes_it_and_literals_say_nothing():
    message = decode_strict(parse(EXAMPLE))
    assert (message.session, message.id) == ("851ba2", "4")
    assert message.ops == (
        New("GUID8", Kind.ELEMENT, "GUID7", name="p"),
        New("GUID9", Kind.TEXT, "GUID8", chdata="It's good to be the king!"),
        Set("GUID5", 1, chdata="It's good to be the king!"),
        Set("GUID6", 1, chdata="", replace=(9, 16)),
        Remove("GUID3"),
        message.ops[5],
        NewAt(
            "GUID2",
            Kind.ATTRIBUTE,
            "GUID1",
            ns="http://www.w3.org/XML/1998/namespace",
            name="lang",
            chdata="fi",
            version=3,
        ),
    )
    assert isinstance(message.ops[5], Invalid)


def test_what_stands_beside_the_edit_is_ignored():
    stamped = EXAMPLE.replace(
        "</sxe>", "</sxe><sync xmlns='urn:x-whiteboard:sync:0' r='k3XqA9bZ' n='1' l='1'/>"
    )
    assert decode_strict(parse(stamped)) == decode_strict(parse(EXAMPLE))
    assert (
        decode_strict(parse("<message xmlns='jabber:client'><body>hello</body></message>")) is None
    )


@pytest.mark.parametrize("broken", [" id='4'", " session='851ba2'"])
def test_an_edit_that_cannot_be_told_apart_is_refused(broken):
    with pytest.raises(RemoteProtocolError):
        decode_strict(parse(EXAMPLE.replace(broken, "", 1)))


@given(w.batches(), st.sampled_from([None, "", "<?xml version='1.0'?>"]), st.booleans())
def test_a_message_comes_back_as_it_was(batch, prolog, ends):
    first = StrictMessage(SESSION, "7", expand(batch.ops))
    ops = journey(first).ops
    message = StrictMessage(
        SESSION, "7", ops, prolog=prolog, last=("atelier@rooms.example/ana", "6") if ends else None
    )
    assert journey(message) == message


def test_white_space_that_servers_lose_is_kept_where_it_arrived():
    lost = (text("x", "p", "a\nb\tc\rd"), written("x", 1, "\r\n", (0, 2)), Remove("y"))
    assert journey(StrictMessage(SESSION, "1", lost)).ops == lost


def test_a_state_goes_in_pieces_that_servers_take():
    ops = (
        NewAt("~r", Kind.ELEMENT, "", 0.0, SVG, "svg", version=2),
        *(element(f"e{i}", "~r") for i in range(300)),
        attribute("a", "e1"),
        Set("e1", 1),
        named("e1", 2, "rect"),
        written("t", 1, "x" * 9000),
    )
    ids = map(str, itertools.count(1))
    messages = list(
        state_messages(SESSION, ops, ("ana", "17"), "<?xml version='1.0'?>", lambda: next(ids))
    )
    assert len(messages) > 3
    assert [m.prolog is None for m in messages] == [False] + [True] * (len(messages) - 1)
    assert [m.last for m in messages] == [None] * (len(messages) - 1) + [("ana", "17")]
    assert all(len(to_xml(strict_stanza(m))) < 20_000 for m in messages)
    back = [journey(message) for message in messages]
    assert tuple(op for message in back for op in message.ops) == ops


def test_the_state_of_a_blank_document_is_one_message():
    (message,) = state_messages(SESSION, (), None, "", lambda: "1")
    back = decode_strict(parse(to_xml(strict_stanza(message))))
    assert (back.prolog, back.last, back.ops) == ("", ("", ""), ())


def test_the_sender_stands_on_a_logged_message():
    message = StrictMessage(SESSION, "1", (), Peer("atelier@rooms.example/ana", "id-ana"))
    xml = to_xml(strict_stanza(message))
    assert 'from="atelier@rooms.example/ana"' in xml or "from='atelier@rooms.example/ana'" in xml
    assert "id-ana" in xml
