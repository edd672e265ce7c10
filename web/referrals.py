"""Referrals: what partners ask of the team for somebody, and what the team asks of them; and what came of it."""

import secrets
from collections.abc import Callable
from typing import Annotated, Any, TypeVar
from uuid import UUID

from fastapi import Query, Request, Response
from pydantic import BaseModel
from starlette.datastructures import FormData

from api.accounts import list_colleagues
from api.areas import list_areas
from api.dependencies import Reading, Session, Writing, database, needs, open_to_all
from api.initiatives import list_initiatives
from api.needs import show_need
from api.referrals import (
    accept_referral,
    assign_referral,
    change_referral,
    enter_referral,
    finish_referral,
    link_resident,
    list_referrals,
    mark_error,
    note_attempt,
    pause_referral,
    refer_outward,
    refuse_referral,
    reroute_referral,
    resume_referral,
    send_referral,
    show_message,
    show_referral,
    submit_referral,
    withdraw_referral,
)
from api.residents import list_residents, show_resident
from bsa import clock
from bsa.areas.models import Level
from bsa.areas.shapes import AreaQuery
from bsa.errors import NotAllowed
from bsa.initiatives.shapes import InitiativeQuery
from bsa.needs.models import Confirmed, HowLearned
from bsa.needs.shapes import LayerOut
from bsa.people.models import Language
from bsa.people.shapes import ColleagueQuery
from bsa.permissions import Actor, Permission, allows, require
from bsa.referrals.deed_shapes import (
    AcceptanceIn,
    AssignmentIn,
    AttemptIn,
    ErrorIn,
    OutcomeIn,
    PauseIn,
    RefusalIn,
    ReroutingIn,
    ResidentLinkIn,
    SubmissionIn,
    WithdrawalIn,
)
from bsa.referrals.deeds import ReferralDeed, refuse_now
from bsa.referrals.models import FeedbackLevel, Handover, ReferralDirection, ReferralSubject, SharedThing, Urgency
from bsa.referrals.sent_shapes import DraftChange, OutwardReferralIn, ReferralIn
from bsa.referrals.shapes import ReferralItem, ReferralOut, ReferralQuery, ReferralReceipt
from bsa.referrals.states import ENTRIES, UNDECIDED, ReferralSide, ReferralState
from bsa.residents.models import ConsentHow, ContactChannel, Informed, may_keep
from bsa.residents.shapes import ResidentQuery
from bsa.shapes import Shape
from web.choices import ALL, Choice, institutions, own_neighbourhoods
from web.dependencies import MaybeVisitor, Sent, Visitor, WritingVisitor
from web.forms import IN_WORDS, Form, Nothing, asked, attempt, blank, read, read_change, version_in
from web.guests import guest_of
from web.pages import Pages, draw, go, path_of, paths_of

router = Pages("referrals", prefix="/referrals")
of_need = Pages("referrals", prefix="/needs")

Told = TypeVar("Told", bound=BaseModel)

SIGNS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
"""What a reference of ours is made of: nothing that is taken for something else on the telephone."""
ALWAYS_SHARED = [SharedThing.NAME, SharedThing.CONTACT, SharedThing.QUESTION]
"""What the team needs to do anything at all."""

BESIDE = {
    "area_code": "postcode4",
    "resident": "resident.call_name",
    "referrer": "referrer.name",
    "consent_share": "consent_share.given_on",
}
"""What a fault is about that names no field of the page, and the field that it stands beside."""
PARTS = ("new", "known", "colleague")
"""The forms beside each other on the page about the resident."""

DEEDS = {
    "refusal": ReferralDeed.REFUSE,
    "pause": ReferralDeed.PAUSE,
    "rerouting": ReferralDeed.REROUTE,
    "outcome": ReferralDeed.FINISH,
    "withdrawal": ReferralDeed.WITHDRAW,
    "error": ReferralDeed.MARK_ERROR,
}
"""The forms that have a page of their own, and what each does."""


class ViewQuery(Shape):
    """Which part of the inbox to show."""

    view: str = "unassigned"
    area_id: UUID | None = None
    cursor: str | None = None


VIEWS: dict[str, dict[str, Any]] = {
    "unassigned": {"unassigned": True, "direction": ReferralDirection.INBOUND},
    "mine": {"mine": True, "open": True, "direction": ReferralDirection.INBOUND},
    "open": {"open": True, "direction": ReferralDirection.INBOUND},
    "sent": {"direction": ReferralDirection.OUTBOUND},
    "closed": {"open": False, "direction": ReferralDirection.INBOUND},
}
"""The parts of the inbox, and what each asks for."""


