"""The shared document: one door for every change, whoever makes it.

    with document.transact(Origin.LOCAL, "Draw") as edit:
        edit.add(document.root, LiteralElement(SVG_NS, "path", (("", "d", "M0 0h10"),)))

1. Operations are the truth; records, visibility and lxml nodes follow from the set of them.
2. Reads inside a transaction see its writes. When it closes, `on_commit` tells once, synchronously;
   subscribers may not write. An exception takes the whole transaction back.
3. `receive` takes messages in any order, any number of times.
"""

from __future__ import annotations

import contextlib
import secrets
import string
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from whiteboard.model import markup
from whiteboard.model.canonical import canonical_size
from whiteboard.model.changes import Changes, Commit, Cut, Origin
from whiteboard.model.checkpoint import Received
from whiteboard.model.folded import Folded
from whiteboard.model.governing import Governed
from whiteboard.model.history import FoldedError, History, Limits, Message, SizeOf
from whiteboard.model.ids import DOCUMENT, Party, Replica, Rid, RidSource, SessionId
from whiteboard.model.law import void_in
from whiteboard.model.merge import FIELDS, Merge
from whiteboard.model.ops import NO_DEPS, Batch, LiteralElement, Ts
from whiteboard.model.projection import Projection
from whiteboard.model.rights import EVERYBODY, Ground
from whiteboard.model.transaction import Author, Transaction, restamped

__all__ = [
    "ChainForkedError",
    "Document",
    "FoldedError",
    "Received",
    "Transaction",
    "Write",
    "new_document",
    "random_id",
]

SVG_NS = "http://www.w3.org/2000/svg"

_ALPHABET = string.digits + string.ascii_uppercase + string.ascii_lowercase


class ChainForkedError(Exception):
    """This replica's own chain was forked: what it writes is void; go on under another identity."""


@dataclass(frozen=True, slots=True)
class Write:
    """One write of a field, for undo (SYNC 4.6)."""

    ts: Ts
    value: str | float | None
    """What was written; of a partial edit the inserted characters; of a full write of a text that
    is not the newest any more, the text as it had become when another replaced it."""
    alias: Ts
    """The write whose value this one restores; its own ts if it restores nothing."""
    party: Party
    partial: bool = False
    active: bool = True
    """False for a partial edit that is cancelled."""
    shared: bool = False
    """`value` has partial edits of another party than the write's in it."""


