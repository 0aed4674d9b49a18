"""Whether to trust a server whose certificate this computer does not trust; the default is no."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QPlainTextEdit, QWidget

from whiteboard.im.account import Certificate, Problem, ProblemKind
from whiteboard.ui import words
from whiteboard.ui.dialogs.sheet import Sheet
from whiteboard.ui.widgets import Button, Kind, Label


def grouped_fingerprint(sha256: str) -> str:
    """The whole fingerprint in two lines, to compare by eye."""
    pairs = sha256.split(":")
    half = (len(pairs) + 1) // 2
    return ":".join(pairs[:half]) + "\n" + ":".join(pairs[half:])


class CertificateQuestion(Sheet):
    """Is this really DOMAIN?

    Signals:
        trusted: (for good?) the person trusts the certificate.
    """

    trusted = Signal(bool)

    def __init__(self, problem: Problem, parent: QWidget | None = None) -> None:
        certificate = problem.certificate
        changed = problem.kind is ProblemKind.CERTIFICATE_CHANGED
        domain = certificate.domain if certificate is not None else problem.subject
        title = words.certificate_changed(domain) if changed else words.certificate_question(domain)
        super().__init__(title, parent, width=560, icon_name="certificate", tint="warn")
        if not changed:
            self.add_text(words.certificate_text())
        self._details = QPlainTextEdit(self)
        self._details.setReadOnly(True)
        self._details.setAccessibleName(words.tr("Certificate"))
        self._details.hide()
        self.refuse = self.cancel_button(words.tr("Do not connect"))
        self.refuse.kind = Kind.PRIMARY
        self.once = Button(words.tr("Trust once"), parent=self)
        self.always = Button(words.tr("Trust always"), parent=self)
        show = Button(words.tr("Show certificate"), Kind.QUIET, self)
        if certificate is not None:
            self._describe(certificate)
        self.body.addWidget(self._details)
        if changed:
            self.once.hide()
            self.always.hide()
        show.setVisible(certificate is not None)
        show.clicked.connect(self._show_details)
        self.once.clicked.connect(lambda: self._trust(always=False))
        self.always.clicked.connect(lambda: self._trust(always=True))
        self.add_buttons(self.refuse, self.once, self.always, leading=show)
        self.refuse.setFocus()

    def _describe(self, certificate: Certificate) -> None:
        issuer = (
            words.tr("issued by itself")
            if certificate.issuer == certificate.subject
            else words.tr("issued by {who}").replace("{who}", words.name(certificate.issuer))
        )
        until = words.tr("Valid until {date}").replace("{date}", certificate.valid_until)
        self.body.addSpacing(4)
        for line in (
            "SHA-256\n" + grouped_fingerprint(certificate.sha256),
            f"{until} · {issuer}",
        ):
            self.body.addWidget(Label(line, self, px=12, selectable=True))
        self._details.setPlainText(
            f"{certificate.subject}\n{certificate.issuer}\n{certificate.pem}"
        )

    def _show_details(self) -> None:
        self._details.show()
        self.once.show()
        self.always.show()
        self.adjustSize()

    def _trust(self, *, always: bool) -> None:
        self.trusted.emit(always)
        self.accept()
