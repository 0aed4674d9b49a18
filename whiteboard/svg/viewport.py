"""viewBox and preserveAspectRatio (SVG 1.1 sections 7.7 and 7.8), and the page of a document."""

from __future__ import annotations

from dataclasses import dataclass

from whiteboard.svg.plan import IDENTITY, Matrix, Node, Rect
from whiteboard.svg.transform import multiply, parse_transform
from whiteboard.svg.units import Viewport, length_px, parse_length, parse_numbers

_SHARES = {"Min": 0.0, "Mid": 0.5, "Max": 1.0}
DEFAULT_SIDE = 100.0


@dataclass(frozen=True, slots=True)
class Aspect:
    """preserveAspectRatio: an `align` word such as 'xMidYMid', or 'none'; cover (slice) or fit."""

    align: str = "xMidYMid"
    slice: bool = False


@dataclass(frozen=True, slots=True)
class Page:
    """Where the document says its picture is.

    `width`, `height` are px of the picture, None where the root leaves them open; `matrix` leads
    from user space to the picture at that size; `box` is what the picture shows, in user units.
    """

    width: float | None
    height: float | None
    box: Rect | None
    matrix: Matrix


def parse_aspect(text: str | None) -> Aspect:
    """The value of preserveAspectRatio; the default where it is wrong."""
    words = [word for word in (text or "").split() if word != "defer"]
    if not words:
        return Aspect()
    align = words[0]
    known = align == "none" or (
        len(align) == 8
        and align[0] == "x"
        and align[4] == "Y"
        and align[1:4] in _SHARES
        and align[5:] in _SHARES
    )
    return Aspect(align, words[1:2] == ["slice"]) if known else Aspect()


def parse_view_box(text: str | None) -> tuple[float, float, float, float] | None:
    """x, y, width, height of a viewBox; None where it is missing, wrong or empty."""
    numbers = parse_numbers(text)
    if len(numbers) != 4 or numbers[2] <= 0 or numbers[3] <= 0:
        return None
    return (numbers[0], numbers[1], numbers[2], numbers[3])


def fit_matrix(
    target: Rect, box: tuple[float, float, float, float] | None, aspect: Aspect
) -> Matrix:
    """From the user space of a viewBox to the rectangle it is shown in."""
    if box is None:
        return (1.0, 0.0, 0.0, 1.0, target.x, target.y)
    x, y, width, height = box
    scale_x, scale_y = target.width / width, target.height / height
    if aspect.align == "none":
        return (scale_x, 0.0, 0.0, scale_y, target.x - x * scale_x, target.y - y * scale_y)
    scale = max(scale_x, scale_y) if aspect.slice else min(scale_x, scale_y)
    left = target.x + (target.width - width * scale) * _SHARES[aspect.align[1:4]]
    top = target.y + (target.height - height * scale) * _SHARES[aspect.align[5:]]
    return (scale, 0.0, 0.0, scale, left - x * scale, top - y * scale)


def root_viewport(root: Node) -> Viewport:
    """What percentages in the document refer to."""
    box = parse_view_box(root.get("viewBox"))
    if box is not None:
        return Viewport(box[2], box[3])
    return Viewport(
        length_px(root.get("width"), DEFAULT_SIDE, DEFAULT_SIDE),
        length_px(root.get("height"), DEFAULT_SIDE, DEFAULT_SIDE),
    )


def _side(text: str | None) -> float | None:
    length = parse_length(text)
    if length is None or length.unit == "%" or length.value <= 0:
        return None
    return length.px()


def page(root: Node) -> Page:
    """The page of a document; a missing side follows from the other one and the viewBox."""
    width, height = _side(root.get("width")), _side(root.get("height"))
    box = parse_view_box(root.get("viewBox"))
    if box is not None:
        if width is None and height is None:
            width, height = box[2], box[3]
        elif width is None and height is not None:
            width = height * box[2] / box[3]
        elif height is None and width is not None:
            height = width * box[3] / box[2]
    if width is None or height is None:
        return Page(width, height, None, IDENTITY)
    aspect = parse_aspect(root.get("preserveAspectRatio"))
    matrix = fit_matrix(Rect(0.0, 0.0, width, height), box, aspect)
    # A transform on the root stands outside its viewBox (SVG 2 section 8.2).
    matrix = multiply(parse_transform(root.get("transform")) or IDENTITY, matrix)
    shown = Rect(0.0, 0.0, width, height) if box is None else Rect(*box)
    return Page(width, height, shown, matrix)