class Document(Governed):
    """One shared document as one replica holds it.

    Attributes:
        was: The replica whose board this is a copy of (`reidentify`); its rids are renamed here.
        ground: Where rights come from.
        gives_up: Replicas of this party that this one stands for, and their last numbers that count
            (see `give_up`).
    """

    def __init__(
        self,
        session: SessionId,
        party: Party,
        replica: Replica,
        *,
        ground: Ground = EVERYBODY,
        limits: Limits | None = Limits(),  # noqa: B008 - frozen
        size: SizeOf = canonical_size,
    ) -> None:
        """Start an empty document.

        Args:
            session: Messages of other sessions are ignored.
            party: Who writes here.
            replica: Must never have been used before, unless all its messages are received first.
            ground: Where rights come from.
            limits: Of the buffer for messages that cannot be delivered yet; None for replay.
            size: Canonical size of a message.
        """
        super().__init__(session, party, replica, Projection())
        self.ground = ground
        self._size = size
        self._limits = limits
        self._history = History(session, limits=limits, size=size, ground=ground)
        self._rids = RidSource(replica)
        self.gives_up: Mapping[Replica, int] = NO_DEPS
        self._start_records()

    def _start_records(self) -> None:
        self._show_anew(Projection())
        self._merge = Merge(self._history, self._projection, self.replica)

    @classmethod
    def from_folded(
        cls,
        folded: Folded,
        party: Party,
        replica: Replica,
        *,
        ground: Ground = EVERYBODY,
        limits: Limits | None = Limits(),  # noqa: B008 - frozen
        size: SizeOf = canonical_size,
    ) -> Document:
        """A document with a folded past; `receive` the messages outside it next."""
        self = cls(folded.session, party, replica, ground=ground, limits=limits, size=size)
        self._start_from(folded)
        return self

    def like(self, folded: Folded | None = None, replica: Replica | None = None) -> Document:
        """A document of the same member to be filled, for `unfold`.

        Args:
            folded: The past to begin with.
            replica: To write as; this one's unless it is given.
        """
        copy = Document(
            self.session,
            self.party,
            replica or self.replica,
            ground=self.ground,
            limits=self._limits,
            size=self._size,
        )
        copy.was = self.was
        if self.gives_up:
            copy.give_up(self.gives_up, filter(self.is_forked, self.gives_up))
        if folded is not None:
            copy._start_from(folded)
        return copy

    # --- writing

    @contextlib.contextmanager
    def transact(
        self, origin: Origin, label: str = "", *, checked: bool = True
    ) -> Iterator[Transaction]:
        """Write; everything becomes one commit when the block ends.

        Args:
            origin: LOCAL, UNDO, LOAD or REPAIR.
            label: Name of the action for undo menus.
            checked: False, in a copy that nobody else sees: what the own party has no right to has
                its effect all the same.

        Raises:
            RuntimeError: another transaction is open, or a subscriber of `on_commit` writes.
            ChainForkedError: nothing this replica writes would count.
        """
        self._enter("a transaction")
        if self.replica in self._history.forks:
            self._busy = ""
            raise ChainForkedError(self.replica)
        author = Author(
            self.session, self.party, self.replica, self._history, self._merge, self.gives_up
        )
        if not checked:
            author.check_nothing()
        transaction = Transaction(self._projection, author, self._rids)
        try:
            try:
                yield transaction
            except BaseException:
                transaction.close()
                if author.messages:
                    self._rebuild()
                raise
            transaction.close()
            acts = self._history.acts
            batches = author.seal()
            self._history.applied = len(self._history.log)
            self._merge.settle()
            changes = self._projection.take_changes()
            self._follow(changes)
            self._merge.lost.clear()
            if batches:
                self._busy = "on_commit"
                rights = acts != self._history.acts
                self.on_commit.emit(Commit(origin, label, changes, batches, rights=rights))
        finally:
            self._busy = ""

    def receive(self, batches: Iterable[Batch]) -> Received:
        """Take messages in, in any order; what can be delivered takes effect in one REMOTE commit.

        Raises:
            RuntimeError: a transaction is open, or a subscriber of `on_commit` calls.
        """
        self._enter("receive")
        try:
            history = self._history
            known, acts = len(history.forks), history.acts
            duplicates = 0
            replay = False
            delivered: list[Message] = []
            for batch in batches:
                messages, duplicate, forked = history.add(batch)
                delivered += messages
                duplicates += duplicate
                replay = replay or forked
            kept = tuple([message.batch for message in delivered if message.batch is not None])
            valid = [message for message in delivered if message.valid]
            applied = kept
            if len(valid) < len(delivered):
                applied = tuple([message.batch for message in valid if message.batch is not None])
            changes = self._take_in(valid, replay=replay)
            history.applied = len(history.log)
            cuts, revived = self._own_cuts() if history.turned else ((), frozenset())
            self._rids.used = max(self._rids.used, self._merge.own_counter)
            lost = tuple(self._merge.lost)
            self._merge.lost.clear()
            if applied or replay:
                self._busy = "on_commit"
                rights = acts != history.acts or (replay and acts > 0)
                commit = Commit(Origin.REMOTE, "", changes, applied, lost, cuts, revived, rights)
                self.on_commit.emit(commit)
            forks = tuple(history.forks)[known:] if len(history.forks) > known else ()
            return Received(applied, duplicates, history.waiting, forks, kept, history.below)
        finally:
            self._busy = ""

    def _take_in(self, messages: Iterable[Message], *, replay: bool) -> Changes:
        """Give valid messages their effect, or all that are held if they have new verdicts."""
        if replay:
            self._rebuild()
            return Changes(reset=True)
        for message in messages:
            self._merge.apply(message)
        self._merge.settle()
        changes = self._projection.take_changes()
        self._follow(changes)
        return changes

    def _own_cuts(self) -> tuple[tuple[Cut, ...], frozenset[Ts]]:
        """Own operations that have ceased to count, and those that do so again."""
        turned, self._history.turned = self._history.turned, []
        cuts: list[Cut] = []
        revived: set[Ts] = set()
        for message, before in turned:
            if message.party == self.party and message.batch is not None:
                now, then = (void_in(message.batch, one) for one in (message.void, before))
                if now - then:
                    cuts.append(Cut(message.batch, message.deps, now - then))
                revived.update(Ts(message.l, message.r, k) for k in then - now)
        return tuple(cuts), frozenset(revived)

    def _settle(self) -> None:
        self._merge.settle()
        super()._settle()

    def _rebuild(self) -> None:
        """Make the records anew from what lies at the floor and the messages held."""
        floor = self._history.floor
        rows = list(self._merge.plain_records(self._history.horizon)) if floor else []
        self._start_records()
        self._merge.load(rows)
        for message in self._history.log:
            if message.valid:
                self._merge.apply(message)
        self._settle()
        self._projection.take_changes()
        self._merge.lost.clear()

    # --- messages

    @property
    def message_count(self) -> int:
        """See `SharedDocument`."""
        return sum(self.vv.values())

    @property
    def vv(self) -> Mapping[Replica, int]:
        """Delivered message numbers; never falls."""
        return self._history.vv

    @property
    def clock(self) -> int:
        """The greatest Lamport time of a valid message."""
        return self._history.clock

    @property
    def forks(self) -> Mapping[Replica, int]:
        """Replica -> number of its first message that exists twice."""
        return self._history.forks

    def is_forked(self, replica: Replica) -> bool:
        """Whether two contents of one number are known; what was only given up has none."""
        return replica in self._history.proofs

    def holds(self, replica: Replica, n: int) -> bool:
        """Whether a message was delivered, or counts as held because of a fork."""
        return self._history.holds(replica, n)

    def batches_since(self, vv: Mapping[Replica, int]) -> Sequence[Batch]:
        """What a holder of `vv` lacks, in causal order, and the proofs of all forks.

        Raises:
            FoldedError: some of it is folded (see `covers`).
        """
        return tuple(self._history.since(vv))

    @property
    def waiting(self) -> int:
        """How many messages wait for what they depend on."""
        return self._history.waiting

    def missing(self) -> Mapping[Replica, tuple[int, int]]:
        """Replica -> (first, last) number that buffered messages wait for."""
        return self._history.missing()

    def own_messages(
        self, after: Mapping[Replica, int]
    ) -> Sequence[tuple[Batch, Mapping[Replica, int]]]:
        """This party's messages beyond these numbers, with their full dependencies, in order.

        Args:
            after: Replica -> number: this one and, if they are meant, those that it gave up, of
                which only what still counts is given. Of this one void messages are given too.

        Raises:
            FoldedError: some of them are folded.
        """
        if any(n < self.floor.get(r, 0) for r, n in after.items()):
            raise FoldedError("own messages are not held one by one")
        return tuple(
            (m.batch, m.deps)
            for m in self._history.log
            if m.n > after.get(m.r, m.n)
            and m.batch is not None
            and (m.valid or m.r == self.replica)
        )

    def give_up(self, was: Mapping[Replica, int], forked: Iterable[Replica] = ()) -> None:
        """Stand for other replicas of this party, and say so in the first message (SYNC 4.7).

        Their messages beyond these numbers are void everywhere from then on, here at once; their
        rids are this replica's too. Only before this replica has written, and before any of those
        messages is received.

        Args:
            was: Replica -> its last message that counts.
            forked: Those of them that a fork voids, whose proof is to be received.
        """
        self.gives_up = dict(was)
        by_proof = set(forked)
        self._history.give_up(self.replica, was, [old for old in was if old not in by_proof])

    # --- records as they are, shown or not

    def exists(self, rid: Rid) -> bool:
        """Whether the record was created and not purged, wherever it lies."""
        record = self._record(rid)
        return record is not None and record.created is not None and not record.purged

    def is_purged(self, rid: Rid) -> bool:
        """Whether the record is gone for ever."""
        record = self._record(rid)
        return record is not None and record.purged

    def is_trashed(self, rid: Rid) -> bool:
        """Whether the record, or one above it, lies in the trash or was never created."""
        record = self._record(rid)
        while record is not None and record.rid != DOCUMENT:
            if record.created is None or record.purged:
                return True
            record = record.up
        return record is None

    def value(self, rid: Rid, field: str) -> str | float | None:
        """What a field of an existing record is now; `field` as for `writes`."""
        record = self._record(rid)
        if record is None or record.created is None:
            return None
        if field == "parent":
            return None if record.up is None else record.up.rid
        value: str | float | None = getattr(record, "weight" if "-" in field else field)
        return value

    def epoch(self, rid: Rid) -> Ts | None:
        """The full write that the partial edits of a text belong to now."""
        record = self._record(rid)
        entries = () if record is None else self._merge.entries(record, "chdata")
        return entries[-1][0] if entries else None

    # --- for undo

    def writes(self, rid: Rid, field: str) -> Sequence[Write]:
        """All writes of a field, by ts; of a text its full writes and the newest epoch's edits.

        Args:
            rid: Of any record.
            field: As the wire names it: parent, primary-weight, ns, name, chdata, pitarget, pidata.
        """
        if field not in FIELDS:
            raise ValueError(f"no field {field!r}")
        record = self._record(rid)
        if record is None:
            return ()
        parties = self._history.parties
        closed = (record.closed or {}) if field == "chdata" else {}
        result: list[Write] = []
        for ts, value, alias in self._merge.entries(record, field):
            party = parties.get(ts.r, self.party)
            write = Write(ts, value, alias or ts, party)
            if (log := closed.get(ts)) is not None:
                write = replace(write, value=log.text, shared=log.is_shared(party))
            elif field == "chdata" and record.text is not None and record.text.epoch == ts:
                write = replace(write, shared=record.text.shared)
            result.append(write)
        if field == "chdata" and record.text is not None:
            result += [
                Write(
                    p.ts, p.insert, p.alias or p.ts, p.message.party, True, record.text.is_active(p)
                )
                for p in record.text.partials
            ]
            result.sort(key=lambda write: write.ts)
        return result

    # --- moving to another identity

    def reidentify(self, session: SessionId, party: Party, replica: Replica) -> Document:
        """A copy under another identity, of a board that nobody else has seen.

        Every message is stamped again; rids of this replica become rids of the new one.

        Raises:
            ValueError: somebody else has written here.
            FoldedError: some messages are folded.
        """
        if set(self._history.chains) - {self.replica} or self._history.forks:
            raise ValueError("others have written on this board")
        if self.floor:
            raise FoldedError("a board is copied message by message")
        copy = Document(
            session, party, replica, ground=self.ground, limits=self._limits, size=self._size
        )
        copy.receive(
            restamped(message.batch, session, party, self.replica, replica)
            for message in self._history.log
            if message.batch is not None
        )
        copy.was = self.replica
        return copy


def empty_document() -> Document:
    """A board on this computer without even a root, for a file to be filled in."""
    identity = random_id()
    return Document(SessionId(random_id(16)), Party(identity), Replica(identity))


_PAPER = ((markup.BOARD_NS, "paper", "auto"),)


def new_document(element: LiteralElement | None = None) -> Document:
    """A fresh board on this computer: a random identity and a root.

    Args:
        element: The root; None for an empty <svg> whose paper follows the theme
            (ARCHITECTURE 8 rule 7: without the attribute it is light).
    """
    document = empty_document()
    with document.transact(Origin.LOAD) as edit:
        edit.add_root(element or LiteralElement(SVG_NS, "svg", _PAPER))
    return document


def random_id(length: int = 8) -> str:
    """Random characters of [A-Za-z0-9]: a replica, a session."""
    return "".join(secrets.choice(_ALPHABET) for _ in range(length))
