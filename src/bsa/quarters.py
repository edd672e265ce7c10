"""Quarters of a year, as they are written: `2026-Q3`."""

import re
from datetime import date, timedelta

QUARTER = re.compile(r"(20\d{2})-Q([1-4])")


def quarter_of(day: date) -> str:
    """Return the quarter in which a day lies."""
    return f"{day.year}-Q{(day.month + 2) // 3}"


def first_day_of(quarter: str) -> date:
    """Return the first day of a quarter."""
    year, _, number = quarter.partition("-Q")
    return date(int(year), 3 * int(number) - 2, 1)


def last_day_of(quarter: str) -> date:
    """Return the last day of a quarter."""
    in_the_next = first_day_of(quarter) + timedelta(days=100)
    return first_day_of(quarter_of(in_the_next)) - timedelta(days=1)
