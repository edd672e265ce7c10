"""The statutory terms between tenants and their landlord: one table, each line with the law that says so.

Terms are reckoned in calendar days: the day on which something happened does not count, the last day does. Where the
General Extension of Time Limits Act would make it another day, that day is told beside it (docs/adr/0025).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from bsa.consultation.models import StepKind, TrackKind
from bsa.groups.models import GroupKind
from bsa.groups.rights import RIGHTS, GroupRight
from bsa.trust.working_days import is_working_day

ENOUGH_PERCENT = 70
"""When so many of a hundred homes agree, a proposal to renovate is presumed to be reasonable."""
FEWEST_HOMES = 10
"""Only in a complex of so many homes or more does that hold."""

DAY = timedelta(days=1)


class Clock(StrEnum):
    """The steps of a track, each with a day or a count of its own."""

    ADVICE = "advice"
    REASONS = "reasons"
    EXECUTION = "execution"
    YEARLY = "yearly"
    SUPPORT = "support"
    OBJECTION = "objection"


class Rule(StrEnum):
    """What the law says; one step may go by one of more rules, depending on what happened."""

    SIX_WEEKS = "six_weeks"
    FOURTEEN_DAYS = "fourteen_days"
    AFTER_NO_OBJECTION = "after_no_objection"
    AFTER_TERM = "after_term"
    AFTER_FOLLOWING = "after_following"
    AFTER_REASONS = "after_reasons"
    ONCE_A_YEAR = "once_a_year"
    SEVENTY_PERCENT = "seventy_percent"
    EIGHT_WEEKS = "eight_weeks"


@dataclass(frozen=True, slots=True)
class Term:
    """One line of the table: from what on it runs, how long, and where that stands."""

    clock: Clock
    begins_with: StepKind | None
    source: str
    days: int = 0
    years: int = 0
    until: bool = True
    """The day is the last one; otherwise it is the first."""

    @property
    def extensible(self) -> bool:
        """Tell whether the extension act could reach it: not what is longer than ninety days, nor what is no term."""
        return 0 < self.days <= 90


WOHV = "Wet op het overleg huurders verhuurder"
WOHV_5 = f"{WOHV}, artikel 5"
BW_220 = "Burgerlijk Wetboek, artikel 7:220 lid 3"

TERMS: Mapping[Rule, Term] = {
    Rule.SIX_WEEKS: Term(Clock.ADVICE, StepKind.INFORMED, f"{WOHV_5} lid 1", days=42),
    Rule.FOURTEEN_DAYS: Term(Clock.REASONS, StepKind.ADVISED, f"{WOHV_5} lid 2", days=14),
    Rule.AFTER_NO_OBJECTION: Term(Clock.EXECUTION, StepKind.NO_OBJECTION, f"{WOHV_5} lid 3 onder a", until=False),
    Rule.AFTER_TERM: Term(Clock.EXECUTION, None, f"{WOHV_5} lid 3 onder b", days=1, until=False),
    Rule.AFTER_FOLLOWING: Term(Clock.EXECUTION, StepKind.REASONS_RECEIVED, f"{WOHV_5} lid 2", until=False),
    Rule.AFTER_REASONS: Term(
        Clock.EXECUTION, StepKind.REASONS_RECEIVED, f"{WOHV_5} lid 3 onder c", days=3, until=False
    ),
    Rule.ONCE_A_YEAR: Term(Clock.YEARLY, StepKind.CONSULTED, WOHV, years=1),
    Rule.SEVENTY_PERCENT: Term(Clock.SUPPORT, StepKind.POLLED, BW_220),
    Rule.EIGHT_WEEKS: Term(Clock.OBJECTION, StepKind.NOTIFIED, BW_220, days=56),
}
"""Every rule, in the order in which a track meets them."""

CLOCKS: Mapping[TrackKind, tuple[Clock, ...]] = {
    TrackKind.ADVICE: (Clock.ADVICE, Clock.REASONS, Clock.EXECUTION),
    TrackKind.RENOVATION: (Clock.ADVICE, Clock.SUPPORT, Clock.REASONS, Clock.EXECUTION, Clock.OBJECTION),
    TrackKind.YEARLY: (Clock.YEARLY,),
}
"""Which steps each kind of track has."""

WITH_CLOCKS: frozenset[GroupKind] = frozenset(kind for kind, rights in RIGHTS.items() if GroupRight.ADVICE in rights)
"""The kinds of groups for which the law sets these terms; any other may ask, and nobody has to answer by a day."""


def reckoned(rule: Rule, begun_on: date) -> date:
    """Return the day that a term gives, in calendar days."""
    term = TERMS[rule]
    if term.years:
        return _same_day(begun_on, begun_on.year + term.years)
    return begun_on + timedelta(days=term.days)


def extended(rule: Rule, begun_on: date) -> date | None:
    """Return the day that the General Extension of Time Limits Act would give, when it is another one.

    A term that ends on a day of rest runs until the first day that is none (article 1), and one of three days or more
    has at least two days in it that are none (article 2).
    """
    term, day = TERMS[rule], reckoned(rule, begun_on)
    if not term.extensible:
        return None
    last = day
    while term.days >= 3 and _working_days(begun_on, last) < 2:
        last += DAY
    while not _counts(last):
        last += DAY
    return last if last != day else None


def percent(homes: int, in_favour: int) -> int:
    """Return how many of a hundred homes are in favour, rounded down, so that less than enough never looks enough."""
    return in_favour * 100 // homes


def _same_day(day: date, year: int) -> date:
    """Return the same day of another year; 29 February becomes the 28th."""
    try:
        return day.replace(year=year)
    except ValueError:
        return day.replace(year=year, day=28)


def _working_days(after: date, until: date) -> int:
    return sum(_counts(after + number * DAY) for number in range(1, (until - after).days + 1))


def _counts(day: date) -> bool:
    """Tell whether a day is no day of rest for the extension act, which counts 5 May every year."""
    return is_working_day(day) and (day.month, day.day) != (5, 5)
