"""A party gives up a replica and goes on as another one (SYNC 4.7, 0.3.4): `was='OLD:n'`."""

import dataclasses

from tests.helpers.merging import Member, agree, element, message
from whiteboard.model.canonical import canonical
from whiteboard.model.document import Document
from whiteboard.model.ids import Party, Replica, Rid
from whiteboard.model.ops import Kind, New, Set


def heir(old: Member, n: int, name: str = "a2", party: str | None = None) -> Member:
    """Who goes on from message n of `old`, with what that saw of others."""
    new = Member(name, party or old.doc.party)
    new.doc.give_up({old.doc.replica: n})
    batches = old.doc.batches_since({})
    new.doc.receive(b for b in batches if b.r != old.doc.replica or b.n <= n)
    return new


def board() -> tuple[Member, Member, Rid]:
    a, b = Member("a"), Member("b")
    a.start()
    b.hear(a)
    assert a.doc.root is not None
    return a, b, a.doc.root


def test_what_lies_beyond_the_number_is_void_everywhere_in_any_order():
    a, b, root = board()
    kept = a.add(root, element("g", id="kept"))
    gone = a.add(root, element("g", id="gone"))
    a2 = heir(a, 2)
    assert not a2.doc.is_visible(gone)
    more = a2.add(root, element("rect"))
    expected = agree([*a.sent, *a2.sent, *b.sent])
    assert set(expected.children(expected.root)) == {kept, more}


def test_rids_of_the_old_replica_count_for_the_new_one_only():
    a, b, root = board()
    gone = a.add(root, element("g", "text", id="again"))
    a2 = heir(a, 1)
    new = [op for batch in a.sent[1:] for op in batch.ops]
    a2.do(*new)
    b.do(New(Rid("a.foreign"), Kind.ELEMENT, root, name="g"))
    expected = agree([*a.sent, *a2.sent, *b.sent])
    assert expected.children(expected.root) == [gone]


def test_nobody_can_give_up_the_replica_of_somebody_else():
    a, _b, root = board()
    kept = a.add(root, element("g"))
    b2 = heir(a, 1, "b2", "b")
    b2.doc = Document(b2.doc.session, Party("b"), Replica("b2"))
    forged = message("b2", 1, 2, New(Rid("a.7"), Kind.ELEMENT, root), deps={"a": 1}, party="b")
    expected = agree([*a.sent, dataclasses.replace(forged, was={Replica("a"): 1})])
    assert expected.children(expected.root) == [kept]


def test_what_rests_on_a_void_message_still_counts_where_that_is_missing():
    a, b, root = board()
    gone = a.add(root, element("g"))
    b.hear(a)
    b.set(root, "fill", "red")
    a2 = heir(a, 1)
    a2.set(root, "stroke", "blue")
    everything = [*a.sent, *a2.sent, *b.sent]
    expected = agree(everything)
    assert expected.attributes(expected.root)[("", "fill")] == "red"
    without = [batch for batch in everything if batch.dot != ("a", 2)]
    assert agree(without).state_hash() == expected.state_hash()
    assert gone not in expected.records


def test_a_replica_nobody_knows_can_be_given_up_as_a_whole():
    a, _b, root = board()
    c = Member("c")
    c.hear(a)
    drawn = c.add(root, element("g"))
    c2 = heir(c, 0, "c2")
    c2.do(*c.sent[0].ops)
    expected = agree([*a.sent, *c.sent, *c2.sent])
    assert expected.children(expected.root) == [drawn]


def test_only_a_first_message_gives_up_a_replica():
    a, _b, root = board()
    kept = a.add(root, element("g"))
    a2 = Member("a2", "a")
    a2.hear(a)
    a2.set(root, "x", "1")
    late = message("a2", 2, a2.doc.clock + 1, Set(root, name="svg"), deps={"a": 1}, party="a")
    late = dataclasses.replace(late, was={Replica("a"): 1})
    expected = agree([*a.sent, *a2.sent, late])
    assert expected.children(expected.root) == [kept]


def test_giving_up_is_part_of_the_canonical_form_and_changes_no_other_message():
    one = message("a2", 1, 2, Set(Rid("a.1"), name="g"), deps={"a": 1})
    other = dataclasses.replace(one, was={Replica("a"): 1})
    assert canonical(one, one.deps).endswith(b",[]]")
    assert canonical(other, one.deps).endswith(b',[],[["a",1]]]')


def test_a_member_who_was_given_up_somewhere_else_can_write_no_more():
    a, _b, root = board()
    a.add(root, element("g"))
    a2 = heir(a, 1)
    a2.set(root, "x", "1")
    received = a.doc.receive(a2.sent)
    assert received.forks == ("a",)
