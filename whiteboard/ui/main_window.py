"""The window: a board with what floats over it, panes beside it, a bar above it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QByteArray, QPoint, Qt, QTimer
from PySide6.QtGui import QCloseEvent, QShowEvent
from PySide6.QtWidgets import QApplication, QMainWindow, QVBoxLayout, QWidget

from whiteboard.canvas.export import png_bytes
from whiteboard.editing.properties import Properties, properties_of, set_properties
from whiteboard.model.ops import LiteralElement
from whiteboard.session.boards import Board, BoardState
from whiteboard.session.permissions import WHOLE
from whiteboard.ui import regions, words
from whiteboard.ui.actions import make_actions, make_menu
from whiteboard.ui.alt_key import AltKey
from whiteboard.ui.body import Body, SizeClass
from whiteboard.ui.chat_flow import ChatFlow
from whiteboard.ui.command_palette import CommandPalette
from whiteboard.ui.connection import ConnectionTeller
from whiteboard.ui.dialogs.contact import AskName
from whiteboard.ui.dialogs.properties import PropertiesSheet
from whiteboard.ui.dialogs.save import Message
from whiteboard.ui.file_flow import FileFlow
from whiteboard.ui.frame import BoardFrame
from whiteboard.ui.history_flow import HistoryFlow
from whiteboard.ui.icons import app_icon
from whiteboard.ui.joining_flow import JoiningFlow
from whiteboard.ui.keys import KeySheet
from whiteboard.ui.left_over import LeftOverNotices
from whiteboard.ui.look_flow import CALM, MOVABLE, LookFlow
from whiteboard.ui.not_shown import NotShownNotices
from whiteboard.ui.notices import Notice
from whiteboard.ui.pages import MakeSurface, Page, Pages
from whiteboard.ui.panes.chat import ChatPane
from whiteboard.ui.panes.history import HistoryPane
from whiteboard.ui.panes.people import PeoplePane
from whiteboard.ui.panes.sessions import SessionsPane
from whiteboard.ui.people_flow import PeopleFlow
from whiteboard.ui.ports import Services
from whiteboard.ui.rights_flow import RightsFlow, document_of
from whiteboard.ui.slices import BusyNotice
from whiteboard.ui.start_page import StartPage, small_picture
from whiteboard.ui.surface import Surface
from whiteboard.ui.theme import Scheme, theme
from whiteboard.ui.top_bar import TopBar
from whiteboard.ui.view_menu import add_choices
from whiteboard.ui.widgets import FocusRing
from whiteboard.ui.wishes_menu import add_wishes

_EDITS = (
    "undo",
    "redo",
    "cut",
    "copy",
    "paste",
    "duplicate",
    "delete",
    "select-all",
    "to-front",
    "forward",
    "backward",
    "to-back",
)
_TOOLS = ("select", "hand", "pen", "eraser", "rectangle", "ellipse", "line", "arrow", "text")


class MainWindow(QMainWindow):
    """Everything of DESIGN section 2 that exists.

    Args:
        services: what the window works with.
        make_surface: makes the canvas of a board.
    """

    def __init__(self, services: Services, make_surface: MakeSurface) -> None:
        super().__init__()
        self.services = services
        self.setWindowIcon(app_icon())
        self.setMinimumSize(480, 420)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.NoContextMenu)
        preferences = services.preferences
        scheme = preferences.get("theme")
        if scheme in {one.value for one in Scheme} and theme().scheme.value != scheme:
            theme().choose(Scheme(scheme))
        self.pages = Pages(make_surface)
        self.frame = BoardFrame()
        self.sessions = SessionsPane(services)
        self.people_pane = PeoplePane(services.boards)
        self.chat_pane = ChatPane()
        self.history_pane = HistoryPane()
        self.top = TopBar(self)
        self.start = StartPage(services)
        panes = (self.people_pane, self.chat_pane, self.history_pane)
        self.body = Body(self.frame, self.sessions, panes, preferences, self.start)
        self._build()
        self.people_flow = PeopleFlow(services, self.pages, self, self.add_board)
        self.joining_flow = JoiningFlow(services, self.people_flow, self.show_board, self)
        self.files = FileFlow(services, self.pages, self.people_flow, self, self.say)
        self.chat_flow = ChatFlow(services, self.pages, self.body, self.chat_pane, self)
        self.look_flow = LookFlow(services, self.pages, self.frame, self)
        self.history_flow = HistoryFlow(
            services.boards, self.frame, self.history_pane, self.people_flow, self, self.say
        )
        self.teller = ConnectionTeller(
            services,
            self.top.chip,
            self.frame.toast,
            self.people_flow.invite,
            self,
            self._explain,
            self.open_invite,
        )
        self.not_shown = NotShownNotices(self.frame.toast, self._doer("undo"))
        self.busy = BusyNotice(self.frame.toast)
        self.left_over = LeftOverNotices(
            self.frame.toast, lambda: self.body.open_pane(self.history_pane, opened=True)
        )
        self.rights = RightsFlow(
            self.frame.toast, self.people_flow, services.boards, self._copy_to_new, self
        )
        self.actions_by_id = make_actions(self, self.frame, self._handlers())
        self.menu, self._menus = make_menu(self, self.actions_by_id)
        self._add_view_choices()
        add_wishes(self._menus["People"], services)
        self._connect()
        self.ring = FocusRing(self)
        self._leaving = False
        self._alt: AltKey | None = None
        self._announced: set[str] = set()
        self._unsubscribe = [
            services.people.changed.subscribe(lambda _none: self._people_changed()),
            services.boards.changed.subscribe(lambda _none: self._boards_changed()),
            self.pages.changed.subscribe(lambda _none: self._pages_changed()),
            self.pages.front_changed.subscribe(self._front_changed),
        ]
        geometry = preferences.get("geometry")
        if not geometry or not self.restoreGeometry(QByteArray.fromBase64(geometry.encode())):
            self.resize(1280, 800)
        if not self.pages.all:
            self.add_board()
        self._people_changed()

    # --- building -------------------------------------------------------------------------

    def _build(self) -> None:
        whole = QWidget(self)
        whole.setObjectName("chrome")
        column = QVBoxLayout(whole)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.top)
        column.addWidget(self.body, 1)
        self.setCentralWidget(whole)
        self.sessions.set_current(self._front_board)

    def _connect(self) -> None:
        top, body, flow = self.top, self.body, self.people_flow
        top.menu.clicked.connect(self.open_menu)
        top.sessions.clicked.connect(lambda: self._toggle(self.sessions))
        top.people.clicked.connect(lambda: self._toggle(self.people_pane))
        top.chat.clicked.connect(lambda: self._toggle(self.chat_pane))
        top.history.clicked.connect(lambda: self._toggle(self.history_pane))
        top.new.clicked.connect(self.add_board)
        top.start.clicked.connect(lambda: self.show_start(shown=not self.start.isVisible()))
        self.start.new_wanted.connect(self.add_board)
        self.start.open_wanted.connect(self.files.open)
        self.start.join_wanted.connect(flow.join_room)
        self.start.board_wanted.connect(self._open_place)
        self.start.saved_wanted.connect(self._open_saved)
        self.start.closed.connect(lambda: self.show_start(shown=False))
        top.invite.clicked.connect(self.open_invite)
        top.invite_small.clicked.connect(self.open_invite)
        top.board_chosen.connect(self._bring)
        top.board_closed.connect(lambda place: self.close_page(self.pages.all[place]))
        top.chip.clicked.connect(self._explain_connection)
        body.panes_changed.connect(self._panes_changed)
        body.class_changed.connect(self._class_changed)
        self.sessions.asked.connect(self._asked)
        self.people_pane.invite_wanted.connect(self.open_invite)
        self.people_pane.ask_again.connect(flow.invite)
        self.people_pane.undo_wanted.connect(self._undo_work)
        self.people_pane.deed_wanted.connect(self.rights.do)
        self.people_pane.resign_wanted.connect(self.rights.resign)
        self.people_pane.anew_wanted.connect(self.rights.go_on_anew)
        self.people_pane.follow_wanted.connect(self.look_flow.follow)
        self.people_pane.bring_wanted.connect(self.look_flow.call)
        self.top.person_chosen.connect(self.look_flow.follow)
        self.look_flow.changed.subscribe(lambda _none: self._show_following())
        self.chat_pane.left.connect(self._leave_chat)
        self.chat_pane.invite_wanted.connect(self.open_invite)
        self.chat_flow.unread_changed.subscribe(lambda _none: self._show_unread())
        card = self.frame.invitation
        card.joined.connect(self.joining_flow.say_yes)
        card.stayed.connect(self.joining_flow.stay)
        card.declined.connect(self.services.boards.decline)
        card.postponed.connect(self._postpone)
        self.frame.progress.cancelled.connect(self._cancel_joining)
        self.people_flow.told.connect(self.say)
        self._class_changed()
        self._panes_changed()

    def _handlers(self) -> dict[str, Callable[[], None]]:
        flow, files = self.people_flow, self.files
        handlers: dict[str, Callable[[], None]] = {
            "new": self._new,
            "open": files.open,
            "new-window": self.services.new_window,
            "save": self._with_page(files.save),
            "save-as": self._with_page(files.save_as),
            "export": self._with_page(files.export),
            "properties": self._with_page(self._show_properties),
            "close": self._with_page(self.close_page),
            "quit": self.services.quit,
            "zoom-in": self._with_surface(lambda surface: surface.zoom_by(1.25)),
            "zoom-out": self._with_surface(lambda surface: surface.zoom_by(0.8)),
            "zoom-100": self._with_surface(lambda surface: surface.zoom_to(1.0)),
            "fit": self._with_surface(lambda surface: surface.fit()),
            "fit-selection": self._with_surface(lambda surface: surface.fit(selection=True)),
            "grid": self._toggle_grid,
            "web-images": self._toggle_web_images,
            "only-board": self._toggle_only_board,
            "full-screen": self._toggle_full_screen,
            "start": lambda: self.show_start(shown=not self.start.isVisible()),
            "sessions": lambda: self._toggle(self.sessions),
            "people": lambda: self._toggle(self.people_pane),
            "chat": self._write_in_chat,
            "history": lambda: self._toggle(self.history_pane),
            "rename": self._with_page(self._rename),
            "leave": self._with_page(lambda page: page.board.leave()),
            "finish": self._doer("finish"),
            "reopen": self._doer("reopen"),
            "finish-board": self.rights.finish_board,
            "ask-pen": self._with_page(lambda page: page.board.permissions.ask()),
            "invite": self.open_invite,
            "bring": self.look_flow.call,
            "show-selection": lambda: self.look_flow.call(selection=True),
            "stop-following": self.look_flow.stop,
            "movable": lambda: self._remember("movable", MOVABLE, "", "0"),
            "calm": lambda: self._remember("calm", CALM, "reduced", ""),
            "add-contact": flow.add_contact,
            "join-room": flow.join_room,
            "create-room": flow.create_room,
            "account": flow.edit_account,
            "palette": self.open_palette,
            "keys": self._open_keys,
            "menu": self.open_menu,
            "next-region": lambda: regions.step(self._regions(), 1),
            "previous-region": lambda: regions.step(self._regions(), -1),
            "newest-notice": self._focus_notice,
            "next-board": lambda: self._step_board(1),
            "previous-board": lambda: self._step_board(-1),
        }
        for number in range(1, 10):
            handlers[f"board-{number}"] = self._bringer(number - 1)
            handlers[f"follow-{number}"] = self._follower(number - 1)
        for name in _EDITS:
            handlers[name] = self._doer(name)
        for name in _TOOLS:
            handlers[f"tool-{name}"] = self._tool_chooser(name)
        return handlers

    def _with_page(self, act: Callable[[Page], None]) -> Callable[[], None]:
        def run() -> None:
            if self.pages.front is not None:
                act(self.pages.front)

        return run

    def _with_surface(self, act: Callable[[Surface], None]) -> Callable[[], None]:
        return self._with_page(lambda page: act(page.surface))

    def _doer(self, command: str) -> Callable[[], None]:
        return self._with_surface(lambda surface: surface.do(command))

    def _tool_chooser(self, tool: str) -> Callable[[], None]:
        return self._with_surface(lambda surface: surface.choose(tool))

    def _bringer(self, place: int) -> Callable[[], None]:
        return lambda: self.pages.bring(place)

    def _follower(self, place: int) -> Callable[[], None]:
        return lambda: self.look_flow.follow_nth(place)

    def _remember(self, action: str, key: str, on: str, off: str) -> None:
        """Keep what a checkable command of the menu says."""
        checked = self.actions_by_id[action].isChecked()
        self.services.preferences.put(key, on if checked else off)

    def _allow_bringing(self) -> None:
        looking = self.look_flow.front
        why_not = "" if looking is None or looking.may_call else words.may_not_call()
        self.people_pane.bring.setEnabled(not why_not)
        self.people_pane.bring.setToolTip(why_not)
        self.people_pane.bring.setAccessibleDescription(why_not)

    def _show_following(self) -> None:
        """Esc stops following, and is the tools' while nobody is followed."""
        self.actions_by_id["stop-following"].setEnabled(bool(self.look_flow.following))

    def _add_view_choices(self) -> None:
        """Theme and paper, and what the checkable commands say at first."""
        preferences = self.services.preferences
        add_choices(
            self._menus["View"],
            preferences.get("theme") or "system",
            self._choose_scheme,
            preferences.get("paper") or "auto",
            self._choose_paper,
        )
        self.actions_by_id["grid"].setChecked(True)
        allowed = preferences.get("web_images") == "1"
        self.actions_by_id["web-images"].setChecked(allowed)
        self.actions_by_id["movable"].setChecked(preferences.get(MOVABLE) != "0")
        self.actions_by_id["calm"].setChecked(preferences.get(CALM) == "reduced")
        self._show_following()
        self.menu.aboutToShow.connect(self._refresh_actions)
        # Later: hiding comes before the chosen action is triggered.
        self.menu.aboutToHide.connect(lambda: QTimer.singleShot(0, self, self._enable_actions))

    # --- boards ---------------------------------------------------------------------------

    def show_start(self, *, shown: bool) -> None:
        """Cover the board with the start page, or show it again."""
        if shown:
            self.start.open()
        else:
            self.start.hide()
            if self.frame.canvas is not None:
                self.frame.canvas.setFocus()
        self.top.start.setChecked(shown)
        self.actions_by_id["start"].setChecked(shown)
        self._pages_changed()

    def _bring(self, place: int) -> None:
        self.pages.bring(place)
        self.show_start(shown=False)

    def _open_place(self, place: int) -> None:
        self.show_board(self.services.boards.boards[place])

    def _front_board(self) -> Board | None:
        return self.pages.front.board if self.pages.front is not None else None

    def add_board(self) -> Board:
        """A new board only on this computer, in front, the pen active."""
        names = {page.board.name for page in self.pages.all}
        names |= {board.name for board in self.services.boards.boards}
        untitled, number = words.tr("Untitled"), 1
        name = untitled
        while name in names:
            number += 1
            name = f"{untitled} {words.number(number)}"
        board = self.services.boards.new_board(name)
        page = self.pages.show(board)
        page.surface.choose("pen")
        page.surface.widget.setFocus()
        return board

    def _new(self) -> None:
        self.add_board()

    def show_board(self, board: Board) -> None:
        """Bring a board to the front (from the program around the windows)."""
        self.pages.show_instead(board, self.services.boards.close)
        self.show_start(shown=False)

    def _open_saved(self, key: str) -> None:
        def opened(what: Board | str) -> None:
            if isinstance(what, str):
                self.show_start(shown=False)
                self.say(what)
            else:
                self.show_board(what)

        self.services.boards.open_saved(key, opened)

    def _delete(self, page: Page) -> None:
        def delete() -> None:
            self.services.boards.delete(page.board)
            self._drop(page)

        self.people_flow.ask_delete(page.board.name, delete)

    def _delete_saved(self, key: str) -> None:
        boards = self.services.boards
        for board in boards.saved:
            if board.key == key:
                name = words.damaged_board() if board.is_damaged else board.name
                self.people_flow.ask_delete(name, lambda: boards.delete_saved(key))

    def open_path(self, path: Path) -> None:
        """Open a file, as File, Open does."""
        self.files.open_path(path)

    def close_page(self, page: Page) -> None:
        """Close a tab and leave its board; asks only if work would be lost."""
        self.files.ask_before_losing(page, lambda: self._close_page(page))

    def _keep_picture(self, board: Board) -> None:
        """What the start page shows of it while it is not open."""
        picture = small_picture(board) if board.kept else None
        if picture is not None:
            self.services.boards.keep_picture(board, png_bytes(picture))

    def _close_page(self, page: Page) -> None:
        self._keep_picture(page.board)
        self.services.boards.close(page.board)
        self._drop(page)

    def _drop(self, page: Page) -> None:
        if self.pages.of(page.board) is not None:
            self.pages.remove(page)
        if not self.pages.all:
            self.add_board()

    def _rename(self, page: Page) -> None:
        if page.surface.why_not:
            self.say(page.surface.why_not)
            return
        sheet = AskName(words.tr("Rename the board"), page.board.name, page.board.rename, self)
        self.people_flow.open(sheet)

    def _show_properties(self, page: Page) -> None:
        def change(wanted: Properties) -> None:
            set_properties(page.board.document, wanted)

        now = properties_of(page.board.document)
        missing, may_change = page.surface.missing(), page.surface.may_draw
        board = page.board
        is_ours = board.is_plain and board.is_host
        order = (board.requires_order, board.require_order) if is_ours else None
        sheet = PropertiesSheet(now, missing, change, self, may_change=may_change, order=order)
        self.people_flow.open(sheet)

    def _cancel_joining(self) -> None:
        page = self.pages.front
        if page is not None and page.board.state is BoardState.JOINING:
            self._close_page(page)

    def _step_board(self, step: int) -> None:
        if len(self.pages):
            self.pages.bring((self.pages.front_place + step) % len(self.pages))

    # --- what changed ---------------------------------------------------------------------

    def _people_changed(self) -> None:
        self.people_flow.follow_account()
        self.teller.follow()
        self._show_badge()

    def _boards_changed(self) -> None:
        open_boards = list(self.services.boards.boards)
        gone = [one for one in self.pages.all if not any(one.board is b for b in open_boards)]
        for page in gone:
            self.pages.remove(page)
        if gone and not self.pages.all:
            self.add_board()
        incoming = self.people_flow.incoming()
        if set(incoming) - self._announced and not self.isActiveWindow():
            QApplication.alert(self)
        self._announced |= set(incoming)
        first = incoming[0] if incoming else ""
        by_id = {one.id: one for one in self.services.boards.invitations}
        self.frame.invitation.show_invitation(by_id.get(first), max(0, len(incoming) - 1))
        self.frame.arrange()
        self.people_pane.show_board(self._front_board())
        self._show_badge()

    def _show_badge(self) -> None:
        self.top.badge.show_count(0 if self.body.is_open(self.sessions) else self.sessions.badge())

    def _front_changed(self, page: Page | None) -> None:
        self.history_flow.look_at(None)
        self.show_start(shown=False)
        if page is None:
            self.frame.let_go()
            for watcher in (self.not_shown, self.left_over, self.rights):
                watcher.watch(None)
            self.busy.watch(None)
            return
        tool = self.frame.surface.tool if self.frame.surface is not None else ""
        if tool:
            page.surface.choose(tool)
        page.surface.set_paper(self.services.preferences.get("paper") or "auto")
        self.frame.show_surface(page.surface)
        self._follow_history()
        self.teller.watch(page.board)
        self.not_shown.watch(page)
        self.left_over.watch(page)
        self.rights.watch(page)
        self.busy.watch(page.surface.busy)
        page.surface.widget.setFocus()

    def _pages_changed(self) -> None:
        self._show_tabs()
        covered = self.start.isVisibleTo(self.body)
        self.top.about_board.setVisible(not covered)
        board = self._front_board()
        reachable = board is not None and board.state is not BoardState.OFFLINE
        self.top.show_people(board.participants if board is not None else (), reachable=reachable)
        self.people_pane.show_board(board)
        self._allow_bringing()
        self.chat_flow.follow()
        self.frame.progress.show_board(board)
        self.sessions.refresh_soon()
        self.teller.follow()
        if board is not None:
            self.setWindowTitle(words.window_title(board.name, self.services.title_suffix))

    def _show_tabs(self) -> None:
        page = self.pages.front
        rooms = {room.address for room in self.services.people.rooms}
        tabs = [
            replace(
                one.tab(room=one.board.place in rooms, front=one is page),
                unread=0 if one is page else self.chat_flow.unread(one),
            )
            for one in self.pages.all
        ]
        covered = self.start.isVisibleTo(self.body)
        self.top.show_tabs(tabs, -1 if covered else max(0, self.pages.front_place))

    def _panes_changed(self) -> None:
        for pane, button, action in (
            (self.sessions, self.top.sessions, "sessions"),
            (self.people_pane, self.top.people, "people"),
            (self.chat_pane, self.top.chat, "chat"),
            (self.history_pane, self.top.history, "history"),
        ):
            opened = self.body.is_open(pane)
            button.setChecked(opened)
            self.actions_by_id[action].setChecked(opened)
        self._follow_history()
        self._show_badge()
        self.chat_flow.follow()

    def _follow_history(self) -> None:
        """The history of the board in front, while its pane is open."""
        is_open = self.body.is_open(self.history_pane)
        self.history_flow.look_at(self.frame.surface if is_open else None)

    def _class_changed(self) -> None:
        narrow = self.body.size_class is SizeClass.SMALL
        self.top.set_narrow(narrow, tiny=self.width() < 560)
        self._pages_changed()

    def _refresh_actions(self) -> None:
        """Enable what would do something, before a menu shows it."""
        page = self.pages.front
        for name in _EDITS:
            self.actions_by_id[name].setEnabled(page is not None and page.surface.can(name))
        leave = page is not None and page.board.state not in {BoardState.ALONE, BoardState.ENDED}
        self.actions_by_id["leave"].setEnabled(leave)
        for name in ("finish", "reopen"):
            self.actions_by_id[name].setEnabled(page is not None and page.surface.can(name))
        rights = page.board.permissions if page is not None else None
        finished = rights is not None and any(one.rid == WHOLE for one in rights.finished)
        self.actions_by_id["finish-board"].setChecked(finished)
        self.actions_by_id["finish-board"].setEnabled(rights is not None and rights.may_finish)
        may_ask = rights is not None and rights.may_ask and not rights.has_asked
        self.actions_by_id["ask-pen"].setEnabled(may_ask)

    def _enable_actions(self) -> None:
        """A disabled action would swallow its key later, when there is something to do."""
        for name in (*_EDITS, "leave", "finish", "reopen", "finish-board", "ask-pen"):
            self.actions_by_id[name].setEnabled(True)

    # --- what the person asks for -----------------------------------------------------------

    def _asked(self, action: str, what: str) -> None:
        """Requests of the Sessions pane."""
        flow, people = self.people_flow, self.services.people
        boards: Sequence[Board] = self.services.boards.boards
        place = int(what) if what.isdecimal() and int(what) < len(boards) else None
        simple: dict[str, Callable[[], object]] = {
            "new-board": self.add_board,
            "add-account": flow.edit_account,
            "edit-account": flow.edit_account,
            "certificate": flow.ask_certificate,
            "join-room": flow.join_room,
            "create-room": flow.create_room,
            "sign-out": people.sign_out,
        }
        about: dict[str, Callable[[str], object]] = {
            "draw": flow.draw_with,
            "open-shared": flow.open_shared_with,
            "join": self.joining_flow.say_yes,
            "let-in": self.joining_flow.say_yes,
            "stay": self.joining_flow.stay,
            "open-alternative": self.joining_flow.open_alternative,
            "decline-strangers": lambda _what: self.joining_flow.decline_strangers(),
            "ask-to-join": self.joining_flow.ask,
            "look-at-boards": self.joining_flow.look,
            "open-room": flow.open_room,
            "room-details": lambda room: flow.open_room(room, details=True),
            "leave-room": people.leave_room,
            "add-contact": flow.add_contact,
            "rename-contact": flow.rename_contact,
            "remove-contact": flow.remove_contact,
            "open-saved": self._open_saved,
            "delete-saved": self._delete_saved,
        }
        if action in simple:
            simple[action]()
        elif action in about:
            about[action](what)
        elif place is not None:
            page = self.pages.show(boards[place])
            if action == "close-board":
                self.close_page(page)
            elif action == "rename-board":
                self._rename(page)
            elif action == "delete-board":
                self._delete(page)

    def _explain(self, sentence: str, details: str) -> None:
        self.people_flow.open(Message(sentence, details, self))

    def open_invite(self) -> None:
        """Who to draw with (flow B)."""
        small = self.top.invite.isHidden()
        self.people_flow.open_invite(self.top.invite_small if small else self.top.invite)

    def open_menu(self) -> None:
        """The menu behind the Menu button."""
        at = self.top.menu
        rtl = self.layoutDirection() == Qt.LayoutDirection.RightToLeft
        x = at.width() - self.menu.sizeHint().width() if rtl else 0
        self.menu.popup(at.mapToGlobal(QPoint(x, at.height() + 4)))

    def open_palette(self) -> None:
        """Find a command by its name."""
        self._refresh_actions()
        shown = {
            id_: one
            for id_, one in self.actions_by_id.items()
            if not id_.startswith(("board-", "follow-"))
        }
        palette = CommandPalette(shown, self)
        palette.destroyed.connect(self._enable_actions)
        palette.open_over(self)

    def _open_keys(self) -> None:
        self.people_flow.open(KeySheet(self))

    def say(self, text: str) -> None:
        """A fact, as a toast."""
        self.frame.toast.say(Notice("fact", text))

    def _explain_connection(self) -> None:
        board = self._front_board()
        if board is not None and board.state is BoardState.ALONE:
            self.open_invite()
        else:
            self.body.open_pane(self.sessions, opened=True)

    def _copy_to_new(self, elements: tuple[LiteralElement, ...]) -> None:
        name = words.tr("Copy of {board}").replace("{board}", self._board_name())
        self.pages.show(self.services.boards.new_board(name, document_of(elements)))

    def _board_name(self) -> str:
        board = self._front_board()
        return board.name if board is not None else ""

    def _postpone(self, invitation: str) -> None:
        self.people_flow.postpone(invitation)
        self._boards_changed()

    def _undo_work(self, party: str) -> None:
        self.body.open_pane(self.history_pane, opened=True)
        self.history_flow.ask_undo_work(party)

    def _write_in_chat(self) -> None:
        """By key or menu the chat is opened to write in it; its button leaves the focus alone."""
        self._toggle(self.chat_pane)
        if self.chat_pane.field.isVisible():
            self.chat_pane.field.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def _leave_chat(self) -> None:
        """Esc in the chat: back to the board; a pane that covers it goes."""
        if self.body.size_class is SizeClass.SMALL:
            self.body.open_pane(self.chat_pane, opened=False)
        elif self.frame.canvas is not None:
            self.frame.canvas.setFocus()

    def _show_unread(self) -> None:
        """How many messages of the board in front, and of those behind, were not seen."""
        front = self.pages.front
        count = self.chat_flow.unread(front) if front is not None else 0
        self.top.chat.set_count(count, words.unread_messages(count) if count else "")
        self._show_tabs()

    def _toggle(self, pane: SessionsPane | PeoplePane | ChatPane | HistoryPane) -> None:
        opened = not self.body.is_open(pane)
        self.body.open_pane(pane, opened=opened)
        if opened and self.body.size_class is SizeClass.SMALL:
            pane.list.setFocus()

    def _toggle_grid(self) -> None:
        shown = self.actions_by_id["grid"].isChecked()
        for page in self.pages.all:
            page.surface.set_grid(shown)

    def _toggle_web_images(self) -> None:
        """Fetching a picture tells its server who looks, so it is off until the person says so."""
        allowed = self.actions_by_id["web-images"].isChecked()
        self.services.preferences.put("web_images", "1" if allowed else "")
        for page in self.pages.all:
            page.surface.reload_pictures()

    def _toggle_only_board(self) -> None:
        only = self.actions_by_id["only-board"].isChecked()
        self.top.setVisible(not only)
        self.frame.set_only_board(only)
        if not only:
            self.body.apply_class()
        else:
            for pane in (self.sessions, *self.body.right):
                self.body.open_pane(pane, opened=False, remember=False)

    def _toggle_full_screen(self) -> None:
        if self.isFullScreen():
            self.showNormal()
        else:
            self.showFullScreen()

    def _choose_scheme(self, value: str) -> None:
        theme().choose(Scheme(value))
        self.services.preferences.put("theme", value)

    def _choose_paper(self, value: str) -> None:
        for page in self.pages.all:
            page.surface.set_paper(value)
        self.services.preferences.put("paper", value)

    # --- keyboard -------------------------------------------------------------------------

    def _regions(self) -> list[list[QWidget]]:
        """What F6 walks: the canvas, each bar, the top bar, the panes; each with what to focus."""
        walk: list[list[QWidget]] = []
        if self.frame.canvas is not None:
            walk.append([self.frame.canvas])
        walk += [regions.focusable(bar) for bar in (*self.frame.bars, self.top)]
        walk += [[self.sessions.list], [self.people_pane.list]]
        walk += [[self.chat_pane.field, self.chat_pane.list]]
        walk += [regions.focusable(self.history_pane)]
        walk += [regions.focusable(card) for card in (self.frame.invitation, self.frame.toast)]
        return walk

    def _focus_notice(self) -> None:
        card = self.frame.invitation
        if not card.isHidden():
            card.join.setFocus(Qt.FocusReason.TabFocusReason)
        else:
            self.frame.toast.focus_action()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        native = self.windowHandle()
        if native is not None and self._alt is None:
            self._alt = AltKey(native, self.open_menu)

    # --- closing --------------------------------------------------------------------------

    def closeEvent(self, event: QCloseEvent) -> None:
        losing = [page for page in self.pages.all if page.would_be_lost]
        if losing and not self._leaving:
            event.ignore()
            page = losing[0]
            self.pages.bring(self.pages.all.index(page))

            def go_on() -> None:
                page.is_unsaved = False
                self.close()

            self.files.ask_before_losing(page, go_on)
            return
        geometry = self.saveGeometry().toBase64().data()
        self.services.preferences.put("geometry", bytes(geometry).decode("ascii"))
        self.let_go()
        event.accept()

    def let_go(self) -> None:
        """Listen no longer and close the pages; the boards live on in the service."""
        if self._leaving:
            return
        self._leaving = True
        for unsubscribe in self._unsubscribe:
            unsubscribe()
        self.sessions.let_go()
        self.joining_flow.let_go()
        self.history_flow.look_at(None)
        self.chat_flow.let_go()
        self.look_flow.let_go()
        self.start.let_go()
        for watcher in (self.teller, self.not_shown, self.left_over, self.rights, self.busy):
            watcher.watch(None)
        self.frame.let_go()
        for page in self.pages.all:
            self._keep_picture(page.board)
            page.close()
