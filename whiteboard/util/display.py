"""Whether there is a screen."""

from __future__ import annotations

import os
import sys


def has_display() -> bool:
    """Whether windows can be shown (macOS and Windows always can, unless told otherwise)."""
    platform = os.environ.get("QT_QPA_PLATFORM")
    if platform is not None:
        return platform not in {"offscreen", "minimal"}
    if not sys.platform.startswith("linux"):
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))
