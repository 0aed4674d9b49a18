"""Scenarios of SYNC section 10 about rights: who may write, and what falls when that ends."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.helpers.merging import Member, agreed, element, members, message, sent_by, sync
from whiteboard.model.ids import Party, Replica, Rid
from whiteboard.model.ops import Control, Set
from whiteboard.model.rights import Ground, NotPermittedError, Role

HOST = Ground(Party("a"))
"""Ana made the session; everybody may edit."""
A, B, C = Party("a"), Party("b"), Party("c")


def role(party: str, name: str) -> Control:
    return Control("role", (("is", name), ("party", party)))


def board(names: str = "abc", moderator: str = "b") -> tuple[list[Member], Rid, Rid]:
    """Members who are in sync, the root, and a text in it; the second one moderates."""
    everybody = members(names, ground=HOST)
    ana = everybody[0]
    root = ana.start()
    text = ana.add(root, "hello world")
    if moderator:
        ana.doc.grant(Party(moderator), Role.MODERATOR)
    sync(*everybody)
    return everybody, root, text


def name(member: Member, root: Rid, value: str) -> None:
    member.set(root, "id", value)


def test_49_an_edit_in_flight_when_the_right_is_taken_is_void_and_what_was_seen_stays():
    (ana, ben, cleo), root, _ = board()
    cleo.set(root, "class", "seen")
    sync(ana, ben, cleo)
    ben.doc.grant(C, Role.VIEWER)
    name(cleo, root, "in flight")
    view = agreed(ana, ben, cleo, ground=HOST)
    assert view.attributes(root) == {("", "class"): "seen"}
    with pytest.raises(NotPermittedError):
        name(cleo, root, "later")


def test_49_who_is_cut_off_gets_the_work_back_for_a_decision():
    (ana, ben, cleo), root, _ = board()
    ben.doc.grant(C, Role.VIEWER)
    name(cleo, root, "in flight")
    sync(ana, ben, cleo)
    (cut,) = [cut for commit in cleo.commits for cut in commit.void]
    assert cut.batch is cleo.sent[-1]
    assert not [cut for commit in ben.commits for cut in commit.void]


@pytest.mark.parametrize("scenario", ["50"])
def test_50_who_never_acknowledges_and_takes_a_new_name_or_an_old_clock_writes_in_vain(scenario):
    del scenario
    (ana, ben, cleo), root, _ = board()
    ben.doc.grant(C, Role.VIEWER)
    stubborn = [
        message("c", 1, 2, Set(root, name="g"), deps={"a": 1}),
        message("c", 2, 3, Set(root, name="a")),
        message("c2", 1, 2, Set(root, name="text"), deps={"a": 1}, party="c"),
        message("c3", 1, 1, Set(root, name="rect"), party="c"),
    ]
    cleo.sent += stubborn
    for member in (ana, ben):
        member.doc.receive(stubborn)
    view = agreed(ana, ben, ground=HOST, also=stubborn)
    assert view.records[root].name == "svg"
    assert len(view.void) == 4


@pytest.mark.parametrize("first", ["grant", "revocation"])
def test_51_of_a_grant_and_a_revocation_at_once_the_revocation_stands(first):
    (ana, ben, cleo), root, _ = board()
    ben.doc.grant(C, Role.VIEWER)
    if first == "revocation":
        with ana.edit() as edit:
            edit.control(role("c", "editor"))
    else:
        ana.doc.receive(())
        with ana.edit() as edit:
            edit.control(role("c", "editor"))
    name(cleo, root, "neither is known")
    sync(ana, ben, cleo)
    assert ana.doc.role_of(C) is Role.VIEWER
    assert agreed(ana, ben, cleo, ground=HOST).attributes(root) == {}


def test_51_a_grant_that_saw_the_revocation_opens_for_those_who_saw_the_grant():
    (ana, ben, cleo), root, _ = board()
    ben.doc.grant(C, Role.VIEWER)
    name(cleo, root, "cut off")
    ana.hear(ben)
    ana.doc.grant(C, Role.EDITOR)
    sync(ana, ben, cleo)
    assert cleo.doc.my_role is Role.EDITOR
    cleo.set(root, "class", "later")
    view = agreed(ana, ben, cleo, ground=HOST)
    assert view.attributes(root) == {("", "class"): "later"}


def test_52_what_a_moderator_cut_who_had_been_one_no_more_counts_again():
    (ana, ben, cleo), root, _ = board()
    ben.doc.grant(C, Role.VIEWER)
    name(cleo, root, "mine")
    cleo.hear(ben)
    assert cleo.doc.attribute(root, "id") is None  # it had been taken out here
    ana.doc.grant(B, Role.EDITOR)
    view = agreed(ana, ben, cleo, ground=HOST)
    assert view.attributes(root) == {("", "id"): "mine"}
    assert cleo.doc.attribute(root, "id") == "mine"


def test_53_typing_that_rests_on_a_revocation_which_is_void_is_without_effect():
    (ana, ben, cleo), _, text = board()
    cleo.do(Set(text, chdata="all of it anew"))
    ben.doc.grant(C, Role.VIEWER)
    ben.hear(cleo)
    assert ben.doc.text(text) == "hello world"
    ben.splice(text, 0, 0, "typed ")
    ana.doc.grant(B, Role.EDITOR)
    view = agreed(ana, ben, cleo, ground=HOST)
    assert view.records[text].value == "all of it anew"


def test_53_typing_into_a_full_write_that_is_void_is_without_effect_in_the_text_before():
    (ana, ben, cleo, dana), _, text = board("abcd")
    cleo.do(Set(text, chdata="all of it anew"))
    dana.hear(cleo)
    dana.splice(text, 3, 0, "!")
    ana.doc.grant(C, Role.VIEWER)
    view = agreed(ana, ben, cleo, dana, ground=HOST)
    assert view.records[text].value == "hello world"


def test_54_letters_typed_into_the_word_of_who_was_cut_off_stay_at_their_place():
    (ana, ben, cleo, dana), _, text = board("abcd")
    cleo.splice(text, 5, 0, " XXXX")
    dana.hear(cleo)
    dana.splice(text, 8, 0, "here")  # hello XXhereXX world
    ana.doc.grant(C, Role.VIEWER)
    view = agreed(ana, ben, cleo, dana, ground=HOST)
    assert view.records[text].value == "hellohere world"


def test_54_who_was_cut_off_saw_the_own_letters_all_the_same():
    """Also those of one message, of which the second is put among the first."""
    (ana, ben, cleo, dana), _, text = board("abcd")
    with cleo.edit() as edit:
        edit.splice_text(text, 5, 0, " XXXX")
        edit.splice_text(text, 7, 0, "YY")
    dana.hear(cleo)
    assert dana.doc.text(text) == "hello XYYXXX world"
    dana.splice(text, 5, 8, "")
    ana.doc.grant(C, Role.VIEWER)
    view = agreed(ana, ben, cleo, dana, ground=HOST)
    assert view.records[text].value == "helloworld"


def test_54_an_undo_by_who_was_cut_off_takes_nothing_away():
    (ana, ben, cleo), _, text = board()
    cleo.splice(text, 5, 0, " wide")
    cleo.undo.undo()
    cleo.undo.redo()
    sync(ana, ben, cleo)
    ana.doc.grant(C, Role.VIEWER)
    cleo.undo.undo()
    assert cleo.doc.text(text) == "hello world"
    ana.hear(cleo)
    assert ana.doc.text(text) == "hello wide world"
    view = agreed(ana, ben, cleo, ground=HOST)
    assert view.records[text].value == "hello wide world"


def test_a_fork_ends_what_its_author_had_said_about_others():
    (ana, ben, cleo), root, _ = board()
    ben.doc.grant(C, Role.VIEWER)
    name(cleo, root, "mine")
    ana.hear(ben, cleo)
    assert ana.doc.attribute(root, "id") is None
    forged = replace(ben.sent[0], controls=(role("c", "editor"),))
    ana.doc.receive([forged])
    assert ana.doc.attribute(root, "id") == "mine"
    assert ana.doc.role_of(C) is Role.EDITOR
    view = agreed(ana, cleo, ground=HOST, also=[*ben.sent, forged])
    assert view.attributes(root) == {("", "id"): "mine"}


def test_nobody_gives_rights_by_making_oneself_a_moderator_or_resigning():
    (ana, ben, cleo), root, _ = board()
    with cleo.edit() as edit:
        edit.control(role("c", "moderator"))
        edit.control(Control("resign"))
        edit.control(role("b", "viewer"))
        edit.control(Control("done", (("rid", ""),)))
    name(ben, root, "ben")
    assert agreed(ana, ben, cleo, ground=HOST).attributes(root) == {("", "id"): "ben"}
    assert not ana.doc.marks()
    laptop = Member("a2", "a", ground=HOST)
    laptop.hear(ana)
    laptop.doc.grant(C, Role.HOST)  # knows of the resignation, so it does not count against it
    sync(ana, ben, cleo, laptop)
    assert cleo.doc.my_role is Role.HOST


def test_who_resigned_is_not_made_host_by_a_grant_of_the_same_time():
    (ana, ben, cleo), _, _ = board()
    with cleo.edit() as edit:
        edit.control(Control("resign"))
    ana.doc.grant(C, Role.HOST)
    view = agreed(ana, ben, cleo, ground=HOST)
    assert view.roles[C] is Role.EDITOR
    assert ana.doc.role_of(C) is Role.EDITOR


@pytest.mark.parametrize("is_seen", [True, False])
def test_55_a_grant_of_a_host_who_resigns_counts_only_if_it_was_made_before(is_seen):
    (ana, ben, cleo), root, _ = board(moderator="")
    ana.doc.grant(B, Role.HOST)
    sync(ana, ben, cleo)
    laptop = Member("a2", "a", ground=HOST)
    laptop.hear(ana)
    laptop.doc.grant(C, Role.MODERATOR)
    if is_seen:
        ana.hear(laptop)
    ana.doc.resign()
    view = agreed(ana, ben, cleo, laptop, ground=HOST)
    assert view.root == root
    assert cleo.doc.my_role is (Role.MODERATOR if is_seen else Role.EDITOR)
    assert ana.doc.my_role is Role.EDITOR


def test_55_a_host_cannot_be_deposed_by_another():
    (ana, ben, cleo), root, _ = board(moderator="")
    ana.doc.grant(B, Role.HOST)
    sync(ana, ben, cleo)
    with pytest.raises(NotPermittedError):
        ben.doc.grant(A, Role.VIEWER)
    with ben.edit() as edit:
        edit.control(role("a", "viewer"))
    sync(ana, ben, cleo)
    name(ana, root, "still")
    assert agreed(ana, ben, cleo, ground=HOST).attributes(root) == {("", "id"): "still"}


def test_a_host_hands_over_in_one_message_and_only_the_new_one_makes_moderators():
    (ana, ben, cleo), _, _ = board(moderator="")
    ana.doc.hand_over(B)
    assert len(ana.sent[-1].controls) == 2
    sync(ana, ben, cleo)
    assert ben.doc.hosts() == {B}
    with pytest.raises(NotPermittedError):
        ana.doc.grant(C, Role.MODERATOR)
    ben.doc.grant(C, Role.MODERATOR)
    sync(ana, ben, cleo)
    assert agreed(ana, ben, cleo, ground=HOST)
    assert cleo.doc.my_role is Role.MODERATOR


def test_a_moderator_takes_no_right_from_a_moderator():
    (ana, ben, cleo), root, _ = board()
    ana.doc.grant(C, Role.MODERATOR)
    sync(ana, ben, cleo)
    with pytest.raises(NotPermittedError):
        ben.doc.grant(C, Role.VIEWER)
    with ben.edit() as edit:
        edit.control(role("c", "viewer"))
    name(cleo, root, "counts")
    assert agreed(ana, ben, cleo, ground=HOST).attributes(root) == {("", "id"): "counts"}


def test_where_everybody_looks_on_only_who_was_made_editor_writes():
    ground = Ground(A, Role.VIEWER)
    ana, ben, cleo = everybody = members("abc", ground=ground)
    root = ana.start()
    ana.doc.grant(B, Role.EDITOR)
    sync(*everybody)
    name(ben, root, "ben")
    with pytest.raises(NotPermittedError):
        name(cleo, root, "cleo")
    cleo.sent.append(message("c", 1, 2, Set(root, name="g"), deps={"a": 1}))
    view = agreed(*everybody, ground=ground)
    assert view.attributes(root) == {("", "id"): "ben"}
    assert view.records[root].name == "svg"


def test_a_transaction_in_which_one_part_is_not_permitted_leaves_nothing():
    (ana, ben, cleo), root, _ = board()
    part = ana.add(root, element("rect"))
    ana.doc.mark_complete(part)
    sync(ana, ben, cleo)
    before = cleo.doc.c14n()
    with pytest.raises(NotPermittedError):
        cleo.do(Set(root, name="x"), Set(part, name="y"))
    assert cleo.doc.c14n() == before
    assert not cleo.sent


def test_a_role_of_a_kind_that_is_not_known_means_nothing():
    (ana, ben, cleo), root, _ = board()
    with ana.edit() as edit:
        edit.control(Control("role", (("is", "king"), ("party", "c"))))
        edit.control(Control("role", (("is", "viewer"),)))
        edit.control(Control("done", ()))
    sync(ana, ben, cleo)
    name(cleo, root, "counts")
    assert agreed(ana, ben, cleo, ground=HOST).attributes(root) == {("", "id"): "counts"}
    assert sent_by(ana)
    assert ana.doc.vv[Replica("a")] == 4
