"""The merge rules: operations in, records out, in whatever order they come (SYNC 4.2 to 4.8).

1. Every field is a register: the write with the highest ts wins. `new` writes all its fields.
2. `parent` goes through the move log instead, `chdata` through epochs and partial edits.
3. A record nobody has created yet is a placeholder without a kind; what was written counts when its
   `new` comes. Kind and creation time are those of the `new` with the smallest ts.
4. `remove` purges: whatever else is written, the record stays hidden.

What has no effect is a property of the operation alone, so that all replicas judge alike (0.3.4).
Strict sessions have rules of their own: `whiteboard/model/strict`.
"""

from __future__ import annotations

import bisect
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from whiteboard.model.changes import Lost
from whiteboard.model.characters import has_white_space
from whiteboard.model.folded import FoldedRecord
from whiteboard.model.folding import cut, is_kept, load, record_at
from whiteboard.model.history import History, Message, count_news
from whiteboard.model.ids import DOCUMENT, TRASH, Party, Replica, Rid, attribute_rid
from whiteboard.model.moves import Move, MoveLog
from whiteboard.model.ops import Kind, Literal, New, Op, PlainOp, Remove, Set, Ts
from whiteboard.model.projection import Projection
from whiteboard.model.record import Entry, Record, Value
from whiteboard.model.text import Partial, TextLog
from whiteboard.model.weights import finite

MAX_RID = 1024
MAX_NAME = 256
MAX_NEWS = 2_000_000
"""`new`s of one replica (SYNC 0.3.1)."""

FIELDS = ("parent", "primary-weight", "ns", "name", "chdata", "pitarget", "pidata")
"""The fields of a record, as the wire names them."""
_ATTRIBUTE_OF = {"primary-weight": "weight"}


