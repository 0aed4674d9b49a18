"""The half of a document that knows who may do what, and says who may (SYNC 6).

    document.role_of(party)             viewer, editor, moderator or host
    document.obstacle(rid)              why a change there would not count; None: it would
    document.grant(party, Role.EDITOR)  one message with one control operation

Questions are answered for whoever has seen everything held, as the next own message will have.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager

from whiteboard.model.changes import Origin
from whiteboard.model.checkpoint import Checkpointed
from whiteboard.model.ids import DOCUMENT, Party, Rid
from whiteboard.model.marks import listed
from whiteboard.model.ops import Control
from whiteboard.model.projection import is_place_of
from whiteboard.model.record import Record
from whiteboard.model.rights import Fence, Mark, NotPermittedError, Obstacle, Role
from whiteboard.model.transaction import Transaction

ENTRIES = 4 * 1024
"""Characters of a list of rids that one message carries; longer ones take several."""


class Governed(Checkpointed):
    """What `Document` knows and says of rights and marks."""

    @abstractmethod
    def transact(self, origin: Origin, label: str = "") -> AbstractContextManager[Transaction]:
        """See `Document`."""

    @property
    def _fence(self) -> Fence:
        return self._history.law.fence

    # --- questions

    def role_of(self, party: Party) -> Role:
        """See `SharedDocument`."""
        return self._fence.role(party)

    def hosts(self) -> frozenset[Party]:
        """See `SharedDocument`."""
        return self._fence.hosts()

    def may_grant(self, party: Party, role: Role) -> bool:
        """See `SharedDocument`."""
        mine, theirs = self.my_role, self.role_of(party)
        if theirs is Role.HOST:
            return mine is Role.HOST and role is Role.HOST  # nobody can be deposed
        if Role.MODERATOR in {theirs, role} or role is Role.HOST:
            return mine is Role.HOST
        return mine >= Role.MODERATOR

    def marks(self) -> tuple[Mark, ...]:
        """See `SharedDocument`."""
        return tuple(
            Mark(rid, act.party, (act.at.r, act.at.n)) for rid, act in self._fence.closed_marks()
        )

    def mark_of(self, rid: Rid) -> Mark | None:
        """See `SharedDocument`."""
        if not self._fence.has_marks:
            return None
        closed = {mark.rid: mark for mark in self.marks()}
        covering = {mark for mark, at in self._fence.marks_on(rid)}
        record = self._record(rid)
        while record is not None and record.rid != DOCUMENT:
            if record.rid in covering:
                return closed[record.rid]
            record = record.up
        return next((closed[mark] for mark in sorted(covering, reverse=True)), None)

    def obstacle(self, rid: Rid = DOCUMENT, *, moves: bool = False) -> Obstacle | None:
        """See `SharedDocument`."""
        if self._history.law.is_plain or self._fence.is_moderator(self.party, None):
            return None
        if not self._fence.is_editor(self.party, None):
            return Obstacle()
        if (mark := self.mark_of(rid)) is not None:
            return Obstacle(mark)
        above = next(self._fence.marks_below(rid), None) if moves else None
        if above is None:
            return None
        return Obstacle(next(mark for mark in self.marks() if mark.rid == above))

    # --- intents

    def grant(self, party: Party, role: Role) -> None:
        """See `SharedDocument`."""
        if not self.may_grant(party, role):
            raise NotPermittedError(f"{role.value} is not this party's to give")
        if self.role_of(party) is not role:
            self._say(_role(party, role))

    def resign(self) -> None:
        """See `SharedDocument`."""
        self._must_be(Role.HOST)
        self._say(Control("resign"))

    def hand_over(self, party: Party) -> None:
        """See `SharedDocument`."""
        self._must_be(Role.HOST)
        if party != self.party:
            self._say(_role(party, Role.HOST), Control("resign"))

    def mark_complete(self, rid: Rid = DOCUMENT) -> None:
        """See `SharedDocument`."""
        self._must_be(Role.MODERATOR)
        if rid == DOCUMENT:
            self._say(_done(DOCUMENT))
            return
        self._say(*self.done_parts(rid))

    def reopen(self, rid: Rid = DOCUMENT) -> None:
        """See `SharedDocument`."""
        self._must_be(Role.MODERATOR)
        self._say(Control("reopen", (("rid", rid),)))

    def cut(self) -> None:
        """See `SharedDocument`."""
        self._must_be(Role.MODERATOR)
        self._say(_done(DOCUMENT), Control("reopen", (("rid", DOCUMENT),)))

    def done_parts(self, rid: Rid) -> Iterator[Control]:
        """What declares a record complete with all that is visible below it, in parts.

        Raises:
            KeyError: it is not visible.
        """
        self._settle()
        record = self._record(rid)
        if record is None or not self.is_visible(rid):
            raise KeyError(rid)
        path = " ".join(_above(record))
        for entries in _packed(listed(_below(record))):
            yield _done(rid, entries, path)

    def _must_be(self, role: Role) -> None:
        if self.my_role < role:
            raise NotPermittedError(f"only for who is {role.value}")

    def _say(self, *controls: Control) -> None:
        with self.transact(Origin.LOCAL) as edit:
            for control in controls:
                edit.control(control)


def _role(party: Party, role: Role) -> Control:
    return Control("role", (("is", role.value), ("party", party)))


def _done(rid: Rid, rids: str = "", path: str = "") -> Control:
    values = (("path", path), ("rid", rid), ("rids", rids))
    return Control("done", tuple((key, value) for key, value in values if value or key == "rid"))


def _above(record: Record) -> Iterator[Rid]:
    up = record.up
    while up is not None and up.rid != DOCUMENT:
        yield up.rid
        up = up.up


def _below(record: Record) -> Iterator[Rid]:
    """The record and all that is visible below it; of attributes those with rids of their own."""
    waiting = [record]
    while waiting:
        record = waiting.pop()
        yield record.rid
        for rivals in (record.attrs or {}).values():
            yield from (a.rid for a in rivals if not is_place_of(record.rid, a.rid))
        waiting += [kid for kid in record.kids or () if kid.shown]


def _packed(entries: Sequence[str]) -> Iterator[str]:
    """The entries, as many together as one message carries."""
    part: list[str] = []
    size = 0
    for entry in entries:
        if part and size + len(entry) > ENTRIES:
            yield " ".join(part)
            part, size = [], 0
        part.append(entry)
        size += len(entry) + 1
    yield " ".join(part)
