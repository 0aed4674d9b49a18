"""What tools need from outside, as protocols: geometry, view, overlay, the wire for previews.

The consumer owns the port: the canvas implements these, tests have table-driven ones.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from whiteboard.model.ephemeral import Ephemeral
from whiteboard.model.ids import Rid
from whiteboard.model.ops import LiteralElement
from whiteboard.svg.plan import IDENTITY, Matrix, Rect


class Geometry(Protocol):
    """Where things are, in user units of the root; answers are about what is committed."""

    def bounds(self, rid: Rid) -> Rect | None:
        """Box of what the element paints, stroke included; None if it paints nothing."""

    def shape_bounds(self, rid: Rid) -> Rect | None:
        """Box of its outline without stroke, in the root's space: what handles stand on."""

    def hits(self, x: float, y: float, tolerance: float) -> Sequence[Rid]:
        """Painting elements at the point, topmost first."""

    def inside(self, rect: Rect, *, touch: bool) -> Sequence[Rid]:
        """Painting elements that lie in (or, with `touch`, meet) the rectangle, in paint order."""

    def along(self, points: Sequence[tuple[float, float]], radius: float) -> Sequence[Rid]:
        """Painting elements that a stroke with this radius through the points meets."""

    def to_root(self, rid: Rid) -> Matrix:
        """From the element's own user space (after its `transform`) to the root's."""

    def parent_to_root(self, rid: Rid) -> Matrix:
        """From the space its `transform` attribute lives in to the root's."""


class TextMetrics(Protocol):
    """Measures of board text, for carets and selections.

    Indexes count the string of `editing.text.TextModel`: the characters of the text nodes in
    document order, and one for the break before each `tspan` that begins a line.
    """

    def caret(self, rid: Rid, index: int) -> tuple[float, float, float] | None:
        """(x, top, bottom) of the caret before code point `index` of the text, root units."""

    def index_at(self, rid: Rid, x: float, y: float) -> int:
        """The caret index nearest to a point in root units."""


class View(Protocol):
    """The window on the board."""

    @property
    def scale(self) -> float:
        """Px per user unit."""

    @property
    def visible(self) -> Rect:
        """What of the board is seen, in user units."""

    def pan(self, dx: float, dy: float) -> None:
        """Move the paper by px."""

    def zoom(self, factor: float, view_x: float, view_y: float) -> None:
        """Scale about a point of the view (px)."""


@dataclass(frozen=True, slots=True)
class Ink:
    """A stroke being drawn: points so far with the pressure of each (0 to 1), root units."""

    points: Sequence[tuple[float, float, float]]
    colour: str
    width: float
    opacity: float = 1.0


@dataclass(frozen=True, slots=True)
class HandleFrame:
    """The selection's box; `handles` are names such as 'nw', 'n', …; drawn at screen size."""

    rect: Rect
    handles: tuple[str, ...] = ("nw", "n", "ne", "e", "se", "s", "sw", "w")


@dataclass(frozen=True, slots=True)
class TextEdit:
    """A text being written: caret and selection by code point index, composing text apart."""

    rid: Rid
    caret: int
    anchor: int
    preedit: str = ""


@dataclass(frozen=True, slots=True)
class Feedback:
    """All that a tool shows without changing the document; replaces what it showed before."""

    ink: Ink | None = None
    shapes: tuple[LiteralElement, ...] = ()
    """Elements being made, painted as they would be, above everything."""
    marquee: Rect | None = None
    frame: HandleFrame | None = None
    outlines: tuple[Rid, ...] = ()
    """Selected or hovered elements whose own box is outlined."""
    moved: Mapping[Rid, Matrix] = field(default_factory=dict)
    """Elements shown transformed (root units) while they are dragged."""
    faded: frozenset[Rid] = frozenset()
    """Elements shown at 25 % (the eraser's preview)."""
    text: TextEdit | None = None
    eraser: tuple[float, float, float] | None = None
    """Circle of the eraser: x, y, radius."""
    cursor: str = "arrow"
    """'arrow', 'cross', 'open-hand', 'closed-hand', 'text', 'move', or a handle such as 'nw'."""


NOTHING = Feedback()


class Overlay(Protocol):
    """Where feedback is painted."""

    def show(self, feedback: Feedback) -> None:
        """Show this and nothing else."""


class Broadcast(Protocol):
    """Where previews for others go; nothing when alone. Paced by the receiver of this call."""

    def tell(self, what: Ephemeral) -> None:
        """Send soon, or fold into what waits."""


__all__ = [
    "IDENTITY",
    "NOTHING",
    "Broadcast",
    "Feedback",
    "Geometry",
    "HandleFrame",
    "Ink",
    "Overlay",
    "TextEdit",
    "TextMetrics",
    "View",
]
