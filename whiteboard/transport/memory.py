"""A network in memory: rooms and direct links with a seeded scheduler and a clock moved by hand.

For tests and the demo. It delays, reorders, repeats and drops messages, cuts members off and splits
the network, all by one seed: the same seed gives the same run. Every message really goes through
XML. A `Node` is the smallest complete driver of a session and shows how one is driven.
"""

from __future__ import annotations

import heapq
import itertools
import random
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from xml.etree.ElementTree import Element, SubElement

from whiteboard.model.changes import Commit
from whiteboard.model.document import Document
from whiteboard.model.ephemeral import Ephemeral
from whiteboard.model.folded import Folded
from whiteboard.model.ids import Party, SessionId
from whiteboard.model.ops import Batch
from whiteboard.model.shared import SharedDocument
from whiteboard.session.negotiation import Invitation, Stage
from whiteboard.session.ports import (
    Advertise,
    AskUser,
    Beside,
    CancelTimer,
    Direct,
    Effect,
    Ended,
    Fetch,
    Incident,
    InRoom,
    KeepBase,
    NewDocument,
    Notify,
    Offence,
    Persist,
    Place,
    ReadHistory,
    Send,
    ShowEphemeral,
    StartTimer,
    ToPeer,
    Upload,
)
from whiteboard.session.rebuilding import Found, Rebuilt
from whiteboard.session.session import Session
from whiteboard.session.uploading import MAX_FILE
from whiteboard.validation.applications import DRAWINGS
from whiteboard.wire import ns, psi
from whiteboard.wire.codec import decode, encode
from whiteboard.wire.errors import RemoteProtocolError
from whiteboard.wire.messages import (
    Accept,
    Advertisement,
    Description,
    Dialect,
    Initiate,
    Message,
    Peer,
    StrictMessage,
    Terminate,
)
from whiteboard.wire.xml import parse, to_xml


@dataclass
class Weather:
    """How messages fare. Times in seconds, chances from 0 to 1."""

    delay: tuple[float, float] = (0.01, 0.05)
    loss: float = 0.0
    duplicate: float = 0.0
    reorder: bool = False
    """Each message has its own delay; else those between two members stay in order."""
    bytes_per_second: float = 1_000_000.0
    one_order: bool = False
    """What is said in a room passes the room, which sends it to all in one order, as a group chat
    does; plain XEP-0284 clients join by that. What its sender hears of it is never lost."""


@dataclass
class Count:
    """What happened on the network."""

    sent: int = 0
    delivered: int = 0
    lost: int = 0
    repeated: int = 0
    bytes: int = 0
    faults: int = 0


