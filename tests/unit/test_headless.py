"""A participant without windows needs no Qt: neither to be imported nor to run."""

from __future__ import annotations

import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from tests.helpers.logs import write_log

BLOCKER = """
    import sys

    class NoQt:
        def find_spec(self, name, path=None, target=None):
            if name.partition(".")[0] in {"PySide6", "shiboken6", "qasync"}:
                raise ImportError(f"{name} is not installed here", name=name)

    sys.meta_path.insert(0, NoQt())
"""
LAYERS = ("model", "wire", "session", "im", "svg", "tools", "editing", "formats", "transport")


def without_qt(code: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run Python code where Qt cannot be imported."""
    program = textwrap.dedent(BLOCKER) + textwrap.dedent(code)
    return subprocess.run(
        [sys.executable, "-W", "error", "-c", program, *arguments],
        cwd=Path(__file__).resolve().parents[2],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


COMMAND = """
    from whiteboard.app.cli import main
    sys.exit(main(sys.argv[1:]))
"""


def test_the_blocker_blocks():
    done = without_qt("import PySide6")
    assert done.returncode == 1
    assert "PySide6 is not installed here" in done.stderr


@pytest.mark.parametrize("layer", LAYERS)
def test_every_module_of_a_layer_without_windows_can_be_imported(layer):
    done = without_qt(f"""
        import importlib, pkgutil
        package = importlib.import_module("whiteboard.{layer}")
        found = list(pkgutil.walk_packages(package.__path__, package.__name__ + "."))
        for one in found:
            importlib.import_module(one.name)
        print(len(found))
    """)
    assert done.stderr == ""
    assert int(done.stdout) > 0


def test_commands_without_windows_can_be_imported_and_tell_their_usage():
    for command in ("join", "replay", "log"):
        done = without_qt(COMMAND, command, "--help")
        assert (done.returncode, done.stderr) == (0, "")
        assert f"whiteboard {command}" in done.stdout


def test_join_gets_as_far_as_its_account():
    done = without_qt(COMMAND, "join", "xmpp:room@conference.example?join")
    assert done.returncode == 1
    assert done.stderr == "Say which account to use: --jid ADDRESS --password-file FILE.\n"


def test_a_log_is_replayed(tmp_path):
    log = tmp_path / "log.xml"
    document = write_log(log)
    done = without_qt(COMMAND, "replay", str(log), "--c14n")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == document.c14n().decode()


def test_what_needs_windows_says_what_is_missing():
    for command in ("open", "demo", "render"):
        done = without_qt(COMMAND, command, "--help")
        assert done.returncode == 0
    done = without_qt(COMMAND, "render", "in.svg", "out.png")
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert "PySide6" in done.stderr
