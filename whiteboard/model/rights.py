"""Who may do what, and what is finished: the fence over control operations (SYNC 6.1, 6.2).

A *scope* is one right of one party, or one mark. Acts open and close it. A closing cuts off what
its author had not seen, until an opening that knew the closing, for those who know that opening:

    open(o) <=> (it starts open, or some opening is in past(o))  and  for every closing R:
                o in past(R), or some opening G in past(o) has R in past(G)

Only acts whose author had the right count, by the same formula; hosts are decided by the causal
past and resignations, moderators from hosts, editors and marks from moderators: no circle. Nothing
here looks at a clock or at what came first.
"""

from __future__ import annotations

import enum
import functools
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from whiteboard.model.causality import Point
from whiteboard.model.ids import DOCUMENT, Party, Replica, Rid
from whiteboard.model.marks import Coverage, Covered
from whiteboard.model.ops import Control, New, PlainOp, Set


@functools.total_ordering
class Role(enum.Enum):
    """What a party may do; each may what the ones before it may."""

    VIEWER = "viewer"
    EDITOR = "editor"
    MODERATOR = "moderator"
    HOST = "host"

    def __lt__(self, other: Role) -> bool:
        order = list(Role)
        return order.index(self) < order.index(other)


class NotPermittedError(Exception):
    """The own party has no right to this; nothing was written."""


@dataclass(frozen=True, slots=True)
class Mark:
    """A part that is declared complete, or the document as a whole."""

    rid: Rid
    """Of the part; DOCUMENT: everything."""
    party: Party
    """Who said so."""
    dot: tuple[Replica, int]
    """In which message; a journal knows when that was."""


@dataclass(frozen=True, slots=True)
class Obstacle:
    """Why an own change would not count."""

    mark: Mark | None = None
    """What was to be changed is complete; None: the own party only looks on (viewer)."""


@dataclass(frozen=True, slots=True)
class Ground:
    """Where rights come from: the session's description (SYNC 6.2, 6.3)."""

    creator: Party | None = None
    """Host from the beginning; None: everybody is (a board alone, a log without a description)."""
    default: Role = Role.EDITOR
    """What everybody else is: EDITOR or VIEWER."""


EVERYBODY = Ground()


class Verb(enum.Enum):
    """The control operations."""

    ROLE = "role"
    RESIGN = "resign"
    DONE = "done"
    REOPEN = "reopen"


class Act(NamedTuple):
    """One control operation that says something."""

    at: Point
    party: Party
    """Who did it."""
    verb: Verb
    to: Party = Party("")
    """ROLE: whose."""
    role: Role = Role.VIEWER
    """ROLE: which."""
    rid: Rid = DOCUMENT
    """DONE, REOPEN: of which mark."""
    covered: Covered = Covered()
    """DONE: what its author saw there."""

    @property
    def closes(self) -> bool:
        """Whether it can take a right away, or close a mark."""
        if self.verb is Verb.ROLE:
            return self.role < Role.MODERATOR
        return self.verb is not Verb.REOPEN


def acts_of(
    controls: Iterable[Control], party: Party, r: Replica, n: int, deps: Mapping[Replica, int]
) -> Iterator[Act]:
    """The control operations of one message; those that say nothing valid are left out."""
    for k, control in enumerate(controls):
        values = dict(control.attributes)
        at = Point(r, n, k, deps)
        match control.name:
            case "role" if values.get("party") and values.get("is") in _ROLES:
                to, role = Party(values["party"]), _ROLES[values["is"]]
                yield Act(at, party, Verb.ROLE, to, role)
            case "resign":
                yield Act(at, party, Verb.RESIGN, party)
            case "done" if "rid" in values:
                covered = Covered.read(values.get("rids", ""), values.get("path", ""))
                yield Act(at, party, Verb.DONE, rid=Rid(values["rid"]), covered=covered)
            case "reopen" if "rid" in values:
                yield Act(at, party, Verb.REOPEN, rid=Rid(values["rid"]))


_ROLES = {role.value: role for role in Role}


class _Scope:
    """The acts that open and close one right of one party, or one mark."""

    __slots__ = ("closings", "openings")

    def __init__(self) -> None:
        self.openings: list[Point] = []
        self.closings: list[Point] = []

    def is_open(self, at: Point | None, *, starts: bool) -> bool:
        """Whether it is open for what was made there; None: for whoever has seen everything."""
        known = self.openings if at is None else [g for g in self.openings if at.saw(g)]
        if not starts and not known:
            return False
        return all(self._is_past(closing, at, known) for closing in self.closings)

    def is_open_after(self, closing: Point, at: Point | None) -> bool:
        """Whether one closing does not count against what was made there."""
        known = self.openings if at is None else [g for g in self.openings if at.saw(g)]
        return self._is_past(closing, at, known)

    @staticmethod
    def _is_past(closing: Point, at: Point | None, known: Sequence[Point]) -> bool:
        if at is not None and closing.saw(at):
            return True
        return any(opening.saw(closing) for opening in known)


