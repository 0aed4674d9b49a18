"""The visible tree as bytes: Canonical XML of the view, and a plain file (SYNC 0.3.6, 3.9).

Written straight from the records: libxml2's canonicaliser refuses documents that are well-formed
but for it (a relative namespace name), and the form of a shared board must never fail. Tests hold
it equal to inclusive Canonical XML 1.0 with comments by lxml.
"""

from __future__ import annotations

from whiteboard.model.ops import Kind
from whiteboard.model.projection import XML_NS, Projection, shown_value
from whiteboard.model.record import Record

BOARD_NS = "urn:x-whiteboard:board:0"
"""Of attributes that only this program understands, such as `paper` of the root."""
PREFIXES = {
    XML_NS: "xml",
    "http://www.w3.org/1999/xlink": "xlink",
    "http://www.inkscape.org/namespaces/inkscape": "inkscape",
    "http://sodipodi.sourceforge.net/DTD/sodipodi-0.dtd": "sodipodi",
    "http://www.w3.org/1999/02/22-rdf-syntax-ns#": "rdf",
    "http://creativecommons.org/ns#": "cc",
    "http://purl.org/dc/elements/1.1/": "dc",
    BOARD_NS: "wb",
}
"""Namespace -> prefix of attributes; any other gets `nsI`, I from 0."""

_TEXT = {ord("&"): "&amp;", ord("<"): "&lt;", ord(">"): "&gt;", ord("\r"): "&#xD;"}
_ATTRIBUTE = {
    ord("&"): "&amp;",
    ord("<"): "&lt;",
    ord('"'): "&quot;",
    ord("\t"): "&#x9;",
    ord("\n"): "&#xA;",
    ord("\r"): "&#xD;",
}


def write(projection: Projection, *, canonical: bool) -> bytes:
    """The visible document; empty without a visible root.

    Args:
        projection: Settled.
        canonical: False adds an XML declaration and writes empty elements short.
    """
    root = projection.root
    if root is None or not root.shown:
        return b""
    writer = _Writer(projection, prefixes(projection), short=not canonical)
    out = writer.out
    if not canonical:
        out.append('<?xml version="1.0" encoding="UTF-8"?>\n')
    before = True
    for node in projection.children(projection.document):
        if node is root:
            before = False
            writer.subtree(root)
            continue
        if not before:
            out.append("\n")
        writer.leaf(node)
        if before:
            out.append("\n")
    if not canonical:
        out.append("\n")
    return "".join(out).encode()


def prefixes(projection: Projection) -> dict[str, str]:
    """Namespace -> prefix for all namespaces of visible attributes."""
    used: set[str] = set()
    stack = [projection.root] if projection.root is not None else []
    while stack:
        element = stack.pop()
        used.update(ns for (ns, _), _ in projection.attributes(element) if ns)
        stack.extend(kid for kid in element.kids or () if kid.shown)
    other = sorted(used - PREFIXES.keys())
    table = {ns: prefix for ns, prefix in PREFIXES.items() if ns in used}
    table.update((ns, f"ns{i}") for i, ns in enumerate(other))
    return table


class _Writer:
    def __init__(self, projection: Projection, table: dict[str, str], *, short: bool) -> None:
        self.out: list[str] = []
        self._projection = projection
        self._table = table
        self._short = short

    def subtree(self, root: Record) -> None:
        """Write an element with all below it, as the root of the document."""
        declared = "".join(
            f' xmlns:{prefix}="{ns.translate(_ATTRIBUTE)}"'
            for prefix, ns in sorted((prefix, ns) for ns, prefix in self._table.items())
            if prefix != "xml"
        )
        stack: list[tuple[Record | None, str, str]] = [(root, "", declared)]
        while stack:
            record, default, extra = stack.pop()
            if record is None:
                self.out.append(extra)
            elif record.kind is Kind.ELEMENT:
                default, end = self._start(record, default, extra)
                kids = self._projection.children(record)
                if not kids and self._short:
                    self.out.append("/>")
                    continue
                self.out.append(">")
                stack.append((None, "", end))
                stack.extend((kid, default, "") for kid in reversed(kids))
            else:
                self.leaf(record)

    def _start(self, element: Record, default: str, extra: str) -> tuple[str, str]:
        """Write a start tag but its end; returns the default namespace inside and the end tag."""
        ns = element.shown_ns
        name = f"xml:{element.name}" if ns == XML_NS else element.name
        self.out.append(f"<{name}")
        if ns not in {XML_NS, default}:
            self.out.append(f' xmlns="{ns.translate(_ATTRIBUTE)}"')
            default = ns
        self.out.append(extra)
        for (attribute_ns, local), value in self._projection.attributes(element):
            prefix = f"{self._table[attribute_ns]}:" if attribute_ns else ""
            self.out.append(f' {prefix}{local}="{value.translate(_ATTRIBUTE)}"')
        return default, f"</{name}>"

    def leaf(self, record: Record) -> None:
        """Write a text, comment or instruction."""
        value = shown_value(record)
        if record.kind is Kind.TEXT:
            self.out.append(value.translate(_TEXT))
        elif record.kind is Kind.COMMENT:
            self.out.append(f"<!--{value.replace(chr(13), '&#xD;')}-->")
        else:
            value = value.replace(chr(13), "&#xD;")
            self.out.append(f"<?{record.pitarget}{' ' if value else ''}{value}?>")
