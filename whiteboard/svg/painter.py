"""One element and what is below it -> plan nodes; the planner decides which and when.

Everything a picture depends on is noted while it is read (`Painter.used`, `Painter.ids`), so that
the planner knows what to paint again when something elsewhere changes.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TypeAlias

from whiteboard.svg import gradients
from whiteboard.svg import path as paths
from whiteboard.svg.bounds import (
    Measure,
    TableMeasure,
    grown,
    intersection,
    leaves,
    paint_bounds,
    union,
)
from whiteboard.svg.clipping import clipped
from whiteboard.svg.colour import Keyword, PaintValue, Reference, faded
from whiteboard.svg.css import Sheet
from whiteboard.svg.lettering import text_chunks
from whiteboard.svg.markers import Vertex, vertices
from whiteboard.svg.outlines import SHAPES, outline
from whiteboard.svg.plan import (
    IDENTITY,
    SVG_NS,
    XLINK_NS,
    Clip,
    ImageShape,
    Isolate,
    Key,
    LinearGradient,
    Matrix,
    Node,
    Paint,
    Path,
    PathShape,
    PlanNode,
    RadialGradient,
    Rect,
    Rgba,
    Source,
    Stroke,
    TextShape,
)
from whiteboard.svg.shapes import rect as rect_path
from whiteboard.svg.strokes import stroke_with
from whiteboard.svg.style import Cascade, Style
from whiteboard.svg.transform import (
    apply,
    invert,
    multiply,
    parse_transform,
    rotation,
    scaling,
    translation,
)
from whiteboard.svg.units import LIMIT, Viewport, length_px, parse_length
from whiteboard.svg.viewport import fit_matrix, parse_aspect, parse_view_box, root_viewport

MAX_DEPTH = 200
"""Elements nested deeper are not painted: Python's stack would end."""
MAX_INSTANCES = 5_000
"""Elements painted for one `use` or group painted as a whole: chains of `use` can ask for 10^9."""
GROUPS = frozenset({"g", "a", "svg", "switch"})
BoxOf: TypeAlias = Callable[[], "Rect | None"]
PAINTED = GROUPS | SHAPES | {"text", "image", "use"}
"""Names of elements that paint where they stand."""


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
    fill: Paint | None = None
    """What context-fill means here."""
    stroke: Paint | None = None
    """What context-stroke means here."""


@dataclass(frozen=True, slots=True)
class Opened:
    """An element's own style and the space inside it."""

    style: Style
    inner: Context
    whole: bool
    """Painted as one (a leaf, or a group with opacity or clip, or `use`): no entries below it."""


