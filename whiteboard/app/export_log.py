"""`whiteboard log`: the boards on this computer, and the session log of one, from its journal."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO
from xml.etree.ElementTree import SubElement

from whiteboard.app.errors import CommandError
from whiteboard.app.output import replacing
from whiteboard.app.paths import Paths
from whiteboard.journal.file import About, JournalError, Line
from whiteboard.journal.folder import Folder, Listed
from whiteboard.journal.reading import JournalReader
from whiteboard.model.ids import SessionId
from whiteboard.session.identity import author
from whiteboard.session.ports import Direct, InRoom
from whiteboard.wire import ns
from whiteboard.wire.description import read_description
from whiteboard.wire.errors import RemoteProtocolError
from whiteboard.wire.log import LogWriter
from whiteboard.wire.messages import Description, EditMessage, Identity, Mode
from whiteboard.wire.xml import parse

NOT_FROM_THE_START = (
    "This board was joined when its beginning was given as a state only."
    " The log has what came since, and does not replay to the whole of it."
)


def run_log(options: argparse.Namespace) -> int:
    """List the boards, or write the log of one."""
    paths = Paths(options.profile)
    folder = Folder(paths.boards, paths.board_marks)
    boards = [one for one in folder.listed() if not one.is_damaged]
    if options.board is None:
        _print(boards, as_json=options.json)
        return 0
    chosen = _chosen(boards, options.board)
    try:
        with JournalReader(folder.path_of(chosen.key)) as reader, _output(options.output) as file:
            write_log(reader, file)
            if reader.base() is not None:
                print(NOT_FROM_THE_START, file=sys.stderr)
    except JournalError as error:
        raise CommandError(f"{options.board}: {error}") from error
    return 0


def write_log(reader: JournalReader, file: BinaryIO) -> None:
    """Write all messages of a journal as a session log (SYNC 0.3.16), with their senders and times.

    Raises:
        JournalError: a part of it cannot be read.
    """
    about = reader.about
    description = _description(about)
    mode = description.mode if description is not None else Mode.MERGE
    writer = LogWriter(file, SessionId(about.session), mode, description)
    identity = description.identity if description is not None else Identity.JID
    place = InRoom(about.room) if about.room else Direct(about.other)
    for line in reader.lines():
        batch = line.batch()
        if batch is None:
            _write_as_it_came(writer, line)
        else:
            sender = author(line.sender, identity, place)
            writer.write(EditMessage(batch, sender, stamp=_stamp(line.received)))
    writer.close()


def _write_as_it_came(writer: LogWriter, line: Line) -> None:
    """A message of another mode."""
    try:
        element = parse(line.stanza)
    except RemoteProtocolError as error:
        raise JournalError("A part of this board is damaged.") from error
    SubElement(element, f"{{{ns.DELAY}}}delay", {"stamp": _stamp(line.received)})
    writer.write_stanza(element)


def _description(about: About) -> Description | None:
    if not about.description:
        return None
    try:
        return read_description(parse(about.description))
    except RemoteProtocolError as error:
        raise JournalError("A part of this board is damaged.") from error


def _stamp(seconds: float) -> str:
    """XEP-0082 date and time."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _chosen(boards: list[Listed], wanted: str) -> Listed:
    """The board with that session id, else with that name.

    Raises:
        CommandError: none or several are called so.
    """
    by_id = [one for one in boards if one.about.session == wanted]
    found = by_id or [one for one in boards if one.about.name == wanted]
    if not found:
        raise CommandError(f"There is no board “{wanted}” here. whiteboard log lists them.")
    if len(found) > 1:
        ids = ", ".join(one.about.session for one in found)
        raise CommandError(f"Several boards are called “{wanted}”. Choose by id: {ids}")
    return found[0]


def _print(boards: list[Listed], *, as_json: bool) -> None:
    rows = [
        {
            "session": one.about.session,
            "name": one.about.name,
            "place": one.about.room or one.about.other,
            "opened": _stamp(one.about.opened),
        }
        for one in boards
    ]
    if as_json:
        print(json.dumps(rows))
        return
    for row in rows:
        print(f"{row['session']}  {row['opened']}  {row['name'] or '(no name)'}  {row['place']}")


@contextmanager
def _output(path: Path | None) -> Iterator[BinaryIO]:
    if path is None:
        yield sys.stdout.buffer
        sys.stdout.buffer.flush()
        return
    try:
        with replacing(path) as file:
            yield file
    except OSError as error:
        raise CommandError(f"“{path}” cannot be written: {error.strerror}.") from error
