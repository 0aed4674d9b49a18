"""Affine matrices: parse and write `transform` attributes, multiply, invert, take apart.

A matrix is (a, b, c, d, e, f) as in SVG 1.1 section 7.4: x' = a x + c y + e, y' = b x + d y + f.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass

from whiteboard.svg.plan import IDENTITY, Matrix, Rect

_FUNCTION = re.compile(r"[\s,]*([A-Za-z]+)\s*\(([^()]*)\)[\s,]*")
_NUMBER = re.compile(r"\s*,?\s*([-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?)(deg|rad|grad|turn|px)?")
_ANGLES = {"": 1.0, "px": 1.0, "deg": 1.0, "grad": 0.9, "turn": 360.0, "rad": 180.0 / math.pi}


@dataclass(frozen=True, slots=True)
class Parts:
    """A matrix taken apart: translate · rotate · skewX · scale, angles in degrees."""

    translate: tuple[float, float]
    rotate: float
    skew: float
    scale: tuple[float, float]


def multiply(first: Matrix, second: Matrix) -> Matrix:
    """The matrix that applies `second`, then `first` (as `first` written left of `second`)."""
    a, b, c, d, e, f = first
    g, h, i, j, k, m = second
    return (
        a * g + c * h,
        b * g + d * h,
        a * i + c * j,
        b * i + d * j,
        a * k + c * m + e,
        b * k + d * m + f,
    )


def invert(matrix: Matrix) -> Matrix | None:
    """The inverse, or None where the matrix flattens the plane or is not finite."""
    a, b, c, d, e, f = matrix
    determinant = a * d - b * c
    if determinant == 0 or not math.isfinite(determinant):
        return None
    inverse = (
        d / determinant,
        -b / determinant,
        -c / determinant,
        a / determinant,
        (c * f - d * e) / determinant,
        (b * e - a * f) / determinant,
    )
    return inverse if all(map(math.isfinite, inverse)) else None


def apply(matrix: Matrix, x: float, y: float) -> tuple[float, float]:
    """The point (x, y) transformed."""
    a, b, c, d, e, f = matrix
    return (a * x + c * y + e, b * x + d * y + f)


def translation(x: float, y: float) -> Matrix:
    """Move by (x, y)."""
    return (1.0, 0.0, 0.0, 1.0, x, y)


def scaling(x: float, y: float) -> Matrix:
    """Scale about the origin."""
    return (x, 0.0, 0.0, y, 0.0, 0.0)


def rotation(degrees: float, x: float = 0.0, y: float = 0.0) -> Matrix:
    """Rotate about (x, y); positive turns from the x axis to the y axis."""
    # Multiples of 90 degrees are exact, so that rotated boxes stay boxes.
    quarter = {0.0: (1.0, 0.0), 90.0: (0.0, 1.0), 180.0: (-1.0, 0.0), 270.0: (0.0, -1.0)}
    radians = math.radians(degrees)
    cos, sin = quarter.get(degrees % 360.0, (math.cos(radians), math.sin(radians)))
    return (cos, sin, -sin, cos, x - cos * x + sin * y, y - sin * x - cos * y)


def mean_scale(matrix: Matrix) -> float:
    """By how much lengths grow, all directions together: the root of the area's factor."""
    a, b, c, d, _, _ = matrix
    return math.sqrt(abs(a * d - b * c))


def map_rect(matrix: Matrix, rect: Rect) -> Rect:
    """The smallest upright box around the transformed rectangle."""
    a, b, c, d, e, f = matrix
    x, y, width, height = rect.x, rect.y, rect.width, rect.height
    if b == 0.0 and c == 0.0:
        left, top = a * x + e, d * y + f
        across, down = a * width, d * height
    else:
        left = a * x + c * y + e + min(0.0, a * width) + min(0.0, c * height)
        top = b * x + d * y + f + min(0.0, b * width) + min(0.0, d * height)
        return Rect(
            left,
            top,
            abs(a) * width + abs(c) * height,
            abs(b) * width + abs(d) * height,
        )
    return Rect(left + min(0.0, across), top + min(0.0, down), abs(across), abs(down))


