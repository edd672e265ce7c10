"""Meetings: prepared in one click, minuted while people talk, read back by all who were there."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from fastapi import Request, Response
from starlette.datastructures import FormData

from api.asks import list_asks
from api.commitments import list_commitments, show_commitment
from api.dependencies import Reading, Session, Writing, needs, open_to_all
from api.forums import propose_next_meeting, show_forum
from api.meetings import (
    add_agenda_item,
    agree_action,
    build_agenda,
    cancel_meeting,
    change_meeting,
    close_meeting,
    decide,
    enter_minute,
    finish_action,
    invite_to_meeting,
    meeting_in_calendar,
    meetings_at_policy_level,
    move_agenda_item,
    open_meeting,
    plan_meeting,
    preview_minutes,
    publish_minutes,
    record_attendance,
    remove_agenda_item,
    show_meeting,
    show_public_minutes,
    take_back_minutes,
    take_higher,
)
from api.themes import list_themes
from bsa.asks.models import AnswerKind
from bsa.asks.shapes import AskQuery
from bsa.commitments.shapes import CommitmentOut, CommitmentQuery
from bsa.errors import N_, Conflict
from bsa.institutions.models import Mandate
from bsa.meetings.shapes import (
    AgendaItemIn,
    AgendaItemOut,
    AttendanceIn,
    MeetingActionIn,
    MeetingChange,
    MeetingIn,
    MeetingOut,
    MinuteIn,
    OutcomeIn,
    PlaceIn,
    PublicationIn,
    SpokenAnswerIn,
    SpokenAskIn,
    SpokenDeedIn,
    SpokenKind,
    SpokenPromiseIn,
    TakeHigherIn,
)
from bsa.meetings.standing import MeetingState
from bsa.permissions import Actor, Permission, require
from bsa.themes.shapes import ThemeQuery
from web.choices import ALL, institutions
from web.dependencies import MaybeVisitor, Sent, Visitor, WritingVisitor
from web.forms import Form, Nothing, attempt, blank, read, read_change, version_in
from web.forums import groups_of
from web.guests import guest_of
from web.pages import Pages, draw, go
from web.when import as_typed, moment_in

router = Pages("meetings", prefix="/meetings")
escalations = Pages("escalations", prefix="/commitments/{commitment_id}/escalations")
public = Pages("public_meetings", prefix="/public/meetings")

SPOKEN: dict[SpokenKind, Any] = {
    SpokenKind.ASKED: SpokenAskIn,
    SpokenKind.ANSWERED: SpokenAnswerIn,
    SpokenKind.PROMISED: SpokenPromiseIn,
    SpokenKind.HAPPENED: SpokenDeedIn,
}
"""What can be entered while people talk, and the shape of each."""

NOT_NOW: dict[str, str] = {
    "change": N_("This meeting has begun, is over or was cancelled: its day and place stay as they are."),
    "enter": N_("Begin the meeting first. When it is closed, enter it where the question or the commitment stands."),
}
"""What a form says whose deed would be refused: the same words."""

LEVELS = [Mandate.OPERATIONAL, Mandate.POLICY, Mandate.BOARD]
LONGEST_TITLE = 90


@dataclass
class Forms:
    """The forms on the page of a meeting that is going on; one of them may have come back with a mistake."""

    of: dict[str, Form[Any]]

    def __getitem__(self, name: str) -> Form[Any]:
        """Return a form by its name."""
        return self.of[name]

    @property
    def wrong(self) -> str:
        """The name of the form that came back."""
        return next((name for name, form in self.of.items() if form.errors), "")


@router.get("/new")
@needs(Permission.HOLD_MEETING)
def new(request: Request, session: Reading, visitor: Visitor, forum_id: UUID) -> Response:
    """Show the form for a meeting, with the day that the rhythm proposes in it."""
    proposed = propose_next_meeting(session, visitor, forum_id)
    form = blank(
        guest_of(request),
        starts_at=as_typed(proposed.proposed_at),
        minutes=str(proposed.minutes),
        place=proposed.place or "",
    )
    return draw(request, "meetings/new.html", forum=show_forum(session, visitor, forum_id), form=form)


@router.post("")
@needs(Permission.HOLD_MEETING)
def create(request: Request, session: Writing, visitor: WritingVisitor, sent: Sent) -> Response:
    """Plan a meeting."""
    form = read(MeetingIn, sent, guest_of(request), starts_at=moment_in(sent))
    meeting = attempt(session, form, lambda told: plan_meeting(session, visitor, told))
    if meeting:
        return go(request, "meetings.show", "meeting_planned", meeting_id=meeting.id)
    forum = show_forum(session, visitor, _key(sent, "forum_id"))
    return draw(request, "meetings/new.html", form.status, forum=forum, form=form)


@router.get("/{meeting_id}")
@needs(Permission.SEE_MEETINGS)
def show(request: Request, session: Reading, visitor: Visitor, meeting_id: UUID) -> Response:
    """Show a meeting: its agenda, who is invited, what was agreed before."""
    return _page(request, session, visitor, show_meeting(session, visitor, meeting_id), blank(guest_of(request)))


@router.get("/{meeting_id}/edit")
@needs(Permission.HOLD_MEETING)
def edit(request: Request, session: Reading, visitor: Visitor, meeting_id: UUID) -> Response:
    """Show the form to change when and where, or to cancel."""
    meeting = _for(session, visitor, meeting_id, "change")
    return draw(request, "meetings/edit.html", meeting=meeting, form=_as_it_is(request, meeting))


@router.post("/{meeting_id}")
@needs(Permission.HOLD_MEETING)
def update(request: Request, session: Writing, visitor: WritingVisitor, meeting_id: UUID, sent: Sent) -> Response:
    """Change when or where a meeting is."""
    form = read_change(MeetingChange, sent, guest_of(request), starts_at=moment_in(sent))
    version = version_in(sent)
    if attempt(session, form, lambda change: change_meeting(session, visitor, meeting_id, version, change)):
        return go(request, "meetings.show", "meeting_changed", meeting_id=meeting_id)
    meeting = show_meeting(session, visitor, meeting_id)
    return draw(request, "meetings/edit.html", form.status, meeting=meeting, form=form)


@router.post("/{meeting_id}/cancellation")
@needs(Permission.HOLD_MEETING)
def cancel(request: Request, session: Writing, visitor: WritingVisitor, meeting_id: UUID, sent: Sent) -> Response:
    """Cancel a meeting."""
    return _deed(request, session, visitor, meeting_id, sent, cancel_meeting, "meeting_cancelled")


@router.post("/{meeting_id}/invitations")
@needs(Permission.HOLD_MEETING)
def create_invitations(
    request: Request, session: Writing, visitor: WritingVisitor, meeting_id: UUID, sent: Sent
) -> Response:
    """Send the invitations."""
    return _deed(request, session, visitor, meeting_id, sent, invite_to_meeting, "meeting_invited")


@router.post("/{meeting_id}/opening")
@needs(Permission.HOLD_MEETING)
def create_opening(
    request: Request, session: Writing, visitor: WritingVisitor, meeting_id: UUID, sent: Sent
) -> Response:
    """Begin a meeting."""
    return _deed(request, session, visitor, meeting_id, sent, open_meeting, "meeting_opened", "meetings.now")


@router.post("/{meeting_id}/closing")
@needs(Permission.HOLD_MEETING)
def create_closing(
    request: Request, session: Writing, visitor: WritingVisitor, meeting_id: UUID, sent: Sent
) -> Response:
    """Close a meeting."""
    return _deed(request, session, visitor, meeting_id, sent, close_meeting, "meeting_closed", "meetings.minutes")


@router.post("/{meeting_id}/agenda")
@needs(Permission.HOLD_MEETING)
def create_agenda(
    request: Request, session: Writing, visitor: WritingVisitor, meeting_id: UUID, sent: Sent
) -> Response:
    """Put on the agenda what is open."""
    form = read(Nothing, sent, guest_of(request))
    if attempt(session, form, lambda _: build_agenda(session, visitor, meeting_id)):
        return go(request, "meetings.show", "agenda_built", meeting_id=meeting_id, fragment="agenda")
    return _page(request, session, visitor, show_meeting(session, visitor, meeting_id), form, form.status)


@router.post("/{meeting_id}/agenda-items")
@needs(Permission.HOLD_MEETING)
def create_item(request: Request, session: Writing, visitor: WritingVisitor, meeting_id: UUID, sent: Sent) -> Response:
    """Put something on the agenda."""
    kind, _, key = str(sent.get("about", "")).partition(":")
    given = {f"{kind}_id": key} if kind in ("ask", "commitment", "theme") else {}
    form = read(AgendaItemIn, sent, guest_of(request), **given)
    form.values["about"] = str(sent.get("about", ""))
    back = "meetings.now" if sent.get("back") == "now" else "meetings.show"
    if attempt(session, form, lambda told: add_agenda_item(session, visitor, meeting_id, told)):
        return go(request, back, "on_the_agenda", meeting_id=meeting_id, fragment="agenda")
    for name in ("ask_id", "commitment_id", "theme_id"):
        if name in form.errors:
            form.errors["about"] = form.errors.pop(name)
    return _page(request, session, visitor, show_meeting(session, visitor, meeting_id), form, form.status)


@router.post("/{meeting_id}/agenda-items/{item_id}/place")
@needs(Permission.HOLD_MEETING)
def update_place(
    request: Request, session: Writing, visitor: WritingVisitor, meeting_id: UUID, item_id: UUID, sent: Sent
) -> Response:
    """Let an item stand elsewhere on the agenda."""
    form = read(PlaceIn, sent, guest_of(request))
    version = version_in(sent)
    if attempt(session, form, lambda told: move_agenda_item(session, visitor, meeting_id, item_id, version, told)):
        return go(request, "meetings.show", meeting_id=meeting_id, fragment=f"item-{item_id}")
    return _page(request, session, visitor, show_meeting(session, visitor, meeting_id), form, form.status)


@router.post("/{meeting_id}/agenda-items/{item_id}/removal")
@needs(Permission.HOLD_MEETING)
def destroy_item(
    request: Request, session: Writing, visitor: WritingVisitor, meeting_id: UUID, item_id: UUID, sent: Sent
) -> Response:
    """Take an item off the agenda."""
    form = read(Nothing, sent, guest_of(request))
    version = version_in(sent)

    def deed(_: Nothing) -> bool:
        remove_agenda_item(session, visitor, meeting_id, item_id, version)
        return True

    if attempt(session, form, deed):
        return go(request, "meetings.show", "off_the_agenda", meeting_id=meeting_id, fragment="agenda")
    return _page(request, session, visitor, show_meeting(session, visitor, meeting_id), form, form.status)


@router.get("/{meeting_id}/now")
@needs(Permission.HOLD_MEETING)
def now(request: Request, session: Reading, visitor: Visitor, meeting_id: UUID, item: UUID | None = None) -> Response:
    """Show one item at a time while the meeting goes on, with everything that can be entered about it."""
    meeting = _for(session, visitor, meeting_id, "enter")
    return _now_page(request, session, visitor, meeting, item)


@router.post("/{meeting_id}/agenda-items/{item_id}/events/{kind}")
@needs(Permission.HOLD_MEETING)
def create_minute(
    request: Request,
    session: Writing,
    visitor: WritingVisitor,
    meeting_id: UUID,
    item_id: UUID,
    kind: SpokenKind,
    sent: Sent,
) -> Response:
    """Enter what was spoken: it lands where the ask or the commitment stands."""
    form = read(SPOKEN[kind], sent, guest_of(request), kind.value)
    version = version_in(sent)

    def deed(told: Any) -> MeetingOut:
        entered = MinuteIn(agenda_item_id=item_id, version=version, **{kind.value: told})
        return enter_minute(session, visitor, meeting_id, entered)

    return _entered(request, session, visitor, meeting_id, item_id, kind.value, form, attempt(session, form, deed))


@router.post("/{meeting_id}/agenda-items/{item_id}/outcome")
@needs(Permission.HOLD_MEETING)
def update_outcome(
    request: Request, session: Writing, visitor: WritingVisitor, meeting_id: UUID, item_id: UUID, sent: Sent
) -> Response:
    """Write down what was decided about an item."""
    form = read(OutcomeIn, sent, guest_of(request), "outcome")
    version = version_in(sent)
    done = attempt(session, form, lambda told: decide(session, visitor, meeting_id, item_id, version, told))
    return _entered(request, session, visitor, meeting_id, item_id, "outcome", form, done)


@router.post("/{meeting_id}/actions")
@needs(Permission.HOLD_MEETING)
def create_action(
    request: Request, session: Writing, visitor: WritingVisitor, meeting_id: UUID, sent: Sent
) -> Response:
    """Write down what somebody will do."""
    form = read(MeetingActionIn, sent, guest_of(request), "action")
    done = attempt(session, form, lambda told: agree_action(session, visitor, meeting_id, told))
    return _entered(request, session, visitor, meeting_id, _maybe_key(sent, "item_id"), "action", form, done)


@router.post("/{meeting_id}/actions/{action_id}/completion")
@needs(Permission.HOLD_MEETING)
def complete_action(
    request: Request, session: Writing, visitor: WritingVisitor, meeting_id: UUID, action_id: UUID, sent: Sent
) -> Response:
    """Write down that what was agreed is done; back to the meeting at which it was spoken of."""
    form = read(Nothing, sent, guest_of(request))
    version = version_in(sent)
    shown = _maybe_key(sent, "shown_at") or meeting_id
    if attempt(session, form, lambda _: finish_action(session, visitor, meeting_id, action_id, version)):
        return go(request, "meetings.show", "action_done", meeting_id=shown, fragment="earlier")
    return _page(request, session, visitor, show_meeting(session, visitor, shown), form, form.status)


@router.post("/{meeting_id}/attendance")
@needs(Permission.HOLD_MEETING)
def update_attendance(
    request: Request, session: Writing, visitor: WritingVisitor, meeting_id: UUID, sent: Sent
) -> Response:
    """Write down who came."""
    meeting = show_meeting(session, visitor, meeting_id)
    form = _read_attendance(request, meeting, sent)
    version = version_in(sent)
    done = attempt(session, form, lambda told: record_attendance(session, visitor, meeting_id, version, told))
    return _entered(request, session, visitor, meeting_id, _maybe_key(sent, "item_id"), "attendance", form, done)


@router.get("/{meeting_id}/minutes")
@needs(Permission.SEE_MEETINGS)
def minutes(request: Request, session: Reading, visitor: Visitor, meeting_id: UUID) -> Response:
    """Read back what was entered, to print or to go through together."""
    return draw(request, "meetings/minutes.html", meeting=show_meeting(session, visitor, meeting_id))


@router.get("/{meeting_id}/publication")
@needs(Permission.HOLD_MEETING)
def publication(request: Request, session: Reading, visitor: Visitor, meeting_id: UUID) -> Response:
    """Show the minutes as everybody would read them, and the way to publish them."""
    meeting = show_meeting(session, visitor, meeting_id)
    require(visitor, Permission.HOLD_MEETING, meeting)
    if meeting.state is not MeetingState.CLOSED:
        raise Conflict("Close the meeting first: then its minutes can be published.")
    return _publication_page(request, session, visitor, meeting, blank(guest_of(request)))


@router.post("/{meeting_id}/publication")
@needs(Permission.HOLD_MEETING)
def create_publication(
    request: Request, session: Writing, visitor: WritingVisitor, meeting_id: UUID, sent: Sent
) -> Response:
    """Publish the minutes."""
    form = read(PublicationIn, sent, guest_of(request))
    version = version_in(sent)
    if attempt(session, form, lambda told: publish_minutes(session, visitor, meeting_id, version, told)):
        return go(request, "meetings.minutes", "minutes_published", meeting_id=meeting_id)
    meeting = show_meeting(session, visitor, meeting_id)
    return _publication_page(request, session, visitor, meeting, form, form.status)


@router.post("/{meeting_id}/publication/ending")
@needs(Permission.HOLD_MEETING)
def destroy_publication(
    request: Request, session: Writing, visitor: WritingVisitor, meeting_id: UUID, sent: Sent
) -> Response:
    """Take the minutes back."""
    form = read(Nothing, sent, guest_of(request))
    version = version_in(sent)

    def deed(_: Nothing) -> bool:
        take_back_minutes(session, visitor, meeting_id, version)
        return True

    if attempt(session, form, deed):
        return go(request, "meetings.minutes", "minutes_taken_back", meeting_id=meeting_id)
    meeting = show_meeting(session, visitor, meeting_id)
    return _publication_page(request, session, visitor, meeting, form, form.status)


@router.get("/{meeting_id}/meeting.ics")
@needs(Permission.SEE_MEETINGS)
def download(session: Reading, visitor: Visitor, meeting_id: UUID) -> Response:
    """Give the meeting as a file for one's own calendar."""
    headers = {"Content-Disposition": 'attachment; filename="meeting.ics"'}
    return Response(meeting_in_calendar(session, visitor, meeting_id), media_type="text/calendar", headers=headers)