@router.get("")
@needs(Permission.SEE_REFERRALS)
def index(request: Request, session: Reading, visitor: Visitor) -> Response:
    """Show the inbox of the team, or to a partner what it sent and what was sent to it."""
    if not visitor.of_the_team:
        return _partner_page(request, session, visitor)
    form = asked(ViewQuery, request)
    wanted = form.shape or ViewQuery()
    view = wanted.view if wanted.view in VIEWS else "unassigned"
    query = ReferralQuery(**VIEWS[view], area_id=wanted.area_id, cursor=wanted.cursor, limit=ALL)
    found = list_referrals(session, visitor, query)
    following = {"view": view, "area_id": wanted.area_id, "cursor": found.next_cursor}
    return draw(
        request,
        "referrals/index.html",
        form=form,
        view=view,
        views=[one for one in VIEWS if one != "mine" or allows(visitor, Permission.DECIDE_REFERRAL)],
        referrals=_by_need(found.items),
        area_id=wanted.area_id,
        areas=own_neighbourhoods(session, visitor),
        next_href=path_of(paths_of(request.app), "referrals.index", following) if found.next_cursor else "",
    )


@router.get("/paper")
@open_to_all
def paper(request: Request, visitor: MaybeVisitor) -> Response:
    """Show the form on paper, for who has neither an account nor a system."""
    return draw(
        request,
        "referrals/paper.html",
        hows=list(ConsentHow),
        levels=list(FeedbackLevel),
        urgencies=list(Urgency),
        **_said_by_settings(request),
    )


@router.get("/new")
@needs(Permission.SEND_REFERRAL)
def new(
    request: Request,
    session: Reading,
    visitor: Visitor,
    subject: Annotated[ReferralSubject, Query()] = ReferralSubject.PERSON,
    retry_of: UUID | None = None,
) -> Response:
    """Show the form by which a partner refers somebody to the team; or once more, with what was told before."""
    require(visitor, Permission.SEND_REFERRAL)
    guest = guest_of(request)
    begun: dict[str, Any] = {
        "external_ref": _reference(),
        "subject": subject.value,
        "urgency": Urgency.NORMAL.value,
        "resident.contact.channel": ContactChannel.PHONE.value,
        "consent_share.given_on": clock.today().isoformat(),
        "consent_share.how": ConsentHow.SPOKEN.value,
        "consent_share.scope": list(ALWAYS_SHARED),
    }
    if not visitor.of_the_team:
        begun |= {"referrer.name": guest.name, "consent_share.by_whom": guest.name}
    if retry_of:
        begun |= _told_before(show_referral(session, visitor, retry_of))
    return _new_page(request, session, visitor, blank(guest, **begun))


@router.post("")
@needs(Permission.SEND_REFERRAL)
def create(request: Request, session: Writing, visitor: WritingVisitor, sent: Sent) -> Response:
    """Send a referral to the team, or show first what the team will see."""
    form = _beside_what_is_asked(read(ReferralIn, sent, guest_of(request)))
    whose = _institution_in(visitor, sent, form)
    if sent.get("look") and form.shape:
        return _new_page(request, session, visitor, form, looks=True)

    def deed(told: ReferralIn) -> ReferralReceipt:
        # Sent twice, it is one referral by its reference; so each sending has a key of its own.
        key = secrets.token_urlsafe(16)
        if whose is None:
            return send_referral(session, visitor, told, key)
        return enter_referral(session, visitor, whose, told, key)

    referral = attempt(session, form, deed)
    if referral is not None:
        flash = "referral_drafted" if referral.state is ReferralState.DRAFT else "referral_sent"
        return go(request, "referrals.show", flash, referral_id=referral.id)
    return _new_page(request, session, visitor, _beside_what_is_asked(form))


@router.get("/{referral_id}")
@needs(Permission.SEE_REFERRALS)
def show(request: Request, session: Reading, visitor: Visitor, referral_id: UUID) -> Response:
    """Show a referral: the resident's own words first, what was agreed, how far it is."""
    return _page(request, session, visitor, referral_id)


