"""Title, description, language and related documents, as ordinary edits (F9)."""

from __future__ import annotations

import pytest

from tests.helpers.hostile import FILES
from whiteboard.editing.editor import Editor
from whiteboard.editing.properties import Properties, Related, properties_of, set_properties
from whiteboard.formats.clean import cleaned, faults
from whiteboard.formats.svgfile import fill, load, save
from whiteboard.model.document import Document, empty_document, new_document
from whiteboard.model.ids import Party, Replica
from whiteboard.validation.applications import SVG
from whiteboard.validation.edits import offences

PLAN = Related("https://plans.example/attic.svg", "The attic")
WALL = Related("xmpp:wall@rooms.example?join")
ALL = Properties("House", "The whole of it", "de-CH", (PLAN, WALL))


def opened(data: bytes) -> Document:
    document = empty_document()
    fill(document, load(data))
    return document


def test_what_is_said_is_read_again_also_from_a_file():
    document = new_document()
    assert properties_of(document) == Properties()
    set_properties(document, ALL)
    assert properties_of(document) == ALL
    data = save(document)
    assert properties_of(opened(data)) == ALL
    assert cleaned(data) is data
    assert faults(load(data).root) == []
    assert all(offences(document, b, SVG) == () for b in document.batches_since({}))


def test_a_change_is_one_step_and_only_what_differs_is_written():
    document = new_document()
    editor = Editor(document)
    commits = []
    document.on_commit.subscribe(commits.append)
    set_properties(document, ALL)
    set_properties(document, ALL)
    assert len(commits) == 1
    set_properties(document, Properties("House", "The whole of it", "de-CH", (WALL,)))
    assert len(commits[-1].changes.removed) > 0
    assert commits[-1].changes.added == frozenset()
    editor.undo()
    assert properties_of(document) == ALL
    editor.undo()
    assert properties_of(document) == Properties()


def test_links_that_two_people_add_at_once_both_stay():
    ana = new_document()
    mira = Document(ana.session, Party("mira"), Replica("mmmmmmmm"))
    mira.receive(ana.batches_since({}))
    set_properties(ana, Properties(related=(PLAN,)))
    set_properties(mira, Properties(related=(WALL,)))
    ana.receive(mira.batches_since(ana.vv))
    mira.receive(ana.batches_since(mira.vv))
    assert set(properties_of(ana).related) == {PLAN, WALL}
    assert properties_of(ana) == properties_of(mira)


@pytest.mark.parametrize("address", ["", " ", "javascript:alert(1)", "java\nscript:x"])
def test_what_would_run_is_no_address(address):
    document = new_document()
    with pytest.raises(ValueError, match="no address"):
        set_properties(document, Properties(related=(Related(address),)))
    assert properties_of(document) == Properties()


def test_relations_as_other_programs_write_them_are_read():
    data = b"""<svg xmlns="http://www.w3.org/2000/svg" xml:lang="fr"
      xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"
      xmlns:cc="http://creativecommons.org/ns#" xmlns:dc="http://purl.org/dc/elements/1.1/">
      <title> Maison </title><metadata><rdf:RDF><cc:Work rdf:about="">
      <dc:format>image/svg+xml</dc:format><dc:relation>https://a.example/</dc:relation>
      <dc:relation rdf:resource="https://b.example/"/><dc:relation>javascript:x</dc:relation>
      </cc:Work></rdf:RDF></metadata></svg>"""
    document = opened(data)
    found = properties_of(document)
    assert (found.title, found.language) == ("Maison", "fr")
    assert found.related == (Related("https://a.example/"), Related("https://b.example/"))
    set_properties(document, Properties("Maison", "", "fr", (*found.related, PLAN)))
    assert properties_of(document).related == (*found.related, PLAN)
    assert b"image/svg+xml" in save(document)


@pytest.mark.parametrize("text", FILES.values(), ids=FILES.keys())
def test_any_file_can_be_asked(text):
    assert isinstance(properties_of(opened(text.encode())), Properties)
