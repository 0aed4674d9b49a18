"""Input as plain values: what a tool hears, with no Qt in it.

Positions are user units of the root element; `view_x`, `view_y` are the same in px of the view, for
thresholds that are sizes on the screen.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import TypeAlias


class Device(enum.Enum):
    """What the pointer is."""

    MOUSE = "mouse"
    PEN = "pen"
    PEN_ERASER = "pen-eraser"
    TOUCH = "touch"


class Phase(enum.Enum):
    """What the pointer did."""

    HOVER = "hover"
    DOWN = "down"
    MOVE = "move"
    UP = "up"
    DOUBLE = "double"
    """The second press of a double click, in place of DOWN; UP follows."""
    CANCEL = "cancel"


class Button(enum.Enum):
    """Which button the pointer went down with."""

    NONE = "none"
    PRIMARY = "primary"
    MIDDLE = "middle"
    SECONDARY = "secondary"


@dataclass(frozen=True, slots=True)
class Modifiers:
    """Keys held; `ctrl` is Command on macOS."""

    shift: bool = False
    ctrl: bool = False
    alt: bool = False
    space: bool = False


@dataclass(frozen=True, slots=True)
class PointerEvent:
    """One sample of a pointer."""

    phase: Phase
    x: float
    y: float
    view_x: float
    view_y: float
    time: float
    """Seconds, monotonic."""
    button: Button = Button.PRIMARY
    modifiers: Modifiers = Modifiers()
    device: Device = Device.MOUSE
    pressure: float | None = None
    """0 to 1; None where the device has none."""
    tilt_x: float = 0.0
    tilt_y: float = 0.0


@dataclass(frozen=True, slots=True)
class KeyEvent:
    """A key went down (`pressed`) or up; `key` is a name: 'Escape', 'Delete', 'Left', 'v', '1'."""

    key: str
    text: str = ""
    modifiers: Modifiers = Modifiers()
    pressed: bool = True
    repeat: bool = False


@dataclass(frozen=True, slots=True)
class TextEvent:
    """An input method commits `text`, or shows `preedit` while composing."""

    text: str = ""
    preedit: str = ""
    replace_from: int = 0
    replace_count: int = 0


@dataclass(frozen=True, slots=True)
class TickEvent:
    """A frame passed."""

    time: float


ToolEvent: TypeAlias = PointerEvent | KeyEvent | TextEvent | TickEvent
