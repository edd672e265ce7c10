"""Terms by law in the demo: what De Veenhoek and the tenants' committee owed each other over the renovation.

The story's rows are those of the plan: told on 6 May, advised on 15 June, answered on 26 June, so that nothing could
begin before 29 June; and the poll of 1 to 12 June. The background is a committee elsewhere that has
little time left to advise.
"""

from datetime import date, timedelta
from uuid import UUID

from sqlmodel import Session

from bsa import clock
from bsa.consultation.actions import begin_track, note_step
from bsa.consultation.models import StepKind, TrackKind
from bsa.consultation.shapes import TrackEventIn, TrackIn
from bsa.demo.acting import COMMITTEE
from bsa.demo.days import Days, day_of_story
from bsa.demo.stage import CORPORATION, Stage
from bsa.demo.story import HOUSEHOLDS, Scene, Telling
from bsa.groups.actions import found_group
from bsa.groups.models import GroupKind
from bsa.groups.shapes import GroupIn
from bsa.permissions import Actor

PLAN = "Renovatie Molenstraat: kozijnen en isolatie"
YEARLY = "Jaarlijks overleg met De Veenhoek"
ELSEWHERE = "Bewonerscommissie Veenhof"


def tell_consultation(days: Days) -> None:
    """Put the story's rows and the background on their days."""
    for (month, day), row in ROWS:

        def deed(session: Session, stage: Stage, row: Scene = row) -> None:
            row(Telling(session, stage, days.today))

        days.add(day_of_story(date(2026, month, day), days.today), deed)
    days.add(days.today - timedelta(days=37), _a_plan_elsewhere)


def the_plan_arrives(tell: Telling) -> None:
    """6 May: De Veenhoek sends its plan to the committee that it recognised; six weeks to advise."""
    plan = {"kind": TrackKind.RENOVATION, "subject": PLAN}
    yearly = {"kind": TrackKind.YEARLY, "subject": YEARLY}
    for told in (plan, yearly):
        begun = TrackIn.model_validate(told | {"group_id": tell.stage[COMMITTEE], "begun_on": clock.today()})
        tell.stage[begun.subject] = begin_track(tell.session, tell.marloes, begun).id


def the_proposal_on_the_mat(tell: Telling) -> None:
    """1 June: every household gets the proposal, with a form to say yes or no."""
    _happened(tell, kind=StepKind.PROPOSED)


def asked_who_agrees(tell: Telling) -> None:
    """12 June: the poll is over: 26 of 34 homes agree."""
    _happened(tell, kind=StepKind.POLLED, homes=HOUSEHOLDS, in_favour=26)


def the_committee_advises(tell: Telling) -> None:
    """15 June: the committee advises, two days before its time is over; and tenants read how the poll went."""
    _happened(tell, kind=StepKind.ADVISED, words="Ja, maar niet in de winter beginnen met de slaapkamers.")
    _happened(tell, kind=StepKind.NOTIFIED)


def the_landlord_answers(tell: Telling) -> None:
    """26 June: De Veenhoek deviates on the planning, and writes why."""
    _happened(tell, kind=StepKind.REASONS_RECEIVED, deviates=True, words="De planning hangt af van de asbestcheck.")


def the_painters_come(tell: Telling) -> None:
    """6 July: De Veenhoek begins, a week after the first day on which it may."""
    _happened(tell, kind=StepKind.EXECUTED)


ROWS: tuple[tuple[tuple[int, int], Scene], ...] = (
    ((5, 6), the_plan_arrives),
    ((6, 1), the_proposal_on_the_mat),
    ((6, 12), asked_who_agrees),
    ((6, 15), the_committee_advises),
    ((6, 26), the_landlord_answers),
    ((7, 6), the_painters_come),
)
"""Month and day, and what happened."""


def _happened(tell: Telling, **told: object) -> None:
    _noted(tell.session, tell.marloes, tell.stage[PLAN], **told)


def _noted(session: Session, actor: Actor, track_id: UUID, **told: object) -> None:
    note_step(session, actor, track_id, TrackEventIn.model_validate(told))


def _a_plan_elsewhere(session: Session, stage: Stage) -> None:
    """Begin a committee and a plan in Veenhof; there is less than a week left to advise."""
    sanne, today = stage.actor("sanne"), clock.today()
    told = GroupIn(
        area_id=stage["Veenhof"],
        name=ELSEWHERE,
        kind=GroupKind.TENANTS_COMMITTEE,
        institution_id=stage[CORPORATION],
        homes=48,
        founded_on=today - timedelta(days=900),
        recognised_on=today - timedelta(days=860),
    )
    stage[ELSEWHERE] = found_group(session, sanne, told).id
    plan = TrackIn(group_id=stage[ELSEWHERE], subject="Een ander schoonmaakbedrijf, en hogere kosten", begun_on=today)
    begin_track(session, sanne, plan)
