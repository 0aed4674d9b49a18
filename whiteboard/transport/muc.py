"""Group chats (XEP-0045): entering, what is announced there, who is there, and being thrown out.

slixmpp's own plugin is not used: its join never hears Prosody's refusals and it keeps rooms one was
thrown out of (INFRA traps 2 and 3). Here every presence of a room address comes to one method, and
an attempt that nobody answers ends by itself.
"""

from __future__ import annotations

import asyncio
import enum
import xml.etree.ElementTree as ET
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from slixmpp.exceptions import XMPPError

from whiteboard.im.account import Problem, ProblemKind
from whiteboard.im.people import Occupant, Room, RoomState, RunningBoard
from whiteboard.transport.account import Account
from whiteboard.transport.announcing import MOST_BOARDS, announce, announced
from whiteboard.transport.caps import Capabilities, disco_info, own_element
from whiteboard.transport.moderating import VoiceRequests
from whiteboard.transport.room_form import ask_about, configure
from whiteboard.transport.stanzas import (
    STATUS,
    availability,
    bare,
    error_condition,
    local,
    resource,
    tag,
    valid_jid,
)
from whiteboard.util.event import Event
from whiteboard.wire import ns
from whiteboard.wire.messages import Advertisement, Dialect, Mode, Peer

MUC = "http://jabber.org/protocol/muc"
MUC_USER = "http://jabber.org/protocol/muc#user"
MAM = "urn:xmpp:mam:2"

_JOIN_SECONDS = 20.0
_MOST_OCCUPANTS = 2000
_LOCKED_TRIES = 5
_LOCKED_WAIT = 0.4
"""Seconds until a room that is being made is tried again, longer each time."""
_NICK_TRIES = 5
_TECHNICAL = frozenset({"332", "333"})
"""Out because the service is shut down, or because something did not reach me: nobody's will."""
_RESTART_WAIT = 2.0
"""Seconds until a room is entered again that put me out so, twice as long each time."""
_RESTART_TRIES = 6
_HISTORY = 30
"""Messages of the text chat that are asked for on entering; rooms keep none without a body."""

_REFUSALS = {
    "conflict": ProblemKind.NICK_TAKEN,
    "registration-required": ProblemKind.MEMBERS_ONLY,
    "forbidden": ProblemKind.BANNED,
    "not-authorized": ProblemKind.PASSWORD_NEEDED,
    "service-unavailable": ProblemKind.ROOM_FULL,
    "resource-constraint": ProblemKind.ROOM_FULL,
    "item-not-found": ProblemKind.ROOM_LOCKED,
    "gone": ProblemKind.NO_SUCH_ROOM,
    "not-allowed": ProblemKind.NOT_ALLOWED,
    "not-acceptable": ProblemKind.NOT_ALLOWED,
    "jid-malformed": ProblemKind.BAD_ADDRESS,
    "remote-server-not-found": ProblemKind.NO_SUCH_ROOM,
    "remote-server-timeout": ProblemKind.NO_SUCH_ROOM,
}

_THROWN_OUT = {
    "301": ProblemKind.BANNED,
    "307": ProblemKind.NOT_ALLOWED,
    "321": ProblemKind.MEMBERS_ONLY,
    "322": ProblemKind.MEMBERS_ONLY,
}

_NOT_THERE = frozenset(
    {
        ProblemKind.UNREACHABLE,
        ProblemKind.NO_SUCH_ROOM,
        ProblemKind.ROOM_FULL,  # how a server says that it has no such service
        ProblemKind.OTHER,
    }
)


class Happening(enum.Enum):
    """What rooms tell the sessions in them."""

    ENTERED = "entered"
    """I am in (again); the peer is me."""
    OUT = "out"
    """I am no longer in."""
    REFUSED = "refused"
    """I am not let in; the peer is the room."""
    CAME = "came"
    LEFT = "left"
    LEARNED = "learned"
    """It is known whether the room keeps an archive."""
    BOARDS = "boards"
    """The peer's announced boards differ."""
    ROLE = "role"
    """The peer's role or affiliation in the room differs; the peer may be me."""
    ASKED = "asked"
    """Somebody asks for a voice, or no longer; the peer is the room."""


