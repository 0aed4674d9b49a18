"""Identity and makers of elements in files, where a person asks for them (F6, F11)."""

from __future__ import annotations

from lxml import etree

from whiteboard.editing.editor import Editor
from whiteboard.editing.literals import PROVENANCE
from whiteboard.formats.clean import cleaned
from whiteboard.formats.history import (
    Provenance,
    provenance,
    save_with_history,
    without_history,
)
from whiteboard.formats.svgfile import fill, load, save
from whiteboard.model.changes import Origin
from whiteboard.model.document import empty_document, new_document
from whiteboard.model.markup import BOARD_NS
from whiteboard.model.ops import LiteralElement
from whiteboard.svg.plan import SVG_NS

RECT = LiteralElement(SVG_NS, "rect", (("", "id", "house"), ("", "width", "5")))
ANA = Provenance("", "Ana", "2026-01-01T12:00:00Z", "Ana", "2026-01-01T12:00:00Z")
BEN = Provenance("", "Ben", "2026-02-02T12:00:00Z", "Ben", "2026-02-02T12:00:00Z")
MIRA = Provenance("", "Ben", "2026-02-02T12:00:00Z", "Mira", "2026-03-03T12:00:00Z")


def drawn():
    document = new_document()
    with document.transact(Origin.LOCAL) as edit:
        group = edit.add(document.root, LiteralElement(SVG_NS, "g", (), (RECT, RECT)))
    return document, group


def opened(data: bytes):
    document = empty_document()
    fill(document, load(data))
    (group,) = [r for r in document.children(document.root) if document.name(r) == "g"]
    return document, group


def test_an_element_keeps_identity_and_maker_over_files_and_boards():
    document, group = drawn()
    data = save_with_history(document, lambda _rid: ANA)
    assert f'wb:rid="{group}"' in data.decode()
    assert data.count(b"xmlns:wb") == 1
    again, copy = opened(data)
    assert copy != group
    assert provenance(again, copy) == Provenance(
        group, ANA.creator, ANA.created, ANA.modifier, ANA.modified
    )
    rids = {provenance(again, kid).rid for kid in again.children(copy)}
    assert rids == set(document.children(group)), "part and whole have their own identity"
    third, last = opened(save_with_history(again, lambda _rid: BEN))
    assert provenance(third, last) == provenance(again, copy), "opening it changed nothing"
    fourth, newest = opened(save_with_history(third, lambda _rid: MIRA))
    found = provenance(fourth, newest)
    assert (found.rid, found.creator, found.modifier) == (group, "Ana", "Mira")


def test_only_who_asks_for_it_gets_it():
    document, _ = drawn()
    assert without_history(save(document)) == save(document)
    plain = without_history(save_with_history(document, lambda _rid: ANA))
    (root, same) = (etree.fromstring(data) for data in (plain, save(document)))
    assert etree.tostring(root, method="c14n") == etree.tostring(same, method="c14n")
    assert b"Ana" not in plain


def test_history_is_no_offence_and_stays_in_clean_files():
    document, _ = drawn()
    data = save_with_history(document, lambda _rid: ANA)
    assert cleaned(data) is data


def test_a_copy_is_another_element():
    document, group = opened(save_with_history(drawn()[0], lambda _rid: ANA))
    editor = Editor(document)
    (copy,) = editor.duplicate([group])
    inside = document.children(copy)
    for rid in (copy, *inside):
        assert provenance(document, rid) == Provenance(rid)
        assert [document.attribute(rid, name, BOARD_NS) for name in PROVENANCE] == [None] * 5


def test_ids_survive_in_another_board_and_are_made_unique_with_what_refers_to_them():
    document, _ = drawn()
    text = (
        "<g xmlns='http://www.w3.org/2000/svg' aria-labelledby='house other'><path id='house'/>"
        "<use href='#house'/><animate begin='house.click+1s;other.end' attributeName='x'/></g>"
    )
    group = etree.fromstring(text)
    literal = LiteralElement(
        SVG_NS,
        "g",
        tuple(("", str(k), str(v)) for k, v in group.attrib.items()),
        tuple(
            LiteralElement(
                SVG_NS,
                etree.QName(child).localname,
                tuple(("", str(k), str(v)) for k, v in child.attrib.items()),
            )
            for child in group
        ),
    )
    elsewhere = new_document()
    (kept,) = Editor(elsewhere).paste([literal])
    assert elsewhere.attribute(elsewhere.children(kept)[0], "id") == "house"
    (made,) = Editor(document).paste([literal])
    path, use, animation = document.children(made)
    assert document.attribute(path, "id") == "house-2"
    assert document.attribute(use, "href") == "#house-2"
    assert document.attribute(animation, "begin") == "house-2.click+1s;other.end"
    assert document.attribute(made, "aria-labelledby") == "house-2 other"
