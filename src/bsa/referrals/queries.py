"""Reading referrals, always as someone; and of what happened only what the one who referred may hear."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import IntEnum
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, case, exists, false, func, not_, or_, select
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from bsa import clock
from bsa.areas.models import Area, AreaInclusion
from bsa.areas.queries import lies_within
from bsa.errors import Conflict, NotFound
from bsa.initiatives.models import Initiative
from bsa.institutions.models import Institution
from bsa.paging import Order, cursor_after, fetch
from bsa.people.models import Account
from bsa.people.queries import names_of, opened_name
from bsa.permissions import Actor, Permission, Role, allows, require
from bsa.referrals.deeds import DEEDS, OPEN, ReferralDeed, before, may_enter
from bsa.referrals.messages import write_message
from bsa.referrals.models import (
    FeedbackLevel,
    Referral,
    ReferralDirection,
    ReferralEvent,
    ReferralResident,
    SharedThing,
    Urgency,
)
from bsa.referrals.shapes import (
    FeedbackOut,
    LinkedResident,
    MessageOut,
    ReferralContent,
    ReferralCounts,
    ReferralEventOut,
    ReferralItem,
    ReferralOut,
    ReferralQuery,
    ReferralReceipt,
)
from bsa.referrals.states import ENDS, UNDECIDED, ReferralSide, ReferralState
from bsa.residents.models import Resident, ResidentWorker
from bsa.residents.queries import get_record
from bsa.rows import locked, not_stale
from bsa.sealing import note_read, open_cell, open_rows
from bsa.settings import Settings
from bsa.shapes import Page
from bsa.trust.working_days import after_working_days

S = ReferralState
SENT: ColumnElement[datetime] = func.coalesce(col(Referral.requested_at), col(Referral.created_at))
OLDEST_FIRST = Order((SENT, False), (col(Referral.id), False))
NEWEST_FIRST = Order((SENT, True), (col(Referral.id), True))
SET_BY_REFERRER = frozenset({S.DRAFT, S.REQUESTED, S.ENTERED_IN_ERROR})
"""States that the referring side set itself, and so knows of whatever the resident agreed to."""


Parent = aliased(Referral)
"""The referral that was rerouted into this one, in lists."""


class Told(IntEnum):
    """How much somebody is told of what happened: a referrer as much as the resident agreed to, the receiver all."""

    NOTHING = 0
    STATUS = 1
    OUTCOME = 2
    CALL = 3
    ALL = 4


TOLD = {
    FeedbackLevel.NOTHING: Told.NOTHING,
    FeedbackLevel.STATUS: Told.STATUS,
    FeedbackLevel.STATUS_AND_OUTCOME: Told.OUTCOME,
    FeedbackLevel.MORE_TOGETHER: Told.CALL,
}


@dataclass(frozen=True, slots=True)
class Seen:
    """A referral as the permission table sees it for one actor: who it is between, and who looks after the resident."""

    direction: ReferralDirection
    institution_id: UUID
    area_id: UUID
    """An area of the actor's, when the referral is about one: a postcode may lie in several."""
    owner_id: UUID | None
    worker_ids: frozenset[UUID]
    """The actor, when the actor looks after a resident whom this is about."""


def visible_to(actor: Actor) -> ColumnElement[bool]:
    """Return the condition that the actor may know of the referral.

    The team knows of those in its areas, whoever took one on or looks after its resident of that one, an institution
    of its own. What was never sent only the side that wrote it knows.
    """
    ways: list[ColumnElement[bool]] = []
    outbound = col(Referral.direction) == ReferralDirection.OUTBOUND
    was_sent = col(Referral.requested_at).is_not(None)
    if actor.of_the_team:
        ways.append(and_(_in_reach(actor), was_sent))
    if actor.has(Role.ACTIVATOR):
        ways.append(or_(col(Referral.owner_id) == actor.id, and_(looks_after(actor), or_(outbound, was_sent))))
    if actor.has(Role.INSTITUTION_CONTACT) and actor.institution_id is not None:
        ways.append(and_(col(Referral.institution_id) == actor.institution_id, or_(not_(outbound), was_sent)))
    return or_(false(), *ways)


