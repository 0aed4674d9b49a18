"""Records at a checkpoint, and records without what lies before it (SYNC 5.5).

A checkpoint W is known here by its *horizon*: the greatest valid Lamport time inside it. Every
write outside W is later, so `l <= horizon` tells which writes are inside. What was written outside
W can be left out exactly: `records_at` gives the state at W of a document that has gone on since.
"""

from __future__ import annotations

import bisect
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import TypeAlias

from whiteboard.model.characters import is_representable
from whiteboard.model.folded import FieldWrite, FoldedRecord
from whiteboard.model.ids import DOCUMENT, TRASH, Party, Replica, Rid, attribute_rid
from whiteboard.model.law import Law
from whiteboard.model.ops import Kind, Ts
from whiteboard.model.projection import (
    MAX_LITERAL,
    Projection,
    home_of,
    is_place_of,
    is_plain_slot,
    slot_in,
    slot_of,
)
from whiteboard.model.record import Entry, LiteralAttributes, Record, Slot, Value, order
from whiteboard.model.text import Partial, TextLog

Entries: TypeAlias = Callable[[Record, str], Sequence[Entry]]
"""All writes of a field of a record, by ts."""
Parties: TypeAlias = Mapping[Replica, Party]

_REGISTERS = {
    "primary-weight": "weight",
    "ns": "ns",
    "name": "name",
    "pitarget": "pitarget",
    "pidata": "pidata",
}
"""Field -> attribute of `Record`, of the fields that have no rules of their own."""


# ----------------------------------------------------------------------- the state at a checkpoint


def record_at(
    record: Record,
    up: Record | None,
    horizon: int,
    entries: Entries,
    parties: Parties,
    *,
    purged: bool,
) -> FoldedRecord | None:
    """One plain record at a checkpoint; None if nothing was known of it there.

    Args:
        record: Settled.
        up: Where it hung at the checkpoint.
        horizon: Of the checkpoint.
        entries: Gives writes.
        parties: Who is behind a replica.
        purged: Whether it had been purged there.
    """
    created = record.created
    parent = None if up is None else up.rid
    if created is None or created.l > horizon:
        # What was written there so far has no effect beside the `new`, which will be later.
        if parent is None and not purged:
            return None
        return FoldedRecord(record.rid, None, None, parent, purged=purged)
    log = record.log
    if log is None and record.again is None and parent is not None:
        return FoldedRecord(
            record.rid,
            record.kind,
            created,
            parent,
            record.weight,
            record.ns,
            record.name,
            record.chdata,
            record.pitarget,
            record.pidata,
            purged,
        )
    writes: list[FieldWrite] = []
    values: dict[str, Value] = {}
    for field, attribute in _REGISTERS.items():
        ts, value, alias = entry = _base(entries(record, field), horizon)
        values[attribute] = value
        if _is_later(entry, created):
            writes.append(FieldWrite(field, ts, alias))
    ts, value, alias = entry = _base(entries(record, "parent"), horizon)
    stated = None if value == parent else str(value)
    if stated is not None or _is_later(entry, created):
        writes.append(FieldWrite("parent", ts, alias, stated))
    ts, value, alias = entry = _base(entries(record, "chdata"), horizon)
    if _is_later(entry, created):
        writes.append(FieldWrite("chdata", ts, alias))
    values["chdata"] = value
    shared = False
    text = _text_of(record, ts)
    if text is not None:
        values["chdata"], shared = text.inside(horizon, parties.get(ts.r))
    return FoldedRecord(
        record.rid,
        record.kind,
        created,
        parent,
        purged=purged,
        shared=shared,
        writes=tuple(writes),
        **values,  # type: ignore[arg-type] # each has its field's type
    )


def place_at(
    record: Record, horizon: int, entries: Entries, records: Mapping[Rid, Record]
) -> Record | None:
    """Where a record hung at a checkpoint under which nothing was ever put."""
    places = entries(record, "parent")
    count = _count_inside(places, horizon)
    if count == len(places):
        return record.up
    return records[Rid(str(places[count - 1][1]))] if count else None


def literal_at(element: Record, horizon: int) -> Iterator[FoldedRecord]:
    """The plain records of a literal's attributes that nobody touched."""
    if element.created is None or element.created.l > horizon:
        return
    l, r, k = element.created  # noqa: E741 - as on the wire
    for i, (ns, name, value) in enumerate(sorted(element.literal), start=k + 1):
        if (ns, name) not in (element.attrs or ()):
            rid = attribute_rid(element.rid, name, ns)
            yield FoldedRecord(rid, Kind.ATTRIBUTE, Ts(l, r, i), element.rid, 0.0, ns, name, value)


def _base(entries: Sequence[Entry], horizon: int) -> Entry:
    """The newest write inside; there is one, since the `new` is."""
    return entries[_count_inside(entries, horizon) - 1]


