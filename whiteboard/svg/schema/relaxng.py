"""The table as a RELAX NG schema: one pattern per element, for lxml and for other programs.

It accepts a document in which `check` finds nothing about structure: known elements where they may
stand, known attributes, keywords where there are only keywords. How other values are written, and
what addresses lead to, RELAX NG cannot say; `check` does. `whiteboard validate --schema` prints it.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

from lxml import etree

from whiteboard.svg.plan import SVG_NS, XML_NS
from whiteboard.svg.sanitize import ACTIVE, EVENTS_NS
from whiteboard.svg.schema.table import ELEMENTS, Rules

RNG = "http://relaxng.org/ns/structure/1.0"
_XHTML = "http://www.w3.org/1999/xhtml"
_EVENTS = (
    "abort activate begin blur cancel canplay change click close contextmenu copy cut "
    "dblclick drag dragend dragenter dragleave dragover dragstart drop end error focus "
    "focusin focusout input keydown keypress keyup load message mousedown mouseenter "
    "mouseleave mousemove mouseout mouseover mouseup offline online pagehide pageshow paste "
    "pointerdown pointermove pointerup popstate repeat reset resize scroll select show submit "
    "storage touchend touchmove touchstart unload wheel zoom"
)
HANDLERS = tuple(f"on{event}" for event in _EVENTS.split())
"""Event handlers by name; `check` forbids everything that begins with 'on'."""


def schema() -> etree._Element:
    """The schema of SVG documents."""
    grammar = etree.Element(f"{{{RNG}}}grammar", nsmap={None: RNG})
    _ref(_add(grammar, "start"), "svg")
    for rules in ELEMENTS.values():
        _define(grammar, rules)
    _define_foreign(grammar)
    return grammar


@lru_cache(maxsize=1)
def validator() -> etree.RelaxNG:
    """`schema`, ready to validate trees."""
    return etree.RelaxNG(schema())


def schema_bytes() -> bytes:
    """`schema` as a file."""
    return etree.tostring(schema(), xml_declaration=True, encoding="UTF-8", pretty_print=True)


def _add(parent: etree._Element, kind: str, /, **attributes: str) -> etree._Element:
    return etree.SubElement(parent, f"{{{RNG}}}{kind}", attributes)


def _ref(parent: etree._Element, name: str) -> None:
    _add(parent, "ref", name=name)


def _define(grammar: etree._Element, rules: Rules) -> None:
    element = _add(_add(grammar, "define", name=rules.name), "element", name=rules.name, ns=SVG_NS)
    free: list[str] = []
    by_words: dict[tuple[str, ...], list[str]] = {}
    for name, how in rules.attributes.items():
        if how.words and not how.is_css:
            by_words.setdefault(how.words, []).append(name)
        else:
            free.append(name)
    _add(_attributes(element, free), "text")
    for words, names in by_words.items():
        choice = _add(_attributes(element, names), "choice")
        for word in words:
            _add(choice, "value", type="token").text = word
    _foreign_attributes(element)
    _content(element, sorted(rules.children))


def _attributes(element: etree._Element, names: Iterable[str]) -> etree._Element:
    """Any of these attributes; returns where their value is to be described."""
    attribute = _add(_add(element, "zeroOrMore"), "attribute")
    choice = _add(attribute, "choice")
    for name in names:
        _add(choice, "name", ns="").text = name
    return attribute


def _foreign_attributes(element: etree._Element) -> None:
    """Attributes in any namespace, except those that run or load something."""
    attribute = _add(_add(element, "zeroOrMore"), "attribute")
    but = _add(_add(attribute, "anyName"), "except")
    _add(but, "nsName", ns="")
    _add(but, "nsName", ns=EVENTS_NS)
    _add(but, "name", ns=XML_NS).text = "base"
    _add(attribute, "text")


def _content(element: etree._Element, children: Iterable[str]) -> None:
    choice = _add(_add(element, "zeroOrMore"), "choice")
    _add(choice, "text")
    _ref(choice, "foreign")
    for child in children:
        _ref(choice, child)


def _define_foreign(grammar: etree._Element) -> None:
    """Elements of other namespaces may stand anywhere and hold anything that is not forbidden."""
    element = _add(_add(grammar, "define", name="foreign"), "element")
    but = _add(_add(element, "anyName"), "except")
    for ns in (SVG_NS, _XHTML, EVENTS_NS):
        _add(but, "nsName", ns=ns)
    attribute = _add(_add(element, "zeroOrMore"), "attribute")
    but = _add(_add(attribute, "anyName"), "except")
    _add(but, "nsName", ns=EVENTS_NS)
    for name in HANDLERS:
        _add(but, "name", ns="").text = name
    _add(attribute, "text")
    _content(element, sorted(ELEMENTS.keys() - ACTIVE))
