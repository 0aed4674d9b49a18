"""Boards of earlier runs go on where they live: in their room, or with the other side.

One-to-one there is no room that would tell who is there. Whoever comes back calls the others'
devices as they are seen, and is called by them; both may have been restarted (`Session.call`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from whiteboard.session.ports import Direct, Place
from whiteboard.transport.board import BoardLink, SharedBoard
from whiteboard.transport.connection import Connection
from whiteboard.transport.shelf import Revived
from whiteboard.transport.stanzas import bare

MakeLink = Callable[[Connection, Place], Callable[[SharedBoard], BoardLink]]


def take_up(board: SharedBoard, what: Revived) -> None:
    """Let `board` be what a journal holds; offline until `wake`."""
    board.take_up(what.document, what.session)
    board.require_order(what.about.requires_order)
    if what.session is None and what.about.role:
        board.end()  # its session is over, or cannot be gone on with


class Returning:
    """Lets boards go on.

    Args:
        connection: the present connection, None while signed out.
        link: makes a board's way to the others.
    """

    def __init__(self, connection: Callable[[], Connection | None], link: MakeLink) -> None:
        self._connection = connection
        self._link = link

    def wake(self, board: SharedBoard) -> None:
        """Go on with a board of an earlier run, if its place is there."""
        connection, place = self._connection(), board.where
        if connection is None or place is None:
            return
        if isinstance(place, Direct):
            if connection.ready:
                board.wake(self._link(connection, place), connection.me)
                self.call_others(board)
        elif connection.rooms.is_in(place.room) and (me := connection.rooms.me(place.room)):
            board.wake(self._link(connection, place), me)

    def call_others(self, board: SharedBoard) -> None:
        """One-to-one: whoever is there, on any device, may have the board too."""
        connection = self._connection()
        if connection is None or board.actor is None:
            return
        for address in board.actor.counterparts:
            devices = connection.roster.drawing_devices(address)
            if not devices and not connection.roster.sees(address):
                devices = (address,)  # not on the contact list: the server knows who is there
            for device in devices:
                connection.roster.show_to(device)
                board.call(device)

    def device_here(self, boards: Iterable[SharedBoard], address: str) -> None:
        """A device was seen that can draw, perhaps on one of these boards."""
        connection = self._connection()
        if connection is None or not connection.capabilities.can_draw(address):
            return
        for board in boards:
            if board.actor is not None and bare(address) in board.actor.counterparts:
                connection.roster.show_to(address)
                board.call(address)
