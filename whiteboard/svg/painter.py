"""One element and what is below it -> plan nodes. The planner decides when to ask for which element.

Everything an element's picture depends on is noted while it is read (`Painter.used`, `.ids`), so
that the planner knows what to paint again when something elsewhere changes.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace

from whiteboard.svg import path as paths
from whiteboard.svg import shapes
from whiteboard.svg.colour import Keyword, PaintValue, Reference, faded
from whiteboard.svg.css import Sheet
from whiteboard.svg.plan import (
    IDENTITY,
    SVG_NS,
    Isolate,
    Key,
    Matrix,
    Node,
    Paint,
    Path,
    PathShape,
    PlanNode,
    Rgba,
    Source,
    Stroke,
)
from whiteboard.svg.style import Cascade, Style
from whiteboard.svg.transform import multiply, parse_transform, translation
from whiteboard.svg.units import Length, Viewport, length_px, parse_numbers

MAX_DEPTH = 200
"""Elements nested deeper are not painted: Python's stack would end."""
MAX_INSTANCES = 5_000
"""Elements painted for one `use` or one painted-as-a-whole group; a chain of `use` can ask for 10^9."""
GROUPS = frozenset({"g", "a", "svg", "switch"})
SHAPES = frozenset({"path", "rect", "circle", "ellipse", "line", "polyline", "polygon"})
PAINTED = GROUPS | SHAPES | {"text", "image", "use"}


@dataclass(frozen=True, slots=True)
class Notice:
    """Something in the document that is not drawn as written, in a plain sentence."""

    rid: str
    reason: str


@dataclass(frozen=True, slots=True)
class Context:
    """Where an element stands: what it inherits, and its parent's space."""

    matrix: Matrix
    style: Style
    viewport: Viewport
    chain: tuple[str, ...] = ()
    depth: int = 0
    context_fill: Paint | None = None
    context_stroke: Paint | None = None


@dataclass(frozen=True, slots=True)
class Opened:
    """An element's own style and space, made ready for its children."""

    style: Style
    inner: Context
    whole: bool
    """Painted as one (Isolate, Clip, use …): its children are not items of their own."""


class Painter:
    """Paints elements of one tree against one sheet."""

    def __init__(self, source: Source, sheet: Sheet, *, font_size: float = 16.0) -> None:
        self.source = source
        self.cascade = Cascade(sheet, font_size)
        self.used: set[str] = set()
        self.ids: dict[str, str | None] = {}
        self.notices: list[Notice] = []
        self._instances = 0

    def begin(self) -> None:
        """Forget what was noted: another element is painted now."""
        self.used = set()
        self.ids = {}
        self.notices = []
        self._instances = 0

    def root_context(self, root: Node) -> Context:
        """The context that the root element stands in."""
        return Context(IDENTITY, self.cascade.initial, root_viewport(root))

    def open(self, node: Node, context: Context) -> Opened | None:
        """The element's style and the space inside it; None where it paints nothing at all."""
        if node.name not in PAINTED or node.ns != SVG_NS or context.depth > MAX_DEPTH:
            return None
        attributes = node.attributes
        style = self.cascade.style(node, context.style, attributes)
        if not style.displayed:
            return None
        matrix = context.matrix
        own = self._own_transform(attributes.get("transform"), style, context)
        if own is not IDENTITY and not (node.name == "svg" and node.parent is None):
            matrix = multiply(matrix, own)
            if not all(map(math.isfinite, matrix)):
                self.notices.append(Notice(node.rid, "Its position is beyond all bounds."))
                return None
        inner = Context(
            matrix,
            style,
            context.viewport,
            context.chain,
            context.depth + 1,
            context.context_fill,
            context.context_stroke,
        )
        whole = style.opacity < 1 or style.clip_path is not None or node.name != "g"
        if node.name in ("svg", "a") and node.parent is None:
            whole = style.opacity < 1 or style.clip_path is not None
        elif node.name == "a":
            whole = style.opacity < 1 or style.clip_path is not None
        return Opened(style, inner, whole)

    def _own_transform(self, attribute: str | None, style: Style, context: Context) -> Matrix:
        text = attribute if style.transform is None else style.transform
        if not text:
            return IDENTITY
        return parse_transform(text) or IDENTITY

    def context_of(self, node: Node) -> Context:
        """The context that an element stands in, found from the root down; notes what it read."""
        parent = node.parent
        if parent is None:
            return self.root_context(node)
        self.used.add(parent.rid)
        return self.inside(parent, self.context_of(parent))

    def inside(self, node: Node, context: Context) -> Context:
        """The space inside an element, whether it is painted or not (`defs`, `clipPath`)."""
        attributes = node.attributes
        style = self.cascade.style(node, context.style, attributes)
        matrix = self._space(node, attributes, style, context)
        return replace(context, matrix=matrix, style=style, depth=context.depth + 1)

    def to_root(self, node: Node) -> Matrix:
        """From the space inside the element to the root's."""
        return self.inside(node, self.context_of(node)).matrix

    def paint(self, node: Node, context: Context) -> list[PlanNode]:
        """The plan nodes of an element with all below it, in paint order."""
        self.used.add(node.rid)
        self._instances += 1
        if self._instances > MAX_INSTANCES:
            return []
        opened = self.open(node, context)
        if opened is None:
            return []
        return self.paint_opened(node, opened)

    def paint_opened(self, node: Node, opened: Opened) -> list[PlanNode]:
        """As `paint`, for an element that `open` has looked at."""
        name = node.name
        nodes: list[PlanNode]
        if name in SHAPES:
            return self._shape(node, opened)
        nodes = self._group(node, opened.inner)
        if opened.style.opacity < 1:
            nodes = faded_nodes((node.rid, opened.inner.chain), nodes, opened.style.opacity)
        return nodes

    def _group(self, node: Node, inner: Context) -> list[PlanNode]:
        nodes: list[PlanNode] = []
        for child in node.children:
            self.used.add(child.rid)
            if child.name in PAINTED:
                nodes.extend(self.paint(child, inner))
        return nodes

    # --- shapes

    def _shape(self, node: Node, opened: Opened) -> list[PlanNode]:
        style, inner = opened.style, opened.inner
        path = outline(node, style, inner.viewport)
        if not path or not style.visible:
            return []
        path, cut = paths.clamped(path)
        if cut:
            self.notices.append(Notice(node.rid, "Some of its points are beyond all bounds."))
        fill = self.paint_of(style.fill, style.fill_opacity, style, inner, path)
        stroke = self.stroke_of(style, inner, path)
        nodes: list[PlanNode] = []
        if fill is not None or stroke is not None:
            nodes.append(
                PathShape(
                    (node.rid, inner.chain),
                    inner.matrix,
                    path,
                    fill,
                    style.even_odd,
                    stroke,
                    1.0,
                    style.stroke_first,
                    style.crisp,
                )
            )
        if style.opacity < 1:
            nodes = faded_nodes((node.rid, inner.chain), nodes, style.opacity)
        return nodes

    def paint_of(
        self, value: PaintValue, opacity: float, style: Style, context: Context, path: Path
    ) -> Paint | None:
        """What a `fill` or `stroke` paints with, in the user space of the shape."""
        if isinstance(value, Rgba):
            return faded(value, opacity)
        if value is Keyword.CURRENT:
            return faded(style.colour, opacity)
        return None

    def stroke_of(self, style: Style, context: Context, path: Path) -> Stroke | None:
        """How the outline is drawn, or None."""
        if style.stroke is Keyword.NONE:
            return None
        reference = context.viewport.diagonal
        width = style.stroke_width.px(reference, style.font.size, context.viewport)
        if width <= 0:
            return None
        paint = self.paint_of(style.stroke, style.stroke_opacity, style, context, path)
        if paint is None:
            return None
        dash: tuple[float, ...] = ()
        if style.dash:
            dash = tuple(d.px(reference, style.font.size, context.viewport) for d in style.dash)
            if len(dash) % 2:
                dash += dash
        offset = style.dash_offset.px(reference, style.font.size) if dash else 0.0
        return Stroke(
            paint,
            width,
            style.cap,
            style.join,
            style.miter_limit,
            dash,
            offset,
            style.non_scaling,
        )


