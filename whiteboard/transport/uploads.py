"""Files beside the stream (XEP-0363): put where the server offers it, and fetched again.

A peer names the address of what is fetched, so nothing of it is trusted: https only (plain http
only where the person's own server is on this machine and signed in to without encryption), no
redirects, no more bytes than were announced. Each request has a thread of its own, which the end of
the program does not wait for.
"""

from __future__ import annotations

import asyncio
import contextlib
import http.client
import ssl
import threading
import xml.etree.ElementTree as ET
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeVar, cast
from urllib.parse import SplitResult, urlsplit

from slixmpp.exceptions import XMPPError

from whiteboard.im.account import TlsMode
from whiteboard.transport.account import Account
from whiteboard.transport.caps import disco_info
from whiteboard.transport.stanzas import tag, valid_jid
from whiteboard.util.log import XMPP

UPLOAD = "urn:xmpp:http:upload:0"
ITEMS = "http://jabber.org/protocol/disco#items"
DATA_FORM = "jabber:x:data"
SECONDS = 20.0
"""Without a byte."""
PIECE = 64 * 1024
MAX_FILE = 64 * 1024 * 1024
MAX_URL = 2048
_LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})
_T = TypeVar("_T")
_HEADERS = frozenset({"authorization", "cookie", "expires"})
"""That a server may ask for with a slot (XEP-0363 section 5)."""


class TransferError(Exception):
    """A file could not be put or fetched."""


@dataclass(frozen=True, slots=True)
class _Slot:
    put: str
    get: str
    headers: Mapping[str, str]


class Uploads:
    """Files of one account."""

    def __init__(self, account: Account) -> None:
        self._account = account
        self._service = ""
        self.limit = 0
        """Bytes of the largest file that the server takes; 0: it takes none, as far as known."""

    async def find(self) -> None:
        """Ask the server whether one of its parts takes files."""
        stream = self._account.stream
        if stream is None or self.limit:
            return
        try:
            iq = stream.make_iq_get(ito=self._account.address.partition("@")[2])
            ET.SubElement(iq.xml, tag(ITEMS, "query"))
            items = await self._account.request(iq)
            for item in items.xml.iter(tag(ITEMS, "item")):
                address = valid_jid(item.get("jid"))
                if address is None or "@" in address:
                    continue
                info = await self._account.request(disco_info(stream.make_iq_get, address))
                if UPLOAD in info["disco_info"].get_features():
                    self._service, self.limit = address, _limit(info.xml)
                    return
        except XMPPError:
            return

    def put(self, data: bytes, then: Callable[[str], object]) -> None:
        """Put a file; its address, '' if that failed, goes to `then`."""

        async def carry() -> None:
            url = ""
            try:
                url = await self.upload(data)
            except TransferError as error:
                XMPP.info("a file was not put: %s", error)
            finally:
                then(url)

        self._account.spawn(asyncio.ensure_future(carry()))

    def fetch(
        self,
        url: str,
        size: int,
        came: Callable[[int], object],
        then: Callable[[bytes], object],
    ) -> None:
        """Fetch a file; it, b'' if that failed, goes to `then`."""

        async def carry() -> None:
            data = b""
            try:
                data = await self.download(url, size, came)
            except TransferError as error:
                XMPP.info("a file was not fetched: %s", error)
            finally:
                then(data)

        self._account.spawn(asyncio.ensure_future(carry()))

    async def upload(self, data: bytes) -> str:
        """Put a file; where it can be fetched.

        Raises:
            TransferError: it was refused, or the server cannot be reached.
        """
        if not 0 < len(data) <= self.limit:
            raise TransferError("larger than the server takes")
        slot = await self._slot(len(data))
        put, get = self._checked(slot.put), self._checked(slot.get)
        await _in_thread(lambda: _put(put, data, slot.headers))
        return get.geturl()

    async def download(self, url: str, size: int, came: Callable[[int], object]) -> bytes:
        """Fetch a file of so many bytes; `came` is told in the loop how many are here.

        Raises:
            TransferError: the address may not be fetched from, it is not there, or not as large.
        """
        if not 0 < size <= MAX_FILE:
            raise TransferError("not a size that is fetched")
        parts = self._checked(url)
        loop = asyncio.get_running_loop()

        def tell(count: int) -> None:
            with contextlib.suppress(RuntimeError):  # the loop is over
                loop.call_soon_threadsafe(came, count)

        return await _in_thread(lambda: _get(parts, size, tell))

    def _checked(self, url: str) -> SplitResult:
        try:
            parts = urlsplit(url)
            _ = parts.port
        except ValueError as error:
            raise TransferError("not an address") from error
        settings = self._account.settings
        is_here = settings.tls is TlsMode.PLAINTEXT and settings.host in _LOOPBACK
        is_plain = parts.scheme == "http" and is_here and parts.hostname in _LOOPBACK
        if len(url) > MAX_URL or not parts.hostname or not (parts.scheme == "https" or is_plain):
            raise TransferError("not an address that is fetched from")
        return parts

    async def _slot(self, size: int) -> _Slot:
        stream = self._account.stream
        if stream is None:
            raise TransferError("signed out")
        iq = stream.make_iq_get(ito=self._service)
        attributes = {
            "filename": "board",
            "size": str(size),
            "content-type": "application/octet-stream",
        }
        ET.SubElement(iq.xml, tag(UPLOAD, "request"), attributes)
        try:
            answer = await self._account.request(iq)
        except XMPPError as error:
            raise TransferError(f"no slot: {error.condition}") from error
        slot = answer.xml.find(tag(UPLOAD, "slot"))
        put = None if slot is None else slot.find(tag(UPLOAD, "put"))
        get = None if slot is None else slot.find(tag(UPLOAD, "get"))
        if put is None or get is None:
            raise TransferError("a slot without addresses")
        headers = {
            header.get("name", ""): "".join((header.text or "").splitlines())
            for header in put.iterfind(tag(UPLOAD, "header"))
            if header.get("name", "").lower() in _HEADERS
        }
        return _Slot(put.get("url", ""), get.get("url", ""), headers)


