"""Every screen and state as a picture: `python -m tests.gui.gallery` writes build/gallery/*.png.

Light and dark, 100 and 200 %, left to right and right to left, offscreen; read them with DESIGN
section 14. The 200 % ones need their own process, because the scale is fixed at start.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtGui import QCursor
from PySide6.QtWidgets import QApplication, QDialog, QWidget

from tests.helpers.afternoon import afternoon
from tests.helpers.fake_services import CERTIFICATE, FakeSurface, World
from whiteboard.editing.properties import Properties, Related, set_properties
from whiteboard.im.account import ConnectionState, Problem, ProblemKind
from whiteboard.im.chat import Delivery
from whiteboard.im.people import RunningBoard, SubscriptionRequest
from whiteboard.model.changes import Origin
from whiteboard.model.document import SVG_NS
from whiteboard.model.ephemeral import Attention, Box, Follows
from whiteboard.model.ids import TRASH, Party, Rid, attribute_rid
from whiteboard.model.ops import Literal, LiteralElement, Set
from whiteboard.model.rebase import CREATED, Piece
from whiteboard.model.rights import Role
from whiteboard.session.boards import (
    ArchivedCopy,
    BoardState,
    Earlier,
    Ephemera,
    Invitation,
    InvitationState,
    KnownBoard,
    NotShown,
    Odd,
    Oddity,
    SavedBoard,
)
from whiteboard.session.permissions import WHOLE, Deed, Finished, PenRequest
from whiteboard.ui import words
from whiteboard.ui.main_window import MainWindow
from whiteboard.ui.notices import Notice
from whiteboard.ui.page import CanvasSurface
from whiteboard.ui.surface import Style
from whiteboard.ui.theme import Scheme, theme
from whiteboard.wire.messages import Reason

OUT = Path(__file__).resolve().parents[2] / "build" / "gallery"


def window(world: World, width: int = 1280, height: int = 800) -> MainWindow:
    made = MainWindow(world.services, FakeSurface)
    made.resize(width, height)
    made.show()
    settle()
    return made


def settle() -> None:
    for _ in range(6):
        QApplication.processEvents()


def surface(made: MainWindow) -> FakeSurface:
    page = made.pages.front
    assert page is not None
    return page.surface  # type: ignore[return-value]


def shared(width: int = 1280, height: int = 800) -> tuple[World, MainWindow]:
    world = World().populated()
    made = window(world, width, height)
    world.share(world.boards.boards[0])
    world.boards.new_board("Stage design")
    made.pages.show(world.boards.boards[1])
    made.pages.bring(0)
    surface(made).set(tool="pen", undo_label="Draw", style=Style("#0E8C8C", 5.0))
    settle()
    return world, made


def main_screen() -> MainWindow:
    _, made = shared()
    made.frame.invitation.hide()
    made.frame.toast.say(Notice("joined", words.joined("Yusuf", 0), "people"))
    return made


def flood() -> MainWindow:
    world, made = shared()
    made.frame.invitation.hide()
    board = world.boards.boards[0]
    board.odd.emit(Odd(board.participants[1], Oddity.FLOOD))
    return made


def simpler() -> MainWindow:
    """A board of plain XEP-0284: one quiet sentence."""
    world, made = shared()
    made.frame.invitation.hide()
    world.boards.boards[0].set(is_plain=True)
    settle()
    return made


def hovered() -> MainWindow:
    world, made = shared()
    made.people_flow.postpone("in1")
    world.boards.changed.emit(None)
    made.sessions.list.hover_row("contact:sofia@example.org")
    return made


def start_page(width: int = 1280, height: int = 800) -> MainWindow:
    world, made = shared(width, height)
    made.people_flow.postpone("in1")
    document = world.boards.boards[0].document
    with document.transact(Origin.LOCAL) as edit:
        for x, colour in ((0, "#FFE58A"), (120, "#FFC6D8"), (240, "#C6ECC3")):
            shape = (("", "x", str(x)), ("", "width", "90"), ("", "height", "90"))
            edit.add(document.root, LiteralElement(SVG_NS, "rect", (*shape, ("", "fill", colour))))
    world.boards.set(
        saved=[
            SavedBoard("k1", "Thesis outline", "mira@example.org", 12),
            SavedBoard("k2", "Kids’ corner", "", 0),
            SavedBoard("k3", "Sprint 14", world.people.rooms[0].address, 0),
            SavedBoard("k4", "", "", 0, is_damaged=True),
        ]
    )
    made.top.start.click()
    return made


def start_narrow() -> MainWindow:
    return start_page(632, 760)


def chat(width: int = 1280, height: int = 800) -> MainWindow:
    """A conversation with everything in it, the people above."""
    world, made = shared(width, height)
    made.people_flow.postpone("in1")
    world.boards.changed.emit(None)
    room, hear = world.boards.boards[0].place, world.chats.hear
    hear(room, "Mira Chen", "Where should the river end?", later=-90000)
    hear(
        room, "Mira Chen", "I have put a note there. See https://rivers.example/map?id=7.", later=90
    )
    hear(room, "Ana Novak", "Left of the kiosk, please", me=True, later=80000)
    hear(room, "Ana Novak", "and the ferry goes every 20 minutes 👍🏽", me=True)
    hear(room, "يوسف", "الخريطة جاهزة، انظر إلى اليمين", later=400)
    hear(room, "Ben Okafor", "/me draws the bridge again")
    talk = world.chats.conversation(room)
    talk.mark_read()
    talk.forget_mark()
    hear(room, "Mira Chen", f"{'Donaudampfschiff' * 4} as one word, and a text that is long enough "
         "to need several lines in a pane as wide as this.")  # fmt: skip
    sent = hear(room, "Ana Novak", "Good. I am on the train", me=True, later=30)
    failed = hear(room, "Ana Novak", "and hardly online", me=True)
    talk.correct(sent, "Ana Novak", "Good. I am on a train")
    talk.deliver(sent, Delivery.RECEIVED)
    talk.deliver(failed, Delivery.FAILED)
    talk.set_writing("ben", "Ben Okafor", writes=True)
    made.body.open_pane(made.chat_pane, opened=True)
    made.chat_pane.field.setPlainText("I shall add the\nsecond note")
    settle()
    return made


def chat_and_people() -> MainWindow:
    made = chat(1700, 900)
    made.body.open_pane(made.people_pane, opened=True)
    return made


def link() -> QWidget:
    """The popover with the link to the board, and its code."""
    _, made = shared()
    made.open_invite()
    popover = made.people_flow.popover
    assert popover is not None
    popover.link.qr.click()
    return popover


def followed() -> MainWindow:
    """The view follows somebody; who called last stands below."""
    world, made = shared()
    made.people_flow.postpone("in1")
    world.boards.changed.emit(None)
    made.body.open_pane(made.people_pane, opened=True)
    board = world.boards.boards[0]
    made.look_flow.follow("mira")
    made.people_pane.list.hover_row("person:ben")
    surface(made).is_busy = True
    board.ephemeral.emit(Ephemera(board.participants[2], Attention(Box(0, 0, 10, 10))))
    return made


def followers() -> MainWindow:
    world, made = shared()
    made.people_flow.postpone("in1")
    world.boards.changed.emit(None)
    board = world.boards.boards[0]
    for one in board.participants[1:4]:
        board.ephemeral.emit(Ephemera(one, Follows("me")))
    board.ephemeral.emit(Ephemera(board.participants[1], Attention(Box(0, 0, 10, 10))))
    return made


def chat_narrow() -> MainWindow:
    return chat(632, 760)


def chat_unread() -> MainWindow:
    """Closed, with counts at its button and at a tab behind."""
    world, made = shared()
    made.people_flow.postpone("in1")
    world.boards.boards[1].set(place="mira@example.org", session="s2", state=BoardState.LIVE)
    for n in range(3):
        world.chats.hear(world.boards.boards[0].place, "Mira Chen", f"message {n}")
    world.chats.hear("mira@example.org", "Mira Chen", "just us")
    made.chat_flow.follow()
    return made


def chat_empty() -> MainWindow:
    made = window(World().populated(), 1280, 700)
    made.body.open_pane(made.chat_pane, opened=True)
    return made


def first_start() -> MainWindow:
    return window(World().first_start())


def selection() -> MainWindow:
    world, made = shared()
    made.people_flow.postpone("in1")
    world.boards.changed.emit(None)
    made.body.open_pane(made.people_pane, opened=True)
    surface(made).set(tool="select")
    surface(made).select_box(QRect(280, 130, 132, 60), Style("#1B1F24", 2.0, "#C6ECC3"))
    return made


def shape_options() -> MainWindow:
    _, made = shared(1280, 700)
    surface(made).set(tool="rectangle", style=Style("#1B1F24", 5.0, "#C2DEFB"))
    return made


def text_options() -> MainWindow:
    _, made = shared(1000, 600)
    surface(made).set(tool="text")
    return made


def small() -> MainWindow:
    world, made = shared(1024, 700)
    world.boards.boards[0].set(state=BoardState.OFFLINE, waiting_changes=12)
    made.frame.invitation.hide()
    made.teller.offline_timer.timeout.emit()
    return made


def narrow() -> MainWindow:
    _, made = shared(632, 760)
    return made


def narrow_sessions() -> MainWindow:
    _, made = shared(632, 760)
    made.top.sessions.click()
    return made


def smallest() -> MainWindow:
    _, made = shared(480, 420)
    made.frame.invitation.hide()
    return made


def offline() -> MainWindow:
    world, made = shared()
    world.boards.boards[0].set(state=BoardState.OFFLINE, waiting_changes=12)
    world.people.connection(ConnectionState.WAITING)
    made.frame.invitation.hide()
    return made


def loading() -> MainWindow:
    return window(World().loading(), 900 + 320, 600)


def empty() -> MainWindow:
    return window(World().signed_in(), 1240, 600)


def failing() -> MainWindow:
    world = World().populated()
    made = window(world, 1240, 700)
    made.frame.invitation.hide()
    world.people.fail(ProblemKind.WRONG_PASSWORD, "ana@uni.example")
    return made


def crowded() -> MainWindow:
    made = window(World().crowded(), 1240, 760)
    made.frame.invitation.hide()
    made.sessions.search.setText("ma")
    made.sessions.search.setFocus()
    return made


def waiting() -> MainWindow:
    world = World().populated()
    made = window(world, 1240, 760)
    world.people.set(requests=(SubscriptionRequest("tomasz@example.org", "Tomasz Zieliński"),))
    world.boards.invite(world.boards.boards[0], "sofia@example.org")
    world.boards.invite(world.boards.boards[0], "ben@example.org")
    world.boards.answer("out2", InvitationState.DECLINED)
    made.people_flow.postpone("in1")
    world.boards.changed.emit(None)
    made.body.open_pane(made.people_pane, opened=True)
    made.body.open_pane(made.sessions, opened=True)
    return made


def invitation() -> MainWindow:
    _, made = shared()
    made.body.open_pane(made.sessions, opened=False)
    return made


def request() -> MainWindow:
    """Somebody asks to be let in, many strangers invite, a contact shows a board."""
    world = World().populated()
    made = window(world, 1240, 760)
    noor = Invitation("in1", True, "noor@example.net", "Noor Haddad", "Stage design")
    eve = replace(noor, address="eve@example.net", name="Eve", known=False)
    crowd = tuple(replace(eve, id=f"in{n}") for n in range(10, 16))
    asks = replace(noor, is_request=True)
    gone = replace(noor, id="in3", name="Kim", state=InvitationState.GONE, reason=Reason.TIMEOUT)
    world.boards.set(invitations=(asks, *crowd, gone), turned_away=4)
    world.people.set(
        contacts=tuple(
            replace(one, boards=(RunningBoard("s9", "Garden", 1),))
            if one.address == "sofia@example.org"
            else one
            for one in world.people.contacts
        )
    )
    made.body.open_pane(made.sessions, opened=True)
    return made


def stay() -> MainWindow:
    """An invitation of somebody with whom one draws already."""
    world, made = shared()
    noor = Invitation("in7", True, "mira@example.org", "Mira Chen", "Second board")
    world.boards.set(invitations=(replace(noor, running="Plan", room="river@rooms.uni.example"),))
    return made


def known_boards() -> QDialog:
    world = World().populated()
    made = window(world)
    world.boards.shown["sofia@example.org"] = (
        KnownBoard("s1", "Stage design"),
        KnownBoard("s2", "Garden"),
    )
    made.joining_flow.look("sofia@example.org")
    return dialog(made)


def people_menu() -> QWidget:
    made = first_start()
    keep.append(made)
    made._refresh_actions()
    return made._menus["People"]


def history_earlier() -> MainWindow:
    made = history()
    made.pages.front.board.set(earlier=Earlier())
    return made


def seeking() -> MainWindow:
    world, made = shared()
    made.frame.invitation.hide()
    world.boards.archives_answer = False
    made.people_flow.find_in_room("river@rooms.uni.example", lambda: None)
    return made


def from_archive() -> MainWindow:
    made = seeking()
    board = made.pages.front.board
    kept = ArchivedCopy("2026-11-20T14:31:00+00:00", is_part=False)
    board.set(name="River", state=BoardState.LIVE, is_sought=False, archived=kept)
    return made


def joining() -> MainWindow:
    world = World().populated()
    made = window(world)
    made.people_flow.accept("in1")
    world.boards.boards[-1].set(progress=0.62, seconds_left=23.0)
    return made


def account() -> QDialog:
    made = first_start()
    made.people_flow.edit_account()
    return dialog(made)


def account_problem() -> QDialog:
    world = World().populated()
    made = window(world)
    world.people.fail(ProblemKind.WRONG_PASSWORD, "ana@uni.example")
    made.people_flow.edit_account()
    made.people_flow.dialog.advanced.click()  # type: ignore[union-attr]
    return dialog(made)


def certificate() -> QWidget:
    world = World().signed_in()
    made = window(world)
    problem = Problem(ProblemKind.CERTIFICATE, "chat.uni.example", certificate=CERTIFICATE)
    world.people.connection(ConnectionState.FAILED, problem)
    settle()
    keep.append(made)
    assert made.people_flow.certificate is not None
    return made.people_flow.certificate


def room() -> QDialog:
    _, made = shared()
    made.people_flow.open_room("river@rooms.uni.example")
    return dialog(made)


def create_room() -> QDialog:
    _, made = shared()
    made.people_flow.create_room()
    return dialog(made)


def add_contact() -> QDialog:
    _, made = shared()
    made.people_flow.add_contact()
    return dialog(made)


def export() -> QDialog:
    _, made = shared()
    made.actions_by_id["export"].trigger()
    return dialog(made)


def properties_plain() -> QDialog:
    return properties(plain=True)


def properties(*, plain: bool = False) -> QDialog:
    _, made = shared()
    page = made.pages.front
    assert page is not None
    page.board.set(is_plain=plain, is_host=plain)
    related = (
        Related("https://plans.example/attic.svg", "The attic"),
        Related("xmpp:wall@rooms.example?join", "The wall"),
    )
    said = Properties("River bank", "What we found on the walk in May.", "en", related)
    set_properties(page.board.document, said)
    page.surface.missing = lambda: (words.not_shown_here(2), words.drawn_otherwise(3))
    made.actions_by_id["properties"].trigger()
    return dialog(made)


def not_shown() -> MainWindow:
    world, made = shared()
    board = world.boards.boards[0]
    other = next(one for one in board.participants if not one.me)
    board.not_shown.emit(NotShown(other, 1))
    made.not_shown.tell()
    keep.append(made)
    return made


def unsaved() -> QDialog:
    made = first_start()
    page = made.pages.front
    assert page is not None
    page.is_unsaved = True
    made.close_page(page)
    return dialog(made)


def keys() -> QDialog:
    made = first_start()
    made.actions_by_id["keys"].trigger()
    return dialog(made)


def invite() -> QWidget:
    _, made = shared()
    made.open_invite()
    keep.append(made)
    assert made.people_flow.popover is not None
    return made.people_flow.popover


def invite_to_watch() -> QWidget:
    """One-to-one: whether they may draw."""
    made = window(World().populated())
    made.open_invite()
    keep.append(made)
    assert made.people_flow.popover is not None
    made.people_flow.popover.may.watch.click()
    return made.people_flow.popover


def menu() -> QWidget:
    made = first_start()
    keep.append(made)
    made._refresh_actions()
    return made._menus["View"]


def palette() -> QWidget:
    made = first_start()
    keep.append(made)
    made.open_palette()
    popup = QApplication.activePopupWidget()
    assert popup is not None
    return popup


def focused() -> MainWindow:
    """The ring on a tool that was reached by keyboard, a disabled undo beside it."""
    made = first_start()
    made.frame.tools.buttons["eraser"].setFocus(Qt.FocusReason.TabFocusReason)
    return made


def edit_menu() -> QWidget:
    made = first_start()
    keep.append(made)
    made._refresh_actions()
    return made._menus["Edit"]


def history(width: int = 1280, height: int = 800) -> MainWindow:
    """An afternoon of four people, read and looked at in the middle (design/history.png)."""
    world, made = World().populated(), None
    document, kept = afternoon()
    board = world.boards.new_board("River walk kiosk", document)
    world.boards.kept["River walk kiosk"] = kept
    made = MainWindow(world.services, CanvasSurface)
    made.resize(width, height)
    made.show()
    made.pages.show(board)
    world.share(board)
    made.people_flow.postpone("in1")
    world.boards.changed.emit(None)
    made.body.open_pane(made.history_pane, opened=True)
    flow = made.history_flow
    while flow.history is None or flow.history.is_reading:
        QApplication.processEvents()
    return made


def looking_back(width: int = 1280, height: int = 800) -> MainWindow:
    made = history(width, height)
    flow = made.history_flow
    assert flow.history is not None
    chosen = next(one for one in flow.history.listed() if one.words == "What if there is")
    flow.history.seek(chosen.last)
    while not flow.history.is_there:
        QApplication.processEvents()
    settle()
    page = made.pages.front
    assert page is not None
    page.surface.fit()
    assert flow._past is not None
    flow._past.pick((next(iter(chosen.things)),))
    flow._past.settle()
    settle()
    return made


def history_left_over() -> MainWindow:
    """What was not taken over, above the history, and the notice."""
    made = history()
    page = made.pages.front
    assert page is not None
    document = page.board.document
    rid = next(r for r in document.children(document.root) if document.attribute(r, "fill"))
    fill = attribute_rid(rid, "fill")
    path = LiteralElement(SVG_NS, "path", (("", "d", "M0 0h9"),))
    made_by_me = Piece(Rid("me.9"), CREATED, Literal(Rid("me.9"), document.root, 1.0, path))
    page.board.set(
        left_over=(
            made_by_me,
            Piece(fill, "chdata", Set(fill, chdata="#0a8"), "#000", "#0a8"),
            Piece(rid, "parent", Set(rid, parent=TRASH, weight=1.0), "", TRASH, by=Party("mira")),
        )
    )
    made.left_over.tell()
    return made


def history_narrow() -> MainWindow:
    made = looking_back(632, 760)
    made.body.open_pane(made.history_pane, opened=True)
    return made


def with_psi() -> MainWindow:
    """Somebody draws with Psi."""
    world, made = shared()
    board = world.boards.boards[0]
    people = list(board.participants)
    people[2] = replace(people[2], uses_psi=True)
    board.set(participants=tuple(people), is_plain=True)
    made.people_flow.postpone("in1")
    made.body.open_pane(made.people_pane, opened=True)
    return made


def psi_explained() -> QDialog:
    made = with_psi()
    notice = made.frame.toast.notice
    assert notice is not None
    assert notice.act is not None
    notice.act()
    return dialog(made)


def history_people() -> MainWindow:
    made = history()
    made.history_pane.by_person.click()
    return made


def history_reading() -> MainWindow:
    world = World().populated()
    made = window(world)
    made.frame.invitation.hide()
    board = world.boards.boards[0]
    world.boards.kept[board.name] = ()
    made.body.open_pane(made.history_pane, opened=True)
    flow = made.history_flow.history
    assert flow is not None
    flow._read_timer.stop()
    world.boards.recalls[-1].total = 4210
    flow.changed.emit(None)
    return made


def history_question() -> QDialog:
    made = looking_back()
    made.history_flow.ask_undo_work("ben")
    return dialog(made)


def roles() -> MainWindow:
    """The host's People: a request for the pen, who draws, who watches (participants.png)."""
    world, made = shared()
    made.people_flow.postpone("in1")
    board = world.boards.boards[0]
    rights = board.permissions
    rights.roles |= {"mira": Role.MODERATOR, "noor": Role.VIEWER, "yusuf": Role.VIEWER}
    rights.may_do = {
        "ben": (Deed.TAKE_PEN, Deed.MAKE_MODERATOR, Deed.MAKE_HOST, Deed.HAND_OVER, Deed.REMOVE),
        "noor": (Deed.GIVE_PEN, Deed.REMOVE, Deed.BAN),
    }
    rights.set(
        requests=(PenRequest("voice:Noor", "Noor Haddad", "noor@example.net", 1763821920),),
        may_resign=True,
    )
    made.body.open_pane(made.people_pane, opened=True)
    made.people_pane.list.hover_row("person:mira")
    return made


