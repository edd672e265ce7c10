"""The quiet background: residents of six neighbourhoods, what they asked, and what the team did. Planned at random, but
always the same, and done through the same actions as everything else.
"""

import tomllib
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from random import Random
from typing import Any

from sqlmodel import Session

from bsa import clock
from bsa.contacts.actions import make_promise, note_contact, settle_promise, strike_contact
from bsa.contacts.models import ContactPlace, ContactPurpose, Promise, PromiseOutcome
from bsa.contacts.shapes import ContactIn, CorrectionIn, PromiseIn, SettlementIn
from bsa.demo.days import Days, working_day
from bsa.demo.stage import HERE, NEIGHBOURHOODS, Stage, agree, get_to_know, meet, open_dossier, version_of
from bsa.needs.actions import close_need, confirm_layer, decide_translation, deepen_need, record_need
from bsa.needs.models import SENSITIVE, Confirmed, HowLearned, LifeArea, Need, NeedEnding, TranslationChoice
from bsa.needs.queries import layers_of
from bsa.needs.shapes import ClosingIn, ConfirmationIn, DecisionIn, LayerIn, NeedIn
from bsa.permissions import Actor
from bsa.residents.actions import assign_worker, consents_to, restrict_resident, withdraw_consent
from bsa.residents.models import (
    AgeBand,
    ConsentScope,
    ContactChannel,
    Informed,
    ReadingComfort,
    RegistrationLevel,
    Resident,
    WorkerPart,
)
from bsa.residents.shapes import ResidentChange, ResidentIn, WorkerIn

WORDS: dict[str, Any] = tomllib.loads(Path(__file__).with_name("residents.nl.toml").read_text(encoding="utf-8"))
SEED = 20260112

WORKERS: dict[str, tuple[str, ...]] = {
    "Oude Molenbuurt": ("activator", "activator", "colleague"),
    "Nieuwe Veenbuurt": ("colleague", "sanne"),
    "Kanaalzicht": ("sanne", "lotte"),
    "Berkenakkers": ("ibrahim",),
    "De Turfgraaf": ("ibrahim",),
    "Zuiderschans": ("lotte",),
}
"""Who looks after the residents of which neighbourhood; who is named twice gets twice as many."""

COMPLEXES = {"Nieuwe Veenbuurt": "Veenhof", "Kanaalzicht": "Kadeflat"}

RESIDENTS = 25
NEEDS = 34
CONTACTS = 67
"""How many a neighbourhood."""

LONGEST_AGO = 300
"""Days before today on which the first of them was met: the story had just begun."""


@dataclass
class Person:
    """A resident of the background, as planned."""

    name: str
    neighbourhood: str
    worker: str
    call_name: str
    met_on: date
    level: RegistrationLevel
    known_on: date
    dossier_on: date
    agreed: set[ConsentScope] = field(default_factory=set)

    def dossier_by(self, day: date) -> bool:
        """Tell whether there is a dossier on a day."""
        return self.level is RegistrationLevel.DOSSIER and day >= self.dossier_on


@dataclass(frozen=True)
class Question:
    """A need of the background, as planned: whose it is, and while it is open."""

    name: str
    person: Person
    life_area: LifeArea
    asked_on: date
    closed_on: date | None


@dataclass
class Background:
    """What the rest of the background builds upon."""

    people: dict[str, list[Person]] = field(default_factory=dict)
    questions: dict[str, list[Question]] = field(default_factory=dict)


def tell_residents(days: Days) -> Background:
    """Put the background's residents, with their contacts and needs, on their days."""
    background, dice = Background(), Random(SEED)  # noqa: S311 - made-up people need no secrecy
    for neighbourhood in NEIGHBOURHOODS:
        people = _plan_people(days, dice, neighbourhood)
        background.people[neighbourhood] = people
        for number, person in enumerate(people):
            _meet(days, dice, person, people[:number])
        for number in range(CONTACTS):
            _contact(days, dice, people[number % len(people)], number)
        questions = dice.sample(WORDS["needs"], NEEDS)
        background.questions[neighbourhood] = [
            _ask(days, dice, people[number % len(people)], f"{neighbourhood} vraag {number}", question)
            for number, question in enumerate(questions)
        ]
    _special(days, background.people[HERE])
    _this_week(days, [person for person in background.people[HERE] if person.worker == "activator"])
    return background


