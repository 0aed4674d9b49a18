"""A TCP proxy that can cut what runs through it, and refuse for a while."""

from __future__ import annotations

import asyncio
import contextlib
from typing import Self


class Proxy:
    """Listens on a free loopback port and forwards to `port`.

    `cut` ends all connections without a goodbye; `refuse` lets no new ones in until `allow`.

    Attributes:
        connections: how many there were.
        sent: bytes that went to the server.
        received: bytes that came from it.
    """

    def __init__(self, port: int) -> None:
        self._target = port
        self._writers: set[asyncio.StreamWriter] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._server: asyncio.Server | None = None
        self._refusing = False
        self.port = 0
        self.connections = 0
        self.sent = 0
        self.received = 0

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._server is not None
        self._server.close()
        self.cut()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def cut(self) -> None:
        """End every connection, as if a cable was pulled."""
        for writer in self._writers:
            writer.transport.abort()

    def refuse(self) -> None:
        """Let nobody in."""
        self._refusing = True

    def allow(self) -> None:
        """Let them in again."""
        self._refusing = False

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self._refusing:
            writer.transport.abort()
            return
        try:
            server_reader, server_writer = await asyncio.open_connection("127.0.0.1", self._target)
        except OSError:  # nobody listens behind it, so nobody listens here
            writer.transport.abort()
            return
        self.connections += 1
        for one in (writer, server_writer):
            self._writers.add(one)
        for source, target in ((reader, server_writer), (server_reader, writer)):
            is_up = source is reader
            task = asyncio.ensure_future(self._forward(source, target, is_up=is_up))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _forward(
        self, source: asyncio.StreamReader, target: asyncio.StreamWriter, *, is_up: bool
    ) -> None:
        with contextlib.suppress(OSError):
            while data := await source.read(65536):
                if is_up:
                    self.sent += len(data)
                else:
                    self.received += len(data)
                target.write(data)
                await target.drain()
        self._writers.discard(target)
        target.transport.abort()
