"""Damage that no message explains, as a fault of memory or of ours would do."""

from __future__ import annotations

from whiteboard.model.document import Document
from whiteboard.model.history import Message
from whiteboard.model.ids import Party, Replica, Rid
from whiteboard.model.ops import Batch, Set


def corrupt(document: Document, rid: Rid) -> None:
    """The record has another weight than anybody wrote."""
    replica, lamport = Replica("~damage"), document.clock + 1000
    message = Message(replica, 1, lamport, Party(""), dict(document.vv))
    op = Set(rid, weight=12345.0)
    message.batch = Batch(document.session, Party(""), replica, 1, lamport, (op,))
    document._merge.apply(message)
    document._settle()
    document._projection.take_changes()
