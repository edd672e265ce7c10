"""Reading the ledger, always as someone; and the part of it that everybody may read."""

from collections.abc import Iterable
from datetime import date
from typing import Any
from uuid import UUID

from pydantic import TypeAdapter
from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Select,
    SQLColumnExpression,
    Uuid,
    and_,
    bindparam,
    case,
    exists,
    false,
    func,
    or_,
    select,
)
from sqlmodel import Session, col

from bsa import clock
from bsa.areas.models import Area, Level
from bsa.areas.queries import BY_NAME, area_out, lies_within
from bsa.areas.shapes import AreaOut
from bsa.asks.models import Source
from bsa.commitments.deeds import allowed_deeds
from bsa.commitments.models import (
    Commitment,
    CommitmentEvent,
    CommitmentState,
    Verdict,
    VerdictQuote,
    Visibility,
)
from bsa.commitments.models import CommitmentEventKind as Kind
from bsa.commitments.shapes import (
    CommitmentEventOut,
    CommitmentItem,
    CommitmentOut,
    CommitmentQuery,
    LedgerEntry,
    PublicCommitment,
    PublicCounts,
    PublicEvent,
    QuoteOut,
    VerdictOut,
)
from bsa.commitments.standing import OPEN_STATES, Standing, VerdictRules, standing
from bsa.errors import NotFound
from bsa.forums.queries import has_a_seat_for
from bsa.initiatives.models import Initiative
from bsa.institutions.models import Institution
from bsa.paging import Order, as_stored, cursor_after, fetch
from bsa.people.queries import names_of
from bsa.permissions import Actor, Permission, Role, require
from bsa.questions import TODAY, put
from bsa.rows import locked, not_stale
from bsa.sealing import open_rows
from bsa.shapes import Listing, Page

SOONEST_FIRST = Order((col(Commitment.due_on), False), (col(Commitment.id), False))
ENTERED_LAST_FIRST = Order((col(CommitmentEvent.id), True))
LATEST_FIRST = Order((col(Commitment.due_on), True), (col(Commitment.id), True))


def visible_to(actor: Actor) -> ColumnElement[bool]:
    """Return the condition that the actor may read the commitment."""
    ways: list[ColumnElement[bool]] = []
    here = col(Commitment.area_id).in_(actor.area_ids)
    if actor.of_the_team:
        ways.append(here)
    if actor.has(Role.INSTITUTION_CONTACT) and actor.institution_id is not None:
        ways.append(col(Commitment.institution_id) == actor.institution_id)
        shown = col(Commitment.visibility) != Visibility.TEAM
        ways.append(and_(shown, has_a_seat_for(actor, col(Commitment.area_id))))
    if actor.has(Role.POLICY_OFFICER):
        ways.append(and_(here, col(Commitment.visibility).in_([Visibility.NEIGHBOURHOOD, Visibility.PUBLIC])))
    return or_(false(), *ways)


def rules_of(session: Session) -> VerdictRules:
    """Return the installation's rules of judging."""
    settings = session.info["settings"]
    return VerdictRules(settings.verdict_window_days, settings.verdict_minimum_voters)


def list_commitments(session: Session, actor: Actor, wanted: CommitmentQuery) -> Page[CommitmentItem]:
    """List commitments by their due day."""
    require(actor, Permission.SEE_COMMITMENTS)
    order = LATEST_FIRST if wanted.latest_first else SOONEST_FIRST
    rows, more = fetch(session, actor, wanted, _listed, order, shown=ITEMS)
    items = SHOWN.validate_python([dict(zip(FIELDS, row, strict=True)) for row in rows])
    return Page(items=items, next_cursor=cursor_after(items[-1].due_on, items[-1].id) if more else None)


def find_commitment(session: Session, actor: Actor, commitment_id: UUID, version: int | None = None) -> Commitment:
    """Return a commitment that the actor may read; locked when the session writes."""
    query, values = put(_one, actor)
    found = session.execute(locked(session, query, Commitment), values | {"commitment_id": commitment_id})
    commitment: Commitment | None = found.scalar_one_or_none()
    if commitment is None:
        raise NotFound
    not_stale(commitment, version)
    return commitment


