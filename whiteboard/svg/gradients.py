"""Gradients resolved: href inheritance, units and stops (SVG 1.1 chapter 13, SVG 2 chapter 14)."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from whiteboard.svg.colour import faded
from whiteboard.svg.plan import (
    IDENTITY,
    SVG_NS,
    LinearGradient,
    Matrix,
    Node,
    Paint,
    RadialGradient,
    Rect,
    Spread,
    Stop,
)
from whiteboard.svg.transform import multiply, parse_transform
from whiteboard.svg.units import Viewport, length_px, parse_fraction

if TYPE_CHECKING:
    from whiteboard.svg.painter import Painter

MAX_HREFS = 16
MAX_STOPS = 1_000
GRADIENTS = frozenset({"linearGradient", "radialGradient"})


@dataclass(frozen=True, slots=True)
class _Template:
    """A gradient with those it refers to: the nearest that says something counts."""

    nodes: tuple[Node, ...]

    def common(self, name: str) -> str | None:
        return next((v for node in self.nodes if (v := node.get(name)) is not None), None)

    def own(self, name: str) -> str | None:
        """An attribute of this kind of gradient; the other kind's does not count."""
        kind = self.nodes[0].name
        return next(
            (v for n in self.nodes if n.name == kind and (v := n.get(name)) is not None), None
        )


def gradient(
    painter: Painter, node: Node, opacity: float, viewport: Viewport, box: Rect | None
) -> Paint | None:
    """The gradient in the user space of the shape with that box; None where it paints nothing."""
    template = _Template(_chain(painter, node))
    stops = _stops(painter, template, opacity)
    if not stops:
        return None
    if len(stops) == 1:
        return stops[0].colour
    relative = template.common("gradientUnits") != "userSpaceOnUse"
    matrix = parse_transform(template.common("gradientTransform")) or IDENTITY
    if relative:
        if box is None or box.width <= 0 or box.height <= 0:
            return None
        matrix = multiply((box.width, 0.0, 0.0, box.height, box.x, box.y), matrix)
    if matrix[0] * matrix[3] - matrix[1] * matrix[2] == 0:
        return None
    space = Viewport(1.0, 1.0) if relative else viewport
    spread = _SPREADS.get(template.common("spreadMethod") or "", Spread.PAD)
    if node.name == "linearGradient":
        return _linear(template, stops, spread, matrix, space)
    return _radial(template, stops, spread, matrix, space)


_SPREADS = {spread.value: spread for spread in Spread}


def _chain(painter: Painter, node: Node) -> tuple[Node, ...]:
    nodes = [node]
    while len(nodes) < MAX_HREFS:
        other = painter.referenced(nodes[-1])
        if other is None or other.name not in GRADIENTS or other.ns != SVG_NS:
            break
        if any(other.rid == known.rid for known in nodes):
            break
        nodes.append(other)
    return tuple(nodes)


def _stops(painter: Painter, template: _Template, opacity: float) -> tuple[Stop, ...]:
    for node in template.nodes:
        children = [c for c in node.children if c.name == "stop" and c.ns == SVG_NS]
        if not children:
            continue
        context = painter.inside(node, painter.context_of(node))
        stops: list[Stop] = []
        offset = 0.0
        for child in children[:MAX_STOPS]:
            painter.used.add(child.rid)
            style = painter.cascade.style(child, context.style, child.attributes)
            offset = max(offset, parse_fraction(child.get("offset"), 0.0))
            stops.append(Stop(offset, faded(style.stop_colour, style.stop_opacity * opacity)))
        return tuple(stops)
    return ()


def _linear(
    template: _Template,
    stops: tuple[Stop, ...],
    spread: Spread,
    matrix: Matrix,
    space: Viewport,
) -> Paint:
    x1 = length_px(template.own("x1"), 0.0, space.width)
    y1 = length_px(template.own("y1"), 0.0, space.height)
    x2 = length_px(template.own("x2"), space.width, space.width)
    y2 = length_px(template.own("y2"), 0.0, space.height)
    if (x1, y1) == (x2, y2):
        return stops[-1].colour
    return LinearGradient(x1, y1, x2, y2, stops, spread, matrix)


def _radial(
    template: _Template,
    stops: tuple[Stop, ...],
    spread: Spread,
    matrix: Matrix,
    space: Viewport,
) -> Paint | None:
    cx = length_px(template.own("cx"), space.width / 2, space.width)
    cy = length_px(template.own("cy"), space.height / 2, space.height)
    r = length_px(template.own("r"), space.diagonal / 2, space.diagonal)
    fx = length_px(template.own("fx"), cx, space.width)
    fy = length_px(template.own("fy"), cy, space.height)
    fr = length_px(template.own("fr"), 0.0, space.diagonal)
    if r < 0 or fr < 0:
        return None
    if r == 0:
        return stops[-1].colour
    away = math.hypot(fx - cx, fy - cy)
    if away > r:  # SVG 1.1: a focus outside is moved to the edge
        fx, fy = cx + (fx - cx) * r / away, cy + (fy - cy) * r / away
    return RadialGradient(cx, cy, r, fx, fy, min(fr, r), stops, spread, matrix)
