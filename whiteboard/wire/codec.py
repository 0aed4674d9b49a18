"""Messages to payload elements and back: the one door between `messages` and XML.

Elements are `xml.etree` ones, as slixmpp gives and takes them. Nothing here knows slixmpp.
"""

from __future__ import annotations

import secrets
from dataclasses import replace
from xml.etree.ElementTree import Element, SubElement

from whiteboard.model.ids import Party, SessionId
from whiteboard.model.ops import Op
from whiteboard.wire import ns, sxe, sync
from whiteboard.wire.archived import read_archived, write_archived
from whiteboard.wire.blanks import PutBack, TakenOut
from whiteboard.wire.description import (
    MAX_NAME,
    read_description,
    read_jingle,
    read_prolog,
    write_description,
    write_jingle,
    write_prolog,
)
from whiteboard.wire.ephemeral import read_items, write_items
from whiteboard.wire.errors import Fault, RemoteProtocolError
from whiteboard.wire.messages import (
    Accept,
    AcceptState,
    Advertisement,
    Answer,
    ArchivedPart,
    Connect,
    EditMessage,
    EphemeralMessage,
    Get,
    Heartbeat,
    Initiate,
    Message,
    Peer,
    RefuseState,
    Reject,
    StateBegin,
    StateEnd,
    StateOffer,
    StatePart,
    StateUploaded,
    StrictMessage,
    Terminate,
)
from whiteboard.wire.paging import read_page, write_page
from whiteboard.wire.strict import decode_strict, encode_strict
from whiteboard.wire.values import format_vector, parse_count, parse_vector

MAX_SESSION = 1024
MAX_PART = 64 * 1024
"""Characters of a part of a state."""
MAX_ANSWERED = 1000
"""Originals in one answer; a server's stanza limit is reached long before."""

_SXE = f"{{{ns.SXE}}}sxe"
_STATE = f"{{{ns.SXE}}}state"
_CONNECT = f"{{{ns.SXE}}}connect"
_OFFER = f"{{{ns.SXE}}}state-offer"
_ACCEPT = f"{{{ns.SXE}}}accept-state"
_REFUSE = f"{{{ns.SXE}}}refuse-state"
_BEGIN = f"{{{ns.SXE}}}document-begin"
_END = f"{{{ns.SXE}}}document-end"
_HEARTBEAT = f"{{{ns.SYNC}}}heartbeat"
_GET = f"{{{ns.SYNC}}}get"
_ANSWER = f"{{{ns.SYNC}}}answer"
_REJECT = f"{{{ns.SYNC}}}reject"
_SNAPSHOT = f"{{{ns.SYNC}}}snapshot"
_FOLDED = f"{{{ns.SYNC}}}folded"
_UPLOADED = f"{{{ns.SYNC}}}uploaded"
_ARCHIVED = f"{{{ns.SYNC}}}archived"
_FORWARDED = f"{{{ns.FORWARD}}}forwarded"
_DELAY = f"{{{ns.DELAY}}}delay"
_OCCUPANT = f"{{{ns.OCCUPANT_ID}}}occupant-id"
_MESSAGE = f"{{{ns.CLIENT}}}message"
_JINGLE = f"{{{ns.JINGLE}}}jingle"


# ---------------------------------------------------------------------------------- writing


def encode(message: Message) -> list[Element]:
    """What carries `message`: children of a `<message/>` or of presence, or one `<jingle/>`."""
    if isinstance(message, EditMessage):
        return _encode_edit(message)
    if isinstance(message, StrictMessage):
        return encode_strict(message)
    if isinstance(message, Heartbeat):
        return [sync.write_heartbeat(message)]
    if isinstance(message, Get):
        return [sync.write_get(message)]
    if isinstance(message, Answer):
        return [_encode_answer(message)]
    if isinstance(message, Reject):
        return [sync.write_reject(message)]
    if isinstance(message, StatePart):
        element = sync.unnumbered(message.session)
        SubElement(element, _FOLDED, {"part": str(message.number)}).text = message.text
        return [element]
    if isinstance(message, StateUploaded):
        return [sync.write_uploaded(message)]
    if isinstance(message, ArchivedPart):
        return [write_archived(message)]
    if isinstance(message, EphemeralMessage):
        element = sync.unnumbered(message.session)
        if message.guest:
            element.set("guest", message.guest)
        write_items(element, message.items)
        return [element]
    if isinstance(message, Initiate | Accept | Terminate):
        return [write_jingle(message)]
    return _encode_negotiation(message)


