"""The pen: freehand strokes, fitted and committed as one path when the pen is lifted."""

from __future__ import annotations

from whiteboard.editing import shapes
from whiteboard.model.ephemeral import InkPreview, PreviewEnd
from whiteboard.model.ops import LiteralElement
from whiteboard.svg.brush import outline
from whiteboard.svg.path import format_path
from whiteboard.svg.smoothing import Sample as Smooth
from whiteboard.svg.smoothing import smoothed
from whiteboard.svg.stroke import DECIMALS, fit_parts, tolerance
from whiteboard.tools.context import held_after
from whiteboard.tools.events import KeyEvent, Phase, PointerEvent
from whiteboard.tools.ports import Feedback, Ink
from whiteboard.tools.snapping import to_angle
from whiteboard.tools.state import Ready, State, Tool

PLAIN_PRESSURE = 0.5
"""What a device without pressure counts as: the width that was chosen."""
STEADY_PRESSURE = 0.1
"""A pressure that varies by no more leaves a stroke of one width."""
MIN_STEP = 0.5
"""Px on the screen below which a sample tells nothing new."""

Sample = tuple[float, float, float]
"""x, y, pressure."""


class PenTool(Tool):
    """Draws with ink; Shift makes straight pieces at multiples of 15°."""

    name = "pen"
    doing = "drawing"

    def idle(self) -> State[Tool]:
        """Waiting for a press."""
        return Idle(self)


class Idle(Ready[PenTool]):
    """Nothing is pressed."""

    def begin(self, event: PointerEvent) -> State[Tool]:
        """A press is the first point."""
        return Drawing(self.tool, event)


class Drawing(State[PenTool]):
    """The pen is on the paper."""

    name = "drawing"

    def __init__(self, tool: PenTool, start: PointerEvent) -> None:
        super().__init__(tool)
        self._style = tool.style
        self._samples: list[Sample] = [_sample(start)]
        self._straight_from: int | None = None
        """Index of the sample that the straight piece under way begins at."""
        self._straight: set[int] = set()
        """Indexes of the samples after which a straight piece comes."""
        self._told = 0
        self._preview = self.context.ids()
        self._tail: Sample | None = None
        if start.modifiers.shift:
            self._begin_straight()

    def enter(self) -> None:
        """Others see where it begins."""
        self._tell()

    def pointer(self, event: PointerEvent) -> bool:
        """Draw on; commit at the end."""
        if event.phase is Phase.CANCEL:
            self.cancel()
        elif event.phase in (Phase.MOVE, Phase.UP):
            self._follow(event)
            if event.phase is Phase.UP:
                self._commit()
        return True

    def key(self, event: KeyEvent) -> bool:
        """Shift begins and ends a straight piece; other keys wait."""
        self._hold_shift(held_after(event).shift)
        return True

    def _follow(self, event: PointerEvent) -> None:
        self._hold_shift(event.modifiers.shift)
        sample = _sample(event)
        if self._straight_from is not None:
            x0, y0, _ = self._samples[self._straight_from]
            x, y = to_angle((x0, y0), (event.x, event.y))
            self._tail = (x, y, sample[2])
        else:
            x0, y0, _ = self._samples[-1]
            near = self.context.units(MIN_STEP)
            if abs(sample[0] - x0) < near and abs(sample[1] - y0) < near:
                return
            self._samples.append(sample)
        self._tell()

    def _hold_shift(self, held: bool) -> None:
        if held and self._straight_from is None:
            self._begin_straight()
        elif not held and self._straight_from is not None:
            self._end_straight()

    def _begin_straight(self) -> None:
        self._straight_from = len(self._samples) - 1

    def _end_straight(self) -> None:
        begin, self._straight_from = self._straight_from, None
        if self._tail is not None and begin is not None:
            self._straight.add(begin)
            self._samples.append(self._tail)
            self._tail = None

    def _shown(self) -> tuple[Sample, ...]:
        return tuple(self._samples) if self._tail is None else (*self._samples, self._tail)

    def _tell(self) -> None:
        """Send the points that are new since the last time, with the end of a straight piece."""
        start = self._told
        points = tuple((x, y) for x, y, _ in self._samples[start:])
        if self._tail is not None:
            points += (self._tail[:2],)
        if points:
            self.context.broadcast.tell(
                InkPreview(self._preview, start, points, self._style.colour, self._style.width)
            )
        self._told = len(self._samples)

    def _commit(self) -> None:
        self._hold_shift(held=False)
        self.context.editor.create(self._element(), "Draw")
        self.tool.rest()

    def exit(self) -> None:
        """Others stop seeing the preview."""
        self.context.broadcast.tell(PreviewEnd(self._preview))

    def feedback(self) -> Feedback:
        """The ink so far."""
        style = self._style
        return Feedback(
            ink=Ink(self._shown(), style.colour, style.width, style.opacity), cursor="cross"
        )

    def unfinished(self) -> LiteralElement:
        """The stroke so far."""
        self._hold_shift(held=False)
        return self._element()

    def _element(self) -> LiteralElement:
        samples, style = self._samples, self._style
        pressures = [pressure for _, _, pressure in samples]
        # One width for the whole stroke: what the mean pressure makes of the chosen one.
        width = style.width * (PLAIN_PRESSURE + sum(pressures) / len(pressures))
        if len(samples) == 1:
            return shapes.dot(*samples[0][:2], width, style)
        error = tolerance(style.width, self.context.view.scale)
        parts = self._parts()
        varies = max(pressures) - min(pressures) > STEADY_PRESSURE
        if varies and not style.dash and len(parts[0]) > 1:
            wide = [[_with_width(sample, style.width) for sample in part] for part in parts]
            path = outline(wide, error / 2)  # both sides may be off
            return shapes.brushed(format_path(path, DECIMALS), style)
        return shapes.stroke(format_path(fit_parts(parts, error), DECIMALS), width, style)

    def _parts(self) -> list[list[Smooth]]:
        """The samples without jitter; straight pieces are parts of their own."""
        grain = self.context.units(1.0)
        parts: list[list[Smooth]] = []
        run = [self._samples[0]]
        for i, sample in enumerate(self._samples[1:]):
            if i not in self._straight:
                run.append(sample)
                continue
            if len(run) > 1:
                parts.extend(smoothed(run, grain))
            parts.append([(*run[-1], 0.0), (*sample, 0.0)])
            run = [sample]
        if len(run) > 1 or not parts:
            parts.extend(smoothed(run, grain))
        return parts


def _with_width(sample: Smooth, width: float) -> Smooth:
    """The sample with the width of the stroke there instead of the pressure."""
    x, y, pressure, source = sample
    return (x, y, width * (PLAIN_PRESSURE + pressure), source)


def _sample(event: PointerEvent) -> Sample:
    pressure = PLAIN_PRESSURE if event.pressure is None else min(1.0, max(0.0, event.pressure))
    return (event.x, event.y, pressure)
