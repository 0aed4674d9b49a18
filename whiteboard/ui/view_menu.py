"""Theme and paper: choices and not commands, at the end of the View menu."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QMenu

from whiteboard.ui import words


def add_choices(
    view: QMenu,
    scheme: str,
    choose_scheme: Callable[[str], None],
    paper: str,
    choose_paper: Callable[[str], None],
) -> None:
    """Add both, with what holds now.

    Args:
        view: the menu.
        scheme: `system`, `light` or `dark`.
        choose_scheme: told what the person chose.
        paper: `auto`, `light` or `dark`.
        choose_paper: likewise.
    """
    view.addSeparator()
    for title, choices, now, choose in (
        (
            words.tr("Theme"),
            (("system", "As the system"), ("light", "Light"), ("dark", "Dark")),
            scheme,
            choose_scheme,
        ),
        (
            words.tr("Paper"),
            (("auto", "Automatic"), ("light", "Light"), ("dark", "Dark")),
            paper,
            choose_paper,
        ),
    ):
        menu = QMenu(title, view)
        group = QActionGroup(menu)
        for value, label in choices:
            action = QAction(words.tr(label), group)
            action.setCheckable(True)
            action.setChecked(value == now)
            action.triggered.connect(_with(choose, value))
            menu.addAction(action)
        view.addMenu(menu)


def _with(choose: Callable[[str], None], value: str) -> Callable[..., None]:
    return lambda *_checked: choose(value)
