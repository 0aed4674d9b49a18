"""Undo and redo of one person's own work, which never touches what others did (SYNC 4.6, 0.2).

A step is one own transaction. Undoing it is ordinary editing: every field that still shows the
value this person gave it gets back the value from before, and the write says (`restores`) which
older write it brings back, so that later undos, of anybody, can tell whose value stands there.

Three invariants: a field whose standing value is another party's is never overwritten (I1); n undos
and n redos with nothing between leave the same document (I2); all replicas agree, because undo is
nothing but ordinary operations (I3).
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from whiteboard.editing.steps import Skipped, Step, Steps, Why
from whiteboard.model.changes import Commit, Origin
from whiteboard.model.document import Document, Write
from whiteboard.model.ids import DOCUMENT, TRASH, Replica, Rid, attribute_rid
from whiteboard.model.ops import Kind, Literal, New, Op, Set, Ts
from whiteboard.model.projection import home_of
from whiteboard.model.rights import NotPermittedError
from whiteboard.model.transaction import Transaction, renamed

CHUNK = 4000
"""Code points of one written value; a longer one is continued by partial edits (SYNC 0.3.1)."""

_ATTRIBUTES = {
    "parent": "parent",
    "primary-weight": "weight",
    "ns": "ns",
    "name": "name",
    "chdata": "chdata",
    "pitarget": "pitarget",
    "pidata": "pidata",
}
"""Field on the wire -> attribute of `New` and `Set`."""


_SHOWN = {"chdata", "primary-weight"}
"""Fields that any undo of an attribute must be able to follow."""


@dataclass(slots=True)
class _Edit:
    """What one own operation wrote: `ts` stays its identity through undo and redo."""

    rid: Rid
    ts: Ts
    fields: tuple[str, ...]
    recreated: bool = False
    """A `new` of a record that had been there before."""
    partial: Set | None = None
    """The partial edit of the text, if it is one."""
    epoch: Ts | None = None
    """Of a partial edit: the alias of the full write it was made on."""
    undone: dict[str, Ts] = field(default_factory=dict)
    """Field -> what its undo restored (for a partial edit: the cancel)."""


class UndoStack(Steps[_Edit]):
    """The steps of the person who edits this document on this computer."""

    def __init__(self, document: Document) -> None:
        super().__init__(document)
        self._document = document
        self._stop_waiting = document.on_unfolded.subscribe(self._unfolded)
        self._waiting: Callable[[], bool] | None = None
        """What is to be done once the folded past is here."""
        self._cancelled: dict[tuple[Rid, str], set[Ts]] = {}
        self._tails: set[Ts] = set()
        """Own partial edits that only continue a long full write."""

    def close(self) -> None:
        """Listen to the document no longer."""
        super().close()
        self._stop_waiting()

    def _may_perform(self, step: Step[_Edit], *, redo: bool) -> bool:
        """What reaches into the folded past waits for it (FOLDED)."""
        return not self._waits_for_history(step, self.redo if redo else self.undo)

    def follow(self, document: Document) -> None:
        """Go on with another document: with all steps if it is a copy of this one, else with none.

        A board that is shared for the first time gets another identity (`Document.reidentify`);
        what its owner did before can still be undone.
        """
        self.close()
        old, self._document = self._document.replica, document
        self._unsubscribe = document.on_commit.subscribe(self._on_commit)
        self._stop_waiting = document.on_unfolded.subscribe(self._unfolded)
        self._waiting = None
        if document.was == old:
            rename = _Renaming(old, document.replica)
            for step in (*self._undo, *self._redo):
                step.edits = [rename.edit(edit) for edit in step.edits]
            self._cancelled = {
                (rename.rid(rid), name): {rename.ts(ts) for ts in all_ts}
                for (rid, name), all_ts in self._cancelled.items()
            }
            self._tails = {rename.ts(ts) for ts in self._tails}
        else:
            self._undo.clear()
            self._redo.clear()
            self._cancelled.clear()
            self._tails.clear()
        self.skipped = ()
        self.on_change.emit(None)

    def _perform(
        self, label: str, edits: Sequence[_Edit], *, redo: bool
    ) -> tuple[Sequence[_Edit], bool]:
        with self._document.transact(Origin.UNDO, label) as transaction:
            pass_ = _Pass(self._document, transaction, self._cancelled, self._tails)
            for edit in edits:
                try:
                    (pass_.redo if redo else pass_.undo)(edit)
                except NotPermittedError:
                    pass_.skipped.append(Skipped(edit.rid, edit.fields[0], Why.NOT_PERMITTED))
        self.skipped += tuple(pass_.skipped)
        return edits, pass_.changed

    # --- what lies inside a checkpoint

    def _waits_for_history(self, step: Step[_Edit], then: Callable[[], bool]) -> bool:
        """Ask for the folded past if a step reaches into it; `then` follows once it is here.

        Where it cannot come, a second try leaves as it is what cannot be told without it.
        """
        if self._waiting is not None or not self._lacks_history(step):
            self._waiting = None
            return False
        self.skipped = tuple(Skipped(edit.rid, edit.fields[0], Why.FOLDED) for edit in step.edits)
        self._waiting = then
        self._document.on_history_wanted.emit(None)
        return True

    def _unfolded(self, _none: None) -> None:
        if (then := self._waiting) is not None:
            then()

    def _lacks_history(self, step: Step[_Edit]) -> bool:
        """Whether writes that the step would look at are folded and lost."""
        document = self._document
        if not document.floor:
            return False
        return any(document.is_folded(edit.ts) or self._lost_all(edit) for edit in step.edits)

    def _lost_all(self, edit: _Edit) -> bool:
        """Whether of the writes before `edit` only such are left as may not come back."""
        for name in edit.fields if edit.partial is None else ():
            writes = self._document.writes(edit.rid, name)
            cancelled = self._cancelled.get((edit.rid, name), set()) | _taken_back(writes)
            folded = [w for w in _full(writes) if self._document.is_folded(w.ts)]
            if folded and all(w.alias in cancelled for w in folded):
                return True
        return False

    # --- recording

    def _on_commit(self, commit: Commit) -> None:
        if commit.origin is Origin.LOCAL:
            self._waiting = None
        super()._on_commit(commit)

    def _recorded(self, commit: Commit) -> list[_Edit]:
        return list(self._edits(commit))

    def _edits(self, commit: Commit) -> Iterator[_Edit]:
        created: set[Rid] = set()
        opened: set[Rid] = set()  # texts that this transaction wrote in full
        for op, ts in _operations(commit):
            if isinstance(op, Literal):
                yield _Edit(op.rid, ts, ("parent",))
                created.update([rid for rid, _, _, _ in op.nodes()])
            elif isinstance(op, New):
                known = len(self._document.writes(op.rid, "parent")) > 1
                if not known:
                    if op.parent not in created:
                        yield _Edit(op.rid, ts, ("parent",))
                    created.add(op.rid)
                else:
                    opened.add(op.rid)
                    yield _Edit(op.rid, ts, tuple(_ATTRIBUTES), recreated=True)
            elif isinstance(op, Set):
                edit = self._recorded_set(op, ts, created, opened)
                if edit is not None:
                    yield edit

    def _recorded_set(self, op: Set, ts: Ts, created: set[Rid], opened: set[Rid]) -> _Edit | None:
        is_new = op.rid in created or home_of(op.rid) in created  # with the element's literal
        if op.chdata is not None and op.replace is not None:
            if is_new or op.rid in opened:
                self._tails.add(ts)
                return None
            full = _full(self._document.writes(op.rid, "chdata"))
            epoch = full[-1].alias if full else None
            return _Edit(op.rid, ts, ("chdata",), partial=op, epoch=epoch)
        if op.chdata is not None:
            opened.add(op.rid)
        fields = tuple(
            name
            for name, attribute in _ATTRIBUTES.items()
            if getattr(op, attribute) is not None
            and (not is_new or name in {"parent", "primary-weight"})
        )
        return _Edit(op.rid, ts, fields) if fields else None


@dataclass(frozen=True, slots=True)
class _Renaming:
    """What was written as one replica, as if another had written it."""

    old: Replica
    new: Replica

    def rid(self, rid: Rid) -> Rid:
        return renamed(rid, self.old, self.new)

    def ts(self, ts: Ts) -> Ts:
        return ts._replace(r=self.new) if ts.r == self.old else ts

    def edit(self, edit: _Edit) -> _Edit:
        partial = edit.partial
        return replace(
            edit,
            rid=self.rid(edit.rid),
            ts=self.ts(edit.ts),
            partial=replace(partial, rid=self.rid(partial.rid)) if partial is not None else None,
            epoch=self.ts(edit.epoch) if edit.epoch is not None else None,
            undone={name: self.ts(ts) for name, ts in edit.undone.items()},
        )


class _Pass:
    """One undo or redo while its transaction is open."""

    def __init__(
        self,
        document: Document,
        transaction: Transaction,
        cancelled: dict[tuple[Rid, str], set[Ts]],
        tails: set[Ts],
    ) -> None:
        self.skipped: list[Skipped] = []
        self.changed = False
        self._document = document
        self._transaction = transaction
        self._cancelled = cancelled
        self._tails = tails

    def undo(self, edit: _Edit) -> None:
        edit.undone.clear()
        if self._document.is_folded(edit.ts):
            self._skip(edit, edit.fields[0], Why.FOLDED)
            return
        if edit.partial is not None:
            self._undo_partial(edit)
            return
        values: dict[str, Write | None] = {}
        for name in edit.fields:
            writes = self._document.writes(edit.rid, name)
            if not self._stands(edit, name, writes, edit.ts):
                continue
            cancelled = self._cancelled.get((edit.rid, name), set()) | {edit.ts}
            cancelled |= _taken_back(writes)
            older = [w for w in _full(writes) if w.alias not in cancelled]
            if name == "parent":
                if not older and any(self._document.is_folded(w.ts) for w in writes):
                    self._skip(edit, name, Why.FOLDED)
                    return
                if not self._may_go_back(edit, older[-1] if older else None):
                    return
            elif not older:
                continue  # it was made with this value
            elif edit.recreated and name not in _SHOWN and older[-1].value == writes[-1].value:
                continue  # a `new` that gave an attribute back restated it
            values[name] = older[-1] if older else None
        for name, ts in self._write(edit.rid, values).items():
            edit.undone[name] = ts
            self._cancelled.setdefault((edit.rid, name), set()).add(edit.ts)

    def redo(self, edit: _Edit) -> None:
        if self._document.is_folded(edit.ts):
            self._skip(edit, edit.fields[0], Why.FOLDED)
            return
        if edit.partial is not None:
            self._redo_partial(edit)
            return
        values: dict[str, Write | None] = {}
        for name, restored in edit.undone.items():
            writes = self._document.writes(edit.rid, name)
            if not self._stands(edit, name, writes, restored):
                continue
            mine = [w for w in _full(writes) if w.alias == edit.ts]
            if not mine or (name == "parent" and not self._may_go(edit, mine[-1])):
                continue
            values[name] = replace(mine[-1], alias=edit.ts)
        self._write(edit.rid, values)
        for name in values:
            self._cancelled.get((edit.rid, name), set()).discard(edit.ts)
        edit.undone.clear()

    # --- what may be touched

    def _skip(self, edit: _Edit, name: str, why: Why) -> None:
        self.skipped.append(Skipped(edit.rid, name, why))

    def _stands(self, edit: _Edit, name: str, writes: Sequence[Write], value: Ts) -> bool:
        """Whether what the field shows is still the write `value`, whole and alone."""
        full = _full(writes)
        if not full:
            self._skip(edit, name, Why.GONE)
        elif full[-1].alias != value or any(_types(w) and w.ts not in self._tails for w in writes):
            self._skip(edit, name, Why.CHANGED_SINCE)
        elif name == "parent" and self._document.parent(edit.rid) != full[-1].value:
            self._skip(edit, name, Why.CHANGED_SINCE)  # a move that would have made a circle
        else:
            return True
        return False

    def _may_go_back(self, edit: _Edit, to: Write | None) -> bool:
        """Whether the record can go where that write says; None: it was nowhere before."""
        if to is None:
            if self._others_inside(edit.rid):
                self._skip(edit, "parent", Why.OTHERS_INSIDE)
                return False
            return True
        target = Rid(str(to.value))
        is_shown = target in {DOCUMENT, TRASH} or self._document.is_visible(target)
        if not is_shown and target != self._document.parent(edit.rid):
            self._skip(edit, "parent", Why.GONE)
            return False
        return self._may_go(edit, to)

    def _may_go(self, edit: _Edit, to: Write) -> bool:
        """Whether the record would not lie inside itself where that write says."""
        above: Rid | None = Rid(str(to.value))
        while above and above != edit.rid:
            above = self._document.parent(above)
        if above == edit.rid:
            self._skip(edit, "parent", Why.CHANGED_SINCE)
            return False
        return True

    def _others_inside(self, top: Rid) -> bool:
        """Whether anything visible at or below the record was written by another party."""
        document = self._document
        waiting = [top]
        while waiting:
            rid = waiting.pop()
            if any(self._is_others(rid, name) for name in _ATTRIBUTES):
                return True
            if document.kind(rid) is Kind.ELEMENT:
                waiting += document.children(rid)
                waiting += [attribute_rid(rid, name, ns) for ns, name in document.attributes(rid)]
        return False

    def _is_others(self, rid: Rid, name: str) -> bool:
        writes = self._document.writes(rid, name)
        party = self._document.party
        full = _full(writes)
        if full:
            by_ts = {w.ts: w for w in full}
            if full[-1].shared or by_ts.get(full[-1].alias, full[-1]).party != party:
                return True
        return any(_types(w) and w.party != party for w in writes)

    # --- writing

    def _write(self, rid: Rid, values: Mapping[str, Write | None]) -> dict[str, Ts]:
        """Give the fields these values in one operation (None: to the trash).

        Returns:
            Field -> the write whose value stands there now.
        """
        changes: dict[str, object] = {}
        restores: dict[str, Ts] = {}
        text = ""
        for name, write in values.items():
            if write is None:
                changes["parent"] = TRASH
                continue
            value = write.value
            if name == "ns" and value is None:
                value = self._inherited_ns(rid)
            if name == "chdata":
                text = str(value)
                value = text[:CHUNK]
            changes[_ATTRIBUTES[name]] = value
            if not write.shared:  # with others' typing in it, it is a value of its own: no undo
                restores[name] = write.alias  # of the older write may take that typing away
        if not changes:
            return {}
        if changes.get("parent", TRASH) != TRASH and "weight" not in changes:
            weights = _full(self._document.writes(rid, "primary-weight"))
            if weights:  # a move carries its weight (SYNC 4.2): the one that stands
                changes["weight"] = weights[-1].value
                restores["primary-weight"] = weights[-1].alias
        ts = self._do(Set(rid, **changes), restores)  # type: ignore[arg-type] # by field name
        for start in range(CHUNK, len(text), CHUNK):
            tail = Set(rid, chdata=text[start : start + CHUNK], replace=(start, 0))
            self._tails.add(self._do(tail, {}))
        return {name: restores.get(name, ts) for name in values}

    def _do(self, op: Op, restores: Mapping[str, Ts]) -> Ts:
        self.changed = True
        return self._transaction.do(op, restores)

    def _inherited_ns(self, rid: Rid) -> str:
        """What no namespace means there (SYNC 0.3.5): the parent's, for an attribute none."""
        if self._document.kind(rid) is Kind.ATTRIBUTE:
            return ""
        parent = self._document.parent(rid)
        return self._document.ns(parent) if parent and self._document.is_visible(parent) else ""

    # --- partial edits of text

    def _undo_partial(self, edit: _Edit) -> None:
        found = self._partial(edit.rid, edit.ts)
        if found is None:
            self._skip(edit, "chdata", Why.GONE)
        elif found.active:
            edit.undone["chdata"] = self._cancel(edit.rid, edit.ts)

    def _redo_partial(self, edit: _Edit) -> None:
        cancel = edit.undone.pop("chdata", None)
        if cancel is None:
            return
        if self._partial(edit.rid, cancel) is not None:
            self._cancel(edit.rid, cancel)
            return
        writes = self._document.writes(edit.rid, "chdata")
        full = _full(writes)
        party = self._document.party
        if not full or full[-1].alias != edit.epoch:
            self._skip(edit, "chdata", Why.GONE)
        elif any(_types(w) and w.party != party for w in writes):
            self._skip(edit, "chdata", Why.CHANGED_SINCE)
        else:  # the same text, written again by the redo of an older step: type it again
            assert edit.partial is not None
            edit.ts = self._do(edit.partial, {})

    def _partial(self, rid: Rid, ts: Ts) -> Write | None:
        """The partial edit or cancel, if it belongs to the present text."""
        writes = self._document.writes(rid, "chdata")
        return next((w for w in writes if w.partial and w.ts == ts), None)

    def _cancel(self, rid: Rid, ts: Ts) -> Ts:
        return self._do(Set(rid, chdata="", replace=(0, 0)), {"chdata": ts})


def _full(writes: Sequence[Write]) -> list[Write]:
    return [write for write in writes if not write.partial]


def _taken_back(writes: Sequence[Write]) -> set[Ts]:
    """Values that their own authors have undone: nobody's undo may bring them back.

    An undo is a write that restores another value over one of the same party.
    """
    out: set[Ts] = set()
    full = _full(writes)
    by_ts = {write.ts: write for write in full}
    for before, write in itertools.pairwise(full):
        if write.alias != write.ts:
            out.discard(write.alias)
            origin = by_ts.get(before.alias, before)
            if origin.party == write.party and before.alias != write.alias:
                out.add(before.alias)
    return out


def _types(write: Write) -> bool:
    """Whether it is a partial edit in effect, and not the cancel of one."""
    return write.partial and write.active and write.alias == write.ts


def _operations(commit: Commit) -> Iterator[tuple[Op, Ts]]:
    """The operations of an own commit, each with the ts of its first index."""
    for batch in commit.batches:
        k = 0
        for op in batch.ops:
            yield op, Ts(batch.l, batch.r, k)
            k += sum(1 for _ in op) if isinstance(op, Literal) else 1
