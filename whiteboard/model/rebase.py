"""Own work that does not count, made anew on another state of the board (SYNC 4.7, step 3).

    own = collect(old, {old.replica: 17})     what it wrote beyond its message 17
    outcome = put(own, on=document)           sent again, already so, or left over

Each operation is taken apart into *pieces*: a creation, a purge, a write of one field, a partial
edit of a text. Every piece ends in exactly one of three ways, so that nothing is lost:
re-sent + already so + left over = collected. The partial edits of one text go together, as one
difference between the text with and without them.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from whiteboard.model.changes import Lost, Origin
from whiteboard.model.document import Document, Write
from whiteboard.model.ids import DOCUMENT, TRASH, Party, Replica, Rid
from whiteboard.model.ops import Batch, Invalid, Kind, Literal, New, Op, Remove, Set, Ts, expand
from whiteboard.model.rights import NotPermittedError
from whiteboard.model.three_way import applied, rebased
from whiteboard.model.transaction import Transaction

CREATED = "created"
PURGED = "purged"
CONTROL = "control"
PARTIAL = "text"
NOBODY = Party("")
_FIELDS = ("ns", "name", "chdata", "pitarget", "pidata")


@dataclass(frozen=True, slots=True)
class Piece:
    """One of the smallest parts of own work that can be taken or left."""

    rid: Rid
    field: str
    """CREATED, PURGED, CONTROL, PARTIAL, or the field written, as the wire names it."""
    op: Op
    """What writes just this; of CONTROL an operation that says nothing."""
    saw: str = ""
    """What its author saw before it; of PARTIAL the text without these edits."""
    mine: str = ""
    """What it made of that."""
    count: int = 1
    """How many partial edits of the text it stands for."""
    epoch: Ts | None = None
    """PARTIAL: the full write that it edits."""
    at: Ts | None = None
    """When it was made."""
    by: Party = NOBODY
    """Who wrote something else there, where that is known."""
    saw_weight: float = 0.0
    """The place that its author saw, where `field` is parent."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of the pieces."""

    sent: int = 0
    """Written again."""
    already: int = 0
    """So already, by somebody else."""
    left: tuple[Piece, ...] = ()
    """For the person to decide."""

    @property
    def collected(self) -> int:
        """All of them."""
        return self.sent + self.already + sum(piece.count for piece in self.left)


# --- what is there


def collect(old: Document, after: Mapping[Replica, int]) -> tuple[Piece, ...]:
    """What the party of `old` wrote beyond these numbers of its replicas, in order.

    The old board is played back beside itself twice, with this work and without, so that each piece
    knows what its author saw.

    Args:
        old: The board it is on.
        after: See `Document.own_messages`.

    Raises:
        FoldedError: some of that work is folded.
    """
    lost = old.own_messages(after)
    if not lost:
        return ()
    playback = _Playback(old, lost)
    pieces: list[Piece] = []
    for batch, deps in lost:
        playback.reach(deps)
        pieces += playback.play(batch)
    return tuple(_joined(pieces))


class _Playback:
    """The old board up to what the author saw, with the own work and without it."""

    def __init__(self, old: Document, lost: Sequence[tuple[Batch, Mapping[Replica, int]]]) -> None:
        folded = old.folded() if old.floor else None
        self._with, self._without = old.like(folded), old.like(folded)
        mine = {old.replica, *old.gives_up}
        self._others = [b for b in old.batches_since(old.floor) if b.r not in mine]
        gone = {batch.dot for batch, _ in lost}
        own = [b for b in old.batches_since(old.floor) if b.r in mine and b.dot not in gone]
        self._with.receive(own)
        self._without.receive(own)

    def reach(self, deps: Mapping[Replica, int]) -> None:
        """Both show what a message with these dependencies saw of others."""
        seen = [b for b in self._others if b.n <= deps.get(b.r, 0)]
        self._others = [b for b in self._others if b.n > deps.get(b.r, 0)]
        self._with.receive(seen)
        self._without.receive(seen)

    def play(self, batch: Batch) -> Iterator[Piece]:
        """The pieces of one message, which takes effect meanwhile."""
        board = self._with
        with board.transact(Origin.LOCAL, checked=False) as edit:
            for k, op in _numbered(batch.ops):
                restores = {f: ts for (i, f), ts in batch.restores.items() if i == k}
                before = list(pieces_of(board, op))
                ts = edit.do(op, restores)
                for piece in before:
                    yield self._after(piece, ts)
        for control in batch.controls:
            yield Piece(Rid(""), CONTROL, Invalid(control.name), mine=control.name)

    def _after(self, piece: Piece, ts: Ts) -> Piece:
        """The piece with what it had done, once it was done."""
        if piece.field != PARTIAL:
            return dataclasses.replace(piece, at=ts)
        rid = piece.rid
        saw = text_of(self._without.value(rid, "chdata"))
        mine = text_of(self._with.value(rid, "chdata"))
        epoch = self._with.epoch(rid)
        return dataclasses.replace(piece, saw=saw, mine=mine, epoch=epoch, at=ts)


