"""Operations and the negotiation of XEP-0284 as elements.

Rules kept here (SYNC 0.3.2, 0.3.3, 0.3.9): every `new`, `set`, `remove` child of `<state/>` takes
its index, also one that says nothing valid (it becomes `Invalid`); other elements take none. A
literal has exactly one child element and no comment or processing instruction inside. Whether a
well-formed operation counts is not judged here. White space goes through `blanks`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
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
from whiteboard.wire.blanks import PutBack, TakenOut, left_of_attribute
from whiteboard.wire.errors import LocalProtocolError
from whiteboard.wire.values import is_rid, parse_count
from whiteboard.wire.xml import is_element, representable, split_tag

MAX_LITERAL_DEPTH = 256
"""Deeper ones are over 64 KiB canonical anyhow, as each level lengthens every rid below it."""

INVALID = Invalid("says nothing valid")
"""One value for all: where what is invalid is relayed, it must compare equal to the original."""

_KINDS = {kind.value: kind for kind in Kind}
_NAMED = (Kind.ELEMENT, Kind.ATTRIBUTE)
_VALUES = ("ns", "name", "chdata", "pitarget", "pidata")
"""What may hold white space."""
_WITH_DATA = (Kind.ATTRIBUTE, Kind.TEXT, Kind.COMMENT)
_XMLNS = "http://www.w3.org/2000/xmlns/"
_NCNAME = re.compile(r"[^\W\d][\w.\-·]*")
_NEW, _SET, _REMOVE = f"{{{ns.SXE}}}new", f"{{{ns.SXE}}}set", f"{{{ns.SXE}}}remove"


# ---------------------------------------------------------------------------------- reading


def read_state(state: Element, blanks: PutBack) -> tuple[Op, ...]:
    """The operations in `<state/>`, each at its place; `blanks.k` then follows the last."""
    ops: list[Op] = []
    for child in state:
        k = blanks.k
        op: Op
        if child.tag == _NEW:
            op = _read_new(child, blanks)
        elif child.tag == _SET:
            op = _read_set(child, blanks)
        elif child.tag == _REMOVE:
            target = child.get("target")
            op = Remove(Rid(target or "")) if is_rid(target) else INVALID
        else:
            continue
        ops.append(op)
        if not isinstance(op, Literal):  # the reader of a literal counts what it stands for
            blanks.k = k + 1
    return tuple(ops)


def _read_new(element: Element, blanks: PutBack) -> Op:
    rid = element.get("rid")
    if not is_rid(rid):
        return INVALID
    parent = element.get("parent", "")
    if parent != DOCUMENT and not is_rid(parent):
        return INVALID
    weight = parse_weight(element.get("primary-weight", "0"))
    if element.get("type") is None:
        return _read_literal(element, Rid(rid or ""), Rid(parent), weight, blanks)
    kind = _KINDS.get(element.get("type", ""))
    if kind is None:
        return INVALID
    return New(
        Rid(rid or ""),
        kind,
        Rid(parent),
        weight,
        ns=_namespace(_value(element, "ns", blanks)) if kind in _NAMED else None,
        name=_value(element, "name", blanks) or "" if kind in _NAMED else "",
        chdata=_value(element, "chdata", blanks) or "" if kind in _WITH_DATA else "",
        pitarget=_value(element, "pitarget", blanks) or "" if kind is Kind.INSTRUCTION else "",
        pidata=_value(element, "pidata", blanks) or "" if kind is Kind.INSTRUCTION else "",
    )


def _value(element: Element, name: str, blanks: PutBack) -> str | None:
    value = element.get(name)
    return None if value is None else blanks.attribute(name, value)


def _read_literal(element: Element, rid: Rid, parent: Rid, weight: float, blanks: PutBack) -> Op:
    if len(element) != 1 or not is_element(element[0]):
        return INVALID
    if (element.text or "").strip() or (element[0].tail or "").strip():
        return INVALID
    content = read_literal_element(element[0], blanks)
    return content if isinstance(content, Invalid) else Literal(rid, parent, weight, content)


def read_literal_element(
    element: Element, blanks: PutBack, depth: int = 1
) -> LiteralElement | Invalid:
    """What a literal holds; Invalid with a comment or instruction inside, or too deep.

    `blanks.k` goes from the index of the element to that of what follows it.
    """
    if depth > MAX_LITERAL_DEPTH:
        return INVALID
    namespace, name = split_tag(element.tag)
    blanks.k += 1
    attributes: list[tuple[str, str, str]] = []
    for attribute_ns, local, value in sorted(_attributes(element)):
        attributes.append((attribute_ns, local, blanks.attribute("chdata", value)))
        blanks.k += 1
    children: list[LiteralElement | str] = []

    def add_text(text: str | None) -> None:
        if text:
            children.append(blanks.text(text))
            blanks.k += 1

    add_text(element.text)
    for child in element:
        if not is_element(child):
            return INVALID
        inner = read_literal_element(child, blanks, depth + 1)
        if isinstance(inner, Invalid):
            return inner
        children.append(inner)
        add_text(child.tail)
    return LiteralElement(left_of_attribute(namespace), name, tuple(attributes), tuple(children))


def _attributes(element: Element) -> Iterator[tuple[str, str, str]]:
    for key, value in element.attrib.items():
        namespace, name = split_tag(key)
        yield left_of_attribute(namespace), name, value


def _read_set(element: Element, blanks: PutBack) -> Op:
    target = element.get("target")
    if target is None or not is_rid(target):
        return INVALID
    parent = element.get("parent")
    if parent and not is_rid(parent):
        return INVALID
    values = blanks.attributes(element.attrib, _VALUES)
    get = values.get
    weight = get("primary-weight")
    chdata = get("chdata")
    replace: tuple[int, int] | None = None
    if "replacefrom" in values or "replacen" in values:
        start, count = parse_count(get("replacefrom")), parse_count(get("replacen"))
        if start is None or count is None:
            chdata = None  # 0.3.9: the other fields apply
        elif chdata is not None:
            replace = (start, count)
    return Set(
        Rid(target),
        parse_count(get("version")) or 0,
        None if parent is None else Rid(parent),
        None if weight is None else parse_weight(weight),
        _namespace(get("ns")),
        get("name"),
        chdata,
        get("pitarget"),
        get("pidata"),
        replace,
    )


def _namespace(value: str | None) -> str | None:
    return ns.XML if value == "xml" else value


# ---------------------------------------------------------------------------------- writing


def write_state(ops: Iterable[Op], blanks: TakenOut) -> Element:
    """`<state/>` with the operations; `blanks.k` then follows the last."""
    state = Element(f"{{{ns.SXE}}}state")
    for op in ops:
        if isinstance(op, Literal):
            _write_literal(state, op, blanks)
            continue
        if isinstance(op, New):
            _write_new(state, op, blanks)
        elif isinstance(op, Set):
            _write_set(state, op, blanks)
        elif isinstance(op, Remove):
            SubElement(state, _REMOVE, {"target": op.rid})
        else:
            SubElement(state, _NEW)  # reads as Invalid again, so that the indexes stay
        blanks.k += 1
    return state


def _set_value(element: Element, name: str, value: str, blanks: TakenOut) -> None:
    element.set(name, representable(blanks.attribute(name, value)))


def _write_place(element: Element, rid: Rid, parent: Rid, weight: float) -> None:
    element.set("rid", rid)
    if parent != DOCUMENT:
        element.set("parent", parent)
    if weight:
        element.set("primary-weight", format_weight(weight))


def _write_new(state: Element, op: New, blanks: TakenOut) -> None:
    element = SubElement(state, _NEW, {"type": op.kind.value})
    _write_place(element, op.rid, op.parent, op.weight)
    if op.kind in _NAMED:
        if op.ns is not None:
            _set_value(element, "ns", op.ns, blanks)
        _set_value(element, "name", op.name, blanks)
    if op.kind in _WITH_DATA:
        _set_value(element, "chdata", op.chdata, blanks)
    if op.kind is Kind.INSTRUCTION:
        _set_value(element, "pitarget", op.pitarget, blanks)
        _set_value(element, "pidata", op.pidata, blanks)


def _write_literal(state: Element, op: Literal, blanks: TakenOut) -> None:
    position = blanks.position()
    try:
        content = write_literal_element(op.element, blanks)
    except LocalProtocolError:
        # What XML cannot hold as it is goes as the plain operations that the literal stands for:
        # the same indexes, the same canonical form.
        blanks.rewind(position)
        for new in op:
            _write_new(state, new, blanks)
            blanks.k += 1
        return
    element = SubElement(state, _NEW)
    _write_place(element, op.rid, op.parent, op.weight)
    element.append(content)


def write_literal_element(content: LiteralElement, blanks: TakenOut) -> Element:
    """The XML that a literal holds; `blanks.k` as in `read_literal_element`.

    Raises:
        LocalProtocolError: a name that XML cannot write, or text that would not come back as it is.
    """
    if content.ns == ns.XML:
        raise LocalProtocolError("no element of the XML namespace can be written")
    element = Element(_qualified(content.ns, content.name))
    blanks.k += 1
    for namespace, name, value in sorted(content.attributes):
        element.set(_qualified(namespace, name), representable(blanks.attribute("chdata", value)))
        blanks.k += 1
    last: Element | None = None
    after_text = False
    for child in content.children:
        if isinstance(child, str):
            if not child or after_text:
                raise LocalProtocolError("empty or adjacent text in a literal")
            after_text = True
            text = representable(blanks.text(child))
            blanks.k += 1
            if last is None:
                element.text = text
            else:
                last.tail = text
        else:
            after_text = False
            last = write_literal_element(child, blanks)
            element.append(last)
    return element


def _qualified(namespace: str, name: str) -> str:
    if not _NCNAME.fullmatch(name):
        raise LocalProtocolError(f"{name!r} is no XML name; send it as a plain new")
    if "}" in namespace or namespace == _XMLNS or left_of_attribute(namespace) != namespace:
        # Parsers that write names as `{ns}name` end the stream at the first, all at the second;
        # the white space of the third has no index by which a stamp could name it.
        raise LocalProtocolError(f"{namespace!r} cannot be declared; send it as a plain new")
    return f"{{{namespace}}}{name}" if namespace else name


def _write_set(state: Element, op: Set, blanks: TakenOut) -> None:
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
            _set_value(element, name, value, blanks)
    if op.replace is not None:
        element.set("replacefrom", str(op.replace[0]))
        element.set("replacen", str(op.replace[1]))
