"""Reading a board's history from its journal in a thread of its own, a little ahead of the loop."""

from __future__ import annotations

import queue
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path

from whiteboard.journal.file import JournalError, Line
from whiteboard.journal.reading import JournalReader
from whiteboard.model.changes import Happening
from whiteboard.model.folded import Folded
from whiteboard.session.replay_strict import Gathering
from whiteboard.transport.keeping_strict import sender_party
from whiteboard.util.log import SYNC

PIECE = 128
"""Messages handed over at once."""
AHEAD = 8
"""Pieces that may wait; the thread rests until one is taken."""
MOST_PEOPLE = 10_000

Kept = tuple[Happening, float | None]


class Recalling:
    """Implements `session.boards.Recall`; all members are for the loop's thread.

    Args:
        path: Of the journal; None if the board is not on disk, so there is nothing to read.
    """

    def __init__(self, path: Path | None) -> None:
        self.total = 0
        self.base: Folded | None = None
        self.people: Mapping[str, tuple[str, str]] = {}
        self._pieces: queue.Queue[list[Kept] | None] = queue.Queue(AHEAD)
        self._is_done = path is None
        self._closed = threading.Event()
        if path is not None:
            threading.Thread(target=self._run, args=(path,), name="recall", daemon=True).start()

    @property
    def is_done(self) -> bool:
        """See `Recall`."""
        return self._is_done

    def take(self) -> Sequence[Kept]:
        """See `Recall`."""
        try:
            piece = self._pieces.get_nowait()
        except queue.Empty:
            return ()
        if piece is None:
            self._is_done = True
            return ()
        return piece

    def close(self) -> None:
        """See `Recall`."""
        self._closed.set()
        self._is_done = True

    # --- in the thread

    def _run(self, path: Path) -> None:
        try:
            with JournalReader(path) as reader:
                self.total = reader.last()
                self.people = people_of(reader.about.people)
                self.base = reader.base()
                self._read(reader)
        except JournalError as error:
            SYNC.warning("the history ends where the journal cannot be read: %s", error)
        self._put(None)

    def _read(self, reader: JournalReader) -> None:
        piece: list[Kept] = []
        strict = Gathering(sender_party)
        for line in reader.lines():
            what = _happening(line, strict)
            if what is not None:
                piece.append((what, line.received))
            if len(piece) >= PIECE:
                if not self._put(piece):
                    return
                piece = []
        self._put(piece)

    def _put(self, piece: list[Kept] | None) -> bool:
        """Hand a piece over; False once nobody wants it any more."""
        while not self._closed.is_set():
            try:
                self._pieces.put(piece, timeout=0.1)
            except queue.Full:
                continue
            return True
        return False


def _happening(line: Line, strict: Gathering) -> Happening | None:
    batch = line.batch()
    if batch is not None:
        return batch
    message = line.strict()
    return None if message is None else strict.take(message)


def people_of(kept: object) -> dict[str, tuple[str, str]]:
    """What `Keeper` keeps about people, as far as it is well formed."""
    people: dict[str, tuple[str, str]] = {}
    if isinstance(kept, dict):
        for party, who in list(kept.items())[:MOST_PEOPLE]:
            if isinstance(who, list) and len(who) == 2:
                people[str(party)] = (str(who[0]), str(who[1]))
    return people
