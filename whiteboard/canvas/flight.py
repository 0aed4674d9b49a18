"""Moving the view by itself: smoothly to a place, and knowing when the person moves it instead.

Only scale and offset change, by ease-out; nothing happens while nobody asks (DESIGN section 7).
"""

from __future__ import annotations

import math

from PySide6.QtCore import QObject, QTimer

from whiteboard.canvas.camera import MAX_SCALE, Camera
from whiteboard.svg.plan import Rect
from whiteboard.util.clock import Clock
from whiteboard.util.event import Event

FLIGHT = 0.32
"""Seconds of a flight to a place."""
CHASE = 0.14
"""Seconds in which the view catches up with somebody who is followed."""
_FRAME_MS = 16


class Flight:
    """Flies one camera.

    Attributes:
        steered: emits when the person, and not a flight, moved or scaled the view.
        moved: emits when the view shows another part of the board, whoever moved it.
    """

    def __init__(self, camera: Camera, clock: Clock, parent: QObject) -> None:
        self._camera = camera
        self._clock = clock
        self.steered: Event[None] = Event()
        self.moved: Event[None] = Event()
        self._size = camera.size
        self._is_flying = False
        self._from = self._view()
        self._to = self._from
        self._begin = 0.0
        self._seconds = 0.0
        self._timer = QTimer(parent)
        self._timer.setInterval(_FRAME_MS)
        self._timer.timeout.connect(self._step)
        self._unsubscribe = camera.changed.subscribe(lambda _none: self._changed())

    @property
    def is_flying(self) -> bool:
        """Whether it is on its way."""
        return self._timer.isActive()

    def to(self, rect: Rect, seconds: float, *, margin: float = 0.0, most: float = 4.0) -> None:
        """Show a rectangle (user units) whole, in the middle.

        Args:
            rect: the place.
            seconds: how long the way takes; 0 = at once.
            margin: px around it.
            most: the largest scale.
        """
        there = Camera(*self._camera.size)
        there.fit(rect, margin, most=min(most, MAX_SCALE))
        self._from, self._to = self._view(), _view_of(there)
        self._begin, self._seconds = self._clock.now(), seconds
        if seconds <= 0 or self._from == self._to:
            self._timer.stop()
            self._place(self._to)
        else:
            self._timer.start()

    def stop(self) -> None:
        """Stay where the view is."""
        self._timer.stop()

    def close(self) -> None:
        """Let go of the camera."""
        self._timer.stop()
        self._unsubscribe()

    def _step(self) -> None:
        gone = (self._clock.now() - self._begin) / self._seconds
        share = 1 - (1 - min(1.0, max(0.0, gone))) ** 3
        (s0, x0, y0), (s1, x1, y1) = self._from, self._to
        # The scale goes by equal factors; the middle moves as it does for who scales about a point.
        scale = s0 * (s1 / s0) ** share
        way = share if math.isclose(s0, s1) else (1 / s0 - 1 / scale) / (1 / s0 - 1 / s1)
        self._place((scale, x0 + (x1 - x0) * way, y0 + (y1 - y0) * way))
        if gone >= 1:
            self._timer.stop()

    def _place(self, view: tuple[float, float, float]) -> None:
        self._is_flying = True
        try:
            self._camera.look_at(*view)
        finally:
            self._is_flying = False

    def _changed(self) -> None:
        resized = self._camera.size != self._size
        self._size = self._camera.size
        if not self._is_flying and not resized:
            self._timer.stop()
            self.steered.emit(None)
        self.moved.emit(None)

    def _view(self) -> tuple[float, float, float]:
        return _view_of(self._camera)


def _view_of(camera: Camera) -> tuple[float, float, float]:
    """(scale, x, y of the middle in user units)."""
    width, height = camera.size
    return (camera.scale, *camera.to_user(width / 2, height / 2))
