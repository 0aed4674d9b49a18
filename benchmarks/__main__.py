"""`python -m benchmarks [NAME…]`: measure, print one table, write build/bench.json.

With `--released` the package that is imported has to be the compiled one (scripts/compiled.py), and
it is build/bench-released.json. `python -m benchmarks.report` puts both into one table.

A module that cannot run here (no Prosody, no pycrdt) becomes a row that says so; the others go on.
"""

from __future__ import annotations

import importlib
import os
import sys
import time

os.environ["QT_QPA_PLATFORM"] = "offscreen"

from benchmarks.figure import RELEASED, SOURCE, Figure, not_measured, print_table, write_json
from whiteboard.app import collector
from whiteboard.model import history

# The canvas comes last: its boards stay in memory, and the collector would look at them.
MODULES = (
    "wire", "engine", "memory", "validation", "text", "journal", "past", "latency", "join",
    "throttled", "crowd", "canvas",
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
    released = "--released" in names
    names = [name for name in names if name != "--released"]
    if released != (not history.__file__.endswith(".py")):
        print("--released is for the compiled package, and only for that: see scripts/compiled.py")
        return 2
    unknown = set(names) - set(MODULES)
    if unknown:
        print(f"there is no {', '.join(sorted(unknown))}; choose from {', '.join(MODULES)}")
        return 2
    collector.tame()  # as the program does; what we are compared with runs in this process too
    figures = [figure for name in names or MODULES for figure in measured(name)]
    print_table(figures)
    write_json(figures, RELEASED if released else SOURCE)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
