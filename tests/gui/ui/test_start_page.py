"""The start page: what can be begun, which boards are known, one click to each."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage
from PySide6.QtTest import QTest

from tests.helpers.hands import click, settle
from whiteboard.session.boards import BoardState, SavedBoard
from whiteboard.ui import start_page


@pytest.fixture
def opened(world, open_window):
    """A window with its start page, two boards open and three on disk."""
    window = open_window(world)
    world.boards.boards[0].rename("Kiosk")
    world.boards.new_board("Stage").set(state=BoardState.OFFLINE, waiting_changes=2)
    world.boards.set(
        saved=[
            SavedBoard("k1", "Thesis", "", 3),
            SavedBoard("k2", "Garden", "", 0),
            SavedBoard("k3", "", "", 0, is_damaged=True),
        ]
    )
    click(window.top.start)
    return window


def cards(window):
    return [(card.name, card.detail) for card in window.start.cards]


def press(window, name):
    click(next(card for card in window.start.cards if card.name == name))


def test_it_shows_every_board_with_one_line_about_it(opened):
    assert opened.start.isVisible()
    assert cards(opened) == [
        ("Kiosk", "Only on this computer"),
        ("Stage", "2 changes waiting"),
        ("Thesis", "3 changes waiting"),
        ("Garden", "Only on this computer"),
        ("Damaged board", "Its file cannot be read"),
    ]
    assert opened.top.tabs.current == -1, "no board is seen"
    assert not opened.top.about_board.isVisible()


def test_one_click_opens_a_board_from_the_disk(world, opened):
    press(opened, "Garden")
    assert ("open_saved", "k2") in world.boards.calls
    assert opened.pages.front.board.name == "Garden"
    assert not opened.start.isVisible()
    assert opened.top.about_board.isVisible()
    assert not opened.top.start.isChecked()


def test_one_click_goes_back_to_an_open_board(opened):
    press(opened, "Stage")
    assert opened.pages.front.board.name == "Stage"
    assert not opened.start.isVisible()


def test_a_board_that_is_open_elsewhere_is_said_where_it_can_be_seen(world, opened):
    world.boards.in_use = "It is open elsewhere."
    press(opened, "Garden")
    assert not opened.start.isVisible()
    assert "open elsewhere" in opened.frame.toast.accessibleName()


def test_typing_filters(opened):
    assert opened.start.search.hasFocus()
    QTest.keyClicks(opened.start.search, "tHe")
    assert [name for name, _detail in cards(opened)] == ["Thesis"]
    QTest.keyClicks(opened.start.search, "x")
    assert cards(opened) == []
    assert opened.start.nothing.text() == "No board is called so."


def test_escape_empties_the_search_and_then_closes_the_page(opened):
    QTest.keyClicks(opened.start.search, "the")
    QTest.keyClick(opened.start.search, Qt.Key.Key_Escape)
    assert opened.start.isVisible()
    QTest.keyClick(opened.start.search, Qt.Key.Key_Escape)
    assert not opened.start.isVisible()
    assert opened.frame.surface.widget.hasFocus()


def test_a_new_board_is_begun_from_it(opened):
    before = len(opened.pages)
    click(opened.start.beginnings[0])
    assert len(opened.pages) == before + 1
    assert not opened.start.isVisible()


def test_a_tab_leads_back_to_its_board(opened):
    opened.top.board_chosen.emit(0)
    assert not opened.start.isVisible()
    assert opened.top.tabs.current == 0


def test_it_follows_what_happens_to_boards(world, opened):
    world.boards.set(saved=[])
    settle()
    assert [name for name, _detail in cards(opened)] == ["Kiosk", "Stage"]
    world.boards.boards[1].set(state=BoardState.ALONE)
    world.boards.changed.emit(None)
    settle()
    assert ("Stage", "Only on this computer") in cards(opened)


def test_the_keyboard_reaches_every_card(opened):
    card = next(one for one in opened.start.cards if one.name == "Garden")
    card.setFocus()
    QTest.keyClick(card, Qt.Key.Key_Space)
    assert opened.pages.front.board.name == "Garden"
    assert (card.accessibleName(), card.accessibleDescription()) == (
        "Garden", "Only on this computer",
    )  # fmt: skip


def test_closing_a_board_keeps_a_picture_of_what_is_on_it(world, open_window, monkeypatch):
    picture = QImage(4, 4, QImage.Format.Format_RGB32)
    monkeypatch.setattr("whiteboard.ui.main_window.small_picture", lambda _board: picture)
    window = open_window(world)
    world.boards.boards[0].set(kept=True)
    window.actions_by_id["close"].trigger()
    assert world.boards.calls[:2] == [("keep_picture", "Untitled"), ("close", "Untitled")]


def test_an_empty_and_a_very_large_board_have_no_picture(world, open_window, monkeypatch):
    open_window(world)
    board = world.boards.boards[0]
    assert start_page.small_picture(board) is None
    monkeypatch.setattr(start_page, "MOST_PICTURED", 0)
    assert start_page.small_picture(board) is None
