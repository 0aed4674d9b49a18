"""Every sentence of the windows, in one place (DESIGN section 10): translatable, plural-aware.

What people wrote (names, addresses) is isolated with U+2068 and U+2069, so that a right-to-left
name does not turn the sentence around it. `plain` takes the marks out again.
"""

from __future__ import annotations

import datetime
from collections.abc import Sequence

from PySide6.QtCore import QCoreApplication, QDate, QLocale

from whiteboard.im.account import Problem, ProblemKind
from whiteboard.model.ids import TRASH
from whiteboard.model.rebase import CONTROL, CREATED, Piece
from whiteboard.model.rights import Role
from whiteboard.past.entries import Entry
from whiteboard.past.summary import Thing, Verb
from whiteboard.session.boards import Invitation, InvitationState
from whiteboard.session.permissions import Deed, Finished, Hindrance, Outcome, Why
from whiteboard.wire.messages import Reason

_FSI, _PDI = "\u2068", "\u2069"


def tr(text: str) -> str:
    """The text in the person's language."""
    return QCoreApplication.translate("words", text)


def plural(n: int, one: str, many: str) -> str:
    """`one` or `many` in the person's language, `%n` replaced by the number as they write it."""
    text = QCoreApplication.translate("words", one if n == 1 else many, "", n)
    return text.replace("%n", number(n))


def number(n: int) -> str:
    """A whole number in the digits of the locale."""
    return QLocale().toString(n)


def name(text: str) -> str:
    """A name or address inside a sentence, isolated from the direction of the text around it."""
    return f"{_FSI}{text}{_PDI}"


def plain(text: str) -> str:
    """Without isolation marks."""
    return text.replace(_FSI, "").replace(_PDI, "")


def _fill(text: str, **values: str) -> str:
    result = tr(text)
    for key, value in values.items():
        result = result.replace("{" + key + "}", name(value))
    return result


# --- boards and their state ------------------------------------------------------------------


def only_here() -> str:
    return tr("Only on this computer")


def with_person(who: str) -> str:
    return _fill("With {who}", who=who)


def in_room(room: str) -> str:
    return _fill("Group chat {room}", room=room)


def offline_waiting(n: int) -> str:
    """The chip while the connection is cut."""
    return tr("Offline") if n == 0 else plural(n, "Offline · %n waiting", "Offline · %n waiting")


def sending(n: int) -> str:
    return plural(n, "Sending %n…", "Sending %n…")


def changes_waiting(n: int) -> str:
    return plural(n, "%n change waiting", "%n changes waiting")


def saved_waiting(n: int) -> str:
    return f"{tr('Offline')} · {changes_waiting(n)}"


def saved_here() -> str:
    return tr("Saved on this computer")


def blank_board() -> str:
    return tr("Blank, ready to draw")


def kinds_of_file() -> str:
    return tr("SVG, or a session log")


def nothing_found() -> str:
    return tr("No board is called so.")


def no_boards_yet() -> str:
    return tr("Boards that you draw on stand here.")


def damaged_board() -> str:
    return tr("Damaged board")


def unreadable() -> str:
    return tr("Its file cannot be read")


def connecting() -> str:
    return tr("Connecting…")


def disconnected(n: int) -> str:
    """The notice and banner of flow F."""
    if n == 0:
        return tr("Disconnected – working offline.")
    return plural(
        n,
        "Disconnected – working offline. %n change is waiting.",
        "Disconnected – working offline. %n changes are waiting.",
    )


def connected_again(n: int) -> str:
    if n == 0:
        return tr("Connected again.")
    return plural(n, "Connected again. %n change sent.", "Connected again. %n changes sent.")


def opening(board: str, who: str = "") -> str:
    if who:
        return _fill("Opening “{board}” from {who}", board=board, who=who)
    return _fill("Opening “{board}”", board=board)


def fetching_history(share: float | None) -> str:
    if share is None:
        return tr("Fetching what was drawn before…")
    return _fill("Fetching what was drawn before… {part} %", part=number(round(100 * share)))


def looking_in_archive() -> str:
    return tr("Looking in the group chat’s archive")


