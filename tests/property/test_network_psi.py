"""Boards with the client Psi, whose rules `PsiModel` has, on a network in memory."""

from __future__ import annotations

import random

import pytest

from tests.helpers.boards import ROOM, is_live
from tests.helpers.psi_model import PsiModel, shown_tree
from tests.helpers.strict_boards import in_one_order, strict_of
from whiteboard.model.changes import Origin
from whiteboard.model.document import new_document
from whiteboard.model.ids import Party
from whiteboard.model.ops import Kind, LiteralElement, New, Remove, Set
from whiteboard.session.ports import TO_SESSION, Direct, InRoom, Send, ToPeer
from whiteboard.transport.memory import MemoryNetwork
from whiteboard.wire import ns, psi
from whiteboard.wire.messages import (
    Accept,
    AcceptState,
    Connect,
    Description,
    Dialect,
    Identity,
    Initiate,
    Mode,
    Peer,
    Reason,
    StateOffer,
    StrictMessage,
    Terminate,
)
from whiteboard.wire.xml import parse

SVG = "http://www.w3.org/2000/svg"
DIRECT = Description(mode=Mode.STRICT, dialect=Dialect.PSI, identity=Identity.JID, name="Plan")
IN_ROOM = Description(mode=Mode.STRICT, dialect=Dialect.PSI, identity=Identity.OCCUPANT_ID)
ANA, PSI = "ana@example.org/desk", "tom@example.org/Psi"


def paint(node, name="rect", **attributes):
    """Draw something; returns its rid."""
    with node.document.transact(Origin.LOCAL) as edit:
        values = tuple(("", key, value) for key, value in attributes.items())
        return edit.add(node.document.root, LiteralElement(SVG, name, values))


def give(node, rid, name, value):
    with node.document.transact(Origin.LOCAL) as edit:
        edit.set_attribute(rid, name, value)


def trash(node, rid):
    with node.document.transact(Origin.LOCAL) as edit:
        edit.trash(rid)


def same(*people) -> bool:
    """Whether all of ours, and all Psis, show one thing."""
    trees = [
        one.tree() if isinstance(one, PsiModel) else shown_tree(one.document) for one in people
    ]
    return all(tree == trees[0] for tree in trees)


def assert_same(network, *people):
    assert network.run_until(lambda: same(*people), 60), [
        one.tree() if isinstance(one, PsiModel) else shown_tree(one.document) for one in people
    ]
    network.run(8.0)
    assert same(*people)


def looks_like_psi(text):
    """Everything that Psi reads of what we send is ASCII; no edits in a `<state/>`."""
    for sxe in parse(text).iter(f"{{{ns.PSI_SXE}}}sxe"):
        for one in sxe.iter():
            assert all(value.isascii() for value in one.attrib.values()), text
            assert not one.tag.endswith(("}state", "}heartbeat"))
            assert "target" not in one.attrib


def pair(seed=1, weather=None, *, psi_invites=False):
    """Ana and somebody with Psi on one board."""
    network = MemoryNetwork(seed, weather)
    network.watch = looks_like_psi
    ana = network.sign_in(ANA, PSI)
    tom = PsiModel(network, Peer(PSI), Direct(ANA), seed)
    if psi_invites:
        tom.open_board("psi-board", ANA)
        assert network.run_until(lambda: ana.invitations, 5)
        network.run(0.2)
        ana.accept(next(iter(ana.invitations.values())))
    else:
        ana.share(new_document(), DIRECT)
        paint(ana, x="1", y="2", width="3", height="4")
        ana.invite(PSI)
    assert network.run_until(lambda: is_live(ana) and tom.is_in, 10)
    network.run(0.5)
    return network, ana, tom


def room(seed=1, *, ours=("ana", "ben"), psis=("tom",)):
    """A board in a group chat."""
    network = MemoryNetwork(seed, in_one_order())
    network.watch = looks_like_psi
    others = [
        PsiModel(network, Peer(f"{ROOM}/{nick}", f"id-{nick}"), InRoom(ROOM), seed + i)
        for i, nick in enumerate(psis)
    ]
    nodes = [network.enter_room(ROOM, ours[0])]
    nodes[0].share(new_document(), IN_ROOM)
    for nick in ours[1:]:
        network.run(1.0)
        nodes.append(join_psi(network, nick))
    assert network.run_until(lambda: all(one.is_in for one in others), 20)
    network.run(1.0)
    return network, nodes, others


