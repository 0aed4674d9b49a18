"""What of the records is seen: the visible tree, kept up to date edit by edit (SYNC 3, 0.3).

1. Visible = a chain of visible records up to the document. Everything else is hidden, not deleted.
2. Hidden besides: purged records and placeholders; what XML cannot represent; whatever stands below
   a node that is no element; depth over 256; text beside the root; all roots but the oldest.
3. Of several attribute records that claim one name the one created last is shown.
4. `touch` before a record changes, `settle` before anything is read, `take_changes` at the end of a
   transaction. Attributes are looked up when they are read; nothing about them is stored.
5. An attribute of a literal is no record until somebody asks for it by its rid (`find`) or another
   record claims its name. Reading, drawing, saving and hashing do not ask.

Schemas and whitelists are no part of this (0.3.8).
"""

from __future__ import annotations

import bisect
import functools
import hashlib
import re

from whiteboard.model.canonical import row
from whiteboard.model.changes import AttributeName, Changes
from whiteboard.model.characters import (
    comment_text,
    instruction_data,
    is_ncname,
    representable,
)
from whiteboard.model.ids import DOCUMENT, TRASH, Rid, attribute_rid
from whiteboard.model.ops import Kind, time_of
from whiteboard.model.record import Record, Slot, order
from whiteboard.model.weights import format_weight

MAX_DEPTH = 256
MAX_ATTRIBUTE = 16 * 1024 * 1024
"""Code points of an attribute value that are shown (SYNC 0.3.1)."""
MAX_TEXT = 1024 * 1024
"""Code points of a text, comment or instruction that are shown."""

XML_NS = "http://www.w3.org/XML/1998/namespace"
XMLNS_NS = "http://www.w3.org/2000/xmlns/"

MAX_LITERAL = 64
"""Attributes of an element that may be without records: to find one is to look at all."""
MAX_PLAIN = 256
"""Characters of an attribute's name with its namespace, for it to do without a record."""
_SPECIAL = re.compile(r"[@{}\s]")

_CONTENT = frozenset({Kind.TEXT, Kind.COMMENT, Kind.INSTRUCTION})


class _Before:
    """How a visible record was seen when the transaction began."""

    __slots__ = ("kind", "name", "ns", "up", "value", "weight")

    def __init__(self, record: Record) -> None:
        self.kind = record.kind
        self.up = record.up
        self.weight = record.weight
        self.ns = record.shown_ns
        self.name = record.name if record.kind is Kind.ELEMENT else ""
        self.value = raw_value(record)


