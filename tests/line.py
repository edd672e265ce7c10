"""The line, walked once: resident → need → theme → initiative → ask → answer → commitment, through the real actions."""

from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from sqlmodel import Session

from bsa import clock
from bsa.asks.actions import draft_ask, put_ask, record_answer
from bsa.asks.models import AnswerKind, Source
from bsa.asks.shapes import AnswerIn, AskIn, PutIn
from bsa.commitments.actions import record_commitment
from bsa.commitments.models import Commitment
from bsa.commitments.shapes import CommitmentIn
from bsa.initiatives.actions import start_initiative
from bsa.initiatives.models import Origin
from bsa.initiatives.shapes import InitiativeIn
from bsa.institutions.models import Mandate
from bsa.needs.actions import record_need
from bsa.needs.models import LifeArea
from bsa.needs.shapes import NeedIn
from bsa.themes.actions import name_theme
from bsa.themes.shapes import ThemeIn

from tests.cast import Cast, a_resident


@dataclass(frozen=True)
class Line:
    """The keys along the line."""

    resident_id: UUID
    other_resident_id: UUID
    need_id: UUID
    theme_id: UUID
    initiative_id: UUID
    ask_id: UUID
    commitment_id: UUID


def walk_the_line(session: Session, cast: Cast, due_on: date | None = None) -> Line:
    """Walk the line once as the activator, in the activator's neighbourhood."""
    me, today = cast.activator, clock.today()
    geert = a_resident(session, me, cast.here_id, "Geert")
    ria = a_resident(session, me, cast.here_id, "Ria")
    words = NeedIn(life_area=LifeArea.HOUSING, words="Ik zoek een kachel", learned_on=today)
    need = record_need(session, me, geert.id, words)
    theme = name_theme(
        session,
        me,
        ThemeIn(area_id=cast.here_id, title="Tocht en schimmel", life_area=LifeArea.HOUSING, need_ids=[need.id]),
    )
    initiative = start_initiative(
        session,
        me,
        InitiativeIn(
            area_id=cast.here_id,
            title="Molenbuurt Warm",
            origin=Origin.TOGETHER,
            started_on=today,
            theme_ids=[theme.id],
        ),
    )
    ask_id = an_answered_ask(session, cast, initiative.id)
    commitment = a_commitment(session, cast, ask_id, due_on or today + timedelta(days=30))
    return Line(geert.id, ria.id, need.id, theme.id, initiative.id, ask_id, commitment.id)


def an_answered_ask(session: Session, cast: Cast, initiative_id: UUID) -> UUID:
    """Ask the corporation something, and hear yes, if."""
    me, today = cast.activator, clock.today()
    told = AskIn(initiative_id=initiative_id, institution_id=cast.corporation_id, text="Herstel de kozijnen")
    ask = draft_ask(session, me, told)
    put = PutIn(happened_on=today, reply_by=today + timedelta(days=14), source=Source.MEETING, mandate=Mandate.POLICY)
    ask = put_ask(session, me, ask.id, ask.version, put)
    answer = AnswerIn(answer=AnswerKind.YES_IF, words="Na de asbestcheck", happened_on=today, source=Source.MEETING)
    return record_answer(session, me, ask.id, ask.version, answer).id


def a_commitment(session: Session, cast: Cast, ask_id: UUID, due_on: date) -> Commitment:
    """Write down what was promised."""
    return record_commitment(
        session,
        cast.activator,
        CommitmentIn(
            ask_id=ask_id,
            promise="Wij herstellen de kozijnen van 34 woningen.",
            residents_words="Onze ramen tochten niet meer.",
            sign="In elke woning sluiten de ramen.",
            due_on=due_on,
            mandate=Mandate.POLICY,
            promised_on=clock.today(),
        ),
    )
