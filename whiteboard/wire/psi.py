"""Strict sessions as the client Psi says them: another clothing of the same messages.

Older than XEP-0284 and not it: another namespace, a `<negotiation/>` of its own instead of Jingle,
edits straight in the `<sxe/>`, `rid` where the XEP says `target`, names with their prefix. What
goes to Psi is ASCII (its board goes blank at an é); what the text said stands beside it, in a
namespace of ours, so that our own programs in the same session lose nothing.
"""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Iterable, Iterator
from dataclasses import fields, replace
from xml.etree.ElementTree import Element, SubElement

from whiteboard.model.ids import SessionId
from whiteboard.model.markup import PREFIXES
from whiteboard.model.ops import Invalid, Kind, New, PlainOp, Set
from whiteboard.wire import ns
from whiteboard.wire.codec import encode
from whiteboard.wire.description import MAX_NAME, read_prolog, write_prolog
from whiteboard.wire.errors import Fault, RemoteProtocolError
from whiteboard.wire.messages import (
    Accept,
    AcceptState,
    Advertisement,
    Connect,
    Description,
    Dialect,
    EphemeralMessage,
    Heartbeat,
    Initiate,
    Message,
    Mode,
    Reason,
    RefuseState,
    StateOffer,
    StrictMessage,
    Terminate,
)
from whiteboard.wire.plain_ascii import plain
from whiteboard.wire.strict import MAX_ID, AsItIs, read_operations
from whiteboard.wire.sxe import write_state
from whiteboard.wire.values import parse_count
from whiteboard.wire.xml import is_element, split_tag

MAX_INSIDE = 10_000
"""Ids of a state that are read; of more the last ones."""
MAX_FEATURES = 16

DESCRIPTION = Description(mode=Mode.STRICT, dialect=Dialect.PSI)
"""All that is known of a session that is said so."""

SXE = f"{{{ns.PSI_SXE}}}sxe"
_TEXTS = f"{{{ns.PSI_TEXT}}}texts"
_TEXT = f"{{{ns.PSI_TEXT}}}text"
_DECLINES = frozenset(
    {Reason.DECLINE, Reason.BUSY, Reason.ALTERNATIVE_SESSION, Reason.UNSUPPORTED_APPLICATIONS}
)
_NAMED = ("rid", "parent", "primary-weight", "type", "version", "replacefrom", "replacen")
_SAID = ("ns", "name", "chdata", "pitarget", "pidata")
"""What may hold more than ASCII."""
_UNDECLARED = {ns.XLINK: "xlink", ns.XML: "xml"}
"""Attributes of these are said without `ns`; an attribute `xmlns:xlink` stands beside the first."""
_IGNORED_IN_SET = ("ns", "name", "pitarget")
"""Psi stores them and shows the old ones; so nobody who speaks this may show others."""


def _tag(name: str) -> str:
    return f"{{{ns.PSI_SXE}}}{name}"


# ---------------------------------------------------------------------------------- writing


def encode_psi(message: Message) -> list[Element]:
    """What carries `message`; nothing for what this dialect cannot say.

    Heartbeats, cursors and previews are ours, and go as they are elsewhere.
    """
    if isinstance(message, StrictMessage):
        return _encode_edits(message)
    if isinstance(message, Heartbeat | EphemeralMessage):
        return encode(message)
    if isinstance(message, Advertisement):
        return [Element(SXE, {"session": message.session, "name": message.name})]
    said = _negotiation(message)
    if said is None:
        return []
    sxe = Element(SXE, {"session": message.session, "id": str(uuid.uuid4())})
    SubElement(sxe, _tag("negotiation")).append(said)
    return [sxe]


def _negotiation(message: Message) -> Element | None:
    if isinstance(message, Initiate):
        invitation = Element(_tag("invitation"))
        SubElement(invitation, _tag("feature")).text = ns.PSI_SVG
        return invitation
    if isinstance(message, Terminate):
        if message.reason is Reason.SUCCESS:
            return Element(_tag("left-session"))
        if message.reason not in _DECLINES:
            return Element(_tag("abort-negotiation"))
        declined = Element(_tag("decline-invitation"))
        if message.alternative:
            SubElement(declined, _tag("alternative-session")).text = message.alternative
        return declined
    names: dict[type[Message], str] = {
        Accept: "accept-invitation",
        Connect: "connect-request",
        StateOffer: "history-offer",
        AcceptState: "accept-history",
        RefuseState: "abort-negotiation",
    }
    name = names.get(type(message))
    return None if name is None else Element(_tag(name))


def _encode_edits(message: StrictMessage) -> list[Element]:
    sxe = Element(SXE, {"session": message.session, "id": message.id})
    around = SubElement(sxe, _tag("negotiation")) if message.of_state else sxe
    if message.prolog is not None:
        SubElement(around, _tag("document-begin"), {"prolog": write_prolog(message.prolog)})
    texts = Element(_TEXTS)
    around.extend(_written(message.ops, texts))
    if message.last is not None:
        inside = ";".join(sorted(message.inside))
        SubElement(around, _tag("document-end"), {"used-sxe-ids": inside})
    return [sxe, texts] if len(texts) else [sxe]


def _written(ops: Iterable[PlainOp], texts: Element) -> Iterator[Element]:
    """One element for each operation; `texts` gets what they say beyond ASCII."""
    valid = [_qualified(op) for op in ops if not isinstance(op, Invalid)]
    for k, element in enumerate(write_state(valid, AsItIs())):
        said = dict(element.attrib)
        if "target" in said:
            said["rid"] = said.pop("target")
        if isinstance(valid[k], New):
            said = {"parent": "", "primary-weight": "0", **said}
        for name in _SAID:
            if name in said and not said[name].isascii():
                SubElement(texts, _TEXT, {"at": str(k), "of": name}).text = said[name]
                said[name] = plain(said[name])
        yield Element(_tag(split_tag(element.tag)[1]), said)


