"""Which checkpoint a member may fold, and who can help with what is folded (SYNC 5.5).

1. *Active* is every replica heard from in the last 24 hours that did not say `bye`. Private, and it
   may be wrong: what comes from below is handled all the same.
2. A checkpoint W is what each active replica had announced ten minutes ago, so that ordinary undos
   do not reach below it, and only while everything that any of them announced is here.
3. After a reload there is none for ten minutes: who sends old work on purpose costs no more.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from whiteboard.model.document import Document
from whiteboard.model.ids import Replica
from whiteboard.session.ports import Effect
from whiteboard.wire.messages import EMPTY, Heartbeat, Vector

ACTIVE_SECONDS = 24 * 3600.0
SETTLED_SECONDS = 600.0
"""How old a checkpoint is, and how long none is made after a reload."""
WORTH = 5_000
"""Messages that folding must free to be worth its while."""
MAX_MEMBERS = 4096
MAX_PENDING = 64

Later = Callable[[float], list[Effect]]


@dataclass(slots=True)
class _Said:
    """What a replica announced: last, and at least `SETTLED_SECONDS` ago."""

    heard: float
    newest: Vector | None = None
    noted: Vector | None = None
    noted_at: float = float("-inf")
    settled: Vector | None = None

    def note(self, vv: Vector, now: float) -> None:
        self.newest = vv
        if now - self.noted_at >= SETTLED_SECONDS:
            self.settled = self.noted
            self.noted, self.noted_at = vv, now


@dataclass
class Memory:
    """What is known of who has what, and what waits for the folded past."""

    may_fold: Callable[[], bool] = lambda: False
    """Whether everything is in a journal from which it can be read again."""
    journal_floor: Vector = field(default_factory=dict)
    """Up to where this member's own journal does not reach: it joined by a snapshot."""
    is_reading: bool = False
    _not_before: float = float("-inf")
    _said: dict[Replica, _Said] = field(default_factory=dict)
    _floors: dict[str, Vector] = field(default_factory=dict)
    _replicas: dict[str, Replica] = field(default_factory=dict)
    _asked: set[str] = field(default_factory=set)
    _pending: list[Later] = field(default_factory=list)
    is_stuck: bool = False
    """Nobody sends what is wanted: once no helper is left, somebody has to rebase."""

    # --- choosing W

    def heard(self, r: Replica, now: float) -> None:
        """Something came from this replica."""
        said = self._said.get(r)
        if said is not None:
            said.heard = now
        elif len(self._said) < MAX_MEMBERS:
            self._said[r] = _Said(now)

    def announced(self, address: str, beat: Heartbeat, now: float) -> None:
        """A heartbeat came."""
        if beat.bye:
            self._said.pop(beat.r, None)
            self._floors.pop(address, None)
            return
        self.heard(beat.r, now)
        if (said := self._said.get(beat.r)) is not None:
            said.note(beat.vv, now)
        if len(self._floors) < MAX_MEMBERS or address in self._floors:
            self._floors[address] = beat.floor
            self._replicas[address] = beat.r

    def choose(self, document: Document, now: float) -> Vector | None:
        """The checkpoint to ask the document for; None if there is none now.

        (1) all active have announced it, (2) all they announced is here; (3) is the document's.
        """
        if not self.may_fold() or self.is_reading or now < self._not_before or document.forks:
            return None
        me = self._said.setdefault(document.replica, _Said(now))
        me.heard = now
        me.note(dict(document.vv), now)
        active = [said for said in self._said.values() if now - said.heard < ACTIVE_SECONDS]
        want: dict[Replica, int] | None = None
        for said in active:
            if said.settled is None or said.newest is None:
                return None
            if not all(document.holds(r, n) for r, n in said.newest.items()):
                return None
            settled = said.settled
            if want is None:
                want = dict(settled)
            else:
                want = {r: min(n, settled.get(r, 0)) for r, n in want.items()}
        if want is None:
            return None
        w = document.usable(want)
        freed = sum(w.values()) - sum(document.floor.values())
        return w if freed >= WORTH else None

    # --- the folded past

    def wait(self, then: Later) -> None:
        """Do this once the folded past is here."""
        if len(self._pending) < MAX_PENDING:
            self._pending.append(then)

    def read(self, now: float) -> list[Later]:
        """It is here, or cannot be had: what waited for it."""
        self.is_reading = False
        self._not_before = now + SETTLED_SECONDS
        pending, self._pending = self._pending, []
        return pending

    # --- deep help

    def helper(self, floor: Vector) -> str | None:
        """Somebody who was not asked and whose journal may reach below `floor`."""
        for address, theirs in sorted(self._floors.items(), key=lambda item: len(item[1])):
            reaches = any(theirs.get(r, 0) < n for r, n in floor.items())
            if reaches and address not in self._asked:
                self._asked.add(address)
                return address
        return None

    def greatest(self, replica: Replica, present: Iterable[str]) -> str:
        """Who stays as it is where histories cannot be joined: an address, '' for this member.

        The greatest (sum of floor entries, replica) of all present. Each of them comes to the same
        answer by itself, and who rebases never has a smaller floor than before (SYNC 5.5, step 3).
        """
        mine = (sum(self.journal_floor.values()), replica, "")
        theirs = (
            (sum(self.floor_of(a).values()), self._replicas.get(a, Replica("")), a) for a in present
        )
        return max((mine, *theirs))[2]

    def replicas_of(self, present: Iterable[str]) -> list[Replica]:
        """The replicas that these members announced."""
        return [self._replicas[address] for address in present if address in self._replicas]

    def deepest_first(self, present: Iterable[str]) -> list[str]:
        """Members in the order of how far back their journals go."""
        return sorted(present, key=lambda address: sum(self.floor_of(address).values()))

    def floor_of(self, address: str) -> Vector:
        """What a member announced as its journal's floor."""
        return self._floors.get(address, EMPTY)

    def helped(self) -> None:
        """The past is complete enough, or others may have more now: all may be asked again."""
        self._asked.clear()

    def gone(self, address: str) -> None:
        """Nobody is there any more."""
        self._floors.pop(address, None)
        self._asked.discard(address)
