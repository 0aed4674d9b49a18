"""The wheel, built from this checkout without a network: what is in it, what it finds."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    done = subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    (found,) = folder.glob("*.whl")
    return found


def run_in(folder: Path, code: str) -> str:
    """What Python code prints where nothing but the unpacked wheel stands in front of the path."""
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(folder), "QT_QPA_PLATFORM": "offscreen"},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_wheel_holds_the_package_the_resources_and_the_licence_and_nothing_else(wheel):
    names = zipfile.ZipFile(wheel).namelist()
    assert {name.partition("/")[0] for name in names} == {
        "whiteboard",
        f"{wheel.name.removesuffix('-py3-none-any.whl')}.dist-info",
    }
    assert any(name.endswith(".dist-info/licenses/LICENSE") for name in names)
    ours = {path.relative_to(ROOT).as_posix() for path in ROOT.glob("whiteboard/**/*.py")}
    assert ours <= set(names)
    resources = {
        f"whiteboard/_resources/{path.relative_to(ROOT / 'resources').as_posix()}"
        for path in ROOT.glob("resources/**/*")
        if path.is_file()
    }
    assert resources <= set(names)
    assert resources


def test_the_program_of_the_wheel_finds_its_icons_inside_it(wheel, tmp_path):
    zipfile.ZipFile(wheel).extractall(tmp_path)
    printed = run_in(
        tmp_path,
        "from whiteboard.util import resources; print(resources.icon_path('pen').read_text());"
        "print(resources.root())",
    )
    assert "<svg" in printed
    assert printed.splitlines()[-1] == str(tmp_path / "whiteboard" / "_resources")


def test_the_checkout_finds_its_icons_beside_the_package():
    printed = run_in(ROOT, "from whiteboard.util import resources; print(resources.root())")
    assert Path(printed.strip()) == ROOT / "resources"


def test_the_wheel_has_the_command(wheel):
    with zipfile.ZipFile(wheel) as archive:
        (entry,) = (name for name in archive.namelist() if name.endswith("entry_points.txt"))
        text = archive.read(entry).decode()
    assert "whiteboard = whiteboard.app.cli:main" in text
