"""What F6 walks: the parts of a window, each with the widgets that can have the focus there."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QWidget


def focusable(holder: QWidget) -> list[QWidget]:
    """What Tab would reach inside; nothing while it is hidden."""
    if holder.isHidden():
        return []
    return [
        child
        for child in holder.findChildren(QWidget)
        if child.focusPolicy() & Qt.FocusPolicy.TabFocus and child.isVisible() and child.isEnabled()
    ]


def step(regions: Sequence[Sequence[QWidget]], by: int) -> None:
    """Move the focus from the region it is in to another, round and round.

    Args:
        regions: in the order of walking; of each the first widget gets the focus, and one whose
            first is not shown is left out.
        by: 1 = to the next, -1 = to the previous.
    """
    shown = [region for region in regions if region and region[0].isVisible()]
    focus = QApplication.focusWidget()
    here = next((at for at, region in enumerate(shown) if focus in region), 0)
    shown[(here + by) % len(shown)][0].setFocus(Qt.FocusReason.TabFocusReason)
