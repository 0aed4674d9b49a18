"""Thirty in one room of a real Prosody: `tests/helpers/crowd.py` with its figures.

All thirty share a process, and the server the machine, so the time to agree is that of a busy
computer; the processor time is divided by participants and edits to be comparable.
"""

from __future__ import annotations

import asyncio

from benchmarks.figure import Figure
from tests.helpers.crowd import Crowd
from whiteboard.app.local_server import LocalServer

PEOPLE = 30


def figures() -> list[Figure]:
    with LocalServer() as server:
        result = asyncio.run(Crowd(server, people=PEOPLE).afternoon())
    if len(result.hashes) != 1 or result.drawn != result.expected:
        raise AssertionError("they do not agree")
    name = f"{PEOPLE} in a room, {result.edits} edits, one restart"
    return [
        Figure(f"{name}: last edit until all agree", result.seconds, "s"),
        Figure(f"{name}: processor, a participant and edit",
               1000 * result.cpu / PEOPLE / result.edits, "ms"),
        Figure(f"{name}: to one who watches", result.received / result.edits, "B/edit"),
        Figure(f"{name}: from one who draws", result.sent / (result.edits / 5), "B/edit"),
    ]  # fmt: skip
