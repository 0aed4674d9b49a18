"""The board with the bars that float over it, placed by anchors and mirrored where text is."""

from __future__ import annotations

import enum
from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QPoint, QRect, QSize, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QWidget

from whiteboard.ui.bars import OptionsBar, SelectionBar, ToolBar, UndoBar, ZoomBar
from whiteboard.ui.cards import InvitationCard, ProgressCard
from whiteboard.ui.follow_notice import FollowNotice
from whiteboard.ui.notices import Toast
from whiteboard.ui.past_notice import PastNotice
from whiteboard.ui.surface import Surface
from whiteboard.ui.timeline import Timeline
from whiteboard.ui.tokens import GAP, MARGIN


class Side(enum.Enum):
    """Where along an edge."""

    LEADING = "leading"
    CENTRE = "centre"
    TRAILING = "trailing"


@dataclass(frozen=True, slots=True)
class Anchor:
    """A place at the bottom of the frame: which side, and how far above the edge."""

    side: Side
    up: int = MARGIN

    def place(self, size: QSize, frame: QRect, *, rtl: bool) -> QPoint:
        """The top left corner for something of this size."""
        y = frame.bottom() + 1 - self.up - size.height()
        if self.side is Side.CENTRE:
            return QPoint(frame.center().x() - size.width() // 2 + 1, y)
        left = (self.side is Side.LEADING) != rtl
        x = frame.left() + MARGIN if left else frame.right() + 1 - MARGIN - size.width()
        return QPoint(x, y)


def _nothing() -> None:
    """What is done to stop listening to nothing."""


class BoardFrame(QWidget):
    """Holds the surface in front; the bars keep their place when it changes."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.surface: Surface | None = None
        self._stop: Callable[[], None] = _nothing
        self.tools = ToolBar(self)
        self.tools.arrange_again.connect(self.arrange)
        self.options = OptionsBar(self)
        self.undo = UndoBar(self)
        self.zoom = ZoomBar(self)
        self.selection = SelectionBar(self)
        self.toast = Toast(self)
        self.invitation = InvitationCard(self)
        self.progress = ProgressCard(self)
        self.toast.beside = (self.invitation, self.progress)
        self.timeline = Timeline(self)
        self.past_notice = PastNotice(self)
        self.follow_notice = FollowNotice(self)
        self._only_board = False
        self._is_history_open = False
        self._past: QWidget | None = None

    @property
    def bars(self) -> tuple[QWidget, ...]:
        """In the order of the focus (DESIGN section 12)."""
        return (
            self.selection,
            self.tools,
            self.options,
            self.undo,
            self.zoom,
            self.timeline,
            self.past_notice,
            self.follow_notice,
        )

    @property
    def canvas(self) -> QWidget | None:
        """What shows the board: as it is, or as it was."""
        if self._past is not None:
            return self._past
        return self.surface.widget if self.surface is not None else None

    def show_past(self, canvas: QWidget | None) -> None:
        """Lay a canvas with the board as it was over the live one; None takes it away."""
        self._past = canvas
        if canvas is not None:
            canvas.setParent(self)
            canvas.setGeometry(self.rect())
            canvas.lower()
            if self.surface is not None:
                self.surface.widget.lower()
            canvas.show()
        self.refresh()

    def say_past(self, text: str) -> None:
        """Say over the board which moment it shows; '' when that is now. Toasts stand below."""
        self.past_notice.say(text)
        self._place_toast()

    def say_follow(self, text: str, *, can_stop: bool) -> None:
        """Say over the board whom its view follows, or who follows it; '' when nobody does."""
        self.follow_notice.say(text, can_stop=can_stop)
        self._place_toast()

    def _place_toast(self) -> None:
        top = MARGIN
        if not self.past_notice.isHidden():
            top = self.past_notice.geometry().bottom() + 1 + GAP
        if not self.follow_notice.isHidden():
            self.follow_notice.place(top)
            top = self.follow_notice.geometry().bottom() + 1 + GAP
        self.toast.top = top
        if not self.toast.isHidden():
            self.toast.place()

    def set_history_open(self, is_open: bool) -> None:
        """The time line in place of tools, undo and zoom."""
        self._is_history_open = is_open
        self.timeline.setVisible(is_open)
        if not is_open:
            self.say_past("")
        self._show_bars()
        self.arrange()

    def _show_bars(self) -> None:
        for bar in (self.tools, self.undo, self.zoom):
            bar.setVisible(not self._only_board and not self._is_history_open)
        self.refresh()

    def show_surface(self, surface: Surface) -> None:
        """Bring another board to the front."""
        self._stop()
        if self.surface is not None:
            self.surface.widget.hide()
        self.surface = surface
        widget = surface.widget
        widget.setParent(self)
        widget.setGeometry(self.rect())
        widget.lower()
        widget.show()
        for bar in (self.tools, self.options, self.undo, self.zoom, self.selection):
            bar.bind(surface)
        self._stop = surface.changed.subscribe(lambda _none: self.refresh())
        self.refresh()

    def let_go(self) -> None:
        """Show no board any more."""
        self._stop()
        self._stop = _nothing
        self.surface = None

    def refresh(self) -> None:
        """Show what the surface says now."""
        if self.surface is None:
            return
        for bar in (self.tools, self.options, self.undo, self.zoom, self.selection):
            bar.refresh()
        is_free = not self._only_board and not self._is_history_open
        shown = self.options.has_options() and is_free
        if shown and self.options.isHidden():
            self.options.show()
        elif not shown:
            self.options.hide()
        self._arrange_options()

    def set_only_board(self, only: bool) -> None:
        """Hide everything but the board (Shift+Z)."""
        self._only_board = only
        self._show_bars()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.arrange()

    def arrange(self) -> None:
        """Put everything where it belongs in this size."""
        frame = self.rect()
        rtl = self.layoutDirection() == Qt.LayoutDirection.RightToLeft
        if self.surface is not None:
            self.surface.widget.setGeometry(frame)
        if self._past is not None:
            self._past.setGeometry(frame)
        is_narrow = self.window().width() < 900 or frame.width() < 700
        self.zoom.set_compact(is_narrow)
        self.tools.pen.set_compact(is_narrow)
        beside = 2 * (MARGIN + GAP + max(self.undo.width(), self.zoom.width()))
        self.tools.fit_width(max(frame.width() - beside, 180))
        low = MARGIN + (self.tools.height() - self.undo.height()) // 2
        for bar, anchor in (
            (self.tools, Anchor(Side.CENTRE)),
            (self.undo, Anchor(Side.LEADING, low - 4)),
            (self.zoom, Anchor(Side.TRAILING, low - 4)),
        ):
            bar.move(anchor.place(bar.size(), frame, rtl=rtl))
            bar.raise_()
        self._arrange_options()
        self.selection.refresh()
        for card in (self.invitation, self.progress):
            if not card.isHidden():
                card.place()
        if not self.progress.isHidden() and not self.invitation.isHidden():
            self.progress.place(self.invitation.geometry().bottom() + 1 + GAP + 8)
        if self._is_history_open:
            self.timeline.place()
            self.timeline.raise_()
        if not self.past_notice.isHidden():
            self.past_notice.place()
        self._place_toast()

    def _arrange_options(self) -> None:
        compact = self.width() < self.options.full_width() + 2 * MARGIN
        if compact != self.options.more.isVisibleTo(self.options):
            self.options.set_compact(compact)
        rtl = self.layoutDirection() == Qt.LayoutDirection.RightToLeft
        above = MARGIN + self.tools.height() + GAP + 2
        place = Anchor(Side.CENTRE, above).place(self.options.size(), self.rect(), rtl=rtl)
        self.options.move(place)
        self.options.raise_()
