"""`<sync xmlns='urn:x-whiteboard:sync:0'/>`: the stamp of an edit, and what is said without number.

With `n` it stamps the `<sxe/>` beside it (SYNC 5.1) and may hold control operations; without `n` it
names the session and holds a heartbeat, a question, an answer or what is only shown (SYNC 0.3.14).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from xml.etree.ElementTree import Element, SubElement

from whiteboard.model.ids import Party, Replica, SessionId
from whiteboard.model.ops import NO_DEPS, NO_RESTORES, Batch, Control, Op, Ts
from whiteboard.wire import ns
from whiteboard.wire.blanks import PutBack, TakenOut, left_of_attribute
from whiteboard.wire.errors import Fault, RemoteProtocolError
from whiteboard.wire.messages import NOBODY, Get, Heartbeat, Reject, StateUploaded
from whiteboard.wire.paging import read_paging, write_paging
from whiteboard.wire.values import (
    MAX_NUMBER,
    format_ts,
    format_vector,
    is_replica,
    parse_count,
    parse_digests,
    parse_ts,
    parse_vector,
)
from whiteboard.wire.xml import is_element, split_tag

TAG = f"{{{ns.SYNC}}}sync"
CONTROLS = ("role", "resign", "done", "reopen")
FIELDS = frozenset(
    ("parent", "primary-weight", "ns", "name", "chdata", "pitarget", "pidata"),
)
MAX_CONTROLS = 1000
MAX_GUESTS = 1000
MAX_URL = 2048
MAX_WAS = 64
"""Replicas that one message gives up."""


# ----------------------------------------------------------------------------------- stamps


def write_stamp(batch: Batch, blanks: TakenOut) -> Element:
    """The sibling that stamps `batch`; it names the session itself if there are no operations.

    Written after the operations: `blanks` holds what was taken out of them.
    """
    sync = Element(TAG, {"r": batch.r, "n": str(batch.n), "l": str(batch.l)})
    if batch.deps:
        sync.set("d", format_vector(batch.deps))
    if batch.restores:
        restores = sorted(batch.restores.items())
        sync.set("a", " ".join(f"{k}.{field}={format_ts(ts)}" for (k, field), ts in restores))
    if batch.was:
        sync.set("was", format_vector(batch.was))
    if not batch.ops:
        sync.set("session", batch.session)
    for control in batch.controls:
        values = {key: blanks.attribute(key, value) for key, value in control.attributes}
        SubElement(sync, f"{{{ns.SYNC}}}{control.name}", values)
        blanks.k += 1
    if ws := blanks.ws:
        sync.set("ws", ws)
    return sync


def read_stamp(sync: Element, session: SessionId, ops: tuple[Op, ...], blanks: PutBack) -> Batch:
    """The batch that `sync` makes of `ops`, read with the same `blanks`; `party` is left open.

    Raises:
        RemoteProtocolError: no replica, number or time; not a vector; not a list of restores.
    """
    r = sync.get("r")
    number, lamport = parse_count(sync.get("n")), parse_count(sync.get("l"))
    if not is_replica(r) or r is None or not number or lamport is None:
        raise RemoteProtocolError(Fault.MALFORMED, "an edit without replica, number or time")
    if number >= MAX_NUMBER:
        raise RemoteProtocolError(Fault.TOO_LARGE, "a message number that nobody can reach")
    controls = tuple(_read_controls(sync, blanks)) if len(sync) else ()
    if len(controls) > MAX_CONTROLS:
        raise RemoteProtocolError(Fault.TOO_LARGE, "too many control operations")
    depends, restores, was = sync.get("d"), sync.get("a"), sync.get("was")
    return Batch(
        session,
        NOBODY,
        Replica(r),
        number,
        lamport,
        ops,
        parse_vector(depends) if depends else NO_DEPS,
        _read_restores(restores) if restores else NO_RESTORES,
        controls,
        parse_vector(was, most=MAX_WAS, least=0) if was else NO_DEPS,
    )


def _read_controls(sync: Element, blanks: PutBack) -> Iterator[Control]:
    for child in filter(is_element, sync):
        namespace, name = split_tag(child.tag)
        if namespace == ns.SYNC and name in CONTROLS:
            attributes = (
                (left_of_attribute(key), blanks.attribute(key, value))
                for key, value in child.attrib.items()
            )
            yield Control(name, tuple(sorted(attributes)))
            blanks.k += 1


def _read_restores(text: str) -> Mapping[tuple[int, str], Ts]:
    restores: dict[tuple[int, str], Ts] = {}
    for entry in text.split():
        place, _, value = entry.partition("=")
        digits, _, field = place.partition(".")
        index = parse_count(digits)
        if index is None or field not in FIELDS:
            raise RemoteProtocolError(Fault.MALFORMED, "not a list of restored writes")
        restores[(index, field)] = parse_ts(value)
    return restores


# ------------------------------------------------------------------------- without a number


def unnumbered(session: SessionId, r: Replica | None = None) -> Element:
    """An empty `<sync session=/>`."""
    sync = Element(TAG, {"session": session})
    if r is not None:
        sync.set("r", r)
    return sync


def write_heartbeat(message: Heartbeat) -> Element:
    """`<sync session= r=><heartbeat …/></sync>`."""
    sync = unnumbered(message.session, message.r)
    beat = SubElement(sync, f"{{{ns.SYNC}}}heartbeat", {"l": str(message.l)})
    if message.vv:
        beat.set("vv", format_vector(message.vv))
    if message.hash:
        beat.set("hash", message.hash)
    if message.digests:
        beat.set("D", " ".join(f"{r}:{digest}" for r, digest in sorted(message.digests.items())))
    if message.floor:
        beat.set("floor", format_vector(message.floor))
    if message.bye:
        beat.set("bye", "1")
    if message.guests:
        beat.set("guests", " ".join(message.guests))
    if message.archived:
        beat.set("archived", str(message.archived))
    return sync


def read_heartbeat(sync: Element, beat: Element, session: SessionId) -> Heartbeat:
    """The reverse of `write_heartbeat`.

    Raises:
        RemoteProtocolError: no replica of its sender, or not vectors.
    """
    r = sync.get("r")
    if r is None or not is_replica(r):
        raise RemoteProtocolError(Fault.MALFORMED, "a heartbeat without replica")
    return Heartbeat(
        session,
        Replica(r),
        vv=parse_vector(beat.get("vv")),
        l=parse_count(beat.get("l")) or 0,
        hash=beat.get("hash", "")[:64],
        digests=parse_digests(beat.get("D")),
        floor=parse_vector(beat.get("floor")),
        bye=beat.get("bye") in {"1", "true"},
        guests=tuple(Party(guest) for guest in beat.get("guests", "").split()[:MAX_GUESTS]),
        archived=parse_count(beat.get("archived")) or 0,
    )


def write_get(message: Get) -> Element:
    """`<sync session=><get since= upto= floor=/></sync>`."""
    sync = unnumbered(message.session)
    get = SubElement(sync, f"{{{ns.SYNC}}}get")
    for name, vector in (
        ("since", message.since),
        ("upto", message.upto),
        ("floor", message.floor),
    ):
        if vector:
            get.set(name, format_vector(vector))
    if message.since_seq is not None:
        get.set("since-seq", str(message.since_seq))
    if message.paging is not None:
        write_paging(get, message.paging)
    return sync


def read_get(get: Element, session: SessionId) -> Get:
    """The reverse of `write_get`.

    Raises:
        RemoteProtocolError: not vectors.
    """
    return Get(
        session,
        since=parse_vector(get.get("since")),
        upto=parse_vector(get.get("upto")),
        floor=parse_vector(get.get("floor")),
        since_seq=parse_count(get.get("since-seq")),
        paging=read_paging(get),
    )


def write_reject(message: Reject) -> Element:
    """`<sync session=><reject id= expected= reason=/></sync>`."""
    sync = unnumbered(message.session)
    attributes = {"id": message.id, "expected": message.expected, "reason": message.reason}
    SubElement(sync, f"{{{ns.SYNC}}}reject", {k: v for k, v in attributes.items() if v})
    return sync


def read_reject(reject: Element, session: SessionId) -> Reject:
    """The reverse of `write_reject`."""
    return Reject(
        session,
        reject.get("id", "")[:1024],
        reject.get("expected", "")[:1024],
        reject.get("reason", "")[:1024],
    )


def write_uploaded(message: StateUploaded) -> Element:
    """`<sync session=><uploaded url= key= size= sha256= vv=/></sync>`."""
    sync = unnumbered(message.session)
    uploaded = SubElement(
        sync,
        f"{{{ns.SYNC}}}uploaded",
        {
            "url": message.url,
            "key": message.key,
            "size": str(message.size),
            "sha256": message.sha256,
        },
    )
    if message.vv:
        uploaded.set("vv", format_vector(message.vv))
    return sync


def read_uploaded(uploaded: Element, session: SessionId) -> StateUploaded:
    """The reverse of `write_uploaded`.

    Raises:
        RemoteProtocolError: no size, or not a vector.
    """
    size = parse_count(uploaded.get("size"))
    if size is None:
        raise RemoteProtocolError(Fault.MALFORMED, "a file without size")
    return StateUploaded(
        session,
        uploaded.get("url", "")[:MAX_URL],
        uploaded.get("key", "")[:MAX_URL],
        size,
        uploaded.get("sha256", "")[:64],
        parse_vector(uploaded.get("vv")),
    )
