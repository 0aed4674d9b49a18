"""Icons: SVG drawn at the device's resolution in the colour of the state; no pixmaps are kept.

Widgets call `paint_icon`; menus and actions, which want a QIcon, get one whose engine calls it.
"""

from __future__ import annotations

from functools import cache, lru_cache
from typing import Final

from PySide6.QtCore import QByteArray, QPoint, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QIcon, QIconEngine, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import QApplication

from whiteboard.ui.theme import theme
from whiteboard.util.resources import icon_path

MIRRORED: Final = frozenset(
    {"undo", "redo", "chevron-left", "chevron-right", "pane-left", "pane-right", "send"}
)
"""Flipped where text runs from right to left; tools, play and the like never are."""


@lru_cache(maxsize=512)
def _renderer(name: str, colour: str) -> QSvgRenderer:
    svg = icon_path(name).read_bytes().replace(b"currentColor", colour.encode())
    renderer = QSvgRenderer(QByteArray(svg))
    if not renderer.isValid():
        raise ValueError(f"icon {name!r} is not an SVG that Qt can draw")
    return renderer


def paint_icon(
    painter: QPainter,
    name: str,
    rect: QRectF | QRect,
    colour: QColor,
    direction: Qt.LayoutDirection | None = None,
) -> None:
    """Draw an icon into `rect` (square), mirrored where the layout direction asks for it.

    Args:
        painter: an active painter; its state is kept.
        name: the icon's file name without `.svg`.
        rect: where, in logical px.
        colour: what `currentColor` means.
        direction: of the widget; None = the application's.
    """
    place = QRectF(rect)
    rtl = (direction or QApplication.layoutDirection()) == Qt.LayoutDirection.RightToLeft
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    if rtl and name in MIRRORED:
        painter.translate(2 * place.center().x(), 0)
        painter.scale(-1, 1)
    _renderer(name, colour.name()).render(painter, place)
    painter.restore()


class _Engine(QIconEngine):
    """Draws one icon in the present theme's colour for each mode."""

    def __init__(self, name: str, token: str) -> None:
        super().__init__()
        self._name = name
        self._token = token

    def clone(self) -> QIconEngine:
        return _Engine(self._name, self._token)

    def paint(self, painter: QPainter, rect: QRect, mode: QIcon.Mode, _state: QIcon.State) -> None:
        token = "disabled" if mode == QIcon.Mode.Disabled else self._token
        paint_icon(painter, self._name, rect, theme().colour(token))

    def pixmap(self, size: QSize, mode: QIcon.Mode, state: QIcon.State) -> QPixmap:
        return self.scaledPixmap(size, mode, state, 1.0)

    def scaledPixmap(
        self, size: QSize, mode: QIcon.Mode, state: QIcon.State, scale: float
    ) -> QPixmap:
        pixmap = QPixmap(size)
        pixmap.setDevicePixelRatio(scale)
        pixmap.fill(Qt.GlobalColor.transparent)
        painter = QPainter(pixmap)
        self.paint(painter, QRect(QPoint(), size / scale), mode, state)
        painter.end()
        return pixmap


@cache
def icon(name: str, tint: str = "text") -> QIcon:
    """A QIcon for actions; follows the theme. Kept for ever: there are about a hundred."""
    return QIcon(_Engine(name, tint))


def app_icon() -> QIcon:
    """The program's own icon, for windows and the task bar."""
    return QIcon(str(icon_path("app-icon")))
