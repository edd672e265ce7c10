"""What the referrer hears, and the message at the end."""

from uuid import UUID

from sqlmodel import Session

from bsa.errors import Conflict
from bsa.initiatives.models import Initiative
from bsa.people.queries import names_of
from bsa.permissions import Actor, Permission
from bsa.referrals.finding import find_referral, get_referral
from bsa.referrals.messages import write_message
from bsa.referrals.models import FeedbackLevel, Referral
from bsa.referrals.recording import events_of
from bsa.referrals.shapes import FeedbackOut, MessageOut
from bsa.referrals.states import ENDS, ReferralState
from bsa.referrals.telling import TOLD, Told, state_without_feedback
from bsa.referrals.terms import settings_of
from bsa.sealing import open_rows

S = ReferralState


def show_feedback(session: Session, actor: Actor, referral_id: UUID) -> FeedbackOut:
    """Show what the referrer hears of a referral, as far as the resident agreed to it; also to who prepares that."""
    referral, _ = get_referral(session, actor, referral_id, Permission.OPEN_REFERRAL)
    told = TOLD[referral.feedback]
    events = [event for event in events_of(session, referral) if event.state is S.DECLINED]
    if told >= Told.STATUS:
        open_rows(session, events)
    known, outcome = told >= Told.STATUS, told >= Told.OUTCOME
    return FeedbackOut(
        id=referral.id,
        feedback=referral.feedback,
        received=referral.requested_at is not None,
        seen=referral.seen_at is not None if known else None,
        accepted=_accepted(referral) if known else None,
        alternative=events[-1].words if known and events else None,
        reached=referral.reached_on is not None if known else None,
        closed=referral.state in ENDS if known else None,
        state=referral.state if known else state_without_feedback(referral),
        outcome=referral.outcome if outcome else None,
        joined=_title(session, referral) if outcome else None,
        call=settings_of(session).referral_phone if told >= Told.CALL else None,
    )


def show_message(session: Session, actor: Actor, referral_id: UUID) -> MessageOut:
    """Show the message to the referrer at the end: three lines, and no more than the resident agreed to."""
    feedback = show_feedback(session, actor, referral_id)
    referral, _ = find_referral(session, actor, referral_id)
    # Where nothing was agreed there is nothing to wait for: it always says the same.
    if referral.state is S.DRAFT or (referral.feedback is not FeedbackLevel.NOTHING and referral.state not in ENDS):
        raise Conflict("It is not over yet; the message is written when it is.")
    owner = names_of(session, {referral.owner_id} if referral.owner_id else set())
    whom = owner.get(referral.owner_id) if referral.owner_id else None
    settings = settings_of(session)
    lines = {
        language: write_message(
            language, feedback, organisation=settings.organisation, whom=whom, number=settings.referral_phone
        )
        for language in ("nl", "en")
    }
    return MessageOut(id=referral.id, **lines)


def _accepted(referral: Referral) -> bool | None:
    if referral.decided_at is None:
        return None
    # What was declined is over; so whatever was decided and is not declined was taken on.
    return referral.state is not S.DECLINED


def _title(session: Session, referral: Referral) -> str | None:
    if referral.initiative_id is None:
        return None
    return session.get_one(Initiative, referral.initiative_id).title
