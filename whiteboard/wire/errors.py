"""Two families of faults: a peer's (expected, typed, survived) and ours (a bug, loud)."""

from __future__ import annotations

import enum


class Fault(enum.Enum):
    """What a peer did wrong; the name under which it is counted."""

    MALFORMED = "malformed"
    """Not what its schema says."""
    TOO_LARGE = "too-large"
    """Over a limit of size, depth or number."""
    UNSUPPORTED = "unsupported"
    """Well formed, but of a mode or version that is not spoken here."""
    WHITE_SPACE = "white-space"
    """White space is named (`ws`) where a value has none; the message itself is taken."""
    WRONG_SESSION = "wrong-session"
    """Names another session than the one it was handed to."""


class RemoteProtocolError(Exception):
    """A peer sent what cannot be accepted; the message is dropped, the session lives on."""

    def __init__(self, fault: Fault, text: str) -> None:
        super().__init__(text)
        self.fault = fault


class LocalProtocolError(Exception):
    """Our own side asked for what must never be sent: a bug."""
