"""The view: what is repainted when, where the camera stands, and what it looks like."""

from __future__ import annotations

import math

import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, QRect, Qt
from PySide6.QtGui import QImage, QKeyEvent, QPainter, QWheelEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from tests.gui.canvas.support import board, literal
from whiteboard.canvas.colours import hexadecimal, on_dark_paper, parse_hex
from whiteboard.canvas.grid import levels
from whiteboard.canvas.palette import DARK, LIGHT
from whiteboard.canvas.tiles import SIZE
from whiteboard.canvas.view import BoardView
from whiteboard.model.changes import Origin
from whiteboard.model.document import Document
from whiteboard.model.ids import Rid
from whiteboard.svg.plan import Rect
from whiteboard.tools.ports import Feedback, HandleFrame, Ink, TextEdit


@pytest.fixture
def view(qtbot: QtBot) -> BoardView:
    view = BoardView()
    qtbot.addWidget(view)
    view.resize(1024, 768)
    view.camera.resize(1024, 768)
    view.camera.fit(Rect(0, 0, 1024, 768), 0)
    view.set_grid_shown(False)
    return view


def seen(view: BoardView) -> QImage:
    """What the view paints now."""
    view.settle()
    return as_is(view)


def as_is(view: BoardView) -> QImage:
    image = QImage(view.size(), QImage.Format.Format_RGB32)
    painter = QPainter(image)
    view.paint(painter, QRect(QPoint(0, 0), view.size()))
    painter.end()
    return image


def stroke(points: int = 200) -> str:
    line = " ".join(f"{300 + i * 0.5:.1f},{300 + 20 * math.sin(i / 9):.1f}" for i in range(points))
    return f'<polyline points="{line}" fill="none" stroke="#000" stroke-width="3"/>'


def add(document: Document, svg: str) -> None:
    with document.transact(Origin.LOCAL) as change:
        change.add(document.root, literal(svg))


def test_a_stroke_of_200_points_repaints_only_the_tiles_it_touches(view: BoardView) -> None:
    document = board('<rect width="1000" height="700" fill="#eee"/>')
    view.set_document(document)
    view.settle()
    rendered, patched = view.counts.rendered, view.counts.patched
    add(document, stroke())
    view.settle()
    # x 298…402 and y 278…322 lie in the columns 1 and the rows 1 of 256 px tiles.
    assert view.counts.rendered == rendered
    assert view.counts.patched - patched == 1 * 1
    assert SIZE == 256


def test_panning_only_blits(view: BoardView) -> None:
    view.set_document(board(stroke()))
    view.settle()
    view._picture.render(10, margin=SIZE)
    before = (view.counts.rendered, view.counts.patched)
    blits = view.counts.blits
    for _ in range(20):
        view.camera.pan(-10, -7)
        assert view._picture.render(10)
        as_is(view)
    assert (view.counts.rendered, view.counts.patched) == before
    assert view.counts.blits > blits


def test_a_panned_picture_is_the_picture_made_there(view: BoardView) -> None:
    document = board(stroke() + '<circle cx="500" cy="400" r="90" fill="#2265d8" opacity=".5"/>')
    view.set_document(document)
    view.settle()
    view.camera.pan(-123.4, 77.7)
    moved = seen(view)
    view._picture.clear()
    assert seen(view) == moved


def test_a_patched_picture_is_the_picture_made_at_once(view: BoardView) -> None:
    document = board(stroke())
    view.set_document(document)
    view.settle()
    add(
        document,
        '<g opacity=".5"><circle cx="330" cy="300" r="60"/>'
        '<rect x="300" y="200" width="60" height="300" fill="#f00"/></g>',
    )
    add(
        document,
        '<path d="M250 250L520 520" stroke="#2b8a4a" stroke-width="9" stroke-linecap="round"/>',
    )
    patched = seen(view)
    view._picture.clear()
    assert seen(view) == patched


def test_zoom_keeps_the_point_under_the_pointer(view: BoardView) -> None:
    at = (321.0, 456.0)
    before = view.camera.to_user(*at)
    for _ in range(30):
        view.camera.zoom(1.13, *at)
    for _ in range(50):
        view.camera.zoom(0.93, *at)
    now = view.camera.to_view(*before)
    assert abs(now[0] - at[0]) <= 1
    assert abs(now[1] - at[1]) <= 1


