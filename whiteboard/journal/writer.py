"""The one thread that writes journals: group commit, order, patience with a full disk.

1. Jobs of one file run in the order in which they were given; all that wait for a file are one
   transaction, so a burst of edits costs one flush of the disk.
2. `done` is called in the loop that was running when the job was given, after the commit.
3. A commit that fails (full or read-only disk) is taken back and tried again every `RETRY_SECONDS`;
   its `done`s are called all the same: work goes on in memory, and
   `failing` tells. What is sent meanwhile is not certainly on disk, so such a file must not be
   called clean: see `folder`.
4. A file that is no sound database any more is given up at once, and `damaged` tells.
"""

from __future__ import annotations

import asyncio
import contextlib
import enum
import errno
import queue
import sqlite3
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from whiteboard.journal.file import JournalError, JournalFile
from whiteboard.util.log import SYNC

RETRY_SECONDS = 2.0
PATIENCE = 10.0
"""Seconds that whoever ends waits for the disk."""

Job = Callable[[JournalFile], object]

_NO_ROOM = {errno.ENOSPC, errno.EDQUOT}
_UNSOUND = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}


class Trouble(enum.Enum):
    """How the disk takes what is written."""

    NONE = "takes all"
    FULL = "is full"
    REFUSED = "refuses: it is read-only, or faulty"
    UNSOUND = "has destroyed the file"


@dataclass(slots=True)
class _Asked:
    file: JournalFile
    job: Job | None
    done: Callable[[], object] | None
    loop: asyncio.AbstractEventLoop | None


