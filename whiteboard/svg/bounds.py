"""Boxes of plan nodes in the root's user space: of the outline, and of what is painted."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Protocol

from whiteboard.svg import path as paths
from whiteboard.svg.plan import Cap as LineCap
from whiteboard.svg.plan import (
    Clip,
    Font,
    ImageShape,
    Isolate,
    Join,
    Matrix,
    Path,
    PathShape,
    PlanNode,
    Rect,
    Stroke,
    TextChunk,
    TextShape,
)
from whiteboard.svg.transform import map_rect, mean_scale, multiply


class Measure(Protocol):
    """What only a font engine knows; the canvas asks Qt, tests use `TableMeasure`."""

    def advance(self, text: str, font: Font) -> float:
        """How wide the characters run, spacing included, in the units of the font size."""

    def ascent(self, font: Font) -> float:
        """From the baseline up to the top of the line; positive."""

    def descent(self, font: Font) -> float:
        """From the baseline down to the bottom of the line; positive."""


class TableMeasure:
    """Every character is as wide as a share of the em: the same on all machines."""

    def __init__(self, width: float = 0.5, ascent: float = 0.8, descent: float = 0.2) -> None:
        self._width, self._ascent, self._descent = width, ascent, descent

    def advance(self, text: str, font: Font) -> float:
        """The width of as many average characters."""
        spaces = text.count(" ") * font.word_spacing
        return len(text) * (self._width * font.size + font.letter_spacing) + spaces

    def ascent(self, font: Font) -> float:
        """A share of the size."""
        return self._ascent * font.size

    def descent(self, font: Font) -> float:
        """A share of the size."""
        return self._descent * font.size


def union(rects: Iterable[Rect | None]) -> Rect | None:
    """The box around all of them."""
    left = top = math.inf
    right = bottom = -math.inf
    for rect in rects:
        if rect is not None:
            left, top = min(left, rect.x), min(top, rect.y)
            right, bottom = max(right, rect.x + rect.width), max(bottom, rect.y + rect.height)
    return Rect(left, top, right - left, bottom - top) if left <= right else None


def intersection(a: Rect, b: Rect) -> Rect | None:
    """What both cover; an edge in common counts."""
    left, top = max(a.x, b.x), max(a.y, b.y)
    right, bottom = min(a.x + a.width, b.x + b.width), min(a.y + a.height, b.y + b.height)
    return Rect(left, top, right - left, bottom - top) if left <= right and top <= bottom else None


def grown(rect: Rect, by: float) -> Rect:
    """The rectangle with a margin."""
    return Rect(rect.x - by, rect.y - by, rect.width + 2 * by, rect.height + 2 * by)


def path_bounds(path: Path, matrix: Matrix) -> Rect | None:
    """The exact box of the outline after the matrix."""
    if matrix[1] == 0.0 and matrix[2] == 0.0:
        box = paths.bounds(path)
        return None if box is None else map_rect(matrix, box)
    return paths.bounds(paths.transformed(path, matrix))


def stroke_reach(path: Path, stroke: Stroke, matrix: Matrix) -> float:
    """How far the stroke may reach beyond the outline, in root units: joins and caps included."""
    factor = 1.0
    if stroke.cap is LineCap.SQUARE:
        factor = math.sqrt(2.0)
    if stroke.join is Join.MITER:
        factor = max(factor, _sharpest(path, stroke.miter_limit))
    scale = 1.0 if stroke.non_scaling else _largest_scale(matrix)
    return stroke.width / 2 * factor * scale


def _largest_scale(matrix: Matrix) -> float:
    a, b, c, d, _, _ = matrix
    if (b == 0.0 and c == 0.0) or (a == 0.0 and d == 0.0):
        return max(abs(a), abs(b), abs(c), abs(d))
    # The larger singular value of the linear part.
    half = (a * a + b * b + c * c + d * d) / 2
    area = a * d - b * c
    return math.sqrt(half + math.sqrt(max(0.0, half * half - area * area)))


def _sharpest(path: Path, limit: float) -> float:
    """The longest miter among the joins, as a multiple of half the width; 1 if there is none."""
    longest = 1.0
    previous: tuple[float, float] | None = None
    first: tuple[float, float] | None = None
    x = y = start_x = start_y = 0.0
    for segment in path:
        name = segment[0]
        if name == "M":
            _, x, y = segment  # type: ignore[misc] # M has two numbers
            start_x, start_y = x, y
            previous = first = None
            continue
        if name == "Z":
            end = (start_x, start_y)
            begin_way = end_way = (start_x - x, start_y - y)
        else:
            end = segment[-2:]  # type: ignore[assignment] # L and C end with a point
            begin_way, end_way = _ways(x, y, segment)
        if begin_way != (0.0, 0.0):
            if previous is not None:
                longest = max(longest, _miter(previous, begin_way, limit))
            first = first or begin_way
            previous = end_way
        if name == "Z" and previous is not None and first is not None:
            longest = max(longest, _miter(previous, first, limit))
            previous = first = None
        x, y = end
    return longest


def _ways(
    x: float, y: float, segment: tuple[str | float, ...]
) -> tuple[tuple[float, float], tuple[float, float]]:
    """The directions in which a segment leaves and arrives."""
    if len(segment) == 3:
        _, end_x, end_y = segment
        way = (end_x - x, end_y - y)  # type: ignore[operator] # numbers after the name
        return way, way
    numbers: tuple[float, ...] = segment[1:]  # type: ignore[assignment] # numbers after the name
    points = [(x, y), *zip(numbers[::2], numbers[1::2], strict=True)]
    begin = next(((p[0] - x, p[1] - y) for p in points[1:] if p != (x, y)), (0.0, 0.0))
    end = points[-1]
    arrive = next(
        ((end[0] - p[0], end[1] - p[1]) for p in reversed(points[:-1]) if p != end), (0.0, 0.0)
    )
    return begin, arrive


def _miter(before: tuple[float, float], after: tuple[float, float], limit: float) -> float:
    lengths = math.hypot(*before) * math.hypot(*after)
    if lengths == 0.0:
        return 1.0
    cosine = (before[0] * after[0] + before[1] * after[1]) / lengths
    half = math.sqrt(max(0.0, (1 + cosine) / 2))  # sine of half the angle between the sides
    ratio = 1 / half if half > 1e-9 else math.inf
    return ratio if ratio <= limit else 1.0


def image_rect(image: ImageShape) -> Rect:
    """The rectangle an image is put into; a missing side counts as 0 until the image is known."""
    return Rect(image.x, image.y, image.width or 0.0, image.height or 0.0)


def chunk_rect(chunk: TextChunk, measure: Measure) -> Rect | None:
    """The box of one chunk of text in its own space."""
    return union(rect for rect, _ in run_rects(chunk, measure))


def run_rects(chunk: TextChunk, measure: Measure) -> list[tuple[Rect, int]]:
    """The box of each run of a chunk with the run's index, laid out one after the other."""
    x, y = 0.0, chunk.y
    spans: list[tuple[float, float, int]] = []
    for i, run in enumerate(chunk.runs):
        x += run.dx
        y += run.dy
        spans.append((x, y, i))
        x += measure.advance(run.text, run.font)
    # The line goes to the left of its start where it is written from right to left.
    towards_end = -1.0 if chunk.right_to_left else 1.0
    share = {"start": 0.0, "middle": 0.5, "end": 1.0}[chunk.anchor]
    begin = chunk.x - share * x if towards_end > 0 else chunk.x - (1 - share) * x
    rects: list[tuple[Rect, int]] = []
    for start, baseline, i in spans:
        run = chunk.runs[i]
        up, down = measure.ascent(run.font), measure.descent(run.font)
        top = baseline - run.baseline_shift - up
        rects.append((Rect(begin + start, top, measure.advance(run.text, run.font), up + down), i))
    return rects


