"""A state in one piece: a session log, compressed (zlib, RFC 1950).

It begins with the description, then come, where the giver has folded its past, the parts of that
state, then all messages since, verbatim and with their senders. Who unpacks it never holds more
than it allows: what is packed small may be large.
"""

from __future__ import annotations

import io
import zlib
from collections.abc import Iterable
from dataclasses import dataclass

from whiteboard.model.ids import SessionId
from whiteboard.wire.errors import Fault, RemoteProtocolError
from whiteboard.wire.log import LogReader, LogWriter
from whiteboard.wire.messages import Description, EditMessage

MAX_UNPACKED = 256 * 1024 * 1024
"""Bytes of the log."""
MAX_MESSAGES = 1_000_000
_LEVEL = 6


@dataclass(frozen=True, slots=True)
class Packed:
    """What is in it.

    `folded` are the lines of a folded state (`model.folded`) as one text, '' if all messages since
    the first are here.
    """

    description: Description
    folded: str
    messages: tuple[EditMessage, ...]
    faults: int = 0
    """Messages that could not be read."""


def pack(
    session: SessionId,
    description: Description,
    folded: Iterable[str],
    messages: Iterable[EditMessage],
) -> bytes:
    """Pack it; takes as long as writing all of it, so it belongs beside the loop.

    Args:
        session: its id.
        description: what it is.
        folded: the parts of the folded state, none if there is none.
        messages: all since, in causal order, each with its sender.
    """
    file = io.BytesIO()
    writer = LogWriter(file, session, description.mode, description)
    writer.write_folded(folded)
    for message in messages:
        writer.write(message)
    writer.close()
    return zlib.compress(file.getbuffer(), _LEVEL)


def unpack(data: bytes, session: SessionId) -> Packed:
    """The reverse of `pack`.

    Raises:
        RemoteProtocolError: not whole, larger than allowed, no session log, of another session, or
            without a description.
    """
    source = _Unpacking(data)
    reader = LogReader(source)
    messages: list[EditMessage] = []
    for message in reader:
        if not isinstance(message, EditMessage) or len(messages) >= MAX_MESSAGES:
            raise RemoteProtocolError(Fault.TOO_LARGE, "a state of too many messages")
        messages.append(message)
    header = reader.header
    if header is None or header.session != session or header.description is None:
        raise RemoteProtocolError(Fault.WRONG_SESSION, "a state of another session")
    if reader.is_cut_off or not source.is_whole:
        raise RemoteProtocolError(Fault.MALFORMED, "a state that breaks off")
    faults = sum(reader.faults.values())
    return Packed(header.description, "".join(reader.folded), tuple(messages), faults)


class _Unpacking:
    """The unpacked bytes as a file; never more than `MAX_UNPACKED` of them."""

    def __init__(self, data: bytes) -> None:
        self._unpacker = zlib.decompressobj()
        self._rest = data
        self._given = 0

    @property
    def is_whole(self) -> bool:
        """Whether the end was reached, and nothing follows."""
        return self._unpacker.eof and not self._unpacker.unused_data

    def read(self, size: int, /) -> bytes:
        """The next bytes, b'' at the end.

        Raises:
            RemoteProtocolError: not zlib, or too many bytes.
        """
        if self._unpacker.eof:
            return b""
        try:
            piece = self._unpacker.decompress(self._rest, size)
        except zlib.error as error:
            raise RemoteProtocolError(Fault.MALFORMED, "a state that is not packed") from error
        self._rest = self._unpacker.unconsumed_tail
        self._given += len(piece)
        if self._given > MAX_UNPACKED:
            raise RemoteProtocolError(Fault.TOO_LARGE, "a state that is too large unpacked")
        return piece