class Painter:
    """Paints elements of one tree against one sheet.

    Attributes:
        used: Rids of the elements that were read since `begin`.
        ids: Ids that were looked up since `begin`, with the rid found.
        notices: What cannot be drawn as written, since `begin`.
    """

    def __init__(
        self,
        source: Source,
        sheet: Sheet,
        *,
        font_size: float = 16.0,
        measure: Measure | None = None,
        language: str = "en",
    ) -> None:
        self.source = source
        self.cascade = Cascade(sheet, font_size)
        self.measure: Measure = measure or TableMeasure()
        self.language = language
        self.used: set[str] = set()
        self.ids: dict[str, str | None] = {}
        self.notices: list[Notice] = []
        self._instances = 0
        self._most = MAX_INSTANCES

    @property
    def instances(self) -> int:
        """How many elements were painted since `begin`, one inside the other."""
        return self._instances

    def begin(self, room: int = MAX_INSTANCES) -> None:
        """Forget what was noted: another element is painted now, with at most `room` in it."""
        self._most = max(1, min(MAX_INSTANCES, room))
        self.used = set()
        self.ids = {}
        self.notices = []
        self._instances = 0

    def note(self, rid: str, reason: str) -> None:
        """Remember that something is not drawn as written."""
        self.notices.append(Notice(rid, reason))

    # --- references

    def look_up(self, href: str | None) -> Node | None:
        """The element that '#id' names; other documents are never asked."""
        if not href or not href.startswith("#"):
            return None
        name = href[1:]
        node = self.source.by_id(name)
        self.ids[name] = None if node is None else node.rid
        if node is not None:
            self.used.add(node.rid)
        return node

    def referenced(self, node: Node) -> Node | None:
        """What the element's `href` (or `xlink:href`) names."""
        return self.look_up(href_of(node))

    # --- spaces

    def root_context(self, root: Node) -> Context:
        """The context that the root element stands in."""
        return Context(IDENTITY, self.cascade.initial, root_viewport(root))

    def context_of(self, node: Node) -> Context:
        """The context that an element stands in, found from the root down."""
        ancestors: list[Node] = []
        parent = node.parent
        while parent is not None:
            ancestors.append(parent)
            parent = parent.parent
        if not ancestors:
            return self.root_context(node)
        context = self.root_context(ancestors[-1])
        for ancestor in reversed(ancestors):
            self.used.add(ancestor.rid)
            context = self.inside(ancestor, context)
        return context

    def inside(self, node: Node, context: Context) -> Context:
        """The space inside an element, whether it is painted or not (`defs`, `clipPath`)."""
        attributes = node.attributes
        style = self.cascade.style(node, context.style, attributes)
        text = attributes.get("transform") if style.transform is None else style.transform
        matrix, viewport = context.matrix, context.viewport
        if node.name == "svg" and node.ns == SVG_NS:
            if node.parent is not None:
                matrix, viewport, _ = self._nested(node, style, matrix, viewport, text)
        elif text:
            matrix = multiply(matrix, self._transform(text, style, viewport))
        return Context(
            matrix,
            style,
            viewport,
            context.chain,
            context.depth + 1,
            context.fill,
            context.stroke,
        )

    def to_root(self, node: Node) -> Matrix:
        """From the space inside the element to the root's."""
        return self.inside(node, self.context_of(node)).matrix

    def _transform(self, text: str, style: Style, viewport: Viewport) -> Matrix:
        matrix = parse_transform(text) or IDENTITY
        if style.transform_origin is not None and matrix != IDENTITY:
            x, y = _origin(style.transform_origin, viewport, style.font.size)
            matrix = multiply(multiply(translation(x, y), matrix), translation(-x, -y))
        return matrix

    def _nested(
        self,
        node: Node,
        style: Style,
        matrix: Matrix,
        viewport: Viewport,
        transform: str | None = None,
        size: tuple[str | None, str | None] = (None, None),
    ) -> tuple[Matrix, Viewport, Rect]:
        """An `svg` or `symbol` inside: its space, its viewport and the window it is seen in.

        The window is in the space of `matrix`, which is the element's own, before its viewBox.
        """
        if transform:
            matrix = multiply(matrix, self._transform(transform, style, viewport))
        em = style.font.size
        is_symbol = node.name == "symbol"
        window = Rect(
            0.0 if is_symbol else length_px(node.get("x"), 0.0, viewport.width, em, viewport),
            0.0 if is_symbol else length_px(node.get("y"), 0.0, viewport.height, em, viewport),
            _side(size[0] or node.get("width"), viewport.width, em, viewport),
            _side(size[1] or node.get("height"), viewport.height, em, viewport),
        )
        box = parse_view_box(node.get("viewBox"))
        fitted = fit_matrix(window, box, parse_aspect(node.get("preserveAspectRatio")))
        shown = Viewport(window.width, window.height) if box is None else Viewport(box[2], box[3])
        return multiply(matrix, fitted), shown, window

    # --- elements

    def open(self, node: Node, context: Context) -> Opened | None:
        """The element's style and the space inside it; None where it paints nothing at all."""
        if node.name not in PAINTED or node.ns != SVG_NS or context.depth > MAX_DEPTH:
            return None
        inner = self.inside(node, context)
        style = inner.style
        if not style.displayed or not self.applies(node):
            return None
        if not all(-LIMIT * LIMIT < value < LIMIT * LIMIT for value in inner.matrix):
            self.note(node.rid, "Its position is beyond all bounds.")
            return None
        for name in sorted(style.unsupported):
            self.note(node.rid, f"Its {name} is not shown here.")
        is_plain = node.name in ("g", "a") or (node.name == "svg" and node.parent is None)
        whole = not is_plain or style.opacity < 1 or style.clip_path is not None
        return Opened(style, inner, whole)

    def applies(self, node: Node) -> bool:
        """Conditional processing (SVG 1.1 section 5.8)."""
        if node.get("requiredExtensions"):
            return False
        languages = node.get("systemLanguage")
        if languages is None:
            return True
        wanted = (word.strip().lower() for word in languages.split(","))
        own = self.language.lower()
        return any(word == own or word.startswith(own + "-") for word in wanted)

    def paint(self, node: Node, context: Context) -> list[PlanNode]:
        """The plan nodes of an element with all below it, in paint order."""
        self.used.add(node.rid)
        self._instances += 1
        if self._instances > self._most:
            if self._instances == self._most + 1:
                self.note(node.rid, "It repeats too many shapes.")
            return []
        opened = self.open(node, context)
        return [] if opened is None else self.paint_opened(node, opened, context)

    def paint_opened(self, node: Node, opened: Opened, context: Context) -> list[PlanNode]:
        """As `paint`, for an element that `open` has looked at."""
        name, style, inner = node.name, opened.style, opened.inner
        nodes: list[PlanNode]
        key: Key = (node.rid, inner.chain)
        if name in SHAPES:
            nodes = self._shape(node, style, inner)
        elif name == "text":
            nodes = self._text(node, style, inner)
        elif name == "image":
            nodes = self._image(node, style, inner)
        elif name == "use":
            nodes = self._use(node, style, inner)
        elif name == "svg" and node.parent is not None:
            nodes = self._svg(node, style, inner, context)
        else:
            nodes = self._children(node, inner)
        if style.opacity < 1:
            nodes = shown_with(key, nodes, style.opacity)
        if style.clip_path is not None:
            nodes = clipped(self, key, nodes, style.clip_path, inner)
        return nodes

    def _children(self, node: Node, inner: Context) -> list[PlanNode]:
        nodes: list[PlanNode] = []
        for child in node.children:
            if self._instances > self._most:
                break
            self.used.add(child.rid)
            if child.name in PAINTED and child.ns == SVG_NS:
                if node.name == "switch":
                    if self.applies(child):
                        return self.paint(child, inner)
                    continue
                nodes.extend(self.paint(child, inner))
        return nodes

    # --- shapes

    def _shape(self, node: Node, style: Style, inner: Context) -> list[PlanNode]:
        path = outline(node, style, inner.viewport)
        if not path or not style.visible:
            return []
        path, cut = paths.clamped(path)
        if cut:
            self.note(node.rid, "Some of its points are beyond all bounds.")
        nodes: list[PlanNode] = []
        fill = None
        if node.name != "line":  # it has no inside
            fill = self._paint(style.fill, style.fill_opacity, style, inner, path)
        stroke = self._stroke(style, inner, path)
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
        if (style.marker_start or style.marker_mid or style.marker_end) and node.name in _MARKED:
            marks = self._markers(node, style, inner, path, fill, stroke)
            nodes = marks + nodes if style.markers_first else nodes + marks
        return nodes

    def _paint(
        self, value: PaintValue, opacity: float, style: Style, context: Context, path: Path
    ) -> Paint | None:
        """What a `fill` or `stroke` paints with, in the user space of the shape."""
        if isinstance(value, Rgba):
            return value if opacity >= 1.0 else faded(value, opacity)
        return self.paint_server(value, opacity, style, context, lambda: paths.bounds(path))

    def paint_server(
        self,
        value: PaintValue,
        opacity: float,
        style: Style,
        context: Context,
        box: BoxOf,
    ) -> Paint | None:
        """As a plain colour or gradient, whatever the value says; `box` is asked if needed."""
        if isinstance(value, Reference):
            node = self.look_up(value.href)
            if node is not None and node.ns == SVG_NS:
                if node.name in gradients.GRADIENTS:
                    found = gradients.gradient(self, node, opacity, context.viewport, box())
                    if found is not None:
                        return found
                if node.name == "pattern":
                    self.note(node.rid, "This pattern is not shown here.")
            return (
                None
                if value.fallback is None
                else self.paint_server(value.fallback, opacity, style, context, box)
            )
        if isinstance(value, Rgba):
            return faded(value, opacity)
        match value:
            case Keyword.NONE:
                return None
            case Keyword.CURRENT:
                return faded(style.colour, opacity)
            case Keyword.CONTEXT_FILL:
                return _faded_paint(context.fill, opacity)
            case Keyword.CONTEXT_STROKE:
                return _faded_paint(context.stroke, opacity)

    def _stroke(self, style: Style, context: Context, path: Path) -> Stroke | None:
        if style.stroke is Keyword.NONE:
            return None
        paint = self._paint(style.stroke, style.stroke_opacity, style, context, path)
        return None if paint is None else stroke_with(paint, style, context.viewport)

    def _markers(
        self,
        node: Node,
        style: Style,
        inner: Context,
        path: Path,
        fill: Paint | None,
        stroke: Stroke | None,
    ) -> list[PlanNode]:
        places = vertices(path)
        width = style.stroke_width.px(inner.viewport.diagonal, style.font.size)
        found: list[PlanNode] = []
        for i, place in enumerate(places):
            if self._instances > self._most:
                break
            kinds = []
            if i == 0:
                kinds.append(("#start", style.marker_start))
            if 0 < i < len(places) - 1:
                kinds.append((f"#mid.{i}", style.marker_mid))
            if i == len(places) - 1:
                kinds.append(("#end", style.marker_end))
            for name, href in kinds:
                marker = self.look_up(href)
                if marker is None or marker.name != "marker" or node.rid in inner.chain:
                    continue
                outer = replace(
                    inner,
                    chain=(*inner.chain, node.rid, name),
                    fill=fill,
                    stroke=None if stroke is None else stroke.paint,
                )
                found.extend(self._marker(marker, place, outer, width, is_start=i == 0))
        return found

    def _marker(
        self, marker: Node, place: Vertex, outer: Context, width: float, *, is_start: bool
    ) -> list[PlanNode]:
        """The contents of a marker put on a vertex of the path whose space `outer` is."""
        style = self.cascade.style(marker, self.context_of(marker).style, marker.attributes)
        if not style.displayed or outer.depth > MAX_DEPTH:
            return []
        scale = 1.0 if marker.get("markerUnits") == "userSpaceOnUse" else width
        across = length_px(marker.get("markerWidth"), 3.0, outer.viewport.width)
        down = length_px(marker.get("markerHeight"), 3.0, outer.viewport.height)
        if across <= 0 or down <= 0 or scale <= 0:
            return []
        orient = (marker.get("orient") or "0").strip()
        if orient.startswith("auto"):
            angle = place.angle + (180.0 if is_start and orient == "auto-start-reverse" else 0.0)
        else:
            angle = length_px(orient.removesuffix("deg"), 0.0)
        box = parse_view_box(marker.get("viewBox"))
        aspect = parse_aspect(marker.get("preserveAspectRatio"))
        fitted = fit_matrix(Rect(0.0, 0.0, across, down), box, aspect)
        shown = Viewport(across, down) if box is None else Viewport(box[2], box[3])
        reference = apply(
            fitted,
            length_px(marker.get("refX"), 0.0, shown.width),
            length_px(marker.get("refY"), 0.0, shown.height),
        )
        matrix = outer.matrix
        for step in (
            translation(place.x, place.y),
            rotation(angle),
            scaling(scale, scale),
            translation(-reference[0], -reference[1]),
        ):
            matrix = multiply(matrix, step)
        inner = replace(
            outer,
            matrix=multiply(matrix, fitted),
            style=style,
            viewport=shown,
            depth=outer.depth + 1,
        )
        nodes = self._children(marker, inner)
        key: Key = (marker.rid, outer.chain)
        if nodes and style.overflow not in ("visible", "auto"):
            nodes = _window(key, nodes, matrix, Rect(0.0, 0.0, across, down), self.measure)
        return shown_with(key, nodes, style.opacity) if style.opacity < 1 else nodes

    # --- use, nested svg

    def _use(self, node: Node, style: Style, inner: Context) -> list[PlanNode]:
        target = self.referenced(node)
        if target is None or target.ns != SVG_NS or node.rid in inner.chain:
            return []
        if _is_ancestor(target, node):
            self.note(node.rid, "It would show itself in itself.")
            return []
        em, viewport = style.font.size, inner.viewport
        x = length_px(node.get("x"), 0.0, viewport.width, em, viewport)
        y = length_px(node.get("y"), 0.0, viewport.height, em, viewport)
        placed = replace(
            inner,
            matrix=multiply(inner.matrix, translation(x, y)),
            chain=(*inner.chain, node.rid),
            depth=inner.depth + 1,
            fill=self._plain_paint(style.fill, style.fill_opacity, style, inner),
            stroke=self._plain_paint(style.stroke, style.stroke_opacity, style, inner),
        )
        if target.name == "symbol":
            own = self.cascade.style(target, placed.style, target.attributes)
            nodes = self._svg(target, own, replace(placed, style=own), placed, _size_of(node))
            key: Key = (target.rid, placed.chain)
            if own.opacity < 1:
                nodes = shown_with(key, nodes, own.opacity)
            return nodes
        if target.name == "svg":
            opened = self.open(target, placed)
            if opened is None:
                return []
            return self._svg(target, opened.style, opened.inner, placed, _size_of(node))
        return self.paint(target, placed)

    def _plain_paint(
        self, value: PaintValue, opacity: float, style: Style, context: Context
    ) -> Paint | None:
        """What `use` hands down as context paint; its box, which gradients need, is not known."""
        if isinstance(value, Reference):
            return None
        return self.paint_server(value, opacity, style, context, lambda: None)

    def _svg(
        self,
        node: Node,
        style: Style,
        inner: Context,
        outer: Context,
        size: tuple[str | None, str | None] = (None, None),
    ) -> list[PlanNode]:
        """A nested `svg` or a `symbol`: a window of its own with its own viewBox."""
        if not style.displayed or outer.depth > MAX_DEPTH:
            return []
        transform = node.get("transform") if style.transform is None else style.transform
        matrix, viewport, window = self._nested(
            node, style, outer.matrix, outer.viewport, transform, size
        )
        if window.width <= 0 or window.height <= 0:
            return []
        nodes = self._children(node, replace(inner, matrix=matrix, viewport=viewport))
        if not nodes or style.overflow in ("visible", "auto"):
            return nodes
        own = outer.matrix
        if transform:
            own = multiply(own, self._transform(transform, style, outer.viewport))
        return _window((node.rid, inner.chain), nodes, own, window, self.measure)

    # --- images and text

    def _image(self, node: Node, style: Style, inner: Context) -> list[PlanNode]:
        href = href_of(node)
        if not href or not style.visible:
            return []
        em, viewport = style.font.size, inner.viewport

        def side(name: str, whole: float) -> float | None:
            length = parse_length(node.get(name))
            return None if length is None else length.px(whole, em, viewport)

        width, height = side("width", viewport.width), side("height", viewport.height)
        if (width is not None and width <= 0) or (height is not None and height <= 0):
            return []
        aspect = parse_aspect(node.get("preserveAspectRatio"))
        x = length_px(node.get("x"), 0.0, viewport.width, em, viewport)
        y = length_px(node.get("y"), 0.0, viewport.height, em, viewport)
        key: Key = (node.rid, inner.chain)
        return [
            ImageShape(
                key,
                inner.matrix,
                max(-LIMIT, min(LIMIT, x)),
                max(-LIMIT, min(LIMIT, y)),
                None if width is None else min(LIMIT, width),
                None if height is None else min(LIMIT, height),
                href,
                aspect.align,
                aspect.slice,
                style.smooth,
            )
        ]

    def _text(self, node: Node, style: Style, inner: Context) -> list[PlanNode]:
        chunks = text_chunks(self, node, inner)
        if not any(run.fill or run.stroke for chunk in chunks for run in chunk.runs):
            return []
        return [TextShape((node.rid, inner.chain), inner.matrix, chunks)]


