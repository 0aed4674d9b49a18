"""People and boards in memory: what the windows see without any network, in every state."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QPainter, QPen
from PySide6.QtWidgets import QWidget

from whiteboard.canvas.past import PastView
from whiteboard.canvas.touched import Touched
from whiteboard.editing.describing import describe
from whiteboard.im.account import (
    AccountSettings,
    AccountState,
    Certificate,
    ConnectionState,
    Problem,
    ProblemKind,
)
from whiteboard.im.chat import Conversation, Conversations, message_of
from whiteboard.im.people import (
    Availability,
    Contact,
    Occupant,
    Room,
    RoomState,
    RunningBoard,
    Subscription,
    SubscriptionRequest,
)
from whiteboard.model.document import Document, new_document
from whiteboard.model.ephemeral import Box, Ephemeral
from whiteboard.model.folded import Folded
from whiteboard.model.ids import Rid
from whiteboard.model.ops import Batch, LiteralElement
from whiteboard.model.rebase import Piece, keep
from whiteboard.model.rights import Role
from whiteboard.model.shown import Shown
from whiteboard.session.boards import (
    ArchivedCopy,
    Board,
    BoardState,
    Earlier,
    Ephemera,
    Invitation,
    InvitationState,
    KnownBoard,
    NotShown,
    Odd,
    Participant,
    SavedBoard,
)
from whiteboard.session.permissions import (
    WHOLE,
    Deed,
    Finished,
    Hindrance,
    Outcome,
    PenRequest,
    Why,
)
from whiteboard.ui import words
from whiteboard.ui.ports import Opened, PngOptions, Refused, Services
from whiteboard.ui.slices import Busy
from whiteboard.ui.surface import Selected, Style
from whiteboard.ui.theme import theme
from whiteboard.util.event import Event

ME = "ana@uni.example"
CERTIFICATE = Certificate(
    domain="chat.uni.example",
    sha256=":".join(f"{(37 * n + 79) % 256:02X}" for n in range(32)),
    subject="CN=chat.uni.example",
    issuer="CN=chat.uni.example",
    valid_until="2027-03-03",
    pem="-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----",
)


class FakePeople:
    """A PeopleService whose state a test sets; remembers what it was asked."""

    def __init__(self) -> None:
        self.changed: Event[None] = Event()
        self.account: AccountState | None = None
        self.contacts: Sequence[Contact] = ()
        self.requests: Sequence[SubscriptionRequest] = ()
        self.rooms: Sequence[Room] = ()
        self.calls: list[tuple[object, ...]] = []

    def set(self, **state: object) -> None:
        for name, value in state.items():
            setattr(self, name, value)
        self.changed.emit(None)

    def connection(self, state: ConnectionState, problem: Problem | None = None) -> None:
        assert self.account is not None
        self.set(account=replace(self.account, connection=state, problem=problem))

    def fail(self, kind: ProblemKind, subject: str) -> None:
        self.connection(ConnectionState.FAILED, Problem(kind, subject))

    def sign_in(self, settings: AccountSettings) -> None:
        self.calls.append(("sign_in", settings))
        self.set(account=AccountState(settings.address, settings.name, ConnectionState.CONNECTING))

    def register(self, settings: AccountSettings) -> None:
        self.calls.append(("register", settings))
        self.set(account=AccountState(settings.address, settings.name, ConnectionState.CONNECTING))

    def sign_out(self) -> None:
        self.calls.append(("sign_out",))
        self.set(account=None, contacts=(), rooms=())

    def retry_now(self) -> None:
        self.calls.append(("retry_now",))

    def trust_certificate(self, sha256: str) -> None:
        self.calls.append(("trust_certificate", sha256))

    def add_contact(self, address: str, name: str = "") -> None:
        self.calls.append(("add_contact", address, name))
        row = Contact(address, name or address, subscription=Subscription.NONE, waiting=True)
        self.set(contacts=(*self.contacts, row))

    def rename_contact(self, address: str, name: str) -> None:
        self.calls.append(("rename_contact", address, name))

    def remove_contact(self, address: str) -> None:
        self.calls.append(("remove_contact", address))
        self.set(contacts=tuple(one for one in self.contacts if one.address != address))

    def answer_request(self, address: str, *, allow: bool) -> None:
        self.calls.append(("answer_request", address, allow))
        self.set(requests=tuple(one for one in self.requests if one.address != address))

    def join_room(self, address: str, nick: str = "", password: str = "") -> None:
        self.calls.append(("join_room", address, nick, password))

    def create_room(
        self, address: str, nick: str = "", name: str = "", *, members_only: bool = False
    ) -> None:
        self.calls.append(("create_room", address, nick, name, members_only))

    def leave_room(self, address: str) -> None:
        self.calls.append(("leave_room", address))

    def suggested_room_service(self) -> str:
        return "rooms.uni.example" if self.account is not None else ""


class FakePermissions:
    """Rights that a test sets, with the board's `changed` behind them."""

    def __init__(self, board: FakeBoard) -> None:
        self._board = board
        self.failed: Event[Outcome] = Event()
        self.roles: dict[str, Role] = {"me": Role.HOST}
        self.is_advisory = False
        self.requests: Sequence[PenRequest] = ()
        self.may_ask = False
        self.has_asked = False
        self.may_resign = False
        self.may_go_on_anew = False
        self.may_finish = True
        self.finished: Sequence[Finished] = ()
        self.may_do: dict[str, Sequence[Deed]] = {}
        self.calls: list[tuple[object, ...]] = []

    def set(self, **state: object) -> None:
        for name, value in state.items():
            setattr(self, name, value)
        self._board.changed.emit(None)

    @property
    def mine(self) -> Role:
        return self.role_of("me")

    def role_of(self, participant: str) -> Role:
        return self.roles.get(participant, Role.EDITOR)

    def ask(self) -> None:
        self.calls.append(("ask",))
        self.set(has_asked=True)

    def answer(self, request: str, *, give: bool) -> None:
        self.calls.append(("answer", request, give))
        self.set(requests=[one for one in self.requests if one.id != request])

    def deeds(self, participant: str) -> Sequence[Deed]:
        return self.may_do.get(participant, ())

    def do(self, deed: Deed, participant: str) -> None:
        self.calls.append(("do", deed, participant))

    def resign(self) -> None:
        self.calls.append(("resign",))

    def hindrance(self, rid: Rid = WHOLE) -> Hindrance | None:
        if self.mine is Role.VIEWER:
            return Hindrance(Why.WATCHING)
        at = None if self.mine >= Role.MODERATOR else self.finished_at(rid)
        return Hindrance(Why.FINISHED, at) if at is not None else None

    def finished_at(self, rid: Rid) -> Finished | None:
        return next((one for one in self.finished if one.rid in {rid, WHOLE}), None)

    def finish(self, rids: Sequence[Rid] = (WHOLE,)) -> None:
        self.calls.append(("finish", tuple(rids)))
        self.set(finished=[*self.finished, *(Finished(rid, "Ana Novak") for rid in rids)])

    def reopen(self, rids: Sequence[Rid] = (WHOLE,)) -> None:
        self.calls.append(("reopen", tuple(rids)))
        self.set(finished=[one for one in self.finished if one.rid not in rids])


