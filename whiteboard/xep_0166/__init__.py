"""XEP-0166 Jingle session stanzas as a slixmpp plugin (slixmpp ships none); no policy."""

from whiteboard.xep_0166.jingle import XEP_0166, JingleError
from whiteboard.xep_0166.stanza import NAMESPACE, Jingle

__all__ = ["NAMESPACE", "XEP_0166", "Jingle", "JingleError"]