def from_archive(stamp: str) -> str:
    """`stamp`: when the newest change was made, as the server wrote it (ISO 8601)."""
    try:
        day = clock(datetime.datetime.fromisoformat(stamp).timestamp())
    except ValueError:
        return tr("Nobody is here. This is the board as the group chat kept it.")
    return _fill(
        "Nobody is here. This is the board as the group chat kept it, from {date}.", date=day
    )


def part_of_archive() -> str:
    return tr(
        "Nobody is here and the group chat kept only part of the board."
        " It completes itself when someone who has it returns."
    )


def time_left(seconds: float) -> str:
    if seconds < 90:
        return plural(max(5, 5 * round(seconds / 5)), "%n second left", "%n seconds left")
    return plural(round(seconds / 60), "%n minute left", "%n minutes left")


def window_title(board: str, who: str = "") -> str:
    return f"{board} – Whiteboard" + (f" ({who})" if who else "")


def people_count(n: int) -> str:
    return plural(n, "%n person", "%n people")


# --- chat ------------------------------------------------------------------------------------


def chat_empty(*, is_shared: bool) -> tuple[str, str]:
    """Title and text of a chat in which nothing stands."""
    if is_shared:
        return tr("Nothing has been said yet"), tr("Everybody in this conversation reads along.")
    return (
        tr("Nobody to write to yet"),
        tr("A shared board has the chat of its group chat or contact beside it."),
    )


def write_to(who: str) -> str:
    return _fill("Write to {who}", who=who)


def chat_needs_account() -> str:
    return tr("Sign in to write")


def writing(names: Sequence[str]) -> str:
    if not names:
        return ""
    if len(names) == 1:
        return _fill("{who} is writing…", who=names[0])
    if len(names) == 2:
        return _fill("{who} and {other} are writing…", who=names[0], other=names[1])
    return plural(len(names), "%n person is writing…", "%n people are writing…")


def not_sent() -> str:
    return tr("Not sent. Click to try again")


def open_in_browser(host: str) -> str:
    return _fill("Open {host} in the browser", host=host)


def unread_messages(n: int) -> str:
    return plural(n, "%n new message", "%n new messages")


# --- looking together ------------------------------------------------------------------------


def brought(who: str) -> str:
    return _fill("{who} brought you here", who=who)


def wants_to_show(who: str) -> str:
    return _fill("{who} wants everybody to look at a place", who=who)


def back_again() -> str:
    return tr("You are back where you were. Others can go on moving your view on this board.")


def called() -> str:
    return tr("Everybody is asked to look here.")


def may_not_call() -> str:
    return tr("Only hosts and moderators can bring everyone here.")


def nobody_to_call() -> str:
    return tr("Nobody else is here.")


def following(who: str) -> str:
    return _fill("Following {who}", who=who)


def follow(who: str) -> str:
    return _fill("Follow {who}", who=who)


def followed_by(n: int) -> str:
    return plural(n, "%n person follows you", "%n people follow you")


def not_followed_any_more(who: str) -> str:
    return _fill("{who} is not here any more. Your view stays where it is.", who=who)


# --- links -----------------------------------------------------------------------------------


def link_question(address: str, *, is_room: bool) -> tuple[str, str, str]:
    """Title, text and button before a link leads to somebody new."""
    if is_room:
        return (
            _fill("Enter {room}?", room=address),
            tr("A link leads to a board in this group chat. Whoever is there sees that you come."),
            tr("Enter"),
        )
    return (
        _fill("Draw with {who}?", who=address),
        tr("A link leads to this person, who is not in your contacts and would see your address."),
        tr("Ask to draw together"),
    )


def asked_to_join(who: str) -> str:
    return _fill("{who} is asked to let you in. The board opens when they say yes.", who=who)


def sign_in_for_link() -> str:
    return tr("Sign in first; then the link is opened.")


def no_link() -> str:
    return tr("Whoever began this board has the link to it.")


def no_link_yet() -> str:
    return tr("A board that is shared has a link. Share it with somebody first.")


# --- invitations -----------------------------------------------------------------------------


def waiting_for(who: str) -> str:
    return _fill("Waiting for {who}…", who=who)


