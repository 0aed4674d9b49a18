"""White space in values survives servers that lose it, and all read the same."""

from __future__ import annotations

import io
import re
from dataclasses import replace

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tests.helpers import wire_strategies as w
from whiteboard.model.canonical import canonical
from whiteboard.model.ops import Batch, Kind, Literal, LiteralElement, New, Set
from whiteboard.session.replay import replay
from whiteboard.wire.codec import decode, stanza
from whiteboard.wire.errors import Fault
from whiteboard.wire.log import LogReader, LogWriter
from whiteboard.wire.messages import EditMessage
from whiteboard.wire.xml import parse, to_xml

REFERENCES = (("&#9;", "\t"), ("&#10;", "\n"), ("&#13;", "\r"))
white = st.text("ab \t\n\r", max_size=12)


def through_server(text: str) -> str:
    """What a server sends on that writes characters where it read references."""
    for reference, character in REFERENCES:
        text = text.replace(reference, character)
    return text


def batch_of(*ops) -> Batch:
    return Batch(session="s", party="", r="aaaaaaaa", n=1, l=1, ops=ops)


def on_the_wire(batch: Batch) -> str:
    return to_xml(stanza(EditMessage(batch)))


def read(text: str) -> EditMessage:
    message = decode(parse(text))
    assert isinstance(message, EditMessage)
    return message


literals = st.recursive(
    st.builds(
        LiteralElement,
        st.just("urn:x"),
        st.just("g"),
        st.dictionaries(st.sampled_from("xyz"), white).map(
            lambda d: tuple(("", key, value) for key, value in sorted(d.items()))
        ),
        white.map(lambda text: (text,) if text else ()),
    ),
    lambda inner: st.builds(
        LiteralElement,
        st.sampled_from(["", "urn:\n"]),
        st.just("g"),
        children=st.lists(inner, max_size=3).map(tuple),
    ),
    max_leaves=5,
)
white_ops = st.one_of(
    st.builds(Literal, w.rids, w.rids, st.just(1.0), literals),
    st.builds(New, w.rids, st.just(Kind.ATTRIBUTE), w.rids, ns=white, name=white, chdata=white),
    st.builds(New, w.rids, st.just(Kind.INSTRUCTION), w.rids, pitarget=white, pidata=white),
    st.builds(Set, w.rids, chdata=white, name=white, pidata=st.none() | white),
    w.ops,
)


@given(st.lists(white_ops, max_size=5), w.batches())
@example([New("a.1", Kind.TEXT, chdata="\r\n\r\n\t")], batch_of())
@example(
    [Literal("a.1", "", 0.0, LiteralElement("", "g", (("", "x", "\r\n"),), ("\r\r\n",)))],
    batch_of(),
)
def test_what_servers_do_to_white_space_changes_nothing(ops, frame):
    batch = replace(frame, ops=(*frame.ops, *ops))
    text = on_the_wire(batch)
    intact, mangled = read(text), read(through_server(text))
    assert intact.batch == mangled.batch
    assert canonical(mangled.batch, {}) == canonical(batch, {})
    assert intact.faults == mangled.faults == ()


@given(
    white, st.lists(st.integers(0, 12), min_size=1, max_size=4), st.sampled_from(["9", "10", "13"])
)
def test_whatever_a_stamp_claims_about_a_value_all_read_the_same(value, places, code):
    """A liar names white space where there is none, or not all there is."""
    text = on_the_wire(batch_of(New("a.1", Kind.TEXT, chdata=value)))
    claim = f"0.chdata={code}:{','.join(map(str, places))}"
    text = re.sub(r" ws='[^']*'", "", text).replace(" n='1'", f" n='1' ws='{claim}'")
    assert read(text).batch == read(through_server(text)).batch


def test_a_writer_that_knows_nothing_of_it_is_read_as_it_wrote():
    text = on_the_wire(batch_of(New("a.1", Kind.TEXT, chdata="one\n\ttwo")))
    assert "&#10;&#9;" in text
    plain = re.sub(r" ws='[^']*'", "", text)
    assert read(plain).batch.ops[0].chdata == "one\n\ttwo"
    assert read(plain).faults == ()


@given(st.lists(white, min_size=1, max_size=4))
def test_a_log_gives_the_same_document_after_a_server_had_it(values):
    root = New("aaaaaaaa.0", Kind.ELEMENT, ns="http://www.w3.org/2000/svg", name="svg")
    content = LiteralElement(
        root.ns, "text", (("", "x", values[0]),), tuple(filter(None, values[:1]))
    )
    ops = [root, Literal("aaaaaaaa.1", root.rid, 1.0, content)]
    ops += [
        New(f"aaaaaaaa.a{i}", Kind.TEXT, root.rid, 2.0 + i, chdata=value)
        for i, value in enumerate(values)
    ]
    file = io.BytesIO()
    writer = LogWriter(file, "s")
    writer.write(EditMessage(batch_of(*ops)))
    writer.close()
    text = file.getvalue().decode()
    documents = [replay(LogReader(io.BytesIO(t.encode()))) for t in (text, through_server(text))]
    assert documents[0].c14n() == documents[1].c14n()
    assert documents[0].attribute("aaaaaaaa.1", "x") == values[0]


def test_where_there_is_nothing_to_name_nothing_is_added():
    text = on_the_wire(
        batch_of(Literal("a.1", "", 0.0, LiteralElement("", "g", (("", "x", "a b"),), ("c\n\td",))))
    )
    assert "ws=" not in text


@pytest.mark.parametrize(
    "ws",
    [
        "0.chdata=10:0",
        "0.chdata=10:9",
        "0.chdata=10:1,2",
        "0.chdata=11:1",
        "0.chdata=10:1;13:1",
        "0.chdata=10:-1",
        "0.chdata=10",
        "0.chdata",
        "0.ch data=10:1",
        ".chdata=10:1",
        "0.pidata=10:1",
        "7.chdata=10:1",
        "0.chdata=" + ",".join(["10:1"] * 70_000),
        "0.chdata=10:" + "9" * 50,
    ],
)
def test_white_space_that_cannot_be_there_is_a_counted_fault_and_the_field_keeps_its_spaces(ws):
    text = on_the_wire(batch_of(New("a.1", Kind.TEXT, chdata="x y"))).replace(
        " n='1'", f" n='1' ws='{ws}'"
    )
    message = read(text)
    assert message.batch.ops[0].chdata == "x y"
    assert message.faults == (Fault.WHITE_SPACE,)
    log = f"<log xmlns='urn:x-whiteboard:log:0' session='s' mode='merge'>{text}</log>"
    reader = LogReader(io.BytesIO(log.encode()))
    assert len(list(reader)) == 1
    assert reader.faults == {Fault.WHITE_SPACE: 1}


def test_of_two_claims_about_one_value_the_first_holds():
    text = on_the_wire(batch_of(New("a.1", Kind.TEXT, chdata="x y"))).replace(
        " n='1'", " n='1' ws='0.chdata=10:1 0.chdata=9:1'"
    )
    assert read(text).batch.ops[0].chdata == "x\ny"
    assert read(text).faults == (Fault.WHITE_SPACE,)
