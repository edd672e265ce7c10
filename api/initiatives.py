"""Initiatives: what residents do together about a shared theme."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from api.answers import AnsweringRoute
from api.dependencies import Caller, Reading, SeenVersion, Writing, WritingCaller, needs, open_to_all
from bsa.initiatives import actions, queries
from bsa.initiatives.shapes import (
    AimIn,
    AimOut,
    InitiativeChange,
    InitiativeIn,
    InitiativeItem,
    InitiativeOut,
    InitiativePageChange,
    InitiativePageIn,
    InitiativePageOut,
    InitiativeQuery,
    ParticipantIn,
    ParticipantOut,
    PhaseIn,
    PublicationIn,
    PublicInitiative,
    ReachedIn,
    ThemeLinkIn,
)
from bsa.permissions import Permission
from bsa.shapes import Page
from bsa.themes.shapes import ThemeOut

router = APIRouter(prefix="/initiatives", tags=["initiatives"], route_class=AnsweringRoute)
page = APIRouter(prefix="/initiatives/{initiative_id}/page", tags=["initiatives"], route_class=AnsweringRoute)
public = APIRouter(prefix="/public/initiatives", tags=["public"], route_class=AnsweringRoute)


@router.get("")
@needs(Permission.SEE_INITIATIVES)
def list_initiatives(
    session: Reading, caller: Caller, wanted: Annotated[InitiativeQuery, Query()]
) -> Page[InitiativeItem]:
    """List initiatives in your areas, the last started first."""
    return queries.list_initiatives(session, caller, wanted)


@router.post("", status_code=201)
@needs(Permission.START_INITIATIVE)
def start_initiative(session: Writing, caller: WritingCaller, told: InitiativeIn) -> InitiativeOut:
    """Write down that an initiative starts, or that one which was there already is joined."""
    return queries.initiative_out(session, caller, actions.start_initiative(session, caller, told))


@router.get("/{initiative_id}")
@needs(Permission.SEE_INITIATIVES)
def show_initiative(session: Reading, caller: Caller, initiative_id: UUID) -> InitiativeOut:
    """Show an initiative; of those who take part, residents whom you look after are named."""
    return queries.show_initiative(session, caller, initiative_id)


@router.patch("/{initiative_id}")
@needs(Permission.CHANGE_INITIATIVE)
def change_initiative(
    session: Writing, caller: WritingCaller, initiative_id: UUID, version: SeenVersion, change: InitiativeChange
) -> InitiativeOut:
    """Change what an initiative is about, or what its next step is."""
    initiative = actions.change_initiative(session, caller, initiative_id, version, change)
    return queries.initiative_out(session, caller, initiative)


@router.post("/{initiative_id}/phases", status_code=201)
@needs(Permission.CHANGE_INITIATIVE)
def move_phase(
    session: Writing, caller: WritingCaller, initiative_id: UUID, version: SeenVersion, told: PhaseIn
) -> InitiativeOut:
    """Write down that an initiative came into another phase; one that stopped can be taken up again."""
    initiative = actions.move_phase(session, caller, initiative_id, version, told)
    return queries.initiative_out(session, caller, initiative)


@router.get("/{initiative_id}/participants")
@needs(Permission.SEE_INITIATIVES)
def list_participants(session: Reading, caller: Caller, initiative_id: UUID) -> Page[ParticipantOut]:
    """List those who take part and whom you look after."""
    return Page(items=queries.show_initiative(session, caller, initiative_id).participants)


@router.post("/{initiative_id}/participants", status_code=201)
@needs(Permission.ADD_PARTICIPANT)
def add_participant(session: Writing, caller: WritingCaller, initiative_id: UUID, told: ParticipantIn) -> InitiativeOut:
    """Write down that a resident whom you look after takes part."""
    actions.add_participant(session, caller, initiative_id, told)
    return queries.show_initiative(session, caller, initiative_id)


@router.delete("/{initiative_id}/participants/{participant_id}", status_code=204)
@needs(Permission.ADD_PARTICIPANT)
def end_participation(session: Writing, caller: WritingCaller, initiative_id: UUID, participant_id: UUID) -> None:
    """Write down that a resident whom you look after no longer takes part."""
    actions.end_participation(session, caller, initiative_id, participant_id)


@router.get("/{initiative_id}/aims")
@needs(Permission.SEE_INITIATIVES)
def list_aims(session: Reading, caller: Caller, initiative_id: UUID) -> Page[AimOut]:
    """List the aims of an initiative."""
    return Page(items=queries.show_initiative(session, caller, initiative_id).aims)


@router.post("/{initiative_id}/aims", status_code=201)
@needs(Permission.CHANGE_INITIATIVE)
def set_aim(session: Writing, caller: WritingCaller, initiative_id: UUID, told: AimIn) -> InitiativeOut:
    """Write down what an initiative wants to reach."""
    actions.set_aim(session, caller, initiative_id, told)
    return queries.show_initiative(session, caller, initiative_id)


@router.put("/{initiative_id}/aims/{aim_id}/attainment")
@needs(Permission.CHANGE_INITIATIVE)
def reach_aim(
    session: Writing, caller: WritingCaller, initiative_id: UUID, aim_id: UUID, told: ReachedIn
) -> InitiativeOut:
    """Write down that an aim was reached."""
    actions.reach_aim(session, caller, initiative_id, aim_id, told)
    return queries.show_initiative(session, caller, initiative_id)


@router.get("/{initiative_id}/themes")
@needs(Permission.SEE_THEMES)
def list_initiative_themes(session: Reading, caller: Caller, initiative_id: UUID) -> Page[ThemeOut]:
    """List the themes that an initiative is about; `needIds` names the needs of residents whom you look after."""
    return Page(items=queries.list_themes_of(session, caller, initiative_id))


@router.post("/{initiative_id}/themes", status_code=201)
@needs(Permission.CHANGE_INITIATIVE)
def link_theme(session: Writing, caller: WritingCaller, initiative_id: UUID, told: ThemeLinkIn) -> InitiativeOut:
    """Write down that an initiative is about a theme."""
    initiative = actions.link_theme(session, caller, initiative_id, told.theme_id)
    return queries.initiative_out(session, caller, initiative)


@router.delete("/{initiative_id}/themes/{theme_id}", status_code=204)
@needs(Permission.CHANGE_INITIATIVE)
def unlink_theme(session: Writing, caller: WritingCaller, initiative_id: UUID, theme_id: UUID) -> None:
    """Take away the link between an initiative and a theme."""
    actions.unlink_theme(session, caller, initiative_id, theme_id)


@page.get("")
@needs(Permission.PUBLISH_INITIATIVE)
def show_page(session: Reading, caller: Caller, initiative_id: UUID) -> InitiativePageOut:
    """Show the public page of an initiative, as it is or will be."""
    return queries.show_page(session, caller, initiative_id)


@page.post("", status_code=201)
@needs(Permission.PUBLISH_INITIATIVE)
def draft_page(
    session: Writing, caller: WritingCaller, initiative_id: UUID, told: InitiativePageIn
) -> InitiativePageOut:
    """Write the public page of an initiative; nobody outside the team sees it before it is published."""
    actions.draft_page(session, caller, initiative_id, told)
    return queries.show_page(session, caller, initiative_id)


@page.patch("")
@needs(Permission.PUBLISH_INITIATIVE)
def change_page(
    session: Writing, caller: WritingCaller, initiative_id: UUID, version: SeenVersion, change: InitiativePageChange
) -> InitiativePageOut:
    """Write the page anew, with all its texts; when everybody reads it already, `previewed` must be true."""
    actions.change_page(session, caller, initiative_id, version, change)
    return queries.show_page(session, caller, initiative_id)


@page.put("/publication")
@needs(Permission.PUBLISH_INITIATIVE)
def publish_page(
    session: Writing, caller: WritingCaller, initiative_id: UUID, version: SeenVersion, told: PublicationIn
) -> InitiativePageOut:
    """Let everybody read the page, after a person read it as it will be."""
    actions.publish_page(session, caller, initiative_id, version, told)
    return queries.show_page(session, caller, initiative_id)


@page.delete("/publication")
@needs(Permission.PUBLISH_INITIATIVE)
def withdraw_page(session: Writing, caller: WritingCaller, initiative_id: UUID) -> InitiativePageOut:
    """Take the page away from everybody, at once and whatever changed meanwhile."""
    actions.withdraw_page(session, caller, initiative_id)
    return queries.show_page(session, caller, initiative_id)


@public.get("/{code}")
@open_to_all
def show_public_initiative(session: Reading, code: str) -> PublicInitiative:
    """Show what everybody may read of an initiative, by the short code of its page."""
    return queries.show_public_initiative(session, code)
