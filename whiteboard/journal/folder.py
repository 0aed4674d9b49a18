"""All boards of a profile on disk: a database, a lock and a mark of a clean end for each.

    BOARDS/KEY.board   the database (`file`)
    BOARDS/KEY.lock    held by the process that has the board open; the system frees it at any end
    STATE/KEY.clean    exists while the database is certainly the newest copy of the board
    STATE/KEY.png      a small picture of what was on it when it was last closed

A replica id may go on being used only if its journal is certainly the newest (SYNC 4.7). The mark
is taken away when a board is opened and written when it was closed with everything on disk; it
names a token that changes at each opening and the file's inode, so neither a restored file nor a
whole restored folder passes for the newest: then, and after a crash, the board goes on under a new
replica id.
"""

from __future__ import annotations

import contextlib
import os
import re
import secrets
import sqlite3
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from whiteboard.journal import snapshot
from whiteboard.journal.file import About, Entry, JournalError, JournalFile
from whiteboard.journal.reading import UNREADABLE
from whiteboard.journal.snapshot import Kept, Past, StateKind
from whiteboard.journal.writer import Trouble, Writer, trouble_of
from whiteboard.model.folded import Folded
from whiteboard.model.ops import Batch
from whiteboard.util.log import SYNC
from whiteboard.wire.messages import StrictMessage

T = TypeVar("T")

_KEY = re.compile("[0-9a-f]{16}")


@dataclass(frozen=True, slots=True)
class Listed:
    """A board on disk that this process has not open."""

    key: str
    about: About
    waiting: int
    """Own changes that the others' server has not taken."""
    is_damaged: bool = False
    """It cannot be read; nothing else is known of it."""
    picture: Path | None = None
    """A small PNG of it."""


class Journal:
    """One board's journal, open for writing; from the loop's thread, never blocking."""

    def __init__(self, key: str, file: JournalFile, writer: Writer) -> None:
        self.key = key
        self._file = file
        self._writer = writer
        self._token = secrets.token_hex(8)
        self.put("token", self._token)

    @property
    def file(self) -> JournalFile:
        """The database."""
        return self._file

    @property
    def size(self) -> int:
        """Bytes on disk so far; 0 where that cannot be seen."""
        size = 0
        for path in (self._file.path, self._file.path.with_suffix(".board-wal")):
            with contextlib.suppress(OSError):
                size += path.stat().st_size
        return size

    @property
    def token(self) -> str:
        """What this opening is known by."""
        return self._token

    def tell(self, about: About, was: str = "") -> None:
        """Keep what the board is now; see `JournalFile.tell`."""
        self._writer.submit(self._file, lambda file: file.tell(about, was))

    def put(self, key: str, value: object) -> None:
        """Keep one thing about the board."""
        self._writer.submit(self._file, lambda file: file.put(key, value))

    def append(self, batches: tuple[Batch, ...]) -> None:
        """Keep messages."""
        now = time.time()
        self._writer.submit(self._file, lambda file: file.append(batches, now))

    def prepend(self, batches: tuple[Batch, ...]) -> None:
        """Keep what was before all that is kept."""
        self._writer.submit(self._file, lambda file: file.prepend(batches))

    def give_up(self, session: str, replica: str, after: int) -> None:
        """See `JournalFile.give_up`."""
        self._writer.submit(self._file, lambda file: file.give_up(session, replica, after))

    def append_strict(self, messages: tuple[StrictMessage, ...], first: int) -> None:
        """Keep messages of a strict session; `first` is how many were kept before."""
        now = time.time()
        self._writer.submit(self._file, lambda file: file.append_strict(messages, first, now))

    def append_proof(self, proof: tuple[Batch, ...]) -> None:
        """Keep the contents that show that a chain was forked."""
        now = time.time()

        def write(file: JournalFile) -> None:
            file.append_proof(proof, now)
            snapshot.forget(file.connection)

        self._writer.submit(self._file, write)

    def keep_base(self, folded: Folded | None) -> None:
        """Begin with this state instead of what there was (None: with the first message)."""

        def write(file: JournalFile) -> None:
            snapshot.forget(file.connection, StateKind.BASE)
            if folded is not None:
                snapshot.keep(file.connection, StateKind.BASE, Kept(folded, 0))
            snapshot.forget(file.connection)

        self._writer.submit(self._file, write)

    def keep_state(self, kind: StateKind, kept: Kept) -> None:
        """Keep a state beside the messages."""
        self._writer.submit(self._file, lambda file: snapshot.keep(file.connection, kind, kept))

    def when_safe(self, done: Callable[[], object]) -> None:
        """Call `done` once everything given so far is on disk, or the disk refused it."""
        self._writer.submit(self._file, None, done)


