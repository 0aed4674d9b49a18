"""What the windows need from the program around them; implemented in `app`, faked in tests."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from whiteboard.im.chat import ChatService
from whiteboard.im.service import PeopleService
from whiteboard.model.document import Document
from whiteboard.session.boards import Board, BoardService


@dataclass(frozen=True, slots=True)
class Opened:
    """A file became a document."""

    document: Document
    notice: str = ""
    """The file is damaged: a sentence about what could not be taken over; '' if all could."""
    left_out: int = 0
    """How many parts of it are not shown, because they run or load something or are no SVG."""
    name: str = ""
    """What the board is called, if the file says so."""
    is_log: bool = False
    """A session log: saving does not go back into it."""


@dataclass(frozen=True, slots=True)
class Refused:
    """It did not work: a sentence for the person, technical text for the Details box."""

    sentence: str
    details: str = ""


@dataclass(frozen=True, slots=True)
class PngOptions:
    """How to export pixels."""

    scale: float = 2.0
    """Px per user unit."""
    background: str | None = "#FFFFFF"
    """'#RRGGBB', or None for a transparent one."""


class Files(Protocol):
    """Reading and writing drawings; answers come at once or later, in the GUI thread."""

    def open(self, path: Path, then: Callable[[Opened | Refused], None]) -> None:
        """Read an SVG file, or a session log."""

    def save(self, board: Board, path: Path, then: Callable[[Refused | None], None]) -> None:
        """Write the board as SVG, atomically."""

    def export_png(
        self,
        board: Board,
        path: Path,
        options: PngOptions,
        then: Callable[[Refused | None], None],
    ) -> None:
        """Write what the board shows as PNG."""

    def export_svg(
        self,
        board: Board,
        path: Path,
        then: Callable[[Refused | None], None],
        *,
        with_history: bool = False,
    ) -> None:
        """Write the board as plain SVG without making this its file.

        Nothing that is not shown is in it. With history every element says who made and changed
        it, when, and by what identity it goes.
        """


class Preferences(Protocol):
    """Small things remembered between runs; keys are the program's, values text.

    Keys: 'theme' (system, light, dark), 'paper' (auto, light, dark), 'name', 'web_images' ('1'),
    'pane.NAME.CLASS' ('1' or '0'), 'geometry', 'folded'.
    """

    def get(self, key: str) -> str:
        """The value, '' if there is none."""

    def put(self, key: str, value: str) -> None:
        """Remember."""


class Trust(Protocol):
    """Certificates the person trusts for good."""

    def remember(self, domain: str, sha256: str) -> None:
        """Trust this one for the domain from now on ('Trust always')."""


@dataclass(frozen=True, slots=True)
class Services:
    """Everything a window works with."""

    people: PeopleService
    boards: BoardService
    files: Files
    preferences: Preferences
    trust: Trust
    chats: ChatService
    new_window: Callable[[], None] = lambda: None
    quit: Callable[[], None] = lambda: None
    open_link: Callable[[str], None] = lambda _link: None
    """Go where an `xmpp:` link leads, asking first."""
    title_suffix: str = ""
    """Shown in parentheses in the title: who this window belongs to, in the demo."""
