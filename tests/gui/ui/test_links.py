"""The link to a board: in the popover, as a QR code, and back again when somebody opens it."""

from __future__ import annotations

import json
import socket
from pathlib import Path

import pytest
from PySide6.QtCore import QUrl
from PySide6.QtGui import QFileOpenEvent, QGuiApplication
from PySide6.QtNetwork import QLocalSocket

from tests.helpers.hands import click, settle
from whiteboard.app import instance
from whiteboard.app.going import Going
from whiteboard.app.instance import MAX_LINE, DesktopLinks, Instance, hand_over
from whiteboard.im.account import AccountState, ConnectionState
from whiteboard.im.links import BoardLink, read_link
from whiteboard.model.document import Document
from whiteboard.model.ids import Party, Replica, SessionId
from whiteboard.model.rights import Ground
from whiteboard.session.boards import BoardState
from whiteboard.ui import words
from whiteboard.ui.board_link import QUIET_ZONE, QrCode, link_of

ROOM = "river@rooms.uni.example"
LINK = "xmpp:river@rooms.uni.example?join;session=s1"


@pytest.fixture
def window(world, open_window):
    window = open_window(world.populated())
    world.share(world.boards.boards[0])
    settle()
    return window


def test_the_popover_has_the_link_to_copy_and_its_code(window):
    window.open_invite()
    foot = window.people_flow.popover.link
    assert foot.text._whole == LINK
    click(foot.copy)
    assert QGuiApplication.clipboard().text() == LINK
    assert ("give_link", "River walk kiosk") in window.services.boards.calls
    height = window.people_flow.popover.height()
    click(foot.qr)
    assert foot.code.isVisible()
    assert window.people_flow.popover.height() > height
    click(foot.qr)
    assert window.people_flow.popover.height() == height
    window.people_flow.popover.close()


def test_a_board_alone_has_no_link_yet(world, open_window):
    window = open_window(world.populated())
    window.open_invite()
    foot = window.people_flow.popover.link
    assert foot.why_not.isVisible()
    assert not foot.copy.isVisible()
    window.people_flow.popover.close()


def test_one_to_one_the_link_names_who_can_let_somebody_in(window, world):
    board = world.boards.boards[0]
    mira = "mira@example.org"
    mine = Document(SessionId("s2"), Party("me"), Replica("M1"), ground=Ground(Party("me")))
    board.document = mine
    board.set(place=mira, session="s2", state=BoardState.LIVE)
    assert str(link_of(board, world.people)) == "xmpp:ana@uni.example?whiteboard;session=s2"
    board.document = Document(
        SessionId("s2"), Party("me"), Replica("M1"), ground=Ground(Party("mira"))
    )
    assert link_of(board, world.people) is None, "Mira could let somebody in, I cannot"
    board.document = mine
    board.set(state=BoardState.ENDED)
    assert link_of(board, world.people) is None


def test_a_camera_reads_the_code_in_either_theme(qapp):
    code = QrCode()
    code.show_text(LINK)
    picture = code.grab().toImage()
    side = len(code._rows)
    module = picture.width() / side
    for y, row in enumerate(code._rows):
        for x, is_dark in enumerate(row):
            colour = picture.pixelColor(int((x + 0.5) * module), int((y + 0.5) * module))
            assert (colour.lightness() < 64) == bool(is_dark)
    assert not any(any(row) for row in code._rows[:QUIET_ZONE])
    assert not any(row[0] for row in code._rows)


# --- opening


@pytest.fixture
def going(window, world):
    return Going(world.people, world.boards)


def said(window) -> str:
    shown = window.frame.toast
    return "" if shown.isHidden() else words.plain(shown.accessibleName())


def test_a_board_that_is_open_comes_to_the_front(window, world, going):
    window.add_board()
    going.open(LINK, window)
    assert window.pages.front.board.session == "s1"
    assert window.people_flow.dialog is None


def test_a_link_to_somebody_new_asks_first(window, world, going):
    going.open("xmpp:secret@rooms.evil.example?join;session=x", window)
    asked = window.people_flow.dialog
    assert words.plain(asked.windowTitle()) == ("Enter secret@rooms.evil.example?")
    assert not [call for call in world.boards.calls if call[0] == "join_in_room"]
    asked.reject()
    assert not [call for call in world.boards.calls if call[0] == "join_in_room"]
    going.open("xmpp:secret@rooms.evil.example?join;session=x", window)
    click(window.people_flow.dialog.act)
    settle()
    assert ("join_in_room", "secret@rooms.evil.example", "x") in world.boards.calls
    assert window.pages.front.board.session == "x"


def test_a_room_one_is_in_is_not_asked_about(window, world, going):
    going.open(f"xmpp:{ROOM}?join;session=other", window)
    assert window.people_flow.dialog is None
    assert ("join_in_room", ROOM, "other") in world.boards.calls


