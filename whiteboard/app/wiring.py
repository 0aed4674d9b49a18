"""Who is given to whom: one account, its boards, and the windows on them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject

from whiteboard.app import collector
from whiteboard.app.files import FileService
from whiteboard.app.going import Going
from whiteboard.app.paths import Paths
from whiteboard.app.people import KeepPassword, RememberingPeople
from whiteboard.app.pictures import WebPictures, decoding_elsewhere
from whiteboard.app.settings import SettingsStore, save_password
from whiteboard.app.tasks import Tasks
from whiteboard.canvas.context import PaintContext
from whiteboard.canvas.pictures import PictureStore
from whiteboard.im.links import BoardLink
from whiteboard.session.boards import Board, BoardState
from whiteboard.transport.board import SharedBoard
from whiteboard.transport.service import Network
from whiteboard.transport.shelf import Shelf
from whiteboard.ui.main_window import MainWindow
from whiteboard.ui.page import CanvasSurface
from whiteboard.ui.ports import Services
from whiteboard.util.log import UI

NOT_TOLD = "Something went wrong inside Whiteboard. Your drawing is not touched."


class Program:
    """One person's program: several windows, one account.

    Args:
        store: settings and what else is remembered.
        paths: where boards are kept; None keeps none.
        title_suffix: see `Services`.
        keep_password: where passwords go.

    Attributes:
        ended: set once the last window is closed, or the person quits.
    """

    def __init__(
        self,
        store: SettingsStore,
        *,
        paths: Paths | None = None,
        title_suffix: str = "",
        keep_password: KeepPassword = save_password,
    ) -> None:
        self.store = store
        shelf = Shelf(paths.boards, paths.board_marks) if paths is not None else None
        if shelf is not None:
            shelf.problem.subscribe(self._say)
        self.network = Network(shelf=shelf, preference=store.get)
        self.people = RememberingPeople(self.network.people, store, keep_password)
        self.going = Going(self.people, self.network.boards)
        self.tasks = Tasks(self._task_failed)
        self.windows: list[MainWindow] = []
        self.ended = asyncio.Event()
        self._pictures = PictureStore(
            WebPictures(self.tasks, self._may_load), decoding_elsewhere(self.tasks)
        )
        self._closing = _CloseWatch(self._closed)
        self._complete: set[int] = set()
        self.network.boards.changed.subscribe(lambda _none: self._boards_changed())
        self.services = Services(
            people=self.people,
            boards=self.network.boards,
            files=FileService(
                self.tasks,
                lambda board: (
                    shelf.journal_of(board)
                    if shelf is not None and isinstance(board, SharedBoard)
                    else None
                ),
            ),
            preferences=store,
            trust=store,
            chats=self.network.chats,
            new_window=lambda: self.open_window().show(),
            quit=self.quit,
            title_suffix=title_suffix,
            open_link=self.open_link,
        )

    def open_window(self) -> MainWindow:
        """A further window, not yet shown."""
        window = MainWindow(self.services, self._surface)
        window.installEventFilter(self._closing)
        self.windows.append(window)
        if self.store.problem:
            window.say(self.store.problem)
            self.store.problem = ""
        return window

    def recover(self, window: MainWindow) -> None:
        """Show the boards that were open when the program last ended, however it did."""
        self.network.boards.recover(window.show_board)

    def _say(self, sentence: str) -> None:
        for window in self.windows:
            window.say(sentence)

    def _surface(self, board: Board) -> CanvasSurface:
        return CanvasSurface(board, PaintContext(pictures=self._pictures))

    def _may_load(self) -> bool:
        return self.store.get("web_images") == "1"

    def quit(self) -> None:
        """Close every window; each asks first if work would be lost."""
        for window in tuple(self.windows):
            window.close()

    def _closed(self, window: QObject) -> None:
        self.windows = [one for one in self.windows if one is not window]
        if not self.windows:
            self.ended.set()

    async def close(self) -> None:
        """Say goodbye to everybody and end all tasks."""
        for window in tuple(self.windows):
            window.let_go()
            window.hide()
        await self.network.close()
        await self.tasks.close()

    def _boards_changed(self) -> None:
        """A board that came over the network is complete, or one was closed."""
        boards = self.network.boards.boards
        complete = {id(board) for board in boards if board.state is not BoardState.JOINING}
        if complete - self._complete:
            collector.settle()
        elif self._complete - complete:
            collector.release()
        self._complete = complete

    def _task_failed(self, name: str, error: BaseException) -> None:
        UI.error("%s: %s", name, error)
        self._say(NOT_TOLD)

    # --- going somewhere by a link ---

    def open_link(self, text: str) -> None:
        """Open a link that came from outside, in the window that was used last."""
        if self.windows:
            window = self._window
            window.show()
            window.raise_()
            window.activateWindow()
            self.going.open(text, window)

    @property
    def _window(self) -> MainWindow:
        """The one that is used, else the newest."""
        return next((one for one in self.windows if one.isActiveWindow()), self.windows[-1])

    def go_to(self, link: BoardLink, window: MainWindow, nick: str = "") -> None:
        """Go there without a question: the person named it on the command line."""
        self.going.go(link, window, nick)


class _CloseWatch(QObject):
    """Hears that a window was really closed: a close event that was not refused hides it."""

    def __init__(self, closed: Callable[[QObject], None]) -> None:
        super().__init__()
        self._closed = closed

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's name
        """Qt's: look at every event of the window, take none."""
        hidden = event.type() == QEvent.Type.Hide and not event.spontaneous()
        if hidden and isinstance(watched, MainWindow):
            self._closed(watched)
        return False
