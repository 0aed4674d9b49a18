"""Members of a board without a network, and the comparison of all of them with `view`."""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager

from whiteboard.editing.undo import UndoStack
from whiteboard.model.changes import Commit, Origin
from whiteboard.model.document import Document, Transaction
from whiteboard.model.history import Limits
from whiteboard.model.ids import Party, Replica, Rid, SessionId
from whiteboard.model.law import is_void, numbered
from whiteboard.model.ops import Batch, LiteralElement, Op, Remove, Ts
from whiteboard.model.rights import EVERYBODY, Ground
from whiteboard.model.view import View, view

SESSION = SessionId("session")
SVG = "http://www.w3.org/2000/svg"
OWN = (Origin.LOCAL, Origin.UNDO, Origin.LOAD, Origin.REPAIR)


def element(name: str = "g", /, *children: LiteralElement | str, **attributes: str):
    """An SVG element for `Transaction.add`."""
    named = tuple(("", key, value) for key, value in attributes.items())
    return LiteralElement(SVG, name, named, children)


class Member:
    """One participant: a document, its undo stack, and what it has sent."""

    def __init__(
        self,
        name: str,
        party: str | None = None,
        *,
        ground: Ground = EVERYBODY,
        limits: Limits | None = Limits(),  # noqa: B008 - frozen
    ) -> None:
        self.name = name
        self.doc = Document(
            SESSION, Party(party or name), Replica(name), ground=ground, limits=limits
        )
        self.undo = UndoStack(self.doc)
        self.sent: list[Batch] = []
        self.commits: list[Commit] = []
        self.doc.on_commit.subscribe(self._on_commit)

    def _on_commit(self, commit: Commit) -> None:
        self.commits.append(commit)
        if commit.origin in OWN:
            self.sent += commit.batches

    @contextmanager
    def edit(self, label: str = "Edit", origin: Origin = Origin.LOCAL) -> Iterator[Transaction]:
        """One transaction of this member's own."""
        with self.doc.transact(origin, label) as tx:
            yield tx

    def add(self, parent: Rid, child: LiteralElement | str, before: Rid | None = None) -> Rid:
        """Adds one element or text in a transaction of its own."""
        with self.edit() as tx:
            if isinstance(child, str):
                return tx.add_text(parent, child, before)
            return tx.add(parent, child, before)

    def start(self) -> Rid:
        """The board's root element."""
        with self.edit() as tx:
            return tx.add_root(element("svg"))

    def set(self, rid: Rid, name: str, value: str | None) -> None:
        """Sets an attribute in a transaction of its own."""
        with self.edit() as tx:
            tx.set_attribute(rid, name, value)

    def write(self, rid: Rid, text: str) -> None:
        """Changes a text, as a minimal difference."""
        with self.edit() as tx:
            tx.set_text(rid, text)

    def splice(self, rid: Rid, start: int, count: int, insert: str) -> None:
        """One partial edit of a text."""
        with self.edit() as tx:
            tx.splice_text(rid, start, count, insert)

    def move(self, rid: Rid, parent: Rid, before: Rid | None = None) -> None:
        """Moves a record."""
        with self.edit() as tx:
            tx.move(rid, parent, before)

    def trash(self, rid: Rid) -> None:
        """Deletes a record the ordinary way."""
        with self.edit() as tx:
            tx.trash(rid)

    def do(self, *ops: Op, restores: dict[str, Ts] | None = None) -> None:
        """Raw operations in one transaction."""
        with self.edit() as tx:
            for op in ops:
                tx.do(op, restores)

    def hear(self, *others: Member) -> None:
        """Receives all that the others have sent and hold."""
        for other in others:
            self.doc.receive(other.doc.batches_since(self.doc.vv))


def members(names: str = "abc", *, ground: Ground = EVERYBODY) -> list[Member]:
    """One member a letter: replica and party have the letter as their name."""
    return [Member(name, ground=ground) for name in names]


