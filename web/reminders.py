"""What waits, on a page of its own and quietly on the day page; not now; and the weekly mail."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from fastapi import Request, Response

from api.dependencies import Reading, Session, Writing, needs
from api.reminders import end_weekly_mail, hush, kind_named, lift_hush, list_reminders, show_weekly_mail
from api.reminders import want_weekly_mail as have_weekly_mail
from bsa.permissions import Actor, Permission
from bsa.reminders.models import ReminderKind
from bsa.reminders.shapes import ReminderOut, ReminderQuery, WeeklyMailIn
from web.dependencies import Sent, Visitor, WritingVisitor
from web.forms import Form, attempt, blank, read
from web.guests import guest_of
from web.pages import Pages, draw, go, path_of, paths_of

router = Pages("reminders", prefix="/reminders")

ONE: dict[ReminderKind, tuple[str, str, str]] = {
    ReminderKind.SIGNAL_WAITS: ("signals.show_one", "signal_id", ""),
    ReminderKind.HANDOVER_WAITS: ("handovers.show", "handover_id", ""),
    ReminderKind.REFERRAL_WAITS: ("referrals.show", "referral_id", ""),
    ReminderKind.REFERRAL_REVIEW: ("referrals.show", "referral_id", ""),
    ReminderKind.TO_DEBRIEF: ("practice.show", "practice_id", ""),
    ReminderKind.TO_PRACTISE: ("practice.index", "resident_id", ""),
    ReminderKind.NOT_SEEN: ("residents.show", "resident_id", "#contact"),
    ReminderKind.STILL_EXPLORING: ("residents.show", "resident_id", "#phase"),
    ReminderKind.THE_QUESTION: ("needs.show", "need_id", ""),
    ReminderKind.TO_INTRODUCE: ("introductions.show", "introduction_id", ""),
    ReminderKind.STREET_QUIET: ("rounds.show", "round_id", ""),
    ReminderKind.PHOTO_DUE: ("places.photos", "area_id", ""),
}
"""The page of one thing that waits: its name, the key in its path, and the place on it."""

MANY: dict[ReminderKind, tuple[str, dict[str, str], str]] = {
    ReminderKind.PROMISE_DUE: ("day.show", {}, "#promised"),
    ReminderKind.SIGNAL_WAITS: ("signals.index", {}, ""),
    ReminderKind.HANDOVER_WAITS: ("handovers.index", {}, ""),
    ReminderKind.REFERRAL_WAITS: ("referrals.index", {"view": "unassigned"}, ""),
    ReminderKind.REFERRAL_REVIEW: ("referrals.index", {"view": "mine"}, ""),
    ReminderKind.TO_INTRODUCE: ("suggestions.index", {}, "#asking"),
    ReminderKind.TEAM_PROMISES: ("day.show", {}, "#broken"),
    ReminderKind.WINDOW_CLOSING: ("commitments.index", {"open": "true"}, ""),
    ReminderKind.COMMITMENT_LATE: ("commitments.index", {"late": "true"}, ""),
    ReminderKind.TAKE_HIGHER: ("commitments.index", {"late": "true"}, ""),
    ReminderKind.AGREEMENT_ENDS: ("agreements.index", {}, ""),
    ReminderKind.ASK_OVERDUE: ("asks.index", {"state": "unanswered"}, ""),
    ReminderKind.TRACK_DUE: ("tracks.index", {"open": "true"}, ""),
    ReminderKind.VOICE_WAITS: ("voices.index", {"open": "true"}, ""),
}
"""The list in which things of a kind are found; the others stand one by one on the page of reminders."""

ON_THE_DAY_PAGE = {
    ReminderKind.PROMISE_DUE,
    ReminderKind.SIGNAL_WAITS,
    ReminderKind.STILL_EXPLORING,
    ReminderKind.TEAM_PROMISES,
    ReminderKind.COMMITMENT_LATE,
    ReminderKind.REFERRAL_WAITS,
}
"""What stands on the day page by itself."""

MOST_ON_A_DAY = 4
"""So many kinds the day page tells; the others are a tap away."""


@dataclass(frozen=True)
class Told:
    """One line with where it leads to."""

    line: ReminderOut
    href: str


@dataclass(frozen=True)
class Group:
    """All lines of a kind."""

    kind: ReminderKind
    lines: Sequence[Told]


@router.get("")
@needs(Permission.SEE_REMINDERS)
def index(request: Request, session: Reading, visitor: Visitor) -> Response:
    """Show all that waits, each thing by itself, and what was put aside."""
    found = list_reminders(session, visitor, ReminderQuery(whole=True))
    return draw(
        request,
        "reminders/index.html",
        groups=grouped(paths_of(request.app), found.items),
        hushed=found.hushed,
        mail=show_weekly_mail(session, visitor),
        back="",
    )


@router.get("/mail")
@needs(Permission.SEE_REMINDERS)
def mail(request: Request, session: Reading, visitor: Visitor) -> Response:
    """Show whether there is a weekly mail, and where it goes."""
    shown = show_weekly_mail(session, visitor)
    return _mail_page(request, session, visitor, blank(guest_of(request), address=shown.address or ""))


@router.post("/mail")
@needs(Permission.SEE_REMINDERS)
def create_mail(request: Request, session: Writing, visitor: WritingVisitor, sent: Sent) -> Response:
    """Have the weekly mail, or have it elsewhere."""
    form = read(WeeklyMailIn, sent, guest_of(request))
    if attempt(session, form, lambda wanted: have_weekly_mail(session, visitor, wanted)):
        return go(request, "reminders.mail", "mail_wanted")
    return _mail_page(request, session, visitor, form, form.status)


@router.post("/mail/ending")
@needs(Permission.SEE_REMINDERS)
def destroy_mail(request: Request, session: Writing, visitor: WritingVisitor, sent: Sent) -> Response:
    """Have no weekly mail any more."""
    end_weekly_mail(session, visitor)
    return go(request, "reminders.mail", "mail_ended")


@router.post("/{kind}/hush")
@needs(Permission.SEE_REMINDERS)
def create_hush(request: Request, session: Writing, visitor: WritingVisitor, kind: str, sent: Sent) -> Response:
    """Put a kind of thing aside for a week; back to where the button stood."""
    hush(session, visitor, kind)
    return go(request, "day.show" if sent.get("back") == "day" else "reminders.index", "hushed")


@router.post("/{kind}/hush/lifting")
@needs(Permission.SEE_REMINDERS)
def destroy_hush(request: Request, session: Writing, visitor: WritingVisitor, kind: str, sent: Sent) -> Response:
    """Tell of it again."""
    lift_hush(session, visitor, kind)
    return go(request, "reminders.index", "hush_lifted", fragment=kind_named(kind).value)


def for_the_day(request: Request, session: Session, visitor: Actor) -> dict[str, Any]:
    """Return what the day page tells beside what it shows already, and which kinds were put aside."""
    found = list_reminders(session, visitor, ReminderQuery())
    groups = grouped(paths_of(request.app), [line for line in found.items if line.kind not in ON_THE_DAY_PAGE])
    return {
        "groups": groups[:MOST_ON_A_DAY],
        "hushed": {one.kind for one in found.hushed},
    }


def grouped(paths: Mapping[str, str], lines: Iterable[ReminderOut]) -> list[Group]:
    """Return lines by kind, each with where it leads to."""
    return [
        Group(kind, [Told(line, _href(paths, line)) for line in of_kind])
        for kind, of_kind in groupby(lines, lambda line: line.kind)
    ]


def _href(paths: Mapping[str, str], line: ReminderOut) -> str:
    if line.opens_id is not None and line.kind in ONE:
        name, key, place = ONE[line.kind]
        return path_of(paths, name, {key: line.opens_id}) + place
    if line.opens_id is not None and line.kind is ReminderKind.DONE_ALONE:
        of = "resident" if line.opens == "residents" else "initiative"
        return path_of(paths, f"learning.of_{of}", {f"{of}_id": line.opens_id})
    if line.kind in MANY:
        name, query, place = MANY[line.kind]
        return path_of(paths, name, query) + place
    return path_of(paths, "reminders.index", {}) + f"#{line.kind.value}"


def _mail_page(request: Request, session: Session, visitor: Actor, form: Form[Any], status: int = 200) -> Response:
    return draw(request, "reminders/mail.html", status, mail=show_weekly_mail(session, visitor), form=form)
