"""PySide6 6.12 on Python 3.11 loses references to None, True and False until the process dies.

STACK section 0: short test suites stay green meanwhile, so the counts are compared here.
"""

from __future__ import annotations

import sys
from collections.abc import Callable

import pytest
from PySide6.QtCore import QObject, Signal

SLACK = 200
"""References that other code may take or give meanwhile; the fault loses one a call."""


class Sender(QObject):
    """Something to emit."""

    happened = Signal(bool)


def counts() -> tuple[int, int, int]:
    return (sys.getrefcount(None), sys.getrefcount(True), sys.getrefcount(False))


def lost(what: Callable[[], None]) -> int:
    """The most references to None, True or False that `what` loses."""
    before = counts()
    what()
    return max(a - b for a, b in zip(before, counts(), strict=True))


@pytest.mark.usefixtures("qapp")
def test_emitting_and_void_calls_lose_no_references() -> None:
    sender = Sender()
    heard: list[bool] = []
    sender.happened.connect(heard.append)

    def emit() -> None:
        for i in range(5000):
            sender.happened.emit(i % 2 == 0)
        heard.clear()

    def call() -> None:
        parentless = QObject()
        for _ in range(50_000):
            parentless.parent()
            parentless.setObjectName("")

    assert lost(emit) < SLACK
    assert lost(call) < SLACK
