"""The package with its engine compiled, as it is released: mypyc makes C of the hot modules.

    python scripts/compiled.py build/compiled    # a copy of the package, with the compiled modules

Never in the checkout: a compiled module beside its source would be imported in place of it, also
when that has changed. Wheels hold compiled modules where the hook is asked for:

    HATCH_BUILD_HOOKS_ENABLE=1 python -m hatchling build -t wheel

Without it a wheel is of plain Python and runs everywhere, just slower (docs/performance.md).
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "build" / "compiled"

MODULES = (
    "model/canonical", "model/causality", "model/changes", "model/characters", "model/folded",
    "model/folding", "model/history", "model/ids", "model/law", "model/marks", "model/merge",
    "model/moves", "model/ops", "model/placing", "model/projection", "model/record",
    "model/rights", "model/text", "model/text_spans", "model/text_views", "model/tree",
    "model/weights",
    "model/strict/forest", "model/strict/merge", "model/strict/ops", "model/strict/record",
    "wire/blanks", "wire/errors", "wire/messages", "wire/ns", "wire/strict", "wire/sxe",
    "wire/sync", "wire/values", "wire/xml",
)  # fmt: skip
"""What an edit goes through between its stanza and its node. A class and what inherits from it are
compiled together or not at all; the documents stay Python, because everybody may subclass them."""


def build(folder: Path) -> list[Path]:
    """Copy the package into `folder` and compile it there; gives the compiled files.

    Raises:
        SystemExit: a module does not compile.
    """
    shutil.rmtree(folder, ignore_errors=True)
    skipped = shutil.ignore_patterns("__pycache__", "*.so", "*.pyd")
    shutil.copytree(ROOT / "whiteboard", folder / "whiteboard", ignore=skipped)
    shutil.copytree(ROOT / "resources", folder / "whiteboard" / "_resources")
    # In a process of its own: mypyc names modules by the working directory.
    done = subprocess.run([sys.executable, __file__, "--here"], cwd=folder, check=False)
    if done.returncode != 0:
        raise SystemExit(done.returncode)
    shutil.rmtree(folder / "build")
    return sorted(path for path in folder.rglob("*") if path.suffix in {".so", ".pyd"})


def compile_here() -> None:
    """Compile the package in the working directory, beside its sources."""
    from mypyc.build import mypycify  # noqa: PLC0415 - needed only where something is compiled
    from setuptools import Distribution  # noqa: PLC0415 - as above

    sources = [f"whiteboard/{name}.py" for name in MODULES]
    config = f"--config-file={ROOT / 'pyproject.toml'}"
    files = [config, *sources]
    extensions = mypycify(files, group_name="whiteboard", opt_level="2", debug_level="0")
    command = Distribution({"ext_modules": extensions}).get_command_obj("build_ext")
    command.inplace = 1
    command.ensure_finalized()
    command.run()


class CompiledHook(BuildHookInterface[Any]):
    """Puts the compiled modules into the wheel, beside their sources."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """See Hatch; nothing is compiled for an editable installation."""
        if version == "editable":
            return
        for path in build(FOLDER):
            build_data["force_include"][str(path)] = path.relative_to(FOLDER).as_posix()
        build_data["pure_python"] = False
        build_data["infer_tag"] = True


if __name__ == "__main__":
    if sys.argv[1:] == ["--here"]:
        compile_here()
    else:
        target = Path(sys.argv[1] if len(sys.argv) > 1 else FOLDER).resolve()
        build(target)
        print(target)
