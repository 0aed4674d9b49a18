"""A member who has the document: what it does with what the others send, without I/O.

Edits pass the door (is the replica the sender's?), go into the document and, in a direct session,
on to the other guests. Heartbeats, questions and answers keep all members at the same messages.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any, ClassVar, TypeAlias

from whiteboard.model.document import Document
from whiteboard.model.ids import Party, Replica, SessionId
from whiteboard.model.ops import Batch
from whiteboard.session.doubts import Doubts
from whiteboard.session.identity import fits, new_replica
from whiteboard.session.judging import INVALID, Judging
from whiteboard.session.members import People
from whiteboard.session.ports import (
    Counters,
    Direct,
    Effect,
    Incident,
    NewDocument,
    Notice,
    Notify,
    Persist,
    Place,
    Send,
    ShowEphemeral,
    ToPeer,
)
from whiteboard.session.serving import Serving
from whiteboard.session.sync import Sync
from whiteboard.session.table import Outcome, Refusal, Role, State
from whiteboard.wire.messages import (
    AcceptState,
    Answer,
    Connect,
    Description,
    EditMessage,
    EphemeralMessage,
    Get,
    Heartbeat,
    Message,
    Peer,
    Reject,
    Terminate,
)

Handler: TypeAlias = Callable[[Any, Peer, Message, float], list[Effect]]
"""A method that takes a message: who sent it, what, when. The message has the table's type."""


