"""Shared XML Editing as the text of XEP-0284 0.1.4 has it, over a plain socket.

An independent reading: it shares no code with the program, keeps its records with the XEP's own
steps ("Processing a set Element") and makes its document as "Mapping the Records to the DOM
Document" says. Section titles below are the XEP's.
"""

from __future__ import annotations

import xml.etree.ElementTree as ET
from dataclasses import dataclass, field
from xml.sax.saxutils import quoteattr

from tests.helpers.plain_xmpp import PlainClient

SXE = "urn:xmpp:sxe:0"
TRANSPORT = "urn:xmpp:jingle:transports:sxe"
JINGLE = "urn:xmpp:jingle:1"
SVG_APP = "urn:xmpp:jingle:apps:svg"
SVG = "http://www.w3.org/2000/svg"
XML = "http://www.w3.org/XML/1998/namespace"
IMMUTABLE = {"rid", "type", "version", "target", "replacefrom", "replacen"}


@dataclass
class Record:
    """A record with all its versions, for a `<set/>` may go back to any."""

    rid: str
    kind: str
    made: dict[str, str]
    versions: list[dict[str, str]]
    edits: list[dict[str, str]] = field(default_factory=list)

    @property
    def now(self) -> dict[str, str]:
        return self.versions[-1]

    @property
    def weight(self) -> tuple[float, str]:
        """Glossary, "Weight"."""
        return float(self.now.get("primary-weight", "0")), self.rid

    def set(self, edit: dict[str, str], *, is_history: bool) -> None:
        """Steps 2 and 3 of "Processing a set Element"."""
        self.edits.append(edit)
        version = int(edit["version"])
        current = version if is_history else len(self.versions)
        if current == version:
            fields = self.now | self._changed(edit)
        else:
            fields = self.versions[min(max(version - 1, 0), len(self.versions) - 1)]
        self.versions += [self.now] * (current - len(self.versions)) + [fields]

    def _changed(self, edit: dict[str, str]) -> dict[str, str]:
        fields = {name: value for name, value in edit.items() if name not in IMMUTABLE}
        if "replacefrom" in edit:
            old, start = self.now["chdata"], int(edit["replacefrom"])
            end = start + int(edit["replacen"])
            fields["chdata"] = old[:start] + edit["chdata"] + old[end:]
        return fields


