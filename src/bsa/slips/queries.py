"""Reading slips: rounds always as someone, a slip by whoever has it in the hand."""

from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, Select, bindparam, false, func, select, true
from sqlalchemy.types import Uuid
from sqlmodel import Session, col

from bsa import clock
from bsa.areas.models import Area
from bsa.commitments.models import Commitment, Verdict
from bsa.commitments.queries import find_commitment, rules_of
from bsa.commitments.standing import Votes
from bsa.digests import keyed_digest
from bsa.errors import NotFound
from bsa.institutions.models import Institution
from bsa.paging import Order, cursor_after, fetch
from bsa.permissions import Actor, Permission, allows, require
from bsa.questions import put
from bsa.rows import locked, not_stale
from bsa.shapes import Listing, Page
from bsa.slips.models import Slip, SlipCount, SlipRound
from bsa.slips.shapes import SlipOpened, SlipRoundOut

NEWEST_FIRST = Order((col(SlipRound.id), True))


def visible_to(actor: Actor) -> ColumnElement[bool]:
    """Return the condition that the actor may know of the round: the team, in its own area."""
    return col(SlipRound.area_id).in_(actor.area_ids) if actor.of_the_team else false()


def list_rounds(session: Session, actor: Actor, commitment_id: UUID, wanted: Listing) -> Page[SlipRoundOut]:
    """List the rounds of slips about a commitment, newest first."""
    commitment = find_commitment(session, actor, commitment_id)
    require(actor, Permission.SEE_SLIPS, commitment)
    rows, more = fetch(session, actor, wanted, _of_commitment, NEWEST_FIRST, commitment_id=commitment_id)
    items = [_out(session, actor, row) for row in rows]
    return Page(items=items, next_cursor=cursor_after(items[-1].id) if more else None)


def find_round(session: Session, actor: Actor, round_id: UUID, version: int | None = None) -> SlipRound:
    """Return a round that the actor may know of; locked when the session writes, after what it is about."""
    query, values = put(_one, actor)
    found: SlipRound | None = session.scalar(query, values | {"round_id": round_id})
    if found is None:
        raise NotFound
    if session.info["writes"]:
        lock_commitment(session, found.commitment_id)
        session.refresh(found, with_for_update=True)
    not_stale(found, version)
    return found


def show_round(session: Session, actor: Actor, round_id: UUID) -> SlipRoundOut:
    """Show a round of slips."""
    query, values = put(_whole, actor)
    row = session.execute(query, values | {"round_id": round_id}).one_or_none()
    if row is None:
        raise NotFound
    return _out(session, actor, row)


def lock_commitment(session: Session, commitment_id: UUID) -> Commitment:
    """Return the commitment as it is now, locked: what is done by slips and what is done to it come one by one."""
    query = select(Commitment).where(col(Commitment.id) == commitment_id).execution_options(populate_existing=True)
    return session.scalars(locked(session, query, Commitment)).one()


def find_slip(session: Session, code: str) -> Slip | None:
    """Return the slip with this code."""
    return session.scalar(select(Slip).where(col(Slip.code_digest) == keyed_digest(session, "slip", code)))


def slip_opened(session: Session, commitment: Commitment, until: SlipRound) -> SlipOpened:
    """Say what a slip asks."""
    names = session.execute(NAMES, {"commitment_id": commitment.id}).one()
    return SlipOpened(
        area_name=names[0],
        institution_name=names[1],
        residents_words=commitment.residents_words,
        promise=commitment.promise,
        sign=commitment.sign,
        due_on=commitment.due_on,
        claimed_on=commitment.claimed_on,
        until_on=until.until_on,
    )


def votes_of(session: Session, round_id: UUID) -> Votes:
    """Return what the slips of a round said."""
    counts = select(col(SlipCount.verdict), col(SlipCount.votes)).where(col(SlipCount.round_id) == round_id)
    said: dict[Verdict, int] = {row[0]: row[1] for row in session.execute(counts)}
    return Votes(said.get(Verdict.KEPT, 0), said.get(Verdict.PARTLY, 0), said.get(Verdict.NOT_KEPT, 0))


