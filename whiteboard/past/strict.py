"""The history of a strict session: stanzas, and states that replaced all that was there.

A state does not say what was done when. At the beginning it is what was there before the first
message; later on it is one step of nobody known, if it changed anything that is seen.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Self

from whiteboard.model.changes import Changes, Commit, Happening
from whiteboard.model.ids import Party, Replica, Rid
from whiteboard.model.ops import Kind, New, Remove, Set, Ts
from whiteboard.model.strict.document import StrictDocument
from whiteboard.model.strict.ops import NewAt, Stanza, State
from whiteboard.model.strict.record import winner
from whiteboard.past.authors import Deed, Origin
from whiteboard.past.moments import Moments
from whiteboard.past.picture import Step, step_to


class StrictAuthors:
    """Who made and who last changed each node, as far as stanzas and states tell.

    An edit that undid another one counts as a change: it changed what was seen.

    Args:
        document: tells which element an attribute belongs to.
    """

    def __init__(self, document: StrictDocument) -> None:
        self._document = document
        self._made: dict[Rid, Deed] = {}
        self._changed: dict[Rid, Deed] = {}
        self._parties: dict[Party, None] = {}

    def add(self, stanza: Stanza, seq: int) -> None:
        """Take in what was done by a message; by one of seq 0 before the first."""
        for _, op in stanza.operations():
            maker = changer = stanza.sender
            if isinstance(op, NewAt):
                maker = Party(op.creator) or maker
                changer = Party(op.modifier) or maker
            node = self._node(op)
            if isinstance(op, New) and node == op.rid and maker:
                self._parties.setdefault(maker)
                self._made.setdefault(node, _deed(seq, maker))
            old = self._changed.get(node)
            is_news = bool(stanza.sender) or old is None or old.party != changer
            if changer and is_news:  # of what a state says again, the time is known
                self._parties.setdefault(changer)
                self._changed[node] = _deed(seq, changer)

    def _node(self, op: New | Set | Remove) -> Rid:
        new: New | None = op if isinstance(op, New) else None
        if new is None and (record := self._document.record(op.rid)) is not None:
            new = winner(record.news)
        return new.parent if new is not None and new.kind is Kind.ATTRIBUTE else op.rid

    def of(self, rid: Rid) -> Origin | None:
        """See `moments.People`."""
        made = self._made.get(rid)
        return None if made is None else Origin(made, self._changed.get(rid, made))

    @property
    def parties(self) -> tuple[Party, ...]:
        """See `moments.People`."""
        return tuple(self._parties)


def _deed(seq: int, party: Party) -> Deed:
    """Strict sessions have no clock: what came later is newer."""
    return Deed(Ts(seq, Replica(""), 0), seq, party)


class StrictTimeline(Moments):
    """The whole history of a strict board.

    Args:
        document: An empty one of the board's session; it is the timeline's from now on.
    """

    def __init__(self, document: StrictDocument) -> None:
        super().__init__()
        self._document = document
        self._authors = StrictAuthors(document)
        self._step: Step | None = None
        document.on_commit.subscribe(self._note)

    @property
    def authors(self) -> StrictAuthors:
        """See `Moments`."""
        return self._authors

    def add(self, kept: Iterable[tuple[Happening, float | None]]) -> None:
        """Take in stanzas and states, in their order; see `Moments`."""
        for one, time in kept:
            self._step = None
            if isinstance(one, State):
                self._document.install(one.stanzas, one.after)
                self._take(one.stanzas, Party(""), time)
            elif isinstance(one, Stanza):
                self._document.receive([one])
                self._take((one,), one.sender, time)

    def _note(self, commit: Commit) -> None:
        self._step = step_to(self._newest, self._document, commit.changes)

    def _take(self, stanzas: Iterable[Stanza], party: Party, time: float | None) -> None:
        """The document took this in; if it was new there is a step now."""
        step = self._step
        if step is None:
            return
        seq = len(self)
        if not party and not self.moments:
            self._begin(step)
        elif party or step:
            seq = self._append(party, time, step)
        for stanza in stanzas:
            self._authors.add(stanza, seq)

    def lacking(self, document: StrictDocument) -> Iterator[Stanza | State]:
        """What another document of the session holds, and this history does not."""
        known = self._document.keys
        missing = [
            stanza
            for stanza in document.stanzas
            if stanza.key not in known and not _is_of_graves(stanza)
        ]
        if any(not stanza.sender for stanza in missing):
            yield State(tuple(document.stanzas))  # it got a state of which nothing is here
        else:
            yield from missing

    @classmethod
    def of(cls, document: StrictDocument) -> Self:
        """An empty history of a document's session."""
        return cls(StrictDocument(document.session, document.party))


def _is_of_graves(stanza: Stanza) -> bool:
    """Whether a document made it, to remember beside a state what had been removed."""
    return not stanza.sender and all(isinstance(op, Remove) for op in stanza.ops)


def everything_of(commit: Commit, document: StrictDocument) -> tuple[Stanza | State, ...]:
    """What happened by a commit of a strict document."""
    if commit.changes == Changes(reset=True) and not commit.stanzas:
        return (State(tuple(document.stanzas)),)
    return commit.stanzas
