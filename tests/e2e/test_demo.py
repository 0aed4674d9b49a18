"""`whiteboard demo` where there is neither a display nor a server."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from lxml import etree


def test_the_demo_needs_no_display_and_no_server(tmp_path: Path):
    without = {k: v for k, v in os.environ.items() if k not in {"DISPLAY", "WAYLAND_DISPLAY"}}
    without.pop("QT_QPA_PLATFORM", None)
    without["PATH"] = str(tmp_path)  # no Prosody there
    done = subprocess.run(
        [sys.executable, "-m", "whiteboard", "demo", "--output", str(tmp_path)],
        env=without, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")
    said, no_display, *shows = done.stdout.splitlines()
    assert said == "Prosody is not installed, so both sides meet without a server."
    assert no_display == "There is no display here: both sides draw offscreen."
    assert len(shows) == 2
    ana, mira = (
        etree.tostring(etree.parse(tmp_path / f"{name}.svg"), method="c14n")
        for name in ("ana", "mira")
    )
    assert ana == mira
    assert b"<path" in ana
    assert b"<ellipse" in ana
