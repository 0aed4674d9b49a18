"""A virtual screen of one's own, a mouse and keys on it, and pictures of it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from types import TracebackType
from typing import Self


class Screen:
    """An Xvfb with a free display number; `with Screen() as screen: …`."""

    def __init__(self, width: int = 1280, height: int = 800) -> None:
        read, write = os.pipe()
        self._server = subprocess.Popen(
            ["Xvfb", "-displayfd", str(write), "-screen", "0", f"{width}x{height}x24",
             "-nolisten", "tcp"],
            pass_fds=(write,), stderr=subprocess.DEVNULL,
        )  # fmt: skip
        os.close(write)
        with os.fdopen(read) as pipe:
            self.display = f":{pipe.readline().strip()}"
        self.environment = {
            **os.environ,
            "DISPLAY": self.display,
            "QT_QPA_PLATFORM": "xcb",
            "QT_SCALE_FACTOR": "1",
        }
        self.environment.pop("WAYLAND_DISPLAY", None)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._server.terminate()
        self._server.wait(10)

    def do(self, *command: str) -> str:
        """Run an xdotool command and return what it prints."""
        done = subprocess.run(
            ["xdotool", *command],
            env=self.environment, capture_output=True, text=True, check=True, timeout=30,
        )  # fmt: skip
        return done.stdout.strip()

    def press(self, points: list[tuple[int, int]]) -> None:
        """Press at the first point (px of the screen) and move through the others, by hand."""
        x, y = points[0]
        words = ["mousemove", str(x), str(y), "mousedown", "1"]
        for x, y in points[1:]:
            words += ["mousemove", str(x), str(y), "sleep", "0.008"]
        self.do(*words)

    def drag(self, points: list[tuple[int, int]]) -> None:
        """`press`, then release."""
        self.press(points)
        self.do("mouseup", "1")

    def click(self, x: int, y: int) -> None:
        """One click of the first button."""
        self.do("mousemove", str(x), str(y), "click", "1")

    def key(self, *keys: str) -> None:
        """Keys to the focused window, such as 'ctrl+s'."""
        self.do("key", "--clearmodifiers", *keys)

    def type(self, text: str) -> None:
        """ASCII text to the focused window."""
        self.do("type", "--delay", "2", text)

    def picture(self, path: Path) -> Path:
        """A PNG of the whole screen (ImageMagick's import would be one more package)."""
        path.parent.mkdir(parents=True, exist_ok=True)
        code = (
            "import sys\n"
            "from PySide6.QtGui import QGuiApplication\n"
            "app = QGuiApplication([])\n"
            "shot = app.primaryScreen().grabWindow(0)\n"
            "sys.exit(0 if shot.save(sys.argv[1]) else 1)\n"
        )
        subprocess.run(
            [sys.executable, "-c", code, str(path)],
            env=self.environment, check=True, timeout=30,
        )  # fmt: skip
        return path
