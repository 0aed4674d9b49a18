"""The state that a joiner is given (SYNC 5.7): all later edits resolve as with the full history.

For each record one `new` and one `set` for each edit up to the first gap, numbered without gaps:
the effective edit where there is one, else an empty one, because it counts all the same. Edits
behind a gap go as they are. Nothing of the giver's own that the room has not reflected is in it.
"""

from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from whiteboard.model.ids import Rid
from whiteboard.model.ops import New, PlainOp, Remove, Set
from whiteboard.model.strict.document import StrictDocument
from whiteboard.model.strict.ops import OpId, StanzaId, base_version
from whiteboard.model.strict.record import Edit, StrictRecord, effective, settled, winner


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What stands between `<document-begin/>` and `<document-end/>`."""

    ops: tuple[PlainOp, ...]
    last: StanzaId | None
    """The newest stanza that is inside; the joiner goes on with those that came after it."""


def snapshot(document: StrictDocument) -> Snapshot:
    """The state as the transport has delivered it, without own stanzas still on their way."""
    news: dict[Rid, New] = {}
    edits: list[PlainOp] = []
    removes: list[PlainOp] = []
    for record in document.records():
        is_gone = any(_is_in(opid, document.pending) for opid in record.removes)
        new = winner(pair for pair in record.news if _is_in(pair[0], document.pending))
        if is_gone:
            if new is None:
                removes.append(Remove(record.rid))  # it may still come, and must not appear then
            continue
        if new is not None:
            news[record.rid] = new
        edits += _sets(record, new, document.pending)
    return Snapshot((*_parents_first(news), *edits, *removes), document.last)


def _is_in(opid: OpId, pending: AbstractSet[StanzaId]) -> bool:
    return (opid.sender, opid.id) not in pending


def _sets(record: StrictRecord, new: New | None, pending: AbstractSet[StanzaId]) -> Iterator[Set]:
    edits = [edit for edit in record.edits if _is_in(edit.opid, pending)]
    base = base_version(new) if new is not None else 0
    cut = settled(edits, base) if new is not None else 0
    live: dict[int, Edit] = {edit.version: edit for edit in effective(edits[:cut], base)}
    for version in range(base + 1, base + 1 + cut):
        yield live[version].op if version in live else Set(record.rid, version)
    for edit in edits[cut:]:
        yield edit.op


def _parents_first(news: dict[Rid, New]) -> Iterator[New]:
    """Clients that take the XEP by the letter delete what comes before its parent."""
    done: set[Rid] = set()
    for start in news.values():
        path: list[New] = []
        new: New | None = start
        while new is not None and new.rid not in done:
            done.add(new.rid)
            path.append(new)
            new = news.get(new.parent)
        yield from reversed(path)
