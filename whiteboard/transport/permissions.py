"""Who may do what on one shared board: the document's word and the group chat's, put together.

Implements `session.permissions.Permissions`. In a session that merges the document decides, and a
group chat can take a voice beside it. A plain XEP-0284 session has the group chat's word alone, and
what is finished there is only said (SYNC 6.5).
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from whiteboard.im.people import Occupant
from whiteboard.model.ephemeral import Cursor, Ephemeral
from whiteboard.model.ids import DOCUMENT, Party, Replica, Rid
from whiteboard.model.rights import Mark, NotPermittedError, Role
from whiteboard.model.shared import SharedDocument
from whiteboard.model.strict.document import StrictDocument
from whiteboard.session.boards import BoardState
from whiteboard.session.finished import FinishedElements
from whiteboard.session.permissions import (
    WHOLE,
    Deed,
    Finished,
    Hindrance,
    Outcome,
    PenRequest,
    Why,
)
from whiteboard.session.ports import InRoom
from whiteboard.transport.connection import Connection
from whiteboard.transport.room_powers import RoomPowers
from whiteboard.util.event import Event
from whiteboard.wire.messages import Peer

if TYPE_CHECKING:
    from whiteboard.transport.board import SharedBoard

ASKING = "asking"
"""What a cursor says its owner is doing, who may only watch; there is no other word for it."""
ASK_AGAIN_SECONDS = 60.0
"""After which one may ask for the pen once more."""
MAX_ASKING = 64
"""Requests by cursor that are listed."""

_BY_ROOM, _BY_PARTY = "voice:", "party:"
_ROLE_OF = {
    Deed.GIVE_PEN: Role.EDITOR,
    Deed.TAKE_PEN: Role.VIEWER,
    Deed.MAKE_MODERATOR: Role.MODERATOR,
    Deed.UNMAKE_MODERATOR: Role.EDITOR,
    Deed.MAKE_HOST: Role.HOST,
}
"""What goes on record; a ban does when the room has said so (`session.mirroring`)."""


class BoardPermissions:
    """The rights on one board.

    Args:
        board: which.
        connection: the present connection, None while signed out.
    """

    def __init__(self, board: SharedBoard, connection: Callable[[], Connection | None]) -> None:
        self._board = board
        self._connection = connection
        self._room: RoomPowers | None = None
        self._elements: FinishedElements | None = None
        self._asked_at: float | None = None
        self._asking: dict[Party, float] = {}
        self._times: dict[tuple[Replica, int], float | None] = {}
        """Mark (its message) -> when it came, None of those that were there before."""
        self._names: Mapping[Party, str] = {}
        self.failed: Event[Outcome] = Event()

    # --- following the board

    def follow(self, document: SharedDocument) -> None:
        """The board shows this document from now on."""
        if self._elements is not None:
            self._elements.close()
        self._elements = None
        if isinstance(document, StrictDocument):
            self._elements = FinishedElements(document)
            self._elements.changed.subscribe(self._board.changed.emit)
        self._times = dict.fromkeys((mark.dot for mark in document.marks()), None)

    def rights_changed(self) -> None:
        """Roles or marks may differ after a commit."""
        for mark in self._document.marks():
            self._times.setdefault(mark.dot, time.time())
        for party in [p for p in self._asking if self.role_of(p) > Role.VIEWER]:
            del self._asking[party]

    def learn_names(self, names: Mapping[Party, str]) -> None:
        """How people were called in an earlier run."""
        self._names = names

    def learn_times(self, times: Mapping[tuple[Replica, int], float]) -> None:
        """When messages came in an earlier run."""
        for dot, when in times.items():
            if self._times.get(dot, 0.0) is None:
                self._times[dot] = when
        if times:
            self._board.changed.emit(None)

    def heard(self, party: Party, what: Ephemeral) -> None:
        """Somebody shows something for a moment: it may be a raised hand."""
        asks = isinstance(what, Cursor) and what.doing == ASKING
        if asks and self.role_of(party) is Role.VIEWER and len(self._asking) < MAX_ASKING:
            is_new = party not in self._asking
            self._asking.setdefault(party, time.time())
            if is_new:
                self._board.changed.emit(None)

    def gone(self, party: Party) -> None:
        """Somebody has left the board."""
        self._asking.pop(party, None)

    @property
    def _document(self) -> SharedDocument:
        return self._board.document

    @property
    def _powers(self) -> RoomPowers | None:
        where = self._board.where
        room = where.room if isinstance(where, InRoom) else ""
        if not room:
            return None
        if self._room is None or self._room.room != room:
            self._room = RoomPowers(self._connection, room, self.failed.emit)
        return self._room

    def _address(self, party: str) -> str:
        session = self._board.actor
        members = session.members if session is not None else ()
        return next((one.peer.address for one in members if one.party == party), "")

    def occupants(self) -> Sequence[tuple[Peer, Occupant]]:
        """Who is in the group chat now."""
        powers, connection = self._powers, self._connection()
        return connection.rooms.occupants(powers.room) if connection and powers else ()

    # --- roles

    @property
    def mine(self) -> Role:
        """See `Permissions`."""
        session = self._board.actor
        if session is None or self._board.is_over:
            return self._document.my_role
        return self._role(self._document.my_role, session.me.address, is_creator=True)

    def role_of(self, participant: str) -> Role:
        """See `Permissions`."""
        by_board = self._document.role_of(Party(participant))
        return self._role(by_board, self._address(participant))

    def _role(self, by_board: Role, address: str, *, is_creator: bool = False) -> Role:
        powers = self._powers
        by_room = powers.role(address) if powers is not None else None
        if by_room is Role.VIEWER:
            return Role.VIEWER
        if self.is_advisory and by_room is not None:
            return by_room
        return by_board

    @property
    def is_advisory(self) -> bool:
        """See `Permissions`."""
        return isinstance(self._document, StrictDocument)

    def admit(self, party: Party, *, may_draw: bool) -> bool:
        """Whoever is invited one-to-one is to draw, or to watch; whether that could be said."""
        wanted = Role.EDITOR if may_draw else Role.VIEWER
        now = self._document.role_of(party)
        if now is wanted or now >= Role.MODERATOR:
            return may_draw or now is wanted
        if not self._may_grant(party, wanted):
            return may_draw
        self._document.grant(party, wanted)
        return True

    # --- the pen

    @property
    def requests(self) -> Sequence[PenRequest]:
        """See `Permissions`."""
        powers = self._powers
        named = {one.address: one for one in self._board.participants}
        found: list[PenRequest] = []
        for request in powers.requests if powers is not None else ():
            address = f"{powers.room}/{request.nick}" if powers is not None else ""
            name = named[address].name if address in named else request.nick
            found.append(PenRequest(_BY_ROOM + request.nick, name, address, request.since))
        by_id = {one.id: one for one in self._board.participants}
        for party, since in self._asking.items():
            one = by_id.get(party)
            if one is not None and self._may_grant(party, Role.EDITOR):
                found.append(PenRequest(_BY_PARTY + party, one.name, one.address, since))
        return sorted(found, key=lambda one: one.since)

    @property
    def may_ask(self) -> bool:
        """See `Permissions`."""
        session, powers = self._board.actor, self._powers
        if session is None or not session.connected or self.mine > Role.VIEWER:
            return False
        if self.is_mute:
            return powers is not None and powers.has_moderator
        others = [one for one in session.members if not one.me and not one.away]
        return any(self.role_of(one.party) >= Role.MODERATOR for one in others)

    @property
    def is_mute(self) -> bool:
        """Whether it is the room that does not let me speak: what I show would only come back."""
        session, powers = self._board.actor, self._powers
        if session is None or powers is None:
            return False
        return powers.role(session.me.address) is Role.VIEWER

    @property
    def has_asked(self) -> bool:
        """See `Permissions`."""
        if self._asked_at is None or self.mine > Role.VIEWER:
            return False
        return time.monotonic() - self._asked_at < ASK_AGAIN_SECONDS

    def ask(self) -> None:
        """See `Permissions`."""
        if not self.may_ask or self.has_asked:
            return
        self._asked_at = time.monotonic()
        if self.is_mute and self._powers is not None:
            self._powers.request_voice()
        else:
            at = self._board.cursor
            self._board.tell(Cursor(at.x, at.y, ASKING))
        loop = asyncio.get_running_loop()
        loop.call_later(ASK_AGAIN_SECONDS + 0.1, self._board.changed.emit, None)
        self._board.changed.emit(None)

    def answer(self, request: str, *, give: bool) -> None:
        """See `Permissions`."""
        who, powers = request.partition(":")[2], self._powers
        if request.startswith(_BY_PARTY):
            self._asking.pop(Party(who), None)
            if give:
                self.do(Deed.GIVE_PEN, who)
        elif powers is not None and give:
            address = f"{powers.room}/{who}"
            party = next((m.id for m in self._board.participants if m.address == address), None)
            if party is not None:
                self.do(Deed.GIVE_PEN, party)
            else:
                powers.do(Deed.GIVE_PEN, address)
        elif powers is not None:
            powers.leave_unanswered(who)
        self._board.changed.emit(None)

    # --- about people

    def deeds(self, participant: str) -> Sequence[Deed]:
        """See `Permissions`."""
        session = self._board.actor
        if session is None or self._board.is_over or not session.connected:
            return ()
        if any(one.me and one.party == participant for one in session.members):
            return ()
        return [deed for deed in Deed if self._can(deed, Party(participant))]

    def _can(self, deed: Deed, party: Party) -> bool:
        powers, address = self._powers, self._address(party)
        by_room = powers is not None and powers.can(deed, address)
        role, by_board = self.role_of(party), self._document.role_of(party)
        if deed is Deed.GIVE_PEN:
            is_mute = powers is not None and powers.role(address) is Role.VIEWER
            is_closed = by_board is Role.VIEWER
            free_voice = by_room or not is_mute
            free_board = self._may_grant(party, Role.EDITOR) or not is_closed
            return (is_mute or is_closed) and free_voice and free_board
        if deed is Deed.TAKE_PEN:
            return role is Role.EDITOR and (by_room or self._may_grant(party, Role.VIEWER))
        if deed is Deed.MAKE_MODERATOR:
            may = by_room if self.is_advisory else self._may_grant(party, Role.MODERATOR)
            return role < Role.MODERATOR and may
        if deed is Deed.UNMAKE_MODERATOR:
            may = by_room if self.is_advisory else self._may_grant(party, Role.EDITOR)
            return role is Role.MODERATOR and may
        if deed in (Deed.MAKE_HOST, Deed.HAND_OVER):
            is_there = any(one.id == party and not one.away for one in self._board.participants)
            return is_there and role < Role.HOST and self._may_grant(party, Role.HOST)
        return by_room

    def _may_grant(self, party: Party, role: Role) -> bool:
        return not self.is_advisory and self._document.may_grant(party, role)

    def do(self, deed: Deed, participant: str) -> None:
        """See `Permissions`; what the room refuses is told by `failed`."""
        party, powers = Party(participant), self._powers
        try:
            if deed is Deed.HAND_OVER:
                self._document.hand_over(party)
            elif self._is_for_the_board(deed, party):
                self._document.grant(party, _ROLE_OF[deed])
        except NotPermittedError:
            self.failed.emit(Outcome.NOT_ALLOWED)
            return
        self._asking.pop(party, None)
        if powers is not None:
            powers.do(deed, self._address(party))
        self._board.changed.emit(None)

    def _is_for_the_board(self, deed: Deed, party: Party) -> bool:
        """Whether it goes on record; a voice is the room's alone where the room gives and takes it.

        Else who gets a voice through another program could still not draw.
        """
        role = _ROLE_OF.get(deed)
        if role is None or not self._may_grant(party, role):
            return False
        now, powers = self._document.role_of(party), self._powers
        if deed is Deed.TAKE_PEN:
            return powers is None or not powers.can(deed, self._address(party))
        return now is not role and (deed is not Deed.GIVE_PEN or now is Role.VIEWER)

    @property
    def may_resign(self) -> bool:
        """See `Permissions`."""
        session = self._board.actor
        is_shared = session is not None and session.connected and not self._board.is_over
        return is_shared and self._document.party in self._document.hosts()

    @property
    def may_go_on_anew(self) -> bool:
        """See `Permissions`."""
        is_here = self._board.state is BoardState.LIVE and not self._board.is_plain
        return is_here and not self._document.hosts()

    def resign(self) -> None:
        """See `Permissions`."""
        if self.may_resign:
            self._document.resign()

    # --- what is finished

    def hindrance(self, rid: Rid = WHOLE) -> Hindrance | None:
        """See `Permissions`."""
        if self.is_mute and not self._board.is_over:
            return Hindrance(Why.WATCHING)
        if self._elements is not None:
            at = None if self.mine >= Role.MODERATOR else self.finished_at(rid)
            return Hindrance(Why.FINISHED, at) if at is not None else None
        obstacle = self._document.obstacle(rid)
        if obstacle is None:
            return None
        if obstacle.mark is None:
            return Hindrance(Why.WATCHING)
        return Hindrance(Why.FINISHED, self._shown(obstacle.mark))

    @property
    def finished(self) -> Sequence[Finished]:
        """See `Permissions`."""
        if self._elements is not None:
            root = self._document.root
            by = self._elements.by
            return [Finished(WHOLE if rid == root else rid, who) for rid, who in by.items()]
        return [self._shown(mark) for mark in self._document.marks()]

    def finished_at(self, rid: Rid) -> Finished | None:
        """See `Permissions`."""
        if self._elements is None:
            mark = self._document.mark_of(rid)
            return self._shown(mark) if mark is not None else None
        root = self._document.root
        at = self._elements.at(root if rid == WHOLE else rid)
        if at is None:
            return None
        return Finished(WHOLE if at == root else at, self._elements.by.get(at, ""))

    def _shown(self, mark: Mark) -> Finished:
        there = (one.name for one in self._board.participants if one.id == mark.party)
        by = next(there, self._names.get(mark.party, ""))
        return Finished(mark.rid, by, self._times.get(mark.dot))

    @property
    def may_finish(self) -> bool:
        """See `Permissions`."""
        session = self._board.actor
        if session is None or self._board.is_over:
            return session is None
        return self.mine >= Role.MODERATOR

    def finish(self, rids: Sequence[Rid] = (WHOLE,)) -> None:
        """See `Permissions`."""
        self._mark(rids, self._document.mark_complete, self._declare)

    def reopen(self, rids: Sequence[Rid] = (WHOLE,)) -> None:
        """See `Permissions`."""
        self._mark(rids, self._document.reopen, self._open_again)

    def _mark(
        self,
        rids: Sequence[Rid],
        on_record: Callable[[Rid], object],
        by_attribute: Callable[[Rid], object],
    ) -> None:
        if not self.may_finish:
            self.failed.emit(Outcome.NOT_ALLOWED)
            return
        for rid in rids:
            if self._elements is None:
                on_record(rid or DOCUMENT)
            elif (element := rid or self._document.root) is not None:
                by_attribute(element)

    def _declare(self, rid: Rid) -> None:
        me = next((one.name for one in self._board.participants if one.me), "")
        if self._elements is not None:
            self._elements.declare(rid, me)

    def _open_again(self, rid: Rid) -> None:
        if self._elements is not None:
            self._elements.reopen(rid)