def events_of(session: Session, commitment_id: UUID) -> list[CommitmentEvent]:
    """Return the events of a commitment, in their order."""
    return _events_of_all(session, [commitment_id]).get(commitment_id, [])


def show_commitment(session: Session, actor: Actor, commitment_id: UUID) -> CommitmentOut:
    """Show a commitment with its history."""
    return commitment_out(session, actor, find_commitment(session, actor, commitment_id))


def commitment_out(session: Session, actor: Actor, commitment: Commitment) -> CommitmentOut:
    """Draw up a commitment: its standing is folded from its events, not read from its columns."""
    events = events_of(session, commitment.id)
    today = clock.today()
    stands = standing(events, today, rules_of(session))
    quotes = _quotes(session, [commitment.id], public=not actor.of_the_team)
    smallest = session.info["settings"].verdict_counts_from

    def few(event: CommitmentEvent) -> bool:
        # What few slips said nobody is told, the team neither: it knows to whom it gave them.
        return event.by_slips and (event.kept or 0) + (event.partly or 0) + (event.not_kept or 0) < smallest

    names = names_of(session, {event.entered_by_id for event in events})
    around = session.execute(AROUND, {"commitment_id": commitment.id}).one()
    return CommitmentOut(
        id=commitment.id,
        version=commitment.version,
        created_at=commitment.created_at,
        changed_at=commitment.changed_at,
        allowed_actions=allowed_deeds(actor, commitment, stands, today, rules_of(session)),
        ask_id=commitment.ask_id,
        initiative_id=commitment.initiative_id,
        initiative_title=around.initiative_title,
        area_id=commitment.area_id,
        area_name=around.area_name,
        institution_id=commitment.institution_id,
        institution_name=around.institution_name,
        promise=commitment.promise,
        residents_words=commitment.residents_words,
        sign=commitment.sign,
        condition=commitment.condition,
        mandate=commitment.mandate,
        visibility=stands.visibility,
        state=stands.state,
        first_due_on=stands.first_due_on,
        due_on=stands.due_on,
        proposed_due_on=stands.proposed_due_on,
        claimed_on=stands.claimed_on,
        late=stands.late(today),
        contested=stands.contested,
        moved_count=stands.moved_count,
        reopened_count=stands.reopened_count,
        verdict=_verdict_out(session, stands, today, inside=actor.of_the_team and not any(map(few, events))),
        events=[
            _event_out(event, names.get(event.entered_by_id, ""), inside=actor.of_the_team, counted=not few(event))
            for event in events
        ],
        quotes=[
            QuoteOut(id=quote.id, words=quote.words, may_be_public=quote.may_be_public)
            for quote in quotes.get(commitment.id, [])
        ],
    )


def list_public(session: Session, area_id: UUID, wanted: Listing) -> Page[PublicCommitment]:
    """List what everybody may read of the ledger of an area, soonest first."""
    rows, more = fetch(session, None, wanted, _public, SOONEST_FIRST, area_id=area_id)
    found = [row[0] for row in rows]
    items = public_out(session, found, {row[0].institution_id: row[1] for row in rows})
    return Page(items=items, next_cursor=cursor_after(found[-1].due_on, found[-1].id) if more else None)


def list_public_neighbourhoods(session: Session, wanted: Listing) -> Page[AreaOut]:
    """List the neighbourhoods in which something of the ledger is public, by name."""
    rows, more = fetch(session, None, wanted, _public_neighbourhoods, BY_NAME)
    areas = [row[0] for row in rows]
    return Page(
        items=[area_out(None, area) for area in areas],
        next_cursor=cursor_after(areas[-1].name, areas[-1].id) if more else None,
    )


def show_public_neighbourhood(session: Session, area_id: UUID) -> AreaOut:
    """Show a neighbourhood that has something in the public ledger."""
    area = session.scalar(PUBLIC_NEIGHBOURHOOD, {"area_id": area_id})
    if area is None:
        raise NotFound
    return area_out(None, area)


