"""Checkpoints of memory (SYNC 5.5; scenarios 42, 59, 60, 62, 68, and directed ones of 11.1)."""

from __future__ import annotations

import pytest

from tests.helpers.compiled import need_source
from tests.helpers.merging import SESSION, Member, assert_equal, element, members, message, sent_by
from whiteboard.editing.steps import Why
from whiteboard.editing.undo import UndoStack
from whiteboard.model.document import Document, FoldedError
from whiteboard.model.folded import Folded, FormatError, read_lines
from whiteboard.model.ids import Party, Replica, Rid
from whiteboard.model.ops import Batch, Kind, New, Remove, Set
from whiteboard.model.text import TextLog
from whiteboard.model.view import view


def board(*everybody: Member) -> Rid:
    """A text that all have."""
    first = everybody[0]
    root = first.start()
    rid = first.add(first.add(root, element("text")), "hello")
    for member in everybody[1:]:
        member.hear(first)
    return rid


def fold(member: Member, *active: Member) -> None:
    """A checkpoint at what the active members have."""
    want = dict(member.doc.vv)
    for other in active:
        want = {r: min(n, other.doc.vv.get(r, 0)) for r, n in want.items()}
    member.doc.fold(want)


def reload(member: Member, journal: list[Batch], base: Folded | None = None) -> None:
    rebuilt = member.doc.like(base)
    rebuilt.receive(journal)
    member.doc.unfold(rebuilt)


def joined(name: str, giver: Member) -> Member:
    """A member that got the giver's state and the messages outside it."""
    joiner = Member(name)
    joiner.undo.close()
    state = read_lines(giver.doc.folded().lines())
    joiner.doc = Document.from_folded(state, Party(name), Replica(name))
    joiner.doc.on_commit.subscribe(joiner._on_commit)
    joiner.undo = UndoStack(joiner.doc)
    joiner.doc.receive(giver.doc.batches_since(giver.doc.floor))
    return joiner


def test_42_one_replica_that_folds_stays_equal_to_those_that_do_not():
    a, b, c = members()
    text = board(a, b, c)
    for turn in range(6):
        a.splice(text, 0, 1, "a")
        b.splice(text, 2, 1, "b")
        c.set(text, "x", str(turn))
        a.hear(b, c)
        fold(a, b, c)
        b.hear(a, c)
        c.hear(b)
    a.hear(b, c)
    fold(a, b, c)
    assert a.doc.floor
    assert not b.doc.floor
    for member in (a, b, c):
        member.hear(*(other for other in (b, c) if other is not member))
        member.doc.receive(a.sent)
        assert_equal(member.doc, view(sent_by(a, b, c)))


def test_59_old_work_of_somebody_not_counted_on_is_taken_in_after_a_reload():
    a, b, c = members()
    text = board(a, b, c)
    c.splice(text, 5, 0, " from c")
    a.splice(text, 0, 5, "bye")
    b.hear(a)
    fold(a, b)  # c is not thought of
    journal = sent_by(a, b)
    before = a.doc.c14n()
    received = a.doc.receive(c.sent)
    assert received.below
    assert a.doc.c14n() == before, "not applied to folded state"
    assert not received.applied
    reload(a, journal)
    assert not a.doc.is_blocked
    assert not a.doc.floor
    b.doc.receive(c.sent)
    expected = view(sent_by(a, b, c))
    assert_equal(a.doc, expected)
    assert_equal(b.doc, expected)


def test_60_who_joined_by_a_state_goes_on_from_the_history_of_another():
    a, b, c = members()
    text = board(a, b, c)
    c.splice(text, 5, 0, " from c")
    a.splice(text, 0, 5, "bye")
    b.hear(a)
    fold(b, a)
    e = joined("e", b)
    e.splice(text, 0, 0, "e: ")
    assert e.doc.receive(c.sent).below
    with pytest.raises(FoldedError):
        reload(e, e.sent, None)  # its own journal does not reach below
    b.doc.receive(e.sent)
    reload(b, sent_by(a, b, e))
    helped = e.doc.like()
    helped.receive(b.doc.batches_since({}))
    e.doc.unfold(helped)
    assert_equal(e.doc, view(sent_by(a, b, c, e)))
    assert e.doc.vv["e"] == 1, "what it had done is not lost"