class Writer:
    """Writes for all boards of a program.

    Args:
        failing: told what is wrong when a disk refuses, and NONE when all is written again.
        damaged: told a file that is given up.

    Both are called in the writing thread.
    """

    def __init__(
        self,
        failing: Callable[[Trouble], object],
        damaged: Callable[[JournalFile], object] = lambda _file: None,
    ) -> None:
        self._failing = failing
        self._damaged = damaged
        self._queue: queue.SimpleQueue[_Asked | None] = queue.SimpleQueue()
        self._backlogs: dict[int, list[_Asked]] = {}
        self._broken: set[int] = set()
        self._given_up: set[int] = set()
        self._retry_at = 0.0
        self._trouble = Trouble.NONE
        self._told = Trouble.NONE
        self._thread = threading.Thread(target=self._run, name="journal", daemon=True)
        self._started = False

    def submit(
        self, file: JournalFile, job: Job | None, done: Callable[[], object] | None = None
    ) -> None:
        """Do `job` in the next transaction of `file`; None = only wait for those before it."""
        if not self._started:
            self._started = True
            self._thread.start()
        loop = asyncio.get_running_loop() if done is not None else None
        self._queue.put(_Asked(file, job, done, loop))

    def settle(self) -> bool:
        """Wait until everything asked so far was tried; whether all of it is on disk.

        Blocks: for the end of the program.
        """
        if not self._started:
            return True
        tried = threading.Event()
        self._queue.put(_Asked(_NO_FILE, lambda _file: tried.set(), None, None))
        return tried.wait(PATIENCE) and not self._backlogs

    def finish(self, files: Iterable[JournalFile]) -> list[JournalFile]:
        """Write these once more and close them; those that have everything that was asked.

        Blocks. A disk that does not answer in `PATIENCE` seconds keeps its files open until the
        process ends: another thread may not close what this one is writing.
        """
        files = tuple(files)
        whole: list[JournalFile] = []
        closed = threading.Event()

        def close(_file: JournalFile) -> None:
            whole.extend(file for file in files if self._close(file))
            closed.set()

        if not self._started:
            close(_NO_FILE)
        else:
            self._queue.put(_Asked(_NO_FILE, close, None, None))
        return list(whole) if closed.wait(PATIENCE) else []

    def _close(self, file: JournalFile) -> bool:
        key = id(file)
        is_behind = self._backlogs.pop(key, None) is not None
        is_broken = key in self._broken or key in self._given_up
        self._broken.discard(key)
        self._given_up.discard(key)
        with contextlib.suppress(sqlite3.Error):
            file.close()
            return not is_behind and not is_broken
        return False

    def close(self) -> None:
        """Try everything once more and end the thread."""
        if self._started:
            self._queue.put(None)
            self._thread.join(PATIENCE)

    # --- in the thread

    def _run(self) -> None:
        running = True
        while running:
            asked = self._next()
            running = None not in asked
            self._take([one for one in asked if one is not None])

    def _next(self) -> list[_Asked | None]:
        """What was asked, waiting for it; nothing when it is time to try again."""
        wait = max(0.01, self._retry_at - time.monotonic()) if self._backlogs else None
        try:
            asked = [self._queue.get(timeout=wait)]
        except queue.Empty:
            return []
        while not self._queue.empty():
            asked.append(self._queue.get())
        return asked

    def _take(self, asked: list[_Asked]) -> None:
        files: dict[int, list[_Asked]] = {key: [] for key in self._backlogs}
        markers: list[_Asked] = []
        for one in asked:
            if one.file is _NO_FILE:
                markers.append(one)
            else:
                files.setdefault(id(one.file), []).append(one)
        is_time = bool(markers) or time.monotonic() >= self._retry_at
        for key, jobs in files.items():
            self._write(key, jobs, is_time=is_time)
        if self._backlogs and is_time:
            self._retry_at = time.monotonic() + RETRY_SECONDS
        self._tell()
        for one in markers:
            assert one.job is not None
            one.job(one.file)

    def _tell(self) -> None:
        now = self._trouble if self._backlogs else Trouble.NONE
        if now is not self._told:
            self._told = now
            self._failing(now)

    def _write(self, key: int, jobs: list[_Asked], *, is_time: bool) -> None:
        writing = [] if key in self._given_up else [one for one in jobs if one.job is not None]
        backlog = self._backlogs.get(key, [])
        is_waiting = bool(backlog)
        backlog += writing
        if backlog and (is_time or not is_waiting):
            trouble = self._commit(backlog)
            if trouble in {Trouble.NONE, Trouble.UNSOUND}:
                self._backlogs.pop(key, None)
            else:
                self._backlogs[key] = backlog
                self._trouble = trouble
            if trouble is Trouble.UNSOUND:
                self._given_up.add(key)
                self._damaged(backlog[0].file)
        for one in jobs:
            if one.done is not None and one.loop is not None and not one.loop.is_closed():
                one.loop.call_soon_threadsafe(one.done)

    def _commit(self, waiting: list[_Asked]) -> Trouble:
        """Write in one transaction."""
        file = waiting[0].file
        try:
            file.begin()
            for one in waiting:
                assert one.job is not None
                one.job(file)
            file.commit()
        except (sqlite3.Error, OSError, JournalError) as error:
            SYNC.warning("a board cannot be written: %s", error)
            _roll_back(file)
            return trouble_of(error)
        except Exception:  # noqa: BLE001 - a fault in one job must not stop all boards
            _roll_back(file)
            if len(waiting) > 1:
                each = [self._commit([one]) for one in waiting]
                return next((one for one in each if one is not Trouble.NONE), Trouble.NONE)
            SYNC.exception("a change cannot be written down")
            self._broken.add(id(file))
        return Trouble.NONE


def trouble_of(error: Exception) -> Trouble:
    """What an error of the disk, or of the database on it, means."""
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF  # SQLite's primary result code
    if code in _UNSOUND:
        return Trouble.UNSOUND
    is_full = isinstance(error, OSError) and error.errno in _NO_ROOM
    return Trouble.FULL if is_full or code == sqlite3.SQLITE_FULL else Trouble.REFUSED


def _roll_back(file: JournalFile) -> None:
    try:
        file.rollback()
    except sqlite3.Error as error:
        SYNC.warning("a transaction cannot be taken back: %s", error)


_NO_FILE = JournalFile(Path())
"""Stands for all files in what `settle` asks."""