def not_answered(who: str) -> str:
    return _fill("{who} has not answered.", who=who)


def not_there(who: str) -> str:
    return _fill("{who} is not online any more.", who=who)


def declined(who: str) -> str:
    return _fill("{who} declined", who=who)


def invites_you(who: str) -> str:
    return _fill("{who} invites you", who=who)


def invites_to_draw(who: str) -> str:
    return _fill("{who} invites you to draw", who=who)


def invitation_board(board: str, people: int) -> str:
    return _fill("Board “{board}”", board=board) + " · " + people_count(people)


def taken_back(who: str) -> str:
    return _fill("{who} took the invitation back", who=who)


_MY_INVITATION = {
    Reason.DECLINE: "{who} declined",
    Reason.BUSY: "{who} takes no invitations now.",
    Reason.CANCEL: "{who} is not online any more.",
    Reason.SUCCESS: "{who} has left.",
    Reason.GONE: "{who} is not online any more.",
    Reason.TIMEOUT: "{who} has not answered.",
    Reason.EXPIRED: "{who} has not answered.",
    Reason.ALTERNATIVE_SESSION: "{who} has this board open already.",
    Reason.UNSUPPORTED_APPLICATIONS: "{who}’s program cannot draw on this board.",
    Reason.UNSUPPORTED_TRANSPORTS: "{who}’s program cannot draw on this board.",
    Reason.INCOMPATIBLE_PARAMETERS: "{who}’s program cannot draw on this board.",
    Reason.FAILED_APPLICATION: "The board did not reach {who}.",
    Reason.FAILED_TRANSPORT: "The board did not reach {who}.",
    Reason.CONNECTIVITY_ERROR: "{who} cannot be reached now.",
    Reason.MEDIA_ERROR: "{who}’s program had an error.",
    Reason.SECURITY_ERROR: "{who}’s program refused, to be safe.",
    Reason.GENERAL_ERROR: "{who}’s program had an error.",
}
"""What became of an invitation of mine, by what the other side said."""
_THEIR_INVITATION = {
    Reason.CANCEL: "{who} took the invitation back",
    Reason.SUCCESS: "{who} took the invitation back",
    Reason.TIMEOUT: "{who}’s invitation has run out.",
    Reason.EXPIRED: "{who}’s invitation has run out.",
    Reason.GONE: "{who} is not online any more.",
}


def invitation_over(invitation: Invitation) -> str:
    """What became of an invitation, or of a request to be let in."""
    who, reason = invitation.name, invitation.reason
    if invitation.incoming:
        if reason is None:
            return taken_back(who)
        other = "{who}’s invitation ended because of an error."
        return _fill(_THEIR_INVITATION.get(reason, other), who=who)
    if invitation.alternative:
        return _fill("{who} would rather go on with the board that you share.", who=who)
    if reason is not None and invitation.state is not InvitationState.OPEN:
        return _fill(_MY_INVITATION[reason], who=who)
    fallback = {
        InvitationState.DECLINED: declined,
        InvitationState.UNANSWERED: not_answered,
    }.get(invitation.state, not_there)
    return fallback(who)


def asks_to_join(who: str) -> str:
    return _fill("{who} asks to join", who=who)


def board_called(board: str) -> str:
    return _fill("Board “{board}”", board=board)


def invitation_in_room(board: str, room: str) -> str:
    return f"{board_called(board)} · {in_room(room)}"


def drawing_on(board: str) -> str:
    """Second line of a contact who shows it."""
    return _fill("Drawing on “{board}”", board=board)


def go_on_with(board: str) -> str:
    """The button that answers an invitation with the board that both are on already."""
    return _fill("Stay on “{board}”", board=board)


def boards_of(who: str) -> str:
    return _fill("Boards of {who}", who=who)


def shows_no_boards(who: str) -> str:
    return _fill("{who} shows you no boards, or is not online.", who=who)


def strangers_invite(n: int) -> str:
    return plural(n, "%n invitation of a stranger", "%n invitations of strangers")


def strangers_hint() -> str:
    return tr("From people who are not your contacts")


def turned_away(n: int) -> str:
    """Of invitations that came too fast to be listed."""
    return plural(n, "%n was refused: too many at once", "%n were refused: too many at once")


