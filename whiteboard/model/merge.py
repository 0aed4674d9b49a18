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
from collections.abc import Iterable, Iterator, Mapping, Sequence

from whiteboard.model.causality import Point
from whiteboard.model.changes import Lost
from whiteboard.model.characters import has_white_space, is_representable
from whiteboard.model.folded import FoldedRecord
from whiteboard.model.folding import (
    LateText,
    cut,
    edits_after,
    is_kept,
    late_text,
    literal_at,
    load,
    place_at,
    record_at,
)
from whiteboard.model.history import History, Message, count_news
from whiteboard.model.ids import DOCUMENT, TRASH, Replica, Rid, attribute_rid
from whiteboard.model.law import Whole, is_void, numbered
from whiteboard.model.moves import Move, MoveLog
from whiteboard.model.ops import (
    Kind,
    Literal,
    LiteralElement,
    New,
    Op,
    Remove,
    Set,
    Ts,
    time_of,
)
from whiteboard.model.projection import MAX_LITERAL, Projection, home_of, is_place_of, is_plain_slot
from whiteboard.model.record import Entry, Record, Slot, Value
from whiteboard.model.text import Partial, TextLog
from whiteboard.model.weights import finite

MAX_RID = 1024
MAX_NAME = 256
MAX_NEWS = 2_000_000
"""`new`s of one replica (SYNC 0.3.1)."""
MAX_PLAIN_SLOTS = 4096
"""Attribute names that are remembered as ordinary."""

FIELDS = ("parent", "primary-weight", "ns", "name", "chdata", "pitarget", "pidata")
"""The fields of a record, as the wire names them."""
_ATTRIBUTE_OF = {"primary-weight": "weight"}
_PLACE = ("parent", "primary-weight")