@pytest.mark.parametrize("text", ["xmpp:", "xmpp:a@b?remove", "xmpp:a@b?join;session=%00"])
def test_a_broken_link_is_answered_with_a_sentence(window, world, going, text):
    calls = list(world.boards.calls)
    going.open(text, window)
    assert said(window).startswith("“")
    assert world.boards.calls == calls


def test_without_an_account_one_signs_in_first_and_then_the_board_opens(world, open_window):
    window = open_window(world.first_start())
    going = Going(world.people, world.boards)
    going.open(LINK, window)
    click(window.people_flow.dialog.act)
    settle()
    form = window.people_flow.dialog
    assert form is not None
    assert hasattr(form, "password"), "the account form"
    assert said(window) == "Sign in first; then the link is opened."
    world.people.set(account=AccountState("ana@uni.example", "Ana", ConnectionState.CONNECTING))
    assert not world.boards.calls
    world.people.set(account=AccountState("ana@uni.example", "Ana", ConnectionState.ONLINE))
    assert ("join_in_room", ROOM, "s1") in world.boards.calls
    assert window.pages.front.board.session == "s1"
    calls = len(world.boards.calls)
    world.people.changed.emit(None)
    assert len(world.boards.calls) == calls, "once"
    form.reject()


def test_a_person_is_invited_to_the_board_in_front(window, world, going):
    window.add_board()
    going.open("xmpp:mira@example.org", window)
    assert world.boards.calls[-1][0] == "invite"
    assert world.boards.calls[-1][2] == "mira@example.org"


def test_the_person_of_a_one_to_one_board_is_asked_to_let_me_in(window, world, going):
    going.open("xmpp:mira@example.org?whiteboard;session=s9", window)
    assert world.boards.calls[-1] == ("ask_to_join", "mira@example.org", "s9")
    assert said(window).startswith("mira@example.org is asked to let you in.")


def test_a_chat_message_with_a_link_opens_it_in_the_program(world, open_window):
    opened = []
    window = open_window(world.populated())
    window.chat_pane.board_link_wanted.connect(opened.append)
    window.chat_pane._offer_link(LINK, window.mapToGlobal(window.rect().center()))
    window.chat_pane.menu.actions()[0].trigger()
    assert opened == [LINK]
    assert read_link(opened[0]) == BoardLink(ROOM, True, "s1")
    window.chat_pane.menu.close()


# --- the program that runs already


def hand(qtbot, profile: Path, raw: bytes) -> QLocalSocket:
    second = QLocalSocket()
    second.connectToServer(instance._address(profile))
    assert second.waitForConnected(2000)
    second.write(raw)
    second.flush()
    return second


def test_the_first_program_gets_what_a_second_one_was_given(qtbot, tmp_path):
    profile, got = tmp_path / "settings.json", []
    assert not hand_over(profile, LINK), "nobody is there"
    first = Instance(profile, got.append)
    assert first.is_first
    second = hand(qtbot, profile, json.dumps({"open": LINK}).encode() + b"\n")
    qtbot.waitUntil(lambda: got == [LINK])
    qtbot.waitUntil(second.canReadLine)
    assert second.readAll().data() == b"ok\n"
    assert not Instance(profile, got.append).is_first
    other = Instance(tmp_path / "b" / "settings.json", got.append)
    assert other.is_first, "each profile has its own"
    other.close()
    first.close()
    assert not hand_over(profile, LINK)


@pytest.mark.parametrize(
    "raw", [b"nonsense\n", b"[]\n", b'{"open": 7}\n', b"\xff\xfe\n", b"x" * (MAX_LINE + 10)]
)
def test_what_is_no_link_is_hung_up_on(qtbot, tmp_path, raw):
    profile, got = tmp_path / "settings.json", []
    first = Instance(profile, got.append)
    second = hand(qtbot, profile, raw)
    gone = QLocalSocket.LocalSocketState.UnconnectedState
    qtbot.waitUntil(lambda: second.state() == gone)
    assert got == []
    first.close()


def test_a_socket_that_a_crash_left_behind_is_taken_over(tmp_path):
    profile = tmp_path / "settings.json"
    left = socket.socket(socket.AF_UNIX)
    left.bind(instance._address(profile))
    left.close()
    first = Instance(profile, lambda _: None)
    assert first.is_first
    first.close()


def test_macos_hands_links_over_as_events(qapp):
    got = []
    desktop = DesktopLinks(qapp, got.append)
    qapp.sendEvent(qapp, QFileOpenEvent(QUrl(LINK)))
    qapp.sendEvent(qapp, QFileOpenEvent(QUrl("file:///tmp/a.svg")))
    qapp.removeEventFilter(desktop)
    assert got == [LINK]
