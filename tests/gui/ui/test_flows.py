"""The flows of DESIGN section 8 through real events; the quoted sentences are the assertions."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QWidget

from tests.helpers.fake_services import CERTIFICATE, World
from tests.helpers.hands import click, click_in_row, settle
from whiteboard.im.account import ConnectionState, Problem, ProblemKind, TlsMode
from whiteboard.im.people import RoomState, RunningBoard, SubscriptionRequest
from whiteboard.model.changes import Origin
from whiteboard.model.ops import LiteralElement
from whiteboard.session.boards import (
    ArchivedCopy,
    BoardState,
    Invitation,
    InvitationState,
    Odd,
    Oddity,
    Participant,
    SavedBoard,
)
from whiteboard.svg.plan import SVG_NS
from whiteboard.ui import words
from whiteboard.ui.dialogs.account import AccountForm
from whiteboard.ui.dialogs.certificate import CertificateQuestion
from whiteboard.ui.dialogs.room import CreateRoom, JoinRoom, RoomBoards
from whiteboard.ui.dialogs.save import ExportSheet, Message, UnsavedQuestion
from whiteboard.ui.ports import PngOptions


def subtitle(window, key: str) -> str:
    row = window.sessions.list.row_at(key)
    return words.plain(row.subtitle)


def draw(board) -> None:
    document = board.document
    rectangle = LiteralElement(SVG_NS, "rect", (("", "width", "10"), ("", "height", "10")))
    with document.transact(Origin.LOCAL, "Draw") as transaction:
        if document.root is None:
            transaction.add_root(LiteralElement(SVG_NS, "svg"))
        else:
            transaction.add(document.root, rectangle)


# --- first start ---------------------------------------------------------------------------


def test_the_first_start_opens_an_empty_board_with_the_pen_active(world, open_window):
    window = open_window(world.first_start())
    assert window.pages.front.surface.tool == "pen"
    assert window.frame.tools.buttons["pen"].isChecked()
    assert QApplication.focusWidget() is window.pages.front.surface.widget
    assert window.people_flow.dialog is None
    assert window.top.chip.text == "Only on this computer"
    assert window.windowTitle() == "Untitled – Whiteboard"


def test_contacts_without_an_account_lead_to_the_account_form(world, open_window):
    window = open_window(world.first_start())
    click_in_row(window.sessions.list, "empty:account", "add-account")
    assert isinstance(window.people_flow.dialog, AccountForm)


# --- account -------------------------------------------------------------------------------


def account_form(world, open_window):
    window = open_window(world.first_start())
    window.people_flow.edit_account()
    settle()
    return window, window.people_flow.dialog


def test_signing_in_needs_an_address_and_a_password_and_nothing_else(world, open_window):
    window, form = account_form(world, open_window)
    assert form.server.isHidden() or not form.server.isVisible()
    assert form.address.hasFocus()
    QTest.keyClicks(form.address, "ana@uni.example")
    QTest.keyClicks(form.password, "secret")
    QTest.keyClick(form.password, Qt.Key.Key_Return)
    settle()
    (call,) = world.people.calls
    assert call[0] == "sign_in"
    assert (call[1].address, call[1].password) == ("ana@uni.example", "secret")
    assert (call[1].host, call[1].port, call[1].tls) == (None, None, TlsMode.STARTTLS)
    assert form.connect_button.text() == "Connecting…"
    world.people.connection(ConnectionState.ONLINE)
    settle()
    assert window.people_flow.dialog is None


def test_a_wrong_password_marks_the_field_and_says_so(world, open_window):
    _, form = account_form(world, open_window)
    form.address.setText("ana@uni.example")
    form.password.setText("wrong")
    click(form.connect_button)
    world.people.fail(ProblemKind.WRONG_PASSWORD, "ana@uni.example")
    settle()
    sentence = "The server does not accept this password for ana@uni.example."
    assert words.plain(form.password_problem.text()) == sentence
    assert form.password.property("wrong") is True
    assert form.address.property("wrong") is not True
    assert form.password.hasFocus()
    assert form.connect_button.isEnabled()


def test_an_unknown_server_marks_the_address_and_unfolds_advanced(world, open_window):
    _, form = account_form(world, open_window)
    form.address.setText("ana@nowhere.example")
    form.password.setText("x")
    click(form.connect_button)
    world.people.fail(ProblemKind.NO_SUCH_SERVER, "nowhere.example")
    settle()
    sentence = "There is no XMPP server at “nowhere.example”. Check the address."
    assert words.plain(form.address_problem.text()) == sentence
    assert form.server.isVisible()


def test_something_that_is_no_address_is_refused_before_anything_is_sent(world, open_window):
    _, form = account_form(world, open_window)
    form.address.setText("ana")
    form.password.setText("x")
    click(form.connect_button)
    assert world.people.calls == []
    assert form.address.property("wrong") is True


def test_advanced_says_server_port_and_kind_of_encryption(world, open_window):
    _, form = account_form(world, open_window)
    form.address.setText("ana@uni.example")
    form.password.setText("x")
    click(form.advanced)
    form.server.setText("10.0.0.1")
    form.port.setText("70000")
    form.direct.setChecked(True)
    click(form.connect_button)
    assert world.people.calls == []
    assert form.port_problem.text() == "A port is a number from 1 to 65535."
    form.port.setText("5223")
    click(form.connect_button)
    settings = world.people.calls[0][1]
    assert (settings.host, settings.port, settings.tls) == ("10.0.0.1", 5223, TlsMode.DIRECT)


def test_an_account_can_be_created(world, open_window):
    _, form = account_form(world, open_window)
    click(form.create_button)
    form.address.setText("new@uni.example")
    form.password.setText("x")
    click(form.connect_button)
    assert world.people.calls[0][0] == "register"


def certificate_problem(world) -> None:
    problem = Problem(ProblemKind.CERTIFICATE, "chat.uni.example", certificate=CERTIFICATE)
    world.people.connection(ConnectionState.FAILED, problem)
    settle()


def test_a_certificate_nobody_trusts_is_asked_about_and_the_default_is_no(world, open_window):
    window = open_window(world.signed_in())
    certificate_problem(world)
    question = window.people_flow.certificate
    assert isinstance(question, CertificateQuestion)
    assert words.plain(question.title.text()) == "Is this really chat.uni.example?"
    assert question.refuse.text() == "Do not connect"
    assert question.refuse.isDefault()
    assert question.refuse.hasFocus()
    QTest.keyClick(question, Qt.Key.Key_Return)
    settle()
    assert world.people.calls == []
    certificate_problem(world)
    assert window.people_flow.certificate is None, "asked once"


def test_trusting_once_goes_on_and_remembers_nothing(world, open_window):
    window = open_window(world.signed_in())
    certificate_problem(world)
    click(window.people_flow.certificate.once)
    assert world.people.calls == [("trust_certificate", CERTIFICATE.sha256)]
    assert world.trust.trusted == []


def test_trusting_always_remembers_the_certificate(world, open_window):
    window = open_window(world.signed_in())
    certificate_problem(world)
    click(window.people_flow.certificate.always)
    assert world.trust.trusted == [("chat.uni.example", CERTIFICATE.sha256)]


def test_a_changed_certificate_hides_trust_behind_the_details(world, open_window):
    window = open_window(world.signed_in())
    problem = Problem(ProblemKind.CERTIFICATE_CHANGED, "chat.uni.example", certificate=CERTIFICATE)
    world.people.connection(ConnectionState.FAILED, problem)
    settle()
    assert not window.people_flow.certificate.once.isVisible()


# --- B, inviting ---------------------------------------------------------------------------


def test_draw_together_invites_and_the_row_says_whom_it_waits_for(world, open_window):
    window = open_window(world.populated())
    click_in_row(window.sessions.list, "contact:sofia@example.org", "draw")
    assert world.boards.calls == [("invite", "Untitled", "sofia@example.org")]
    assert subtitle(window, "contact:sofia@example.org") == "Waiting for Sofia Rossi…"


def test_an_invitation_can_be_taken_back(world, open_window):
    window = open_window(world.populated())
    click_in_row(window.sessions.list, "contact:sofia@example.org", "draw")
    click_in_row(window.sessions.list, "contact:sofia@example.org", "take-back")
    assert world.boards.calls[-1] == ("take_back", "out1")
    assert subtitle(window, "contact:sofia@example.org") == "Online · can draw"


def test_after_a_refusal_one_can_ask_again(world, open_window):
    window = open_window(world.populated())
    click_in_row(window.sessions.list, "contact:sofia@example.org", "draw")
    world.boards.answer("out1", InvitationState.DECLINED)
    settle()
    assert subtitle(window, "contact:sofia@example.org") == "Sofia Rossi declined"
    click_in_row(window.sessions.list, "contact:sofia@example.org", "ask-again")
    assert [call[0] for call in world.boards.calls] == ["invite", "invite"]
    assert subtitle(window, "contact:sofia@example.org") == "Waiting for Sofia Rossi…"


def test_draw_together_with_a_second_person_takes_a_new_board(world, open_window):
    window = open_window(world.populated())
    world.share(world.boards.boards[0])
    click_in_row(window.sessions.list, "contact:sofia@example.org", "draw")
    assert world.boards.calls == [("invite", "Untitled", "sofia@example.org")]
    assert len(window.pages) == 2


def test_double_click_and_enter_are_the_main_action(world, open_window):
    window = open_window(world.populated())
    view = window.sessions.list
    index = view.rows.index(view.rows.place("contact:sofia@example.org"), 0)
    view.setCurrentIndex(index)
    QTest.keyClick(view, Qt.Key.Key_Return)
    assert world.boards.calls == [("invite", "Untitled", "sofia@example.org")]


def test_the_invite_popover_finds_a_contact_and_invites_to_the_board_in_front(world, open_window):
    window = open_window(world.populated())
    click(window.top.invite)
    popover = window.people_flow.popover
    assert popover.search.hasFocus()
    QTest.keyClicks(popover.search, "sof")
    QTest.keyClick(popover.search, Qt.Key.Key_Return)
    settle()
    assert world.boards.calls == [("invite", "Untitled", "sofia@example.org")]


def test_the_key_for_inviting_opens_the_popover(world, open_window):
    window = open_window(world.populated())
    mods = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
    QTest.keyClick(window.pages.front.surface.widget, Qt.Key.Key_I, mods)
    settle()
    assert window.people_flow.popover is not None
    window.people_flow.popover.close()


def test_the_people_pane_shows_whom_one_waits_for(world, open_window):
    window = open_window(world.populated())
    world.boards.invite(world.boards.boards[0], "sofia@example.org")
    click(window.top.people)
    row = window.people_pane.list.row_at("invited:out1")
    assert words.plain(row.subtitle) == "Waiting for Sofia Rossi…"
    click_in_row(window.people_pane.list, "invited:out1", "take-back")
    assert world.boards.calls[-1] == ("take_back", "out1")


def test_a_request_to_see_presence_is_allowed_or_declined(world, open_window):
    world.populated()
    world.people.requests = (
        SubscriptionRequest("tomasz@example.org", "Tomasz"),
        SubscriptionRequest("eve@example.org"),
    )
    window = open_window(world)
    click_in_row(window.sessions.list, "request:tomasz@example.org", "allow")
    click_in_row(window.sessions.list, "request:eve@example.org", "deny")
    assert world.people.calls == [
        ("answer_request", "tomasz@example.org", True),
        ("answer_request", "eve@example.org", False),
    ]


# --- C, group chats ------------------------------------------------------------------------


def test_several_boards_of_a_group_chat_are_offered_for_choice(world, open_window):
    window = open_window(world.populated())
    click_in_row(window.sessions.list, "room:river@rooms.uni.example", "open-room")
    dialog = window.people_flow.dialog
    assert isinstance(dialog, RoomBoards)
    assert dialog.list.row_at("section:boards").title == "2 boards running"
    click_in_row(dialog.list, "session:s2", "join")
    assert world.boards.calls[0] == ("join_in_room", "river@rooms.uni.example", "s2")
    assert window.pages.front.board.state is BoardState.JOINING


def test_the_only_board_of_a_group_chat_is_joined_at_once_with_progress(world, open_window):
    world.populated()
    one = RunningBoard("s1", "Kiosk", 3)
    world.people.rooms = (replace(world.people.rooms[0], boards=(one,)),)
    window = open_window(world)
    click_in_row(window.sessions.list, "room:river@rooms.uni.example", "open-room")
    board = window.pages.front.board
    board.set(progress=0.5, name="Kiosk")
    settle()
    assert not window.frame.progress.isHidden()
    board.set(state=BoardState.LIVE, progress=None)
    settle()
    assert window.frame.progress.isHidden()


def test_an_empty_group_chat_takes_the_private_board_in_front(world, open_window):
    window = open_window(world.populated())
    click_in_row(window.sessions.list, "room:physics@rooms.uni.example", "open-room")
    assert world.boards.calls == [
        ("open_archived", "physics@rooms.uni.example"),
        ("share_in_room", "Untitled", "physics@rooms.uni.example"),
    ]


def texts(widget: QWidget) -> list[str]:
    return [getattr(label, "_whole", "") or label.text() for label in widget.findChildren(QLabel)]


def test_a_group_chat_that_nobody_draws_in_is_searched_for_its_board(world, open_window):
    world.boards.archives_answer = False
    window = open_window(world.populated())
    front = window.pages.front.board
    window.people_flow.find_in_room("river@rooms.uni.example", lambda: None)
    board = window.pages.front.board
    assert ("open_archived", "river@rooms.uni.example") in world.boards.calls
    card = window.frame.progress
    assert not card.isHidden()
    assert words.looking_in_archive() in texts(card)
    board.set(name="River", state=BoardState.LIVE, is_sought=False,
              archived=ArchivedCopy("2026-11-20T14:31:00Z", is_part=False))  # fmt: skip
    world.boards.seeking[0](board)
    assert card.isHidden()
    assert window.pages.front.board is board
    assert front is not board
    assert any("as the group chat kept it" in text for text in texts(window.frame.toast))


def test_cancel_ends_the_search_and_where_nothing_was_kept_a_new_board_begins(world, open_window):
    world.boards.archives_answer = False
    window = open_window(world.populated())
    begun: list[str] = []
    window.people_flow.find_in_room("river@rooms.uni.example", lambda: begun.append("one"))
    sought = window.pages.front.board
    window.frame.progress.cancelled.emit()
    assert sought not in world.boards.boards
    assert begun == []
    world.boards.archives_answer = True
    window.people_flow.find_in_room("river@rooms.uni.example", lambda: begun.append("two"))
    assert begun == ["two"]
    assert any("has kept no board" in text for text in texts(window.frame.toast))


def test_a_board_that_opens_says_how_long_it_still_takes(world, open_window):
    window = open_window(world.populated())
    board = window.pages.front.board
    board.set(state=BoardState.JOINING, progress=0.25, seconds_left=31.0)
    assert words.time_left(31.0) in texts(window.frame.progress)
    assert words.time_left(31.0) == "30 seconds left"
    assert words.time_left(200.0) == "3 minutes left"
    board.set(state=BoardState.LIVE, progress=None)


def test_joining_a_group_chat_says_what_the_room_says(world, open_window):
    window = open_window(world.signed_in())
    window.people_flow.join_room()
    form = window.people_flow.dialog
    assert isinstance(form, JoinRoom)
    form.address.setText("team")
    click(form.join)
    address = "team@rooms.uni.example"
    assert world.people.calls == [("join_room", address, "Ana Novak", "")]
    room = replace(World().populated().people.rooms[0], address=address, name="team")
    needs = Problem(ProblemKind.PASSWORD_NEEDED, "team")
    world.people.set(rooms=(replace(room, state=RoomState.FAILED, problem=needs),))
    settle()
    assert words.plain(form.password_problem.text()) == "“team” needs a password."
    click(form.join)
    world.people.set(rooms=(replace(room, state=RoomState.IN),))
    settle()
    assert window.people_flow.dialog is None


def test_a_new_group_chat_gets_an_address_from_its_name(world, open_window):
    window = open_window(world.signed_in())
    window.people_flow.create_room()
    form = window.people_flow.dialog
    assert isinstance(form, CreateRoom)
    QTest.keyClicks(form.name, "River walk team!")
    assert form.address.text() == "river-walk-team@rooms.uni.example"
    form.members_only.setChecked(True)
    click(form.create_button)
    assert world.people.calls == [
        (
            "create_room",
            "river-walk-team@rooms.uni.example",
            "Ana Novak",
            "River walk team!",
            True,
        )
    ]


# --- D, being invited ----------------------------------------------------------------------


def test_an_invitation_shows_a_card_without_taking_the_focus(world, open_window):
    window = open_window(world.signed_in())
    focus = QApplication.focusWidget()
    one = Invitation("in1", True, "noor@example.net", "Noor Haddad", "Stage design", 3)
    world.boards.set(invitations=(one, replace(one, id="in2", name="Ben")))
    settle()
    card = window.frame.invitation
    assert card.isVisible()
    assert card.accessibleName() == "Noor Haddad invites you to draw"
    assert QApplication.focusWidget() is focus
    click(card.join)
    assert world.boards.calls == [("accept", "in1"), ("close", "Untitled")]
    assert window.pages.front.board.name == "Stage design"
    assert card.accessibleName() == "Ben invites you to draw"
    click(card.decline)
    assert world.boards.calls[-1] == ("decline", "in2")
    assert card.isHidden()


def test_a_toast_never_covers_an_invitation(world, open_window):
    window = open_window(world.signed_in())
    window.say("Somebody with a rather long name, from far away, has joined the board “River bank”")
    frame = window.frame
    one = Invitation("in1", True, "noor@example.net", "Noor Haddad", "Stage design", 3)
    world.boards.set(invitations=(one,))
    settle()
    assert not frame.toast.geometry().intersects(frame.invitation.geometry())
    window.resize(700, 700)
    settle()
    assert not frame.toast.geometry().intersects(frame.invitation.geometry())


def test_later_hides_the_card_and_keeps_the_invitation_in_sessions(world, open_window):
    window = open_window(world.populated())
    assert window.frame.invitation.isVisible()
    QTest.keyClick(window, Qt.Key.Key_F8)
    assert window.frame.invitation.join.hasFocus()
    QTest.keyClick(window.frame.invitation.join, Qt.Key.Key_Escape)
    settle()
    assert window.frame.invitation.isHidden()
    assert window.sessions.list.row_at("invitation:in1") is not None


def test_an_invitation_is_accepted_and_declined_in_the_pane_too(world, open_window):
    window = open_window(world.populated())
    click_in_row(window.sessions.list, "invitation:in1", "decline")
    assert world.boards.calls == [("decline", "in1")]
    assert window.sessions.list.row_at("invitation:in1") is None


# --- F, offline and back -------------------------------------------------------------------


def test_offline_the_chip_says_so_at_once_and_the_notice_comes_after_ten_seconds(
    world, open_window
):
    window = open_window(world.signed_in())
    board = world.boards.boards[0]
    world.share(board)
    assert window.top.chip.text == ""
    board.set(state=BoardState.OFFLINE, waiting_changes=12)
    assert window.top.chip.text == "Offline · 12 waiting"
    assert window.frame.toast.isHidden()
    assert window.teller.offline_timer.interval() == 10000
    window.teller.offline_timer.timeout.emit()
    sentence = "Disconnected – working offline. 12 changes are waiting."
    assert window.frame.toast.accessibleName() == sentence
    board.set(state=BoardState.LIVE, waiting_changes=0)
    assert window.frame.toast.accessibleName() == "Connected again. 12 changes sent."
    assert window.top.chip.text == ""


def test_sending_is_mentioned_only_if_it_lasts(world, open_window):
    window = open_window(world.signed_in())
    board = world.boards.boards[0]
    world.share(board)
    board.set(waiting_changes=3)
    assert window.top.chip.text == ""
    window.teller._chip_timer.timeout.emit()
    assert window.top.chip.text == "Sending 3…"
    board.set(waiting_changes=2)
    assert window.top.chip.text == "Sending 2…"
    board.set(waiting_changes=0)
    assert window.top.chip.isHidden()


def test_those_who_come_together_are_named_together(world, open_window):
    window = open_window(world.signed_in())
    board = world.boards.boards[0]
    me = board.participants
    board.set(state=BoardState.LIVE, place="river@rooms", participants=me)
    for name in ("Yusuf", "Mira", "Ben", "Noor"):
        one = Participant(name, name, f"{name}@example.org")
        board.set(participants=(*board.participants, one))
    window.teller.join_timer.timeout.emit()
    assert words.plain(window.frame.toast.accessibleName()) == "Yusuf and 3 others joined"


def test_when_the_other_one_leaves_the_board_stays(world, open_window):
    window = open_window(world.signed_in())
    board = world.boards.boards[0]
    mira = Participant("mira", "Mira", "mira@example.org")
    board.set(state=BoardState.LIVE, place="mira@example.org")
    board.set(participants=(*board.participants, mira))
    board.set(participants=board.participants[:1])
    assert words.plain(window.frame.toast.accessibleName()) == (
        "Mira has left. The board stays here and goes on when one of you returns."
    )
    assert window.frame.toast.focus_action()
    click(QApplication.focusWidget())
    assert world.boards.calls == [("invite", "Untitled", "mira@example.org")]


def test_who_sends_too_much_is_named_and_drawing_goes_on(world, open_window):
    window = open_window(world.signed_in())
    board = world.boards.boards[0]
    mira = Participant("mira", "Mira", "mira@example.org")
    board.set(state=BoardState.LIVE, place="mira@example.org")
    board.odd.emit(Odd(mira, Oddity.FLOOD))
    said = words.plain(window.frame.toast.accessibleName())
    assert said == "Mira sends more than can be shown at once. You can go on drawing."
    board.odd.emit(Odd(mira, Oddity.OTHER_BOARD))
    said = words.plain(window.frame.toast.accessibleName())
    assert said == "Mira’s program may show another board than yours."
    draw(board)
    window.frame.toast.next()
    assert window.frame.toast.isHidden()


def test_a_board_that_has_grown_very_large_is_said_quietly(world, open_window):
    window = open_window(world.signed_in())
    world.boards.boards[0].grown_large.emit(None)
    said = words.plain(window.frame.toast.accessibleName())
    assert said == "This board has grown very large and may become slow. A new board helps."


def test_what_is_wrong_with_a_board_is_said_once_and_stays_in_its_row(world, open_window):
    window = open_window(world.signed_in())
    sentence = "Ana removed you from this board. Your copy stays on this computer."
    world.boards.boards[0].set(state=BoardState.ENDED, problem=sentence)
    assert window.frame.toast.accessibleName() == sentence
    window.frame.toast.next()
    world.boards.boards[0].changed.emit(None)
    assert window.frame.toast.isHidden()
    window.sessions.refresh()
    assert subtitle(window, "board:0") == sentence


# --- files ---------------------------------------------------------------------------------


def choose_file(window, path: Path) -> None:
    chooser = window.files.chooser
    chooser.fileSelected.emit(str(path))
    chooser.done(1)
    settle()


def test_opening_a_file_replaces_the_untouched_first_board(world, open_window, tmp_path):
    window = open_window(world)
    window.actions_by_id["open"].trigger()
    choose_file(window, tmp_path / "plan.svg")
    assert [page.board.name for page in window.pages.all] == ["plan"]
    assert window.pages.front.path == tmp_path / "plan.svg"


def test_a_broken_file_is_explained_and_nothing_is_opened(world, open_window, tmp_path):
    window = open_window(world)
    window.actions_by_id["open"].trigger()
    choose_file(window, tmp_path / "broken.svg")
    dialog = window.people_flow.dialog
    assert isinstance(dialog, Message)
    assert "damaged" in dialog.title.text()
    assert len(window.pages) == 1


def test_saving_asks_for_a_file_once(world, open_window, tmp_path):
    window = open_window(world)
    draw(world.boards.boards[0])
    window.actions_by_id["save"].trigger()
    choose_file(window, tmp_path / "mine.svg")
    assert world.files.calls == [("save", "mine", "mine.svg")]
    assert not window.pages.front.is_unsaved
    window.actions_by_id["save"].trigger()
    assert world.files.calls == [("save", "mine", "mine.svg")] * 2


def test_export_asks_for_size_and_background(world, open_window, tmp_path):
    window = open_window(world)
    window.actions_by_id["export"].trigger()
    sheet = window.people_flow.dialog
    assert isinstance(sheet, ExportSheet)
    sheet.scales[2].setChecked(True)
    sheet.grounds[1].setChecked(True)
    click(sheet.export)
    choose_file(window, tmp_path / "out.png")
    assert world.files.calls == [("export_png", "out.png", PngOptions(4.0, None))]


def test_export_as_svg(world, open_window, tmp_path):
    window = open_window(world)
    window.actions_by_id["export"].trigger()
    sheet = window.people_flow.dialog
    sheet.svg.setChecked(True)
    assert not sheet.scales[0].isEnabled()
    click(sheet.export)
    choose_file(window, tmp_path / "out.svg")
    assert world.files.calls == [("export_svg", "out.svg")]


def test_export_with_history_only_where_it_is_chosen(world, open_window, tmp_path):
    window = open_window(world)
    window.actions_by_id["export"].trigger()
    sheet = window.people_flow.dialog
    assert not sheet.history.isEnabled(), "pictures have none"
    sheet.svg.setChecked(True)
    assert not sheet.history.isChecked()
    sheet.history.setChecked(True)
    click(sheet.export)
    choose_file(window, tmp_path / "out.svg")
    assert world.files.calls == [("export_svg_with_history", "out.svg")]


def test_closing_an_untouched_board_asks_nothing(world, open_window):
    window = open_window(world)
    window.actions_by_id["close"].trigger()
    assert window.people_flow.dialog is None
    assert len(window.pages) == 1, "a new empty one takes its place"


def test_closing_a_private_board_with_work_asks(world, open_window):
    window = open_window(world)
    draw(world.boards.boards[0])
    window.actions_by_id["close"].trigger()
    question = window.people_flow.dialog
    assert isinstance(question, UnsavedQuestion)
    assert question.save.isDefault()
    click(question.cancel)
    assert world.boards.calls == []
    window.actions_by_id["close"].trigger()
    click(window.people_flow.dialog.discard)
    assert world.boards.calls == [("close", "Untitled")]


def test_closing_a_private_board_that_is_kept_asks_nothing(world, open_window):
    window = open_window(world)
    board = world.boards.boards[0]
    draw(board)
    board.set(kept=True)
    window.actions_by_id["close"].trigger()
    assert window.people_flow.dialog is None
    assert world.boards.calls[-1] == ("close", "Untitled")


def test_closing_the_window_with_kept_boards_asks_nothing(world, open_window):
    window = open_window(world)
    board = world.boards.boards[0]
    draw(board)
    board.set(kept=True)
    assert window.close()


def test_closing_a_file_with_changes_asks_although_the_board_is_kept(world, open_window, tmp_path):
    window = open_window(world)
    window.actions_by_id["open"].trigger()
    choose_file(window, tmp_path / "plan.svg")
    board = window.pages.front.board
    draw(board)
    board.set(kept=True)
    window.actions_by_id["close"].trigger()
    assert isinstance(window.people_flow.dialog, UnsavedQuestion)


def test_a_saved_board_opens_with_one_click(world, open_window):
    world.boards.saved = [SavedBoard("k1", "Kiosk", "", 0)]
    window = open_window(world)
    window.sessions.list.acted.emit("open-saved", "saved:k1")
    assert world.boards.calls[-2:] == [("open_saved", "k1"), ("close", "Untitled")]
    assert [page.board.name for page in window.pages.all] == ["Kiosk"]


def test_a_saved_board_that_is_open_elsewhere_is_explained(world, open_window):
    world.boards.set(saved=[SavedBoard("k1", "Kiosk", "", 0)], in_use="It is open elsewhere.")
    window = open_window(world)
    window.sessions.list.acted.emit("open-saved", "saved:k1")
    assert "open elsewhere" in window.frame.toast.accessibleName()
    assert len(window.pages) == 1


def test_deleting_a_board_asks_and_closes_it(world, open_window):
    window = open_window(world)
    draw(world.boards.boards[0])
    window.sessions.list.acted.emit("delete-board", "board:0")
    question = window.people_flow.dialog
    assert "Untitled" in question.title.text()
    question.reject()
    settle()
    assert world.boards.calls == []
    window.sessions.list.acted.emit("delete-board", "board:0")
    click(window.people_flow.dialog.act)
    assert world.boards.calls == [("delete", "Untitled")]
    assert len(window.pages) == 1, "a new empty one takes its place"


def test_deleting_a_saved_board_asks(world, open_window):
    world.boards.saved = [SavedBoard("k1", "Kiosk", "", 0)]
    window = open_window(world)
    window.sessions.list.acted.emit("delete-saved", "saved:k1")
    assert world.boards.calls == []
    click(window.people_flow.dialog.act)
    assert world.boards.calls == [("delete_saved", "k1")]


def test_closing_a_shared_board_with_work_asks_nothing(world, open_window):
    window = open_window(world.signed_in())
    board = world.boards.boards[0]
    world.share(board)
    draw(board)
    board.set(waiting_changes=3, state=BoardState.OFFLINE)
    window.actions_by_id["close"].trigger()
    assert window.people_flow.dialog is None
    assert world.boards.calls == [("close", "River walk kiosk")]


def test_closing_the_window_asks_about_each_board_that_would_be_lost(world, open_window):
    window = open_window(world)
    draw(world.boards.boards[0])
    assert not window.close()
    question = window.people_flow.dialog
    assert isinstance(question, UnsavedQuestion)
    click(question.discard)
    assert not window.isVisible()
