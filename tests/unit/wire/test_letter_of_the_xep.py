"""XEP-0284 0.1.4 to the letter: its examples, told with other people and things, and its schema."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.helpers import wire_strategies as w
from tests.helpers.strict import SVG
from tests.helpers.sxe_schema import faults
from whiteboard.model.ops import Invalid, Kind, New, Remove, Set, expand
from whiteboard.wire import messages as m
from whiteboard.wire import ns
from whiteboard.wire.codec import decode, encode
from whiteboard.wire.strict import encode_strict, state_messages
from whiteboard.wire.xml import parse, to_xml

ANA, BEN = "ana@example.org/desk", "ben@example.org/sofa"
SID = "f00d77"
XHTML = m.Description(mode=m.Mode.STRICT, application="urn:xmpp:jingle:apps:xhtml")


def stanza(name, content, **attributes):
    fields = "".join(f" {key}='{value}'" for key, value in attributes.items())
    return f"<{name} xmlns='jabber:client' from='{ANA}' to='{BEN}'{fields}>{content}</{name}>"


def jingle(action, content, more=""):
    return stanza(
        "iq",
        f"<jingle xmlns='urn:xmpp:jingle:1' action='{action}'{more} initiator='{ANA}' sid='{SID}'>"
        f"{content}</jingle>",
        id="j1",
        type="set",
    )


def sxe(content, id_="7"):
    return stanza(
        "message", f"<sxe xmlns='urn:xmpp:sxe:0' session='{SID}' id='{id_}'>{content}</sxe>"
    )


CONTENT = """<content creator='initiator' name='the-page'>
  <description xmlns='urn:xmpp:jingle:apps:xhtml'/>
  <transport xmlns='urn:xmpp:jingle:transports:sxe'><host>ana@example.org</host></transport>
</content>"""
REASON = "<reason><unsupported-applications/></reason>"
OFFER = "<state-offer><description xmlns='urn:xmpp:jingle:apps:xhtml'/></state-offer>"
BLANK = """<state>
  <document-begin prolog='data:text/xml,%3C%3Fxml%20version%3D%271.0%27%3F%3E%0A'/>
  <document-end last-sender='' last-id=''/>
</state>"""
RUNNING = """<state>
  <document-begin prolog='data:text/xml,%3C!DOCTYPE%20html%3E%0D%0A'/>
  <new type='processinginstruction' pitarget='xml-stylesheet' pidata='href="a.css"' rid='G0'
       primary-weight='0.4'/>
  <new type='element' ns='http://www.w3.org/1999/xhtml' name='html' rid='G1' primary-weight='3'/>
  <new type='attr' ns='xml' name='lang' chdata='sv' parent='G1' rid='G2'/>
  <set target='G2' version='1' chdata='nb'/>
  <new type='text' chdata='Harbour' rid='G5' parent='G1' primary-weight='0'/>
  <new type='comment' chdata='as of May' rid='G6' parent='G1' primary-weight='-2.43'/>
  <document-end last-sender='ben' last-id='abc'/>
</state>"""
EDIT = """<state>
  <new type='element' name='p' parent='G1' rid='G10'/>
  <new type='text' chdata='Boats &amp; nets' parent='G10' rid='G11'/>
  <set target='G5' version='1' chdata='Haven'/>
  <set target='G6' version='1' replacefrom='3' replacen='6' chdata=''/>
  <set target='G6' version='2' replacefrom='0' replacen='0' chdata='Not '/>
</state>"""
NEW = """<state>
  <new type='element' name='path' parent='G1' rid='G4'/>
  <new type='attr' name='d' parent='G4' rid='G5' chdata='M1 1L3 5L5 1Z'/>
</state>"""
REMOVE = "<state><remove target='G5'/><remove target='G4'/></state>"
SET = """<state>
  <set target='G14' version='1' chdata='10'/>
  <set target='G8' version='1' parent='G1' primary-weight='8'/>
