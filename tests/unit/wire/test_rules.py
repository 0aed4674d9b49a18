"""The rules of SYNC 0.3 about single elements, and what is done with the malformed."""

from __future__ import annotations

from dataclasses import replace
from xml.etree.ElementTree import Element

import pytest

from whiteboard.model.canonical import canonical
from whiteboard.model.ops import Kind, Literal, LiteralElement, New, Remove, Set, Ts
from whiteboard.wire.blanks import TakenOut
from whiteboard.wire.codec import decode, encode
from whiteboard.wire.errors import LocalProtocolError, RemoteProtocolError
from whiteboard.wire.messages import Description, EditMessage, Mode, StateOffer, StrictMessage
from whiteboard.wire.sxe import INVALID, write_literal_element
from whiteboard.wire.values import parse_count, parse_vector
from whiteboard.wire.xml import MAX_DEPTH, parse, to_xml

STAMP = "<sync xmlns='urn:x-whiteboard:sync:0' r='k3XqA9bZ' n='1' l='1'/>"


def edit(operations: str, stamp: str = STAMP):
    text = (
        "<message xmlns='jabber:client'><sxe xmlns='urn:xmpp:sxe:0' session='s' id='1'>"
        f"<state>{operations}</state></sxe>{stamp}</message>"
    )
    message = decode(parse(text))
    assert isinstance(message, EditMessage)
    return message.batch


def ops(operations: str):
    return edit(operations).ops


def test_the_stanza_of_the_specification_is_understood():
    batch = edit(
        "<new rid='k3XqA9bZ.7' parent='k3XqA9bZ.1' primary-weight='4'>"
        "<rect xmlns='http://www.w3.org/2000/svg' x='1' y='2' fill='red'/></new>",
        "<sync xmlns='urn:x-whiteboard:sync:0' r='k3XqA9bZ' n='17' l='203' d='B7:41 C2:9' "
        "a='0.chdata=198.k3XqA9bZ.2'/>",
    )
    assert (batch.r, batch.n, batch.l) == ("k3XqA9bZ", 17, 203)
    assert batch.deps == {"B7": 41, "C2": 9}
    assert batch.restores == {(0, "chdata"): Ts(198, "k3XqA9bZ", 2)}
    rect = LiteralElement(
        "http://www.w3.org/2000/svg", "rect", (("", "fill", "red"), ("", "x", "1"), ("", "y", "2"))
    )
    assert batch.ops == (Literal("k3XqA9bZ.7", "k3XqA9bZ.1", 4.0, rect),)


@pytest.mark.parametrize(
    "bad",
    [
        "<new/>",
        "<new rid='a b' type='element'/>",
        "<new rid='' type='element'/>",
        f"<new rid='{'x' * 1025}' type='element'/>",
        "<new rid='a.1' type='cdata'/>",
        "<new rid='a.1'/>",
        "<new rid='a.1'><g/><g/></new>",
        "<new rid='a.1'>text</new>",
        "<new rid='a.1'>text<g xmlns=''/></new>",
        "<new rid='a.1'><g><!-- c --></g></new>",
        "<new rid='a.1'><g><?pi x?></g></new>",
        "<set version='1' chdata='x'/>",
        "<remove/>",
        "<new rid='a.1'>" + "<g>" * 257 + "</g>" * 257 + "</new>",
    ],
)
def test_what_says_nothing_valid_keeps_its_index(bad):
    assert ops(f"<remove target='a.1'/>{bad}<remove target='a.2'/>") == (
        Remove("a.1"),
        INVALID,
        Remove("a.2"),
    )


def test_elements_of_other_kinds_take_no_index():
    assert ops("<set xmlns='urn:other' target='x'/><move target='y'/><remove target='a.1'/>") == (
        Remove("a.1"),
    )


@pytest.mark.parametrize(
    ("weight", "number"),
    [("NaN", 0), ("1_0", 0), ("1e999", 0), ("", 0), ("INF", 0), ("-2.5e1", -25), (".5", 0.5)],
)
def test_44_a_weight_that_is_no_decimal_number_is_zero(weight, number):
    (op,) = ops(f"<new rid='a.1' type='element' name='g' primary-weight='{weight}'/>")
    assert op == New("a.1", Kind.ELEMENT, weight=number, name="g")


@pytest.mark.parametrize(
    ("attributes", "expected"),
    [
        (
            "replacefrom='1' replacen='2' chdata='x'",
            Set("a.1", 1, name="n", chdata="x", replace=(1, 2)),
        ),
        ("replacefrom='-1' replacen='2' chdata='x'", Set("a.1", 1, name="n")),
        ("replacefrom='1' chdata='x'", Set("a.1", 1, name="n")),
        ("replacefrom='1' replacen='2'", Set("a.1", 1, name="n")),
        ("replacefrom='١' replacen='2' chdata='x'", Set("a.1", 1, name="n")),
    ],
)
def test_a_partial_edit_needs_all_three_attributes_or_its_text_is_ignored(attributes, expected):
    assert ops(f"<set target='a.1' version='1' name='n' {attributes}/>") == (expected,)


def test_the_short_name_of_the_xml_namespace_is_understood():
    (op,) = ops("<new rid='a.1@{x}lang' type='attr' ns='xml' name='lang' chdata='fi'/>")
    assert op.ns == "http://www.w3.org/XML/1998/namespace"


