"""Own work that ceased to count, because somebody took the right to it away (SYNC 4.7b).

    pieces = cut_off(document, commit.void)

Its author had not known that yet. It is not made anew by itself, for somebody meant to cut it off;
it is left over, in the form that `rebase` gives to all work that does not count, and the person
decides.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator, Mapping, Sequence

from whiteboard.model.changes import Cut
from whiteboard.model.document import Document
from whiteboard.model.ids import Rid
from whiteboard.model.ops import Ts, expand
from whiteboard.model.rebase import PARTIAL, Piece, pieces_of, text_of


def cut_off(document: Document, cuts: Iterable[Cut]) -> tuple[Piece, ...]:
    """The pieces of these operations, in order, each with what its author saw.

    The board is played back beside itself up to each of them; it costs as much as opening it.
    """
    board = document.like(document.folded() if document.floor else None)
    rest = list(document.batches_since(document.floor))
    pieces: list[Piece] = []
    for cut in sorted(cuts, key=lambda cut: (cut.batch.l, cut.batch.r)):
        own, deps = cut.batch, cut.deps
        seen = [b for b in rest if b.n <= (own.n - 1 if b.r == own.r else deps.get(b.r, 0))]
        board.receive(seen)
        taken = {batch.dot for batch in seen}
        rest = [b for b in rest if b.dot not in taken]
        pieces += _of_message(board, cut)
    return tuple(_joined(pieces))


def _of_message(board: Document, cut: Cut) -> list[Piece]:
    """The pieces of one message, which takes effect meanwhile."""
    batch = cut.batch
    pieces: list[Piece] = []
    k = 0
    for op in batch.ops:
        length = len(expand((op,)))
        if not cut.void.isdisjoint(range(k, k + length)):
            at = Ts(batch.l, batch.r, k)
            pieces += (dataclasses.replace(piece, at=at) for piece in pieces_of(board, op))
        k += length
    texts = {p.rid: text_of(board.value(p.rid, "chdata")) for p in pieces if p.field == PARTIAL}
    board.receive((batch,))
    return [_with_text(board, piece, texts) for piece in pieces]


def _with_text(board: Document, piece: Piece, before: Mapping[Rid, str]) -> Piece:
    if piece.field != PARTIAL:
        return piece
    mine = text_of(board.value(piece.rid, "chdata"))
    epoch = board.epoch(piece.rid)
    return dataclasses.replace(piece, saw=before[piece.rid], mine=mine, epoch=epoch)


def _joined(pieces: Sequence[Piece]) -> Iterator[Piece]:
    """Edits of one text that nobody else edited in between are one piece."""
    last: Piece | None = None
    for piece in pieces:
        if last is not None and _goes_on(last, piece):
            last = dataclasses.replace(piece, saw=last.saw, count=last.count + piece.count)
            continue
        if last is not None:
            yield last
        last = piece
    if last is not None:
        yield last


def _goes_on(last: Piece, piece: Piece) -> bool:
    if not last.field == piece.field == PARTIAL:
        return False
    if (last.rid, last.epoch) != (piece.rid, piece.epoch):
        return False
    return piece.saw == last.mine or (piece.saw, piece.mine) == (last.saw, last.mine)