def join_psi(network, nick):
    """One of ours comes into the room and joins the board that is announced there."""
    node = network.enter_room(ROOM, nick)
    assert network.run_until(lambda: node.seen, 5)
    (session,) = node.seen
    node.join(session, dialect=Dialect.PSI)
    assert network.run_until(lambda: is_live(node), 30)
    return node


@pytest.mark.parametrize("psi_invites", [False, True])
def test_what_either_draws_the_other_sees_whoever_invited(psi_invites):
    network, ana, tom = pair(psi_invites=psi_invites)
    assert_same(network, ana, tom)
    theirs = tom.draw(d="M1,1 C2,2 3,3 4,4 ", stroke="#000000")
    mine = paint(ana, "circle", cx="5", cy="6", r="7")
    assert_same(network, ana, tom)
    assert {theirs, mine} <= set(ana.document.children(ana.document.root))
    give(ana, theirs, "stroke", "red")
    assert_same(network, ana, tom)


def test_every_new_child_of_the_root_has_an_id_so_psi_has_nothing_to_give():
    network, ana, tom = pair()
    assert tom.repairs == []
    group = paint(ana, "g")
    with ana.document.transact(Origin.LOCAL) as edit:
        inner = edit.add(group, LiteralElement(SVG, "rect", (("", "width", "3"),)))
    assert_same(network, ana, tom)
    assert ana.document.attribute(inner, "id") is None
    with ana.document.transact(Origin.LOCAL) as edit:
        edit.move(inner, ana.document.root)
        edit.set_attribute(group, "id", None)
    assert_same(network, ana, tom)
    assert ana.document.attribute(inner, "id")
    assert ana.document.attribute(group, "id")
    assert tom.repairs == []


def test_an_element_is_removed_alone_and_what_psi_leaves_behind_is_never_touched():
    network, ana, tom = pair()
    (rect,) = ana.document.children(ana.document.root)
    tom.erase(rect)  # the other half of the attributes stays
    assert_same(network, ana, tom)
    width = next(iter(tom.buried))
    with ana.document.transact(Origin.LOCAL) as edit:
        edit.splice_text(width, 0, 1, "9")
    sent = []
    network.watch = sent.append
    mine = paint(ana, width="1", height="1")
    network.run(1.0)
    trash(ana, mine)
    network.run(10.0)
    removes = [text for text in sent if "<remove" in text]
    assert len(removes) == 1
    assert removes[0].count("<remove") == 1
    assert width not in "".join(sent)
    assert_same(network, ana, tom)


def test_both_erase_one_thing_at_once():
    network, ana, tom = pair()
    (rect,) = ana.document.children(ana.document.root)
    trash(ana, rect)
    tom.erase(rect)
    assert_same(network, ana, tom)
    assert not ana.document.children(ana.document.root)


def test_of_two_colours_given_at_once_ours_is_given_again():
    network, ana, tom = pair()
    (rect,) = ana.document.children(ana.document.root)
    width = ana.document.attribute_record(rect, "width")
    give(ana, rect, "width", "30")
    tom.set(width, chdata="20")
    assert_same(network, ana, tom)
    assert ana.document.attribute(rect, "width") in {"20", "30"}


def test_what_was_undone_is_not_given_again_to_what_psi_erased_meanwhile():
    network, ana, tom = pair()
    (rect,) = ana.document.children(ana.document.root)
    width = ana.document.attribute_record(rect, "width")
    tom.set(width, chdata="20")
    give(ana, rect, "width", "30")
    network.run(0.1)
    tom.erase(rect)
    assert_same(network, ana, tom)


def test_text_reaches_psi_in_ascii_and_ours_as_it_is():
    network, (ana, ben), _ = room()
    with ana.document.transact(Origin.LOCAL) as edit:
        rid = edit.add(ana.document.root, LiteralElement(SVG, "text", (), ("Café",)))
    network.run(1.0)
    (text,) = ben.document.children(rid)
    with ben.document.transact(Origin.LOCAL) as edit:
        edit.splice_text(text, 4, 0, " für Жанна")
    network.run(1.0)
    assert ana.document.text(text) == ben.document.text(text) == "Café für Жанна"


