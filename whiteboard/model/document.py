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
import dataclasses
import secrets
import string
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from whiteboard.model import markup
from whiteboard.model.canonical import canonical_size
from whiteboard.model.changes import Changes, Commit, Origin
from whiteboard.model.folded import Folded
from whiteboard.model.history import FoldedError, History, Limits, Message, SizeOf
from whiteboard.model.ids import DOCUMENT, Party, Replica, Rid, RidSource, SessionId
from whiteboard.model.merge import FIELDS, Merge
from whiteboard.model.ops import Batch, Kind, LiteralElement, Ts
from whiteboard.model.projection import (
    Projection,
    expanded_ns,
    shown_name,
    shown_value,
    slot_winner,
)
from whiteboard.model.record import Record, order
from whiteboard.model.transaction import Author, Transaction, restamped
from whiteboard.model.tree import Node, Tree
from whiteboard.util.event import Event

__all__ = [
    "ChainForkedError",
    "Document",
    "FoldedError",
    "Received",
    "Transaction",
    "Write",
    "everyone",
    "new_document",
    "random_id",
]

SVG_NS = "http://www.w3.org/2000/svg"

_ALPHABET = string.digits + string.ascii_uppercase + string.ascii_lowercase


class ChainForkedError(Exception):
    """This replica's own chain was forked: what it writes is void; go on under another identity."""


@dataclass(frozen=True, slots=True)
class Received:
    """What became of messages."""

    applied: tuple[Batch, ...]
    """Those that took effect now, in causal order (earlier buffered ones among them)."""
    duplicates: int
    """Held before, void by a known fork, or of another session."""
    buffered: int
    """How many wait now for what they depend on."""
    forks: tuple[Replica, ...]
    """Replicas whose chain turned out to be forked now."""
    kept: tuple[Batch, ...] = ()
    """All that is held since now, in causal order: `applied` and the void ones, which later
    messages may follow. This is what a journal keeps."""
    below: bool = False
    """Something waits that was made without knowledge of what is folded here: it is neither refused
    nor applied, but needs `Document.unfold` (SYNC 5.5)."""


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


def everyone(party: Party) -> bool:
    """Whether `party` is a host: in a session without a description all are (SYNC 0.2/4.2)."""
    del party
    return True


