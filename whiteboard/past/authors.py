"""Who made each node, who changed it last, and when (XEP-0228 F11).

Both follow from the set of messages alone, so all who hold the same messages name the same people:
the maker wrote the `new` with the smallest ts, the last to change wrote the operation with the
greatest one. An operation on an attribute counts for its element. What is void counts for nobody.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from whiteboard.model.folded import Folded
from whiteboard.model.ids import Party, Replica, Rid
from whiteboard.model.merge import MAX_NAME, counts, may_be_named
from whiteboard.model.ops import Batch, Kind, Literal, New, Set, Ts


@dataclass(frozen=True, slots=True)
class Deed:
    """Something a person did to a node."""

    ts: Ts
    seq: int
    """The message it was done by, as its place in the history: 1 is the first; 0 = one before."""
    party: Party


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a node comes from."""

    made: Deed
    changed: Deed
    """The newest write of any kind; `made` itself if there was none after it."""


class Authors:
    """The people behind every node; fed with all valid messages in order of arrival."""

    def __init__(self) -> None:
        self._made: dict[Rid, Deed] = {}
        self._changed: dict[Rid, Deed] = {}
        self._touched: dict[Party, dict[Rid, None]] = {}
        self._parties: dict[Replica, Party] = {}

    def load(self, base: Folded) -> None:
        """Take in the state before the first message: of each field the write that stands there."""
        self._parties.update((r, chain.party) for r, chain in base.chains.items())
        for record in base.records:
            if record.created is None:
                continue
            node = _element_of(record.rid) or record.rid
            for ts in (record.created, *(write.ts for write in record.writes)):
                party = self._parties[ts.r]
                self._touched.setdefault(party, {})[record.rid] = None
                self._note(node, Deed(ts, 0, party), is_new=node == record.rid)

    def _note(self, node: Rid, deed: Deed, *, is_new: bool) -> None:
        if is_new and ((old := self._made.get(node)) is None or deed.ts < old.ts):
            self._made[node] = deed
        if (old := self._changed.get(node)) is None or deed.ts > old.ts:
            self._changed[node] = deed

    def add(self, batch: Batch, seq: int) -> None:
        """Take in a message that counts."""
        party = self._parties.setdefault(batch.r, batch.party)
        touched = self._touched.setdefault(party, {})
        for ts, rid, new in writes_of(batch):
            touched[rid] = None
            node = owner(rid, new)
            self._note(node, Deed(ts, seq, party), is_new=new is not None and node == rid)

    def of(self, rid: Rid) -> Origin | None:
        """The people behind a node, without what lies in it; None if nobody has made it."""
        made = self._made.get(rid)
        if made is None:
            return None
        return Origin(made, max(made, self._changed.get(rid, made), key=lambda deed: deed.ts))

    def touched_by(self, party: Party) -> tuple[Rid, ...]:
        """All records, attributes among them, that a person ever wrote to, the first first."""
        return tuple(self._touched.get(party, ()))

    @property
    def parties(self) -> tuple[Party, ...]:
        """Everybody who wrote, the first first."""
        return tuple(self._touched)


def owner(rid: Rid, new: New | None) -> Rid:
    """The element that a write to an attribute counts for; any other record itself.

    In merge mode the rid of an attribute names its element (SYNC 4.8); of one that does not, only
    the `new` says whose it is.
    """
    if new is not None and new.kind is Kind.ATTRIBUTE:
        return new.parent
    return _element_of(rid) or rid


def _element_of(rid: Rid) -> Rid | None:
    return Rid(rid.partition("@")[0]) if "@" in rid else None


def writes_of(batch: Batch) -> Iterator[tuple[Ts, Rid, New | None]]:
    """The writes of a message that may count: when, to which record, and the `new` if it is one."""
    k = 0
    for op in batch.ops:
        if isinstance(op, Literal):
            inside = False
            for i, new in enumerate(op):
                is_counted = counts(new, batch.r, inside=inside)
                if i == 0:
                    inside = is_counted
                if is_counted:
                    yield Ts(batch.l, batch.r, k), new.rid, new
                k += 1
            continue
        if isinstance(op, New) and counts(op, batch.r, inside=False):
            yield Ts(batch.l, batch.r, k), op.rid, op
        elif isinstance(op, Set) and may_be_named(op.rid) and len(op.name or "") <= MAX_NAME:
            yield Ts(batch.l, batch.r, k), op.rid, None
        k += 1