@pytest.mark.parametrize(
    "stamp",
    [
        "<sync xmlns='urn:x-whiteboard:sync:0' r='a b' n='1' l='1'/>",
        "<sync xmlns='urn:x-whiteboard:sync:0' r='a' n='0' l='1'/>",
        "<sync xmlns='urn:x-whiteboard:sync:0' r='a' n='-1' l='1'/>",
        "<sync xmlns='urn:x-whiteboard:sync:0' r='a' n='1'/>",
        f"<sync xmlns='urn:x-whiteboard:sync:0' r='a' n='{'9' * 40}' l='1'/>",
        "<sync xmlns='urn:x-whiteboard:sync:0' r='a' n='1' l='1' d='x'/>",
        "<sync xmlns='urn:x-whiteboard:sync:0' r='a' n='1' l='1' d='b:1 b:2'/>",
        "<sync xmlns='urn:x-whiteboard:sync:0' r='a' n='1' l='1' a='0.colour=1.a.0'/>",
        "<sync xmlns='urn:x-whiteboard:sync:0' r='a' n='1' l='1' a='0.chdata=1.a'/>",
        "<sync xmlns='urn:x-whiteboard:sync:0' r='a' n='1' l='1' session='other'/>",
    ],
)
def test_a_stamp_that_cannot_be_is_a_fault_of_the_peer(stamp):
    with pytest.raises(RemoteProtocolError):
        edit("<remove target='a.1'/>", stamp)


def test_control_operations_may_travel_without_an_edit():
    message = decode(
        parse(
            "<message xmlns='jabber:client'><sync xmlns='urn:x-whiteboard:sync:0' session='s' "
            "r='a' n='2' l='3'><role party='p' is='editor'/><unknown/><resign/></sync></message>"
        )
    )
    names = [control.name for control in message.batch.controls]
    assert (message.batch.ops, names) == ((), ["role", "resign"])


def test_an_edit_without_a_stamp_is_one_of_a_strict_session():
    message = decode(
        parse(
            "<message xmlns='jabber:client' type='groupchat'>"
            "<sxe xmlns='urn:xmpp:sxe:0' session='s' id='1'>"
            "<state><remove target='a.1'/></state></sxe></message>"
        )
    )
    assert message == StrictMessage("s", "1", (Remove("a.1"),))
    assert message.to_all


def test_messages_of_others_are_not_ours():
    assert decode(parse("<message xmlns='jabber:client'><body>hi</body></message>")) is None


@pytest.mark.parametrize("application", ["svg", "xhtml"])
def test_a_plain_xep_0284_offer_is_of_a_strict_session(application):
    message = decode(
        parse(
            "<message xmlns='jabber:client'><sxe xmlns='urn:xmpp:sxe:0' session='s' id='f'>"
            f"<state-offer><description xmlns='urn:xmpp:jingle:apps:{application}'/></state-offer>"
            "</sxe></message>"
        )
    )
    assert message.description.mode is Mode.STRICT
    assert message.description.application == f"urn:xmpp:jingle:apps:{application}"


@pytest.mark.parametrize(
    "element",
    [
        LiteralElement("", "g", (), ("a", "b")),
        LiteralElement("", "g", (), ("",)),
        LiteralElement("", "a b"),
        LiteralElement("urn:x}y", "g"),
        LiteralElement("urn:x\ny", "g"),
        LiteralElement("", "g", (("", "x", "a\nb"),), ("d\r", LiteralElement("\t", "g"))),
        LiteralElement("", "g", (("http://www.w3.org/2000/xmlns/", "q", "z"),)),
        LiteralElement("http://www.w3.org/XML/1998/namespace", "g"),
    ],
)
def test_a_literal_that_xml_cannot_hold_goes_as_plain_operations(element):
    literal = Literal("a.1", "", 0.0, element)
    batch = replace(edit("<remove target='a.9'/>"), ops=(literal, Remove("a.2")))
    stanza = Element("{jabber:client}message")
    stanza.extend(encode(EditMessage(batch)))
    back = decode(parse(to_xml(stanza))).batch
    assert back.ops == (*literal, Remove("a.2"))
    assert canonical(back, {}) == canonical(batch, {})
    with pytest.raises(LocalProtocolError):
        write_literal_element(element, TakenOut())


@pytest.mark.parametrize(
    "text",
    [
        "<!DOCTYPE x [<!ENTITY a 'b'>]><x/>",
        "<x>&undefined;</x>",
        "<x",
        "<x/><y/>",
        "<d>" * (MAX_DEPTH + 1),
        "<x a='1' a='2'/>",
        "<x>\x00</x>",
        "<x>" + "y" * (1 << 20) + "</x>",
    ],
)
def test_hostile_xml_is_refused(text):
    with pytest.raises(RemoteProtocolError):
        parse(text)


def test_numbers_are_bounded_and_vectors_strict():
    assert parse_count("9" * 5000) == 10**18
    assert parse_count("007") == 7
    assert parse_count("") is parse_count("+1") is parse_count("1.0") is None
    with pytest.raises(RemoteProtocolError):
        parse_vector(" ".join(f"r{i}:1" for i in range(20_001)))


def test_a_prolog_travels_as_a_data_uri():
    offer = StateOffer("s", Description(prolog="<?xml version='1.0'?>\n<!DOCTYPE svg>\n"))
    (element,) = encode(offer)
    (prolog,) = element.iter("{urn:x-whiteboard:sync:0}prolog")
    assert prolog.text.startswith("data:text/xml,%3C%3Fxml")
