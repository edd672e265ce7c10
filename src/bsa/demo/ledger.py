"""The background's initiatives, and the ledger beside the story: asks and promises in every state there is.

A course says, in days from today, what happened to a promise or to an ask; so whenever the demo is made, each of them
stands today where its name says.
"""

import tomllib
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from pathlib import Path
from random import Random
from typing import Any

from sqlmodel import Session

from bsa import clock
from bsa.asks.actions import ask_again, close_ask, draft_ask, escalate, put_ask, record_answer
from bsa.asks.models import AnswerKind, Ask, Side, Source
from bsa.asks.shapes import AnswerIn, AskIn, ClosureIn, EscalationIn, PutIn
from bsa.commitments.actions import enter_event, record_commitment, record_verdict
from bsa.commitments.models import Commitment, Visibility
from bsa.commitments.models import CommitmentEventKind as Kind
from bsa.commitments.shapes import CommitmentEventIn, CommitmentIn, DeedKind, QuoteIn, VerdictIn
from bsa.demo.days import Days, working_day
from bsa.demo.residents import Background, Person, Question, agree_once
from bsa.demo.slips import judge_at_once
from bsa.demo.stage import PEOPLE, SIGNED_IN, Stage
from bsa.demo.stage import version_of as version
from bsa.initiatives.actions import add_participant, move_phase, reach_aim, set_aim, start_initiative
from bsa.initiatives.models import Initiative, Origin, ParticipantPart, Phase
from bsa.initiatives.shapes import AimIn, InitiativeIn, ParticipantIn, PhaseIn, ReachedIn
from bsa.institutions.models import Mandate
from bsa.needs.models import SENSITIVE, LifeArea
from bsa.residents.models import ConsentScope
from bsa.themes.actions import link_need, name_theme
from bsa.themes.shapes import ThemeIn

WORDS: dict[str, Any] = tomllib.loads(Path(__file__).with_name("initiatives.nl.toml").read_text(encoding="utf-8"))
SEED = 20260324


@dataclass(frozen=True)
class Step:
    """One thing in a course: how many days from today, what, and with which day, votes or words."""

    day: int
    kind: Kind
    due: int | None = None
    votes: tuple[int, int, int] = (0, 0, 0)
    """Kept, partly, not kept."""
    closes: bool = False
    agreed: bool | None = None
    words: str | None = None
    quotes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Course:
    """What happened to a promise after it was made."""

    promised: int
    due: int
    steps: tuple[Step, ...] = ()


def _confirmed(day: int) -> Step:
    return Step(day, Kind.CONFIRMED)


def _claimed(day: int, words: str = "Het is klaar. Kom gerust kijken.") -> Step:
    return Step(day, Kind.CLAIMED, words=words)


