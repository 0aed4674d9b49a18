"""History in the window, with the real canvas: the list, the line of time, the board as it was."""

from __future__ import annotations

import time

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

from tests.helpers.fake_services import ME, World
from tests.helpers.hands import click, click_in_row, settle
from whiteboard.model.changes import Origin
from whiteboard.model.document import Document
from whiteboard.model.ids import Party, Replica, SessionId
from whiteboard.model.ops import LiteralElement
from whiteboard.model.strict.document import StrictDocument
from whiteboard.session.boards import Earlier, Participant
from whiteboard.svg.plan import SVG_NS
from whiteboard.ui import words
from whiteboard.ui.main_window import MainWindow
from whiteboard.ui.page import CanvasSurface
from whiteboard.ui.panes.row import RowKind

NOON = time.time() // 86400 * 86400 - 86400 / 2
"""Of yesterday, or near it: no midnight between the messages."""


class Story:
    """A board that Ana (me) and Mira drew, with the times of all messages."""

    def __init__(self, qtbot) -> None:
        self.qtbot = qtbot
        self.world = World().first_start()
        self.window = MainWindow(self.world.services, CanvasSurface)
        self.window.resize(1280, 800)
        self.window.show()
        QTest.qWaitForWindowActive(self.window)
        self.board = self.world.boards.boards[0]
        self.ana = self.board.document
        self.mira = Document(self.ana.session, Party("mira"), Replica("mirasown"))
        self.board.participants = (
            Participant(self.ana.party, "Ana Novak", ME, me=True),
            Participant("mira", "Mira Chen", "mira@example.org"),
        )
        self.rect = self.add(self.ana, "rect", x="300", y="200", width="100", height="80")
        self.meet()
        self.circle = self.add(self.mira, "circle", cx="600", cy="240", r="40", fill="#D92D3A")
        self.meet()
        self.change(self.mira, self.rect, x="320")
        self.meet()
        kept = self.ana.batches_since({})
        self.world.boards.kept[self.board.name] = [
            (batch, NOON + 60 * i) for i, batch in enumerate(kept)
        ]

    def meet(self) -> None:
        self.ana.receive(self.mira.batches_since(self.ana.vv))
        self.mira.receive(self.ana.batches_since(self.mira.vv))

    @staticmethod
    def add(document, name, **attributes):
        named = tuple(("", key, value) for key, value in attributes.items())
        with document.transact(Origin.LOCAL) as edit:
            return edit.add(document.root, LiteralElement(SVG_NS, name, named))

    @staticmethod
    def change(document, rid, **attributes):
        with document.transact(Origin.LOCAL) as edit:
            for name, value in attributes.items():
                edit.set_attribute(rid, name, value)

    # --- hands

    def open(self) -> None:
        QTest.keyClick(
            self.window,
            Qt.Key.Key_5,
            Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier,
        )
        self.wait(lambda: not self.history.is_reading)

    def wait(self, condition) -> None:
        self.qtbot.waitUntil(condition, timeout=10_000)
        settle()

    @property
    def history(self):
        return self.window.history_flow.history

    @property
    def past(self):
        return self.window.frame._past

    @property
    def pane(self):
        return self.window.history_pane

    @property
    def timeline(self):
        return self.window.frame.timeline

    def titles(self):
        return [words.plain(row.title) for row in self.pane.list.rows.rows]

    def choose_row(self, title: str) -> None:
        place = self.titles().index(title)
        rect = self.pane.list.visualRect(self.pane.list.rows.index(place, 0))
        click(self.pane.list.viewport(), rect.center())
        self.wait(lambda: self.history.is_there)

    def seen(self):
        picture = self.history.timeline.picture
        return [picture.name(rid) for rid in picture.children(picture.root)]

    def names(self):
        return [self.ana.name(rid) for rid in self.ana.children(self.ana.root)]

    def undo(self) -> None:
        self.window.pages.front.surface.do("undo")
        settle()


@pytest.fixture
def story(qtbot):
    made = Story(qtbot)
    settle()
    yield made
    made.window.let_go()
    made.window.hide()
    made.window.deleteLater()
    settle()


