"""One quiet notice for what cannot be shown: drawn by others, pasted, or refused by the others."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer

from whiteboard.session.boards import NotShown, Participant
from whiteboard.ui import words
from whiteboard.ui.notices import Notice, Toast
from whiteboard.ui.pages import Page

FOLD_MS = 1500
"""What comes in this time is one notice."""
PAUSE_MS = 30_000
"""After a notice about others there is no other for so long."""


class NotShownNotices(QObject):
    """Watches the board in front and says, folded, what of it is not shown."""

    def __init__(self, toast: Toast, undo: Callable[[], None]) -> None:
        super().__init__(toast)
        self._toast = toast
        self._undo = undo
        self._people: dict[str, Participant] = {}
        self._unsubscribe: list[Callable[[], None]] = []
        self._fold = QTimer(self)
        self._fold.setSingleShot(True)
        self._fold.timeout.connect(self.tell)
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.timeout.connect(self._start)

    def watch(self, page: Page | None) -> None:
        """Look at this board from now on, and at no other."""
        for unsubscribe in self._unsubscribe:
            unsubscribe()
        self._unsubscribe.clear()
        self._people.clear()
        self._fold.stop()
        self._pause.stop()
        if page is not None:
            self._unsubscribe = [
                page.board.not_shown.subscribe(self._came),
                page.surface.left_out.subscribe(self._pasted),
            ]

    def _came(self, what: NotShown) -> None:
        if what.sender.me:
            text = words.change_not_shared()
            act = Notice("not-shared", text, "warning", "warn", words.tr("Undo"), self._undo)
            self._toast.say(act)
            return
        self._people[what.sender.id] = what.sender
        self._start()

    def _start(self) -> None:
        if self._people and not self._pause.isActive() and not self._fold.isActive():
            self._fold.start(FOLD_MS)

    def tell(self) -> None:
        """Say what came until now."""
        self._fold.stop()
        people, self._people = list(self._people.values()), {}
        if people:
            text = words.cannot_be_shown(people[0].name, len(people) - 1)
            self._toast.say(Notice("not-shown", text))
            self._pause.start(PAUSE_MS)

    def _pasted(self, count: int) -> None:
        self._toast.say(Notice("not-shown", words.left_out_of_paste(count)))