@escalations.get("/new")
@needs(Permission.HOLD_MEETING)
def new_escalation(request: Request, session: Reading, visitor: Visitor, commitment_id: UUID) -> Response:
    """Show the form to take a late commitment to the policy level."""
    commitment = show_commitment(session, visitor, commitment_id)
    require(visitor, Permission.HOLD_MEETING, commitment)
    if not commitment.late:
        raise Conflict("Only a commitment whose day has passed in silence is taken higher.")
    return _escalation_page(request, session, visitor, commitment, blank(guest_of(request)))


@escalations.post("")
@needs(Permission.HOLD_MEETING)
def create_escalation(
    request: Request, session: Writing, visitor: WritingVisitor, commitment_id: UUID, sent: Sent
) -> Response:
    """Take a late commitment to the policy level."""
    form = read(TakeHigherIn, sent, guest_of(request))
    if attempt(session, form, lambda told: take_higher(session, visitor, commitment_id, told)):
        return go(request, "commitments.show", "taken_higher", commitment_id=commitment_id, fragment="higher")
    commitment = show_commitment(session, visitor, commitment_id)
    return _escalation_page(request, session, visitor, commitment, form, form.status)


@public.get("/{meeting_id}")
@open_to_all
def show_public(request: Request, session: Reading, visitor: MaybeVisitor, meeting_id: UUID) -> Response:
    """Show minutes that everybody may read."""
    return draw(request, "meetings/public.html", minutes=show_public_minutes(session, meeting_id))


