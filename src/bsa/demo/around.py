"""Who is around somebody and where things stand, in the demo: networks, goals and scales, as the resident sees it.

The story's rows are Geert's; the background shows others with a dossier, planned at random but always the same.
"""

import tomllib
from datetime import date, timedelta
from pathlib import Path
from random import Random
from typing import Any
from uuid import UUID

from sqlmodel import Session, col, select

from bsa.demo.days import Days, Deed, day_of_story, working_day
from bsa.demo.residents import Background, Person
from bsa.demo.stage import Stage
from bsa.demo.story import Scene, Telling
from bsa.goals.actions import score_goal, set_goal
from bsa.goals.models import ScoredBy
from bsa.goals.shapes import GoalIn, GoalScoreIn
from bsa.network.actions import change_tie, end_tie, note_tie
from bsa.network.models import Circle, Closeness, Wanted
from bsa.network.shapes import TieChange, TieEndIn, TieIn
from bsa.permissions import Actor
from bsa.residents.models import RegistrationLevel
from bsa.scales.actions import score_scale
from bsa.scales.models import ScaleDefinition
from bsa.scales.shapes import ScaleScoreIn

WORDS: dict[str, Any] = tomllib.loads(Path(__file__).with_name("around.nl.toml").read_text(encoding="utf-8"))
LADDER, WHEEL = "participation_ladder", "participation_wheel"
SEED = 20260302


def tell_around(days: Days, background: Background) -> None:
    """Put the story's rows and the background's networks, goals and scores on their days."""
    for (month, day), row in ROWS:

        def deed(session: Session, stage: Stage, row: Scene = row) -> None:
            row(Telling(session, stage, days.today))

        days.add(day_of_story(date(2026, month, day), days.today), deed)
    dice = Random(SEED)  # noqa: S311 - made-up people need no secrecy
    people = [person for neighbourhood in background.people.values() for person in neighbourhood]
    for person in people:
        if person.level is RegistrationLevel.DOSSIER:
            _network(days, dice, person)
            _goal(days, dice, person)
            _ladder(days, dice, person)


def geert_draws_who_is_there(tell: Telling) -> None:
    """2 March: on the back of an envelope, who there is around Geert. It is not many."""
    session, marloes, geert_id, stage = tell.session, tell.marloes, tell.stage["Geert"], tell.stage
    for name, tie in (
        ("Zus", TieIn(who="Mijn zus", circle=Circle.FAMILY, emotional=True, company=True, wanted=Wanted.MORE)),
        ("Maat", TieIn(who="Een maat van de bouw", circle=Circle.FRIENDS, closeness=Closeness.FAR, wanted=Wanted.MORE)),
        ("Ria op de kaart", TieIn(who="Ria", circle=Circle.NEIGHBOURS, closeness=Closeness.FAR, practical=True)),
        ("Balie", TieIn(who="Iemand van de gemeente", circle=Circle.PROFESSIONALS, advice=True, wanted=Wanted.LESS)),
    ):
        stage[name] = note_tie(session, marloes, geert_id, tie).id


def geert_wants_people_in(tell: Telling) -> None:
    """16 March: what Geert wants, and by what he will see it. He sees himself at the bottom, Marloes higher."""
    told = GoalIn(
        words="Dat ik weer iemand binnen durf te vragen",
        reached="Er heeft iemand koffie gedronken in de achterkamer",
        now="Ik doe de deur op een kier",
        on_the_way="Iemand staat bij mij in de gang",
        more="Er komt elke week wel iemand",
    )
    tell.stage["Goal#1"] = set_goal(tell.session, tell.marloes, tell.stage["Geert"], told).id
    _see(tell, -2, -1)


def outside_once_a_week(tell: Telling) -> None:
    """20 April: Geert looks at the ladder, and agrees that it is kept: every week he sees somebody outside the door."""
    _stand(tell, 2, 2, "Op dinsdag loop ik naar de markt.")


def in_the_garden(tell: Telling) -> None:
    """14 July: in the garden it turns out that there are more people than in March."""
    session, marloes, stage = tell.session, tell.marloes, tell.stage
    nearer = TieChange(closeness=Closeness.NEAR, company=True, emotional=True)
    change_tie(session, marloes, stage["Ria op de kaart"], None, nearer)
    fenna = TieIn(who="Fenna en haar vriend", circle=Circle.NEIGHBOURS, company=True, practical=True)
    note_tie(session, marloes, stage["Geert"], fenna)
    end_tie(session, marloes, stage["Balie"], None, TieEndIn())
    _see(tell, -1, 0)
    for part, level in (("contacts", 2), ("taking_part", 2), ("learning", 3), ("contributing", 1)):
        _score(tell, WHEEL, level, ScoredBy.RESIDENT, domain=part)


def coffee_in_the_back_room(tell: Telling) -> None:
    """20 October: the chairs stand in the back room, and somebody sat on them."""
    _see(tell, 0, 0)
    warm = TieIn(who="De club van Molenbuurt Warm", circle=Circle.GROUP, company=True, advice=True)
    note_tie(tell.session, tell.marloes, tell.stage["Geert"], warm)


