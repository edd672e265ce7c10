"""The quarters of the demo, closed by the team leader: tasks of the municipality, figures, a sentence, a story.

The demo has few residents, so most figures are too small to be shown, or mostly noise. So it is in a small team, too.
"""

from collections.abc import Iterator
from datetime import date, timedelta
from functools import partial

from sqlmodel import Session, col, select

from bsa import clock
from bsa.areas.models import Area, Level
from bsa.closing.actions import add_story, agree_task, draw_quarter, explain_deviation, make_definitive, publish_release
from bsa.closing.queries import deviations_of
from bsa.closing.shapes import DrawingIn, ExplanationIn, PublicationIn, SocietalTaskIn, StoryIn
from bsa.demo.days import Days, day_of_story, working_day
from bsa.demo.stage import Stage
from bsa.needs.models import LifeArea
from bsa.quarters import first_day_of, last_day_of, quarter_of
from bsa.residents.models import ConsentHow
from bsa.statistics.inhabitants import take_inhabitants
from bsa.statistics.models import StatisticsRelease

LIVING = {Level.MUNICIPALITY: 107_000, Level.DISTRICT: 14_000, Level.NEIGHBOURHOOD: 2_300}
"""So many people live in an area of a level; made up, like the areas."""
TASKS: tuple[tuple[str, int, tuple[LifeArea, ...]], ...] = (
    ("Iedereen telt mee", 120, ()),
    ("Rondkomen", 20, (LifeArea.MONEY, LifeArea.WORK_AND_LEARNING)),
    ("Prettig wonen", 30, (LifeArea.HOUSING, LifeArea.NEIGHBOURHOOD)),
)
BECAUSE = (
    "We bouwen eerst vertrouwen op in de Molenstraat. Dat kost tijd voordat mensen met hun vraag komen; "
    "het aantal nieuwe contacten groeit nog."
)
STORY = StoryIn(
    title="Samen op de tocht",
    words=(
        "Ik dacht dat ik de enige was met koude voeten. Nu zitten we met de hele straat aan tafel bij de corporatie. "
        "Mijn buurvrouw opende de avond. Ze had nog nooit voor een groep gesproken."
    ),
    consented_on=date(2026, 1, 1),
    consent_how=ConsentHow.WRITTEN,
)
AFTERWARDS = timedelta(days=6)
"""So long after its last day a quarter is closed."""


def tell_figures(days: Days) -> None:
    """Put the closing of each quarter that is over on its day."""
    opening = day_of_story(date(2026, 1, 12), days.today)
    days.add(opening, _agree)
    ended = [quarter for quarter in _quarters(opening, days.today) if _closes_on(quarter) < days.today]
    for quarter in ended:
        days.add(_closes_on(quarter), partial(_close, quarter=quarter, last=quarter == ended[-1]))


def _quarters(first: date, last: date) -> Iterator[str]:
    day = first
    while day <= last:
        yield quarter_of(day)
        day = last_day_of(quarter_of(day)) + timedelta(days=1)


def _closes_on(quarter: str) -> date:
    return working_day(last_day_of(quarter) + AFTERWARDS)


def _agree(session: Session, stage: Stage) -> None:
    """Write down what the municipality agreed on, and how many people live where."""
    years = {clock.today().year, clock.today().year + 1}
    areas = session.exec(select(Area).where(col(Area.code).is_not(None))).all()
    take_inhabitants(
        session, {(area.code or "", year - 1): LIVING[area.level] for year in sorted(years) for area in areas}
    )
    leader = stage.actor("teamleader")
    for year in sorted(years):
        for name, planned, life_areas in TASKS:
            agree_task(
                session, leader, SocietalTaskIn(year=year, name=name, planned=planned, life_areas=list(life_areas))
            )


def _close(session: Session, stage: Stage, quarter: str, *, last: bool) -> None:
    """Draw a quarter, explain it, add a story to the last one, publish it; the one before becomes definitive."""
    leader = stage.actor("teamleader")
    before = session.exec(select(StatisticsRelease).order_by(col(StatisticsRelease.period).desc())).first()
    drawn = draw_quarter(session, leader, DrawingIn(period=quarter))
    for one in deviations_of(session, drawn):
        if one.deviates:
            explain_deviation(session, leader, drawn.id, one.task_id, ExplanationIn(words=BECAUSE))
    if last:
        told = STORY.model_copy(update={"consented_on": first_day_of(quarter) + timedelta(days=40)})
        add_story(session, leader, drawn.id, told)
    publish_release(session, leader, drawn.id, PublicationIn(previewed=True))
    if before is not None:
        make_definitive(session, leader, before.id)