@router.get("/{referral_id}/sheet")
@needs(Permission.OPEN_REFERRAL)
def sheet(request: Request, session: Reading, visitor: Visitor, referral_id: UUID) -> Response:
    """Show a referral as it is printed."""
    referral = show_referral(session, visitor, referral_id)
    if referral.content is None and referral.wiped_on is None:
        raise NotAllowed
    return draw(request, "referrals/sheet.html", referral=referral)


@router.get("/{referral_id}/message")
@needs(Permission.SEE_REFERRALS)
def message(request: Request, session: Reading, visitor: Visitor, referral_id: UUID) -> Response:
    """Show the three lines to whoever referred, to print or to mail."""
    referral = show_referral(session, visitor, referral_id)
    told = show_message(session, visitor, referral_id)
    lines = told.nl if guest_of(request).language is Language.DUTCH else told.en
    return draw(request, "referrals/message.html", referral=referral, ours=visitor.of_the_team, lines=lines)


@router.get("/{referral_id}/edit")
@needs(Permission.SEND_REFERRAL)
def edit(request: Request, session: Reading, visitor: Visitor, referral_id: UUID) -> Response:
    """Show the form to change a draft."""
    referral = _for(session, visitor, referral_id, ReferralDeed.CHANGE)
    return _edit_page(request, referral, blank(guest_of(request), **_written(referral)))


@router.post("/{referral_id}/edit")
@needs(Permission.SEND_REFERRAL)
def update(request: Request, session: Writing, visitor: WritingVisitor, sent: Sent, referral_id: UUID) -> Response:
    """Change a draft."""
    form = _beside_what_is_asked(read_change(DraftChange, sent, guest_of(request)))
    if _done(session, visitor, sent, referral_id, form, change_referral):
        return go(request, "referrals.show", "saved", referral_id=referral_id)
    referral = _for(session, visitor, referral_id, ReferralDeed.CHANGE)
    return _edit_page(request, referral, _beside_what_is_asked(form))


@router.get("/{referral_id}/owner")
@needs(Permission.ASSIGN_REFERRAL)
def edit_owner(request: Request, session: Reading, visitor: Visitor, referral_id: UUID) -> Response:
    """Show the form to hand a referral to a colleague."""
    return _owner_page(request, session, visitor, referral_id, blank(guest_of(request)))


@router.post("/{referral_id}/owner")
@needs(Permission.ASSIGN_REFERRAL)
def update_owner(
    request: Request, session: Writing, visitor: WritingVisitor, sent: Sent, referral_id: UUID
) -> Response:
    """Hand a referral to a colleague."""
    form = read(AssignmentIn, sent, guest_of(request))
    if _done(session, visitor, sent, referral_id, form, assign_referral):
        return go(request, "referrals.show", "referral_assigned", referral_id=referral_id)
    return _owner_page(request, session, visitor, referral_id, form)


@router.get("/{referral_id}/acceptance")
@needs(Permission.DECIDE_REFERRAL)
def new_acceptance(request: Request, session: Reading, visitor: Visitor, referral_id: UUID) -> Response:
    """Show the form for taking it on with more: for a colleague, or with the resident registered at once."""
    return _resident_page(request, session, visitor, referral_id, "acceptance")


@router.post("/{referral_id}/acceptance")
@needs(Permission.DECIDE_REFERRAL)
def create_acceptance(
    request: Request, session: Writing, visitor: WritingVisitor, sent: Sent, referral_id: UUID
) -> Response:
    """Take it on."""
    form = read(AcceptanceIn, sent, guest_of(request), _part(sent))
    if _done(session, visitor, sent, referral_id, form, accept_referral):
        return go(request, "referrals.show", "referral_accepted", referral_id=referral_id)
    return _resident_page(request, session, visitor, referral_id, "acceptance", form)


@router.get("/{referral_id}/resident")
@needs(Permission.CARRY_REFERRAL)
def new_resident(request: Request, session: Reading, visitor: Visitor, referral_id: UUID) -> Response:
    """Show the form for which resident it is about: one who is known here, or one to register."""
    return _resident_page(request, session, visitor, referral_id, "resident")


@router.post("/{referral_id}/resident")
@needs(Permission.CARRY_REFERRAL)
def create_resident(
    request: Request, session: Writing, visitor: WritingVisitor, sent: Sent, referral_id: UUID
) -> Response:
    """Say which resident it is about."""
    form = read(ResidentLinkIn, sent, guest_of(request), _part(sent))
    if _done(session, visitor, sent, referral_id, form, link_resident):
        return go(request, "referrals.show", "referral_linked", referral_id=referral_id)
    return _resident_page(request, session, visitor, referral_id, "resident", form)


