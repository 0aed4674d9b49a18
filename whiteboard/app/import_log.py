"""Opening a session log as a board, with its history."""

from __future__ import annotations

from pathlib import Path

from whiteboard.app.loading import filled
from whiteboard.formats.svgfile import FileUnreadableError, load
from whiteboard.model.document import Document, random_id
from whiteboard.model.ids import Replica
from whiteboard.session.replay import replay
from whiteboard.ui.ports import Opened
from whiteboard.util.log import SYNC
from whiteboard.wire.errors import RemoteProtocolError
from whiteboard.wire.log import LogReader

_SUFFIX = ".xml"


def read_log(path: Path) -> Opened | None:
    """The board of a log: all its messages, to be gone on with under an identity of one's own.

    None if the file is no session log. Of a strict session only the result is taken over: its edits
    mean nothing to a board that merges.

    Raises:
        FileError: it cannot be read.
    """
    if path.suffix.lower() != _SUFFIX:
        return None
    try:
        with path.open("rb") as file:
            log = LogReader(file)
            document = replay(log, reader=Replica(random_id()))
    except OSError as error:
        raise FileUnreadableError(f"“{path.name}” cannot be read: {error.strerror}.") from error
    except RemoteProtocolError as error:
        SYNC.info("%s is no session log: %s", path, error)
        return None
    if not isinstance(document, Document):
        document = filled(load(document.serialise(), path.name))
    assert log.header is not None
    description = log.header.description
    return Opened(document, name=description.name if description is not None else "", is_log=True)