def test_zoom_stays_between_1_and_25600_percent(view: BoardView) -> None:
    view.camera.zoom(1e9, 10, 10)
    assert view.camera.scale == 256
    view.camera.zoom(1e-12, 10, 10)
    assert view.camera.scale == 0.01
    view.camera.zoom(float("nan"), 10, 10)
    assert view.camera.scale == 0.01


def test_small_steps_of_a_touchpad_add_up(view: BoardView) -> None:
    before = view.camera.offset
    for _ in range(10):
        view.camera.pan(0.3, 0)
    assert view.camera.offset[0] - before[0] == 3


def test_ctrl_and_the_wheel_zoom_at_the_pointer_and_the_wheel_alone_pans(view: BoardView) -> None:
    def wheel(modifier: Qt.KeyboardModifier) -> None:
        at = QPointF(200, 100)
        event = QWheelEvent(
            at, at, QPoint(0, 0), QPoint(0, 120), Qt.MouseButton.NoButton, modifier,
            Qt.ScrollPhase.NoScrollPhase, False,
        )  # fmt: skip
        view.wheelEvent(event)

    point = view.camera.to_user(200, 100)
    wheel(Qt.KeyboardModifier.ControlModifier)
    assert view.camera.scale == pytest.approx(1.2)
    assert view.camera.to_user(200, 100) == pytest.approx(point, abs=1)
    before = view.camera.offset
    wheel(Qt.KeyboardModifier.NoModifier)
    assert view.camera.offset == (before[0], before[1] + 60)
    wheel(Qt.KeyboardModifier.ShiftModifier)
    assert view.camera.offset == (before[0] + 60, before[1] + 60)


def test_fit_shows_all_of_the_drawing(view: BoardView) -> None:
    view.set_document(board('<rect x="-3000" y="100" width="9000" height="50"/>'))
    view.fit()
    shown = view.camera.visible
    assert shown.x < -3000
    assert shown.x + shown.width > 6000


def test_while_zooming_the_old_picture_stands_in_and_then_it_is_sharp(view: BoardView) -> None:
    view.set_document(board('<rect x="100" y="100" width="200" height="200" fill="#d92d3a"/>'))
    view.settle()
    view.camera.zoom(2, 200, 200)
    rendered = view.counts.rendered
    assert as_is(view).pixelColor(200, 200).name() == "#d92d3a"
    assert view.counts.rendered == rendered
    assert seen(view).pixelColor(200, 200).name() == "#d92d3a"
    assert view.counts.rendered > rendered


def test_the_stroke_just_committed_is_there_in_the_frame_in_which_the_ink_goes(
    view: BoardView, qtbot: QtBot
) -> None:
    document = board()
    view.set_document(document)
    view.show()
    qtbot.waitExposed(view)
    view.camera.fit(Rect(0, 0, 1024, 768), 0)
    points = [(300.0 + i, 300.0, 0.5) for i in range(100)]
    view.overlay.show(Feedback(ink=Ink(points, "#000000", 6)))
    assert view.grab().toImage().pixelColor(350, 300).name() == "#000000"
    add(document, '<path d="M300 300H400" stroke="#000" stroke-width="6"/>')
    view.overlay.show(Feedback())
    assert view.grab().toImage().pixelColor(350, 300).name() == "#000000"


def test_one_more_point_of_live_ink_asks_for_a_small_repaint(view: BoardView) -> None:
    view.set_document(board())
    view.settle()
    asked: list[QRect | None] = []
    view.overlay._repaint = asked.append
    points = [(100.0 + i, 300.0, 0.5) for i in range(150)]
    for n in range(1, len(points) + 1):
        view.overlay.show(Feedback(ink=Ink(points[:n], "#000000", 4)))
    small = [rect for rect in asked if rect is not None]
    assert len(small) >= 148
    assert max(rect.width() for rect in small) < 100, "the tail only"
    assert view.counts.patched == 0
    assert as_is(view).pixelColor(200, 300).name() == "#000000"


