"""What cannot be shown is said once, quietly, with whose it is."""

from __future__ import annotations

from tests.helpers.hands import click, settle
from whiteboard.session.boards import NotShown, Participant
from whiteboard.ui import words

ANNA = Participant("anna", "Anna", "anna@example.org")
BEN = Participant("ben", "Ben", "ben@example.org")


def said(window) -> str:
    toast = window.frame.toast
    return "" if toast.isHidden() else words.plain(toast.accessibleName())


def test_what_others_drew_is_one_notice(world, open_window):
    window = open_window(world.signed_in())
    board = world.boards.boards[0]
    for _ in range(3):
        board.not_shown.emit(NotShown(ANNA, 2))
    assert said(window) == ""
    window.not_shown.tell()
    assert said(window) == "Something Anna drew cannot be shown."
    window.frame.toast.next()
    board.not_shown.emit(NotShown(ANNA, 1))
    assert not window.not_shown._fold.isActive(), "then it is quiet for a while"
    board.not_shown.emit(NotShown(BEN, 1))
    window.not_shown._pause.timeout.emit()
    window.not_shown.tell()
    assert said(window) == "Something Anna and 1 other drew cannot be shown."


def test_who_sent_it_is_offered_to_undo_it(world, open_window):
    window = open_window(world.signed_in())
    board = world.boards.boards[0]
    me = board.participants[0]
    board.not_shown.emit(NotShown(me, 1))
    settle()
    assert said(window) == "This change is not valid SVG and was not shared."
    window.frame.toast.focus_action()
    click(window.frame.toast._button)
    assert ("do", "undo") in window.pages.front.surface.calls


def test_what_was_left_out_of_a_paste_is_said(world, open_window):
    window = open_window(world.signed_in())
    window.pages.front.surface.left_out.emit(2)
    assert said(window) == "2 parts cannot be shown and were left out."


def test_a_board_in_the_back_says_nothing(world, open_window):
    window = open_window(world.signed_in())
    board = world.boards.boards[0]
    window.add_board()
    board.not_shown.emit(NotShown(ANNA, 1))
    window.not_shown.tell()
    assert said(window) == ""