@router.get("/{referral_id}/refusal")
@needs(Permission.DECIDE_REFERRAL)
def new_refusal(request: Request, session: Reading, visitor: Visitor, referral_id: UUID) -> Response:
    """Show the form for not taking it on."""
    return _deed_page(request, session, visitor, referral_id, "refusal", blank(guest_of(request)))


@router.post("/{referral_id}/refusal")
@needs(Permission.DECIDE_REFERRAL)
def create_refusal(
    request: Request, session: Writing, visitor: WritingVisitor, sent: Sent, referral_id: UUID
) -> Response:
    """Say that it is not taken on, and what else could help."""
    return _do(request, session, visitor, sent, referral_id, "refusal", RefusalIn, refuse_referral, "referral_declined")


@router.post("/{referral_id}/attempts")
@needs(Permission.CARRY_REFERRAL)
def create_attempt(
    request: Request, session: Writing, visitor: WritingVisitor, sent: Sent, referral_id: UUID
) -> Response:
    """Write down that the resident was sought, and whether somebody was reached."""
    form = read(AttemptIn, sent, guest_of(request))
    if _done(session, visitor, sent, referral_id, form, note_attempt):
        return go(request, "referrals.show", "referral_attempted", referral_id=referral_id)
    return _page(request, session, visitor, referral_id, form)


@router.get("/{referral_id}/pauses")
@needs(Permission.CARRY_REFERRAL)
def new_pause(request: Request, session: Reading, visitor: Visitor, referral_id: UUID) -> Response:
    """Show the form for letting it wait."""
    return _deed_page(request, session, visitor, referral_id, "pause", blank(guest_of(request)))


@router.post("/{referral_id}/pauses")
@needs(Permission.CARRY_REFERRAL)
def create_pause(
    request: Request, session: Writing, visitor: WritingVisitor, sent: Sent, referral_id: UUID
) -> Response:
    """Let it wait, until a day at the latest."""
    return _do(request, session, visitor, sent, referral_id, "pause", PauseIn, pause_referral, "referral_paused")


@router.post("/{referral_id}/resumption")
@needs(Permission.CARRY_REFERRAL)
def create_resumption(
    request: Request, session: Writing, visitor: WritingVisitor, sent: Sent, referral_id: UUID
) -> Response:
    """Go on with it."""
    form = read(Nothing, sent, guest_of(request))
    version = version_in(sent)
    if attempt(session, form, lambda _: resume_referral(session, visitor, referral_id, version)):
        return go(request, "referrals.show", "referral_resumed", referral_id=referral_id)
    return _page(request, session, visitor, referral_id, form)


@router.get("/{referral_id}/reroutings")
@needs(Permission.CARRY_REFERRAL)
def new_rerouting(request: Request, session: Reading, visitor: Visitor, referral_id: UUID) -> Response:
    """Show the form for passing it on, with a new consent."""
    return _deed_page(request, session, visitor, referral_id, "rerouting", _with_consent(request))


@router.post("/{referral_id}/reroutings")
@needs(Permission.CARRY_REFERRAL)
def create_rerouting(
    request: Request, session: Writing, visitor: WritingVisitor, sent: Sent, referral_id: UUID
) -> Response:
    """Pass it on, to another neighbourhood or to another institution."""
    return _do(
        request, session, visitor, sent, referral_id, "rerouting", ReroutingIn, reroute_referral, "referral_rerouted"
    )


@router.get("/{referral_id}/outcome")
@needs(Permission.CARRY_REFERRAL)
def new_outcome(request: Request, session: Reading, visitor: Visitor, referral_id: UUID) -> Response:
    """Show the form for what came of it."""
    return _deed_page(request, session, visitor, referral_id, "outcome", blank(guest_of(request)))


@router.post("/{referral_id}/outcome")
@needs(Permission.CARRY_REFERRAL)
def create_outcome(
    request: Request, session: Writing, visitor: WritingVisitor, sent: Sent, referral_id: UUID
) -> Response:
    """Close it, with what came of it."""
    return _do(request, session, visitor, sent, referral_id, "outcome", OutcomeIn, finish_referral, "referral_finished")


