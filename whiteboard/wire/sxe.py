"""Operations and the negotiation of XEP-0284 as elements.

Rules kept here (SYNC 0.3.2, 0.3.3, 0.3.9): every `new`, `set`, `remove` child of `<state/>` takes
its index, also one that says nothing valid (it becomes `Invalid`); other elements take none. A
literal has exactly one child element and no comment or processing instruction inside. Whether a
well-formed operation counts is not judged here.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from xml.etree.ElementTree import Element, SubElement

from whiteboard.model.ids import DOCUMENT, Rid
from whiteboard.model.ops import (
    Invalid,
    Kind,
    Literal,
    LiteralElement,
    New,
    Op,
    Remove,
    Set,
)
from whiteboard.model.weights import format_weight, parse_weight
from whiteboard.wire import ns
from whiteboard.wire.errors import LocalProtocolError
from whiteboard.wire.values import is_rid, parse_count
from whiteboard.wire.xml import is_element, representable, split_tag

MAX_LITERAL_DEPTH = 256
"""Deeper ones are over 64 KiB canonical anyhow, as each level lengthens every rid below it."""

INVALID = Invalid("says nothing valid")
"""One value for all: where what is invalid is relayed, it must compare equal to the original."""

_KINDS = {kind.value: kind for kind in Kind}
_NAMED = (Kind.ELEMENT, Kind.ATTRIBUTE)
_WITH_DATA = (Kind.ATTRIBUTE, Kind.TEXT, Kind.COMMENT)
_XMLNS = "http://www.w3.org/2000/xmlns/"
_NCNAME = re.compile(r"[^\W\d][\w.\-·]*")
_NEW, _SET, _REMOVE = f"{{{ns.SXE}}}new", f"{{{ns.SXE}}}set", f"{{{ns.SXE}}}remove"


# ---------------------------------------------------------------------------------- reading


def read_state(state: Element) -> tuple[Op, ...]:
    """The operations in `<state/>`, each at its place."""
    ops: list[Op] = []
    for child in state:
        if child.tag == _NEW:
            ops.append(_read_new(child))
        elif child.tag == _SET:
            ops.append(_read_set(child))
        elif child.tag == _REMOVE:
            target = child.get("target")
            ops.append(Remove(Rid(target or "")) if is_rid(target) else INVALID)
    return tuple(ops)


def _read_new(element: Element) -> Op:
    rid = element.get("rid")
    if not is_rid(rid):
        return INVALID
    parent = element.get("parent", "")
    if parent != DOCUMENT and not is_rid(parent):
        return INVALID
    weight = parse_weight(element.get("primary-weight", "0"))
    if element.get("type") is None:
        return _read_literal(element, Rid(rid or ""), Rid(parent), weight)
    kind = _KINDS.get(element.get("type", ""))
    if kind is None:
        return INVALID
    return New(
        Rid(rid or ""),
        kind,
        Rid(parent),
        weight,
        ns=_namespace(element.get("ns")) if kind in _NAMED else None,
        name=element.get("name", "") if kind in _NAMED else "",
        chdata=element.get("chdata", "") if kind in _WITH_DATA else "",
        pitarget=element.get("pitarget", "") if kind is Kind.INSTRUCTION else "",
        pidata=element.get("pidata", "") if kind is Kind.INSTRUCTION else "",
    )


def _read_literal(element: Element, rid: Rid, parent: Rid, weight: float) -> Op:
    if len(element) != 1 or not is_element(element[0]):
        return INVALID
    if (element.text or "").strip() or (element[0].tail or "").strip():
        return INVALID
    content = read_literal_element(element[0])
    return content if isinstance(content, Invalid) else Literal(rid, parent, weight, content)


def read_literal_element(element: Element, depth: int = 1) -> LiteralElement | Invalid:
    """What a literal holds; Invalid with a comment or instruction inside, or too deep."""
    if depth > MAX_LITERAL_DEPTH:
        return INVALID
    children: list[LiteralElement | str] = []
    text = element.text or ""
    for child in element:
        if not is_element(child):
            return INVALID
        if text:
            children.append(text)
        inner = read_literal_element(child, depth + 1)
        if isinstance(inner, Invalid):
            return inner
        children.append(inner)
        text = child.tail or ""
    if text:
        children.append(text)
    namespace, name = split_tag(element.tag)
    attributes = tuple((*split_tag(key), value) for key, value in element.attrib.items())
    return LiteralElement(namespace, name, tuple(sorted(attributes)), tuple(children))


def _read_set(element: Element) -> Op:
    target = element.get("target")
    if not is_rid(target):
        return INVALID
    parent = element.get("parent")
    if parent and not is_rid(parent):
        return INVALID
    weight = element.get("primary-weight")
    chdata = element.get("chdata")
    replace: tuple[int, int] | None = None
    if "replacefrom" in element.attrib or "replacen" in element.attrib:
        start, count = parse_count(element.get("replacefrom")), parse_count(element.get("replacen"))
        if start is None or count is None:
            chdata = None  # 0.3.9: the other fields apply
        elif chdata is not None:
            replace = (start, count)
    return Set(
        Rid(target or ""),
        version=parse_count(element.get("version")) or 0,
        parent=None if parent is None else Rid(parent),
        weight=None if weight is None else parse_weight(weight),
        ns=_namespace(element.get("ns")),
        name=element.get("name"),
        chdata=chdata,
        pitarget=element.get("pitarget"),
        pidata=element.get("pidata"),
        replace=replace,
    )


def _namespace(value: str | None) -> str | None:
    return ns.XML if value == "xml" else value


# ---------------------------------------------------------------------------------- writing


def write_state(ops: Iterable[Op]) -> Element:
    """`<state/>` with the operations."""
    state = Element(f"{{{ns.SXE}}}state")
    for op in ops:
        if isinstance(op, New):
            _write_new(state, op)
        elif isinstance(op, Literal):
            _write_literal(state, op)
        elif isinstance(op, Set):
            _write_set(state, op)
        elif isinstance(op, Remove):
            SubElement(state, _REMOVE, {"target": op.rid})
        else:
            SubElement(state, _NEW)  # reads as Invalid again, so that the indexes stay
    return state


def _write_place(element: Element, rid: Rid, parent: Rid, weight: float) -> None:
    element.set("rid", rid)
    if parent != DOCUMENT:
        element.set("parent", parent)
    if weight:
        element.set("primary-weight", format_weight(weight))


def _write_new(state: Element, op: New) -> None:
    element = SubElement(state, _NEW, {"type": op.kind.value})
    _write_place(element, op.rid, op.parent, op.weight)
    if op.kind in _NAMED:
        if op.ns is not None:
            element.set("ns", op.ns)
        element.set("name", representable(op.name))
    if op.kind in _WITH_DATA:
        element.set("chdata", representable(op.chdata))
    if op.kind is Kind.INSTRUCTION:
        element.set("pitarget", representable(op.pitarget))
        element.set("pidata", representable(op.pidata))


def _write_literal(state: Element, op: Literal) -> None:
    try:
        content = write_literal_element(op.element)
    except LocalProtocolError:
        # What XML cannot hold as it is goes as the plain operations that the literal stands for:
        # the same indexes, the same canonical form.
        for new in op:
            _write_new(state, new)
        return
    element = SubElement(state, _NEW)
    _write_place(element, op.rid, op.parent, op.weight)
    element.append(content)


def write_literal_element(content: LiteralElement) -> Element:
    """The XML that a literal holds.

    Raises:
        LocalProtocolError: a name that XML cannot write, or text that would not come back as it is.
    """
    if content.ns == ns.XML:
        raise LocalProtocolError("no element of the XML namespace can be written")
    element = Element(_qualified(content.ns, content.name))
    for namespace, name, value in content.attributes:
        element.set(_qualified(namespace, name), representable(value))
    last: Element | None = None
    after_text = False
    for child in content.children:
        if isinstance(child, str):
            if not child or after_text:
                raise LocalProtocolError("empty or adjacent text in a literal")
            after_text = True
            if last is None:
                element.text = (element.text or "") + representable(child)
            else:
                last.tail = (last.tail or "") + representable(child)
        else:
            after_text = False
            last = write_literal_element(child)
            element.append(last)
    return element


def _qualified(namespace: str, name: str) -> str:
    if not _NCNAME.fullmatch(name):
        raise LocalProtocolError(f"{name!r} is no XML name; send it as a plain new")
    if "}" in namespace or namespace == _XMLNS:
        # Parsers that write names as `{ns}name` end the stream at the first, all at the second.
        raise LocalProtocolError(f"{namespace!r} cannot be declared; send it as a plain new")
    return f"{{{namespace}}}{name}" if namespace else name


def _write_set(state: Element, op: Set) -> None:
    element = SubElement(state, _SET, {"target": op.rid, "version": str(op.version)})
    fields = {
        "parent": op.parent,
        "primary-weight": None if op.weight is None else format_weight(op.weight),
        "ns": op.ns,
        "name": op.name,
        "chdata": op.chdata,
        "pitarget": op.pitarget,
        "pidata": op.pidata,
    }
    for name, value in fields.items():
        if value is not None:
            element.set(name, representable(value))
    if op.replace is not None:
        element.set("replacefrom", str(op.replace[0]))
        element.set("replacen", str(op.replace[1]))
