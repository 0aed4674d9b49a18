"""The real canvas, tools and editor in the window: drawn with the mouse, seen in the document."""

from __future__ import annotations

import threading

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QColor, QGuiApplication
from PySide6.QtTest import QTest

from tests.helpers.fake_services import World
from tests.helpers.hands import click, settle
from whiteboard.editing.steps import AT_ONCE
from whiteboard.formats import clipboard
from whiteboard.model.changes import Origin
from whiteboard.model.document import new_document
from whiteboard.model.ephemeral import Attention, Box, Cursor, Viewport
from whiteboard.model.ops import LiteralElement
from whiteboard.session.boards import BoardState, Ephemera, Participant
from whiteboard.svg.plan import SVG_NS
from whiteboard.ui import words
from whiteboard.ui.main_window import MainWindow
from whiteboard.ui.page import CanvasSurface
from whiteboard.ui.theme import Scheme, theme

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


def view(window):
    return window.pages.front.surface.view


def drag(window, *points: tuple[int, int]) -> None:
    canvas = view(window)
    left = Qt.MouseButton.LeftButton
    QTest.mousePress(canvas, left, Qt.KeyboardModifier.NoModifier, QPoint(*points[0]))
    for point in points[1:]:
        QTest.mouseMove(canvas, QPoint(*point))
    QTest.mouseRelease(canvas, left, Qt.KeyboardModifier.NoModifier, QPoint(*points[-1]))
    settle()


def names(window) -> list[str]:
    document = window.pages.front.board.document
    return [document.name(rid) for rid in document.children(document.root)]


def test_the_first_stroke_needs_no_decision(window):
    drag(window, (300, 200), (340, 260), (400, 220), (460, 280))
    assert names(window) == ["path"]
    assert window.frame.undo.undo.isEnabled()
    assert window.pages.front.is_unsaved


def test_undo_by_button_and_key_takes_the_stroke_back(window):
    drag(window, (300, 200), (340, 260), (400, 220))
    drag(window, (300, 300), (340, 360), (400, 320))
    window.frame.undo.undo.click()
    assert names(window) == ["path"]
    QTest.keyClick(view(window), Qt.Key.Key_Z, CTRL)
    assert names(window) == []
    window.frame.undo.redo.click()
    assert names(window) == ["path"]


def test_a_rectangle_is_selected_after_it_is_drawn_and_the_bar_appears_above_it(window):
    QTest.keyClick(view(window), Qt.Key.Key_R)
    drag(window, (400, 300), (500, 350), (560, 400))
    assert names(window) == ["rect"]
    assert window.pages.front.surface.tool == "select"
    bar = window.frame.selection
    assert bar.isVisible()
    assert bar.geometry().bottom() < 300
    bar.duplicate.click()
    assert names(window) == ["rect", "rect"]
    bar.remove.click()
    assert names(window) == ["rect"]
    settle()
    assert not bar.isVisible()


def test_the_bar_over_the_selection_changes_what_is_selected(window):
    QTest.keyClick(view(window), Qt.Key.Key_R)
    drag(window, (400, 300), (500, 350), (560, 400))
    surface = window.pages.front.surface
    surface.restyle(fill="#C2DEFB")
    surface.restyle(stroke="#D92D3A")
    surface.restyle(width=9.0)
    document = window.pages.front.board.document
    (rid,) = document.children(document.root)
    found = [document.attribute(rid, name) for name in ("fill", "stroke", "stroke-width")]
    assert found == ["#C2DEFB", "#D92D3A", "9"]
    assert surface.selected.style.fill == "#C2DEFB"


def test_copies_travel_through_the_clipboard_as_svg(window):
    QTest.keyClick(view(window), Qt.Key.Key_R)
    drag(window, (400, 300), (500, 350), (560, 400))
    QTest.keyClick(view(window), Qt.Key.Key_C, CTRL)
    assert "<rect" in QGuiApplication.clipboard().text()
    QTest.keyClick(view(window), Qt.Key.Key_V, CTRL)
    assert names(window) == ["rect", "rect"]
    QTest.keyClick(view(window), Qt.Key.Key_X, CTRL)
    assert names(window) == ["rect"]


def test_what_may_not_be_pasted_is_left_out_and_said(window):
    told = []
    window.pages.front.surface.left_out.subscribe(told.append)
    drawing = '<rect width="9" onclick="x()"/><script/><rect width="-1"/>'
    QGuiApplication.clipboard().setText(f'<svg xmlns="http://www.w3.org/2000/svg">{drawing}</svg>')
    QTest.keyClick(view(window), Qt.Key.Key_V, CTRL)
    assert names(window) == ["rect", "rect"]
    assert told == [3]
    assert window.pages.front.surface.missing() == ()


