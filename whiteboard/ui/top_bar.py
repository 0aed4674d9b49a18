"""The bar at the top: Menu, Sessions, board tabs, connection, people, Invite."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QPoint, QPointF, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFontMetrics, QHelpEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QMenu, QSizePolicy, QToolTip, QWidget

from whiteboard.session.boards import Participant
from whiteboard.ui import words
from whiteboard.ui.avatars import AvatarButton
from whiteboard.ui.icons import icon, paint_icon
from whiteboard.ui.theme import theme
from whiteboard.ui.tokens import TOP_BAR
from whiteboard.ui.widgets import Button, Divider, IconButton, Kind, Label, paint_count

_TAB_MIN, _TAB_MAX, _TAB_HIGH = 96, 220, 34


@dataclass(frozen=True, slots=True)
class Tab:
    """One board's tab."""

    name: str
    icon: str = "board"
    waiting: bool = False
    """Changes wait to be sent."""
    news: bool = False
    """Others changed it since it was last in front."""
    unread: int = 0
    """Chat messages beside it that were not seen."""


class Tabs(QWidget):
    """Board tabs of 96 to 220 px; what does not fit is behind a list button.

    Signals:
        chosen, closed: with the tab's place.
    """

    chosen = Signal(int)
    closed = Signal(int)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.tabs: list[Tab] = []
        self.current = 0
        self._hover = -1
        self._hover_close = False
        self._first = 0
        self.setMouseTracking(True)
        self.setFixedHeight(TOP_BAR)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(words.tr("Boards"))
        theme().changed.connect(self.update)

    def show_tabs(self, tabs: Sequence[Tab], current: int) -> None:
        """Show these, one in front."""
        self.tabs = list(tabs)
        self.current = current
        self.setAccessibleDescription(tabs[current].name if 0 <= current < len(tabs) else "")
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(sum(self._wish(tab) for tab in self.tabs), TOP_BAR)

    def minimumSizeHint(self) -> QSize:
        return QSize(_TAB_MIN, TOP_BAR)

    def _wish(self, tab: Tab) -> int:
        metrics = QFontMetrics(theme().font(13, 600))
        extra = 22 if tab.waiting or tab.news or tab.unread else 0
        width = metrics.horizontalAdvance(tab.name) + 38 + 36 + extra
        return max(_TAB_MIN, min(_TAB_MAX, width))

    def rects(self) -> list[QRect]:
        """Where each tab is; empty ones do not fit."""
        wishes = [self._wish(tab) for tab in self.tabs]
        room = self.width()
        if sum(wishes) > room and wishes:
            share = max(_TAB_MIN, room // len(wishes))
            wishes = [min(wish, share) for wish in wishes]
        top = (TOP_BAR - _TAB_HIGH) // 2
        fit = len(wishes)
        while fit > 1 and sum(wishes[:fit]) > room:
            fit -= 1
        first = max(0, min(self.current - fit + 1, len(wishes) - fit))
        rtl = self.layoutDirection() == Qt.LayoutDirection.RightToLeft
        rects, x = [], 0
        for place, width in enumerate(wishes):
            if first <= place < first + fit:
                rect = QRect(x, top, min(width, room), _TAB_HIGH)
                x += width
                if rtl:
                    rect.moveLeft(self.width() - rect.right() - 1)
                rects.append(rect)
            else:
                rects.append(QRect())
        return rects

    def close_rect(self, rect: QRect) -> QRect:
        """Where a tab's × is."""
        rtl = self.layoutDirection() == Qt.LayoutDirection.RightToLeft
        x = rect.left() + 4 if rtl else rect.right() - 25
        return QRect(x, rect.center().y() - 11, 24, 24)

    def _at(self, point: QPoint) -> int:
        for place, rect in enumerate(self.rects()):
            if rect.contains(point):
                return place
        return -1

    def mousePressEvent(self, event: QMouseEvent) -> None:
        place = self._at(event.position().toPoint())
        if place < 0:
            return
        if event.button() == Qt.MouseButton.MiddleButton:
            self.closed.emit(place)
        elif event.button() == Qt.MouseButton.LeftButton and not self._on_close(event, place):
            self.chosen.emit(place)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        place = self._at(event.position().toPoint())
        is_left = event.button() == Qt.MouseButton.LeftButton
        if is_left and place >= 0 and self._on_close(event, place):
            self.closed.emit(place)

    def _on_close(self, event: QMouseEvent, place: int) -> bool:
        return self.close_rect(self.rects()[place]).contains(event.position().toPoint())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        point = event.position().toPoint()
        place = self._at(point)
        on_close = place >= 0 and self.close_rect(self.rects()[place]).contains(point)
        if (place, on_close) != (self._hover, self._hover_close):
            self._hover, self._hover_close = place, on_close
            self.update()

    def leaveEvent(self, _event: QEvent) -> None:
        self._hover, self._hover_close = -1, False
        self.update()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = {Qt.Key.Key_Right: 1, Qt.Key.Key_Left: -1}.get(Qt.Key(event.key()), 0)
        if step and self.tabs:
            if self.layoutDirection() == Qt.LayoutDirection.RightToLeft:
                step = -step
            self.chosen.emit((self.current + step) % len(self.tabs))
        else:
            super().keyPressEvent(event)

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            place = self._at(event.pos())
            QToolTip.showText(event.globalPos(), self.tabs[place].name if place >= 0 else "", self)
            return True
        return super().event(event)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for place, rect in enumerate(self.rects()):
            if not rect.isNull():
                self._paint_tab(painter, place, rect)
        painter.end()

    def _paint_tab(self, painter: QPainter, place: int, rect: QRect) -> None:
        look, tab = theme(), self.tabs[place]
        front = place == self.current
        box = QRectF(rect).adjusted(0.5, 0.5, -0.5, -0.5)
        if front:
            painter.setPen(look.colour("accent" if self.hasFocus() else "line"))
            painter.setBrush(look.colour("raised"))
            painter.drawRoundedRect(box, 8, 8)
        elif place == self._hover:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(look.colour("hover"))
            painter.drawRoundedRect(box, 8, 8)
        rtl = self.layoutDirection() == Qt.LayoutDirection.RightToLeft
        ink = look.colour("text" if front else "text2")
        start = rect.right() - 29 if rtl else rect.left() + 13
        paint_icon(painter, tab.icon, QRect(start, rect.center().y() - 8, 18, 18), ink)
        extra = 22 if tab.waiting or tab.news or tab.unread else 0
        width = rect.width() - 38 - 30 - extra
        left = rect.left() + (30 + extra if rtl else 38)
        font = look.font(13, 600 if front else 500)
        painter.setFont(font)
        painter.setPen(ink)
        text = QFontMetrics(font).elidedText(tab.name, Qt.TextElideMode.ElideRight, width)
        side = Qt.AlignmentFlag.AlignRight if rtl else Qt.AlignmentFlag.AlignLeft
        flags = side | Qt.AlignmentFlag.AlignAbsolute | Qt.AlignmentFlag.AlignVCenter
        painter.drawText(QRect(left, rect.top(), width, rect.height()), int(flags), text)
        close = self.close_rect(rect)
        if tab.unread and not tab.waiting:
            x = close.right() + 9 if rtl else close.left() - 10
            paint_count(painter, QPointF(x, rect.center().y() + 1), tab.unread)
        elif tab.waiting:
            x = close.right() + 1 if rtl else close.left() - 19
            mark = QRect(x, rect.center().y() - 7, 16, 16)
            paint_icon(painter, "waiting", mark, look.colour("warn"))
        elif tab.news:
            x = close.right() + 5 if rtl else close.left() - 13
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(look.colour("text2"))
            painter.drawEllipse(QRect(x, rect.center().y() - 3, 7, 7))
        if place == self._hover and self._hover_close:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(look.colour("pressed"))
            painter.drawRoundedRect(close, 6, 6)
        cross = QRect(close.center() - QPoint(7, 7), QSize(15, 15))
        paint_icon(painter, "close", cross, look.colour("text2"))


class Chip(QWidget):
    """How the board stands with the others, in an icon and a word (section 2)."""

    clicked = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.text = ""
        self._icon = ""
        self._tone = "text2"
        self._short = False
        self.setFixedHeight(26)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        theme().changed.connect(self.update)
        self.hide()

    def say(self, text: str, name: str = "", tone: str = "text2") -> None:
        """Show a word; '' hides the chip."""
        self.text, self._icon, self._tone = text, name, tone
        self.setAccessibleName(text)
        self.setToolTip(text)
        self._show_if_any()
        self.updateGeometry()
        self.update()

    def _show_if_any(self) -> None:
        """A chip without an icon would be an empty pill where there is room for the icon only."""
        self.setVisible(bool(self.text) and bool(self._icon or not self._short))

    def set_short(self, short: bool) -> None:
        """Only the icon, where the window is narrow."""
        self._short = short
        self._show_if_any()
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        if self._short:
            return QSize(32, 26)
        width = QFontMetrics(theme().font(11, 600)).horizontalAdvance(self.text)
        return QSize(width + (42 if self._icon else 24), 26)

    def mousePressEvent(self, _event: QMouseEvent) -> None:
        self.clicked.emit()

    def paintEvent(self, _event: QPaintEvent) -> None:
        look = theme()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        soft = f"{self._tone}_soft" if self._tone in {"warn", "good", "danger"} else "hover"
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(look.colour(soft))
        painter.drawRoundedRect(self.rect().adjusted(0, 1, 0, -1), 12, 12)
        painter.setPen(look.colour(self._tone))
        painter.setFont(look.font(11, 600))
        rtl = self.layoutDirection() == Qt.LayoutDirection.RightToLeft
        inner = self.rect().adjusted(10, 0, -10, 0)
        if self._icon:
            x = self.width() - 25 if rtl and not self._short else 8
            paint_icon(painter, self._icon, QRect(x, 5, 16, 16), look.colour(self._tone))
            inner = self.rect().adjusted(10 if rtl else 27, 0, -27 if rtl else -10, 0)
        if not self._short:
            painter.drawText(inner, Qt.AlignmentFlag.AlignVCenter, self.text)
        painter.end()


class Badge(QWidget):
    """A count on accent."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._count = 0
        self.setFixedSize(22, 18)
        theme().changed.connect(self.update)
        self.hide()

    def show_count(self, count: int) -> None:
        """Show a number; 0 hides it."""
        self._count = count
        self.setAccessibleName(words.number(count))
        self.setVisible(count > 0)
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme().colour("accent"))
        painter.drawRoundedRect(QRect(2, 0, 18, 18), 9, 9)
        painter.setPen(theme().colour("on_accent"))
        painter.setFont(theme().font(11, 700))
        painter.drawText(
            QRect(2, 0, 18, 18), Qt.AlignmentFlag.AlignCenter, words.number(min(self._count, 99))
        )
        painter.end()


class TopBar(QWidget):
    """48 px, from leading to trailing as DESIGN section 2 says.

    Signals:
        board_chosen, board_closed: with a place; new_board, invite, people_toggled and
        sessions_toggled from the buttons; menu_wanted from Menu.
    """

    board_chosen = Signal(int)
    board_closed = Signal(int)
    person_chosen = Signal(str)
    """The party whose disc was clicked."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setFixedHeight(TOP_BAR)
        self.setAccessibleName(words.tr("Top bar"))
        self.menu = IconButton("menu", words.tr("Menu"), self, key="F10")
        self.sessions = IconButton(
            "pane-left", words.tr("Sessions"), self, key="F9", checkable=True
        )
        self.badge = Badge(self)
        self.about_board = QWidget(self)
        """What is about the board in front; hidden while the start page covers it."""
        self.start = IconButton("home", words.tr("Start"), self, checkable=True)
        self.tabs = Tabs(self)
        self.new = IconButton("plus", words.tr("New board"), self, key="Ctrl+N")
        self.list_button = IconButton("chevron-down", words.tr("Boards"), self, side=32)
        self.narrow_name = Label("", self, weight=600)
        self.chip = Chip(self)
        self._people_row = QHBoxLayout()
        self._people_row.setSpacing(4)
        self.more_people = Label("", self, px=12, weight=600, tone="text2")
        self.invite = Button(words.tr("Invite"), Kind.PRIMARY, self, icon_name="invite")
        self.invite.setToolTip(words.tr("Invite") + " (Ctrl+Shift+I)")
        self.invite_small = IconButton("invite", words.tr("Invite"), self, key="Ctrl+Shift+I")
        self.people = IconButton(
            "people", words.tr("People"), self, key="Ctrl+Shift+1", checkable=True
        )
        self.chat = IconButton("chat", words.tr("Chat"), self, key="Ctrl+Shift+2", checkable=True)
        self.history = IconButton(
            "history", words.tr("History"), self, key="Ctrl+Shift+5", checkable=True
        )
        self._divider = Divider(self, margin=3)
        row = QHBoxLayout(self)
        row.setContentsMargins(8, 0, 8, 0)
        row.setSpacing(4)
        for widget in (self.menu, self.sessions, self.badge, self.start):
            row.addWidget(widget)
        row.addSpacing(4)
        row.addWidget(self.tabs)
        row.addWidget(self.narrow_name)
        row.addWidget(self.list_button)
        row.addWidget(self.new)
        row.addStretch(1)
        row.addWidget(self.about_board)
        about = QHBoxLayout(self.about_board)
        about.setContentsMargins(0, 0, 0, 0)
        about.setSpacing(4)
        about.addWidget(self.chip)
        about.addSpacing(4)
        about.addLayout(self._people_row)
        about.addWidget(self.more_people)
        about.addSpacing(4)
        about.addWidget(self.invite)
        about.addWidget(self.invite_small)
        about.addWidget(self._divider)
        about.addWidget(self.people)
        about.addWidget(self.chat)
        about.addWidget(self.history)
        self._avatars: list[AvatarButton] = []
        self._shown: tuple[tuple[str, str, bool, str], ...] = ()
        self._room_for = 3
        self.tabs.chosen.connect(self.board_chosen)
        self.tabs.closed.connect(self.board_closed)
        self.list_button.clicked.connect(self._open_list)
        theme().changed.connect(self.update)
        self.set_narrow(False)

    def set_narrow(self, narrow: bool, *, tiny: bool = False) -> None:
        """One name with a chevron instead of tabs, Invite as an icon (560 to 899, and below)."""
        self.tabs.setVisible(not narrow)
        self.new.setVisible(not narrow)
        self.narrow_name.setVisible(narrow)
        self.list_button.setVisible(narrow)
        self.invite.setVisible(not narrow)
        self.invite_small.setVisible(narrow)
        self._divider.setVisible(not narrow)
        self.history.setVisible(not tiny)
        self.chat.setVisible(not tiny)
        self.chip.set_short(narrow)
        self._room_for = 1 if tiny else 2 if narrow else 3
        self._shown = ()

    def show_tabs(self, tabs: Sequence[Tab], current: int) -> None:
        """The boards of the window; `current` is -1 while none of them is seen."""
        self.tabs.show_tabs(tabs, current)
        name = tabs[current].name if 0 <= current < len(tabs) else words.tr("Start")
        metrics = QFontMetrics(theme().font(13, 600))
        self.narrow_name.setText(
            metrics.elidedText(name, Qt.TextElideMode.ElideRight, max(90, self.width() - 400))
        )
        self.narrow_name.setToolTip(name)

    def show_people(self, people: Sequence[Participant], *, reachable: bool = True) -> None:
        """Others on the board: up to three discs and a count; grey where I reach nobody."""
        others = [one for one in people if not one.me]
        shown = tuple((one.address, one.name, one.away or not reachable, one.id) for one in others)
        if shown == self._shown and len(self._avatars) == min(len(shown), self._room_for):
            return
        self._shown = shown
        for button in self._avatars:
            button.hide()
            button.deleteLater()
        self._avatars = []
        for address, name, away, party in shown[: self._room_for]:
            button = AvatarButton(address, name, away=away, parent=self)
            if away:
                button.clicked.connect(self.people.click)
            else:
                button.setToolTip(words.follow(name))
                button.clicked.connect(self._chooser(party))
            self._avatars.append(button)
            self._people_row.addWidget(button)
            button.show()
        rest = len(shown) - len(self._avatars)
        self.more_people.setText(f"+{words.number(rest)}" if rest > 0 else "")
        self.more_people.setVisible(rest > 0)

    def _chooser(self, party: str) -> Callable[[], None]:
        return lambda: self.person_chosen.emit(party)

    def _open_list(self) -> None:
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        for place, tab in enumerate(self.tabs.tabs):
            action = menu.addAction(icon(tab.icon), tab.name)
            action.setCheckable(True)
            action.setChecked(place == self.tabs.current)
            action.triggered.connect(lambda _on=False, at=place: self.board_chosen.emit(at))
        menu.addSeparator()
        menu.addAction(icon("plus"), words.tr("New board")).triggered.connect(self.new.click)
        menu.popup(self.list_button.mapToGlobal(QPoint(0, self.list_button.height() + 4)))

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), theme().colour("chrome"))
        line = QRect(0, self.height() - 1, self.width(), 1)
        painter.fillRect(line, theme().colour("line"))
        painter.end()
