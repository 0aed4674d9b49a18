"""The characters of one text as runs in blocks, and the text as each author saw it (SYNC 4.5).

A position in a partial edit means the text that its author saw. A `View` is such a text: which
edits are in it, and how many of its characters each block has, so that a position is found without
a walk through all runs. Nothing is ever replayed: after which character an edit stands, and what
it deleted, follows from its author's past alone. Of several after one character the newest stands
first.
"""

from __future__ import annotations

import bisect
from collections.abc import Iterable, Mapping, Sequence
from itertools import accumulate

from whiteboard.model.history import Message
from whiteboard.model.ids import Replica
from whiteboard.model.ops import Ts

BLOCK = 64
"""A block with more runs is cut in two."""

_BASE = Ts(-1, Replica(""), 0)
"""The age of what the full write brought: older than any edit."""


class Partial:
    """One partial edit of the current epoch: an edit of characters, or a cancel."""

    __slots__ = (
        "alias",
        "cancels",
        "count",
        "depth",
        "index",
        "insert",
        "message",
        "names",
        "r",
        "root",
        "spans",
        "start",
        "ts",
    )

    def __init__(
        self, ts: Ts, message: Message, start: int, count: int, insert: str, alias: Ts | None
    ) -> None:
        self.ts = ts
        self.r = ts.r
        self.message = message
        self.start = start
        self.count = count
        self.insert = insert
        self.alias = alias
        """What an empty edit cancels; None for an edit of characters."""
        self.index = -1
        """Its place among its replica's partial edits of this text; -1: it is in no text yet."""
        self.spans: list[Span] = []
        """The runs that it brought or deleted."""
        self.cancels: list[Partial] = []
        """Those that rightly cancel it, by ts."""
        self.names: Partial | None = None
        """The edit or cancel that this one rightly cancels."""
        self.root: Partial | None = self if alias is None else None
        """The edit of characters at the end of `names`; None while it is not known."""
        self.depth = 0
        """How many steps of `names` it is from the root."""

    def fresh(self) -> Partial:
        """The same edit, to be put into another text."""
        return Partial(self.ts, self.message, self.start, self.count, self.insert, self.alias)


class Span:
    """Neighbouring characters of one edit, and the edits that deleted them, the last one first."""

    __slots__ = ("author", "block", "deleters", "shown", "text")

    def __init__(
        self, text: str, author: Partial | None, deleters: tuple[Partial, ...], block: Block
    ) -> None:
        self.text = text
        self.author = author
        """None: it was in the full write."""
        self.deleters = deleters
        self.block = block
        self.shown = True
        """Whether it is visible today."""

    @property
    def age(self) -> Ts:
        """When it was brought."""
        return _BASE if self.author is None else self.author.ts


class Block:
    """Some neighbouring runs."""

    __slots__ = ("index", "oldest", "spans", "text")

    def __init__(self, index: int, spans: list[Span]) -> None:
        self.index = index
        """Its place among the blocks."""
        self.spans = spans
        self.oldest = min((span.age for span in spans), default=_BASE)
        self.text: str | None = None
        """What of it shows today; None if that is to be found out."""