COURSES: dict[str, Course] = {
    "proposed": Course(-12, 47),
    "confirmed": Course(-40, 33, (_confirmed(-33),)),
    "contested": Course(
        -33, 25, (Step(-21, Kind.CONTESTED, words="Zo hebben wij het niet gezegd: het ging om de B-jeugd."),)
    ),
    "running": Course(-75, 18, (_confirmed(-70), Step(-45, Kind.STARTED))),
    "late": Course(-88, -5, (_confirmed(-83), Step(-60, Kind.STARTED))),
    "late_long": Course(-140, -48, (_confirmed(-134),)),
    "claimed": Course(-110, -2, (_confirmed(-105), Step(-80, Kind.STARTED), _claimed(-6))),
    "kept": Course(
        -190,
        -95,
        (
            _confirmed(-186),
            Step(-160, Kind.STARTED),
            _claimed(-101),
            Step(-96, Kind.JUDGED, votes=(11, 2, 0), closes=True, quotes=("Gewoon gedaan wat ze zeiden.",)),
        ),
    ),
    "kept_in_time": Course(
        -130,
        -45,
        (
            _confirmed(-126),
            _claimed(-52),
            Step(-48, Kind.JUDGED, votes=(5, 1, 0)),
            Step(-44, Kind.JUDGED, votes=(3, 1, 0), quotes=("We gebruiken het elke week.",)),
        ),
    ),
    "partly": Course(
        -170,
        -80,
        (
            _confirmed(-165),
            _claimed(-84),
            Step(-77, Kind.JUDGED, votes=(4, 6, 3), closes=True, quotes=("In het begin wel, daarna niet meer.",)),
        ),
    ),
    "not_kept": Course(
        -150,
        -62,
        (
            _confirmed(-146),
            Step(-55, Kind.JUDGED, votes=(1, 2, 9), closes=True, quotes=("We hebben er niets van gezien.",)),
        ),
    ),
    "unjudged": Course(-135, -66, (_confirmed(-130), _claimed(-70))),
    "unjudged_few": Course(-125, -60, (_confirmed(-120), _claimed(-63), Step(-58, Kind.JUDGED, votes=(1, 1, 0)))),
    "withdrawn": Course(
        -120,
        -20,
        (
            _confirmed(-112),
            Step(-64, Kind.WITHDRAWN, words="Het geld is dit jaar op; we bespreken het in het voorjaar."),
        ),
    ),
    "moved_twice": Course(
        -150,
        -80,
        (
            _confirmed(-145),
            Step(-90, Kind.MOVED, due=-20, agreed=True, words="De leverancier is te laat."),
            Step(-33, Kind.MOVED, due=26, agreed=True, words="Er ligt een kabel op de plek; die gaat eerst weg."),
        ),
    ),
    "moved_unagreed": Course(
        -100,
        -9,
        (_confirmed(-95), Step(-22, Kind.MOVED, due=30, agreed=False, words="De aannemer is druk.")),
    ),
    "reopened": Course(
        -160,
        -85,
        (
            _confirmed(-155),
            _claimed(-88),
            Step(-82, Kind.JUDGED, votes=(2, 3, 8), closes=True, quotes=("Zondag stond hij weer een nacht stil.",)),
            Step(-75, Kind.REOPENED, due=20, words="In het weekend duurt het nog steeds een dag."),
        ),
    ),
    "reopened_kept": Course(
        -200,
        -130,
        (
            _confirmed(-195),
            _claimed(-134),
            Step(-127, Kind.JUDGED, votes=(3, 7, 1), closes=True),
            Step(-120, Kind.REOPENED, due=-60, words="De ene week wel, de andere niet."),
            _claimed(-64, "Er is nu een vaste oppas."),
            Step(-58, Kind.JUDGED, votes=(9, 2, 0), closes=True, quotes=("Nu kan ik elke week.",)),
        ),
    ),
}

FEWEST_SLIPS = 3
"""So many slips must be used before a round is closed by hand."""

BEFORE_PROMISE = 20
"""Days between the ask and the promise that answered it."""


def tell_ledger(days: Days, background: Background) -> None:
    """Put the background's initiatives, asks and promises on their days."""
    dice = Random(SEED)  # noqa: S311 - made-up initiatives need no secrecy
    for number, told in enumerate(WORDS["initiatives"]):
        people = background.people[told["neighbourhood"]]
        start = _start(days, told, people)
        _gather(days, dice, told, start, people)
        _link(days, told, start, background.questions[told["neighbourhood"]])
        for place, promise in enumerate(told["promises"]):
            _promise(days, told, promise, people, number + place)
        _grow(days, told, start)
    for told in WORDS["asks"]:
        initiative = next(one for one in WORDS["initiatives"] if one["title"] == told["initiative"])
        ASK_COURSES[told["course"]](days, background.people[initiative["neighbourhood"]][0].worker, told)


