"""The day of a forum's next meeting: the same weekday, as far on as its rhythm says."""

from calendar import monthrange
from datetime import date, timedelta

from bsa.forums.models import Rhythm

WEEKS: dict[Rhythm, int] = {Rhythm.WEEKLY: 1, Rhythm.SIX_WEEKLY: 6}
MONTHS: dict[Rhythm, int] = {Rhythm.MONTHLY: 1, Rhythm.QUARTERLY: 3, Rhythm.YEARLY: 12}


def next_day(rhythm: Rhythm, last: date) -> date | None:
    """Return the day that the rhythm brings after a meeting; None when a forum meets when there is a reason to.

    A forum that meets by the month keeps to its weekday: after the fourth Wednesday comes the fourth Wednesday.
    """
    if rhythm in WEEKS:
        return last + timedelta(weeks=WEEKS[rhythm])
    if rhythm in MONTHS:
        months = last.month - 1 + MONTHS[rhythm]
        return _same_weekday(last, last.year + months // 12, months % 12 + 1)
    return None


def _same_weekday(day: date, year: int, month: int) -> date:
    """Return the day in a month that is the same weekday and the same number of it; of a fifth one, the last."""
    first = date(year, month, 1)
    found = first + timedelta(days=(day.weekday() - first.weekday()) % 7, weeks=(day.day - 1) // 7)
    return found if found.day <= monthrange(year, month)[1] and found.month == month else found - timedelta(weeks=1)
