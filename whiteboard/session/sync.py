"""Keeping up: who holds what, what is missing and whom to ask, heartbeats (SYNC 5.3, 5.4, 0.2).

1. What buffered messages need and what others' heartbeats name, minus what is held, is *wanted*.
2. 250 ms after something is wanted its author is asked, then the creator, then whoever announced
   it; the waits double up to 8 s. After eight tries without progress the want is given up until
   the next heartbeat: nobody honest may have it.
3. A heartbeat goes out 20 s after a change, else every 120 s, on joining, and soon after one is
   heard whose sender lacks something: otherwise it could not know.
4. Equal vectors and unequal hashes, or unequal digests at one number, are an incident. Digests tell
   which chain differs; asking for it brings the fork to light.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from whiteboard.model.document import Document
from whiteboard.model.ids import Replica, SessionId
from whiteboard.model.ops import Batch
from whiteboard.session.ports import CancelTimer, Effect, Incident, Send, StartTimer, ToPeer
from whiteboard.wire.messages import Get, Heartbeat, Peer, Vector

NACK_TIMER = "nack"
BEAT_TIMER = "heartbeat"
SOON_TIMER = "heartbeat-soon"
NACK_SECONDS = 0.25
NACK_LONGEST = 8.0
NACK_TRIES = 8
BEAT_CHANGED = 20.0
BEAT_IDLE = 120.0
SOON = (0.1, 0.4)
"""Seconds between which a heartbeat for somebody's sake waits, so that not all send one."""
MAX_REPLICAS = 20_000
MAX_HEARD = 4096
MAX_ENTRIES = 100_000
"""Of all vectors together that others announced and are remembered."""
MAX_ASKED = 200
"""Replicas in one question."""
MAX_ANSWERABLE = 2000
"""Replicas for which one member's answers are expected."""
MAX_DOUBTS = 64
"""Digests of one member that are looked into; more of them only say that its word is worthless."""
VAIN_ROUNDS = 2
VAIN_SECONDS = 600.0
"""So often may a member's heartbeats have us ask in vain within so long (SYNC 6.7)."""


@dataclass
class _Heard:
    """What one member's last heartbeat said, and when."""

    r: Replica
    vv: Vector
    when: float
    vain: int = 0
    """How often nobody had what it announced, since it last sent something."""
    vain_since: float = 0.0

    def is_believed(self, now: float) -> bool:
        return self.vain < VAIN_ROUNDS or now - self.vain_since >= VAIN_SECONDS


@dataclass
class Checked:
    """What a heartbeat brought to light beside effects."""

    effects: list[Effect] = field(default_factory=list)
    differs: bool = False
    """Same messages, other document."""
    proofs_for: tuple[Replica, ...] = ()
    """Chains known here as forked and there as whole: the peer needs the proof."""


