"""A file that says nothing to who has only its address: AES-256-GCM under a key used once.

The key is 12 bytes of nonce and 32 of key, in hexadecimal, as in XEP-0454; the tag stands at the
end of the file. Who is to read it gets the key privately, over XMPP.
"""

from __future__ import annotations

import os
import re

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from whiteboard.wire.errors import Fault, RemoteProtocolError

KEY = re.compile(r"[0-9a-f]{88}")
_NONCE = 12


def seal(data: bytes) -> tuple[bytes, str]:
    """The file, and the key to it."""
    key = os.urandom(_NONCE + 32)
    return AESGCM(key[_NONCE:]).encrypt(key[:_NONCE], data, None), key.hex()


def unseal(data: bytes, key: str) -> bytes:
    """What was sealed.

    Raises:
        RemoteProtocolError: no such key, or not what was sealed with it.
    """
    if KEY.fullmatch(key) is None:
        raise RemoteProtocolError(Fault.MALFORMED, "not a key")
    raw = bytes.fromhex(key)
    try:
        return AESGCM(raw[_NONCE:]).decrypt(raw[:_NONCE], data, None)
    except InvalidTag as error:
        raise RemoteProtocolError(Fault.MALFORMED, "not the file that was meant") from error
