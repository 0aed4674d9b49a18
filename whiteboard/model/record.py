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


class Record:
    """The values that win, and what is needed to let another one win later.

    A record that only its `new` has written keeps no entries: `created` and the values say it all.
    `log` has the entries, by ts, of each field that was written more than once or otherwise.
    `up` is the raw parent as the move log has it; `kids` the raw children but the attributes, in
    order; `attrs` the raw attributes by slot. `shown`, `depth` and `shown_ns` belong to the
    projection and are true for what it last settled.
    """

    __slots__ = (
        "attrs",
        "chdata",
        "closed",
        "created",
        "depth",
        "digest",
        "kids",
        "kind",
        "log",
        "name",
        "ns",
        "parented",
        "pidata",
        "pitarget",
        "placed",
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
        self.placed = False
        """The move log has an entry that moves it."""
        self.parented = False
        """The move log has an entry that puts something under it."""
        self.log: dict[str, list[Entry]] | None = None
        self.text: TextLog | None = None
        self.closed: dict[Ts, TextLog] | None = None
        """Full write that is not the newest any more -> the partial edits that had changed it."""
        self.kids: list[Record] | None = None
        self.attrs: dict[Slot, list[Record]] | None = None
        self.shown = False
        self.depth = 0
        self.shown_ns = ""
        self.digest = 0


def order(record: Record) -> tuple[float, Rid]:
    """The place of a record among its siblings."""
    return (record.weight, record.rid)
