"""Scenarios of SYNC section 10 about fields and attributes: who wins, what merges."""

from tests.helpers.merging import agreed, element, members, sync
from whiteboard.model.ids import TRASH, Rid, attribute_rid
from whiteboard.model.ops import Kind, Literal, Set

FILL = ("", "fill")


def test_07_two_quick_edits_of_ones_own_both_count():
    a, b = members("ab")
    root = a.start()
    a.set(root, "width", "1")
    a.set(root, "height", "1")
    a.set(root, "width", "2")
    assert agreed(a, b).attributes(root) == {("", "width"): "2", ("", "height"): "1"}


def test_32_fill_and_stroke_of_one_element_by_two_people_both_stand():
    a, b = members("ab")
    rect = a.add(a.start(), element("rect"))
    sync(a, b)
    a.set(rect, "fill", "red")
    b.set(rect, "stroke", "blue")
    assert agreed(a, b).attributes(rect) == {FILL: "red", ("", "stroke"): "blue"}


def test_33_a_move_and_a_colour_by_two_people_both_stand():
    a, b = members("ab")
    root = a.start()
    group = a.add(root, element("g"))
    rect = a.add(root, element("rect", fill="red"))
    sync(a, b)
    a.move(rect, group)
    b.set(rect, "fill", "green")
    view = agreed(a, b, limit=60)
    assert view.records[rect].parent == group
    assert view.attributes(rect) == {FILL: "green"}


def test_31_of_two_numbers_one_stands_and_never_both_together():
    a, b = members("ab")
    rect = a.add(a.start(), element("circle", cx="10"))
    sync(a, b)
    a.set(rect, "cx", "20")
    b.set(rect, "cx", "30")
    assert agreed(a, b).attributes(rect) == {("", "cx"): "30"}


def test_73_a_literal_is_edited_like_plain_records_while_others_edit_it():
    a, b = members("ab")
    root = a.start()
    sync(a, b)
    group = a.add(root, element("g", element("rect"), "words", element("line"), fill="red"))
    sync(a, b)
    rect, words, line = a.doc.children(group)
    assert [rect, words, line] == [f"{group}/{i}" for i in (1, 2, 3)]
    b.set(group, "fill", "green")
    b.move(line, rect)
    a.write(words, "more words")
    view = agreed(a, b)
    assert view.attributes(group) == {FILL: "green"}
    assert view.children(rect) == [line]
    assert view.records[words].value == "more words"


def test_73_a_literal_and_the_plain_operations_it_stands_for_are_the_same():
    (a,), (b,) = members("a"), members("a")
    for member in (a, b):
        member.start()
    root = a.doc.root
    literal = Literal(Rid("a.9"), root, 1.0, element("g", "t", element("rect", x="1"), id="i"))
    a.do(literal)
    b.do(*literal.expand())
    assert a.doc.state_hash() == b.doc.state_hash() == agreed(a).state_hash()


def test_74_two_people_who_add_the_same_attribute_write_one_record():
    a, b = members("ab")
    rect = a.add(a.start(), element("rect"))
    sync(a, b)
    a.set(rect, "fill", "red")
    b.set(rect, "fill", "green")
    view = agreed(a, b)
    assert view.attributes(rect) == {FILL: "green"}
    assert [x.rid for x in view.records.values() if x.kind is Kind.ATTRIBUTE] == [
        attribute_rid(rect, "fill")
    ]


def test_75_of_an_attributes_deletion_and_a_new_value_the_later_stands():
    for deleter, expected in ((0, {FILL: "green"}), (1, {})):
        pair = members("ab")
        rect = pair[0].add(pair[0].start(), element("rect", fill="red"))
        sync(*pair)
        pair[deleter].set(rect, "fill", None)
        pair[1 - deleter].set(rect, "fill", "green")
        rid = attribute_rid(rect, "fill")
        view = agreed(*pair)
        assert view.attributes(rect) == expected
        assert (rid in view.records) is bool(expected)
        sync(*pair)
        pair[0].set(rect, "fill", "blue")
        assert agreed(*pair).attributes(rect) == {FILL: "blue"}


def test_75_a_late_value_and_a_late_deletion_do_not_undo_a_newer_value():
    a, b, c = members("abc")
    rect = a.add(a.start(), element("rect", fill="red"))
    sync(a, b, c)
    a.set(rect, "x", "1")
    a.set(rect, "fill", "green")
    b.set(rect, "fill", "blue")
    c.set(rect, "fill", None)
    assert agreed(a, b, c).attributes(rect) == {FILL: "green", ("", "x"): "1"}


def test_75_an_attribute_can_only_be_moved_to_its_own_element_or_the_trash():
    a, b = members("ab")
    root = a.start()
    rect = a.add(root, element("rect", fill="red"))
    fill = attribute_rid(rect, "fill")
    a.do(Set(fill, parent=root, weight=0.0, chdata="green"))
    view = agreed(a, b)
    assert view.attributes(root) == {}
    assert view.attributes(rect) == {FILL: "green"}
    a.do(Set(fill, parent=TRASH))
    a.do(Set(fill, parent=rect))
    assert agreed(a, b).attributes(rect) == {FILL: "green"}
