"""What may be written in a session with the client Psi, which shows less and breaks at more.

Psi ends with a fault when something under a removed element is changed or removed, so an element is
removed alone, and what lies in a removed one is left as it is. It gives each child of the root that
has no id one of its own, and several Psis fight about it, so a child of the root has one from the
beginning. It renames nothing; it shows images only with width and height, and only by `xlink:href`.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from whiteboard.model.ids import DOCUMENT, Rid
from whiteboard.model.ops import Kind, LiteralElement, New, Remove, Set
from whiteboard.model.projection import shown_value, slot_winner
from whiteboard.model.record import Record
from whiteboard.model.strict.deeds import Gone
from whiteboard.model.strict.record import StrictRecord
from whiteboard.model.strict.transaction import StrictTransaction, kept_records
from whiteboard.svg.pixels import natural_size
from whiteboard.svg.plan import SVG_NS, XLINK_NS

DECLARATION = "xmlns:xlink"
"""An attribute that Psi's document needs beside `xlink:href`; our own shows none of this name."""
PAPER = "0 0 1600 1000"
"""Psi shows what lies on a paper of a size, and no board without: about a window full."""
_LINKING = frozenset(
    {"image", "use", "a", "textPath", "linearGradient", "radialGradient", "pattern"}
)


def fresh_id() -> str:
    """An `id` that no element has."""
    return f"e{secrets.token_hex(8)}"


class PsiTransaction(StrictTransaction):
    """Implements `SharedTransaction` for sessions with Psi.

    A renamed element is another one: later writes of the transaction go to that.
    """

    def do(self, op: New | Set | Remove) -> None:
        """Write any operation, but none on what lies in a removed element."""
        if not isinstance(op, New) and self._is_buried(op):
            return
        if not self._open:
            raise RuntimeError("the transaction is closed")
        is_id = isinstance(op, New) and op.kind is Kind.ATTRIBUTE and op.name == "id"
        self._author.write(op, with_last=is_id)

    def _is_buried(self, op: Set | Remove) -> bool:
        record = self._merge.records.get(op.rid)
        if isinstance(op, Set) and op.rid in self._merge.removed:
            return True
        return record is not None and lies_in(record, self._merge.removed)

    # --- creating

    def _create(self, element: LiteralElement, parent: Rid, weight: float, first: Rid) -> Rid:
        fitted = _fitted(element)
        if self._is_root(parent) and _attribute(fitted, "id") is None:
            fitted = _with(fitted, ("", "id", fresh_id()))
        return super()._create(fitted, parent, weight, first)

    def _ordered(self, node: LiteralElement) -> Iterable[tuple[str, str, str]]:
        return sorted(node.attributes, key=lambda one: (one[:2] != ("", "id"), one))

    def create(self, new: New) -> None:
        """See `StrictTransaction`; links as Psi reads them."""
        home = self._merge.records.get(new.parent)
        if home is not None and _is_link(new.ns or "", new.name, home.ns or "", home.name):
            if not self._declares(home):
                self._new_attribute(home.rid, "", DECLARATION, XLINK_NS)
            new = replace(new, ns=XLINK_NS)
        super().create(new)

    def recreate(self, records: tuple[New, ...], parent: Rid) -> dict[Rid, Rid]:
        """See `StrictTransaction`."""
        self._projection.settle()
        top = records[0]
        if self._is_root(parent) and top.kind is Kind.ELEMENT and not _id_of(records, top.rid):
            rid = Rid(f"{top.rid}@id")
            records = (
                top,
                New(rid, Kind.ATTRIBUTE, top.rid, name="id", chdata=fresh_id()),
                *records[1:],
            )
        return super().recreate(tuple(_ids_first(records)), parent)

    # --- changing

    def set_attribute(self, rid: Rid, name: str, value: str | None, ns: str = "") -> None:
        """See `SharedTransaction`; a child of the root keeps an id."""
        element = self._known(rid)
        if value is None and (ns, name) == ("", "id") and self._is_root(_up(element)):
            return
        if _is_link(ns, name, element.shown_ns, element.name):
            ns = XLINK_NS
            if value is not None and not self._declares(element):
                self._new_attribute(element.rid, "", DECLARATION, XLINK_NS)
        super().set_attribute(element.rid, name, value, ns)

    def rename(self, rid: Rid, name: str, ns: str) -> None:
        """See `SharedTransaction`: another element in its place."""
        record = self._known(rid)
        top, *rest = kept_records(record)
        named = (replace(top, name=name, ns=ns), *rest)
        made = self.recreate(named, _up(record))
        self.trash(record.rid)
        self._instead[rid] = made[record.rid]

    def retarget(self, rid: Rid, target: str) -> None:
        """See `SharedTransaction`: another instruction in its place."""
        record = self._known(rid)
        (kept,) = kept_records(record)
        made = self.recreate((replace(kept, pitarget=target),), _up(record))
        self.trash(record.rid)
        self._instead[rid] = made[record.rid]

    # --- moving

    def put(self, rid: Rid, parent: Rid, weight: float) -> None:
        """See `SharedTransaction`; what comes into the root has an id before."""
        record = self._known(rid)
        if self._is_root(parent) and record.kind is Kind.ELEMENT:
            self._give_id(record)
        super().put(record.rid, parent, weight)

    def trash(self, rid: Rid) -> None:
        """See `SharedTransaction`: one `remove`, whatever lies in it."""
        record = self._known(rid)
        kept = tuple(kept_records(record))
        self.do(Remove(record.rid))
        self.deeds.append(Gone(kept))

    def fit(self) -> None:
        """Give what stands on the board already what Psi needs to show it."""
        self._projection.settle()
        root = self._projection.root
        if root is None:
            return
        if slot_winner(root, ("", "viewBox")) is None:
            self._new_attribute(root.rid, "", "viewBox", PAPER)
        waiting: list[Record] = list(root.kids or ())
        for record in waiting:
            if record.kind is Kind.ELEMENT and record.shown:
                self._give_id(record)
        while waiting:
            record = waiting.pop()
            waiting += record.kids or ()
            if record.name == "image" and record.shown:
                self._give_size(record)

    # --- helpers

    def _known(self, rid: Rid) -> StrictRecord:
        return super()._known(self._instead.get(rid, rid))

    def _is_root(self, rid: Rid) -> bool:
        root = self._projection.root
        return root is not None and root.rid == rid

    def _give_id(self, record: Record) -> None:
        if slot_winner(record, ("", "id")) is None:
            self._new_attribute(record.rid, "", "id", fresh_id())

    def _give_size(self, record: Record) -> None:
        winner = slot_winner(record, (XLINK_NS, "href"))
        size = None if winner is None else natural_size(shown_value(winner))
        for name, value in zip(("width", "height"), size or (), strict=False):
            if slot_winner(record, ("", name)) is None:
                self._new_attribute(record.rid, "", name, str(value))

    @staticmethod
    def _declares(element: Record) -> bool:
        return ("", DECLARATION) in (element.attrs or {})