class Projection:
    """The visible tree over the records."""

    def __init__(self) -> None:
        self.document = Record(DOCUMENT)
        self.document.shown = True
        self.trash = Record(TRASH)
        self.document.parented = self.trash.parented = True
        self.records: dict[Rid, Record] = {DOCUMENT: self.document, TRASH: self.trash}
        self.root: Record | None = None
        self._dirty: dict[Record, None] = {}
        self._roots_dirty = False
        self._before: dict[Record, _Before | None] = {}
        """How touched records were seen; None: not at all."""
        self._slots_before: dict[Record, dict[Slot, str | None]] = {}
        self._slots: dict[Slot, Slot] = {}
        """Names of touched attributes, each once: they are the same on most elements."""
        self._unhashed: set[Record] = set()
        self._hash = 0

    # --- records

    def find(self, rid: Rid) -> Record | None:
        """The record of a rid, be it one that an untouched attribute of a literal did not have."""
        found = self.records.get(rid)
        if found is None and "@" in rid:
            home, _, name = rid.rpartition("@")
            element = self.records.get(Rid(home))
            if element is not None and element.literal:
                if not name.startswith("{"):
                    return self._make_attribute(element, ("", name), rid)
                ns, name = slot_in(rid)
                if rid == attribute_rid(element.rid, name, ns):
                    return self._make_attribute(element, (ns, name), rid)
        return found

    def make_attributes(self, element: Record) -> None:
        """Give all attributes of a literal their records."""
        for ns, name, _ in element.literal:
            self._make_attribute(element, (ns, name), attribute_rid(element.rid, name, ns))
        element.literal = ()

    def _make_attribute(self, element: Record, slot: Slot, rid: Rid) -> Record | None:
        """Give an attribute of the literal its record, which says what is shown already."""
        if element.attrs is not None and slot in element.attrs:
            return None
        ns, name = slot
        found, index = None, 0  # index: how many come before it in the order of SYNC 4.8
        for item in element.literal:
            if item[1] == name and item[0] == ns:
                found = item
            elif item < slot:
                index += 1
        if found is None:
            return None
        assert element.created is not None
        l, r, k = element.created  # noqa: E741 - as on the wire
        record = Record(rid)
        record.kind = Kind.ATTRIBUTE
        record.created = time_of(l, r, k + 1 + index)
        record.up = element
        record.ns, record.name, record.chdata = found
        if element.attrs is None:
            element.attrs = {}
        element.attrs[self._slots.setdefault(slot, slot)] = [record]
        self.records[rid] = record
        return record

    # --- the raw tree

    def touch(self, record: Record) -> None:
        """Note how a record is seen, before something of it changes."""
        if record.kind is Kind.ATTRIBUTE:
            if record.up is not None:
                self._capture(record.up, slot_of(record))
            return
        if record not in self._before:
            self._before[record] = _Before(record) if record.shown else None
        self._dirty[record] = None
        if record.up is self.document:
            self._roots_dirty = True

    def relocate(self, record: Record, parent: Record | None) -> None:
        """Take a record out of its parent's children and put it under another one."""
        self.touch(record)
        self.detach(record)
        record.up = parent
        self.attach(record)

    def detach(self, record: Record) -> None:
        """Take a record out of its parent's lists, before its place in them changes."""
        up = record.up
        if up is None:
            return
        if record.kind is Kind.ATTRIBUTE:
            slot = slot_of(record)
            self._capture(up, slot)
            assert up.attrs is not None
            up.attrs[slot].remove(record)
            if not up.attrs[slot] and not up.literal:  # else: the literal's is not to come back
                del up.attrs[slot]
        else:
            assert up.kids is not None
            del up.kids[bisect.bisect_left(up.kids, order(record), key=order)]

    def attach(self, record: Record) -> None:
        """Put a record into its parent's lists again."""
        up = record.up
        if up is None:
            return
        if record.kind is Kind.ATTRIBUTE:
            slot = slot_of(record)
            self._capture(up, slot)
            if up.literal:
                self._make_attribute(up, slot, attribute_rid(up.rid, slot[1], slot[0]))
            if up.attrs is None:
                up.attrs = {}
            up.attrs.setdefault(slot, []).append(record)
            return
        kids = up.kids
        if kids is None:
            up.kids = [record]
        elif not kids or order(kids[-1]) < order(record):
            kids.append(record)
        else:
            bisect.insort(kids, record, key=order)
        if up is self.document:
            self._roots_dirty = True
        if record not in self._before:  # it is new, or was an attribute until now
            self._before[record] = _Before(record) if record.shown else None
        self._dirty[record] = None

    def _capture(self, element: Record, slot: Slot) -> None:
        slots = self._slots_before.get(element)
        if slots is None:
            slots = self._slots_before[element] = {}
        if slot not in slots:
            slots[slot] = slot_value(element, slot)
        if element is not self.document:
            self._unhashed.add(element)

    # --- settling

    def settle(self) -> None:
        """Bring visibility up to date with the raw tree."""
        if not self._dirty and not self._roots_dirty:
            return
        todo = [r for r in self._dirty if r.kind is not Kind.ATTRIBUTE or r.shown]
        self._dirty.clear()
        if self._roots_dirty:
            self._roots_dirty = False
            root = self._choose_root()
            if root is not self.root:
                if self.root is not None:
                    todo.append(self.root)
                self.root = root
                if root is not None:
                    todo.append(root)
        for record in todo:
            self._refresh(record)

    def _choose_root(self) -> Record | None:
        """Of the elements that lie in the document itself the one that shows: the oldest."""
        oldest: Record | None = None
        for kid in self.document.kids or ():
            if (
                kid.kind is Kind.ELEMENT
                and not kid.purged
                and is_representable(kid, effective_ns(kid))
            ):
                assert kid.created is not None
                if oldest is None or oldest.created is None or kid.created < oldest.created:
                    oldest = kid
        return oldest

    def _refresh(self, record: Record) -> None:
        stack = [record]
        while stack:
            record = stack.pop()
            up = record.up
            ns = effective_ns(record) if record.kind is Kind.ELEMENT else ""
            depth = up.depth + 1 if up is not None else 0
            shown = self._is_shown(record, ns, depth)
            if shown or record.shown:
                self._unhashed.add(record)
            if shown == record.shown and (
                not shown or (depth == record.depth and ns == record.shown_ns)
            ):
                continue
            if record not in self._before:
                self._before[record] = _Before(record) if record.shown else None
            record.shown = shown
            record.depth = depth
            record.shown_ns = ns
            if record.kids:
                stack.extend(record.kids)

    def _is_shown(self, record: Record, ns: str, depth: int) -> bool:
        up = record.up
        kind = record.kind
        if up is None or not up.shown or record.purged or depth > MAX_DEPTH:
            return False
        if kind is None or kind is Kind.ATTRIBUTE:
            return False
        if up is self.document:
            if kind is Kind.TEXT or (kind is Kind.ELEMENT and record is not self.root):
                return False
        elif up.kind is not Kind.ELEMENT:
            return False
        return is_representable(record, ns)

    def show_all(self) -> None:
        """Find out what is visible of records that were put in without a word."""
        self._roots_dirty = True
        self._dirty.update(dict.fromkeys(self.document.kids or ()))
        self.settle()
        self._before.clear()

    # --- what changed

    @property
    def changed(self) -> bool:
        """Whether anything was touched since the last `take_changes`."""
        return bool(self._before or self._slots_before)

    def take_changes(self) -> Changes:
        """The difference to what was seen at the last call."""
        self.settle()
        if not self._before:  # as when somebody changes attributes only
            return Changes(attributes=self._take_attributes())
        added: set[Rid] = set()
        removed: set[Rid] = set()
        moved: set[Rid] = set()
        renamed: set[Rid] = set()
        text: set[Record] = set()
        kept: set[Rid] = set()
        """Elements, new ones among them, with content that was seen before, here or elsewhere."""
        for record, before in self._before.items():
            if before is None:
                if record.shown:
                    added.add(record.rid)
                    if record.kind is not Kind.ELEMENT:
                        assert record.up is not None
                        text.add(record.up)
                continue
            is_content = record.kind in _CONTENT or before.kind in _CONTENT
            changed = True
            if not record.shown:
                removed.add(record.rid)
            else:
                changed = before.value != raw_value(record)
                if before.up is not record.up or before.weight != record.weight:
                    moved.add(record.rid)
                    changed = True
                if before.ns != record.shown_ns or (
                    record.kind is Kind.ELEMENT and before.name != record.name
                ):
                    renamed.add(record.rid)
                if before.kind is not record.kind:
                    renamed.add(record.rid)
            if is_content and changed:
                for up in (before.up, record.up):
                    if up is not None and up.shown:
                        text.add(up)
                if record.shown and record.up is not None:
                    kept.add(record.up.rid)
        attributes = self._take_attributes()
        self._before.clear()
        return Changes(
            added=frozenset(added),
            removed=frozenset(removed),
            moved=frozenset(moved),
            renamed=frozenset(renamed),
            attributes=attributes,
            text=frozenset(up.rid for up in text if up.rid not in added or up.rid in kept),
        )

    def _take_attributes(self) -> dict[Rid, frozenset[AttributeName]]:
        attributes: dict[Rid, frozenset[AttributeName]] = {}
        for element, slots in self._slots_before.items():
            if not element.shown or element.kind is not Kind.ELEMENT:
                continue
            if element in self._before and self._before[element] is None:
                continue
            names = [slot for slot, old in slots.items() if slot_value(element, slot) != old]
            if names:
                attributes[element.rid] = frozenset(names)
        self._slots_before.clear()
        return attributes

    # --- reading (after settle)

    def children(self, record: Record) -> list[Record]:
        """Visible children but the attributes, in order."""
        return [kid for kid in record.kids or () if kid.shown]

    def attributes(self, element: Record) -> list[tuple[Slot, str]]:
        """The names and values of attributes that are shown if the element is, sorted."""
        if not element.attrs:
            return [((ns, name), value) for ns, name, value in sorted(element.literal)]
        return [(slot, value) for slot, value, _ in self._claims(element)]

    def _claims(self, element: Record) -> list[tuple[Slot, str, Record | None]]:
        """The same with their records; None for one that has none."""
        attrs = element.attrs or {}
        shown: list[tuple[Slot, str, Record | None]] = [
            ((ns, name), value, None)
            for ns, name, value in element.literal
            if (ns, name) not in attrs
        ]
        for slot in attrs:
            winner = slot_winner(element, slot)
            if winner is not None:
                shown.append((slot, shown_value(winner), winner))
        shown.sort(key=_slot)
        return shown

    def is_visible(self, record: Record) -> bool:
        """Whether a record, an attribute included, is seen."""
        if record.kind is not Kind.ATTRIBUTE:
            return record.shown
        up = record.up
        return (
            up is not None
            and up.shown
            and up.kind is Kind.ELEMENT
            and slot_winner(up, slot_of(record)) is record
        )

    # --- the hash

    def state_hash(self) -> str:
        """The sum, modulo 2^256, of the SHA-256 of every visible record (SYNC 0.3.7).

        A record counts as the JSON array [rid, type, visible parent, weight as a string, namespace
        in effect, name (an instruction's target), value as shown].
        """
        self.settle()
        for record in self._unhashed:
            self._hash -= record.digest
            record.digest = self._digest(record) if record.shown else 0
            self._hash += record.digest
        self._unhashed.clear()
        self._hash %= 1 << 256
        return f"{self._hash:064x}"

    def _digest(self, record: Record) -> int:
        assert record.kind is not None
        assert record.up is not None
        total = _sha(
            record.rid,
            record.kind,
            record.up.rid,
            record.weight,
            record.shown_ns,
            shown_name(record),
            shown_value(record),
        )
        if record.kind is Kind.ELEMENT:
            for (ns, name), value, claim in self._claims(record):
                rid = attribute_rid(record.rid, name, ns) if claim is None else claim.rid
                weight = 0.0 if claim is None else claim.weight
                total += _sha(rid, Kind.ATTRIBUTE, record.rid, weight, ns, name, value)
        return total