def root_viewport(root: Node) -> Viewport:
    """What percentages in the document refer to."""
    box = parse_view_box(root.get("viewBox"))
    if box is not None:
        return Viewport(box[2], box[3])
    return Viewport(
        length_px(root.get("width"), 100.0, 100.0), length_px(root.get("height"), 100.0, 100.0)
    )


def parse_view_box(text: str | None) -> tuple[float, float, float, float] | None:
    """x, y, width, height of a viewBox; None where it is missing, wrong or empty."""
    numbers = parse_numbers(text)
    if len(numbers) != 4 or numbers[2] <= 0 or numbers[3] <= 0:
        return None
    return (numbers[0], numbers[1], numbers[2], numbers[3])


def outline(node: Node, style: Style, viewport: Viewport) -> Path:
    """The path of a basic shape or `path`; empty where it is not drawn."""
    name = node.name
    if name == "path":
        path = paths.parse_path(node.get("d"))
        return path if len(path) > 1 else ()
    em = style.font.size

    def across(attribute: str) -> float:
        return length_px(node.get(attribute), 0.0, viewport.width, em, viewport)

    def down(attribute: str) -> float:
        return length_px(node.get(attribute), 0.0, viewport.height, em, viewport)

    if name == "rect":
        rx, ry = node.get("rx"), node.get("ry")
        return shapes.rect(
            across("x"),
            down("y"),
            across("width"),
            down("height"),
            None if rx in (None, "auto") else length_px(rx, -1.0, viewport.width, em, viewport),
            None if ry in (None, "auto") else length_px(ry, -1.0, viewport.height, em, viewport),
        )
    if name == "circle":
        radius = length_px(node.get("r"), 0.0, viewport.diagonal, em, viewport)
        return shapes.ellipse(across("cx"), down("cy"), radius, radius)
    if name == "ellipse":
        rx, ry = node.get("rx"), node.get("ry")
        across_radius = None if rx in (None, "auto") else across("rx")
        down_radius = None if ry in (None, "auto") else down("ry")
        first = across_radius if across_radius is not None else down_radius
        second = down_radius if down_radius is not None else across_radius
        return shapes.ellipse(across("cx"), down("cy"), first or 0.0, second or 0.0)
    if name == "line":
        return shapes.line(across("x1"), down("y1"), across("x2"), down("y2"))
    return shapes.polyline(parse_numbers(node.get("points")), closed=name == "polygon")


def faded_nodes(key: Key, nodes: list[PlanNode], opacity: float) -> list[PlanNode]:
    """The nodes shown together with an opacity: on the item where it has one paint, else isolated."""
    if not nodes:
        return nodes
    only = nodes[0]
    if (
        len(nodes) == 1
        and isinstance(only, PathShape)
        and (only.fill is None or only.stroke is None)
    ):
        return [replace(only, opacity=only.opacity * opacity)]
    return [Isolate(key, opacity, tuple(nodes))]
