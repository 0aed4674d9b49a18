"""Psi's dialect on the wire: both ways, with what it cannot say, and with nonsense."""

from __future__ import annotations

import random
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.helpers import wire_strategies as w
from tests.helpers.strict import attribute, element, named, text, written
from whiteboard.model.ids import SessionId
from whiteboard.model.ops import Invalid, Kind, New, Remove, Set, expand
from whiteboard.wire import ns, psi
from whiteboard.wire.errors import RemoteProtocolError
from whiteboard.wire.messages import (
    Accept,
    AcceptState,
    Advertisement,
    Connect,
    Dialect,
    Initiate,
    Reason,
    RefuseState,
    StateOffer,
    StrictMessage,
    Terminate,
)
from whiteboard.wire.plain_ascii import plain
from whiteboard.wire.strict import state_messages
from whiteboard.wire.xml import parse, to_xml

SESSION = SessionId("e57e32cd")
XLINK = "http://www.w3.org/1999/xlink"


def stanza(*payload):
    xml = "".join(to_xml(one) for one in payload)
    return f"<message xmlns='jabber:client' from='tom@example.org/Psi'>{xml}</message>"


def edit(*ops):
    return StrictMessage(SESSION, "k3XqA9bZ-17", ops)


def journey(message):
    return psi.decode_psi(parse(stanza(*psi.encode_psi(message))))


def wire(message):
    return stanza(*psi.encode_psi(message))


@pytest.mark.parametrize(
    "message",
    [
        Initiate(SESSION, "", "", psi.DESCRIPTION),
        Accept(SESSION, "", "", psi.DESCRIPTION),
        Connect(SESSION),
        StateOffer(SESSION, psi.DESCRIPTION),
        AcceptState(SESSION),
        Terminate(SESSION, Reason.DECLINE),
        Terminate(SESSION, Reason.ALTERNATIVE_SESSION, alternative="other"),
        Terminate(SESSION, Reason.CANCEL),
        Terminate(SESSION, Reason.SUCCESS),
    ],
    ids=lambda message: type(message).__name__,
)
def test_negotiation_arrives_as_it_was_meant(message):
    assert journey(message) == message


def test_all_ways_to_stop_asking_are_one_to_psi():
    aborted = Terminate(SESSION, Reason.CANCEL)
    assert journey(RefuseState(SESSION)) == aborted
    assert journey(Terminate(SESSION, Reason.TIMEOUT)) == aborted
    assert journey(Terminate(SESSION, Reason.UNSUPPORTED_APPLICATIONS)).reason is Reason.DECLINE


def test_an_invitation_to_something_else_is_of_an_application_nobody_knows():
    for feature in ("<feature>urn:x-chess</feature>", ""):
        sxe = f"<sxe xmlns='{ns.PSI_SXE}' session='s' id='1'><negotiation><invitation>{feature}"
        xml = f"<message>{sxe}</invitation></negotiation></sxe></message>"
        message = psi.decode_psi(parse(xml))
        assert isinstance(message, Initiate)
        assert message.description.application not in ns.APPLICATIONS


def test_edits_stand_bare_and_name_their_record_with_rid():
    message = edit(element("r"), written("r", 1, "x"), Remove("q"))
    sent = wire(message)
    assert "negotiation" not in sent
    assert "target" not in sent
    assert "<state" not in sent
    assert "rid='q'" in sent
    assert journey(message) == message


def test_a_state_stands_in_negotiation_and_names_what_is_inside():
    (page,) = state_messages(SESSION, (element("r"),), None, "<!DOCTYPE svg>", lambda: "id-1")
    sent = psi.StrictMessage(**{**vars_of(page), "inside": frozenset({"a", "b"})})
    received = journey(sent)
    assert received == sent
    assert received.of_state
    assert "used-sxe-ids='a;b'" in wire(sent)
    assert "available-uuid-prefix" not in wire(sent)


def vars_of(message):
    return {name: getattr(message, name) for name in message.__dataclass_fields__}