async def _in_thread(work: Callable[[], _T]) -> _T:
    """What `work` gives, done in a thread that ends with the program."""
    loop = asyncio.get_running_loop()
    done: asyncio.Future[_T] = loop.create_future()

    def settle(result: _T | None, error: TransferError | None) -> None:
        if done.cancelled():
            return
        if error is not None:
            done.set_exception(error)
        else:
            done.set_result(cast("_T", result))

    def run() -> None:
        result, error = None, None
        try:
            result = work()
        except TransferError as failure:
            error = failure
        with contextlib.suppress(RuntimeError):  # the loop is over
            loop.call_soon_threadsafe(settle, result, error)

    threading.Thread(target=run, name="file", daemon=True).start()
    return await done


def _limit(info: ET.Element) -> int:
    for field in info.iter(tag(DATA_FORM, "field")):
        if field.get("var") == "max-file-size":
            value = field.findtext(tag(DATA_FORM, "value")) or ""
            return min(MAX_FILE, int(value)) if value.isdecimal() else MAX_FILE
    return MAX_FILE


def _connection(parts: SplitResult) -> http.client.HTTPConnection:
    assert parts.hostname is not None
    if parts.scheme == "https":
        context = ssl.create_default_context()
        return http.client.HTTPSConnection(
            parts.hostname, parts.port, timeout=SECONDS, context=context
        )
    return http.client.HTTPConnection(parts.hostname, parts.port, timeout=SECONDS)


def _path(parts: SplitResult) -> str:
    return (parts.path or "/") + (f"?{parts.query}" if parts.query else "")


def _put(parts: SplitResult, data: bytes, headers: Mapping[str, str]) -> None:
    connection = _connection(parts)
    try:
        kind = {"Content-Type": "application/octet-stream"}
        connection.request("PUT", _path(parts), data, {**headers, **kind})
        with connection.getresponse() as response:
            status = response.status
    except (OSError, http.client.HTTPException, ValueError) as error:
        XMPP.info("a file was not put: %s", error)
        raise TransferError("the server does not take files now") from error
    finally:
        connection.close()
    if not 200 <= status < 300:
        raise TransferError(f"refused with status {status}")


def _get(parts: SplitResult, size: int, came: Callable[[int], object]) -> bytes:
    connection = _connection(parts)
    pieces: list[bytes] = []
    count = 0
    try:
        connection.request("GET", _path(parts), headers={"Accept-Encoding": "identity"})
        with connection.getresponse() as response:
            if response.status != 200:  # a redirect leads who knows where
                raise TransferError(f"refused with status {response.status}")
            while count <= size and (piece := response.read(min(PIECE, size - count + 1))):
                pieces.append(piece)
                count += len(piece)
                came(count)
    except (OSError, http.client.HTTPException, ValueError) as error:
        XMPP.info("a file was not fetched: %s", error)
        raise TransferError("the file cannot be fetched") from error
    finally:
        connection.close()
    if count != size:
        raise TransferError("not as large as was said")
    return b"".join(pieces)
