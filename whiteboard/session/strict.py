"""A member of a strict session: plain XEP-0284, for any client (SYNC 2, 3, 5.6, 5.7).

What XEP-0284 leaves to the clients happens here, by timers: an edit that another one undid is
asserted again, what the XEP wants removed is removed, and when something is missing the state is
asked for anew. `StrictDocument` holds the rules; `Resync` gathers a state.

Own edits that the room has not sent back are pending. Between two, nothing comes back, so an edit
counts as delivered when it is sent; who cannot be reached gets it when they are there again.
"""

from __future__ import annotations

import random
from collections import OrderedDict, deque
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any, ClassVar, TypeAlias

from whiteboard.model.changes import Commit, Origin
from whiteboard.model.ids import Party, SessionId
from whiteboard.model.ops import New, PlainOp, Remove, Set
from whiteboard.model.strict.document import StrictDocument
from whiteboard.model.strict.ops import NewAt, Stanza, StanzaId
from whiteboard.model.strict.snapshot import snapshot
from whiteboard.session.identity import new_replica
from whiteboard.session.joining import ASK_TIMER, STALL_SECONDS, STALL_TIMER
from whiteboard.session.judging import INVALID, Judging
from whiteboard.session.members import People
from whiteboard.session.ports import (
    CancelTimer,
    Counters,
    Direct,
    Effect,
    Incident,
    InRoom,
    Persist,
    Send,
    StartTimer,
    ToPeer,
)
from whiteboard.session.resync import Resync
from whiteboard.session.serving import Serving
from whiteboard.session.strict_chores import Chores
from whiteboard.session.strict_lost import Unproved
from whiteboard.session.table import Outcome, Refusal, Role
from whiteboard.wire.messages import (
    AcceptState,
    Connect,
    Heartbeat,
    Message,
    Peer,
    Reject,
    StateOffer,
    StrictMessage,
)
from whiteboard.wire.strict import state_messages

GAP_TIMER = "strict-gap"
CHORES_TIMER = "strict-chores"
BEAT_TIMER = "strict-heartbeat"
GAP_SECONDS = 5.0
"""How long an edit waits for what is missing before the state is asked for (SYNC 5.6)."""
GAP_SLACK = 0.05
"""Times are sums of fractions: so much less is as good."""
BEAT_SECONDS = 20.0
BEAT_IDLE = 120.0
QUIET_SECONDS = 5.0
"""So long nothing must have happened before two different documents are a difference."""
MOST_RESYNCS = 3
"""So often in a row the state is asked for at once because the documents differ."""
REST_SECONDS = 30.0
"""Then there is a pause, each time twice as long: a member that lies cannot keep others busy."""
LONGEST_REST = 86_400.0
MAX_WAITING = 10_000
"""Records that may wait for what is missing; edits of more are dropped."""
MAX_QUEUE = 10_000
"""Edits kept for a member of a direct session that cannot be reached; the oldest go first."""
MAX_SEEN = 10_000

Handler: TypeAlias = Callable[[Any, Peer, Message, float], list[Effect]]


