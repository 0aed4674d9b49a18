"""One notice when own changes were not taken over, or replaced; the list stands in History."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer

from whiteboard.model.rebase import Piece
from whiteboard.ui import words
from whiteboard.ui.notices import Notice, Toast
from whiteboard.ui.pages import Page
from whiteboard.ui.panes.left_over import element_of

FOLD_MS = 1000
"""What comes in this time is one notice."""


class LeftOverNotices(QObject):
    """Watches the board in front.

    Args:
        toast: Where notices appear.
        show: Opens the list.
    """

    def __init__(self, toast: Toast, show: Callable[[], None]) -> None:
        super().__init__(toast)
        self._toast = toast
        self._show = show
        self._page: Page | None = None
        self._told: tuple[Piece, ...] = ()
        self._unsubscribe: Callable[[], None] = lambda: None
        self._fold = QTimer(self)
        self._fold.setSingleShot(True)
        self._fold.timeout.connect(self.tell)

    def watch(self, page: Page | None) -> None:
        """Look at this board from now on, and at no other; what waits there is told."""
        self._unsubscribe()
        self._unsubscribe = lambda: None
        self._fold.stop()
        self._page = page
        self._told = ()
        if page is not None:
            self._unsubscribe = page.board.changed.subscribe(lambda _none: self._look())
            self._look()

    def _fresh(self) -> list[Piece]:
        left = self._page.board.left_over if self._page is not None else ()
        known = {id(piece) for piece in self._told}
        return [piece for piece in left if id(piece) not in known]

    def _look(self) -> None:
        if self._page is not None and not self._page.board.left_over:
            self._told = ()
            self._toast.take_back("left-over")
        elif self._fresh() and not self._fold.isActive():
            self._fold.start(FOLD_MS)

    def tell(self) -> None:
        """Say what came until now."""
        self._fold.stop()
        page, fresh = self._page, self._fresh()
        if page is None or not fresh:
            return
        self._told = tuple(page.board.left_over)
        refused = [piece for piece in fresh if not piece.by]
        if len(fresh) == 1 and not refused:
            (piece,) = fresh
            who = next((p.name for p in page.board.participants if p.id == piece.by), "")
            text = words.replaced_yours(who, page.surface.describe(element_of(piece.rid)))
            mine = words.tr("Keep mine")
            act = Notice(
                "left-over", text, "history", "text2", mine, lambda: self._keep(page, piece)
            )
        else:
            count = sum(piece.count for piece in refused or fresh)
            text = words.not_taken_over(count) if refused else words.were_replaced(count)
            act = Notice("left-over", text, "warning", "warn", words.tr("Show"), self._show)
        self._toast.say(act)

    def _keep(self, page: Page, piece: Piece) -> None:
        hindrance = page.board.permissions.hindrance(piece.rid)
        if hindrance is not None:
            self._toast.say(Notice("rights", words.why_not(hindrance), "lock"))
        else:
            page.board.keep_mine(piece)
