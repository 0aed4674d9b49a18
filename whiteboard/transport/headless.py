"""A participant without windows: the engine of `whiteboard join`, and of bots and archivers.

`take_part` signs in, gets onto a board (a group chat's, a contact's, or one it is invited to),
draws what it was given, writes a session log, waits as long as it was told, and returns the
document. To be found one-to-one it subscribes to the contact, and answers the contact's request.
"""

from __future__ import annotations

import asyncio
import contextlib
import enum
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO

from whiteboard.im.account import AccountSettings, ConnectionState, Problem, ProblemKind
from whiteboard.im.people import RoomState
from whiteboard.model.changes import Origin
from whiteboard.model.document import Document, new_document
from whiteboard.model.ids import Party
from whiteboard.model.ops import Batch, LiteralElement
from whiteboard.model.shared import SharedDocument
from whiteboard.model.strict.document import StrictDocument
from whiteboard.session.asking import Asking
from whiteboard.session.boards import BoardState, InvitationState, NotShown
from whiteboard.session.identity import author
from whiteboard.session.ports import Direct, Persist
from whiteboard.session.session import State
from whiteboard.transport.board import SharedBoard
from whiteboard.transport.service import Network
from whiteboard.transport.stanzas import local
from whiteboard.util.event import Event
from whiteboard.validation.applications import ALL, APPLICATIONS, DRAWINGS, SVG, Application
from whiteboard.wire.log import LogWriter
from whiteboard.wire.messages import EditMessage, Mode, Peer

IDLE_SECONDS = 2.0
_GONE_SECONDS = 5.0
_CAPS_SECONDS = 5.0

_SENTENCES = {
    ProblemKind.WRONG_PASSWORD: "The password for {} is not right.",
    ProblemKind.BAD_ADDRESS: "“{}” is not an address.",
    ProblemKind.NO_SUCH_SERVER: "There is no server “{}”.",
    ProblemKind.UNREACHABLE: "{} does not answer.",
    ProblemKind.CERTIFICATE: "The certificate of {} cannot be trusted.",
    ProblemKind.CERTIFICATE_CHANGED: "The certificate of {} is not the trusted one any more.",
    ProblemKind.NO_ENCRYPTION: "{} offers no encrypted way to sign in.",
    ProblemKind.MEMBERS_ONLY: "“{}” lets only members in.",
    ProblemKind.PASSWORD_NEEDED: "“{}” needs a password.",
    ProblemKind.BANNED: "You may not enter “{}”.",
    ProblemKind.NICK_TAKEN: "The name is taken in “{}”.",
    ProblemKind.ROOM_FULL: "“{}” is full.",
    ProblemKind.ROOM_LOCKED: "“{}” is not open yet.",
    ProblemKind.NO_SUCH_ROOM: "There is no group chat “{}”.",
    ProblemKind.NOT_ALLOWED: "“{}” does not allow this.",
    ProblemKind.REPLACED: "{} was signed in elsewhere.",
}


class HeadlessError(Exception):
    """It could not take part; the text is one sentence for a person."""


class Until(enum.Enum):
    """How long to stay, other than for a number of seconds."""

    IDLE = "idle"
    """Nothing was sent or received for 2 s."""
    CLOSED = "closed"
    """The board is over, or the only other side has gone."""


@dataclass(frozen=True, slots=True)
class Task:
    """What to do.

    Exactly one of `room`, `contact` and `accept` says where (`accept` with `contact` waits for an
    invitation of that contact). Without `session` a room's first running board is joined, else the
    one that its archive has, or a new one is made.
    """

    settings: AccountSettings
    room: str = ""
    contact: str = ""
    accept: bool = False
    nick: str = ""
    session: str = ""
    draw: tuple[LiteralElement, ...] = ()
    record: Path | None = None
    until: Until | float = Until.IDLE
    application: Application = SVG
    """What a board is that is made here."""
    require_order: bool = False
    """Host of a plain session: refuse what arrives out of order."""
    patience: float = 60.0
    """Seconds to get onto the board, invitations not counted."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of it."""

    session: str
    name: str
    document: SharedDocument
    participants: tuple[str, ...] = ()
    """Names of the others who were there at the end."""
    application: Application = SVG
    """What the board is."""
    rejected: int = 0
    """Own messages of which the others say that something in them is not valid."""


