"""Alt pressed and released with no pointer event between opens the menu (DESIGN section 2)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QKeyEvent, QWindow

_POINTER: Final = {
    QEvent.Type.MouseButtonPress,
    QEvent.Type.Wheel,
    QEvent.Type.TabletPress,
    QEvent.Type.TouchBegin,
    QEvent.Type.FocusOut,
}


class AltKey(QObject):
    """Listens to one native window; Alt with anything else (copying by drag, AltGr) is not it."""

    def __init__(self, window: QWindow, act: Callable[[], None]) -> None:
        super().__init__(window)
        self._act = act
        self._is_alone = False
        window.installEventFilter(self)

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        kind = event.type()
        if kind == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            others = event.modifiers() & ~Qt.KeyboardModifier.AltModifier
            is_alt = event.key() == Qt.Key.Key_Alt and not others
            self._is_alone = is_alt and (self._is_alone or not event.isAutoRepeat())
        elif kind in _POINTER:
            self._is_alone = False
        elif (
            kind == QEvent.Type.KeyRelease
            and isinstance(event, QKeyEvent)
            and event.key() == Qt.Key.Key_Alt
            and not event.isAutoRepeat()
            and self._is_alone
        ):
            self._is_alone = False
            self._act()
        return False
