"""The board inside a window, as bars, menus and keys see it: one small protocol.

`page.py` implements it with the canvas and the tools; tests of the windows have a recording one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from PySide6.QtCore import QRect
from PySide6.QtWidgets import QWidget

from whiteboard.canvas.past import PastView
from whiteboard.canvas.touched import Touched
from whiteboard.model.ephemeral import Box
from whiteboard.model.ids import Rid
from whiteboard.model.ops import LiteralElement
from whiteboard.model.shown import Shown
from whiteboard.session.boards import Board
from whiteboard.session.permissions import Hindrance
from whiteboard.ui.slices import Busy
from whiteboard.util.event import Event


@dataclass(frozen=True, slots=True)
class Style:
    """What the next thing drawn looks like, or what is selected looks like ('' and 0 = mixed)."""

    stroke: str = "#1B1F24"
    width: float = 5.0
    fill: str | None = None
    """None = no fill."""
    font_size: float = 24.0


@dataclass(frozen=True, slots=True)
class Selected:
    """What is selected; `box` is where, in px of the surface's widget."""

    count: int
    box: QRect
    style: Style
    fillable: bool = True
    stroked: bool = True
    moving: bool = False
    """It is being dragged: the bar over it hides."""
    hindrance: Hindrance | None = None
    """Why nothing of it can be changed."""


class Surface(Protocol):
    """A board to draw on."""

    changed: Event[None]
    """Tool, style, selection, zoom or what can be undone differ now."""
    busy: Event[Busy | None]
    """Something that was asked for takes its time; None: it is over."""
    left_out: Event[int]
    """Emits how many parts of what was pasted were left out, as they cannot be shown."""
    hindered: Event[Hindrance]
    """Emits why what the person tried was not done."""
    pen_taken: Event[tuple[LiteralElement, ...]]
    """Emits when I may only watch from now on, with what I was drawing at that moment."""
    steered: Event[None]
    """The person moved or scaled the view; `look_at` did not."""
    looked: Event[None]
    """The view shows another part of the board, whoever moved it."""

    @property
    def board(self) -> Board:
        """What is drawn on."""

    @property
    def widget(self) -> QWidget:
        """The canvas: takes pointer, keys and input methods."""

    @property
    def tool(self) -> str:
        """'select', 'hand', 'pen', 'eraser', 'rectangle', 'ellipse', 'line', 'arrow' or 'text'."""

    def choose(self, tool: str) -> None:
        """Use another tool."""

    @property
    def style(self) -> Style:
        """Of the tool in use."""

    def restyle(
        self,
        *,
        stroke: str | None = None,
        width: float | None = None,
        fill: str | None = None,
        font_size: float | None = None,
    ) -> None:
        """Change what is given, of the selection too; `fill` 'none' takes the fill away."""

    @property
    def selected(self) -> Selected | None:
        """None while nothing is."""

    @property
    def is_editing_text(self) -> bool:
        """Letters belong to a text now, not to tools."""

    @property
    def may_draw(self) -> bool:
        """False while the board is on its way, or may not be drawn on: one may look around."""

    @property
    def why_not(self) -> str:
        """Why one may not draw, in a sentence; '' if one may."""

    def drop_kept_back(self) -> None:
        """Show no longer what was being drawn when the pen was taken away."""

    @property
    def undo_label(self) -> str | None:
        """What undo would take back; None = nothing."""

    @property
    def redo_label(self) -> str | None:
        """The same for redo."""

    def can(self, command: str) -> bool:
        """Whether `do` would do something now."""

    def do(self, command: str) -> None:
        """Run a command.

        Args:
            command: undo, redo, cut, copy, paste, duplicate, delete, select-all, to-front,
                to-back, forward, backward, finish or reopen (what is selected).
        """

    @property
    def zoom(self) -> float:
        """1.0 = 100 %."""

    def zoom_by(self, factor: float) -> None:
        """About the middle of what is seen."""

    def zoom_to(self, zoom: float) -> None:
        """Set the zoom about the middle."""

    def fit(self, *, selection: bool = False) -> None:
        """Show all of the drawing, or of the selection."""

    def set_paper(self, paper: str) -> None:
        """'auto' (as the theme), 'light' or 'dark'."""

    def set_grid(self, shown: bool) -> None:
        """Show or hide the dots."""

    def reload_pictures(self) -> None:
        """Look again for pictures that could not be shown (the person allows the web now)."""

    def missing(self) -> tuple[str, ...]:
        """What of the board is not drawn as it is written, in sentences."""

    @property
    def seen(self) -> Box:
        """What of the board is seen."""

    def look_at(self, box: Box, seconds: float = 0.0, *, margin: float = 0.0) -> None:
        """Show all of a place, `margin` px around, as soon as `seconds` have gone."""

    def box_of(self, rids: Sequence[Rid]) -> Box | None:
        """Where elements are; None if none of them is shown."""

    @property
    def is_busy(self) -> bool:
        """A gesture is under way, or a text is being written: the view must not move."""

    def set_frame(self, address: str) -> None:
        """Frame the board in the colour of this person; '' takes the frame away."""

    @property
    def chosen(self) -> Sequence[Rid]:
        """The selected elements."""

    def describe(self, rid: Rid) -> str:
        """An element in words."""

    def look_back(self, then: Shown) -> PastView:
        """Make a second canvas, with the board as it was; there is no drawing until `look_now`.

        It looks where this one looks. Whoever asked puts it over this one.
        """

    def look_now(self) -> None:
        """The second canvas goes; this one looks where it looked."""

    def show_touched(self, touched: Touched | None) -> None:
        """Outline what somebody touched, on the canvas that is seen."""

    def close(self) -> None:
        """Let go of the board and of everything subscribed to."""
