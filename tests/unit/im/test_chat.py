"""Conversations: what others wrote is made harmless, and everything is bounded."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from whiteboard.im.chat import (
    MAX_CONVERSATIONS,
    MAX_LINES,
    MAX_MESSAGES,
    MAX_NAME,
    MAX_WRITING,
    Conversation,
    Conversations,
    Delivery,
    clean,
    clean_name,
    message_of,
)

ROOM = "atelier@rooms.example"


def said(key: str, text: str = "hello", at: float = 0.0, *, author: str = "mira", me: bool = False):
    return message_of(key, author, author, f"{ROOM}/{author}", text, at, me=me)


def test_marks_that_turn_the_text_around_and_control_characters_are_taken_out():
    assert clean("pay \u202egpj.exe\u202c now") == "pay gpj.exe now"
    assert clean("a\x00b\x1b[31mc\x07") == "ab[31mc"
    assert clean("one\r\ntwo\rthree\u2028four") == "one\ntwo\nthree\nfour"
    assert clean("\u2066\u2067x\u2069") == "x"


def test_what_scripts_and_emoji_need_stays():
    for text in ("نامه‌ها", "שלום", "👩‍👩‍👧‍👦", "👍🏽", "🏴󠁧󠁢󠁥󠁮󠁧󠁿", "ก็", "é"):
        assert clean(text) == text


def test_marks_piled_upon_a_letter_and_empty_lines_are_bounded():
    assert len(clean("z" + "\u0300" * 5000)) < 20
    assert clean("a" + "\n" * 500 + "b").count("\n") == 3
    assert clean("a\n" * 10_000).count("\n") == MAX_LINES


@given(st.text(max_size=400))
def test_cleaning_never_fails_and_is_done_at_once(text: str):
    once = clean(text)
    assert clean(once) == once
    assert len(clean_name(text)) <= MAX_NAME
    assert "\n" not in clean_name(text)


def test_a_message_with_me_says_what_its_author_does():
    message = said("1", "/me draws a line")
    assert message.is_action
    assert message.text == "draws a line"
    assert not said("2", "/menu").is_action


def test_messages_stand_in_the_order_of_their_time_and_once():
    talk = Conversation(ROOM)
    assert talk.take(said("2", at=20.0))
    assert talk.take(said("1", at=10.0), "archive-1", counts=False)
    assert not talk.take(said("2", "again", at=30.0))
    assert not talk.take(said("9", at=10.0), "archive-1")
    assert not talk.take(said("3", " \n"))
    assert [one.key for one in talk.messages] == ["1", "2"]
    assert (talk.unread, talk.first_unread) == (1, "2")
    talk.mark_read()
    assert (talk.unread, talk.first_unread) == (0, "2")
    talk.forget_mark()
    assert talk.first_unread == ""


def test_only_the_author_corrects_a_message():
    talk = Conversation(ROOM)
    talk.take(said("1", "teh line"))
    assert not talk.correct("1", "tom", "mine now")
    assert not talk.correct("7", "mira", "unknown")
    assert talk.correct("1", "mira", "the line")
    (message,) = talk.messages
    assert (message.text, message.is_corrected) == ("the line", True)


def test_a_message_of_mine_goes_from_sending_to_received_and_not_back():
    talk = Conversation(ROOM)
    talk.take(said("1", me=True))
    for step in (Delivery.SENT, Delivery.RECEIVED, Delivery.SENT):
        talk.deliver("1", step)
    assert talk.messages[0].delivery is Delivery.RECEIVED
    assert talk.unread == 0
    talk.take(said("3", me=True))
    for step in (Delivery.FAILED, Delivery.SENT):
        talk.deliver("3", step)
    assert talk.messages[1].delivery is Delivery.FAILED, "the server takes what it returns"
    talk.take(said("2"))
    talk.deliver("2", Delivery.FAILED)
    assert talk.messages[2].delivery is Delivery.SENT, "nobody fails another's message"


def test_a_flood_is_bounded():
    talk = Conversation(ROOM)
    for n in range(MAX_MESSAGES + 300):
        talk.take(said(str(n), "x" * 100, float(n)), f"archived-{n}")
        talk.set_writing(f"author {n}", f"name {n}", writes=True)
    assert len(talk.messages) == MAX_MESSAGES
    assert talk.messages[0].key == "300"
    assert talk.knows("archived-0") == ""
    assert len(talk.writing) == MAX_WRITING
    held = Conversations()
    first = held.at("0@x")
    for n in range(1, MAX_CONVERSATIONS + 5):
        held.at(f"{n}@x")
    assert len(list(held)) == MAX_CONVERSATIONS
    assert held.at("0@x") is not first


def test_who_has_spoken_does_not_write_any_more():
    talk = Conversation(ROOM)
    talk.set_writing("mira", "Mira", writes=True)
    assert talk.writing == ("Mira",)
    talk.take(said("1"))
    assert talk.writing == ()
