import pytest

from whiteboard.formats.clipboard import FileError, Pasted, from_text, to_text
from whiteboard.model.ops import LiteralElement
from whiteboard.svg.plan import SVG_NS, XLINK_NS


def test_what_is_copied_is_pasted_the_same():
    elements = (
        LiteralElement(SVG_NS, "rect", (("", "class", "5 < 6"), (XLINK_NS, "title", "“t”"))),
        LiteralElement(
            SVG_NS,
            "text",
            (),
            ("a ", LiteralElement(SVG_NS, "tspan", (), ("b",)), " c"),
        ),
        LiteralElement("urn:x", "own"),
    )
    assert from_text(to_text(elements)) == Pasted(elements, 0)


def test_nothing_active_is_pasted():
    text = (
        '<svg xmlns="http://www.w3.org/2000/svg"><script>x</script><g onclick="y()">'
        '<a href="javascript:z()"><foreignObject/><rect width="1"/></a></g></svg>'
    )
    rectangle = LiteralElement(SVG_NS, "rect", (("", "width", "1"),))
    link = LiteralElement(SVG_NS, "a", (), (rectangle,))
    assert from_text(text) == Pasted((LiteralElement(SVG_NS, "g", (), (link,)),), 4)


def test_nothing_invalid_is_pasted_and_a_style_sheet_without_what_it_would_load():
    text = (
        '<svg xmlns="http://www.w3.org/2000/svg"><stop/><rect width="-1" fill="red"/>'
        '<style>@import "https://x.example/a.css"; rect { fill: blue }</style></svg>'
    )
    pasted = from_text(text)
    assert pasted.left_out == 2
    rectangle, style = pasted.elements
    assert rectangle.attributes == (("", "fill", "red"),)
    assert style.children == (" rect { fill: blue }",)


@pytest.mark.parametrize("text", ["", "just words", "<svg", "<html/>"])
def test_other_text_is_no_drawing(text):
    with pytest.raises(FileError):
        from_text(text)