class Merge:
    """Applies messages to records."""

    def __init__(
        self,
        history: History,
        projection: Projection,
        is_host: Callable[[Party], bool],
        me: Replica,
    ) -> None:
        self._history = history
        self._projection = projection
        self._records = projection.records
        self._is_host = is_host
        self._me = me
        self._moves = MoveLog(projection.relocate)
        self._pending: dict[Ts, Move] = {}
        self._edited: dict[Record, None] = {}
        """Records with partial edits since the last `settle`."""
        self._news: dict[Replica, int] = {}
        self._purges: dict[Rid, int] = {}
        """Lamport time of the first message that purged a record; 0 = folded."""
        self.own_counter = 0
        """The greatest counter of an own rid seen (`R.x`, `~R.x`)."""
        self.lost: list[Lost] = []
        """Own writes that a concurrent one replaced since somebody emptied this."""

    # --- applying

    def apply(self, message: Message) -> None:
        """Give a valid message its effect; structure and texts follow with `settle`."""
        assert message.batch is not None
        k = 0
        for op in message.batch.ops:
            k = self.apply_operation(message, k, op)

    def apply_operation(self, message: Message, k: int, op: Op) -> int:
        """Give one operation its effect; returns the index after it."""
        if isinstance(op, Literal):
            inside = False  # what hangs below a root that does not count does not count either
            for i, new in enumerate(op):
                self._new(message, k + i, new, inside=inside)
                if i == 0:
                    inside = counts(new, message.r, inside=False)
            return k + i + 1
        self._apply_plain(message, k, op)
        return k + 1

    def settle(self) -> None:
        """Bring structure and texts up to date; many messages at once cost one pass."""
        for record in self._edited:
            if record.text is not None:
                record.chdata = record.text.text
        self._edited.clear()
        if self._pending:
            pending, self._pending = self._pending, {}
            self._moves.add(list(pending.values()))

    def _apply_plain(self, message: Message, k: int, op: PlainOp) -> None:
        if isinstance(op, New):
            self._new(message, k, op, inside=False)
        elif isinstance(op, Set):
            self._set(message, k, op)
        elif isinstance(op, Remove):
            self._remove(message, op)

    def _new(self, message: Message, k: int, op: New, *, inside: bool) -> None:
        count = self._news.get(message.r, 0) + 1
        self._news[message.r] = count
        if count > MAX_NEWS or not counts(op, message.r, inside=inside):
            return
        if message.r == self._me:
            self._note_counter(op.rid)
        record = self.record(op.rid)
        is_first = record.created is None and not record.log and not message.restores
        if not is_first or record.up is not None or op.kind is not Kind.ATTRIBUTE:
            self._projection.touch(record)  # else there is nothing yet that could look different
        ts = Ts(message.l, message.r, k)
        restores = message.restores
        if is_first:
            self._projection.detach(record)
            record.kind = op.kind
            record.created = ts
            record.weight = finite(op.weight)
            record.ns = op.ns
            record.name = op.name
            record.chdata = op.chdata
            record.pitarget = op.pitarget
            record.pidata = op.pidata
            self._projection.attach(record)
        else:
            self._projection.detach(record)
            for field in FIELDS:
                self._entries(record, field)
            if record.created is None or ts < record.created:
                record.created = ts
                record.kind = op.kind
            for field, value in (
                ("parent", op.parent),
                ("primary-weight", finite(op.weight)),
                ("ns", op.ns),
                ("name", op.name),
                ("pitarget", op.pitarget),
                ("pidata", op.pidata),
            ):
                self._write(message, record, field, ts, value, restores.get((k, field)))
            self._write_text(message, record, ts, op.chdata, restores.get((k, "chdata")))
            self._projection.attach(record)
        self._pending[ts] = Move(ts, record, self.record(op.parent))

    def _set(self, message: Message, k: int, op: Set) -> None:
        if not may_be_named(op.rid) or len(op.name or "") > MAX_NAME:
            return
        record = self.record(op.rid)
        projection = self._projection
        projection.touch(record)
        ts = Ts(message.l, message.r, k)
        restores = message.restores
        if op.chdata is not None:
            alias = restores.get((k, "chdata"))
            if op.replace is None:
                self._write_text(message, record, ts, op.chdata, alias)
            else:
                self._edit_text(message, record, ts, op, alias)
        if op.ns is None and op.name is None and record.kind is Kind.ATTRIBUTE:
            if op.weight is not None:  # it has a weight, but no place that follows from it
                alias = restores.get((k, "primary-weight"))
                self._write(message, record, "primary-weight", ts, finite(op.weight), alias)
        elif op.weight is not None or op.ns is not None or op.name is not None:
            projection.detach(record)
            if op.weight is not None:
                alias = restores.get((k, "primary-weight"))
                self._write(message, record, "primary-weight", ts, finite(op.weight), alias)
            if op.ns is not None:
                self._write(message, record, "ns", ts, op.ns, restores.get((k, "ns")))
            if op.name is not None:
                self._write(message, record, "name", ts, op.name, restores.get((k, "name")))
            projection.attach(record)
        if op.pitarget is not None:
            self._write(message, record, "pitarget", ts, op.pitarget, restores.get((k, "pitarget")))
        if op.pidata is not None:
            self._write(message, record, "pidata", ts, op.pidata, restores.get((k, "pidata")))
        if op.parent is not None and may_hang(op.rid, op.parent):
            self._write(message, record, "parent", ts, op.parent, restores.get((k, "parent")))
            self._pending[ts] = Move(ts, record, self.record(op.parent))

    def _remove(self, message: Message, op: Remove) -> None:
        if not may_be_named(op.rid) or not self._is_host(message.party):
            return
        record = self.record(op.rid)
        self._projection.touch(record)
        record.purged = True
        self._purges[op.rid] = min(message.l, self._purges.get(op.rid, message.l))

    # --- checkpoints (SYNC 5.5); everything is settled, and nothing is being written

    def plain_records(self, horizon: int) -> Iterator[FoldedRecord]:
        """The plain records at a checkpoint, with this horizon, among what is held."""
        before = self._moves.before(horizon)
        parties = self._history.parties
        for record in self._records.values():
            if not is_kept(record):
                continue
            up = before.get(record, record.up)
            purged = record.purged and self._purges[record.rid] <= horizon
            row = record_at(record, up, horizon, self.entries, parties, purged=purged)
            if row is not None:
                yield row

    def fold(self, horizon: int) -> None:
        """Drop the writes and moves inside a checkpoint that nobody outside it can need."""
        parties = self._history.parties
        for record in self._records.values():
            cut(record, horizon, self.entries, parties)
        self._moves.cut(horizon)

    def load(self, rows: Iterable[FoldedRecord]) -> None:
        """Begin with the records of a checkpoint, whose chains the history has."""
        rows = list(rows)
        load(rows, self._projection)
        self._purges = {row.rid: 0 for row in rows if row.purged}
        self._news = {r: base.news for r, base in self._history.bases.items()}
        own = tuple(f"{mark}{self._me}." for mark in ("", "~"))
        for row in rows:
            if row.rid.startswith(own):
                self._note_counter(row.rid)

    def news_up_to(self, floor: Mapping[Replica, int]) -> dict[Replica, int]:
        """Replica -> how many `new`s of it counted inside a checkpoint, among what is held."""
        news = dict(self._news)
        for message in self._history.log:
            if message.n > floor.get(message.r, 0) and message.valid and message.batch is not None:
                news[message.r] = news.get(message.r, 0) - count_news(message.batch)
        return news

    # --- registers

    def record(self, rid: Rid) -> Record:
        """The record, or a placeholder for it."""
        found = self._records.get(rid)
        if found is None:
            found = self._records[rid] = Record(rid)
        return found

    def entries(self, record: Record, field: str) -> Sequence[Entry]:
        """All writes of a field by ts (of a text: the full ones)."""
        if record.log is not None and field in record.log:
            return record.log[field]
        if record.created is None:
            return ()
        return ((record.created, self._first_value(record, field), None),)

    def _entries(self, record: Record, field: str) -> list[Entry]:
        """The entries of a field, written out if `created` stood for them."""
        log = record.log
        if log is None:
            log = record.log = {}
        entries = log.get(field)
        if entries is None:
            entries = log[field] = []
            if record.created is not None:
                entries.append((record.created, self._first_value(record, field), None))
        return entries

    def _first_value(self, record: Record, field: str) -> Value:
        if field != "parent":
            value: Value = getattr(record, _ATTRIBUTE_OF.get(field, field))
            return value
        assert record.created is not None
        if (move := self._pending.get(record.created)) is not None:
            return move.parent.rid
        if record.up is not None:
            return record.up.rid  # nothing else moved it, or the entry would be written out
        parent = self._moves.stated_parent(record.created)
        assert parent is not None
        return parent.rid

    def _write(
        self, message: Message, record: Record, field: str, ts: Ts, value: Value, alias: Ts | None
    ) -> None:
        entries = self._entries(record, field)
        if not entries or entries[-1][0] < ts:
            if entries and entries[-1][1] != value:
                self._note_loss(message, record, field, entries[-1][0], ts)
            entries.append((ts, value, alias))
            if field != "parent":
                setattr(record, _ATTRIBUTE_OF.get(field, field), value)
        else:
            bisect.insort(entries, (ts, value, alias), key=_ts)

    def _note_loss(self, message: Message, record: Record, field: str, old: Ts, new: Ts) -> None:
        if (
            old.r == self._me
            and new.r != self._me
            and self._history.number_of(old) > message.deps.get(self._me, 0)
        ):
            self.lost.append(Lost(record.rid, field, old, new))

    # --- text

    def _write_text(
        self, message: Message, record: Record, ts: Ts, value: str, alias: Ts | None
    ) -> None:
        entries = self._entries(record, "chdata")
        if entries and ts < entries[-1][0]:
            bisect.insort(entries, (ts, value, alias), key=_ts)
            return
        if entries:
            last = entries[-1][0]
            if record.text is not None:
                if record.closed is None:
                    record.closed = {}
                record.closed[last] = record.text
                last = max([last, *(p.ts for p in record.text.partials if p.ts.r == self._me)])
            self._note_loss(message, record, "chdata", last, ts)
        entries.append((ts, value, alias))
        record.text = None
        record.chdata = value

    def _edit_text(
        self, message: Message, record: Record, ts: Ts, op: Set, alias: Ts | None
    ) -> None:
        assert op.chdata is not None
        assert op.replace is not None
        entries = self._entries(record, "chdata")
        epoch = entries[-1][0] if entries else None
        if epoch is not None and not message.saw(epoch.r, self._history.number_of(epoch)):
            return
        text = record.text
        if text is None:
            text = record.text = TextLog(epoch, record.chdata)
        start, count = op.replace
        is_cancel = alias is not None and not op.chdata and start == 0 and count == 0
        text.add(Partial(ts, message, start, count, op.chdata, alias if is_cancel else None))
        self._edited[record] = None

    def _note_counter(self, rid: Rid) -> None:
        if "@" in rid or "/" in rid:
            return  # a literal's child, an attribute: its place gives its rid
        tail = rid.removeprefix("~").removeprefix(f"{self._me}.")
        try:
            self.own_counter = max(self.own_counter, int(tail, 36))
        except ValueError:
            return  # none that this program gives out


def counts(op: New, r: Replica, *, inside: bool) -> bool:
    """Whether a `new` by replica r may have its rid (SYNC 0.3.4); `inside`: of a literal."""
    rid = op.rid
    if not may_be_named(rid) or len(op.name) > MAX_NAME:
        return False
    if rid.startswith((f"{r}.", f"~{r}.")):
        return True
    if op.kind is Kind.ATTRIBUTE and rid == attribute_rid(op.parent, op.name, op.ns or ""):
        return True
    return inside and op.kind is not Kind.ATTRIBUTE and rid.startswith(f"{op.parent}/")


def may_be_named(rid: Rid) -> bool:
    """Whether an operation on `rid` can count: a record's rid, not too long, no white space."""
    if len(rid) > MAX_RID or has_white_space(rid):
        return False
    return rid != TRASH and rid != DOCUMENT  # noqa: PLR1714 - a set costs more than the rest


def may_hang(rid: Rid, parent: Rid) -> bool:
    """Whether a `set` may hang `rid` there: an attribute `P@N` only under P or in the trash."""
    return "@" not in rid or parent == TRASH or rid.startswith(f"{parent}@")


def _ts(entry: Entry) -> Ts:
    return entry[0]
