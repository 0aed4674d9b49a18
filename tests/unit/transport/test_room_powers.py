"""What a room would do about its occupants for me, and what is asked of it (XEP-0045 5.1, 5.2)."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from types import SimpleNamespace

import pytest

from whiteboard.im.people import Availability, Occupant, VoiceRequest
from whiteboard.session.permissions import Deed, Outcome
from whiteboard.transport.moderating import MOST_REQUESTS, Moderating, VoiceRequests
from whiteboard.transport.room_powers import RoomPowers
from whiteboard.wire.messages import Peer

ROOM = "atelier@rooms.example"
ABOUT_VOICE = {Deed.GIVE_PEN, Deed.TAKE_PEN}


def occupant(nick, role, affiliation, *, me=False, address="x@example.org"):
    return Occupant(nick, address, Availability.ONLINE, role, affiliation, can_draw=True, me=me)


class Room:
    """A connection that is in one room with me and somebody else."""

    def __init__(self, mine: tuple[str, str], theirs: tuple[str, str], *, hidden=False) -> None:
        them = occupant("ben", *theirs, address=None if hidden else "ben@example.org")
        self.there = {
            f"{ROOM}/ana": occupant("ana", *mine, me=True),
            f"{ROOM}/ben": them,
        }
        self.asked: list[tuple[object, ...]] = []
        self.failed: list[Outcome] = []
        self.refuse = ""
        rooms = SimpleNamespace(
            occupant=self.there.get,
            me=lambda _room: Peer(f"{ROOM}/ana"),
            occupants=lambda _room: [(Peer(a), o) for a, o in self.there.items()],
            requests=SimpleNamespace(of=lambda _room: (VoiceRequest("ben", 1.0),)),
        )
        moderating = SimpleNamespace(
            set_role=self._asking("role"),
            set_affiliation=self._asking("affiliation"),
            give_voice=self._asking("voice"),
            request_voice=self._asking("request"),
        )
        connection = SimpleNamespace(rooms=rooms, moderating=moderating)
        self.powers = RoomPowers(lambda: connection, ROOM, self.failed.append)

    def _asking(self, what):
        def ask(*given):
            *values, refused = given
            self.asked.append((what, *values))
            if self.refuse:
                refused(self.refuse)

        return ask

    @property
    def can(self) -> set[Deed]:
        return {deed for deed in Deed if self.powers.can(deed, f"{ROOM}/ben")}


@pytest.mark.parametrize(
    ("mine", "theirs", "can"),
    [
        (("participant", "none"), ("participant", "none"), set()),
        (("participant", "member"), ("visitor", "none"), set()),
        (("moderator", "none"), ("participant", "none"), {Deed.TAKE_PEN, Deed.REMOVE}),
        (("moderator", "none"), ("visitor", "none"), {Deed.GIVE_PEN, Deed.REMOVE}),
        (("moderator", "none"), ("moderator", "none"), set()),
        (("moderator", "none"), ("participant", "member"), {Deed.TAKE_PEN, Deed.REMOVE}),
        (
            ("moderator", "admin"),
            ("participant", "none"),
            {Deed.TAKE_PEN, Deed.MAKE_MODERATOR, Deed.REMOVE, Deed.BAN},
        ),
        (
            ("moderator", "admin"),
            ("moderator", "member"),
            {Deed.UNMAKE_MODERATOR, Deed.REMOVE, Deed.BAN},
        ),
        (("moderator", "admin"), ("moderator", "admin"), set()),
        (("moderator", "owner"), ("moderator", "admin"), {Deed.REMOVE, Deed.BAN}),
        (("moderator", "admin"), ("moderator", "owner"), set()),
    ],
)
def test_what_the_room_would_do_for_me(mine, theirs, can):
    assert Room(mine, theirs).can == can


def test_nobody_is_banned_whose_address_is_hidden():
    room = Room(("moderator", "admin"), ("participant", "none"), hidden=True)
    assert Deed.BAN not in room.can


def test_nothing_is_asked_that_the_room_would_not_do_and_nobody_acts_on_himself():
    room = Room(("moderator", "none"), ("moderator", "none"))
    for deed in Deed:
        room.powers.do(deed, f"{ROOM}/ben")
        room.powers.do(deed, f"{ROOM}/ana")
        room.powers.do(deed, f"{ROOM}/nobody")
    assert not room.asked


def test_each_deed_is_the_request_of_the_xep():
    room = Room(("moderator", "owner"), ("participant", "none"))
    for deed in (Deed.TAKE_PEN, Deed.MAKE_MODERATOR, Deed.REMOVE, Deed.BAN):
        room.powers.do(deed, f"{ROOM}/ben")
    assert room.asked == [
        ("role", ROOM, "ben", "visitor"),
        ("role", ROOM, "ben", "moderator"),
        ("role", ROOM, "ben", "none"),
        ("affiliation", ROOM, "ben@example.org", "outcast"),
    ]


@pytest.mark.parametrize(
    ("condition", "outcome"),
    [
        ("forbidden", Outcome.NOT_ALLOWED),
        ("not-allowed", Outcome.NOT_ALLOWED),
        ("not-acceptable", Outcome.ASKED_TOO_OFTEN),
        ("resource-constraint", Outcome.ASKED_TOO_OFTEN),
    ],
)
def test_what_the_room_refuses_has_a_name(condition, outcome):
    room = Room(("visitor", "none"), ("moderator", "owner"))
    room.refuse = condition
    room.powers.request_voice()
    assert room.failed == [outcome]


def test_only_moderators_see_requests():
    assert not Room(("participant", "none"), ("visitor", "none")).powers.requests
    assert Room(("moderator", "none"), ("visitor", "none")).powers.requests


def test_signed_out_nothing_is_known_and_nothing_happens():
    powers = RoomPowers(lambda: None, ROOM, lambda _: None)
    assert powers.me is None
    assert powers.role(f"{ROOM}/ben") is None
    assert not powers.requests
    assert not powers.has_moderator
    powers.request_voice()
    powers.do(Deed.BAN, f"{ROOM}/ben")
    powers.leave_unanswered("ben")


# --- requests for a voice


def form(**values: str) -> ET.Element:
    message = ET.Element("{jabber:client}message", {"from": ROOM})
    x = ET.SubElement(message, "{jabber:x:data}x", type="form")
    fields = {"FORM_TYPE": "http://jabber.org/protocol/muc#request", "muc#roomnick": "ben"}
    for name, value in (fields | values).items():
        field = ET.SubElement(x, "{jabber:x:data}field", var=name)
        ET.SubElement(field, "{jabber:x:data}value").text = value
    return message


@pytest.fixture
def hearing():
    requests = VoiceRequests()
    return requests, Moderating(None, requests, lambda full: full == f"{ROOM}/ben")


def test_a_request_of_the_room_itself_is_listed_once(hearing):
    requests, moderating = hearing
    changes = []
    requests.changed.subscribe(changes.append)
    moderating.heard(form())
    moderating.heard(form())
    assert [one.nick for one in requests.of(ROOM)] == ["ben"]
    assert changes == [ROOM]
    requests.forget(ROOM)
    assert not requests.of(ROOM)


def test_forms_of_others_and_about_nobody_are_no_requests(hearing):
    requests, moderating = hearing
    forged = form()
    forged.set("from", f"{ROOM}/eva")
    nowhere = form()
    nowhere.set("from", "@@")
    empty = ET.Element("{jabber:client}message", {"from": ROOM})
    for message in (forged, nowhere, empty, form(FORM_TYPE="other"), form(**{"muc#roomnick": "x"})):
        moderating.heard(message)
    assert not requests.of(ROOM)


def test_requests_are_bounded():
    requests = VoiceRequests()
    for number in range(MOST_REQUESTS + 10):
        requests.came(ROOM, f"nick{number}")
    assert len(requests.of(ROOM)) == MOST_REQUESTS
