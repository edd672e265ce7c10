"""Doing it together, in the demo: my part and their part, who did it, and practising before it is real.

The story's rows are Geert's: from two minutes of talking to Marloes to explaining the ledger to another neighbourhood.
The background shows how the doing moves to residents in every initiative, planned at random but always the same.
"""

from datetime import date, timedelta
from functools import partial
from random import Random

from sqlmodel import Session

from bsa import clock
from bsa.demo.days import Days, day_of_story, working_day
from bsa.demo.ledger import WORDS
from bsa.demo.residents import WORKERS
from bsa.demo.stage import CORPORATION, Stage
from bsa.demo.story import INITIATIVE, Scene, Telling
from bsa.learning.actions import record_step
from bsa.learning.models import WhoDidIt
from bsa.learning.shapes import LearningStepIn
from bsa.practice.actions import debrief_practice, make_speaking_order, plan_practice
from bsa.practice.models import PracticeOutcome, SpeakerSide
from bsa.practice.shapes import DebriefIn, PracticeIn, SpeakingOrderIn, SpeakingTurnIn
from bsa.shares.actions import ask_for_their_part, write_share
from bsa.shares.models import Author, SharePrompt, ShareSide
from bsa.shares.shapes import OwnShareIn, ShareAskIn

DONE = (
    "De zaal geregeld",
    "Buren uitgenodigd",
    "Het verslag gemaakt",
    "Gebeld met de instelling",
    "Koffie gezet en klaargezet",
    "De brief geschreven",
)
"""What is done in every initiative, again and again; who does it is what changes."""
SHIFT = list(WhoDidIt)
STEPS, FIRST, LAST = 7, 150, 4
"""How many steps an initiative has, from how many days ago until how many."""


def tell_doing(days: Days) -> None:
    """Put the story's rows and the background's steps on their days."""
    for (month, day), row in ROWS:

        def deed(session: Session, stage: Stage, row: Scene = row) -> None:
            row(Telling(session, stage, days.today))

        days.add(day_of_story(date(2026, month, day), days.today), deed)
    dice = Random(20260330)  # noqa: S311 - made-up people need no secrecy
    for told in WORDS["initiatives"]:
        _shift(days, dice, told["title"], WORKERS[told["neighbourhood"]][0])


def foil_together(tell: Telling) -> None:
    """16 February: now that there is a dossier, it is written down who put up the foil."""
    _did(tell, "Geert", WhoDidIt.TOGETHER, "Radiatorfolie geplakt", on=tell.on(2, 2), words="Zo moeilijk is het niet.")


def two_minutes(tell: Telling) -> None:
    """30 March: Geert talks for two minutes, first to Marloes, then to four people; and who speaks on 8 April."""
    session, stage, marloes = tell.session, tell.stage, tell.marloes
    for scary, setting, there, debrief, bolder in (
        (
            "Twee minuten vertellen hoe het in huis is",
            "Aan mijn eigen keukentafel",
            "Marloes",
            "Het ging sneller dan ik dacht. Niemand lachte.",
            "Nog eens, maar dan voor vier mensen",
        ),
        (
            "Hetzelfde vertellen voor vier mensen",
            "In het buurthuis, deur dicht",
            "Marloes, Ria, Fenna en Opa Lub",
            "Bij de kou in de slaapkamer even gestopt, en toch verder gegaan.",
            "Op 8 april voor de mensen van De Veenhoek",
        ),
    ):
        told = PracticeIn(
            scary_thing=scary,
            safe_setting=setting,
            who_is_there=there,
            stop_word="koffie",
            initiative_id=stage[INITIATIVE],
        )
        moment = plan_practice(session, marloes, stage["Geert"], told)
        went = DebriefIn(outcome=PracticeOutcome.DONE, debrief=debrief, next_bit_bolder=bolder)
        debrief_practice(session, marloes, moment.id, moment.version, went)
    _did(tell, "Geert", WhoDidIt.RESIDENT_WITH_WORKER_THERE, "Verteld hoe koud het is", words="Ik durf het dus wel.")
    turns = [
        SpeakingTurnIn(side=SpeakerSide.RESIDENT, resident_id=stage["Geert"], minutes=5),
        SpeakingTurnIn(side=SpeakerSide.RESIDENT, resident_id=stage["Ria"], minutes=5),
        SpeakingTurnIn(side=SpeakerSide.INSTITUTION, who="Joost, De Veenhoek", minutes=2),
        SpeakingTurnIn(side=SpeakerSide.RESIDENT, resident_id=stage["Fenna"], minutes=3),
        SpeakingTurnIn(side=SpeakerSide.TEAM, who="Marloes, gespreksleider", minutes=1),
    ]
    order = SpeakingOrderIn(meeting_on=tell.on(4, 8), turns=turns)
    stage["Spreekvolgorde"] = make_speaking_order(session, marloes, stage[INITIATIVE], order).id


