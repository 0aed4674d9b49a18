"""Text that several people write at once (SYNC 4.5, 0.2/4.6).

1. A full write opens an *epoch*; the newest one counts. A partial edit belongs to the newest full
   write its author had seen and has no effect in any other epoch.
2. A partial edit says positions in the text as its author saw it. It is put there once, when it
   comes, among characters that the author saw and *ghosts* that he did not: what others typed since
   then, and what was cancelled. Whoever comes later moves nothing that stands.
3. An empty partial edit that names another of the same party *cancels* it; naming a cancel revives
   what that had cancelled. A cancelled partial stays as a ghost for those who typed around it.

`text_spans.py` keeps the characters, `text_views.py` the text as each author saw it. Here is
decided what he had seen.
"""

from __future__ import annotations

import bisect
import heapq
from collections.abc import Iterator, Sequence

from whiteboard.model.history import Message
from whiteboard.model.ids import Party, Replica
from whiteboard.model.law import Law, Lens, is_void
from whiteboard.model.ops import Ts
from whiteboard.model.text_spans import Spans
from whiteboard.model.text_views import NOTHING, Partial, View

__all__ = ("Partial", "TextLog")

VIEWS = 8
"""The texts of so many authors who lag behind are kept, for their next edits."""


class TextLog:
    """The partial edits of the current epoch of one record, and the text they make.

    Edits of a replica must be added in its order, and after all that they had seen.
    """

    __slots__ = (
        "_chains",
        "_latest",
        "_nameless",
        "_spans",
        "_text",
        "_void",
        "base",
        "epoch",
        "law",
        "partials",
        "shared",
    )

    def __init__(self, epoch: Ts | None, base: str, law: Law, *, shared: bool = False) -> None:
        self.law = law
        """Which edits have no effect, and for whom (SYNC 6)."""
        self._void: dict[Lens, tuple[dict[Replica, int], frozenset[Partial]]] | None = None
        """What is void as judged so, among how many edits of each replica."""
        self.epoch = epoch
        """ts of the full write; None if only partial edits are known."""
        self.base = base
        self.shared = shared
        """`base` has folded edits of another party than the full write's in it."""
        self.partials: list[Partial] = []
        """By ts, cancels among them."""
        self._chains: dict[Replica, list[Partial]] = {}
        """Replica -> its partial edits."""
        self._nameless: dict[Ts, list[Partial]] = {}
        """What is not held, or was never written -> cancels that name it."""
        self._latest: tuple[Message, View] | None = None
        """The message that was last added to, and what its author saw."""
        self._spans = Spans(base)
        self._text: str | None = base

    def add(self, partial: Partial) -> None:
        """Take in a partial edit of this epoch; one of another text is copied."""
        if partial.index >= 0:
            partial = partial.fresh()
        view = self._seen_by(partial)
        self._latest = partial.message, view
        chain = self._chains.setdefault(partial.r, [])
        partial.index = len(chain)
        chain.append(partial)
        if not self.partials or self.partials[-1].ts < partial.ts:
            self.partials.append(partial)
        else:
            bisect.insort(self.partials, partial, key=_ts)
        if partial.message.void is not None or self.law.can_differ:
            self._note_void(partial, view)
        self._match(partial)
        if partial.alias is None:
            self._spans.place(partial, view)
        else:
            self._spans.cancel(partial, view)
        self._text = None

    @property
    def text(self) -> str:
        """What the edits make of the full write."""
        if self._text is None:
            self._text = self._spans.text
        return self._text

    def is_active(self, partial: Partial) -> bool:
        """Whether it has effect: it is not void and not cancelled, as judged from everything."""
        now = self._spans.now
        return partial not in now.void and now.is_active(partial)

    def is_void(self, partial: Partial) -> bool:
        """Whether its author had no right to it, as judged from everything."""
        return partial in self._spans.now.void

    def is_shared(self, party: Party | None) -> bool:
        """Whether somebody else than `party` has edits in effect here."""
        return self.shared or any(
            p.message.party != party and p.alias is None and self.is_active(p)
            for p in self.partials
        )

    def inside(self, horizon: int, party: Party | None) -> tuple[str, bool]:
        """The text at a checkpoint, which costs as much as was edited since.

        Args:
            horizon: The greatest Lamport time inside.
            party: That of the full write.

        Returns:
            The text, and whether somebody else than `party` had edits in effect there.
        """
        if not self.partials or self.partials[-1].ts.l <= horizon:
            return self.text, self.is_shared(party)
        seen = {
            r: count
            for r, chain in self._chains.items()
            if (count := bisect.bisect_right(chain, horizon, key=_lamport)) > 0
        }
        view = self._spans.now.copy()
        void = frozenset(p for p in view.void if p.index < seen.get(p.r, 0))
        self._spans.move(view, seen, self._between(view.seen, seen), void)
        return self._spans.text_of(view), self.shared or any(
            p.message.party != party and p.alias is None and view.counts(p) for p in self.partials
        )

    def newer(self, horizon: int, other: TextLog) -> Iterator[Partial]:
        """The edits after a checkpoint that another text has not, in an order to add them in.

        Args:
            horizon: The greatest Lamport time inside.
            other: A text with the first of these edits of each replica, and no others.
        """
        chains: list[Sequence[Partial]] = []
        for r, chain in self._chains.items():
            first = bisect.bisect_right(chain, horizon, key=_lamport)
            chains.append(chain[first + len(other._chains.get(r, ())) :])
        return heapq.merge(*chains, key=_ts)

    # --- cancels

    def _match(self, partial: Partial) -> None:
        """Tie a cancel to what it names, whichever of the two comes first."""
        if partial.alias is not None:
            named = self._find(partial.alias)
            if named is None:
                self._nameless.setdefault(partial.alias, []).append(partial)
            elif _may_cancel(partial, named):
                _tie(partial, named)
        for cancel in self._nameless.pop(partial.ts, ()):
            if _may_cancel(cancel, partial):
                _tie(cancel, partial)

    def _find(self, ts: Ts) -> Partial | None:
        i = bisect.bisect_left(self.partials, ts, key=_ts)
        return self.partials[i] if i < len(self.partials) and self.partials[i].ts == ts else None

    # --- what an author saw

    def _seen_by(self, partial: Partial) -> View:
        message = partial.message
        if self._latest is not None and self._latest[0] is message:
            return self._latest[1]
        seen = self._past(message)
        r, spans = message.r, self._spans
        own = spans.others.pop(r, None)
        lens = self.law.lens_of(message)
        if lens is self.law.everything and seen == spans.now.seen:
            return spans.now
        void = self._void_from(lens, seen) if self.law.can_be_void else NOTHING
        if (
            seen == spans.now.seen
            and void == spans.now.void
            and lens.verdict(message) == message.void
        ):
            return spans.now
        views = [spans.now, *spans.others.values(), *([own] if own is not None else ())]
        nearest: View = min(views, key=lambda view: view.distance(seen))
        view = own if own is not None and nearest is own else nearest.copy()
        spans.others[r] = view
        if len(spans.others) > VIEWS:
            del spans.others[next(iter(spans.others))]
        if view.seen != seen or view.void != void:
            spans.move(view, seen, self._between(view.seen, seen), void)
        return view

    # --- what is void, and for whom (SYNC 0.2/4.6)

    def _void_from(self, lens: Lens, seen: dict[Replica, int]) -> frozenset[Partial]:
        """Which of the edits in a past are void as judged from there."""
        if self._void is None:
            self._void = {}
        known, void = self._void.get(lens, (_NOBODY, NOTHING))
        changed = self._between(known, seen)
        gone = [p for p in changed if p in void]
        come = [
            p
            for p in changed
            if known.get(p.r, 0) <= p.index < seen.get(p.r, 0)
            and is_void(lens.verdict(p.message), p.ts.k)
        ]
        if gone or come:
            void = void.difference(gone).union(come)
        self._void.pop(lens, None)
        self._void[lens] = seen, void
        if len(self._void) > VIEWS:
            del self._void[next(iter(self._void))]
        return void

    def _note_void(self, partial: Partial, view: View) -> None:
        """An edit that is being put here has no effect today, or not for its author's next one."""
        now = self._spans.now
        if is_void(partial.message.void, partial.ts.k):
            now.void = now.void | {partial}
        lens = self.law.lens_of(partial.message)
        if view is not now and is_void(lens.verdict(partial.message), partial.ts.k):
            view.void = view.void | {partial}

    def _past(self, message: Message) -> dict[Replica, int]:
        """How many of each replica's partial edits held are in the past of the message."""
        seen: dict[Replica, int] = {}
        for r, chain in self._chains.items():
            n = message.n if r == message.r else message.deps.get(r, 0)
            if chain[-1].message.n <= n:
                seen[r] = len(chain)
            elif (count := bisect.bisect_right(chain, n, key=_number)) > 0:
                seen[r] = count
        return seen

    def _between(self, one: dict[Replica, int], other: dict[Replica, int]) -> list[Partial]:
        """What is in one of two pasts only."""
        return [
            partial
            for r, chain in self._chains.items()
            if (a := one.get(r, 0)) != (b := other.get(r, 0))
            for partial in chain[min(a, b) : max(a, b)]
        ]


_NOBODY: dict[Replica, int] = {}


def _may_cancel(cancel: Partial, partial: Partial) -> bool:
    """Nothing cancels what is newer than itself: no circles, and no guessing of a ts."""
    return cancel.ts > partial.ts and cancel.message.party == partial.message.party


def _tie(cancel: Partial, named: Partial) -> None:
    cancel.names = named
    bisect.insort(named.cancels, cancel, key=_ts)
    waiting = [cancel] if named.root is not None else []
    while waiting:
        below = waiting.pop()
        assert below.names is not None
        below.root = below.names.root
        below.depth = below.names.depth + 1
        waiting += below.cancels


def _ts(partial: Partial) -> Ts:
    return partial.ts


def _lamport(partial: Partial) -> int:
    return partial.ts.l


def _number(partial: Partial) -> int:
    return partial.message.n
