"""The bars that float over the board: tools, options, undo, zoom, and the one over a selection.

They show what a `Surface` says and call it; `bind` turns them to another board without moving them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from PySide6.QtCore import QPoint, QRect, QSize, Qt, Signal
from PySide6.QtGui import QAction, QActionGroup, QColor, QIcon, QKeyEvent, QPainter, QPixmap
from PySide6.QtWidgets import QAbstractButton, QHBoxLayout, QMenu, QWidget

from whiteboard.canvas.colours import hexadecimal, on_dark_paper, parse_hex
from whiteboard.ui import words
from whiteboard.ui.icons import icon
from whiteboard.ui.lock_part import LockPart
from whiteboard.ui.pen_part import PenPart
from whiteboard.ui.shade import Floating
from whiteboard.ui.surface import Style, Surface
from whiteboard.ui.theme import theme
from whiteboard.ui.tokens import FILL_COLOURS, FONT_SIZES, PEN_COLOURS, WIDTHS
from whiteboard.ui.widgets import Divider, IconButton, Swatch, WidthButton, WordButton


@dataclass(frozen=True, slots=True)
class ToolSpec:
    """A button of the tool bar; `tools` are those behind it (more than one: a list opens)."""

    name: str
    label: str
    key: str
    tools: tuple[tuple[str, str, str], ...]
    """(tool, label, key) each; the icon has the tool's name."""


TOOLS: Final[tuple[ToolSpec | None, ...]] = (
    ToolSpec("select", "Select", "V", (("select", "Select", "V"),)),
    ToolSpec("hand", "Hand", "H", (("hand", "Hand", "H"),)),
    None,
    ToolSpec("pen", "Pen", "P", (("pen", "Pen", "P"),)),
    ToolSpec("eraser", "Eraser", "E", (("eraser", "Eraser", "E"),)),
    None,
    ToolSpec(
        "shapes",
        "Shapes",
        "G",
        (
            ("rectangle", "Rectangle", "R"),
            ("ellipse", "Ellipse", "O"),
            ("line", "Line", "L"),
        ),
    ),
    ToolSpec("arrow", "Arrow", "A", (("arrow", "Arrow", "A"),)),
    ToolSpec("text", "Text", "T", (("text", "Text", "T"),)),
)
"""What exists, in DESIGN's order; None = a divider."""

_WIDTH_NAMES = ("Thin", "Medium", "Thick", "Very thick")
_SIZE_NAMES = (
    ("S", "Small text"),
    ("M", "Medium text"),
    ("L", "Large text"),
    ("XL", "Very large text"),
)
_DRAWING = {"pen", "rectangle", "ellipse", "line", "arrow", "text"}


class Bar(Floating):
    """A row of controls; arrows move inside it, Tab leaves it (roving focus)."""

    def __init__(self, parent: QWidget, name: str, *, padding: int = 4, gap: int = 2) -> None:
        super().__init__(parent)
        self.setAccessibleName(name)
        self.row = QHBoxLayout(self)
        self.row.setContentsMargins(padding, padding, padding, padding)
        self.row.setSpacing(gap)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = {Qt.Key.Key_Right: 1, Qt.Key.Key_Left: -1}.get(Qt.Key(event.key()))
        if step is None:
            super().keyPressEvent(event)
            return
        if self.layoutDirection() == Qt.LayoutDirection.RightToLeft:
            step = -step
        buttons = [
            button
            for button in self.findChildren(QAbstractButton)
            if button.isVisibleTo(self) and button.isEnabled()
        ]
        focused = self.focusWidget()
        if isinstance(focused, QAbstractButton) and focused in buttons:
            place = (buttons.index(focused) + step) % len(buttons)
            buttons[place].setFocus(Qt.FocusReason.TabFocusReason)


