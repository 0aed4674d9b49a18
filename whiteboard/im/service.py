"""What the windows may ask of accounts, contacts and group chats; state is read here and observed.

Implemented by `transport`; `ui` knows only this. Commands return at once; what comes of them shows
as changed state (and, where something failed, as a Problem in it). Nothing here blocks.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from whiteboard.im.account import AccountSettings, AccountState
from whiteboard.im.people import Contact, Room, SubscriptionRequest
from whiteboard.util.event import Event


class PeopleService(Protocol):
    """One account's contacts and group chats."""

    changed: Event[None]
    """Anything below differs now; emitted at most once per event of the network."""

    @property
    def account(self) -> AccountState | None:
        """The account; None while there is none."""

    @property
    def contacts(self) -> Sequence[Contact]:
        """Sorted as the pane shows them (DESIGN section 2)."""

    @property
    def requests(self) -> Sequence[SubscriptionRequest]:
        """Subscription requests not yet answered."""

    @property
    def rooms(self) -> Sequence[Room]:
        """Group chats, joined or remembered, by name."""

    def sign_in(self, settings: AccountSettings) -> None:
        """Connect, and stay connected until `sign_out`."""

    def register(self, settings: AccountSettings) -> None:
        """Create the account on its server (XEP-0077), then sign in."""

    def sign_out(self) -> None:
        """Disconnect and forget the password."""

    def retry_now(self) -> None:
        """Do not wait for the next automatic try."""

    def trust_certificate(self, sha256: str) -> None:
        """Go on with the certificate that a CERTIFICATE problem showed."""

    def add_contact(self, address: str, name: str = "") -> None:
        """Put on the list and ask for a subscription."""

    def rename_contact(self, address: str, name: str) -> None:
        """Change the name on the list."""

    def remove_contact(self, address: str) -> None:
        """Take off the list and end both subscriptions."""

    def answer_request(self, address: str, *, allow: bool) -> None:
        """Answer a subscription request; allowing asks back too."""

    def join_room(self, address: str, nick: str = "", password: str = "") -> None:
        """Enter a group chat."""

    def create_room(
        self, address: str, nick: str = "", name: str = "", *, members_only: bool = False
    ) -> None:
        """Make a group chat and configure it for boards (persistent, archived)."""

    def leave_room(self, address: str) -> None:
        """Leave and forget a group chat."""

    def suggested_room_service(self) -> str:
        """Domain of the server's group chats, '' while unknown."""
