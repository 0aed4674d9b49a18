"""Toasts at the top centre: one at a time, gone after 4 s, or 10 s where they offer an action."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QRect, QTimer
from PySide6.QtGui import QEnterEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QWidget

from whiteboard.ui.shade import Floating
from whiteboard.ui.tokens import GAP, MARGIN
from whiteboard.ui.widgets import Button, IconLabel, Kind, Label

SHORT_MS = 4000
LONG_MS = 10000


@dataclass(frozen=True, slots=True)
class Notice:
    """Good news or a fact; `kind` decides which older one it replaces."""

    kind: str
    text: str
    icon: str = "info"
    tone: str = "text2"
    action: str = ""
    act: Callable[[], None] | None = None
    lasting: bool = False
    """Stays until it is taken back (offline)."""
    first: bool = False
    """Does not wait for the one that is shown, which comes again afterwards."""


class Toast(Floating):
    """Shows one notice; the others wait, at most one of a kind."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._waiting: list[Notice] = []
        self.notice: Notice | None = None
        self.top = 12
        """Px from the top of the frame: more while something else is there."""
        self.beside: tuple[QWidget, ...] = ()
        """Cards of the frame that a toast never covers."""
        self._icon = IconLabel("info", "text2", 20, self)
        self._text = Label("", self, weight=500)
        self._button = Button("", Kind.QUIET, self, compact=True)
        self._button.clicked.connect(self._act)
        row = QHBoxLayout(self)
        row.setContentsMargins(14, 6, 14, 6)
        row.setSpacing(10)
        row.addWidget(self._icon)
        row.addWidget(self._text)
        row.addWidget(self._button)
        self._text.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Preferred)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self.next)
        self.hide()

    def say(self, notice: Notice) -> None:
        """Show it now, or after the one shown; one of the same kind is replaced."""
        self._waiting = [other for other in self._waiting if other.kind != notice.kind]
        shown = self.notice
        if shown is None or shown.kind == notice.kind or shown.lasting or notice.first:
            if shown is not None and shown.kind != notice.kind:
                self._waiting.append(shown)
            self._show(notice)
        else:
            self._waiting.append(notice)

    def take_back(self, kind: str) -> None:
        """What it said is not so any more."""
        self._waiting = [other for other in self._waiting if other.kind != kind]
        if self.notice is not None and self.notice.kind == kind:
            self.next()

    def next(self) -> None:
        """Show the next one, or nothing."""
        self.notice = None
        if self._waiting:
            self._show(self._waiting.pop(0))
        else:
            self._timer.stop()
            self.hide()

    def focus_action(self) -> bool:
        """Give the action the focus (F8); False if there is none to give."""
        if self.isHidden() or self._button.isHidden():
            return False
        self._button.setFocus()
        return True

    def place(self) -> None:
        """At the top centre of the frame, wrapped where that is narrow."""
        parent = self.parentWidget()
        assert parent is not None
        room = parent.width() - 24
        self._text.setWordWrap(False)
        width = self.sizeHint().width()
        self._text.setWordWrap(width > room)
        width = min(width, room)
        self.resize(width, max(44, self.heightForWidth(width), self.minimumSizeHint().height()))
        place = QRect((parent.width() - width) // 2, self.top, width, self.height())
        for card in self.beside:
            if not card.isHidden() and place.intersects(card.geometry()):
                place = _beside(place, card.geometry(), parent.width())
        self.move(place.topLeft())

    def _show(self, notice: Notice) -> None:
        self.notice = notice
        self._icon.name, self._icon.tint = notice.icon, notice.tone
        self._icon.update()
        self._text.setText(notice.text)
        self.setAccessibleName(notice.text)
        self._button.setText(notice.action)
        self._button.updateGeometry()
        self._button.setVisible(bool(notice.action))
        self._timer.stop()
        if not notice.lasting:
            self._timer.start(LONG_MS if notice.action else SHORT_MS)
        self.place()
        self.show()
        self.raise_()

    def _act(self) -> None:
        act = self.notice.act if self.notice is not None else None
        self.next()
        if act is not None:
            act()

    def enterEvent(self, event: QEnterEvent) -> None:
        super().enterEvent(event)
        self._timer.stop()

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        if self.notice is not None and not self.notice.lasting:
            self._timer.start(SHORT_MS)


def _beside(toast: QRect, card: QRect, width: int) -> QRect:
    """Where a toast does not cover a card in a corner: beside it, or below if that is narrow."""
    place = QRect(toast)
    if card.center().x() > width // 2:
        place.moveRight(card.left() - 1 - GAP)
    else:
        place.moveLeft(card.right() + 1 + GAP)
    if place.left() >= MARGIN and place.right() < width - MARGIN:
        return place
    return toast.translated(0, card.bottom() + 1 + GAP - toast.top())
