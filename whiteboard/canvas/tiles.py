"""The document picture: transparent tiles of device px, rendered from the scene where dirty.

Rules (ARCHITECTURE section 8, rule 4):

1. A tile belongs to a place on the board at one scale; panning only blits.
2. A change makes a rectangle of some tiles dirty; only that part is rendered again.
3. At another scale all tiles are new. Until they are rendered, the last complete picture is shown
   scaled in their place.
4. `render` stops when its time is up; what is left is shown stale and rendered in the next frame.
"""

from __future__ import annotations

import math
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

from PySide6.QtCore import QPoint, QPointF, QRect, QRectF, QSizeF, Qt
from PySide6.QtGui import QImage, QPainter, QRegion

from whiteboard.canvas.camera import Camera

SIZE = 256
"""Side of a tile in device px."""
BLEED = 2
"""Device px that antialiasing and hairlines may reach beyond an item's rectangle."""
KEEP_FACTOR = 3
"""Tiles are kept for so many times the area of the view."""

Index = tuple[int, int]


class Painted(Protocol):
    """What is shown in tiles."""

    def is_empty(self, source: QRectF) -> bool:
        """Is there surely nothing in a rectangle (user units)?"""

    def render(self, painter: QPainter, target: QRectF, source: QRectF) -> None:
        """Paint what is in `source` (user units) into `target` (px of the painter)."""


@dataclass
class Counts:
    """What the picture has cost, for tests and benchmarks."""

    paints: int = 0
    """Paint events of the view."""
    rendered: int = 0
    """Whole tiles rendered from the scene."""
    patched: int = 0
    """Tiles of which a part was rendered again."""
    blits: int = 0


@dataclass
class _Tile:
    image: QImage | None
    """None: nothing is there, which is how most of a board looks."""
    dirty: QRect | None
    """In px of the tile; None: as the scene."""


@dataclass
class _Snapshot:
    image: QImage
    source: QRectF
    """What it shows, user units."""


