"""Board fonts: what the cascade says -> a QFont of one fixed, large size (rule 12).

Text is laid out at `EM` px and scaled by the matrix, because `setPixelSize` rounds and hinting
would move glyphs from zoom to zoom.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from PySide6.QtGui import QFont

from whiteboard.svg.plan import Font

EM = 100
"""The size, in px, at which all text is laid out."""
MAX_FAMILIES = 16

_HINTS = {
    "serif": QFont.StyleHint.Serif,
    "sans-serif": QFont.StyleHint.SansSerif,
    "system-ui": QFont.StyleHint.SansSerif,
    "ui-sans-serif": QFont.StyleHint.SansSerif,
    "monospace": QFont.StyleHint.Monospace,
    "ui-monospace": QFont.StyleHint.Monospace,
    "cursive": QFont.StyleHint.Cursive,
    "fantasy": QFont.StyleHint.Fantasy,
}


@dataclass(frozen=True)
class FontMap:
    """Which installed family stands for a generic one, such as {'serif': 'Noto Serif'}."""

    generic: dict[str, str] = field(default_factory=dict)

    def families(self, wanted: tuple[str, ...]) -> list[str]:
        """The families to try, in order; never empty."""
        out = [self.generic.get(name.lower(), name) for name in wanted[:MAX_FAMILIES] if name]
        return out or [self.generic.get("sans-serif", "sans-serif")]

    def qfont(self, font: Font) -> QFont:
        """The font at `EM` px without hinting; spacing scaled along."""
        out = QFont()
        out.setFamilies(self.families(font.families))
        for family in font.families:
            hint = _HINTS.get(family.lower())
            if hint is not None:
                out.setStyleHint(hint)
                break
        out.setPixelSize(EM)
        out.setHintingPreference(QFont.HintingPreference.PreferNoHinting)
        out.setWeight(_weight(font.weight))
        out.setItalic(font.italic)
        if font.stretch != 100:
            out.setStretch(min(4000, max(1, font.stretch)))
        if font.small_caps:
            out.setCapitalization(QFont.Capitalization.SmallCaps)
        # Spacing is in user units, the layout in EM px; bounded because Qt keeps it in 26.6 bits.
        unit = EM / font.size if font.size > 0 else 0.0
        if font.letter_spacing:
            spacing = _bounded(font.letter_spacing * unit)
            out.setLetterSpacing(QFont.SpacingType.AbsoluteSpacing, spacing)
        if font.word_spacing:
            out.setWordSpacing(_bounded(font.word_spacing * unit))
        return out


def _weight(weight: int) -> QFont.Weight:
    """The nearest of the nine weights that have a name."""
    return QFont.Weight(min(900, max(100, round(weight / 100) * 100)))


def _bounded(value: float) -> float:
    return min(100_000.0, max(-100_000.0, value))
