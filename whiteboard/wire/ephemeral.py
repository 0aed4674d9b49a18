"""Cursors, previews and selections as children of an unnumbered `<sync/>` (SYNC 0.3.14).

Lists are bounded and numbers finite; what does not fit its form is left out without a word: it is
shown for a moment and never kept.
"""

from __future__ import annotations

import contextlib
import itertools
import math
import re
from collections.abc import Iterable
from xml.etree.ElementTree import Element, SubElement

from whiteboard.model.ephemeral import (
    Attention,
    Box,
    Cursor,
    CursorGone,
    Ephemeral,
    Follows,
    InkPreview,
    MovePreview,
    PreviewEnd,
    SelectionShown,
    ShapePreview,
    Viewport,
)
from whiteboard.model.ids import Rid
from whiteboard.model.ops import Invalid
from whiteboard.wire import ns
from whiteboard.wire.blanks import PutBack, TakenOut
from whiteboard.wire.errors import LocalProtocolError
from whiteboard.wire.sxe import read_literal_element, write_literal_element
from whiteboard.wire.values import is_rid, parse_count
from whiteboard.wire.xml import is_element

MAX_ITEMS = 32
MAX_POINTS = 2000
MAX_RIDS = 500
MAX_NODES = 500
"""Elements of a shape that is shown while it is made: it is painted anew with every change."""
MAX_COORDINATE = 1e7
MAX_PARTY = 3071
"""Characters of a party's name: the longest address (RFC 7622)."""

_CURSOR = f"{{{ns.SYNC}}}cursor"
_PREVIEW = f"{{{ns.SYNC}}}preview"
_SELECTION = f"{{{ns.SYNC}}}selection"
_ATTENTION = f"{{{ns.SYNC}}}attention"
_VIEWPORT = f"{{{ns.SYNC}}}viewport"
_FOLLOW = f"{{{ns.SYNC}}}follow"
_DOING = re.compile(r"[a-z-]{0,20}")


def write_items(sync: Element, items: Iterable[Ephemeral]) -> None:
    """Add the children that carry `items`."""
    for item in items:
        if isinstance(item, Cursor):
            cursor = SubElement(sync, _CURSOR, {"x": _number(item.x), "y": _number(item.y)})
            if item.doing:
                cursor.set("doing", item.doing)
        elif isinstance(item, CursorGone):
            SubElement(sync, _CURSOR)
        elif isinstance(item, SelectionShown):
            SubElement(sync, _SELECTION, {"rids": " ".join(item.rids[:MAX_RIDS])})
        elif isinstance(item, Attention):
            attention = SubElement(sync, _ATTENTION, _box(item.box))
            if item.rids:
                attention.set("rids", " ".join(item.rids[:MAX_RIDS]))
        elif isinstance(item, Viewport):
            SubElement(sync, _VIEWPORT, _box(item.box))
        elif isinstance(item, Follows):
            SubElement(sync, _FOLLOW, {"party": item.party} if item.party else {})
        else:
            _write_preview(SubElement(sync, _PREVIEW, {"id": item.id}), item)


def _write_preview(
    preview: Element, item: InkPreview | ShapePreview | MovePreview | PreviewEnd
) -> None:
    if isinstance(item, InkPreview):
        preview.set("start", str(item.start))
        preview.set("points", " ".join(f"{_number(x)},{_number(y)}" for x, y in item.points))
        preview.set("stroke", item.colour)
        preview.set("stroke-width", _number(item.width))
    elif isinstance(item, ShapePreview):
        with contextlib.suppress(LocalProtocolError):  # then nothing is shown for a moment
            blanks = TakenOut()
            preview.append(write_literal_element(item.element, blanks))
            if blanks.ws:
                preview.set("ws", blanks.ws)
    elif isinstance(item, MovePreview):
        preview.set("rids", " ".join(item.rids[:MAX_RIDS]))
        preview.set("matrix", " ".join(repr(value) for value in item.matrix))
    else:
        preview.set("end", "1")


