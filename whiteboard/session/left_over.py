"""Own work that does not count any more, until the person decides about it (SYNC 4.7)."""

from __future__ import annotations

from collections.abc import Iterable

from whiteboard.model.changes import Commit, Lost
from whiteboard.model.cut_off import cut_off
from whiteboard.model.document import Document
from whiteboard.model.rebase import Piece, replaced

MOST_REPLACED = 200
"""Own values that others replaced, and that are remembered."""


def after_losses(
    pieces: tuple[Piece, ...], losses: Iterable[Lost], document: Document
) -> tuple[Piece, ...]:
    """With what others' writes replaced, made without knowing mine: the last of each field.

    Returns:
        All pieces, the same tuple if nothing of mine was lost.
    """
    news = tuple(replaced(losses, document))
    if not news:
        return pieces
    places = {(piece.rid, piece.field) for piece in news}
    rest = [p for p in pieces if not p.by or (p.rid, p.field) not in places]
    told = [p for p in (*rest, *news) if p.by][-MOST_REPLACED:]
    return (*(p for p in rest if not p.by), *told)


def after_commit(
    pieces: tuple[Piece, ...], commit: Commit, document: Document
) -> tuple[Piece, ...]:
    """With what a commit made void, and without what counts again by it."""
    rest = (piece for piece in pieces if piece.at not in commit.revived)
    return (*rest, *cut_off(document, commit.void))
