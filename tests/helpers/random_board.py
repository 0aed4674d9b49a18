"""Random edits of any kind through `Document.transact`, and a copy kept by `Changes` alone."""

from whiteboard.model.changes import Origin
from whiteboard.model.ids import DOCUMENT, TRASH, Rid
from whiteboard.model.ops import Kind, LiteralElement, New, Remove, Set

SVG = "http://www.w3.org/2000/svg"
XLINK = "http://www.w3.org/1999/xlink"


def random_edit(document, rng, known):
    """One operation or a few, on a random record of `known` rids (which grows)."""
    with document.transact(Origin.LOCAL) as edit:
        for _ in range(rng.choice((1, 1, 1, 3))):
            _edit(document, edit, rng, known)


def _edit(document, edit, rng, known):
    rid = rng.choice(known)
    kind = document.kind(rid)
    target = rng.choice([rid for rid in known if document.kind(rid) is Kind.ELEMENT] or known)
    roll = rng.randrange(22)
    if document.root is None or roll == 0:
        known.append(edit.add_root(LiteralElement(SVG, "svg", (("", "id", "root"),))))
    elif roll < 4:
        inner = LiteralElement(rng.choice(("", SVG)), "tspan", (), ("inner",))
        children = rng.choice(((), ("text",), ("a", inner, "b"), (inner, inner)))
        attributes = (("", "id", rng.choice("ij")), (XLINK, "href", "#x"))[: rng.randrange(3)]
        element = LiteralElement(SVG, rng.choice(("g", "rect")), attributes, children)
        fresh = edit.add(target, element, _place(document, rng, target))
        known.append(fresh)
        known.extend(document.children(fresh))
    elif roll < 6:
        known.append(edit.add_text(target, rng.choice(("", "x", "y--z-")), None))
    elif roll == 6:
        known.append(edit.add_comment(rng.choice((DOCUMENT, target)), "c--"))
    elif roll == 7:
        known.append(edit.add_instruction(rng.choice((DOCUMENT, target)), "pi", "d?>"))
    elif roll < 11 and kind is Kind.ELEMENT:
        ns, name = rng.choice((("", "x"), ("", "id"), (XLINK, "href"), ("urn:o", "o")))
        edit.set_attribute(rid, name, rng.choice((None, "1", "i", "j")), ns)
    elif roll < 14 and kind in {Kind.TEXT, Kind.COMMENT, Kind.INSTRUCTION}:
        edit.set_text(rid, rng.choice(("", "new", document.text(rid)[:1] + "ö😀")))
    elif roll < 17:
        edit.move(rid, target, _place(document, rng, target))
    elif roll == 17:
        edit.trash(rid)
    elif roll == 18 and kind is Kind.ELEMENT:
        edit.rename(rid, rng.choice(("g", "path", "1x")), rng.choice((SVG, "urn:o", "")))
    elif roll == 19 and kind is Kind.ELEMENT:
        attribute = Rid(f"{rid}@x")
        edit.do(Set(attribute, name=rng.choice(("y", "id", "xmlns")), chdata="v"))
    elif roll == 20:
        foreign = f"{document.replica}.zz{rng.randrange(9)}"
        ns = rng.choice((None, "urn:p"))
        edit.do(New(Rid(foreign), rng.choice(list(Kind)), target, 1.5, ns, "n", "v", "t", "d"))
    elif rng.random() < 0.2:
        edit.do(Remove(rid))
    elif rng.random() < 0.5:
        edit.do(Set(rid, parent=TRASH))


def _place(document, rng, parent):
    return rng.choice([None, *document.children(parent)])


def picture(document):
    """All that is visible, asked record by record."""
    seen = {}
    waiting = [*document.children(DOCUMENT)]
    while waiting:
        rid = waiting.pop()
        seen[rid] = describe(document, rid)
        waiting.extend(document.children(rid))
    return seen


def describe(document, rid):
    """One visible node without its place."""
    kind = document.kind(rid)
    if kind is Kind.ELEMENT:
        return (kind, document.ns(rid), document.name(rid), dict(document.attributes(rid)))
    return (kind, document.name(rid), document.text(rid))


class Follower:
    """What one knows who looks only at what `Changes` names."""

    def __init__(self, document):
        self.document = document
        self.nodes = {}
        self.places = {}
        self.look_at_all()
        document.on_commit.subscribe(lambda commit: self.follow(commit.changes))

    def look_at_all(self):
        self.nodes = picture(self.document)
        self.places = {rid: self.place(rid) for rid in self.nodes}

    def place(self, rid):
        return (self.document.parent(rid), self.document.weight(rid))

    def follow(self, changes):
        document = self.document
        if changes.reset:
            self.look_at_all()
            return
        for rid in changes.removed:
            del self.nodes[rid], self.places[rid]
        for rid in changes.added:
            assert rid not in self.nodes
            assert document.is_visible(rid)
            self.nodes[rid] = describe(document, rid)
            self.places[rid] = self.place(rid)
        for rid in changes.moved:
            assert rid not in changes.added
            assert self.places[rid] != self.place(rid)
            self.places[rid] = self.place(rid)
        for rid in changes.renamed:
            assert self.nodes[rid] != describe(document, rid)
            old = self.nodes[rid]
            fresh = describe(document, rid)
            self.nodes[rid] = (*fresh[:3], *old[3:]) if len(old) == len(fresh) else fresh
        for rid, names in changes.attributes.items():
            assert rid not in changes.added
            shown = self.nodes[rid][3]
            for ns, name in names:
                value = document.attribute(rid, name, ns)
                assert shown.get((ns, name)) != value
                shown.pop((ns, name), None)
                if value is not None:
                    shown[ns, name] = value
        for rid in changes.text:
            for child in document.children(rid):
                if document.kind(child) is not Kind.ELEMENT:
                    self.nodes[child] = describe(document, child)

    def check(self):
        """Nothing went unnoticed."""
        seen = picture(self.document)
        assert self.nodes == seen
        assert self.places == {rid: self.place(rid) for rid in seen}
