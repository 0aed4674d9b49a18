"""The order in which people read things that lie on a board: row by row."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from whiteboard.model.ids import Rid
from whiteboard.svg.plan import Rect


def reading_order(rids: Iterable[Rid], bounds: Callable[[Rid], Rect | None]) -> tuple[Rid, ...]:
    """The elements in rows from the top, each from the left.

    An element belongs to a row when its middle is above the lower edge of the row's first.
    Elements that paint nothing are left out.
    """
    boxes = [(box, rid) for rid in rids if (box := bounds(rid)) is not None]
    boxes.sort(key=lambda pair: pair[0].y)
    rows: list[list[tuple[Rect, Rid]]] = []
    for box, rid in boxes:
        first = rows[-1][0][0] if rows else None
        if first is not None and box.y + box.height / 2 <= first.y + first.height:
            rows[-1].append((box, rid))
        else:
            rows.append([(box, rid)])
    return tuple(rid for row in rows for _, rid in sorted(row, key=lambda pair: pair[0].x))
