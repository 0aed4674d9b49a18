"""Undo of one person's work by somebody else, as ordinary edits.

1. Every field that still shows that person's value gets back the last value by somebody else.
2. What that person made, and nobody else works in, goes to the trash.
3. Of texts of others, the letters that person typed go and those that person deleted come back.

Nothing that shows somebody else's value is touched; what had to stay is said (`Skipped`). The edits
are the own ones of whoever asks, so that one undo takes all of it back. What is much is done in
bounded transactions (`taking_back`), between which everybody may go on.
"""

from __future__ import annotations

import dataclasses
import difflib
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence

from whiteboard.editing.slices import in_transactions
from whiteboard.editing.steps import AT_ONCE, Skipped, Why
from whiteboard.model.changes import Origin
from whiteboard.model.document import Document, Transaction, Write
from whiteboard.model.ids import DOCUMENT, TRASH, Party, Replica, Rid
from whiteboard.model.merge import FIELDS
from whiteboard.model.ops import Batch, Invalid, Kind, Literal, Op, Set, Ts
from whiteboard.model.rights import EVERYBODY, Ground, NotPermittedError

_LONGEST_DIFF = 20_000
"""Code points of a text whose letters are told apart one by one; longer ones are left alone."""
_PARTS = {"tspan", "textPath"}
_SCRATCH = Replica("1")
"""Writes only in a copy that nobody else sees."""


@dataclasses.dataclass(frozen=True, slots=True)
class Typed:
    """A text that the person typed in."""

    now: str
    edits: tuple[tuple[int, int, str], ...] | None
    """What makes of it what it would be had the person never typed there, the last place first:
    place, how many code points go, what comes; None = it is too long to tell letters apart."""


def typed(batches: Iterable[Batch], party: Party, ground: Ground = EVERYBODY) -> dict[Rid, Typed]:
    """The texts with a person's typing in them, and what they would be without it.

    All of it in a copy of the texts alone, and without the live document: for another thread.

    Args:
        batches: All messages of the board.
        party: Whose typing.
        ground: Where rights come from: typing that was void is not there to be taken back.
    """
    batches = list(batches)
    rids = {
        op.rid
        for batch in batches
        if batch.party == party
        for op in batch.ops
        if isinstance(op, Set) and op.replace is not None
    }
    if not rids:
        return {}
    scratch = Document(batches[0].session, party, _SCRATCH, ground=ground, limits=None)
    scratch.receive(_only(batch, rids) for batch in batches)
    known = [rid for rid in rids if scratch.kind(rid) is not None]
    now = {rid: scratch.text(rid) for rid in known}
    with scratch.transact(Origin.UNDO, checked=False) as transaction:
        for rid in known:
            for write in scratch.writes(rid, "chdata"):
                if _types(write) and write.party == party:
                    cancel = Set(rid, chdata="", replace=(0, 0))
                    transaction.do(cancel, {"chdata": write.ts})
    return {
        rid: Typed(now[rid], _edits(now[rid], without))
        for rid in known
        if (without := scratch.text(rid)) != now[rid]
    }


def _edits(now: str, without: str) -> tuple[tuple[int, int, str], ...] | None:
    if len(now) + len(without) > _LONGEST_DIFF:
        return None
    diff = difflib.SequenceMatcher(None, now, without, autojunk=False)
    return tuple(
        (start, end - start, without[first:last])
        for tag, start, end, first, last in reversed(diff.get_opcodes())
        if tag != "equal"
    )


def _only(batch: Batch, rids: set[Rid]) -> Batch:
    """The message with nothing in it but what concerns these texts; places of operations stay."""
    ops: list[Op] = []
    for op in batch.ops:
        if isinstance(op, Literal):
            inner = list(op)
            if rids.isdisjoint(new.rid for new in inner):
                ops += [Invalid("")] * len(inner)
                continue
        elif isinstance(op, Invalid) or op.rid not in rids:
            ops.append(Invalid(""))
            continue
        ops.append(op)
    return dataclasses.replace(batch, ops=tuple(ops))


def take_back(
    document: Document,
    party: Party,
    rids: Iterable[Rid],
    texts: Mapping[Rid, Typed],
    label: str = "Undo their work",
) -> tuple[Skipped, ...]:
    """As `taking_back`, in one transaction."""
    work = taking_back(document, party, rids, texts, label, at_once=None)
    try:
        next(work)
    except StopIteration as end:
        return tuple(end.value)
    raise AssertionError("one transaction is all")


