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


def shown(row: Row | None) -> str:
    """A value with what became of its target."""
    if row is None or row["value"] is None:
        return ""
    met = {True: "", False: " missed", None: ""}[row["met"]]
    return f"{number(row['value'])} {row['unit']}{met}"


def main() -> None:
    released = dict(rows_of(RELEASED))
    print("| figure | from source | as released | target | peer | ratio |")
    print("|---|--:|--:|--:|--:|--:|")
    for key, row in rows_of(SOURCE):
        best = released.get(key, row)
        name = (
            row["name"].strip()
            if row["name"] == row["name"].strip()
            else f"… {row['name'].strip()}"
        )
        peer = f"{row['peer']} {number(best['peer_value'])}" if row["peer"] else ""
        cells = (
            name, shown(row), shown(released.get(key)), number(row["target"]), peer,
            number(best["ratio"]),
        )  # fmt: skip
        print(f"| {' | '.join(cells)} |")


if __name__ == "__main__":
    main()
