"""The set of messages of a session: what is held, what waits, what is void (SYNC 5.2, 0.2, 0.3).

1. Messages are delivered causally: after the author's previous one and all that they depend on.
2. Two contents of one dot are a *fork*: that dot and every later one of the chain is void for ever
   and counts as held. Which content came first does not matter.
3. A message is void if it is over 64 KiB canonical, or its Lamport time is not greater than that of
   every valid message in its past, or greater than its past is large. Void messages keep their dot.
4. The buffer of what cannot be delivered yet is bounded; what falls out can be asked for again.

Later issues hang on here: control operations and checkpoints need only `log`, `chains`, `in_past`.
"""

from __future__ import annotations

import bisect
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from whiteboard.model.canonical import canonical_size, plain, upper_bound
from whiteboard.model.ids import Party, Replica, SessionId
from whiteboard.model.ops import NO_DEPS, NO_RESTORES, Batch, Ts

MAX_CANONICAL = 64 * 1024
"""Bytes of a canonical message; a longer one is void (SYNC 0.3.1)."""

SizeOf: TypeAlias = Callable[[Batch, Mapping[Replica, int], int], int]
"""(batch, full dependencies, limit) -> canonical size in bytes; may stop over the limit."""


@dataclass(frozen=True, slots=True)
class Limits:
    """How much may wait for what it depends on."""

    messages: int = 10_000
    bytes: int = 64 * 1024 * 1024
    chains: int = 64
    """Of one party: each chain that waits is looked at again with every message delivered."""


class Message:
    """A batch with its full dependencies and the verdict on it."""

    __slots__ = ("batch", "deps", "l", "n", "party", "r", "restores", "top", "valid")

    def __init__(
        self,
        r: Replica,
        n: int,
        l: int,  # noqa: E741 - the name on the wire
        party: Party,
        deps: Mapping[Replica, int],
    ) -> None:
        self.r = r
        self.n = n
        self.l = l
        self.party = party
        self.deps = deps
        """Of OTHER replicas, accumulated over the author's messages 1..n."""
        self.restores: Mapping[tuple[int, str], Ts] = NO_RESTORES
        self.batch: Batch | None = None
        """None while the author still adds to it."""
        self.valid = True
        self.top = l
        """The greatest valid Lamport time of the chain up to this message."""

    def saw(self, r: Replica, n: int) -> bool:
        """Whether message n of replica r is this one or in its past."""
        return n <= self.n if r == self.r else n <= self.deps.get(r, 0)


