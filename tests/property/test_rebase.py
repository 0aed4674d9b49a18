"""Refusals and forks over several generations: nothing is lost, and all stay equal (SYNC 4.7, 11).

A member's messages from some number on reach nobody; it goes on as another replica with what could
be done again, and that may happen to that replica too. `view` of everything ever sent, the void
messages too, is what all show in the end.
"""

import dataclasses
import os
import random

import pytest

from tests.helpers.merging import Member, assert_equal, element
from tests.helpers.rebasing import start_again
from whiteboard.editing.undo import UndoStack
from whiteboard.model.changes import Origin
from whiteboard.model.document import Document
from whiteboard.model.ids import Rid
from whiteboard.model.ops import Batch, Set
from whiteboard.model.rebase import keep
from whiteboard.model.view import view

RUNS = int(os.environ.get("REBASE_RUNS", "25"))


class Person:
    """One party, whichever replica it writes as."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.generation = 0
        self.first = Member(name)
        self.follow(self.first.doc)

    def follow(self, document: Document) -> None:
        self.doc = document
        self.undo = UndoStack(document)
        self.sent: list[Batch] = [
            batch for batch in document.batches_since({}) if batch.r == document.replica
        ]
        document.on_commit.subscribe(
            lambda commit: self.sent.extend(b for b in commit.batches if b.r == document.replica)
        )


class Board:
    """People on one board, with a network that may refuse the last messages of somebody."""

    def __init__(self, rng: random.Random) -> None:
        self.rng = rng
        self.people = [Person(name) for name in "abc"]
        root = self.people[0].first.start()
        first = self.people[0].first
        first.add(root, element("g", element("rect", fill="red"), "hello", element("g")))
        self.everything: list[Batch] = []
        self.rids: list[Rid] = [root, *self._below(first.doc, root)]
        self.exchange()

    def _below(self, doc: Document, rid: Rid) -> list[Rid]:
        return [r for c in doc.children(rid) for r in (c, *self._below(doc, c))]

    def exchange(self) -> None:
        """Everybody hears everybody."""
        for person in self.people:
            self.everything += [b for b in person.sent if b not in self.everything]
        for person in self.people:
            person.doc.receive(self.rng.sample(self.everything, len(self.everything)))

    def work(self, person: Person) -> None:
        rng, doc = self.rng, person.doc
        rid = rng.choice(self.rids)
        if rng.random() < 0.15:
            rng.choice((person.undo.undo, person.undo.redo))()
            return
        with doc.transact(Origin.LOCAL) as edit:
            self._write(doc, edit, rid)

    def _write(self, doc, edit, rid):
        rng = self.rng
        kind = doc.kind(rid)
        if kind is None:
            edit.do(Set(rid, name="g"))
        elif kind.value == "text":
            start = rng.randrange(len(doc.text(rid)) + 1)
            if rng.random() < 0.1:
                edit.do(Set(rid, chdata="anew"))
            else:
                edit.splice_text(rid, start, rng.randrange(3), rng.choice(("x", "yy", "")))
        else:
            what = rng.randrange(6)
            if what == 0:
                self.rids.append(edit.add(rid, element("rect", "in", x="1")))
            elif what == 1:
                self.rids.append(edit.add_text(rid, "text"))
            elif what == 2 and rid != doc.root:
                edit.do(Set(rid, parent=rng.choice(self.rids), weight=float(rng.randrange(5))))
            elif what == 3 and rid != doc.root:
                edit.trash(rid)
            elif what == 4:
                edit.rename(rid, rng.choice("gh"), "")
            else:
                value = rng.choice(("1", "2", "3", None))
                edit.set_attribute(rid, rng.choice(("fill", "x")), value)

    def refuse(self, person: Person) -> None:
        """What this person sent of late reached nobody: go on as another replica."""
        rng, doc = self.rng, person.doc
        known = max((b.n for b in self.everything if b.r == doc.replica), default=0)
        held = doc.vv.get(doc.replica, 0)
        person.generation += 1
        name = f"{person.name}{person.generation}"
        lost = [b for b in person.sent if b.n > known]
        may_write = rng.random() < 0.7
        new, pieces, outcome, _ = start_again(doc, known, name, may_write=may_write)
        assert outcome.collected == sum(piece.count for piece in pieces)
        assert (held > known) == bool(pieces)
        assert may_write or len(outcome.left) == len(pieces)
        self.everything += lost  # a late copy of one must not count either
        person.follow(new)
        for piece in outcome.left:
            if rng.random() < 0.3:
                keep(piece, new)

    def fork(self, person: Person) -> None:
        """Somebody forged a message of this person: the chain is void from there on."""
        doc = person.doc
        if not person.sent:
            return
        original = self.rng.choice(person.sent)
        forged = dataclasses.replace(original, ops=(Set(self.rids[0], name="forged"),))
        if original not in self.everything or forged == original or original.was:
            return
        self.exchange()
        doc.receive([forged])
        self.everything.append(forged)
        person.generation += 1
        after = original.n - 1
        new, pieces, outcome, _ = start_again(doc, after, f"{person.name}{person.generation}")
        assert outcome.collected == sum(piece.count for piece in pieces) > 0
        person.follow(new)


@pytest.mark.parametrize("run", range(RUNS))
def test_nothing_is_lost_over_generations_and_all_show_what_the_specification_says(run):
    seed = int(os.environ.get("REBASE_SEED", random.randrange(10**9))) + run
    print("REBASE_SEED", seed)  # noqa: T201 - pytest shows it when the test fails
    rng = random.Random(seed)
    board = Board(rng)
    for _ in range(40):
        person = rng.choice(board.people)
        what = rng.random()
        if what < 0.7:
            board.work(person)
        elif what < 0.85:
            board.exchange()
        elif what < 0.95:
            board.refuse(person)
        else:
            board.fork(person)
    for person in board.people:  # a replica says with its first message what it gave up
        with person.doc.transact(Origin.LOCAL) as edit:
            edit.do(Set(board.rids[0], name="svg"))
    board.exchange()
    board.exchange()
    expected = view(board.everything)
    for person in board.people:
        assert_equal(person.doc, expected)
    late = Document(board.people[0].doc.session, "late", "late")
    for batch in rng.sample(board.everything, len(board.everything)):
        late.receive([batch])
    assert_equal(late, expected)
