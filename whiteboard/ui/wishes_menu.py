"""Choices of the menu about others: whose invitations are shown, and who sees my boards."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QMenu

from whiteboard.session.boards import Admission, Visibility
from whiteboard.ui import words
from whiteboard.ui.ports import Services

INVITATIONS = "invitations"
SHOW_BOARDS = "show_boards"
"""Keys of `Preferences`, as `transport/wishes.py` reads them."""

_ADMISSION = (
    (Admission.ASK.value, "From everybody"),
    (Admission.CONTACTS.value, "From contacts only"),
    (Admission.NEVER.value, "From nobody"),
)
_VISIBILITY = (
    (Visibility.NOBODY.value, "Nobody"),
    (Visibility.CONTACTS.value, "Contacts"),
    (Visibility.EVERYONE.value, "Everyone"),
)


def add_wishes(menu: QMenu, services: Services) -> None:
    """Put both choices at the end of the menu."""

    def choose(key: str, value: str) -> None:
        services.preferences.put(key, value)
        services.boards.wishes_changed()

    menu.addSeparator()
    for title, key, choices in (
        (words.tr("Invitations"), INVITATIONS, _ADMISSION),
        (words.tr("Who sees my boards"), SHOW_BOARDS, _VISIBILITY),
    ):
        now = services.preferences.get(key) or choices[0][0]
        submenu = QMenu(title, menu)
        group = QActionGroup(submenu)
        for value, label in choices:
            action = QAction(words.tr(label), group)
            action.setCheckable(True)
            action.setChecked(value == now)
            action.triggered.connect(_chooser(choose, key, value))
            submenu.addAction(action)
        menu.addMenu(submenu)


def _chooser(choose: Callable[[str, str], None], key: str, value: str) -> Callable[..., None]:
    return lambda *_checked: choose(key, value)