class FakeBoard:
    """A Board over a real Document, whose standing a test sets."""

    def __init__(self, name: str, document: Document | None = None) -> None:
        self.changed: Event[None] = Event()
        self.document_replaced: Event[Document] = Event()
        self.ephemeral: Event[Ephemera] = Event()
        self.not_shown: Event[NotShown] = Event()
        self.odd: Event[Odd] = Event()
        self.grown_large: Event[None] = Event()
        self.document = document if document is not None else new_document()
        self.session: str | None = None
        self.name = name
        self.place = ""
        self.state = BoardState.ALONE
        self.progress: float | None = None
        self.seconds_left: float | None = None
        self.is_sought = False
        self.earlier: Earlier | None = None
        self.archived: ArchivedCopy | None = None
        self.participants: Sequence[Participant] = (Participant("me", "Ana Novak", ME, me=True),)
        self.waiting_changes = 0
        self.problem = ""
        self.is_plain = False
        self.is_host = False
        self.requires_order = False
        self.left_over: Sequence[Piece] = ()
        self.kept = False
        self.remover: str | None = None
        self.permissions = FakePermissions(self)
        self.told: list[Ephemeral] = []

    def set(self, **state: object) -> None:
        for name, value in state.items():
            setattr(self, name, value)
        self.changed.emit(None)

    def tell(self, what: Ephemeral) -> None:
        self.told.append(what)

    def fetch_earlier(self) -> None:
        self.set(earlier=Earlier(is_coming=True))

    def stop_fetching(self) -> None:
        self.set(earlier=Earlier())

    def rename(self, name: str) -> None:
        self.set(name=name)

    def require_order(self, wanted: bool) -> None:
        self.set(requires_order=wanted)

    def keep_mine(self, piece: Piece) -> bool:
        if not keep(piece, self.document):
            return False
        self.keep_theirs(piece)
        return True

    def keep_theirs(self, piece: Piece) -> None:
        self.set(left_over=tuple(one for one in self.left_over if one is not piece))

    def leave(self) -> None:
        self.set(state=BoardState.ENDED)


