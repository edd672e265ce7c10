"""Reading what is planned and what is drawn, always as someone."""

from collections.abc import Sequence
from dataclasses import fields, replace
from decimal import Decimal
from fractions import Fraction
from typing import Any
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.orm import defer
from sqlmodel import Session, col

from bsa import clock
from bsa.areas.models import Area
from bsa.closing.deviations import QUARTERS, deviations
from bsa.closing.models import Explanation, ProfileChoice, ProfileName, SocietalTask, Story
from bsa.closing.shapes import (
    ClosingItem,
    ClosingOut,
    ClosingQuery,
    DeviationOut,
    DrawingIn,
    PreviewOut,
    PreviewQuery,
    ProfileChoiceOut,
    ProfileMeaning,
    SocietalTaskOut,
    SocietalTaskQuery,
    StoryOut,
)
from bsa.errors import NotFound, invalid
from bsa.headcount.areas import municipality_named, published_areas
from bsa.headcount.residents import not_kept
from bsa.paging import Order, cursor_after, fetch
from bsa.permissions import Actor, Permission, allows, require
from bsa.quarters import last_day_of
from bsa.rows import locked
from bsa.sealing import open_rows
from bsa.settings import Settings
from bsa.shapes import Page
from bsa.statistics.budget import best_guess, charge
from bsa.statistics.cube import tables_of
from bsa.statistics.display import margin
from bsa.statistics.hierarchy import LEVELS
from bsa.statistics.models import StatisticsRelease
from bsa.statistics.profile import STANDARD, STRICT, Profile, strictest
from bsa.statistics.published import Dataset, dataset_of
from bsa.statistics.releases import cost_of, releases_of_year

BY_NAME = Order((col(SocietalTask.year), True), (col(SocietalTask.name), False), (col(SocietalTask.id), False))
LATEST_FIRST = Order((col(StatisticsRelease.period), True), (col(StatisticsRelease.id), True))
PROFILES = {ProfileName.STRICT: STRICT, ProfileName.STANDARD: STANDARD}


def list_tasks(session: Session, actor: Actor, wanted: SocietalTaskQuery) -> Page[SocietalTaskOut]:
    """List the tasks that were agreed on, the latest year first."""
    require(actor, Permission.SEE_AGREED_TASKS)
    rows, more = fetch(session, actor, wanted, _tasks, BY_NAME)
    items = [_task_out(actor, *row) for row in rows]
    last = items[-1] if more else None
    return Page(items=items, next_cursor=cursor_after(last.year, last.name, last.id) if last else None)


def _tasks(actor: Actor, wanted: SocietalTaskQuery) -> Select[*tuple[Any, ...]]:
    query = select(SocietalTask, col(Area.code)).join(Area, col(Area.id) == col(SocietalTask.area_id))
    return query.where(col(SocietalTask.year) == wanted.year) if wanted.year is not None else query


def show_task(session: Session, actor: Actor, task_id: UUID) -> SocietalTaskOut:
    """Show a task."""
    task = find_task(session, actor, task_id)
    return _task_out(actor, task, session.get_one(Area, task.area_id).code or "")


def find_task(session: Session, actor: Actor, task_id: UUID) -> SocietalTask:
    """Return a task."""
    require(actor, Permission.SEE_AGREED_TASKS)
    task = session.get(SocietalTask, task_id)
    if task is None:
        raise NotFound
    return task


def _task_out(actor: Actor, task: SocietalTask, municipality: str) -> SocietalTaskOut:
    return SocietalTaskOut(
        id=task.id,
        version=task.version,
        created_at=task.created_at,
        changed_at=task.changed_at,
        allowed_actions=[Permission.AGREE_TASK.value] if allows(actor, Permission.AGREE_TASK) else [],
        municipality=municipality,
        year=task.year,
        name=task.name,
        planned=task.planned,
        life_areas=task.life_areas,
    )