def test_history_is_opened_by_key_button_and_menu_and_takes_the_place_of_the_tools(story):
    frame = story.window.frame
    story.open()
    assert story.pane.isVisible()
    assert story.window.top.history.isChecked()
    assert story.window.actions_by_id["history"].isChecked()
    assert story.timeline.isVisible()
    assert not frame.tools.isVisible()
    click(story.window.top.history)
    assert not story.pane.isVisible()
    assert frame.tools.isVisible()
    assert not story.timeline.isVisible()
    assert story.history is None
    story.window.actions_by_id["history"].trigger()
    assert story.pane.isVisible()


def test_the_list_says_who_did_what_newest_first(story):
    story.open()
    assert story.titles() == [
        words.day_of(NOON),
        "Mira moved a rectangle",
        "Mira drew an ellipse",
        "You drew a rectangle",
        "You opened the board",
    ]
    row = story.pane.list.rows.rows[1]
    assert row.subtitle == words.clock(NOON + 180, day=False)
    assert row.address == "mira@example.org"


def test_what_was_before_one_came_is_fetched_from_the_others_and_then_listed(story):
    story.open()
    board = story.window.pages.front.board
    board.set(earlier=Earlier())
    settle()
    offer = "What was drawn before you came is with the others."
    assert story.titles()[-1] == offer
    click_in_row(story.pane.list, "earlier", "fetch")
    board.set(earlier=Earlier(is_coming=True, progress=0.4))
    settle()
    assert story.titles()[-1] == "Fetching what was drawn before… 40 %"
    click_in_row(story.pane.list, "earlier", "stop-fetching")
    settle()
    assert story.titles()[-1] == offer
    read = story.history
    board.set(earlier=Earlier(is_coming=True))
    board.set(earlier=None)
    story.wait(lambda: not story.history.is_reading)
    assert story.history is not read
    assert offer not in story.titles()


def test_by_person_each_has_a_section(story):
    story.open()
    click(story.pane.by_person)
    heads = [row.title for row in story.pane.list.rows.rows if row.kind is RowKind.SECTION]
    assert heads == ["You", "Mira Chen"]
    click(story.pane.all)
    assert story.titles()[0] == words.day_of(NOON)


def test_a_chosen_entry_shows_the_board_then_and_the_live_one_goes_on(story):
    story.open()
    story.choose_row("You drew a rectangle")
    notice = story.window.frame.past_notice
    when = words.clock(NOON + 60)
    assert story.seen() == ["rect"]
    assert words.plain(notice.text.text()) == (
        f"This is the board at {when}. The live board goes on: 2 newer changes."
    )
    story.add(story.mira, "path", d="M0 0h10")
    story.meet()
    story.wait(lambda: story.history.newer == 3)
    assert "3 newer changes" in notice.text.text()
    assert story.seen() == ["rect"]
    assert story.names() == ["rect", "circle", "path"]
    assert "Mira drew a stroke" in story.titles()
    click(notice.back)
    assert story.past is None
    assert not notice.isVisible()
    assert story.names() == ["rect", "circle", "path"]


