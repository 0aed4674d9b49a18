"""All actions and keys in one table: menus, palette and shortcuts are made from it (section 11)."""

from __future__ import annotations

import enum
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QMenu, QWidget

from whiteboard.ui import words
from whiteboard.ui.icons import icon


class Where(enum.Enum):
    """Where a key works."""

    EVERYWHERE = "everywhere"
    CANVAS = "canvas"
    """With the board or one of its bars in focus, while no text is edited."""


@dataclass(frozen=True, slots=True)
class Command:
    """Something one can do."""

    id: str
    label: str
    keys: tuple[str, ...] = ()
    where: Where = Where.EVERYWHERE
    menu: str = ""
    icon: str = ""
    checkable: bool = False


_C = Where.CANVAS

COMMANDS: Final[tuple[Command, ...]] = (
    Command("new", "New board", ("Ctrl+N",), menu="File", icon="plus"),
    Command("open", "Open…", ("Ctrl+O",), menu="File", icon="open"),
    Command("new-window", "New window", menu="File"),
    Command("save", "Save", ("Ctrl+S",), menu="File|1"),
    Command("save-as", "Save as…", ("Ctrl+Shift+S",), menu="File|1"),
    Command("export", "Export…", ("Ctrl+Shift+E",), menu="File|1", icon="export"),
    Command("properties", "Document properties…", menu="File|1"),
    Command("close", "Close board", ("Ctrl+W",), menu="File|2"),
    Command("quit", "Quit", ("Ctrl+Q",), menu="File|2"),
    Command("undo", "Undo", ("Ctrl+Z",), _C, "Edit", "undo"),
    Command("redo", "Redo", ("Ctrl+Shift+Z", "Ctrl+Y"), _C, "Edit", "redo"),
    Command("cut", "Cut", ("Ctrl+X",), _C, "Edit|1"),
    Command("copy", "Copy", ("Ctrl+C",), _C, "Edit|1", "copy"),
    Command("paste", "Paste", ("Ctrl+V",), _C, "Edit|1"),
    Command("duplicate", "Duplicate", ("Ctrl+D",), _C, "Edit|1", "duplicate"),
    Command("delete", "Delete", ("Del",), _C, "Edit|1", "trash"),
    Command("select-all", "Select all", ("Ctrl+A",), _C, "Edit|2"),
    Command("zoom-in", "Zoom in", ("Ctrl++", "Ctrl+="), _C, "View"),
    Command("zoom-out", "Zoom out", ("Ctrl+-",), _C, "View"),
    Command("zoom-100", "Zoom to 100 %", ("Ctrl+0",), _C, "View"),
    Command("fit", "Fit the drawing", ("Shift+1",), _C, "View"),
    Command("fit-selection", "Fit the selection", ("Shift+2",), _C, "View"),
    Command("grid", "Grid", ("Shift+G",), _C, "View|1", "", checkable=True),
    Command("only-board", "Only the board", ("Shift+Z",), _C, "View|1", "", checkable=True),
    Command("web-images", "Show images from the web", menu="View|1", checkable=True),
    Command("full-screen", "Full screen", ("F11",), menu="View|1", checkable=True),
    Command("start", "Start", menu="View|2", checkable=True, icon="home"),
    Command("sessions", "Sessions", ("F9",), menu="View|2", checkable=True),
    Command("people", "People", ("Ctrl+Shift+1",), menu="View|2", checkable=True),
    Command("chat", "Chat", ("Ctrl+Shift+2",), menu="View|2", icon="chat", checkable=True),
    Command("history", "History", ("Ctrl+Shift+5",), menu="View|2", icon="history", checkable=True),
    Command("movable", "Let others move my view", menu="View|3", checkable=True),
    Command("calm", "Reduce motion", menu="View|3", checkable=True),
    Command("to-front", "To the front", ("Home",), _C, "Arrange", "to-front"),
    Command("forward", "Forward", ("PgUp", "Ctrl+]"), _C, "Arrange"),
    Command("backward", "Backward", ("PgDown", "Ctrl+["), _C, "Arrange"),
    Command("to-back", "To the back", ("End",), _C, "Arrange", "to-back"),
    Command("finish", "Declare finished", (), _C, "Arrange|1", "lock"),
    Command("reopen", "Reopen", (), _C, "Arrange|1", "unlock"),
    Command("rename", "Rename the board…", menu="Board"),
    Command("leave", "Leave the board", menu="Board"),
    Command("finish-board", "The board is finished", menu="Board|1", checkable=True),
    Command("invite", "Invite…", ("Ctrl+Shift+I",), menu="People", icon="invite"),
    Command("ask-pen", "Ask for the pen", ("Ctrl+Shift+R",), menu="People", icon="raise-hand"),
    Command(
        "bring",
        "Bring everyone here",
        ("Ctrl+Shift+Return", "Ctrl+Shift+Enter"),
        menu="People",
        icon="gather",
    ),
    Command("show-selection", "Show the selection to everyone", menu="People"),
    Command("stop-following", "Stop following", ("Esc",), _C, "People", "follow"),
    Command("add-contact", "Add a contact…", menu="People|1"),
    Command("join-room", "Join a group chat…", menu="People|1", icon="group-chat"),
    Command("create-room", "Create a group chat…", menu="People|1"),
    Command("account", "Account…", menu="People|2", icon="person"),
    Command("palette", "Find a command…", ("Ctrl+K",), menu="Help", icon="command"),
    Command("keys", "Keys", ("?", "F1"), _C, "Help"),
    Command("menu", "Menu", ("F10",)),
    Command("next-region", "Next region", ("F6",)),
    Command("previous-region", "Previous region", ("Shift+F6",)),
    Command("newest-notice", "Newest notice", ("F8",)),
    Command("next-board", "Next board", ("Ctrl+Tab",)),
    Command("previous-board", "Previous board", ("Ctrl+Shift+Tab",)),
    *(Command(f"board-{n}", f"Board {n}", (f"Ctrl+{n}",)) for n in range(1, 10)),
    *(Command(f"follow-{n}", f"Follow person {n}", (f"Alt+{n}",), _C) for n in range(1, 10)),
    Command("tool-select", "Select", ("V", "1"), _C, icon="select"),
    Command("tool-hand", "Hand", ("H",), _C, icon="hand"),
    Command("tool-pen", "Pen", ("P", "2"), _C, icon="pen"),
    Command("tool-eraser", "Eraser", ("E", "0"), _C, icon="eraser"),
    Command("tool-rectangle", "Rectangle", ("R", "3"), _C, icon="rectangle"),
    Command("tool-ellipse", "Ellipse", ("O", "4"), _C, icon="ellipse"),
    Command("tool-line", "Line", ("L", "5"), _C, icon="line"),
    Command("tool-arrow", "Arrow", ("A", "6"), _C, icon="arrow"),
    Command("tool-text", "Text", ("T", "8"), _C, icon="text"),
)
"""In the order of the menus; 'File|1' is the second group of File."""

