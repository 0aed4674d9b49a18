"""All boards of the program and the invitations to them: `session.boards.BoardService`."""

from __future__ import annotations

import random
import secrets
from collections.abc import Callable, Collection, Sequence
from dataclasses import replace

from whiteboard.model.document import new_document
from whiteboard.model.ids import SessionId
from whiteboard.model.shared import SharedDocument
from whiteboard.session.boards import Board, Invitation, KnownBoard, SavedBoard
from whiteboard.session.ports import (
    Direct,
    InRoom,
    Place,
    Send,
    ToPeer,
)
from whiteboard.session.session import State
from whiteboard.transport.archived_boards import ArchivedBoards
from whiteboard.transport.board import SharedBoard
from whiteboard.transport.connection import Connection
from whiteboard.transport.gate import Gate
from whiteboard.transport.invitation_list import InvitationList
from whiteboard.transport.invitations import Invitations
from whiteboard.transport.inviting import Inviting
from whiteboard.transport.links import Sent
from whiteboard.transport.looking import look
from whiteboard.transport.muc import Happening, Removed, RoomEvent
from whiteboard.transport.open_boards import OpenBoards
from whiteboard.transport.psi_door import PsiDoor
from whiteboard.transport.recalling import Recalling
from whiteboard.transport.reopening import Reopening
from whiteboard.transport.requests import Requests
from whiteboard.transport.returning import Returning
from whiteboard.transport.room_boards import RoomBoards
from whiteboard.transport.shelf import Afterwards, Shelf
from whiteboard.transport.showing import Showing
from whiteboard.transport.soon import Soon
from whiteboard.transport.stanzas import bare
from whiteboard.transport.wishes import Wishes
from whiteboard.util.event import Event
from whiteboard.validation.applications import DRAWINGS
from whiteboard.wire.messages import (
    Accept,
    Advertisement,
    Connect,
    Initiate,
    Message,
    Peer,
    Reason,
    Terminate,
)

THROWN_OUT = "You are no longer in this group chat. The board stays here."