def agree_once(session: Session, stage: Stage, person: Person, scope: ConsentScope) -> None:
    """Ask somebody's consent, if it was not given before."""
    actor, key = stage.actor(person.worker), stage[person.name]
    if consents_to(session, key, scope) is None:
        agree(session, actor, key, clock.today(), scope)


def _plan_people(days: Days, dice: Random, neighbourhood: str) -> list[Person]:
    # The first few are met early, so that there is always somebody to witness and to take part.
    ago = [LONGEST_AGO - 3 * number for number in range(5)]
    ago += sorted((dice.randint(25, LONGEST_AGO - 15) for _ in range(RESIDENTS - 5)), reverse=True)
    names = dice.sample(WORDS["first_names"], RESIDENTS)
    described = dice.sample(WORDS["descriptions"], 6)
    people = []
    for number in range(RESIDENTS):
        level = dice.choices(list(RegistrationLevel), weights=(35, 30, 35))[0]
        anonymous = level is RegistrationLevel.ALIAS and described
        met_on = working_day(days.today - timedelta(days=ago[number]))
        people.append(
            Person(
                name=f"{neighbourhood} {number}",
                neighbourhood=neighbourhood,
                worker=WORKERS[neighbourhood][number % len(WORKERS[neighbourhood])],
                call_name=described.pop() if anonymous else names[number],
                met_on=met_on,
                level=level,
                known_on=met_on + timedelta(days=dice.randint(2, 9)),
                dossier_on=met_on + timedelta(days=dice.randint(10, 20)),
            )
        )
    return people


def _meet(days: Days, dice: Random, person: Person, earlier: list[Person]) -> None:
    """Somebody is met, and perhaps known better later on."""
    housemates = [other for other in earlier if other.worker == person.worker]
    housemate = dice.choice(housemates) if housemates and dice.random() < 0.3 else None
    area = COMPLEXES.get(person.neighbourhood) if dice.random() < 0.4 else None
    language = dice.choice(WORDS["languages"])
    reading = dice.choice([None, *ReadingComfort])
    change = ResidentChange(
        full_name=f"{person.call_name} {dice.choice(WORDS['last_names'])}",
        contact_channel=dice.choice([ContactChannel.PHONE, ContactChannel.TEXT_MESSAGE]),
        contact_value=f"06 0000 {dice.randint(1000, 9999)}",
        age_band=dice.choice([band for band in AgeBand if band is not AgeBand.UNDER_18]),
    )

    def register(session: Session, stage: Stage) -> None:
        told = ResidentIn(
            call_name=person.call_name,
            area_id=stage[area or person.neighbourhood],
            informed_on=clock.today(),
            informed_how=Informed.SPOKEN,
            household_of_id=stage[housemate.name] if housemate else None,
            preferred_language=language,
            reading_comfort=reading,
        )
        meet(session, stage.actor(person.worker), stage, person.name, told)

    def know(session: Session, stage: Stage) -> None:
        get_to_know(session, stage.actor(person.worker), stage[person.name], clock.today(), change)

    def file(session: Session, stage: Stage) -> None:
        open_dossier(session, stage.actor(person.worker), stage[person.name], clock.today())

    days.add(person.met_on, register)
    if person.level is not RegistrationLevel.ALIAS:
        days.add(person.known_on, know)
    if person.level is RegistrationLevel.DOSSIER:
        days.add(person.dossier_on, file)


def _contact(days: Days, dice: Random, person: Person, number: int) -> None:
    """Somebody is seen; sometimes something is promised, and mostly that is kept."""
    first = number < RESIDENTS
    day = person.met_on if first else _later(days, dice, person.met_on, 4)
    place = dice.choice(list(ContactPlace)[:6])
    purpose = ContactPurpose.GETTING_ACQUAINTED if first else dice.choice(list(ContactPurpose)[:5])
    noted = person.dossier_by(day)
    own_note = dice.choice(WORDS["own_notes"]) if noted and dice.random() < 0.4 else None
    shareable_note = dice.choice(WORDS["shareable_notes"]) if noted and dice.random() < 0.8 else None

    def see(session: Session, stage: Stage) -> None:
        told = ContactIn(
            happened_on=clock.today(), place=place, purpose=purpose, own_note=own_note, shareable_note=shareable_note
        )
        note_contact(session, stage.actor(person.worker), stage[person.name], told)

    days.add(day, see)
    if dice.random() < 0.3:
        due_on = working_day(day + timedelta(days=dice.randint(4, 16)))
        _promise(days, dice, person, day, due_on, dice.choice(WORDS["promises"]), f"{person.name} belofte {number}")


