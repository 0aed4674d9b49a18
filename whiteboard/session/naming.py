"""What a shared board is called: an attribute of its root, so that renaming is an edit like others.

It reaches everybody who takes part now or later, in either kind of session, and of two who rename
at once the later stands. `title` is what the drawing says to its viewers and is left alone.
"""

from __future__ import annotations

from whiteboard.model.changes import Origin
from whiteboard.model.markup import BOARD_NS
from whiteboard.model.shared import SharedDocument
from whiteboard.model.shown import Shown

MAX_LENGTH = 200
"""Characters of a name that are shown; more is cut."""
_NAME = "name"


def board_name(document: Shown) -> str:
    """What the document says its board is called; '' if nothing."""
    root = document.root
    said = document.attribute(root, _NAME, BOARD_NS) if root is not None else None
    return " ".join((said or "")[:MAX_LENGTH].split())


def rename_board(document: SharedDocument, name: str) -> None:
    """Let it say so, in one step that can be undone; nothing if it does already, or has no root."""
    root = document.root
    if root is not None and board_name(document) != name:
        with document.transact(Origin.LOCAL, "Rename") as edit:
            edit.set_attribute(root, _NAME, name[:MAX_LENGTH], BOARD_NS)
