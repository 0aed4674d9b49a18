"""Intent -> element: what a tool made, as plain SVG that a person can read.

Numbers have at most two decimals; an attribute that would say the default is left out.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from whiteboard.editing.style import PEN_COLOURS, Style, colour_name
from whiteboard.model.ops import LiteralElement
from whiteboard.svg.plan import SVG_NS, XML_NS, Rect

Attributes = tuple[tuple[str, str, str], ...]

MARKER_WIDTH = 4
"""Size of an arrow head in stroke widths."""


def number(value: float, decimals: int = 2) -> str:
    """`value` with at most `decimals` decimals and nothing superfluous: '12', '-0.5'.

    Raises:
        ValueError: it is not finite.
    """
    if not math.isfinite(value):
        raise ValueError("a coordinate must be finite")
    text = f"{value:.{decimals}f}"
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def _element(
    name: str, attributes: Sequence[tuple[str, str]], *children: LiteralElement | str
) -> LiteralElement:
    return LiteralElement(SVG_NS, name, tuple(("", n, v) for n, v in attributes), children)


def _paint(style: Style, *, filled: bool) -> list[tuple[str, str]]:
    out = [("fill", style.fill if filled else "none"), ("stroke", style.colour)]
    if style.width != 1:
        out.append(("stroke-width", number(style.width)))
    if style.dash:
        out.append(("stroke-dasharray", " ".join(number(length) for length in style.dash)))
    if style.opacity != 1:
        out.append(("opacity", number(style.opacity)))
    return out


def rectangle(rect: Rect, style: Style) -> LiteralElement:
    """A `rect` with this box."""
    box = [
        ("x", number(rect.x)),
        ("y", number(rect.y)),
        ("width", number(rect.width)),
        ("height", number(rect.height)),
    ]
    return _element("rect", box + _paint(style, filled=True))


def ellipse(rect: Rect, style: Style) -> LiteralElement:
    """An `ellipse` that fills this box."""
    box = [
        ("cx", number(rect.x + rect.width / 2)),
        ("cy", number(rect.y + rect.height / 2)),
        ("rx", number(rect.width / 2)),
        ("ry", number(rect.height / 2)),
    ]
    return _element("ellipse", box + _paint(style, filled=True))


def line(x1: float, y1: float, x2: float, y2: float, style: Style) -> LiteralElement:
    """A straight `line` with round ends."""
    ends = [("x1", number(x1)), ("y1", number(y1)), ("x2", number(x2)), ("y2", number(y2))]
    paint = [*_paint(style, filled=False)[1:], ("stroke-linecap", "round")]
    return _element("line", ends + paint)


def arrow(x1: float, y1: float, x2: float, y2: float, style: Style, marker: str) -> LiteralElement:
    """A straight arrow whose head is the `marker` element with this id."""
    body = line(x1, y1, x2, y2, style)
    return LiteralElement(
        SVG_NS, "line", (*body.attributes, ("", "marker-end", f"url(#{marker})")), ()
    )


def arrow_picture(x1: float, y1: float, x2: float, y2: float, style: Style) -> LiteralElement:
    """How the arrow will look, with the head drawn out: for previews, which have no `defs`."""
    angle = math.atan2(y2 - y1, x2 - x1)
    cos, sin = math.cos(angle), math.sin(angle)
    unit = style.width * MARKER_WIDTH / 10
    corners = ((-8 * unit, -5 * unit), (2 * unit, 0.0), (-8 * unit, 5 * unit))
    points = " ".join(
        f"{number(x2 + x * cos - y * sin)},{number(y2 + x * sin + y * cos)}" for x, y in corners
    )
    head = _element("polygon", [("points", points), ("fill", style.colour)])
    return _element("g", [], line(x1, y1, x2, y2, style), head)


def arrow_marker_id(colour: str) -> str:
    """The id that a head of this colour gets where it is free, such as 'arrow-blue'.

    Only palette colours are called by their name; others carry the value, so that two colours
    never share a head.
    """
    name = colour_name(colour)
    is_named = PEN_COLOURS.get(name, "") == colour.upper()
    return f"arrow-{name if is_named else colour.lstrip('#')}"


def arrow_marker(id_: str, colour: str) -> LiteralElement:
    """The head of arrows of one colour.

    The colour is written out: `context-stroke` is unknown to many programs.
    """
    head = _element("path", [("d", "M0 0L10 5L0 10z"), ("fill", colour)])
    return _element(
        "marker",
        [
            ("id", id_),
            ("viewBox", "0 0 10 10"),
            ("refX", "8"),
            ("refY", "5"),
            ("markerWidth", str(MARKER_WIDTH)),
            ("markerHeight", str(MARKER_WIDTH)),
            ("orient", "auto"),
        ],
        head,
    )


def stroke(d: str, width: float, style: Style) -> LiteralElement:
    """A freehand `path` with this path data."""
    out = [("d", d), ("fill", "none"), ("stroke", style.colour)]
    if width != 1:
        out.append(("stroke-width", number(width)))
    out += [("stroke-linecap", "round"), ("stroke-linejoin", "round")]
    if style.dash:
        out.append(("stroke-dasharray", " ".join(number(length) for length in style.dash)))
    if style.opacity != 1:
        out.append(("opacity", number(style.opacity)))
    return _element("path", out)


def brushed(d: str, style: Style) -> LiteralElement:
    """A freehand `path` of varying width: the path data is its outline, filled with the colour."""
    out = [("d", d), ("fill", style.colour), ("stroke", "none")]
    if style.opacity != 1:
        out.append(("opacity", number(style.opacity)))
    return _element("path", out)


def dot(x: float, y: float, width: float, style: Style) -> LiteralElement:
    """What a pen leaves that only touched the paper: a line too short to see with round ends.

    Not of length zero: some programs draw nothing then.
    """
    return stroke(f"M{number(x)} {number(y)}h.01", width, style)


def text(x: float, y: float, content: str, style: Style) -> LiteralElement:
    """A `text` whose first base line starts at the point; lines after the first are `tspan`s.

    White space is kept as typed (`xml:space`), or a space at the end could not be seen.
    """
    attributes = [
        ("x", number(x)),
        ("y", number(y)),
        ("fill", style.colour),
        ("font-family", style.font_family),
        ("font-size", number(style.font_size)),
    ]
    if style.bold:
        attributes.append(("font-weight", "bold"))
    if style.opacity != 1:
        attributes.append(("opacity", number(style.opacity)))
    first, *rest = content.split("\n")
    first = first or (EMPTY_LINE if rest else "")
    children = ([first] if first else []) + [text_line(number(x), words) for words in rest]
    plain = _element("text", attributes, *children)
    return LiteralElement(
        SVG_NS, "text", (*plain.attributes, (XML_NS, "space", "preserve")), plain.children
    )


LINE_HEIGHT = "1.2em"
EMPTY_LINE = "\u200b"
"""Stands in a line without characters: SVG ignores the `dy` of a tspan that has none."""


def text_line(x: str, words: str) -> LiteralElement:
    """A line of a text after the first; `x` as written on the text."""
    return _element("tspan", [("x", x), ("dy", LINE_HEIGHT)], words or EMPTY_LINE)


def caret(x: float, top: float, bottom: float, width: float) -> LiteralElement:
    """An upright line where writing will begin."""
    return line(x, top, x, bottom, Style(width=max(width, 0.01)))


def image(rect: Rect, href: str) -> LiteralElement:
    """An `image` in this box; `href` is a data: or other address."""
    return _element(
        "image",
        [
            ("x", number(rect.x)),
            ("y", number(rect.y)),
            ("width", number(rect.width)),
            ("height", number(rect.height)),
            ("href", href),
        ],
    )
