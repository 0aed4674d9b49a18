"""Where moments lie on a line of time on which nothing takes long: pauses are cut short.

Places are seconds of drawing: playing back at normal speed runs over one of them a second.
"""

from __future__ import annotations

from bisect import bisect_right

LONGEST_PAUSE = 4.0
SHORTEST_STEP = 0.05
"""So that what came at once can still be told apart."""
UNKNOWN_STEP = 1.0
"""Between messages whose time nobody noted."""


class Scale:
    """The places of all moments, in order."""

    def __init__(self) -> None:
        self._places: list[float] = [0.0]
        self._time: float | None = None

    def add(self, time: float | None) -> None:
        """The next message came at a time, Unix seconds; None = nobody knows."""
        step = UNKNOWN_STEP
        if time is not None and self._time is not None:
            step = min(LONGEST_PAUSE, max(SHORTEST_STEP, time - self._time))
        if time is not None:
            self._time = time
        self._places.append(self._places[-1] + step)

    @property
    def length(self) -> float:
        """The place of the newest message."""
        return self._places[-1]

    def place(self, seq: int) -> float:
        """Where the board after `seq` messages lies."""
        return self._places[max(0, min(seq, len(self._places) - 1))]

    def at(self, place: float) -> int:
        """How many messages lie up to a place."""
        return max(0, bisect_right(self._places, place + 1e-9) - 1)
