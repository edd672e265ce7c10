"""Deeds of going there unasked: rounds, tallies, and doors that are left alone.

Whoever works in the area counts along in a round there: two who go together, one at each side of the street, count into
one round from two telephones. There is nothing about a person in it that a colleague should not see.
"""

from datetime import timedelta
from uuid import UUID

from sqlmodel import Session

from bsa import clock
from bsa.areas.queries import find_area
from bsa.errors import N_, Conflict, invalid
from bsa.events import note
from bsa.outreach.addresses import holds_house_number
from bsa.outreach.models import NoRing, Round, RoundKind
from bsa.outreach.queries import find_no_ring, get_round
from bsa.outreach.shapes import AddressIn, EndingIn, RoundChange, RoundIn, TallyIn
from bsa.permissions import Actor, Permission, require
from bsa.rows import not_later
from bsa.sealing import open_rows


def start_round(session: Session, actor: Actor, told: RoundIn) -> Round:
    """Begin a round: along the doors of a street, or at a place where people are."""
    begun = Round(
        area_id=find_area(session, actor, told.area_id, at="area_id").id,
        account_id=actor.id,
        kind=told.kind,
        where=told.where,
        held_on=not_later("held_on", told.held_on or clock.today()),
        with_whom=told.with_whom,
        occasion=told.occasion,
        weighing=told.weighing,
        place_note=told.place_note,
    )
    require(actor, Permission.GO_ROUND, begun, instead=N_("Go round in an area of your own."))
    _refuse_house_number(begun)
    session.add(begun)
    note(session, actor, "round.started", begun, round_kind=begun.kind, held_on=begun.held_on)
    session.flush()
    return begun


def change_round(session: Session, actor: Actor, round_id: UUID, version: int | None, change: RoundChange) -> Round:
    """Put right what was written about a round, its counts too."""
    held = get_round(session, actor, round_id, Permission.GO_ROUND, version)
    open_rows(session, [held])
    if change.held_on is not None:
        not_later("held_on", change.held_on)
    for name in change.model_fields_set:
        setattr(held, name, getattr(change, name))
    _refuse_house_number(held)
    held.touch()
    note(session, actor, "round.changed", held)
    session.flush()
    return held


def tally(session: Session, actor: Actor, round_id: UUID, told: TallyIn) -> Round:
    """Count one more, or take one back. Only the counts stay: there is no event, and no moment of a single ring."""
    held = get_round(session, actor, round_id, Permission.GO_ROUND)
    _refuse_long_ended(session, held)
    count = getattr(held, told.what) + told.by
    if count < 0:
        raise Conflict("There is nothing to take back: this count is 0.")
    setattr(held, told.what, count)
    session.flush()
    return held


def end_round(session: Session, actor: Actor, round_id: UUID, told: EndingIn) -> Round:
    """End a round, with why we went there uninvited and what was noticed about the place."""
    held = get_round(session, actor, round_id, Permission.GO_ROUND)
    if held.ended_on is not None:
        raise Conflict("This round was ended already.")
    open_rows(session, [held])
    for name in told.model_fields_set:
        setattr(held, name, getattr(told, name))
    held.ended_on = clock.today()
    held.touch()
    note(
        session,
        actor,
        "round.ended",
        held,
        rang=held.rang,
        opened=held.opened,
        talked=held.talked,
        no_thanks=held.no_thanks,
    )
    session.flush()
    return held


def note_no_ring(session: Session, actor: Actor, asked: AddressIn) -> NoRing:
    """Note that somebody asked not to be rung, for the whole team; asked twice, it is noted once."""
    address, there = find_no_ring(session, actor, asked)
    if there is not None:
        return there
    session.add(address)
    note(session, actor, "no_ring.noted", address)
    session.flush()
    return address


def lift_no_ring(session: Session, actor: Actor, asked: AddressIn) -> None:
    """Forget that somebody asked not to be rung, because that somebody changed their mind."""
    _, there = find_no_ring(session, actor, asked)
    if there is None:
        raise Conflict("Nobody at this address asked not to be rung.")
    note(session, actor, "no_ring.lifted", there)
    session.delete(there)
    session.flush()


def _refuse_house_number(held: Round) -> None:
    if held.kind == RoundKind.DOORS and holds_house_number(held.where):
        raise invalid(
            "where",
            "house_number",
            "Write the street without a house number. A number that belongs to its name is written in words.",
        )


def _refuse_long_ended(session: Session, held: Round) -> None:
    """A device may send what it counted some days later; after that counts are put right by hand."""
    days: int = session.info["settings"].device_days
    if held.ended_on is not None and held.ended_on < clock.today() - timedelta(days=days):
        raise Conflict("This round ended more than {days} days ago. Change its counts instead.", days=str(days))
