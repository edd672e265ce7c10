"""Reading rounds, always as someone; and which doors are left alone."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, false, func, select
from sqlmodel import Session, col

from bsa import clock
from bsa.areas.models import Area, Level
from bsa.areas.queries import find_area, lies_within
from bsa.errors import N_, NotFound
from bsa.outreach.addresses import address_digest, numbers_behind, same_street, street_digest
from bsa.outreach.models import NoRing, Round, RoundKind, Tallied
from bsa.outreach.shapes import (
    AddressIn,
    OutreachMonth,
    OutreachOut,
    QuietStreet,
    RingOut,
    RoundItem,
    RoundOut,
    RoundQuery,
)
from bsa.paging import Order, cursor_after, fetch
from bsa.people.queries import names_of
from bsa.permissions import Actor, Permission, allows, require
from bsa.rows import locked, not_stale
from bsa.sealing import open_rows
from bsa.shapes import Page

NEWEST_FIRST = Order((col(Round.held_on), True), (col(Round.id), True))

REMEMBERED_DAYS = 90
"""So far back rounds along the same street belong together."""
MONTHS = 12


def visible_to(actor: Actor) -> ColumnElement[bool]:
    """Return the condition that the actor may know of the round: the team, in its own area."""
    return col(Round.area_id).in_(actor.area_ids) if actor.of_the_team else false()


def list_rounds(session: Session, actor: Actor, wanted: RoundQuery) -> Page[RoundItem]:
    """List rounds, newest first."""
    require(actor, Permission.SEE_ROUNDS)
    rows, more = fetch(session, actor, wanted, _listed, NEWEST_FIRST)
    names = names_of(session, {row.Round.account_id for row in rows})
    items = [RoundItem(**_told(actor, row, names)) for row in rows]
    return Page(items=items, next_cursor=cursor_after(items[-1].held_on, items[-1].id) if more else None)


def _listed(actor: Actor, wanted: RoundQuery) -> Select[*tuple[Any, ...]]:
    query = _rounds(actor)
    if wanted.area_id is not None:
        query = query.where(lies_within(col(Round.area_id), wanted.area_id))
    if wanted.mine:
        query = query.where(col(Round.account_id) == actor.id)
    if wanted.kind:
        query = query.where(col(Round.kind) == wanted.kind)
    if wanted.from_on is not None:
        query = query.where(col(Round.held_on) >= wanted.from_on)
    if wanted.until_on is not None:
        query = query.where(col(Round.held_on) <= wanted.until_on)
    return query


def get_round(
    session: Session, actor: Actor, round_id: UUID, permission: Permission, version: int | None = None
) -> Round:
    """Return a round for a deed; locked when the session writes."""
    found = session.scalar(locked(session, select(Round).where(col(Round.id) == round_id, visible_to(actor)), Round))
    if found is None:
        raise NotFound
    require(actor, permission, found)
    not_stale(found, version)
    return found


def show_round(session: Session, actor: Actor, round_id: UUID) -> RoundOut:
    """Show a round; along doors also where not to ring, for who goes there."""
    row = session.execute(_rounds(actor).where(col(Round.id) == round_id)).one_or_none()
    if row is None:
        raise NotFound
    held: Round = row.Round
    open_rows(session, [held])
    rings = held.kind == RoundKind.DOORS and held.ended_on is None and allows(actor, Permission.RESPECT_NO_RING, held)
    return RoundOut(
        **_told(actor, row, names_of(session, {held.account_id})),
        weighing=held.weighing,
        place_note=held.place_note,
        do_not_ring=_not_to_ring(session, held) if rings else None,
        suggest_another_way=held.kind == RoundKind.DOORS and _brings_no_more(session, held),
    )


def may_ring(session: Session, actor: Actor, asked: AddressIn) -> RingOut:
    """Tell whether one may ring at an address; who asks, stands before it."""
    return RingOut(ring=find_no_ring(session, actor, asked)[1] is None)


def find_no_ring(session: Session, actor: Actor, asked: AddressIn) -> tuple[NoRing, NoRing | None]:
    """Return the row that an address would have, and the one that it has."""
    area = find_area(session, actor, asked.area_id, at="area_id")
    require(actor, Permission.RESPECT_NO_RING, _At(area.id), instead=N_("Go round in an area of your own."))
    neighbourhood_id = _neighbourhood_of(area)
    address = NoRing(
        area_id=neighbourhood_id,
        street_digest=street_digest(session, neighbourhood_id, asked.street),
        address_digest=address_digest(session, neighbourhood_id, asked.street, asked.number),
        asked_on=clock.today(),
        noted_by_id=actor.id,
    )
    there = session.scalar(
        select(NoRing).where(
            col(NoRing.area_id) == address.area_id, col(NoRing.address_digest) == address.address_digest
        )
    )
    return address, there


def show_outreach(session: Session, actor: Actor, area_id: UUID) -> OutreachOut:
    """Show how outreach went in an area of the actor's reach, in each of the last twelve months, the oldest first."""
    require(actor, Permission.SEE_ROUNDS)
    area = session.scalar(select(Area).where(col(Area.id) == area_id, col(Area.id).in_(actor.area_ids)))
    if area is None:
        raise NotFound
    months = _last_months(clock.today())
    counts = [func.sum(getattr(Round, name)).label(name) for name in Tallied]
    rows = session.execute(
        select(col(Round.held_on), func.count().label("rounds"), *counts)
        .where(
            visible_to(actor),
            lies_within(col(Round.area_id), area.id),
            col(Round.held_on) >= date.fromisoformat(f"{months[0]}-01"),
        )
        .group_by(col(Round.held_on))
    ).all()
    return OutreachOut(
        area_id=area.id,
        area_name=area.name,
        months=[_month(name, [row for row in rows if f"{row.held_on:%Y-%m}" == name]) for name in months],
    )