def list_referrals(session: Session, actor: Actor, wanted: ReferralQuery) -> Page[ReferralItem]:
    """List referrals as shells: those that wait oldest first, others newest first, changed ones as they changed."""
    require(actor, Permission.SEE_REFERRALS)
    rows, more = fetch(session, actor, wanted, _listed, _order(actor, wanted))
    last = rows[-1] if more else None
    return Page(
        items=[_item(session, actor, row) for row in rows],
        next_cursor=cursor_after(last.shown_at if wanted.updated_since else last.sent, last.Referral.id)
        if last
        else None,
    )


def list_of_resident(session: Session, actor: Actor, resident_id: UUID) -> list[ReferralItem]:
    """List the referrals that are about a resident, newest first, for who looks after the resident."""
    get_record(session, actor, resident_id, Permission.OPEN_RECORD)
    of_this = select(col(ReferralResident.referral_id)).where(col(ReferralResident.resident_id) == resident_id)
    rows = session.execute(NEWEST_FIRST.sort(_select(actor).where(col(Referral.id).in_(of_this)))).all()
    return [_item(session, actor, row) for row in rows]


def find_referral(session: Session, actor: Actor, referral_id: UUID) -> tuple[Referral, Seen]:
    """Return a referral that the actor may know of, cells closed; locked when the session writes."""
    query: Select[*tuple[Any, ...]] = select(
        Referral, _in_reach(actor).label("here"), looks_after(actor).label("cares")
    ).where(col(Referral.id) == referral_id, visible_to(actor))
    row = session.execute(locked(session, query, Referral)).first()
    if row is None:
        raise NotFound
    return row.Referral, _seen(actor, row)


def get_referral(
    session: Session, actor: Actor, referral_id: UUID, permission: Permission, version: int | None = None
) -> tuple[Referral, Seen]:
    """Return a referral for something that the actor may do with it."""
    referral, seen = find_referral(session, actor, referral_id)
    require(actor, permission, seen)
    not_stale(referral, version)
    return referral, seen


def receipt(session: Session, actor: Actor, referral: Referral, *, was_there: bool = False) -> ReferralReceipt:
    """Show a referral as a shell to who just did something to it; also when it went out of their sight by that."""
    row = session.execute(_select(actor).where(col(Referral.id) == referral.id)).one()
    return ReferralReceipt(**dict(_item(session, actor, row)), was_there=was_there)


def show_referral(session: Session, actor: Actor, referral_id: UUID) -> ReferralOut:
    """Show a referral, with what it says for who may open it."""
    row = session.execute(_select(actor).where(col(Referral.id) == referral_id, visible_to(actor))).first()
    if row is None:
        raise NotFound
    referral, seen = row.Referral, _seen(actor, row)
    opens = allows(actor, Permission.OPEN_REFERRAL, seen)
    events = events_of(session, referral)
    if opens:
        open_rows(session, [referral], events)
    return ReferralOut(
        **dict(_item(session, actor, row)),
        content=_content(referral) if opens and referral.wiped_at is None else None,
        residents=_residents(session, actor, referral) if row.cares else [],
        events=_events(session, actor, referral, events, opens=opens),
    )


def list_events(session: Session, actor: Actor, referral_id: UUID) -> list[ReferralEventOut]:
    """List what happened to a referral, in order, as far as the actor is told."""
    return show_referral(session, actor, referral_id).events


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
        received=referral.state is not S.DRAFT,
        seen=referral.seen_at is not None if known else None,
        accepted=_accepted(referral) if known else None,
        alternative=events[-1].words if known and events else None,
        reached=referral.reached_on is not None if known else None,
        closed=referral.state in ENDS if known else None,
        state=referral.state if known else _state_without_feedback(referral),
        outcome=referral.outcome if outcome else None,
        joined=_title(session, referral) if outcome else None,
        call=_settings(session).referral_phone if told >= Told.CALL else None,
    )


