"""How long something that is on its way still takes, by how fast it came lately."""

from __future__ import annotations

from collections import deque

LOOK_BACK = 10.0
"""Seconds that count; a server that throttles lets the beginning through at once."""
LEAST = 2.0
"""Seconds to look before anything is said."""


class Estimate:
    """Fed with the share that is here, from 0 to 1."""

    def __init__(self) -> None:
        self._seen: deque[tuple[float, float]] = deque()

    def note(self, share: float, now: float) -> None:
        """So much is here now; less than before begins anew."""
        if self._seen and share < self._seen[-1][1]:
            self._seen.clear()
        self._seen.append((now, share))
        while len(self._seen) > 2 and now - self._seen[1][0] > LOOK_BACK:
            self._seen.popleft()

    def left(self, now: float) -> float | None:
        """Seconds; None while nothing can be said."""
        if len(self._seen) < 2:
            return None
        began, first = self._seen[0]
        share = self._seen[-1][1]
        if now - began < LEAST or share <= first:
            return None
        return (1.0 - share) * (now - began) / (share - first)
