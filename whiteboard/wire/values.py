"""Small values on the wire: numbers, vectors, times of writes; all bounded."""

from __future__ import annotations

import re
from collections.abc import Mapping

from whiteboard.model.characters import has_white_space
from whiteboard.model.ids import Replica
from whiteboard.model.ops import Ts
from whiteboard.wire.errors import Fault, RemoteProtocolError

MAX_RID = 1024
"""Code points of a rid (SYNC 0.3.1)."""
MAX_VECTOR = 20_000
"""Entries of a version vector that is read; more is refused."""
MAX_NUMBER = 10**18
"""Message numbers and Lamport times above this cannot be honest; also keeps them in 64 bits."""

MAX_REPLICA = 64


def parse_count(text: str | None) -> int | None:
    """`[0-9]+` as a number, MAX_NUMBER for all that are greater; None for all else."""
    if text is None or not (text.isascii() and text.isdigit()):
        return None
    if len(text) > 18:
        text = text.lstrip("0") or "0"
    return int(text) if len(text) <= 18 else MAX_NUMBER


def is_rid(text: str | None) -> bool:
    """Whether `text` may be the rid of a record (SYNC 0.3.1): short, not empty, no white space."""
    return text is not None and 0 < len(text) <= MAX_RID and not has_white_space(text)


def is_replica(text: str | None) -> bool:
    """Whether `text` may name a replica."""
    return text is not None and text.isascii() and text.isalnum() and len(text) <= MAX_REPLICA


def format_vector(vector: Mapping[Replica, int]) -> str:
    """`B7:41 C2:9`, sorted by replica."""
    return " ".join(f"{r}:{n}" for r, n in sorted(vector.items()))


def parse_vector(text: str | None, most: int = MAX_VECTOR, least: int = 1) -> dict[Replica, int]:
    """The vector that `text` writes; numbers from `least`, one entry a replica.

    Raises:
        RemoteProtocolError: not of that form, or too many entries.
    """
    vector: dict[Replica, int] = {}
    for entry in _entries(text, most):
        replica, _, digits = entry.partition(":")
        number = parse_count(digits)
        if number is None or number < least or not is_replica(replica) or replica in vector:
            raise RemoteProtocolError(Fault.MALFORMED, "not a version vector")
        vector[Replica(replica)] = number
    return vector


def format_ts(ts: Ts) -> str:
    """`L.R.K`."""
    return f"{ts.l}.{ts.r}.{ts.k}"


def parse_ts(text: str) -> Ts:
    """The time of a write.

    Raises:
        RemoteProtocolError: not of the form `L.R.K`.
    """
    parts = text.split(".")
    if len(parts) == 3 and is_replica(parts[1]):
        lamport, index = parse_count(parts[0]), parse_count(parts[2])
        if lamport is not None and index is not None:
            return Ts(lamport, Replica(parts[1]), index)
    raise RemoteProtocolError(Fault.MALFORMED, "not the time of a write")


def parse_digests(text: str | None) -> dict[Replica, str]:
    """`replica:hex …` (0.2/5.2b); entries of another form are left out, they only help."""
    digests: dict[Replica, str] = {}
    for entry in _entries(text, MAX_VECTOR):
        replica, _, digest = entry.partition(":")
        if is_replica(replica) and re.fullmatch(r"[0-9a-f]{32}", digest):
            digests[Replica(replica)] = digest
    return digests


def _entries(text: str | None, limit: int) -> list[str]:
    entries = (text or "").split()
    if len(entries) > limit:
        raise RemoteProtocolError(Fault.TOO_LARGE, "too many entries in a list")
    return entries
