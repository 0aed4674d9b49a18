"""Scenarios of SYNC section 10 about the tree: deletion, moves, roots, order."""

import itertools

from tests.helpers.merging import agree, agreed, element, members, message, sync
from whiteboard.model.ids import DOCUMENT, TRASH, Rid
from whiteboard.model.ops import Kind, New, Remove, Set
from whiteboard.model.weights import format_weight


def test_08_a_child_added_while_its_parent_is_purged_stays_hidden():
    a, b = members("ab")
    root = a.start()
    group = a.add(root, element("g"))
    sync(a, b)
    a.do(Remove(group))
    child = b.add(group, element("rect"))
    view = agreed(a, b)
    assert group not in view.records
    assert child not in view.records


def test_09_its_author_moves_the_child_of_a_purged_parent_to_a_place_that_lives():
    a, b = members("ab")
    root = a.start()
    group = a.add(root, element("g"))
    other = a.add(root, element("g"))
    sync(a, b)
    a.do(Remove(group))
    child = b.add(group, element("rect"))
    b.do(Set(child, parent=other, weight=1.0))
    assert agreed(a, b).records[child].parent == other


def test_10_a_set_on_a_purged_record_is_ignored_and_in_the_trash_is_hidden_until_undo():
    a, b = members("ab")
    root = a.start()
    purged = a.add(root, element("rect", fill="red"))
    trashed = a.add(root, element("rect", fill="red"))
    sync(a, b)
    a.do(Remove(purged))
    a.trash(trashed)
    b.set(purged, "fill", "green")
    b.set(trashed, "fill", "green")
    view = agreed(a, b)
    assert list(view.records) == [root]
    a.undo.undo()
    view = agreed(a, b)
    assert purged not in view.records
    assert view.attributes(trashed) == {("", "fill"): "green"}


def test_11_a_remove_that_comes_before_its_new_keeps_the_record_away():
    a, b = members("ab")
    root = a.start()
    rect = a.add(root, element("rect"))
    sync(a, b)
    b.do(Remove(rect))
    assert list(agreed(a, b).records) == [root]


def test_12_of_two_moves_into_each_other_the_later_is_skipped_and_nothing_is_lost():
    a, b = members("ab")
    root = a.start()
    p, q = a.add(root, element("g")), a.add(root, element("g"))
    sync(a, b)
    a.move(p, q)
    b.move(q, p)  # the same Lamport time, a greater replica: the later one
    view = agreed(a, b)
    assert (view.records[p].parent, view.records[q].parent) == (q, root)


def test_13_of_three_moves_in_a_ring_one_is_skipped():
    a, b, c = members("abc")
    root = a.start()
    p, q, s = (a.add(root, element("g")) for _ in "pqs")
    sync(a, b, c)
    a.move(p, q)
    b.move(q, s)
    c.move(s, p)
    view = agreed(a, b, c, limit=60)
    assert [view.records[x].parent for x in (p, q, s)] == [q, s, root]


def test_14_a_skipped_move_does_not_happen_when_the_way_becomes_free():
    a, b = members("ab")
    root = a.start()
    other = a.add(root, element("g"))
    p, q = a.add(other, element("g")), a.add(other, element("g"))
    sync(a, b)
    a.move(p, q)
    b.move(q, p)
    sync(a, b)
    a.move(p, root)
    view = agreed(a, b, limit=60)
    assert (view.records[p].parent, view.records[q].parent) == (root, other)


def test_15_sequential_moves_that_turn_two_groups_over_all_happen():
    a, b = members("ab")
    root = a.start()
    x, y = a.add(root, element("g")), a.add(root, element("g"))
    for member, rid, parent in ((a, x, y), (b, x, root), (a, y, x)):
        sync(a, b)
        member.move(rid, parent)
    view = agreed(a, b, limit=60)
    assert (view.records[x].parent, view.records[y].parent) == (root, x)


def test_16_of_two_moves_of_one_thing_the_later_stands():
    a, b = members("ab")
    root = a.start()
    q, s, x = (a.add(root, element("g")) for _ in "qsx")
    sync(a, b)
    a.move(x, q)
    b.move(x, s)
    assert agreed(a, b, limit=60).records[x].parent == s


