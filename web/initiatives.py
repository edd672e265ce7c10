"""Initiatives: what residents do together, what they want to reach, and what came of it."""

from datetime import date
from typing import Annotated, Any
from uuid import UUID

from fastapi import Query, Request, Response

from api.asks import list_asks
from api.commitments import list_commitments
from api.dependencies import Reading, Writing, needs
from api.groups import list_groups
from api.initiatives import (
    add_participant,
    change_initiative,
    end_participation,
    link_theme,
    list_initiatives,
    move_phase,
    reach_aim,
    set_aim,
    show_initiative,
    start_initiative,
    unlink_theme,
)
from api.residents import list_residents
from api.tasks import list_aim_scores, list_tasks, show_budget
from api.themes import list_theme_needs, list_themes
from bsa import clock
from bsa.asks.shapes import AskItem, AskQuery
from bsa.commitments.shapes import CommitmentItem, CommitmentQuery
from bsa.errors import Invalid
from bsa.groups.shapes import GroupQuery
from bsa.initiatives.models import Origin, ParticipantPart, Phase
from bsa.initiatives.shapes import (
    AimIn,
    InitiativeChange,
    InitiativeIn,
    InitiativeOut,
    InitiativeQuery,
    ParticipantIn,
    PhaseIn,
    ReachedIn,
    ThemeLinkIn,
)
from bsa.learning.models import WhoDidIt
from bsa.permissions import Permission
from bsa.residents.shapes import ResidentQuery
from bsa.shapes import Line, Listing, Shape
from bsa.tasks.shapes import TaskQuery, TaskState
from bsa.themes.shapes import ThemeOut, ThemeQuery
from web.choices import own_neighbourhoods, own_places
from web.dependencies import Sent, Visitor, WritingVisitor
from web.forms import Form, Nothing, asked, attempt, blank, read, read_change, version_in
from web.guests import guest_of
from web.initiative_pages import page_of
from web.learning import blank_step
from web.line import Step, steps_back, themes_behind
from web.pages import Pages, draw, go, path_of, paths_of

router = Pages("initiatives", prefix="/initiatives")

MANY = 200
SOME_TASKS = 5
"""As many open tasks as stand on the page of an initiative."""


class NextStepIn(Shape):
    """The next step of an initiative, and its day."""

    next_step: Line | None = None
    next_step_on: date | None = None


@router.get("")
@needs(Permission.SEE_INITIATIVES)
def index(request: Request, session: Reading, visitor: Visitor) -> Response:
    """List initiatives, the last started first; those that stopped when one asks for them."""
    form = asked(InitiativeQuery, request)
    if form.shape is None:
        raise Invalid
    wanted = form.shape
    if wanted.phase is None and wanted.open is None:
        wanted = wanted.model_copy(update={"open": True})
    return draw(
        request,
        "initiatives/index.html",
        initiatives=list_initiatives(session, visitor, wanted),
        form=form,
        areas=own_neighbourhoods(session, visitor),
        phases=list(Phase),
    )


@router.get("/new")
@needs(Permission.START_INITIATIVE)
def new(
    request: Request,
    session: Reading,
    visitor: Visitor,
    area_id: UUID | None = None,
    theme_ids: Annotated[list[UUID] | None, Query(max_length=20)] = None,
) -> Response:
    """Show the form to start an initiative, or to join one that is there already."""
    areas = own_neighbourhoods(session, visitor)
    form = blank(
        guest_of(request),
        area_id=str(area_id or (areas[0][0] if areas else "")),
        theme_ids=[str(key) for key in theme_ids or []],
        joined_existing="false",
        started_on=clock.today().isoformat(),
        phase=Phase.IDEA.value,
    )
    return _new(request, session, visitor, form)


@router.post("")
@needs(Permission.START_INITIATIVE)
def create(request: Request, session: Writing, visitor: WritingVisitor, sent: Sent) -> Response:
    """Write down that an initiative starts, or that one which was there already is joined."""
    form = read(InitiativeIn, sent, guest_of(request))
    initiative = attempt(session, form, lambda told: start_initiative(session, visitor, told))
    if initiative:
        return go(request, "initiatives.show", "initiative_started", initiative_id=initiative.id)
    return _new(request, session, visitor, form)


