"""Quarters of a year, as they are written: `2026-Q3`."""

from datetime import date


def quarter_of(day: date) -> str:
    """Return the quarter in which a day lies."""
    return f"{day.year}-Q{(day.month + 2) // 3}"


def first_day_of(quarter: str) -> date:
    """Return the first day of a quarter."""
    year, _, number = quarter.partition("-Q")
    return date(int(year), 3 * int(number) - 2, 1)
