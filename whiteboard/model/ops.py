"""The only vocabulary of change: operations, and the batch of them that one message carries.

XEP-0284 knows `new`, `set` and `remove`; SYNC 4.8 adds the literal, which stands for plain `new`s.
All of it is immutable. What cannot be understood keeps its place as `Invalid`, because the index of
an operation is part of its timestamp (SYNC 0.3.2).
"""

from __future__ import annotations

import enum
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import NamedTuple, TypeAlias

from whiteboard.model.ids import DOCUMENT, Party, Replica, Rid, SessionId, attribute_rid


class Kind(enum.Enum):
    """The type of a record, as XEP-0284 writes it."""

    ELEMENT = "element"
    ATTRIBUTE = "attr"
    TEXT = "text"
    COMMENT = "comment"
    INSTRUCTION = "processinginstruction"


class Ts(NamedTuple):
    """When an operation was made, in the session's total order: Lamport time, replica, index."""

    l: int  # noqa: E741 - the name on the wire
    r: Replica
    k: int


def time_of(l: int, r: Replica, k: int) -> Ts:  # noqa: E741 - the name on the wire
    """`Ts(l, r, k)` in half the time: each operation needs one."""
    return tuple.__new__(Ts, (l, r, k))


@dataclass(frozen=True, slots=True)
class New:
    """A record comes into being; a write of all its fields."""

    rid: Rid
    kind: Kind
    parent: Rid = DOCUMENT
    weight: float = 0.0
    ns: str | None = None
    """Namespace; None = as the visible parent's (element) or none (attribute); '' = none."""
    name: str = ""
    chdata: str = ""
    pitarget: str = ""
    pidata: str = ""


@dataclass(frozen=True, slots=True)
class Set:
    """Some fields of a record change; a field that is None is left as it is.

    `replace` = (from, count) in code points makes `chdata` a partial edit of the present text.
    """

    rid: Rid
    version: int = 0
    parent: Rid | None = None
    weight: float | None = None
    ns: str | None = None
    name: str | None = None
    chdata: str | None = None
    pitarget: str | None = None
    pidata: str | None = None
    replace: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class Remove:
    """The record and its rid are gone for ever (purge; ordinary deletion moves to TRASH)."""

    rid: Rid


@dataclass(frozen=True, slots=True)
class LiteralElement:
    """An element as it stands in a literal: names resolved, no prefixes, no comments."""

    ns: str
    name: str
    attributes: tuple[tuple[str, str, str], ...] = ()
    """(namespace, local name, value)."""
    children: tuple[LiteralElement | str, ...] = ()

    def attribute_news(self, rid: Rid) -> Iterator[New]:
        """The plain operations that make the attributes, where the element has this rid."""
        for ns, name, value in sorted(self.attributes):
            yield New(
                attribute_rid(rid, name, ns), Kind.ATTRIBUTE, rid, 0.0, ns, name, chdata=value
            )


@dataclass(frozen=True, slots=True)
class Literal:
    """One subtree written as XML; stands for the plain `new`s that `expand` gives (SYNC 4.8)."""

    rid: Rid
    parent: Rid
    weight: float
    element: LiteralElement

    def nodes(self) -> Iterator[tuple[Rid, Rid, float, LiteralElement | str]]:
        """(rid, parent, weight, node) of each element and text, in document order.

        Lazy and without recursion: a literal from outside may be deep, and its rids grow with it.
        """
        waiting: list[tuple[Rid, Rid, float, LiteralElement | str]] = [
            (self.rid, self.parent, self.weight, self.element)
        ]
        while waiting:
            item = waiting.pop()
            yield item
            rid, _, _, node = item
            if isinstance(node, LiteralElement) and node.children:
                waiting.extend(
                    (Rid(f"{rid}/{i}"), rid, float(i), node.children[i - 1])
                    for i in range(len(node.children), 0, -1)
                )

    def __iter__(self) -> Iterator[New]:
        """The plain operations one by one, in the order that gives them their indexes."""
        for rid, parent, weight, node in self.nodes():
            if isinstance(node, str):
                yield New(rid, Kind.TEXT, parent, weight, chdata=node)
                continue
            yield New(rid, Kind.ELEMENT, parent, weight, node.ns, node.name)
            yield from node.attribute_news(rid)

    def expand(self) -> tuple[New, ...]:
        """The plain operations, in the order that gives them their indexes."""
        return tuple(self)


@dataclass(frozen=True, slots=True)
class Invalid:
    """A child of `<state/>` that says nothing valid: it takes its index and has no effect."""

    reason: str


Op: TypeAlias = New | Set | Remove | Literal | Invalid
PlainOp: TypeAlias = New | Set | Remove | Invalid


def expand(ops: tuple[Op, ...]) -> tuple[PlainOp, ...]:
    """The operations with literals expanded: position = index k."""
    out: list[PlainOp] = []
    for op in ops:
        if isinstance(op, Literal):
            out.extend(op.expand())
        else:
            out.append(op)
    return tuple(out)


@dataclass(frozen=True, slots=True)
class Control:
    """A control operation (`role resign done reopen`): kept and numbered, without effect as yet."""

    name: str
    attributes: tuple[tuple[str, str], ...] = ()


NO_DEPS: Mapping[Replica, int] = MappingProxyType({})
NO_RESTORES: Mapping[tuple[int, str], Ts] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Batch:
    """The operations of one message with its stamp (SYNC 5.1): all that merging needs.

    `deps` is the delta on the wire: entries of OTHER replicas that changed since this replica's
    previous message. `restores` maps (k, field) to the ts of the write whose value it restores.
    `party` is who the transport says sent it (not part of the canonical form). `was`, on a first
    message only, names replicas that its party gave up: beyond these numbers their messages are
    void, and their rids are this replica's from now on (SYNC 4.7, 0.3.4).
    """

    session: SessionId
    party: Party
    r: Replica
    n: int
    l: int  # noqa: E741 - the name on the wire
    ops: tuple[Op, ...]
    deps: Mapping[Replica, int] = field(default_factory=lambda: NO_DEPS)
    restores: Mapping[tuple[int, str], Ts] = field(default_factory=lambda: NO_RESTORES)
    controls: tuple[Control, ...] = ()
    was: Mapping[Replica, int] = field(default_factory=lambda: NO_DEPS)

    @property
    def dot(self) -> tuple[Replica, int]:
        """The identity of the message: replica and number."""
        return (self.r, self.n)
