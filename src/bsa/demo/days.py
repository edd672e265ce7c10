"""The calendar of the demo: who does what on which day; and playing it, day after day, under a moved clock."""

from collections import defaultdict
from collections.abc import Callable
from datetime import date, datetime, time, timedelta

from sqlmodel import Session

from bsa import clock
from bsa.database import Database
from bsa.demo.stage import Stage

Deed = Callable[[Session, Stage], None]
"""Something that somebody of the cast does, through the actions."""

BETWEEN_DEEDS = timedelta(minutes=3)
LAST_STORY_DAY = date(2026, 11, 3)


class Days:
    """Deeds by day; on one day in the order in which they were added."""

    def __init__(self, today: date) -> None:
        self.today = today
        self._deeds: dict[date, list[Deed]] = defaultdict(list)

    def add(self, day: date, deed: Deed) -> None:
        """Put a deed on a day, at the latest today."""
        self._deeds[min(day, self.today)].append(deed)

    def play(self, database: Database, stage: Stage) -> None:
        """Do all deeds, each day in one transaction: one commit a day is what makes the first start quick."""
        for day in sorted(self._deeds):
            deeds, moment = self._deeds[day], _morning(day, len(self._deeds[day]))
            with database.writing() as session:
                for number, deed in enumerate(deeds):
                    with clock.standing_at(moment + number * BETWEEN_DEEDS):
                        deed(session, stage)


def day_of_story(day: date, today: date) -> date:
    """Shift a day of the story by whole weeks, so that the story's last day lies in the week before this one."""
    return day + (_monday(today) - timedelta(weeks=1) - _monday(LAST_STORY_DAY))


def working_day(day: date) -> date:
    """Return the day, or the Friday before a weekend."""
    return day - timedelta(days=max(day.weekday() - 4, 0))


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


def _morning(day: date, deeds: int) -> datetime:
    """Return when the first deed of a day is done; today's are done by now."""
    nine = datetime.combine(day, time(9), clock.HERE)
    midnight = datetime.combine(day, time(0), clock.HERE)
    return max(midnight, min(nine, clock.now() - deeds * BETWEEN_DEEDS))
