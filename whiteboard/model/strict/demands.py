"""What has to be sent so that clients which take XEP-0284 by the letter show the same (SYNC 3).

Our projection hides orphans and doubled attributes; those clients delete them, each for itself, and
then differ. The removes that the XEP wants make all agree. Roots need none: the highest rid shows
everywhere. Of a cycle of moves the XEP says nothing; there the place that shows is stated.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from whiteboard.model.ids import Party, Rid
from whiteboard.model.ops import Remove, Set
from whiteboard.model.strict.document import StrictDocument
from whiteboard.model.strict.record import StrictRecord, effective, inside, inside_out, maker

OTHERS_WAIT = (2.0, 5.0)
"""Seconds, between which others than the author pick how long they wait before they remove."""


@dataclass(frozen=True, slots=True)
class Demand:
    """A record that has to go."""

    rids: tuple[Rid, ...]
    """It and all that lies in it, what lies deeper first: a `remove` for each, in this order."""
    at_once: bool
    """True for the author; others send it after `OTHERS_WAIT`, if it is demanded still."""

    def ops(self) -> tuple[Remove, ...]:
        """What to send."""
        return tuple(Remove(rid) for rid in self.rids)


def orphans(
    document: StrictDocument, me: Party, among: Iterable[Rid] | None = None
) -> list[Demand]:
    """Of records that lie in a removed one: their author removes them at once, others later.

    Args:
        document: What is looked at.
        me: Who asks.
        among: Removed records to look into; None = all.
    """
    found: list[Demand] = []
    for rid in sorted(document.removed if among is None else document.removed & frozenset(among)):
        record = document.record(rid)
        if record is not None:
            found += [
                Demand(tuple(removal(document, child.rid)), maker(child) == me)
                for child in inside(record)
            ]
    return found


def doubled_attributes(
    document: StrictDocument, me: Party, elements: Iterable[Rid]
) -> list[Demand]:
    """Own attributes of the given elements that are hidden by another one of the same name."""
    return [
        Demand((rid,), at_once=True)
        for element in elements
        for rid in document.hidden_attributes(element)
        if (record := document.record(rid)) is not None and maker(record) == me
    ]


def stated_places(document: StrictDocument, me: Party) -> list[Set]:
    """Of records that fell back out of a cycle, and that `me` moved: where they show (3.5)."""
    stated: list[Set] = []
    for rid in sorted(document.fallen):
        record, parent = document.record(rid), document.parent(rid)
        if record is not None and parent is not None and _mover(record) == me:
            stated.append(Set(rid, record.next_version, parent=parent))
    return stated


def _mover(record: StrictRecord) -> Party:
    for edit in reversed(effective(record.edits, record.base)):
        if edit.op.parent is not None:
            return edit.opid.sender
    return maker(record)


def removal(document: StrictDocument, rid: Rid) -> Iterator[Rid]:
    """The rids of a record and of all that lies in it, what lies deeper first."""
    record = document.record(rid)
    return iter(()) if record is None else (inner.rid for inner in inside_out(record))
