"""Own changes that were not taken over, as rows of the History pane: mine or theirs."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from whiteboard.model.ids import Rid
from whiteboard.model.rebase import Piece
from whiteboard.ui import words
from whiteboard.ui.looking_back import Who
from whiteboard.ui.panes.row import Row, RowButton, RowKind

KEEP_MINE = "keep-mine"
KEEP_THEIRS = "keep-theirs"
_LONG = 24


def left_over_rows(
    pieces: Sequence[Piece],
    describe: Callable[[Rid], str],
    value: Callable[[Piece], str],
    who: Callable[[Piece], Who],
) -> list[Row]:
    """A section with a card for each.

    Args:
        pieces: As the board has them.
        describe: A thing in words.
        value: What is there now instead.
        who: Whose picture stands beside it: who replaced it, or me.
    """
    if not pieces:
        return []
    head = words.tr("Not taken over")
    count = words.number(len(pieces))
    buttons = (
        RowButton(KEEP_MINE, words.tr("Keep mine"), primary=True),
        RowButton(KEEP_THEIRS, words.tr("Keep theirs")),
    )
    rows = [Row(RowKind.SECTION, "section:left-over", head, count=count, foldable=False)]
    for i, piece in enumerate(pieces):
        thing = describe(element_of(piece.rid))
        text = words.mine_or_theirs(piece, _short(piece.mine), _short(value(piece)))
        title = words.left_over(piece, thing)
        one = who(piece)
        card = Row(RowKind.CARD, f"left:{i}", title, text, one.address, one.name, buttons=buttons)
        rows.append(card)
    return rows


def element_of(rid: Rid) -> Rid:
    """What people see of a record: of an attribute its element."""
    return Rid(rid.rpartition("@")[0] or rid)


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _LONG else line[: _LONG - 1] + "…"
