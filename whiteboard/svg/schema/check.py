"""One element against the table: what of it is forbidden, what is no SVG, what is unknown.

    verdict = check(SVG_NS, "rect", attributes, (SVG_NS, "g"))
    verdict.hidden          # the element is not drawn and not exported, nor what is in it
    verdict.changed         # attributes that are read as another value, or as not written (None)

Three severities, and what they mean to those who draw and export:

* FORBIDDEN: it would run or load something (`sanitize`). Not drawn, not exported, never acted on.
* INVALID: a known element where it may not stand, a known attribute with a value that is none. Not
  drawn, not exported. A wrong declaration in `style` is left out alone, as CSS wants it.
* UNKNOWN: not in the table, in no foreign namespace. Kept, drawn as far as possible, exported.

Elements and attributes of other namespaces (Inkscape's, RDF, ours) are nobody's business here.
"""

from __future__ import annotations

import enum
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TypeAlias

import tinycss2

from whiteboard.svg.plan import SVG_NS, XLINK_NS
from whiteboard.svg.sanitize import (
    is_active_attribute,
    is_active_element,
    is_active_target,
    is_loading_css,
    is_loading_reference,
)
from whiteboard.svg.schema.grammar import ANY, PRESENTATION
from whiteboard.svg.schema.table import ELEMENTS, Rules

Name: TypeAlias = tuple[str, str]
"""(namespace, local name)."""
_SHOWN = 80
"""Characters of a value that a finding repeats."""


class Severity(enum.Enum):
    """How bad it is; the module says what each means."""

    FORBIDDEN = "forbidden"
    INVALID = "invalid"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is not as the table wants it.

    Attributes:
        severity: How bad it is.
        element: Local name of the element.
        attribute: Local name of the attribute, '' if it is the element itself.
        value: The beginning of the attribute's value.
    """

    severity: Severity
    element: str
    attribute: str = ""
    value: str = ""

    def __str__(self) -> str:
        of = f' {self.attribute}="{self.value}"' if self.attribute else ""
        return f"{self.severity.value}: <{self.element}{of}>"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What is to be said about one element, and what to do about it."""

    findings: tuple[Finding, ...] = ()
    hidden: bool = False
    changed: Mapping[Name, str | None] = field(default_factory=dict)

    @property
    def is_offending(self) -> bool:
        """Whether something of it is not drawn and not exported."""
        return self.hidden or bool(self.changed)


SOUND = Verdict()
"""Nothing to say."""


def check(
    ns: str,
    name: str,
    attributes: Iterable[tuple[Name, str]],
    parent: Name | None,
) -> Verdict:
    """Judge one element by itself and by where it stands.

    Args:
        ns: Namespace of the element.
        name: Local name.
        attributes: ((namespace, local name), value) of all of them.
        parent: Namespace and name of the element it stands in; None for the root.
    """
    if is_active_element(ns, name):
        return Verdict((Finding(Severity.FORBIDDEN, name),), hidden=True)
    if ns != SVG_NS:
        return _foreign(name, attributes)
    rules = ELEMENTS.get(name)
    findings: list[Finding] = []
    hidden = False
    if rules is None:
        findings.append(Finding(Severity.UNKNOWN, name))
    elif not _may_stand(name, parent):
        findings.append(Finding(Severity.INVALID, name))
        hidden = True
    changed: dict[Name, str | None] = {}
    known = {} if rules is None else rules.attributes
    for key, value in attributes:
        own_ns, attribute = key
        if not own_ns and attribute not in _ACTED_ON:
            grammar = known.get(attribute)
            if grammar is not None and "(" not in value and "\\" not in value:
                # By far the most: a known attribute that cannot load anything.
                if not grammar.accepts(value):
                    findings.append(_finding(Severity.INVALID, name, attribute, value))
                    changed[key] = None
                continue
        severity, read = _attribute(rules, name, own_ns, attribute, value)
        if severity is None:
            continue
        findings.append(_finding(severity, name, attribute, value))
        if severity is Severity.UNKNOWN:
            continue
        if attribute == "attributeName":
            hidden = True
        changed[key] = read
    if not findings:
        return SOUND
    return Verdict(tuple(findings), hidden, changed)


