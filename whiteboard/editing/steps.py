"""The steps of one person's work that can be undone, whichever way a document undoes them."""

from __future__ import annotations

import enum
from abc import ABC, abstractmethod
from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from whiteboard.model.changes import Commit, Origin
from whiteboard.model.ids import Rid
from whiteboard.model.shared import SharedDocument
from whiteboard.util.event import Event

AT_ONCE = 100
"""Edits or things that are looked at in one transaction: some milliseconds."""
MAX_STEPS = 1000
"""Steps kept; the oldest is forgotten first."""

E = TypeVar("E")


class OneStep(str):
    """A label: all transactions with this very object as theirs are one step of undo.

    So what is too much for one turn of the loop is done in several, and taken back at once.
    """

    __slots__ = ()


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
        return _at_the_end(self.performing(at_once=None))

    def redo(self) -> bool:
        """Do again what was undone last, as far as nobody else has written there since."""
        return _at_the_end(self.performing(redo=True, at_once=None))

    def is_large(self, *, redo: bool = False) -> bool:
        """Whether the next undo or redo is too much for one turn of the loop."""
        steps = self._redo if redo else self._undo
        return bool(steps) and len(steps[-1].edits) > AT_ONCE

    def performing(
        self, *, redo: bool = False, at_once: int | None = AT_ONCE
    ) -> Generator[float, None, bool]:
        """As `undo` or `redo`, in bounded transactions.

        Args:
            redo: do again what was undone last.
            at_once: edits in one transaction; None = all.

        Yields:
            The share that is done, 0 to 1. Who closes the generator leaves the rest of the step
            where it was, and what was done as a step that goes the other way.

        Returns:
            Whether anything changed; what did not is in `skipped`.
        """
        here, there = (self._redo, self._undo) if redo else (self._undo, self._redo)
        if not here or not self._may_perform(here[-1], redo=redo):
            return False
        step = here.pop()
        done = Step[E](step.label, [])
        total, changed, self.skipped = len(step.edits), False, ()
        try:
            while step.edits:
                part = step.edits[-(at_once or total) :]
                del step.edits[-(at_once or total) :]
                opposite, did = self._perform(step.label, part[::-1], redo=redo)
                done.edits.extend(opposite)
                changed |= did
                if step.edits:
                    yield len(done.edits) / total
        finally:
            if step.edits:
                here.append(step)
            there.append(done)  # also if nothing changed: n undos and n redos are one state
            self.on_change.emit(None)
        return changed

    def _may_perform(self, step: Step[E], *, redo: bool) -> bool:
        """Whether a step can be undone or redone now."""
        del step, redo
        return True

    @abstractmethod
    def _perform(self, label: str, edits: Sequence[E], *, redo: bool) -> tuple[Sequence[E], bool]:
        """Undo or redo edits in this order, in one transaction, and note what was skipped.

        Returns:
            What takes it back again, in the order in which it was done; whether anything changed.
        """

    @abstractmethod
    def _recorded(self, commit: Commit) -> list[E]:
        """What an own commit did."""

    def _on_commit(self, commit: Commit) -> None:
        if commit.origin is not Origin.LOCAL:
            return
        edits = self._recorded(commit)
        if edits:
            self._step_of(commit.label).edits.extend(edits)
            self._redo.clear()
            self.on_change.emit(None)

    def _step_of(self, label: str) -> Step[E]:
        """The step that a transaction with this label belongs to: a new one, but for `OneStep`."""
        if isinstance(label, OneStep):
            for step in reversed(self._undo):
                if step.label is label:
                    return step
        step = Step[E](label, [])
        self._undo.append(step)
        del self._undo[:-MAX_STEPS]
        return step


def _at_the_end(work: Generator[float, None, bool]) -> bool:
    """What comes of work that is done in one transaction."""
    try:
        next(work)
    except StopIteration as end:
        return bool(end.value)
    raise AssertionError("one transaction is all")
