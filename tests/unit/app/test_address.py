"""What people and desktops hand to the program: addresses, files, URIs."""

from __future__ import annotations

from pathlib import Path

import pytest

from whiteboard.app.address import file_of, parse_address
from whiteboard.app.errors import CommandError
from whiteboard.im.links import BoardLink, is_link


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("xmpp:atelier@rooms.example?join", BoardLink("atelier@rooms.example", is_room=True)),
        ("XMPP:atelier@rooms.example?join", BoardLink("atelier@rooms.example", is_room=True)),
        ("xmpp:a@r.example?join;password=x", BoardLink("a@r.example", is_room=True, password="x")),
        ("xmpp:mira@example.org", BoardLink("mira@example.org", is_room=False)),
        ("xmpp:mira@example.org?message;body=x", BoardLink("mira@example.org", is_room=False)),
        ("mira@example.org/desk", BoardLink("mira@example.org", is_room=False)),
        ("xmpp:na%C3%AFve@example.org", BoardLink("naïve@example.org", is_room=False)),
    ],
)
def test_addresses_are_read(text, address):
    assert parse_address(text) == address


@pytest.mark.parametrize("text", ["", "xmpp:", "mira", "@example.org", "mira@", "xmpp:a b@c"])
def test_what_is_no_address_is_said(text):
    with pytest.raises(CommandError, match="is not an address"):
        parse_address(text)


def test_only_xmpp_is_an_address_and_all_else_a_file():
    assert is_link("xmpp:a@b")
    assert not is_link("xmpp.svg")
    assert not is_link("file:///xmpp:a")


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("a b.svg", "a b.svg"),
        ("/tmp/a%20b.svg", "/tmp/a%20b.svg"),
        ("file:///tmp/a%20b.svg", "/tmp/a b.svg"),
        ("FILE:/tmp/%C3%A4.svg", "/tmp/ä.svg"),
        ("file://localhost/tmp/a.svg", "/tmp/a.svg"),
    ],
)
def test_a_file_may_be_a_path_or_a_uri(text, path):
    assert file_of(text) == Path(path)


def test_a_file_of_another_computer_is_refused():
    with pytest.raises(CommandError, match="another computer"):
        file_of("file://server/share/a.svg")
