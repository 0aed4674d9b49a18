"""Fixtures of the tests of the whole program."""

import pytest

from tests.e2e.stage import stage
from tests.helpers.prosody import own_server, server
from whiteboard.session import session

__all__ = ["own_server", "server", "stage"]


@pytest.fixture(autouse=True)
def _opening_is_quick(monkeypatch):
    """Who opens a board waits 1 to 2 s for others who do the same; nobody else does here."""
    monkeypatch.setattr(session, "OPEN_SECONDS", (0.02, 0.05))