def test_17_of_a_move_and_a_deletion_the_later_stands():
    for deleter, survives in ((0, True), (1, False)):
        pair = members("ab")
        a = pair[0]
        root = a.start()
        q, x = a.add(root, element("g")), a.add(root, element("rect"))
        sync(*pair)
        pair[deleter].trash(x)
        pair[1 - deleter].move(x, q)
        assert (x in agreed(*pair).records) is survives


def test_18_work_inside_a_deleted_group_is_there_when_the_deletion_is_undone():
    a, b = members("ab")
    root = a.start()
    group = a.add(root, element("g", element("rect", fill="red")))
    rect = a.doc.children(group)[0]
    sync(a, b)
    a.trash(group)
    b.set(rect, "fill", "green")
    late = b.add(group, element("circle"))
    assert list(agreed(a, b).records) == [root]
    a.undo.undo()
    view = agreed(a, b)
    assert view.children(group) == [rect, late]
    assert view.attributes(rect) == {("", "fill"): "green"}


def test_19_of_two_attributes_with_one_name_the_newest_shows_and_its_trashing_shows_the_other():
    a, b = members("ab")
    root = a.start()
    sync(a, b)
    older = Rid("a.x")
    newer = Rid("b.x")
    a.do(New(older, Kind.ATTRIBUTE, root, name="fill", chdata="red"))
    b.do(New(newer, Kind.ATTRIBUTE, root, name="fill", chdata="green"))
    assert agreed(a, b).attributes(root) == {("", "fill"): "green"}
    a.do(Set(newer, parent=TRASH))
    assert agreed(a, b).attributes(root) == {("", "fill"): "red"}


def test_20_of_two_roots_the_oldest_shows_and_the_other_when_it_goes():
    a, b = members("ab")
    first = a.start()
    second = b.start()
    view = agreed(a, b)
    assert view.root == first
    a.trash(first)
    assert agreed(a, b).root == second


def test_22_children_of_equal_weight_are_ordered_by_rid():
    rids = [Rid(x) for x in ("a.1", "a.10", "a.2", "a.B", "a.b", "a.\u00e9", "a.\U0001f600")]
    news = [New(rid, Kind.ELEMENT, Rid("~a.0"), 1.0, name="g") for rid in reversed(rids)]
    root = New(Rid("~a.0"), Kind.ELEMENT, DOCUMENT, name="svg")
    view = agree([message("a", 1, 1, root, *news)])
    assert view.children(Rid("~a.0")) == rids


def test_23_sixty_insertions_at_one_gap_keep_the_order_and_respace():
    a, b = members("ab")
    root = a.start()
    first = a.add(root, element("first"))
    last = a.add(root, element("last"))
    rids = [last]
    for i in range(60):  # always right behind the first: halves the gap every time
        rids.insert(0, a.add(root, element(f"e{i}"), before=rids[0]))
        assert list(a.doc.children(root)) == [first, *rids]
    view = agreed(a, b, limit=2)
    assert view.children(root) == [first, *rids]
    weights = [view.records[rid].weight for rid in (first, *rids)]
    assert all(x < y for x, y in itertools.pairwise(weights))
    assert max(len(format_weight(weight).lstrip("-0.")) for weight in weights) <= 7
    respaced = [op for batch in a.sent for op in batch.ops if isinstance(op, Set)]
    assert respaced


def test_46_edits_of_a_rid_never_created_are_hidden_and_show_alike_if_it_comes():
    a, b, c = members("abc")
    root = a.start()
    group = a.add(root, element("g"))
    sync(a, b, c)
    rid = Rid("a.zz")
    b.do(Set(rid, parent=group, weight=2.0))
    c.do(Set(rid, name="circle"))
    assert agreed(a, b, c).records.keys() == {root, group}
    a.do(New(rid, Kind.ELEMENT, root, 1.0, name="rect"))
    view = agreed(a, b, c)
    assert view.records[rid].name == "rect"  # written with knowledge of both sets


def test_46_concurrently_the_edits_and_the_creation_merge_by_field():
    a, b = members("ab")
    root = a.start()
    group = a.add(root, element("g"))
    sync(a, b)
    rid = Rid("a.zz")
    b.do(Set(rid, parent=group, weight=2.0))
    a.do(New(rid, Kind.ELEMENT, root, 1.0, name="rect"))
    record = agreed(a, b).records[rid]
    assert (record.parent, record.weight, record.name) == (group, 2.0, "rect")
