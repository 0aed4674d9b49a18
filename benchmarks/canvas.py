"""What a person sees: the first picture, a large file, ink and panning on a full board.

Starting is measured from outside, as a process of its own with an empty profile; Qt paints into
memory, as it does for a window without a graphics card. Ink and panning are real events to a real
board; a frame is from the event until everything that it made dirty is painted.
"""

from __future__ import annotations

import json
import math
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QApplication

from benchmarks import scenes
from benchmarks.figure import Figure, percentile
from whiteboard.app.main import make_application
from whiteboard.canvas.view import BoardView
from whiteboard.transport.board import SharedBoard
from whiteboard.ui.page import CanvasSurface
from whiteboard.util.clock import MonotonicClock

INK_MS = 20.0
"""PRODUCT section 5, goal 5: pen to pixel, 95 of 100."""
FRAME_MS = 16.7
"""PRODUCT section 4: panning, 95 of 100."""
STALL_MS = 50.0
"""ARCHITECTURE section 5: what a loaded board may hold up the window."""
WARM_UP = 5


def figures() -> list[Figure]:
    return [*start_figures(), *frame_figures()]


# --- a process of its own


def child(*arguments: str) -> dict[str, float]:
    """One start: moments in seconds after the process was asked for, `cpu` s and `megabytes`."""
    asked = time.monotonic()
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.first_paint", *arguments],
        capture_output=True, text=True, timeout=100, check=False,
    )  # fmt: skip
    if done.returncode != 0 or not done.stdout:
        raise RuntimeError(done.stderr.strip().splitlines()[-1] if done.stderr else "no output")
    moments: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    other = ("cpu", "megabytes")
    return {name: v if name in other else v - asked for name, v in moments.items()}


def start_figures() -> list[Figure]:
    with tempfile.TemporaryDirectory() as folder:
        profile, file = Path(folder, "profile"), Path(folder, "board.svg")
        child(str(profile))  # the first one fills the caches of the disk
        starts = [child(str(profile)) for _ in range(3)]
        file.write_text(scenes.svg_file())
        opened = child(str(profile), str(file))
    first = statistics.median(start["painted"] for start in starts)
    imports = statistics.median(start["imported"] - start["python"] for start in starts)
    cpu = statistics.median(start["cpu"] for start in starts)
    return [
        Figure("start to first paint", first * 1000, "ms"),
        Figure("  of which importing modules", imports * 1000, "ms"),
        Figure("  processor time of the process", cpu * 1000, "ms"),
        Figure(
            "first paint to a file of 10 000 elements painted",
            (opened["complete"] - opened["painted"]) * 1000, "ms",
        ),
        Figure("  processor time of the process", (opened["cpu"] - cpu) * 1000, "ms"),
        memory("  memory at most, all of the program", opened),
        memory("memory of the program with an empty board", starts[0]),
    ]  # fmt: skip


def memory(name: str, start: dict[str, float]) -> Figure:
    megabytes = start["megabytes"]
    return Figure(name, None if math.isnan(megabytes) else megabytes, "MB")


# --- frames on a full board


def frame_figures() -> list[Figure]:
    application = make_application()
    document = scenes.full_board(at_once=True)
    board = SharedBoard("Bench", document, MonotonicClock(), lambda address: address)
    surface = CanvasSurface(board)
    view = surface.view
    view.resize(1280, 800)
    stall = longest_stall(application, view)
    view.fit()
    settle(application, view)
    ink = ink_frames(application, surface)
    panned = pan_frames(application, view)
    view.close()
    return [
        Figure(
            "a loaded board of 10 000 elements appears: longest stall",
            stall * 1000, "ms", STALL_MS, False,
        ),
        Figure(
            "ink on 10 000 elements: a point, 95 of 100",
            percentile(ink, 0.95) * 1000, "ms", INK_MS, False,
        ),
        Figure("  median", statistics.median(ink) * 1000, "ms"),
        Figure(
            "panning over 10 000 elements: a frame, 95 of 100",
            percentile(panned, 0.95) * 1000, "ms", FRAME_MS, False,
        ),
        Figure("  median", statistics.median(panned) * 1000, "ms"),
    ]  # fmt: skip


def longest_stall(application: QApplication, view: BoardView) -> float:
    """Seconds of the longest turn of the loop from showing the board until all is painted."""
    stall = frame(application, view.show)
    while view._frame_timer.isActive() or view._again_timer.isActive():
        stall = max(stall, frame(application, lambda: None))
    return stall


def settle(application: QApplication, view: BoardView) -> None:
    """Until nothing is waiting to be painted."""
    view.settle()
    for _ in range(20):
        application.processEvents()


def frame(application: QApplication, work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    application.processEvents()
    return time.perf_counter() - start


def ink_frames(application: QApplication, surface: CanvasSurface) -> list[float]:
    """A stroke of 200 points, a paint event after each."""
    surface.choose("pen")
    first, *rest = scenes.stroke_points()
    view = surface.view
    press = Qt.MouseButton.LeftButton
    mouse(view, QEvent.Type.MouseButtonPress, first, press, press)
    application.processEvents()
    painted = view.counts.paints
    times = [
        frame(
            application,
            lambda at=point: mouse(view, QEvent.Type.MouseMove, at, Qt.MouseButton.NoButton, press),
        )
        for point in rest
    ]
    assert view.counts.paints - painted >= len(rest)
    mouse(view, QEvent.Type.MouseButtonRelease, rest[-1], press, Qt.MouseButton.NoButton)
    settle(application, view)
    return times[WARM_UP:]


def mouse(
    view: BoardView,
    kind: QEvent.Type,
    at: tuple[float, float],
    button: Qt.MouseButton,
    held: Qt.MouseButton,
) -> None:
    place = QPointF(*at)
    event = QMouseEvent(kind, place, place, button, held, Qt.KeyboardModifier.NoModifier)
    QApplication.sendEvent(view, event)


def pan_frames(application: QApplication, view: BoardView) -> list[float]:
    """Dragging the board about at 100 %: to the right, down, and back."""
    view.camera.set_scale_centred(1.0)
    settle(application, view)
    steps = [(9.0, 0.0)] * 30 + [(0.0, 7.0)] * 30 + [(-9.0, -7.0)] * 30
    return [
        frame(application, lambda by=step: view.camera.pan(*by)) for step in steps
    ][WARM_UP:]  # fmt: skip
