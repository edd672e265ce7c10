"""Deeds about a resident's lifeworld: noting, and striking what was not so."""

from datetime import date
from uuid import UUID

from sqlmodel import Session

from bsa import clock
from bsa.errors import Conflict, Fault, Invalid
from bsa.events import note
from bsa.lifeworld.models import Asset, SketchLine
from bsa.lifeworld.queries import find_asset, find_sketch_line
from bsa.lifeworld.shapes import AssetIn, SketchLineIn
from bsa.permissions import Actor, Permission
from bsa.residents.actions import above_level, changeable
from bsa.residents.models import Resident, may_keep


def note_sketch_line(session: Session, actor: Actor, resident_id: UUID, told: SketchLineIn) -> SketchLine:
    """Note how somebody's life looks from inside: in the resident's own words, or apart from those an impression."""
    resident = changeable(session, actor, resident_id, Permission.SKETCH_LIFEWORLD)
    _refuse_faults(resident, "sketch_line.*", told.told_on)
    return _write_line(session, actor, resident, told)


def strike_sketch_line(session: Session, actor: Actor, line_id: UUID, correction: SketchLineIn | None) -> SketchLine:
    """Strike through a line, and write what should have stood there, if anything; return what stands now."""
    line = find_sketch_line(session, actor, line_id)
    resident = _strikeable(session, actor, line)
    if correction is not None:
        _refuse_faults(resident, "sketch_line.*", correction.told_on)
    line.struck_at, line.struck_by_id = clock.now(), actor.id
    note(session, actor, "sketch_line.struck", resident, sketch_line_id=line.id, corrected=correction is not None)
    session.flush()
    return line if correction is None else _write_line(session, actor, resident, correction)


def note_asset(session: Session, actor: Actor, resident_id: UUID, told: AssetIn) -> Asset:
    """Note something that a resident has or can."""
    resident = changeable(session, actor, resident_id, Permission.SKETCH_LIFEWORLD)
    _refuse_faults(resident, "asset.*", told.told_on)
    return _write_asset(session, actor, resident, told)


def strike_asset(session: Session, actor: Actor, asset_id: UUID, correction: AssetIn | None) -> Asset:
    """Strike through an asset, and write what should have stood there, if anything; return what stands now."""
    asset = find_asset(session, actor, asset_id)
    resident = _strikeable(session, actor, asset)
    if correction is not None:
        _refuse_faults(resident, "asset.*", correction.told_on)
    asset.struck_at, asset.struck_by_id = clock.now(), actor.id
    note(session, actor, "asset.struck", resident, asset_id=asset.id, corrected=correction is not None)
    session.flush()
    return asset if correction is None else _write_asset(session, actor, resident, correction)


def _write_line(session: Session, actor: Actor, resident: Resident, told: SketchLineIn) -> SketchLine:
    line = SketchLine(
        resident_id=resident.id,
        prompt=told.prompt,
        voice=told.voice,
        words=told.words,
        told_on=told.told_on or clock.today(),
        worker_id=actor.id,
    )
    session.add(line)
    # About the resident, so that the event knows the area.
    note(
        session,
        actor,
        "sketch_line.noted",
        resident,
        sketch_line_id=line.id,
        prompt=told.prompt,
        voice=told.voice,
        told_on=line.told_on,
    )
    session.flush()
    return line


def _write_asset(session: Session, actor: Actor, resident: Resident, told: AssetIn) -> Asset:
    asset = Asset(
        resident_id=resident.id,
        kind=told.kind,
        words=told.words,
        wants_to_share=told.wants_to_share,
        told_on=told.told_on or clock.today(),
        worker_id=actor.id,
    )
    session.add(asset)
    note(
        session,
        actor,
        "asset.noted",
        resident,
        asset_id=asset.id,
        asset_kind=told.kind,
        wants_to_share=told.wants_to_share,
        told_on=asset.told_on,
    )
    session.flush()
    return asset


def _strikeable(session: Session, actor: Actor, row: SketchLine | Asset) -> Resident:
    resident = changeable(session, actor, row.resident_id, Permission.SKETCH_LIFEWORLD)
    # The resident is locked only now, so the row may have been struck after it was found.
    session.refresh(row)
    if row.struck_at is not None:
        raise Conflict("This was struck already.")
    return resident


def _refuse_faults(resident: Resident, field: str, told_on: date | None) -> None:
    faults = [] if may_keep(field, resident.level) else [above_level("words", field)]
    if told_on is not None and told_on > clock.today():
        faults.append(Fault(("told_on",), "in_future", "This day is still to come."))
    if faults:
        raise Invalid(*faults)
