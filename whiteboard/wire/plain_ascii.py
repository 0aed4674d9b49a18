"""Text for a program that shows nothing beyond ASCII: each character becomes one that it can show.

One for one, so that places in the text (`replacefrom`, `replacen`) are the same on both sides.
Letters lose their marks, Greek and Cyrillic ones become the Latin letter that sounds or looks most
like them, typographic signs their plain relatives; what has none becomes a question mark.
"""

from __future__ import annotations

import unicodedata
from functools import lru_cache

_LIKE = dict(
    zip(
        "ßæœøðþłđħıŋ" + "ÆŒØÐÞŁĐĦŊ" + "‘’‚“”„«»‹›–—−…·•×÷°©®€£¥§¶¿¡¬±√∞≈≠≤≥←→↑↓✓✗",
        "saoodtldhin" + "AOODTLDHN" + '\'\',"""""<>---..*x/ocrELYSP?!-+V8~=<><>^vVx',
        strict=True,
    )
)
_LIKE |= dict(
    zip(
        "αβγδεζηθικλμνξοπρςστυφχψω" + "ΑΒΓΔΕΖΗΘΙΚΛΜΝΞΟΠΡΣΤΥΦΧΨΩ",
        "abgdezitiklmnxoprsstyfhpo" + "ABGDEZITIKLMNXOPRSTYFHPO",
        strict=True,
    )
)
_LIKE |= dict(
    zip(
        "абвгдежзийклмнопрстуфхцчшщъыьэюяєіїґ" + "АБВГДЕЖЗИЙКЛМНОПРСТУФХЦЧШЩЪЫЬЭЮЯЄІЇҐ",
        "abvgdezziyklmnoprstufhccss'y'euaeiig" + "ABVGDEZZIYKLMNOPRSTUFHCCSS'Y'EUAEIIG",
        strict=True,
    )
)
_SPACES = frozenset({"Zs", "Zl", "Zp", "Cf"})
_MARKS = frozenset({"Mn", "Mc", "Me"})


def plain(text: str) -> str:
    """`text` in ASCII, as many characters long."""
    return text if text.isascii() else "".join(map(_plain, text))


@lru_cache(maxsize=4096)
def _plain(character: str) -> str:
    if character.isascii():
        return character
    if character in _LIKE:
        return _LIKE[character]
    category = unicodedata.category(character)
    if category in _SPACES:
        return " "
    if category in _MARKS:
        return "'"
    base = unicodedata.normalize("NFKD", character)[0]
    return base if base.isascii() else _LIKE.get(base, "?")
