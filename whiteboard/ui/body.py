"""Panes beside the board, docked or over it, by the width of the window (DESIGN section 3)."""

from __future__ import annotations

import enum
from collections.abc import Callable, Sequence

from PySide6.QtCore import QRect, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QApplication, QWidget

from whiteboard.ui.frame import BoardFrame
from whiteboard.ui.panes.pane import Pane
from whiteboard.ui.ports import Preferences
from whiteboard.ui.shade import Depth, Shade
from whiteboard.ui.tokens import RIGHT_WIDTH, SESSIONS_WIDTH

MIN_CANVAS = 720
BETWEEN = 6
"""Px between two panes of the right column."""


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
        right: Sequence[Pane],
        preferences: Preferences,
        start: QWidget,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._preferences = preferences
        self.frame = frame
        self.start = start
        self.sessions = sessions
        self.right = tuple(right)
        self.size_class = SizeClass.FULL
        self._known_width = 0
        self._opened: list[Pane] = []
        """Those of the right column, the one opened first first."""
        for child in (frame, start, sessions, *right):
            child.setParent(self)
        self._shades = {pane: Shade(self, 0, Depth.CARD) for pane in (sessions, *right)}
        for pane in (sessions, *right):
            pane.closed.connect(self._closer(pane))
        for pane in right:
            pane.hide()

    def _closer(self, pane: Pane) -> Callable[[], None]:
        return lambda: self.open_pane(pane, opened=False)

    def is_open(self, pane: Pane) -> bool:
        """Whether the pane is shown."""
        return not pane.isHidden()

    def open_pane(self, pane: Pane, *, opened: bool, remember: bool = True) -> None:
        """Show or hide a pane, as the person wants."""
        had_focus = pane.isAncestorOf(QApplication.focusWidget() or self)
        pane.setVisible(opened)
        if remember:
            self._preferences.put(self._key(pane), "1" if opened else "0")
        if opened and pane in self.right:
            self._make_room_for(pane)
        if opened and pane in self.right and self.size_class is SizeClass.FULL:
            both = self.width() - SESSIONS_WIDTH - RIGHT_WIDTH < MIN_CANVAS
            if both and self.is_open(self.sessions):
                self.sessions.hide()
        if not opened and had_focus and self.frame.canvas is not None:
            self.frame.canvas.setFocus()
        self._place()
        self.panes_changed.emit()

    def _make_room_for(self, pane: Pane) -> None:
        """Two panes fit on top of one another, in a narrower window one; the first goes."""
        self._opened = [one for one in self._opened if one is not pane and self.is_open(one)]
        most = 2 if self.size_class in {SizeClass.WIDE, SizeClass.FULL} else 1
        while len(self._opened) >= most:
            self._opened.pop(0).hide()
        self._opened.append(pane)

    def _key(self, pane: Pane) -> str:
        name = "sessions" if pane is self.sessions else pane.id
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
            *((pane, self._is_open_first(pane)) for pane in self.right if pane.is_remembered),
        ):
            wanted = {"1": True, "0": False}.get(self._preferences.get(self._key(pane)), default)
            if focus is None or not pane.isAncestorOf(focus):
                pane.setVisible(wanted)
        self.class_changed.emit()
        self.panes_changed.emit()

    def _is_open_first(self, pane: Pane) -> bool:
        """Whether a pane of the right column is open until the person decides."""
        return pane.id == "chat" and self.size_class is SizeClass.WIDE

    def _place(self) -> None:
        rtl = self.layoutDirection() == Qt.LayoutDirection.RightToLeft
        whole = self.rect()
        left, right = 0, 0
        if self.is_open(self.sessions) and self.size_class.docks_sessions:
            left = SESSIONS_WIDTH
        shown = [pane for pane in self.right if self.is_open(pane)]
        if shown and self.size_class.docks_right:
            right = RIGHT_WIDTH
        self.frame.setGeometry(
            self._mirrored(QRect(left, 0, whole.width() - left - right, whole.height()), rtl=rtl)
        )
        self.start.setGeometry(self.frame.geometry())
        sessions = QRect(0, 0, SESSIONS_WIDTH, whole.height())
        self.sessions.setGeometry(self._mirrored(sessions, rtl=rtl))
        height = (whole.height() - BETWEEN * (len(shown) - 1)) // max(1, len(shown))
        for place, pane in enumerate(shown):
            top = place * (height + BETWEEN)
            rect = QRect(whole.width() - RIGHT_WIDTH, top, RIGHT_WIDTH, height)
            pane.setGeometry(self._mirrored(rect, rtl=rtl))
        for pane, docked in (
            (self.sessions, self.size_class.docks_sessions),
            *((pane, self.size_class.docks_right) for pane in self.right),
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
