"""Style sheets: which rules of the `<style>` elements an element matches (CSS Selectors 4).

Selectors are parsed by cssselect2 and matched here, because its own matching wants an ElementTree.
Understood: type, class, id, attribute, all four combinators, :not() :is() :where(), :first-child
:last-child :only-child :empty :root :nth-child(an+b). A rule with anything else is left out.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TypeAlias

import cssselect2.parser as selectors
import tinycss2
import tinycss2.nth

from whiteboard.svg.plan import Node

MAX_RULES = 10_000
"""Rules beyond this are ignored: each one costs time at every element."""
_NO_RULES: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Declarations:
    """What one block says, shorthands not yet taken apart."""

    normal: tuple[tuple[str, str], ...] = ()
    important: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Rule:
    """One selector with its block; rules are kept in the order in which they win."""

    selector: object
    declarations: Declarations


Tried: TypeAlias = dict[tuple[int, str], bool]
"""(identity of a selector with a combinator, rid) -> whether that element, or one that is further
away from where the search began, matches its left part."""


@dataclass(slots=True)
class Sheet:
    """All rules of a document, sorted by specificity and place, in buckets by what they ask for."""

    rules: list[Rule] = field(default_factory=list)
    structural: bool = False
    """Whether some rule looks at siblings or children, so that a neighbour's change matters."""
    _ids: dict[str, list[int]] = field(default_factory=dict)
    _classes: dict[str, list[int]] = field(default_factory=dict)
    _names: dict[str, list[int]] = field(default_factory=dict)
    _others: list[int] = field(default_factory=list)

    def match(self, node: Node, attributes: Mapping[str, str]) -> tuple[int, ...]:
        """Indexes into `rules` of those that the element matches, weakest first."""
        if not self.rules:
            return _NO_RULES
        found = self._others + self._names.get(node.name, [])
        if self._ids and (own := attributes.get("id")) is not None:
            found = found + self._ids.get(own, [])
        if self._classes and (classes := attributes.get("class")) is not None:
            for name in classes.split():
                found = found + self._classes.get(name, [])
        tried: Tried = {}
        found = sorted(set(found))
        return tuple(i for i in found if _matches(self.rules[i].selector, node, tried))

    def _file(self, index: int, selector: object) -> None:
        """Put the rule where only elements that may match it look."""
        last = selector.right if isinstance(selector, selectors.CombinedSelector) else selector
        bucket = self._others
        for simple in getattr(last, "simple_selectors", ()):
            if isinstance(simple, selectors.IDSelector):
                bucket = self._ids.setdefault(simple.ident, [])
                break
            if isinstance(simple, selectors.ClassSelector):
                bucket = self._classes.setdefault(simple.class_name, [])
            elif isinstance(simple, selectors.LocalNameSelector) and bucket is self._others:
                bucket = self._names.setdefault(simple.local_name, [])
        bucket.append(index)


def parse_sheet(text: str) -> Sheet:
    """A sheet of the rules in `text`; what cannot be understood is left out, as CSS says."""
    found: list[tuple[tuple[int, ...], int, object, Declarations]] = []
    sheet = Sheet()
    for rule in tinycss2.parse_stylesheet(text, skip_comments=True, skip_whitespace=True):
        if rule.type == "at-rule" and rule.lower_at_keyword == "media" and rule.content:
            # A board is shown on a screen; other media do not concern it.
            if tinycss2.serialize(rule.prelude).strip().lower() not in ("screen", "all", ""):
                continue
            inner = tinycss2.parse_rule_list(rule.content, skip_comments=True, skip_whitespace=True)
        else:
            inner = [rule]
        for one in inner:
            if one.type == "qualified-rule" and len(found) < MAX_RULES:
                found.extend(_rule(one, sheet, len(found)))
    found.sort(key=lambda entry: (entry[0], entry[1]))
    for index, (_, _, selector, declarations) in enumerate(found):
        sheet.rules.append(Rule(selector, declarations))
        sheet._file(index, selector)  # noqa: SLF001 - its own class, one screen up
    return sheet


def _rule(
    rule: object, sheet: Sheet, place: int
) -> Iterable[tuple[tuple[int, ...], int, object, Declarations]]:
    try:
        parsed = list(selectors.parse(rule.prelude))  # type: ignore[attr-defined]
    except (selectors.SelectorError, RecursionError):
        return
    declarations = _declarations(rule.content)  # type: ignore[attr-defined]
    for selector in parsed:
        if selector.pseudo_element is None and _understood(selector.parsed_tree, sheet):
            yield tuple(selector.specificity), place, selector.parsed_tree, declarations


@lru_cache(maxsize=4096)
def parse_declarations(text: str) -> Declarations:
    """What a `style` attribute says."""
    return _declarations(text)


def _declarations(content: object) -> Declarations:
    normal: list[tuple[str, str]] = []
    important: list[tuple[str, str]] = []
    for item in tinycss2.parse_declaration_list(content, skip_comments=True, skip_whitespace=True):
        if item.type == "declaration":
            value = tinycss2.serialize(item.value).strip()
            (important if item.important else normal).append((item.lower_name, value))
    return Declarations(tuple(normal), tuple(important))


_PSEUDO = ("first-child", "last-child", "only-child", "empty", "root")


