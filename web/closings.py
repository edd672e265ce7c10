"""Closing a quarter in steps, what was agreed with the municipality, and how strongly figures are protected."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from fastapi import Request, Response
from markupsafe import Markup

from api.areas import list_areas
from api.closings import (
    add_story,
    agree_task,
    change_agreed_task,
    choose_profile,
    draw_quarter,
    drop_agreed_task,
    explain_deviation,
    list_agreed_tasks,
    list_closings,
    make_definitive,
    preview_quarter,
    publish_closing,
    read_drawn,
    show_agreed_task,
    show_closing,
    show_profile,
    take_story_back,
)
from api.dependencies import Reading, Session, Writing, database, needs
from api.reports import history_of
from bsa import clock
from bsa.areas.models import Level
from bsa.areas.shapes import AreaQuery
from bsa.closing.models import ProfileName
from bsa.closing.shapes import (
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
from bsa.errors import Conflict, Invalid
from bsa.needs.models import LifeArea
from bsa.permissions import Actor, Permission, require
from bsa.quarters import first_day_of, last_day_of, quarter_of
from bsa.residents.models import ConsentHow
from bsa.shapes import Shape
from bsa.statistics.figures import figures_of
from bsa.statistics.published import table_named
from bsa.statistics.report import lead_of, protection_of, title_of
from web.choices import ALL
from web.dependencies import Sent, Visitor, WritingVisitor
from web.forms import Form, Nothing, asked, attempt, blank, read, read_change, version_in
from web.guests import guest_of
from web.pages import Pages, draw, go
from web.statistics import language_of, table_title

router = Pages("closings", prefix="/closings")
tasks = Pages("societal_tasks", prefix="/societal-tasks")
profile = Pages("profile", prefix="/statistics-profile")

BACK = 4
"""So many quarters back somebody is asked to close what was not closed."""


class WhichQuarter(Shape):
    """Of which quarter a page is asked."""

    period: str = ""
    municipality: str = ""


# --- closing ----------------------------------------------------------------------------------------------------------


@router.get("")
@needs(Permission.SEE_CLOSING)
def index(request: Request, session: Reading, visitor: Visitor) -> Response:
    """List the quarters that were counted, and those that wait."""
    drawn = list_closings(session, visitor, ClosingQuery(limit=ALL)).items
    known = {one.period for one in drawn}
    first: dict[str, int] = {}
    for one in drawn:
        first[one.period] = max(first.get(one.period, 0), one.revision)
    return draw(
        request,
        "closings/index.html",
        closings=[(one, one.revision < first[one.period]) for one in drawn],
        waiting=[period for period in _ended() if period not in known],
        next_on=last_day_of(quarter_of(clock.today())),
    )


@router.get("/new")
@needs(Permission.SEE_CLOSING)
def new(request: Request, session: Reading, visitor: Visitor) -> Response:
    """Show what closing a quarter would publish, before anybody is counted."""
    wanted = asked(WhichQuarter, request).shape or WhichQuarter()
    form = blank(guest_of(request), key=str(clock.new_id()), period=wanted.period or _ended()[0])
    form.values["municipality"] = wanted.municipality
    return _preview(request, session, visitor, form)


@router.post("")
@needs(Permission.CLOSE_QUARTER)
def create(request: Request, session: Writing, visitor: WritingVisitor, sent: Sent) -> Response:
    """Count the quarter; sent twice, it is counted once."""
    form = read(DrawingIn, sent, guest_of(request))
    form.values["key"] = key = str(sent.get("key", ""))
    closing = attempt(session, form, lambda told: draw_quarter(session, visitor, told, key or None))
    if closing:
        return go(request, "closings.show", "quarter_counted", closing_id=closing.id)
    return _preview(request, session, visitor, form, form.status)


@router.get("/{closing_id}")
@needs(Permission.SEE_CLOSING)
def show(request: Request, session: Reading, visitor: Visitor, closing_id: UUID) -> Response:
    """Show the steps of closing a quarter, and where it stands."""
    return _steps(request, session, visitor, closing_id)


@router.post("/{closing_id}/explanations/{task_id}")
@needs(Permission.CLOSE_QUARTER)
def explain(
    request: Request, session: Writing, visitor: WritingVisitor, closing_id: UUID, task_id: UUID, sent: Sent
) -> Response:
    """Say why something differs from what was planned."""
    form = read(ExplanationIn, sent, guest_of(request), prefix=f"task-{task_id}")
    if attempt(session, form, lambda told: explain_deviation(session, visitor, closing_id, task_id, told)):
        return go(request, "closings.show", "saved", "planned", closing_id=closing_id)
    return _steps(request, session, visitor, closing_id, form.status, explained={task_id: form})


@router.post("/{closing_id}/stories")
@needs(Permission.CLOSE_QUARTER)
def create_story(request: Request, session: Writing, visitor: WritingVisitor, closing_id: UUID, sent: Sent) -> Response:
    """Add a story."""
    form = read(StoryIn, sent, guest_of(request), prefix="story")
    if attempt(session, form, lambda told: add_story(session, visitor, closing_id, told)):
        return go(request, "closings.show", "story_added", "stories", closing_id=closing_id)
    return _steps(request, session, visitor, closing_id, form.status, story_form=form)


@router.post("/{closing_id}/stories/{story_id}/removal")
@needs(Permission.CLOSE_QUARTER)
def destroy_story(
    request: Request, session: Writing, visitor: WritingVisitor, closing_id: UUID, story_id: UUID, sent: Sent
) -> Response:
    """Take a story back."""
    form = read(Nothing, sent, guest_of(request), prefix="story")
    if attempt(session, form, lambda _: _done(take_story_back(session, visitor, closing_id, story_id))):
        return go(request, "closings.show", "story_taken_back", "stories", closing_id=closing_id)
    return _steps(request, session, visitor, closing_id, form.status, story_form=form)


@router.get("/{closing_id}/report")
@needs(Permission.SEE_CLOSING)
def report(request: Request, session: Reading, visitor: Visitor, closing_id: UUID) -> Response:
    """Show the report as everybody will read it, with the button to publish it under it."""
    return _report(request, session, visitor, closing_id)


@router.post("/{closing_id}/publication")
@needs(Permission.CLOSE_QUARTER)
def publish(request: Request, session: Writing, visitor: WritingVisitor, closing_id: UUID, sent: Sent) -> Response:
    """Publish a quarter; from then on nothing of it changes."""
    form = read(PublicationIn, sent, guest_of(request), previewed=bool(sent.get("previewed")))
    if attempt(session, form, lambda told: publish_closing(session, visitor, closing_id, told)):
        return go(request, "closings.show", "quarter_published", closing_id=closing_id)
    return _report(request, session, visitor, closing_id, form)


@router.post("/{closing_id}/finality")
@needs(Permission.CLOSE_QUARTER)
def settle(request: Request, session: Writing, visitor: WritingVisitor, closing_id: UUID, sent: Sent) -> Response:
    """Say that no revision is to be expected."""
    form = read(Nothing, sent, guest_of(request))
    if attempt(session, form, lambda _: make_definitive(session, visitor, closing_id)):
        return go(request, "closings.show", "quarter_definitive", closing_id=closing_id)
    return _steps(request, session, visitor, closing_id, form.status, form=form)


# --- tasks ------------------------------------------------------------------------------------------------------------


@tasks.get("")
@needs(Permission.SEE_AGREED_TASKS)
def index_tasks(request: Request, session: Reading, visitor: Visitor) -> Response:
    """List what was agreed with the municipality, with a form for one more."""
    return _tasks(request, session, visitor, blank(guest_of(request), year=str(clock.today().year)))


@tasks.post("")
@needs(Permission.AGREE_TASK)
def create_task(request: Request, session: Writing, visitor: WritingVisitor, sent: Sent) -> Response:
    """Write down a task that was agreed on."""
    form = read(SocietalTaskIn, sent, guest_of(request))
    if attempt(session, form, lambda told: agree_task(session, visitor, told)):
        return go(request, "societal_tasks.index_tasks", "task_agreed")
    return _tasks(request, session, visitor, form, form.status)


@tasks.get("/{task_id}/edit")
@needs(Permission.AGREE_TASK)
def edit(request: Request, session: Reading, visitor: Visitor, task_id: UUID) -> Response:
    """Show the form to change a task, or to take it off the list."""
    require(visitor, Permission.AGREE_TASK)
    task = show_agreed_task(session, visitor, task_id)
    return _edit_task(request, task, _as_it_is(blank(guest_of(request)), task))


@tasks.post("/{task_id}")
@needs(Permission.AGREE_TASK)
def update(request: Request, session: Writing, visitor: WritingVisitor, task_id: UUID, sent: Sent) -> Response:
    """Change a task."""
    version, chosen = version_in(sent), [str(area) for area in sent.getlist("life_areas")]
    form = read_change(SocietalTaskChange, sent, guest_of(request), life_areas=chosen)
    if attempt(session, form, lambda change: change_agreed_task(session, visitor, task_id, version, change)):
        return go(request, "societal_tasks.index_tasks", "saved")
    return _edit_task(request, show_agreed_task(session, visitor, task_id), form)


@tasks.post("/{task_id}/removal")
@needs(Permission.AGREE_TASK)
def destroy(request: Request, session: Writing, visitor: WritingVisitor, task_id: UUID, sent: Sent) -> Response:
    """Take a task off the list."""
    form, version = read(Nothing, sent, guest_of(request)), version_in(sent)
    if attempt(session, form, lambda _: _done(drop_agreed_task(session, visitor, task_id, version))):
        return go(request, "societal_tasks.index_tasks", "taken_out")
    task = show_agreed_task(session, visitor, task_id)
    return _edit_task(request, task, _as_it_is(form, task))


# --- the profile ------------------------------------------------------------------------------------------------------


@profile.get("")
@needs(Permission.SEE_CLOSING)
def show_choice(request: Request, session: Reading, visitor: Visitor) -> Response:
    """Show how strongly figures are protected, and what each choice means."""
    chosen = show_profile(session, visitor)
    return _profile(request, chosen, blank(guest_of(request), profile=chosen.profile.value))


@profile.post("")
@needs(Permission.CHOOSE_PROFILE)
def choose(request: Request, session: Writing, visitor: WritingVisitor, sent: Sent) -> Response:
    """Choose how strongly figures are protected from now on."""
    form = read(ProfileChoiceIn, sent, guest_of(request))
    if attempt(session, form, lambda told: choose_profile(session, visitor, told)):
        return go(request, "profile.show_choice", "profile_chosen")
    return _profile(request, show_profile(session, visitor), form)


def _preview(request: Request, session: Session, visitor: Actor, form: Form[Any], status: int = 200) -> Response:
    period = str(form.values["period"])
    municipality = str(form.values.get("municipality", "")) or None
    preview: PreviewOut | None = None
    again: list[Any] = []
    try:
        wanted = PreviewQuery.model_validate({"period": period, "municipality": municipality})
        preview = preview_quarter(session, visitor, wanted)
        again = list_closings(session, visitor, ClosingQuery(period=period, limit=1)).items
    except Conflict as refusal:
        form.refuse(refusal, status)
    except Invalid as refusal:
        form.add(*refusal.faults)
    except ValueError:
        form.errors.setdefault("period", []).append(form.in_language("Choose one of these."))
    found = list_areas(session, visitor, AreaQuery(level=Level.MUNICIPALITY, limit=ALL)).items
    known = {area.code: area.name for area in found if area.code}
    language = language_of(request)
    tables = [table_title(code, language) for code in preview.tables] if preview else []
    return draw(
        request,
        "closings/new.html",
        status,
        form=form,
        preview=preview,
        tables=tables,
        drawn=again[0] if again else None,
        periods=list(dict.fromkeys([*([preview.period] if preview else []), *_ended()])),
        municipalities=sorted(known.items()) if len(known) > 1 else [],
    )


def _steps(
    request: Request, session: Session, visitor: Actor, closing_id: UUID, status: int = 200, **forms: Any
) -> Response:
    closing = show_closing(session, visitor, closing_id)
    guest = guest_of(request)
    explained: dict[UUID, Form[Any]] = {
        one.task_id: blank(guest, prefix=f"task-{one.task_id}", words=one.explanation or "")
        for one in closing.deviations
    }
    story = blank(guest, prefix="story", consented_on=clock.today().isoformat(), consent_how=ConsentHow.SPOKEN.value)
    latest = list_closings(session, visitor, ClosingQuery(period=closing.period, limit=ALL)).items
    return draw(
        request,
        "closings/show.html",
        status,
        closing=closing,
        explained=explained | forms.pop("explained", {}),
        silent=[one.name for one in closing.deviations if one.deviates and not one.explanation],
        story_form=forms.pop("story_form", story),
        form=forms.pop("form", None),
        newer=max((one.revision for one in latest if one.municipality == closing.municipality), default=0),
        ways=list(ConsentHow),
    )


def _report(
    request: Request, session: Session, visitor: Actor, closing_id: UUID, form: Form[Any] | None = None
) -> Response:
    closing: ClosingOut = show_closing(session, visitor, closing_id)
    dataset = read_drawn(session, visitor, closing_id)
    language = language_of(request)
    figures = figures_of(dataset, None, language, history_of(session, dataset.municipality))
    return draw(
        request,
        "closings/report.html",
        form.status if form else 200,
        closing=closing,
        dataset=dataset,
        figures=figures,
        drawings={one.name: Markup(one.picture) for one in figures},  # noqa: S704 - drawn by us, its texts escaped
        report_title=title_of(dataset, language),
        report_lead=lead_of(dataset, language),
        protection=protection_of(dataset, language),
        organisation_name=database(request).settings.organisation,
        form=form,
        table_named=table_named,
    )


def _tasks(request: Request, session: Session, visitor: Actor, form: Form[Any], status: int = 200) -> Response:
    found = list_agreed_tasks(session, visitor, SocietalTaskQuery(limit=ALL)).items
    years: dict[int, list[SocietalTaskOut]] = {}
    for task in found:
        years.setdefault(task.year, []).append(task)
    areas = list_areas(session, visitor, AreaQuery(level=Level.MUNICIPALITY, limit=ALL)).items
    known = {area.code: area.name for area in areas if area.code}
    return draw(
        request,
        "closings/tasks.html",
        status,
        years=years,
        form=form,
        life_areas=list(LifeArea),
        municipalities=sorted(known.items()) if len(known) > 1 else [],
    )


def _edit_task(request: Request, task: SocietalTaskOut, form: Form[Any]) -> Response:
    status = form.status if form.errors else 200
    return draw(request, "closings/edit_task.html", status, task=task, form=form, life_areas=list(LifeArea))


def _as_it_is(form: Form[Any], task: SocietalTaskOut) -> Form[Any]:
    form.values |= {
        "name": task.name,
        "planned": str(task.planned),
        "life_areas": [area.value for area in task.life_areas],
    }
    return form


def _profile(request: Request, chosen: ProfileChoiceOut, form: Form[Any]) -> Response:
    status = form.status if form.errors else 200
    return draw(request, "closings/profile.html", status, chosen=chosen, form=form, names=list(ProfileName))


def _ended() -> list[str]:
    """Return the last quarters that are over, the latest first."""
    found: list[str] = []
    period = quarter_of(clock.today())
    while len(found) < BACK:
        period = quarter_of(first_day_of(period).replace(day=1) - timedelta(days=1))
        found.append(period)
    return found


def _done(_: None) -> bool:
    return True
