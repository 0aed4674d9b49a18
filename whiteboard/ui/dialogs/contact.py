"""Adding, renaming and removing a contact."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QWidget

from whiteboard.im.account import Problem, ProblemKind
from whiteboard.im.service import PeopleService
from whiteboard.ui import words
from whiteboard.ui.dialogs.sheet import Sheet
from whiteboard.ui.widgets import Button, Kind


class AddContact(Sheet):
    """Asks for an address and, if wanted, a name."""

    def __init__(
        self, people: PeopleService, parent: QWidget | None = None, *, address: str = ""
    ) -> None:
        super().__init__(words.tr("Add a contact"), parent)
        self._people = people
        self.add_text(words.tr("They are asked whether you may see when they are online."))
        self.address = self.add_field(words.tr("Address"), hint="mira@example.org")
        self.problem = self.add_problem()
        self.name = self.add_field(words.tr("Name on your list"))
        self.address.setText(address)
        self.add = Button(words.tr("Add"), Kind.PRIMARY, self)
        self.add.clicked.connect(self._submit)
        self.add_buttons(self.add, self.cancel_button())
        self.address.setFocus()

    def _submit(self) -> None:
        address = self.address.text().strip()
        local, _, domain = address.partition("@")
        if not local or not domain or " " in address:
            what = Problem(ProblemKind.BAD_ADDRESS, address or words.tr("This"))
            self.problem.say(words.problem(what), self.address)
            return
        self._people.add_contact(address, self.name.text().strip())
        self.accept()


class AskName(Sheet):
    """Asks for one name: of a contact or a board."""

    def __init__(
        self, title: str, name: str, then: Callable[[str], None], parent: QWidget | None = None
    ) -> None:
        super().__init__(title, parent, width=360)
        self._then = then
        self.name = self.add_field(words.tr("Name"))
        self.name.setText(name)
        self.name.selectAll()
        self.rename = Button(words.tr("Rename"), Kind.PRIMARY, self)
        self.rename.clicked.connect(self._submit)
        self.add_buttons(self.rename, self.cancel_button())
        self.name.setFocus()

    def _submit(self) -> None:
        name = self.name.text().strip()
        if name:
            self._then(name)
        self.accept()


class Confirm(Sheet):
    """Asks before something that cannot be undone; the safe answer is the default."""

    def __init__(
        self,
        title: str,
        text: str,
        action: str,
        then: Callable[[], None],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(title, parent)
        self.add_text(text)
        cancel = self.cancel_button()
        cancel.kind = Kind.PRIMARY
        self.act = Button(action, Kind.DANGER, self)
        self.act.clicked.connect(then)
        self.act.clicked.connect(self.accept)
        self.add_buttons(cancel, self.act)
        cancel.setFocus()