@dataclass(slots=True)
class _Recorder:
    """Writes a session log as its messages are processed."""

    board: SharedBoard
    file: BinaryIO
    _writer: LogWriter | None = field(default=None)

    def keep(self, effect: Persist) -> None:
        """Some messages are to be kept."""
        session = self.board.actor
        assert session is not None
        if self._writer is None:
            self._writer = LogWriter(
                self.file, session.session, self._mode(), description=session.description
            )
        stamp = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        for message in effect.strict:
            self._writer.write(replace(message, stamp=stamp))
        for batch in effect.batches:
            self._writer.write(EditMessage(batch, self._sender(batch), stamp))
        self.file.flush()

    def _mode(self) -> Mode:
        return Mode.STRICT if self.board.is_plain else Mode.MERGE

    def keep_earlier(self, messages: Sequence[EditMessage]) -> None:
        """Messages from before this participant joined."""
        if self._writer is not None:
            for message in messages:
                self._writer.write(message)

    def close(self) -> None:
        """The log is complete."""
        if self._writer is not None:
            self._writer.close()
        self.file.close()

    def _sender(self, batch: Batch) -> Peer:
        session = self.board.actor
        assert session is not None
        assert session.description is not None
        peers: dict[Party, Peer] = {member.party: member.peer for member in session.members}
        known = peers.get(batch.party)
        return known or author(batch.party, session.description.identity, session.place)


async def take_part(
    task: Task,
    *,
    joined: Callable[[str], object] = lambda _: None,
    stop: asyncio.Event | None = None,
    network: Network | None = None,
) -> Outcome:
    """Do `task`; cancelling it leaves the board in order.

    Args:
        task: what to do.
        joined: called with the session id as soon as it is on the board.
        stop: once set, it stays no longer and leaves in order.
        network: for tests.

    Raises:
        HeadlessError: it did not get onto the board, or lost it before it was done.
    """
    own = network or Network(applications=ALL, listens=False)
    participant = _Participant(task, own)
    try:
        board = await participant.get_on_board()
        joined(board.session or "")
        await participant.complete_record(board)
        participant.draw(board)
        await participant.stay(board, stop or asyncio.Event())
        return participant.outcome(board)
    finally:
        await own.close()
        participant.close()


