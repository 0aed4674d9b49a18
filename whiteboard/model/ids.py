"""Identities in the shared document: rids, replicas, sessions, parties (SYNC 0.3.4, 1.1, 4.8)."""

from __future__ import annotations

from typing import NewType

Rid = NewType("Rid", str)
"""Identity of a record, unique in the session and beyond it."""
Replica = NewType("Replica", str)
"""One run of one party's part in a session: 8 characters of [A-Za-z0-9]."""
SessionId = NewType("SessionId", str)
Party = NewType("Party", str)
"""Who is behind a replica: occupant-id, bare JID or nick, as the session's `identity` says."""

DOCUMENT = Rid("")
"""The parent of the root element and of what stands beside it."""
TRASH = Rid("~trash")
"""The parent of what was deleted (SYNC 4.4); never a record itself."""

_BASE36 = "0123456789abcdefghijklmnopqrstuvwxyz"


def base36(number: int) -> str:
    """`number` (not negative) in lower-case base 36."""
    digits = ""
    while True:
        number, digit = divmod(number, 36)
        digits = _BASE36[digit] + digits
        if number == 0:
            return digits


class RidSource:
    """Gives out the rids of one replica: `R.1`, `R.2`, …; a root gets the prefix `~`."""

    def __init__(self, replica: Replica, used: int = 0) -> None:
        self.replica = replica
        self.used = used

    def next(self) -> Rid:
        """A rid that this replica never gave out."""
        self.used += 1
        return Rid(f"{self.replica}.{base36(self.used)}")

    def next_root(self) -> Rid:
        """A rid for a root element (XEP-0284 shows the root with the highest rid)."""
        return Rid(f"~{self.next()}")


def attribute_rid(parent: Rid, name: str, ns: str = "") -> Rid:
    """The rid of an attribute record, which its place gives (SYNC 4.8)."""
    return Rid(f"{parent}@{{{ns}}}{name}" if ns else f"{parent}@{name}")