def _sha(rid: Rid, kind: Kind, parent: Rid, weight: float, ns: str, name: str, value: str) -> int:
    content = row((rid, kind.value, parent, format_weight(weight), ns, name, value))
    return int.from_bytes(hashlib.sha256(content).digest(), "big")


def expanded_ns(ns: str | None) -> str:
    """`ns` with the short form `xml` written out (SYNC 5.1)."""
    if not ns:
        return ""
    return XML_NS if ns == "xml" else representable(ns)


def slot_of(attribute: Record) -> Slot:
    """The (namespace, name) that an attribute record claims."""
    return (expanded_ns(attribute.ns) if attribute.ns else "", attribute.name)


def slot_winner(element: Record, slot: Slot) -> Record | None:
    """Of the records that claim an attribute name the one that is shown: the one created last."""
    attrs = element.attrs
    claims = attrs.get(slot) if attrs is not None else None
    if not claims or not _is_attribute_name(slot):
        return None
    if len(claims) == 1:
        return None if claims[0].purged else claims[0]
    live = [claim for claim in claims if not claim.purged]
    return max(live, key=lambda claim: claim.created or (0,), default=None)


def literal_value(element: Record, slot: Slot) -> str | None:
    """The value of an untouched attribute of a literal."""
    if element.literal and (element.attrs is None or slot not in element.attrs):
        for ns, name, value in element.literal:
            if name == slot[1] and ns == slot[0]:
                return value
    return None