def test_nobody_can_edit_the_past(story):
    story.open()
    surface = story.window.pages.front.surface
    surface.choose("pen")
    story.choose_row("You drew a rectangle")
    assert not surface.may_draw
    before = story.ana.c14n()
    canvas = story.past
    left, none = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    QTest.mousePress(canvas, left, none, QPoint(200, 400))
    QTest.mouseMove(canvas, QPoint(300, 500))
    QTest.mouseRelease(canvas, left, none, QPoint(300, 500))
    canvas.setFocus()
    QTest.keyClick(canvas, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    QTest.keyClick(canvas, Qt.Key.Key_Delete)
    QTest.keyClick(canvas, Qt.Key.Key_R)
    settle()
    assert story.ana.c14n() == before
    story.window.history_flow.back_to_now()
    settle()
    assert surface.may_draw
    assert surface.tool == "rectangle"


def test_the_line_of_time_is_dragged_and_stepped_by_keys(story):
    story.open()
    slider = story.timeline.slider
    left, none = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    middle = slider.height() // 2
    QTest.mousePress(slider, left, none, QPoint(round(slider.place(1)), middle))
    QTest.mouseMove(slider, QPoint(round(slider.place(2)), middle))
    QTest.mouseRelease(slider, left, none, QPoint(round(slider.place(2)), middle))
    story.wait(lambda: story.history.is_there)
    assert story.history.position == 2
    assert story.seen() == ["rect"]
    slider.setFocus()
    QTest.keyClick(slider, Qt.Key.Key_Right)
    story.wait(lambda: story.history.position == 3)
    QTest.keyClick(slider, Qt.Key.Key_Home)
    story.wait(lambda: story.history.position == 0)
    QTest.keyClick(slider, Qt.Key.Key_End)
    story.wait(lambda: story.history.position is None)
    click(story.timeline.back)
    story.wait(lambda: story.history.position == 3)
    click(story.timeline.forward)
    story.wait(lambda: story.history.position is None)


def test_keys_on_the_canvas_go_through_time_and_esc_comes_back(story):
    story.open()
    story.choose_row("Mira drew an ellipse")
    canvas = story.past
    canvas.setFocus()
    QTest.keyClick(canvas, Qt.Key.Key_Left)
    story.wait(lambda: story.history.position == 2)
    QTest.keyClick(canvas, Qt.Key.Key_Home)
    story.wait(lambda: story.history.position == 0)
    QTest.keyClick(canvas, Qt.Key.Key_Escape)
    story.wait(lambda: story.history.position is None)
    assert story.window.pages.front.surface.widget.hasFocus()


def test_it_plays_to_now_and_can_be_stopped(story):
    story.open()
    story.history.set_speed(16)
    click(story.timeline.play)
    assert story.history.is_playing
    story.wait(lambda: story.past is None and not story.history.is_playing)
    click(story.timeline.play)
    click(story.timeline.play)
    assert not story.history.is_playing


def test_one_persons_changes_alone_are_listed_and_stepped_through(story):
    story.open()
    click(story.timeline.only)
    actions = {one.text(): one for one in story.timeline.opened.actions()}
    assert list(actions) == ["Everyone", "You", "Mira Chen"]
    actions["You"].trigger()
    story.timeline.opened.close()
    settle()
    assert story.titles()[1:] == ["You drew a rectangle", "You opened the board"]
    click(story.timeline.back)
    story.wait(lambda: story.history.position == 2)


def test_what_is_picked_in_the_past_tells_who_made_and_changed_it(story):
    story.open()
    story.choose_row("Mira drew an ellipse")
    view = story.past
    view.settle()
    x, y = view.camera.to_view(350, 201)
    left, none = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    QTest.mouseClick(view, left, none, QPoint(round(x), round(y)))
    settle()
    assert view.picked == (story.rect,)
    made, changed = words.clock(NOON + 60), words.clock(NOON + 180)
    assert words.plain(story.pane.story.text()) == (
        f"Made by You, {made}\nLast changed by Mira Chen, {changed}"
    )


def test_what_is_selected_on_the_live_board_has_a_story_too(story):
    story.open()
    surface = story.window.pages.front.surface
    surface.choose("select")
    surface.editor.selection.set((story.circle,))
    story.wait(story.pane.story.isVisible)
    assert words.plain(story.pane.story.text()) == (f"Made by Mira Chen, {words.clock(NOON + 120)}")
    surface.editor.selection.set(())
    story.wait(lambda: not story.pane.story.isVisible())


def test_restoring_is_a_new_change_that_one_undo_takes_back(story):
    story.open()
    story.choose_row("You drew a rectangle")
    before = story.ana.c14n()
    click(story.timeline.restore)
    whole, some = story.timeline.opened.actions()
    assert (whole.isEnabled(), some.isEnabled()) == (True, False)
    whole.trigger()
    story.timeline.opened.close()
    settle()
    assert story.names() == ["rect"]
    assert story.ana.attribute(story.rect, "x") == "300"
    assert story.past is None
    said = words.plain(story.window.frame.toast.notice.text)
    assert said == (f"The board looks as it did at {words.clock(NOON + 60)}. Undo takes this back.")
    story.meet()
    assert story.mira.c14n() == story.ana.c14n()
    story.undo()
    assert story.ana.c14n() == before


def test_only_what_is_picked_is_restored(story):
    story.open()
    story.choose_row("You drew a rectangle")
    story.past.pick((story.rect,))
    settle()
    click(story.timeline.restore)
    _, some = story.timeline.opened.actions()
    some.trigger()
    story.timeline.opened.close()
    settle()
    assert story.names() == ["rect", "circle"]
    assert story.ana.attribute(story.rect, "x") == "300"


def test_one_persons_work_is_undone_after_a_question(story):
    story.open()
    key = next(row.key for row in story.pane.list.rows.rows if "Mira" in row.title)
    story.pane.list.menu_wanted.emit(key, story.pane.mapToGlobal(QPoint(10, 10)))
    undo = story.pane.menu.actions()[-1]
    assert words.plain(undo.text()) == "Undo all work of Mira Chen…"
    undo.trigger()
    story.pane.menu.close()
    settle()
    question = story.window.people_flow.dialog
    assert words.plain(question.title.text()) == "Undo all that Mira Chen did on this board?"
    assert story.names() == ["rect", "circle"]
    click(question.act)
    story.wait(lambda: story.names() == ["rect"])
    assert story.ana.attribute(story.rect, "x") == "300"
    assert words.plain(story.window.frame.toast.notice.text) == ("The work of Mira Chen is undone.")
    story.undo()
    assert story.names() == ["rect", "circle"]


def test_the_menu_of_a_person_asks_the_same_once_the_history_is_read(story):
    window = story.window
    window.body.open_pane(window.people_pane, opened=True)
    settle()
    people = window.people_pane
    people.list.menu_wanted.emit("person:mira", people.mapToGlobal(QPoint(10, 10)))
    undo = next(one for one in people.menu.actions() if "Undo" in one.text())
    undo.trigger()
    people.menu.close()
    story.wait(lambda: window.people_flow.dialog is not None)
    question = window.people_flow.dialog
    assert words.plain(question.title.text()) == "Undo all that Mira Chen did on this board?"
    assert story.pane.isVisible()
    assert people.isVisible()
    question.reject()
    settle()
    assert story.names() == ["rect", "circle"]


def test_two_panes_share_the_column_and_in_a_medium_window_the_newer_one_has_it(story):
    window = story.window
    window.body.open_pane(window.people_pane, opened=True)
    story.open()
    people, history = window.people_pane.geometry(), story.pane.geometry()
    assert people.bottom() + 7 == history.top()
    assert people.width() == history.width()
    window.body.open_pane(window.people_pane, opened=False)
    window.resize(1000, 700)
    settle()
    window.body.open_pane(window.people_pane, opened=True)
    assert not story.pane.isVisible()
    assert story.history is None


def test_a_toast_stands_below_the_banner(story):
    story.open()
    story.choose_row("You drew a rectangle")
    story.window.say("Mira joined the board")
    settle()
    frame = story.window.frame
    assert frame.toast.geometry().top() > frame.past_notice.geometry().bottom()
    story.window.history_flow.back_to_now()
    settle()
    assert frame.toast.geometry().top() == 12


def test_a_pointed_entry_outlines_what_it_touched(story):
    story.open()
    place = story.titles().index("Mira drew an ellipse")
    rect = story.pane.list.visualRect(story.pane.list.rows.index(place, 0))
    QTest.mouseMove(story.pane.list.viewport(), rect.center())
    settle()
    touched = story.window.pages.front.surface.view._touched
    assert touched.rids == (story.circle,)
    assert touched.label == f"Mira · {words.clock(NOON + 120)}"


def test_a_long_history_is_read_in_slices_with_its_progress_and_can_be_cancelled(story):
    kept = story.world.boards.kept[story.board.name]
    mine = []
    for i in range(400):
        story.add(story.ana, "rect", x=str(i))
    mine = story.ana.batches_since({})
    story.world.boards.kept[story.board.name] = [(batch, NOON + i) for i, batch in enumerate(mine)]
    assert len(kept) < len(mine)
    story.window.actions_by_id["history"].trigger()
    assert story.history.is_reading
    assert story.timeline.cancel.isVisible()
    assert story.timeline.said.accessibleName().startswith("Reading the history… ")
    assert any(row.kind is RowKind.SKELETON for row in story.pane.list.rows.rows)
    recall = story.world.boards.recalls[-1]
    click(story.timeline.cancel)
    assert not story.pane.isVisible()
    assert story.history is None
    assert recall.is_closed


def test_a_board_that_is_not_on_disk_has_its_history_without_times(story):
    story.world.boards.kept.clear()
    story.open()
    assert story.titles()[0] == "Before"
    story.choose_row("You drew a rectangle")
    assert story.window.frame.past_notice.text.text().startswith("This is the board as it was.")


def test_another_board_in_front_has_its_own_history(story):
    story.open()
    story.choose_row("You drew a rectangle")
    story.window.add_board()
    settle()
    assert story.past is None
    story.wait(lambda: story.history is not None and not story.history.is_reading)
    assert "Mira drew an ellipse" not in story.titles()
    story.window.pages.bring(0)
    story.wait(lambda: not story.history.is_reading)
    assert "Mira drew an ellipse" in story.titles()


def test_a_board_that_is_shared_while_one_looks_back_shows_now_and_its_history_again(story):
    story.open()
    story.choose_row("You drew a rectangle")
    alone = Document(story.ana.session, story.ana.party, story.ana.replica)
    alone.receive(b for b in story.ana.batches_since({}) if b.r == story.ana.replica)
    shared = alone.reidentify(SessionId("shared"), Party("me"), Replica("sharedme"))
    story.board.document = shared
    story.board.document_replaced.emit(shared)
    assert story.past is None
    story.wait(lambda: not story.history.is_reading)
    assert story.titles()[1:] == ["You drew a rectangle", "You opened the board"]


def test_a_board_of_plain_xep_0284_has_a_history_but_no_undo_of_ones_work(story):
    live = StrictDocument(SessionId("plain"), Party("me"), Replica("meeeeeee"))
    with live.transact(Origin.LOAD) as edit:
        edit.add_root(LiteralElement(SVG_NS, "svg"))
    kept = list(live.stanzas)
    rect = story.add(live, "rect", x="1")
    board = story.world.boards.new_board("Plain", live)
    board.participants = (Participant("me", "Ana Novak", ME, me=True),)
    story.world.boards.kept["Plain"] = [(one, NOON) for one in kept]
    story.window.pages.show(board)
    story.open()
    assert [one for one in story.titles() if one.startswith("You")] == [
        "You drew a rectangle",
        "You opened the board",
    ]
    with live.transact(Origin.LOCAL) as edit:
        edit.trash(rect)
    story.wait(lambda: len(story.history.timeline) == 3)
    story.choose_row("You drew a rectangle")
    story.pane._open_menu("person:me", story.pane.pos())
    assert getattr(story.pane, "menu", None) is None
    story.pane._open_menu("entry:2", story.pane.pos())
    assert [one.text() for one in story.pane.menu.actions()] == ["Show the board then"]
    story.pane.menu.close()
    changed = []
    story.history.restore(then=changed.append)
    story.wait(lambda: changed == [True])
    assert [live.name(rid) for rid in live.children(live.root)] == ["rect"]


def test_every_control_of_the_time_line_has_a_name(story):
    story.open()
    story.choose_row("You drew a rectangle")
    bar = story.timeline
    for control in (bar.back, bar.play, bar.forward, bar.speed, bar.only, bar.slider):
        assert control.accessibleName(), control
    assert bar.slider.accessibleDescription().endswith("You drew a rectangle")
    assert bar.layoutDirection() == Qt.LayoutDirection.LeftToRight