class ToolBar(Bar):
    """The tools at the bottom centre; those that do not fit go into "More".

    It starts with what stands in the way of drawing, if something does (DESIGN flow G).
    """

    arrange_again = Signal()
    """It needs another width."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent, words.tr("Tools"))
        self._surface: Surface | None = None
        self._shape = "rectangle"
        self.buttons: dict[str, IconButton] = {}
        self._dividers: list[Divider] = []
        for spec in TOOLS:
            if spec is None:
                divider = Divider(self)
                self._dividers.append(divider)
                self.row.addWidget(divider)
                continue
            button = IconButton(
                spec.name,
                words.tr(spec.label),
                self,
                side=40,
                icon_size=22,
                key=spec.key,
                tool=True,
                checkable=True,
            )
            button.clicked.connect(self._clicker(spec))
            self.buttons[spec.name] = button
            self.row.addWidget(button)
        self.more = IconButton("more", words.tr("More tools"), self, side=40, icon_size=22)
        self.more.clicked.connect(self._open_more)
        self.row.addWidget(self.more)
        self.more.hide()
        self._hidden: list[ToolSpec] = []
        self.pen = PenPart(self)
        self.pen.changed.connect(self.arrange_again)
        self.row.insertWidget(0, self.pen)

    def bind(self, surface: Surface) -> None:
        """Show and steer this board's tools from now on."""
        self._surface = surface
        self.pen.watch(surface.board)
        self.refresh()

    def refresh(self) -> None:
        """Show which tool is in use."""
        if self._surface is None:
            return
        self.pen.refresh()
        tool = self._surface.tool
        for spec in TOOLS:
            if spec is None:
                continue
            ours = any(tool == one for one, _, _ in spec.tools)
            button = self.buttons[spec.name]
            button.setChecked(ours)
            usable = self._surface.may_draw or spec.name in {"select", "hand"}
            why = "" if usable else self._surface.why_not
            if usable != button.isEnabled() or why != button.accessibleDescription():
                button.setEnabled(usable)
                button.set_label(words.tr(spec.label), why)
            if ours and len(spec.tools) > 1:
                self._shape = tool

    def fit_width(self, width: int) -> None:
        """Hide trailing tools behind "More" until the bar is at most `width` px wide."""
        specs = [spec for spec in TOOLS if spec is not None]
        shown = len(specs)
        while shown > 1 and self._width_with(shown, len(specs)) > width:
            shown -= 1
        self._hidden = specs[shown:]
        for place, spec in enumerate(specs):
            self.buttons[spec.name].setVisible(place < shown)
        self.more.setVisible(bool(self._hidden))
        self.setFixedSize(self._width_with(shown, len(specs)), 48)

    def _width_with(self, shown: int, total: int) -> int:
        pen = 0 if self.pen.isHidden() else self.pen.sizeHint().width() + 2
        return pen + self._width_of_tools(shown, total)

    def _width_of_tools(self, shown: int, total: int) -> int:
        buttons = shown + (1 if shown < total else 0)
        parts = buttons + len(self._dividers)
        return 8 + buttons * 40 + len(self._dividers) * 17 + (parts - 1) * 2

    def _clicker(self, spec: ToolSpec) -> Callable[[], None]:
        def choose() -> None:
            if self._surface is None:
                return
            self.refresh()  # a checkable button has toggled itself
            if len(spec.tools) == 1:
                self._surface.choose(spec.tools[0][0])
                self.refresh()
            else:
                if self._surface.tool not in {tool for tool, _, _ in spec.tools}:
                    self._surface.choose(self._shape)
                    self.refresh()
                self._open_list(spec.tools, self.buttons[spec.name])

        return choose

    def _open_list(self, tools: tuple[tuple[str, str, str], ...], at: QWidget) -> None:
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        for tool, label, key in tools:
            action = menu.addAction(icon(tool), f"{words.tr(label)}\t{key}")
            action.triggered.connect(self._chooser(tool))
        popup_above(menu, at)

    def _open_more(self) -> None:
        self._open_list(tuple(tool for spec in self._hidden for tool in spec.tools), self.more)

    def _chooser(self, tool: str) -> Callable[[], None]:
        def choose() -> None:
            if self._surface is not None:
                self._surface.choose(tool)
                self.refresh()

        return choose


