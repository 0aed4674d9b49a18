"""Replica ids that name their party, and parties as senders (SYNC 0.2/5.2a, 0.3.11)."""

from __future__ import annotations

import hashlib
import random
import string
from collections.abc import Container

from whiteboard.model.ids import Party, Replica, SessionId
from whiteboard.session.ports import InRoom, Place
from whiteboard.wire.messages import Identity, Peer

_ALPHABET = string.digits + string.ascii_uppercase + string.ascii_lowercase
_HALF = 4
_SESSION = 12
"""Characters of a session id: 71 bits, so that no two are alike; each stanza carries them."""


def new_session(rng: random.Random) -> SessionId:
    """The id of a session that nobody has."""
    return SessionId("".join(rng.choice(_ALPHABET) for _ in range(_SESSION)))


def check_digits(session: SessionId, party: Party, head: str) -> str:
    """The second half of a replica id whose first half is `head`.

    The last four base62 digits, most significant first, of SHA-256(session LF party LF head).
    """
    digest = hashlib.sha256(f"{session}\n{party}\n{head}".encode("utf-8", "replace")).digest()
    number = int.from_bytes(digest, "big")
    digits = ""
    for _ in range(_HALF):
        number, digit = divmod(number, len(_ALPHABET))
        digits = _ALPHABET[digit] + digits
    return digits


def new_replica(
    session: SessionId, party: Party, rng: random.Random, taken: Container[Replica] = ()
) -> Replica:
    """A replica id for `party` that is not in `taken`."""
    while True:
        head = "".join(rng.choice(_ALPHABET) for _ in range(_HALF))
        replica = Replica(head + check_digits(session, party, head))
        if replica not in taken:
            return replica


def fits(replica: Replica, session: SessionId, party: Party, identity: Identity) -> bool:
    """Whether `party` may send as `replica`; always so where identities are not protected."""
    if identity is Identity.NICK:
        return True
    head, tail = replica[:_HALF], replica[_HALF:]
    return len(replica) == 2 * _HALF and check_digits(session, party, head) == tail


def author(party: Party, identity: Identity, place: Place) -> Peer:
    """`party` as the sender of a relayed message: `identity.party` of it gives `party` again."""
    if identity is Identity.OCCUPANT_ID:
        return Peer("", occupant_id=party)
    if identity is Identity.NICK:
        return Peer(f"{place.room}/{party}" if isinstance(place, InRoom) else party)
    return Peer(party)
