"""Python's cyclic garbage collector, kept from holding up the window.

A full collection looks at every object that lives: 270 ms with a board of 10 000 elements, right in
the middle of a stroke. What is loaded once and stays is therefore frozen (it is looked at no
more), and collections come more rarely. Nearly everything here is freed by reference counts anyway.

Python collects in whichever thread makes the next object. What Qt made must die in Qt's thread, or
the program crashes some time later, so with windows only the loop collects (`only_here`).
"""

from __future__ import annotations

import asyncio
import contextlib
import gc
from collections.abc import AsyncIterator

_THRESHOLDS = (10_000, 1, 500)
"""New objects before the youngest are looked at (Python's own: 700, 10, 10); some ms each. The
middle generation is never more than two of these: ten of 20 000 objects took 100 ms."""


_LOOK_SECONDS = 0.1


@contextlib.asynccontextmanager
async def only_here() -> AsyncIterator[None]:
    """Collect in the thread of this loop and in no other."""
    gc.disable()
    looking = asyncio.ensure_future(_look_again_and_again())
    try:
        yield
    finally:
        looking.cancel()
        gc.enable()


async def _look_again_and_again() -> None:
    while True:
        look()
        await asyncio.sleep(_LOOK_SECONDS)


def look() -> None:
    """Collect what Python itself would collect now, were it allowed to."""
    for generation in (2, 1, 0):
        if gc.get_count()[generation] > gc.get_threshold()[generation]:
            gc.collect(generation)
            return


def tame() -> None:
    """Collect more rarely, and never what the start has loaded."""
    gc.set_threshold(*_THRESHOLDS)
    gc.collect()
    gc.freeze()


def settle() -> None:
    """A board was loaded: it stays for a while, so look at it no more."""
    gc.freeze()


def release() -> None:
    """A board was closed: what it leaves behind in cycles may be collected again."""
    gc.unfreeze()
