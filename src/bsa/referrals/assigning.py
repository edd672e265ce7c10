"""Who of the team carries a referral: handed to a colleague, or back in the inbox when its owner left."""

from uuid import UUID

from sqlalchemy import and_, exists, or_, select
from sqlmodel import Session, col

from bsa.database import Database
from bsa.errors import Conflict, invalid
from bsa.people.models import Account, AccountRole
from bsa.people.queries import find_colleague
from bsa.permissions import Actor, Role
from bsa.referrals.checking import for_deed
from bsa.referrals.deed_shapes import AssignmentIn
from bsa.referrals.deeds import ReferralDeed
from bsa.referrals.finding import links_of
from bsa.referrals.models import Referral, ReferralDirection
from bsa.referrals.recording import assign
from bsa.referrals.states import AT_WORK, UNDECIDED
from bsa.residents.models import ResidentWorker
from bsa.rows import locked


def assign_referral(
    session: Session, actor: Actor, referral_id: UUID, version: int | None, told: AssignmentIn
) -> Referral:
    """Hand a referral to a colleague: by who carries it, by the team leader, or by who takes up what nobody carries."""
    referral = for_deed(session, actor, referral_id, version, ReferralDeed.ASSIGN)
    outbound = referral.direction is ReferralDirection.OUTBOUND
    if referral.state in UNDECIDED and not outbound:
        raise Conflict("Nobody took this referral on yet. Take it on, or let a colleague take it on, first.")
    colleague = find_colleague(session, actor, told.owner_id, at="owner_id", works_in=referral.area_id)
    if outbound and not _looks_after(session, referral, colleague.id):
        raise invalid(
            "owner_id", "not_assigned", "Choose a colleague who looks after the resident: the partner calls them."
        )
    if colleague.id != referral.owner_id:
        assign(session, actor, referral, colleague.id)
    return referral


def free_left(database: Database) -> int:
    """Bring open referrals whose owner left back to the inbox of the team; return how many."""
    with database.reading() as session:
        if session.execute(LEFT.limit(1)).first() is None:
            return 0
    with database.writing() as session:
        found = list(session.scalars(locked(session, LEFT, Referral)))
        for referral in found:
            assign(session, None, referral, None)
    return len(found)


def _looks_after(session: Session, referral: Referral, account_id: UUID) -> bool:
    residents = [link.resident_id for link in links_of(session, referral)]
    found = session.scalar(
        select(col(ResidentWorker.id)).where(
            col(ResidentWorker.resident_id).in_(residents),
            col(ResidentWorker.account_id) == account_id,
            col(ResidentWorker.until_on).is_(None),
        )
    )
    return found is not None


IS_ACTIVATOR = exists().where(
    col(AccountRole.account_id) == Account.id, col(AccountRole.role) == Role.ACTIVATOR, col(Account.active)
)
LEFT = (
    select(Referral)
    .join(Account, and_(col(Account.id) == Referral.owner_id))
    .where(
        col(Referral.direction) == ReferralDirection.INBOUND,
        or_(col(Referral.state).in_(AT_WORK), col(Referral.state).in_(UNDECIDED)),
        ~IS_ACTIVATOR,
    )
    .order_by(col(Referral.id))
)
"""The open referrals to the team that are carried by somebody who no longer works as an activator."""