def _promise(days: Days, dice: Random, person: Person, day: date, due_on: date, text: str, name: str) -> None:
    def promise(session: Session, stage: Stage) -> None:
        told = PromiseIn(text=text, due_on=due_on)
        stage[name] = make_promise(session, stage.actor(person.worker), stage[person.name], told).id

    days.add(day, promise)
    outcome = dice.choices([*PromiseOutcome, None], weights=(78, 7, 8, 7))[0]
    if outcome is None or due_on > days.today - timedelta(days=2):
        return

    def settle(session: Session, stage: Stage) -> None:
        ended = SettlementIn(outcome=outcome)
        settle_promise(
            session, stage.actor(person.worker), stage[name], version_of(session, Promise, stage[name]), ended
        )

    days.add(due_on, settle)


def _ask(days: Days, dice: Random, person: Person, name: str, question: dict[str, Any]) -> Question:
    """Somebody asks something; there may be a question behind it, a decision, and an end."""
    life_area = LifeArea(question["life_area"])
    asked_on = _later(days, dice, person.met_on, 20)

    def ask(session: Session, stage: Stage) -> None:
        told = NeedIn(life_area=life_area, words=question["stated"], learned_on=clock.today())
        stage[name] = record_need(session, stage.actor(person.worker), stage[person.name], told).id

    days.add(asked_on, ask)
    day = asked_on + timedelta(days=3)
    if person.dossier_by(day):
        for words in question["layers"]:
            day = _deepen(days, dice, person, name, life_area, words, day)
    if dice.random() < 0.6:
        day = _decide(days, dice, person, name, life_area, day + timedelta(days=3))
    closed_on = None
    if dice.random() < 0.4 and day + timedelta(days=30) < days.today:
        closed_on = working_day(day + timedelta(days=dice.randint(15, 28)))
        _close(days, dice, person, name, closed_on)
    return Question(name, person, life_area, asked_on, closed_on)


def _deepen(days: Days, dice: Random, person: Person, name: str, life_area: LifeArea, words: str, day: date) -> date:
    how = dice.choice([HowLearned.SAID, HowLearned.SAID, HowLearned.SHOWN, HowLearned.HUNCH])
    confirmed = Confirmed.NOT_YET if how is HowLearned.HUNCH else dice.choice([Confirmed.YES, Confirmed.NOT_YET])
    day = min(working_day(day + timedelta(days=dice.randint(3, 12))), days.today)

    def deepen(session: Session, stage: Stage) -> None:
        told = LayerIn(words=words, how_learned=how, confirmed=confirmed, life_area=life_area, learned_on=clock.today())
        deepen_need(session, stage.actor(person.worker), stage[name], None, told)

    def confirm(session: Session, stage: Stage) -> None:
        layer = layers_of(session, session.get_one(Need, stage[name]))[-1]
        answer = ConfirmationIn(confirmed=Confirmed.YES, asked_on=clock.today())
        confirm_layer(session, stage.actor(person.worker), stage[name], layer.id, None, answer)

    days.add(day, deepen)
    if confirmed is Confirmed.NOT_YET and dice.random() < 0.4:
        day = min(day + timedelta(days=4), days.today)
        days.add(day, confirm)
    return day


def _decide(days: Days, dice: Random, person: Person, name: str, life_area: LifeArea, day: date) -> date:
    choices = list(TranslationChoice)
    if life_area in SENSITIVE:
        choices = [TranslationChoice.INDIVIDUAL, TranslationChoice.MAKE_SAFE_FIRST]
    choice = dice.choice(choices)
    counted = choice in (TranslationChoice.COLLECTIVE, TranslationChoice.BOTH) and dice.random() < 0.8
    reason = dice.choice(WORDS["reasons"][choice.value])
    day = min(day, days.today)

    def decide(session: Session, stage: Stage) -> None:
        if counted:
            agree_once(session, stage, person, ConsentScope.TO_BE_COUNTED)
        told = DecisionIn(choice=choice, reason=reason, counted=counted, decided_on=clock.today())
        decide_translation(session, stage.actor(person.worker), stage[name], None, told)

    days.add(day, decide)
    return day


