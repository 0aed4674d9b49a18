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
    WROTE = "wrote"
    """Characters of a text were changed."""
    REMOVED = "removed"
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
    count: int
    """How many things."""
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


def summarise(step: Step, before: Picture) -> Deed | None:
    """What a step does to a picture that has not seen it yet; None if nothing is seen of it."""
    done: dict[Verb, dict[Rid, str]] = {}
    nodes = {rid: after or old for rid, old, after in step}
    for rid, old, new in step:
        thing = _thing_of(rid, nodes, before)
        if thing is None:
            continue
        verb = _verb(rid, thing, old, new)
        found = nodes.get(thing) or before.node(thing)
        assert found is not None
        done.setdefault(verb, {})[thing] = found.name
    if not done:
        return None
    verb = min(done, key=list(Verb).index)
    things = _outermost(done[verb], nodes, before)
    kinds = {_kind(rid, name, nodes) for rid, name in things.items()}
    kind = kinds.pop() if len(kinds) == 1 else Thing.OTHER
    words = _words(next(iter(things)), nodes, before) if len(things) == 1 else ""
    return Deed(verb, kind, len(things), words if kind is Thing.TEXT else "")


def _look(rid: Rid, nodes: Mapping[Rid, Node | None], before: Picture) -> Node | None:
    return nodes.get(rid) or before.node(rid)


def _thing_of(rid: Rid, nodes: Mapping[Rid, Node | None], before: Picture) -> Rid | None:
    """The thing that a node belongs to: a text for its letters; None for what nobody sees."""
    node = _look(rid, nodes, before)
    thing = rid
    found: Rid | None = None
    while node is not None:
        if node.kind is Kind.ELEMENT:
            if node.name in _UNSEEN:
                return None
            if found is None and node.name not in _PARTS:
                found = thing
        elif node.kind is not Kind.TEXT:
            return None
        thing = node.parent
        node = _look(thing, nodes, before)
    return found


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


def _outermost(
    things: dict[Rid, str], nodes: Mapping[Rid, Node | None], before: Picture
) -> dict[Rid, str]:
    """Without those that lie in another one of them."""
    kept: dict[Rid, str] = {}
    for rid, name in things.items():
        node = _look(rid, nodes, before)
        above = node.parent if node is not None else None
        while above and above not in things:
            node = _look(above, nodes, before)
            above = node.parent if node is not None else None
        if not above:
            kept[rid] = name
    return kept


def _kind(rid: Rid, name: str, nodes: Mapping[Rid, Node | None]) -> Thing:
    node = nodes.get(rid)
    if name == "line" and node is not None and ("", "marker-end") in node.attributes:
        return Thing.ARROW
    return _THINGS.get(name, Thing.OTHER)


def _words(rid: Rid, nodes: Mapping[Rid, Node | None], before: Picture) -> str:
    """What a text says, as the step leaves it."""
    own = [(node.weight, kid) for kid, node in nodes.items() if node and node.parent == rid]
    kids = {kid: weight for weight, kid in own}
    for kid in before.children(rid):
        kids.setdefault(kid, before.weight(kid))
    parts: list[str] = []
    for kid in sorted(kids, key=lambda kid: (kids[kid], kid)):
        node = _look(kid, nodes, before)
        if node is not None and node.kind is Kind.TEXT:
            parts.append(node.text)
        elif node is not None:
            parts.append(" " + _words(kid, nodes, before))
    words = " ".join("".join(parts).replace("\u200b", "").split())
    return words if len(words) <= _LONGEST else words[: _LONGEST - 1] + "…"
