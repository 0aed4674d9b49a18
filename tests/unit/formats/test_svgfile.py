"""Files: kept whole, refused with a sentence, recovered where they can be."""

# ruff: noqa: E501 - a file is easier to read in one line

import codecs
import gzip
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from whiteboard.formats import svgfile
from whiteboard.formats.svgfile import (
    FileDamagedError,
    FileError,
    FileForbiddenError,
    FileTooDeepError,
    FileTooLargeError,
    FileUnreadableError,
    NotSvgError,
    fill,
    filling,
    load,
    save,
)
from whiteboard.model.document import Document
from whiteboard.model.ids import Party, Replica, SessionId

HEAD = '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink">'
RICH = f"""<?xml version="1.0" encoding="UTF-8"?>
<!-- before --><?xml-stylesheet href="a.css"?>
{HEAD}
  <!-- inside --> <g id="g" xml:space="preserve" xlink:title="t"><?app do it?> mixed <b xmlns="urn:x" q="1"/> text</g>
  <style><![CDATA[a > b {{fill:red}}]]></style>
  <text>a <tspan>b</tspan>\tc &amp; d</text>
</svg><!-- after -->
"""


def empty():
    return Document(SessionId("s" * 16), Party("p"), Replica("abcdefgh"))


def opened(data):
    document = empty()
    fill(document, load(data))
    return document


def canonical(data):
    return etree.tostring(etree.fromstring(data).getroottree(), method="c14n")


def test_nothing_in_a_file_is_lost():
    root = etree.fromstring(opened(RICH.encode()).c14n())
    assert "".join(root.itertext()) == "".join(etree.fromstring(RICH.encode()).itertext())
    kept = opened(RICH.encode()).c14n().decode()
    for piece in (
        "<!-- before -->",
        "<?xml-stylesheet",
        "<!-- inside -->",
        "<?app do it?>",
        "<!-- after -->",
    ):
        assert piece in kept


def test_what_is_saved_opens_as_the_same_document():
    first = opened(RICH.encode())
    data = save(first)
    assert data.startswith(b"<?xml")
    assert data.endswith(b"\n")
    assert opened(data).c14n() == first.c14n()
    assert canonical(data)


def test_a_file_is_filled_in_slices_and_comes_out_the_same():
    body = "".join(f'<g><rect x="{i}" width="1"/>\n</g>' for i in range(500))
    data = f"{HEAD}{body}</svg>".encode()
    document = empty()
    shares = list(filling(document, load(data)))
    assert len(shares) > 5
    assert shares == sorted(shares)
    assert shares[-1] == 1.0
    assert document.c14n() == opened(data).c14n()


def test_a_filling_that_is_given_up_leaves_nothing():
    document = empty()
    slices = filling(document, load(f"{HEAD}{'<g/>' * 900}</svg>".encode()))
    next(slices)
    slices.close()
    assert document.root is None


@pytest.mark.parametrize(
    "data",
    [
        '<?xml version="1.0" encoding="ISO-8859-1"?><svg xmlns="http://www.w3.org/2000/svg"><text>é</text></svg>'.encode(
            "latin-1"
        ),
        '<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"><text>é</text></svg>'.encode(
            "utf-16"
        ),
        codecs.BOM_UTF8 + '<svg xmlns="http://www.w3.org/2000/svg"><text>é</text></svg>'.encode(),
        gzip.compress(
            '<svg xmlns="http://www.w3.org/2000/svg"><text>é</text></svg>'.encode(), mtime=0
        ),
        "<svg><text>é</text></svg>".encode(),
        '<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "http://www.w3.org/Graphics/SVG/1.1/DTD/svg11.dtd"><svg xmlns="http://www.w3.org/2000/svg"><text>é</text></svg>'.encode(),
        '<!DOCTYPE svg [<!ENTITY ns "http://www.w3.org/2000/svg"><!ENTITY e "é">]><svg xmlns="&ns;"><text>&e;</text></svg>'.encode(),
        '<!DOCTYPE svg [<!ENTITY e "&#60;text>é&#60;/text>">]><svg xmlns="http://www.w3.org/2000/svg">&e;</svg>'.encode(),
    ],
)
def test_the_same_drawing_in_many_wrappings(data):
    assert (
        opened(data).c14n()
        == '<svg xmlns="http://www.w3.org/2000/svg"><text>é</text></svg>'.encode()
    )


def test_entities_are_left_alone_where_xml_leaves_them_alone():
    data = f'<!DOCTYPE svg [<!ENTITY e "x">]>{HEAD}<!--&e;--><text a="&e;\'&lt;"><![CDATA[&e;]]>&e;</text></svg>'
    kept = opened(data.encode()).c14n().decode()
    assert "<!--&e;-->" in kept
    assert 'a="x\'&lt;"' in kept
    assert "&amp;e;x</text>" in kept


