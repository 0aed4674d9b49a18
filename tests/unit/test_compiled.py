"""The engine as it is released, compiled by mypyc: what is compiled, and that nothing else is."""

from __future__ import annotations

import importlib
import importlib.util
import os
import pkgutil
import sys
import tomllib
from pathlib import Path

import pytest

import whiteboard

ROOT = Path(__file__).resolve().parents[2]
HOOK = "tool.hatch.build.targets.wheel.hooks.custom"


@pytest.fixture(scope="module")
def compiled() -> frozenset[str]:
    """Names of the modules that are compiled for a release."""
    spec = importlib.util.spec_from_file_location("compiled", ROOT / "scripts" / "compiled.py")
    script = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(script)
    return frozenset(f"whiteboard.{name.replace('/', '.')}" for name in script.MODULES)


def test_there_is_no_compiled_module_in_the_checkout():
    found = [path for path in ROOT.glob("whiteboard/**/*") if path.suffix in {".so", ".pyd"}]
    assert found == []  # it would be imported in place of its source, whatever that says by now


def test_what_runs_here_is_what_was_asked_for(compiled):
    asked = os.environ.get("WHITEBOARD_COMPILED") == "1"
    for name in compiled:
        file = importlib.import_module(name).__file__
        assert file is not None
        assert file.endswith(".py") != asked, name


def test_whoever_inherits_from_a_compiled_class_is_compiled_too(compiled):
    for module in pkgutil.walk_packages(whiteboard.__path__, "whiteboard."):
        if not module.name.endswith("__main__"):
            importlib.import_module(module.name)
    lost = [
        heir
        for name in compiled
        for cls in vars(sys.modules[name]).values()
        if isinstance(cls, type) and cls.__module__ == name and not issubclass(cls, Exception)
        for heir in cls.__subclasses__()
        if heir.__module__.startswith("whiteboard.") and heir.__module__ not in compiled
    ]
    assert lost == []  # making one would fail, in a release only


def test_an_ordinary_wheel_compiles_nothing():
    table = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    for key in HOOK.split("."):
        table = table[key]
    assert table["path"] == "scripts/compiled.py"
    assert table["enable-by-default"] is False
