"""The document, and single literals, as the planner reads them (`svg.plan.Source`).

What the schema forbids or finds invalid is read as if it were not written (SYNC 0.3.8): so it is
neither on the screen nor in pictures, and stays in the document.
"""

from __future__ import annotations

import weakref
from collections.abc import Mapping, Sequence

from whiteboard.model.changes import Changes, Commit
from whiteboard.model.ids import Rid
from whiteboard.model.ops import Kind, LiteralElement
from whiteboard.model.shown import Shown
from whiteboard.svg.schema.check import Name, check, may_be_drawn


class DocumentSource:
    """The visible tree of a document; always as it is now, nothing is copied.

    Each element is checked when its attributes are first read, and again after it has changed.
    """

    def __init__(self, document: Shown) -> None:
        self.document = document
        self._read_as: dict[Rid, Mapping[Name, str | None]] = {}
        """Element -> attributes that are read otherwise than written; all that were checked."""
        me = weakref.ref(self)

        def committed(commit: Commit) -> None:
            if (source := me()) is not None:
                source.forget(commit.changes)

        weakref.finalize(self, document.on_commit.subscribe(committed))

    def forget(self, changes: Changes) -> None:
        """Check again what changed, when it is next read."""
        if changes.reset:
            self._read_as.clear()
        for rids in (changes.attributes, changes.renamed, changes.removed, changes.added):
            for rid in rids:
                self._read_as.pop(rid, None)

    def read_as(
        self, node: DocumentNode, written: Mapping[Name, str] | None = None
    ) -> Mapping[Name, str | None]:
        """Attributes of an element that are read as another value, or as not there (None).

        Args:
            node: The element.
            written: Its attributes, where they are at hand.
        """
        known = self._read_as.get(node.rid)
        if known is None:
            if written is None:
                written = self.document.attributes(node.rid)
            known = check(node.ns, node.name, written.items(), None).changed
            self._read_as[node.rid] = known
        return known

    @property
    def root(self) -> DocumentNode | None:
        """The root element, or None."""
        rid = self.document.root
        return None if rid is None else DocumentNode(self, rid)

    def node(self, rid: str) -> DocumentNode | None:
        """The visible element or text node with this rid."""
        known = Rid(rid)
        if not self.document.is_visible(known):
            return None
        if self.document.kind(known) not in (Kind.ELEMENT, Kind.TEXT):
            return None
        return self._drawn(DocumentNode(self, known))

    def by_id(self, id: str) -> DocumentNode | None:  # noqa: A002 - the attribute's name
        """The visible element with this `id`."""
        rid = self.document.by_id(id)
        return None if rid is None else self._drawn(DocumentNode(self, rid))

    def _drawn(self, node: DocumentNode) -> DocumentNode | None:
        """The node, unless it or something that it stands in is hidden."""
        one: DocumentNode | None = node
        while one is not None:
            parent = one.parent
            above = None if parent is None else (parent.ns, parent.name)
            if one.name and not may_be_drawn(one.ns, one.name, above):
                return None
            one = parent
        return node


class DocumentNode:
    """One node, made when asked for; equality is that of the rid.

    The planner makes a new one where an element was renamed, so names are looked up once.
    """

    __slots__ = ("_document", "_is_element", "_name", "_ns", "_source", "rid")

    def __init__(self, source: DocumentSource, rid: Rid, kind: Kind | None = None) -> None:
        self._source = source
        self._document = source.document
        self.rid = rid
        self._is_element = (kind or self._document.kind(rid)) is Kind.ELEMENT
        self._name: str | None = None
        self._ns: str | None = None

    @property
    def ns(self) -> str:
        """Namespace name."""
        if self._ns is None:
            self._ns = self._document.ns(self.rid) if self._is_element else ""
        return self._ns

    @property
    def name(self) -> str:
        """Local name; '' for text."""
        if self._name is None:
            self._name = self._document.name(self.rid) if self._is_element else ""
        return self._name

    @property
    def text(self) -> str:
        """Characters of a text node."""
        return "" if self._is_element else self._document.text(self.rid)

    @property
    def parent(self) -> DocumentNode | None:
        """The element it stands in; None for the root."""
        parent = self._document.parent(self.rid)
        if parent is None or self._document.kind(parent) is not Kind.ELEMENT:
            return None
        return DocumentNode(self._source, parent)

    @property
    def children(self) -> Sequence[DocumentNode]:
        """Elements that may be drawn and text, in order."""
        document, source = self._document, self._source
        me = (self.ns, self.name)
        kinds = ((rid, document.kind(rid)) for rid in document.children(self.rid))
        nodes = (
            DocumentNode(source, rid, kind)
            for rid, kind in kinds
            if kind is Kind.ELEMENT or kind is Kind.TEXT
        )
        return [node for node in nodes if not node.name or may_be_drawn(node.ns, node.name, me)]

    @property
    def previous(self) -> DocumentNode | None:
        """The element before it; text between is stepped over, the planner asks for elements."""
        before = self._document.previous_element(self.rid)
        return None if before is None else DocumentNode(self._source, before, Kind.ELEMENT)

    @property
    def attributes(self) -> Mapping[str, str]:
        """By name; those in a namespace as '{namespace}name'."""
        if not self._is_element:
            return {}
        written = self._document.attributes(self.rid)
        read_as = self._source.read_as(self, written)
        if not read_as:
            return {f"{{{ns}}}{n}" if ns else n: value for (ns, n), value in written.items()}
        read = ((key, read_as.get(key, value)) for key, value in written.items())
        return {f"{{{ns}}}{n}" if ns else n: v for (ns, n), v in read if v is not None}

    def get(self, name: str, ns: str = "") -> str | None:
        """Value of an attribute."""
        if not self._is_element:
            return None
        read_as = self._source.read_as(self)
        if read_as and (ns, name) in read_as:
            return read_as[ns, name]
        return self._document.attribute(self.rid, name, ns)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, DocumentNode) and other.rid == self.rid

    def __hash__(self) -> int:
        return hash(self.rid)


