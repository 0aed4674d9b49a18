"""One account's connection: made, kept, made again; what is wrong said in words the windows know.

Every attempt is one connection of `Stream`; between attempts waits a back-off with jitter. Problems
that only the person can mend (password, certificate, address) end the attempts. Stream management
resumes a session where the server can; `outbox` keeps the order and what was not taken.
"""

from __future__ import annotations

import asyncio
import random
import secrets
import socket
import ssl
import xml.etree.ElementTree as ET
from collections.abc import Callable
from dataclasses import replace

from slixmpp import JID, InvalidJID, Iq
from slixmpp.exceptions import IqError, IqTimeout, XMPPError
from slixmpp.xmlstream import StanzaBase

from whiteboard.im.account import (
    AccountSettings,
    AccountState,
    ConnectionState,
    Problem,
    ProblemKind,
    TlsMode,
)
from whiteboard.transport import certificates
from whiteboard.transport.outbox import Outbox
from whiteboard.transport.stream import Stream
from whiteboard.util.clock import MonotonicClock
from whiteboard.util.event import Event
from whiteboard.util.log import XMPP

_ATTEMPT_SECONDS = 30.0
_REQUEST_SECONDS = 20.0
_PING_EVERY = 30.0
_PING_SECONDS = 30.0

_FINAL = frozenset(
    {
        ProblemKind.WRONG_PASSWORD,
        ProblemKind.BAD_ADDRESS,
        ProblemKind.CERTIFICATE,
        ProblemKind.CERTIFICATE_CHANGED,
        ProblemKind.NO_ENCRYPTION,
        ProblemKind.ADDRESS_TAKEN,
        ProblemKind.REGISTRATION_REFUSED,
        ProblemKind.REPLACED,
    }
)
"""Trying again by itself would not help."""

_STREAM_ERRORS = {
    "conflict": ProblemKind.REPLACED,
    "host-unknown": ProblemKind.NO_SUCH_SERVER,
}


def new_resource() -> str:
    """A resource that no other device of the account has."""
    return f"whiteboard-{secrets.token_hex(4)}"


class BackOff:
    """Seconds to wait before the next attempt: doubling, with jitter against clients in step."""

    def __init__(self, first: float = 0.5, most: float = 60.0) -> None:
        self._first = first
        self._most = most
        self._next = first

    def reset(self) -> None:
        """A connection stood."""
        self._next = self._first

    def next(self) -> float:
        """How long to wait now."""
        wait = self._next * random.uniform(0.7, 1.3)
        self._next = min(self._most, self._next * 2)
        return wait