def test_two_of_ours_and_two_psis_draw_in_a_room():
    network, (ana, ben), (tom, eva) = room(psis=("tom", "eva"))
    paint(ana, width="1")
    theirs = tom.draw(d="M0,0 L1,1 ")
    paint(ben, width="2")
    eva.draw(d="M0,0 L2,2 ")
    assert_same(network, ana, ben, tom, eva)
    tom.erase(theirs)
    give(ana, ana.document.children(ana.document.root)[0], "width", "9")
    assert_same(network, ana, ben, tom, eva)


def test_one_of_ours_comes_later_and_gets_the_board_from_ours_or_from_psi():
    network, (ana,), (tom,) = room(ours=("ana",))
    paint(ana, width="1")
    tom.draw(d="M0,0 L1,1 ")
    network.run(1.0)
    ben = join_psi(network, "ben")
    assert_same(network, ana, ben, tom)
    network.remove(ana)
    (session,) = ben.seen
    cleo = network.enter_room(ROOM, "cleo")
    cleo.join(session, [Peer(tom.peer.address)], dialect=Dialect.PSI)
    assert network.run_until(lambda: is_live(cleo), 30)
    paint(cleo, width="3")
    assert_same(network, ben, cleo, tom)


@pytest.mark.parametrize("seed", range(4))
def test_a_psi_that_comes_while_others_draw_misses_nothing(seed):
    network, (ana, ben), (tom,) = room(seed)
    eva = PsiModel(network, Peer(f"{ROOM}/eva", "id-eva"), InRoom(ROOM), seed + 9)
    ana.take(lambda session: session.ask_room(network.now))
    for i in range(30):
        paint(random.Random(seed + i).choice((ana, ben)), width=str(i))
        tom.draw(d=f"M0,0 L{i},1 ")
        network.run(0.02)
    assert network.run_until(lambda: eva.is_in, 10)
    assert_same(network, ana, ben, tom, eva)


def test_what_was_drawn_while_cut_off_is_done_again_on_what_psi_has():
    network, ana, tom = pair()
    (rect,) = ana.document.children(ana.document.root)
    other = paint(ana, width="1")
    network.run(1.0)
    network.cut(ana)
    mine = paint(ana, "circle", r="5")
    give(ana, rect, "width", "30")
    give(ana, other, "width", "7")
    tom.erase(rect)
    theirs = tom.draw(d="M0,0 L1,1 ")
    network.run(5.0)
    network.restore(ana)
    assert_same(network, ana, tom)
    shown = ana.document.children(ana.document.root)
    assert {mine, theirs, other} == set(shown)
    assert ana.document.attribute(other, "width") == "7"


def test_what_was_drawn_while_cut_off_from_a_room_is_done_again():
    network, (ana, ben), (tom,) = room()
    rect = paint(ana, width="1")
    network.run(1.0)
    network.cut(ben)
    mine = paint(ben, "circle", r="5")
    give(ben, rect, "width", "30")
    tom.erase(rect)
    theirs = tom.draw(d="M0,0 L1,1 ")
    network.run(5.0)
    network.restore(ben)
    assert_same(network, ana, ben, tom)
    assert {mine, theirs} == set(ana.document.children(ana.document.root))


def test_who_leaves_says_so_as_psi_does_and_psi_that_leaves_is_gone():
    network, ana, tom = pair()
    ana.take(lambda session: session.leave(network.now))
    network.run(1.0)
    assert tom.heard_ended == ["success"]


def test_an_invitation_that_nobody_answers_is_aborted_after_two_minutes():
    network = MemoryNetwork(1)
    ana = network.sign_in(ANA, PSI)
    tom = PsiModel(network, Peer(PSI), Direct(ANA))
    tom.says_yes = False
    ana.share(new_document(), DIRECT)
    invitation = ana.invite(PSI)
    network.run(119.0)
    assert invitation.reason is None
    network.run(2.0)
    assert invitation.reason.value == "timeout"
    assert tom.session_id == ""
    tom.answer()  # too late
    network.run(5.0)
    assert not tom.is_in


def test_psi_that_says_nothing_stays_where_it_is():
    network, ana, tom = pair()
    network.run(3600.0)
    paint(ana, width="5")
    assert_same(network, ana, tom)
    assert len(ana.session.members) == 2