def test_60_help_that_lacks_what_was_accepted_changes_nothing():
    a, b = members("ab")
    text = board(a, b)
    a.splice(text, 0, 1, "J")
    fold(a)
    before = a.doc.c14n()
    shallow = a.doc.like()
    shallow.receive(b.doc.batches_since({}))
    with pytest.raises(FoldedError):
        a.doc.unfold(shallow)
    assert a.doc.c14n() == before
    assert a.doc.floor


def test_62_of_three_histories_that_begin_at_different_states_the_deepest_brings_all_together():
    a, b, c = members()
    text = board(a, b, c)
    joiners = []
    for name in "efg":
        a.splice(text, 0, 0, name)
        b.hear(a)
        c.hear(a)
        fold(a, b, c)
        joiners.append(joined(name, a))
    c.splice(text, 1, 1, "c")  # has seen everything
    for joiner in joiners:
        joiner.splice(text, 0, 0, joiner.name.upper())
    for joiner in joiners:
        joiner.hear(b)  # then a and b are gone for ever
    everybody = [*joiners]
    for _ in range(2):
        for member in everybody:
            for other in everybody:
                if other.doc.covers(member.doc.vv):
                    member.doc.receive(other.doc.batches_since(member.doc.vv))
            member.doc.receive(c.sent)
    blocked = [member for member in everybody if member.doc.is_blocked]
    assert len(blocked) == 2
    deepest = min(everybody, key=lambda m: sum(m.doc.floor.values()))
    assert deepest not in blocked
    base = deepest.doc.folded()
    for member in blocked:
        rebuilt = member.doc.like(base)
        rebuilt.receive(deepest.doc.batches_since(base.floor))
        member.doc.unfold(rebuilt)
    for member in everybody:
        member.doc.receive(deepest.doc.batches_since(member.doc.vv))
        assert_equal(member.doc, view(sent_by(a, b, c, *joiners)))


def test_68_the_undo_of_a_folded_letter_has_the_other_one_reload():
    a, b = members("ab")
    text = board(a, b)
    b.splice(text, 5, 0, "!")
    a.hear(b)
    fold(a, b)
    b.undo.undo()
    received = a.doc.receive(b.sent)
    assert received.below, "a cancel of what is folded has no room, though b has seen all of it"
    assert a.doc.text(text) == "hello!"
    reload(a, sent_by(a, b))
    assert a.doc.text(text) == "hello"
    assert_equal(a.doc, view(sent_by(a, b)))


def test_no_checkpoint_covers_a_letter_whose_undo_is_held():
    a, b = members("ab")
    text = board(a, b)
    b.splice(text, 5, 0, "!")
    a.hear(b)
    vv = dict(a.doc.vv)
    b.undo.undo()
    a.hear(b)
    a.doc.fold(vv)
    assert a.doc.floor.get("b", 0) == 0
    b.undo.redo()
    a.hear(b)
    assert_equal(a.doc, view(sent_by(a, b)))


def test_a_checkpoint_is_lowered_to_what_every_message_outside_has_seen():
    """a1 || b1, and c announced a1 but not b1, which a holds (SYNC 11.1)."""
    a, b, c = members()
    text = board(a, b, c)
    a.splice(text, 5, 0, "aaaa")
    b.splice(text, 5, 0, "bbbb")
    c.hear(a)
    a.doc.receive(b.sent)
    fold(a, c)
    assert a.doc.floor == {"a": a.doc.vv["a"] - 1}, "b1 has not seen a's last message"
    c.splice(text, 5, 0, "cccc")
    a.doc.receive(c.sent)
    assert_equal(a.doc, view(sent_by(a, b, c)))


def test_nothing_is_folded_once_a_fork_is_known():
    a, b = members("ab")
    board(a, b)
    rid = Rid("m.1")
    for name in ("here", "there"):
        a.doc.receive([message("m", 1, 9, New(rid, Kind.ELEMENT, name=name), deps={"a": 3})])
    assert a.doc.forks
    assert not a.doc.fold(a.doc.vv)


def test_two_contents_of_a_folded_message_have_the_history_read():
    a, b = members("ab")
    board(a, b)
    one = message("m", 1, 4, Set(Rid("a.1"), name="one"), deps={"a": 3})
    two = message("m", 1, 4, Set(Rid("a.1"), name="two"), deps={"a": 3})
    a.doc.receive([one])
    fold(a)
    assert not a.doc.receive([one]).below
    assert a.doc.receive([two]).below
    reload(a, [*sent_by(a, b), one])
    assert a.doc.forks == {"m": 1}
    assert_equal(a.doc, view([*sent_by(a, b), one, two]))


