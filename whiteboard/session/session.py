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
from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace

from whiteboard.model.changes import Commit, Origin
from whiteboard.model.document import Document
from whiteboard.model.ephemeral import Ephemeral
from whiteboard.model.folded import Folded
from whiteboard.model.ids import Party, Replica, SessionId
from whiteboard.model.ops import Batch
from whiteboard.model.rebase import Piece
from whiteboard.model.shared import SharedDocument
from whiteboard.model.strict.document import StrictDocument
from whiteboard.model.strict.ops import Stanza
from whiteboard.session import moving
from whiteboard.session.asking import PAGE_TIMER
from whiteboard.session.doubts import LOOK_TIMER
from whiteboard.session.echo import ECHO_TIMER
from whiteboard.session.entering import EPHEMERAL_TIMER, OPEN_TIMER, Entering
from whiteboard.session.folded_past import FOLD_TIMER
from whiteboard.session.identity import new_replica, new_session
from whiteboard.session.joining import ASK_TIMER, PACE_TIMER, STALL_TIMER, Joining
from whiteboard.session.mirroring import AGAIN_SECONDS, MIRROR_TIMER, Mirroring
from whiteboard.session.parts import HELP_TIMER
from whiteboard.session.ports import (
    TO_SESSION,
    Direct,
    Effect,
    Incident,
    InRoom,
    Member,
    NewDocument,
    Notice,
    Notify,
    Persist,
    Place,
    Send,
    StartTimer,
    Target,
    ToPeer,
)
from whiteboard.session.presence import Presence
from whiteboard.session.rebasing import REFUSED, rebased
from whiteboard.session.rebuilding import Rebuilt
from whiteboard.session.sync import BEAT_TIMER, NACK_TIMER, SOON_TIMER, Sync
from whiteboard.session.table import PSI_TABLE, STRICT_TABLE, TABLE, Entry, Refusal, Role, State
from whiteboard.session.uploading import LOAD_TIMER
from whiteboard.validation.applications import DRAWINGS
from whiteboard.wire import psi
from whiteboard.wire.messages import (
    EMPTY,
    Advertisement,
    ArchivedPart,
    Connect,
    Description,
    Dialect,
    EditMessage,
    EphemeralMessage,
    Message,
    Mode,
    Peer,
    Reason,
    StateUploaded,
    StrictMessage,
    Terminate,
    Vector,
)

__all__ = ["Role", "Session", "State"]

OPEN_SECONDS = (1.0, 2.0)
"""How long an opener looks whether the room has a board already (SYNC 0.3.17)."""
NOT_TAKEN = "The group chat did not take a change. It is kept here."


