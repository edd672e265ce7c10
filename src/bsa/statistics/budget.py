"""What releases tell about one resident at most, added up; and the refusal when it would be too much.

The unit is mu squared: how far one resident can shift all the counts together, squared, in variances of their noise. It
adds up over tables, levels and releases, whatever else an attacker knows (zero-concentrated differential privacy, with
rho half of it). Who knows everything about everybody else, and has two equally likely stories about this one resident,
guesses right with a probability of at most Phi(mu / 2), the distribution function of the normal distribution.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from math import erf, sqrt

from bsa.errors import N_, Conflict
from bsa.statistics.cube import Cell, Kind, Table
from bsa.statistics.hierarchy import Level
from bsa.statistics.profile import Profile


class BudgetSpent(Conflict):
    """A release would tell more about a resident than may be told."""

    message = N_(
        "This release would tell {cost} about one resident, and {left} of {limit} is left ({of}). "
        "Publish fewer tables, or wait for the next year."
    )


@dataclass(frozen=True)
class Charge:
    """What one release costs. A revision is a release of its own, and is charged again."""

    release: str
    year: int
    whole: Fraction
    """Whether somebody is counted at all, from all tables together."""
    sensitive: dict[str, Fraction]
    """One sensitive thing, such as one need, from all tables that tell it."""


def variance(profile: Profile, level: Level) -> int:
    """Return the variance of the noise on a count of a level."""
    return profile.neighbourhood_variance if level is Level.NEIGHBOURHOOD else profile.district_variance


def cost_of_cell(profile: Profile, table: Table, cell: Cell) -> Fraction:
    """Return what one resident more or less in this cell costs, at all levels that it is measured at."""
    return sum((Fraction(1, variance(profile, level)) for level in table.levels_of(cell)), Fraction(0))


def cost_of_table(profile: Profile, table: Table) -> Fraction:
    """Return what one resident more or less costs: in as many cells as one can be in, the dearest ones."""
    dearest = sorted((cost_of_cell(profile, table, cell) for cell in table.cells), reverse=True)
    return sum(dearest[: table.cap], Fraction(0))


def cost_of_value(profile: Profile, table: Table) -> Fraction:
    """Return what another value of one resident costs: one cell in several; or one less here, and one more there."""
    dearest = max(cost_of_cell(profile, table, cell) for cell in table.cells)
    return dearest * (2 if table.kind is Kind.ONE_OF else 1)


def charge(profile: Profile, tables: Iterable[Table], release: str, year: int) -> Charge:
    """Work out what a release of these tables costs."""
    whole, sensitive = Fraction(0), dict[str, Fraction]()
    for table in tables:
        whole += cost_of_table(profile, table)
        if table.attribute is not None:
            sensitive[table.attribute] = sensitive.get(table.attribute, Fraction(0)) + cost_of_value(profile, table)
    return Charge(release, year, whole, sensitive)


def require_budget(profile: Profile, wanted: Charge, earlier: Iterable[Charge]) -> None:
    """Refuse a release that tells too much by itself, or with what was released about the same year."""
    same_year = [one for one in earlier if one.year == wanted.year]
    _require(N_("this release"), wanted.whole, Fraction(0), profile.release_budget)
    _require(N_("this year"), wanted.whole, sum((one.whole for one in same_year), Fraction(0)), profile.year_budget)
    for attribute, cost in wanted.sensitive.items():
        spent = sum((one.sensitive.get(attribute, Fraction(0)) for one in same_year), Fraction(0))
        _require(attribute, cost, spent, profile.sensitive_budget)


def _require(of: str, cost: Fraction, spent: Fraction, limit: Fraction) -> None:
    if spent + cost > limit:
        raise BudgetSpent(cost=_short(cost), left=_short(limit - spent), limit=_short(limit), of=of)


def _short(cost: Fraction) -> str:
    return f"{float(cost):.3f}"


def best_guess(mu_squared: Fraction) -> float:
    """Return how likely the best possible guess between two stories is right, from 0.5: Phi(mu / 2)."""
    return (1 + erf(sqrt(mu_squared) / 2 / sqrt(2))) / 2
