"""Own changes that were not taken over: one notice, a list in History, mine or theirs."""

import pytest

from tests.gui.ui.test_history import Story
from whiteboard.model.ids import Party, attribute_rid
from whiteboard.model.ops import Invalid, Set
from whiteboard.model.rebase import Piece
from whiteboard.ui import words
from whiteboard.ui.panes.left_over import KEEP_MINE, KEEP_THEIRS, element_of
from whiteboard.ui.panes.row import RowKind


@pytest.fixture
def story(qtbot):
    made = Story(qtbot)
    yield made
    made.window.close()


def piece(story, mine="7", **more):
    rid = attribute_rid(story.rect, "x")
    return Piece(rid, "chdata", Set(rid, chdata=mine), "300", mine, **more)


def plain(text):
    """Without the marks that keep names of other scripts apart."""
    return text.translate({0x2068: None, 0x2069: None})


def cards(story):
    rows = story.window.history_pane.list.rows.rows
    return [row for row in rows if row.kind is RowKind.CARD]


def test_what_was_not_taken_over_is_told_once_and_leads_to_the_list(story):
    story.board.set(left_over=(piece(story), piece(story, "8", count=2)))
    story.wait(lambda: story.window.frame.toast.notice is not None)
    notice = story.window.frame.toast.notice
    assert notice.text == words.not_taken_over(3)
    notice.act()
    story.wait(lambda: len(cards(story)) == 2)
    assert plain(cards(story)[0].subtitle) == "Yours: 7 · theirs: 320"
    story.board.changed.emit(None)
    story.window.left_over.tell()
    assert story.window.frame.toast.notice is notice


def test_mine_is_kept_as_an_edit_and_theirs_by_leaving_it(story):
    story.board.set(left_over=(piece(story), piece(story, "8")))
    story.open()
    pane = story.window.history_pane
    pane.list.acted.emit(KEEP_THEIRS, "left:0")
    assert story.ana.attribute(story.rect, "x") == "320"
    assert [plain(row.subtitle) for row in cards(story)] == ["Yours: 8 · theirs: 320"]
    pane.list.acted.emit(KEEP_MINE, "left:0")
    assert story.ana.attribute(story.rect, "x") == "8"
    assert not story.board.left_over
    assert not cards(story)


def test_a_change_that_somebody_replaced_is_named_and_can_be_kept_at_once(story):
    story.board.set(left_over=(piece(story, by=Party("mira")),))
    story.wait(lambda: story.window.frame.toast.notice is not None)
    notice = story.window.frame.toast.notice
    assert plain(notice.text) == "Mira Chen’s change to “Rectangle” replaced yours."
    notice.act()
    assert story.ana.attribute(story.rect, "x") == "7"
    story.wait(lambda: story.window.frame.toast.notice is None)


def test_the_element_of_an_attribute_is_named():
    assert element_of(attribute_rid("a.1", "fill", "urn:x")) == "a.1"
    assert element_of("a.1") == "a.1"


def test_what_a_moderator_did_in_vain_is_named():
    done = Piece("", "control", Invalid("done"), mine="done")
    role = Piece("", "control", Invalid("role"), mine="role")
    assert words.left_over(done, "") == "You declared something finished"
    assert words.left_over(role, "") == "You changed who may do what"
