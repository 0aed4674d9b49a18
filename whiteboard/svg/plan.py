"""The paint plan: what is painted, as frozen values in user space (ARCHITECTURE section 8).

Elements are read through the small `Node` protocol, so this module knows neither lxml nor the
shared document. The canvas realises plan nodes and never looks at an element.
"""

from __future__ import annotations

import enum
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeAlias

SVG_NS = "http://www.w3.org/2000/svg"
XLINK_NS = "http://www.w3.org/1999/xlink"
XML_NS = "http://www.w3.org/XML/1998/namespace"

Matrix = tuple[float, float, float, float, float, float]
"""(a, b, c, d, e, f) as in SVG: x' = a x + c y + e, y' = b x + d y + f."""
IDENTITY: Matrix = (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)

Segment: TypeAlias = (
    tuple[str, float, float] | tuple[str, float, float, float, float, float, float] | tuple[str]
)
"""('M', x, y), ('L', x, y), ('C', x1, y1, x2, y2, x, y) or ('Z',); absolute, nothing else."""
Path = tuple[Segment, ...]

Key = tuple[str, tuple[str, ...]]
"""(rid of the element, rids of the `use` elements it is seen through, outermost first)."""


class Node(Protocol):
    """An element (or a text node, where `name` is '') as the planner reads it."""

    @property
    def rid(self) -> str:
        """Identity of the node; stable over edits."""

    @property
    def ns(self) -> str:
        """Namespace name, '' for none."""

    @property
    def name(self) -> str:
        """Local name; '' for a text node."""

    @property
    def text(self) -> str:
        """Characters of a text node; '' for an element."""

    @property
    def parent(self) -> Node | None:
        """The element it stands in."""

    @property
    def children(self) -> Sequence[Node]:
        """Child elements and text nodes in document order (no comments, no instructions)."""

    @property
    def previous(self) -> Node | None:
        """The child of the same parent that stands before it, or None; asked often, so O(1)."""

    @property
    def attributes(self) -> Mapping[str, str]:
        """Attributes in no namespace by name; others too, if at all, as '{namespace}name'.

        `dict(element.attrib)` of lxml is just this. What comes back is only read, and at once.
        """

    def get(self, name: str, ns: str = "") -> str | None:
        """Value of an attribute."""


class Source(Protocol):
    """The tree the planner reads: what is visible now."""

    @property
    def root(self) -> Node | None:
        """The root element, or None for an empty document."""

    def node(self, rid: str) -> Node | None:
        """The visible element or text node with this identity."""

    def by_id(self, id: str) -> Node | None:  # noqa: A002 - the attribute's name
        """The visible element whose `id` attribute has this value."""


@dataclass(frozen=True, slots=True)
class Rect:
    """x, y, width, height in user units; width and height are not negative."""

    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Rgba:
    """sRGB, 0 to 255 each; alpha 0 to 1."""

    red: int
    green: int
    blue: int
    alpha: float = 1.0


@dataclass(frozen=True, slots=True)
class Stop:
    """One stop of a gradient; offset 0 to 1, never falling along the list."""

    offset: float
    colour: Rgba


class Spread(enum.Enum):
    """spreadMethod."""

    PAD = "pad"
    REFLECT = "reflect"
    REPEAT = "repeat"


@dataclass(frozen=True, slots=True)
class LinearGradient:
    """In the user space of the shape (objectBoundingBox is resolved into `matrix`)."""

    x1: float
    y1: float
    x2: float
    y2: float
    stops: tuple[Stop, ...]
    spread: Spread = Spread.PAD
    matrix: Matrix = IDENTITY


@dataclass(frozen=True, slots=True)
class RadialGradient:
    """In the user space of the shape (objectBoundingBox is resolved into `matrix`)."""

    cx: float
    cy: float
    r: float
    fx: float
    fy: float
    fr: float
    stops: tuple[Stop, ...]
    spread: Spread = Spread.PAD
    matrix: Matrix = IDENTITY


Paint: TypeAlias = Rgba | LinearGradient | RadialGradient


class Cap(enum.Enum):
    """stroke-linecap."""

    BUTT = "butt"
    ROUND = "round"
    SQUARE = "square"


class Join(enum.Enum):
    """stroke-linejoin."""

    MITER = "miter"
    ROUND = "round"
    BEVEL = "bevel"


@dataclass(frozen=True, slots=True)
class Stroke:
    """How an outline is drawn; lengths in user units of the shape."""

    paint: Paint
    width: float
    cap: Cap = Cap.BUTT
    join: Join = Join.MITER
    miter_limit: float = 4.0
    dash: tuple[float, ...] = ()
    dash_offset: float = 0.0
    non_scaling: bool = False


@dataclass(frozen=True, slots=True)
class PathShape:
    """A filled and/or stroked outline. `opacity` multiplies both (one paint only; else Isolate)."""

    key: Key
    matrix: Matrix
    path: Path
    fill: Paint | None
    even_odd: bool
    stroke: Stroke | None
    opacity: float = 1.0
    stroke_first: bool = False
    crisp: bool = False
    """shape-rendering asks for no antialiasing."""


@dataclass(frozen=True, slots=True)
class Font:
    """What the cascade says about type; size in user units."""

    families: tuple[str, ...]
    size: float
    weight: int = 400
    italic: bool = False
    small_caps: bool = False
    stretch: int = 100
    letter_spacing: float = 0.0
    word_spacing: float = 0.0


@dataclass(frozen=True, slots=True)
class TextRun:
    """Characters of one style inside a chunk; dx, dy shift its start. `rid` is the text node's."""

    rid: str
    text: str
    font: Font
    fill: Paint | None
    stroke: Stroke | None
    dx: float = 0.0
    dy: float = 0.0
    rotate: float = 0.0
    underline: bool = False
    overline: bool = False
    line_through: bool = False
    baseline_shift: float = 0.0
    opacity: float = 1.0


@dataclass(frozen=True, slots=True)
class TextChunk:
    """Runs laid out one after the other from an absolute position (SVG 'text chunk')."""

    x: float
    y: float
    anchor: str
    """'start', 'middle' or 'end'."""
    right_to_left: bool
    runs: tuple[TextRun, ...]


@dataclass(frozen=True, slots=True)
class TextShape:
    """One `text` element."""

    key: Key
    matrix: Matrix
    chunks: tuple[TextChunk, ...]
    opacity: float = 1.0


@dataclass(frozen=True, slots=True)
class ImageShape:
    """A raster or SVG image in the rectangle (x, y, width, height); `href` as written."""

    key: Key
    matrix: Matrix
    x: float
    y: float
    width: float | None
    height: float | None
    href: str
    align: str = "xMidYMid"
    """First word of preserveAspectRatio, or 'none'."""
    slice: bool = False
    smooth: bool = True
    opacity: float = 1.0


@dataclass(frozen=True, slots=True)
class Clip:
    """Children seen only inside `path` (already in the space of `matrix`)."""

    key: Key
    matrix: Matrix
    path: Path
    even_odd: bool
    children: tuple[PlanNode, ...]


@dataclass(frozen=True, slots=True)
class Isolate:
    """Children painted together, then shown with `opacity`."""

    key: Key
    opacity: float
    children: tuple[PlanNode, ...]


PlanNode: TypeAlias = PathShape | TextShape | ImageShape | Clip | Isolate
