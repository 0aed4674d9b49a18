"""Every XML namespace this layer speaks: each one constant, here and nowhere else."""

from __future__ import annotations

SXE = "urn:xmpp:sxe:0"
"""XEP-0284, Shared XML Editing."""
SXE_TRANSPORT = "urn:xmpp:jingle:transports:sxe"
JINGLE = "urn:xmpp:jingle:1"
SYNC = "urn:x-whiteboard:sync:0"
"""Ours: stamps, heartbeats, history, what is shown and never kept (SYNC 5.1, 0.3.14)."""
MERGE = "urn:x-whiteboard:sxe-merge:0"
"""Ours: the feature (disco#info) of sessions in merge mode (SYNC 4)."""
LOG = "urn:x-whiteboard:log:0"
"""Ours: the file that keeps a session's messages (ARCHITECTURE 4)."""
APPLICATION_SVG = "urn:xmpp:jingle:apps:svg"
APPLICATION_XHTML = "urn:xmpp:jingle:apps:xhtml"
APPLICATION_XML = "urn:xmpp:jingle:apps:xml"
APPLICATIONS = (APPLICATION_SVG, APPLICATION_XHTML, APPLICATION_XML)
FORWARD = "urn:xmpp:forward:0"
DELAY = "urn:xmpp:delay"
RSM = "http://jabber.org/protocol/rsm"
HINTS = "urn:xmpp:hints"
OCCUPANT_ID = "urn:xmpp:occupant-id:0"
CHAT_STATES = "http://jabber.org/protocol/chatstates"
RECEIPTS = "urn:xmpp:receipts"
CORRECTION = "urn:xmpp:message-correct:0"
IDS = "urn:xmpp:sid:0"
CLIENT = "jabber:client"
PSI_SXE = "http://jabber.org/protocol/sxe"
"""Shared XML editing as the client Psi speaks it."""
PSI_SVG = "http://www.w3.org/2000/svg"
"""Psi's feature (disco#info), and what it invites to: drawings."""
PSI_TEXT = "urn:x-whiteboard:psi:0"
"""Ours: what texts say that Psi gets in plain ASCII."""
XLINK = "http://www.w3.org/1999/xlink"
STANZAS = "urn:ietf:params:xml:ns:xmpp-stanzas"
XML = "http://www.w3.org/XML/1998/namespace"

CHAT_FEATURES = (CHAT_STATES, RECEIPTS, CORRECTION)
"""What our disco#info says of the text chat."""

FEATURES = (SXE, SXE_TRANSPORT, JINGLE, MERGE, APPLICATION_SVG, PSI_SXE, PSI_SVG)
"""What our disco#info says because of shared editing."""
