"""Addresses as people hand them to the program: `xmpp:` URIs and bare addresses."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urlsplit
from urllib.request import url2pathname

from whiteboard.app.errors import CommandError


@dataclass(frozen=True, slots=True)
class Address:
    """Where to draw: a group chat, or a contact."""

    bare: str
    is_room: bool


def is_uri(text: str) -> bool:
    """Whether the text is an `xmpp:` URI and not a file."""
    return text.lower().startswith("xmpp:")


def file_of(text: str) -> Path:
    """The file that a path or a `file:` URI means: desktops start programs with either.

    Raises:
        CommandError: it is a file of another computer.
    """
    if not text.lower().startswith("file:"):
        return Path(text)
    parts = urlsplit(text)
    if parts.netloc not in ("", "localhost"):
        raise CommandError(f"“{text}” is on another computer. Save it here first.")
    return Path(url2pathname(parts.path))


def parse_address(text: str) -> Address:
    """Read `xmpp:room@host?join`, `xmpp:someone@host`, `someone@host` (RFC 5122, XEP-0147).

    Raises:
        CommandError: it is no address.
    """
    rest = text[5:] if is_uri(text) else text
    if rest.startswith("//"):
        raise CommandError(f"“{text}” names an account to use; give it with --jid.")
    path, _, query = rest.partition("?")
    bare = unquote(path).partition("/")[0]
    local, at, domain = bare.partition("@")
    if not (at and local and domain) or any(c.isspace() for c in bare):
        raise CommandError(f"“{text}” is not an address such as xmpp:room@chat.example.org?join.")
    return Address(bare, is_room=query.partition(";")[0].lower() == "join")
