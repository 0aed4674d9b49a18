"""A board that four people drew in an afternoon, with the time of every message."""

from __future__ import annotations

import datetime

from whiteboard.model.changes import Origin
from whiteboard.model.document import Document, new_document
from whiteboard.model.ids import Party, Replica, Rid
from whiteboard.model.ops import Batch, LiteralElement
from whiteboard.svg.plan import SVG_NS

Kept = list[tuple[Batch, float | None]]


class _Afternoon:
    def __init__(self) -> None:
        self.ana = new_document()
        self.people = {"me": self.ana}
        for name in ("mira", "ben", "yusuf"):
            self.people[name] = Document(self.ana.session, Party(name), Replica(f"{name:x<8}"))
        self.kept: Kept = []
        today = datetime.datetime.now().astimezone().replace(microsecond=0)
        start = today - datetime.timedelta(days=1)
        self.start = start.replace(hour=16, minute=2, second=0).timestamp()
        self.now = self.start
        self.tell()

    def at(self, hours: int, minutes: int, seconds: int = 0) -> None:
        day = datetime.datetime.fromtimestamp(self.start).astimezone()
        day += datetime.timedelta(days=1)
        self.now = day.replace(hour=hours, minute=minutes, second=seconds).timestamp()

    def tell(self) -> None:
        for document in self.people.values():
            news = document.batches_since({batch.r: batch.n for batch, _ in self.kept})
            self.kept += [(batch, self.now) for batch in news]
        for document in self.people.values():
            document.receive(batch for batch, _ in self.kept)

    def draw(self, who: str, name: str, *inside: str, **attributes: str) -> Rid:
        document = self.people[who]
        assert document.root is not None
        named = tuple(("", key.replace("_", "-"), value) for key, value in attributes.items())
        with document.transact(Origin.LOCAL) as edit:
            rid = edit.add(document.root, LiteralElement(SVG_NS, name, named, inside))
        self.tell()
        self.now += 9
        return rid

    def change(self, who: str, rid: Rid, **attributes: str) -> None:
        with self.people[who].transact(Origin.LOCAL) as edit:
            for name, value in attributes.items():
                edit.set_attribute(rid, name.replace("_", "-"), value)
        self.tell()
        self.now += 9


def afternoon() -> tuple[Document, Kept]:
    """The document as 'me' holds it, and its messages with their times."""
    day = _Afternoon()
    line = {"fill": "none", "stroke": "#1B1F24", "stroke_width": "2"}
    day.at(8, 50)
    boxes = [
        day.draw("mira", "rect", x=str(x), y="130", width="132", height="60", rx="10", **line)
        for x in (64, 270, 476, 682)
    ]
    for box, fill in zip(boxes, ("#C2DEFB", "#FFFFFF", "#FFE58A", "#C6ECC3"), strict=True):
        day.change("mira", box, fill=fill)
    for x, text in ((130, "Scan the code"), (336, "Map opens"), (542, "Signal?"), (748, "Ferries")):
        look = {"text_anchor": "middle", "font_size": "15", "fill": "#1B1F24"}
        day.draw("mira", "text", text, x=str(x), y="165", **look)
    day.at(9, 5)
    for x, fill in ((66, "#FFE58A"), (228, "#FFC6D8"), (390, "#C6ECC3")):
        day.draw("yusuf", "rect", x=str(x), y="300", width="148", height="150", fill=fill)
    day.at(9, 12, 8)
    day.draw("mira", "text", "What if there is", x="240", y="340", font_size="16")
    day.at(9, 30)
    day.change("me", boxes[1], x="262")
    day.at(9, 31)
    for i in range(14):
        y = 300 + 12 * i
        path = f"M600 {y}q40 -30 80 10t80 {i}"
        day.draw("ben", "path", d=path, fill="none", stroke="#2265D8", stroke_width="3")
    return day.ana, day.kept
