"""Both sides of the story, in the demo: what the group of "Molenbuurt Warm" did in between, and answers that were poor.

With them each quarter of the story has enough to say something, and institutions are the side that lags.
"""

from collections.abc import Callable
from datetime import date, timedelta

from sqlmodel import Session

from bsa import clock
from bsa.asks.actions import close_ask, draft_ask, escalate, put_ask, record_answer
from bsa.asks.models import AnswerKind, Ask, Source
from bsa.asks.shapes import AnswerIn, AskIn, ClosureIn, EscalationIn, PutIn
from bsa.demo.days import Days, day_of_story, working_day
from bsa.demo.stage import MUNICIPALITY, Stage
from bsa.demo.stage import version_of as version
from bsa.demo.story import INITIATIVE
from bsa.institutions.models import Mandate
from bsa.learning.actions import record_step
from bsa.learning.models import WhoDidIt
from bsa.learning.shapes import LearningStepIn

_Deed = Callable[[Session, Stage, str], None]

FIRST_STEP, EVERY = date(2026, 4, 9), timedelta(days=13)

STEPS: tuple[tuple[str, WhoDidIt], ...] = (
    ("De zaal besproken", WhoDidIt.WORKER),
    ("Een brief aan de buren geschreven", WhoDidIt.TOGETHER),
    ("De agenda gemaakt", WhoDidIt.TOGETHER),
    ("De avond geopend", WhoDidIt.RESIDENT_WITH_WORKER_THERE),
    ("Foto’s van de kozijnen gemaakt", WhoDidIt.RESIDENT_ALONE),
    ("De woonconsulent gebeld", WhoDidIt.RESIDENT_WITH_WORKER_THERE),
    ("Het verslag rondgebracht", WhoDidIt.RESIDENT_ALONE),
    ("De planning nagekeken", WhoDidIt.TOGETHER),
    ("Buren gevraagd hoe het gaat", WhoDidIt.RESIDENT_ALONE),
    ("De wethouder ontvangen", WhoDidIt.RESIDENT_WITH_WORKER_THERE),
    ("De lijst bijgehouden", WhoDidIt.RESIDENT_ALONE),
    ("Uitgelegd hoe je een klacht schrijft", WhoDidIt.RESIDENT_TEACHES_ANOTHER),
    ("De verwarming opgemeten", WhoDidIt.RESIDENT_ALONE),
    ("Koffie geregeld", WhoDidIt.RESIDENT_ALONE),
    ("De schilders rondgeleid", WhoDidIt.RESIDENT_ALONE),
    ("Een nieuwe buur wegwijs gemaakt", WhoDidIt.RESIDENT_TEACHES_ANOTHER),
)
"""One after the other: the doing moves from the worker to residents."""

POOR: tuple[tuple[date, str, bool], ...] = (
    (date(2026, 4, 20), "Een bankje bij de bushalte", False),
    (date(2026, 7, 13), "Stoeptegels recht leggen voor de rollators", False),
    (date(2026, 8, 3), "Een extra container achter de Molenstraat", True),
)
"""When it was asked, what, and whether there was an answer higher up. First it is evaded, too late; later let go."""


def tell_activation(days: Days) -> None:
    """Put the steps and the poor answers on their days."""
    for number, (what, who) in enumerate(STEPS):

        def step(session: Session, stage: Stage, what: str = what, who: WhoDidIt = who) -> None:
            told = LearningStepIn(what=what, who_did_it=who, initiative_id=stage[INITIATIVE])
            record_step(session, stage.actor("activator"), told)

        days.add(working_day(day_of_story(FIRST_STEP + number * EVERY, days.today)), step)
    for asked_on, text, answered in POOR:
        course = {0: _asked, 18: _evaded, 19: _taken_higher, **({30: _refused} if answered else {}), 44: _let_go}
        for after, deed in course.items():

            def do(session: Session, stage: Stage, deed: _Deed = deed, text: str = text) -> None:
                deed(session, stage, text)

            days.add(day_of_story(asked_on + timedelta(days=after), days.today), do)


def _asked(session: Session, stage: Stage, text: str) -> None:
    marloes = stage.actor("activator")
    told = AskIn(initiative_id=stage[INITIATIVE], institution_id=stage[MUNICIPALITY], text=text)
    ask = draft_ask(session, marloes, told)
    stage[text] = ask.id
    put = PutIn(
        happened_on=clock.today(),
        reply_by=clock.today() + timedelta(days=14),
        source=Source.MAIL,
        mandate=Mandate.OPERATIONAL,
        contact_id=stage["Anouk Steen"],
    )
    put_ask(session, marloes, ask.id, ask.version, put)


def _evaded(session: Session, stage: Stage, text: str) -> None:
    _answered(session, stage, text, AnswerKind.EVASIVE, "We bekijken het.")


def _refused(session: Session, stage: Stage, text: str) -> None:
    _answered(session, stage, text, AnswerKind.NO, "Daar is dit jaar geen geld voor.")


def _answered(session: Session, stage: Stage, text: str, answer: AnswerKind, words: str) -> None:
    told = AnswerIn(answer=answer, words=words, happened_on=clock.today(), source=Source.TELEPHONE)
    record_answer(session, stage.actor("activator"), stage[text], version(session, Ask, stage[text]), told)


def _taken_higher(session: Session, stage: Stage, text: str) -> None:
    told = EscalationIn(
        happened_on=clock.today(),
        reply_by=clock.today() + timedelta(days=14),
        reason="Op uitvoerend niveau kwam er geen duidelijk antwoord.",
        mandate=Mandate.POLICY,
        source=Source.LETTER,
    )
    escalate(session, stage.actor("activator"), stage[text], version(session, Ask, stage[text]), told)


def _let_go(session: Session, stage: Stage, text: str) -> None:
    told = ClosureIn(happened_on=clock.today(), reason="De groep houdt het bij de kozijnen.")
    close_ask(session, stage.actor("activator"), stage[text], version(session, Ask, stage[text]), told)
