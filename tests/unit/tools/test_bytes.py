"""What drawing costs on the wire (SYNC 8.1): whole `<sxe/>` and `<sync/>`, without the envelope."""

import math
from xml.etree.ElementTree import tostring

from tests.helpers.tool_driver import ToolDriver
from whiteboard.wire.codec import encode
from whiteboard.wire.messages import EditMessage


def size(driver):
    batches = [batch for commit in driver.commits for batch in commit.batches]
    return sum(len(tostring(part)) for batch in batches for part in encode(EditMessage(batch)))


def test_a_rectangle_is_one_message_of_less_than_450_bytes(record_property):
    driver = ToolDriver("rectangle").drag(120, 80, 360.4, 220.7)
    record_property("bytes", size(driver))
    assert size(driver) < 450


def test_a_stroke_of_200_points_is_one_message_of_less_than_1200_bytes(record_property):
    driver = ToolDriver("pen").down(100, 200)
    for i in range(1, 200):
        driver.move(100 + i * 2.3, 200 + 60 * math.sin(i / 14) + 12 * math.sin(i / 5))
    driver.up()
    record_property("bytes", size(driver))
    assert size(driver) < 1200


def test_a_typed_letter_is_less_than_350_bytes():
    driver = ToolDriver("text").click(10, 10).type("a")
    driver.commits.clear()
    driver.type("b")
    assert size(driver) < 350
