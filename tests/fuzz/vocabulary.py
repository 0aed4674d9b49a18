"""Bytes into stanzas and drawings that are nearly right: random characters never get past a parser.

`Source` reads choices from bytes, so that whoever changes the bytes (a fuzzer, hypothesis) changes
what is built. The same bytes always build the same thing.
"""

from __future__ import annotations

from collections.abc import Sequence
from xml.etree.ElementTree import Comment, Element, ProcessingInstruction, SubElement

from whiteboard.wire import ns
from whiteboard.wire.xml import representable

MAX_ELEMENTS = 400
"""Of one thing that is built."""


class Source:
    """Choices out of bytes; zeros when they have run out."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0

    @property
    def is_empty(self) -> bool:
        return self._at >= len(self._data)

    def byte(self) -> int:
        at = self._at
        self._at += 1
        return self._data[at] if at < len(self._data) else 0

    def choose(self, options: Sequence[str]) -> str:
        return options[self.byte() % len(options)]

    def text(self) -> str:
        """Up to 15 of the bytes as they are."""
        length = self.byte() & 15
        piece = self._data[self._at : self._at + length]
        self._at += length
        return representable(piece.decode("utf-8", "replace"))

    def value(self, options: Sequence[str]) -> str:
        """One of the options, two of them, one many times, or anything."""
        kind = self.byte()
        if kind < 160:
            return self.choose(options)
        if kind < 200:
            return f"{self.choose(options)}{self.choose((' ', '', ':', '.', ',', '='))}" + (
                self.choose(options)
            )
        if kind < 210:
            return self.choose(options) * (self.byte() * 16)
        return self.text()


def build(
    source: Source,
    tags: Sequence[str],
    attributes: Sequence[str],
    values: Sequence[str],
    root: Element,
) -> Element:
    """Children for `root`, down and up again as the bytes say."""
    stack = [root]
    for _ in range(MAX_ELEMENTS):
        if source.is_empty:
            break
        step = source.byte()
        here = stack[-1]
        if step < 90:
            stack.append(SubElement(here, source.choose(tags)))
        elif step < 190:
            here.set(source.choose(attributes), source.value(values))
        elif step < 215:
            if len(here):
                here[-1].tail = (here[-1].tail or "") + source.value(values)
            else:
                here.text = (here.text or "") + source.value(values)
        elif step < 220:
            make = Comment if source.byte() & 1 else ProcessingInstruction
            here.append(make(source.choose(("c", "p q", "x-->", ""))))
        elif step < 250:
            if len(stack) > 1:
                stack.pop()
        else:
            for _ in range(source.byte()):  # far down, for limits of depth
                stack.append(SubElement(stack[-1], source.choose(tags)))
                if len(stack) > 400:
                    break
    return root


# --- stanzas

_SXE = ("sxe", "state", "new", "set", "remove", "connect", "state-offer", "accept-state",
        "refuse-state", "document-begin", "document-end")  # fmt: skip
_SYNC = ("sync", "heartbeat", "get", "answer", "reject", "preview", "cursor", "selection",
         "snapshot", "role", "resign", "done", "reopen", "session", "prolog")  # fmt: skip
STANZA_TAGS = (
    *(f"{{{ns.SXE}}}{name}" for name in _SXE),
    *(f"{{{ns.SYNC}}}{name}" for name in _SYNC),
    f"{{{ns.CLIENT}}}message",
    f"{{{ns.FORWARD}}}forwarded",
    f"{{{ns.DELAY}}}delay",
    f"{{{ns.OCCUPANT_ID}}}occupant-id",
    f"{{{ns.JINGLE}}}jingle",
    f"{{{ns.JINGLE}}}content",
    f"{{{ns.APPLICATION_SVG}}}description",
    "{http://www.w3.org/2000/svg}rect",
    "{http://www.w3.org/2000/svg}g",
    "x",
)
STANZA_ATTRIBUTES = (
    "session", "id", "r", "n", "l", "d", "a", "ws", "rid", "type", "parent", "primary-weight", "ns",
    "name", "chdata", "pitarget", "pidata", "target", "version", "replacefrom", "replacen", "vv",
    "hash", "D", "floor", "bye", "guests", "guest", "since", "upto", "expected", "reason", "x", "y",
    "doing", "rids", "matrix", "points", "start", "stroke", "stroke-width", "end", "count",
    "prolog", "mode", "creator", "identity", "default", "stamp", "from", "action", "sid",
    "{http://www.w3.org/XML/1998/namespace}space", "fill",
)  # fmt: skip


def stanza_values(session: str, own: str, others: str) -> tuple[str, ...]:
    """Values of attributes for a session, the sender's replica, and another's."""
    return (
        session, own, others, "", "0", "1", "2", "3", "9223372036854775808", "1" * 30, "-1", "NaN",
        "1e999", "1_0", "0.5", "element", "attr", "text", "comment", "processinginstruction",
        "~trash", f"{own}.1", f"{own}.2", f"{own}.1@fill", f"{own}.1/0", f"~{own}.1",
        f"{others}.1", f"~{others}.1", f"{others}:1", f"{own}:1", f"{own}:2", f"{others}:999999999",
        f"{own}:99999999999999999999", f"0.chdata=1.{own}.0", f"1.parent=1.{others}.0", "0.chdata=",
        "merge", "strict", "occupant-id", "jid", "nick", "id-eve", "id-ana", "svg", "rect", "g",
        "a b", "xmlns", "é", "\u2028", "😀", "a\nb\tc", "]]>", "--", "?>", "1,2 3,4", "1 0 0 1 5 5",
        "true", "session-initiate", "session-accept", "session-terminate", "deadbeef", "0" * 32,
        "data:image/svg+xml,%3Csvg/%3E", "viewer", "host", f"{own}.1-zzzzzz", "0.chdata=10:1,2",
    )  # fmt: skip


# --- drawings

_SVG = (
    "svg", "g", "rect", "circle", "ellipse", "line", "polyline", "polygon", "path", "text", "tspan",
    "textPath", "image", "use", "symbol", "defs", "linearGradient", "radialGradient", "stop",
    "clipPath", "mask", "marker", "pattern", "filter", "feGaussianBlur", "style", "switch", "a",
    "foreignObject", "script", "title", "desc", "view", "animate",
)  # fmt: skip
SVG_TAGS = (*(f"{{http://www.w3.org/2000/svg}}{name}" for name in _SVG), "{urn:x}y", "z")
SVG_ATTRIBUTES = (
    "id", "class", "style", "transform", "d", "points", "x", "y", "width", "height", "cx", "cy",
    "r", "rx", "ry", "x1", "y1", "x2", "y2", "fill", "stroke", "stroke-width", "stroke-dasharray",
    "stroke-linejoin", "stroke-miterlimit", "opacity", "display", "visibility", "href",
    "{http://www.w3.org/1999/xlink}href", "clip-path", "mask", "marker-start", "marker-mid",
    "marker-end", "markerUnits", "markerWidth", "orient", "refX", "viewBox", "preserveAspectRatio",
    "gradientUnits", "gradientTransform", "spreadMethod", "offset", "stop-color", "font-size",
    "font-family", "text-anchor", "dx", "dy", "rotate", "textLength", "fill-rule", "onload",
    "{http://www.w3.org/XML/1998/namespace}space", "requiredFeatures", "color", "pathLength",
)  # fmt: skip
SVG_VALUES = (
    "a", "b", "c", "#a", "#b", "#c", "url(#a)", "url(#b)", "url(#c) red", "0", "1", "10", "-5",
    "1e30", "1e-30", "1e308", "50%", "1em", "2cm", "NaN", "inf", "none", "inherit", "currentColor",
    "red", "#12", "#1b1f24", "rgb(300,0,-5)", "rgba(1,2,3,.5)", "hsl(400deg 10% 10%)",
    "translate(1,2)", "rotate(45 10 10)", "scale(0)", "matrix(1 0 0 0 0 0)", "skewX(90)",
    "matrix(1e300 0 0 1e300 0 0)", "M0 0h10v10z", "M1 1A0 0 0 0 0 5 5", "M0 0C1 1 2 2 3 3S4 4 5 5",
    "M0,0 l1e400,1", "M0 0a1 1e-9 45 1 1 5 5", "L5 5", "M0 0T5 5Q1 1 2", "0,0 1,1 2", "5 3 0",
    "0 0 10 10", "0 0 0 0", "-1e9 0 1e9 1", "xMidYMid slice", "objectBoundingBox", "reflect",
    "fill:red;stroke:url(#b)", "fill:;:;}{", ".a{fill:blue}", "a > b, *:not(.c){x:y}",
    "@import url(x)", "auto", "preserve", "bold 5px serif", "javascript:x",
    "data:image/png;base64,",
    "data:image/svg+xml,<svg/>", "http://example.com/a.png", "😀", "a\nb", "hidden", "middle",
)  # fmt: skip


def stanza(data: bytes, session: str, own: str, others: str) -> Element:
    """A stanza of our vocabulary."""
    source = Source(data)
    root = Element(source.choose([f"{{{ns.CLIENT}}}{name}" for name in ("message", "presence")]))
    values = stanza_values(session, own, others)
    # Most of what is worth reading begins like this.
    head = source.byte()
    for bit, name in ((1, f"{{{ns.SXE}}}sxe"), (2, f"{{{ns.SYNC}}}sync")):
        if head & bit:
            child = SubElement(root, name, {"session": session})
            if head & 4:
                child.attrib.update({"r": own, "n": str(1 + (head >> 6)), "l": str(head >> 4)})
            build(source, STANZA_TAGS, STANZA_ATTRIBUTES, values, child)
    return build(source, STANZA_TAGS, STANZA_ATTRIBUTES, values, root)


def drawing(data: bytes) -> Element:
    """An `svg` element with all sorts of things in it."""
    root = Element("{http://www.w3.org/2000/svg}svg")
    return build(Source(data), SVG_TAGS, SVG_ATTRIBUTES, SVG_VALUES, root)
