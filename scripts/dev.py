#!/usr/bin/env python3
"""Everything a developer or a newcomer starts: `python3 scripts/dev.py COMMAND`.

Standard library only, so that a fresh machine needs nothing but Python 3.11 or newer. The Makefile
calls this file; a machine without make calls it directly. COMMAND is one of:

  setup      system packages (where they may be installed), `.venv` from the lock files
  run        setup, then the program; further arguments are handed to it
  demo       setup, then two windows on one board on this machine
  test       setup, then the whole suite with a seeded slice of the slow tests
  test-all   setup, then everything, with long random tests
  check      ruff, mypy, import-linter
  bench      setup, then the benchmarks, from source and as released: tables, and build/bench.json
  compiled   the package as it is released, with its engine compiled, in build/compiled
  test-compiled  the tests of the engine and of the wire against that
  kill-test  kill a process that draws at many moments (1000, or `kill-test 50`): nothing is lost
  fuzz       ten minutes (or `fuzz SECONDS`) of nonsense for each of what reads what others send
  mutants    break the engine on purpose, one way after the other, and see the tests fail
  lock       write requirements/*.txt anew from pyproject.toml
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
BIN = VENV / ("Scripts" if os.name == "nt" else "bin")
PYTHON = BIN / ("python.exe" if os.name == "nt" else "python")
RUN_LOCK = ROOT / "requirements" / "run.txt"
DEV_LOCK = ROOT / "requirements" / "dev.txt"
FUZZ_LOCK = ROOT / "requirements" / "fuzz.txt"
COMPILED = ROOT / "build" / "compiled"
ENGINE_TESTS = (
    "tests/unit/model", "tests/unit/wire", "tests/unit/test_compiled.py", "tests/fuzz",
    "tests/unit/past", "tests/property/test_replicas.py",
    "tests/property/test_incremental_equals_rebuilt.py", "tests/property/test_strict_random.py",
)  # fmt: skip
ENGINE_BENCHES = ("engine", "memory", "text", "past", "journal", "join")
FUZZ_TARGETS = ("stanza", "svg", "log", "paste")

QT_PACKAGES = [
    "libegl1", "libgl1", "libglib2.0-0", "libdbus-1-3", "libfontconfig1", "libfreetype6",
    "libx11-6", "libxkbcommon0", "libxkbcommon-x11-0", "libxcb-cursor0", "libxcb-icccm4",
    "libxcb-image0", "libxcb-keysyms1", "libxcb-render-util0", "libxcb-shape0", "libxcb-xkb1",
    "fonts-dejavu-core",
]  # fmt: skip
DEMO_PACKAGES = ["prosody"]
COMPILE_PACKAGES = ["gcc", "libc6-dev"]
TEST_PACKAGES = [
    "prosody",
    "lua-dbi-sqlite3",
    "ejabberd",
    "erlang-p1-sqlite3",
    "xvfb",
    "xauth",
    "xdotool",
    "psi",
]


def say(text: str) -> None:
    """One line of progress, at once."""
    print(text, flush=True)


def fail(text: str) -> None:
    """End with a sentence that a person understands."""
    print(text, file=sys.stderr)
    raise SystemExit(1)


def run(*command: str | Path, env: dict[str, str] | None = None, quiet: bool = False) -> None:
    """Run a command in the project's folder; a failure ends this program with its status."""
    done = subprocess.run(
        [str(part) for part in command],
        cwd=ROOT,
        env={**os.environ, **(env or {})},
        stdout=subprocess.DEVNULL if quiet else None,
        check=False,
    )
    if done.returncode != 0:
        raise SystemExit(done.returncode)


# -- system packages ----------------------------------------------------------------------------


def is_debian() -> bool:
    """Whether packages are Debian's."""
    return sys.platform == "linux" and shutil.which("dpkg-query") is not None