def quiet_streets(session: Session, actor: Actor, since: date) -> list[QuietStreet]:
    """List the streets along which the actor went last, since a day, and that bring no more talks: try another way."""
    rows = session.execute(
        select(
            col(Round.id),
            col(Round.area_id),
            col(Round.account_id),
            col(Round.where),
            col(Round.held_on),
            col(Round.talked),
        )
        .where(
            visible_to(actor), col(Round.held_on) >= since - timedelta(days=REMEMBERED_DAYS), *_along_doors_and_over()
        )
        .order_by(col(Round.held_on), col(Round.id))
    )
    streets: dict[tuple[UUID, str], list[Any]] = defaultdict(list)
    for row in rows:
        streets[row.area_id, same_street(row.where)].append(row)
    quiet = []
    for rounds in streets.values():
        last = rounds[-1]
        talks = [row.talked for row in rounds if row.held_on >= last.held_on - timedelta(days=REMEMBERED_DAYS)]
        if last.account_id == actor.id and last.held_on >= since and _no_more_talks(session, talks):
            quiet.append(QuietStreet(id=last.id, where=last.where, held_on=last.held_on))
    return sorted(quiet, key=lambda street: street.held_on)


class _At:
    """A place where something is asked, as the permission table sees it."""

    def __init__(self, area_id: UUID) -> None:
        self.area_id = area_id


def _rounds(actor: Actor) -> Select[*tuple[Any, ...]]:
    query: Select[*tuple[Any, ...]] = select(Round, col(Area.name).label("area_name"))
    return query.join(Area, col(Area.id) == Round.area_id).where(visible_to(actor))


def _told(actor: Actor, row: Any, names: Mapping[UUID, str]) -> dict[str, Any]:
    held: Round = row.Round
    deeds = [deed for deed in (Permission.GO_ROUND,) if allows(actor, deed, held)]
    if held.kind == RoundKind.DOORS and allows(actor, Permission.RESPECT_NO_RING, held):
        deeds.append(Permission.RESPECT_NO_RING)
    return {
        "id": held.id,
        "version": held.version,
        "created_at": held.created_at,
        "changed_at": held.changed_at,
        "allowed_actions": [deed.value for deed in deeds],
        "area_id": held.area_id,
        "area_name": row.area_name,
        "account_id": held.account_id,
        "account_name": names.get(held.account_id, ""),
        "kind": held.kind,
        "where": held.where,
        "held_on": held.held_on,
        "with_whom": held.with_whom,
        "occasion": held.occasion,
        "rang": held.rang,
        "opened": held.opened,
        "talked": held.talked,
        "no_thanks": held.no_thanks,
        "ended_on": held.ended_on,
    }


def _not_to_ring(session: Session, held: Round) -> list[str]:
    neighbourhood_id = _neighbourhood_of(session.get_one(Area, held.area_id))
    digests = session.scalars(
        select(col(NoRing.address_digest)).where(
            col(NoRing.area_id) == neighbourhood_id,
            col(NoRing.street_digest) == street_digest(session, neighbourhood_id, held.where),
        )
    ).all()
    return numbers_behind(session, neighbourhood_id, held.where, digests)


def _neighbourhood_of(area: Area) -> UUID:
    """Return the neighbourhood of an area: a complex and a place lie in one."""
    if area.level in (Level.COMPLEX, Level.PLACE) and area.parent_id is not None:
        return area.parent_id
    return area.id


def _brings_no_more(session: Session, held: Round) -> bool:
    """Tell whether of the last rounds along the street that are over none had more talks than the first of them."""
    rounds = session.execute(
        select(col(Round.where), col(Round.talked))
        .where(
            col(Round.area_id) == held.area_id,
            col(Round.held_on) >= held.held_on - timedelta(days=REMEMBERED_DAYS),
            col(Round.held_on) <= held.held_on,
            *_along_doors_and_over(),
        )
        .order_by(col(Round.held_on), col(Round.id))
    )
    street = same_street(held.where)
    return _no_more_talks(session, [row.talked for row in rounds if same_street(row.where) == street])


def _along_doors_and_over() -> tuple[ColumnElement[bool], ...]:
    # A round of which nobody wrote down the end is over on the next day.
    over = col(Round.ended_on).is_not(None) | (col(Round.held_on) < clock.today())
    return (col(Round.kind) == RoundKind.DOORS, over)


def _no_more_talks(session: Session, talks: Sequence[int]) -> bool:
    """Tell whether of the last rounds none had more talks than the first of them."""
    tries: int = session.info["settings"].tries_at_a_door
    last = talks[-tries:]
    return len(last) == tries and max(last) <= last[0]


def _last_months(today: date) -> list[str]:
    first = today.year * 12 + today.month - MONTHS
    return [f"{number // 12:04}-{number % 12 + 1:02}" for number in range(first, first + MONTHS)]


def _month(name: str, days: Iterable[Any]) -> OutreachMonth:
    rows = list(days)
    return OutreachMonth(
        month=name,
        rounds=sum(row.rounds for row in rows),
        rang=sum(row.rang for row in rows),
        opened=sum(row.opened for row in rows),
        talked=sum(row.talked for row in rows),
        no_thanks=sum(row.no_thanks for row in rows),
    )
