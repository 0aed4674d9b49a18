"""Rows of invitations and requests, and what they say once they are over."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from whiteboard.session.boards import BoardService, Invitation, InvitationState
from whiteboard.ui import words
from whiteboard.ui.panes.row import Row, RowButton, RowKind

MOST_STRANGERS = 3
"""Open invitations of people who are no contacts that have rows of their own."""


def incoming_rows(boards: BoardService) -> list[Row]:
    """What others ask of me; many of strangers, or too many at all, are one quiet row."""
    incoming = [one for one in boards.invitations if one.incoming]
    strangers = [one for one in incoming if is_unknown(one)]
    many = strangers if len(strangers) > MOST_STRANGERS else []
    rows = [_incoming_row(one) for one in incoming if one not in many]
    shown = [row for row in rows if row is not None]
    if many or boards.turned_away:
        shown.append(_crowd_row(many, boards.turned_away))
    return shown


def is_unknown(invitation: Invitation) -> bool:
    """Whether it waits for an answer and is of nobody on the contact list."""
    return invitation.state is InvitationState.OPEN and not invitation.known


def _crowd_row(many: Sequence[Invitation], turned_away: int) -> Row:
    decline = RowButton("decline-strangers", words.tr("Decline all"))
    return Row(
        RowKind.TILE,
        "strangers:",
        words.strangers_invite(len(many) + turned_away),
        words.turned_away(turned_away) if turned_away else words.strangers_hint(),
        icon="people",
        buttons=(decline,) if many else (),
    )


def _incoming_row(invitation: Invitation) -> Row | None:
    is_open = invitation.state is InvitationState.OPEN
    if not is_open and invitation.state is not InvitationState.GONE:
        return None
    buttons: tuple[RowButton, ...] = (RowButton("dismiss", words.tr("Close")),)
    title = words.invitation_over(invitation)
    subtitle = words.invitation_board(invitation.board, invitation.people)
    if invitation.room:
        room = invitation.room_name or invitation.room
        subtitle = words.invitation_in_room(invitation.board, room)
    if is_open and invitation.is_request:
        title = words.asks_to_join(invitation.name)
        subtitle = words.board_called(invitation.board)
        buttons = (
            RowButton("let-in", words.tr("Let in"), primary=True),
            RowButton("decline", words.tr("Decline")),
        )
    elif is_open:
        title = words.invites_you(invitation.name)
        buttons = (
            RowButton("join", words.tr("Join"), primary=True),
            RowButton("decline", words.tr("Decline")),
        )
    return Row(
        RowKind.CARD,
        f"invitation:{invitation.id}",
        title,
        subtitle,
        address=invitation.address,
        name=invitation.name,
        buttons=buttons,
    )


def outgoing_text(invitation: Invitation) -> tuple[str, str, tuple[RowButton, ...]] | None:
    """(sentence, tone, buttons) of an invitation of mine; None once accepted."""
    if invitation.state is InvitationState.ACCEPTED:
        return None
    if invitation.state is InvitationState.OPEN:
        take_back = RowButton("take-back", words.tr("Take back"))
        return words.waiting_for(invitation.name), "warn", (take_back,)
    again = RowButton("ask-again", words.tr("Ask again"))
    if invitation.alternative:
        again = RowButton("open-alternative", words.tr("Open"))
    return words.invitation_over(invitation), "text2", (again,)


def outgoing_row(invitation: Invitation) -> Row | None:
    """The row of an invitation of mine; None once accepted."""
    text = outgoing_text(invitation)
    if text is None:
        return None
    sentence, tone, buttons = text
    return Row(
        RowKind.PERSON,
        f"invited:{invitation.id}",
        invitation.name,
        sentence,
        address=invitation.address,
        tone=tone,
        mark="waiting" if invitation.state is InvitationState.OPEN else "",
        mark_tone="warn",
        buttons=buttons,
    )


def with_invitation(row: Row, invitation: Invitation) -> Row:
    """A contact's row that tells of the invitation on its way to them."""
    text = outgoing_text(invitation)
    if text is None:
        return row
    sentence, tone, buttons = text
    row = replace(row, subtitle=sentence, tone=tone, buttons=buttons)
    if invitation.state is InvitationState.OPEN:
        return replace(row, mark="waiting", mark_tone="warn", mark_word="")
    return row
