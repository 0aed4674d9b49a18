"""Asking to be let in to a board that somebody shows, and being asked.

Who asks sends the `<connect/>` of XEP-0284 without having been invited; who is asked says yes by an
invitation, no by ending a session that never was.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from whiteboard.model.ids import SessionId
from whiteboard.session.boards import Board, InvitationState, KnownBoard
from whiteboard.session.negotiation import UNANSWERED_SECONDS
from whiteboard.session.ports import Direct, Send, ToPeer
from whiteboard.transport.board import SharedBoard
from whiteboard.transport.connection import Connection
from whiteboard.transport.gate import Gate
from whiteboard.transport.invitation_list import Entry, InvitationList
from whiteboard.transport.inviting import Inviting
from whiteboard.transport.links import StanzaLink
from whiteboard.transport.open_boards import OpenBoards
from whiteboard.transport.reopening import Reopening
from whiteboard.transport.shelf import Shelf
from whiteboard.transport.showing import Showing
from whiteboard.transport.stanzas import bare
from whiteboard.util.event import Event
from whiteboard.wire.messages import Connect, Initiate, Peer, Reason, Terminate
from whiteboard.xep_0166 import JingleError

MAX_LINKED = 1000
"""Boards whose link was given away in this run of the program."""


@dataclass(slots=True)
class _Asked:
    """One request under way."""

    entry: Entry
    session: str
    address: str
    """Full address of who asks me; bare one of whom I ask."""
    timer: asyncio.TimerHandle | None = None


class Requests:
    """Both ways.

    Args:
        connection: the present connection, None while signed out.
        open_boards: those that run.
        showing: what others may ask for.
        shelf: where boards of earlier times are; None keeps none.
        reopening: opens those; None if nothing is kept.
        inviting: says yes.
        gate: whose requests reach the person.
        entries: gets them, beside the invitations.
        changed: called when the list differs.
    """

    def __init__(
        self,
        connection: Callable[[], Connection | None],
        open_boards: OpenBoards,
        showing: Showing,
        shelf: Shelf | None,
        reopening: Reopening | None,
        inviting: Inviting,
        gate: Gate,
        entries: InvitationList,
        changed: Callable[[], object],
    ) -> None:
        self._connection = connection
        self._open = open_boards
        self._linked: dict[str, None] = {}
        self._showing = showing
        self._shelf = shelf
        self._reopening = reopening
        self._inviting = inviting
        self._gate = gate
        self._list = entries
        self._changed = changed
        self._asked: dict[str, _Asked] = {}
        self.arrived: Event[Board] = Event()
        """A board that was asked for, here or there, is open now."""

    # --- mine

    def ask(self, address: str, board: KnownBoard) -> None:
        """Ask a person, by bare address, to be let in to a board of theirs."""
        entry = self._list.add(address, None, incoming=False)
        entry.row = replace(entry.row, board=board.name, is_request=True)
        connection = self._connection()
        devices: Sequence[str] = ()
        if connection is not None and connection.account.is_online:
            devices = connection.roster.drawing_devices(address)
        if connection is None or not devices:
            self._list.set_state(entry, InvitationState.GONE)
            return
        for device in devices:
            connection.roster.show_to(device)
            self._send(connection, device, board.session)
        timer = asyncio.get_running_loop().call_later(
            UNANSWERED_SECONDS, self._unanswered, entry.row.id
        )
        self._asked[entry.row.id] = _Asked(entry, board.session, address, timer)
        self._changed()

    def _send(self, connection: Connection, device: str, session: str) -> None:
        link = StanzaLink(
            connection.account,
            connection.rooms,
            connection.bounces,
            Direct(device),
            sent=lambda _: None,
            bounced=lambda _target, _message, _condition: self._gone(bare(device), session),
        )
        link.send(Send(ToPeer(device), Connect(SessionId(session))))

    def _gone(self, address: str, session: str) -> None:
        self._end(address, session, Reason.GONE)

    def _unanswered(self, key: str) -> None:
        asked = self._asked.pop(key, None)
        if asked is not None and asked.entry.is_open:
            self._list.end(asked.entry, Reason.TIMEOUT)

    def is_answered_by(self, peer: Peer, message: Initiate) -> bool:
        """Whether this invitation lets me in where I asked to be; then it needs no question."""
        wanted = {message.session, message.description.continues}
        for key, asked in tuple(self._asked.items()):
            entry = asked.entry
            is_mine = not entry.row.incoming and entry.is_open and asked.address == peer.bare
            if is_mine and asked.session in wanted:
                self._forget(key)
                self._list.remove(entry)
                return True
        return False

    def refused(self, peer: Peer, message: Terminate) -> bool:
        """Whether this says no to what I asked."""
        return self._end(peer.bare, message.session, message.reason)

    def _end(self, address: str, session: str, reason: Reason) -> bool:
        for key, asked in tuple(self._asked.items()):
            is_it = not asked.entry.row.incoming and asked.address == address
            if is_it and asked.session == session:
                self._forget(key)
                if asked.entry.is_open:
                    self._list.end(asked.entry, reason)
                return True
        return False

    # --- others'

    def asked(self, peer: Peer, session: str) -> None:
        """Somebody who was not invited asks for a board; silent where I show them none."""
        name = self._showing.name_of(peer.bare, session)
        if name is None and session in self._linked:
            name = next((one.name for one in self._open if one.session == session), None)
        pending = [
            one.entry
            for one in self._asked.values()
            if one.entry.row.incoming and one.entry.is_open
        ]
        is_repeated = any(
            one.address == peer.address and one.session == session and one.entry.is_open
            for one in self._asked.values()
        )
        if name is None or is_repeated:
            return
        try:
            of_one = sum(entry.row.address == peer.bare for entry in pending)
            if not self._gate.look(peer, len(pending), of_one):
                return
        except JingleError:
            return
        connection = self._connection()
        entry = self._list.add(peer.bare, None, incoming=True)
        known = connection is not None and connection.roster.is_contact(peer.bare)
        entry.row = replace(entry.row, board=name, is_request=True, known=known)
        self._asked[entry.row.id] = _Asked(entry, session, peer.address)
        if connection is not None:
            connection.roster.show_to(peer.address)
        self._list.invited.emit(entry.row)
        self._changed()

    def expect(self, session: str) -> None:
        """The link to a board was given away: whoever has it may ask, shown boards or not."""
        self._linked[session] = None
        while len(self._linked) > MAX_LINKED:
            del self._linked[next(iter(self._linked))]

    def let_in(self, key: str) -> SharedBoard | None:
        """Say yes; the board, if it is open already (else it is told by `arrived`)."""
        asked = self._forget(key)
        if asked is None or not asked.entry.is_open:
            return None
        self._list.set_state(asked.entry, InvitationState.ACCEPTED)
        asked.entry.is_shown = False
        board = next((one for one in self._open if one.session == asked.session), None)
        if board is not None:
            self._inviting.invite(board, asked.address)
            return board
        kept = self._shelf.kept_as(asked.session) if self._shelf is not None else None
        if kept is not None and self._reopening is not None:
            self._reopening.open(kept, lambda what: self._opened(what, asked.address))
        return None

    def _opened(self, what: Board | str, address: str) -> None:
        if isinstance(what, SharedBoard):
            self._inviting.invite(what, address)
            self.arrived.emit(what)

    def decline(self, key: str) -> None:
        """Say no."""
        asked = self._forget(key)
        connection = self._connection()
        if asked is None or not asked.entry.is_open:
            return
        if connection is not None:
            no = Terminate(SessionId(asked.session), Reason.DECLINE)
            connection.terminate(asked.address, no)
        self._list.set_state(asked.entry, InvitationState.DECLINED)

    def device_gone(self, address: str) -> None:
        """A device, by full address, went offline: it asks no longer."""
        for key, asked in tuple(self._asked.items()):
            if asked.entry.row.incoming and asked.address == address:
                self._forget(key)
                if asked.entry.is_open:
                    self._list.end(asked.entry, Reason.GONE)

    def _forget(self, key: str) -> _Asked | None:
        asked = self._asked.pop(key, None)
        if asked is not None and asked.timer is not None:
            asked.timer.cancel()
        return asked
