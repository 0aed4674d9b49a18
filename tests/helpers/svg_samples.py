"""Values of attributes that are written rightly and wrongly, by grammar and by property."""

from __future__ import annotations

from whiteboard.svg.schema import grammar as g
from whiteboard.svg.schema.grammar import PRESENTATION, Grammar
from whiteboard.svg.schema.table import ELEMENTS

_COLOURS = ("red", "#1b1f24", "#FFF", "rgb(1, 2, 3)", "hsl(120 50% 50%)", "currentColor")
_NO_COLOURS = ("banana", "#12345", "rgb(1,2)", "1", "")
_LENGTHS = ("0", "12", "-3.5", "1e3", ".5em", "10px", "50%", "4.2mm")
_NO_LENGTHS = ("", "abc", "1 2", "12pixels", "NaN", "inf", "1_0", "--1")

BY_GRAMMAR: dict[Grammar, tuple[tuple[str, ...], tuple[str, ...]]] = {
    g.ANY: (("anything at all", ""), ()),
    g.PATH: (
        (
            "M0 0",
            "m1,2-3.5.5l1e1-2",
            "M0 0H5v-5Z",
            "M0 0A1 2 3 0110 20",
            "M1 1c1 2 3 4 5 6s1 2 3 4zm1 1t2 3",
            "",
        ),
        ("L0 0", "M", "M1", "M0 0Q1 2", "M0,0,", "hello", "M0 0A1 2 3 2 0 1 1", "M0 0 url(#a)"),
    ),
    g.POINTS: (("0,0 1,1", "1 2 3 4", "1-2", ""), ("1", "1 2 3", "a,b", "1;2")),
    g.NUMBER: (("1", "-2.5", "1e-3", ".5", "+7"), ("", "1px", "nan", "1,2", "0x10")),
    g.NUMBERS: (("1", "1 2,3", "-1.5,-2 3e1", ""), ("a", "1px", "1,,2")),
    g.NATURAL: (("0", "10", "2.5"), ("-1", "1px", "x")),
    g.INTEGER: (("0", "-4", "+12"), ("1.5", "one", "")),
    g.LENGTH: (_LENGTHS, _NO_LENGTHS),
    g.COORDINATE: ((*_LENGTHS, "calc(1px + 2em)", "var(--x)"), _NO_LENGTHS),
    g.SIZE: (("0", "12.5", "10px", "50%"), ("-1", "-2px", "auto", "")),
    g.SIDE: (("auto", "0", "12.5cm", "100%", "inherit"), ("-1", "wide", "")),
    g.LENGTHS: (("1", "1 2px,3%"), ("", "a", "1;2")),
    g.ALPHA: (("0", "0.5", "50%", "1"), ("half", "1px", "")),
    g.BOX: (
        ("0 0 10 20", "-5,-5,10,0", "0 0 1.5e2 3"),
        ("0 0 10", "0 0 -1 5", "0 0 10 20 30", "", "none"),
    ),
    g.ASPECT: (
        ("none", "xMidYMid", "xMinYMax slice", "defer xMidYMin meet"),
        ("centre", "xMid", "xMidYMid fit"),
    ),
    g.TRANSFORM: (
        ("translate(1 2)", "matrix(1,0,0,1,0,0) rotate(45, 1, 1)", "scale(2)skewX(3)", ""),
        ("translate(", "move(1)", "rotate(a)", "matrix(1 2 3)", "1 2"),
    ),
    g.IRI: (("#a",), ("", " ")),
    g.ID: (("a", "id1", "été", "x:y"), ("", "a b", "\t")),
    g.TIME: (
        ("1s", "500ms", "0.5", "1:02:03.5", "02:30", "indefinite", "media"),
        ("soon", "1 s", ""),
    ),
    g.BEGIN: (("0s", "click", "a.end+1s; 3s", "indefinite"), ("<1s>", "{}")),
    g.REPEAT: (("3", "2.5", "indefinite"), ("-1", "often", "")),
    g.SPLINES: (("0 0 1 1", ".5 0 .5 1;0 0 1 1"), ("0 0 1", "a")),
    g.TIMES: (("0;0.5;1", "0; .3; 1"), ("2", "0,1", "x")),
    g.LANGUAGE: (("en", "de-CH", "sr-Latn-RS", ""), ("not a tag", "de_CH")),
    g.ORIENT: (("auto", "auto-start-reverse", "45", "90deg"), ("up", "")),
}
"""Grammar -> (values written so, values that are not)."""

