"""Trust in the demo: how it grows between Marloes and Geert, what wants an answer, who comes when, and who takes over.

Done through the same actions as everything else, on the days of the story and of the background.
"""

from datetime import date, datetime, time, timedelta
from random import Random
from typing import NamedTuple

from sqlmodel import Session

from bsa import clock
from bsa.appointments.actions import cancel_appointment, make_appointment
from bsa.appointments.models import AppointmentKind
from bsa.appointments.shapes import AppointmentIn
from bsa.demo.days import Days, day_of_story, working_day
from bsa.demo.residents import Background, Person
from bsa.demo.stage import HERE, Stage
from bsa.demo.story import INITIATIVE
from bsa.residents.models import RegistrationLevel
from bsa.trust.actions import (
    agree_handover,
    answer_signal,
    finish_handover,
    move_relationship,
    propose_handover,
    record_signal,
)
from bsa.trust.models import HandoverReason
from bsa.trust.models import Stage as Standing
from bsa.trust.shapes import AgreementIn, CompletionIn, HandoverIn, RelationshipIn, SignalAnswerIn, SignalIn

GROWS: tuple[tuple[tuple[int, int], str, Standing], ...] = (
    ((1, 19), "Geert", Standing.FIRST_CONTACT),
    ((2, 2), "Geert", Standing.COMING_BACK),
    ((2, 16), "Geert", Standing.TALKING),
    ((2, 23), "Ria", Standing.FIRST_CONTACT),
    ((2, 23), "Fenna", Standing.FIRST_CONTACT),
    ((3, 9), "Ria", Standing.COMING_BACK),
    ((3, 24), "Ria", Standing.TALKING),
    ((3, 24), "Fenna", Standing.COMING_BACK),
    ((4, 22), "Geert", Standing.TRUSTED),
    ((9, 29), "Ria", Standing.TRUSTED),
    ((9, 29), "Fenna", Standing.TALKING),
)
"""Month and day of the story, with whom, and where it stood between Marloes and the resident from then on."""

SAID_BY_GEERT = "De lamp in het portiek is al weken stuk. Ik durf 's avonds de trap niet meer af."
WAITING = (
    (16, "De brief van de corporatie begrijp ik niet, en er staat een datum in."),
    (2, "Kan iemand eens met mij mee naar het spreekuur? Alleen ga ik niet."),
)
"""How many days ago somebody pointed it out to Marloes, and what; neither is answered yet."""
ANSWERED = (
    ("De bel doet het niet meer.", "Samen de huismeester gebeld; donderdag komt hij."),
    ("Mijn buurvrouw zie ik al een week niet.", "Aangebeld: ze is bij haar dochter, alles goed."),
    ("Er ligt weer grofvuil bij de container.", "Gemeld bij de gemeente. Het antwoord laat nog op zich wachten."),
    ("Ik krijg mijn toeslag niet rond.", "Woensdag samen naar het formulierenspreekuur."),
)


class Plan(NamedTuple):
    """An appointment of Marloes in the days around today."""

    in_days: int
    at: time
    whom: int
    """Which of her residents."""
    place: str | None
    kind: AppointmentKind = AppointmentKind.VISIT


PLANS = (
    Plan(0, time(14), 2, "Aan de keukentafel"),
    Plan(0, time(16, 30), 5, "Buurthuis De Wiek"),
    Plan(1, time(10), 4, None),
    Plan(2, time(11), 6, "Buurthuis De Wiek", AppointmentKind.PRACTICE),
    Plan(5, time(15), 7, None),
)


def tell_bonds(days: Days, background: Background) -> None:
    """Put what trust is made of on its days."""
    for (month, day), name, stands in GROWS:
        _stands(days, day_of_story(date(2026, month, day), days.today), "activator", name, stands)
    _lamp(days)
    _grow(days, [person for people in background.people.values() for person in people])
    own = [person for person in background.people[HERE] if person.worker == "activator"]
    _signals(days, [person for person in own[:-1] if person.level is not RegistrationLevel.ALIAS])
    _appointments(days, own[:-1])
    _hand_over(days, background, own[:-1])


def _stands(days: Days, day: date, worker: str, name: str, stands: Standing) -> None:
    def move(session: Session, stage: Stage) -> None:
        move_relationship(session, stage.actor(worker), stage[name], RelationshipIn(stage=stands))

    days.add(day, move)


def _lamp(days: Days) -> None:
    """2 March: Geert points out a lamp; three days later there is an answer. That builds trust."""
    answer = "De huismeester gebeld, samen met Geert aan de telefoon. Vrijdag brandt hij weer."

    def point_out(session: Session, stage: Stage) -> None:
        told = SignalIn(words=SAID_BY_GEERT, came_on=clock.today())
        stage["Geerts lamp"] = record_signal(session, stage.actor("activator"), stage["Geert"], told).id

    def reply(session: Session, stage: Stage) -> None:
        answer_signal(session, stage.actor("activator"), stage["Geerts lamp"], None, SignalAnswerIn(answer=answer))

    days.add(day_of_story(date(2026, 3, 2), days.today), point_out)
    days.add(day_of_story(date(2026, 3, 5), days.today), reply)


