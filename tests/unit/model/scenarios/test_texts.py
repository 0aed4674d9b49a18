"""Scenarios of SYNC section 10 about the merging of text."""

from tests.helpers.merging import (
    Member,
    agreed,
    assert_equal,
    element,
    members,
    sent_by,
    sync,
)
from whiteboard.model.ids import Rid
from whiteboard.model.ops import Set
from whiteboard.model.view import view


def board_with_text(text: str, names: str = "ab") -> tuple[list[Member], Rid]:
    """Members who all show one text element with `text` in it, and the text's rid."""
    everybody = members(names)
    a = everybody[0]
    holder = a.add(a.start(), element("text", text))
    sync(*everybody)
    return everybody, a.doc.children(holder)[0]


def test_24_all_characters_that_xml_allows_arrive_code_point_for_code_point():
    text = "a\nb\tc d\"<&>']]>😀\u0627\u0644\u202e\ud7ff\ue000\ufffd\U0010ffff"
    (a, b), rid = board_with_text(text)
    assert b.doc.text(rid) == text
    b.set(b.doc.parent(rid), "id", text)
    assert agreed(a, b).attributes(b.doc.parent(rid)) == {("", "id"): text}


def test_25_characters_that_xml_forbids_become_the_replacement_character():
    typed = "a\x00b\x0bc\ufffed\uffff"
    (a, b), rid = board_with_text("x")
    a.write(rid, typed + "\ud800")
    a.set(a.doc.parent(rid), "id", typed)
    view = agreed(a, b)
    assert view.records[rid].value == "a\ufffdb\ufffdc\ufffdd\ufffd\ufffd"
    assert "".join(a.doc.attributes(a.doc.parent(rid)).values()) == "a\ufffdb\ufffdc\ufffdd\ufffd"
    for batch in a.sent:
        repr(batch).encode("utf-8")  # nothing that no stream could carry


def test_24_carriage_returns_are_normalised_before_they_are_sent():
    (a, b), rid = board_with_text("x")
    a.write(rid, "one\r\ntwo\rthree")
    assert agreed(a, b).records[rid].value == "one\ntwo\nthree"


def test_26_a_partial_edit_counts_code_points():
    (a, b), rid = board_with_text("a😀b")
    a.splice(rid, 2, 1, "c😀")
    assert agreed(a, b).records[rid].value == "a😀c😀"


def test_27_a_partial_edit_beyond_the_end_is_clamped():
    (a, b), rid = board_with_text("ab")
    a.do(Set(rid, chdata="X", replace=(99, 99)))
    b.do(Set(rid, chdata="Y", replace=(1, 10**30)))
    assert agreed(a, b).records[rid].value == "aYX"


def test_28_runs_typed_at_the_same_place_stay_together():
    (a, b), rid = board_with_text("hello world")
    for i in range(3):
        a.splice(rid, 5 + i, 0, "A")
        b.splice(rid, 5 + i, 0, "B")
    assert agreed(a, b).records[rid].value in {"helloAAABBB world", "helloBBBAAA world"}


def test_28_whole_runs_typed_at_once_put_the_later_first():
    (a, b), rid = board_with_text("hello world")
    a.splice(rid, 5, 0, "AAA")
    b.splice(rid, 5, 0, "BBB")
    assert agreed(a, b).records[rid].value == "helloBBBAAA world"


def test_29_what_is_typed_inside_a_word_that_another_deletes_is_kept():
    (a, b), rid = board_with_text("one two three")
    a.splice(rid, 4, 4, "")
    b.splice(rid, 5, 0, "X")
    assert agreed(a, b).records[rid].value == "one Xthree"


def test_29_the_same_deletion_by_two_people_deletes_once():
    (a, b), rid = board_with_text("one two three")
    a.splice(rid, 4, 4, "")
    b.splice(rid, 4, 4, "")
    assert agreed(a, b).records[rid].value == "one three"


def test_30_of_a_full_write_and_a_partial_edit_only_the_full_write_stands():
    for writer in (0, 1):
        pair, rid = board_with_text("hello")
        pair[writer].do(Set(rid, chdata="new"))
        pair[1 - writer].splice(rid, 5, 0, "!")
        assert agreed(*pair).records[rid].value == "new"
        sync(*pair)
        pair[1 - writer].splice(rid, 3, 0, "er")
        assert agreed(*pair, limit=60).records[rid].value == "newer"


def test_30_a_partial_edit_belongs_to_the_newest_full_write_that_its_author_saw():
    (a, b, c), rid = board_with_text("base", "abc")
    a.do(Set(rid, chdata="from a"))
    c.hear(a)
    c.splice(rid, 6, 0, " and c")
    b.do(Set(rid, chdata="from b"))  # later than a's, not known to c
    assert agreed(a, b, c).records[rid].value == "from b"


def test_66_a_letter_that_two_delete_and_both_undo_comes_back_once():
    (a, b), rid = board_with_text("abc")
    a.splice(rid, 1, 1, "")
    b.splice(rid, 1, 1, "")
    sync(a, b)
    a.undo.undo()
    b.undo.undo()
    assert agreed(a, b).records[rid].value == "abc"


def test_66_a_letter_that_two_delete_stays_away_while_only_one_undoes():
    (a, b), rid = board_with_text("abc")
    a.splice(rid, 1, 1, "")
    b.splice(rid, 1, 1, "")
    sync(a, b)
    a.undo.undo()
    assert agreed(a, b).records[rid].value == "ac"
    b.undo.undo()
    assert agreed(a, b, limit=60).records[rid].value == "abc"


def test_67_undo_and_redo_around_anothers_typing_is_as_if_not_undone():
    (a, b), rid = board_with_text("one two")
    a.splice(rid, 3, 0, " and")
    sync(a, b)
    a.undo.undo()
    sync(a, b)
    b.splice(rid, 7, 0, " three")
    sync(a, b)
    assert a.doc.text(rid) == "one two three"
    a.undo.redo()
    assert agreed(a, b, limit=60).records[rid].value == "one and two three"


def test_67_typing_inside_anothers_word_stays_in_place_when_the_word_is_undone():
    (a, b), rid = board_with_text("<>")
    a.splice(rid, 1, 0, "word")
    sync(a, b)
    a.undo.undo()  # b has not heard of it
    b.splice(rid, 3, 0, "X")
    sync(a, b)
    assert a.doc.text(rid) == "<X>"
    a.undo.redo()
    assert agreed(a, b, limit=60).records[rid].value == "<woXrd>"


def test_28_one_who_was_away_while_two_wrote_much_types_where_he_pointed():
    (a, b, c), rid = board_with_text("hello", "abc")
    for i in range(60):
        a.splice(rid, 2 * (i % 3), 0, "a")
        if i % 3 == 0:
            b.splice(rid, 1, 1, "b")
            sync(a, b)
    sync(a, b)
    c.splice(rid, 4, 1, "C")
    for member in (a, b):
        member.hear(c)
        assert_equal(member.doc, view(sent_by(a, b, c)))