def room_is_temporary(room: str) -> str:
    return _fill(
        "“{room}” ends when all have left it. The board stays on your computers.", room=room
    )


def more_invitations(n: int) -> str:
    return plural(n, "%n more invitation", "%n more invitations")


def joined(first: str, others: int) -> str:
    """One toast for those who came at about the same time."""
    if others == 0:
        return _fill("{who} joined the board", who=first)
    return plural(others, "{who} and %n other joined", "{who} and %n others joined").replace(
        "{who}", name(first)
    )


def has_left(who: str) -> str:
    return _fill(
        "{who} has left. The board stays here and goes on when one of you returns.", who=who
    )


def simpler_program() -> str:
    return tr(
        "Somebody’s program is simpler: of two changes of one thing at the same moment one stays."
    )


def uses_psi(who: str) -> str:
    """A participant's program is Psi."""
    return _fill(
        "{who} uses Psi: text and images reach {who} only as far as Psi can show them.", who=who
    )


def limits_of_psi() -> str:
    """What is otherwise on a board on which somebody uses Psi."""
    return "\n".join(
        (
            tr("Letters that Psi cannot show reach it as similar plain ones; here they stay."),
            tr("Psi shows what lies on its paper, and redraws some texts only later."),
            tr("It shows no effects, no markers, and no page or picture from the web."),
            tr("Nobody sees its cursor, or strokes before they are done, and it sees none."),
            tr("Of two changes of one thing at the same moment one stays."),
            tr("Roles and finished parts do not bind Psi. Others’ work cannot be undone."),
        )
    )


def grown_large() -> str:
    """A board takes much memory or disk."""
    return tr("This board has grown very large and may become slow. A new board helps.")


def sends_too_much(who: str) -> str:
    return _fill("{who} sends more than can be shown at once. You can go on drawing.", who=who)


def has_another_board(who: str) -> str:
    return _fill("{who}’s program may show another board than yours.", who=who)


# --- people ----------------------------------------------------------------------------------


def room_boards(boards: int, people: int) -> str:
    """Second line of a group chat."""
    running = (
        tr("No board") if boards == 0 else plural(boards, "%n board running", "%n boards running")
    )
    return running + " · " + people_count(people)


def boards_running(n: int) -> str:
    return plural(n, "%n board running", "%n boards running")


def found(total: int, hits: int) -> str:
    """Count of a section while searching: '500, 4 found'."""
    return (
        plural(hits, "%n found", "%n found")
        if total < 0
        else f"{number(total)}, " + plural(hits, "%n found", "%n found")
    )


def online_of(online: int, total: int) -> str:
    return tr("%1 of %2").replace("%1", number(online)).replace("%2", number(total))


def last_seen(when: str) -> str:
    return tr("Last seen {when}").replace("{when}", when)


# --- who may do what -------------------------------------------------------------------------

_ROLES = {
    Role.HOST: "Host",
    Role.MODERATOR: "Moderator",
    Role.EDITOR: "Drawing",
    Role.VIEWER: "May only watch",
}
_MY_ROLES = {Role.HOST: "You · host", Role.MODERATOR: "You · moderator", Role.EDITOR: "You"}
_DEEDS = {
    Deed.GIVE_PEN: "Give the pen",
    Deed.TAKE_PEN: "Take the pen away",
    Deed.MAKE_MODERATOR: "Make moderator",
    Deed.UNMAKE_MODERATOR: "No moderator any more",
    Deed.MAKE_HOST: "Make host too…",
    Deed.HAND_OVER: "Hand over your place as host…",
    Deed.REMOVE: "Remove from the group chat…",
    Deed.BAN: "Ban from the group chat…",
}
_QUESTIONS = {
    Deed.MAKE_HOST: (
        "Make {who} a host too?",
        "A host says who moderates, and cannot be removed from that place by others.",
        "Make host",
    ),
    Deed.HAND_OVER: (
        "Hand over your place as host to {who}?",
        "{who} says then who moderates. You go on drawing, and only {who} can give the place back.",
        "Hand over",
    ),
    Deed.REMOVE: (
        "Remove {who} from the group chat?",
        "What {who} drew stays. {who} can enter again.",
        "Remove",
    ),
    Deed.BAN: (
        "Ban {who} from the group chat?",
        "What {who} drew stays. {who} cannot enter again.",
        "Ban",
    ),
}
_OUTCOMES = {
    Outcome.NOT_ALLOWED: "The group chat does not allow that.",
    Outcome.ASKED_TOO_OFTEN: "You have asked already. "
    "The group chat passes requests for the pen on only now and then.",
}