def much_to_paste(count):
    drawing = "".join(f'<rect width="{i + 1}" onclick="x()"/>' for i in range(count))
    return f'<svg xmlns="http://www.w3.org/2000/svg">{drawing}</svg>'


def test_much_is_read_beside_the_loop_and_pasted_in_slices_with_progress(
    window, qtbot, monkeypatch
):
    surface, threads, commits = window.pages.front.surface, [], []
    read = clipboard.from_text

    def noting(text):
        threads.append(threading.get_ident())
        return read(text)

    monkeypatch.setattr(clipboard, "from_text", noting)
    told, progress = [], []
    surface.left_out.subscribe(told.append)
    surface.busy.subscribe(progress.append)
    window.pages.front.board.document.on_commit.subscribe(commits.append)
    QGuiApplication.clipboard().setText(much_to_paste(1500))
    QTest.keyClick(view(window), Qt.Key.Key_V, CTRL)
    assert window.frame.toast.notice.text == words.pasting(0.0)
    qtbot.waitUntil(lambda: bool(told))
    assert told == [1500]
    assert threads != [threading.get_ident()]
    assert max(len(one.changes.added) for one in commits) <= AT_ONCE
    assert progress[-1] is None
    assert len(progress) > 5
    assert len(names(window)) == 1500
    assert window.frame.toast.notice.kind == "not-shown"
    QTest.keyClick(view(window), Qt.Key.Key_Z, CTRL)
    assert window.frame.toast.notice.text == words.undoing(1 / 15)
    qtbot.waitUntil(lambda: names(window) == [])
    assert not surface.can("undo")


def test_pasting_much_can_be_stopped_and_undone(window, qtbot):
    surface = window.pages.front.surface
    QGuiApplication.clipboard().setText(much_to_paste(3000))
    QTest.keyClick(view(window), Qt.Key.Key_V, CTRL)
    qtbot.waitUntil(lambda: len(names(window)) >= 100)
    toast = window.frame.toast
    assert toast.notice.kind == "busy"
    click(toast._button)
    settle()
    assert toast.notice.text == "Stopped. Undo takes back what was done."
    assert 100 <= len(names(window)) < 3000
    surface.do("undo")
    qtbot.waitUntil(lambda: names(window) == [])


def test_text_that_is_no_drawing_is_not_pasted(window):
    QGuiApplication.clipboard().setText("a < b")
    QTest.keyClick(view(window), Qt.Key.Key_V, CTRL)
    assert names(window) == []


def test_letters_go_into_a_text_and_choose_no_tools(window):
    QTest.keyClick(view(window), Qt.Key.Key_T)
    canvas = view(window)
    QTest.mouseClick(
        canvas, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, QPoint(400, 300)
    )
    QTest.keyClicks(canvas, "vote p2")
    QTest.keyClick(canvas, Qt.Key.Key_Escape)
    settle()
    document = window.pages.front.board.document
    (rid,) = document.children(document.root)
    text = "".join(document.text(child) for child in document.children(rid))
    assert text == "vote p2"


def test_zooming_by_the_bar_keeps_the_middle(window):
    camera = view(window).camera
    middle = camera.to_user(camera.size[0] / 2, camera.size[1] / 2)
    window.frame.zoom.larger.click()
    assert camera.scale == pytest.approx(1.25)
    assert window.frame.zoom.percent.text() == "125 %"
    after = camera.to_user(camera.size[0] / 2, camera.size[1] / 2)
    assert after == pytest.approx(middle, abs=1.0)


def test_a_joined_board_is_shown_whole_and_the_tool_stays(window):
    page = window.pages.front
    document = new_document()
    far = LiteralElement(
        SVG_NS,
        "rect",
        (("", "x", "5000"), ("", "y", "5000"), ("", "width", "100"), ("", "height", "100")),
    )
    with document.transact(Origin.LOAD) as transaction:
        transaction.add(document.root, far)
    page.board.document = document
    page.board.document_replaced.emit(document)
    settle()
    assert page.surface.tool == "pen"
    seen = view(window).camera.visible
    assert seen.x < 5000 < seen.x + seen.width
    drag(window, (300, 200), (340, 260), (400, 220))
    assert names(window) == ["rect", "path"]


