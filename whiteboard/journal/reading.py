"""Reading a journal without opening its board: for the history, and for exporting logs.

    with JournalReader(path) as reader:
        for line in reader.lines(after=seen):
            line.seq, line.received, line.sender, line.stanza, line.batch()

It reads beside whoever writes the board, in this process or another one, from any one thread. What
it sees grows: each call of `lines` is one consistent picture of what was on disk when it began.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from pathlib import Path
from types import TracebackType
from typing import Self

from whiteboard.journal.file import About, JournalError, JournalFile, Line
from whiteboard.journal.snapshot import StateKind, kept
from whiteboard.model.folded import Folded
from whiteboard.model.ids import Replica
from whiteboard.util.log import SYNC

UNREADABLE = "This board cannot be read."


class JournalReader:
    """One journal, read only, between `with` and its end.

    Args:
        path: of the `.board` file: `Folder.path_of(key)`, or `Shelf.journal_of(board)`.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._file = JournalFile(path)

    def __enter__(self) -> Self:
        """Open it.

        Raises:
            JournalError: there is no such board, or it cannot be read.
        """
        try:
            self._file.peek()
            self._about = self._file.about()
        except JournalError:
            self._file.close()
            raise
        except (OSError, sqlite3.Error, TypeError, ValueError) as error:
            self._file.close()
            raise self._unreadable(error) from error
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._file.close()

    @property
    def about(self) -> About:
        """What the board is, as it was when the reader was opened."""
        return self._about

    def base(self) -> Folded | None:
        """The state before the first message, if the member joined by one (SYNC 5.5).

        Raises:
            JournalError: it cannot be read.
        """
        try:
            found = kept(self._file.connection, StateKind.BASE, self._about.session)
        except sqlite3.Error as error:
            raise self._unreadable(error) from error
        return None if found is None else found.folded

    def last(self) -> int:
        """The seq of the newest message, 0 if there is none.

        Raises:
            JournalError: it cannot be read.
        """
        try:
            return self._file.last(self._about.session)
        except sqlite3.Error as error:
            raise self._unreadable(error) from error

    def lines(self, after: int = 0, upto: int | None = None) -> Iterator[Line]:
        """The messages of the board's session with `after` < seq <= `upto`, in a causal order.

        Two contents of one message, which prove a fork, are two lines.

        Raises:
            JournalError: it cannot be read.
        """
        try:
            yield from self._file.lines(self._about.session, after, upto)
        except sqlite3.Error as error:
            raise self._unreadable(error) from error

    def times(self, dots: Iterable[tuple[Replica, int]]) -> dict[tuple[Replica, int], float]:
        """When these messages took effect here, Unix seconds; those that are not there are not.

        Raises:
            JournalError: it cannot be read.
        """
        try:
            return self._file.times(self._about.session, dots)
        except sqlite3.Error as error:
            raise self._unreadable(error) from error

    def _unreadable(self, error: Exception) -> JournalError:
        SYNC.warning("board %s: %s", self.path.stem, error)
        return JournalError(UNREADABLE)
