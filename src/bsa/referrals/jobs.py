"""What the worker process does about referrals: it notes that one was seen, and wipes what those that are over say."""

from datetime import timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlmodel import Session, col

from bsa import clock
from bsa.access_log import AccessLine
from bsa.database import Database
from bsa.people.models import Account
from bsa.referrals.deeds import OPEN
from bsa.referrals.models import Referral, ReferralDirection
from bsa.referrals.recording import add_event
from bsa.referrals.states import ReferralSide, ReferralState
from bsa.referrals.terms import kept_days
from bsa.referrals.wiping import wipe
from bsa.rows import locked


def see_opened(database: Database) -> int:
    """Note of each referral that somebody of the side that is asked opened it; return how many were seen.

    Whoever opens a referral leaves a line in the access log, and a reading writes nothing else. So it is read off that.
    """
    with database.reading() as session:
        opened = session.execute(_opened().limit(1)).first()
    if opened is None:
        # Each minute there is mostly nothing to write; nobody who writes has to wait for that.
        return 0
    with database.writing() as session:
        return note_opened(session)


def note_opened(session: Session) -> int:
    """Note of each referral that was opened that it is seen, since it was opened first."""
    rows = session.execute(locked(session, _opened(), Referral)).all()
    for row in rows:
        referral = session.get_one(Referral, row.id)
        add_event(session, None, referral, ReferralState.SEEN, ReferralSide.RECEIVER, at=row.first_at)
    return len(rows)


def wipe_old(database: Database) -> int:
    """Wipe what referrals say that were over for long enough; their states and days stay. Return how many."""
    with database.writing() as session:
        query = select(Referral).where(col(Referral.wiped_at).is_(None), _over(session)).order_by(col(Referral.id))
        old = list(session.scalars(locked(session, query, Referral)))
        for referral in old:
            _end_draft(session, referral)
            wipe(session, referral)
            referral.touch()
        session.flush()
    return len(old)


def _opened() -> Select[*tuple[Any, ...]]:
    """Select the referrals that wait to be seen and were opened by the side that is asked, and when first."""
    of_partner = and_(col(Account.institution_id).is_not(None), col(Account.institution_id) == Referral.institution_id)
    inbound = col(Referral.direction) == ReferralDirection.INBOUND
    asked = or_(and_(inbound, or_(col(Account.institution_id).is_(None), ~of_partner)), and_(~inbound, of_partner))
    first_at = (
        select(func.min(col(AccessLine.created_at)))
        .join(Account, col(Account.id) == AccessLine.account_id)
        .where(col(AccessLine.resident_id) == Referral.id, col(AccessLine.created_at) >= Referral.requested_at, asked)
        .correlate(Referral)
        .scalar_subquery()
    )
    return select(col(Referral.id), first_at.label("first_at")).where(
        col(Referral.state) == ReferralState.REQUESTED, first_at.is_not(None)
    )


def _over(session: Session) -> ColumnElement[bool]:
    soon, later = (clock.now() - timedelta(days=kept_days(session, taken_on=one)) for one in (False, True))
    not_taken_on = col(Referral.state).in_((ReferralState.DECLINED, ReferralState.WITHDRAWN))
    return or_(
        and_(col(Referral.state).not_in(OPEN), col(Referral.closed_at) <= later),
        and_(not_taken_on, col(Referral.closed_at) <= soon),
        and_(col(Referral.state) == ReferralState.DRAFT, col(Referral.changed_at) <= soon),
    )


def _end_draft(session: Session, referral: Referral) -> None:
    if referral.state is ReferralState.DRAFT:
        add_event(session, None, referral, ReferralState.WITHDRAWN, ReferralSide.RESIDENT)
