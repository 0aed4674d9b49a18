"""What was visible at one moment, as plain values that can be changed forwards and backwards.

A `Document` only grows: it cannot give up its newest message. A `Picture` can, because a `Step`
holds the nodes that a message changed as they were before and after it. So moving through time
costs what changed between two moments, in both directions, and nothing is replayed from the start.

It is read like a `Document`, tells `on_commit` like one, and nobody can write to it.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Iterable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import NamedTuple, TypeAlias

from whiteboard.model.changes import AttributeName, Changes, Commit, Origin
from whiteboard.model.ids import DOCUMENT, Rid
from whiteboard.model.ops import Kind
from whiteboard.model.shared import SharedDocument
from whiteboard.util.event import Event

NOTHING: Mapping[AttributeName, str] = MappingProxyType({})


class Node(NamedTuple):
    """One visible node with all that is shown of it."""

    kind: Kind
    parent: Rid
    weight: float
    ns: str = ""
    """In effect; '' for texts, comments and instructions."""
    name: str = ""
    """Of an element; of an instruction its target."""
    attributes: Mapping[AttributeName, str] = NOTHING
    text: str = ""


Difference: TypeAlias = tuple[Rid, Node | None, Node | None]
"""(rid, before, after); None where it is not seen."""
Step: TypeAlias = tuple[Difference, ...]
"""What one message changed of what is seen."""


class Picture:
    """The visible tree of one moment.

    Attributes:
        on_commit: Told after each `apply`, as a document tells of a commit.
    """

    def __init__(self) -> None:
        self.on_commit: Event[Commit] = Event()
        self._nodes: dict[Rid, Node] = {}
        self._children: dict[Rid, list[tuple[float, Rid]]] = {}
        self._ids: dict[str, set[Rid]] = {}

    # --- going through time

    def put(self, step: Step) -> None:
        """Go over one step that follows; nobody is told."""
        for rid, _, after in step:
            self._put(rid, after)

    def apply(self, steps: Iterable[Step], *, back: bool = False) -> None:
        """Go over steps, the next one first; one commit tells of all of them.

        Args:
            steps: Forwards those that follow, in order; backwards those behind, the newest first.
            back: They are undone.
        """
        first: dict[Rid, Node | None] = {}
        for step in steps:
            for rid, before, after in step:
                first.setdefault(rid, after if back else before)
                self._put(rid, before if back else after)
        changes = changes_between((rid, old, self._nodes.get(rid)) for rid, old in first.items())
        if changes:
            self.on_commit.emit(Commit(Origin.REMOTE, "", changes, ()))

    def _put(self, rid: Rid, node: Node | None) -> None:
        old = self._nodes.pop(rid, None)
        if old is not None:
            siblings = self._children[old.parent]
            del siblings[bisect_left(siblings, (old.weight, rid))]
            if not siblings:
                del self._children[old.parent]
            if (name := old.attributes.get(("", "id"))) is not None:
                self._ids[name].discard(rid)
        if node is not None:
            self._nodes[rid] = node
            insort(self._children.setdefault(node.parent, []), (node.weight, rid))
            if (name := node.attributes.get(("", "id"))) is not None:
                self._ids.setdefault(name, set()).add(rid)

    # --- reading, as `Document`

    def node(self, rid: Rid) -> Node | None:
        """All that is shown of a node; None if it is not seen."""
        return self._nodes.get(rid)

    def __iter__(self) -> Iterator[Rid]:
        """All visible nodes, parents first, siblings in order."""
        waiting = [rid for _, rid in reversed(self._children.get(DOCUMENT, ()))]
        while waiting:
            rid = waiting.pop()
            yield rid
            waiting += [kid for _, kid in reversed(self._children.get(rid, ()))]

    def __len__(self) -> int:
        """How many nodes are visible."""
        return len(self._nodes)

    @property
    def root(self) -> Rid | None:
        """The root element."""
        beside = self._children.get(DOCUMENT, ())
        return next((rid for _, rid in beside if self._nodes[rid].kind is Kind.ELEMENT), None)

    def is_visible(self, rid: Rid) -> bool:
        """Whether the node is seen."""
        return rid in self._nodes

    def kind(self, rid: Rid) -> Kind | None:
        """The type of a visible node."""
        node = self._nodes.get(rid)
        return None if node is None else node.kind

    def parent(self, rid: Rid) -> Rid | None:
        """What a visible node lies in."""
        node = self._nodes.get(rid)
        return None if node is None else node.parent

    def weight(self, rid: Rid) -> float:
        """The place of a visible node among its siblings."""
        return self._nodes[rid].weight

    def children(self, rid: Rid) -> Sequence[Rid]:
        """Visible children in order."""
        return tuple(kid for _, kid in self._children.get(rid, ()))

    def previous_element(self, rid: Rid) -> Rid | None:
        """The element before a visible node, among its siblings."""
        node = self._nodes[rid]
        siblings = self._children[node.parent]
        for i in range(bisect_left(siblings, (node.weight, rid)) - 1, -1, -1):
            if self._nodes[siblings[i][1]].kind is Kind.ELEMENT:
                return siblings[i][1]
        return None

    def name(self, rid: Rid) -> str:
        """Local name of an element, target of an instruction, else ''."""
        return self._nodes[rid].name

    def ns(self, rid: Rid) -> str:
        """Namespace in effect, '' for none."""
        return self._nodes[rid].ns

    def attribute(self, rid: Rid, name: str, ns: str = "") -> str | None:
        """Value of an element's attribute; None if there is none."""
        node = self._nodes.get(rid)
        return None if node is None else node.attributes.get((ns, name))

    def attributes(self, rid: Rid) -> Mapping[AttributeName, str]:
        """(namespace, local name) -> value."""
        node = self._nodes.get(rid)
        return NOTHING if node is None else node.attributes

    def text(self, rid: Rid) -> str:
        """Characters of a text or comment, data of an instruction."""
        return self._nodes[rid].text

    def by_id(self, id: str) -> Rid | None:  # noqa: A002 - the attribute's name
        """The visible element with this `id` attribute; of several the first in the document."""
        return min(self._ids.get(id, ()), key=self._place, default=None)

    def _place(self, rid: Rid) -> list[tuple[float, Rid]]:
        place: list[tuple[float, Rid]] = []
        node = self._nodes.get(rid)
        while node is not None:
            place.append((node.weight, rid))
            rid = node.parent
            node = self._nodes.get(rid)
        return place[::-1]