_MARKED = frozenset({"path", "line", "polyline", "polygon"})


def href_of(node: Node) -> str | None:
    """The `href` attribute, or the older `xlink:href`."""
    href = node.get("href")
    return node.get("href", XLINK_NS) if href is None else href


def shown_with(key: Key, nodes: list[PlanNode], opacity: float) -> list[PlanNode]:
    """The nodes shown together with an opacity: on a leaf with one paint, else isolated."""
    if len(nodes) == 1:
        only = nodes[0]
        if isinstance(only, PathShape) and (only.fill is None or only.stroke is None):
            return [replace(only, opacity=only.opacity * opacity)]
        if isinstance(only, ImageShape):
            return [replace(only, opacity=only.opacity * opacity)]
        if isinstance(only, TextShape) and _one_paint(only):
            return [replace(only, opacity=only.opacity * opacity)]
    return [Isolate(key, opacity, tuple(nodes))] if nodes else []


def _one_paint(text: TextShape) -> bool:
    runs = [run for chunk in text.chunks for run in chunk.runs]
    return all(run.fill is None or run.stroke is None for run in runs)


def _faded_paint(paint: Paint | None, opacity: float) -> Paint | None:
    if opacity >= 1.0 or paint is None:
        return paint
    if isinstance(paint, Rgba):
        return faded(paint, opacity)
    stops = tuple(replace(stop, colour=faded(stop.colour, opacity)) for stop in paint.stops)
    if isinstance(paint, LinearGradient):
        return replace(paint, stops=stops)
    assert isinstance(paint, RadialGradient)
    return replace(paint, stops=stops)


