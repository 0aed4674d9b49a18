"""Work on the live board that is too much for one turn of the loop, in bounded transactions.

The parts share one label (`OneStep`), so that one undo takes all of them back.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from contextlib import AbstractContextManager
from itertools import islice
from typing import Protocol, TypeVar

from whiteboard.editing.steps import OneStep
from whiteboard.model.changes import Origin

T_co = TypeVar("T_co", covariant=True)


class _Document(Protocol[T_co]):
    def transact(self, origin: Origin, label: str = ...) -> AbstractContextManager[T_co]: ...


def in_transactions(
    document: _Document[T_co],
    label: str,
    steps: Callable[[Callable[[], T_co]], Iterator[None]],
    total: int,
    at_once: int | None,
) -> Generator[float, None, None]:
    """Do work in transactions of a few steps each.

    Args:
        document: What is written to; somebody else may write to it between two transactions.
        label: Name of the one step of undo.
        steps: Gets what gives the open transaction; yields after each bounded piece of work.
        total: About how many steps there are.
        at_once: Steps in a transaction; None = all.

    Yields:
        The share that is done, 0 to 1, while there is more.
    """
    now: list[T_co] = []
    work = steps(lambda: now[-1])
    name, done, size = OneStep(label), 0, at_once
    while size == at_once:
        with document.transact(Origin.LOCAL, name) as transaction:
            now[:] = [transaction]
            size = sum(1 for _ in islice(work, at_once))
        done += size
        if at_once is None:
            return
        if size == at_once:
            yield min(1.0, done / max(1, total))