class View:
    """The text of whoever has seen certain partial edits: the first so many of each replica."""

    __slots__ = ("_paths", "caret", "seen", "sizes")

    def __init__(self, seen: dict[Replica, int], sizes: list[int]) -> None:
        self.seen = seen
        self.sizes = sizes
        """Visible characters of each block."""
        self.caret: tuple[int, Span, int] | None = None
        """Where the last insertion ended: the position, its run, and the run's length then."""
        self._paths: dict[Partial, list[Partial]] = {}
        """Edit -> it, its newest canceller seen, that one's newest canceller seen, …"""

    def sees(self, partial: Partial) -> bool:
        """Whether it is in this past."""
        return partial.index < self.seen.get(partial.r, 0)

    def shows(self, span: Span) -> bool:
        """Whether the run is visible."""
        author = span.author
        if author is not None and not self._counts(author):
            return False
        for deleter in span.deleters:  # noqa: SIM110 - this is where the time goes
            if self._counts(deleter):
                return False
        return True

    def before(self, spans: Iterable[Span]) -> None:
        """Something about these runs is going to change."""
        sizes = self.sizes
        for span in spans:
            if self.shows(span):
                sizes[span.block.index] -= len(span.text)

    def after(self, spans: Iterable[Span]) -> None:
        """Something about these runs has changed."""
        sizes = self.sizes
        for span in spans:
            if self.shows(span):
                sizes[span.block.index] += len(span.text)

    def distance(self, seen: Mapping[Replica, int]) -> int:
        """How many partial edits are in one of the two pasts only."""
        return sum(abs(n - self.seen.get(r, 0)) for r, n in seen.items()) + sum(
            n for r, n in self.seen.items() if r not in seen
        )

    # --- verdicts

    def _counts(self, edit: Partial) -> bool:
        if edit.index >= self.seen.get(edit.r, 0):
            return False
        return not edit.cancels or self.is_active(edit)

    def is_active(self, partial: Partial) -> bool:
        """Whether it is not cancelled, as far as is seen here."""
        if partial.root is not None:
            path = self._paths.get(partial.root)
            if path is None:
                path = self._paths[partial.root] = self._follow([partial.root])
            if len(path) > partial.depth and path[partial.depth] is partial:
                return (len(path) - partial.depth) % 2 == 1
        return len(self._follow([partial])) % 2 == 1

    def note(self, cancel: Partial) -> None:
        """Judge what it cancels anew; it has just been seen."""
        assert cancel.root is not None
        path = self._paths.get(cancel.root)
        depth = cancel.depth
        if path is None or len(path) < depth or path[depth - 1] is not cancel.names:
            return  # judged when somebody asks, or without meaning for the verdict
        if len(path) == depth or path[depth].ts < cancel.ts:
            path[depth:] = [cancel]
            self._follow(path)

    def forget(self, edit: Partial) -> None:
        """Judge the edit anew when somebody asks."""
        self._paths.pop(edit, None)

    def _follow(self, path: list[Partial]) -> list[Partial]:
        while True:
            newest = next((c for c in reversed(path[-1].cancels) if self.sees(c)), None)
            if newest is None:
                return path
            path.append(newest)


class Today(View):
    """The text of whoever has seen everything; what it shows is kept with the runs."""

    __slots__ = ()

    def shows(self, span: Span) -> bool:
        """Whether the run is visible."""
        return span.shown

    def after(self, spans: Iterable[Span]) -> None:
        """Something about these runs has changed."""
        shows, sizes = super().shows, self.sizes
        for span in spans:
            span.block.text = None
            span.shown = shows(span)
            if span.shown:
                sizes[span.block.index] += len(span.text)