def _window(
    key: Key, nodes: list[PlanNode], matrix: Matrix, window: Rect, measure: Measure
) -> list[PlanNode]:
    """The nodes seen through a rectangle; as they are where it cuts nothing off."""
    inverse = invert(matrix)
    if inverse is not None:
        box = union(
            paint_bounds(replace(leaf, matrix=multiply(inverse, leaf.matrix)), measure)
            for leaf in leaves(nodes)
        )
        slack = 1e-6 * max(window.width, window.height)
        if box is None or intersection(box, grown(window, slack)) == box:
            return nodes
    path = rect_path(window.x, window.y, window.width, window.height, None, None)
    return [Clip(key, matrix, path, False, tuple(nodes))]


def _is_ancestor(node: Node, of: Node) -> bool:
    parent: Node | None = of
    while parent is not None:
        if parent.rid == node.rid:
            return True
        parent = parent.parent
    return False


def _size_of(use: Node) -> tuple[str | None, str | None]:
    return use.get("width"), use.get("height")


def _side(text: str | None, whole: float, em: float, viewport: Viewport) -> float:
    if text is None or text.strip() == "auto":
        return whole
    return length_px(text, whole, whole, em, viewport)


_PLACES = {"left": 0.0, "top": 0.0, "center": 50.0, "right": 100.0, "bottom": 100.0}


def _origin(text: str, viewport: Viewport, em: float) -> tuple[float, float]:
    """The point that transform-origin names, in user units."""
    words = text.lower().split()[:2]
    if len(words) == 2 and (words[0] in ("top", "bottom") or words[1] in ("left", "right")):
        words.reverse()
    if len(words) == 1:
        words = ["center", words[0]] if words[0] in ("top", "bottom") else [words[0], "center"]
    sides = (viewport.width, viewport.height)
    values = [
        _PLACES[word] * side / 100.0
        if word in _PLACES
        else length_px(word, 0.0, side, em, viewport)
        for word, side in zip(words, sides, strict=False)
    ]
    return (values[0], values[1]) if len(values) == 2 else (0.0, 0.0)