def public_out(
    session: Session, commitments: list[Commitment], institutions: dict[UUID, str]
) -> list[PublicCommitment]:
    """Draw up commitments as everybody may read them; also the preview that is approved before."""
    today = clock.today()
    quotes = _quotes(session, [commitment.id for commitment in commitments], public=True)
    histories = _events_of_all(session, [commitment.id for commitment in commitments])
    drawn = []
    for commitment in commitments:
        stands = standing(histories[commitment.id], today, rules_of(session))
        drawn.append(
            PublicCommitment(
                id=commitment.id,
                institution_name=institutions[commitment.institution_id],
                promise=commitment.promise,
                residents_words=commitment.residents_words,
                sign=commitment.sign,
                condition=commitment.condition,
                state=stands.state,
                first_due_on=stands.first_due_on,
                due_on=stands.due_on,
                late=stands.late(today),
                moved_count=stands.moved_count,
                reopened_count=stands.reopened_count,
                verdict=_verdict_out(session, stands, today, inside=False),
                quotes=[quote.words for quote in quotes.get(commitment.id, [])],
                events=[_public_event(event) for event in histories[commitment.id] if event.kind in TOLD_TO_ALL],
                changed_at=histories[commitment.id][-1].created_at,
            )
        )
    return drawn


def show_public_commitment(session: Session, area_id: UUID, commitment_id: UUID) -> PublicCommitment:
    """Show a commitment of the public ledger of an area."""
    query, values = put(_public, None, Listing())
    one = query.where(col(Commitment.id) == bindparam("commitment_id", type_=Uuid))
    row = session.execute(one, values | {"area_id": area_id, "commitment_id": commitment_id}).one_or_none()
    if row is None:
        raise NotFound
    return public_out(session, [row[0]], {row[0].institution_id: row[1]})[0]


def list_public_events(session: Session, area_id: UUID, wanted: Listing) -> Page[LedgerEntry]:
    """List what happened in the public ledger of an area, what was entered last first."""
    rows, more = fetch(session, None, wanted, _public_events, ENTERED_LAST_FIRST, area_id=area_id)
    items = [
        LedgerEntry(
            id=event.id,
            kind=event.kind,
            happened_on=event.happened_on,
            entered_at=event.created_at,
            due_on=event.due_on,
            residents_agreed=event.residents_agreed,
            commitment_id=event.commitment_id,
            institution_name=name,
            residents_words=words,
        )
        for event, name, words in rows
    ]
    return Page(items=items, next_cursor=cursor_after(items[-1].id) if more else None)


def count_public(session: Session, area_id: UUID) -> PublicCounts:
    """Count how the public commitments of an area stand."""
    query, values = put(_counted, None)
    found: dict[str, int] = dict.fromkeys(PublicCounts.model_fields, 0)
    for state, outcome, late, number in session.execute(query, values | {"area_id": area_id}):
        over = {CommitmentState.JUDGED: outcome, CommitmentState.WITHDRAWN: state}.get(state)
        found[over or "open"] += number
        if late:
            found["late"] += number
    return PublicCounts(**found)


def preview(session: Session, actor: Actor, commitment_id: UUID) -> PublicCommitment:
    """Show a commitment as everybody would read it, to the person who is to approve that."""
    commitment = find_commitment(session, actor, commitment_id)
    require(actor, Permission.PUBLISH_COMMITMENT, commitment)
    name = session.get_one(Institution, commitment.institution_id).name
    return public_out(session, [commitment], {commitment.institution_id: name})[0]


def _public(_nobody: None, _wanted: Listing) -> Select[Any]:
    query: Select[Any] = select(Commitment, Institution.name)  # type: ignore[call-overload]
    return query.join(Institution, col(Institution.id) == Commitment.institution_id).where(
        col(Commitment.visibility) == Visibility.PUBLIC,
        lies_within(col(Commitment.area_id), bindparam("area_id", type_=Uuid)),
    )


def _public_events(_nobody: None, _wanted: Listing) -> Select[*tuple[Any, ...]]:
    query: Any = select(CommitmentEvent, col(Institution.name), col(Commitment.residents_words))
    told: Select[*tuple[Any, ...]] = (
        query.join(Commitment, col(Commitment.id) == CommitmentEvent.commitment_id)
        .join(Institution, col(Institution.id) == Commitment.institution_id)
        .where(
            col(Commitment.visibility) == Visibility.PUBLIC,
            lies_within(col(Commitment.area_id), bindparam("area_id", type_=Uuid)),
            col(CommitmentEvent.kind).in_(TOLD_TO_ALL),
        )
    )
    return told


