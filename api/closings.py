"""Closing a quarter, what was agreed with the municipality, and how strongly figures are protected."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from api.answers import AnsweringRoute, found_at
from api.dependencies import Caller, Reading, SeenVersion, SentKey, Session, Writing, WritingCaller, content_of, needs
from bsa.closing import actions, queries
from bsa.closing.shapes import (
    ClosingItem,
    ClosingOut,
    ClosingQuery,
    DrawingIn,
    ExplanationIn,
    PreviewOut,
    PreviewQuery,
    ProfileChoiceIn,
    ProfileChoiceOut,
    PublicationIn,
    SocietalTaskChange,
    SocietalTaskIn,
    SocietalTaskOut,
    SocietalTaskQuery,
    StoryIn,
)
from bsa.permissions import Actor, Permission
from bsa.sendings import once
from bsa.shapes import Page
from bsa.statistics.published import Dataset

router = APIRouter(prefix="/closings", tags=["closing a quarter"], route_class=AnsweringRoute)
previews = APIRouter(prefix="/closing-preview", tags=["closing a quarter"], route_class=AnsweringRoute)
tasks = APIRouter(prefix="/societal-tasks", tags=["closing a quarter"], route_class=AnsweringRoute)
profile = APIRouter(prefix="/statistics-profile", tags=["closing a quarter"], route_class=AnsweringRoute)


@tasks.get("")
@needs(Permission.SEE_AGREED_TASKS)
def list_agreed_tasks(
    session: Reading, caller: Caller, wanted: Annotated[SocietalTaskQuery, Query()]
) -> Page[SocietalTaskOut]:
    """List the tasks that were agreed on with the municipality, the latest year first."""
    return queries.list_tasks(session, caller, wanted)


@tasks.post("", status_code=201)
@needs(Permission.AGREE_TASK)
def agree_task(session: Writing, caller: WritingCaller, told: SocietalTaskIn, key: SentKey = None) -> SocietalTaskOut:
    """Write down a task that was agreed on with the municipality for a year, with a planned number of residents."""
    task = once(
        session,
        caller,
        key,
        content_of("societal_task", told),
        lambda: actions.agree_task(session, caller, told),
        lambda task_id: queries.find_task(session, caller, task_id),
    )
    return queries.show_task(session, caller, task.id)


@tasks.get("/{task_id}")
@needs(Permission.SEE_AGREED_TASKS)
def show_agreed_task(session: Reading, caller: Caller, task_id: UUID) -> SocietalTaskOut:
    """Show a task that was agreed on with the municipality."""
    return queries.show_task(session, caller, task_id)


@tasks.patch("/{task_id}")
@needs(Permission.AGREE_TASK)
def change_agreed_task(
    session: Writing, caller: WritingCaller, task_id: UUID, version: SeenVersion, change: SocietalTaskChange
) -> SocietalTaskOut:
    """Change what was agreed on; figures that are published stay as they are."""
    actions.change_task(session, caller, task_id, version, change)
    return queries.show_task(session, caller, task_id)


@tasks.delete("/{task_id}", status_code=204)
@needs(Permission.AGREE_TASK)
def drop_agreed_task(session: Writing, caller: WritingCaller, task_id: UUID, version: SeenVersion) -> None:
    """Take a task off the list, with what was said of it and is not published yet."""
    actions.drop_task(session, caller, task_id, version)


@previews.get("")
@needs(Permission.SEE_CLOSING)
def preview_quarter(session: Reading, caller: Caller, wanted: Annotated[PreviewQuery, Query()]) -> PreviewOut:
    """Show what closing a quarter would publish and what it tells at most; nobody is counted for it."""
    return queries.preview_quarter(session, caller, wanted)


@router.get("")
@needs(Permission.SEE_CLOSING)
def list_closings(session: Reading, caller: Caller, wanted: Annotated[ClosingQuery, Query()]) -> Page[ClosingItem]:
    """List the quarters that were counted, the latest first."""
    return queries.list_closings(session, caller, wanted)


@router.post("", status_code=201)
@needs(Permission.CLOSE_QUARTER)
def draw_quarter(session: Writing, caller: WritingCaller, told: DrawingIn, key: SentKey = None) -> ClosingOut:
    """Count a quarter that is over, and draw its figures once. Nothing is published with it.

    Asked again without a reason, it answers what was drawn; with a reason it draws a revision.
    """
    row = once(
        session,
        caller,
        key,
        content_of("closing", told),
        lambda: actions.draw_quarter(session, caller, told),
        lambda release_id: queries.find_drawn(session, caller, release_id),
    )
    return queries.show_closing(session, caller, row.id)


@router.get("/{closing_id}")
@needs(Permission.SEE_CLOSING)
def show_closing(session: Reading, caller: Caller, closing_id: UUID) -> ClosingOut:
    """Show a quarter that was counted: what was planned beside what was reached, and what is said of it."""
    return queries.show_closing(session, caller, closing_id)


def read_drawn(session: Session, caller: Actor, closing_id: UUID) -> Dataset:
    """Return the figures of a quarter as they will be published, for the page that shows them beforehand."""
    return queries.read_drawn(session, caller, closing_id)


@router.put("/{closing_id}/explanations/{task_id}")
@needs(Permission.CLOSE_QUARTER)
def explain_deviation(
    session: Writing, caller: WritingCaller, closing_id: UUID, task_id: UUID, told: ExplanationIn
) -> ClosingOut:
    """Say why something differs from what was planned; said again, it replaces what was said."""
    actions.explain_deviation(session, caller, closing_id, task_id, told)
    return queries.show_closing(session, caller, closing_id)


@router.post("/{closing_id}/stories", status_code=201)
@found_at("/closings")
@needs(Permission.CLOSE_QUARTER)
def add_story(session: Writing, caller: WritingCaller, closing_id: UUID, told: StoryIn) -> ClosingOut:
    """Add a story whose teller agreed to have it published, three at most. The answer is the quarter."""
    actions.add_story(session, caller, closing_id, told)
    return queries.show_closing(session, caller, closing_id)


@router.delete("/{closing_id}/stories/{story_id}", status_code=204)
@needs(Permission.CLOSE_QUARTER)
def take_story_back(session: Writing, caller: WritingCaller, closing_id: UUID, story_id: UUID) -> None:
    """Take back a story that is not published yet."""
    actions.take_story_back(session, caller, closing_id, story_id)


@router.post("/{closing_id}/publication", status_code=201)
@found_at("/closings")
@needs(Permission.CLOSE_QUARTER)
def publish_closing(session: Writing, caller: WritingCaller, closing_id: UUID, told: PublicationIn) -> ClosingOut:
    """Publish what was drawn, with what is said of it; from then on nothing of it changes."""
    actions.publish_release(session, caller, closing_id, told)
    return queries.show_closing(session, caller, closing_id)


@router.post("/{closing_id}/finality", status_code=201)
@found_at("/closings")
@needs(Permission.CLOSE_QUARTER)
def make_definitive(session: Writing, caller: WritingCaller, closing_id: UUID) -> ClosingOut:
    """Say of published figures that no revision is to be expected."""
    actions.make_definitive(session, caller, closing_id)
    return queries.show_closing(session, caller, closing_id)


@profile.get("")
@needs(Permission.SEE_CLOSING)
def show_profile(session: Reading, caller: Caller) -> ProfileChoiceOut:
    """Show how strongly figures are protected, why, and what each choice means."""
    return queries.show_profile(session, caller)


@profile.put("")
@needs(Permission.CHOOSE_PROFILE)
def choose_profile(session: Writing, caller: WritingCaller, told: ProfileChoiceIn) -> ProfileChoiceOut:
    """Choose how strongly figures are protected from now on, and why; figures that were drawn stay as they are."""
    actions.choose_profile(session, caller, told)
    return queries.show_profile(session, caller)
