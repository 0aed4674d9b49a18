"""A window on a strict board: drawn on, undone and deleted from by real events, like any other."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

from tests.helpers.fake_services import World
from tests.helpers.hands import click, settle
from tests.helpers.strict import SESSION, check
from whiteboard.canvas.export import svg_bytes
from whiteboard.model.changes import Origin
from whiteboard.model.ids import Party, Replica
from whiteboard.model.ops import LiteralElement
from whiteboard.model.strict.document import StrictDocument
from whiteboard.session.boards import BoardState, Participant
from whiteboard.svg.plan import SVG_NS
from whiteboard.ui import words
from whiteboard.ui.main_window import MainWindow
from whiteboard.ui.page import CanvasSurface
from whiteboard.ui.panes.people import people_rows
from whiteboard.ui.widgets import Label

CTRL = Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def window(qtbot):
    made = MainWindow(World().first_start().services, CanvasSurface)
    made.resize(1280, 800)
    made.show()
    QTest.qWaitForWindowActive(made)
    settle()
    yield made
    made.let_go()
    made.hide()
    made.deleteLater()
    settle()


@pytest.fixture
def document(window):
    """The board in front turns out to be a strict one, with somebody else on it."""
    made = StrictDocument(SESSION, Party("ana"), Replica("anaxxxxx"))
    with made.transact(Origin.LOAD) as edit:
        edit.add_root(LiteralElement(SVG_NS, "svg"))
    board = window.pages.front.board
    board.document = made
    board.document_replaced.emit(made)
    board.set(is_plain=True, state=BoardState.LIVE)
    settle()
    return made


def drag(window, *points):
    canvas = window.pages.front.surface.view
    left = Qt.MouseButton.LeftButton
    QTest.mousePress(canvas, left, Qt.KeyboardModifier.NoModifier, QPoint(*points[0]))
    for point in points[1:]:
        QTest.mouseMove(canvas, QPoint(*point))
    QTest.mouseRelease(canvas, left, Qt.KeyboardModifier.NoModifier, QPoint(*points[-1]))
    settle()


def names(document):
    return [document.name(rid) for rid in document.children(document.root)]


def test_strokes_and_shapes_are_drawn_undone_and_deleted(window, document):
    view = window.pages.front.surface.view
    drag(window, (300, 200), (340, 260), (400, 220))
    QTest.keyClick(view, Qt.Key.Key_R)
    drag(window, (400, 300), (500, 350), (560, 400))
    assert names(document) == ["path", "rect"]
    QTest.keyClick(view, Qt.Key.Key_Delete)
    settle()
    assert names(document) == ["path"]
    QTest.keyClick(view, Qt.Key.Key_Z, CTRL)
    settle()
    assert names(document) == ["path", "rect"]
    QTest.keyClick(view, Qt.Key.Key_Z, CTRL)
    QTest.keyClick(view, Qt.Key.Key_Z, CTRL)
    settle()
    assert names(document) == []
    window.frame.undo.redo.click()
    settle()
    assert names(document) == ["path"]
    check(document, list(document.stanzas))
    assert b"<path" in svg_bytes(document)


def test_what_was_selected_is_dragged_and_others_work_is_seen(window, document):
    QTest.keyClick(window.pages.front.surface.view, Qt.Key.Key_R)
    drag(window, (400, 300), (500, 350), (560, 400))
    (shape,) = document.children(document.root)
    before = document.attribute(shape, "x")
    drag(window, (480, 350), (500, 360), (580, 420))
    assert document.attribute(shape, "x") != before
    other = StrictDocument(SESSION, Party("ben"), Replica("benxxxxx"))
    other.receive(document.stanzas)
    with other.transact(Origin.LOCAL) as edit:
        edit.trash(shape)
    document.receive(other.stanzas)
    settle()
    assert names(document) == []
    check(document, list(document.stanzas))


def test_a_quiet_word_says_once_that_somebodys_program_is_simpler(window, document):
    toast = window.frame.toast
    assert toast.notice is not None
    assert toast.notice.text == words.simpler_program()
    toast.take_back("rules")
    window.pages.front.board.changed.emit(None)
    assert toast.notice is None or toast.notice.kind != "rules"


def test_a_quiet_word_says_once_of_whoever_uses_psi_what_that_means(window, document):
    board, toast = window.pages.front.board, window.frame.toast
    toast.take_back("rules")
    tom = Participant("tom", "Tomasz", "tomasz@example.org", uses_psi=True)
    board.set(participants=(*board.participants, tom))
    settle()
    toast.take_back("joined")
    assert toast.notice.text == words.uses_psi("Tomasz")
    rows = {row.title: row for row in people_rows(board, window.services.boards)}
    assert rows["Tomasz"].subtitle == "Drawing with Psi"
    assert rows["Tomasz"].buttons == ()  # Psi does not say where it looks
    toast.notice.act()
    shown = [label.text() for label in window.people_flow.dialog.findChildren(Label)]
    assert words.limits_of_psi() in shown
    window.people_flow.dialog.reject()
    toast.take_back("psi")
    board.changed.emit(None)
    assert toast.notice is None or toast.notice.kind != "psi"


def test_s6_the_host_decides_in_the_properties_whether_what_skips_an_edit_is_refused(
    window, document
):
    board = window.pages.front.board

    def opened():
        window.actions_by_id["properties"].trigger()
        settle()
        return window.people_flow.dialog

    guest = opened()
    assert guest.order is None
    guest.reject()
    board.set(is_host=True)
    sheet = opened()
    assert sheet.order.text() == "Refuse changes that arrive out of order"
    assert not sheet.order.isChecked()
    click(sheet.order)
    click(sheet.save)
    assert board.requires_order
    sheet = opened()
    assert sheet.order.isChecked()
    click(sheet.order)
    click(sheet.save)
    assert not board.requires_order
