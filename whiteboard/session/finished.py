"""Finished parts of a plain XEP-0284 session: an attribute that our programs heed (SYNC 6.5).

Such a session has no operation for it, and other clients would not know one. So the element says it
itself, in our namespace: who declared it complete. It stays in the file, and binds nobody.
"""

from __future__ import annotations

from whiteboard.model.changes import Commit, Origin
from whiteboard.model.ids import Rid
from whiteboard.model.markup import BOARD_NS
from whiteboard.model.ops import Kind
from whiteboard.model.shared import SharedDocument
from whiteboard.util.event import Event

NAME = "finished"
MAX_NAME = 200


class FinishedElements:
    """Which elements say that they are complete, kept up to date.

    Args:
        document: whose; make another one for another document.
    """

    def __init__(self, document: SharedDocument) -> None:
        self._document = document
        self._by: dict[Rid, str] = {}
        self.changed: Event[None] = Event()
        """Other elements are complete, or by somebody else."""
        self._look_everywhere()
        self.close = document.on_commit.subscribe(self._committed)

    @property
    def by(self) -> dict[Rid, str]:
        """Element -> name of who declared it complete."""
        return {rid: by for rid, by in self._by.items() if self._document.is_visible(rid)}

    def at(self, rid: Rid | None) -> Rid | None:
        """The innermost complete element that has `rid` in it, or is it."""
        while rid is not None and rid not in self._by:
            rid = self._document.parent(rid)
        return rid

    def declare(self, rid: Rid, by: str) -> None:
        """Declare an element, with all in it, complete."""
        with self._document.transact(Origin.LOCAL, "Finish") as transaction:
            transaction.set_attribute(rid, NAME, by[:MAX_NAME] or "?", BOARD_NS)

    def reopen(self, rid: Rid) -> None:
        """Let it be changed again."""
        with self._document.transact(Origin.LOCAL, "Reopen") as transaction:
            transaction.set_attribute(rid, NAME, None, BOARD_NS)

    def _committed(self, commit: Commit) -> None:
        changes, before = commit.changes, dict(self._by)
        if changes.reset:
            self._look_everywhere()
        for rid in {*changes.added, *changes.attributes}:
            self._look(rid)
        for rid in changes.removed:
            self._by.pop(rid, None)
        if self._by != before:
            self.changed.emit(None)

    def _look_everywhere(self) -> None:
        self._by.clear()
        waiting = [self._document.root] if self._document.root is not None else []
        while waiting:
            rid = waiting.pop()
            self._look(rid)
            waiting.extend(self._document.children(rid))

    def _look(self, rid: Rid) -> None:
        if self._document.kind(rid) is not Kind.ELEMENT:
            return
        by = self._document.attribute(rid, NAME, BOARD_NS)
        if by:
            self._by[rid] = by[:MAX_NAME]
        else:
            self._by.pop(rid, None)