class MemoryNetwork:
    """All members, what is on the way between them, and the time."""

    def __init__(self, seed: int, weather: Weather | None = None) -> None:
        self.rng = random.Random(seed)
        self.weather = weather or Weather()
        self.now = 0.0
        self.count = Count()
        self.nodes: dict[str, Node] = {}
        self.files: dict[str, bytes] | None = None
        """What was put beside the stream, by address; None: nothing can be."""
        self.archive: list[Found] | None = None
        """What the rooms keep of what is said to all, in order; None: they keep nothing."""
        self.drop: Callable[[str, str, Message], bool] = lambda _from, _to, _message: False
        """Drops more messages than the weather does: (sender, receiver, message)."""
        self.watch: Callable[[str], object] = lambda _text: None
        """Sees what is sent."""
        self._queue: list[tuple[float, int, Callable[[], None]]] = []
        self._order = itertools.count()
        self._last: dict[tuple[str, str], float] = {}
        self._groups: tuple[frozenset[str], ...] = ()

    # ------------------------------------------------------------------------------ members

    def enter_room(self, room: str, nick: str, occupant_id: str = "") -> Node:
        """A new occupant, who sees what the others advertise."""
        address = f"{room}/{nick}"
        node = Node(self, Peer(address, occupant_id or f"id-{nick}"), InRoom(room))
        self.nodes[address] = node
        for other in self._neighbours(node):
            for advertisement in other.advertised.values():
                self.deliver_later(other.peer, node, advertisement)
        return node

    def sign_in(self, address: str, other: str = "") -> Node:
        """A new device, to draw with `other` directly."""
        node = Node(self, Peer(address), Direct(other))
        self.nodes[address] = node
        return node

    def remove(self, node: Node) -> None:
        """The member is gone without a word; the others see it leave."""
        node.is_gone = True
        del self.nodes[node.peer.address]
        for other in list(self.nodes.values()):
            other.take(lambda session: session.left(node.peer, self.now))

    def change_nick(self, node: Node, nick: str) -> None:
        """The same occupant by another name."""
        assert isinstance(node.place, InRoom)
        old = node.peer
        del self.nodes[old.address]
        node.peer = Peer(f"{node.place.room}/{nick}", old.occupant_id)
        self.nodes[node.peer.address] = node
        for other in self._neighbours(node):
            other.take(lambda session: session.left(old, self.now))
            for advertisement in node.advertised.values():
                self.deliver_later(node.peer, other, advertisement)
        node.take(lambda session: session.online(node.peer, self.now))

    def _neighbours(self, node: Node) -> list[Node]:
        """Everyone else in the same room."""
        return [n for n in self.nodes.values() if n is not node and n.place == node.place]

    # ----------------------------------------------------------------------- faults by hand

    def mute(self, node: Node, *, muted: bool = True) -> None:
        """The room takes no message of that member from now on, and says so."""
        node.is_muted = muted

    def partition(self, *groups: Iterable[Node]) -> None:
        """Messages between different groups are lost from now on; nobody is told."""
        self._groups = tuple(frozenset(n.peer.address for n in group) for group in groups)

    def heal(self) -> None:
        """The network is whole again; nobody is told."""
        self._groups = ()

    def cut(self, node: Node) -> None:
        """The member's stream breaks: it knows, and the others see it leave."""
        node.is_cut = True
        node.take(lambda session: session.offline(self.now))
        for other in list(self.nodes.values()):
            if other is not node:
                other.take(lambda session: session.left(node.peer, self.now))

    def restore(self, node: Node) -> None:
        """The stream is back; what waited goes out in order."""
        node.is_cut = False
        waiting, node.outbox = node.outbox, []
        for send in waiting:
            self.send(node, send)
        for other in self._neighbours(node):
            for advertisement in other.advertised.values():
                self.deliver_later(other.peer, node, advertisement)
        node.take(lambda session: session.online(node.peer, self.now))

    # --------------------------------------------------------------------------- on the way

    def send(self, node: Node, send: Send) -> None:
        """Put a message of `node` on the way."""
        if node.is_cut:
            # In Psi's dialect the session itself does again what could not be sent.
            if node.saying is Dialect.XEP:
                node.outbox.append(send)
            return
        to_all = not isinstance(send.to, ToPeer)
        stanza = _stanza(node.peer, send.message, to_all=to_all, dialect=node.saying)
        if stanza is None:
            return
        text = to_xml(stanza)
        self.watch(text)
        size = len(text.encode())
        self.count.sent += 1
        self.count.bytes += size
        if send.receipt:
            seconds = size / self.weather.bytes_per_second
            self.later(seconds, lambda: node.take(lambda s: s.sent(send.receipt, self.now)))
        if self.weather.one_order and isinstance(node.place, InRoom):
            self._in_order((node.peer.address, "room"), lambda: self._pass(node, send, text))
        else:
            self._pass(node, send, text)

    def _pass(self, node: Node, send: Send, text: str) -> None:
        """Bring a message to whom it is for."""
        if isinstance(send.to, ToPeer):
            target = self.nodes.get(send.to.address) or self._device_of(send.to.address)
            if target is None:
                self.later(0.05, lambda: node.bounced(send))
            else:
                self._carry(node.peer, target, text, send.message)
            return
        if node.is_muted:
            self.later(0.05, lambda: node.bounced(send, "forbidden"))
            return
        if self.archive is not None and send.store and isinstance(node.place, InRoom):
            self._keep(self.archive, node.peer, text)
        for target in [*self._neighbours(node), node]:
            self._carry(node.peer, target, text, send.message)

    def _device_of(self, address: str) -> Node | None:
        """A bare address reaches whatever device is there."""
        found = (n for a, n in self.nodes.items() if a.partition("/")[0] == address)
        return next((node for node in found if not node.is_gone and not node.is_cut), None)

    def _keep(self, archive: list[Found], peer: Peer, text: str) -> None:
        message = decode(parse(text))
        if message is not None:
            stamp = (_BEGINNING + timedelta(seconds=self.now)).isoformat(timespec="seconds")
            archive.append(Found(f"kept-{len(archive)}", peer, message, stamp))

    def _in_order(self, link: tuple[str, str], action: Callable[[], None]) -> None:
        """Do `action` after a delay, never before what went the same way earlier."""
        when = max(self.now + self.rng.uniform(*self.weather.delay), self._last.get(link, 0.0))
        self._last[link] = when
        self.later(when - self.now, action)

    def deliver_later(self, peer: Peer, target: Node, message: Message) -> None:
        """Put a message on the way that nobody's driver sent: presence, or a forgery in a test."""
        stanza = _stanza(peer, message)
        assert stanza is not None
        self._carry(peer, target, to_xml(stanza), message)

    def _carry(self, peer: Peer, target: Node, text: str, message: Message) -> None:
        if self._is_apart(peer.address, target.peer.address) or self.drop(
            peer.address, target.peer.address, message
        ):
            self.count.lost += 1
            return
        weather = self.weather
        is_live = not isinstance(message, Advertisement)
        if weather.one_order and peer.address == target.peer.address:
            is_live = False
        if is_live and self.rng.random() < weather.loss:
            self.count.lost += 1
            return
        copies = 1
        if is_live and self.rng.random() < weather.duplicate:
            copies += 1
            self.count.repeated += 1
        for _ in range(copies):

            def arrive() -> None:
                self._arrive(peer, target, text)

            is_by_room = weather.one_order and isinstance(target.place, InRoom)
            source = "room" if is_by_room else peer.address
            if weather.reorder:
                self.later(self.rng.uniform(*weather.delay), arrive)
            else:
                self._in_order((source, target.peer.address), arrive)

    def _arrive(self, peer: Peer, target: Node, text: str) -> None:
        if target.is_gone or target.is_cut:
            self.count.lost += 1
            return
        self.count.delivered += 1
        try:
            stanza = parse(text)
            is_psi = stanza.find(psi.SXE) is not None and stanza.tag.endswith("message")
            message = psi.decode_psi(stanza) if is_psi else decode(stanza)
        except RemoteProtocolError:
            self.count.faults += 1
            return
        if message is not None:
            target.receive(peer, message)

    def _is_apart(self, one: str, other: str) -> bool:
        return any((one in group) != (other in group) for group in self._groups)

    # --------------------------------------------------------------------------------- time

    def later(self, seconds: float, action: Callable[[], None]) -> None:
        """Do `action` when so much time has passed."""
        heapq.heappush(self._queue, (self.now + seconds, next(self._order), action))

    def run(self, seconds: float) -> None:
        """Let time pass, with all that happens meanwhile."""
        end = self.now + seconds
        while self._queue and self._queue[0][0] <= end:
            when, _, action = heapq.heappop(self._queue)
            self.now = max(self.now, when)
            action()
        self.now = end

    def run_until(self, is_so: Callable[[], bool], at_most: float = 300.0) -> bool:
        """Let time pass until `is_so`; whether it came to that in time."""
        end = self.now + at_most
        while not is_so():
            if not self._queue or self._queue[0][0] > end:
                return False
            when, _, action = heapq.heappop(self._queue)
            self.now = max(self.now, when)
            action()
        return True


