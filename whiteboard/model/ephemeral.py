"""What is shown and never kept: cursors, selections, live previews (SYNC 8.1, 0.3.14).

Plain values that both sides may see; they are never operations. Coordinates are user units of the
root element. Every message of one person replaces what that person sent before with the same `id`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from whiteboard.model.ids import Rid
from whiteboard.model.ops import LiteralElement


@dataclass(frozen=True, slots=True)
class Cursor:
    """Where somebody's pointer is and what they do there ('', 'drawing', 'writing', 'moving')."""

    x: float
    y: float
    doing: str = ""


@dataclass(frozen=True, slots=True)
class CursorGone:
    """The pointer left the board."""


@dataclass(frozen=True, slots=True)
class InkPreview:
    """Points of a stroke being drawn, from index `start` on (earlier ones stay)."""

    id: str
    start: int
    points: tuple[tuple[float, float], ...]
    colour: str
    width: float


@dataclass(frozen=True, slots=True)
class ShapePreview:
    """An element that is being made: shown as it would be."""

    id: str
    element: LiteralElement


@dataclass(frozen=True, slots=True)
class MovePreview:
    """Elements that are being transformed, by the matrix (a, b, c, d, e, f) in root units."""

    id: str
    rids: tuple[Rid, ...]
    matrix: tuple[float, float, float, float, float, float]


@dataclass(frozen=True, slots=True)
class PreviewEnd:
    """The preview is over (committed or given up)."""

    id: str


@dataclass(frozen=True, slots=True)
class SelectionShown:
    """What somebody has selected."""

    rids: tuple[Rid, ...]


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle of the board, in user units; no side is negative."""

    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Attention:
    """All are asked to look at one place (XEP-0228 section 2.5.7).

    Attributes:
        box: The place.
        rids: Elements that are meant; where they are known, they say better where to look.
    """

    box: Box
    rids: tuple[Rid, ...] = ()


@dataclass(frozen=True, slots=True)
class Viewport:
    """What somebody sees of the board; told only while somebody follows them."""

    box: Box


@dataclass(frozen=True, slots=True)
class Follows:
    """Whose view somebody follows, by party; '' = nobody's any more."""

    party: str


Ephemeral: TypeAlias = (
    Cursor
    | CursorGone
    | InkPreview
    | ShapePreview
    | MovePreview
    | PreviewEnd
    | SelectionShown
    | Attention
    | Viewport
    | Follows
)
