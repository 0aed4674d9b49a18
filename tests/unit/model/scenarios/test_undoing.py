"""Scenarios of SYNC section 10 about undo, and its invariants (SYNC 4.6)."""

from tests.helpers.merging import agreed, element, members, sync
from whiteboard.model.ids import TRASH, attribute_rid
from whiteboard.model.ops import Kind, New, Set


def test_34_undo_of_red_does_nothing_when_another_made_it_green_since():
    a, b = members("ab")
    rect = a.add(a.start(), element("rect", fill="black"))
    a.set(rect, "fill", "red")
    sync(a, b)
    b.set(rect, "fill", "green")
    sync(a, b)
    a.undo.undo()
    assert a.undo.skipped
    assert agreed(a, b, limit=60).attributes(rect) == {("", "fill"): "green"}


def test_34_undo_that_meets_a_later_write_of_another_lets_one_of_them_win_everywhere():
    a, b = members("ab")
    rect = a.add(a.start(), element("rect", fill="black"))
    a.set(rect, "fill", "red")
    sync(a, b)
    a.undo.undo()
    b.set(rect, "fill", "green")
    assert agreed(a, b, limit=60).attributes(rect) == {("", "fill"): "green"}


def test_35_as_many_redos_as_undos_give_the_same_bytes():
    a, b = members("ab")
    root = a.start()
    sync(a, b)
    done = 0
    group = a.add(root, element("g", element("text", "hello"), id="i"))
    text = a.doc.children(a.doc.children(group)[0])[0]
    rect = a.add(root, element("rect"))
    a.set(rect, "fill", "red")
    a.set(rect, "fill", "green")
    a.set(rect, "fill", None)
    a.set(rect, "fill", "blue")
    a.splice(text, 5, 0, " world")
    a.splice(text, 0, 5, "bye")
    a.move(rect, group)
    with a.edit() as tx:
        tx.move(rect, root)
        tx.move(group, rect)
        tx.set_attribute(group, "id", "j")
    a.trash(group)
    done = 11
    states = [a.doc.c14n()]
    for _ in range(done):
        a.undo.undo()
        assert not a.undo.skipped
        states.append(a.doc.c14n())
    assert a.doc.children(root) == ()
    for state in reversed(states[:-1]):
        a.undo.redo()
        assert not a.undo.skipped
        assert a.doc.c14n() == state
    assert not a.undo.can_redo
    agreed(a, b, limit=10)


def test_35_n_undos_and_n_redos_for_every_n_also_twice():
    (a,) = members("a")
    rect = a.add(a.start(), element("rect", fill="black"))
    for colour in ("red", "green", "red", "green"):
        a.set(rect, "fill", colour)
    before = a.doc.c14n()
    for n in (1, 2, 3, 4, 4, 5, 5):
        for _ in range(n):
            a.undo.undo()
        for _ in range(n):
            a.undo.redo()
        assert a.doc.c14n() == before


def test_36_undo_of_a_creation_is_refused_while_anothers_child_is_inside():
    a, b = members("ab")
    group = a.add(a.start(), element("g"))
    sync(a, b)
    child = b.add(group, element("rect"))
    sync(a, b)
    a.undo.undo()
    assert a.undo.skipped
    assert child in agreed(a, b).records


def test_36_undo_of_a_creation_is_refused_while_anothers_colour_is_on_it():
    a, b = members("ab")
    rect = a.add(a.start(), element("rect", fill="red"))
    sync(a, b)
    b.set(rect, "fill", "green")
    sync(a, b)
    a.undo.undo()
    assert a.undo.skipped
    assert rect in agreed(a, b).records


def test_36_undo_of_a_creation_goes_on_when_the_other_took_the_child_away_again():
    a, b = members("ab")
    group = a.add(a.start(), element("g"))
    sync(a, b)
    b.add(group, element("rect"))
    b.undo.undo()
    sync(a, b)
    a.undo.undo()
    assert not a.undo.skipped
    assert group not in agreed(a, b, limit=60).records


