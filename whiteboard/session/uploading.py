"""A large state as one file beside the stream, where the giver's server takes files (XEP-0363).

The giver packs and seals it and says privately where it is, with the key. The joiner fetches it,
looks whether it is what was announced, unseals, unpacks within limits, and loads it in slices.
Where anything of that fails the same giver sends the state within the stream, as ever.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from whiteboard.model.folded import Folded, FormatError, read_lines
from whiteboard.model.history import weight_in_memory
from whiteboard.model.ids import SessionId
from whiteboard.model.ops import Batch
from whiteboard.wire.errors import RemoteProtocolError
from whiteboard.wire.messages import EditMessage, StateUploaded, Vector
from whiteboard.wire.pack import unpack
from whiteboard.wire.sealed import seal, unseal

WORTH_BYTES = 128 * 1024
"""From so much on: at Debian's 10 kB/s that is more than ten seconds."""
RECORD_BYTES = 150
"""Of one record of a folded state, roughly."""
MAX_FILE = 64 * 1024 * 1024
FETCH_SECONDS = 120.0
SLICE = 200
"""Messages that are loaded at once."""
LOAD_TIMER = "load"


def is_worth(batches: Iterable[Batch], folded: Folded | None) -> bool:
    """Whether a state is large enough to go beside the stream."""
    size = 0 if folded is None else RECORD_BYTES * len(folded.records)
    for batch in batches:
        if size >= WORTH_BYTES:
            return True
        size += weight_in_memory(batch)
    return size >= WORTH_BYTES


@dataclass(frozen=True, slots=True)
class Sealed:
    """A file, and what is to be said of it once it has an address."""

    data: bytes
    said: StateUploaded


def sealed(packed: bytes, session: SessionId, vv: Vector) -> Sealed:
    """A packed state as a file that says nothing to who has not got the key."""
    data, key = seal(packed)
    said = StateUploaded(session, "", key, len(data), hashlib.sha256(data).hexdigest(), vv)
    return Sealed(data, said)


def unsealed(data: bytes, said: StateUploaded) -> bytes:
    """The packed state in a file; b'' if it is not what was announced."""
    if len(data) != said.size or hashlib.sha256(data).hexdigest() != said.sha256:
        return b""
    try:
        return unseal(data, said.key)
    except RemoteProtocolError:
        return b""


@dataclass(frozen=True, slots=True)
class Unpacked:
    """A file that is what was announced."""

    folded: Folded | None
    messages: Sequence[EditMessage]


def opened(data: bytes, said: StateUploaded, session: SessionId) -> Unpacked | None:
    """What is in the file; None if it is not what was announced, or cannot be read."""
    try:
        packed = unpack(unsealed(data, said), session)
        folded = read_lines(packed.folded.split("\n")) if packed.folded else None
    except (RemoteProtocolError, FormatError):
        return None
    if folded is not None and folded.session != session:
        return None
    return Unpacked(folded, packed.messages)