def missing_packages(names: list[str]) -> list[str]:
    """Those of `names` that dpkg does not know as installed.

    Since Debian 13 some have `t64` at the end (64-bit time); apt knows them by the old name too.
    """
    asked = [name + end for name in names for end in ("", "t64")]
    known = subprocess.run(
        ["dpkg-query", "-W", "-f=${Package} ${db:Status-Status}\\n", *asked],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    installed = {
        line.split()[0] for line in known.stdout.splitlines() if line.endswith(" installed")
    }
    return [name for name in names if not installed & {name, f"{name}t64"}]


def ensure_packages(names: list[str], *, needed: bool) -> None:
    """Install missing Debian packages where that is allowed; say which, where it is not."""
    if not is_debian():
        if sys.platform == "linux":
            say(f"Not a Debian system: install by hand what is missing of: {' '.join(names)}")
        return
    missing = missing_packages(names)
    if not missing:
        return
    command = ["apt-get", "install", "-y", "--no-install-recommends", *missing]
    if os.geteuid() != 0:
        sudo = shutil.which("sudo")
        allowed = sudo and subprocess.run([sudo, "-n", "true"], capture_output=True, check=False)
        if not sudo or not allowed or allowed.returncode != 0:
            text = f"Install these missing system packages:\n  sudo {' '.join(command)}"
            if needed:
                fail(text)
            say(text)
            return
        command = [sudo, "-n", *command]
    say(f"Installing system packages: {' '.join(missing)}")
    apt(command)


def apt(command: list[str]) -> None:
    """Run apt-get; a server that is installed here for tests is not started by the installation."""
    prefix = command[: command.index("apt-get")]
    subprocess.run([*prefix, "apt-get", "update", "-qq"], check=False, stdout=subprocess.DEVNULL)
    policy = Path("/usr/sbin/policy-rc.d")
    made = os.geteuid() == 0 and not policy.exists()
    if made:
        policy.write_text("#!/bin/sh\nexit 101\n")
        policy.chmod(0o755)
    try:
        done = subprocess.run(
            command,
            env={**os.environ, "DEBIAN_FRONTEND": "noninteractive"},
            stdout=subprocess.DEVNULL,
            check=False,
        )
    finally:
        if made:
            policy.unlink()
    if done.returncode != 0:
        fail("The packages could not be installed. Try it by hand:\n  " + " ".join(command))


# -- Python packages ----------------------------------------------------------------------------


def ensure_venv(lock: Path) -> None:
    """A `.venv` that holds exactly what the lock file says, and the program itself, editable."""
    if sys.version_info < (3, 11):
        fail(f"Whiteboard needs Python 3.11 or newer; this is {sys.version.split()[0]}.")
    if not PYTHON.exists() or not has_pip():
        make_venv()
    stamp = VENV / f".{lock.stem}-stamp"
    wanted = hashlib.sha256(lock.read_bytes() + (ROOT / "pyproject.toml").read_bytes()).hexdigest()
    if stamp.exists() and stamp.read_text() == wanted:
        return
    say("Installing Python packages (once, about a minute) …")
    pip = (PYTHON, "-m", "pip", "install", "--quiet", "--disable-pip-version-check")
    run(*pip, "--require-hashes", "-r", lock)
    run(*pip, "--no-deps", "--no-build-isolation", "--editable", ROOT)
    stamp.write_text(wanted)


def has_pip() -> bool:
    """Whether the environment can install packages (a broken one is made anew)."""
    done = subprocess.run([str(PYTHON), "-m", "pip", "--version"], capture_output=True, check=False)
    return done.returncode == 0


def make_venv() -> None:
    """Create `.venv`; Debian keeps `ensurepip` in a package of its own."""
    try:
        import ensurepip  # noqa: F401, PLC0415 - its absence is what is asked
        import venv  # noqa: F401, PLC0415 - as above
    except ImportError:
        version = f"python{sys.version_info.major}.{sys.version_info.minor}-venv"
        ensure_packages([version], needed=True)
    run(sys.executable, "-m", "venv", "--clear", VENV)


def setup(*, tests: bool, demo: bool = False) -> None:
    """All that the program (and, with `tests`, its tests) needs on this machine."""
    ensure_packages(QT_PACKAGES, needed=False)
    if tests:
        ensure_packages(TEST_PACKAGES, needed=False)
    elif demo:
        ensure_packages(DEMO_PACKAGES, needed=False)
    ensure_venv(DEV_LOCK if tests else RUN_LOCK)


# -- commands -----------------------------------------------------------------------------------


def test(arguments: list[str], *, everything: bool) -> None:
    """The suite: what needs no server and no screen, then the rest, whose files stay together."""
    setup(tests=True)
    ci = bool(os.environ.get("CI"))
    env = {"HYPOTHESIS_PROFILE": "all" if everything else "ci" if ci else "dev"}
    if sys.platform == "linux":
        env["WHITEBOARD_REQUIRE_SERVERS"] = "1"
    if arguments:
        run(PYTHON, "-m", "pytest", *arguments, env=env)
        return
    marks = "" if everything else " and not slow"
    real = "(prosody or xvfb)"
    run(PYTHON, "-m", "pytest", "-q", "-n", "2", "--dist", "worksteal",
        "-m", f"not {real}{marks}", env=env)  # fmt: skip
    run(PYTHON, "-m", "pytest", "-q", "-n", "2", "--dist", "loadfile",
        "-m", f"{real}{marks}", env=env)  # fmt: skip


def check() -> None:
    """Style, types, layers."""
    setup(tests=True)
    run(PYTHON, "-m", "ruff", "check", ".")
    run(PYTHON, "-m", "ruff", "format", "--check", ".")
    run(PYTHON, "-m", "mypy")
    run(BIN / "lint-imports")


def compiled() -> dict[str, str]:
    """Compile the engine into `build/`; gives the environment in which that is imported."""
    headers = Path(sysconfig.get_path("include")) / "Python.h"
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    ensure_packages(
        [*COMPILE_PACKAGES, *([] if headers.exists() else [f"python{version}-dev"])], needed=False
    )
    run(PYTHON, ROOT / "scripts" / "compiled.py", COMPILED, quiet=True)
    # Not the working directory: the source would be found there first.
    return {"PYTHONPATH": os.pathsep.join([str(COMPILED), str(ROOT)]), "PYTHONSAFEPATH": "1"}


def test_compiled(arguments: list[str]) -> None:
    """What tests the engine, with the engine that is released."""
    setup(tests=True)
    run(PYTHON, "-m", "pytest", "-q", "-n", "2", "-o", "pythonpath=", "-m", "not slow",
        *(arguments or ENGINE_TESTS), env={**compiled(), "WHITEBOARD_COMPILED": "1"})  # fmt: skip


def bench(arguments: list[str]) -> None:
    """The table of figures; those of the engine beside what they are as it is released."""
    setup(tests=True)
    run(PYTHON, "-m", "benchmarks", *arguments)
    names = [name for name in arguments or ENGINE_BENCHES if name in ENGINE_BENCHES]
    if names:
        run(PYTHON, "-m", "benchmarks", "--released", *names, env=compiled())
        run(PYTHON, "-m", "benchmarks.report")


def kill_test(arguments: list[str]) -> None:
    """Drawing processes, with and without a window, are killed at this many moments."""
    setup(tests=True)
    env = {"KILL_MOMENTS": arguments[0] if arguments else "1000"}
    run(PYTHON, "-m", "pytest", "-q", "-x", "tests/integration/test_killed_over_prosody.py",
        "tests/e2e/test_killed_window.py", env=env)  # fmt: skip


def fuzz(arguments: list[str]) -> None:
    """One target after the other; the first fault ends it, and names the file that shows it."""
    setup(tests=True)
    if sys.platform != "linux":
        fail("The fuzzer is made for Linux. Everywhere the suite has a short run of the same.")
    run(PYTHON, "-m", "pip", "install", "--quiet", "--disable-pip-version-check",
        "--require-hashes", "-r", FUZZ_LOCK)  # fmt: skip
    seconds = arguments[0] if arguments else "600"
    for target in FUZZ_TARGETS:
        say(f"Fuzzing: {target}, {seconds} s")
        run(PYTHON, "-m", "tests.fuzz.run", target, seconds)


def lock() -> None:
    """The lock files: exact versions with hashes, no address of any registry."""
    ensure_venv(DEV_LOCK)
    for path, groups in ((RUN_LOCK, ("build",)), (DEV_LOCK, ("build", "dev"))):
        options = [part for group in groups for part in ("--group", group)]
        run(PYTHON, "-m", "uv", "pip", "compile", "pyproject.toml", *options, "--universal",
            "--python-version", "3.11", "--generate-hashes", "--no-emit-index-url",
            "--no-emit-find-links", "--no-header", "--quiet", "--upgrade",
            "-o", path.relative_to(ROOT))  # fmt: skip
    # Beside the others: it is installed into the same environment.
    run(PYTHON, "-m", "uv", "pip", "compile", "--group", "pyproject.toml:fuzz", "--universal",
        "--python-version", "3.11", "--generate-hashes", "--no-emit-index-url",
        "--no-emit-find-links", "--no-header", "--quiet", "--upgrade",
        "-o", FUZZ_LOCK.relative_to(ROOT))  # fmt: skip


def main(arguments: list[str]) -> None:
    """Carry out the command."""
    command, rest = (arguments[0], arguments[1:]) if arguments else ("", [])
    if command == "setup":
        setup(tests=True)
        say("Ready. Start the program with: make run")
    elif command == "run":
        setup(tests=False)
        run(PYTHON, "-m", "whiteboard", *rest)
    elif command == "demo":
        setup(tests=False, demo=True)
        run(PYTHON, "-m", "whiteboard", "demo", *rest)
    elif command in ("test", "test-all"):
        test(rest, everything=command == "test-all")
    elif command == "check":
        check()
    elif command == "bench":
        bench(rest)
    elif command == "compiled":
        setup(tests=True)
        compiled()
        say(f"Compiled: {COMPILED}")
    elif command == "test-compiled":
        test_compiled(rest)
    elif command == "kill-test":
        kill_test(rest)
    elif command == "fuzz":
        fuzz(rest)
    elif command == "mutants":
        setup(tests=True)
        run(PYTHON, ROOT / "scripts" / "mutants.py", *rest)
    elif command == "lock":
        lock()
    else:
        print(__doc__)
        raise SystemExit(0 if command in ("help", "-h", "--help") else 2)


if __name__ == "__main__":
    try:
        main(sys.argv[1:])
    except KeyboardInterrupt:
        raise SystemExit(130) from None  # as shells say it: ended by Ctrl+C