def role(what: Role, *, me: bool = False) -> str:
    """What somebody may do, in a row of People."""
    return tr(_MY_ROLES.get(what, "You · may only watch") if me else _ROLES[what])


def deed_label(what: Deed) -> str:
    """What one can do about somebody, in a menu."""
    return tr(_DEEDS[what])


def deed_question(what: Deed, who: str) -> tuple[str, str, str] | None:
    """Title, text and button of the question before it; None if it is done at once."""
    question = _QUESTIONS.get(what)
    if question is None:
        return None
    title, text, button = question
    return _fill(title, who=who), _fill(text, who=who), tr(button)


def resign() -> str:
    """In the menu of one's own row."""
    return tr("Give up your place as host…")


def resign_question() -> tuple[str, str, str]:
    title = tr("Give up your place as host?")
    return title, tr("You go on drawing. Only another host can give it back."), tr("Give up")


def no_host() -> str:
    return tr("Nobody looks after this board any more. You can go on with it as a new board.")


def go_on_anew() -> str:
    return tr("Go on as a new board")


def only_moderators() -> str:
    return tr("Only moderators can do this.")


def outcome(what: Outcome) -> str:
    return tr(_OUTCOMES[what])


def only_watch() -> str:
    return tr("You may only watch this board.")


def what_one_may(*, draw: bool) -> str:
    """What whoever joins may do."""
    return tr("You may draw") if draw else tr("You may only watch")


def only_watch_short() -> str:
    """The chip at the tools."""
    return tr("You may only watch")


def may_draw_now() -> str:
    """In its place for a moment."""
    return tr("You may draw now")


def pen_taken(*, is_kept: bool) -> str:
    """Said when the pen is taken away, in the middle of something or not."""
    if is_kept:
        return tr("You may only watch now. What you were drawing is not on the board.")
    return tr("You may only watch now.")


def role_now(what: Role) -> str:
    """What I am from now on, having been something else."""
    if what is Role.HOST:
        return tr("You look after this board now.")
    if what is Role.MODERATOR:
        return tr("You are a moderator of this board now.")
    return tr("You do not moderate this board any more.")


def asks_for_pen(who: str) -> str:
    return _fill("{who} asks for the pen", who=who)


def asks_since(unix: float) -> str:
    return tr("Since {when}").replace("{when}", clock(unix))


def removed_you(who: str) -> str:
    """`who` may be unknown."""
    if not who:
        return tr("You were removed from this board. Your copy stays on this computer.")
    return _fill("{who} removed you from this board. Your copy stays on this computer.", who=who)


def finished() -> str:
    """The chip, and the word in the bar over a selection."""
    return tr("Finished")


def finished_by(what: Finished) -> str:
    """Who declared it complete, and when, as far as that is known."""
    text = _fill("Finished by {who}", who=what.by) if what.by else tr("Finished")
    return text + (f", {clock(what.when)}" if what.when is not None else "")


def board_is_finished() -> str:
    return tr("This board is finished. Moderators can reopen it.")


def part_is_finished() -> str:
    return tr("This part is finished. Moderators can change or reopen it.")


def is_finished_now(*, whole: bool, advisory: bool) -> str:
    """Said to who declared it."""
    text = tr("The board is finished.") if whole else tr("This part is finished.")
    if advisory:
        more = tr("Somebody’s program is simpler and may not heed that.")
        return f"{text} {more}"
    return f"{text} {tr('Only moderators can change it.')}"


def why_not(hindrance: Hindrance) -> str:
    """Why something cannot be changed."""
    if hindrance.why is Why.WATCHING:
        return only_watch()
    is_part = hindrance.finished is not None and bool(hindrance.finished.rid)
    return part_is_finished() if is_part else board_is_finished()


