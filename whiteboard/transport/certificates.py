"""Server certificates: what a person needs to judge one, and the two contexts to connect with."""

from __future__ import annotations

import hashlib
import ssl
import tempfile
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from whiteboard.im.account import Certificate


def fingerprint(pem: str) -> str:
    """SHA-256 of a certificate as upper-case hex pairs with colons."""
    digest = hashlib.sha256(ssl.PEM_cert_to_DER_cert(pem)).hexdigest().upper()
    return ":".join(digest[i : i + 2] for i in range(0, len(digest), 2))


def describe(domain: str, pem: str) -> Certificate:
    """The certificate that the server of `domain` showed."""
    fields = _decode(pem)
    return Certificate(
        domain=domain,
        sha256=fingerprint(pem),
        subject=_name(fields.get("subject", ())),
        issuer=_name(fields.get("issuer", ())),
        valid_until=_date(str(fields.get("notAfter", ""))),
        pem=pem,
    )


def verifying_context() -> ssl.SSLContext:
    """Certificates must be valid for the domain."""
    return ssl.create_default_context()


def pinning_context() -> ssl.SSLContext:
    """Any certificate passes: the caller compares its fingerprint before it sends anything."""
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def _decode(pem: str) -> Mapping[str, Any]:
    # Python's ssl reads a certificate that was not verified only through this helper of its tests.
    decode = getattr(ssl._ssl, "_test_decode_cert", None)  # type: ignore[attr-defined]  # noqa: SLF001 - see above
    if decode is None:
        return {}
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "certificate.pem")
        path.write_text(pem)
        try:
            fields: Mapping[str, Any] = decode(str(path))
        except (ssl.SSLError, ValueError, OSError):
            return {}
        return fields


def _name(parts: Iterable[Iterable[tuple[str, str]]]) -> str:
    names = [f"{key}={value}" for part in parts for key, value in part]
    common = [name.removeprefix("commonName=") for name in names if name.startswith("commonName=")]
    return common[0] if common else ", ".join(names)


def _date(not_after: str) -> str:
    try:
        return datetime.fromtimestamp(ssl.cert_time_to_seconds(not_after), UTC).date().isoformat()
    except ValueError:
        return ""
