"""Boards and invitations as the windows see them, and what they may ask.

`BoardService` is implemented in `transport` over sans-IO sessions; `ui` knows only this module.
"""

from __future__ import annotations

import enum
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from whiteboard.model.changes import Happening
from whiteboard.model.ephemeral import Ephemeral
from whiteboard.model.folded import Folded
from whiteboard.model.rebase import Piece
from whiteboard.model.shared import SharedDocument
from whiteboard.session.permissions import Permissions
from whiteboard.util.event import Event
from whiteboard.wire.messages import Reason


class BoardState(enum.Enum):
    """Where a board stands with the others."""

    ALONE = "alone"
    """Only on this computer."""
    WAITING = "waiting"
    """Somebody is invited, nobody is here yet."""
    JOINING = "joining"
    """The state is on its way; see progress."""
    LIVE = "live"
    OFFLINE = "offline"
    """The connection is cut; edits wait."""
    ENDED = "ended"
    """Left, refused or closed: the copy stays and can be drawn on alone."""


@dataclass(frozen=True, slots=True)
class ArchivedCopy:
    """A board that nobody was on came from the archive of its group chat."""

    newest: str
    """When its newest change was made (ISO 8601, UTC)."""
    is_part: bool
    """Whether changes are lacking there."""


@dataclass(frozen=True, slots=True)
class Earlier:
    """History from before one joined is with the others and not here."""

    is_coming: bool = False
    progress: float | None = None
    """0 to 1, while it is coming and known."""


@dataclass(frozen=True, slots=True)
class Participant:
    """Somebody on a board."""

    id: str
    """Party of the session, the same for all that this person sends."""
    name: str
    address: str
    """Bare address, or room/nick: the person's colour comes from it (DESIGN section 6)."""
    me: bool = False
    away: bool = False
    """Was here and cannot be reached now."""
    uses_psi: bool = False
    """Draws with Psi, which shows less than is drawn, and tells nothing before it is done."""


@dataclass(frozen=True, slots=True)
class Ephemera:
    """One ephemeral thing from one participant."""

    sender: Participant
    what: Ephemeral


@dataclass(frozen=True, slots=True)
class NotShown:
    """Something that this participant drew is not shown: it breaks the rules of the document."""

    sender: Participant
    """Who drew it; oneself if another member says so."""
    count: int
    """How many things, as far as known; at least 1."""


class Oddity(enum.Enum):
    """What a participant's program does that it should not; the person can go on drawing."""

    FLOOD = "flood"
    """Sends more than can be shown at once."""
    OTHER_BOARD = "other board"
    """Says again and again that the same edits make another board there."""


@dataclass(frozen=True, slots=True)
class Odd:
    """Something is odd about one participant."""

    sender: Participant
    what: Oddity


