"""Invitations from one to another, both ways, for all boards of the program."""

from __future__ import annotations

import random
import secrets
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field, replace

from whiteboard.model.document import new_document
from whiteboard.session.boards import Invitation, InvitationState
from whiteboard.session.negotiation import Invitation as Negotiation
from whiteboard.session.negotiation import Stage
from whiteboard.session.ports import AskUser, Direct, Effect, Ended, Target
from whiteboard.session.session import Session, State
from whiteboard.transport.board import SharedBoard
from whiteboard.transport.connection import Connection
from whiteboard.transport.driver import Driver
from whiteboard.transport.links import StanzaLink
from whiteboard.transport.open_boards import NOT_SIGNED_IN, OpenBoards
from whiteboard.transport.reopening import Reopening
from whiteboard.transport.stanzas import bare, resource, valid_jid
from whiteboard.util.event import Event
from whiteboard.wire.messages import (
    Accept,
    Description,
    Identity,
    Initiate,
    Message,
    Mode,
    Peer,
    Reason,
    Terminate,
)
from whiteboard.xep_0166 import JingleError

MOST_OPEN = 50
"""Invitations from others that wait for an answer; more are refused."""
MOST_OF_ONE = 5
"""Of them from one person."""
MOST_OVER = 50
"""Invitations from others that are over and still listed."""

TOO_SIMPLE = "Their program is simpler and cannot join this board. Invite them to a new one."

_STATES = {
    Reason.DECLINE: InvitationState.DECLINED,
    Reason.BUSY: InvitationState.DECLINED,
    Reason.UNSUPPORTED_APPLICATIONS: InvitationState.DECLINED,
    Reason.TIMEOUT: InvitationState.UNANSWERED,
}


@dataclass(slots=True)
class _Try:
    """One device that is asked, or asks."""

    actor: Negotiation
    driver: Driver


@dataclass(slots=True)
class _Entry:
    row: Invitation
    board: SharedBoard | None
    tries: list[_Try] = field(default_factory=list)
    shown: bool = True


