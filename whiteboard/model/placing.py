"""Where among its siblings a new or moved node goes, and who steps aside for it (SYNC 1.1)."""

from __future__ import annotations

import bisect

from whiteboard.model.ids import Rid
from whiteboard.model.ops import Kind
from whiteboard.model.projection import Projection
from whiteboard.model.record import Record, order
from whiteboard.model.weights import make_room


def find_room(
    projection: Projection, parent: Rid, before: Rid | None, without: Record | None = None
) -> tuple[float, dict[Rid, float]]:
    """A weight for a child of `parent`, and new weights for those that must step aside.

    Args:
        projection: What is there, settled.
        parent: Any rid.
        before: The sibling that it goes before; None = as the last.
        without: The record that is moved: its own present place is free.

    Raises:
        KeyError: `before` is no child of `parent`.
    """
    record = projection.records.get(parent)
    kids = (record.kids if record is not None else None) or []
    if before is None:
        while kids and kids[-1] is without:
            kids = kids[:-1]
        slot = len(kids)
    else:
        sibling = projection.records.get(before)
        if sibling is None or sibling.up is not record or sibling.kind is Kind.ATTRIBUTE:
            raise KeyError(before)
        if without is not None and without.up is record:
            kids = [kid for kid in kids if kid is not without]
        slot = bisect.bisect_left(kids, order(sibling), key=order)
    low = max(0, slot - 20)  # more than the longest run that steps aside
    near = kids[low : slot + 20]
    weight, aside = make_room(
        [kid.weight for kid in near], slot - low, first=low == 0, last=slot + 20 >= len(kids)
    )
    return weight, {near[i].rid: other for i, other in aside.items()}