class Account:
    """A signed-in account. Make it inside a running event loop.

    Args:
        settings: how to sign in.
        register: create the account on its server first (XEP-0077).
        back_off: for tests, which do not wait.
        resource: of the full address; kept, others know the same device after signing in again.
    """

    def __init__(
        self,
        settings: AccountSettings,
        *,
        register: bool = False,
        back_off: BackOff | None = None,
        resource: str = "",
    ) -> None:
        self.settings = settings
        self.changed: Event[None] = Event()
        """`state` differs now."""
        self.online: Event[bool] = Event()
        """The session is up; the value is True if it is the old one, resumed."""
        self.offline: Event[None] = Event()
        """The session is down, for now or for good."""
        self.state = AccountState(settings.address, settings.name, ConnectionState.OFFLINE)
        self._registering = register
        self._back_off = back_off or BackOff()
        self._loop = asyncio.get_running_loop()
        self._clock = MonotonicClock()
        self._resource = resource or new_resource()
        self.stream: Stream | None = None
        self._configure: list[Callable[[Stream], object]] = []
        self.outbox = Outbox(self._send, self._request_ack, self._clock, self._loop.call_later)
        self._tasks: set[asyncio.Task[None]] = set()
        self._retry: asyncio.TimerHandle | None = None
        self._watchdog: asyncio.TimerHandle | None = None
        self._keepalive: asyncio.TimerHandle | None = None
        self._stopped = False
        self._up = False
        self._problem: Problem | None = None
        self._inspecting = False
        """The running attempt only looks at the certificate."""
        self._pin_failed = False
        """The trusted certificate is no longer shown: the next attempt verifies as usual."""
        self._certificate_error: Exception | None = None
        self._details = ""

    # --- for the layers above ---

    @property
    def is_online(self) -> bool:
        """The session is up."""
        return self._up

    @property
    def jid(self) -> str:
        """Own full address once signed in."""
        return str(self.stream.boundjid.full) if self.stream is not None else self.settings.address

    @property
    def address(self) -> str:
        """Own bare address."""
        return str(JID(self.settings.address).bare)

    def configure(self, hook: Callable[[Stream], object]) -> None:
        """Call `hook` with the stream as soon as there is one: to add handlers."""
        self._configure.append(hook)
        if self.stream is not None:
            hook(self.stream)

    def start(self) -> None:
        """Connect, and stay connected until `stop`."""
        self._stopped = False
        try:
            detail = "" if JID(self.settings.address).local else "no name before the @"
        except InvalidJID as error:
            detail = str(error)
        if detail:
            self._fail(Problem(ProblemKind.BAD_ADDRESS, self.settings.address, detail))
            return
        if self.stream is None:
            self.stream = Stream(self.settings, self._resource, registering=self._registering)
            self._listen(self.stream)
            for hook in self._configure:
                hook(self.stream)
        self._attempt()

    async def stop(self) -> None:
        """Sign out; nothing is tried any more."""
        self._stopped = True
        self._cancel_timers()
        self.outbox.close()
        stream, self.stream = self.stream, None
        if stream is not None:
            if self._up:
                presence = stream.make_presence(ptype="unavailable")
                presence.send()
            await stream.close()
        self._went_down()
        for task in tuple(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._show(ConnectionState.OFFLINE)

    def retry_now(self) -> None:
        """Do not wait for the next automatic try."""
        if self.state.connection in {ConnectionState.WAITING, ConnectionState.FAILED}:
            self._back_off.reset()
            self._cancel_retry()
            self.start()

    def trust(self, sha256: str) -> None:
        """Go on with the certificate of this fingerprint."""
        self.settings = replace(self.settings, trusted_sha256=sha256)
        self._pin_failed = False
        self.retry_now()

    def spawn(self, work: asyncio.Task[None]) -> None:
        """Keep a task of this account: cancelled by `stop`."""
        self._tasks.add(work)
        work.add_done_callback(self._tasks.discard)

    async def request(self, iq: Iq) -> Iq:
        """Send an iq and wait for its answer, at most 20 s.

        Raises:
            IqError: it was refused.
            IqTimeout: nothing came, or the connection is down.
        """
        if not self._up:
            raise IqTimeout(iq)
        answer: Iq = await iq.send(timeout=_REQUEST_SECONDS)
        return answer

    # --- attempts ---

    def _attempt(self) -> None:
        stream = self.stream
        assert stream is not None
        self._cancel_retry()
        self._problem = None
        self._certificate_error = None
        stream.last_error = None
        pinned = self.settings.trusted_sha256 is not None and not self._pin_failed
        stream.use_context(pinning=pinned or self._inspecting)
        if not self._inspecting:
            self._show(ConnectionState.CONNECTING)
        self._watchdog = self._loop.call_later(_ATTEMPT_SECONDS, self._give_up_attempt)
        host, port = self.settings.host, self.settings.port
        if host is None and port is not None:
            host = str(JID(self.settings.address).domain)
        if host is not None and port is None:
            port = 5223 if self.settings.tls is TlsMode.DIRECT else 5222
        stream.connect(host, port)

    def _give_up_attempt(self) -> None:
        stream = self.stream
        if stream is None:
            return
        self._note(Problem(ProblemKind.UNREACHABLE, self._domain, "no answer in time"))
        if stream.transport is not None:
            stream.abort()
        else:
            stream.cancel_connection_attempt()
            self._over(None)

    def _over(self, reason: object) -> None:
        """An attempt, or a session, ended."""
        if self._watchdog is not None:
            self._watchdog.cancel()
            self._watchdog = None
        if self._stopped or self.stream is None:
            return
        error = self._certificate_error
        if error is not None and not self._inspecting:
            # The library does not say which certificate it was: look at it in a connection that
            # ends before anything is said.
            self._inspecting = True
            self._details = str(error)
            self._attempt()
            return
        if self._inspecting:
            self._inspecting = False
            self._note(self._problem or Problem(ProblemKind.UNREACHABLE, self._domain))
        problem = self._problem
        if problem is not None and problem.kind in _FINAL:
            self._fail(problem)
            return
        wait = self._back_off.next()
        self._retry = self._loop.call_later(wait, self._attempt)
        self._show(ConnectionState.WAITING, problem or self._explain(reason), retry_in=wait)

    def _explain(self, reason: object) -> Problem | None:
        if reason is None:
            return None
        kind = ProblemKind.UNREACHABLE
        if isinstance(reason, socket.gaierror) or "DNS" in str(reason):
            kind = ProblemKind.NO_SUCH_SERVER
        return Problem(kind, self._domain, str(reason))

    @property
    def _domain(self) -> str:
        return str(JID(self.settings.address).domain)

    def _note(self, problem: Problem) -> None:
        """Remember the first problem of an attempt: later ones follow from it."""
        if self._problem is None:
            self._problem = problem

    def _fail(self, problem: Problem) -> None:
        self._cancel_timers()
        self._show(ConnectionState.FAILED, problem)

    def _show(
        self,
        connection: ConnectionState,
        problem: Problem | None = None,
        retry_in: float | None = None,
    ) -> None:
        state = AccountState(
            self.settings.address, self.settings.name, connection, problem, retry_in
        )
        if state != self.state:
            self.state = state
            self.changed.emit(None)

    def _cancel_retry(self) -> None:
        if self._retry is not None:
            self._retry.cancel()
            self._retry = None

    def _cancel_timers(self) -> None:
        self._cancel_retry()
        for timer in (self._watchdog, self._keepalive):
            if timer is not None:
                timer.cancel()
        self._watchdog = self._keepalive = None

    # --- events of the stream ---

    def _listen(self, stream: Stream) -> None:
        for name, handler in (
            ("session_start", self._on_session_start),
            ("session_resumed", self._on_session_resumed),
            ("disconnected", self._on_disconnected),
            ("attempt_failed", self._on_attempt_failed),
            ("ssl_invalid_chain", self._on_invalid_chain),
            ("ssl_cert", self._on_certificate),
            ("failed_auth", self._on_failed_auth),
            ("no_auth", self._on_no_auth),
            ("stream_error", self._on_stream_error),
            ("stanza_acked", self._on_acknowledged),
        ):
            stream.add_event_handler(name, handler)
        if self._registering:
            stream.add_event_handler("register", self._on_register)

    def _on_session_start(self, _: object) -> None:
        self._came_up(resumed=False)

    def _on_session_resumed(self, _: object) -> None:
        self._came_up(resumed=True)

    def _came_up(self, *, resumed: bool) -> None:
        stream = self.stream
        if stream is None:
            return
        if self._watchdog is not None:
            self._watchdog.cancel()
            self._watchdog = None
        self._registering = False
        self._back_off.reset()
        self._up = True
        self._schedule_ping()
        XMPP.info("%s", "session resumed" if resumed else "session started")
        self._show(ConnectionState.ONLINE)
        tracked = frozenset(stream.tracked_ids()) if resumed else None
        self.outbox.connected(still_tracked=tracked)
        self.online.emit(resumed)

    def _went_down(self) -> None:
        if self._keepalive is not None:
            self._keepalive.cancel()
            self._keepalive = None
        if self._up:
            self._up = False
            self.outbox.disconnected()
            self.offline.emit(None)

    def _on_disconnected(self, reason: object) -> None:
        self._went_down()
        if isinstance(reason, ssl.SSLCertVerificationError):
            self._certificate_error = reason
        self._over(reason or "connection lost")

    def _on_attempt_failed(self, error: object) -> None:
        if isinstance(error, ssl.SSLCertVerificationError):
            self._certificate_error = error
        self._over(error or "no connection")

    def _on_invalid_chain(self, _: Exception) -> None:
        # Being handled keeps the library from ending a connection that may be the next one: the
        # loss of this one, which names the certificate's fault, was told before.
        pass

    def _on_certificate(self, pem: str) -> None:
        """TLS stands, nothing was said yet."""
        stream = self.stream
        trusted = self.settings.trusted_sha256
        assert stream is not None
        if self._inspecting:
            changed = trusted is not None
            kind = ProblemKind.CERTIFICATE_CHANGED if changed else ProblemKind.CERTIFICATE
            certificate = certificates.describe(self._domain, pem)
            self._note(Problem(kind, self._domain, self._details, certificate))
            stream.abort()
        elif (
            trusted is not None
            and not self._pin_failed
            and certificates.fingerprint(pem) != trusted
        ):
            self._pin_failed = True
            stream.abort()

    def _on_failed_auth(self, failure: StanzaBase) -> None:
        condition = str(failure["condition"])
        kind = {
            "temporary-auth-failure": ProblemKind.UNREACHABLE,
            "encryption-required": ProblemKind.NO_ENCRYPTION,
        }.get(condition, ProblemKind.WRONG_PASSWORD)
        if self._registering:
            # The server never offered to make the account, so there is none to sign in to.
            kind = ProblemKind.REGISTRATION_REFUSED
        self._note(Problem(kind, self.settings.address, condition))

    def _on_no_auth(self, _: object) -> None:
        self._note(Problem(ProblemKind.NO_ENCRYPTION, self._domain, "no acceptable way to sign in"))

    def _on_stream_error(self, error: StanzaBase) -> None:
        condition = str(error["condition"])
        kind = _STREAM_ERRORS.get(condition, ProblemKind.OTHER)
        self._note(Problem(kind, self._domain, f"{condition} {error['text']}".strip()))

    def _on_acknowledged(self, stanza: StanzaBase) -> None:
        self.outbox.acknowledge(stanza.xml.get("id", ""))

    # --- registration ---

    async def _on_register(self, offered: Iq) -> None:
        stream = self.stream
        assert stream is not None
        iq = stream.make_iq_set()
        register = iq["register"]
        jid = JID(self.settings.address)
        fields = {"username": str(jid.local), "password": self.settings.password}
        if offered.xml.find("{jabber:iq:register}query/{jabber:x:data}x") is not None:
            form = stream.plugin["xep_0004"].make_form(ftype="submit")
            form.add_field(var="FORM_TYPE", ftype="hidden", value="jabber:iq:register")
            for name, value in fields.items():
                form.add_field(var=name, value=value)
            register.append(form)
        else:
            for name, value in fields.items():
                register[name] = value
        try:
            await iq.send(timeout=_ATTEMPT_SECONDS / 2)
            self._registering = False
        except IqError as error:
            taken = error.condition == "conflict"
            kind = ProblemKind.ADDRESS_TAKEN if taken else ProblemKind.REGISTRATION_REFUSED
            self._note(Problem(kind, self.settings.address, f"{error.condition} {error.text}"))
            stream.abort()
        except IqTimeout:
            self._note(Problem(ProblemKind.UNREACHABLE, self._domain, "registration: no answer"))
            stream.abort()

    # --- the outbox's two doors, and keeping alive ---

    def _send(self, message: ET.Element) -> None:
        assert self.stream is not None
        self.stream.send_message_xml(message)

    def _request_ack(self) -> None:
        stream = self.stream
        if stream is None or stream.request_server_ack():
            return
        # Servers work stanzas off in order: an answered ping acknowledges what went before it.
        ids = self.outbox.in_flight_ids()
        self.spawn(asyncio.ensure_future(self._acknowledge_by_ping(ids)))

    async def _acknowledge_by_ping(self, ids: tuple[str, ...]) -> None:
        if await self._ping():
            for message_id in ids:
                self.outbox.acknowledge(message_id)

    def _schedule_ping(self) -> None:
        if self._keepalive is not None:
            self._keepalive.cancel()
        self._keepalive = self._loop.call_later(_PING_EVERY, self._keep_alive)

    def _keep_alive(self) -> None:
        self._schedule_ping()
        self.spawn(asyncio.ensure_future(self._check_alive()))

    async def _check_alive(self) -> None:
        stream = self.stream
        if stream is not None and not await self._ping() and stream is self.stream and self._up:
            self._note(Problem(ProblemKind.UNREACHABLE, self._domain, "no answer to a ping"))
            stream.abort()

    async def _ping(self) -> bool:
        """Whether the server answers anything at all."""
        stream = self.stream
        if stream is None or not self._up:
            return False
        iq = stream.make_iq_get(ito=self._domain)
        iq.append(ET.Element("{urn:xmpp:ping}ping"))
        try:
            await iq.send(timeout=_PING_SECONDS)
        except IqTimeout:
            return False
        except XMPPError:
            return True
        return True
