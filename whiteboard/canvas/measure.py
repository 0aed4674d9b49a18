"""How large text is, by Qt: for the index (`svg.bounds.Measure`) and for carets (`TextMetrics`)."""

from __future__ import annotations

import functools

from PySide6.QtCore import Qt
from PySide6.QtGui import QFontMetricsF, QTextLayout, QTextOption

from whiteboard.canvas.fonts import EM, FontMap
from whiteboard.canvas.lettering import MAX_CHARACTERS
from whiteboard.svg.plan import Font


class QtMeasure:
    """A `Measure` that asks the fonts the text is painted with; answers are kept."""

    def __init__(self, fonts: FontMap) -> None:
        self._fonts = fonts
        self._metrics = functools.lru_cache(maxsize=256)(self._metrics_of)
        self._advance = functools.lru_cache(maxsize=4096)(self._advance_of)

    def _metrics_of(self, font: Font) -> tuple[float, float]:
        metrics = QFontMetricsF(self._fonts.qfont(font))
        return metrics.ascent() / EM * font.size, metrics.descent() / EM * font.size

    def _advance_of(self, text: str, font: Font) -> float:
        layout = QTextLayout(text[:MAX_CHARACTERS], self._fonts.qfont(font))
        option = QTextOption()
        option.setWrapMode(QTextOption.WrapMode.NoWrap)
        option.setFlags(QTextOption.Flag.IncludeTrailingSpaces)
        option.setTextDirection(Qt.LayoutDirection.LeftToRight)
        layout.setTextOption(option)
        layout.beginLayout()
        line = layout.createLine()
        layout.endLayout()
        return line.naturalTextWidth() / EM * font.size if line.isValid() else 0.0

    def advance(self, text: str, font: Font) -> float:
        """Width of the characters in the units of the font size."""
        return self._advance(text, font)

    def ascent(self, font: Font) -> float:
        """From the baseline to the top of the line."""
        return self._metrics(font)[0]

    def descent(self, font: Font) -> float:
        """From the baseline to the bottom of the line."""
        return self._metrics(font)[1]
