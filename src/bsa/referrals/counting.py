"""How the team and an institution answer each other's referrals, counted."""

from collections import Counter
from collections.abc import Iterable
from uuid import UUID

from sqlalchemy import false, select
from sqlmodel import Session, col

from bsa import clock
from bsa.permissions import Actor
from bsa.referrals.models import Referral, ReferralDirection
from bsa.referrals.shapes import ReferralCounts
from bsa.referrals.telling import silent_for
from bsa.referrals.terms import settings_of
from bsa.trust.working_days import after_working_days


def referral_counts(
    session: Session, institution_ids: Iterable[UUID], actor: Actor | None = None
) -> dict[UUID, ReferralCounts]:
    """Count how the team and each of these institutions answer each other's referrals.

    For an actor, those of which it is told nothing are counted as sent, and no further.
    """
    wanted = list(dict.fromkeys(institution_ids))
    rows = session.execute(
        select(
            col(Referral.institution_id),
            col(Referral.direction),
            col(Referral.requested_at),
            col(Referral.decided_at),
            col(Referral.closed_at),
            (silent_for(actor) if actor else false()).label("silent"),
        ).where(col(Referral.institution_id).in_(wanted), col(Referral.requested_at).is_not(None))
    ).all()
    days = settings_of(session).referral_decision_days
    counted: dict[UUID, Counter[str]] = {key: Counter() for key in wanted}
    for row in rows:
        inbound = row.direction is ReferralDirection.INBOUND
        due = after_working_days(clock.day_of(row.requested_at), days)
        counted[row.institution_id]["sent" if inbound else "received"] += 1
        if row.silent:
            continue
        if row.decided_at is not None:
            in_time = clock.day_of(row.decided_at) <= due
            late, good = ("decided_late", "decided_in_time") if inbound else ("answered_late", "answered_in_time")
            counted[row.institution_id][good if in_time else late] += 1
        elif row.closed_at is None:
            counted[row.institution_id]["waiting" if inbound else "unanswered"] += 1
    names = [name for name in ReferralCounts.model_fields if name != "institution_id"]
    return {
        key: ReferralCounts(institution_id=key, **{name: counts[name] for name in names})
        for key, counts in counted.items()
    }
