"""Sessions of Debian's Psi as they were on the wire, replayed: what it sent, showed and accepts."""

from __future__ import annotations

import random
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from whiteboard.model.document import new_document
from whiteboard.model.ids import Party, SessionId
from whiteboard.model.ops import Remove
from whiteboard.model.strict.document import StrictDocument
from whiteboard.model.strict.ops import Stanza
from whiteboard.session.negotiation import Invitation
from whiteboard.session.ports import Direct, NewDocument, Send
from whiteboard.session.session import Session, State
from whiteboard.wire.messages import (
    Accept,
    AcceptState,
    Connect,
    Description,
    Dialect,
    Initiate,
    Mode,
    Peer,
    Reason,
    StateOffer,
    StrictMessage,
    Terminate,
)
from whiteboard.wire.psi import decode_psi, encode_psi

FILES = Path(__file__).parents[2] / "helpers" / "files" / "psi"
ALICE, BOB = "alice@localhost/Psi", "bob@localhost/bot"
SXE = "{http://jabber.org/protocol/sxe}"
PSI = Description(mode=Mode.STRICT, dialect=Dialect.PSI)


def recorded(name):
    """(who said it, what it says) in order."""
    for stanza in ET.parse(FILES / f"{name}.xml").getroot():
        sender = stanza.get("from") or BOB
        yield sender, decode_psi(stanza)


def by_session(name):
    sessions: dict[str, list] = {}
    for sender, message in recorded(name):
        if message is not None:
            sessions.setdefault(message.session, []).append((sender, message))
    return sessions


def state_of(message):
    """The document that a state makes."""
    document = StrictDocument(SessionId("s"))
    document.receive([Stanza(Party(""), message.id, message.ops)])
    return document


def shape(element):
    """Names of elements, and of attributes, whatever they hold."""
    return (element.tag, tuple(sorted(element.attrib)), tuple(map(shape, element)))


def said(effects):
    """What goes out, as Psi gets it."""
    sends = [effect for effect in effects if isinstance(effect, Send)]
    return [element for send in sends for element in encode_psi(send.message)]


@pytest.mark.parametrize("name", ["psi-invites", "psi-draws", "psi-is-invited"])
def test_everything_that_psi_sent_is_understood(name):
    assert all(message is not None for sender, message in recorded(name) if sender == ALICE)


def test_the_kinds_of_what_psi_says():
    kinds = [type(message) for sender, message in recorded("psi-is-invited") if sender == ALICE]
    assert kinds[:5] == [Accept, StrictMessage, StrictMessage, StateOffer, StrictMessage]
    (invitation,) = [m for s, m in recorded("psi-draws") if isinstance(m, Initiate)]
    assert invitation.description == PSI
    ends = [m for _, m in recorded("psi-draws") if isinstance(m, Terminate)]
    assert [end.reason for end in ends] == [Reason.SUCCESS]


@pytest.mark.parametrize("name", ["psi-draws", "psi-is-invited"])
def test_the_edits_make_the_document_that_psi_gives_as_its_state_later(name):
    """A picture in pieces of 1024 characters, moves of the paper, a stranger's edits."""
    compared = 0
    for messages in by_session(name).values():
        document, known = None, set()
        for sender, message in messages:
            if not isinstance(message, StrictMessage):
                continue
            if message.of_state and message.last is not None and message.prolog is not None:
                if document is None:
                    document = state_of(message)
                else:
                    assert document.c14n() == state_of(message).c14n()
                    assert set(message.inside) >= {i for s, i in known if s == ALICE}
                    compared += 1
                used = message.inside
            elif document is not None and not message.of_state and message.id not in used:
                document.receive([message.stanza(Party(sender))])
                known.add((sender, message.id))
    assert compared == 1


def test_conflicts_end_as_psi_showed_them():
    (messages,) = by_session("psi-invites").values()
    document = None
    for sender, message in messages:
        if isinstance(message, StrictMessage):
            document = document or state_of(message)
            document.receive([message.stanza(Party(sender))])
    # Two of version 1, then 5, 4, 3; a repeated id, `target` and `<state/>` say nothing.
    assert document.text("1.8") == "cyan"
    assert document.attribute("1.2", "fill") == "cyan"
    assert document.text("1.m") == "Psi text"
    assert {"1.50", "1.52", "0zz", "0.5", "0.10"} <= document.removed
    # What Psi left of the curve that it erased lies in nothing, and its groups are gone.
    assert not document.is_visible("0.7")
    assert document.parent("1.2") == document.parent("1.p") == document.root
    assert document.attribute("1.2", "transform").startswith("matrix(1.21 0 0 1.1232")


