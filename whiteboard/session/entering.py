"""A member on its way into a session: asking, gathering the state, going live; giving way.

`Joining` knows whom to ask and what is missing; here the messages of the state become a document.
"""

from __future__ import annotations

import random
from collections import deque
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import ClassVar

from whiteboard.model.document import Document
from whiteboard.model.folded import Folded, FormatError
from whiteboard.model.history import weight_in_memory
from whiteboard.model.ids import Replica, SessionId
from whiteboard.model.ops import Batch
from whiteboard.model.shared import SharedDocument
from whiteboard.session import moving
from whiteboard.session.doubts import LOOK_TIMER
from whiteboard.session.echo import Echo
from whiteboard.session.folded_past import FOLD_TIMER
from whiteboard.session.identity import new_replica
from whiteboard.session.joining import ASK_TIMER, PACE_TIMER, STALL_TIMER, Joining, Step
from whiteboard.session.live import Handler, Live
from whiteboard.session.parts import Parts
from whiteboard.session.ports import (
    TO_SESSION,
    Advertise,
    Beside,
    CancelTimer,
    Direct,
    Effect,
    Ended,
    Fetch,
    Incident,
    InRoom,
    NewDocument,
    Notice,
    Notify,
    Persist,
    Place,
    Send,
    StartTimer,
    ToPeer,
)
from whiteboard.session.resync import Resync
from whiteboard.session.sync import BEAT_TIMER, NACK_TIMER, SOON_TIMER
from whiteboard.session.table import Outcome, Refusal, Role, State
from whiteboard.session.uploading import (
    FETCH_SECONDS,
    LOAD_TIMER,
    MAX_FILE,
    SLICE,
    Unpacked,
    opened,
)
from whiteboard.validation.applications import APPLICATIONS, DRAWINGS
from whiteboard.wire import psi
from whiteboard.wire.messages import (
    Advertisement,
    Answer,
    Description,
    Dialect,
    EditMessage,
    Initiate,
    Message,
    Mode,
    Peer,
    Reason,
    StateBegin,
    StateEnd,
    StateOffer,
    StatePart,
    StateUploaded,
    StrictMessage,
    Terminate,
)

OPEN_TIMER = "open"
EPHEMERAL_TIMER = "ephemeral"
YIELD_SECONDS = 10.0
MAX_OTHER_SESSIONS = 256

NOBODY_ANSWERS = "Nobody on this board answers. Ask for a new invitation, or try again later."
TWO_HOSTS = "Two people say that this board is theirs. You see the one that {} opened."
OTHER_APPLICATION = "This is no drawing but: {}. This program cannot show it."