def _count_inside(entries: Sequence[Entry], horizon: int) -> int:
    return bisect.bisect_right(entries, horizon, key=_lamport)


def _lamport(entry: Entry) -> int:
    return entry[0].l


def _is_later(entry: Entry, created: Ts) -> bool:
    return entry[0] != created or entry[2] is not None


def _text_of(record: Record, epoch: Ts) -> TextLog | None:
    """The partial edits on a full write, if there are any."""
    if record.text is not None and record.text.epoch == epoch:
        return record.text
    return None if record.closed is None else record.closed.get(epoch)


# -------------------------------------------------------------------- dropping what is inside


def cut(
    record: Record,
    horizon: int,
    entries: Entries,
    parties: Parties,
    made: LateText | None = None,
) -> None:
    """Drop, in place, the writes inside that lost, and make plain strings of texts inside.

    Of each field the newest write inside stays, and that whose value it restored: undo looks there.
    A record that is left as it is, is right too: it only takes more memory.

    Args:
        record: Settled.
        horizon: Of the checkpoint.
        entries: Gives writes.
        parties: Who is behind a replica.
        made: The record's text without what is inside, if that was made before.
    """
    created = record.created
    if created is None or created.l > horizon:
        return
    if record.up is None and (record.log is None or "parent" not in record.log):
        record.log = {**(record.log or {}), "parent": list(entries(record, "parent"))}
    if record.log is None:
        return
    _cut_text(record, horizon, parties, made)
    for field, writes in tuple(record.log.items()):
        count = _count_inside(writes, horizon)
        base = writes[count - 1]
        is_plain = len(writes) == count and not _is_later(base, created)
        if is_plain and field == "parent":
            is_plain = record.up is not None and record.up.rid == base[1]
        if is_plain and not (field == "chdata" and record.text is not None):
            del record.log[field]
        else:
            writes[:count] = _with_origin(base)
    if not record.log:
        record.log = None


def _with_origin(base: Entry) -> list[Entry]:
    ts, value, alias = base
    if alias is None or alias >= ts:
        return [base]
    return [(alias, value, None), base]


def _cut_text(record: Record, horizon: int, parties: Parties, made: LateText | None) -> None:
    assert record.log is not None
    writes = record.log.get("chdata")
    if writes is None:
        return
    count = _count_inside(writes, horizon)
    epoch, value, alias = writes[count - 1]
    text = _text_of(record, epoch)
    if text is not None:
        if made is None or made.source is not text:
            made = LateText(record, text, horizon, parties.get(epoch.r))
        made.go_on(None)
        after = made.after
        value = after.base
        needed = after if after.partials or after.shared else None
        writes[count - 1] = epoch, value, alias
        if record.text is text:
            record.text = needed
            if needed is None:
                record.chdata = value
        elif record.closed is not None:
            record.closed.pop(epoch)
            if needed is not None:
                record.closed[epoch] = needed
    if record.closed is not None:
        for ts in tuple(record.closed):
            if ts < epoch:
                del record.closed[ts]
        if not record.closed:
            record.closed = None


class LateText:
    """A text without what lies inside a checkpoint, made some edits at a time.

    Meanwhile the old one goes on as it is, and may get more edits.

    Args:
        record: Whose text.
        source: The text with everything in it.
        horizon: Of the checkpoint.
        party: That of the full write.

    Attributes:
        after: What was made so far.
    """

    def __init__(self, record: Record, source: TextLog, horizon: int, party: Party | None) -> None:
        self.record = record
        self.source = source
        text, shared = source.inside(horizon, party)
        self.after = TextLog(source.epoch, text, source.law, shared=shared)
        self._horizon = horizon

    def go_on(self, count: int | None) -> int:
        """Put so many more edits into their places, None = all; how many there were."""
        done = 0
        for partial in islice(self.source.newer(self._horizon, self.after), count):
            self.after.add(partial)
            done += 1
        return done


def late_text(record: Record, horizon: int, entries: Entries, parties: Parties) -> LateText | None:
    """The text of a record with edits on both sides of a checkpoint, to be made anew."""
    if record.text is None and record.closed is None:
        return None
    if record.created is None or record.created.l > horizon:
        return None
    epoch = _base(entries(record, "chdata"), horizon)[0]
    text = _text_of(record, epoch)
    return None if text is None else LateText(record, text, horizon, parties.get(epoch.r))


def edits_after(record: Record, horizon: int) -> int:
    """At most how many edits of texts must be put into their places anew to `cut` a record."""
    logs = [] if record.text is None else [record.text]
    logs += record.closed.values() if record.closed is not None else ()
    return sum(
        len(log.partials) - bisect.bisect_right(log.partials, horizon, key=_lamport_of)
        for log in logs
    )


