"""Session logs for tests: what one person did on a board, as a file."""

from __future__ import annotations

import random
from pathlib import Path

from tests.helpers.boards import IN_ROOM, rectangle
from whiteboard.model.changes import Origin
from whiteboard.model.document import Document, new_document
from whiteboard.model.ids import SessionId
from whiteboard.session.identity import new_replica
from whiteboard.wire.log import LogWriter
from whiteboard.wire.messages import EditMessage, Peer

PARTY = "id-ana"


def write_log(path: Path, rectangles: int = 3) -> Document:
    """Record a board on which one person drew so many rectangles, each in a message of its own."""
    session = SessionId("851ba2")
    document = new_document().reidentify(
        session, PARTY, new_replica(session, PARTY, random.Random(1))
    )
    for number in range(rectangles):
        with document.transact(Origin.LOCAL, "Draw") as edit:
            edit.add(document.root, rectangle(number))
    with path.open("wb") as file:
        writer = LogWriter(file, session, description=IN_ROOM)
        for batch in document.batches_since({}):
            writer.write(EditMessage(batch, Peer("atelier@rooms.example/ana", PARTY)))
        writer.close()
    return document
