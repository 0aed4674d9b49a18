"""Qt input -> plain tool events; the view's own gestures (pan, zoom) are kept here.

Rules:

1. Every sample becomes one event: nothing is merged, a pen's points are all kept.
2. While a pen is used, the mouse events that systems make up for it are dropped.
3. Two fingers pan and zoom and take the first finger's work back (CANCEL); with a pen in range one
   finger pans.
4. Middle button, Space with a press, wheel and touchpad move the view and reach no tool. Space
   pressed while a tool already works is the tool's (`Modifiers.space`).
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable

from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import (
    QEventPoint,
    QInputDevice,
    QInputMethodEvent,
    QKeyEvent,
    QMouseEvent,
    QNativeGestureEvent,
    QPointingDevice,
    QTabletEvent,
    QTouchEvent,
    QWheelEvent,
)

from whiteboard.canvas.camera import Camera
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

Handler = Callable[[ToolEvent], object]

ZOOM_STEP = 1.2
"""One notch of a wheel with Ctrl."""
WHEEL_PX = 60.0
"""One notch of a wheel moves the paper by so many px."""
PEN_QUIET = 0.5
"""Seconds after a pen's last event in which mouse events are taken for its echo."""
TAP_SECONDS = 0.3
TAP_PX = 12.0

_BUTTONS = {
    Qt.MouseButton.LeftButton: Button.PRIMARY,
    Qt.MouseButton.MiddleButton: Button.MIDDLE,
    Qt.MouseButton.RightButton: Button.SECONDARY,
}
_KEYS = {
    Qt.Key.Key_Escape: "Escape",
    Qt.Key.Key_Return: "Enter",
    Qt.Key.Key_Enter: "Enter",
    Qt.Key.Key_Tab: "Tab",
    Qt.Key.Key_Backtab: "Tab",
    Qt.Key.Key_Backspace: "Backspace",
    Qt.Key.Key_Delete: "Delete",
    Qt.Key.Key_Left: "Left",
    Qt.Key.Key_Right: "Right",
    Qt.Key.Key_Up: "Up",
    Qt.Key.Key_Down: "Down",
    Qt.Key.Key_Home: "Home",
    Qt.Key.Key_End: "End",
    Qt.Key.Key_PageUp: "PageUp",
    Qt.Key.Key_PageDown: "PageDown",
    Qt.Key.Key_Insert: "Insert",
    Qt.Key.Key_Space: "Space",
    Qt.Key.Key_Shift: "Shift",
    Qt.Key.Key_Control: "Control",
    Qt.Key.Key_Alt: "Alt",
    Qt.Key.Key_Menu: "Menu",
}
_KEYS.update({getattr(Qt.Key, f"Key_F{n}"): f"F{n}" for n in range(1, 13)})

# Letters by position for layouts without Latin ones (DESIGN section 11): evdev scan codes + 8, as
# X11 and Wayland give them.
_ROWS = ((24, "qwertyuiop"), (38, "asdfghjkl"), (52, "zxcvbnm"))
_BY_POSITION = {first + i: letter for first, row in _ROWS for i, letter in enumerate(row)}


def key_name(event: QKeyEvent) -> str:
    """'Escape', 'Left', 'v', '1', …; '' for a key without a name."""
    named = _KEYS.get(Qt.Key(event.key())) if event.key() in _KEYS else None
    if named is not None:
        return named
    key = event.key()
    if 0x20 < key < 0x7F:
        return chr(key).lower()
    text = event.text()
    if text and text.isprintable() and not text.isalpha():
        return text
    return _BY_POSITION.get(event.nativeScanCode(), text.lower())


def modifiers_of(held: Qt.KeyboardModifier, *, space: bool = False) -> Modifiers:
    """Qt's set as ours."""
    flag = Qt.KeyboardModifier
    return Modifiers(
        shift=bool(held & flag.ShiftModifier),
        ctrl=bool(held & flag.ControlModifier),
        alt=bool(held & flag.AltModifier),
        space=space,
    )


