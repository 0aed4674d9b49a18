"""One board as the windows see it, alone or over a session."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

from whiteboard.im.people import Occupant
from whiteboard.model.changes import Commit, Origin
from whiteboard.model.document import Document
from whiteboard.model.ephemeral import (
    Cursor,
    CursorGone,
    Ephemeral,
    InkPreview,
    MovePreview,
    PreviewEnd,
    SelectionShown,
    ShapePreview,
)
from whiteboard.model.ids import Party
from whiteboard.model.ops import Batch
from whiteboard.model.rebase import Piece, keep
from whiteboard.model.rights import NotPermittedError
from whiteboard.model.shared import SharedDocument
from whiteboard.session.boards import (
    ArchivedCopy,
    BoardState,
    Earlier,
    Ephemera,
    NotShown,
    Odd,
    Oddity,
    Participant,
)
from whiteboard.session.estimate import Estimate
from whiteboard.session.naming import board_name, rename_board
from whiteboard.session.ports import (
    Direct,
    Disbelieved,
    Effect,
    Ended,
    InRoom,
    KeepBase,
    Link,
    Member,
    NewDocument,
    Notice,
    Notify,
    Offence,
    Persist,
    Place,
    ShowEphemeral,
    Store,
    Target,
)
from whiteboard.session.session import Role, Session, State
from whiteboard.transport.connection import Connection
from whiteboard.transport.driver import Driver, Files
from whiteboard.transport.inbox import sender_of
from whiteboard.transport.permissions import BoardPermissions
from whiteboard.transport.stanzas import bare, local, resource
from whiteboard.util.clock import Clock
from whiteboard.util.event import Event
from whiteboard.validation.applications import SVG
from whiteboard.wire.messages import Dialect, Message, Mode, Peer, Reason, StrictMessage

OTHER_PERSON = "You drew here under another name. Your copy stays on this computer."
MAY_NOT_RENAME = "Only who may draw on this board can rename it."

_MOST_PREVIEWS = 64


class BoardLink(Link, Files, Protocol):
    """A session's way to the others, and how much of it waits."""

    waiting_changed: Event[None]

    @property
    def place(self) -> Place:
        """Where the session lives."""

    @property
    def waiting(self) -> int:
        """Own edits that are not on their way yet."""

    @property
    def load(self) -> int:
        """Bytes that wait."""

    @property
    def page(self) -> int:
        """Bytes that a page of a state should have now."""

    @property
    def has_archive(self) -> bool:
        """Whether what is said to all is kept by the room."""

    @property
    def upload_limit(self) -> int:
        """Bytes of the largest file that can be put somewhere; 0 = none can."""

    @property
    def can_fetch(self) -> bool:
        """Whether files can be fetched."""

    def forget(self, session: str) -> None:
        """What this session still has to say is dropped: nobody will ever hear it."""


