"""The order in which this member got its messages: positions that never change (SYNC 5.6).

Whoever asks for what came after position N gets the same answer as long as this member runs, and
more at its end. Messages of one replica in a row are one run, so that a long board costs little.
"""

from __future__ import annotations

import bisect
from collections.abc import Iterable, Iterator, Mapping

from whiteboard.model.ids import Replica
from whiteboard.model.ops import Batch

Dot = tuple[Replica, int]


class Positions:
    """Positions count from 1; 0 is before the first message."""

    def __init__(self) -> None:
        self._known: dict[Replica, int] = {}
        self._starts: list[int] = []
        self._runs: list[tuple[Replica, int]] = []
        """With the number of the first message of each."""
        self.total = 0

    def note(self, batches: Iterable[Batch]) -> None:
        """These came."""
        for batch in batches:
            self._add(batch.r, batch.n)

    def catch_up(self, vv: Mapping[Replica, int]) -> None:
        """All up to that vector are here, however they came."""
        for r, n in vv.items():
            self._add(r, n)

    def _add(self, r: Replica, n: int) -> None:
        known = self._known.get(r, 0)
        if n <= known:
            return
        self._known[r] = n
        if not self._runs or self._runs[-1][0] != r:
            self._runs.append((r, known + 1))
            self._starts.append(self.total + 1)
        self.total += n - known

    def after(self, position: int) -> Iterator[tuple[int, Dot]]:
        """Each position beyond that one, and the message there."""
        index = max(0, bisect.bisect_right(self._starts, position + 1) - 1)
        for i in range(index, len(self._runs)):
            start, (r, first) = self._starts[i], self._runs[i]
            end = self._starts[i + 1] if i + 1 < len(self._starts) else self.total + 1
            for at in range(max(start, position + 1), end):
                yield at, (r, first + at - start)