def shape_bounds(node: PlanNode, measure: Measure) -> Rect | None:
    """The box of the outline, without stroke, in the root's space; None for nothing."""
    return _bounds(node, measure, stroked=False)


def paint_bounds(node: PlanNode, measure: Measure) -> Rect | None:
    """The box of what is painted, stroke included, in the root's space; None for nothing."""
    return _bounds(node, measure, stroked=True)


def _bounds(node: PlanNode, measure: Measure, *, stroked: bool) -> Rect | None:
    match node:
        case PathShape():
            box = path_bounds(node.path, node.matrix)
            if box is not None and stroked and node.stroke is not None:
                box = grown(box, stroke_reach(node.path, node.stroke, node.matrix))
            return box
        case ImageShape():
            return map_rect(node.matrix, image_rect(node))
        case TextShape():
            return _text_bounds(node, measure, stroked=stroked)
        case Isolate():
            return union(_bounds(child, measure, stroked=stroked) for child in node.children)
        case Clip():
            inner = union(_bounds(child, measure, stroked=stroked) for child in node.children)
            window = path_bounds(node.path, node.matrix)
            return None if inner is None or window is None else intersection(inner, window)


def _text_bounds(node: TextShape, measure: Measure, *, stroked: bool) -> Rect | None:
    box = union(chunk_rect(chunk, measure) for chunk in node.chunks)
    if box is None:
        return None
    box = map_rect(node.matrix, box)
    widths = [run.stroke.width for chunk in node.chunks for run in chunk.runs if run.stroke]
    if stroked and widths:
        box = grown(box, max(widths) / 2 * mean_scale(node.matrix))
    return box


def leaves(nodes: Iterable[PlanNode]) -> Iterator[PathShape | TextShape | ImageShape]:
    """The shapes, texts and images in the nodes, in paint order."""
    for node in nodes:
        if isinstance(node, Clip | Isolate):
            yield from leaves(node.children)
        else:
            yield node


def outline_box(
    nodes: Iterable[PathShape | TextShape | ImageShape], inverse: Matrix, measure: Measure
) -> Rect | None:
    """The box of the outlines in the space that `inverse` leads to from the root's (getBBox)."""
    return union(
        shape_bounds(replace(node, matrix=multiply(inverse, node.matrix)), measure)
        for node in nodes
    )