@dataclass(frozen=True, slots=True)
class RoomEvent:
    """Something happened to one occupant, or to me."""

    room: str
    what: Happening
    peer: Peer
    boards: tuple[Advertisement, ...] = ()
    occupant: Occupant | None = None
    """What is shown of the peer: of who came, has another role or left (as it was then)."""
    removed: Removed | None = None
    """Who left, or I, was thrown out."""


@dataclass(frozen=True, slots=True)
class Removed:
    """An occupant was thrown out of a room."""

    is_banned: bool
    """For good (affiliation outcast); else only from the room as it is now."""
    by: str = ""
    """Nick of who did it, where the room says so."""


@dataclass(slots=True)
class _Occupant:
    row: Occupant
    peer: Peer
    boards: tuple[Advertisement, ...] = ()
    said: tuple[Advertisement, ...] = ()
    """Of those, what was said to all and does not stand in presence."""


@dataclass(slots=True)
class _Room:
    address: str
    nick: str
    password: str = ""
    name: str = ""
    state: RoomState = RoomState.OUT
    problem: Problem | None = None
    anonymous: bool = False
    members_only: bool = False
    has_archive: bool = False
    is_members_only: bool = False
    is_temporary: bool = False
    was_in: bool = False
    tries: int = 0
    locked_tries: int = 0
    restart_tries: int = 0
    me: Peer | None = None
    occupants: dict[str, _Occupant] = field(default_factory=dict)
    advertised: dict[str, Advertisement] = field(default_factory=dict)
    timer: asyncio.TimerHandle | None = None