class History:
    """Everything held of one session."""

    def __init__(
        self,
        session: SessionId,
        *,
        limits: Limits | None = Limits(),
        size: SizeOf = canonical_size,
    ) -> None:
        self.session = session
        self.limits = limits
        """None: no limit (replay of a log, SYNC 0.3.16)."""
        self.log: list[Message] = []
        """Everything delivered, in a causal order."""
        self.chains: dict[Replica, list[Message]] = {}
        self.vv: dict[Replica, int] = {}
        """Delivered numbers; of a forked replica also what accepted messages named. Never falls."""
        self.clock = 0
        """The greatest Lamport time of a valid message."""
        self.forks: dict[Replica, int] = {}
        """Replica -> first number with two contents."""
        self.proofs: dict[Replica, tuple[Batch, Batch]] = {}
        self.parties: dict[Replica, Party] = {}
        """Who is behind a replica, by its first message."""
        self._size = size
        self._waiting: dict[Replica, dict[int, list[Batch]]] = {}
        self._waiting_count = 0
        self._waiting_bytes = 0
        self._waiting_of: dict[Party, dict[Replica, int]] = {}
        """Bytes of each chain that waits, by who sent its newest message."""

    # --- receiving

    def add(self, batch: Batch) -> tuple[list[Message], bool, bool]:
        """Take a message in.

        Returns:
            What can be delivered now, in order; whether the message was a duplicate (or is void by
            a known fork, or of another session); whether a fork came to light: then `log` holds new
            verdicts and all must be applied again.
        """
        if batch.session != self.session or batch.n < 1:
            return [], True, False
        r, n = batch.dot
        fork = self.forks.get(r)
        if fork is not None and n >= fork:
            return [], True, False
        chain = self.chains.get(r)
        if chain is not None and n <= len(chain):
            held = chain[n - 1]
            assert held.batch is not None
            if self._same(held.batch, batch):
                return [], True, False
            self._fork(held.batch, batch)
            return self._drain(), False, True
        if r not in self._waiting and self._is_ready(batch):
            message = self._judged(batch)
            self._deliver(message)
            known = len(self.forks)
            later = self._drain() if self._waiting else []
            return [message, *later], False, len(self.forks) != known
        if not self._wait(batch):
            return [], True, False
        if n != (len(chain) if chain is not None else 0) + 1:
            return [], False, False
        known = len(self.forks)
        delivered = self._drain()
        return delivered, False, len(self.forks) != known

    def append_own(self, message: Message) -> None:
        """Take in a message that was made here, which nobody else has."""
        assert message.batch is not None
        self._deliver(message)

    def _drain(self) -> list[Message]:
        delivered: list[Message] = []
        progress = True
        while progress and self._waiting:
            progress = False
            forks = len(self.forks)
            for r in tuple(self._waiting):
                while (message := self._next(r)) is not None:
                    self._deliver(message)
                    delivered.append(message)
                    progress = True
            progress = progress or len(self.forks) != forks
        return delivered

    def _next(self, r: Replica) -> Message | None:
        """The next message of r, if it is here, has one content and its dependencies are held."""
        queue = self._waiting.get(r)
        chain = self.chains.get(r, [])
        n = len(chain) + 1
        if queue is None or n not in queue:
            return None
        variants = queue[n]
        if len(variants) > 1:
            for other in variants[1:]:
                if not self._same(variants[0], other):
                    self._fork(variants[0], other)
                    return None
        batch = variants[0]
        if not self._is_ready(batch):
            return None
        self._forget(r, n)
        return self._judged(batch)

    def _is_ready(self, batch: Batch) -> bool:
        """Whether it follows what is held of its author, and all it depends on is held."""
        return batch.n == len(self.chains.get(batch.r, ())) + 1 and all(
            q == batch.r or self.holds(q, m) for q, m in batch.deps.items()
        )

    def _judged(self, batch: Batch) -> Message:
        chain = self.chains.get(batch.r)
        previous = chain[-1] if chain else None
        deps = accumulate(previous.deps if previous else NO_DEPS, batch)
        message = Message(batch.r, batch.n, batch.l, self.parties.get(batch.r, batch.party), deps)
        message.batch = batch
        message.restores = batch.restores
        message.valid = self._is_valid(message, previous)
        message.top = batch.l if message.valid else (previous.top if previous else 0)
        return message

    def _is_valid(self, message: Message, previous: Message | None) -> bool:
        assert message.batch is not None
        if message.n >= self.forks.get(message.r, message.n + 1):
            return False
        if message.l > message.n + sum(message.deps.values()):
            return False
        if message.l <= (previous.top if previous else 0):
            return False
        if any(message.l <= self.top_at(q, m) for q, m in message.deps.items()):
            return False
        if upper_bound(message.batch, message.deps) <= MAX_CANONICAL:
            return True
        return self._size(message.batch, message.deps, MAX_CANONICAL) <= MAX_CANONICAL

    def top_at(self, r: Replica, n: int) -> int:
        """The greatest valid Lamport time among messages 1..n of r (beyond a fork: before it)."""
        chain = self.chains.get(r)
        n = min(n, self.forks.get(r, n + 1) - 1, len(chain) if chain else 0)
        return chain[n - 1].top if chain and n > 0 else 0

    def _deliver(self, message: Message) -> None:
        self.chains.setdefault(message.r, []).append(message)
        self.parties.setdefault(message.r, message.party)
        self.log.append(message)
        self.vv[message.r] = max(message.n, self.vv.get(message.r, 0))
        if message.valid:
            self.clock = max(self.clock, message.l)
            if self.forks:
                for q, m in message.deps.items():
                    if m > self.vv.get(q, 0):
                        self.vv[q] = m

    # --- forks

    def _same(self, one: Batch, other: Batch) -> bool:
        """Whether two batches of one dot have one canonical form."""
        if one is other:
            return True
        if (one.l, one.restores, one.controls) != (other.l, other.restores, other.controls):
            return False
        if one.deps != other.deps:
            chain = self.chains.get(one.r, [])
            before = chain[one.n - 2].deps if 1 < one.n <= len(chain) + 1 else NO_DEPS
            if accumulate(before, one) != accumulate(before, other):
                return False
        return plain(one.ops) == plain(other.ops)

    def _fork(self, one: Batch, other: Batch) -> None:
        r = one.r
        self.forks[r] = one.n
        self.proofs[r] = (one, other)
        for n in tuple(self._waiting.get(r, ())):
            if n >= one.n:
                self._forget(r, n)
        self.clock = 0
        tops: dict[Replica, Message] = {}
        for message in self.log:
            previous = tops.get(message.r)
            message.valid = self._is_valid(message, previous)
            message.top = message.l if message.valid else (previous.top if previous else 0)
            tops[message.r] = message
            if message.valid:
                self.clock = max(self.clock, message.l)

    # --- the buffer

    @property
    def waiting(self) -> int:
        """How many messages cannot be delivered yet."""
        return self._waiting_count

    def _wait(self, batch: Batch) -> bool:
        """Put into the buffer; False if it was there."""
        variants = self._waiting.setdefault(batch.r, {}).setdefault(batch.n, [])
        if any(self._same(batch, other) for other in variants) or len(variants) >= 2:
            return False
        variants.append(batch)
        size = weight_in_memory(batch)
        self._waiting_count += 1
        self._waiting_bytes += size
        chains = self._waiting_of.setdefault(batch.party, {})
        chains[batch.r] = chains.get(batch.r, 0) + size
        if self.limits is not None:
            while len(chains) > self.limits.chains:
                self._forget_newest(batch.party)
            while (
                self._waiting_count > self.limits.messages
                or self._waiting_bytes > self.limits.bytes
            ):
                # Who has most pays, with what is farthest from being delivered.
                self._forget_newest(
                    max(self._waiting_of, key=lambda party: sum(self._waiting_of[party].values()))
                )
        return True

    def _forget_newest(self, party: Party) -> None:
        chains = self._waiting_of[party]
        r = max(chains, key=lambda q: (chains[q], q))
        self._forget(r, max(self._waiting[r]))

    def _forget(self, r: Replica, n: int) -> None:
        queue = self._waiting[r]
        for batch in queue.pop(n):
            size = weight_in_memory(batch)
            self._waiting_count -= 1
            self._waiting_bytes -= size
            chains = self._waiting_of[batch.party]
            chains[r] -= size
            if not chains[r]:
                del chains[r]
            if not chains:
                del self._waiting_of[batch.party]
        if not queue:
            del self._waiting[r]

    def missing(self) -> dict[Replica, tuple[int, int]]:
        """Replica -> (first, last) number that buffered messages wait for."""
        needed: dict[Replica, int] = {}
        for r, queue in self._waiting.items():
            for n, variants in queue.items():
                if n - 1 not in queue:
                    needed[r] = max(needed.get(r, 0), n - 1)
                for batch in variants:
                    for q, m in batch.deps.items():
                        if q != r and m not in self._waiting.get(q, ()):
                            needed[q] = max(needed.get(q, 0), m)
        result: dict[Replica, tuple[int, int]] = {}
        for q, m in needed.items():
            first = len(self.chains.get(q, ())) + 1
            if not self.holds(q, m):
                queue = self._waiting.get(q, {})
                while first in queue and first < m:
                    first += 1
                result[q] = (first, m)
        return result

    # --- asking

    def holds(self, r: Replica, n: int) -> bool:
        """Whether message n of r was delivered, or counts as held because the chain forked."""
        have = len(self.chains.get(r, ()))
        return have >= n or (r in self.forks and have >= self.forks[r] - 1)

    def number_of(self, ts: Ts) -> int:
        """The number of the valid message whose operations have the time of `ts`."""
        chain = self.chains.get(ts.r, [])
        return bisect.bisect_left(chain, ts.l, key=_top) + 1

    def since(self, vv: Mapping[Replica, int]) -> Iterator[Batch]:
        """What a holder of `vv` lacks, in a causal order, then the proofs of forks."""
        for message in self.log:
            fork = self.forks.get(message.r)
            if message.n > vv.get(message.r, 0) and (fork is None or message.n < fork):
                assert message.batch is not None
                yield message.batch
        for proof in self.proofs.values():
            yield from proof


def accumulate(before: Mapping[Replica, int], batch: Batch) -> Mapping[Replica, int]:
    """Full dependencies of a message from those of the author's previous one."""
    if not batch.deps:
        return before
    deps = dict(before)
    for q, m in batch.deps.items():
        if q != batch.r and m > deps.get(q, 0):
            deps[q] = m
    return deps


def weight_in_memory(batch: Batch) -> int:
    """Roughly how many bytes a batch takes."""
    return upper_bound(batch, batch.deps) // 4


def _top(message: Message) -> int:
    return message.top