class FakeRecall:
    """A history that is read as soon as it is asked for, in pieces."""

    def __init__(self, kept: Sequence[tuple[Batch, float | None]]) -> None:
        self.total = len(kept)
        self.people: dict[str, tuple[str, str]] = {}
        self.base: Folded | None = None
        self.is_done = False
        self.is_closed = False
        self.pieces = [list(kept[at : at + 50]) for at in range(0, len(kept), 50)]

    def take(self) -> Sequence[tuple[Batch, float | None]]:
        if self.pieces:
            return self.pieces.pop(0)
        self.is_done = True
        return ()

    def close(self) -> None:
        self.is_closed = True
        self.is_done = True


class FakeBoards:
    """A BoardService; inviting makes a row that waits, as the real one does."""

    def __init__(self) -> None:
        self.changed: Event[None] = Event()
        self.arrived: Event[Board] = Event()
        self.turned_away = 0
        self.shown: dict[str, Sequence[KnownBoard]] = {}
        self.boards: list[FakeBoard] = []
        self.invitations: Sequence[Invitation] = ()
        self.calls: list[tuple[object, ...]] = []
        self.names: dict[str, str] = {}
        self.saved: Sequence[SavedBoard] = ()
        self.in_use = ""
        self.kept: dict[str, Sequence[tuple[Batch, float | None]]] = {}
        self.recalls: list[FakeRecall] = []
        self.archives_answer = True
        """Whether an archive that is asked says at once that it has nothing."""
        self.seeking: list[Callable[[Board | str], object]] = []
        self._count = 0

    def set(self, **state: object) -> None:
        for name, value in state.items():
            setattr(self, name, value)
        self.changed.emit(None)

    def answer(self, invitation: str, state: InvitationState) -> None:
        self.set(
            invitations=tuple(
                replace(one, state=state) if one.id == invitation else one
                for one in self.invitations
            )
        )

    def new_board(self, name: str, document: Document | None = None) -> FakeBoard:
        board = FakeBoard(name, document)
        self.boards.append(board)
        self.changed.emit(None)
        return board

    def invite(self, board: Board, address: str, *, may_draw: bool = True) -> None:
        self.calls.append(("invite", board.name, address, *(() if may_draw else ("watch",))))
        self._count += 1
        name = self.names.get(address, address)
        one = Invitation(f"out{self._count}", False, address, name, board.name, may_draw=may_draw)
        self.set(invitations=(one, *self.invitations))

    def take_back(self, invitation: str) -> None:
        self.calls.append(("take_back", invitation))
        self.dismiss(invitation)

    def accept(self, invitation: str) -> FakeBoard:
        self.calls.append(("accept", invitation))
        asked = next(one for one in self.invitations if one.id == invitation)
        board = FakeBoard(asked.board)
        board.place, board.state, board.session = asked.address, BoardState.JOINING, invitation
        self.boards.append(board)
        self.answer(invitation, InvitationState.ACCEPTED)
        return board

    def let_in(self, request: str) -> FakeBoard | None:
        self.calls.append(("let_in", request))
        self.answer(request, InvitationState.ACCEPTED)
        return self.boards[0] if self.boards else None

    def use_running(self, invitation: str) -> FakeBoard | None:
        self.calls.append(("use_running", invitation))
        asked = next(one for one in self.invitations if one.id == invitation)
        self.answer(invitation, InvitationState.DECLINED)
        return next((one for one in self.boards if one.name == asked.running), None)

    def boards_of(self, address: str, then: Callable[[Sequence[KnownBoard]], None]) -> None:
        self.calls.append(("boards_of", address))
        then(self.shown.get(address, ()))

    def give_link(self, board: Board) -> None:
        self.calls.append(("give_link", board.name))

    def ask_to_join(self, address: str, board: KnownBoard) -> None:
        self.calls.append(("ask_to_join", address, board.session))

    def wishes_changed(self) -> None:
        self.calls.append(("wishes_changed",))

    def decline(self, invitation: str) -> None:
        self.calls.append(("decline", invitation))
        self.answer(invitation, InvitationState.DECLINED)

    def dismiss(self, invitation: str) -> None:
        self.set(invitations=tuple(one for one in self.invitations if one.id != invitation))

    def share_in_room(self, board: Board, room: str) -> None:
        self.calls.append(("share_in_room", board.name, room))

    def go_on_anew(self, board: Board) -> None:
        self.calls.append(("go_on_anew", board.name))

    def join_in_room(self, room: str, session: str) -> FakeBoard:
        self.calls.append(("join_in_room", room, session))
        board = FakeBoard(session)
        board.place, board.state, board.session = room, BoardState.JOINING, session
        self.boards.append(board)
        self.changed.emit(None)
        return board

    def open_archived(self, room: str, then: Callable[[Board | str], object]) -> FakeBoard:
        self.calls.append(("open_archived", room))
        board = FakeBoard("")
        board.state, board.is_sought = BoardState.JOINING, True
        if self.archives_answer:
            then("Nobody is here, and the group chat has kept no board.")
        else:
            self.boards.append(board)
            self.seeking.append(then)
        return board

    def open_in_room(
        self, room: str, session: str, nick: str = "", password: str = ""
    ) -> FakeBoard:
        return self.join_in_room(room, session)

    def close(self, board: Board) -> None:
        self.calls.append(("close", board.name))
        self.boards = [one for one in self.boards if one is not board]
        self.changed.emit(None)

    def recall(self, board: Board) -> FakeRecall:
        self.recalls.append(FakeRecall(self.kept.get(board.name, ())))
        return self.recalls[-1]

    def open_saved(self, key: str, then: Callable[[Board | str], None]) -> None:
        self.calls.append(("open_saved", key))
        if self.in_use:
            then(self.in_use)
            return
        found = next(one for one in self.saved if one.key == key)
        self.saved = [one for one in self.saved if one is not found]
        then(self.new_board(found.name))

    def keep_picture(self, board: Board, png: bytes) -> None:
        self.calls.append(("keep_picture", board.name))

    def delete_saved(self, key: str) -> None:
        self.calls.append(("delete_saved", key))
        self.set(saved=[one for one in self.saved if one.key != key])

    def delete(self, board: Board) -> None:
        self.calls.append(("delete", board.name))
        self.boards = [one for one in self.boards if one is not board]
        self.changed.emit(None)


