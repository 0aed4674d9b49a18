"""A style's stroke properties as the stroke of a plan node."""

from __future__ import annotations

from whiteboard.svg.plan import Paint, Stroke
from whiteboard.svg.style import Style
from whiteboard.svg.units import LIMIT, Viewport


def stroke_with(paint: Paint, style: Style, viewport: Viewport) -> Stroke | None:
    """A stroke of the style's width, caps and dashes; None where it has no width."""
    reference, em = viewport.diagonal, style.font.size
    width = min(style.stroke_width.px(reference, em, viewport), LIMIT)
    if width <= 0:
        return None
    dash: tuple[float, ...] = ()
    if style.dash:
        dash = tuple(min(length.px(reference, em, viewport), LIMIT) for length in style.dash)
        dash = dash + dash if len(dash) % 2 else dash
    offset = style.dash_offset.px(reference, em, viewport) if dash else 0.0
    return Stroke(
        paint,
        width,
        style.cap,
        style.join,
        style.miter_limit,
        dash,
        max(-LIMIT, min(LIMIT, offset)),
        style.non_scaling,
    )
