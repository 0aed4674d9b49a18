"""What the person wants others to see and to ask, read from the preferences each time."""

from __future__ import annotations

from collections.abc import Callable

from whiteboard.session.boards import Admission, Visibility

ADMISSION = "invitations"
VISIBILITY = "show_boards"
"""Keys of `ui.ports.Preferences`."""


class Wishes:
    """Reads them.

    Args:
        preference: the value of a preference, '' where it was never set.
    """

    def __init__(self, preference: Callable[[str], str] = lambda _key: "") -> None:
        self._preference = preference

    @property
    def admission(self) -> Admission:
        """Whose invitations reach the person."""
        said = self._preference(ADMISSION)
        return next((one for one in Admission if one.value == said), Admission.ASK)

    @property
    def visibility(self) -> Visibility:
        """Who may see what the person draws on; nobody until they say otherwise."""
        said = self._preference(VISIBILITY)
        return next((one for one in Visibility if one.value == said), Visibility.NOBODY)