def _for(session: Session, visitor: Actor, meeting_id: UUID, deed: str) -> MeetingOut:
    """Return a meeting for the form of a deed, or refuse the form as the deed would be refused."""
    meeting = show_meeting(session, visitor, meeting_id)
    require(visitor, Permission.HOLD_MEETING, meeting)
    if deed not in meeting.allowed_actions:
        raise Conflict(NOT_NOW[deed])
    return meeting


def _deed(
    request: Request,
    session: Session,
    visitor: Actor,
    meeting_id: UUID,
    sent: FormData,
    do: Any,
    flash: str,
    then: str = "meetings.show",
) -> Response:
    """Do a deed that has nothing to fill in."""
    form = read(Nothing, sent, guest_of(request))
    version = version_in(sent)
    if attempt(session, form, lambda _: do(session, visitor, meeting_id, version)):
        return go(request, then, flash, meeting_id=meeting_id)
    return _page(request, session, visitor, show_meeting(session, visitor, meeting_id), form, form.status)


def _entered(
    request: Request,
    session: Session,
    visitor: Actor,
    meeting_id: UUID,
    item_id: UUID | None,
    name: str,
    form: Form[Any],
    done: object,
) -> Response:
    """Go on with the meeting, at the same item; or show its page again with the form that came back."""
    if done:
        return go(request, "meetings.now", "entered", meeting_id=meeting_id, item=item_id)
    known = set(form.values) | set(SPOKEN[SpokenKind(name)].model_fields if name in SPOKEN else ())
    for strange in [field for field in form.errors if field and field not in known and field != "by_on"]:
        # What the ask or the commitment refuses in a field that is not here is said of the whole.
        form.errors.setdefault("", []).extend(form.errors.pop(strange))
    meeting = show_meeting(session, visitor, meeting_id)
    if "enter" not in meeting.allowed_actions:
        return _page(request, session, visitor, meeting, form, form.status)
    return _now_page(request, session, visitor, meeting, item_id, {name: form}, form.status)