class FakeFiles:
    """Opens an empty document, refuses what is named 'broken'; remembers what was written."""

    def __init__(self) -> None:
        self.calls: list[tuple[object, ...]] = []

    def open(self, path: Path, then: Callable[[Opened | Refused], None]) -> None:
        self.calls.append(("open", path.name))
        if "broken" in path.name:
            sentence = "“broken.svg” is damaged after line 3. 0 objects could be opened."
            then(Refused(sentence, "line 3, column 5: mismatched tag"))
        else:
            then(Opened(new_document()))

    def save(self, board: Board, path: Path, then: Callable[[Refused | None], None]) -> None:
        self.calls.append(("save", board.name, path.name))
        then(None)

    def export_png(
        self,
        board: Board,
        path: Path,
        options: PngOptions,
        then: Callable[[Refused | None], None],
    ) -> None:
        self.calls.append(("export_png", path.name, options))
        then(None)

    def export_svg(
        self,
        board: Board,
        path: Path,
        then: Callable[[Refused | None], None],
        *,
        with_history: bool = False,
    ) -> None:
        self.calls.append(("export_svg_with_history" if with_history else "export_svg", path.name))
        then(None)


class FakePreferences:
    """A dict."""

    def __init__(self) -> None:
        self.values: dict[str, str] = {}

    def get(self, key: str) -> str:
        return self.values.get(key, "")

    def put(self, key: str, value: str) -> None:
        self.values[key] = value


