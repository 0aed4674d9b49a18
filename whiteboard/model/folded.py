"""The plain state of a document at a checkpoint W, without the messages that made it (SYNC 5.5).

A snapshot is a `Folded` and all messages outside W. What it leaves out (writes that lost, the move
log, the parts of texts) nobody needs who only gets messages that have W in their past.

As lines of JSON it goes into journals and to joiners (`lines`, `read_lines`); ASCII, so that no
server and no parser changes a character of it. The first line is a head, then follow the chains,
the control operations and the records:

    ["whiteboard-state", 1, session, chains, controls, records]
    [r, n, top, {deps}, digest, party, news]
    [r, n, l, {deps}, party, [[name, [[key, value], …]], …]]
    [rid, kind, created, parent, weight, ns, name, chdata, pitarget, pidata, flags, writes]
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from whiteboard.model.ids import Party, Replica, Rid, SessionId
from whiteboard.model.ops import Batch, Control, Kind, Ts
from whiteboard.model.weights import finite

FORMAT = "whiteboard-state"
VERSION = 1

PURGED = 1
SHARED = 2


class FormatError(ValueError):
    """Not a folded state, or not of a version that is known here."""


@dataclass(frozen=True, slots=True)
class FoldedChain:
    """What is left of the first messages of one replica."""

    n: int
    """How many they are."""
    top: int
    """The greatest valid Lamport time among them."""
    deps: Mapping[Replica, int]
    """Accumulated dependencies of the last one."""
    digest: bytes
    """The chain digest D(n)."""
    party: Party
    """Who is behind the replica."""
    news: int
    """`new`s that counted, against the limit of SYNC 0.3.1."""


class FieldWrite(NamedTuple):
    """The write of a field that won, where it is not that of the record's `new`."""

    field: str
    ts: Ts
    alias: Ts | None
    """The write whose value it restored."""
    stated: str | None = None
    """Of a parent: what the write said, where the record does not hang there."""


class FoldedRecord(NamedTuple):
    """One record, hidden and deleted ones included; of a purged one mostly the rid matters."""

    rid: Rid
    kind: Kind | None
    """None of a rid that nobody has created."""
    created: Ts | None
    parent: Rid | None
    """The raw parent."""
    weight: float = 0.0
    ns: str | None = None
    name: str = ""
    chdata: str = ""
    pitarget: str = ""
    pidata: str = ""
    purged: bool = False
    shared: bool = False
    """Others than the author of the text's last full write have a part in it."""
    writes: tuple[FieldWrite, ...] = ()


@dataclass(frozen=True, slots=True)
class Folded:
    """A document at W = the numbers of `chains`."""

    session: SessionId
    chains: Mapping[Replica, FoldedChain]
    controls: Sequence[Batch]
    """Messages with control operations: only these, and full dependencies."""
    records: Sequence[FoldedRecord]

    @property
    def floor(self) -> dict[Replica, int]:
        """The vector W."""
        return {r: chain.n for r, chain in self.chains.items()}

    def lines(self) -> Iterator[str]:
        """The state as lines of JSON without line ends."""
        sizes = [len(self.chains), len(self.controls), len(self.records)]
        yield _dumps([FORMAT, VERSION, self.session, *sizes])
        for r, chain in self.chains.items():
            c = chain
            yield _dumps([r, c.n, c.top, dict(c.deps), c.digest.hex(), c.party, c.news])
        for b in self.controls:
            controls = [[c.name, c.attributes] for c in b.controls]
            yield _dumps([b.r, b.n, b.l, dict(b.deps), b.party, controls])
        for row in self.records:
            yield _dumps(_as_list(row))


