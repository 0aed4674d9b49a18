"""XEP-0284 Shared XML Editing as a slixmpp plugin: stanzas, features, one event; no policy."""

from whiteboard.xep_0284.stanza import NAMESPACE, SXE, TRANSPORT_NAMESPACE
from whiteboard.xep_0284.sxe import XEP_0284

__all__ = ["NAMESPACE", "SXE", "TRANSPORT_NAMESPACE", "XEP_0284"]