def _encode_edit(message: EditMessage) -> list[Element]:
    batch = message.batch
    blanks = TakenOut()
    if not batch.ops:
        return [sync.write_stamp(batch, blanks)]
    element = _sxe(batch.session, f"{batch.r}-{batch.n}")
    element.append(sxe.write_state(batch.ops, blanks))
    return [element, sync.write_stamp(batch, blanks)]


def _sxe(session: SessionId, stanza_id: str) -> Element:
    return Element(_SXE, {"session": session, "id": stanza_id})


def _encode_answer(message: Answer) -> Element:
    element = sync.unnumbered(message.session)
    answer = SubElement(element, _ANSWER)
    for original in message.messages:
        forwarded = SubElement(answer, _FORWARDED)
        if original.stamp:
            SubElement(forwarded, _DELAY, {"stamp": original.stamp})
        forwarded.append(stanza(original))
    if message.page is not None:
        write_page(answer, message.page)
    return element


def stanza(original: EditMessage) -> Element:
    """The `<message xmlns='jabber:client'/>` of an original, with its sender (XEP-0297, logs)."""
    element = Element(_MESSAGE)
    sender = original.sender
    if sender is not None and sender.address:
        element.set("from", sender.address)
    element.extend(_encode_edit(original))
    if sender is not None and sender.occupant_id:
        SubElement(element, _OCCUPANT, {"id": sender.occupant_id})
    return element


def _encode_negotiation(
    message: Connect
    | StateOffer
    | AcceptState
    | RefuseState
    | StateBegin
    | StateEnd
    | Advertisement,
) -> list[Element]:
    # XEP-0284 wants every id unique; nothing refers to those of negotiation.
    element = _sxe(message.session, secrets.token_hex(6))
    if isinstance(message, Advertisement):
        del element.attrib["id"]
        element.set("name", message.name)
    elif isinstance(message, Connect):
        SubElement(element, _CONNECT)
    elif isinstance(message, StateOffer):
        SubElement(element, _OFFER).append(write_description(message.description))
    elif isinstance(message, RefuseState):
        SubElement(element, _REFUSE)
    elif isinstance(message, AcceptState):
        SubElement(element, _ACCEPT)
        if message.since or message.fetches:
            beside = sync.write_get(Get(message.session, since=message.since))
            if message.fetches:
                beside[0].set("fetch", "1")
            return [element, beside]
    else:
        state = SubElement(element, _STATE)
        beside = sync.unnumbered(message.session)
        snapshot = SubElement(beside, _SNAPSHOT)
        if message.vv:
            snapshot.set("vv", format_vector(message.vv))
        if isinstance(message, StateBegin):
            SubElement(state, _BEGIN, {"prolog": write_prolog(message.prolog)})
            snapshot.set("count", str(message.count))
            if message.parts:
                snapshot.set("parts", str(message.parts))
        else:
            SubElement(state, _END, {"last-sender": "", "last-id": ""})
        return [element, beside]
    return [element]


# ---------------------------------------------------------------------------------- reading


def decode(stanza: Element) -> Message | None:
    """What a received `<message/>`, `<presence/>` or `<iq/>` says, if it is ours.

    Raises:
        RemoteProtocolError: it is ours but says nothing acceptable.
    """
    jingle = stanza.find(_JINGLE)
    if jingle is not None:
        return read_jingle(jingle)
    edits, stamp = stanza.find(_SXE), stanza.find(sync.TAG)
    if edits is None and stamp is None:
        return None
    if stanza.tag.endswith("presence"):
        return None if edits is None else _decode_advertisement(edits)
    if stamp is not None and "n" in stamp.attrib:
        return _decode_edit(edits, stamp)
    if edits is not None and edits.find(_STATE) is not None:
        return _decode_state(stanza, edits, stamp)
    if edits is not None:
        return _decode_negotiation(edits, stamp)
    assert stamp is not None
    return _decode_unnumbered(stamp)


def _session(element: Element) -> SessionId:
    session = element.get("session", "")
    if not session or len(session) > MAX_SESSION:
        raise RemoteProtocolError(Fault.MALFORMED, "no session is named")
    return SessionId(session)


def _decode_advertisement(edits: Element) -> Advertisement:
    return Advertisement(_session(edits), edits.get("name", "")[:MAX_NAME])


