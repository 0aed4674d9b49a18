"""The state that a joiner is given (SYNC 5.7): all later edits resolve as with the full history.

For each record one `new` and one `set` for each edit up to the first gap, numbered without gaps:
the effective edit where there is one, else an empty one, because it counts all the same. Edits
behind a gap go as they are. Nothing of the giver's own that the room has not reflected is in it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, fields

from whiteboard.model.ids import Party, Rid
from whiteboard.model.ops import New, PlainOp, Remove, Set
from whiteboard.model.strict.document import StrictDocument
from whiteboard.model.strict.ops import NewAt, OpId, StanzaId, base_version
from whiteboard.model.strict.record import Edit, StrictRecord, effective, maker, settled, winner


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What stands between `<document-begin/>` and `<document-end/>`."""

    ops: tuple[PlainOp, ...]
    last: StanzaId | None
    """The newest stanza that is inside; the joiner goes on with those that came after it."""


def snapshot(
    document: StrictDocument,
    name: Callable[[Party], str] = str,
    pending: AbstractSet[StanzaId] | None = None,
) -> Snapshot:
    """The state as the transport has delivered it, without own stanzas still on their way.

    Args:
        document: What is given.
        name: What a `new` calls who created and last modified its node; '' for nobody known.
        pending: What is left out; None = own stanzas still on their way.
    """
    pending = document.pending if pending is None else pending
    news: dict[Rid, New] = {}
    edits: list[PlainOp] = []
    removes: list[PlainOp] = []
    for record in document.records():
        is_gone = any(_is_in(opid, pending) for opid in record.removes)
        new = winner(pair for pair in record.news if _is_in(pair[0], pending))
        if is_gone:
            if new is None:
                removes.append(Remove(record.rid))  # it may still come, and must not appear then
            continue
        if new is not None:
            news[record.rid] = _signed(record, new, name)
        edits += _sets(record, new, pending)
    return Snapshot((*_parents_first(news), *edits, *removes), document.last)


def _signed(record: StrictRecord, new: New, name: Callable[[Party], str]) -> New:
    """The `new` with who made the node, and who changed it last (XEP-0284)."""
    creator = maker(record)
    edits = effective(record.edits, record.base)
    sender = edits[-1].opid.sender if edits else creator
    modifier = sender or Party(new.modifier if isinstance(new, NewAt) else "")
    if not (creator or modifier):
        return new
    known = {field.name: getattr(new, field.name) for field in fields(New)}
    return NewAt(
        **known,
        version=base_version(new),
        creator=name(creator) if creator else "",
        modifier=name(modifier) if modifier and edits else "",
    )


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
