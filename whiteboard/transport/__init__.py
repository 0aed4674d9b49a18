"""slixmpp adapters: connections, rooms, one-to-one sessions, and the services the windows use."""
