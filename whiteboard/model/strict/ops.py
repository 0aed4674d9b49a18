"""Who made which operation, and what a stanza of a strict session carries (SYNC 1, 0.3.4).

An operation is (sender, id of its `<sxe/>`, index inside it). The rules of strict sessions count
edits, so two equal edits are two, and one edit delivered twice is one.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple, TypeAlias

from whiteboard.model import canonical
from whiteboard.model.ids import DOCUMENT, Party
from whiteboard.model.ops import Invalid, New, PlainOp, Remove, Set
from whiteboard.model.weights import finite


class OpId(NamedTuple):
    """The identity of an operation."""

    sender: Party
    """Occupant-id, or full JID."""
    id: str
    k: int


StanzaId: TypeAlias = tuple[Party, str]


@dataclass(frozen=True, slots=True)
class NewAt(New):
    """A `new` of a state: which version of the record it is, and who wrote it.

    `creator` and `modifier` ('last-modified-by') are names as the wire has them, '' if not said.
    """

    version: int = 0
    creator: str = ""
    modifier: str = ""


@dataclass(frozen=True, slots=True)
class Stanza:
    """The operations of one `<sxe/>`. `ops` holds no literals: a strict session knows none."""

    sender: Party
    id: str
    ops: tuple[PlainOp, ...]

    @property
    def key(self) -> StanzaId:
        """What it is known by."""
        return (self.sender, self.id)

    def operations(self) -> Iterator[tuple[OpId, New | Set | Remove]]:
        """What has an effect, each with its identity."""
        for k, op in enumerate(self.ops):
            if not isinstance(op, Invalid) and op.rid != DOCUMENT:
                yield OpId(self.sender, self.id, k), op

    def canonical(self) -> bytes:
        """Of two stanzas with one key the one with the smaller form counts."""
        return canonical.encode([[canonical.operation(op), base_version(op)] for op in self.ops])


@dataclass(frozen=True, slots=True)
class State:
    """A state that replaces all that was there before it (SYNC 5.7)."""

    stanzas: tuple[Stanza, ...]
    """What it holds; nobody is their sender."""
    after: tuple[Stanza, ...] = ()
    """What had come before it was whole, and is not inside."""


def base_version(op: PlainOp) -> int:
    """The version of the record that a `new` makes; 0 for all else."""
    return op.version if isinstance(op, NewAt) else 0


def rank(new: New) -> tuple[object, ...]:
    """Of several `new`s of one rid the one with the lowest rank counts, whoever came first."""
    ns = (new.ns is not None, new.ns or "")
    place = (new.kind.value, new.parent, finite(new.weight))
    return (*place, ns, new.name, new.chdata, new.pitarget, new.pidata, base_version(new))
