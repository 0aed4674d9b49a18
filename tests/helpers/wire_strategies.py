"""Hypothesis strategies for every message and everything in it."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import strategies as st

from whiteboard.model import ephemeral as e
from whiteboard.model.ops import (
    Batch,
    Control,
    Kind,
    Literal,
    LiteralElement,
    New,
    Remove,
    Set,
    Ts,
    expand,
)
from whiteboard.wire import messages as m
from whiteboard.wire.codec import decode
from whiteboard.wire.strict import strict_stanza
from whiteboard.wire.sxe import INVALID
from whiteboard.wire.sync import FIELDS
from whiteboard.wire.xml import parse, representable, to_xml

SESSION = "session-1"

chars = st.characters(exclude_categories=("Cs",), exclude_characters="\ufffe\uffff")
text = st.text(chars, max_size=20).map(representable) | st.sampled_from(
    ["a\nb\tc\rd", "\"<&>'", "😀", "שלום", " lead", "]]>", "\r\n"]
)
filled = text.filter(bool)
names = st.sampled_from(["svg", "rect", "g", "text", "é", "a-b.c", "_x", "名"])
namespaces = st.sampled_from(
    ["", "http://www.w3.org/2000/svg", "http://www.w3.org/1999/xlink", "urn:u&'x"]
)
attribute_ns = st.sampled_from(
    ["", "http://www.w3.org/1999/xlink", "http://www.w3.org/XML/1998/namespace", "urn:a+b"]
)
replicas = st.text("abcXYZ019", min_size=1, max_size=8)
rids = st.one_of(
    st.builds("{}.{}".format, replicas, st.text("0123456789z", min_size=1, max_size=3)),
    st.sampled_from(["~k3XqA9bZ.1", "k3XqA9bZ.7@fill", "k3XqA9bZ.7@{urn:x}y", "k3XqA9bZ.7/1/2"]),
)
counts = st.integers(0, 10**6)
numbers = st.integers(1, 10**6)
weights = st.floats(allow_nan=False, allow_infinity=False).map(lambda w: w or 0.0)
vectors = st.dictionaries(replicas, numbers, max_size=4)
times = st.builds(Ts, counts, replicas, counts)


def _merged(children: list[object]) -> tuple[object, ...]:
    """Adjacent text is one node, empty text is none: what a parser gives."""
    out: list[object] = []
    for child in children:
        if isinstance(child, str) and out and isinstance(out[-1], str):
            continue
        out.append(child)
    return tuple(out)


def _element(children):
    return st.builds(
        LiteralElement,
        namespaces,
        names,
        st.dictionaries(st.tuples(attribute_ns, names), text, max_size=4).map(
            lambda d: tuple(sorted((ns, name, value) for (ns, name), value in d.items()))
        ),
        st.lists(children, max_size=4).map(_merged),
    )


elements = st.recursive(_element(filled), lambda inner: _element(filled | inner), max_leaves=8)
optional_ns = st.none() | namespaces

news = st.one_of(
    st.builds(
        New,
        rids,
        st.sampled_from([Kind.ELEMENT]),
        rids | st.just(""),
        weights,
        ns=optional_ns,
        name=text,
    ),
    st.builds(
        New, rids, st.just(Kind.ATTRIBUTE), rids, weights, ns=optional_ns, name=text, chdata=text
    ),
    st.builds(New, rids, st.sampled_from([Kind.TEXT, Kind.COMMENT]), rids, weights, chdata=text),
    st.builds(New, rids, st.just(Kind.INSTRUCTION), rids, weights, pitarget=text, pidata=text),
)


@st.composite
def sets(draw):
    chdata = draw(st.none() | text)
    replace = None
    if chdata is not None:
        replace = draw(st.none() | st.tuples(counts, counts))
    maybe = lambda strategy: draw(st.none() | strategy)  # noqa: E731
    return Set(
        draw(rids),
        version=draw(counts),
        parent=maybe(rids | st.just("") | st.just("~trash")),
        weight=maybe(weights),
        ns=maybe(namespaces),
        name=maybe(text),
        chdata=chdata,
        pitarget=maybe(text),
        pidata=maybe(text),
        replace=replace,
    )


ops = st.one_of(
    news,
    sets(),
    st.builds(Remove, rids),
    st.builds(Literal, rids, rids | st.just(""), weights, elements),
    st.just(INVALID),
)
controls = st.builds(
    Control,
    st.sampled_from(["role", "resign", "done", "reopen"]),
    st.dictionaries(st.sampled_from(["party", "is", "rid", "rids"]), text, max_size=2).map(
        lambda d: tuple(sorted(d.items()))
    ),
)


@st.composite
def batches(draw):
    operations = tuple(draw(st.lists(ops, max_size=4)))
    return Batch(
        session=SESSION,
        party="",
        r=draw(replicas),
        n=draw(numbers),
        l=draw(counts),
        ops=operations,
        deps=draw(vectors),
        restores=draw(
            st.dictionaries(
                st.tuples(st.integers(0, 9), st.sampled_from(sorted(FIELDS))), times, max_size=3
            )
        ),
        controls=tuple(draw(st.lists(controls, min_size=0 if operations else 1, max_size=2))),
        was=draw(st.dictionaries(replicas, counts, max_size=2)),
    )


peers = st.builds(m.Peer, filled, text) | st.builds(m.Peer, st.just("room@h/nick"))
coordinates = st.integers(-(10**8), 10**8).map(lambda i: i / 100)
positive = st.integers(0, 10**5).map(lambda i: i / 100)
item_ids = st.text("abc1", min_size=1, max_size=8)
rid_lists = st.lists(rids, max_size=4).map(tuple)
matrices = st.tuples(*[st.floats(-1e6, 1e6)] * 6)
boxes = st.builds(e.Box, coordinates, coordinates, positive, positive)
items = st.one_of(
    st.builds(e.Cursor, coordinates, coordinates, st.sampled_from(["", "drawing", "writing"])),
    st.builds(e.CursorGone),
    st.builds(
        e.InkPreview,
        item_ids,
        counts,
        st.lists(st.tuples(coordinates, coordinates), max_size=5).map(tuple),
        text,
        positive,
    ),
    st.builds(e.ShapePreview, item_ids, elements),
    st.builds(e.MovePreview, item_ids, rid_lists, matrices),
    st.builds(e.PreviewEnd, item_ids),
    st.builds(e.SelectionShown, rid_lists),
    st.builds(e.Attention, boxes, rid_lists),
    st.builds(e.Viewport, boxes),
    st.builds(e.Follows, text),
)
descriptions = st.builds(
    m.Description,
    mode=st.sampled_from(m.Mode),
    creator=text,
    identity=st.sampled_from(m.Identity),
    default=st.sampled_from(["viewer", "editor"]),
    name=text,
    continues=text,
    application=st.sampled_from(
        ["urn:xmpp:jingle:apps:svg", "urn:xmpp:jingle:apps:xhtml", "urn:xmpp:jingle:apps:xml"]
    ),
    prolog=text,
)
hex32 = st.text("0123456789abcdef", min_size=32, max_size=32)
originals = st.builds(
    m.EditMessage, batches(), peers, st.sampled_from(["", "2026-01-01T00:00:00Z"])
)

session = st.just(SESSION)


def _strict(batch, prolog, last, guest):
    """A message of a strict session; what says nothing valid is read once, so that it stays."""
    made = m.StrictMessage(SESSION, "s-1", expand(batch.ops), guest=guest)
    return replace(decode(parse(to_xml(strict_stanza(made)))), prolog=prolog, last=last)


all_messages = st.one_of(
    st.builds(m.EditMessage, batches()),
    st.builds(
        _strict,
        batches(),
        st.sampled_from([None, "", "<?xml version='1.0'?>"]),
        st.sampled_from([None, ("", ""), ("room@h/ana", "7")]),
        st.sampled_from(["", "mira@x/1"]),
    ),
    st.builds(
        m.Heartbeat,
        session,
        replicas,
        vectors,
        counts,
        st.just("") | hex32,
        st.dictionaries(replicas, hex32, max_size=3),
        vectors,
        st.booleans(),
        st.sampled_from([(), ("mira@x", "tom@y")]),
        counts,
    ),
    st.builds(
        m.Get,
        session,
        vectors,
        vectors,
        vectors,
        st.none() | counts,
        st.none() | st.builds(m.Paging, counts, counts),
    ),
    st.builds(
        m.Answer,
        session,
        st.lists(originals, max_size=3).map(tuple),
        st.sampled_from([None, m.Page(1, 50, 3, 30), m.Page(0, 0, 0, 0)]),
    ),
    st.builds(m.Reject, session, filled, text, text),
    st.builds(
        m.EphemeralMessage,
        session,
        st.lists(items, min_size=1, max_size=3).map(tuple),
        st.sampled_from(["", "mira@x"]),
    ),
    st.builds(m.Connect, session),
    st.builds(m.StateOffer, session, descriptions),
    st.builds(m.AcceptState, session, vectors, st.booleans()),
    st.builds(m.RefuseState, session),
    st.builds(m.StateBegin, session, text, counts, vectors, counts),
    st.builds(
        m.StatePart, session, counts, st.text(st.characters(max_codepoint=126, min_codepoint=32))
    ),
    st.builds(m.StateEnd, session, vectors),
    st.builds(
        m.StateUploaded,
        session,
        st.sampled_from(["https://files.example/1", "nothing"]),
        hex32,
        counts,
        hex32,
        vectors,
    ),
    st.builds(
        lambda *values: m.ArchivedPart(SESSION, *values),
        st.text("0123456789abcdef", min_size=1, max_size=12),
        st.integers(0, 99),
        st.integers(100, 200),
        counts,
        st.binary(max_size=40),
    ),
    st.builds(m.Initiate, session, filled, st.sampled_from(["", "a@b/c"]), descriptions),
    st.builds(m.Accept, session, filled, st.sampled_from(["", "a@b/c"]), descriptions),
    st.builds(m.Terminate, session, st.sampled_from(m.Reason), text),
    st.builds(m.Terminate, session, st.just(m.Reason.ALTERNATIVE_SESSION), text, session),
    st.builds(m.Advertisement, session, text),
)
