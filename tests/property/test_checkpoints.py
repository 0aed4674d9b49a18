"""Random work of members who fold their memory, compared with `view` (SYNC 11.1).

Beside all that `test_replicas` does: private checkpoints with a random idea of who is active,
snapshots of everything held, joiners who get a snapshot only, undos of folded work, deep help.
Every member keeps a journal, from its beginning or from the snapshot that it joined by.
"""

from __future__ import annotations

import os
import random

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from tests.helpers.merging import Member, assert_equal
from tests.property.test_replicas import RUNS, Replicas, pick, small, who, words
from whiteboard.editing.undo import UndoStack
from whiteboard.model.document import Document, FoldedError, Received
from whiteboard.model.folded import Folded, read_lines
from whiteboard.model.history import Limits
from whiteboard.model.ids import Party, Replica
from whiteboard.model.ops import Batch, Set


class Journal:
    """What a member has on disk: a beginning, and everything it accepted since, in order."""

    def __init__(self, member: Member, base: Folded | None = None) -> None:
        self.member = member
        self.base = base
        self.batches: list[Batch] = []

    def keep(self, received: Received) -> None:
        self.batches += received.kept

    def rebuilt(self) -> Document:
        document = self.member.doc.like(self.base)
        document.receive([*self.batches, *self.member.sent])
        return document


