"""Referrals: a partner refers to the team, the team to a partner; both hear what came of it.

Who asks now and then what changed asks for `updatedSince`, and not more often than every quarter of an hour.
"""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query

from api.answers import AnsweringRoute, demands_key, found_at
from api.dependencies import (
    Caller,
    Reading,
    SeenVersion,
    SentKey,
    Session,
    Writing,
    WritingCaller,
    content_of,
    needs,
)
from api.limits import limited
from bsa.permissions import Actor, Permission
from bsa.referrals import (
    arriving,
    assigning,
    carrying,
    deciding,
    drafts,
    ending,
    feedback,
    finding,
    going_out,
    linking,
    listing,
    passing_on,
    showing,
)
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
from bsa.referrals.models import Referral
from bsa.referrals.sent_shapes import DraftChange, OutwardReferralIn, ReferralIn
from bsa.referrals.shapes import (
    FeedbackOut,
    MessageOut,
    ReferralEventOut,
    ReferralItem,
    ReferralOut,
    ReferralQuery,
    ReferralReceipt,
)
from bsa.sendings import once
from bsa.shapes import Page

router = APIRouter(prefix="/referrals", tags=["referrals"], route_class=AnsweringRoute)
of_institution = APIRouter(
    prefix="/institutions/{institution_id}/referrals", tags=["referrals"], route_class=AnsweringRoute
)
of_need = APIRouter(prefix="/needs/{need_id}/referrals", tags=["referrals"], route_class=AnsweringRoute)
of_resident = APIRouter(prefix="/residents/{resident_id}/referrals", tags=["referrals"], route_class=AnsweringRoute)


@router.get("")
@needs(Permission.SEE_REFERRALS)
def list_referrals(session: Reading, caller: Caller, wanted: Annotated[ReferralQuery, Query()]) -> Page[ReferralItem]:
    """List referrals as shells: codes and days, nothing about a person. An institution sees its own."""
    return listing.list_referrals(session, caller, wanted)


@router.post("", status_code=201, dependencies=[Depends(limited("referrals"))])
@demands_key
@needs(Permission.SEND_REFERRAL)
def send_referral(session: Writing, caller: WritingCaller, told: ReferralIn, key: SentKey = None) -> ReferralReceipt:
    """Refer somebody to the team, for your own institution. Sent again, it is the one that is there already (200)."""
    return _received(session, caller, None, told, key)


@of_institution.post("", status_code=201)
@found_at("/referrals")
@needs(Permission.SEND_REFERRAL)
def enter_referral(
    session: Writing, caller: WritingCaller, institution_id: UUID, told: ReferralIn, key: SentKey = None
) -> ReferralReceipt:
    """Write down a referral that came on paper or by telephone, for the institution that refers."""
    return _received(session, caller, institution_id, told, key)


@of_need.post("", status_code=201)
@found_at("/referrals")
@needs(Permission.SEND_REFERRAL)
def refer_outward(
    session: Writing, caller: WritingCaller, need_id: UUID, told: OutwardReferralIn, key: SentKey = None
) -> ReferralReceipt:
    """Refer a resident of yours to a partner, from a need. Together is the default, the stated question what goes."""
    referral = once(
        session,
        caller,
        key,
        content_of("referral", need_id, told),
        lambda: going_out.refer_outward(session, caller, need_id, told),
        lambda referral_id: finding.find_referral(session, caller, referral_id)[0],
    )
    return listing.receipt(session, caller, referral)


@of_resident.get("")
@needs(Permission.OPEN_RECORD)
def list_referrals_of_resident(session: Reading, caller: Caller, resident_id: UUID) -> Page[ReferralItem]:
    """List the referrals that are about a resident, newest first, for who looks after the resident."""
    return Page(items=listing.list_of_resident(session, caller, resident_id))


