"""The boards of one window: which are open, which is in front, what of them is saved."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from whiteboard.model.changes import Commit, Origin
from whiteboard.model.shared import SharedDocument
from whiteboard.session.boards import Board, BoardState
from whiteboard.ui import words
from whiteboard.ui.surface import Surface
from whiteboard.ui.top_bar import Tab
from whiteboard.util.event import Event

MakeSurface = Callable[[Board], Surface]


class Page:
    """One board in one window."""

    def __init__(self, board: Board, surface: Surface, changed: Callable[[], None]) -> None:
        self.board = board
        self.surface = surface
        self.path: Path | None = None
        self.is_unsaved = False
        """Changed since it was opened or saved."""
        self.has_news = False
        """Others changed it while another board was in front."""
        self._changed = changed
        self._listen_to_document = board.document.on_commit.subscribe(self._committed)
        self._unsubscribe = [
            board.changed.subscribe(lambda _none: changed()),
            board.document_replaced.subscribe(self._document_replaced),
        ]

    def _document_replaced(self, document: SharedDocument) -> None:
        self._listen_to_document()
        self._listen_to_document = document.on_commit.subscribe(self._committed)

    def _committed(self, commit: Commit) -> None:
        if commit.origin in {Origin.LOCAL, Origin.UNDO} and not self.is_unsaved:
            self.is_unsaved = True
        if commit.origin is Origin.REMOTE and not self.has_news:
            self.has_news = True
            self._changed()

    @property
    def would_be_lost(self) -> bool:
        """Whether closing loses work: changed, not kept on disk, and nobody else has it.

        What was opened from a file is expected to be saved there, so that is asked all the same.
        """
        if not self.is_unsaved or (self.board.kept and self.path is None):
            return False
        return self.board.state in {BoardState.ALONE, BoardState.ENDED}

    @property
    def is_untouched(self) -> bool:
        """An empty board that nobody did anything with: it may make room for another."""
        document = self.board.document
        empty = document.root is None or not document.children(document.root)
        alone = self.board.state is BoardState.ALONE and not self.board.place
        return empty and alone and not self.is_unsaved and self.path is None

    def tab(self, *, room: bool, front: bool) -> Tab:
        """How its tab looks."""
        board = self.board
        waiting = board.waiting_changes > 0 and board.state is BoardState.OFFLINE
        icon = "group-chat" if room else "people" if board.place else "board"
        return Tab(board.name or words.tr("Opening…"), icon, waiting, self.has_news and not front)

    def close(self) -> None:
        """Listen no longer, let the surface go."""
        self._listen_to_document()
        for unsubscribe in self._unsubscribe:
            unsubscribe()
        self.surface.close()


class Pages:
    """The pages in the order of their tabs.

    Attributes:
        changed: pages, their order, the front one, or what a tab shows differ now.
        front_changed: another page is in front (or none).
    """

    def __init__(self, make_surface: MakeSurface) -> None:
        self._make_surface = make_surface
        self._pages: list[Page] = []
        self._front = -1
        self.changed: Event[None] = Event()
        self.front_changed: Event[Page | None] = Event()

    def __len__(self) -> int:
        return len(self._pages)

    @property
    def all(self) -> tuple[Page, ...]:
        """In the order of their tabs."""
        return tuple(self._pages)

    @property
    def front(self) -> Page | None:
        """The one that is seen."""
        return self._pages[self._front] if 0 <= self._front < len(self._pages) else None

    @property
    def front_place(self) -> int:
        """Its place, -1 if there is none."""
        return self._front

    def of(self, board: Board) -> Page | None:
        """The page of a board."""
        return next((page for page in self._pages if page.board is board), None)

    def show(self, board: Board) -> Page:
        """Bring a board to the front; a tab is made if it has none here."""
        page = self.of(board)
        if page is None:
            page = Page(board, self._make_surface(board), lambda: self.changed.emit(None))
            self._pages.append(page)
        self.bring(self._pages.index(page))
        return page

    def show_instead(self, board: Board, close: Callable[[Board], None]) -> Page:
        """`show`; an untouched board in front makes room and is closed."""
        front = self.front
        page = self.show(board)
        if front is not None and front is not page and front.is_untouched:
            close(front.board)
            if front in self._pages:
                self.remove(front)
        return page

    def bring(self, place: int) -> None:
        """Bring the tab at a place to the front."""
        if not 0 <= place < len(self._pages):
            return
        before = self.front
        self._front = place
        page = self._pages[place]
        page.has_news = False
        if page is not before:
            self.front_changed.emit(page)
        self.changed.emit(None)

    def remove(self, page: Page) -> None:
        """Close the tab; its neighbour comes to the front."""
        place = self._pages.index(page)
        was_front = place == self._front
        self._pages.remove(page)
        if place < self._front or self._front >= len(self._pages):
            self._front -= 1
        if was_front:
            self.front_changed.emit(self.front)
        page.close()
        self.changed.emit(None)
