"""The cascade: presentation attributes, style sheets, `style` attributes, inheritance.

Order of strength (SVG 1.1 section 6.4, CSS Cascade): presentation attributes, rules by specificity
and place, the `style` attribute, then `!important` rules and `!important` in `style`. A value that
is wrong counts as not written.

Computed styles are shared: elements that say the same below the same parent get the same object,
so that thousands of pen strokes cost one computation.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from whiteboard.svg.colour import BLACK, Keyword, PaintValue, parse_colour, parse_paint, parse_url
from whiteboard.svg.css import Sheet, parse_declarations
from whiteboard.svg.plan import XML_NS, Cap, Font, Join, Node, Rgba
from whiteboard.svg.units import Length, parse_fraction, parse_length, parse_lengths

DEFAULT_FAMILY = "Times New Roman"
DEFAULT_SIZE = 16.0
_CACHE_SIZE = 20_000
_ONE, _ZERO = Length(1.0), Length(0.0)
_FONT = Font((DEFAULT_FAMILY,), DEFAULT_SIZE)


@dataclass(slots=True)
class Style:
    """Computed properties of an element. Never changed once made; lengths of '%' stay open."""

    # inherited
    colour: Rgba = BLACK
    fill: PaintValue = BLACK
    fill_opacity: float = 1.0
    even_odd: bool = False
    stroke: PaintValue = Keyword.NONE
    stroke_opacity: float = 1.0
    stroke_width: Length = _ONE
    cap: Cap = Cap.BUTT
    join: Join = Join.MITER
    miter_limit: float = 4.0
    dash: tuple[Length, ...] = ()
    dash_offset: Length = _ZERO
    font: Font = _FONT
    anchor: str = "start"
    right_to_left: bool = False
    preserve_space: bool = False
    visible: bool = True
    clip_even_odd: bool = False
    stroke_first: bool = False
    markers_first: bool = False
    crisp: bool = False
    smooth: bool = True
    marker_start: str | None = None
    marker_mid: str | None = None
    marker_end: str | None = None
    dominant_baseline: str = ""
    underline: bool = False
    overline: bool = False
    line_through: bool = False
    # not inherited
    opacity: float = 1.0
    displayed: bool = True
    clip_path: str | None = None
    stop_colour: Rgba = BLACK
    stop_opacity: float = 1.0
    overflow: str = ""
    transform: str | None = None
    transform_origin: str | None = None
    baseline_shift: str = ""
    non_scaling: bool = False
    unsupported: frozenset[str] = frozenset()
    """Names of properties that have an effect which is not drawn (mask, filter)."""
    _children: dict[object, Style] = field(default_factory=dict, repr=False, compare=False)


_RESET = (
    ("opacity", 1.0),
    ("displayed", True),
    ("clip_path", None),
    ("stop_colour", BLACK),
    ("stop_opacity", 1.0),
    ("overflow", ""),
    ("transform", None),
    ("transform_origin", None),
    ("baseline_shift", ""),
    ("non_scaling", False),
    ("unsupported", frozenset[str]()),
)


class Cascade:
    """Computes styles against one sheet."""

    def __init__(self, sheet: Sheet, default_size: float = DEFAULT_SIZE) -> None:
        self.sheet = sheet
        self.initial = Style(font=Font((DEFAULT_FAMILY,), default_size))
        self._count = 0

    def style(self, node: Node, parent: Style, attributes: Mapping[str, str]) -> Style:
        """The style of `node`, whose parent (in the tree or through `use`) has `parent`."""
        rules = self.sheet.match(node, attributes) if self.sheet.rules else ()
        written = tuple(item for item in attributes.items() if item[0] in _READ)
        key = (rules, written)
        cached = parent._children.get(key)  # noqa: SLF001 - the cache is ours
        if cached is None:
            if self._count >= _CACHE_SIZE:
                parent._children.clear()  # noqa: SLF001
                self._count = 0
            self._count += 1
            cached = parent._children[key] = self._compute(parent, rules, written)  # noqa: SLF001
        return cached

    def _compute(
        self, parent: Style, rules: tuple[int, ...], written: tuple[tuple[str, str], ...]
    ) -> Style:
        declared: dict[str, str] = {}
        own = None
        for name, value in written:
            if name == "style":
                own = parse_declarations(value)
            else:
                _declare(declared, name, value.strip())
        blocks = [self.sheet.rules[i].declarations for i in rules]
        if own is not None:
            blocks.append(own)
        for block in blocks:
            for name, value in block.normal:
                _declare(declared, name, value)
        for block in blocks:
            for name, value in block.important:
                _declare(declared, name, value)
        return compute(parent, declared, self.initial)


def compute(parent: Style, declared: Mapping[str, str], initial: Style) -> Style:
    """The style below `parent` of an element that declares these values; no shorthands in them."""
    style = copy.copy(parent)
    style._children = {}  # noqa: SLF001 - the cache is ours
    for name, value in _RESET:
        setattr(style, name, value)
    ordered = [name for name in _FIRST if name in declared]
    ordered.extend(name for name in declared if name not in _FIRST)
    for name in ordered:
        value_text = declared[name]
        keyword = value_text.lower()
        if keyword in ("inherit", "initial", "unset", "revert"):
            _take(style, name, keyword, parent, initial)
        else:
            _PROPERTIES[name](style, value_text, parent)
    return style


def _declare(declared: dict[str, str], name: str, value: str) -> None:
    if name == "font":
        declared.update(_font_shorthand(value))
    elif name == "marker":
        for part in ("marker-start", "marker-mid", "marker-end"):
            declared[part] = value
    elif name == "text-decoration-line":
        declared["text-decoration"] = value
    elif name in _PROPERTIES and _sound(name, value):
        declared[name] = value


def _sound(name: str, value: str) -> bool:
    """Whether the value may replace one that was declared earlier (wrong colours may not)."""
    if name not in _COLOURS or value.lower() in ("inherit", "initial", "unset", "revert"):
        return bool(value)
    return (parse_paint(value) if name in ("fill", "stroke") else parse_colour(value)) is not None


_COLOURS = frozenset({"fill", "stroke", "color", "stop-color"})


def _take(style: Style, name: str, keyword: str, parent: Style, initial: Style) -> None:
    """`inherit`, `initial`, `unset`."""
    fields = _FIELDS.get(name)
    if fields is None:
        return
    inherited = not any(reset[0] == fields for reset in _RESET)
    if keyword in ("unset", "revert") and inherited:
        keyword = "inherit"
    source = parent if keyword == "inherit" else initial
    if fields == "font":
        part = _FONT_FIELDS[name]
        style.font = _with(style.font, **{part: getattr(source.font, part)})
    else:
        setattr(style, fields, getattr(source, fields))


def _with(font: Font, **changes: object) -> Font:
    values = {name: getattr(font, name) for name in _FONT_PARTS}
    values.update(changes)
    return Font(**values)


_FONT_PARTS = (
    "families",
    "size",
    "weight",
    "italic",
    "small_caps",
    "stretch",
    "letter_spacing",
    "word_spacing",
)
_FONT_FIELDS = {
    "font-family": "families",
    "font-size": "size",
    "font-weight": "weight",
    "font-style": "italic",
    "font-variant": "small_caps",
    "font-stretch": "stretch",
    "letter-spacing": "letter_spacing",
    "word-spacing": "word_spacing",
}

Setter = Callable[[Style, str, Style], None]


def _paint(attribute: str) -> Setter:
    def set_paint(style: Style, text: str, _parent: Style) -> None:
        value = parse_paint(text)
        if value is not None:
            setattr(style, attribute, value)

    return set_paint


def _fraction(attribute: str) -> Setter:
    def set_fraction(style: Style, text: str, _parent: Style) -> None:
        setattr(style, attribute, parse_fraction(text, getattr(style, attribute)))

    return set_fraction


def _choice(attribute: str, values: Mapping[str, object]) -> Setter:
    def set_choice(style: Style, text: str, _parent: Style) -> None:
        value = values.get(text.lower())
        if value is not None:
            setattr(style, attribute, value)

    return set_choice


def _own_length(attribute: str) -> Setter:
    def set_length(style: Style, text: str, _parent: Style) -> None:
        length = parse_length(text)
        if length is not None:
            setattr(style, attribute, _without_em(length, style.font.size))

    return set_length


def _without_em(length: Length, em: float) -> Length:
    return length if length.unit in ("", "%", "px") else Length(length.px(0.0, em))


def _colour(style: Style, text: str, parent: Style) -> None:
    value = parse_colour(text)
    if isinstance(value, Rgba):
        style.colour = value
    elif value is Keyword.CURRENT:
        style.colour = parent.colour


def _stop_colour(style: Style, text: str, _parent: Style) -> None:
    value = parse_colour(text)
    if value is Keyword.CURRENT:
        style.stop_colour = style.colour
    elif isinstance(value, Rgba):
        style.stop_colour = value


def _stroke_width(style: Style, text: str, _parent: Style) -> None:
    length = parse_length(text)
    if length is not None and length.value >= 0:
        style.stroke_width = _without_em(length, style.font.size)


def _dash(style: Style, text: str, _parent: Style) -> None:
    lengths = [_without_em(length, style.font.size) for length in parse_lengths(text)]
    if any(length.value < 0 for length in lengths) or not any(length.value for length in lengths):
        lengths = []
    style.dash = tuple(lengths)


def _miter(style: Style, text: str, _parent: Style) -> None:
    length = parse_length(text)
    if length is not None and length.unit == "" and length.value >= 1:
        style.miter_limit = length.value


def _marker(attribute: str) -> Setter:
    def set_marker(style: Style, text: str, _parent: Style) -> None:
        setattr(style, attribute, parse_url(text))

    return set_marker


def _display(style: Style, text: str, _parent: Style) -> None:
    style.displayed = text.lower() != "none"


def _visibility(style: Style, text: str, _parent: Style) -> None:
    style.visible = text.lower() == "visible"


def _decoration(style: Style, text: str, _parent: Style) -> None:
    words = text.lower().split()
    # It is not inherited but drawn through all descendants, which comes to the same here.
    style.underline = style.underline or "underline" in words
    style.overline = style.overline or "overline" in words
    style.line_through = style.line_through or "line-through" in words


def _unsupported(name: str) -> Setter:
    def note(style: Style, text: str, _parent: Style) -> None:
        if text.lower() != "none":
            style.unsupported |= {name}

    return note


def _plain(attribute: str) -> Setter:
    def set_plain(style: Style, text: str, _parent: Style) -> None:
        setattr(style, attribute, text)

    return set_plain


def _lower(attribute: str) -> Setter:
    def set_lower(style: Style, text: str, _parent: Style) -> None:
        setattr(style, attribute, text.lower())

    return set_lower


def _clip_path(style: Style, text: str, _parent: Style) -> None:
    style.clip_path = parse_url(text)


def _vector_effect(style: Style, text: str, _parent: Style) -> None:
    style.non_scaling = text.lower() == "non-scaling-stroke"


def _paint_order(style: Style, text: str, _parent: Style) -> None:
    order = [word for word in text.lower().split() if word != "normal"]
    if len(set(order)) < len(order) or not set(order) <= {"fill", "stroke", "markers"}:
        return
    order.extend(w for w in ("fill", "stroke", "markers") if w not in order)
    style.stroke_first = order.index("stroke") < order.index("fill")
    style.markers_first = order[0] == "markers"


# --- fonts

_SIZES = {
    "xx-small": 9 / 16,
    "x-small": 10 / 16,
    "small": 13 / 16,
    "medium": 1.0,
    "large": 18 / 16,
    "x-large": 1.5,
    "xx-large": 2.0,
}
_WEIGHTS = {"normal": 400, "bold": 700}
_STRETCHES = {
    "ultra-condensed": 50,
    "extra-condensed": 62,
    "condensed": 75,
    "semi-condensed": 87,
    "normal": 100,
    "semi-expanded": 112,
    "expanded": 125,
    "extra-expanded": 150,
    "ultra-expanded": 200,
}
_FAMILY = re.compile(r"""\s*(?:"([^"]*)"|'([^']*)'|([^,"']+))\s*(?:,|$)""")
MAX_FONT_SIZE = 1e5


