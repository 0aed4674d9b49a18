"""Texts as strings with lines."""

from hypothesis import example, given
from hypothesis import strategies as st

from tests.helpers.tool_driver import element
from whiteboard.editing.shapes import EMPTY_LINE, text
from whiteboard.editing.style import Style
from whiteboard.editing.text import TextModel, follow, settled, step, word_step
from whiteboard.model.changes import Origin
from whiteboard.model.document import new_document
from whiteboard.model.ops import Kind


def board(literal):
    document = new_document()
    with document.transact(Origin.LOAD) as transaction:
        rid = transaction.add(document.root, literal)
    return document, rid


def edit(document, rid, start, end, insert):
    with document.transact(Origin.LOCAL) as transaction:
        return TextModel(document, rid).replace(transaction, start, end, insert)


def visible(document, rid):
    return TextModel(document, rid).string.replace(EMPTY_LINE, "")


edits = st.lists(
    st.tuples(st.integers(0, 30), st.integers(0, 6), st.text("ab \n", max_size=4)), max_size=12
)


def real(string, index):
    """The index in the string with fillers of an index in the string without."""
    position = 0
    for position, character in enumerate(string):
        if character != EMPTY_LINE:
            if index == 0:
                return settled(string, position)
            index -= 1
    return settled(string, len(string))


@example([(0, 1, ""), (0, 6, "\n")])
@given(edits)
def test_edits_of_the_string_are_edits_of_the_element(steps):
    document, rid = board(text(10, 20, "one\ntwo", Style()))
    expected = "one\ntwo"
    for start, count, insert in steps:
        first = min(start, len(expected))
        last = min(first + count, len(expected))
        string = TextModel(document, rid).string
        edit(document, rid, real(string, first), real(string, last), insert)
        expected = expected[:first] + insert + expected[last:]
        assert visible(document, rid) == expected
        lines = TextModel(document, rid).string.split("\n")
        assert len(lines) == 1 or all(lines), "an empty line must hold a filler"


@given(edits)
def test_every_edit_can_be_undone_and_done_again(steps):
    from whiteboard.editing.undo import UndoStack

    document, rid = board(text(10, 20, "one\n\ntwo", Style()))
    undo = UndoStack(document)
    states = [document.c14n()]
    for start, count, insert in steps:
        size = len(TextModel(document, rid).string)
        before = document.vv
        edit(document, rid, min(start, size), min(start + count, size), insert)
        if document.vv != before:
            states.append(document.c14n())
    for state in reversed(states[:-1]):
        undo.undo()
        assert document.c14n() == state


def test_a_letter_is_a_splice_that_names_one_text_node():
    document, rid = board(text(0, 0, "one", Style()))
    commits = []
    document.on_commit.subscribe(commits.append)
    edit(document, rid, 1, 1, "X")
    (op,) = commits[0].batches[0].ops
    assert (op.chdata, op.replace) == ("X", (1, 0))


def test_the_lines_of_other_programs_are_lines():
    literal = element(
        "text",
        element("tspan", "one", x=5, y=10),
        element("tspan", "two ", element("tspan", "bold", font_weight="bold"), x=5, y=30),
        x=5,
        y=10,
    )
    document, rid = board(literal)
    assert TextModel(document, rid).string == "one\ntwo bold"
    edit(document, rid, 12, 12, "er")
    assert TextModel(document, rid).string == "one\ntwo bolder"
    edit(document, rid, 4, 4, "\n")
    assert visible(document, rid) == "one\n\ntwo bolder"


def test_joining_moves_nodes_so_that_what_others_type_there_stays():
    document, rid = board(text(0, 0, "one\ntwo", Style()))
    edit(document, rid, 3, 4, "")
    assert [document.kind(c) for c in document.children(rid)] == [Kind.TEXT, Kind.TEXT]
    assert TextModel(document, rid).string == "onetwo"


def test_the_caret_steps_over_graphemes_and_fillers():
    assert step("e\u0301x", 0, 1) == 2
    assert step("👍🏽x", 2, -1) == 0
    assert step("🇩🇪🇫🇷", 4, -1) == 2
    assert step(f"a\n{EMPTY_LINE}\nb", 2, 1) == 4
    assert step(f"a\n{EMPTY_LINE}\nb", 4, -1) == 2
    assert step(f"a\n{EMPTY_LINE}", 2, 1) == 2
    assert step("", 0, -1) == step("", 0, 1) == 0


def test_the_caret_walks_by_words():
    assert word_step("one, two", 0, 1) == 5
    assert word_step("one, two", 8, -1) == 5
    assert word_step("one, two", 5, -1) == 0


def test_a_caret_follows_what_others_change():
    assert follow("world", "hello world", 5) == 11
    assert follow("hello world", "world", 8) == 2
    assert follow("abc", "abXc", 2) == 2
    assert follow("hello world", "world", 3) == 0
    assert follow("ab", "", 1) == 0