def caretaker_two_mornings(tell: Telling) -> None:
    """10 November: two mornings a week Geert is caretaker of the neighbourhood house: from 2 to 4, as he agrees."""
    _stand(tell, 4, 4, "Ze rekenen op me.")
    for part, level in (("contacts", 3), ("contributing", 4)):
        _score(tell, WHEEL, level, ScoredBy.RESIDENT, domain=part)
        _score(tell, WHEEL, level, ScoredBy.WORKER, domain=part)


ROWS: tuple[tuple[tuple[int, int], Scene], ...] = (
    ((3, 2), geert_draws_who_is_there),
    ((3, 16), geert_wants_people_in),
    ((4, 20), outside_once_a_week),
    ((7, 14), in_the_garden),
    ((10, 20), coffee_in_the_back_room),
    ((11, 10), caretaker_two_mornings),
)
"""Month and day, and what happened."""


def _see(tell: Telling, resident: int, worker: int) -> None:
    """Both say where the first goal stands, Geert first."""
    for by, level in ((ScoredBy.RESIDENT, resident), (ScoredBy.WORKER, worker)):
        score_goal(tell.session, tell.marloes, tell.stage["Goal#1"], GoalScoreIn(level=level, by=by))


def _stand(tell: Telling, resident: int, worker: int, words: str) -> None:
    """Both say where Geert stands on the ladder, Geert first and in his words."""
    _score(tell, LADDER, resident, ScoredBy.RESIDENT, note=words)
    _score(tell, LADDER, worker, ScoredBy.WORKER)


def _score(tell: Telling, key: str, level: int, by: ScoredBy, **more: str) -> None:
    _agreed(tell.session, tell.marloes, tell.stage["Geert"], key, level, by, **more)


def _agreed(session: Session, actor: Actor, resident_id: UUID, key: str, level: int, by: ScoredBy, **more: str) -> None:
    """Write down a score that the resident agreed to."""
    scale_id = session.scalars(select(col(ScaleDefinition.id)).where(col(ScaleDefinition.key) == key)).one()
    told = ScaleScoreIn.model_validate({"scale_id": scale_id, "level": level, "by": by, "agreed": True, **more})
    score_scale(session, actor, resident_id, told)


def _network(days: Days, dice: Random, person: Person) -> None:
    """Some draw who is around them."""
    if dice.random() < 0.4:
        return
    circles = dice.sample(list(Circle), dice.randint(2, 4))
    ties = [
        TieIn(
            who=dice.choice(WORDS["ties"][circle]),
            circle=circle,
            closeness=dice.choice(list(Closeness)),
            practical=dice.random() < 0.3,
            company=dice.random() < 0.5,
            advice=dice.random() < 0.3,
            emotional=dice.random() < 0.3,
            wanted=dice.choices(list(Wanted), weights=(4, 5, 1))[0],
        )
        for circle in circles
    ]

    def draw(session: Session, stage: Stage) -> None:
        for tie in ties:
            note_tie(session, stage.actor(person.worker), stage[person.name], tie)

    _in_time(days, person.dossier_on + timedelta(days=dice.randint(3, 20)), draw)


def _goal(days: Days, dice: Random, person: Person) -> None:
    """Some name a goal, and say now and then where it stands; the worker says it after them."""
    if dice.random() < 0.55:
        return
    goal, name = dice.choice(WORDS["goals"]), f"{person.name} doel"
    set_on = person.dossier_on + timedelta(days=dice.randint(8, 25))

    def choose(session: Session, stage: Stage) -> None:
        told = GoalIn.model_validate(goal)
        stage[name] = set_goal(session, stage.actor(person.worker), stage[person.name], told).id

    _in_time(days, set_on, choose)
    level = -2
    for number in range(dice.randint(0, 3)):
        views = {ScoredBy.RESIDENT: level, ScoredBy.WORKER: min(level + dice.choice([0, 0, 1]), 2)}

        def see(session: Session, stage: Stage, views: dict[ScoredBy, int] = views) -> None:
            for by, seen in views.items():
                score_goal(session, stage.actor(person.worker), stage[name], GoalScoreIn(level=seen, by=by))

        _in_time(days, set_on + timedelta(days=1 + 45 * number), see)
        level = min(level + dice.choice([0, 1, 1]), 2)


def _ladder(days: Days, dice: Random, person: Person) -> None:
    """A few look at the ladder, twice with months in between."""
    if dice.random() < 0.75:
        return
    first = dice.randint(1, 3)
    for number, level in enumerate((first, first + dice.choice([0, 0, 1, 1, 2]))):

        def look(session: Session, stage: Stage, level: int = level) -> None:
            for by in ScoredBy:
                _agreed(session, stage.actor(person.worker), stage[person.name], LADDER, level, by)

        _in_time(days, person.dossier_on + timedelta(days=12 + 90 * number), look)


def _in_time(days: Days, day: date, deed: Deed) -> None:
    """Put a deed on a working day, unless that is among the last ones, on which the background does what is seldom."""
    if day < days.today - timedelta(days=12):
        days.add(max(working_day(day), day - timedelta(days=2)), deed)
