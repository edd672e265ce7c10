"""Reading the portal of an institution, as somebody who signs in for it."""

from collections.abc import Iterable
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import BindParameter, bindparam, select
from sqlmodel import Session, col

from bsa import clock
from bsa.asks.models import AskState
from bsa.asks.queries import list_asks
from bsa.asks.shapes import AskQuery
from bsa.asks.standing import WAITING
from bsa.commitments.models import Commitment, CommitmentState
from bsa.commitments.queries import list_commitments
from bsa.commitments.shapes import CommitmentItem, CommitmentQuery
from bsa.commitments.standing import OPEN_STATES
from bsa.errors import NotAllowed
from bsa.institutions.queries import find_institution
from bsa.permissions import Actor, Permission, require
from bsa.portal.shapes import PortalCommitment, PortalOut
from bsa.referrals.counting import referral_counts
from bsa.referrals.listing import list_referrals
from bsa.referrals.models import ReferralDirection
from bsa.referrals.shapes import ReferralQuery
from bsa.referrals.states import UNDECIDED

COMING_DAYS = 14
MOST = 200
LATELY = 5
"""So many of the last verdicts are shown."""

WAITS_FOR_ANSWER = WAITING | {AskState.UNANSWERED}


def show_portal(session: Session, actor: Actor) -> PortalOut:
    """Show what waits for the own institution: what to answer, to confirm and to keep, and what residents judge."""
    require(actor, Permission.SEE_PORTAL)
    if actor.institution_id is None:
        raise NotAllowed("This account belongs to no institution yet. The administrator can say to which.")
    institution = find_institution(session, actor, actor.institution_id)
    asks = list_asks(session, actor, AskQuery(institution_id=institution.id, open=True, limit=MOST)).items
    wanted = CommitmentQuery(institution_id=institution.id, open=True, limit=MOST)
    open_ones = list_commitments(session, actor, wanted).items
    over = CommitmentQuery(institution_id=institution.id, state=CommitmentState.JUDGED, latest_first=True, limit=LATELY)
    judged = list_commitments(session, actor, over).items
    referred, asked_of_us = (
        list_referrals(session, actor, ReferralQuery(direction=direction, open=True, limit=MOST)).items
        for direction in (ReferralDirection.INBOUND, ReferralDirection.OUTBOUND)
    )
    known = _with_days(session, [*open_ones, *judged])
    promised = [known[one.id] for one in open_ones if one.state in OPEN_STATES and one.state != "proposed"]
    ahead = [one for one in promised if not one.late]
    coming = [one for one in ahead if one.days_left <= COMING_DAYS]
    return PortalOut(
        institution_id=institution.id,
        institution_name=institution.name,
        to_answer=[ask for ask in asks if ask.state in WAITS_FOR_ANSWER],
        to_confirm=[known[one.id] for one in open_ones if one.state is CommitmentState.PROPOSED],
        late=[one for one in promised if one.late],
        coming=coming,
        further=len(ahead) - len(coming),
        judging=[known[one.id] for one in open_ones if one.state is CommitmentState.CLAIMED],
        judged=[known[one.id] for one in judged],
        to_decide=[one for one in asked_of_us if one.state in UNDECIDED],
        referred=referred,
        referral_counts=referral_counts(session, [institution.id], actor)[institution.id],
    )


def _with_days(session: Session, items: Iterable[CommitmentItem]) -> dict[UUID, PortalCommitment]:
    """Add to commitments how many days are left, and until when residents judge."""
    found = {one.id: one for one in items}
    until = dict(session.execute(WINDOWS, {"ids": list(found)}).all())
    today = clock.today()
    return {
        key: PortalCommitment.model_construct(
            **dict(one), days_left=(one.due_on - today).days, judged_until=_open(one, until.get(key), today)
        )
        for key, one in found.items()
    }


def _open(commitment: CommitmentItem, until: date | None, today: date) -> date | None:
    """Return the last day of judging when it can be judged now: reported, or its day passed in silence."""
    can_be_judged = commitment.claimed_on is not None or commitment.due_on < today
    return until if until is not None and until >= today and can_be_judged else None


IDS: BindParameter[Any] = bindparam("ids", expanding=True)
WINDOWS = select(col(Commitment.id), col(Commitment.window_until)).where(col(Commitment.id).in_(IDS))
