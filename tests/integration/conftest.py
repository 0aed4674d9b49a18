"""Fixtures of the tests that start a real Prosody."""

from tests.helpers.prosody import own_server, party, server

__all__ = ["own_server", "party", "server"]