class Fence:
    """All acts of a set, and what follows from them.

    Acts must be added in a causal order, each once.
    """

    def __init__(self, ground: Ground, acts: Iterable[Act] = ()) -> None:
        self.ground = ground
        self.acts: list[Act] = []
        self._start()
        for act in acts:
            self.add(act)

    def _start(self) -> None:
        self._host: defaultdict[Party, _Scope] = defaultdict(_Scope)
        self._moderator: defaultdict[Party, _Scope] = defaultdict(_Scope)
        self._editor: defaultdict[Party, _Scope] = defaultdict(_Scope)
        self._marks: defaultdict[Rid, _Scope] = defaultdict(_Scope)
        self._covering = Coverage()

    def add(self, act: Act) -> bool:
        """Take one more act in.

        Returns:
            Whether it closes a right to act for somebody who made use of it unseen, so that all
            acts had to be judged again.
        """
        self.acts.append(act)
        if act.verb is Verb.RESIGN:
            self._host[act.party].closings.append(act.at)
            reaches = self._may_have_been_host(act.party) and self._reaches_back(act, act.party)
            if reaches:
                self._judge_again()
            return reaches
        is_new_judge = self._judge_as_moderator_maker(act)
        if is_new_judge and act.role < Role.MODERATOR and self._reaches_back(act, act.to):
            self._judge_again()
            return True
        self._judge_the_rest(act)
        return False

    def _may_have_been_host(self, party: Party) -> bool:
        return self.ground.creator in {None, party} or bool(self._host[party].openings)

    def _reaches_back(self, closing: Act, party: Party) -> bool:
        """Whether it closes the right for an act that its author had not seen."""
        return any(
            act.party == party and act is not closing and not closing.at.saw(act.at)
            for act in self.acts
        )

    def _judge_again(self) -> None:
        """From hosts over moderators to editors and marks; each in causal order."""
        self._start()
        for act in self.acts:
            if act.verb is Verb.RESIGN:
                self._host[act.party].closings.append(act.at)
        for act in self.acts:
            self._judge_as_moderator_maker(act)
        for act in self.acts:
            self._judge_the_rest(act)

    def _judge_as_moderator_maker(self, act: Act) -> bool:
        """What only hosts may: make hosts, make moderators, end that. Whether it counts."""
        if act.verb is not Verb.ROLE or not self._is_host(act.party, act.at):
            return False
        if act.role is Role.HOST:
            self._host[act.to].openings.append(act.at)
            return True
        scope = self._moderator[act.to]
        if act.role is Role.MODERATOR:
            scope.openings.append(act.at)
            self._editor[act.to].openings.append(act.at)
        else:
            scope.closings.append(act.at)
        return True

    def _judge_the_rest(self, act: Act) -> None:
        """What moderators may as well: make editors, end that; marks."""
        if act.verb is Verb.RESIGN or not self.is_moderator(act.party, act.at):
            return
        if act.verb is Verb.ROLE:
            if act.role is Role.EDITOR:
                self._editor[act.to].openings.append(act.at)
            elif act.role is Role.VIEWER:
                self._editor[act.to].closings.append(act.at)
        elif act.verb is Verb.REOPEN:
            self._marks[act.rid].openings.append(act.at)
        else:
            self._marks[act.rid].closings.append(act.at)
            self._covering.add(act.rid, act.at, act.covered)

    # --- who (at=None: whoever has seen everything)

    def _is_host(self, party: Party, at: Point | None) -> bool:
        starts = self.ground.creator is None or party == self.ground.creator
        scope = self._host.get(party)
        return starts if scope is None else scope.is_open(at, starts=starts)

    def is_moderator(self, party: Party, at: Point | None) -> bool:
        """Whether the party moderates, or is host, for what it made there."""
        if self._is_host(party, at):
            return True
        scope = self._moderator.get(party)
        return scope is not None and scope.is_open(at, starts=False)

    def is_editor(self, party: Party, at: Point | None) -> bool:
        """Whether the party may edit at all, marks aside, for what it made there."""
        starts = self.ground.default is Role.EDITOR
        scope = self._editor.get(party)
        if starts if scope is None else scope.is_open(at, starts=starts):
            return True
        return self.is_moderator(party, at)

    def role(self, party: Party, at: Point | None = None) -> Role:
        """What the party is."""
        if self._is_host(party, at):
            return Role.HOST
        if self.is_moderator(party, at):
            return Role.MODERATOR
        return Role.EDITOR if self.is_editor(party, at) else Role.VIEWER

    def hosts(self) -> frozenset[Party]:
        """All who are host now; of everybody, where everybody is, nobody by name."""
        parties = {*self._host, *((self.ground.creator,) if self.ground.creator else ())}
        return frozenset(party for party in parties if self._is_host(party, None))

    # --- marks

    @property
    def has_marks(self) -> bool:
        """Whether anything was ever declared complete by somebody who may."""
        return bool(self._covering)

    def closed_marks(self) -> tuple[tuple[Rid, Act], ...]:
        """What is complete now: rid, and the newest known act that says so."""
        closed: dict[Rid, Act] = {}
        for act in self.acts:
            scope = self._marks.get(act.rid) if act.verb is Verb.DONE else None
            is_counting = scope is not None and act.at in scope.closings
            if scope is not None and is_counting and not scope.is_open_after(act.at, None):
                closed[act.rid] = act
        return tuple(closed.items())

    def marks_on(self, rid: Rid) -> Iterator[tuple[Rid, Point]]:
        """The marks that keep a record from being changed now, each `<done/>` with its place."""
        for mark, closing in self._covering.all_of(rid):
            if not self._marks[mark].is_open_after(closing, None):
                yield mark, closing

    def marks_below(self, rid: Rid) -> Iterator[Rid]:
        """The marks that keep a record from being moved now, because it has them below it."""
        for mark, closing in self._covering.above(rid):
            if not self._marks[mark].is_open_after(closing, None):
                yield mark

    def mark_against(self, op: PlainOp, at: Point | None) -> Rid | None:
        """The mark that makes an operation of an editor void, if one does."""
        if isinstance(op, New | Set):
            for rid, closing in self._covering.of(op):
                if not self._marks[rid].is_open_after(closing, at):
                    return rid
        return None
