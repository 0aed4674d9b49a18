"""An account as the windows see it: who, in which state, and what is wrong if something is."""

from __future__ import annotations

import enum
from dataclasses import dataclass


class ConnectionState(enum.Enum):
    """Where the connection stands."""

    OFFLINE = "offline"
    CONNECTING = "connecting"
    ONLINE = "online"
    WAITING = "waiting"
    """Disconnected, trying again by itself."""
    FAILED = "failed"
    """Needs the person: see the problem."""


class TlsMode(enum.Enum):
    """How the connection is secured."""

    STARTTLS = "starttls"
    DIRECT = "direct"
    PLAINTEXT = "plaintext"
    """Only for tests and the demo on this machine."""


class ProblemKind(enum.Enum):
    """What can go wrong with an account or a room; the words are DESIGN section 10's."""

    WRONG_PASSWORD = "wrong-password"  # noqa: S105 - a kind of problem, no password
    BAD_ADDRESS = "bad-address"
    NO_SUCH_SERVER = "no-such-server"
    UNREACHABLE = "unreachable"
    CERTIFICATE = "certificate"
    CERTIFICATE_CHANGED = "certificate-changed"
    NO_ENCRYPTION = "no-encryption"
    ADDRESS_TAKEN = "address-taken"
    REGISTRATION_REFUSED = "registration-refused"
    MEMBERS_ONLY = "members-only"
    PASSWORD_NEEDED = "password-needed"  # noqa: S105 - a kind of problem, no password
    BANNED = "banned"
    NICK_TAKEN = "nick-taken"
    ROOM_FULL = "room-full"
    ROOM_LOCKED = "room-locked"
    NO_SUCH_ROOM = "no-such-room"
    NOT_ALLOWED = "not-allowed"
    REPLACED = "replaced"
    """The same account signed in elsewhere with the same resource."""
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Certificate:
    """What a person needs to judge a server's certificate."""

    domain: str
    sha256: str
    """Fingerprint, upper-case hex pairs with colons."""
    subject: str
    issuer: str
    valid_until: str
    """ISO date."""
    pem: str


@dataclass(frozen=True, slots=True)
class Problem:
    """Something went wrong; `details` is technical text for the Details box."""

    kind: ProblemKind
    subject: str = ""
    """The domain, address or room it is about."""
    details: str = ""
    certificate: Certificate | None = None


@dataclass(frozen=True, slots=True)
class AccountSettings:
    """How to sign in. `host` and `port` None = found by the domain."""

    address: str
    password: str
    name: str = ""
    host: str | None = None
    port: int | None = None
    tls: TlsMode = TlsMode.STARTTLS
    trusted_sha256: str | None = None
    """Fingerprint of a certificate the person trusts for this account."""
    applications: tuple[str, ...] = ()
    """Application types (namespaces) that are announced beside drawings."""


@dataclass(frozen=True, slots=True)
class AccountState:
    """An account at one moment."""

    address: str
    name: str
    connection: ConnectionState
    problem: Problem | None = None
    retry_in: float | None = None
    """Seconds until the next try, while WAITING."""
