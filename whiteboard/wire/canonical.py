"""The canonical form of a message, and what is computed from it (SYNC 0.3.1).

UTF-8 JSON without spaces of `[session, r, n, l, d, a, operations, controls]`:

* `d`: `[[replica, n], …]` sorted by replica. For the chain digest and for comparing two messages
  with one dot it is the FULL vector, accumulated over the author's messages 1..n; for the size it
  is the delta as sent, because the size is judged by the message itself and by nothing else.
* `a`: `[[k, field, l, r, k2], …]` sorted.
* operations, literals expanded: `["new", rid, type, parent, weight, ns, name, chdata, pitarget,
  pidata]`, `["set", target, version, {field: value}]` with the fields sorted and `replace` as
  `[from, n]`, `["remove", target]`, `["invalid"]`. Weights are strings, the shortest decimal; an
  absent `ns` is null.
* controls: `[name, [[attribute, value], …]]` sorted by attribute.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping

from whiteboard.model.ids import Replica
from whiteboard.model.ops import Batch, New, PlainOp, Remove, Set, expand
from whiteboard.wire.values import format_weight

MAX_CANONICAL = 64 * 1024
"""Bytes; a message over it is void (SYNC 0.3.1)."""
START = bytes(32)
"""D(0)."""


def canonical(batch: Batch, deps: Mapping[Replica, int] | None = None) -> bytes:
    """The canonical bytes of `batch`; `deps` = the full vector, else the delta it carries."""
    vector = batch.deps if deps is None else deps
    value = [
        batch.session,
        batch.r,
        batch.n,
        batch.l,
        sorted(([r, n] for r, n in vector.items()), key=lambda entry: str(entry[0])),
        sorted([k, field, ts.l, ts.r, ts.k] for (k, field), ts in batch.restores.items()),
        [_operation(op) for op in expand(batch.ops)],
        [[c.name, sorted([name, text] for name, text in c.attributes)] for c in batch.controls],
    ]
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return text.encode("utf-8", "surrogatepass")


def _operation(op: PlainOp) -> list[object]:
    if isinstance(op, New):
        weight = format_weight(op.weight)
        head: list[object] = ["new", op.rid, op.kind.value, op.parent, weight, op.ns]
        return [*head, op.name, op.chdata, op.pitarget, op.pidata]
    if isinstance(op, Set):
        fields: dict[str, object] = {
            "chdata": op.chdata,
            "name": op.name,
            "ns": op.ns,
            "parent": op.parent,
            "pidata": op.pidata,
            "pitarget": op.pitarget,
            "primary-weight": None if op.weight is None else format_weight(op.weight),
            "replace": None if op.replace is None else list(op.replace),
        }
        present = {name: value for name, value in fields.items() if value is not None}
        return ["set", op.rid, op.version, present]
    if isinstance(op, Remove):
        return ["remove", op.rid]
    return ["invalid"]


def is_oversized(batch: Batch) -> bool:
    """Whether `batch` is void for its size."""
    return len(canonical(batch)) > MAX_CANONICAL


class Chain:
    """The digest D(n) of one replica's messages 1..n, fed in order."""

    def __init__(self) -> None:
        self.n = 0
        self.deps: dict[Replica, int] = {}
        self._digest = START

    def extend(self, batch: Batch) -> None:
        """Take message n+1.

        Raises:
            ValueError: it is another one.
        """
        if batch.n != self.n + 1:
            raise ValueError(f"message {batch.n} does not follow {self.n}")
        self.n = batch.n
        for r, n in batch.deps.items():
            self.deps[r] = max(n, self.deps.get(r, 0))
        content = canonical(batch, self.deps)
        self._digest = hashlib.sha256(self._digest + content).digest()

    @property
    def digest(self) -> str:
        """The first 32 hex digits of D(n), as heartbeats carry them."""
        return self._digest.hex()[:32]