class FakeTrust:
    """Remembers whom."""

    def __init__(self) -> None:
        self.trusted: list[tuple[str, str]] = []

    def remember(self, domain: str, sha256: str) -> None:
        self.trusted.append((domain, sha256))


class _Sketch(QWidget):
    """Dots on paper and a few strokes, so that pictures of the windows look like boards."""

    def __init__(self) -> None:
        super().__init__()
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName("Board")

    def paintEvent(self, event: object) -> None:  # noqa: N802 - Qt's name
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.fillRect(self.rect(), theme().colour("canvas"))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme().colour("grid"))
        for x in range(12, self.width(), 24):
            for y in range(12, self.height(), 24):
                painter.drawEllipse(x, y, 2, 2)
        painter.setPen(QPen(theme().colour("text"), 2))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(64, 130, 132, 60, 10, 10)
        painter.drawRoundedRect(280, 130, 132, 60, 10, 10)
        painter.drawLine(196, 160, 280, 160)
        painter.end()


class FakeSurface:
    """A Surface that only remembers."""

    def __init__(self, board: Board) -> None:
        self.changed: Event[None] = Event()
        self.left_out: Event[int] = Event()
        self.busy: Event[Busy | None] = Event()
        self.steered: Event[None] = Event()
        self.looked: Event[None] = Event()
        self.seen = Box(0, 0, 1000, 700)
        self.boxes: dict[Rid, Box] = {}
        self.is_busy = False
        self.frame = ""
        self.board = board
        self.widget = _Sketch()
        self.tool = "select"
        self.style = Style()
        self.selected: Selected | None = None
        self.is_editing_text = False
        self.hindered: Event[Hindrance] = Event()
        self.pen_taken: Event[tuple[LiteralElement, ...]] = Event()
        self.drops_kept_back = 0
        self.is_whole = True
        self.undo_label: str | None = None
        self.redo_label: str | None = None
        self.zoom = 1.0
        self.chosen: Sequence[Rid] = ()
        self.past: PastView | None = None
        self.touched: Touched | None = None
        self.calls: list[tuple[object, ...]] = []

    def set(self, **state: object) -> None:
        for name, value in state.items():
            setattr(self, name, value)
        self.changed.emit(None)

    def select_box(self, box: QRect, style: Style | None = None) -> None:
        self.set(selected=Selected(1, box, style or self.style))

    def choose(self, tool: str) -> None:
        self.set(tool=tool)

    def restyle(self, **changes: object) -> None:
        self.calls.append(("restyle", {k: v for k, v in changes.items() if v is not None}))
        given = {name: value for name, value in changes.items() if value is not None}
        if given.get("fill") == "none":
            given["fill"] = None
        self.set(style=replace(self.style, **given))

    @property
    def may_draw(self) -> bool:
        return self.is_whole and self.board.permissions.hindrance() is None

    @may_draw.setter
    def may_draw(self, may: bool) -> None:
        self.is_whole = may

    @property
    def why_not(self) -> str:
        hindrance = self.board.permissions.hindrance()
        if not self.is_whole:
            return "The board is still on its way."
        return words.why_not(hindrance) if hindrance is not None else ""

    def drop_kept_back(self) -> None:
        self.drops_kept_back += 1

    def can(self, command: str) -> bool:
        return command not in {"cut", "copy", "paste"}

    def do(self, command: str) -> None:
        self.calls.append(("do", command))

    def zoom_by(self, factor: float) -> None:
        self.set(zoom=self.zoom * factor)

    def zoom_to(self, zoom: float) -> None:
        self.set(zoom=zoom)

    def fit(self, *, selection: bool = False) -> None:
        self.calls.append(("fit", selection))

    def look_at(self, box: Box, seconds: float = 0.0, *, margin: float = 0.0) -> None:
        self.calls.append(("look_at", box, seconds, margin))
        self.seen = box
        self.looked.emit(None)

    def steer(self, box: Box) -> None:
        """The person moves the view."""
        self.seen = box
        self.steered.emit(None)
        self.looked.emit(None)

    def box_of(self, rids: Sequence[Rid]) -> Box | None:
        return next((self.boxes[rid] for rid in rids if rid in self.boxes), None)

    def set_frame(self, address: str) -> None:
        self.frame = address

    def set_paper(self, paper: str) -> None:
        self.calls.append(("paper", paper))

    def set_grid(self, shown: bool) -> None:
        self.calls.append(("grid", shown))

    def missing(self) -> tuple[str, ...]:
        return ()

    def reload_pictures(self) -> None:
        self.calls.append(("reload_pictures",))

    def describe(self, rid: Rid) -> str:
        return describe(self.board.document, rid)

    def look_back(self, then: Shown) -> PastView:
        self.is_whole = False
        self.past = PastView(then)
        return self.past

    def look_now(self) -> None:
        self.is_whole = True
        if self.past is not None:
            self.past.release()
            self.past.hide()
            self.past.deleteLater()
            self.past = None

    def show_touched(self, touched: Touched | None) -> None:
        self.touched = touched
        if self.past is not None:
            self.past.show_touched(touched)

    def close(self) -> None:
        self.widget.hide()


