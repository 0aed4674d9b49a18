"""All that happened on a board, in order, and the board at any moment of it.

1. Numbers count messages from 1 in the order in which they took effect here; 0 is the empty board,
   or the state that a member joined by, if its messages are not known (SYNC 5.5, 5.7).
2. Reading runs through one document; what each message changed of what is seen is kept as a step.
   From then on any moment is reached over the steps between, forwards or back (see `picture`).
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from bisect import bisect_right
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Protocol, TypeAlias

from whiteboard.model.changes import Happening
from whiteboard.model.ids import Party, Rid
from whiteboard.past.authors import Origin
from whiteboard.past.picture import Picture, Step
from whiteboard.past.summary import Deed, summarise

SLICE = 64
"""Steps between two questions whether to go on."""

Stop: TypeAlias = Callable[[], bool]


@dataclass(frozen=True, slots=True)
class Moment:
    """One message of the history."""

    seq: int
    party: Party
    time: float | None
    deed: Deed | None
    """What it did to what is seen; None if nothing."""


class People(Protocol):
    """The people behind every node."""

    def of(self, rid: Rid) -> Origin | None:
        """Those behind one node, without what lies in it; None if nobody has made it."""

    @property
    def parties(self) -> tuple[Party, ...]:
        """Everybody who wrote, the first first."""


class Moments(ABC):
    """The whole history of a board, whichever rule merges its edits.

    Attributes:
        picture: The board at `position`; the same object for ever, it tells what changes.
        moments: All that happened, in order; `moments[seq - 1]`.
    """

    def __init__(self) -> None:
        self.picture = Picture()
        self.moments: list[Moment] = []
        self._newest = Picture()
        self._steps: list[Step] = []
        self._times: list[float] = []
        """Never falling: a clock that was put back does not turn the order around."""
        self._position = 0

    # --- reading in

    @abstractmethod
    def add(self, kept: Iterable[tuple[Happening, float | None]]) -> None:
        """Take in what happened and when; the position stays where it is.

        What is here already is left out.
        """

    def _begin(self, before: Step) -> None:
        """Nothing has happened yet: this is there before the first message."""
        self._newest.put(before)
        self.picture.apply([before])

    def _append(self, party: Party, time: float | None, step: Step) -> int:
        """Another message; its number."""
        seq = len(self._steps) + 1
        self._newest.put(step)
        deed = summarise(step, self._newest)
        self._steps.append(step)
        last = self._times[-1] if self._times else 0.0
        self._times.append(last if time is None else max(last, time))
        self.moments.append(Moment(seq, party, time, deed))
        return seq

    # --- going through time

    def __len__(self) -> int:
        """How many messages there are."""
        return len(self._steps)

    @property
    def position(self) -> int:
        """How many messages `picture` has seen."""
        return self._position

    def seek(self, seq: int, stop: Stop = lambda: False) -> bool:
        """Bring `picture` to the board after `seq` messages.

        Args:
            seq: 0 to `len(self)`; others are brought there.
            stop: Asked now and then; True leaves the picture somewhere on the way.

        Returns:
            Whether it is there.
        """
        seq = max(0, min(seq, len(self._steps)))
        while self._position != seq:
            if self._position < seq:
                end = min(seq, self._position + SLICE)
                self.picture.apply(self._steps[self._position : end])
            else:
                end = max(seq, self._position - SLICE)
                self.picture.apply(reversed(self._steps[end : self._position]), back=True)
            self._position = end
            if stop():
                break
        return self._position == seq

    def at(self, time: float) -> int:
        """The number of messages that had come at a time, Unix seconds."""
        return bisect_right(self._times, time)

    # --- who

    @property
    @abstractmethod
    def authors(self) -> People:
        """Who made and changed each node, at the newest moment."""

    def origin(self, rid: Rid) -> Origin | None:
        """The people behind what a person sees as one thing: the node with all that lies in it.

        Made is the node itself; changed is the newest change of anything in the picture of now.
        """
        found = self.authors.of(rid)
        if found is None:
            return None
        changed = found.changed
        waiting = list(self._newest.children(rid))
        while waiting:
            inner = waiting.pop()
            waiting += self._newest.children(inner)
            other = self.authors.of(inner)
            if other is not None and other.changed.ts > changed.ts:
                changed = other.changed
        return replace(found, changed=changed)

    def story(self, rid: Rid) -> list[Moment]:
        """Every moment that changed how a thing, or anything that lies in it now, is seen."""
        inside = {rid}
        waiting = [rid]
        while waiting:
            kids = self._newest.children(waiting.pop())
            inside.update(kids)
            waiting += kids
        return [
            moment
            for moment, step in zip(self.moments, self._steps, strict=True)
            if any(one in inside for one, _, _ in step)
        ]
