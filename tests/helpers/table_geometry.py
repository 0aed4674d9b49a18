"""Ports of the tools without a canvas: boxes read off the document's attributes, recorders."""

from __future__ import annotations

from dataclasses import dataclass, field

from whiteboard.editing.text import TextModel
from whiteboard.model.document import Document
from whiteboard.model.ephemeral import Ephemeral
from whiteboard.model.ids import Rid
from whiteboard.model.ops import Kind
from whiteboard.svg.path import bounds as path_bounds
from whiteboard.svg.path import parse_path
from whiteboard.svg.plan import IDENTITY, Matrix, Rect
from whiteboard.svg.transform import map_rect, multiply, parse_transform
from whiteboard.tools.ports import NOTHING, Feedback


class TableGeometry:
    """Every painting element is its box; a table can say otherwise."""

    def __init__(self, document: Document) -> None:
        self.document = document

    def _painting(self) -> list[Rid]:
        out: list[Rid] = []

        def walk(rid: Rid) -> None:
            for child in self.document.children(rid):
                if self.document.kind(child) is not Kind.ELEMENT:
                    continue
                name = self.document.name(child)
                if name == "g":
                    walk(child)
                elif name not in ("defs", "marker", "title"):
                    out.append(child)

        if self.document.root is not None:
            walk(self.document.root)
        return out

    def _number(self, rid: Rid, name: str) -> float:
        return float(self.document.attribute(rid, name) or 0)

    def _local(self, rid: Rid) -> Rect | None:
        n = self._number
        match self.document.name(rid):
            case "rect" | "image":
                return Rect(n(rid, "x"), n(rid, "y"), n(rid, "width"), n(rid, "height"))
            case "circle":
                r = n(rid, "r")
                return Rect(n(rid, "cx") - r, n(rid, "cy") - r, 2 * r, 2 * r)
            case "ellipse":
                rx, ry = n(rid, "rx"), n(rid, "ry")
                return Rect(n(rid, "cx") - rx, n(rid, "cy") - ry, 2 * rx, 2 * ry)
            case "line":
                x1, y1, x2, y2 = (n(rid, a) for a in ("x1", "y1", "x2", "y2"))
                return Rect(min(x1, x2), min(y1, y2), abs(x2 - x1), abs(y2 - y1))
            case "path":
                return path_bounds(parse_path(self.document.attribute(rid, "d")))
            case "text":
                lines = TextModel(self.document, rid).string.split("\n")
                size = n(rid, "font-size") or 16
                x, y = float((self.document.attribute(rid, "x") or "0").split()[0]), n(rid, "y")
                width = max(len(line) for line in lines) * size / 2
                return Rect(x, y - size, width, size * 1.2 * len(lines))
        return None

    def shape_bounds(self, rid: Rid) -> Rect | None:
        if not self.document.is_visible(rid):
            return None
        if self.document.name(rid) == "g":
            boxes = [
                box
                for child in self.document.children(rid)
                if self.document.kind(child) is Kind.ELEMENT
                and (box := self.shape_bounds(child)) is not None
            ]
            if not boxes:
                return None
            x, y = min(b.x for b in boxes), min(b.y for b in boxes)
            return Rect(
                x,
                y,
                max(b.x + b.width for b in boxes) - x,
                max(b.y + b.height for b in boxes) - y,
            )
        box = self._local(rid)
        return None if box is None else map_rect(self.to_root(rid), box)

    bounds = shape_bounds

    def hits(self, x: float, y: float, tolerance: float) -> list[Rid]:
        return [
            rid
            for rid in reversed(self._painting())
            if (b := self.bounds(rid)) is not None
            and b.x - tolerance <= x <= b.x + b.width + tolerance
            and b.y - tolerance <= y <= b.y + b.height + tolerance
        ]

    def inside(self, rect: Rect, *, touch: bool) -> list[Rid]:
        def holds(b: Rect) -> bool:
            if touch:
                return (
                    b.x <= rect.x + rect.width
                    and rect.x <= b.x + b.width
                    and b.y <= rect.y + rect.height
                    and rect.y <= b.y + b.height
                )
            return (
                rect.x <= b.x
                and b.x + b.width <= rect.x + rect.width
                and rect.y <= b.y
                and b.y + b.height <= rect.y + rect.height
            )

        return [r for r in self._painting() if (b := self.bounds(r)) is not None and holds(b)]

    def along(self, points, radius: float) -> list[Rid]:
        (x1, y1), (x2, y2) = points[0], points[-1]
        found: dict[Rid, None] = {}
        for i in range(21):
            t = i / 20
            found.update(dict.fromkeys(self.hits(x1 + (x2 - x1) * t, y1 + (y2 - y1) * t, radius)))
        return list(found)

    def to_root(self, rid: Rid) -> Matrix:
        own = parse_transform(self.document.attribute(rid, "transform")) or IDENTITY
        return multiply(self.parent_to_root(rid), own)

    def parent_to_root(self, rid: Rid) -> Matrix:
        parent = self.document.parent(rid)
        if parent is None or parent == self.document.root:
            return IDENTITY
        return self.to_root(parent)


class FixedMetrics:
    """Every character is half an em wide."""

    def __init__(self, document: Document) -> None:
        self.document = document

    def _layout(self, rid: Rid) -> tuple[list[str], float, float, float]:
        lines = TextModel(self.document, rid).string.split("\n")
        size = float(self.document.attribute(rid, "font-size") or 16)
        x = float(self.document.attribute(rid, "x") or 0)
        return lines, size, x, float(self.document.attribute(rid, "y") or 0)

    def caret(self, rid: Rid, index: int) -> tuple[float, float, float] | None:
        lines, size, x, y = self._layout(rid)
        before = "\n".join(lines)[:index]
        line = before.count("\n")
        column = len(before) - (before.rfind("\n") + 1)
        top = y - size + line * 1.2 * size
        return (x + column * size / 2, top, top + 1.2 * size)

    def index_at(self, rid: Rid, x: float, y: float) -> int:
        lines, size, left, base = self._layout(rid)
        line = min(len(lines) - 1, max(0, int((y - base + size) // (1.2 * size))))
        column = min(len(lines[line]), max(0, round((x - left) / (size / 2))))
        return sum(len(words) + 1 for words in lines[:line]) + column


@dataclass
class FixedView:
    scale: float = 1.0
    visible: Rect = field(default_factory=lambda: Rect(0, 0, 1000, 700))
    pans: list[tuple[float, float]] = field(default_factory=list)

    def pan(self, dx: float, dy: float) -> None:
        self.pans.append((dx, dy))

    def zoom(self, factor: float, view_x: float, view_y: float) -> None:
        self.scale *= factor


class Shown:
    """An overlay that remembers what is shown."""

    def __init__(self) -> None:
        self.feedback: Feedback = NOTHING

    def show(self, feedback: Feedback) -> None:
        self.feedback = feedback


class Told:
    """A broadcast that keeps everything."""

    def __init__(self) -> None:
        self.all: list[Ephemeral] = []

    def tell(self, what: Ephemeral) -> None:
        self.all.append(what)

    def of(self, kind: type) -> list:
        return [what for what in self.all if isinstance(what, kind)]
