"""How exact protected figures are, and how long it takes to draw them: python -m benchmarks.statistics_use

A made-up municipality of 20,000 residents in 80 neighbourhoods, four quarters; and for the time also others.
"""

import sys
import time
from collections.abc import Iterable
from fractions import Fraction
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from bsa.statistics.budget import best_guess, charge
from bsa.statistics.cube import tables_of
from bsa.statistics.profile import STANDARD, STRICT, Profile
from bsa.statistics.release import Release, draw

from tests.statistics_attacks.population import QUARTERS, World, municipality, world
from tests.statistics_attacks.usefulness import ASKED, exactness

MASTER = b"a master key for measuring"
ATTRIBUTES = ("totals", "one attribute", "two attributes")


def releases_of(town: World, profile: Profile) -> dict[int, Release]:
    return {
        quarter: draw(f"2026-Q{quarter}", tables_of(quarter), town.counts[quarter], town.areas, MASTER, profile)
        for quarter in QUARTERS
    }


def say(profile: Profile, name: str, town: World) -> bool:
    costs = [charge(profile, tables_of(quarter), "", 2026).whole for quarter in QUARTERS]
    print(f"\n{name}: variances {profile.neighbourhood_variance} and {profile.district_variance}")
    quarter, year = best_guess(max(costs)), best_guess(sum(costs, Fraction(0)))
    print(f"  best possible guess: {quarter:.1%} in a quarter, {year:.1%} in a year")
    print(f"  {'level':14} {'told':15} {'numbers':>8} {'mean':>9} {'error':>7} {'share':>7} {'asked':>7} {'within':>7}")
    good = True
    for (level, told), one in exactness(town, releases_of(town, profile)).items():
        asked = ASKED.get((level, told))
        good &= asked is None or one.share <= asked
        print(
            f"  {level.value:14} {ATTRIBUTES[told]:15} {one.numbers:8} {one.counted / one.numbers:9.1f}"
            f" {one.error / one.numbers:7.2f} {one.share:7.1%} {'' if asked is None else f'{asked:.0%}':>7}"
            f" {one.within / one.numbers:7.1%}"
        )
    return good


def seconds(sizes: Iterable[tuple[int, int, int]]) -> None:
    print("\nTime to draw one quarter, seconds of the processor")
    for residents, districts, each in sizes:
        town = world(residents, areas=municipality(districts, each))
        begun = time.process_time()
        release = draw("2026-Q4", tables_of(4), town.counts[4], town.areas, MASTER, STRICT)
        took = time.process_time() - begun
        cells = sum(cells.size for cells in release.cells.values())
        print(f"  {residents:8,} residents, {districts * each:4} neighbourhoods, {cells:6,} cells: {took:.2f}")


def main() -> int:
    town = world()
    good = say(STRICT, "Strict profile (default)", town)
    say(STANDARD, "Standard profile (by written choice)", town)
    seconds([(20_000, 10, 8), (20_000, 20, 15), (100_000, 60, 8)])
    print("\nAll targets are met." if good else "\nA target is missed.")
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
