"""scripts/dev.py: what a bare machine needs is installed where it may be, and named where not."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
POSIX = pytest.mark.skipif(os.name == "nt", reason="about Debian")


@pytest.fixture
def dev():
    spec = importlib.util.spec_from_file_location("dev", ROOT / "scripts" / "dev.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def commands(tmp_path, monkeypatch):
    """Programs of our own in front of the path: name -> what `sh` does for it."""

    def make(**scripts: str) -> Path:
        for name, script in scripts.items():
            path = tmp_path / name.replace("_", "-")
            call = f"printf '%s ' {path.name} \"$@\" >> {tmp_path}/calls; echo >> {tmp_path}/calls"
            path.write_text(f"#!/bin/sh\n{call}\n{script}\n")
            path.chmod(0o755)
        return tmp_path / "calls"

    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    monkeypatch.setattr("sys.platform", "linux")
    return make


@POSIX
def test_a_package_under_its_new_name_is_not_missing(dev, commands):
    commands(
        dpkg_query='printf "libgl1 installed\\nlibglib2.0-0t64 installed\\nxvfb config-files\\n"'
    )
    assert dev.missing_packages(["libgl1", "libglib2.0-0", "xvfb", "xauth"]) == ["xvfb", "xauth"]


@POSIX
def test_where_nothing_is_missing_nothing_is_started(dev, commands):
    calls = commands(dpkg_query='echo "libgl1 installed"', apt_get="", sudo="")
    dev.ensure_packages(["libgl1"], needed=True)
    assert [line.split()[0] for line in calls.read_text().splitlines()] == ["dpkg-query"]


@POSIX
@pytest.mark.parametrize("sudo", ["exit 1", None])
def test_without_leave_to_install_the_command_is_named(dev, commands, capsys, monkeypatch, sudo):
    calls = commands(dpkg_query="", apt_get="", **({"sudo": sudo} if sudo else {}))
    if sudo is None:
        monkeypatch.setattr(
            dev.shutil, "which", lambda name: None if name == "sudo" else f"/usr/bin/{name}"
        )
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    dev.ensure_packages(["libgl1", "xvfb"], needed=False)
    said = capsys.readouterr().out
    assert "sudo apt-get install -y --no-install-recommends libgl1 xvfb" in said
    with pytest.raises(SystemExit) as ended:
        dev.ensure_packages(["libgl1"], needed=True)
    assert ended.value.code == 1
    assert "apt-get" not in [line.split()[0] for line in calls.read_text().splitlines()]


@POSIX
def test_with_sudo_packages_are_installed(dev, commands, monkeypatch):
    calls = commands(dpkg_query="", apt_get="", sudo="")
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    dev.ensure_packages(["libgl1"], needed=True)
    assert any(
        line.startswith("sudo -n apt-get install -y --no-install-recommends libgl1")
        for line in calls.read_text().splitlines()
    )


@POSIX
def test_a_python_without_venv_asks_for_its_package(dev, monkeypatch):
    asked, ran = [], []
    monkeypatch.setitem(sys.modules, "ensurepip", None)
    monkeypatch.setattr(
        dev, "ensure_packages", lambda names, *, needed: asked.append((names, needed))
    )
    monkeypatch.setattr(dev, "run", lambda *command: ran.append(command))
    dev.make_venv()
    assert asked == [([f"python3.{sys.version_info.minor}-venv"], True)]
    assert ran == [(sys.executable, "-m", "venv", "--clear", dev.VENV)]


def test_on_other_systems_debian_is_left_alone(dev, monkeypatch, capsys):
    monkeypatch.setattr("sys.platform", "darwin")
    dev.ensure_packages(["libgl1"], needed=True)
    assert capsys.readouterr().out == ""


def test_other_distributions_are_told_what_is_needed(dev, monkeypatch, capsys):
    monkeypatch.setattr("sys.platform", "linux")
    monkeypatch.setattr(dev.shutil, "which", lambda _name: None)
    dev.ensure_packages(["libgl1"], needed=True)
    assert "libgl1" in capsys.readouterr().out


def test_an_unknown_command_tells_the_usage_and_ends_with_2():
    done = subprocess.run(
        [sys.executable, ROOT / "scripts" / "dev.py", "nonsense"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert "python3 scripts/dev.py COMMAND" in done.stdout


def test_every_target_of_the_makefile_is_a_command_of_the_script():
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = makefile.partition(".PHONY: ")[2].splitlines()[0].split()
    text = (ROOT / "scripts" / "dev.py").read_text(encoding="utf-8")
    described = text.partition("COMMAND is one of:")[2].partition('"""')[0]
    assert [target for target in targets if f"\n  {target} " not in described] == []


def test_the_locks_hold_hashes_and_no_address_of_a_registry():
    for name in ("run.txt", "dev.txt", "fuzz.txt"):
        text = (ROOT / "requirements" / name).read_text(encoding="utf-8")
        assert "--hash=sha256:" in text
        assert "://" not in text
        assert "index-url" not in text


def test_the_machine_that_checks_says_that_it_is_one():
    text = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    assert "export CI=true" in text
    assert text.index("make check") < text.index("make test")