@router.get("/{referral_id}")
@needs(Permission.SEE_REFERRALS)
def show_referral(session: Reading, caller: Caller, referral_id: UUID) -> ReferralOut:
    """Show a referral. What it says only who may open it reads; of what happened a referrer, what was agreed."""
    return showing.show_referral(session, caller, referral_id)


@router.get("/{referral_id}/events")
@needs(Permission.SEE_REFERRALS)
def list_referral_events(session: Reading, caller: Caller, referral_id: UUID) -> Page[ReferralEventOut]:
    """List what happened to a referral, in order, as far as the resident agreed that you hear it."""
    return Page(items=showing.list_events(session, caller, referral_id))


@router.get("/{referral_id}/feedback")
@needs(Permission.OPEN_REFERRAL)
def show_feedback(session: Reading, caller: Caller, referral_id: UUID) -> FeedbackOut:
    """Show what the referrer hears: seen, taken on, reached, over; and no more than the resident agreed to."""
    return feedback.show_feedback(session, caller, referral_id)


@router.get("/{referral_id}/message")
@needs(Permission.OPEN_REFERRAL)
def show_message(session: Reading, caller: Caller, referral_id: UUID) -> MessageOut:
    """Show the message for the referrer's own file when it is over: how it stands, what came of it, whom to call."""
    return feedback.show_message(session, caller, referral_id)


@router.patch("/{referral_id}")
@needs(Permission.SEND_REFERRAL)
def change_referral(
    session: Writing, caller: WritingCaller, referral_id: UUID, version: SeenVersion, change: DraftChange
) -> ReferralItem:
    """Change a draft; what was sent stays as it was sent."""
    return _shell(session, caller, drafts.change_draft(session, caller, referral_id, version, change))


@router.post("/{referral_id}/submission", status_code=201)
@needs(Permission.SEND_REFERRAL)
def submit_referral(
    session: Writing, caller: WritingCaller, referral_id: UUID, version: SeenVersion, told: SubmissionIn
) -> ReferralItem:
    """Send a draft, with what the resident agreed to when the draft does not say so yet."""
    return _shell(session, caller, drafts.submit_referral(session, caller, referral_id, version, told))


@router.post("/{referral_id}/acceptance", status_code=201)
@needs(Permission.DECIDE_REFERRAL)
def accept_referral(
    session: Writing, caller: WritingCaller, referral_id: UUID, version: SeenVersion, told: AcceptanceIn
) -> ReferralItem:
    """Take a referral on; in the same go the team links the resident, or registers the resident as known."""
    return _shell(session, caller, deciding.accept_referral(session, caller, referral_id, version, told))


@router.put("/{referral_id}/owner")
@needs(Permission.ASSIGN_REFERRAL)
def assign_referral(
    session: Writing, caller: WritingCaller, referral_id: UUID, version: SeenVersion, told: AssignmentIn
) -> ReferralItem:
    """Hand a referral to a colleague who works there: by who carries it, the team leader, or who takes it up."""
    return _shell(session, caller, assigning.assign_referral(session, caller, referral_id, version, told))


@router.post("/{referral_id}/refusal", status_code=201)
@needs(Permission.DECIDE_REFERRAL)
def refuse_referral(
    session: Writing, caller: WritingCaller, referral_id: UUID, version: SeenVersion, told: RefusalIn
) -> ReferralItem:
    """Say that a referral is not taken on, why, and what else could help."""
    return _shell(session, caller, deciding.refuse_referral(session, caller, referral_id, version, told))


@router.post("/{referral_id}/attempts", status_code=201)
@needs(Permission.CARRY_REFERRAL)
def note_attempt(
    session: Writing, caller: WritingCaller, referral_id: UUID, version: SeenVersion, told: AttemptIn
) -> ReferralItem:
    """Write down that the resident was sought; when somebody was reached, it is under way."""
    return _shell(session, caller, carrying.note_attempt(session, caller, referral_id, version, told))