class Merge:
    """Applies messages to records."""

    def __init__(
        self,
        history: History,
        projection: Projection,
        me: Replica,
    ) -> None:
        self._history = history
        self._projection = projection
        self._records = projection.records
        self._law = history.law
        self._me = me
        self._moves = MoveLog(projection.relocate)
        self._pending: list[Move] = []
        self._edited: dict[Record, None] = {}
        """Records with partial edits since the last `settle`."""
        self._news: dict[Replica, int] = {}
        self._homes: set[Rid] = set()
        """Elements by the rids of attribute records: their literal has to look for these."""
        self._plain_slots: set[Slot] = set()
        """Names of attributes that were found to be ordinary ones."""
        self._purges: dict[Rid, int] = {}
        self._late: list[Record] = []
        """Records with texts that are still to be folded."""
        self._making: LateText | None = None
        """Lamport time of the first message that purged a record; 0 = folded."""
        self._void_texts: dict[Rid, list[tuple[Ts, Message]]] = {}
        """Full writes of texts that are void now, which others may have seen as the newest."""
        self.own_counter = 0
        """The greatest counter of an own rid seen (`R.x`, `~R.x`)."""
        self.lost: list[Lost] = []
        """Own writes that a concurrent one replaced since somebody emptied this."""

    # --- applying

    def apply(self, message: Message) -> None:
        """Give a valid message its effect; structure and texts follow with `settle`."""
        assert message.batch is not None
        if message.void is not None:
            self._apply_rest(message)
            return
        k = 0
        for op in message.batch.ops:
            if type(op) is Set:
                self._set(message, k, op)
                k += 1
            else:
                k = self.apply_operation(message, k, op)

    def _apply_rest(self, message: Message) -> None:
        """Give the operations of a message effect that are not void; of texts void ones are kept.

        Others have typed around them, who could not know.
        """
        assert message.batch is not None
        if message.void is Whole.NOTED:
            return
        for k, op in numbered(message.batch):
            if not is_void(message.void, k):
                self.apply_operation(message, k, op)
                continue
            ts = time_of(message.l, message.r, k)
            if isinstance(op, New) or (
                isinstance(op, Set) and op.chdata is not None and op.replace is None
            ):
                self._void_texts.setdefault(op.rid, []).append((ts, message))
            elif isinstance(op, Set) and op.chdata is not None:
                record = self._records.get(op.rid) or self._projection.find(op.rid)
                if record is not None and record.created is not None:
                    alias = message.restores.get((k, "chdata"))
                    self._edit_text(message, record, ts, op, alias)

    def apply_operation(self, message: Message, k: int, op: Op) -> int:
        """Give one operation its effect; returns the index after it."""
        if isinstance(op, Literal):
            return self._literal(message, k, op)
        if isinstance(op, Set):
            self._set(message, k, op)
        elif isinstance(op, New):
            self._new(message, k, op, inside=False)
        elif isinstance(op, Remove):
            self._remove(message, op)
        return k + 1

    def settle(self) -> None:
        """Bring structure and texts up to date; many messages at once cost one pass."""
        if self._edited:
            for record in self._edited:
                if record.text is not None:
                    record.chdata = record.text.text
            self._edited.clear()
        if self._pending:
            pending, self._pending = self._pending, []
            self._moves.add(pending)

    def _literal(self, message: Message, k: int, op: Literal) -> int:
        is_own = owns(message.r, op.rid) and may_be_named(op.rid) and not message.restores
        inside = False  # what hangs below a root that does not count does not count either
        for rid, parent, weight, node in op.nodes():
            if isinstance(node, str):
                new = New(rid, Kind.TEXT, parent, weight, chdata=node)
                self._new(message, k, new, inside=inside)
                k += 1
                continue
            if is_own and self._is_plain(message.r, rid, node):
                record = self._records[rid] = Record(rid)
                record.weight = finite(weight)
                record.ns = node.ns
                record.name = node.name
                record.literal = node.attributes
                self._appear(record, time_of(message.l, message.r, k), Kind.ELEMENT, parent)
                if message.r == self._me:
                    self._note_counter(rid)
                counting = True
            else:
                new = New(rid, Kind.ELEMENT, parent, weight, node.ns, node.name)
                self._new(message, k, new, inside=inside)
                for i, attribute in enumerate(node.attribute_news(rid), start=k + 1):
                    self._new(message, i, attribute, inside=inside)
                olds = self._history.heirs.get(message.r, ())
                counting = counts(new, message.r, inside=False, olds=olds)
            if rid == op.rid:
                inside = counting
            k += 1 + len(node.attributes)
        return k

    def _is_plain(self, r: Replica, rid: Rid, element: LiteralElement) -> bool:
        """Whether an element's attributes need no records: it is new, and nothing is odd about it.

        If so its `new`s are counted.
        """
        attributes = element.attributes
        count = self._news.get(r, 0) + 1 + len(attributes)
        if (
            rid in self._records
            or rid in self._homes
            or count > MAX_NEWS
            or len(rid) > MAX_RID // 2
            or len(element.name) > MAX_NAME
            or len(attributes) > MAX_LITERAL
        ):
            return False
        slots = [attribute[:2] for attribute in attributes]
        if not self._plain_slots.issuperset(slots):
            if not all(is_plain_slot(slot) for slot in slots):
                return False
            if len(self._plain_slots) > MAX_PLAIN_SLOTS:
                self._plain_slots.clear()
            self._plain_slots.update(slots)
        if len(set(slots)) < len(slots) or not is_representable(
            "".join([value for _, _, value in attributes])
        ):
            return False
        self._news[r] = count
        return True

    def _new(self, message: Message, k: int, op: New, *, inside: bool) -> None:
        count = self._news.get(message.r, 0) + 1
        self._news[message.r] = count
        heirs = self._history.heirs
        olds = heirs.get(message.r, ()) if heirs else ()
        if count > MAX_NEWS or not counts(op, message.r, inside=inside, olds=olds):
            return
        if message.r == self._me:
            self._note_counter(op.rid)
        record = self.record(op.rid)
        ts = time_of(message.l, message.r, k)
        restores = message.restores
        if record.created is None and not record.log and not restores:
            record.weight = finite(op.weight)
            record.ns = op.ns
            record.name = op.name
            record.chdata = op.chdata
            record.pitarget = op.pitarget
            record.pidata = op.pidata
            self._appear(record, ts, op.kind, op.parent)
            return
        self._projection.make_attributes(record)  # before `created` changes, which they follow
        self._projection.touch(record)
        self._projection.detach(record)
        for field in FIELDS:
            self._entries(record, field)
        if record.created is None or ts < record.created:
            record.created = ts
            record.kind = op.kind
        for field, value in (
            ("primary-weight", finite(op.weight)),
            ("ns", op.ns),
            ("name", op.name),
            ("pitarget", op.pitarget),
            ("pidata", op.pidata),
        ):
            self._write(message, record, field, ts, value, restores.get((k, field)))
        self._write_text(message, record, ts, op.chdata, restores.get((k, "chdata")))
        self._projection.attach(record)
        self._place(message, record, ts, op.parent, restores.get((k, "parent")))

    def _appear(self, record: Record, ts: Ts, kind: Kind, home: Rid) -> None:
        """Let a record begin that nothing was written to but the values that it has now."""
        parent = self._parent(record, home)
        record.kind = kind
        record.created = ts
        if record.parented:
            record.log = {"parent": [(ts, home, None)]}
            self._pending.append(Move(ts, record, parent))
        else:
            record.up = parent
            self._projection.attach(record)

    def _set(self, message: Message, k: int, op: Set) -> None:
        if op.name is not None and len(op.name) > MAX_NAME:
            return
        record = self._records.get(op.rid) or self._projection.find(op.rid)
        if record is None or record.created is None:
            if not may_be_named(op.rid):
                return
            record = self.record(op.rid)
        projection = self._projection
        projection.touch(record)
        ts = time_of(message.l, message.r, k)
        restores = message.restores
        if not restores and record.kind is Kind.ATTRIBUTE and self._restate(record, ts, op):
            if op.chdata is not None:
                self._write_text(message, record, ts, op.chdata, None)
            return
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
            self._place(message, record, ts, op.parent, restores.get((k, "parent")))

    def _restate(self, record: Record, ts: Ts, op: Set) -> bool:
        """Whether a `set` writes of an attribute its value, and parent and weight as they stand.

        If so, and if it is their newest write and there was no other one, they are written.
        """
        again = record.again
        newest = again[-1] if again is not None else record.created
        log = record.log
        if (
            newest is None
            or newest > ts
            or record.up is None
            or op.parent is None
            or record.up.rid != op.parent
            or not may_hang(op.rid, op.parent)
            or record.parented
            or op.weight != record.weight
            or op.replace is not None
            or op.ns is not None
            or op.name is not None
            or op.pitarget is not None
            or op.pidata is not None
            or (log is not None and ("parent" in log or "primary-weight" in log))
        ):
            return False
        if again is None:
            record.again = [ts]
        else:
            again.append(ts)
        return True

    def _remove(self, message: Message, op: Remove) -> None:
        at = Point(message.r, message.n, -1, message.deps)
        if not may_be_named(op.rid) or not self._law.fence.is_moderator(message.party, at):
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
            if record.parented:
                up = before.get(record, record.up)
            else:
                up = place_at(record, horizon, self.entries, self._records)
            purged = record.purged and self._purges[record.rid] <= horizon
            row = record_at(record, up, horizon, self.entries, parties, purged=purged)
            if row is not None:
                yield row
            yield from literal_at(record, horizon)

    def fold(self, horizon: int, at_once: int | None = None) -> None:
        """Drop the writes and moves inside a checkpoint that nobody outside it can need.

        Args:
            horizon: Of the checkpoint.
            at_once: Edits of texts that are put into their places anew; what is more waits for
                `fold_on`. None = all.
        """
        self._late, self._making = [], None
        left = at_once
        for record in self._records.values():
            if record.again is not None:
                self._entries(record, "parent")
            if left is not None and (count := edits_after(record, horizon)) > 0:
                if count > left:
                    self._late.append(record)
                    continue
                left -= count
            cut(record, horizon, self.entries, self._history.parties)
        self._moves.cut(horizon)
        for rid, writes in tuple(self._void_texts.items()):
            self._void_texts[rid] = [write for write in writes if write[0].l > horizon]

    @property
    def is_folding(self) -> bool:
        """Whether `fold_on` has something to do."""
        return bool(self._late)

    def fold_on(self, horizon: int, at_once: int) -> None:
        """Go on with the texts that `fold` left, with so many edits."""
        parties = self._history.parties
        while self._late and at_once > 0:
            record = self._late[-1]
            made = self._making
            if made is None or made.record is not record:
                made = self._making = late_text(record, horizon, self.entries, parties)
            done = 1 if made is None else made.go_on(at_once)
            at_once -= done
            if made is None or at_once > 0:
                cut(record, horizon, self.entries, parties, made)
                self._late.pop()
                self._making = None

    def load(self, rows: Iterable[FoldedRecord]) -> None:
        """Begin with the records of a checkpoint, whose chains the history has."""
        rows = list(rows)
        load(rows, self._projection, self._law)
        self._purges = {row.rid: 0 for row in rows if row.purged}
        self._news = {r: base.news for r, base in self._history.bases.items()}
        self._homes = {
            home
            for rid in self._records
            if "@" in rid and (home := home_of(rid)) not in self._records
        }
        own = tuple(f"{mark}{self._me}." for mark in ("", "~"))
        for row in rows:
            if row.rid.startswith(own):
                self._note_counter(row.rid)

    def news_up_to(self, floor: Mapping[Replica, int]) -> dict[Replica, int]:
        """Replica -> how many `new`s of it counted inside a checkpoint, among what is held."""
        news = dict(self._news)
        for message in self._history.log:
            if message.n > floor.get(message.r, 0) and message.valid and message.batch is not None:
                news[message.r] = news.get(message.r, 0) - count_news(message)
        return news

    # --- places

    def _place(self, message: Message, record: Record, ts: Ts, home: Rid, alias: Ts | None) -> None:
        """Hang a record that was written to before where an operation says."""
        up = record.up
        parent = up if up is not None and up.rid == home else self._parent(record, home)
        is_newest = self._write(message, record, "parent", ts, home, alias)
        if record.parented:
            self._pending.append(Move(ts, record, parent))
        elif is_newest and record.up is not parent:
            self._projection.relocate(record, parent)

    def _parent(self, record: Record, home: Rid) -> Record:
        """The record of `home`, under which an operation puts `record`.

        From now on its moves may be skipped, or be why others are. It is not so if `record` lies
        where its rid says (`P@N` under P), as long as nothing is put under that in turn: no circle
        is made of such places alone, because rids get longer on the way down.
        """
        parent = self.record(home)
        if not is_place_of(home, record.rid) or record.parented:
            self._make_parent(parent)
        return parent

    def _make_parent(self, record: Record) -> None:
        waiting = [record]
        while waiting:
            record = waiting.pop()
            if record.parented:
                continue
            record.parented = True
            if record.created is not None:
                self._entries(record, "parent")  # `up` tells it no more if that move is skipped
            places = [
                (ts, self.record(Rid(str(home)))) for ts, home, _ in self.entries(record, "parent")
            ]
            self._moves.enter(record, places)
            waiting += [parent for _, parent in places]

    # --- registers

    def record(self, rid: Rid) -> Record:
        """The record, or a placeholder for it."""
        found = self._records.get(rid) or self._projection.find(rid)
        if found is None:
            found = self._records[rid] = Record(rid)
            if "@" in rid and (home := home_of(rid)) not in self._records:
                self._homes.add(home)
        return found

    def entries(self, record: Record, field: str) -> Sequence[Entry]:
        """All writes of a field by ts (of a text: the full ones)."""
        if record.log is not None and field in record.log:
            return record.log[field]
        if record.created is None:
            return ()
        value = self._first_value(record, field)
        if record.again is not None and field in _PLACE:
            return [(ts, value, None) for ts in (record.created, *record.again)]
        return ((record.created, value, None),)

    def _entries(self, record: Record, field: str) -> list[Entry]:
        """The entries of a field, written out if `created` stood for them."""
        log = record.log
        if log is None:
            log = record.log = {}
        if record.again is not None and field in _PLACE:
            for name in _PLACE:
                log[name] = list(self.entries(record, name))
            record.again = None
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
        assert record.up is not None  # nothing else moved it, or the entry would be written out
        return record.up.rid

    def _write(
        self, message: Message, record: Record, field: str, ts: Ts, value: Value, alias: Ts | None
    ) -> bool:
        """Take in a write; whether it is the newest one."""
        log = record.log
        if log is None:
            log = record.log = {}
        entries = log.get(field)
        if entries is None:
            created = record.created
            if created is not None and created < ts and record.again is None:
                old = self._first_value(record, field)
                # Both at once: a list that grows by one takes room for more.
                log[field] = [(created, old, None), (ts, value, alias)]
                if old != value:
                    self._note_loss(message, record, field, created, ts)
                    if field != "parent":
                        setattr(record, _ATTRIBUTE_OF.get(field, field), value)
                return True
            entries = self._entries(record, field)
        if not entries or entries[-1][0] < ts:
            if entries and entries[-1][1] != value:
                self._note_loss(message, record, field, entries[-1][0], ts)
            entries.append((ts, value, alias))
            if field != "parent":
                setattr(record, _ATTRIBUTE_OF.get(field, field), value)
            return True
        bisect.insort(entries, (ts, value, alias), key=_ts)
        return False

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
        log = record.log
        if log is None:
            log = record.log = {}
        created = record.created
        if "chdata" not in log and created is not None and created < ts:
            # Both at once: a list that grows by one takes room for more.
            log["chdata"] = [(created, record.chdata, None), (ts, value, alias)]
            self._note_loss(message, record, "chdata", created, ts)
            record.chdata = value
            return
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
        if self._law.can_differ and not self._is_epoch_of(message, record.rid, epoch):
            return
        text = record.text
        if text is None:
            text = record.text = TextLog(epoch, record.chdata, self._law)
        start, count = op.replace
        is_cancel = alias is not None and not op.chdata and start == 0 and count == 0
        text.add(Partial(ts, message, start, count, op.chdata, alias if is_cancel else None))
        self._edited[record] = None

    def _is_epoch_of(self, message: Message, rid: Rid, epoch: Ts | None) -> bool:
        """Whether the newest full write that its author saw, and took to count, is this one."""
        lens = self._law.lens_of(message)
        if lens is self._law.everything:
            return True
        if epoch is not None:
            writer = self._history.message_at(epoch)
            if writer is not None and is_void(lens.verdict(writer), epoch.k):
                return False
        return not any(
            (epoch is None or ts > epoch)
            and message.saw(ts.r, writer.n)
            and not is_void(lens.verdict(writer), ts.k)
            for ts, writer in self._void_texts.get(rid, ())
        )

    def _note_counter(self, rid: Rid) -> None:
        if "@" in rid or "/" in rid:
            return  # a literal's child, an attribute: its place gives its rid
        tail = rid.removeprefix("~").removeprefix(f"{self._me}.")
        try:
            self.own_counter = max(self.own_counter, int(tail, 36))
        except ValueError:
            return  # none that this program gives out


def counts(op: New, r: Replica, *, inside: bool, olds: Iterable[Replica] = ()) -> bool:
    """Whether a `new` by replica r may have its rid (SYNC 0.3.4).

    Args:
        op: Of any origin.
        r: Its author's replica.
        inside: It stands in a literal.
        olds: Replicas that the author's party gave up for r.
    """
    rid = op.rid
    if not may_be_named(rid) or len(op.name) > MAX_NAME:
        return False
    if owns(r, rid) or any(owns(old, rid) for old in olds):
        return True
    if op.kind is Kind.ATTRIBUTE and rid == attribute_rid(op.parent, op.name, op.ns or ""):
        return True
    return inside and op.kind is not Kind.ATTRIBUTE and rid.startswith(f"{op.parent}/")


def owns(r: Replica, rid: Rid) -> bool:
    """Whether `rid` is one that replica r gives out, or begins with one."""
    return rid.startswith((f"{r}.", f"~{r}."))


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
