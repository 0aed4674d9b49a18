"""Going on as another replica, with the own work that did not count (SYNC 4.7, cases a, c and d).

(a) The room refused a message: the person may not speak there. The chain would stand still for the
    others, who wait for that number, so it is given up from there on, and everything is left over.
(c) Two contents of one own number came to light: from there on the chain is void. What it said is
    said again, and left over where somebody else changed the same.
(d) Nobody here has the history that would bring this board and another together: the other one's
    state takes the place of this board's, and what it lacks of the own work is said again on it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from whiteboard.model.document import Document
from whiteboard.model.folded import Folded
from whiteboard.model.ids import Replica
from whiteboard.model.ops import Batch
from whiteboard.model.rebase import Outcome, Piece, collect, put

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
    pieces = collect(old, {old.replica: after})
    new = old.like(old.folded() if old.floor else None, replica)
    was = dict([*old.gives_up.items(), (old.replica, after)][-MOST:])
    held = old.batches_since(old.floor)
    forked = [r for r in was if old.is_forked(r)]  # by proof, which others may need
    new.give_up(was, forked)
    new.receive(b for b in held if b.r != old.replica or b.n <= after or b.r in forked)
    return _written(new, pieces, may_write=may_write)


def rebased_onto(
    base: Folded | None, batches: Sequence[Batch], old: Document, replica: Replica
) -> Rebased:
    """Another member's board, with the work of this party that it lacks put on it anew (case d).

    What others wrote is taken along where it can be applied to that board. What of the own work is
    folded in `old` and unknown there cannot be told apart from the rest any more, and is not.

    Args:
        base: Where the other member's history begins; None: with the first message.
        batches: All its messages since.
        old: This member's board, with all history that it has. Is not to be used any more.
        replica: A fresh one of the same party.
    """
    theirs = old.like(base, replica)
    theirs.receive(batches)
    mine = {**old.gives_up, old.replica: old.vv.get(old.replica, 0)}
    held = {r: min(n, theirs.vv.get(r, 0)) for r, n in mine.items()}
    pieces = collect(old, {r: max(n, old.floor.get(r, 0)) for r, n in held.items()})

    was = dict(list(held.items())[-MOST:])
    new = _giving_up(old, base, replica, was)
    new.receive(batches)
    probe = _giving_up(old, base, replica, was)
    probe.receive(batches)
    others = [b for b in old.batches_since(old.floor) if b.r not in mine]
    new.receive(probe.receive([*others, *old.waiting_batches()]).kept)
    return _written(new, pieces, may_write=True)


def _giving_up(
    old: Document, base: Folded | None, replica: Replica, was: Mapping[Replica, int]
) -> Document:
    new = old.like(base, replica)
    new.give_up(was, [r for r in was if old.is_forked(r)])
    return new


def _written(new: Document, pieces: Sequence[Piece], *, may_write: bool) -> Rebased:
    sent: list[Batch] = []
    stop = new.on_commit.subscribe(lambda commit: sent.extend(commit.batches))
    outcome = put(pieces, new, may_write=may_write)
    stop()
    return Rebased(new, outcome, tuple(sent))
