"""The planner: keeps the paint plan of a tree up to date while the tree changes.

    planner = Planner(source)            # source: plan.Source over the document
    update = planner.update()            # the whole plan at first
    for placed in update.placed: ...     # new or changed: placed.node (plan node), placed.z (float)
    for key in update.removed: ...       # no longer painted
    planner.mark(commit.changes)         # cheap; from a commit listener, as often as needed
    update = planner.update()            # only what differs; `update(stop)` in slices

Rules:
1. The plan is a flat list of top-level nodes, each with a `key` of its own (`node.key`); it is
   painted in rising `z`. Clip and Isolate hold nodes inside; when one of those changes, the whole
   top-level node is placed again.
2. `update.placed` holds a key at most once and is sorted by z. A node may come again with another z
   only (it moved); compare `node is old` if that matters.
3. `update(stop)` asks `stop()` after each element and returns early with `done` false; what it says
   is then true for what it says. Call it again, also after more marks.
4. Matrices lead to the user space of the root (inside its viewBox). `viewport.page(root)` says
   where that space is on a picture of the document.
5. Key chain: rids of the `use` elements an element is seen through, outermost first. A marker's
   shapes have the marked element's rid and '#start', '#mid.3' or '#end' there. `owner(key)` is the
   element of the tree that a person sees there.
6. The result equals the plan made from scratch (`plan(source)`); a test holds it to that. Only
   where `use` asks for more than `MAX_ALL_INSTANCES`, the order decides which copies are left out.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeVar

from whiteboard.svg.bounds import Measure
from whiteboard.svg.css import Sheet, parse_sheet
from whiteboard.svg.painter import PAINTED, Context, Notice, Opened, Painter
from whiteboard.svg.plan import SVG_NS, Key, Node, PlanNode, Source

T = TypeVar("T")

_GAP = 1.0
_SMALLEST_GAP = 1e-7
MAX_ALL_INSTANCES = 100_000
"""Elements of a document that are painted as part of others; beyond, each `use` shows one."""
_SLICE = 64
"""Nodes that are looked at between two questions whether to go on."""
_MANY = 32
"""So many new children of one element and they are put in order by one walk over all children."""


class ChangesLike(Protocol):
    """`model.changes.Changes` as the planner sees it; every part may name too much."""

    @property
    def reset(self) -> bool:
        """Everything may differ."""

    @property
    def added(self) -> Collection[str]:
        """Nodes that came, with their subtrees."""

    @property
    def removed(self) -> Collection[str]:
        """Nodes that went, with their subtrees."""

    @property
    def moved(self) -> Collection[str]:
        """Nodes with another parent or place."""

    @property
    def renamed(self) -> Collection[str]:
        """Elements with another name."""

    @property
    def attributes(self) -> Mapping[Any, Collection[tuple[str, str]]]:
        """Elements with other attributes."""

    @property
    def text(self) -> Collection[str]:
        """Elements with other text in them."""


@dataclass(frozen=True, slots=True)
class Placed:
    """A plan node and its place in the paint order."""

    node: PlanNode
    z: float


@dataclass(frozen=True, slots=True)
class PlanUpdate:
    """What differs from the plan as it was told before."""

    removed: tuple[Key, ...] = ()
    placed: tuple[Placed, ...] = ()
    done: bool = True


@dataclass(slots=True, eq=False)
class _Entry:
    """What an element contributes: nodes of its own, or entries of its children."""

    node: Node
    parent: _Entry | None
    context: Context
    previous: _Entry | None = None
    next: _Entry | None = None
    first: _Entry | None = None
    last: _Entry | None = None
    linked: bool = False
    waiting: set[_Entry] = field(default_factory=set)
    """Entries of children that are not planned yet, and so not linked."""
    dirty: bool = True
    alive: bool = True
    opened: Opened | None = None
    nodes: tuple[PlanNode, ...] = ()
    used: frozenset[str] = frozenset()
    ids: Mapping[str, str | None] = field(default_factory=dict)
    notices: tuple[Notice, ...] = ()
    instances: int = 0
    """Elements painted as part of this one: what a `use` shows, markers."""

    @property
    def is_group(self) -> bool:
        """Whether its children have entries."""
        return self.opened is not None and not self.opened.whole


@dataclass(frozen=True, slots=True)
class _Rest:
    """Children of a group from an index on that have no entries yet."""

    entry: _Entry
    opened: Opened
    children: Sequence[Node]
    start: int = 0


class Planner:
    """The plan of one source, kept up to date."""

    def __init__(
        self, source: Source, *, font_size: float = 16.0, measure: Measure | None = None
    ) -> None:
        self._source = source
        self._font_size = font_size
        self._measure = measure
        self._entries: dict[str, _Entry] = {}
        self._instances = 0
        """Of all entries."""
        self._users: dict[str, set[_Entry]] = {}
        self._id_users: dict[str, set[_Entry]] = {}
        self._placed: dict[Key, Placed] = {}
        self._owners: dict[Key, _Entry] = {}
        self._work: list[_Entry | _Rest] = []
        self._fresh: list[_Entry] = []
        self._touched: set[str] = set()
        self._content: set[str] = set()
        self._reset = True
        self._ids_may_differ = False
        self._taking: Iterator[None] | None = None
        """What turns marks into work, in slices; nothing is planned while it is under way."""
        self._styles: dict[str, None] = {}
        self._sheet_text = ""
        self._painter = self._new_painter(Sheet())
        self._before: dict[Key, Placed | None] = {}

    def _new_painter(self, sheet: Sheet) -> Painter:
        return Painter(self._source, sheet, font_size=self._font_size, measure=self._measure)

    # --- what callers use

    def mark(self, changes: ChangesLike) -> None:
        """Note what changed. The tree may be further on than the changes say, never behind."""
        if changes.reset:
            self._reset = True
        for rids in (changes.added, changes.removed, changes.moved, changes.renamed):
            self._touched.update(rids)
        for rid, names in changes.attributes.items():
            self._content.add(rid)
            if ("", "id") in names:
                self._ids_may_differ = True
        self._content.update(changes.text)

    @property
    def is_settled(self) -> bool:
        """Whether nothing is marked or half done."""
        marked = self._reset or self._touched or self._content or self._taking is not None
        return not (marked or self._work)

    def update(self, stop: Callable[[], bool] | None = None) -> PlanUpdate:
        """Plan what was marked, until all is done or `stop()` says so."""
        self._before = {}
        if not self._take_marks(stop):
            return self._difference()
        while self._work:
            work = self._work.pop()
            if isinstance(work, _Rest):
                self._await_rest(work)
            elif work.alive and work.dirty:
                self._plan_entry(work)
            else:
                continue
            if stop is not None and stop():
                break
        self._place_fresh()
        return self._difference()

    def nodes(self) -> list[PlanNode]:
        """The plan in paint order."""
        return [placed.node for placed in sorted(self._placed.values(), key=lambda p: p.z)]

    def placed(self, key: Key) -> Placed | None:
        """One top-level node by its key."""
        return self._placed.get(key)

    def notices(self) -> list[Notice]:
        """What is not drawn as it is written."""
        return [notice for entry in self._entries.values() for notice in entry.notices]

    def keys(self, rid: str) -> Iterator[Key]:
        """Keys of the top-level nodes that the element and its descendants are painted in."""
        entry = self._entries.get(rid)
        if entry is not None:
            for one in _subtree(entry):
                for node in one.nodes:
                    yield node.key
        else:
            for user in self._users.get(rid, ()):
                for node in user.nodes:
                    yield node.key

    @property
    def source(self) -> Source:
        """The tree it plans."""
        return self._source

    @property
    def painter(self) -> Painter:
        """For questions about single elements (their style and space)."""
        return self._painter

    # --- marks -> entries to plan

    def _take_marks(self, stop: Callable[[], bool] | None) -> bool:
        """Turn marks into work, until all are or `stop()` says so; whether all are.

        New marks may come between slices: they are taken before anything is planned.
        """
        while self._taking is not None or self._reset or self._touched or self._content:
            if self._taking is None:
                self._taking = self._marks_taken()
            for _ in self._taking:
                if stop is not None and stop():
                    return False
            self._taking = None
        return True

    def _marks_taken(self) -> Iterator[None]:
        """Take the marks that are there now, in slices."""
        touched, content = self._touched, self._content
        self._touched, self._content = set(), set()
        if not self._reset:
            yield from self._check_sheet(touched, content)
        if self._reset:
            yield from self._start_over()
            return
        structural = self._painter.cascade.sheet.structural
        for rid in _in_slices(content | touched):
            if rid is None:
                yield
            else:
                self._soil_users(rid, structural=structural)
        ids_may_differ = self._ids_may_differ or bool(touched)
        self._ids_may_differ = False
        if touched:
            yield from self._restructure(touched, structural=structural)
        if ids_may_differ:
            self._check_ids()

    def _start_over(self) -> Iterator[None]:
        self._reset = self._ids_may_differ = False
        for key in self._placed:
            self._before.setdefault(key, self._placed[key])
        self._placed.clear()
        self._owners.clear()
        for entry in self._entries.values():
            entry.alive = False
        self._entries.clear()
        self._instances = 0
        self._users.clear()
        self._id_users.clear()
        self._work.clear()
        self._fresh.clear()
        yield from self._read_sheet()
        self._painter = self._new_painter(parse_sheet(self._sheet_text))
        root = self._source.root
        if root is not None:
            entry = _Entry(root, None, self._painter.root_context(root), linked=True)
            self._entries[root.rid] = entry
            self._work.append(entry)

    def _soil_users(self, rid: str, *, structural: bool) -> None:
        """What shows this element is to be planned again."""
        entry = self._entries.get(rid)
        if entry is not None:
            # Selectors with siblings in them: the neighbours may look different too.
            self._soil(entry.parent if structural and entry.parent is not None else entry)
        for user in self._users.get(rid, ()):
            self._soil(user)

    def _soil(self, entry: _Entry) -> None:
        if not entry.dirty:
            entry.dirty = True
            self._work.append(entry)

    def _restructure(self, touched: set[str], *, structural: bool) -> Iterator[None]:
        for rid in _in_slices(touched):
            entry = self._entries.get(rid) if rid is not None else None
            if entry is not None:
                self._drop(entry)
            elif rid is None:
                yield
        by_parent: dict[str, list[Node]] = {}
        for rid in _in_slices(touched):
            if rid is None:
                yield
                continue
            node = self._source.node(rid)
            if node is None:
                continue
            parent = node.parent
            if parent is None:
                self._reset = True  # another root element
                continue
            if parent.rid not in by_parent:
                self._soil_users_of_parent(parent.rid, structural=structural)
            by_parent.setdefault(parent.rid, []).append(node)
        root = self._source.root
        if self._reset or root is None or root.rid not in self._entries:
            yield from self._start_over()
            return
        for parent_rid, nodes in by_parent.items():
            entry = self._entries.get(parent_rid)
            if entry is not None and entry.is_group:
                yield from self._adopt(entry, nodes)

    def _soil_users_of_parent(self, rid: str, *, structural: bool) -> None:
        for user in self._users.get(rid, ()):
            self._soil(user)
        entry = self._entries.get(rid)
        if entry is not None and (structural or not entry.is_group):
            self._soil(entry)

    def _adopt(self, parent: _Entry, nodes: list[Node]) -> Iterator[None]:
        """Entries for children that are new here; planned later, linked when planned."""
        assert parent.opened is not None
        if len(nodes) > _MANY:
            wanted = {node.rid for node in nodes}
            yield
            nodes = [child for child in parent.node.children if child.rid in wanted]
        for node in _in_slices(reversed(nodes)):
            if node is None:
                yield
            elif node.name in PAINTED and node.ns == SVG_NS and node.rid not in self._entries:
                self._await(node, parent, parent.opened)

    def _await(self, node: Node, parent: _Entry, opened: Opened) -> None:
        entry = _Entry(node, parent, opened.inner)
        self._entries[node.rid] = entry
        parent.waiting.add(entry)
        self._work.append(entry)

    def _await_rest(self, rest: _Rest) -> None:
        """Entries for the next children of a group; those after them when these are planned."""
        entry, opened = rest.entry, rest.opened
        if not entry.alive or entry.opened is not opened:
            return  # it has been planned again
        end = rest.start + _SLICE
        if end < len(rest.children):
            self._work.append(_Rest(entry, opened, rest.children, end))
        for child in reversed(rest.children[rest.start : end]):
            is_here = rest.start == 0 or self._is_still_to_plan(child, entry)
            if is_here and child.name in PAINTED and child.ns == SVG_NS:
                self._await(child, entry, opened)

    def _is_still_to_plan(self, child: Node, parent: _Entry) -> bool:
        """Whether a child that was here in an earlier slice still is, and without an entry."""
        if child.rid in self._entries:
            return False
        now = self._source.node(child.rid)
        above = None if now is None else now.parent
        return above is not None and above.rid == parent.node.rid

    def _check_ids(self) -> None:
        """Plan again what looked up an id that means something else now."""
        for name, users in list(self._id_users.items()):
            found = self._source.by_id(name)
            rid = None if found is None else found.rid
            for user in list(users):
                if user.ids.get(name) != rid:
                    self._soil(user)

    # --- style sheets

    def _check_sheet(self, touched: set[str], content: set[str]) -> Iterator[None]:
        """Start over if what is in `style` elements is different now."""
        concerned = not self._styles.keys().isdisjoint(touched | content)
        for rid in _in_slices(touched):
            if concerned:
                break
            if rid is None:
                yield
                continue
            node = self._source.node(rid)
            if node is None:
                concerned = bool(self._styles)  # a group that went may have had one in it
                continue
            for inner in self._inside(node):
                if inner is None:
                    yield
                elif self._is_of_style(inner):
                    concerned = True
                    break
        if concerned:
            before = self._sheet_text
            yield from self._read_sheet()
            self._reset = self._reset or self._sheet_text != before

    def _is_of_style(self, node: Node) -> bool:
        """Whether a node is a `style` element or stands in one that is known."""
        if node.name:
            return node.name == "style"
        parent = node.parent
        return parent is not None and parent.rid in self._styles

    def _inside(self, node: Node) -> Iterator[Node | None]:
        """The node and all below it; None where it is time to ask whether to go on."""
        stack = [node]
        count = 0
        while stack:
            one = stack.pop()
            yield one
            count += 1
            if count % _SLICE == 0:
                yield None
            if one.name:
                stack.extend(reversed(one.children))

    def _read_sheet(self) -> Iterator[None]:
        styles: dict[str, None] = {}
        texts: list[str] = []
        root = self._source.root
        for node in self._inside(root) if root is not None else ():
            if node is None:
                yield
            elif node.name == "style" and node.ns == SVG_NS:
                styles[node.rid] = None
                if (node.get("type") or "text/css").strip().lower() == "text/css":
                    texts.append("".join(child.text for child in node.children))
        self._styles, self._sheet_text = styles, "\n".join(texts)

    # --- planning

    def _plan_entry(self, entry: _Entry) -> None:
        entry.dirty = False
        painter = self._painter
        self._instances -= entry.instances
        entry.instances = 0
        painter.begin(MAX_ALL_INSTANCES - self._instances)
        opened = painter.open(entry.node, entry.context)
        if entry.is_group and opened is not None and not opened.whole:
            assert entry.opened is not None
            if opened.inner == entry.opened.inner and not painter.cascade.sheet.rules:
                return  # an attribute that its children cannot see
        self._clear(entry)
        entry.opened = opened
        nodes: list[PlanNode] = []
        if opened is not None:
            if opened.whole:
                nodes = painter.paint_opened(entry.node, opened, entry.context)
            else:
                self._await_rest(_Rest(entry, opened, entry.node.children))
        entry.instances = painter.instances
        self._instances += entry.instances
        self._note_uses(entry)
        entry.notices = tuple(painter.notices)
        if not entry.linked:
            self._link(entry)
        self._set_nodes(entry, nodes)

    def _note_uses(self, entry: _Entry) -> None:
        painter = self._painter
        painter.used.discard(entry.node.rid)
        entry.used = frozenset(painter.used)
        entry.ids = painter.ids
        for rid in entry.used:
            self._users.setdefault(rid, set()).add(entry)
        for name in entry.ids:
            self._id_users.setdefault(name, set()).add(entry)

    def _set_nodes(self, entry: _Entry, nodes: list[PlanNode]) -> None:
        old = {
            node.key: self._placed[node.key].z
            for node in entry.nodes
            if self._owners.get(node.key) is entry
        }
        same = list(old) == [node.key for node in nodes]
        for node in entry.nodes:
            self._unplace(entry, node.key)
        entry.nodes = tuple(nodes)
        if same:
            for node in nodes:
                self._place(entry, node, old[node.key])
        elif nodes:
            self._fresh.append(entry)

    def _place(self, entry: _Entry, node: PlanNode, z: float) -> None:
        key = node.key
        self._before.setdefault(key, self._placed.get(key))
        self._placed[key] = Placed(node, z)
        other = self._owners.get(key)
        if other is not None and other is not entry:
            # It moved in from an entry that is still to be planned again.
            other.nodes = tuple(node for node in other.nodes if node.key != key)
        self._owners[key] = entry

    def _unplace(self, entry: _Entry, key: Key) -> None:
        if self._owners.get(key) is entry:
            self._before.setdefault(key, self._placed.pop(key))
            del self._owners[key]

    def _clear(self, entry: _Entry) -> None:
        """Forget what the entry used and the entries below it; its own nodes stay for now."""
        child = entry.first
        while child is not None:
            following = child.next
            self._drop(child)
            child = following
        for waiting in tuple(entry.waiting):
            self._drop(waiting)
        for rid in entry.used:
            self._leave(self._users, rid, entry)
        for name in entry.ids:
            self._leave(self._id_users, name, entry)
        entry.used, entry.ids, entry.notices = frozenset(), {}, ()

    def _leave(self, users: dict[str, set[_Entry]], name: str, entry: _Entry) -> None:
        group = users.get(name)
        if group is not None:
            group.discard(entry)
            if not group:
                del users[name]

    def _drop(self, entry: _Entry) -> None:
        """Take an entry and those below it out."""
        self._clear(entry)
        for node in entry.nodes:
            self._unplace(entry, node.key)
        entry.nodes = ()
        entry.alive = False
        self._instances -= entry.instances
        entry.instances = 0
        if self._entries.get(entry.node.rid) is entry:
            del self._entries[entry.node.rid]
        self._unlink(entry)

    # --- order

    def _link(self, entry: _Entry) -> None:
        """Put the entry behind the nearest sibling before it that is planned already.

        So the entries of a parent are, at any time, a part of its children in their order.
        """
        parent = entry.parent
        assert parent is not None
        before: _Entry | None = None
        node = entry.node.previous
        while node is not None:
            found = self._entries.get(node.rid)
            if found is not None and found.linked and found.parent is parent:
                before = found
                break
            node = node.previous
        entry.previous = before
        entry.next = parent.first if before is None else before.next
        if entry.next is None:
            parent.last = entry
        else:
            entry.next.previous = entry
        if before is None:
            parent.first = entry
        else:
            before.next = entry
        entry.linked = True
        parent.waiting.discard(entry)

    def _unlink(self, entry: _Entry) -> None:
        parent = entry.parent
        if parent is not None:
            parent.waiting.discard(entry)
        if not entry.linked:
            return
        if entry.previous is not None:
            entry.previous.next = entry.next
        elif parent is not None:
            parent.first = entry.next
        if entry.next is not None:
            entry.next.previous = entry.previous
        elif parent is not None:
            parent.last = entry.previous
        entry.linked = False
        entry.previous = entry.next = None

    def _place_fresh(self) -> None:
        """Give the new nodes their places between those that have one."""
        fresh, self._fresh = self._fresh, []
        for entry in fresh:
            if not entry.alive or not entry.nodes or self._has_place(entry):
                continue
            run = [entry]
            first = _step(entry, forward=False)
            while first is not None and not self._has_place(first):
                run.insert(0, first)
                first = _step(first, forward=False)
            last = _step(entry, forward=True)
            while last is not None and not self._has_place(last):
                run.append(last)
                last = _step(last, forward=True)
            nodes = [(one, node) for one in run for node in one.nodes]
            low = None if first is None else self._placed[first.nodes[-1].key].z
            high = None if last is None else self._placed[last.nodes[0].key].z
            if low is None:
                low = _GAP * (-len(nodes) - 1) + high if high is not None else 0.0
            step = _GAP if high is None else (high - low) / (len(nodes) + 1)
            for i, (one, node) in enumerate(nodes, start=1):
                self._place(one, node, low + i * step)
            if step < _SMALLEST_GAP:
                self._renumber()

    def _has_place(self, entry: _Entry) -> bool:
        return self._owners.get(entry.nodes[0].key) is entry

    def _renumber(self) -> None:
        """Make room again everywhere."""
        z = 0.0
        for placed in sorted(self._placed.values(), key=lambda p: p.z):
            z += _GAP
            self._place(self._owners[placed.node.key], placed.node, z)

    def _difference(self) -> PlanUpdate:
        removed: list[Key] = []
        placed: list[Placed] = []
        for key, before in self._before.items():
            now = self._placed.get(key)
            if now is None:
                if before is not None:
                    removed.append(key)
            elif before is None or before.node != now.node or before.z != now.z:
                placed.append(now)
        self._before = {}
        placed.sort(key=lambda p: p.z)
        return PlanUpdate(tuple(removed), tuple(placed), self.is_settled)


def _in_slices(items: Iterable[T]) -> Iterator[T | None]:
    """The items, and None where it is time to ask whether to go on."""
    for i, item in enumerate(items, start=1):
        yield item
        if i % _SLICE == 0:
            yield None


def _subtree(entry: _Entry) -> Iterator[_Entry]:
    stack = [entry]
    while stack:
        one = stack.pop()
        yield one
        child = one.last
        while child is not None:
            stack.append(child)
            child = child.previous


def _step(entry: _Entry, *, forward: bool) -> _Entry | None:
    """The next entry that has nodes, in or against the paint order, outside this one."""
    current: _Entry | None = entry
    while current is not None:
        sibling = current.next if forward else current.previous
        if sibling is None:
            current = current.parent
            continue
        found = _edge(sibling, forward=forward)
        if found is not None:
            return found
        current = sibling
    return None


def _edge(entry: _Entry, *, forward: bool) -> _Entry | None:
    """The first (or last) entry with nodes in this subtree."""
    if entry.nodes:
        return entry
    child = entry.first if forward else entry.last
    while child is not None:
        found = _edge(child, forward=forward)
        if found is not None:
            return found
        child = child.next if forward else child.previous
    return None


def plan(
    source: Source, *, font_size: float = 16.0, measure: Measure | None = None
) -> list[PlanNode]:
    """The whole plan, made once."""
    planner = Planner(source, font_size=font_size, measure=measure)
    planner.update()
    return planner.nodes()


def owner(key: Key) -> str:
    """The element that stands in the tree where this is seen: the outermost `use`, or itself."""
    return key[1][0] if key[1] else key[0]