def slot_value(element: Record, slot: Slot) -> str | None:
    """The value that an attribute shows if its element is shown."""
    winner = slot_winner(element, slot) if element.attrs is not None else None
    if winner is None:
        return literal_value(element, slot)
    return representable(winner.chdata[:MAX_ATTRIBUTE])


def slot_rid(element: Record, slot: Slot) -> Rid | None:
    """The rid of the record, made or not, whose value an attribute shows."""
    winner = slot_winner(element, slot)
    if winner is not None:
        return winner.rid
    if literal_value(element, slot) is None:
        return None
    return attribute_rid(element.rid, slot[1], slot[0])


@functools.lru_cache(maxsize=4096)
def _is_attribute_name(slot: Slot) -> bool:
    ns, name = slot
    return ns != XMLNS_NS and name != "xmlns" and is_ncname(name)


def is_plain_slot(slot: Slot) -> bool:
    """Whether an attribute of this name can do without a record.

    It is shown as it is, no other way of writing it down means the same, and the rid of its record
    tells its element and its name.
    """
    ns, name = slot
    return (
        _is_attribute_name(slot)
        and expanded_ns(ns) == ns
        and _SPECIAL.search(ns) is None
        and len(ns) + len(name) <= MAX_PLAIN
    )


def home_of(rid: Rid) -> Rid:
    """The element that the rid of an attribute record names."""
    return Rid(rid.rpartition("@")[0])


