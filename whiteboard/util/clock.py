"""Time as something that is handed in: the real monotonic clock, and one that a test moves."""

from __future__ import annotations

import time
from typing import Protocol


class Clock(Protocol):
    """Where a part that decides gets the time from."""

    def now(self) -> float:
        """Seconds on a clock that never goes back; only differences mean anything."""


class MonotonicClock:
    """The machine's monotonic clock."""

    def now(self) -> float:
        """Seconds since an unspecified start."""
        return time.monotonic()


class ManualClock:
    """A clock that stands still until `advance` is called."""

    def __init__(self, start: float = 0.0) -> None:
        self._now = start

    def now(self) -> float:
        """The time it was last moved to, in seconds."""
        return self._now

    def advance(self, seconds: float) -> None:
        """Let `seconds` (not negative) pass."""
        if seconds < 0:
            raise ValueError("time does not go back")
        self._now += seconds
