"""What counts as giving somebody away, and as being of no use: the limits, and what a publication does against them."""

from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from bsa.statistics.budget import best_guess, charge
from bsa.statistics.cube import tables_of
from bsa.statistics.hierarchy import Level
from bsa.statistics.profile import STRICT, Profile

from tests.statistics_attacks.attacks import Guessed, Linked, Newcomers, link, newcomers, reconstruct
from tests.statistics_attacks.membership import Told, arrivals, by_table, members
from tests.statistics_attacks.population import QUARTERS, World
from tests.statistics_attacks.published import Publication, equations, truth

PRECISE = 0.9
"""Claims that are right so often give away whom they are about."""
POINTS, POINTS_OF_ONE = 0.10, 0.25
"""So much more often than the baseline a newcomer may be guessed right: over all that is asked, and of one thing."""
HITS, HITS_OF_ONE = 0.05, 0.10
"""The same for small numbers, over all tables, and in one table."""
EXACT = 0.25
"""So many of the numbers shown of a table may happen to be what was counted."""
SHOWN = 0.8
"""So many of the numbers from twenty on must be shown."""
ENOUGH = 50
"""Shares of fewer numbers are not judged."""


@dataclass
class Findings:
    """What all attacks found."""

    linked: Linked
    guessed: Guessed
    newcomers: Newcomers
    members: Told
    arrivals: Told
    by_table: dict[str, Told]
    exact: float
    """The largest share of exact numbers of a table."""
    shown: float
    small_shown: int
    not_adding_up: int


def attack(publication: Publication, world: World) -> Findings:
    """Run all attacks."""
    linked, found = link(publication, world)
    exact, shown = _exact_and_shown(publication, world)
    return Findings(
        linked=linked,
        guessed=reconstruct(publication, world, found),
        newcomers=newcomers(publication, world),
        members=members(publication, world),
        arrivals=arrivals(publication, world),
        by_table=by_table(publication, world),
        exact=exact,
        shown=shown,
        small_shown=sum(
            int(((values > 0) & (values < STRICT.shown_from)).sum())
            for quarter in publication.quarters.values()
            for values in quarter.values.values()
        ),
        not_adding_up=_not_adding_up(publication, world),
    )


def failures(found: Findings, profile: Profile = STRICT) -> list[str]:
    """Name what a publication fails on."""
    year = sum((charge(profile, tables_of(quarter), "", 2026).whole for quarter in QUARTERS), Fraction(0))
    release = charge(profile, tables_of(4), "", 2026).whole
    linked, guessed, new = found.linked, found.guessed, found.newcomers
    more = [new.right[name] - new.baseline[name] for name in new.right]
    judged = {
        "persons": linked.persons > 0 and linked.right >= PRECISE * linked.claims,
        "zeros": linked.zeros > 0 and linked.zeros_right >= PRECISE * linked.zeros,
        "groups": linked.all_of_them > 0 and linked.all_of_them_right >= PRECISE * linked.all_of_them,
        "guesses": guessed.hits > guessed.baseline + HITS
        or any(hit > base + HITS_OF_ONE for hit, base, many in guessed.by_table.values() if many >= ENOUGH),
        "newcomers": sum(more) / len(more) > POINTS or max(more) > POINTS_OF_ONE,
        "members": found.members.right > best_guess(year) + 3 * found.members.error,
        "tables": any(told.right > best_guess(year) + 3 * told.error for told in found.by_table.values()),
        "arrivals": found.arrivals.right > best_guess(release) + 3 * found.arrivals.error,
        "exact": found.exact > EXACT,
        "small": found.small_shown > 0,
        "sums": found.not_adding_up > 0,
        "no use": found.shown < SHOWN,
    }
    return [name for name, fails in judged.items() if fails]


def _exact_and_shown(publication: Publication, world: World) -> tuple[float, float]:
    """Return the largest share of exact numbers of a table and level, and how many of the larger numbers are shown."""
    exact: dict[tuple[str, Level], list[int]] = {}
    large = large_shown = 0
    for quarter in QUARTERS:
        true = truth(world, quarter)
        for key, real in true.items():
            values = publication.quarters[quarter].values[key]
            seen = ~np.isnan(values)
            counted = exact.setdefault(key, [0, 0])
            counted[0] += int((values[seen] == real[seen]).sum())
            counted[1] += int(seen.sum())
            large += int((real >= 20).sum())
            large_shown += int((seen & (real >= 20)).sum())
    shares = [same / many for same, many in exact.values() if many >= ENOUGH]
    return max(shares, default=0.0), large_shown / large


def _not_adding_up(publication: Publication, world: World) -> int:
    """Count the sums of which all is shown, and that are not what their parts add up to."""
    wrong = 0
    for number, quarter in publication.quarters.items():
        for one in equations(world, number):
            if one.whole not in quarter.values:
                continue
            whole = quarter.values[one.whole].ravel()[one.wholes]
            parts = quarter.values[one.part].ravel()[one.parts].sum(axis=1)
            wrong += int((np.abs(whole - parts) > 0).sum())
    return wrong