def parse_transform(text: str | None) -> Matrix | None:
    """The matrix of a `transform` attribute; the identity where there is none.

    Returns:
        None where the value is in error: SVG 1.1 then draws the element as if the attribute were
        not there, CSS does the same, so callers use the identity but may tell the user.
    """
    if not text:
        return IDENTITY
    text = text.strip()
    if not text or text == "none":
        return IDENTITY
    matrix = IDENTITY
    position = 0
    while position < len(text):
        match = _FUNCTION.match(text, position)
        if match is None:
            return None
        one = _function(match[1], match[2])
        if one is None:
            return None
        matrix = one if matrix is IDENTITY else multiply(matrix, one)
        position = match.end()
    return matrix if all(map(math.isfinite, matrix)) else None


def _arguments(text: str) -> list[float] | None:
    values: list[float] = []
    position = 0
    while position < len(text):
        match = _NUMBER.match(text, position)
        if match is None:
            return values if not text[position:].strip() else None
        values.append(float(match[1]) * _ANGLES[match[2] or ""])
        position = match.end()
    return values


def _function(name: str, arguments: str) -> Matrix | None:
    values = _arguments(arguments)
    if values is None:
        return None
    match (name, values):
        case ("matrix", [a, b, c, d, e, f]):
            return (a, b, c, d, e, f)
        case ("translate", [x]) | ("translateX", [x]):
            return translation(x, 0.0)
        case ("translateY", [y]):
            return translation(0.0, y)
        case ("translate", [x, y]):
            return translation(x, y)
        case ("scale", [s]):
            return scaling(s, s)
        case ("scaleX", [s]):
            return scaling(s, 1.0)
        case ("scaleY", [s]):
            return scaling(1.0, s)
        case ("scale", [x, y]):
            return scaling(x, y)
        case ("rotate", [angle]):
            return rotation(angle)
        case ("rotate", [angle, x, y]):
            return rotation(angle, x, y)
        case ("skewX", [angle]):
            return (1.0, 0.0, math.tan(math.radians(angle)), 1.0, 0.0, 0.0)
        case ("skewY", [angle]):
            return (1.0, math.tan(math.radians(angle)), 0.0, 1.0, 0.0, 0.0)
    return None


def format_number(value: float, decimals: int = 3) -> str:
    """The shortest text of `value` rounded to so many decimals: '0.5', '-3', never '-0'."""
    text = f"{value:.{decimals}f}"
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def format_transform(matrix: Matrix, decimals: int = 3) -> str:
    """A `transform` attribute for the matrix, in the plainest form; '' for the identity.

    Factors are written with three decimals more than `decimals`, because they multiply coordinates.
    """
    a, b, c, d, e, f = matrix
    fine = decimals + 3

    def number(value: float) -> str:
        return format_number(value, fine)

    linear = (number(a), number(b), number(c), number(d))
    move = (format_number(e, decimals), format_number(f, decimals))
    if linear == ("1", "0", "0", "1"):
        if move == ("0", "0"):
            return ""
        return f"translate({move[0]})" if move[1] == "0" else f"translate({move[0]} {move[1]})"
    if linear[1:3] == ("0", "0") and move == ("0", "0"):
        same = linear[0] == linear[3]
        return f"scale({linear[0]})" if same else f"scale({linear[0]} {linear[3]})"
    return f"matrix({' '.join((*linear, *move))})"


def decompose(matrix: Matrix) -> Parts:
    """Translate · rotate · skewX · scale that give the matrix; a flip is a negative y scale."""
    a, b, c, d, e, f = matrix
    scale_x = math.hypot(a, b)
    if scale_x == 0.0:
        scale_y = math.hypot(c, d)
        angle = math.degrees(math.atan2(d, c)) - 90.0 if scale_y else 0.0
        return Parts((e, f), angle, 0.0, (0.0, scale_y))
    determinant = a * d - b * c
    scale_y = determinant / scale_x
    rotate = math.degrees(math.atan2(b, a))
    skew = math.degrees(math.atan2(a * c + b * d, determinant)) if determinant else 0.0
    if determinant < 0:
        skew = math.degrees(math.atan2(-(a * c + b * d), -determinant))
    return Parts((e, f), rotate, skew, (scale_x, scale_y))


def compose(parts: Parts) -> Matrix:
    """The matrix that `decompose` took apart."""
    matrix = multiply(translation(*parts.translate), rotation(parts.rotate))
    skewed = (1.0, 0.0, math.tan(math.radians(parts.skew)), 1.0, 0.0, 0.0)
    return multiply(multiply(matrix, skewed), scaling(*parts.scale))
