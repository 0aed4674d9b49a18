"""One member's part in one session, without I/O: messages and commits in, effects out.

`Session` ties the parts together: joining, serving, sync, presence. It has no clock, no thread, no
`await`; each call gets `now` and returns the effects to perform, in order (see `ports`). What comes
from the network never raises: a message that does not fit is dropped by name and counted. What
happens to which message in which state stands in `table`.

In a direct session every edit of one guest is passed on to the other guests by the creator, so that
more than one contact can be invited; in a room the room does that.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

from whiteboard.model.changes import Commit, Origin
from whiteboard.model.document import Document
from whiteboard.model.ephemeral import Ephemeral
from whiteboard.model.ids import Party, Replica, SessionId
from whiteboard.model.ops import Batch
from whiteboard.session import moving
from whiteboard.session.identity import author, fits, new_replica
from whiteboard.session.joining import ASK_TIMER, STALL_TIMER, Joining, Step
from whiteboard.session.ports import (
    TO_SESSION,
    Advertise,
    CancelTimer,
    Counters,
    Direct,
    Effect,
    Ended,
    Incident,
    InRoom,
    Member,
    NewDocument,
    Notice,
    Notify,
    Persist,
    Place,
    Send,
    ShowEphemeral,
    StartTimer,
    Target,
    ToPeer,
)
from whiteboard.session.presence import Presence
from whiteboard.session.serving import Serving
from whiteboard.session.sync import BEAT_TIMER, NACK_TIMER, SOON_TIMER, Sync
from whiteboard.session.table import TABLE, Entry, Outcome, Refusal, Role, State
from whiteboard.wire.messages import (
    AcceptState,
    Advertisement,
    Answer,
    Connect,
    Description,
    EditMessage,
    EphemeralMessage,
    Get,
    Heartbeat,
    Identity,
    Message,
    Mode,
    Peer,
    Reason,
    Reject,
    StateBegin,
    StateEnd,
    StateOffer,
    Terminate,
)

__all__ = ["Role", "Session", "State"]

OPEN_TIMER = "open"
EPHEMERAL_TIMER = "ephemeral"
OPEN_SECONDS = (1.0, 2.0)
"""How long an opener looks whether the room has a board already (SYNC 0.3.17)."""
YIELD_SECONDS = 10.0
MAX_MEMBERS = 4096
MAX_OTHER_SESSIONS = 256

NOBODY_ANSWERS = "Nobody on this board answers. Ask for a new invitation, or try again later."
OTHER_MODE = "This board uses an older way of drawing together that this program cannot join."
NOT_TAKEN = "The group chat did not take a change. It is kept here."


@dataclass(slots=True)
class _Known:
    """A member other than oneself, by address."""

    peer: Peer
    party: Party
    away: bool = False
    is_listening: bool = False
    """Direct: it has asked for the state, so edits go there while it is not away."""


class Session:
    """One member's part in one session.

    Attributes:
        session: id of the session; another one after giving way (SYNC 0.3.17).
        place: where it lives.
        role, state: see `table`; `connected` is False while the stream is down.
        document: the shared document; None for a joiner until `NewDocument`.
        description: what the session is; None for a joiner until an offer.
        counters: what was refused, by name.
    """

    def __init__(
        self, session: SessionId, me: Peer, place: Place, rng: random.Random, role: Role
    ) -> None:
        self.session = session
        self.me = me
        self.place = place
        self.role = role
        self.state = State.OPENING if role is Role.CREATOR else State.ASKING
        self.connected = True
        self.document: Document | None = None
        self.description: Description | None = None
        self.counters = Counters()
        self._rng = rng
        self._name = ""
        self._yields = False
        self._opened_at = 0.0
        self._others: dict[SessionId, Peer] = {}
        self._moving: Document | None = None
        self._known: dict[str, _Known] = {}
        self._admitted: set[str] = set()
        self._receipt = 0
        self._joining: Joining | None = None
        self._loading: Document | None = None
        """Joiner: what came of the state so far; nobody sees it yet."""
        self._sync: Sync | None = None
        self._serving = Serving(session, self._author_of, self._next_receipt)
        self._presence = Presence()
        self._presence_timer = False

    # --------------------------------------------------------------------------- making one

    @classmethod
    def share(
        cls,
        document: Document,
        description: Description,
        me: Peer,
        place: Place,
        rng: random.Random,
        *,
        session: SessionId | None = None,
        yields: bool = True,
    ) -> Session:
        """A new session with a board of one's own; `start` makes the copy that is shared.

        `description.creator` is filled in. `yields`: in a room, give way to a board that was opened
        there at the same moment (SYNC 0.3.17).

        Raises:
            ValueError: `me` lacks what names a party by `description.identity`.
        """
        if session is None:
            session = SessionId(f"{rng.getrandbits(128):032x}")
        self = cls(session, me, place, rng, Role.CREATOR)
        party = description.identity.party(me)
        if party is None:
            raise ValueError("the place does not show what names a party")
        self.description = replace(description, creator=party)
        self._yields = yields and isinstance(place, InRoom)
        self.document = document
        if isinstance(place, Direct) and place.other:
            self.admit(place.other)
        return self

    @classmethod
    def join(
        cls,
        session: SessionId,
        me: Peer,
        place: Place,
        rng: random.Random,
        *,
        ask: Sequence[Peer] = (),
        name: str = "",
    ) -> Session:
        """Take part in a session that runs; `ask` = members known, the inviter or host first."""
        self = cls(session, me, place, rng, Role.JOINER)
        self._name = name
        self._joining = Joining(session, ask)
        for peer in ask:
            self._meet(peer)
        return self

    @classmethod
    def resume(
        cls,
        description: Description,
        me: Peer,
        place: Place,
        rng: random.Random,
        role: Role,
        kept: Sequence[Batch],
        *,
        session: SessionId,
        party: Party,
        replica: Replica | None,
    ) -> Session:
        """Go on where an earlier run stopped: live and offline; `online` is called first.

        Args:
            description: what the session is.
            me: as far as known; `online` tells.
            place: where it lives.
            rng: chooses ids and delays.
            role: of the earlier run.
            kept: every message held, in a causal order.
            session: its id.
            party: who I am there.
            replica: the earlier run's, if `kept` certainly holds all it ever sent (SYNC 4.7); None
                takes a new one.
        """
        self = cls(session, me, place, rng, role)
        self.description = description
        taken = {batch.r for batch in kept}
        replica = replica or new_replica(session, party, rng, taken)
        self.document = Document(session, party, replica, is_host=self._is_host)
        self.document.receive(kept)
        self._sync = self._new_sync(self.document)
        self._sync.count(kept)
        self.state = State.LIVE
        self.connected = False
        return self

    def send_again(self, batches: Iterable[Batch]) -> list[Effect]:
        """Own edits of an earlier run that the server may not have taken."""
        effects: list[Effect] = []
        for batch in batches:
            effects += self._broadcast(EditMessage(batch), store=True)
        return effects

    def admit(self, address: str) -> None:
        """Direct: somebody was invited and may connect, from any device."""
        self._admitted.add(address.partition("/")[0])

    def start(self, now: float) -> list[Effect]:
        """Begin; call once."""
        if self._joining is not None:
            return [Notify(Notice.STATE), *self._joining.ask()]
        if self._yields:
            return [Notify(Notice.STATE), StartTimer(OPEN_TIMER, self._rng.uniform(*OPEN_SECONDS))]
        return self._open(now)

    def _open(self, now: float) -> list[Effect]:
        """Creator: the board is shared from here on."""
        assert self.document is not None
        assert self.description is not None
        party = self.description.creator
        replica = new_replica(self.session, party, self._rng)
        own = self.document.reidentify(self.session, party, replica).batches_since({})
        self.document = Document(self.session, party, replica, is_host=self._is_host)
        self.document.receive(own)
        self._opened_at = now
        self._sync = self._new_sync(self.document)
        return [NewDocument(self.document), Persist(tuple(own)), *self._go_live(own)]

    def _new_sync(self, document: Document) -> Sync:
        return Sync(self.session, document, self._creator_address, self._rng)

    def _go_live(self, applied: Iterable[Batch]) -> list[Effect]:
        assert self._sync is not None
        self.state = State.LIVE
        self._joining = None
        effects = self._sync.changed(applied)
        if isinstance(self.place, InRoom):
            effects.append(Advertise(Advertisement(self.session, self.name)))
        return [*effects, *self._beat(), Notify(Notice.STATE), Notify(Notice.PEOPLE)]

    # -------------------------------------------------------------------------------- people

    @property
    def members(self) -> Sequence[Member]:
        """Everyone known, oneself first."""
        mine = Member(self._party(self.me) or Party(self.me.address), self.me, me=True)
        others = (
            Member(known.party, known.peer, away=known.away) for known in self._known.values()
        )
        return [mine, *others]

    @property
    def progress(self) -> float | None:
        """0 to 1 while the state is on its way."""
        return None if self._joining is None else self._joining.progress

    @property
    def name(self) -> str:
        """Name of the board, '' while unknown."""
        return self._name or (self.description.name if self.description else "")

    def _identity(self) -> Identity:
        return self.description.identity if self.description else Identity.JID

    def _party(self, peer: Peer) -> Party | None:
        return self._identity().party(peer)

    def _is_host(self, party: Party) -> bool:
        creator = self.description.creator if self.description else ""
        return not creator or party == creator

    def _creator_address(self) -> str | None:
        if self.description is None:
            return None
        for known in self._known.values():
            if known.party == self.description.creator and not known.away:
                return known.peer.address
        return None

    def _author_of(self, batch: Batch) -> Peer:
        return author(batch.party, self._identity(), self.place)

    def _next_receipt(self) -> int:
        self._receipt += 1
        return self._receipt

    def _meet(self, peer: Peer) -> list[Effect]:
        """Somebody shows that they take part."""
        known = self._known.get(peer.address)
        party = self._party(peer) or Party(peer.address)
        if known is not None and not known.away and (known.peer, known.party) == (peer, party):
            return []
        if known is None and len(self._known) >= MAX_MEMBERS:
            self.counters.count(Refusal.TOO_MANY.name)
            return []
        if known is None:
            self._known[peer.address] = _Known(peer, party)
        else:
            known.peer, known.party, known.away = peer, party, False
        return [Notify(Notice.PEOPLE)]

    def left(self, peer: Peer, now: float) -> list[Effect]:
        """`peer` is gone from the room, or its device went offline."""
        return self._gone(peer.address)

    def _gone(self, address: str, *, forget: bool = False) -> list[Effect]:
        effects: list[Effect] = []
        self._serving.forget(address)
        if self._sync is not None:
            self._sync.gone(address)
        known = self._known.get(address)
        if known is not None and not known.away:
            known.away = True
            effects += [ShowEphemeral(known.party, None), Notify(Notice.PEOPLE)]
        if known is not None and forget:
            del self._known[address]
        if self._joining is not None and self.state in {State.ASKING, State.RECEIVING}:
            effects += self._step(*self._joining.gone(address))
        return effects

    # ------------------------------------------------------------------------------- sending

    def _broadcast(self, message: Message, *, store: bool = False) -> list[Effect]:
        """To all others: through the room, or one by one."""
        if isinstance(self.place, InRoom):
            return [Send(TO_SESSION, message, store)]
        return [Send(ToPeer(address), message, store) for address in self._listeners()]

    def _listeners(self) -> list[str]:
        return [a for a, known in self._known.items() if known.is_listening and not known.away]

    def _relay(self, batches: Iterable[Batch], source: str) -> list[Effect]:
        """Creator of a direct session: pass one guest's edits on to the others."""
        if isinstance(self.place, InRoom) or self.role is not Role.CREATOR:
            return []
        others = [address for address in self._listeners() if address != source]
        return [
            Send(ToPeer(address), Answer(self.session, (EditMessage(b, self._author_of(b)),)))
            for b in batches
            for address in others
        ]

    def _beat(self, *, bye: bool = False) -> list[Effect]:
        assert self._sync is not None
        beat, effects = self._sync.heartbeat(bye=bye)
        return [*self._broadcast(beat), *effects]

    def committed(self, commit: Commit, now: float) -> list[Effect]:
        """The document changed: own batches go out."""
        if self.state is not State.LIVE or commit.origin is Origin.REMOTE or not commit.batches:
            return []
        return self._send_own(commit.batches)

    def _send_own(self, batches: tuple[Batch, ...]) -> list[Effect]:
        assert self._sync is not None
        effects: list[Effect] = [Persist(batches)]
        for batch in batches:
            effects += self._broadcast(EditMessage(batch), store=True)
        return [*effects, *self._sync.changed(batches)]

    def tell(self, what: Ephemeral, now: float) -> list[Effect]:
        """Show the others a cursor or preview soon; nothing while alone or offline."""
        if self.state is not State.LIVE or not self.connected:
            return []
        if not any(not known.away for known in self._known.values()):
            self._presence.clear()
            return []
        self._presence.tell(what)
        return self._tick(now)

    def _tick(self, now: float) -> list[Effect]:
        wait = self._presence.delay(now)
        if wait is None or self._presence_timer:
            return []
        if wait > 0:
            self._presence_timer = True
            return [StartTimer(EPHEMERAL_TIMER, wait)]
        items = self._presence.take(now)
        effects: list[Effect] = []
        if items:
            effects = self._broadcast(EphemeralMessage(self.session, items))
        return effects + self._tick(now)

    def link_load(self, waiting_bytes: int) -> None:
        """How much waits in the outbox: previews are left out while it is much."""
        self._presence.load = waiting_bytes

    def sent(self, receipt: int, now: float) -> list[Effect]:
        """The stanza with this receipt left the outbox."""
        return self._serving.sent(receipt)

    # ----------------------------------------------------------------------------- receiving

    def receive(self, peer: Peer, message: Message, now: float) -> list[Effect]:
        """A message came, also an own one that the room reflected."""
        entry: Entry = TABLE[self.role, self.state][type(message)]
        is_other = message.session != self.session
        if is_other and not isinstance(message, Advertisement):
            entry = Refusal.WRONG_SESSION
        if isinstance(entry, Refusal):
            return self._refuse(entry)
        if peer.address == self.me.address:
            return []  # the room's reflection: applied when it was made
        effects: list[Effect] = []
        known = self._known.get(peer.address)
        if known is not None and known.away and isinstance(self.place, Direct):
            effects = self._meet(peer)  # no presence tells of a return there
        return [*effects, *self._handlers[entry](self, peer, message, now)]

    def _refuse(self, refusal: Refusal) -> list[Effect]:
        """Drop by name; told once, then counted only, so that nobody can flood the log."""
        if self.counters.count(refusal.name) > 1:
            return []
        return [Incident(refusal.name, refusal.value)]

    def _at_the_door(self, peer: Peer, batch: Batch) -> Batch | Refusal:
        """The batch with its party, if its replica is the sender's (SYNC 0.2/5.2a)."""
        party = self._party(peer)
        if party is None:
            return Refusal.NO_IDENTITY
        if not fits(batch.r, self.session, party, self._identity()):
            return Refusal.FOREIGN_REPLICA
        return replace(batch, party=party)

    def _admit_all(self, originals: Iterable[EditMessage], relay: Peer) -> list[Batch]:
        """Relayed messages that pass the door, each by its own sender."""
        batches: list[Batch] = []
        for original in originals:
            batch = self._at_the_door(original.sender or relay, original.batch)
            if isinstance(batch, Refusal):
                self.counters.count(batch.name)
            elif original.session != self.session:
                self.counters.count(Refusal.WRONG_SESSION.name)
            else:
                batches.append(batch)
        return batches

    def _apply(self, batches: list[Batch]) -> tuple[tuple[Batch, ...], list[Effect]]:
        assert self.document is not None
        assert self._sync is not None
        received = self.document.receive(batches)
        effects: list[Effect] = [Persist(received.kept)] if received.kept else []
        if received.applied or received.forks:
            effects += self._sync.changed(received.applied)
        else:
            effects += self._sync.buffered()
        for r in received.forks:
            effects.append(Incident("fork", f"{r} sent two messages with one number"))
            effects += self._spread_proof(r)
        if self.document.replica in received.forks:
            # What this member writes would be void: go on as a new replica (SYNC 4.7c).
            effects += self._reload(new_replica(self.session, self.document.party, self._rng))
        return received.applied, effects

    def _spread_proof(self, r: Replica, only: str | None = None) -> list[Effect]:
        """Both contents of the forked dot to everyone (or one): they must void it too."""
        assert self.document is not None
        proofs = self.document.batches_since(self.document.vv)
        originals = tuple(EditMessage(b, self._author_of(b)) for b in proofs if b.r == r)
        if not originals:
            return []
        targets = [only] if only else [a for a, known in self._known.items() if not known.away]
        return [Send(ToPeer(a), Answer(self.session, originals)) for a in targets]

    # Handlers: one an outcome. `message` has the type that the table names.

    def _on_edit(self, peer: Peer, message: Message, now: float) -> list[Effect]:
        assert isinstance(message, EditMessage)
        assert self._sync is not None
        batch = self._at_the_door(peer, message.batch)
        if isinstance(batch, Refusal):
            return self._refuse(batch)
        self._sync.came_from(peer.address, batch.r)
        applied, effects = self._apply([batch])
        return [*effects, *self._relay(applied, peer.address)]

    def _on_early_edit(self, peer: Peer, message: Message, now: float) -> list[Effect]:
        assert isinstance(message, EditMessage)
        assert self._joining is not None
        # Who may send as which replica is known only with the description: judged when applied.
        if not self._joining.keep_live(EditMessage(message.batch, peer)):
            return self._refuse(Refusal.TOO_MANY)
        return []

    def _on_heartbeat(self, peer: Peer, message: Message, now: float) -> list[Effect]:
        assert isinstance(message, Heartbeat)
        assert self._sync is not None
        party = self._party(peer)
        if party is None:
            return self._refuse(Refusal.NO_IDENTITY)
        if not fits(message.r, self.session, party, self._identity()):
            return self._refuse(Refusal.FOREIGN_REPLICA)
        if message.bye:
            last = self._sync.compare(peer, message, now).effects
            return [*last, *self._gone(peer.address)]
        effects = self._meet(peer)
        checked = self._sync.compare(peer, message, now)
        effects += checked.effects
        for r in checked.proofs_for:
            effects += self._spread_proof(r, only=peer.address)
        if checked.differs and self.counters.count("DIFFERS") == 1:
            assert self.document is not None
            text = "equal messages made unequal documents"
            effects.append(Incident("documents-differ", text, peer))
            effects += self._reload(self.document.replica)
        return effects

    def _reload(self, replica: Replica) -> list[Effect]:
        """Build the document anew from the messages held (SYNC 5.4)."""
        assert self.document is not None
        old = self.document
        self.document = Document(self.session, old.party, replica, is_host=self._is_host)
        self.document.receive(old.batches_since({}))
        self._sync = self._new_sync(self.document)
        return [NewDocument(self.document), *self._sync.changed()]

    def _on_get(self, peer: Peer, message: Message, now: float) -> list[Effect]:
        assert isinstance(message, Get)
        assert self.document is not None
        upto = message.upto
        batches = [
            batch
            for batch in self.document.batches_since(message.since)
            if not upto or batch.n <= upto.get(batch.r, 0)
        ]
        effects = self._serving.give_history(peer.address, batches)
        return self._refuse(Refusal.TOO_MANY) if effects is None else effects

    def _on_answer(self, peer: Peer, message: Message, now: float) -> list[Effect]:
        assert isinstance(message, Answer)
        assert self._sync is not None
        assert self.document is not None
        is_relay = isinstance(self.place, Direct) and peer.address == self._creator_address()
        batches: list[Batch] = []
        for batch in self._admit_all(message.messages, peer):
            is_own_words = batch.party == self._party(peer)
            is_proof = batch.n <= self.document.vv.get(batch.r, 0)
            asked = self._sync.may_answer(peer.address, batch.r, batch.n)
            if is_relay or is_own_words or is_proof or asked:
                batches.append(batch)
            else:
                self.counters.count(Refusal.NOT_ASKED.name)
        applied, effects = self._apply(batches) if batches else ((), [])
        return [*effects, *self._relay(applied, peer.address)]

    def _on_reject(self, peer: Peer, message: Message, now: float) -> list[Effect]:
        assert isinstance(message, Reject)
        return [Incident("rejected", f"{message.id}: {message.reason}", peer)]

    def _on_ephemeral(self, peer: Peer, message: Message, now: float) -> list[Effect]:
        assert isinstance(message, EphemeralMessage)
        party = self._party(peer)
        if party is None:
            return self._refuse(Refusal.NO_IDENTITY)
        return [*self._meet(peer), *(ShowEphemeral(party, item) for item in message.items)]

    def _on_connect(self, peer: Peer, message: Message, now: float) -> list[Effect]:
        assert isinstance(message, Connect)
        assert self.description is not None
        effects: list[Effect] = []
        if isinstance(self.place, Direct):
            bare = peer.address.partition("/")[0]
            if self.role is Role.CREATOR and bare not in self._admitted:
                return self._refuse(Refusal.NOT_INVITED)
            effects = self._meet(peer)
            if (known := self._known.get(peer.address)) is not None:
                known.is_listening = True
        return [*effects, *self._serving.offer(peer.address, self.description, now)]

    def _on_accept_state(self, peer: Peer, message: Message, now: float) -> list[Effect]:
        assert isinstance(message, AcceptState)
        assert self.document is not None
        assert self.description is not None
        if not self._serving.has_offered(peer.address):
            return self._refuse(Refusal.NOT_OFFERED)
        batches = list(self.document.batches_since(message.since))
        prolog = self.description.prolog
        return self._serving.give_state(peer.address, batches, message.since, prolog)

    def _on_refuse_state(self, peer: Peer, message: Message, now: float) -> list[Effect]:
        self._serving.forget(peer.address)
        return []

    def _on_offer(self, peer: Peer, message: Message, now: float) -> list[Effect]:
        assert isinstance(message, StateOffer)
        assert self._joining is not None
        if not self._joining.was_asked(peer.address):
            return self._refuse(Refusal.NOT_ASKED)
        if message.description.mode is not Mode.MERGE:
            self.counters.count(Refusal.UNSUPPORTED.name)
            return self._end(Reason.UNSUPPORTED_APPLICATIONS, OTHER_MODE)
        if message.description.identity.party(self.me) is None:
            return self._refuse(Refusal.NO_IDENTITY)
        self._take_description(message.description)
        self.state = State.RECEIVING
        effects = self._meet(peer)
        if (known := self._known.get(peer.address)) is not None:
            known.is_listening = True
        return [*effects, *self._joining.take_offer(peer.address), Notify(Notice.STATE)]

    def _on_other_offer(self, peer: Peer, message: Message, now: float) -> list[Effect]:
        if self._joining is not None and self._joining.expects_from(peer.address):
            return []  # the network repeated it
        return Joining(self.session, ()).refuse_offer(peer.address)

    def _on_begin(self, peer: Peer, message: Message, now: float) -> list[Effect]:
        assert isinstance(message, StateBegin)
        assert self._joining is not None
        if not self._joining.expects_from(peer.address):
            return self._refuse(Refusal.NOT_THE_GIVER)
        return [*self._step(*self._joining.begin(message)), Notify(Notice.PROGRESS)]

    def _on_state(self, peer: Peer, message: Message, now: float) -> list[Effect]:
        assert isinstance(message, Answer)
        assert self._joining is not None
        if not self._joining.expects_from(peer.address):
            return self._refuse(Refusal.NOT_THE_GIVER)
        if not self._joining.has_room():
            return self._refuse(Refusal.TOO_MANY)
        effects, count = self._load(self._admit_all(message.messages, peer))
        effects += self._step(*self._joining.took(count))
        return [*effects, Notify(Notice.PROGRESS)]

    def _on_state_end(self, peer: Peer, message: Message, now: float) -> list[Effect]:
        assert isinstance(message, StateEnd)
        assert self._joining is not None
        if not self._joining.expects_from(peer.address):
            return self._refuse(Refusal.NOT_THE_GIVER)
        return self._step(*self._joining.end(message.vv))

    def _on_terminate(self, peer: Peer, message: Message, now: float) -> list[Effect]:
        assert isinstance(message, Terminate)
        if peer.address not in self._known:
            return self._refuse(Refusal.NOT_INVITED)
        return self._gone(peer.address)

    def _on_advertisement(self, peer: Peer, message: Message, now: float) -> list[Effect]:
        assert isinstance(message, Advertisement)
        if message.session != self.session:
            return []
        effects = self._meet(peer)
        if not self.name and message.name:
            self._name = message.name
            effects.append(Notify(Notice.NAME))
        if self._joining is not None:
            effects += self._joining.appeared(peer)
        return effects

    def _on_presence(self, peer: Peer, message: Message, now: float) -> list[Effect]:
        """Creator: an advertisement, perhaps of another board in this room (SYNC 0.3.17)."""
        assert isinstance(message, Advertisement)
        if message.session == self.session:
            return self._on_advertisement(peer, message, now)
        if not self._yields or message.session in self._others:
            return []
        if len(self._others) < MAX_OTHER_SESSIONS:
            self._others[message.session] = peer
        if self.state is State.OPENING:
            return []
        assert self.document is not None
        is_young = now - self._opened_at <= YIELD_SECONDS
        is_mine_alone = set(self.document.vv) <= {self.document.replica}
        if is_young and is_mine_alone and message.session < self.session:
            return self._give_way(message.session, peer)
        return []

    _handlers: dict[Outcome, Callable[[Session, Peer, Message, float], list[Effect]]] = {  # noqa: RUF012 - constant
        Outcome.KEEP: _on_early_edit,
        Outcome.APPLY: _on_edit,
        Outcome.COMPARE: _on_heartbeat,
        Outcome.NOTE: lambda self, peer, message, now: (
            self._on_advertisement(peer, message, now)
            if isinstance(message, Advertisement)
            else self._on_early_heartbeat(peer)
        ),
        Outcome.ANSWER: _on_get,
        Outcome.TAKE_HISTORY: _on_answer,
        Outcome.TAKE_STATE: _on_state,
        Outcome.TAKE_BEGIN: _on_begin,
        Outcome.TAKE_END: _on_state_end,
        Outcome.SHOW: _on_ephemeral,
        Outcome.OFFER: _on_connect,
        Outcome.TAKE_OFFER: _on_offer,
        Outcome.REFUSE_OFFER: _on_other_offer,
        Outcome.SERVE: _on_accept_state,
        Outcome.FORGET_OFFER: _on_refuse_state,
        Outcome.TELL_REJECTED: _on_reject,
        Outcome.OTHER_ENDED: _on_terminate,
        Outcome.YIELD_OR_NOTE: _on_presence,
    }

    def _on_early_heartbeat(self, peer: Peer) -> list[Effect]:
        assert self._joining is not None
        return [*self._meet(peer), *self._joining.appeared(peer)]

    # ------------------------------------------------------------------------------- joining

    def _step(self, step: Step, effects: list[Effect]) -> list[Effect]:
        if step is Step.COMPLETE:
            return [*effects, *self._joined()]
        if step is Step.LOST_GIVER:
            self.state = State.ASKING
            return [*effects, Notify(Notice.STATE)]
        if step is Step.NOBODY:
            return [*effects, *self._end(Reason.TIMEOUT, NOBODY_ANSWERS)]
        return effects

    def _take_description(self, description: Description) -> None:
        """An offer was taken: now it is known who is who, and a document can be begun."""
        assert self._joining is not None
        is_same = self.description == description
        self.description = description
        for known in self._known.values():
            known.party = self._party(known.peer) or known.party
        party = self._party(self.me)
        assert party is not None
        if self._loading is not None and is_same:
            return  # another giver goes on where the last one stopped
        replica = new_replica(self.session, party, self._rng)
        self._loading = Document(self.session, party, replica, is_host=self._is_host)
        self._sync = self._new_sync(self._loading)
        self._joining.holds = self._loading.holds
        self._joining.held = lambda document=self._loading: document.vv  # type: ignore[misc] # mypy infers no type for the default

    def _load(self, batches: Sequence[Batch]) -> tuple[list[Effect], int]:
        """Put a part of the state into the document to be; also the number of new messages."""
        assert self._loading is not None
        assert self._sync is not None
        received = self._loading.receive(batches)
        # Digests and hash grow with the pages, so that the first heartbeat costs nothing.
        self._sync.count(received.applied)
        self._loading.state_hash()
        effects: list[Effect] = [Persist(received.kept)] if received.kept else []
        return effects, len(batches) - received.duplicates

    def _joined(self) -> list[Effect]:
        """The state is complete: apply what came meanwhile, go live."""
        assert self._joining is not None
        assert self._loading is not None
        live = self._joining.live
        effects, _ = self._load(self._admit_all(live, self.me))
        self.document, self._loading = self._loading, None
        effects.append(NewDocument(self.document))
        if self.document.replica in self.document.vv:
            # Somebody had this id already: one in fourteen million.
            party = self.document.party
            replica = new_replica(self.session, party, self._rng, self.document.vv)
            effects += self._reload(replica)
        effects += self._go_live(())
        assert self._sync is not None
        for original in live:
            if original.sender is not None:
                self._sync.came_from(original.sender.address, original.batch.r)
        if self._moving is not None:
            own = moving.copy_into(self._moving, self.document)
            self._moving = None
            effects += self._send_own(own) if own else []
        return effects

    def _give_way(self, session: SessionId, peer: Peer) -> list[Effect]:
        """Another board was opened in this room at the same moment: go there with all edits."""
        self._moving = self.document
        self.document = None
        self.description = None
        self._sync = None
        self._loading = None
        self._yields = False
        self.session = session
        self.role = Role.JOINER
        self.state = State.ASKING
        self._serving = Serving(session, self._author_of, self._next_receipt)
        self._joining = Joining(session, [peer])
        timers = (OPEN_TIMER, BEAT_TIMER, NACK_TIMER, SOON_TIMER)
        effects: list[Effect] = [CancelTimer(name) for name in timers]
        return [*effects, Advertise(None), Notify(Notice.STATE), *self._joining.ask()]

    # -------------------------------------------------------------------------------- timers

    def timer(self, name: str, now: float) -> list[Effect]:
        """A timer that was started ran out."""
        if self.state is State.ENDED:
            return []
        if name == OPEN_TIMER and self.state is State.OPENING:
            if self._others:
                smallest = min(self._others)
                return self._give_way(smallest, self._others[smallest])
            return self._open(now)
        if name == EPHEMERAL_TIMER:
            self._presence_timer = False
            return self._tick(now) if self.connected else []
        if self._joining is not None and self.connected:
            if name == ASK_TIMER and self.state is State.ASKING:
                return self._step(*self._joining.nobody_offered())
            if name == STALL_TIMER and self.state is State.RECEIVING:
                return self._step(*self._joining.stalled())
        if self._sync is not None and self.connected and self.state is State.LIVE:
            return self._sync_timer(name, self._sync)
        return []

    def _sync_timer(self, name: str, sync: Sync) -> list[Effect]:
        if name == BEAT_TIMER:
            return self._beat()
        if name == SOON_TIMER:
            return self._beat() if sync.soon() else []
        if name == NACK_TIMER:
            return sync.nack()
        return []

    # ------------------------------------------------------------------- the stream, the end

    def bounced(self, to: Target, message: Message, condition: str, now: float) -> list[Effect]:
        """The server gave `message` back with this stanza error condition (RFC 6120 8.3.3)."""
        if isinstance(to, ToPeer):
            return self._gone(to.address)
        if isinstance(message, EditMessage):
            return [Incident("bounced", condition), Notify(Notice.STATE, NOT_TAKEN)]
        return [Incident("bounced", condition)]

    def offline(self, now: float) -> list[Effect]:
        """The stream is cut; own edits go on."""
        self.connected = False
        self._presence.clear()
        effects: list[Effect] = [Notify(Notice.STATE)]
        for address in list(self._known):
            # Asking another giver now would only be asked into the void: `online` does it.
            effects += [e for e in self._gone(address) if not isinstance(e, Send)]
        return effects

    def online(self, me: Peer, now: float) -> list[Effect]:
        """The stream is back (and the room entered again); `me` may have another address."""
        self.connected = True
        self.me = me
        effects: list[Effect] = [Notify(Notice.STATE)]
        if isinstance(self.place, Direct):
            for address, known in self._known.items():
                if known.is_listening:
                    known.away = False
                    if self._joining is not None:
                        effects += self._joining.appeared(Peer(address))
        if self._joining is not None and self.state is State.ASKING:
            effects += self._joining.ask()
        if self.state is State.LIVE:
            if isinstance(self.place, InRoom):
                effects.append(Advertise(Advertisement(self.session, self.name)))
            assert self._sync is not None
            effects += [*self._sync.resume(), *self._beat()]
        return effects

    def leave(self, now: float) -> list[Effect]:
        """Say goodbye and end; the document stays."""
        effects: list[Effect] = []
        if self.state is State.LIVE:
            effects += self._beat(bye=True)
        if isinstance(self.place, Direct):
            goodbye = Terminate(self.session, Reason.SUCCESS)
            effects += [Send(ToPeer(a), goodbye) for a in self._listeners()]
        return [*effects, *self._end(Reason.SUCCESS, "")]

    def _end(self, reason: Reason, text: str) -> list[Effect]:
        if self.state is State.ENDED:
            return []
        self.state = State.ENDED
        self._joining = None
        timers = (OPEN_TIMER, EPHEMERAL_TIMER, ASK_TIMER, STALL_TIMER)
        effects: list[Effect] = [CancelTimer(name) for name in timers]
        if self._sync is not None:
            effects += self._sync.timers_to_cancel()
        if isinstance(self.place, InRoom):
            effects.append(Advertise(None))
        return [*effects, Notify(Notice.STATE), Ended(reason, text)]
