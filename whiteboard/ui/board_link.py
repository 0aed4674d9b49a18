"""The link to a board, and its QR code."""

from __future__ import annotations

import segno
from PySide6.QtCore import QRect, QSize, Qt, Signal
from PySide6.QtGui import QColor, QGuiApplication, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from whiteboard.im.links import BoardLink
from whiteboard.im.service import PeopleService
from whiteboard.session.boards import Board, BoardState
from whiteboard.ui import words
from whiteboard.ui.widgets import Button, ElidedLabel, IconButton, Kind, Label, Rule

QUIET_ZONE = 4
"""Modules of white around the code (ISO/IEC 18004)."""
_MODULE = 4
"""Px of one module, at the most."""


def link_of(board: Board, people: PeopleService) -> BoardLink | None:
    """The link by which others come to a board; None while it is shared with nobody.

    One-to-one only who began it can let somebody in, and has it.
    """
    account = people.account
    if board.state in {BoardState.ALONE, BoardState.ENDED} or not board.session or not board.place:
        return None
    if any(room.address == board.place for room in people.rooms):
        return BoardLink(board.place, True, board.session)
    hosts = board.document.hosts()
    is_mine = not hosts or any(one.me and one.id in hosts for one in board.participants)
    if not is_mine or account is None:
        return None
    return BoardLink(account.address, False, board.session)


class QrCode(QWidget):
    """A QR code: always dark on white, for cameras."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._rows: tuple[bytes, ...] = ()
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(words.tr("QR code of the link"))

    def show_text(self, text: str) -> None:
        """Be the code of this text."""
        code = segno.make(text, error="m", micro=False)
        self._rows = tuple(bytes(row) for row in code.matrix_iter(border=QUIET_ZONE))
        self.setFixedSize(self.sizeHint())
        self.update()

    def sizeHint(self) -> QSize:
        side = len(self._rows) * _MODULE
        return QSize(side, side)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor(Qt.GlobalColor.white))
        for y, row in enumerate(self._rows):
            for x, is_dark in enumerate(row):
                if is_dark:
                    module = QRect(x * _MODULE, y * _MODULE, _MODULE, _MODULE)
                    painter.fillRect(module, QColor(Qt.GlobalColor.black))
        painter.end()


class LinkFoot(QWidget):
    """The foot of the Invite popover: the link, a button that copies it, its QR code.

    Signals:
        given: it was copied or shown, so that somebody else may have it.
    """

    given = Signal()

    def __init__(self, link: BoardLink | None, why_not: str, parent: QWidget) -> None:
        super().__init__(parent)
        self._link = str(link) if link is not None else ""
        self.code = QrCode(self)
        self.code.hide()
        self.text = ElidedLabel(self._link, self, px=12, tone="text2", middle=True)
        self.copy = Button(words.tr("Copy link"), Kind.SECONDARY, self, compact=True)
        self.copy.clicked.connect(self._copy)
        self.qr = IconButton("qr", words.tr("QR code"), self, side=32, checkable=True)
        self.qr.toggled.connect(self._show_code)
        self.why_not = Label(why_not, self, px=12, tone="text2", wrap=True)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 2)
        column.setSpacing(8)
        column.addWidget(Rule(self))
        row = QHBoxLayout()
        row.setContentsMargins(16, 0, 12, 0)
        row.setSpacing(8)
        row.addWidget(self.text, 1)
        row.addWidget(self.copy)
        row.addWidget(self.qr)
        row.addWidget(self.why_not, 1)
        column.addLayout(row)
        column.addWidget(self.code, 0, Qt.AlignmentFlag.AlignHCenter)
        for widget in (self.text, self.copy, self.qr):
            widget.setVisible(bool(self._link))
        self.why_not.setVisible(not self._link)

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self._link)
        self.given.emit()
        self.copy.setText(words.tr("Copied"))

    def _show_code(self, shown: bool) -> None:
        if shown:
            self.code.show_text(self._link)
            self.given.emit()
        self.code.setVisible(shown)
