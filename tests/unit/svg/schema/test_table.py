"""Every element and attribute of the table: what is written rightly passes, nothing else."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from tests.helpers.svg_samples import samples
from whiteboard.svg.path import parse
from whiteboard.svg.plan import SVG_NS
from whiteboard.svg.schema import grammar as g
from whiteboard.svg.schema.check import Severity, check
from whiteboard.svg.schema.relaxng import HANDLERS, schema_bytes, validator
from whiteboard.svg.schema.table import ELEMENTS

SVG = f"{{{SVG_NS}}}"
_REFERENCES = ("href", "style", "attributeName")


def key_of(tag: str) -> tuple[str, str]:
    name = etree.QName(tag)
    return (name.namespace or "", name.localname)


def findings(root: etree._Element) -> list:
    """What the check says of every element of a tree."""
    found = []
    for node in root.iter(etree.Element):
        parent = node.getparent()
        above = None if parent is None else key_of(parent.tag)
        attributes = [(key_of(name), value) for name, value in node.attrib.items()]
        found += check(*key_of(node.tag), attributes, above).findings
    return found


@pytest.mark.parametrize("element", sorted(ELEMENTS))
def test_each_attribute_takes_what_its_grammar_says_and_nothing_else(element):
    for attribute in ELEMENTS[element].attributes:
        if attribute in _REFERENCES:
            continue
        good, bad = samples(element, attribute)
        assert good
        for value in good:
            verdict = check(SVG_NS, element, [(("", attribute), value)], None)
            assert verdict.findings == (), (attribute, value)
        for value in bad:
            verdict = check(SVG_NS, element, [(("", attribute), value)], None)
            assert verdict.changed == {("", attribute): None}, (attribute, value)
            assert not verdict.hidden
            (finding,) = verdict.findings
            assert finding.attribute == attribute


@pytest.mark.parametrize("element", sorted(ELEMENTS))
def test_each_element_may_stand_where_the_table_says_and_nowhere_else(element):
    for parent, rules in ELEMENTS.items():
        verdict = check(SVG_NS, element, [], (SVG_NS, parent))
        if element in rules.children:
            assert verdict.findings == ()
        else:
            assert verdict.hidden
            assert [f.severity for f in verdict.findings] == [Severity.INVALID]


def test_the_table_knows_every_name_that_it_mentions():
    mentioned = {child for rules in ELEMENTS.values() for child in rules.children}
    assert mentioned <= ELEMENTS.keys()
    assert len(ELEMENTS) > 60


_numbers = st.sampled_from(["1", "-2.5", ".5", "1e2", "1.", "0", "10", "-", ".", "1e", "é"])
_between = st.sampled_from([" ", ",", "", " , ", ",,", "\n"])
_letters = st.sampled_from("MmLlHhVvCcSsQqTtAaZzx")


@st.composite
def paths(draw):
    out = ["M0 0"] if draw(st.booleans()) else []
    for _ in range(draw(st.integers(0, 4))):
        out.append(draw(_letters))
        for _ in range(draw(st.sampled_from([0, 1, 2, 2, 4, 6, 7, 12]))):
            out += [draw(_numbers), draw(_between)]
    return "".join(out)


@given(paths())
@settings(max_examples=600, deadline=None)
def test_path_data_is_valid_where_the_reader_reads_it_whole(d):
    if d.strip() and d.strip() != "none":
        assert g.PATH.accepts(d) == parse(d)[1]


# --- the generated schema


@st.composite
def elements(draw, name="svg", depth=0):
    """An element of the table with valid attributes and children, at random."""
    rules = ELEMENTS[name]
    node = etree.Element(SVG + name, nsmap={None: SVG_NS})
    for attribute in draw(st.lists(st.sampled_from(sorted(rules.attributes)), max_size=4)):
        if attribute not in _REFERENCES:
            node.set(attribute, draw(st.sampled_from(samples(name, attribute)[0])))
    if "href" in rules.attributes and draw(st.booleans()):
        node.set("href", "#a")
    if rules.children and depth < 3:
        for child in draw(st.lists(st.sampled_from(sorted(rules.children)), max_size=4)):
            node.append(draw(elements(child, depth + 1)))
    if draw(st.integers(0, 9)) == 0:
        node.append(etree.Element("{urn:other}thing", {"own": "1", "{urn:other}own": "2"}))
    return node


@given(elements())
@settings(max_examples=150, deadline=None)
def test_random_valid_drawings_pass_the_check_and_the_generated_schema(root):
    assert findings(root) == []
    assert validator().validate(root), validator().error_log


def _misplace(root, pick):
    node = pick(list(root.iter(etree.Element)))
    above = ELEMENTS.get(etree.QName(node).localname)
    if above is None or etree.QName(node).namespace != SVG_NS:
        return False
    etree.SubElement(node, SVG + pick(sorted(ELEMENTS.keys() - above.children)))
    return True


def _odd_element(root, pick):
    node = pick(list(root.iter(etree.Element)))
    name = pick(["nothing", "script", "foreignObject", "iframe", "Rect"])
    etree.SubElement(node, SVG + name)
    return True


def _odd_attribute(root, pick):
    node = pick([n for n in root.iter(etree.Element) if etree.QName(n).namespace == SVG_NS])
    node.set(pick(["nothing", "X", *HANDLERS]), "1")
    return True


def _handler_elsewhere(root, pick):
    node = pick(list(root.iter(etree.Element)))
    etree.SubElement(node, "{urn:other}thing").set(pick(HANDLERS), "1")
    return True


def _odd_word(root, pick):
    for node in root.iter(SVG + "*"):
        rules = ELEMENTS[etree.QName(node).localname].attributes
        names = [n for n, how in rules.items() if how.words and not how.is_css]
        if names:
            node.set(pick(names), "no-such-word")
            return True
    return False


def _page_inside(root, pick):
    etree.SubElement(
        pick(list(root.iter(etree.Element))), "{http://www.w3.org/1999/xhtml}div"
    ).text = "x"
    return True


@given(
    elements(),
    st.sampled_from(
        [_misplace, _odd_element, _odd_attribute, _handler_elsewhere, _odd_word, _page_inside]
    ),
    st.data(),
)
@settings(max_examples=300, deadline=None)
def test_the_check_and_the_generated_schema_find_the_same_faults(root, spoil, data):
    spoiled = spoil(root, lambda options: data.draw(st.sampled_from(list(options))))
    assert bool(findings(root)) == spoiled
    assert validator().validate(root) != spoiled


def test_the_schema_is_one_file_with_one_pattern_per_element():
    tree = etree.fromstring(schema_bytes())
    defined = [node.get("name") for node in tree.iter("{*}define")]
    assert sorted(defined) == sorted([*ELEMENTS, "foreign"])
    etree.RelaxNG(tree)
