"""The Chat pane: what is said beside a board, unread counts, keys that stay where they belong."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from tests.helpers.hands import click, settle
from whiteboard.im.chat import Delivery
from whiteboard.session.boards import BoardState
from whiteboard.ui import words
from whiteboard.ui.panes.chat_lines import LineKind, chat_lines, links_in

ROOM = "river@rooms.uni.example"


@pytest.fixture
def window(world, open_window):
    """A board shared in a group chat, the chat open beside it."""
    window = open_window(world.populated(), 1700)
    world.share(world.boards.boards[0])
    if not window.body.is_open(window.chat_pane):
        click(window.top.chat)
    settle()
    return window


def shown(window) -> list[str]:
    return [line.message.text for line in window.chat_pane.list.lines.lines if line.message]


def pass_time(window):
    window.chat_flow._soon.timeout.emit()
    settle()


def test_a_board_that_is_shared_with_nobody_has_no_chat(world, open_window):
    window = open_window(world.populated(), 1700)
    assert window.body.is_open(window.chat_pane), "where there is room the chat is open at first"
    assert not window.chat_pane.field.isEnabled()
    assert window.chat_pane.empty_title.text() == "Nobody to write to yet"
    window.body.open_pane(window.chat_pane, opened=False)
    assert window.chat_pane.conversation is None


def test_enter_sends_and_shift_enter_is_a_new_line(window, world):
    field = window.chat_pane.field
    field.setFocus()
    QTest.keyClicks(field, "one")
    QTest.keyClick(field, Qt.Key.Key_Return, Qt.KeyboardModifier.ShiftModifier)
    QTest.keyClicks(field, "two")
    assert world.chats.calls == [("write", ROOM, True)] * 7
    world.chats.calls.clear()
    QTest.keyClick(field, Qt.Key.Key_Return)
    assert world.chats.calls == [("send", ROOM, "one\ntwo")]
    assert field.toPlainText() == ""
    assert field.hasFocus()
    pass_time(window)
    assert shown(window) == ["one\ntwo"]
    QTest.keyClick(field, Qt.Key.Key_Return)
    assert len(world.chats.calls) == 1, "nothing is not sent"


def test_drawing_keys_do_not_end_in_the_chat_nor_letters_on_the_board(window, world):
    surface = window.pages.front.surface
    surface.widget.setFocus()
    world.chats.hear(ROOM, "Mira", "look at this")
    pass_time(window)
    assert surface.widget.hasFocus(), "what others say never takes the focus"
    QTest.keyClick(surface.widget, Qt.Key.Key_R)
    assert surface.tool == "rectangle"
    assert window.chat_pane.field.toPlainText() == ""
    window.actions_by_id["chat"].trigger()
    window.actions_by_id["chat"].trigger()
    assert window.chat_pane.field.hasFocus(), "opened by key to write in it"
    for key in "vhe12":
        QTest.keyClicks(window.chat_pane.field, key)
    QTest.keyClick(window.chat_pane.field, Qt.Key.Key_Delete)
    assert surface.tool == "rectangle"
    assert ("do", "delete") not in surface.calls
    assert window.chat_pane.field.toPlainText() == "vhe12"
    QTest.keyClick(window.chat_pane.field, Qt.Key.Key_Escape)
    assert surface.widget.hasFocus()
    assert window.body.is_open(window.chat_pane)
    click(window.top.chat)
    click(window.top.chat)
    assert surface.widget.hasFocus(), "the button leaves the focus on the board"


def test_what_was_not_seen_is_counted_and_marked(window, world):
    click(window.top.chat)
    assert not window.body.is_open(window.chat_pane)
    world.chats.hear(ROOM, "Mira", "first")
    world.chats.hear(ROOM, "Mira", "second")
    pass_time(window)
    assert window.top.chat._count == 2
    assert window.top.chat.accessibleDescription() == "2 new messages"
    window.add_board()
    settle()
    assert [tab.unread for tab in window.top.tabs.tabs] == [2, 0]
    window.pages.bring(0)
    click(window.top.chat)
    pass_time(window)
    assert window.top.chat._count == 0
    kinds = [line.kind for line in window.chat_pane.list.lines.lines]
    assert kinds == [LineKind.DAY, LineKind.NEW, LineKind.SAID, LineKind.SAID]
    world.chats.hear(ROOM, "Ben", "third")
    pass_time(window)
    assert kinds.count(LineKind.NEW) == 1, "what was seen coming is not marked"
    assert window.top.chat._count == 0


def test_each_board_has_its_own_conversation_and_draft(window, world):
    pane = window.chat_pane
    pane.field.setFocus()
    QTest.keyClicks(pane.field, "half a senten")
    world.chats.hear("mira@example.org", "Mira", "just us")
    other = world.boards.new_board("Two")
    window.pages.show(other)
    other.set(place="mira@example.org", session="s2", state=BoardState.LIVE)
    settle()
    assert pane.conversation.address == "mira@example.org"
    assert pane.field.toPlainText() == ""
    assert words.plain(pane.place.text()) == "With Mira Chen"
    assert shown(window) == ["just us"]
    window.pages.bring(0)
    settle()
    assert pane.field.toPlainText() == "half a senten"


def test_messages_within_five_minutes_share_a_head(world):
    key = world.chats.hear(ROOM, "Mira", "one")
    world.chats.hear(ROOM, "Mira", "two", later=299)
    world.chats.hear(ROOM, "Mira", "three", later=301)
    world.chats.hear(ROOM, "Ben", "four")
    world.chats.hear(ROOM, "Ben", "/me draws")
    world.chats.hear(ROOM, "Ben", "five", later=86400)
    talk = world.chats.conversation(ROOM)
    lines = chat_lines(talk.messages, key)
    said = [line for line in lines if line.kind is LineKind.SAID]
    assert [line.has_head for line in said] == [True, False, True, True, True, True]
    assert [line.kind for line in lines].count(LineKind.DAY) == 2
    assert lines[1].kind is LineKind.NEW


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("see https://example.org/a_(b).", ["https://example.org/a_(b)"]),
        ("(http://example.org)", ["http://example.org"]),
        ("xmpp:room@host?join;session=1, now", ["xmpp:room@host?join;session=1"]),
        ("javascript:alert(1) file:///etc http://", []),
        ("<b>https://x.org</b>", ["https://x.org"]),
        ("no link", []),
    ],
)
def test_addresses_are_found_in_texts(text, found):
    assert [text[begin:end] for begin, end in links_in(text)] == found


def at_link(window) -> QPoint:
    view = window.chat_pane.list
    for y in range(0, view.viewport().height(), 4):
        for x in range(0, view.viewport().width(), 4):
            if view.link_at(QPoint(x, y)):
                return QPoint(x, y)
    raise AssertionError("no link is shown")


def test_a_link_is_opened_only_by_choice_and_says_where_it_leads(window, world, monkeypatch):
    opened = []
    monkeypatch.setattr("whiteboard.ui.panes.chat.QDesktopServices.openUrl", opened.append)
    world.chats.hear(ROOM, "Mira", "https://bank.example@evil.example/login")
    pass_time(window)
    QTest.mouseClick(
        window.chat_pane.list.viewport(), Qt.MouseButton.LeftButton, pos=at_link(window)
    )
    assert opened == []
    names = [words.plain(one.text()) for one in window.chat_pane.menu.actions()]
    assert names == ["Open evil.example in the browser", "Copy the address"]
    window.chat_pane.menu.actions()[1].trigger()
    assert QGuiApplication.clipboard().text() == "https://bank.example@evil.example/login"
    window.chat_pane.menu.actions()[0].trigger()
    assert [url.host() for url in opened] == ["evil.example"]
    window.chat_pane.menu.close()


def test_html_is_text(window, world):
    world.chats.hear(ROOM, "Mira", "<b>bold</b> <img src='http://x/y.png'> & more")
    pass_time(window)
    (line,) = [one for one in window.chat_pane.list.lines.lines if one.message]
    text = window.chat_pane.list.painter_of_lines.text_of(line, 300)
    assert text.toPlainText() == "<b>bold</b> <img src='http://x/y.png'> & more"


def test_long_words_are_wrapped_and_a_huge_message_is_shown(window, world):
    world.chats.hear(ROOM, "Mira", "W" * 3000)
    world.chats.hear(ROOM, "Mira", "line\n" * 5000)
    pass_time(window)
    view = window.chat_pane.list
    rects = [view.visualRect(view.lines.index(at, 0)) for at in range(1, 3)]
    assert all(rect.width() <= view.viewport().width() for rect in rects)
    assert rects[0].height() > 300
    assert view.horizontalScrollBar().maximum() == 0
    assert view.is_at_end


def test_who_reads_further_up_stays_there_and_who_is_at_the_end_follows(window, world):
    view = window.chat_pane.list
    for n in range(80):
        world.chats.hear(ROOM, "Mira", f"message {n}")
    pass_time(window)
    assert view.is_at_end
    view.verticalScrollBar().setValue(100)
    world.chats.hear(ROOM, "Mira", "another")
    pass_time(window)
    assert view.verticalScrollBar().value() == 100
    view.scrollToBottom()
    world.chats.hear(ROOM, "Mira", "and another")
    pass_time(window)
    assert view.is_at_end


def test_up_corrects_the_last_message_of_mine(window, world):
    field = window.chat_pane.field
    field.setFocus()
    QTest.keyClicks(field, "teh line")
    QTest.keyClick(field, Qt.Key.Key_Return)
    pass_time(window)
    QTest.keyClick(field, Qt.Key.Key_Up)
    assert field.toPlainText() == "teh line"
    assert window.chat_pane.correction.isVisible()
    QTest.keyClick(field, Qt.Key.Key_Escape)
    assert field.toPlainText() == ""
    QTest.keyClick(field, Qt.Key.Key_Up)
    field.selectAll()
    QTest.keyClicks(field, "the line")
    QTest.keyClick(field, Qt.Key.Key_Return)
    assert world.chats.calls[-1] == ("correct", ROOM, "m1", "the line")
    pass_time(window)
    (message,) = world.chats.conversation(ROOM).messages
    assert message.is_corrected


def test_what_was_not_sent_says_so_and_can_be_tried_again(window, world):
    key = world.chats.hear(ROOM, "Ana Novak", "hello?", me=True)
    world.chats.conversation(ROOM).deliver(key, Delivery.FAILED)
    pass_time(window)
    view = window.chat_pane.list
    rect = view.visualRect(view.lines.index(1, 0))
    QTest.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=rect.center())
    assert world.chats.calls == [("send_again", ROOM, key)]


def test_who_writes_is_shown_in_words(window, world):
    talk = world.chats.conversation(ROOM)
    for name in ("Mira", "Ben", "Yusuf"):
        talk.set_writing(name, name, writes=True)
        pass_time(window)
    assert words.writing(["Mira"]) == "\u2068Mira\u2069 is writing…"
    assert window.chat_pane.writers.text() == "3 people are writing…"


def test_without_an_account_nothing_can_be_written(window, world):
    world.chats.is_possible = False
    window.chat_flow.follow()
    assert not window.chat_pane.field.isEnabled()
    assert window.chat_pane.field.placeholderText() == "Sign in to write"


def test_an_input_method_takes_its_enter(window, world):
    from PySide6.QtGui import QInputMethodEvent

    field = window.chat_pane.field
    field.setFocus()
    QApplication.sendEvent(field, QInputMethodEvent("に", []))
    QTest.keyClick(field, Qt.Key.Key_Return)
    assert not [call for call in world.chats.calls if call[0] == "send"]