def _stanza(
    peer: Peer, message: Message, *, to_all: bool = False, dialect: Dialect = Dialect.XEP
) -> Element | None:
    is_psi = dialect is Dialect.PSI
    payload = psi.encode_psi(message) if is_psi else encode(message)
    if not payload:
        return None
    if isinstance(message, Advertisement):
        tag = "presence"
    elif is_psi:
        tag = "message"
    else:
        tag = "iq" if isinstance(message, Initiate | Accept | Terminate) else "message"
    stanza = Element(f"{{{ns.CLIENT}}}{tag}", {"from": peer.address})
    if tag == "message":
        stanza.set("type", "groupchat" if to_all else "chat")
    stanza.extend(payload)
    if peer.occupant_id:
        SubElement(stanza, f"{{{ns.OCCUPANT_ID}}}occupant-id", {"id": peer.occupant_id})
    return stanza


@dataclass
class Journal:
    """What a member would have on disk."""

    base: Folded | None = None
    """The state it joined by."""
    batches: list[Batch] = field(default_factory=list)
    strict: list[StrictMessage] = field(default_factory=list)
    """Of a strict session."""


@dataclass
class Shown:
    """What a member was shown, for whoever looks at it."""

    ephemeral: list[tuple[Party, Ephemeral | None]] = field(default_factory=list)
    offences: list[Offence] = field(default_factory=list)
    incidents: list[Incident] = field(default_factory=list)
    asked: list[AskUser] = field(default_factory=list)
    ended: list[Ended] = field(default_factory=list)
    commits: list[Commit] = field(default_factory=list)
    told: list[str] = field(default_factory=list)
    """Sentences for the person."""


_BEGINNING = datetime(2026, 1, 1, tzinfo=UTC)
"""When the time of a network begins, by the stamps of its archives."""


