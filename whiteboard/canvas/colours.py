"""Colours that are computed: a person's colour, and how the drawing looks on dark paper.

Pure Python, no Qt; the windows use the same functions (DESIGN section 6).
"""

from __future__ import annotations

import hashlib
import math
from functools import lru_cache

from whiteboard.svg.plan import Rgba

Triple = tuple[float, float, float]

_XYZ_TO_RGB: tuple[Triple, Triple, Triple] = (
    (3.240969941904521, -1.537383177570093, -0.498610760293),
    (-0.96924363628087, 1.87596750150772, 0.041555057407175),
    (0.055630079696993, -0.20397695888897, 1.056971514242878),
)
_KAPPA = 903.2962962
_EPSILON = 0.0088564516
_WHITE_U, _WHITE_V = 0.19783000664283, 0.46831999493879
PERSON_LIGHTNESS = (45.0, 74.0)
"""L* of a person's colour on light and on dark chrome (DESIGN section 6)."""


def hexadecimal(colour: Rgba) -> str:
    """`#RRGGBB`, the alpha left out."""
    return f"#{colour.red:02X}{colour.green:02X}{colour.blue:02X}"


def parse_hex(text: str) -> Rgba:
    """The colour of `#RRGGBB`.

    Raises:
        ValueError: The text is not such a colour.
    """
    if len(text) != 7 or text[0] != "#":
        raise ValueError(f"not a #RRGGBB colour: {text!r}")
    return Rgba(int(text[1:3], 16), int(text[3:5], 16), int(text[5:7], 16))


def hue_of(address: str) -> float:
    """The hue (degrees) of an identifier: the first two bytes of its SHA-1 (XEP-0392, 5.1)."""
    digest = hashlib.sha1(address.encode("utf-8", "surrogatepass"), usedforsecurity=False).digest()
    return (digest[0] + 256 * digest[1]) / 65536 * 360


def hsluv(hue: float, lightness: float) -> Rgba:
    """The most colourful sRGB colour of a HSLuv hue (degrees) at CIE L*: saturation 100 of HSLuv.

    Its luminance, hence its contrast to any ground, depends on `lightness` alone.
    """
    angle = math.radians(hue)
    chroma = _max_chroma(angle, lightness) * 0.999  # a hair inside, so that rounding stays in sRGB
    u = chroma * math.cos(angle) / (13 * lightness) + _WHITE_U
    v = chroma * math.sin(angle) / (13 * lightness) + _WHITE_V
    y = ((lightness + 16) / 116) ** 3 if lightness > 8 else lightness / _KAPPA
    x = 9 * y * u / (4 * v)
    z = y * (12 - 3 * u - 20 * v) / (4 * v)
    linear = tuple(r * x + g * y + b * z for r, g, b in _XYZ_TO_RGB)
    return _rgba(linear[0], linear[1], linear[2], 1.0)


def _max_chroma(angle: float, lightness: float) -> float:
    """Distance from grey to the border of sRGB in LCh(uv) (the HSLuv reference, 'getBounds')."""
    sub1 = (lightness + 16) ** 3 / 1560896
    sub2 = sub1 if sub1 > _EPSILON else lightness / _KAPPA
    shortest = math.inf
    for m1, m2, m3 in _XYZ_TO_RGB:
        for t in (0, 1):
            top1 = (284517 * m1 - 94839 * m3) * sub2
            top2 = (838422 * m3 + 769860 * m2 + 731718 * m1) * lightness * sub2
            top2 -= 769860 * t * lightness
            bottom = (632260 * m3 - 126452 * m2) * sub2 + 126452 * t
            length = (top2 / bottom) / (math.sin(angle) - top1 / bottom * math.cos(angle))
            if length >= 0:
                shortest = min(shortest, length)
    return shortest


@lru_cache(maxsize=2048)
def person_colour(address: str, *, dark: bool = False) -> Rgba:
    """The colour of a person (XEP-0392 with the lightness of DESIGN section 6).

    Args:
        address: Bare address, or the nickname in an anonymous room.
        dark: For the dark theme.
    """
    return hsluv(hue_of(address), PERSON_LIGHTNESS[dark])


def on_person(*, dark: bool = False) -> Rgba:
    """The colour of text on a person's colour."""
    return Rgba(0x0B, 0x0D, 0x10) if dark else Rgba(255, 255, 255)


def _linear(channel: int) -> float:
    value = channel / 255
    return value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4


def _encoded(value: float) -> int:
    value = min(1.0, max(0.0, value))
    gamma = 12.92 * value if value <= 0.0031308 else 1.055 * value ** (1 / 2.4) - 0.055
    return round(255 * gamma)


def _rgba(red: float, green: float, blue: float, alpha: float) -> Rgba:
    return Rgba(_encoded(red), _encoded(green), _encoded(blue), alpha)


_DARK = 0.235
"""Oklab lightness of dark paper, which is what white becomes."""
_SPAN = (0.945 - _DARK) / (1 - _DARK)
"""Ink (lightness 0.235) becomes 0.945."""


@lru_cache(maxsize=8192)
def on_dark_paper(colour: Rgba) -> Rgba:
    """How a colour of the drawing is shown on dark paper: display only (DESIGN section 6).

    In OKLCH with the hue kept: white becomes the paper, ink near white, notes deep; vivid colours
    stay vivid. Alpha is kept.
    """
    lightness, a, b = _oklab(colour)
    chroma = math.hypot(a, b)
    vivid = min(1.0, max(0.0, (chroma - 0.12) / 0.04))
    new = (1 - vivid) * (_DARK + _SPAN * (1 - lightness) + 0.75 * min(chroma, 0.12))
    new += vivid * max(lightness, 0.64)
    if lightness > 0.88 and chroma > 0.09:
        new += 0.05  # a pale yellow would turn muddy
    # Notes (pale) lose a little chroma, greys keep theirs; then down until it fits into sRGB.
    keep = 1.0 if chroma < 0.05 else 1.15 * (0.85 if lightness > 0.85 else 0.95)
    keep = min(1.0, keep)
    for _ in range(24):
        linear = _from_oklab(new, a * keep, b * keep)
        if all(-1e-4 <= v <= 1.0001 for v in linear):
            break
        keep *= 0.93
    return _rgba(*linear, colour.alpha)


def _oklab(colour: Rgba) -> Triple:
    """Björn Ottosson's Oklab of an sRGB colour."""
    r, g, b = _linear(colour.red), _linear(colour.green), _linear(colour.blue)
    l_ = (0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b) ** (1 / 3)
    m_ = (0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b) ** (1 / 3)
    s_ = (0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b) ** (1 / 3)
    return (
        0.2104542553 * l_ + 0.7936177850 * m_ - 0.0040720468 * s_,
        1.9779984951 * l_ - 2.4285922050 * m_ + 0.4505937099 * s_,
        0.0259040371 * l_ + 0.7827717662 * m_ - 0.8086757660 * s_,
    )


def _from_oklab(lightness: float, a: float, b: float) -> Triple:
    l_ = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3
    m_ = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3
    s_ = (lightness - 0.0894841775 * a - 1.2914855480 * b) ** 3
    return (
        4.0767416621 * l_ - 3.3077115913 * m_ + 0.2309699292 * s_,
        -1.2684380046 * l_ + 2.6097574011 * m_ - 0.3413193965 * s_,
        -0.0041960863 * l_ - 0.7034186147 * m_ + 1.7076147010 * s_,
    )
