"""Who sends what breaks the rules of SVG is told once; nobody draws it, all hold the same (F4)."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.helpers.boards import (
    DIRECT,
    IN_ROOM,
    ROOM,
    SVG,
    assert_equal,
    board_of,
    draw,
    in_sync,
    is_live,
    room_of,
    set_attribute,
)
from whiteboard.model.changes import Origin
from whiteboard.model.document import new_document
from whiteboard.model.ops import LiteralElement
from whiteboard.session.judging import TOLD_A_MINUTE
from whiteboard.svg.schema.check import Severity
from whiteboard.transport.memory import MemoryNetwork, Node
from whiteboard.validation.applications import ALL, XHTML, XML
from whiteboard.wire.messages import Reason, Reject

SCRIPT = LiteralElement(SVG, "script", (), ("alert(1)",))


def add(node: Node, element: LiteralElement):
    """What a modified client does: no tool makes it."""
    with board_of(node).transact(Origin.LOCAL) as edit:
        return edit.add(board_of(node).root, element)


def invited(network: MemoryNetwork, host: Node, address: str) -> Node:
    guest = network.sign_in(address)
    host.invite(address)
    assert network.run_until(lambda: bool(guest.shown.asked), 5)
    guest.accept(next(iter(guest.invitations.values())))
    assert network.run_until(lambda: is_live(guest), 60)
    return guest


def heard(node: Node) -> list[Reject]:
    """The rejections that reach a member from now on."""
    found: list[Reject] = []
    receive = node.receive

    def listening(peer, message) -> None:
        if isinstance(message, Reject):
            found.append(message)
        receive(peer, message)

    node.receive = listening
    return found


def about(node: Node, other: Node) -> list[list[str]]:
    party = board_of(other).party
    return [[str(f) for f in o.findings] for o in node.shown.offences if o.party == party]


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_an_offender_is_told_once_and_all_hold_the_same(seed: int) -> None:
    network = MemoryNetwork(seed)
    ana, mira, tom = everyone = room_of(network, "ana", "mira", "tom")
    rejections = heard(ana)
    draw(ana)
    add(ana, SCRIPT)
    shape = draw(ana)
    network.run(1.0)
    set_attribute(ana, shape, "fill", "banana")
    network.run(1.0)
    assert in_sync(everyone)
    assert_equal(everyone)
    assert b"banana" in board_of(tom).serialise(), "the log of all members is the same"
    wanted = [["forbidden: <script>"], ['invalid: <rect fill="banana">']]
    assert about(mira, ana) == about(tom, ana) == wanted
    assert [len(o.findings) for o in ana.shown.offences] == [0, 0], "told once of each message"
    assert len(rejections) == 2, "by one of the others"
    assert {o.party for o in ana.shown.offences} == {board_of(ana).party}
    assert mira.session._judging.checked == 4, "one look at each message of the others"


def test_honest_edits_and_old_faults_make_no_offender() -> None:
    network = MemoryNetwork(4)
    ana, mira = everyone = room_of(network, "ana", "mira")
    shape = add(ana, LiteralElement(SVG, "rect", (("", "fill", "banana"), ("urn:x", "own", "1"))))
    network.run(1.0)
    before = len(ana.shown.offences)
    set_attribute(mira, shape, "x", "5")
    add(mira, LiteralElement(SVG, "meshgradient", (("", "unknown", "1"),)))
    add(mira, LiteralElement("urn:other", "thing", (("", "x", "y"),)))
    network.run(1.0)
    assert_equal(everyone)
    assert about(ana, mira) == []
    assert mira.shown.offences[1:] == []
    assert len(ana.shown.offences) == before == 1


def test_who_offends_without_end_is_not_told_without_end() -> None:
    network = MemoryNetwork(5)
    ana, mira = room_of(network, "ana", "mira")
    for _ in range(3 * TOLD_A_MINUTE):
        add(ana, SCRIPT)
        network.run(0.2)
    assert len(ana.shown.offences) == TOLD_A_MINUTE
    network.run(60.0)
    add(ana, SCRIPT)
    network.run(1.0)
    assert len(ana.shown.offences) == TOLD_A_MINUTE + 1
    assert len(about(mira, ana)) == 3 * TOLD_A_MINUTE + 1


def test_a_rejection_of_what_one_never_sent_says_nothing() -> None:
    network = MemoryNetwork(6)
    ana, mira = room_of(network, "ana", "mira")
    session = ana.session
    replica, newest = board_of(ana).replica, board_of(ana).vv[board_of(ana).replica]
    for name in ("", "x", "x-1", f"{replica}-0", f"{replica}-{newest + 1}", f"{replica}-²"):
        message = Reject(session.session, name, reason="invalid")
        assert session.receive(mira.peer, message, network.now) == []
    message = Reject(session.session, f"{replica}-{newest}", reason="invalid")
    assert len(session.receive(mira.peer, message, network.now)) == 1
    assert session.receive(mira.peer, message, network.now) == []


def test_one_to_one_a_guest_is_told_by_the_creator_and_the_creator_by_one_guest() -> None:
    network = MemoryNetwork(7)
    ana = network.sign_in("ana@example.org/a", "mira@example.org/m")
    ana.share(new_document(), DIRECT)
    mira, tom = (invited(network, ana, f"{name}@example.org/x") for name in ("mira", "tom"))
    network.run(3.0)
    add(mira, SCRIPT)
    network.run(2.0)
    add(ana, SCRIPT)
    network.run(2.0)
    assert_equal([ana, mira, tom])
    assert about(tom, mira) == about(ana, mira) == [["forbidden: <script>"]]
    assert about(tom, ana) == about(mira, ana) == [["forbidden: <script>"]]
    assert about(mira, mira) == about(ana, ana) == [[]]
    assert all(f.severity is Severity.FORBIDDEN for o in tom.shown.offences for f in o.findings)


PAGE = replace(IN_ROOM, application=XHTML.namespace)


def test_a_page_is_shared_like_a_drawing_and_judged_by_its_own_rules() -> None:
    network = MemoryNetwork(8)
    ana, mira = (network.enter_room(ROOM, nick) for nick in ("ana", "mira"))
    ana.share(new_document(XHTML.empty()), PAGE)
    network.run(1.0)
    mira.join(min(mira.seen), applications=ALL)
    assert network.run_until(lambda: in_sync([ana, mira]), 30)
    xhtml = "http://www.w3.org/1999/xhtml"
    add(mira, LiteralElement(xhtml, "p", (), ("Hello",)))
    network.run(1.0)
    assert ana.shown.offences == []
    add(mira, LiteralElement(xhtml, "script", (), ("alert(1)",)))
    network.run(1.0)
    assert about(ana, mira) == [["forbidden: <script>"]]
    assert_equal([ana, mira])


def test_who_can_show_only_drawings_leaves_a_page_alone_and_says_why() -> None:
    network = MemoryNetwork(9)
    ana, mira = (network.enter_room(ROOM, nick) for nick in ("ana", "mira"))
    ana.share(new_document(XHTML.empty()), PAGE)
    network.run(1.0)
    mira.join(min(mira.seen))
    network.run(5.0)
    (ended,) = mira.shown.ended
    assert ended.reason is Reason.UNSUPPORTED_APPLICATIONS
    assert "Page (XHTML)" in ended.text


def test_an_invitation_to_any_xml_is_declined_by_who_can_show_only_drawings() -> None:
    network = MemoryNetwork(10)
    ana = network.sign_in("ana@example.org/a", "mira@example.org/m")
    ana.share(new_document(XML.empty()), replace(DIRECT, application=XML.namespace))
    mira = network.sign_in("mira@example.org/m")
    invitation = ana.invite(mira.peer.address)
    network.run(5.0)
    assert mira.shown.asked == []
    assert invitation.reason is Reason.UNSUPPORTED_APPLICATIONS
