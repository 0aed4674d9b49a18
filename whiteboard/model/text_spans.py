"""All characters that one text ever had, in their order (SYNC 4.5).

A position in a partial edit means the text that its author saw, a `View`. Of it is known how many
characters each block has, so a position is found without a walk through all runs. Nothing is ever
replayed: after which character an edit stands, and what it deleted, follows from its author's past
alone. Of several after one character the newest stands first.
"""

from __future__ import annotations

import bisect
from collections.abc import Sequence
from itertools import accumulate

from whiteboard.model.ids import Replica
from whiteboard.model.text_views import (
    NOTHING,
    Block,
    Mask,
    Part,
    Partial,
    Span,
    Today,
    View,
    trimmed,
)

BLOCK = 64
"""A block with more runs is cut in two."""
SPARE = 1024
"""Numbers of a block that may be without a character, beside as many as have one."""


class Spans:
    """All characters that an epoch ever had, visible or not, in order."""

    __slots__ = ("_blocks", "_grown", "now", "others")

    def __init__(self, base: str) -> None:
        block = Block(0, len(base))
        if base:
            block.spans.append(Span(base, None, block, 0))
        self._blocks = [block]
        self._grown: list[Block] = []
        self.now = Today({}, [len(base)], [(1 << len(base)) - 1], [()])
        """All that is held."""
        self.others: dict[Replica, View] = {}
        """Texts of authors who had not seen everything."""

    @property
    def text(self) -> str:
        """What shows today."""
        self.now.settle()
        for block in self._blocks:
            if block.text is None:
                block.text = _text_of(block, self.now)
        return "".join([block.text or "" for block in self._blocks])

    def text_of(self, view: View) -> str:
        """What another view shows."""
        view.settle()
        return "".join([_text_of(block, view) for block in self._blocks])

    def place(self, edit: Partial, view: View) -> None:
        """Put an edit where its author pointed, who saw `view`."""
        start, block, i = self._left_origin(edit, view)
        if edit.count:
            self._delete(edit, view, block, i)
        span = self._insert(edit, block, i) if edit.insert else None
        for one in self._see(edit, view):
            if one.counts(edit):  # its cancel may have come before
                one.turn((edit,))
            one.caret = None
        if span is not None and not edit.cancels:
            view.caret = (start + len(edit.insert), span, len(span.text))
        for block in self._grown:
            if len(block.spans) > BLOCK:
                self._halve(block)
        self._grown.clear()

    def cancel(self, cancel: Partial, view: View) -> None:
        """Let a cancel have its effect, whose author saw `view`."""
        root = cancel.root
        counted = [root is not None and one.counts(root) for one in self._views(view)]
        for one, before in zip(self._see(cancel, view), counted, strict=True):
            if root is not None:
                one.note(cancel)
                if one.counts(root) != before:
                    one.turn((root,))
            one.caret = None

    def move(
        self,
        view: View,
        seen: dict[Replica, int],
        changed: Sequence[Partial],
        void: frozenset[Partial] = NOTHING,
    ) -> None:
        """Make `view` the text of another past.

        Args:
            view: One of `others`.
            seen: The new past.
            changed: What is in one of the two pasts only.
            void: What has no effect, as judged from there.
        """
        if void or view.void:
            changed = [*changed, *(void ^ view.void)]
        roots = {partial.root for partial in changed if partial.root is not None}
        counted = {root for root in roots if view.counts(root)}
        view.seen = seen
        view.void = void
        for root in roots:
            view.forget(root)
        view.turn(root for root in roots if view.counts(root) != (root in counted))
        view.caret = None

    # --- placing

    def _views(self, view: View) -> tuple[View, ...]:
        """What changes when somebody who saw `view` edits."""
        return (view,) if view is self.now else (view, self.now)

    def _see(self, partial: Partial, view: View) -> tuple[View, ...]:
        """It is from now on in its author's past, and in today's."""
        views = self._views(view)
        for one in views:
            one.seen[partial.r] = partial.index + 1
        return views

    def _left_origin(self, edit: Partial, view: View) -> tuple[int, Block, int]:
        """The clamped start, and the place after the visible character before it."""
        if view.caret is not None:
            end, span, size = view.caret
            if edit.start == end and len(span.text) == size:
                return end, span.block, span.block.spans.index(span) + 1
        view.settle()
        ends = list(accumulate(view.sizes))
        start = min(edit.start, ends[-1])
        if start == 0:
            return 0, self._blocks[0], 0
        at = bisect.bisect_left(ends, start)
        block = self._blocks[at]
        left = start - (ends[at] - view.sizes[at])
        shown = view.shown(block)
        i = 0
        for i, span in enumerate(block.spans):
            if shown >> span.first & 1:
                if left <= len(span.text):
                    self._split(span, i, left)
                    break
                left -= len(span.text)
        return start, block, i + 1

    def _delete(self, edit: Partial, view: View, block: Block, i: int) -> None:
        """Note what of the author's text it deletes; of a whole block that is one number."""
        view.settle()
        left = edit.count
        for place in self._blocks[block.index :]:
            if size := view.sizes[place.index]:
                deleted = shown = view.shown(place)
                if i > 0 or size > left:
                    deleted = self._some(place, shown, i, left)
                if deleted:
                    place.part_of(edit).deleted = deleted
                    left -= deleted.bit_count()
                if left <= 0:
                    break
            i = 0

    def _some(self, block: Block, shown: Mask, i: int, left: int) -> Mask:
        """The first so many visible characters from the run at index `i` on."""
        found = 0
        while left > 0 and i < len(block.spans):
            span = block.spans[i]
            if shown >> span.first & 1:
                self._split(span, i, left)
                left -= len(span.text)
                found |= span.mask
            i += 1
        return found

    def _insert(self, edit: Partial, block: Block, i: int) -> Span:
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
        span = Span(edit.insert, edit, block, block.numbers)
        block.numbers += len(edit.insert)
        spans.insert(i, span)
        block.part_of(edit).own = span.mask
        block.oldest = min(block.oldest, ts)
        self._grown.append(block)
        return span

    def _split(self, span: Span, i: int, size: int) -> None:
        """Cut the run at index `i` of its block after `size` characters, if it is longer."""
        if size >= len(span.text):
            return
        block = span.block
        rest = Span(span.text[size:], span.author, block, span.first + size)
        span.text = span.text[:size]
        block.spans.insert(i + 1, rest)
        self._grown.append(block)

    # --- blocks

    def _halve(self, block: Block) -> None:
        """Make a block of the second half of the runs; all characters keep their numbers."""
        half = len(block.spans) // 2
        at = block.index + 1
        fresh = Block(at, block.numbers)
        fresh.spans = block.spans[half:]
        del block.spans[half:]
        moved = 0
        for span in fresh.spans:
            span.block = fresh
            moved |= span.mask
        self._blocks.insert(at, fresh)
        for i in range(at + 1, len(self._blocks)):
            self._blocks[i].index = i
        for part in tuple(block.parts.values()):
            _share(part, fresh, moved)
        for view in (self.now, *self.others.values()):
            tally = view.deletions[at - 1]
            view.brought.insert(at, view.brought[at - 1] & moved)
            view.brought[at - 1] &= ~moved
            view.deletions.insert(at, trimmed([digits & moved for digits in tally]))
            view.deletions[at - 1] = trimmed([digits & ~moved for digits in tally])
            view.sizes.insert(at, 0)
            view.measure(fresh)
            view.measure(block)
        for one in (block, fresh):
            one.find_oldest()
            if one.numbers > SPARE + 2 * sum(len(span.text) for span in one.spans):
                self._renumber(one)

    def _renumber(self, block: Block) -> None:
        """Count the characters anew, without what went to other blocks."""
        moves: list[tuple[int, Mask, int]] = []
        block.numbers = 0
        for span in block.spans:
            moves.append((span.first, (1 << len(span.text)) - 1, block.numbers))
            span.first = block.numbers
            block.numbers += len(span.text)
        known: dict[Mask, Mask] = {}

        def renumbered(mask: Mask) -> Mask:
            if mask not in known:
                known[mask] = sum((mask >> old & ones) << new for old, ones, new in moves)
            return known[mask]

        for part in block.parts.values():
            part.own, part.deleted = renumbered(part.own), renumbered(part.deleted)
        for view in (self.now, *self.others.values()):
            i = block.index
            view.brought[i] = renumbered(view.brought[i])
            view.deletions[i] = tuple(map(renumbered, view.deletions[i]))


def _text_of(block: Block, view: View) -> str:
    shown = view.shown(block)
    return "".join([span.text for span in block.spans if shown >> span.first & 1])


def _share(part: Part, fresh: Block, moved: Mask) -> None:
    """Give what an edit did to characters that moved to their new block."""
    own, deleted = part.own & moved, part.deleted & moved
    if not own and not deleted:
        return
    if own == part.own and deleted == part.deleted:
        del part.block.parts[part.edit]
        part.block = fresh
        fresh.parts[part.edit] = part
        return
    other = fresh.part_of(part.edit)
    other.own, other.deleted = own, deleted
    part.own ^= own
    part.deleted ^= deleted