def test_a_void_message_from_below_needs_no_history():
    a, b = members("ab")
    text = board(a, b)
    a.splice(text, 0, 1, "J")
    fold(a)
    before = a.doc.c14n()
    received = a.doc.receive([message("m", 1, 2**40, Set(text, chdata="m"))])
    assert not received.below
    assert a.doc.c14n() == before
    assert a.doc.vv["m"] == 1


def test_my_undo_of_folded_work_waits_until_the_history_is_here():
    (a,) = members("a")
    root = a.start()
    shape = a.add(root, element("rect", fill="red"))
    a.set(shape, "fill", "green")
    fold(a)
    assert not a.undo.undo()
    assert {part.why for part in a.undo.skipped} == {Why.FOLDED}
    assert a.doc.attribute(shape, "fill") == "green"
    reload(a, a.sent)
    assert a.doc.attribute(shape, "fill") == "red", "done as soon as the history was here"


def test_my_undo_of_folded_work_trashes_nothing_where_the_history_cannot_be_had():
    (a,) = members("a")
    root = a.start()
    shape = a.add(root, element("rect", fill="red"))
    a.set(shape, "fill", "green")
    fold(a)
    a.undo.undo()
    a.undo.undo()
    a.undo.undo()
    assert a.doc.attribute(shape, "fill") == "green"
    assert a.doc.is_visible(shape)


def test_what_was_folded_says_who_wrote_it_and_what_stood_there():
    """An undo above a checkpoint finds the value below it, and the party behind that."""
    a, b = members("ab")
    text = board(a, b)
    b.splice(text, 0, 5, "bob")
    a.hear(b)
    group = a.doc.parent(text)
    assert group is not None
    a.set(group, "fill", "red")
    b.hear(a)
    fold(a, b)
    a.set(group, "fill", "blue")
    a.undo.undo()
    assert a.doc.attribute(group, "fill") == "red"
    own = a.add(a.doc.root, element("g"))
    a.move(group, own)
    a.undo.undo()
    assert a.doc.parent(group) == a.doc.root


@pytest.mark.parametrize("change", ["version", "cut", "more", "type", "session"])
def test_a_state_that_is_not_one_is_refused(change: str):
    a, b = members("ab")
    board(a, b)
    fold(a)
    lines = list(a.doc.folded().lines())
    match change:
        case "version":
            lines[0] = lines[0].replace(",1,", ",2,", 1)
        case "cut":
            lines.pop()
        case "more":
            lines.append(lines[-1])
        case "type":
            lines[-1] = lines[-1].replace('"text"', "7").replace('"element"', "7")
        case _:
            lines[0] = "[]"
    with pytest.raises(FormatError):
        read_lines(lines)


def test_messages_inside_a_checkpoint_are_not_given_out_one_by_one():
    a, b = members("ab")
    board(a, b)
    fold(a)
    assert a.doc.covers(b.doc.vv)
    assert not a.doc.covers({})
    with pytest.raises(FoldedError):
        a.doc.batches_since({})
    with pytest.raises(FoldedError):
        a.doc.reidentify(SESSION, Party("z"), Replica("z"))


def test_an_honest_message_is_not_void_after_a_fork_that_shortened_what_is_held():
    """Eight messages of the forker are seen by one before the fork shows (SYNC 11.1)."""
    a, b, c = members()
    root = a.start()
    b.hear(a)
    c.hear(a)
    chain = [
        message("m", n, n + 1, Set(root, name=f"g{n}"), deps={"a": 1} if n == 1 else {})
        for n in range(1, 9)
    ]
    other = message("m", 2, 3, Set(root, name="other"))
    a.doc.receive(chain)
    a.set(root, "x", "1")
    b.doc.receive([chain[0], chain[1], other, *a.sent])
    b.set(root, "y", "2")
    everything = [*chain, other, *sent_by(a, b)]
    c.doc.receive(everything)
    assert c.doc.attribute(root, "y") == "2"
    assert_equal(c.doc, view(everything))


