"""The rules of strict sessions: stanzas in, records out, in whatever order they come (SYNC 2, 3).

1. Identity is (sender, id, index): what is delivered again changes nothing. Of two stanzas with one
   key the one with the smaller canonical form counts.
2. `set`s count by the count rule; they are kept until their `new` and the edits before them come.
3. `remove` is for ever, wherever it stands in the order.
4. Of several `new`s of one rid the one of the lowest rank counts.

All is a function of the set of stanzas; what is kept here is a cache of it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from whiteboard.model.ids import DOCUMENT, TRASH, Party, Rid
from whiteboard.model.ops import Kind, New, Remove, Set
from whiteboard.model.projection import Projection, effective_ns, is_representable
from whiteboard.model.record import Record
from whiteboard.model.strict.forest import Forest
from whiteboard.model.strict.ops import OpId, Stanza, StanzaId
from whiteboard.model.strict.record import Edit, StrictRecord


class StrictProjection(Projection):
    """The visible tree by the rules of XEP-0284: the root with the highest rid shows."""

    def __init__(self) -> None:
        super().__init__()
        del self.records[TRASH]  # a rid like any other

    def _choose_root(self) -> Record | None:
        roots = [
            kid
            for kid in self.document.kids or ()
            if kid.kind is Kind.ELEMENT and is_representable(kid, effective_ns(kid))
        ]
        return max(roots, key=lambda kid: kid.rid, default=None)


class StrictMerge:
    """Applies stanzas to records.

    Attributes:
        stanzas: All that count, by key.
        records: All that an operation or a parent ever named, but the document.
        waiting: Rids of records with edits that wait for something missing.
        collisions: Rids that several `new`s claim: a client is broken, or lies.
    """

    def __init__(self, projection: StrictProjection) -> None:
        self._projection = projection
        self.stanzas: dict[StanzaId, Stanza] = {}
        self.records: dict[Rid, StrictRecord] = {}
        self.waiting: set[Rid] = set()
        self.collisions: set[Rid] = set()
        self.removed: set[Rid] = set()
        self.forest = Forest(self.records, self._node, projection.relocate)

    def apply(self, stanza: Stanza) -> bool:
        """Give a stanza its effect; False if it has none, for it or a smaller one is held."""
        key = stanza.key
        held = self.stanzas.get(key)
        if held is None:
            self.stanzas[key] = stanza
            for opid, op in stanza.operations():
                self._apply(opid, op)
            return True
        if held == stanza or held.canonical() <= stanza.canonical():
            return False
        self.stanzas[key] = stanza
        self._rebuild({op.rid for one in (held, stanza) for _, op in one.operations()})
        return True

    def write(self, opid: OpId, op: New | Set | Remove) -> None:
        """Give an own operation its effect; its stanza is `keep`ed, or `forget` takes it back."""
        self._apply(opid, op)

    def keep(self, stanza: Stanza) -> None:
        """The operations of an own stanza have their effect already."""
        self.stanzas[stanza.key] = stanza

    def forget(self, stanzas: Iterable[Stanza]) -> None:
        """Own stanzas whose operations were written are not to be."""
        self._rebuild({op.rid for one in stanzas for _, op in one.operations()})

    def rename(self, stanza: Stanza, sender: Party) -> Stanza:
        """A stanza that is held is of another sender; its operations keep their effect."""
        del self.stanzas[stanza.key]
        self.forget([stanza])
        renamed = replace(stanza, sender=sender)
        self.apply(renamed)
        return renamed

    def record(self, rid: Rid) -> StrictRecord:
        """The record of a rid; one that does not exist is an empty one."""
        record = self.records.get(rid)
        if record is None:
            record = self.records[rid] = StrictRecord(rid)
            self._projection.records[rid] = record
        return record

    def _node(self, rid: Rid) -> Record:
        return self._projection.document if rid == DOCUMENT else self.record(rid)

    def _apply(self, opid: OpId, op: New | Set | Remove) -> None:
        record = self.record(op.rid)
        if isinstance(op, Set):
            self._set(record, Edit(op.version, opid, op))
            return
        if isinstance(op, Remove):
            record.removes.add(opid)
        else:
            record.news.append((opid, op))
        self._replay(record)

    def _set(self, record: StrictRecord, edit: Edit) -> None:
        expected = record.next_version
        in_order = record.add(edit)
        if not record.parents:  # of no record: no effect as yet, or never
            self._note(record)
        elif in_order and edit.version == expected:
            self._write(record, edit)
        elif record.rid in self.waiting:
            if not in_order:
                self._replay(record)
        elif edit.version > expected:
            self.waiting.add(record.rid)
        elif edit.version <= record.standing:
            self._replay(record)
        # else it was made on what is undone, and undoes nothing that stands

    def _write(self, record: StrictRecord, edit: Edit) -> None:
        """An edit after all others, of the record as it is: no need to look at them."""
        op = edit.op
        record.standing = edit.version
        projection = self._projection
        projection.touch(record)
        moves = op.weight is not None or op.ns is not None or op.name is not None
        steps = len(record.parents)
        if moves:
            projection.detach(record)
        record.write(op)
        if record.rid not in self.waiting:
            record.keep()
        if moves:
            projection.attach(record)
        if len(record.parents) != steps:
            self.forest.update(record)

    def _replay(self, record: StrictRecord) -> None:
        projection = self._projection
        parents = record.parents
        projection.touch(record)
        projection.detach(record)
        record.replay()
        record.purged = bool(record.removes)
        projection.attach(record)
        if record.parents != parents:
            self.forest.update(record)
        self._note(record)

    def _note(self, record: StrictRecord) -> None:
        _mark(self.waiting, record.rid, record.is_waiting)
        _mark(self.collisions, record.rid, len(record.news) > 1)
        _mark(self.removed, record.rid, record.purged)

    def _rebuild(self, rids: set[Rid]) -> None:
        """Make some records anew from all stanzas: one of them was replaced."""
        for rid in rids:
            record = self.record(rid)
            record.news.clear()
            record.edits.clear()
            record.removes.clear()
            record.checkpoints = ()
        for opid, op in self._operations(rids):
            record = self.record(op.rid)
            if isinstance(op, Set):
                record.add(Edit(op.version, opid, op))
            elif isinstance(op, Remove):
                record.removes.add(opid)
            else:
                record.news.append((opid, op))
        for rid in rids:
            self._replay(self.record(rid))

    def _operations(self, rids: set[Rid]) -> Iterable[tuple[OpId, New | Set | Remove]]:
        for stanza in self.stanzas.values():
            for opid, op in stanza.operations():
                if op.rid in rids:
                    yield opid, op


def _mark(group: set[Rid], rid: Rid, belongs: bool) -> None:
    if belongs:
        group.add(rid)
    else:
        group.discard(rid)
