"""Text that several people write at once (SYNC 4.5, 0.2/4.6).

1. A full write opens an *epoch*; the newest one counts. A partial edit belongs to the newest full
   write its author had seen and has no effect in any other epoch.
2. A partial edit says positions in the text as its author saw it. If the author had seen all that
   is held, it is a plain splice. Otherwise the epoch is replayed: each partial, by ts, is put where
   its author pointed, among characters that the author saw and *ghosts* that he did not.
3. An empty partial edit that names another of the same party *cancels* it; naming a cancel revives
   what that had cancelled. A cancelled partial stays in the replay as a ghost for those who typed
   around it.

Between points of the history that everybody had seen (critical versions) nothing is concurrent and
no ghost is needed: there the replay is splices of a plain string.
"""

from __future__ import annotations

import bisect
from collections.abc import Sequence

from whiteboard.model.history import Message
from whiteboard.model.ids import Party, Replica
from whiteboard.model.ops import Ts


class Partial:
    """One partial edit of the current epoch."""

    __slots__ = ("alias", "count", "insert", "message", "start", "ts")

    def __init__(
        self, ts: Ts, message: Message, start: int, count: int, insert: str, alias: Ts | None
    ) -> None:
        self.ts = ts
        self.message = message
        self.start = start
        self.count = count
        self.insert = insert
        self.alias = alias
        """What an empty edit cancels; None for an edit of characters."""

    def saw(self, other: Partial) -> bool:
        """Whether `other` is in this edit's past."""
        if other.ts.r == self.ts.r:
            return other.ts < self.ts
        return other.message.n <= self.message.deps.get(other.ts.r, 0)


