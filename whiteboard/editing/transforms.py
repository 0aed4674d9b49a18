"""Moving and resizing elements by their own attributes wherever that says the same.

A rectangle that is resized gets another `width`, not a `transform`: strokes keep their width, the
file stays readable, and two people who change different attributes both keep their change.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator, Mapping

from whiteboard.model.ids import Rid
from whiteboard.model.ops import Kind
from whiteboard.model.shared import SharedDocument, SharedTransaction
from whiteboard.svg.path import format_path, parse, transformed
from whiteboard.svg.plan import IDENTITY, SVG_NS, Matrix
from whiteboard.svg.transform import (
    apply,
    format_number,
    format_transform,
    invert,
    mean_scale,
    multiply,
    parse_transform,
)

Values = Mapping[str, str | None]
"""Attribute -> its new value; None takes it away."""

_PLAIN = re.compile(r"\s*[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?(px)?\s*")
_NUMBER = re.compile(r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?")
_RELATIVE_PATH = re.compile(
    r"\s*([Mm])\s*([-+]?(?:\d+\.?\d*|\.\d+))[\s,]*([-+]?(?:\d+\.?\d*|\.\d+))([a-z\d\s.,+-]*)"
)
_IMPLICIT = re.compile(r"[\s,]*[-+.\d]").match
"""After `M`, more numbers are lines to absolute points."""
_SERVERS = ("fill", "stroke", "style", "clip-path", "mask", "filter")
_MAX_DECIMALS = 6


class _NotPlainError(Exception):
    """A value is not a plain number of user units."""


def parent_to_root(document: SharedDocument, rid: Rid) -> Matrix:
    """From the space that the element's `transform` lives in to the root's, by attributes alone.

    Nested `svg` elements with a `viewBox` are not looked into; the canvas's geometry knows better.
    """
    matrix = IDENTITY
    parent = document.parent(rid)
    while parent is not None and parent != document.root and document.is_visible(parent):
        own = parse_transform(document.attribute(parent, "transform"))
        if own is not None:
            matrix = multiply(own, matrix)
        parent = document.parent(parent)
    return matrix


def apply_matrix(
    transaction: SharedTransaction,
    document: SharedDocument,
    rid: Rid,
    matrix: Matrix,
    to_root: Matrix,
) -> bool:
    """Transform one element by `matrix`, given in the root's space.

    `to_root` leads from the space of the element's `transform` attribute to the root's.

    Returns:
        False if nothing could be done, because a space is flattened to a line.
    """
    own = parse_transform(document.attribute(rid, "transform")) or IDENTITY
    back = invert(multiply(to_root, own))
    parent_back = invert(to_root)
    if back is None or parent_back is None:
        return False
    local = _tidy(multiply(back, multiply(matrix, multiply(to_root, own))))
    decimals = _decimals(multiply(to_root, own))
    if not _has_own_space(document, rid):
        try:
            if _by_attributes(transaction, document, rid, local, decimals):
                return True
        except _NotPlainError:
            pass
    new = _tidy(multiply(multiply(parent_back, multiply(matrix, to_root)), own))
    text = format_transform(new, _decimals(to_root))
    _write(transaction, document, rid, {"transform": text or None})
    return True


def _tidy(matrix: Matrix) -> Matrix:
    """Without the dust that multiplying leaves where a factor should be 0 or 1."""
    a, b, c, d, e, f = (
        float(round(value)) if abs(value - round(value)) < 1e-9 else value for value in matrix
    )
    return (a, b, c, d, e, f)


def _decimals(to_root: Matrix) -> int:
    """Decimals that are worth a hundredth of a unit of the root."""
    scale = mean_scale(to_root)
    if scale <= 1 or not math.isfinite(scale):
        return 2
    return min(_MAX_DECIMALS, 2 + math.ceil(math.log10(scale)))


def _has_own_space(document: SharedDocument, rid: Rid) -> bool:
    """Whether its paint may be tied to its user space (a gradient, a clip), which moves along."""
    values = (document.attribute(rid, name) or "" for name in _SERVERS)
    return any("url(" in value or "transform" in value for value in values)


def _write(
    transaction: SharedTransaction, document: SharedDocument, rid: Rid, values: Values
) -> None:
    for name, value in values.items():
        if value != document.attribute(rid, name):
            transaction.set_attribute(rid, name, value)


def _length(document: SharedDocument, rid: Rid, name: str, default: str = "0") -> float:
    text = document.attribute(rid, name) or default
    return _plain(text)


def _plain(text: str) -> float:
    """A number of user units.

    Raises:
        _NotPlainError: it has a unit, or is none.
    """
    if not _PLAIN.fullmatch(text):
        raise _NotPlainError
    value = float(text.strip().removesuffix("px"))
    if not math.isfinite(value):
        raise _NotPlainError
    return value


def _by_attributes(
    transaction: SharedTransaction, document: SharedDocument, rid: Rid, local: Matrix, decimals: int
) -> bool:
    if document.ns(rid) != SVG_NS:
        return False
    name = document.name(rid)
    if name == "text":
        return _text(transaction, document, rid, local, decimals)
    if name == "circle" and abs(local[0]) != abs(local[3]):
        return _circle_to_ellipse(transaction, document, rid, local, decimals)
    writer = _WRITERS.get(name)
    values = writer(document, rid, local, decimals) if writer else None
    if values is None:
        return False
    _write(transaction, document, rid, values)
    return True


def _is_upright(matrix: Matrix) -> bool:
    return matrix[1] == 0 and matrix[2] == 0


def _is_translation(matrix: Matrix) -> bool:
    return matrix[:4] == (1, 0, 0, 1)


def _box(document: SharedDocument, rid: Rid, local: Matrix, decimals: int) -> Values | None:
    if not _is_upright(local):
        return None
    x, y = apply(local, _length(document, rid, "x"), _length(document, rid, "y"))
    if _is_translation(local):
        return {"x": format_number(x, decimals), "y": format_number(y, decimals)}
    width = _length(document, rid, "width") * local[0]
    height = _length(document, rid, "height") * local[3]
    return {
        "x": format_number(min(x, x + width), decimals),
        "y": format_number(min(y, y + height), decimals),
        "width": format_number(abs(width), decimals),
        "height": format_number(abs(height), decimals),
    }


def _picture(document: SharedDocument, rid: Rid, local: Matrix, decimals: int) -> Values | None:
    if local[0] < 0 or local[3] < 0:
        return None  # a mirrored picture needs a matrix
    values = _box(document, rid, local, decimals)
    if values is None or math.isclose(local[0], local[3], rel_tol=1e-6):
        return values
    return {**values, "preserveAspectRatio": "none"}


def _moved_only(document: SharedDocument, rid: Rid, local: Matrix, decimals: int) -> Values | None:
    return _box(document, rid, local, decimals) if _is_translation(local) else None


def _round(document: SharedDocument, rid: Rid, local: Matrix, decimals: int) -> Values | None:
    if not _is_upright(local):
        return None
    cx, cy = apply(local, _length(document, rid, "cx"), _length(document, rid, "cy"))
    values: dict[str, str | None] = {
        "cx": format_number(cx, decimals),
        "cy": format_number(cy, decimals),
    }
    if _is_translation(local):
        return values
    radii = {"r": local[0]} if document.name(rid) == "circle" else {"rx": local[0], "ry": local[3]}
    for name, factor in radii.items():
        values[name] = format_number(abs(_length(document, rid, name, "auto") * factor), decimals)
    return values


def _circle_to_ellipse(
    transaction: SharedTransaction, document: SharedDocument, rid: Rid, local: Matrix, decimals: int
) -> bool:
    if not _is_upright(local):
        return False
    radius = _length(document, rid, "r")
    cx, cy = apply(local, _length(document, rid, "cx"), _length(document, rid, "cy"))
    transaction.rename(rid, "ellipse", SVG_NS)
    values = {
        "cx": format_number(cx, decimals),
        "cy": format_number(cy, decimals),
        "r": None,
        "rx": format_number(abs(radius * local[0]), decimals),
        "ry": format_number(abs(radius * local[3]), decimals),
    }
    _write(transaction, document, rid, values)
    return True


def _line(document: SharedDocument, rid: Rid, local: Matrix, decimals: int) -> Values:
    values: dict[str, str | None] = {}
    for x_name, y_name in (("x1", "y1"), ("x2", "y2")):
        x, y = apply(local, _length(document, rid, x_name), _length(document, rid, y_name))
        values[x_name], values[y_name] = format_number(x, decimals), format_number(y, decimals)
    return values


def _points(document: SharedDocument, rid: Rid, local: Matrix, decimals: int) -> Values:
    numbers = [float(n) for n in _NUMBER.findall(document.attribute(rid, "points") or "")]
    pairs = (apply(local, x, y) for x, y in zip(numbers[::2], numbers[1::2], strict=False))
    return {
        "points": " ".join(
            f"{format_number(x, decimals)},{format_number(y, decimals)}" for x, y in pairs
        )
    }


def _path(document: SharedDocument, rid: Rid, local: Matrix, decimals: int) -> Values | None:
    d = document.attribute(rid, "d")
    if d is None:
        return {}
    relative = _RELATIVE_PATH.fullmatch(d)
    if relative and _is_translation(local) and (relative[1] == "m" or not _IMPLICIT(relative[4])):
        # Only where it starts: the rest stays as its author wrote it, with nothing rounded again.
        letter, x, y, rest = relative.groups()
        new_x, new_y = apply(local, float(x), float(y))
        start = f"{letter}{format_number(new_x, decimals)} {format_number(new_y, decimals)}"
        return {"d": start + rest}
    path, sound = parse(d)
    if not sound:
        return None
    return {"d": format_path(transformed(path, local), decimals)}


_WRITERS: Mapping[str, Callable[[SharedDocument, Rid, Matrix, int], Values | None]] = {
    "rect": _box,
    "foreignObject": _box,
    "image": _picture,
    "use": _moved_only,
    "svg": _moved_only,
    "circle": _round,
    "ellipse": _round,
    "line": _line,
    "polyline": _points,
    "polygon": _points,
    "path": _path,
}


def _text(
    transaction: SharedTransaction, document: SharedDocument, rid: Rid, local: Matrix, decimals: int
) -> bool:
    is_translation = _is_translation(local)
    if not is_translation and not (_is_upright(local) and 0 < local[0] == local[3]):
        return False
    planned: list[tuple[Rid, dict[str, str | None]]] = []
    for part in (rid, *_descendants(document, rid)):
        values: dict[str, str | None] = {}
        for name, scale, offset in (("x", local[0], local[4]), ("y", local[3], local[5])):
            text = document.attribute(part, name)
            if text is None and part == rid:
                text = "0"
            if text is not None:
                values[name] = _shifted(text, scale, offset, decimals)
        if not is_translation:
            if any(document.attribute(part, name) for name in ("style", "dx", "rotate")):
                return False
            dy = document.attribute(part, "dy")
            if dy is not None and not dy.strip().endswith("em"):
                return False
            if part == rid or document.attribute(part, "font-size") is not None:
                size = _length(document, part, "font-size", "none")
                values["font-size"] = format_number(size * local[0], decimals)
        planned.append((part, values))
    if any(document.name(part) == "textPath" for part, _ in planned):
        return False
    for part, values in planned:
        _write(transaction, document, part, values)
    return True


def _descendants(document: SharedDocument, rid: Rid) -> Iterator[Rid]:
    for child in document.children(rid):
        if document.kind(child) is Kind.ELEMENT:
            yield child
            yield from _descendants(document, child)


def _shifted(text: str, scale: float, offset: float, decimals: int) -> str:
    """A list of coordinates, scaled and moved."""
    values = [_plain(word) for word in text.replace(",", " ").split()]
    return " ".join(format_number(value * scale + offset, decimals) for value in values)
