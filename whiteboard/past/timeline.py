"""A board's messages in order, with the state of the board after each of them.

    timeline = Timeline(session)
    timeline.add([Kept(batch, time), …])     # from the journal, then from the live board
    timeline.seek(120)                       # `timeline.picture` is the board after 120 messages

1. Numbers count messages from 1 in the order in which they took effect here; 0 is the empty board.
2. Reading runs through one `Document`; what each message changed of what is seen is kept as a step.
   From then on any moment is reached over the steps between, forwards or back (see `picture`).
3. Messages that cannot take effect yet wait and get their number when they do.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

from whiteboard.model.changes import Commit
from whiteboard.model.document import Document, everyone
from whiteboard.model.ids import Party, Replica, Rid, SessionId
from whiteboard.model.ops import Batch
from whiteboard.past.authors import Authors, Origin
from whiteboard.past.picture import Picture, Step, step_to
from whiteboard.past.summary import Deed, summarise

READER = Replica("0")
"""The replica of the one who only reads: nobody's, because real ones have eight characters."""
SLICE = 64
"""Steps between two questions whether to go on."""

Stop: TypeAlias = Callable[[], bool]


@dataclass(frozen=True, slots=True)
class Kept:
    """A message as it was kept."""

    batch: Batch
    time: float | None = None
    """When it came, Unix seconds; None if nobody noted it."""


@dataclass(frozen=True, slots=True)
class Moment:
    """One message of the history."""

    seq: int
    party: Party
    time: float | None
    deed: Deed | None
    """What it did to what is seen; None if nothing."""


class Timeline:
    """The whole history of a board.

    Args:
        session: Messages of others are ignored.
        is_host: Whether a party may purge records.

    Attributes:
        picture: The board at `position`; the same object for ever, it tells what changes.
        authors: Who made and changed each node, at the newest moment.
        moments: All that happened, in order; `moments[seq - 1]`.
    """

    def __init__(self, session: SessionId, is_host: Callable[[Party], bool] = everyone) -> None:
        self.picture = Picture()
        self.authors = Authors()
        self.moments: list[Moment] = []
        self._newest = Picture()
        self._document = Document(session, Party(""), READER, is_host=is_host, limits=None)
        self._document.on_commit.subscribe(self._note)
        self._step: Step = ()
        self._steps: list[Step] = []
        self._batches: list[Batch] = []
        self._times: list[float] = []
        """Never falling: a clock that was put back does not turn the order around."""
        self._position = 0

    # --- reading in

    def add(self, kept: Iterable[Kept]) -> None:
        """Take in messages, in any order; the ones that are here already are left out.

        The position stays where it is.
        """
        for one in kept:
            self._step = ()
            received = self._document.receive([one.batch])
            forked = bool(received.forks)
            valid = {batch.dot for batch in received.applied}
            # What proves a fork is not held itself, but it changes what is seen.
            kept_now = received.kept or ((one.batch,) if self._step else ())
            for i, batch in enumerate(kept_now):
                step = self._step if i == len(kept_now) - 1 else ()
                counts = not forked and batch.dot in valid
                self._append(batch, one.time, step, counts=counts)
            if forked:
                self._judge_again()

    def _note(self, commit: Commit) -> None:
        self._step = step_to(self._newest, self._document, commit.changes)

    def _append(self, batch: Batch, time: float | None, step: Step, *, counts: bool) -> None:
        seq = len(self._steps) + 1
        self._newest.put(step)
        deed = summarise(step, self._newest)
        if counts:
            self.authors.add(batch, seq)
        self._steps.append(step)
        self._batches.append(batch)
        last = self._times[-1] if self._times else 0.0
        self._times.append(last if time is None else max(last, time))
        self.moments.append(Moment(seq, batch.party, time, deed))

    def _judge_again(self) -> None:
        """A chain turned out to be forked: what is void now is nobody's work."""
        self.authors = Authors()
        forks = self._document.forks
        for seq, batch in enumerate(self._batches, start=1):
            if batch.n < forks.get(batch.r, batch.n + 1):
                self.authors.add(batch, seq)

    @property
    def vv(self) -> Mapping[Replica, int]:
        """What is read in, as a version vector."""
        return self._document.vv

    # --- going through time

    def __len__(self) -> int:
        """How many messages there are."""
        return len(self._steps)

    @property
    def position(self) -> int:
        """How many messages `picture` has seen."""
        return self._position

    def seek(self, seq: int, stop: Stop = lambda: False) -> bool:
        """Bring `picture` to the board after `seq` messages.

        Args:
            seq: 0 to `len(self)`; others are brought there.
            stop: Asked now and then; True leaves the picture somewhere on the way.

        Returns:
            Whether it is there.
        """
        seq = max(0, min(seq, len(self._steps)))
        while self._position != seq:
            if self._position < seq:
                end = min(seq, self._position + SLICE)
                self.picture.apply(self._steps[self._position : end])
            else:
                end = max(seq, self._position - SLICE)
                self.picture.apply(reversed(self._steps[end : self._position]), back=True)
            self._position = end
            if stop():
                break
        return self._position == seq

    def at(self, time: float) -> int:
        """The number of messages that had come at a time, Unix seconds."""
        return bisect_right(self._times, time)

    # --- what is new (H3)

    def since(self, seq: int) -> Sequence[Batch]:
        """The messages after the first `seq`, in order."""
        return self._batches[max(0, seq) :]

    def since_time(self, time: float) -> Sequence[Batch]:
        """The messages that came after a time, Unix seconds."""
        return self.since(self.at(time))

    def since_vv(self, vv: Mapping[Replica, int]) -> Sequence[Batch]:
        """The messages that a holder of `vv` lacks, in order."""
        return [batch for batch in self._batches if batch.n > vv.get(batch.r, 0)]

    # --- who

    def origin(self, rid: Rid) -> Origin | None:
        """The people behind what a person sees as one thing: the node with all that lies in it.

        Made is the node itself; changed is the newest change of anything in the picture of now.
        """
        found = self.authors.of(rid)
        if found is None:
            return None
        changed = found.changed
        waiting = list(self._newest.children(rid))
        while waiting:
            inner = waiting.pop()
            waiting += self._newest.children(inner)
            other = self.authors.of(inner)
            if other is not None and other.changed.ts > changed.ts:
                changed = other.changed
        return replace(found, changed=changed)

    def story(self, rid: Rid) -> list[Moment]:
        """Every moment that changed how a thing, or anything that lies in it now, is seen."""
        inside = {rid}
        waiting = [rid]
        while waiting:
            kids = self._newest.children(waiting.pop())
            inside.update(kids)
            waiting += kids
        return [
            moment
            for moment, step in zip(self.moments, self._steps, strict=True)
            if any(one in inside for one, _, _ in step)
        ]

    def touched(self, seq: int) -> tuple[Rid, ...]:
        """The visible nodes that one message changed."""
        return tuple(rid for rid, _, _ in self._steps[seq - 1])
