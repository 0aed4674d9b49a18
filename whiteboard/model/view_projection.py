"""What of given records shows, slow and plain: the last step of every `view` (SYNC 3).

The tests compare what `Projection` keeps up to date with this; it shares no code with it.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from whiteboard.model.ids import DOCUMENT, Rid
from whiteboard.model.ops import Kind, Ts
from whiteboard.model.view_output import Visible

MAX_DEPTH = 256
MAX_TEXT = 1 << 20
MAX_ATTRIBUTE = 1 << 24

XML = "http://www.w3.org/XML/1998/namespace"
XMLNS = "http://www.w3.org/2000/xmlns/"

_START = (
    "A-Z_a-z\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u02ff\u0370-\u037d\u037f-\u1fff\u200c-\u200d"
    "\u2070-\u218f\u2c00-\u2fef\u3001-\ud7ff\uf900-\ufdcf\ufdf0-\ufffd\U00010000-\U000effff"
)
_NCNAME = re.compile(f"[{_START}][-.0-9\u00b7\u0300-\u036f\u203f-\u2040{_START}]*")
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


@dataclass
class Raw:
    """A record with the values that won, wherever it lies.

    `created` ranks it among those that claim one place: when it was made, or in strict sessions
    its rid.
    """

    rid: Rid
    created: Ts
    kind: Kind
    parent: Rid | None = None
    fields: dict[str, object] = field(default_factory=dict)
    text: str = ""


def visible(records: Mapping[Rid, Raw], *, newest_root: bool = False) -> dict[Rid, Visible]:
    """The records that show, from the document downwards.

    Args:
        records: those that exist and were not removed.
        newest_root: show the root with the highest `created`, not with the lowest.
    """
    below: dict[Rid, list[Raw]] = {}
    for record in records.values():
        if record.parent is not None:
            below.setdefault(record.parent, []).append(record)
    out: dict[Rid, Visible] = {}
    level = [
        shown
        for record in _document_level(below.get(DOCUMENT, []), newest_root)
        if (shown := _show(record, DOCUMENT, "")) is not None
    ]
    depth = 1
    while level:
        out.update((record.rid, record) for record in level)
        elements = [record for record in level if record.kind is Kind.ELEMENT]
        level = [
            child for element in elements for child in _inside(element, below.get(element.rid, []))
        ]
        depth += 1
        if depth > MAX_DEPTH:
            level = [child for child in level if child.kind is Kind.ATTRIBUTE]
    return out


def _document_level(records: Sequence[Raw], newest_root: bool) -> list[Raw]:
    """Of what lies in the document itself: one element, all comments and instructions."""
    roots = [x for x in records if x.kind is Kind.ELEMENT and _show(x, DOCUMENT, "") is not None]
    beside = [x for x in records if x.kind in {Kind.COMMENT, Kind.INSTRUCTION}]
    return sorted(roots, key=lambda x: x.created, reverse=newest_root)[:1] + beside


def _inside(element: Visible, records: Sequence[Raw]) -> list[Visible]:
    """The visible children and attributes of a visible element."""
    out: list[Visible] = []
    slots: set[tuple[str, str]] = set()
    for record in sorted(records, key=lambda x: x.created, reverse=True):
        shown = _show(record, element.rid, element.ns)
        if shown is None:
            continue
        if shown.kind is Kind.ATTRIBUTE:
            if (shown.ns, shown.name) in slots:
                continue  # of attributes with one name the newest created is shown (SYNC 3.3)
            slots.add((shown.ns, shown.name))
        out.append(shown)
    return out


def _show(record: Raw, parent: Rid, parent_ns: str) -> Visible | None:
    """The record as it shows, or None where XML cannot say it (SYNC 3.8)."""
    ns, name = record.fields["ns"], _string(record.fields["name"])
    inherited = parent_ns if record.kind is Kind.ELEMENT else ""
    resolved = inherited if ns is None else _FORBIDDEN.sub("\ufffd", _string(ns))
    resolved = XML if resolved == "xml" else resolved
    value = record.text
    match record.kind:
        case Kind.ELEMENT | Kind.ATTRIBUTE:
            if not _NCNAME.fullmatch(name) or resolved == XMLNS:
                return None
            if record.kind is Kind.ATTRIBUTE and name == "xmlns":
                return None
            value = value[:MAX_ATTRIBUTE] if record.kind is Kind.ATTRIBUTE else ""
        case Kind.TEXT:
            resolved, name, value = "", "", value[:MAX_TEXT]
        case Kind.COMMENT:
            value = re.sub(r"-(?=-|\Z)", "- ", value[:MAX_TEXT])
            resolved, name = "", ""
        case Kind.INSTRUCTION:
            name = _string(record.fields["pitarget"])
            if not _NCNAME.fullmatch(name) or name.lower() == "xml":
                return None
            resolved = ""
            value = _string(record.fields["pidata"])[:MAX_TEXT].replace("?>", "? >")
    weight = record.fields["weight"]
    return Visible(
        rid=record.rid,
        kind=record.kind,
        parent=parent,
        weight=weight if isinstance(weight, float | int) and math.isfinite(weight) else 0.0,
        ns=resolved,
        name=name,
        value=_FORBIDDEN.sub("\ufffd", value),
    )


def _string(value: object) -> str:
    return value if isinstance(value, str) else ""
