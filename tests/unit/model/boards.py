"""Short forms for boards and messages in tests of the model."""

from whiteboard.model.changes import Origin
from whiteboard.model.document import Document
from whiteboard.model.ids import Party, Replica, SessionId
from whiteboard.model.ops import Batch, Kind, LiteralElement, New

SESSION = SessionId("session")
SVG = "http://www.w3.org/2000/svg"


def batch(r, n, l, *ops, deps=None, restores=None):  # noqa: E741 - the name on the wire
    """A message of replica `r`, whose party has the same name."""
    return Batch(SESSION, Party(r), Replica(r), n, l, ops, deps or {}, restores or {})


def rect(rid, parent, weight=1.0):
    """A plain `new` of an element."""
    return New(rid, Kind.ELEMENT, parent, weight, SVG, "rect")


def element(name="g", *children, **attributes):
    """An SVG element to create."""
    named = tuple(("", key, value) for key, value in attributes.items())
    return LiteralElement(SVG, name, named, children)


def board(name="a", root=None):
    """A document of replica `name`; with a root if it is the first."""
    document = Document(SESSION, Party(name), Replica(name))
    if root is not None:
        with document.transact(Origin.LOAD) as edit:
            edit.add_root(root)
    return document


def others(first, *names):
    """Members who have what `first` has."""
    result = []
    for name in names:
        document = board(name)
        document.receive(first.batches_since({}))
        result.append(document)
    return result


def exchange(*documents):
    """Everybody gets everything."""
    for _ in range(2):
        for one in documents:
            for other in documents:
                if one is not other:
                    one.receive(other.batches_since(one.vv))
