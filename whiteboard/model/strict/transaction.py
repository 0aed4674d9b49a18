"""What may be written in a strict session, and how it becomes stanzas (SYNC 1.1, 2.4, 4.6).

Ordinary operations only: a `new` for each node, a `set` that says one more than the sets held of
its record, own pending ones among them, a `remove` for each node of what is deleted. Nothing is put
into values that servers lose: TAB and line ends are spaces.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace

from whiteboard.model.canonical import estimate
from whiteboard.model.characters import clean
from whiteboard.model.ids import DOCUMENT, Party, Replica, Rid, RidSource
from whiteboard.model.ops import Kind, LiteralElement, New, PlainOp, Remove, Set
from whiteboard.model.placing import find_room
from whiteboard.model.projection import shown_value, slot_winner
from whiteboard.model.strict.deeds import Deed, Given, Gone, Made, Typed, Value
from whiteboard.model.strict.merge import StrictMerge, StrictProjection
from whiteboard.model.strict.ops import OpId, Stanza
from whiteboard.model.strict.record import StrictRecord, inside_out
from whiteboard.model.strict.texts import difference, text_set

AIM = 8 * 1024
"""Bytes that a stanza should not exceed (SYNC 8.1)."""
PIECE = 32 * 1024
"""Code points of a value that one operation carries; a longer one is continued by partial edits."""

_SPACES = {9: " ", 10: " ", 13: " "}


def fitting(text: str) -> str:
    """`text` so that every server carries it in an attribute: no TAB, no line ends."""
    return text if text.isprintable() else clean(text).translate(_SPACES)


def own_counter(rid: Rid, replica: Replica) -> int:
    """The number in a rid that `replica` gave out, or in one derived from it; else 0."""
    head = f"{replica}."
    bare = rid.removeprefix("~")
    digits = bare.removeprefix(head).partition("/")[0].partition("@")[0]
    if not bare.startswith(head) or not (digits.isascii() and digits.isalnum()):
        return 0
    return int(digits, 36)


class StrictAuthor:
    """Gives own operations their effect at once and cuts them into stanzas."""

    def __init__(
        self,
        sender: Party,
        new_id: Callable[[], str],
        merge: StrictMerge,
        note: Callable[[OpId, str], None],
    ) -> None:
        self._sender = sender
        self._new_id = new_id
        self._merge = merge
        self._note = note
        self._stanzas: list[tuple[str, list[PlainOp]]] = []
        self._size = 0

    def write(self, op: New | Set | Remove, *, with_last: bool = False) -> None:
        """Apply one operation; `with_last`: in the stanza of the one before."""
        size = estimate(op)[0]
        is_full = bool(self._size) and self._size + size > AIM and not with_last
        if not self._stanzas or is_full:
            self._stanzas.append((self._new_id(), []))
            self._size = 0
        id_, ops = self._stanzas[-1]
        opid = OpId(self._sender, id_, len(ops))
        if isinstance(op, Set) and op.replace is not None:
            self._note(opid, self._merge.record(op.rid).chdata)
        ops.append(op)
        self._size += size
        self._merge.write(opid, op)

    def stanzas(self) -> tuple[Stanza, ...]:
        """What was written so far."""
        return tuple(Stanza(self._sender, id_, tuple(ops)) for id_, ops in self._stanzas)


class StrictTransaction:
    """Implements `SharedTransaction`.

    Attributes:
        deeds: What was done, for undo.
    """

    def __init__(
        self,
        projection: StrictProjection,
        merge: StrictMerge,
        author: StrictAuthor,
        rids: RidSource,
    ) -> None:
        self.deeds: list[Deed] = []
        self._projection = projection
        self._merge = merge
        self._author = author
        self._rids = rids
        self._instead: dict[Rid, Rid] = {}
        """Where a node had to be made anew: the one it is now."""
        self._open = True

    def close(self) -> None:
        """No more writes."""
        self._open = False

    def do(self, op: New | Set | Remove) -> None:
        """Write any operation; nothing of it is noted for undo.

        Raises:
            RuntimeError: the transaction is closed.
        """
        if not self._open:
            raise RuntimeError("the transaction is closed")
        self._author.write(op)

    # --- creating

    def add(self, parent: Rid, element: LiteralElement, before: Rid | None = None) -> Rid:
        """See `SharedTransaction`."""
        return self._create(element, parent, self._room(parent, before), self._rids.next())

    def add_root(self, element: LiteralElement) -> Rid:
        """See `SharedTransaction`; of several roots the one with the highest rid is shown."""
        return self._create(element, DOCUMENT, self._room(DOCUMENT, None), self._rids.next_root())

    def add_text(self, parent: Rid, text: str, before: Rid | None = None) -> Rid:
        """See `SharedTransaction`."""
        return self._create_leaf(Kind.TEXT, parent, self._room(parent, before), text)

    def add_comment(self, parent: Rid, text: str, before: Rid | None = None) -> Rid:
        """See `SharedTransaction`."""
        return self._create_leaf(Kind.COMMENT, parent, self._room(parent, before), text)

    def add_instruction(
        self, parent: Rid, target: str, data: str, before: Rid | None = None
    ) -> Rid:
        """See `SharedTransaction`."""
        rid = self._rids.next()
        weight = self._room(parent, before)
        data = fitting(data)[:PIECE]
        self.do(New(rid, Kind.INSTRUCTION, parent, weight, pitarget=target, pidata=data))
        self.deeds.append(Made((rid,)))
        return rid

    def _create(self, element: LiteralElement, parent: Rid, weight: float, first: Rid) -> Rid:
        made: list[Rid] = []
        waiting: list[tuple[Rid, Rid, float, LiteralElement | str]] = [
            (first, parent, weight, element)
        ]
        while waiting:
            rid, parent, weight, node = waiting.pop()
            made.append(rid)
            if isinstance(node, str):
                self._new(New(rid, Kind.TEXT, parent, weight, chdata=fitting(node)))
                continue
            self._new(New(rid, Kind.ELEMENT, parent, weight, node.ns, node.name))
            for ns, name, value in self._ordered(node):
                made.append(self._new_attribute(rid, ns, name, value))
            children = [child for child in node.children if child]
            waiting += [
                (self._rids.next(), rid, float(i), children[i - 1])
                for i in range(len(children), 0, -1)
            ]
        self.deeds.append(Made(tuple(made)))
        return first

    def _ordered(self, node: LiteralElement) -> Iterable[tuple[str, str, str]]:
        """The attributes in the order in which they are written."""
        return sorted(node.attributes)

    def _create_leaf(self, kind: Kind, parent: Rid, weight: float, text: str) -> Rid:
        rid = self._rids.next()
        self._new(New(rid, kind, parent, weight, chdata=fitting(text)))
        self.deeds.append(Made((rid,)))
        return rid

    def _new_attribute(self, element: Rid, ns: str, name: str, value: str) -> Rid:
        rid = self._rids.next()
        self._new(New(rid, Kind.ATTRIBUTE, element, 0.0, ns or None, name, chdata=fitting(value)))
        return rid

    def create(self, new: New) -> None:
        """Create a record as it is said, under a rid that nobody has used."""
        self._rids.used = max(self._rids.used, own_counter(new.rid, self._rids.replica))
        self._new(replace(new, chdata=fitting(new.chdata), pidata=fitting(new.pidata), ns=new.ns))

    def _new(self, new: New) -> None:
        """Write a `new`; a long value in pieces."""
        text = new.chdata
        self.do(replace(new, chdata=text[:PIECE]) if len(text) > PIECE else new)
        for start in range(PIECE, len(text), PIECE):
            version = self._merge.record(new.rid).next_version
            self.do(Set(new.rid, version, chdata=text[start : start + PIECE], replace=(start, 0)))

    def recreate(self, records: tuple[New, ...], parent: Rid) -> dict[Rid, Rid]:
        """Create records anew, under new rids, the first one in `parent`.

        Returns:
            Old rid -> new rid.
        """
        renamed: dict[Rid, Rid] = {records[0].parent: parent}
        for new in records:
            is_root = parent == DOCUMENT and len(renamed) == 1 and new.kind is Kind.ELEMENT
            rid = self._rids.next_root() if is_root else self._rids.next()
            self._new(replace(new, rid=rid, parent=renamed[new.parent]))
            renamed[new.rid] = rid
        del renamed[records[0].parent]
        self.deeds.append(Made(tuple(renamed.values())))
        return renamed

    # --- changing

    def set_attribute(self, rid: Rid, name: str, value: str | None, ns: str = "") -> None:
        """See `SharedTransaction`."""
        element = self._known(rid)
        slot = (ns, name)
        if value is None:
            for claim in tuple((element.attrs or {}).get(slot, ())):
                self.trash(claim.rid)
            return
        value = fitting(value)
        winner = slot_winner(element, slot)
        if winner is None:
            self.deeds.append(Made((self._new_attribute(rid, ns, name, value),)))
        elif shown_value(winner) != value:
            self.give(winner.rid, {"chdata": value})

    def set_text(self, rid: Rid, text: str) -> None:
        """See `SharedTransaction`; by the smallest edit."""
        record = self._known(rid)
        text = fitting(text)
        if record.kind is Kind.INSTRUCTION:
            if record.pidata != text:
                self.give(rid, {"pidata": text})
            return
        start, count, insert = difference(record.chdata, text)
        self.splice_text(rid, start, count, insert)

    def splice_text(self, rid: Rid, start: int, count: int, insert: str) -> None:
        """See `SharedTransaction`; a full write where a client that counts UTF-16 would err."""
        record = self._known(rid)
        insert = fitting(insert)
        old = record.chdata
        removed = old[start : start + count]
        if not removed and not insert:
            return
        text = old[:start] + insert + old[start + len(removed) :]
        for op in _pieces(text_set(Set(rid), old, text)):
            self.do(replace(op, version=self._merge.record(rid).next_version))
        self.deeds.append(Typed(rid, start, removed, insert, text))

    def rename(self, rid: Rid, name: str, ns: str) -> None:
        """See `SharedTransaction`."""
        self.give(rid, {"ns": ns, "name": name})

    def retarget(self, rid: Rid, target: str) -> None:
        """See `SharedTransaction`."""
        self.give(rid, {"pitarget": target})

    def give(self, rid: Rid, values: dict[str, Value]) -> None:
        """Write fields, by their names in `Set`."""
        record = self._known(rid)
        before = tuple((name, getattr(record, name)) for name in values)
        full = values.get("chdata")
        tail = ""
        if isinstance(full, str) and len(full) > PIECE:
            values = {**values, "chdata": full[:PIECE]}
            tail = full[PIECE:]
        self.do(Set(rid, record.next_version, **values))  # type: ignore[arg-type] # by field name
        for start in range(0, len(tail), PIECE):
            piece = tail[start : start + PIECE]
            self.do(Set(rid, record.next_version, chdata=piece, replace=(PIECE + start, 0)))
        after = tuple((name, getattr(record, name)) for name, _ in before)
        self.deeds.append(Given(rid, before, after))

    # --- moving

    def move(self, rid: Rid, parent: Rid, before: Rid | None = None) -> None:
        """See `SharedTransaction`."""
        record = self._known(rid)
        if before == rid:
            return
        weight = self._room(parent, before, without=record)
        self.put(rid, parent, weight)

    def put(self, rid: Rid, parent: Rid, weight: float) -> None:
        """See `SharedTransaction`."""
        record = self._known(rid)
        before = (("parent", _place(record)), ("weight", record.weight))
        self.do(Set(rid, record.next_version, parent=parent, weight=weight))
        self.deeds.append(Given(rid, before, (("parent", parent), ("weight", weight))))

    def trash(self, rid: Rid) -> None:
        """See `SharedTransaction`: a `remove` for all that lies in it, and one for itself."""
        record = self._known(rid)
        kept = tuple(kept_records(record))
        for inner in inside_out(record):
            self.do(Remove(inner.rid))
        self.deeds.append(Gone(kept))

    # --- helpers

    def _known(self, rid: Rid) -> StrictRecord:
        self._projection.settle()
        record = self._merge.records.get(rid)
        if record is None or not record.parents:
            raise KeyError(rid)
        return record

    def _room(self, parent: Rid, before: Rid | None, without: StrictRecord | None = None) -> float:
        self._projection.settle()
        weight, aside = find_room(self._projection, parent, before, without)
        for rid, other in aside.items():
            self.give(rid, {"weight": other})
        return weight


def kept_records(top: StrictRecord) -> Iterator[New]:
    """A visible record and all that shows in it, as `new`s that would make them again."""
    waiting = [top]
    while waiting:
        record = waiting.pop()
        assert record.kind is not None
        yield New(
            record.rid,
            record.kind,
            _place(record),
            record.weight,
            record.ns,
            record.name,
            record.chdata,
            record.pitarget,
            record.pidata,
        )
        shown = [kid for kid in record.kids or () if kid.shown]
        shown += [
            winner
            for slot in record.attrs or ()
            if (winner := slot_winner(record, slot)) is not None
        ]
        waiting += [inner for inner in shown if isinstance(inner, StrictRecord)]


def _place(record: StrictRecord) -> Rid:
    return record.up.rid if record.up is not None else record.parents[-1]


def _pieces(op: Set) -> Iterator[Set]:
    """A text edit in operations that are not too long."""
    text = op.chdata or ""
    yield replace(op, chdata=text[:PIECE])
    at = 0 if op.replace is None else op.replace[0]
    for start in range(PIECE, len(text), PIECE):
        yield replace(op, chdata=text[start : start + PIECE], replace=(at + start, 0))
