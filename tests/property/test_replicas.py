"""Random work of several members with every fault of the network, compared with `view` (SYNC 11).

A failing run prints the steps and a `@reproduce_failure` line; what it taught becomes a named test
in tests/unit/model/scenarios. `REPLICA_STEPS` sets the number of steps of one run.
"""

import os
import random

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
)

from tests.helpers.merging import Member, assert_equal, element, message, sync
from whiteboard.model.changes import Origin
from whiteboard.model.history import Limits
from whiteboard.model.ids import DOCUMENT, TRASH, Replica, Rid, attribute_rid
from whiteboard.model.ops import Batch, Invalid, Kind, Literal, New, Op, Remove, Set, Ts, expand
from whiteboard.model.rights import EVERYBODY
from whiteboard.model.view import View, view

who = st.integers(0, 4)
pick = st.integers(0, 30)
small = st.integers(0, 4)
words = st.text("ab😀-?>\n", max_size=3)
names = st.sampled_from(["g", "rect", "text", "1x", "a"])
attribute_names = st.sampled_from(["fill", "x", "xmlns"])
FIELDS = {x: x for x in ("parent", "ns", "name", "chdata", "pitarget", "pidata")}
FIELDS["primary-weight"] = "weight"


class Replicas(RuleBasedStateMachine):
    """Three members, up to two joiners and a modified client on an unreliable network.

    Of messages that wait for others, the third member keeps few.
    """

    few = Limits(messages=3)
    ground = EVERYBODY
    kind = Member

    def __init__(self) -> None:
        super().__init__()
        self.members = [self.kind(name, ground=self.ground) for name in "ab"]
        self.members.append(self.kind("c", limits=self.few, ground=self.ground))
        self.inboxes: dict[str, list[Batch]] = {name: [] for name in "abc"}
        self.sides: dict[str, int] = dict.fromkeys("abcde", 0)
        self.everything: list[Batch] = []
        self.heard: dict[str, list[Batch]] = {name: [] for name in "abcde"}
        self.rids: list[Rid] = [Rid("a.none")]
        self.hostile: list[Batch] = []
        self.touched: list[Member] = []
        self.pasts: list[tuple[dict[Replica, int], int]] = [({}, 0)]

    @initialize(apart=st.booleans())
    def start(self, apart: bool) -> None:
        a = self.members[0]
        root = a.start()
        group = a.add(root, element("g", element("rect", fill="red"), "hello", id="i"))
        a.add(group, "world")
        self.rids += [root, group, *a.doc.children(group), attribute_rid(group, "id")]
        self.posted(a)
        if not apart:
            self.everyone_in_sync_now()

    def view(self, batches: list[Batch]) -> View:
        """What the specification makes of them."""
        return view(batches, ground=self.ground)

    # --- the network ---

    def posted(self, author: Member) -> None:
        """Puts what the author sent since the last call on its way to all others."""
        fresh = [b for b in author.sent if b not in self.heard[author.name]]
        self.pasts.append((dict(author.doc.vv), author.doc.clock))
        self.heard[author.name] += fresh
        self.everything += fresh
        for batch in fresh:
            for op in expand(batch.ops):
                if isinstance(op, New) and op.rid not in self.rids:
                    self.rids.append(op.rid)
        for other in self.members:
            if other is not author:
                self.inboxes[other.name] += fresh
        self.touched.append(author)

    def receive(self, member: Member, batches: list[Batch]) -> None:
        """Hands messages to a member; what falls out of its buffer it has not heard."""
        if member.name != "c":
            self.take(member, batches)
            return
        for batch in batches:
            self.take(member, [batch])
            self.heard["c"] = [b for b in self.heard["c"] if self.is_kept(member, b)]

    def take(self, member: Member, batches: list[Batch]) -> None:
        self.heard[member.name] += batches
        member.doc.receive(batches)
        self.touched.append(member)

    def is_kept(self, member: Member, batch: Batch) -> bool:
        """Whether a message was delivered or waits."""
        waiting = member.doc._history._waiting.get(batch.r, {})
        return member.doc.holds(batch.r, batch.n) or batch.n in waiting

    def member(self, i: int) -> Member:
        return self.members[i % len(self.members)]

    def rid(self, i: int) -> Rid:
        return self.rids[-1 - i % len(self.rids)]

    def element_of(self, member: Member, i: int) -> Rid | None:
        known = [rid for rid in self.rids if member.doc.kind(rid) is Kind.ELEMENT]
        return known[-1 - i % len(known)] if known else None

    def text_of(self, member: Member, i: int) -> Rid | None:
        known = [rid for rid in self.rids if member.doc.kind(rid) is Kind.TEXT]
        return known[i % len(known)] if known else None

    @rule(i=who, which=st.integers(0, 1000), copies=st.integers(0, 2))
    def deliver(self, i: int, which: int, copies: int) -> None:
        """Any message of the inbox: lost (0), delivered (1), or delivered and kept (2)."""
        member = self.member(i)
        inbox = self.inboxes[member.name]
        reachable = [b for b in inbox if self.sides.get(b.r, 0) == self.sides[member.name]]
        if reachable:
            batch = reachable[which % len(reachable)]
            if copies < 2:
                inbox.remove(batch)
            if copies:
                self.receive(member, [batch])

    @rule(i=who, seed=st.integers(0, 99))
    def burst(self, i: int, seed: int) -> None:
        """All messages on the way arrive together, in any order."""
        member = self.member(i)
        inbox = self.inboxes[member.name]
        reachable = [b for b in inbox if self.sides.get(b.r, 0) == self.sides[member.name]]
        random.Random(seed).shuffle(reachable)
        self.inboxes[member.name] = [b for b in inbox if b not in reachable]
        self.receive(member, reachable)

    @rule(i=who, j=who)
    def heal(self, i: int, j: int) -> None:
        """A member asks another for what it lacks, as after a NACK."""
        member, other = self.member(i), self.member(j)
        if self.sides[member.name] == self.sides[other.name]:
            self.receive(member, list(other.doc.batches_since(member.doc.vv)))

    @rule(i=who)
    def cut_or_mend(self, i: int) -> None:
        name = self.member(i).name
        self.sides[name] = 1 - self.sides[name]

    @rule(i=who, j=who, count=st.integers(1, 6), seed=st.integers(0, 99))
    def away_and_back(self, i: int, j: int, count: int, seed: int) -> None:
        """One draws on without a connection, as another does; then each gets all, in any order.

        A small buffer cannot hold that: what fell out is asked for again, by `heal` or at the end.
        """
        away, other = self.member(i), self.member(j)
        rid = self.element_of(away, seed)
        if away is other or rid is None or other.doc.kind(rid) is not Kind.ELEMENT:
            return
        self.sides[away.name] = 1 - self.sides[other.name]
        for number in range(count):
            away.add(rid, element("g", x=str(number)))
            other.set(rid, "x", str(number))
            self.posted(away)
            self.posted(other)
        self.sides[away.name] = self.sides[other.name]
        for k, member in ((i, away), (j, other)):
            if member.doc.kind(rid) is Kind.ELEMENT:
                self.burst(k, seed)

    @precondition(lambda self: len(self.members) < 5)
    @rule(i=who)
    def join(self, i: int) -> None:
        giver = self.member(i)
        joiner = self.kind("abcde"[len(self.members)], ground=self.ground)
        self.members.append(joiner)
        self.inboxes[joiner.name] = []
        self.receive(joiner, list(giver.doc.batches_since({})))
        assert joiner.doc.state_hash() == giver.doc.state_hash()

    # --- ordinary work ---

    @rule(i=who, p=pick, name=names, kind=small, before=st.booleans())
    def create(self, i: int, p: int, name: str, kind: int, before: bool) -> None:
        member = self.member(i)
        parent = self.element_of(member, p)
        if parent is None:
            return
        children = member.doc.children(parent)
        first = children[0] if before and children else None
        with member.edit() as tx:
            match kind:
                case 0:
                    tx.add_text(parent, "text", first)
                case 1:
                    tx.add_comment(parent, "--", first)
                case _:
                    tx.add(parent, element(name, "in", element("rect"), fill="blue"), first)
        self.posted(member)

    @rule(i=who, r=pick, p=pick)
    def move(self, i: int, r: int, p: int) -> None:
        """A raw move: any record to anywhere, also into itself."""
        member = self.member(i)
        member.do(Set(self.rid(r), parent=self.rid(p), weight=float(p)))
        self.posted(member)

    @rule(i=who, r=pick, p=pick)
    def drag(self, i: int, r: int, p: int) -> None:
        """A move as a tool makes it: between visible elements, never into itself."""
        member = self.member(i)
        rid, parent = self.element_of(member, r), self.element_of(member, p)
        above = parent
        while above and above != rid:
            above = member.doc.parent(above)
        if rid and parent and above != rid and rid != member.doc.root:
            member.move(rid, parent)
            self.posted(member)

    @rule(i=who, r=pick)
    def trash(self, i: int, r: int) -> None:
        member = self.member(i)
        rid = self.element_of(member, r)
        if rid is not None and rid != member.doc.root:
            member.trash(rid)
            self.posted(member)

    @precondition(lambda self: len(self.rids) > 8)
    @rule(i=who, r=pick, sure=small)
    def purge(self, i: int, r: int, sure: int) -> None:
        if not sure:
            member = self.member(i)
            member.do(Remove(self.rid(r)))
            self.posted(member)

    @rule(i=who, r=pick, name=attribute_names, value=st.sampled_from(["1", "2", "3", None]))
    def set_attribute(self, i: int, r: int, name: str, value: str | None) -> None:
        member = self.member(i)
        rid = self.element_of(member, r)
        if rid is not None:
            if name == "xmlns":
                new = New(attribute_rid(rid, name), Kind.ATTRIBUTE, rid, name=name, chdata="x")
                member.do(new)
            else:
                member.set(rid, name, value)
            self.posted(member)

    @rule(i=who, r=pick, name=names)
    def rename(self, i: int, r: int, name: str) -> None:
        member = self.member(i)
        member.do(Set(self.rid(r), name=name, ns=["", "urn:x"][r % 2]))
        self.posted(member)

    @rule(i=who, t=pick, start=small, count=small, insert=words)
    def splice(self, i: int, t: int, start: int, count: int, insert: str) -> None:
        member = self.member(i)
        rid = self.text_of(member, t)
        if rid is not None:
            member.do(Set(rid, chdata=insert, replace=(start, count)))
            self.posted(member)

    @rule(i=who, t=pick, text=words)
    def write(self, i: int, t: int, text: str) -> None:
        member = self.member(i)
        rid = self.text_of(member, t)
        if rid is not None:
            member.write(rid, text)
            self.posted(member)

    @rule(i=who, t=pick, text=words)
    def write_in_full(self, i: int, t: int, text: str) -> None:
        member = self.member(i)
        rid = self.text_of(member, t)
        if rid is not None:
            member.do(Set(rid, chdata=text))
            self.posted(member)

    @rule(i=who, n=st.integers(1, 4))
    def undo(self, i: int, n: int) -> None:
        member = self.member(i)
        for _ in range(n):
            member.undo.undo()
            self.assert_only_own_work_undone(member)
        self.posted(member)

    @rule(i=who, n=st.integers(1, 4))
    def redo(self, i: int, n: int) -> None:
        member = self.member(i)
        for _ in range(n):
            member.undo.redo()
            self.assert_only_own_work_undone(member, redo=True)
        self.posted(member)

    @rule(i=who, n=st.integers(1, 5))
    def undo_and_redo_everything(self, i: int, n: int) -> None:
        """I2: n undos and n redos with nothing between leave the same document."""
        member = self.member(i)
        before = member.doc.c14n()
        done = sum(member.undo.can_undo and (member.undo.undo() or True) for _ in range(n))
        for _ in range(done):
            member.undo.redo()
        self.posted(member)
        member.commits.clear()
        assert member.doc.c14n() == before

    def assert_only_own_work_undone(self, member: Member, *, redo: bool = False) -> None:
        """I1: no write of the last undo or redo replaced another party's effective value."""
        if not member.commits or member.commits[-1].origin is not Origin.UNDO:
            return
        commit = member.commits[-1]
        own = {(batch.l, batch.r) for batch in commit.batches}
        for batch in commit.batches:
            for k, op in enumerate(expand(batch.ops)):
                if not isinstance(op, Set):
                    continue
                for field, attribute in FIELDS.items():
                    if getattr(op, attribute) is None:
                        continue
                    writes = member.doc.writes(op.rid, field)
                    by_ts = {write.ts: write for write in writes}
                    mine = by_ts[Ts(batch.l, batch.r, k)]
                    if mine.partial:
                        named = by_ts.get(batch.restores.get((k, field)))
                        assert named is None or named.party == member.doc.party
                        continue
                    before = [w for w in writes if (w.ts.l, w.ts.r) not in own and not w.partial]
                    if not before or before[-1].alias == mine.alias:
                        continue  # nothing to replace, or the same value stated again
                    me = member.doc.party
                    if redo and any(
                        w.party == me and w.alias == before[-1].alias != w.ts for w in before
                    ):
                        continue  # what this member's own undo had brought back
                    origin = by_ts.get(before[-1].alias, before[-1])
                    assert origin.party == me, (op, field, before[-1])
        member.commits.clear()

    # --- directed: what random rules rarely bring about ---

    @rule()
    def everyone_in_sync_now(self) -> None:
        for member in self.members:
            for other in self.members:
                if other is not member:
                    self.receive(member, list(other.doc.batches_since(member.doc.vv)))

    @rule(i=who, j=who, r=pick, p=pick, q=pick, what=st.integers(0, 3))
    def two_on_one_target(self, i: int, j: int, r: int, p: int, q: int, what: int) -> None:
        first, second = self.member(i), self.member(j)
        rid = self.element_of(first, r)
        if rid is None or first is second or second.doc.kind(rid) is None:
            return
        match what:
            case 0:
                first.do(Set(rid, parent=self.rid(p), weight=1.0))
                second.do(Set(rid, parent=self.rid(q), weight=2.0))
            case 1:
                first.do(Set(rid, parent=self.rid(p), weight=1.0))
                second.do(Set(self.rid(p), parent=rid, weight=1.0))
            case 2:
                first.set(rid, "fill", "red")
                second.set(rid, "fill", "green")
                first.undo.undo()
            case _:
                first.trash(rid)
                second.set(rid, "x", "1")
        self.posted(first)
        self.posted(second)

    @rule(
        i=who,
        j=who,
        t=pick,
        start=small,
        count=small,
        insert=words,
        at=small,
        other=words,
        back=small,
    )
    def two_in_one_text(
        self,
        i: int,
        j: int,
        t: int,
        start: int,
        count: int,
        insert: str,
        at: int,
        other: str,
        back: int,
    ) -> None:
        first, second = self.member(i), self.member(j)
        rid = self.text_of(first, t)
        if rid is None or first is second or second.doc.kind(rid) is None:
            return
        first.do(Set(rid, chdata=insert, replace=(start, count)))
        second.do(Set(rid, chdata=other, replace=(at, 1)))
        if back & 1:
            first.undo.undo()
        if back & 2:
            second.undo.undo()
        self.posted(first)
        self.posted(second)

    # --- a modified client ---

    def hostile_message(self, i: int, ops: list[Op], l_more: int, forged: Ts | None) -> Batch:
        vv = self.member(i).doc.vv
        deps = {r: n for r, n in vv.items() if r != "m"}
        clock = max([self.member(i).doc.clock, *(b.l for b in self.hostile)])
        number = self.hostile[-1].n + 1 if self.hostile else 1
        restores = {} if forged is None else {(0, "chdata"): forged}
        return message("m", number, clock + l_more, *ops, deps=deps, restores=restores)

    def post_hostile(self, batch: Batch, to: list[Member]) -> None:
        self.hostile.append(batch)
        self.everything.append(batch)
        for member in to:
            self.inboxes[member.name].append(batch)

    @rule(
        i=who, r=pick, p=pick, what=st.integers(0, 9), lead=st.sampled_from([1, 1, 1, 0, -2, 2**63])
    )
    def modified_client(self, i: int, r: int, p: int, what: int, lead: int) -> None:
        rid, parent = self.rid(r), self.rid(p)
        counter = f"m.{len(self.hostile)}"
        forged: Ts | None = None
        ops: list[Op] = [Invalid("nonsense")]
        match what:
            case 0:
                ops += [New(rid, Kind.ELEMENT, parent, name="forged")]
            case 1:
                ops += [Literal(rid, parent, 1.0, element("g", "forged", fill="forged"))]
            case 2:
                ops += [New(Rid(counter), kind, parent, name="a") for kind in Kind]
            case 3:
                ops += [Set(rid, parent=parent, weight=-1e300), Set(TRASH, parent=rid)]
            case 4:
                ops += [Set(Rid(counter), parent=rid), Set(rid, parent=Rid(counter))]
            case 5:
                ops += [Set(rid, chdata="wild", replace=(10**20, 10**20))]
            case 6:
                writes = [w for w in self.member(i).doc.writes(rid, "chdata") if w.partial]
                forged = writes[-1].ts if writes else None
                ops = [Set(rid, chdata="", replace=(0, 0))]
            case 7:
                ops += [Remove(DOCUMENT), Set(rid, name="x" * 300), Set(Rid("a b"), parent=rid)]
            case 8:
                ops += [New(Rid(counter), Kind.INSTRUCTION, DOCUMENT, pitarget="t", pidata="?>")]
            case _:
                ops += [New(Rid(f"~{counter}"), Kind.ELEMENT, DOCUMENT, name="svg")]
        self.post_hostile(self.hostile_message(i, ops, lead, forged), self.members)
        self.rids.append(Rid(counter))

    @rule(past=st.integers(0, 99), r=pick, p=pick, lead=st.integers(0, 2))
    def fresh_identity(self, past: int, r: int, p: int, lead: int) -> None:
        """The modified client takes a new id and pretends to have seen just what it likes."""
        deps, clock = self.pasts[past % len(self.pasts)]
        name = f"m{len(self.everything)}"
        made = New(Rid(f"{name}.1"), Kind.ELEMENT, self.rid(p), 1.0, name="late")
        ops = [made, Set(self.rid(r), parent=self.rid(p), chdata="late", replace=(0, 1))]
        batch = message(name, 1, clock + lead, *ops, deps=dict(deps), party="m")
        self.everything.append(batch)
        self.rids.append(made.rid)
        for member in self.members:
            self.inboxes[member.name].append(batch)

    @precondition(lambda self: self.hostile)
    @rule(i=who, j=who, p=pick, back=small)
    def equivocation(self, i: int, j: int, p: int, back: int) -> None:
        """The modified client says another thing in one number, each to another member."""
        original = self.hostile[-1 - back % len(self.hostile)]
        ops = [New(Rid(f"m.f{len(self.hostile)}"), Kind.ELEMENT, self.rid(p), name="fork")]
        fork = message("m", original.n, original.l, *ops, deps=dict(original.deps))
        self.everything.append(fork)
        self.inboxes[self.member(i).name].append(fork)
        self.inboxes[self.member(j).name].append(original)

    @rule(i=who, odds=st.integers(0, 49), r=pick)
    def malformed(self, i: int, odds: int, r: int) -> None:
        if odds == 0:
            member = self.member(i)
            member.do(Invalid("nonsense"), Set(self.rid(r)), Set(self.rid(r), chdata="\x00"))
            self.posted(member)

    # --- what always holds ---

    @invariant()
    def every_tree_is_a_tree_and_can_be_shown(self) -> None:
        for member in self.touched:
            member.doc.c14n()
            for rid in self.rids:
                above, steps = member.doc.parent(rid), 0
                while above:
                    above = member.doc.parent(above)
                    steps += 1
                    assert steps <= len(self.rids) + 2
        self.touched = []

    @rule(i=who)
    def compare(self, i: int) -> None:
        """A member shows what the specification makes of the messages it has."""
        member = self.member(i)
        assert_equal(member.doc, self.view(self.heard[member.name]))

    def teardown(self) -> None:
        rng = random.Random(len(self.everything))
        expected = self.view(self.everything)
        for member in self.members:
            for batch in rng.sample(self.everything, len(self.everything)):
                self.receive(member, [batch, batch])
            if member.name == "c":
                self.receive(member, self.everything)  # once more, in order: what fell out
            assert_equal(member.doc, expected)
            assert not member.doc.missing()
            honest = [m for m in member.doc._history.log if m.r in {*"abcde"}]
            assert all(m.valid for m in honest)
        assert expected.pending == 0 or expected.forks
        sync(*self.members)
        assert len({member.doc.c14n() for member in self.members}) == 1


RUNS = 4
"""Runs for each example of the profile: a run takes about 0.06 s."""

TestReplicas = pytest.mark.timeout(7200)(Replicas.TestCase)
TestReplicas.settings = settings(
    max_examples=RUNS * settings.default.max_examples,
    stateful_step_count=int(os.environ.get("REPLICA_STEPS", "50")),
)