def pieces_of(board: Document, op: Op) -> Iterator[Piece]:
    """An operation taken apart, before it takes effect on the board that its author saw."""
    if isinstance(op, New | Literal):
        if isinstance(op, New) and op.kind is Kind.ATTRIBUTE and board.exists(op.rid):
            yield from pieces_of(board, _as_set(op))
        else:
            yield Piece(op.rid, CREATED, op)
    elif isinstance(op, Remove):
        yield Piece(op.rid, PURGED, op)
    elif isinstance(op, Set):
        yield from _fields(board, op)


def _fields(board: Document, op: Set) -> Iterator[Piece]:
    rid = op.rid
    if op.parent is not None:
        move = Set(rid, op.version, op.parent, op.weight)
        weight = board.value(rid, "primary-weight")
        saw_weight = weight if isinstance(weight, float) else 0.0
        saw = text_of(board.value(rid, "parent"))
        yield Piece(rid, "parent", move, saw, op.parent, saw_weight=saw_weight)
    elif op.weight is not None:
        place = Set(rid, op.version, weight=op.weight)
        saw = text_of(board.value(rid, "primary-weight"))
        yield Piece(rid, "primary-weight", place, saw, text_of(op.weight))
    for field in _FIELDS:
        value = getattr(op, field)
        if value is None:
            continue
        if field == "chdata" and op.replace is not None:
            write = Set(rid, op.version, chdata=value, replace=op.replace)
            yield Piece(rid, PARTIAL, write)
        else:
            write = dataclasses.replace(Set(rid, op.version), **{field: value})
            yield Piece(rid, field, write, text_of(board.value(rid, field)), value)


def _joined(pieces: Sequence[Piece]) -> Iterator[Piece]:
    """The partial edits of one text as one piece, where the last of them stands.

    Those of a full write of one's own begin with what that wrote.
    """
    last: dict[tuple[Rid, Ts | None], int] = {}
    counts: dict[tuple[Rid, Ts | None], int] = {}
    written: dict[tuple[Rid, Ts | None], str] = {}
    for i, piece in enumerate(pieces):
        key = piece.rid, piece.epoch
        if piece.field == PARTIAL:
            last[key] = i
            counts[key] = counts.get(key, 0) + 1
        elif piece.field == "chdata":
            written[piece.rid, piece.at] = piece.mine
        elif piece.field == CREATED and isinstance(piece.op, New | Literal):
            written |= {(new.rid, ts): new.chdata for new, ts in _created(piece)}
    for i, piece in enumerate(pieces):
        key = piece.rid, piece.epoch
        if piece.field != PARTIAL:
            yield piece
        elif last[key] == i:
            saw = written.get(key, piece.saw)
            yield dataclasses.replace(piece, saw=saw, count=counts[key])


def _created(piece: Piece) -> Iterator[tuple[New, Ts]]:
    assert piece.at is not None
    for k, op in enumerate(expand((piece.op,))):
        if isinstance(op, New):
            yield op, piece.at._replace(k=piece.at.k + k)