class Picture:
    """The tiles of one view."""

    def __init__(self, camera: Camera, scene: Painted, counts: Counts) -> None:
        self._camera = camera
        self._scene = scene
        self._counts = counts
        self._tiles: dict[Index, _Tile] = {}
        self._scale = 0.0
        """Device px per user unit."""
        self._origin = (0, 0)
        """Where the user origin is seen, device px: far out more than Qt's integers hold."""
        self._old: _Snapshot | None = None
        self.follow()

    def follow(self) -> None:
        """Take over where the camera is; at another scale the tiles are new."""
        ratio = self._camera.ratio
        scale = self._camera.scale * ratio
        if scale != self._scale:
            self._remember()
            self._tiles.clear()
            self._scale = scale
        dx, dy = self._camera.offset
        self._origin = (round(dx * ratio), round(dy * ratio))

    def _at(self, key: Index) -> QPoint:
        """Where a tile near the view is seen, device px."""
        return QPoint(key[0] * SIZE + self._origin[0], key[1] * SIZE + self._origin[1])

    def _view(self) -> QRect:
        """The view in device px."""
        width, height = self._camera.size
        ratio = self._camera.ratio
        return QRect(0, 0, math.ceil(width * ratio), math.ceil(height * ratio))

    # What changes ---------------------------------------------------------------------------

    def clear(self) -> None:
        """Nothing of it is right any more (another document, theme or font)."""
        self._tiles.clear()
        self._old = None

    def invalidate(self, rect: QRectF) -> None:
        """The scene changed inside a rectangle (user units)."""
        s = self._scale
        left, top = rect.left() * s - BLEED, rect.top() * s - BLEED
        right, bottom = rect.right() * s + BLEED, rect.bottom() * s + BLEED
        if not all(map(math.isfinite, (left, top, right, bottom))):
            self.clear()
            return
        area = (right - left) * (bottom - top) / (SIZE * SIZE)
        if area > 4 * len(self._tiles):
            keys = [k for k in self._tiles if _touches(k, left, top, right, bottom)]
        else:
            keys = [k for k in _indices(left, top, right, bottom) if k in self._tiles]
        for key in keys:
            x, y = key[0] * SIZE, key[1] * SIZE
            box = QRect(
                math.floor(max(left - x, 0)), math.floor(max(top - y, 0)), 0, 0
            )  # fmt: skip
            box.setRight(math.ceil(min(right - x, SIZE)))
            box.setBottom(math.ceil(min(bottom - y, SIZE)))
            box &= QRect(0, 0, SIZE, SIZE)
            tile = self._tiles[key]
            tile.dirty = box if tile.dirty is None else tile.dirty.united(box)

    def _remember(self) -> None:
        """Keep what is seen, if complete, to be shown scaled until the new tiles are there."""
        if not self._tiles or not self.is_complete():
            return
        view = self._view()
        image = QImage(view.size(), QImage.Format.Format_ARGB32_Premultiplied)
        image.fill(Qt.GlobalColor.transparent)
        painter = QPainter(image)
        for key in self._visible(view):
            tile = self._tiles[key]
            if tile.image is not None:
                painter.drawImage(self._at(key), tile.image)
        painter.end()
        s = self._scale
        corner = QPointF(-self._origin[0] / s, -self._origin[1] / s)
        size = QSizeF(view.width() / s, view.height() / s)
        self._old = _Snapshot(image, QRectF(corner, size))

    # Rendering ------------------------------------------------------------------------------

    def _visible(self, view: QRect, margin: int = 0) -> list[Index]:
        """Tiles that the view shows, nearest to its middle first."""
        left, top = view.x() - margin - self._origin[0], view.y() - margin - self._origin[1]
        right, bottom = left + view.width() + 2 * margin, top + view.height() + 2 * margin
        keys = list(_indices(left, top, right, bottom))
        cx, cy = (left + right) / 2 / SIZE - 0.5, (top + bottom) / 2 / SIZE - 0.5
        keys.sort(key=lambda k: (k[0] - cx) ** 2 + (k[1] - cy) ** 2)
        return keys

    def is_complete(self) -> bool:
        """Is all that is seen as the scene has it?"""
        return all(
            (tile := self._tiles.get(key)) is not None and tile.dirty is None
            for key in self._visible(self._view())
        )

    def render(self, seconds: float, *, margin: int = 0) -> bool:
        """Bring what is seen (and `margin` device px around) up to date; False: time was short.

        At least one tile is rendered. Changed tiles go first, so that one's own stroke is there in
        the frame in which the live ink goes.
        """
        end = time.perf_counter() + seconds
        waiting = [
            key
            for key in self._visible(self._view(), margin)
            if (tile := self._tiles.get(key)) is None or tile.dirty is not None
        ]
        waiting.sort(key=lambda key: key not in self._tiles)
        for i, key in enumerate(waiting):
            if i and time.perf_counter() > end:
                return False
            self._bring_up(key)
        self._old = None
        if waiting:
            self._forget_far()
        return True

    def _bring_up(self, key: Index) -> None:
        whole = QRect(0, 0, SIZE, SIZE)
        tile = self._tiles.get(key)
        if tile is None:
            tile = self._tiles[key] = _Tile(None, whole)
        dirty = tile.dirty if tile.dirty is not None else whole
        if dirty == whole:
            self._counts.rendered += 1
        else:
            self._counts.patched += 1
        tile.dirty = None
        s = self._scale
        source = QRectF(
            (key[0] * SIZE + dirty.x()) / s,
            (key[1] * SIZE + dirty.y()) / s,
            dirty.width() / s,
            dirty.height() / s,
        )
        fresh = tile.image is None
        if tile.image is None:
            if self._scene.is_empty(source):
                return
            tile.image = QImage(SIZE, SIZE, QImage.Format.Format_ARGB32_Premultiplied)
            tile.image.fill(Qt.GlobalColor.transparent)
        painter = QPainter(tile.image)
        if not fresh:
            painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_Source)
            painter.fillRect(dirty, Qt.GlobalColor.transparent)
            painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_SourceOver)
        painter.setClipRect(dirty)
        self._scene.render(painter, QRectF(dirty), source)
        painter.end()

    def _forget_far(self) -> None:
        """Drop the tiles farthest from the view when there are too many."""
        view = self._view()
        most = max(64, KEEP_FACTOR * (view.width() // SIZE + 2) * (view.height() // SIZE + 2))
        if len(self._tiles) <= most:
            return
        cx = (view.width() / 2 - self._origin[0]) / SIZE - 0.5
        cy = (view.height() / 2 - self._origin[1]) / SIZE - 0.5
        far = sorted(self._tiles, key=lambda k: (k[0] - cx) ** 2 + (k[1] - cy) ** 2)
        for key in far[most:]:
            del self._tiles[key]

    # Showing --------------------------------------------------------------------------------

    def paint(self, painter: QPainter, region: QRect) -> None:
        """Blit what meets `region` (px of the view) onto the view."""
        ratio = self._camera.ratio
        painter.save()
        painter.scale(1 / ratio, 1 / ratio)
        device = QRect(
            math.floor(region.x() * ratio),
            math.floor(region.y() * ratio),
            math.ceil(region.width() * ratio) + 1,
            math.ceil(region.height() * ratio) + 1,
        )
        missing = QRegion()
        for key in self._visible(device):
            at = self._at(key)
            tile = self._tiles.get(key)
            if tile is None:
                missing += QRect(at.x(), at.y(), SIZE, SIZE)
            elif tile.image is not None:
                painter.drawImage(at, tile.image)
                self._counts.blits += 1
        if self._old is not None and not missing.isEmpty():
            self._paint_old(painter, missing)
        painter.restore()

    def _paint_old(self, painter: QPainter, missing: QRegion) -> None:
        assert self._old is not None
        s = self._scale
        source = self._old.source
        target = QRectF(
            QPointF(source.x() * s + self._origin[0], source.y() * s + self._origin[1]),
            QSizeF(source.width() * s, source.height() * s),
        )
        painter.setClipRegion(missing, Qt.ClipOperation.IntersectClip)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.drawImage(target, self._old.image, QRectF(self._old.image.rect()))


def _indices(left: float, top: float, right: float, bottom: float) -> Iterator[Index]:
    for iy in range(math.floor(top / SIZE), math.ceil(bottom / SIZE)):
        for ix in range(math.floor(left / SIZE), math.ceil(right / SIZE)):
            yield (ix, iy)


def _touches(key: Index, left: float, top: float, right: float, bottom: float) -> bool:
    x, y = key[0] * SIZE, key[1] * SIZE
    return x < right and x + SIZE > left and y < bottom and y + SIZE > top
