"""Links to boards: what is written is read again, and hostile ones are refused with a sentence."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from whiteboard.im.links import BoardLink, LinkError, LinkFault, is_link, read_link

parts = st.text(
    st.characters(categories=["L", "N", "P", "S"], exclude_characters="@/"), min_size=1, max_size=40
)


@given(parts, parts, st.booleans(), st.one_of(st.just(""), parts))
def test_what_is_written_is_read_again(local: str, domain: str, is_room: bool, session: str):
    link = BoardLink(f"{local}@{domain}", is_room, session)
    assert is_link(str(link))
    assert str(link).isascii()
    assert read_link(str(link)) == link


@given(st.text(max_size=300))
def test_any_text_is_read_or_refused_with_a_sentence(text: str):
    for link in (text, f"xmpp:{text}", f"xmpp:a@b?join;{text}"):
        sentence = "“"
        try:
            read_link(link)
        except LinkError as error:
            sentence = str(error)
        assert sentence.startswith("“")
        assert len(sentence) < 250


def test_the_links_of_the_protocol_document_are_these():
    room = BoardLink("atelier@rooms.example", True, "851ba2")
    assert str(room) == "xmpp:atelier@rooms.example?join;session=851ba2"
    person = BoardLink("ana@example.org", False, "851ba2")
    assert str(person) == "xmpp:ana@example.org?whiteboard;session=851ba2"
    assert str(BoardLink("café bar".replace(" ", "") + "@x.org", True)) == (
        "xmpp:caf%C3%A9bar@x.org?join"
    )


def test_a_password_is_read_and_never_written():
    link = read_link("xmpp:a@b?join;password=s%20ecret;session=1")
    assert (link.password, link.session) == ("s ecret", "1")
    assert "ecret" not in str(link)


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("xmpp:", LinkFault.NO_ADDRESS),
        ("xmpp:?join", LinkFault.NO_ADDRESS),
        ("xmpp:room", LinkFault.NO_ADDRESS),
        ("xmpp:a@b@c?join", LinkFault.NO_ADDRESS),
        ("xmpp:a%00b@c?join", LinkFault.NO_ADDRESS),
        ("xmpp:a%E2%80%AEb@c?join", LinkFault.NO_ADDRESS),
        ("xmpp:a%ffb@c?join", LinkFault.NO_ADDRESS),
        ("xmpp:a%zz@c?join", LinkFault.NO_ADDRESS),
        (f"xmpp:{'a' * 1500}@c?join", LinkFault.NO_ADDRESS),
        ("xmpp:a b@c?join", LinkFault.NO_ADDRESS),
        ("xmpp://me@x/a@b?join", LinkFault.ACCOUNT),
        ("xmpp:a@b?join;" + "x" * 5000, LinkFault.TOO_LONG),
        ("xmpp:a@b?remove", LinkFault.UNKNOWN),
        ("xmpp:a@b?pubsub;action=subscribe", LinkFault.UNKNOWN),
        (f"xmpp:a@b?join;session={'x' * 129}", LinkFault.SESSION),
        ("xmpp:a@b?join;session=a%0Ab", LinkFault.SESSION),
        ("xmpp:a@b?whiteboard;session=%E2%80%AE", LinkFault.SESSION),
    ],
)
def test_what_is_hostile_or_broken_is_refused(text: str, fault: LinkFault):
    with pytest.raises(LinkError) as caught:
        read_link(text)
    assert caught.value.fault is fault
    assert "\u202e" not in str(caught.value)
    assert "\n" not in str(caught.value)


def test_of_several_values_the_first_counts_and_what_is_unknown_is_left():
    link = read_link("xmpp:A@B?JOIN;session=1;session=2;node=x#fragment")
    assert link == BoardLink("A@B", True, "1")
