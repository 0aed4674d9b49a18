"""The account: address and password; server, port and kind of encryption only under Advanced."""

from __future__ import annotations

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QRadioButton, QVBoxLayout, QWidget

from whiteboard.im.account import (
    AccountSettings,
    AccountState,
    ConnectionState,
    Problem,
    ProblemKind,
    TlsMode,
)
from whiteboard.im.service import PeopleService
from whiteboard.ui import words
from whiteboard.ui.dialogs.sheet import Sheet
from whiteboard.ui.widgets import Button, Kind, Label

_ADDRESS_PROBLEMS = {
    ProblemKind.BAD_ADDRESS,
    ProblemKind.NO_SUCH_SERVER,
    ProblemKind.UNREACHABLE,
    ProblemKind.ADDRESS_TAKEN,
    ProblemKind.REGISTRATION_REFUSED,
    ProblemKind.NO_ENCRYPTION,
}
_CERTIFICATE = {ProblemKind.CERTIFICATE, ProblemKind.CERTIFICATE_CHANGED}


class AccountForm(Sheet):
    """Signs in, or creates the account first; stays until that worked.

    Signals:
        certificate_asked: the server's certificate has to be judged.
    """

    certificate_asked = Signal(object)

    def __init__(
        self, people: PeopleService, parent: QWidget | None = None, *, name: str = ""
    ) -> None:
        super().__init__(words.tr("Use your XMPP address"), parent)
        self._people = people
        self._name = name
        self._creating = False
        self._submitted = False
        self._before: AccountState | None = None
        self.intro = self.add_text(
            words.tr("Draw with the people you already know, on any server.")
        )
        self.address = self.add_field(words.tr("Address"), hint="ana@example.org")
        self.address_problem = self.add_problem()
        self.password = self.add_field(words.tr("Password"), secret=True)
        self.password_problem = self.add_problem()
        self.advanced = Button(words.tr("Advanced"), Kind.QUIET, self, compact=True)
        self.advanced.setCheckable(True)
        fold = QHBoxLayout()
        fold.setContentsMargins(-8, 0, 0, 0)
        fold.addWidget(self.advanced)
        fold.addStretch(1)
        self.body.addLayout(fold)
        self._add_advanced()
        self.connect_button = Button(words.tr("Connect"), Kind.PRIMARY, self)
        self.create_button = Button(words.tr("Create an account…"), Kind.QUIET, self)
        self.add_buttons(self.connect_button, self.cancel_button(), leading=self.create_button)
        self.advanced.toggled.connect(self._fold)
        self.create_button.clicked.connect(self._toggle_creating)
        self.connect_button.clicked.connect(self._submit)
        self._unsubscribe = people.changed.subscribe(lambda _none: self._follow())
        self.finished.connect(lambda _result: self._unsubscribe())
        account = people.account
        if account is not None:
            self.address.setText(account.address)
            self.password.setFocus()
            if account.problem is not None and account.problem.kind not in _CERTIFICATE:
                self._show_problem(account.problem)
        else:
            self.address.setFocus()

    def _add_advanced(self) -> None:
        self._more = QWidget(self)
        column = QVBoxLayout(self._more)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        whole = self.body
        self.body = column
        self.server = self.add_field(words.tr("Server"), hint=words.tr("Found by the address"))
        self.port = self.add_field(words.tr("Port"), hint=words.tr("Found by the address"))
        self.port_problem = self.add_problem()
        self.body = whole
        column.addWidget(Label(words.tr("Encryption"), self, px=12, weight=600))
        self.starttls = QRadioButton("STARTTLS", self)
        self.direct = QRadioButton(words.tr("Direct TLS"), self)
        self.starttls.setChecked(True)
        group = QButtonGroup(self)
        row = QHBoxLayout()
        row.setSpacing(16)
        for choice in (self.starttls, self.direct):
            group.addButton(choice)
            row.addWidget(choice)
        row.addStretch(1)
        column.addLayout(row)
        self._more.hide()
        self.body.addWidget(self._more)

    def _fold(self, opened: bool) -> None:
        self._more.setVisible(opened)
        # The layout has to know the new height before the window can take it.
        QTimer.singleShot(0, self, self.adjustSize)

    def _toggle_creating(self) -> None:
        self._creating = not self._creating
        self.create_button.setText(
            words.tr("Use an account I have") if self._creating else words.tr("Create an account…")
        )
        self.create_button.updateGeometry()
        self.title.setText(
            words.tr("Create an account") if self._creating else words.tr("Use your XMPP address")
        )
        self.intro.setText(
            words.tr("Choose an address on a server that lets people create accounts.")
            if self._creating
            else words.tr("Draw with the people you already know, on any server.")
        )
        self.connect_button.setText(
            words.tr("Create and connect") if self._creating else words.tr("Connect")
        )
        self.connect_button.updateGeometry()
        self._clear()

    def _clear(self) -> None:
        for problem in (self.address_problem, self.password_problem, self.port_problem):
            problem.say("")

    def _submit(self) -> None:
        self._clear()
        address = self.address.text().strip()
        local, _, domain = address.partition("@")
        if not local or not domain or " " in address:
            what = Problem(ProblemKind.BAD_ADDRESS, address or words.tr("This"))
            self.address_problem.say(words.problem(what), self.address)
            return
        if not self.password.text():
            self.password_problem.say(words.tr("Type your password."), self.password)
            return
        port_text = self.port.text().strip()
        if port_text and not (port_text.isdecimal() and 0 < int(port_text) < 65536):
            self.port_problem.say(words.tr("A port is a number from 1 to 65535."), self.port)
            return
        settings = AccountSettings(
            address=address,
            password=self.password.text(),
            name=self._name,
            host=self.server.text().strip() or None,
            port=int(port_text) if port_text else None,
            tls=TlsMode.DIRECT if self.direct.isChecked() else TlsMode.STARTTLS,
        )
        self._submitted = True
        self._before = self._people.account
        self._busy(True)
        if self._creating:
            self._people.register(settings)
        else:
            self._people.sign_in(settings)
        self._follow()

    def _busy(self, busy: bool) -> None:
        self.connect_button.setEnabled(not busy)
        normal = words.tr("Create and connect") if self._creating else words.tr("Connect")
        self.connect_button.setText(words.connecting() if busy else normal)
        self.connect_button.updateGeometry()
        for field in (self.address, self.password, self.server, self.port):
            field.setEnabled(not busy)

    def _follow(self) -> None:
        account = self._people.account
        if not self._submitted or account is None or account is self._before:
            return  # what an earlier try came to
        self._before = None
        if account.connection is ConnectionState.ONLINE:
            self._submitted = False
            self.accept()
        elif account.connection in {ConnectionState.FAILED, ConnectionState.WAITING}:
            if account.problem is None:
                return
            self._busy(False)
            if account.problem.kind in _CERTIFICATE:
                self._busy(True)
                self.certificate_asked.emit(account.problem)
            else:
                self._submitted = account.connection is ConnectionState.WAITING
                self._show_problem(account.problem)

    def _show_problem(self, problem: Problem) -> None:
        sentence = words.problem(problem)
        if problem.kind in _ADDRESS_PROBLEMS:
            self.address_problem.say(sentence, self.address)
            if problem.kind in {ProblemKind.NO_SUCH_SERVER, ProblemKind.UNREACHABLE}:
                self.advanced.setChecked(True)
        else:
            self.password_problem.say(sentence, self.password)
        QTimer.singleShot(0, self, self.adjustSize)

    def certificate_refused(self) -> None:
        """The person did not trust the server: nothing is connected, the form can be changed."""
        self._submitted = False
        self._busy(False)
        self.address_problem.say(words.tr("Not connected."), self.address)