def _counted(_nobody: None, _wanted: None) -> Select[*tuple[Any, ...]]:
    standing_now = (STATE.label("state"), OUTCOME.label("outcome"), LATE.label("late"))
    public = and_(
        col(Commitment.visibility) == Visibility.PUBLIC,
        lies_within(col(Commitment.area_id), bindparam("area_id", type_=Uuid)),
    )
    each = select(*standing_now).where(public).subquery()
    return select(each.c.state, each.c.outcome, each.c.late, func.count()).group_by(
        each.c.state, each.c.outcome, each.c.late
    )


def _public_neighbourhoods(_nobody: None, _wanted: Listing) -> Select[Any]:
    return select(Area).where(col(Area.level) == Level.NEIGHBOURHOOD, _told_publicly())


def _told_publicly() -> ColumnElement[bool]:
    """Return the condition that something of the ledger of an area is public."""
    return exists().where(
        col(Commitment.visibility) == Visibility.PUBLIC, lies_within(col(Commitment.area_id), col(Area.id))
    )


TOLD_TO_ALL = frozenset(Kind) - {Kind.PUBLISHED}
"""What is told of a public commitment; who may read it is told by its being there."""

AS_STORED = (
    "id",
    "version",
    "ask_id",
    "initiative_id",
    "area_id",
    "institution_id",
    "promise",
    "residents_words",
    "mandate",
    "visibility",
    "first_due_on",
    "due_on",
    "claimed_on",
    "moved_count",
    "reopened_count",
)


CLOSED_BY_TIME = and_(
    col(Commitment.window_until) < TODAY,
    col(Commitment.outcome).is_(None),
    col(Commitment.state).in_([*OPEN_STATES, CommitmentState.CLAIMED]),
)
STATE: ColumnElement[CommitmentState] = case((CLOSED_BY_TIME, CommitmentState.JUDGED), else_=col(Commitment.state))
OUTCOME: ColumnElement[Verdict] = case(
    (CLOSED_BY_TIME, col(Commitment.outcome_at_close)), else_=col(Commitment.outcome)
)
LATE: ColumnElement[bool] = and_(
    col(Commitment.state) != CommitmentState.WITHDRAWN,
    col(Commitment.claimed_on).is_(None),
    col(Commitment.due_on) < TODAY,
    or_(OUTCOME.is_(None), OUTCOME == Verdict.UNJUDGED),
)
OVER: ColumnElement[bool] = and_(STATE.in_([CommitmentState.JUDGED, CommitmentState.WITHDRAWN]), ~LATE)
"""A silence that nobody judged settles nothing: it stays open, and late."""
FIELDS: dict[str, SQLColumnExpression[Any]] = {
    **{name: getattr(Commitment, name) for name in AS_STORED},
    "initiative_title": col(Initiative.title),
    "area_name": col(Area.name),
    "institution_name": col(Institution.name),
    "state": STATE,
    "outcome": OUTCOME,
    "late": LATE,
}
ITEMS: Select[Any] = (
    select(*(as_stored(name, column) for name, column in FIELDS.items()))
    .join(Initiative, col(Initiative.id) == Commitment.initiative_id)
    .join(Area, col(Area.id) == Commitment.area_id)
    .join(Institution, col(Institution.id) == Commitment.institution_id)
)
PUBLIC_NEIGHBOURHOOD = select(Area).where(col(Area.id) == bindparam("area_id", type_=Uuid), _told_publicly())
AROUND: Select[*tuple[Any, ...]] = (
    select(
        col(Initiative.title).label("initiative_title"),
        col(Area.name).label("area_name"),
        col(Institution.name).label("institution_name"),
    )
    .select_from(Commitment)
    .join(Initiative, col(Initiative.id) == Commitment.initiative_id)
    .join(Area, col(Area.id) == Commitment.area_id)
    .join(Institution, col(Institution.id) == Commitment.institution_id)
    .where(col(Commitment.id) == bindparam("commitment_id", type_=Uuid))
)
IDS: BindParameter[Any] = bindparam("ids", expanding=True)
EVENTS = (
    select(CommitmentEvent).where(col(CommitmentEvent.commitment_id).in_(IDS)).order_by(col(CommitmentEvent.number))
)
QUOTES = select(VerdictQuote).where(col(VerdictQuote.commitment_id).in_(IDS)).order_by(col(VerdictQuote.id))
PUBLIC_QUOTES = QUOTES.where(col(VerdictQuote.may_be_public))
SHOWN = TypeAdapter(list[CommitmentItem])


