"""All boards of the program and the invitations to them: `session.boards.BoardService`."""

from __future__ import annotations

import random
import secrets
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field, replace

from whiteboard.model.document import new_document
from whiteboard.model.ids import SessionId
from whiteboard.model.shared import SharedDocument
from whiteboard.session.boards import Board, Invitation, InvitationState, SavedBoard
from whiteboard.session.negotiation import Invitation as Negotiation
from whiteboard.session.negotiation import Stage
from whiteboard.session.ports import (
    AskUser,
    Direct,
    Effect,
    Ended,
    InRoom,
    Place,
    Send,
    Target,
    ToPeer,
)
from whiteboard.session.session import Session, State
from whiteboard.transport.board import SharedBoard
from whiteboard.transport.connection import Connection
from whiteboard.transport.driver import Driver
from whiteboard.transport.links import Sent, StanzaLink
from whiteboard.transport.muc import Happening, RoomEvent
from whiteboard.transport.recalling import Recalling
from whiteboard.transport.returning import Returning, take_up
from whiteboard.transport.shelf import Afterwards, Revived, Shelf
from whiteboard.transport.soon import Soon
from whiteboard.transport.stanzas import bare, resource, valid_jid
from whiteboard.util.clock import Clock, MonotonicClock
from whiteboard.util.event import Event
from whiteboard.validation.applications import DRAWINGS
from whiteboard.wire.messages import (
    Accept,
    Connect,
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

NOT_IN_ROOM = "You are not in this group chat."
NOT_SIGNED_IN = "You are not signed in."
TOO_SIMPLE = "Their program is simpler and cannot join this board. Invite them to a new one."
THROWN_OUT = "You are no longer in this group chat. The board stays here."

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


class Boards:
    """Boards and invitations; works with and without a connection.

    Args:
        connection: the present connection, None while signed out.
        rng: chooses ids and delays.
        shelf: keeps boards on disk; None keeps nothing.
        applications: namespaces of the application types to take part in; others are declined.
    """

    def __init__(
        self,
        connection: Callable[[], Connection | None],
        rng: random.Random | None = None,
        shelf: Shelf | None = None,
        applications: Collection[str] = DRAWINGS,
    ) -> None:
        self._connection = connection
        self._applications = applications
        self._rng = rng or random.Random(secrets.randbits(128))
        self._clock: Clock = MonotonicClock()
        self._boards: list[SharedBoard] = []
        self._entries: dict[str, _Entry] = {}
        self._opening: dict[str, list[Callable[[Board | str], None]]] = {}
        self.changed: Event[None] = Event()
        self._changed = Soon(self.changed)
        self._shelf = shelf
        self._returning = Returning(connection, self._link)
        if shelf is not None:
            shelf.changed.subscribe(self._changed)
        self.invited: Event[Invitation] = Event()
        """Somebody invites me."""

    # --- what is shown ---

    @property
    def boards(self) -> Sequence[Board]:
        """See `BoardService`."""
        return tuple(self._boards)

    @property
    def invitations(self) -> Sequence[Invitation]:
        """See `BoardService`."""
        return tuple(e.row for e in reversed(self._entries.values()) if e.shown)

    def drawing_with(self) -> frozenset[str]:
        """Bare addresses of the others who take part in a board of mine now."""
        return frozenset(
            member.peer.jid or member.peer.bare
            for board in self._boards
            if board.actor is not None and board.actor.state is State.LIVE
            for member in board.actor.members
            if not member.me and not member.away
        )

    # --- boards of earlier times ---

    @property
    def saved(self) -> Sequence[SavedBoard]:
        """See `BoardService`."""
        return self._shelf.saved if self._shelf is not None else ()

    def open_saved(self, key: str, then: Callable[[Board | str], None]) -> None:
        """See `BoardService`; who asks for a board that is open, or being opened, gets that one."""
        shelf = self._shelf
        if shelf is None:
            return
        for board in self._boards:
            if shelf.is_kept_as(board, key):
                then(board)
                return
        self._opening.setdefault(key, []).append(then)
        if len(self._opening[key]) > 1:
            return

        def read(what: Revived | str) -> None:
            board = self._revived(what)
            for one in self._opening.pop(key):
                one(board)

        shelf.take(key, self._rng, read)

    def recall(self, board: Board) -> Recalling:
        """See `BoardService`."""
        own = self._own(board)
        return Recalling(self._shelf.journal_of(own) if self._shelf is not None else None)

    def delete_saved(self, key: str) -> None:
        """See `BoardService`."""
        if self._shelf is not None:
            self._shelf.delete(key)

    def keep_picture(self, board: Board, png: bytes) -> None:
        """See `BoardService`."""
        if self._shelf is not None:
            self._shelf.keep_picture(board, png)

    def delete(self, board: Board) -> None:
        """See `BoardService`."""
        self._close(self._own(board), and_then=Afterwards.DELETE)

    def recover(self, then: Callable[[Board], None]) -> None:
        """Open what was open when the program last ended; `then` gets one after the other."""
        told: set[str] = set()

        def opened(what: Board | str) -> None:
            if not isinstance(what, str):
                then(what)
            elif what not in told and self._shelf is not None:
                told.add(what)
                self._shelf.problem.emit(what)

        def found(keys: list[str]) -> None:
            for key in keys:
                self.open_saved(key, opened)

        if self._shelf is not None:
            self._shelf.look(found)

    def _revived(self, what: Revived | str) -> SharedBoard | str:
        if isinstance(what, str):
            return what
        board = SharedBoard(what.about.name, what.document, self._clock, self._name_of)
        self._list(board)
        self._take_up(board, what)
        return board

    def _take_up(self, board: SharedBoard, what: Revived) -> None:
        assert self._shelf is not None
        take_up(board, what)
        self._shelf.keep(board, what)
        self._returning.wake(board)
        self._changed()

    def _rejoin(
        self,
        session: str,
        name: str,
        me: Peer,
        otherwise: Callable[[SharedBoard], object],
        then: Callable[[SharedBoard], object] = lambda _board: None,
    ) -> SharedBoard | None:
        """Go on with the kept copy of a session, if there is one that was not left.

        Args:
            session: its id.
            name: of the board.
            me: who I am there now.
            otherwise: joins anew, should the copy be unreadable or somebody else's.
            then: called once it goes on.
        """
        shelf = self._shelf
        key = shelf.key_of(session) if shelf is not None else None
        if shelf is None or key is None:
            return None
        board = SharedBoard(name, new_document(), self._clock, self._name_of)
        board.is_being_read = True
        self._list(board)

        def read(what: Revived | str) -> None:
            board.is_being_read = False
            is_here = board in self._boards
            if isinstance(what, Revived):
                if is_here and what.is_of(me):
                    self._take_up(board, what)
                    then(board)
                    return
                shelf.close(what)
            if is_here:
                shelf.keep(board)
                otherwise(board)

        def opened(what: Board | str) -> None:
            if isinstance(what, str):
                read(what)
            elif board in self._boards:
                self.close(board)  # the one that was on its way already stands for it

        if key in self._opening:
            self._opening[key].append(opened)
        else:
            shelf.take(key, self._rng, read)
        return board

    # --- boards ---

    def new_board(self, name: str, document: SharedDocument | None = None) -> SharedBoard:
        """See `BoardService`."""
        board = self._add(name, document or new_document())
        self._changed()
        return board

    def share_in_room(self, board: Board, room: str) -> None:
        """See `BoardService`."""
        shared = self._own(board)
        connection = self._connection()
        me = connection.rooms.me(room) if connection is not None else None
        if connection is None or me is None or not connection.rooms.is_in(room):
            shared.fail(NOT_SIGNED_IN if connection is None else NOT_IN_ROOM)
            return
        identity = Identity.NICK
        if me.occupant_id:
            identity = Identity.OCCUPANT_ID
        elif not connection.rooms.is_anonymous(room):
            identity = Identity.JID
        # Fixed for the session's life: whoever is there must be able to take part.
        mode = Mode.STRICT if connection.rooms.has_plain_client(room) else Mode.MERGE
        description = Description(
            mode=mode, name=shared.name, identity=identity, application=shared.application
        )
        running = connection.rooms.advertisements(room)
        place = InRoom(room)
        session = Session.share(
            shared.document, description, me, place, self._rng, yields=not running
        )
        shared.attach(session, self._link(connection, place), place)
        self._changed()

    def join_in_room(self, room: str, session: str) -> SharedBoard:
        """See `BoardService`; the board that is open already, if there is one."""
        for one in self._boards:
            if one.session == session and one.place == room and not one.is_over:
                return one
        connection = self._connection()
        running = connection.rooms.advertisements(room) if connection is not None else []
        names = [ad.name for _, ad in running if ad.session == session and ad.name]
        name = names[0] if names else ""

        def join(board: SharedBoard) -> None:
            self._join_in_room(board, room, session)

        me = connection.rooms.me(room) if connection is not None else None
        board = self._rejoin(session, name, me, join) if me is not None else None
        if board is None:
            board = self._add(name if connection is not None else session, new_document())
            join(board)
        self._changed()
        return board

    def _join_in_room(self, board: SharedBoard, room: str, session: str) -> None:
        connection = self._connection()
        me = connection.rooms.me(room) if connection is not None else None
        if connection is None or me is None:
            board.fail(NOT_SIGNED_IN if connection is None else NOT_IN_ROOM)
            return
        place = InRoom(room)
        ask = connection.rooms.members_of(room, session)
        joining = Session.join(
            SessionId(session),
            me,
            place,
            self._rng,
            ask=ask,
            name=board.name,
            applications=self._applications,
        )
        board.attach(joining, self._link(connection, place), place)

    def close(self, board: Board) -> None:
        """See `BoardService`."""
        self._close(self._own(board), and_then=Afterwards.CLOSED)

    def close_all(self) -> None:
        """The program ends: leave everything; the next start opens it again."""
        for board in tuple(self._boards):
            self._close(board, and_then=Afterwards.OPEN)

    def _close(self, shared: SharedBoard, *, and_then: Afterwards) -> None:
        self._end_invitations(shared)
        if self._shelf is not None:
            self._shelf.put_back(shared, and_then)
        session, link = shared.session, shared.link
        shared.close()
        connection = self._connection()
        if (
            session is not None
            and link is not None
            and isinstance(link.place, InRoom)
            and (connection is None or not connection.rooms.is_in(link.place.room))
        ):
            link.forget(session)
        self._boards.remove(shared)
        self._changed()

    def leave_all(self) -> None:
        """Somebody else signs in: what I took part in ends, the copies stay."""
        for board in self._boards:
            if board.actor is not None:
                board.leave()

    def leave_room(self, room: str) -> None:
        """I am about to leave a group chat: leave its boards first."""
        for board in self._boards:
            if board.place == room and board.actor is not None:
                board.leave()

    # --- invitations ---

    def invite(self, board: Board, address: str) -> None:
        """See `BoardService`; a full address invites just that device."""
        shared = self._own(board)
        connection = self._connection()
        jid = valid_jid(address)
        row = Invitation(
            secrets.token_hex(8), incoming=False, address=bare(jid or address), name="", board=""
        )
        entry = _Entry(replace(row, name=self._name_of(row.address), board=shared.name), shared)
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
        """See `BoardService`."""
        entry = self._entries.get(invitation)
        if entry is not None and not entry.row.incoming:
            self._cancel(entry)
            self._set_state(entry, InvitationState.GONE)
            entry.shown = False
            self._changed()

    def accept(self, invitation: str) -> SharedBoard:
        """See `BoardService`.

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
            board = entry.board = self._add(entry.row.board, new_document())
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
            board.attach(joining, self._link(connection, place), place)

        def call(board: SharedBoard) -> None:
            board.call(host.address)

        if (running := self._open_with(session, host)) is not None:
            call(running)
            return running
        kept = self._rejoin(session, name, connection.me, join, call)
        if kept is not None:
            return kept
        new = self._add(name, new_document())
        join(new)
        return new

    def decline(self, invitation: str) -> None:
        """See `BoardService`."""
        entry = self._entries.get(invitation)
        if entry is None or not entry.row.incoming:
            return
        for attempt in entry.tries:
            attempt.driver.run(attempt.actor.decline)
        self._set_state(entry, InvitationState.DECLINED)

    def dismiss(self, invitation: str) -> None:
        """See `BoardService`."""
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
            description = Description(
                mode=mode,
                name=board.name,
                identity=Identity.JID,
                application=board.application,
            )
            actor = Session.share(board.document, description, connection.me, place, self._rng)
            board.attach(actor, self._link(connection, place), place)
        actor.admit(address)

    def _ask_device(
        self, entry: _Entry, board: SharedBoard, connection: Connection, device: str
    ) -> None:
        actor = board.actor
        assert actor is not None
        assert actor.description is not None
        negotiation = Negotiation.outgoing(
            actor.session, actor.description, connection.me, Peer(device, jid=bare(device))
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
        driver = Driver(actor, link, self._clock, lambda effect: self._show(entry, actor, effect))
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

    def _end_invitations(self, board: SharedBoard) -> None:
        for entry in self._entries.values():
            if entry.board is board and entry.row.state is InvitationState.OPEN:
                self._cancel(entry)

    # --- what comes in: implements `connection.Listener` ---

    def on_message(self, place: Place, peer: Peer, message: Message) -> None:
        """See `Listener`."""
        for board in self._at(place):
            if board.session != message.session:
                continue
            if isinstance(message, Connect) and self._is_too_simple(board, peer):
                goodbye = Terminate(SessionId(message.session), Reason.UNSUPPORTED_APPLICATIONS)
                assert board.link is not None
                board.link.send(Send(ToPeer(peer.address), goodbye))
            else:
                board.receive(peer, message)

    def _is_too_simple(self, board: SharedBoard, peer: Peer) -> bool:
        """Whether a plain XEP-0284 client asks for the state of a session that merges."""
        connection = self._connection()
        return (
            connection is not None
            and connection.capabilities.is_plain(peer.address)
            and not board.is_plain
        )

    def on_jingle(self, peer: Peer, message: Initiate | Accept | Terminate) -> None:
        """See `Listener`."""
        known = [
            attempt
            for entry in self._entries.values()
            for attempt in entry.tries
            if attempt.actor.session == message.session
            and attempt.actor.peer.address == peer.address
        ]
        boards = [board for board in self._boards if board.session == message.session]
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
            name=self._name_of(peer.bare),
            board=message.description.name,
            known=connection.roster.is_contact(peer.bare),
        )
        entry = _Entry(row, self._open_with(message.session, peer))
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

    def _open_with(self, session: SessionId, peer: Peer) -> SharedBoard | None:
        """The open board of a session that `peer` takes part in."""
        for board in self._boards:
            actor = board.actor
            if actor is None or actor.session != session or board.is_over:
                continue
            if peer.bare in actor.counterparts:
                return board
        return None

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

    def on_bounce(self, sent: Sent, condition: str) -> None:
        """See `Listener`."""
        sent.link.came_back(sent, condition)

    def on_room(self, event: RoomEvent) -> None:
        """See `Listener`."""
        for board in self._at(InRoom(event.room)):
            if event.what is Happening.ENTERED:
                self._rebind(board)
                if board.link is None:
                    self._returning.wake(board)
                board.online(event.peer)
            elif event.what is Happening.OUT:
                connection = self._connection()
                cut = connection is None or not connection.account.is_online
                board.offline("" if cut else THROWN_OUT)
            elif event.what is Happening.LEFT:
                board.left(event.peer)
            elif event.what is Happening.BOARDS:
                for advertisement in event.boards:
                    board.receive(event.peer, advertisement)

    def on_flood(self, sender: str) -> None:
        """See `Listener`."""
        for board in self._boards:
            board.floods(sender)

    def on_device_here(self, address: str) -> None:
        """See `Listener`."""
        self._returning.device_here(self._boards, address)

    def on_device_gone(self, address: str) -> None:
        """See `Listener`."""
        peer = Peer(address, jid=bare(address))
        for board in self._boards:
            if isinstance(board.where, Direct):
                board.left(peer)
        for entry in tuple(self._entries.values()):
            for attempt in entry.tries:
                attempt.driver.run(
                    lambda now, actor=attempt.actor: actor.left(peer, now)  # type: ignore[misc]  # mypy cannot type a bound default
                )

    def on_online(self) -> None:
        """See `Listener`."""
        connection = self._connection()
        if connection is None:
            return
        for board in self._boards:
            if isinstance(board.where, Direct):
                for member in board.actor.members if board.actor is not None else ():
                    if not member.me and not member.relayed:
                        connection.roster.show_to(member.peer.address)
                self._rebind(board)
                if board.link is None:
                    self._returning.wake(board)
                else:
                    board.online(connection.me)
                    self._returning.call_others(board)

    def on_offline(self) -> None:
        """See `Listener`."""
        for board in self._boards:
            if isinstance(board.where, Direct):
                board.offline()

    # --- helpers ---

    def _rebind(self, board: SharedBoard) -> None:
        connection = self._connection()
        if connection is not None and isinstance(board.link, StanzaLink):
            board.link.rebind(connection.account, connection.rooms, connection.bounces)

    def _add(self, name: str, document: SharedDocument) -> SharedBoard:
        board = SharedBoard(name, document, self._clock, self._name_of)
        if self._shelf is not None:
            self._shelf.keep(board)
        self._list(board)
        return board

    def _list(self, board: SharedBoard) -> None:
        self._boards.append(board)
        board.changed.subscribe(self._changed)

    def _own(self, board: Board) -> SharedBoard:
        """The board as this service made it.

        Raises:
            ValueError: it is not one of `boards`.
        """
        for mine in self._boards:
            if mine is board:
                return mine
        raise ValueError("not a board of this service")

    def _at(self, place: Place) -> list[SharedBoard]:
        return [
            board
            for board in self._boards
            if board.where == place
            or (isinstance(place, Direct) and isinstance(board.where, Direct))
        ]

    def _link(self, connection: Connection, place: Place) -> Callable[[SharedBoard], StanzaLink]:
        return lambda board: StanzaLink(
            connection.account,
            connection.rooms,
            connection.bounces,
            place,
            sent=board.sent,
            bounced=board.bounced,
            taken=board.taken.emit,
        )

    def _name_of(self, address: str) -> str:
        connection = self._connection()
        return connection.roster.name_of(address) if connection is not None else bare(address)
