"""What a window does about being let in: asking a contact, answering who asks, and their boards."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget
from shiboken6 import isValid

from whiteboard.session.boards import Board, Invitation, KnownBoard
from whiteboard.ui.dialogs.known_boards import KnownBoards
from whiteboard.ui.people_flow import PeopleFlow
from whiteboard.ui.ports import Services


class JoiningFlow(QObject):
    """Carries it out.

    Args:
        services: what the window works with.
        dialogs: opens questions, and accepts invitations.
        show: brings a board to the front.
        window: the dialogs' parent.
    """

    def __init__(
        self,
        services: Services,
        dialogs: PeopleFlow,
        show: Callable[[Board], object],
        window: QWidget,
    ) -> None:
        super().__init__(window)
        self._services = services
        self._dialogs = dialogs
        self._show = show
        self._window = window
        self._unsubscribe = services.boards.arrived.subscribe(show)

    def let_go(self) -> None:
        """Listen no longer (the window closes)."""
        self._unsubscribe()

    def say_yes(self, invitation: str) -> None:
        """To whatever a card or row asks: join, or let somebody in."""
        row = self._row(invitation)
        if row is not None and row.is_request:
            board = self._services.boards.let_in(invitation)
            if board is not None:
                self._show(board)
        else:
            self._dialogs.accept(invitation)

    def stay(self, invitation: str) -> None:
        """Answer an invitation with the board on which both draw already."""
        board = self._services.boards.use_running(invitation)
        if board is not None:
            self._show(board)

    def open_alternative(self, key: str) -> None:
        """Show the board that somebody would rather go on with; the key names them or the row."""
        for one in self._services.boards.invitations:
            if one.alternative and key in {one.id, one.address}:
                self._services.boards.dismiss(one.id)
                for board in self._services.boards.boards:
                    if board.session == one.alternative:
                        self._show(board)
                return

    def decline_strangers(self) -> None:
        """Say no to everybody who is not on the contact list."""
        boards = self._services.boards
        for one in tuple(boards.invitations):
            if one.incoming and not one.known:
                boards.decline(one.id)

    def ask(self, address: str) -> None:
        """Ask to be let in to the board that a contact shows they are on."""
        for contact in self._services.people.contacts:
            if contact.address == address and contact.boards:
                running = contact.boards[0]
                known = KnownBoard(running.session, running.name)
                self._services.boards.ask_to_join(address, known)

    def look(self, address: str) -> None:
        """List the boards that a contact shows me."""
        people = self._services.people
        name = next((one.name for one in people.contacts if one.address == address), address)
        sheet = self._dialogs.open(KnownBoards(name, self._window))
        found: dict[str, KnownBoard] = {}

        def shown(boards: object) -> None:
            assert isinstance(boards, list | tuple)
            found.update({board.session: board for board in boards})
            if isValid(sheet):
                sheet.show_boards(boards)

        sheet.asked.connect(
            lambda session: self._services.boards.ask_to_join(address, found[session])
        )
        self._services.boards.boards_of(address, shown)

    def _row(self, invitation: str) -> Invitation | None:
        return next(
            (one for one in self._services.boards.invitations if one.id == invitation), None
        )
