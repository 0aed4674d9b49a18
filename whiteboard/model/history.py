"""The set of messages of a session: what is held, what waits, what is void (SYNC 5.2, 0.2, 0.3).

1. Messages are delivered causally: after the author's previous one and all that they depend on.
2. Two contents of one dot are a *fork*: that dot and every later one of the chain is void for ever
   and counts as held. Which content came first does not matter.
3. A message is void if it is over 64 KiB canonical, or its Lamport time is not greater than that of
   every valid message in its past, or greater than its past is large. Void messages keep their dot.
4. The buffer of what cannot be delivered yet is bounded; what falls out can be asked for again.
5. A replica's first message can say that its party gave up other replicas (`was`, SYNC 4.7): beyond
   the numbers given their chains are void as a fork's are, for ever, and their rids are the new
   replica's. It counts also where that message itself turns out to be void.
6. Control operations make operations of others void (SYNC 6); that changes no clock and no chain.
7. What lies inside a checkpoint W, the *floor*, may be folded (SYNC 5.5): of each chain only
   `FoldedChain` is left then. A message outside W without W in its past is *below* the floor. It
   is neither refused nor applied: it waits until the folded messages are here again.
"""

from __future__ import annotations

import bisect
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TypeAlias

from whiteboard.model.canonical import START, canonical_size, expanded, link, plain, upper_bound
from whiteboard.model.folded import FoldedChain
from whiteboard.model.ids import Party, Replica, SessionId
from whiteboard.model.law import Law, Verdict, Whole, is_void, numbered
from whiteboard.model.ops import NO_DEPS, NO_RESTORES, Batch, New, Set, Ts
from whiteboard.model.rights import EVERYBODY, Act, Ground, acts_of

MAX_CANONICAL = 64 * 1024
"""Bytes of a canonical message; a longer one is void (SYNC 0.3.1)."""

