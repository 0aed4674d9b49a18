"""Keeps boards in journals, and brings them back: between `SharedBoard` and `journal`.

A board gets a journal with its first change by the person, or as soon as it is shared. Everything
that happens on its document is appended; what its session sends waits for that (`Store`).
"""

from __future__ import annotations

import contextlib
import random
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TypeAlias

from whiteboard.journal.file import About
from whiteboard.journal.folder import Folder, Journal
from whiteboard.journal.snapshot import Past, ground_of_board
from whiteboard.model.changes import Commit, Origin
from whiteboard.model.document import Document, FoldedError, empty_document
from whiteboard.model.folded import Folded
from whiteboard.model.ids import Party, Replica, SessionId
from whiteboard.model.ops import Batch
from whiteboard.model.rebase import Piece
from whiteboard.model.shared import SharedDocument
from whiteboard.model.strict.document import StrictDocument
from whiteboard.model.strict.ops import Stanza
from whiteboard.session.identity import new_replica
from whiteboard.session.ports import Direct, InRoom, Place
from whiteboard.session.session import Role, Session
from whiteboard.transport.board import SharedBoard
from whiteboard.transport.keeping_strict import StrictPages
from whiteboard.wire.description import read_description, write_description
from whiteboard.wire.messages import Description, Peer, StrictMessage
from whiteboard.wire.pieces import Row, read_piece, write_piece
from whiteboard.wire.xml import parse, to_xml

SNAPSHOT_EVERY = 20_000
"""Messages after which a journal gets a new snapshot while its board is open."""
LOOK_EVERY = 500
"""Messages after which the size of a board is looked at."""
LARGE_RECORDS = 300_000
"""Nodes and touched attributes of a board that is called large: some hundred MB of memory."""
LARGE_BYTES = 1 << 30
"""Of the journal of a board that is called large."""

MOST_PEOPLE = 4096
"""Who is remembered for the history, as many as a board may have members."""
ReadBack: TypeAlias = Callable[[Journal, Document, Callable[["Document | None"], object]], object]


