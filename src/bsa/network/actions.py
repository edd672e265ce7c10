"""Deeds about the network of a resident."""

from uuid import UUID

from sqlmodel import Session

from bsa import clock
from bsa.errors import Conflict, Invalid, invalid
from bsa.events import note
from bsa.network.models import Tie
from bsa.network.queries import find_tie
from bsa.network.shapes import TieChange, TieEndIn, TieIn
from bsa.permissions import Actor, Permission
from bsa.residents.actions import above_level, changeable
from bsa.residents.models import may_keep
from bsa.rows import not_later, not_stale
from bsa.sealing import open_rows


def note_tie(session: Session, actor: Actor, resident_id: UUID, told: TieIn) -> Tie:
    """Note somebody around a resident, as the resident tells it."""
    resident = changeable(session, actor, resident_id, Permission.DRAW_NETWORK)
    if not may_keep("tie.*", resident.level):
        raise Invalid(above_level("who", "tie.*"))
    tie = Tie(
        resident_id=resident.id,
        who=told.who,
        circle=told.circle,
        closeness=told.closeness,
        practical=told.practical,
        company=told.company,
        advice=told.advice,
        emotional=told.emotional,
        wanted=told.wanted,
        noted_on=clock.today(),
    )
    session.add(tie)
    note(session, actor, "tie.noted", tie, circle=tie.circle)
    session.flush()
    return tie


def change_tie(session: Session, actor: Actor, tie_id: UUID, version: int | None, change: TieChange) -> Tie:
    """Change what is told about somebody around a resident."""
    tie = _present(session, actor, tie_id, version)
    for name in change.model_fields_set:
        setattr(tie, name, getattr(change, name))
    tie.touch()
    note(session, actor, "tie.changed", tie, circle=tie.circle)
    session.flush()
    return tie


def end_tie(session: Session, actor: Actor, tie_id: UUID, version: int | None, ended: TieEndIn) -> Tie:
    """Write down that somebody is no longer around."""
    tie = _present(session, actor, tie_id, version)
    ended_on = not_later("ended_on", ended.ended_on or clock.today())
    if ended_on < tie.noted_on:
        raise invalid("ended_on", "before_noted", "It cannot have ended before it was noted.")
    tie.ended_on = ended_on
    tie.touch()
    note(session, actor, "tie.ended", tie, ended_on=ended_on)
    session.flush()
    return tie


def _present(session: Session, actor: Actor, tie_id: UUID, version: int | None) -> Tie:
    tie = find_tie(session, actor, tie_id)
    changeable(session, actor, tie.resident_id, Permission.DRAW_NETWORK)
    # The resident is locked only now, so the tie may have changed after it was found.
    session.refresh(tie)
    not_stale(tie, version)
    if tie.ended_on is not None:
        raise Conflict("This ended already. When somebody is back, note them again.")
    open_rows(session, [tie])
    return tie