@router.get("/{referral_id}/withdrawal")
@needs(Permission.WITHDRAW_REFERRAL)
def new_withdrawal(request: Request, session: Reading, visitor: Visitor, referral_id: UUID) -> Response:
    """Show what happens when it goes no further; of a resident's no nobody asks why."""
    form = blank(guest_of(request), by_side=ReferralSide.RESIDENT.value)
    return _deed_page(request, session, visitor, referral_id, "withdrawal", form)


@router.post("/{referral_id}/withdrawal")
@needs(Permission.WITHDRAW_REFERRAL)
def create_withdrawal(
    request: Request, session: Writing, visitor: WritingVisitor, sent: Sent, referral_id: UUID
) -> Response:
    """Write down that it goes no further."""
    return _do(
        request,
        session,
        visitor,
        sent,
        referral_id,
        "withdrawal",
        WithdrawalIn,
        withdraw_referral,
        "referral_withdrawn",
    )


@router.get("/{referral_id}/error")
@needs(Permission.MARK_REFERRAL_ERROR)
def new_error(request: Request, session: Reading, visitor: Visitor, referral_id: UUID) -> Response:
    """Show what happens when it should not have been sent: what it says is wiped."""
    return _deed_page(request, session, visitor, referral_id, "error", blank(guest_of(request)))


@router.post("/{referral_id}/error")
@needs(Permission.MARK_REFERRAL_ERROR)
def create_error(
    request: Request, session: Writing, visitor: WritingVisitor, sent: Sent, referral_id: UUID
) -> Response:
    """Wipe what it says: it should not have been sent."""
    return _do(request, session, visitor, sent, referral_id, "error", ErrorIn, mark_error, "referral_wiped")


@router.post("/{referral_id}/submission")
@needs(Permission.SEND_REFERRAL)
def create_submission(
    request: Request, session: Writing, visitor: WritingVisitor, sent: Sent, referral_id: UUID
) -> Response:
    """Send a draft."""
    form = read(SubmissionIn, sent, guest_of(request), "send")
    if _done(session, visitor, sent, referral_id, form, submit_referral):
        return go(request, "referrals.show", "referral_sent", referral_id=referral_id)
    return _page(request, session, visitor, referral_id, form)


@of_need.get("/{need_id}/referrals/new")
@needs(Permission.SEND_REFERRAL)
def new_of_need(
    request: Request, session: Reading, visitor: Visitor, need_id: UUID, retry_of: UUID | None = None
) -> Response:
    """Show the form by which a resident is referred to a partner: together, and with the stated question only."""
    form = _with_consent(request)
    form.values |= {"depths": ["0"], "handover": Handover.VISIT_TOGETHER.value}
    form.values |= {"feedback": FeedbackLevel.STATUS_AND_OUTCOME.value, "urgency": Urgency.NORMAL.value}
    form.values["retry_of_id"] = str(retry_of or "")
    return _outward_page(request, session, visitor, need_id, form)


@of_need.post("/{need_id}/referrals")
@needs(Permission.SEND_REFERRAL)
def create_of_need(request: Request, session: Writing, visitor: WritingVisitor, sent: Sent, need_id: UUID) -> Response:
    """Refer a resident to a partner, or show first what the partner will see."""
    form = read(OutwardReferralIn, sent, guest_of(request), shares_contact=_reaches(sent))
    if sent.get("look") and form.shape:
        return _outward_page(request, session, visitor, need_id, form, looks=True)
    key = str(sent.get("key", "")) or None
    referral = attempt(session, form, lambda told: refer_outward(session, visitor, need_id, told, key))
    if referral is not None:
        flash = "referral_drafted" if referral.state is ReferralState.DRAFT else "referral_sent"
        return go(request, "referrals.show", flash, referral_id=referral.id)
    return _outward_page(request, session, visitor, need_id, form)


def _page(
    request: Request, session: Session, visitor: Actor, referral_id: UUID, form: Form[Any] | None = None
) -> Response:
    referral = show_referral(session, visitor, referral_id)
    return draw(
        request,
        "referrals/show.html",
        form.status if form and form.errors else 200,
        referral=referral,
        ours=visitor.of_the_team,
        form=form or _with_consent(request, "send"),
        hows=list(ConsentHow),
        levels=list(FeedbackLevel),
    )


def _partner_page(request: Request, session: Session, visitor: Actor) -> Response:
    """List what a partner sent, and what was sent to it."""
    closed = asked(ViewQuery, request).values.get("view") == "closed"
    found = {
        direction: _by_need(
            list_referrals(session, visitor, ReferralQuery(direction=direction, open=not closed, limit=ALL)).items
        )
        for direction in ReferralDirection
    }
    return draw(
        request,
        "referrals/partner.html",
        sent_by_us=found[ReferralDirection.INBOUND],
        asked_of_us=found[ReferralDirection.OUTBOUND],
        closed=closed,
    )