</state>"""


def strict(ops, id_="7", **more):
    return m.StrictMessage(SID, id_, ops, **more)


EXAMPLES = {
    "session-initiate": (
        jingle("session-initiate", CONTENT),
        m.Initiate(SID, ANA, "ana@example.org", XHTML, "the-page"),
    ),
    "session-accept": (
        jingle("session-accept", CONTENT),
        m.Accept(SID, ANA, "ana@example.org", XHTML, "the-page"),
    ),
    "session-terminate": (
        jingle("session-terminate", REASON, " host='room@rooms.example'"),
        m.Terminate(SID, m.Reason.UNSUPPORTED_APPLICATIONS, ANA),
    ),
    "advertising": (
        stanza("presence", f"<sxe xmlns='urn:xmpp:sxe:0' session='{SID}' name='Harbour plan'/>"),
        m.Advertisement(SID, "Harbour plan"),
    ),
    "connecting": (sxe("<connect/>"), m.Connect(SID)),
    "a state offer": (sxe(OFFER), m.StateOffer(SID, XHTML)),
    "accepting an offer": (sxe("<accept-state/>"), m.AcceptState(SID)),
    "refusing an offer": (sxe("<refuse-state/>"), m.RefuseState(SID)),
    "the state of a blank document": (
        sxe(BLANK),
        strict((), prolog="<?xml version='1.0'?>\n", last=("", "")),
    ),
    "the state of a document": (
        sxe(RUNNING),
        strict(
            (
                New(
                    "G0",
                    Kind.INSTRUCTION,
                    "",
                    0.4,
                    pitarget="xml-stylesheet",
                    pidata='href="a.css"',
                ),
                New("G1", Kind.ELEMENT, "", 3.0, "http://www.w3.org/1999/xhtml", "html"),
                New("G2", Kind.ATTRIBUTE, "G1", 0.0, ns.XML, "lang", "sv"),
                Set("G2", 1, chdata="nb"),
                New("G5", Kind.TEXT, "G1", chdata="Harbour"),
                New("G6", Kind.COMMENT, "G1", -2.43, chdata="as of May"),
            ),
            prolog="<!DOCTYPE html>\r\n",
            last=("ben", "abc"),
        ),
    ),
    "an edit": (
        sxe(EDIT, "4"),
        strict(
            (
                New("G10", Kind.ELEMENT, "G1", name="p"),
                New("G11", Kind.TEXT, "G10", chdata="Boats & nets"),
                Set("G5", 1, chdata="Haven"),
                Set("G6", 1, chdata="", replace=(3, 6)),
                Set("G6", 2, chdata="Not ", replace=(0, 0)),
            ),
            "4",
        ),
    ),
    "new nodes": (
        sxe(NEW),
        strict(
            (
                New("G4", Kind.ELEMENT, "G1", name="path"),
                New("G5", Kind.ATTRIBUTE, "G4", name="d", chdata="M1 1L3 5L5 1Z"),
            )
        ),
    ),
    "removing nodes": (sxe(REMOVE), strict((Remove("G5"), Remove("G4")))),
    "set elements": (
        sxe(SET),
        strict((Set("G14", 1, chdata="10"), Set("G8", 1, parent="G1", weight=8.0))),
    ),
}


@pytest.mark.parametrize("name", EXAMPLES)
def test_each_example_of_the_xep_says_what_the_xep_means(name):
    written, meant = EXAMPLES[name]
    assert decode(parse(written)) == meant


def sxe_faults(elements):
    return [
        fault for one in elements if one.tag == f"{{{ns.SXE}}}sxe" for fault in faults(to_xml(one))
    ]


@pytest.mark.parametrize("name", [name for name, (text, _) in EXAMPLES.items() if "<sxe" in text])
def test_the_schema_used_here_takes_the_examples(name):
    assert not sxe_faults(parse(EXAMPLES[name][0]))


@pytest.mark.parametrize(
    "wrong",
    [
        "<state><new type='attr' rid='a' name='d'/></state>",
        "<state><new type='text' rid='a' name='d' chdata='x'/></state>",
        "<state><new type='element' rid='a'/></state>",
        "<state><set target='a' chdata='x'/></state>",
        "<state><set target='a' version='-1'/></state>",
        "<state><set target='a' version='1' replacefrom='1' chdata=''/></state>",
        "<state><new rid='a' type='element' name='g' primary-weight='heavy'/></state>",
        "<state><remove rid='a'/></state>",
        "<state><new rid='a'><g xmlns='http://www.w3.org/2000/svg'/></new></state>",
        "<connect/><connect/>",
    ],
)
def test_the_schema_used_here_refuses_what_the_xep_forbids(wrong):
    assert sxe_faults(parse(sxe(wrong)))


@given(w.all_messages.filter(lambda one: isinstance(one, _NEGOTIATION)))
def test_negotiation_is_written_as_the_schema_has_it(message):
    assert not sxe_faults(encode(message))


_NEGOTIATION = (
    m.Connect,
    m.StateOffer,
    m.AcceptState,
    m.RefuseState,
    m.StateBegin,
    m.StateEnd,
    m.Advertisement,
)


@given(w.batches(), st.sampled_from([None, "", "<?xml version='1.0'?>"]), st.booleans())
def test_edits_of_a_strict_session_are_written_as_the_schema_has_them(batch, prolog, ends):
    ops = tuple(op for op in expand(batch.ops) if not isinstance(op, Invalid))
    last = ("room@h/ana", "7") if ends else None
    assert not sxe_faults(encode_strict(strict(ops, prolog=prolog, last=last)))


def test_a_state_in_pieces_is_written_as_the_schema_has_it():
    ops = [New(f"e{i}", Kind.ELEMENT, "r", float(i), SVG, "rect") for i in range(400)]
    pieces = list(state_messages(SID, ops, None, "", iter(map(str, range(99))).__next__))
    assert len(pieces) > 2
    assert not [fault for one in pieces for fault in sxe_faults(encode_strict(one))]