_ACTED_ON = frozenset({"href", "style", "attributeName"})
"""Attributes without a namespace that say more than a value."""


def _finding(severity: Severity, name: str, attribute: str, value: str) -> Finding:
    return Finding(severity, name, attribute, value[:_SHOWN])


def may_be_drawn(ns: str, name: str, parent: Name | None) -> bool:
    """Whether an element is not hidden, as far as its name and its place say; quick."""
    return not is_active_element(ns, name) and (
        ns != SVG_NS or name not in ELEMENTS or _may_stand(name, parent)
    )


def _may_stand(name: str, parent: Name | None) -> bool:
    if parent is None or parent[0] != SVG_NS:
        return True  # the root; or in something that only another program understands
    above = ELEMENTS.get(parent[1])
    return above is None or name in above.children


def _foreign(name: str, attributes: Iterable[tuple[Name, str]]) -> Verdict:
    """Only what runs something matters on elements that are not drawn anyway."""
    findings: list[Finding] = []
    changed: dict[Name, str | None] = {}
    for key, value in attributes:
        if is_active_attribute(*key, value):
            findings.append(_finding(Severity.FORBIDDEN, name, key[1], value))
            changed[key] = None
    return Verdict(tuple(findings), False, changed) if findings else SOUND


def _attribute(
    rules: Rules | None, element: str, ns: str, name: str, value: str
) -> tuple[Severity | None, str | None]:
    """How bad an attribute is, and what it is read as instead."""
    if is_active_attribute(ns, name, value) or is_loading_reference(element, ns, name, value):
        return Severity.FORBIDDEN, None
    if ns:
        empty = ns == XLINK_NS and name == "href" and not value.strip()
        return (Severity.INVALID, None) if empty else (None, None)
    if name == "style":
        return _style(value)
    if is_loading_css(value) and name not in _FREE:
        return Severity.FORBIDDEN, None
    if name == "attributeName" and is_active_target(SVG_NS, element, value):
        return Severity.FORBIDDEN, None
    if rules is None:
        return None, None
    grammar = rules.attributes.get(name)
    if grammar is None:
        return Severity.UNKNOWN, None
    return (None, None) if grammar.accepts(value) else (Severity.INVALID, None)


_FREE = frozenset({"id", "class", "href", "in", "in2", "result", "font-family", "lang"})
"""Attributes whose text is no CSS, whatever it looks like."""


@lru_cache(maxsize=4096)
def _style(value: str) -> tuple[Severity | None, str | None]:
    """A `style` attribute: what is wrong in it is left out, the rest stays."""
    kept: list[tinycss2.ast.Node] = []
    worst: Severity | None = None
    for item in tinycss2.parse_declaration_list(value, skip_comments=True, skip_whitespace=True):
        if item.type == "declaration":
            severity = _declaration(item.lower_name, tinycss2.serialize(item.value).strip())
        else:
            severity = Severity.INVALID
        if severity is None:
            kept.append(item)
        elif worst is not Severity.FORBIDDEN:
            worst = severity
    if worst is None:
        return None, None
    return worst, ";".join(tinycss2.serialize([item]).strip().rstrip(";") for item in kept)


def _declaration(name: str, value: str) -> Severity | None:
    if is_loading_css(f"{name}:{value}"):
        return Severity.FORBIDDEN
    grammar = ANY if name in _OWN_IN_CSS else PRESENTATION.get(name, ANY)
    return None if grammar.accepts(value) else Severity.INVALID


_OWN_IN_CSS = frozenset({"transform", "transform-origin", "font-style"})
"""Properties that CSS writes in more ways than the attributes of the same name."""
