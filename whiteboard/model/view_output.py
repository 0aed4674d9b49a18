"""What `view` prints: Canonical XML and the state hash (SYNC 0.3.6, 0.3.7), from the definitions.

Written with strings and a hash function alone, apart from the tree that `Document` keeps.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from whiteboard.model.ids import DOCUMENT, Rid
from whiteboard.model.ops import Kind

_XML = "http://www.w3.org/XML/1998/namespace"
_PREFIXES: Mapping[str, str] = {
    _XML: "xml",
    "http://www.w3.org/1999/xlink": "xlink",
    "http://www.inkscape.org/namespaces/inkscape": "inkscape",
    "http://sodipodi.sourceforge.net/DTD/sodipodi-0.dtd": "sodipodi",
    "http://www.w3.org/1999/02/22-rdf-syntax-ns#": "rdf",
    "http://creativecommons.org/ns#": "cc",
    "http://purl.org/dc/elements/1.1/": "dc",
    "urn:x-whiteboard:board:0": "wb",
}


@dataclass(frozen=True)
class Visible:
    """One visible record as it shows: resolved namespace, repaired value."""

    rid: Rid
    kind: Kind
    parent: Rid
    weight: float
    ns: str
    name: str
    """Local name; the target of an instruction."""
    value: str


def state_hash(records: Iterable[Visible]) -> str:
    """Sum modulo 2^256 of SHA-256 over the JSON of every visible record's canonical tuple."""
    total = 0
    for x in records:
        fields = [x.rid, x.kind.value, x.parent, _decimal(x.weight), x.ns, x.name, x.value]
        text = json.dumps(fields, ensure_ascii=False, separators=(",", ":"))
        total += int.from_bytes(hashlib.sha256(text.encode()).digest(), "big")
    return f"{total % 2**256:064x}"


def _decimal(weight: float) -> str:
    """The shortest decimal that reads back as `weight`."""
    if weight == 0:
        return "0"
    mantissa, _, exponent = repr(float(weight)).removesuffix(".0").partition("e")
    return f"{mantissa}e{int(exponent)}" if exponent else mantissa


def c14n(records: Iterable[Visible]) -> bytes:
    """Canonical XML 1.0 with comments; `records` have exactly one root element."""
    return _Writer(list(records)).document().encode()


class _Writer:
    def __init__(self, records: Sequence[Visible]) -> None:
        self.below: dict[Rid, list[Visible]] = {}
        for record in records:
            self.below.setdefault(record.parent, []).append(record)
        used = {x.ns for x in records if x.kind is Kind.ATTRIBUTE and x.ns}
        others = sorted(ns for ns in used if ns not in _PREFIXES)
        ranks = {ns: f"ns{rank}" for rank, ns in enumerate(others)}
        self.prefixes = {ns: _PREFIXES.get(ns) or ranks[ns] for ns in used}

    def document(self) -> str:
        parts: list[str] = []
        after_root = False
        for child in self._children(DOCUMENT):
            parts.append("\n" if after_root else "")
            self._write(child, "", parts)
            after_root = after_root or child.kind is Kind.ELEMENT
            parts.append("" if after_root else "\n")
        return "".join(parts)

    def _children(self, rid: Rid) -> list[Visible]:
        found = [x for x in self.below.get(rid, []) if x.kind is not Kind.ATTRIBUTE]
        return sorted(found, key=lambda x: (x.weight, x.rid))

    def _write(self, x: Visible, default: str, parts: list[str]) -> None:
        match x.kind:
            case Kind.ELEMENT:
                name = f"xml:{x.name}" if x.ns == _XML else x.name
                parts.append(f"<{name}{self._start(x, default)}>")
                for child in self._children(x.rid):
                    # The XML namespace may not be declared as the default.
                    self._write(child, default if x.ns == _XML else x.ns, parts)
                parts.append(f"</{name}>")
            case Kind.COMMENT:
                parts.append(f"<!--{_escape_cr(x.value)}-->")
            case Kind.INSTRUCTION:
                data = f" {_escape_cr(x.value)}" if x.value else ""
                parts.append(f"<?{x.name}{data}?>")
            case _:
                value = x.value.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
                parts.append(_escape_cr(value))

    def _start(self, x: Visible, default: str) -> str:
        """Declarations and attributes of an element."""
        out = [f' xmlns="{_attribute(x.ns)}"'] if x.ns not in {default, _XML} else []
        if x.parent == DOCUMENT:
            named = sorted((prefix, ns) for ns, prefix in self.prefixes.items() if ns != _XML)
            out += [f' xmlns:{prefix}="{_attribute(ns)}"' for prefix, ns in named]
        attributes = sorted(
            (a.ns, a.name, a.value) for a in self.below.get(x.rid, []) if a.kind is Kind.ATTRIBUTE
        )
        for ns, local, value in attributes:
            prefix = f"{self.prefixes[ns]}:" if ns else ""
            out.append(f' {prefix}{local}="{_attribute(value)}"')
        return "".join(out)


def _attribute(value: str) -> str:
    value = value.replace("&", "&amp;").replace("<", "&lt;").replace('"', "&quot;")
    return _escape_cr(value.replace("\t", "&#x9;").replace("\n", "&#xA;"))


def _escape_cr(value: str) -> str:
    return value.replace("\r", "&#xD;")