def _font_size(style: Style, text: str, parent: Style) -> None:
    size = _size_of(text.lower(), parent.font.size)
    if size is not None and size >= 0:
        style.font = _with(style.font, size=min(size, MAX_FONT_SIZE))


def _size_of(text: str, inherited: float) -> float | None:
    if text in _SIZES:
        return _SIZES[text] * DEFAULT_SIZE
    if text in ("smaller", "larger"):
        return inherited / 1.2 if text == "smaller" else inherited * 1.2
    length = parse_length(text)
    return None if length is None else length.px(inherited, inherited)


def _font_family(style: Style, text: str, _parent: Style) -> None:
    families = parse_families(text)
    if families:
        style.font = _with(style.font, families=families)


def parse_families(text: str) -> tuple[str, ...]:
    """The names in a `font-family` list, unquoted."""
    names = []
    for match in _FAMILY.finditer(text):
        name = match[1] or match[2] or " ".join((match[3] or "").split())
        if name:
            names.append(name)
    return tuple(names)


def _font_weight(style: Style, text: str, parent: Style) -> None:
    word = text.lower()
    inherited = parent.font.weight
    if word == "bolder":
        weight = 400 if inherited < 350 else 700 if inherited < 550 else 900
    elif word == "lighter":
        weight = 100 if inherited < 550 else 400 if inherited < 750 else 700
    elif word in _WEIGHTS:
        weight = _WEIGHTS[word]
    elif word.isdigit() and 1 <= int(word) <= 1000:
        weight = int(word)
    else:
        return
    style.font = _with(style.font, weight=weight)