def test_the_state_at_a_checkpoint_is_that_of_its_messages_and_no_later_ones():
    a, b = members("ab")
    text = board(a, b)
    root = a.doc.root
    one, two = (a.add(root, element("g", fill="red")) for _ in range(2))
    a.set(one, "fill", "green")
    a.set(one, "fill", "blue")
    a.move(text, one)
    a.splice(text, 0, 1, "J")
    b.hear(a)
    inside = list(a.sent)
    a.set(one, "fill", "white")
    a.splice(text, 0, 1, "Y")
    a.move(text, two)
    a.do(Set(one, parent=two, weight=1.0), Remove(two))
    fold(a, b)
    assert a.doc.floor == {"a": len(inside)}
    state = read_lines(a.doc.folded().lines())
    alone = Document.from_folded(state, Party("z"), Replica("z"))
    assert_equal(alone, view(inside))
    alone.receive(a.doc.batches_since(state.floor))
    assert_equal(alone, view(a.sent))
    assert_equal(a.doc, view(a.sent))


def test_what_hangs_in_an_attribute_that_nobody_touched_does_so_after_a_fold():
    """Once it was found by chance: the attribute was there twice in what was read."""
    a = Member("a")
    group = a.add(a.start(), element("g", id="i"))
    inner = a.add(group, "hello")
    a.do(Set(inner, parent=Rid(f"{group}@id"), weight=1.0))
    fold(a)
    b = joined("b", a)
    a.do(Set(Rid(f"{group}@id"), weight=1.0))
    b.doc.receive(a.doc.batches_since(a.doc.floor))
    assert_equal(b.doc, view(a.sent))


@pytest.fixture
def placed(monkeypatch):
    """Edits that were put into their places anew, in lists that a test begins."""
    need_source()
    counts = [0]
    add = TextLog.add

    def counting(log, partial):
        counts[-1] += 1
        add(log, partial)

    monkeypatch.setattr(TextLog, "add", counting)
    return counts


def test_a_text_with_many_edits_since_the_checkpoint_is_folded_some_at_a_time(placed):
    a, b, c = members()
    text = board(a, b, c)
    for _ in range(30):
        a.splice(text, 1, 1, "xy")
    b.hear(a)
    c.hear(a)
    want = dict(a.doc.vv)
    for turn in range(150):
        a.splice(text, turn % 7, 1, "a")
        b.splice(text, turn % 5, 0, "b")
    a.hear(b)
    before, placed[-1] = a.doc.c14n(), 0
    assert a.doc.fold(want, 100)
    assert a.doc.is_folding
    assert placed == [0]
    assert a.doc.floor == want
    while a.doc.is_folding:
        assert a.doc.c14n() == before
        state = read_lines(a.doc.folded().lines())
        copy = a.doc.like(state)
        copy.receive(a.doc.batches_since(a.doc.floor))
        assert copy.c14n() == before
        placed.append(0)
        a.doc.fold_on(100)
        assert placed[-1] <= 100
    # Joining text edits that were folded, and those of the copies, are not counted here.
    assert sum(count > 0 for count in placed[1:]) == 3
    assert a.doc.c14n() == before
    whole = a.doc.like(read_lines(a.doc.folded().lines()))
    whole.receive(a.doc.batches_since(a.doc.floor))
    assert whole.state_hash() == a.doc.state_hash()


def test_edits_that_come_while_a_text_is_folded_are_in_it(placed):
    a, b, c = members()
    text = board(a, b, c)
    a.splice(text, 0, 5, "Once upon a time")
    b.hear(a)
    c.hear(a)
    want = dict(a.doc.vv)
    for turn in range(40):
        a.splice(text, turn % 7, 1, "a")
        c.splice(text, 3, 0, "c")  # concurrent with all that a writes
    a.doc.fold(want, 5)
    for batch in c.sent:
        a.doc.fold_on(5)
        a.doc.receive([batch])
        a.splice(text, 2, 1, "A")
        a.undo.undo()
    while a.doc.is_folding:
        a.doc.fold_on(5)
    b.hear(c, a)
    assert b.doc.c14n() == a.doc.c14n()
    a.doc.fold(dict(a.doc.vv))
    assert b.doc.c14n() == a.doc.c14n()


def test_another_checkpoint_begins_anew_with_what_the_last_one_left():
    a, b = members("ab")
    text = board(a, b)
    for turn in range(30):
        a.splice(text, turn % 3, 1, "a")
    want = dict(a.doc.vv)
    for turn in range(30):
        a.splice(text, turn % 3, 1, "b")
    b.hear(a)
    a.doc.fold(want, 5)
    a.doc.fold_on(5)
    a.doc.fold(dict(a.doc.vv), 5)
    assert not a.doc.is_folding, "nothing came after it"
    assert a.doc.c14n() == b.doc.c14n()