class Input:
    """State of the pointers over one view.

    Attributes:
        handler: Where tool events go.
        tapped: Called with the number of fingers of a short tap with several (2: undo, 3: redo).
        panning: Called with True while the view is being moved by a drag, for the cursor.
    """

    def __init__(self, camera: Camera, handler: Handler) -> None:
        self.handler = handler
        self.tapped: Callable[[int], object] = lambda _fingers: None
        self.panning: Callable[[bool], object] = lambda _on: None
        self._camera = camera
        self._space = False
        self._pan_from: QPointF | None = None
        self._down = Button.NONE
        self._last_pen = -math.inf
        self._pen_near = False
        self._finger = False
        self._spread: tuple[QPointF, float] | None = None
        self._touch_start = 0.0
        self._touch_fingers = 0
        self._touch_travel = 0.0

    @property
    def is_space_held(self) -> bool:
        """Is Space down (and the next press a pan)?"""
        return self._space

    def reset(self) -> None:
        """The view lost the focus or was hidden: nothing is held any more."""
        self._space = False
        self._stop_pan()

    # Mouse ----------------------------------------------------------------------------------

    def mouse(self, event: QMouseEvent) -> bool:
        """Press, move, release or double click of the mouse."""
        if self._is_echo(event):
            return True
        kind = event.type()
        at = event.position()
        if kind in (QEvent.Type.MouseButtonPress, QEvent.Type.MouseButtonDblClick):
            return self._mouse_down(event, at)
        if kind == QEvent.Type.MouseButtonRelease:
            if self._pan_from is not None:
                self._stop_pan()
                return True
            button = _BUTTONS.get(event.button(), Button.NONE)
            if button is not self._down:
                return True
            self._down = Button.NONE
            return self._point(Phase.UP, at, event, button)
        if self._pan_from is not None:
            self._pan_to(at)
            return True
        phase = Phase.MOVE if self._down is not Button.NONE else Phase.HOVER
        return self._point(phase, at, event, self._down)

    def _mouse_down(self, event: QMouseEvent, at: QPointF) -> bool:
        button = _BUTTONS.get(event.button())
        if button is None or self._down is not Button.NONE:
            return True
        if button is Button.MIDDLE or (self._space and button is Button.PRIMARY):
            self._start_pan(at)
            return True
        self._down = button
        double = event.type() == QEvent.Type.MouseButtonDblClick
        return self._point(Phase.DOUBLE if double else Phase.DOWN, at, event, button)

    def _is_echo(self, event: QMouseEvent) -> bool:
        """Made up by the system for a pen or a finger that we have heard already?"""
        device = event.pointingDevice()
        if device is not None and device.type() in (
            QInputDevice.DeviceType.TouchScreen,
            QInputDevice.DeviceType.Stylus,
        ):
            return True
        return time.monotonic() - self._last_pen < PEN_QUIET

    def cancel(self) -> None:
        """Take back what is pressed."""
        if self._down is not Button.NONE or self._finger:
            self._down, self._finger = Button.NONE, False
            self.handler(PointerEvent(Phase.CANCEL, 0, 0, 0, 0, time.monotonic()))

    def _point(
        self,
        phase: Phase,
        at: QPointF,
        event: QMouseEvent | QTabletEvent | QTouchEvent,
        button: Button,
        device: Device = Device.MOUSE,
        pressure: float | None = None,
        tilt: tuple[float, float] = (0.0, 0.0),
    ) -> bool:
        x, y = self._camera.to_user(at.x(), at.y())
        if not (math.isfinite(x) and math.isfinite(y)):
            return True
        self.handler(
            PointerEvent(
                phase, x, y, at.x(), at.y(), _time_of(event), button,
                modifiers_of(event.modifiers(), space=self._space), device, pressure, *tilt,
            )
        )  # fmt: skip
        return True

    # Pan and zoom ---------------------------------------------------------------------------

    def _start_pan(self, at: QPointF) -> None:
        self._pan_from = at
        self.panning(True)

    def _pan_to(self, at: QPointF) -> None:
        assert self._pan_from is not None
        self._camera.pan(at.x() - self._pan_from.x(), at.y() - self._pan_from.y())
        self._pan_from = at

    def _stop_pan(self) -> None:
        if self._pan_from is not None:
            self._pan_from = None
            self.panning(False)

    def wheel(self, event: QWheelEvent) -> bool:
        """Ctrl zooms at the pointer; else the paper moves (Shift: sideways)."""
        angle, pixels = event.angleDelta(), event.pixelDelta()
        at = event.position()
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            notches = (angle.y() or angle.x()) / 120
            if not notches and not pixels.isNull():
                notches = pixels.y() / WHEEL_PX
            self._camera.zoom(ZOOM_STEP ** max(-10.0, min(10.0, notches)), at.x(), at.y())
            return True
        if pixels.isNull():
            dx, dy = angle.x() / 120 * WHEEL_PX, angle.y() / 120 * WHEEL_PX
        else:
            dx, dy = float(pixels.x()), float(pixels.y())
        if event.modifiers() & Qt.KeyboardModifier.ShiftModifier and not dx:
            dx, dy = dy, 0.0
        self._camera.pan(dx, dy)
        return True

    def native_gesture(self, event: QNativeGestureEvent) -> bool:
        """A pinch on a touchpad."""
        if event.gestureType() != Qt.NativeGestureType.ZoomNativeGesture:
            return False
        at = event.position()
        self._camera.zoom(max(0.1, 1 + event.value()), at.x(), at.y())
        return True

    # Pen ------------------------------------------------------------------------------------

    def tablet(self, event: QTabletEvent) -> bool:
        """A pen presses, moves, hovers or lifts; accepted, so that no mouse event is made of it."""
        self._last_pen = time.monotonic()
        kind = event.type()
        at = event.position()
        eraser = event.pointerType() == QPointingDevice.PointerType.Eraser
        device = Device.PEN_ERASER if eraser else Device.PEN
        tilt = (float(event.xTilt()), float(event.yTilt()))
        pressure = min(1.0, max(0.0, event.pressure()))
        if kind == QEvent.Type.TabletPress:
            button = _BUTTONS.get(event.button(), Button.PRIMARY)
            if button is Button.MIDDLE or self._space:
                self._start_pan(at)
                return True
            self._down = button
            return self._point(Phase.DOWN, at, event, button, device, pressure, tilt)
        if kind == QEvent.Type.TabletRelease:
            if self._pan_from is not None:
                self._stop_pan()
                return True
            button, self._down = self._down, Button.NONE
            return self._point(Phase.UP, at, event, button, device, pressure, tilt)
        if self._pan_from is not None:
            self._pan_to(at)
            return True
        phase = Phase.MOVE if self._down is not Button.NONE else Phase.HOVER
        return self._point(phase, at, event, self._down, device, pressure, tilt)

    def pen_near(self, near: bool) -> None:
        """A pen came into range of the screen or left it."""
        self._pen_near = near

    # Fingers --------------------------------------------------------------------------------

    def touch(self, event: QTouchEvent) -> bool:
        """One finger works, two move the view."""
        points = event.points()
        kind = event.type()
        if kind == QEvent.Type.TouchBegin:
            self._touch_start, self._touch_fingers, self._touch_travel = _time_of(event), 0, 0.0
        if kind == QEvent.Type.TouchCancel:
            self.cancel()
            self._spread = None
            return True
        self._touch_fingers = max(self._touch_fingers, len(points))
        self._note_travel(points)
        down = [p for p in points if p.state() != QEventPoint.State.Released]
        if len(points) >= 2 or self._touch_fingers >= 2 or self._pen_near:
            self._two_fingers(down)
        else:
            self._one_finger(event, points[0])
        if not down:
            self._end_touch(event)
        return True

    def _note_travel(self, points: list[QEventPoint]) -> None:
        for point in points:
            way = point.position() - point.pressPosition()
            self._touch_travel = max(self._touch_travel, math.hypot(way.x(), way.y()))

    def _one_finger(self, event: QTouchEvent, point: QEventPoint) -> None:
        at = point.position()
        state = point.state()
        if state == QEventPoint.State.Pressed:
            self._finger = True
            self._point(Phase.DOWN, at, event, Button.PRIMARY, Device.TOUCH)
        elif state == QEventPoint.State.Released and self._finger:
            self._finger = False
            self._point(Phase.UP, at, event, Button.PRIMARY, Device.TOUCH)
        elif state == QEventPoint.State.Updated and self._finger:
            self._point(Phase.MOVE, at, event, Button.PRIMARY, Device.TOUCH)

    def _two_fingers(self, down: list[QEventPoint]) -> None:
        self.cancel()
        if not down:
            self._spread = None
            return
        centre = QPointF(0, 0)
        for point in down:
            centre += point.position() / len(down)
        apart = 0.0
        if len(down) >= 2:
            line = down[0].position() - down[1].position()
            apart = math.hypot(line.x(), line.y())
        if self._spread is not None:
            before, was_apart = self._spread
            moved = centre - before
            if (apart > 0) == (was_apart > 0):  # a finger more or less moves the centre by itself
                self._camera.pan(moved.x(), moved.y())
            if apart > 1 and was_apart > 1:
                self._camera.zoom(apart / was_apart, centre.x(), centre.y())
        self._spread = (centre, apart)

    def _end_touch(self, event: QTouchEvent) -> None:
        self._spread = None
        quick = _time_of(event) - self._touch_start < TAP_SECONDS
        if self._touch_fingers >= 2 and quick and self._touch_travel < TAP_PX:
            self.tapped(self._touch_fingers)

    # Keys -----------------------------------------------------------------------------------

    def key(self, event: QKeyEvent) -> bool:
        """A key goes down or up; True where it was meant for the canvas."""
        pressed = event.type() == QEvent.Type.KeyPress
        if event.key() == Qt.Key.Key_Space and not event.isAutoRepeat():
            self._space = pressed
        name = key_name(event)
        if not name and not event.text():
            return False
        text = event.text()
        if not text.isprintable():
            text = ""
        return bool(
            self.handler(
                KeyEvent(
                    name,
                    text,
                    modifiers_of(event.modifiers(), space=self._space),
                    pressed,
                    event.isAutoRepeat(),
                )
            )
        )

    def input_method(self, event: QInputMethodEvent) -> bool:
        """Composed text, or text being composed."""
        self.handler(
            TextEvent(
                event.commitString(),
                event.preeditString(),
                event.replacementStart(),
                event.replacementLength(),
            )
        )
        return True


def _time_of(event: QMouseEvent | QTabletEvent | QTouchEvent) -> float:
    """Seconds, monotonic; events made by tests have no time of their own."""
    stamp = event.timestamp()
    return stamp / 1000 if stamp else time.monotonic()