class Board(Protocol):
    """One board, shared or not."""

    changed: Event[None]
    """name, state, progress, participants, waiting_changes, problem or permissions differ now."""
    document_replaced: Event[SharedDocument]
    """`document` is another one now (after a join, after the board was first shared)."""
    ephemeral: Event[Ephemera]
    not_shown: Event[NotShown]
    """Emits at each edit of which something is not shown; fold them before telling a person."""
    odd: Event[Odd]
    """To be said once, quietly."""
    grown_large: Event[None]
    """It takes much memory or disk; emits once. To be said quietly."""

    @property
    def document(self) -> SharedDocument:
        """The shared document; edits go through it."""

    @property
    def session(self) -> str | None:
        """Session id once shared."""

    @property
    def name(self) -> str:
        """Name of the board."""

    @property
    def place(self) -> str:
        """'' | 'ROOM ADDRESS' | 'CONTACT ADDRESS': where it is shared."""

    @property
    def state(self) -> BoardState:
        """See BoardState."""

    @property
    def progress(self) -> float | None:
        """0 to 1 while JOINING and known."""

    @property
    def seconds_left(self) -> float | None:
        """An estimate of how long JOINING still takes; None while there is none."""

    @property
    def earlier(self) -> Earlier | None:
        """None where all history is here, or nobody is there to ask."""

    def fetch_earlier(self) -> None:
        """Ask the others for it, to keep it here."""

    def stop_fetching(self) -> None:
        """Ask no more."""

    is_sought: bool
    """JOINING, and looked for in the archive of a group chat."""
    archived: ArchivedCopy | None
    """Where it came from, if that was an archive."""

    @property
    def participants(self) -> Sequence[Participant]:
        """Everyone, me first."""

    @property
    def waiting_changes(self) -> int:
        """Own messages the server has not taken yet."""

    @property
    def problem(self) -> str:
        """A sentence for the person, '' if all is well."""

    @property
    def remover(self) -> str | None:
        """Who removed me from the group chat ('' if it does not say); None: nobody did."""

    @property
    def left_over(self) -> Sequence[Piece]:
        """Own changes that were not taken over, until the person decides about each."""

    def keep_mine(self, piece: Piece) -> bool:
        """Make one of `left_over` all the same, as an edit of now; whether that went."""

    def keep_theirs(self, piece: Piece) -> None:
        """Leave it at what is there."""

    @property
    def permissions(self) -> Permissions:
        """Who may do what here."""

    @property
    def is_plain(self) -> bool:
        """It runs by plain XEP-0284, for a program that is simpler than ours."""

    @property
    def is_host(self) -> bool:
        """I opened its session."""

    @property
    def requires_order(self) -> bool:
        """On a plain board that I host, what arrives out of order is refused (XEP-0228 2.5.6)."""

    def require_order(self, wanted: bool) -> None:
        """Refuse it, or take it as soon as what is missing has come."""

    @property
    def kept(self) -> bool:
        """Whether all of it is on this computer's disk, so that closing it loses nothing."""

    def tell(self, what: Ephemeral) -> None:
        """Send a cursor or preview soon (paced, folded)."""

    def rename(self, name: str) -> None:
        """Change the name for everybody (local while alone)."""

    def leave(self) -> None:
        """Go; the copy stays here."""


class Admission(enum.Enum):
    """Whose invitations reach the person."""

    ASK = "ask"
    CONTACTS = "contacts"
    """Strangers are answered as if nobody was here."""
    NEVER = "never"


class Visibility(enum.Enum):
    """Who may see which boards I draw on, and which I know from earlier times."""

    NOBODY = "nobody"
    CONTACTS = "contacts"
    EVERYONE = "everyone"


class InvitationState(enum.Enum):
    """What became of an invitation."""

    OPEN = "open"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    GONE = "gone"
    """The inviter withdrew or left; or the invited one is not there any more."""
    UNANSWERED = "unanswered"
    """Two minutes passed."""


@dataclass(frozen=True, slots=True)
class Invitation:
    """To me (`incoming`) or from me."""

    id: str
    incoming: bool
    address: str
    """The other side: bare address."""
    name: str
    """Its name in the contact list, or the address."""
    board: str
    """Name of the board."""
    people: int = 1
    state: InvitationState = InvitationState.OPEN
    known: bool = True
    """The inviter is in my contact list."""
    room: str = ""
    """Address of the group chat that the board is in, '' = one-to-one."""
    room_name: str = ""
    """Its name, if it is one of mine."""
    reason: Reason | None = None
    """Why it ended, as far as the other side said."""
    running: str = ""
    """Incoming: name of a board on which we draw together already, '' for none."""
    alternative: str = ""
    """Mine: session of a board that they would rather go on with; it is open here."""
    may_draw: bool = True
    """Whoever is invited may draw, not only watch; incoming: what the board says."""
    is_request: bool = False
    """It asks to be let in: incoming, to a board of mine; mine, to one of theirs."""


@dataclass(frozen=True, slots=True)
class KnownBoard:
    """A board that somebody shows: of a session that runs, or of earlier times."""

    session: str
    name: str


@dataclass(frozen=True, slots=True)
class SavedBoard:
    """A board of an earlier time that is on this computer's disk and not open."""

    key: str
    name: str
    place: str
    """Address of the group chat or contact it is shared with; '' if it is only here."""
    waiting: int
    """Own changes that were not sent."""
    opened: float = 0.0
    """When it was last opened, Unix seconds."""
    is_damaged: bool = False
    """Its file cannot be read."""
    picture: Path | None = None
    """A small PNG of it, as it was when it was last closed."""


