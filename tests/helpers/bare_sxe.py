"""A XEP-0284 client that knows the XEP and nothing of ours, on bare slixmpp.

It reads `<sxe/>` with its own few lines, gives and takes states as the XEP says, and shows what
`strict_view` makes of what it got. It shows its own edits when they come back.
"""

from __future__ import annotations

import asyncio
import itertools
import xml.etree.ElementTree as ET

from slixmpp import ClientXMPP
from slixmpp.xmlstream.handler import Callback
from slixmpp.xmlstream.matcher import MatchXPath

from whiteboard.model.ops import Kind, New, Remove, Set
from whiteboard.model.strict.ops import Stanza
from whiteboard.model.strict.view import strict_view

SXE = "urn:xmpp:sxe:0"
SVG = "http://www.w3.org/2000/svg"
SYNC = "urn:x-whiteboard:sync:0"
JINGLE = "urn:xmpp:jingle:1"
TRANSPORT = "urn:xmpp:jingle:transports:sxe"
SVG_APP = "urn:xmpp:jingle:apps:svg"
MUC = "http://jabber.org/protocol/muc"


class Bare(ClientXMPP):
    """One such client.

    Attributes:
        stanzas: what it holds.
        last: (sender, id) of the newest edit that it got.
        refused: what hosts said of edits of its own that they did not take.
    """

    def __init__(self, jid: str, password: str) -> None:
        super().__init__(
            f"{jid}/bare",
            password,
            plugin_config={
                "feature_mechanisms": {"unencrypted_scram": True, "unencrypted_plain": True}
            },
        )
        self.enable_starttls = self.enable_direct_tls = False
        self.enable_plaintext = True
        for plugin in ("xep_0030", "xep_0115"):
            self.register_plugin(plugin)
        for feature in (SXE, TRANSPORT, JINGLE, SVG_APP):
            self.plugin["xep_0030"].add_feature(feature)
        sxe = MatchXPath(f"{{jabber:client}}message/{{{SXE}}}sxe")
        self.register_handler(Callback("bare sxe", sxe, self._on_message))
        sync = MatchXPath(f"{{jabber:client}}message/{{{SYNC}}}sync")
        self.register_handler(Callback("bare sync", sync, self._on_sync))
        jingle = MatchXPath(f"{{jabber:client}}iq/{{{JINGLE}}}jingle")
        self.register_handler(Callback("bare jingle", jingle, self._on_jingle))
        self.add_event_handler("session_start", self._started)
        self.ready = asyncio.Event()
        self.changed = asyncio.Event()
        self.room = ""
        self.me = f"{jid}/bare"
        self.session = ""
        self.other = ""
        self.stanzas: list[Stanza] = []
        self.last = ("", "")
        self.has_state = False
        self.invited = ""
        self.refused: list[dict[str, str]] = []
        self._giver = ""
        self._parts: list[Stanza] = []
        self._live: list[Stanza] = []
        self._ids = itertools.count(1)
        self._rids = itertools.count(1)

    async def _started(self, _event: object) -> None:
        await self.plugin["xep_0115"].update_caps()
        self.send_presence()
        await self.get_roster()
        self.ready.set()

    # --- what it does

    def rid(self) -> str:
        """A rid nobody has."""
        return f"bare-{self.boundjid.user}-{next(self._rids)}"

    def enter(self, room: str, nick: str) -> None:
        """Enter a group chat."""
        self.room, self.me = room, f"{room}/{nick}"
        presence = self.make_presence(pto=self.me)
        presence.xml.append(ET.Element(f"{{{MUC}}}x"))
        presence.send()

    def connect_to(self, session: str, to: str = "") -> None:
        """Ask for the state; '' = the whole room, as the XEP has it."""
        self.session = session
        self._send(to or self.room, ET.Element(f"{{{SXE}}}connect"), to_all=not to)

    def begin(self, session: str, *ops: New) -> None:
        """Host a session of one's own."""
        self.session = session
        self.has_state = True
        self.stanzas.append(Stanza(self.me, "0", ops))

    def edit(self, *ops: New | Set | Remove) -> None:
        """Send edits; between two they count at once."""
        state = ET.Element(f"{{{SXE}}}state")
        state.extend(_written(op) for op in ops)
        id_ = self._send(self.room or self.other, state, to_all=bool(self.room))
        if not self.room:
            self.stanzas.append(Stanza(self.me, id_, ops))
            self.last = (self.me, id_)

    def version(self, rid: str) -> int:
        """What the next edit of a record says."""
        ops = [op for one in self.stanzas for _, op in one.operations()]
        return 1 + sum(isinstance(op, Set) and op.rid == rid for op in ops)

    def find(self, name: str, value: str) -> str:
        """The record of the attribute `name` with this value."""
        shown = strict_view(self.stanzas).records.values()
        return next(r.rid for r in shown if r.name == name and r.value == value)

    @property
    def c14n(self) -> bytes:
        """What it shows."""
        return strict_view(self.stanzas).c14n

    async def until(self, condition, seconds: float = 20) -> None:
        """Wait until something it got makes `condition` true."""
        async with asyncio.timeout(seconds):
            while not condition():
                self.changed.clear()
                await self.changed.wait()

    def invite(self, to: str, session: str) -> None:
        """A plain Jingle invitation."""
        self.other = to
        self._jingle(to, "session-initiate", session, self.me)

    def _jingle(self, to: str, action: str, session: str, initiator: str) -> None:
        iq = self.make_iq_set(ito=to)
        jingle = ET.SubElement(
            iq.xml, f"{{{JINGLE}}}jingle", action=action, sid=session, initiator=initiator
        )
        content = ET.SubElement(jingle, f"{{{JINGLE}}}content", creator="initiator", name="svg")
        ET.SubElement(content, f"{{{SVG_APP}}}description")
        transport = ET.SubElement(content, f"{{{TRANSPORT}}}transport")
        ET.SubElement(transport, f"{{{TRANSPORT}}}host").text = initiator
        iq.send().add_done_callback(lambda done: done.cancelled() or done.exception())

    def _send(self, to: str, child: ET.Element, *, to_all: bool = False, id_: str = "") -> str:
        id_ = id_ or f"b{next(self._ids)}"
        message = self.make_message(mto=to, mtype="groupchat" if to_all else "chat")
        sxe = ET.SubElement(message.xml, f"{{{SXE}}}sxe", session=self.session, id=id_)
        sxe.append(child)
        message.send()
        return id_

    # --- what comes

    def _on_jingle(self, iq) -> None:
        jingle = iq.xml.find(f"{{{JINGLE}}}jingle")
        iq.reply().send()
        sender, session = str(iq["from"]), jingle.get("sid")
        if jingle.get("action") == "session-initiate":
            self.invited = sender
            self.other, self.session = sender, session
            self._jingle(sender, "session-accept", session, sender)
            self.connect_to(session, sender)
        self.changed.set()

    def _on_sync(self, message) -> None:
        for reject in message.xml.iter(f"{{{SYNC}}}reject"):
            self.refused.append(dict(reject.attrib))
        self.changed.set()

    def _on_message(self, message) -> None:
        sender = str(message["from"])
        sxe = message.xml.find(f"{{{SXE}}}sxe")
        if message["type"] == "error" or sxe.get("session") != self.session or len(sxe) == 0:
            return
        what = sxe[0].tag.partition("}")[2]
        if what == "connect" and self.has_state and sender != self.me:
            self.other = "" if self.room else sender
            offer = ET.Element(f"{{{SXE}}}state-offer")
            ET.SubElement(offer, f"{{{SVG_APP}}}description")
            self._send(sender, offer)
        elif what == "accept-state":
            self._give(sender)
        elif what == "state-offer":
            answer = "refuse-state" if self._giver else "accept-state"
            self._giver = self._giver or sender
            self._send(sender, ET.Element(f"{{{SXE}}}{answer}"))
        elif what == "state":
            self._take(sender, sxe, to_all=message["type"] == "groupchat")
        self.changed.set()

    def _give(self, to: str) -> None:
        """All edits one by one: the XEP wants at least those that might be undone."""
        state = ET.Element(f"{{{SXE}}}state")
        ET.SubElement(state, f"{{{SXE}}}document-begin", prolog="data:text/xml,")
        state.extend(_written(op) for one in self.stanzas for op in one.ops)
        sender, id_ = self.last
        ET.SubElement(state, f"{{{SXE}}}document-end", {"last-sender": sender, "last-id": id_})
        self._send(to, state)

    def _take(self, sender: str, sxe: ET.Element, *, to_all: bool) -> None:
        state = sxe.find(f"{{{SXE}}}state")
        ops = tuple(_read(child) for child in state if not child.tag.endswith(("-begin", "-end")))
        one = Stanza(sender, sxe.get("id"), ops)
        is_part = not self.has_state and sender == self._giver and not to_all
        if self.has_state:
            self.stanzas.append(one)
            self.last = one.key
        elif not is_part:
            if self._giver:
                self._live.append(one)
            return
        else:
            self._parts.append(one)
            end = state.find(f"{{{SXE}}}document-end")
            if end is not None:
                last = (end.get("last-sender"), end.get("last-id"))
                keys = [live.key for live in self._live]
                after = keys.index(last) + 1 if last in keys else 0
                self.stanzas = [*self._parts, *self._live[after:]]
                self.has_state = True