# --- problems (the table of DESIGN section 10) ------------------------------------------------


def certificate_question(domain: str) -> str:
    return _fill("Is this really {domain}?", domain=domain)


def certificate_text() -> str:
    return tr(
        "Its certificate is not signed by anyone this computer trusts. "
        "Compare the fingerprint with the one the administrator gives you."
    )


def certificate_changed(domain: str) -> str:
    return _fill(
        "The certificate of {domain} has changed. Someone may be listening.", domain=domain
    )


_PROBLEMS = {
    ProblemKind.WRONG_PASSWORD: "The server does not accept this password for {it}.",
    ProblemKind.BAD_ADDRESS: "{it} is not an address. An address looks like ana@example.org.",
    ProblemKind.NO_SUCH_SERVER: "There is no XMPP server at “{it}”. Check the address.",
    ProblemKind.UNREACHABLE: "{it} does not answer. Whiteboard keeps trying.",
    ProblemKind.CERTIFICATE: "{it} shows a certificate that this computer does not trust.",
    ProblemKind.CERTIFICATE_CHANGED: "The certificate of {it} has changed. "
    "Someone may be listening.",
    ProblemKind.NO_ENCRYPTION: "{it} offers no encryption, so Whiteboard did not connect.",
    ProblemKind.ADDRESS_TAKEN: "{it} belongs to somebody already. Choose another name.",
    ProblemKind.REGISTRATION_REFUSED: "{it} does not let people create accounts here.",
    ProblemKind.MEMBERS_ONLY: "“{it}” lets only members in. Ask its owner for an invitation.",
    ProblemKind.PASSWORD_NEEDED: "“{it}” needs a password.",
    ProblemKind.BANNED: "You may not enter “{it}”.",
    ProblemKind.NICK_TAKEN: "Somebody in “{it}” has this name already. Choose another.",
    ProblemKind.ROOM_FULL: "“{it}” is full.",
    ProblemKind.ROOM_LOCKED: "“{it}” is not ready yet: its owner has to set it up first.",
    ProblemKind.NO_SUCH_ROOM: "There is no group chat at “{it}”.",
    ProblemKind.NOT_ALLOWED: "“{it}” does not allow that.",
    ProblemKind.REPLACED: "{it} connected from another place, so this connection ended.",
    ProblemKind.OTHER: "{it} did not do what was asked.",
}


def problem(what: Problem) -> str:
    """What went wrong with an account or a group chat, as a sentence."""
    return _fill(_PROBLEMS[what.kind], it=what.subject)


def room_note(what: Problem) -> str:
    """The same in a few words, for the second line of a row."""
    if what.kind is ProblemKind.MEMBERS_ONLY:
        return tr("Members only – ask for an invitation")
    if what.kind is ProblemKind.PASSWORD_NEEDED:
        return tr("Needs a password")
    return problem(what)


def file_problem(file: str) -> str:
    return _fill("“{file}” cannot be opened.", file=file)


def cannot_be_shown(who: str, others: int) -> str:
    """Others drew what breaks the rules of SVG, or would run or load something."""
    if others == 0:
        return _fill("Something {who} drew cannot be shown.", who=who)
    return plural(
        others,
        "Something {who} and %n other drew cannot be shown.",
        "Something {who} and %n others drew cannot be shown.",
    ).replace("{who}", name(who))


def not_taken_over(count: int) -> str:
    """Own changes that the others do not have, and that only this person can decide about."""
    return plural(count, "%n change was not taken over.", "%n changes were not taken over.")


def were_replaced(count: int) -> str:
    """Others changed the same at the same time, and theirs is what shows."""
    return plural(
        count, "Others replaced %n change of yours.", "Others replaced %n changes of yours."
    )


def replaced_yours(who: str, thing: str) -> str:
    """One of these; `who` and `thing` may be unknown."""
    if not who or not thing:
        return were_replaced(1)
    return _fill("{who}’s change to “{thing}” replaced yours.", who=who, thing=thing)


_CONTROLS = {
    "done": "You declared something finished",
    "reopen": "You reopened something",
    "resign": "You gave up your place as host",
}
"""What somebody did who turned out not to moderate any more."""


