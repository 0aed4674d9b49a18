"""Where records hang: Kleppmann's replicated tree with moves (SYNC 4.3).

One log, ordered by ts, of every operation that states a parent (`new`, and `set` with `parent`).
The tree is what comes out when the log is applied in order, an entry being skipped that would hang
a record below itself. An operation that comes late is put in its place: newer entries are undone,
then done again. This module knows nothing of visibility; purged records stay in the tree.
"""

from __future__ import annotations

import bisect
from collections.abc import Callable, Iterable, Sequence
from typing import TypeAlias

from whiteboard.model.ops import Ts
from whiteboard.model.record import Record


class Move:
    """One entry: at `ts`, `record` went under `parent`; `before` is where it had been."""

    __slots__ = ("before", "parent", "record", "skipped", "ts")

    def __init__(self, ts: Ts, record: Record, parent: Record) -> None:
        self.ts = ts
        self.record = record
        self.parent = parent
        self.before: Record | None = None
        self.skipped = False


Relocate: TypeAlias = Callable[[Record, "Record | None"], None]
"""(record, new parent or None): take it out of its parent's children and into the new one's."""


class MoveLog:
    """The log, and the raw parents it makes (`Record.up`)."""

    def __init__(self, relocate: Relocate) -> None:
        self._relocate = relocate
        self._log: list[Move] = []

    def __len__(self) -> int:
        return len(self._log)

    def add(self, moves: Sequence[Move]) -> None:
        """Put operations in their places; many at once cost one pass over what is newer."""
        log = self._log
        late: list[Move] = []
        for move in moves:
            record, parent = move.record, move.parent
            if late:
                late.append(move)
            elif not log or log[-1].ts < move.ts:
                log.append(move)
                if is_below(parent, record):
                    move.skipped = True
                else:
                    move.before = record.up
                    if record.up is not parent:
                        self._relocate(record, parent)
            elif not record.parented and record is not parent:
                self._slip_in(move)
            else:
                late.append(move)
            record.placed = parent.parented = True
        if late:
            self._weave(late)

    def _slip_in(self, move: Move) -> None:
        """Put in a late move of a record that never had children: nobody else's depends on it."""
        log, record = self._log, move.record
        at = bisect.bisect_left(log, move.ts, key=_ts)
        if record.placed:
            for newer in log[at:]:
                if newer.record is record:
                    move.before, newer.before = newer.before, move.parent
                    log.insert(at, move)
                    return
        move.before = record.up
        log.insert(at, move)
        self._relocate(record, move.parent)

    def _weave(self, late: list[Move]) -> None:
        log = self._log
        late.sort(key=_ts)
        start = bisect.bisect_left(log, late[0].ts, key=_ts)
        newer = log[start:]
        origin: dict[Record, Record | None] = {}
        for move in reversed(newer):
            if not move.skipped:
                origin[move.record] = origin.get(move.record, move.record.up)
                move.record.up = move.before
        # `origin` must keep the parent from before this call: the first one met going backwards.
        merged = list(_merge(newer, late))
        for move in merged:
            record = move.record
            if is_below(move.parent, record):
                move.skipped = True
                move.before = None
            else:
                move.skipped = False
                move.before = record.up
                origin.setdefault(record, record.up)
                record.up = move.parent
        log[start:] = merged
        for record, old in origin.items():
            new = record.up
            if new is not old:
                record.up = old
                self._relocate(record, new)

    def before(self, horizon: int) -> dict[Record, Record | None]:
        """Where each record hung that was moved later than Lamport time `horizon`."""
        found: dict[Record, Record | None] = {}
        for move in reversed(self._log):
            if move.ts.l <= horizon:
                break
            if not move.skipped:
                found[move.record] = move.before
        return found

    def cut(self, horizon: int) -> None:
        """Forget the moves up to Lamport time `horizon`: none will come in between any more."""
        del self._log[: bisect.bisect_right(self._log, horizon, key=_lamport)]

    def stated_parent(self, ts: Ts) -> Record | None:
        """The parent that the operation at `ts` stated, whether it was skipped or not."""
        i = bisect.bisect_left(self._log, ts, key=_ts)
        if i < len(self._log) and self._log[i].ts == ts:
            return self._log[i].parent
        return None


def is_below(record: Record, ancestor: Record) -> bool:
    """Whether `record` is `ancestor` or hangs below it."""
    step: Record | None = record
    while step is not None:
        if step is ancestor:
            return True
        step = step.up
    return False


def _ts(move: Move) -> Ts:
    return move.ts


def _lamport(move: Move) -> int:
    return move.ts.l


def _merge(one: Iterable[Move], other: Iterable[Move]) -> list[Move]:
    return sorted([*one, *other], key=_ts)