def preview_quarter(session: Session, actor: Actor | None, told: PreviewQuery | DrawingIn) -> PreviewOut:
    """Show what closing a quarter would publish, without counting anybody; `actor` is None for the command line."""
    if actor is not None:
        require(actor, Permission.SEE_CLOSING)
    try:
        area = municipality_named(session, told.municipality)
    except NotFound:
        raise invalid("municipality", "unknown", "Name the municipality by its code, such as GM0344.") from None
    year, profile = int(told.period[:4]), present_profile(session)
    areas = published_areas(session, area, year, profile)
    tables = tables_of(int(told.period[-1]), not_kept(session))
    wanted = charge(profile, tables, told.period, year)
    spent = [cost_of(one) for one in releases_of_year(session, area.code or "", year)]
    return PreviewOut(
        period=told.period,
        municipality=area.code or "",
        municipality_name=area.name,
        over=last_day_of(told.period) < clock.today(),
        tables=[table.code for table in tables],
        neighbourhoods=len(areas.hierarchy.neighbourhoods),
        put_together=sorted(code for code, published in areas.hierarchy.published_as.items() if code != published),
        profile=_chosen(session),
        cost=float(wanted.whole),
        spent=float(sum(one.whole for one in spent)),
        budget=float(profile.year_budget),
        best_guess=best_guess(wanted.whole),
    )


def list_closings(session: Session, actor: Actor, wanted: ClosingQuery) -> Page[ClosingItem]:
    """List the quarters that were drawn, the latest first."""
    require(actor, Permission.SEE_CLOSING)
    rows, more = fetch(session, actor, wanted, _drawn, LATEST_FIRST)
    found = [row[0] for row in rows]
    return Page(
        items=[ClosingItem(**_drawn_of(actor, row)) for row in found],
        next_cursor=cursor_after(found[-1].period, found[-1].id) if more else None,
    )


def _drawn(actor: Actor, wanted: ClosingQuery) -> Select[*tuple[Any, ...]]:
    # The numbers of a release are long, and no list shows them.
    frozen: Any = StatisticsRelease.frozen
    words: Any = StatisticsRelease.words
    query = select(StatisticsRelease).options(defer(frozen), defer(words))
    return query.where(col(StatisticsRelease.period) == wanted.period) if wanted.period is not None else query


def show_closing(session: Session, actor: Actor, release_id: UUID) -> ClosingOut:
    """Show a quarter that was drawn."""
    return _closing_out(session, actor, find_drawn(session, actor, release_id))


def _closing_out(session: Session, actor: Actor, row: StatisticsRelease) -> ClosingOut:
    stories = stories_of(session, row.id)
    open_rows(session, stories)
    return ClosingOut(
        **_drawn_of(actor, row),
        deviations=deviations_of(session, row),
        stories=[StoryOut.model_validate(story, from_attributes=True) for story in stories],
    )


def _drawn_of(actor: Actor, row: StatisticsRelease) -> dict[str, Any]:
    may = allows(actor, Permission.CLOSE_QUARTER) and row.definitive_on is None
    return {
        "id": row.id,
        "version": 1 + (row.published_at is not None) + (row.definitive_on is not None),
        "created_at": row.created_at,
        "changed_at": row.published_at or row.created_at,
        "allowed_actions": [Permission.CLOSE_QUARTER.value] if may else [],
        "period": row.period,
        "municipality": row.municipality,
        "revision": row.revision,
        "reason": row.reason,
        "published_at": row.published_at,
        "definitive_on": row.definitive_on,
        "fingerprint": row.fingerprint,
    }


def read_drawn(session: Session, actor: Actor, release_id: UUID) -> Dataset:
    """Return a quarter as it will be published, with what is said of it until now."""
    row = find_drawn(session, actor, release_id)
    dataset = dataset_of(row)
    if row.published_at is not None:
        return dataset
    stories = stories_of(session, row.id)
    open_rows(session, stories)
    return replace(dataset, words=words_of(deviations_of(session, row), stories))


def words_of(found: Sequence[DeviationOut], stories: Sequence[Story]) -> dict[str, Any]:
    """Return what is said of a release, as it is published; of stories not who told them, nor how they agreed."""
    return {
        "explanations": [one.model_dump(mode="json", exclude={"task_id"}) for one in found],
        "stories": [{"title": one.title, "words": one.words} for one in stories],
    }


