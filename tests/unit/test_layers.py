"""Every rule about who may import whom notices its violation: one planted for each."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
CONTRACTS = {
    contract["name"]
    for contract in tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"][
        "importlinter"
    ]["contracts"]
}

LAYERS = "layers: look down, never up, never sideways across a bar"
PLANTED = {
    LAYERS: ("util", "import whiteboard.model.ids"),
    "the network side and the drawing side meet only in the model": (
        "transport",
        "import whiteboard.tools.events",
    ),
    "the canvas cannot reach the network": ("canvas", "import whiteboard.session.boards"),
    "the windows reach the network only through session and im": (
        "ui",
        "import whiteboard.transport.outbox",
    ),
    "Qt stays in canvas, ui, app": ("svg", "import PySide6.QtCore"),
    "slixmpp stays in xep_*, transport, app": ("canvas", "import slixmpp"),
    "the xep plugins stand alone (each could be its own distribution)": (
        "xep_0284",
        "import whiteboard.util.log",
    ),
}
"""Contract -> in which folder which import breaks it, and no other."""


@pytest.fixture
def copy(tmp_path):
    shutil.copytree(
        ROOT / "whiteboard", tmp_path / "whiteboard", ignore=shutil.ignore_patterns("__pycache__")
    )
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


def verdicts(folder: Path) -> tuple[int, dict[str, str]]:
    """The exit status of lint-imports in a folder, and what it says about each contract."""
    environment = {**os.environ, "PYTHONPATH": str(folder), "NO_COLOR": "1", "COLUMNS": "200"}
    code = "import sys; from importlinter.cli import lint_imports_command as run; sys.exit(run())"
    done = subprocess.run(
        [sys.executable, "-c", code, "--no-cache", "--no-logo"],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    said = dict(re.findall(r"^(.*) (KEPT|BROKEN)\b", done.stdout, re.MULTILINE))
    assert said, done.stdout + done.stderr
    return done.returncode, said


def test_the_package_as_it_is_keeps_every_contract(copy):
    assert verdicts(copy) == (0, dict.fromkeys(CONTRACTS, "KEPT"))


def test_a_violation_is_known_for_every_contract():
    assert set(PLANTED) == CONTRACTS


@pytest.mark.parametrize("contract", PLANTED)
def test_a_planted_violation_breaks_its_contract_and_no_other(copy, contract):
    folder, line = PLANTED[contract]
    (copy / "whiteboard" / folder / "planted.py").write_text(line + "\n", encoding="utf-8")
    status, said = verdicts(copy)
    assert status == 1
    assert [name for name, verdict in said.items() if verdict == "BROKEN"] == [contract]


def test_a_new_folder_must_be_given_its_layer(copy):
    new = copy / "whiteboard" / "elsewhere"
    new.mkdir()
    (new / "__init__.py").write_text("", encoding="utf-8")
    status, said = verdicts(copy)
    assert status == 1
    assert said[LAYERS] == "BROKEN"
