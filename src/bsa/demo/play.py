"""Playing the whole demo on an empty, migrated database."""

from datetime import date, datetime, time

from bsa import clock
from bsa.database import Database
from bsa.demo.acting import tell_acting
from bsa.demo.activation import tell_activation
from bsa.demo.around import tell_around
from bsa.demo.being_there import tell_being_there
from bsa.demo.bonds import tell_bonds
from bsa.demo.consultation import tell_consultation
from bsa.demo.days import Days, day_of_story
from bsa.demo.doing import tell_doing
from bsa.demo.evidence import tell_evidence
from bsa.demo.figures import tell_figures
from bsa.demo.forums import tell_forums
from bsa.demo.ledger import tell_ledger
from bsa.demo.lives import tell_lives
from bsa.demo.partners import tell_partners
from bsa.demo.places import tell_places
from bsa.demo.residents import tell_residents
from bsa.demo.slips import tell_slips
from bsa.demo.stage import Stage, set_stage
from bsa.demo.story import tell_story
from bsa.demo.together import tell_together
from bsa.demo.voices import tell_voices
from bsa.scales.actions import add_shipped_scales

FIRST_DAY = date(2026, 1, 5)
"""A week before the first knock on a door: the day on which the installation was set up."""


def play(database: Database) -> Stage:
    """Play story and background as they were until today, and return what was made, by the name it has in the demo."""
    days = Days(clock.today())
    opening = datetime.combine(day_of_story(FIRST_DAY, days.today), time(8), clock.HERE)
    with clock.standing_at(opening), database.writing() as session:
        stage = set_stage(session)
        add_shipped_scales(session)
    tell_story(days)
    tell_being_there(days)
    background = tell_residents(days)
    tell_ledger(days, background)
    tell_lives(days, background)
    tell_bonds(days, background)
    tell_doing(days)
    tell_around(days, background)
    tell_acting(days)
    tell_activation(days)
    tell_consultation(days)
    tell_evidence(days)
    tell_together(days, background)
    tell_places(days)
    tell_voices(days)
    tell_slips(days)
    tell_forums(days)
    tell_partners(days)
    tell_figures(days)
    days.play(database, stage)
    return stage