def show_message(session: Session, actor: Actor, referral_id: UUID) -> MessageOut:
    """Show the message to the referrer at the end: three lines, and no more than the resident agreed to."""
    feedback = show_feedback(session, actor, referral_id)
    referral, _ = find_referral(session, actor, referral_id)
    if referral.state not in ENDS:
        raise Conflict("It is not over yet; the message is written when it is.")
    owner = names_of(session, {referral.owner_id} if referral.owner_id else set())
    whom = owner.get(referral.owner_id) if referral.owner_id else None
    settings = _settings(session)
    lines = {
        language: write_message(
            language, feedback, organisation=settings.organisation, whom=whom, number=settings.referral_phone
        )
        for language in ("nl", "en")
    }
    return MessageOut(id=referral.id, **lines)


@dataclass(frozen=True, slots=True)
class Waits:
    """A referral that waits for who takes it on, or for who paused it: nothing of what it says."""

    id: UUID
    institution_name: str
    day: date
    until: date | None = None


def to_decide(session: Session, actor: Actor) -> list[Waits]:
    """List the referrals in the actor's areas that nobody took on or declined yet, the first first."""
    rows = session.execute(
        _waiting(actor)
        .where(
            _in_reach(actor),
            col(Referral.direction) == ReferralDirection.INBOUND,
            col(Referral.state).in_(UNDECIDED),
            col(Referral.owner_id).is_(None),
        )
        .order_by(SENT, col(Referral.id))
    ).all()
    return [
        Waits(row.Referral.id, row.name, clock.day_of(row.Referral.requested_at), decide_by(session, row.Referral))
        for row in rows
    ]


def to_review(session: Session, actor: Actor) -> list[Waits]:
    """List the actor's own referrals on hold whose day to look again has come, the first first."""
    rows = session.execute(
        _waiting(actor)
        .where(col(Referral.owner_id) == actor.id, col(Referral.review_on) <= clock.today())
        .order_by(col(Referral.review_on), col(Referral.id))
    ).all()
    return [Waits(row.Referral.id, row.name, row.Referral.review_on) for row in rows]


def referral_counts(session: Session, institution_ids: Iterable[UUID]) -> dict[UUID, ReferralCounts]:
    """Count how the team and each of these institutions answer each other's referrals."""
    wanted = list(dict.fromkeys(institution_ids))
    rows = session.execute(
        select(
            col(Referral.institution_id),
            col(Referral.direction),
            col(Referral.requested_at),
            col(Referral.decided_at),
            col(Referral.closed_at),
        ).where(col(Referral.institution_id).in_(wanted), col(Referral.requested_at).is_not(None))
    ).all()
    days = _settings(session).referral_decision_days
    counted: dict[UUID, Counter[str]] = {key: Counter() for key in wanted}
    for row in rows:
        inbound = row.direction is ReferralDirection.INBOUND
        due = after_working_days(clock.day_of(row.requested_at), days)
        counted[row.institution_id]["sent" if inbound else "received"] += 1
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


def events_of(session: Session, referral: Referral) -> list[ReferralEvent]:
    """Return the events of a referral in their order, cells closed."""
    return list(
        session.scalars(
            select(ReferralEvent)
            .where(col(ReferralEvent.referral_id) == referral.id)
            .order_by(col(ReferralEvent.number))
        )
    )


def side_of(actor: Actor, referral: Referral) -> ReferralSide:
    """Tell on which side of a referral the actor stands: the one that refers, or the one that is asked."""
    of_partner = actor.has(Role.INSTITUTION_CONTACT) and actor.institution_id == referral.institution_id
    return side_of_partner(referral) if of_partner else side_of_team(referral)


