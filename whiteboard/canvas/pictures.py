"""Raster pictures of a drawing: `data:` under limits, the net only with leave, files never.

Formats are told by their first bytes and named to Qt, so that no other plugin (SVG, PDF) is asked.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections import OrderedDict
from collections.abc import Callable
from typing import Protocol
from urllib.parse import unquote_to_bytes

from PySide6.QtCore import QBuffer, QByteArray, QIODevice
from PySide6.QtGui import QImage, QImageReader

from whiteboard.util.event import Event
from whiteboard.util.log import CANVAS

MAX_PIXELS = 64 * 1024 * 1024
"""A picture with more is shown as a placeholder."""
MAX_BYTES = 64 * 1024 * 1024
"""Compressed size of one picture."""
CACHE_BYTES = 512 * 1024 * 1024
"""Decoded pictures kept; the one used longest ago goes first."""

LARGE = 64 * 1024
"""Characters of a `data:` URI from which decoding would be felt (some ms)."""

_MAGIC: tuple[tuple[bytes, bytes], ...] = (
    (b"\x89PNG\r\n\x1a\n", b"png"),
    (b"\xff\xd8\xff", b"jpeg"),
    (b"GIF8", b"gif"),
    (b"BM", b"bmp"),
)


class RemotePictures(Protocol):
    """The person's leave, and the way, to load pictures from the net."""

    def allows(self, href: str) -> bool:
        """May this address be asked now?"""

    def fetch(self, href: str, done: Callable[[bytes | None], None]) -> None:
        """Get it; `done` is called on the GUI thread, later, with None if that failed."""


Decoding = Callable[[], QImage | None]
Elsewhere = Callable[[Decoding, Callable[[QImage | None], None]], None]
"""Works in another thread; the second function hears the result later, on the GUI thread."""


class PictureStore:
    """Decoded pictures by `href`, shared by all items that show the same one.

    Args:
        remote: Where pictures on the net come from; None = nowhere.
        elsewhere: Decodes large pictures so that the window goes on; None = at once, for pictures
            of a whole document (export), which must be complete.

    Attributes:
        arrived: Emits the `href` of a picture that can be shown now and could not before.
    """

    def __init__(
        self, remote: RemotePictures | None = None, elsewhere: Elsewhere | None = None
    ) -> None:
        self.arrived: Event[str] = Event()
        self._remote = remote
        self._elsewhere = elsewhere
        self._decoded: OrderedDict[str, QImage | None] = OrderedDict()
        self._bytes = 0
        self._asked: set[str] = set()

    def get(self, href: str) -> QImage | None:
        """The picture, or None (refused, broken, too large, not here yet): show a placeholder."""
        key = _key(href)
        if key in self._decoded:
            self._decoded.move_to_end(key)
            return self._decoded[key]
        if href[:5].lower() == "data:":
            if self._elsewhere is None or len(href) < LARGE:
                return self._keep(key, decode(data_bytes(href)))
            if key not in self._asked:
                self._asked.add(key)
                self._decode(href, key, lambda: decode(data_bytes(href)))
            return None
        if href[:7].lower() == "http://" or href[:8].lower() == "https://":
            self._ask(href, key)
        return None

    def _ask(self, href: str, key: str) -> None:
        if self._remote is None or key in self._asked or not self._remote.allows(href):
            return
        self._asked.add(key)

        self._remote.fetch(href, lambda content: self._decode(href, key, lambda: decode(content)))

    def _decode(self, href: str, key: str, work: Decoding) -> None:
        """Keep what comes of `work` and tell; elsewhere where that is possible."""

        def done(image: QImage | None) -> None:
            self._asked.discard(key)
            self._keep(key, image)
            self.arrived.emit(href)

        if self._elsewhere is None:
            done(work())
        else:
            self._elsewhere(work, done)

    def _keep(self, key: str, image: QImage | None) -> QImage | None:
        self._decoded[key] = image
        self._bytes += image.sizeInBytes() if image is not None else 0
        while self._bytes > CACHE_BYTES and len(self._decoded) > 1:
            _, old = self._decoded.popitem(last=False)
            self._bytes -= old.sizeInBytes() if old is not None else 0
        return image


def _key(href: str) -> str:
    """`href` itself where short, else its hash: a megabyte of base64 is no dictionary key."""
    if len(href) <= 200:
        return href
    return hashlib.blake2b(href.encode("utf-8", "surrogatepass"), digest_size=20).hexdigest()


def data_bytes(href: str) -> bytes | None:
    """The content of a `data:` URI (RFC 2397), or None where it is broken or too long."""
    header, comma, body = href[5:].partition(",")
    if not comma or len(body) > 2 * MAX_BYTES:
        return None
    raw = unquote_to_bytes(body)
    if not header.lower().rstrip().endswith(";base64"):
        return raw if len(raw) <= MAX_BYTES else None
    try:
        # White space is allowed inside (files wrap long lines).
        return base64.b64decode(b"".join(raw.split()) + b"=" * (-len(raw) % 4 and 2))
    except (binascii.Error, ValueError):
        return None


def decode(content: bytes | None) -> QImage | None:
    """PNG, JPEG, GIF, WebP or BMP as an image, or None where it is none of these or too large."""
    if not content or len(content) > MAX_BYTES:
        return None
    name = next((name for magic, name in _MAGIC if content.startswith(magic)), None)
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        name = b"webp"
    if name is None:
        return None
    data = QByteArray(content)
    buffer = QBuffer(data)
    buffer.open(QIODevice.OpenModeFlag.ReadOnly)
    reader = QImageReader(buffer, QByteArray(name))
    reader.setDecideFormatFromContent(False)
    reader.setAutoTransform(True)
    size = reader.size()
    if not size.isValid() or size.width() * size.height() > MAX_PIXELS:
        CANVAS.info("a picture of %d × %d px is not shown", size.width(), size.height())
        return None
    image = reader.read()
    if image.isNull():
        CANVAS.info("a picture is broken: %s", reader.errorString())
        return None
    return image.convertToFormat(QImage.Format.Format_ARGB32_Premultiplied)