MENUS: Final = ("File", "Edit", "View", "Arrange", "Board", "People", "Help")


def make_actions(
    window: QWidget, canvas: QWidget, handlers: Mapping[str, Callable[[], None]]
) -> dict[str, QAction]:
    """One QAction for every command that has a handler.

    Args:
        window: where keys that work everywhere are heard.
        canvas: where canvas keys are heard (it or anything in it has the focus).
        handlers: what to call, by command id.
    """
    actions: dict[str, QAction] = {}
    for command in COMMANDS:
        handler = handlers.get(command.id)
        if handler is None:
            continue
        everywhere = command.where is Where.EVERYWHERE
        place = window if everywhere else canvas
        action = QAction(words.tr(command.label), place)
        action.setShortcuts([QKeySequence(key) for key in command.keys])
        action.setShortcutContext(
            Qt.ShortcutContext.WindowShortcut
            if everywhere
            else Qt.ShortcutContext.WidgetWithChildrenShortcut
        )
        action.setAutoRepeat(command.id in {"undo", "redo", "zoom-in", "zoom-out"})
        action.setCheckable(command.checkable)
        if command.icon:
            action.setIcon(icon(command.icon))
        action.triggered.connect(_without_argument(handler))
        place.addAction(action)
        actions[command.id] = action
    return actions


def _without_argument(handler: Callable[[], None]) -> Callable[..., None]:
    return lambda *_checked: handler()


def make_menu(window: QWidget, actions: Mapping[str, QAction]) -> tuple[QMenu, dict[str, QMenu]]:
    """The menu behind the Menu button, and its parts by name."""
    whole = QMenu(window)
    parts: dict[str, QMenu] = {}
    for name in MENUS:
        part = QMenu(words.tr(name), whole)
        group = "0"
        for command in COMMANDS:
            menu, _, its_group = command.menu.partition("|")
            if menu != name or command.id not in actions:
                continue
            if its_group and its_group != group and not part.isEmpty():
                part.addSeparator()
            group = its_group or "0"
            part.addAction(actions[command.id])
        if not part.isEmpty():
            whole.addMenu(part)
            parts[name] = part
    return whole, parts
