"""Fixtures of the tests that start a real Prosody."""

import pytest

from tests.helpers.prosody import own_server, party, server
from whiteboard.session import session

__all__ = ["own_server", "party", "server"]


@pytest.fixture(autouse=True)
def _opening_is_quick(request, monkeypatch):
    """Who opens a board waits 1 to 2 s for others who do the same: only one test needs that."""
    if "real_opening" not in request.fixturenames:
        monkeypatch.setattr(session, "OPEN_SECONDS", (0.02, 0.05))


@pytest.fixture
def real_opening():
    """Opening a board takes as long as it does for people."""