def _page(
    request: Request, session: Session, visitor: Actor, meeting: MeetingOut, form: Form[Any], status: int = 200
) -> Response:
    return draw(
        request,
        "meetings/show.html",
        status,
        meeting=meeting,
        form=form,
        about=_about(session, visitor, meeting) if "agenda" in meeting.allowed_actions else [],
        mails=request.app.state.database.settings.smtp_url is not None,
    )


def _now_page(
    request: Request,
    session: Session,
    visitor: Actor,
    meeting: MeetingOut,
    item_id: UUID | None,
    sent: dict[str, Form[Any]] | None = None,
    status: int = 200,
) -> Response:
    items = meeting.agenda
    spoken = [item for item in items if item.entries or item.outcome]
    item = next((one for one in items if one.id == item_id), None)
    item = item or next((one for one in items if one not in spoken), items[0] if items else None)
    following = items[items.index(item) + 1] if item and item is not items[-1] else None
    forms = Forms(_empty_forms(request, meeting, item) | (sent or {}))
    return draw(
        request,
        "meetings/now.html",
        status,
        meeting=meeting,
        item=item,
        following=following,
        spoken={one.id for one in spoken},
        forms_of=forms,
        levels=LEVELS,
        answers=list(AnswerKind),
        institutions=institutions(session, visitor),
        about=_about(session, visitor, meeting),
        also=_others(session, visitor, meeting),
    )


