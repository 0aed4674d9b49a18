"""What comes in as the client Psi says it: to the boards that are said so, and to invitations."""

from __future__ import annotations

from collections.abc import Callable

from whiteboard.session.negotiation import Stage
from whiteboard.session.ports import InRoom, Place
from whiteboard.transport.board import SharedBoard
from whiteboard.transport.connection import Connection
from whiteboard.transport.invitation_list import InvitationList
from whiteboard.transport.invitations import Invitations
from whiteboard.transport.open_boards import OpenBoards
from whiteboard.transport.stanzas import bare
from whiteboard.util.log import SYNC
from whiteboard.wire.messages import (
    Accept,
    Advertisement,
    Dialect,
    EphemeralMessage,
    Heartbeat,
    Initiate,
    Message,
    Peer,
    Terminate,
)
from whiteboard.xep_0166 import JingleError


class PsiDoor:
    """Sorts it.

    Args:
        connection: the present connection, None while signed out.
        open_boards: those that are open.
        entries: all invitations.
        invitations: takes what is said about them.
    """

    def __init__(
        self,
        connection: Callable[[], Connection | None],
        open_boards: OpenBoards,
        entries: InvitationList,
        invitations: Invitations,
    ) -> None:
        self._connection = connection
        self._open = open_boards
        self._list = entries
        self._invitations = invitations

    def may_hear(self, board: SharedBoard, message: Message) -> bool:
        """Whether a message that was not said in the dialect can be for a board.

        What Psi does not know is said as on all boards.
        """
        is_ours = isinstance(message, Heartbeat | EphemeralMessage)
        return is_ours or board.dialect is not Dialect.PSI

    def receive(self, place: Place, peer: Peer, message: Message) -> None:
        """A message came."""
        if isinstance(place, InRoom):
            if isinstance(message, Initiate):
                self._invited(place.room, peer, message)
                return
        elif isinstance(message, Initiate | Accept | Terminate):
            try:
                self._invitations.receive(peer, message)
            except JingleError as error:
                SYNC.info("what %s says of an invitation is ignored: %s", peer.address, error)
                return
            tries = self._list.tries_of(message.session, peer.address)
            is_on = any(one.actor.stage is Stage.ACCEPTED for one in tries)
            if not isinstance(message, Accept) or not is_on:
                return
        for board in self._open.at(place):
            if board.session == message.session and board.dialect is Dialect.PSI:
                board.receive(peer, message)

    def _invited(self, room: str, peer: Peer, message: Initiate) -> None:
        """Somebody says to a whole group chat that a board runs there."""
        connection = self._connection()
        if connection is not None:
            board = Advertisement(message.session, "", Dialect.PSI)
            connection.rooms.invited(room, peer, board)

    def device_here(self, address: str) -> None:
        """What a device can do is known: in a group chat Psi is invited to what runs there."""
        connection = self._connection()
        if connection is None or not connection.capabilities.is_psi(address):
            return
        for board in self._open.at(InRoom(bare(address))):
            if board.actor is not None:
                board.run(board.actor.ask_room)