class Boards:
    """Boards and invitations; works with and without a connection.

    Args:
        connection: the present connection, None while signed out.
        rng: chooses ids and delays.
        shelf: keeps boards on disk; None keeps nothing.
        applications: namespaces of the application types to take part in; others are declined.
        wishes: what the person wants others to see and to ask.
    """

    def __init__(
        self,
        connection: Callable[[], Connection | None],
        rng: random.Random | None = None,
        shelf: Shelf | None = None,
        applications: Collection[str] = DRAWINGS,
        wishes: Wishes | None = None,
    ) -> None:
        self._connection = connection
        self._wishes = wishes or Wishes()
        self._rng = rng or random.Random(secrets.randbits(128))
        self.changed: Event[None] = Event()
        self._changed = Soon(self.changed)
        self._shelf = shelf
        self._open = OpenBoards(connection, shelf, self._changed)
        self._returning = Returning(connection, self._open.link)
        self._reopening: Reopening | None = None
        if shelf is not None:
            shelf.changed.subscribe(self._changed)
            self._reopening = Reopening(
                self._open, self._returning, shelf, self._rng, self._changed, self.close
            )
        self._room_boards = RoomBoards(
            connection, self._open, self._reopening, self._rng, applications, self._changed
        )
        self._archived = ArchivedBoards(
            connection,
            self._open,
            self._room_boards,
            self._reopening,
            self._rng,
            applications,
            self.close,
            self._changed,
        )
        self._list = InvitationList(self._open, self._changed)
        self._inviting = Inviting(connection, self._open, self._list, self._rng, self._changed)
        gate = Gate(lambda: self._wishes.admission, self._is_contact, self._open.clock)
        self._showing = Showing(connection, self._open, shelf, self._wishes)
        self._requests = Requests(
            connection,
            self._open,
            self._showing,
            shelf,
            self._reopening,
            self._inviting,
            gate,
            self._list,
            self._changed,
        )
        self._invitations = Invitations(
            connection,
            self._open,
            self._reopening,
            self._room_boards,
            self._list,
            self._rng,
            applications,
            self._changed,
            gate,
            self._requests,
        )
        self._psi = PsiDoor(connection, self._open, self._list, self._invitations)
        self.arrived = self._requests.arrived
        self.invited = self._list.invited
        """Somebody invites me."""

    # --- what is shown ---

    @property
    def boards(self) -> Sequence[Board]:
        """See `BoardService`."""
        return tuple(self._open)

    @property
    def invitations(self) -> Sequence[Invitation]:
        """See `BoardService`."""
        return self._list.rows

    @property
    def turned_away(self) -> int:
        """See `BoardService`."""
        return self._invitations.turned_away

    def drawing_with(self) -> frozenset[str]:
        """Bare addresses of the others who take part in a board of mine now."""
        return frozenset(
            member.peer.jid or member.peer.bare
            for board in self._open
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
        if self._reopening is not None:
            self._reopening.open(key, then)

    def recover(self, then: Callable[[Board], None]) -> None:
        """Open what was open when the program last ended; `then` gets one after the other."""
        if self._reopening is not None:
            self._reopening.recover(then)

    def recall(self, board: Board) -> Recalling:
        """See `BoardService`."""
        own = self._open.own(board)
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
        self._close(self._open.own(board), and_then=Afterwards.DELETE)

    # --- boards ---

    def new_board(self, name: str, document: SharedDocument | None = None) -> SharedBoard:
        """See `BoardService`."""
        board = self._open.add(name, document or new_document())
        self._changed()
        return board

    def share_in_room(self, board: Board, room: str) -> None:
        """See `BoardService`."""
        self._room_boards.share(self._open.own(board), room)

    def go_on_anew(self, board: Board) -> None:
        """See `BoardService`."""
        shared = self._open.own(board)
        if not shared.permissions.may_go_on_anew:
            return
        room = shared.room
        others = [one.address for one in shared.participants if not (one.me or one.away)]
        shared.leave()
        if room:
            self._room_boards.share(shared, room)
            return
        for address in others:
            self._inviting.invite(shared, bare(address))

    def join_in_room(self, room: str, session: str) -> SharedBoard:
        """See `BoardService`."""
        return self._room_boards.join(room, session)

    def open_in_room(
        self, room: str, session: str, nick: str = "", password: str = ""
    ) -> SharedBoard:
        """See `BoardService`."""
        return self._room_boards.open(room, session, nick, password)

    def open_archived(self, room: str, then: Callable[[Board | str], object]) -> SharedBoard:
        """See `BoardService`."""
        return self._archived.open(room, then)

    def close(self, board: Board) -> None:
        """See `BoardService`."""
        self._close(self._open.own(board), and_then=Afterwards.CLOSED)

    def close_all(self) -> None:
        """The program ends: leave everything; the next start opens it again."""
        self._invitations.end_all()
        for board in self._open:
            self._close(board, and_then=Afterwards.OPEN)

    def _close(self, shared: SharedBoard, *, and_then: Afterwards) -> None:
        self._invitations.end_of(shared)
        if self._shelf is not None:
            self._shelf.put_back(shared, and_then)
        session, link = shared.session, shared.link
        shared.close(Reason.GONE if and_then is Afterwards.OPEN else Reason.SUCCESS)
        connection = self._connection()
        if (
            session is not None
            and link is not None
            and isinstance(link.place, InRoom)
            and (connection is None or not connection.rooms.is_in(link.place.room))
        ):
            link.forget(session)
        self._open.remove(shared)
        self._changed()

    def leave_all(self) -> None:
        """Somebody else signs in: what I took part in ends, the copies stay."""
        for board in self._open:
            if board.actor is not None:
                board.leave()

    def leave_room(self, room: str) -> None:
        """I am about to leave a group chat: leave its boards first."""
        self._room_boards.refused(room)
        for board in self._open:
            if board.place == room and board.actor is not None:
                board.leave()

    # --- invitations ---

    def invite(self, board: Board, address: str, *, may_draw: bool = True) -> None:
        """See `BoardService`; a full address invites just that device."""
        self._inviting.invite(self._open.own(board), address, may_draw=may_draw)

    def take_back(self, invitation: str) -> None:
        """See `BoardService`."""
        self._inviting.take_back(invitation)

    def accept(self, invitation: str) -> SharedBoard:
        """See `BoardService`.

        Raises:
            KeyError: there is no such open invitation.
        """
        return self._invitations.accept(invitation)

    def let_in(self, request: str) -> SharedBoard | None:
        """See `BoardService`."""
        return self._requests.let_in(request)

    def use_running(self, invitation: str) -> SharedBoard | None:
        """See `BoardService`."""
        return self._invitations.use_running(invitation)

    def decline(self, invitation: str) -> None:
        """See `BoardService`."""
        entry = self._list.get(invitation)
        if entry is not None and entry.row.is_request:
            self._requests.decline(invitation)
        else:
            self._invitations.decline(invitation)

    def dismiss(self, invitation: str) -> None:
        """See `BoardService`."""
        self._list.dismiss(invitation)

    # --- what others show, and what they may see ---

    def boards_of(self, address: str, then: Callable[[Sequence[KnownBoard]], None]) -> None:
        """See `BoardService`."""
        look(self._connection(), address, then)

    def ask_to_join(self, address: str, board: KnownBoard) -> None:
        """See `BoardService`."""
        self._requests.ask(address, board)

    def give_link(self, board: Board) -> None:
        """See `BoardService`; until the program ends."""
        if board.session is not None:
            self._requests.expect(board.session)

    def wishes_changed(self) -> None:
        """See `BoardService`."""
        self._changed()

    def shown_to(self, address: str) -> tuple[Advertisement, ...]:
        """See `Listener`."""
        return self._showing.running(address)

    def items_for(self, address: str, node: str) -> Sequence[KnownBoard] | None:
        """See `Listener`."""
        return self._showing.items(address, node)

    def _is_contact(self, address: str) -> bool:
        connection = self._connection()
        return connection is not None and connection.roster.is_contact(address)

    # --- what comes in: implements `connection.Listener` ---

    def on_message(self, place: Place, peer: Peer, message: Message) -> None:
        """See `Listener`."""
        is_direct = isinstance(place, Direct) and isinstance(message, Connect)
        if is_direct and self._open.shared_with(message.session, peer) is None:
            self._requests.asked(peer, message.session)
            return
        for board in self._open.at(place):
            if board.session != message.session or not self._psi.may_hear(board, message):
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

    def on_psi(self, place: Place, peer: Peer, message: Message) -> None:
        """See `Listener`."""
        self._psi.receive(place, peer, message)

    def on_jingle(self, peer: Peer, message: Initiate | Accept | Terminate) -> None:
        """See `Listener`."""
        self._invitations.receive(peer, message)

    def on_bounce(self, sent: Sent, condition: str) -> None:
        """See `Listener`."""
        sent.link.came_back(sent, condition)

    def on_room(self, event: RoomEvent) -> None:
        """See `Listener`."""
        if event.what is Happening.REFUSED:
            self._room_boards.refused(event.room)
            return
        if event.what is Happening.ENTERED:
            self._room_boards.entered(event.room)
        for board in self._open.at(InRoom(event.room)):
            if event.what is Happening.ENTERED:
                self._open.rebind(board)
                was_resting = board.link is None
                if was_resting:
                    self._returning.wake(board)
                board.online(event.peer)
                if was_resting:
                    self._archived.complete(board)
            elif event.what is Happening.LEARNED:
                board.archive_known()
            elif event.what is Happening.OUT:
                self._out_of_room(board, event.removed)
            elif event.what is Happening.LEFT:
                if event.removed is not None and event.removed.is_banned and event.occupant:
                    banned = replace(event.occupant, role="none", affiliation="outcast")
                    board.occupant(event.peer, banned)
                board.left(event.peer)
            elif event.what in {Happening.CAME, Happening.ROLE} and event.occupant is not None:
                board.occupant(event.peer, event.occupant)
            elif event.what is Happening.ASKED:
                board.changed.emit(None)
            elif event.what is Happening.BOARDS:
                for advertisement in event.boards:
                    board.receive(event.peer, advertisement)

    def _out_of_room(self, board: SharedBoard, removed: Removed | None) -> None:
        """I am no longer in the group chat: cut off, gone, or thrown out."""
        connection = self._connection()
        cut = (
            connection is None
            or not connection.account.is_online
            or connection.rooms.comes_back(board.place)
        )
        if removed is None:
            board.offline("" if cut else THROWN_OUT)
            return
        board.removed_by(removed.by, THROWN_OUT, ends=removed.is_banned)
        if removed.is_banned and board.session is not None and board.link is not None:
            board.link.forget(board.session)

    def on_flood(self, sender: str) -> None:
        """See `Listener`."""
        for board in self._open:
            board.floods(sender)

    def on_device_here(self, address: str) -> None:
        """See `Listener`."""
        self._returning.device_here(self._open, address)
        self._psi.device_here(address)

    def on_device_gone(self, address: str) -> None:
        """See `Listener`."""
        peer = Peer(address, jid=bare(address))
        for board in self._open:
            if isinstance(board.where, Direct):
                board.left(peer)
        self._list.device_gone(peer)
        self._requests.device_gone(address)

    def on_online(self) -> None:
        """See `Listener`."""
        connection = self._connection()
        if connection is None:
            return
        for board in self._open:
            if isinstance(board.where, Direct):
                for member in board.actor.members if board.actor is not None else ():
                    if not member.me and not member.relayed:
                        connection.roster.show_to(member.peer.address)
                self._open.rebind(board)
                if board.link is None:
                    self._returning.wake(board)
                else:
                    board.online(connection.me)
                    self._returning.call_others(board)

    def on_offline(self) -> None:
        """See `Listener`."""
        for board in self._open:
            if isinstance(board.where, Direct):
                board.offline()
