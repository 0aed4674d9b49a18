"""Boards that nobody is on: looked for in the archive of their group chat, and gone on with."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable, Collection
from contextlib import suppress

from whiteboard.model.document import new_document
from whiteboard.session.boards import ArchivedCopy
from whiteboard.session.entering import OTHER_APPLICATION
from whiteboard.session.ports import InRoom
from whiteboard.session.rebuilding import Rebuilding, Rebuilt
from whiteboard.session.session import Session
from whiteboard.transport.archive import ArchiveError
from whiteboard.transport.board import SharedBoard
from whiteboard.transport.connection import Connection
from whiteboard.transport.open_boards import OpenBoards
from whiteboard.transport.reopening import Reopening
from whiteboard.transport.room_boards import RoomBoards
from whiteboard.transport.uploads import TransferError
from whiteboard.validation.applications import APPLICATIONS
from whiteboard.wire.messages import Peer, StateUploaded

NO_ARCHIVE = (
    "Nobody is here, and this group chat keeps no archive. A board that was here comes back with"
    " somebody who has it."
)
NOTHING_THERE = "Nobody is here, and the group chat has kept no board."
NOT_READABLE = (
    "Nobody is here, and of the board the group chat has kept too little to show. It comes back"
    " with somebody who has it."
)
PLAIN_ONLY = (
    "Nobody is here. The board was a plain one, which comes back only with somebody who has it."
)
NO_ANSWER = "The archive of the group chat does not answer. Try again later."
NOT_NAMED = "This group chat no longer shows who is who, so its board cannot be gone on with."

Then = Callable[["SharedBoard | str"], object]
"""Gets the board, or a sentence that says why there is none."""


class ArchivedBoards:
    """Looks for them.

    Args:
        connection: the present connection, None while signed out.
        open_boards: gets what is opened.
        room_boards: joins a board that turns out to run.
        reopening: goes on with kept copies; None if nothing is kept.
        rng: chooses ids and delays.
        applications: namespaces of the application types to take part in.
        close: closes a board for which nothing was found.
        changed: called when the list of boards differs.
    """

    def __init__(
        self,
        connection: Callable[[], Connection | None],
        open_boards: OpenBoards,
        room_boards: RoomBoards,
        reopening: Reopening | None,
        rng: random.Random,
        applications: Collection[str],
        close: Callable[[SharedBoard], object],
        changed: Callable[[], object],
    ) -> None:
        self._connection = connection
        self._open = open_boards
        self._room_boards = room_boards
        self._reopening = reopening
        self._rng = rng
        self._applications = applications
        self._close = close
        self._changed = changed

    def open(self, room: str, then: Then) -> SharedBoard:
        """The board that the room's archive has; JOINING until it was found.

        Closing it ends the search. `then` gets it once it was found; where nothing is found it is
        closed, and `then` gets a sentence that says why.
        """
        board = self._open.make("", new_document())
        board.is_being_read = board.is_sought = True
        self._open.put(board)
        connection = self._connection()
        if connection is None or not connection.rooms.is_in(room):
            self._give_up(board, NOTHING_THERE, then)
        else:
            search = self._search(connection, board, room, then)
            connection.account.spawn(asyncio.ensure_future(search))
        self._changed()
        return board

    def complete(self, board: SharedBoard) -> None:
        """Nobody is on a board that came back from disk: take what the archive has of it since."""
        connection, session, place = self._connection(), board.actor, board.where
        if connection is None or session is None or not isinstance(place, InRoom):
            return
        room = place.room
        if connection.rooms.members_of(room, session.session):
            return

        async def read() -> None:
            rebuilding = Rebuilding(session.session)
            with suppress(ArchiveError):
                rebuilt = await self._read(
                    connection, room, rebuilding, lambda: board in self._open
                )
                if rebuilt is not None and board in self._open and board.actor is session:
                    board.run(lambda _now: session.take_archived(rebuilt))

        connection.account.spawn(asyncio.ensure_future(read()))

    async def _search(
        self, connection: Connection, board: SharedBoard, room: str, then: Then
    ) -> None:
        rebuilding = Rebuilding()
        try:
            rebuilt = await self._read(
                connection, room, rebuilding, lambda: self._is_sought(connection, board, room)
            )
        except ArchiveError as error:
            self._give_up(board, NO_ARCHIVE if error.is_absent else NO_ANSWER, then)
            return
        except asyncio.CancelledError:
            self._give_up(board, NO_ANSWER, then)
            raise
        if board not in self._open:
            return
        if running := connection.rooms.advertisements(room):
            self._go_on(board)
            self._room_boards.begin(board, room, running[0][1].session)
            then(board)
        elif rebuilt is None:
            self._give_up(board, _why(rebuilding), then)
        else:
            self._found(board, room, rebuilt, then)

    async def _read(
        self,
        connection: Connection,
        room: str,
        rebuilding: Rebuilding,
        is_wanted: Callable[[], bool],
    ) -> Rebuilt | None:
        async for page in connection.archives.pages(room):
            rebuilding.take(page)
            while (said := rebuilding.wanted_file) is not None:
                rebuilding.take_file(said, await _fetched(connection, said))
            if rebuilding.is_enough or not is_wanted():
                break
        # Unpacking and merging take long; nobody else touches it.
        return await asyncio.get_running_loop().run_in_executor(None, rebuilding.result)

    def _is_sought(self, connection: Connection, board: SharedBoard, room: str) -> bool:
        """Whether to read on: nobody has closed the board, or opened one in the room."""
        return board in self._open and not connection.rooms.advertisements(room)

    def _found(self, board: SharedBoard, room: str, rebuilt: Rebuilt, then: Then) -> None:
        description = rebuilt.description
        if description.application not in self._applications:
            title = APPLICATIONS[description.application].title
            self._give_up(board, OTHER_APPLICATION.format(title), then)
            return
        connection = self._connection()
        me = connection.rooms.me(room) if connection is not None else None
        party = None if me is None else description.identity.party(me)
        if connection is None or me is None or party is None:
            self._give_up(board, NOT_NAMED, then)
            return
        place = InRoom(room)
        self._go_on(board)
        if board.needs_name:
            board.rename(description.name)

        def go_on(board: SharedBoard) -> None:
            session = Session.rebuilt(rebuilt, me, place, self._rng, party)
            board.archived = ArchivedCopy(rebuilt.newest, is_part=rebuilt.missing > 0)
            board.attach(session, self._open.link(connection, place), place)

        def add(board: SharedBoard) -> None:
            session = board.actor
            if session is not None:
                board.run(lambda _now: session.take_archived(rebuilt))

        self._begin(board, rebuilt, me, go_on, add)
        then(board)
        self._changed()

    def _begin(
        self,
        board: SharedBoard,
        rebuilt: Rebuilt,
        me: Peer,
        go_on: Callable[[SharedBoard], object],
        add: Callable[[SharedBoard], object],
    ) -> None:
        """With the copy on disk and what the archive has since, if there is one; else with that."""
        kept = self._reopening
        if kept is None or not kept.rejoin(board, rebuilt.session, me, go_on, add):
            self._open.keep(board)
            go_on(board)

    def _go_on(self, board: SharedBoard) -> None:
        board.is_being_read = board.is_sought = False

    def _give_up(self, board: SharedBoard, why: str, then: Then) -> None:
        if board not in self._open:
            return
        self._go_on(board)
        self._close(board)
        then(why)


async def _fetched(connection: Connection, said: StateUploaded) -> bytes:
    try:
        return await connection.uploads.download(said.url, said.size, lambda _size: None)
    except TransferError:
        return b""  # the file has gone, as files do: an earlier state, or all messages


def _why(rebuilding: Rebuilding) -> str:
    if rebuilding.is_plain:
        return PLAIN_ONLY
    return NOTHING_THERE if rebuilding.is_empty else NOT_READABLE
