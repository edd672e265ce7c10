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
from bsa.demo.residents import Background, Person
from bsa.demo.stage import Stage, version_of
from bsa.lifeworld.actions import note_asset, note_sketch_line
from bsa.lifeworld.models import AssetKind, SketchPrompt, Voice
from bsa.lifeworld.shapes import AssetIn, SketchLineIn
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
    if person.level is not RegistrationLevel.ALIAS and dice.random() < 0.6:
        kind = dice.choice(list(AssetKind))
        strength = AssetIn(words=dice.choice(WORDS["assets"][kind]), kind=kind, wants_to_share=dice.random() < 0.4)

        def note_strength(session: Session, stage: Stage) -> None:
            note_asset(session, stage.actor(person.worker), stage[person.name], strength)

        _later(days, person.known_on, note_strength)
    if person.level is not RegistrationLevel.DOSSIER or dice.random() < 0.3:
        return
    lines = [
        SketchLineIn(words=dice.choice(WORDS["sketch"][prompt]), prompt=prompt)
        for prompt in dice.sample([one for one in SketchPrompt if one in WORDS["sketch"]], dice.randint(1, 3))
    ]
    if dice.random() < 0.4:
        lines.append(SketchLineIn(words=dice.choice(WORDS["impressions"]), voice=Voice.WORKER))
    for line in lines:

        def note_line(session: Session, stage: Stage, line: SketchLineIn = line) -> None:
            note_sketch_line(session, stage.actor(person.worker), stage[person.name], line)

        _later(days, person.dossier_on, note_line)


def _later(days: Days, since: date, deed: Deed) -> None:
    day = since + timedelta(days=4)
    if _in_time(days, day):
        days.add(day, deed)


def _in_time(days: Days, day: date) -> bool:
    """Tell whether a day is before the last ones, on which the background does what is seldom."""
    return day < days.today - timedelta(days=12)
