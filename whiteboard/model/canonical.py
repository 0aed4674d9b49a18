"""The canonical form of a message: what limits, fork comparison and digests look at (SYNC 0.3.1).

UTF-8 JSON without spaces of [session, r, n, l, full d sorted by replica, a, operations with
literals expanded, control operations], and, only where there is one, the sorted `was`. An operation
is an array whose first item is its name; a field that is not written is null; weights are their
shortest decimals as strings; what is invalid is null.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from json.encoder import encode_basestring
from typing import Any

from whiteboard.model.ids import Replica, attribute_rid
from whiteboard.model.ops import (
    Batch,
    Invalid,
    Literal,
    LiteralElement,
    New,
    Op,
    PlainOp,
    Remove,
    Set,
)
from whiteboard.model.weights import format_weight

_dumps = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


def row(texts: Iterable[str]) -> bytes:
    """What `encode` gives of a list of texts, in a third of the time."""
    return f"[{','.join(map(encode_basestring, texts))}]".encode("utf-8", "replace")


def encode(value: object) -> bytes:
    """`value` as JSON without spaces, in UTF-8 (a lone surrogate, which cannot travel, as '?')."""
    return _dumps(value).encode("utf-8", "replace")


def operation(op: PlainOp) -> list[Any] | None:
    """One plain operation as JSON writes it."""
    if isinstance(op, New):
        return [
            "new",
            op.rid,
            op.kind.value,
            op.parent,
            format_weight(op.weight),
            op.ns,
            op.name,
            op.chdata,
            op.pitarget,
            op.pidata,
        ]
    if isinstance(op, Set):
        return [
            "set",
            op.rid,
            op.version,
            op.parent,
            None if op.weight is None else format_weight(op.weight),
            op.ns,
            op.name,
            op.chdata,
            op.pitarget,
            op.pidata,
            op.replace,
        ]
    if isinstance(op, Remove):
        return ["remove", op.rid]
    return None


def expanded(ops: tuple[Op, ...]) -> Iterator[PlainOp]:
    """The operations with literals expanded, one after the other: position = index k."""
    for op in ops:
        if isinstance(op, Literal):
            yield from op
        else:
            yield op


def plain(ops: tuple[Op, ...]) -> list[Any]:
    """All operations as JSON writes them."""
    rows: list[Any] = []
    for op in ops:
        if isinstance(op, Literal):
            rows.extend(_literal_rows(op))
        else:
            rows.append(operation(op))
    return rows


def _literal_rows(literal: Literal) -> Iterator[list[Any]]:
    """What `operation` gives of the `new`s in a literal, which need not be made for it."""
    for rid, parent, weight, node in literal.nodes():
        place = [parent, format_weight(weight)]
        if isinstance(node, str):
            yield ["new", rid, "text", *place, None, "", node, "", ""]
            continue
        yield ["new", rid, "element", *place, node.ns, node.name, "", "", ""]
        for ns, name, value in sorted(node.attributes):
            yield ["new", attribute_rid(rid, name, ns), "attr", rid, "0", ns, name, value, "", ""]


def canonical(batch: Batch, deps: Mapping[Replica, int]) -> bytes:
    """The canonical form; `deps` is the full dependency vector without the author's own entry."""
    return encode([*_stamp(batch, deps), plain(batch.ops), *_tail(batch)])


START = bytes(32)
"""D(0) of a chain of messages."""


def link(before: bytes, batch: Batch, deps: Mapping[Replica, int]) -> bytes:
    """D(n) = SHA-256(D(n-1), canonical message n) (SYNC 0.2/5.2b, 0.3.1)."""
    return hashlib.sha256(before + canonical(batch, deps)).digest()


def canonical_size(batch: Batch, deps: Mapping[Replica, int], limit: int) -> int:
    """Bytes of the canonical form; exact up to `limit`, beyond it some greater number.

    It stops at the limit, so that a literal which would expand to gigabytes costs no more.
    """
    size = len(encode([*_stamp(batch, deps), [], *_tail(batch)]))
    first = True
    for op in expanded(batch.ops):
        size += len(encode(operation(op))) + (not first)
        first = False
        if size > limit:
            break
    return size


def estimate(op: Op) -> tuple[int, int]:
    """About how many bytes `op` adds to a message, and the length of its longest rid.

    Never less than a sixth of the exact size (a character takes up to six bytes in JSON), and some
    ten times faster.
    """
    if isinstance(op, Literal):
        return _estimate_literal(op)
    if isinstance(op, Invalid):
        return 5, 0
    if isinstance(op, Remove):
        return 60 + _bytes(op.rid), len(op.rid)
    size = 60 + _bytes(op.rid)
    for text in (op.parent, op.chdata, op.ns, op.name, op.pitarget, op.pidata):
        if text:
            size += _bytes(text)
    return size, len(op.rid)


def _estimate_literal(op: Literal) -> tuple[int, int]:
    size = longest = 0
    waiting: list[tuple[LiteralElement | str, int, int]] = [
        (op.element, len(op.rid), len(op.parent))
    ]
    while waiting:
        node, rid, parent = waiting.pop()
        longest = max(longest, rid)
        size += 60 + rid + parent
        if isinstance(node, str):
            size += _bytes(node)
            continue
        size += _bytes(node.ns) + _bytes(node.name)
        if node.attributes:
            names = [f"{ns}{name}" for ns, name, _ in node.attributes]
            texts = "".join([*names, *names, *[value for _, _, value in node.attributes]])
            size += len(names) * (64 + 2 * rid) + _bytes(texts)
            longest = max(longest, rid + 3 + len(max(names, key=len)))
        if node.children:
            below = rid + 1 + len(str(len(node.children)))
            waiting.extend((child, below, rid) for child in node.children)
    return size, longest


def _bytes(text: str) -> int:
    return len(text) if text.isascii() else len(text.encode("utf-8", "replace"))


def upper_bound(batch: Batch, deps: Mapping[Replica, int]) -> int:
    """Bytes that the canonical form does not exceed, found quickly."""
    size = 200 + len(batch.session) + 40 * len(deps) + 80 * len(batch.restores)
    size += 100 * len(batch.was)
    for control in batch.controls:
        size += 20 + sum(len(key) + len(value) + 10 for key, value in control.attributes)
    for op in batch.ops:
        size += estimate(op)[0]
    return 6 * size


def _stamp(batch: Batch, deps: Mapping[Replica, int]) -> list[Any]:
    restores = [[k, field, list(ts)] for (k, field), ts in sorted(batch.restores.items())]
    return [batch.session, batch.r, batch.n, batch.l, sorted(deps.items()), restores]


def _tail(batch: Batch) -> list[Any]:
    controls = [[c.name, *c.attributes] for c in batch.controls]
    return [controls, sorted(batch.was.items())] if batch.was else [controls]
