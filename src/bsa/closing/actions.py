"""Deeds of closing a quarter: agree on tasks, draw the figures once, explain, add stories, publish."""

import hashlib
import json
from uuid import UUID

from sqlalchemy import delete, func, select
from sqlmodel import Session, col

from bsa import clock
from bsa.areas.models import Area
from bsa.closing.models import Explanation, ProfileChoice, SocietalTask, Story
from bsa.closing.queries import deviations_of, explanations_of, find_drawn, present_profile, stories_of, words_of
from bsa.closing.shapes import (
    DrawingIn,
    ExplanationIn,
    ProfileChoiceIn,
    PublicationIn,
    SocietalTaskChange,
    SocietalTaskIn,
    StoryIn,
)
from bsa.errors import N_, Conflict, NotFound, invalid
from bsa.events import note
from bsa.headcount.areas import municipality_named, published_areas
from bsa.headcount.institutions import count_institutions
from bsa.headcount.residents import count_residents, not_kept
from bsa.permissions import Actor, Permission, require
from bsa.quarters import last_day_of
from bsa.rows import not_later, not_stale
from bsa.sealing import open_rows
from bsa.statistics.models import StatisticsRelease
from bsa.statistics.releases import Wanted, draw_release

MOST_STORIES = 3


def agree_task(session: Session, actor: Actor, told: SocietalTaskIn) -> SocietalTask:
    """Write down a task that was agreed on with the municipality."""
    require(actor, Permission.AGREE_TASK)
    area = _municipality(session, told.municipality)
    _refuse_same_name(session, area.id, told.year, told.name)
    task = SocietalTask(
        area_id=area.id, year=told.year, name=told.name, planned=told.planned, life_areas=sorted(set(told.life_areas))
    )
    session.add(task)
    note(session, actor, "societal_task.agreed", task, planned=task.planned)
    session.flush()
    return task


def change_task(
    session: Session, actor: Actor, task_id: UUID, version: int | None, change: SocietalTaskChange
) -> SocietalTask:
    """Change what was agreed on; figures that are published stay as they are."""
    task = _task(session, actor, task_id, version)
    if change.name and change.name != task.name:
        _refuse_same_name(session, task.area_id, task.year, change.name)
        task.name = change.name
    task.planned = task.planned if change.planned is None else change.planned
    task.life_areas = task.life_areas if change.life_areas is None else sorted(set(change.life_areas))
    task.touch()
    note(session, actor, "societal_task.changed", task, planned=task.planned)
    session.flush()
    return task


def drop_task(session: Session, actor: Actor, task_id: UUID, version: int | None) -> None:
    """Take a task off the list, with what was explained of it and is not published."""
    task = _task(session, actor, task_id, version)
    session.execute(delete(Explanation).where(col(Explanation.task_id) == task.id))
    note(session, actor, "societal_task.dropped", task)
    session.delete(task)
    session.flush()


def draw_quarter(session: Session, actor: Actor | None, told: DrawingIn) -> StatisticsRelease:
    """Count a quarter that is over, and draw its figures once; `actor` is None for the command line.

    Drawn again from the same counts it is the same release. When something was entered since, it takes a revision,
    with a reason.
    """
    if actor is not None:
        require(actor, Permission.CLOSE_QUARTER)
    if last_day_of(told.period) >= clock.today():
        words = N_("This quarter is not over yet. It can be closed from the day after its last day.")
        raise invalid("period", "not_over", words)
    area = _municipality(session, told.municipality)
    profile = present_profile(session)
    areas = published_areas(session, area, int(told.period[:4]), profile)
    wanted = Wanted(
        period=told.period,
        hierarchy=areas.hierarchy,
        division_year=areas.division_year,
        names=areas.names,
        without=not_kept(session),
        reason=told.reason,
        own_areas=areas.own_areas,
    )
    before = session.scalar(select(func.count()).select_from(StatisticsRelease))
    row = draw_release(
        session,
        wanted,
        lambda tables: count_residents(session, told.period, areas.hierarchy, tables),
        count_institutions(session, told.period, areas.hierarchy),
        profile,
    )
    if session.scalar(select(func.count()).select_from(StatisticsRelease)) != before:
        note(session, actor, "statistics_release.drawn", row, revision=row.revision)
    return row


def explain_deviation(
    session: Session, actor: Actor, release_id: UUID, task_id: UUID, told: ExplanationIn
) -> StatisticsRelease:
    """Say why something differs from what was planned; said again, it replaces what was said."""
    row = _unpublished(session, actor, release_id)
    task = session.get(SocietalTask, task_id)
    if task is None or task.year != int(row.period[:4]):
        raise NotFound
    present = session.scalar(
        select(Explanation).where(col(Explanation.release_id) == row.id, col(Explanation.task_id) == task.id)
    )
    if present is None:
        present = Explanation(release_id=row.id, task_id=task.id, words=told.words)
        session.add(present)
    else:
        present.words = told.words
        present.touch()
    note(session, actor, "explanation.written", present)
    session.flush()
    return row