def _new_page(request: Request, session: Session, visitor: Actor, form: Form[Any], *, looks: bool = False) -> Response:
    retry_of = form.values.get("retry_of_id")
    paper = visitor.of_the_team
    return draw(
        request,
        "referrals/new.html",
        form.status if form.errors else 200,
        form=form,
        looks=form.shape if looks else None,
        group=form.values.get("subject") == ReferralSubject.GROUP,
        retry_of=retry_of,
        paper=paper,
        institutions=institutions(session, visitor) if paper else [],
        areas=_neighbourhoods(session, visitor),
        subjects=[ReferralSubject.PERSON, ReferralSubject.HOUSEHOLD],
        channels=[ContactChannel.PHONE, ContactChannel.TEXT_MESSAGE, ContactChannel.EMAIL, ContactChannel.VISIT],
        hows=list(ConsentHow),
        levels=list(FeedbackLevel),
        urgencies=list(Urgency),
        always=ALWAYS_SHARED,
        **_said_by_settings(request),
    )


def _deed_page(
    request: Request, session: Session, visitor: Actor, referral_id: UUID, deed: str, form: Form[Any]
) -> Response:
    referral = _for(session, visitor, referral_id, DEEDS[deed])
    entered = {
        "refusal": ReferralState.DECLINED,
        "pause": ReferralState.ON_HOLD,
        "rerouting": ReferralState.REROUTED,
        "withdrawal": ReferralState.WITHDRAWN,
        "error": ReferralState.ENTERED_IN_ERROR,
    }.get(deed)
    reasons = ENTRIES[entered].reasons if entered else frozenset()
    finished = ENTRIES[ReferralState.COMPLETED].outcomes, ENTRIES[ReferralState.FAILED].outcomes
    passes_on = deed == "rerouting"
    return draw(
        request,
        "referrals/deed.html",
        form.status if form.errors else 200,
        referral=referral,
        ours=visitor.of_the_team,
        refers=_refers(visitor, referral),
        deed=deed,
        form=form,
        reasons=_in_order(reasons),
        outcomes=[_in_order(some) for some in finished],
        initiatives=_initiatives(session, visitor, referral) if deed == "outcome" else [],
        areas=[one for one in own_neighbourhoods(session, visitor) if one[0] != referral.area_id] if passes_on else [],
        institutions=institutions(session, visitor) if passes_on else [],
        handovers=list(Handover),
        hows=list(ConsentHow),
        things=list(SharedThing),
        levels=list(FeedbackLevel),
    )


def _resident_page(
    request: Request,
    session: Session,
    visitor: Actor,
    referral_id: UUID,
    deed: str,
    sent: Form[Any] | None = None,
) -> Response:
    """Draw what can be said of the resident; the form that was sent keeps what was typed, the others begin anew."""
    referral = _for(session, visitor, referral_id, ReferralDeed.ACCEPT if deed == "acceptance" else ReferralDeed.LINK)
    guest = guest_of(request)
    forms = {part: blank(guest, part) for part in PARTS}
    forms["new"].values["register_as.informed_on"] = clock.today().isoformat()
    if sent:
        forms[sent.prefix] = sent
    team = visitor.of_the_team
    return draw(
        request,
        "referrals/resident.html",
        sent.status if sent and sent.errors else 200,
        referral=referral,
        deed=deed,
        forms_of=forms,
        known=_own_residents(session, visitor) if team else [],
        colleagues=_colleagues(session, visitor) if deed == "acceptance" and team else [],
        areas=own_neighbourhoods(session, visitor) if team else [],
        informed=list(Informed),
    )


def _edit_page(request: Request, referral: ReferralOut, form: Form[Any]) -> Response:
    return draw(
        request,
        "referrals/edit.html",
        form.status if form.errors else 200,
        referral=referral,
        inbound=referral.direction is ReferralDirection.INBOUND,
        agreed=bool(referral.content and referral.content.given_on),
        form=form,
        things=list(SharedThing),
        handovers=list(Handover),
        hows=list(ConsentHow),
        levels=list(FeedbackLevel),
        urgencies=list(Urgency),
    )


