"""Whether one message keeps to the rules: only what it touched is looked at, and only what it said.

An element that offended before does not make an offender of who moves it: findings count only for
the elements that the message made, moved or renamed and for the attributes that it wrote.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeAlias

from whiteboard.model.ids import Rid
from whiteboard.model.ops import Batch, Kind, Literal, New, Set
from whiteboard.model.reading import Reading
from whiteboard.model.strict.ops import Stanza
from whiteboard.svg.schema.check import Finding, Name, Severity
from whiteboard.validation.applications import Application

Touched: TypeAlias = dict[Rid, set[str]]
"""Element -> local names of attributes that were written; '' stands for the element itself, '#'
for text in it."""
MAX_FINDINGS = 20
"""Of one message; who wants to know more looks at the drawing."""
_OFFENDING = (Severity.FORBIDDEN, Severity.INVALID)


def offences(
    document: Reading, batch: Batch | Stanza, application: Application
) -> tuple[Finding, ...]:
    """What of a message that has been applied is not drawn; () is what honest programs get."""
    found: list[Finding] = []
    for rid, said in touched(document, batch).items():
        if len(found) >= MAX_FINDINGS:
            break
        if document.is_visible(rid):
            found += _of_element(document, rid, said, application)
    return tuple(found[:MAX_FINDINGS])


def _of_element(
    document: Reading, rid: Rid, said: set[str], application: Application
) -> Iterator[Finding]:
    name = (document.ns(rid), document.name(rid))
    if "#" in said and application.is_harmful_text(name, text_of(document, rid)):
        yield Finding(Severity.FORBIDDEN, name[1])
    if said == {"#"}:
        return
    if rid == document.root and application.root not in (None, name):
        yield Finding(Severity.INVALID, name[1])
    verdict = application.check(*name, document.attributes(rid).items(), parent_of(document, rid))
    for finding in verdict.findings:
        if finding.severity in _OFFENDING and finding.attribute in said:
            yield finding


def count_offences(document: Reading, application: Application) -> int:
    """How many things in the whole document are not shown; what is in a hidden one counts once."""
    count = 0
    stack = [] if document.root is None else [document.root]
    while stack:
        rid = stack.pop()
        name = (document.ns(rid), document.name(rid))
        above = parent_of(document, rid)
        verdict = application.check(*name, document.attributes(rid).items(), above)
        count += sum(f.severity in _OFFENDING for f in verdict.findings)
        if not verdict.hidden:
            kids = document.children(rid)
            stack += [kid for kid in kids if document.kind(kid) is Kind.ELEMENT]
    return count


def parent_of(document: Reading, rid: Rid) -> Name | None:
    """Namespace and name of the element that a visible element stands in; None for the root."""
    parent = document.parent(rid)
    if parent is None or document.kind(parent) is not Kind.ELEMENT:
        return None
    return (document.ns(parent), document.name(parent))


def text_of(document: Reading, rid: Rid) -> str:
    """The characters that stand directly in an element."""
    kids = document.children(rid)
    return "".join(document.text(kid) for kid in kids if document.kind(kid) is Kind.TEXT)


def touched(document: Reading, batch: Batch | Stanza) -> Touched:
    """The elements that a message is about, and what it says of them."""
    found: Touched = {}
    for op in batch.ops:
        if isinstance(op, Literal):
            for new in op:
                _note_new(found, new)
        elif isinstance(op, New):
            _note_new(found, op)
        elif isinstance(op, Set):
            _note_set(found, document, op)
    return found


def _note_new(found: Touched, new: New) -> None:
    if new.kind is Kind.ELEMENT:
        found.setdefault(new.rid, set()).add("")
    elif new.kind is Kind.ATTRIBUTE:
        found.setdefault(new.parent, set()).add(new.name)
    elif new.kind is Kind.TEXT:
        found.setdefault(new.parent, set()).add("#")


def _note_set(found: Touched, document: Reading, op: Set) -> None:
    kind = document.kind(op.rid)
    if kind is Kind.ELEMENT:
        if op.parent is not None or op.name is not None or op.ns is not None:
            found.setdefault(op.rid, set()).add("")
            if op.name is not None or op.ns is not None:
                for kid in document.children(op.rid):
                    if document.kind(kid) is Kind.ELEMENT:
                        found.setdefault(kid, set()).add("")
        return
    parent = document.parent(op.rid)
    if parent is None:
        return
    if kind is Kind.ATTRIBUTE:
        found.setdefault(parent, set()).add(document.name(op.rid))
    elif kind is Kind.TEXT:
        found.setdefault(parent, set()).add("#")