def done_in_the_initiative(tell: Telling, who: WhoDidIt, what: str) -> None:
    """From March to November: what has to be done for "Molenbuurt Warm", and who does it."""
    told = LearningStepIn(initiative_id=tell.stage[INITIATIVE], what=what, who_did_it=who)
    record_step(tell.session, tell.marloes, told)


def he_read_it_out(tell: Telling) -> None:
    """8 April: Geert reads the ask out himself."""
    _did(tell, "Geert", WhoDidIt.RESIDENT_WITH_WORKER_THERE, "De vraag aan De Veenhoek voorgelezen")


def two_columns(tell: Telling) -> None:
    """4 May: on the couch, Geert and Marloes fill in the two columns; one thing of theirs becomes an ask."""
    session, stage, marloes = tell.session, tell.stage, tell.marloes
    for side, prompt, words, author in (
        (
            ShareSide.MINE,
            SharePrompt.ALREADY_DOING,
            "Ik stook alleen in de voorkamer en plak zelf de kieren.",
            Author.TOGETHER,
        ),
        (ShareSide.MINE, SharePrompt.KEEPS_IT, "Ik zeg niks, dan hoef ik ook niks te horen.", Author.RESIDENT),
        (ShareSide.MINE, SharePrompt.TRY_DIFFERENTLY, "Eerst Ria bellen, en dan samen hen.", Author.TOGETHER),
        (ShareSide.THEIRS, SharePrompt.ALREADY_DOING, "Joost kwam wel zelf kijken.", Author.RESIDENT),
        (
            ShareSide.THEIRS,
            SharePrompt.KEEPS_IT,
            "Ze bellen nooit terug en ik krijg steeds een ander.",
            Author.RESIDENT,
        ),
    ):
        told = OwnShareIn(side=side, prompt=prompt, words=words, author=author)
        share = write_share(session, marloes, stage["Geert"], told)
    asked = ShareAskIn(
        institution_id=stage[CORPORATION],
        initiative_id=stage[INITIATIVE],
        approved_words="Geef de Molenstraat één vast aanspreekpunt, dat binnen een week terugbelt.",
        approved_on=clock.today(),
    )
    ask_for_their_part(session, marloes, share.id, asked)


def read_together(tell: Telling) -> None:
    """9 June: the letter about the asbestos, read together."""
    _did(tell, "Geert", WhoDidIt.TOGETHER, "De brief over de asbestcheck gelezen")


def he_called_himself(tell: Telling) -> None:
    """29 September: the kitchen is still cold, and Geert calls Joost without anybody there."""
    _did(tell, "Geert", WhoDidIt.RESIDENT_ALONE, "Joost gebeld over de keuken", words="Hij nam nog op ook.")


def called_for_ria_again(tell: Telling) -> None:
    """October and November: Marloes calls home care for Ria, and again, and again."""
    _did(tell, "Ria", WhoDidIt.WORKER, "Thuiszorg gebeld")


