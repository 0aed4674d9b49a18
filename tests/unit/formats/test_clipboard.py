import pytest

from whiteboard.formats.clipboard import FileError, from_text, to_text
from whiteboard.model.ops import LiteralElement
from whiteboard.svg.plan import SVG_NS, XLINK_NS


def test_what_is_copied_is_pasted_the_same():
    elements = (
        LiteralElement(SVG_NS, "rect", (("", "width", "5 < 6"), (XLINK_NS, "title", "“t”"))),
        LiteralElement(
            SVG_NS,
            "text",
            (),
            ("a ", LiteralElement(SVG_NS, "tspan", (), ("b",)), " c"),
        ),
        LiteralElement("urn:x", "own"),
    )
    assert from_text(to_text(elements)) == elements


def test_nothing_active_is_pasted():
    text = (
        '<svg xmlns="http://www.w3.org/2000/svg"><script>x</script><g onclick="y()">'
        '<a href="javascript:z()"><foreignObject/><rect width="1"/></a></g></svg>'
    )
    assert from_text(text) == (
        LiteralElement(
            SVG_NS,
            "g",
            (),
            (
                LiteralElement(
                    SVG_NS, "a", (), (LiteralElement(SVG_NS, "rect", (("", "width", "1"),)),)
                ),
            ),
        ),
    )


@pytest.mark.parametrize("text", ["", "just words", "<svg", "<html/>"])
def test_other_text_is_no_drawing(text):
    with pytest.raises(FileError):
        from_text(text)