class Document:
    """One shared document as one replica holds it.

    Attributes:
        was: The replica whose board this is a copy of (`reidentify`); its rids are renamed here.
    """

    def __init__(
        self,
        session: SessionId,
        party: Party,
        replica: Replica,
        *,
        is_host: Callable[[Party], bool] = everyone,
        limits: Limits | None = Limits(),  # noqa: B008 - frozen
        size: SizeOf = canonical_size,
    ) -> None:
        """Start an empty document.

        Args:
            session: Messages of other sessions are ignored.
            party: Who writes here.
            replica: Must never have been used before, unless all its messages are received first.
            is_host: Whether a party may purge records.
            limits: Of the buffer for messages that cannot be delivered yet; None for replay.
            size: Canonical size of a message.
        """
        self.session = session
        self.party = party
        self.replica = replica
        self.was: Replica | None = None
        self.on_commit: Event[Commit] = Event()
        self.on_history_wanted: Event[None] = Event()
        """Somebody needs what is folded: `unfold` if the history can be had."""
        self.on_unfolded: Event[None] = Event()
        """`unfold` has brought it back, as far as it goes."""
        self._is_host = is_host
        self._size = size
        self._limits = limits
        self._history = History(session, limits=limits, size=size)
        self._rids = RidSource(replica)
        self._busy = ""
        self._tree: Tree | None = None
        self._tree_changes: list[Changes] = []
        self._ids: dict[str, set[Rid]] | None = None
        self._start_records()

    def _start_records(self) -> None:
        self._projection = Projection()
        self._merge = Merge(self._history, self._projection, self._is_host, self.replica)

    # --- writing

    @contextlib.contextmanager
    def transact(self, origin: Origin, label: str = "") -> Iterator[Transaction]:
        """Write; everything becomes one commit when the block ends.

        Args:
            origin: LOCAL, UNDO, LOAD or REPAIR.
            label: Name of the action for undo menus.

        Raises:
            RuntimeError: another transaction is open, or a subscriber of `on_commit` writes.
            ChainForkedError: nothing this replica writes would count.
        """
        self._enter("a transaction")
        if self.replica in self._history.forks:
            self._busy = ""
            raise ChainForkedError(self.replica)
        author = Author(self.session, self.party, self.replica, self._history, self._merge)
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
            batches = author.seal()
            self._settle()
            changes = self._projection.take_changes()
            self._follow(changes)
            self._merge.lost.clear()
            if batches:
                self._busy = "on_commit"
                self.on_commit.emit(Commit(origin, label, changes, batches))
        finally:
            self._busy = ""

    def receive(self, batches: Iterable[Batch]) -> Received:
        """Take messages in, in any order; what can be delivered takes effect in one REMOTE commit.

        Raises:
            RuntimeError: a transaction is open, or a subscriber of `on_commit` calls.
        """
        self._enter("receive")
        try:
            duplicates = 0
            known = set(self._history.forks)
            replay = False
            delivered: list[Message] = []
            for batch in batches:
                messages, duplicate, forked = self._history.add(batch)
                delivered += messages
                duplicates += duplicate
                replay = replay or forked
            valid = [message for message in delivered if message.valid]
            if replay:
                self._rebuild()
                changes = Changes(reset=True)
                self._tree = None
                self._ids = None
            else:
                for message in valid:
                    self._merge.apply(message)
                self._settle()
                changes = self._projection.take_changes()
                self._follow(changes)
            self._rids.used = max(self._rids.used, self._merge.own_counter)
            lost = tuple(self._merge.lost)
            self._merge.lost.clear()
            applied = tuple(message.batch for message in valid if message.batch is not None)
            if applied or replay:
                self._busy = "on_commit"
                self.on_commit.emit(Commit(Origin.REMOTE, "", changes, applied, lost))
            return Received(
                applied,
                duplicates,
                self._history.waiting,
                tuple(r for r in self._history.forks if r not in known),
                tuple(message.batch for message in delivered if message.batch is not None),
                self._history.below,
            )
        finally:
            self._busy = ""

    def _enter(self, what: str) -> None:
        if self._busy:
            raise RuntimeError(f"{what} cannot begin inside {self._busy}")
        self._busy = what

    def _settle(self) -> None:
        self._merge.settle()
        self._projection.settle()

    def _follow(self, changes: Changes) -> None:
        """Let what is derived from the visible tree know, when it is next asked for."""
        if not changes:
            return
        if self._tree is not None:
            self._tree.update(changes)
        if self._ids is not None:
            self._update_ids(changes)

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
        self._tree = None
        self._ids = None

    # --- checkpoints (SYNC 5.5)

    @property
    def floor(self) -> Mapping[Replica, int]:
        """The checkpoint up to which messages are folded; empty if all are held one by one."""
        return self._history.floor

    @property
    def parties(self) -> Mapping[Replica, Party]:
        """Who is behind each replica that has written."""
        return self._history.parties

    @property
    def controls(self) -> Sequence[Batch]:
        """Messages inside the floor that had control operations: these, and full dependencies."""
        return self._history.controls

    def covers(self, vv: Mapping[Replica, int]) -> bool:
        """Whether what a holder of `vv` lacks is held here message by message."""
        return all(vv.get(r, 0) >= n for r, n in self.floor.items())

    def is_folded(self, ts: Ts) -> bool:
        """Whether an operation's message lies inside the floor."""
        return bool(self.floor) and ts.l <= self._history.horizon

    def usable(self, want: Mapping[Replica, int]) -> Mapping[Replica, int]:
        """The greatest checkpoint up to `want` that can be folded; `floor` if none is greater."""
        return self._history.usable(want)

    def fold(self, want: Mapping[Replica, int]) -> bool:
        """Drop from memory what lies inside the greatest usable checkpoint up to `want`.

        What is seen stays the same, and nothing is told: it takes time that grows with the number
        of records. Whether `want` may be asked for is the caller's knowledge (5.5, (1) and (2)).

        Returns:
            Whether there was anything to fold.

        Raises:
            RuntimeError: a transaction is open.
        """
        w = self._history.usable(want)
        if w == self._history.floor:
            return False
        self._enter("fold")
        try:
            self._settle()
            news = self._merge.news_up_to(w)
            self._history.fold(w, news)
            self._merge.fold(self._history.horizon)
        finally:
            self._busy = ""
        return True

    def folded(self) -> Folded:
        """The plain state at `floor`; with `batches_since(floor)` it is all that is held."""
        self._settle()
        history = self._history
        rows = tuple(self._merge.plain_records(history.horizon)) if history.floor else ()
        return Folded(self.session, dict(history.bases), tuple(history.controls), rows)

    @classmethod
    def from_folded(
        cls,
        folded: Folded,
        party: Party,
        replica: Replica,
        *,
        is_host: Callable[[Party], bool] = everyone,
        limits: Limits | None = Limits(),  # noqa: B008 - frozen
        size: SizeOf = canonical_size,
    ) -> Document:
        """A document with a folded past; `receive` the messages outside it next."""
        self = cls(folded.session, party, replica, is_host=is_host, limits=limits, size=size)
        self._history.start_from(folded.chains, folded.controls)
        self._merge.load(folded.records)
        self._rids.used = max(self._rids.used, self._merge.own_counter)
        return self

    def like(self, folded: Folded | None = None) -> Document:
        """A document of the same member, to be filled: empty, or with this folded past."""
        if folded is None:
            folded = Folded(self.session, {}, (), ())
        copy = Document.from_folded(
            folded,
            self.party,
            self.replica,
            is_host=self._is_host,
            limits=self._limits,
            size=self._size,
        )
        copy.was = self.was
        return copy

    def unfold(self, rebuilt: Document) -> Received:
        """Go on from a state with more history, and apply what waited for it.

        Args:
            rebuilt: Made by `like`, perhaps in another thread, from a journal or from another
                member's state; it becomes part of this document and is not to be used again.

        Raises:
            FoldedError: it lacks something that was accepted here, or cannot take it in; nothing
                has changed then.
            RuntimeError: a transaction is open.
        """
        self._enter("unfold")
        try:
            mine, waiting = self._history.since(self.floor), self._history.waiting_batches()
            rebuilt.receive(mine)
            if any(not rebuilt.holds(r, n) for r, n in self._held().items()):
                raise FoldedError("the history lacks what was accepted here")
            known = set(self._history.forks)
            received = rebuilt.receive(waiting)
            vv = self._history.vv
            self._history, self._merge = rebuilt._history, rebuilt._merge
            self._projection = rebuilt._projection
            for r, n in vv.items():
                self._history.vv[r] = max(n, self._history.vv.get(r, 0))
            self._rids.used = max(self._rids.used, rebuilt._rids.used)
            self._tree = None
            self._ids = None
            self._busy = "on_commit"
            self.on_commit.emit(
                Commit(Origin.REMOTE, "", Changes(reset=True), received.applied, ())
            )
        finally:
            self._busy = ""
        self.on_unfolded.emit(None)
        forks = tuple(r for r in self._history.forks if r not in known)
        return dataclasses.replace(received, forks=forks)

    def _held(self) -> dict[Replica, int]:
        """Messages that were delivered, without what only others' vectors named."""
        history = self._history
        return {r: history.held_of(r) for r in history.chains}

    # --- messages

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

    def holds(self, replica: Replica, n: int) -> bool:
        """Whether a message was delivered, or counts as held because of a fork."""
        return self._history.holds(replica, n)

    def batches_since(self, vv: Mapping[Replica, int]) -> Sequence[Batch]:
        """What a holder of `vv` lacks, in causal order, and the proofs of all forks.

        Raises:
            FoldedError: some of it is folded (see `covers`).
        """
        return tuple(self._history.since(vv))

    def missing(self) -> Mapping[Replica, tuple[int, int]]:
        """Replica -> (first, last) number that buffered messages wait for."""
        return self._history.missing()

    # --- reading

    def _record(self, rid: Rid) -> Record | None:
        if self._busy:
            self._settle()
        return self._projection.records.get(rid)

    def _known(self, rid: Rid) -> Record:
        record = self._record(rid)
        if record is None:
            raise KeyError(rid)
        return record

    @property
    def root(self) -> Rid | None:
        """The visible root element."""
        self._record(DOCUMENT)
        root = self._projection.root
        return None if root is None else root.rid

    def is_visible(self, rid: Rid) -> bool:
        """Whether the record, which may be an attribute, is seen."""
        record = self._record(rid)
        return record is not None and rid != DOCUMENT and self._projection.is_visible(record)

    def kind(self, rid: Rid) -> Kind | None:
        """The type of a record, hidden ones included; None if nobody has created it."""
        record = self._record(rid)
        return None if record is None else record.kind

    def parent(self, rid: Rid) -> Rid | None:
        """Where the record hangs, hidden ones included: another record, DOCUMENT or TRASH."""
        record = self._record(rid)
        return None if record is None or record.up is None else record.up.rid

    def weight(self, rid: Rid) -> float:
        """The record's weight among its siblings."""
        return self._known(rid).weight

    def children(self, rid: Rid) -> Sequence[Rid]:
        """Visible children without the attributes, in order."""
        record = self._record(rid)
        if record is None:
            return ()
        return tuple(kid.rid for kid in self._projection.children(record))

    def previous_element(self, rid: Rid) -> Rid | None:
        """The visible element before a visible record, among its siblings."""
        record = self._known(rid)
        kids = () if record.up is None or record.up.kids is None else record.up.kids
        for i in range(bisect_left(kids, order(record), key=order) - 1, -1, -1):
            if kids[i].shown and kids[i].kind is Kind.ELEMENT:
                return kids[i].rid
        return None

    def name(self, rid: Rid) -> str:
        """Local name of an element or attribute, target of an instruction, else ''."""
        record = self._known(rid)
        return record.name if record.kind is Kind.ATTRIBUTE else shown_name(record)

    def ns(self, rid: Rid) -> str:
        """Namespace in effect, '' for none."""
        record = self._known(rid)
        return expanded_ns(record.ns) if record.kind is Kind.ATTRIBUTE else record.shown_ns

    def attribute(self, rid: Rid, name: str, ns: str = "") -> str | None:
        """Value of an element's attribute; None if there is none."""
        record = self._record(rid)
        winner = None if record is None else slot_winner(record, (ns, name))
        return None if winner is None else shown_value(winner)

    def attribute_record(self, rid: Rid, name: str, ns: str = "") -> Rid | None:
        """The record whose value an attribute shows."""
        record = self._record(rid)
        winner = None if record is None else slot_winner(record, (ns, name))
        return None if winner is None else winner.rid

    def attributes(self, rid: Rid) -> Mapping[tuple[str, str], str]:
        """(namespace, local name) -> value of all attributes of an element, sorted."""
        record = self._record(rid)
        if record is None:
            return {}
        return {slot: shown_value(winner) for slot, winner in self._projection.attributes(record)}

    def text(self, rid: Rid) -> str:
        """Characters of a text, comment or attribute record, data of an instruction."""
        return shown_value(self._known(rid))

    def by_id(self, id: str) -> Rid | None:  # noqa: A002 - the attribute's name
        """The visible element with this `id` attribute; of several the first in the document."""
        self._record(DOCUMENT)
        if self._busy or self._ids is None:
            ids: dict[str, set[Rid]] = {}
            for record in self._projection.records.values():
                if record.shown and record.attrs and (value := self._id_of(record)) is not None:
                    ids.setdefault(value, set()).add(record.rid)
            if self._busy:
                return self._first(ids.get(id, ()))
            self._ids = ids
        return self._first(self._ids.get(id, ()))

    def _id_of(self, record: Record) -> str | None:
        winner = slot_winner(record, ("", "id"))
        return None if winner is None else shown_value(winner)

    def _first(self, rids: Iterable[Rid]) -> Rid | None:
        found = [rid for rid in rids if self._projection.records[rid].shown]
        if len(found) < 2:
            return found[0] if found else None
        return min(found, key=self._place)

    def _place(self, rid: Rid) -> list[tuple[float, Rid]]:
        place: list[tuple[float, Rid]] = []
        record: Record | None = self._projection.records[rid]
        while record is not None:
            place.append((record.weight, record.rid))
            record = record.up
        return place[::-1]

    def _update_ids(self, changes: Changes) -> None:
        ids = self._ids
        assert ids is not None
        touched = [rid for rid, names in changes.attributes.items() if ("", "id") in names]
        for rid in (*changes.added, *touched):
            value = self._id_of(self._projection.records[rid])
            if value is not None:
                ids.setdefault(value, set()).add(rid)

    # --- as XML

    @property
    def tree(self) -> Tree:
        """The lxml nodes of what is visible; made when first asked for."""
        if self._busy and self._busy != "on_commit":
            raise RuntimeError("nodes follow when the transaction has closed")
        if self._tree is None:
            self._settle()
            self._tree = Tree(self._projection)
        return self._tree

    def node(self, rid: Rid) -> Node | None:
        """The lxml node of a visible element, comment or instruction; not while writing."""
        return self.tree.node(rid)

    def rid_of(self, node: Node) -> Rid:
        """The record of a node of this document.

        Raises:
            KeyError: it is not one, or not any more.
        """
        return self.tree.rid_of(node)

    def c14n(self) -> bytes:
        """Canonical XML of the view: equal bytes on all who hold the same messages (SYNC 0.3.6)."""
        self._settle()
        return markup.write(self._projection, canonical=True)

    def state_hash(self) -> str:
        """The hash that heartbeats compare (SYNC 0.3.7), 64 hex digits."""
        self._settle()
        return self._projection.state_hash()

    def serialise(self) -> bytes:
        """A plain SVG file, UTF-8; empty without a visible root."""
        self._settle()
        return markup.write(self._projection, canonical=False)

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
            shared = False
            if (log := closed.get(ts)) is not None:
                value, shared = log.text, log.is_shared(party)
            elif field == "chdata" and record.text is not None and record.text.epoch == ts:
                shared = record.text.shared
            result.append(Write(ts, value, alias or ts, party, shared=shared))
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
            session, party, replica, is_host=self._is_host, limits=self._limits, size=self._size
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