class _Participant:
    def __init__(self, task: Task, network: Network) -> None:
        self._task = task
        self._network = network
        self._people = network.people
        self._boards = network.boards
        self._recorder: _Recorder | None = None
        self._rejected = 0

    # --- getting there ---

    async def get_on_board(self) -> SharedBoard:
        """Sign in, find or make the board, be live on it."""
        task = self._task
        others = tuple(sorted(ALL - DRAWINGS))
        self._people.sign_in(replace(task.settings, applications=others))
        await self._until(self._is_ready, "The server does not answer.")
        if task.accept:
            board = await self._accept()
        elif task.room:
            board = await self._enter_room()
        elif task.contact:
            board = await self._invite()
        else:
            raise HeadlessError("Say which group chat or contact.")
        await self._until(lambda: self._is_live(board), "The board cannot be reached.")
        return board

    async def _enter_room(self) -> SharedBoard:
        task = self._task
        self._people.join_room(task.room, task.nick)
        await self._until(self._is_in_room, f"“{task.room}” does not answer.")
        if task.session:
            await self._until(
                lambda: task.session in self._running(), "This board does not run there."
            )
        session = task.session or next(iter(self._running()), "")
        if session:
            board = self._boards.join_in_room(task.room, session)
            self._record(board)
            return board
        connection = self._people.connection
        assert connection is not None
        with contextlib.suppress(HeadlessError):  # by then it is what is known
            # By what the others can do it is decided for ever how the board runs.
            await self._until(lambda: not connection.rooms.is_asking(task.room), "", _CAPS_SECONDS)
        if (kept := await self._look_in_archive()) is not None:
            self._record(kept)
            return kept
        board = self._new_board(local(task.room))
        self._record(board)
        self._boards.share_in_room(board, task.room)
        return board

    async def _look_in_archive(self) -> SharedBoard | None:
        """The board of the room that nobody is on."""
        answers: list[object] = []
        board = self._boards.open_archived(self._task.room, answers.append)
        await self._until(lambda: bool(answers), "The archive of the group chat does not answer.")
        return board if board in answers else None

    def _new_board(self, name: str) -> SharedBoard:
        application = self._task.application
        empty = new_document() if application is SVG else new_document(application.empty())
        board = self._boards.new_board(name, empty)
        board.application = application.namespace
        return board

    async def _invite(self) -> SharedBoard:
        task = self._task
        connection = self._people.connection
        assert connection is not None
        if "/" not in task.contact:
            self._let_in(task.contact)
            if not connection.roster.sees(task.contact):
                self._people.add_contact(task.contact)
            await self._until(
                lambda: bool(connection.roster.drawing_devices(task.contact)),
                f"{task.contact} is not here, or cannot draw.",
            )
        board = self._new_board(task.settings.name or local(task.settings.address))
        self._record(board)
        self._boards.invite(board, task.contact)
        invitation = self._boards.invitations[0].id
        answers = {
            InvitationState.DECLINED: f"{task.contact} declined.",
            InvitationState.GONE: f"{task.contact} is not here any more.",
            InvitationState.UNANSWERED: f"{task.contact} has not answered.",
        }

        def answered() -> bool:
            state = next(row.state for row in self._boards.invitations if row.id == invitation)
            if state in answers:
                raise HeadlessError(answers[state])
            return state is InvitationState.ACCEPTED and len(board.participants) > 1

        await self._until(answered, answers[InvitationState.UNANSWERED], seconds=None)
        return board

    async def _accept(self) -> SharedBoard:
        task = self._task
        self._let_in(task.contact)

        def invited() -> str:
            for row in self._boards.invitations:
                wanted = not task.contact or row.address == task.contact
                if row.incoming and row.state is InvitationState.OPEN and wanted:
                    return row.id
            return ""

        await self._until(lambda: bool(invited()), "Nobody invited me.", seconds=None)
        board = self._boards.accept(invited())
        self._record(board)
        return board

    def _let_in(self, contact: str) -> None:
        """Allow the contact (anybody if '') to see that I am here."""

        def answer(_: object) -> None:
            for request in self._people.requests:
                if contact in {"", request.address}:
                    self._people.answer_request(request.address, allow=True)

        self._people.changed.subscribe(answer)
        answer(None)

    def _is_ready(self) -> bool:
        state = self._people.account
        connection = self._people.connection
        if state is not None and state.problem is not None:
            raise HeadlessError(sentence(state.problem))
        return connection is not None and connection.ready

    def _is_in_room(self) -> bool:
        room = next(room for room in self._people.rooms if room.address == self._task.room)
        if room.state is RoomState.FAILED and room.problem is not None:
            raise HeadlessError(sentence(room.problem))
        return room.state is RoomState.IN

    def _running(self) -> Sequence[str]:
        for room in self._people.rooms:
            if room.address == self._task.room:
                return [board.session for board in room.boards]
        return []

    @staticmethod
    def _is_live(board: SharedBoard) -> bool:
        if board.state is BoardState.ENDED:
            raise HeadlessError(board.problem or "The board is over.")
        return board.actor is not None and board.actor.state is State.LIVE

    async def _until(
        self, condition: Callable[[], bool], otherwise: str, seconds: float | None = -1.0
    ) -> None:
        """Wait for `condition`; `seconds` None = as long as it takes, -1 = the task's patience."""
        changed = asyncio.Event()
        undo = [
            event.subscribe(lambda _: changed.set())
            for event in (self._people.changed, self._boards.changed)
        ]
        try:
            async with asyncio.timeout(self._task.patience if seconds == -1.0 else seconds):
                while not condition():
                    changed.clear()
                    await changed.wait()
        except TimeoutError:
            raise HeadlessError(otherwise) from None
        finally:
            for unsubscribe in undo:
                unsubscribe()

    # --- being there ---

    def _count_rejected(self, what: NotShown) -> None:
        self._rejected += what.sender.me

    def _record(self, board: SharedBoard) -> None:
        board.require_order(self._task.require_order)
        board.not_shown.subscribe(self._count_rejected)
        if self._task.record is not None:
            self._recorder = _Recorder(board, self._task.record.open("wb"))
            board.persisted.subscribe(self._recorder.keep)
            actor = board.actor
            if actor is not None and actor.document is not None:
                # Live before anybody could listen: what is on it already comes first.
                self._recorder.keep(Persist(tuple(actor.document.batches_since({}))))

    async def complete_record(self, board: SharedBoard) -> None:
        """Ask the others for what was before the state by which I joined, for the log."""
        session, recorder = board.actor, self._recorder
        floor = session.document.floor if session is not None and session.document else None
        if session is None or recorder is None or not floor:
            return
        done = asyncio.Event()
        asking = Asking(
            session.session, recorder.keep_earlier, lambda _whole: done.set(), upto=dict(floor)
        )
        board.run(lambda _now: session.ask_history(asking))
        try:
            await asyncio.wait_for(done.wait(), self._task.patience)
        except TimeoutError:
            board.run(lambda _now: session.stop_asking())

    def draw(self, board: SharedBoard) -> None:
        """Add the given elements as one transaction."""
        document = board.document
        if not self._task.draw:
            return
        if document.root is None:
            raise HeadlessError("The board has nothing to draw on.")
        with document.transact(Origin.LOCAL, "Draw") as transaction:
            for element in self._task.draw:
                transaction.add(document.root, element)

    async def stay(self, board: SharedBoard, stop: asyncio.Event) -> None:
        """As long as the task says, at most until `stop`."""
        staying = asyncio.ensure_future(self._stay(board))
        stopping = asyncio.ensure_future(stop.wait())
        try:
            await asyncio.wait({staying, stopping}, return_when=asyncio.FIRST_COMPLETED)
            if staying.done():
                staying.result()
        finally:
            for task in (staying, stopping):
                task.cancel()
            await asyncio.gather(staying, stopping, return_exceptions=True)

    async def _stay(self, board: SharedBoard) -> None:
        until = self._task.until
        if until is Until.IDLE:
            await self._stay_until_idle(board)
        elif until is Until.CLOSED:
            await self._stay_until_closed(board)
        else:
            await asyncio.sleep(until)

    async def _stay_until_idle(self, board: SharedBoard) -> None:
        connection = self._people.connection
        assert connection is not None
        busy = asyncio.Event()
        events: tuple[Event[None], ...] = (connection.account.outbox.changed, connection.heard)
        undo = [event.subscribe(lambda _: busy.set()) for event in events]
        try:
            while True:
                busy.clear()
                try:
                    async with asyncio.timeout(IDLE_SECONDS):
                        await busy.wait()
                except TimeoutError:
                    if board.state is BoardState.ENDED:
                        return
                    settled = connection.account.outbox.idle and not _is_incomplete(board.document)
                    if settled and board.state is BoardState.LIVE:
                        return
        finally:
            for unsubscribe in undo:
                unsubscribe()

    async def _stay_until_closed(self, board: SharedBoard) -> None:
        while True:
            await self._until(lambda: self._is_over(board), "", seconds=None)
            if board.state is BoardState.ENDED or not isinstance(board.where, Direct):
                return
            # The other side may only be reconnecting.
            try:
                await self._until(lambda: not self._is_over(board), "", seconds=_GONE_SECONDS)
            except HeadlessError:
                return

    def _is_over(self, board: SharedBoard) -> bool:
        state = self._people.account
        if state is None or state.connection is ConnectionState.FAILED:
            return True
        if board.state is BoardState.ENDED:
            return True
        if isinstance(board.where, Direct):
            return all(person.me or person.away for person in board.participants)
        return any(
            room.address == board.place and room.state is RoomState.FAILED
            for room in self._people.rooms
        )

    def outcome(self, board: SharedBoard) -> Outcome:
        """What there is at the end."""
        others = tuple(p.name for p in board.participants if not p.me and not p.away)
        actor = board.actor
        said = None if actor is None else actor.description
        application = APPLICATIONS.get(said.application, SVG) if said is not None else SVG
        return Outcome(
            board.session or "", board.name, board.document, others, application, self._rejected
        )

    def close(self) -> None:
        """Finish the log."""
        if self._recorder is not None:
            self._recorder.close()


def _is_incomplete(document: SharedDocument) -> bool:
    """Whether something is known to be on its way."""
    if isinstance(document, StrictDocument):
        return bool(document.pending or document.waiting)
    return isinstance(document, Document) and bool(document.missing())


def sentence(problem: Problem) -> str:
    """A problem in one sentence."""
    text = _SENTENCES.get(problem.kind)
    if text is None:
        return f"{problem.subject}: {problem.details}"
    return text.format(problem.subject)
