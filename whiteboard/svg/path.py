"""Path data: parse, write, measure (SVG 1.1 section 8.3 and its error handling, appendix F.2).

A `Path` is absolute and made of M, L, C and Z alone. A path in error is drawn up to the last good
segment.
"""

from __future__ import annotations

import itertools
import math
import re
from collections.abc import Iterable, Iterator
from typing import TypeAlias

from whiteboard.svg.plan import Matrix, Path, Rect, Segment
from whiteboard.svg.transform import format_number
from whiteboard.svg.units import LIMIT

_COMMAND = re.compile(r"[\s]*([MmZzLlHhVvCcSsQqTtAa])")
_NUMBER = re.compile(r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?")
_SEPARATOR = re.compile(r"\s*,?\s*")
_COUNT = {"M": 2, "L": 2, "H": 1, "V": 1, "C": 6, "S": 4, "Q": 4, "T": 2, "A": 7, "Z": 0}
_PLAIN = r"(?>[-+]?(?:\d{1,15}(?:\.\d{0,15})?|\.\d{1,15}))(?![\deE])"
_PLAIN_LIST = re.compile(rf"[\s]*+(?:{_PLAIN}(?:\s*+,?\s*+{_PLAIN})*+)?+[\s]*+(?=[A-Za-z]|\Z)")
"""Ordinary arguments of a command up to the next one; what it does not match goes the slow way.

Possessive, so that hostile data cannot make it backtrack.
"""
_PLAIN_NUMBER = re.compile(r"[-+]?(?:\d+\.?\d*|\.\d+)")

Point: TypeAlias = tuple[float, float]
Cubic: TypeAlias = tuple[float, float, float, float, float, float, float, float]
MAX_SEGMENTS = 1_000_000
"""Beyond this a path is cut off: nobody draws it, and it would freeze the program."""


def parse(d: str | None) -> tuple[Path, bool]:
    """Path data as (path, sound); `sound` is false where it was cut off at an error."""
    if not d or d.strip() in ("", "none"):
        return ((), True)
    return _Builder().run(d)


def parse_path(d: str | None) -> Path:
    """Path data up to its first error."""
    return parse(d)[0]


class _Builder:
    """Turns commands into absolute segments; keeps the pen and the last control point."""

    def __init__(self) -> None:
        self.out: list[Segment] = []
        self.x = self.y = 0.0
        self.start_x = self.start_y = 0.0
        self.control: tuple[str, float, float] = ("", 0.0, 0.0)
        self.open = False

    def run(self, d: str) -> tuple[Path, bool]:
        sound = True
        position = 0
        size = len(d.rstrip())
        first = True
        while position < size:
            match = _COMMAND.match(d, position)
            if match is None or (first and match[1] not in "Mm"):
                sound = False
                break
            position, good = self._command(match[1], d, match.end(), size)
            first = False
            if not good or len(self.out) > MAX_SEGMENTS:
                sound = False
                break
        return (tuple(self.out), sound)

    def _command(self, letter: str, d: str, position: int, size: int) -> tuple[int, bool]:
        """Draw one command with all its repetitions; returns where it ended and if it was sound."""
        upper = letter.upper()
        relative = letter != upper
        if upper == "Z":
            self._close()
            return position, True
        count = _COUNT[upper]
        plain = None if upper == "A" else _PLAIN_LIST.match(d, position)
        if plain is not None:
            values = [float(word) for word in _PLAIN_NUMBER.findall(plain[0])]
            position, good = plain.end(), True
        elif upper == "A":
            values, position, good = _arc_numbers(d, position)
        else:
            values, position, good = _numbers(d, position)
        usable = len(values) - len(values) % count
        good = good and usable == len(values) and usable > 0
        if letter == "c" and usable:  # pen strokes are nearly nothing else
            self._relative_cubics(values, usable)
            return position, good
        draw = getattr(self, f"_draw_{upper.lower()}")
        for i in range(0, usable, count):
            draw(values[i : i + count], relative)
            if upper == "M":  # the points after the first are lines
                draw = self._draw_l
        return position, good

    def _relative_cubics(self, values: list[float], usable: int) -> None:
        self._begin()
        x, y = self.x, self.y
        add = self.out.append
        numbers = iter(values[:usable])
        for x1, y1, x2, y2, dx, dy in zip(*[numbers] * 6, strict=True):
            add(("C", x + x1, y + y1, x + x2, y + y2, x + dx, y + dy))
            x, y = x + dx, y + dy
        self.x, self.y = x, y
        last = self.out[-1]
        self.control = ("C", last[3], last[4])  # type: ignore[misc] # a cubic, just added

    def _begin(self) -> None:
        if not self.open:  # after Z the next subpath starts where the last one did
            self.out.append(("M", self.x, self.y))
            self.open = True

    def _close(self) -> None:
        if self.open:
            self.out.append(("Z",))
        self.open = False
        self.x, self.y = self.start_x, self.start_y
        self.control = ("", 0.0, 0.0)

    def _line(self, x: float, y: float) -> None:
        self._begin()
        self.out.append(("L", x, y))
        self.x, self.y = x, y
        self.control = ("", 0.0, 0.0)

    def _cubic(self, x1: float, y1: float, x2: float, y2: float, x: float, y: float) -> None:
        self._begin()
        self.out.append(("C", x1, y1, x2, y2, x, y))
        self.x, self.y = x, y
        self.control = ("C", x2, y2)

    def _quadratic(self, x1: float, y1: float, x: float, y: float) -> None:
        x0, y0 = self.x, self.y
        self._cubic(
            x0 + (x1 - x0) * 2 / 3,
            y0 + (y1 - y0) * 2 / 3,
            x + (x1 - x) * 2 / 3,
            y + (y1 - y) * 2 / 3,
            x,
            y,
        )
        self.control = ("Q", x1, y1)

    def _reflected(self, kind: str) -> Point:
        if self.control[0] != kind:
            return (self.x, self.y)
        return (2 * self.x - self.control[1], 2 * self.y - self.control[2])

    def _draw_m(self, v: list[float], relative: bool) -> None:
        x, y = (self.x + v[0], self.y + v[1]) if relative else (v[0], v[1])
        self.out.append(("M", x, y))
        self.x, self.y = self.start_x, self.start_y = x, y
        self.open = True
        self.control = ("", 0.0, 0.0)

    def _draw_l(self, v: list[float], relative: bool) -> None:
        if relative:
            self._line(self.x + v[0], self.y + v[1])
        else:
            self._line(v[0], v[1])

    def _draw_h(self, v: list[float], relative: bool) -> None:
        self._line(self.x + v[0] if relative else v[0], self.y)

    def _draw_v(self, v: list[float], relative: bool) -> None:
        self._line(self.x, self.y + v[0] if relative else v[0])

    def _draw_c(self, v: list[float], relative: bool) -> None:
        x, y = (self.x, self.y) if relative else (0.0, 0.0)
        self._cubic(x + v[0], y + v[1], x + v[2], y + v[3], x + v[4], y + v[5])

    def _draw_s(self, v: list[float], relative: bool) -> None:
        x, y = (self.x, self.y) if relative else (0.0, 0.0)
        first = self._reflected("C")
        self._cubic(*first, x + v[0], y + v[1], x + v[2], y + v[3])

    def _draw_q(self, v: list[float], relative: bool) -> None:
        x, y = (self.x, self.y) if relative else (0.0, 0.0)
        self._quadratic(x + v[0], y + v[1], x + v[2], y + v[3])

    def _draw_t(self, v: list[float], relative: bool) -> None:
        x, y = (self.x, self.y) if relative else (0.0, 0.0)
        first = self._reflected("Q")
        self._quadratic(*first, x + v[0], y + v[1])

    def _draw_a(self, v: list[float], relative: bool) -> None:
        x, y = (self.x, self.y) if relative else (0.0, 0.0)
        end = (x + v[5], y + v[6])
        if v[0] == 0 or v[1] == 0:
            self._line(*end)
            return
        for curve in arc((self.x, self.y), v[0], v[1], v[2], v[3] != 0, v[4] != 0, end):
            self._cubic(*curve)
        self.control = ("", 0.0, 0.0)


def _numbers(d: str, position: int) -> tuple[list[float], int, bool]:
    """As many numbers as follow; with where they end, and whether no comma is left over."""
    values: list[float] = []
    match = _NUMBER.match(d, _skip_space(d, position))
    while match is not None:
        value = float(match[0])
        if not math.isfinite(value):
            return values, match.end(), False
        values.append(value)
        position = match.end()
        between = _SEPARATOR.match(d, position)
        after = between.end() if between else position
        match = _NUMBER.match(d, after)
        if match is None and "," in d[position:after]:
            return values, after, False
    return values, position, True


def _arc_numbers(d: str, position: int) -> tuple[list[float], int, bool]:
    """As `_numbers`, but the flags of an arc are one digit each and may be glued together."""
    values: list[float] = []
    after = _skip_space(d, position)
    while True:
        slot = len(values) % 7
        if slot in (3, 4):
            if d[after : after + 1] not in ("0", "1"):
                return values, position, False
            values.append(float(d[after]))
            position = after + 1
        else:
            match = _NUMBER.match(d, after)
            if match is None:
                return values, position, "," not in d[position:after]
            value = float(match[0])
            if not math.isfinite(value):
                return values, position, False
            values.append(value)
            position = match.end()
        between = _SEPARATOR.match(d, position)
        after = between.end() if between else position


def _skip_space(d: str, position: int) -> int:
    while d[position : position + 1] in (" ", "\t", "\n", "\r", "\f"):
        position += 1
    return position


def arc(
    start: Point, rx: float, ry: float, degrees: float, large: bool, sweep: bool, end: Point
) -> Iterator[tuple[float, float, float, float, float, float]]:
    """The cubics of an elliptical arc, each at most a quarter turn (SVG 1.1 appendix F.6)."""
    if start == end:
        return
    rx, ry = abs(rx), abs(ry)
    phi = math.radians(degrees % 360.0)
    cos, sin = math.cos(phi), math.sin(phi)
    half_x, half_y = (start[0] - end[0]) / 2, (start[1] - end[1]) / 2
    x, y = cos * half_x + sin * half_y, -sin * half_x + cos * half_y
    too_small = (x / rx) ** 2 + (y / ry) ** 2
    if too_small > 1:
        rx, ry = rx * math.sqrt(too_small), ry * math.sqrt(too_small)
    below = (rx * y) ** 2 + (ry * x) ** 2
    root = math.sqrt(max(0.0, (rx * ry) ** 2 - below) / below) if below else 0.0
    if large == sweep:
        root = -root
    centre_x, centre_y = root * rx * y / ry, -root * ry * x / rx
    cx = cos * centre_x - sin * centre_y + (start[0] + end[0]) / 2
    cy = sin * centre_x + cos * centre_y + (start[1] + end[1]) / 2
    theta = math.atan2((y - centre_y) / ry, (x - centre_x) / rx)
    delta = math.atan2((-y - centre_y) / ry, (-x - centre_x) / rx) - theta
    if sweep and delta < 0:
        delta += 2 * math.pi
    elif not sweep and delta > 0:
        delta -= 2 * math.pi
    count = max(1, math.ceil(abs(delta) / (math.pi / 2) - 1e-9))
    step = delta / count
    handle = 4 / 3 * math.tan(step / 4)

    def at(u: float, v: float) -> Point:
        return (cx + cos * rx * u - sin * ry * v, cy + sin * rx * u + cos * ry * v)

    for i in range(count):
        a, b = theta + i * step, theta + (i + 1) * step
        cos_a, sin_a, cos_b, sin_b = math.cos(a), math.sin(a), math.cos(b), math.sin(b)
        first = at(cos_a - handle * sin_a, sin_a + handle * cos_a)
        second = at(cos_b + handle * sin_b, sin_b - handle * cos_b)
        yield (*first, *second, *(end if i == count - 1 else at(cos_b, sin_b)))


def format_path(path: Path, decimals: int = 2) -> str:
    """Path data in relative commands, as short as the rounding allows.

    Rounding is against the point already written, so errors do not add up along the path.
    """
    scale = 10**decimals
    out: list[str] = []
    last = ""
    px = py = start_x = start_y = 0  # where the written path stands, in rounded steps

    def write(command: str, *values: int) -> None:
        nonlocal last
        text = "" if command == last or (command == "l" and last == "m") else command
        for value in values:
            word = _short(value, scale, decimals)
            if text and (text[-1].isdigit() or text[-1] == ".") and word[0] != "-":
                text += " "
            elif not text and out and word[0] != "-":
                text = " "
            text += word
        out.append(text)
        last = command

    for segment in path:
        match segment:
            case ("M", x, y):
                ix, iy = round(x * scale), round(y * scale)
                if out:
                    write("m", ix - px, iy - py)
                else:
                    write("M", ix, iy)
                    last = "l_after_M"
                px, py = start_x, start_y = ix, iy
            case ("L", x, y):
                ix, iy = round(x * scale), round(y * scale)
                write("l", ix - px, iy - py)
                px, py = ix, iy
            case ("C", x1, y1, x2, y2, x, y):
                ix, iy = round(x * scale), round(y * scale)
                write(
                    "c",
                    round(x1 * scale) - px,
                    round(y1 * scale) - py,
                    round(x2 * scale) - px,
                    round(y2 * scale) - py,
                    ix - px,
                    iy - py,
                )
                px, py = ix, iy
            case _:
                write("z")
                px, py = start_x, start_y
    return "".join(out)


def _short(value: int, scale: int, decimals: int) -> str:
    text = format_number(value / scale, decimals)
    if text.startswith("0."):
        return text[1:]
    return f"-{text[2:]}" if text.startswith("-0.") else text


def transformed(path: Path, matrix: Matrix) -> Path:
    """The path in the space that the matrix maps to."""
    a, b, c, d, e, f = matrix
    out: list[Segment] = []
    for segment in path:
        if len(segment) == 3:
            name, x, y = segment
            out.append((name, a * x + c * y + e, b * x + d * y + f))
        elif len(segment) == 7:
            name, x1, y1, x2, y2, x, y = segment
            out.append(
                (
                    name,
                    a * x1 + c * y1 + e,
                    b * x1 + d * y1 + f,
                    a * x2 + c * y2 + e,
                    b * x2 + d * y2 + f,
                    a * x + c * y + e,
                    b * x + d * y + f,
                )
            )
        else:
            out.append(segment)
    return tuple(out)


def clamped(path: Path) -> tuple[Path, bool]:
    """The path with every coordinate in what drawing bears; and whether one was not."""
    for segment in path:
        for value in segment[1:]:
            if not -LIMIT <= value <= LIMIT:
                break
        else:
            continue
        break
    else:
        return path, False
    return tuple(_clamp_segment(segment) for segment in path), True


def _clamp_segment(segment: Segment) -> Segment:
    values = tuple(min(LIMIT, max(-LIMIT, v)) if v == v else 0.0 for v in segment[1:])  # noqa: PLR0124 - NaN
    return (segment[0], *values)  # type: ignore[return-value] # as long as it was


def bounds(path: Path) -> Rect | None:
    """The exact box of the outline: curves by their extremes, not their handles. None if empty."""
    left = top = math.inf
    right = bottom = -math.inf
    px = py = 0.0
    for segment in path:
        if len(segment) == 1:
            continue
        x, y = segment[-2:]
        if len(segment) == 7:
            _, x1, y1, x2, y2, x, y = segment
            if not (left <= x1 <= right and left <= x2 <= right):
                low, high = _extremes(px, x1, x2, x)
                left, right = min(left, low), max(right, high)
            if not (top <= y1 <= bottom and top <= y2 <= bottom):
                low, high = _extremes(py, y1, y2, y)
                top, bottom = min(top, low), max(bottom, high)
        left = min(left, x)
        right = max(right, x)
        top = min(top, y)
        bottom = max(bottom, y)
        px, py = x, y
    if left > right:
        return None
    return Rect(left, top, right - left, bottom - top)


def _extremes(p0: float, p1: float, p2: float, p3: float) -> tuple[float, float]:
    low, high = (p0, p3) if p0 <= p3 else (p3, p0)
    if low <= p1 <= high and low <= p2 <= high:
        return low, high
    a = -p0 + 3 * p1 - 3 * p2 + p3
    b = 2 * (p0 - 2 * p1 + p2)
    c = p1 - p0
    for t in _roots(a, b, c):
        if 0 < t < 1:
            u = 1 - t
            value = u * u * u * p0 + 3 * u * u * t * p1 + 3 * u * t * t * p2 + t * t * t * p3
            low, high = min(low, value), max(high, value)
    return low, high


def _roots(a: float, b: float, c: float) -> tuple[float, ...]:
    """Where a t² + b t + c is 0, by the form that does not cancel."""
    if abs(a) < 1e-12 * (abs(b) + abs(c)):
        return (-c / b,) if b else ()
    discriminant = b * b - 4 * a * c
    if discriminant < 0:
        return ()
    q = -(b + math.copysign(math.sqrt(discriminant), b)) / 2
    return (q / a, c / q) if q else (0.0,)


def flatten(path: Path, tolerance: float = 0.25) -> list[list[Point]]:
    """Polylines, one a subpath, at most about `tolerance` away from the path.

    A closed subpath ends with its first point.
    """
    out: list[list[Point]] = []
    line: list[Point] = []
    for segment in path:
        match segment:
            case ("M", x, y):
                line = [(x, y)]
                out.append(line)
            case ("L", x, y):
                line.append((x, y))
            case ("C", x1, y1, x2, y2, x, y):
                _flatten_cubic((*line[-1], x1, y1, x2, y2, x, y), tolerance, line)
            case _:
                line.append(line[0])
    return out


def _flatten_cubic(curve: Cubic, tolerance: float, line: list[Point]) -> None:
    x0, y0, x1, y1, x2, y2, x3, y3 = curve
    bend = max(
        math.hypot(x0 - 2 * x1 + x2, y0 - 2 * y1 + y2),
        math.hypot(x1 - 2 * x2 + x3, y1 - 2 * y2 + y3),
    )
    # Wang's bound: n = sqrt(3·2/8 · bend / tolerance) equal steps stay within the tolerance.
    count = min(500, max(1, math.ceil(math.sqrt(0.75 * bend / tolerance))))
    for i in range(1, count):
        t = i / count
        u = 1 - t
        a, b, c, d = u * u * u, 3 * u * u * t, 3 * u * t * t, t * t * t
        line.append((a * x0 + b * x1 + c * x2 + d * x3, a * y0 + b * y1 + c * y2 + d * y3))
    line.append((x3, y3))


def length(path: Path, tolerance: float = 0.05) -> float:
    """How long the outline is, all subpaths together."""
    return sum(math.dist(a, b) for line in flatten(path, tolerance) for a, b in _pairs(line))


def _pairs(line: list[Point]) -> Iterable[tuple[Point, Point]]:
    return itertools.pairwise(line)


def area(path: Path) -> float:
    """Twice the signed area inside, positive where it turns from the x axis to the y axis."""
    return sum(
        a[0] * b[1] - b[0] * a[1]
        for line in flatten(path)
        for a, b in zip(line, [*line[1:], line[0]], strict=True)
    )


def reversed_path(path: Path) -> Path:
    """The same outline drawn the other way round."""
    out: list[Segment] = []
    part: list[Segment] = []
    for segment in (*path, ("M", 0.0, 0.0)):
        if segment[0] == "M" and part:
            out.extend(_reversed_part(part))
            part = []
        part.append(segment)
    return tuple(out)


def _reversed_part(part: list[Segment]) -> list[Segment]:
    closed = part[-1][0] == "Z"
    body = part[:-1] if closed else part
    out: list[Segment] = [("M", *body[-1][-2:])]
    for before, segment in zip(reversed(body[:-1]), reversed(body[1:]), strict=True):
        end = before[-2:]
        if len(segment) == 7:
            _, x1, y1, x2, y2, _, _ = segment
            out.append(("C", x2, y2, x1, y1, *end))
        else:
            out.append(("L", *end))
    if closed:
        out.append(("Z",))
    return out