class Sync:
    """The vectors, wants and timers of one live member.

    `creator` gives the address of the session's creator while it is here; `gave_up` is called when
    nobody sent what is wanted.
    """

    def __init__(
        self,
        session: SessionId,
        document: Document,
        creator: Callable[[], str | None],
        rng: random.Random,
        gave_up: Callable[[float], list[Effect]] = lambda _now: [],
    ) -> None:
        self._session = session
        self._gave_up = gave_up
        self._document = document
        self._creator = creator
        self._rng = rng
        self._heard: dict[str, _Heard] = {}
        self._authors: dict[Replica, str] = {}
        self._asked_for: dict[str, dict[Replica, int]] = {}
        self._asked_chains: dict[str, set[tuple[Replica, str]]] = {}
        self._given_up: dict[Replica, int] = {}
        self._tries = 0
        self._is_nacking = False
        self._held_at_last_try = 0
        self._soon_since: float | None = None
        self._last_covering = float("-inf")
        self._now = 0.0
        self._changed = False

    # ------------------------------------------------------------------------ what is held

    def changed(self, applied: Iterable[Batch] = ()) -> list[Effect]:
        """The document holds more than before: these, and perhaps void ones among them."""
        self.count(applied)
        effects = self.buffered()
        if not self._changed:
            self._changed = True
            effects.append(StartTimer(BEAT_TIMER, BEAT_CHANGED))
        return effects

    def buffered(self) -> list[Effect]:
        """Something may wait in the document for what it depends on.

        What exactly is looked up when the timer runs out: a flood of messages that wait must not
        have all that wait looked through for each.
        """
        if self._is_nacking or not self._document.waiting:
            return []
        return self._begin_nacking()

    def count(self, applied: Iterable[Batch]) -> None:
        """Bring the digests of these messages' chains up to date, so that no heartbeat has to."""
        for r in {batch.r for batch in applied}:
            self._document.digest(r)

    def came_from(self, address: str, r: Replica) -> None:
        """`r` speaks from there: where to ask for its messages first."""
        if len(self._authors) < MAX_REPLICAS or r in self._authors:
            self._authors[r] = address

    def gone(self, address: str) -> None:
        """Nobody is there to ask any more."""
        self._heard.pop(address, None)
        self._asked_for.pop(address, None)
        self._asked_chains.pop(address, None)
        self._authors = {r: a for r, a in self._authors.items() if a != address}

    def resume(self) -> list[Effect]:
        """The stream is back: timers that ran out meanwhile did nothing, so begin anew."""
        self._is_nacking = False
        self._soon_since = None
        return self._want()

    # -------------------------------------------------------------------------- heartbeats

    def heartbeat(self, *, bye: bool = False) -> tuple[Heartbeat, list[Effect]]:
        """The heartbeat to send now, and the timer for the next."""
        self._changed = False
        document = self._document
        beat = Heartbeat(
            self._session,
            document.replica,
            vv=dict(document.vv),
            l=document.clock,
            hash=document.state_hash(),
            digests=dict(document.digests()),
            bye=bye,
        )
        return beat, [StartTimer(BEAT_TIMER, BEAT_IDLE)]

    def compare(self, peer: Peer, beat: Heartbeat, now: float) -> Checked:
        """A member said what it holds."""
        result = Checked()
        self._now = now
        self.came_from(peer.address, beat.r)
        self._remember(peer.address, beat, now)
        mine, forks = self._document.vv, self._document.forks
        if self._heard[peer.address].is_believed(now):
            for r in tuple(self._given_up):
                if beat.vv.get(r, 0) > mine.get(r, 0):
                    del self._given_up[r]
        if all(beat.vv.get(r, 0) >= n for r, n in mine.items()):
            self._last_covering = now
        elif self._soon_since is None:
            self._soon_since = now
            result.effects.append(StartTimer(SOON_TIMER, self._rng.uniform(*SOON)))
        result.effects += self._want()
        result.effects += self._compare_chains(peer, beat)
        result.proofs_for = tuple(sorted(r for r in beat.digests if r in forks))
        is_equal = dict(beat.vv) == dict(mine) and not self._document.missing()
        known_forks = any(r in forks for r in beat.vv)
        result.differs = (
            is_equal
            and not known_forks
            and not self._differing(beat)
            and bool(beat.hash)
            and beat.hash != self._document.state_hash()
        )
        return result

    def _remember(self, address: str, beat: Heartbeat, now: float) -> None:
        """Keep what it announced; the oldest of others is forgotten where there is no room."""
        old = self._heard.pop(address, None)
        heard = self._heard[address] = _Heard(beat.r, beat.vv, now)
        if old is not None and now - old.vain_since < VAIN_SECONDS:
            heard.vain, heard.vain_since = old.vain, old.vain_since
        while len(self._heard) > MAX_HEARD or (
            len(self._heard) > 1 and sum(len(h.vv) for h in self._heard.values()) > MAX_ENTRIES
        ):
            oldest = next(iter(self._heard))
            del self._heard[oldest]
            self._asked_for.pop(oldest, None)
            self._asked_chains.pop(oldest, None)

    def delivered(self, address: str) -> None:
        """Something new came from there: its word is worth something."""
        if (heard := self._heard.get(address)) is not None:
            heard.vain = 0

    def soon(self) -> bool:
        """The short timer ran out: whether somebody still needs a heartbeat of mine."""
        since, self._soon_since = self._soon_since, None
        return since is not None and self._last_covering < since

    def _differing(self, beat: Heartbeat) -> list[Replica]:
        return [
            r
            for r, digest in beat.digests.items()
            if r not in self._document.forks
            and r in self._document.vv
            and beat.vv.get(r) == self._document.vv[r]
            and self._document.digest(r) != digest
        ]

    def reaches_below(self, beat: Heartbeat) -> bool:
        """Whether a chain differs whose messages are folded: only they can show the fork."""
        return any(r in self._document.floor for r in self._differing(beat))

    def ask_undigested(self, peer: Peer, beat: Heartbeat) -> list[Effect]:
        """Its document differs, and of these chains it did not say what it holds: let it show."""
        asked = self._asked_chains.setdefault(peer.address, set())
        chains = {r: n for r, n in self._document.vv.items() if r not in beat.digests}
        unseen = [r for r in chains if (r, "") not in asked][: MAX_DOUBTS - len(asked)]
        if not unseen:
            return []
        asked.update((r, "") for r in unseen)
        upto = {r: chains[r] for r in unseen}
        self._may_answer_now(peer.address, upto)
        return [Send(ToPeer(peer.address), Get(self._session, upto=upto))]

    def _compare_chains(self, peer: Peer, beat: Heartbeat) -> list[Effect]:
        effects: list[Effect] = []
        asked = self._asked_chains.setdefault(peer.address, set())
        for r in self._differing(beat):
            key = (r, beat.digests[r])
            if key in asked or len(asked) >= MAX_DOUBTS:
                continue
            asked.add(key)
            n = self._document.vv[r]
            self._may_answer_now(peer.address, {r: n})
            effects.append(Incident("chain-differs", f"messages of {r} differ", peer))
            effects.append(Send(ToPeer(peer.address), Get(self._session, upto={r: n})))
        return effects

    # -------------------------------------------------------------------------------- asking

    def wanted(self) -> dict[Replica, tuple[int, int]]:
        """Replica -> first and last number that somebody has and this member lacks."""
        wanted = dict(self._document.missing())
        mine = self._document.vv
        for heard in self._heard.values():
            if not heard.is_believed(self._now):
                continue
            for r, n in heard.vv.items():
                first, last = wanted.get(r, (mine.get(r, 0) + 1, 0))
                if n > mine.get(r, 0) and n > last:
                    wanted[r] = (min(first, mine.get(r, 0) + 1), n)
        return {
            r: (first, last)
            for r, (first, last) in wanted.items()
            if r not in self._document.forks
            and r != self._document.replica
            and last > self._given_up.get(r, 0)
        }

    def lacks(self, address: str) -> dict[Replica, int]:
        """Replica -> first number that the member there announced and this one does not hold."""
        heard = self._heard.get(address)
        document = self._document
        if heard is None:
            return {}
        return {
            r: document.vv.get(r, 0) + 1
            for r, n in heard.vv.items()
            if r != document.replica and not document.holds(r, n)
        }

    def is_offered(self, r: Replica, n: int, floor_of: Callable[[str], Vector]) -> bool:
        """Whether somebody whose word counts has message n of r, and not in a state only."""
        return any(
            heard.is_believed(self._now) and floor_of(a).get(r, 0) < n <= heard.vv.get(r, 0)
            for a, heard in self._heard.items()
        )

    def _want(self) -> list[Effect]:
        if self._is_nacking or not self.wanted():
            return []
        return self._begin_nacking()

    def _begin_nacking(self) -> list[Effect]:
        self._is_nacking = True
        self._tries = 0
        self._held_at_last_try = self._held()
        return [StartTimer(NACK_TIMER, NACK_SECONDS)]

    def _held(self) -> int:
        return sum(self._document.vv.values())

    def nack(self, now: float) -> list[Effect]:
        """The NACK timer ran out: ask, or stop asking."""
        self._now = now
        wanted = self.wanted()
        if not wanted:
            self._is_nacking = False
            return []
        held = self._held()
        if held > self._held_at_last_try:
            self._tries = 0
        self._held_at_last_try = held
        if self._tries >= NACK_TRIES:
            self._is_nacking = False
            self._given_up.update({r: last for r, (_, last) in wanted.items()})
            self._count_vain(wanted)
            return [
                Incident("gave-up", f"nobody sends messages of {', '.join(sorted(wanted))}"),
                *self._gave_up(now),
            ]
        effects = self._ask(wanted)
        wait = min(NACK_LONGEST, 2 * NACK_SECONDS * 2**self._tries)
        self._tries += 1
        return [*effects, StartTimer(NACK_TIMER, wait)]

    def _count_vain(self, wanted: Mapping[Replica, tuple[int, int]]) -> None:
        """Nobody has these: who announced them is not believed for ever."""
        for heard in self._heard.values():
            if any(heard.vv.get(r, 0) >= first for r, (first, _) in wanted.items()):
                if not heard.vain or self._now - heard.vain_since >= VAIN_SECONDS:
                    heard.vain, heard.vain_since = 0, self._now
                heard.vain += 1

    def _may_answer_now(self, address: str, upto: Vector) -> None:
        expected = self._asked_for.setdefault(address, {})
        for r, n in upto.items():
            expected.pop(r, None)
            expected[r] = n
        while len(expected) > MAX_ANSWERABLE:
            del expected[next(iter(expected))]

    def _ask(self, wanted: Mapping[Replica, tuple[int, int]]) -> list[Effect]:
        parts: dict[str, dict[Replica, tuple[int, int]]] = {}
        spans = sorted(wanted.items())
        if len(spans) > MAX_ASKED:
            # Some of all, other ones at each try, so that no claim can push out the rest.
            spans = sorted(self._rng.sample(spans, MAX_ASKED))
        for r, span in spans:
            target = self._target(r, span[1])
            if target is not None:
                parts.setdefault(target, {})[r] = span
        effects: list[Effect] = []
        for address, part in parts.items():
            since = {r: first - 1 for r, (first, _) in part.items() if first > 1}
            upto = {r: last for r, (_, last) in part.items()}
            self._may_answer_now(address, upto)
            effects.append(Send(ToPeer(address), Get(self._session, since=since, upto=upto)))
        return effects

    def _target(self, r: Replica, last: int) -> str | None:
        """Whom to ask at this try: the author, then the creator, then all who announced it."""
        have = sorted(a for a, heard in self._heard.items() if heard.vv.get(r, 0) >= last)
        some = sorted(a for a, heard in self._heard.items() if heard.vv.get(r, 0) > 0)
        others = have or some or sorted(self._heard) or sorted(set(self._authors.values()))
        author = self._authors.get(r)
        if self._tries == 0 and author is not None:
            return author
        creator = self._creator()
        if self._tries == 1 and creator is not None:
            return creator
        if others:
            return others[self._tries % len(others)]
        return author

    def may_answer(self, address: str, r: Replica, n: int) -> bool:
        """Whether message n of r was asked for there."""
        return n <= self._asked_for.get(address, {}).get(r, 0)

    def timers_to_cancel(self) -> list[Effect]:
        """At the end."""
        return [CancelTimer(name) for name in (NACK_TIMER, BEAT_TIMER, SOON_TIMER)]
