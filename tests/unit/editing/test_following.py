"""A board that is shared for the first time becomes another document: hands and steps go on."""

from __future__ import annotations

from tests.helpers.tool_driver import ToolDriver
from whiteboard.editing.editor import Editor
from whiteboard.model.changes import Origin
from whiteboard.model.document import Document, new_document
from whiteboard.model.ids import Party, Replica, SessionId
from whiteboard.model.ops import LiteralElement
from whiteboard.svg.plan import SVG_NS

RECT = LiteralElement(SVG_NS, "rect", (("", "width", "40"), ("", "height", "30")))


def shared(document: Document) -> Document:
    return document.reidentify(SessionId("s"), Party("ana"), Replica("anaaaaaa"))


def test_what_was_done_before_sharing_can_be_undone_and_redone_after_it():
    document = new_document()
    editor = Editor(document)
    rid = editor.create(RECT, "Draw")
    editor.set_style((rid,), {"fill": "#2265d8"})
    editor.undo()
    copy = shared(document)
    before = copy.c14n()

    editor.follow(copy)

    assert copy.c14n() == before
    editor.redo()
    (rect,) = copy.children(copy.root)
    assert copy.attribute(rect, "fill") == "#2265d8"
    editor.undo()
    editor.undo()
    assert not copy.children(copy.root)
    editor.redo()
    assert copy.c14n() == before


def test_typing_before_sharing_can_be_undone_after_it():
    document = new_document()
    editor = Editor(document)
    text = editor.create(LiteralElement(SVG_NS, "text", (), ("one",)), "Write")
    (letters,) = document.children(text)
    with document.transact(Origin.LOCAL, "Write") as transaction:
        transaction.set_text(letters, "one two")
    copy = shared(document)
    editor.follow(copy)
    editor.undo()
    (text,) = copy.children(copy.root)
    assert copy.text(copy.children(text)[0]) == "one"


def test_another_document_has_nothing_to_undo():
    editor = Editor(new_document())
    editor.create(RECT, "Draw")
    other = new_document()
    editor.follow(other)
    assert not editor.undo_stack.can_undo
    editor.create(RECT, "Draw")
    assert editor.undo_stack.can_undo
    assert len(other.children(other.root)) == 1


def test_the_selection_is_the_same_things():
    document = new_document()
    editor = Editor(document)
    rid = editor.create(RECT, "Draw")
    editor.selection.set((rid,))
    copy = shared(document)
    editor.follow(copy)
    assert tuple(editor.selection) == tuple(copy.children(copy.root))


def test_a_stroke_goes_on_while_its_board_is_shared():
    driver = ToolDriver("pen")
    driver.down(10, 10).move(40, 30)
    copy = shared(driver.document)
    driver.box.follow(copy)
    driver.move(80, 10).up()
    assert [copy.name(rid) for rid in copy.children(copy.root)] == ["path"]
