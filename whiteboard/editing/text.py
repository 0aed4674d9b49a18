"""A `text` element as one string with lines, and edits of the string as small operations.

1. The string is what the text nodes below the element hold, in document order, with one LF before
   each `tspan` that begins a line (it has its own `x` or `y`, and something stands before it).
   Indexes count code points of this string; `TextMetrics` uses the same.
2. A line without characters holds a zero width space, because SVG ignores the `dy` of an empty
   tspan. It counts in the string; carets step over it.
3. Typing is a splice of one text node, so that two people who type in one text both keep their
   letters. A line is broken by cutting its end off and writing it into a new tspan, and joined by
   moving its nodes.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass

from whiteboard.editing.shapes import EMPTY_LINE, text_line
from whiteboard.model.characters import clean
from whiteboard.model.ids import Rid
from whiteboard.model.ops import Kind
from whiteboard.model.shared import SharedDocument, SharedTransaction


@dataclass(frozen=True, slots=True)
class Piece:
    """A text node's part of the string, or a line break (`rid` is then the tspan it begins)."""

    rid: Rid
    start: int
    end: int
    is_break: bool = False


class TextModel:
    """A `text` element as it stands now; made anew after every change."""

    def __init__(self, document: SharedDocument, rid: Rid) -> None:
        self.document = document
        self.rid = rid
        self.pieces: list[Piece] = []
        self._parts: list[str] = []
        self._length = 0
        self._read(rid)
        self.string = "".join(self._parts)

    def _read(self, rid: Rid) -> None:
        document = self.document
        for child in document.children(rid):
            kind = document.kind(child)
            if kind is Kind.TEXT:
                self._add(child, document.text(child))
            elif kind is Kind.ELEMENT and document.name(child) not in ("title", "desc"):
                if self._length and begins_line(document, child):
                    self._add(child, "\n", is_break=True)
                self._read(child)

    def _add(self, rid: Rid, text: str, *, is_break: bool = False) -> None:
        end = self._length + len(text)
        self.pieces.append(Piece(rid, self._length, end, is_break))
        self._parts.append(text)
        self._length = end

    @property
    def is_blank(self) -> bool:
        """Whether nothing can be seen of it."""
        return not self.string.replace(EMPTY_LINE, "").strip()

    def line_at(self, index: int) -> tuple[int, int]:
        """Where the line that holds this caret starts and ends."""
        start = self.string.rfind("\n", 0, index) + 1
        end = self.string.find("\n", index)
        return start, end if end >= 0 else len(self.string)

    # -- edits, each inside a transaction of the caller

    def replace(self, transaction: SharedTransaction, start: int, end: int, insert: str) -> int:
        """Put `insert` in place of a range; returns the index after it.

        Line breaks become LF; what XML cannot hold becomes U+FFFD.
        """
        insert = clean(insert)
        model = self
        if end > start:
            model._delete(transaction, start, end)
            model = TextModel(self.document, self.rid)
        index = min(start, len(model.string))
        for number, words in enumerate(insert.split("\n")):
            if number:
                model._break(transaction, index)
                model = TextModel(self.document, self.rid)
                index = model.line_at(index)[1] + 1
            if words:
                index = model._insert(transaction, index, words)
                model = TextModel(self.document, self.rid)
        return index

    def _insert(self, transaction: SharedTransaction, index: int, words: str) -> int:
        start, end = self.line_at(index)
        line = self.string[start:end]
        piece = self._piece_for(index, start, end)
        if piece is None:
            container, before = self._container(start)
            transaction.add_text(container, words, before=before)
            return start + len(words)
        offset = index - piece.start
        if line == EMPTY_LINE:
            transaction.set_text(piece.rid, words)
            return start + len(words)
        transaction.splice_text(piece.rid, offset, 0, words)
        return index + len(words)

    def _piece_for(self, index: int, start: int, end: int) -> Piece | None:
        """The text node of the line that a letter at `index` goes into: rather the one before."""
        touching = [
            piece
            for piece in self.pieces
            if not piece.is_break
            and start <= piece.start
            and piece.end <= end
            and piece.start <= index <= piece.end
        ]
        return touching[0] if touching else None

    def _break_at(self, start: int) -> Piece | None:
        """The line break whose line begins at `start`; None for the first line."""
        return next((p for p in self.pieces if p.is_break and p.end == start), None)

    def _container(self, start: int) -> tuple[Rid, Rid | None]:
        """Where text of the line that begins at `start` goes, if the line has no text node."""
        line = self._break_at(start)
        if line is not None:
            return line.rid, None
        children = self.document.children(self.rid)
        first = children[0] if children else None
        if (
            first is not None
            and self.document.kind(first) is Kind.ELEMENT
            and begins_line(self.document, first)
            and not any(piece.is_break and piece.rid == first for piece in self.pieces)
        ):
            return first, None
        return self.rid, first

    def _break(self, transaction: SharedTransaction, index: int) -> None:
        """Begin a new line at `index`, with what follows in this line."""
        start, end = self.line_at(index)
        document = self.document
        tail = self.string[index:end]
        if tail != EMPTY_LINE:
            self._cut(transaction, index, end)
            self._fill_if_empty(transaction, start, index)
        line = self._break_at(start)
        if line is None and self._container(start)[0] == self.rid:
            parent = self.rid
            following = next((p for p in self.pieces if p.is_break and p.start >= end), None)
            before = following.rid if following else None
        else:
            own = line.rid if line is not None else self._container(start)[0]
            above = document.parent(own)
            assert above is not None
            parent = above
            siblings = document.children(parent)
            after = siblings[siblings.index(own) + 1 :]
            before = after[0] if after else None
        x = document.attribute(line.rid if line else self.rid, "x")
        x = x if x is not None else document.attribute(self.rid, "x") or "0"
        first_x = x.replace(",", " ").split()[0] if x.strip() else "0"
        words = tail if tail != EMPTY_LINE else ""
        transaction.add(parent, text_line(first_x, words), before=before)

    def _fill_if_empty(self, transaction: SharedTransaction, start: int, end: int) -> None:
        """Keep the height of a line that lost its last character."""
        if start == end:
            container, before = self._container(start)
            transaction.add_text(container, EMPTY_LINE, before=before)

    def _cut(self, transaction: SharedTransaction, start: int, end: int) -> None:
        """Take characters out of text nodes; line breaks stay."""
        for piece in self.pieces:
            first, last = max(start, piece.start), min(end, piece.end)
            if piece.is_break or first >= last:
                continue
            if (first, last) == (piece.start, piece.end):
                transaction.trash(piece.rid)
            else:
                transaction.splice_text(piece.rid, first - piece.start, last - first, "")

    def _delete(self, transaction: SharedTransaction, start: int, end: int) -> None:
        first_line = self.line_at(start)[0]
        last_end = self.line_at(end)[1]
        survivors = self.string[first_line:start] + self.string[end:last_end]
        self._cut(transaction, start, end)
        if not survivors.replace(EMPTY_LINE, ""):
            has_others = "\n" in self.string[:first_line] + self.string[last_end:]
            if has_others and not survivors:
                self._fill_if_empty(transaction, first_line, first_line)
        elif EMPTY_LINE in survivors:
            self._drop_fillers(transaction, first_line, start)
            self._drop_fillers(transaction, end, last_end)
        for piece in self.pieces:
            if piece.is_break and start <= piece.start < end:
                self._join(transaction, piece.rid, first_line)

    def _drop_fillers(self, transaction: SharedTransaction, start: int, end: int) -> None:
        for piece in self.pieces:
            inside = start <= piece.start and piece.end <= end
            if inside and not piece.is_break and self.document.text(piece.rid) == EMPTY_LINE:
                transaction.trash(piece.rid)

    def _join(self, transaction: SharedTransaction, line: Rid, first_line: int) -> None:
        """Move what the tspan holds to the end of the line that begins at `first_line`."""
        document = self.document
        target = self._break_at(first_line)
        if target is not None:
            container, before = target.rid, None
        else:
            container, _ = self._container(first_line)
            before = line if document.parent(line) == container else None
        for child in document.children(line):
            transaction.move(child, container, before)
        transaction.trash(line)


