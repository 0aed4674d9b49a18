"""Tests with windows: what Qt made is collected in Qt's thread, as in the program."""

from __future__ import annotations

import gc

import pytest


@pytest.fixture(autouse=True, scope="session")
def _look_at_what_tests_made_only():
    gc.freeze()
    yield
    gc.unfreeze()


@pytest.fixture(autouse=True)
def _collected_in_this_thread():
    """Cycles with windows in them must not be freed by a thread that reads a file."""
    gc.disable()
    yield
    gc.collect()
    gc.enable()