def _written(op: New | Set | Remove) -> ET.Element:
    if isinstance(op, Remove):
        return ET.Element(f"{{{SXE}}}remove", target=op.rid)
    fields = {
        "parent": op.parent,
        "primary-weight": op.weight,
        "ns": op.ns,
        "name": op.name,
        "chdata": op.chdata,
    }
    if isinstance(op, New):
        fields |= {"rid": op.rid, "type": op.kind.value, "parent": op.parent or None}
        element = ET.Element(f"{{{SXE}}}new")
    else:
        element = ET.Element(f"{{{SXE}}}set", target=op.rid, version=str(op.version))
        if op.replace is not None:
            fields |= {"replacefrom": op.replace[0], "replacen": op.replace[1]}
    for name, value in fields.items():
        if value is not None:
            element.set(name, str(value))
    return element


def _read(child: ET.Element) -> New | Set | Remove:
    get = child.get
    if child.tag.endswith("remove"):
        return Remove(get("target"))
    weight = get("primary-weight")
    if child.tag.endswith("new"):
        return New(
            get("rid"),
            Kind(get("type")),
            get("parent", ""),
            float(weight or 0),
            get("ns"),
            get("name", ""),
            get("chdata", ""),
            get("pitarget", ""),
            get("pidata", ""),
        )
    return Set(
        get("target"),
        int(get("version")),
        get("parent"),
        None if weight is None else float(weight),
        get("ns"),
        get("name"),
        get("chdata"),
        get("pitarget"),
        get("pidata"),
        (int(get("replacefrom")), int(get("replacen"))) if get("replacen") else None,
    )