def _numbered(ops: Iterable[Op]) -> Iterator[tuple[int, Op]]:
    k = 0
    for op in ops:
        yield k, op
        k += len(expand((op,)))


def _as_set(op: New) -> Set:
    """A `new` of an attribute that is there: a write of its value and its place (SYNC 4.8)."""
    return Set(op.rid, parent=op.parent, weight=op.weight, chdata=op.chdata)


def text_of(value: str | float | None) -> str:
    """A value as a piece keeps it."""
    return "" if value is None else str(value)


# --- where it goes


def put(pieces: Iterable[Piece], on: Document, *, may_write: bool = True) -> Outcome:
    """Write the pieces anew on another board, in one transaction, where nobody else's work is hurt.

    Args:
        pieces: As `collect` gave them.
        on: Writes as another replica, which has given up the old one (`Document.give_up`).
        may_write: False: the person may not write at present, so all is left over.
    """
    pieces = tuple(pieces)
    if not may_write or not pieces:
        return Outcome(left=pieces)
    with on.transact(Origin.REPAIR) as edit:
        putting = _Putting(on, edit)
        for piece in pieces:
            putting.put(piece)
    return Outcome(putting.sent, putting.already, tuple(putting.left))


class _Putting:
    def __init__(self, board: Document, edit: Transaction) -> None:
        self._board = board
        self._edit = edit
        self._epochs: dict[Ts, Ts | None] = {}
        """Own full write of before -> what it is now."""
        self.sent = 0
        self.already = 0
        self.left: list[Piece] = []

    def put(self, piece: Piece) -> None:
        """Send it again, find that it is so already, or leave it over."""
        try:
            is_so = self._try(piece)
        except NotPermittedError:
            is_so = None
        if is_so is None:
            self.left.append(piece)
        elif is_so:
            self.already += piece.count
        else:
            self.sent += piece.count

    def _try(self, piece: Piece) -> bool | None:
        """Whether it is so already; None: it cannot be done."""
        if piece.field == CREATED:
            return self._create(piece)
        if piece.field == PARTIAL:
            return self._edit_text(piece)
        if piece.field == PURGED:
            return self._purge(piece)
        return None if piece.field == CONTROL else self._write(piece)

    def _do(self, op: Op) -> Ts:
        return self._edit.do(op)

    def _create(self, piece: Piece) -> bool | None:
        op = piece.op
        assert isinstance(op, New | Literal)
        if self._board.exists(op.rid):
            return True
        if self._board.is_purged(op.rid) or not self._is_there(op.parent):
            return None
        meanwhile = list(self._written(op))
        self._do(op)
        if not self._board.exists(op.rid):
            return None
        for write, restores in meanwhile:
            self._edit.do(write, restores)
        self._note_epochs(piece)
        return False

    def _written(self, op: Op) -> Iterator[tuple[Set, Mapping[str, Ts]]]:
        """What others have written to what is to be created, for creating writes every field."""
        for new in expand((op,)):
            if not isinstance(new, New):
                continue
            newest: dict[str, Write] = {}
            for field in ("parent", "primary-weight", *_FIELDS):
                full = [w for w in self._board.writes(new.rid, field) if not w.partial]
                if full:
                    newest[field] = full[-1]
            if newest:
                values = {f.removeprefix("primary-"): w.value for f, w in newest.items()}
                yield (
                    dataclasses.replace(Set(new.rid), **values),  # type: ignore[arg-type] # each of its field's type
                    {field: write.alias for field, write in newest.items()},
                )

    def _note_epochs(self, piece: Piece) -> None:
        if piece.field == CREATED:
            for new, old in _created(piece):
                self._epochs[old] = self._board.epoch(new.rid)
        elif piece.at is not None:
            self._epochs[piece.at] = self._board.epoch(piece.rid)

    def _purge(self, piece: Piece) -> bool | None:
        if self._board.is_purged(piece.rid):
            return True
        self._do(piece.op)
        return False if self._board.is_purged(piece.rid) else None

    def _write(self, piece: Piece) -> bool | None:
        board, rid = self._board, piece.rid
        if not board.exists(rid):
            return None
        if piece.field == "parent":
            return self._move(piece)
        if board.is_trashed(rid):
            return None
        now = text_of(board.value(rid, piece.field))
        if now == piece.mine:
            if piece.field == "chdata":
                self._note_epochs(piece)
            return True
        if now != piece.saw:
            return None
        self._do(piece.op)
        if piece.field == "chdata":
            self._note_epochs(piece)
        return False

    def _move(self, piece: Piece) -> bool | None:
        board, op = self._board, piece.op
        assert isinstance(op, Set)
        now = text_of(board.value(piece.rid, "parent"))
        weight = board.value(piece.rid, "primary-weight")
        is_placed = now == TRASH or op.weight is None or weight == op.weight
        if now == piece.mine and is_placed:
            return True
        if (now, weight) != (piece.saw, piece.saw_weight):
            return None
        if piece.mine != TRASH and not self._is_there(Rid(piece.mine)):
            return None
        self._do(op)
        return False

    def _edit_text(self, piece: Piece) -> bool | None:
        board, rid = self._board, piece.rid
        if not board.exists(rid) or board.is_trashed(rid):
            return None
        if piece.epoch is None:
            return None
        if board.epoch(rid) != self._epochs.get(piece.epoch, piece.epoch):
            return None
        theirs = text_of(board.value(rid, "chdata"))
        splices = rebased(piece.saw, piece.mine, theirs)
        if theirs == piece.mine or not splices:
            return True
        for start, length, insert in splices:
            self._edit.splice_text(rid, start, length, insert)
        return False

    def _is_there(self, parent: Rid) -> bool:
        return parent == DOCUMENT or not self._board.is_trashed(parent)


