"""Pictures of boards off the loop: fetched from the web where the person allows it, and decoded."""

from __future__ import annotations

import asyncio
import urllib.error
import urllib.request
from collections.abc import Callable

from PySide6.QtGui import QImage

from whiteboard.app.tasks import Tasks
from whiteboard.canvas.pictures import Decoding, Elsewhere
from whiteboard.util.log import CANVAS

MAX_BYTES = 20 * 1024 * 1024
TIMEOUT = 15.0
"""Seconds."""


class WebPictures:
    """Implements `canvas.pictures.RemotePictures`."""

    def __init__(self, tasks: Tasks, may_load: Callable[[], bool]) -> None:
        self._tasks = tasks
        self._may_load = may_load

    def allows(self, href: str) -> bool:
        """See `RemotePictures`."""
        return self._may_load() and href.lower().startswith(("http://", "https://"))

    def fetch(self, href: str, done: Callable[[bytes | None], None]) -> None:
        """See `RemotePictures`."""
        self._tasks.spawn(self._fetch(href, done), "picture from the web")

    async def _fetch(self, href: str, done: Callable[[bytes | None], None]) -> None:
        done(await asyncio.to_thread(_download, href))


def decoding_elsewhere(tasks: Tasks) -> Elsewhere:
    """Decodes pictures in threads (`canvas.pictures.Elsewhere`)."""

    async def run(work: Decoding, done: Callable[[QImage | None], None]) -> None:
        done(await asyncio.to_thread(work))

    def start(work: Decoding, done: Callable[[QImage | None], None]) -> None:
        tasks.spawn(run(work, done), "decode a picture")

    return start


def _download(href: str) -> bytes | None:
    request = urllib.request.Request(href, headers={"User-Agent": "Whiteboard"})  # noqa: S310 - `allows`: http only
    try:
        with urllib.request.urlopen(request, timeout=TIMEOUT) as answer:  # noqa: S310 - see `allows`
            data: bytes = answer.read(MAX_BYTES + 1)
    except (OSError, ValueError, urllib.error.URLError) as error:
        CANVAS.info("picture not loaded: %s", error)
        return None
    return data if len(data) <= MAX_BYTES else None
