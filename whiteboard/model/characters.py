"""What XML 1.0 can carry: characters, names, and repairs of what it cannot (SYNC 1.1, 3.8)."""

from __future__ import annotations

import functools
import re

REPLACEMENT = "\N{REPLACEMENT CHARACTER}"

_FORBIDDEN = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_START = (
    "A-Z_a-z\xc0-\xd6\xd8-\xf6\xf8-\u02ff\u0370-\u037d\u037f-\u1fff\u200c-\u200d\u2070-\u218f"
    "\u2c00-\u2fef\u3001-\ud7ff\uf900-\ufdcf\ufdf0-\ufffd\U00010000-\U000effff"
)
_NCNAME = re.compile(f"[{_START}][{_START}\\-.0-9\xb7\u0300-\u036f\u203f-\u2040]*")
_WHITE_SPACE = re.compile(r"\s")


def is_representable(text: str) -> bool:
    """Whether XML 1.0 allows every code point of `text`."""
    return text.isprintable() or _FORBIDDEN.search(text) is None


def representable(text: str) -> str:
    """`text` with every code point that XML 1.0 forbids replaced by U+FFFD (same length)."""
    if text.isprintable() or not _FORBIDDEN.search(text):
        return text
    return _FORBIDDEN.sub(REPLACEMENT, text)


def clean(text: str) -> str:
    """`text` as it may enter an operation: line ends are LF, forbidden characters U+FFFD."""
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    return representable(text)


@functools.lru_cache(maxsize=4096)
def is_ncname(name: str) -> bool:
    """Whether `name` is an NCName of XML 1.0, fifth edition."""
    return _NCNAME.fullmatch(name) is not None


def has_white_space(text: str) -> bool:
    """Whether there is any white space in `text`."""
    if text.isprintable():  # of all white space only the plain one counts as printable
        return " " in text
    return _WHITE_SPACE.search(text) is not None


def comment_text(text: str) -> str:
    """`text` as a comment can carry it: no `--`, no `-` at the end."""
    if "-" not in text:
        return text
    text = re.sub("-(?=-)", "- ", text)
    return f"{text} " if text.endswith("-") else text


def instruction_data(text: str) -> str:
    """`text` as a processing instruction can carry it: no `?>`."""
    return text.replace("?>", "? >")
