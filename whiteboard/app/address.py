"""Addresses as people hand them to the command line: links, bare addresses, files."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import url2pathname

from whiteboard.app.errors import CommandError
from whiteboard.im.links import BoardLink, LinkError, read_link


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


def parse_address(text: str) -> BoardLink:
    """Read `xmpp:room@host?join`, `xmpp:someone@host`, `someone@host`.

    Raises:
        CommandError: it is no address.
    """
    try:
        return read_link(text)
    except LinkError as error:
        raise CommandError(str(error)) from error