def _start(days: Days, told: dict[str, Any], people: list[Person]) -> int:
    """A theme is named, and an initiative starts; return how many days from today."""
    start = min([COURSES[one["course"]].promised - BEFORE_PROMISE - 14 for one in told["promises"]], default=-18)
    worker = people[0].worker

    def name(session: Session, stage: Stage) -> None:
        theme = ThemeIn(
            area_id=stage[told["neighbourhood"]],
            title=told["theme"],
            description=told["theme_description"],
            life_area=LifeArea(told["life_area"]),
        )
        stage[told["theme"]] = name_theme(session, stage.actor(worker), theme).id

    def begin(session: Session, stage: Stage) -> None:
        next_step = told.get("next_step")
        initiative = InitiativeIn(
            area_id=stage[told["neighbourhood"]],
            title=told["title"],
            description=told["description"],
            origin=Origin(told["origin"]),
            joined_existing=told.get("joined_existing", False),
            phase=Phase.IDEA,
            started_on=clock.today(),
            theme_ids=[stage[told["theme"]]],
            next_step=next_step,
            next_step_on=days.today + timedelta(days=9) if next_step else None,
        )
        key = start_initiative(session, stage.actor(worker), initiative).id
        stage[told["title"]] = key
        aim = set_aim(session, stage.actor(worker), key, AimIn(text=told["aim"], sign=told["sign"]))
        stage[f"{told['title']} doel"] = aim.id

    days.add(_day(days, start - 7), name)
    days.add(_day(days, start), begin)
    return start


def _gather(days: Days, dice: Random, told: dict[str, Any], start: int, people: list[Person]) -> None:
    """Residents take part, each with consent, entered by who looks after them."""
    # Not the last one: in the story's neighbourhood that is somebody whose data is restricted.
    for person in dice.sample(people[:-6], dice.randint(5, 9)):
        part = dice.choice(list(ParticipantPart))
        day = max(_day(days, start + 3), person.met_on + timedelta(days=5))

        def join(session: Session, stage: Stage, person: Person = person, part: ParticipantPart = part) -> None:
            agree_once(session, stage, person, ConsentScope.TO_BE_INTRODUCED)
            joins = ParticipantIn(resident_id=stage[person.name], part=part, consented_on=clock.today())
            add_participant(session, stage.actor(person.worker), stage[told["title"]], joins)

        if told["phase"] != "stopped" or day < _day(days, -30):
            days.add(day, join)


def _link(days: Days, told: dict[str, Any], start: int, questions: list[Question]) -> None:
    """Needs about the same are linked to the theme; what shame or danger comes first in is not."""
    for question in questions:
        day = max(_day(days, start - 6), question.asked_on + timedelta(days=1))
        fits = question.life_area.value == told["life_area"] and question.life_area not in SENSITIVE
        if not fits or (question.closed_on is not None and day >= question.closed_on) or day > days.today:
            continue

        def link(session: Session, stage: Stage, question: Question = question) -> None:
            link_need(session, stage.actor(question.person.worker), stage[told["theme"]], stage[question.name])

        days.add(day, link)


def _grow(days: Days, told: dict[str, Any], start: int) -> None:
    """An initiative comes to the phase in which it is now, through the ones before."""
    ways = {
        "idea": (),
        "forming": ("forming",),
        "acting": ("forming", "acting"),
        "negotiating": ("forming", "negotiating"),
        "sustained": ("forming", "acting", "sustained"),
        "stopped": ("forming", "acting", "stopped"),
    }
    for number, phase in enumerate(ways[told["phase"]]):
        last = phase in ("sustained", "stopped")

        def move(session: Session, stage: Stage, phase: str = phase, last: bool = last) -> None:
            key, actor = stage[told["title"]], stage.actor("teamleader")
            moved = PhaseIn(phase=Phase(phase), since=clock.today(), lesson=told.get("lesson") if last else None)
            move_phase(session, actor, key, version(session, Initiative, key), moved)
            if phase == "sustained":
                reach_aim(session, actor, key, stage[f"{told['title']} doel"], ReachedIn(reached_on=clock.today()))

        days.add(_day(days, -28 if last else start + 10 + 15 * number), move)


