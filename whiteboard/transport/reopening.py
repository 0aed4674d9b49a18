"""Boards on disk become open ones: asked for, after a crash, or because their session is joined."""

from __future__ import annotations

import random
from collections.abc import Callable

from whiteboard.model.ids import Party
from whiteboard.session.boards import Board
from whiteboard.transport.board import SharedBoard
from whiteboard.transport.open_boards import OpenBoards
from whiteboard.transport.recalling import people_of
from whiteboard.transport.returning import Returning, take_up
from whiteboard.transport.shelf import Revived, Shelf
from whiteboard.wire.messages import Peer


class Reopening:
    """Opens them.

    Args:
        open_boards: gets what is opened.
        returning: lets shared ones go on.
        shelf: where they are.
        rng: chooses ids and delays.
        changed: called when the list of boards differs.
        close: drops a board that another one stands for.
    """

    def __init__(
        self,
        open_boards: OpenBoards,
        returning: Returning,
        shelf: Shelf,
        rng: random.Random,
        changed: Callable[[], object],
        close: Callable[[SharedBoard], object],
    ) -> None:
        self._open = open_boards
        self._returning = returning
        self._shelf = shelf
        self._rng = rng
        self._changed = changed
        self._close = close
        self._opening: dict[str, list[Callable[[Board | str], None]]] = {}

    def open(self, key: str, then: Callable[[Board | str], None]) -> None:
        """Who asks for a board that is open, or being opened, gets that one."""
        for board in self._open:
            if self._shelf.is_kept_as(board, key):
                then(board)
                return
        self._opening.setdefault(key, []).append(then)
        if len(self._opening[key]) > 1:
            return

        def read(what: Revived | str) -> None:
            board = self._revived(what)
            for one in self._opening.pop(key):
                one(board)

        self._shelf.take(key, self._rng, read)

    def is_of(self, session: str, place: str) -> bool:
        """Whether a session is unknown here, or its kept copy was shared with this bare address."""
        return self._shelf.is_of(session, place)

    def recover(self, then: Callable[[Board], None]) -> None:
        """Open what was open when the program last ended; `then` gets one after the other."""
        told: set[str] = set()

        def opened(what: Board | str) -> None:
            if not isinstance(what, str):
                then(what)
            elif what not in told:
                told.add(what)
                self._shelf.problem.emit(what)

        def found(keys: list[str]) -> None:
            for key in keys:
                self.open(key, opened)

        self._shelf.look(found)

    def rejoin(
        self,
        board: SharedBoard,
        session: str,
        me: Peer,
        otherwise: Callable[[SharedBoard], object],
        then: Callable[[SharedBoard], object] = lambda _board: None,
    ) -> bool:
        """Go on with the kept copy of a session, if there is one that was not left.

        Args:
            board: open, empty and kept by nobody yet; becomes what the copy holds.
            session: its id.
            me: who I am there now.
            otherwise: joins anew, should the copy be unreadable or somebody else's.
            then: called once it goes on.

        Returns:
            False where there is no copy.
        """
        key = self._shelf.key_of(session)
        if key is None:
            return False
        board.is_being_read = True

        def read(what: Revived | str) -> None:
            board.is_being_read = False
            is_here = board in self._open
            if isinstance(what, Revived):
                if is_here and what.is_of(me):
                    self._take_up(board, what)
                    then(board)
                    return
                self._shelf.close(what)
            if is_here:
                self._shelf.keep(board)
                otherwise(board)

        def opened(what: Board | str) -> None:
            if isinstance(what, str):
                read(what)
            elif board in self._open:
                self._close(board)  # the one that was on its way already stands for it

        if key in self._opening:
            self._opening[key].append(opened)
        else:
            self._shelf.take(key, self._rng, read)
        return True

    def _revived(self, what: Revived | str) -> SharedBoard | str:
        if isinstance(what, str):
            return what
        board = self._open.make(what.about.name, what.document)
        self._open.put(board)
        self._take_up(board, what)
        return board

    def _take_up(self, board: SharedBoard, what: Revived) -> None:
        take_up(board, what)
        self._shelf.keep(board, what)
        names = people_of(what.about.people)
        board.permissions.learn_names({Party(p): name for p, (name, _) in names.items()})
        self._shelf.look_up_times(board)
        self._returning.wake(board)
        self._changed()