class FakeChats:
    """A ChatService without a network; remembers what it was asked, and shows what is said."""

    def __init__(self) -> None:
        self.changed: Event[str] = Event()
        self.talks = Conversations()
        self.calls: list[tuple[object, ...]] = []
        self.is_possible = True
        self.now = 1_767_600_000.0
        self._count = 0

    def conversation(self, address: str) -> Conversation:
        return self.talks.at(address)

    def can_write(self, address: str) -> bool:
        return self.is_possible

    def send(self, address: str, text: str) -> None:
        self.calls.append(("send", address, text))
        self.hear(address, "Ana Novak", text, me=True)

    def correct(self, address: str, key: str, text: str) -> None:
        self.calls.append(("correct", address, key, text))
        self.talks.at(address).correct(key, "Ana Novak", text)
        self.changed.emit(address)

    def send_again(self, address: str, key: str) -> None:
        self.calls.append(("send_again", address, key))

    def write(self, address: str, *, writes: bool) -> None:
        self.calls.append(("write", address, writes))

    def hear(
        self, address: str, who: str, text: str, *, me: bool = False, later: float = 20.0
    ) -> str:
        """Somebody says something, so many seconds after what was said last."""
        self._count += 1
        self.now += later
        key = f"m{self._count}"
        talk = self.talks.at(address)
        talk.take(message_of(key, who, who, f"{address}/{who}", text, self.now, me=me))
        self.changed.emit(address)
        return key


