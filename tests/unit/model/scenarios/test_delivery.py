"""Scenarios of SYNC section 10 about delivery: joiners, partitions, loss, floods."""

import random

from tests.helpers.merging import (
    Member,
    agreed,
    assert_equal,
    element,
    members,
    sent_by,
    sync,
)
from whiteboard.model.view import view


def conflicting_board() -> list[Member]:
    """Three members in the middle of conflicts of every sort."""
    a, b, c = members("abc")
    root = a.start()
    p, q = a.add(root, element("g")), a.add(root, element("g"))
    holder = a.add(root, element("text", "hello"))
    text = a.doc.children(holder)[0]
    sync(a, b, c)
    a.move(p, q)
    b.move(q, p)
    c.trash(holder)
    a.splice(text, 5, 0, " world")
    b.splice(text, 0, 1, "H")
    b.set(p, "fill", "red")
    c.set(p, "fill", "blue")
    c.undo.undo()
    return [a, b, c]


def test_37_a_joiner_in_the_middle_of_conflicts_shows_what_the_others_show():
    everybody = conflicting_board()
    a, b, _ = everybody
    a.hear(b)
    joiner = Member("j")
    joiner.doc.receive(a.doc.batches_since({}))
    assert joiner.doc.state_hash() == a.doc.state_hash()
    joiner.add(joiner.doc.root, element("circle"))
    agreed(*everybody, joiner, limit=20)


def test_38_a_joiner_whose_giver_leaves_half_way_takes_the_rest_from_another():
    a, b, c = conflicting_board()
    sync(a, b, c)
    state = list(a.doc.batches_since({}))
    joiner = Member("j")
    half = state[: len(state) // 2]
    joiner.doc.receive(half)
    assert_equal(joiner.doc, view(half))
    joiner.doc.receive(b.doc.batches_since(joiner.doc.vv))
    assert joiner.doc.missing() == {}
    assert joiner.doc.c14n() == b.doc.c14n()
    assert_equal(joiner.doc, view(sent_by(a, b, c)))


def test_39_five_hundred_edits_on_each_side_of_a_partition_heal():
    a, b, c = members("abc")
    rng = random.Random(39)
    root = a.start()
    groups = [a.add(root, element("g")) for _ in range(5)]
    sync(a, b, c)
    for side in ((a, b), (c,)):
        mine = list(groups)
        for _ in range(500):
            member = rng.choice(side)
            member.hear(*side)
            match rng.randrange(4):
                case 0:
                    mine.append(member.add(rng.choice(mine), element("g")))
                case 1:
                    member.set(rng.choice(mine), "fill", str(rng.randrange(9)))
                case 2:
                    rid, to = rng.choice(mine), rng.choice(mine)
                    above = to
                    while above not in {rid, root, None}:
                        above = member.doc.parent(above)
                    if above != rid:
                        member.move(rid, to)
                case _:
                    member.trash(rng.choice(mine[5:] or [member.add(root, element("g"))]))
    sync(a, b, c)
    expected = view(sent_by(a, b, c))
    assert expected.pending == 0
    for member in (a, b, c):
        assert dict(member.doc.vv) == dict(expected.vv)
        assert_equal(member.doc, expected)


def test_40_a_lost_message_is_named_and_heals_when_it_comes():
    a, b, _ = conflicting_board()
    late = Member("j")
    lost, *rest = a.sent
    received = late.doc.receive(rest)
    assert received.applied == ()
    assert received.buffered == len(rest)
    assert late.doc.missing() == {"a": (1, 1)}
    received = late.doc.receive([lost])
    assert len(received.applied) == len(a.sent)
    assert late.doc.missing() == {}
    late.doc.receive(b.sent)
    assert_equal(late.doc, view(sent_by(a, b)))


def test_40_a_flood_of_duplicates_in_any_order_changes_nothing():
    everybody = conflicting_board()
    batches = sent_by(*everybody)
    expected = view(batches)
    rng = random.Random(40)
    for _ in range(30):
        late = Member("j")
        flood = rng.sample(batches * 3, 3 * len(batches))
        duplicates = 0
        for i in range(0, len(flood), 7):
            duplicates += late.doc.receive(flood[i : i + 7]).duplicates
        assert duplicates == 2 * len(batches)
        assert_equal(late.doc, expected)
        assert late.doc.missing() == {}
        assert dict(late.doc.vv) == dict(expected.vv)


def test_all_orders_of_a_conflict_end_in_the_same_bytes():
    agreed(*conflicting_board(), limit=60)
