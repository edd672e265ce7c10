"""Residents: as little about them as they agreed to, for those who look after them."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from api.answers import AnsweringRoute
from api.dependencies import Caller, Reading, SeenVersion, Writing, WritingCaller, needs
from bsa.lifecycle import actions as lifecycle
from bsa.lifecycle.queries import losses
from bsa.permissions import Permission
from bsa.residents import actions, queries
from bsa.residents.models import RegistrationLevel
from bsa.residents.shapes import (
    ConsentIn,
    ConsentOut,
    LevelIn,
    LevelLoss,
    MergeIn,
    ResidentChange,
    ResidentIn,
    ResidentItem,
    ResidentOut,
    ResidentPhaseIn,
    ResidentQuery,
    WorkerIn,
)
from bsa.shapes import Page

router = APIRouter(prefix="/residents", tags=["residents"], route_class=AnsweringRoute)


@router.get("")
@needs(Permission.SEE_RESIDENTS)
def list_residents(session: Reading, caller: Caller, wanted: Annotated[ResidentQuery, Query()]) -> Page[ResidentItem]:
    """List residents in your areas, by last contact."""
    return queries.list_residents(session, caller, wanted)


@router.post("", status_code=201)
@needs(Permission.REGISTER_RESIDENT)
def register_resident(session: Writing, caller: WritingCaller, told: ResidentIn) -> ResidentOut:
    """Register a resident by alias; you are the first to look after this resident."""
    return queries.resident_out(session, caller, actions.register_resident(session, caller, told))


@router.get("/{resident_id}")
@needs(Permission.OPEN_RECORD)
def show_resident(session: Reading, caller: Caller, resident_id: UUID) -> ResidentOut:
    """Open the record of a resident whom you look after."""
    return queries.show_resident(session, caller, resident_id)


@router.patch("/{resident_id}")
@needs(Permission.CHANGE_RESIDENT)
def change_resident(
    session: Writing, caller: WritingCaller, resident_id: UUID, version: SeenVersion, change: ResidentChange
) -> ResidentOut:
    """Change what is kept about a resident, within what the registration level allows."""
    resident = actions.change_resident(session, caller, resident_id, version, change)
    return queries.resident_out(session, caller, resident)


@router.put("/{resident_id}/level")
@needs(Permission.CHANGE_RESIDENT)
def go_to_level(
    session: Writing, caller: WritingCaller, resident_id: UUID, version: SeenVersion, wanted: LevelIn
) -> ResidentOut:
    """Go to another registration level: up, after the resident was told; down, deleting what may not be kept there."""
    resident = lifecycle.go_to_level(session, caller, resident_id, version, wanted)
    return queries.resident_out(session, caller, resident)


@router.get("/{resident_id}/losses")
@needs(Permission.CHANGE_RESIDENT)
def list_losses(session: Reading, caller: Caller, resident_id: UUID, level: RegistrationLevel) -> Page[LevelLoss]:
    """List what a step down to this level would delete."""
    return Page(items=losses(session, caller, resident_id, level))


@router.post("/{resident_id}/phase")
@needs(Permission.CHANGE_PHASE)
def change_phase(
    session: Writing, caller: WritingCaller, resident_id: UUID, version: SeenVersion, wanted: ResidentPhaseIn
) -> ResidentOut:
    """Go on to another phase of the way together, or back to an earlier one."""
    resident = actions.change_phase(session, caller, resident_id, version, wanted)
    return queries.resident_out(session, caller, resident)


@router.post("/{resident_id}/exploring")
@needs(Permission.CHANGE_PHASE)
def mean_exploring(session: Writing, caller: WritingCaller, resident_id: UUID, version: SeenVersion) -> ResidentOut:
    """Say that exploring for so long is on purpose; it is asked again after as many days."""
    return queries.resident_out(session, caller, actions.mean_exploring(session, caller, resident_id, version))


@router.post("/{resident_id}/merges", status_code=201)
@needs(Permission.MERGE_RESIDENTS)
def merge_residents(
    session: Writing, caller: WritingCaller, resident_id: UUID, version: SeenVersion, wanted: MergeIn
) -> ResidentOut:
    """Bring everything of a duplicate to this resident; the duplicate stays as a signpost."""
    resident = lifecycle.merge_residents(session, caller, resident_id, version, wanted)
    return queries.resident_out(session, caller, resident)


@router.delete("/{resident_id}", status_code=204)
@needs(Permission.ERASE_RESIDENT)
def erase_resident(session: Writing, caller: WritingCaller, resident_id: UUID, version: SeenVersion) -> None:
    """Delete everything of a resident and destroy the key, in backups too."""
    lifecycle.erase_resident(session, caller, resident_id, version)


@router.post("/{resident_id}/workers", status_code=201)
@needs(Permission.ASSIGN_WORKER)
def assign_worker(session: Writing, caller: WritingCaller, resident_id: UUID, wanted: WorkerIn) -> ResidentOut:
    """Let a colleague look after the resident too, or stand in."""
    return queries.resident_out(session, caller, actions.assign_worker(session, caller, resident_id, wanted))


@router.delete("/{resident_id}/workers/{worker_id}", status_code=204)
@needs(Permission.ASSIGN_WORKER)
def release_worker(session: Writing, caller: WritingCaller, resident_id: UUID, worker_id: UUID) -> None:
    """End that a colleague looks after the resident or stands in."""
    actions.release_worker(session, caller, resident_id, worker_id)


@router.post("/{resident_id}/consents", status_code=201)
@needs(Permission.RECORD_CONSENT)
def record_consent(session: Writing, caller: WritingCaller, resident_id: UUID, given: ConsentIn) -> ConsentOut:
    """Write down that a resident agreed to something."""
    return queries.consent_out(actions.record_consent(session, caller, resident_id, given))


@router.delete("/{resident_id}/consents/{consent_id}")
@needs(Permission.RECORD_CONSENT)
def withdraw_consent(session: Writing, caller: WritingCaller, resident_id: UUID, consent_id: UUID) -> ConsentOut:
    """Write down that a resident no longer agrees; it counts at once. The consent stays, with its end."""
    return queries.consent_out(actions.withdraw_consent(session, caller, resident_id, consent_id))


@router.get("/{resident_id}/restriction")
@needs(Permission.RESTRICT_RESIDENT)
def show_restriction(session: Reading, caller: Caller, resident_id: UUID) -> ResidentItem:
    """Show whether a resident's data is restricted, with no more of the resident than a list shows."""
    return queries.show_restriction(session, caller, resident_id)


@router.put("/{resident_id}/restriction")
@needs(Permission.RESTRICT_RESIDENT)
def restrict_resident(session: Writing, caller: WritingCaller, resident_id: UUID, version: SeenVersion) -> ResidentItem:
    """Freeze what is kept about a resident: out of the lists, and nothing changed."""
    return queries.resident_item(session, caller, actions.restrict_resident(session, caller, resident_id, version))


@router.delete("/{resident_id}/restriction")
@needs(Permission.RESTRICT_RESIDENT)
def lift_restriction(session: Writing, caller: WritingCaller, resident_id: UUID, version: SeenVersion) -> ResidentItem:
    """Lift the restriction."""
    return queries.resident_item(session, caller, actions.lift_restriction(session, caller, resident_id, version))