class Plain(PlainClient):
    """One such client.

    Attributes:
        received: every `<sxe/>` that came, for who wants to hold it against the schema.
        advertised: session ids and names seen in presence.
        has_state: it takes part.
    """

    def __init__(self) -> None:
        super().__init__((SXE, TRANSPORT, JINGLE, SVG_APP))
        self.received: list[ET.Element] = []
        self.advertised: dict[str, str] = {}
        self.records: dict[str, Record] = {}
        self.has_state = False
        self.session = ""
        self.host = ""
        self.last = ("", "")
        self._giver = ""
        self._later: list[tuple[str, ET.Element]] = []
        self._removed: set[str] = set()

    # --- what a person does with it

    def connect(self, session: str, host: str) -> None:
        """ "Connecting to a Session"."""
        self.session, self.host = session, host
        self._sxe("<connect/>", host)

    def add(self, parent: str, name: str, **attributes: str) -> str:
        """ "Creating New Nodes": an element at the end of `parent` and its attributes; its rid."""
        rid = self._rid()
        weights = [r.weight[0] for r in self._children(parent) if r.kind != "attr"]
        self.edit(
            f"<new type='element' name='{name}' ns='{SVG}' parent={quoteattr(parent)} rid='{rid}' "
            f"primary-weight='{max(weights, default=0) + 1}'/>",
            *(
                f"<new type='attr' name='{key}' parent='{rid}' rid='{self._rid()}' "
                f"chdata={quoteattr(value)}/>"
                for key, value in attributes.items()
            ),
        )
        return rid

    def set(self, rid: str, **fields: str) -> None:
        """ "The set Element"."""
        written = "".join(
            f" {name.replace('_', '-')}={quoteattr(value)}" for name, value in fields.items()
        )
        version = len(self.records[rid].versions)
        self.edit(f"<set target={quoteattr(rid)} version='{version}'{written}/>")

    def remove(self, rid: str) -> None:
        """ "Removing Nodes": what is inside goes first."""
        inside = [rid]
        for one in inside:
            inside += [child.rid for child in self._children(one)]
        self.edit(*(f"<remove target={quoteattr(one)}/>" for one in reversed(inside)))

    def edit(self, *operations: str) -> None:
        """Send operations; in a room they count when the room sends them back."""
        state = f"<state>{''.join(operations)}</state>"
        id_ = self._sxe(state, self.host)
        if not self.room:
            self._process(self.address, ET.fromstring(self._written(state, id_)))

    # --- what it shows

    def roots(self) -> list[Record]:
        """Records without a parent; the document's element is the one with most weight."""
        return [one for one in self.records.values() if not one.now.get("parent")]

    def attribute(self, rid: str, name: str) -> Record:
        """The record of an attribute."""
        return next(r for r in self._children(rid) if r.kind == "attr" and r.now["name"] == name)

    def document(self) -> str:
        """ "Mapping the Records to the DOM Document", canonically."""
        roots = [one for one in self.roots() if one.kind == "element"]
        if not roots:
            return ""
        element = self._element(max(roots, key=lambda one: one.rid), "")
        return canonical(ET.tostring(element, "unicode"))

    def _element(self, record: Record, ns: str) -> ET.Element:
        ns = record.now.get("ns", ns)
        element = ET.Element(f"{{{ns}}}{record.now['name']}" if ns else record.now["name"])
        last: ET.Element | None = None
        for child in sorted(self._children(record.rid), key=lambda one: one.weight):
            now = child.now
            if child.kind == "attr":
                of = XML if now.get("ns") == "xml" else now.get("ns")
                element.set(f"{{{of}}}{now['name']}" if of else now["name"], now["chdata"])
            elif child.kind == "element":
                last = self._element(child, ns)
                element.append(last)
            elif child.kind == "comment":
                last = ET.Comment(now["chdata"])
                element.append(last)
            elif child.kind == "text" and last is None:
                element.text = (element.text or "") + now["chdata"]
            elif child.kind == "text":
                last.tail = (last.tail or "") + now["chdata"]
        return element

    def _children(self, rid: str) -> list[Record]:
        return [one for one in self.records.values() if one.now.get("parent") == rid]

    # --- what comes

    def on_presence(self, presence: ET.Element) -> None:
        """ "Advertising a Session"."""
        sxe = presence.find(f"{{{SXE}}}sxe")
        if sxe is not None and sxe.get("session"):
            self.advertised[sxe.get("session")] = sxe.get("name", "")

    def on_iq(self, iq: ET.Element) -> bool:
        """ "Session Management": every invitation is accepted."""
        jingle = iq.find(f"{{{JINGLE}}}jingle")
        if jingle is None:
            return False
        if jingle.get("action") == "session-initiate":
            sender, sid = iq.get("from"), jingle.get("sid")
            content = jingle.find(f"{{{JINGLE}}}content")
            jingle.set("action", "session-accept")
            assert content is not None
            self.write(
                f"<iq type='set' id='{self.new_id()}' to={quoteattr(sender)}>"
                f"{ET.tostring(jingle, 'unicode')}</iq>"
            )
            host = content.findtext(f"{{{TRANSPORT}}}transport/{{{TRANSPORT}}}host")
            self.connect(sid, host)
        return True

    def on_message(self, message: ET.Element) -> None:
        """Everything else of the XEP."""
        sxe = message.find(f"{{{SXE}}}sxe")
        if sxe is None:
            return
        self.received.append(sxe)
        sender = message.get("from", "")
        if sxe.get("session") != self.session or len(sxe) == 0 or self._is_mine(sender, sxe):
            return
        what = sxe[0].tag.removeprefix(f"{{{SXE}}}")
        if what == "connect" and self.has_state:
            self._sxe(f"<state-offer><description xmlns='{SVG_APP}'/></state-offer>", sender)
        elif what == "accept-state":
            self._give(sender)
        elif what == "state-offer":
            self._sxe("<refuse-state/>" if self._giver else "<accept-state/>", sender)
            self._giver = self._giver or sender
        elif what == "state":
            self._state(sender, sxe, to_all=message.get("type") == "groupchat")

    def _is_mine(self, sender: str, sxe: ET.Element) -> bool:
        """One's own negotiation comes back from a room like all else; one's own edits count."""
        return bool(self.room) and sender == self.address_here and sxe[0].tag != f"{{{SXE}}}state"

    def _give(self, to: str) -> None:
        """ "Sending the State of the Document": version 0 and all the later edits to each."""
        made, done = [], set()
        for record in self.records.values():
            self._write_record(record, made, done)
        sender, id_ = self.last
        self._sxe(
            f"<state><document-begin prolog='data:text/xml,'/>{''.join(made)}<document-end "
            f"last-sender={quoteattr(sender)} last-id={quoteattr(id_)}/></state>",
            to,
        )

    def _write_record(self, record: Record, made: list[str], done: set[str]) -> None:
        if record.rid in done:
            return
        done.add(record.rid)
        above = self.records.get(record.made.get("parent", ""))
        if above is not None:
            self._write_record(above, made, done)
        for name, fields in (("new", record.made), *(("set", edit) for edit in record.edits)):
            made.append(f"<{name}{''.join(f' {k}={quoteattr(v)}' for k, v in fields.items())}/>")

    def _state(self, sender: str, sxe: ET.Element, *, to_all: bool) -> None:
        state = sxe[0]
        if self.has_state:
            self._process(sender, sxe)
        elif sender == self._giver and not to_all:
            self._process(sender, sxe, is_history=True)
            end = state.find(f"{{{SXE}}}document-end")
            if end is not None:
                self.has_state = True
                self._go_on((end.get("last-sender", ""), end.get("last-id", "")))
        elif self._giver:
            self._later.append((sender, sxe))

    def _go_on(self, last: tuple[str, str]) -> None:
        """What came while the state came, after the last edit that is inside it."""
        keys = [(sender, sxe.get("id", "")) for sender, sxe in self._later]
        self.last = last
        for sender, sxe in self._later[keys.index(last) + 1 if last in keys else 0 :]:
            self._process(sender, sxe)
        self._later.clear()

    def _process(self, sender: str, sxe: ET.Element, *, is_history: bool = False) -> None:
        removed = set()
        for child in sxe[0]:
            fields, name = dict(child.attrib), child.tag.removeprefix(f"{{{SXE}}}")
            if name == "new" and fields["rid"] not in self.records:
                record = Record(fields["rid"], fields["type"], fields, [fields])
                self.records[record.rid] = record
            elif name == "set" and fields["target"] in self.records:
                self.records[fields["target"]].set(fields, is_history=is_history)
            elif name == "remove":
                self.records.pop(fields["target"], None)
                removed.add(fields["target"])
        if not is_history:
            self.last = (sender, sxe.get("id", ""))
        self._removed |= removed
        orphans = [r.rid for r in self.records.values() if r.now.get("parent") in self._removed]
        if orphans:
            self.edit(*(f"<remove target={quoteattr(rid)}/>" for rid in orphans))

    # --- writing

    def _rid(self) -> str:
        return f"plain-{self.address.partition('@')[0]}-{self.new_id()}"

    def _sxe(self, child: str, to: str) -> str:
        id_ = self.new_id()
        self.message(to, self._written(child, id_), to_all=bool(self.room) and to == self.room)
        return id_

    def _written(self, child: str, id_: str) -> str:
        return f"<sxe xmlns='{SXE}' session={quoteattr(self.session)} id='{id_}'>{child}</sxe>"


def canonical(xml: str | bytes) -> str:
    """Canonical XML with prefixes that do not depend on who wrote it."""
    text = xml if isinstance(xml, str) else xml.decode()
    return ET.canonicalize(text, rewrite_prefixes=True)
