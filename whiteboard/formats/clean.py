"""Drawings without what the schema forbids or finds invalid: clean files, and what is in a file.

`cleaned` is for exports, which other programs open and run; saving keeps every byte that somebody
wrote (`svgfile.save`). `faults` says what a drawing holds that is not shown, for a person who opens
or pastes it.
"""

from __future__ import annotations

from collections.abc import Iterator

from lxml import etree

from whiteboard.formats.tree import Element
from whiteboard.svg.sanitize import harmless_sheet
from whiteboard.svg.schema.check import SOUND, Finding, Name, Severity, check
from whiteboard.validation.applications import SVG, Application

_SLICE = 200
"""Elements between two yields of `faults_in_slices`: some milliseconds."""


def cleaned(data: bytes, application: Application = SVG) -> bytes:
    """A file that runs, loads and misleads nothing; the very bytes if it was so before.

    Args:
        data: What `svgfile.save` wrote.
        application: What it is a document of.
    """
    root = etree.fromstring(data, _parser())
    is_changed = _without_instructions(root)
    for node in list(root.iter(etree.Element)):
        if not _is_inside(node, root):
            continue  # it went with something that it stood in
        parent = node.getparent()
        above = None if parent is None else _name(str(parent.tag))
        attributes = [(_name(str(key)), str(value)) for key, value in node.attrib.items()]
        verdict = application.check(*_name(str(node.tag)), attributes, above)
        if verdict.hidden and parent is not None:
            _take_out(node, parent)
            is_changed = True
            continue
        for (ns, name), value in verdict.changed.items():
            key = f"{{{ns}}}{name}" if ns else name
            is_changed = True
            if value is None:
                del node.attrib[key]
            else:
                node.set(key, value)
        if _name(str(node.tag)) == application.sheet:
            is_changed = _clean_sheet(node) or is_changed
    if not is_changed:
        return data
    whole = etree.tostring(root.getroottree(), xml_declaration=True, encoding="UTF-8")
    return whole if whole.endswith(b"\n") else whole + b"\n"


def faults(root: Element, *, unknown: bool = False) -> list[Finding]:
    """What of a drawing is not shown; with `unknown` also what the table does not know."""
    found: list[Finding] = []
    for some in faults_in_slices(root, unknown=unknown):
        found += some
    return found


def faults_in_slices(root: Element, *, unknown: bool = False) -> Iterator[list[Finding]]:
    """As `faults`, some elements at a time."""
    found: list[Finding] = []
    count = 0
    stack: list[tuple[Element, Name | None]] = [(root, None)]
    while stack:
        element, parent = stack.pop()
        attributes = [((ns, name), value) for ns, name, value in element.attributes]
        verdict = check(element.ns, element.name, attributes, parent)
        if verdict is not SOUND:
            left = None if unknown else Severity.UNKNOWN
            found += [f for f in verdict.findings if f.severity is not left]
        if not verdict.hidden:
            me = (element.ns, element.name)
            stack += [(child, me) for child in element.children if isinstance(child, Element)]
        count += 1
        if count % _SLICE == 0:
            yield found
            found = []
    yield found


def _parser() -> etree.XMLParser[etree._Element]:
    return etree.XMLParser(
        resolve_entities=False, load_dtd=False, no_network=True, huge_tree=True, strip_cdata=False
    )


def _name(tag: str) -> Name:
    name = etree.QName(tag)
    return (name.namespace or "", name.localname)


def _is_inside(node: etree._Element, root: etree._Element) -> bool:
    return node is root or node.getroottree().getroot() is root


def _take_out(node: etree._Element, parent: etree._Element) -> None:
    """Remove an element; the text behind it stays."""
    tail = node.tail or ""
    before = node.getprevious()
    if before is not None:
        before.tail = (before.tail or "") + tail or None
    else:
        parent.text = (parent.text or "") + tail or None
    parent.remove(node)


def _clean_sheet(node: etree._Element) -> bool:
    text = "".join(node.itertext())
    harmless = harmless_sheet(text)
    if harmless == text:
        return False
    for child in list(node):
        node.remove(child)
    node.text = harmless
    return True


def _without_instructions(root: etree._Element) -> bool:
    """Style sheets of other files are named by instructions beside the root."""
    found = [*root.itersiblings(preceding=True), *root.itersiblings(), *root.iter()]
    gone = [node for node in found if getattr(node, "target", "") == "xml-stylesheet"]
    for node in gone:
        parent = node.getparent()
        if parent is None:
            node.tail = None
            carrier = etree.Element("gone")
            carrier.append(node)
        else:
            _take_out(node, parent)
    return bool(gone)
