"""The scenarios of SYNC section 10 and the mutants of section 11: each has a test that is named.

A test of scenario NN is called `test_NN_…` (or `test_NN_and_MM_…`, `test_scenario_NN_…`). Tests of
strict sessions lie in files with `strict` in their path.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
TESTS = ROOT / "tests"
NAME = re.compile(r"^(?:async )?def (test_(?:scenario_)?(\d\d)(?:_and_(\d\d))?_\w+)", re.MULTILINE)
STRICT_ONLY = {1, 2, 3, 4, 5, 6, 7, 9, 11, 27, 69, 70, 71}
MERGE_ONLY = {
    *(14, 17, 18, 28, 29, 30, 31, 32, 33, 41, 42, 45, 59, 60, 61, 62, 63, 64, 65, 66, 67, 68),
    *range(49, 59),
    *(73, 74, 75),
}
"""Of texts, fields, the trash, timestamps, numbered messages, checkpoints, rights, literals:
strict sessions have none of these."""
EITHER = {
    23: "weights are chosen before the mode matters",
    24: "the wire, below both modes",
    25: "the wire, below both modes",
    47: "counts here; times and sizes are figures of `make bench`",
    48: "the sender's identity, below both modes",
    72: "the room decides before the mode matters",
}
"""Scenarios that are the same in both modes, so that one test shows them, and why."""
ALL = set(range(1, 76))


def named() -> dict[int, list[tuple[Path, str]]]:
    """Scenario -> its tests."""
    found: dict[int, list[tuple[Path, str]]] = {}
    for path in sorted(TESTS.rglob("test_*.py")):
        if path == Path(__file__):
            continue
        for match in NAME.finditer(path.read_text(encoding="utf-8")):
            for number in filter(None, match.groups()[1:]):
                found.setdefault(int(number), []).append((path.relative_to(TESTS), match[1]))
    return found


FOUND = named()


def modes(number: int) -> set[str]:
    """Modes in which a test of the scenario runs."""
    return {"S" if "strict" in str(path) else "M" for path, _ in FOUND.get(number, ())}


@pytest.mark.parametrize("number", sorted(ALL))
def test_a_scenario_has_a_test_in_each_mode_that_has_it(number: int) -> None:
    if number in EITHER:
        assert modes(number), EITHER[number]
        return
    wanted = {"S"} if number in STRICT_ONLY else {"M"} if number in MERGE_ONLY else {"S", "M"}
    assert wanted <= modes(number)


def test_every_number_is_one_of_the_specification() -> None:
    assert set(FOUND) <= {*range(1, 76)}
    assert not STRICT_ONLY & MERGE_ONLY
    assert {*EITHER, *STRICT_ONLY, *MERGE_ONLY} <= ALL


TABLE = (ROOT / "docs" / "mutants.md").read_text(encoding="utf-8")
ROWS = re.findall(r"^\| (.+) \| `([^`]+)` \| `([^`]+)` \|$", TABLE, re.MULTILINE)


@pytest.mark.parametrize("killer", sorted({killer for _, _, killer in ROWS}))
def test_what_killed_a_mutant_is_a_test(killer: str) -> None:
    """The table itself is as new as the last `make mutants`."""
    path, _, name = killer.partition("::")
    text = (ROOT / path).read_text(encoding="utf-8")
    names = name.removesuffix(" (time)").split("::")
    assert all(re.search(rf"\b{one}\b", text) or one == "runTest" for one in names if one)
