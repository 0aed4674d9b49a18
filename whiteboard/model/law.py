"""The verdicts of the fence on messages: which of their operations are void (SYNC 6.1, 0.2/4.6).

A verdict can be asked for in two ways: as judged from everything held, and as judged from what the
author of some message had seen. For an operation in that past the two differ only by closings
outside of it, for an opening works on nothing that is not after it. So a `Lens` is known by the
closings that it knows, and there are as few of them as members who lag behind.
"""

from __future__ import annotations

import bisect
import enum
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, TypeAlias

from whiteboard.model.canonical import expanded
from whiteboard.model.causality import Point
from whiteboard.model.ids import Party, Replica
from whiteboard.model.ops import Batch, PlainOp, Remove
from whiteboard.model.rights import Act, Fence, Ground, Role, Verb

if TYPE_CHECKING:
    from whiteboard.model.history import Message

MAX_LENSES = 64


class Whole(enum.Enum):
    """A verdict on all operations of a message."""

    VOID = enum.auto()
    NOTED = enum.auto()
    """Void by what is folded, and below it: nothing of it is needed but its number."""


Verdict: TypeAlias = frozenset[int] | Whole | None
"""Which operations are void, by their index; None: none."""


def is_void(verdict: Verdict, k: int) -> bool:
    """Whether operation `k` is."""
    if verdict is None:
        return False
    return isinstance(verdict, Whole) or k in verdict


class Lens:
    """What is void, as judged by some of the acts; answers are kept."""

    __slots__ = ("_known", "fence")

    def __init__(self, fence: Fence) -> None:
        self.fence = fence
        self._known: dict[Message, Verdict] = {}

    def verdict(self, message: Message) -> Verdict:
        """Which operations of a message are void."""
        try:
            return self._known[message]
        except KeyError:
            verdict = self._known[message] = judge(message, self.fence)
            return verdict


class Everything(Lens):
    """What is void as judged from all that is held: the messages themselves keep it."""

    __slots__ = ()

    def verdict(self, message: Message) -> Verdict:
        """Which operations of a message are void."""
        return message.void


def judge(message: Message, fence: Fence) -> Verdict:
    """Which operations of a message are void by a fence."""
    batch = message.batch
    if batch is None:  # the author still adds to it, who may
        return None
    at = Point(message.r, message.n, -1, message.deps)
    if fence.is_moderator(message.party, at):
        return None
    if not fence.is_editor(message.party, at):
        return Whole.VOID
    if not fence.has_marks and Remove not in map(type, batch.ops):
        return None
    void = frozenset(
        k
        for k, op in numbered(batch)
        if isinstance(op, Remove) or fence.mark_against(op, at) is not None
    )
    return void or None


class Law:
    """All acts held, and the lenses of those who have not seen all of them."""

    def __init__(self, ground: Ground) -> None:
        self.ground = ground
        self.start()

    def start(self) -> None:
        """Forget all acts."""
        self.fence = Fence(self.ground)
        self.everything = Everything(self.fence)
        self._closings: dict[Replica, list[int]] = {}
        """Replica -> numbers of its messages that may close something."""
        self._lenses: dict[frozenset[tuple[Replica, int]], Lens] = {}
        self._named: set[Party] = set()
        """Who was made host or moderator, rightly or not, by one of them or the creator."""
        self._idle: dict[Party, list[Act]] = {}
        """Resignations of others."""
        self.is_plain = self.ground.default is Role.EDITOR
        """Nothing but a purge can be void."""

    @property
    def is_empty(self) -> bool:
        """Whether there are no acts."""
        return not self.fence.acts and not self._idle

    @property
    def can_be_void(self) -> bool:
        """Whether an edit of a text can be."""
        return not self.is_plain

    @property
    def can_differ(self) -> bool:
        """Whether a verdict can depend on who judges."""
        return bool(self._closings)

    def take(self, acts: Iterable[Act]) -> bool:
        """Take in the acts of one message; whether earlier acts were judged again."""
        again = False
        for act in acts:
            if self._is_insider(act.party):
                again = self._take(act) or again
            elif act.verb is Verb.RESIGN:
                self._idle.setdefault(act.party, []).append(act)
        return again

    def _is_insider(self, party: Party) -> bool:
        """Whether an act of that party can count, now or later, judged by whomever.

        Who was made host or moderator by nobody of whom that is true, in what the act has in its
        past, has no right to it. Such acts cost nothing, however many they are; but who resigns
        does not get what somebody gave him at the same time.
        """
        return self.ground.creator in {None, party} or party in self._named

    def _take(self, act: Act) -> bool:
        self.is_plain = False
        again = False
        if act.verb is Verb.ROLE and act.role >= Role.MODERATOR and act.to not in self._named:
            self._named.add(act.to)
            for resignation in self._idle.pop(act.to, ()):
                again = self._take(resignation) or again
        again = self.fence.add(act) or again
        if not act.closes:
            for lens in self._lenses.values():
                lens.fence.add(act)
            return again
        numbers = self._closings.setdefault(act.at.r, [])
        if act.at.n not in numbers[-1:]:
            if numbers and numbers[-1] > act.at.n:  # an idle one, of which the lenses know nothing
                self._lenses.clear()
            bisect.insort(numbers, act.at.n)
        return again

    def lens_of(self, message: Message) -> Lens:
        """What is void as judged from the past of a message."""
        for r, numbers in self._closings.items():
            if numbers[-1] > _seen(message, r):
                break
        else:
            return self.everything
        return self._lens({r: _seen(message, r) for r in self._closings})

    def lens_within(self, vv: Mapping[Replica, int]) -> Lens:
        """What is void as judged by the acts inside a vector."""
        return self._lens(vv)

    def _lens(self, vv: Mapping[Replica, int]) -> Lens:
        counts = {r: bisect.bisect_right(ns, vv.get(r, 0)) for r, ns in self._closings.items()}
        key = frozenset((r, count) for r, count in counts.items() if count)
        lens = self._lenses.get(key)
        if lens is None:
            known = (a for a in self.fence.acts if not a.closes or a.at.n <= vv.get(a.at.r, 0))
            lens = self._lenses[key] = Lens(Fence(self.ground, known))
            if len(self._lenses) > MAX_LENSES:
                del self._lenses[next(iter(self._lenses))]
        return lens

    def verdict(self, message: Message) -> Verdict:
        """Which operations of a message are void, as judged from everything."""
        return None if self.is_plain else judge(message, self.fence)


def _seen(message: Message, r: Replica) -> int:
    """Up to which message of r the acts are in the past of a message."""
    return message.n - 1 if r == message.r else message.deps.get(r, 0)


def numbered(batch: Batch) -> Iterator[tuple[int, PlainOp]]:
    """The plain operations of a message with their indexes."""
    return enumerate(expanded(batch.ops))


def void_in(batch: Batch, verdict: Verdict) -> frozenset[int]:
    """The indexes of the operations that a verdict makes void."""
    if isinstance(verdict, Whole):
        return frozenset(k for k, _ in numbered(batch))
    return verdict or frozenset()
