"""What a session is (`<description/>`), and invitations to it (`<jingle/>`: XEP-0166, XEP-0284).

A session has one content; ours has a fixed name. The sid is the session's id.
"""

from __future__ import annotations

from urllib.parse import quote, unquote
from xml.etree.ElementTree import Element, SubElement

from whiteboard.model.ids import Party, SessionId
from whiteboard.model.rights import EVERYBODY, Ground, Role
from whiteboard.wire import ns
from whiteboard.wire.errors import Fault, RemoteProtocolError
from whiteboard.wire.messages import (
    CONTENT_NAME,
    Accept,
    Description,
    Dialect,
    Identity,
    Initiate,
    Mode,
    Reason,
    Terminate,
)
from whiteboard.wire.xml import is_element, representable, split_tag

MAX_PROLOG = 8192
MAX_NAME = 256
MAX_SESSION = 1024

_JINGLE = f"{{{ns.JINGLE}}}jingle"
_SESSION = f"{{{ns.SYNC}}}session"
_PROLOG = f"{{{ns.SYNC}}}prolog"
_TRANSPORT = f"{{{ns.SXE_TRANSPORT}}}transport"


def write_description(description: Description) -> Element:
    """`<description/>` of the application's namespace with our `<session/>` and the prolog."""
    element = Element(f"{{{description.application}}}description")
    session = SubElement(
        element,
        _SESSION,
        {
            "mode": description.mode.value,
            "creator": description.creator,
            "identity": description.identity.value,
            "default": description.default,
        },
    )
    if description.name:
        session.set("name", representable(description.name))
    if description.continues:
        session.set("continues", description.continues)
    if description.dialect is not Dialect.XEP:
        session.set("dialect", description.dialect.value)
    if description.prolog:
        SubElement(element, _PROLOG).text = write_prolog(description.prolog)
    return element


def read_description(element: Element) -> Description:
    """The reverse of `write_description`.

    Raises:
        RemoteProtocolError: an application, mode or identity unknown here; too long. A description
            without our `<session/>` is a plain XEP-0284 one: a strict session.
    """
    if not is_element(element):
        raise RemoteProtocolError(Fault.MALFORMED, "a comment in place of a description")
    application = split_tag(element.tag)[0]
    session = element.find(_SESSION)
    if application not in ns.APPLICATIONS:
        raise RemoteProtocolError(Fault.UNSUPPORTED, "an application that is not spoken here")
    if session is None:
        return Description(mode=Mode.STRICT, application=application)
    try:
        mode = Mode(session.get("mode"))
        identity = Identity(session.get("identity", Identity.JID.value))
    except ValueError as error:
        raise RemoteProtocolError(Fault.UNSUPPORTED, "an unknown mode or identity") from error
    default = session.get("default", "editor")
    return Description(
        mode=mode,
        creator=Party(session.get("creator", "")[:1024]),
        identity=identity,
        default=default if default in {"viewer", "editor"} else "editor",
        name=session.get("name", "")[:MAX_NAME],
        continues=session.get("continues", "")[:1024],
        application=application,
        prolog=read_prolog(element.findtext(_PROLOG, "")),
        dialect=Dialect.PSI if session.get("dialect") == Dialect.PSI.value else Dialect.XEP,
    )


def ground_of(description: Description | None) -> Ground:
    """Where the rights in a session come from; without a description everybody is host."""
    if description is None or not description.creator:
        return EVERYBODY
    return Ground(description.creator, Role(description.default))


def write_prolog(prolog: str) -> str:
    """The prolog as a data: URI (RFC 2397)."""
    return "data:text/xml," + quote(prolog, safe="")


def read_prolog(uri: str) -> str:
    """The prolog that a data: URI holds; '' for all other text.

    Raises:
        RemoteProtocolError: longer than a prolog can honestly be.
    """
    if len(uri) > MAX_PROLOG:
        raise RemoteProtocolError(Fault.TOO_LARGE, "a prolog too long")
    if not uri.startswith("data:text/xml,"):
        return ""
    return representable(unquote(uri.removeprefix("data:text/xml,"), errors="replace"))