@router.get("/{initiative_id}")
@needs(
    Permission.SEE_INITIATIVES,
    Permission.SEE_THEMES,
    Permission.SEE_ASKS,
    Permission.SEE_COMMITMENTS,
    Permission.SEE_TASKS,
    Permission.SEE_BUDGET,
    Permission.SEE_GROUPS,
)
def show(request: Request, session: Reading, visitor: Visitor, initiative_id: UUID) -> Response:
    """Show an initiative, with what was asked and promised because of it."""
    return _page(request, session, visitor, initiative_id)


@router.get("/{initiative_id}/edit")
@needs(Permission.CHANGE_INITIATIVE)
def edit(request: Request, session: Reading, visitor: Visitor, initiative_id: UUID) -> Response:
    """Show the form to change what an initiative is about."""
    initiative = show_initiative(session, visitor, initiative_id)
    form = blank(
        guest_of(request),
        title=initiative.title,
        description=initiative.description or "",
        origin=initiative.origin.value,
        joined_existing="true" if initiative.joined_existing else "false",
        next_step=initiative.next_step or "",
        next_step_on=initiative.next_step_on.isoformat() if initiative.next_step_on else "",
    )
    return _edit(request, initiative, form)


@router.post("/{initiative_id}")
@needs(Permission.CHANGE_INITIATIVE)
def update(request: Request, session: Writing, visitor: WritingVisitor, sent: Sent, initiative_id: UUID) -> Response:
    """Change what an initiative is about."""
    form = read_change(InitiativeChange, sent, guest_of(request))

    def deed(change: InitiativeChange) -> InitiativeOut:
        return change_initiative(session, visitor, initiative_id, version_in(sent), change)

    if attempt(session, form, deed):
        return go(request, "initiatives.show", "saved", initiative_id=initiative_id)
    return _edit(request, show_initiative(session, visitor, initiative_id), form)


@router.post("/{initiative_id}/next-step")
@needs(Permission.CHANGE_INITIATIVE)
def update_next_step(
    request: Request, session: Writing, visitor: WritingVisitor, sent: Sent, initiative_id: UUID
) -> Response:
    """Say what the next step is, or that there is none now."""
    form = read(NextStepIn, sent, guest_of(request), prefix="next")

    def deed(told: NextStepIn) -> InitiativeOut:
        change = InitiativeChange(next_step=told.next_step, next_step_on=told.next_step_on)
        return change_initiative(session, visitor, initiative_id, version_in(sent), change)

    if attempt(session, form, deed):
        return go(request, "initiatives.show", "saved", initiative_id=initiative_id)
    return _page(request, session, visitor, initiative_id, next=form)


@router.post("/{initiative_id}/phases")
@needs(Permission.CHANGE_INITIATIVE)
def create_phase(
    request: Request, session: Writing, visitor: WritingVisitor, sent: Sent, initiative_id: UUID
) -> Response:
    """Write down that an initiative came into another phase."""
    form = read(PhaseIn, sent, guest_of(request), prefix="phase")

    def deed(told: PhaseIn) -> InitiativeOut:
        return move_phase(session, visitor, initiative_id, version_in(sent), told)

    if attempt(session, form, deed):
        return go(request, "initiatives.show", "phase_moved", initiative_id=initiative_id)
    return _page(request, session, visitor, initiative_id, phase=form)


@router.get("/{initiative_id}/participants/new")
@needs(Permission.ADD_PARTICIPANT)
def new_participant(request: Request, session: Reading, visitor: Visitor, initiative_id: UUID) -> Response:
    """Show the form to write down that a resident takes part."""
    form = blank(guest_of(request), part=ParticipantPart.TAKES_PART.value, consented_on=clock.today().isoformat())
    return _new_participant(request, session, visitor, initiative_id, form)


@router.post("/{initiative_id}/participants")
@needs(Permission.ADD_PARTICIPANT)
def create_participant(
    request: Request, session: Writing, visitor: WritingVisitor, sent: Sent, initiative_id: UUID
) -> Response:
    """Write down that a resident takes part."""
    form = read(ParticipantIn, sent, guest_of(request))
    if attempt(session, form, lambda told: add_participant(session, visitor, initiative_id, told)):
        return go(request, "initiatives.show", "participant_added", "participants", initiative_id=initiative_id)
    return _new_participant(request, session, visitor, initiative_id, form)


