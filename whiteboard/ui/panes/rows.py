"""What the Sessions pane lists, as plain rows: built from people and boards, painted elsewhere."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import replace

from whiteboard.im.account import AccountState, ConnectionState, ProblemKind
from whiteboard.im.people import Availability, Contact, Room, RoomState, SubscriptionRequest
from whiteboard.im.service import PeopleService
from whiteboard.session.boards import (
    Board,
    BoardService,
    BoardState,
    Invitation,
    InvitationState,
    SavedBoard,
)
from whiteboard.ui import words
from whiteboard.ui.avatars import Status, status_of
from whiteboard.ui.panes.invitation_rows import incoming_rows, outgoing_row, with_invitation
from whiteboard.ui.panes.row import Row, RowButton, RowKind


def session_rows(
    people: PeopleService,
    boards: BoardService,
    *,
    folded: Collection[str] = (),
    query: str = "",
    current: Board | None = None,
    clock: Callable[[float], str] | None = None,
) -> list[Row]:
    """The whole pane from top to bottom.

    Args:
        people: contacts and group chats.
        boards: boards and invitations.
        folded: names of folded sections ('contacts', …).
        query: only what contains this; '' = everything, sections included.
        current: the board in front.
        clock: writes a Unix time as people read it; None = hours and minutes here.
    """
    account = people.account
    needle = query.strip().casefold()
    rows: list[Row] = []
    if account is not None and not needle:
        rows += _connection_banner(account, boards)
    if not needle:
        rows += _invitations(people, boards, folded)
    rows += _contacts(people, boards, folded, needle, clock or hours_and_minutes)
    rows += _rooms(people, boards, folded, needle)
    rows += _boards(people, boards, folded, needle, current)
    if needle:
        rows += _more_people(query.strip(), people)
        if not rows:
            rows.append(
                Row(
                    RowKind.EMPTY,
                    "nothing-found",
                    words.tr("Nothing found"),
                    words.tr("Type a whole address to add somebody new."),
                    icon="search",
                )
            )
    return rows


def _section(
    key: str,
    title: str,
    rows: Sequence[Row],
    folded: Collection[str],
    *,
    count: str,
    plus: str = "",
) -> list[Row]:
    is_folded = key in folded
    head = Row(RowKind.SECTION, f"section:{key}", title, count=count, folded=is_folded, plus=plus)
    return [head] if is_folded else [head, *rows]


def _connection_banner(account: AccountState, boards: BoardService) -> list[Row]:
    if account.connection is ConnectionState.FAILED and account.problem is not None:
        action = {
            ProblemKind.WRONG_PASSWORD: RowButton("edit-account", words.tr("Try again")),
            ProblemKind.NO_SUCH_SERVER: RowButton("edit-account", words.tr("Edit address")),
            ProblemKind.BAD_ADDRESS: RowButton("edit-account", words.tr("Edit address")),
            ProblemKind.CERTIFICATE: RowButton("certificate", words.tr("Look at it…")),
            ProblemKind.CERTIFICATE_CHANGED: RowButton("certificate", words.tr("Look at it…")),
        }.get(account.problem.kind, RowButton("retry", words.tr("Try again now")))
        text = words.problem(account.problem)
        return [
            Row(RowKind.BANNER, "banner", text, icon="warning", tone="danger", buttons=(action,))
        ]
    if account.connection in {ConnectionState.WAITING, ConnectionState.OFFLINE}:
        waiting = sum(board.waiting_changes for board in boards.boards)
        action = RowButton("retry", words.tr("Try again now"))
        return [
            Row(
                RowKind.BANNER,
                "banner",
                words.disconnected(waiting),
                icon="offline",
                tone="warn",
                buttons=(action,),
            )
        ]
    return []


def _invitations(people: PeopleService, boards: BoardService, folded: Collection[str]) -> list[Row]:
    listed = {contact.address for contact in people.contacts}
    rows = [_request_row(request) for request in people.requests]
    rows += incoming_rows(boards)
    mine = [one for one in boards.invitations if not one.incoming and one.address not in listed]
    rows += filter(None, map(outgoing_row, mine))  # else it is in the contact's own row
    if not rows:
        return []
    return _section(
        "invitations", words.tr("Invitations"), rows, folded, count=words.number(len(rows))
    )


def _request_row(request: SubscriptionRequest) -> Row:
    who = request.name or request.address
    return Row(
        RowKind.CARD,
        f"request:{request.address}",
        who,
        words.tr("wants to see you online"),
        address=request.address,
        name=who,
        buttons=(
            RowButton("allow", words.tr("Allow"), primary=True),
            RowButton("deny", words.tr("Decline")),
        ),
    )


def _contacts(
    people: PeopleService,
    boards: BoardService,
    folded: Collection[str],
    needle: str,
    clock: Callable[[float], str],
) -> list[Row]:
    title, plus = words.tr("Contacts"), words.tr("Add a contact")
    account = people.account
    if account is None:
        if needle:
            return []
        row = Row(
            RowKind.EMPTY,
            "empty:account",
            words.tr("Use your XMPP address"),
            words.tr("Draw with the people you already know, on any server."),
            icon="person",
            buttons=(RowButton("add-account", words.tr("Add an account…")),),
        )
        return _section("contacts", title, [row], folded, count="")
    everyone = people.contacts
    shown = [one for one in everyone if _matches(needle, one.name, one.address)]
    connected = account.connection is ConnectionState.ONLINE
    if needle:
        count = words.found(len(everyone), len(shown))
        if not shown:
            return []
    elif connected and everyone:
        online = sum(one.availability is not Availability.OFFLINE for one in everyone)
        count = words.online_of(online, len(everyone))
    else:
        count = words.number(len(everyone)) if everyone else ""
    sent = _invitations_by_address(boards.invitations)
    rows = [
        contact_row(
            one, sent.get(one.address), connected=connected, clock=clock, search=bool(needle)
        )
        for one in shown
    ]
    if not everyone:
        if account.connection is ConnectionState.CONNECTING:
            rows = [Row(RowKind.SKELETON, f"skeleton:{place}", "") for place in range(3)]
        elif connected:
            rows = [
                Row(
                    RowKind.EMPTY,
                    "empty:contacts",
                    words.tr("No contacts yet"),
                    words.tr("Add the people you want to draw with."),
                    icon="people",
                    buttons=(RowButton("add-contact", words.tr("Add a contact…")),),
                )
            ]
    return _section("contacts", title, rows, folded, count=count, plus=plus)


_AVAILABLE = {
    Availability.ONLINE: "Online",
    Availability.AWAY: "Away",
    Availability.BUSY: "Busy",
    Availability.OFFLINE: "Offline",
}


def contact_row(
    contact: Contact,
    invitation: Invitation | None,
    *,
    connected: bool,
    clock: Callable[[float], str],
    search: bool = False,
) -> Row:
    """The row of one contact with what can be done now."""
    available = connected and contact.availability is not Availability.OFFLINE
    subtitle = _contact_state(contact, connected=connected, clock=clock)
    buttons: tuple[RowButton, ...] = ()
    mark, mark_tone, mark_word, why = "", "good", "", ""
    if contact.can_draw and available:
        mark, mark_word = "can-draw", words.tr("can draw")
        if contact.draws_simply:
            mark_tone, mark_word = "warn", words.tr("basic drawing")
    is_with_me = contact.drawing_with_me and connected
    is_asked = invitation is not None and invitation.state is not InvitationState.ACCEPTED
    draw = RowButton("draw", words.tr("Draw together"))
    if is_with_me:
        buttons = (RowButton("open-shared", words.tr("Open")),)
    elif available and contact.can_draw and contact.boards:
        subtitle = words.drawing_on(contact.boards[0].name)
        buttons = (RowButton("ask-to-join", words.tr("Ask to join")), draw)
    elif available and contact.can_draw:
        buttons = (draw,)
    elif available:
        why = words.tr("Their program cannot draw.")
    else:
        why = words.tr("Not online now.")
    if search and not is_asked:
        subtitle = contact.address
    row = Row(
        RowKind.PERSON,
        f"contact:{contact.address}",
        contact.name or contact.address,
        subtitle,
        address=contact.address,
        status=status_of(contact.availability) if connected else Status.OFFLINE,
        mark=mark,
        mark_tone=mark_tone,
        mark_word=mark_word,
        buttons=buttons,
        dim=not available,
        middle=search and not is_asked,
        why=why,
    )
    if invitation is None or is_with_me:
        return row
    return with_invitation(row, invitation)


def _contact_state(contact: Contact, *, connected: bool, clock: Callable[[float], str]) -> str:
    if contact.drawing_with_me and connected:
        return words.tr("Drawing with you")
    if contact.waiting and contact.availability is Availability.OFFLINE:
        return words.tr("Has not answered your request yet")
    if not connected or contact.availability is Availability.OFFLINE:
        if contact.last_seen is not None:
            return words.last_seen(clock(contact.last_seen))
        return words.tr("Offline")
    state = words.tr(_AVAILABLE[contact.availability])
    if contact.status:
        return f"{state} · {words.name(contact.status)}"
    return f"{state} · " + (words.tr("can draw") if contact.can_draw else words.tr("cannot draw"))


def _rooms(
    people: PeopleService, boards: BoardService, folded: Collection[str], needle: str
) -> list[Row]:
    if people.account is None:
        return []
    everything = people.rooms
    shown = [room for room in everything if _matches(needle, room.name, room.address)]
    if needle and not shown:
        return []
    mine = {board.session for board in boards.boards if board.session is not None}
    rows = [room_row(room, mine) for room in shown]
    if not everything:
        rows = [
            Row(
                RowKind.EMPTY,
                "empty:rooms",
                words.tr("No group chats yet"),
                words.tr("A board in a group chat is open to all its members."),
                icon="group-chat",
                buttons=(RowButton("join-room", words.tr("Join a group chat…")),),
            )
        ]
    count = (
        words.found(-1, len(shown))
        if needle
        else words.number(len(everything))
        if everything
        else ""
    )
    plus = words.tr("Join or create a group chat")
    return _section("rooms", words.tr("Group chats"), rows, folded, count=count, plus=plus)


def room_row(room: Room, mine: Collection[str]) -> Row:
    """The row of one group chat; `mine` = sessions I take part in."""
    row = Row(RowKind.TILE, f"room:{room.address}", room.name or room.address, icon="group-chat")
    enter = (RowButton("enter-room", words.tr("Enter")),)
    if room.state is RoomState.IN:
        running = room.boards
        if len(running) == 1:
            label = words.tr("Open") if running[0].session in mine else words.tr("Join")
        else:
            label = words.tr("Boards…") if running else words.tr("Draw here")
        return replace(
            row,
            subtitle=words.room_boards(len(running), len(room.occupants)),
            buttons=(RowButton("open-room", label),),
        )
    if room.state is RoomState.JOINING:
        return replace(row, subtitle=words.tr("Entering…"))
    if room.state is RoomState.WAITING:
        return replace(row, subtitle=words.tr("Joins again when connected"), dim=True)
    if room.state is RoomState.FAILED and room.problem is not None:
        return replace(
            row,
            subtitle=words.room_note(room.problem),
            mark="lock",
            mark_tone="text2",
            buttons=enter,
        )
    return replace(row, subtitle=words.tr("Not entered"), buttons=enter, dim=True)


def _boards(
    people: PeopleService,
    boards: BoardService,
    folded: Collection[str],
    needle: str,
    current: Board | None,
) -> list[Row]:
    everything = list(boards.boards)
    shown = [(place, one) for place, one in enumerate(everything) if _matches(needle, one.name)]
    saved = [one for one in boards.saved if _matches(needle, one.name)]
    if needle and not shown and not saved:
        return []
    rows = []
    for place, board in shown:
        subtitle, tone = board_state(board, people)
        waits = board.waiting_changes > 0 and board.state is BoardState.OFFLINE
        rows.append(
            Row(
                RowKind.TILE,
                f"board:{place}",
                board.name,
                subtitle,
                icon="board",
                tone=tone,
                mark="waiting" if waits else "",
                mark_tone="warn",
                buttons=() if board is current else (RowButton("open-board", words.tr("Open")),),
            )
        )
    rows += [_saved_row(one) for one in saved]
    found = len(shown) + len(saved)
    count = words.found(-1, found) if needle else words.number(found)
    return _section(
        "boards", words.tr("Boards"), rows, folded, count=count, plus=words.tr("New board")
    )


def _saved_row(board: SavedBoard) -> Row:
    waits = board.waiting > 0
    if board.is_damaged:
        return Row(
            RowKind.TILE,
            f"saved:{board.key}",
            words.damaged_board(),
            words.unreadable(),
            icon="board",
            tone="danger",
            dim=True,
        )
    return Row(
        RowKind.TILE,
        f"saved:{board.key}",
        board.name,
        words.saved_waiting(board.waiting) if waits else words.saved_here(),
        icon="board",
        tone="warn" if waits else "text2",
        mark="waiting" if waits else "",
        mark_tone="warn",
        buttons=(RowButton("open-saved", words.tr("Open")),),
        dim=True,
    )


def place_of(place: str, people: PeopleService) -> str:
    """'Group chat ROOM', 'With MIRA' or 'Only on this computer': where a board is shared."""
    if not place:
        return words.only_here()
    for room in people.rooms:
        if room.address == place:
            return words.in_room(room.name or room.address)
    for contact in people.contacts:
        if contact.address == place:
            return words.with_person(contact.name or contact.address)
    return words.with_person(place)


def board_state(board: Board, people: PeopleService) -> tuple[str, str]:
    """(second line, tone) of a board; the chip in the top bar says the same."""
    if board.problem:
        return board.problem, "danger"
    if board.state is BoardState.OFFLINE:
        if board.waiting_changes:
            return words.changes_waiting(board.waiting_changes), "warn"
        return words.tr("Offline"), "warn"
    if board.state is BoardState.JOINING:
        return words.tr("Opening…"), "text2"
    if board.state is BoardState.WAITING:
        return words.tr("Waiting for an answer"), "warn"
    if board.state is BoardState.ENDED:
        return words.tr("Ended – your copy stays on this computer"), "text2"
    return place_of(board.place, people), "text2"


def _more_people(query: str, people: PeopleService) -> list[Row]:
    local, at, domain = query.partition("@")
    known = {contact.address for contact in people.contacts}
    if not (local and at and domain) or query in known or people.account is None:
        return []
    row = Row(
        RowKind.TILE,
        f"new:{query}",
        words.tr("Add {who}").replace("{who}", words.name(query)),
        words.tr("Not on your contact list yet"),
        icon="invite",
        buttons=(RowButton("add-contact", words.tr("Add")),),
    )
    return _section("more", words.tr("More people"), [row], (), count="")


def _invitations_by_address(invitations: Iterable[Invitation]) -> dict[str, Invitation]:
    """The newest of mine to each address (they come newest first)."""
    result: dict[str, Invitation] = {}
    for invitation in invitations:
        if not invitation.incoming:
            result.setdefault(invitation.address, invitation)
    return result


def _matches(needle: str, *texts: str) -> bool:
    return not needle or any(needle in text.casefold() for text in texts)


def hours_and_minutes(unix: float) -> str:
    """A Unix time as the clock on the wall here shows it."""
    return datetime.datetime.fromtimestamp(unix).astimezone().strftime("%H:%M")