class Entering(Live):
    """The part of `Session` that gets in, and makes room for an older board."""

    def __init__(
        self, session: SessionId, me: Peer, place: Place, rng: random.Random, role: Role
    ) -> None:
        super().__init__(session, me, place, rng, role)
        self._name = ""
        self._applications: Collection[str] = DRAWINGS
        self._yields = False
        self._has_other_host = False
        self._echo = Echo()
        self._opened_at = 0.0
        self._others: dict[SessionId, Peer] = {}
        self._dialects: dict[SessionId, Dialect] = {}
        """Of those."""
        self._offered: SharedDocument | None = None
        """Creator of a strict session, opening: whose content is shared."""
        self._moving: SharedDocument | None = None
        self._own: tuple[SessionId, Description | None] = (session, None)
        """What was given up for another board, in case nobody is there."""
        self._own_vv: Mapping[Replica, int] = {}
        """What of it the others could have by then."""
        self._joining: Joining | None = None
        self._parts: Parts | None = None
        """Joiner: what came of a folded state so far."""
        self._to_load: deque[EditMessage] = deque()
        """Joiner: messages of a file that are not in `_loading` yet."""
        self._loading: Document | None = None
        """Joiner: what came of the state so far; nobody sees it yet."""

    @property
    def name(self) -> str:
        """Name of the board, '' while unknown."""
        return self._name or (self.description.name if self.description else "")

    def be_called(self, name: str) -> list[Effect]:
        """The board has this name from now on: say so where it is announced."""
        if name == self.name:
            return []
        self._name = name
        effects: list[Effect] = [Notify(Notice.NAME)]
        if isinstance(self.place, InRoom) and self.state is State.LIVE and self.connected:
            effects.append(self._advertise())
        return effects

    def _go_live(self, applied: Iterable[Batch]) -> list[Effect]:
        assert self._sync is not None
        self.state = State.LIVE
        self._joining = None
        effects = self._sync.changed(applied)
        if isinstance(self.place, InRoom):
            effects += [Advertise(Advertisement(self.session, self.name)), *self._echo.begin()]
        return [*effects, *self._beat(), Notify(Notice.STATE), Notify(Notice.PEOPLE)]

    def _end(self, reason: Reason, text: str) -> list[Effect]:
        if self.state is State.ENDED:
            return []
        self.state = State.ENDED
        self._joining = None
        joining = (OPEN_TIMER, ASK_TIMER, STALL_TIMER, PACE_TIMER)
        timers = (*joining, LOAD_TIMER, EPHEMERAL_TIMER, LOOK_TIMER, FOLD_TIMER)
        effects: list[Effect] = [CancelTimer(name) for name in timers]
        if self._sync is not None:
            effects += self._sync.timers_to_cancel()
        if self._strict is not None:
            effects += self._strict.timers_to_cancel()
        if isinstance(self.place, InRoom):
            effects.append(Advertise(None))
        return [*effects, Notify(Notice.STATE), Ended(reason, text)]

    def _gone(self, address: str) -> list[Effect]:
        effects = super()._gone(address)
        if self._joining is not None and self.state in {State.ASKING, State.RECEIVING}:
            effects += self._step(*self._joining.gone(address))
            self._look_at_giver()
        return effects

    def _look_at_giver(self) -> None:
        """Asking anew: of which kind the session is, the next offer says again."""
        if self.state is State.ASKING:
            self._strict = None

    # ------------------------------------------------------------------------- what givers say

    def _on_offer(self, peer: Peer, message: Message, now: float) -> list[Effect]:
        assert isinstance(message, StateOffer)
        assert self._joining is not None
        if not self._joining.was_asked(peer.address):
            return self._refuse(Refusal.NOT_ASKED)
        if message.description.application not in self._applications:
            self.counters.count(Refusal.UNSUPPORTED.name)
            application = APPLICATIONS.get(message.description.application)
            title = message.description.application if application is None else application.title
            return self._end(Reason.UNSUPPORTED_APPLICATIONS, OTHER_APPLICATION.format(title))
        if self.dialect is Dialect.PSI:
            assert self.description is not None
            return self._begin_strict(peer, self.description)  # an offer says nothing more
        if message.description.mode is Mode.STRICT:
            return self._begin_strict(peer, message.description)
        if message.description.identity.party(self.me) is None:
            return self._refuse(Refusal.NO_IDENTITY)
        self._take_description(message.description)
        self.state = State.RECEIVING
        effects = self._people.meet(peer)
        self._people.listens(peer.address)
        return [*effects, *self._joining.take_offer(peer.address), Notify(Notice.STATE)]

    def _begin_strict(self, peer: Peer, description: Description) -> list[Effect]:
        """The session turns out to be a strict one."""
        assert self._joining is not None
        self._people.description = description
        self._people.name_again()
        self._loading = None
        self._strict = self._new_strict()
        self._strict.resync = Resync.of(self._joining)
        self.state = State.RECEIVING
        effects = self._people.meet(peer)
        self._people.listens(peer.address)
        return [
            *effects,
            *self._strict.resync.take_offer(peer.address),
            Notify(Notice.STATE),
        ]

    def _strict_joined(self, now: float) -> list[Effect]:
        """The first state of a strict session is here."""
        assert self._strict is not None
        document = self._strict.document
        assert document is not None
        self.state = State.LIVE
        self._joining = None
        effects: list[Effect] = [NewDocument(document)]
        if isinstance(self.place, InRoom):
            effects.append(self._advertise())
        effects += [Notify(Notice.STATE), Notify(Notice.PEOPLE)]
        if self._moving is not None:
            moved = moving.copy_into(self._moving, document)
            self._moving = None
            effects += self._strict.committed(moved, now) if moved is not None else []
        return effects

    def _on_other_offer(self, peer: Peer, message: Message, now: float) -> list[Effect]:
        if self._joining is not None and self._joining.expects_from(peer.address):
            return []  # the network repeated it
        refusal = Joining(self.session, ()).refuse_offer(peer.address)
        return [*refusal, *self._look_for_other_host(peer, message)]

    def _look_for_other_host(self, peer: Peer, message: Message) -> list[Effect]:
        """Two say that this session is theirs: the one whose offer was taken first stays."""
        assert isinstance(message, StateOffer)
        mine, theirs = self.description, message.description
        if mine is None or self._has_other_host:
            return []
        if (mine.creator, mine.mode, mine.identity) == (
            theirs.creator,
            theirs.mode,
            theirs.identity,
        ):
            return []
        self._has_other_host = True
        return [
            Incident("two hosts", f"{mine.creator} and {theirs.creator}", peer),
            Notify(Notice.STATE, TWO_HOSTS.format(self._people.name_of(mine.creator))),
        ]

    def _on_late_offer(self, peer: Peer, message: Message, now: float) -> list[Effect]:
        """One-to-one: `call` found the other side. Heartbeats tell what either lacks."""
        refusal = Joining(self.session, ()).refuse_offer(peer.address)
        if isinstance(self.place, Direct) and self._people.is_welcome(peer.address):
            self._people.take_in(peer.address)
            effects = self._people.meet(peer)
            self._people.listens(peer.address)
            return [*effects, *refusal, *self._beat()]
        if self.role is Role.CREATOR:
            return self._refuse(Refusal.NOT_ASKED)
        return [*refusal, *self._look_for_other_host(peer, message)]

    def _on_begin(self, peer: Peer, message: Message, now: float) -> list[Effect]:
        assert isinstance(message, StateBegin)
        assert self._joining is not None
        if not self._joining.expects_from(peer.address):
            return self._refuse(Refusal.NOT_THE_GIVER)
        self._parts = Parts(message.parts) if message.parts else None
        return [*self._step(*self._joining.begin(message)), Notify(Notice.PROGRESS)]

    def _on_state(self, peer: Peer, message: Message, now: float) -> list[Effect]:
        assert isinstance(message, Answer)
        assert self._joining is not None
        if not self._joining.expects_from(peer.address):
            return self._refuse(Refusal.NOT_THE_GIVER)
        if not self._joining.has_room():
            return self._refuse(Refusal.TOO_MANY)
        batches = self._admit_all(message.messages, peer)
        effects, count = self._load(batches)
        size = sum(map(weight_in_memory, batches)) if count else 0
        effects += self._step(*self._joining.took(count, size))
        return [*effects, Notify(Notice.PROGRESS)]

    def _on_part(self, peer: Peer, message: Message, now: float) -> list[Effect]:
        assert isinstance(message, StatePart)
        assert self._joining is not None
        assert self._loading is not None
        if not self._joining.expects_from(peer.address) or self._parts is None:
            return self._refuse(Refusal.NOT_THE_GIVER)
        is_new = self._parts.add(message.number, message.text)
        if is_new and self._parts.is_whole:
            try:
                folded = self._parts.state(self.session)
            except FormatError as error:
                return [Incident("state", str(error), peer), *self._step(*self._joining.failed())]
            self._begin_with(folded)
        return [
            *self._step(*self._joining.took(int(is_new), len(message.text))),
            Notify(Notice.PROGRESS),
        ]

    def _begin_with(self, folded: Folded) -> None:
        """The document to be starts with this state, and what came of the messages before."""
        assert self._joining is not None
        assert self._loading is not None
        early = self._loading
        self._loading = early.like(folded)
        self._loading.receive(early.batches_since({}))
        self._loading.receive(early.waiting_batches())
        self._sync = self._new_sync(self._loading)
        self.memory.journal_floor = folded.floor
        self._joining.holds = self._loading.holds
        self._joining.held = lambda document=self._loading: document.vv  # type: ignore[misc] # mypy infers no type for the default

    # ------------------------------------------------------------------------ as a file

    def _on_uploaded(self, peer: Peer, message: Message, now: float) -> list[Effect]:
        assert isinstance(message, StateUploaded)
        joining = self._joining
        assert joining is not None
        if not joining.expects_from(peer.address):
            return self._refuse(Refusal.NOT_THE_GIVER)
        if not 0 < message.size <= MAX_FILE or not joining.can_fetch:
            return joining.take_within_stream()

        def came(size: int) -> list[Effect]:
            joining.file_came(size)
            return [Notify(Notice.PROGRESS)]

        def fetched(data: bytes, _now: float) -> list[Effect]:
            if self._joining is not joining or not joining.expects_from(peer.address):
                return []
            session = self.session
            return [Beside(lambda: opened(data, message, session), take)]

        def take(unpacked: Unpacked | None, _now: float) -> list[Effect]:
            if self._joining is not joining or not joining.expects_from(peer.address):
                return []
            if unpacked is None:
                joining.can_fetch = False
                told = Incident("state", "the file is not what was announced", peer)
                return [told, *joining.take_within_stream()]
            if unpacked.folded is not None:
                self._begin_with(unpacked.folded)
            self._to_load = deque(unpacked.messages)
            return self._load_slice()

        return [
            *joining.begin_file(message.vv, message.size, FETCH_SECONDS),
            Fetch(message.url, message.size, came, fetched),
            Notify(Notice.PROGRESS),
        ]

    def _load_slice(self) -> list[Effect]:
        """Some messages of a file; the rest in the next turn of the loop."""
        assert self._joining is not None
        assert self._loading is not None
        count = min(SLICE, len(self._to_load))
        slice_ = [self._to_load.popleft() for _ in range(count)]
        effects, _ = self._load(self._admit_all(slice_, self.me))
        if self._to_load:
            return [*effects, StartTimer(LOAD_TIMER, 0.0)]
        return [*effects, *self._step(*self._joining.check(ask=True))]

    def _on_state_end(self, peer: Peer, message: Message, now: float) -> list[Effect]:
        assert isinstance(message, StateEnd)
        assert self._joining is not None
        if not self._joining.expects_from(peer.address):
            return self._refuse(Refusal.NOT_THE_GIVER)
        return self._step(*self._joining.end(message.vv))

    # --------------------------------------------------------------- what others say meanwhile

    def _on_early_edit(self, peer: Peer, message: Message, now: float) -> list[Effect]:
        assert isinstance(message, EditMessage)
        assert self._joining is not None
        # Who may send as which replica is known only with the description: judged when applied.
        if not self._joining.keep_live(replace(message, sender=peer)):
            return self._refuse(Refusal.TOO_MANY)
        return []

    def _on_sign_of_life(self, peer: Peer, message: Message, now: float) -> list[Effect]:
        if isinstance(message, Advertisement):
            return self._on_advertisement(peer, message, now)
        assert self._joining is not None
        return [*self._people.meet(peer), *self._joining.appeared(peer)]

    def _on_advertisement(self, peer: Peer, message: Message, now: float) -> list[Effect]:
        assert isinstance(message, Advertisement)
        if message.session != self.session:
            return []
        effects = self._people.meet(peer)
        if not self.name and message.name:
            self._name = message.name
            effects.append(Notify(Notice.NAME))
        if self._joining is not None:
            effects += self._joining.appeared(peer)
        elif self._strict is not None:
            effects += self._strict.appeared(peer)
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
            self._dialects[message.session] = message.dialect
        if self.state is State.OPENING:
            return []
        assert self.document is not None
        is_young = now - self._opened_at <= YIELD_SECONDS
        is_mine_alone = (
            set(self.document.vv) <= {self.document.replica} and not self._people.present()
        )
        if is_young and is_mine_alone and message.session < self.session:
            return self._give_way(message.session, peer)
        return []

    # ------------------------------------------------------------------------------- the state

    def _step(self, step: Step, effects: list[Effect]) -> list[Effect]:
        if step is Step.COMPLETE:
            return [*effects, *self._joined()]
        if step is Step.LOST_GIVER:
            self.state = State.ASKING
            return [*effects, Notify(Notice.STATE)]
        if step is Step.NOBODY and self._moving is not None:
            return [*effects, *self._come_back(self._moving)]
        if step is Step.NOBODY:
            return [*effects, *self._say_in_vain(), *self._end(Reason.TIMEOUT, NOBODY_ANSWERS)]
        return effects

    def _say_in_vain(self) -> list[Effect]:
        """One-to-one: who invited is told that their board did not come."""
        if not isinstance(self.place, Direct):
            return []
        why = Reason.CONNECTIVITY_ERROR
        if self._joining is not None and self._joining.was_unreadable:
            why = Reason.FAILED_APPLICATION
        return [Send(ToPeer(self.place.other), Terminate(self.session, why))]

    def _take_description(self, description: Description) -> None:
        """An offer was taken: now it is known who is who, and a document can be begun."""
        assert self._joining is not None
        is_same = self.description == description
        self._people.description = description
        self._people.name_again()
        party = self._people.party(self.me)
        assert party is not None
        if self._loading is not None and is_same:
            return  # another giver goes on where the last one stopped
        replica = new_replica(self.session, party, self._rng)
        self._loading = Document(self.session, party, replica, ground=self._people.ground)
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
            moved = moving.copy_into(self._moving, self.document)
            self._moving = None
            effects += self._send_own(moved.batches) if moved is not None else []
        return effects

    @property
    def _is_strict(self) -> bool:
        description = self.description
        return description is not None and description.mode is Mode.STRICT

    def _open_strict(self) -> list[Effect]:
        """Creator: the board is shared by the rules of XEP-0284 from here on."""
        assert self._offered is not None
        party = self._people.party(self.me)
        assert party is not None
        replica = new_replica(self.session, party, self._rng)
        for_psi = self.dialect is Dialect.PSI
        document = moving.as_strict(self._offered, self.session, party, replica, for_psi=for_psi)
        self._offered = None
        self._yields = False
        self._strict = self._new_strict()
        self._strict.begin(document)
        kept = tuple(
            StrictMessage(self.session, one.id, one.ops, self.me) for one in document.stanzas
        )
        self.state = State.LIVE
        effects: list[Effect] = [NewDocument(document), Persist((), kept)]
        if isinstance(self.place, InRoom):
            effects.append(self._advertise())
        return [*effects, *self._ask_room(), Notify(Notice.STATE), Notify(Notice.PEOPLE)]

    def _advertise(self) -> Advertise:
        return Advertise(Advertisement(self.session, self.name, self.dialect))

    def _ask_room(self) -> list[Effect]:
        """In a group chat Psi has to be invited to hear of a board."""
        if self.dialect is not Dialect.PSI or not isinstance(self.place, InRoom):
            return []
        assert self.description is not None
        return [Send(TO_SESSION, Initiate(self.session, "", "", self.description))]

    def _give_way(self, session: SessionId, peer: Peer) -> list[Effect]:
        """Another board was opened in this room at the same moment: go there with all edits."""
        self._moving = self.document or self._offered
        self._own = (self.session, self.description)
        self._own_vv = dict(self.document.vv) if self.document is not None else {}
        self.document = None
        is_psi = self._dialects.get(session) is Dialect.PSI
        self._people.description = psi.DESCRIPTION if is_psi else None
        self._sync = None
        self._loading = None
        self._yields = False
        self.session = session
        self.role = Role.JOINER
        self.state = State.ASKING
        self._serving = self._new_serving()
        self._joining = Joining(session, [peer])
        timers = (OPEN_TIMER, BEAT_TIMER, NACK_TIMER, SOON_TIMER)
        effects: list[Effect] = [CancelTimer(name) for name in timers]
        return [*effects, Advertise(None), Notify(Notice.STATE), *self._joining.ask()]

    def _come_back(self, document: SharedDocument) -> list[Effect]:
        """The other board was announced and nobody is on it: go on with one's own."""
        self.session, self._people.description = self._own
        self.role = Role.CREATOR
        self._moving, self._loading, self._joining = None, None, None
        if not isinstance(document, Document) or self._is_strict:
            self._offered = document
            self._serving = self._new_serving()
            return [CancelTimer(ASK_TIMER), CancelTimer(STALL_TIMER), *self._open_strict()]
        self.document = document
        self._sync = self._new_sync(document)
        self._serving = self._new_serving()
        timers = [CancelTimer(name) for name in (ASK_TIMER, STALL_TIMER, PACE_TIMER)]
        unsent = tuple(document.batches_since(self._own_vv))
        effects = [*timers, NewDocument(document), *self._go_live(())]
        return [*effects, *(self._send_own(unsent) if unsent else ())]

    handlers: ClassVar[Mapping[Outcome, Handler]] = {
        **Live.handlers,
        Outcome.KEEP: _on_early_edit,
        Outcome.NOTE: _on_sign_of_life,
        Outcome.TAKE_STATE: _on_state,
        Outcome.TAKE_BEGIN: _on_begin,
        Outcome.TAKE_PART: _on_part,
        Outcome.TAKE_END: _on_state_end,
        Outcome.FETCH: _on_uploaded,
        Outcome.TAKE_OFFER: _on_offer,
        Outcome.REFUSE_OFFER: _on_other_offer,
        Outcome.GO_ON: _on_late_offer,
        Outcome.YIELD_OR_NOTE: _on_presence,
    }
