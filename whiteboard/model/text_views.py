"""Characters of one text in blocks, and the text as each author saw it (SYNC 4.5).

Each character of a block has a number there that it keeps, whatever is put in before it. What an
edit brought to a block or deleted in it, and what a `View` shows of it, are sets of such numbers:
whole numbers with one bit for each character. So an edit of a whole block, and its cancel, cost a
few operations on whole numbers, however many runs of other authors the block consists of.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TypeAlias

from whiteboard.model.history import Message
from whiteboard.model.ids import Replica
from whiteboard.model.ops import Ts

Mask: TypeAlias = int
"""Characters of one block: a bit for each."""
Tally: TypeAlias = tuple[Mask, ...]
"""A number for each character of a block: all lowest digits, all second digits, … (binary)."""

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
        "parts",
        "r",
        "root",
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
        self.parts: list[Part] = []
        """What it brought and deleted, block by block."""
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


class Part:
    """What one edit did in one block."""

    __slots__ = ("block", "deleted", "edit", "own")

    def __init__(self, edit: Partial, block: Block) -> None:
        self.edit = edit
        self.block = block
        self.own: Mask = 0
        """What it brought."""
        self.deleted: Mask = 0


NOTHING: frozenset[Partial] = frozenset()


class Span:
    """A run: neighbouring characters of one edit. Whoever sees one of them sees all."""

    __slots__ = ("author", "block", "first", "text")

    def __init__(self, text: str, author: Partial | None, block: Block, first: int) -> None:
        self.text = text
        self.author = author
        """None: it was in the full write."""
        self.block = block
        self.first = first
        """The number of its first character; the others follow."""

    @property
    def age(self) -> Ts:
        """When it was brought."""
        return _BASE if self.author is None else self.author.ts

    @property
    def mask(self) -> Mask:
        """Its characters."""
        return ((1 << len(self.text)) - 1) << self.first


class Block:
    """Some neighbouring runs."""

    __slots__ = ("index", "numbers", "oldest", "parts", "spans", "text")

    def __init__(self, index: int, numbers: int) -> None:
        self.index = index
        """Its place among the blocks."""
        self.numbers = numbers
        """How many were given to characters."""
        self.spans: list[Span] = []
        self.parts: dict[Partial, Part] = {}
        """Of all edits that brought or deleted something here."""
        self.oldest = _BASE
        """The least age of a run."""
        self.text: str | None = None
        """What of it shows today; None if that is to be found out."""

    def part_of(self, edit: Partial) -> Part:
        """What the edit did here; made if there is none."""
        part = self.parts.get(edit)
        if part is None:
            part = self.parts[edit] = Part(edit, self)
            edit.parts.append(part)
        return part

    def find_oldest(self) -> None:
        """Runs were taken out."""
        self.oldest = min((span.age for span in self.spans), default=_BASE)


class View:
    """The text of whoever has seen certain partial edits: the first so many of each replica."""

    __slots__ = ("_owed", "_paths", "brought", "caret", "deletions", "seen", "sizes", "void")

    def __init__(
        self,
        seen: dict[Replica, int],
        sizes: list[int],
        brought: list[Mask],
        deletions: list[Tally],
    ) -> None:
        self.seen = seen
        self.void: frozenset[Partial] = NOTHING
        """Which of the edits seen have no effect, as judged from there (SYNC 6)."""
        self.sizes = sizes
        """Visible characters of each block."""
        self.brought = brought
        """What is there of each block, deleted or not."""
        self.deletions = deletions
        """How many deletions in effect each character of each block has."""
        self.caret: tuple[int, Span, int] | None = None
        """Where the last insertion ended: the position, its run, and the run's length then."""
        self._owed: set[Partial] = set()
        """Edits whose verdict is no longer that of the three lists above."""
        self._paths: dict[Partial, list[Partial]] = {}
        """Edit -> it, its newest canceller seen, that one's newest canceller seen, …"""

    def copy(self) -> View:
        """The same text, to be moved elsewhere."""
        self.settle()
        view = View(dict(self.seen), self.sizes[:], self.brought[:], self.deletions[:])
        view.void = self.void
        return view

    def sees(self, partial: Partial) -> bool:
        """Whether it is in this past."""
        return partial.index < self.seen.get(partial.r, 0)

    def shown(self, block: Block) -> Mask:
        """What of the block is visible; of a settled view."""
        shown = self.brought[block.index]
        for digits in self.deletions[block.index]:
            shown &= ~digits
        return shown

    def turn(self, edits: Iterable[Partial]) -> None:
        """The verdict on each of these edits has changed: whether it counts."""
        self._owed.symmetric_difference_update(edits)

    def settle(self) -> None:
        """Let all verdicts have their effects; what was cancelled and revived costs nothing."""
        if not self._owed:
            return
        changed: set[Block] = set()
        brought, deletions = self.brought, self.deletions
        for edit in self._owed:
            step = _one_more if self.counts(edit) else _one_less
            for part in edit.parts:
                block = part.block
                changed.add(block)
                brought[block.index] ^= part.own
                if part.deleted:
                    deletions[block.index] = step(deletions[block.index], part.deleted)
        self._owed.clear()
        for block in changed:
            self.measure(block)

    def measure(self, block: Block) -> None:
        """What it shows of the block has changed."""
        self.sizes[block.index] = self.shown(block).bit_count()

    def distance(self, seen: Mapping[Replica, int]) -> int:
        """How many partial edits are in one of the two pasts only."""
        return sum(abs(n - self.seen.get(r, 0)) for r, n in seen.items()) + sum(
            n for r, n in self.seen.items() if r not in seen
        )

    # --- verdicts

    def counts(self, edit: Partial) -> bool:
        """Whether it is seen, not void and not cancelled."""
        if edit.index >= self.seen.get(edit.r, 0) or edit in self.void:
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
        if cancel in self.void:
            return
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
            newest = next(
                (c for c in reversed(path[-1].cancels) if self.sees(c) and c not in self.void), None
            )
            if newest is None:
                return path
            path.append(newest)


class Today(View):
    """The text of whoever has seen everything; what it shows is kept with the blocks."""

    __slots__ = ()

    def measure(self, block: Block) -> None:
        """What shows of the block has changed."""
        super().measure(block)
        block.text = None


def _one_more(tally: Tally, mask: Mask) -> Tally:
    """Add one to the number of each of these characters."""
    digits = list(tally)
    for i, digit in enumerate(tally):
        digits[i] = digit ^ mask
        mask &= digit
        if not mask:
            return tuple(digits)
    return (*digits, mask)


def _one_less(tally: Tally, mask: Mask) -> Tally:
    """Take one from the number of each of these characters; none of them is 0."""
    digits = list(tally)
    for i, digit in enumerate(tally):
        digits[i] = digit ^ mask
        mask &= ~digit
        if not mask:
            break
    return trimmed(digits)


def trimmed(digits: list[Mask]) -> Tally:
    """Without leading zeroes."""
    while digits and not digits[-1]:
        digits.pop()
    return tuple(digits)