def add_story(session: Session, actor: Actor, release_id: UUID, told: StoryIn) -> Story:
    """Add a story whose teller agreed to have it published."""
    row = _unpublished(session, actor, release_id)
    numbers = {story.number for story in stories_of(session, row.id)}
    free = sorted(set(range(1, MOST_STORIES + 1)) - numbers)
    if not free:
        raise Conflict(N_("There are three stories already. Take one back first."))
    story = Story(
        release_id=row.id,
        number=free[0],
        title=told.title,
        words=told.words,
        consented_on=not_later("consented_on", told.consented_on),
        consent_how=told.consent_how,
    )
    session.add(story)
    note(session, actor, "story.added", story)
    session.flush()
    return story


def take_story_back(session: Session, actor: Actor, release_id: UUID, story_id: UUID) -> None:
    """Take back a story that is not published yet."""
    row = _unpublished(session, actor, release_id)
    story = session.get(Story, story_id)
    if story is None or story.release_id != row.id:
        raise NotFound
    note(session, actor, "story.taken_back", story)
    session.delete(story)
    session.flush()


def publish_release(session: Session, actor: Actor | None, release_id: UUID, told: PublicationIn) -> StatisticsRelease:
    """Publish what was drawn, with what is said of it; from then on nothing of it changes."""
    row = _unpublished(session, actor, release_id)
    if not told.previewed:
        raise invalid("previewed", "not_seen", "Look at what will be public first, then publish it.")
    found = deviations_of(session, row)
    silent = [one.name for one in found if one.deviates and one.explanation is None]
    if silent and actor is not None:
        raise Conflict(N_("Say first why these differ from what was planned: {names}."), names=", ".join(silent))
    stories = stories_of(session, row.id)
    open_rows(session, stories)
    row.words = json.dumps(words_of(found, stories), separators=(",", ":"), sort_keys=True, ensure_ascii=False)
    row.published_at = clock.now()
    row.fingerprint = hashlib.sha256(f"{row.frozen}\n{row.words}".encode()).hexdigest()
    for draft in (*stories, *explanations_of(session, row.id)):
        session.delete(draft)
    note(session, actor, "statistics_release.published", row, revision=row.revision)
    session.flush()
    return row


def make_definitive(session: Session, actor: Actor, release_id: UUID) -> StatisticsRelease:
    """Say of published figures that no revision is to be expected."""
    row = find_drawn(session, actor, release_id)
    require(actor, Permission.CLOSE_QUARTER)
    if row.published_at is None:
        raise Conflict(N_("Publish it first."))
    if row.definitive_on is None:
        row.definitive_on = clock.today()
        note(session, actor, "statistics_release.made_definitive", row)
        session.flush()
    return row


def choose_profile(session: Session, actor: Actor, told: ProfileChoiceIn) -> ProfileChoice:
    """Choose how strongly figures are protected from now on; figures that were drawn stay as they are."""
    require(actor, Permission.CHOOSE_PROFILE)
    choice = ProfileChoice(profile=told.profile, words=told.words, chosen_by_id=actor.id)
    session.add(choice)
    note(session, actor, "profile_choice.made", choice, profile=choice.profile)
    session.flush()
    return choice


def _municipality(session: Session, code: str | None) -> Area:
    try:
        return municipality_named(session, code)
    except NotFound:
        raise invalid("municipality", "unknown", "Name the municipality by its code, such as GM0344.") from None


def _task(session: Session, actor: Actor, task_id: UUID, version: int | None) -> SocietalTask:
    require(actor, Permission.AGREE_TASK)
    task = session.get(SocietalTask, task_id)
    if task is None:
        raise NotFound
    not_stale(task, version)
    return task


def _refuse_same_name(session: Session, area_id: UUID, year: int, name: str) -> None:
    same = select(col(SocietalTask.id)).where(
        col(SocietalTask.area_id) == area_id, col(SocietalTask.year) == year, col(SocietalTask.name) == name
    )
    if session.scalar(same) is not None:
        raise invalid(
            "name", "taken", "There is a task with this name in this year. Choose another, or change that one."
        )


def _unpublished(session: Session, actor: Actor | None, release_id: UUID) -> StatisticsRelease:
    row = find_drawn(session, actor, release_id)
    if actor is not None:
        require(actor, Permission.CLOSE_QUARTER)
    if row.published_at is not None:
        raise Conflict(N_("This is published, and stays as it is. Draw a revision when it is wrong."))
    return row
