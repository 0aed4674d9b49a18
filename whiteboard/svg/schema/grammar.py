"""How the values of attributes are written: one predicate per grammar (SVG 1.1 and 2, CSS).

A grammar says whether a value is well formed, not what it means; `path`, `colour` and the others
read the meaning. Values written with newer functions of CSS (`var`, `calc`, `light-dark`) are well
formed wherever CSS values stand: browsers read them, and we draw the rest of the element.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from whiteboard.svg.colour import parse_colour, parse_paint
from whiteboard.svg.transform import parse_transform

Predicate: TypeAlias = Callable[[str], bool]


@dataclass(frozen=True, slots=True)
class Grammar:
    """One way of writing values.

    Attributes:
        accepts: Whether a value is written so.
        words: The values there are, where these are all; for the generated schema.
        is_css: Whether words may be in any case, and what all of CSS has stands beside them.
    """

    accepts: Predicate
    words: tuple[str, ...] = ()
    is_css: bool = False


_N = r"[-+]?(?:\d++\.?+\d*+|\.\d++)(?:[eE][-+]?\d++)?+"
_NAT = _N.removeprefix("[-+]?")
_SEP = r"(?:\s++,?\s*+|,\s*+)?+"
_UNIT = r"(?:%|px|pt|pc|mm|cm|in|[qQ]|em|rem|ex|ch|vw|vh|vmin|vmax)"


def _times(count: int) -> str:
    """So many numbers."""
    return _SEP.join([_N] * count)


def _runs(letters: str, count: int) -> str:
    """A path command with its numbers, any number of times."""
    return rf"[{letters}]\s*+{_times(count)}(?:{_SEP}{_times(count)})*+"


_ARC = rf"{_N}{_SEP}{_N}{_SEP}{_N}{_SEP}[01]{_SEP}[01]{_SEP}{_N}{_SEP}{_N}"
_COMMANDS = "|".join(
    (
        _runs("Cc", 6),
        _runs("LlTt", 2),
        "[Zz]",
        _runs("Mm", 2),
        _runs("HhVv", 1),
        _runs("SsQq", 4),
        rf"[Aa]\s*+{_ARC}(?:{_SEP}{_ARC})*+",
    )
)
_PATH = re.compile(rf"\s*+(?:{_runs('Mm', 2)}(?:\s*+(?:{_COMMANDS}))*+)?+\s*+")
_POINTS = re.compile(rf"\s*+(?:{_times(2)}(?:{_SEP}{_times(2)})*+)?+\s*+")
_NUMBER = re.compile(rf"\s*+{_N}\s*+")
_NUMBERS = re.compile(rf"\s*+(?:{_N}(?:{_SEP}{_N})*+)?+\s*+")
_LENGTH = re.compile(rf"\s*+{_N}{_UNIT}?\s*+")
_SIZE = re.compile(rf"\s*+\+?{_NAT}{_UNIT}?\s*+")
_LENGTHS = re.compile(rf"\s*+{_N}{_UNIT}?(?:{_SEP}{_N}{_UNIT}?)*+\s*+")
_SIZES = re.compile(rf"\s*+\+?{_NAT}{_UNIT}?(?:{_SEP}\+?{_NAT}{_UNIT}?)*+\s*+")
_BOX = re.compile(rf"\s*+{_N}{_SEP}{_N}{_SEP}\+?{_NAT}{_SEP}\+?{_NAT}\s*+")
_ASPECT = re.compile(
    r"\s*(?:defer\s+)?(?:none|x(?:Min|Mid|Max)Y(?:Min|Mid|Max))(?:\s+(?:meet|slice))?\s*"
)
_ALPHA = re.compile(rf"\s*+{_N}%?\s*+")
_ANGLE = re.compile(rf"\s*+{_N}(?:deg|grad|rad|turn)?\s*+")
_INTEGER = re.compile(r"\s*[-+]?\d+\s*")
_NATURAL = re.compile(rf"\s*+\+?{_NAT}\s*+")
_NO_SPACE = re.compile(r"\S+")
_PART = r"[0-5]?\d(?:\.\d+)?"
_CLOCK = rf"[-+]?(?:\d+:[0-5]?\d:{_PART}|[0-5]?\d:{_PART}|\d+(?:\.\d+)?(?:h|min|s|ms)?)"
_TIME = re.compile(rf"\s*(?:{_CLOCK}|indefinite|media)\s*")
_BEGIN = re.compile(r"[\w\s:;.,()+\-]*")
_REPEAT = re.compile(r"\s*(?:\d+(?:\.\d+)?|indefinite)\s*")
_SPLINES = re.compile(rf"\s*{_times(4)}(?:\s*;\s*{_times(4)})*\s*;?\s*")
_TIMES = re.compile(
    r"\s*(?:0|1|0?\.\d+|1\.0*|0\.\d*)(?:\s*;\s*(?:0|1|0?\.\d+|1\.0*|0\.\d*))*\s*;?\s*"
)
_LANGUAGE = re.compile(r"|[A-Za-z]{1,8}(?:-[A-Za-z0-9]{1,8})*")
_URL = re.compile(r"\s*url\([^()]*\)\s*")
_CSS = re.compile(
    r"(?:^|[\s,(+*/-])(?:var|calc|env|min|max|clamp|light-dark|color-mix|attr)\(", re.IGNORECASE
)
_ORIGIN = re.compile(rf"\s*+(?:(?:left|right|top|bottom|center|{_N}{_UNIT}?)\s*+){{1,3}}")
_WIDE = frozenset({"inherit", "initial", "unset", "revert", "revert-layer"})


def _match(pattern: re.Pattern[str]) -> Predicate:
    return lambda value: pattern.fullmatch(value) is not None


def anything(value: str) -> bool:
    """Whatever it says."""
    del value
    return True


def words(*values: str) -> Grammar:
    """One of these words, as written."""
    known = frozenset(values)
    return Grammar(lambda value: value.strip() in known, values)


def either(*grammars: Grammar) -> Grammar:
    """Written in one of several ways."""
    predicates = tuple(grammar.accepts for grammar in grammars)
    return Grammar(lambda value: any(accepts(value) for accepts in predicates))


def css(grammar: Grammar) -> Grammar:
    """A value of CSS: also `inherit` and its kin, newer functions, and words in any case."""
    accepts = grammar.accepts
    folded = frozenset(word.lower() for word in grammar.words)

    def accepts_css(value: str) -> bool:
        if accepts(value):
            return True
        plain = value.strip().lower()
        return plain in _WIDE or plain in folded or _CSS.search(plain) is not None

    return Grammar(accepts_css, grammar.words, is_css=True)


ANY = Grammar(anything)
PATH = Grammar(lambda value: value.strip() == "none" or _PATH.fullmatch(value) is not None)
POINTS = Grammar(_match(_POINTS))
NUMBER = Grammar(_match(_NUMBER))
NUMBERS = Grammar(_match(_NUMBERS))
NATURAL = Grammar(_match(_NATURAL))
"""A number that is not negative."""
INTEGER = Grammar(_match(_INTEGER))
LENGTH = Grammar(_match(_LENGTH))
SIZE = Grammar(_match(_SIZE))
"""A length that is not negative."""
SIDE = css(either(words("auto"), SIZE))
COORDINATE = css(LENGTH)
LENGTHS = Grammar(_match(_LENGTHS))
ALPHA = Grammar(_match(_ALPHA))
ANGLE = Grammar(_match(_ANGLE))
BOX = Grammar(_match(_BOX))
ASPECT = Grammar(_match(_ASPECT))
TRANSFORM = Grammar(lambda value: parse_transform(value) is not None)
COLOUR = Grammar(lambda value: parse_colour(value) is not None)
PAINT = Grammar(lambda value: parse_paint(value) is not None)
ID = Grammar(_match(_NO_SPACE))
IRI = Grammar(lambda value: bool(value.strip()))
URL = either(words("none"), Grammar(_match(_URL)))
DASHES = either(words("none"), Grammar(_match(_SIZES)))
TIME = Grammar(_match(_TIME))
BEGIN = Grammar(_match(_BEGIN))
REPEAT = Grammar(_match(_REPEAT))
SPLINES = Grammar(_match(_SPLINES))
TIMES = Grammar(_match(_TIMES))
LANGUAGE = Grammar(_match(_LANGUAGE))
ORIENT = either(words("auto", "auto-start-reverse"), ANGLE)
ORIGIN = Grammar(_match(_ORIGIN))

_FONT_SIZE = either(
    SIZE,
    words(
        *("xx-small", "x-small", "small", "medium", "large", "x-large", "xx-large", "xxx-large"),
        *("smaller", "larger"),
    ),
)
_SPACING = either(words("normal"), LENGTH)
_WEIGHT = either(words("normal", "bold", "bolder", "lighter"), NATURAL)
_STRETCH = either(
    words(
        *("normal", "wider", "narrower", "ultra-condensed", "extra-condensed", "condensed"),
        *("semi-condensed", "semi-expanded", "expanded", "extra-expanded", "ultra-expanded"),
    ),
    ALPHA,
)
_FONT_STYLE = Grammar(
    lambda value: value.strip().lower().startswith(("normal", "italic", "oblique"))
)
_PAINT_ORDER = Grammar(
    lambda value: set(value.lower().split()) <= {"normal", "fill", "stroke", "markers"}
)
_INTERPOLATION = words("auto", "sRGB", "linearRGB")
_EVENTS = words(
    *("bounding-box", "visiblePainted", "visibleFill", "visibleStroke", "visible", "painted"),
    *("fill", "stroke", "all", "none", "auto"),
)
_BASELINE = words(
    *("auto", "baseline", "before-edge", "text-before-edge", "middle", "central", "after-edge"),
    *("text-after-edge", "ideographic", "alphabetic", "hanging", "mathematical", "use-script"),
    *("no-change", "reset-size", "text-bottom", "center", "text-top", "top", "bottom"),
)
_OVERFLOW = words("visible", "hidden", "scroll", "auto", "clip")
_SHIFT = either(words("baseline", "sub", "super", "top", "center", "bottom"), LENGTH)
_WRITING = words(
    *("lr-tb", "rl-tb", "tb-rl", "lr", "rl", "tb"),
    *("horizontal-tb", "vertical-rl", "vertical-lr", "sideways-rl", "sideways-lr"),
)
_EFFECT = Grammar(
    lambda value: (
        set(value.split())
        <= {
            *("none", "non-scaling-stroke", "non-scaling-size", "non-rotation", "fixed-position"),
            *("viewport", "screen"),
        }
    )
)

_PROPERTIES: Mapping[str, Grammar] = {
    "alignment-baseline": _BASELINE,
    "baseline-shift": _SHIFT,
    "clip": ANY,
    "clip-path": ANY,
    "clip-rule": words("nonzero", "evenodd"),
    "color": COLOUR,
    "color-interpolation": _INTERPOLATION,
    "color-interpolation-filters": _INTERPOLATION,
    "color-profile": ANY,
    "color-rendering": words("auto", "optimizeSpeed", "optimizeQuality"),
    "cursor": ANY,
    "direction": words("ltr", "rtl"),
    "display": ANY,
    "dominant-baseline": _BASELINE,
    "enable-background": ANY,
    "fill": PAINT,
    "fill-opacity": ALPHA,
    "fill-rule": words("nonzero", "evenodd"),
    "filter": ANY,
    "flood-color": COLOUR,
    "flood-opacity": ALPHA,
    "font": ANY,
    "font-family": ANY,
    "font-size": _FONT_SIZE,
    "font-size-adjust": either(words("none"), NUMBER),
    "font-stretch": _STRETCH,
    "font-style": _FONT_STYLE,
    "font-variant": ANY,
    "font-weight": _WEIGHT,
    "glyph-orientation-horizontal": ANGLE,
    "glyph-orientation-vertical": either(words("auto"), ANGLE),
    "image-rendering": words(
        *("auto", "optimizeSpeed", "optimizeQuality", "smooth", "high-quality", "pixelated"),
        "crisp-edges",
    ),
    "isolation": words("auto", "isolate"),
    "kerning": either(words("auto"), LENGTH),
    "letter-spacing": _SPACING,
    "lighting-color": COLOUR,
    "marker": URL,
    "marker-end": URL,
    "marker-mid": URL,
    "marker-start": URL,
    "mask": ANY,
    "mask-type": words("luminance", "alpha"),
    "mix-blend-mode": words(
        *("normal", "multiply", "screen", "overlay", "darken", "lighten", "color-dodge"),
        *("color-burn", "hard-light", "soft-light", "difference", "exclusion", "hue"),
        *("saturation", "color", "luminosity", "plus-lighter"),
    ),
    "opacity": ALPHA,
    "overflow": _OVERFLOW,
    "paint-order": _PAINT_ORDER,
    "pointer-events": _EVENTS,
    "shape-rendering": words("auto", "optimizeSpeed", "crispEdges", "geometricPrecision"),
    "stop-color": COLOUR,
    "stop-opacity": ALPHA,
    "stroke": PAINT,
    "stroke-dasharray": DASHES,
    "stroke-dashoffset": LENGTH,
    "stroke-linecap": words("butt", "round", "square"),
    "stroke-linejoin": words("miter", "round", "bevel", "arcs", "miter-clip"),
    "stroke-miterlimit": NATURAL,
    "stroke-opacity": ALPHA,
    "stroke-width": SIZE,
    "text-anchor": words("start", "middle", "end"),
    "text-decoration": ANY,
    "text-overflow": words("clip", "ellipsis"),
    "text-rendering": words("auto", "optimizeSpeed", "optimizeLegibility", "geometricPrecision"),
    "transform": TRANSFORM,
    "transform-box": words("content-box", "border-box", "fill-box", "stroke-box", "view-box"),
    "transform-origin": ORIGIN,
    "unicode-bidi": words(
        "normal", "embed", "isolate", "bidi-override", "isolate-override", "plaintext"
    ),
    "vector-effect": _EFFECT,
    "visibility": words("visible", "hidden", "collapse"),
    "white-space": ANY,
    "word-spacing": _SPACING,
    "writing-mode": _WRITING,
}
PRESENTATION: Mapping[str, Grammar] = {name: css(g) for name, g in _PROPERTIES.items()}
"""Properties that may be written as attributes of any element, and in `style`."""
