"""Own work that was left over, as values for JSON: what a journal keeps of it.

The operation itself is kept as the stanza that it would be.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

from whiteboard.model.ids import Party, Replica, Rid, SessionId
from whiteboard.model.ops import Batch, Ts
from whiteboard.model.rebase import Piece
from whiteboard.wire.codec import decode, stanza
from whiteboard.wire.errors import Fault, RemoteProtocolError
from whiteboard.wire.messages import EditMessage
from whiteboard.wire.xml import parse, to_xml

Row: TypeAlias = Sequence[object]
"""[rid, field, saw, mine, count, [l, r, k] of the epoch or null, of the piece or null, stanza,
who]."""
_NOBODY = Replica("0")


def write_piece(piece: Piece) -> Row:
    """The piece as a row."""
    batch = Batch(SessionId("-"), Party(""), _NOBODY, 1, 1, (piece.op,))
    text = to_xml(stanza(EditMessage(batch)))
    return [
        piece.rid,
        piece.field,
        piece.saw,
        piece.mine,
        piece.count,
        None if piece.epoch is None else list(piece.epoch),
        None if piece.at is None else list(piece.at),
        text,
        piece.by,
    ]


def read_piece(row: Row) -> Piece:
    """The reverse of `write_piece`.

    Raises:
        RemoteProtocolError: it is none.
    """
    try:
        rid, field, saw, mine, count, epoch, at, text, by = row
        message = decode(parse(str(text)))
        if not isinstance(message, EditMessage):
            raise RemoteProtocolError(Fault.MALFORMED, "no operation")
        (op,) = message.batch.ops
        return Piece(
            Rid(str(rid)),
            str(field),
            op,
            str(saw),
            str(mine),
            int(str(count)),
            _ts(epoch),
            _ts(at),
            Party(str(by)),
        )
    except (ValueError, TypeError) as error:
        raise RemoteProtocolError(Fault.MALFORMED, "not something left over") from error


def _ts(value: object) -> Ts | None:
    if value is None:
        return None
    if not isinstance(value, list):
        raise TypeError(value)
    l, r, k = value  # noqa: E741 - the name on the wire
    return Ts(int(l), Replica(str(r)), int(k))
