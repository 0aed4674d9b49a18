"""A member who has the document: what it does with what the others send, without I/O.

Edits pass the door (is the replica the sender's?), go into the document and, in a direct session,
on to the other guests. Heartbeats, questions and answers keep all members at the same messages.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any, ClassVar, TypeAlias

from whiteboard.model.changes import Commit, Lost
from whiteboard.model.document import Document, FoldedError, Received
from whiteboard.model.ephemeral import Attention, Ephemeral
from whiteboard.model.folded import Folded, FormatError
from whiteboard.model.ids import Party, Replica, SessionId
from whiteboard.model.ops import Batch
from whiteboard.model.rebase import Piece
from whiteboard.session.archiving import Archiving
from whiteboard.session.asking import Asking
from whiteboard.session.attention import Calls, may_call
from whiteboard.session.doubts import Doubts
from whiteboard.session.folded_past import FoldedPast, with_help
from whiteboard.session.giving import Giving, is_at_hand
from whiteboard.session.identity import fits, new_replica
from whiteboard.session.judging import INVALID, Judging
from whiteboard.session.left_over import after_commit, after_losses
from whiteboard.session.members import People
from whiteboard.session.memory import Later
from whiteboard.session.parts import HELP_SECONDS, HELP_TIMER, Help
from whiteboard.session.ports import (
    Beside,
    CancelTimer,
    Counters,
    Direct,
    Effect,
    Incident,
    InRoom,
    KeepBase,
    NewDocument,
    Notice,
    Notify,
    Persist,
    Place,
    Send,
    ShowEphemeral,
    StartTimer,
    ToPeer,
)
from whiteboard.session.rebasing import Rebased, rebased, rebased_onto
from whiteboard.session.serving import Serving
from whiteboard.session.strict import Strict
from whiteboard.session.strict_psi import PsiStrict
from whiteboard.session.sync import Sync
from whiteboard.session.table import Outcome, Refusal, Role, State
from whiteboard.wire.messages import (
    AcceptState,
    Answer,
    ArchivedPart,
    Connect,
    Description,
    Dialect,
    EditMessage,
    EphemeralMessage,
    Get,
    Heartbeat,
    Message,
    Peer,
    Reason,
    Reject,
    StateBegin,
    StateEnd,
    StatePart,
    StateUploaded,
    Terminate,
)

Handler: TypeAlias = Callable[[Any, Peer, Message, float], list[Effect]]
"""A method that takes a message: who sent it, what, when. The message has the table's type."""