def is_place_of(home: Rid, rid: Rid) -> bool:
    """Whether the rid of an attribute says that it belongs to `home`."""
    return "@" in rid and rid.startswith(f"{home}@")


def slot_in(rid: Rid) -> Slot:
    """The attribute name in a rid, as `is_plain_slot` allows it."""
    tail = rid.rpartition("@")[2]
    ns, brace, name = tail.removeprefix("{").rpartition("}")
    return (ns, name) if brace and tail.startswith("{") else ("", tail)


def _slot(item: tuple[Slot, str, Record | None]) -> Slot:
    return item[0]


def effective_ns(element: Record) -> str:
    """An element's namespace: its own, or that of its visible parent (SYNC 0.3.5)."""
    if element.ns is not None:
        return expanded_ns(element.ns)
    return element.up.shown_ns if element.up is not None else ""


def is_representable(record: Record, ns: str) -> bool:
    """Whether XML has a way to write the node down (SYNC 3.8)."""
    if record.kind is Kind.ELEMENT:
        return is_ncname(record.name) and ns != XMLNS_NS
    if record.kind is Kind.INSTRUCTION:
        return is_ncname(record.pitarget) and record.pitarget.lower() != "xml"
    return True


def raw_value(record: Record) -> str:
    """What a change of content is noticed by."""
    if record.kind is Kind.INSTRUCTION:
        return f"{record.pitarget} {record.pidata}"
    return record.chdata if record.kind is not Kind.ELEMENT else ""


def shown_name(record: Record) -> str:
    """An element's local name, an instruction's target, else ''."""
    if record.kind is Kind.ELEMENT:
        return record.name
    return record.pitarget if record.kind is Kind.INSTRUCTION else ""


def shown_value(record: Record) -> str:
    """The characters of a record as they are seen: cut, and repaired where XML needs it."""
    kind = record.kind
    if kind is Kind.ELEMENT:
        return ""
    if kind is Kind.ATTRIBUTE:
        return representable(record.chdata[:MAX_ATTRIBUTE])
    if kind is Kind.INSTRUCTION:
        return instruction_data(representable(record.pidata[:MAX_TEXT]))
    text = representable(record.chdata[:MAX_TEXT])
    return comment_text(text) if kind is Kind.COMMENT else text