class Checkpoints(Replicas):
    """The machine of `test_replicas`, with checkpoints; any buffer falls short now and then."""

    few = Limits()

    def __init__(self) -> None:
        super().__init__()
        self.journals = {member.name: Journal(member) for member in self.members}
        for member in self.members:
            self.watch(member)

    def watch(self, member: Member) -> None:
        member.doc.on_history_wanted.subscribe(lambda _none: self.reload(member))

    # --- memory and journal

    def receive(self, member: Member, batches: list[Batch]) -> None:
        self.heard[member.name] += batches
        if self.differs(member, batches):
            self.reload(member)
        journal = self.journals[member.name]
        received = member.doc.receive(batches)
        journal.keep(received)
        assert received.below == member.doc.is_blocked
        if received.below and member.doc.floor != self.floor(member):
            self.reload(member)
        self.touched.append(member)

    def differs(self, member: Member, batches: list[Batch]) -> bool:
        """Whether the chain digests of a heartbeat would show a fork of a folded chain."""
        held = {b.dot: b for b in self.journals[member.name].batches}
        return any(held.get(b.dot, b) != b for b in batches)

    def floor(self, member: Member) -> dict[Replica, int]:
        base = self.journals[member.name].base
        return {} if base is None else base.floor

    def reload(self, member: Member) -> None:
        """Drop the checkpoint: everything again from the journal."""
        journal = self.journals[member.name]
        journal.keep(member.doc.unfold(journal.rebuilt()))
        assert dict(member.doc.floor) == self.floor(member)

    @rule(i=who, active=st.integers(0, 31), at_once=st.none() | st.integers(0, 3))
    def checkpoint(self, i: int, active: int, at_once: int | None) -> None:
        """A private checkpoint; the active set is a guess, right or wrong."""
        member = self.member(i)
        want = dict(member.doc.vv)
        for j, other in enumerate(self.members):
            if active >> j & 1:
                want = {r: min(n, other.doc.vv.get(r, 0)) for r, n in want.items()}
        self.fold(member, want, at_once)

    @rule(i=who)
    def snapshot(self, i: int) -> None:
        """A journal's snapshot of everything held, and the board opened from it."""
        member = self.member(i)
        self.fold(member, dict(member.doc.vv))

    @rule(i=who, at_once=st.integers(1, 4))
    def fold_on(self, i: int, at_once: int) -> None:
        """What a checkpoint left of long texts is folded a little further."""
        member = self.member(i)
        if member.doc.is_folding:
            before = member.doc.c14n()
            member.doc.fold_on(at_once)
            assert member.doc.c14n() == before
            self.restored(member)

    def fold(self, member: Member, want: dict[Replica, int], at_once: int | None = None) -> None:
        document = member.doc
        before = document.c14n(), document.state_hash()
        if document.fold(want, at_once):
            assert not document.forks
        assert (document.c14n(), document.state_hash()) == before
        self.restored(member)
        self.touched.append(member)

    def restored(self, member: Member) -> None:
        """What is written down of a member can be read again, and is the same document."""
        document = member.doc
        copy = document.like(read_lines(document.folded().lines()))
        copy.receive(document.batches_since(document.floor))
        assert copy.c14n() == document.c14n()
        assert copy.state_hash() == document.state_hash()
        assert {r: copy.digest(r) for r in copy.vv if r not in copy.forks} == {
            r: document.digest(r) for r in document.vv if r not in document.forks
        }

    # --- the others

    @rule(i=who, j=who)
    def heal(self, i: int, j: int) -> None:
        """A member asks another for what it lacks; what is folded there is read first."""
        member, other = self.member(i), self.member(j)
        if self.sides[member.name] == self.sides[other.name]:
            self.pull(member, other)

    def pull(self, member: Member, other: Member) -> None:
        if not other.doc.covers(member.doc.vv):
            self.reload(other)
        if other.doc.covers(member.doc.vv):
            self.receive(member, list(other.doc.batches_since(member.doc.vv)))

    @precondition(lambda self: len(self.members) < 5)
    @rule(i=who)
    def join(self, i: int) -> None:
        """A joiner gets the plain state at the giver's floor and the messages outside."""
        giver = self.member(i)
        name = "abcde"[len(self.members)]
        state = read_lines(giver.doc.folded().lines())
        joiner = self.kind(name, ground=self.ground)
        joiner.undo.close()
        joiner.doc = Document.from_folded(state, Party(name), Replica(name), ground=self.ground)
        joiner.doc.on_commit.subscribe(joiner._on_commit)
        joiner.undo = UndoStack(joiner.doc)
        self.members.append(joiner)
        self.inboxes[name] = []
        self.journals[name] = Journal(joiner, state)
        self.watch(joiner)
        self.heard[name] = self.accepted(giver)
        self.receive(joiner, list(giver.doc.batches_since(giver.doc.floor)))
        assert joiner.doc.state_hash() == giver.doc.state_hash()

    @rule(i=who, j=who)
    def deep_help(self, i: int, j: int) -> None:
        member, helper = self.member(i), self.member(j)
        if member is not helper and member.doc.is_blocked:
            self.help(member, helper)

    def help(self, member: Member, helper: Member) -> bool:
        """The helper's state with all history it has takes the place of mine (SYNC 5.5, step 2)."""
        self.reload(helper)
        had = [b.dot for b in self.accepted(member)]
        base = self.journals[helper.name].base
        rebuilt = member.doc.like(base)
        rebuilt.receive(helper.doc.batches_since(self.floor(helper)))
        before = member.doc.c14n()
        try:
            received = member.doc.unfold(rebuilt)
        except FoldedError:
            assert member.doc.c14n() == before
            return False
        journal = self.journals[member.name]
        journal.base = base
        journal.batches = list(member.doc.batches_since(self.floor(helper)))
        journal.keep(received)
        assert all(member.doc.holds(r, n) for r, n in had)
        self.heard[member.name] += self.accepted(helper)
        self.touched.append(member)
        return True

    def everyone_in_sync_now(self) -> None:
        for member in self.members:
            for other in self.members:
                if other is not member:
                    self.pull(member, other)

    # --- directed

    @rule(i=who, j=who, t=pick, start=small, insert=words)
    def one_folds_while_another_works(
        self, i: int, j: int, t: int, start: int, insert: str
    ) -> None:
        """Old work of one comes to another who thought it had everything."""
        first, second = self.member(i), self.member(j)
        rid = self.text_of(first, t)
        if rid is None or first is second or second.doc.kind(rid) is None:
            return
        first.do(Set(rid, chdata=insert, replace=(start, 1)))
        second.do(Set(rid, chdata="new", replace=(start, 0)))
        self.fold(second, dict(second.doc.vv))
        second.do(Set(rid, chdata="er", replace=(start + 3, 0)))
        self.posted(first)
        self.posted(second)

    # --- the buffer is a cache (SYNC 5.2d)

    def receive_in_little_room(self, member: Member, keep: int, batches: list[Batch]) -> None:
        """As `receive`, but only `keep` messages may wait: also those below the checkpoint go."""
        member.doc._history.limits = Limits(messages=keep)
        self.receive(member, batches)
        member.doc._history.limits = self.few

    @rule(i=who, keep=st.integers(0, 2), seed=st.integers(0, 99))
    def burst_in_little_room(self, i: int, keep: int, seed: int) -> None:
        """All messages on the way arrive together and most that must wait fall out."""
        member = self.member(i)
        inbox, self.inboxes[member.name] = self.inboxes[member.name], []
        random.Random(seed).shuffle(inbox)
        self.receive_in_little_room(member, keep, inbox)

    @rule(i=who, j=who, t=pick, keep=st.integers(0, 1))
    def old_work_falls_out_below_a_checkpoint(self, i: int, j: int, t: int, keep: int) -> None:
        """One folds while another works unseen; what fell out is asked for again and counts."""
        away, folder = self.member(i), self.member(j)
        rid = self.element_of(away, t)
        if away is folder or rid is None:
            return
        for number in "123":
            away.set(rid, "x", number)
        fresh = [b for b in away.sent if b not in self.heard[away.name]]
        self.posted(away)
        folder.do(Set(rid, weight=1.0))
        self.posted(folder)
        self.fold(folder, dict(folder.doc.vv))
        self.receive_in_little_room(folder, keep, fresh)
        if away.doc.covers(folder.doc.vv):
            self.pull(folder, away)
            held = all(folder.doc.holds(b.r, b.n) for b in fresh)
            assert held or folder.doc.is_blocked

    # --- what always holds

    def accepted(self, member: Member) -> list[Batch]:
        """The messages that a member's document is made of."""
        return [b for b in self.heard[member.name] if member.doc.holds(b.r, b.n)]

    @rule(i=who)
    def compare(self, i: int) -> None:
        """A member shows what the specification makes of the messages it has accepted."""
        member = self.member(i)
        assert_equal(member.doc, self.view(self.accepted(member)))

    @rule()
    def equal_vectors_are_equal_documents(self) -> None:
        seen: dict[tuple[object, ...], str] = {}
        for member in self.members:
            document = member.doc
            if document.forks:
                continue
            key = tuple(sorted((r, n, document.digest(r)) for r, n in document.vv.items()))
            assert seen.setdefault(key, document.state_hash()) == document.state_hash()

    def teardown(self) -> None:
        rng = random.Random(len(self.everything))
        expected = self.view(self.everything)
        for member in self.members:
            for batch in rng.sample(self.everything, len(self.everything)):
                self.receive(member, [batch])
                self.receive(member, [batch])
        for member in self.members:
            if member.doc.is_blocked:
                assert any(
                    self.help(member, helper)
                    for helper in self.members
                    if helper is not member and not self.floor(helper)
                )
                self.receive(member, self.everything)
            assert not member.doc.is_blocked
            assert_equal(member.doc, expected)
            assert not member.doc.missing()


TestCheckpoints = pytest.mark.timeout(7200)(Checkpoints.TestCase)
TestCheckpoints.settings = settings(
    max_examples=RUNS * settings.default.max_examples // 2,
    stateful_step_count=int(os.environ.get("REPLICA_STEPS", "50")),
)
