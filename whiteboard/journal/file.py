"""One board's database: what the board is, and every message of it, verbatim (SYNC 5.5).

    about    key, value        name, session, place, identity, … (see `About`)
    message  seq, session, r, n, variant, l, sender, time, stanza

`seq` is the order in which messages took effect here, which is causal; `time` Unix seconds of
arrival; `stanza` the message as XML bytes. WAL with synchronous=FULL: what `commit` has returned
from survives a power cut. A message that is there already is not written again. `variant` is 0, and
1 for a second content of one (r, n): together they prove that the chain was forked (SYNC 5.2b).
Messages of strict sessions have no (r, n): there r is empty and n counts.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields, replace
from pathlib import Path

from whiteboard.model.ids import Party, Replica
from whiteboard.model.ops import Batch
from whiteboard.wire.codec import decode, sender_of, stanza
from whiteboard.wire.errors import RemoteProtocolError
from whiteboard.wire.messages import EditMessage, Peer, StrictMessage
from whiteboard.wire.strict import strict_stanza
from whiteboard.wire.xml import parse, to_xml

VERSION = 2
MAX_SEQ = 2**63 - 1
_INSERT = "INSERT OR IGNORE INTO message VALUES (NULL, ?, ?, ?, ?, ?, ?, ?, ?)"
_CONTENTS = "SELECT stanza FROM message WHERE session = ? AND r = ? AND n = ?"

IN_USE = "This board is open in another Whiteboard. Close it there first."

_SCHEMA = f"""
BEGIN;
CREATE TABLE IF NOT EXISTS about (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS message (
    seq INTEGER PRIMARY KEY, session TEXT NOT NULL, r TEXT NOT NULL, n INTEGER NOT NULL,
    variant INTEGER NOT NULL, l INTEGER NOT NULL, sender TEXT NOT NULL, time REAL NOT NULL,
    stanza BLOB NOT NULL, UNIQUE (session, r, n, variant));
PRAGMA user_version = {VERSION};
COMMIT;
"""
_FROM_1 = _SCHEMA.replace("BEGIN;", "BEGIN; ALTER TABLE message RENAME TO message_1;").replace(
    "PRAGMA",
    "INSERT INTO message SELECT seq, session, r, n, 0, l, sender, time, stanza FROM message_1;"
    " DROP TABLE message_1; PRAGMA",
)


class JournalError(Exception):
    """A board cannot be read; the text is a sentence for the person."""


@dataclass(frozen=True, slots=True)
class About:
    """What a board is, beside its messages."""

    name: str = ""
    session: str = ""
    party: str = ""
    replica: str = ""
    room: str = ""
    """The group chat it lives in; '' = nowhere."""
    other: str = ""
    """Bare address of the contact it is shared with one-to-one; '' = not so."""
    admitted: Sequence[str] = ()
    """Bare addresses of all who were invited one-to-one."""
    role: str = ""
    """The session's role, '' on a board of one's own."""
    description: str = ""
    """The session's description as XML."""
    me: str = ""
    """Address under which the person took part."""
    is_open: bool = True
    """It was on a window, so the next start shows it again."""
    is_ended: bool = False
    """The session is over, the copy stays."""
    opened: float = 0.0
    """Unix seconds of the last opening."""
    taken: Mapping[Replica, int] = field(default_factory=dict)
    """Own messages that the server has taken: replica -> last number."""
    left_over: Sequence[Sequence[object]] = ()
    """Own work that was not taken over, until the person decides (`wire/pieces.py`)."""
    requires_order: bool = False
    """Its host refuses what arrives out of order."""
    people: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """Party -> (name, address) of everybody who was ever seen here: for the history."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One message and when it came, Unix seconds."""

    batch: Batch
    time: float


@dataclass(frozen=True, slots=True)
class Line:
    """One row of a journal: a message as it was kept."""

    seq: int
    """Place in this journal: greater than that of all before; numbers may be left out."""
    received: float
    """When it came or was made here, Unix seconds."""
    sender: Party
    """Party of its author, who is not named in `stanza`."""
    stanza: bytes
    """The `<message/>`, verbatim, UTF-8."""

    def batch(self) -> Batch | None:
        """The edit, with its party; None for what is none (of another mode).

        Raises:
            JournalError: it cannot be read.
        """
        try:
            message = decode(parse(self.stanza))
        except RemoteProtocolError as error:
            raise JournalError("A part of this board is damaged.") from error
        if not isinstance(message, EditMessage):
            return None
        return replace(message.batch, party=self.sender)

    def strict(self) -> StrictMessage | None:
        """The message of a strict session, with its sender; None if it is of another mode.

        Raises:
            JournalError: it cannot be read.
        """
        try:
            element = parse(self.stanza)
            message = decode(element)
        except RemoteProtocolError as error:
            raise JournalError("A part of this board is damaged.") from error
        if not isinstance(message, StrictMessage):
            return None
        return replace(message, sender=sender_of(element))


class JournalFile:
    """A database and its lock; every call may raise `sqlite3.Error`. One thread at a time.

    Nothing is touched before `open`, which the first `begin` calls: a new board's file is made by
    the thread that writes it. The lock is a database of its own that nobody writes to, because
    SQLite locks on any system and the system frees it at any end of the process.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._db: sqlite3.Connection | None = None
        self._lock: sqlite3.Connection | None = None
        self._times: dict[tuple[Replica, int], float] = {}
        """When messages that are about to come again came first."""

    def open(self) -> None:
        """Take the lock and open for writing; nothing if it is open.

        Raises:
            JournalError: another process has it open.
            OSError, sqlite3.Error: it cannot be written there.
        """
        if self._db is not None:
            return
        self.lock()
        try:
            self._db = _connected(self.path)
        except BaseException:
            self.close()
            raise

    def lock(self) -> None:
        """Let no other process write it, whatever the file is; raises as `open` does."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self._lock = _locked(self.path.with_suffix(".lock"))

    def peek(self) -> None:
        """Open for reading, also while another process writes, or where nobody may."""
        self._db = _connected_to_read(self.path)

    def close(self) -> None:
        """The file is whole without its side files from here on, and free for others."""
        if self._db is not None:
            self._db.close()
            self._db = None
        if self._lock is not None:
            self._lock.close()
            self._lock = None

    @property
    def connection(self) -> sqlite3.Connection:
        """The database, for tables beside these two (`snapshot`)."""
        return self._open_db

    @property
    def _open_db(self) -> sqlite3.Connection:
        if self._db is None:
            raise sqlite3.ProgrammingError("the journal is closed")
        return self._db

    # --- writing: between `begin` and `commit`

    def begin(self) -> None:
        """Start a transaction; opens what is not open yet, and raises as `open` does."""
        self.open()
        self._open_db.execute("BEGIN IMMEDIATE")

    def commit(self) -> None:
        """Make durable what was written since `begin`."""
        self._open_db.execute("COMMIT")

    def rollback(self) -> None:
        """Take back what was written since `begin`."""
        if self._db is not None and self._db.in_transaction:
            self._db.execute("ROLLBACK")

    def tell(self, about: About, was: str = "") -> None:
        """Write what the board is; the messages of a session it left behind go.

        Args:
            about: What it is now.
            was: The replica whose messages come again under the new one, stamped anew: they keep
                the times of the old ones.
        """
        before = self.value("session")
        rows = [(key, json.dumps(value)) for key, value in asdict(about).items()]
        self._open_db.executemany("INSERT OR REPLACE INTO about VALUES (?, ?)", rows)
        if before and before != about.session:
            times = self._open_db.execute("SELECT n, time FROM message WHERE r = ?", (was,))
            self._times = {(Replica(about.replica), n): time for n, time in times}
            self._open_db.execute("DELETE FROM message WHERE session <> ?", (about.session,))

    def put(self, key: str, value: object) -> None:
        """Write one thing about the board."""
        self._open_db.execute(
            "INSERT OR REPLACE INTO about VALUES (?, ?)", (key, json.dumps(value))
        )

    def append(self, batches: Iterable[Batch], time: float) -> None:
        """Write messages, in this order."""
        rows = [_row(batch, 0, self._times.pop(batch.dot, time)) for batch in batches]
        self._open_db.executemany(_INSERT, rows)

    def prepend(self, batches: Iterable[Batch]) -> None:
        """Write what was before all that is here, in this order; what is here stays.

        Nobody noted when it was made, so it has the time of the first message.
        """
        batches = tuple(batches)
        if not batches:
            return
        query = "SELECT r, n FROM message WHERE session = ?"
        there = set(self._open_db.execute(query, (batches[0].session,)))
        (time,) = self._open_db.execute("SELECT min(time) FROM message").fetchone()
        rows = [_row(batch, 0, time or 0.0) for batch in batches if batch.dot not in there]
        self._open_db.execute("UPDATE message SET seq = -(seq + ?)", (len(rows),))
        self._open_db.execute("UPDATE message SET seq = -seq")
        self._open_db.executemany(
            "INSERT INTO message VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            [(seq, *row) for seq, row in enumerate(rows, 1)],
        )

    def give_up(self, session: str, replica: str, after: int) -> None:
        """The messages of a replica beyond `after` never were part of the session: they go."""
        row = (session, replica, after)
        self._open_db.execute("DELETE FROM message WHERE session = ? AND r = ? AND n > ?", row)

    def append_strict(self, messages: Iterable[StrictMessage], first: int, time: float) -> None:
        """Write messages of a strict session: `first` is how many were written before."""
        self._open_db.executemany(
            _INSERT,
            [
                (m.session, "", first + i, 0, 0, "", time, _stanza_bytes(m))
                for i, m in enumerate(messages)
            ],
        )

    def append_proof(self, proof: Iterable[Batch], time: float) -> None:
        """Write the contents of one (r, n) that show a fork; those that are there stay."""
        for batch in proof:
            row = _row(batch, 0, time)
            dot = (batch.session, batch.r, batch.n)
            there = [one for (one,) in self._open_db.execute(_CONTENTS, dot)]
            if row[-1] not in there:
                self._open_db.execute(_INSERT, _row(batch, len(there), time))

    # --- reading

    def value(self, key: str) -> object:
        """One thing about the board, None if it was never told."""
        row = self._open_db.execute("SELECT value FROM about WHERE key = ?", (key,)).fetchone()
        return None if row is None else json.loads(row[0])

    def about(self) -> About:
        """What the board is.

        Raises:
            JournalError: a newer version wrote it.
        """
        if _version(self._open_db) > VERSION:
            raise JournalError("This board was saved by a newer version of Whiteboard.")
        known = {one.name for one in fields(About)}
        raw = {
            key: json.loads(value)
            for key, value in self._open_db.execute("SELECT key, value FROM about")
            if key in known
        }
        return replace(About(), **raw)

    def entries(self, session: str) -> Iterator[Entry]:
        """The messages of a session in order.

        Raises:
            JournalError: one cannot be read.
        """
        for line in self.lines(session):
            batch = line.batch()
            if batch is not None:
                yield Entry(batch, line.received)

    def lines(self, session: str, after: int = 0, upto: int | None = None) -> Iterator[Line]:
        """The rows of a session with `after` < seq <= `upto`, in order of seq."""
        rows = self._open_db.execute(
            "SELECT seq, time, sender, stanza FROM message"
            " WHERE session = ? AND seq > ? AND seq <= ? ORDER BY seq",
            (session, after, MAX_SEQ if upto is None else upto),
        )
        for seq, time, sender, text in rows:
            yield Line(seq, time, Party(sender), bytes(text))

    def times(
        self, session: str, dots: Iterable[tuple[Replica, int]]
    ) -> dict[tuple[Replica, int], float]:
        """When these messages took effect; those that are not here are left out."""
        found: dict[tuple[Replica, int], float] = {}
        for r, n in dots:
            row = self._open_db.execute(
                "SELECT time FROM message WHERE session = ? AND r = ? AND n = ? AND variant = 0",
                (session, r, n),
            ).fetchone()
            if row is not None:
                found[r, n] = row[0]
        return found

    def last(self, session: str) -> int:
        """The greatest seq of a session, 0 without messages."""
        row = self._open_db.execute(
            "SELECT max(seq) FROM message WHERE session = ?", (session,)
        ).fetchone()
        return row[0] or 0

    def newest_of(self, session: str, party: str) -> dict[Replica, int]:
        """Replica -> number of the last message that `party` wrote in a session."""
        rows = self._open_db.execute(
            "SELECT r, max(n) FROM message WHERE session = ? AND sender = ? GROUP BY r",
            (session, party),
        )
        return {Replica(r): n for r, n in rows}


def _stanza_bytes(message: StrictMessage) -> bytes:
    return to_xml(strict_stanza(message)).encode("utf-8", "replace")


def _verbatim(batch: Batch) -> bytes:
    return to_xml(stanza(EditMessage(batch, Peer(batch.party)))).encode("utf-8", "replace")


def _row(batch: Batch, variant: int, time: float) -> tuple[object, ...]:
    who, text = batch.party, _verbatim(batch)
    return batch.session, batch.r, batch.n, variant, batch.l, who, time, text


def _connected(path: Path) -> sqlite3.Connection:
    db = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    try:
        db.execute("PRAGMA journal_mode = WAL")
        db.execute("PRAGMA synchronous = FULL")
        version = _version(db)
        if version < VERSION:
            db.executescript(_SCHEMA if version == 0 else _FROM_1)
    except BaseException:
        db.close()
        raise
    return db


def _connected_to_read(path: Path) -> sqlite3.Connection:
    """Without the side files, where the folder is read-only, nobody writes either: `immutable`."""
    address = path.absolute().as_uri()
    for how in ("mode=ro", "mode=ro&immutable=1"):
        db = sqlite3.connect(
            f"{address}?{how}", uri=True, isolation_level=None, check_same_thread=False
        )
        try:
            _version(db)
        except sqlite3.OperationalError as error:
            db.close()
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_CANTOPEN or "immutable" in how:
                raise
        except BaseException:
            db.close()
            raise
        else:
            return db
    raise AssertionError("the last way raises")


def _version(db: sqlite3.Connection) -> int:
    return int(db.execute("PRAGMA user_version").fetchone()[0])


def _locked(path: Path) -> sqlite3.Connection:
    lock = sqlite3.connect(path, timeout=0, isolation_level=None, check_same_thread=False)
    try:
        lock.execute("BEGIN EXCLUSIVE")
    except sqlite3.OperationalError as error:
        lock.close()
        if error.sqlite_errorcode == sqlite3.SQLITE_BUSY:
            raise JournalError(IN_USE) from error
        raise
    return lock
