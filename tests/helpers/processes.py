"""Programs that tests need: where they must be there, their absence is a failure, not a skip."""

from __future__ import annotations

import os
import shutil

import pytest


def require(*programs: str) -> None:
    """Skip the test where a program is missing; fail where the set-up has promised it."""
    missing = [program for program in programs if shutil.which(program) is None]
    if not missing:
        return
    if os.environ.get("WHITEBOARD_REQUIRE_SERVERS"):
        pytest.fail(f"not installed: {', '.join(missing)}")
    pytest.skip(f"not installed: {', '.join(missing)}")