def left_over(piece: Piece, thing: str) -> str:
    """What of mine was not taken over; `thing` may be unknown."""
    if piece.field == CREATED:
        return tr("Something you made")
    if piece.field == CONTROL:
        return tr(_CONTROLS.get(piece.mine, "You changed who may do what"))
    if piece.field == "parent":
        verb = "You deleted {thing}" if piece.mine == TRASH else "You moved {thing}"
        return _fill(verb, thing=thing or tr("something"))
    attribute = piece.rid.rpartition("@")[2] if "@" in piece.rid else ""
    if attribute:
        return _fill("{what} of {thing}", what=attribute, thing=thing or tr("something"))
    return _fill("You changed {thing}", thing=thing or tr("something"))


def mine_or_theirs(piece: Piece, mine: str, theirs: str) -> str:
    """Both values where there are two, in few words."""
    if piece.field == CREATED:
        return tr("The board does not have it")
    if piece.field == "parent" or not mine or not theirs:
        return tr("The board has it otherwise")
    return _fill("Yours: {mine} · theirs: {theirs}", mine=mine, theirs=theirs)


def change_not_shared() -> str:
    return tr("This change is not valid SVG and was not shared.")


def not_shown_in_file(n: int) -> str:
    return plural(
        n,
        "%n part of this drawing cannot be shown. It stays in the file.",
        "%n parts of this drawing cannot be shown. They stay in the file.",
    )


def not_shown_here(n: int) -> str:
    return plural(
        n,
        "%n part of this board cannot be shown. It stays in the document.",
        "%n parts of this board cannot be shown. They stay in the document.",
    )


def drawn_otherwise(n: int) -> str:
    return plural(
        n,
        "%n object is drawn without its filter, mask or pattern.",
        "%n objects are drawn without their filters, masks or patterns.",
    )


def no_language(text: str) -> str:
    return _fill("{it} is not a language. A language looks like en or de-CH.", it=text)


def no_document_address(text: str) -> str:
    return _fill("“{it}” is not the address of a document.", it=text)


def left_out_of_paste(n: int) -> str:
    return plural(
        n,
        "%n part cannot be shown and was left out.",
        "%n parts cannot be shown and were left out.",
    )


def unsaved(board: str) -> str:
    return _fill("Save “{board}” before closing?", board=board)


def unsaved_text() -> str:
    return tr("It is only on this computer and in no file. Discarding it cannot be undone.")


# --- history ---------------------------------------------------------------------------------

_VERBS = {
    Verb.OPENED: "{who} opened the board",
    Verb.ADDED: "{who} drew {what}",
    Verb.REMOVED: "{who} removed {what}",
    Verb.WROTE: "{who} wrote in {what}",
    Verb.MOVED: "{who} moved {what}",
    Verb.SHAPED: "{who} reshaped {what}",
    Verb.STYLED: "{who} restyled {what}",
    Verb.ORDERED: "{who} reordered {what}",
    Verb.CHANGED: "{who} changed {what}",
}
_ADDED = {
    Thing.TEXT: "{who} wrote {what}",
    Thing.IMAGE: "{who} added {what}",
    Thing.GROUP: "{who} added {what}",
    Thing.OTHER: "{who} added {what}",
}
_THINGS = {
    Thing.STROKE: ("a stroke", "%n strokes"),
    Thing.LINE: ("a line", "%n lines"),
    Thing.ARROW: ("an arrow", "%n arrows"),
    Thing.RECTANGLE: ("a rectangle", "%n rectangles"),
    Thing.ELLIPSE: ("an ellipse", "%n ellipses"),
    Thing.TEXT: ("a text", "%n texts"),
    Thing.IMAGE: ("an image", "%n images"),
    Thing.GROUP: ("a group", "%n groups"),
    Thing.BOARD: ("the board", "%n boards"),
    Thing.OTHER: ("something", "%n things"),
}


def you() -> str:
    return tr("You")


def somebody() -> str:
    return tr("Somebody")