def side_of_partner(referral: Referral) -> ReferralSide:
    """Tell on which side the institution stands."""
    return ReferralSide.REFERRER if referral.direction is ReferralDirection.INBOUND else ReferralSide.RECEIVER


def side_of_team(referral: Referral) -> ReferralSide:
    """Tell on which side the team stands."""
    return ReferralSide.RECEIVER if referral.direction is ReferralDirection.INBOUND else ReferralSide.REFERRER


def seen_by(session: Session, referral: Referral) -> date | None:
    """Return the day by which a referral should be seen."""
    return _within(referral, _settings(session).referral_seen_days)


def decide_by(session: Session, referral: Referral) -> date | None:
    """Return the day by which it should be decided whether a referral is taken on."""
    return _within(referral, _settings(session).referral_decision_days)


def allowed_deeds(actor: Actor, referral: Referral, seen: Seen) -> list[str]:
    """Return what this actor may do to the referral now."""
    side = side_of(actor, referral)
    shown = referral.state if _told(actor, referral) >= Told.STATUS else _state_without_feedback(referral)
    return [deed.value for deed in ReferralDeed if _may(actor, referral, seen, deed, side, shown)]


def _may(
    actor: Actor, referral: Referral, seen: Seen, deed: ReferralDeed, side: ReferralSide, shown: ReferralState
) -> bool:
    told = DEEDS[deed]
    if shown not in before(deed) or referral.state not in before(deed) or not allows(actor, told.permission, seen):
        return False
    if told.within_the_team and not actor.of_the_team:
        return False
    if deed is ReferralDeed.RETRY:
        return side is ReferralSide.REFERRER and (not actor.of_the_team or seen.owner_id == actor.id)
    if deed is ReferralDeed.WITHDRAW:
        return True
    return not told.to or any(may_enter(state, side) for state in told.to)


def _waiting(actor: Actor) -> Select[*tuple[Any, ...]]:
    return (
        select(Referral, col(Institution.name))
        .join(Institution, col(Institution.id) == Referral.institution_id)
        .where(visible_to(actor))
    )


def _listed(actor: Actor, wanted: ReferralQuery) -> Select[*tuple[Any, ...]]:
    query = _select(actor).where(visible_to(actor))
    for wish, column in (
        (wanted.state, _shown_state(actor)),
        (wanted.direction, col(Referral.direction)),
        (wanted.institution_id, col(Referral.institution_id)),
        (wanted.external_ref, col(Referral.external_ref)),
    ):
        if wish is not None:
            query = query.where(column == wish)
    if wanted.area_id is not None:
        query = query.where(lies_within(col(Referral.area_id), wanted.area_id))
    return _narrowed(query, actor, wanted)


def _narrowed(query: Select[*tuple[Any, ...]], actor: Actor, wanted: ReferralQuery) -> Select[*tuple[Any, ...]]:
    if wanted.owner_id is not None:
        # Who took it on is told to the one who referred only as far as the resident agreed.
        query = query.where(col(Referral.owner_id) == wanted.owner_id, not_(_hidden(actor)))
    if wanted.mine:
        query = query.where(col(Referral.owner_id) == actor.id)
    if wanted.unassigned:
        inbound = col(Referral.direction) == ReferralDirection.INBOUND
        query = query.where(inbound, col(Referral.state).in_(UNDECIDED), not_(_hidden(actor)))
    if wanted.open is not None:
        still_open = _shown_state(actor).in_(OPEN)
        query = query.where(still_open if wanted.open else not_(still_open))
    if wanted.updated_since is not None:
        query = query.where(_shown_at(actor) >= wanted.updated_since)
    return query


def _order(actor: Actor, wanted: ReferralQuery) -> Order:
    if wanted.updated_since is not None:
        return Order((_shown_at(actor), False), (col(Referral.id), False))
    return OLDEST_FIRST if wanted.open or wanted.unassigned else NEWEST_FIRST