def _others(session: Session, visitor: Actor, meeting: MeetingOut) -> list[tuple[str, str]]:
    """Whoever is not on the list of who may have come."""
    known = {line.institution_id or line.group_id for line in meeting.attendance}
    groups = ((f"group:{key}", name) for key, name in groups_of(session, visitor) if key not in known)
    others = ((f"institution:{key}", name) for key, name in institutions(session, visitor) if key not in known)
    return [*groups, *others]


def _empty_forms(request: Request, meeting: MeetingOut, item: AgendaItemOut | None) -> dict[str, Form[Any]]:
    guest = guest_of(request)
    said: str = next((entry.words or "" for entry in reversed(item.entries if item else []) if entry.answer), "")
    return {
        "asked": blank(guest, "asked", mandate=meeting.level),
        "answered": blank(guest, "answered", mandate=meeting.level),
        "promised": blank(guest, "promised", mandate=meeting.level, promise=said),
        "happened": blank(guest, "happened"),
        "outcome": blank(guest, "outcome", outcome=(item.outcome or "") if item else ""),
        "action": blank(guest, "action"),
        "attendance": blank(guest, "attendance"),
        "item": blank(guest, "item"),
    }


def _about(session: Session, visitor: Actor, meeting: MeetingOut) -> list[tuple[str, str]]:
    """Return what can still be put on the agenda: open asks, commitments and themes of the area."""
    there = {item.ask_id or item.commitment_id or item.theme_id for item in meeting.agenda}
    asks = list_asks(session, visitor, AskQuery(area_id=meeting.area_id, limit=ALL)).items
    commitments = list_commitments(session, visitor, CommitmentQuery(area_id=meeting.area_id, open=True, limit=ALL))
    themes = list_themes(session, visitor, ThemeQuery(area_id=meeting.area_id, open=True, limit=ALL)).items
    return [
        *((f"theme:{one.id}", one.title) for one in themes if one.id not in there),
        *(
            (f"commitment:{one.id}", _short(f"{one.institution_name}: {one.residents_words}"))
            for one in commitments.items
            if one.id not in there
        ),
        *(
            (f"ask:{one.id}", _short(f"{one.institution_name}: {one.text}"))
            for one in asks
            if one.id not in there and one.state.value != "closed"
        ),
    ]