def taking_back(
    document: Document,
    party: Party,
    rids: Iterable[Rid],
    texts: Mapping[Rid, Typed],
    label: str = "Undo their work",
    *,
    at_once: int | None = AT_ONCE,
) -> Generator[float, None, tuple[Skipped, ...]]:
    """Undo a person's work, as far as nobody else has built on it, in bounded transactions.

    Args:
        document: The live one; whoever writes there takes back.
        party: Whose work.
        rids: All records the person wrote to (`Authors.touched_by`).
        texts: What `typed` found; one that has changed since is left alone.
        label: Name of the step of undo.
        at_once: Things in one transaction; None = all.

    Yields:
        The share that is done, 0 to 1. Who closes the generator leaves the rest as it is.

    Returns:
        What had to stay, and why.
    """
    rids = tuple(dict.fromkeys(rids))
    skipped: list[Skipped] = []

    def steps(transaction: Callable[[], Transaction]) -> Iterator[None]:
        return _TakingBack(document, transaction, party, skipped).all(rids, texts)

    yield from in_transactions(document, label, steps, 2 * len(rids), at_once)
    return tuple(skipped)


class _TakingBack:
    """One person's work going away; what yields does so after each thing it looked at."""

    def __init__(
        self,
        document: Document,
        transaction: Callable[[], Transaction],
        party: Party,
        skipped: list[Skipped],
    ) -> None:
        self._document = document
        self._open = transaction
        self._party = party
        self._skipped = skipped

    @property
    def _transaction(self) -> Transaction:
        return self._open()

    def all(self, rids: Sequence[Rid], texts: Mapping[Rid, Typed]) -> Iterator[None]:
        """Take back what the person wrote to these records."""
        document = self._document
        made: list[Rid] = []
        for rid in rids:
            if self.is_theirs(rid):
                made.append(rid)
            elif document.kind(rid) is not None:
                try:
                    yield from self.give_back(rid)
                    if rid in texts:
                        yield from self.untype(rid, texts[rid])
                except NotPermittedError:
                    self._skip(rid, "parent", Why.NOT_PERMITTED)
            yield
        for rid in made:
            try:
                yield from self.remove(rid)
            except NotPermittedError:
                self._skip(rid, "parent", Why.NOT_PERMITTED)
            yield

    def is_theirs(self, rid: Rid) -> bool:
        """Whether the person made the record."""
        writes = _full(self._document.writes(rid, "parent"))
        return bool(writes) and writes[0].party == self._party

    def _skip(self, rid: Rid, field: str, why: Why) -> None:
        self._skipped.append(Skipped(rid, field, why))

    # --- what others made

    def give_back(self, rid: Rid) -> Iterator[None]:
        """Give the fields of somebody else's record the last values by somebody else."""
        values: dict[str, Write] = {}
        for field in FIELDS:
            writes = self._document.writes(rid, field)
            older = self._older(writes)
            if older is None or older.value == _full(writes)[-1].value:
                continue
            if field == "chdata" and any(_types(w) and w.party != self._party for w in writes):
                self._skip(rid, field, Why.CHANGED_SINCE)
            elif field != "parent" or (yield from self._may_go(rid, writes, older)):
                values[field] = older
        self._write(rid, values)

    def _older(self, writes: Sequence[Write]) -> Write | None:
        """The value to go back to; None if what stands is not the person's."""
        full = _full(writes)
        if not full or self._author(full, full[-1]) != self._party:
            return None
        return next((w for w in reversed(full) if self._author(full, w) != self._party), None)

    @staticmethod
    def _author(full: Sequence[Write], write: Write) -> Party:
        """Whose value a write gave: that of the write it restored."""
        return next((w.party for w in full if w.ts == write.alias), write.party)

    def _may_go(self, rid: Rid, writes: Sequence[Write], to: Write) -> Generator[None, None, bool]:
        document = self._document
        target = Rid(str(to.value))
        if document.parent(rid) != _full(writes)[-1].value:
            self._skip(rid, "parent", Why.CHANGED_SINCE)  # a move that would have made a circle
            return False
        if target == TRASH:
            if (yield from self._others_inside(rid, since=_full(writes)[-1])):
                self._skip(rid, "parent", Why.OTHERS_INSIDE)
                return False
            return True
        above: Rid | None = target
        while above and above != rid:
            above = document.parent(above)
        if above == rid or not (target == DOCUMENT or document.is_visible(target)):
            self._skip(rid, "parent", Why.GONE)
            return False
        return True

    def _write(self, rid: Rid, values: Mapping[str, Write]) -> None:
        document, transaction = self._document, self._transaction
        text = values.get("chdata")
        if text is not None:
            value = str(text.value)
            if document.kind(rid) is Kind.ATTRIBUTE and len(value) <= 1000:
                transaction.do(Set(rid, chdata=value))
            else:
                transaction.set_text(rid, value)
        changes: dict[str, object] = {}
        for field in ("ns", "name", "pitarget", "pidata"):
            if field in values:
                changes[field] = values[field].value
        if changes.get("ns", "") is None:
            parent = document.parent(rid)
            visible = parent is not None and document.is_visible(parent)
            is_element = document.kind(rid) is Kind.ELEMENT
            changes["ns"] = document.ns(parent) if parent and visible and is_element else ""
        if "primary-weight" in values:
            changes["weight"] = values["primary-weight"].value
        restores: dict[str, Ts] = {}
        if "parent" in values:
            changes["parent"] = values["parent"].value
            weights = _full(document.writes(rid, "primary-weight"))
            if "weight" not in changes and weights:  # a move carries it (SYNC 4.2)
                changes["weight"] = weights[-1].value
                restores["primary-weight"] = weights[-1].alias
        if changes:
            transaction.do(Set(rid, **changes), restores)  # type: ignore[arg-type] # by field name

    def untype(self, rid: Rid, text: Typed) -> Iterator[None]:
        """Take the person's letters out of somebody else's text, those of others left in place."""
        wanted = text.now
        for start, count, insert in text.edits or ((0, 0, ""),):
            if text.edits is None or self._document.text(rid) != wanted:
                self._skip(rid, "chdata", Why.CHANGED_SINCE)
                return
            self._transaction.splice_text(rid, start, count, insert)
            wanted = wanted[:start] + insert + wanted[start + count :]
            yield

    # --- what the person made

    def remove(self, rid: Rid) -> Iterator[None]:
        """Trash what the person made, unless somebody else works in it."""
        document = self._document
        if not document.is_visible(rid) or self._belongs_to_their_own(rid):
            return
        if rid == document.root:
            return  # a board has a root; what lies in it is looked at by itself
        if (yield from self._others_inside(rid)):
            self._skip(rid, "parent", Why.OTHERS_INSIDE)
            return
        self._transaction.trash(rid)

    def _belongs_to_their_own(self, rid: Rid) -> bool:
        """Whether it is a part of a thing that the person made, which stays or goes as a whole."""
        document = self._document
        parent = document.parent(rid)
        if parent is None or not self.is_theirs(parent):
            return False
        return document.kind(rid) is not Kind.ELEMENT or document.name(rid) in _PARTS

    def _others_inside(self, top: Rid, since: Write | None = None) -> Generator[None, None, bool]:
        """Whether anything seen at or below a record is another's; `since`: and newer than that."""
        document = self._document
        waiting = [top]
        while waiting:
            rid = waiting.pop()
            yield
            if any(self._is_others(rid, field, since) for field in FIELDS):
                return True
            if document.kind(rid) is Kind.ELEMENT:
                waiting += document.children(rid)
                records = (
                    document.attribute_record(rid, n, ns) for ns, n in document.attributes(rid)
                )
                waiting += [record for record in records if record is not None]
        return False

    def _is_others(self, rid: Rid, field: str, since: Write | None) -> bool:
        if field == "primary-weight":
            return False  # making room between two things is nobody's work on them
        writes = self._document.writes(rid, field)
        full = _full(writes)
        after = [w for w in writes if since is None or w.ts > since.ts]
        stands = full[-1] if full and full[-1] in after else None
        if stands is not None and self._author(full, stands) != self._party:
            return True
        return any(_types(w) and w.party != self._party for w in after)


def _full(writes: Sequence[Write]) -> list[Write]:
    return [write for write in writes if not write.partial]


def _types(write: Write) -> bool:
    """Whether it is a partial edit in effect, and not the cancel of one."""
    return write.partial and write.active and write.alias == write.ts
