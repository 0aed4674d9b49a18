"""People on one strict document without a network: what one writes the others are handed."""

from __future__ import annotations

from tests.helpers.strict import SESSION, check
from whiteboard.editing.editor import Editor
from whiteboard.model.changes import Origin
from whiteboard.model.ids import Party, Replica
from whiteboard.model.ops import LiteralElement
from whiteboard.model.strict.document import StrictDocument

SVG = "http://www.w3.org/2000/svg"


def rect(**attributes):
    """A rectangle to add."""
    return LiteralElement(SVG, "rect", tuple(("", n, v) for n, v in attributes.items()))


class Person:
    """One member with an editor; `out` holds what it wrote and the others do not have yet."""

    def __init__(self, name):
        self.document = StrictDocument(SESSION, Party(name), Replica(name.ljust(8, "x")))
        self.editor = Editor(self.document)
        self.out = []
        self.document.on_commit.subscribe(self._wrote)

    def _wrote(self, commit):
        if commit.origin is not Origin.REMOTE:
            self.out += commit.stanzas


class Table:
    """Some people; all of them see the root that the first one made."""

    def __init__(self, *names):
        self.people = [Person(name) for name in names]
        self.all = []
        with self.people[0].document.transact(Origin.LOAD) as edit:
            edit.add_root(LiteralElement(SVG, "svg"))
        self.meet()

    def __iter__(self):
        return iter(self.people)

    def meet(self):
        """Everybody gets what everybody wrote; all show the same, and what the rules say."""
        fresh = [stanza for person in self.people for stanza in person.out]
        self.all += fresh
        for person in self.people:
            person.out.clear()
            person.document.receive(fresh)
        for person in self.people:
            check(person.document, self.all)
            assert not person.document.pending
        assert len({person.document.c14n() for person in self.people}) == 1