class LiteralSource:
    """Elements that are not in a document: previews, which are planned like the real thing.

    Args:
        root: The root element.
        fallback: Where ids are looked up that the literal does not have, such as gradients of the
            board it is shown on.
    """

    def __init__(self, root: LiteralElement, fallback: DocumentSource | None = None) -> None:
        self._fallback = fallback
        self._nodes: dict[str, LiteralNode] = {}
        self._ids: dict[str, LiteralNode] = {}
        self.root = self._read(root, None)

    def _read(self, element: LiteralElement, parent: LiteralNode | None) -> LiteralNode:
        node = LiteralNode(f"~{len(self._nodes)}", element, "", parent)
        self._nodes[node.rid] = node
        name = node.get("id")
        if name:
            self._ids.setdefault(name, node)
        me = (element.ns, element.name)
        for child in element.children:
            if isinstance(child, LiteralElement) and not may_be_drawn(child.ns, child.name, me):
                continue
            if isinstance(child, str):
                made = LiteralNode(f"~{len(self._nodes)}", None, child, node)
                self._nodes[made.rid] = made
            else:
                made = self._read(child, node)
            made.previous = node.children[-1] if node.children else None
            node.children.append(made)
        return node

    def node(self, rid: str) -> LiteralNode | DocumentNode | None:
        """By the identity made up here, or from the board."""
        found = self._nodes.get(rid)
        if found is None and self._fallback is not None:
            return self._fallback.node(rid)
        return found

    def by_id(self, id: str) -> LiteralNode | DocumentNode | None:  # noqa: A002 - the attribute's name
        """In the literal, else on the board."""
        found = self._ids.get(id)
        if found is None and self._fallback is not None:
            return self._fallback.by_id(id)
        return found


class LiteralNode:
    """One node of a literal."""

    __slots__ = ("_element", "attributes", "children", "parent", "previous", "rid", "text")

    def __init__(
        self, rid: str, element: LiteralElement | None, text: str, parent: LiteralNode | None
    ) -> None:
        self.rid = rid
        self._element = element
        self.text = text
        self.parent = parent
        self.previous: LiteralNode | None = None
        self.children: list[LiteralNode] = []
        self.attributes: Mapping[str, str] = _as_read(element) if element is not None else {}

    @property
    def ns(self) -> str:
        """Namespace name."""
        return self._element.ns if self._element is not None else ""

    @property
    def name(self) -> str:
        """Local name; '' for text."""
        return self._element.name if self._element is not None else ""

    def get(self, name: str, ns: str = "") -> str | None:
        """Value of an attribute."""
        return self.attributes.get(f"{{{ns}}}{name}" if ns else name)


def _as_read(element: LiteralElement) -> dict[str, str]:
    """Attributes by name; those that offend as the schema reads them."""
    written = [((ns, name), value) for ns, name, value in element.attributes]
    changed = check(element.ns, element.name, written, None).changed
    return {
        f"{{{key[0]}}}{key[1]}" if key[0] else key[1]: value
        for key, value in ((key, changed.get(key, value)) for key, value in written)
        if value is not None
    }
