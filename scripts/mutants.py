"""Plant each mutant of tests/property/mutants.py in a copy and see the tests of merging notice it.

    python scripts/mutants.py [PART OF A NAME ...]

Prints a table: mutant, and the test that killed it. A run of all mutants writes it to
docs/mutants.md. Exit status 0 if every mutant was killed, 1 if one survived or no longer applies.
"""

from __future__ import annotations

import argparse
import importlib.util
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from types import ModuleType
from typing import Protocol

ROOT = Path(__file__).resolve().parent.parent
NEEDED = (
    "pyproject.toml",
    "tests/__init__.py",
    "tests/conftest.py",
    "tests/helpers",
    "tests/property",
    "tests/unit/__init__.py",
    "tests/unit/model",
    "tests/unit/journal/test_snapshots.py",
    "tests/unit/session/test_memory.py",
    "whiteboard",
)
SUITES = (
    (
        "tests/unit/model/scenarios",
        "tests/unit/model/test_history.py",
        "tests/unit/model/test_literals.py",
        "tests/unit/model/test_rebase.py",
        "tests/unit/session/test_memory.py",
        "tests/unit/journal/test_snapshots.py",
    ),
    ("tests/property/test_long_texts.py", "tests/property/test_shared_text.py"),
    (
        "tests/property/test_strict_small_scope.py",
        "tests/property/test_strict_histories.py",
        "tests/property/test_strict_reassert.py",
        "tests/property/test_strict_random.py",
        "-mnot slow",
    ),
    ("tests/property/test_rights_small_scope.py", "-mnot slow"),
    ("tests/property/test_rebase.py",),
    ("tests/property/test_replicas.py", "tests/property/test_checkpoints.py"),
    ("tests/property/test_rights.py",),
)
"""Quick ones first: what they kill need not be looked for at random."""
SECONDS = 240
TABLE = ROOT / "docs" / "mutants.md"
HEAD = """# Mutants

Faults planted in the engine one by one (SYNC 11, 11.1), and the first test that noticed each.
Written by `make mutants`, which runs the quick suites first; `tests/unit/test_scenarios.py` holds
it to the tests.

| mutant | in | killed by |
|---|---|---|
"""


class Mutant(Protocol):
    """See tests/property/mutants.py."""

    name: str
    path: str
    old: str
    new: str


def load(path: Path) -> ModuleType:
    """A module by its file, without making the tests a package on the path."""
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[path.stem] = module
    spec.loader.exec_module(module)
    return module


def copy_to(folder: Path) -> None:
    """What the tests of merging need, in a folder of its own."""
    ignore = shutil.ignore_patterns("__pycache__", ".hypothesis")
    for name in NEEDED:
        source, target = ROOT / name, folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        if source.is_dir():
            shutil.copytree(source, target, ignore=ignore)
        else:
            shutil.copy(source, target)


def killed_by(folder: Path) -> str | None:
    """The first test that fails, or the suite that hangs, in the folder; None if all pass."""
    environment = {**os.environ, "HYPOTHESIS_PROFILE": "dev", "PYTHONDONTWRITEBYTECODE": "1"}
    for suite in SUITES:
        command = [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider",
                   "--timeout=60", "--no-header", "-rfE", *suite]  # fmt: skip
        try:
            done = subprocess.run(
                command,
                cwd=folder,
                env=environment,
                capture_output=True,
                text=True,
                timeout=SECONDS,
                check=False,
            )
        except subprocess.TimeoutExpired:
            return f"{suite[0]} (time)"
        if done.returncode:
            found = re.search(r"^(?:FAILED|ERROR) ([^\s\[]+)", done.stdout, re.MULTILINE)
            return found[1] if found else suite[0]
    return None


def main() -> int:
    """Run the mutants whose names contain one of the given words, or all."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*")
    wanted = parser.parse_args().names
    mutants = load(ROOT / "tests/property/mutants.py").MUTANTS
    survivors = 0
    rows: list[str] = []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        copy_to(folder)
        if not wanted and killed_by(folder) is not None:
            print("the tests fail without any mutant")
            return 1
        for mutant in mutants:
            if wanted and not any(word in mutant.name for word in wanted):
                continue
            start = time.monotonic()
            killer = try_out(mutant, folder)
            survivors += killer is None
            row = f"| {mutant.name} | `{mutant.path}` | {f'`{killer}`' if killer else '–'} |"
            rows.append(row)
            print(f"{row} {time.monotonic() - start:.0f} s", flush=True)
    if not wanted and not survivors:
        TABLE.write_text(HEAD + "\n".join(rows) + "\n", encoding="utf-8")
    return 1 if survivors else 0


def try_out(mutant: Mutant, folder: Path) -> str | None:
    """What killed the mutant; None if it survived, or its text is not there exactly once."""
    path = folder / mutant.path
    source = path.read_text(encoding="utf-8")
    if source.count(mutant.old) != 1:
        print(f"{mutant.name}: DOES NOT APPLY", flush=True)
        return None
    path.write_text(source.replace(mutant.old, mutant.new), encoding="utf-8")
    try:
        return killed_by(folder)
    finally:
        path.write_text(source, encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
