"""Undo and redo in strict sessions: ordinary edits that take back one's own (SYNC 4.6, last part).

What a transaction did stands in its commit (`deeds`). Undoing it does the reverse, last deed first,
and is itself a transaction whose deeds are the step to redo. A value goes back only where the one
given by this person still stands. A removed rid is gone for ever: what was deleted comes back under
new rids, and older steps are read as if they had been about those.
"""

from __future__ import annotations

from collections.abc import Sequence

from whiteboard.editing.steps import Skipped, Steps, Why
from whiteboard.model.changes import Commit, Origin
from whiteboard.model.ids import DOCUMENT, Rid
from whiteboard.model.ops import Kind
from whiteboard.model.strict.deeds import Deed, Given, Gone, Made, Typed, Value
from whiteboard.model.strict.document import StrictDocument
from whiteboard.model.strict.record import StrictRecord, inside_out
from whiteboard.model.strict.texts import moved_splice
from whiteboard.model.strict.transaction import StrictTransaction

_FIELDS = ("parent", "weight", "ns", "name", "chdata", "pitarget", "pidata")


class StrictUndo(Steps[Deed]):
    """The steps of the person who edits this document on this computer."""

    def __init__(self, document: StrictDocument) -> None:
        super().__init__(document)
        self._document = document
        self._renamed: dict[Rid, Rid] = {}
        """What came back -> the rid it came back under."""

    def _recorded(self, commit: Commit) -> list[Deed]:
        return list(commit.deeds)

    def _perform(
        self, label: str, edits: Sequence[Deed], *, redo: bool
    ) -> tuple[Sequence[Deed], bool]:
        del redo  # a deed knows how it is taken back
        with self._document.transact(Origin.UNDO, label) as transaction:
            pass_ = _Pass(self._document, transaction, self._renamed)
            for deed in edits:
                pass_.take_back(deed)
        self.skipped += tuple(pass_.skipped)
        return list(transaction.deeds), bool(transaction.deeds)


class _Pass:
    """One undo or redo while its transaction is open."""

    def __init__(
        self, document: StrictDocument, transaction: StrictTransaction, renamed: dict[Rid, Rid]
    ) -> None:
        self.skipped: list[Skipped] = []
        self._document = document
        self._transaction = transaction
        self._renamed = renamed

    def take_back(self, deed: Deed) -> None:
        if isinstance(deed, Made):
            self._unmake(deed)
        elif isinstance(deed, Gone):
            self._bring_back(deed)
        elif isinstance(deed, Typed):
            self._untype(deed)
        else:
            self._give_back(deed)

    def _now(self, rid: Rid) -> Rid:
        while rid in self._renamed:
            rid = self._renamed[rid]
        return rid

    def _skip(self, rid: Rid, field: str, why: Why) -> None:
        self.skipped.append(Skipped(rid, field, why))

    def _living(self, rid: Rid, field: str) -> StrictRecord | None:
        record = self._document.record(rid)
        if record is None or not record.parents:
            self._skip(rid, field, Why.GONE)
            return None
        return record

    # --- one each

    def _unmake(self, deed: Made) -> None:
        rid = self._now(deed.rids[0])
        record = self._living(rid, "parent")
        if record is None:
            return
        if any(self._is_others(inner) for inner in inside_out(record)):
            self._skip(rid, "parent", Why.OTHERS_INSIDE)
        else:
            self._transaction.trash(rid)

    def _is_others(self, record: StrictRecord) -> bool:
        """Whether somebody else made it, or gave it a value that stands."""
        if not self._document.is_visible(record.rid):
            return False
        authors = {self._document.author_of(record.rid, field) for field in _FIELDS}
        return authors != {self._document.party}

    def _bring_back(self, deed: Gone) -> None:
        top = deed.records[0]
        parent = self._now(top.parent)
        if parent != DOCUMENT and not self._document.is_visible(parent):
            self._skip(top.rid, "parent", Why.GONE)
        elif (
            top.kind is Kind.ATTRIBUTE
            and self._document.attribute(parent, top.name, top.ns or "") is not None
        ):
            self._skip(top.rid, "chdata", Why.CHANGED_SINCE)
        else:
            self._renamed.update(self._transaction.recreate(deed.records, parent))

    def _give_back(self, deed: Given) -> None:
        rid = self._now(deed.rid)
        record = self._living(rid, deed.after[0][0])
        if record is None:
            return
        before, after = dict(deed.before), dict(deed.after)
        values: dict[str, Value] = {}
        for field, value in after.items():
            if not self._stands(record, field, value):
                self._skip(rid, field, Why.CHANGED_SINCE)
                if field == "parent":
                    return  # its weight among other siblings says nothing
            else:
                values[field] = before[field]
        if "parent" in values:
            self._move_back(record, values)
        elif values:
            if "ns" in values and values["ns"] is None:
                values["ns"] = self._inherited_ns(record)
            self._transaction.give(rid, values)

    def _stands(self, record: StrictRecord, field: str, value: Value) -> bool:
        """Whether what the field shows is the value that this person gave it."""
        if self._document.author_of(record.rid, field) != self._document.party:
            return False
        if field == "parent":
            return self._document.parent(record.rid) == self._now(Rid(str(value)))
        return bool(getattr(record, field) == value)

    def _move_back(self, record: StrictRecord, values: dict[str, Value]) -> None:
        parent = self._now(Rid(str(values["parent"])))
        above: Rid | None = parent
        while above and above != record.rid:
            above = self._document.parent(above)
        if above == record.rid:
            self._skip(record.rid, "parent", Why.CHANGED_SINCE)
        elif parent != DOCUMENT and not self._document.is_visible(parent):
            self._skip(record.rid, "parent", Why.GONE)
        else:
            weight = values.get("weight", record.weight)
            assert isinstance(weight, float)
            self._transaction.put(record.rid, parent, weight)

    def _inherited_ns(self, record: StrictRecord) -> str:
        """What no namespace means there (SYNC 0.3.5): only the same can be stated."""
        if record.kind is Kind.ATTRIBUTE or record.up is None:
            return ""
        return record.up.shown_ns

    def _untype(self, deed: Typed) -> None:
        rid = self._now(deed.rid)
        record = self._living(rid, "chdata")
        if record is None:
            return
        now = record.chdata
        start, count = deed.start, len(deed.inserted)
        if now != deed.after:
            start, count = moved_splice(deed.after, now, (start, count))
        if now[start : start + count] != deed.inserted:
            self._skip(rid, "chdata", Why.CHANGED_SINCE)
        else:
            self._transaction.splice_text(rid, start, count, deed.removed)
