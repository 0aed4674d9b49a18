"""Qt input becomes tool events; the view's own gestures do not."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import (
    QInputDevice,
    QInputMethodEvent,
    QKeyEvent,
    QPointingDevice,
    QTabletEvent,
)
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from tests.gui.canvas.support import board
from whiteboard.canvas.input import key_name
from whiteboard.canvas.view import BoardView
from whiteboard.svg.plan import Rect
from whiteboard.tools.events import (
    Button,
    Device,
    KeyEvent,
    Modifiers,
    Phase,
    PointerEvent,
    TextEvent,
    ToolEvent,
)

Heard = list[ToolEvent]


@pytest.fixture
def heard() -> Heard:
    return []


@pytest.fixture
def view(qtbot: QtBot, heard: Heard) -> BoardView:
    def handle(event: ToolEvent) -> bool:
        heard.append(event)
        return True

    view = BoardView(handle)
    qtbot.addWidget(view)
    view.set_document(board())
    view.resize(800, 600)
    view.show()
    qtbot.waitExposed(view)
    view.camera.fit(Rect(0, 0, 800, 600), 0)
    view.camera.set_scale(2.0, 0, 0)
    heard.clear()
    return view


def phases(heard: Heard) -> list[Phase]:
    return [event.phase for event in heard if isinstance(event, PointerEvent)]


def points(heard: Heard) -> list[PointerEvent]:
    return [event for event in heard if isinstance(event, PointerEvent)]


def test_a_drag_of_the_mouse_becomes_down_moves_up_in_user_units(
    view: BoardView, heard: Heard
) -> None:
    QTest.mousePress(
        view, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.ShiftModifier, QPoint(100, 50)
    )
    for x in range(101, 111):
        QTest.mouseMove(view, QPoint(x, 50))
    QTest.mouseRelease(view, Qt.MouseButton.LeftButton, pos=QPoint(110, 50))
    assert phases(heard) == [Phase.DOWN, *[Phase.MOVE] * 10, Phase.UP]
    first = points(heard)[0]
    assert (first.x, first.y, first.view_x, first.view_y) == (50, 25, 100, 50)
    assert first.modifiers == Modifiers(shift=True)
    assert (first.device, first.button, first.pressure) == (Device.MOUSE, Button.PRIMARY, None)


def test_the_middle_button_and_space_move_the_paper_and_reach_no_tool(
    view: BoardView, heard: Heard
) -> None:
    before = view.camera.offset
    QTest.mousePress(view, Qt.MouseButton.MiddleButton, pos=QPoint(100, 100))
    QTest.mouseMove(view, QPoint(130, 90))
    QTest.mouseRelease(view, Qt.MouseButton.MiddleButton, pos=QPoint(130, 90))
    assert view.camera.offset == (before[0] + 30, before[1] - 10)
    QTest.keyPress(view, Qt.Key.Key_Space)
    QTest.mousePress(view, Qt.MouseButton.LeftButton, pos=QPoint(100, 100))
    QTest.mouseMove(view, QPoint(90, 100))
    QTest.mouseRelease(view, Qt.MouseButton.LeftButton, pos=QPoint(90, 100))
    QTest.keyRelease(view, Qt.Key.Key_Space)
    assert view.camera.offset == (before[0] + 20, before[1] - 10)
    assert phases(heard) == []


def test_space_while_a_tool_works_is_the_tools(view: BoardView, heard: Heard) -> None:
    QTest.mousePress(view, Qt.MouseButton.LeftButton, pos=QPoint(100, 100))
    QTest.keyPress(view, Qt.Key.Key_Space)
    QTest.mouseMove(view, QPoint(120, 100))
    assert phases(heard) == [Phase.DOWN, Phase.MOVE]
    assert points(heard)[-1].modifiers.space
    QTest.keyRelease(view, Qt.Key.Key_Space)
    QTest.mouseRelease(view, Qt.MouseButton.LeftButton, pos=QPoint(120, 100))


def pen(kind: QEvent.Type, x: float, pressure: float, *, eraser: bool = False) -> QTabletEvent:
    device = QPointingDevice(
        "pen", 7, QInputDevice.DeviceType.Stylus,
        QPointingDevice.PointerType.Eraser if eraser else QPointingDevice.PointerType.Pen,
        QInputDevice.Capability.Position | QInputDevice.Capability.Pressure, 1, 2,
    )  # fmt: skip
    down = kind != QEvent.Type.TabletRelease
    event = QTabletEvent(
        kind, device, QPointF(x, 50), QPointF(x, 50), pressure, 10, -20, 0.0, 0.0, 0.0,
        Qt.KeyboardModifier.NoModifier, Qt.MouseButton.LeftButton,
        Qt.MouseButton.LeftButton if down else Qt.MouseButton.NoButton,
    )  # fmt: skip
    event.device_kept = device  # Qt holds no reference of its own
    return event


def test_a_pen_gives_pressure_tilt_and_its_eraser_end_and_every_sample(
    view: BoardView, heard: Heard
) -> None:
    for eraser in (False, True):
        QApplication.sendEvent(view, pen(QEvent.Type.TabletPress, 100, 0.25, eraser=eraser))
        for i in range(50):
            QApplication.sendEvent(
                view, pen(QEvent.Type.TabletMove, 100 + i / 5, 0.5, eraser=eraser)
            )
        QApplication.sendEvent(view, pen(QEvent.Type.TabletRelease, 110, 0, eraser=eraser))
    assert phases(heard) == [Phase.DOWN, *[Phase.MOVE] * 50, Phase.UP] * 2
    first, second = points(heard)[0], points(heard)[52]
    assert (first.device, second.device) == (Device.PEN, Device.PEN_ERASER)
    assert first.pressure == 0.25
    assert (first.tilt_x, first.tilt_y) == (10, -20)


def test_mouse_events_made_up_for_a_pen_are_dropped(view: BoardView, heard: Heard) -> None:
    QApplication.sendEvent(view, pen(QEvent.Type.TabletPress, 100, 0.5))
    QApplication.sendEvent(view, pen(QEvent.Type.TabletRelease, 100, 0))
    QTest.mousePress(view, Qt.MouseButton.LeftButton, pos=QPoint(100, 50))
    QTest.mouseRelease(view, Qt.MouseButton.LeftButton, pos=QPoint(100, 50))
    assert phases(heard) == [Phase.DOWN, Phase.UP]


@pytest.fixture
def screen() -> QPointingDevice:
    return QTest.createTouchDevice()


def test_one_finger_works_and_a_second_takes_it_back_and_moves_the_view(
    view: BoardView, heard: Heard, screen: QPointingDevice
) -> None:
    QTest.touchEvent(view, screen).press(0, QPoint(200, 200)).commit()
    QTest.touchEvent(view, screen).move(0, QPoint(210, 200)).commit()
    assert phases(heard) == [Phase.DOWN, Phase.MOVE]
    assert points(heard)[0].device is Device.TOUCH
    QTest.touchEvent(view, screen).move(0, QPoint(210, 200)).press(1, QPoint(310, 200)).commit()
    assert phases(heard)[-1] is Phase.CANCEL
    scale = view.camera.scale
    middle = view.camera.to_user(260, 200)
    QTest.touchEvent(view, screen).move(0, QPoint(160, 240)).move(1, QPoint(360, 240)).commit()
    assert view.camera.scale == pytest.approx(2 * scale, rel=0.02)
    # The test's fingers are placed by the screen, so up to a frame's width beside the view's px.
    assert view.camera.to_view(*middle) == pytest.approx((260, 240), abs=4)
    QTest.touchEvent(view, screen).release(0, QPoint(160, 240)).release(
        1, QPoint(360, 240)
    ).commit()
    assert phases(heard)[-1] is Phase.CANCEL


def test_a_tap_with_two_fingers_is_told_to_the_window(
    view: BoardView, screen: QPointingDevice
) -> None:
    taps: list[int] = []
    view.input.tapped = taps.append
    QTest.touchEvent(view, screen).press(0, QPoint(200, 200)).press(1, QPoint(260, 200)).commit()
    QTest.touchEvent(view, screen).release(0, QPoint(200, 200)).release(
        1, QPoint(260, 200)
    ).commit()
    assert taps == [2]


def test_keys_have_names_and_letters_their_position_on_other_layouts(
    view: BoardView, heard: Heard
) -> None:
    QTest.keyClick(view, Qt.Key.Key_Delete)
    QTest.keyClick(view, Qt.Key.Key_V)
    QTest.keyClick(view, Qt.Key.Key_Tab)
    keys = [event for event in heard if isinstance(event, KeyEvent) and event.pressed]
    assert [event.key for event in keys] == ["Delete", "v", "Tab"]
    cyrillic = QKeyEvent(QEvent.Type.KeyPress, 0x41C, Qt.KeyboardModifier.NoModifier, 55, 0, 0, "м")
    assert key_name(cyrillic) == "v"


def test_composed_text_reaches_the_tool(view: BoardView, heard: Heard) -> None:
    event = QInputMethodEvent("に", [])
    view.inputMethodEvent(event)
    event = QInputMethodEvent()
    event.setCommitString("日本")
    view.inputMethodEvent(event)
    assert heard == [TextEvent(preedit="に"), TextEvent(text="日本")]
