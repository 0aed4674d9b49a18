"""The line of time that takes the tool bar's place while History is open (design/history.png).

Neither it nor its buttons mirror from right to left (DESIGN section 12).
"""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QAction,
    QActionGroup,
    QColor,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
)
from PySide6.QtWidgets import QAbstractSlider, QHBoxLayout, QMenu, QVBoxLayout, QWidget

from whiteboard.ui import words
from whiteboard.ui.avatars import colour_of
from whiteboard.ui.bars import popup_above
from whiteboard.ui.looking_back import SPEEDS, LookingBack
from whiteboard.ui.shade import Floating
from whiteboard.ui.theme import theme
from whiteboard.ui.widgets import Button, ElidedLabel, IconButton, Label, MenuButton

WIDTH = 768
HEIGHT = 116
_OWN_KEYS = (Qt.Key.Key_Home, Qt.Key.Key_End, Qt.Key.Key_PageUp, Qt.Key.Key_PageDown)
_TICKS = 20
_EDGE = 14
"""Px at both ends of the line, so that half of the knob has room."""
_LABELS = 5
_LONGEST_TICK = 6
"""Changes in one place from which a tick is as high as it can be."""


class TimeSlider(QAbstractSlider):
    """The board's moments on a line: ticks in people's colours, a knob, the clock below.

    Its value is a number of messages. Keys are those of any slider.

    Signals:
        sought: The person wants to see the board after so many messages.
    """

    sought = Signal(int)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._history: LookingBack | None = None
        self._ticks: list[tuple[int, int, QColor]] = []
        self._ticks_of: object = None
        self.setOrientation(Qt.Orientation.Horizontal)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setAccessibleName(words.tr("Time line"))
        self.setFixedHeight(_TICKS + 46)
        self.setSingleStep(1)
        self.actionTriggered.connect(self._by_key)
        theme().changed.connect(self._restyle)

    def show_history(self, history: LookingBack | None) -> None:
        """Show the moments and the position of this one."""
        self._history = history
        total = len(history.timeline) if history is not None else 0
        self.blockSignals(True)
        self.setRange(0, total)
        self.setPageStep(max(1, total // 20))
        position = history.position if history is not None else None
        self.setValue(total if position is None else position)
        self.blockSignals(False)
        self.update()

    def _restyle(self) -> None:
        self._ticks_of = None
        self.update()

    # --- places

    def _line(self) -> QRectF:
        return QRectF(_EDGE, _TICKS + 9, self.width() - 2 * _EDGE, 6)

    def place(self, seq: int) -> float:
        """Px from the left at which the board after `seq` messages is."""
        line = self._line()
        history = self._history
        if history is None or not history.scale.length:
            return line.left()
        return line.left() + line.width() * history.scale.place(seq) / history.scale.length

    def nearest(self, x: float) -> int:
        """The number of messages whose place is nearest to px `x`."""
        before = self.at(x)
        is_next = before < self.maximum() and self.place(before + 1) - x < x - self.place(before)
        return before + is_next

    def at(self, x: float) -> int:
        """The number of messages up to px `x`."""
        line = self._line()
        history = self._history
        if history is None or line.width() <= 0:
            return 0
        part = min(1.0, max(0.0, (x - line.left()) / line.width()))
        return history.scale.at(part * history.scale.length)

    # --- pointer and keys

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton and self.isEnabled():
            self.setSliderDown(True)
            self._seek(event.position().x())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self.isSliderDown():
            self._seek(event.position().x())

    def mouseReleaseEvent(self, _event: QMouseEvent) -> None:
        self.setSliderDown(False)

    def _seek(self, x: float) -> None:
        seq = self.nearest(x)
        self.setValue(seq)
        self.sought.emit(seq)

    def _by_key(self, _action: int) -> None:
        self.sought.emit(self.sliderPosition())

    def event(self, event: QEvent) -> bool:
        """Home, End and the page keys are the slider's, not an order of things on the board."""
        if (
            event.type() == QEvent.Type.ShortcutOverride
            and isinstance(event, QKeyEvent)
            and event.key() in _OWN_KEYS
            and not event.modifiers()
        ):
            event.accept()
            return True
        return bool(super().event(event))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Up, Qt.Key.Key_Down):
            event.ignore()  # to the bar: they are no times
        else:
            super().keyPressEvent(event)

    # --- painting

    def paintEvent(self, _event: QPaintEvent) -> None:
        look = theme()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        line = self._line()
        knob = self.place(self.value())
        for x, height, colour in self._found_ticks():
            painter.setOpacity(1.0 if x <= knob else 0.4)
            painter.setBrush(colour)
            painter.drawRoundedRect(QRectF(x - 2, _TICKS - height, 4, height), 2, 2)
        painter.setOpacity(1.0)
        painter.setBrush(look.colour("pressed"))
        painter.drawRoundedRect(line, 3, 3)
        painter.setBrush(look.colour("accent" if self.isEnabled() else "disabled"))
        painter.drawRoundedRect(QRectF(line.left(), line.top(), knob - line.left(), 6), 3, 3)
        self._paint_knob(painter, QPointF(knob, line.center().y()))
        self._paint_clock(painter, line)
        painter.end()

    def _paint_knob(self, painter: QPainter, centre: QPointF) -> None:
        look = theme()
        if self.hasFocus():
            painter.setPen(QPen(look.colour("accent"), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawEllipse(centre, 13, 13)
        painter.setPen(QPen(look.colour("accent"), 2.5))
        painter.setBrush(look.colour("raised"))
        painter.drawEllipse(centre, 9, 9)

    def _paint_clock(self, painter: QPainter, line: QRectF) -> None:
        """The times at even places; the last one is now."""
        history = self._history
        if history is None or not len(history.timeline):
            return
        painter.setPen(theme().colour("text2"))
        painter.setFont(theme().font(11))
        metrics = painter.fontMetrics()
        texts: list[tuple[float, str]] = []
        for i in range(_LABELS):
            x = line.left() + line.width() * i / _LABELS
            seq = max(1, self.at(x))
            when = history.timeline.moments[seq - 1].time
            text = "" if when is None else words.clock(when)
            if not texts or text != texts[-1][1]:
                texts.append((x, text))
        end = words.tr("now")
        free = line.right() - metrics.horizontalAdvance(end)
        baseline = line.bottom() + 24
        painter.drawText(QPointF(free, baseline), end)
        right = 0.0
        for x, text in texts:
            width = metrics.horizontalAdvance(text)
            left = line.left() if x == line.left() else x - width / 2
            if left >= right and left + width < free - 8:
                painter.drawText(QPointF(left, baseline), text)
                right = left + width + 12

    def _found_ticks(self) -> list[tuple[int, int, QColor]]:
        """(px, height, colour): one for each few px in which something happened."""
        history = self._history
        if history is None:
            return []
        known = (history.timeline, len(history.timeline), self.width(), history.only)
        if self._ticks_of == known:
            return self._ticks
        self._ticks_of = known
        self._ticks = []
        moments = history.timeline.moments
        colours: dict[str, QColor] = {}
        line = self._line()
        before = 0
        for x in range(round(line.left()), round(line.right()) + 5, 5):
            upto = self.at(x + 2.5)
            seen = moments[before : min(upto, before + 50)]
            before = upto
            chosen = [one.party for one in seen if history.only in (None, one.party)]
            if not chosen:
                continue
            party = max(set(chosen), key=chosen.count)
            if party not in colours:
                colours[party] = colour_of(history.who(party).address)
            height = 6 + round(12 * min(len(chosen), _LONGEST_TICK) / _LONGEST_TICK)
            self._ticks.append((x, height, colours[party]))
        return self._ticks


class Timeline(Floating):
    """Step, play and seek; what is seen; restore it.

    Signals:
        restore_wanted: With whether only what is picked is meant.
        cancelled: The history is not to be read any further.
    """

    restore_wanted = Signal(bool)
    cancelled = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setLayoutDirection(Qt.LayoutDirection.LeftToRight)
        self.setAccessibleName(words.tr("Time line"))
        self._history: LookingBack | None = None
        self._picked = 0
        self.back = IconButton("step-back", words.tr("One change back"), self, key="Left")
        self.play = IconButton("play", words.tr("Play"), self, key="Space", primary=True)
        self.forward = IconButton("step-forward", words.tr("One change on"), self, key="Right")
        self.clock = Label("", self, px=15, weight=600)
        self.said = ElidedLabel("", self, tone="text2")
        self.speed = MenuButton("", words.tr("Speed"), self)
        self.only = MenuButton("", words.tr("Whose changes"), self)
        self.restore = Button(words.tr("Restore this…"), parent=self)
        self.cancel = Button(words.tr("Cancel"), parent=self)
        self.slider = TimeSlider(self)
        self._build()
        self.back.clicked.connect(lambda: self._with(lambda history: history.step(-1)))
        self.forward.clicked.connect(lambda: self._with(lambda history: history.step(1)))
        self.play.clicked.connect(lambda: self._with(lambda history: history.play()))
        self.slider.sought.connect(lambda seq: self._with(lambda history: history.seek(seq)))
        self.speed.clicked.connect(self._open_speeds)
        self.only.clicked.connect(self._open_people)
        self.restore.clicked.connect(self._open_restore)
        self.cancel.clicked.connect(self.cancelled)
        self.hide()

    def _build(self) -> None:
        row = QHBoxLayout()
        row.setSpacing(4)
        for widget in (self.back, self.play, self.forward):
            row.addWidget(widget)
        row.addSpacing(12)
        row.addWidget(self.clock)
        row.addSpacing(2)
        row.addWidget(self.said, 1)
        row.addSpacing(8)
        for button in (self.speed, self.only, self.restore, self.cancel):
            row.addWidget(button)
        column = QVBoxLayout(self)
        column.setContentsMargins(14, 10, 10, 4)
        column.setSpacing(0)
        column.addLayout(row)
        column.addWidget(self.slider)

    def place(self) -> None:
        """At the bottom centre of the frame, where the tool bar was."""
        parent = self.parentWidget()
        assert parent is not None
        width = min(WIDTH, parent.width() - 24)
        small = width < 560
        self.said.setVisible(not small)
        self.only.setVisible(not small)
        self.resize(width, max(HEIGHT, self.minimumSizeHint().height()))
        self.move((parent.width() - width) // 2, parent.height() - 12 - self.height())

    def _with(self, act: Callable[[LookingBack], object]) -> None:
        if self._history is not None:
            act(self._history)

    def show_history(self, history: LookingBack | None, picked: int = 0) -> None:
        """Show what this one says now.

        Args:
            history: Of the board in front; None while there is none.
            picked: How many things are picked on the board as it was.
        """
        self._history = history
        self._picked = picked
        self.slider.show_history(history)
        if history is None:
            return
        reading = history.is_reading
        self.cancel.setVisible(reading)
        self.restore.setVisible(not reading)
        self.restore.setEnabled(history.position is not None)
        why = "" if history.position is not None else words.tr("This is the board as it is now.")
        self.restore.setAccessibleDescription(why)
        self.restore.setToolTip(why)
        self.speed.set_word(f"{history.speed}×")
        chosen = history.only
        everyone = words.tr("Everyone")
        self.only.set_word(everyone if chosen is None else history.who(chosen).name)
        self.play.set_icon_name("pause" if history.is_playing else "play")
        self.play.set_label(words.tr("Pause") if history.is_playing else words.tr("Play"))
        for button in (self.back, self.play, self.forward, self.slider):
            button.setEnabled(bool(len(history.timeline)))
        self.forward.setEnabled(history.position is not None)
        when = history.time
        self.clock.setText("" if when is None else words.clock(when, seconds=True))
        entry = history.entry
        said = "" if entry is None else self._deed(history)
        if reading:
            said = words.reading_history(len(history.timeline), history.total)
        self.said.set_whole(said)
        self.slider.setAccessibleDescription(words.plain(f"{self.clock.text()} {said}".strip()))

    def _deed(self, history: LookingBack) -> str:
        entry = history.entry
        assert entry is not None
        return words.deed(entry, history.short_name(entry.party))

    # --- menus

    def _open_speeds(self) -> None:
        menu = self._menu()
        group = QActionGroup(menu)
        for speed in SPEEDS:
            self._choice(menu, group, f"{speed}×", self._speeder(speed), self._is_speed(speed))
        popup_above(menu, self.speed)

    def _is_speed(self, speed: int) -> bool:
        return self._history is not None and self._history.speed == speed

    def _speeder(self, speed: int) -> Callable[[], None]:
        return lambda: self._with(lambda history: history.set_speed(speed))

    def _open_people(self) -> None:
        history = self._history
        if history is None:
            return
        menu = self._menu()
        group = QActionGroup(menu)
        everyone = words.tr("Everyone")
        self._choice(menu, group, everyone, lambda: history.show_only(None), history.only is None)
        for who in history.everybody:
            name = words.you() if who.me else who.name
            chooser = self._chooser(history, who.party)
            self._choice(menu, group, name, chooser, history.only == who.party)
        popup_above(menu, self.only)

    @staticmethod
    def _chooser(history: LookingBack, party: str) -> Callable[[], None]:
        who = next(one for one in history.timeline.authors.parties if one == party)
        return lambda: history.show_only(who)

    def _open_restore(self) -> None:
        menu = self._menu()
        whole = menu.addAction(words.tr("The whole board"))
        whole.triggered.connect(lambda: self.restore_wanted.emit(False))
        some = menu.addAction(words.tr("Only what is selected"))
        some.setEnabled(self._picked > 0)
        some.triggered.connect(lambda: self.restore_wanted.emit(True))
        popup_above(menu, self.restore)

    def _menu(self) -> QMenu:
        menu = QMenu(self)
        self.opened = menu
        return menu

    @staticmethod
    def _choice(
        menu: QMenu, group: QActionGroup, text: str, act: Callable[[], object], is_now: bool
    ) -> None:
        action = QAction(text, group)
        action.setCheckable(True)
        action.setChecked(is_now)
        action.triggered.connect(lambda *_checked: act())
        menu.addAction(action)

    def sizeHint(self) -> QSize:
        return QSize(WIDTH, HEIGHT)
