"""The real client Psi on a screen of its own, worked with mouse and keys as a person would.

Without a window manager all windows lie at the top left corner, so the one that is to be worked is
raised and focused first. Dialogs are known by their titles.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import tempfile
from pathlib import Path
from types import TracebackType
from typing import Self

import pytest

from tests.helpers.screen import Screen
from whiteboard.app.local_server import LocalServer

PASSWORD = "secret"

needs_psi = pytest.mark.skipif(
    (shutil.which("psi") is None or shutil.which("xdotool") is None)
    and not os.environ.get("WHITEBOARD_REQUIRE_SERVERS"),
    reason="no Psi here",
)

_ACCOUNTS = """<!DOCTYPE accounts>
<accounts xmlns="http://psi-im.org/options" version="1.5">
 <accounts comment=""><a0>
  <enabled type="bool">true</enabled><auto type="bool">true</auto>
  <name type="QString">test</name><jid type="QString">{jid}</jid>
  <password type="QString">{password}</password>
  <use-host type="bool">true</use-host><host type="QString">127.0.0.1</host>
  <port type="int">{port}</port><ssl type="QString">no</ssl>
  <allow-plain type="QString">always</allow-plain><security-level type="int">0</security-level>
  <require-mutual-auth type="bool">false</require-mutual-auth>
  <enable-sm type="bool">false</enable-sm><reconn type="bool">false</reconn>
  <automatic-resource type="bool">false</automatic-resource>
  <resource type="QString">Psi</resource><priority type="int">5</priority>
 </a0></accounts>
</accounts>
"""
_OPTIONS = """<!DOCTYPE psi>
<psi xmlns="http://psi-im.org/options" version="1.5"><options>
 <ui><tip><show type="bool">false</show></tip>
  <automatically-open-new-messages type="bool">false</automatically-open-new-messages>
  <systemtray><enable type="bool">false</enable></systemtray></ui>
</options></psi>
"""


def _encoded(password: str, key: str) -> str:
    """A password as Psi keeps it."""
    return "".join(f"{ord(c) ^ ord(key[i % len(key)]):04x}" for i, c in enumerate(password))


def befriend(server: LocalServer, one: str, other: str) -> None:
    """Put two accounts on each other's contact lists, before they sign in."""
    folder = server.folder / "data" / "localhost" / "roster"
    folder.mkdir(parents=True, exist_ok=True)
    for mine, theirs in ((one, other), (other, one)):
        item = f'subscription = "both"; name = "{theirs}"; groups = {{}}'
        items = f'["{theirs}@localhost"] = {{ {item} }}'
        text = f"return {{ [false] = {{ version = 1; pending = {{}} }}; {items} }};\n"
        (folder / f"{mine}.dat").write_text(text)


class Psi:
    """One Psi that is signed in.

    Args:
        server: where its account is.
        name: of the account, which is made.
        screen: where its windows are.
    """

    def __init__(self, server: LocalServer, name: str, screen: Screen) -> None:
        self.address = server.add_account(name, PASSWORD)
        self.screen = screen
        self._folder = Path(tempfile.mkdtemp(prefix="psi-"))
        profile = self._folder / "profiles" / "test"
        profile.mkdir(parents=True)
        text = _ACCOUNTS.format(
            jid=self.address, password=_encoded(PASSWORD, self.address), port=server.port
        )
        (profile / "accounts.xml").write_text(text)
        (profile / "options.xml").write_text(_OPTIONS)
        environment = {**screen.environment, "PSIDATADIR": str(self._folder), "LANG": "C.UTF-8"}
        self._process = subprocess.Popen(
            ["dbus-run-session", "--", "psi", "--profile=test"],
            env=environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGTERM)
        self._process.wait(10)
        shutil.rmtree(self._folder, ignore_errors=True)

    @property
    def is_alive(self) -> bool:
        """Whether it has not ended, by a fault for instance."""
        return self._process.poll() is None

    def windows(self) -> dict[str, str]:
        """Title -> window of what can be seen."""
        done = subprocess.run(
            ["xdotool", "search", "--onlyvisible", "--name", ""],
            env=self.screen.environment, capture_output=True, text=True, check=False,
        )  # fmt: skip
        found: dict[str, str] = {}
        for window in done.stdout.split():
            with contextlib.suppress(subprocess.CalledProcessError):
                found[self.screen.do("getwindowname", window)] = window
        return found