def _lamport_of(partial: Partial) -> int:
    return partial.ts.l


# ----------------------------------------------------------------------------------- loading


def load(rows: Sequence[FoldedRecord], projection: Projection, law: Law) -> None:
    """Make the records of an empty projection from plain ones."""
    records = projection.records
    literals = _literals(rows)
    untouched = {
        attribute_rid(home, name, ns)
        for home, (literal, touched) in literals.items()
        for ns, name, _ in literal
        if (ns, name) not in touched
    }
    loaded: list[tuple[Record, FoldedRecord]] = []
    for row in rows:
        if row.rid in untouched:
            continue
        record = records.get(row.rid)
        if record is None:
            record = records[row.rid] = Record(row.rid)
        (
            _,
            record.kind,
            record.created,
            _,
            record.weight,
            record.ns,
            record.name,
            record.chdata,
            record.pitarget,
            record.pidata,
            record.purged,
            shared,
            writes,
        ) = row
        if writes or shared:
            _load_writes(record, row, law)
        if row.rid in literals:
            record.literal, touched = literals[row.rid]
            record.attrs = {slot: [] for slot in touched} or None
        loaded.append((record, row))
    for record, row in loaded:
        if row.parent is not None:
            up = projection.find(row.parent)  # things may hang even in an untouched attribute
            if up is None:
                up = records[row.parent] = Record(row.parent)
            _hang(record, up)
            # Where a move was skipped, the newest one does not say where the record hangs.
            if any(write.stated is not None for write in row.writes):
                record.parented = True
    for record in records.values():
        if record.kids is not None:
            record.kids.sort(key=order)
        up = record.up if record.parented else None
        while up is not None and not up.parented:
            up.parented = True
            up = up.up
    projection.show_all()


def _hang(record: Record, up: Record) -> None:
    record.up = up
    if not is_place_of(up.rid, record.rid):
        up.parented = True
    if record.kind is Kind.ATTRIBUTE:
        if up.attrs is None:
            up.attrs = {}
        up.attrs.setdefault(slot_of(record), []).append(record)
    elif up.kids is None:
        up.kids = [record]
    else:
        up.kids.append(record)


def _literals(
    rows: Iterable[FoldedRecord],
) -> dict[Rid, tuple[LiteralAttributes, frozenset[Slot]]]:
    """Element -> attributes that may be as of a literal, and which of them were touched since."""
    elements: dict[Rid, Ts] = {}
    attributes: dict[Rid, list[tuple[Ts, FoldedRecord]]] = {}
    for row in rows:
        if row.created is None:
            continue
        if row.kind is Kind.ELEMENT:
            elements[row.rid] = row.created
        elif row.kind is Kind.ATTRIBUTE and "@" in row.rid:
            attributes.setdefault(home_of(row.rid), []).append((row.created, row))
    found: dict[Rid, tuple[LiteralAttributes, frozenset[Slot]]] = {}
    for home, claims in attributes.items():
        if home not in elements:
            continue
        claims.sort(key=_by_time)
        l, r, k = elements[home]  # noqa: E741 - as on the wire
        slots: list[Slot] = []
        values: list[str] = []
        touched: set[Slot] = set()
        for ts, row in claims:
            slot = slot_in(row.rid)
            if (
                ts != (l, r, k + 1 + len(slots))
                or not is_plain_slot(slot)
                or row.rid != attribute_rid(home, slot[1], slot[0])
                or (slots and slots[-1] >= slot)
                or len(slots) == MAX_LITERAL
            ):
                continue
            slots.append(slot)
            values.append(row.chdata)
            plain = FoldedRecord(row.rid, row.kind, ts, home, 0.0, *slot, row.chdata)
            if row != plain or not is_representable(row.chdata):
                touched.add(slot)
        if slots:
            literal = tuple((ns, name, v) for (ns, name), v in zip(slots, values, strict=True))
            found[home] = literal, frozenset(touched)
    return found


def _by_time(claim: tuple[Ts, FoldedRecord]) -> Ts:
    return claim[0]


def _load_writes(record: Record, row: FoldedRecord, law: Law) -> None:
    log: dict[str, list[Entry]] = {}
    for write in row.writes:
        value: Value
        if write.field == "parent":
            value = write.stated or row.parent
        else:
            value = getattr(row, _REGISTERS.get(write.field, write.field))
        log[write.field] = _with_origin((write.ts, value, write.alias))
    if row.shared:
        if "chdata" not in log:
            assert record.created is not None
            log["chdata"] = [(record.created, row.chdata, None)]
        record.text = TextLog(log["chdata"][-1][0], row.chdata, law, shared=True)
    record.log = log


def is_kept(record: Record) -> bool:
    """Whether a record belongs into a snapshot at all."""
    return record.rid not in {DOCUMENT, TRASH}
