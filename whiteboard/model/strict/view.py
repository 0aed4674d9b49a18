"""`strict_view`: the document of a strict session as a pure function of the SET of stanzas.

The specification of SYNC 0.2/2.2, 0.2/3.5, 0.3.4, 2 and 3 in Python, slow and plain: no order, no
state, no code shared with the engine but what a stanza is. The tests compare the two.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from whiteboard.model.ids import DOCUMENT, Replica, Rid
from whiteboard.model.ops import Kind, New, Remove, Set, Ts
from whiteboard.model.strict.ops import NewAt, OpId, Stanza
from whiteboard.model.view_output import Visible, c14n, state_hash
from whiteboard.model.view_projection import Raw, visible


@dataclass(frozen=True)
class StrictView:
    """The document that a set of stanzas makes."""

    records: Mapping[Rid, Visible]

    @property
    def c14n(self) -> bytes:
        """Canonical XML (SYNC 0.3.6)."""
        return c14n(self.records.values()) if self._has_root else b""

    @property
    def _has_root(self) -> bool:
        return any(x.parent == DOCUMENT and x.kind is Kind.ELEMENT for x in self.records.values())

    @property
    def state_hash(self) -> str:
        """The hash of the visible records (SYNC 0.3.7)."""
        return state_hash(self.records.values())


def strict_view(stanzas: Iterable[Stanza]) -> StrictView:
    """What the given stanzas show; neither order nor repetition matters."""
    chosen: dict[tuple[str, str], Stanza] = {}
    for stanza in stanzas:
        held = chosen.get(stanza.key, stanza)
        chosen[stanza.key] = min(stanza, held, key=Stanza.canonical)
    ops = [pair for stanza in chosen.values() for pair in stanza.operations()]
    removed = {op.rid for _, op in ops if isinstance(op, Remove)}
    records: dict[Rid, Raw] = {}
    parents: dict[Rid, list[Rid]] = {}
    for rid in {op.rid for _, op in ops if isinstance(op, New)} - removed:
        records[rid], parents[rid] = _resolve(
            [op for _, op in ops if isinstance(op, New) and op.rid == rid],
            [(opid, op) for opid, op in ops if isinstance(op, Set) and op.rid == rid],
        )
    _break_cycles(parents)
    for rid, record in records.items():
        record.parent = parents[rid][-1] if parents[rid] else None
    return StrictView(visible(records, newest_root=True))


def _resolve(news: list[New], sets: list[tuple[OpId, Set]]) -> tuple[Raw, list[Rid]]:
    """The values of one record, and the parents that it had one after the other."""
    new = min(
        news,
        key=lambda x: (
            x.kind.value,
            x.parent,
            _finite(x.weight),
            x.ns is not None,
            x.ns or "",
            x.name,
            x.chdata,
            x.pitarget,
            x.pidata,
            _base(x),
        ),
    )
    record = Raw(new.rid, Ts(0, Replica(new.rid), 0), new.kind, text=new.chdata)
    record.fields = {
        "weight": new.weight,
        "ns": new.ns,
        "name": new.name,
        "pitarget": new.pitarget,
        "pidata": new.pidata,
    }
    parents = [new.parent]
    for _, op in sorted(sets, key=lambda pair: pair[1].version):
        same = [other for _, other in sets if other.version == op.version]
        smaller = [other for _, other in sets if other.version < op.version]
        base = _base(new)
        if op.version <= base or len(same) > 1 or len(smaller) != op.version - 1 - base:
            continue
        for name in record.fields:
            value = getattr(op, name)
            if value is not None:
                record.fields[name] = value
        if op.parent is not None:
            parents.append(op.parent)
        if op.chdata is not None:
            record.text = _text(record.text, op.chdata, op.replace)
    return record, parents


def _base(new: New) -> int:
    return new.version if isinstance(new, NewAt) else 0


def _finite(weight: float) -> float:
    return weight if math.isfinite(weight) else 0.0


def _text(text: str, written: str, replace: tuple[int, int] | None) -> str:
    if replace is None:
        return written
    start, count = replace
    if start not in range(len(text) + 1) or count not in range(len(text) - start + 1):
        return text
    return text[:start] + written + text[start + count :]


def _break_cycles(parents: dict[Rid, list[Rid]]) -> None:
    """While there is a cycle its highest rid goes back to the parent before."""
    while cycle := _a_cycle(parents):
        parents[max(cycle)].pop()


def _a_cycle(parents: Mapping[Rid, list[Rid]]) -> list[Rid]:
    for start in sorted(parents):
        path: list[Rid] = []
        rid = start
        while rid not in path and parents.get(rid):
            path.append(rid)
            rid = parents[rid][-1]
        if rid == start and path:
            return path
    return []