def person_menu_of_host() -> QWidget:
    return _person_menu("ben")


def person_menu_of_other() -> QWidget:
    return _person_menu("mira")


def _person_menu(party: str) -> QWidget:
    made = roles()
    keep.append(made)
    people = made.people_pane
    people.list.menu_wanted.emit(f"person:{party}", people.mapToGlobal(QPoint(10, 10)))
    return people.menu


def dialog_ban() -> QDialog:
    made = roles()
    made.rights.do(Deed.BAN, "ben")
    return dialog(made)


def watching(width: int = 1280, height: int = 800) -> MainWindow:
    """A viewer's tools, and what is said when the pen was taken in the middle of a stroke."""
    world, made = shared(width, height)
    made.people_flow.postpone("in1")
    board = world.boards.boards[0]
    board.permissions.roles |= {"me": Role.VIEWER, "mira": Role.HOST}
    board.permissions.set(may_ask=True)
    settle()
    surface(made).set(tool="select")
    surface(made).pen_taken.emit((LiteralElement(SVG_NS, "path", (("", "d", "M0 0h9"),)),))
    return made


def watching_narrow() -> MainWindow:
    return watching(632, 760)


def finished() -> MainWindow:
    """Finished parts have a lock; one of them is selected by an editor."""
    made = history()
    made.body.open_pane(made.history_pane, opened=False)
    page = made.pages.front
    assert page is not None
    board = page.board
    document = board.document
    shown = [r for r in document.children(document.root) if document.name(r) == "g"]
    shown = shown or list(document.children(document.root))
    board.permissions.roles["me"] = Role.EDITOR
    board.permissions.set(
        finished=[Finished(rid, "Mira Chen", 1763821920) for rid in shown[:3]], may_finish=False
    )
    page.surface.fit()
    page.surface.choose("select")
    page.surface.editor.selection.set((shown[1],))
    settle()
    page.surface.view.settle()
    settle()
    return made