def _qualified(op: PlainOp) -> PlainOp:
    """The operation with the name that Psi's document has."""
    if isinstance(op, Set):
        return replace(op, ns=None, name=None, pitarget=None)
    if not isinstance(op, New):
        return op
    bare = New(**{field.name: getattr(op, field.name) for field in fields(New)})
    if op.kind is not Kind.ATTRIBUTE or not op.ns:
        return bare
    if op.ns in _UNDECLARED:
        return replace(bare, ns=None, name=f"{_UNDECLARED[op.ns]}:{op.name}")
    prefix = PREFIXES.get(op.ns) or "n" + hashlib.sha256(op.ns.encode()).hexdigest()[:8]
    return replace(bare, name=f"{prefix}:{op.name}")


# ---------------------------------------------------------------------------------- reading


def decode_psi(stanza: Element) -> Message | None:
    """What the `<sxe/>` of this dialect in a `<message/>` says; None if nothing that is known.

    Raises:
        RemoteProtocolError: no session, or edits without an id by which they could be told apart.
    """
    sxe = stanza.find(SXE)
    if sxe is None:
        return None
    session = SessionId(sxe.get("session", ""))
    id_ = sxe.get("id", "")
    if not session or max(len(session), len(id_)) > MAX_ID:
        raise RemoteProtocolError(Fault.MALFORMED, "no session is named, or an id too long")
    negotiation = sxe.find(_tag("negotiation"))
    if negotiation is not None:
        for child in filter(is_element, negotiation):
            message = _decode_negotiation(session, child)
            if message is not None:
                return message
    around = sxe if negotiation is None else negotiation
    ops = _read(around, stanza.find(_TEXTS))
    begin, end = around.find(_tag("document-begin")), around.find(_tag("document-end"))
    if negotiation is None:
        begin = end = None
    if not ops and begin is None and end is None:
        return None
    if not id_:
        raise RemoteProtocolError(Fault.MALFORMED, "an edit without an id")
    used = "" if end is None else end.get("used-sxe-ids", "")
    return StrictMessage(
        session,
        id_,
        ops,
        prolog=None if begin is None else read_prolog(begin.get("prolog", "")),
        last=None if end is None else ("", ""),
        to_all=stanza.get("type") == "groupchat",
        of_state=negotiation is not None,
        inside=frozenset(one[:MAX_ID] for one in used.split(";")[-MAX_INSIDE:] if one),
    )


def _decode_negotiation(session: SessionId, child: Element) -> Message | None:
    namespace, name = split_tag(child.tag)
    if namespace != ns.PSI_SXE:
        return None
    if name == "invitation":
        features = [f.text or "" for f in child.findall(_tag("feature"))[:MAX_FEATURES]]
        application = ns.APPLICATION_SVG
        if ns.PSI_SVG not in features:
            application = features[0][:MAX_NAME] if features else ""
        return Initiate(session, "", "", replace(DESCRIPTION, application=application))
    if name == "accept-invitation":
        return Accept(session, "", "", DESCRIPTION)
    if name == "decline-invitation":
        alternative = (child.findtext(_tag("alternative-session")) or "")[:MAX_ID]
        reason = Reason.ALTERNATIVE_SESSION if alternative else Reason.DECLINE
        return Terminate(session, reason, alternative=alternative)
    if name == "abort-negotiation":
        return Terminate(session, Reason.CANCEL)
    if name == "left-session":
        return Terminate(session, Reason.SUCCESS)
    if name == "connect-request":
        return Connect(session)
    if name == "history-offer":
        return StateOffer(session, DESCRIPTION)
    return AcceptState(session) if name == "accept-history" else None


def _read(around: Element, texts: Element | None) -> tuple[PlainOp, ...]:
    children = [one for one in around if is_element(one) and one.tag in _OPERATIONS]
    said = [
        {name: one.attrib[name] for name in (*_NAMED, *_SAID) if name in one.attrib}
        for one in children
    ]
    if texts is not None:
        _put_back(said, texts)
    state = Element(f"{{{ns.SXE}}}state")
    for child, values in zip(children, said, strict=True):
        name = split_tag(child.tag)[1]
        if name == "new":
            values.pop("version", None)  # which says nothing here
            values.setdefault("type", "")
        else:
            values["target"] = values.pop("rid", "")
            for ignored in _IGNORED_IN_SET:
                values.pop(ignored, None)
        SubElement(state, f"{{{ns.SXE}}}{name}", values)
    return tuple(map(_unqualified, read_operations(state)))


_OPERATIONS = frozenset(map(_tag, ("new", "set", "remove")))


def _put_back(said: list[dict[str, str]], texts: Element) -> None:
    """Put what was said in place of its ASCII; not what would show others something else."""
    for one in texts.findall(_TEXT):
        k, name, text = parse_count(one.get("at")), one.get("of", ""), one.text or ""
        if k is None or k >= len(said) or name not in _SAID:
            continue
        if said[k].get(name) == plain(text):
            said[k][name] = text


def _unqualified(op: PlainOp) -> PlainOp:
    """The operation with a local name, as our document has it."""
    if not isinstance(op, New) or ":" not in op.name:
        return op
    prefix, _, local = op.name.partition(":")
    if not op.ns:
        known = next((uri for uri, short in _UNDECLARED.items() if short == prefix), None)
        return op if known is None else replace(op, ns=known, name=local)
    return replace(op, name=local) if prefix != "xmlns" else op
