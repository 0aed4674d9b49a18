"""Roles, marks and undo in one machine, with checkpoints and forks, compared with `view` (11.1).

Everything of `test_checkpoints`, and: anybody writes any control operation, permitted or not;
who may not write is refused at the source, and a modified client, also one of a member's own party,
is not. Members also agree with `view` on which operations are void.
"""

from __future__ import annotations

import contextlib
import dataclasses
import os
from collections.abc import Iterator

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import rule

from tests.helpers.merging import Member, assert_equal, assert_same_verdicts, message
from tests.property.test_checkpoints import Checkpoints
from tests.property.test_replicas import RUNS, pick, small, who, words
from whiteboard.model.changes import Origin
from whiteboard.model.document import Transaction
from whiteboard.model.ids import DOCUMENT, Party, Rid
from whiteboard.model.ops import Control, Kind, New, Set
from whiteboard.model.rights import Ground, NotPermittedError, Role

parties = st.sampled_from(["a", "b", "c", "d", "m"])
roles = st.sampled_from(["viewer", "viewer", "editor", "moderator", "moderator", "host"])


class Obedient(Member):
    """A member whose program refuses what would be void."""

    @contextlib.contextmanager
    def edit(self, label: str = "Edit", origin: Origin = Origin.LOCAL) -> Iterator[Transaction]:
        with contextlib.suppress(NotPermittedError), super().edit(label, origin) as edit:
            yield edit


def role_of(party: str, role: str) -> Control:
    return Control("role", (("is", role), ("party", party)))


def mark(name: str, rid: str = "") -> Control:
    return Control(name, (("rid", rid),))


