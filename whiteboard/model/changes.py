"""What a commit tells its listeners: which nodes of the visible tree changed, and who did it.

What is made for every message is a named tuple: a frozen dataclass takes three times as long.
"""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import NamedTuple, TypeAlias

from whiteboard.model.ids import Replica, Rid
from whiteboard.model.ops import Batch, Ts
from whiteboard.model.strict.deeds import Deed
from whiteboard.model.strict.ops import Stanza, State

Happening: TypeAlias = Batch | Stanza | State
"""What a history is made of: messages of either kind of session, and states of strict ones."""


class Origin(enum.Enum):
    """Why a transaction happened."""

    LOCAL = "local"
    UNDO = "undo"
    REMOTE = "remote"
    LOAD = "load"
    REPAIR = "repair"


AttributeName = tuple[str, str]
"""(namespace, local name)."""


NO_ATTRIBUTES: Mapping[Rid, frozenset[AttributeName]] = MappingProxyType({})


class Changes(NamedTuple):
    """The difference between the visible tree before and after; all rids are of visible nodes.

    `reset` means: everything may differ, look again from the root (the other fields are empty).
    An element that was hidden and is visible again is `added`, with its whole subtree listed; one
    that changed parent or place among its siblings is `moved`.
    """

    reset: bool = False
    added: frozenset[Rid] = frozenset()
    removed: frozenset[Rid] = frozenset()
    moved: frozenset[Rid] = frozenset()
    renamed: frozenset[Rid] = frozenset()
    attributes: Mapping[Rid, frozenset[AttributeName]] = NO_ATTRIBUTES
    """Element rid -> names of attributes whose value appeared, changed or went."""
    text: frozenset[Rid] = frozenset()
    """Elements some of whose own text, comment or instruction children changed, and DOCUMENT for
    those beside the root."""

    def __bool__(self) -> bool:
        return bool(
            self.reset
            or self.added
            or self.removed
            or self.moved
            or self.renamed
            or self.attributes
            or self.text
        )


@dataclass(frozen=True, slots=True)
class Lost:
    """An own write that a concurrent one of somebody else replaced in this commit."""

    rid: Rid
    field: str
    mine: Ts
    theirs: Ts


@dataclass(frozen=True, slots=True)
class Cut:
    """Own operations that somebody had no right to any more, as turned out in this commit."""

    batch: Batch
    deps: Mapping[Replica, int]
    """Full dependencies of the message."""
    void: frozenset[int]
    """Indexes of the operations that have ceased to count."""


class Commit(NamedTuple):
    """One closed transaction."""

    origin: Origin
    label: str
    """Name of the action for undo menus, such as 'Draw'; '' where there is none."""
    changes: Changes
    batches: tuple[Batch, ...]
    """Own ones, ready to send (LOCAL, UNDO, LOAD, REPAIR); or the remote ones that took effect."""
    lost: tuple[Lost, ...] = ()
    void: tuple[Cut, ...] = ()
    revived: frozenset[Ts] = frozenset()
    """Own operations that had been void, and count again since this commit."""
    rights: bool = False
    """Roles or marks may have changed."""
    stanzas: tuple[Stanza, ...] = ()
    """What `batches` are elsewhere, in a strict session."""
    deeds: tuple[Deed, ...] = ()
    """What was done, for the undo of strict sessions."""
