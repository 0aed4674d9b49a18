"""The boards that are open: the list, finding one of them, and the way of each to the others."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from whiteboard.model.ids import SessionId
from whiteboard.model.shared import SharedDocument
from whiteboard.session.boards import Board
from whiteboard.session.ports import Direct, Place
from whiteboard.transport.board import SharedBoard
from whiteboard.transport.connection import Connection
from whiteboard.transport.links import StanzaLink
from whiteboard.transport.shelf import Shelf
from whiteboard.transport.stanzas import bare
from whiteboard.util.clock import Clock, MonotonicClock
from whiteboard.wire.messages import Peer

NOT_SIGNED_IN = "You are not signed in."


class OpenBoards:
    """Holds them; iterating goes over those of now, whatever is opened or closed meanwhile.

    Args:
        connection: the present connection, None while signed out.
        shelf: keeps boards on disk; None keeps nothing.
        changed: called when the list or one of its boards differs.
    """

    def __init__(
        self,
        connection: Callable[[], Connection | None],
        shelf: Shelf | None,
        changed: Callable[[None], object],
    ) -> None:
        self._connection = connection
        self._shelf = shelf
        self._changed = changed
        self._boards: list[SharedBoard] = []
        self.clock: Clock = MonotonicClock()

    def __iter__(self) -> Iterator[SharedBoard]:
        return iter(tuple(self._boards))

    def __contains__(self, board: object) -> bool:
        return any(one is board for one in self._boards)

    def make(self, name: str, document: SharedDocument) -> SharedBoard:
        """A board that is not on the list and not kept yet."""
        board = SharedBoard(name, document, self.clock, self.name_of, self._connection)
        board.uses_psi = self._uses_psi
        return board

    def add(self, name: str, document: SharedDocument) -> SharedBoard:
        """A new board, kept from now on."""
        board = self.make(name, document)
        self.keep(board)
        self.put(board)
        return board

    def keep(self, board: SharedBoard) -> None:
        """What happens on it is on disk from now on."""
        if self._shelf is not None:
            self._shelf.keep(board)

    def put(self, board: SharedBoard) -> None:
        """It is open from now on."""
        self._boards.append(board)
        board.changed.subscribe(self._changed)

    def remove(self, board: SharedBoard) -> None:
        """It is open no longer."""
        self._boards.remove(board)

    def own(self, board: Board) -> SharedBoard:
        """The board as this service made it.

        Raises:
            ValueError: it is not open.
        """
        for mine in self._boards:
            if mine is board:
                return mine
        raise ValueError("not a board of this service")

    def at(self, place: Place) -> tuple[SharedBoard, ...]:
        """The boards whose messages come from `place`; one-to-one, whoever they are with."""
        return tuple(
            board
            for board in self._boards
            if board.where == place
            or (isinstance(place, Direct) and isinstance(board.where, Direct))
        )

    def of_session(self, session: str) -> SharedBoard | None:
        """The open board of a session that is not over, whichever way it is reached."""
        return next(
            (one for one in self._boards if one.session == session and not one.is_over), None
        )

    def shared_with(self, session: SessionId, peer: Peer) -> SharedBoard | None:
        """The open board of a session that `peer` takes part in."""
        for board in self._boards:
            actor = board.actor
            if actor is None or actor.session != session or board.is_over:
                continue
            if isinstance(board.where, Direct) and actor.is_welcome(peer.address):
                return board
        return None

    def link(self, connection: Connection, place: Place) -> Callable[[SharedBoard], StanzaLink]:
        """Makes a board's way to the others."""
        return lambda board: StanzaLink(
            connection.account,
            connection.rooms,
            connection.bounces,
            place,
            sent=board.sent,
            bounced=board.bounced,
            taken=board.taken.emit,
            dialect=lambda: board.dialect,
            uploads=connection.uploads,
        )

    def rebind(self, board: SharedBoard) -> None:
        """Let its way to the others lead over the present connection."""
        connection = self._connection()
        if connection is not None and isinstance(board.link, StanzaLink):
            board.link.rebind(
                connection.account, connection.rooms, connection.bounces, connection.uploads
            )

    def _uses_psi(self, address: str) -> bool:
        connection = self._connection()
        return connection is not None and connection.capabilities.is_psi(address)

    def name_of(self, address: str) -> str:
        """A contact's name, else the address."""
        connection = self._connection()
        return connection.roster.name_of(address) if connection is not None else bare(address)