@router.post("/{initiative_id}/participants/{participant_id}/ending")
@needs(Permission.ADD_PARTICIPANT)
def destroy_participant(
    request: Request,
    session: Writing,
    visitor: WritingVisitor,
    sent: Sent,
    initiative_id: UUID,
    participant_id: UUID,
) -> Response:
    """Write down that a resident no longer takes part."""
    form = read(Nothing, sent, guest_of(request), prefix="participant")

    def deed(_: Nothing) -> bool:
        end_participation(session, visitor, initiative_id, participant_id)
        return True

    if attempt(session, form, deed):
        return go(request, "initiatives.show", "participation_ended", "participants", initiative_id=initiative_id)
    return _page(request, session, visitor, initiative_id, participant=form)


@router.post("/{initiative_id}/aims")
@needs(Permission.CHANGE_INITIATIVE)
def create_aim(
    request: Request, session: Writing, visitor: WritingVisitor, sent: Sent, initiative_id: UUID
) -> Response:
    """Write down what an initiative wants to reach."""
    form = read(AimIn, sent, guest_of(request), prefix="aim")
    if attempt(session, form, lambda told: set_aim(session, visitor, initiative_id, told)):
        return go(request, "initiatives.show", "aim_set", "aims", initiative_id=initiative_id)
    return _page(request, session, visitor, initiative_id, aim=form)


@router.post("/{initiative_id}/aims/{aim_id}/attainment")
@needs(Permission.CHANGE_INITIATIVE)
def create_attainment(
    request: Request, session: Writing, visitor: WritingVisitor, sent: Sent, initiative_id: UUID, aim_id: UUID
) -> Response:
    """Write down that an aim was reached."""
    form = read(ReachedIn, sent, guest_of(request), prefix=f"aim-{aim_id}")
    if attempt(session, form, lambda told: reach_aim(session, visitor, initiative_id, aim_id, told)):
        return go(request, "initiatives.show", "aim_reached", "aims", initiative_id=initiative_id)
    return _page(request, session, visitor, initiative_id, **{f"aim-{aim_id}": form})


@router.post("/{initiative_id}/themes")
@needs(Permission.CHANGE_INITIATIVE)
def create_theme_link(
    request: Request, session: Writing, visitor: WritingVisitor, sent: Sent, initiative_id: UUID
) -> Response:
    """Write down that the initiative is about a theme."""
    form = read(ThemeLinkIn, sent, guest_of(request), prefix="theme")
    if attempt(session, form, lambda told: link_theme(session, visitor, initiative_id, told)):
        return go(request, "initiatives.show", "linked", "origin", initiative_id=initiative_id)
    return _page(request, session, visitor, initiative_id, theme=form)


@router.post("/{initiative_id}/themes/{theme_id}/unlinking")
@needs(Permission.CHANGE_INITIATIVE)
def destroy_theme_link(
    request: Request, session: Writing, visitor: WritingVisitor, sent: Sent, initiative_id: UUID, theme_id: UUID
) -> Response:
    """Take away that the initiative is about a theme."""
    unlink_theme(session, visitor, initiative_id, theme_id)
    return go(request, "initiatives.show", "unlinked", "origin", initiative_id=initiative_id)


def _new(request: Request, session: Reading, visitor: Visitor, form: Form[InitiativeIn]) -> Response:
    themes = list_themes(session, visitor, ThemeQuery(open=True, limit=MANY)).items
    return draw(
        request,
        "initiatives/new.html",
        form.status if form.errors else 200,
        form=form,
        areas=own_places(session, visitor),
        themes=[(theme.id, theme.title, theme.area_name) for theme in themes],
        origins=list(Origin),
        phases=[phase for phase in Phase if phase is not Phase.STOPPED],
    )


def _edit(request: Request, initiative: InitiativeOut, form: Form[InitiativeChange]) -> Response:
    status = form.status if form.errors else 200
    return draw(request, "initiatives/edit.html", status, initiative=initiative, form=form, origins=list(Origin))


