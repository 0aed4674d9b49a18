"""Messages of a session as values, as XML, and in a log; no slixmpp, no Qt, no clock."""
