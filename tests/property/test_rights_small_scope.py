"""The fence is the plain one for every small history, in every order (SYNC 11.1).

All causal histories of up to three messages by a host, a moderator and an editor, each with any
operation of a pool; after every delivery in every order the document is that of `view`.
"""

from __future__ import annotations

import functools
import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import pytest

from tests.helpers.merging import SESSION, element, message
from whiteboard.model.document import Document
from whiteboard.model.ids import DOCUMENT, Party, Replica, Rid
from whiteboard.model.ops import Batch, Control, Kind, Literal, New, Op, Set
from whiteboard.model.rights import Ground
from whiteboard.model.view import View, view

GROUND = Ground(Party("h"))
ROOT, TEXT, GROUP = Rid("~h.1"), Rid("h.2"), Rid("h.3")


def role(party: str, name: str) -> Control:
    return Control("role", (("is", name), ("party", party)))


START = (
    message(
        "h",
        1,
        1,
        New(ROOT, Kind.ELEMENT, DOCUMENT, name="svg"),
        New(TEXT, Kind.TEXT, ROOT, 1.0, chdata="abc"),
        Literal(GROUP, ROOT, 2.0, element("g")),
    ),
    replace(message("h", 2, 2), controls=(role("m", "moderator"),)),
)
"""A host h, a moderator m; e may edit, as everybody may."""

Deed = Op | tuple[Control, ...]
WRITERS: dict[str, Deed] = {
    "type": Set(TEXT, chdata="X", replace=(1, 1)),
    "write": Set(TEXT, chdata="full"),
    "revoke e": (role("e", "viewer"),),
    "grant e": (role("e", "editor"),),
    "demote m": (role("m", "editor"),),
    "resign": (Control("resign"),),
    "promote e": (role("e", "moderator"),),
}
MARKERS: dict[str, Deed] = {
    "name": Set(GROUP, name="a"),
    "move in": Set(TEXT, parent=GROUP, weight=1.0),
    "trash": Set(ROOT, parent=Rid("~trash"), weight=0.0),
    "done": (Control("done", (("path", ROOT), ("rid", GROUP), ("rids", GROUP))),),
    "reopen": (Control("reopen", (("rid", GROUP),)),),
    "line": (Control("done", (("rid", ""),)), Control("reopen", (("rid", ""),))),
    "demote m": (role("m", "viewer"),),
}


@dataclass(frozen=True)
class History:
    """Messages, and what was known to the author of each."""

    batches: tuple[Batch, ...] = START
    pasts: tuple[frozenset[int], ...] = (frozenset(), frozenset({0}))

    def with_one_more(self, r: str, deed: Deed, seen: frozenset[int]) -> History:
        """Another message, whose author knew the closed set `seen` and all of its own."""
        own = [b for b in self.batches if b.r == r]
        deps: dict[str, int] = {}
        for i in seen:
            batch = self.batches[i]
            if batch.r != r:
                deps[batch.r] = max(deps.get(batch.r, 0), batch.n)
        clock = max([self.batches[i].l for i in seen], default=0)
        ops = () if isinstance(deed, tuple) else (deed,)
        batch = message(r, len(own) + 1, clock + 1, *ops, deps=deps)
        if isinstance(deed, tuple):
            batch = replace(batch, controls=deed)
        return History((*self.batches, batch), (*self.pasts, seen))

    def closed_sets(self, r: str) -> Iterator[frozenset[int]]:
        """What the next author may have seen: the beginning and all of its own, causally closed."""
        must = {0, 1, *(i for i, b in enumerate(self.batches) if b.r == r)}
        must = self._closed(must)
        others = [i for i in range(len(self.batches)) if i not in must]
        for size in range(len(others) + 1):
            for more in itertools.combinations(others, size):
                seen = must | set(more)
                if self._closed(seen) == seen:
                    yield frozenset(seen)

    def _closed(self, seen: set[int]) -> set[int]:
        return seen.union(*(self.pasts[i] for i in seen))

    def orders(self) -> Iterator[Sequence[int]]:
        """All orders of the messages after the beginning, also such as not all can follow."""
        return itertools.permutations(range(2, len(self.batches)))


def histories(pool: dict[str, Deed], length: int) -> Iterator[History]:
    """All of that many messages after the beginning, each set of them once."""
    if length == 0:
        yield History()
        return
    known: set[frozenset[str]] = set()
    for history in histories(pool, length - 1):
        for r in "hme":
            for seen in history.closed_sets(r):
                for deed in pool.values():
                    longer = history.with_one_more(r, deed, seen)
                    key = frozenset(map(repr, longer.batches))
                    if key not in known:
                        known.add(key)
                        yield longer


def check(history: History) -> int:
    """Every order, compared after every delivery; how often that was."""
    batches = history.batches

    @functools.cache
    def expected(held: frozenset[int]) -> View:
        return view([batches[i] for i in held], ground=GROUND)

    looked = 0
    for order in history.orders():
        document = Document(SESSION, Party("j"), Replica("j"), ground=GROUND)
        document.receive(batches[:2])
        held = frozenset({0, 1})
        for i in order:
            document.receive([batches[i]])
            held |= {i}
            wanted = expected(held)
            assert document.state_hash() == wanted.state_hash(), batches[2:]
            assert {p: document.role_of(p) for p in wanted.roles} == wanted.roles, batches[2:]
            assert {mark.rid for mark in document.marks()} == wanted.complete, batches[2:]
            looked += 1
    return looked


@pytest.mark.parametrize("pool", [WRITERS, MARKERS], ids=["roles", "marks"])
def test_every_history_of_up_to_two_messages_shows_what_its_set_makes(pool):
    found = [check(history) for length in (1, 2) for history in histories(pool, length)]
    assert len(found) == 21 + 588  # of 735 pairs of messages those at once in one order only


@pytest.mark.slow
@pytest.mark.timeout(7200)
@pytest.mark.parametrize("pool", [WRITERS, MARKERS], ids=["roles", "marks"])
def test_every_history_of_three_messages_shows_what_its_set_makes(pool):
    assert sum(map(check, histories(pool, 3))) > 0


@pytest.mark.parametrize("pool", [WRITERS, MARKERS], ids=["roles", "marks"])
def test_many_histories_of_three_messages_show_what_their_sets_make(pool):
    for number, history in enumerate(histories(pool, 3)):
        if number % 97 == 0:
            check(history)
