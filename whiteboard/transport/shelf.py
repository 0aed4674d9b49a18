"""All boards on disk as the program sees them: which are not open, opening one, putting one back.

Slow work (opening, closing, deleting, listing) is done by one thread, in order; the windows hear in
the loop. The writing thread of the journals is another one.
"""

from __future__ import annotations

import asyncio
import enum
import random
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from whiteboard.journal.file import About, JournalError
from whiteboard.journal.folder import Folder, Journal, Listed
from whiteboard.journal.reading import UNREADABLE, JournalReader
from whiteboard.journal.writer import Trouble
from whiteboard.model.document import Document
from whiteboard.model.ids import Replica
from whiteboard.model.shared import SharedDocument
from whiteboard.session.boards import Board, SavedBoard
from whiteboard.session.session import Session
from whiteboard.transport.board import SharedBoard
from whiteboard.transport.keeping import Keeper, place_of, revived
from whiteboard.transport.keeping_strict import is_strict, revived_strict
from whiteboard.util.event import Event
from whiteboard.util.log import SYNC
from whiteboard.wire.errors import RemoteProtocolError
from whiteboard.wire.messages import Peer

DISK_FULL = "The disk is full. Your changes are kept in memory \N{EN DASH} free some space now."
CANNOT_WRITE = (
    "Your changes cannot be written to the disk. They are kept in memory \N{EN DASH}"
    " save the board as a file to be safe."
)
WRITTEN_AGAIN = "Your changes are on the disk again."
DAMAGED = "The file of a board was damaged. Your changes are kept in a new one."

_SENTENCES = {
    Trouble.NONE: WRITTEN_AGAIN,
    Trouble.FULL: DISK_FULL,
    Trouble.REFUSED: CANNOT_WRITE,
}

T = TypeVar("T")


class Afterwards(enum.Enum):
    """What becomes of a board that is closed."""

    CLOSED = "closed"
    OPEN = "open"
    """The next start opens it again."""
    DELETE = "delete"


@dataclass(frozen=True, slots=True)
class Revived:
    """A board of an earlier run, read."""

    journal: Journal
    about: About
    document: SharedDocument
    session: Session | None
    strict_count: int = 0
    """How many messages it has, if it is of a strict session."""

    def is_of(self, me: Peer) -> bool:
        """Whether it goes on, and it is me who drew here."""
        session = self.session
        if session is None or session.description is None:
            return False
        return session.is_me(me, self.document)


