"""What editor, tools, canvas and windows need of a document, whichever rule merges its edits."""

from __future__ import annotations

from abc import ABC, abstractmethod
from contextlib import AbstractContextManager
from typing import Protocol

from whiteboard.model.changes import Commit, Origin
from whiteboard.model.ids import DOCUMENT, Party, Replica, Rid, SessionId
from whiteboard.model.ops import LiteralElement
from whiteboard.model.projection import Projection
from whiteboard.model.reading import Reading
from whiteboard.model.rights import Mark, NotPermittedError, Obstacle, Role
from whiteboard.util.event import Event

NO_ROLES = "this session has no roles"


class SharedTransaction(Protocol):
    """The writes of one transaction; every one has its effect at once.

    All text is made fit for the wire on the way. A `before` is the sibling that the new or moved
    node is to stand before; None = as the last child. A rid that does not exist raises `KeyError`.
    """

    def add(self, parent: Rid, element: LiteralElement, before: Rid | None = None) -> Rid:
        """Create an element with all in it."""

    def add_root(self, element: LiteralElement) -> Rid:
        """Create a root element."""

    def add_text(self, parent: Rid, text: str, before: Rid | None = None) -> Rid:
        """Create a text node."""

    def add_comment(self, parent: Rid, text: str, before: Rid | None = None) -> Rid:
        """Create a comment; `parent` may be DOCUMENT."""

    def add_instruction(
        self, parent: Rid, target: str, data: str, before: Rid | None = None
    ) -> Rid:
        """Create a processing instruction; `parent` may be DOCUMENT."""

    def set_attribute(self, rid: Rid, name: str, value: str | None, ns: str = "") -> None:
        """Give an element's attribute a value, or delete it (None); nothing if it is so already."""

    def set_text(self, rid: Rid, text: str) -> None:
        """Make the content of a text, comment, instruction or attribute `text`."""

    def splice_text(self, rid: Rid, start: int, count: int, insert: str) -> None:
        """Replace `count` code points from index `start` on; nothing if there is nothing to do."""

    def rename(self, rid: Rid, name: str, ns: str) -> None:
        """Give an element another name."""

    def move(self, rid: Rid, parent: Rid, before: Rid | None = None) -> None:
        """Hang a record elsewhere, or elsewhere among its siblings."""

    def put(self, rid: Rid, parent: Rid, weight: float) -> None:
        """Hang a record under `parent` with just this weight."""

    def retarget(self, rid: Rid, target: str) -> None:
        """Give an instruction another target."""

    def trash(self, rid: Rid) -> None:
        """Delete a record with all below it; undo brings it back."""


class SharedDocument(Reading, ABC):
    """One shared document as one replica holds it.

    Attributes:
        session: Messages of other sessions do not belong here.
        party: Who writes here.
        replica: What own rids begin with.
        was: The replica whose board this is a copy of; its rids are renamed here.
        on_commit: Told once when a transaction closes, or something came; subscribers may not
            write.
    """

    def __init__(
        self, session: SessionId, party: Party, replica: Replica, projection: Projection
    ) -> None:
        super().__init__(projection)
        self.session = session
        self.party = party
        self.replica = replica
        self.was: Replica | None = None
        self.on_commit: Event[Commit] = Event()

    @property
    @abstractmethod
    def message_count(self) -> int:
        """How many messages made it: how much there may be to draw."""

    @abstractmethod
    def transact(
        self, origin: Origin, label: str = ""
    ) -> AbstractContextManager[SharedTransaction]:
        """Write; everything becomes one commit when the block ends.

        Args:
            origin: LOCAL, UNDO, LOAD or REPAIR.
            label: Name of the action for undo menus.

        Raises:
            RuntimeError: another transaction is open, or a subscriber of `on_commit` writes.
        """

    # --- rights and marks; without control operations everybody may edit (SYNC 6.5)

    def role_of(self, party: Party) -> Role:
        """What a party may do now, as far as is known here."""
        del party
        return Role.EDITOR

    @property
    def my_role(self) -> Role:
        """What the own party may do."""
        return self.role_of(self.party)

    def hosts(self) -> frozenset[Party]:
        """All hosts by name; none where everybody is, or where all have resigned."""
        return frozenset()

    def may_grant(self, party: Party, role: Role) -> bool:
        """Whether the own party can give another this role; a host's is nobody's to take."""
        del party, role
        return False

    def marks(self) -> tuple[Mark, ...]:
        """What is complete now."""
        return ()

    def mark_of(self, rid: Rid) -> Mark | None:
        """The mark that covers a record: the nearest one, or that of the whole document."""
        del rid
        return None

    def is_complete(self, rid: Rid = DOCUMENT) -> bool:
        """Whether a record, or the document as a whole, is declared complete."""
        return self.mark_of(rid) is not None

    def obstacle(self, rid: Rid = DOCUMENT, *, moves: bool = False) -> Obstacle | None:
        """Why an own change would not count; None: it would.

        Args:
            rid: What is to be changed, or put something into; DOCUMENT: the board as a whole.
            moves: It is to be moved or deleted, which also a part below it forbids that is
                complete.
        """
        del rid, moves
        return None

    def grant(self, party: Party, role: Role) -> None:
        """Give a party a role; nothing is written if it has just that.

        Raises:
            NotPermittedError: see `may_grant`.
        """
        del party, role
        raise NotPermittedError(NO_ROLES)

    def resign(self) -> None:
        """Be host no more.

        Raises:
            NotPermittedError: the own party is none.
        """
        raise NotPermittedError(NO_ROLES)

    def hand_over(self, party: Party) -> None:
        """Make somebody else host, and be it no more, in one message.

        Raises:
            NotPermittedError: the own party is no host.
        """
        del party
        raise NotPermittedError(NO_ROLES)

    def mark_complete(self, rid: Rid = DOCUMENT) -> None:
        """Declare a record with all that is visible below it complete, or the whole document.

        Raises:
            NotPermittedError: for moderators and hosts only.
            KeyError: no such record is visible.
        """
        del rid
        raise NotPermittedError(NO_ROLES)

    def reopen(self, rid: Rid = DOCUMENT) -> None:
        """Take a mark back.

        Raises:
            NotPermittedError: for moderators and hosts only.
        """
        del rid
        raise NotPermittedError(NO_ROLES)

    def cut(self) -> None:
        """Draw a line: what others made without knowing of it does not count (SYNC 5.5).

        Raises:
            NotPermittedError: for moderators and hosts only.
        """
        raise NotPermittedError(NO_ROLES)

    def _enter(self, what: str) -> None:
        if self._busy:
            raise RuntimeError(f"{what} cannot begin inside {self._busy}")
        self._busy = what
