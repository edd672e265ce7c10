"""Reading a resident's lifeworld, always as someone."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, Uuid, and_, bindparam, or_, select
from sqlmodel import Session, col

from bsa.errors import NotFound
from bsa.lifeworld.models import Asset, SketchLine, SketchPrompt, Voice
from bsa.lifeworld.shapes import AssetOut, SketchLineOut
from bsa.paging import Order, cursor_after, fetch
from bsa.people.queries import names_of
from bsa.permissions import Actor, Permission, allows
from bsa.residents.models import Resident
from bsa.residents.queries import get_record, visible_to
from bsa.sealing import open_rows
from bsa.shapes import Listing, Page

LINES_NEWEST_FIRST = Order((col(SketchLine.told_on), True), (col(SketchLine.id), True))
ASSETS_NEWEST_FIRST = Order((col(Asset.told_on), True), (col(Asset.id), True))


def readable_by(actor: Actor) -> ColumnElement[bool]:
    """Return the condition that a line of a record that is open to the actor is not another author's own."""
    return or_(
        col(SketchLine.worker_id) == actor.id,
        and_(
            col(SketchLine.voice) == Voice.RESIDENT,
            or_(col(SketchLine.prompt).is_(None), col(SketchLine.prompt) != SketchPrompt.INSTITUTIONS),
        ),
    )


def list_sketch_lines(session: Session, actor: Actor, resident_id: UUID, wanted: Listing) -> Page[SketchLineOut]:
    """List the lines of the sketch, newest first, struck ones too; of what is for its author only, one's own."""
    resident = get_record(session, actor, resident_id, Permission.OPEN_RECORD)
    rows, more = fetch(session, actor, wanted, _listed_lines, LINES_NEWEST_FIRST, resident_id=resident.id)
    lines = [row[0] for row in rows]
    open_rows(session, lines)
    names = names_of(session, {line.worker_id for line in lines})
    return Page(
        items=[sketch_line_out(actor, line, resident, names) for line in lines],
        next_cursor=cursor_after(lines[-1].told_on, lines[-1].id) if more else None,
    )


def _listed_lines(actor: Actor, _wanted: Listing) -> Select[Any]:
    resident_id = bindparam("resident_id", type_=Uuid)
    return select(SketchLine).where(col(SketchLine.resident_id) == resident_id, readable_by(actor))


def find_sketch_line(session: Session, actor: Actor, line_id: UUID) -> SketchLine:
    """Return a line about a resident of whom the actor may know, cells closed; another author's own is not found."""
    line = session.scalar(
        select(SketchLine)
        .join(Resident, col(Resident.id) == SketchLine.resident_id)
        .where(col(SketchLine.id) == line_id, visible_to(actor), readable_by(actor))
    )
    if line is None:
        raise NotFound
    return line


def show_sketch_line(session: Session, actor: Actor, line_id: UUID) -> SketchLineOut:
    """Show a line of the sketch."""
    line = find_sketch_line(session, actor, line_id)
    resident = get_record(session, actor, line.resident_id, Permission.OPEN_RECORD)
    open_rows(session, [line])
    return sketch_line_out(actor, line, resident, names_of(session, {line.worker_id}))


def sketch_line_out(actor: Actor, line: SketchLine, resident: Resident, names: Mapping[UUID, str]) -> SketchLineOut:
    """Draw up an opened line."""
    return SketchLineOut(
        id=line.id,
        resident_id=line.resident_id,
        words=line.words,
        prompt=line.prompt,
        voice=line.voice,
        for_author_only=line.for_author_only,
        told_on=line.told_on,
        worker_id=line.worker_id,
        worker_name=names.get(line.worker_id, ""),
        struck_at=line.struck_at,
        created_at=line.created_at,
        allowed_actions=_allowed(actor, line, resident),
    )


def list_assets(session: Session, actor: Actor, resident_id: UUID, wanted: Listing) -> Page[AssetOut]:
    """List what a resident has and can, newest first, struck ones too."""
    resident = get_record(session, actor, resident_id, Permission.OPEN_RECORD)
    rows, more = fetch(session, actor, wanted, _listed_assets, ASSETS_NEWEST_FIRST, resident_id=resident.id)
    assets = [row[0] for row in rows]
    open_rows(session, assets)
    names = names_of(session, {asset.worker_id for asset in assets})
    return Page(
        items=[asset_out(actor, asset, resident, names) for asset in assets],
        next_cursor=cursor_after(assets[-1].told_on, assets[-1].id) if more else None,
    )


def _listed_assets(_actor: Actor, _wanted: Listing) -> Select[Any]:
    return select(Asset).where(col(Asset.resident_id) == bindparam("resident_id", type_=Uuid))


def find_asset(session: Session, actor: Actor, asset_id: UUID) -> Asset:
    """Return an asset of a resident of whom the actor may know, cells closed."""
    asset = session.scalar(
        select(Asset)
        .join(Resident, col(Resident.id) == Asset.resident_id)
        .where(col(Asset.id) == asset_id, visible_to(actor))
    )
    if asset is None:
        raise NotFound
    return asset


def show_asset(session: Session, actor: Actor, asset_id: UUID) -> AssetOut:
    """Show something that a resident has or can."""
    asset = find_asset(session, actor, asset_id)
    resident = get_record(session, actor, asset.resident_id, Permission.OPEN_RECORD)
    open_rows(session, [asset])
    return asset_out(actor, asset, resident, names_of(session, {asset.worker_id}))


def asset_out(actor: Actor, asset: Asset, resident: Resident, names: Mapping[UUID, str]) -> AssetOut:
    """Draw up an opened asset."""
    return AssetOut(
        id=asset.id,
        resident_id=asset.resident_id,
        words=asset.words,
        kind=asset.kind,
        wants_to_share=asset.wants_to_share,
        told_on=asset.told_on,
        worker_id=asset.worker_id,
        worker_name=names.get(asset.worker_id, ""),
        struck_at=asset.struck_at,
        created_at=asset.created_at,
        allowed_actions=_allowed(actor, asset, resident),
    )


def _allowed(actor: Actor, row: SketchLine | Asset, resident: Resident) -> list[str]:
    """Return the deeds: what stands can be struck, unless the data is frozen."""
    if row.struck_at is not None or resident.restricted_on is not None:
        return []
    deeds = (Permission.SKETCH_LIFEWORLD,)
    return [deed.value for deed in deeds if allows(actor, deed, resident)]