def read_lines(lines: Iterable[str]) -> Folded:
    """The reverse of `Folded.lines`.

    Raises:
        FormatError: it is something else, or a part is missing or malformed.
    """
    try:
        rows = (json.loads(line) for line in lines)
        name, version, session, chains, controls, records = next(rows)
        if name != FORMAT or version != VERSION:
            raise FormatError("a state of an unknown version")
        held = dict(_chain(next(rows)) for _ in range(_count(chains)))
        kept = [_controls(SessionId(session), next(rows)) for _ in range(_count(controls))]
        found = [_record(next(rows)) for _ in range(_count(records))]
        if next(rows, None) is not None:
            raise FormatError("more than was said")
    except (
        StopIteration,
        ValueError,
        TypeError,
        KeyError,
        IndexError,
        AttributeError,
        RecursionError,
    ) as error:
        raise FormatError("not a folded state") from error
    return Folded(SessionId(str(session)), held, kept, found)


_dumps = json.JSONEncoder(ensure_ascii=True, separators=(",", ":")).encode


def _as_list(row: FoldedRecord) -> list[Any]:
    values: list[Any] = [
        row.rid,
        None if row.kind is None else row.kind.value,
        row.created,
        row.parent,
        row.weight,
        row.ns,
        row.name,
        row.chdata,
        row.pitarget,
        row.pidata,
        PURGED * row.purged + SHARED * row.shared,
        [[w.field, w.ts, w.alias, w.stated] for w in row.writes],
    ]
    defaults = _DEFAULTS
    while len(values) > 4 and values[-1] == defaults[len(values) - 1]:
        values.pop()  # most records have nothing behind their value
    return values


_DEFAULTS: list[Any] = [None, None, None, None, 0.0, None, "", "", "", "", 0, []]
_KINDS: dict[str | None, Kind | None] = {kind.value: kind for kind in Kind}
_KINDS[None] = None


def _record(row: list[Any]) -> FoldedRecord:
    if not 4 <= len(row) <= len(_DEFAULTS):
        raise FormatError("not a record")
    rid, kind, created, parent, weight, ns, name, chdata, pitarget, pidata, flags, writes = (
        row + _DEFAULTS[len(row) :]
    )
    return FoldedRecord(
        Rid(_text(rid)),
        _KINDS[kind],
        None if created is None else _ts(created),
        None if parent is None else Rid(_text(parent)),
        finite(float(weight)),
        None if ns is None else _text(ns),
        _text(name),
        _text(chdata),
        _text(pitarget),
        _text(pidata),
        bool(flags & PURGED),
        bool(flags & SHARED),
        tuple(_write(*write) for write in writes) if writes else (),
    )


def _write(field: str, ts: list[Any], alias: list[Any] | None, stated: str | None) -> FieldWrite:
    return FieldWrite(
        _text(field),
        _ts(ts),
        None if alias is None else _ts(alias),
        None if stated is None else _text(stated),
    )


def _chain(row: list[Any]) -> tuple[Replica, FoldedChain]:
    r, n, top, deps, digest, party, news = row
    chain = FoldedChain(
        _count(n),
        _count(top),
        {Replica(q): _count(m) for q, m in deps.items()},
        bytes.fromhex(digest),
        Party(_text(party)),
        _count(news),
    )
    if not chain.n or len(chain.digest) != 32:
        raise FormatError("not a chain")
    return Replica(_text(r)), chain


def _controls(session: SessionId, row: list[Any]) -> Batch:
    r, n, l, deps, party, controls = row  # noqa: E741 - the name on the wire
    return Batch(
        session,
        Party(_text(party)),
        Replica(_text(r)),
        _count(n),
        _count(l),
        (),
        {Replica(q): _count(m) for q, m in deps.items()},
        controls=tuple(
            Control(_text(name), tuple((_text(key), _text(value)) for key, value in attributes))
            for name, attributes in controls
        ),
    )


def _ts(value: list[Any]) -> Ts:
    l, r, k = value  # noqa: E741 - the name on the wire
    return Ts(_count(l), Replica(_text(r)), _count(k))


def _text(value: Any) -> str:
    if type(value) is not str:
        raise FormatError("not a text")
    return value


def _count(value: Any) -> int:
    if type(value) is not int or value < 0:
        raise FormatError("not a number")
    return value
