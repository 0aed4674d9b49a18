"""What a transaction of a strict session sends: ordinary operations for any XEP-0284 client."""

from __future__ import annotations

import pytest

from tests.helpers.strict_people import SVG, Table, rect
from whiteboard.model.changes import Origin
from whiteboard.model.ids import DOCUMENT
from whiteboard.model.ops import Kind, LiteralElement, New, Remove, Set


def written(person):
    return [op for stanza in person.out for op in stanza.ops]


def draw(person, *elements, parent=None):
    with person.document.transact(Origin.LOCAL, "Draw") as edit:
        return [edit.add(parent or person.document.root, element) for element in elements]


def test_an_element_is_a_new_for_each_node_with_a_rid_of_its_own():
    table = Table("ana")
    (ana,) = table
    draw(ana, LiteralElement(SVG, "text", (("", "x", "1"), ("", "fill", "red")), ("hi", "")))
    ops = written(ana)
    assert [(op.kind, op.name or op.chdata) for op in ops] == [
        (Kind.ELEMENT, "text"),
        (Kind.ATTRIBUTE, "fill"),
        (Kind.ATTRIBUTE, "x"),
        (Kind.TEXT, "hi"),
    ]
    assert len({op.rid for op in ops}) == 4
    assert all(type(op) is New for op in ops)
    table.meet()


def test_a_set_says_one_more_than_the_sets_held_own_pending_ones_included():
    table = Table("ana", "bo")
    ana, bo = table
    (shape,) = draw(ana, rect(fill="red"))
    table.meet()
    for colour in ("green", "blue"):
        with ana.document.transact(Origin.LOCAL) as edit:
            edit.set_attribute(shape, "fill", colour)
    assert [op.version for op in written(ana)] == [1, 2]
    table.meet()
    with bo.document.transact(Origin.LOCAL) as edit:
        edit.set_attribute(shape, "fill", "black")
    assert [op.version for op in written(bo)] == [3]
    table.meet()
    assert ana.document.attribute(shape, "fill") == "black"


def test_deleting_removes_what_lies_deepest_first():
    table = Table("ana")
    (ana,) = table
    (group,) = draw(ana, LiteralElement(SVG, "g", (), (rect(x="1"), rect(x="2"))))
    table.meet()
    ana.editor.delete([group])
    removes = written(ana)
    assert all(isinstance(op, Remove) for op in removes)
    assert removes[-1].rid == group
    places = {op.rid: i for i, op in enumerate(removes)}
    for one in table.all:
        for op in one.ops:
            if op.rid in places and op.parent in places:
                assert places[op.rid] < places[op.parent]
    table.meet()
    assert ana.document.children(ana.document.root) == ()


def test_a_text_is_changed_by_the_smallest_edit_and_as_a_whole_beyond_u_ffff():
    table = Table("ana")
    (ana,) = table
    with ana.document.transact(Origin.LOCAL) as edit:
        rid = edit.add_text(edit.add(ana.document.root, LiteralElement(SVG, "text")), "hello")
    table.meet()
    with ana.document.transact(Origin.LOCAL) as edit:
        edit.set_text(rid, "hallo")
        edit.splice_text(rid, 5, 0, " 😀")
        edit.splice_text(rid, 0, 1, "H")
        edit.splice_text(rid, 5, 2, "")
        edit.set_text(rid, "Hallo.")
        edit.set_text(rid, "Hallo.")
    assert [(op.version, op.chdata, op.replace) for op in written(ana)] == [
        (1, "a", (1, 1)),
        (2, "hallo 😀", None),
        (3, "Hallo 😀", None),
        (4, "Hallo", None),
        (5, ".", (5, 0)),
    ]
    table.meet()


def test_what_servers_lose_is_never_written():
    table = Table("ana")
    (ana,) = table
    draw(ana, LiteralElement(SVG, "text", (("", "x", "1\t2"),), ("a\r\nb\nc\x00",)))
    assert [op.chdata for op in written(ana)[1:]] == ["1 2", "a b c\N{REPLACEMENT CHARACTER}"]


def test_the_second_attribute_of_a_name_is_never_made_and_all_go_together():
    table = Table("ana", "bo")
    ana, bo = table
    (shape,) = draw(ana, rect())
    table.meet()
    for person, colour in ((ana, "red"), (bo, "blue")):
        with person.document.transact(Origin.LOCAL) as edit:
            edit.set_attribute(shape, "fill", colour)
    table.meet()
    assert ana.document.attribute(shape, "fill") == "blue"  # the highest rid
    with ana.document.transact(Origin.LOCAL) as edit:
        edit.set_attribute(shape, "fill", None)
    assert len(written(ana)) == 2
    table.meet()
    assert bo.document.attribute(shape, "fill") is None


def test_a_transaction_that_fails_is_as_if_it_had_never_begun():
    table = Table("ana")
    (ana,) = table
    (shape,) = draw(ana, rect(fill="red"))
    table.meet()
    before = ana.document.c14n()

    def fail():
        with ana.document.transact(Origin.LOCAL) as edit:
            edit.set_attribute(shape, "fill", "blue")
            edit.add(ana.document.root, rect())
            edit.move("nothing", ana.document.root)

    with pytest.raises(KeyError):
        fail()
    assert not ana.out
    assert ana.document.c14n() == before
    with ana.document.transact(Origin.LOCAL) as edit:
        edit.set_attribute(shape, "fill", "green")
    assert [op.version for op in written(ana)] == [1]
    table.meet()


def test_a_big_element_goes_in_several_stanzas_and_a_long_value_in_pieces():
    table = Table("ana", "bo")
    ana, bo = table
    many = tuple(rect(x=str(i)) for i in range(200))
    draw(ana, LiteralElement(SVG, "g", (), many), rect(d="M" * 100_000))
    assert len(ana.out) > 3
    table.meet()
    shapes = bo.document.children(bo.document.root)
    assert len(bo.document.children(shapes[0])) == 200
    assert bo.document.attribute(shapes[1], "d") == "M" * 100_000


def test_nobody_writes_while_a_commit_is_told_and_reads_inside_see_the_writes():
    table = Table("ana")
    (ana,) = table
    document = ana.document
    with document.transact(Origin.LOCAL) as edit:
        shape = edit.add(document.root, rect(id="one"))
        assert document.children(document.root) == (shape,)
        assert document.by_id("one") == shape
    document.on_commit.subscribe(lambda _: document.transact(Origin.LOCAL).__enter__())
    with (
        pytest.raises(RuntimeError, match="on_commit"),
        document.transact(Origin.LOCAL) as edit,
    ):
        edit.add(document.root, rect())


def test_a_root_of_ones_own_shows_over_one_with_a_lower_rid():
    table = Table("ana")
    (ana,) = table
    with ana.document.transact(Origin.LOCAL) as edit:
        edit.add_comment(DOCUMENT, "note")
        second = edit.add_root(LiteralElement(SVG, "svg"))
        edit.rename(second, "g", SVG)
    assert second.startswith("~")
    assert ana.document.root == second
    assert next(op for op in written(ana) if isinstance(op, Set)).name == "g"
    table.meet()
