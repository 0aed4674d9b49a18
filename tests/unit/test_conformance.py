"""docs/conformance.md and docs/architecture.md speak of things that exist."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
IDS = [
    f"{letter}{number}"
    for letter, count in {"G": 8, "T": 3, "E": 6, "F": 12, "S": 7, "H": 3, "D": 4}.items()
    for number in range(1, count + 1)
]


def table() -> dict[str, dict[str, str]]:
    """Id of a requirement -> its row, by column."""
    columns = ("id", "weight", "requirement", "state", "modules", "tests", "missing")
    rows = {}
    for line in (DOCS / "conformance.md").read_text(encoding="utf-8").splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if re.fullmatch(r"[A-Z]\d+", cells[0]):
            assert len(cells) == len(columns), line
            assert cells[0] not in rows, f"{cells[0]} is there twice"
            rows[cells[0]] = dict(zip(columns, cells, strict=True))
    return rows


ROWS = table()


@cache
def functions(path: Path) -> frozenset[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    defined = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
    return frozenset(node.name for node in ast.walk(tree) if isinstance(node, defined))


def quoted(cell: str) -> list[str]:
    return re.findall(r"`([^`]+)`", cell)


def test_all_requirements_have_a_row_in_their_order():
    assert list(ROWS) == IDS
    assert len(IDS) == 43


@pytest.mark.parametrize("id_", ROWS)
def test_a_row_names_modules_and_tests_that_exist(id_):
    row = ROWS[id_]
    for module in quoted(row["modules"]):
        assert (ROOT / "whiteboard" / module).is_file(), module
    for test in quoted(row["tests"]):
        path, separator, name = test.partition("::")
        assert separator, test
        assert name in functions(ROOT / "tests" / path), test


@pytest.mark.parametrize("id_", ROWS)
def test_the_state_of_a_row_fits_what_it_names(id_):
    row = ROWS[id_]
    assert row["weight"] in {"must", "should", "–"}
    if row["state"] == "open":
        assert row["missing"]
        return
    assert row["state"] in {"done", "part"}
    assert quoted(row["modules"])
    assert quoted(row["tests"])
    assert bool(row["missing"]) == (row["state"] == "part")


ARCHITECTURE = (DOCS / "architecture.md").read_text(encoding="utf-8")
FOLDERS = re.findall(r"^\*\*(\w+)/\*\*|\*\*(\w+)/\*\* –", ARCHITECTURE, re.MULTILINE)


def test_every_folder_of_the_program_is_described():
    described = {a or b for a, b in FOLDERS}
    there = {path.parent.name for path in (ROOT / "whiteboard").glob("*/__init__.py")}
    assert described >= there


def test_every_module_that_is_described_exists():
    section = ARCHITECTURE.partition("## 3. Modules")[2].partition("\n## ")[0]
    missing = []
    for paragraph in section.split("\n\n"):
        folders = re.findall(r"\*\*(\w+)/\*\*", paragraph)
        missing += [
            name
            for name in re.findall(r"`(\w+\.py)`", paragraph)
            if not any((ROOT / "whiteboard" / folder / name).is_file() for folder in folders)
        ]
    assert missing == []


def test_every_module_and_name_of_the_walks_exists():
    walks = ARCHITECTURE.partition("## 4. Five walks")[2].partition("\n## ")[0]
    known = frozenset().union(*(functions(path) for path in (ROOT / "whiteboard").rglob("*.py")))
    names = re.findall(r"`(?:[\w/]+\.py:\s)?(\w+)(?:\.(\w+))?(?:\([^`]*\))?`", walks)
    said = {part for pair in names for part in pair if part}
    told = {"TABLE", "restores", "svg"}
    assert sorted(said - known - told) == []
    for path in re.findall(r"`([\w/]+\.py)", ARCHITECTURE):
        if "/" in path:
            assert (ROOT / "whiteboard" / path).is_file() or (ROOT / path).is_file(), path


def test_links_between_the_documents_lead_somewhere():
    for document in (*DOCS.glob("*.md"), ROOT / "README.md", ROOT / "CONTRIBUTING.md"):
        text = document.read_text(encoding="utf-8")
        for target in re.findall(r"\]\((?!https?:)([^)#]+)", text):
            assert (document.parent / target).exists(), f"{document.name}: {target}"
        for target in re.findall(r"`(docs/[\w-]+\.md)`", text):
            assert (ROOT / target).is_file(), f"{document.name}: {target}"
