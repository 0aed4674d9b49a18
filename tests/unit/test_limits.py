"""docs/architecture.md section 9: every limit it names is there, and is a limit."""

from __future__ import annotations

import importlib
import re
from pathlib import Path

import pytest

from whiteboard.model.history import Limits

TEXT = (Path(__file__).parents[2] / "docs" / "architecture.md").read_text(encoding="utf-8")
SECTION = TEXT.partition("\n## 9. ")[2]
ROWS = [line.split("|")[1:-1] for line in SECTION.splitlines() if line.startswith("| ")][1:]
NAMED = [
    (re.findall(r"`([^`]+)`", row[1])[0], name)
    for row in ROWS
    for name in re.findall(r"`([^`]+)`", row[2])
]


def test_the_table_is_there():
    assert len(ROWS) > 30


@pytest.mark.parametrize(("path", "name"), NAMED)
def test_a_limit_of_the_table_is_in_its_module(path: str, name: str):
    module = importlib.import_module("whiteboard." + path.removesuffix(".py").replace("/", "."))
    value = getattr(module, name)
    assert value is Limits or 0 < value <= 10**18
