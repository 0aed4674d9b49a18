"""The dialog for what a board says about itself and what it belongs with (F9)."""

from __future__ import annotations

from PySide6.QtWidgets import QApplication

from tests.helpers.hands import click, settle
from whiteboard.editing.properties import Properties, Related, properties_of, set_properties

ATTIC = Related("https://plans.example/attic.svg", "The attic")


def opened(window):
    window.actions_by_id["properties"].trigger()
    settle()
    return window.people_flow.dialog


def test_what_is_said_is_shown_changed_and_kept(world, open_window):
    window = open_window(world)
    document = world.boards.boards[0].document
    said = Properties("House", "Two\nlines", "en", (ATTIC,))
    set_properties(document, said)
    sheet = opened(window)
    assert sheet.named.text() == "House"
    assert sheet.description.toPlainText() == "Two\nlines"
    click(sheet.save)
    assert properties_of(document) == said, "nothing was changed"
    sheet = opened(window)
    sheet.named.setText("Barn")
    click(sheet.add)
    row = sheet._all_rows()[-1]
    assert QApplication.focusWidget() is row.title
    row.address.setText("https://plans.example/roof.svg")
    click(sheet._all_rows()[0].remove)
    settle()
    click(sheet.save)
    assert properties_of(document) == Properties(
        "Barn", "Two\nlines", "en", (Related("https://plans.example/roof.svg"),)
    )


def test_what_is_no_language_or_address_is_said_at_the_field(world, open_window):
    window = open_window(world)
    document = world.boards.boards[0].document
    sheet = opened(window)
    sheet.language.setText("not a tag")
    click(sheet.save)
    assert "is not a language" in sheet.problem.text()
    sheet.language.setText("")
    sheet.add_row(Related("javascript:alert(1)", "Run"))
    settle()
    click(sheet.save)
    assert "is not the address of a document" in sheet.problem.text()
    assert properties_of(document) == Properties()


def test_what_is_not_shown_is_said_there_too(world, open_window):
    window = open_window(world)
    window.pages.front.surface.missing = lambda: ("2 parts cannot be shown.",)
    sheet = opened(window)
    assert "2 parts cannot be shown." in [
        label.text() for label in sheet.findChildren(type(sheet.title))
    ]
