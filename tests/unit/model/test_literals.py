"""Attributes of literals, which are no records until somebody touches them (SYNC 4.8)."""

import random

import pytest

from tests.helpers.merging import agree, message
from tests.unit.model.boards import board, element, others, rect
from whiteboard.model import merge, view
from whiteboard.model.changes import Origin
from whiteboard.model.ids import DOCUMENT, TRASH, Rid, attribute_rid
from whiteboard.model.ops import Kind, Literal, LiteralElement, New, Remove, Set
from whiteboard.model.tree import Tree

ROOT = Rid("~a.1")
SHAPE = Rid("a.2")
LITERAL = Literal(SHAPE, ROOT, 1.0, element("rect", y="2", x="1", fill="red"))
X = attribute_rid(SHAPE, "x")


def attribute_records(document):
    """The rids of the attribute records that there are."""
    records = document._projection.records.values()
    return {record.rid for record in records if record.kind is Kind.ATTRIBUTE}


def start():
    return message("a", 1, 1, Literal(ROOT, DOCUMENT, 1.0, element("svg")))


def drawn():
    document = board("a")
    with document.transact(Origin.LOCAL) as edit:
        edit.do(Literal(ROOT, DOCUMENT, 1.0, element("svg")))
        edit.do(LITERAL)
    return document


def spelled():
    """The same, by the plain operations that the literal stands for."""
    document = board("a")
    with document.transact(Origin.LOCAL) as edit:
        edit.do(Literal(ROOT, DOCUMENT, 1.0, element("svg")))
        for new in LITERAL:
            edit.do(new)
    return document


def test_drawing_receiving_showing_saving_and_hashing_make_no_attribute_records():
    document = drawn()
    (other,) = others(document, "b")
    for one in (document, other):
        assert one.tree.root is not None
        assert one.node(SHAPE).get("x") == "1"
        assert one.attribute(SHAPE, "x") == "1"
        assert one.attribute_record(SHAPE, "x") == X
        assert one.attributes(SHAPE) == {("", "fill"): "red", ("", "x"): "1", ("", "y"): "2"}
        assert one.by_id("none") is None
        assert (one.c14n(), one.state_hash()) == (spelled().c14n(), spelled().state_hash())
        assert b'x="1"' in one.serialise()
        assert one.batches_since({})
        one._rebuild()
    with document.transact(Origin.LOCAL) as edit:
        edit.move(SHAPE, ROOT)
        edit.trash(SHAPE)
        edit.set_attribute(SHAPE, "x", "1")  # as it is already
        edit.move(SHAPE, ROOT)
    assert attribute_records(document) == attribute_records(other) == set()


def test_touching_one_attribute_makes_one_record():
    document = drawn()
    with document.transact(Origin.LOCAL) as edit:
        edit.set_attribute(SHAPE, "x", "5")
    assert attribute_records(document) == {X}
    assert document.attributes(SHAPE) == {("", "fill"): "red", ("", "x"): "5", ("", "y"): "2"}


@pytest.mark.parametrize("name", ["fill", "x", "y"])
def test_the_record_is_what_its_plain_operation_would_have_made(name):
    rid = attribute_rid(SHAPE, name)
    document, plain = drawn(), spelled()
    for field in merge.FIELDS:
        assert document.writes(rid, field) == plain.writes(rid, field)
    assert document.is_visible(rid)
    assert (document.kind(rid), document.parent(rid), document.weight(rid)) == (
        Kind.ATTRIBUTE,
        SHAPE,
        0.0,
    )
    assert (document.name(rid), document.ns(rid)) == (name, "")
    assert attribute_records(document) == {rid}
    assert document.state_hash() == plain.state_hash()


@pytest.mark.parametrize("rid", ["a.2@z", "a.2@{}x", "a.2@{x", "a.9@x", "@x", "a.2@", "a.2@x@x"])
def test_a_rid_of_no_attribute_makes_no_record(rid):
    document = drawn()
    assert document.kind(Rid(rid)) is None
    assert document.writes(Rid(rid), "chdata") == ()
    assert attribute_records(document) == set()