def lies_in(record: Record, removed: Iterable[Rid]) -> bool:
    """Whether the record lies in something of `removed`, however deep."""
    seen: set[Rid] = set()
    above = record.up
    while above is not None and above.rid != DOCUMENT and above.rid not in seen:
        if above.rid in removed:
            return True
        seen.add(above.rid)
        above = above.up
    return False


def _up(record: Record) -> Rid:
    return record.up.rid if record.up is not None else DOCUMENT


def _is_link(ns: str, name: str, element_ns: str, element: str) -> bool:
    return not ns and name == "href" and element_ns == SVG_NS and element in _LINKING


def _attribute(element: LiteralElement, name: str, ns: str = "") -> str | None:
    return next((v for a_ns, a, v in element.attributes if (a_ns, a) == (ns, name)), None)


def _with(element: LiteralElement, *attributes: tuple[str, str, str]) -> LiteralElement:
    return replace(element, attributes=(*element.attributes, *attributes))


def _fitted(element: LiteralElement) -> LiteralElement:
    """The element with its links, and sizes of images, as Psi reads them."""
    attributes = tuple(
        (XLINK_NS, name, value)
        if _is_link(ns, name, element.ns, element.name)
        else (ns, name, value)
        for ns, name, value in element.attributes
    )
    children = tuple(
        child if isinstance(child, str) else _fitted(child) for child in element.children
    )
    fitted = LiteralElement(element.ns, element.name, attributes, children)
    href = _attribute(fitted, "href", XLINK_NS)
    if href is not None and _attribute(fitted, DECLARATION) is None:
        fitted = _with(fitted, ("", DECLARATION, XLINK_NS))
    size = natural_size(href) if href is not None and element.name == "image" else None
    for name, value in zip(("width", "height"), size or (), strict=False):
        if _attribute(fitted, name) is None:
            fitted = _with(fitted, ("", name, str(value)))
    return fitted


def _id_of(records: Sequence[New], rid: Rid) -> str:
    ids = (new.chdata for new in records if _is_id(new) and new.parent == rid)
    return next(ids, "")


def _is_id(new: New) -> bool:
    return new.kind is Kind.ATTRIBUTE and (new.ns or "", new.name) == ("", "id")


def _ids_first(records: Sequence[New]) -> Iterator[New]:
    """The records, each element followed by its id."""
    ids = {new.parent: new for new in records if _is_id(new)}
    for new in records:
        if new is ids.get(new.parent):
            continue
        yield new
        if (id_ := ids.get(new.rid)) is not None:
            yield id_
