"""The outline of a `path` or basic shape element, from its attributes."""

from __future__ import annotations

from whiteboard.svg import path as paths
from whiteboard.svg import shapes
from whiteboard.svg.plan import Node, Path
from whiteboard.svg.style import Style
from whiteboard.svg.units import Viewport, length_px, parse_numbers

SHAPES = frozenset({"path", "rect", "circle", "ellipse", "line", "polyline", "polygon"})


def outline(node: Node, style: Style, viewport: Viewport) -> Path:
    """The path of a basic shape or `path`; empty where it is not drawn."""
    name = node.name
    if name == "path":
        path = paths.parse_path(node.get("d"))
        return path if len(path) > 1 else ()
    em = style.font.size

    def across(attribute: str) -> float:
        return length_px(node.get(attribute), 0.0, viewport.width, em, viewport)

    def down(attribute: str) -> float:
        return length_px(node.get(attribute), 0.0, viewport.height, em, viewport)

    if name == "rect":
        rx, ry = node.get("rx"), node.get("ry")
        return shapes.rect(
            across("x"),
            down("y"),
            across("width"),
            down("height"),
            None if rx in (None, "auto") else length_px(rx, -1.0, viewport.width, em, viewport),
            None if ry in (None, "auto") else length_px(ry, -1.0, viewport.height, em, viewport),
        )
    if name == "circle":
        radius = length_px(node.get("r"), 0.0, viewport.diagonal, em, viewport)
        return shapes.ellipse(across("cx"), down("cy"), radius, radius)
    if name == "ellipse":
        rx, ry = node.get("rx"), node.get("ry")
        across_radius = None if rx in (None, "auto") else across("rx")
        down_radius = None if ry in (None, "auto") else down("ry")
        first = across_radius if across_radius is not None else down_radius
        second = down_radius if down_radius is not None else across_radius
        return shapes.ellipse(across("cx"), down("cy"), first or 0.0, second or 0.0)
    if name == "line":
        return shapes.line(across("x1"), down("y1"), across("x2"), down("y2"))
    return shapes.polyline(parse_numbers(node.get("points")), closed=name == "polygon")
