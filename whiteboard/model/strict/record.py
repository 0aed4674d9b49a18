"""One record of a strict session: its operations, and the values the count rule makes of them.

The count rule (SYNC 0.2/2.2): an edit with version v is effective if it alone has this version and
exactly v-1 edits (less the version of the `new`) have a smaller one. What is not effective was
undone together with the edit that its author had not seen, or waits for one that is missing.
"""

from __future__ import annotations

import bisect
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from whiteboard.model.ids import Party, Replica, Rid
from whiteboard.model.ops import New, Set, Ts
from whiteboard.model.record import Record
from whiteboard.model.strict.ops import NewAt, OpId, base_version, rank
from whiteboard.model.weights import finite


class Edit(NamedTuple):
    """A `set`, sorted by version."""

    version: int
    opid: OpId
    op: Set


EVERY = 256
"""The values are kept after each so many edits (SYNC 8) …"""
KEPT = 4
"""… the last so many times."""


class Checkpoint(NamedTuple):
    """The values of a record after the first so many of its edits."""

    edits: int
    new: New
    """The `new` that they begin with."""
    standing: int
    parents: int
    """How many parents it had had."""
    values: tuple[float, str | None, str, str, str, str]


def effective(edits: Sequence[Edit], base: int, start: int = 0) -> list[Edit]:
    """Of all edits of a record, sorted, those with an effect, in order; from `start` on."""
    last = len(edits) - 1
    return [
        edit
        for i in range(start, last + 1)
        if (edit := edits[i]).version == base + 1 + i
        and (i == 0 or edits[i - 1].version != edit.version)
        and (i == last or edits[i + 1].version != edit.version)
    ]


def settled(edits: Sequence[Edit], base: int, start: int = 0) -> int:
    """How many of the edits, sorted, come before the first gap; there is none before `start`.

    What is before it and without effect stays so, whatever else arrives; what is behind it waits.
    """
    for i in range(start, len(edits)):
        if edits[i].version > base + 1 + i:
            return i
    return len(edits)


def winner(news: Iterable[tuple[OpId, New]]) -> New | None:
    """The `new` that counts."""
    return min((op for _, op in news), key=rank, default=None)


class StrictRecord(Record):
    """A record with its operations; the values are those of `Record`.

    `parents` are all parents that it effectively had, in order: without one it does not exist or
    was removed. `created` has no time in it: it ranks by rid among those that claim one place.
    """

    __slots__ = ("base", "checkpoints", "edits", "news", "parents", "removes", "standing")

    def __init__(self, rid: Rid) -> None:
        super().__init__(rid)
        self.news: list[tuple[OpId, New]] = []
        self.edits: list[Edit] = []
        self.removes: set[OpId] = set()
        self.base = 0
        """The version of the `new` that counts."""
        self.standing = 0
        """The version of the newest effective edit."""
        self.parents: list[Rid] = []
        self.checkpoints: tuple[Checkpoint, ...] = ()
        """The oldest first; there is no gap before any of them."""

    @property
    def is_waiting(self) -> bool:
        """Whether something is missing: its `new`, or an edit before one that is held."""
        if self.removes:
            return False
        return bool(self.edits) and (
            not self.news or settled(self.edits, self.base, self._start) < len(self.edits)
        )

    @property
    def _start(self) -> int:
        """How many edits the newest checkpoint covers."""
        return self.checkpoints[-1].edits if self.checkpoints else 0

    @property
    def next_version(self) -> int:
        """What the next edit made here has to say: all edits held count, the waiting ones too."""
        return self.base + len(self.edits) + 1

    def add(self, edit: Edit) -> bool:
        """Keep an edit; whether it can only have changed what comes after all others."""
        in_order = not self.edits or self.edits[-1].version < edit.version
        if in_order:
            self.edits.append(edit)
        else:
            i = bisect.bisect(self.edits, edit)
            self.edits.insert(i, edit)
            # The edit before it may have lost its effect, so that must not be covered either.
            self.checkpoints = tuple(c for c in self.checkpoints if c.edits < i)
        return in_order

    def keep(self) -> None:
        """Make a checkpoint if it is time for one; only where nothing is missing."""
        new = winner(self.news)
        if new is not None and len(self.edits) % EVERY == 0:
            values = self.weight, self.ns, self.name, self.chdata, self.pitarget, self.pidata
            here = Checkpoint(len(self.edits), new, self.standing, len(self.parents), values)
            self.checkpoints = (*self.checkpoints[1 - KEPT :], here)

    def replay(self) -> None:
        """Make the values anew from the operations, or from the newest checkpoint on."""
        new = winner(self.news)
        if self.checkpoints and (self.removes or self.checkpoints[-1].new is not new):
            self.checkpoints = ()
        if self.checkpoints:
            here = self.checkpoints[-1]
            self.standing = here.standing
            self.parents = self.parents[: here.parents]
            values = here.values
        else:
            self.parents = []
            self.base = self.standing = base_version(new) if new is not None else 0
            if new is None or self.removes:
                self.kind = self.created = None
                return
            self.kind = new.kind
            self.created = Ts(0, Replica(self.rid), 0)
            self.parents.append(new.parent)
            weight = finite(new.weight)
            values = weight, new.ns, new.name, new.chdata, new.pitarget, new.pidata
        self.weight, self.ns, self.name, self.chdata, self.pitarget, self.pidata = values
        for edit in effective(self.edits, self.base, self._start):
            self.write(edit.op)
            self.standing = edit.version

    def write(self, op: Set) -> None:
        """Give one effective edit its effect."""
        if op.parent is not None and op.parent != self.parents[-1]:
            self.parents.append(op.parent)
        if op.weight is not None:
            self.weight = finite(op.weight)
        if op.ns is not None:
            self.ns = op.ns
        if op.name is not None:
            self.name = op.name
        if op.chdata is not None:
            self.chdata = spliced(self.chdata, op)
        if op.pitarget is not None:
            self.pitarget = op.pitarget
        if op.pidata is not None:
            self.pidata = op.pidata


def maker(record: StrictRecord) -> Party:
    """Who made the record that counts; nobody ('') if it does not exist, or nobody said."""
    new = winner(record.news)
    if isinstance(new, NewAt) and new.creator:
        return Party(new.creator)
    return min(
        (opid for opid, op in record.news if op == new), default=OpId(Party(""), "", 0)
    ).sender


def inside(record: Record) -> Iterator[StrictRecord]:
    """All that lies directly in a record, attributes and hidden ones too."""
    claims = (claim for group in (record.attrs or {}).values() for claim in group)
    for child in (*(record.kids or ()), *claims):
        if isinstance(child, StrictRecord):
            yield child


def inside_out(record: StrictRecord) -> Iterator[StrictRecord]:
    """A record with all that lies in it, what lies deeper first: so it may be removed (2.4)."""
    order: list[StrictRecord] = []
    waiting = [record]
    while waiting:
        inner = waiting.pop()
        order.append(inner)
        waiting.extend(inside(inner))
    return reversed(order)


def spliced(text: str, op: Set) -> str:
    """`text` after an edit of it; a range that is not in it changes nothing (SYNC 2.2)."""
    assert op.chdata is not None
    if op.replace is None:
        return op.chdata
    start, count = op.replace
    if start < 0 or count < 0 or start + count > len(text):
        return text
    return text[:start] + op.chdata + text[start + count :]
