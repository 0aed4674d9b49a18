"""What one person has selected: an ordered set that tells when it changes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from collections.abc import Set as AbstractSet

from whiteboard.model.ids import Rid
from whiteboard.util.event import Event


class Selection:
    """Rids in the order in which they were selected.

    Attributes:
        changed: told with the new content after every real change.
    """

    def __init__(self) -> None:
        self.changed: Event[tuple[Rid, ...]] = Event()
        self._rids: tuple[Rid, ...] = ()

    @property
    def rids(self) -> tuple[Rid, ...]:
        """All of them."""
        return self._rids

    def __contains__(self, rid: object) -> bool:
        return rid in self._rids

    def __iter__(self) -> Iterator[Rid]:
        return iter(self._rids)

    def __len__(self) -> int:
        return len(self._rids)

    def set(self, rids: Iterable[Rid]) -> None:
        """Select exactly these."""
        new = tuple(dict.fromkeys(rids))
        if new != self._rids:
            self._rids = new
            self.changed.emit(new)

    def add(self, rids: Iterable[Rid]) -> None:
        """Select these too."""
        self.set((*self._rids, *rids))

    def toggle(self, rid: Rid) -> None:
        """Select it if it is not, else not."""
        if rid in self._rids:
            self.discard({rid})
        else:
            self.add((rid,))

    def discard(self, rids: AbstractSet[Rid]) -> None:
        """These are not selected any more."""
        self.set(rid for rid in self._rids if rid not in rids)

    def clear(self) -> None:
        """Nothing is selected."""
        self.set(())
