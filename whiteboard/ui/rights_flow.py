"""What a window does about rights: questions before, and what is said when they change (flow G)."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget

from whiteboard.model.changes import Origin
from whiteboard.model.document import Document, new_document
from whiteboard.model.ops import LiteralElement
from whiteboard.model.rights import Role
from whiteboard.session.boards import Board, BoardService, BoardState
from whiteboard.session.permissions import WHOLE, Deed, Hindrance, Outcome
from whiteboard.ui import words
from whiteboard.ui.dialogs.contact import Confirm
from whiteboard.ui.notices import Notice, Toast
from whiteboard.ui.pages import Page
from whiteboard.ui.people_flow import PeopleFlow


class RightsFlow(QObject):
    """Watches the board in front.

    Args:
        toast: where notices appear.
        flow: opens questions.
        boards: whose boards they are.
        copy: makes a new board of these elements, and shows it.
        window: what questions belong to.
    """

    def __init__(
        self,
        toast: Toast,
        flow: PeopleFlow,
        boards: BoardService,
        copy: Callable[[tuple[LiteralElement, ...]], object],
        window: QWidget,
    ) -> None:
        super().__init__(window)
        self._toast = toast
        self._flow = flow
        self._boards = boards
        self._is_orphan = False
        self._copy = copy
        self._window = window
        self._page: Page | None = None
        self._role: Role | None = None
        self._remover: str | None = None
        self._unsubscribe: list[Callable[[], None]] = []

    def watch(self, page: Page | None) -> None:
        """Speak about this board from now on, and about no other."""
        for unsubscribe in self._unsubscribe:
            unsubscribe()
        self._unsubscribe.clear()
        self._page = page
        self._role = None
        self._is_orphan = False
        if page is None:
            return
        self._remover = page.board.remover
        self._unsubscribe = [
            page.board.changed.subscribe(lambda _none: self._follow()),
            page.board.permissions.failed.subscribe(self._failed),
            page.surface.hindered.subscribe(self._hindered),
            page.surface.pen_taken.subscribe(self._pen_taken),
        ]
        self._follow()

    # --- what changed

    def _follow(self) -> None:
        if self._page is None:
            return
        board = self._page.board
        self._follow_role(board)
        self._follow_hosts(board)
        remover, self._remover = self._remover, board.remover
        if board.remover is not None and remover is None:
            text = words.removed_you(board.remover)
            self._toast.say(Notice("removed", text, "warning", "danger"))

    def _follow_role(self, board: Board) -> None:
        """Say that I became, or am no longer, somebody who looks after the board."""
        if board.state is not BoardState.LIVE:
            self._role = None
            return
        before, now = self._role, board.permissions.mine
        self._role = now
        if before is None or before is now or len(board.participants) < 2:
            return
        if max(before, now) >= Role.MODERATOR and now is not Role.VIEWER:
            self._toast.say(Notice("role", words.role_now(now), "people"))

    def _follow_hosts(self, board: Board) -> None:
        """Say that nobody is host any more, and offer the way on (SYNC 6.6)."""
        before, self._is_orphan = self._is_orphan, board.permissions.may_go_on_anew
        if self._is_orphan and not before:
            label = words.go_on_anew()
            notice = Notice("hosts", words.no_host(), "host", "text2", label, self.go_on_anew)
            self._toast.say(notice)
        elif before and not self._is_orphan:
            self._toast.take_back("hosts")

    def _failed(self, what: Outcome) -> None:
        self._toast.say(Notice("rights", words.outcome(what), "warning", "warn"))

    def _hindered(self, hindrance: Hindrance) -> None:
        self._toast.say(Notice("rights", words.why_not(hindrance), "lock"))

    def _pen_taken(self, drawn: tuple[LiteralElement, ...]) -> None:
        page = self._page
        text = words.pen_taken(is_kept=bool(drawn))
        if not drawn or page is None:
            self._toast.say(Notice("pen", text, "eye"))
            return

        def copy() -> None:
            page.surface.drop_kept_back()
            self._copy(drawn)

        label = words.tr("Copy to a new board")
        self._toast.say(Notice("pen", text, "eye", "warn", label, copy))

    # --- what the person asks for

    def do(self, deed: Deed, participant: str) -> None:
        """Do something about a person, after a question where it reaches far."""
        page = self._page
        if page is None:
            return
        rights = page.board.permissions
        name = next((p.name for p in page.board.participants if p.id == participant), "")
        question = words.deed_question(deed, name)
        if question is None:
            rights.do(deed, participant)
            return
        title, text, button = question
        self._flow.open(
            Confirm(title, text, button, lambda: rights.do(deed, participant), self._window)
        )

    def resign(self) -> None:
        """Give up being host, after a question."""
        if self._page is None:
            return
        rights = self._page.board.permissions
        title, text, button = words.resign_question()
        self._flow.open(Confirm(title, text, button, rights.resign, self._window))

    def go_on_anew(self) -> None:
        """Go on with a board without a host as a new one."""
        if self._page is not None:
            self._boards.go_on_anew(self._page.board)

    def finish_board(self) -> None:
        """Declare the whole board complete, or open it again."""
        if self._page is None:
            return
        rights = self._page.board.permissions
        if any(one.rid == WHOLE for one in rights.finished):
            rights.reopen()
            return
        rights.finish()
        if rights.may_finish:
            text = words.is_finished_now(whole=True, advisory=rights.is_advisory)
            self._toast.say(Notice("finished", text, "finished"))


def document_of(elements: tuple[LiteralElement, ...]) -> Document:
    """A new document with these elements, in the coordinates that they have."""
    document = new_document()
    root = document.root
    assert root is not None
    with document.transact(Origin.LOAD) as transaction:
        for element in elements:
            transaction.add(root, element)
    return document