FAILED = {Reason.CONNECTIVITY_ERROR, Reason.FAILED_APPLICATION, Reason.FAILED_TRANSPORT}
"""Why somebody leaves who wanted to stay."""
NOT_REACHED = "The board did not reach {}."


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
        self._past = FoldedPast(session, self._people)
        self.memory = self._past.memory
        self.archiving = Archiving()
        self.can_fetch = False
        """Whether files can be fetched here."""
        self.upload_limit: Callable[[], int] = lambda: 0
        """Bytes of the largest file that can be put where others fetch it; 0 = none can."""
        self.left_over: tuple[Piece, ...] = ()
        """Own work that was not taken over, until the person decides (SYNC 4.7)."""
        self._serving = self._new_serving()
        self._strict: Strict | None = None
        """What it does in strict mode, once it is known to be that."""
        self._requires_order = False
        self._doubts = Doubts()
        self._asking: Asking | None = None
        """A history that is being asked for."""
        self._earlier: tuple[EditMessage, ...] = ()
        """What came of the time before the state by which this member joined."""
        self._giving = Giving(
            session, self._people, lambda: self._serving, lambda: self.state is State.LIVE
        )
        self._calls = Calls()

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
        creator = self._people.creator_address
        return Sync(self.session, document, creator, self._rng, self._nobody_sends)

    def _new_serving(self) -> Serving:
        return Serving(self.session, self._people.author_of, self._next_receipt)

    def _new_strict(self) -> Strict:
        kind = PsiStrict if self.dialect is Dialect.PSI else Strict
        strict = kind(
            self.session,
            self._people,
            self.counters,
            self._rng,
            self.role,
            self._serving,
        )
        strict.rejects = self._requires_order
        strict.judging = self._judging
        return strict

    @property
    def dialect(self) -> Dialect:
        """How the session is said on the wire, as far as it is known what it is."""
        description = self._people.description
        return Dialect.XEP if description is None else description.dialect

    def _next_receipt(self) -> int:
        self._receipt += 1
        return self._receipt

    def _gone(self, address: str) -> list[Effect]:
        """Nobody is at that address any more."""
        effects: list[Effect] = []
        self._serving.forget(address)
        if self._sync is not None:
            self._sync.gone(address)
        if self._strict is not None and self.state is State.LIVE:
            effects += self._strict.gone(address)
        self.memory.gone(address)
        if self._asking is not None and self._asking.asked == address and self.connected:
            effects += self._ask_another()
        known = self._people.get(address)
        if known is not None and not known.away:
            known.away = True
            effects += [ShowEphemeral(known.party, None), Notify(Notice.PEOPLE)]
            if isinstance(self.place, Direct):
                effects += self._people.take_guests(address, ())
                if self._people.is_relay(known.peer) or self._people.is_creator(known.party):
                    effects += self._find_each_other()
            effects += self._introduce()
        return effects

    # --------------------------------------------------------------------------------- sending

    def _beat(self, *, bye: bool = False) -> list[Effect]:
        assert self._sync is not None
        beat, effects = self._sync.heartbeat(bye=bye)
        beat = replace(beat, floor=dict(self.memory.journal_floor), archived=self.archiving.holds)
        if self._relays:
            self._introduced = self._people.guests()
            beat = replace(beat, guests=self._introduced)
        return [*self._people.broadcast(beat), *effects]

    @property
    def _relays(self) -> bool:
        """Direct: whether I pass on what the others do: I made the session, or invited somebody."""
        is_direct = isinstance(self.place, Direct)
        return is_direct and (self.role is Role.CREATOR or bool(self._people.admitted))

    def _find_each_other(self) -> list[Effect]:
        """Direct: who kept us together is gone, so the guests go on with one another (SYNC 6.6)."""
        if self.role is Role.CREATOR or self._strict is not None or self.state is not State.LIVE:
            return []
        return [Send(ToPeer(a), Connect(self.session)) for a in self._people.orphans()]

    def _introduce(self) -> list[Effect]:
        """Direct: tell the others of each other when one came or went."""
        if not self._relays or not self.connected or self._sync is None:
            return []
        if self.state is not State.LIVE:
            return []
        return self._beat() if self._people.guests() != self._introduced else []

    def _send_own(self, batches: tuple[Batch, ...]) -> list[Effect]:
        assert self._sync is not None
        effects: list[Effect] = [Persist(batches)]
        for batch in batches:
            effects += self._people.broadcast(EditMessage(batch), store=True)
        return [*effects, *self._sync.changed(batches)]

    def _relay(self, batches: Iterable[Batch], source: str) -> list[Effect]:
        if not self._relays:
            return []
        return self._people.relay(self.session, batches, source)

    # -------------------------------------------------------------------------------- the door

    def _refuse(self, refusal: Refusal) -> list[Effect]:
        """Drop by name; told once, then counted only, so that nobody can flood the log."""
        if self.counters.count(refusal.name) > 1:
            return []
        return [Incident(refusal.name, refusal.value)]

    def _or_refuse(self, done: list[Effect] | Refusal) -> list[Effect]:
        return self._refuse(done) if isinstance(done, Refusal) else done

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
        return self._received(self.document.receive(batches))

    def _received(self, received: Received) -> tuple[tuple[Batch, ...], list[Effect]]:
        """What follows from what became of messages."""
        assert self.document is not None
        assert self._sync is not None
        is_new = received.kept or received.forks
        self._giving.positions.note(received.kept)
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
            effects += self._rebase(self.document.forks[self.document.replica] - 1)
        if received.below:
            effects += self._reach_below()
        return received.applied, effects

    # -------------------------------------------------------------------- the room's archive

    @property
    def _held(self) -> int:
        """How many messages the document has."""
        assert self.document is not None
        return sum(self.document.vv.values())

    def _archive(self, now: float) -> list[Effect]:
        """Put the state into the room's archive, if it is time and my turn."""
        assert self.document is not None
        others = self.memory.replicas_of(self._people.present())
        if not isinstance(self.place, InRoom) or self.document.forks:
            return []
        if not self.archiving.is_my_turn(self.document.replica, others, self._held, now):
            return []
        return self._archive_now()

    def _archive_now(self) -> list[Effect]:
        assert self.document is not None
        assert self.description is not None
        return self.archiving.make(
            self.document,
            self.description,
            self._people.author_of,
            self._rng,
            is_live=lambda: self.state is State.LIVE and self.connected,
            upload_limit=self.upload_limit,
        )

    def _on_archived(self, peer: Peer, message: Message, now: float) -> list[Effect]:
        if isinstance(message, StateUploaded):
            self.archiving.heard(sum(message.vv.values()), self._held)
            return []
        assert isinstance(message, ArchivedPart)
        if message.number + 1 == message.parts:
            self.archiving.heard(message.holds, self._held)
        return []

    # ------------------------------------------------------------------- the folded past (5.5)

    def _fold(self, now: float) -> list[Effect]:
        """Free memory, if that is worth its while."""
        assert self.document is not None
        return self._past.fold(self.document, now)

    def want_history(self, now: float) -> list[Effect]:
        """Somebody needs the folded past of the document."""
        return [] if self.document is None else self._past.read(self.document)

    def _with_history(self, then: Later) -> list[Effect]:
        """Do this as soon as everything that the journal has is in memory; now, if it is."""
        assert self.document is not None
        return self._past.with_history(self.document, then)

    def history_read(self, rebuilt: Document | None, now: float) -> list[Effect]:
        """`ReadHistory` was performed; None: the journal cannot be read."""
        assert self.document is not None
        pending = self.memory.read(now)
        effects = self._go_on_from(rebuilt) if rebuilt is not None else []
        if rebuilt is None:
            effects.append(Incident("history", "the journal cannot be read"))
        for then in pending:
            effects += then(now)
        return effects

    def _go_on_from(self, rebuilt: Document) -> list[Effect]:
        assert self.document is not None
        try:
            received = self.document.unfold(rebuilt)
        except FoldedError as error:
            return [Incident("history", str(error))]
        return self._received(received)[1] if self._sync is not None else []

    def _reach_below(self) -> list[Effect]:
        """Something came that has no room on what is folded."""
        assert self.document is not None
        assert self._sync is not None
        return self._past.reach_below(self.document, self._sync)

    def _nobody_sends(self, now: float) -> list[Effect]:
        """What others announced did not come."""
        assert self.document is not None
        assert self._sync is not None
        return self._past.nobody_sends(self.document, self._sync)

    def _on_help_begin(self, peer: Peer, message: Message, now: float) -> list[Effect]:
        assert isinstance(message, StateBegin)
        return self._or_refuse(self._past.help_begins(peer.address, message))

    def _on_help_part(self, peer: Peer, message: Message, now: float) -> list[Effect]:
        assert isinstance(message, StatePart)
        return self._or_refuse(self._past.help_part(peer.address, message))

    def _on_help_end(self, peer: Peer, message: Message, now: float) -> list[Effect]:
        """All of it is here: it takes the place of what I had, if it can take in all of that."""
        assert isinstance(message, StateEnd)
        assert self.document is not None
        given = self._past.help_ends(peer.address)
        if isinstance(given, Refusal):
            return self._refuse(given)
        effects: list[Effect] = [CancelTimer(HELP_TIMER)]
        try:
            base = given.state(self.session)
            received = self.document.unfold(with_help(self.document, base, given, message.vv))
        except FormatError as error:
            return [*effects, Incident("help", str(error), peer), *self._reach_below()]
        except FoldedError as error:
            if given.is_last:
                return [*effects, *self._with_history(lambda _now: self._rebase_onto(base, given))]
            return [*effects, Incident("help", str(error), peer), *self._reach_below()]
        self.memory.journal_floor = dict(self.document.floor)
        self.memory.helped()
        return [*effects, KeepBase(base), *self._received(received)[1], *self._beat()]

    def _help_failed(self) -> list[Effect]:
        """The helper fell silent, or is gone: the next one."""
        assert self.document is not None
        assert self._sync is not None
        return self._past.help_failed(self.document, self._sync)

    def _spread_proof(self, r: Replica, only: str | None = None) -> list[Effect]:
        """Both contents of the forked dot to everyone (or one): they must void it too."""
        assert self.document is not None
        proofs = self.document.batches_since(self.document.vv)
        originals = tuple(EditMessage(b, self._people.author_of(b)) for b in proofs if b.r == r)
        if not originals:
            return []
        targets = [only] if only else self._people.present()
        return [Send(ToPeer(a), Answer(self.session, originals)) for a in targets]

    def _rebase(self, after: int, *, may_write: bool = True) -> list[Effect]:
        """Go on as another replica: own messages beyond `after` do not count (SYNC 4.7)."""
        assert self.document is not None
        party, vv = self.document.party, self.document.vv
        replica = new_replica(self.session, party, self._rng, vv)
        try:
            new = rebased(self.document, replica, after, may_write=may_write)
        except FoldedError as error:
            return [Incident("rebase", str(error)), *self._reload(replica)]
        return self._go_on_as(new)

    def _rebase_onto(self, base: Folded | None, given: Help) -> list[Effect]:
        """Another member's board takes the place of mine; my work goes onto it (SYNC 4.7d)."""
        assert self.document is not None
        taken = {*self.document.vv, *(base.floor if base is not None else ())}
        taken.update(batch.r for batch in given.batches)
        replica = new_replica(self.session, self.document.party, self._rng, taken)
        new = rebased_onto(base, given.batches, self.document, replica)
        self.memory.journal_floor = dict(new.document.floor)
        effects = self._go_on_as(new, KeepBase(base))
        done, left = new.outcome, sum(piece.count for piece in new.outcome.left)
        counts = f"{done.sent} sent again, {done.already} so already, {left} left over"
        return [*effects, Incident("rebase", counts), *self._beat()]

    def _go_on_as(self, new: Rebased, *keep: KeepBase) -> list[Effect]:
        self.document = new.document
        self.left_over = (*self.left_over, *new.outcome.left)
        self._sync = self._new_sync(self.document)
        effects: list[Effect] = [NewDocument(self.document), *keep, *self._sync.changed()]
        if new.sent:
            effects += self._send_own(new.sent)
        if new.outcome.left:
            effects.append(Notify(Notice.LEFT_OVER))
        return effects

    def _note_lost(self, losses: Iterable[Lost]) -> list[Effect]:
        """Somebody's write replaced one of mine, made without knowing it."""
        assert self.document is not None
        pieces = after_losses(self.left_over, losses, self.document)
        if pieces is self.left_over:
            return []
        self.left_over = pieces
        return [Notify(Notice.LEFT_OVER)]

    def _note_cut(self, commit: Commit) -> list[Effect]:
        """Own work does not count any more, or again: of what does not, the person decides."""
        assert self.document is not None
        self.left_over = after_commit(self.left_over, commit, self.document)
        return [Notify(Notice.LEFT_OVER)]

    def settle(self, piece: Piece) -> None:
        """The person has decided about something that was left over."""
        self.left_over = tuple(one for one in self.left_over if one is not piece)

    def _reload(self, replica: Replica) -> list[Effect]:
        """Build the document anew from the messages held, to write in it as `replica`."""
        assert self.document is not None
        old = self.document
        self.document = old.like(old.folded(), replica)
        self.document.receive(old.batches_since(old.floor))
        self._sync = self._new_sync(self.document)
        return [NewDocument(self.document), *self._sync.changed()]

    # --------------------------------------------------------------------- what the others say

    def _on_edit(self, peer: Peer, message: Message, now: float) -> list[Effect]:
        assert isinstance(message, EditMessage)
        assert self._sync is not None
        batch = self._at_the_door(peer, message)
        if isinstance(batch, Refusal):
            return self._refuse(batch)
        self._sync.came_from(peer.address, batch.r)
        self.memory.heard(batch.r, now)
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
        self.memory.announced(peer.address, message, now)
        if message.archived:
            self.archiving.heard(message.archived, self._held)
        if message.bye:
            last = self._sync.compare(peer, message, now).effects
            return [*last, *self._gone(peer.address)]
        effects = [*self._people.meet(peer), *self._introduce()]
        if isinstance(self.place, Direct) and self._people.is_listening(peer.address):
            effects += self._people.take_guests(peer.address, message.guests)
            if self._people.is_relay(peer):
                self._people.tell_of(message.guests)
        assert self.document is not None
        is_deeper = self._past.is_deeper_in_journal(self.document)
        if self._sync.reaches_below(message) and is_deeper:
            effects += self.want_history(now)  # then its next heartbeat brings the fork to light
        checked = self._sync.compare(peer, message, now)
        effects += checked.effects
        for r in checked.proofs_for:
            if self._giving.may_have(self.document, peer, 2, now):
                effects += self._spread_proof(r, only=peer.address)
        if checked.differs:
            assert self.document is not None
            effects += self._doubt(party, peer, now)
            effects += self._sync.ask_undigested(peer, message)
        return effects

    def _doubt(self, party: Party, peer: Peer, now: float) -> list[Effect]:
        """`party` says that these messages make another document than here."""

        def begin(_now: float) -> list[Effect]:
            assert self.document is not None
            return self._doubts.begin(self.document, party, peer, now)

        # What was folded is looked into from the messages that the journal has.
        return self._with_history(begin) if self._doubts.would_look(party, now) else []

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
        if not self._giving.may_ask(peer, now):
            return self._refuse(Refusal.TOO_MANY)

        def give(_now: float) -> list[Effect]:
            assert self.document is not None
            if message.floor:
                return self._or_refuse(self._giving.deep(self.document, peer, message.floor))
            return self._or_refuse(self._giving.history(self.document, peer, message, now))

        if message.floor:
            if not self._giving.may_have(self.document, peer, self._held, now):
                return self._refuse(Refusal.TOO_MANY)
        elif is_at_hand(self.document, message.since, message.upto):
            return give(now)
        return self._with_history(give)

    # ---------------------------------------------------------------- a history from others

    def ask_history(self, asking: Asking) -> list[Effect]:
        """Ask the others for a history; one question at a time."""
        if self._asking is not None or self.state is not State.LIVE or not self.connected:
            return asking.end(is_whole=False)
        self._asking = asking
        return self._asked(asking.ask(self._people.present()))

    @property
    def lacks_earlier(self) -> bool:
        """Whether there is history before the state by which I joined, and somebody to ask."""
        is_here = self.state is State.LIVE and self.connected
        return is_here and bool(self.memory.journal_floor) and bool(self._people.present())

    @property
    def asking_progress(self) -> float | None:
        """0 to 1 while a history is asked for and its first page is here."""
        return self._asking.progress if self._asking is not None else None

    @property
    def is_asking(self) -> bool:
        """Whether a history is being asked for."""
        return self._asking is not None

    def fetch_earlier(self, now: float) -> list[Effect]:
        """Ask for the history before the state by which I joined, to keep it here."""
        if not self.lacks_earlier or self._asking is not None:
            return []
        originals: list[EditMessage] = []

        def done(is_whole: bool) -> None:
            if is_whole:
                self._earlier = tuple(originals)

        floor = dict(self.memory.journal_floor)
        asking = self._asking = Asking(self.session, originals.extend, done, upto=floor)
        return self._asked(asking.ask(self.memory.deepest_first(self._people.present())))

    def _take_earlier(self) -> list[Effect]:
        """It is all here: the document and the journal begin with the first message from now on."""
        batches = self._admit_all(self._earlier, self.me)
        self._earlier = ()

        def make(document: Document) -> Document:
            rebuilt = document.like(None)
            rebuilt.receive([*batches, *document.batches_since(document.floor)])
            return rebuilt

        def made(rebuilt: Document, _now: float) -> list[Effect]:
            if self.document is None or self._sync is None or self.state is not State.LIVE:
                return []
            try:
                received = self.document.unfold(rebuilt)
            except FoldedError as error:
                return [Incident("history", str(error))]
            self.memory.journal_floor = dict(self.document.floor)
            kept = [KeepBase(None), *self._received(received)[1], *self._beat()]
            return [*kept, Notify(Notice.PROGRESS)]

        def begin(_now: float) -> list[Effect]:
            document = self.document
            assert document is not None
            return [Beside(lambda: make(document), made)]

        return self._with_history(begin)

    def stop_asking(self) -> list[Effect]:
        """The person wants no more of it."""
        asking, self._asking = self._asking, None
        return [] if asking is None else asking.end(is_whole=False)

    def _ask_another(self) -> list[Effect]:
        """Who was asked is silent, or has gone."""
        if self._asking is None:
            return []
        members = self.memory.deepest_first(self._people.present())
        return self._asked(self._asking.ask(members))

    def _asked(self, effects: list[Effect]) -> list[Effect]:
        if self._asking is not None and not self._asking.asked:
            self._asking = None
        if self._earlier:
            effects = [*effects, *self._take_earlier()]
        return [*effects, Notify(Notice.PROGRESS)]

    def _on_answer(self, peer: Peer, message: Message, now: float) -> list[Effect]:
        assert isinstance(message, Answer)
        assert self._sync is not None
        assert self.document is not None
        is_relay = self._people.is_relay(peer)
        batches: list[Batch] = []
        admitted = self._admit_all(message.messages, peer)
        if self._asking is not None and self._asking.takes(peer.address, message):
            return self._asked(self._asking.page(message, admitted))
        if self._past.takes(peer.address, admitted):
            return [StartTimer(HELP_TIMER, HELP_SECONDS)]
        for batch in admitted:
            is_own_words = batch.party == self._people.party(peer)
            is_proof = batch.n <= self.document.vv.get(batch.r, 0)
            asked = self._sync.may_answer(peer.address, batch.r, batch.n)
            is_vouched = self._people.vouches(peer, batch.party)
            if is_relay or is_vouched or is_own_words or is_proof or asked:
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
        people = self._people
        if message.guest and not (people.is_relay(peer) or people.vouches(peer, message.guest)):
            return self._refuse(Refusal.NOT_ASKED)
        effects = self._people.meet(peer)
        if message.guest:
            party = message.guest
            effects += self._people.meet_guest(peer.address, party)
            if self._relays:
                effects += self._people.pass_down(message, peer.address)
        elif self._relays:
            effects += self._people.pass_on(replace(message, guest=party), peer.address)
        shown = (item for item in message.items if self._is_heeded(item, party, now))
        return [*effects, *(ShowEphemeral(party, item) for item in shown)]

    def _is_heeded(self, item: Ephemeral, party: Party, now: float) -> bool:
        if not isinstance(item, Attention):
            return True
        document = self._strict.document if self._strict is not None else self.document
        in_room = isinstance(self.place, InRoom)
        may = document is not None and may_call(document, party, in_room=in_room)
        return may and self._calls.heed(party, now)

    def _on_connect(self, peer: Peer, message: Message, now: float) -> list[Effect]:
        assert isinstance(message, Connect)
        assert self.description is not None
        if not self._giving.may_ask(peer, now):
            return self._refuse(Refusal.TOO_MANY)
        effects: list[Effect] = []
        strict = self._strict
        if strict is not None and strict.is_creators(peer.address):
            return strict.follow(peer)  # it was away, and calls its guests
        if isinstance(self.place, Direct):
            if not self._people.is_welcome(peer.address):
                return self._refuse(Refusal.NOT_INVITED)
            self._people.take_in(peer.address)
            effects = self._people.meet(peer)
            self._people.listens(peer.address)
        return [*effects, *self._serving.offer(peer.address, self.description, now)]

    def _on_accept_state(self, peer: Peer, message: Message, now: float) -> list[Effect]:
        assert isinstance(message, AcceptState)
        assert self.document is not None
        assert self.description is not None
        if not self._serving.has_offered(peer.address):
            return self._refuse(Refusal.NOT_OFFERED)
        given = self._giving.state(
            self.document,
            self.description,
            peer,
            message,
            now,
            upload_limit=self.upload_limit(),
        )
        return self._or_refuse(given)

    def _on_refuse_state(self, peer: Peer, message: Message, now: float) -> list[Effect]:
        self._serving.forget(peer.address)
        return []

    def _on_terminate(self, peer: Peer, message: Message, now: float) -> list[Effect]:
        assert isinstance(message, Terminate)
        if self._people.get(peer.address) is None:
            return self._refuse(Refusal.NOT_INVITED)
        if self.dialect is Dialect.PSI and message.reason is not Reason.SUCCESS:
            return self._on_refuse_state(peer, message, now)  # it ends what was being negotiated
        gone = self._gone(peer.address)
        if message.reason in FAILED:
            gone.append(Notify(Notice.STATE, NOT_REACHED.format(peer.bare)))
        return gone

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
        Outcome.HELP_BEGIN: _on_help_begin,
        Outcome.HELP_PART: _on_help_part,
        Outcome.HELP_END: _on_help_end,
        Outcome.NOTE_ARCHIVED: _on_archived,
    }
    """What does each outcome of the table."""