def test_an_attribute_of_a_namespace_is_found_by_its_rid():
    document = drawn()
    href = ("http://www.w3.org/1999/xlink", "href", "#a")
    with document.transact(Origin.LOCAL) as edit:
        rid = edit.add(ROOT, LiteralElement(element().ns, "use", (href,)))
    assert attribute_records(document) == set()
    assert document.text(attribute_rid(rid, "href", href[0])) == "#a"
    assert attribute_records(document) == {attribute_rid(rid, "href", href[0])}


def test_a_deleted_attribute_stays_deleted():
    document = drawn()
    with document.transact(Origin.LOCAL) as edit:
        edit.set_attribute(SHAPE, "x", None)
    assert document.attribute(SHAPE, "x") is None
    assert document.node(SHAPE).get("x") is None
    assert document.parent(X) == TRASH
    expected = document.state_hash()
    document._rebuild()
    assert document.state_hash() == expected


def test_a_transaction_taken_back_leaves_the_attributes_as_they_were():
    document = drawn()
    expected = document.state_hash()

    def edit_and_fail():
        with document.transact(Origin.LOCAL) as edit:
            edit.set_attribute(SHAPE, "x", "5")
            edit.trash(Rid("none"))

    with pytest.raises(KeyError):
        edit_and_fail()
    assert document.state_hash() == expected
    assert attribute_records(document) == set()


def test_of_two_attributes_renamed_alike_the_one_created_last_shows():
    shape = Literal(SHAPE, ROOT, 1.0, element("rect", x="1", y="2"))
    y = attribute_rid(SHAPE, "y")
    for renamed, name in ((X, "y"), (y, "x")):
        rename = Set(renamed, ns="", name=name)
        expected = agree([start(), message("a", 2, 2, shape), message("a", 3, 3, rename)])
        assert expected.attributes(SHAPE) == {("", name): "2"}


POOL = (
    Set(X, chdata="5"),
    Set(X, chdata="6", parent=SHAPE, weight=2.0),
    Set(X, parent=TRASH, weight=0.0),
    Set(X, chdata="!", replace=(1, 0)),
    Set(X, ns="", name="y"),
    Set(X, parent=ROOT),
    New(X, Kind.ATTRIBUTE, SHAPE, 0.0, "", "x", chdata="7"),
    New(attribute_rid(X, "k"), Kind.ATTRIBUTE, X, 0.0, "", "k", chdata="8"),
    Set(SHAPE, parent=X, weight=1.0),
    Set(SHAPE, parent=TRASH, weight=1.0),
    Remove(X),
    Remove(SHAPE),
)
OWN = (  # by whom the element is
    rect(SHAPE, ROOT, 3.0),
    rect(SHAPE, X, 3.0),
    Literal(SHAPE, ROOT, 2.0, element("g", x="9", y="8")),
    New(Rid("a.3"), Kind.ATTRIBUTE, SHAPE, 0.0, "", "x", chdata="own"),
    New(Rid("a.3"), Kind.ELEMENT, X, 0.0, "", "inside"),
    Set(Rid("a.3"), parent=SHAPE, weight=1.0),
    Set(SHAPE, parent=Rid("a.3"), weight=1.0),
)


@pytest.mark.parametrize("seed", range(40))
def test_whatever_touches_an_attribute_before_or_after_its_literal_all_agree(seed):
    rng = random.Random(seed)
    own = [LITERAL, *rng.choices(OWN, k=rng.randint(0, 2)), *rng.choices(POOL, k=1)]
    if rng.random() < 0.3:
        rng.shuffle(own)
    batches = [start()]
    batches += [message("a", n, n, op) for n, op in enumerate(own, start=2)]
    for r in "bc":  # whose messages know nothing of the others'
        ops = rng.choices(POOL, k=rng.randint(1, 2))
        batches += [message(r, n, n, op) for n, op in enumerate(ops, start=1)]
    agree(batches, limit=30)