def finished_board() -> MainWindow:
    world, made = shared()
    made.people_flow.postpone("in1")
    board = world.boards.boards[0]
    board.permissions.roles["me"] = Role.EDITOR
    board.permissions.set(finished=[Finished(WHOLE, "Mira Chen")], may_finish=False)
    settle()
    surface(made).set(tool="select")
    return made


def dialog(made: MainWindow) -> QDialog:
    keep.append(made)
    assert made.people_flow.dialog is not None
    return made.people_flow.dialog


keep: list[QWidget] = []

SCREENS: dict[str, Callable[[], QWidget]] = {
    "main": main_screen,
    "chat": chat,
    "chat-people": chat_and_people,
    "chat-narrow": chat_narrow,
    "link": link,
    "followed": followed,
    "psi": with_psi,
    "psi-explained": psi_explained,
    "followers": followers,
    "chat-unread": chat_unread,
    "chat-empty": chat_empty,
    "flood": flood,
    "simpler": simpler,
    "hover": hovered,
    "first-start": first_start,
    "start": start_page,
    "start-narrow": start_narrow,
    "selection": selection,
    "shapes": shape_options,
    "text": text_options,
    "small-1024": small,
    "narrow": narrow,
    "narrow-sessions": narrow_sessions,
    "smallest": smallest,
    "offline": offline,
    "loading": loading,
    "empty": empty,
    "error": failing,
    "crowded": crowded,
    "waiting": waiting,
    "invitation": invitation,
    "request": request,
    "stay": stay,
    "dialog-known-boards": known_boards,
    "menu-people": people_menu,
    "seeking": seeking,
    "from-archive": from_archive,
    "joining": joining,
    "dialog-account": account,
    "dialog-account-problem": account_problem,
    "dialog-certificate": certificate,
    "dialog-room": room,
    "dialog-create-room": create_room,
    "dialog-add-contact": add_contact,
    "dialog-export": export,
    "dialog-properties": properties,
    "dialog-properties-plain": properties_plain,
    "not-shown": not_shown,
    "dialog-unsaved": unsaved,
    "dialog-keys": keys,
    "invite": invite,
    "invite-to-watch": invite_to_watch,
    "palette": palette,
    "focus": focused,
    "menu-view": menu,
    "menu-edit": edit_menu,
    "history": looking_back,
    "history-now": history,
    "history-earlier": history_earlier,
    "history-people": history_people,
    "history-left-over": history_left_over,
    "history-narrow": history_narrow,
    "history-reading": history_reading,
    "dialog-undo-work": history_question,
    "roles": roles,
    "menu-person": person_menu_of_host,
    "menu-person-other": person_menu_of_other,
    "dialog-ban": dialog_ban,
    "watching": watching,
    "watching-narrow": watching_narrow,
    "finished": finished,
    "finished-board": finished_board,
}


