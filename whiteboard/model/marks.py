"""What a mark covers: lists of rids, as its author saw them (SYNC 6.4).

`rids` has a part and every record visible below it, `path` its ancestors. Lists, not "the subtree
now": what is moved in later does not lose what was written to it before.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from whiteboard.model.causality import Point
from whiteboard.model.ids import DOCUMENT, Replica, Rid, base36
from whiteboard.model.ops import New, Set

MAX_COUNTER = 12
"""Digits of a counter in a range; nobody gives out so many rids."""
_RANGE = re.compile(rf"([0-9A-Za-z]+)\.([0-9a-z]{{1,{MAX_COUNTER}}})-([0-9a-z]{{1,{MAX_COUNTER}}})")
_PLAIN = re.compile(rf"([0-9A-Za-z]+)\.([1-9a-z][0-9a-z]{{0,{MAX_COUNTER - 1}}}|0)")


class Covered(NamedTuple):
    """What one `<done/>` lists; for the document as a whole it lists nothing."""

    rids: frozenset[Rid] = frozenset()
    spans: tuple[tuple[Replica, int, int], ...] = ()
    """(replica, first, last) counters: all rids `R.x` between them."""
    path: frozenset[Rid] = frozenset()

    @classmethod
    def read(cls, rids: str, path: str) -> Covered:
        """From the wire: rids with spaces between, `R.a-b` for all counters a to b of R."""
        single: set[Rid] = set()
        spans: list[tuple[Replica, int, int]] = []
        for entry in rids.split(" "):
            if found := _RANGE.fullmatch(entry):
                spans.append((Replica(found[1]), int(found[2], 36), int(found[3], 36)))
            elif entry:
                single.add(Rid(entry))
        above = frozenset(Rid(entry) for entry in path.split(" ") if entry)
        return cls(frozenset(single), tuple(spans), above)


class Coverage:
    """All that was declared complete, by what it covers."""

    def __init__(self) -> None:
        self._whole: list[tuple[Rid, Point]] = []
        self._rids: dict[Rid, list[tuple[Rid, Point]]] = {}
        self._spans: dict[Replica, list[tuple[int, int, Rid, Point]]] = {}
        self._path: dict[Rid, list[tuple[Rid, Point]]] = {}

    def __bool__(self) -> bool:
        return bool(self._whole or self._rids or self._spans or self._path)

    def add(self, rid: Rid, at: Point, covered: Covered) -> None:
        """Take in one `<done/>` of the mark `rid`."""
        if rid == DOCUMENT:
            self._whole.append((rid, at))
            return
        for one in covered.rids:
            self._rids.setdefault(one, []).append((rid, at))
        for r, first, last in covered.spans:
            self._spans.setdefault(r, []).append((first, last, rid, at))
        for one in covered.path:
            self._path.setdefault(one, []).append((rid, at))

    def of(self, op: New | Set) -> Iterator[tuple[Rid, Point]]:
        """The mark and the place of every `<done/>` that covers an operation."""
        yield from self._whole
        if not self._rids and not self._spans and not self._path:
            return
        yield from self.below(op.rid)
        if op.parent is not None:
            yield from self.below(op.parent)
            yield from self._path.get(op.rid, ())

    def below(self, rid: Rid) -> Iterator[tuple[Rid, Point]]:
        """Those that list the record, or the element whose attribute it is."""
        yield from self._listed(rid)
        at = rid.find("@")
        while at >= 0:
            yield from self._listed(Rid(rid[:at]))
            at = rid.find("@", at + 1)

    def all_of(self, rid: Rid) -> Iterator[tuple[Rid, Point]]:
        """Those that cover a record as a whole."""
        yield from self._whole
        yield from self.below(rid)

    def above(self, rid: Rid) -> Iterator[tuple[Rid, Point]]:
        """Those of parts that lie below a record."""
        return iter(self._path.get(rid, ()))

    def _listed(self, rid: Rid) -> Iterator[tuple[Rid, Point]]:
        yield from self._rids.get(rid, ())
        if self._spans and (found := _PLAIN.fullmatch(rid)):
            number = int(found[2], 36)
            for first, last, mark, at in self._spans.get(Replica(found[1]), ()):
                if first <= number <= last:
                    yield mark, at


def listed(rids: Iterable[Rid]) -> Sequence[str]:
    """The entries that stand for these rids on the wire, neighbours as ranges."""
    counters: dict[str, list[int]] = {}
    entries: list[str] = []
    for rid in rids:
        if found := _PLAIN.fullmatch(rid):
            counters.setdefault(found[1], []).append(int(found[2], 36))
        else:
            entries.append(rid)
    for r, numbers in counters.items():
        numbers.sort()
        first = last = numbers[0]
        for number in [*numbers[1:], -1]:
            if number == last + 1:
                last = number
                continue
            entries.append(f"{r}.{base36(first)}" + (f"-{base36(last)}" if last > first else ""))
            first = last = number
    return entries