def test_translucent_live_ink_does_not_darken_where_it_crosses_itself(view: BoardView) -> None:
    view.set_document(board())
    view.settle()
    there = [(100.0 + i, 300.0, 0.5) for i in range(100)]
    view.overlay.show(Feedback(ink=Ink([*there, *reversed(there)], "#000000", 10, 0.5)))
    assert abs(as_is(view).pixelColor(150, 300).red() - 128) <= 2


def test_dark_paper_is_a_filter_of_the_screen_and_light_again_is_exact(view: BoardView) -> None:
    view.set_document(board('<rect x="100" y="100" width="100" height="100" fill="#1b1f24"/>'))
    light = seen(view)
    view.set_theme(DARK)
    dark = seen(view)
    wanted = hexadecimal(on_dark_paper(parse_hex("#1B1F24"))).lower()
    assert dark.pixelColor(150, 150).name() == wanted
    assert dark.pixelColor(500, 500).name() == "#1c1e22"
    view.set_theme(LIGHT)
    assert seen(view) == light


def test_handles_are_9_px_at_corners_whatever_the_zoom(view: BoardView) -> None:
    view.set_document(board())
    for scale in (0.5, 4.0):
        view.camera.fit(Rect(0, 0, 1024, 768), 0)
        view.camera.set_scale_centred(scale)
        corner = view.camera.to_user(400, 300)
        rect = Rect(*corner, 100 / scale, 100 / scale)
        view.overlay.show(Feedback(frame=HandleFrame(rect)))
        image = seen(view)
        assert image.pixelColor(400, 300).name() == "#ffffff"
        accent = [x for x in range(390, 412) if image.pixelColor(x, 302).blue() > 200
                  and image.pixelColor(x, 302).red() < 120]  # fmt: skip
        assert accent[-1] - accent[0] in (9, 10)


def test_the_grid_fades_under_half_size_and_leaves_the_major_dots() -> None:
    assert levels(1.0) == [(24.0, 1.0)]
    assert levels(0.5) == [(24.0, 1.0)]
    (fine, opacity), (major, full) = levels(0.375)
    assert (fine, major, full) == (24.0, 96.0, 1.0)
    assert 0 < opacity < 1
    assert levels(0.2)[-1] == (96.0, 1.0)


def test_the_grid_is_painted_under_the_drawing(view: BoardView) -> None:
    view.set_grid_shown(True)
    view.set_document(board('<rect x="100" y="100" width="100" height="100" fill="#ffe58a"/>'))
    image = seen(view)
    assert image.pixelColor(48, 48).name() != "#ffffff"
    assert image.pixelColor(144, 144).name() == "#ffe58a"


def test_a_view_of_two_device_px_a_px_renders_all_of_them(view: BoardView) -> None:
    view.camera.resize(512, 384, 2.0)
    view.set_document(board('<rect x="10" y="10" width="100" height="100" fill="#d92d3a"/>'))
    view.camera.fit(Rect(0, 0, 512, 384), 0)
    view.settle()
    image = QImage(1024, 768, QImage.Format.Format_RGB32)
    image.setDevicePixelRatio(2.0)
    painter = QPainter(image)
    view.paint(painter, QRect(0, 0, 512, 384))
    painter.end()
    assert image.pixelColor(218, 218).name() == "#d92d3a"
    assert image.pixelColor(222, 222).name() == "#ffffff"


def test_tab_stays_on_the_canvas(view: BoardView) -> None:
    assert view.focusNextPrevChild(True) is False


def test_input_methods_are_asked_only_while_text_is_written(view: BoardView) -> None:
    document = board('<text x="100" y="100" font-size="20">Hello</text>')
    view.set_document(document)
    view.settle()
    attribute = Qt.WidgetAttribute.WA_InputMethodEnabled
    assert not view.testAttribute(attribute)
    rid = Rid(view.scene.keys()[0][0])
    view.overlay.show(Feedback(text=TextEdit(rid, 5, 5)))
    assert view.testAttribute(attribute)
    caret = view.overlay.caret_rect()
    assert caret is not None
    assert 130 < caret.x() < 180
    assert view.overlay.metrics.index_at(rid, caret.x() + 1, 95) == 5
    assert view.overlay.metrics.index_at(rid, 101, 95) == 0
    view.overlay.show(Feedback())
    assert not view.testAttribute(attribute)


