"""Roles, the pen and finished parts with a real window, a real server and real mouse events."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.helpers.prosody import PASSWORD, needs_prosody, on_both_servers, room_address, unique

pytestmark = [pytest.mark.prosody, needs_prosody, on_both_servers]

PLAYED = [
    "draws",
    "loses the pen in mid-stroke, and cannot draw",
    "asks for the pen, and draws again",
    "is refused a finished part, and may change it as a moderator",
    "is banned, and keeps a copy to draw on",
]


def test_a_member_with_a_window_is_led_by_the_host(server):
    names = [unique("roles") for _ in range(2)]
    for name in names:
        server.add_account(name, PASSWORD)
    addresses = [f"{name}@{server.domain}" for name in names]
    result = subprocess.run(
        [
            *(sys.executable, "-m", "tests.helpers.member_window"),
            *(*addresses, PASSWORD, str(server.port), room_address()),
        ],
        capture_output=True,
        text=True,
        timeout=150,
        check=False,
    )
    assert result.returncode == 0, result.stderr[-4000:]
    assert [line for line in result.stdout.splitlines() if line in PLAYED] == PLAYED
    assert "Traceback" not in result.stderr, result.stderr[-4000:]
