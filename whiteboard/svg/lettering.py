"""A `text` element as chunks of runs (SVG 1.1 chapter 10): positions, white space, styles.

Characters are collected with their style and the positions that x, y, dx, dy and rotate give them;
a chunk starts at every absolute position, a run where anything differs. Lines are not broken.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from whiteboard.svg.bounds import Measure, chunk_rect, union
from whiteboard.svg.colour import PaintValue
from whiteboard.svg.plan import SVG_NS, Node, Paint, Rect, Rgba, Stroke, TextChunk, TextRun
from whiteboard.svg.strokes import stroke_with
from whiteboard.svg.style import Style
from whiteboard.svg.units import LIMIT, parse_length, parse_lengths

if TYPE_CHECKING:
    from whiteboard.svg.painter import Context, Painter

MAX_CHARACTERS = 100_000
"""Characters of one element beyond this are not shown."""
_INLINE = frozenset({"tspan", "a", "textPath", "tref"})


@dataclass(slots=True)
class _Character:
    """One code point; None for a position that was not given."""

    text: str
    rid: str
    style: Style
    shift: float
    x: float | None = None
    y: float | None = None
    dx: float = 0.0
    dy: float = 0.0
    rotate: float = 0.0
    opacity: float = 1.0


@dataclass(slots=True)
class _Positions:
    """The lists of one element, in user units, and where in the text it starts."""

    start: int
    x: list[float] = field(default_factory=list)
    y: list[float] = field(default_factory=list)
    dx: list[float] = field(default_factory=list)
    dy: list[float] = field(default_factory=list)
    rotate: list[float] = field(default_factory=list)


def text_chunks(painter: Painter, node: Node, context: Context) -> tuple[TextChunk, ...]:
    """The chunks of a `text` element whose own space `context` is."""
    collector = _Collector(painter)
    collector.element(node, context, 0.0, 1.0)
    characters = collector.characters
    while characters and characters[-1].text == " " and not characters[-1].style.preserve_space:
        characters.pop()
    chunks = tuple(_chunks(characters, painter.measure))
    if not any(_is_server(c.style.fill) or _is_server(c.style.stroke) for c in characters):
        box = None
    else:  # gradients refer to the box of the whole text, which is known only now
        box = union(chunk_rect(chunk, painter.measure) for chunk, _ in chunks)
    return tuple(_painted(painter, chunk, runs, context, box) for chunk, runs in chunks)


def _is_server(value: PaintValue) -> bool:
    return not isinstance(value, Rgba)


class _Collector:
    """Walks the element and its tspans."""

    def __init__(self, painter: Painter) -> None:
        self.painter = painter
        self.characters: list[_Character] = []
        self._positions: list[_Positions] = []
        self._after_space = True

    def element(self, node: Node, context: Context, shift: float, opacity: float) -> None:
        """Collect what is in one element; `context` is the space inside it."""
        style = context.style
        self._positions.append(self._positions_of(node, context))
        for child in node.children:
            self.painter.used.add(child.rid)
            if not child.name:
                self._text(child, style, shift, opacity)
            elif child.name in _INLINE and child.ns == SVG_NS and context.depth < 200:
                inner = self.painter.inside(child, context)
                if child.name == "textPath":
                    notice = "Text along a path is shown straight."
                    self.painter.note(child.rid, notice)
                if inner.style.displayed and self.painter.applies(child):
                    more = shift + _shift(inner.style, style.font.size)
                    inner = replace(inner, matrix=context.matrix)
                    self.element(child, inner, more, opacity * inner.style.opacity)
        self._positions.pop()

    def _positions_of(self, node: Node, context: Context) -> _Positions:
        style, viewport = context.style, context.viewport
        em = style.font.size

        def values(name: str, whole: float) -> list[float]:
            return [
                max(-LIMIT, min(LIMIT, length.px(whole, em, viewport)))
                for length in parse_lengths(node.get(name))
            ]

        found = _Positions(len(self.characters))
        if node.name != "textPath":
            found.x = values("x", viewport.width)
            found.y = values("y", viewport.height)
            found.dx = values("dx", viewport.width)
            found.dy = values("dy", viewport.height)
        found.rotate = values("rotate", 0.0)
        return found

    def _text(self, node: Node, style: Style, shift: float, opacity: float) -> None:
        shift += _baseline(style, self.painter)
        for character in node.text:
            if len(self.characters) >= MAX_CHARACTERS:
                return
            if character in "\t\n\r":
                character = " "  # noqa: PLW2901 - what it stands for from here on
            if character == " " and not style.preserve_space:
                if self._after_space:
                    continue
                self._after_space = True
            else:
                self._after_space = False
            self._add(_Character(character, node.rid, style, shift, opacity=opacity))

    def _add(self, character: _Character) -> None:
        """Give the character its positions: the innermost element that has one decides."""
        index = len(self.characters)
        for positions in reversed(self._positions):
            i = index - positions.start
            if character.x is None and i < len(positions.x):
                character.x = positions.x[i]
            if character.y is None and i < len(positions.y):
                character.y = positions.y[i]
        for name in ("dx", "dy"):
            for positions in reversed(self._positions):
                offsets: list[float] = getattr(positions, name)
                if index - positions.start < len(offsets):
                    setattr(character, name, offsets[index - positions.start])
                    break
        for positions in reversed(self._positions):
            if positions.rotate:
                i = min(index - positions.start, len(positions.rotate) - 1)
                character.rotate = positions.rotate[i]
                break
        self.characters.append(character)


def _shift(style: Style, size: float) -> float:
    """How far baseline-shift raises the text, in user units."""
    value = style.baseline_shift.strip().lower()
    if value in ("", "baseline", "0"):
        return 0.0
    if value == "super":
        return 0.4 * size  # what fonts say that say something, near enough
    if value == "sub":
        return -0.2 * size
    length = parse_length(value)
    return 0.0 if length is None else length.px(size, style.font.size)


def _baseline(style: Style, painter: Painter) -> float:
    """How far dominant-baseline raises the alphabetic baseline; mostly it lowers it."""
    name = style.dominant_baseline
    if name in ("", "auto", "alphabetic"):
        return 0.0
    up, down = painter.measure.ascent(style.font), painter.measure.descent(style.font)
    return {
        "middle": -0.25 * style.font.size,
        "central": (down - up) / 2,
        "mathematical": -up / 2,
        "hanging": -0.8 * up,
        "text-before-edge": -up,
        "text-top": -up,
        "text-after-edge": down,
        "text-bottom": down,
        "ideographic": down,
    }.get(name, 0.0)


_Runs = list[list[_Character]]


def _chunks(characters: list[_Character], measure: Measure) -> Iterator[tuple[TextChunk, _Runs]]:
    """Chunks without paint yet, each with the characters of its runs."""
    x = y = 0.0
    pending: list[_Character] = []
    for character in characters:
        if pending and (character.x is not None or character.y is not None):
            chunk, runs = _chunk(pending, x, y)
            yield chunk, runs
            # Where only one of the two is given, the other goes on from the end of the line.
            x += sum(run.dx + measure.advance(run.text, run.font) for run in chunk.runs)
            y += sum(run.dy for run in chunk.runs)
            pending = []
        x = x if character.x is None else character.x
        y = y if character.y is None else character.y
        pending.append(character)
    if pending:
        yield _chunk(pending, x, y)


def _chunk(characters: list[_Character], x: float, y: float) -> tuple[TextChunk, _Runs]:
    runs: _Runs = []
    for character in characters:
        if runs and _continues(runs[-1][0], character):
            runs[-1].append(character)
        else:
            runs.append([character])
    first = characters[0].style
    plain = tuple(
        TextRun(
            run[0].rid,
            "".join(c.text for c in run),
            run[0].style.font,
            None,
            None,
            run[0].dx,
            run[0].dy,
        )
        for run in runs
    )
    return TextChunk(x, y, first.anchor, first.right_to_left, plain), runs


def _continues(first: _Character, character: _Character) -> bool:
    return (
        character.rid == first.rid
        and not character.dx
        and not character.dy
        and not character.rotate
        and not first.rotate
    )


def _painted(
    painter: Painter, chunk: TextChunk, runs: _Runs, context: Context, box: Rect | None
) -> TextChunk:
    return replace(
        chunk,
        runs=tuple(
            _run(painter, plain, run[0], context, box)
            for plain, run in zip(chunk.runs, runs, strict=True)
        ),
    )


def _run(
    painter: Painter, plain: TextRun, first: _Character, context: Context, box: Rect | None
) -> TextRun:
    style = first.style
    fill: Paint | None = None
    stroke: Stroke | None = None
    if style.visible:
        fill = painter.paint_server(style.fill, style.fill_opacity, style, context, lambda: box)
        line = painter.paint_server(style.stroke, style.stroke_opacity, style, context, lambda: box)
        stroke = None if line is None else stroke_with(line, style, context.viewport)
    return TextRun(
        plain.rid,
        plain.text,
        plain.font,
        fill,
        stroke,
        plain.dx,
        plain.dy,
        first.rotate,
        style.underline,
        style.overline,
        style.line_through,
        first.shift,
        first.opacity,
    )