def render(names: list[str], suffix: str, schemes: tuple[Scheme, ...], *, rtl: bool) -> None:
    app = QApplication.instance() or QApplication([])
    assert isinstance(app, QApplication)
    font = app.font()
    font.setPixelSize(13)
    app.setFont(font)
    direction = Qt.LayoutDirection.RightToLeft if rtl else Qt.LayoutDirection.LeftToRight
    app.setLayoutDirection(direction)
    QCursor.setPos(790, 450)
    OUT.mkdir(parents=True, exist_ok=True)
    for scheme in schemes:
        theme().choose(scheme)
        for name in names:
            widget = SCREENS[name]()
            settle()
            widget.grab().save(str(OUT / f"{name}-{scheme.value}{suffix}.png"))
            for top in (*keep, widget):
                if isinstance(top, MainWindow):
                    top.let_go()
                top.hide()
                top.deleteLater()
            keep.clear()
            settle()


def main(argv: list[str]) -> None:
    names = [one for one in argv if not one.startswith("-")] or list(SCREENS)
    both = (Scheme.LIGHT, Scheme.DARK)
    if "--only" in argv:
        suffix = "-200" if os.environ.get("QT_SCALE_FACTOR") == "2" else ""
        render(names, suffix, both, rtl=False)
        if not suffix and "--fast" not in argv:
            render(names, "-rtl", (Scheme.LIGHT,), rtl=True)
        return
    for scale in ("1", "2"):
        subprocess.run(
            [sys.executable, "-m", "tests.gui.gallery", "--only", *names],
            check=True,
            env=os.environ | {"QT_SCALE_FACTOR": scale},
            cwd=OUT.parents[1],
        )


if __name__ == "__main__":
    main(sys.argv[1:])