class Keeper:
    """One board's journal: implements `session.ports.Store`.

    Args:
        board: kept from now on, until `let_go`.
        folder: where new journals are made.
        journal: the board's own, if it comes from one, with all of its document in it.
        about: what that journal says.
        is_failing: whether the disk refuses at present.
        read_back: makes a document from a journal, beside the loop.
        take_snapshot: writes a state beside a journal's messages, beside the loop.
        strict_count: how many messages the journal of a strict board has.
    """

    def __init__(
        self,
        board: SharedBoard,
        folder: Folder,
        journal: Journal | None = None,
        about: About | None = None,
        *,
        is_failing: Callable[[], bool] = lambda: False,
        read_back: ReadBack = lambda _journal, _document, done: done(None),
        take_snapshot: Callable[[Journal], object] = lambda _journal: None,
        strict_count: int = 0,
    ) -> None:
        self.journal = journal
        self._board = board
        self._folder = folder
        self._about = about or About()
        self._is_failing = is_failing
        self._read_back = read_back
        self._take_snapshot = take_snapshot
        self._since_snapshot = 0
        self._since_look = LOOK_EVERY
        self._is_large = False
        self._document = _merging(board.document)
        self._proved: set[Replica] = set(self._document.forks) if journal is not None else set()
        self._vv: dict[Replica, int] = dict(self._document.vv) if journal is not None else {}
        self._mine: dict[Replica, int] = {}
        self._taken: dict[Replica, int] = dict(self._about.taken)
        self._description: tuple[Description | None, str] = (None, "")
        self._left_over: tuple[tuple[Piece, ...], Sequence[Row]] = ((), ())
        if journal is not None:
            self._note_all_mine(self._document)
        self._strict = self._strict_pages(board.document, strict_count)
        """Keeps the board instead, while it is one of a strict session."""
        self._stop_listening = self._listen(board.document)
        self._unsubscribe = [
            board.taken.subscribe(self._note_taken),
            board.document_replaced.subscribe(self._document_replaced),
            board.changed.subscribe(lambda _none: self._tell_changes()),
        ]
        board.keep_in(self)
        if journal is not None:
            self._about = replace(self._about, is_open=True, opened=time.time())
            self._tell(self._about_now())

    def let_go(self, *, stays_open: bool) -> Journal | None:
        """Write no more; the journal, if there is one, is to be closed.

        Args:
            stays_open: the program ends, and its next start shows the board again. The server may
                still say what it has taken.
        """
        self._board.keep_in(None)
        self._stop_listening()
        for unsubscribe in self._unsubscribe[stays_open:]:
            unsubscribe()
        if self.journal is not None and not stays_open:
            self.journal.put("is_open", False)
        return self.journal

    def begin_anew(self) -> None:
        """The journal cannot be written any more: keep everything in another one."""
        self.journal = None
        self._vv = {}
        self._proved = set()
        if self._strict is not None:
            self._strict.begin_anew()
            return
        self._append(())
        self._keep_proofs()

    def _strict_pages(self, document: SharedDocument, count: int) -> StrictPages | None:
        if not isinstance(document, StrictDocument):
            return None
        return StrictPages(document, self._opened, count, self._taken, lambda: self._board.is_over)

    def _opened(self) -> Journal:
        if self.journal is None:
            self.journal = self._folder.create()
            self._about = replace(self._about, opened=time.time())
            self._tell(self._about_now())
        return self.journal

    # --- `Store`

    def persist(
        self,
        batches: tuple[Batch, ...],
        done: Callable[[], None],
        strict: tuple[StrictMessage, ...] = (),
    ) -> None:
        """See `Store`; what belongs to a document that is still on its way is kept with it."""
        sessions = {one.session for one in batches[:1]} | {one.session for one in strict[:1]}
        if sessions - {self._shown.session}:
            done()
            return
        if self._strict is not None:
            self._strict.append(strict)
        else:
            self._append(batches)
        assert self.journal is not None
        self.journal.when_safe(done)

    @property
    def keeps(self) -> bool:
        """See `Store`."""
        return self.journal is not None and not self._is_failing()

    @property
    def waiting(self) -> int:
        """See `Store`."""
        if self._strict is not None:
            return len(self._strict.unsent())
        forks = self._document.forks
        return sum(
            max(0, n - self._taken.get(r, 0)) for r, n in self._mine.items() if r not in forks
        )

    def unsent(self) -> tuple[Batch, ...]:
        """See `Store`."""
        if self._strict is not None:
            return ()
        document = self._document
        since = {**document.vv, **{r: self._taken.get(r, 0) for r in self._mine}}
        return tuple(b for b in document.batches_since(since) if b.r not in document.forks)

    def unsent_strict(self) -> tuple[Stanza, ...]:
        """See `Store`."""
        return () if self._strict is None else self._strict.unsent()

    def read_back(self, document: Document, done: Callable[[Document | None], object]) -> None:
        """See `Store`."""
        if self.journal is None:
            done(None)
        else:
            self._read_back(self.journal, document, done)

    def keep_base(self, folded: Folded | None) -> None:
        """See `Store`."""
        if self.journal is not None:
            self.journal.keep_base(folded)
            known, self._vv = self._vv, dict(self._document.floor)
            batches = tuple(self._document.batches_since(self._vv))
            self.journal.prepend(tuple(b for b in batches if b.n <= known.get(b.r, 0)))
            self._append(batches)

    # --- what happens on the board

    @property
    def _shown(self) -> SharedDocument:
        return self._document if self._strict is None else self._strict.document

    def _history_wanted(self, _none: None) -> None:
        """An undo reaches into what is folded."""
        document = self._document
        if self._board.session is not None:
            self._board.want_history()
        else:
            self.read_back(document, lambda rebuilt: _unfold(document, rebuilt))

    def _committed(self, commit: Commit) -> None:
        if self._strict is not None:
            self._strict.committed(commit)
            return
        by_person = commit.origin in {Origin.LOCAL, Origin.UNDO}
        if self.journal is not None or by_person or self._board.session is not None:
            self._append(commit.batches)
            self._keep_proofs()
        if by_person and self._board.session is not None and self._board.link is None:
            self._board.changed.emit(None)  # offline since an earlier run: one more waits

    def _keep_proofs(self) -> None:
        """Two contents of one message are kept both, so that others can be told after a restart."""
        fresh = set(self._document.forks) - self._proved
        if not fresh or self.journal is None:
            return
        self._proved |= fresh
        held = self._document.batches_since(self._document.vv)  # nothing but proofs
        self.journal.append_proof(tuple(batch for batch in held if batch.r in fresh))

    def _listen(self, document: SharedDocument) -> Callable[[], None]:
        if not isinstance(document, Document):
            return document.on_commit.subscribe(self._committed)
        stops = (
            document.on_commit.subscribe(self._committed),
            document.on_history_wanted.subscribe(self._history_wanted),
        )

        def stop() -> None:
            for one in stops:
                one()

        return stop

    def _document_replaced(self, document: SharedDocument) -> None:
        self._stop_listening()
        self._stop_listening = self._listen(document)
        is_other = document.session != self._shown.session
        if isinstance(document, StrictDocument):
            # What is on it now was given, or is for whoever joins: none of it is to be sent.
            self._taken = {document.replica: document.written}
            self._strict = self._strict_pages(document, 0)
        else:
            self._strict = None
            self._take(_merging(document), is_other=is_other)
        if self.journal is not None and self._strict is not None:
            self._tell(self._about_now())

    def _take(self, document: Document, *, is_other: bool) -> None:
        if is_other:
            # Whoever joins gets what I have by state: only what comes later is to be sent.
            self._taken = dict(document.vv)
            self._mine = {}
        self._document = document
        self._vv = dict(document.floor)
        if self.journal is not None:
            self._tell(self._about_now(), was=document.was or "")
            if is_other and document.floor:
                self.journal.keep_base(document.folded())
            for r, after in document.gives_up.items():
                if not document.is_forked(r):
                    self.journal.give_up(document.session, r, after)
        self._append(tuple(document.batches_since(document.floor)))
        self._proved = set()
        self._keep_proofs()

    def _append(self, batches: Sequence[Batch]) -> None:
        if self.journal is None:
            self.journal = self._opened()
            floor = self._document.floor
            if floor:  # it joined by a snapshot
                self.journal.keep_base(self._document.folded())
            batches = self._document.batches_since(floor)
        fresh = tuple(batch for batch in batches if batch.n > self._vv.get(batch.r, 0))
        if not fresh:
            return
        for batch in fresh:
            self._vv[batch.r] = batch.n
        self._note_mine(fresh)
        self.journal.append(fresh)
        self._look_at_size(len(fresh))

    def _look_at_size(self, more: int) -> None:
        """Have a snapshot taken now and then; say once that the board has grown large."""
        self._since_snapshot += more
        self._since_look += more
        assert self.journal is not None
        if self._since_snapshot >= SNAPSHOT_EVERY:
            self._since_snapshot = 0
            self._take_snapshot(self.journal)
        if self._since_look < LOOK_EVERY or self._is_large:
            return
        self._since_look = 0
        if self._document.record_count > LARGE_RECORDS or self.journal.size > LARGE_BYTES:
            self._is_large = True
            self._board.grown_large.emit(None)

    def _note_mine(self, batches: Sequence[Batch]) -> None:
        for batch in batches:
            if batch.party == self._document.party:
                self._mine[batch.r] = batch.n

    def _note_all_mine(self, document: Document) -> None:
        for r, party in document.parties.items():
            if party == document.party:
                self._mine[r] = document.vv[r]

    def _note_taken(self, batch: Batch | StrictMessage) -> None:
        if isinstance(batch, StrictMessage):
            is_news = self._strict is not None and self._strict.note_taken(batch)
            if is_news and self.journal is not None:
                self.journal.put("taken", dict(self._taken))
            return
        is_mine = batch.session == self._document.session and batch.r in self._mine
        if is_mine and batch.n > self._taken.get(batch.r, 0):
            self._taken[batch.r] = batch.n
            if self.journal is not None:
                self.journal.put("taken", dict(self._taken))

    def _tell_changes(self) -> None:
        if self.journal is not None:
            now = self._about_now()
            if now != replace(self._about, taken=now.taken):
                self._tell(now)

    def _tell(self, about: About, was: str = "") -> None:
        self._about = about
        assert self.journal is not None
        self.journal.tell(about, was)

    def _people(self) -> dict[str, Sequence[str]]:
        """Everybody who was ever seen here; with no more than can be on a board at once."""
        people = dict(self._about.people)
        for one in self._board.participants:
            if one.id in people or len(people) < MOST_PEOPLE:
                people[one.id] = [one.name, one.address]
        return people

    def _about_now(self) -> About:
        board, session, document = self._board, self._board.actor, self._shown
        about = replace(
            self._about,
            name=board.name,
            session=document.session,
            party=document.party,
            replica=document.replica,
            is_ended=board.is_over,
            taken=dict(self._taken),
            people=self._people(),
        )
        # While a board gives way, or is being opened, the session's document is not this one.
        if session is None or session.session != document.session:
            return about
        if session.description is None:
            return replace(about, role=session.role.value)
        in_room = isinstance(session.place, InRoom)
        if session.left_over != self._left_over[0]:
            self._left_over = session.left_over, [write_piece(one) for one in session.left_over]
        return replace(
            about,
            room=board.place if in_room else "",
            other="" if in_room else board.place,
            admitted=tuple(session.admitted),
            requires_order=board.requires_order,
            left_over=self._left_over[1],
            role=session.role.value,
            description=self._described(session.description),
            me=session.me.address,
        )

    def _described(self, description: Description) -> str:
        if description != self._description[0]:
            self._description = description, to_xml(write_description(description))
        return self._description[1]


