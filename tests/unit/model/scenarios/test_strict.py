"""Scenarios of SYNC section 10 that are marked S: strict sessions, the engine's part."""

from __future__ import annotations

import itertools

from tests.helpers.strict import (
    BASE,
    ROOT,
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
from whiteboard.model.strict.demands import (
    OTHERS_WAIT,
    doubled_attributes,
    orphans,
    removal,
    stated_places,
)
from whiteboard.model.strict.ops import NewAt, Stanza
from whiteboard.model.strict.reassert import reassert
from whiteboard.model.strict.snapshot import snapshot
from whiteboard.model.strict.texts import moved_splice, text_set

WORD = stanza("base", "w", text("x", "p", "base"))


def asserted_again(made, rid, *people):
    """Everybody looks once, after a quiet time; who sent what."""
    sent = {}
    for who in people:
        op = reassert(made, rid, who)
        if op is not None:
            sent[who] = op
            made.receive([stanza(who, f"again-{op.version}", op)])
    return sent


def test_01_two_edits_of_one_against_one_of_another_undo_each_other_and_one_is_asserted_again():
    made = everywhere(
        BASE,
        WORD,
        stanza("A", 1, written("x", 1, "a")),
        stanza("A", 2, written("x", 2, "b")),
        stanza("B", 1, written("x", 1, "c")),
    )
    assert made.text("x") == "base"
    assert made.next_version("x") == 4
    assert asserted_again(made, "x", "A", "B") == {"A": written("x", 4, "b")}
    assert made.text("x") == "b"
    assert asserted_again(made, "x", "A", "B") == {}


def test_02_two_fields_of_one_record_at_once_are_both_undone_and_one_is_asserted_again():
    made = everywhere(
        BASE,
        stanza("A", 1, named("p", 1, "a")),
        stanza("C", 1, Set("p", 1, weight=9.0)),
    )
    assert made.children("~r") == (
        "p",
        "q",
    )
    assert b"<a>" not in made.c14n()
    assert asserted_again(made, "p", "A", "C") == {"C": Set("p", 3, weight=9.0)}
    assert made.children("~r") == (
        "q",
        "p",
    )


def test_03_an_edit_after_two_that_undid_each_other_stands():
    made = everywhere(
        BASE,
        WORD,
        stanza("A", 1, written("x", 1, "a")),
        stanza("C", 1, written("x", 1, "c")),
        stanza("D", 1, written("x", 3, "d")),
    )
    assert made.text("x") == "d"
    assert asserted_again(made, "x", "A", "C", "D") == {}


def test_04_an_edit_that_comes_before_the_one_it_was_made_on_waits_for_it():
    b, a = stanza("B", 1, written("x", 2, "b")), stanza("A", 1, written("x", 1, "a"))
    made = document(BASE, WORD, b)
    assert made.text("x") == "base"
    assert set(made.waiting) == {"x"}  # after 5 s: ask for the state
    made.receive([a])
    assert made.text("x") == "b"
    assert not made.waiting


def test_05_a_stanza_that_is_delivered_three_times_counts_once():
    made = document(BASE, WORD, *[stanza("A", 1, written("x", 1, "a", (0, 0)))] * 3)
    assert made.text("x") == "abase"
    assert made.duplicates == 2
    assert made.next_version("x") == 2


def test_06_two_equal_edits_are_two_and_one_is_asserted_again():
    made = everywhere(
        BASE,
        stanza("base", "f", attribute("f", "p", value="blue")),
        stanza("A", 1, written("f", 1, "red")),
        stanza("B", 1, written("f", 1, "red")),
    )
    assert made.attributes("p") == {("", "fill"): "blue"}
    assert set(asserted_again(made, "f", "A", "B")) == {"B"}
    assert made.attributes("p") == {("", "fill"): "red"}


def test_07_two_quick_own_edits_in_a_room_have_two_versions_and_both_stand():
    made = document(BASE, WORD)
    for number, word in enumerate(("one", "two"), 1):
        op = written("x", made.next_version("x"), word)
        assert op.version == number
        made.write(stanza("me", number, op))
    assert made.text("x") == "two"
    assert len(made.pending) == 2
    made.receive([stanza("me", 1, written("x", 1, "one")), stanza("me", 2, written("x", 2, "two"))])
    assert made.text("x") == "two"
    assert not made.pending
    assert made.duplicates == 0


ORPHANED = (
    BASE,
    stanza("A", 1, removed("p")),
    stanza("B", 1, element("c", "p"), attribute("d", "c"), element("e", "c")),
    stanza("C", 1, element("f", "e")),
)


def test_08_a_child_of_what_is_removed_meanwhile_is_hidden_and_removed_once_by_its_author():
    made = everywhere(*ORPHANED)
    assert made.children("~r") == ("q",)
    assert made.kind("c") is Kind.ELEMENT  # hidden, not deleted
    (demand,) = orphans(made, "B")
    assert demand.at_once
    assert demand.rids[-1] == "c"
    assert demand.rids.index("f") < demand.rids.index("e") < demand.rids.index("c")
    assert set(demand.rids) == {"c", "d", "e", "f"}
    (later,) = orphans(made, "A")
    assert not later.at_once
    assert OTHERS_WAIT == (2.0, 5.0)
    made.receive([stanza("B", 2, *demand.ops())])
    assert orphans(made, "A") == orphans(made, "B") == []


def test_08_a_parent_that_never_was_demands_nothing():
    made = everywhere(BASE, stanza("B", 1, element("c", "nowhere")))
    assert not made.is_visible("c")
    assert orphans(made, "B") == []


def test_09_the_author_moves_the_child_of_a_removed_parent_to_a_place_that_lives():
    made = everywhere(*ORPHANED, stanza("B", 2, moved("c", 1, "q")))
    assert made.children("q") == ("c",)
    assert made.is_visible("f")
    assert orphans(made, "B") == []


def test_10_a_set_on_a_removed_record_is_ignored():
    made = everywhere(BASE, stanza("A", 1, removed("p")), stanza("B", 1, named("p", 1, "g")))
    assert made.children("~r") == ("q",)
    assert not made.waiting


def test_11_a_remove_that_comes_before_its_new_keeps_the_record_away():
    made = document(BASE, stanza("A", 1, removed("n")))
    made.receive([stanza("B", 1, element("n")), stanza("B", 2, named("n", 1, "rect"))])
    assert made.children("~r") == (
        "p",
        "q",
    )
    joiner = document(
        Stanza("giver", "state", snapshot(document(stanza("A", 1, removed("n")))).ops)
    )
    joiner.receive([stanza("B", 1, element("n"))])
    assert joiner.kind("n") is None


def test_12_two_moves_into_each_other_lose_nothing_and_the_higher_rid_falls_back():
    made = everywhere(BASE, stanza("A", 1, moved("p", 1, "q")), stanza("B", 1, moved("q", 1, "p")))
    assert made.parent("q") == "~r"
    assert made.children("q") == ("p",)
    assert set(made.fallen) == {"q"}
    assert stated_places(made, "A") == []
    assert stated_places(made, "B") == [moved("q", 2, "~r")]
    made.receive([stanza("B", 2, *stated_places(made, "B"))])
    assert not made.fallen
    assert made.parent("q") == "~r"


def test_13_a_cycle_of_three_moves_is_broken_at_one():
    made = everywhere(
        BASE,
        stanza("base", 1, element("s")),
        stanza("A", 1, moved("p", 1, "q")),
        stanza("B", 1, moved("q", 1, "s")),
        stanza("C", 1, moved("s", 1, "p")),
    )
    assert [made.parent(rid) for rid in "pqs"] == ["q", "s", "~r"]
    assert all(made.is_visible(rid) for rid in "pqs")


def test_13_a_record_that_was_made_inside_itself_is_hidden_with_all_in_it():
    made = everywhere(BASE, stanza("A", 1, element("a", "b"), element("b", "a"), element("c", "b")))
    assert not made.is_visible("a")
    assert made.parent("b") is None
    made.receive([stanza("A", 2, moved("b", 1, "p"))])
    assert made.is_visible("c")


def test_15_moves_one_after_the_other_all_stand():
    made = everywhere(
        BASE,
        stanza("A", 1, moved("p", 1, "q")),
        stanza("A", 2, moved("p", 2, "~r")),
        stanza("B", 1, moved("q", 1, "p")),
    )
    assert made.parent("q") == "p"
    assert not made.fallen


def test_16_two_moves_of_one_record_leave_it_and_one_is_asserted_again():
    made = everywhere(
        BASE,
        stanza("base", 1, element("s"), element("x", "p")),
        stanza("A", 1, moved("x", 1, "q")),
        stanza("B", 1, moved("x", 1, "s")),
    )
    assert made.parent("x") == "p"
    assert asserted_again(made, "x", "A", "B") == {"B": moved("x", 3, "s")}
    assert made.parent("x") == "s"


def test_19_of_two_attributes_of_one_name_the_higher_rid_shows_and_the_other_when_it_goes():
    red, blue = (
        stanza("A", 1, attribute("a", "p")),
        stanza("B", 1, attribute("b", "p", value="blue")),
    )
    made = everywhere(BASE, red, blue)
    assert made.attributes("p") == {("", "fill"): "blue"}
    assert [demand.rids for demand in doubled_attributes(made, "A", ["p"])] == [("a",)]
    assert doubled_attributes(made, "B", ["p"]) == []
    made = everywhere(BASE, red, blue, stanza("B", 2, removed("b")))
    assert made.attributes("p") == {("", "fill"): "red"}
    assert doubled_attributes(made, "A", ["p"]) == []


def test_20_of_two_roots_the_highest_rid_shows_and_there_is_one_as_long_as_any_lives():
    first, second = element("~a", DOCUMENT, name="svg"), element("~b", DOCUMENT, name="svg")
    made = everywhere(stanza("A", 1, first, element("x", "~a")), stanza("B", 1, second))
    assert made.root == "~b"
    assert not made.is_visible("x")
    made.receive([stanza("B", 2, removed("~b"))])
    assert made.root == "~a"
    assert made.is_visible("x")


def test_21_a_rid_that_two_senders_made_is_one_record_everywhere():
    made = everywhere(
        BASE,
        stanza("A", 1, element("n", name="rect")),
        stanza("B", 1, element("n", name="circle")),
        stanza("C", 1, text("n", "~r", "words")),
        stanza("C", 2, Set("n", 1, weight=3.0)),
    )
    assert b"<circle>" in made.c14n()
    assert set(made.collisions) == {"n"}


def test_21_of_two_stanzas_with_one_id_the_smaller_counts_whichever_came_first():
    everywhere(
        BASE,
        stanza("A", 1, removed("p")),
        stanza("A", 1, named("p", 1, "a"), moved("q", 1, "p")),
        stanza("A", 1, element("p", "q"), element("n", "p")),
        stanza("B", 1, named("p", 1, "b")),
    )


def test_21_a_record_that_turns_out_to_be_of_another_kind_gets_another_node():
    made = document(BASE, stanza("A", 1, element("n", "p"), text("t", "p", "tail", 2.0)))
    group = made.tree.node("p")
    assert [node.tag for node in group] == ["{http://www.w3.org/2000/svg}g"]
    made.receive([stanza("B", 1, New("n", Kind.COMMENT, "p", 1.0, chdata="words"))])
    assert [(node.text, node.tail) for node in group] == [("words", "tail")]
    assert made.c14n().count(b"<!--words-->tail") == 1


def test_22_equal_weights_go_by_rid():
    names = ["b", "aa", "a", "B", "~x", "a.1"]
    made = everywhere(stanza("A", 1, ROOT), *(stanza(x, 1, element(x)) for x in names))
    assert made.children("~r") == tuple(sorted(names))


def test_26_a_partial_edit_of_what_lies_beyond_u_ffff_is_sent_as_the_whole_text():
    assert text_set(written("x", 1, ""), "a😀b", "a😀bc") == written("x", 1, "a😀bc")
    assert text_set(written("x", 1, ""), "ab", "a😀b") == written("x", 1, "a😀b")
    assert text_set(written("x", 1, ""), "abd", "abcd") == written("x", 1, "c", (2, 0))
    assert text_set(written("x", 1, ""), "aaa", "aa") == written("x", 1, "", (2, 1))


def test_27_a_partial_edit_out_of_range_changes_no_text_but_counts():
    for replace in ((5, 0), (4, 1), (0, 5), (3, 2)):
        made = everywhere(
            BASE,
            WORD,
            stanza("A", 1, Set("x", 1, chdata="!", replace=replace, weight=7.0)),
            stanza("B", 1, written("x", 2, "-", (4, 0))),
        )
        assert made.text("x") == "base-"
        assert made.record("x").weight == 7.0


def test_27_a_partial_edit_counts_code_points():
    smile = stanza("A", 1, written("x", 1, "😀!"))
    made = everywhere(BASE, WORD, smile, stanza("B", 1, written("x", 2, "?", (1, 1))))
    assert made.text("x") == "😀?"


def test_69_two_second_edits_without_a_first_show_the_base_and_then_the_first():
    seconds = (stanza("A", 1, written("x", 2, "a")), stanza("B", 1, written("x", 2, "b")))
    assert everywhere(BASE, WORD, *seconds).text("x") == "base"
    made = everywhere(BASE, WORD, *seconds, stanza("C", 1, written("x", 1, "c")))
    assert made.text("x") == "c"


def test_70_a_snapshot_holds_nothing_of_its_giver_that_the_room_has_not_reflected():
    room = [BASE, WORD, stanza("B", 1, written("x", 1, "b"))]
    giver = document(*room)
    own = [
        stanza("A", 1, written("x", 2, "a"), element("n"), removed("q")),
        stanza("A", 2, named("n", 1, "rect")),
    ]
    for one in own:
        giver.write(one)
    assert giver.text("x") == "a"
    state = snapshot(giver)
    assert state.last == ("B", "1")
    joiner = document(Stanza("A", "state", state.ops))
    assert joiner.text("x") == "b"
    assert joiner.kind("n") is None
    assert joiner.kind("q") is Kind.ELEMENT
    for member in (giver, joiner):
        member.receive(own)
        check(member, [*room, *own])
    assert giver.c14n() == joiner.c14n()


def test_71_edits_whose_new_was_lost_wait_and_the_state_heals_it():
    lost = stanza("A", 1, element("n"))
    edits = [stanza("B", 1, named("n", 1, "rect")), stanza("B", 2, moved("n", 2, "q"))]
    other = document(BASE, lost, *edits)
    made = document(BASE, *edits)
    assert set(made.waiting) == {"n"}  # for 5 s; then the state is asked for, and installed
    healed = document(Stanza("other", "state", snapshot(other).ops))
    assert healed.c14n() == other.c14n() != made.c14n()
    assert not healed.waiting


def test_a_new_that_states_its_version_stands_for_the_edits_before_it():
    folded = NewAt("x", Kind.TEXT, "p", 1.0, chdata="folded", version=2)
    made = everywhere(BASE, stanza("A", 1, folded), stanza("B", 1, written("x", 3, "more")))
    assert made.text("x") == "more"
    assert made.next_version("x") == 4
    again = document(BASE, Stanza("A", "state", snapshot(made).ops))
    assert (again.text("x"), again.next_version("x")) == ("more", 4)


def test_a_snapshot_names_parents_first_and_one_edit_for_each_that_counts():
    made = document(
        BASE,
        stanza("A", 1, element("b", "c"), element("c", "p"), text("x", "b", "base")),
        stanza("A", 2, written("x", 1, "a")),
        stanza("B", 1, written("x", 1, "b")),
        stanza("C", 1, written("x", 3, "c")),
        stanza("C", 2, written("x", 7, "later")),
    )
    ops = snapshot(made).ops
    order = [op.rid for op in ops if isinstance(op, New)]
    assert order.index("p") < order.index("c") < order.index("b") < order.index("x")
    assert [op for op in ops if isinstance(op, Set)] == [
        Set("x", 1),
        Set("x", 2),
        written("x", 3, "c"),
        written("x", 7, "later"),
    ]


def test_removing_a_record_removes_what_lies_in_it_first():
    made = document(BASE, stanza("A", 1, element("c", "p"), attribute("d", "c")))
    assert list(removal(made, "p")) == ["d", "c", "p"]
    assert list(removal(made, "nobody")) == []


def test_an_own_partial_edit_is_asserted_again_where_its_text_is_now():
    made = document(BASE, WORD)
    made.write(stanza("me", 1, written("x", 1, "!", (4, 0))))
    made.receive([stanza("A", 1, written("x", 1, "?"))])
    assert made.text("x") == "base"
    assert reassert(made, "x", "me") == written("x", 3, "!", (4, 0))
    assert reassert(made, "x", "A") is None


def test_of_two_own_partial_edits_in_one_stanza_the_second_knows_what_the_first_did():
    made = document(BASE, WORD)
    made.write(stanza("me", 1, written("x", 1, "ab", (0, 0)), written("x", 2, "!", (6, 0))))
    assert made.text("x") == "abbase!"
    made.receive([stanza("A", 1, written("x", 1, "?"))])
    assert reassert(made, "x", "me") == written("x", 4, "!", (4, 0))


def test_nobody_asserts_an_edit_again_more_than_three_times():
    """Against a client that sends its own edit again each time, whoever's turn it is."""
    made = document(BASE, WORD, stanza("A", 0, written("x", 1, "a")))
    made.receive([stanza("B", 0, written("x", 1, "b"))])
    for again in (1, 2, 3):
        op = reassert(made, "x", "B")
        assert op == written("x", 1 + 2 * again, "b")
        made.receive([stanza("B", again, op), stanza("A", again, written("x", op.version, "a"))])
    assert reassert(made, "x", "A") is None
    assert reassert(made, "x", "B") is None


def test_a_range_moves_with_the_text_before_it():
    assert moved_splice("hello world", "oh hello world", (6, 5)) == (9, 5)
    assert moved_splice("hello world", "world", (6, 5)) == (0, 5)
    assert moved_splice("hello world", "hello", (6, 5)) == (5, 0)
    for before, now in itertools.product(("", "ab", "abc"), repeat=2):
        for start in range(len(before) + 1):
            for count in range(len(before) - start + 1):
                first, size = moved_splice(before, now, (start, count))
                assert 0 <= first <= first + size <= len(now)