def _close(days: Days, dice: Random, person: Person, name: str, day: date) -> None:
    ending = dice.choice(list(NeedEnding)[:5])

    def close(session: Session, stage: Stage) -> None:
        ended = ClosingIn(ending=ending, closed_on=clock.today(), is_the_question=True)
        close_need(session, stage.actor(person.worker), stage[name], None, ended)

    days.add(day, close)


def _special(days: Days, people: list[Person]) -> None:
    """What happens seldom, so that each can be seen once: a stand-in, a correction, a withdrawal, a restriction."""
    own = [person for person in people if person.worker == "activator"]
    dossiers = [person for person in own if person.dossier_by(days.today - timedelta(days=12))]

    def stand_in(person: Person) -> None:
        def entrust(session: Session, stage: Stage) -> None:
            told = WorkerIn(account_id=stage.actor("colleague").id, part=WorkerPart.STANDS_IN)
            assign_worker(session, stage.actor("activator"), stage[person.name], told)

        days.add(working_day(days.today - timedelta(days=9)), entrust)

    for person in dossiers[:2]:
        stand_in(person)

    def correct(session: Session, stage: Stage) -> None:
        marloes, key = stage.actor("activator"), stage[dossiers[0].name]
        wrong = ContactIn(
            happened_on=clock.today(),
            place=ContactPlace.STREET,
            purpose=ContactPurpose.BEING_THERE,
            shareable_note="Was niet thuis.",
        )
        contact = note_contact(session, marloes, key, wrong)
        right = CorrectionIn(
            happened_on=clock.today(),
            place=ContactPlace.STREET,
            purpose=ContactPurpose.BEING_THERE,
            shareable_note="Was druk, had geen tijd voor koffie. Volgende week weer.",
        )
        strike_contact(session, marloes, contact.id, right)

    def withdraw(session: Session, stage: Stage) -> None:
        marloes, key = stage.actor("activator"), stage[own[1].name]
        agree_once(session, stage, own[1], ConsentScope.TO_BE_COUNTED)
        consent = consents_to(session, key, ConsentScope.TO_BE_COUNTED)
        if consent is not None:
            withdraw_consent(session, marloes, key, consent.id)

    def restrict(session: Session, stage: Stage) -> None:
        marloes, key = stage.actor("activator"), stage[own[-1].name]
        restrict_resident(session, marloes, key, version_of(session, Resident, key))

    days.add(working_day(days.today - timedelta(days=11)), correct)
    days.add(working_day(days.today - timedelta(days=8)), withdraw)
    days.add(days.today, restrict)


def _this_week(days: Days, people: list[Person]) -> None:
    """What makes Marloes' day page live: promises of today and of this week, one overdue, and who was seen today."""
    made_on = working_day(days.today - timedelta(days=7))
    for number, (due_in, text) in enumerate(
        (
            (-2, "Terugbellen over de plek in de naaigroep"),
            (0, "De brief van de corporatie samen lezen"),
            (0, "Vragen of de werkplaats donderdag open is"),
            (1, "Een stekje van de vijg meenemen"),
            (2, "Samen naar het spreekuur lopen"),
            (4, "De foto's van het buurtfeest brengen"),
        )
    ):
        person, due_on = people[number], days.today + timedelta(days=due_in)

        def promise(
            session: Session, stage: Stage, person: Person = person, due_on: date = due_on, text: str = text
        ) -> None:
            _promise_now(session, stage.actor("activator"), stage, person, PromiseIn(text=text, due_on=due_on))

        days.add(made_on, promise)
    for person, place in zip(people[3:5], (ContactPlace.DOORSTEP, ContactPlace.NEIGHBOURHOOD_HOUSE), strict=True):

        def see(session: Session, stage: Stage, person: Person = person, place: ContactPlace = place) -> None:
            told = ContactIn(happened_on=clock.today(), place=place, purpose=ContactPurpose.BEING_THERE)
            note_contact(session, stage.actor("activator"), stage[person.name], told)

        days.add(days.today, see)


def _promise_now(session: Session, actor: Actor, stage: Stage, person: Person, told: PromiseIn) -> None:
    make_promise(session, actor, stage[person.name], told)


def _later(days: Days, dice: Random, since: date, at_least: int) -> date:
    """Return a working day some time after `since`, and before yesterday."""
    latest = max((days.today - since).days - 3, at_least + 1)
    return min(working_day(since + timedelta(days=dice.randint(at_least, latest))), days.today - timedelta(days=1))
