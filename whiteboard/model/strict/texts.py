"""Edits of character data in strict sessions: the smallest that says it (SYNC 1.1, 3.6)."""

from __future__ import annotations

from dataclasses import replace

from whiteboard.model.ops import Set

_LAST_OF_BMP = "\uffff"


def text_set(op: Set, old: str, new: str) -> Set:
    """`op` with what turns `old` into `new`.

    A partial edit by code points; the whole text if one of the two has a code point beyond U+FFFF,
    because there are clients that count UTF-16 units.
    """
    if max(old + new, default="") > _LAST_OF_BMP:
        return replace(op, chdata=new, replace=None)
    start, count, insert = difference(old, new)
    return replace(op, chdata=insert, replace=(start, count))


def difference(old: str, new: str) -> tuple[int, int, str]:
    """The one splice (start, count, insert) that turns `old` into `new`."""
    most = min(len(old), len(new))
    start = next((i for i in range(most) if old[i] != new[i]), most)
    end = next((i for i in range(most - start) if old[-1 - i] != new[-1 - i]), most - start)
    return start, len(old) - start - end, new[start : len(new) - end]


def moved_splice(before: str, now: str, splice: tuple[int, int]) -> tuple[int, int]:
    """Where a range of `before` lies in `now`; what was put inside it belongs to it."""
    start, count = splice
    at, gone, insert = difference(before, now)

    def moved(i: int) -> int:
        if i <= at:
            return i
        return at if i < at + gone else i + len(insert) - gone

    first = moved(start)
    return first, max(0, moved(start + count) - first)
