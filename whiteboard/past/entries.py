"""The history as a list for people: what one person did in one minute is one line."""

from __future__ import annotations

from dataclasses import dataclass, field

from whiteboard.model.ids import Party, Rid
from whiteboard.past.moments import Moment
from whiteboard.past.summary import Thing, Verb


@dataclass(slots=True, eq=False)
class Entry:
    """Deeds of one kind, by one person, in one minute."""

    party: Party
    verb: Verb
    thing: Thing
    first: int
    last: int
    """Numbers of the first and the last message; in between others may have written too."""
    time: float | None
    """Of the last one, Unix seconds."""
    words: str = ""
    things: dict[Rid, None] = field(default_factory=dict)

    @property
    def count(self) -> int:
        """How many things it was done to."""
        return len(self.things)


class Entries:
    """Lines for moments, which come in order.

    What changed nothing that is seen has no line of its own; it belongs to the line before it.
    """

    def __init__(self) -> None:
        self.all: list[Entry] = []
        """In the order of their first moments."""
        self._of: list[Entry | None] = []
        self._open: dict[tuple[Party, Verb], Entry] = {}
        self._minute: dict[Party, int | None] = {}

    def __len__(self) -> int:
        """How many moments were taken in."""
        return len(self._of)

    def add(self, moment: Moment) -> None:
        """Take in the next moment."""
        deed = moment.deed
        if deed is None:
            self._of.append(self._of[-1] if self._of else None)
            return
        minute = None if moment.time is None else int(moment.time // 60)
        last = self.all[-1] if self.all else None
        goes_on = minute is not None or (last is not None and last.party == moment.party)
        if not goes_on or self._minute.get(moment.party, -1) != minute:
            for verb in Verb:
                self._open.pop((moment.party, verb), None)
            self._minute[moment.party] = minute
        entry = self._open.get((moment.party, deed.verb))
        made = self._open.get((moment.party, Verb.ADDED))
        if deed.verb is Verb.WROTE and made is not None and made.things.keys() >= {*deed.things}:
            entry = made  # a text that is being written is one deed
        if entry is None:
            entry = Entry(moment.party, deed.verb, deed.thing, moment.seq, moment.seq, moment.time)
            self.all.append(entry)
            self._open[moment.party, deed.verb] = entry
        entry.last, entry.time = moment.seq, moment.time
        entry.things.update(dict.fromkeys(deed.things))
        if entry.thing is not deed.thing:
            entry.thing = Thing.OTHER
        entry.words = deed.words if entry.count == 1 else ""
        self._of.append(entry)

    def at(self, seq: int) -> Entry | None:
        """The line of a message's number; None before the first."""
        return self._of[seq - 1] if 0 < seq <= len(self._of) else None

    def newest_first(self) -> list[Entry]:
        """As people read them."""
        return sorted(self.all, key=lambda entry: -entry.last)
