"""The half of a document that folds its past and gets it back (SYNC 5.5).

    W = document.usable(what all active members have)    the greatest checkpoint up to that
    document.fold(W)                                     memory for what lies inside is free again
    document.receive(…).below                            something came that W has no room for
    document.unfold(rebuilt)                             go on from the journal's messages

Folding is private: what is seen, the vector, the hash stay as they are. What is below the floor is
never refused and never applied to folded state.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from whiteboard.model.changes import Changes, Commit, Origin
from whiteboard.model.folded import Folded
from whiteboard.model.history import FoldedError, History
from whiteboard.model.ids import Party, Replica, RidSource, SessionId
from whiteboard.model.merge import Merge
from whiteboard.model.ops import Batch, Ts
from whiteboard.model.projection import Projection
from whiteboard.model.shared import SharedDocument
from whiteboard.util.event import Event


class Received(NamedTuple):
    """What became of messages."""

    applied: tuple[Batch, ...]
    """Those that took effect now, in causal order (earlier buffered ones among them)."""
    duplicates: int
    """Held before, void by a known fork, or of another session."""
    buffered: int
    """How many wait now for what they depend on."""
    forks: tuple[Replica, ...]
    """Replicas whose chain turned out to be forked now."""
    kept: tuple[Batch, ...] = ()
    """All that is held since now, in causal order: `applied` and the void ones, which later
    messages may follow. This is what a journal keeps."""
    below: bool = False
    """Something waits that was made without knowledge of what is folded here: it is neither refused
    nor applied, but needs `Document.unfold` (SYNC 5.5)."""


class Checkpointed(SharedDocument):
    """What `Document` can do with its folded past."""

    _history: History
    _merge: Merge
    _rids: RidSource

    def __init__(
        self, session: SessionId, party: Party, replica: Replica, projection: Projection
    ) -> None:
        super().__init__(session, party, replica, projection)
        self.on_history_wanted: Event[None] = Event()
        """Somebody needs what is folded: `unfold` if the history can be had."""
        self.on_unfolded: Event[None] = Event()
        """`unfold` has brought it back, as far as it goes."""

    @abstractmethod
    def receive(self, batches: Iterable[Batch]) -> Received:
        """See `Document`."""

    def _start_from(self, folded: Folded) -> None:
        """Begin with a folded past; only while nothing is held."""
        self._history.start_from(folded.chains, folded.controls)
        self._merge.load(folded.records)
        self._rids.used = max(self._rids.used, self._merge.own_counter)

    @property
    def floor(self) -> Mapping[Replica, int]:
        """The checkpoint up to which messages are folded; empty if all are held one by one."""
        return self._history.floor

    @property
    def parties(self) -> Mapping[Replica, Party]:
        """Who is behind each replica that has written."""
        return self._history.parties

    @property
    def controls(self) -> Sequence[Batch]:
        """Messages inside the floor that had control operations: these, and full dependencies."""
        return self._history.controls

    def covers(self, vv: Mapping[Replica, int]) -> bool:
        """Whether what a holder of `vv` lacks is held here message by message."""
        return all(vv.get(r, 0) >= n for r, n in self.floor.items())

    def is_folded(self, ts: Ts) -> bool:
        """Whether an operation's message lies inside the floor."""
        return bool(self.floor) and ts.l <= self._history.horizon

    @property
    def is_blocked(self) -> bool:
        """Whether something waits that was made without knowledge of what is folded here."""
        return self._history.below

    def waiting_batches(self) -> Sequence[Batch]:
        """What cannot be delivered yet, in no order."""
        return self._history.waiting_batches()

    def digest(self, replica: Replica) -> str:
        """The first 32 hex digits of a replica's chain digest (SYNC 0.2/5.2b)."""
        return self._history.digest_of(replica).hex()[:32]

    def digests(self) -> Mapping[Replica, str]:
        """The chain digests of all replicas whose chain is not forked."""
        history = self._history
        return {r: self.digest(r) for r in history.chains if r not in history.forks}

    def usable(self, want: Mapping[Replica, int]) -> Mapping[Replica, int]:
        """The greatest checkpoint up to `want` that can be folded; `floor` if none is greater."""
        return self._history.usable(want)

    def fold(self, want: Mapping[Replica, int], at_once: int | None = None) -> bool:
        """Drop from memory what lies inside the greatest usable checkpoint up to `want`.

        What is seen stays the same, and nothing is told: it takes time that grows with the number
        of records. Whether `want` may be asked for is the caller's knowledge (5.5, (1) and (2)).

        Args:
            want: Up to where.
            at_once: Edits of texts made after the checkpoint that are put into their places anew,
                the slow part; texts with more of them wait for `fold_on`. None = all.

        Returns:
            Whether there was anything to fold.

        Raises:
            RuntimeError: a transaction is open.
        """
        w = self._history.usable(want)
        if w == self._history.floor:
            return False
        self._enter("fold")
        try:
            self._settle()
            news = self._merge.news_up_to(w)
            self._history.fold(w, news)
            self._merge.fold(self._history.horizon, at_once)
        finally:
            self._busy = ""
        return True

    @property
    def is_folding(self) -> bool:
        """Whether `fold` left something to `fold_on`."""
        return self._merge.is_folding

    def fold_on(self, at_once: int) -> None:
        """Go on folding, with so many edits of texts.

        Raises:
            RuntimeError: a transaction is open.
        """
        self._enter("fold")
        try:
            self._settle()
            self._merge.fold_on(self._history.horizon, at_once)
        finally:
            self._busy = ""

    def folded(self) -> Folded:
        """The plain state at `floor`; with `batches_since(floor)` it is all that is held."""
        self._settle()
        history = self._history
        rows = tuple(self._merge.plain_records(history.horizon)) if history.floor else ()
        return Folded(self.session, dict(history.bases), tuple(history.controls), rows)

    def unfold(self, rebuilt: Checkpointed) -> Received:
        """Go on from a state with more history, and apply what waited for it.

        Args:
            rebuilt: Made by `like`, perhaps in another thread, from a journal or from another
                member's state; it becomes part of this document and is not to be used again.

        Raises:
            FoldedError: it lacks something that was accepted here, or cannot take it in; nothing
                has changed then.
            RuntimeError: a transaction is open.
        """
        self._enter("unfold")
        try:
            mine, waiting = self._history.since(self.floor), self._history.waiting_batches()
            rebuilt.receive(mine)
            if any(not rebuilt._history.holds(r, n) for r, n in self._held().items()):
                raise FoldedError("the history lacks what was accepted here")
            known = set(self._history.forks)
            received = rebuilt.receive(waiting)
            vv = self._history.vv
            self._history, self._merge = rebuilt._history, rebuilt._merge
            self._show_anew(rebuilt._projection)
            for r, n in vv.items():
                self._history.vv[r] = max(n, self._history.vv.get(r, 0))
            self._rids.used = max(self._rids.used, rebuilt._rids.used)
            self._busy = "on_commit"
            self.on_commit.emit(
                Commit(Origin.REMOTE, "", Changes(reset=True), received.applied, rights=True)
            )
        finally:
            self._busy = ""
        self.on_unfolded.emit(None)
        forks = tuple(r for r in self._history.forks if r not in known)
        return received._replace(forks=forks)

    def _held(self) -> dict[Replica, int]:
        """Messages that were delivered, without what only others' vectors named."""
        history = self._history
        return {r: history.held_of(r) for r in history.chains}
