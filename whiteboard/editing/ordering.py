"""What is above what: document order of elements, and moving them within it."""

from __future__ import annotations

import enum
from collections.abc import Iterable, Sequence

from whiteboard.model.ids import Rid
from whiteboard.model.ops import Kind
from whiteboard.model.shared import SharedDocument


class Place(enum.Enum):
    """Where something goes among its siblings."""

    FRONT = "front"
    FORWARD = "forward"
    BACKWARD = "backward"
    BACK = "back"


LABELS = {
    Place.FRONT: "Bring to front",
    Place.FORWARD: "Bring forward",
    Place.BACKWARD: "Send backward",
    Place.BACK: "Send to back",
}


def in_order(document: SharedDocument, rids: Iterable[Rid]) -> tuple[Rid, ...]:
    """The visible ones bottom first, without those that stand inside another one of them."""
    chosen = {rid for rid in rids if document.is_visible(rid)}
    places: dict[Rid, tuple[int, ...]] = {}
    indexes: dict[Rid, dict[Rid, int]] = {}
    for rid in chosen:
        place: list[int] = []
        here, parent = rid, document.parent(rid)
        inside = False
        while parent is not None and document.is_visible(parent):
            if parent not in indexes:
                indexes[parent] = {c: i for i, c in enumerate(document.children(parent))}
            place.append(indexes[parent].get(here, 0))
            inside = inside or parent in chosen
            here, parent = parent, document.parent(parent)
        if not inside:
            places[rid] = tuple(reversed(place))
    return tuple(sorted(places, key=places.__getitem__))


def plan(
    document: SharedDocument, rids: Sequence[Rid], place: Place
) -> tuple[tuple[Rid, Rid | None], ...]:
    """Moves (element, the sibling it goes before; None = last), to be done in this order.

    The elements are given bottom first, as by `in_order`.
    """
    chosen = set(rids)
    moves: list[tuple[Rid, Rid | None]] = []
    for parent in dict.fromkeys(document.parent(rid) for rid in rids):
        if parent is None:
            continue
        siblings = [c for c in document.children(parent) if document.kind(c) is Kind.ELEMENT]
        new = _arranged(siblings, chosen, place)
        if new == siblings:
            continue
        # From the top down, so that each finds its successor already in place.
        successor: Rid | None = None
        for rid in reversed(new):
            if rid in chosen:
                moves.append((rid, successor))
            successor = rid
    return tuple(moves)


def _arranged(siblings: list[Rid], chosen: set[Rid], place: Place) -> list[Rid]:
    mine = [rid for rid in siblings if rid in chosen]
    others = [rid for rid in siblings if rid not in chosen]
    if place is Place.FRONT:
        return others + mine
    if place is Place.BACK:
        return mine + others
    new = list(siblings)
    order = range(len(new) - 2, -1, -1) if place is Place.FORWARD else range(1, len(new))
    step = 1 if place is Place.FORWARD else -1
    for i in order:
        if new[i] in chosen and new[i + step] not in chosen:
            new[i], new[i + step] = new[i + step], new[i]
    return new
