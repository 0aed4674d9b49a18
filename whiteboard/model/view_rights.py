"""Rights and marks for `view`: the fence read off SYNC 6.1 and 6.2, slow and plain.

Shares no code with `rights`, `marks` and `law`, which are quick answers to the same questions.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

from whiteboard.model.ids import Party, Replica, Rid, SessionId, base36
from whiteboard.model.ops import Batch, New, Remove, Set
from whiteboard.model.rights import Ground, Role


class HasBatch(Protocol):
    """A message with its place in the causal history."""

    @property
    def batch(self) -> Batch: ...  # noqa: D102 - as it is named

    def has_seen_batch(self, other: Batch) -> bool: ...  # noqa: D102 - as it is named


@dataclass(frozen=True, eq=False)
class Doing:
    """Anything one party did: an operation on the document, or a control operation."""

    message: HasBatch
    k: int

    @property
    def party(self) -> Party:
        """Who."""
        return self.message.batch.party

    def has_seen(self, other: Doing) -> bool:
        """Whether `other` is in its past (SYNC 0.1)."""
        if other.message is self.message:
            return other.k < self.k
        return self.message.has_seen_batch(other.message.batch)


@dataclass(frozen=True, eq=False)
class Rule(Doing):
    """A control operation."""

    name: str
    values: dict[str, str]

    def gives(self, party: Party, *roles: str) -> bool:
        """Whether it says that the party is to be one of these."""
        is_role = self.name == "role" and self.values.get("party") == party
        return is_role and self.values.get("is") in roles


def rules_of(messages: Iterable[HasBatch], length: Callable[[HasBatch], int]) -> list[Rule]:
    """All control operations of the messages, numbered behind the other operations."""
    return [
        Rule(message, length(message) + i, control.name, dict(control.attributes))
        for message in messages
        for i, control in enumerate(message.batch.controls)
    ]


class Judge:
    """What is void, judged from a set of control operations."""

    def __init__(self, rules: Sequence[Rule], ground: Ground) -> None:
        self._rules = rules
        self._ground = ground
        self._answers: dict[tuple[str, Party, int, int], bool] = {}

    def within(self, doing: Doing) -> Judge:
        """Who knows only what one doing has in its past."""
        return Judge([rule for rule in self._rules if doing.has_seen(rule)], self._ground)

    def is_host(self, party: Party, o: Doing) -> bool:
        """H(party), for o."""
        opens = [g for g in self._rules if g.gives(party, "host") and o.has_seen(g)]
        opens = [g for g in opens if self.is_host(g.party, g)]
        closes = [r for r in self._rules if r.name == "resign" and r.party == party]
        starts = self._ground.creator in {None, party}
        return _is_open(o, opens, closes, starts=starts)

    def is_moderator(self, party: Party, o: Doing) -> bool:
        """H or M(party), for o."""
        if self.is_host(party, o):
            return True
        by_hosts = [r for r in self._rules if r.name == "role" and self.is_host(r.party, r)]
        opens = [g for g in by_hosts if g.gives(party, "moderator")]
        closes = [r for r in by_hosts if r.gives(party, "editor", "viewer")]
        return _is_open(o, opens, closes, starts=False)

    def is_editor(self, party: Party, o: Doing) -> bool:
        """E(party), for o."""
        opens = [
            g
            for g in self._rules
            if (g.gives(party, "editor") and self.is_moderator(g.party, g))
            or (g.gives(party, "moderator") and self.is_host(g.party, g))
        ]
        closes = [
            r for r in self._rules if r.gives(party, "viewer") and self.is_moderator(r.party, r)
        ]
        return _is_open(o, opens, closes, starts=self._ground.default is Role.EDITOR)

    def roles(self, parties: Iterable[Party]) -> dict[Party, Role]:
        """What each is, for whoever has seen everything."""
        now = _Now(_NOWHERE, 0)
        return {
            party: Role.HOST
            if self.is_host(party, now)
            else Role.MODERATOR
            if self.is_moderator(party, now)
            else Role.EDITOR
            if self.is_editor(party, now)
            else Role.VIEWER
            for party in parties
        }

    def complete(self) -> frozenset[Rid]:
        """The marks that are closed, for whoever has seen everything."""
        now = _Now(_NOWHERE, 0)
        marks = self._marks()
        return frozenset(
            Rid(rid)
            for rid in {r.values["rid"] for r in marks}
            if not _is_open(now, *_of_mark(marks, rid), starts=True)
        )

    def _marks(self) -> list[Rule]:
        named = [r for r in self._rules if r.name in {"done", "reopen"} and "rid" in r.values]
        return [r for r in named if self.is_moderator(r.party, r)]

    def counts(self, o: Doing, op: New | Set | Remove) -> bool:
        """Whether an operation on the document does."""
        if self.is_moderator(o.party, o):
            return True
        if isinstance(op, Remove) or not self.is_editor(o.party, o):
            return False
        marks = self._marks()
        for rid in {r.values["rid"] for r in marks}:
            opens, closes = _of_mark(marks, rid)
            if not _is_open(o, opens, [r for r in closes if _covers(r, op)], starts=True):
                return False
        return True


class _Now(Doing):
    """What is done after everything."""

    def has_seen(self, other: Doing) -> bool:
        """All of it."""
        del other
        return True


class _Nowhere:
    batch = Batch(SessionId(""), Party(""), Replica(""), 1, 1, ())

    def has_seen_batch(self, other: Batch) -> bool:
        raise AssertionError(other)


_NOWHERE = _Nowhere()


def _of_mark(marks: Sequence[Rule], rid: str) -> tuple[list[Rule], list[Rule]]:
    """What opens, and what closes it."""
    mine = [r for r in marks if r.values["rid"] == rid]
    return [g for g in mine if g.name == "reopen"], [r for r in mine if r.name == "done"]


def _is_open(o: Doing, opens: Sequence[Rule], closes: Sequence[Rule], *, starts: bool) -> bool:
    """The fence."""
    if not starts and not any(o.has_seen(g) for g in opens):
        return False
    return all(r.has_seen(o) or any(g.has_seen(r) and o.has_seen(g) for g in opens) for r in closes)


def _covers(done: Rule, op: New | Set) -> bool:
    if not done.values["rid"]:
        return True
    rids = _listed(done.values.get("rids", ""))
    path = _listed(done.values.get("path", ""), ranges=False)
    if _is_in(op.rid, rids):
        return True
    return op.parent is not None and (_is_in(op.parent, rids) or op.rid in path)


def _is_in(rid: Rid, rids: set[str]) -> bool:
    return rid in rids or any(rid.startswith(f"{one}@") for one in rids)


def _listed(text: str, *, ranges: bool = True) -> set[str]:
    """The rids of a list; only for ranges that are short."""
    rids: set[str] = set()
    for entry in text.split(" "):
        r, _, counters = entry.partition(".")
        first, dash, last = counters.partition("-")
        digits = set("0123456789abcdefghijklmnopqrstuvwxyz")
        is_range = dash and first and last and set(first + last) <= digits and r.isalnum()
        if ranges and is_range:
            rids |= {f"{r}.{base36(i)}" for i in range(int(first, 36), int(last, 36) + 1)}
        elif entry:
            rids.add(entry)
    return rids
