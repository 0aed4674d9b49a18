"""Strict sessions for tests: short forms for stanzas, and the comparison with the plain view."""

from __future__ import annotations

from whiteboard.model.ids import DOCUMENT, SessionId
from whiteboard.model.ops import Kind, New, Remove, Set
from whiteboard.model.strict.document import StrictDocument
from whiteboard.model.strict.ops import Stanza
from whiteboard.model.strict.view import strict_view

SVG = "http://www.w3.org/2000/svg"
SESSION = SessionId("851ba2")
ROOT = New("~r", Kind.ELEMENT, DOCUMENT, 0.0, SVG, "svg")


def element(rid, parent="~r", weight=1.0, name="g"):
    return New(rid, Kind.ELEMENT, parent, weight, SVG, name)


def attribute(rid, parent, name="fill", value="red"):
    return New(rid, Kind.ATTRIBUTE, parent, 0.0, None, name, value)


def text(rid, parent, value, weight=1.0):
    return New(rid, Kind.TEXT, parent, weight, chdata=value)


def named(rid, version, name):
    return Set(rid, version, name=name)


def moved(rid, version, parent):
    return Set(rid, version, parent=parent)


def written(rid, version, chdata, replace=None):
    return Set(rid, version, chdata=chdata, replace=replace)


def removed(rid):
    return Remove(rid)


def stanza(sender, id_, *ops):
    return Stanza(sender, str(id_), ops)


BASE = stanza("base", 0, ROOT, element("p", weight=1), element("q", weight=2))


def document(*stanzas):
    made = StrictDocument(SESSION)
    made.receive(stanzas)
    return made


def check(made, stanzas):
    """The document is what the set of stanzas makes."""
    view = strict_view(stanzas)
    assert made.state_hash() == view.state_hash
    assert made.c14n() == view.c14n


def everywhere(*stanzas, orders=12):
    """The document of some stanzas, the same in every order (some of them) and repeated."""
    import itertools
    import random

    every = list(itertools.islice(itertools.permutations(stanzas), 720))
    random.Random(1).shuffle(every)
    for order in every[:orders]:
        held = []
        made = StrictDocument(SESSION)
        for one in order:
            made.receive([one])
            held.append(one)
            check(made, held)
        made.receive(order)
        check(made, held)
    return document(*stanzas)