def practising_to_call(tell: Telling) -> None:
    """6 November: Geert wants to call the municipality about the lights; nobody talked about it yet."""
    told = PracticeIn(
        scary_thing="De gemeente bellen over het licht",
        safe_setting="In het buurthuis, met de telefoon op de luidspreker",
        who_is_there="Marloes en Ria",
        stop_word="koffie",
    )
    plan_practice(tell.session, tell.marloes, tell.stage["Geert"], told)


def geert_explains_the_ledger(tell: Telling) -> None:
    """10 November: Geert explains the list of promises to the neighbours of the Emmermeer."""
    _did(
        tell,
        "Geert",
        WhoDidIt.RESIDENT_TEACHES_ANOTHER,
        "De toezeggingenlijst uitgelegd aan de buren van de Emmermeer",
        words="Ze schreven mee. Met mij erbij!",
        within=INITIATIVE,
    )


ROWS: tuple[tuple[tuple[int, int], Scene], ...] = (
    ((2, 16), foil_together),
    ((3, 30), two_minutes),
    *(
        (day, partial(done_in_the_initiative, who=who, what=what))
        for day, who, what in (
            ((3, 25), WhoDidIt.WORKER, "De zaal geregeld"),
            ((3, 26), WhoDidIt.WORKER, "Het verslag gemaakt"),
            ((4, 9), WhoDidIt.TOGETHER, "De zaal geregeld"),
            ((4, 23), WhoDidIt.TOGETHER, "Het verslag gemaakt"),
            ((5, 20), WhoDidIt.RESIDENT_WITH_WORKER_THERE, "Langs de deuren om buren uit te nodigen"),
            ((7, 8), WhoDidIt.RESIDENT_WITH_WORKER_THERE, "De bijeenkomst geleid"),
            ((8, 26), WhoDidIt.RESIDENT_ALONE, "De zaal geregeld"),
            ((9, 23), WhoDidIt.RESIDENT_ALONE, "Het verslag gemaakt"),
            ((10, 21), WhoDidIt.RESIDENT_ALONE, "De bijeenkomst geleid"),
            ((11, 5), WhoDidIt.TOGETHER, "De brief aan de gemeente geschreven"),
        )
    ),
    ((4, 8), he_read_it_out),
    ((5, 4), two_columns),
    ((6, 9), read_together),
    ((9, 29), he_called_himself),
    ((10, 12), called_for_ria_again),
    ((10, 26), called_for_ria_again),
    ((11, 4), called_for_ria_again),
    ((11, 6), practising_to_call),
    ((11, 10), geert_explains_the_ledger),
)
"""Month and day, and what happened."""


def _did(
    tell: Telling,
    name: str,
    who: WhoDidIt,
    what: str,
    on: date | None = None,
    words: str | None = None,
    within: str | None = None,
) -> None:
    told = LearningStepIn(
        resident_id=tell.stage[name],
        initiative_id=tell.stage[within] if within else None,
        what=what,
        who_did_it=who,
        done_on=on,
        own_words=words,
    )
    record_step(tell.session, tell.marloes, told)


def _shift(days: Days, dice: Random, title: str, worker: str) -> None:
    """In an initiative the doing moves from the worker to residents, not in a straight line."""
    for number in range(STEPS):
        ago = FIRST - (FIRST - LAST) * number // (STEPS - 1) - dice.randint(0, 3)
        reached = number * (len(SHIFT) - 1) / (STEPS - 1)
        who = SHIFT[max(0, min(len(SHIFT) - 1, round(reached + dice.uniform(-1.2, 0.4))))]
        what = dice.choice(DONE)

        def do(session: Session, stage: Stage, who: WhoDidIt = who, what: str = what) -> None:
            if title in stage.keys:
                told = LearningStepIn(initiative_id=stage[title], what=what, who_did_it=who)
                record_step(session, stage.actor(worker), told)

        days.add(working_day(days.today - timedelta(days=ago)), do)