def _one(actor: Actor, _wanted: None) -> Select[Any]:
    return select(Commitment).where(col(Commitment.id) == bindparam("commitment_id", type_=Uuid), visible_to(actor))


def _listed(actor: Actor, wanted: CommitmentQuery) -> Select[Any]:
    query = select(col(Commitment.id)).where(visible_to(actor))
    if wanted.area_id is not None:
        query = query.where(lies_within(col(Commitment.area_id), wanted.area_id))
    for name in ("institution_id", "initiative_id", "ask_id"):
        if getattr(wanted, name) is not None:
            query = query.where(getattr(Commitment, name) == getattr(wanted, name))
    if wanted.state:
        query = query.where(STATE.in_([wanted.state]))
    if wanted.outcome:
        query = query.where(OUTCOME.in_([wanted.outcome]))
    if wanted.late is not None:
        query = query.where(LATE if wanted.late else ~LATE)
    if wanted.open is not None:
        query = query.where(~OVER if wanted.open else OVER)
    if wanted.due_from is not None:
        query = query.where(col(Commitment.due_on) >= wanted.due_from)
    if wanted.due_until is not None:
        query = query.where(col(Commitment.due_on) <= wanted.due_until)
    return query


def _quotes(session: Session, ids: Iterable[UUID], *, public: bool) -> dict[UUID, list[VerdictQuote]]:
    quotes = session.scalars(PUBLIC_QUOTES if public else QUOTES, {"ids": list(ids)}).all()
    open_rows(session, quotes)
    found: dict[UUID, list[VerdictQuote]] = {}
    for quote in quotes:
        found.setdefault(quote.commitment_id, []).append(quote)
    return found


def _events_of_all(session: Session, ids: list[UUID]) -> dict[UUID, list[CommitmentEvent]]:
    found: dict[UUID, list[CommitmentEvent]] = {}
    for event in session.scalars(EVENTS, {"ids": ids}):
        found.setdefault(event.commitment_id, []).append(event)
    return found


def _verdict_out(session: Session, stands: Standing, today: date, *, inside: bool) -> VerdictOut:
    # Outside the team once it is over: who reads a total while it grows reads off what the last few said.
    over = stands.outcome is not None
    shown = inside or (over and stands.votes.voters >= session.info["settings"].verdict_counts_from)
    counted = stands.votes.voters > 0 and shown
    return VerdictOut(
        outcome=stands.outcome,
        window_open=stands.window_open(today),
        window_until=stands.window_until,
        kept=stands.votes.kept if counted else None,
        partly=stands.votes.partly if counted else None,
        not_kept=stands.votes.not_kept if counted else None,
    )


def _public_event(event: CommitmentEvent) -> PublicEvent:
    return PublicEvent(
        id=event.id,
        kind=event.kind,
        happened_on=event.happened_on,
        on_behalf_of=event.on_behalf_of,
        due_on=event.due_on,
        residents_agreed=event.residents_agreed,
    )


def _event_out(event: CommitmentEvent, name: str, *, inside: bool, counted: bool) -> CommitmentEventOut:
    # Outside the team only the total is told, when it is large enough: from two totals a small count could be reckoned.
    return CommitmentEventOut(
        id=event.id,
        number=event.number,
        kind=event.kind,
        happened_on=event.happened_on,
        entered_by=name if inside and not event.by_slips else "",
        on_behalf_of=event.on_behalf_of,
        source=event.source,
        entered_by_team=(
            event.source is not Source.OWN_SIGN_IN and event.on_behalf_of != "team" and not event.by_slips
        ),
        words=event.words,
        due_on=event.due_on,
        residents_agreed=event.residents_agreed,
        visibility=event.visibility,
        kept=event.kept if inside and counted else None,
        partly=event.partly if inside and counted else None,
        not_kept=event.not_kept if inside and counted else None,
    )
