"""What others may see of my boards: those that run, and those of earlier times (D3, D4)."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from whiteboard.model.ids import SessionId
from whiteboard.session.boards import KnownBoard, Visibility
from whiteboard.transport.announcing import DOCUMENTS, MOST_ITEMS
from whiteboard.transport.connection import Connection
from whiteboard.transport.open_boards import OpenBoards
from whiteboard.transport.shelf import Shelf
from whiteboard.transport.wishes import Wishes
from whiteboard.wire.messages import Advertisement, Dialect

MOST_SHOWN = 20
"""Running boards in presence: it is sent to every contact at each change."""


class Showing:
    """Decides it, each time anew.

    Args:
        connection: the present connection, None while signed out.
        open_boards: those that may run.
        shelf: where those of earlier times are; None keeps none.
        wishes: who may see them.
    """

    def __init__(
        self,
        connection: Callable[[], Connection | None],
        open_boards: OpenBoards,
        shelf: Shelf | None,
        wishes: Wishes,
    ) -> None:
        self._connection = connection
        self._open = open_boards
        self._shelf = shelf
        self._wishes = wishes

    def allows(self, address: str) -> bool:
        """Whether this bare address may see my boards; '' stands for all who see my presence."""
        visibility = self._wishes.visibility
        connection = self._connection()
        if visibility is Visibility.NOBODY or connection is None:
            return False
        if visibility is Visibility.EVERYONE or not address:
            return True
        return connection.roster.is_seen_by(address)

    def running(self, address: str) -> tuple[Advertisement, ...]:
        """The one-to-one boards I am on; those of group chats are announced in these."""
        if not self.allows(address):
            return ()
        boards = [
            Advertisement(SessionId(board.session), board.name)
            for board in self._open
            if board.session is not None
            and not board.is_over
            and not board.room
            and board.dialect is Dialect.XEP  # Psi could not hear of a third
        ]
        return tuple(boards[:MOST_SHOWN])

    def items(self, address: str, node: str) -> Sequence[KnownBoard] | None:
        """What this bare address is told of a node; None if I do not tell them of it at all."""
        if node == "":
            return [KnownBoard(board.session, board.name) for board in self.running(address)]
        if node == DOCUMENTS and self.allows(address):
            return self.known()
        return None

    def known(self) -> Sequence[KnownBoard]:
        """Boards that were ever shared and are here, running ones first, each session once."""
        found = {board.session: board.name for board in self._open if board.session is not None}
        for session, name in self._shelf.sessions if self._shelf is not None else ():
            found.setdefault(session, name)
        return [KnownBoard(session, name) for session, name in found.items()][:MOST_ITEMS]

    def name_of(self, address: str, session: str) -> str | None:
        """What a board is called that this bare address may ask for; None if they may not."""
        if not self.allows(address):
            return None
        return next((one.name for one in self.known() if one.session == session), None)
