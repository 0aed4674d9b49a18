"""Loggers named by subject, not by file: `--log-filter sync,xmpp` picks from these names."""

from __future__ import annotations

import logging

MODEL = logging.getLogger("whiteboard.model")
EDIT = logging.getLogger("whiteboard.edit")
SYNC = logging.getLogger("whiteboard.sync")
XMPP = logging.getLogger("whiteboard.xmpp")
CANVAS = logging.getLogger("whiteboard.canvas")
INPUT = logging.getLogger("whiteboard.input")
UI = logging.getLogger("whiteboard.ui")

SUBJECTS = ("model", "edit", "sync", "xmpp", "canvas", "input", "ui")
