"""The menu of a person in People: what one may do about them here (DESIGN section 11)."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMenu, QWidget

from whiteboard.model.strict.document import StrictDocument
from whiteboard.session.boards import Board, BoardState, Participant
from whiteboard.session.permissions import Deed
from whiteboard.ui import words
from whiteboard.ui.icons import icon

_ICONS = {
    Deed.GIVE_PEN: "pen",
    Deed.TAKE_PEN: "eye",
    Deed.MAKE_MODERATOR: "person",
    Deed.UNMAKE_MODERATOR: "person",
    Deed.MAKE_HOST: "host",
    Deed.HAND_OVER: "host",
    Deed.REMOVE: "close",
    Deed.BAN: "close",
}
_GROUPS = (
    (Deed.GIVE_PEN, Deed.TAKE_PEN),
    (Deed.MAKE_MODERATOR, Deed.UNMAKE_MODERATOR, Deed.MAKE_HOST, Deed.HAND_OVER),
    (Deed.REMOVE, Deed.BAN),
)
_USUAL = frozenset({Deed.TAKE_PEN, Deed.REMOVE})
"""Shown to everybody, so that it is known who can do it; disabled for who cannot."""


def has_menu(board: Board, person: Participant) -> bool:
    """Whether there is anything to do about somebody."""
    rights = board.permissions
    can_undo = not isinstance(board.document, StrictDocument)
    return can_undo or bool(rights.deeds(person.id)) or (person.me and rights.may_resign)


def person_menu(
    board: Board,
    person: Participant,
    parent: QWidget,
    *,
    deed: Callable[[Deed], object],
    resign: Callable[[], object],
    go_on_anew: Callable[[], object],
    undo: Callable[[], object],
    follow: Callable[[], object],
) -> QMenu:
    """Make it; what is chosen is handed to the functions given."""
    menu = QMenu(parent)
    menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    menu.setToolTipsVisible(True)
    rights = board.permissions
    may = rights.deeds(person.id)
    is_shared = board.state is BoardState.LIVE and not person.me
    if is_shared and not person.away:
        label = words.follow(person.name)
        menu.addAction(icon("follow"), label).triggered.connect(_without_argument(follow))
        menu.addSeparator()
    for group in _GROUPS:
        for one in group:
            if one in may:
                _add(menu, one, deed)
            elif one in _USUAL and is_shared and not may:
                action = menu.addAction(icon(_ICONS[one]), words.deed_label(one))
                action.setEnabled(False)
                action.setToolTip(words.only_moderators())
        menu.addSeparator()
    if person.me and rights.may_resign:
        menu.addAction(icon("host"), words.resign()).triggered.connect(_without_argument(resign))
    if person.me and rights.may_go_on_anew:
        again = menu.addAction(icon("host"), words.go_on_anew())
        again.triggered.connect(_without_argument(go_on_anew))
    if not isinstance(board.document, StrictDocument):
        label = words.undo_work_of("" if person.me else person.name)
        menu.addAction(icon("undo"), label).triggered.connect(_without_argument(undo))
    return menu


def _without_argument(act: Callable[[], object]) -> Callable[..., object]:
    return lambda *_checked: act()


def _add(menu: QMenu, one: Deed, deed: Callable[[Deed], object]) -> None:
    menu.addAction(icon(_ICONS[one]), words.deed_label(one)).triggered.connect(lambda: deed(one))