def _promise(days: Days, told: dict[str, Any], promise: dict[str, Any], people: list[Person], number: int) -> None:
    """Something is asked, answered with a promise, and then takes its course."""
    course, name, worker = COURSES[promise["course"]], f"{told['title']}: {promise['ask']}", people[0].worker

    def ask(session: Session, stage: Stage) -> None:
        _draft(session, stage, worker, name, told["title"], promise["institution"], promise["ask"])
        _put(session, stage, worker, name, 25)

    def answer(session: Session, stage: Stage) -> None:
        key, today = stage[name], clock.today()
        condition = "Mits het binnen het jaarplan past" if number % 4 == 0 else None
        kind = AnswerKind.YES_IF if condition else AnswerKind.YES
        answered = AnswerIn(answer=kind, words=condition, happened_on=today, source=Source.MEETING)
        record_answer(session, stage.actor(worker), key, version(session, Ask, key), answered)
        promised = CommitmentIn(
            ask_id=key,
            promise=promise["promise"],
            residents_words=promise["words"],
            sign=promise["sign"],
            condition=condition,
            due_on=days.today + timedelta(days=course.due),
            mandate=Mandate.POLICY if number % 3 == 0 else Mandate.OPERATIONAL,
            promised_on=today,
        )
        stage[f"{name} toezegging"] = record_commitment(session, stage.actor(worker), promised).id

    days.add(_day(days, course.promised - BEFORE_PROMISE), ask)
    days.add(_day(days, course.promised), answer)
    for step in course.steps:
        witnesses = [person.name for person in people[:3]]
        entered = partial(_judge if step.kind is Kind.JUDGED else _enter, days=days, step=step, worker=worker)
        days.add(
            _day(days, step.day),
            partial(
                _take,
                entered=entered,
                name=f"{name} toezegging",
                institution=promise["institution"],
                witnesses=witnesses,
            ),
        )
    if course.steps and number % 3 < 2:
        visibility = (Visibility.PUBLIC, Visibility.NEIGHBOURHOOD)[number % 3]
        published = partial(_publish, name=f"{name} toezegging", worker=worker, visibility=visibility)
        days.add(_day(days, course.steps[-1].day), published)


def _take(session: Session, stage: Stage, entered: Any, **what: Any) -> None:
    entered(session, stage, **what)


def _enter(
    session: Session,
    stage: Stage,
    *,
    days: Days,
    step: Step,
    worker: str,
    name: str,
    institution: str,
    witnesses: list[str],
) -> None:
    """Something happens: entered by the institution when it signs in itself, or else by the team."""
    key = stage[name]
    itself = step.kind in (Kind.CONFIRMED, Kind.STARTED, Kind.CLAIMED) and SIGNED_IN.get(institution)
    happened = CommitmentEventIn(
        kind=DeedKind(step.kind.value),
        happened_on=clock.today(),
        source=Source.OWN_SIGN_IN if itself else Source.TELEPHONE,
        words=step.words,
        due_on=None if step.due is None else days.today + timedelta(days=step.due),
        residents_agreed=step.agreed,
    )
    enter_event(session, stage.actor(itself or worker), key, version(session, Commitment, key), happened)


def _judge(
    session: Session,
    stage: Stage,
    *,
    days: Days,
    step: Step,
    worker: str,
    name: str,
    institution: str,
    witnesses: list[str],
) -> None:
    """Residents judge by slips; when too few do for that, by hands, before two of them."""
    key, (kept, partly, not_kept) = stage[name], step.votes
    quotes = [QuoteIn(words=words, may_be_public=True) for words in step.quotes]
    if sum(step.votes) >= FEWEST_SLIPS:
        judge_at_once(session, stage, worker, key, step.votes, quotes, closes=step.closes)
        return
    verdict = VerdictIn(
        kept=kept,
        partly=partly,
        not_kept=not_kept,
        happened_on=clock.today(),
        source=Source.MEETING,
        witness_ids=[stage[witness] for witness in witnesses[:2]],
        quotes=quotes,
        close_window=step.closes,
    )
    record_verdict(session, stage.actor(worker), key, version(session, Commitment, key), verdict)


def _publish(session: Session, stage: Stage, *, name: str, worker: str, visibility: Visibility) -> None:
    key = stage[name]
    published = CommitmentEventIn(
        kind=DeedKind.PUBLISHED, happened_on=clock.today(), visibility=visibility, previewed=True
    )
    enter_event(session, stage.actor(worker), key, version(session, Commitment, key), published)


def _draft(session: Session, stage: Stage, worker: str, name: str, title: str, institution: str, text: str) -> None:
    told = AskIn(initiative_id=stage[title], institution_id=stage[institution], text=text, voiced_by=Side.RESIDENTS)
    stage[name] = draft_ask(session, stage.actor(worker), told).id


