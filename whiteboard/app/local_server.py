"""A throw-away Prosody on this machine, for `whiteboard demo` and the tests: never for real use.

It lives in a temporary folder, listens on free loopback ports only, and is gone with its folder
after `stop`. Accounts are made with `add_account` at any time.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Self

_START_SECONDS = 10.0
_STOP_SECONDS = 5.0
_MEMORY = "/dev/shm"  # noqa: S108 - mkdtemp makes a folder of its own in it

_CONFIG = """\
run_as_root = true; daemonize = false; pidfile = "{folder}/prosody.pid"; data_path = "{folder}/data"
certificates = "{folder}/certs"
interfaces = {{ "127.0.0.1" }}; c2s_ports = {{ {port} }}; c2s_direct_tls_ports = {{ {tls_port} }}
http_ports = {{ {http_port} }}; https_ports = {{ }}; component_ports = {{ }}; s2s_ports = {{ }}
modules_disabled = {{ "s2s" }}
modules_enabled = {{ "roster", "saslauth", "disco", "carbons", "pep", "private", "blocklist",
  "ping", "register", "mam", "smacks", {modules} }}
allow_registration = true; c2s_require_encryption = false; allow_unencrypted_plain_auth = true
authentication = "internal_hashed"
storage = {storage}; sql = {{ driver = "SQLite3", database = "prosody.sqlite" }}
archive_expires_after = "1d"; log = {{ info = "{folder}/prosody.log" }}
{extra}
VirtualHost "localhost"
Component "conference.localhost" "muc"
  modules_enabled = {{ {room_modules} }}
{uploads}
"""

_UPLOADS = """\
Component "upload.localhost" "http_file_share"
  http_host = "127.0.0.1"; http_external_url = "http://127.0.0.1:{http_port}/"
"""


class ServerError(Exception):
    """The server cannot be started here; the text says why."""


def free_port() -> int:
    """A TCP port of the loopback interface that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def is_installed() -> bool:
    """Whether there is a Prosody on this machine."""
    return shutil.which("prosody") is not None and shutil.which("prosodyctl") is not None