def open_rounds_past(session: Session) -> list[UUID]:
    """Return the rounds of which the last day is over and that were not counted yet."""
    past = select(col(SlipRound.id)).where(
        col(SlipRound.closed_on).is_(None), col(SlipRound.until_on) < bindparam("today")
    )
    return list(session.scalars(past.order_by(col(SlipRound.id)), {"today": clock.today()}))


def _slips(*of_these: ColumnElement[bool]) -> ColumnElement[int]:
    counted = select(func.count()).select_from(Slip).where(col(Slip.round_id) == SlipRound.id, *of_these)
    return counted.correlate(SlipRound).scalar_subquery()


def _said(verdict: Verdict) -> ColumnElement[int]:
    return (
        select(col(SlipCount.votes))
        .where(col(SlipCount.round_id) == SlipRound.id, col(SlipCount.verdict) == verdict)
        .correlate(SlipRound)
        .scalar_subquery()
    )


def _rounds(actor: Actor) -> Select[*tuple[Any, ...]]:
    query: Any = select(
        SlipRound,
        col(Commitment.slips_until).label("slips_until"),
        _slips().label("slips"),
        _slips(col(Slip.used) == true()).label("used"),
        *(_said(verdict).label(verdict.value) for verdict in (Verdict.KEPT, Verdict.PARTLY, Verdict.NOT_KEPT)),
    )
    told: Select[*tuple[Any, ...]] = query.join(Commitment, col(Commitment.id) == SlipRound.commitment_id)
    return told.where(visible_to(actor))


def _one(actor: Actor, _wanted: None) -> Select[Any]:
    return select(SlipRound).where(col(SlipRound.id) == bindparam("round_id", type_=Uuid), visible_to(actor))


def _whole(actor: Actor, _wanted: None) -> Select[*tuple[Any, ...]]:
    return _rounds(actor).where(col(SlipRound.id) == bindparam("round_id", type_=Uuid))


def _of_commitment(actor: Actor, _wanted: Listing) -> Select[*tuple[Any, ...]]:
    return _rounds(actor).where(col(SlipRound.commitment_id) == bindparam("commitment_id", type_=Uuid))


NAMES = (
    select(col(Area.name), col(Institution.name))
    .select_from(Commitment)
    .join(Area, col(Area.id) == Commitment.area_id)
    .join(Institution, col(Institution.id) == Commitment.institution_id)
    .where(col(Commitment.id) == bindparam("commitment_id", type_=Uuid))
)


def _out(session: Session, actor: Actor, row: Row[Any]) -> SlipRoundOut:
    held: SlipRound = row.SlipRound
    overtaken = held.event_id is None and row.slips_until != held.until_on
    smallest = session.info["settings"].verdict_counts_from
    # Who walks along the doors would see one vote come after another: nothing before it is over, and never few.
    said = Votes(row.kept or 0, row.partly or 0, row.not_kept or 0)
    told = held.event_id is not None and row.used >= smallest
    open_still = held.closed_on is None and not overtaken and clock.today() <= held.until_on
    return SlipRoundOut(
        id=held.id,
        version=held.version,
        created_at=held.created_at,
        changed_at=held.changed_at,
        allowed_actions=["add", "close"] if open_still and allows(actor, Permission.HAND_OUT_SLIPS, held) else [],
        commitment_id=held.commitment_id,
        area_id=held.area_id,
        handed_out_on=held.handed_out_on,
        until_on=held.until_on,
        closed_on=held.closed_on,
        overtaken=overtaken and not (held.closed_on is not None and row.used == 0),
        slips=row.slips,
        used=row.used,
        outcome=said.outcome(rules_of(session)) if held.event_id is not None else None,
        kept=row.kept if told else None,
        partly=row.partly if told else None,
        not_kept=row.not_kept if told else None,
    )