def _owner_page(request: Request, session: Session, visitor: Actor, referral_id: UUID, form: Form[Any]) -> Response:
    referral = _for(session, visitor, referral_id, ReferralDeed.ASSIGN)
    found = list_colleagues(session, visitor, ColleagueQuery(area_id=referral.area_id, limit=ALL)).items
    return draw(
        request,
        "referrals/owner.html",
        form.status if form.errors else 200,
        referral=referral,
        form=form,
        colleagues=[(one.id, one.name) for one in found if one.id != referral.owner_id],
    )


def _outward_page(
    request: Request, session: Session, visitor: Actor, need_id: UUID, form: Form[Any], *, looks: bool = False
) -> Response:
    need = show_need(session, visitor, need_id)
    resident = show_resident(session, visitor, need.resident_id)
    chosen = form.shape.depths if looks and form.shape else []
    free = [layer for layer in need.layers if _may_go_along(layer)]
    return draw(
        request,
        "referrals/outward.html",
        form.status if form.errors else 200,
        need=need,
        form=form,
        key=secrets.token_urlsafe(16),
        reach=resident.contact_value or "",
        known=may_keep("referral_resident.*", resident.level),
        telephone=database(request).settings.referral_phone,
        looks=form.shape if looks else None,
        goes_along=[layer for layer in free if layer.depth in chosen],
        free=free,
        kept_here=[layer for layer in need.layers if layer not in free and not layer.struck_on],
        institutions=institutions(session, visitor),
        handovers=list(Handover),
        hows=list(ConsentHow),
        levels=list(FeedbackLevel),
        urgencies=[Urgency.NORMAL, Urgency.THIS_WEEK],
        things=list(SharedThing),
    )


def _for(session: Session, visitor: Actor, referral_id: UUID, deed: ReferralDeed) -> ReferralOut:
    """Return a referral for the form of a deed, or refuse as the deed would be refused."""
    referral = show_referral(session, visitor, referral_id)
    if deed.value not in referral.allowed_actions:
        refuse_now(deed, referral.state)
        raise NotAllowed
    return referral


def _do(
    request: Request,
    session: Session,
    visitor: Actor,
    sent: FormData,
    referral_id: UUID,
    deed: str,
    shape: type[Told],
    operation: Callable[[Session, Actor, UUID, int, Told], Any],
    flash: str,
) -> Response:
    """Do a deed with what was sent, or show its form again with what is wrong."""
    form = read(shape, sent, guest_of(request))
    if _done(session, visitor, sent, referral_id, form, operation):
        return go(request, "referrals.show", flash, referral_id=referral_id)
    return _deed_page(request, session, visitor, referral_id, deed, form)


def _done(
    session: Session,
    visitor: Actor,
    sent: FormData,
    referral_id: UUID,
    form: Form[Told],
    operation: Callable[[Session, Actor, UUID, int, Told], Any],
) -> bool:
    version = version_in(sent)
    return attempt(session, form, lambda told: operation(session, visitor, referral_id, version, told)) is not None


def _by_need(items: list[ReferralItem]) -> list[ReferralItem]:
    """Put first what is to be decided, the oldest day first; the rest stays as it was."""
    return sorted(items, key=lambda one: (one.state not in UNDECIDED, one.decide_by or clock.today()))


def _in_order(codes: frozenset[Any]) -> list[Any]:
    return [code for kind in {type(code) for code in codes} for code in kind if code in codes]


def _refers(visitor: Actor, referral: ReferralItem) -> bool:
    """Tell whether the visitor is of the side that referred."""
    return visitor.of_the_team == (referral.direction is ReferralDirection.OUTBOUND)


def _said_by_settings(request: Request) -> dict[str, Any]:
    """Return what the installation promises, and whom to call."""
    settings = database(request).settings
    return {
        "telephone": settings.referral_phone,
        "seen_days": settings.referral_seen_days,
        "decision_days": settings.referral_decision_days,
    }


def _reference() -> str:
    return "R-" + "".join(secrets.choice(SIGNS) for _ in range(6))


def _told_before(referral: ReferralOut) -> dict[str, Any]:
    """Return what a referral said, to send it once more: what was agreed is asked anew."""
    told = referral.content
    again: dict[str, Any] = {"retry_of_id": str(referral.id), "subject": referral.subject.value}
    if told:
        again |= {
            "question": told.question,
            "referrer_view": told.referrer_view,
            "resident.call_name": told.call_name,
            "resident.family_name": told.family_name,
            "resident.contact.channel": told.contact_channel,
            "resident.contact.value": told.contact_value,
            "resident.contact.message_may_be_left": "true" if told.message_may_be_left else "",
            "address": told.address,
            "referrer.name": told.referrer_name,
            "referrer.role": told.referrer_role,
            "referrer.callback": told.referrer_callback,
        }
    return {name: value for name, value in again.items() if value is not None}