def test_a_creation_that_a_late_move_makes_a_circle_of_is_remembered():
    shape, group, child = Rid("a.2"), Rid("a.3"), Rid("a.4")
    batches = [
        start(),
        message("a", 2, 2, rect(shape, ROOT)),
        message("a", 3, 3, rect(group, shape), rect(child, group)),
        message("A", 1, 3, Set(shape, parent=group, weight=1.0), deps={"a": 2}),
        message("a", 4, 4, Set(group, parent=ROOT, weight=1.0)),
    ]
    expected = agree(batches)
    assert expected.children(ROOT) == [group]
    assert set(expected.children(group)) == {shape, child}


ODD = (
    (("xml", "lang", "a"), ("http://www.w3.org/XML/1998/namespace", "lang", "b")),
    (("", "x", "1"), ("", "x", "2")),
    (("", "xmlns", "1"), ("", "1x", "2"), ("", "a b", "3"), ("", "a@b", "4")),
    (("u@v", "n", "1"), ("u}v", "n", "2"), ("u{v", "n", "3"), ("", "{u}n", "4")),
    (("\x01", "n", "1"), ("\ufffd", "n", "2")),
    (("", "n", "\x01\ufffe"), ("", "m", "\ud800")),
    (("", "n" * 257, "1"), ("", "n" * 256, "2"), ("n" * 1020, "n", "3")),
    tuple(("", f"n{i}", "v") for i in range(70)),
    (("http://www.w3.org/2000/xmlns/", "n", "1"),),
)


@pytest.mark.parametrize("attributes", ODD)
def test_odd_attributes_mean_what_their_plain_operations_mean(attributes):
    odd = Literal(SHAPE, ROOT, 1.0, LiteralElement("", "g", attributes, ("t",)))
    late = [Set(new.rid, chdata="late") for new in odd][:3]
    agree([start(), message("a", 2, 2, odd), message("b", 1, 1, *late)], every_step=False)


def test_attributes_of_a_literal_that_is_not_its_authors_count_for_themselves():
    expected = agree(
        [start(), message("b", 1, 1, LITERAL), message("a", 2, 2, rect(SHAPE, ROOT))],
    )
    assert expected.attributes(SHAPE) == {("", "fill"): "red", ("", "x"): "1", ("", "y"): "2"}


def test_attributes_of_a_literal_count_among_the_records_that_one_may_make(monkeypatch):
    monkeypatch.setattr(merge, "MAX_NEWS", 4)
    monkeypatch.setattr(view, "MAX_NEWS", 4)
    expected = agree([start(), message("a", 2, 2, LITERAL)])
    assert expected.attributes(SHAPE) == {("", "fill"): "red", ("", "x"): "1"}
    expected = agree([message("a", 1, 1, LITERAL), message("a", 2, 2, rect(Rid("a.9"), ROOT))])
    assert Rid("a.9") not in expected.records


def test_a_literal_in_a_message_that_restores_something_is_written_out():
    document = drawn()
    ts = document.writes(SHAPE, "parent")[0].ts
    restoring = message(
        "a", 2, 2, Literal(Rid("a.5"), ROOT, 1.0, element("g", x="1")), restores={(1, "chdata"): ts}
    )
    document.receive([restoring])
    assert document.writes(Rid("a.5@x"), "chdata")[0].alias == ts


def test_a_tree_made_later_shows_touched_and_untouched_attributes():
    document = drawn()
    with document.transact(Origin.LOCAL) as edit:
        edit.set_attribute(SHAPE, "x", "5")
        edit.set_attribute(SHAPE, "y", None)
        edit.set_attribute(SHAPE, "z", "6")
    assert dict(Tree(document._projection).node(SHAPE).attrib) == {
        "fill": "red",
        "x": "5",
        "z": "6",
    }