def _box(box: Box) -> dict[str, str]:
    return {
        "x": _number(box.x),
        "y": _number(box.y),
        "width": _number(box.width),
        "height": _number(box.height),
    }


def _number(value: float) -> str:
    """Hundredths of a unit are finer than any screen shows."""
    text = f"{value:.2f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def read_items(sync: Element) -> tuple[Ephemeral, ...]:
    """What the children of `sync` show."""
    items: list[Ephemeral] = []
    for child in list(sync)[:MAX_ITEMS]:
        item: Ephemeral | None = None
        if child.tag == _CURSOR:
            item = _read_cursor(child)
        elif child.tag == _PREVIEW:
            item = _read_preview(child)
        elif child.tag == _SELECTION:
            item = SelectionShown(_rids(child.get("rids")))
        elif child.tag == _FOLLOW:
            item = Follows(child.get("party", "")) if _is_party(child.get("party", "")) else None
        elif child.tag in {_ATTENTION, _VIEWPORT}:
            item = _read_place(child)
        if item is not None:
            items.append(item)
    return tuple(items)


def _read_cursor(element: Element) -> Ephemeral | None:
    if "x" not in element.attrib and "y" not in element.attrib:
        return CursorGone()
    x, y = _read_number(element.get("x")), _read_number(element.get("y"))
    if x is None or y is None:
        return None
    doing = element.get("doing", "")
    return Cursor(x, y, doing if _DOING.fullmatch(doing) else "")


def _read_place(element: Element) -> Ephemeral | None:
    values = [_read_number(element.get(name)) for name in ("x", "y", "width", "height")]
    known = [value for value in values if value is not None]
    if len(known) != 4 or known[2] < 0 or known[3] < 0:
        return None
    box = Box(*known)
    if element.tag == _VIEWPORT:
        return Viewport(box)
    return Attention(box, _rids(element.get("rids")))


def _is_party(text: str) -> bool:
    return len(text) <= MAX_PARTY


def _read_preview(element: Element) -> Ephemeral | None:
    name = element.get("id", "")
    if not name or len(name) > 64:
        return None
    if "end" in element.attrib:
        return PreviewEnd(name)
    if "points" in element.attrib:
        return _read_ink(name, element)
    if "matrix" in element.attrib:
        values = [_read_number(text) for text in element.get("matrix", "").split()[:7]]
        known = [value for value in values if value is not None]
        if len(values) != 6 or len(known) != 6:
            return None
        a, b, c, d, e, f = known
        return MovePreview(name, _rids(element.get("rids")), (a, b, c, d, e, f))
    if len(element) == 1 and is_element(element[0]) and _is_small(element[0]):
        content = read_literal_element(element[0], PutBack(element.get("ws")))
        return None if isinstance(content, Invalid) else ShapePreview(name, content)
    return None


def _is_small(shape: Element) -> bool:
    return next(itertools.islice(shape.iter(), MAX_NODES, None), None) is None


def _read_ink(name: str, element: Element) -> Ephemeral | None:
    start = parse_count(element.get("start"))
    width = _read_number(element.get("stroke-width"))
    colour = element.get("stroke", "")
    if start is None or start > 1_000_000 or width is None or width < 0 or len(colour) > 64:
        return None
    points: list[tuple[float, float]] = []
    for pair in element.get("points", "").split()[:MAX_POINTS]:
        first, _, second = pair.partition(",")
        x, y = _read_number(first), _read_number(second)
        if x is None or y is None:
            return None
        points.append((x, y))
    return InkPreview(name, start, tuple(points), colour, width)


def _read_number(text: str | None) -> float | None:
    if not text or len(text) > 40:
        return None
    try:
        value = float(text)
    except ValueError:
        return None
    return value if math.isfinite(value) and abs(value) <= MAX_COORDINATE else None


def _rids(text: str | None) -> tuple[Rid, ...]:
    return tuple(Rid(rid) for rid in (text or "").split()[:MAX_RIDS] if is_rid(rid))
