"""Other people on the board: their cursors, selections and previews."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, QRect
from PySide6.QtGui import QImage, QPainter
from pytestqt.qtbot import QtBot

from tests.gui.canvas.support import board, literal
from whiteboard.canvas.colours import hexadecimal, person_colour
from whiteboard.canvas.others import Person
from whiteboard.canvas.view import BoardView
from whiteboard.model.changes import Origin
from whiteboard.model.ephemeral import (
    Cursor,
    CursorGone,
    InkPreview,
    MovePreview,
    PreviewEnd,
    SelectionShown,
    ShapePreview,
)
from whiteboard.model.ids import Rid
from whiteboard.svg.plan import Rect
from whiteboard.util.clock import ManualClock

MIRA = Person("p1", "Mira Chen", "mira@example.org")
BEN = Person("p2", "Ben Okafor", "ben@example.org")
MIRA_COLOUR = hexadecimal(person_colour(MIRA.address)).lower()


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(100.0)


@pytest.fixture
def view(qtbot: QtBot, clock: ManualClock) -> BoardView:
    view = BoardView(clock=clock)
    qtbot.addWidget(view)
    view.resize(800, 600)
    view.camera.resize(800, 600)
    view.camera.fit(Rect(0, 0, 800, 600), 0)
    view.set_grid_shown(False)
    view.set_document(board('<rect x="100" y="100" width="50" height="50" fill="#ffe58a"/>'))
    return view


def seen(view: BoardView) -> QImage:
    view.settle()
    image = QImage(view.size(), QImage.Format.Format_RGB32)
    painter = QPainter(image)
    view.paint(painter, QRect(QPoint(0, 0), view.size()))
    painter.end()
    return image


def has(image: QImage, colour: str, area: QRect) -> bool:
    return any(
        image.pixelColor(x, y).name() == colour
        for x in range(area.left(), area.right())
        for y in range(area.top(), area.bottom())
    )


def test_a_cursor_has_the_colour_of_its_person_and_a_tag(view: BoardView) -> None:
    view.others.receive(MIRA, Cursor(400, 300, "drawing"))
    image = seen(view)
    assert image.pixelColor(405, 306).name() == MIRA_COLOUR
    assert has(image, MIRA_COLOUR, QRect(414, 319, 60, 18))
    assert view.others.name_of("p1") == "Mira"


def test_two_people_with_one_first_name_are_called_by_their_full_names(view: BoardView) -> None:
    view.others.receive(MIRA, Cursor(1, 1))
    view.others.receive(Person("p3", "Mira Novak", "m@n"), Cursor(2, 2))
    assert view.others.name_of("p1") == "Mira Chen"


def test_a_cursor_glides_to_its_new_place_within_80_ms(view: BoardView, clock: ManualClock) -> None:
    view.others.receive(MIRA, Cursor(100, 300))
    view.others.receive(MIRA, Cursor(300, 300))
    assert view.others._others["p1"].place(clock.now()) == (100, 300)
    clock.advance(0.04)
    assert view.others._others["p1"].place(clock.now()) == pytest.approx((200, 300))
    clock.advance(0.05)
    assert view.others._others["p1"].place(clock.now()) == (300, 300)


def test_a_resting_cursor_fades_and_then_goes(view: BoardView, clock: ManualClock) -> None:
    view.others.receive(MIRA, Cursor(400, 300))
    clock.advance(1)
    view.others.tick()
    assert seen(view).pixelColor(405, 306).name() == MIRA_COLOUR
    clock.advance(5)
    view.others.tick()
    assert seen(view).pixelColor(405, 306).name() not in (MIRA_COLOUR, "#ffffff")
    clock.advance(60)
    assert view.others.tick() is None
    assert seen(view).pixelColor(405, 306).name() == "#ffffff"


def test_somebody_out_of_view_is_a_dot_at_the_edge_that_leads_there(view: BoardView) -> None:
    view.others.receive(MIRA, Cursor(5000, 300))
    image = seen(view)
    assert image.pixelColor(786, 300).name() == MIRA_COLOUR
    assert view.others.dot_at(786, 300) == (5000, 300)
    assert view.others.dot_at(400, 300) is None


def test_what_others_selected_has_their_box_4_px_outside(view: BoardView) -> None:
    view.settle()
    rid = Rid(view.scene.keys()[0][0])
    view.others.receive(MIRA, SelectionShown((rid,)))
    image = seen(view)
    assert image.pixelColor(120, 153).red() < 60
    assert image.pixelColor(120, 151).name() == "#ffffff"
    assert has(image, MIRA_COLOUR, QRect(97, 78, 40, 16))


def test_ink_of_others_is_seen_at_80_percent_until_their_commit(
    view: BoardView, clock: ManualClock
) -> None:
    first = tuple((300.0 + i, 400.0) for i in range(50))
    view.others.receive(BEN, InkPreview("a", 0, first, "#000000", 10))
    view.others.receive(BEN, InkPreview("a", 50, ((400.0, 400.0),), "#000000", 10))
    assert abs(seen(view).pixelColor(380, 400).red() - 51) <= 2
    view.others.receive(BEN, PreviewEnd("a"))
    assert abs(seen(view).pixelColor(380, 400).red() - 51) <= 2
    document = view.scene.document
    assert document is not None
    with document.transact(Origin.REMOTE) as change:
        change.add(
            document.root, literal('<path d="M300 400H400" stroke="#000" stroke-width="10"/>')
        )
    assert seen(view).pixelColor(380, 400).name() == "#000000"
    assert view.others._others["p2"].previews == {}


def test_a_preview_that_nobody_ends_is_dropped(view: BoardView, clock: ManualClock) -> None:
    element = literal('<rect x="300" y="300" width="80" height="80" fill="#ff0000"/>')
    view.others.receive(BEN, ShapePreview("s", element))
    assert abs(seen(view).pixelColor(340, 340).green() - 51) <= 2
    clock.advance(11)
    view.others.tick()
    assert seen(view).pixelColor(340, 340).name() == "#ffffff"


def test_what_others_drag_is_shown_where_they_drag_it(view: BoardView) -> None:
    view.settle()
    rid = Rid(view.scene.keys()[0][0])
    view.others.receive(MIRA, MovePreview("m", (rid,), (1, 0, 0, 1, 300, 0)))
    assert seen(view).pixelColor(420, 120).name() == "#ffe58a"
    view.others.remove("p1")
    assert seen(view).pixelColor(120, 120).name() == "#ffe58a"


def test_hostile_ephemera_are_bounded(view: BoardView) -> None:
    view.others.receive(MIRA, Cursor(float("nan"), 1))
    view.others.receive(MIRA, Cursor(1e300, -1e300))
    view.others.receive(MIRA, InkPreview("x", 5, ((1.0, 1.0),), "#000000", 3))
    view.others.receive(MIRA, InkPreview("y", 0, ((float("inf"), 1.0),), "red; }", float("nan")))
    view.others.receive(MIRA, MovePreview("z", (Rid("nobody"),), (float("nan"),) * 6))
    for i in range(500):
        view.others.receive(Person(f"q{i}", "", ""), Cursor(i, i))
        view.others.receive(MIRA, InkPreview(f"i{i}", 0, ((1.0, 1.0),), "#00f", 1e9))
    assert len(view.others._others) <= 200
    assert len(view.others._others["p1"].previews) <= 16
    assert not seen(view).isNull()


def test_whoever_left_is_forgotten(view: BoardView) -> None:
    view.others.receive(MIRA, Cursor(400, 300))
    view.others.receive(BEN, CursorGone())
    view.others.people_are([BEN])
    assert seen(view).pixelColor(405, 306).name() == "#ffffff"
    assert view.others.cursor_of("p1") is None