def _decode_edit(edits: Element | None, stamp: Element) -> EditMessage:
    blanks = PutBack(stamp.get("ws"))
    ops: tuple[Op, ...] = ()
    session = _session(stamp if edits is None else edits)
    if edits is not None:
        if stamp.get("session", session) != session:
            raise RemoteProtocolError(Fault.MALFORMED, "edit and stamp name two sessions")
        state = edits.find(_STATE)
        ops = () if state is None else sxe.read_state(state, blanks)
    batch = sync.read_stamp(stamp, session, ops, blanks)
    return EditMessage(batch, faults=(Fault.WHITE_SPACE,) if blanks.finish() else ())


def _decode_unnumbered(stamp: Element) -> Message | None:
    session = _session(stamp)
    for child in stamp:
        if child.tag == _HEARTBEAT:
            return sync.read_heartbeat(stamp, child, session)
        if child.tag == _GET:
            return sync.read_get(child, session)
        if child.tag == _ANSWER:
            return _decode_answer(child, session)
        if child.tag == _REJECT:
            return sync.read_reject(child, session)
        if child.tag == _FOLDED:
            return _decode_part(child, session)
        if child.tag == _UPLOADED:
            return sync.read_uploaded(child, session)
        if child.tag == _ARCHIVED:
            return read_archived(child, session)
    items = read_items(stamp)
    guest = Party(stamp.get("guest", "")[:MAX_SESSION])
    return EphemeralMessage(session, items, guest) if items else None


def _decode_part(folded: Element, session: SessionId) -> StatePart:
    number, text = parse_count(folded.get("part")), folded.text or ""
    if number is None or len(text) > MAX_PART:
        raise RemoteProtocolError(Fault.MALFORMED, "a part of a state without number, or too long")
    return StatePart(session, number, text)


def _decode_answer(answer: Element, session: SessionId) -> Answer:
    forwards = answer.findall(_FORWARDED)
    if len(forwards) > MAX_ANSWERED:
        raise RemoteProtocolError(Fault.TOO_LARGE, "too many messages in one answer")
    originals: list[EditMessage] = []
    for forwarded in forwards:
        inner = forwarded.find(_MESSAGE)
        if inner is None:
            continue
        message = decode(inner)
        if not isinstance(message, EditMessage) or message.session != session:
            raise RemoteProtocolError(Fault.MALFORMED, "an answer holds what is no edit of it")
        delay = forwarded.find(_DELAY)
        stamp = "" if delay is None else delay.get("stamp", "")[:64]
        originals.append(replace(message, sender=sender_of(inner), stamp=stamp))
    return Answer(session, tuple(originals), read_page(answer))


def sender_of(stanza: Element) -> Peer:
    """Who a stanza says it is from: `from`, and the room's stamp if it has one.

    Only the room or the server may be believed about either; in an answer or a log both are what
    the relay or the writer says.
    """
    occupant = stanza.find(_OCCUPANT)
    return Peer(stanza.get("from", ""), "" if occupant is None else occupant.get("id", ""))


def _decode_negotiation(edits: Element, beside: Element | None) -> Message | None:
    session = _session(edits)
    child = next(iter(edits), None)
    if child is None:
        return None
    if child.tag == _CONNECT:
        return Connect(session)
    if child.tag == _OFFER:
        if len(child) == 0:
            raise RemoteProtocolError(Fault.MALFORMED, "an offer without a description")
        return StateOffer(session, read_description(child[0]))
    if child.tag == _ACCEPT:
        get = None if beside is None else beside.find(_GET)
        since = {} if get is None else parse_vector(get.get("since"))
        fetches = get is not None and get.get("fetch") in {"1", "true"}
        return AcceptState(session, since, fetches)
    if child.tag == _REFUSE:
        return RefuseState(session)
    return None


def _decode_state(stanza: Element, edits: Element, beside: Element | None) -> Message | None:
    """Edits without a stamp are those of a strict session, unless we say that they are none."""
    snapshot = None if beside is None else beside.find(_SNAPSHOT)
    if snapshot is None:
        return decode_strict(stanza)
    session = _session(edits)
    begin, end = edits.find(f"{_STATE}/{_BEGIN}"), edits.find(f"{_STATE}/{_END}")
    if (begin is None) == (end is None):
        raise RemoteProtocolError(Fault.MALFORMED, "a state that neither begins nor ends")
    vv = parse_vector(snapshot.get("vv"))
    if begin is None:
        return StateEnd(session, vv)
    count = parse_count(snapshot.get("count")) or 0
    parts = parse_count(snapshot.get("parts")) or 0
    return StateBegin(session, read_prolog(begin.get("prolog", "")), count, vv, parts)
