"""Drawing by keys: arrows move a cross, Enter presses and releases where it stands.

The cross makes pointer events like any other device, so no tool knows of it (DESIGN section 11).
"""

from __future__ import annotations

from collections.abc import Callable

from whiteboard.editing import shapes
from whiteboard.editing.style import Style
from whiteboard.model.ops import LiteralElement
from whiteboard.tools.context import ToolContext
from whiteboard.tools.events import Button, KeyEvent, Phase, PointerEvent

TOOLS = frozenset(("pen", "eraser", "rectangle", "ellipse", "line", "arrow", "text"))
"""Tools that the cross works with; the others have their own use for arrows."""
STEP, FAR, NEAR = 8.0, 80.0, 1.0
"""Px of one step, with Shift, with Ctrl."""
_ARM = 10.0
"""Px from the middle of the cross to its ends."""
_COLOUR = "#1F5FD6"

_DIRECTIONS = {"Left": (-1, 0), "Right": (1, 0), "Up": (0, -1), "Down": (0, 1)}


class Cross:
    """Where the cross is, and what keys do with it.

    Attributes:
        at: its place in user units; None while it is not used.
    """

    def __init__(self, context: ToolContext, send: Callable[[PointerEvent], object]) -> None:
        self.at: tuple[float, float] | None = None
        self._context = context
        self._send = send
        self._is_pressed = False

    def hide(self) -> None:
        """Another device is used, or another tool."""
        self.at = None
        self._is_pressed = False

    def release(self) -> None:
        """The gesture was given up; the cross stays where it is."""
        self._is_pressed = False

    def key(self, event: KeyEvent, tool: str) -> bool:
        """Move, press or release; False for a key that means nothing to it."""
        if tool not in TOOLS or event.modifiers.alt or not event.pressed:
            return False
        if event.key in _DIRECTIONS:
            self._move(event)
            return True
        if event.key in ("Enter", "Return") and self.at is not None and not event.repeat:
            self._press(tool)
            return True
        return False

    def _move(self, event: KeyEvent) -> None:
        held = event.modifiers
        px = FAR if held.shift else NEAR if held.ctrl else STEP
        dx, dy = _DIRECTIONS[event.key]
        step = self._context.units(px)
        if self.at is None:
            seen = self._context.view.visible
            self.at = (seen.x + seen.width / 2, seen.y + seen.height / 2)
        self.at = (self.at[0] + dx * step, self.at[1] + dy * step)
        self._point(Phase.MOVE if self._is_pressed else Phase.HOVER)

    def _press(self, tool: str) -> None:
        if not self._is_pressed:
            self._is_pressed = True
            self._point(Phase.DOWN)
            if tool != "text":
                return
        self._is_pressed = False
        self._point(Phase.UP)

    def _point(self, phase: Phase) -> None:
        assert self.at is not None
        x, y = self.at
        scale = self._context.view.scale
        button = Button.NONE if phase in (Phase.MOVE, Phase.HOVER) else Button.PRIMARY
        now = self._context.clock()
        self._send(PointerEvent(phase, x, y, x * scale, y * scale, now, button))

    def picture(self) -> tuple[LiteralElement, ...]:
        """Two lines of constant size on the screen; nothing while it is not used."""
        if self.at is None:
            return ()
        x, y = self.at
        arm = self._context.units(_ARM)
        look = Style(colour=_COLOUR, width=max(0.01, self._context.units(1.5)))
        return (
            shapes.line(x - arm, y, x + arm, y, look),
            shapes.line(x, y - arm, x, y + arm, look),
        )
