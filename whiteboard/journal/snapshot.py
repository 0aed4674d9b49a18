"""States of a board beside its messages, so that a long journal opens fast (SYNC 5.5).

    state    kind, session, seq, digest, data

`data` is a `Folded` as compressed lines of JSON, `digest` its SHA-256. Two kinds:

* `base`: what the member was given when it joined. The messages inside it are not here, so nobody
  can read the board without it. Its `seq` is 0.
* `snapshot`: made from the messages now and then and when the board is closed. All messages up to
  `seq` lie inside it; they stay on disk. One that is broken, or of a version that is not known, is
  passed over, and all messages are read.

Nothing is folded that the server has not taken, and nothing once a fork is known.
"""

from __future__ import annotations

import enum
import hashlib
import sqlite3
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from whiteboard.journal.file import About, JournalError, JournalFile, Line
from whiteboard.model.document import Document
from whiteboard.model.folded import Folded, FormatError, read_lines
from whiteboard.model.ids import Party, Replica, SessionId
from whiteboard.model.ops import Batch
from whiteboard.model.rights import Ground
from whiteboard.util.log import SYNC
from whiteboard.wire.description import ground_of, read_description
from whiteboard.wire.xml import parse

WORTH = 2_000
"""Messages since the last snapshot that make a new one worth its while."""
LONGEST = 1 << 30
"""Bytes of an unpacked state."""

_TABLE = """CREATE TABLE IF NOT EXISTS state (
    kind TEXT PRIMARY KEY, session TEXT NOT NULL, seq INTEGER NOT NULL, digest BLOB NOT NULL,
    data BLOB NOT NULL) WITHOUT ROWID"""
_DAMAGED = "A part of this board is damaged."


class StateKind(enum.Enum):
    """What a state is for."""

    BASE = "base"
    SNAPSHOT = "snapshot"


@dataclass(frozen=True, slots=True)
class Kept:
    """A state, and up to where the messages lie inside it."""

    folded: Folded
    seq: int


@dataclass(frozen=True, slots=True)
class Past:
    """What a journal holds of a board: a state, if it has one, and the messages after it."""

    folded: Folded | None = None
    batches: tuple[Batch, ...] = ()
    floor: Mapping[Replica, int] = field(default_factory=dict)
    """Where the journal begins: at the snapshot that the member joined by."""


def keep(db: sqlite3.Connection, kind: StateKind, kept: Kept) -> None:
    """Write a state in place of the last one of its kind; inside a transaction."""
    text = "\n".join(kept.folded.lines()).encode("ascii")
    data = zlib.compress(text, 1)
    db.execute(_TABLE)
    db.execute(
        "INSERT OR REPLACE INTO state VALUES (?, ?, ?, ?, ?)",
        (kind.value, kept.folded.session, kept.seq, hashlib.sha256(text).digest(), data),
    )


def forget(db: sqlite3.Connection, kind: StateKind = StateKind.SNAPSHOT) -> None:
    """A state does not hold any more: a fork came to light, perhaps inside it."""
    db.execute(_TABLE)
    db.execute("DELETE FROM state WHERE kind = ?", (kind.value,))


def kept(db: sqlite3.Connection, kind: StateKind, session: str) -> Kept | None:
    """A state; None if there is none that can be used.

    Raises:
        JournalError: it is a base, without which the messages say nothing, and it is damaged.
    """
    try:
        row = db.execute(
            "SELECT seq, digest, data FROM state WHERE kind = ? AND session = ?",
            (kind.value, session),
        ).fetchone()
    except sqlite3.OperationalError:
        return None  # a journal that never had any
    if row is None:
        return None
    seq, digest, data = row
    try:
        return Kept(_unpacked(data, digest), seq)
    except (zlib.error, FormatError, ValueError) as error:
        SYNC.warning("a state of session %s is passed over: %s", session, error)
        if kind is StateKind.BASE:
            raise JournalError(_DAMAGED) from error
        return None


def _unpacked(data: bytes, digest: bytes) -> Folded:
    unpacker = zlib.decompressobj()
    text = unpacker.decompress(data, LONGEST)
    if not unpacker.eof or hashlib.sha256(text).digest() != digest:
        raise FormatError("not as it was written")
    return read_lines(text.decode("ascii").split("\n"))


def read_past(file: JournalFile, session: str, *, whole: bool = False) -> Past:
    """What is to be known to open a board.

    Args:
        file: open, or opened by `peek`.
        session: whose messages.
        whole: all messages there are, whatever snapshot stands for them.

    Raises:
        JournalError: a message cannot be read.
    """
    base = kept(file.connection, StateKind.BASE, session)
    start = (None if whole else kept(file.connection, StateKind.SNAPSHOT, session)) or base
    after = 0 if start is None else start.seq
    batches = tuple(batch for _seq, batch in _batches(file.lines(session, after)))
    floor = {} if base is None else base.folded.floor
    return Past(None if start is None else start.folded, batches, floor)


def _batches(lines: Iterable[Line]) -> Iterable[tuple[int, Batch]]:
    for line in lines:
        batch = line.batch()
        if batch is not None:
            yield line.seq, batch


def is_worth(file: JournalFile, session: str) -> bool:
    """Whether many messages have come since the last snapshot."""
    try:
        row = file.connection.execute(
            "SELECT max(seq) FROM state WHERE session = ?", (session,)
        ).fetchone()
    except sqlite3.OperationalError:
        row = None
    return file.last(session) - ((row and row[0]) or 0) >= WORTH


def made(file: JournalFile) -> Kept | None:
    """A new snapshot of a board, from the last one and the messages since.

    Takes long, and a document's memory: for another thread, with a file of its own.

    Returns:
        None if nothing can be folded.

    Raises:
        JournalError: the board cannot be read.
    """
    about = file.about()
    start = kept(file.connection, StateKind.SNAPSHOT, about.session) or kept(
        file.connection, StateKind.BASE, about.session
    )
    document = Document(
        SessionId(about.session),
        Party(about.party),
        Replica(about.replica),
        ground=ground_of_board(about),
        limits=None,
    )
    if start is not None:
        document = document.like(start.folded)
    after = 0 if start is None else start.seq
    seqs: dict[tuple[Replica, int], int] = {}
    last = after

    def read() -> Iterable[Batch]:
        nonlocal last
        for seq, batch in _batches(file.lines(about.session, after)):
            seqs[batch.dot] = last = seq
            yield batch

    document.receive(read())
    if document.is_blocked or not document.fold(_wanted(document, about)):
        return None
    outside = [seqs[b.dot] for b in document.batches_since(document.floor) if b.dot in seqs]
    return Kept(document.folded(), min(outside) - 1 if outside else last)


def _wanted(document: Document, about: About) -> Mapping[Replica, int]:
    """Everything but what is still to be sent."""
    want = dict(document.vv)
    if about.role and not about.is_ended:
        for r, party in document.parties.items():
            if party == about.party and r in want:
                want[r] = min(want[r], about.taken.get(r, 0))
    return want


def ground_of_board(about: About) -> Ground:
    """Where rights come from, by a board's description."""
    return ground_of(read_description(parse(about.description)) if about.description else None)
