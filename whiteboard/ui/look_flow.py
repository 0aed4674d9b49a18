"""What a window says and does about looking together: bring everyone here, follow (flow E)."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget

from whiteboard.ui import words
from whiteboard.ui.frame import BoardFrame
from whiteboard.ui.looking import Brought, Looking
from whiteboard.ui.notices import Notice
from whiteboard.ui.pages import Page, Pages
from whiteboard.ui.ports import Services
from whiteboard.util.event import Event

MOVABLE = "moved_by_others"
"""Preference: '0' = calls of others do not move the view."""
CALM = "motion"
"""Preference: 'reduced' = nothing flies."""


class LookFlow(QObject):
    """Keeps one `Looking` for each page, and shows that of the page in front.

    Attributes:
        changed: whom the view in front follows differs now.
    """

    def __init__(
        self, services: Services, pages: Pages, frame: BoardFrame, window: QWidget
    ) -> None:
        super().__init__(window)
        self._pages = pages
        self._frame = frame
        self._people = services.people
        self._preferences = services.preferences
        self._lookings: dict[Page, Looking] = {}
        self._untold: dict[Page, Brought] = {}
        self.changed: Event[None] = Event()
        self._unsubscribe = [
            pages.changed.subscribe(lambda _none: self._follow_pages()),
            pages.front_changed.subscribe(lambda _page: self._front_changed()),
        ]
        frame.follow_notice.stop_wanted.connect(self.stop)
        self._follow_pages()

    @property
    def front(self) -> Looking | None:
        """That of the board in front."""
        return self._lookings.get(self._pages.front) if self._pages.front is not None else None

    @property
    def following(self) -> str:
        """The party whose view is followed in front, '' if nobody's."""
        leader = self.front.leader if self.front is not None else None
        return leader.id if leader is not None else ""

    def _follow_pages(self) -> None:
        for page in [one for one in self._lookings if one not in self._pages.all]:
            self._lookings.pop(page).close()
            self._untold.pop(page, None)
        for page in self._pages.all:
            if page not in self._lookings:
                self._lookings[page] = self._watch(page)

    def _watch(self, page: Page) -> Looking:
        looking = Looking(
            page.board, page.surface, self._is_room, self._may_be_moved, self._is_calm
        )
        looking.changed.subscribe(lambda _none: self._show())
        looking.brought.subscribe(lambda brought: self._brought(page, brought))
        looking.lost.subscribe(lambda who: self._say(page, words.not_followed_any_more(who.name)))
        return looking

    def _front_changed(self) -> None:
        """Whoever looks at another board follows nobody on the one behind."""
        for page, looking in self._lookings.items():
            if page is not self._pages.front:
                looking.stop()
        self._show()
        front = self._pages.front
        if front is not None and (brought := self._untold.pop(front, None)) is not None:
            self._tell(self._lookings[front], brought)

    def _is_room(self, address: str) -> bool:
        return any(room.address == address for room in self._people.rooms)

    def _may_be_moved(self) -> bool:
        return self._preferences.get(MOVABLE) != "0"

    def _is_calm(self) -> bool:
        return self._preferences.get(CALM) == "reduced"

    # --- what is asked ---

    def follow(self, party: str) -> None:
        """Follow a participant of the board in front; who is followed already is left."""
        if self.front is None:
            return
        if self.following == party:
            self.front.stop()
        else:
            self.front.follow(party)

    def follow_nth(self, place: int) -> None:
        """Follow by place among the others who are here, the first 0."""
        if self.front is None:
            return
        others = [one for one in self.front.board.participants if not one.me and not one.away]
        if place < len(others):
            self.follow(others[place].id)

    def stop(self) -> None:
        """Follow nobody."""
        if self.front is not None:
            self.front.stop()

    def call(self, *, selection: bool = False) -> None:
        """Bring everyone to what is seen, or to what is selected."""
        front, page = self.front, self._pages.front
        if front is None or page is None:
            return
        rids = tuple(page.surface.chosen) if selection else ()
        if selection and not rids:
            return
        if not front.may_call:
            self._toast("call", words.may_not_call(), "gather")
        elif front.call(rids):
            self._toast("call", words.called(), "gather")
        elif not [one for one in front.board.participants if not one.me and not one.away]:
            self._toast("call", words.nobody_to_call(), "gather")

    # --- what is said ---

    def _show(self) -> None:
        front = self.front
        text, can_stop = "", False
        if front is not None and front.leader is not None:
            text, can_stop = words.following(front.leader.name), True
        elif front is not None and front.followers:
            text = words.followed_by(front.followers)
        self._frame.say_follow(text, can_stop=can_stop)
        self.changed.emit(None)

    def _brought(self, page: Page, brought: Brought) -> None:
        if page is self._pages.front:
            self._tell(self._lookings[page], brought)
        else:
            self._untold[page] = brought

    def _tell(self, looking: Looking, brought: Brought) -> None:
        if brought.moved:
            text, word, act = words.brought(brought.who.name), words.tr("Go back"), looking.go_back
            self._toast("brought", text, "gather", word, lambda: self._went_back(looking, act))
        else:
            text = words.wants_to_show(brought.who.name)
            self._toast("brought", text, "gather", words.tr("Go there"), looking.go_there)

    def _went_back(self, looking: Looking, go_back: Callable[[], None]) -> None:
        go_back()
        self._toast(
            "brought", words.back_again(), "gather", words.tr("Stay here"), lambda: _stay(looking)
        )

    def _say(self, page: Page, text: str) -> None:
        if page is self._pages.front:
            self._toast("follow", text, "follow")

    def _toast(
        self,
        kind: str,
        text: str,
        icon: str,
        action: str = "",
        act: Callable[[], None] | None = None,
    ) -> None:
        self._frame.toast.say(Notice(kind, text, icon, action=action, act=act))

    def let_go(self) -> None:
        """Listen no longer."""
        for unsubscribe in self._unsubscribe:
            unsubscribe()
        for looking in self._lookings.values():
            looking.close()
        self._lookings.clear()


def _stay(looking: Looking) -> None:
    looking.stays = True
