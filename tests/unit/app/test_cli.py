"""The command line: exit status, one line on stderr for a person, and what each command writes."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from lxml import etree

from tests.helpers.logs import write_log
from whiteboard.app.cli import main

ROOT = Path(__file__).resolve().parents[3]
SVG = (
    '<svg xmlns="http://www.w3.org/2000/svg" width="40" height="20">'
    '<rect id="r" x="10" width="10" height="10" fill="#ff0000"/>'
    '<text id="t" y="18" font-family="serif">Aa</text></svg>'
)


AS_SOMEBODY = ["join", "a@b", "--jid", "me@localhost", "--password-file", "pw"]


@pytest.fixture(autouse=True)
def in_a_folder_of_its_own(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("a.svg").write_text(SVG, encoding="utf-8")
    Path("pw").write_text("secret\n", encoding="utf-8")
    return tmp_path


def usage_error(capsys, *words: str) -> str:
    with pytest.raises(SystemExit) as ended:
        main(words)
    assert ended.value.code == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    return printed.err.splitlines()[-1]


def failure(capsys, *words: str) -> str:
    assert main(words) == 1
    printed = capsys.readouterr()
    assert printed.out == ""
    (line,) = printed.err.splitlines()
    assert line.endswith((".", "LOG.xml")) or ":" in line
    return line


def run(*words: str, text: str | bytes = b"") -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [sys.executable, "-m", "whiteboard", *words],
        input=text.encode() if isinstance(text, str) else text,
        env={**os.environ, "PYTHONPATH": str(ROOT), "QT_QPA_PLATFORM": "offscreen"},
        capture_output=True,
        check=False,
        timeout=60,
    )


# -- usage --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--nonsense"], "unrecognized arguments"),
        (["open", "--theme", "pink"], "invalid choice"),
        (["open", "--log-filter", "weather"], "unknown subject"),
        (["open", "--server", "example.org"], "HOST:PORT expected"),
        (["open", "--server", "example.org:99999"], "HOST:PORT expected"),
        (["demo", "--server", "mine"], "invalid choice"),
        (["render"], "IN.svg and OUT, or --batch"),
        (["render", "a.svg"], "OUT is missing"),
        (["render", "--batch", "a.svg"], "IN.svg and OUT, or --batch"),
        (["render", "a.svg", "o.png", "--width", "0"], "at least 1"),
        (["render", "a.svg", "o.png", "--width", "²"], "at least 1"),
        (["render", "a.svg", "o.png", "--scale", "nan"], "above 0"),
        (["render", "a.svg", "o.png", "--font-map", "serif"], "'serif=Noto Serif"),
        (["render", "a.svg", "o.png", "--font-map", "=Noto"], "'serif=Noto Serif"),
        (["replay"], "required: log"),
        (["replay", "log.xml", "--until", "-1"], "0 or more"),
        (["replay", "log.xml", "--until", "many"], "0 or more"),
        (["join"], "required: address"),
        (["join", "xmpp:a@b?join", "--until", "later"], "'idle', 'closed' or seconds"),
        (["join", "xmpp:a@b?join", "--until", "-3"], "'idle', 'closed' or seconds"),
        (["join", "xmpp:a@b?join", "--until", "nan"], "'idle', 'closed' or seconds"),
    ],
)
def test_wrong_usage_is_named_and_ends_with_2(capsys, words, said):
    assert said in usage_error(capsys, *words)


@pytest.mark.parametrize(
    "command", ["open", "demo", "render", "replay", "join", "component", "log"]
)
def test_every_command_tells_its_usage(capsys, command):
    with pytest.raises(SystemExit) as ended:
        main([command, "--help"])
    assert ended.value.code == 0
    assert f"usage: whiteboard {command}" in capsys.readouterr().out


def test_the_version_is_told(capsys):
    with pytest.raises(SystemExit) as ended:
        main(["--version"])
    assert ended.value.code == 0
    assert capsys.readouterr().out.startswith("whiteboard 0.")


# -- what comes later, and where it cannot work ---------------------------------------------------


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["component", "--config", "c.toml"], "synchronisation component is not part of this"),
        (["render", "a.svg", "o.png", "--page", "2"], "Pages are not part of this version"),
        (["render", "a.svg", "o.svg", "--optimise"], "Optimised SVG is not part of this version"),
    ],
)
def test_what_later_versions_bring_is_said_clearly(capsys, words, said):
    assert said in failure(capsys, *words)


def test_without_a_display_the_window_names_what_works(capsys, monkeypatch):
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr("sys.platform", "linux")
    assert "There is no display here" in failure(capsys, "a.svg")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["join", "nobody"], "is not an address"),
        (["join", "xmpp://me@b/x@y"], "give it with --jid"),
        (["join", "a@b"], "Say which account to use"),
        (["join", "a@b", "--jid", "me@b"], "--jid needs --password-file"),
        (["join", "a@b", "--jid", "me@b", "--password-file", "none"], "No such file"),
        (["join", "a@b", "--jid", "me@b", "--password-file", "."], "Is a directory"),
        (["join", "a@b", "--jid", "me@b", "--password-file", "binary"], "not text in UTF-8"),
        (["join", "a@b", "--jid", "me@b", "--password-file", "empty"], "no password in"),
        (["join", "a@b", "--jid", "m e", "--password-file", "pw"], "is not an address"),
        (["join", "xmpp:a@b?join", "--jid", "me@b", "--password-file", "pw", "--accept"], "?join"),
        (["join", "a@b", "--jid", "me@b", "--password-file", "pw", "--draw", "x.svg"], "No such"),
        (
            [*AS_SOMEBODY, "--server", "localhost:1"],
            "does not answer",
        ),
    ],
)
def test_why_a_participant_cannot_begin_is_one_sentence(capsys, words, said):
    Path("empty").write_bytes(b"")
    Path("binary").write_bytes(b"\xff\xfe\x80")
    line = failure(capsys, *words)
    assert said in line
    assert "Errno" not in line


# -- render -------------------------------------------------------------------------------------


@pytest.fixture
def qt(qapp):
    return qapp


def picture(path: str):
    from PySide6.QtGui import QImage

    image = QImage(path)
    assert not image.isNull()
    return image


def test_an_svg_becomes_a_picture_of_its_page(qt):
    assert main(["render", "a.svg", "o.png"]) == 0
    image = picture("o.png")
    assert (image.width(), image.height()) == (40, 20)
    assert image.pixelColor(15, 5).name() == "#ff0000"
    assert image.pixelColor(35, 2).alpha() == 0


def test_size_scale_and_background_are_heeded(qt):
    assert main(["render", "a.svg", "o.png", "--width", "80"]) == 0
    assert (picture("o.png").width(), picture("o.png").height()) == (80, 40)
    assert main(["render", "a.svg", "o.png", "--scale", "3", "--background", "white"]) == 0
    assert (picture("o.png").width(), picture("o.png").height()) == (120, 60)
    assert picture("o.png").pixelColor(110, 5).name() == "#ffffff"


def test_a_selection_is_cut_out(qt, capsys):
    assert main(["render", "a.svg", "o.png", "--selection", "r"]) == 0
    assert (picture("o.png").width(), picture("o.png").height()) == (10, 10)
    line = failure(capsys, "render", "a.svg", "o.svg", "--selection", "r")
    assert "A selection can be written as .png only" in line


def test_fonts_are_mapped(qt):
    words = ["render", "a.svg", "o.png", "--font-map", "serif=DejaVu Sans;sans-serif=DejaVu Sans"]
    assert main(words) == 0
    assert main(["render", "a.svg", "o.png", "--font-map", ""]) == 0


def test_an_svg_written_again_shows_the_same(qt):
    assert main(["render", "a.svg", "o.svg", "--plain"]) == 0
    before, after = (etree.tostring(etree.parse(one), method="c14n") for one in ("a.svg", "o.svg"))
    assert before == after


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["none.svg", "o.png"], "“none.svg” cannot be read: No such file"),
        (["pw", "o.png"], "“pw”"),
        (["a.svg", "o.gif"], "must end in .png or .svg"),
        (["a.svg", "o.pdf"], "PDF is not part of this version"),
        (["a.svg", "none/o.png"], "“none/o.png” cannot be written: No such file"),
        (["a.svg", "o.png", "--background", "octarine"], "is not a colour"),
        (["a.svg", "o.png", "--width", "99999999"], "1 to 32000 px"),
        (["a.svg", "o.png", "--selection", "nobody"], "no element with the id “nobody”"),
        (["a.svg", "o.png", "--font-dir", "none"], "no fonts in “none”"),
    ],
)
def test_why_a_picture_cannot_be_made_is_one_sentence(qt, capsys, words, said):
    assert said in failure(capsys, "render", *words)
    assert not Path("o.png").exists()


def test_a_batch_answers_every_line_and_goes_on_after_errors(qt, capsys, monkeypatch):
    lines = [
        "a.svg\t1.png\t10\t10",
        "a.svg\t2.png",
        "none.svg\t3.png\t10\t10",
        "a.svg\t4.png\t-1\t10",
        "",
        "a.svg\tnone/5.png\t10\t10",
        "a.svg\t6.svg\t10\t10",
        "a.svg\t7.png\t20\t10",
    ]
    monkeypatch.setattr("sys.stdin", io.StringIO("\n".join(lines)))
    assert main(["render", "--batch"]) == 0
    printed = capsys.readouterr()
    answers = printed.out.splitlines()
    assert [answer.partition(" ")[0] for answer in answers] == [
        "ok", "err", "err", "err", "err", "err", "ok", "ok",
    ]  # fmt: skip
    assert all(answer == "ok" or len(answer) > 10 for answer in answers)
    assert printed.err == ""
    assert (picture("1.png").width(), picture("7.png").width()) == (10, 20)


def test_a_batch_answers_line_by_line_also_where_a_name_is_no_text():
    done = run("render", "--batch", text=b"\xff.svg\to.png\t4\t4\na.svg\to.png\t4\t4\n")
    assert (done.returncode, done.stderr) == (0, b"")
    assert [line[:3] for line in done.stdout.splitlines()] == [b"err", b"ok"]


# -- replay -------------------------------------------------------------------------------------


def test_a_log_becomes_the_document(capfd):
    document = write_log(Path("log.xml"))
    assert main(["replay", "log.xml", "--c14n"]) == 0
    assert capfd.readouterr().out.encode() == document.c14n()
    assert main(["replay", "log.xml", "--state-hash"]) == 0
    assert capfd.readouterr().out == document.state_hash() + "\n"
    assert main(["replay", "log.xml", "-o", "o.svg"]) == 0
    assert Path("o.svg").read_bytes() == document.serialise()
    assert capfd.readouterr().out == ""


def test_json_tells_what_was_read(capfd):
    document = write_log(Path("log.xml"))
    assert main(["replay", "log.xml", "--json"]) == 0
    assert json.loads(capfd.readouterr().out) == {
        "session": "851ba2",
        "messages": document.vv[document.replica],
        "passed_over": 0,
        "state_hash": document.state_hash(),
    }


def test_until_takes_the_first_messages(capfd):
    write_log(Path("log.xml"), rectangles=3)
    counts = []
    for until in range(6):
        assert main(["replay", "log.xml", "--until", str(until), "--c14n"]) == 0
        counts.append(capfd.readouterr().out.count("<rect"))
    assert counts == [0, 0, 1, 2, 3, 3]


def test_a_log_that_was_cut_off_is_good_up_to_its_last_whole_message(capfd):
    write_log(Path("log.xml"), rectangles=3)
    data = Path("log.xml").read_bytes()
    end = data.rindex(b"</message>")
    Path("cut.xml").write_bytes(data[: end + 4])
    assert main(["replay", "cut.xml", "--c14n"]) == 0
    assert capfd.readouterr().out.count("<rect") == 2


ENTITIES = '<!DOCTYPE log [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;">]>'


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"no xml at all",
        b"\x00\x01\x02",
        b"<log",
        SVG.encode(),
        b"<log/>",
        b"<log xmlns='urn:x-whiteboard:log:9'/>",
        b"<log xmlns='urn:x-whiteboard:log:0' mode='other'></log>",
        b"<!DOCTYPE log SYSTEM 'file:///etc/passwd'><log xmlns='urn:x-whiteboard:log:0'/>",
        f"{ENTITIES}<log xmlns='urn:x-whiteboard:log:0'>&b;</log>".encode(),
        b"<log xmlns='urn:x-whiteboard:log:0'>&undeclared;</log>",
        b"<log xmlns='urn:x-whiteboard:log:0'><a></b></log>",
        b"<log xmlns='urn:x-whiteboard:log:0'>" + b"<a>" * 5000,
    ],
)
def test_what_is_no_log_is_refused_with_one_sentence(capsys, content):
    Path("log.xml").write_bytes(content)
    line = failure(capsys, "replay", "log.xml")
    assert "“log.xml” is not a session log that can be replayed: " in line
    assert "root:" not in line


def test_a_missing_log_and_a_folder_are_named(capsys):
    assert "“none.xml” cannot be read: No such file" in failure(capsys, "replay", "none.xml")
    assert "“.” cannot be read: Is a directory" in failure(capsys, "replay", ".")


def test_a_result_that_cannot_be_written_is_named(capsys):
    write_log(Path("log.xml"))
    line = failure(capsys, "replay", "log.xml", "-o", "none/o.svg")
    assert "“none/o.svg” cannot be written: No such file" in line


def test_who_reads_only_the_start_of_the_output_hears_no_complaint():
    write_log(Path("log.xml"), rectangles=2000)
    reader, writer = os.pipe()
    os.close(reader)
    try:
        done = subprocess.run(
            [sys.executable, "-m", "whiteboard", "replay", "log.xml", "--c14n"],
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            stdout=writer,
            stderr=subprocess.PIPE,
            check=False,
            timeout=60,
        )
    finally:
        os.close(writer)
    assert (done.returncode, done.stderr) == (1, b"")


def test_a_drawing_is_checked_and_its_faults_are_named(capsys):
    Path("sound.svg").write_text(SVG)
    assert main(["validate", "sound.svg"]) == 0
    assert capsys.readouterr().out == ""
    inside = '<script/><rect width="-1" own="1"/></svg>'
    Path("bad.svg").write_text(SVG.replace("</svg>", inside))
    assert main(["validate", "bad.svg"]) == 1
    assert capsys.readouterr().out.splitlines() == [
        'invalid: <rect width="-1">',
        'unknown: <rect own="1">',
        "forbidden: <script>",
    ]


def test_the_rules_are_printed_as_relax_ng(capsys):
    assert main(["validate", "--schema"]) == 0
    schema = etree.RelaxNG(etree.fromstring(capsys.readouterr().out.encode()))
    assert schema.validate(etree.fromstring(SVG))
