"""Basic shapes as paths (SVG 1.1 chapter 9, with the `auto` of SVG 2 for rx and ry)."""

from __future__ import annotations

from collections.abc import Sequence

from whiteboard.svg.plan import Path, Segment

CIRCLE = 0.5522847498307936
"""Length of the handles of a cubic that looks like a quarter of the unit circle."""


def rect(
    x: float, y: float, width: float, height: float, rx: float | None, ry: float | None
) -> Path:
    """A rectangle, rounded where rx or ry say so; nothing where a side is not positive."""
    if width <= 0 or height <= 0:
        return ()
    if rx is not None and rx < 0:
        rx = None
    if ry is not None and ry < 0:
        ry = None
    rx, ry = (ry if rx is None else rx), (rx if ry is None else ry)
    right, bottom = x + width, y + height
    if not rx or not ry:
        return (("M", x, y), ("L", right, y), ("L", right, bottom), ("L", x, bottom), ("Z",))
    rx, ry = min(rx, width / 2), min(ry, height / 2)
    kx, ky = rx * (1 - CIRCLE), ry * (1 - CIRCLE)
    return (
        ("M", x + rx, y),
        ("L", right - rx, y),
        ("C", right - kx, y, right, y + ky, right, y + ry),
        ("L", right, bottom - ry),
        ("C", right, bottom - ky, right - kx, bottom, right - rx, bottom),
        ("L", x + rx, bottom),
        ("C", x + kx, bottom, x, bottom - ky, x, bottom - ry),
        ("L", x, y + ry),
        ("C", x, y + ky, x + kx, y, x + rx, y),
        ("Z",),
    )


def ellipse(cx: float, cy: float, rx: float, ry: float) -> Path:
    """An ellipse that starts at its right end and turns as SVG says; nothing for no radius."""
    if rx <= 0 or ry <= 0:
        return ()
    kx, ky = rx * CIRCLE, ry * CIRCLE
    return (
        ("M", cx + rx, cy),
        ("C", cx + rx, cy + ky, cx + kx, cy + ry, cx, cy + ry),
        ("C", cx - kx, cy + ry, cx - rx, cy + ky, cx - rx, cy),
        ("C", cx - rx, cy - ky, cx - kx, cy - ry, cx, cy - ry),
        ("C", cx + kx, cy - ry, cx + rx, cy - ky, cx + rx, cy),
        ("Z",),
    )


def line(x1: float, y1: float, x2: float, y2: float) -> Path:
    """A line."""
    return (("M", x1, y1), ("L", x2, y2))


def polyline(numbers: Sequence[float], *, closed: bool) -> Path:
    """The points of a `points` attribute joined; an odd number at the end is left out."""
    if len(numbers) < 4:
        return ()
    segments: list[Segment] = [("M", numbers[0], numbers[1])]
    segments.extend(("L", numbers[i], numbers[i + 1]) for i in range(2, len(numbers) - 1, 2))
    if closed:
        segments.append(("Z",))
    return tuple(segments)
