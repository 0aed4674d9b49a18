"""One measured figure, and how the table and the JSON file show it."""

from __future__ import annotations

import gc
import json
import math
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

SOURCE = Path("build/bench.json")
RELEASED = Path("build/bench-released.json")
"""Where the figures of the last run are: from source, and of the compiled package."""


@dataclass(frozen=True)
class Figure:
    """A value with its unit; `target` and `peer_value` where there are any, no value if it failed.

    `more_is_better` says which side of the target is good. `ratio` is ours to the peer's, measured
    in the same run.
    """

    name: str
    value: float | None
    unit: str
    target: float | None = None
    more_is_better: bool = True
    peer: str | None = None
    peer_value: float | None = None

    @property
    def met(self) -> bool | None:
        if self.target is None or self.value is None:
            return None
        return self.value >= self.target if self.more_is_better else self.value <= self.target

    @property
    def ratio(self) -> float | None:
        return self.value / self.peer_value if self.peer_value and self.value is not None else None

    def as_json(self) -> dict[str, object]:
        return {
            "name": self.name,
            "value": self.value,
            "unit": self.unit,
            "target": self.target,
            "met": self.met,
            "peer": self.peer,
            "peer_value": self.peer_value,
            "ratio": self.ratio,
        }


def not_measured(name: str, error: Exception) -> Figure:
    """The row of a module that could not run."""
    reason = str(error).strip().splitlines() or [""]
    return Figure(f"{name}: not measured ({type(error).__name__}: {reason[0][:60]})", None, "")


def cpu_seconds(work: Callable[[], object]) -> float:
    """Processor time of one run of `work`: what else runs on the machine counts little.

    Garbage of what ran before is collected first.
    """
    gc.collect()
    start = time.process_time()
    work()
    return time.process_time() - start


def percentile(values: Sequence[float], share: float) -> float:
    """The value that `share` of all (0 to 1) do not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, math.ceil(share * len(ordered)) - 1)]


def print_table(figures: Sequence[Figure]) -> None:
    rows = [("figure", "value", "unit", "target", "", "peer", "peer value", "ratio")]
    rows += [
        (
            f.name,
            number(f.value),
            f.unit,
            number(f.target),
            {True: "met", False: "MISSED", None: ""}[f.met],
            f.peer or "",
            number(f.peer_value),
            number(f.ratio),
        )
        for f in figures
    ]
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    for row in rows:
        cells = (
            cell.rjust(width) if i in (1, 3, 6, 7) else cell.ljust(width)
            for i, (cell, width) in enumerate(zip(row, widths, strict=True))
        )
        print("  ".join(cells).rstrip())


def number(value: float | None) -> str:
    if value is None:
        return ""
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"


def write_json(figures: Sequence[Figure], path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps([f.as_json() for f in figures], indent=1) + "\n")
