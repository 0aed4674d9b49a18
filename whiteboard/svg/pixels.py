"""How large a raster image is, from the first bytes of its data: address."""

from __future__ import annotations

import base64
import binascii
import struct
from collections.abc import Iterator

_READ = 1 << 20
"""Characters of base64 that are looked at; a JPEG may have a long head."""
_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
"""Markers of a JPEG after which its size stands."""


def natural_size(href: str) -> tuple[int, int] | None:
    """Width and height in pixels of a PNG, JPEG or GIF in a data: address; None if not known."""
    head, _, body = href.partition(",")
    if not head.lower().startswith("data:") or not head.lower().endswith(";base64"):
        return None
    text = "".join(body[:_READ].split())
    try:
        data = base64.b64decode(text[: len(text) // 4 * 4])
    except (binascii.Error, ValueError):
        return None
    if data[:8] == b"\x89PNG\r\n\x1a\n" and len(data) >= 24:
        size = struct.unpack(">II", data[16:24])
    elif data[:6] in {b"GIF87a", b"GIF89a"} and len(data) >= 10:
        size = struct.unpack("<HH", data[6:10])
    elif data[:2] == b"\xff\xd8":
        size = next(_jpeg_sizes(data), (0, 0))
    else:
        return None
    return (size[0], size[1]) if all(size) else None


def _jpeg_sizes(data: bytes) -> Iterator[tuple[int, int]]:
    at = 2
    while at + 9 <= len(data) and data[at] == 0xFF:
        marker = data[at + 1]
        if marker in _FRAMES:
            height, width = struct.unpack(">HH", data[at + 5 : at + 9])
            yield width, height
        at += 2 + int(struct.unpack(">H", data[at + 2 : at + 4])[0])
