"""Roles, the pen and finished parts in the window: what is disabled, offered, asked and said."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

from tests.helpers.fake_services import World
from tests.helpers.hands import settle
from whiteboard.model.changes import Origin
from whiteboard.model.ops import LiteralElement
from whiteboard.model.rights import Role
from whiteboard.session.echo import not_passed_on
from whiteboard.session.permissions import WHOLE, Deed, Finished, Outcome, PenRequest
from whiteboard.svg.plan import SVG_NS
from whiteboard.ui import words
from whiteboard.ui.main_window import MainWindow
from whiteboard.ui.page import CanvasSurface


class Desk:
    """A window with the real canvas on one shared board."""

    def __init__(self, qtbot) -> None:
        self.world = World().populated()
        self.world.boards.invitations = ()
        self.window = MainWindow(self.world.services, CanvasSurface)
        self.window.resize(1280, 800)
        self.window.show()
        QTest.qWaitForWindowActive(self.window)
        self.world.share(self.world.boards.boards[0])
        self.board = self.world.boards.boards[0]
        self.rights = self.board.permissions
        settle()

    @property
    def view(self):
        return self.surface.view

    @property
    def surface(self):
        return self.window.pages.front.surface

    @property
    def tools(self):
        return self.window.frame.tools

    @property
    def notice(self) -> str:
        notice = self.window.frame.toast.notice
        return words.plain(notice.text) if notice is not None else ""

    def become(self, role: Role) -> None:
        self.rights.roles["me"] = role
        self.board.changed.emit(None)
        settle()

    def read_notices(self) -> None:
        """The person has seen what was said until now."""
        while self.window.frame.toast.notice is not None:
            self.window.frame.toast.next()

    def press(self, *points: tuple[int, int]) -> None:
        left = Qt.MouseButton.LeftButton
        QTest.mousePress(self.view, left, Qt.KeyboardModifier.NoModifier, QPoint(*points[0]))
        for point in points[1:]:
            QTest.mouseMove(self.view, QPoint(*point))

    def release(self, x: int, y: int) -> None:
        left = Qt.MouseButton.LeftButton
        QTest.mouseRelease(self.view, left, Qt.KeyboardModifier.NoModifier, QPoint(x, y))
        settle()

    def add(self, x: float):
        document = self.board.document
        shape = (("", "x", str(x)), ("", "y", "300"), ("", "width", "90"), ("", "height", "60"))
        with document.transact(Origin.LOCAL) as edit:
            rid = edit.add(document.root, LiteralElement(SVG_NS, "rect", shape))
        self.view.settle()
        settle()
        return rid

    def menu_of(self, party: str) -> dict[str, object]:
        people = self.window.people_pane
        people.list.menu_wanted.emit(f"person:{party}", people.mapToGlobal(QPoint(10, 10)))
        return {one.text(): one for one in people.menu.actions() if one.text()}


@pytest.fixture
def desk(qtbot):
    made = Desk(qtbot)
    yield made
    made.window.let_go()
    made.window.hide()
    made.window.deleteLater()
    settle()


def drawn(desk) -> int:
    document = desk.board.document
    return len(document.children(document.root))


# --- the pen


def test_a_viewer_has_select_and_hand_and_is_told_why_not_the_rest(desk):
    desk.become(Role.VIEWER)
    buttons = desk.tools.buttons
    assert [name for name, one in buttons.items() if one.isEnabled()] == ["select", "hand"]
    assert buttons["pen"].toolTip().endswith("You may only watch this board.")
    assert desk.tools.pen.text == "You may only watch"
    assert desk.window.top.chip.accessibleName() == "Watching"
    desk.surface.choose("pen")
    desk.press((300, 200), (340, 260), (400, 220))
    desk.release(460, 280)
    assert drawn(desk) == 0
    before = desk.view.camera.offset
    desk.surface.choose("hand")
    desk.press((300, 200), (340, 260), (400, 260))
    desk.release(400, 260)
    assert desk.view.camera.offset != before


def test_asking_for_the_pen_getting_it_and_drawing_with_the_tool_of_before(desk):
    desk.surface.choose("pen")
    desk.become(Role.VIEWER)
    desk.rights.set(may_ask=True)
    settle()
    ask = desk.tools.pen.ask
    assert ask.text() == "Ask for the pen"
    ask.click()
    settle()
    assert desk.rights.calls == [("ask",)]
    assert (ask.text(), ask.isEnabled()) == ("Asked for the pen", False)
    desk.become(Role.EDITOR)
    assert desk.tools.pen.text == "You may draw now"
    assert ask.isHidden()
    desk.tools.pen._granted.timeout.emit()
    desk.tools.pen._granted.stop()
    desk.tools.refresh()
    assert desk.tools.pen.text == ""
    assert desk.surface.tool == "pen"
    desk.press((300, 200), (340, 260), (400, 220))
    desk.release(460, 280)
    assert drawn(desk) == 1


def test_a_stroke_is_kept_faintly_when_the_pen_is_taken_in_the_middle_of_it(desk):
    desk.surface.choose("pen")
    desk.press((300, 200), (340, 260), (400, 220), (460, 280))
    desk.become(Role.VIEWER)
    desk.release(460, 280)
    assert drawn(desk) == 0
    assert desk.view._kept_back.is_shown
    assert desk.notice == "You may only watch now. What you were drawing is not on the board."
    desk.window.frame.toast.notice.act()
    settle()
    copy = desk.window.pages.front.board
    assert copy is not desk.board
    assert copy.name == "Copy of River walk kiosk"
    (rid,) = copy.document.children(copy.document.root)
    assert copy.document.name(rid) == "path"
    assert not desk.window.pages.all[0].surface.view._kept_back.is_shown


def test_without_a_stroke_the_pen_is_taken_in_few_words_and_others_see_no_preview(desk):
    desk.become(Role.VIEWER)
    assert desk.notice == "You may only watch now."
    assert not desk.view._kept_back.is_shown


def test_a_viewer_undoes_nothing(desk):
    desk.surface.choose("pen")
    desk.press((300, 200), (340, 260), (400, 220))
    desk.release(460, 280)
    assert desk.window.frame.undo.undo.isEnabled()
    desk.become(Role.VIEWER)
    assert not desk.window.frame.undo.undo.isEnabled()
    assert "only watch" in desk.window.frame.undo.undo.toolTip()
    desk.read_notices()
    desk.surface.do("undo")
    assert drawn(desk) == 1
    assert desk.notice == "You may only watch this board."


def test_two_tabs_have_roles_of_their_own(desk):
    desk.become(Role.VIEWER)
    other = desk.window.add_board()
    settle()
    assert desk.window.frame.tools.buttons["pen"].isEnabled()
    assert desk.tools.pen.text == ""
    assert other.permissions.mine is Role.HOST
    desk.window.pages.bring(0)
    settle()
    assert not desk.window.frame.tools.buttons["pen"].isEnabled()
    assert desk.tools.pen.text == "You may only watch"


# --- people


def test_people_shows_who_draws_watches_and_asks(desk):
    desk.rights.roles |= {"mira": Role.MODERATOR, "noor": Role.VIEWER}
    desk.rights.set(requests=(PenRequest("voice:Noor", "Noor Haddad", "n@x", 1763821920),))
    rows = desk.window.people_pane.list.rows.rows
    said = {row.title: row.subtitle for row in rows}
    assert [row.title for row in rows if row.key.startswith("section")] == [
        "Drawing",
        "Watching",
        "Not here",
    ]
    assert said["Ana Novak"] == "You · host"
    assert said["Mira Chen"] == "Moderator"
    assert said["Noor Haddad"] == "May only watch"
    assert words.plain(rows[0].title) == "Noor Haddad asks for the pen"
    desk.window.people_pane.list.acted.emit("give", "request:voice:Noor")
    assert desk.rights.calls == [("answer", "voice:Noor", True)]
    assert all(not row.key.startswith("request") for row in desk.window.people_pane.list.rows.rows)


def test_the_menu_of_a_person_has_what_i_may_do_and_asks_before_what_reaches_far(desk):
    desk.rights.may_do = {"ben": (Deed.TAKE_PEN, Deed.MAKE_MODERATOR, Deed.BAN)}
    menu = desk.menu_of("ben")
    assert list(menu) == [
        words.follow("Ben Okafor"),
        "Take the pen away",
        "Make moderator",
        "Ban from the group chat…",
        words.undo_work_of("Ben Okafor"),
    ]
    menu["Take the pen away"].trigger()
    assert desk.rights.calls == [("do", Deed.TAKE_PEN, "ben")]
    menu["Ban from the group chat…"].trigger()
    question = desk.window.people_flow.dialog
    assert words.plain(question.windowTitle()) == "Ban Ben Okafor from the group chat?"
    assert desk.rights.calls == [("do", Deed.TAKE_PEN, "ben")]
    question.act.click()
    assert desk.rights.calls[-1] == ("do", Deed.BAN, "ben")


def test_who_does_not_moderate_sees_who_could(desk):
    menu = desk.menu_of("ben")
    for label in ("Take the pen away", "Remove from the group chat…"):
        assert not menu[label].isEnabled()
        assert menu[label].toolTip() == "Only moderators can do this."


def test_the_button_in_a_row_opens_the_menu_and_a_host_can_resign(desk):
    desk.rights.set(may_resign=True)
    desk.window.people_pane.list.acted.emit("menu", "person:me")
    actions = {one.text(): one for one in desk.window.people_pane.menu.actions()}
    actions["Give up your place as host…"].trigger()
    desk.window.people_flow.dialog.act.click()
    assert desk.rights.calls == [("resign",)]


def test_a_board_without_a_host_can_go_on_as_a_new_one(desk):
    desk.rights.set(may_go_on_anew=True)
    assert desk.notice == words.no_host()
    desk.window.frame.toast._button.click()
    assert desk.world.boards.calls[-1] == ("go_on_anew", desk.board.name)
    desk.read_notices()
    desk.board.changed.emit(None)
    assert desk.notice == "", "said once"
    desk.menu_of("me")["Go on as a new board"].trigger()
    assert desk.world.boards.calls[-2:] == [("go_on_anew", desk.board.name)] * 2
    desk.rights.set(may_go_on_anew=False)
    assert "Go on as a new board" not in desk.menu_of("me")


def test_a_group_chat_that_passes_nothing_on_offers_to_invite_people_one_by_one(desk):
    desk.board.place = "atelier@conference.example.org"
    desk.board.problem = not_passed_on(desk.board.place)
    desk.board.changed.emit(None)
    toast = desk.window.frame.toast
    assert desk.notice == desk.board.problem
    assert toast.notice.action == "Invite…"
    toast._button.click()
    assert desk.window.people_flow.popover.isVisible()


def test_becoming_a_moderator_and_what_the_room_refuses_are_said(desk):
    desk.become(Role.EDITOR)
    desk.become(Role.MODERATOR)
    assert desk.notice == "You are a moderator of this board now."
    desk.rights.failed.emit(Outcome.ASKED_TOO_OFTEN)
    desk.window.frame.toast.next()
    assert "You have asked already" in desk.notice


def test_who_removed_me_is_named(desk):
    desk.board.set(remover="Mira")
    settle()
    assert desk.notice == "Mira removed you from this board. Your copy stays on this computer."


# --- what is finished


def test_a_finished_part_has_a_lock_that_says_who_and_is_refused_with_a_sentence(desk):
    done, free = desk.add(300), desk.add(500)
    desk.become(Role.EDITOR)
    desk.rights.set(finished=[Finished(done, "Mira Chen")], may_finish=False)
    settle()
    place = desk.view.signs.rect(done).center()
    assert desk.view.signs.words_at(place.x(), place.y()) == "Finished by Mira Chen"
    assert desk.view.signs.rect(free) is None
    desk.surface.choose("select")
    desk.surface.editor.selection.set((done,))
    settle()
    bar = desk.window.frame.selection
    assert bar.lock.text == "Finished by Mira Chen"
    assert bar.lock.reopen.isHidden()
    assert bar.remove.isHidden()
    desk.surface.tools.refresh()
    assert desk.view.overlay.feedback.frame.handles == ()
    desk.read_notices()
    desk.surface.do("delete")
    assert desk.notice == "This part is finished. Moderators can change or reopen it."
    desk.surface.restyle(stroke="#ff0000")
    assert drawn(desk) == 2
    assert desk.board.document.attribute(done, "stroke") is None
    desk.surface.editor.selection.set((free,))
    settle()
    assert not bar.remove.isHidden()
    desk.surface.do("delete")
    assert drawn(desk) == 1


def test_a_finished_part_is_not_dragged_by_an_editor(desk):
    done = desk.add(300)
    desk.become(Role.EDITOR)
    desk.rights.set(finished=[Finished(done, "Mira Chen")], may_finish=False)
    desk.surface.choose("select")
    x, y = (round(v) for v in desk.view.camera.to_view(345, 300))
    desk.press((x, y), (x + 40, y + 40), (x + 80, y + 80))
    desk.release(x + 80, y + 80)
    assert desk.board.document.attribute(done, "x") == "300"


def test_a_moderator_declares_the_selection_finished_changes_and_reopens_it(desk):
    done = desk.add(300)
    desk.surface.choose("select")
    desk.surface.editor.selection.set((done,))
    settle()
    desk.window._refresh_actions()
    actions = desk.window.actions_by_id
    assert actions["finish"].isEnabled()
    assert not actions["reopen"].isEnabled()
    actions["finish"].trigger()
    settle()
    assert desk.rights.calls == [("finish", (done,))]
    bar = desk.window.frame.selection
    assert not bar.lock.reopen.isHidden()
    assert not bar.remove.isHidden()
    bar.lock.reopen.click()
    assert desk.rights.calls[-1] == ("reopen", (done,))


def test_a_finished_board_is_said_at_the_tools_and_in_the_bar_and_opened_again(desk):
    desk.window.actions_by_id["finish-board"].trigger()
    settle()
    assert desk.notice == "The board is finished. Only moderators can change it."
    assert desk.window.top.chip.accessibleName() == "Finished"
    assert desk.tools.buttons["pen"].isEnabled(), "a host can go on"
    desk.become(Role.EDITOR)
    assert not desk.tools.buttons["pen"].isEnabled()
    assert desk.tools.pen.text == "Finished"
    assert "This board is finished" in desk.tools.buttons["pen"].toolTip()
    desk.become(Role.HOST)
    desk.window.actions_by_id["finish-board"].trigger()
    assert desk.rights.calls[-1] == ("reopen", (WHOLE,))


def test_where_programs_do_not_have_to_heed_it_that_is_said(desk):
    desk.rights.is_advisory = True
    desk.window.actions_by_id["finish-board"].trigger()
    assert "may not heed that" in desk.notice


# --- inviting


def test_whoever_invites_says_whether_they_may_draw_and_drawing_is_the_default(qtbot):
    world = World().populated()
    world.boards.invitations = ()
    window = MainWindow(world.services, CanvasSurface)
    window.show()
    QTest.qWaitForWindowActive(window)
    for only_watch in (False, True):
        window.open_invite()
        popover = window.people_flow.popover
        assert popover.may.isVisible()
        assert popover.may.draw.isChecked()
        if only_watch:
            popover.may.watch.click()
        popover.list.acted.emit("contact", "contact:sofia@example.org")
        settle()
    assert world.boards.calls == [
        ("invite", "Untitled", "sofia@example.org"),
        ("invite", "Untitled", "sofia@example.org", "watch"),
    ]
    world.share(world.boards.boards[0])
    window.open_invite()
    assert not window.people_flow.popover.may.isVisible(), "in a group chat its rules count"
    window.people_flow.popover.close()
    window.let_go()
    window.hide()
    window.deleteLater()
    settle()


def test_a_viewer_cannot_rename_restore_or_undo_others_work_and_is_told(desk):
    desk.become(Role.VIEWER)
    desk.read_notices()
    desk.window.actions_by_id["rename"].trigger()
    assert desk.window.people_flow.dialog is None
    assert desk.notice == "You may only watch this board."
