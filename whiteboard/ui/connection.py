"""Says how the board in front stands with the others: the chip, and the notices of flow F."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QObject, QTimer

from whiteboard.im.account import ConnectionState
from whiteboard.session.boards import ArchivedCopy, Board, BoardState, Odd, Oddity, Participant
from whiteboard.session.echo import not_passed_on
from whiteboard.session.permissions import WHOLE, Why
from whiteboard.ui import words
from whiteboard.ui.notices import Notice, Toast
from whiteboard.ui.ports import Services
from whiteboard.ui.top_bar import Chip

OFFLINE_NOTICE_MS = 10000
CONNECTING_CHIP_MS = 2000
SENDING_CHIP_MS = 1000
JOINS_TOGETHER_MS = 1000


@dataclass(frozen=True, slots=True)
class _ChipState:
    """What the chip says; states with patience (ms) are mentioned only if they last."""

    kind: str = ""
    text: str = ""
    icon: str = ""
    tone: str = "text2"
    patience: int = 0


class ConnectionTeller(QObject):
    """Watches one board at a time; short states are not mentioned, so that nothing flickers."""

    def __init__(
        self,
        services: Services,
        chip: Chip,
        toast: Toast,
        invite_again: Callable[[str], None],
        parent: QObject,
        explain: Callable[[str, str], None],
        invite: Callable[[], None],
    ) -> None:
        super().__init__(parent)
        self._services = services
        self._chip = chip
        self._toast = toast
        self._invite_again = invite_again
        self._explain = explain
        self._invite = invite
        self._board: Board | None = None
        self._told_of_archive: ArchivedCopy | None = None
        self._told_of_rules: Board | None = None
        self._told_of_psi: set[tuple[str | None, str]] = set()
        self._stops: tuple[Callable[[], None], ...] = ()
        self._was_offline = False
        self._offline_count = 0
        self._problem = ""
        self._shown_chip = _ChipState()
        self._here: dict[str, Participant] = {}
        self._joined: list[str] = []
        self.offline_timer = self._timer(OFFLINE_NOTICE_MS, self._say_offline)
        self._chip_timer = self._timer(SENDING_CHIP_MS, self._show_chip_now)
        self.join_timer = self._timer(JOINS_TOGETHER_MS, self._say_joined)

    def _timer(self, milliseconds: int, act: Callable[[], None]) -> QTimer:
        timer = QTimer(self)
        timer.setSingleShot(True)
        timer.setInterval(milliseconds)
        timer.timeout.connect(act)
        return timer

    def watch(self, board: Board | None) -> None:
        """Speak about this board from now on."""
        self._board = board
        for stop in self._stops:
            stop()
        self._stops = ()
        if board is not None:
            stop_odd = board.odd.subscribe(self._say_odd)
            stop_large = board.grown_large.subscribe(self._say_large)
            self._stops = (stop_odd, stop_large)
        self._joined.clear()
        self.join_timer.stop()
        self._here = _present(board.participants) if board is not None else {}
        self._was_offline = False
        self._problem = ""
        self.offline_timer.stop()
        self._toast.take_back("offline")
        self._toast.take_back("problem")
        self.follow()

    def follow(self) -> None:
        """The board or the account changed."""
        self._follow_chip()
        self._follow_connection()
        self._follow_people()
        self._follow_problem()
        self._follow_rules()
        self._follow_psi()
        self._follow_archive()

    # --- chip -----------------------------------------------------------------------------

    def _wanted_chip(self) -> _ChipState:
        board = self._board
        if board is None:
            return _ChipState()
        account = self._services.people.account
        waiting = board.waiting_changes
        if board.state is BoardState.OFFLINE:
            return _ChipState("offline", words.offline_waiting(waiting), "offline", "warn")
        if board.state is BoardState.WAITING:
            return _ChipState("waiting", words.tr("Waiting for an answer"), "waiting", "warn")
        if board.state is BoardState.ENDED:
            return _ChipState("ended", words.tr("Ended"), "info")
        if board.state is BoardState.LIVE and waiting:
            text = words.sending(waiting)
            return _ChipState("sending", text, "send", patience=SENDING_CHIP_MS)
        if account is not None and account.connection is ConnectionState.CONNECTING:
            return _ChipState(
                "connecting", words.connecting(), "waiting", patience=CONNECTING_CHIP_MS
            )
        hindrance = board.permissions.hindrance()
        if hindrance is not None and hindrance.why is Why.WATCHING:
            return _ChipState("watching", words.tr("Watching"), "eye")
        if any(one.rid == WHOLE for one in board.permissions.finished):
            return _ChipState("finished", words.finished(), "finished", "good")
        if board.state is BoardState.ALONE:
            return _ChipState("alone", words.only_here())
        return _ChipState()

    def _follow_chip(self) -> None:
        wanted = self._wanted_chip()
        if wanted.patience and wanted.kind != self._shown_chip.kind:
            if not self._chip_timer.isActive():
                self._chip_timer.start(wanted.patience)
            return
        self._chip_timer.stop()
        self._show_chip(wanted)

    def _show_chip(self, wanted: _ChipState) -> None:
        if wanted != self._shown_chip:
            self._shown_chip = wanted
            self._chip.say(wanted.text, wanted.icon, wanted.tone)

    def _show_chip_now(self) -> None:
        self._show_chip(self._wanted_chip())

    # --- connection -----------------------------------------------------------------------

    def _follow_connection(self) -> None:
        board = self._board
        if board is None:
            return
        if board.state is BoardState.OFFLINE:
            self._offline_count = board.waiting_changes
            if not self._was_offline:
                self._was_offline = True
                self.offline_timer.start()
            elif self._toast.notice is not None and self._toast.notice.kind == "offline":
                self._say_offline()
        elif self._was_offline and board.state is BoardState.LIVE and not board.waiting_changes:
            self._was_offline = False
            self.offline_timer.stop()
            self._toast.take_back("offline")
            text = words.connected_again(self._offline_count)
            self._toast.say(Notice("back", text, "check", "good"))

    def _say_offline(self) -> None:
        if self._board is None or self._board.state is not BoardState.OFFLINE:
            return
        self._toast.say(
            Notice(
                "offline",
                words.disconnected(self._board.waiting_changes),
                "offline",
                "warn",
                words.tr("Try again now"),
                self._services.people.retry_now,
                lasting=True,
            )
        )

    def _follow_problem(self) -> None:
        """Say what is wrong with the board once; its row in Sessions goes on saying it."""
        problem = self._board.problem if self._board is not None else ""
        if self._board is not None and self._board.remover is not None:
            problem = ""  # said with the name of who did it
        if problem == self._problem:
            return
        self._problem = problem
        if problem and self._board is not None and problem == not_passed_on(self._board.place):
            invite = words.tr("Invite…")
            self._toast.say(Notice("problem", problem, "warning", "danger", invite, self._invite))
        elif problem:
            self._toast.say(Notice("problem", problem, "warning", "danger"))
        else:
            self._toast.take_back("problem")

    def _follow_rules(self) -> None:
        """Say once, quietly, that a board runs by simpler rules."""
        board = self._board
        is_plain = board is not None and board.is_plain and board.state is BoardState.LIVE
        if board is not None and any(one.uses_psi for one in board.participants):
            return  # which is said in other words
        if is_plain and board is not self._told_of_rules:
            self._told_of_rules = board
            self._toast.say(Notice("rules", words.simpler_program()))

    def _follow_psi(self) -> None:
        """Say once of whoever draws with Psi what that means."""
        board = self._board
        if board is None or board.state is not BoardState.LIVE:
            return
        for one in board.participants:
            told = (board.session, one.id)
            if one.uses_psi and not one.away and told not in self._told_of_psi:
                self._told_of_psi.add(told)
                text = words.uses_psi(one.name)
                explain = functools.partial(self._explain, text, words.limits_of_psi())
                self._toast.say(Notice("psi", text, "info", "warn", words.tr("Details"), explain))

    def _follow_archive(self) -> None:
        """Say once that nobody is here and where the board came from."""
        board = self._board
        copy = board.archived if board is not None and board.state is BoardState.LIVE else None
        if copy is None or copy is self._told_of_archive:
            return
        self._told_of_archive = copy
        text = words.part_of_archive()
        if not copy.is_part:
            text = words.from_archive(copy.newest)
        self._toast.say(Notice("archive", text, "info"))

    def _say_odd(self, odd: Odd) -> None:
        """Quietly, and without a warning's colour: there is nothing for the person to do."""
        say = words.sends_too_much if odd.what is Oddity.FLOOD else words.has_another_board
        self._toast.say(Notice("odd", say(odd.sender.name), "info"))

    def _say_large(self, _none: None) -> None:
        self._toast.say(Notice("large", words.grown_large(), "info"))

    # --- people ---------------------------------------------------------------------------

    def _follow_people(self) -> None:
        board = self._board
        if board is None:
            return
        if board.state is BoardState.OFFLINE:
            # It is I who am away: nobody left, and who is still there later has not joined.
            self._joined.clear()
            return
        now = _present(board.participants)
        before, self._here = self._here, now
        if board.state is not BoardState.LIVE:
            return
        for id_, one in now.items():
            if id_ not in before and not one.me:
                self._joined.append(one.name)
        if self._joined and not self.join_timer.isActive():
            self.join_timer.start()
        gone = [one for id_, one in before.items() if id_ not in now and not one.me]
        alone = not [one for one in now.values() if not one.me]
        if gone and alone:
            last = gone[-1]
            address = last.address
            self._toast.say(
                Notice(
                    "left",
                    words.has_left(last.name),
                    "people",
                    action=words.tr("Invite again"),
                    act=lambda: self._invite_again(address),
                )
            )

    def _say_joined(self) -> None:
        if self._joined:
            first, *others = self._joined
            self._joined.clear()
            self._toast.say(Notice("joined", words.joined(first, len(others)), "people"))


def _present(participants: Sequence[Participant]) -> dict[str, Participant]:
    return {one.id: one for one in participants if not one.away}