class TextLog:
    """The partial edits of the current epoch of one record, and the text they make."""

    __slots__ = ("_cancels", "_heads", "base", "epoch", "partials", "text")

    def __init__(self, epoch: Ts | None, base: str) -> None:
        self.epoch = epoch
        """ts of the full write; None if only partial edits are known."""
        self.base = base
        self.text = base
        self.partials: list[Partial] = []
        """By ts, cancels among them."""
        self._heads: dict[Replica, int] = {}
        """Replica -> greatest number of its partials held."""
        self._cancels: dict[Ts, list[Partial]] = {}
        """What is named -> who names it, by ts."""

    def add(self, partial: Partial) -> None:
        """Take in a partial edit of this epoch and bring `text` up to date."""
        message = partial.message
        deps = message.deps
        r = message.r
        seen_all = all(q == r or deps.get(q, 0) >= n for q, n in self._heads.items())
        partials = self.partials
        if not partials or partials[-1].ts < partial.ts:
            partials.append(partial)
        else:
            bisect.insort(partials, partial, key=_ts)
        if message.n > self._heads.get(r, 0):
            self._heads[r] = message.n
        if partial.alias is not None:
            bisect.insort(self._cancels.setdefault(partial.alias, []), partial, key=_ts)
            self.text = self._replay()
        elif partial.ts in self._cancels or not seen_all:
            self.text = self._replay()
        else:
            self.text = splice(self.text, partial)

    def is_active(self, partial: Partial, viewer: Partial | None = None) -> bool:
        """Whether it is not cancelled, as judged from everything, or from the past of `viewer`."""
        if not self._cancels:
            return True
        active = True
        while True:
            newest = self._canceller(partial, viewer)
            if newest is None:
                return active
            active = not active
            partial = newest

    def is_shared(self, party: Party | None) -> bool:
        """Whether somebody else than `party` has edits in effect here."""
        return any(
            p.message.party != party and p.alias is None and self.is_active(p)
            for p in self.partials
        )

    def _canceller(self, partial: Partial, viewer: Partial | None) -> Partial | None:
        for cancel in reversed(self._cancels.get(partial.ts, ())):
            # Nothing cancels what is newer than itself: no circles, and no guessing of a ts.
            if (
                cancel.ts > partial.ts
                and cancel.message.party == partial.message.party
                and (viewer is None or viewer.saw(cancel))
            ):
                return cancel
        return None

    # --- replay

    def _replay(self) -> str:
        partials = self.partials
        text = self.base
        cuts = self._critical()
        start = 0
        for end in [*cuts, len(partials)]:
            if end - start == 1 and end in cuts:
                text = splice(text, partials[start])
            elif end > start:
                text = self._replay_zone(text, partials[start:end])
            start = end
        return text

    def _critical(self) -> list[int]:
        """Every c such that each of partials[c:] saw all of partials[:c], none of them cancelled.

        Folding text there is exact: nobody later can tell those characters from the base, and what
        was deleted there is gone for everybody.
        """
        partials = self.partials
        limit = len(partials)
        if self._cancels:
            named = [i for i, p in enumerate(partials) if p.ts in self._cancels]
            limit = min([limit, *named])
        # needed[c]: the least that any of partials[c:] has seen, per replica.
        replicas = list(self._heads)
        least: dict[Replica, int] | None = None
        seen_by_rest: list[dict[Replica, int] | None] = [None] * (len(partials) + 1)
        for c in range(len(partials) - 1, -1, -1):
            p = partials[c]
            deps = p.message.deps
            mine = {q: p.message.n if q == p.ts.r else deps.get(q, 0) for q in replicas}
            if least is None:
                least = mine
            elif any(mine[q] < least[q] for q in replicas):
                least = {q: min(least[q], mine[q]) for q in replicas}
            seen_by_rest[c] = least
        cuts: list[int] = []
        held: dict[Replica, int] = {}
        for c in range(1, limit + 1):
            p = partials[c - 1]
            held[p.ts.r] = max(held.get(p.ts.r, 0), p.message.n)
            rest = seen_by_rest[c]
            if (
                c < len(partials)
                and rest is not None
                and all(rest[q] >= n for q, n in held.items())
            ):
                cuts.append(c)
        return cuts

    def _replay_zone(self, text: str, partials: Sequence[Partial]) -> str:
        """Replay edits that are concurrent in part, on a text that all of them saw."""
        spans: list[_Span] = [_Span(text, None)] if text else []
        for p in partials:
            if p.alias is None:
                self._place(spans, p)
        active = {p: self.is_active(p) for p in partials}
        return "".join(
            span.text
            for span in spans
            if (span.author is None or active[span.author])
            and not any(active[d] for d in span.deleters)
        )

    def _place(self, spans: list[_Span], p: Partial) -> None:
        seen: dict[Partial, bool] = {}

        def sees(q: Partial) -> bool:
            known = seen.get(q)
            if known is None:
                known = seen[q] = p.saw(q) and self.is_active(q, p)
            return known

        def visible(span: _Span) -> bool:
            return (span.author is None or sees(span.author)) and not any(
                sees(d) for d in span.deleters
            )

        # Left origin: the last visible character before `start` (clamped to the visible end).
        at = 0
        left = p.start
        if left > 0:
            for i, span in enumerate(spans):
                if not visible(span):
                    continue
                size = len(span.text)
                at = i + 1
                if left <= size:
                    if left < size:
                        spans.insert(i + 1, span.split(left))
                    break
                left -= size
        if p.count > 0:
            i, count = at, p.count
            while i < len(spans) and count > 0:
                span = spans[i]
                if visible(span):
                    if len(span.text) > count:
                        spans.insert(i + 1, span.split(count))
                    count -= len(span.text)
                    span.deleters = (*span.deleters, p)
                i += 1
        if p.insert:
            # By ts order nothing newer stands here yet, so directly after the left origin is right.
            spans.insert(at, _Span(p.insert, p))


class _Span:
    """Neighbouring characters of one author that were deleted by the same edits."""

    __slots__ = ("author", "deleters", "text")

    def __init__(
        self, text: str, author: Partial | None, deleters: tuple[Partial, ...] = ()
    ) -> None:
        self.text = text
        self.author = author
        self.deleters = deleters

    def split(self, at: int) -> _Span:
        """Cut after `at` characters; the rest comes back."""
        rest = _Span(self.text[at:], self.author, self.deleters)
        self.text = self.text[:at]
        return rest


def splice(text: str, partial: Partial) -> str:
    """`text` with the edit made in it; ranges are clamped."""
    start = min(partial.start, len(text))
    return text[:start] + partial.insert + text[start + partial.count :]


def _ts(partial: Partial) -> Ts:
    return partial.ts
