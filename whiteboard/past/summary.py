"""What a message did, as a verb and a thing: 'drew a line', 'removed 3 texts'."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass

from whiteboard.model.changes import AttributeName
from whiteboard.model.ids import Rid
from whiteboard.model.ops import Kind
from whiteboard.past.picture import Node, Picture, Step


class Verb(enum.Enum):
    """What was done; of several the first of this order."""

    OPENED = "opened"
    """The board's root was made."""
    ADDED = "added"
    REMOVED = "removed"
    WROTE = "wrote"
    """Characters of a text were changed."""
    MOVED = "moved"
    SHAPED = "shaped"
    """Its size or outline is another."""
    STYLED = "styled"
    """Its colour or another part of its look is."""
    ORDERED = "ordered"
    """It lies elsewhere among its siblings, or in another group."""
    CHANGED = "changed"
    """Anything else."""


class Thing(enum.Enum):
    """What it was done to, as people call it."""

    STROKE = "stroke"
    LINE = "line"
    ARROW = "arrow"
    RECTANGLE = "rectangle"
    ELLIPSE = "ellipse"
    TEXT = "text"
    IMAGE = "image"
    GROUP = "group"
    BOARD = "board"
    OTHER = "thing"
    """Anything else, or several kinds at once."""


@dataclass(frozen=True, slots=True)
class Deed:
    """One message in these words."""

    verb: Verb
    thing: Thing
    things: tuple[Rid, ...]
    words: str = ""
    """What a single text says."""


_THINGS: Mapping[str, Thing] = {
    "path": Thing.STROKE,
    "polyline": Thing.LINE,
    "line": Thing.LINE,
    "rect": Thing.RECTANGLE,
    "circle": Thing.ELLIPSE,
    "ellipse": Thing.ELLIPSE,
    "text": Thing.TEXT,
    "image": Thing.IMAGE,
    "g": Thing.GROUP,
    "svg": Thing.BOARD,
}
_PLACE = {"x", "y", "cx", "cy", "x1", "y1", "x2", "y2", "transform"}
_OUTLINE = {"width", "height", "r", "rx", "ry", "d", "points", "viewBox"}
_LOOK = {
    *("fill", "stroke", "style", "opacity", "color", "marker-end", "marker-start", "class"),
    *("font-size", "font-family", "font-weight", "font-style", "text-anchor"),
}
_UNSEEN = {"defs", "marker", "title", "desc", "metadata", "style", "linearGradient"}
_PARTS = {"tspan", "textPath"}
_LONGEST = 40
"""Characters of a text that are quoted."""
_LOOKED_AT = 400
"""Characters of a text that are read for that, white space among them."""


def summarise(step: Step, now: Picture) -> Deed | None:
    """What a step did to the picture that has just seen it; None if nothing is seen of it."""
    seen = _Seen(step, now)
    done: dict[Verb, dict[Rid, None]] = {}
    for rid, old, new in step:
        thing = seen.thing_of(rid)
        if thing is not None:
            done.setdefault(_verb(rid, thing, old, new), {})[thing] = None
    if not done:
        return None
    verb = min(done, key=list(Verb).index)
    things = [rid for rid in done[verb] if not seen.lies_in(rid, done[verb])]
    kinds = {seen.kind(rid) for rid in things}
    kind = kinds.pop() if len(kinds) == 1 else Thing.OTHER
    words = seen.words(things[0]) if kind is Thing.TEXT and len(things) == 1 else ""
    return Deed(verb, kind, tuple(things), _short(words))


class _Seen:
    """Nodes as they are now, and those that have just gone as they were."""

    def __init__(self, step: Step, now: Picture) -> None:
        self._now = now
        self._gone = {rid: old for rid, old, new in step if new is None and old is not None}

    def node(self, rid: Rid) -> Node | None:
        return self._now.node(rid) or self._gone.get(rid)

    def thing_of(self, rid: Rid) -> Rid | None:
        """The thing a node belongs to: of letters their text; None for what nobody sees."""
        found: Rid | None = None
        node = self.node(rid)
        while node is not None:
            if node.kind not in (Kind.ELEMENT, Kind.TEXT) or node.name in _UNSEEN:
                return None
            if found is None and node.kind is Kind.ELEMENT and node.name not in _PARTS:
                found = rid
            rid = node.parent
            node = self.node(rid)
        return found

    def lies_in(self, rid: Rid, others: Mapping[Rid, None]) -> bool:
        """Whether it is inside one of the others."""
        node = self.node(rid)
        while node is not None and node.parent not in others:
            node = self.node(node.parent)
        return node is not None

    def kind(self, rid: Rid) -> Thing:
        node = self.node(rid)
        assert node is not None
        if node.name == "line" and ("", "marker-end") in node.attributes:
            return Thing.ARROW
        return _THINGS.get(node.name, Thing.OTHER)

    def words(self, rid: Rid) -> str:
        """What a text says."""
        kids = self._now.children(rid)
        if not kids:
            gone = (kid for kid, node in self._gone.items() if node.parent == rid)
            kids = tuple(sorted(gone, key=lambda kid: (self._gone[kid].weight, kid)))
        parts: list[str] = []
        for kid in kids:
            node = self.node(kid)
            assert node is not None
            if node.kind is Kind.TEXT:
                parts.append(node.text[:_LOOKED_AT])
            elif node.kind is Kind.ELEMENT:
                parts.append(" " + self.words(kid))
            if sum(map(len, parts)) >= _LOOKED_AT:
                break
        return " ".join("".join(parts).replace("\u200b", "").split())


def _verb(rid: Rid, thing: Rid, old: Node | None, new: Node | None) -> Verb:
    if rid != thing:
        return Verb.WROTE
    if old is None:
        return Verb.OPENED if new is not None and not new.parent else Verb.ADDED
    if new is None:
        return Verb.REMOVED
    names = {name for name, _ in old.attributes.items() ^ new.attributes.items()}
    for verb, group in ((Verb.SHAPED, _OUTLINE), (Verb.MOVED, _PLACE), (Verb.STYLED, _LOOK)):
        if any(_is_of(name, group) for name in names):
            return verb
    if (old.parent, old.weight) != (new.parent, new.weight):
        return Verb.ORDERED
    return Verb.CHANGED


def _is_of(name: AttributeName, group: set[str]) -> bool:
    ns, local = name
    if ns:
        return False
    return local in group or (group is _LOOK and local.startswith(("stroke-", "fill-")))


def _short(words: str) -> str:
    return words if len(words) <= _LONGEST else words[: _LONGEST - 1] + "…"
