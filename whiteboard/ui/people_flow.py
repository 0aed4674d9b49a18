"""What a window does about accounts, contacts, group chats and invitations (flows B, C and D)."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QDialog, QWidget

from whiteboard.im.account import ConnectionState, Problem, ProblemKind
from whiteboard.im.people import Room, RoomState
from whiteboard.session.boards import Board, BoardState, InvitationState
from whiteboard.ui import words
from whiteboard.ui.board_link import link_of
from whiteboard.ui.dialogs.account import AccountForm
from whiteboard.ui.dialogs.certificate import CertificateQuestion
from whiteboard.ui.dialogs.contact import AddContact, AskName, Confirm
from whiteboard.ui.dialogs.invite import InvitePopover
from whiteboard.ui.dialogs.room import CreateRoom, JoinRoom, RoomBoards
from whiteboard.ui.pages import Pages
from whiteboard.ui.panes.invitation_rows import MOST_STRANGERS, is_unknown
from whiteboard.ui.ports import Services

_CERTIFICATE = {ProblemKind.CERTIFICATE, ProblemKind.CERTIFICATE_CHANGED}
_D = TypeVar("_D", bound=QDialog)


class PeopleFlow(QObject):
    """Carries out what panes, menus and cards ask for.

    Attributes:
        dialog: the question that is open, None if none is.

    Signals:
        told: a sentence for the person, as a fact.
    """

    told = Signal(str)

    def __init__(
        self, services: Services, pages: Pages, window: QWidget, new_board: Callable[[], Board]
    ) -> None:
        super().__init__(window)
        self._services = services
        self._pages = pages
        self._window = window
        self._new_board = new_board
        self._asked_fingerprints: set[str] = set()
        self.dialog: QDialog | None = None
        self.certificate: CertificateQuestion | None = None
        self.popover: InvitePopover | None = None
        self._postponed: set[str] = set()

    # --- dialogs --------------------------------------------------------------------------

    def open(self, dialog: _D) -> _D:
        """Show a question without a nested loop; one at a time."""
        if self.dialog is not None:
            self.dialog.reject()
        self.dialog = dialog
        dialog.finished.connect(self._dialog_closed)
        dialog.open()
        return dialog

    def _dialog_closed(self, _result: int) -> None:
        if self.sender() is self.dialog:
            self.dialog = None

    def edit_account(self) -> None:
        """Ask for address and password."""
        name = self._services.preferences.get("name")
        form = self.open(AccountForm(self._services.people, self._window, name=name))
        form.certificate_asked.connect(self.ask_certificate)

    def add_contact(self, address: str = "") -> None:
        """Ask whom to add; needs an account first."""
        if self._services.people.account is None:
            self.edit_account()
        else:
            self.open(AddContact(self._services.people, self._window, address=address))

    def join_room(self) -> None:
        """Ask which group chat to enter."""
        if self._services.people.account is None:
            self.edit_account()
        else:
            self.open(JoinRoom(self._services.people, self._window))

    def create_room(self) -> None:
        """Ask for a new group chat's name."""
        if self._services.people.account is None:
            self.edit_account()
        else:
            self.open(CreateRoom(self._services.people, self._window))

    def rename_contact(self, address: str) -> None:
        """Ask for another name."""
        people = self._services.people
        name = next((one.name for one in people.contacts if one.address == address), address)

        def rename(new: str) -> None:
            people.rename_contact(address, new)

        self.open(AskName(words.tr("Rename the contact"), name, rename, self._window))

    def remove_contact(self, address: str) -> None:
        """Ask whether to remove."""
        people = self._services.people
        name = next((one.name for one in people.contacts if one.address == address), address)
        title = words.tr("Remove {who} from your contacts?").replace("{who}", words.name(name))
        text = words.tr("You no longer see when they are online. Boards stay as they are.")

        def remove() -> None:
            people.remove_contact(address)

        self.open(Confirm(title, text, words.tr("Remove"), remove, self._window))

    def ask_delete(self, board: str, delete: Callable[[], None]) -> None:
        """Ask whether to delete a board for good."""
        title = words.tr("Delete {board}?").replace("{board}", words.name(board))
        text = words.tr("It goes from this computer for good. What others have of it stays there.")
        self.open(Confirm(title, text, words.tr("Delete"), delete, self._window))

    # --- certificates ---------------------------------------------------------------------

    def follow_account(self) -> None:
        """Ask about a certificate as soon as one stands in the way; once for each."""
        account = self._services.people.account
        if account is None or account.connection is not ConnectionState.FAILED:
            return
        problem = account.problem
        if problem is not None and problem.kind in _CERTIFICATE:
            fingerprint = problem.certificate.sha256 if problem.certificate is not None else ""
            if fingerprint not in self._asked_fingerprints:
                self.ask_certificate(problem)

    def ask_certificate(self, problem: Problem | None = None) -> None:
        """Is this really the server?"""
        account = self._services.people.account
        if problem is None and account is not None:
            problem = account.problem
        if problem is None or self.certificate is not None:
            return
        certificate = problem.certificate
        self._asked_fingerprints.add(certificate.sha256 if certificate is not None else "")
        question = CertificateQuestion(problem, self.dialog or self._window)
        self.certificate = question

        def trust(always: bool) -> None:
            if certificate is not None:
                if always:
                    self._services.trust.remember(certificate.domain, certificate.sha256)
                self._services.people.trust_certificate(certificate.sha256)

        def closed(result: int) -> None:
            self.certificate = None
            form = self.dialog
            if result == QDialog.DialogCode.Rejected and isinstance(form, AccountForm):
                form.certificate_refused()

        question.trusted.connect(trust)
        question.finished.connect(closed)
        question.open()

    # --- boards ---------------------------------------------------------------------------

    def draw_with(self, address: str) -> None:
        """Draw together: on the board in front if nobody else has it, else on a new one."""
        front = self._pages.front
        if front is not None and (
            self._is_private(front.board) or self._is_for(front.board, address)
        ):
            board = front.board
        else:
            board = self._new_board()
        self._services.boards.invite(board, address)

    def invite(self, address: str, *, may_draw: bool = True) -> None:
        """Invite to the board in front, whoever is on it."""
        front = self._pages.front
        if front is not None:
            self._services.boards.invite(front.board, address, may_draw=may_draw)

    @staticmethod
    def _is_private(board: Board) -> bool:
        return board.state is BoardState.ALONE and not board.place

    @staticmethod
    def _is_for(board: Board, address: str) -> bool:
        """Shared with this contact, who declined, did not answer or has left."""
        others = [one for one in board.participants if not one.me and not one.away]
        shared = board.state in {BoardState.LIVE, BoardState.WAITING}
        return shared and board.place == address and not others

    def open_shared_with(self, address: str) -> None:
        """Bring the board to the front that I share with a contact."""
        for board in self._services.boards.boards:
            there = {one.address for one in board.participants}
            if board.place == address or address in there:
                self._pages.show(board)
                return

    def accept(self, invitation: str) -> None:
        """Join what I am invited to."""
        self._show(self._services.boards.accept(invitation))

    def _show(self, board: Board) -> None:
        self._pages.show_instead(board, self._services.boards.close)

    def postpone(self, invitation: str) -> None:
        """No card for it any more; it stays in Sessions."""
        self._postponed.add(invitation)

    def incoming(self) -> list[str]:
        """Ids of the invitations a card is due for, newest first; not of a crowd of strangers."""
        waiting = [
            one
            for one in self._services.boards.invitations
            if one.incoming and one.state is InvitationState.OPEN
        ]
        strangers = [one for one in waiting if is_unknown(one)]
        crowd = strangers if len(strangers) > MOST_STRANGERS else []
        return [one.id for one in waiting if one not in crowd and one.id not in self._postponed]

    def open_room(self, address: str, *, details: bool = False) -> None:
        """The room's one board, or a choice among several, or a new one."""
        room = self._room(address)
        if room is None:
            return
        if room.state is not RoomState.IN:
            self._services.people.join_room(address, room.nick)
        elif len(room.boards) == 1 and not details:
            self.join_in_room(address, room.boards[0].session)
        elif not room.boards and not details:
            self.find_in_room(address, lambda: self.share_in_room(address))
        else:
            dialog = self.open(RoomBoards(room, self._window))
            dialog.join_wanted.connect(self.join_in_room)
            dialog.start_wanted.connect(self.share_in_room)

    def find_in_room(self, address: str, start: Callable[[], None]) -> None:
        """Nobody is on a board there: the one that the group chat has kept, else `start` one."""
        front = self._pages.front
        board: Board | None = None  # it may be found, or not, before the call returns

        def found(what: Board | str) -> None:
            page = self._pages.of(board) if board is not None else None
            if isinstance(what, str):
                if page is not None:
                    self._pages.remove(page)
                if front is not None and front in self._pages.all:
                    self._pages.show(front.board)
                start()
                self.told.emit(what)
            elif front is not None and front in self._pages.all and front.is_untouched:
                self._services.boards.close(front.board)
                if front in self._pages.all:
                    self._pages.remove(front)

        board = self._services.boards.open_archived(address, found)
        if board in self._services.boards.boards:
            self._pages.show(board)

    def join_in_room(self, room: str, session: str) -> None:
        """Take part in a board of a group chat; bring it to the front if I do already."""
        for board in self._services.boards.boards:
            if board.session == session:
                self._show(board)
                return
        self._show(self._services.boards.join_in_room(room, session))

    def share_in_room(self, address: str) -> None:
        """Let the board in front run in a group chat, or a new one if that is shared already."""
        front = self._pages.front
        board = (
            front.board
            if front is not None and self._is_private(front.board)
            else self._new_board()
        )
        self._services.boards.share_in_room(board, address)
        self._pages.show(board)
        room = self._room(address)
        if room is not None and room.temporary:
            self.told.emit(words.room_is_temporary(room.name or room.address))

    def open_invite(self, at: QWidget) -> None:
        """The popover under the Invite button."""
        people, front = self._services.people, self._pages.front
        link = link_of(front.board, people) if front is not None else None
        why_not = words.no_link_yet() if front is None or not front.board.place else words.no_link()
        popover = InvitePopover(people, self._services.boards, self._window, link, why_not)
        popover.may.setVisible(self._can_say_who_draws())
        if front is not None:
            popover.link.given.connect(lambda: self._services.boards.give_link(front.board))
        popover.picked.connect(self._picked)
        popover.destroyed.connect(self._popover_gone)
        self.popover = popover
        popover.open_under(at)

    def _can_say_who_draws(self) -> bool:
        """In a group chat it says so itself; by the plain rules everybody draws."""
        front = self._pages.front
        if front is None or front.board.is_plain:
            return False
        rooms = {room.address for room in self._services.people.rooms}
        return front.board.place not in rooms and front.board.permissions.may_finish

    def _popover_gone(self) -> None:
        self.popover = None

    def _picked(self, action: str, address: str) -> None:
        if action == "contact":
            self.invite(address)
        elif action == "watcher":
            self.invite(address, may_draw=False)
        elif action == "room":
            self.share_in_room(address)
        elif action == "account":
            self.edit_account()
        elif action == "take-back":
            for one in self._services.boards.invitations:
                if not one.incoming and one.address == address:
                    self._services.boards.take_back(one.id)
                    return

    def _room(self, address: str) -> Room | None:
        return next((one for one in self._services.people.rooms if one.address == address), None)