def _put(session: Session, stage: Stage, worker: str, name: str, days_to_answer: int, *, again: bool = False) -> None:
    key = stage[name]
    ask = session.get_one(Ask, key)
    institutions = {stage[institution]: person for institution, person, _, _ in reversed(PEOPLE)}
    told = PutIn(
        happened_on=clock.today(),
        reply_by=clock.today() + timedelta(days=days_to_answer),
        source=Source.MAIL,
        contact_id=stage[institutions[ask.institution_id]],
    )
    (ask_again if again else put_ask)(session, stage.actor(worker), key, ask.version, told)


def _answer(session: Session, stage: Stage, worker: str, name: str, answer: AnswerKind, words: str) -> None:
    key = stage[name]
    told = AnswerIn(answer=answer, words=words, happened_on=clock.today(), source=Source.TELEPHONE)
    record_answer(session, stage.actor(worker), key, version(session, Ask, key), told)


def _escalate(session: Session, stage: Stage, worker: str, name: str) -> None:
    key = stage[name]
    told = EscalationIn(
        happened_on=clock.today(),
        reply_by=clock.today() + timedelta(days=20),
        reason="De winter komt, en op uitvoerend niveau is er geen geld.",
        mandate=Mandate.POLICY,
        source=Source.LETTER,
    )
    escalate(session, stage.actor(worker), key, version(session, Ask, key), told)


def _closed(session: Session, stage: Stage, worker: str, name: str) -> None:
    key = stage[name]
    reason = "De groep maakt de bakken dieper in plaats van een kas."
    close_ask(
        session,
        stage.actor(worker),
        key,
        version(session, Ask, key),
        ClosureIn(happened_on=clock.today(), reason=reason),
    )


def _asked(days: Days, worker: str, told: dict[str, Any], on: int, days_to_answer: int | None) -> None:
    """Draft an ask, and put it unless it stays a draft."""

    def ask(session: Session, stage: Stage) -> None:
        _draft(session, stage, worker, told["text"], told["initiative"], told["institution"], told["text"])
        if days_to_answer is not None:
            _put(session, stage, worker, told["text"], days_to_answer)

    days.add(_day(days, on), ask)


def _draft_only(days: Days, worker: str, told: dict[str, Any]) -> None:
    _asked(days, worker, told, -4, None)


def _waiting(days: Days, worker: str, told: dict[str, Any]) -> None:
    _asked(days, worker, told, -6, 16)


def _unanswered(days: Days, worker: str, told: dict[str, Any]) -> None:
    _asked(days, worker, told, -30, 21)


def _evasive(days: Days, worker: str, told: dict[str, Any]) -> None:
    _asked(days, worker, told, -24, 14)
    days.add(
        _day(days, -13),
        partial(_answer, worker=worker, name=told["text"], answer=AnswerKind.EVASIVE, words=told["words"]),
    )


def _refused(days: Days, worker: str, told: dict[str, Any], on: int = -33) -> None:
    _asked(days, worker, told, on, 21)
    days.add(
        _day(days, on + 13),
        partial(_answer, worker=worker, name=told["text"], answer=AnswerKind.NO, words=told["words"]),
    )


def _again(days: Days, worker: str, told: dict[str, Any]) -> None:
    _refused(days, worker, told, -40)
    days.add(_day(days, -5), partial(_put, worker=worker, name=told["text"], days_to_answer=14, again=True))


def _escalated(days: Days, worker: str, told: dict[str, Any]) -> None:
    _refused(days, worker, told, -50)
    days.add(_day(days, -8), partial(_escalate, worker=worker, name=told["text"]))


def _refused_and_closed(days: Days, worker: str, told: dict[str, Any]) -> None:
    _refused(days, worker, told, -60)
    days.add(_day(days, -30), partial(_closed, worker=worker, name=told["text"]))


ASK_COURSES = {
    "draft": _draft_only,
    "asked": _waiting,
    "unanswered": _unanswered,
    "evasive": _evasive,
    "no": _refused,
    "asked_again": _again,
    "escalated": _escalated,
    "closed": _refused_and_closed,
}
"""What happened to an ask that led to no promise."""


def _day(days: Days, offset: int) -> Any:
    """Return a working day so many days from today."""
    return working_day(days.today + timedelta(days=offset))
