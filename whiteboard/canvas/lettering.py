"""Text layout of one chunk: where its runs, glyphs and carets are, in user units.

A chunk is laid out as one text, so that bidirectional order and shaping go across its runs; then
each run gets its place. Used by items (painting), measure (bounds) and carets alike.
"""

from __future__ import annotations

import functools
import math
from dataclasses import dataclass

from PySide6.QtCore import Qt
from PySide6.QtGui import (
    QFont,
    QFontMetricsF,
    QGlyphRun,
    QTextCharFormat,
    QTextLayout,
    QTextLine,
    QTextOption,
)

from whiteboard.canvas.fonts import EM, FontMap
from whiteboard.svg.plan import TextChunk, TextRun

MAX_CHARACTERS = 20_000
"""Of one chunk; what is behind is not painted."""
MIN_SIZE, MAX_SIZE = 1e-3, 1e6
"""Font sizes (user units) outside are taken as the nearest of these."""


@dataclass(frozen=True)
class PlacedRun:
    """A run at its place. `x`, `y`: left end of its baseline; `unit`: user units per layout px."""

    run: TextRun
    text: str
    font: QFont
    x: float
    y: float
    width: float
    unit: float
    ascent: float
    descent: float
    start: int
    """Index of its first UTF-16 unit in the layout."""


class ChunkLayout:
    """One laid-out chunk; cheap to ask, made once."""

    def __init__(self, chunk: TextChunk, fonts: FontMap) -> None:
        self.chunk = chunk
        runs = _bounded(chunk.runs)
        self._unit = _clamped(runs[0].font.size) / EM if runs else 1.0
        self.text = "".join(run.text for run in runs)
        self.layout, self._line = _lay_out(runs, self.text, self._unit, chunk, fonts)
        self.width = self._width()
        shift = {"middle": self.width / 2, "end": self.width}.get(chunk.anchor, 0.0)
        if chunk.right_to_left:  # 'start' is the right end
            shift = self.width - shift
        self.left = chunk.x - shift
        self.runs = self._place(runs, fonts)

    def _width(self) -> float:
        if self._line is None:
            return 0.0
        return max(0.0, self._line.naturalTextWidth() * self._unit)

    def _place(self, runs: tuple[TextRun, ...], fonts: FontMap) -> tuple[PlacedRun, ...]:
        placed: list[PlacedRun] = []
        start, dx, y = 0, 0.0, self.chunk.y
        for run in runs:
            dx += run.dx
            y += run.dy
            length = utf16_length(run.text)
            left, right = self._extent(start, start + length)
            size = _clamped(run.font.size)
            font = fonts.qfont(run.font)
            _decorate(font, run)
            ascent, descent = _heights(font.toString(), size)
            placed.append(
                PlacedRun(
                    run, run.text, font, self.left + left + dx, y - run.baseline_shift,
                    right - left, size / EM, ascent, descent, start,
                )
            )  # fmt: skip
            start += length
        return tuple(placed)

    def _extent(self, start: int, stop: int) -> tuple[float, float]:
        """Left and right end of UTF-16 units start…stop, from the chunk's left, user units."""
        if self._line is None:
            return 0.0, 0.0
        if start == 0 and stop == utf16_length(self.text):
            return 0.0, self.width
        a, b = self.x_of(start), self.x_of(stop)
        return min(a, b), max(a, b)

    def x_of(self, index: int) -> float:
        """From the chunk's left end to the caret before UTF-16 unit `index`, user units."""
        if self._line is None:
            return 0.0
        value: object = self._line.cursorToX(index)
        x = value[0] if isinstance(value, tuple) else value
        return float(x) * self._unit  # type: ignore[arg-type]  # stubs say float, it is a pair

    def index_at(self, x: float) -> int:
        """The UTF-16 caret index nearest to a distance from the chunk's left end."""
        if self._line is None:
            return 0
        return int(self._line.xToCursor(x / self._unit))

    def glyph_runs(self, placed: PlacedRun) -> list[QGlyphRun]:
        """The glyphs of a run; positions in layout px from the chunk's left and top."""
        if self._line is None:
            return []
        return list(self._line.glyphRuns(placed.start, utf16_length(placed.text)))

    @property
    def unit(self) -> float:
        """User units per px of the layout."""
        return self._unit

    @property
    def ascent(self) -> float:
        """From the layout's top to its baseline, layout px."""
        return float(self._line.ascent()) if self._line is not None else 0.0


def _bounded(runs: tuple[TextRun, ...]) -> tuple[TextRun, ...]:
    """The runs that fit into MAX_CHARACTERS; line breaks are no part of SVG text."""
    out: list[TextRun] = []
    left = MAX_CHARACTERS
    for run in runs:
        if left <= 0:
            break
        if run.text:
            out.append(run)
        left -= len(run.text)
    return tuple(out)


def _clamped(size: float) -> float:
    return min(MAX_SIZE, max(MIN_SIZE, size)) if math.isfinite(size) else MIN_SIZE


def _decorate(font: QFont, run: TextRun) -> None:
    font.setUnderline(run.underline)
    font.setOverline(run.overline)
    font.setStrikeOut(run.line_through)


def _lay_out(
    runs: tuple[TextRun, ...], text: str, unit: float, chunk: TextChunk, fonts: FontMap
) -> tuple[QTextLayout, QTextLine | None]:
    """The layout in EM px of the first run's size; other sizes are scaled relative to it."""
    layout = QTextLayout(text, fonts.qfont(runs[0].font) if runs else QFont())
    option = QTextOption()
    option.setTextDirection(
        Qt.LayoutDirection.RightToLeft if chunk.right_to_left else Qt.LayoutDirection.LeftToRight
    )
    option.setWrapMode(QTextOption.WrapMode.NoWrap)
    option.setFlags(QTextOption.Flag.IncludeTrailingSpaces)
    layout.setTextOption(option)
    layout.setCursorMoveStyle(Qt.CursorMoveStyle.VisualMoveStyle)
    if len(runs) > 1:
        layout.setFormats(_formats(runs, unit, fonts))
    layout.beginLayout()
    line = layout.createLine()
    layout.endLayout()
    return layout, line if line.isValid() else None


def _formats(
    runs: tuple[TextRun, ...], unit: float, fonts: FontMap
) -> list[QTextLayout.FormatRange]:
    out: list[QTextLayout.FormatRange] = []
    start = 0
    for run in runs:
        piece = QTextLayout.FormatRange()
        piece.start = start
        piece.length = utf16_length(run.text)
        font = fonts.qfont(run.font)
        font.setPixelSize(max(1, round(_clamped(run.font.size) / unit)))
        form = QTextCharFormat()
        form.setFont(font)
        piece.format = form
        out.append(piece)
        start += utf16_length(run.text)
    return out


@functools.lru_cache(maxsize=512)
def _heights(font: str, size: float) -> tuple[float, float]:
    """Ascent and descent of a font (its toString) in user units."""
    actual = QFont()
    actual.fromString(font)
    metrics = QFontMetricsF(actual)
    return metrics.ascent() * size / EM, metrics.descent() * size / EM


def utf16_length(text: str) -> int:
    """Qt counts UTF-16 units."""
    return len(text) + sum(1 for c in text if c > "\uffff")


def to_utf16(text: str, index: int) -> int:
    """Code point index -> UTF-16 index."""
    return utf16_length(text[:index])


def from_utf16(text: str, index: int) -> int:
    """UTF-16 index -> code point index."""
    units = 0
    for i, c in enumerate(text):
        if units >= index:
            return i
        units += 2 if c > "\uffff" else 1
    return len(text)
