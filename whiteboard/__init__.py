"""Whiteboard: people draw together on one live SVG document over XMPP."""

__version__ = "0.1.0"
