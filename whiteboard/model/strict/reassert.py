"""Asserting one of several lost edits again (SYNC 3.6).

Edits of one record made at once undo each other. Of the undone ones that no later edit replaced,
the one with the highest root key is sent again by its author, after a quiet time, at most three
times.
An edit that repeats an earlier undone one of the same sender inherits its root key; so nobody's
second try goes before another's first, and everybody sees from the edits alone who is to send.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Any, TypeAlias

from whiteboard.model.ids import Party, Rid
from whiteboard.model.ops import Set
from whiteboard.model.strict.document import StrictDocument
from whiteboard.model.strict.record import Edit, effective, settled
from whiteboard.model.strict.texts import moved_splice, text_set

QUIET = 0.3
"""Seconds without an edit of the record before one is asserted again."""
JITTER = 0.3
"""Up to so many seconds more, at random."""
MOST = 3
"""How often one edit is asserted again."""

_Key: TypeAlias = tuple[Party, tuple[Any, ...]]


@dataclass(frozen=True, slots=True)
class Loser:
    """The undone edit that is to be asserted again, and how often that was tried."""

    edit: Edit
    tries: int


def due(quiet_since: float, chance: float) -> float:
    """When to look; `chance` from 0 to 1, a new one each time an edit of the record comes."""
    return quiet_since + QUIET + JITTER * chance


def loser(edits: Sequence[Edit], base: int, of: Party | None = None) -> Loser | None:
    """Of the edits of one record, sorted, the undone one that its author is to send again.

    With `of`, of those of one author.
    """
    known = edits[: settled(edits, base)]
    standing = max((edit.version for edit in effective(edits, base)), default=base)
    undone = [
        edit
        for edit in known
        if edit.version > standing and _content(edit.op) and of in {None, edit.opid.sender}
    ]
    families = [
        list(family) for _, family in groupby(sorted(undone, key=_family_first), key=_family)
    ]
    if not families:
        return None
    best = max(families, key=lambda family: (family[0].version, family[0].opid))
    return Loser(best[-1], len(best) - 1)


def reassert(
    document: StrictDocument, rid: Rid, me: Party, *, mine_only: bool = False
) -> Set | None:
    """What `me` has to send about a record that has been quiet long enough; None for nothing.

    `mine_only`: whoever should send a lost edit again does not, so one of `me` will do.
    """
    record = document.record(rid)
    if record is None or not record.parents:
        return None
    lost = loser(record.edits, record.base, me if mine_only else None)
    if lost is None or lost.edit.opid.sender != me or lost.tries >= MOST:
        return None
    return again(document, rid, lost.edit.op, document.text_before(lost.edit.opid))


def again(document: StrictDocument, rid: Rid, said: Set, before: str | None) -> Set | None:
    """An own edit that does not count, as one to be made now; None if it cannot be.

    Args:
        document: Where it does not count.
        rid: Of a record that is there.
        said: The edit.
        before: Of a partial edit the text that it was made on.
    """
    record = document.record(rid)
    if record is None or not record.parents:
        return None
    op = replace(said, version=record.next_version)
    if op.replace is None or op.chdata is None:
        return op
    if before is None:
        return None  # made long ago: where it belongs in today's text is not known any more
    start, count = moved_splice(before, record.chdata, op.replace)
    text = record.chdata[:start] + op.chdata + record.chdata[start + count :]
    return text_set(op, record.chdata, text)


def _content(op: Set) -> tuple[Any, ...]:
    """What makes two edits say the same, of a partial edit all but where; () for an empty one."""
    fields = (op.parent, op.weight, op.ns, op.name, op.chdata, op.pitarget, op.pidata)
    if all(value is None for value in fields):
        return ()
    return (*map(_comparable, fields), -1 if op.replace is None else op.replace[1])


def _comparable(value: str | float | None) -> tuple[bool, str]:
    return (value is not None, str(value))


def _family(edit: Edit) -> _Key:
    return (edit.opid.sender, _content(edit.op))


def _family_first(edit: Edit) -> tuple[_Key, Edit]:
    return (_family(edit), edit)