class Rooms:
    """The group chats of one account.

    Args:
        account: whose.
        capabilities: looks up who can draw.
        version: the verification string of our own capabilities, '' while unknown.
        ready: whether the session is up and its initial presence sent.
    """

    def __init__(
        self,
        account: Account,
        capabilities: Capabilities,
        version: Callable[[], str],
        ready: Callable[[], bool],
    ) -> None:
        self._account = account
        self._capabilities = capabilities
        self._version = version
        self._ready = ready
        self._rooms: dict[str, _Room] = {}
        self.service = ""
        """Domain of the server's group chats, '' while unknown."""
        self.changed: Event[None] = Event()
        self.happened: Event[RoomEvent] = Event()
        self.requests = VoiceRequests()
        """Who asks for a voice in rooms that I moderate."""
        self.requests.changed.subscribe(self._asked_for_voice)
        capabilities.learned.subscribe(self._learned)

    # --- what is shown ---

    @property
    def rows(self) -> Sequence[Room]:
        """By name."""
        rows = [self._row(room) for room in self._rooms.values()]
        return sorted(rows, key=lambda row: (row.name.casefold(), row.address))

    def knows(self, address: str) -> bool:
        """Whether this bare address is one of my rooms."""
        return address in self._rooms

    def is_in(self, address: str) -> bool:
        """Whether I am in the room now."""
        room = self._rooms.get(address)
        return room is not None and room.state is RoomState.IN

    def me(self, address: str) -> Peer | None:
        """Myself as an occupant, while in."""
        room = self._rooms.get(address)
        return room.me if room is not None else None

    def occupant(self, full: str) -> Occupant | None:
        """What is shown of the occupant at this address; None if nobody is there."""
        room = self._rooms.get(bare(full))
        known = room.occupants.get(resource(full)) if room is not None else None
        return known.row if known is not None else None

    def occupants(self, address: str) -> Sequence[tuple[Peer, Occupant]]:
        """Everyone in the room, oneself too."""
        room = self._rooms.get(address)
        return [(o.peer, o.row) for o in room.occupants.values()] if room is not None else []

    def comes_back(self, address: str) -> bool:
        """Whether I am out of the room for the moment only, and enter again by myself."""
        room = self._rooms.get(address)
        return room is not None and room.state in {RoomState.WAITING, RoomState.JOINING}

    def is_anonymous(self, address: str) -> bool:
        """Whether the room hides addresses."""
        room = self._rooms.get(address)
        return room is None or room.anonymous

    def has_archive(self, address: str) -> bool:
        """Whether the room keeps what is said there (XEP-0313), as far as known."""
        room = self._rooms.get(address)
        return room is not None and room.has_archive

    def stamps(self, address: str) -> bool:
        """Whether the room stamps what is said with occupant-ids (XEP-0421)."""
        me = self.me(address)
        return me is not None and bool(me.occupant_id)

    def peer(self, full: str, stanza: ET.Element | None = None) -> Peer:
        """Who an occupant address is; the `stanza`'s own occupant-id counts first."""
        room = self._rooms.get(bare(full))
        occupant = room.occupants.get(resource(full)) if room is not None else None
        known = occupant.peer if occupant is not None else Peer(full)
        stamps = room is not None and room.me is not None and room.me.occupant_id
        stamped = _occupant_id(stanza) if stanza is not None and stamps else ""
        if stamped and stamped != known.occupant_id:
            return Peer(full, stamped, known.jid if not known.occupant_id else "")
        return known

    def members_of(self, address: str, session: str) -> Sequence[Peer]:
        """Other occupants who announce that they take part in a session; moderators first."""
        room = self._rooms.get(address)
        if room is None:
            return ()
        found = [
            occupant
            for occupant in room.occupants.values()
            if not occupant.row.me and any(b.session == session for b in occupant.boards)
        ]
        found.sort(key=lambda occupant: occupant.row.role != "moderator")
        return [occupant.peer for occupant in found]

    def advertisements(self, address: str) -> Sequence[tuple[Peer, Advertisement]]:
        """What the other occupants announce now."""
        room = self._rooms.get(address)
        return tuple(
            (occupant.peer, board)
            for occupant in (room.occupants.values() if room is not None else ())
            if not occupant.row.me
            for board in occupant.boards
        )

    def let_in(self, address: str, guest: str) -> None:
        """Make it possible for this person to enter a members-only room (XEP-0045 section 7.8.2).

        The room tells them, and makes them a member if it lets me do that.
        """
        room = self._rooms.get(address)
        stream = self._account.stream
        if room is None or not room.is_members_only or stream is None:
            return
        message = stream.make_message(mto=address)
        x = ET.SubElement(message.xml, tag(MUC_USER, "x"))
        ET.SubElement(x, tag(MUC_USER, "invite"), to=guest)
        message.send()

    def is_temporary(self, address: str) -> bool:
        """Whether the room ends when everybody has left, as far as it says."""
        room = self._rooms.get(address)
        return room is not None and room.is_temporary

    def is_asking(self, address: str) -> bool:
        """Whether it is still being found out what somebody there can do."""
        room = self._rooms.get(address)
        others = room.occupants.values() if room is not None else ()
        return any(self._capabilities.is_asking(one.peer.address) for one in others)

    def rules_for(self, address: str) -> tuple[Mode, Dialect]:
        """By which rules everybody there who can draw can take part.

        Where some know only the XEP and some only Psi's dialect, the former can.
        """
        room = self._rooms.get(address)
        others = (
            [one.peer.address for one in room.occupants.values() if not one.row.me] if room else []
        )
        if any(map(self._capabilities.is_plain, others)):
            return Mode.STRICT, Dialect.XEP
        if any(map(self._capabilities.is_psi, others)):
            return Mode.STRICT, Dialect.PSI
        return Mode.MERGE, Dialect.XEP

    def dialect_of(self, address: str, session: str) -> Dialect:
        """How a session that runs there is said."""
        running = (ad for _, ad in self.advertisements(address) if ad.session == session)
        return next((ad.dialect for ad in running), Dialect.XEP)

    def invited(self, address: str, peer: Peer, board: Advertisement) -> None:
        """An occupant said to all that a board runs there, which its presence does not show."""
        room = self._rooms.get(address)
        occupant = room.occupants.get(resource(peer.address)) if room is not None else None
        if room is None or occupant is None or occupant.row.me:
            return
        known = {one.session for one in occupant.boards}
        if board.session not in known and len(known) < MOST_BOARDS:
            occupant.said = (*occupant.said, board)
            self._show_boards(room, occupant, (*occupant.boards, board))
            self.changed.emit(None)

    def _show_boards(
        self, room: _Room, occupant: _Occupant, boards: tuple[Advertisement, ...]
    ) -> None:
        occupant.boards = boards
        occupant.row = replace(occupant.row, boards=tuple(board.session for board in boards))
        self._tell(room, Happening.BOARDS, occupant.peer, boards)

    def _row(self, room: _Room) -> Room:
        running: dict[str, tuple[str, int]] = {}
        for occupant in room.occupants.values():
            for board in occupant.boards:
                name, people = running.get(board.session, ("", 0))
                running[board.session] = (name or board.name, people + 1)
        return Room(
            address=room.address,
            name=room.name or local(room.address),
            nick=room.nick,
            state=room.state,
            occupants=tuple(
                sorted((o.row for o in room.occupants.values()), key=lambda o: o.nick.casefold())
            ),
            boards=tuple(RunningBoard(s, name, n) for s, (name, n) in running.items()),
            problem=room.problem,
            anonymous=room.anonymous,
            temporary=room.is_temporary,
            requests=self.requests.of(room.address),
        )

    # --- what is asked ---

    def join(
        self,
        address: str,
        nick: str,
        password: str = "",
        *,
        name: str = "",
        members_only: bool = False,
    ) -> None:
        """Enter; a room that does not exist comes into being, configured for boards."""
        jid = valid_jid(address)
        full = valid_jid(f"{address}/{nick}")
        if jid is None or full is None or "@" not in address or "/" in address:
            room = _Room(address, nick, state=RoomState.FAILED)
            room.problem = Problem(ProblemKind.BAD_ADDRESS, address)
            self._rooms[address] = room
            self.changed.emit(None)
            return
        known = self._rooms.get(jid)
        if known is not None and known.state in {RoomState.IN, RoomState.JOINING}:
            return
        room = _Room(jid, resource(full), password, name, members_only=members_only)
        if known is not None:
            room.advertised = known.advertised
        self._rooms[jid] = room
        self._enter(room)

    def leave(self, address: str) -> None:
        """Leave and forget."""
        room = self._rooms.pop(address, None)
        if room is None:
            return
        if room.state in {RoomState.IN, RoomState.JOINING}:
            self._send_presence(room, "unavailable")
        self._went_out(room)
        self.changed.emit(None)

    def advertise(self, address: str, session: str, what: Advertisement | None) -> None:
        """Show in my presence there that I take part in a session, or no longer."""
        room = self._rooms.get(address)
        if room is None:
            return
        if what is None:
            changed = room.advertised.pop(session, None) is not None
        else:
            changed = room.advertised.get(session) != what
            room.advertised[session] = what
        if changed and room.state is RoomState.IN:
            self._send_presence(room)

    # --- the connection ---

    def online(self, *, resumed: bool) -> None:
        """The session is up; after a resumption I never left."""
        for room in self._rooms.values():
            if resumed and room.me is not None and room.state is RoomState.WAITING:
                room.state = RoomState.IN
                self._tell(room, Happening.ENTERED, room.me)
            elif room.state in {RoomState.WAITING, RoomState.JOINING}:
                room.tries = 0
                self._enter(room)
        self.changed.emit(None)

    def offline(self) -> None:
        """The session is down: rooms are entered again when it is back."""
        for room in self._rooms.values():
            if room.state is RoomState.IN:
                room.state = RoomState.WAITING
                if room.me is not None:
                    self._tell(room, Happening.OUT, room.me)
            elif room.state in {RoomState.JOINING, RoomState.WAITING}:
                self._stop_timer(room)
                room.state = RoomState.WAITING
        self.changed.emit(None)

    async def find_service(self) -> None:
        """Ask the server which of its parts is for group chats."""
        stream = self._account.stream
        if stream is None or self.service:
            return
        domain = self._account.address.partition("@")[2]
        try:
            iq = stream.make_iq_get(ito=domain)
            ET.SubElement(iq.xml, "{http://jabber.org/protocol/disco#items}query")
            items = await self._account.request(iq)
        except XMPPError:
            return
        for item in items.xml.iter("{http://jabber.org/protocol/disco#items}item"):
            address = valid_jid(item.get("jid"))
            if address is None or "@" in address:
                continue
            try:
                info = await self._account.request(disco_info(stream.make_iq_get, address))
            except XMPPError:
                continue
            if MUC in info["disco_info"].get_features():
                self.service = address
                self.changed.emit(None)
                return

    # --- entering ---

    def _enter(self, room: _Room) -> None:
        room.problem = None
        room.occupants.clear()
        room.me = None
        if not self._ready():
            room.state = RoomState.WAITING
            self.changed.emit(None)
            return
        room.state = RoomState.JOINING
        self._send_presence(room, joining=True)
        self._stop_timer(room)
        room.timer = asyncio.get_running_loop().call_later(_JOIN_SECONDS, self._unanswered, room)
        self.changed.emit(None)

    def _unanswered(self, room: _Room) -> None:
        room.timer = None
        self._refused(room, Problem(ProblemKind.UNREACHABLE, room.address, "no answer"))

    def _refused(self, room: _Room, problem: Problem) -> None:
        self._stop_timer(room)
        if (
            problem.kind is ProblemKind.NICK_TAKEN
            and room.was_in
            and room.tries < _NICK_TRIES
            and room.state is RoomState.JOINING
        ):
            # My own ghost may still sit there after a cut: come in beside it.
            room.tries += 1
            room.nick = f"{room.nick.rstrip('_')}{'_' * room.tries}"
            self._enter(room)
            return
        if (
            problem.kind is ProblemKind.ROOM_LOCKED
            and room.locked_tries < _LOCKED_TRIES
            and room.state is RoomState.JOINING
        ):
            # Somebody makes the room at this very moment: it opens once it is configured.
            room.locked_tries += 1
            room.timer = asyncio.get_running_loop().call_later(
                _LOCKED_WAIT * room.locked_tries, self._enter, room
            )
            return
        if problem.kind in _NOT_THERE and 0 < room.restart_tries < _RESTART_TRIES:
            self._enter_later(room)
            self.changed.emit(None)
            return
        room.locked_tries = room.restart_tries = 0
        room.state = RoomState.FAILED
        room.problem = problem
        self._tell(room, Happening.REFUSED, Peer(room.address))
        self.changed.emit(None)

    def _enter_later(self, room: _Room) -> None:
        """Out for technical reasons: a server that is shut down mostly starts again."""
        self._stop_timer(room)
        room.state = RoomState.WAITING
        wait = _RESTART_WAIT * 2**room.restart_tries
        room.restart_tries += 1
        room.timer = asyncio.get_running_loop().call_later(wait, self._enter, room)

    def _send_presence(self, room: _Room, kind: str = "", *, joining: bool = False) -> None:
        stream = self._account.stream
        if stream is None or not self._account.is_online:
            return
        presence = stream.make_presence(pto=f"{room.address}/{room.nick}")
        xml: ET.Element = presence.xml
        if kind:
            xml.set("type", kind)
        else:
            if joining:
                x = ET.SubElement(xml, tag(MUC, "x"))
                ET.SubElement(x, tag(MUC, "history"), maxstanzas=str(_HISTORY))
                if room.password:
                    ET.SubElement(x, tag(MUC, "password")).text = room.password
            version = self._version()
            if version:
                xml.append(own_element(version))
            announce(xml, room.advertised.values())
        presence.send()

    # --- presence from rooms ---

    def presence(self, xml: ET.Element) -> None:
        """A presence whose sender's bare address is one of my rooms."""
        full = valid_jid(xml.get("from"))
        if full is None:
            return
        room = self._rooms[bare(full)]
        kind = xml.get("type", "")
        if kind == "error":
            self._on_error(room, xml)
        elif kind == "unavailable":
            self._on_unavailable(room, full, xml)
        elif kind == "":
            self._on_available(room, full, xml)
        self.changed.emit(None)

    def _on_error(self, room: _Room, xml: ET.Element) -> None:
        condition, text = error_condition(xml)
        kind = _REFUSALS.get(condition, ProblemKind.OTHER)
        problem = Problem(kind, room.name or room.address, f"{condition} {text}".strip())
        if room.state is RoomState.JOINING:
            self._refused(room, problem)
        elif room.state is RoomState.IN:
            room.problem = problem

    def _on_available(self, room: _Room, full: str, xml: ET.Element) -> None:
        nick = resource(full)
        codes = _status_codes(xml)
        mine = "110" in codes
        if not nick or (nick not in room.occupants and len(room.occupants) >= _MOST_OCCUPANTS):
            return
        item = _item(xml)
        jid = valid_jid(item.get("jid")) or ""
        if mine and not jid:
            jid = self._account.jid
        old = room.occupants.get(nick)
        said = old.said if old is not None else ()
        shown = announced(xml)
        boards = (*shown, *(one for one in said if one not in shown))
        unstamped = room.me is not None and not room.me.occupant_id and not mine
        peer = Peer(full, "" if unstamped else _occupant_id(xml), bare(jid))
        row = Occupant(
            nick=nick,
            address=bare(jid) or None,
            availability=availability(xml),
            role=item.get("role", "participant"),
            affiliation=item.get("affiliation", "none"),
            can_draw=mine or self._capabilities.can_draw(full),
            boards=tuple(board.session for board in boards),
            me=mine,
        )
        room.occupants[nick] = _Occupant(row, peer, boards, said)
        if row.role != "visitor":
            self.requests.forget(room.address, nick)
        if mine:
            self._on_own(room, nick, peer, codes)
        else:
            self._capabilities.heard(full, xml)
            if old is None:
                self._tell(room, Happening.CAME, peer, occupant=row)
        if old is not None and _standing(old.row) != _standing(row):
            self._tell(room, Happening.ROLE, peer, occupant=row)
        if old is None or old.boards != boards:
            self._tell(room, Happening.BOARDS, peer, boards)

    def _on_own(self, room: _Room, nick: str, peer: Peer, codes: frozenset[str]) -> None:
        if room.state is not RoomState.JOINING:
            room.nick, room.me = nick, peer
            return
        self._stop_timer(room)
        room.nick, room.me = nick, peer
        if not peer.occupant_id:
            # The room does not stamp: what looks like its stamp was written by the occupants.
            for occupant in room.occupants.values():
                occupant.peer = replace(occupant.peer, occupant_id="")
        room.anonymous = "100" not in codes
        if "201" in codes:
            self._account.spawn(asyncio.ensure_future(self._configure_new(room)))
        else:
            self._entered(room)

    def _entered(self, room: _Room) -> None:
        room.state = RoomState.IN
        room.was_in = True
        room.tries = room.restart_tries = 0
        self._account.spawn(asyncio.ensure_future(self._learn_name(room)))
        if room.me is not None:
            self._tell(room, Happening.ENTERED, room.me)
        self.changed.emit(None)

    def _on_unavailable(self, room: _Room, full: str, xml: ET.Element) -> None:
        nick = resource(full)
        codes = _status_codes(xml)
        occupant = room.occupants.pop(nick, None)
        mine = "110" in codes or (room.me is not None and room.me.address == full)
        if "303" in codes:
            if mine:
                room.nick = _item(xml).get("nick", room.nick)
            return  # a change of nick: the presence under the new one follows
        self._capabilities.forget(full)
        self.requests.forget(room.address, nick)
        removed = _removed(xml, codes)
        if not mine:
            if occupant is not None:
                row = occupant.row
                self._tell(room, Happening.LEFT, occupant.peer, occupant=row, removed=removed)
            return
        if room.state not in {RoomState.IN, RoomState.JOINING}:
            return
        user = xml.find(tag(MUC_USER, "x"))
        destroyed = user is not None and user.find(tag(MUC_USER, "destroy")) is not None
        kinds = [kind for code, kind in _THROWN_OUT.items() if code in codes]
        if room.state is RoomState.JOINING and not (kinds or destroyed or _TECHNICAL & codes):
            return  # of the time before: I left, and enter again
        if _TECHNICAL & codes:
            room.state = RoomState.WAITING  # who hears of it is to know that I come back
        self._went_out(room, removed)
        if _TECHNICAL & codes:
            self._enter_later(room)
            return
        room.state = RoomState.FAILED
        kind = kinds[0] if kinds else ProblemKind.OTHER
        if destroyed:
            kind = ProblemKind.NO_SUCH_ROOM
        reason = _item(xml).findtext(tag(MUC_USER, "reason")) or ""
        details = f"{' '.join(sorted(codes))} {reason or xml.findtext(STATUS) or ''}".strip()
        room.problem = Problem(kind, room.name or room.address, details[:500])

    def _went_out(self, room: _Room, removed: Removed | None = None) -> None:
        self._stop_timer(room)
        me, room.me = room.me, None
        room.occupants.clear()
        self.requests.forget(room.address)
        if me is not None:
            self._tell(room, Happening.OUT, me, removed=removed)

    # --- configuring and naming ---

    async def _configure_new(self, room: _Room) -> None:
        """A room that just came into being is locked until it is configured."""
        if self._account.stream is None:
            return
        try:
            await configure(
                self._account, room.address, name=room.name, members_only=room.members_only
            )
        except XMPPError as error:
            self._refused(room, Problem(ProblemKind.OTHER, room.address, str(error.condition)))
            return
        if room.state is RoomState.JOINING and self._rooms.get(room.address) is room:
            self._entered(room)

    async def _learn_name(self, room: _Room) -> None:
        said = await ask_about(self._account, room.address)
        if said is None:
            return
        room.is_members_only = "muc_membersonly" in said.features
        room.is_temporary = "muc_temporary" in said.features
        room.has_archive = MAM in said.features
        if room.me is not None:
            self._tell(room, Happening.LEARNED, room.me)
        if said.name:
            room.name = said.name
            self.changed.emit(None)

    def _learned(self, full: str) -> None:
        room = self._rooms.get(bare(full))
        occupant = room.occupants.get(resource(full)) if room is not None else None
        if occupant is not None and not occupant.row.me:
            can_draw = self._capabilities.can_draw(full)
            occupant.row = replace(occupant.row, can_draw=can_draw)
            self.changed.emit(None)

    def _asked_for_voice(self, address: str) -> None:
        self.happened.emit(RoomEvent(address, Happening.ASKED, Peer(address)))
        self.changed.emit(None)

    def _tell(
        self,
        room: _Room,
        what: Happening,
        peer: Peer,
        boards: tuple[Advertisement, ...] = (),
        *,
        occupant: Occupant | None = None,
        removed: Removed | None = None,
    ) -> None:
        self.happened.emit(RoomEvent(room.address, what, peer, boards, occupant, removed))

    @staticmethod
    def _stop_timer(room: _Room) -> None:
        if room.timer is not None:
            room.timer.cancel()
            room.timer = None


def _user(xml: ET.Element) -> ET.Element:
    found = xml.find(tag(MUC_USER, "x"))
    return found if found is not None else ET.Element("x")


def _item(xml: ET.Element) -> ET.Element:
    found = _user(xml).find(tag(MUC_USER, "item"))
    return found if found is not None else ET.Element("item")


def _standing(row: Occupant) -> tuple[str, str]:
    return row.role, row.affiliation


def _removed(xml: ET.Element, codes: frozenset[str]) -> Removed | None:
    """Whether this presence says that its occupant was thrown out (XEP-0045 sections 8.2, 9.1)."""
    if not codes & _THROWN_OUT.keys() or codes & _TECHNICAL:
        return None
    actor = _item(xml).find(tag(MUC_USER, "actor"))
    return Removed("301" in codes, actor.get("nick", "") if actor is not None else "")


def _status_codes(xml: ET.Element) -> frozenset[str]:
    return frozenset(s.get("code", "") for s in _user(xml).iterfind(tag(MUC_USER, "status")))


def _occupant_id(xml: ET.Element) -> str:
    found = xml.find(tag(ns.OCCUPANT_ID, "occupant-id"))
    return found.get("id", "") if found is not None else ""