class Rights(Checkpoints):
    """Ana is host; the others may edit until somebody says otherwise."""

    ground = Ground(Party("a"))
    kind = Obedient

    def say(self, member: Member, *controls: Control) -> None:
        """Control operations that nobody has checked."""
        with member.edit() as edit:
            for control in controls:
                edit.control(control)
        self.posted(member)

    # --- control operations

    @rule(i=who, party=parties, role=roles, more=st.booleans())
    def give_role(self, i: int, party: str, role: str, more: bool) -> None:
        """Any role for anybody, by anybody."""
        also = [role_of("c", "editor")] if more else []
        self.say(self.member(i), role_of(party, role), *also)

    @rule(i=st.integers(0, 1), party=parties, role=roles)
    def give_role_with_some_right(self, i: int, party: str, role: str) -> None:
        """Ana and Ben are more often than others those who may."""
        self.say(self.members[i], role_of(party, role))

    @rule(i=who, j=who, sure=st.integers(0, 2))
    def resign(self, i: int, j: int, sure: int) -> None:
        """Somebody is host no more, or hands over."""
        if not sure:
            heir = role_of(self.member(j).doc.party, "host")
            self.say(self.member(i), *([heir] if i != j else []), Control("resign"))

    @rule(i=who, r=pick)
    def declare_complete(self, i: int, r: int) -> None:
        """A part with its lists, as the member sees it."""
        member = self.member(i)
        known = [rid for rid in self.rids if member.doc.is_visible(rid) and rid != DOCUMENT]
        if known:
            self.say(member, *member.doc.done_parts(known[r % len(known)]))

    @rule(i=who, how=st.integers(0, 2))
    def declare_all_complete(self, i: int, how: int) -> None:
        """The document, or a line (done and reopened in one message), or the reverse of that."""
        controls = [mark("done"), mark("reopen")]
        self.say(self.member(i), *[controls[:1], controls, controls[::-1]][how])

    @rule(i=who, whole=st.booleans(), r=pick)
    def reopen(self, i: int, whole: bool, r: int) -> None:
        member = self.member(i)
        marks = [one.rid for one in member.doc.marks()]
        if marks:
            self.say(member, mark("reopen", DOCUMENT if whole else marks[r % len(marks)]))

    # --- a modified client

    @rule(i=who, party=parties, role=roles, what=st.integers(0, 3))
    def modified_client_governs(self, i: int, party: str, role: str, what: int) -> None:
        controls = (role_of(party, role), Control("resign"), mark("done"), mark("reopen"))
        batch = self.hostile_message(i, [], 1, None)
        batch = dataclasses.replace(batch, controls=controls[what : what + 1])
        self.post_hostile(batch, self.members)

    @rule(past=st.integers(0, 99), party=parties, r=pick, lead=st.integers(0, 2), role=roles)
    def another_device(self, past: int, party: str, r: int, lead: int, role: str) -> None:
        """A replica of a member's own party that says it has seen just what it likes."""
        deps, clock = self.pasts[past % len(self.pasts)]
        name = f"{party}x{len(self.everything)}"
        ops = [
            New(Rid(f"{name}.1"), Kind.ELEMENT, self.rid(r), 1.0, name="g"),
            Set(self.rid(r), name="rect"),
            Set(self.rid(r), chdata="dev", replace=(0, 1)),
        ]
        batch = message(name, 1, clock + lead, *ops, deps=dict(deps), party=party)
        if not r % 3:
            batch = dataclasses.replace(batch, controls=(role_of("c", role),))
        self.everything.append(batch)
        for member in self.members:
            self.inboxes[member.name].append(batch)

    # --- directed

    @rule(i=who, t=pick, start=small, count=small, insert=words, cut=st.booleans())
    def typed_around_one_who_is_cut_off(
        self, i: int, t: int, start: int, count: int, insert: str, cut: bool
    ) -> None:
        """One types, another types inside that, and the first one's right ends unseen."""
        host, second = self.members[0], self.members[1]
        first = self.member(i)
        rid = self.text_of(first, t)
        if rid is None or first in {host, second} or second.doc.kind(rid) is None:
            return
        first.do(Set(rid, chdata=f"[{insert}]", replace=(start, count)))
        if cut:
            self.say(host, role_of(first.doc.party, "viewer"))
        self.posted(first)
        self.pull(second, first)
        second.do(Set(rid, chdata="in", replace=(start + 1, 1)))
        if not cut:
            self.say(host, role_of(first.doc.party, "viewer"))
        self.posted(second)

    @rule(t=pick, insert=words)
    def typed_on_a_revocation_that_is_void(self, t: int, insert: str) -> None:
        """53: Ben revokes Cleo, who wrote in full; Ben types; Ana had made Ben an editor."""
        ana, ben, cleo = self.members[:3]
        rid = self.text_of(ben, t)
        if rid is None or cleo.doc.kind(rid) is None:
            return
        self.say(ana, role_of("b", "moderator"))
        self.pull(ben, ana)
        cleo.do(Set(rid, chdata=f"full {insert}"))
        self.posted(cleo)
        self.say(ben, role_of("c", "viewer"))
        self.pull(ben, cleo)
        ben.do(Set(rid, chdata="typed", replace=(0, 0)))
        self.posted(ben)
        self.say(ana, role_of("b", "editor"))

    # --- what always holds

    @rule(i=who)
    def compare_verdicts(self, i: int) -> None:
        member = self.member(i)
        expected = self.view(self.accepted(member))
        assert_equal(member.doc, expected)
        assert_same_verdicts(member.doc, expected)

    def teardown(self) -> None:
        super().teardown()
        expected = self.view(self.everything)
        for member in self.members:
            assert_same_verdicts(member.doc, expected)


class Lookers(Rights):
    """The same where everybody but the host looks on at first."""

    ground = Ground(Party("a"), Role.VIEWER)


_settings = settings(
    max_examples=RUNS * settings.default.max_examples // 2,
    stateful_step_count=int(os.environ.get("REPLICA_STEPS", "50")),
)
TestRights = pytest.mark.timeout(7200)(Rights.TestCase)
TestRights.settings = _settings
TestLookers = pytest.mark.timeout(7200)(Lookers.TestCase)
TestLookers.settings = settings(_settings, max_examples=_settings.max_examples // 4)