class Strict:
    """What a session does in strict mode, beside asking for the first state.

    Args:
        session: its id.
        people: who takes part.
        counters: of what was refused.
        rng: chooses delays.
        role: how this member came to the session.
        serving: the offers that were made, and states on their way to others.

    Attributes:
        document: None until the first state is here.
        resync: the state that is on its way, or None.
        rejects: messages whose edits skip one are refused and not kept (requirement S6): the
            choice of a host for members that want to be told; with anybody else it does nothing.
    """

    def __init__(
        self,
        session: SessionId,
        people: People,
        counters: Counters,
        rng: random.Random,
        role: Role,
        serving: Serving,
    ) -> None:
        self._serving = serving
        self.document: StrictDocument | None = None
        self.resync: Resync | None = None
        self.rejects = False
        self.judging: Judging | None = None
        self._session = session
        self._people = people
        self._counters = counters
        self._rng = rng
        self._role = role
        self._chores: Chores | None = None
        self._last: tuple[str, str] | None = None
        self._seen: OrderedDict[StanzaId, None] = OrderedDict()
        """Stanzas that a state holds without naming them: they may be delivered again."""
        self._waiting: dict[str, float] = {}
        """Records that wait for what is missing -> since when."""
        self._given_up: set[str] = set()
        """Those that a whole state did not help."""
        self._queues: dict[str, deque[StrictMessage]] = {}
        self._last_to: dict[str, str] = {}
        """Direct: what each was sent last."""
        self._is_writing = False
        self._written: list[Stanza] = []
        self._busy_at = float("-inf")
        self._is_beating = False
        self._resyncs = 0
        """How often in a row the state was asked for because the documents differ."""
        self._rest_until = 0.0
        self._is_stale = False
        """The stream was down, so something may have been missed."""
        self._unproved = Unproved()
        self._undelivered: dict[StanzaId, Stanza] = {}
        """Guest: own edits for which the creator was not there; they go on top of its state."""
        self._behind: dict[str, deque[StrictMessage]] = {}
        """Direct: edits for a member that is being sent the state: an edit between two pages could
        not be told from the state."""

    @property
    def _is_direct(self) -> bool:
        return isinstance(self._people.place, Direct)

    def begin(self, document: StrictDocument) -> None:
        """The document is this one from now on."""
        self.document = document
        self._chores = Chores(document, self._rng)

    # ---------------------------------------------------------------------------- own doings

    def committed(self, commit: Commit, now: float) -> list[Effect]:
        """The document changed: own stanzas go out."""
        if commit.origin is Origin.REMOTE or not commit.stanzas:
            return []
        if self._is_writing:
            self._written += commit.stanzas
            return []
        self._agrees()
        self._unproved.note(commit.stanzas, now)
        return self._send_own(commit.stanzas, now)

    def send_again(self, stanzas: Iterable[Stanza]) -> list[Effect]:
        """Own edits of an earlier run that the server may not have taken."""
        if self._is_direct:
            self._keep_for_later(stanzas)
            return []
        effects: list[Effect] = []
        for stanza in stanzas:
            if self.document is not None:
                self.document.write(stanza)
            effects += self._broadcast(StrictMessage(self._session, stanza.id, stanza.ops))
        return effects

    def _send_own(self, stanzas: Iterable[Stanza], now: float) -> list[Effect]:
        assert self.document is not None
        assert self._chores is not None
        stanzas = tuple(stanzas)
        messages = [StrictMessage(self._session, one.id, one.ops) for one in stanzas]
        kept = tuple(replace(message, sender=self._people.me) for message in messages)
        effects: list[Effect] = [Persist((), kept)]
        for message in messages:
            effects += self._broadcast(message)
            if self._is_direct and (self.resync is None or not self.resync.giver):
                # What goes after the accepted offer is not in the state that comes.
                self.document.confirm((self.document.party, message.id))
        self._chores.note(stanzas, now)
        return [*effects, *self._changed(now)]

    def _broadcast(self, message: StrictMessage, but: str = "") -> list[Effect]:
        """To all others; what cannot be sent between two waits for them."""
        if self._is_direct:
            for address in self._people.expected():
                if address == but:
                    continue
                if address in self._behind:
                    self._behind[address].append(message)
                elif not self._people.is_present(address):
                    self._queue_for(address, message)
        sends: list[Effect] = []
        for effect in self._people.broadcast(message, store=True):
            if isinstance(effect, Send) and isinstance(effect.to, ToPeer):
                if effect.to.address == but or effect.to.address in self._behind:
                    continue
                self._last_to[effect.to.address] = message.id
            sends.append(effect)
        return sends

    def _queue_for(self, address: str, message: StrictMessage) -> None:
        """Who cannot be reached gets it later."""
        self._queues.setdefault(address, deque(maxlen=MAX_QUEUE)).append(message)

    def _write(self, ops: Iterable[New | Set | Remove], now: float) -> list[Effect]:
        """Edits that the rules ask for, not the person."""
        ops = tuple(ops)
        if not ops:
            return []
        assert self.document is not None
        self._is_writing = True
        try:
            with self.document.transact(Origin.REPAIR) as transaction:
                for op in ops:
                    transaction.do(op)
        finally:
            self._is_writing = False
        stanzas, self._written = self._written, []
        return self._send_own(stanzas, now)

    # ------------------------------------------------------------------------------ receiving

    def _on_edit(self, peer: Peer, message: Message, now: float) -> list[Effect]:
        assert isinstance(message, StrictMessage)
        if self.resync is not None and self.resync.is_part(peer, message, self._people.place):
            return self._on_part(self.resync, message, now)
        return self._on_live(peer, message, now)

    def _on_part(self, resync: Resync, message: StrictMessage, now: float) -> list[Effect]:
        if resync.take(message):
            return self._install(now)
        return [StartTimer(STALL_TIMER, STALL_SECONDS)]

    def _on_live(self, peer: Peer, message: StrictMessage, now: float) -> list[Effect]:
        effects: list[Effect] = []
        if isinstance(self._people.place, InRoom) and not message.to_all:
            return self._refuse(Refusal.PRIVATE)  # the others could never agree about it
        if self._is_direct and peer.address not in self._people.expected():
            return self._refuse(Refusal.NOT_INVITED)
        if self.resync is not None and not self.resync.keep(peer, message):
            effects += self._refuse(Refusal.TOO_MANY)
        if self.document is None:
            return effects
        return [*effects, *self._apply(peer, message, now)]

    def _sender(self, peer: Peer, message: StrictMessage) -> Party:
        """Whose edit it is; between several the creator passes on what the others do."""
        is_relay = self._is_direct and peer.address == self._people.creator_address()
        if message.guest and is_relay:
            return message.guest
        return self._people.party(peer) or Party(peer.address)

    def _apply(self, peer: Peer, message: StrictMessage, now: float) -> list[Effect]:
        assert self.document is not None
        assert self._chores is not None
        stanza = message.stanza(self._sender(peer, message))
        if stanza.key in self._seen:
            return []
        if len(self.document.waiting) > MAX_WAITING:
            return self._refuse(Refusal.TOO_MANY)
        is_host = self._role is Role.CREATOR
        if self.rejects and is_host and (expected := self._skips(stanza)):
            refusal = Reject(self._session, message.id, expected)
            return [Send(ToPeer(peer.address), refusal)]
        is_new = stanza.key not in self.document.keys
        self._last = (peer.address, message.id)
        self.document.receive([stanza])
        if not is_new and stanza.sender != self.document.party:
            return []
        effects: list[Effect] = [Persist((), (replace(message, sender=peer),))]
        if is_new:
            self._agrees()
            effects += self._pass_on(peer, message, stanza.sender)
            if self.judging is not None:
                effects += self.judging.judge_strict(self.document, stanza, peer, now)
            self._chores.note([stanza], now)
        return [*effects, *self._changed(now)]

    def _skips(self, stanza: Stanza) -> str:
        """What an edit of the stanza would have to say first; '' if all are in order."""
        assert self.document is not None
        made = {op.rid for _, op in stanza.operations() if isinstance(op, New)}
        next_: dict[str, int] = {}
        for _, op in stanza.operations():
            if not isinstance(op, Set):
                continue
            record = self.document.record(op.rid)
            expected = next_.get(op.rid, self.document.next_version(op.rid))
            unknown = op.rid not in made and (record is None or not record.news)
            if unknown or op.version > expected:
                return f"{op.rid}:{0 if unknown else expected}"
            next_[op.rid] = expected + 1
        return ""

    def _pass_on(self, peer: Peer, message: StrictMessage, sender: Party) -> list[Effect]:
        """Creator of a direct session: from one guest to the others, under an own id."""
        if not self._is_direct or self._role is not Role.CREATOR:
            return []
        assert self.document is not None
        passed = StrictMessage(self._session, self.document.new_id(), message.ops, guest=sender)
        return self._broadcast(passed, but=peer.address)

    def _changed(self, now: float) -> list[Effect]:
        """Something was written or came: see what that asks for."""
        assert self._chores is not None
        self._busy_at = now
        effects = self._watch_gaps(now)
        effects += self._write(self._chores.at_once(now), now)
        when = self._chores.next_due()
        if when is not None:
            effects.append(StartTimer(CHORES_TIMER, max(0.0, when - now)))
        if not self._is_beating:
            self._is_beating = True
            effects.append(StartTimer(BEAT_TIMER, BEAT_SECONDS))
        return effects

    def _refuse(self, refusal: Refusal) -> list[Effect]:
        if self._counters.count(refusal.name) > 1:
            return []
        return [Incident(refusal.name, refusal.value)]

    # --------------------------------------------------------------------- what is missing

    def _watch_gaps(self, now: float) -> list[Effect]:
        assert self.document is not None
        was_watching = bool(self._waiting)
        waiting = self.document.waiting - self._given_up
        self._waiting = {rid: self._waiting.get(rid, now) for rid in waiting}
        if not self._waiting or was_watching:
            return []
        return [StartTimer(GAP_TIMER, GAP_SECONDS)]

    def _look_at_gaps(self, now: float) -> list[Effect]:
        self._waiting = {
            rid: since
            for rid, since in self._waiting.items()
            if self.document is not None and rid in self.document.waiting
        }
        if not self._waiting:
            return []
        left = min(self._waiting.values()) + GAP_SECONDS - now
        if left > GAP_SLACK:
            return [StartTimer(GAP_TIMER, left)]
        return [*self.ask_again(), StartTimer(GAP_TIMER, GAP_SECONDS)]

    def ask_again(self, of: str = "") -> list[Effect]:
        """Ask for the state anew: of one member, or of all that are there."""
        if self.resync is not None or self.document is None:
            return []
        there = [of] if of else self._people.present()
        if not there:
            return []
        self.resync = Resync(self._session, [Peer(address) for address in there])
        return self.resync.joining.ask()

    def _on_offer(self, peer: Peer, message: Message, now: float) -> list[Effect]:
        assert isinstance(message, StateOffer)
        resync = self.resync
        if resync is None and self._is_stale and self.is_creators(peer.address):
            effects = self.follow(peer)  # it was asked at its bare address
            assert self.resync is not None
            return [*effects, *self.resync.take_offer(peer.address)]
        if resync is None:
            return Resync(self._session, ()).joining.refuse_offer(peer.address)
        if resync.joining.giver is not None or not resync.joining.was_asked(peer.address):
            if resync.joining.expects_from(peer.address):
                return []  # the network repeated it
            return resync.joining.refuse_offer(peer.address)
        return resync.take_offer(peer.address)

    def _install(self, now: float) -> list[Effect]:
        """A state is complete: begin with it, or begin anew."""
        resync, self.resync = self.resync, None
        assert resync is not None
        if self.document is None:
            me = self._people.party(self._people.me)
            assert me is not None
            replica = new_replica(self._session, me, self._rng)
            self.begin(StrictDocument(self._session, me, replica))
        assert self.document is not None
        assert self._chores is not None
        for key in (*resync.inside(self._sender), *self.document.keys):
            self._seen[key] = None
        zombies = [
            Remove(op.rid)
            for part in resync.parts
            for op in part.ops
            if isinstance(op, New) and op.rid in self.document.removed
        ]
        state = [
            Stanza(Party(""), part.id, tuple(map(self._by_party, part.ops)))
            for part in resync.parts
        ]
        after = [(peer, m, m.stanza(self._sender(peer, m))) for peer, m in resync.after()]
        mine = set(self.document.pending)
        for _, _, stanza in after:
            self._seen.pop(stanza.key, None)
        for key in mine:
            self._seen.pop(key, None)
        while len(self._seen) > MAX_SEEN:
            self._seen.popitem(last=False)
        lacking = self._unproved.lacking(self.document, state, now)
        late = set(self._undelivered)
        if self._is_direct:  # what was sent since the offer was accepted goes on top
            mine -= late
            own = [one for one in self.document.stanzas if one.key in mine]
            for key in mine:
                self.document.confirm(key)
            self.document.install(state, [*(stanza for _, _, stanza in after), *own])
        else:
            self.document.install(state, [stanza for _, _, stanza in after])
        self._last = (after[-1][0].address, after[-1][1].id) if after else resync.last
        self._is_stale = False
        self._given_up = set(self.document.waiting)
        self._waiting.clear()
        kept = [replace(part, sender=Peer(resync.giver)) for part in resync.parts]
        # Also what is kept already: where it stands before the state it may be inside.
        kept += [replace(m, sender=peer) for peer, m, _ in after]
        effects: list[Effect] = [
            CancelTimer(ASK_TIMER),
            CancelTimer(STALL_TIMER),
            Persist((), tuple(kept)),
        ]
        effects += self._send_late(now)
        # A remove is for ever: who has not heard of it is told again, what lies deeper first.
        effects += self._write(reversed(zombies), now)
        for op in lacking.ops(self.document):
            effects += self._write([op], now)
        return [*effects, *self._changed(now)]

    def _send_late(self, now: float) -> list[Effect]:
        """Guest: what the creator's state lacks of what was done while it was away."""
        assert self.document is not None
        late = [s for key, s in self._undelivered.items() if key in self.document.pending]
        self._undelivered.clear()
        return self._send_own(late, now) if late else []

    def _by_party(self, op: PlainOp) -> PlainOp:
        """A `new` of a state with parties for the names by which XEP-0284 knows people."""
        if not isinstance(op, NewAt):
            return op
        creator, modifier = (
            self._people.named(name) if name else "" for name in (op.creator, op.modifier)
        )
        return replace(op, creator=creator, modifier=modifier)

    # ------------------------------------------------------------------------------- serving

    def _on_accept_state(self, peer: Peer, message: Message, now: float) -> list[Effect]:
        assert isinstance(message, AcceptState)
        assert self.document is not None
        assert self._people.description is not None
        if not self._serving.has_offered(peer.address):
            return self._refuse(Refusal.NOT_OFFERED)
        self._queues.pop(peer.address, None)
        last = self._last
        if self._is_direct:
            sent = self._last_to.get(peer.address)
            last = None if sent is None else (self._people.me.address, sent)
        given = snapshot(self.document, self._people.name_of).ops
        prolog = self._people.description.prolog
        pages = state_messages(self._session, given, last, prolog, self.document.new_id)
        if self._is_direct:
            self._behind.setdefault(peer.address, deque(maxlen=MAX_QUEUE))
        return [*self._serving.give_pages(peer.address, pages), *self.page_sent()]

    def page_sent(self) -> list[Effect]:
        """A page of a state has left: where it was the last one, edits may follow."""
        effects: list[Effect] = []
        for address in [a for a in self._behind if not self._serving.is_giving(a)]:
            effects += self._let_go(address)
        return effects

    def _let_go(self, address: str) -> list[Effect]:
        held = self._behind.pop(address)
        if not self._people.is_present(address):
            queue = self._queues.setdefault(address, deque(maxlen=MAX_QUEUE))
            queue.extend(held)
            return []
        if held:
            self._last_to[address] = held[-1].id
        return [Send(ToPeer(address), message, store=True) for message in held]

    def _on_rejected(self, peer: Peer, message: Message, now: float) -> list[Effect]:
        """A host did not take an edit of ours: what it has counts."""
        assert isinstance(message, Reject)
        assert self.document is not None
        if message.reason == INVALID:
            return self.judging.rejected_strict(self.document, message) if self.judging else []
        self.document.confirm((self.document.party, message.id))
        incident = Incident("rejected", f"{message.id}: {message.reason}", peer)
        return [incident, *self.ask_again(peer.address)]

    # ------------------------------------------------------------------------ are we equal

    def _beat(self, to: str = "") -> list[Effect]:
        assert self.document is not None
        beat = Heartbeat(
            self._session,
            self.document.replica,
            l=self.document.count,
            hash=self.document.state_hash(),
        )
        return [Send(ToPeer(to), beat)] if to else self._people.broadcast(beat)

    def _beat_time(self) -> list[Effect]:
        assert self.document is not None
        self._is_beating = bool(self.document.pending)
        if not self._is_beating:
            return [*self._beat(), StartTimer(BEAT_TIMER, BEAT_IDLE)]
        # What the room did not send back in all this time was lost on the way, one or the other.
        pending = [one for one in self.document.stanzas if one.key in self.document.pending]
        return [*self.send_again(pending), *self._beat(), StartTimer(BEAT_TIMER, BEAT_SECONDS)]

    def _agrees(self) -> None:
        """The documents are equal, or something new came: differences count from here."""
        self._resyncs = 0
        self._rest_until = 0.0

    def _on_heartbeat(self, peer: Peer, message: Message, now: float) -> list[Effect]:
        """Who has less asks for the state; between equals the one whose replica is smaller."""
        assert isinstance(message, Heartbeat)
        assert self.document is not None
        effects = self._people.meet(peer)
        if not message.hash or message.hash == self.document.state_hash():
            self._agrees()
            if message.hash and len(self._people.present()) == 1:
                self._unproved.proved()
            return effects
        is_settled = now - self._busy_at >= QUIET_SECONDS and not self.document.pending
        if not is_settled or self.resync is not None or now < self._rest_until:
            return effects
        if (self.document.count, self.document.replica) > (message.l, message.r):
            return [*effects, *self._beat(peer.address)]
        self._resyncs += 1
        if self._resyncs >= MOST_RESYNCS:
            rest = REST_SECONDS * 2.0 ** (self._resyncs - MOST_RESYNCS)
            self._rest_until = now + min(rest, LONGEST_REST)
        return [
            *effects,
            Incident("documents-differ", "a message was lost", peer),
            *self.ask_again(peer.address),
        ]

    # --------------------------------------------------------------------------------- timers

    def timer(self, name: str, now: float) -> list[Effect]:
        """A timer that was started ran out."""
        if self.resync is not None and name in {ASK_TIMER, STALL_TIMER}:
            return self._resync_timer(name)
        if self.document is None:
            return []
        if name == GAP_TIMER:
            return self._look_at_gaps(now)
        if name == CHORES_TIMER:
            assert self._chores is not None
            return self._write(self._chores.due(now), now) or self._changed_nothing(now)
        if name == BEAT_TIMER:
            return self._beat_time()
        return []

    def _changed_nothing(self, now: float) -> list[Effect]:
        assert self._chores is not None
        when = self._chores.next_due()
        return [] if when is None else [StartTimer(CHORES_TIMER, max(0.0, when - now))]

    def _resync_timer(self, name: str) -> list[Effect]:
        assert self.resync is not None
        going_on, effects = self.resync.ran_out(name)
        if not going_on:
            self.resync = None  # nobody gives it: go on with what is here
        return effects

    # ------------------------------------------------------------------------- coming and going

    def arrive(self, me: Peer) -> None:
        """Direct: this member is another device than before, and so another party."""
        document = self.document
        if not self._is_direct or document is None:
            return
        if self._role is Role.CREATOR:
            for key in tuple(document.pending):
                document.confirm(key)  # drawn while nobody was asked: it goes with the state
        if document.party == me.address:
            return
        document.become(Party(me.address))
        waiting = {message.id for queue in self._queues.values() for message in queue}
        self._queues.clear()
        self._keep_for_later([s for s in document.stanzas if s.id in waiting])

    def _keep_for_later(self, stanzas: Iterable[Stanza]) -> None:
        """Direct: own edits that reached nobody. Guests take the creator's state, with its own."""
        if self.document is not None and self._role is Role.JOINER:
            for stanza in self.document.adopt(stanzas):
                self._undelivered[stanza.key] = stanza
            self._is_stale = True

    def is_creators(self, address: str) -> bool:
        """Guest between two: whether a device is the creator's, be it another one than before."""
        place = self._people.place
        if isinstance(place, InRoom) or self._role is Role.CREATOR:
            return False
        return address.partition("/")[0] == place.other.partition("/")[0]

    def call(self, address: str) -> list[Effect]:
        """Direct: somebody's device was seen, after this member or that one was away."""
        if "/" in address and self.is_creators(address):
            return self.follow(Peer(address))
        return [Send(ToPeer(address), Connect(self._session))]

    def follow(self, peer: Peer) -> list[Effect]:
        """Guest: the creator is there, on this device: its state counts, own late work on top."""
        effects = self._people.meet(peer)
        self._people.listens(peer.address)
        return [*effects, *self.ask_again(peer.address)]

    def gone(self, address: str) -> list[Effect]:
        """Nobody is at that address any more."""
        if address in self._behind:
            self._let_go(address)
        if self.resync is None or self.document is None:
            return []
        going_on, effects = self.resync.gone(address)
        if not going_on:
            self.resync = None
        return effects

    def came_back(self, address: str) -> list[Effect]:
        """Somebody of a direct session can be reached again: they get what they missed."""
        queue = self._queues.pop(address, None)
        if queue is None:
            return []
        self._last_to[address] = queue[-1].id
        return [Send(ToPeer(address), message, store=True) for message in queue]

    def offline(self) -> None:
        """The stream is cut."""

    def online(self) -> list[Effect]:
        """The stream is back: what others wrote meanwhile is in their state only."""
        self.resync = None
        effects = self._beat() if self.document is not None else []
        if self._is_direct and self._role is Role.CREATOR:
            return effects
        self._is_stale = True
        return [*effects, *self.ask_again()]

    def appeared(self, peer: Peer) -> list[Effect]:
        """Somebody shows that they take part."""
        if self.resync is not None:
            return self.resync.joining.appeared(peer)
        return self.ask_again(peer.address) if self._is_stale else []

    def timers_to_cancel(self) -> list[Effect]:
        """It is over."""
        names = (GAP_TIMER, CHORES_TIMER, BEAT_TIMER, ASK_TIMER, STALL_TIMER)
        return [CancelTimer(name) for name in names]

    handlers: ClassVar[Mapping[Outcome, Handler]] = {
        Outcome.APPLY: _on_edit,
        Outcome.TAKE_OR_KEEP: _on_edit,
        Outcome.COMPARE: _on_heartbeat,
        Outcome.TAKE_OR_REFUSE: _on_offer,
        Outcome.SERVE: _on_accept_state,
        Outcome.RESYNC: _on_rejected,
    }
    """What does each outcome of `STRICT_TABLE` that differs from merge mode."""