def _written(referral: ReferralOut) -> dict[str, Any]:
    """Return what a draft says, for the form that changes it."""
    told = referral.content
    written: dict[str, Any] = {
        "urgency": referral.urgency,
        "feedback": referral.feedback,
        "handover": referral.handover,
    }
    if told:
        written |= {
            "question": told.question,
            "referrer_view": told.referrer_view,
            "referrer.name": told.referrer_name,
            "referrer.role": told.referrer_role,
            "referrer.callback": told.referrer_callback,
            "consent_share.given_on": told.given_on.isoformat() if told.given_on else None,
            "consent_share.how": told.how,
            "consent_share.by_whom": told.by_whom,
            "consent_share.scope": [thing.value for thing in told.scope],
            "consent_share.sheet": told.sheet,
        }
    return {name: value for name, value in written.items() if value is not None}


def _with_consent(request: Request, prefix: str = "") -> Form[Any]:
    """Begin a form with what is usual: agreed today, spoken, to whoever fills it in."""
    guest = guest_of(request)
    return blank(
        guest,
        prefix,
        **{
            "consent_share.given_on": clock.today().isoformat(),
            "consent_share.how": ConsentHow.SPOKEN.value,
            "consent_share.by_whom": guest.name,
            "consent_share.scope": list(ALWAYS_SHARED),
        },
    )


def _part(sent: FormData) -> str:
    """Return which of the forms on one page was sent."""
    told = str(sent.get("part", ""))
    return told if told in PARTS else "new"


def _beside_what_is_asked(form: Form[Any]) -> Form[Any]:
    """Move faults of what the page does not ask for beside what it asks instead."""
    for told, shown in BESIDE.items():
        if told in form.errors:
            faults = form.errors.pop(told)
            form.errors[shown] = [*form.errors.get(shown, []), *faults]
    return form


def _institution_in(visitor: Actor, sent: FormData, form: Form[Any]) -> UUID | None:
    """Return for whom the team writes down what came on paper; a partner refers for itself."""
    if not visitor.of_the_team:
        return None
    told = str(sent.get("institution_id", ""))
    form.values["institution_id"] = told
    try:
        return UUID(told)
    except ValueError:
        form.errors["institution_id"] = [form.in_language(IN_WORDS["missing"])]
        form.shape = None
        return None


def _reaches(sent: FormData) -> bool:
    """Tell whether the partner is told how to reach the resident: when the resident agreed to that."""
    return SharedThing.CONTACT.value in sent.getlist("consent_share.scope")


def _may_go_along(layer: LayerOut) -> bool:
    return (
        layer.may_be_shared
        and layer.struck_on is None
        and layer.how_learned is not HowLearned.HUNCH
        and layer.confirmed is Confirmed.YES
    )


def _initiatives(session: Session, visitor: Actor, referral: ReferralItem) -> list[Choice]:
    if not allows(visitor, Permission.SEE_INITIATIVES):
        return []
    found = list_initiatives(session, visitor, InitiativeQuery(open=True, limit=ALL)).items
    near_first = sorted(found, key=lambda one: one.area_id != referral.area_id)
    return [(one.id, f"{one.title} – {one.area_name}") for one in near_first]


def _neighbourhoods(session: Session, visitor: Actor) -> list[tuple[str, str]]:
    """Return the neighbourhoods that have a code, for who does not know the postcode."""
    found = list_areas(session, visitor, AreaQuery(level=Level.NEIGHBOURHOOD, limit=ALL)).items
    return [(area.code, area.name) for area in found if area.code]


def _own_residents(session: Session, visitor: Actor) -> list[Choice]:
    found = list_residents(session, visitor, ResidentQuery(mine=True, limit=ALL)).items
    return [(one.id, f"{one.call_name} – {one.area_name}") for one in found if not one.restricted]


def _colleagues(session: Session, visitor: Actor) -> list[Choice]:
    found = list_colleagues(session, visitor, ColleagueQuery(limit=ALL)).items
    return [(one.id, one.name) for one in found if one.id != visitor.id]