MAX_DOUBTS = 256
"""Copies of folded messages that are kept to see whether another content comes."""

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

    __slots__ = (
        "batch",
        "deps",
        "digest",
        "l",
        "n",
        "party",
        "past",
        "r",
        "restores",
        "top",
        "valid",
        "void",
    )

    def __init__(
        self,
        r: Replica,
        n: int,
        l: int,  # noqa: E741 - the name on the wire
        party: Party,
        deps: Mapping[Replica, int],
        past: int | None = None,
    ) -> None:
        self.r = r
        self.n = n
        self.l = l
        self.party = party
        self.deps = deps
        """Of OTHER replicas, accumulated over the author's messages 1..n."""
        self.past = sum(deps.values()) if past is None else past
        """How many messages of others these are."""
        self.restores: Mapping[tuple[int, str], Ts] = NO_RESTORES
        self.batch: Batch | None = None
        """None while the author still adds to it."""
        self.valid = True
        """Clock, size and chain are in order."""
        self.void: Verdict = None
        """Which operations have no effect because their author had no right to them."""
        self.top = l
        """The greatest valid Lamport time of the chain up to this message."""
        self.digest: bytes | None = None
        """D(n) of the chain (SYNC 0.2/5.2b), once somebody asked."""

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
        ground: Ground = EVERYBODY,
    ) -> None:
        self.session = session
        self.law = Law(ground)
        self.applied = 0
        """So many messages of `log` have had their effect on the records."""
        self.turned: list[tuple[Message, Verdict]] = []
        """Of these, those that have another verdict now, and the one before."""
        self.acts = 0
        """How many control operations are in force, or may come to be."""
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
        """Replica -> number from which on its chain is void: a fork, or it was given up."""
        self.proofs: dict[Replica, tuple[Batch, Batch]] = {}
        """Replica -> two contents of one number."""
        self.heirs: dict[Replica, frozenset[Replica]] = {}
        """Replica -> those its party gave up for it: their rids are its own."""
        self.parties: dict[Replica, Party] = {}
        """Who is behind a replica, by its first message."""
        self._verdicts = 0
        """How often held messages were judged anew."""
        self.bases: dict[Replica, FoldedChain] = {}
        """What is left of the messages inside the floor; `chains` and `log` hold the others."""
        self.floor: dict[Replica, int] = {}
        """The checkpoint W up to which messages are folded; empty if none are."""
        self.horizon = 0
        """The greatest valid Lamport time inside the floor; all valid ones outside are greater."""
        self.controls: list[Batch] = []
        """Messages inside the floor that had control operations, without the other operations and
        with full dependencies."""
        self._above: set[Replica] = set()
        """Chains whose newest message has the floor in its past."""
        self._below: set[Replica] = set()
        """Chains whose next message waits because it is below the floor."""
        self._doubts: dict[tuple[Replica, int], Batch] = {}
        self._proofs_below: list[Batch] = []
        """Two contents of folded dots."""
        self._cancels: list[tuple[Message, Ts]] = []
        """Messages outside the floor that cancel a partial edit, and which."""
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
            a known fork, or of another session); whether a fork came to light, or what was held is
            void now: then `log` holds new verdicts and all must be applied again.
        """
        if batch.session != self.session or batch.n < 1:
            return [], True, False
        r, n = batch.r, batch.n
        verdicts = self._verdicts
        fork = self.forks.get(r)
        if fork is not None and n >= fork:
            self._note_was(batch)
            return self._drain(), True, self._verdicts != verdicts
        chain = self.chains.get(r)
        folded = self.floor.get(r, 0)
        if n <= folded:
            self._doubt(batch)
            return [], True, False
        if chain is not None and n <= folded + len(chain):
            held = chain[n - folded - 1]
            assert held.batch is not None
            if self._same(held.batch, batch):
                return [], True, False
            self._fork(held.batch, batch)
            return self._drain(), False, True
        if (
            r not in self._waiting
            and self._is_ready(batch)
            and not self._is_below(message := self._judged(batch))
        ):
            self._deliver(message)
            if not self._waiting:
                return [message], False, self._verdicts != verdicts
            later = self._drain()
            return [message, *later], False, self._verdicts != verdicts
        if not self._wait(batch):
            return [], True, False
        if n != self.held_of(r) + 1:
            return [], False, False
        delivered = self._drain()
        return delivered, False, self._verdicts != verdicts

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
        n = self.held_of(r) + 1
        if queue is None or n not in queue:
            return None
        variants = queue[n]
        if len(variants) > 1:
            for other in variants[1:]:
                if not self._same(variants[0], other):
                    self._fork(variants[0], other)
                    return None
        batch = variants[0]
        if r in self._below or not self._is_ready(batch):
            return None
        message = self._judged(batch)
        if self._is_below(message):
            self._below.add(r)
            return None
        self._forget(r, n)
        return message

    def _is_ready(self, batch: Batch) -> bool:
        """Whether it follows what is held of its author, and all it depends on is held."""
        if batch.n != self.held_of(batch.r) + 1:
            return False
        return not batch.deps or all(
            q == batch.r or self.holds(q, m) for q, m in batch.deps.items()
        )

    def _judged(self, batch: Batch) -> Message:
        r = batch.r
        before, top = self.end_of(r)
        deps = accumulate(before, batch)
        chain = self.chains.get(r)
        last = chain[-1] if chain and deps is before else None
        past = None if last is None else last.past
        message = Message(r, batch.n, batch.l, self.parties.get(r, batch.party), deps, past)
        message.batch = batch
        message.restores = batch.restores
        message.valid = self._is_valid(message, top, is_after=last is not None and last.valid)
        if not message.valid:
            message.top = top
        return message

    def _is_valid(self, message: Message, top: int, *, is_after: bool = False) -> bool:
        """Whether the clock and the size of a message are valid.

        Args:
            message: What is judged.
            top: Of the one before it in its chain.
            is_after: That one is valid and has as much in its past: what is later than `top` is
                later than all of that.
        """
        assert message.batch is not None
        if message.n >= self.forks.get(message.r, message.n + 1):
            return False
        if message.l > message.n + message.past:
            return False
        if message.l <= top:
            return False
        if not is_after and any(message.l <= self.top_at(q, m) for q, m in message.deps.items()):
            return False
        if upper_bound(message.batch, message.deps) <= MAX_CANONICAL:
            return True
        return self._size(message.batch, message.deps, MAX_CANONICAL) <= MAX_CANONICAL

    def top_at(self, r: Replica, n: int) -> int:
        """The greatest valid Lamport time among messages 1..n of r (beyond a fork: before it)."""
        chain = self.chains.get(r, ())
        folded = self.floor.get(r, 0)
        n = min(n, self.forks.get(r, n + 1) - 1, folded + len(chain))
        if n <= folded:  # within the floor only its end is known; the rest is below
            return self.bases[r].top if n == folded > 0 else 0
        return chain[n - folded - 1].top

    def _deliver(self, message: Message) -> None:
        r = message.r
        chain = self.chains.get(r)
        if chain is None:
            self.chains[r] = [message]
        else:
            chain.append(message)
        if message.restores:
            assert message.batch is not None
            self._cancels += ((message, ts) for ts in cancelled_by(message.batch))
        self.parties.setdefault(r, message.party)
        self.log.append(message)
        if not self.law.is_plain and message.void is None:
            message.void = self.law.verdict(message)
        if message.batch is not None and message.batch.controls and message.valid:
            self._take_acts(message)
        if message.n > self.vv.get(r, 0):
            self.vv[r] = message.n
        if message.valid:
            self.clock = max(self.clock, message.l)
            if self.forks:
                for q, m in message.deps.items():
                    if m > self.vv.get(q, 0):
                        self.vv[q] = m
        if message.batch is not None and message.batch.was:
            self._note_was(message.batch)

    # --- forks

    def _same(self, one: Batch, other: Batch) -> bool:
        """Whether two batches of one dot have one canonical form."""
        if one is other:
            return True
        if (one.l, one.restores, one.controls) != (other.l, other.restores, other.controls):
            return False
        if one.was != other.was:
            return False
        if one.deps != other.deps:
            before = self._deps_at(one.r, one.n - 1)
            if accumulate(before, one) != accumulate(before, other):
                return False
        return plain(one.ops) == plain(other.ops)

    def _fork(self, one: Batch, other: Batch) -> None:
        self.proofs[one.r] = (one, other)
        self._end_chain(one.r, one.n)
        self._judge_again()
        self._note_was(one)
        self._note_was(other)

    def _end_chain(self, r: Replica, n: int) -> None:
        """Chain r is void from number n on."""
        self.forks[r] = n
        for m in tuple(self._waiting.get(r, ())):
            if m >= n:
                self._forget(r, m)

    def _judge_again(self) -> None:
        """The clocks and chains of all that is held, then the rights, which follow from them."""
        self._verdicts += 1
        self.clock = self.horizon
        tops = {r: base.top for r, base in self.bases.items()}
        for message in self.log:
            top = tops.get(message.r, 0)
            message.valid = self._is_valid(message, top)
            message.top = message.l if message.valid else top
            tops[message.r] = message.top
            if message.valid:
                self.clock = max(self.clock, message.l)
        if not self.law.is_empty:
            self._read_acts()
            self._judge_rights(self.log)

    # --- rights (SYNC 6)

    def _take_acts(self, message: Message) -> None:
        """A valid message has control operations: who may not do what any more?"""
        acts = self._acts_of(message)
        was_plain = self.law.is_plain
        again = self.law.take(acts)
        if self.acts == len(self.law.fence.acts):
            return
        self.acts = len(self.law.fence.acts)
        if was_plain or again:
            self._judge_rights(self.log)
        elif any(act.closes for act in acts):
            for r, chain in self.chains.items():
                if r != message.r:
                    unseen = max(0, message.deps.get(r, 0) - self.floor.get(r, 0))
                    self._judge_rights(chain[unseen:])

    def _judge_rights(self, messages: Iterable[Message]) -> None:
        fresh: set[Message] | None = None
        for message in messages:
            if message.void is Whole.NOTED:
                continue
            verdict = self.law.verdict(message)
            if verdict == message.void:
                continue
            before, message.void = message.void, verdict
            if fresh is None:
                fresh = set(self.log[self.applied :])
            if message not in fresh and message.valid:
                self.turned.append((message, before))
                self._verdicts += 1

    def _acts_of(self, message: Message) -> list[Act]:
        assert message.batch is not None
        controls = message.batch.controls
        return list(acts_of(controls, message.party, message.r, message.n, message.deps))

    def _read_acts(self) -> None:
        """All acts anew: the folded ones, then those of the valid messages."""
        law = self.law
        law.start()
        for batch in self.controls:
            law.take(acts_of(batch.controls, batch.party, batch.r, batch.n, batch.deps))
        for message in self.log:
            if message.batch is not None and message.batch.controls and message.valid:
                law.take(self._acts_of(message))
        self.acts = len(law.fence.acts)

    # --- replicas that were given up (SYNC 4.7)

    def give_up(self, heir: Replica, was: Mapping[Replica, int], ended: Iterable[Replica]) -> None:
        """What replica `heir`, which has written nothing yet, is going to say; `ended` end now."""
        self.heirs[heir] = frozenset(was)
        for old in ended:
            self._give_up(old, was[old])

    def _note_was(self, batch: Batch) -> None:
        """A first message, counting or void, whose past is here may give up other replicas."""
        if not batch.was or batch.n != 1:
            return
        deps = accumulate(NO_DEPS, batch)
        if not all(self.holds(q, m) for q, m in deps.items()):
            return
        own = {
            old: n
            for old, n in batch.was.items()
            if old != batch.r and n <= deps.get(old, 0) and self._is_of(old, batch.party, deps)
        }
        self.heirs[batch.r] = frozenset(own)
        for old, n in own.items():
            self._give_up(old, n)

    def _is_of(self, r: Replica, party: Party, deps: Mapping[Replica, int]) -> bool:
        """Whether r is a replica of that party; of one that was not seen the wire has judged."""
        return not deps.get(r, 0) or self.parties.get(r, party) == party

    def _give_up(self, old: Replica, n: int) -> None:
        if n + 1 >= self.forks.get(old, n + 2):
            return
        self._end_chain(old, n + 1)
        if self.held_of(old) > n:
            self._judge_again()

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
            first = self.held_of(q) + 1
            if not self.holds(q, m):
                queue = self._waiting.get(q, {})
                while first in queue and first < m:
                    first += 1
                result[q] = (first, m)
        return result

    # --- asking

    def holds(self, r: Replica, n: int) -> bool:
        """Whether message n of r was delivered, or counts as held because the chain forked."""
        have = self.held_of(r)
        return have >= n or (r in self.forks and have >= self.forks[r] - 1)

    def number_of(self, ts: Ts) -> int:
        """The number of the valid message whose operations have the time of `ts`.

        Of a folded one some number inside the floor: whoever can be asked about has seen it all.
        """
        folded = self.floor.get(ts.r, 0)
        if ts.l <= self.horizon:
            return folded
        chain = self.chains.get(ts.r, [])
        return folded + bisect.bisect_left(chain, ts.l, key=_top) + 1

    def message_at(self, ts: Ts) -> Message | None:
        """The valid message whose operations have the time of `ts`; None of a folded one."""
        if ts.l <= self.horizon:
            return None
        chain = self.chains.get(ts.r, [])
        i = bisect.bisect_left(chain, ts.l, key=_top)
        return chain[i] if i < len(chain) else None

    def held_of(self, r: Replica) -> int:
        """How many messages of r were delivered."""
        return self.floor.get(r, 0) + len(self.chains.get(r, ()))

    def end_of(self, r: Replica) -> tuple[Mapping[Replica, int], int]:
        """Accumulated dependencies and greatest valid Lamport time of what is held of r."""
        if chain := self.chains.get(r):
            return chain[-1].deps, chain[-1].top
        base = self.bases.get(r)
        return (NO_DEPS, 0) if base is None else (base.deps, base.top)

    def _deps_at(self, r: Replica, n: int) -> Mapping[Replica, int]:
        """Accumulated dependencies of message n of r; none where that is not held."""
        i = n - self.floor.get(r, 0)
        if i == 0 and r in self.bases:
            return self.bases[r].deps
        chain = self.chains.get(r, ())
        return chain[i - 1].deps if 0 < i <= len(chain) else NO_DEPS

    def digest_of(self, r: Replica, n: int | None = None) -> bytes:
        """The chain digest D(n) of r (SYNC 0.2/5.2b), of its newest message unless n is given."""
        folded = self.floor.get(r, 0)
        chain = self.chains.get(r, ())
        count = len(chain) if n is None else n - folded
        first = count
        while first > 0 and chain[first - 1].digest is None:
            first -= 1
        digest = chain[first - 1].digest if first > 0 else None
        if digest is None:
            digest = self.bases[r].digest if r in self.bases else START
        for message in chain[first:count]:
            assert message.batch is not None
            digest = message.digest = link(digest, message.batch, message.deps)
        return digest

    def since(self, vv: Mapping[Replica, int]) -> Iterator[Batch]:
        """What a holder of `vv` lacks, in a causal order, then the proofs of forks.

        Raises:
            FoldedError: some of it is folded.
        """
        if any(vv.get(r, 0) < n for r, n in self.floor.items()):
            raise FoldedError("messages inside the floor are not held one by one")
        for message in self.log:
            proof = self.proofs.get(message.r)  # of what was given up no other content exists
            if message.n > vv.get(message.r, 0) and (proof is None or message.n < proof[0].n):
                assert message.batch is not None
                yield message.batch
        for contents in self.proofs.values():
            yield from contents

    # --- folding (SYNC 5.5)

    @property
    def below(self) -> bool:
        """Whether something waits that only the folded messages can make room for."""
        if not self._below:
            return bool(self._proofs_below)
        return bool(self._proofs_below) or any(r in self._waiting for r in self._below)

    def waiting_batches(self) -> tuple[Batch, ...]:
        """Everything that could not be delivered yet, and proofs of forks in folded chains."""
        waiting = [
            batch for queue in self._waiting.values() for n in sorted(queue) for batch in queue[n]
        ]
        return (*waiting, *self._proofs_below)

    def usable(self, want: Mapping[Replica, int]) -> dict[Replica, int]:
        """The greatest floor up to `want` that every message outside has in its past.

        Condition (3) of SYNC 5.5: while a held message outside W lacks some of it, W is lowered to
        that message's past. Dependencies of a chain only grow, so its first message outside is the
        one to look at. The present floor if there is none above it, or a fork is known.
        """
        if self.forks or self.heirs:
            return dict(self.floor)
        w = {r: min(n, self.held_of(r)) for r, n in want.items()}
        for r, n in self.floor.items():
            w[r] = max(n, w.get(r, 0))
        lowered = True
        while lowered:
            lowered = False
            for r, chain in self.chains.items():
                i = max(0, w.get(r, 0) - self.floor.get(r, 0))
                while i < len(chain) and chain[i].void is Whole.NOTED:
                    i += 1
                if i < len(chain):
                    lowered = _lower(w, chain[i]) or lowered
            for message, ts in self._cancels:
                n = self.number_of(ts)
                if message.n > w.get(message.r, 0) and n <= w.get(ts.r, 0):
                    w[ts.r] = n - 1
                    lowered = True
        if any(w.get(r, 0) < n for r, n in self.floor.items()):
            return dict(self.floor)
        return {r: n for r, n in w.items() if n > 0}

    def fold(self, w: Mapping[Replica, int], news: Mapping[Replica, int]) -> None:
        """Drop the messages inside `w`, which `usable` gave.

        Args:
            w: The new floor.
            news: Replica -> `new`s that counted inside it.
        """
        for r, n in w.items():
            count = n - self.floor.get(r, 0)
            if count <= 0:
                continue
            chain = self.chains[r]
            last = chain[count - 1]
            self.bases[r] = FoldedChain(
                n, last.top, last.deps, self.digest_of(r, n), self.parties[r], news.get(r, 0)
            )
        for message in self.log:
            batch = message.batch
            if batch is None or not batch.controls or not message.valid:
                continue
            if message.n <= w.get(message.r, 0):
                kept = replace(batch, party=message.party, ops=(), deps=message.deps, restores={})
                self.controls.append(kept)
        for r, n in w.items():
            self.chains[r] = self.chains[r][n - self.floor.get(r, 0) :]
        self.log = [m for m in self.log if m.n > w.get(m.r, 0)]
        self.applied = len(self.log)
        self._cancels = [(m, ts) for m, ts in self._cancels if m.n > w.get(m.r, 0)]
        self._set_floor()

    def start_from(self, bases: Mapping[Replica, FoldedChain], controls: Iterable[Batch]) -> None:
        """Begin with a folded past; only while nothing is held."""
        self.bases = dict(bases)
        self.controls = list(controls)
        for r, base in bases.items():
            self.chains[r] = []
            self.vv[r] = base.n
            self.parties[r] = base.party
        if self.controls:
            self._read_acts()
        self._set_floor()
        self.clock = self.horizon

    def _set_floor(self) -> None:
        self.floor = {r: base.n for r, base in self.bases.items()}
        self.horizon = max((base.top for base in self.bases.values()), default=0)
        self._above = set()
        self._doubts.clear()

    def _is_below(self, message: Message) -> bool:
        """Whether a message that is next in its chain lacks some of the floor in its past.

        A message that is void whatever lies there needs no room: only its dot is noted.
        """
        floor = self.floor
        if not floor:
            return False
        r, deps = message.r, message.deps
        assert message.batch is not None
        if any(n < floor.get(old, 0) for old, n in message.batch.was.items()):
            return True
        if r not in self._above:
            if any(deps.get(q, 0) < n for q, n in floor.items() if q != r):
                return message.valid and not self._is_cut_off(message)
            self._above.add(r)
        if not message.restores or not message.valid:
            return False
        return any(ts.l <= self.horizon for ts in cancelled_by(message.batch))

    def _is_cut_off(self, message: Message) -> bool:
        """Whether a message is void by what is folded: then it needs no room, only its number."""
        assert message.batch is not None
        if self.law.is_plain or message.batch.controls:
            return False
        if self.law.lens_within(self.floor).verdict(message) is not Whole.VOID:
            return False
        message.void = Whole.NOTED
        return True

    def _doubt(self, batch: Batch) -> None:
        """A folded message came again: remember it, another content would be a fork."""
        known = self._doubts.setdefault(batch.dot, batch)
        if known is not batch and not self._same(known, batch):
            self._proofs_below += (known, batch)
            del self._doubts[batch.dot]
        while len(self._doubts) > MAX_DOUBTS:
            del self._doubts[next(iter(self._doubts))]
        del self._proofs_below[MAX_DOUBTS:]


class FoldedError(Exception):
    """What was asked for lies inside the floor: the document must be unfolded first."""


def cancelled_by(batch: Batch) -> Iterator[Ts]:
    """The partial edits that the batch's empty partial edits name (SYNC 0.2/4.6)."""
    named = {k: ts for (k, field), ts in batch.restores.items() if field == "chdata"}
    if not named:
        return
    for k, op in enumerate(expanded(batch.ops)):
        if k in named and isinstance(op, Set) and op.chdata == "" and op.replace == (0, 0):
            yield named[k]


def count_news(message: Message) -> int:
    """How many `new`s of a message count, literals expanded."""
    assert message.batch is not None
    return sum(
        isinstance(op, New) and not is_void(message.void, k) for k, op in numbered(message.batch)
    )


def _lower(w: dict[Replica, int], message: Message) -> bool:
    """Lower `w` to the past of a message outside it; whether it had to be."""
    lowered = False
    for q, n in w.items():
        if q != message.r and message.deps.get(q, 0) < n:
            w[q] = message.deps.get(q, 0)
            lowered = True
    return lowered


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
