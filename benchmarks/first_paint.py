"""A child of `canvas`: the real `whiteboard open`, ended at its first complete picture.

    python -m benchmarks.first_paint PROFILE [FILE]

Prints one line of JSON: moments of the system's monotonic clock, in seconds. What stands between
`imported` and `painted` is the profile, Qt, the window and its first frame. There need be no
screen: Qt paints into memory.
"""

from __future__ import annotations

import json
import math
import os
import sys
import time
from pathlib import Path

os.environ["QT_QPA_PLATFORM"] = "offscreen"
python_runs = time.monotonic()

from whiteboard.app import cli  # noqa: E402 - the clock goes first
from whiteboard.app import main as application  # noqa: E402
from whiteboard.canvas.view import BoardView  # noqa: E402

imported = time.monotonic()
moments: dict[str, float] = {"python": python_runs, "imported": imported}
ELEMENTS = 10_000


def peak_megabytes() -> float:
    """The most memory this process had resident; NaN where the system does not say.

    Not `getrusage`: on Linux a child begins with the peak of its parent there.
    """
    try:
        status = Path("/proc/self/status").read_text()
    except OSError:
        return math.nan
    return next(int(line.split()[1]) / 1024 for line in status.splitlines() if "VmHWM" in line)


class Watch:
    """Looks at every paint event of every board."""

    def __init__(self, needs: int) -> None:
        self.needs = needs
        self.paint = BoardView.paintEvent
        watch = self

        def paint_event(view: BoardView, event: object) -> None:
            watch.paint(view, event)
            watch.painted(view)

        BoardView.paintEvent = paint_event  # type: ignore[method-assign, assignment]

    def painted(self, view: BoardView) -> None:
        moments.setdefault("painted", time.monotonic())
        document = view.scene.document
        root = document.root if document is not None else None
        if self.needs and (root is None or len(document.children(root)) < self.needs):
            return
        if view._again_timer.isActive():
            return  # it was not all: another frame follows
        moments["complete"] = time.monotonic()
        moments["cpu"] = time.process_time()
        moments["megabytes"] = peak_megabytes()
        print(json.dumps(moments), flush=True)
        os._exit(0)


def main(profile: Path, file: Path | None) -> None:
    application.has_display = lambda: True  # type: ignore[attr-defined]
    Watch(ELEMENTS if file is not None else 0)
    cli.main(["open", "--profile", str(profile), *([str(file)] if file is not None else [])])


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]) if len(sys.argv) > 2 else None)