def _understood(selector: object, sheet: Sheet) -> bool:
    """Whether `_matches` knows every part; notes if a neighbour's change can matter."""
    match selector:
        case selectors.CombinedSelector():
            if selector.combinator in "+~":
                sheet.structural = True
            return _understood(selector.left, sheet) and _understood(selector.right, sheet)
        case selectors.CompoundSelector():
            return all(_understood(simple, sheet) for simple in selector.simple_selectors)
        case selectors.PseudoClassSelector():
            sheet.structural = True
            return bool(selector.name in _PSEUDO)
        case selectors.FunctionalPseudoClassSelector():
            sheet.structural = True
            return (
                selector.name == "nth-child"
                and tinycss2.nth.parse_nth(selector.arguments) is not None
            )
        case (
            selectors.NegationSelector()
            | selectors.MatchesAnySelector()
            | selectors.SpecificityAdjustmentSelector()
        ):
            return all(_understood(one.parsed_tree, sheet) for one in selector.selector_list)
        case (
            selectors.LocalNameSelector()
            | selectors.NamespaceSelector()
            | selectors.IDSelector()
            | selectors.ClassSelector()
            | selectors.AttributeSelector()
        ):
            return True
    return False


def _matches(selector: object, node: Node, tried: Tried) -> bool:
    """Whether the element matches; `tried` keeps what was found out about other elements.

    Without it, `a g g g g g` deep inside of `g`s would try every choice of five of them.
    """
    match selector:
        case selectors.CombinedSelector():
            return _matches(selector.right, node, tried) and _any_related(selector, node, tried)
        case selectors.CompoundSelector():
            return all(_matches(simple, node, tried) for simple in selector.simple_selectors)
        case selectors.LocalNameSelector():
            return bool(node.name == selector.local_name)
        case selectors.NamespaceSelector():
            return bool(node.ns == selector.namespace)
        case selectors.IDSelector():
            return bool(node.get("id") == selector.ident)
        case selectors.ClassSelector():
            return selector.class_name in (node.get("class") or "").split()
        case selectors.AttributeSelector():
            return _attribute_matches(selector, node)
        case selectors.NegationSelector():
            return not any(_matches(one.parsed_tree, node, tried) for one in selector.selector_list)
        case selectors.MatchesAnySelector() | selectors.SpecificityAdjustmentSelector():
            return any(_matches(one.parsed_tree, node, tried) for one in selector.selector_list)
        case selectors.PseudoClassSelector():
            return _pseudo_matches(selector.name, node)
        case selectors.FunctionalPseudoClassSelector():
            return _nth_matches(tinycss2.nth.parse_nth(selector.arguments), node)
    return False


def _any_related(selector: selectors.CombinedSelector, node: Node, tried: Tried) -> bool:
    """Whether an element that stands to `node` as the combinator says matches the left part.

    What is found out for the first one is so for all that lie on the way to the one that matches.
    """
    found = False
    on_the_way: list[tuple[int, str]] = []
    for other in _related(selector.combinator, node):
        key = (id(selector), other.rid)
        if key in tried:
            found = tried[key]
            break
        on_the_way.append(key)
        if _matches(selector.left, other, tried):
            found = True
            break
    tried.update(dict.fromkeys(on_the_way, found))
    return found


def _related(combinator: str, node: Node) -> Iterable[Node]:
    if combinator in "+~":
        other = _before(node)
        while other is not None:
            yield other
            other = None if combinator == "+" else _before(other)
    else:
        parent = node.parent
        while parent is not None:
            yield parent
            parent = None if combinator == ">" else parent.parent


def _before(node: Node) -> Node | None:
    """The element before it; text in between does not count."""
    other = node.previous
    while other is not None and not other.name:
        other = other.previous
    return other


def _elements(nodes: Sequence[Node]) -> list[Node]:
    return [node for node in nodes if node.name]


def _pseudo_matches(name: str, node: Node) -> bool:
    if name == "empty":
        return not any(child.name or child.text for child in node.children)
    if name == "root":
        return node.parent is None
    first = _before(node) is None
    if name == "first-child":
        return first
    parent = node.parent
    last = parent is None or _elements(parent.children)[-1].rid == node.rid
    return last if name == "last-child" else first and last


def _nth_matches(nth: tuple[int, int], node: Node) -> bool:
    position = 1
    other = _before(node)
    while other is not None:
        position += 1
        other = _before(other)
    a, b = nth
    return position == b if a == 0 else (position - b) % a == 0 and (position - b) // a >= 0


def _attribute_matches(selector: selectors.AttributeSelector, node: Node) -> bool:
    value = node.get(selector.name, selector.namespace or "")
    if value is None or selector.operator is None:
        return value is not None
    wanted = selector.value
    if selector.case_sensitive is False:
        value, wanted = value.lower(), wanted.lower()
    match selector.operator:
        case "=":
            return bool(value == wanted)
        case "~=":
            return wanted in value.split()
        case "|=":
            return bool(value == wanted or value.startswith(wanted + "-"))
        case "^=":
            return bool(wanted) and value.startswith(wanted)
        case "$=":
            return bool(wanted) and value.endswith(wanted)
        case "*=":
            return bool(wanted) and wanted in value
    return False
