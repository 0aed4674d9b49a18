"""What a document shows, read from its projection: the same for every way of merging edits.

Reads inside a transaction see its writes; lxml nodes follow when it has closed.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence

from whiteboard.model import markup
from whiteboard.model.changes import Changes
from whiteboard.model.ids import DOCUMENT, Rid
from whiteboard.model.ops import Kind
from whiteboard.model.projection import (
    Projection,
    expanded_ns,
    shown_name,
    shown_value,
    slot_rid,
    slot_value,
)
from whiteboard.model.record import Record, order
from whiteboard.model.tree import Node, Tree

_ID = ("", "id")


class Reading:
    """The reading half of a document; whoever merges edits keeps `_projection` up to date."""

    def __init__(self, projection: Projection) -> None:
        self._projection = projection
        self._busy = ""
        """What is open that nothing else may begin in: a transaction, `receive`, `on_commit`."""
        self._tree: Tree | None = None
        self._ids: dict[str, set[Rid]] | None = None

    def _settle(self) -> None:
        """Bring what is visible up to date with what was written."""
        self._projection.settle()

    def _show_anew(self, projection: Projection) -> None:
        """The records were made anew: what was derived from the old ones goes."""
        self._projection = projection
        self._tree = None
        self._ids = None

    def _follow(self, changes: Changes) -> None:
        """Let what is derived from the visible tree know, when it is next asked for."""
        if self._tree is not None:
            self._tree.update(changes)
        if self._ids is not None:
            self._update_ids(changes)

    def _record(self, rid: Rid) -> Record | None:
        if self._busy:
            self._settle()
        return self._projection.find(rid)

    def _known(self, rid: Rid) -> Record:
        record = self._record(rid)
        if record is None:
            raise KeyError(rid)
        return record

    @property
    def record_count(self) -> int:
        """How many records there are, hidden and deleted ones included."""
        return len(self._projection.records)

    @property
    def root(self) -> Rid | None:
        """The visible root element."""
        self._record(DOCUMENT)
        root = self._projection.root
        return None if root is None else root.rid

    def is_visible(self, rid: Rid) -> bool:
        """Whether the record, which may be an attribute, is seen."""
        record = self._record(rid)
        return record is not None and rid != DOCUMENT and self._projection.is_visible(record)

    def kind(self, rid: Rid) -> Kind | None:
        """The type of a record, hidden ones included; None if nobody has created it."""
        record = self._record(rid)
        return None if record is None else record.kind

    def parent(self, rid: Rid) -> Rid | None:
        """Where the record hangs, hidden ones included: another record, DOCUMENT or TRASH."""
        record = self._record(rid)
        return None if record is None or record.up is None else record.up.rid

    def weight(self, rid: Rid) -> float:
        """The record's weight among its siblings."""
        return self._known(rid).weight

    def children(self, rid: Rid) -> Sequence[Rid]:
        """Visible children without the attributes, in order."""
        record = self._record(rid)
        if record is None:
            return ()
        return tuple(kid.rid for kid in self._projection.children(record))

    def previous_element(self, rid: Rid) -> Rid | None:
        """The visible element before a visible record, among its siblings."""
        record = self._known(rid)
        kids = () if record.up is None or record.up.kids is None else record.up.kids
        for i in range(bisect_left(kids, order(record), key=order) - 1, -1, -1):
            if kids[i].shown and kids[i].kind is Kind.ELEMENT:
                return kids[i].rid
        return None

    def name(self, rid: Rid) -> str:
        """Local name of an element or attribute, target of an instruction, else ''."""
        record = self._known(rid)
        return record.name if record.kind is Kind.ATTRIBUTE else shown_name(record)

    def ns(self, rid: Rid) -> str:
        """Namespace in effect, '' for none."""
        record = self._known(rid)
        return expanded_ns(record.ns) if record.kind is Kind.ATTRIBUTE else record.shown_ns

    def attribute(self, rid: Rid, name: str, ns: str = "") -> str | None:
        """Value of an element's attribute; None if there is none."""
        record = self._record(rid)
        return None if record is None else slot_value(record, (ns, name))

    def attribute_record(self, rid: Rid, name: str, ns: str = "") -> Rid | None:
        """The record whose value an attribute shows."""
        record = self._record(rid)
        return None if record is None else slot_rid(record, (ns, name))

    def attributes(self, rid: Rid) -> Mapping[tuple[str, str], str]:
        """(namespace, local name) -> value of all attributes of an element, sorted."""
        record = self._record(rid)
        if record is None:
            return {}
        return dict(self._projection.attributes(record))

    def text(self, rid: Rid) -> str:
        """Characters of a text, comment or attribute record, data of an instruction."""
        return shown_value(self._known(rid))

    def by_id(self, id: str) -> Rid | None:  # noqa: A002 - the attribute's name
        """The visible element with this `id` attribute; of several the first in the document."""
        self._record(DOCUMENT)
        if self._busy or self._ids is None:
            ids: dict[str, set[Rid]] = {}
            for record in self._projection.records.values():
                if record.shown and (value := slot_value(record, _ID)) is not None:
                    ids.setdefault(value, set()).add(record.rid)
            if self._busy:
                return self._first(ids.get(id, ()))
            self._ids = ids
        return self._first(self._ids.get(id, ()))

    def _first(self, rids: Iterable[Rid]) -> Rid | None:
        found = [rid for rid in rids if self._projection.records[rid].shown]
        if len(found) < 2:
            return found[0] if found else None
        return min(found, key=self._place)

    def _place(self, rid: Rid) -> list[tuple[float, Rid]]:
        place: list[tuple[float, Rid]] = []
        record: Record | None = self._projection.records[rid]
        while record is not None:
            place.append((record.weight, record.rid))
            record = record.up
        return place[::-1]

    def _update_ids(self, changes: Changes) -> None:
        ids = self._ids
        assert ids is not None
        touched = [rid for rid, names in changes.attributes.items() if _ID in names]
        for rid in (*changes.added, *touched):
            value = slot_value(self._projection.records[rid], _ID)
            if value is not None:
                ids.setdefault(value, set()).add(rid)

    # --- as XML

    @property
    def tree(self) -> Tree:
        """The lxml nodes of what is visible; made when first asked for."""
        if self._busy and self._busy != "on_commit":
            raise RuntimeError("nodes follow when the transaction has closed")
        if self._tree is None:
            self._settle()
            self._tree = Tree(self._projection)
        return self._tree

    def node(self, rid: Rid) -> Node | None:
        """The lxml node of a visible element, comment or instruction; not while writing."""
        return self.tree.node(rid)

    def rid_of(self, node: Node) -> Rid:
        """The record of a node of this document.

        Raises:
            KeyError: it is not one, or not any more.
        """
        return self.tree.rid_of(node)

    def c14n(self) -> bytes:
        """Canonical XML of the view: equal bytes on all who hold the same messages (SYNC 0.3.6)."""
        self._settle()
        return markup.write(self._projection, canonical=True)

    def state_hash(self) -> str:
        """The hash that heartbeats compare (SYNC 0.3.7), 64 hex digits."""
        self._settle()
        return self._projection.state_hash()

    def serialise(self) -> bytes:
        """A plain SVG file, UTF-8; empty without a visible root."""
        self._settle()
        return markup.write(self._projection, canonical=False)