def begins_line(document: SharedDocument, rid: Rid) -> bool:
    """Whether a part of a text stands on its own line."""
    if document.name(rid) != "tspan":
        return False
    return document.attribute(rid, "x") is not None or document.attribute(rid, "y") is not None


def step(string: str, index: int, direction: int) -> int:
    """The caret one letter further (1) or back (-1); marks and fillers stay with their letter."""
    target = max(0, min(len(string), index)) + direction
    while 0 < target < len(string) and _joins(string, target):
        target += direction
    target = max(0, min(len(string), target))
    return index if direction > 0 and settled(string, target) <= index else target


def settled(string: str, index: int) -> int:
    """The caret for an index: in an empty line there is one place, before its filler."""
    index = max(0, min(len(string), index))
    return index - 1 if index and string[index - 1] == EMPTY_LINE else index


def _joins(string: str, index: int) -> bool:
    """Whether no caret stands between the characters before and after `index`."""
    before, after = string[index - 1], string[index]
    if after == EMPTY_LINE:
        return before != "\n"
    if before == EMPTY_LINE:
        return True
    if after == "\u200d" or before == "\u200d" or unicodedata.combining(after):
        return True
    if "\ufe00" <= after <= "\ufe0f" or "\U0001f3fb" <= after <= "\U0001f3ff":
        return True
    return _is_flag(before) and _is_flag(after) and _flags_before(string, index) % 2 == 1


def _is_flag(character: str) -> bool:
    return "\U0001f1e6" <= character <= "\U0001f1ff"


def _flags_before(string: str, index: int) -> int:
    count = 0
    while index - count > 0 and _is_flag(string[index - count - 1]):
        count += 1
    return count


def word_step(string: str, index: int, direction: int) -> int:
    """The caret one word further or back, over the space that follows or precedes it."""
    index = max(0, min(len(string), index))
    if direction > 0:
        while index < len(string) and string[index].isalnum():
            index += 1
        while index < len(string) and not string[index].isalnum():
            index += 1
        return index
    while index > 0 and not string[index - 1].isalnum():
        index -= 1
    while index > 0 and string[index - 1].isalnum():
        index -= 1
    return index


def follow(old: str, new: str, index: int) -> int:
    """Where a caret in `old` stands in `new`, which differs by one edit of somebody else."""
    prefix = 0
    shortest = min(len(old), len(new))
    while prefix < shortest and old[prefix] == new[prefix]:
        prefix += 1
    suffix = 0
    while suffix < shortest - prefix and old[-1 - suffix] == new[-1 - suffix]:
        suffix += 1
    if index <= prefix:
        return index
    if index >= len(old) - suffix:
        return index + len(new) - len(old)
    return min(index, len(new) - suffix)