def _select(actor: Actor) -> Select[*tuple[Any, ...]]:
    query: Select[*tuple[Any, ...]] = select(
        Referral,
        col(Institution.name).label("institution_name"),
        col(Area.name).label("area_name"),
        col(Account.display_name).label("owner_name"),
        col(Initiative.title).label("initiative_title"),
        col(Parent.institution_id).label("parent_institution_id"),
        SENT.label("sent"),
        _shown_at(actor).label("shown_at"),
        _in_reach(actor).label("here"),
        looks_after(actor).label("cares"),
    )
    return (
        query.join(Institution, col(Institution.id) == Referral.institution_id)
        .join(Area, col(Area.id) == Referral.area_id)
        .outerjoin(Account, col(Account.id) == Referral.owner_id)
        .outerjoin(Initiative, col(Initiative.id) == Referral.initiative_id)
        .outerjoin(Parent, col(Parent.id) == Referral.part_of_id)
    )


def _item(session: Session, actor: Actor, row: Any) -> ReferralItem:
    referral: Referral = row.Referral
    told = _told(actor, referral)
    known, outcome, whole = told >= Told.STATUS, told >= Told.OUTCOME, told is Told.ALL
    names_owner = known and referral.owner_id is not None
    return ReferralItem(
        id=referral.id,
        version=referral.version,
        created_at=referral.created_at,
        changed_at=row.shown_at,
        allowed_actions=allowed_deeds(actor, referral, _seen(actor, row)),
        direction=referral.direction,
        institution_id=referral.institution_id,
        institution_name=row.institution_name,
        external_ref=referral.external_ref,
        area_id=referral.area_id,
        area_name=row.area_name,
        subject=referral.subject,
        urgency=referral.urgency,
        handover=referral.handover,
        feedback=referral.feedback,
        state=referral.state if known else _state_without_feedback(referral),
        owner_id=referral.owner_id if names_owner else None,
        owner_name=opened_name(session, referral.owner_id, row.owner_name) if names_owner else None,  # type: ignore[arg-type]
        mine=referral.owner_id == actor.id,
        requested_at=referral.requested_at,
        seen_by=seen_by(session, referral),
        seen_at=referral.seen_at if known else None,
        decide_by=decide_by(session, referral),
        decided_at=referral.decided_at if known else None,
        reached_on=referral.reached_on if known else None,
        closed_at=referral.closed_at if known else None,
        attempts=referral.attempts if whole else None,
        review_on=referral.review_on if known else None,
        reason=referral.reason if known else None,
        outcome=referral.outcome if outcome else None,
        initiative_id=referral.initiative_id if outcome else None,
        initiative_title=row.initiative_title if outcome else None,
        expected_answer_by=referral.expected_answer_by,
        part_of_id=referral.part_of_id if _knows_parent(actor, row) else None,
        retry_of_id=referral.retry_of_id,
        call=_settings(session).referral_phone if referral.urgency is Urgency.CALL_TODAY else None,
        wiped_on=clock.day_of(referral.wiped_at) if referral.wiped_at else None,
    )


