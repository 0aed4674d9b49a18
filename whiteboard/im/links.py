"""Links to boards: `xmpp:` addresses (RFC 5122, XEP-0147) written and read, with suspicion.

A board of a group chat is `xmpp:ROOM?join;session=ID`: a client that knows no boards enters the
group chat (XEP-0045 section 17.2.1) and leaves what it does not know. A board that somebody shares
one-to-one is `xmpp:PERSON?whiteboard;session=ID`.
"""

from __future__ import annotations

import enum
import re
import unicodedata
from dataclasses import dataclass
from typing import Final
from urllib.parse import quote, unquote

MAX_LINK: Final = 2048
MAX_ADDRESS: Final = 1024
MAX_SESSION: Final = 128
"""Characters; ours have 12. Rooms announce none that are longer."""
MAX_PASSWORD: Final = 256

SCHEME: Final = "xmpp:"
_JOIN, _WHITEBOARD = "join", "whiteboard"
_PERSON = frozenset({"", "message", _WHITEBOARD})
_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp", "Zs"})
_ESCAPE = re.compile("%(?![0-9A-Fa-f]{2})")


class LinkFault(enum.Enum):
    """Why a text is no link to a board; the value is a sentence, `{text}` what was given."""

    NO_ADDRESS = "“{text}” is not an address such as xmpp:room@chat.example.org?join."
    ACCOUNT = "“{text}” names an account to use; give it with --jid."
    TOO_LONG = "“{text}” is too long for an address."
    UNKNOWN = "“{text}” asks for something that Whiteboard does not do."
    SESSION = "“{text}” names no board that there could be."


class LinkError(ValueError):
    """A text is no link to a board."""

    def __init__(self, fault: LinkFault, text: str) -> None:
        self.fault = fault
        shown = "".join(c for c in text[:80] if unicodedata.category(c) not in _UNSEEN or c == " ")
        shown += "…" if len(text) > 80 else ""
        super().__init__(fault.value.replace("{text}", shown))


@dataclass(frozen=True, slots=True)
class BoardLink:
    """Where to draw: a group chat or a person, and which board there."""

    address: str
    """Bare address."""
    is_room: bool
    session: str = ""
    """Id of the board; '' = the one that runs, or a new one."""
    password: str = ""
    """Of the group chat."""

    def __str__(self) -> str:
        """The link, as others open it; a password is never part of it."""
        local, _, domain = self.address.rpartition("@")
        place = f"{quote(local, safe='')}@{quote(domain, safe=':[]')}"
        query = _JOIN if self.is_room else _WHITEBOARD if self.session else ""
        session = f";session={quote(self.session, safe='')}" if self.session else ""
        return f"{SCHEME}{place}{'?' if query else ''}{query}{session}"


def is_link(text: str) -> bool:
    """Whether the text is an `xmpp:` URI, good or bad."""
    return text[: len(SCHEME)].lower() == SCHEME


def read_link(text: str) -> BoardLink:
    """Read `xmpp:room@host?join;session=ID`, `xmpp:someone@host`, `someone@host`.

    Raises:
        LinkError: it is none, or asks for something else.
    """
    text = text.strip()
    if len(text) > MAX_LINK:
        raise LinkError(LinkFault.TOO_LONG, text)
    rest = text[len(SCHEME) :] if is_link(text) else text
    if rest.startswith("//"):
        raise LinkError(LinkFault.ACCOUNT, text)
    path, _, query = rest.partition("#")[0].partition("?")
    address = _address(path, text)
    kind, *pairs = query.split(";")
    values = {key: _decoded(value, text) for key, _, value in _first(pairs)}
    if kind.lower() == _JOIN:
        password = values.get("password", "")[:MAX_PASSWORD]
        return BoardLink(address, True, _session(values, text), password)
    if kind.lower() in _PERSON:
        session = _session(values, text) if kind.lower() == _WHITEBOARD else ""
        return BoardLink(address, False, session)
    raise LinkError(LinkFault.UNKNOWN, text)


def _first(pairs: list[str]) -> list[tuple[str, str, str]]:
    """`key=value` pairs, of several with one key the first."""
    return [pair.partition("=") for pair in reversed(pairs)]


def _address(path: str, text: str) -> str:
    bare = _decoded(path, text).partition("/")[0]
    local, at, domain = bare.partition("@")
    is_odd = any(unicodedata.category(c) in _UNSEEN for c in bare) or "@" in domain
    if not (at and local and domain) or is_odd or len(bare) > MAX_ADDRESS:
        raise LinkError(LinkFault.NO_ADDRESS, text)
    return bare


def _session(values: dict[str, str], text: str) -> str:
    session = values.get("session", "")
    if len(session) > MAX_SESSION or any(unicodedata.category(c) in _UNSEEN for c in session):
        raise LinkError(LinkFault.SESSION, text)
    return session


def _decoded(part: str, text: str) -> str:
    if _ESCAPE.search(part):
        raise LinkError(LinkFault.NO_ADDRESS, text)
    try:
        return unquote(part, errors="strict")
    except UnicodeDecodeError as error:
        raise LinkError(LinkFault.NO_ADDRESS, text) from error
