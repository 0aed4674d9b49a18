"""Panes beside the board, docked or over it, by the width of the window (DESIGN section 3)."""

from __future__ import annotations

import enum

from PySide6.QtCore import QRect, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QApplication, QWidget

from whiteboard.ui.frame import BoardFrame
from whiteboard.ui.panes.pane import Pane
from whiteboard.ui.ports import Preferences
from whiteboard.ui.shade import Depth, Shade
from whiteboard.ui.tokens import RIGHT_WIDTH, SESSIONS_WIDTH

MIN_CANVAS = 720


class SizeClass(enum.Enum):
    """The four window classes, by the least width of each."""

    WIDE = 1600
    FULL = 1200
    MEDIUM = 900
    SMALL = 0

    @classmethod
    def of(cls, width: int) -> SizeClass:
        """The class of a window this wide."""
        return next(one for one in cls if width >= one.value)

    @property
    def docks_sessions(self) -> bool:
        """Whether the Sessions pane stands beside the board."""
        return self in {SizeClass.WIDE, SizeClass.FULL}

    @property
    def docks_right(self) -> bool:
        """Whether the right column stands beside the board."""
        return self is not SizeClass.SMALL


class Body(QWidget):
    """Places the frame and the panes; remembers per class what the person opened.

    Signals:
        panes_changed: a pane was opened or closed.
        class_changed: the window is in another size class.
    """

    panes_changed = Signal()
    class_changed = Signal()

    def __init__(
        self,
        frame: BoardFrame,
        sessions: Pane,
        people: Pane,
        preferences: Preferences,
        start: QWidget,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._preferences = preferences
        self.frame = frame
        self.start = start
        self.sessions = sessions
        self.people = people
        self.size_class = SizeClass.FULL
        self._known_width = 0
        for child in (frame, start, sessions, people):
            child.setParent(self)
        self._shades = {pane: Shade(self, 0, Depth.CARD) for pane in (sessions, people)}
        sessions.closed.connect(lambda: self.open_pane(sessions, opened=False))
        people.closed.connect(lambda: self.open_pane(people, opened=False))
        people.hide()

    def is_open(self, pane: Pane) -> bool:
        """Whether the pane is shown."""
        return not pane.isHidden()

    def open_pane(self, pane: Pane, *, opened: bool, remember: bool = True) -> None:
        """Show or hide a pane, as the person wants."""
        had_focus = pane.isAncestorOf(QApplication.focusWidget() or self)
        pane.setVisible(opened)
        if remember:
            self._preferences.put(self._key(pane), "1" if opened else "0")
        if opened and pane is self.people and self.size_class is SizeClass.FULL:
            both = self.width() - SESSIONS_WIDTH - RIGHT_WIDTH < MIN_CANVAS
            if both and self.is_open(self.sessions):
                self.sessions.hide()
        if not opened and had_focus and self.frame.surface is not None:
            self.frame.surface.widget.setFocus()
        self._place()
        self.panes_changed.emit()

    def _key(self, pane: Pane) -> str:
        name = "sessions" if pane is self.sessions else "people"
        return f"pane.{name}.{self.size_class.name.lower()}"

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        now = SizeClass.of(self.width())
        if now is not self.size_class or not self._known_width:
            self.size_class = now
            self.apply_class()
        self._known_width = self.width()
        self._place()

    def apply_class(self) -> None:
        """Open what is open in this class; a pane with the focus stays."""
        focus = QApplication.focusWidget()
        for pane, default in (
            (self.sessions, self.size_class.docks_sessions),
            (self.people, False),
        ):
            wanted = {"1": True, "0": False}.get(self._preferences.get(self._key(pane)), default)
            if focus is None or not pane.isAncestorOf(focus):
                pane.setVisible(wanted)
        self.class_changed.emit()
        self.panes_changed.emit()

    def _place(self) -> None:
        rtl = self.layoutDirection() == Qt.LayoutDirection.RightToLeft
        whole = self.rect()
        left, right = 0, 0
        if self.is_open(self.sessions) and self.size_class.docks_sessions:
            left = SESSIONS_WIDTH
        if self.is_open(self.people) and self.size_class.docks_right:
            right = RIGHT_WIDTH
        self.frame.setGeometry(
            self._mirrored(QRect(left, 0, whole.width() - left - right, whole.height()), rtl=rtl)
        )
        self.start.setGeometry(self.frame.geometry())
        sessions = QRect(0, 0, SESSIONS_WIDTH, whole.height())
        people = QRect(whole.width() - RIGHT_WIDTH, 0, RIGHT_WIDTH, whole.height())
        self.sessions.setGeometry(self._mirrored(sessions, rtl=rtl))
        self.people.setGeometry(self._mirrored(people, rtl=rtl))
        for pane, docked in (
            (self.sessions, self.size_class.docks_sessions),
            (self.people, self.size_class.docks_right),
        ):
            shade = self._shades[pane]
            if docked or pane.isHidden():
                shade.hide()
            else:
                pane.raise_()
                shade.follow(pane)

    def _mirrored(self, rect: QRect, *, rtl: bool) -> QRect:
        if rtl:
            rect.moveLeft(self.width() - rect.right() - 1)
        return rect