def deed(entry: Entry, who: str) -> str:
    """What an entry of the history says; `who` is '' for the person here."""
    one, many = _THINGS[entry.thing]
    what = plural(entry.count, one, many)
    if entry.words and entry.count == 1:
        what = f"“{name(entry.words)}”"
    pattern = _VERBS[entry.verb]
    if entry.verb is Verb.ADDED:
        pattern = _ADDED.get(entry.thing, pattern)
    text = tr(pattern).replace("{what}", what)
    return text.replace("{who}", name(who) if who else you())


def clock(unix: float, *, seconds: bool = False, day: bool = True) -> str:
    """A Unix time as the clock on the wall here shows it, with the day if that is not today."""
    then = datetime.datetime.fromtimestamp(unix).astimezone()
    text = then.strftime("%H:%M:%S" if seconds else "%H:%M")
    if not day or then.date() == datetime.datetime.now().astimezone().date():
        return text
    date = QDate(then.year, then.month, then.day)
    return f"{QLocale().toString(date, QLocale.FormatType.ShortFormat)} {text}"


def day_of(unix: float | None) -> str:
    """The head over a day's entries."""
    if unix is None:
        return tr("Before")
    then = datetime.datetime.fromtimestamp(unix).astimezone().date()
    ago = (datetime.datetime.now().astimezone().date() - then).days
    if ago < 2:
        return tr("Yesterday") if ago == 1 else tr("Today")
    return QLocale().toString(QDate(then.year, then.month, then.day), QLocale.FormatType.LongFormat)


def board_then(when: str, newer: int) -> str:
    """What the banner over the past says; `when` is '' if nobody noted the time."""
    then = (
        _fill("This is the board at {when}.", when=when)
        if when
        else tr("This is the board as it was.")
    )
    if not newer:
        return then
    goes_on = plural(
        newer,
        "The live board goes on: %n newer change.",
        "The live board goes on: %n newer changes.",
    )
    return f"{then} {goes_on}"


def reading_history(done: int, total: int) -> str:
    text = tr("Reading the history… %1 of %2")
    return text.replace("%1", number(done)).replace("%2", number(max(done, total)))


def made_and_changed(maker: str, made: str, changer: str, changed: str) -> str:
    """The story of a thing; a time may be ''."""
    by = tr("Made by {who}").replace("{who}", maker) + (f", {made}" if made else "")
    if not changer:
        return by
    last = tr("Last changed by {who}").replace("{who}", changer)
    return f"{by}\n{last}" + (f", {changed}" if changed else "")


def restored(when: str) -> str:
    if not when:
        return tr("The board looks as it did. Undo takes this back.")
    return _fill("The board looks as it did at {when}. Undo takes this back.", when=when)


def restored_some(n: int) -> str:
    return plural(
        n,
        "%n thing looks as it did. Undo takes this back.",
        "%n things look as they did. Undo takes this back.",
    )


def restoring(share: float) -> str:
    return _fill("Restoring… {share} %", share=number(int(100 * share)))


def undoing_work(share: float) -> str:
    return _fill("Undoing their work… {share} %", share=number(int(100 * share)))


def undoing(share: float) -> str:
    return _fill("Undoing… {share} %", share=number(int(100 * share)))


def redoing(share: float) -> str:
    return _fill("Doing it again… {share} %", share=number(int(100 * share)))


def pasting(share: float) -> str:
    return _fill("Pasting… {share} %", share=number(int(100 * share)))


def undo_work_of(who: str) -> str:
    """In a menu; `who` is '' for the person here."""
    if not who:
        return tr("Undo all my work…")
    return _fill("Undo all work of {who}…", who=who)


def undo_work_question(who: str) -> str:
    return _fill("Undo all that {who} did on this board?", who=who)


def undo_work_text(who: str) -> str:
    return _fill(
        "What {who} drew goes, and what {who} changed gets back what others gave it before. "
        "What others have worked on since stays. Everybody on the board sees this; "
        "Undo takes it back.",
        who=who,
    )


def work_undone(who: str, left: int) -> str:
    text = _fill("The work of {who} is undone.", who=who)
    if not left:
        return text
    stays = plural(
        left,
        "%n thing stays: others have worked on it.",
        "%n things stay: others have worked on them.",
    )
    return f"{text} {stays}"