class Invitations:
    """All invitations of the program.

    Args:
        connection: the present connection, None while signed out.
        open_boards: gets the boards that invitations lead to.
        reopening: goes on with kept copies; None if nothing is kept.
        rng: chooses ids and delays.
        applications: namespaces of the application types to take part in; others are declined.
        changed: called when the list of invitations or boards differs.
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
        self._entries: dict[str, _Entry] = {}
        self.invited: Event[Invitation] = Event()
        """Somebody invites me."""

    @property
    def rows(self) -> Sequence[Invitation]:
        """What the windows list, newest first."""
        return tuple(e.row for e in reversed(self._entries.values()) if e.shown)

    def invite(self, shared: SharedBoard, address: str) -> None:
        """Ask a contact to a board; a full address asks just that device."""
        connection = self._connection()
        jid = valid_jid(address)
        row = Invitation(
            secrets.token_hex(8), incoming=False, address=bare(jid or address), name="", board=""
        )
        entry = _Entry(
            replace(row, name=self._open.name_of(row.address), board=shared.name), shared
        )
        self._entries[row.id] = entry
        devices: Sequence[str] = ()
        if connection is not None and jid is not None and connection.account.is_online:
            devices = (jid,) if resource(jid) else connection.roster.drawing_devices(bare(jid))
        if connection is None or jid is None or not devices:
            self._set_state(entry, InvitationState.GONE)
            return
        plain = [device for device in devices if connection.capabilities.is_plain(device)]
        mode = Mode.STRICT if len(plain) == len(devices) else Mode.MERGE
        self._share_directly(shared, connection, bare(jid), mode)
        if shared.is_plain:
            mode = Mode.STRICT
        elif mode is Mode.STRICT:
            # The session merges, for ever: a simpler program could not follow.
            self._set_state(entry, InvitationState.DECLINED)
            shared.fail_softly(TOO_SIMPLE)
            return
        if mode is Mode.MERGE:
            devices = [device for device in devices if device not in plain]
        for device in devices:
            self._ask_device(entry, shared, connection, device)
        shared.waiting_for_answer = True
        shared.changed.emit(None)
        self._changed()

    def take_back(self, invitation: str) -> None:
        """Withdraw one of mine."""
        entry = self._entries.get(invitation)
        if entry is not None and not entry.row.incoming:
            self._cancel(entry)
            self._set_state(entry, InvitationState.GONE)
            entry.shown = False
            self._changed()

    def accept(self, invitation: str) -> SharedBoard:
        """Join what one of others is for; the board is open already, kept on disk, or new.

        Raises:
            KeyError: there is no such open invitation.
        """
        entry = self._entries[invitation]
        connection = self._connection()
        if not entry.row.incoming or not entry.tries:
            raise KeyError(invitation)
        attempt = entry.tries[0]
        actor = attempt.actor
        if connection is None or actor.stage is not Stage.OPEN:
            board = entry.board = self._open.add(entry.row.board, new_document())
            board.fail(NOT_SIGNED_IN if connection is None else "This invitation is over.")
            self._changed()
            return board
        connection.roster.show_to(actor.peer.address)
        attempt.driver.run(actor.accept)
        board = entry.board = self._open_directly(connection, actor)
        self._set_state(entry, InvitationState.ACCEPTED)
        self._changed()
        return board

    def _open_directly(self, connection: Connection, invitation: Negotiation) -> SharedBoard:
        """The board of an accepted invitation: open already, kept on disk, or new."""
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

    def decline(self, invitation: str) -> None:
        """Say no to one of others."""
        entry = self._entries.get(invitation)
        if entry is None or not entry.row.incoming:
            return
        for attempt in entry.tries:
            attempt.driver.run(attempt.actor.decline)
        self._set_state(entry, InvitationState.DECLINED)

    def dismiss(self, invitation: str) -> None:
        """Take an answered one off the list."""
        entry = self._entries.get(invitation)
        if entry is not None and entry.row.state is not InvitationState.OPEN:
            entry.shown = False
            if entry.row.state is not InvitationState.ACCEPTED:
                del self._entries[invitation]
            self._changed()

    def _share_directly(
        self, board: SharedBoard, connection: Connection, address: str, mode: Mode
    ) -> None:
        actor = board.actor
        if actor is None or actor.state is State.ENDED:
            place = Direct(address)
            board.say_name()
            description = Description(
                mode=mode,
                name=board.name,
                identity=Identity.JID,
                application=board.application,
            )
            actor = Session.share(board.document, description, connection.me, place, self._rng)
            board.attach(actor, self._open.link(connection, place), place)
        actor.admit(address)

    def _ask_device(
        self, entry: _Entry, board: SharedBoard, connection: Connection, device: str
    ) -> None:
        actor = board.actor
        assert actor is not None
        assert actor.description is not None
        description = replace(actor.description, name=board.name)
        negotiation = Negotiation.outgoing(
            actor.session, description, connection.me, Peer(device, jid=bare(device))
        )
        connection.roster.show_to(device)
        attempt = self._drive(entry, connection, negotiation)
        attempt.driver.run(negotiation.start)

    def _drive(self, entry: _Entry, connection: Connection, actor: Negotiation) -> _Try:
        def bounced(target: Target, message: Message, condition: str) -> None:
            driver.run(actor.bounced)

        link = StanzaLink(
            connection.account,
            connection.rooms,
            connection.bounces,
            Direct(actor.peer.address),
            sent=lambda _: None,
            bounced=bounced,
        )
        driver = Driver(
            actor, link, self._open.clock, lambda effect: self._show(entry, actor, effect)
        )
        attempt = _Try(actor, driver)
        entry.tries.append(attempt)
        return attempt

    def _show(self, entry: _Entry, actor: Negotiation, effect: Effect) -> None:
        if isinstance(effect, AskUser):
            entry.row = replace(entry.row, board=effect.board or entry.row.board)
            if entry.board is None:
                self.invited.emit(entry.row)
            self._changed()
            return
        if entry.row.incoming:
            if isinstance(effect, Ended) and entry.row.state is InvitationState.OPEN:
                self._set_state(entry, _STATES.get(effect.reason, InvitationState.GONE))
            return
        stages = [attempt.actor.stage for attempt in entry.tries]
        if actor.stage is Stage.ACCEPTED and entry.row.state is InvitationState.OPEN:
            self._set_state(entry, InvitationState.ACCEPTED)
            for attempt in entry.tries:
                if attempt.actor is not actor:
                    attempt.driver.run(attempt.actor.cancel)
        elif (
            isinstance(effect, Ended)
            and entry.row.state is InvitationState.OPEN
            and all(stage is Stage.ENDED for stage in stages)
        ):
            self._set_state(entry, _STATES.get(effect.reason, InvitationState.GONE))

    def _set_state(self, entry: _Entry, state: InvitationState) -> None:
        entry.row = replace(entry.row, state=state)
        board = entry.board
        if board is not None and not entry.row.incoming:
            board.waiting_for_answer = any(
                other.board is board and other.row.state is InvitationState.OPEN
                for other in self._entries.values()
            )
            board.changed.emit(None)
        self._changed()

    def _cancel(self, entry: _Entry) -> None:
        for attempt in entry.tries:
            attempt.driver.run(attempt.actor.cancel)

    def end_of(self, board: SharedBoard) -> None:
        """The board is closed: its open invitations end."""
        for entry in self._entries.values():
            if entry.board is board and entry.row.state is InvitationState.OPEN:
                self._cancel(entry)

    def receive(self, peer: Peer, message: Initiate | Accept | Terminate) -> None:
        """A Jingle request came.

        Raises:
            JingleError: it is refused.
        """
        known = [
            attempt
            for entry in self._entries.values()
            for attempt in entry.tries
            if attempt.actor.session == message.session
            and attempt.actor.peer.address == peer.address
        ]
        boards = [board for board in self._open if board.session == message.session]
        # Accepted before, and asked again: one of us has started again, or closed the board.
        if isinstance(message, Initiate) and not any(
            attempt.actor.stage is Stage.OPEN for attempt in known
        ):
            self._on_initiate(peer, message)
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
        waiting = [
            entry
            for entry in self._entries.values()
            if entry.row.incoming and entry.row.state is InvitationState.OPEN
        ]
        of_one = [entry for entry in waiting if entry.row.address == (peer.jid or peer.bare)]
        if connection is None or len(waiting) >= MOST_OPEN or len(of_one) >= MOST_OF_ONE:
            raise JingleError("resource-constraint", kind="wait")
        self._forget_old()
        row = Invitation(
            secrets.token_hex(8),
            incoming=True,
            address=peer.jid or peer.bare,
            name=self._open.name_of(peer.bare),
            board=message.description.name,
            known=connection.roster.is_contact(peer.bare),
        )
        entry = _Entry(row, self._open.shared_with(message.session, peer))
        actor = Negotiation.incoming(message.session, connection.me, peer, self._applications)
        attempt = self._drive(entry, connection, actor)
        self._entries[row.id] = entry
        attempt.driver.run(lambda now: actor.receive(peer, message, now))
        if actor.stage is Stage.ENDED:
            del self._entries[row.id]
        elif entry.board is not None:
            entry.shown = False
            self.accept(row.id)  # nobody is asked twice to the board that is open
        self._changed()

    def _forget_old(self) -> None:
        """Of invitations from others that came to nothing the oldest go, seen or not."""
        kept = (InvitationState.OPEN, InvitationState.ACCEPTED)
        over = [
            key
            for key, entry in self._entries.items()
            if entry.row.incoming and entry.row.state not in kept
        ]
        for key in over[: max(0, len(over) - MOST_OVER)]:
            del self._entries[key]

    def device_gone(self, peer: Peer) -> None:
        """A device went offline."""
        for entry in tuple(self._entries.values()):
            for attempt in entry.tries:
                attempt.driver.run(
                    lambda now, actor=attempt.actor: actor.left(peer, now)  # type: ignore[misc]  # mypy cannot type a bound default
                )
