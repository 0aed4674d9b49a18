"""What a tool would write, for tests that need edits and no tools."""

from __future__ import annotations

from whiteboard.model.changes import Origin
from whiteboard.model.ids import Rid
from whiteboard.model.ops import LiteralElement
from whiteboard.session.boards import Board

SVG = "http://www.w3.org/2000/svg"
HARD_TEXT = "a\nb\tc d\"<&'😀 שלום مرحبا \u202eabc\u202c e\u0301 \U0001f469\u200d\U0001f4bb"
"""Everything that is known to get lost on the way, except CR, which the model turns into LF."""


def draw(board: Board, name: str = "path", **attributes: str) -> Rid:
    """Add one element as a tool would."""
    document = board.document
    element = LiteralElement(SVG, name, tuple(("", k, v) for k, v in sorted(attributes.items())))
    with document.transact(Origin.LOCAL, "Draw") as transaction:
        return transaction.add(document.root, element)


def write(board: Board, text: str) -> Rid:
    """Add a text element that has `text` as its content and as an attribute."""
    document = board.document
    element = LiteralElement(SVG, "text", (("", "aria-label", text),), (text,))
    with document.transact(Origin.LOCAL, "Write") as transaction:
        return transaction.add(document.root, element)


def drawn(board: Board) -> list[str]:
    """The `id` attributes of the elements on the board, in order."""
    document = board.document
    ids = [document.attribute(rid, "id") for rid in document.children(document.root)]
    return [one for one in ids if one is not None]
