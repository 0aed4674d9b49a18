"""Contacts and group chats that are there again at the next start."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from whiteboard.app.settings import (
    SavedAccount,
    SavedRoom,
    SettingsStore,
    forget_password,
    load_password,
    save_password,
)
from whiteboard.im.account import AccountSettings, AccountState, ConnectionState, TlsMode
from whiteboard.im.people import Contact, Room, RoomState, SubscriptionRequest
from whiteboard.im.service import PeopleService
from whiteboard.util.event import Event

KeepPassword = Callable[[str, str], object]


class RememberingPeople:
    """A `PeopleService` that keeps account and group chats in the settings.

    An account is kept once its password was accepted; the password goes to the keyring. What was
    trusted for good is used again.
    """

    def __init__(
        self,
        people: PeopleService,
        store: SettingsStore,
        keep_password: KeepPassword = save_password,
    ) -> None:
        self._people = people
        self._store = store
        self._keep_password = keep_password
        self._signing_in: AccountSettings | None = None
        self.changed: Event[None] = people.changed
        people.changed.subscribe(lambda _none: self._look())

    def start(self) -> None:
        """Sign in with the account of last time, if its password is known."""
        saved = self._store.settings.account
        if saved is None:
            return
        password = load_password(saved.address)
        if password is None:
            return
        tls = TlsMode(saved.tls) if saved.tls in {mode.value for mode in TlsMode} else None
        self.sign_in(
            AccountSettings(
                saved.address,
                password,
                saved.name,
                saved.host,
                saved.port,
                tls or TlsMode.STARTTLS,
                saved.trusted_sha256,
            )
        )

    def sign_in_for_now(self, settings: AccountSettings) -> None:
        """Sign in without keeping the account."""
        self._people.sign_in(self._with_trust(settings))

    def _look(self) -> None:
        """Keep what proved right, and the group chats I am in."""
        account = self._people.account
        if account is None or account.connection is not ConnectionState.ONLINE:
            return
        settings, self._signing_in = self._signing_in, None
        if settings is not None:
            self._keep(settings)
            for room in self._store.settings.rooms:
                self._people.join_room(room.address, room.nick)
            return
        rooms = [
            SavedRoom(room.address, room.nick)
            for room in self._people.rooms
            if room.state in {RoomState.IN, RoomState.WAITING, RoomState.JOINING}
        ]
        if rooms != self._store.settings.rooms:
            self._store.settings.rooms = rooms
            self._store.save()

    def _keep(self, settings: AccountSettings) -> None:
        before = self._store.settings.account
        if before is not None and before.address != settings.address:
            self._store.settings.rooms = []
        self._store.settings.account = SavedAccount(
            settings.address,
            settings.name,
            settings.host,
            settings.port,
            settings.tls.value,
            settings.trusted_sha256,
        )
        self._store.save()
        self._keep_password(settings.address, settings.password)

    def _with_trust(self, settings: AccountSettings) -> AccountSettings:
        domain = settings.address.rpartition("@")[2]
        trusted = settings.trusted_sha256 or self._store.settings.trusted.get(domain)
        return replace(settings, trusted_sha256=trusted)

    # --- the port: see `im.service.PeopleService` for what each means ---

    @property
    def account(self) -> AccountState | None:
        """See `PeopleService`."""
        return self._people.account

    @property
    def contacts(self) -> Sequence[Contact]:
        """See `PeopleService`."""
        return self._people.contacts

    @property
    def requests(self) -> Sequence[SubscriptionRequest]:
        """See `PeopleService`."""
        return self._people.requests

    @property
    def rooms(self) -> Sequence[Room]:
        """See `PeopleService`."""
        return self._people.rooms

    def sign_in(self, settings: AccountSettings) -> None:
        """See `PeopleService`."""
        self._signing_in = self._with_trust(settings)
        self._people.sign_in(self._signing_in)

    def register(self, settings: AccountSettings) -> None:
        """See `PeopleService`."""
        self._signing_in = self._with_trust(settings)
        self._people.register(self._signing_in)

    def sign_out(self) -> None:
        """See `PeopleService`; the password is forgotten too."""
        account = self._people.account
        if account is not None:
            forget_password(account.address)
        self._people.sign_out()

    def retry_now(self) -> None:
        """See `PeopleService`."""
        self._people.retry_now()

    def trust_certificate(self, sha256: str) -> None:
        """See `PeopleService`."""
        self._people.trust_certificate(sha256)

    def add_contact(self, address: str, name: str = "") -> None:
        """See `PeopleService`."""
        self._people.add_contact(address, name)

    def rename_contact(self, address: str, name: str) -> None:
        """See `PeopleService`."""
        self._people.rename_contact(address, name)

    def remove_contact(self, address: str) -> None:
        """See `PeopleService`."""
        self._people.remove_contact(address)

    def answer_request(self, address: str, *, allow: bool) -> None:
        """See `PeopleService`."""
        self._people.answer_request(address, allow=allow)

    def join_room(self, address: str, nick: str = "", password: str = "") -> None:
        """See `PeopleService`."""
        self._people.join_room(address, nick, password)

    def create_room(
        self, address: str, nick: str = "", name: str = "", *, members_only: bool = False
    ) -> None:
        """See `PeopleService`."""
        self._people.create_room(address, nick, name, members_only=members_only)

    def leave_room(self, address: str) -> None:
        """See `PeopleService`."""
        self._people.leave_room(address)

    def suggested_room_service(self) -> str:
        """See `PeopleService`."""
        return self._people.suggested_room_service()