def test_a_forgotten_xlink_declaration_is_mended():
    loaded = load(b'<svg xmlns="http://www.w3.org/2000/svg"><use xlink:href="#a"/></svg>')
    assert loaded.root.children[0].attributes == (("http://www.w3.org/1999/xlink", "href", "#a"),)


def bomb():
    lines = ['<!ENTITY a "aaaaaaaaaa">']
    lines += [f'<!ENTITY {chr(98 + i)} "{f"&{chr(97 + i)};" * 10}">' for i in range(12)]
    return f"<!DOCTYPE svg [{''.join(lines)}]>{HEAD}<text>&m;</text></svg>"


@pytest.mark.parametrize(
    ("data", "error"),
    [
        (b"", NotSvgError),
        (b"hello", NotSvgError),
        (b"\x89PNG\r\n\x1a\n\0\0", NotSvgError),
        (b"<html/>", NotSvgError),
        (b'<svg xmlns="urn:other"/>', NotSvgError),
        (b'<?xml version="1.0" encoding="utf-8x"?>' + HEAD.encode(), FileError),
        (bomb().encode(), FileForbiddenError),
        (
            f'<!DOCTYPE svg [<!ENTITY a "{"x" * 9999}">]>{HEAD}{"&a;" * 999}</svg>'.encode(),
            FileForbiddenError,
        ),
        (
            f'<!DOCTYPE svg [<!ENTITY a "&b;"><!ENTITY b "&a;">]>{HEAD}&a;</svg>'.encode(),
            FileForbiddenError,
        ),
        (
            f'<!DOCTYPE svg [<!ENTITY a SYSTEM "file:///etc/passwd">]>{HEAD}&a;</svg>'.encode(),
            FileForbiddenError,
        ),
        (
            f'<!DOCTYPE svg [<!ENTITY % p SYSTEM "http://x/y"> %p;]>{HEAD}</svg>'.encode(),
            FileForbiddenError,
        ),
        (
            f'<!DOCTYPE svg [<!ENTITY a "<b/>">]>{HEAD}<g id="&a;"/></svg>'.encode(),
            FileForbiddenError,
        ),
        (f"{HEAD}{'<g>' * 300}{'</g>' * 300}</svg>".encode(), FileTooDeepError),
        (f"{HEAD}{'<g>' * 30_000}".encode(), FileTooDeepError),
        (gzip.compress(b" " * (65 * 2**20), mtime=0), FileTooLargeError),
        (gzip.compress(HEAD.encode() + b"</svg>", mtime=0)[:-9], FileDamagedError),
        (b"\x1f\x8b" + b"\0" * 40, FileDamagedError),
        (f"{HEAD}&nope;</svg>".encode(), FileDamagedError),
        (f"{HEAD}\0</svg>".encode(), FileDamagedError),
        (f"{HEAD}<text>\xe9</text></svg>".encode("latin-1"), FileDamagedError),
    ],
    ids=range(20),
)
def test_hostile_and_broken_files_are_refused_with_a_sentence(data, error):
    with pytest.raises(error, match=r"“cat.svg” .*[.]$"):
        load(data, "cat.svg")


def test_the_sound_part_of_a_damaged_file_can_be_opened():
    data = f'{HEAD}\n<rect/>\n<g><circle/></g>\n<g><path d="M0 0"\n<rect/></g></svg>'
    with pytest.raises(FileDamagedError) as caught:
        load(data.encode(), "cat.svg")
    assert str(caught.value) == "“cat.svg” is damaged after line 4. 2 objects could be opened."
    document = empty()
    fill(document, caught.value.recovered)
    assert b"<circle>" in document.c14n()


def test_a_file_that_stops_in_the_middle_opens_up_to_there():
    whole = f"{HEAD}\n" + "<rect/>\n" * 50 + "</svg>"
    with pytest.raises(FileDamagedError) as caught:
        load(whole[:300].encode(), "cat.svg")
    assert 15 < caught.value.recovered.objects < 40


def test_a_missing_file_says_so(tmp_path):
    with pytest.raises(FileUnreadableError, match=r"“cat\.svg” cannot be read"):
        load(tmp_path / "cat.svg")
    (tmp_path / "cat.svg").write_bytes(RICH.encode())
    assert load(tmp_path / "cat.svg").root.name == "svg"


@settings(max_examples=200, deadline=None)
@given(st.data())
def test_no_bytes_make_anything_but_a_file_error(data):
    text = RICH.replace("<!-- before -->", '<!DOCTYPE svg [<!ENTITY e "x">]>').encode()
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, min(len(text), start + 20)))
    broken = text[:start] + data.draw(st.binary(max_size=8)) + text[end:]
    try:
        loaded = load(broken)
    except FileError:
        return
    fill(empty(), loaded)


def test_reading_leaves_the_stack_alone():
    depth = svgfile.MAX_DEPTH - 1
    assert sys.getrecursionlimit() >= 1000
    assert load(f"{HEAD}{'<g>' * depth}{'</g>' * depth}</svg>".encode()).root.size == depth + 1
