"""`python -m benchmarks [NAME…]`: measure, print one table, write build/bench.json.

A module that cannot run here (no Prosody, no pycrdt) becomes a row that says so; the others go on.
"""

from __future__ import annotations

import importlib
import os
import sys
import time
from pathlib import Path

os.environ["QT_QPA_PLATFORM"] = "offscreen"

from benchmarks.figure import Figure, not_measured, print_table, write_json
from whiteboard.app import collector

# The canvas comes last: its boards stay in memory, and the collector would look at them.
MODULES = (
    "wire", "engine", "memory", "validation", "text", "journal", "past", "latency", "join",
    "crowd", "canvas",
)  # fmt: skip


def measured(name: str) -> list[Figure]:
    start = time.monotonic()
    print(f"measuring {name} …", end=" ", file=sys.stderr, flush=True)
    try:
        figures: list[Figure] = importlib.import_module(f"benchmarks.{name}").figures()
    except Exception as error:  # noqa: BLE001 - whatever it is, the table says so
        figures = [not_measured(name, error)]
    print(f"{time.monotonic() - start:.0f} s", file=sys.stderr, flush=True)
    return figures


def main(names: list[str]) -> int:
    unknown = set(names) - set(MODULES)
    if unknown:
        print(f"there is no {', '.join(sorted(unknown))}; choose from {', '.join(MODULES)}")
        return 2
    collector.tame()  # as the program does; what we are compared with runs in this process too
    figures = [figure for name in names or MODULES for figure in measured(name)]
    print_table(figures)
    write_json(figures, Path("build/bench.json"))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
