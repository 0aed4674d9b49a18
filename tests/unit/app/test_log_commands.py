"""`whiteboard log`: which boards are here, and the log of one, which replays to the same."""

import json

import pytest

from tests.helpers import strict
from tests.helpers.drawing import draw, drawn
from tests.helpers.logs import write_log
from tests.helpers.prosody import until
from whiteboard.app.cli import main
from whiteboard.app.export_log import NOT_FROM_THE_START
from whiteboard.app.import_log import read_log
from whiteboard.app.paths import Paths
from whiteboard.journal.file import About
from whiteboard.journal.folder import Folder
from whiteboard.model.changes import Origin
from whiteboard.model.document import Document
from whiteboard.session.boards import BoardState
from whiteboard.transport.local import LocalRoom
from whiteboard.transport.service import Network
from whiteboard.transport.shelf import Shelf
from whiteboard.wire.description import write_description
from whiteboard.wire.messages import Description, Identity, Mode, Peer, StrictMessage
from whiteboard.wire.xml import to_xml


@pytest.fixture
async def start(tmp_path):
    made = []

    def start(name):
        paths = Paths(tmp_path / name)
        made.append(Network(shelf=Shelf(paths.boards, paths.board_marks)))
        return made[-1]

    yield start
    for network in made:
        await network.close()


async def pair(start):
    """A board that two have drawn on, kept by both."""
    ana, ben = start("ana"), start("ben")
    room = LocalRoom("room@localhost")
    theirs, mine = ana.boards.new_board("Plan"), ben.boards.new_board("Plan")
    draw(theirs, id="first")
    room.share(theirs, "ana")
    room.join(mine, "ben")
    await until((mine.changed, theirs.changed), lambda: mine.state is BoardState.LIVE)
    draw(mine, id="by ben")
    draw(theirs, id="by ana")
    await until(
        (mine.document.on_commit, theirs.document.on_commit),
        lambda: len(drawn(mine)) == 3 == len(drawn(theirs)),
    )
    return ben, mine


def run(capsysbinary, *words):
    status = main(["log", *words])
    out, err = capsysbinary.readouterr()
    return status, out.decode(), err.decode()


async def test_the_log_of_a_board_replays_to_the_same(start, tmp_path, capsysbinary):
    ben, board = await pair(start)
    await ben._shelf.settle()
    profile, log = str(tmp_path / "ben"), tmp_path / "log.xml"
    assert run(capsysbinary, "Plan", "--profile", profile, "-o", str(log))[0] == 0, "while open"
    assert main(["replay", str(log), "--c14n"]) == 0
    assert capsysbinary.readouterr().out == board.document.c14n()
    await ben.close()
    assert run(capsysbinary, board.session, "--profile", profile, "-o", str(log))[0] == 0
    assert main(["replay", str(log), "--state-hash"]) == 0
    assert capsysbinary.readouterr().out.decode().strip() == board.document.state_hash()
    status, text, _err = run(capsysbinary, "Plan", "--profile", profile)
    assert (status, text.encode()) == (0, log.read_bytes())
    assert "from='room@localhost/ana'" in text or 'from="room@localhost/ana"' in text
    assert text.count("<delay") == text.count("<message")


async def test_the_log_has_both_contents_of_a_forked_message(start, tmp_path, capsysbinary):
    ben, board = await pair(start)
    document = board.document
    twin = Document(document.session, document.party, document.replica)
    twin.receive(document.batches_since({}))
    with twin.transact(Origin.LOCAL) as edit:
        edit.set_attribute(twin.root, "x", "1")
    draw(board, id="mine")
    document.receive(twin.batches_since({}))
    assert document.forks
    await ben.close()
    log = tmp_path / "log.xml"
    run(capsysbinary, "Plan", "--profile", str(tmp_path / "ben"), "-o", str(log))
    assert main(["replay", str(log), "--c14n"]) == 0
    assert capsysbinary.readouterr().out == document.c14n()


async def test_the_boards_are_listed(start, tmp_path, capsysbinary):
    ben, board = await pair(start)
    alone = ben.boards.new_board("Alone")
    draw(alone, id="a")
    await ben._shelf.settle()
    profile = str(tmp_path / "ben")
    status, text, _err = run(capsysbinary, "--profile", profile)
    assert status == 0
    assert sorted(line.split()[0] for line in text.splitlines()) == sorted(
        [board.session, alone.document.session]
    )
    rows = json.loads(run(capsysbinary, "--profile", profile, "--json")[1])
    assert {(row["name"], row["place"]) for row in rows} == {
        ("Plan", "room@localhost"), ("Alone", ""),
    }  # fmt: skip
    assert run(capsysbinary, "--profile", str(tmp_path / "nobody"))[:2] == (0, "")


async def test_a_board_that_is_not_there_or_not_the_only_one_is_said_so(
    start, tmp_path, capsysbinary
):
    ben = start("ben")
    for name in ("Twice", "Twice"):
        draw(ben.boards.new_board(name), id="a")
    await ben._shelf.settle()
    profile = str(tmp_path / "ben")
    status, out, err = run(capsysbinary, "Nothing", "--profile", profile)
    assert (status, out) == (1, "")
    assert err == "There is no board “Nothing” here. whiteboard log lists them.\n"
    status, _out, err = run(capsysbinary, "Twice", "--profile", profile)
    assert status == 1
    assert err.startswith("Several boards are called “Twice”. Choose by id: ")


