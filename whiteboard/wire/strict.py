"""Edits of strict sessions: `<sxe/>` as XEP-0284 has it, without our stamp (SYNC 1, 5.7).

A strict session knows no literals: one that stands there says nothing valid and keeps its index.
What else stands beside the `<sxe/>` is ignored; so there is nothing to say where servers lost white
space (`blanks`). Values are read as they arrived; own ones are written without any that is lost.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import fields
from xml.etree.ElementTree import Element, SubElement

from whiteboard.model.canonical import estimate
from whiteboard.model.ids import Party, SessionId
from whiteboard.model.ops import Literal, New, Op, PlainOp
from whiteboard.model.strict.ops import NewAt
from whiteboard.wire import ns
from whiteboard.wire.blanks import PutBack, TakenOut
from whiteboard.wire.description import read_prolog, write_prolog
from whiteboard.wire.errors import Fault, RemoteProtocolError
from whiteboard.wire.messages import NOBODY, StrictMessage
from whiteboard.wire.sxe import INVALID, read_state, write_state
from whiteboard.wire.values import parse_count
from whiteboard.wire.xml import representable

MAX_ID = 1024
"""Code points of a session or stanza id."""
PIECE = 8192
"""About so many bytes of a state go into one stanza; servers limit them."""

_SXE = f"{{{ns.SXE}}}sxe"
_STATE = f"{{{ns.SXE}}}state"
_SYNC = f"{{{ns.SYNC}}}sync"
_BEGIN = f"{{{ns.SXE}}}document-begin"
_END = f"{{{ns.SXE}}}document-end"
_OPERATIONS = frozenset(f"{{{ns.SXE}}}{name}" for name in ("new", "set", "remove"))
_MESSAGE = f"{{{ns.CLIENT}}}message"
_OCCUPANT = f"{{{ns.OCCUPANT_ID}}}occupant-id"


# ---------------------------------------------------------------------------------- reading


def decode_strict(stanza: Element) -> StrictMessage | None:
    """The edits in a received `<message/>`; None if it has none.

    Raises:
        RemoteProtocolError: no session, or no id by which the edits could be told apart.
    """
    sxe = stanza.find(_SXE)
    state = None if sxe is None else sxe.find(_STATE)
    if sxe is None or state is None:
        return None
    session, id_ = sxe.get("session", ""), sxe.get("id", "")
    if not session or not id_ or max(len(session), len(id_)) > MAX_ID:
        raise RemoteProtocolError(Fault.MALFORMED, "an edit without session or id")
    begin, end = state.find(_BEGIN), state.find(_END)
    beside = stanza.find(_SYNC)
    return StrictMessage(
        SessionId(session),
        id_,
        read_operations(state),
        prolog=None if begin is None else read_prolog(begin.get("prolog", "")),
        last=None if end is None else (end.get("last-sender", ""), end.get("last-id", "")),
        guest=NOBODY if beside is None else Party(beside.get("guest", "")[:MAX_ID]),
        to_all=stanza.get("type") == "groupchat",
    )


def read_operations(state: Element) -> tuple[PlainOp, ...]:
    """The operations in `<state/>`, each at its place; a `new` may say its version."""
    children = [child for child in state if child.tag in _OPERATIONS]
    return tuple(map(_plain, read_state(state, PutBack(None)), children))


def _plain(op: Op, child: Element) -> PlainOp:
    if isinstance(op, Literal):
        return INVALID
    if not isinstance(op, New):
        return op
    version = parse_count(child.get("version")) or 0
    creator = child.get("creator", "")[:MAX_ID]
    modifier = child.get("last-modified-by", "")[:MAX_ID]
    if not (version or creator or modifier):
        return op
    known = {field.name: getattr(op, field.name) for field in fields(op)}
    return NewAt(**known, version=version, creator=creator, modifier=modifier)


# ---------------------------------------------------------------------------------- writing


def strict_stanza(message: StrictMessage) -> Element:
    """The `<message xmlns='jabber:client'/>` with its sender, for logs."""
    element = Element(_MESSAGE)
    sender = message.sender
    if sender is not None and sender.address:
        element.set("from", sender.address)
    element.extend(encode_strict(message))
    if sender is not None and sender.occupant_id:
        SubElement(element, _OCCUPANT, {"id": sender.occupant_id})
    return element


def encode_strict(message: StrictMessage) -> list[Element]:
    """The `<sxe/>`; beside it whose edit it is, where it is passed on."""
    sxe = Element(_SXE, {"session": message.session, "id": message.id})
    state = _state(message.ops)
    if message.prolog is not None:
        state.insert(0, Element(_BEGIN, {"prolog": write_prolog(message.prolog)}))
    if message.last is not None:
        SubElement(state, _END, {"last-sender": message.last[0], "last-id": message.last[1]})
    sxe.append(state)
    if not message.guest:
        return [sxe]
    return [sxe, Element(_SYNC, {"session": message.session, "guest": message.guest})]


class AsItIs(TakenOut):
    """Values with all their white space, for there is no stamp to name it."""

    def attribute(self, field: str, value: str) -> str:
        """The value."""
        del field
        return value


def _state(ops: Sequence[PlainOp]) -> Element:
    state = write_state(ops, AsItIs())
    for element, op in zip(state, ops, strict=True):
        if isinstance(op, NewAt):
            if op.version:
                element.set("version", str(op.version))
            for name, value in (("creator", op.creator), ("last-modified-by", op.modifier)):
                if value:
                    element.set(name, representable(value))
    return state


def state_messages(
    session: SessionId,
    ops: Sequence[PlainOp],
    last: tuple[str, str] | None,
    prolog: str,
    new_id: Callable[[], str],
) -> Iterator[StrictMessage]:
    """The messages that carry a state, to be sent one after the other with nothing between them.

    Args:
        session: Where they belong.
        ops: What they carry (`model.strict.snapshot`).
        last: (sender, id) of the newest message that is inside, for those who heard it; or None.
        prolog: The XML prolog of the document, as text.
        new_id: Gives an id that this sender has never used.
    """
    pieces = list(_pieces(ops)) or [()]
    for i, piece in enumerate(pieces):
        yield StrictMessage(
            session,
            new_id(),
            tuple(piece),
            prolog=prolog if i == 0 else None,
            last=(last or ("", "")) if i == len(pieces) - 1 else None,
            of_state=True,
        )


def _pieces(ops: Sequence[PlainOp]) -> Iterator[Sequence[PlainOp]]:
    start = size = 0
    for i, op in enumerate(ops):
        added = estimate(op)[0]
        if size and size + added > PIECE:
            yield ops[start:i]
            start, size = i, 0
        size += added
    if start < len(ops):
        yield ops[start:]
