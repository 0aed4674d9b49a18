"""Where records hang: Kleppmann's replicated tree with moves (SYNC 4.3).

One log, ordered by ts, of operations that state a parent (`new`, and `set` with `parent`). The tree
is what comes out when the log is applied in order, an entry being skipped that would hang a record
below itself. An operation that comes late is put in its place: newer entries are undone, then done
again. This module knows nothing of visibility; purged records stay in the tree.

Only records under which something was put at some time need be in the log. The others can be
above nothing, so their moves are never skipped and touch nobody else: of those the newest stands,
as of any field, and most records of a board (shapes, texts, attributes) never come here.
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

    def enter(self, record: Record, places: Iterable[tuple[Ts, Record]]) -> None:
        """Take in a record's moves so far, in order; nothing was ever put under it.

        They happened, and it hangs where the last one put it: nothing has to be done again.
        """
        log = self._log
        before: Record | None = None
        for ts, parent in places:
            move = Move(ts, record, parent)
            move.before = before
            before = parent
            if not log or log[-1].ts < ts:
                log.append(move)
            else:
                bisect.insort(log, move, key=_ts)

    def add(self, moves: Sequence[Move]) -> None:
        """Put operations in their places; many at once cost one pass over what is newer."""
        log = self._log
        late: list[Move] = []
        for move in moves:
            if late:
                late.append(move)
            elif not log or log[-1].ts < move.ts:
                log.append(move)
                record, parent = move.record, move.parent
                if is_below(parent, record):
                    move.skipped = True
                else:
                    move.before = record.up
                    if record.up is not parent:
                        self._relocate(record, parent)
            else:
                late.append(move)
        if late:
            self._weave(late)

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