class Live:
    """The part of `Session` that holds and keeps up a document; see there for the attributes."""

    def __init__(
        self, session: SessionId, me: Peer, place: Place, rng: random.Random, role: Role
    ) -> None:
        self.session = session
        self.role = role
        self.state = State.OPENING if role is Role.CREATOR else State.ASKING
        self.connected = True
        self.document: Document | None = None
        self.counters = Counters()
        self._rng = rng
        self._people = People(me, place, self.counters)
        self._judging = Judging(self._people)
        self._receipt = 0
        self._introduced: tuple[Party, ...] = ()
        """Creator of a direct session: the guests that the guests were told of."""
        self._sync: Sync | None = None
        self._serving = self._new_serving()
        self._doubts = Doubts(self._empty_like)

    @property
    def me(self) -> Peer:
        """How the others see this member."""
        return self._people.me

    @property
    def place(self) -> Place:
        """Where the session lives."""
        return self._people.place

    @property
    def description(self) -> Description | None:
        """What the session is; None for a joiner until an offer."""
        return self._people.description

    def _new_sync(self, document: Document) -> Sync:
        return Sync(self.session, document, self._people.creator_address, self._rng)

    def _new_serving(self) -> Serving:
        return Serving(self.session, self._people.author_of, self._next_receipt)

    def _next_receipt(self) -> int:
        self._receipt += 1
        return self._receipt

    def _gone(self, address: str) -> list[Effect]:
        """Nobody is at that address any more."""
        effects: list[Effect] = []
        self._serving.forget(address)
        if self._sync is not None:
            self._sync.gone(address)
        known = self._people.get(address)
        if known is not None and not known.away:
            known.away = True
            effects += [ShowEphemeral(known.party, None), Notify(Notice.PEOPLE)]
            if isinstance(self.place, Direct) and self._people.is_host(known.party):
                effects += self._people.take_guests(())
            effects += self._introduce()
        return effects

    # --------------------------------------------------------------------------------- sending

    def _beat(self, *, bye: bool = False) -> list[Effect]:
        assert self._sync is not None
        beat, effects = self._sync.heartbeat(bye=bye)
        if isinstance(self.place, Direct) and self.role is Role.CREATOR:
            self._introduced = self._people.guests()
            beat = replace(beat, guests=self._introduced)
        return [*self._people.broadcast(beat), *effects]

    def _is_relay(self, peer: Peer) -> bool:
        """Whether `peer` passes on what the guests of a direct session do."""
        return isinstance(self.place, Direct) and peer.address == self._people.creator_address()

    def _introduce(self) -> list[Effect]:
        """Creator of a direct session: tell the guests of each other when one came or went."""
        is_relay = isinstance(self.place, Direct) and self.role is Role.CREATOR
        if not is_relay or not self.connected or self.state is not State.LIVE:
            return []
        return self._beat() if self._people.guests() != self._introduced else []

    def _send_own(self, batches: tuple[Batch, ...]) -> list[Effect]:
        assert self._sync is not None
        effects: list[Effect] = [Persist(batches)]
        for batch in batches:
            effects += self._people.broadcast(EditMessage(batch), store=True)
        return [*effects, *self._sync.changed(batches)]

    def _relay(self, batches: Iterable[Batch], source: str) -> list[Effect]:
        if self.role is not Role.CREATOR:
            return []
        return self._people.relay(self.session, batches, source)

    # -------------------------------------------------------------------------------- the door

    def _refuse(self, refusal: Refusal) -> list[Effect]:
        """Drop by name; told once, then counted only, so that nobody can flood the log."""
        if self.counters.count(refusal.name) > 1:
            return []
        return [Incident(refusal.name, refusal.value)]

    def _at_the_door(self, peer: Peer, message: EditMessage) -> Batch | Refusal:
        """The batch with its party, if its replica is the sender's (SYNC 0.2/5.2a)."""
        for fault in message.faults:
            self.counters.count(fault.name)
        batch = message.batch
        party = self._people.party(peer)
        if party is None:
            return Refusal.NO_IDENTITY
        for r in (batch.r, *batch.was):
            if not fits(r, self.session, party, self._people.identity):
                return Refusal.FOREIGN_REPLICA
        return replace(batch, party=party)

    def _admit_all(self, originals: Iterable[EditMessage], relay: Peer) -> list[Batch]:
        """Relayed messages that pass the door, each by its own sender."""
        batches: list[Batch] = []
        for original in originals:
            batch = self._at_the_door(original.sender or relay, original)
            if isinstance(batch, Refusal):
                self.counters.count(batch.name)
            elif original.session != self.session:
                self.counters.count(Refusal.WRONG_SESSION.name)
            else:
                batches.append(batch)
        return batches

    # ---------------------------------------------------------------------------- the document

    def _apply(self, batches: list[Batch]) -> tuple[tuple[Batch, ...], list[Effect]]:
        assert self.document is not None
        assert self._sync is not None
        received = self.document.receive(batches)
        is_new = received.kept or received.forks
        effects: list[Effect] = [Persist(received.kept)] if is_new else []
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
        originals = tuple(EditMessage(b, self._people.author_of(b)) for b in proofs if b.r == r)
        if not originals:
            return []
        targets = [only] if only else self._people.present()
        return [Send(ToPeer(a), Answer(self.session, originals)) for a in targets]

    def _reload(self, replica: Replica) -> list[Effect]:
        """Build the document anew from the messages held, to write in it as `replica`."""
        assert self.document is not None
        old = self.document
        self.document = self._empty_like(old, replica)
        self.document.receive(old.batches_since({}))
        self._sync = self._new_sync(self.document)
        return [NewDocument(self.document), *self._sync.changed()]

    def _empty_like(self, document: Document, replica: Replica) -> Document:
        return Document(self.session, document.party, replica, is_host=self._people.is_host)

    # --------------------------------------------------------------------- what the others say

    def _on_edit(self, peer: Peer, message: Message, now: float) -> list[Effect]:
        assert isinstance(message, EditMessage)
        assert self._sync is not None
        batch = self._at_the_door(peer, message)
        if isinstance(batch, Refusal):
            return self._refuse(batch)
        self._sync.came_from(peer.address, batch.r)
        applied, effects = self._apply([batch])
        if applied:
            self._sync.delivered(peer.address)
        effects += self._relay(applied, peer.address)
        return [*effects, *self._judge(applied, peer, now)]

    def _judge(self, applied: tuple[Batch, ...], peer: Peer, now: float) -> list[Effect]:
        assert self.document is not None
        return self._judging.judge(self.document, applied, peer, now) if applied else []

    def _on_heartbeat(self, peer: Peer, message: Message, now: float) -> list[Effect]:
        assert isinstance(message, Heartbeat)
        assert self._sync is not None
        party = self._people.party(peer)
        if party is None:
            return self._refuse(Refusal.NO_IDENTITY)
        if not fits(message.r, self.session, party, self._people.identity):
            return self._refuse(Refusal.FOREIGN_REPLICA)
        if message.bye:
            last = self._sync.compare(peer, message, now).effects
            return [*last, *self._gone(peer.address)]
        effects = [*self._people.meet(peer), *self._introduce()]
        if self._is_relay(peer):
            effects += self._people.take_guests(message.guests)
        checked = self._sync.compare(peer, message, now)
        effects += checked.effects
        for r in checked.proofs_for:
            effects += self._spread_proof(r, only=peer.address)
        if checked.differs:
            assert self.document is not None
            effects += self._doubts.begin(self.document, party, peer, now)
            effects += self._sync.ask_undigested(peer, message)
        return effects

    def _look_again(self, now: float) -> list[Effect]:
        """A part more of finding out whose document is wrong."""
        assert self.document is not None
        effects, healed = self._doubts.step(self.document, now)
        if healed is not None:
            self.document = healed
            self._sync = self._new_sync(healed)
            effects += [NewDocument(healed), *self._sync.changed()]
        return effects

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
        is_relay = self._is_relay(peer)
        batches: list[Batch] = []
        for batch in self._admit_all(message.messages, peer):
            is_own_words = batch.party == self._people.party(peer)
            is_proof = batch.n <= self.document.vv.get(batch.r, 0)
            asked = self._sync.may_answer(peer.address, batch.r, batch.n)
            if is_relay or is_own_words or is_proof or asked:
                batches.append(batch)
            else:
                self.counters.count(Refusal.NOT_ASKED.name)
        applied, effects = self._apply(batches) if batches else ((), [])
        if applied:
            self._sync.delivered(peer.address)
        effects += self._relay(applied, peer.address)
        # What comes as history was judged by who was there; a relayed edit is new.
        return [*effects, *(self._judge(applied, peer, now) if is_relay else ())]

    def _on_reject(self, peer: Peer, message: Message, now: float) -> list[Effect]:
        assert isinstance(message, Reject)
        if message.reason == INVALID and self.document is not None:
            return self._judging.rejected(self.document, message)
        return [Incident("rejected", f"{message.id}: {message.reason}", peer)]

    def _on_ephemeral(self, peer: Peer, message: Message, now: float) -> list[Effect]:
        assert isinstance(message, EphemeralMessage)
        party = self._people.party(peer)
        if party is None:
            return self._refuse(Refusal.NO_IDENTITY)
        if message.guest and not self._is_relay(peer):
            return self._refuse(Refusal.NOT_ASKED)
        effects = self._people.meet(peer)
        if message.guest:
            party = message.guest
            effects += self._people.meet_guest(party)
        elif self.role is Role.CREATOR:
            effects += self._people.pass_on(replace(message, guest=party), peer.address)
        return [*effects, *(ShowEphemeral(party, item) for item in message.items)]

    def _on_connect(self, peer: Peer, message: Message, now: float) -> list[Effect]:
        assert isinstance(message, Connect)
        assert self.description is not None
        effects: list[Effect] = []
        if isinstance(self.place, Direct):
            if self.role is Role.CREATOR and not self._people.is_admitted(peer.address):
                return self._refuse(Refusal.NOT_INVITED)
            effects = self._people.meet(peer)
            self._people.listens(peer.address)
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

    def _on_terminate(self, peer: Peer, message: Message, now: float) -> list[Effect]:
        assert isinstance(message, Terminate)
        if self._people.get(peer.address) is None:
            return self._refuse(Refusal.NOT_INVITED)
        return self._gone(peer.address)

    handlers: ClassVar[Mapping[Outcome, Handler]] = {
        Outcome.APPLY: _on_edit,
        Outcome.COMPARE: _on_heartbeat,
        Outcome.ANSWER: _on_get,
        Outcome.TAKE_HISTORY: _on_answer,
        Outcome.SHOW: _on_ephemeral,
        Outcome.OFFER: _on_connect,
        Outcome.SERVE: _on_accept_state,
        Outcome.FORGET_OFFER: _on_refuse_state,
        Outcome.TELL_REJECTED: _on_reject,
        Outcome.OTHER_ENDED: _on_terminate,
    }
    """What does each outcome of the table."""
