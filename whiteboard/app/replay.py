"""`whiteboard replay`: the document of a recorded session."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from whiteboard.app.errors import CommandError
from whiteboard.app.output import write_whole
from whiteboard.model.document import Document
from whiteboard.model.strict.document import StrictDocument
from whiteboard.session.replay import replay
from whiteboard.wire.errors import RemoteProtocolError
from whiteboard.wire.log import LogReader


def run_replay(options: argparse.Namespace) -> int:
    """Rebuild the document, then print or write what was asked for."""
    document, passed_over = read_log(options.log, options.until)
    if options.output is not None:
        write_whole(options.output, document.serialise())
    if options.c14n:
        sys.stdout.buffer.write(document.c14n())
        sys.stdout.buffer.flush()
    if options.json:
        result = {
            "session": document.session,
            "messages": document.message_count,
            "passed_over": passed_over,
            "state_hash": document.state_hash(),
        }
        print(json.dumps(result))
    elif options.state_hash or (options.output is None and not options.c14n):
        print(document.state_hash())
    return 0


def read_log(path: Path, until: int | None = None) -> tuple[Document | StrictDocument, int]:
    """The document of a session log, and how many of its messages said nothing acceptable.

    Raises:
        CommandError: the file cannot be read, or is no session log.
    """
    try:
        with path.open("rb") as file:
            log = LogReader(file)
            document = replay(log, until)
    except OSError as error:
        raise CommandError(f"“{path}” cannot be read: {error.strerror}.") from error
    except RemoteProtocolError as error:
        raise CommandError(f"“{path}” is not a session log that can be replayed: {error}") from None
    return document, sum(log.faults.values())
