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
    mantissa, _, exponent = repr(float(weight)).partition("e")
    mantissa = mantissa.removesuffix(".0")
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
        before: list[str] = []
        after: list[str] = []
        root = ""
        for child in self._children(DOCUMENT):
            if child.kind is Kind.ELEMENT:
                root = self._element(child, "")
            elif root:
                after.append("\n" + self._node(child, ""))
            else:
                before.append(self._node(child, "") + "\n")
        return "".join(before) + root + "".join(after)

    def _children(self, rid: Rid) -> list[Visible]:
        found = [x for x in self.below.get(rid, []) if x.kind is not Kind.ATTRIBUTE]
        return sorted(found, key=lambda x: (x.weight, x.rid))

    def _node(self, x: Visible, default: str) -> str:
        match x.kind:
            case Kind.ELEMENT:
                return self._element(x, default)
            case Kind.COMMENT:
                return f"<!--{_escape_cr(x.value)}-->"
            case Kind.INSTRUCTION:
                return f"<?{x.name} {_escape_cr(x.value)}?>" if x.value else f"<?{x.name}?>"
            case _:
                return _escape_cr(
                    x.value.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
                )

    def _element(self, x: Visible, default: str) -> str:
        declared: list[str] = []
        name = x.name
        if x.ns == _XML:  # may not be declared as the default
            name = f"xml:{name}"
        elif x.ns != default:
            declared.append(f' xmlns="{_attribute(x.ns)}"')
            default = x.ns
        if x.parent == DOCUMENT:
            named = sorted((prefix, ns) for ns, prefix in self.prefixes.items() if ns != _XML)
            declared += [f' xmlns:{prefix}="{_attribute(ns)}"' for prefix, ns in named]
        attributes = sorted(
            (a.ns, a.name, a.value) for a in self.below.get(x.rid, []) if a.kind is Kind.ATTRIBUTE
        )
        for ns, local, value in attributes:
            prefix = f"{self.prefixes[ns]}:" if ns else ""
            declared.append(f' {prefix}{local}="{_attribute(value)}"')
        inside = "".join(self._node(child, default) for child in self._children(x.rid))
        return f"<{name}{''.join(declared)}>{inside}</{name}>"


def _attribute(value: str) -> str:
    value = value.replace("&", "&amp;").replace("<", "&lt;").replace('"', "&quot;")
    return _escape_cr(value.replace("\t", "&#x9;").replace("\n", "&#xA;"))


def _escape_cr(value: str) -> str:
    return value.replace("\r", "&#xD;")
