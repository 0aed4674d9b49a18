"""One board's history while its pane is open: reading it, going through it, following the board.

Everything happens in slices of a few milliseconds between two frames; nothing here paints.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Generator, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass

from PySide6.QtCore import QObject, QTimer

from whiteboard.editing.describing import describe
from whiteboard.model.changes import Commit, Happening
from whiteboard.model.document import Document
from whiteboard.model.folded import Folded
from whiteboard.model.ids import Party, Rid
from whiteboard.model.merge import FIELDS
from whiteboard.model.ops import Kind
from whiteboard.model.rebase import PARTIAL, Piece
from whiteboard.model.shared import SharedDocument
from whiteboard.model.strict.document import StrictDocument
from whiteboard.model.strict.ops import Stanza
from whiteboard.past.entries import Entries, Entry
from whiteboard.past.moments import Moments
from whiteboard.past.restoring import restoring
from whiteboard.past.scale import Scale
from whiteboard.past.strict import StrictTimeline, everything_of
from whiteboard.past.taking_back import taking_back, typed
from whiteboard.past.timeline import Timeline
from whiteboard.session.boards import Board, BoardService
from whiteboard.ui import words
from whiteboard.ui.slices import Busy, Slices
from whiteboard.util.event import Event

SLICE = 0.006
"""Seconds of work between two frames."""
WAIT_MS = 15
"""Between two looks whether more was read, or whether a thread is ready."""
TELL_SECONDS = 0.1
"""Listeners hear of progress at most so often."""
FRAME_MS = 33
"""Between two steps of playing back."""
SPEEDS = (1, 4, 16)


@dataclass(frozen=True, slots=True)
class Who:
    """A person of the history."""

    party: Party
    name: str
    address: str
    """Their colour comes from it."""
    me: bool


class LookingBack(QObject):
    """The history of one board.

    Args:
        board: Whose.
        boards: Where it is read.
        parent: Dies with it.

    Attributes:
        changed: Anything that is shown of it differs now; `moved` says the same of the position.
        moved: The position or the picture differs now.
        busy: The live board is being changed in slices; the position stays as long.
        timeline: All messages that were read.
        entries: The same as a list for people.
        scale: The same on a line of time.
        is_reading: More is on its way.
        is_whole: What is there is all; else the beginning, or some of it, could not be read.
        position: The moment that is looked at, as a number of messages; None = now.
        is_playing: The position moves by itself.
        speed: One of `SPEEDS`.
        only: Only this person's work is listed, and stepped through; None = everybody's.
    """

    def __init__(self, board: Board, boards: BoardService, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.changed: Event[None] = Event()
        self.moved: Event[None] = Event()
        self.busy: Event[Busy | None] = Event()
        self.board = board
        self.speed = SPEEDS[1]
        self.only: Party | None = None
        self.position: int | None = None
        self.is_playing = False
        self._boards = boards
        self._told = 0.0
        self._place = 0.0
        self._played = 0.0
        self._read_timer = self._timer(self._read)
        self._seek_timer = self._timer(self._seek_on)
        self._play_timer = self._timer(self._play_on)
        self._slices = Slices(self.busy, self)
        self._thread = ThreadPoolExecutor(1, "looking-back")
        self._stop_document: Callable[[], None] = lambda: None
        self._left_over = board.left_over
        self._stop_board = board.changed.subscribe(lambda _none: self._look_at_left_over())
        self._stop_replaced = board.document_replaced.subscribe(lambda _none: self._begin())
        self._begin()

    def _look_at_left_over(self) -> None:
        if self.board.left_over != self._left_over:
            self._left_over = self.board.left_over
            self.changed.emit(None)

    def _timer(self, slot: Callable[[], None]) -> QTimer:
        timer = QTimer(self)
        timer.setSingleShot(True)
        timer.timeout.connect(slot)
        return timer

    def describe(self, rid: Rid) -> str:
        """A thing on the board of now, in words; '' if it is not shown."""
        document = self.board.document
        if not document.is_visible(rid):
            return ""
        is_element = document.kind(rid) is Kind.ELEMENT
        return describe(document, rid if is_element else document.parent(rid) or rid)

    def value_now(self, piece: Piece) -> str:
        """What stands on the board where something was left over."""
        document = self.board.document
        if not isinstance(document, Document) or not document.exists(piece.rid):
            return ""
        field = "chdata" if piece.field == PARTIAL else piece.field
        return str(document.value(piece.rid, field) or "") if field in FIELDS else ""

    def stop(self) -> None:
        """Change the live board no further."""
        self._slices.stop()

    def close(self) -> None:
        """Read and follow no further."""
        self._stop_board()
        self._stop_document()
        self._stop_replaced()
        self._recall.close()
        self._slices.stop()
        self._thread.shutdown(wait=False, cancel_futures=True)
        for timer in (self._read_timer, self._seek_timer, self._play_timer):
            timer.stop()

    # --- reading

    def _begin(self) -> None:
        """Read the board's history from the start, of the document that it has now."""
        self._stop_document()
        self._slices.stop()
        self._pause()
        self.position = None
        self._document: SharedDocument = self.board.document
        self.timeline: Moments = _timeline_of(self._document)
        self.entries = Entries()
        self.scale = Scale()
        self.only = None
        self._waiting: deque[tuple[Happening, float | None]] = deque()
        self._times: dict[tuple[str, int | str], float] = {}
        self._short: dict[Party, str] = {}
        self._recall = self._boards.recall(self.board)
        self._base: Folded | None = None
        self._making: Future[Timeline] | None = None
        self._is_caught_up = False
        self.is_reading = True
        self.is_whole = True
        self._stop_document = self._document.on_commit.subscribe(self._committed)
        self._read_timer.start(0)
        self.moved.emit(None)
        self.changed.emit(None)

    @property
    def may_undo_work(self) -> bool:
        """Whether all that one person did can be undone: not in a session of plain XEP-0284."""
        return isinstance(self._document, Document)

    @property
    def total(self) -> int:
        """About how many messages there are to read."""
        return max(self._recall.total, len(self.timeline) + len(self._waiting))

    def _committed(self, commit: Commit) -> None:
        now = time.time()
        if self._is_caught_up:
            self._waiting.extend((one, now) for one in _happened(commit, self._document))
            self._read_timer.start(0)
        else:
            self._times.update((batch.dot, now) for batch in commit.batches)
            self._times.update((stanza.key, now) for stanza in commit.stanzas)

    def _read(self) -> None:
        """Take in for a slice what was read.

        What is on disk comes first: only there the times are known, and a document may have let go
        of old messages. Then what the document has besides; then what happens on it.
        """
        end = time.perf_counter() + SLICE
        while time.perf_counter() < end and (self._waiting or self._fetch()):
            if not self._is_based(self._recall.base):
                break
            self.timeline.add([self._waiting.popleft()])
        for moment in self.timeline.moments[len(self.entries) :]:
            self.entries.add(moment)
            self.scale.add(moment.time)
        if self._waiting or not self._is_caught_up:
            is_idle = not self._waiting or self._making is not None
            self._read_timer.start(WAIT_MS if is_idle else 0)
        elif self.is_reading:
            self.is_reading = False
            self._told = 0.0
        if self.position is None:
            self._seek_timer.start(0)
        self._tell()

    def _is_based(self, base: Folded | None) -> bool:
        """Whether the timeline begins with the state that the board begins with.

        That is made in the thread: it may be large.
        """
        document = self._document
        if base is None or self._base is base or not isinstance(document, Document):
            return True
        if self._making is None:
            self._making = self._thread.submit(lambda: Timeline(document.like(base), base))
        if not self._making.done():
            return False
        self.timeline, self._base, self._making = self._making.result(), base, None
        return True

    def _fetch(self) -> bool:
        """Get more to take in, if there is any now."""
        if not self._recall.is_done:
            self._waiting.extend(self._recall.take())
        elif not self._is_caught_up and self._is_based(self._recall.base):
            self._is_caught_up = True
            self._waiting.extend(self._held())
            self._times.clear()
        return bool(self._waiting)

    def _held(self) -> Iterable[tuple[Happening, float | None]]:
        """What the document has and the journal had not."""
        document, timeline = self._document, self.timeline
        if isinstance(document, StrictDocument) and isinstance(timeline, StrictTimeline):
            lacking = timeline.lacking(document)
            return [
                (one, self._times.get(one.key) if isinstance(one, Stanza) else None)
                for one in lacking
            ]
        assert isinstance(document, Document)
        assert isinstance(timeline, Timeline)
        if not document.covers(timeline.vv):
            self.is_whole = False
            return ()
        held = document.batches_since(timeline.vv)
        return [(batch, self._times.get(batch.dot)) for batch in held]

    def _tell(self) -> None:
        now = time.monotonic()
        if now - self._told >= TELL_SECONDS or not self.is_reading:
            self._short.clear()
            self._told = now
            self.changed.emit(None)

    # --- people

    def who(self, party: Party) -> Who:
        """The person behind a party, by the best name that is known."""
        if party == self._document.party:
            me = next((one for one in self.board.participants if one.me), None)
            name, address = (me.name, me.address) if me is not None else (words.you(), party)
            return Who(party, name, address, me=True)
        for one in self.board.participants:
            if one.id == party:
                return Who(party, one.name, one.address, me=False)
        name, address = self._recall.people.get(party, ("", party))
        if not name:
            name = party.partition("@")[0] if "@" in party else words.somebody()
        return Who(party, name, address, me=False)

    def short_name(self, party: Party) -> str:
        """What the person is called in lists: the first name, unless two share it; '' for me."""
        if party not in self._short:
            everybody = self.everybody
            firsts = [who.name.partition(" ")[0] for who in everybody]
            for who, first in zip(everybody, firsts, strict=True):
                name = first if firsts.count(first) == 1 else who.name
                self._short[who.party] = "" if who.me else name
        return self._short.get(party, "")

    @property
    def everybody(self) -> list[Who]:
        """All who ever did something here, the first first."""
        return [self.who(party) for party in self.timeline.authors.parties]

    def listed(self) -> list[Entry]:
        """The entries that are shown, the newest first."""
        return [
            entry
            for entry in self.entries.newest_first()
            if self.only is None or entry.party == self.only
        ]

    def show_only(self, party: Party | None) -> None:
        """List and step through one person's work, or everybody's."""
        self.only = party
        self.changed.emit(None)

    # --- going through time

    @property
    def entry(self) -> Entry | None:
        """What happened at the moment that is looked at."""
        at = len(self.timeline) if self.position is None else self.position
        return self.entries.at(at)

    @property
    def time(self) -> float | None:
        """When that was, Unix seconds."""
        at = len(self.timeline) if self.position is None else self.position
        return self.timeline.moments[at - 1].time if 0 < at <= len(self.timeline.moments) else None

    @property
    def newer(self) -> int:
        """How many changes the live board is ahead."""
        return 0 if self.position is None else len(self.timeline) - self.position

    def seek(self, seq: int) -> None:
        """Look at the board after `seq` messages; after the newest one that is now.

        Nothing happens while that moment is being restored.
        """
        self._pause()
        if not self._slices.is_running:
            self._go(seq)

    def _go(self, seq: int) -> None:
        self.position = None if seq >= len(self.timeline) else max(0, seq)
        self._seek_timer.start(0)
        self.moved.emit(None)

    def back_to_now(self) -> None:
        """Look at the live board again."""
        self.seek(len(self.timeline))

    def step(self, count: int) -> None:
        """Go so many changes on, or back, over what others did if one person was chosen."""
        moments = self.timeline.moments
        at = len(moments) if self.position is None else self.position
        way = 1 if count > 0 else -1
        for _ in range(abs(count)):
            at += way
            while 0 < at < len(moments) and not self._is_stop(at):
                at += way
        self.seek(at)

    def _is_stop(self, seq: int) -> bool:
        moment = self.timeline.moments[seq - 1]
        return moment.deed is not None and self.only in (None, moment.party)

    def _seek_on(self) -> None:
        """Bring the picture a slice nearer to the position."""
        seq = len(self.timeline) if self.position is None else self.position
        end = time.perf_counter() + SLICE
        if self.timeline.seek(seq, lambda: time.perf_counter() >= end):
            if self.position is not None:
                self.moved.emit(None)
        else:
            self._seek_timer.start(0)

    @property
    def is_there(self) -> bool:
        """Whether the picture shows the position."""
        return self.position is None or self.timeline.position == self.position

    def play(self) -> None:
        """Let the position run from where it is, or from the start; or stop it."""
        if self.is_playing:
            self._pause()
            self.moved.emit(None)
        elif len(self.timeline) and not self._slices.is_running:
            start = self.position or 0
            self._go(start)
            self.is_playing = True
            self._place = self.scale.place(start)
            self._played = time.monotonic()
            self._play_timer.start(FRAME_MS)
            self.moved.emit(None)

    def set_speed(self, speed: int) -> None:
        """Play so many times as fast as it was drawn."""
        self.speed = speed
        self.moved.emit(None)

    def _pause(self) -> None:
        self.is_playing = False
        self._play_timer.stop()

    def _play_on(self) -> None:
        now = time.monotonic()
        self._place += min(now - self._played, 0.25) * self.speed
        self._played = now
        seq = self.scale.at(self._place)
        if seq >= len(self.timeline):
            self.back_to_now()
            return
        self._play_timer.start(FRAME_MS)
        if seq != self.position:
            self._go(seq)

    # --- changing the live board

    def restore(
        self,
        rids: Iterable[Rid] | None = None,
        then: Callable[[bool], object] = lambda _changed: None,
    ) -> None:
        """Make the live board, or some elements of it, look as at the position, and go back to it.

        Args:
            rids: the elements; None = everything.
            then: gets whether anything had to be changed.
        """
        if self.position is None or self._slices.is_running:
            return
        self._pause()
        chosen = None if rids is None else tuple(rids)

        def done(changed: bool) -> None:
            self.back_to_now()
            then(changed)

        self._slices.run(self._restoring(self.position, chosen), words.restoring, done)

    def _restoring(
        self, position: int, rids: tuple[Rid, ...] | None
    ) -> Generator[float, None, bool]:
        while not self.timeline.seek(position, _after(SLICE)):
            yield 0.0
        picture, label = self.timeline.picture, words.tr("Restore")
        return (yield from restoring(self._document, picture, rids, label))

    def undo_work(self, party: Party, then: Callable[[int], object]) -> None:
        """Undo all that a person did; `then` gets how many things had to stay.

        What the texts would be without that person is found in a thread; one question at a time.
        """
        if not self._slices.is_running and isinstance(self.timeline, Timeline):
            self._slices.run(self._undoing(self.timeline, party), words.undoing_work, then)

    def _undoing(self, timeline: Timeline, party: Party) -> Generator[float | None, None, int]:
        batches = tuple(timeline.since(0))
        found = self._thread.submit(typed, batches, party, timeline.ground)
        while not found.done():
            yield None
        document = self._document
        assert isinstance(document, Document)
        rids, label = timeline.authors.touched_by(party), words.tr("Undo their work")
        skipped = yield from taking_back(document, party, rids, found.result(), label)
        return len({one.rid for one in skipped})


def _after(seconds: float) -> Callable[[], bool]:
    """Whether so much time has passed since this call."""
    end = time.perf_counter() + seconds
    return lambda: time.perf_counter() >= end


def _timeline_of(document: SharedDocument) -> Moments:
    """An empty history, which the board's messages are read into."""
    if isinstance(document, StrictDocument):
        return StrictTimeline.of(document)
    assert isinstance(document, Document)
    return Timeline(document.like())


def _happened(commit: Commit, document: SharedDocument) -> Iterable[Happening]:
    if isinstance(document, StrictDocument):
        return everything_of(commit, document)
    return commit.batches
