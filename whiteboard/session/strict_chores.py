"""What the rules of strict sessions want sent beside what the person does, and when (SYNC 3.2-3.6).

At once: removes of own records that lie in a removed one, and of own attributes that another of the
name hides. After 2 to 5 s, if nobody else did: removes of others' such records. After 0.3 to 0.6 s
without an edit of a record: an own edit that was undone there, asserted again; the place that shows
of a record that fell out of a cycle.
"""

from __future__ import annotations

import random
from collections.abc import Iterable

from whiteboard.model.ids import Rid
from whiteboard.model.ops import Kind, New, Remove, Set
from whiteboard.model.strict.demands import (
    OTHERS_WAIT,
    doubled_attributes,
    orphans,
    stated_places,
)
from whiteboard.model.strict.document import StrictDocument
from whiteboard.model.strict.ops import Stanza
from whiteboard.model.strict.reassert import MOST, due, reassert

_PLACES = Rid("")
"""Under this key the places of fallen records wait for their quiet time."""


class Chores:
    """What is to be sent, and when it is to be looked at."""

    def __init__(self, document: StrictDocument, rng: random.Random) -> None:
        self._document = document
        self._rng = rng
        self._quiet: dict[Rid, float] = {}
        """Record with undone edits -> when to look at it."""
        self._orphans: dict[Rid, float] = {}
        """Removed record that others' records lie in -> when to remove those."""
        self._graves: set[Rid] = set()
        self._elements: set[Rid] = set()
        self._stated: dict[Rid, int] = {}

    def note(self, stanzas: Iterable[Stanza], now: float) -> None:
        """These took effect."""
        for stanza in stanzas:
            for _, op in stanza.operations():
                self._note(op, now)
        if self._document.fallen:
            self._quiet[_PLACES] = due(now, self._rng.random())

    def _note(self, op: New | Set | Remove, now: float) -> None:
        document = self._document
        if isinstance(op, Remove):
            self._graves.add(op.rid)
            return
        if op.parent is not None and op.parent in document.removed:
            self._graves.add(op.parent)
        if isinstance(op, New):
            if op.kind is Kind.ATTRIBUTE:
                self._elements.add(op.parent)
            return
        record = document.record(op.rid)
        if record is not None and record.next_version - 1 > record.standing:
            self._quiet[op.rid] = due(now, self._rng.random())
        else:
            self._quiet.pop(op.rid, None)
        if op.parent is not None and record is not None and record.kind is Kind.ATTRIBUTE:
            self._elements.add(op.parent)

    def at_once(self, now: float) -> list[Remove]:
        """What has to be removed now; what others should remove is looked at later."""
        document = self._document
        graves, self._graves = self._graves, set()
        elements, self._elements = self._elements, set()
        ops: list[Remove] = []
        for rid in graves:
            for demand in orphans(document, document.party, [rid]):
                if demand.at_once:
                    ops += demand.ops()
                else:
                    self._orphans.setdefault(rid, now + self._rng.uniform(*OTHERS_WAIT))
        for demand in doubled_attributes(document, document.party, sorted(elements)):
            ops += demand.ops()
        return ops

    def next_due(self) -> float | None:
        """When `due` has something to look at."""
        return min((*self._quiet.values(), *self._orphans.values()), default=None)

    def due(self, now: float) -> list[Set | Remove]:
        """What has to be sent now."""
        ops: list[Set | Remove] = []
        for rid in [rid for rid, when in self._quiet.items() if when <= now]:
            del self._quiet[rid]
            if rid == _PLACES:
                ops += self._places()
            elif (op := self._again(rid, now)) is not None:
                ops.append(op)
        for rid in [rid for rid, when in self._orphans.items() if when <= now]:
            del self._orphans[rid]
            for demand in orphans(self._document, self._document.party, [rid]):
                ops += demand.ops()
        return ops

    def _again(self, rid: Rid, now: float) -> Set | None:
        """The lost edit of a record that is to be sent again, if it is an own one."""
        return reassert(self._document, rid, self._document.party)

    def _places(self) -> list[Set]:
        stated = [
            op
            for op in stated_places(self._document, self._document.party)
            if self._stated.get(op.rid, 0) < MOST
        ]
        for op in stated:
            self._stated[op.rid] = self._stated.get(op.rid, 0) + 1
        return stated