class Folder:
    """The boards of a profile.

    Args:
        boards: where the databases are; made when first needed.
        state: where the marks of a clean end are: another folder, which backups of the data may
            not have.
        failing: told what is wrong while the disk refuses, NONE afterwards.
        damaged: told the key of a board that is open and whose file can be written no more.

    The last two are called in the writing thread.
    """

    def __init__(
        self,
        boards: Path,
        state: Path,
        failing: Callable[[Trouble], object] = lambda _trouble: None,
        damaged: Callable[[str], object] = lambda _key: None,
    ) -> None:
        self._boards = boards
        self._state = state
        self._writer = Writer(failing, lambda file: damaged(file.path.stem))
        self._open: dict[str, Journal] = {}

    def create(self) -> Journal:
        """A journal for a new board; its file is made by the writing thread."""
        return self._new(JournalFile(self.path_of(secrets.token_hex(8))))

    def open(self, key: str) -> tuple[Journal, About, list[Entry], bool]:
        """A board that is on disk: its journal, what it is, its messages, whether it is the newest.

        May take long and does not touch the loop: for another thread. Where nothing can be written
        the board is read all the same, and written as soon as it can be.

        Raises:
            JournalError: it is open elsewhere, or cannot be read.
        """
        journal, about, entries, is_newest = self._opened(
            key, lambda file, about: list(file.entries(about.session))
        )
        return journal, about, entries, is_newest

    def open_past(self, key: str) -> tuple[Journal, About, Past, bool]:
        """As `open`, with the newest state and the messages after it: fast.

        Raises:
            JournalError: as `open`.
        """
        return self._opened(key, lambda file, about: snapshot.read_past(file, about.session))

    def past_of(self, journal: Journal) -> Past:
        """All that an open board's journal holds; waits for what is being written. Blocks.

        Raises:
            JournalError: it cannot be read.
        """
        self._writer.settle()
        with self._beside(journal.file.path) as file:
            return snapshot.read_past(file, file.about().session, whole=True)

    def take_snapshot(self, journal: Journal) -> None:
        """Keep a new snapshot of an open board if it is worth its while. Blocks, and takes long."""
        try:
            with self._beside(journal.file.path) as file:
                is_worth = snapshot.is_worth(file, file.about().session)
                made = snapshot.made(file) if is_worth else None
        except (JournalError, OSError, sqlite3.Error, ValueError) as error:
            SYNC.warning("board %s has no snapshot: %s", journal.key, error)
        else:
            if made is not None:
                journal.keep_state(StateKind.SNAPSHOT, made)

    @contextlib.contextmanager
    def _beside(self, path: Path) -> Iterator[JournalFile]:
        """A board's file once more, to be read in any thread."""
        file = JournalFile(path)
        try:
            file.peek()
            yield file
        except (OSError, sqlite3.Error) as error:
            raise JournalError(UNREADABLE) from error
        finally:
            file.close()

    def _opened(
        self, key: str, read: Callable[[JournalFile, About], T]
    ) -> tuple[Journal, About, T, bool]:
        file = JournalFile(self.path_of(key))
        try:
            try:
                file.open()
                is_newest = self._is_newest(key, file.value("token"))
                self._unmark(key)
            except (OSError, sqlite3.Error) as error:
                if trouble_of(error) is Trouble.UNSOUND:
                    raise
                return self._read_only(key, error, read)
            about = _about_of(file)
            found = read(file, about)
        except (OSError, sqlite3.Error, TypeError, ValueError) as error:
            SYNC.warning("board %s: %s", key, error)
            file.close()
            raise JournalError(UNREADABLE) from error
        except JournalError:
            file.close()
            raise
        return self._new(file), about, found, is_newest

    def _read_only(
        self, key: str, why: Exception, read: Callable[[JournalFile, About], T]
    ) -> tuple[Journal, About, T, bool]:
        """Nobody else can write here either, so there is nothing to lock."""
        SYNC.warning("board %s can only be read: %s", key, why)
        with self._beside(self.path_of(key)) as file:
            about = file.about()
            found = read(file, about)
        return self._new(JournalFile(self.path_of(key))), about, found, False

    def _new(self, file: JournalFile) -> Journal:
        journal = Journal(file.path.stem, file, self._writer)
        self._open[journal.key] = journal
        return journal

    def settle(self) -> bool:
        """Wait until everything given so far was tried; whether all is on disk. Blocks."""
        return self._writer.settle()

    def close(self, journals: Iterable[Journal]) -> None:
        """Nothing more is written to these. Blocks until they are on disk, at most 10 s."""
        journals = tuple(journals)
        if self._writer.settle():
            for journal in journals:
                self.take_snapshot(journal)
        whole = self._writer.finish(journal.file for journal in journals)
        for journal in journals:
            self._open.pop(journal.key, None)
            if journal.file in whole:
                self._mark(journal.key, journal.token)

    def shut(self) -> None:
        """The program ends: close all and end the thread."""
        self.close(tuple(self._open.values()))
        self._writer.close()

    def delete(self, key: str) -> None:
        """A board that is not open goes from the disk.

        Raises:
            JournalError: it is open somewhere, or cannot be deleted.
        """
        file = JournalFile(self.path_of(key))
        try:
            file.lock()
            file.close()
            self._unmark(key)
            self._picture_of(key).unlink(missing_ok=True)
            for ending in ("board", "board-wal", "board-shm", "lock"):
                (self._boards / f"{key}.{ending}").unlink(missing_ok=True)
        except (OSError, sqlite3.Error) as error:
            raise JournalError("This board cannot be deleted.") from error

    def listed(self) -> list[Listed]:
        """Boards on disk, the last opened first; those that this process has open are left out."""
        found: list[Listed] = []
        for path in self._boards.glob("*.board"):
            key = path.stem
            if key in self._open or not _KEY.fullmatch(key):
                continue
            try:
                found.append(self._peek(key))
            except (OSError, sqlite3.Error, JournalError, TypeError, ValueError) as error:
                SYNC.warning("board %s cannot be listed: %s", key, error)
                found.append(Listed(key, About(is_open=False), 0, is_damaged=True))
        return sorted(found, key=lambda one: -one.about.opened)

    def _peek(self, key: str) -> Listed:
        file = JournalFile(self.path_of(key))
        try:
            file.peek()
            about = _about_of(file)
            waiting = 0
            if (about.room or about.other) and not about.is_ended:
                newest = file.newest_of(about.session, about.party)
                waiting = sum(max(0, n - about.taken.get(r, 0)) for r, n in newest.items())
            picture = self._picture_of(key)
            return Listed(key, about, waiting, picture=picture if picture.exists() else None)
        finally:
            file.close()

    # --- files

    def path_of(self, key: str) -> Path:
        """The database of a board, whether it is there or not."""
        return self._boards / f"{key}.board"

    def _picture_of(self, key: str) -> Path:
        return self._state / f"{key}.png"

    def keep_picture(self, key: str, png: bytes) -> None:
        """Keep a small picture of a board; where that cannot be written there is none. Blocks."""
        try:
            self._state.mkdir(parents=True, exist_ok=True)
            self._picture_of(key).write_bytes(png)
        except OSError as error:
            SYNC.info("no picture of board %s: %s", key, error)

    # --- the mark of a clean end

    def _is_newest(self, key: str, token: object) -> bool:
        try:
            mark = (self._state / f"{key}.clean").read_text(encoding="ascii")
        except (OSError, ValueError):
            return False
        return mark == self._mark_text(key, str(token))

    def _mark_text(self, key: str, token: str) -> str:
        return f"{token} {self.path_of(key).stat().st_ino}"

    def _mark(self, key: str, token: str) -> None:
        """Say that the database is the newest; where that cannot be written, it is not said."""
        try:
            self._state.mkdir(parents=True, exist_ok=True)
            with (self._state / f"{key}.clean").open("w", encoding="ascii") as mark:
                mark.write(self._mark_text(key, token))
                mark.flush()
                os.fsync(mark.fileno())
        except OSError as error:
            SYNC.warning("the end of board %s cannot be marked: %s", key, error)
            with contextlib.suppress(OSError):
                (self._state / f"{key}.clean").unlink(missing_ok=True)

    def _unmark(self, key: str) -> None:
        mark = self._state / f"{key}.clean"
        if mark.exists():
            mark.unlink()
            _flush_folder(self._state)


def _about_of(file: JournalFile) -> About:
    about = file.about()
    if not about.session:
        raise JournalError(UNREADABLE)  # nothing was ever written into it, or all of it is gone
    return about


def _flush_folder(folder: Path) -> None:
    """Make a removal in a folder durable, where the system can."""
    if os.name != "posix":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
