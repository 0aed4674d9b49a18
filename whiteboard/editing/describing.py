"""What an element is called when people read or hear about it."""

from __future__ import annotations

from whiteboard.editing.style import colour_name, declarations
from whiteboard.model.ids import Rid
from whiteboard.model.ops import Kind
from whiteboard.model.shown import Shown

_NAMES = {
    "rect": "Rectangle",
    "circle": "Circle",
    "ellipse": "Ellipse",
    "line": "Line",
    "polyline": "Polyline",
    "polygon": "Polygon",
    "path": "Drawing",
    "text": "Text",
    "image": "Image",
    "g": "Group",
    "svg": "Board",
    "use": "Copy",
    "a": "Link",
}
_LONGEST = 40
"""Characters of a text that are read out."""


def describe(document: Shown, rid: Rid) -> str:
    """Kind, own words and colour: 'Rectangle, blue', 'Text, “Big type”, red'."""
    name = document.name(rid)
    kind = _NAMES.get(name, name)
    if name == "line" and document.attribute(rid, "marker-end"):
        kind = "Arrow"
    parts = [kind]
    words = _title(document, rid) or (_words(document, rid) if name == "text" else "")
    if words:
        parts.append(f"“{words if len(words) <= _LONGEST else words[: _LONGEST - 1] + '…'}”")
    if colour := _colour(document, rid):
        parts.append(colour_name(colour))
    return ", ".join(parts)


def _title(document: Shown, rid: Rid) -> str:
    for child in document.children(rid):
        if document.kind(child) is Kind.ELEMENT and document.name(child) == "title":
            return _words(document, child)
    return ""


def _words(document: Shown, rid: Rid) -> str:
    parts: list[str] = []
    for child in document.children(rid):
        kind = document.kind(child)
        if kind is Kind.TEXT:
            parts.append(document.text(child))
        elif kind is Kind.ELEMENT:
            parts.append(" " + _words(document, child))
    return " ".join("".join(parts).replace("\u200b", "").split())


def _colour(document: Shown, rid: Rid) -> str:
    styled = declarations(document.attribute(rid, "style") or "")
    order = ("fill", "stroke") if document.name(rid) == "text" else ("stroke", "fill")
    for prop in order:
        value = styled.get(prop) or document.attribute(rid, prop) or ""
        if value and value != "none" and not value.startswith("url("):
            return value
    return ""