def test_names_of_linked_things_are_plain_for_psi_and_have_a_namespace_here():
    message = edit(
        New("a", Kind.ATTRIBUTE, "p", 0.0, XLINK, "href", "#x"),
        New("b", Kind.ATTRIBUTE, "p", 0.0, None, "xmlns:xlink", XLINK),
        New("c", Kind.ATTRIBUTE, "p", 0.0, ns.XML, "space", "preserve"),
        New("d", Kind.ATTRIBUTE, "p", 0.0, "urn:x-other", "label", "x"),
    )
    sent = wire(message)
    assert "name='xlink:href'" in sent
    assert f"ns='{XLINK}'" not in sent
    assert "name='xml:space'" in sent
    assert journey(message) == message


def test_psi_may_also_give_the_namespace_of_a_linked_thing():
    xml = (
        f"<message><sxe xmlns='{ns.PSI_SXE}' session='s' id='1'><new rid='a' type='attr'"
        f" parent='p' ns='{XLINK}' name='xlink:href' chdata='x'/></sxe></message>"
    )
    message = psi.decode_psi(parse(xml))
    assert message.ops == (New("a", Kind.ATTRIBUTE, "p", 0.0, XLINK, "href", "x"),)


def test_nothing_beyond_ascii_is_sent_and_nothing_of_it_is_lost_to_ours():
    message = edit(
        text("t", "p", "Café ✓ für Жанна 日本"),
        attribute("a", "p", "aria-label", "größe"),
        written("t", 1, "é", replace=(3, 1)),
        New("i", Kind.INSTRUCTION, "p", pitarget="é", pidata="ß"),
    )
    (sxe, texts) = psi.encode_psi(message)
    assert all(v.isascii() for one in sxe.iter() for v in one.attrib.values())
    assert "chdata='Cafe V fur Zanna ??'" in to_xml(sxe)
    assert texts.tag.startswith(f"{{{ns.PSI_TEXT}}}")
    assert journey(message) == message
    without = psi.decode_psi(parse(stanza(sxe)))
    assert without.ops[0].chdata == "Cafe V fur Zanna ??"


def test_a_text_beside_that_is_another_than_psi_was_told_is_not_believed():
    (sxe, texts) = psi.encode_psi(edit(text("t", "p", "Café")))
    texts[0].text = "You owe me 100"
    assert psi.decode_psi(parse(stanza(sxe, texts))).ops[0].chdata == "Cafe"
    for at, of in (("7", "chdata"), ("x", "chdata"), ("0", "rid"), ("0", "parent")):
        texts[0].attrib.update({"at": at, "of": of})
        texts[0].text = "Café"
        assert psi.decode_psi(parse(stanza(sxe, texts))).ops[0].chdata == "Cafe"


@given(st.text(max_size=40))
def test_ascii_takes_as_many_characters_as_the_text(value):
    assert len(plain(value)) == len(value)
    assert plain(value).isascii()


def test_psi_renames_nothing_so_nobody_here_does():
    xml = (
        f"<message><sxe xmlns='{ns.PSI_SXE}' session='s' id='1'>"
        "<set rid='a' version='1' name='circle' ns='x' pitarget='y' chdata='z'/></sxe></message>"
    )
    assert psi.decode_psi(parse(xml)).ops == (Set("a", 1, chdata="z"),)
    assert journey(edit(named("a", 1, "circle"))).ops == (Set("a", 1),)


def test_an_element_without_namespace_is_of_its_parents():
    xml = (
        f"<message><sxe xmlns='{ns.PSI_SXE}' session='s' id='1'>"
        "<new rid='a' type='element' parent='p' name='path'/></sxe></message>"
    )
    (new,) = psi.decode_psi(parse(xml)).ops
    assert (new.ns, new.weight) == (None, 0.0)


