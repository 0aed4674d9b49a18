"""Scenarios of SYNC section 10 in strict sessions: what is lost, repeated, or cannot be shown."""

from __future__ import annotations

import random

import pytest

from tests.helpers.strict import (
    BASE,
    ROOT,
    SESSION,
    attribute,
    check,
    document,
    element,
    everywhere,
    moved,
    named,
    removed,
    stanza,
    text,
    written,
)
from whiteboard.model.ids import DOCUMENT
from whiteboard.model.ops import Kind, New, Set
from whiteboard.model.strict.document import StrictDocument
from whiteboard.model.weights import parse_weight
from whiteboard.wire.messages import StrictMessage
from whiteboard.wire.strict import decode_strict, strict_stanza
from whiteboard.wire.xml import parse, to_xml

CONFLICTS = (
    BASE,
    stanza("A", 1, text("x", "p", "base"), attribute("f", "p")),
    stanza("A", 2, written("x", 1, "a"), moved("p", 1, "q")),
    stanza("B", 1, written("x", 1, "b"), moved("q", 1, "p")),
    stanza("B", 2, attribute("g", "p", value="blue")),
    stanza("C", 1, written("x", 3, "c"), element("n", "q")),
    stanza("C", 2, named("n", 1, "rect"), removed("f")),
)


def test_40_a_lost_message_is_noticed_and_heals_when_it_comes():
    for lost in range(1, len(CONFLICTS)):
        late = document(*CONFLICTS[:lost], *CONFLICTS[lost + 1 :])
        check(late, [*CONFLICTS[:lost], *CONFLICTS[lost + 1 :]])
        late.receive([CONFLICTS[lost]])
        assert not late.waiting
        check(late, CONFLICTS)
    assert document(*CONFLICTS[:2], *CONFLICTS[3:]).waiting == {"x"}


def test_40_a_flood_of_duplicates_in_any_order_changes_nothing():
    rng = random.Random(40)
    for _ in range(30):
        late = StrictDocument(SESSION)
        flood = rng.sample(CONFLICTS * 3, 3 * len(CONFLICTS))
        for at in range(0, len(flood), 4):
            late.receive(flood[at : at + 4])
        assert late.duplicates == 2 * len(CONFLICTS)
        check(late, CONFLICTS)
        assert not late.waiting


NAMES = (
    New("1", Kind.ELEMENT, "~r", 1.0, name="1x"),
    New("2", Kind.ELEMENT, "~r", 1.0, name="a b"),
    New("3", Kind.ELEMENT, "~r", 1.0, name=""),
    New("4", Kind.ATTRIBUTE, "~r", name="xmlns", chdata="urn:x"),
    New("5", Kind.COMMENT, "~r", 2.0, chdata="--"),
    New("6", Kind.INSTRUCTION, "~r", 3.0, pitarget="t", pidata="?>"),
    New("7", Kind.INSTRUCTION, "~r", 3.0, pitarget="XML", pidata=""),
    New("8", Kind.TEXT, DOCUMENT, chdata="outside"),
)


def test_43_names_that_xml_cannot_say_are_hidden_and_values_are_repaired():
    made = everywhere(
        stanza("base", 0, ROOT), *(stanza("A", n, op) for n, op in enumerate(NAMES)), orders=4
    )
    expected = b'<svg xmlns="http://www.w3.org/2000/svg"><!--- - --><?t ? >?></svg>'
    assert made.c14n() == expected


def test_43_what_xml_cannot_say_goes_through_the_wire_as_it_is():
    sent = StrictMessage(SESSION, "1", NAMES)
    assert decode_strict(parse(to_xml(strict_stanza(sent)))) == sent


@pytest.mark.parametrize("weight", ["NaN", "1_0", "1e999", ""])
def test_44_a_weight_that_is_no_number_counts_as_zero_everywhere(weight):
    edit = (
        "<message xmlns='jabber:client'><sxe xmlns='urn:xmpp:sxe:0' session='851ba2' id='1'>"
        f"<state><new type='element' name='g' parent='~r' rid='n' primary-weight='{weight}'/>"
        f"<set target='q' version='1' primary-weight='{weight}'/></state></sxe></message>"
    )
    message = decode_strict(parse(edit))
    assert message is not None
    assert parse_weight(weight) == 0
    made = everywhere(
        stanza("base", 0, ROOT, element("p", weight=-1.0), element("q", weight=5.0)),
        stanza("A", 1, element("r", weight=1.0)),
        stanza("B", message.id, *message.ops),
    )
    assert made.children("~r") == ("p", "n", "q", "r")


def test_46_edits_of_a_rid_never_created_are_hidden_and_show_alike_if_it_comes():
    edits = (
        stanza("B", 1, moved("n", 1, "q")),
        stanza("C", 1, Set("n", 2, name="circle")),
        stanza("C", 2, element("inside", "n")),
    )
    without = everywhere(BASE, *edits)
    assert without.kind("n") is None
    assert not without.is_visible("inside")
    assert without.waiting == {"n"}
    made = everywhere(BASE, *edits, stanza("A", 1, element("n", "p", name="rect")))
    assert made.children("q") == ("n",)
    assert made.children("n") == ("inside",)
    assert b"circle" in made.c14n()
    assert not made.waiting
