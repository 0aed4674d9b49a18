"""clip-path: the shapes of a `clipPath` joined into one path (SVG 1.1 section 14.3)."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from whiteboard.svg import path as paths
from whiteboard.svg.bounds import leaves, outline_box
from whiteboard.svg.outlines import SHAPES, outline
from whiteboard.svg.plan import IDENTITY, SVG_NS, Clip, Key, Matrix, Node, Path, PlanNode, Segment
from whiteboard.svg.transform import invert, multiply, translation
from whiteboard.svg.units import length_px

if TYPE_CHECKING:
    from whiteboard.svg.painter import Context, Painter

MAX_CLIPS = 8
"""Clips on clips on clips."""


def clipped(
    painter: Painter, key: Key, nodes: list[PlanNode], href: str, context: Context
) -> list[PlanNode]:
    """The nodes seen through the `clipPath` that `href` names; as they are where it is none."""
    known: set[str] = set()
    while nodes and len(known) < MAX_CLIPS:
        node = painter.look_up(href)
        if node is None or node.name != "clipPath" or node.ns != SVG_NS or node.rid in known:
            return nodes
        known.add(node.rid)
        found = _clip_path(painter, node, nodes, context)
        if found is None:
            return []
        path, even_odd, further = found
        nodes = [Clip(key, context.matrix, path, even_odd, tuple(nodes))]
        if further is None:
            return nodes
        href = further
    return nodes


def _clip_path(
    painter: Painter, node: Node, nodes: list[PlanNode], context: Context
) -> tuple[Path, bool, str | None] | None:
    """(path, even-odd, clip-path of the clipPath itself); None where nothing is seen."""
    outer = replace(painter.context_of(node), matrix=IDENTITY, viewport=context.viewport)
    inner = painter.inside(node, outer)
    matrix = inner.matrix
    if node.get("clipPathUnits") == "objectBoundingBox":
        inverse = invert(context.matrix)
        box = None if inverse is None else outline_box(leaves(nodes), inverse, painter.measure)
        if box is None:
            return None
        matrix = multiply((box.width, 0.0, 0.0, box.height, box.x, box.y), matrix)
    inner = replace(inner, matrix=matrix)
    pieces: list[tuple[Path, bool]] = []
    for child in node.children:
        painter.used.add(child.rid)
        piece = _piece(painter, child, inner)
        if piece is not None:
            pieces.append(piece)
    if not pieces:
        return None
    if len(pieces) == 1:
        path, even_odd = pieces[0]
        return path, even_odd, inner.style.clip_path
    # One direction for all, so that the non-zero rule joins them.
    segments: list[Segment] = []
    for path, _ in pieces:
        segments.extend(paths.reversed_path(path) if paths.area(path) < 0 else path)
    return tuple(segments), False, inner.style.clip_path


def _piece(painter: Painter, node: Node, context: Context) -> tuple[Path, bool] | None:
    """The outline of one child in the space of the clipped element."""
    if node.ns != SVG_NS or node.name not in SHAPES | {"use"}:
        return None
    inner = painter.inside(node, context)
    if not inner.style.displayed or not inner.style.visible:
        return None
    if node.name == "use":
        target = painter.referenced(node)
        if target is None or target.name not in SHAPES:
            return None
        moved = translation(length_px(node.get("x")), length_px(node.get("y")))
        inner = replace(inner, matrix=multiply(inner.matrix, moved))
        return _piece(painter, target, inner)
    path = outline(node, inner.style, inner.viewport)
    if not path:
        return None
    path, _ = paths.clamped(_moved(path, inner.matrix))
    return path, inner.style.clip_even_odd


def _moved(path: Path, matrix: Matrix) -> Path:
    return path if matrix == IDENTITY else paths.transformed(path, matrix)