def write_jingle(message: Initiate | Accept | Terminate) -> Element:
    """`<jingle/>` with action, initiator and sid, and its content or reason."""
    actions = {
        Initiate: "session-initiate",
        Accept: "session-accept",
        Terminate: "session-terminate",
    }
    jingle = Element(_JINGLE, {"action": actions[type(message)], "sid": message.session})
    if message.initiator:
        jingle.set("initiator", message.initiator)
    if isinstance(message, Terminate):
        reason = SubElement(jingle, f"{{{ns.JINGLE}}}reason")
        why = SubElement(reason, f"{{{ns.JINGLE}}}{message.reason.value}")
        if message.alternative:
            SubElement(why, f"{{{ns.JINGLE}}}sid").text = message.alternative
        return jingle
    content = SubElement(
        jingle,
        f"{{{ns.JINGLE}}}content",
        {"creator": "initiator", "name": representable(message.content)},
    )
    content.append(write_description(message.description))
    transport = SubElement(content, _TRANSPORT)
    SubElement(transport, f"{{{ns.SXE_TRANSPORT}}}host").text = message.host
    return jingle


def read_jingle(jingle: Element) -> Initiate | Accept | Terminate | None:
    """What a `<jingle/>` says; None if it is about something else than shared editing.

    Raises:
        RemoteProtocolError: shared editing, but not acceptable; a session-initiate of this kind
            is to be answered with `unsupported-applications`.
    """
    action = jingle.get("action")
    session = SessionId(jingle.get("sid", ""))
    initiator = jingle.get("initiator", "")
    if not session or len(session) > MAX_SESSION:
        raise RemoteProtocolError(Fault.MALFORMED, "an invitation without a session")
    if action == "session-terminate":
        return _read_terminate(jingle, session, initiator)
    if action not in {"session-initiate", "session-accept"}:
        return None
    content = jingle.find(f"{{{ns.JINGLE}}}content")
    transport = None if content is None else content.find(_TRANSPORT)
    if content is None or transport is None:
        return None
    host = transport.findtext(f"{{{ns.SXE_TRANSPORT}}}host", "").strip()[:3071]
    for child in filter(is_element, content):
        if split_tag(child.tag)[1] == "description":
            kind = Initiate if action == "session-initiate" else Accept
            name = content.get("name", "")[:MAX_NAME] or CONTENT_NAME
            return kind(session, initiator, host, read_description(child), name)
    raise RemoteProtocolError(Fault.UNSUPPORTED, "an invitation without a description")


def _read_terminate(jingle: Element, session: SessionId, initiator: str) -> Terminate:
    reason = _read_reason(jingle)
    alternative = ""
    if reason is Reason.ALTERNATIVE_SESSION:
        name = f"{{{ns.JINGLE}}}"
        sid = jingle.findtext(f"{name}reason/{name}{reason.value}/{name}sid", "").strip()
        alternative = sid if len(sid) <= MAX_SESSION else ""
    return Terminate(session, reason, initiator, alternative)


def unsupported(jingle: Element) -> Terminate | None:
    """The answer to an invitation that `read_jingle` cannot take; None if it is no invitation."""
    session = jingle.get("sid", "")
    if jingle.get("action") != "session-initiate" or not 0 < len(session) <= MAX_SESSION:
        return None
    kinds = {split_tag(one.tag) for one in filter(is_element, jingle.iter())}
    is_known = any((application, "description") in kinds for application in ns.APPLICATIONS)
    has_way = (ns.SXE_TRANSPORT, "transport") in kinds
    only_transport = is_known and not has_way
    reason = Reason.UNSUPPORTED_TRANSPORTS if only_transport else Reason.UNSUPPORTED_APPLICATIONS
    return Terminate(SessionId(session), reason, jingle.get("initiator", ""))


def _read_reason(jingle: Element) -> Reason:
    reason = jingle.find(f"{{{ns.JINGLE}}}reason")
    children = () if reason is None else filter(is_element, reason)
    names = {split_tag(child.tag)[1] for child in children}
    for known in Reason:
        if known.value in names:
            return known
    return Reason.GENERAL_ERROR if names else Reason.SUCCESS