def test_what_stands_in_a_state_element_or_has_no_id_says_nothing():
    head = f"<message><sxe xmlns='{ns.PSI_SXE}' session='s'"
    wrapped = parse(f"{head} id='1'><state><remove rid='a'/></state></sxe></message>")
    assert psi.decode_psi(wrapped) is None
    with pytest.raises(RemoteProtocolError):
        psi.decode_psi(parse(f"{head}><remove rid='a'/></sxe></message>"))
    targets = parse(f"{head} id='1'><remove target='a'/></sxe></message>")
    assert all(isinstance(op, Invalid) for op in psi.decode_psi(targets).ops)


def test_a_board_is_announced_in_its_own_namespace():
    (announced,) = psi.encode_psi(Advertisement(SESSION, "Plan", Dialect.PSI))
    assert announced.tag == f"{{{ns.PSI_SXE}}}sxe"


PROTOCOL = (Path(__file__).parents[3] / "docs" / "protocol.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("example", re.findall(r"```psi\n(.*?)```", PROTOCOL, re.DOTALL))
def test_the_examples_of_the_protocol_are_read_and_written_again_to_the_same_meaning(example):
    message = psi.decode_psi(parse(example))
    assert message is not None
    assert journey(message) == message


plain_ops = w.ops.map(lambda op: tuple(expand((op,))))


def can_be_said(op):
    """Without what Psi ignores, and with names that are XML's."""
    if isinstance(op, Set):
        return op.ns is None and op.name is None and op.pitarget is None
    return not isinstance(op, New) or (":" not in op.name and (op.ns != "" or op.kind))


@given(st.lists(plain_ops, min_size=1, max_size=4))
def test_whatever_can_be_said_arrives(lists):
    ops = tuple(
        op for group in lists for op in group if not isinstance(op, Invalid) and can_be_said(op)
    )
    if not ops:
        return
    message = edit(*ops)
    received = journey(message)
    assert len(received.ops) == len(ops)
    assert journey(received) == received


_NAMES = (
    "sxe", "negotiation", "invitation", "feature", "accept-invitation", "decline-invitation",
    "connect-request", "history-offer", "accept-history", "abort-negotiation", "left-session",
    "document-begin", "document-end", "new", "set", "remove", "alternative-session", "state",
)  # fmt: skip
_ATTRIBUTES = (
    "rid", "parent", "primary-weight", "type", "name", "ns", "chdata", "version", "replacefrom",
    "replacen", "pitarget", "pidata", "prolog", "used-sxe-ids", "available-uuid-prefix",
    "target", "session", "id",
)  # fmt: skip
_VALUES = (
    "", "0", "-1", "a", "R", "1.1", "element", "attr", "text", "nan", "1e999", "9" * 400, " ",
    "data:text/xml,%", "x;" * 3000, "é", "\ud7ff", "https://x", "xlink:href", ":", "a:b:c",
)  # fmt: skip


def nonsense(rng, depth=0):
    """An element of Psi's with anything in it."""
    name = rng.choice(_NAMES)
    chosen = rng.sample(_ATTRIBUTES, rng.randrange(6))
    attributes = "".join(f" {one}='{rng.choice(_VALUES)}'" for one in chosen)
    inner = "".join(nonsense(rng, depth + 1) for _ in range(rng.randrange(4) if depth < 4 else 0))
    return f"<{name}{attributes}>{inner}{rng.choice(('', 'x', ' '))}</{name}>"


@pytest.mark.parametrize("seed", range(300))
def test_nonsense_in_every_element_is_a_typed_fault_or_a_message(seed):
    rng = random.Random(seed)
    inner = nonsense(rng)
    around = rng.choice(("{}", "<negotiation>{}</negotiation>"))
    xml = (
        f"<message xmlns='jabber:client'><sxe xmlns='{ns.PSI_SXE}' session='s' id='1'>"
        f"{around.format(inner)}</sxe></message>"
    )
    try:
        message = psi.decode_psi(parse(xml))
    except RemoteProtocolError:
        return
    if message is not None:
        psi.encode_psi(message)
    assert message is None or message.session == "s"