@router.post("/{referral_id}/pauses", status_code=201)
@needs(Permission.CARRY_REFERRAL)
def pause_referral(
    session: Writing, caller: WritingCaller, referral_id: UUID, version: SeenVersion, told: PauseIn
) -> ReferralItem:
    """Let it wait, with the reason and the day on which it is looked at again."""
    return _shell(session, caller, carrying.pause_referral(session, caller, referral_id, version, told))


@router.post("/{referral_id}/resumption", status_code=201)
@needs(Permission.CARRY_REFERRAL)
def resume_referral(session: Writing, caller: WritingCaller, referral_id: UUID, version: SeenVersion) -> ReferralItem:
    """Go on after a pause."""
    return _shell(session, caller, carrying.resume_referral(session, caller, referral_id, version))


@router.post("/{referral_id}/reroutings", status_code=201)
@found_at("/referrals")
@needs(Permission.CARRY_REFERRAL)
def reroute_referral(
    session: Writing, caller: WritingCaller, referral_id: UUID, version: SeenVersion, told: ReroutingIn
) -> ReferralReceipt:
    """Pass a referral on, to another area or another institution, with a new consent; the answer is the new one."""
    child = passing_on.reroute_referral(session, caller, referral_id, version, told)
    return listing.receipt(session, caller, child)


@router.post("/{referral_id}/outcome", status_code=201)
@needs(Permission.CARRY_REFERRAL)
def finish_referral(
    session: Writing, caller: WritingCaller, referral_id: UUID, version: SeenVersion, told: OutcomeIn
) -> ReferralItem:
    """Say what came of a referral; that closes it. An individual question may have a collective answer."""
    return _shell(session, caller, ending.finish_referral(session, caller, referral_id, version, told))


@router.post("/{referral_id}/withdrawal", status_code=201)
@needs(Permission.WITHDRAW_REFERRAL)
def withdraw_referral(
    session: Writing, caller: WritingCaller, referral_id: UUID, version: SeenVersion, told: WithdrawalIn
) -> ReferralItem:
    """Take a referral back, or write down that the resident does not want it: that needs no reason."""
    return _shell(session, caller, ending.withdraw_referral(session, caller, referral_id, version, told))


@router.post("/{referral_id}/error", status_code=201)
@needs(Permission.MARK_REFERRAL_ERROR)
def mark_error(
    session: Writing, caller: WritingCaller, referral_id: UUID, version: SeenVersion, told: ErrorIn
) -> ReferralItem:
    """Write down that it should not have been sent; what it says is wiped at once, codes and days stay."""
    return _shell(session, caller, ending.mark_error(session, caller, referral_id, version, told))


@router.put("/{referral_id}/resident")
@needs(Permission.CARRY_REFERRAL)
def link_resident(
    session: Writing, caller: WritingCaller, referral_id: UUID, version: SeenVersion, told: ResidentLinkIn
) -> ReferralItem:
    """Say which resident a referral is about, or register the resident as known with what it says."""
    return _shell(session, caller, linking.link_resident(session, caller, referral_id, version, told))


def _received(
    session: Session, caller: Actor, institution_id: UUID | None, told: ReferralIn, key: str | None
) -> ReferralReceipt:
    was_there = False

    def receive() -> Referral:
        nonlocal was_there
        if institution_id is None:
            referral, made = arriving.send_referral(session, caller, told)
        else:
            referral, made = arriving.enter_referral(session, caller, institution_id, told)
        was_there = not made
        return referral

    content = content_of("referral", institution_id or caller.institution_id, told)
    referral = once(
        session,
        caller,
        key,
        content,
        receive,
        lambda referral_id: finding.find_referral(session, caller, referral_id)[0],
    )
    return listing.receipt(session, caller, referral, was_there=was_there)


def _shell(session: Session, caller: Actor, referral: Referral) -> ReferralItem:
    return listing.receipt(session, caller, referral)