def replayed(session, messages):
    """What our session says to what Psi said, message by message."""
    answers = []
    documents = []
    now = 0.0
    for sender, message in messages:
        if sender != ALICE:
            continue
        now += 1.0
        effects = session.receive(Peer(ALICE), message, now)
        answers.append((message, said(effects)))
        documents += [effect.document for effect in effects if isinstance(effect, NewDocument)]
    return answers, documents


def test_our_part_in_a_session_that_psi_invited_to_has_the_form_that_it_accepted():
    ((session_id, messages),) = by_session("psi-draws").items()
    rng = random.Random(1)
    invitation = Invitation.incoming(session_id, Peer(BOB), Peer(ALICE))
    invitation.dialect = Dialect.PSI
    assert isinstance(messages[0][1], Initiate)
    invitation.receive(Peer(ALICE), messages[0][1], 0.0)
    (accepted,) = said(invitation.accept(0.0))
    (theirs,) = encode_psi(messages[1][1])
    assert shape(accepted) == shape(theirs)

    session = Session.join(
        session_id, Peer(BOB), Direct(ALICE), rng, ask=[Peer(ALICE)], dialect=Dialect.PSI,
        is_given=True,
    )  # fmt: skip
    assert said(session.start(0.0)) == []  # the document comes without being asked for
    answers, documents = replayed(session, messages[2:])
    assert session.state is State.LIVE
    (document,) = documents
    # Psi drew, put in a picture, changed the paper, cleared the board and ended the session.
    assert document.attribute(document.root, "viewBox") == "0 0 800 500"
    assert not document.children(document.root)
    assert next(one for one in session.members if not one.me).away
    spoken = [element for _, elements in answers for element in elements]
    assert not any("remove" in one.tag for element in spoken for one in element.iter())


def test_our_invitation_and_document_have_the_form_that_psi_accepted():
    sessions = by_session("psi-is-invited")
    session_id, messages = list(sessions.items())[1]
    assert [type(m) for _, m in messages[:3]] == [Initiate, Accept, StrictMessage]
    session = Session.share(
        new_document(), PSI, Peer(BOB), Direct("alice@localhost"), random.Random(1),
        session=session_id,
    )  # fmt: skip
    session.start(0.0)
    invitation = Invitation.outgoing(session_id, session.description, Peer(BOB), Peer(ALICE))
    (invited,) = said(invitation.start(0.0))
    (theirs,) = encode_psi(messages[0][1])
    assert shape(invited) == shape(theirs)
    assert invited.findtext(f"{SXE}negotiation/{SXE}invitation/{SXE}feature") == (
        "http://www.w3.org/2000/svg"
    )
    (given,) = said(session.receive(Peer(ALICE), messages[1][1], 1.0))
    (negotiation,) = given
    names = [one.tag.removeprefix(SXE) for one in negotiation]
    assert names[0] == "document-begin"
    assert names[-1] == "document-end"
    assert set(names[1:-1]) == {"new"}
    assert "available-uuid-prefix" not in negotiation[0].attrib
    for new in negotiation.findall(f"{SXE}new"):
        assert {"rid", "parent", "primary-weight", "type", "name"} <= set(new.attrib)


def test_psi_that_asks_to_be_connected_is_offered_and_given_the_state():
    session = Session.share(
        new_document(), PSI, Peer(BOB), Direct("alice@localhost"), random.Random(1)
    )
    session.start(0.0)
    (offer,) = said(session.receive(Peer(ALICE), Connect(session.session), 1.0))
    assert offer.find(f"{SXE}negotiation/{SXE}history-offer") is not None
    (state,) = said(session.receive(Peer(ALICE), AcceptState(session.session), 2.0))
    assert state.find(f"{SXE}negotiation/{SXE}document-end") is not None


def test_what_psi_removed_needs_no_removes_of_ours():
    sent = [m for s, m in recorded("psi-invites") if s == ALICE and isinstance(m, StrictMessage)]
    removes = [op.rid for m in sent for op in m.ops if isinstance(op, Remove)]
    assert removes.count("0.5") == 1
    assert "0.7" not in removes  # every other attribute only
