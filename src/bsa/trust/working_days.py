"""Working days: Monday to Friday, but for the public holidays of the Netherlands."""

from datetime import date, timedelta

from holidays import HolidayBase, country_holidays

# Counted year by year as they are asked for, and kept: the same days are asked for by every list.
_holidays: HolidayBase = country_holidays("NL")

DAY = timedelta(days=1)


def is_working_day(day: date) -> bool:
    """Tell whether people work on this day."""
    return day.weekday() < 5 and day not in _holidays


def after_working_days(day: date, count: int) -> date:
    """Return the working day that comes `count` working days after a day."""
    while count > 0:
        day += DAY
        count -= is_working_day(day)
    return day


def last_overdue(today: date, count: int) -> date:
    """Return the last day of which `count` working days are over by today, so that lists can be asked by the day."""
    day = today - DAY
    while after_working_days(day, count) >= today:
        day -= DAY
    return day