def _knows_parent(actor: Actor, row: Any) -> bool:
    """Tell whether the actor may know what this is a part of: an institution is not told who referred before."""
    return actor.of_the_team or row.parent_institution_id == actor.institution_id


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
    told, side = _told(actor, referral), side_of(actor, referral)
    shown = [event for event in events if told >= Told.STATUS or _by_referrer(event)]
    # The names of those who work there stay with their own side.
    own = {event.entered_by_id for event in shown if event.entered_by_id and _entered_here(actor, event, side)}
    names = names_of(session, own)
    return [
        ReferralEventOut(
            id=event.id,
            number=event.number,
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
        for event in shown
    ]


def _entered_here(actor: Actor, event: ReferralEvent, side: ReferralSide) -> bool:
    return actor.of_the_team and event.side is side


def _told(actor: Actor, referral: Referral) -> Told:
    return TOLD[referral.feedback] if side_of(actor, referral) is ReferralSide.REFERRER else Told.ALL


def _by_referrer(event: ReferralEvent) -> bool:
    return event.state in SET_BY_REFERRER or (event.state is S.WITHDRAWN and event.side is ReferralSide.REFERRER)


def _state_without_feedback(referral: Referral) -> ReferralState:
    """Return the state as far as the referring side set it: a resident's own no comes without a reason."""
    taken_back = referral.state is S.WITHDRAWN and referral.reason is not None
    return referral.state if referral.state in SET_BY_REFERRER or taken_back else S.REQUESTED


def _hidden(actor: Actor) -> ColumnElement[bool]:
    """Return the condition that what the receiving side did is not told to this actor: `_state_without_feedback`."""
    return HIDDEN[ReferralDirection.INBOUND if _only_partner(actor) else ReferralDirection.OUTBOUND]


def _only_partner(actor: Actor) -> bool:
    return actor.has(Role.INSTITUTION_CONTACT) and not actor.of_the_team


def _shown_state(actor: Actor) -> ColumnElement[Any]:
    return case((_hidden(actor), S.REQUESTED), else_=col(Referral.state))


def _shown_at(actor: Actor) -> ColumnElement[Any]:
    """Return when it changed, as far as the actor is told: a silent change does not come up as news."""
    return case((_hidden(actor), SENT), else_=col(Referral.changed_at))


HIDDEN = {
    refers: and_(
        col(Referral.direction) == refers,
        col(Referral.feedback) == FeedbackLevel.NOTHING,
        col(Referral.state).not_in(SET_BY_REFERRER),
        not_(and_(col(Referral.state) == S.WITHDRAWN, col(Referral.reason).is_not(None))),
    )
    for refers in ReferralDirection
}
"""For who refers in this direction: the referrals of which they are told nothing that the other side did."""


def _in_reach(actor: Actor) -> ColumnElement[bool]:
    """Return the condition that the referral's area, or a part of it, lies in the actor's reach."""
    return exists().where(
        col(AreaInclusion.outer_id) == Referral.area_id, col(AreaInclusion.inner_id).in_(actor.area_ids)
    )


def looks_after(actor: Actor) -> ColumnElement[bool]:
    """Return the condition that the actor looks after a resident whom the referral is about."""
    return exists().where(
        col(ReferralResident.referral_id) == Referral.id,
        col(ResidentWorker.resident_id) == ReferralResident.resident_id,
        col(ResidentWorker.account_id) == actor.id,
        col(ResidentWorker.until_on).is_(None),
    )


def _is_looked_after(actor: Actor, resident_id: Any) -> ColumnElement[bool]:
    return exists().where(
        col(ResidentWorker.resident_id) == resident_id,
        col(ResidentWorker.account_id) == actor.id,
        col(ResidentWorker.until_on).is_(None),
    )


def _seen(actor: Actor, row: Any) -> Seen:
    referral: Referral = row.Referral
    return Seen(
        direction=referral.direction,
        institution_id=referral.institution_id,
        area_id=min(actor.area_ids) if row.here and referral.area_id not in actor.area_ids else referral.area_id,
        owner_id=referral.owner_id,
        worker_ids=frozenset({actor.id}) if row.cares else frozenset(),
    )


def _accepted(referral: Referral) -> bool | None:
    if referral.decided_at is None:
        return None
    # What was declined is over; so whatever was decided and is not declined was taken on.
    return referral.state is not S.DECLINED


def _title(session: Session, referral: Referral) -> str | None:
    if referral.initiative_id is None:
        return None
    return session.get_one(Initiative, referral.initiative_id).title


def _within(referral: Referral, days: int) -> date | None:
    return after_working_days(clock.day_of(referral.requested_at), days) if referral.requested_at else None


def _settings(session: Session) -> Settings:
    settings: Settings = session.info["settings"]
    return settings
