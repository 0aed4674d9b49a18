"""Places in the causal history of a session (SYNC 0.1): who had seen what; no clocks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from whiteboard.model.ids import Replica


class Point(NamedTuple):
    """A place in the causal history: what was made there, and what its author had seen."""

    r: Replica
    n: int
    k: int
    """Among the acts of its message; -1 for operations on the document, which come before them."""
    deps: Mapping[Replica, int]
    """Full dependencies of its message."""

    def saw(self, other: Point) -> bool:
        """Whether `other` is in its past."""
        if other.r == self.r:
            return (other.n, other.k) < (self.n, self.k)
        return other.n <= self.deps.get(other.r, 0)