def test_undo_takes_back_only_ones_own_work_and_in_ones_own_order():
    a, b = members("ab")
    root = a.start()
    sync(a, b)
    mine = a.add(root, element("rect"))
    sync(a, b)
    theirs = b.add(root, element("circle"))
    sync(a, b)
    a.undo.undo()
    assert agreed(a, b).children(root) == [theirs]
    sync(a, b)
    b.undo.undo()
    assert agreed(a, b, limit=60).children(root) == []
    a.undo.redo()
    assert agreed(a, b, limit=60).children(root) == [mine]


def test_redo_is_skipped_where_another_wrote_after_the_undo():
    a, b = members("ab")
    rect = a.add(a.start(), element("rect", fill="black"))
    a.set(rect, "fill", "red")
    a.undo.undo()
    sync(a, b)
    b.set(rect, "fill", "green")
    sync(a, b)
    a.undo.redo()
    assert a.undo.skipped
    assert agreed(a, b, limit=60).attributes(rect) == {("", "fill"): "green"}


def test_undo_over_anothers_value_between_two_of_ones_own_brings_back_the_others():
    a, b = members("ab")
    rect = a.add(a.start(), element("rect", fill="black"))
    a.set(rect, "fill", "red")
    sync(a, b)
    b.set(rect, "fill", "green")
    sync(a, b)
    a.set(rect, "fill", "blue")
    a.undo.undo()
    assert agreed(a, b, limit=60).attributes(rect) == {("", "fill"): "green"}
    sync(a, b)
    a.undo.undo()  # red, below green: not mine to take back
    assert a.undo.skipped
    sync(a, b)
    b.undo.undo()  # alias: the winner restores b's own write
    assert agreed(a, b, limit=60).attributes(rect) == {("", "fill"): "red"}


def test_undo_of_a_full_write_is_skipped_while_anothers_typing_is_on_it():
    a, b = members("ab")
    holder = a.add(a.start(), element("text", "old"))
    text = a.doc.children(holder)[0]
    a.do(Set(text, chdata="new"))
    sync(a, b)
    b.splice(text, 3, 0, "er")
    sync(a, b)
    a.undo.undo()
    assert a.undo.skipped
    assert agreed(a, b, limit=60).records[text].value == "newer"
    b.undo.undo()
    sync(a, b)


def test_undo_of_a_full_write_brings_back_the_text_with_what_others_had_typed():
    a, b = members("ab")
    holder = a.add(a.start(), element("text", "old"))
    text = a.doc.children(holder)[0]
    sync(a, b)
    b.splice(text, 3, 0, "er")
    sync(a, b)
    a.do(Set(text, chdata="new"))
    a.undo.undo()
    assert agreed(a, b, limit=60).records[text].value == "older"
    a.undo.redo()
    assert agreed(a, b, limit=60).records[text].value == "new"


def test_a_new_edit_ends_what_could_be_redone():
    (a,) = members("a")
    rect = a.add(a.start(), element("rect"))
    a.set(rect, "fill", "red")
    a.undo.undo()
    assert a.undo.can_redo
    a.set(rect, "fill", "green")
    assert not a.undo.can_redo


def test_the_labels_of_what_comes_next_are_those_of_the_transactions():
    (a,) = members("a")
    root = a.start()
    with a.edit("Draw") as tx:
        rect = tx.add(root, element("rect"))
    with a.edit("Colour") as tx:
        tx.set_attribute(rect, "fill", "red")
    assert (a.undo.undo_label, a.undo.redo_label) == ("Colour", None)
    a.undo.undo()
    assert (a.undo.undo_label, a.undo.redo_label) == ("Draw", "Colour")


def test_undo_of_a_move_that_another_trashed_after_is_skipped():
    a, b = members("ab")
    root = a.start()
    group, rect = a.add(root, element("g")), a.add(root, element("rect"))
    a.move(rect, group)
    sync(a, b)
    b.trash(rect)
    sync(a, b)
    a.undo.undo()
    assert a.undo.skipped
    assert a.doc.parent(rect) in {None, TRASH}
    agreed(a, b, limit=20)


def test_one_transaction_with_many_steps_is_undone_as_one():
    a, b = members("ab")
    root = a.start()
    before = a.doc.c14n()
    with a.edit() as tx:
        group = tx.add(root, element("g"))
        rect = tx.add(group, element("rect", fill="red"))
        tx.set_attribute(rect, "fill", "green")
        tx.move(rect, root)
    after = a.doc.c14n()
    a.undo.undo()
    assert a.doc.c14n() == before
    a.undo.redo()
    assert a.doc.c14n() == after
    agreed(a, b)


