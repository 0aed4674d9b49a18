"""Parents without cycles (SYNC 3.5, 0.2/3.5).

While there is a cycle, its member with the highest rid falls back to the parent it effectively had
before, at last to none. Whichever cycle is broken first, the result is the same. Histories without
concurrent moves never have a cycle. The raw parents stay with the records.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from whiteboard.model.ids import Rid
from whiteboard.model.record import Record
from whiteboard.model.strict.record import StrictRecord


class Forest:
    """Keeps the place of every record up to date.

    While nothing has fallen back a move costs the depth of its new place; otherwise, which is rare,
    all places are found again.
    """

    def __init__(
        self,
        records: Mapping[Rid, StrictRecord],
        node: Callable[[Rid], Record],
        relocate: Callable[[Record, Record | None], None],
    ) -> None:
        self._records = records
        self._node = node
        self._relocate = relocate
        self._named: set[Rid] = set()
        """All that were ever a parent: what nothing lies in is in no cycle."""
        self.fallen: frozenset[Rid] = frozenset()
        """Records that are not where their newest effective edit put them."""

    def update(self, record: StrictRecord) -> None:
        """Follow a record whose parents changed, be it that it was made or removed."""
        self._named.update(record.parents)
        if self.fallen and (record.rid in self._named or record.rid in self.fallen):
            self._resolve()
            return
        parent = self._node(record.parents[-1]) if record.parents else None
        if parent is not None and self._is_below(parent, record):
            self._resolve()
        else:
            self._put(record, parent)

    def _is_below(self, step: Record | None, record: StrictRecord) -> bool:
        if record.rid not in self._named:
            return False
        while step is not None and step is not record:
            step = step.up
        return step is record

    def _put(self, record: Record, parent: Record | None) -> None:
        if record.up is not parent:
            self._relocate(record, parent)

    def _resolve(self) -> None:
        choice = {rid: len(x.parents) - 1 for rid, x in self._records.items() if x.parents}
        done: set[Rid] = set()
        for start in choice:
            self._walk(start, choice, done)
        self.fallen = frozenset(
            rid for rid, i in choice.items() if i < len(self._records[rid].parents) - 1
        )
        for rid, i in choice.items():
            record = self._records[rid]
            self._put(record, self._node(record.parents[i]) if i >= 0 else None)
        for rid, record in self._records.items():
            if rid not in choice:
                self._put(record, None)

    def _walk(self, rid: Rid, choice: dict[Rid, int], done: set[Rid]) -> None:
        """Follow the parents from `rid` to their end, breaking the cycles on the way."""
        path: list[Rid] = []
        at: dict[Rid, int] = {}
        while rid in choice and rid not in done:
            if rid in at:
                worst = max(path[at[rid] :])
                choice[worst] -= 1
                cut = at[worst]
                for dropped in path[cut:]:
                    del at[dropped]
                del path[cut:]
                rid = worst
            at[rid] = len(path)
            path.append(rid)
            if choice[rid] < 0:
                break
            rid = self._records[rid].parents[choice[rid]]
        done.update(path)