def sync(*everybody: Member) -> None:
    """Everybody hears everybody."""
    for member in everybody:
        member.hear(*(other for other in everybody if other is not member))
    for member in everybody:
        member.hear(*(other for other in everybody if other is not member))


def sent_by(*everybody: Member) -> list[Batch]:
    """All that these members ever sent."""
    return [batch for member in everybody for batch in member.sent]


def orders(batches: Sequence[Batch], limit: int = 720) -> Iterable[Sequence[Batch]]:
    """All orders of the messages, or `limit` seeded shuffles where there are more."""
    total = 1
    for i in range(2, len(batches) + 1):
        total *= i
    if total <= limit:
        return itertools.permutations(batches)
    rng = random.Random(len(batches))
    return (rng.sample(batches, len(batches)) for _ in range(limit))


def assert_equal(doc: Document, expected: View) -> None:
    """The replica shows exactly what the specification says, and knows the same rights."""
    assert {mark.rid for mark in doc.marks()} == expected.complete
    assert {party: doc.role_of(party) for party in expected.roles} == expected.roles
    assert doc.c14n() == expected.c14n()
    assert doc.state_hash() == expected.state_hash()


def assert_same_verdicts(doc: Document, expected: View) -> None:
    """The replica holds void just what the specification says, among what it has not folded."""
    purges = set()
    mine = set()
    held = set()
    for one in doc._history.log:
        if one.batch is None or not one.valid:
            continue
        for k, op in numbered(one.batch):
            ts = Ts(one.l, one.r, k)
            held.add(ts)
            if is_void(one.void, k):
                mine.add(ts)
            if isinstance(op, Remove):  # judged when it is applied
                purges.add(ts)
    stated = {ts for ts in expected.void if ts in held}
    assert stated <= mine | purges
    ineffective = mine - stated - purges
    assert not {ts for ts in ineffective if ts in expected.counting}


def agree(
    batches: Sequence[Batch],
    *,
    ground: Ground = EVERYBODY,
    limit: int = 120,
    every_step: bool = True,
) -> View:
    """The view of the messages, after every delivery order gave a fresh replica the same.

    With `every_step` the replica is compared after each message with the view of what it has.
    """
    expected = view(batches, ground=ground)
    steps: dict[frozenset[int], View] = {}
    for order in orders(list(enumerate(batches)), limit):
        doc = Document(SESSION, Party("joiner"), Replica("joiner"), ground=ground)
        have: frozenset[int] = frozenset()
        for index, batch in order:
            doc.receive([batch])
            have |= {index}
            if every_step:
                if have not in steps:
                    steps[have] = view([batches[i] for i in have], ground=ground)
                assert_equal(doc, steps[have])
        assert_equal(doc, expected)
        for r, n in expected.vv.items():
            assert doc.vv[r] == n or r in expected.forks
    doc = Document(SESSION, Party("joiner"), Replica("joiner"), ground=ground)
    doc.receive([*reversed(batches), *batches])  # all at once, each twice
    assert_equal(doc, expected)
    return expected


def agreed(
    *everybody: Member,
    ground: Ground = EVERYBODY,
    limit: int = 120,
    also: Sequence[Batch] = (),
) -> View:
    """`agree` on all that the members sent, and the members themselves after an exchange."""
    expected = agree([*sent_by(*everybody), *also], ground=ground, limit=limit)
    sync(*everybody)
    for member in everybody:
        assert_equal(member.doc, expected)
    return expected


def message(
    r: str,
    n: int,
    l: int,  # noqa: E741 - the name on the wire
    *ops: Op,
    deps: dict[str, int] | None = None,
    restores: dict[tuple[int, str], Ts] | None = None,
    party: str | None = None,
) -> Batch:
    """A message made by hand, as a modified client could."""
    return Batch(
        SESSION,
        Party(party or r),
        Replica(r),
        n,
        l,
        ops,
        {Replica(k): v for k, v in (deps or {}).items()},
        restores or {},
    )
