import pytest
from lxml import etree

from tests.helpers.hostile import BAIT, FILES, HOSTILE, SVG
from whiteboard.formats.clean import cleaned, faults
from whiteboard.formats.svgfile import fill, load, save
from whiteboard.model.document import empty_document
from whiteboard.svg.schema.check import Severity


def drawing(inside: str) -> bytes:
    return f"<svg {SVG}><rect id='before'/>{inside}<rect id='behind'/></svg>".encode()


def saved(data: bytes) -> bytes:
    document = empty_document()
    fill(document, load(data))
    return save(document)


@pytest.mark.parametrize("inside", HOSTILE.values(), ids=HOSTILE.keys())
def test_hostile_content_is_found_and_not_exported_but_saved(inside):
    data = saved(drawing(inside))
    assert BAIT.encode() in data, "a file keeps what is in it"
    clean = cleaned(data)
    assert BAIT.encode() not in clean
    names = [etree.QName(node).localname for node in etree.fromstring(clean)]
    assert names[0] == names[-1] == "rect"
    assert cleaned(clean) == clean
    if "<style>" not in inside:
        assert Severity.FORBIDDEN in {f.severity for f in faults(load(data).root)}


@pytest.mark.parametrize("text", FILES.values(), ids=FILES.keys())
def test_files_of_other_programs_have_nothing_invalid_in_them(text):
    found = faults(load(text.encode()).root)
    assert [str(f) for f in found if f.severity is Severity.INVALID] == []


@pytest.mark.parametrize("name", ["inkscape", "browser"])
def test_a_sound_file_is_exported_byte_for_byte(name):
    data = saved(FILES[name].encode())
    assert cleaned(data) is data


def test_text_around_what_is_taken_out_stays():
    data = f"<svg {SVG}><text>a<script/>b<!-- c --><script/>d</text></svg>".encode()
    assert "".join(etree.fromstring(cleaned(data)).itertext()).replace(" c ", "") == "abd"


def test_what_is_invalid_is_not_exported():
    data = drawing(
        '<rect fill="banana" width="-3" height="4" style="stroke:wrong;fill:red"/><stop/>'
    )
    clean = etree.fromstring(cleaned(data))
    assert len(clean) == 3
    assert dict(clean[1].attrib) == {"height": "4", "style": "fill:red"}


def test_style_sheets_beside_the_root_are_not_exported():
    data = f"<?xml-stylesheet href='https://{BAIT}/a.css'?><svg {SVG}/>".encode()
    assert b"stylesheet" not in cleaned(data)


def test_unknown_elements_and_attributes_are_exported():
    data = drawing("<meshgradient own='1'/><x:y xmlns:x='urn:x' x:z='2'/>")
    assert cleaned(data) is data