def test_undo_below_a_text_that_another_had_typed_in_does_not_take_that_typing_away():
    a, b = members("ab")
    holder = a.add(a.start(), element("text", "first"))
    text = a.doc.children(holder)[0]
    a.do(Set(text, chdata="old"))
    sync(a, b)
    b.splice(text, 3, 0, "er")
    sync(a, b)
    a.do(Set(text, chdata="new"))
    a.undo.undo()
    assert a.doc.text(text) == "older"
    a.undo.undo()  # would bring back "first", without what b had typed
    assert a.undo.skipped
    assert agreed(a, b, limit=60).records[text].value == "older"
    a.undo.redo()
    a.undo.redo()
    assert agreed(a, b, limit=60).records[text].value == "new"


def test_undo_of_a_full_write_over_ones_own_typing_goes_on_below_it():
    (a,) = members("a")
    rect = a.add(a.start(), element("path"))
    states = []
    a.set(rect, "d", "M0 0")
    d = a.doc.attribute_record(rect, "d")
    states.append(a.doc.c14n())
    a.splice(d, 4, 0, "h1")
    states.append(a.doc.c14n())
    a.set(rect, "d", "M1 1")
    a.undo.undo()
    assert a.doc.c14n() == states.pop()
    a.undo.undo()
    a.undo.undo()
    assert a.doc.attributes(rect) == {}
    for _ in range(3):
        a.undo.redo()
    assert a.doc.attribute(rect, "d") == "M1 1"


def test_a_value_longer_than_a_message_comes_back_whole():
    a, b = members("ab")
    rect = a.add(a.start(), element("path"))
    long, longer = "M0 0" + "h1v1" * 30_000, "M0 0" + "l1 1" * 40_000
    a.set(rect, "d", long)
    a.set(rect, "d", longer)
    a.set(rect, "d", "M1 1")
    for value in (longer, long):
        a.undo.undo()
        assert not a.undo.skipped
        assert a.doc.attribute(rect, "d") == value
    for value in (longer, "M1 1"):
        a.undo.redo()
        assert not a.undo.skipped
        assert a.doc.attribute(rect, "d") == value
    sync(a, b)
    assert b.doc.c14n() == a.doc.c14n()


def test_undoing_the_renaming_of_an_attribute_leaves_it_without_a_namespace():
    """Found by random replicas: an attribute inherits no namespace from its element."""
    (a,) = members("a")
    rect = a.add(a.start(), element("rect", fill="red"))
    with a.edit() as transaction:
        transaction.do(Set(attribute_rid(rect, "fill"), name="g", ns="urn:x"))
    a.undo.undo()
    assert agreed(a).attributes(rect) == {("", "fill"): "red"}


def test_no_attribute_called_xmlns_is_shown_in_whatever_namespace():
    """Found by random replicas (SYNC 3.8)."""
    (a,) = members("a")
    rect = a.add(a.start(), element("rect"))
    with a.edit() as transaction:
        for ns in ("", "urn:x"):
            rid = attribute_rid(rect, "xmlns", ns)
            transaction.do(New(rid, Kind.ATTRIBUTE, rect, ns=ns, name="xmlns", chdata="1"))
    assert agreed(a).attributes(rect) == {}


def test_a_move_that_made_a_circle_is_neither_undone_nor_redone():
    """Found by random replicas: what never took effect must not take effect by redo."""
    a, b = members("ab")
    root = a.start()
    group = a.add(root, element("g"))
    other = a.add(root, element("g"))
    sync(a, b)
    with a.edit() as transaction:
        transaction.do(Set(other, parent=group, weight=1.0))
    with b.edit() as transaction:
        transaction.do(Set(group, parent=other, weight=1.0))  # later in the order of all: skipped
    sync(a, b)
    with a.edit() as transaction:
        transaction.do(Set(other, parent=root, weight=1.0))
    sync(a, b)
    before = b.doc.c14n()
    b.undo.undo()
    assert b.undo.skipped
    b.undo.redo()
    assert b.doc.c14n() == before
    agreed(a, b, limit=60)
