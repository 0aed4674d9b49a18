"""The account that the command line names."""

from __future__ import annotations

import argparse
from pathlib import Path

from whiteboard.app.errors import CommandError
from whiteboard.im.account import AccountSettings, TlsMode


def account_of(options: argparse.Namespace) -> AccountSettings | None:
    """`--jid --password-file --server --allow-plaintext --nick`; None without `--jid`.

    Raises:
        CommandError: the password is missing or cannot be read.
    """
    if options.jid is None:
        return None
    if options.password_file is None:
        raise CommandError("--jid needs --password-file FILE.")
    host, port = options.server or (None, None)
    return AccountSettings(
        address=options.jid,
        password=_password(options.password_file),
        name=options.nick,
        host=host,
        port=port,
        tls=TlsMode.PLAINTEXT if options.allow_plaintext else TlsMode.STARTTLS,
    )


def _password(path: Path) -> str:
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except OSError as error:
        raise CommandError(f"“{path}” cannot be read: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        raise CommandError(f"“{path}” is not text in UTF-8.") from error
    if not lines or not lines[0]:
        raise CommandError(f"There is no password in “{path}”.")
    return lines[0]
