"""What a board's journal knows about its elements: who made and changed each one, and when."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeAlias

from whiteboard.formats.history import Provenance
from whiteboard.journal.reading import JournalReader
from whiteboard.model.ids import Party, Replica, Rid
from whiteboard.past.authors import Authors
from whiteboard.past.authors import Deed as Done

Known: TypeAlias = Callable[[Rid], Provenance | None]
"""From an element to what is known about it."""


def nothing_known(_rid: Rid) -> None:
    """Of a board that is not on disk."""


def read_provenance(
    journal: Path, forks: Mapping[Replica, int], name_of: Callable[[Party], str]
) -> Known:
    """A function from an element to what is known about it.

    Args:
        journal: The board's journal.
        forks: Number of the first message that counts no more, by replica.
        name_of: A party's name.

    Raises:
        JournalError: it cannot be read.
    """
    authors = Authors()
    times: dict[int, float] = {}
    with JournalReader(journal) as reader:
        for line in reader.lines():
            batch = line.batch()
            if batch is not None and batch.n < forks.get(batch.r, batch.n + 1):
                authors.add(batch, line.seq)
                times[line.seq] = line.received

    def known(rid: Rid) -> Provenance | None:
        origin = authors.of(rid)
        if origin is None:
            return None
        made, changed = origin.made, origin.changed
        return Provenance(
            rid,
            name_of(made.party),
            _stamp(times, made),
            name_of(changed.party),
            _stamp(times, changed),
        )

    return known


def _stamp(times: Mapping[int, float], done: Done) -> str:
    moment = datetime.fromtimestamp(times[done.seq], UTC)
    return moment.isoformat(timespec="seconds").replace("+00:00", "Z")
