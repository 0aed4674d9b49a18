"""What a document says about itself: title, description, language, and what it belongs with (F9).

Written as other programs write it: `title` and `desc` in the root, `xml:lang` on it, and in
`metadata` RDF with one `dc:relation` for each related document. Changes are ordinary edits.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from whiteboard.model.changes import Origin
from whiteboard.model.ids import Rid
from whiteboard.model.ops import Kind, LiteralElement
from whiteboard.model.shared import SharedDocument, SharedTransaction
from whiteboard.svg.plan import SVG_NS, XML_NS
from whiteboard.svg.sanitize import is_active_attribute

RDF_NS = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
DC_NS = "http://purl.org/dc/elements/1.1/"
CC_NS = "http://creativecommons.org/ns#"
MAX_RELATED = 1000
"""Related documents that are read."""


@dataclass(frozen=True, slots=True)
class Related:
    """Another document.

    Attributes:
        address: Its URI; nothing is fetched from there.
        title: What a person calls it, '' if nothing is said.
    """

    address: str
    title: str = ""


@dataclass(frozen=True, slots=True)
class Properties:
    """What a document says about itself; '' is what it does not say."""

    title: str = ""
    description: str = ""
    language: str = ""
    related: tuple[Related, ...] = ()


def properties_of(document: SharedDocument) -> Properties:
    """What the document says now."""
    root = document.root
    if root is None:
        return Properties()
    relations = (_related(document, rid) for rid in _relations(document, root))
    found = [one for one in relations if one is not None]
    return Properties(
        _said(document, root, "title"),
        _said(document, root, "desc"),
        document.attribute(root, "lang", XML_NS) or "",
        tuple(found[:MAX_RELATED]),
    )


def is_address(text: str) -> bool:
    """Whether the text may be the address of a document: nothing that would run."""
    return bool(text.strip()) and not is_active_attribute("", "href", text)


def set_properties(document: SharedDocument, wanted: Properties) -> None:
    """Make the document say this, in one step that can be undone; nothing if it does already.

    Raises:
        ValueError: an address is none (`is_address`).
    """
    for one in wanted.related:
        if not is_address(one.address):
            raise ValueError(f"“{one.address}” is no address")
    root, now = document.root, properties_of(document)
    if root is None or now == wanted:
        return
    with document.transact(Origin.LOCAL, "Document properties") as edit:
        if now.title != wanted.title:
            _say(document, edit, root, "title", wanted.title)
        if now.description != wanted.description:
            _say(document, edit, root, "desc", wanted.description)
        if now.language != wanted.language:
            edit.set_attribute(root, "lang", wanted.language or None, XML_NS)
        if now.related != wanted.related:
            _relate(document, edit, root, wanted.related)


# --- reading


def _named(document: SharedDocument, parent: Rid, ns: str, name: str) -> Iterator[Rid]:
    for kid in document.children(parent):
        is_element = document.kind(kid) is Kind.ELEMENT
        if is_element and (document.ns(kid), document.name(kid)) == (ns, name):
            yield kid


def _text(document: SharedDocument, rid: Rid) -> str:
    kids = document.children(rid)
    return "".join(document.text(kid) for kid in kids if document.kind(kid) is Kind.TEXT)


def _said(document: SharedDocument, root: Rid, name: str) -> str:
    found = next(_named(document, root, SVG_NS, name), None)
    return "" if found is None else _text(document, found).strip()


def _works(document: SharedDocument, root: Rid) -> Iterator[Rid]:
    """What RDF says of this very document: its works, of any class."""
    for metadata in _named(document, root, SVG_NS, "metadata"):
        for rdf in _named(document, metadata, RDF_NS, "RDF"):
            for kid in document.children(rdf):
                is_element = document.kind(kid) is Kind.ELEMENT
                if is_element and not document.attribute(kid, "about", RDF_NS):
                    yield kid


def _relations(document: SharedDocument, root: Rid) -> Iterator[Rid]:
    for work in _works(document, root):
        yield from _named(document, work, DC_NS, "relation")


def _related(document: SharedDocument, relation: Rid) -> Related | None:
    """One `dc:relation`: with a resource, with a description in it, or with just the address."""
    address = document.attribute(relation, "resource", RDF_NS) or ""
    title = ""
    for inside in _named(document, relation, RDF_NS, "Description"):
        address = document.attribute(inside, "about", RDF_NS) or address
        named = next(_named(document, inside, DC_NS, "title"), None)
        title = title if named is None else _text(document, named).strip()
    address = address or _text(document, relation).strip()
    return Related(address, title) if is_address(address) else None


# --- writing


def _say(
    document: SharedDocument, edit: SharedTransaction, root: Rid, name: str, text: str
) -> None:
    for old in tuple(_named(document, root, SVG_NS, name))[:1]:
        edit.trash(old)
    if text:
        first = next(iter(document.children(root)), None)
        edit.add(root, LiteralElement(SVG_NS, name, (), (text,)), before=first)


def _relate(
    document: SharedDocument, edit: SharedTransaction, root: Rid, wanted: tuple[Related, ...]
) -> None:
    """Take away what is not wanted, add what is new: two people's additions both stay."""
    left = list(wanted)
    for rid in tuple(_relations(document, root)):
        found = _related(document, rid)
        if found in left:
            left.remove(found)
        elif found is not None:
            edit.trash(rid)
    if left:
        work = _work(document, edit, root)
        for one in left:
            edit.add(work, _relation(one))


def _relation(one: Related) -> LiteralElement:
    title = LiteralElement(DC_NS, "title", (), (one.title,))
    described = LiteralElement(
        RDF_NS, "Description", ((RDF_NS, "about", one.address),), (title,) if one.title else ()
    )
    return LiteralElement(DC_NS, "relation", (), (described,))


def _work(document: SharedDocument, edit: SharedTransaction, root: Rid) -> Rid:
    """What is said of this document, made where nothing is."""
    found = next(_works(document, root), None)
    if found is not None:
        return found
    metadata = next(_named(document, root, SVG_NS, "metadata"), None)
    if metadata is None:
        first = next(iter(document.children(root)), None)
        metadata = edit.add(root, LiteralElement(SVG_NS, "metadata"), before=first)
    rdf = next(_named(document, metadata, RDF_NS, "RDF"), None)
    if rdf is None:
        rdf = edit.add(metadata, LiteralElement(RDF_NS, "RDF"))
    return edit.add(rdf, LiteralElement(CC_NS, "Work", ((RDF_NS, "about", ""),)))