def test_a_large_board_appears_in_slices_and_completely(view: BoardView, qtbot: QtBot) -> None:
    many = "".join(
        f'<circle cx="{i % 50 * 20}" cy="{i // 50 * 12}" r="8" fill="#2265d8"/>'
        for i in range(2500)
    )
    view.set_document(board(many))
    view.show()
    qtbot.waitUntil(lambda: view.scene.is_settled and view._picture.is_complete(), timeout=20_000)
    view.camera.fit(Rect(0, 0, 1024, 768), 0)
    qtbot.waitUntil(view._picture.is_complete, timeout=20_000)
    assert as_is(view).pixelColor(980, 588).name() == "#2265d8"
    assert view.scene.measure_ahead(20)


def test_the_focus_ring_shows_on_any_drawing(view: BoardView) -> None:
    view.set_document(board('<rect x="100" y="100" width="100" height="100" fill="#1f5fd6"/>'))
    view.settle()
    view.set_focus_rid(Rid(view.scene.keys()[0][0]))
    image = seen(view)
    assert image.pixelColor(150, 98).name() == "#ffffff"
    assert image.pixelColor(150, 96).name() == "#1f5fd6"


def test_letters_are_text_while_text_is_written_and_shortcuts_otherwise(view: BoardView) -> None:
    def is_claimed(key: Qt.Key, held: Qt.KeyboardModifier) -> bool:
        event = QKeyEvent(QEvent.Type.ShortcutOverride, key, held)
        event.ignore()
        QApplication.sendEvent(view, event)
        return event.isAccepted()

    plain, ctrl = Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ControlModifier
    view.set_document(board('<text x="100" y="100">Hello</text>'))
    view.settle()
    assert not is_claimed(Qt.Key.Key_P, plain)
    view.overlay.show(Feedback(text=TextEdit(Rid(view.scene.keys()[0][0]), 0, 0)))
    assert is_claimed(Qt.Key.Key_P, plain)
    assert is_claimed(Qt.Key.Key_A, ctrl)
    assert not is_claimed(Qt.Key.Key_S, ctrl)


def test_far_out_at_the_largest_zoom_the_drawing_is_still_there(view: BoardView) -> None:
    view.set_document(
        board(
            '<g opacity=".5"><rect x="9999990" y="9999990" width="9" height="9" fill="#f00"/></g>'
        )
    )
    view.settle()
    view.camera.set_scale(256, 0, 0)
    view.camera.centre_on(9_999_994, 9_999_994)
    image = seen(view)
    assert abs(image.pixelColor(512, 384).green() - 128) <= 2
    view.camera.pan(100, 100)
    assert abs(seen(view).pixelColor(512, 384).green() - 128) <= 2


@pytest.mark.parametrize("scale", [0.02, 0.3, 7.0, 90.0])
def test_groups_and_clips_are_right_at_every_zoom_and_in_every_tile(
    view: BoardView, scale: float
) -> None:
    view.set_document(
        board(
            '<defs><clipPath id="c"><circle cx="500" cy="500" r="400"/></clipPath></defs>'
            '<g opacity=".5"><rect x="-5000" y="-5000" width="5500" height="10000"/>'
            '<rect x="-5000" y="-5000" width="5500" height="10000"/></g>'
            '<g clip-path="url(#c)"><rect x="500" y="0" width="900" height="900" fill="#f00"/></g>'
        )
    )
    view.camera.set_scale(scale, 0, 0)
    view.camera.centre_on(500, 500)
    image = seen(view)
    for x in range(0, 511, 73):
        if (x - 512) / scale > -5400:
            assert abs(image.pixelColor(x, 384).red() - 128) <= 2
    for x in range(520, 1023, 73):
        expected = "#ff0000" if (x - 512) / scale < 395 else "#ffffff"
        if not 395 <= (x - 512) / scale <= 405:
            assert image.pixelColor(x, 384).name() == expected
