"""What a transaction of a strict session did, as its undo needs it (SYNC 4.6, last paragraph).

The rules of strict sessions keep no values to go back to, so who writes notes what was there.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from whiteboard.model.ids import Rid
from whiteboard.model.ops import New

Value: TypeAlias = str | float | None


@dataclass(frozen=True, slots=True)
class Made:
    """Records came into being."""

    rids: tuple[Rid, ...]
    """The topmost first, each after its parent."""


@dataclass(frozen=True, slots=True)
class Gone:
    """A record was removed with all that showed in it."""

    records: tuple[New, ...]
    """As they were: the topmost first, each after its parent."""


@dataclass(frozen=True, slots=True)
class Given:
    """Fields of a record got other values."""

    rid: Rid
    before: tuple[tuple[str, Value], ...]
    """Attribute of `Set` -> what it was."""
    after: tuple[tuple[str, Value], ...]
    """The same attributes -> what it became."""


@dataclass(frozen=True, slots=True)
class Typed:
    """A part of a text was replaced."""

    rid: Rid
    start: int
    removed: str
    inserted: str
    after: str
    """The whole text as it became."""


Deed: TypeAlias = Made | Gone | Given | Typed
