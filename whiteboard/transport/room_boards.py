"""Boards in group chats: sharing one there, joining one, and entering the group chat first."""

from __future__ import annotations

import random
from collections.abc import Callable, Collection

from whiteboard.model.document import new_document
from whiteboard.model.ids import SessionId
from whiteboard.session.ports import InRoom
from whiteboard.session.session import Session
from whiteboard.transport.board import SharedBoard
from whiteboard.transport.connection import Connection
from whiteboard.transport.open_boards import NOT_SIGNED_IN, OpenBoards
from whiteboard.transport.reopening import Reopening
from whiteboard.transport.stanzas import bare, local, valid_jid
from whiteboard.wire.messages import Description, Identity

NOT_IN_ROOM = "You are not in this group chat."
NOT_LET_IN = "The group chat did not let you in, so its board cannot be opened."
NO_ADDRESS = "This is not the address of a group chat."


class RoomBoards:
    """Shares and joins.

    Args:
        connection: the present connection, None while signed out.
        open_boards: gets what is opened.
        reopening: goes on with kept copies; None if nothing is kept.
        rng: chooses ids and delays.
        applications: namespaces of the application types to take part in.
        changed: called when the list of boards differs.
    """

    def __init__(
        self,
        connection: Callable[[], Connection | None],
        open_boards: OpenBoards,
        reopening: Reopening | None,
        rng: random.Random,
        applications: Collection[str],
        changed: Callable[[], object],
    ) -> None:
        self._connection = connection
        self._open = open_boards
        self._reopening = reopening
        self._rng = rng
        self._applications = applications
        self._changed = changed
        self._arriving: dict[str, list[tuple[SharedBoard, str]]] = {}
        """Room -> boards that are joined once I am in, with their sessions."""

    def share(self, board: SharedBoard, room: str) -> None:
        """Let the board run in a group chat I am in."""
        connection = self._connection()
        me = connection.rooms.me(room) if connection is not None else None
        if connection is None or me is None or not connection.rooms.is_in(room):
            board.fail(NOT_SIGNED_IN if connection is None else NOT_IN_ROOM)
            return
        identity = Identity.NICK
        is_lasting = not connection.rooms.is_temporary(room)
        if not connection.rooms.is_anonymous(room) and not (me.occupant_id and is_lasting):
            identity = Identity.JID  # occupant-ids are others when such a room is made again
        elif me.occupant_id:
            identity = Identity.OCCUPANT_ID
        # Fixed for the session's life: whoever is there must be able to take part.
        mode, dialect = connection.rooms.rules_for(room)
        description = Description(
            mode=mode,
            dialect=dialect,
            name=board.name,
            identity=identity,
            continues=board.session or "",
            application=board.application,
        )
        board.say_name()
        running = connection.rooms.advertisements(room)
        place = InRoom(room)
        session = Session.share(
            board.document, description, me, place, self._rng, yields=not running
        )
        board.attach(session, self._open.link(connection, place), place)
        self._changed()

    def join(self, room: str, session: str) -> SharedBoard:
        """Take part in a board of a group chat I am in; the open one, if there is one."""
        if (one := self._open.of_session(session)) is not None:
            return one
        connection = self._connection()
        name = self._announced_name(room, session)
        board = self._open.make(name if connection is not None else session, new_document())
        self._open.put(board)
        self.begin(board, room, session)
        self._changed()
        return board

    def open(self, room: str, session: str, nick: str = "", password: str = "") -> SharedBoard:
        """The same in a group chat that I enter first, if I am not in.

        The board is JOINING meanwhile, and ends with a sentence if I am not let in.
        """
        if (one := self._open.of_session(session)) is not None:
            return one
        connection, address = self._connection(), valid_jid(room)
        if address is not None and connection is not None and connection.rooms.is_in(address):
            return self.join(address, session)
        board = self._open.make("", new_document())
        self._open.put(board)
        if connection is None or address is None or "@" not in address or address != bare(address):
            board.fail(NOT_SIGNED_IN if connection is None else NO_ADDRESS)
            return board
        board.is_being_read = True
        self._arriving.setdefault(address, []).append((board, session))
        settings = connection.account.settings
        own = settings.name or local(settings.address)
        connection.rooms.join(address, nick or own, password)
        self._changed()
        return board

    def entered(self, room: str) -> None:
        """I am in: join what I came for."""
        for board, session in self._arriving.pop(room, ()):
            board.is_being_read = False
            if board not in self._open:
                continue  # closed meanwhile
            if board.needs_name:
                board.rename(self._announced_name(room, session))
            self.begin(board, room, session)
        self._changed()

    def refused(self, room: str) -> None:
        """The group chat does not let me in."""
        for board, _ in self._arriving.pop(room, ()):
            board.is_being_read = False
            board.fail(NOT_LET_IN)
        self._changed()

    def _announced_name(self, room: str, session: str) -> str:
        connection = self._connection()
        running = connection.rooms.advertisements(room) if connection is not None else []
        names = [ad.name for _, ad in running if ad.session == session and ad.name]
        return names[0] if names else ""

    def begin(self, board: SharedBoard, room: str, session: str) -> None:
        """Go on with the copy on disk, if there is one, else join anew."""
        connection = self._connection()
        me = connection.rooms.me(room) if connection is not None else None

        def join(board: SharedBoard) -> None:
            self._join(board, room, session)

        kept = self._reopening
        if kept is None or me is None or not kept.rejoin(board, session, me, join):
            self._open.keep(board)
            join(board)

    def _join(self, board: SharedBoard, room: str, session: str) -> None:
        connection = self._connection()
        me = connection.rooms.me(room) if connection is not None else None
        if connection is None or me is None:
            board.fail(NOT_SIGNED_IN if connection is None else NOT_IN_ROOM)
            return
        place = InRoom(room)
        joining = Session.join(
            SessionId(session),
            me,
            place,
            self._rng,
            ask=connection.rooms.members_of(room, session),
            name=board.name,
            applications=self._applications,
            dialect=connection.rooms.dialect_of(room, session),
        )
        board.attach(joining, self._open.link(connection, place), place)
