import pytest

from tests.unit.model.boards import board, element, exchange, others
from whiteboard.model.changes import Origin
from whiteboard.model.ops import Set


def texts(content, *names):
    """Members with one text each sees; the text's rid last."""
    first = board("a", element("svg", content))
    members = [first, *others(first, *names)]
    return [*members, first.children(first.root)[0]]


def splice(doc, rid, start, count, insert):
    with doc.transact(Origin.LOCAL) as edit:
        edit.splice_text(rid, start, count, insert)
    return doc.writes(rid, "chdata")[-1].ts


def cancel(doc, rid, ts):
    with doc.transact(Origin.UNDO) as edit:
        return edit.do(Set(rid, chdata="", replace=(0, 0)), {"chdata": ts})


def settled(rid, *docs):
    exchange(*docs)
    (text,) = {doc.text(rid) for doc in docs}
    return text


def test_words_typed_at_one_place_do_not_mingle():
    a, b, rid = texts("hello world", "b")
    for i in range(3):
        splice(a, rid, 5 + i, 0, "A")
        splice(b, rid, 5 + i, 0, "B")
    assert settled(rid, a, b) == "helloBBBAAA world"


def test_a_word_deleted_leaves_what_another_typed_inside():
    a, b, rid = texts("one two three", "b")
    splice(a, rid, 4, 4, "")
    splice(b, rid, 5, 0, "X")
    assert settled(rid, a, b) == "one Xthree"


def test_what_two_delete_is_deleted_once():
    a, b, rid = texts("abcdef", "b")
    splice(a, rid, 1, 3, "")
    splice(b, rid, 2, 3, "")
    assert settled(rid, a, b) == "af"


def test_ranges_beyond_the_end_are_clamped():
    a, b, rid = texts("abc", "b")
    splice(a, rid, 99, 5, "d")
    splice(b, rid, 1, 99, "x")
    assert a.text(rid) == "abcd"
    assert b.text(rid) == "ax"
    assert settled(rid, a, b) == "axd"


def test_a_full_write_beats_partial_edits_it_had_not_seen():
    a, b, rid = texts("abc", "b")
    splice(a, rid, 3, 0, "d")
    with b.transact(Origin.LOCAL) as edit:
        edit.do(Set(rid, chdata="new"))
    splice(b, rid, 3, 0, "!")
    assert settled(rid, a, b) == "new!"


def test_positions_are_code_points():
    a, b, rid = texts("a😀b", "b")
    splice(a, rid, 2, 0, "é")
    splice(b, rid, 1, 1, "")
    assert settled(rid, a, b) == "aéb"


def test_both_delete_both_undo_and_it_is_there_once():
    a, b, rid = texts("abc", "b")
    mine, theirs = splice(a, rid, 1, 1, ""), splice(b, rid, 1, 1, "")
    exchange(a, b)
    cancel(a, rid, mine)
    assert settled(rid, a, b) == "ac"
    cancel(b, rid, theirs)
    assert settled(rid, a, b) == "abc"


def test_what_another_typed_stays_when_the_word_around_it_is_undone_and_redone():
    a, b, rid = texts("[]", "b")
    word = splice(a, rid, 1, 0, "word")
    exchange(a, b)
    splice(b, rid, 3, 0, "--")
    exchange(a, b)
    undo = cancel(a, rid, word)
    assert settled(rid, a, b) == "[--]"
    splice(b, rid, 3, 0, "+")
    exchange(a, b)
    cancel(a, rid, undo)
    assert settled(rid, a, b) == "[wo--+rd]"


def test_nobody_cancels_anothers_edit():
    a, b, rid = texts("x", "b")
    typed = splice(a, rid, 1, 0, "y")
    exchange(a, b)
    cancel(b, rid, typed)
    assert settled(rid, a, b) == "xy"


@pytest.mark.parametrize("late", [0, 1000, 1990])
def test_a_conflict_in_a_long_text_is_settled_soon(late):
    a, b, rid = texts("start ", "b")
    for i in range(2000):
        if i == late:
            b.receive(a.batches_since(b.vv))
            splice(b, rid, 0, 0, "B")
        with a.transact(Origin.LOCAL) as edit:
            edit.splice_text(rid, 6 + i, 0, "x")
    assert settled(rid, a, b) == "Bstart " + "x" * 2000


def test_two_who_type_at_length_without_each_other_are_merged_one_message_at_a_time():
    a, b, rid = texts("[]", "b")
    for i in range(300):
        for doc, letter in ((a, "a"), (b, "b")):
            with doc.transact(Origin.LOCAL) as edit:
                edit.splice_text(rid, 1 + i, 0, letter)
    for batch in b.batches_since(a.vv):
        a.receive([batch])
    b.receive(a.batches_since(b.vv))
    assert a.text(rid) == b.text(rid) == f"[{'b' * 300}{'a' * 300}]"


def test_an_old_edit_finds_its_place_after_others_agreed_on_much_since():
    a, b, c, rid = texts("[]", "b", "c")
    splice(c, rid, 1, 0, "c")
    for i in range(60):  # a and b go on without c, in conflict with each other now and then
        splice(a, rid, 1, 0, "a")
        if i % 3 == 0:
            splice(b, rid, len(b.text(rid)) - 1, 0, "b")
            exchange(a, b)
    c.receive(a.batches_since(c.vv))
    text = settled(rid, a, b, c)
    assert sorted(text) == sorted(f"[{'a' * 60}c{'b' * 20}]")
    fresh = board("d")
    fresh.receive(a.batches_since({}))
    assert fresh.text(rid) == text