class LocalServer:
    """A Prosody for the domain `localhost` with group chats at `conference.localhost`.

    Args:
        extra: further lines of its global configuration.
        tls: make a self-signed certificate and offer STARTTLS and direct TLS (needs openssl).
        limits: bytes a second that one client may send, such as '10kb/s' (mod_limits); '' = any.
        uploads: whether it takes files (XEP-0363).
        room_archives: whether group chats keep what is said in them.
    """

    domain = "localhost"
    rooms = "conference.localhost"

    def __init__(
        self,
        *,
        extra: str = "",
        tls: bool = False,
        limits: str = "",
        uploads: bool = False,
        room_archives: bool = True,
    ) -> None:
        self._room_archives = room_archives
        self._uploads = uploads
        self.http_port = 0
        self._extra = extra
        self._tls = tls
        self._limits = limits
        self._folder: Path | None = None
        self._process: subprocess.Popen[bytes] | None = None
        self.port = 0
        self.tls_port = 0

    @property
    def folder(self) -> Path:
        """Where its files are, while it has any."""
        if self._folder is None:
            raise ServerError("the server was not started")
        return self._folder

    def start(self) -> None:
        """Start, or start again after `kill` or `stop_process`; returns when it takes connections.

        Raises:
            ServerError: there is no Prosody, or it does not start.
        """
        if not is_installed():
            raise ServerError("Prosody is not installed (Debian: apt install prosody).")
        if self._folder is None:
            # In memory where the system allows it: SQLite waits for the disk at every message.
            memory = _MEMORY if os.access(_MEMORY, os.W_OK) else None
            self._folder = Path(tempfile.mkdtemp(prefix="whiteboard-server-", dir=memory))
            self.port, self.tls_port = free_port(), free_port()
            self.http_port = free_port() if self._uploads else 0
            for name in ("data", "certs"):
                (self._folder / name).mkdir()
            if self._tls:
                self._make_certificate()
            self._write_config()
        self._process = subprocess.Popen(  # noqa: S603 - a fixed command
            ["prosody", "--config", str(self._config), "-F"],  # noqa: S607 - found by the PATH
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env=self._environment(),
        )
        self._wait_until_it_listens()

    def add_account(self, name: str, password: str) -> str:
        """Make an account; returns its address.

        Raises:
            ServerError: it could not be made.
        """
        result = subprocess.run(  # noqa: S603 - a fixed command
            ["prosodyctl", "--config", str(self._config), "register", name, self.domain, password],  # noqa: S607 - found by the PATH
            capture_output=True,
            env=self._environment(),
            timeout=20,
            check=False,
        )
        if result.returncode != 0:
            raise ServerError((result.stdout + result.stderr).decode(errors="replace").strip())
        return f"{name}@{self.domain}"

    def kill(self) -> None:
        """End the process at once, as a crash would; the files stay."""
        self._end(signal.SIGKILL)

    def stop_process(self) -> None:
        """End the process in order; the files stay."""
        self._end(signal.SIGTERM)

    def stop(self) -> None:
        """End the process and remove all files."""
        self.stop_process()
        if self._folder is not None:
            shutil.rmtree(self._folder, ignore_errors=True)
            self._folder = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.stop()

    @property
    def _config(self) -> Path:
        return self.folder / "prosody.cfg.lua"

    @staticmethod
    def _environment() -> Mapping[str, str]:
        return {**os.environ, "LC_ALL": "C.UTF-8"}

    def _write_config(self) -> None:
        # Archives in SQL: the plain files slow the whole server down past 10 000 messages.
        has_sql = any(Path(folder, "dbd").exists() for folder in self._lua_folders())
        modules = [
            name for name, wanted in (("tls", self._tls), ("limits", self._limits)) if wanted
        ]
        extra = self._extra
        if self._limits:
            extra += f'\nlimits = {{ c2s = {{ rate = "{self._limits}" }} }}'
        self._config.write_text(
            _CONFIG.format(
                folder=self.folder,
                port=self.port,
                tls_port=self.tls_port if self._tls else "",
                modules=", ".join(f'"{name}"' for name in modules),
                storage='{ archive = "sql"; muc_log = "sql" }' if has_sql else '"internal"',
                room_modules='"muc_mam"' if self._room_archives else "",
                http_port=self.http_port or "",
                uploads=_UPLOADS.format(http_port=self.http_port) if self._uploads else "",
                extra=extra,
            )
        )

    @staticmethod
    def _lua_folders() -> list[Path]:
        return [
            path.parent
            for base in ("/usr/lib", "/usr/local/lib", "/opt/homebrew/lib")
            for path in Path(base).glob("**/lua/5.*/dbd")
        ]

    def _make_certificate(self) -> None:
        if shutil.which("openssl") is None:
            raise ServerError("openssl is not installed.")
        certs = self.folder / "certs"
        subprocess.run(  # noqa: S603 - a fixed command
            [  # noqa: S607 - found by the PATH
                "openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2",
                "-subj", f"/CN={self.domain}", "-addext", f"subjectAltName=DNS:{self.domain}",
                "-keyout", str(certs / f"{self.domain}.key"),
                "-out", str(certs / f"{self.domain}.crt"),
            ],
            check=True,
            capture_output=True,
        )  # fmt: skip

    def _wait_until_it_listens(self) -> None:
        assert self._process is not None
        deadline = time.monotonic() + _START_SECONDS
        while time.monotonic() < deadline:
            if self._process.poll() is not None:
                break
            with (
                contextlib.suppress(OSError),
                socket.create_connection(("127.0.0.1", self.port), 1),
            ):
                return
            time.sleep(0.01)
        self._end(signal.SIGKILL)
        raise ServerError(f"Prosody did not start; see {self.folder / 'prosody.log'}.")

    def _end(self, how: signal.Signals) -> None:
        process, self._process = self._process, None
        if process is None or process.poll() is not None:
            return
        process.send_signal(how)
        try:
            process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
