"""How exact published figures are: against what was counted, by level and by how many attributes are told at once."""

from collections import defaultdict
from dataclasses import dataclass

import numpy as np

from bsa.statistics.counting import at_level
from bsa.statistics.cube import BY_KEY
from bsa.statistics.display import margin
from bsa.statistics.hierarchy import Level
from bsa.statistics.release import Release

from tests.statistics_attacks.population import World

ASKED = {
    (Level.NEIGHBOURHOOD, 0): 0.03,
    (Level.NEIGHBOURHOOD, 1): 0.16,
    (Level.DISTRICT, 1): 0.05,
    (Level.MUNICIPALITY, 1): 0.01,
}
"""By level and number of attributes: the mean error may be this share of the mean number at most."""


@dataclass
class Exactness:
    """The numbers of one level with as many attributes."""

    numbers: int = 0
    counted: int = 0
    error: int = 0
    squared: int = 0
    within: int = 0

    @property
    def share(self) -> float:
        """Return the mean error as a share of the mean number."""
        return self.error / max(self.counted, 1)


def exactness(world: World, releases: dict[int, Release]) -> dict[tuple[Level, int], Exactness]:
    """Compare releases with what was counted, before anything is hidden; all tables of a kind together."""
    found: dict[tuple[Level, int], Exactness] = defaultdict(Exactness)
    for quarter, release in releases.items():
        for (key, level), numbers in release.cells.items():
            real = at_level(world.counts[quarter], BY_KEY[key], level, world.areas)
            errors = np.abs(numbers - real)
            one = found[level, len(BY_KEY[key].dimensions)]
            one.numbers += real.size
            one.counted += int(real.sum())
            one.error += int(errors.sum())
            one.squared += int((errors**2).sum())
            one.within += int((errors <= margin(level, release.profile)).sum())
    return dict(found)
