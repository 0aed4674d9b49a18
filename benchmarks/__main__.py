"""`python -m benchmarks [NAME…]`: measure, print one table, write build/bench.json."""

from __future__ import annotations

import importlib
import os
import sys
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from benchmarks.figure import Figure, print_table, write_json

MODULES = ("engine", "wire", "canvas", "latency", "join")


def main(names: list[str]) -> None:
    figures: list[Figure] = []
    for name in names or MODULES:
        print(f"measuring {name} …", file=sys.stderr, flush=True)
        figures += importlib.import_module(f"benchmarks.{name}").figures()
    print_table(figures)
    write_json(figures, Path("build/bench.json"))


if __name__ == "__main__":
    main(sys.argv[1:])