class World:
    """All fakes of one window."""

    def __init__(self) -> None:
        self.people = FakePeople()
        self.boards = FakeBoards()
        self.files = FakeFiles()
        self.preferences = FakePreferences()
        self.trust = FakeTrust()
        self.chats = FakeChats()
        self.quits = 0

    @property
    def services(self) -> Services:
        def quit_() -> None:
            self.quits += 1

        return Services(
            self.people,
            self.boards,
            self.files,
            self.preferences,
            self.trust,
            self.chats,
            quit=quit_,
        )

    # --- states ---------------------------------------------------------------------------

    def first_start(self) -> World:
        self.preferences.put("name", "Ana Novak")
        return self

    def signed_in(self) -> World:
        self.people.account = AccountState(ME, "Ana Novak", ConnectionState.ONLINE)
        return self

    def loading(self) -> World:
        self.people.account = AccountState(ME, "Ana Novak", ConnectionState.CONNECTING)
        return self

    def populated(self) -> World:
        self.signed_in()
        both = Subscription.BOTH
        self.people.contacts = (
            Contact(
                "mira@example.org",
                "Mira Chen",
                Availability.ONLINE,
                can_draw=True,
                drawing_with_me=True,
                subscription=both,
            ),
            Contact(
                "sofia@example.org",
                "Sofia Rossi",
                Availability.ONLINE,
                can_draw=True,
                subscription=both,
            ),
            Contact(
                "ben@example.org", "Ben Okafor", Availability.BUSY, can_draw=True, subscription=both
            ),
            Contact("max@example.org", "Max", Availability.AWAY, subscription=both),
            Contact(
                "lea@example.org",
                "Léa Martin",
                Availability.OFFLINE,
                subscription=both,
                last_seen=1763821920,
            ),
        )
        self.people.rooms = (
            Room(
                "river@rooms.uni.example",
                "River walk team",
                "Ana",
                RoomState.IN,
                occupants=tuple(
                    Occupant(
                        nick,
                        f"{nick.lower()}@example.org",
                        Availability.ONLINE,
                        "participant",
                        "member",
                        can_draw=nick != "Lea",
                        me=nick == "Ana",
                    )
                    for nick in ("Ana", "Mira", "Ben", "Yusuf", "Lea")
                ),
                boards=(RunningBoard("s1", "River walk kiosk", 3), RunningBoard("s2", "Ideas", 1)),
            ),
            Room("physics@rooms.uni.example", "Physics 2b", "Ana", RoomState.IN),
            Room(
                "max-planck@rooms.uni.example",
                "Max-Planck seminar",
                "Ana",
                RoomState.FAILED,
                problem=Problem(ProblemKind.MEMBERS_ONLY, "Max-Planck seminar"),
            ),
        )
        self.boards.names = {one.address: one.name for one in self.people.contacts}
        self.boards.invitations = (
            Invitation(
                "in1", True, "noor@example.net", "Noor Haddad", "Stage design", 3, known=True
            ),
        )
        return self

    def crowded(self) -> World:
        """500 contacts, among them very long and right-to-left names."""
        self.populated()
        extra = [
            Contact(
                "maximiliane.hohenfels@students.very-long-university.example",
                "Maximiliane von Hohenfels-Oberndorf zu Sternberg",
                Availability.ONLINE,
                can_draw=True,
            ),
            Contact("mohamed@example.net", "محمد العربي", Availability.ONLINE, can_draw=True),
        ]
        extra += [Contact(f"person{n}@example.org", f"Person {n}") for n in range(493)]
        self.people.contacts = (*extra, *self.people.contacts)
        return self

    def share(self, board: FakeBoard) -> None:
        """Let the board be live in the group chat with three others."""
        board.set(
            name="River walk kiosk",
            place="river@rooms.uni.example",
            session="s1",
            state=BoardState.LIVE,
            participants=(
                Participant("me", "Ana Novak", ME, me=True),
                Participant("mira", "Mira Chen", "mira@example.org"),
                Participant("ben", "Ben Okafor", "ben@example.org"),
                Participant("yusuf", "Yusuf Demir", "yusuf@example.org"),
                Participant("noor", "Noor Haddad", "noor@example.net"),
                Participant("lea", "Léa Martin", "lea@example.org", away=True),
            ),
        )
