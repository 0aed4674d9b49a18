"""People as discs: initials on the person's colour, with a status whose shape says it too."""

from __future__ import annotations

import enum

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QWidget

from whiteboard.canvas.colours import hexadecimal, on_person, person_colour
from whiteboard.im.people import Availability
from whiteboard.ui.theme import theme


class Status(enum.Enum):
    """What the mark at an avatar says: dot, crescent, barred disc, ring."""

    NONE = "none"
    ONLINE = "online"
    AWAY = "away"
    BUSY = "busy"
    OFFLINE = "offline"


def status_of(availability: Availability) -> Status:
    """The mark for a presence."""
    return Status(availability.value)


def initials(name: str) -> str:
    """One or two letters that stand for a name or address."""
    local = name.partition("@")[0].replace(".", " ")
    words = [word for word in local.split() if word[0].isalnum()]
    if not words:
        return name[:1].upper()
    letters = words[0][0] + (words[-1][0] if len(words) > 1 else "")
    # Letters of joined scripts would change their shape beside one another.
    return letters.upper() if letters.isascii() or letters.upper() != letters else letters[0]


def colour_of(address: str) -> QColor:
    """The person's colour in the present theme."""
    return QColor(hexadecimal(person_colour(address, dark=theme().dark)))


def paint_avatar(
    painter: QPainter,
    rect: QRectF,
    address: str,
    name: str,
    status: Status = Status.NONE,
    ground: str = "chrome",
    *,
    dim: bool = False,
) -> None:
    """Draw a person into a square; `ground` is the token of what lies behind, for the gap."""
    look = theme()
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(look.colour("pressed") if dim else colour_of(address))
    painter.drawEllipse(rect)
    ink = QColor(hexadecimal(on_person(dark=look.dark)))
    painter.setPen(look.colour("text2") if dim else ink)
    font = look.font(11, 700)
    font.setPixelSize(max(9, round(rect.height() * 0.37)))
    painter.setFont(font)
    painter.drawText(rect, Qt.AlignmentFlag.AlignCenter, initials(name))
    if status is not Status.NONE:
        _paint_status(painter, rect, status, ground)
    painter.restore()


def _paint_status(painter: QPainter, rect: QRectF, status: Status, ground: str) -> None:
    look = theme()
    size = 10.0 if rect.width() <= 34 else 12.0
    rtl = painter.layoutDirection() == Qt.LayoutDirection.RightToLeft
    x = rect.left() - 1 if rtl else rect.right() - size + 1
    spot = QRectF(x, rect.bottom() - size + 1, size, size)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(look.colour(ground))
    painter.drawEllipse(spot.adjusted(-2, -2, 2, 2))
    if status is Status.ONLINE:
        painter.setBrush(look.colour("good"))
        painter.drawEllipse(spot)
    elif status is Status.AWAY:
        painter.setBrush(look.colour("warn"))
        painter.drawEllipse(spot)
        painter.setBrush(look.colour(ground))
        painter.drawEllipse(spot.adjusted(3.6, 1.6, 0.4, -1.6))
    elif status is Status.BUSY:
        painter.setBrush(look.colour("danger"))
        painter.drawEllipse(spot)
        painter.setBrush(look.colour(ground))
        painter.drawRect(QRectF(spot.left() + 2, spot.center().y() - 1, size - 4, 2))
    else:
        painter.setPen(QPen(look.colour("text2"), 2))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawEllipse(spot.adjusted(1, 1, -1, -1))


class Avatar(QWidget):
    """A person in a layout."""

    def __init__(
        self,
        address: str,
        name: str,
        side: int = 32,
        parent: QWidget | None = None,
        *,
        status: Status = Status.NONE,
        ground: str = "chrome",
    ) -> None:
        super().__init__(parent)
        self._address = address
        self._name = name
        self._status = status
        self._ground = ground
        self._side = side
        self.setFixedSize(side + 4, side + 4)
        self.setAccessibleName(name)
        theme().changed.connect(self.update)

    def show_person(self, address: str, name: str, status: Status) -> None:
        """Be somebody else, or the same one in another state."""
        self._address, self._name, self._status = address, name, status
        self.setAccessibleName(name)
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setLayoutDirection(self.layoutDirection())
        rect = QRectF(2, 2, self._side, self._side)
        paint_avatar(painter, rect, self._address, self._name, self._status, self._ground)
        painter.end()


class AvatarButton(QAbstractButton):
    """A participant in the top bar: grey when they cannot be reached now."""

    def __init__(
        self, address: str, name: str, *, away: bool = False, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.address = address
        self._name = name
        self._away = away
        self.setFixedSize(32, 32)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setAccessibleName(name)
        self.setToolTip(name)
        theme().changed.connect(self.update)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        centre = QPointF(self.width() / 2, self.height() / 2)
        rect = QRectF(centre.x() - 14, centre.y() - 14, 28, 28)
        paint_avatar(painter, rect, self.address, self._name, dim=self._away)
        painter.end()
