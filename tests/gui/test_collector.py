"""With windows, garbage is collected in Qt's thread only: elsewhere it would end the program."""

from __future__ import annotations

import asyncio
import gc
import threading

import pytest

from whiteboard.app import collector


class Node:
    """Something in a cycle, as a window and what listens to it."""

    def __init__(self):
        self.me = self


@pytest.fixture
def collections():
    """The threads in which garbage is collected."""
    threads = []

    def note(phase, _info):
        if phase == "start":
            threads.append(threading.get_ident())

    gc.callbacks.append(note)
    yield threads
    gc.callbacks.remove(note)


def make_garbage():
    for _ in range(20_000):
        Node()


async def in_a_thread():
    await asyncio.get_running_loop().run_in_executor(None, make_garbage)


async def test_a_thread_that_makes_garbage_does_not_collect_it_and_the_loop_does(collections):
    gc.enable()
    await in_a_thread()
    assert set(collections) - {threading.get_ident()}, "Python itself collects anywhere"
    collections.clear()
    async with collector.only_here():
        await in_a_thread()
        assert not set(collections) - {threading.get_ident()}
        make_garbage()
        happened = asyncio.Event()
        gc.callbacks.append(lambda *_: happened.set())
        try:
            await happened.wait()
        finally:
            gc.callbacks.pop()
        assert set(collections) == {threading.get_ident()}
    assert gc.isenabled()
