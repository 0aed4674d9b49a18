"""Going on as another replica, with the own work that did not count (SYNC 4.7, cases a and c).

(a) The room refused a message: the person may not speak there. The chain would stand still for the
    others, who wait for that number, so it is given up from there on, and everything is left over.
(c) Two contents of one own number came to light: from there on the chain is void. What it said is
    said again, and left over where somebody else changed the same.
"""

from __future__ import annotations

from dataclasses import dataclass

from whiteboard.model.document import Document
from whiteboard.model.ids import Replica
from whiteboard.model.ops import Batch
from whiteboard.model.rebase import Outcome, collect, put

REFUSED = frozenset({"forbidden", "not-allowed", "not-authorized", "policy-violation"})
"""Stanza errors by which a room says that this person may not write (RFC 6120 8.3.3)."""
MOST = 32
"""Replicas that one message gives up: the newest ones."""


@dataclass(frozen=True, slots=True)
class Rebased:
    """The board as it is for the new replica."""

    document: Document
    outcome: Outcome
    sent: tuple[Batch, ...]
    """What the new replica wrote at once."""


def rebased(old: Document, replica: Replica, after: int, *, may_write: bool) -> Rebased:
    """What `old` holds, without own messages beyond `after`, and their work put on it anew.

    Args:
        old: Is not to be used any more.
        replica: A fresh one of the same party.
        after: The last own message that counts for the others.
        may_write: False: everything is left over.

    Raises:
        FoldedError: own messages beyond `after` are folded.
    """
    pieces = collect(old, after)
    new = old.like(old.folded() if old.floor else None, replica)
    was = dict([*old.gives_up.items(), (old.replica, after)][-MOST:])
    held = old.batches_since(old.floor)
    forked = [r for r in was if old.is_forked(r)]  # by proof, which others may need
    new.give_up(was, forked)
    new.receive(b for b in held if b.r != old.replica or b.n <= after or b.r in forked)
    sent: list[Batch] = []
    stop = new.on_commit.subscribe(lambda commit: sent.extend(commit.batches))
    outcome = put(pieces, new, may_write=may_write)
    stop()
    return Rebased(new, outcome, tuple(sent))