def find_drawn(session: Session, actor: Actor | None, release_id: UUID) -> StatisticsRelease:
    """Return a release that was drawn; locked when the session writes."""
    if actor is not None:
        require(actor, Permission.SEE_CLOSING)
    query = select(StatisticsRelease).where(col(StatisticsRelease.id) == release_id)
    row: StatisticsRelease | None = session.scalar(locked(session, query, StatisticsRelease))
    if row is None:
        raise NotFound
    return row


def deviations_of(session: Session, row: StatisticsRelease) -> list[DeviationOut]:
    """Return what was planned beside what was reached: as it was published, or as it is now."""
    if row.published_at is not None:
        return []
    tasks = session.scalars(
        select(SocietalTask)
        .join(Area, col(Area.id) == col(SocietalTask.area_id))
        .where(col(Area.code) == row.municipality, col(SocietalTask.year) == int(row.period[:4]))
        .order_by(col(SocietalTask.name))
    ).all()
    latest = {one.period: one for one in releases_of_year(session, row.municipality, int(row.period[:4]))}
    before = [dataset_of(one) for period, one in sorted(latest.items()) if period < row.period and one.published_at]
    return deviations([*before, dataset_of(row)], tasks, explanations_of(session, row.id))


def explanations_of(session: Session, release_id: UUID) -> Sequence[Explanation]:
    """Return what was explained of a release that is not published yet."""
    return session.scalars(select(Explanation).where(col(Explanation.release_id) == release_id)).all()


def stories_of(session: Session, release_id: UUID) -> Sequence[Story]:
    """Return the stories that are to be published, in their order."""
    query = select(Story).where(col(Story.release_id) == release_id).order_by(col(Story.number))
    return session.scalars(query).all()


def present_profile(session: Session) -> Profile:
    """Return how strongly figures are protected now."""
    return _profile(session, _chosen(session))


def show_profile(session: Session, actor: Actor) -> ProfileChoiceOut:
    """Show how strongly figures are protected, and why."""
    require(actor, Permission.SEE_CLOSING)
    choice = _choice(session)
    without = not_kept(session)
    return ProfileChoiceOut(
        profile=_chosen(session),
        words=choice.words if choice else None,
        chosen_at=choice.created_at if choice else None,
        choices=[_meaning(session, name, without) for name in ProfileName],
        allowed_actions=[Permission.CHOOSE_PROFILE.value] if allows(actor, Permission.CHOOSE_PROFILE) else [],
    )


def _meaning(session: Session, name: ProfileName, without: frozenset[str]) -> ProfileMeaning:
    profile = _profile(session, name)
    quarters = [charge(profile, tables_of(number, without), "", 0) for number in range(1, QUARTERS + 1)]
    dearest = max(quarters, key=lambda one: one.whole)
    year = sum((one.whole for one in quarters), Fraction(0))
    return ProfileMeaning(
        profile=name,
        margins={level.value: margin(level, profile) for level in LEVELS},
        cost=float(dearest.whole),
        year_cost=float(year),
        year_budget=float(profile.year_budget),
        best_guess=best_guess(dearest.whole),
        best_guess_year=best_guess(year),
        best_guess_need=best_guess(dearest.sensitive["need"]),
    )


def _profile(session: Session, name: ProfileName) -> Profile:
    """Return a profile, made as strict as the settings of the installation ask."""
    settings: Settings = session.info["settings"]
    asked = {field.name: getattr(settings, f"figures_{field.name}") for field in fields(Profile)}
    budgets = {name: Fraction(value) for name, value in asked.items() if isinstance(value, Decimal)}
    return strictest([PROFILES[name], Profile(**asked | budgets)])


def _chosen(session: Session) -> ProfileName:
    choice = _choice(session)
    return choice.profile if choice else ProfileName.STRICT


def _choice(session: Session) -> ProfileChoice | None:
    found: ProfileChoice | None = session.scalar(select(ProfileChoice).order_by(col(ProfileChoice.id).desc()).limit(1))
    return found