def node_of(document: SharedDocument, rid: Rid) -> Node | None:
    """What a document shows of a node now; None if it is not seen."""
    if not document.is_visible(rid):
        return None
    kind, parent = document.kind(rid), document.parent(rid)
    assert kind is not None
    assert parent is not None
    weight = document.weight(rid)
    if kind is Kind.ELEMENT:
        attributes = document.attributes(rid)
        return Node(
            kind, parent, weight, document.ns(rid), document.name(rid), attributes or NOTHING
        )
    return Node(kind, parent, weight, name=document.name(rid), text=document.text(rid))


def step_to(picture: Picture, document: SharedDocument, changes: Changes) -> Step:
    """How a picture differs from a document in the nodes that a commit names."""
    touched: set[Rid]
    if changes.reset:
        touched = {*picture, *_everything(document)}
    else:
        touched = {*changes.added, *changes.removed, *changes.moved, *changes.renamed}
        touched.update(changes.attributes)
        for parent in changes.text:
            touched.update(picture.children(parent), document.children(parent))
    differences: list[Difference] = []
    for rid in touched:
        before, after = picture.node(rid), node_of(document, rid)
        if before != after:
            differences.append((rid, before, after))
    return tuple(differences)


def _everything(document: SharedDocument) -> Iterator[Rid]:
    waiting = list(document.children(DOCUMENT))
    while waiting:
        rid = waiting.pop()
        yield rid
        waiting += document.children(rid)


def changes_between(differences: Iterable[Difference]) -> Changes:
    """What listeners are told of differences; those that are none are left out."""
    added: set[Rid] = set()
    removed: set[Rid] = set()
    moved: set[Rid] = set()
    renamed: set[Rid] = set()
    attributes: dict[Rid, frozenset[AttributeName]] = {}
    text: set[Rid] = set()
    for rid, old, new in differences:
        if old is new:
            continue
        for node in (old, new):
            if node is not None and node.kind is not Kind.ELEMENT:
                text.add(node.parent)
        if old is None or new is None:
            (added if old is None else removed).add(rid)
            continue
        if (old.parent, old.weight) != (new.parent, new.weight):
            moved.add(rid)
        if old.kind is not new.kind:
            return Changes(reset=True)
        if (old.ns, old.name) != (new.ns, new.name):
            renamed.add(rid)
        names = {name for name, _ in old.attributes.items() ^ new.attributes.items()}
        if names:
            attributes[rid] = frozenset(names)
    return Changes(
        added=frozenset(added),
        removed=frozenset(removed),
        moved=frozenset(moved),
        renamed=frozenset(renamed),
        attributes=attributes,
        text=frozenset(text),
    )
