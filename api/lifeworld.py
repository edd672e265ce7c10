"""The lifeworld of a resident: the sketch in the resident's own words, and what somebody has and can."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from api.answers import AnsweringRoute, found_at
from api.dependencies import Caller, Reading, Writing, WritingCaller, needs
from bsa.lifeworld import actions, queries
from bsa.lifeworld.shapes import AssetIn, AssetOut, AssetStrikeIn, SketchLineIn, SketchLineOut, SketchStrikeIn
from bsa.permissions import Permission
from bsa.shapes import Listing, Page

sketch = APIRouter(prefix="/sketch-lines", tags=["lifeworld"], route_class=AnsweringRoute)
assets = APIRouter(prefix="/assets", tags=["lifeworld"], route_class=AnsweringRoute)
of_resident = APIRouter(prefix="/residents/{resident_id}", tags=["lifeworld"], route_class=AnsweringRoute)


@of_resident.get("/sketch-lines")
@needs(Permission.OPEN_RECORD)
def list_sketch_lines(
    session: Reading, caller: Caller, resident_id: UUID, wanted: Annotated[Listing, Query()]
) -> Page[SketchLineOut]:
    """List the lines of the sketch, newest first, struck ones too. An impression is there for its author alone."""
    return queries.list_sketch_lines(session, caller, resident_id, wanted)


@of_resident.post("/sketch-lines", status_code=201)
@found_at("/sketch-lines")
@needs(Permission.SKETCH_LIFEWORLD)
def note_sketch_line(session: Writing, caller: WritingCaller, resident_id: UUID, told: SketchLineIn) -> SketchLineOut:
    """Note how life looks from inside: the resident's own words, or your impression; only the words are asked for."""
    line = actions.note_sketch_line(session, caller, resident_id, told)
    return queries.show_sketch_line(session, caller, line.id)


@sketch.get("/{line_id}")
@needs(Permission.OPEN_RECORD)
def show_sketch_line(session: Reading, caller: Caller, line_id: UUID) -> SketchLineOut:
    """Show a line of the sketch."""
    return queries.show_sketch_line(session, caller, line_id)


@sketch.post("/{line_id}/corrections", status_code=201)
@found_at("/sketch-lines")
@needs(Permission.SKETCH_LIFEWORLD)
def strike_sketch_line(session: Writing, caller: WritingCaller, line_id: UUID, told: SketchStrikeIn) -> SketchLineOut:
    """Strike through a line, and write what should have stood there, if anything; the answer is what stands now."""
    line = actions.strike_sketch_line(session, caller, line_id, told.correction)
    return queries.show_sketch_line(session, caller, line.id)


@of_resident.get("/assets")
@needs(Permission.OPEN_RECORD)
def list_assets(
    session: Reading, caller: Caller, resident_id: UUID, wanted: Annotated[Listing, Query()]
) -> Page[AssetOut]:
    """List what a resident has and can, newest first, struck ones too."""
    return queries.list_assets(session, caller, resident_id, wanted)


@of_resident.post("/assets", status_code=201)
@found_at("/assets")
@needs(Permission.SKETCH_LIFEWORLD)
def note_asset(session: Writing, caller: WritingCaller, resident_id: UUID, told: AssetIn) -> AssetOut:
    """Note something that a resident has or can; `wantsToShare` only when the resident said so."""
    return queries.show_asset(session, caller, actions.note_asset(session, caller, resident_id, told).id)


@assets.get("/{asset_id}")
@needs(Permission.OPEN_RECORD)
def show_asset(session: Reading, caller: Caller, asset_id: UUID) -> AssetOut:
    """Show something that a resident has or can."""
    return queries.show_asset(session, caller, asset_id)


@assets.post("/{asset_id}/corrections", status_code=201)
@found_at("/assets")
@needs(Permission.SKETCH_LIFEWORLD)
def strike_asset(session: Writing, caller: WritingCaller, asset_id: UUID, told: AssetStrikeIn) -> AssetOut:
    """Strike through an asset, and write what should have stood there, if anything; the answer is what stands now."""
    return queries.show_asset(session, caller, actions.strike_asset(session, caller, asset_id, told.correction).id)
