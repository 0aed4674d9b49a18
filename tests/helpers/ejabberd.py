"""A throw-away ejabberd on this machine, as `LocalServer` is a throw-away Prosody.

Started as a plain Erlang program: Debian's `ejabberdctl` wants to be root and one at a time. Its
settings are Debian's but for the shaper, which would make every test wait, and for what Debian's
file leaves out: archives, uploads.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import tempfile
import time
import urllib.request
from pathlib import Path
from types import TracebackType
from typing import Self

from whiteboard.app.local_server import ServerError, free_port

START_SECONDS = 30.0
STOP_SECONDS = 10.0

CONFIG = """\
hosts: [localhost]
auth_method: mnesia
default_db: sql
sql_type: sqlite
sql_database: "{folder}/ejabberd.db"
new_sql_schema: true
registration_timeout: infinity
listen:
  - {{port: {port}, ip: "127.0.0.1", module: ejabberd_c2s, max_stanza_size: 262144,
      shaper: c2s_shaper, access: c2s}}
  - {{port: {http}, ip: "127.0.0.1", module: ejabberd_http,
      request_handlers: {{/api: mod_http_api, /upload: mod_http_upload}}}}
acl: {{local: {{user_regexp: ""}}, loopback: {{ip: [127.0.0.0/8]}}}}
access_rules: {{local: {{allow: local}}, c2s: {{deny: blocked, allow: all}},
  muc_create: {{allow: local}}, register: {{allow: all}}, pubsub_createnode: {{allow: local}}}}
api_permissions: {{"all": {{who: {{ip: 127.0.0.1/8}}, what: "*"}}}}
shaper: {{normal: {{rate: 3000, burst_size: 20000}}}}
shaper_rules: {{max_user_sessions: 10, c2s_shaper: {{{shaper}: all}}}}
modules:
  mod_adhoc: {{}}
  mod_admin_extra: {{}}
  mod_blocking: {{}}
  mod_caps: {{}}
  mod_carboncopy: {{}}
  mod_disco: {{}}
  mod_http_api: {{}}
  mod_http_upload: {{put_url: "http://127.0.0.1:{http}/upload", docroot: "{folder}/upload"}}
  mod_last: {{}}
  mod_mam: {{assume_mam_usage: false, default: always}}
  mod_muc: {{access: [allow], access_create: muc_create, access_persistent: muc_create,
    access_mam: [allow], default_room_options: {{mam: true}}}}
  mod_muc_admin: {{}}
  mod_offline: {{}}
  mod_ping: {{}}
  mod_privacy: {{}}
  mod_private: {{}}
  mod_pubsub: {{access_createnode: pubsub_createnode, plugins: [flat, pep]}}
  mod_register: {{ip_access: all, access: register}}
  mod_roster: {{versioning: true}}
  mod_stream_mgmt: {{resend_on_timeout: if_offline}}
  mod_vcard: {{search: false}}
  mod_version: {{}}
"""


def is_installed() -> bool:
    """Whether there is an ejabberd on this machine, with the SQLite that it needs."""
    return shutil.which("erl") is not None and any(
        Path(folder).glob("**/ejabberd-*/ebin") for folder in _libraries()
    )


def _libraries() -> list[str]:
    return [str(path) for path in Path("/usr/lib").glob("*-linux-gnu")]


class Ejabberd:
    """An ejabberd for the domain `localhost` with group chats at `conference.localhost`.

    Args:
        limits: with the shaper of Debian's configuration (3 000 bytes a second from a client).
    """

    domain = "localhost"
    rooms = "conference.localhost"

    def __init__(self, *, limits: bool = False) -> None:
        self._limits = limits
        self._process: subprocess.Popen[bytes] | None = None
        self._folder: Path | None = None
        self.port = 0
        self.http_port = 0

    @property
    def folder(self) -> Path:
        """Where its files are, while it has any."""
        if self._folder is None:
            raise ServerError("the server was not started")
        return self._folder

    def start(self) -> None:
        """Start, or start again after `kill`; returns when it takes connections.

        Raises:
            ServerError: there is no ejabberd, or it does not start.
        """
        if not is_installed():
            raise ServerError("ejabberd is not installed (apt: ejabberd erlang-p1-sqlite3).")
        if self._folder is None:
            memory = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
            self._folder = Path(tempfile.mkdtemp(prefix="whiteboard-ejabberd-", dir=memory))
            self.port, self.http_port = free_port(), free_port()
            for name in ("spool", "log", "upload"):
                (self._folder / name).mkdir()
            (self._folder / "inetrc").write_text('{lookup, ["file","native"]}.\n')
            (self._folder / "ejabberd.yml").write_text(self.configuration())
        log = self.folder / "log" / "ejabberd.log"
        log.unlink(missing_ok=True)
        spool = self.folder / "spool"
        self._process = subprocess.Popen(
            ["erl", "+K", "true", "-noinput", "-mnesia", "dir", f'"{spool}"', "-s", "ejabberd"],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env=self._environment(),
        )
        self._wait_until_it_listens(log)

    def configuration(self) -> str:
        """The text of its settings."""
        return CONFIG.format(
            folder=self.folder,
            port=self.port,
            http=self.http_port,
            shaper="normal" if self._limits else "none",
        )

    def add_account(self, name: str, password: str) -> str:
        """Make an account; returns its address."""
        self.call("register", user=name, host=self.domain, password=password)
        return f"{name}@{self.domain}"

    def call(self, command: str, **arguments: str) -> object:
        """A command of its administration.

        Raises:
            ServerError: it was refused.
        """
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.http_port}/api/{command}",
            json.dumps(arguments).encode(),
            {"Content-Type": "application/json"},
        )
        try:
            with urllib.request.urlopen(request, timeout=20) as answer:
                return json.load(answer)
        except OSError as error:
            raise ServerError(f"ejabberd refused {command}: {error}") from error

    def kill(self) -> None:
        """End the process at once, as a crash would; the files stay."""
        self._end(signal.SIGKILL)

    def stop_process(self) -> None:
        """End the process in order; the files stay."""
        self._end(signal.SIGTERM)

    def stop(self) -> None:
        """End the process and remove all files."""
        self._end(signal.SIGKILL)
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

    def _environment(self) -> dict[str, str]:
        folder = self.folder
        return {
            **os.environ,
            "EJABBERD_CONFIG_PATH": str(folder / "ejabberd.yml"),
            "EJABBERD_LOG_PATH": str(folder / "log" / "ejabberd.log"),
            "EJABBERD_PID_PATH": str(folder / "ejabberd.pid"),
            "ERL_LIBS": ":".join(_libraries()),
            "ERL_INETRC": str(folder / "inetrc"),
            "ERL_CRASH_DUMP_BYTES": "0",
            "HOME": str(folder),
            "SPOOL_DIR": str(folder / "spool"),
        }

    def _wait_until_it_listens(self, log: Path) -> None:
        """Its port takes connections before it answers on them; its log says when it does."""
        assert self._process is not None
        ready = f"Start accepting TCP connections at 127.0.0.1:{self.port} "
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline and self._process.poll() is None:
            if log.exists() and ready in log.read_text(errors="replace"):
                return
            time.sleep(0.02)
        text = log.read_text(errors="replace")[-2000:] if log.exists() else "no log"
        self._end(signal.SIGKILL)
        raise ServerError(f"ejabberd did not start: {text}")

    def _end(self, how: signal.Signals) -> None:
        process, self._process = self._process, None
        if process is None or process.poll() is not None:
            return
        process.send_signal(how)
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