BY_PROPERTY: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    **dict.fromkeys(
        ("color", "flood-color", "lighting-color", "stop-color"),
        ((*_COLOURS, "inherit"), _NO_COLOURS),
    ),
    **dict.fromkeys(
        ("fill", "stroke"),
        (
            (*_COLOURS, "none", "url(#a)", "url(#a) red", "context-fill", "light-dark(#fff, #000)"),
            ("banana", "#12345", "1px", ""),
        ),
    ),
    **dict.fromkeys(
        ("fill-opacity", "flood-opacity", "opacity", "stop-opacity", "stroke-opacity"),
        (("0", "0.5", "50%", "inherit", "var(--o)"), ("half", "1px", "")),
    ),
    **dict.fromkeys(
        ("marker", "marker-start", "marker-mid", "marker-end"), (("none", "url(#m)"), ("m", "#m"))
    ),
    **dict.fromkeys(
        ("letter-spacing", "word-spacing"), (("normal", "2px", "-.1em"), ("wide", "normal 2px"))
    ),
    "stroke-width": (("2", "0", "1.5px", "5%"), ("-1", "thick", "")),
    "stroke-dashoffset": (("2", "-3px"), ("x",)),
    "stroke-dasharray": (("none", "1 2", "5,3,2", "1px 2%"), ("-1 2", "dashed")),
    "stroke-miterlimit": (("4", "1.5"), ("-1", "x")),
    "font-size": (("12", "12px", "large", "smaller", "1.2em"), ("-1", "big")),
    "font-size-adjust": (("none", "0.5"), ("x",)),
    "font-weight": (("bold", "400", "lighter"), ("heavy", "-1")),
    "font-stretch": (("condensed", "75%"), ("thin",)),
    "font-style": (("italic", "oblique 10deg"), ("leaning",)),
    "glyph-orientation-horizontal": (("0", "90deg"), ("auto",)),
    "glyph-orientation-vertical": (("auto", "90"), ("up",)),
    "kerning": (("auto", "1"), ("some",)),
    "baseline-shift": (("sub", "10%", "-2px"), ("low",)),
    "paint-order": (("normal", "stroke fill", "markers"), ("stroke edges",)),
    "transform": BY_GRAMMAR[g.TRANSFORM],
    "transform-origin": (("center", "10px 20%", "left top", "0 0"), ("here",)),
    "vector-effect": (("none", "non-scaling-stroke"), ("scaling",)),
}


def samples(element: str, attribute: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Values that the attribute may have on the element, and values that it may not."""
    grammar = ELEMENTS[element].attributes[attribute]
    if grammar is PRESENTATION.get(attribute):
        return BY_PROPERTY.get(attribute) or _of_words(attribute)
    if grammar.words:
        return grammar.words, ("", "no-such-word", grammar.words[0] + " x")
    if grammar in BY_GRAMMAR:
        return BY_GRAMMAR[grammar]
    if attribute == "d":
        return BY_GRAMMAR[g.PATH]
    if attribute == "mode":
        return _of_words("mix-blend-mode")
    assert attribute == "r", (element, attribute)
    return BY_GRAMMAR[g.SIZE]


_FREE = [
    "clip",
    "clip-path",
    "color-profile",
    "cursor",
    "display",
    "enable-background",
    "filter",
    "font",
    "font-family",
    "font-variant",
    "mask",
    "text-decoration",
    "white-space",
]


def _of_words(name: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    if name in _FREE:
        return ("none", "whatever"), ()
    words = PRESENTATION[name].words
    return (*words, "inherit", words[0].upper()), ("no-such-word", "")
