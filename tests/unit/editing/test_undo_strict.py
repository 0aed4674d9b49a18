"""Undo in strict sessions: ordinary edits, what others wrote is never touched."""

from __future__ import annotations

import random

from tests.helpers.strict_people import SVG, Table, rect
from whiteboard.editing.ordering import Place
from whiteboard.editing.steps import Why
from whiteboard.model.changes import Origin
from whiteboard.model.ops import LiteralElement
from whiteboard.svg.transform import translation


def shape_of(table, **attributes):
    ana = table.people[0]
    shape = ana.editor.create(rect(x="0", y="0", width="5", height="5", **attributes), "Draw")
    table.meet()
    return shape


def test_a_colour_goes_back_and_comes_again():
    table = Table("ana", "bo")
    ana, bo = table
    shape = shape_of(table, stroke="red")
    ana.editor.set_style([shape], {"stroke": "blue"})
    ana.editor.undo()
    table.meet()
    assert bo.document.attribute(shape, "stroke") == "red"
    ana.editor.redo()
    table.meet()
    assert bo.document.attribute(shape, "stroke") == "blue"


def test_34_what_another_wrote_since_stays():
    table = Table("ana", "bo")
    ana, bo = table
    shape = shape_of(table, stroke="black")
    ana.editor.set_style([shape], {"stroke": "red", "fill": "red"})
    table.meet()
    bo.editor.set_style([shape], {"stroke": "green"})
    table.meet()
    ana.editor.undo()
    table.meet()
    assert bo.document.attribute(shape, "stroke") == "green"
    assert bo.document.attribute(shape, "fill") is None
    assert [one.why for one in ana.editor.undo_stack.skipped] == [Why.CHANGED_SINCE]


def test_what_was_deleted_comes_back_under_new_rids_and_older_steps_are_about_those():
    table = Table("ana", "bo")
    ana, bo = table
    shape = shape_of(table, stroke="red")
    ana.editor.set_style([shape], {"stroke": "blue"})
    before = ana.document.c14n()
    ana.editor.delete([shape])
    table.meet()
    assert bo.document.children(bo.document.root) == ()
    ana.editor.undo()
    table.meet()
    assert bo.document.c14n() == before
    (back,) = bo.document.children(bo.document.root)
    assert back != shape
    ana.editor.undo()
    table.meet()
    assert bo.document.attribute(back, "stroke") == "red"
    ana.editor.redo()
    ana.editor.redo()
    table.meet()
    assert bo.document.children(bo.document.root) == ()


def test_36_a_creation_with_anothers_work_inside_is_not_undone():
    table = Table("ana", "bo")
    ana, bo = table
    group = ana.editor.create(LiteralElement(SVG, "g"), "Group")
    table.meet()
    with bo.document.transact(Origin.LOCAL) as edit:
        edit.add(group, rect())
    table.meet()
    assert not ana.editor.undo_stack.undo()
    assert [one.why for one in ana.editor.undo_stack.skipped] == [Why.OTHERS_INSIDE]
    table.meet()
    assert bo.document.is_visible(group)


def test_letters_go_alone_when_another_types_beside_them():
    table = Table("ana", "bo")
    ana, bo = table
    with ana.document.transact(Origin.LOAD) as edit:
        text = edit.add_text(edit.add(ana.document.root, LiteralElement(SVG, "text")), "one two")
    table.meet()
    with ana.document.transact(Origin.LOCAL, "Type") as edit:
        edit.splice_text(text, 3, 0, "!!")
    table.meet()
    with bo.document.transact(Origin.LOCAL, "Type") as edit:
        edit.splice_text(text, 0, 0, "So: ")
    table.meet()
    ana.editor.undo()
    table.meet()
    assert bo.document.text(text) == "So: one two"
    ana.editor.redo()
    table.meet()
    assert bo.document.text(text) == "So: one!! two"
    with bo.document.transact(Origin.LOCAL, "Type") as edit:
        edit.splice_text(text, 7, 2, "?")
    table.meet()
    ana.editor.undo()
    table.meet()
    assert bo.document.text(text) == "So: one? two"


def test_a_move_goes_back_to_its_place_unless_another_moved_it():
    table = Table("ana", "bo")
    ana, bo = table
    first, second = (shape_of(table) for _ in range(2))
    ana.editor.group([first])
    table.meet()
    ana.editor.undo()
    table.meet()
    assert bo.document.children(bo.document.root) == (first, second)
    ana.editor.order([first], Place.FRONT)
    table.meet()
    bo.editor.order([first], Place.BACK)
    bo.editor.order([first], Place.FRONT)
    table.meet()
    ana.editor.undo()
    table.meet()
    assert bo.document.children(bo.document.root) == (second, first)


def test_35_n_undos_and_n_redos_with_nothing_between_show_the_same():
    for seed in range(30):
        rng = random.Random(seed)
        table = Table("ana", "bo")
        ana, bo = table
        for _ in range(12):
            act(ana.editor, rng)
            if rng.random() < 0.3:
                act(bo.editor, rng)
            table.meet()
        n = rng.randrange(1, 13)
        before = ana.document.c14n()
        steps = 0
        while steps < n and ana.editor.can_undo:
            ana.editor.undo()
            table.meet()
            steps += 1
        for _ in range(steps):
            ana.editor.redo()
            table.meet()
        assert ana.document.c14n() == before, seed


def act(editor, rng):
    """Something that a person does."""
    things = editor.things()
    if len(things) < 3:
        editor.create(rect(x="0", y="0", width="5", height="5", stroke="red"), "Draw")
        return
    some = rng.sample(list(things), 2)
    match rng.randrange(6):
        case 0:
            editor.set_style(some, {"stroke": rng.choice(["red", "blue", "green"])})
        case 1:
            editor.delete(some[:1])
        case 2:
            editor.transform(some, translation(rng.randrange(9), 1))
        case 3:
            editor.order(some[:1], rng.choice(list(Place)))
        case 4:
            editor.group(some)
        case _:
            editor.ungroup(some)