def _font_style(style: Style, text: str, _parent: Style) -> None:
    style.font = _with(style.font, italic=text.lower().startswith(("italic", "oblique")))


def _font_variant(style: Style, text: str, _parent: Style) -> None:
    style.font = _with(style.font, small_caps="small-caps" in text.lower().split())


def _font_stretch(style: Style, text: str, _parent: Style) -> None:
    word = text.lower()
    if word in _STRETCHES:
        style.font = _with(style.font, stretch=_STRETCHES[word])
    elif word.endswith("%") and (length := parse_length(word)) is not None:
        style.font = _with(style.font, stretch=int(min(200.0, max(50.0, length.value))))


def _spacing(part: str) -> Setter:
    def set_spacing(style: Style, text: str, _parent: Style) -> None:
        if text.lower() == "normal":
            style.font = _with(style.font, **{part: 0.0})
            return
        length = parse_length(text)
        if length is not None:
            size = style.font.size
            style.font = _with(style.font, **{part: length.px(size, size)})

    return set_spacing


def _font_shorthand(text: str) -> Iterable[tuple[str, str]]:
    """`font: [style variant weight stretch] size[/line-height] family`."""
    words = text.split()
    place, size = next(((i, s) for i, w in enumerate(words) if (s := _size_word(w))), (0, ""))
    if not size:
        return
    yield "font-style", "normal"
    yield "font-variant", "normal"
    yield "font-weight", "normal"
    yield "font-stretch", "normal"
    for before in words[:place]:
        word = before.lower()
        if word in ("italic", "oblique"):
            yield "font-style", word
        elif word == "small-caps":
            yield "font-variant", word
        elif word in ("bold", "bolder", "lighter") or word.isdigit():
            yield "font-weight", word
        elif word in _STRETCHES and word != "normal":
            yield "font-stretch", word
    yield "font-size", size
    family = " ".join(words[place + 1 :])
    if family:
        yield "font-family", family


