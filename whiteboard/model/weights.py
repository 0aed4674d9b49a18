"""Weights order siblings: numbers as people write them, with room between them (SYNC 1.1).

Equal weights are legal (the rid decides), so nothing here is needed for replicas to agree; it keeps
the numbers short and the places between neighbours from running out.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from fractions import Fraction

_DECIMAL = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?", re.ASCII)

SHORT = 6
"""Significant digits up to which a weight counts as short."""
LONGEST_RUN = 16
"""How many siblings are given new weights at most to make room for one."""


def parse_weight(text: str) -> float:
    """The binary64 that `text` means; 0 for whatever is not a finite decimal number."""
    if text == "0" or _DECIMAL.fullmatch(text) is None:
        return 0.0
    value = float(text)
    return value if math.isfinite(value) and value else 0.0


def finite(weight: float) -> float:
    """`weight`, or 0 if it is no finite number."""
    return float(weight) if math.isfinite(weight) else 0.0


def format_weight(weight: float) -> str:
    """The shortest decimal that reads back as `weight`: `3`, `0.25`, `1e-5`, `1e22`."""
    weight = finite(weight)
    if weight.is_integer() and abs(weight) < 1e16:
        return str(int(weight))
    digits, _, exponent = repr(weight).partition("e")
    return f"{digits}e{int(exponent)}" if exponent else digits


def after(weight: float | None) -> float:
    """A weight behind the last sibling's (None: no sibling); equal to it only at huge numbers."""
    return 1.0 if weight is None else float(math.ceil(weight) + 1)


def ahead(weight: float) -> float:
    """A weight before the first sibling's."""
    return float(math.floor(weight) - 1)


def between(low: float, high: float, digits: int = 17) -> float | None:
    """The shortest decimal strictly between, near the middle; None if it needs more `digits`."""
    if not low < high:
        return None
    bottom, top = Fraction(low), Fraction(high)
    middle = (bottom + top) / 2
    exponent = math.floor(math.log10(max(abs(low), abs(high)))) + 1
    for power in range(exponent, exponent - 19, -1):
        step = Fraction(10) ** power
        first = math.floor(bottom / step) + 1
        last = math.ceil(top / step) - 1
        if first > last:
            continue
        count = min(max(round(middle / step), first), last)
        if len(str(abs(count)).rstrip("0")) > digits:
            return None
        weight = float(count * step)
        if low < weight < high:
            return weight
    return None


def make_room(
    weights: Sequence[float], slot: int, *, first: bool = True, last: bool = True
) -> tuple[float, dict[int, float]]:
    """A weight for a new sibling at index `slot` of the sorted `weights`.

    Args:
        weights: Those of the siblings around the slot.
        slot: Where the new one goes: after weights[:slot].
        first: weights[0] is of the first sibling of all.
        last: weights[-1] is of the last sibling of all.

    Returns:
        The weight, and new weights by index for those siblings that must step aside: empty as long
        as a short decimal fits, else the smallest run around the slot, at most LONGEST_RUN.
    """
    if slot == len(weights) and last:
        weight = after(weights[-1] if weights else None)
        if not weights or weight > weights[-1]:
            return weight, {}
    elif slot == 0 and first:
        weight = ahead(weights[0])
        if weight < weights[0]:
            return weight, {}
    else:
        short = between(weights[slot - 1], weights[slot], SHORT)
        if short is not None:
            return short, {}
    return _respace(weights, slot, first=first, last=last)


def _respace(
    weights: Sequence[float], slot: int, *, first: bool, last: bool
) -> tuple[float, dict[int, float]]:
    start = end = slot  # the run is weights[start:end]
    while True:
        integers = _integers(weights, start, end, first=first, last=last)
        if integers is not None:
            others = [*range(start, slot), *range(slot, end)]
            values = [value for i, value in enumerate(integers) if i != slot - start]
            return integers[slot - start], dict(zip(others, values, strict=True))
        if end - start >= LONGEST_RUN or (start == 0 and end == len(weights)):
            break
        if start > 0 and (slot - start <= end - slot or end == len(weights)):
            start -= 1
        else:
            end += 1
    if 0 < slot < len(weights):
        weight = between(weights[slot - 1], weights[slot])
        if weight is not None:
            return weight, {}
    return weights[min(slot, len(weights) - 1)], {}  # no number is left: the rid will decide


def _integers(
    weights: Sequence[float], start: int, end: int, *, first: bool, last: bool
) -> list[float] | None:
    """Integers for the run and the newcomer, strictly between the run's neighbours."""
    count = end - start + 1
    bottom = math.floor(weights[start - 1]) + 1 if start > 0 else None
    top = math.ceil(weights[end]) - 1 if end < len(weights) else None
    if (bottom is None and not first) or (top is None and not last):
        return None  # what stands beyond is not known
    if bottom is None:
        bottom = 1 if top is None else top - count + 1
    if top is None:
        top = bottom + count - 1
    room = top - bottom + 1
    if room < count or max(abs(bottom), abs(top)) >= 2**53:
        return None
    return [float(bottom + (2 * i + 1) * room // (2 * count)) for i in range(count)]
