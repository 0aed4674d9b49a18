"""What every tool is given, and the sizes on the screen that decide what a gesture is."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace

from whiteboard.editing.editor import Editor
from whiteboard.model.ephemeral import Ephemeral
from whiteboard.model.ids import Rid
from whiteboard.tools.events import Device, KeyEvent, Modifiers, PointerEvent
from whiteboard.tools.ports import Broadcast, Geometry, Overlay, TextMetrics, View

DRAG_MOUSE = 4.0
"""Px that a mouse moves before a press is a drag (DESIGN section 4)."""
DRAG_TOUCH = 6.0
"""The same for a pen or a finger."""
HIT_MARGIN = 8.0
"""Px by which a press may miss what it means."""
HANDLE_RADIUS = 8.0
"""Px around a handle that take hold of it."""
HANDLE_RADIUS_TOUCH = 20.0
ERASER_RADIUS = 8.0
"""Px around the pointer that the eraser takes."""


def _preview_ids() -> Callable[[], str]:
    numbers: Iterator[int] = itertools.count(1)
    return lambda: f"p{next(numbers)}"


class Alone:
    """A `Broadcast` for a board that nobody shares."""

    def tell(self, what: Ephemeral) -> None:
        """Nobody hears it."""


class NoMetrics:
    """A `TextMetrics` that knows no text: carets are placed by characters only."""

    def caret(self, rid: Rid, index: int) -> tuple[float, float, float] | None:
        """Unknown."""
        return None

    def index_at(self, rid: Rid, x: float, y: float) -> int:
        """The end, whatever the text (callers clamp)."""
        return 2**31 - 1


@dataclass(slots=True)
class ToolContext:
    """The ports of one window on one board.

    Attributes:
        clock: seconds, monotonic.
        ids: a new id for a preview, unique among this person's.
    """

    editor: Editor
    geometry: Geometry
    view: View
    overlay: Overlay
    broadcast: Broadcast = field(default_factory=Alone)
    metrics: TextMetrics = field(default_factory=NoMetrics)
    clock: Callable[[], float] = lambda: 0.0
    ids: Callable[[], str] = field(default_factory=_preview_ids)

    def units(self, px: float) -> float:
        """A length on the screen in user units."""
        return px / max(self.view.scale, 1e-9)


def is_drag(start: PointerEvent, now: PointerEvent) -> bool:
    """Whether the pointer went so far from where it was pressed that a drag is meant."""
    limit = DRAG_MOUSE if start.device is Device.MOUSE else DRAG_TOUCH
    return (now.view_x - start.view_x) ** 2 + (now.view_y - start.view_y) ** 2 >= limit**2


def held_after(event: KeyEvent) -> Modifiers:
    """The modifiers that are held once this key went down or up."""
    held = event.modifiers
    match event.key:
        case "Shift":
            return replace(held, shift=event.pressed)
        case "Alt":
            return replace(held, alt=event.pressed)
        case "Control" | "Meta":
            return replace(held, ctrl=event.pressed)
        case "Space":
            return replace(held, space=event.pressed)
    return held
