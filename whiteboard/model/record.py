"""One record: a node of the shared document with every value it was given (SYNC 1, 4.2)."""

from __future__ import annotations

from typing import TypeAlias

from whiteboard.model.ids import Rid
from whiteboard.model.ops import Kind, Ts
from whiteboard.model.text import TextLog

Value: TypeAlias = str | float | None
Entry: TypeAlias = tuple[Ts, Value, Ts | None]
"""A write of one field: when, what, and the write whose value it restores (None: it is new)."""
Slot: TypeAlias = tuple[str, str]
"""(namespace, local name) of an attribute."""


LiteralAttributes: TypeAlias = tuple[tuple[str, str, str], ...]
"""(namespace, local name, value) of each, as the literal in the message has them."""


class Record:
    """The values that win, and what is needed to let another one win later.

    A record that only its `new` has written keeps no entries: `created` and the values say it all.
    `log` has the entries, by ts, of each field that was written more than once or otherwise.
    `again` has the times, later and later, of writes of parent and weight together with the values
    that stood already, as everybody makes them who sets an attribute: these two have no entries
    then, and `created` and `again` stand for them.
    `up` is the raw parent; `kids` the raw children but the attributes, in order; `attrs` the
    attribute records by slot. `shown`, `depth` and `shown_ns` belong to the projection and are true
    for what it last settled.

    `literal` has the attributes that came with the element's literal. They are no records until
    somebody touches them: those whose slot is in `attrs` are, for ever (`attrs` then keeps the
    slot, also when nothing claims it any more). They follow `created` in the order of SYNC 4.8.
    """

    __slots__ = (
        "again",
        "attrs",
        "chdata",
        "closed",
        "created",
        "depth",
        "digest",
        "kids",
        "kind",
        "literal",
        "log",
        "name",
        "ns",
        "parented",
        "pidata",
        "pitarget",
        "purged",
        "rid",
        "shown",
        "shown_ns",
        "text",
        "up",
        "weight",
    )

    def __init__(self, rid: Rid) -> None:
        self.rid = rid
        self.kind: Kind | None = None
        self.created: Ts | None = None
        self.up: Record | None = None
        self.weight = 0.0
        self.ns: str | None = None
        self.name = ""
        self.chdata = ""
        self.pitarget = ""
        self.pidata = ""
        self.purged = False
        self.parented = False
        """Something was put under it, once: the move log has all its moves."""
        self.log: dict[str, list[Entry]] | None = None
        self.again: list[Ts] | None = None
        self.text: TextLog | None = None
        self.closed: dict[Ts, TextLog] | None = None
        """Full write that is not the newest any more -> the partial edits that had changed it."""
        self.kids: list[Record] | None = None
        self.attrs: dict[Slot, list[Record]] | None = None
        self.literal: LiteralAttributes = ()
        self.shown = False
        self.depth = 0
        self.shown_ns = ""
        self.digest = 0


def order(record: Record) -> tuple[float, Rid]:
    """The place of a record among its siblings."""
    return (record.weight, record.rid)