@pytest.mark.parametrize("seed", range(12))
def test_whatever_two_of_ours_and_psi_do_in_a_room_ends_with_one_board(seed):
    network, (ana, ben), (tom,) = room(seed)
    rng = random.Random(seed)
    for step in range(60):
        who = rng.choice((ana, ben, tom))
        act(who, rng, step, network)
        network.run(rng.choice((0.0, 0.01, 0.3)))
        if rng.random() < 0.05:
            network.cut(ben)
            for more in range(3):
                act(ben, rng, 100 * step + more, network)
                act(tom, rng, 100 * step + more, network)
            network.run(1.0)
            network.restore(ben)
    assert_same(network, ana, ben, tom)
    assert strict_of(ana).party == Party("id-ana")


def act(who, rng, step, network):
    """One thing that a person does.

    A change that meets an erasing on its way is what Psi cannot bear, whoever sends it, so what is
    on its way arrives before either.
    """
    what = rng.random()
    if what >= 0.4:
        network.run(0.3)
    if isinstance(who, PsiModel):
        things = [r.new.rid for r in who._kids(who.root)]
        if what < 0.4 or not things:
            who.draw(d=f"M0,0 L{step},{step} ")
        elif what < 0.6:
            who.erase(rng.choice(things))
            network.run(0.3)
        else:
            inside = [r for r, one in who.records.items() if one.place()[0] in things]
            if inside:
                who.set(rng.choice(inside), chdata=f"{step}")
        return
    things = who.document.children(who.document.root)
    if what < 0.4 or not things:
        paint(who, width=str(step), height="1")
    elif what < 0.6:
        trash(who, rng.choice(things))
    elif what < 0.9:
        give(who, rng.choice(things), "width", str(step))
    else:
        with who.document.transact(Origin.LOCAL) as edit:
            rid = rng.choice(things)
            group = edit.add(who.document.root, LiteralElement(SVG, "g"))
            edit.move(rid, group)


@pytest.mark.parametrize("seed", range(6))
def test_whatever_psi_says_no_session_of_ours_ends(seed):
    network, (ana, ben), (tom,) = room(seed)
    rng = random.Random(seed)
    (session,) = ben.seen
    everything = [
        Initiate(session, "", "", psi.DESCRIPTION),
        Initiate("other", "", "", psi.DESCRIPTION),
        Accept(session, "", "", psi.DESCRIPTION),
        Connect(session),
        StateOffer(session, psi.DESCRIPTION),
        AcceptState(session),
        Terminate(session, Reason.CANCEL),
        Terminate(session, Reason.DECLINE),
        StrictMessage(session, "x", (Remove("nobody"), Set("nobody", 7, chdata="x"))),
        StrictMessage(session, "y", (), prolog="", last=("", ""), of_state=True),
        StrictMessage(session, "z", (New("r", Kind.ELEMENT, "", 0.0, SVG, "svg"),), of_state=True),
        StrictMessage(session, "w", (New("c", Kind.ELEMENT, "c", 0.0, SVG, "g"),)),
    ]
    for _ in range(60):
        one = rng.choice(everything)
        to = rng.choice((TO_SESSION, ToPeer(ana.peer.address), ToPeer(ben.peer.address)))
        network.send(tom, Send(to, one, store=True))
        network.run(rng.choice((0.0, 0.1)))
    network.run(60.0)
    paint(ana, width="1")
    assert network.run_until(lambda: same(ana, ben), 60)
    assert is_live(ana)
    assert is_live(ben)


def test_who_asks_for_the_board_again_and_again_is_not_answered_each_time():
    network, (ana,), (tom,) = room(ours=("ana",))
    for i in range(20):
        paint(ana, width=str(i))
    network.run(5.0)
    before = network.count.sent
    for _ in range(300):
        network.send(tom, Send(ToPeer(ana.peer.address), Accept(tom.session_id, "", "", DIRECT)))
    network.run(1.0)
    assert network.count.sent - before - 300 < 60


def test_an_invitation_of_psi_that_is_declined_is_over():
    network = MemoryNetwork(1)
    ana = network.sign_in(ANA, PSI)
    tom = PsiModel(network, Peer(PSI), Direct(ANA))
    tom.open_board("psi-board", ANA)
    assert network.run_until(lambda: ana.invitations, 5)
    (invitation,) = ana.invitations.values()
    ana.perform(invitation.decline(network.now), invitation)
    network.run(1.0)
    assert tom.heard_ended == ["decline"]
    assert not tom.is_in