class OptionsBar(Bar):
    """Colours and widths of the tool in use; fill for shapes, size for text."""

    wanted = Signal(bool)
    """Whether the tool in use has options at all."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent, words.tr("Options"))
        self._surface: Surface | None = None
        self._compact = False
        self.swatches = [
            Swatch(value, words.tr(label.capitalize()), self) for label, value in PEN_COLOURS
        ]
        self.widths = [
            WidthButton(width, words.tr(label), self)
            for width, label in zip(WIDTHS, _WIDTH_NAMES, strict=True)
        ]
        self.sizes = [WordButton(short, words.tr(label), self) for short, label in _SIZE_NAMES]
        self.fill = Swatch(None, words.tr("Fill"), self)
        self.fill.setCheckable(False)
        self.more = IconButton("more", words.tr("More options"), self, side=32, icon_size=18)
        self._first_divider = Divider(self)
        self._second_divider = Divider(self)
        for widget in (
            *self.swatches,
            self._first_divider,
            *self.widths,
            *self.sizes,
            self._second_divider,
            self.fill,
            self.more,
        ):
            self.row.addWidget(widget)
        for swatch in self.swatches:
            swatch.clicked.connect(self._restyler(stroke=swatch.colour))
        for button in self.widths:
            button.clicked.connect(self._restyler(width=button.stroke_width))
        for size, word in zip(FONT_SIZES, self.sizes, strict=True):
            word.clicked.connect(self._restyler(size=size))
        self.fill.clicked.connect(self._open_fill)
        self.more.clicked.connect(self._open_more)
        theme().changed.connect(self.refresh)

    def bind(self, surface: Surface) -> None:
        """Show and change this board's style from now on."""
        self._surface = surface
        self.refresh()

    def has_options(self) -> bool:
        """Whether the tool in use has anything to choose."""
        return self._surface is not None and self._surface.tool in _DRAWING

    def set_compact(self, compact: bool) -> None:
        """Six colours and three widths, the rest behind "more"."""
        self._compact = compact
        self.refresh()

    def full_width(self) -> int:
        """Px that all options of the widest tool need."""
        return 8 + 10 * 34 + 17 + 4 * 34 + 19 + 34

    def refresh(self) -> None:
        """Show the style in use, and what belongs to the tool."""
        surface = self._surface
        if surface is None or not self.has_options():
            return
        style, tool = surface.style, surface.tool
        for place, swatch in enumerate(self.swatches):
            swatch.shown = shown_colour(swatch.colour)
            swatch.setChecked(_same_colour(swatch.colour, style.stroke))
            swatch.setVisible(not self._compact or place < 6)
        is_text = tool == "text"
        for place, button in enumerate(self.widths):
            button.setChecked(button.stroke_width == style.width)
            button.setVisible(not is_text and (not self._compact or place < 3))
        for size, word in zip(FONT_SIZES, self.sizes, strict=True):
            word.setChecked(size == style.font_size)
            word.setVisible(is_text)
        fillable = tool in {"rectangle", "ellipse"}
        self._second_divider.setVisible(fillable or self._compact)
        self.fill.setVisible(fillable)
        self.fill.shown = shown_colour(style.fill)
        self.fill.update()
        self.more.setVisible(self._compact)
        self.setFixedSize(self.row.sizeHint().width(), 40)

    def _restyler(
        self, *, stroke: str | None = None, width: float | None = None, size: float | None = None
    ) -> Callable[[], None]:
        def choose() -> None:
            if self._surface is not None:
                self._surface.restyle(stroke=stroke, width=width, font_size=size)
                self.refresh()

        return choose

    def _open_fill(self) -> None:
        if self._surface is not None:
            popup_above(fill_menu(self, self._surface), self.fill)

    def _open_more(self) -> None:
        if self._surface is None:
            return
        menu = stroke_menu(self, self._surface)
        menu.addSeparator()
        add_widths(menu, self._surface)
        popup_above(menu, self.more)


class UndoBar(Bar):
    """Undo and redo at the bottom leading corner."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent, words.tr("Undo and redo"))
        self._surface: Surface | None = None
        self.undo = IconButton("undo", words.tr("Undo"), self, side=32, icon_size=18, key="Ctrl+Z")
        self.redo = IconButton(
            "redo", words.tr("Redo"), self, side=32, icon_size=18, key="Ctrl+Shift+Z"
        )
        self.undo.clicked.connect(lambda: self._do("undo"))
        self.redo.clicked.connect(lambda: self._do("redo"))
        self.row.addWidget(self.undo)
        self.row.addWidget(self.redo)
        self.setFixedSize(76, 40)

    def bind(self, surface: Surface) -> None:
        """Undo on this board from now on."""
        self._surface = surface
        self.refresh()

    def refresh(self) -> None:
        """Show what can be undone."""
        if self._surface is None:
            return
        for button, label, word in (
            (self.undo, self._surface.undo_label, words.tr("Undo")),
            (self.redo, self._surface.redo_label, words.tr("Redo")),
        ):
            why = self._surface.why_not
            if not why and label is None:
                why = words.tr("Nothing to do here yet")
            button.setEnabled(not why)
            button.set_label(f"{word}: {label}" if label else word, why)

    def _do(self, command: str) -> None:
        if self._surface is not None:
            self._surface.do(command)
            self.refresh()


class ZoomBar(Bar):
    """Zoom at the bottom trailing corner; only Fit in a narrow window."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent, words.tr("Zoom"))
        self._surface: Surface | None = None
        self.smaller = IconButton(
            "zoom-out", words.tr("Zoom out"), self, side=32, icon_size=18, key="Ctrl+-"
        )
        self.percent = WordButton("100 %", words.tr("Zoom to 100 %"), self)
        self.percent.setCheckable(False)
        self.percent.setFixedWidth(theme().em(50))
        self.larger = IconButton(
            "zoom-in", words.tr("Zoom in"), self, side=32, icon_size=18, key="Ctrl++"
        )
        self.fit = IconButton(
            "zoom-fit", words.tr("Fit the drawing"), self, side=32, icon_size=18, key="Shift+1"
        )
        for widget in (self.smaller, self.percent, self.larger, self.fit):
            self.row.addWidget(widget)
        self.smaller.clicked.connect(lambda: self._zoom(0.8))
        self.larger.clicked.connect(lambda: self._zoom(1.25))
        self.percent.clicked.connect(self._reset)
        self.fit.clicked.connect(self._fit)
        self.set_compact(False)

    def bind(self, surface: Surface) -> None:
        """Zoom this board from now on."""
        self._surface = surface
        self.refresh()

    def set_compact(self, compact: bool) -> None:
        """Show only Fit."""
        for widget in (self.smaller, self.percent, self.larger):
            widget.setVisible(not compact)
        self.setFixedSize(40 if compact else 32 * 3 + 6 + 8 + theme().em(50), 40)

    def refresh(self) -> None:
        """Show the zoom."""
        if self._surface is not None:
            text = f"{words.number(round(self._surface.zoom * 100))} %"
            self.percent.setText(text)
            self.percent.setAccessibleName(words.tr("Zoom {now}").replace("{now}", text))

    def _zoom(self, factor: float) -> None:
        if self._surface is not None:
            self._surface.zoom_by(factor)
            self.refresh()

    def _reset(self) -> None:
        if self._surface is not None:
            self._surface.zoom_to(1.0)
            self.refresh()

    def _fit(self) -> None:
        if self._surface is not None:
            self._surface.fit()
            self.refresh()