def _merging(document: SharedDocument) -> Document:
    """The document, or an empty one in place of what has other rules."""
    return document if isinstance(document, Document) else empty_document()


def _unfold(document: Document, rebuilt: Document | None) -> None:
    if rebuilt is not None:
        with contextlib.suppress(FoldedError):  # something came meanwhile that is not written yet
            document.unfold(rebuilt)


def revived(
    about: About, past: Past, rng: random.Random, *, is_newest: bool
) -> tuple[Document, Session | None]:
    """What a journal holds as a document, and the session to go on with, if it goes on.

    Raises:
        RemoteProtocolError: the session's description cannot be read.
        ValueError: the session's role is none.
    """
    place = place_of(about)
    if place is None:
        return _copy(about, past, rng), None
    actor = Session.resume(
        read_description(parse(about.description)),
        Peer(about.me),
        place,
        rng,
        Role(about.role),
        past.batches,
        folded=past.folded,
        floor=past.floor,
        left_over=[read_piece(row) for row in about.left_over],
        session=SessionId(about.session),
        party=Party(about.party),
        replica=Replica(about.replica) if is_newest else None,
        admitted=about.admitted,
    )
    assert actor.document is not None
    return actor.document, actor


def place_of(about: About) -> Place | None:
    """Where a board's session goes on; None if it has none, or that is over."""
    if about.is_ended or not about.role or not about.description:
        return None
    if about.room:
        return InRoom(about.room)
    return Direct(about.other) if about.other else None


def _copy(about: About, past: Past, rng: random.Random) -> Document:
    """A board without a session; one whose own chain was forked goes on under another identity."""
    session, party, replica = SessionId(about.session), Party(about.party), Replica(about.replica)
    ground = ground_of_board(about)

    def document_of(replica: Replica) -> Document:
        document = Document(session, party, replica, ground=ground)
        if past.folded is not None:
            document = document.like(past.folded)
        document.receive(past.batches)
        return document

    document = document_of(replica)
    if replica in document.forks:
        return document_of(new_replica(session, party, rng, document.vv))
    return document
