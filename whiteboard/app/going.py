"""Going where a link leads: signing in first, entering the group chat, opening the board."""

from __future__ import annotations

from collections.abc import Callable

from whiteboard.im.account import ConnectionState
from whiteboard.im.links import BoardLink, LinkError, read_link
from whiteboard.im.people import RoomState
from whiteboard.im.service import PeopleService
from whiteboard.session.boards import Board, BoardService, BoardState, KnownBoard
from whiteboard.ui import words
from whiteboard.ui.dialogs.contact import Confirm
from whiteboard.ui.main_window import MainWindow
from whiteboard.ui.widgets import Kind


class Going:
    """Opens links in windows.

    Args:
        people: the account, whose going online is waited for.
        boards: where boards are opened.
    """

    def __init__(self, people: PeopleService, boards: BoardService) -> None:
        self._people = people
        self._boards = boards
        self._stop_waiting: Callable[[], None] = lambda: None

    def open(self, text: str, window: MainWindow) -> None:
        """Open a link that somebody else may have written: asks before it leads to anybody new."""
        try:
            link = read_link(text)
        except LinkError as error:
            window.say(words.tr(str(error)))
            return
        if self._show_open(link, window):
            return
        if self._is_known(link):
            self.go(link, window)
            return
        title, question, action = words.link_question(link.address, is_room=link.is_room)
        asked = Confirm(title, question, action, lambda: self.go(link, window), window)
        asked.act.kind = Kind.SECONDARY
        window.people_flow.open(asked)

    def go(self, link: BoardLink, window: MainWindow, nick: str = "") -> None:
        """Go there as soon as the account is online; who has none is asked to sign in."""
        if self._show_open(link, window):
            return
        if self._people.account is None:
            window.say(words.sign_in_for_link())
            window.people_flow.edit_account()
        self._when(lambda: self._is_online, lambda: self._arrive(link, window, nick))

    def _arrive(self, link: BoardLink, window: MainWindow, nick: str) -> None:
        address = link.address
        if link.is_room and link.session:
            board = self._boards.open_in_room(address, link.session, nick, link.password)
            window.show_board(board)
        elif link.is_room:
            if not self._is_in(address):
                self._people.join_room(address, nick, link.password)
            self._when(lambda: self._is_in(address), lambda: self._show_any(address, window))
        elif link.session:
            self._boards.ask_to_join(address, KnownBoard(link.session, ""))
            window.say(words.asked_to_join(address))
        else:
            self._boards.invite(_own_board(window, ""), address)

    def _show_open(self, link: BoardLink, window: MainWindow) -> bool:
        """Bring the board to the front if it is open."""
        for board in self._boards.boards:
            if link.session and board.session == link.session:
                window.show_board(board)
                return True
        return False

    def _show_any(self, address: str, window: MainWindow) -> None:
        """The board that runs in the room or that it kept, or the window's own one shared there."""
        room = next(r for r in self._people.rooms if r.address == address)
        if room.boards:
            window.show_board(self._boards.join_in_room(address, room.boards[0].session))
            return

        def start() -> None:
            self._boards.share_in_room(_own_board(window, room.name), address)

        window.people_flow.find_in_room(address, start)

    def _is_known(self, link: BoardLink) -> bool:
        """Whether the person deals with this group chat or contact anyway."""
        if link.is_room:
            return self._is_in(link.address)
        return any(one.address == link.address for one in self._people.contacts)

    def _is_in(self, room: str) -> bool:
        return any(r.address == room and r.state is RoomState.IN for r in self._people.rooms)

    @property
    def _is_online(self) -> bool:
        account = self._people.account
        return account is not None and account.connection is ConnectionState.ONLINE

    def _when(self, is_so: Callable[[], bool], then: Callable[[], None]) -> None:
        """Call `then` once, as soon as `is_so`; a later link takes the place of an earlier one."""
        self._stop_waiting()
        self._stop_waiting = lambda: None
        if is_so():
            then()
            return

        def look(_none: None) -> None:
            if is_so():
                self._stop_waiting()
                self._stop_waiting = lambda: None
                then()

        self._stop_waiting = self._people.changed.subscribe(look)


def _own_board(window: MainWindow, name: str) -> Board:
    front = window.pages.front
    if front is None or front.board.state is not BoardState.ALONE:
        return window.add_board()
    if name:
        front.board.rename(name)
    return front.board
