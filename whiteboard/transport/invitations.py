"""Invitations of others, and everything that comes by Jingle."""

from __future__ import annotations

import random
from collections.abc import Callable, Collection
from dataclasses import replace

from whiteboard.model.document import new_document
from whiteboard.session.boards import InvitationState
from whiteboard.session.negotiation import Invitation as Negotiation
from whiteboard.session.negotiation import Stage
from whiteboard.session.ports import Direct
from whiteboard.session.session import Session
from whiteboard.transport.board import SharedBoard
from whiteboard.transport.connection import Connection
from whiteboard.transport.gate import Gate
from whiteboard.transport.invitation_list import Entry, InvitationList
from whiteboard.transport.open_boards import NOT_SIGNED_IN, OpenBoards
from whiteboard.transport.reopening import Reopening
from whiteboard.transport.requests import Requests
from whiteboard.transport.room_boards import RoomBoards
from whiteboard.transport.stanzas import bare, resource
from whiteboard.wire.messages import Accept, Dialect, Initiate, Peer, Reason, Terminate
from whiteboard.xep_0166 import JingleError

IS_OVER = "This invitation is over."


class Invitations:
    """Takes them in, and answers.

    Args:
        connection: the present connection, None while signed out.
        open_boards: gets the boards that invitations lead to.
        reopening: goes on with kept copies; None if nothing is kept.
        room_boards: opens boards of group chats.
        entries: gets the invitations.
        rng: chooses ids and delays.
        applications: namespaces of the application types to take part in; others are declined.
        changed: called when the list of boards differs.
        gate: which of them the person sees.
        requests: what I asked for: an invitation may be the answer.
    """

    def __init__(
        self,
        connection: Callable[[], Connection | None],
        open_boards: OpenBoards,
        reopening: Reopening | None,
        room_boards: RoomBoards,
        entries: InvitationList,
        rng: random.Random,
        applications: Collection[str],
        changed: Callable[[], object],
        gate: Gate,
        requests: Requests,
    ) -> None:
        self._connection = connection
        self._open = open_boards
        self._reopening = reopening
        self._room_boards = room_boards
        self._list = entries
        self._rng = rng
        self._applications = applications
        self._changed = changed
        self._gate = gate
        self._requests = requests

    @property
    def turned_away(self) -> int:
        """See `BoardService`."""
        return self._gate.turned_away if self._all_waiting() else 0

    # --- answering

    def accept(self, invitation: str) -> SharedBoard:
        """Join what it is for; the board is open already, kept on disk, or new.

        Raises:
            KeyError: there is no such open invitation.
        """
        entry = self._list.get(invitation)
        if entry is None or not entry.row.incoming or not entry.tries:
            raise KeyError(invitation)
        connection = self._connection()
        attempt = entry.tries[0]
        actor = attempt.actor
        if connection is None or actor.stage is not Stage.OPEN:
            board = entry.board = self._open.add(entry.row.board, new_document())
            board.fail(NOT_SIGNED_IN if connection is None else IS_OVER)
            self._changed()
            return board
        connection.roster.show_to(actor.peer.address)
        attempt.driver.run(actor.accept)
        if entry.row.room:
            board = self._room_boards.open(entry.row.room, actor.session)
        else:
            board = self._open_directly(connection, actor)
        entry.board = board
        self._list.set_state(entry, InvitationState.ACCEPTED)
        self._changed()
        return board

    def use_running(self, invitation: str) -> SharedBoard | None:
        """Say that we draw together already; the board on which we do."""
        entry = self._list.get(invitation)
        if entry is None or not entry.row.incoming or not entry.is_open:
            return None
        board = self._running_with(entry.row.address)
        if board is not None and board.session is not None:
            self._say_no(entry, Reason.ALTERNATIVE_SESSION, board.session)
        return board

    def decline(self, invitation: str) -> None:
        """Say no."""
        entry = self._list.get(invitation)
        if entry is not None and entry.row.incoming and entry.is_open:
            self._say_no(entry, Reason.DECLINE)

    def _say_no(self, entry: Entry, reason: Reason, alternative: str = "") -> None:
        for attempt in entry.tries:
            attempt.driver.run(
                lambda now, actor=attempt.actor: actor.decline(now, reason, alternative)  # type: ignore[misc]  # mypy cannot type a bound default
            )
        self._list.set_state(entry, InvitationState.DECLINED)

    def end_of(self, board: SharedBoard) -> None:
        """The board is closed: its open invitations end."""
        for entry in self._list:
            if entry.board is board and entry.is_open:
                entry.cancel()

    def end_all(self) -> None:
        """The program ends: whoever waits for an answer of mine is told that I am gone."""
        for entry in self._list:
            if entry.row.incoming and entry.is_open:
                self._say_no(entry, Reason.GONE)

    def _open_directly(self, connection: Connection, invitation: Negotiation) -> SharedBoard:
        host, session = invitation.peer, invitation.session
        name = invitation.description.name if invitation.description is not None else ""

        def join(board: SharedBoard) -> None:
            place = Direct(host.address)
            joining = Session.join(
                session,
                connection.me,
                place,
                self._rng,
                ask=[host],
                name=board.name,
                applications=self._applications,
                dialect=invitation.dialect,
                is_given=invitation.dialect is Dialect.PSI,
            )
            board.attach(joining, self._open.link(connection, place), place)

        def call(board: SharedBoard) -> None:
            board.call(host.address)

        if (running := self._open.shared_with(session, host)) is not None:
            call(running)
            return running
        board = self._open.make(name, new_document())
        self._open.put(board)
        me, reopening = connection.me, self._reopening
        if reopening is None or not reopening.rejoin(board, session, me, join, call):
            self._open.keep(board)
            join(board)
        return board

    # --- what comes

    def receive(self, peer: Peer, message: Initiate | Accept | Terminate) -> None:
        """A Jingle request came, or what stands for it in Psi's dialect.

        Raises:
            JingleError: it is refused.
        """
        known = self._list.tries_of(message.session, peer.address)
        # Accepted before, and asked again: one of us has started again, or closed the board.
        is_open = any(attempt.actor.stage is Stage.OPEN for attempt in known)
        if isinstance(message, Initiate) and not is_open:
            self._on_initiate(peer, message)
            return
        boards = [board for board in self._open if board.session == message.session]
        if not known and isinstance(message, Terminate) and self._requests.refused(peer, message):
            return
        if not known and not boards:
            raise JingleError("item-not-found", "unknown-session")
        # An end before the answer is the invitation's own matter: nobody was on the board yet.
        was_on_board = not known or any(one.actor.stage is Stage.ACCEPTED for one in known)
        for attempt in known:
            attempt.driver.run(
                lambda now, actor=attempt.actor: actor.receive(peer, message, now)  # type: ignore[misc]  # mypy cannot type a bound default
            )
        if isinstance(message, Terminate) and was_on_board:
            for board in boards:
                board.receive(peer, message)

    def _on_initiate(self, peer: Peer, message: Initiate) -> None:
        connection = self._connection()
        if connection is None:
            raise JingleError("service-unavailable")
        running = self._open.shared_with(message.session, peer)
        lets_in = running is None and self._requests.is_answered_by(peer, message)
        wanted = lets_in or running is not None or self._gate.look(peer, *self._waiting(peer))
        room = _room_of(message, peer)
        is_here = self._is_taken(message.session, peer, room) if running is None else False
        entry = self._list.add(peer.jid or peer.bare, running, incoming=True)
        entry.row = replace(
            entry.row,
            board=message.description.name,
            known=self._is_contact(peer.bare),
            room=room,
            room_name=next((one.name for one in connection.rooms.rows if one.address == room), ""),
            may_draw=message.description.default != "viewer",
            running=self._running_name(peer.bare),
        )
        entry.is_shown = wanted and not (is_here or lets_in) and running is None
        actor = Negotiation.incoming(message.session, connection.me, peer, self._applications)
        actor.dialect = Dialect.XEP if room else message.description.dialect
        attempt = self._list.drive(entry, connection, actor)
        attempt.driver.run(lambda now: actor.receive(peer, message, now))
        if actor.stage is Stage.ENDED:
            self._list.remove(entry)
        elif running is not None:
            self.accept(entry.row.id)  # nobody is asked twice to the board that is open
        elif lets_in:
            self._requests.arrived.emit(self.accept(entry.row.id))
        elif is_here:
            self._say_no(entry, Reason.ALTERNATIVE_SESSION, message.session)
        elif not wanted:
            self._say_no(entry, Reason.BUSY)
        self._changed()

    def _waiting(self, peer: Peer) -> tuple[int, int]:
        """How many wait for an answer, and how many of them are of `peer`."""
        waiting = self._all_waiting()
        if not waiting:
            self._gate.turned_away = 0
        address = peer.jid or peer.bare
        return len(waiting), sum(entry.row.address == address for entry in waiting)

    def _all_waiting(self) -> list[Entry]:
        return [entry for entry in self._list if entry.row.incoming and entry.is_open]

    def _is_taken(self, session: str, peer: Peer, room: str) -> bool:
        """Whether I am on that very board already, in its group chat.

        Raises:
            JingleError: the id is that of another board of mine, whose it is not.
        """
        board = self._open.of_session(session)
        if board is not None:
            if not room or board.place != room:
                raise JingleError("conflict")
            return True
        if self._reopening is not None and not self._reopening.is_of(session, room or peer.bare):
            raise JingleError("conflict")
        return False

    def _running_with(self, address: str) -> SharedBoard | None:
        """A board on which I draw with this person at present, one-to-one."""
        for board in self._open:
            there = {one.address for one in board.participants if not one.me and not one.away}
            if not board.room and not board.is_over and address in there:
                return board
        return None

    def _running_name(self, address: str) -> str:
        board = self._running_with(address)
        return board.name if board is not None else ""

    def _is_contact(self, address: str) -> bool:
        connection = self._connection()
        return connection is not None and connection.roster.is_contact(address)


def _room_of(message: Initiate, peer: Peer) -> str:
    """The group chat that it leads to, '' if it is one-to-one (XEP-0284, Initiation)."""
    host = bare(message.host)
    is_place = bool(host) and not resource(message.host) and host != peer.bare
    return host if is_place and "@" in host else ""
