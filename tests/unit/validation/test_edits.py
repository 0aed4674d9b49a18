"""Which edits offend, and that only what they touched is looked at."""

from __future__ import annotations

from dataclasses import replace

import pytest

from whiteboard.model.changes import Origin
from whiteboard.model.document import new_document
from whiteboard.model.ops import LiteralElement
from whiteboard.svg.plan import SVG_NS
from whiteboard.svg.schema.check import SOUND, Severity
from whiteboard.validation.applications import APPLICATIONS, SVG, XHTML, XML, by_word
from whiteboard.validation.edits import MAX_FINDINGS, offences

XHTML_NS = "http://www.w3.org/1999/xhtml"


def element(name: str, *children: LiteralElement | str, ns: str = SVG_NS, **attributes: str):
    values = tuple(("", key.replace("_", "-"), value) for key, value in attributes.items())
    return LiteralElement(ns, name, values, children)


class Board:
    """A document, and what each transaction on it is found to do."""

    def __init__(self, application=SVG) -> None:
        self.application = application
        self.document = new_document(application.empty())
        self.checked: list[str] = []

    def does(self, act) -> list[str]:
        batches = []
        unsubscribe = self.document.on_commit.subscribe(lambda c: batches.extend(c.batches))
        with self.document.transact(Origin.LOCAL) as edit:
            result = act(edit)
        unsubscribe()
        self.result = result
        found = [f for b in batches for f in offences(self.document, b, self._counting())]
        return [str(f) for f in found]

    def _counting(self):
        def check(ns, name, attributes, parent):
            self.checked.append(name)
            return self.application.check(ns, name, attributes, parent)

        return replace(self.application, check=check)

    def add(self, what, parent=None) -> list[str]:
        return self.does(lambda edit: edit.add(parent or self.document.root, what))


def test_a_sound_edit_offends_nobody():
    board = Board()
    assert (
        board.add(element("g", element("rect", width="5", fill="red"), element("new-thing"))) == []
    )
    assert board.add(element("thing", ns="urn:other")) == []


def test_an_edit_looks_at_the_element_that_it_touched_and_at_no_other():
    board = Board()
    board.add(element("g", *(element("rect", width="5") for _ in range(50))))
    (rect, *_) = board.document.children(board.result)
    board.checked.clear()
    assert board.does(lambda edit: edit.set_attribute(rect, "width", "6")) == []
    assert board.checked == ["rect"]


def test_only_what_an_edit_wrote_is_held_against_it():
    board = Board()
    assert board.add(element("rect", fill="banana")) == ['invalid: <rect fill="banana">']
    rect = board.result
    assert board.does(lambda edit: edit.set_attribute(rect, "width", "6")) == []
    assert board.does(lambda edit: edit.set_attribute(rect, "fill", "apple")) != []
    assert board.does(lambda edit: edit.set_attribute(rect, "fill", None)) == []


def test_a_move_to_where_a_thing_may_not_stand_offends():
    board = Board()
    board.add(element("clipPath"))
    clip = board.result
    board.add(element("g"))
    group = board.result
    assert board.does(lambda edit: edit.move(group, clip)) == ["invalid: <g>"]
    assert board.does(lambda edit: edit.move(group, board.document.root)) == []


def test_text_that_loads_a_style_sheet_offends():
    board = Board()
    board.add(element("style"))
    style = board.result
    text = "@import url(https://evil.example/a.css);"
    assert board.does(lambda edit: edit.add_text(style, text)) == ["forbidden: <style>"]
    assert board.does(lambda edit: edit.add_text(board.document.root, text)) == []


def test_of_a_message_with_many_faults_some_are_named():
    board = Board()
    assert len(board.add(element("g", *(element("script") for _ in range(40))))) == MAX_FINDINGS


def test_there_are_three_types_and_each_has_a_name_and_a_root():
    assert [one.word for one in APPLICATIONS.values()] == ["svg", "xhtml", "xml"]
    assert by_word("xhtml") is XHTML
    with pytest.raises(KeyError):
        by_word("pdf")
    assert SVG.empty() == LiteralElement(SVG_NS, "svg")
    assert XHTML.empty() == LiteralElement(XHTML_NS, "html")
    assert XML.root is None


def test_a_root_of_another_type_offends():
    board = Board(XML)
    board.application = SVG
    document = board.document
    (batch,) = document.batches_since({})
    assert [f.severity for f in offences(document, batch, SVG)] == [Severity.INVALID]
    assert offences(document, batch, XML) == ()


@pytest.mark.parametrize(
    ("what", "found"),
    [
        (element("p", "Hello", ns=XHTML_NS), []),
        (element("img", ns=XHTML_NS, src="https://pictures.example/a.png"), []),
        (element("a", ns=XHTML_NS, href="https://pages.example/"), []),
        (element("svg", element("rect", width="1")), []),
        (element("blink", ns=XHTML_NS), []),
        (element("script", ns=XHTML_NS), ["forbidden: <script>"]),
        (element("iframe", ns=XHTML_NS), ["forbidden: <iframe>"]),
        (element("meta", ns=XHTML_NS, http_equiv="refresh"), ["forbidden: <meta>"]),
        (element("p", ns=XHTML_NS, onclick="x()"), ['forbidden: <p onclick="x()">']),
        (element("a", ns=XHTML_NS, href="javascript:x"), ['forbidden: <a href="javascript:x">']),
        (element("td", ns=XHTML_NS, background="//e/x"), ['forbidden: <td background="//e/x">']),
        (element("p", ns=XHTML_NS, style="a:url(x)"), ['forbidden: <p style="a:url(x)">']),
        (element("svg", element("script")), ["forbidden: <script>"]),
    ],
)
def test_pages_run_and_load_nothing_either(what, found):
    assert Board(XHTML).add(what) == found


def test_any_xml_has_no_rules():
    assert Board(XML).add(element("script", onload="x")) == []
    assert XML.check("urn:x", "y", [], None) is SOUND