class Node:
    """One member's driver: performs effects, runs timers, hands commits to the session."""

    def __init__(self, network: MemoryNetwork, peer: Peer, place: Place) -> None:
        self.network = network
        self.peer = peer
        self.place = place
        self.session: Session | None = None
        self.document: SharedDocument | None = None
        self.invitations: dict[tuple[SessionId, str], Invitation] = {}
        self.advertised: dict[SessionId, Advertisement] = {}
        self.outbox: list[Send] = []
        self.is_cut = False
        self.is_muted = False
        self.is_gone = False
        self.saying = Dialect.XEP
        """How what it sends is said."""
        self.shown = Shown()
        self.journal = Journal()
        self.seen: dict[SessionId, list[Peer]] = {}
        """Sessions others advertise here, with the members seen."""
        self._timers: dict[tuple[int, str], int] = {}
        self._timer_ids = itertools.count(1)
        self._unsubscribe: Callable[[], None] = lambda: None

    # ------------------------------------------------------------------------- what one does

    def share(
        self, document: SharedDocument, description: Description, *, yields: bool = False
    ) -> Session:
        """Open a session with this board."""
        rng = random.Random(self.network.rng.random())
        session = Session.share(document, description, self.peer, self.place, rng, yields=yields)
        return self._begin(session)

    def join(
        self,
        session_id: SessionId,
        ask: Sequence[Peer] = (),
        applications: Collection[str] = DRAWINGS,
        dialect: Dialect = Dialect.XEP,
        is_given: bool = False,
    ) -> Session:
        """Join a session; in a room those seen there are asked."""
        rng = random.Random(self.network.rng.random())
        known = list(ask) or self.seen.get(session_id, [])
        joining = Session.join(
            session_id,
            self.peer,
            self.place,
            rng,
            ask=known,
            applications=applications,
            dialect=dialect,
            is_given=is_given,
        )
        return self._begin(joining)

    def go_on(self, rebuilt: Rebuilt) -> Session:
        """Take part in a session as the room's archive has it, with nobody there."""
        assert isinstance(self.place, InRoom)
        party = rebuilt.description.identity.party(self.peer)
        assert party is not None
        rng = random.Random(self.network.rng.random())
        return self._begin(Session.rebuilt(rebuilt, self.peer, self.place, rng, party))

    def _begin(self, session: Session) -> Session:
        self.session = session
        session.archiving.is_kept = lambda: self.network.archive is not None
        session.can_fetch = self.network.files is not None
        session.upload_limit = lambda: 0 if self.network.files is None else MAX_FILE
        self.perform(session.start(self.network.now), session)
        return session

    def invite(self, address: str) -> Invitation:
        """Invite a device to the session."""
        session = self.session
        assert session is not None
        assert session.description is not None
        session.admit(address)
        invitation = Invitation.outgoing(
            session.session, session.description, self.peer, Peer(address)
        )
        self.invitations[session.session, address] = invitation
        self.perform(invitation.start(self.network.now), invitation)
        return invitation

    def accept(self, invitation: Invitation) -> Session:
        """Accept an invitation and join."""
        self.perform(invitation.accept(self.network.now), invitation)
        self.place = Direct(invitation.peer.address)
        dialect = invitation.dialect
        host = [Peer(invitation.host)]
        return self.join(invitation.session, host, dialect=dialect, is_given=dialect is Dialect.PSI)

    def tell(self, what: Ephemeral) -> None:
        """Show the others something."""
        self.take(lambda session: session.tell(what, self.network.now))

    # ------------------------------------------------------------------------ what it drives

    def take(self, call: Callable[[Session], list[Effect]]) -> None:
        """Call the session, if there is one, and perform what it asks for."""
        if self.session is not None and not self.is_gone:
            self.perform(call(self.session), self.session)

    def receive(self, peer: Peer, message: Message) -> None:
        """A message arrived."""
        now = self.network.now
        if isinstance(message, Advertisement):
            seen = self.seen.setdefault(message.session, [])
            if peer not in seen:
                seen.append(peer)
        key = (message.session, peer.address)
        if isinstance(message, Initiate) and isinstance(self.place, InRoom):
            return  # said to all for those who see no advertisements
        if isinstance(message, Initiate) and key not in self.invitations:
            invited = Invitation.incoming(message.session, self.peer, peer)
            invited.dialect = message.description.dialect
            self.invitations[key] = invited
        if isinstance(message, Initiate | Accept | Terminate):
            # An invitation's until it is accepted; then its end is the session's matter too.
            invitation = self.invitations.get(key)
            was_accepted = invitation is not None and invitation.stage is Stage.ACCEPTED
            if invitation is not None:
                self.perform(invitation.receive(peer, message, now), invitation)
            is_on = invitation is not None and invitation.stage is Stage.ACCEPTED
            is_on |= isinstance(self.place, InRoom)
            is_answer = isinstance(message, Accept) and self._is_psi and is_on
            if not is_answer and not (was_accepted and isinstance(message, Terminate)):
                return
        self.take(lambda session: session.receive(peer, message, now))

    @property
    def _is_psi(self) -> bool:
        return self.session is not None and self.session.dialect is Dialect.PSI

    def bounced(self, send: Send, condition: str = "item-not-found") -> None:
        """A message came back."""
        now = self.network.now
        self.take(lambda s: s.bounced(send.to, send.message, condition, now))

    def perform(self, effects: list[Effect], of: Session | Invitation) -> None:
        """Do what the session or invitation asks for."""
        for effect in effects:
            if isinstance(effect, Send):
                self.saying = of.dialect
                self.network.send(self, effect)
            elif isinstance(effect, StartTimer):
                self._start_timer(of, effect)
            elif isinstance(effect, CancelTimer):
                self._timers.pop((id(of), effect.name), None)
            elif isinstance(effect, NewDocument):
                self._follow(effect.document)
            elif isinstance(effect, Persist):
                self.journal.batches += effect.batches
                self.journal.strict += effect.strict
            elif isinstance(effect, Upload | Fetch):
                self._carry(effect, of)
            elif isinstance(effect, Beside):
                self.perform(effect.then(effect.make(), self.network.now), of)
            elif isinstance(effect, ReadHistory):
                self._read_back(effect.document)
            elif isinstance(effect, KeepBase):
                assert isinstance(self.document, Document)
                self._begin_journal(self.document)
            elif isinstance(effect, Advertise):
                self._advertise(effect.what)
            elif isinstance(effect, ShowEphemeral):
                self.shown.ephemeral.append((effect.party, effect.what))
            elif isinstance(effect, Offence):
                self.shown.offences.append(effect)
            elif isinstance(effect, Incident):
                self.shown.incidents.append(effect)
            elif isinstance(effect, Notify) and effect.text:
                self.shown.told.append(effect.text)
            elif isinstance(effect, AskUser):
                self.shown.asked.append(effect)
            elif isinstance(effect, Ended) and isinstance(of, Session):
                self.shown.ended.append(effect)

    def _carry(self, effect: Upload | Fetch, of: Session | Invitation) -> None:
        files, now = self.network.files, self.network.now
        if isinstance(effect, Fetch):
            self.perform(effect.then((files or {}).get(effect.url, b""), now), of)
            return
        url = ""
        if files is not None:
            url = f"https://files.example/{len(files)}"
            files[url] = effect.data
        self.perform(effect.then(url, now), of)

    def _start_timer(self, of: Session | Invitation, effect: StartTimer) -> None:
        key = (id(of), effect.name)
        number = self._timers[key] = next(self._timer_ids)

        def ring() -> None:
            if self._timers.get(key) == number and not self.is_gone:
                del self._timers[key]
                self.perform(of.timer(effect.name, self.network.now), of)

        self.network.later(effect.seconds, ring)

    def keep(self) -> None:
        """There is a journal from which the past can be read: memory may be folded."""
        assert self.session is not None
        self.session.memory.may_fold = lambda: True

    def _read_back(self, document: Document) -> None:
        rebuilt = document.like(self.journal.base)
        rebuilt.receive(self.journal.batches)
        self.network.later(
            0.01, lambda: self.take(lambda s: s.history_read(rebuilt, self.network.now))
        )

    def _begin_journal(self, document: Document) -> None:
        base = document.folded() if document.floor else None
        self.journal = Journal(base, list(document.batches_since(document.floor)))

    def _follow(self, document: SharedDocument) -> None:
        self._unsubscribe()
        is_other = self.document is None or self.document.session != document.session
        self.document = document
        if is_other and isinstance(document, Document) and document.floor:
            self._begin_journal(document)
        self._unsubscribe = document.on_commit.subscribe(self._committed)

    def _committed(self, commit: Commit) -> None:
        self.shown.commits.append(commit)
        self.take(lambda session: session.committed(commit, self.network.now))

    def _advertise(self, what: Advertisement | None) -> None:
        self.advertised = {} if what is None else {what.session: what}
        if what is not None and isinstance(self.place, InRoom):
            for other in self.network.nodes.values():
                if other is not self and other.place == self.place:
                    self.network.deliver_later(self.peer, other, what)
