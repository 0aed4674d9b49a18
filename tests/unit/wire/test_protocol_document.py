"""docs/protocol.md: its examples are what the program reads, its table what the program does."""

from __future__ import annotations

import re
from pathlib import Path
from xml.etree.ElementTree import Element, fromstring

import pytest

from whiteboard.session.table import STRICT_TABLE, print_table
from whiteboard.wire import ns
from whiteboard.wire.codec import decode, encode
from whiteboard.wire.messages import MESSAGE_TYPES
from whiteboard.wire.xml import parse, to_xml

DOCUMENT = (Path(__file__).parents[3] / "docs" / "protocol.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"```xml\n(.*?)```", DOCUMENT, re.DOTALL)


def example(text: str):
    wrapped = fromstring(f"<stream xmlns='{ns.CLIENT}'>{text}</stream>")
    return wrapped[0], decode(wrapped[0])


@pytest.mark.parametrize("text", EXAMPLES)
def test_an_example_is_read_and_written_again_to_the_same_meaning(text):
    stanza, message = example(text)
    assert message is not None
    assert getattr(message, "faults", ()) == ()
    again = Element(stanza.tag)
    again.extend(encode(message))
    assert decode(parse(to_xml(again))) == message


def test_there_is_an_example_of_every_kind_of_message():
    assert {type(example(text)[1]) for text in EXAMPLES} == set(MESSAGE_TYPES)


def test_every_attribute_of_our_namespace_in_an_example_is_in_the_schema():
    schema = DOCUMENT[DOCUMENT.index("## 8.") :]
    for text in EXAMPLES:
        for element in example(text)[0].iter():
            if element.tag.startswith(f"{{{ns.SYNC}}}"):
                name = element.tag.partition("}")[2]
                assert f"element {name} {{" in schema
                for attribute in element.attrib:
                    assert f"attribute {attribute} {{" in schema


def test_the_table_of_states_is_the_one_the_program_uses():
    assert print_table() in DOCUMENT
    assert print_table(STRICT_TABLE) in DOCUMENT