def _short(text: str) -> str:
    return text if len(text) <= LONGEST_TITLE else text[: LONGEST_TITLE - 1].rstrip() + "…"


def _read_attendance(request: Request, meeting: MeetingOut, sent: FormData) -> Form[AttendanceIn]:
    """Read who came: a tick for each line, a number for residents, and somebody who was not invited."""
    guest = guest_of(request)
    came = {str(one) for one in sent.getlist("came")}
    lines: list[dict[str, Any]] = []
    for line in meeting.attendance:
        key = f"institution:{line.institution_id}" if line.institution_id else f"group:{line.group_id}"
        key = key if line.institution_id or line.group_id else "residents"
        persons = str(sent.get(f"persons.{key}", "")).strip() or "0"
        there = key in came or (persons != "0" and not line.institution_id)
        lines.append(
            {
                "institution_id": line.institution_id,
                "group_id": line.group_id,
                "invited": line.invited,
                "came": there,
                "persons": persons,
            }
        )
    kind, _, also = str(sent.get("also", "")).partition(":")
    if kind in ("institution", "group") and also:
        lines.append({f"{kind}_id": also, "invited": False, "came": True})
    form = read(AttendanceIn, FormData(), guest, "attendance", lines=lines)
    form.values |= {"came": sorted(came), "also": str(sent.get("also", ""))}
    form.values |= {name: str(text) for name, text in sent.items() if name.startswith("persons.")}
    return form


def _publication_page(
    request: Request, session: Session, visitor: Actor, meeting: MeetingOut, form: Form[Any], status: int = 200
) -> Response:
    return draw(
        request,
        "meetings/publication.html",
        status,
        meeting=meeting,
        minutes=preview_minutes(session, visitor, meeting.id),
        form=form,
    )


def _escalation_page(
    request: Request, session: Session, visitor: Actor, commitment: CommitmentOut, form: Form[Any], status: int = 200
) -> Response:
    return draw(
        request,
        "meetings/escalation.html",
        status,
        commitment=commitment,
        form=form,
        meetings=meetings_at_policy_level(session, visitor, commitment.area_id),
    )


def _as_it_is(request: Request, meeting: MeetingOut) -> Form[Any]:
    return blank(
        guest_of(request),
        starts_at=as_typed(meeting.starts_at),
        minutes=str(meeting.minutes),
        place=meeting.place or "",
    )


def _maybe_key(sent: FormData, name: str) -> UUID | None:
    try:
        return UUID(str(sent.get(name, "")))
    except ValueError:
        return None


def _key(sent: FormData, name: str) -> UUID:
    key = _maybe_key(sent, name)
    if key is None:
        raise Conflict("Start from the page of a forum.")
    return key