def _grow(days: Days, people: list[Person]) -> None:
    """Between the team and the background it grows too, and here and there it is damaged."""
    dice = Random(20260330)  # noqa: S311 - made-up people need no secrecy
    for person in people:
        if dice.random() < 0.5:
            continue
        steps = [Standing.FIRST_CONTACT, Standing.COMING_BACK, Standing.TALKING, Standing.TRUSTED]
        reached = steps[: dice.choices((1, 2, 3, 4), weights=(2, 4, 4, 2))[0]]
        if dice.random() < 0.07:
            reached.append(Standing.DAMAGED)
        # The last step is enough: what came before it is not looked at.
        day = working_day(person.met_on + timedelta(days=dice.randint(2, 60)))
        if day < days.today - timedelta(days=12):
            _stands(days, day, person.worker, person.name, reached[-1])


def _signals(days: Days, people: list[Person]) -> None:
    """Two wait for an answer, one of them for too long; others were answered soon."""

    def point_out(person: Person, words: str, ago: int, answer: str | None = None) -> None:
        came_on = working_day(days.today - timedelta(days=ago))

        def deed(session: Session, stage: Stage) -> None:
            me = stage.actor("activator")
            signal = record_signal(session, me, stage[person.name], SignalIn(words=words, came_on=came_on))
            if answer:
                answer_signal(session, me, signal.id, None, SignalAnswerIn(answer=answer))

        days.add(came_on if answer is None else working_day(came_on + timedelta(days=1)), deed)

    known = [person for person in people if person.known_on < days.today - timedelta(days=20)]
    for person, (ago, words) in zip(known, WAITING, strict=False):
        point_out(person, words, ago)
    for number, (words, answer) in enumerate(ANSWERED):
        point_out(known[number % len(known)], words, 5 + 3 * number, answer)


def _appointments(days: Days, people: list[Person]) -> None:
    """Marloes' week: visits, practising, the meeting of the initiative; one with Daan, and one cancelled."""

    def plan(number: int, wanted: Plan) -> None:
        whom, planned_on = people[wanted.whom % len(people)], working_day(days.today - timedelta(days=3))
        # A place may be an address: with somebody by alias it is not kept.
        known = whom.level is not RegistrationLevel.ALIAS and whom.known_on < planned_on

        def deed(session: Session, stage: Stage) -> None:
            told = AppointmentIn(
                starts_at=_at(days, wanted.in_days, wanted.at),
                kind=wanted.kind,
                resident_id=stage[whom.name],
                with_account_id=stage.actor("colleague").id if number == 1 else None,
                place=wanted.place if known else None,
            )
            made = make_appointment(session, stage.actor("activator"), told)
            if number == len(PLANS) - 1:
                cancel_appointment(session, stage.actor("activator"), made.id, None)

        days.add(planned_on, deed)

    for number, wanted in enumerate(PLANS):
        plan(number, wanted)

    def meet(session: Session, stage: Stage) -> None:
        told = AppointmentIn(
            starts_at=_at(days, 3, time(19, 30)),
            kind=AppointmentKind.MEETING,
            initiative_id=stage[INITIATIVE],
            minutes=90,
            place="Buurthuis De Wiek",
        )
        make_appointment(session, stage.actor("activator"), told)

    days.add(working_day(days.today - timedelta(days=2)), meet)


def _hand_over(days: Days, background: Background, own: list[Person]) -> None:
    """One handover is proposed, one agreed with a visit to come, one done."""
    theirs = [person for person in background.people[HERE] if person.worker == "colleague"]
    proposed, agreed, done = own[8 % len(own)], theirs[0], theirs[1]

    def propose(person: Person, giver: str, taker: str, reason: HandoverReason, ago: int) -> str:
        name = f"Overdracht {person.name}"

        def deed(session: Session, stage: Stage) -> None:
            told = HandoverIn(to_account_id=stage.actor(taker).id, reason=reason)
            stage[name] = propose_handover(session, stage.actor(giver), stage[person.name], told).id

        days.add(working_day(days.today - timedelta(days=ago)), deed)
        return name

    def agree(name: str, ago: int, visit_in: int) -> None:
        def deed(session: Session, stage: Stage) -> None:
            told = AgreementIn(agreed_on=clock.today(), starts_at=_at(days, visit_in, time(10)))
            agree_handover(session, stage.actor("colleague"), stage[name], None, told)

        days.add(working_day(days.today - timedelta(days=ago)), deed)

    propose(proposed, "activator", "colleague", HandoverReason.OTHER_WORK, 1)
    agree(propose(agreed, "colleague", "activator", HandoverReason.RESIDENT_ASKED, 7), 4, 4)
    finished = propose(done, "colleague", "activator", HandoverReason.OTHER_WORK, 40)
    agree(finished, 36, -30)

    def finish(session: Session, stage: Stage) -> None:
        told = CompletionIn(stays_as_stand_in=True)
        finish_handover(session, stage.actor("activator"), stage[finished], None, told)

    days.add(days.today - timedelta(days=29), finish)


def _at(days: Days, in_days: int, at: time) -> datetime:
    return datetime.combine(days.today + timedelta(days=in_days), at, clock.HERE)
