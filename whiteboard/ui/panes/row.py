"""One line of a list, as plain data: what it says and what can be done."""

from __future__ import annotations

import enum
from dataclasses import dataclass

from whiteboard.ui.avatars import Status


class RowKind(enum.Enum):
    """How a row is painted."""

    SECTION = "section"
    PERSON = "person"
    TILE = "tile"
    CARD = "card"
    EMPTY = "empty"
    BANNER = "banner"
    SKELETON = "skeleton"


@dataclass(frozen=True, slots=True)
class RowButton:
    """Something to do, painted in the row."""

    action: str
    label: str
    primary: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a list. Keys are unique in it and stay with what the row stands for."""

    kind: RowKind
    key: str
    title: str
    subtitle: str = ""
    address: str = ""
    """Of the person whose disc is shown."""
    name: str = ""
    """For the initials; '' = the title."""
    status: Status = Status.NONE
    icon: str = ""
    tone: str = "text2"
    """Colour of the subtitle, or of a banner."""
    mark: str = ""
    mark_tone: str = "good"
    mark_word: str = ""
    """What the mark means, for tooltips and screen readers."""
    buttons: tuple[RowButton, ...] = ()
    """The first is the main action (Enter, double click)."""
    count: str = ""
    badge: str = ""
    """A number in a pill at the end of the row."""
    folded: bool = False
    plus: str = ""
    """A section's '+': its name for screen readers."""
    dim: bool = False
    middle: bool = False
    """The subtitle is an address: shortened in the middle."""
    foldable: bool = True
    """A section that has a chevron."""
    why: str = ""
    """Why there is nothing to do."""
    shows_all: bool = False
    """All its buttons are painted, not only the first."""

    @property
    def spoken(self) -> str:
        """Name, state, what they can do (DESIGN section 12)."""
        parts = (self.title, self.count, self.subtitle, self.mark_word)
        return ", ".join(part for part in parts if part)
