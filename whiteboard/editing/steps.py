"""The steps of one person's work that can be undone, whichever way a document undoes them."""

from __future__ import annotations

import enum
from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

from whiteboard.model.changes import Commit, Origin
from whiteboard.model.ids import Rid
from whiteboard.model.shared import SharedDocument
from whiteboard.util.event import Event

MAX_STEPS = 1000
"""Steps kept; the oldest is forgotten first."""

E = TypeVar("E")


class Why(enum.Enum):
    """Why a part of a step was left as it is."""

    CHANGED_SINCE = "changed since"
    """Somebody gave it another value since."""
    OTHERS_INSIDE = "others inside"
    """The creation cannot be undone: another party's work is in it."""
    GONE = "gone"
    """The record, its place or that state of the text is no more."""
    NOT_PERMITTED = "not permitted"
    """The person may not edit there any more."""
    FOLDED = "folded"
    """What stood there before is not in memory (SYNC 5.5); it is being read, if it can be had."""


@dataclass(frozen=True, slots=True)
class Skipped:
    """A part of the last undo or redo that was not done: a hint for the person."""

    rid: Rid
    field: str
    why: Why


@dataclass(slots=True)
class Step(Generic[E]):
    """One own transaction, or several that were folded into one."""

    label: str
    edits: list[E]


class Steps(ABC, Generic[E]):
    """What can be undone and done again; a step is one own transaction.

    Attributes:
        on_change: after every own transaction, undo and redo.
        skipped: what the last undo or redo had to leave as it is.
    """

    def __init__(self, document: SharedDocument) -> None:
        self.on_change: Event[None] = Event()
        self.skipped: tuple[Skipped, ...] = ()
        self._undo: list[Step[E]] = []
        self._redo: list[Step[E]] = []
        self._unsubscribe: Callable[[], None] = document.on_commit.subscribe(self._on_commit)

    def close(self) -> None:
        """Listen to the document no longer."""
        self._unsubscribe()

    @property
    def can_undo(self) -> bool:
        """Whether there is a step to undo."""
        return bool(self._undo)

    @property
    def can_redo(self) -> bool:
        """Whether there is a step to redo."""
        return bool(self._redo)

    @property
    def undo_label(self) -> str | None:
        """Name of what `undo` would undo, '' if it has none; None if there is nothing."""
        return self._undo[-1].label if self._undo else None

    @property
    def redo_label(self) -> str | None:
        """Name of what `redo` would do again, '' if it has none; None if there is nothing."""
        return self._redo[-1].label if self._redo else None

    def fold(self) -> None:
        """Make the newest two steps one: letters typed in one go are undone together."""
        if len(self._undo) > 1:
            last = self._undo.pop()
            self._undo[-1].edits.extend(last.edits)
            self.on_change.emit(None)

    def undo(self) -> bool:
        """Undo the newest own step, as far as nobody else has written there since.

        Returns:
            Whether anything changed; what did not is in `skipped`.
        """
        if not self._undo:
            return False
        done, changed = self._perform(self._undo.pop(), redo=False)
        self._redo.append(done)  # also if nothing changed: n undos and n redos are one state
        self.on_change.emit(None)
        return changed

    def redo(self) -> bool:
        """Do again what was undone last, as far as nobody else has written there since."""
        if not self._redo:
            return False
        done, changed = self._perform(self._redo.pop(), redo=True)
        self._undo.append(done)
        self.on_change.emit(None)
        return changed

    @abstractmethod
    def _perform(self, step: Step[E], *, redo: bool) -> tuple[Step[E], bool]:
        """Undo or redo a step: what takes it back again, and whether anything changed."""

    @abstractmethod
    def _recorded(self, commit: Commit) -> list[E]:
        """What an own commit did."""

    def _on_commit(self, commit: Commit) -> None:
        if commit.origin is not Origin.LOCAL:
            return
        edits = self._recorded(commit)
        if edits:
            self._undo.append(Step(commit.label, edits))
            del self._undo[:-MAX_STEPS]
            self._redo.clear()
            self.on_change.emit(None)
