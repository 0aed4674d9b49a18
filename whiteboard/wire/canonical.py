"""The chain digest D(n) of a replica's messages (SYNC 0.2/5.2b, 0.3.1).

D(0) is 32 zero bytes, D(n) = SHA-256(D(n-1), canonical message n). Two members who hold the same
number of one replica's messages, but not the same messages, see it in one comparison.
"""

from __future__ import annotations

import hashlib

from whiteboard.model.canonical import canonical
from whiteboard.model.ids import Replica
from whiteboard.model.ops import Batch

START = bytes(32)
"""D(0)."""


class Chain:
    """The digest of one replica's messages 1..n, fed in order."""

    def __init__(self) -> None:
        self.n = 0
        self._deps: dict[Replica, int] = {}
        self._digest = START

    def extend(self, batch: Batch) -> None:
        """Take message n+1.

        Raises:
            ValueError: it is another one.
        """
        if batch.n != self.n + 1:
            raise ValueError(f"message {batch.n} does not follow {self.n}")
        self.n = batch.n
        for r, n in batch.deps.items():
            if r != batch.r:
                self._deps[r] = max(n, self._deps.get(r, 0))
        content = canonical(batch, self._deps)
        self._digest = hashlib.sha256(self._digest + content).digest()

    @property
    def digest(self) -> str:
        """The first 32 hex digits of D(n), as heartbeats carry them."""
        return self._digest.hex()[:32]
