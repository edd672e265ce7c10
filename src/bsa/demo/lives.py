"""The lives of the background: what is known of the residents of six neighbourhoods beside their questions.

Planned at random, but always the same, and done through the same actions as everything else.
"""

import tomllib
from datetime import date, timedelta
from pathlib import Path
from random import Random
from typing import Any

from sqlmodel import Session

from bsa.demo.days import Days, Deed, working_day
from bsa.demo.residents import WORKERS, Background, Person
from bsa.demo.stage import HERE, NEIGHBOURHOODS, Stage, version_of
from bsa.lifeworld.actions import note_asset, note_sketch_line
from bsa.lifeworld.models import AssetKind, SketchPrompt, Voice
from bsa.lifeworld.shapes import AssetIn, SketchLineIn
from bsa.needs.actions import decide_translation, record_need
from bsa.needs.models import LifeArea, TranslationChoice
from bsa.needs.shapes import DecisionIn, NeedIn
from bsa.outreach.actions import change_round, end_round, start_round
from bsa.outreach.models import RoundKind
from bsa.outreach.shapes import EndingIn, RoundChange, RoundIn
from bsa.residents.actions import change_phase, mean_exploring
from bsa.residents.models import RegistrationLevel, Resident, ResidentPhase
from bsa.residents.shapes import ResidentPhaseIn

WORDS: dict[str, Any] = tomllib.loads(Path(__file__).with_name("lives.nl.toml").read_text(encoding="utf-8"))

PHASES = list(ResidentPhase)


def tell_lives(days: Days, background: Background) -> None:
    """Put what is known of the background's residents on its days."""
    people = [person for neighbourhood in background.people.values() for person in neighbourhood]
    dice = Random(20260216)  # noqa: S311 - made-up people need no secrecy
    for person in people:
        _go_on(days, dice, person)
        _sketch(days, dice, person)
    _rounds(days)
    _only_the_stated_question(days, next(one for one in background.people[HERE] if one.worker == "activator"))


def _go_on(days: Days, dice: Random, person: Person) -> None:
    """The way together goes on, or exploring takes its time; that may be on purpose."""
    day = person.met_on
    reached = dice.choices(range(len(PHASES)), weights=(30, 25, 25, 12, 8))[0]
    for phase in PHASES[1 : reached + 1]:
        day = working_day(day + timedelta(days=dice.randint(20, 45)))
        if not _in_time(days, day):
            return

        def go_on(session: Session, stage: Stage, phase: ResidentPhase = phase) -> None:
            key = stage[person.name]
            wanted = ResidentPhaseIn(phase=phase)
            change_phase(session, stage.actor(person.worker), key, version_of(session, Resident, key), wanted)

        days.add(day, go_on)
    meant_on = working_day(days.today - timedelta(days=dice.randint(3, 30)))
    if reached == 0 and dice.random() < 0.8 and person.met_on < meant_on:

        def mean(session: Session, stage: Stage) -> None:
            key = stage[person.name]
            mean_exploring(session, stage.actor(person.worker), key, version_of(session, Resident, key))

        days.add(meant_on, mean)


def _sketch(days: Days, dice: Random, person: Person) -> None:
    """Somebody tells what goes well and what pinches, and has something to share perhaps."""
    if person.level is not RegistrationLevel.ALIAS and dice.random() < 0.45:
        kind = dice.choice(list(AssetKind))
        strength = AssetIn(words=dice.choice(WORDS["assets"][kind]), kind=kind, wants_to_share=dice.random() < 0.4)

        def note_strength(session: Session, stage: Stage) -> None:
            note_asset(session, stage.actor(person.worker), stage[person.name], strength)

        _later(days, person.known_on, note_strength)
    if person.level is not RegistrationLevel.DOSSIER or dice.random() < 0.3:
        return
    lines = [
        SketchLineIn(words=dice.choice(WORDS["sketch"][prompt]), prompt=prompt)
        for prompt in dice.sample([one for one in SketchPrompt if one in WORDS["sketch"]], dice.randint(1, 2))
    ]
    if dice.random() < 0.4:
        lines.append(SketchLineIn(words=dice.choice(WORDS["impressions"]), voice=Voice.WORKER))
    for line in lines:

        def note_line(session: Session, stage: Stage, line: SketchLineIn = line) -> None:
            note_sketch_line(session, stage.actor(person.worker), stage[person.name], line)

        _later(days, person.dossier_on, note_line)


