"""The history of a session that merges: all batches, and what they make.

    timeline = Timeline(document.like())
    timeline.add([Kept(batch, time), …])     # from the journal, then from the live board
    timeline.seek(120)                       # `timeline.picture` is the board after 120 messages

Messages that cannot take effect yet wait and get their number when they do.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from whiteboard.model.changes import Changes, Commit, Happening
from whiteboard.model.document import Document
from whiteboard.model.folded import Folded
from whiteboard.model.ids import Replica
from whiteboard.model.ops import Batch
from whiteboard.model.rights import Ground
from whiteboard.past.authors import Authors
from whiteboard.past.moments import Moments
from whiteboard.past.picture import Step, step_to


class Kept(NamedTuple):
    """A message as it was kept."""

    batch: Batch
    time: float | None = None
    """When it came, Unix seconds; None if nobody noted it."""


class Timeline(Moments):
    """The whole history of a board that merges.

    Args:
        document: An empty one of the board's session (`Document.like`), or one that begins with
            `base`; it is the timeline's from now on.
        base: The state before the first message, if there is one.
    """

    def __init__(self, document: Document, base: Folded | None = None) -> None:
        super().__init__()
        self._authors = Authors()
        self._document = document
        self._base = base
        if base is not None:
            self._authors.load(base)
            self._begin(step_to(self._newest, document, Changes(reset=True)))
        document.on_commit.subscribe(self._note)
        self._step: Step = ()
        self._batches: list[Batch] = []

    @property
    def ground(self) -> Ground:
        """Where the rights on the board come from."""
        return self._document.ground

    @property
    def authors(self) -> Authors:
        """See `Moments`."""
        return self._authors

    def add(self, kept: Iterable[tuple[Happening, float | None]]) -> None:
        """Take in batches, in any order; see `Moments`."""
        for batch, time in kept:
            if isinstance(batch, Batch):
                self._add(batch, time)

    def _add(self, batch: Batch, time: float | None) -> None:
        self._step = ()
        received = self._document.receive([batch])
        forked = bool(received.forks)
        valid = {batch.dot for batch in received.applied}
        # What proves a fork is not held itself, but it changes what is seen.
        kept_now = received.kept or ((batch,) if self._step else ())
        for i, one in enumerate(kept_now):
            step = self._step if i == len(kept_now) - 1 else ()
            seq = self._append(one.party, time, step)
            self._batches.append(one)
            if not forked and one.dot in valid:
                self._authors.add(one, seq)
        if forked:
            self._judge_again()

    def _note(self, commit: Commit) -> None:
        self._step = step_to(self._newest, self._document, commit.changes)

    def _judge_again(self) -> None:
        """A chain turned out to be forked: what is void now is nobody's work."""
        self._authors = Authors()
        if self._base is not None:
            self._authors.load(self._base)
        forks = self._document.forks
        for seq, batch in enumerate(self._batches, start=1):
            if batch.n < forks.get(batch.r, batch.n + 1):
                self._authors.add(batch, seq)

    @property
    def vv(self) -> Mapping[Replica, int]:
        """What is read in, as a version vector."""
        return self._document.vv

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
