"""From one question to a shared one, in the demo: what the software finds, what people decide, and who is asked first.

The story's rows are those of the Molenstraat: three households in one street, five weeks, one area of life. In the
background four residents of two workers miss the same lamps: that suggestion waits on the board for whoever looks.
"""

from datetime import date, timedelta

from sqlmodel import Session, col, select

from bsa import clock
from bsa.demo.days import Days, day_of_story, working_day
from bsa.demo.residents import Background, Person
from bsa.demo.stage import HERE, NEIGHBOURHOODS, Stage
from bsa.demo.story import THEME, Scene, Telling
from bsa.needs.actions import record_need
from bsa.needs.models import LifeArea
from bsa.needs.shapes import NeedIn
from bsa.suggestions.actions import answer_introduction, propose_introduction, take_up
from bsa.suggestions.finding import find_suggestions
from bsa.suggestions.models import SuggestedNeed
from bsa.suggestions.shapes import IntroductionAnswerIn, TakingUpIn

FOUND, ASKED = "Suggestion#1", "Introduction#1"

LAMPS: tuple[tuple[int, str, str], ...] = (
    (17, "activator", "In het achterpad brandt geen lamp meer, ik loop 's avonds om."),
    (15, "colleague", "De lampen in het achterpad zijn kapot. Mijn dochter durft er niet meer door."),
    (12, "activator", "Het is zo donker in het achterpad dat ik mijn fiets binnen zet."),
    (10, "colleague", "Kan er geen lamp bij de schuurtjes komen? Dat achterpad is pikdonker."),
)
"""How many days ago somebody said it to whom, and in which words."""


def tell_together(days: Days, background: Background) -> None:
    """Put the story's rows, and the lamps that several miss, on their days."""
    for (month, day), row in ROWS:

        def deed(session: Session, stage: Stage, row: Scene = row) -> None:
            row(Telling(session, stage, days.today))

        days.add(day_of_story(date(2026, month, day), days.today), deed)
    _lamps(days, background.people[HERE])
    for name in NEIGHBOURHOODS:

        def look(session: Session, stage: Stage, name: str = name) -> None:
            find_suggestions(session, stage[name])

        days.add(working_day(days.today - timedelta(days=2)), look)


def three_in_one_street(tell: Telling) -> None:
    """23 February: that night the software finds three households of the Molenstraat with something about housing."""
    find_suggestions(tell.session, tell.stage[HERE])
    tell.stage[FOUND] = tell.session.scalars(
        select(col(SuggestedNeed.suggestion_id)).where(col(SuggestedNeed.need_id) == tell.stage["Need#1"])
    ).one()


def it_is_one_theme(tell: Telling) -> None:
    """9 March: Marloes looks, knows that it is one question, and takes it up; each of the three will be asked."""
    session, stage, marloes = tell.session, tell.stage, tell.marloes
    take_up(session, marloes, stage[FOUND], None, TakingUpIn(theme_id=stage[THEME]))
    stage[ASKED] = propose_introduction(session, marloes, stage[THEME]).id


def they_want_to_meet(tell: Telling) -> None:
    """16 March: "There are more with this question, may I bring you together?" Ria, Fenna and Geert say yes."""
    yes = IntroductionAnswerIn(agreed=True, answered_on=clock.today())
    for name in ("Ria", "Fenna", "Geert"):
        answer_introduction(tell.session, tell.marloes, tell.stage[ASKED], tell.stage[name], yes)


ROWS: tuple[tuple[tuple[int, int], Scene], ...] = (
    ((2, 23), three_in_one_street),
    ((3, 9), it_is_one_theme),
    ((3, 16), they_want_to_meet),
)
"""Month and day, and what happened."""


def _lamps(days: Days, people: list[Person]) -> None:
    """Four residents of two workers miss the same lamps; each has a household of the own."""
    long_known = {
        worker: [person for person in people if person.worker == worker][:-1] for worker in ("activator", "colleague")
    }
    for ago, worker, words in LAMPS:
        person = long_known[worker].pop(0)

        def say(session: Session, stage: Stage, person: Person = person, words: str = words) -> None:
            told = NeedIn(life_area=LifeArea.NEIGHBOURHOOD, words=words, learned_on=clock.today())
            record_need(session, stage.actor(person.worker), stage[person.name], told)

        days.add(working_day(days.today - timedelta(days=ago)), say)
