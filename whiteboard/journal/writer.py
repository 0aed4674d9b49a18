"""The one thread that writes journals: group commit, order, patience with a full disk.

1. Jobs of one file run in the order in which they were given; all that wait for a file are one
   transaction, so a burst of edits costs one flush of the disk.
2. `done` is called in the loop that was running when the job was given, after the commit.
3. A commit that fails (full or read-only disk) is taken back and tried again every `RETRY_SECONDS`;
   its `done`s are called all the same: work goes on in memory, and
   `failing` tells. What is sent meanwhile is not certainly on disk, so such a file must not be
   called clean: see `folder`.
"""

from __future__ import annotations

import asyncio
import queue
import sqlite3
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from whiteboard.journal.file import JournalError, JournalFile
from whiteboard.util.log import SYNC

RETRY_SECONDS = 2.0

Job = Callable[[JournalFile], object]


@dataclass(slots=True)
class _Asked:
    file: JournalFile
    job: Job | None
    done: Callable[[], object] | None
    loop: asyncio.AbstractEventLoop | None


class Writer:
    """Writes for all boards of a program.

    Args:
        failing: told True when a disk refuses and False when all is written again; called in the
            writing thread.
    """

    def __init__(self, failing: Callable[[bool], object]) -> None:
        self._failing = failing
        self._queue: queue.SimpleQueue[_Asked | None] = queue.SimpleQueue()
        self._backlogs: dict[int, list[_Asked]] = {}
        self._broken: set[int] = set()
        self._retry_at = 0.0
        self._is_failing = False
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

    def settle(self, timeout: float = 10.0) -> bool:
        """Wait until everything asked so far was tried; whether all of it is on disk.

        Blocks: for the end of the program.
        """
        if not self._started:
            return True
        tried = threading.Event()
        self._queue.put(_Asked(_NO_FILE, lambda _file: tried.set(), None, None))
        return tried.wait(timeout) and not self._backlogs

    def forget(self, file: JournalFile) -> bool:
        """Try no more to write this file; whether something of it is lost. After `settle`."""
        is_behind = self._backlogs.pop(id(file), None) is not None
        is_broken = id(file) in self._broken
        self._broken.discard(id(file))
        return is_behind or is_broken

    def close(self) -> None:
        """Try everything once more and end the thread."""
        if self._started:
            self._queue.put(None)
            self._thread.join(10.0)

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
        if self._is_failing != bool(self._backlogs):
            self._is_failing = bool(self._backlogs)
            self._failing(self._is_failing)
        for one in markers:
            assert one.job is not None
            one.job(one.file)

    def _write(self, key: int, jobs: list[_Asked], *, is_time: bool) -> None:
        writing = [one for one in jobs if one.job is not None]
        backlog = self._backlogs.get(key)
        if backlog is not None:
            backlog += writing
            if is_time and self._commit(backlog):
                del self._backlogs[key]
        elif writing and not self._commit(writing):
            self._backlogs[key] = writing
        for one in jobs:
            if one.done is not None and one.loop is not None and not one.loop.is_closed():
                one.loop.call_soon_threadsafe(one.done)

    def _commit(self, waiting: list[_Asked]) -> bool:
        """Write in one transaction; False if the disk refuses."""
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
            return False
        except Exception:  # noqa: BLE001 - a fault in one job must not stop all boards
            _roll_back(file)
            if len(waiting) > 1:
                each = [self._commit([one]) for one in waiting]
                return all(each)
            SYNC.exception("a change cannot be written down")
            self._broken.add(id(file))
        return True


def _roll_back(file: JournalFile) -> None:
    try:
        file.rollback()
    except sqlite3.Error as error:
        SYNC.warning("a transaction cannot be taken back: %s", error)


_NO_FILE = JournalFile(Path())
"""Stands for all files in what `settle` asks."""