class Recall(Protocol):
    """The history of a board being read from where it is kept, beside the loop."""

    @property
    def total(self) -> int:
        """About how many messages there are."""

    @property
    def base(self) -> Folded | None:
        """The state before the first message, if there is one; known with the first messages."""

    @property
    def is_done(self) -> bool:
        """Whether `take` has given everything."""

    @property
    def people(self) -> Mapping[str, tuple[str, str]]:
        """Party -> (name, address) of those who ever took part, as far as it was kept."""

    def take(self) -> Sequence[tuple[Happening, float | None]]:
        """What was read since the last call, in order, each with its time; never waits."""

    def close(self) -> None:
        """Read no further."""


class BoardService(Protocol):
    """All boards of the program and the invitations to them."""

    changed: Event[None]
    """The list of boards, of saved ones or of invitations differs now."""
    arrived: Event[Board]
    """A board opened by itself: I was let in where I had asked, or somebody whom I let in waits."""

    @property
    def saved(self) -> Sequence[SavedBoard]:
        """Boards on disk that are not open, the last used first."""

    def open_saved(self, key: str, then: Callable[[Board | str], None]) -> None:
        """Open one of `saved`; `then` gets it, or a sentence why not."""

    def delete_saved(self, key: str) -> None:
        """Take one of `saved` off the disk, for good."""

    def keep_picture(self, board: Board, png: bytes) -> None:
        """What is shown of a board on disk while it is not open."""

    def delete(self, board: Board) -> None:
        """Close an open board and take it off the disk, for good."""

    @property
    def boards(self) -> Sequence[Board]:
        """Open boards."""

    @property
    def invitations(self) -> Sequence[Invitation]:
        """Newest first; answered ones stay until dismissed."""

    @property
    def turned_away(self) -> int:
        """How many invitations did not even reach the list since it was last empty: too many."""

    def recall(self, board: Board) -> Recall:
        """Read the history of an open board; what is not on disk yet is in its document."""

    def new_board(self, name: str, document: SharedDocument | None = None) -> Board:
        """A board only on this computer."""

    def invite(self, board: Board, address: str, *, may_draw: bool = True) -> None:
        """Invite a contact (bare address); a room board is offered by a room invitation.

        Args:
            board: to which.
            address: whom.
            may_draw: or may only watch. In a group chat its own rules count.
        """

    def take_back(self, invitation: str) -> None:
        """Withdraw an invitation of mine."""

    def accept(self, invitation: str) -> Board:
        """Join what I am invited to; the board is JOINING."""

    def let_in(self, request: str) -> Board | None:
        """Say yes to somebody who asks; the board, or None where `arrived` tells of it later."""

    def use_running(self, invitation: str) -> Board | None:
        """Say that we draw together already, and go on there: `Invitation.running`."""

    def decline(self, invitation: str) -> None:
        """Say no."""

    def dismiss(self, invitation: str) -> None:
        """Take an answered invitation off the list."""

    def boards_of(self, address: str, then: Callable[[Sequence[KnownBoard]], None]) -> None:
        """Which boards a contact shows me, of past sessions too; `then` gets them, perhaps none."""

    def ask_to_join(self, address: str, board: KnownBoard) -> None:
        """Ask a contact to be let in to a board of theirs; `arrived` tells if they say yes."""

    def give_link(self, board: Board) -> None:
        """The person gives the link to a board away: whoever has it may ask to be let in."""

    def wishes_changed(self) -> None:
        """The preferences 'invitations' or 'show_boards' differ now."""

    def share_in_room(self, board: Board, room: str) -> None:
        """Let the board run in a group chat I am in."""

    def go_on_anew(self, board: Board) -> None:
        """Go on with a board that has no host any more in a new session, as its host (SYNC 6.6).

        Those who are there find the new one in the group chat, or are invited to it.
        """

    def join_in_room(self, room: str, session: str) -> Board:
        """Take part in a board that runs in a group chat."""

    def open_archived(self, room: str, then: Callable[[Board | str], object]) -> Board:
        """Go on with the board that a group chat I am in has in its archive; nobody is on it.

        The board is JOINING and `is_sought` meanwhile; closing it ends the search. `then` gets it
        once it was found; where nothing is found it is closed, and `then` gets a sentence that says
        why.
        """

    def open_in_room(self, room: str, session: str, nick: str = "", password: str = "") -> Board:
        """The same by address: enters the group chat first; JOINING until I am let in."""

    def close(self, board: Board) -> None:
        """Leave and drop it from the list; what is kept on disk stays there."""
