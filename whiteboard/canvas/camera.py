"""Where the view stands over the infinite board: scale and offset. Pure, no Qt."""

from __future__ import annotations

import math

from whiteboard.svg.plan import Rect
from whiteboard.util.event import Event

MIN_SCALE, MAX_SCALE = 0.01, 256.0
MAX_OFFSET = 5e9
"""Px; keeps a view far out finite (1e7 user units at the largest scale are 2.6e9)."""


class Camera:
    """The `View` port of the tools, and what the view paints by.

    A user point (x, y) is seen at (x · scale + dx, y · scale + dy) px of the view.

    Attributes:
        changed: Emits after scale, offset or size changed.
    """

    def __init__(self, width: float = 800.0, height: float = 600.0) -> None:
        self.changed: Event[None] = Event()
        self._scale = 1.0
        self._dx = 0.0
        self._dy = 0.0
        self._width = width
        self._height = height
        self._ratio = 1.0

    @property
    def scale(self) -> float:
        """Px per user unit."""
        return self._scale

    @property
    def offset(self) -> tuple[float, float]:
        """Where the user origin is seen, px of the view; whole device px.

        The picture's tiles are blitted, never shifted by half a px; the exact offset is kept, so
        that many small steps of a touchpad add up.
        """
        return (
            round(self._dx * self._ratio) / self._ratio,
            round(self._dy * self._ratio) / self._ratio,
        )

    @property
    def size(self) -> tuple[float, float]:
        """Of the view, px."""
        return (self._width, self._height)

    @property
    def visible(self) -> Rect:
        """What of the board is seen, in user units."""
        dx, dy = self.offset
        return Rect(
            -dx / self._scale,
            -dy / self._scale,
            self._width / self._scale,
            self._height / self._scale,
        )

    def to_user(self, view_x: float, view_y: float) -> tuple[float, float]:
        """Px of the view -> user units."""
        dx, dy = self.offset
        return ((view_x - dx) / self._scale, (view_y - dy) / self._scale)

    def to_view(self, x: float, y: float) -> tuple[float, float]:
        """User units -> px of the view."""
        dx, dy = self.offset
        return (x * self._scale + dx, y * self._scale + dy)

    def rect_to_view(self, rect: Rect) -> Rect:
        """A rectangle in user units -> px of the view."""
        x, y = self.to_view(rect.x, rect.y)
        return Rect(x, y, rect.width * self._scale, rect.height * self._scale)

    def pan(self, dx: float, dy: float) -> None:
        """Move the paper by px."""
        self._place(self._scale, self._dx + dx, self._dy + dy)

    def zoom(self, factor: float, view_x: float, view_y: float) -> None:
        """Scale about a point of the view (px), which stays where it is."""
        if not (math.isfinite(factor) and factor > 0):
            return
        self.set_scale(self._scale * factor, view_x, view_y)

    def set_scale(self, scale: float, view_x: float, view_y: float) -> None:
        """Scale to px per user unit about a point of the view (px)."""
        scale = min(MAX_SCALE, max(MIN_SCALE, scale))
        ratio = scale / self._scale
        self._place(
            scale, view_x - (view_x - self._dx) * ratio, view_y - (view_y - self._dy) * ratio
        )

    def set_scale_centred(self, scale: float) -> None:
        """Scale to px per user unit about the middle of the view."""
        self.set_scale(scale, self._width / 2, self._height / 2)

    def fit(self, rect: Rect, margin: float = 40.0, *, most: float = 1.0) -> None:
        """Show a rectangle (user units) in the middle, `margin` px around; never above `most`."""
        width, height = max(1.0, self._width - 2 * margin), max(1.0, self._height - 2 * margin)
        scale = most
        if rect.width > 0:
            scale = min(scale, width / rect.width)
        if rect.height > 0:
            scale = min(scale, height / rect.height)
        scale = min(MAX_SCALE, max(MIN_SCALE, scale))
        self._place(
            scale,
            self._width / 2 - (rect.x + rect.width / 2) * scale,
            self._height / 2 - (rect.y + rect.height / 2) * scale,
        )

    def look_like(self, other: Camera) -> None:
        """Look where another camera looks, as large as there."""
        self._place(other.scale, *other.offset)

    def centre_on(self, x: float, y: float) -> None:
        """Bring a point (user units) to the middle without scaling."""
        self._place(
            self._scale, self._width / 2 - x * self._scale, self._height / 2 - y * self._scale
        )

    def look_at(self, scale: float, x: float, y: float) -> None:
        """Bring a point (user units) to the middle, at px per user unit."""
        scale = min(MAX_SCALE, max(MIN_SCALE, scale))
        self._place(scale, self._width / 2 - x * scale, self._height / 2 - y * scale)

    @property
    def ratio(self) -> float:
        """Device px per px."""
        return self._ratio

    def resize(self, width: float, height: float, ratio: float = 1.0) -> None:
        """Another size (px) or device pixel ratio; the centre stays over the same point."""
        dx, dy = (width - self._width) / 2, (height - self._height) / 2
        self._width, self._height, self._ratio = width, height, ratio
        self._place(self._scale, self._dx + dx, self._dy + dy, always=True)

    def _place(self, scale: float, dx: float, dy: float, *, always: bool = False) -> None:
        if not (math.isfinite(dx) and math.isfinite(dy)):
            return
        before = (self._scale, self._dx, self._dy)
        self._scale = scale
        self._dx = min(MAX_OFFSET, max(-MAX_OFFSET, dx))
        self._dy = min(MAX_OFFSET, max(-MAX_OFFSET, dy))
        if always or before != (self._scale, self._dx, self._dy):
            self.changed.emit(None)