def replaced(losses: Iterable[Lost], board: Document) -> Iterator[Piece]:
    """Own writes that concurrent ones of others replaced, for the person to see.

    Where something stands among its siblings, and single letters, are not worth a question.
    """
    for lost in losses:
        writes = {write.ts: write for write in board.writes(lost.rid, lost.field)}
        mine, theirs = writes.get(lost.mine), writes.get(lost.theirs)
        if lost.field == "primary-weight" or mine is None or theirs is None:
            continue
        if mine.partial or theirs.party == board.party or mine.value == theirs.value:
            continue
        op = dataclasses.replace(Set(lost.rid), **{lost.field: mine.value})  # type: ignore[arg-type] # the type of its field
        yield Piece(lost.rid, lost.field, op, mine=text_of(mine.value), at=mine.ts, by=theirs.party)


def keep(piece: Piece, on: Document) -> bool:
    """Do what a piece did all the same, as an ordinary edit ("Keep mine"); whether that went."""
    try:
        return _kept(piece, on)
    except NotPermittedError:
        return False


def _kept(piece: Piece, on: Document) -> bool:
    rid = piece.rid
    with on.transact(Origin.LOCAL) as edit:
        if piece.field == CREATED:
            return _created_again(piece.op, on, edit)
        if piece.field in {CONTROL, PURGED} or not on.exists(rid):
            return False
        if piece.field == PARTIAL:
            theirs = text_of(on.value(rid, "chdata"))
            edit.set_text(rid, applied(theirs, rebased(piece.saw, piece.mine, theirs)))
            return True
        has_place = piece.mine in {DOCUMENT, TRASH} or not on.is_trashed(Rid(piece.mine))
        if piece.field == "parent" and not has_place:
            return False
        edit.do(piece.op)
        return True


def _created_again(op: Op, on: Document, edit: Transaction) -> bool:
    """Under the same rid, or, where that is another's or purged, under a new one."""
    assert isinstance(op, New | Literal)
    if on.exists(op.rid):
        return True
    parent: Rid | None = op.parent
    if parent != DOCUMENT and on.is_trashed(op.parent):
        parent = on.root
    if parent is None:
        return False
    edit.do(dataclasses.replace(op, parent=parent))
    if on.exists(op.rid):
        return True
    if isinstance(op, Literal):
        edit.add(parent, op.element)
        return True
    if op.kind is Kind.TEXT:
        edit.add_text(parent, op.chdata)
        return True
    return False
