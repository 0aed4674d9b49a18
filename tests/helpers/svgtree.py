"""A small tree of plain nodes that the planner reads, built from SVG text and edited in place."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass, field

from lxml import etree


class TreeNode:
    """One element or text node; also a `plan.Node`."""

    def __init__(self, rid: str, ns: str, name: str, text: str = "") -> None:
        self.rid = rid
        self.ns = ns
        self.name = name
        self.text = text
        self.parent: TreeNode | None = None
        self.children: list[TreeNode] = []
        self.attributes: dict[str, str] = {}

    @property
    def previous(self) -> TreeNode | None:
        if self.parent is None:
            return None
        index = self.parent.children.index(self)
        return self.parent.children[index - 1] if index else None

    def get(self, name: str, ns: str = "") -> str | None:
        return self.attributes.get(f"{{{ns}}}{name}" if ns else name)

    def walk(self) -> Iterator[TreeNode]:
        yield self
        for child in self.children:
            yield from child.walk()


@dataclass
class Marks:
    """What changed, in the shape of `model.changes.Changes`."""

    reset: bool = False
    added: set[str] = field(default_factory=set)
    removed: set[str] = field(default_factory=set)
    moved: set[str] = field(default_factory=set)
    renamed: set[str] = field(default_factory=set)
    attributes: dict[str, set[tuple[str, str]]] = field(default_factory=dict)
    text: set[str] = field(default_factory=set)


class Tree:
    """A `plan.Source`; every edit notes itself in `marks`, which `take` hands out."""

    def __init__(self, svg: str | None = None) -> None:
        self._numbers = itertools.count(1)
        self._nodes: dict[str, TreeNode] = {}
        self.root: TreeNode | None = None
        self.marks = Marks()
        if svg is not None:
            self.root = self.read(svg)
            self._register(self.root)

    def read(self, svg: str) -> TreeNode:
        """A subtree of new nodes, not yet in the tree. The SVG namespace may be left out."""
        if "xmlns=" not in svg.split(">", maxsplit=1)[0]:
            head, rest = (
                svg.split(None, 1) if " " in svg.split(">", maxsplit=1)[0] else (None, None)
            )
            declared = ' xmlns="http://www.w3.org/2000/svg"'
            declared += ' xmlns:xlink="http://www.w3.org/1999/xlink"'
            if head is None:
                end = svg.index(">") - (svg[svg.index(">") - 1] == "/")
                svg = svg[:end] + declared + svg[end:]
            else:
                svg = head + declared + " " + rest
        return self._convert(etree.fromstring(svg))

    def _convert(self, element: etree._Element) -> TreeNode:
        name = etree.QName(element)
        node = TreeNode(f"n{next(self._numbers)}", name.namespace or "", name.localname)
        node.attributes = dict(element.attrib)
        self._text(node, element.text)
        for child in element:
            if isinstance(child.tag, str):
                below = self._convert(child)
                below.parent = node
                node.children.append(below)
            self._text(node, child.tail)
        return node

    def _text(self, parent: TreeNode, text: str | None) -> None:
        if text:
            node = TreeNode(f"n{next(self._numbers)}", "", "", text)
            node.parent = parent
            parent.children.append(node)

    def _register(self, node: TreeNode) -> None:
        for one in node.walk():
            self._nodes[one.rid] = one

    def node(self, rid: str) -> TreeNode | None:
        return self._nodes.get(rid)

    def by_id(self, id: str) -> TreeNode | None:  # noqa: A002 - the attribute's name
        if self.root is None:
            return None
        return next((node for node in self.root.walk() if node.get("id") == id), None)

    def elements(self) -> list[TreeNode]:
        return [] if self.root is None else [node for node in self.root.walk() if node.name]

    # --- edits

    def set(self, node: TreeNode, name: str, value: str | None) -> None:
        if value is None:
            node.attributes.pop(name, None)
        else:
            node.attributes[name] = value
        ns, _, local = name.rpartition("}")
        self.marks.attributes.setdefault(node.rid, set()).add((ns[1:], local))

    def insert(self, parent: TreeNode, index: int, node: TreeNode) -> None:
        node.parent = parent
        parent.children.insert(index, node)
        self._register(node)
        self.marks.added |= {one.rid for one in node.walk()}

    def remove(self, node: TreeNode) -> None:
        assert node.parent is not None
        node.parent.children.remove(node)
        for one in node.walk():
            self.marks.removed.add(one.rid)
            del self._nodes[one.rid]

    def move(self, node: TreeNode, parent: TreeNode, index: int) -> None:
        assert node.parent is not None
        node.parent.children.remove(node)
        parent.children.insert(min(index, len(parent.children)), node)
        node.parent = parent
        self.marks.moved.add(node.rid)

    def set_text(self, node: TreeNode, text: str) -> None:
        assert node.parent is not None
        node.text = text
        self.marks.text.add(node.parent.rid)

    def take(self) -> Marks:
        marks, self.marks = self.marks, Marks()
        return marks