def _size_word(word: str) -> str:
    """The size in a word of the shorthand, which may have a line height behind it; '' if none."""
    size = word.split("/", maxsplit=1)[0].lower()
    known = size in _SIZES or size in ("smaller", "larger")
    return size if known or (parse_length(size) is not None and not word.isdigit()) else ""


def _space(style: Style, text: str, _parent: Style) -> None:
    style.preserve_space = text == "preserve"


def _white_space(style: Style, text: str, _parent: Style) -> None:
    style.preserve_space = text.lower() in ("pre", "pre-wrap", "break-spaces", "pre-line")


_PROPERTIES: dict[str, Setter] = {
    "color": _colour,
    "fill": _paint("fill"),
    "fill-opacity": _fraction("fill_opacity"),
    "fill-rule": _choice("even_odd", {"evenodd": True, "nonzero": False}),
    "stroke": _paint("stroke"),
    "stroke-opacity": _fraction("stroke_opacity"),
    "stroke-width": _stroke_width,
    "stroke-linecap": _choice("cap", {cap.value: cap for cap in Cap}),
    "stroke-linejoin": _choice(
        "join",
        {**{join.value: join for join in Join}, "miter-clip": Join.MITER, "arcs": Join.MITER},
    ),
    "stroke-miterlimit": _miter,
    "stroke-dasharray": _dash,
    "stroke-dashoffset": _own_length("dash_offset"),
    "font-family": _font_family,
    "font-size": _font_size,
    "font-weight": _font_weight,
    "font-style": _font_style,
    "font-variant": _font_variant,
    "font-stretch": _font_stretch,
    "letter-spacing": _spacing("letter_spacing"),
    "word-spacing": _spacing("word_spacing"),
    "text-anchor": _choice("anchor", {"start": "start", "middle": "middle", "end": "end"}),
    "direction": _choice("right_to_left", {"rtl": True, "ltr": False}),
    f"{{{XML_NS}}}space": _space,
    "white-space": _white_space,
    "visibility": _visibility,
    "clip-rule": _choice("clip_even_odd", {"evenodd": True, "nonzero": False}),
    "paint-order": _paint_order,
    "shape-rendering": _choice(
        "crisp",
        {
            "crispedges": True,
            "optimizespeed": True,
            "auto": False,
            "geometricprecision": False,
        },
    ),
    "image-rendering": _choice(
        "smooth",
        {
            "auto": True,
            "optimizequality": True,
            "smooth": True,
            "high-quality": True,
            "optimizespeed": False,
            "pixelated": False,
            "crisp-edges": False,
        },
    ),
    "marker-start": _marker("marker_start"),
    "marker-mid": _marker("marker_mid"),
    "marker-end": _marker("marker_end"),
    "text-decoration": _decoration,
    "dominant-baseline": _lower("dominant_baseline"),
    "opacity": _fraction("opacity"),
    "display": _display,
    "clip-path": _clip_path,
    "stop-color": _stop_colour,
    "stop-opacity": _fraction("stop_opacity"),
    "overflow": _lower("overflow"),
    "transform": _plain("transform"),
    "transform-origin": _plain("transform_origin"),
    "baseline-shift": _plain("baseline_shift"),
    "vector-effect": _vector_effect,
    "mask": _unsupported("mask"),
    "filter": _unsupported("filter"),
}
_FIRST = ("font-size", "color")
"""What other values (em, currentColor) look at."""
_ALIASES = {
    "fill-rule": "even_odd",
    "stroke-linecap": "cap",
    "stroke-linejoin": "join",
    "stroke-miterlimit": "miter_limit",
    "stroke-dasharray": "dash",
    "stroke-dashoffset": "dash_offset",
    "color": "colour",
    "text-anchor": "anchor",
    "direction": "right_to_left",
    "visibility": "visible",
    "clip-rule": "clip_even_odd",
    "paint-order": "stroke_first",
    "shape-rendering": "crisp",
    "image-rendering": "smooth",
    "display": "displayed",
    "stop-color": "stop_colour",
    "white-space": "preserve_space",
    "vector-effect": "non_scaling",
}
_FIELDS = {
    name: "font" if name in _FONT_FIELDS else _ALIASES.get(name, name.replace("-", "_"))
    for name in _PROPERTIES
    if name not in ("text-decoration", "mask", "filter", f"{{{XML_NS}}}space")
}
_READ = (frozenset(_PROPERTIES) | {"style"}) - {"transform", "white-space"}
"""Attributes that matter to the cascade. `transform` has its own value at every element, which
would make sharing pointless: the planner reads it, and CSS wins over it."""
