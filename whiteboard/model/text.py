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
from collections.abc import Mapping

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

    def saw_heads(self, heads: Mapping[Replica, int]) -> bool:
        """Whether all other replicas' messages up to these numbers are in this edit's past."""
        r, deps = self.ts.r, self.message.deps
        return all(q == r or deps.get(q, 0) >= n for q, n in heads.items())


class TextLog:
    """The partial edits of the current epoch of one record, and the text they make.

    The replay is lazy and goes on where the last one stopped. `_folded` of the partials are a plain
    string by now: all others saw them. `_spans` shows what the first `_done` made of it.
    """

    __slots__ = (
        "_base",
        "_cancels",
        "_check",
        "_done",
        "_folded",
        "_folded_heads",
        "_heads",
        "_spans",
        "_stale",
        "_tails",
        "_text",
        "base",
        "epoch",
        "partials",
        "shared",
    )

    def __init__(self, epoch: Ts | None, base: str, *, shared: bool = False) -> None:
        self.epoch = epoch
        """ts of the full write; None if only partial edits are known."""
        self.base = base
        self.shared = shared
        """`base` has folded edits of another party than the full write's in it."""
        self.partials: list[Partial] = []
        """By ts, cancels among them."""
        self._heads: dict[Replica, int] = {}
        """Replica -> greatest number of its partials held."""
        self._cancels: dict[Ts, list[Partial]] = {}
        """What is named -> who names it, by ts."""
        self._text = base
        self._stale = False
        self._unfold()

    def add(self, partial: Partial) -> None:
        """Take in a partial edit of this epoch."""
        r = partial.ts.r
        partials = self.partials
        at_end = not partials or partials[-1].ts < partial.ts
        at = len(partials) if at_end else bisect.bisect_left(partials, partial.ts, key=_ts)
        partials.insert(at, partial)
        if not partial.saw_heads(self._folded_heads):
            self._unfold()
        elif at < self._done:
            self._rewind()
        if partial.alias is not None:
            bisect.insort(self._cancels.setdefault(partial.alias, []), partial, key=_ts)
            if any(p.ts == partial.alias for p in partials[: self._folded]):
                self._unfold()
            self._stale = True
        elif not self._stale:
            if partial.ts not in self._cancels and partial.saw_heads(self._heads):
                self._text = splice(self._text, partial)
            else:
                self._stale = True
        self._heads[r] = max(self._heads.get(r, 0), partial.message.n)

    @property
    def text(self) -> str:
        """What the edits make of the full write."""
        if self._stale:
            self._replay()
            self._stale = False
        return self._text

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
        return self.shared or any(
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

    def _unfold(self) -> None:
        """Begin again with the full write."""
        self._base = self.base
        self._folded = 0
        self._folded_heads: dict[Replica, int] = {}
        self._check = 32
        self._rewind()

    def _rewind(self) -> None:
        """Begin again after what is folded."""
        self._done = self._folded
        self._spans = [_Span(self._base, None)] if self._base else []
        self._tails: dict[Replica, tuple[Partial, _Span]] = {}

    def _replay(self) -> None:
        if len(self.partials) - self._folded >= self._check:
            for cut in self._critical():
                self._fold(cut)
            self._check = 2 * (len(self.partials) - self._folded) + 32
        for partial in self.partials[self._done :]:
            if partial.alias is None:
                self._place(partial)
        self._done = len(self.partials)
        active = {p: self.is_active(p) for p in self.partials[self._folded :]}
        self._text = "".join(
            span.text
            for span in self._spans
            if (span.author is None or active[span.author])
            and not any(active[d] for d in span.deleters)
        )

    def _fold(self, cut: int) -> None:
        """Make a plain string of the first `cut` partials."""
        for p in self.partials[self._folded : cut]:
            self._folded_heads[p.ts.r] = max(self._folded_heads.get(p.ts.r, 0), p.message.n)
        if cut == self._folded + 1:
            self._base = splice(self._base, self.partials[self._folded])
        else:
            self._rewind()
            for p in self.partials[self._folded : cut]:
                self._place(p)
            self._base = "".join(span.text for span in self._spans if not span.deleters)
        self._folded = cut
        self._rewind()

    def _critical(self) -> list[int]:
        """Every c such that each of partials[c:] saw all of partials[:c], none of them cancelled.

        Folding is exact there: nobody later can tell those characters from the full write's, and
        what was deleted is gone for everybody. (Who did not see them unfolds, when he comes.)
        """
        start = self._folded
        partials = self.partials[start:]
        limit = len(partials)
        if self._cancels:
            named = [i for i, p in enumerate(partials) if p.alias is not None]
            named += [i for i, p in enumerate(partials) if p.ts in self._cancels]
            limit = min([limit, *named])
        least: dict[Replica, int] | None = None
        seen_by_rest: list[dict[Replica, int]] = [{}] * (len(partials) + 1)
        for c in range(len(partials) - 1, 0, -1):
            p = partials[c]
            deps = p.message.deps
            mine = {q: p.message.n if q == p.ts.r else deps.get(q, 0) for q in self._heads}
            if least is None:
                least = mine
            elif any(mine[q] < n for q, n in least.items()):
                least = {q: min(n, mine[q]) for q, n in least.items()}
            seen_by_rest[c] = least
        cuts: list[int] = []
        held: dict[Replica, int] = {}
        for c in range(1, min(limit, len(partials) - 1) + 1):
            p = partials[c - 1]
            held[p.ts.r] = max(held.get(p.ts.r, 0), p.message.n)
            rest = seen_by_rest[c]
            if all(rest.get(q, 0) >= n for q, n in held.items()):
                cuts.append(start + c)
        return cuts

    def _place(self, p: Partial) -> None:
        """Put an edit where its author pointed, in a text of which he saw a part."""
        spans = self._spans
        at = self._after_own(p)
        if at is None:
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

            # Left origin: the last visible character before `start`, clamped to the visible end.
            at = 0
            left = p.start
            for i, span in enumerate(spans if left > 0 else ()):
                if not visible(span):
                    continue
                at = i + 1
                if left <= len(span.text):
                    self._split(i, left)
                    break
                left -= len(span.text)
            i, count = at, p.count
            while i < len(spans) and count > 0:
                if visible(spans[i]):
                    self._split(i, count)
                    count -= len(spans[i].text)
                    spans[i].deleters = (*spans[i].deleters, p)
                i += 1
        self._tails.pop(p.ts.r, None)
        if p.insert:
            # In ts order nothing newer stands here yet: directly after the left origin is right.
            fresh = _Span(p.insert, p)
            spans.insert(at, fresh)
            self._tails[p.ts.r] = (p, fresh)

    def _after_own(self, p: Partial) -> int | None:
        """The place of an edit that only goes on typing where its author's last one ended."""
        tail = self._tails.get(p.ts.r)
        if tail is None or p.count or self._cancels:
            return None
        last, span = tail
        if p.start != last.start + len(last.insert) or p.message.deps != last.message.deps:
            return None
        return self._spans.index(span) + 1

    def _split(self, i: int, size: int) -> None:
        """Cut the span at index `i` after `size` characters, if it is longer."""
        span = self._spans[i]
        if size >= len(span.text):
            return
        rest = _Span(span.text[size:], span.author, span.deleters)
        span.text = span.text[:size]
        self._spans.insert(i + 1, rest)
        if span.author is not None:
            tail = self._tails.get(span.author.ts.r)
            if tail is not None and tail[1] is span:
                self._tails[span.author.ts.r] = (tail[0], rest)


class _Span:
    """Neighbouring characters of one author that were deleted by the same edits."""

    __slots__ = ("author", "deleters", "text")

    def __init__(
        self, text: str, author: Partial | None, deleters: tuple[Partial, ...] = ()
    ) -> None:
        self.text = text
        self.author = author
        self.deleters = deleters


def splice(text: str, partial: Partial) -> str:
    """`text` with the edit made in it; ranges are clamped."""
    start = min(partial.start, len(text))
    return text[:start] + partial.insert + text[start + partial.count :]


def _ts(partial: Partial) -> Ts:
    return partial.ts