class Session(Entering):
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
        super().__init__(session, me, place, rng, role)
        self._is_given = False
        self._presence = Presence()
        self._presence_timer = False
        self._mirroring = Mirroring(self._people, rng)
        self._is_mirroring = False

    # ------------------------------------------------------------------------------ making one

    @classmethod
    def share(
        cls,
        document: SharedDocument,
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
            session = new_session(rng)
        self = cls(session, me, place, rng, Role.CREATOR)
        party = description.identity.party(me)
        if party is None:
            raise ValueError("the place does not show what names a party")
        self._people.description = replace(description, creator=party)
        self._yields = yields and isinstance(place, InRoom)
        if description.mode is Mode.STRICT:
            self._offered = document
        else:
            self.document = document if isinstance(document, Document) else moving.copied(document)
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
        applications: Collection[str] = DRAWINGS,
        dialect: Dialect = Dialect.XEP,
        is_given: bool = False,
    ) -> Session:
        """Take part in a session that runs.

        Args:
            session: its id.
            me: how the others see this member.
            place: where it lives.
            rng: chooses ids and delays.
            ask: members known, the inviter or host first.
            name: of the board, '' if unknown.
            applications: namespaces of the application types that can be taken part in.
            dialect: how it is said on the wire.
            is_given: the first of `ask` sends the state without being asked (`psi`).
        """
        self = cls(session, me, place, rng, Role.JOINER)
        self._name = name
        if dialect is Dialect.PSI:
            self._people.description = replace(psi.DESCRIPTION, name=name)
        self._is_given = is_given
        self._applications = applications
        self._joining = Joining(session, ask)
        for peer in ask:
            self._people.meet(peer)
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
        folded: Folded | None = None,
        floor: Vector = EMPTY,
        admitted: Iterable[str] = (),
        left_over: Iterable[Piece] = (),
    ) -> Session:
        """Go on where an earlier run stopped: live and offline; `online` is called first.

        Args:
            description: what the session is.
            me: as far as known; `online` tells.
            place: where it lives.
            rng: chooses ids and delays.
            role: of the earlier run.
            kept: every message held, in a causal order; with `folded` those outside it.
            session: its id.
            party: who I am there.
            replica: the earlier run's, if `kept` certainly holds all it ever sent (SYNC 4.7); None
                takes a new one, and so does a fork of the chain (SYNC 4.7c).
            folded: the state inside which the earlier messages lie.
            floor: where the journal begins: the snapshot that the earlier run joined by.
            admitted: direct: bare addresses of who was invited.
            left_over: own work that waits for the person's decision.
        """
        self = cls(session, me, place, rng, role)
        self._people.description = description
        self.left_over = tuple(left_over)
        past = folded or Folded(session, {}, (), ())
        taken = {*past.chains, *(batch.r for batch in kept)}

        def document_of(replica: Replica) -> Document:
            ground = self._people.ground
            document = Document.from_folded(past, party, replica, ground=ground)
            document.receive(kept)
            return document

        self.document = document_of(replica or new_replica(session, party, rng, taken))
        if self.document.replica in self.document.forks:
            end = self.document.forks[self.document.replica] - 1
            new = new_replica(session, party, rng, taken)
            rest = rebased(self.document, new, end, may_write=False)
            self.document = rest.document
            self.left_over += rest.outcome.left
        self._sync = self._new_sync(self.document)
        self.memory.journal_floor = dict(floor)
        for address in admitted:
            self._people.admit(address)
        self._people.expect({*self.document.parties.values(), description.creator})
        self.state = State.LIVE
        self.connected = False
        return self

    @classmethod
    def rebuilt(
        cls, rebuilt: Rebuilt, me: Peer, room: InRoom, rng: random.Random, party: Party
    ) -> Session:
        """Take part in a session that nobody is in, as the room's archive has it; then `start`.

        Args:
            rebuilt: what was read there.
            me: how the others see this member.
            room: whose archive it is.
            rng: chooses ids and delays.
            party: who I am there.
        """
        self = cls(rebuilt.session, me, room, rng, Role.JOINER)
        self._people.description = rebuilt.description
        replica = new_replica(rebuilt.session, party, rng, rebuilt.replicas)
        self.document = rebuilt.document(replica, party)
        self._sync = self._new_sync(self.document)
        self.memory.journal_floor = dict(self.document.floor)
        self.archiving.holds = rebuilt.holds
        return self

    @classmethod
    def resume_strict(
        cls,
        description: Description,
        me: Peer,
        place: Place,
        rng: random.Random,
        role: Role,
        document: StrictDocument,
        admitted: Iterable[str] = (),
    ) -> Session:
        """Go on in a strict session where an earlier run stopped: live and offline.

        What others wrote meanwhile comes with the state, for which `online` asks, or one-to-one
        who is called. There each device is a party of its own: own work goes on as that of the new
        one, and guests keep to the creator's state, wherever the creator is now.
        """
        self = cls(document.session, me, place, rng, role)
        self._people.description = description
        self._strict = self._new_strict()
        self._strict.begin(document)
        for address in admitted:
            self._people.admit(address)
        self._people.expect({document.party, description.creator})
        self.state = State.LIVE
        self.connected = False
        return self

    def send_again_strict(self, stanzas: Iterable[Stanza]) -> list[Effect]:
        """Own edits of an earlier run in a strict session that the server may not have taken."""
        return self._strict.send_again(stanzas) if self._strict is not None else []

    def is_me(self, me: Peer, document: SharedDocument) -> bool:
        """Whether who is there as `me` is who wrote `document` in this session."""
        assert self.description is not None
        if self.description.mode is Mode.STRICT and isinstance(self.place, Direct):
            return document.party.partition("/")[0] == me.bare
        if self.description.mode is Mode.STRICT:
            return document.party in {me.occupant_id, me.address}
        return self.description.identity.party(me) == document.party

    def send_again(self, batches: Iterable[Batch]) -> list[Effect]:
        """Own edits of an earlier run that the server may not have taken."""
        effects: list[Effect] = []
        for batch in batches:
            effects += self._people.broadcast(EditMessage(batch), store=True)
        return effects

    def require_order(self, wanted: bool = True) -> None:
        """Strict, host: refuse edits that skip one, and tell their author (requirement S6).

        May be asked for before it is known what kind of session it is; only a host's wish counts.
        """
        self._requires_order = wanted
        if self._strict is not None:
            self._strict.rejects = wanted

    def take_archived(self, rebuilt: Rebuilt) -> list[Effect]:
        """Messages that the room's archive has and that may be lacking here."""
        if self.state is not State.LIVE or self._sync is None:
            return []
        assert self.document is not None
        effects = self._apply(list(rebuilt.batches))[1]
        self.archiving.heard(rebuilt.holds, self._held)
        return effects

    def admit(self, address: str) -> None:
        """Direct: somebody was invited and may connect, from any device."""
        self._people.admit(address)

    @property
    def admitted(self) -> Sequence[str]:
        """Direct: bare addresses of who was invited."""
        return self._people.admitted

    def is_welcome(self, address: str) -> bool:
        """Direct: whether who is at that device takes part, was invited, or is vouched for."""
        return self._people.is_welcome(address)

    @property
    def counterparts(self) -> Sequence[str]:
        """Direct: bare addresses of the others; see `call`."""
        return self._people.counterparts()

    def call(self, address: str, now: float) -> list[Effect]:
        """Direct: ask the other side's device, which came or came back, to go on together.

        Either may have been restarted and be another device than before. What each has that the
        other lacks is found out by heartbeats. A bare address reaches whatever device is there.
        """
        is_up = self.state is State.LIVE and self.connected and isinstance(self.place, Direct)
        if not is_up or self._people.is_listening(address):
            return []
        if self.dialect is Dialect.PSI:
            return self._strict.ask_again(address) if self._strict is not None else []
        if self._strict is not None:
            return self._strict.call(address)
        return [Send(ToPeer(address), Connect(self.session))]

    def ask_room(self, now: float) -> list[Effect]:
        """Somebody with Psi came into the group chat: invite all that are there and not here."""
        return self._ask_room() if self.state is State.LIVE else []

    def start(self, now: float) -> list[Effect]:
        """Begin; call once."""
        if self._joining is not None and self._is_given:
            assert self.description is not None
            given = self._begin_strict(Peer(self._joining.first), self.description)
            return [effect for effect in given if not isinstance(effect, Send)]
        if self.document is not None and self.role is Role.JOINER:
            return [NewDocument(self.document), *self._go_live(())]
        if self._joining is not None:
            self._joining.can_fetch = self.can_fetch
            return [Notify(Notice.STATE), *self._joining.ask()]
        if self._yields:
            return [Notify(Notice.STATE), StartTimer(OPEN_TIMER, self._rng.uniform(*OPEN_SECONDS))]
        return self._open(now)

    def _open(self, now: float) -> list[Effect]:
        """Creator: the board is shared from here on."""
        if self._is_strict:
            return self._open_strict()
        assert self.document is not None
        assert self.description is not None
        if self.document.floor and self.memory.may_fold():
            # It is copied message by message.
            self.memory.journal_floor = {}
            return self._with_history(self._open)
        party = self.description.creator
        replica = new_replica(self.session, party, self._rng)
        try:
            copy = self.document.reidentify(self.session, party, replica)
        except ValueError:  # a session log that was opened, or the copy of a board that is over
            copy = moving.copied(self.document, self.session, party, replica)
        own = copy.batches_since({})
        self.document = Document(self.session, party, replica, ground=self._people.ground)
        self.document.was = copy.was
        self.document.receive(own)
        self._opened_at = now
        self._sync = self._new_sync(self.document)
        effects = [NewDocument(self.document), Persist(tuple(own)), *self._go_live(own)]
        return [*effects, *self._archive_first()]

    def archive_known(self, now: float) -> list[Effect]:
        """It turned out whether the room keeps an archive."""
        return self._archive_first() if self.state is State.LIVE else []

    def _archive_first(self) -> list[Effect]:
        """The opener tells the archive what the board is, and what is on it.

        Joiners get that by state: without this the archive would never have it.
        """
        archiving = self.archiving
        is_first = self.role is Role.CREATOR and not archiving.holds and not archiving.is_making
        if self._sync is None or not is_first or not archiving.is_kept():
            return []
        return self._archive_now() if isinstance(self.place, InRoom) else []

    @property
    def members(self) -> Sequence[Member]:
        """Everyone known, oneself first."""
        return self._people.members

    @property
    def progress(self) -> float | None:
        """0 to 1 while the state is on its way."""
        return None if self._joining is None else self._joining.progress

    # ------------------------------------------------------------------------------ own doings

    def committed(self, commit: Commit, now: float) -> list[Effect]:
        """The document changed: own batches go out."""
        if self._strict is not None:
            return self._strict.committed(commit, now) if self.state is State.LIVE else []
        if commit.origin is Origin.REMOTE and self.state is State.LIVE:
            lost = self._note_lost(commit.lost) if commit.lost else []
            is_judged = commit.void or commit.revived
            return [*lost, *(self._note_cut(commit) if is_judged else ())]
        if self.state is not State.LIVE or commit.origin is Origin.REMOTE or not commit.batches:
            return []
        return self._send_own(commit.batches)

    def tell(self, what: Ephemeral, now: float) -> list[Effect]:
        """Show the others a cursor or preview soon; nothing while alone or offline."""
        if self.state is not State.LIVE or not self.connected:
            return []
        if not self._people.present():
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
            effects = self._people.broadcast(EphemeralMessage(self.session, items))
        return effects + self._tick(now)

    def link_load(self, waiting_bytes: int) -> None:
        """How much waits in the outbox: previews are left out while it is much."""
        self._presence.load = waiting_bytes

    def link_page(self, size: int) -> None:
        """How many bytes a page of a state should have on this link now."""
        self._serving.page_bytes = size

    def sent(self, receipt: int, now: float) -> list[Effect]:
        """The stanza with this receipt left the outbox."""
        effects = self._serving.sent(receipt)
        return [*effects, *(self._strict.page_sent() if self._strict is not None else ())]

    # ------------------------------------------------------------------------------- receiving

    def receive(self, peer: Peer, message: Message, now: float) -> list[Effect]:
        """A message came, also an own one that the room reflected."""
        table = TABLE if self._strict is None else STRICT_TABLE
        if self.dialect is Dialect.PSI and self._strict is not None:
            table = PSI_TABLE
        entry: Entry = table[self.role, self.state][type(message)]
        is_other = message.session != self.session
        if is_other and not isinstance(message, Advertisement):
            entry = Refusal.WRONG_SESSION
        if isinstance(entry, Refusal):
            return self._refuse(entry)
        effects: list[Effect] = []
        is_own = peer.address == self.me.address
        if is_own and isinstance(self.place, InRoom) and not isinstance(message, Advertisement):
            effects += self._echo.heard()
        if is_own and not isinstance(message, StrictMessage):
            return effects  # the room's reflection: applied when it was made
        if isinstance(message, EditMessage):
            self._mirroring.spoke(peer)
        known = self._people.get(peer.address)
        if known is not None and known.away and isinstance(self.place, Direct):
            effects += self._people.meet(peer)  # no presence tells of a return there
            effects += self._strict.came_back(peer.address) if self._strict is not None else []
        if self._strict is not None and entry in self._strict.handlers:
            effects += self._strict.handlers[entry](self._strict, peer, message, now)
            if self.state is State.RECEIVING and self._strict.document is not None:
                shown, *rest = self._strict_joined(now)
                return [shown, *effects, *rest]  # what is kept belongs to a document that is there
            return effects
        effects += self.handlers[entry](self, peer, message, now)
        return [*effects, *self._mirror_soon()]

    def left(self, peer: Peer, now: float) -> list[Effect]:
        """`peer` is gone from the room, or its device went offline."""
        self._mirroring.left(peer)
        return self._gone(peer.address)

    # --------------------------------------------------------------------- the room's own roles

    def occupant(self, peer: Peer, role: str, affiliation: str, now: float) -> list[Effect]:
        """The room says who somebody is there: who came, changed, or was banned (SYNC 6.3)."""
        if self._strict is None and peer.address != self.me.address:
            self._mirroring.occupant(peer, role, affiliation)
        return self._mirror_soon()

    def _mirror_soon(self) -> list[Effect]:
        is_up = self.state is State.LIVE and self.connected and self._strict is None
        if not is_up or self.document is None or self._is_mirroring:
            return []
        wait = self._mirroring.delay(self.document)
        if wait is None:
            return []
        self._is_mirroring = True
        return [StartTimer(MIRROR_TIMER, wait)]

    def _mirror(self) -> list[Effect]:
        self._is_mirroring = False
        document = self.document
        if document is None:
            return []
        waiting = {batch.party for batch in document.waiting_batches()} if document.waiting else ()
        ready, later = self._mirroring.due(document, lambda party: party in waiting)
        for party, role in ready:
            document.grant(party, role)  # its commit comes back by `committed`
        if not later:
            return []
        self._is_mirroring = True
        return [StartTimer(MIRROR_TIMER, AGAIN_SECONDS)]

    # ---------------------------------------------------------------------------------- timers

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
                return [*self._ask_all(), *self._step(*self._joining.nobody_offered())]
            if name == STALL_TIMER and self.state is State.RECEIVING:
                effects = self._step(*self._joining.stalled())
                self._look_at_giver()
                return effects
            if name == LOAD_TIMER and self.state is State.RECEIVING and self._to_load:
                return self._load_slice()
            if name == PACE_TIMER and self.state is State.RECEIVING:
                effects = self._step(*self._joining.looked_at_pace())
                self._look_at_giver()
                return effects
        if name == ECHO_TIMER and isinstance(self.place, InRoom):
            is_up = self.state is State.LIVE and self.connected and self._sync is not None
            return self._echo.ran_out(self.place.room, self._beat()) if is_up else []
        if name == MIRROR_TIMER:
            is_up = self.state is State.LIVE and self.connected
            self._is_mirroring = False
            return self._mirror() if is_up else []
        if name == FOLD_TIMER:
            return self._past.fold_on(self.document) if self.document is not None else []
        if name == LOOK_TIMER and self.state is State.LIVE:
            return self._look_again(now)
        if self._strict is not None and self.connected and self.state is State.LIVE:
            return self._strict.timer(name, now)
        if self._sync is not None and self.connected and self.state is State.LIVE:
            return self._sync_timer(name, self._sync, now)
        return []

    def _ask_all(self) -> list[Effect]:
        """In a room, nobody whom we asked answers: some clients want to be asked in public."""
        is_in_room = isinstance(self.place, InRoom)
        return [Send(TO_SESSION, Connect(self.session))] if is_in_room else []

    def _sync_timer(self, name: str, sync: Sync, now: float) -> list[Effect]:
        if name == BEAT_TIMER:
            return [*self._beat(), *self._archive(now), *self._fold(now)]
        if name == PAGE_TIMER:
            return self._ask_another()
        if name == HELP_TIMER:
            return self._help_failed()
        if name == SOON_TIMER:
            return self._beat() if sync.soon() else []
        if name == NACK_TIMER:
            return sync.nack(now)
        return []

    # --------------------------------------------------------------------- the stream, the end

    def bounced(self, to: Target, message: Message, condition: str, now: float) -> list[Effect]:
        """The server gave `message` back with this stanza error condition (RFC 6120 8.3.3)."""
        if isinstance(to, ToPeer):
            return self._gone(to.address)
        told: list[Effect] = [Incident("bounced", condition), *self._echo.heard()]
        if isinstance(message, EditMessage | StrictMessage):
            told.append(Notify(Notice.STATE, NOT_TAKEN))
        if isinstance(message, ArchivedPart | StateUploaded):
            self.archiving.refused()
        if isinstance(message, EditMessage):
            told += self._refused(message.batch, condition)
        return told

    def _refused(self, batch: Batch, condition: str) -> list[Effect]:
        """The room did not take an own edit: the others would wait for it in vain (SYNC 4.7a)."""
        document = self.document
        if document is None or self.state is not State.LIVE or condition not in REFUSED:
            return []
        is_old = batch.r != document.replica or batch.n <= document.floor.get(batch.r, 0)
        if is_old or not document.own_messages({batch.r: batch.n - 1}):
            return []  # of a replica that was given up since
        return self._rebase(batch.n - 1, may_write=False)

    def offline(self, now: float) -> list[Effect]:
        """The stream is cut; own edits go on."""
        self.connected = False
        if self._strict is not None:
            self._strict.offline()
        self._past.stop_help()
        self._presence.clear()
        effects: list[Effect] = [Notify(Notice.STATE)]
        for address in self._people.addresses():
            # Asking another giver now would only be asked into the void: `online` does it.
            effects += [e for e in self._gone(address) if not isinstance(e, Send)]
        return effects

    def online(self, me: Peer, now: float) -> list[Effect]:
        """The stream is back (and the room entered again); `me` may have another address."""
        self.connected = True
        self._people.me = me
        if self._strict is not None:
            self._strict.arrive(me)
        effects: list[Effect] = [Notify(Notice.STATE)]
        if isinstance(self.place, Direct):
            for address in self._people.expect_listeners():
                effects += self._strict.came_back(address) if self._strict is not None else []
                if self._joining is not None:
                    effects += self._joining.appeared(Peer(address))
        if self._joining is not None and self.state is State.ASKING:
            effects += self._joining.ask()
        if self.state is State.LIVE:
            if isinstance(self.place, InRoom):
                effects.append(self._advertise())
            if self._strict is not None:
                return [*effects, *self._strict.online()]
            assert self._sync is not None
            if isinstance(self.place, InRoom):
                effects += self._echo.begin()
            effects += [*self._sync.resume(), *self._beat(), *self._mirror_soon()]
        return effects

    def leave(self, now: float, reason: Reason = Reason.SUCCESS) -> list[Effect]:
        """Say goodbye and end; the document stays. GONE: the program ends and will be back."""
        effects: list[Effect] = []
        if self.state is State.LIVE and self._strict is None:
            effects += self._beat(bye=True)
        if isinstance(self.place, Direct):
            goodbye = Terminate(self.session, reason)
            effects += [Send(ToPeer(a), goodbye) for a in self._people.listeners()]
        elif self.dialect is Dialect.PSI and self.state is State.LIVE:
            effects.append(Send(TO_SESSION, Terminate(self.session, Reason.SUCCESS)))
        return [*effects, *self._end(reason, "")]