class Shelf:
    """The boards of one profile on disk; from the loop's thread.

    Args:
        boards: folder of the journals.
        state: folder of the marks of a clean end.
    """

    def __init__(self, boards: Path, state: Path) -> None:
        self.saved: Sequence[SavedBoard] = ()
        self._listed: Sequence[Listed] = ()
        self.changed: Event[None] = Event()
        """`saved` differs now."""
        self.problem: Event[str] = Event()
        """A sentence for the person: the disk is full, or takes changes again."""
        self._folder = Folder(
            boards,
            state,
            lambda trouble: self._in_loop(self._show_trouble, trouble),
            lambda key: self._in_loop(self._begin_anew, key),
        )
        self._keepers: dict[int, Keeper] = {}
        self._loop: asyncio.AbstractEventLoop | None = None
        self._slow = ThreadPoolExecutor(1, "shelf")
        self._running: set[asyncio.Future[Any]] = set()
        self._is_failing = False
        self._is_closed = False

    def keep(self, board: SharedBoard, what: Revived | None = None) -> None:
        """Keep a board from now on."""
        self._loop = asyncio.get_running_loop()
        journal, about = (what.journal, what.about) if what is not None else (None, None)
        self._keepers[id(board)] = Keeper(
            board,
            self._folder,
            journal,
            about,
            is_failing=lambda: self._is_failing,
            strict_count=what.strict_count if what is not None else 0,
            read_back=self._read_back,
            take_snapshot=lambda journal: self._later(partial(self._folder.take_snapshot, journal)),
        )

    def _read_back(
        self, journal: Journal, like: Document, done: Callable[[Document | None], object]
    ) -> None:
        """Make a document of all that a journal holds, in the slow thread."""

        def read() -> Document | None:
            try:
                past = self._folder.past_of(journal)
            except JournalError as error:
                SYNC.warning("board %s cannot be read back: %s", journal.key, error)
                return None
            document = like.like(past.folded)
            document.receive(past.batches)
            return document

        self._later(read, done)

    def is_kept_as(self, board: SharedBoard, key: str) -> bool:
        """Whether an open board has this journal."""
        keeper = self._keepers.get(id(board))
        return keeper is not None and keeper.journal is not None and keeper.journal.key == key

    def key_of(self, session: str) -> str | None:
        """The kept copy of a session that goes on and is not open; None if there is none."""
        for one in self._listed:
            is_same = one.about.session == session and place_of(one.about) is not None
            if is_same:
                return one.key
        return None

    @property
    def sessions(self) -> Sequence[tuple[str, str]]:
        """(session, name) of the boards on disk that were shared once."""
        return [(one.about.session, one.about.name) for one in self._listed if one.about.role]

    def kept_as(self, session: str) -> str | None:
        """The key of the newest copy of a session that is not open, ended or not."""
        return next((one.key for one in self._listed if one.about.session == session), None)

    def is_of(self, session: str, place: str) -> bool:
        """Whether no kept copy is of this session, or it was shared with this bare address."""
        kept = [one.about for one in self._listed if one.about.session == session]
        return all(place in {one.room, one.other, *one.admitted} for one in kept)

    def journal_of(self, board: SharedBoard) -> Path | None:
        """Where an open board is kept, for a `JournalReader`; None if it is not on disk yet."""
        keeper = self._keepers.get(id(board))
        if keeper is None or keeper.journal is None:
            return None
        return self._folder.path_of(keeper.journal.key)

    def look_up_times(self, board: SharedBoard) -> None:
        """Learn from the journal of an open board who finished parts of it, and when."""
        path, dots = self.journal_of(board), [mark.dot for mark in board.document.marks()]

        def read() -> dict[tuple[Replica, int], float]:
            if path is None:
                return {}
            try:
                with JournalReader(path) as reader:
                    return reader.times(dots)
            except JournalError:
                return {}  # then it is said without a time

        if dots:
            self._later(read, board.permissions.learn_times)

    def keep_picture(self, board: Board, png: bytes) -> None:
        """A small picture of an open board, for when it is closed."""
        keeper = self._keepers.get(id(board))
        if keeper is not None and keeper.journal is not None:
            self._later(partial(self._folder.keep_picture, keeper.journal.key, png))

    def put_back(self, board: SharedBoard, afterwards: Afterwards) -> None:
        """A board is about to be closed: finish its journal."""
        keeper = self._keepers.pop(id(board), None)
        if keeper is None:
            return
        journal = keeper.let_go(stays_open=afterwards is Afterwards.OPEN)
        if journal is not None and afterwards is not Afterwards.OPEN:
            self._later(partial(self._folder.close, [journal]))
            if afterwards is Afterwards.DELETE:
                self.delete(journal.key)
            else:
                self.look()

    def look(self, then: Callable[[list[str]], object] = lambda _keys: None) -> None:
        """See what there is; `then` gets the keys of what was open when the program ended."""

        def seen(listed: list[Listed]) -> None:
            self._listed = listed
            self.saved = tuple(
                SavedBoard(
                    one.key,
                    one.about.name,
                    one.about.room or one.about.other,
                    one.waiting,
                    one.about.opened,
                    is_damaged=one.is_damaged,
                    picture=one.picture,
                )
                for one in listed
            )
            self.changed.emit(None)
            then([one.key for one in reversed(listed) if one.about.is_open])

        self._later(self._folder.listed, seen)

    def take(self, key: str, rng: random.Random, then: Callable[[Revived | str], object]) -> None:
        """Read a board; `then` gets it, or a sentence why not."""

        def read() -> Revived | str:
            try:
                return self._read(key, rng)
            except JournalError as error:
                return str(error)

        self._later(read, then)
        self.look()

    def _read(self, key: str, rng: random.Random) -> Revived:
        journal, about, past, is_newest = self._folder.open_past(key)
        document: SharedDocument
        count = 0
        try:
            if is_strict(about):
                with JournalReader(self._folder.path_of(key)) as reader:
                    messages = [m for line in reader.lines() if (m := line.strict()) is not None]
                count = len(messages)
                document, session = revived_strict(about, place_of(about), messages, rng)
            else:
                document, session = revived(about, past, rng, is_newest=is_newest)
        except (RemoteProtocolError, ValueError) as error:
            SYNC.warning("board %s: %s", key, error)
            self._folder.close([journal])
            raise JournalError(UNREADABLE) from error
        return Revived(journal, about, document, session, count)

    def close(self, what: Revived) -> None:
        """What was read is not wanted: put it back as it is."""
        self._later(partial(self._folder.close, [what.journal]))
        self.look()

    def delete(self, key: str) -> None:
        """Take a board off the disk."""

        def delete() -> str:
            try:
                self._folder.delete(key)
            except JournalError as error:
                return str(error)
            return ""

        self._later(delete, lambda refused: self.problem.emit(refused) if refused else None)
        self.look()

    async def settle(self) -> None:
        """Wait until everything that happened is on disk, or was refused."""
        if self._is_closed:
            return
        await asyncio.get_running_loop().run_in_executor(self._slow, self._folder.settle)
        while self._running:
            await asyncio.wait(self._running)

    async def shut(self) -> None:
        """The program ends."""
        if self._is_closed:
            return
        await self.settle()
        self._is_closed = True
        await asyncio.get_running_loop().run_in_executor(self._slow, self._folder.shut)
        self._slow.shutdown()

    def _later(self, work: Callable[[], T], then: Callable[[T], object] | None = None) -> None:
        self._loop = asyncio.get_running_loop()
        future = self._loop.run_in_executor(self._slow, work)
        self._running.add(future)

        def finished(done: asyncio.Future[T]) -> None:
            self._running.discard(done)
            if not done.cancelled() and then is not None:
                then(done.result())

        future.add_done_callback(finished)

    def _in_loop(self, call: Callable[[T], object], argument: T) -> None:
        """From the writing thread."""
        loop = self._loop
        if loop is not None and not loop.is_closed():
            loop.call_soon_threadsafe(call, argument)

    def _show_trouble(self, trouble: Trouble) -> None:
        self._is_failing = trouble is not Trouble.NONE
        self.problem.emit(_SENTENCES[trouble])

    def _begin_anew(self, key: str) -> None:
        """The file of an open board is no database any more: keep all of it in a new one."""
        for keeper in self._keepers.values():
            if keeper.journal is not None and keeper.journal.key == key:
                self._later(partial(self._folder.close, [keeper.journal]))
                keeper.begin_anew()
                self.problem.emit(DAMAGED)
