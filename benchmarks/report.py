"""`python -m benchmarks.report`: the last figures, from source and as released, as in the docs."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from benchmarks.figure import RELEASED, SOURCE, number

Row = dict[str, Any]


def rows_of(path: Path) -> Iterator[tuple[str, Row]]:
    """Each row with a name of its own: an indented one belongs to the row above it."""
    head = ""
    for row in json.loads(path.read_text()) if path.exists() else ():
        if not row["name"].startswith(" "):
            head = row["name"]
        yield f"{head}/{row['name']}", row


def main() -> None:
    released = dict(rows_of(RELEASED))
    print("| figure | from source | as released | target | peer | ratio |")
    print("|---|--:|--:|--:|--:|--:|")
    for key, row in rows_of(SOURCE):
        best = released.get(key, row)  # this is what targets and peers are compared with
        name = row["name"].replace("  ", "… ", 1) if row["name"].startswith(" ") else row["name"]
        met = {True: " met", False: " missed", None: ""}[best["met"]]
        cells = (
            name,
            f"{number(row['value'])} {row['unit']}",
            f"{number(best['value'])} {row['unit']}" if key in released else "",
            number(row["target"]) + met,
            f"{row['peer']} {number(best['peer_value'])}" if row["peer"] else "",
            number(best["ratio"]),
        )
        print(f"| {' | '.join(cells)} |")


if __name__ == "__main__":
    main()
