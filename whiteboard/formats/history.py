"""Files with history: the identity of every element, who made and changed it, and when (F6, F11).

Only where a person asks for it; in attributes of our own namespace, which other programs leave
alone. Read back they are attributes like all others: an element keeps the identity and the maker
that it had where it was first drawn, however often the file is opened, shared and exported.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from lxml import etree

from whiteboard.editing.literals import PROVENANCE
from whiteboard.formats.svgfile import save
from whiteboard.model.ids import Rid
from whiteboard.model.markup import BOARD_NS
from whiteboard.model.ops import Kind
from whiteboard.model.shared import SharedDocument


@dataclass(frozen=True, slots=True)
class Provenance:
    """Where an element comes from; '' is what nobody knows. Times are ISO 8601 in UTC.

    Attributes:
        rid: Its identity, unique also beyond the session.
        creator: Who made it.
        created: When.
        modifier: Who changed it last.
        modified: When.
    """

    rid: str = ""
    creator: str = ""
    created: str = ""
    modifier: str = ""
    modified: str = ""


def provenance(document: SharedDocument, rid: Rid) -> Provenance:
    """What a file said about an element; its present identity if it was not in a file before."""
    said = {name: document.attribute(rid, name, BOARD_NS) or "" for name in PROVENANCE}
    said["rid"] = said["rid"] or rid
    return Provenance(**said)


def save_with_history(document: SharedDocument, known: Callable[[Rid], Provenance | None]) -> bytes:
    """As `svgfile.save`, with what is known about each element of this board written to it.

    Args:
        document: The board.
        known: About an element of this board; what a file said of its origin goes before.
    """
    root = etree.fromstring(save(document), etree.XMLParser(resolve_entities=False, huge_tree=True))
    for node, rid in zip(root.iter(etree.Element), _elements(document), strict=True):
        now = known(rid) or Provenance()
        before = provenance(document, rid)
        came_along = before.rid != rid
        is_untouched = (now.modifier, now.modified) == (now.creator, now.created)
        origin = before if came_along else now
        last = before if came_along and is_untouched else now
        told = Provenance(before.rid, origin.creator, origin.created, last.modifier, last.modified)
        for name in PROVENANCE:
            value = getattr(told, name)
            if value:
                node.set(f"{{{BOARD_NS}}}{name}", value)
    return _written(root)


def without_history(data: bytes) -> bytes:
    """An SVG file without what `save_with_history` wrote; the very bytes if there is none."""
    if BOARD_NS.encode() not in data:
        return data
    root = etree.fromstring(data, etree.XMLParser(resolve_entities=False, huge_tree=True))
    names = [f"{{{BOARD_NS}}}{name}" for name in PROVENANCE]
    is_changed = False
    for node in root.iter(etree.Element):
        for name in names:
            if node.attrib.pop(name, None) is not None:
                is_changed = True
    return _written(root) if is_changed else data


def _elements(document: SharedDocument) -> Iterator[Rid]:
    """All visible elements, in document order."""
    stack = [] if document.root is None else [document.root]
    while stack:
        rid = stack.pop()
        yield rid
        kids = document.children(rid)
        stack += [kid for kid in reversed(kids) if document.kind(kid) is Kind.ELEMENT]


def _written(root: etree._Element) -> bytes:
    prefixes = [prefix for prefix in root.nsmap if prefix]
    etree.cleanup_namespaces(root, top_nsmap={"wb": BOARD_NS}, keep_ns_prefixes=prefixes)
    data = etree.tostring(root.getroottree(), xml_declaration=True, encoding="UTF-8")
    return data if data.endswith(b"\n") else data + b"\n"
