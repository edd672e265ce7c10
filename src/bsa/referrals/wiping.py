"""Wiping what referrals say: when they were wrong, when the resident is erased or steps down, and in time."""

from collections.abc import Iterable, Sequence
from uuid import UUID

from sqlalchemy import or_, select
from sqlmodel import Session, col

from bsa import clock
from bsa.permissions import Actor
from bsa.referrals.deeds import OPEN
from bsa.referrals.models import Referral, ReferralResident
from bsa.referrals.recording import add_event, events_of
from bsa.referrals.states import ReferralSide, ReferralState
from bsa.residents.dooming import doom
from bsa.rows import locked
from bsa.sealing import sealed_columns
from bsa.sendings import forget_answers

S = ReferralState


def wipe(session: Session, referral: Referral) -> None:
    """Wipe what a referral says: its cells, the words of its events, and the key that opens the backups of both."""
    if referral.wiped_at is not None:
        return
    for column in sealed_columns(Referral):
        setattr(referral, column, None)
    referral.contact_channel, referral.message_may_be_left = None, None
    referral.wiped_at = clock.now()
    for event in events_of(session, referral):
        event.words = None
    forget_answers(session, [referral.id])
    doom(session, [referral.id])


def end_with_resident(session: Session, actor: Actor, resident_ids: Sequence[UUID]) -> None:
    """End the referrals that are about these residents, who are erased: the partner hears only that it is withdrawn."""
    for referral in _about(session, resident_ids):
        if referral.state in OPEN:
            add_event(session, actor, referral, S.WITHDRAWN, ReferralSide.RESIDENT)
        wipe(session, referral)
    session.flush()


def step_down_with_resident(session: Session, resident_id: UUID) -> None:
    """Wipe what referrals that are over say about a resident of whom less may be kept from now on."""
    for referral in _about(session, [resident_id]):
        if referral.state not in OPEN:
            wipe(session, referral)
    session.flush()


def _about(session: Session, resident_ids: Sequence[UUID]) -> list[Referral]:
    linked = select(col(ReferralResident.referral_id)).where(col(ReferralResident.resident_id).in_(resident_ids))
    known = _with_kin(session, session.scalars(linked).all())
    query = select(Referral).where(col(Referral.id).in_(known)).order_by(col(Referral.id))
    return list(session.scalars(locked(session, query, Referral)))


def _with_kin(session: Session, referral_ids: Iterable[UUID]) -> set[UUID]:
    """Return these referrals with what they became or came from, passed on or tried again: all of one and the same."""
    known, new = set[UUID](), set(referral_ids)
    while new:
        known |= new
        rows = session.execute(
            select(col(Referral.id), col(Referral.part_of_id), col(Referral.retry_of_id)).where(
                or_(*(column.in_(new) for column in map(col, (Referral.id, Referral.part_of_id, Referral.retry_of_id))))
            )
        ).all()
        new = {key for row in rows for key in row if key is not None} - known
    return known