def _new_participant(
    request: Request, session: Reading, visitor: Visitor, initiative_id: UUID, form: Form[ParticipantIn]
) -> Response:
    return draw(
        request,
        "initiatives/participant.html",
        form.status if form.errors else 200,
        initiative=show_initiative(session, visitor, initiative_id),
        form=form,
        residents=list_residents(session, visitor, ResidentQuery(mine=True, limit=MANY)).items,
        parts=list(ParticipantPart),
    )


def _page(request: Request, session: Reading, visitor: Visitor, initiative_id: UUID, **refused: Form[Any]) -> Response:
    """Draw the page of an initiative; a form that was refused stands in it as it was sent."""
    initiative = show_initiative(session, visitor, initiative_id)
    themes = themes_behind(session, visitor, initiative_id)
    asks = list_asks(session, visitor, AskQuery(initiative_id=initiative_id, limit=MANY)).items
    commitments = list_commitments(session, visitor, CommitmentQuery(initiative_id=initiative_id, limit=MANY)).items
    around = list_themes(session, visitor, ThemeQuery(area_id=initiative.area_id, open=True, limit=MANY)).items
    return draw(
        request,
        "initiatives/show.html",
        next((form.status for form in refused.values()), 200),
        initiative=initiative,
        themes=themes,
        needs_of={theme.id: list_theme_needs(session, visitor, theme.id, Listing()).items for theme in themes},
        linkable=[(theme.id, theme.title) for theme in around if theme.id not in {one.id for one in themes}],
        asks=asks,
        commitments=sorted(commitments, key=lambda commitment: not commitment.late),
        steps=_steps(request, visitor, initiative_id, themes, asks, commitments),
        phases=[phase for phase in Phase if phase is not initiative.phase],
        tasks=list_tasks(session, visitor, initiative_id, TaskQuery(state=TaskState.OPEN, limit=SOME_TASKS)),
        far={
            aim.id: score
            for aim in initiative.aims
            for score in list_aim_scores(session, visitor, aim.id, Listing(limit=1)).items
        },
        total=show_budget(session, visitor, initiative_id),
        groups=list_groups(session, visitor, GroupQuery(initiative_id=initiative_id)).items,
        page=page_of(session, visitor, initiative_id),
        forms_of=_forms(request, initiative) | refused,
        who_codes=list(WhoDidIt),
    )


def _forms(request: Request, initiative: InitiativeOut) -> dict[str, Form[Any]]:
    """Return the forms on the page of an initiative as they are before anybody filled them in."""
    guest, today = guest_of(request), clock.today().isoformat()
    day = initiative.next_step_on.isoformat() if initiative.next_step_on else ""
    return {
        "next": blank(guest, prefix="next", next_step=initiative.next_step or "", next_step_on=day),
        "phase": blank(guest, prefix="phase", since=today),
        "aim": blank(guest, prefix="aim"),
        "theme": blank(guest, prefix="theme"),
        "task": blank(guest, prefix="task"),
        "participant": blank(guest, prefix="participant"),
        "step": blank_step(request),
        **{f"aim-{aim.id}": blank(guest, prefix=f"aim-{aim.id}", reached_on=today) for aim in initiative.aims},
    }


def _steps(
    request: Request,
    visitor: Visitor,
    initiative_id: UUID,
    themes: list[ThemeOut],
    asks: list[AskItem],
    commitments: list[CommitmentItem],
) -> list[Step]:
    """Return the line through an initiative: back to the question, and on to the verdict."""
    paths = paths_of(request.app)
    judged = [commitment for commitment in commitments if commitment.outcome]

    def onward(kind: str, name: str, key: str, ids: list[UUID]) -> Step:
        if not ids:
            return Step(kind)
        return Step(kind, path_of(paths, name, {key: ids[0]}) if len(ids) == 1 else f"#{name.partition('.')[0]}")

    return [
        *steps_back(request, visitor, initiative_id, themes)[:-1],
        Step("initiative", current=True),
        onward("ask", "asks.show", "ask_id", [ask.id for ask in asks]),
        onward("commitment", "commitments.show", "commitment_id", [one.id for one in commitments]),
        onward("verdict", "commitments.show", "commitment_id", [one.id for one in judged]),
    ]