class SelectionBar(Bar):
    """What one does with the selection, 12 px above it."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent, words.tr("Selection"))
        self._surface: Surface | None = None
        self.fill = Swatch(None, words.tr("Fill"), self)
        self.stroke = Swatch("#1B1F24", words.tr("Line colour"), self)
        self.width_button = IconButton("line", words.tr("Line width"), self, side=32, icon_size=18)
        self.order = IconButton("to-front", words.tr("Order"), self, side=32, icon_size=18)
        self.duplicate = IconButton(
            "duplicate", words.tr("Duplicate"), self, side=32, icon_size=18, key="Ctrl+D"
        )
        self.remove = IconButton(
            "trash", words.tr("Delete"), self, side=32, icon_size=18, key="Del"
        )
        for swatch in (self.fill, self.stroke):
            swatch.setCheckable(False)
        self._editing = (
            self.fill,
            self.stroke,
            self.width_button,
            Divider(self),
            self.order,
            self.duplicate,
            Divider(self),
            self.remove,
        )
        self.lock = LockPart(self)
        self.lock.reopened.connect(lambda: self._do("reopen"))
        for widget in (self.lock, *self._editing):
            self.row.addWidget(widget)
        self.fill.clicked.connect(lambda: self._popup(fill_menu, self.fill))
        self.stroke.clicked.connect(lambda: self._popup(stroke_menu, self.stroke))
        self.width_button.clicked.connect(lambda: self._popup(width_menu, self.width_button))
        self.order.clicked.connect(lambda: self._popup(order_menu, self.order))
        self.duplicate.clicked.connect(lambda: self._do("duplicate"))
        self.remove.clicked.connect(lambda: self._do("delete"))
        self.hide()

    def bind(self, surface: Surface) -> None:
        """Work on this board's selection from now on."""
        self._surface = surface
        self.refresh()

    def refresh(self) -> None:
        """Show the selection's style, or nothing."""
        chosen = None if self._surface is None else self._surface.selected
        busy = self._surface is not None and self._surface.is_editing_text
        if self._surface is None or chosen is None or chosen.moving or busy:
            self.hide()
            return
        self.lock.show_finished(self._surface)
        for widget in self._editing:
            widget.setVisible(chosen.hindrance is None)
        if chosen.hindrance is None:
            self._show_style(chosen.style, fillable=chosen.fillable, stroked=chosen.stroked)
        elif self.lock.isHidden():
            self.hide()  # who may only watch is told at the tools
            return
        self.setFixedSize(self.row.sizeHint().width(), 40)
        self.place(chosen.box)
        self.show()
        self.raise_()

    def place(self, box: QRect) -> None:
        """12 above `box`; below it if there is no room, else at the top."""
        area = self._area()
        x = min(max(box.center().x() - self.width() // 2, 12), area.width() - self.width() - 12)
        y = box.top() - 12 - self.height()
        if y < 12:
            y = box.bottom() + 12
        if y + self.height() > area.height() - 120:
            y = 12
        self.move(max(12, x), y)

    def _area(self) -> QSize:
        parent = self.parentWidget()
        assert parent is not None
        return parent.size()

    def _show_style(self, style: Style, *, fillable: bool, stroked: bool) -> None:
        self.fill.setVisible(fillable)
        self.fill.shown = shown_colour(style.fill)
        self.stroke.shown = shown_colour(style.stroke or None)
        self.width_button.setVisible(stroked)
        for swatch in (self.fill, self.stroke):
            swatch.update()

    def _popup(self, make: Callable[[QWidget, Surface], QMenu], at: QWidget) -> None:
        if self._surface is not None:
            popup_above(make(self, self._surface), at)

    def _do(self, command: str) -> None:
        if self._surface is not None:
            self._surface.do(command)


def shown_colour(colour: str | None) -> str | None:
    """How a colour of the drawing looks on the present paper."""
    if colour is None or not theme().dark:
        return colour
    try:
        return hexadecimal(on_dark_paper(parse_hex(colour)))
    except ValueError:
        return colour  # a gradient or a keyword that only the drawing knows


def popup_above(menu: QMenu, at: QWidget) -> None:
    """Open a menu above a control, or below it if there is no room."""
    menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    corner = at.mapToGlobal(QPoint(0, 0))
    size = menu.sizeHint()
    top = corner.y() - size.height() - 8
    screen = at.screen().availableGeometry()
    if top < screen.top():
        top = corner.y() + at.height() + 8
    menu.popup(QPoint(corner.x(), top))


def colour_icon(colour: str | None) -> QIcon:
    """A disc of a colour for a menu; made for the moment the menu is open."""
    ratio = 2.0
    pixmap = QPixmap(round(20 * ratio), round(20 * ratio))
    pixmap.setDevicePixelRatio(ratio)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(theme().colour("outline"))
    shown = shown_colour(colour)
    painter.setBrush(QColor(shown) if shown else theme().colour("canvas"))
    painter.drawEllipse(2, 2, 16, 16)
    painter.end()
    return QIcon(pixmap)


def fill_menu(parent: QWidget, surface: Surface) -> QMenu:
    """No fill, then the fill colours."""
    menu = QMenu(parent)
    menu.addAction(colour_icon(None), words.tr("No fill")).triggered.connect(
        lambda: surface.restyle(fill="none")
    )
    for label, value in FILL_COLOURS:
        action = menu.addAction(colour_icon(value), words.tr(label.capitalize()))
        action.triggered.connect(_restyler(surface, fill=value))
    return menu


def stroke_menu(parent: QWidget, surface: Surface) -> QMenu:
    """The pen colours by name."""
    menu = QMenu(parent)
    for label, value in PEN_COLOURS:
        action = menu.addAction(colour_icon(value), words.tr(label.capitalize()))
        action.triggered.connect(_restyler(surface, stroke=value))
    return menu


def add_widths(menu: QMenu, surface: Surface) -> None:
    """Add the stroke widths to a menu."""
    group = QActionGroup(menu)
    for width, label in zip(WIDTHS, _WIDTH_NAMES, strict=True):
        action = QAction(f"{words.tr(label)}\t{words.number(round(width))}", group)
        action.setCheckable(True)
        action.setChecked(surface.style.width == width)
        action.triggered.connect(_restyler(surface, width=width))
        menu.addAction(action)


def width_menu(parent: QWidget, surface: Surface) -> QMenu:
    """The stroke widths."""
    menu = QMenu(parent)
    add_widths(menu, surface)
    return menu


def order_menu(parent: QWidget, surface: Surface) -> QMenu:
    """Before and behind other things."""
    menu = QMenu(parent)
    for command, label, key, name in (
        ("to-front", "To the front", "Home", "to-front"),
        ("forward", "Forward", "PgUp", ""),
        ("backward", "Backward", "PgDown", ""),
        ("to-back", "To the back", "End", "to-back"),
    ):
        action = menu.addAction(f"{words.tr(label)}\t{key}")
        if name:
            action.setIcon(icon(name))
        action.triggered.connect(_runner(surface, command))
    return menu


def _restyler(
    surface: Surface,
    *,
    stroke: str | None = None,
    width: float | None = None,
    fill: str | None = None,
) -> Callable[[], None]:
    return lambda: surface.restyle(stroke=stroke, width=width, fill=fill)


def _runner(surface: Surface, command: str) -> Callable[[], None]:
    return lambda: surface.do(command)


def _same_colour(one: str | None, other: str | None) -> bool:
    return one is not None and other is not None and one.upper() == other.upper()