async def test_a_damaged_board_gives_no_half_a_log(start, tmp_path, capsysbinary):
    ben = start("ben")
    draw(ben.boards.new_board("Plan"), id="a")
    await ben.close()
    folder = Folder(Paths(tmp_path / "ben").boards, tmp_path)
    (listed,) = folder.listed()
    path = folder.path_of(listed.key)
    data = path.read_bytes()
    path.write_bytes(data.replace(b"urn:xmpp:sxe:0", b"urn:xmpp:s<e:0"))
    log = tmp_path / "log.xml"
    status, _out, err = run(
        capsysbinary, "Plan", "--profile", str(tmp_path / "ben"), "-o", str(log)
    )
    assert (status, err) == (1, "Plan: A part of this board is damaged.\n")
    assert not log.exists()


def test_a_board_that_was_joined_by_a_state_says_what_its_log_lacks(tmp_path, capsysbinary):
    document = write_log(tmp_path / "source.xml", 5)
    document.fold(dict(document.vv))
    paths = Paths(tmp_path / "ben")
    folder = Folder(paths.boards, paths.board_marks)
    journal = folder.create()
    journal.tell(About(name="Plan", session=document.session, party="id-ben", replica="ben"))
    journal.keep_base(document.folded())
    folder.shut()
    status, out, err = run(capsysbinary, "Plan", "--profile", str(tmp_path / "ben"))
    assert (status, err.strip()) == (0, NOT_FROM_THE_START)
    assert "<message" not in out


def test_a_log_opens_as_a_board_that_can_be_drawn_on_and_keeps_its_history(tmp_path):
    path = tmp_path / "log.xml"
    document = write_log(path, 5)
    opened = read_log(path)
    assert (opened.name, opened.is_log) == ("Plan", True)
    assert opened.document.c14n() == document.c14n()
    who = [[(b.dot, b.party) for b in d.batches_since({})] for d in (opened.document, document)]
    assert who[0] == who[1]
    with opened.document.transact(Origin.LOCAL) as edit:
        edit.set_attribute(opened.document.root, "x", "1")
    assert opened.document.attribute(opened.document.root, "x") == "1"
    assert opened.document.replica not in document.vv


async def test_an_opened_log_is_kept_and_can_be_shared(start, tmp_path):
    path = tmp_path / "log.xml"
    write_log(path, 5)
    ben, cleo = start("ben"), start("cleo")
    board = ben.boards.new_board("Old", read_log(path).document)
    draw(board, id="new")
    await ben._shelf.settle()
    room = LocalRoom("room@localhost")
    room.share(board, "ben")
    other = cleo.boards.new_board("Old")
    await until(board.changed, lambda: board.state is BoardState.LIVE)
    room.join(other, "cleo")
    await until((other.changed, board.changed), lambda: other.state is BoardState.LIVE)
    assert other.document.c14n() == board.document.c14n()
    assert len(list(other.document.children(other.document.root))) == 6


def test_a_drawing_with_the_ending_of_a_log_is_no_log(tmp_path):
    path = tmp_path / "drawing.xml"
    path.write_text("<svg xmlns='http://www.w3.org/2000/svg'/>")
    assert read_log(path) is None


def test_the_log_of_a_strict_board_replays_to_the_same_and_opens_as_a_board(tmp_path, capsysbinary):
    """Own edits stand twice in its journal, and a state is among what is there."""
    me, mira = Peer("room@x/me", "id-me"), Peer("room@x/mira", "id-mira")
    mine = StrictMessage(strict.SESSION, "m-1", (strict.element("a", name="rect"),), me)
    messages = (
        StrictMessage(strict.SESSION, "s", strict.BASE.ops, mira, prolog="", last=("", "")),
        mine,
        mine,
        StrictMessage(strict.SESSION, "1", (strict.named("a", 1, "circle"),), mira),
    )
    paths = Paths(tmp_path / "me")
    folder = Folder(paths.boards, paths.board_marks)
    journal = folder.create()
    described = Description(mode=Mode.STRICT, identity=Identity.OCCUPANT_ID, name="Plain")
    xml = to_xml(write_description(described))
    journal.tell(
        About(session=strict.SESSION, party="id-me", name="Plain", room="room@x", description=xml)
    )
    journal.append_strict(messages, 0)
    assert folder.settle()
    folder.shut()
    log = tmp_path / "plain.xml"
    assert run(capsysbinary, "Plain", "-o", str(log), "--profile", str(tmp_path / "me"))[0] == 0
    assert main(["replay", str(log), "--c14n"]) == 0
    expected = strict.document(
        strict.BASE, mine.stanza("id-me"), strict.stanza("id-mira", 1, *messages[-1].ops)
    )
    assert capsysbinary.readouterr().out == expected.c14n()
    opened = read_log(log)
    assert opened.name == "Plain"
    board = opened.document
    assert [board.name(rid) for rid in board.children(board.root)] == ["circle", "g", "g"]
