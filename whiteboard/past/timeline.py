"""A board's messages in order, with the state of the board after each of them.

    timeline = Timeline(document.like())
    timeline.add([Kept(batch, time), …])     # from the journal, then from the live board
    timeline.seek(120)                       # `timeline.picture` is the board after 120 messages

1. Numbers count messages from 1 in the order in which they took effect here; 0 is the empty board,
   or the state that a member joined by, if its messages are not known (SYNC 5.5).
2. Reading runs through one `Document`; what each message changed of what is seen is kept as a step.
   From then on any moment is reached over the steps between, forwards or back (see `picture`).
3. Messages that cannot take effect yet wait and get their number when they do.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple, TypeAlias

from whiteboard.model.changes import Changes, Commit
from whiteboard.model.document import Document
from whiteboard.model.folded import Folded
from whiteboard.model.ids import Party, Replica, Rid
from whiteboard.model.ops import Batch
from whiteboard.past.authors import Authors, Origin
from whiteboard.past.picture import Picture, Step, step_to
from whiteboard.past.summary import Deed, summarise

SLICE = 64
"""Steps between two questions whether to go on."""

Stop: TypeAlias = Callable[[], bool]


class Kept(NamedTuple):
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
        document: An empty one of the board's session (`Document.like`), or one that begins with
            `base`; it is the timeline's from now on.
        base: The state before the first message, if there is one.

    Attributes:
        picture: The board at `position`; the same object for ever, it tells what changes.
        authors: Who made and changed each node, at the newest moment.
        moments: All that happened, in order; `moments[seq - 1]`.
    """

    def __init__(self, document: Document, base: Folded | None = None) -> None:
        self.picture = Picture()
        self.authors = Authors()
        self.moments: list[Moment] = []
        self._newest = Picture()
        self._document = document
        self._base = base
        if base is not None:
            self.authors.load(base)
            before = step_to(self._newest, document, Changes(reset=True))
            self._newest.put(before)
            self.picture.put(before)
        document.on_commit.subscribe(self._note)
        self._step: Step = ()
        self._steps: list[Step] = []
        self._batches: list[Batch] = []
        self._times: list[float] = []
        """Never falling: a clock that was put back does not turn the order around."""
        self._position = 0

    # --- reading in

    def add(self, kept: Iterable[tuple[Batch, float | None]]) -> None:
        """Take in messages, in any order; the ones that are here already are left out.

        The position stays where it is.
        """
        for batch, time in kept:
            self._step = ()
            received = self._document.receive([batch])
            forked = bool(received.forks)
            valid = {batch.dot for batch in received.applied}
            # What proves a fork is not held itself, but it changes what is seen.
            kept_now = received.kept or ((batch,) if self._step else ())
            for i, one in enumerate(kept_now):
                step = self._step if i == len(kept_now) - 1 else ()
                counts = not forked and one.dot in valid
                self._append(one, time, step, counts=counts)
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
        if self._base is not None:
            self.authors.load(self._base)
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
