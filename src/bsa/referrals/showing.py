"""One referral, with what it says for who may open it."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, exists, select
from sqlmodel import Session, col

from bsa.errors import NotFound
from bsa.people.queries import names_of
from bsa.permissions import Actor, Permission, allows
from bsa.referrals.finding import seen_of, visible_to
from bsa.referrals.listing import select_shells, shell_of
from bsa.referrals.models import Referral, ReferralEvent, ReferralResident, SharedThing
from bsa.referrals.recording import events_of
from bsa.referrals.shapes import LinkedResident, ReferralContent, ReferralEventOut, ReferralOut
from bsa.referrals.states import ReferralSide, ReferralState
from bsa.referrals.telling import Told, by_referrer, side_of, told_to, wiped_on_told
from bsa.residents.models import Resident, ResidentWorker
from bsa.sealing import note_read, open_cell, open_rows


def show_referral(session: Session, actor: Actor, referral_id: UUID) -> ReferralOut:
    """Show a referral, with what it says for who may open it."""
    row = session.execute(select_shells(actor).where(col(Referral.id) == referral_id, visible_to(actor))).first()
    if row is None:
        raise NotFound
    referral, seen = row.Referral, seen_of(actor, row)
    gone_on = wiped_on_told(session, actor, referral)
    opens = allows(actor, Permission.OPEN_REFERRAL, seen)
    events = events_of(session, referral)
    if opens:
        open_rows(session, [referral], events)
    return ReferralOut(
        **dict(shell_of(session, actor, row)),
        content=_content(referral) if opens and referral.wiped_at is None and gone_on is None else None,
        residents=_residents(session, actor, referral) if row.cares else [],
        events=_events(session, actor, referral, events, opens=opens),
        passed_on_as_id=_passed_on_as(session, actor, referral),
    )


def list_events(session: Session, actor: Actor, referral_id: UUID) -> list[ReferralEventOut]:
    """List what happened to a referral, in order, as far as the actor is told."""
    return show_referral(session, actor, referral_id).events


def _content(referral: Referral) -> ReferralContent:
    return ReferralContent(
        question=referral.question,
        referrer_view=referral.referrer_view,
        call_name=referral.call_name,
        family_name=referral.family_name,
        contact_channel=referral.contact_channel,
        contact_value=referral.contact_value,
        message_may_be_left=referral.message_may_be_left,
        address=referral.address,
        referrer_name=referral.referrer_name,
        referrer_role=referral.referrer_role,
        referrer_callback=referral.referrer_callback,
        call_before_visit=referral.call_before_visit,
        given_on=referral.share_given_on,
        how=referral.share_how,
        by_whom=referral.consent_by,
        scope=[SharedThing(thing) for thing in referral.shared_things],
        sheet=referral.share_sheet,
    )


def _passed_on_as(session: Session, actor: Actor, referral: Referral) -> UUID | None:
    """Return what it went on as: an institution is not told to whom the team passes on."""
    if referral.state is not ReferralState.REROUTED or not actor.of_the_team:
        return None
    parts = select(col(Referral.id)).where(col(Referral.part_of_id) == referral.id, visible_to(actor))
    return session.scalar(parts.order_by(col(Referral.id).desc()).limit(1))


def _residents(session: Session, actor: Actor, referral: Referral) -> list[LinkedResident]:
    """Name the residents whom it is about, to who looks after them."""
    rows = session.execute(
        select(col(Resident.id), col(Resident.call_name), col(ReferralResident.need_id))
        .join(ReferralResident, col(ReferralResident.resident_id) == Resident.id)
        .where(col(ReferralResident.referral_id) == referral.id, _is_looked_after(actor, col(Resident.id)))
        .order_by(col(ReferralResident.id))
    ).all()
    note_read(session, [row.id for row in rows])
    return [
        LinkedResident(
            resident_id=row.id,
            call_name=open_cell(session, Resident, "call_name", row.id, row.id, row.call_name) or "",
            need_id=row.need_id,
        )
        for row in rows
    ]


def _events(
    session: Session, actor: Actor, referral: Referral, events: Sequence[ReferralEvent], *, opens: bool
) -> list[ReferralEventOut]:
    told, side = told_to(actor, referral), side_of(actor, referral)
    shown = [
        event
        for event in events
        if (told >= Told.STATUS or by_referrer(event)) and (actor.of_the_team or not event.assigns)
    ]
    # The names of those who work there stay with their own side.
    own = {event.entered_by_id for event in shown if event.entered_by_id and _entered_here(actor, event, side)}
    names = names_of(session, own)
    return [
        ReferralEventOut(
            id=event.id,
            # Its place among all says how many there are of which nothing is told.
            number=event.number if told is Told.ALL and actor.of_the_team else place,
            assigned=event.assigns,
            state=event.state,
            happened_at=event.created_at,
            side=event.side,
            entered_by_name=names.get(event.entered_by_id) if event.entered_by_id in own else None,
            reason=event.reason,
            outcome=event.outcome if told >= Told.OUTCOME else None,
            review_on=event.review_on,
            reached=event.reached,
            words=event.words if opens else None,
        )
        for place, event in enumerate(shown, 1)
    ]


def _entered_here(actor: Actor, event: ReferralEvent, side: ReferralSide) -> bool:
    return actor.of_the_team and event.side is side


def _is_looked_after(actor: Actor, resident_id: Any) -> ColumnElement[bool]:
    return exists().where(
        col(ResidentWorker.resident_id) == resident_id,
        col(ResidentWorker.account_id) == actor.id,
        col(ResidentWorker.until_on).is_(None),
    )
