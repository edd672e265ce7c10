"""How a referral ends: with an outcome, taken back, or as an error."""

from uuid import UUID

from sqlalchemy import delete, select
from sqlmodel import Session, col

from bsa import clock
from bsa.errors import N_, Fault, Invalid, NotFound, invalid
from bsa.initiatives.actions import add_participant
from bsa.initiatives.models import Participant, ParticipantPart
from bsa.initiatives.queries import find_initiative
from bsa.initiatives.shapes import ParticipantIn
from bsa.permissions import Actor
from bsa.referrals.checking import for_deed
from bsa.referrals.deed_shapes import ErrorIn, OutcomeIn, WithdrawalIn
from bsa.referrals.deeds import ReferralDeed
from bsa.referrals.finding import links_of, looks_after
from bsa.referrals.models import Referral, ReferralResident
from bsa.referrals.recording import add_event
from bsa.referrals.states import ENTRIES, ReferralOutcome, ReferralReason, ReferralSide, ReferralState
from bsa.referrals.telling import side_of
from bsa.referrals.wiping import wipe
from bsa.residents.actions import consents_to
from bsa.residents.models import ConsentScope
from bsa.rows import locked

D = ReferralDeed
S = ReferralState


def finish_referral(
    session: Session, actor: Actor, referral_id: UUID, version: int | None, told: OutcomeIn
) -> Referral:
    """Say what came of a referral; that closes it. Who joined an initiative takes part in it, when that was agreed."""
    referral = for_deed(session, actor, referral_id, version, D.FINISH)
    joined = told.outcome is ReferralOutcome.JOINED_INITIATIVE
    if joined is (told.initiative_id is None):
        message = N_("Choose the initiative that was joined.") if joined else N_("Leave this out: nobody joined.")
        raise Invalid(Fault(("initiative_id",), "required" if joined else "not_needed", message))
    initiative_id = _joined(session, actor, told.initiative_id) if told.initiative_id else None
    state = next(state for state in (S.COMPLETED, S.FAILED) if told.outcome in ENTRIES[state].outcomes)
    add_event(
        session,
        actor,
        referral,
        state,
        ReferralSide.RECEIVER,
        outcome=told.outcome,
        initiative_id=initiative_id,
    )
    if initiative_id is not None:
        _let_take_part(session, actor, referral, initiative_id)
    return referral


def withdraw_referral(
    session: Session, actor: Actor, referral_id: UUID, version: int | None, told: WithdrawalIn
) -> Referral:
    """Take a referral back, or write down that the resident does not want it, for which no reason is asked or kept."""
    referral = for_deed(session, actor, referral_id, version, D.WITHDRAW, even_restricted=True)
    if told.by_side is ReferralSide.RECEIVER:
        raise invalid("by_side", "side", "The one who is asked does not withdraw it, but declines it or closes it.")
    if told.by_side is ReferralSide.REFERRER and side_of(actor, referral) is not ReferralSide.REFERRER:
        raise invalid("by_side", "side", "Only the one who referred takes it back. Choose: the resident says no.")
    reason = None if told.by_side is ReferralSide.RESIDENT else told.reason
    if told.by_side is ReferralSide.RESIDENT and side_of(actor, referral) is ReferralSide.REFERRER:
        # Of the resident nothing is asked; that it was the resident's no is how the referrer knows that it entered it.
        reason = ReferralReason.RESIDENT_ASKED
    # Also when it is over already, for who is not told that: then only the event stands.
    add_event(session, actor, referral, S.WITHDRAWN, told.by_side, reason=reason)
    return referral


def mark_error(session: Session, actor: Actor, referral_id: UUID, version: int | None, told: ErrorIn) -> Referral:
    """Write down that a referral should not have been sent; what it says is wiped at once, the shell stays."""
    referral = for_deed(session, actor, referral_id, version, D.MARK_ERROR, even_restricted=True)
    for one in [referral, *_parts(session, referral)]:
        wipe(session, one)
        add_event(session, actor, one, S.ENTERED_IN_ERROR, ReferralSide.REFERRER, reason=told.reason)
        session.execute(delete(ReferralResident).where(col(ReferralResident.referral_id) == one.id))
    return referral


def _parts(session: Session, referral: Referral) -> list[Referral]:
    """Return what a referral was passed on into, and that again: copies of what it says."""
    query = select(Referral).where(col(Referral.part_of_id) == referral.id).order_by(col(Referral.id))
    found = list(session.scalars(locked(session, query, Referral)))
    further = [part for one in found for part in _parts(session, one)]
    return [one for one in [*found, *further] if one.state is not S.ENTERED_IN_ERROR]


def _joined(session: Session, actor: Actor, initiative_id: UUID) -> UUID:
    try:
        return find_initiative(session, actor, initiative_id).id
    except NotFound:
        raise invalid("initiative_id", "unknown", "There is no such initiative. Choose one from the list.") from None


def _let_take_part(session: Session, actor: Actor, referral: Referral, initiative_id: UUID) -> None:
    """Let the residents take part who agreed to be introduced to others, and do not take part yet."""
    for link in links_of(session, referral):
        consent = consents_to(session, link.resident_id, ConsentScope.TO_BE_INTRODUCED)
        takes_part = session.scalar(
            select(col(Participant.id)).where(
                col(Participant.initiative_id) == initiative_id,
                col(Participant.resident_id) == link.resident_id,
                col(Participant.until_on).is_(None),
            )
        )
        looked_after = session.scalar(
            select(col(Referral.id)).where(col(Referral.id) == referral.id, looks_after(actor))
        )
        if consent is not None and takes_part is None and looked_after is not None:
            told = ParticipantIn(
                resident_id=link.resident_id, part=ParticipantPart.TAKES_PART, consented_on=clock.today()
            )
            add_participant(session, actor, initiative_id, told)