class Spans:
    """All characters that an epoch ever had, visible or not, in order."""

    __slots__ = ("_blocks", "_grown", "now", "others")

    def __init__(self, base: str) -> None:
        block = Block(0, [])
        if base:
            block.spans.append(Span(base, None, (), block))
        self._blocks = [block]
        self._grown: list[Block] = []
        self.now = Today({}, [len(base)])
        """All that is held."""
        self.others: dict[Replica, View] = {}
        """Texts of authors who had not seen everything."""

    @property
    def text(self) -> str:
        """What shows today."""
        for block in self._blocks:
            if block.text is None:
                block.text = "".join([span.text for span in block.spans if span.shown])
        return "".join([block.text or "" for block in self._blocks])

    def place(self, edit: Partial, view: View) -> None:
        """Put an edit where its author pointed, who saw `view`."""
        start, block, i = self._left_origin(edit, view)
        views = self._see(edit, view)
        if edit.count:
            self._delete(edit, views, block, i)
        view.caret = None
        self.now.caret = None
        if edit.insert:
            span = self._insert(edit, views, block, i)
            view.caret = (start + len(edit.insert), span, len(span.text))
        if edit.cancels:  # it may not show at all
            view.caret = None
        for block in self._grown:
            if len(block.spans) > BLOCK:
                self._halve(block)
        self._grown.clear()

    def cancel(self, cancel: Partial, view: View) -> None:
        """Let a cancel have its effect, whose author saw `view`."""
        changed = cancel.root.spans if cancel.root is not None else ()
        for one in (self.now, view) if view is not self.now else (view,):
            one.before(changed)
        for one in self._see(cancel, view):
            if cancel.root is not None:
                one.note(cancel)
            one.after(changed)
            one.caret = None

    def move(self, view: View, seen: dict[Replica, int], changed: Sequence[Partial]) -> None:
        """Make `view` the text of another past.

        Args:
            view: One of `others`.
            seen: The new past.
            changed: What is in one of the two pasts only.
        """
        roots = {partial.root for partial in changed if partial.root is not None}
        spans = {span for root in roots for span in root.spans}
        view.before(spans)
        view.seen = seen
        for root in roots:
            view.forget(root)
        view.after(spans)
        view.caret = None

    def copy(self, view: View) -> View:
        """The same text, to be moved elsewhere."""
        return View(dict(view.seen), list(view.sizes))

    # --- placing

    def _see(self, partial: Partial, view: View) -> tuple[View, ...]:
        """It is from now on in its author's past, and in today's."""
        views = (view,) if view is self.now else (view, self.now)
        for one in views:
            one.seen[partial.r] = partial.index + 1
        return views

    def _left_origin(self, edit: Partial, view: View) -> tuple[int, Block, int]:
        """The clamped start, and the place after the visible character before it."""
        if view.caret is not None:
            end, span, size = view.caret
            if edit.start == end and len(span.text) == size:
                return end, span.block, span.block.spans.index(span) + 1
        ends = list(accumulate(view.sizes))
        start = min(edit.start, ends[-1])
        if start == 0:
            return 0, self._blocks[0], 0
        at = bisect.bisect_left(ends, start)
        block = self._blocks[at]
        left = start - (ends[at] - view.sizes[at])
        i = 0
        for i, span in enumerate(block.spans):
            if view.shows(span):
                if left <= len(span.text):
                    self._split(span, i, left)
                    break
                left -= len(span.text)
        return start, block, i + 1

    def _delete(self, edit: Partial, views: Sequence[View], block: Block, i: int) -> None:
        view = views[0]
        left = edit.count
        doomed = edit.spans
        for place in self._blocks[block.index :]:
            if view.sizes[place.index]:
                while left > 0 and i < len(place.spans):
                    span = place.spans[i]
                    if view.shows(span):
                        self._split(span, i, left)
                        left -= len(span.text)
                        view.sizes[place.index] -= len(span.text)
                        doomed.append(span)
                    i += 1
            if left <= 0:
                break
            i = 0
        for one in views[1:]:
            one.before(doomed)
        for span in doomed:
            span.deleters = (edit, *span.deleters)
        for one in views:
            one.after(doomed)

    def _insert(self, edit: Partial, views: Sequence[View], block: Block, i: int) -> Span:
        """Put the new characters after their left origin and what newer edits put there (RGA)."""
        ts = edit.ts
        while True:
            spans = block.spans
            if i == 0 and block.oldest > ts:
                i = len(spans)
            while i < len(spans) and spans[i].age > ts:
                i += 1
            if i < len(spans) or block.index + 1 == len(self._blocks):
                break
            block = self._blocks[block.index + 1]
            i = 0
        span = Span(edit.insert, edit, (), block)
        spans.insert(i, span)
        edit.spans.append(span)
        block.oldest = min(block.oldest, ts)
        self._grown.append(block)
        for view in views:
            view.after((span,))
        return span

    def _split(self, span: Span, i: int, size: int) -> None:
        """Cut the run at index `i` of its block after `size` characters, if it is longer."""
        if size >= len(span.text):
            return
        rest = Span(span.text[size:], span.author, span.deleters, span.block)
        rest.shown = span.shown
        span.text = span.text[:size]
        span.block.spans.insert(i + 1, rest)
        self._grown.append(span.block)
        if span.author is not None:
            span.author.spans.append(rest)
        for deleter in span.deleters:
            deleter.spans.append(rest)

    def _halve(self, block: Block) -> None:
        half = len(block.spans) // 2
        at = block.index + 1
        fresh = Block(at, block.spans[half:])
        del block.spans[half:]
        for span in fresh.spans:
            span.block = fresh
        self._blocks.insert(at, fresh)
        for i in range(at + 1, len(self._blocks)):
            self._blocks[i].index = i
        for view in (self.now, *self.others.values()):
            size = sum(len(span.text) for span in fresh.spans if view.shows(span))
            view.sizes[at - 1] -= size
            view.sizes.insert(at, size)
        block.oldest = min(span.age for span in block.spans)
        block.text = None