def _rounds(days: Days) -> None:
    """The team goes along doors and to places; in one street that brings no more talks, and today somebody is out."""
    dice = Random(20260119)  # noqa: S311 - made-up people need no secrecy
    for neighbourhood in NEIGHBOURHOODS:
        workers = WORKERS[neighbourhood]
        for number in range(8):
            held_on = working_day(
                days.today - timedelta(days=dice.randint(20, 150) if number < 5 else 150 + 20 * number)
            )
            where, kind = dice.choice(WORDS["streets"][neighbourhood]), RoundKind.DOORS
            if number % 4 == 3:
                where, kind = dice.choice(WORDS["places"][neighbourhood]), RoundKind.PLACE
            rang = dice.randint(12, 34) if kind is RoundKind.DOORS else 0
            opened = rang * dice.randint(30, 60) // 100
            talked = dice.randint(2, max(opened - 2, 7))
            counts = RoundChange(rang=rang, opened=opened, talked=talked, no_thanks=dice.randint(0, 3))
            _round(days, dice, workers[number % len(workers)], neighbourhood, held_on, kind, where, counts)
    for weeks, talked in ((7, 3), (5, 2), (2, 2)):
        held_on = working_day(days.today - timedelta(weeks=weeks))
        counts = RoundChange(rang=18, opened=6, talked=talked, no_thanks=1)
        _round(days, dice, "colleague", HERE, held_on, RoundKind.DOORS, "Havermaat", counts)

    def out_today(session: Session, stage: Stage) -> None:
        me = stage.actor("activator")
        told = RoundIn(area_id=stage[HERE], where="Molenstraat", occasion="Vragen hoe het is met de nieuwe kozijnen")
        begun = start_round(session, me, told)
        counts = RoundChange(rang=7, opened=4, talked=3)
        change_round(session, me, begun.id, begun.version, counts)

    days.add(days.today, out_today)


def _round(
    days: Days,
    dice: Random,
    worker: str,
    neighbourhood: str,
    held_on: date,
    kind: RoundKind,
    where: str,
    counts: RoundChange,
) -> None:
    occasion = dice.choice(WORDS["outreach"]["occasions"]) if dice.random() < 0.6 else None
    weighing = dice.choice(WORDS["outreach"]["weighings"]) if dice.random() < 0.4 else None
    seen = dice.choice(WORDS["outreach"]["seen"]) if dice.random() < 0.5 else None

    def go_round(session: Session, stage: Stage) -> None:
        me = stage.actor(worker)
        told = RoundIn(area_id=stage[neighbourhood], kind=kind, where=where, occasion=occasion)
        begun = start_round(session, me, told)
        change_round(session, me, begun.id, begun.version, counts)
        end_round(session, me, begun.id, EndingIn(weighing=weighing, place_note=seen))

    days.add(held_on, go_round)


def _only_the_stated_question(days: Days, person: Person) -> None:
    """Somebody was helped at once with what was asked; perhaps there is a question behind it."""
    asked_on = working_day(days.today - timedelta(days=41))
    name = f"{person.name} vraag om een fiets"

    def ask(session: Session, stage: Stage) -> None:
        words = "Weet jij iemand die een fiets over heeft?"
        told = NeedIn(life_area=LifeArea.SOCIAL_CONTACTS, words=words, learned_on=asked_on)
        stage[name] = record_need(session, stage.actor(person.worker), stage[person.name], told).id

    def decide(session: Session, stage: Stage) -> None:
        reason = "De fietsenmaker heeft er een staan; volgende week samen ophalen."
        told = DecisionIn(choice=TranslationChoice.INDIVIDUAL, reason=reason, decided_on=asked_on)
        decide_translation(session, stage.actor(person.worker), stage[name], None, told)

    days.add(asked_on, ask)
    days.add(asked_on, decide)


def _later(days: Days, since: date, deed: Deed) -> None:
    day = since + timedelta(days=4)
    if _in_time(days, day):
        days.add(day, deed)


def _in_time(days: Days, day: date) -> bool:
    """Tell whether a day is before the last ones, on which the background does what is seldom."""
    return day < days.today - timedelta(days=12)