class SharedBoard:
    """Implements `session.boards.Board`.

    Args:
        name: shown in tabs and announcements.
        document: what is on it.
        clock: for sessions.
        name_of: a contact's name by bare address.
        connection: the present connection, None while signed out; asked about group chats.
    """

    def __init__(
        self,
        name: str,
        document: SharedDocument,
        clock: Clock,
        name_of: Callable[[str], str],
        connection: Callable[[], Connection | None] = lambda: None,
    ) -> None:
        self._name = name
        self._document = document
        self._clock = clock
        self._name_of = name_of
        self._session: Session | None = None
        self._driver: Driver | None = None
        self._link: BoardLink | None = None
        self._store: Store | None = None
        self._resting: Place | None = None
        """Where a board of an earlier run goes on once it is online."""
        self._place = ""
        self._problem = ""
        self.remover: str | None = None
        """See `Board`."""
        self._over = False
        self._connected = True
        self._unsent = 0
        self._requires_order = False
        self._previews: dict[Party, set[str]] = {}
        self.uses_psi: Callable[[str], bool] = lambda _address: False
        """Whether the program at this full address is Psi, or speaks as Psi does."""
        self._unwatch: Callable[[], None] = _nothing
        self.application = SVG.namespace
        """Application type that it is shared as."""
        self.waiting_for_answer = False
        """An invitation of mine to this board is open."""
        self.is_being_read = False
        self.is_sought = False
        self._estimate = Estimate()
        self.archived: ArchivedCopy | None = None
        """It is joined anew, and its copy on disk is being opened."""
        self.changed: Event[None] = Event()
        self.document_replaced: Event[SharedDocument] = Event()
        self.ephemeral: Event[Ephemera] = Event()
        self.not_shown: Event[NotShown] = Event()
        self.odd: Event[Odd] = Event()
        self.grown_large: Event[None] = Event()
        self.persisted: Event[Persist] = Event()
        """What the session asks to keep, in order."""
        self.taken: Event[Batch | StrictMessage] = Event()
        """The server has taken this edit of mine."""
        self.ended: Event[Ended] = Event()
        self.cursor = Cursor(0.0, 0.0)
        """Where my pointer was last."""
        self.permissions = BoardPermissions(self, connection)
        """See `Board`."""
        self._watch(document)

    # --- what is shown ---

    @property
    def document(self) -> SharedDocument:
        """See `Board`."""
        return self._document

    @property
    def session(self) -> str | None:
        """See `Board`."""
        return self._session.session if self._session is not None else None

    @property
    def actor(self) -> Session | None:
        """The session itself."""
        return self._session

    @property
    def name(self) -> str:
        """See `Board`."""
        if self._name or self._session is None:
            return self._name
        return self._session.name

    @property
    def room(self) -> str:
        """The group chat where it is shared, '' if nowhere or one-to-one."""
        place = self.where
        return place.room if isinstance(place, InRoom) else ""

    @property
    def needs_name(self) -> bool:
        """Nobody has said yet what it is called."""
        return not self.name

    @property
    def place(self) -> str:
        """See `Board`."""
        return self._place

    @property
    def state(self) -> BoardState:
        """See `Board`."""
        session = self._session
        if self.is_over:
            return BoardState.ENDED
        if self.is_being_read:
            return BoardState.JOINING
        if session is None:
            return BoardState.ALONE
        if not self._connected:
            return BoardState.OFFLINE
        if session.role is Role.JOINER and session.state in {State.ASKING, State.RECEIVING}:
            return BoardState.JOINING
        if self.waiting_for_answer and len(session.members) < 2:
            return BoardState.WAITING
        return BoardState.LIVE

    @property
    def progress(self) -> float | None:
        """See `Board`."""
        return self._session.progress if self._session is not None else None

    @property
    def seconds_left(self) -> float | None:
        """See `Board`."""
        return self._estimate.left(self._clock.now())

    @property
    def earlier(self) -> Earlier | None:
        """See `Board`."""
        session = self._session
        if session is None or self._over or not (session.lacks_earlier or session.is_asking):
            return None
        return Earlier(session.is_asking, session.asking_progress)

    def fetch_earlier(self) -> None:
        """See `Board`."""
        if self._session is not None:
            self.run(self._session.fetch_earlier)

    def stop_fetching(self) -> None:
        """See `Board`."""
        session = self._session
        if session is not None:
            self.run(lambda _now: session.stop_asking())

    @property
    def participants(self) -> Sequence[Participant]:
        """See `Board`."""
        if self._session is None:
            return ()
        return tuple(self._participant(member) for member in self._session.members)

    @property
    def waiting_changes(self) -> int:
        """See `Board`."""
        if self._link is not None:
            return self._unsent + self._link.waiting
        if self._resting is None or self._store is None:
            return 0
        return self._store.waiting

    @property
    def kept(self) -> bool:
        """See `Board`."""
        return self._store is not None and self._store.keeps

    @property
    def problem(self) -> str:
        """See `Board`."""
        return self._problem

    # --- what is asked ---

    def tell(self, what: Ephemeral) -> None:
        """See `Board`."""
        session = self._session
        if isinstance(what, Cursor):
            self.cursor = what
        if session is not None and self._link is not None and not self.permissions.is_mute:
            session.link_load(self._link.load)
            self.run(lambda now: session.tell(what, now))

    def rename(self, name: str) -> None:
        """See `Board`."""
        if not name or name == self.name:
            return
        if self._driver is not None and not self._over:
            try:
                rename_board(self._document, name)
            except NotPermittedError:
                self.fail_softly(MAY_NOT_RENAME)
                return
        self._be_called(name)

    def say_name(self) -> None:
        """About to be shared: what a document of another time is called gives way."""
        if board_name(self._document) and self.permissions.hindrance() is None:
            rename_board(self._document, self.name)

    def _be_called(self, name: str) -> None:
        if not name or name == self._name:
            return
        self._name = name
        session = self._session
        if session is not None:
            self.run(lambda _now: session.be_called(name))
        self.changed.emit(None)

    def leave(self, reason: Reason = Reason.SUCCESS) -> None:
        """See `Board`; GONE: the program ends, and the next start goes on."""
        session = self._session
        if session is not None and not self._over:
            self.run(lambda now: session.leave(now, reason))
        self._over = True
        self.changed.emit(None)

    # --- the session behind it ---

    def attach(
        self, session: Session, make_link: Callable[[SharedBoard], BoardLink], place: Place
    ) -> None:
        """Live in `session` from now on, and start it."""
        self._session = session
        session.require_order(self._requires_order)
        self._resting = None
        self._over = False
        self._connected = True
        self._problem = ""
        self._place = _shown(place)
        self._link = make_link(self)
        self._drive(session, self._link)
        self._meet_occupants()
        self.run(session.start)
        self.changed.emit(None)

    @property
    def store(self) -> Store | None:
        """Where what happens here is kept."""
        return self._store

    def keep_in(self, store: Store | None) -> None:
        """What happens here is kept there from now on."""
        self._store = store

    def end(self) -> None:
        """Be the copy of a board that is over, of an earlier run."""
        self._over = True

    def take_up(self, document: SharedDocument, session: Session | None) -> None:
        """Be the board of an earlier run, offline until `wake` if it has a session."""
        if session is not None:
            self._session = session
            self._connected = False
            self._resting = session.place
            self._place = _shown(session.place)
        if document is not self._document:
            self._take(document)
            self.changed.emit(None)

    def wake(self, make_link: Callable[[SharedBoard], BoardLink], me: Peer) -> None:
        """The place of a board of an earlier run is there again: go on, unsent changes first.

        One-to-one the others are called as they are seen (`call`), and ask for what they lack.
        Somebody else than who drew here cannot go on: then the copy stays.
        """
        session = self._session
        if self._resting is None or session is None or self._over:
            return
        assert session.description is not None
        if not session.is_me(me, self._document):
            self.fail(OTHER_PERSON)
            return
        unsent = self.unsent() if isinstance(self._resting, InRoom) else ()
        self._resting = None
        self._link = make_link(self)
        self._drive(session, self._link).listen(self._document)
        self._meet_occupants()
        again = self._store.unsent_strict() if self._store is not None else ()
        self.online(me)
        self.run(lambda _now: session.send_again(unsent))
        self.run(lambda _now: session.send_again_strict(again))

    def call(self, address: str) -> None:
        """One-to-one: the other side's device is there."""
        session = self._session
        if session is not None and isinstance(self.where, Direct):
            self.run(lambda now: session.call(address, now))

    def unsent(self) -> tuple[Batch, ...]:
        """Own changes that the server has not taken, on a board that is kept."""
        return self._store.unsent() if self._store is not None else ()

    def _drive(self, session: Session, link: BoardLink) -> Driver:
        link.waiting_changed.subscribe(lambda _: self.changed.emit(None))
        self._driver = Driver(
            session,
            link,
            self._clock,
            self._show,
            subscribe=self._listen,
            persist=self._persist,
            read_back=self._read_back,
            files=link,
        )
        session.can_fetch = link.can_fetch
        session.upload_limit = lambda: link.upload_limit
        session.memory.may_fold = self._may_fold
        session.archiving.is_kept = lambda: link.has_archive
        return self._driver

    def _persist(self, effect: Persist, done: Callable[[], None]) -> None:
        if effect.batches or effect.strict:
            self.persisted.emit(effect)
        if self._store is None:
            done()
        else:
            self._store.persist(effect.batches, done, effect.strict)

    def _may_fold(self) -> bool:
        """Whether everything is in a journal, so that memory need not hold it."""
        return self._store is not None and self._store.keeps

    def _read_back(self, document: Document) -> None:
        session = self._session

        def done(rebuilt: Document | None) -> None:
            if session is not None:
                self.run(lambda now: session.history_read(rebuilt, now))

        if self._store is None:
            done(None)
        else:
            self._store.read_back(document, done)

    def want_history(self) -> None:
        """The folded past of the document is needed here."""
        session = self._session
        if session is not None:
            self.run(session.want_history)

    def run(self, call: Callable[[float], Sequence[Effect]]) -> None:
        """Make one call of the session and perform what it asks for."""
        if self._driver is not None:
            self._driver.run(call)

    def receive(self, peer: Peer, message: Message) -> None:
        """A message for this session came."""
        session = self._session
        if session is not None:
            self._tell_pace(session)
            self.run(lambda now: session.receive(peer, message, now))

    def sent(self, receipt: int) -> None:
        """A stanza left the outbox."""
        session = self._session
        if session is not None:
            self._tell_pace(session)
            self.run(lambda now: session.sent(receipt, now))

    def _tell_pace(self, session: Session) -> None:
        if self._link is not None:
            session.link_page(self._link.page)

    def bounced(self, target: Target, message: Message, condition: str) -> None:
        """A stanza came back."""
        session = self._session
        if session is not None:
            self.run(lambda now: session.bounced(target, message, condition, now))

    def archive_known(self) -> None:
        """It is known whether the room keeps an archive."""
        session = self._session
        if session is not None:
            self.run(session.archive_known)

    def left(self, peer: Peer) -> None:
        """Somebody is gone."""
        session = self._session
        if session is not None:
            self.run(lambda now: session.left(peer, now))

    def offline(self, problem: str = "") -> None:
        """The way to the others is cut."""
        session = self._session
        if session is None or self._over:
            return
        self._problem = problem or self._problem
        if self._connected:
            self._connected = False
            self.run(session.offline)
        self.changed.emit(None)

    def removed_by(self, name: str, problem: str, *, ends: bool) -> None:
        """I was thrown out of the group chat, maybe for good: `ends`."""
        self.remover = name
        if ends:
            self.leave()
            self._problem = problem
            self.changed.emit(None)
        else:
            self.offline(problem)

    def online(self, me: Peer) -> None:
        """The way to the others is there again."""
        session = self._session
        if session is not None and not self._over and not self._connected:
            self._connected = True
            self._unsent = 0
            self._problem = ""
            self.remover = None
            self.run(lambda now: session.online(me, now))
            self.changed.emit(None)

    @property
    def left_over(self) -> Sequence[Piece]:
        """See `Board`."""
        return self._session.left_over if self._session is not None else ()

    def keep_mine(self, piece: Piece) -> bool:
        """See `Board`."""
        document = self._document
        if not isinstance(document, Document) or not keep(piece, document):
            return False
        self.keep_theirs(piece)
        return True

    def keep_theirs(self, piece: Piece) -> None:
        """See `Board`."""
        session = self._session
        if session is not None:
            session.settle(piece)
            self.changed.emit(None)

    @property
    def is_plain(self) -> bool:
        """See `Board`."""
        description = self._session.description if self._session is not None else None
        return description is not None and description.mode is Mode.STRICT

    @property
    def is_host(self) -> bool:
        """See `Board`."""
        return self._session is not None and self._session.role is Role.CREATOR

    @property
    def requires_order(self) -> bool:
        """See `Board`."""
        return self._requires_order

    def require_order(self, wanted: bool) -> None:
        """See `Board`."""
        if self._session is not None:
            self._session.require_order(wanted)
        if wanted != self._requires_order:
            self._requires_order = wanted
            self.changed.emit(None)

    @property
    def dialect(self) -> Dialect:
        """How its session is said on the wire."""
        return self._session.dialect if self._session is not None else Dialect.XEP

    @property
    def rules(self) -> tuple[Mode, Dialect]:
        """Those of its session, which are fixed."""
        return (Mode.STRICT if self.is_plain else Mode.MERGE), self.dialect

    def fail_softly(self, problem: str) -> None:
        """Something that was asked for did not work; the board goes on."""
        self._problem = problem
        self.changed.emit(None)

    def fail(self, problem: str) -> None:
        """It ends before it began."""
        self._problem = problem
        self._over = True
        self.changed.emit(None)

    def close(self, reason: Reason = Reason.SUCCESS) -> None:
        """Leave, and let go of everything."""
        if not self._over:
            self.leave(reason)
        if self._driver is not None:
            self._driver.close()

    @property
    def where(self) -> Place | None:
        """Where it is shared, until it ended."""
        if self._over:
            return None
        return self._link.place if self._link is not None else self._resting

    @property
    def is_over(self) -> bool:
        """Its session ended, or it was left."""
        return self._over or (self._session is not None and self._session.state is State.ENDED)

    @property
    def link(self) -> BoardLink | None:
        """The way to the others, once shared."""
        return self._link

    def _listen(self, document: SharedDocument) -> Callable[[], None]:
        session = self._session
        assert session is not None
        return document.on_commit.subscribe(lambda commit: self._committed(session, commit))

    def _committed(self, session: Session, commit: Commit) -> None:
        self.run(lambda now: session.committed(commit, now))
        self._be_called(board_name(self._document))
        direct = isinstance(self.where, Direct)
        if direct and not self._connected and commit.origin is not Origin.REMOTE:
            # Nothing is put into the outbox one-to-one: the other side asks for what it misses.
            made = len(commit.batches) + len(commit.stanzas)
            self._unsent += made if len(session.members) > 1 else 0
            self.changed.emit(None)

    def _show(self, effect: Effect) -> None:
        if isinstance(effect, KeepBase) and self._store is not None:
            self._store.keep_base(effect.folded)
        if isinstance(effect, NewDocument):
            self._take(effect.document)
            self._be_called(board_name(effect.document))
        elif isinstance(effect, ShowEphemeral):
            self._show_ephemeral(effect)
            return
        elif isinstance(effect, Offence):
            self._tell_offence(effect)
            return
        elif isinstance(effect, Disbelieved):
            self._say_odd(effect.party, Oddity.OTHER_BOARD)
            return
        elif isinstance(effect, Notify):
            if effect.text:
                self._problem = effect.text
            progress = self.progress
            if effect.what is Notice.PROGRESS and progress is not None:
                self._estimate.note(progress, self._clock.now())
        elif isinstance(effect, Ended):
            self._over = True
            self._problem = effect.text
            self.ended.emit(effect)
        self.changed.emit(None)

    def _take(self, document: SharedDocument) -> None:
        self._document = document
        self._watch(document)
        self.document_replaced.emit(document)

    def _watch(self, document: SharedDocument) -> None:
        """Follow what this document says of rights."""
        self._unwatch()
        self._unwatch = document.on_commit.subscribe(self._rights_may_differ)
        self.permissions.follow(document)

    def _rights_may_differ(self, commit: Commit) -> None:
        if commit.rights:
            self.permissions.rights_changed()
            self.changed.emit(None)

    def occupant(self, peer: Peer, occupant: Occupant) -> None:
        """Somebody in the group chat came, has another role there, or was banned."""
        session = self._session
        if session is not None:
            role, affiliation = occupant.role, occupant.affiliation
            self.run(lambda now: session.occupant(peer, role, affiliation, now))
        self.changed.emit(None)

    def _meet_occupants(self) -> None:
        """Who is in the group chat already."""
        for peer, occupant in self.permissions.occupants():
            self.occupant(peer, occupant)

    def _tell_offence(self, effect: Offence) -> None:
        sender = next((p for p in self.participants if p.id == effect.party), None)
        if sender is not None:
            self.not_shown.emit(NotShown(sender, max(1, len(effect.findings))))

    def floods(self, sender: str) -> None:
        """Somebody, by the inbox's name for them, sends more than can be shown at once."""
        for member in self._session.members if self._session is not None else ():
            if not member.me and sender_of(member.peer) == sender:
                self._say_odd(member.party, Oddity.FLOOD)
                return

    def _say_odd(self, party: Party, what: Oddity) -> None:
        sender = next((p for p in self.participants if p.id == party), None)
        if sender is not None:
            self.odd.emit(Odd(sender, what))

    def _show_ephemeral(self, effect: ShowEphemeral) -> None:
        sender = next((p for p in self.participants if p.id == effect.party), None)
        if sender is None:
            return
        if effect.what is None:
            self.permissions.gone(effect.party)
        else:
            self.permissions.heard(effect.party, effect.what)
        shown = self._previews.setdefault(effect.party, set())
        if effect.what is not None:
            if isinstance(effect.what, InkPreview | ShapePreview | MovePreview):
                if len(shown) >= _MOST_PREVIEWS and effect.what.id not in shown:
                    return
                shown.add(effect.what.id)
            elif isinstance(effect.what, PreviewEnd):
                shown.discard(effect.what.id)
            self.ephemeral.emit(Ephemera(sender, effect.what))
            return
        del self._previews[effect.party]
        over: list[Ephemeral] = [PreviewEnd(preview) for preview in shown]
        for what in (*over, SelectionShown(()), CursorGone()):
            self.ephemeral.emit(Ephemera(sender, what))

    def _participant(self, member: Member) -> Participant:
        peer = member.peer
        if self._link is not None and isinstance(self._link.place, InRoom):
            name, address = resource(peer.address) or peer.address, peer.address
        else:
            address = peer.jid or peer.bare
            name = local(address) if member.me else self._name_of(address)
        uses_psi = not member.me and self.uses_psi(peer.address)
        return Participant(member.party, name, address, member.me, member.away, uses_psi)


def _nothing() -> None:
    """Nothing is watched yet."""


def _shown(place: Place) -> str:
    return place.room if isinstance(place, InRoom) else bare(place.other)
