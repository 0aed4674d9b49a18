"""One text, two descendants: what one of them changed, as edits of the other (SYNC 4.7).

Nothing of either is lost: what mine inserted is inserted after the same character as before, what
mine deleted is deleted where it is still there. Positions are code points.
"""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from typing import NamedTuple

MOST = 4_000
"""Characters that differ and are compared one by one; more count as one change."""


class Splice(NamedTuple):
    """Replace `length` code points from `start` on."""

    start: int
    length: int
    insert: str


def changes(base: str, mine: str) -> list[Splice]:
    """What makes `mine` of `base`: places in `base`, in order, not touching one another."""
    limit = min(len(base), len(mine))
    head = next((i for i in range(limit) if base[i] != mine[i]), limit)
    rest = limit - head
    tail = next((i for i in range(rest) if base[-1 - i] != mine[-1 - i]), rest)
    old, new = base[head : len(base) - tail], mine[head : len(mine) - tail]
    if not old and not new:
        return []
    if not old or not new or len(old) + len(new) > MOST:
        return [Splice(head, len(old), new)]
    matcher = difflib.SequenceMatcher(None, old, new, autojunk=False)
    return [
        Splice(head + i, j - i, new[k:m])
        for tag, i, j, k, m in matcher.get_opcodes()
        if tag != "equal"
    ]


def rebased(base: str, mine: str, theirs: str) -> list[Splice]:
    """The changes from `base` to `mine` as edits of `theirs`, the last place first."""
    places = _places(base, theirs)
    splices: list[Splice] = []
    for start, length, insert in changes(base, mine):
        before = next((places[i] for i in range(start - 1, -1, -1) if places[i] >= 0), -1)
        gone = [place for place in places[start : start + length] if place >= 0]
        at = gone[0] if gone else before + 1
        splices += _at(theirs, at, gone, insert)
    return splices[::-1]


def _at(theirs: str, at: int, gone: Sequence[int], insert: str) -> list[Splice]:
    """One change as splices with places in `theirs`, in order: deletions in runs, one insertion."""
    if gone and gone == list(range(at, at + len(gone))):
        return [Splice(at, len(gone), insert)]
    splices = [Splice(at, 0, insert)] if insert else []
    for place in gone:
        last = splices[-1] if splices else None
        if last is not None and last.length and last.start + last.length == place:
            splices[-1] = last._replace(length=last.length + 1)
        else:
            splices.append(Splice(place, 1, ""))
    return splices


def _places(base: str, theirs: str) -> list[int]:
    """For each character of `base` its place in `theirs`, -1 where it is gone."""
    places: list[int] = []
    shift = 0
    for start, length, insert in changes(base, theirs):
        places += range(len(places) + shift, start + shift)
        places += [-1] * length
        shift += len(insert) - length
    return [*places, *range(len(places) + shift, len(base) + shift)]


def applied(text: str, splices: Sequence[Splice]) -> str:
    """`text` after these, each done on what the one before left."""
    for start, length, insert in splices:
        text = text[:start] + insert + text[start + length :]
    return text