def test_one_may_look_but_not_draw_until_the_board_is_complete(window):
    board = window.pages.front.board
    board.set(state=BoardState.JOINING, progress=0.1)
    settle()
    assert window.pages.front.surface.tool == "hand"
    assert not window.frame.tools.buttons["pen"].isEnabled()
    assert window.frame.tools.buttons["pen"].accessibleDescription()
    QTest.keyClick(view(window), Qt.Key.Key_P)
    drag(window, (300, 200), (340, 260), (400, 220))
    assert names(window) == []
    board.document = new_document()
    board.document_replaced.emit(board.document)
    board.set(state=BoardState.LIVE, progress=None)
    settle()
    assert window.pages.front.surface.tool == "pen"
    drag(window, (300, 200), (340, 260), (400, 220))
    assert names(window) == ["path"]


def test_others_cursors_come_and_vanish_when_the_connection_is_cut(window):
    board = window.pages.front.board
    mira = Participant("mira", "Mira", "mira@example.org")
    board.set(state=BoardState.LIVE, place="x@y", participants=(*board.participants, mira))
    board.ephemeral.emit(Ephemera(mira, Cursor(100.0, 100.0, "drawing")))
    assert view(window).others.cursor_of("mira") is not None
    board.set(state=BoardState.OFFLINE)
    assert view(window).others.cursor_of("mira") is None


def test_dark_paper_shows_but_does_not_change_the_colours(window):
    drag(window, (300, 200), (340, 260), (400, 220))
    document = window.pages.front.board.document
    before = document.serialise()
    theme().choose(Scheme.DARK)
    settle()
    ground = window.grab().toImage().pixelColor(700, 150)
    assert QColor(ground).lightness() < 60
    assert document.serialise() == before
    window._choose_paper("light")
    settle()
    assert window.grab().toImage().pixelColor(700, 150).lightness() > 240


def test_closing_a_tab_stops_all_listening(window):
    window.add_board()
    page = window.pages.front
    board = page.board
    window.close_page(page)
    settle()
    board.changed.emit(None)
    with board.document.transact(Origin.LOCAL, "Draw") as transaction:
        transaction.add(board.document.root, LiteralElement(SVG_NS, "rect"))
    settle()


def test_a_call_flies_the_real_view_there_and_back_and_not_over_a_stroke(window):
    board = window.pages.front.board
    mira = Participant("mira", "Mira", "mira@example.org")
    board.set(state=BoardState.LIVE, participants=(*board.participants, mira))
    window.actions_by_id["calm"].trigger()
    surface, place = window.pages.front.surface, Box(3000, 4000, 500, 200)
    home = surface.seen
    board.ephemeral.emit(Ephemera(mira, Attention(place)))
    seen = surface.seen
    assert seen.x <= 3000 <= 3500 <= seen.x + seen.width
    assert seen.y <= 4000 <= 4200 <= seen.y + seen.height
    window.look_flow.front.go_back()
    assert (surface.seen.x, surface.seen.width) == pytest.approx((home.x, home.width), abs=1)
    canvas = view(window)
    QTest.mousePress(canvas, Qt.MouseButton.LeftButton, pos=QPoint(300, 200))
    QTest.mouseMove(canvas, QPoint(340, 260))
    board.ephemeral.emit(Ephemera(mira, Attention(place)))
    assert surface.seen.x == pytest.approx(home.x, abs=1)
    QTest.mouseRelease(canvas, Qt.MouseButton.LeftButton, pos=QPoint(340, 260))
    settle()
    assert names(window) == ["path"]


def test_following_in_the_real_view_ends_when_the_person_pans(window):
    board = window.pages.front.board
    mira = Participant("mira", "Mira", "mira@example.org")
    board.set(state=BoardState.LIVE, participants=(*board.participants, mira))
    window.actions_by_id["calm"].trigger()
    window.look_flow.follow("mira")
    board.ephemeral.emit(Ephemera(mira, Viewport(Box(500, 500, 4000, 1000))))
    surface = window.pages.front.surface
    assert surface.seen.width == pytest.approx(4000, rel=1e-3)
    window.resize(1100, 760)
    settle()
    assert window.look_flow.following == "mira", "another size of the window is no panning"
    edge = view(window).grab().toImage().pixelColor(1, 1)
    assert edge == view(window)._border, "a frame in the colour of Mira"
    surface.zoom_by(2.0)
    assert window.look_flow.following == ""
