"""Finished parts of a plain session: an attribute that says who, found again and taken away."""

from __future__ import annotations

from tests.helpers.strict import SVG
from whiteboard.model.changes import Origin
from whiteboard.model.document import new_document
from whiteboard.model.ops import LiteralElement
from whiteboard.session.finished import FinishedElements


def group():
    document = new_document()
    inner = LiteralElement(SVG, "rect", (("", "x", "1"),))
    with document.transact(Origin.LOCAL) as edit:
        outer = edit.add(document.root, LiteralElement(SVG, "g", (), (inner,)))
    return document, outer, document.children(outer)[0]


def test_what_lies_in_a_finished_element_is_finished_until_it_is_reopened():
    document, outer, inner = group()
    finished = FinishedElements(document)
    finished.declare(outer, "Ana")
    assert finished.by == {outer: "Ana"}
    assert finished.at(inner) == outer
    assert finished.at(document.root) is None
    finished.reopen(outer)
    assert finished.at(inner) is None


def test_it_is_found_in_a_document_that_is_there_already_and_follows_it():
    document, outer, inner = group()
    FinishedElements(document).declare(inner, "Ana")
    finished = FinishedElements(document)
    assert finished.at(inner) == inner
    with document.transact(Origin.LOCAL) as edit:
        edit.trash(outer)
    assert not finished.by
    finished.close()


def test_a_name_from_outside_is_bounded_and_nobody_is_somebody():
    document, outer, _ = group()
    finished = FinishedElements(document)
    finished.declare(outer, "x" * 5000)
    assert len(finished.by[outer]) == 200
    finished.declare(outer, "")
    assert finished.at(outer) == outer
