"""The visible tree as lxml nodes, one per visible element, comment and instruction.

Only this module changes those nodes. Nodes keep their identity as long as their record is visible;
all are held strongly, because lxml forgets proxies that nobody holds. Order is made with `addnext`
and `addprevious`, never with an index: lxml counts children from the start each time.

lxml has no text nodes, so neighbouring text records become one `text` or `tail`; the records stay
apart. Comments and instructions beside the root are its siblings.
"""

from __future__ import annotations

import bisect
from collections.abc import Iterable
from collections.abc import Set as AbstractSet
from typing import TypeAlias

from lxml import etree

from whiteboard.model.changes import Changes
from whiteboard.model.ids import Rid
from whiteboard.model.ops import Kind
from whiteboard.model.projection import Projection, shown_value, slot_value
from whiteboard.model.record import Record, Slot, order

Node: TypeAlias = etree._Element  # noqa: SLF001 - lxml's public name of it is this one


class Tree:
    """A mirror of the projection; `update` with every difference keeps it true."""

    def __init__(self, projection: Projection) -> None:
        self._projection = projection
        self._nodes: dict[Rid, Node] = {}
        self._rids: dict[Node, Rid] = {}
        self._texted: set[Rid] = set()
        """Elements that have, or had, text among their children."""
        self.rebuild()

    @property
    def root(self) -> Node | None:
        """The root element."""
        root = self._projection.root
        return None if root is None else self._nodes.get(root.rid)

    def node(self, rid: Rid) -> Node | None:
        """The node of a visible record; None for text and attributes."""
        return self._nodes.get(rid)

    def rid_of(self, node: Node) -> Rid:
        """The record of a node.

        Raises:
            KeyError: the node is not of this tree (any more).
        """
        return self._rids[node]

    def rebuild(self) -> None:
        """Make all nodes anew."""
        self._nodes.clear()
        self._rids.clear()
        self._texted.clear()
        visible: list[Rid] = []
        stack = list(self._projection.children(self._projection.document))
        while stack:
            record = stack.pop()
            visible.append(record.rid)
            stack.extend(self._projection.children(record))
        self._add(visible)

    def update(self, changes: Changes) -> None:
        """Follow the projection through one difference."""
        root = self._projection.root
        if changes.reset or (root is not None and root.rid in changes.moved):
            # What was an inner node never becomes the root of a document in lxml.
            self.rebuild()
            return
        if changes.added or changes.removed or changes.moved or changes.renamed:
            self._rearrange(changes)
        records = self._projection.records
        for rid, slots in changes.attributes.items():
            for slot in slots:
                self._set_attribute(self._nodes[rid], records[rid], slot)
        for rid in changes.text:
            record = records[rid]
            for kid in self._projection.children(record):
                self._show_content(kid)
            self._fill(record)

    def _rearrange(self, changes: Changes) -> None:
        """Follow what came, went, moved or got another name."""
        records = self._projection.records
        left: set[Rid] = set()  # elements with text that something was taken out of
        for rid in changes.removed | changes.moved:
            node = self._nodes.get(rid)
            if node is not None:
                home = node.getparent()
                if home is not None and (at := self._rids.get(home)) in self._texted:
                    left.add(at)
                _take_out(node)
        for rid in changes.removed:
            node = self._nodes.pop(rid, None)
            if node is not None:
                del self._rids[node]
        anew = [rid for rid in changes.renamed if not self._rename(rid)]
        for rid in anew:  # of another kind than before: another node
            node = self._nodes.pop(rid, None)
            if node is not None:
                home = node.getparent()
                if home is not None and (at := self._rids.get(home)) in self._texted:
                    left.add(at)
                _take_out(node)
                del self._rids[node]
        self._add([*changes.added, *anew], changes.moved)
        for rid in left:
            if rid in self._nodes:
                self._fill(records[rid])

    def _add(self, added: Iterable[Rid], moved: Iterable[Rid] = ()) -> None:
        """Make the nodes of `added`, and put them and those of `moved` where they belong."""
        records = self._projection.records
        families: dict[Record, list[Record]] = {}
        texted: set[Record] = set()
        fresh: set[Record] = set()
        for rid in added:
            record = records[rid]
            assert record.up is not None
            if record.kind is Kind.TEXT:
                texted.add(record.up)
            else:
                fresh.add(record)
                families.setdefault(record.up, []).append(record)
        for rid in moved:
            record = records[rid]
            if record.kind is not Kind.TEXT and record not in fresh:
                assert record.up is not None
                families.setdefault(record.up, []).append(record)
        waiting = [parent for parent in families if parent not in fresh]
        while waiting:  # parents first: a node is made inside its parent's
            parent = waiting.pop()
            family = families[parent]
            family.sort(key=order)
            if parent is self._projection.document:
                for record in family:
                    if record in fresh:
                        self._make(record, None)
            else:
                self._place(parent, family, fresh)
                if parent.rid in self._texted:
                    texted.add(parent)
            waiting.extend(kid for kid in family if kid in fresh and kid in families)
        for parent in texted:
            self._fill(parent)
        if self._projection.document in families:
            self._place_beside_root()

    def _make(self, record: Record, home: Node | None) -> Node:
        """Make the node of a record, as the last child of `home`."""
        node: Node
        if record.kind is Kind.ELEMENT:
            ns = record.shown_ns
            tag = _tag(ns, record.name)
            attributes = {_tag(*slot): value for slot, value in self._projection.attributes(record)}
            if home is None:
                node = etree.Element(tag, attributes, nsmap={None: ns} if ns else None)
            elif not ns or (record.up is not None and record.up.shown_ns == ns):
                node = etree.SubElement(home, tag, attributes)
            else:
                node = etree.SubElement(home, tag, attributes, nsmap={None: ns})
        else:
            if record.kind is Kind.COMMENT:
                node = etree.Comment(shown_value(record))
            else:
                node = etree.ProcessingInstruction(record.pitarget, shown_value(record) or None)
            if home is not None:
                home.append(node)
        self._nodes[record.rid] = node
        self._rids[node] = record.rid
        return node

    def _rename(self, rid: Rid) -> bool:
        """Give an element its name; False if its node is of another kind."""
        record = self._projection.records[rid]
        node = self._nodes.get(rid)
        if node is None or record.kind is not Kind.ELEMENT or not isinstance(node.tag, str):
            return False
        node.tag = _tag(record.shown_ns, record.name)
        return True

    def _set_attribute(self, node: Node, element: Record, slot: Slot) -> None:
        value = slot_value(element, slot)
        tag = _tag(*slot)
        if value is not None:
            node.set(tag, value)
        elif tag in node.attrib:
            del node.attrib[tag]

    def _place(self, parent: Record, family: list[Record], fresh: AbstractSet[Record]) -> None:
        """Put nodes, sorted, where they belong among the children of `parent`."""
        home = self._nodes[parent.rid]
        kids = parent.kids
        assert kids is not None
        if kids[-len(family) :] == family:  # as when somebody draws
            for record in family:
                if record in fresh:
                    self._make(record, home)
                else:
                    _after(home, None if len(home) == 0 else home[-1], self._nodes[record.rid])
            return
        if len(family) * 8 < len(kids):
            for record in family:
                node = self._make(record, home) if record in fresh else self._nodes[record.rid]
                _after(home, self._nodes_before(parent, record), node)
            return
        wanted = set(family)
        previous: Node | None = None
        for kid in kids:
            if not kid.shown or kid.kind is Kind.TEXT:
                continue
            node = self._make(kid, home) if kid in fresh else self._nodes[kid.rid]
            if kid in wanted:
                _after(home, previous, node)
            previous = node

    def _nodes_before(self, parent: Record, record: Record) -> Node | None:
        """The node of the nearest visible sibling before `record`."""
        kids = parent.kids
        assert kids is not None
        i = bisect.bisect_left(kids, order(record), key=order) - 1
        while i >= 0:
            if kids[i].shown and kids[i].kind is not Kind.TEXT:
                return self._nodes[kids[i].rid]
            i -= 1
        return None

    def _fill(self, parent: Record) -> None:
        """Write the character data of one element between its nodes."""
        home = self._nodes.get(parent.rid)
        if home is None or parent.kind is not Kind.ELEMENT:
            return
        node: Node | None = None
        parts: list[str] = []
        for kid in self._projection.children(parent):
            if kid.kind is Kind.TEXT:
                parts.append(shown_value(kid))
                continue
            _write_text(home, node, "".join(parts))
            parts.clear()
            node = self._nodes[kid.rid]
        _write_text(home, node, "".join(parts))
        self._texted.add(parent.rid)

    def _show_content(self, record: Record) -> None:
        """Bring the content of a comment or instruction up to date."""
        node = self._nodes.get(record.rid)
        if node is None or record.kind is Kind.ELEMENT:
            return
        value = shown_value(record)
        if record.kind is Kind.INSTRUCTION and node.target != record.pitarget:  # type: ignore[attr-defined]  # of instructions only
            fresh = etree.ProcessingInstruction(record.pitarget, value or None)
            node.addnext(fresh)
            _take_out(node)
            del self._rids[node]
            self._nodes[record.rid] = fresh
            self._rids[fresh] = record.rid
        elif (node.text or "") != value:
            node.text = value or None

    def _place_beside_root(self) -> None:
        root = self.root
        if root is None:
            return
        document = self._projection.document
        kids = self._projection.children(document)
        misc = [kid for kid in kids if kid is not self._projection.root]
        for kid in misc:
            self._show_content(kid)
            _take_out(self._nodes[kid.rid])
        at_root = kids.index(self._projection.root) if self._projection.root in kids else 0
        for kid in kids[:at_root]:
            root.addprevious(self._nodes[kid.rid])
        for kid in reversed(kids[at_root + 1 :]):
            root.addnext(self._nodes[kid.rid])


def _tag(ns: str, name: str) -> str:
    return f"{{{ns}}}{name}" if ns else name


def _after(home: Node, previous: Node | None, node: Node) -> None:
    """Put `node` directly after `previous`, or first in `home`."""
    node.tail = None
    if previous is not None:
        previous.addnext(node)
        return
    first = next(iter(home), None)
    if first is None:
        home.append(node)
    elif first is not node:
        first.addprevious(node)


def _take_out(node: Node) -> None:
    """Take a node out of its tree, be it below, beside or the root; it has no parent then."""
    nowhere = etree.Element("nowhere")
    nowhere.append(node)
    nowhere.remove(node)


def _write_text(home: Node, node: Node | None, text: str) -> None:
    """Set the text after `node`, or at the start of `home`."""
    if node is None:
        if (home.text or "") != text:
            home.text = text or None
    elif (node.tail or "") != text:
        node.tail = text or None
