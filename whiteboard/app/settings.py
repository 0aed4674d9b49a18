"""What the program remembers: a small JSON file, written whole, and passwords in the keyring."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any, TypeVar

import keyring
from keyring.errors import KeyringError

from whiteboard.app.output import replace_file
from whiteboard.im.account import TlsMode
from whiteboard.util.log import UI

SERVICE = "whiteboard"


@dataclass
class SavedAccount:
    """An account without its password."""

    address: str
    name: str = ""
    host: str | None = None
    port: int | None = None
    tls: str = TlsMode.STARTTLS.value
    trusted_sha256: str | None = None


@dataclass
class SavedRoom:
    """A group chat to enter again at the next start."""

    address: str
    nick: str = ""


@dataclass
class Settings:
    """All settings; unknown keys of a newer version are dropped when the file is written."""

    account: SavedAccount | None = None
    rooms: list[SavedRoom] = field(default_factory=list)
    trusted: dict[str, str] = field(default_factory=dict)
    """Domain -> fingerprint of the certificate that the person trusts for good."""
    preferences: dict[str, str] = field(default_factory=dict)
    """What the windows remember: see `ui.ports.Preferences`."""


_Saved = TypeVar("_Saved", SavedAccount, SavedRoom)


class SettingsStore:
    """Reads and writes the settings of one profile.

    A file that cannot be read is set aside as `settings.json.broken` and the defaults are used: a
    program that does not start helps nobody. A file that cannot be written leaves the old one.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.problem = ""
        self._overrides: dict[str, str] = {}
        self.settings = self._load()

    def _load(self) -> Settings:
        try:
            raw = json.loads(self.path.read_text(encoding="utf-8"))
            return _from_json(raw)
        except FileNotFoundError:
            return Settings()
        except (OSError, ValueError, TypeError, RecursionError) as error:
            UI.warning("settings cannot be read: %s", error)
            self.problem = "The settings could not be read. They start anew."
            try:
                self.path.replace(self.path.with_name(self.path.name + ".broken"))
            except OSError as move_error:
                UI.warning("settings cannot be set aside: %s", move_error)
            return Settings()

    def get(self, key: str) -> str:
        """A preference of the windows, '' if there is none (port `ui.ports.Preferences`)."""
        return self._overrides.get(key) or self.settings.preferences.get(key, "")

    def override(self, key: str, value: str) -> None:
        """Let a preference be this for now (the command line says so); it is not written."""
        self._overrides[key] = value

    def put(self, key: str, value: str) -> None:
        """Remember a preference (port `ui.ports.Preferences`)."""
        self._overrides.pop(key, None)
        if self.settings.preferences.get(key, "") != value:
            self.settings.preferences[key] = value
            self.save()

    def remember(self, domain: str, sha256: str) -> None:
        """Trust this certificate for the domain from now on (port `ui.ports.Trust`)."""
        self.settings.trusted[domain] = sha256
        self.save()

    def save(self) -> bool:
        """Write atomically; False where that is not possible (full or read-only disk)."""
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            text = json.dumps(asdict(self.settings), indent=1, ensure_ascii=False)
            replace_file(self.path, text.encode("utf-8"), mode=0o600)
        except OSError as error:
            UI.warning("settings cannot be written: %s", error)
            return False
        return True


def _from_json(raw: object) -> Settings:
    table = _table(raw)
    account, rooms = table.get("account"), table.get("rooms", [])
    if not isinstance(rooms, list):
        raise TypeError("a list of group chats was expected")
    return Settings(
        account=_known(SavedAccount, account) if account is not None else None,
        rooms=[_known(SavedRoom, room) for room in rooms],
        trusted=_texts(table.get("trusted", {})),
        preferences=_texts(table.get("preferences", {})),
    )


def _known(kind: type[_Saved], raw: object) -> _Saved:
    """What this version knows of a table; the rest was written by a newer one."""
    table = _table(raw)
    saved = kind(**{one.name: table[one.name] for one in fields(kind) if one.name in table})
    for name, value in asdict(saved).items():
        wanted = int if name == "port" else str
        may_be_none = name in {"host", "port", "trusted_sha256"}
        if not (isinstance(value, wanted) or (value is None and may_be_none)):
            raise TypeError(f"{name} is of a wrong kind")
    return saved


def _table(raw: object) -> dict[str, Any]:
    if not isinstance(raw, dict):
        raise TypeError("a table was expected")
    return raw


def _texts(raw: object) -> dict[str, str]:
    return {str(key): str(value) for key, value in _table(raw).items()}


def load_password(address: str) -> str | None:
    """The password from the desktop's keyring; None where there is none or no keyring."""
    try:
        return keyring.get_password(SERVICE, address)
    except KeyringError as error:
        UI.info("no keyring: %s", error)
        return None


def save_password(address: str, password: str) -> bool:
    """Put the password into the keyring; False where there is none (then it is asked again)."""
    try:
        keyring.set_password(SERVICE, address, password)
    except KeyringError as error:
        UI.info("no keyring: %s", error)
        return False
    return True


def forget_password(address: str) -> None:
    """Take the password out of the keyring, if it is there."""
    try:
        keyring.delete_password(SERVICE, address)
    except KeyringError as error:
        UI.info("no password to forget: %s", error)
