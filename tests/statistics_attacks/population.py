"""A made-up municipality: 20,000 residents with an open trajectory in 80 neighbourhoods, over the quarters of a year.

Neighbourhoods differ in size by a factor of fifty, and in what lives in them. Between quarters some move, come, leave,
go on a phase, or get other needs; in some neighbourhoods exactly one newcomer is all that changes, which is what a
neighbour sees.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bsa.statistics.counting import NONE, Counts, Snapshot, count
from bsa.statistics.cube import LIFE_AREAS, OUTCOMES, PARTNERS, PHASES, tables_of
from bsa.statistics.hierarchy import Hierarchy, Integers, PublicArea, hierarchy
from bsa.statistics.profile import STRICT

QUARTERS = (1, 2, 3, 4)
NEEDS, PHASE_COUNT = len(LIFE_AREAS.categories), len(PHASES.categories)
LADDERS, PARTS = 4, 4
PARTNER_SHARES = (0.2, 0.15, 0.15, 0.12, 0.1, 0.12, 0.03, 0.05, 0.05, 0.03)


@dataclass(frozen=True)
class Newcomer:
    """Somebody of whom a neighbour knows that nothing else changed in the neighbourhood."""

    quarter: int
    resident: int
    neighbourhood: int


@dataclass(frozen=True)
class World:
    """The truth: what nobody may find out."""

    areas: Hierarchy
    snapshots: dict[int, Snapshot]
    counts: dict[int, Counts]
    newcomers: list[Newcomer]
    people: dict[int, Integers]
    """By quarter who each row of the snapshot is; only the tests know."""


def municipality(districts: int = 10, each: int = 8, seed: int = 1) -> Hierarchy:
    """Make districts with neighbourhoods, some of them too small by public figures."""
    dice = np.random.default_rng(seed)
    outer = [PublicArea(f"WK9999{number:02}", "GM9999", 9000) for number in range(1, districts + 1)]
    inner = [
        PublicArea(f"BU9999{number:02}{place:02}", f"WK9999{number:02}", int(dice.integers(400, 6000)))
        for number in range(1, districts + 1)
        for place in range(1, each + 1)
    ]
    return hierarchy("GM9999", outer, inner, STRICT)


def world(residents: int = 20_000, seed: int = 7, areas: Hierarchy | None = None) -> World:
    """Make a municipality and let a year go by."""
    dice = np.random.default_rng(seed)
    areas = areas or municipality()
    count_of = len(areas.neighbourhoods)
    sizes = np.exp(dice.normal(0, 0.85, count_of))
    still = _still(count_of, dice)
    people = _People(dice, areas, sizes / sizes.sum())
    people.come(residents)
    snapshots, counts, newcomers, rows = {}, {}, list[Newcomer](), {}
    for quarter in QUARTERS:
        if quarter > 1:
            people.live(still)
            newcomers += [
                Newcomer(quarter, people.come_to(int(place)), int(place))
                for place in still[dice.random(len(still)) < 0.9]
            ]
        rows[quarter] = np.flatnonzero(people.here)
        snapshots[quarter] = people.snapshot(quarter)
        counts[quarter] = count(snapshots[quarter], areas, tables_of(quarter))
    return World(areas, snapshots, counts, newcomers, rows)


def _still(neighbourhoods: int, dice: np.random.Generator) -> NDArray[np.intp]:
    """Choose neighbourhoods in which nothing happens but a newcomer."""
    return np.sort(dice.choice(neighbourhoods, neighbourhoods // 4, replace=False))


class _People:
    """Everybody who ever was there, one column a property."""

    def __init__(self, dice: np.random.Generator, areas: Hierarchy, sizes: NDArray[np.float64]) -> None:
        self.dice, self.areas, self.sizes = dice, areas, sizes
        count_of = len(areas.neighbourhoods)
        self.age_of = dice.dirichlet(np.array([1.5, 4, 5, 4, 1.5]), count_of)
        self.phase_of = dice.dirichlet(np.array([5.0, 4, 4, 3]), count_of)
        popular = np.array([2.2, 2.0, 2.4, 1.2, 0.8, 1.5, 1.8, 1.4, 0.25, 0.2])
        self.need_of = popular * np.exp(dice.normal(0, 0.5, (count_of, NEEDS)))
        self.need_of /= self.need_of.sum(axis=1, keepdims=True)
        self.here = np.zeros(0, dtype=bool)
        self.place = self.age = self.phase = self.ladder = self.reached = np.zeros(0, dtype=np.int64)
        self.needs = np.zeros((0, 3), dtype=np.int64)

    def come(self, how_many: int, places: Integers | None = None) -> None:
        """Let residents come."""
        if places is None:
            places = self.dice.choice(len(self.sizes), how_many, p=self.sizes)
        self.here = np.append(self.here, np.ones(how_many, dtype=bool))
        self.place = np.append(self.place, places)
        self.age = np.append(self.age, self._one_of(self.age_of[places]))
        self.phase = np.append(self.phase, self._one_of(self.phase_of[places]))
        self.ladder = np.append(self.ladder, self.dice.choice(LADDERS, how_many, p=[0.1, 0.3, 0.2, 0.4]))
        self.reached = np.append(self.reached, np.zeros(how_many, dtype=np.int64))
        self.needs = np.vstack([self.needs, self._needs(places)])

    def come_to(self, place: int) -> int:
        """Let one resident come somewhere, and tell who."""
        self.come(1, np.array([place]))
        return len(self.here) - 1

    def live(self, still: NDArray[np.intp]) -> None:
        """Let a quarter go by everywhere but in the neighbourhoods that stand still."""
        moves = self.here & ~np.isin(self.place, still)
        self.reached[self.here] = 1
        leavers = moves & (self.dice.random(len(self.here)) < 0.03)
        self.here[leavers] = False
        movers = np.flatnonzero(moves & ~leavers & (self.dice.random(len(self.here)) < 0.015))
        elsewhere = np.setdiff1d(np.arange(len(self.sizes)), still)
        chance = self.sizes[elsewhere] / self.sizes[elsewhere].sum()
        self.place[movers] = self.dice.choice(elsewhere, len(movers), p=chance)
        onward = moves & (self.dice.random(len(self.here)) < 0.12)
        self.phase[onward] = np.minimum(self.phase[onward] + 1, PHASE_COUNT - 1)
        other = moves & (self.dice.random(len(self.here)) < 0.1)
        self.needs[other] = self._needs(self.place[other])
        changed = moves & (self.dice.random(len(self.here)) < 0.3)
        self.ladder[changed] = self.dice.choice(LADDERS, int(changed.sum()), p=[0.1, 0.3, 0.2, 0.4])
        newcomers = int(leavers.sum() * 1.1)
        self.come(newcomers, self.dice.choice(elsewhere, newcomers, p=chance))

    def snapshot(self, quarter: int) -> Snapshot:
        """Look at who is there."""
        rows = np.flatnonzero(self.here)
        needs, phase = self.needs[rows], self.phase[rows]
        outcome, partner = self._referred(len(rows))
        part = np.where(self.dice.random(len(rows)) < 0.15, self.dice.integers(0, PARTS, len(rows)), NONE)
        cells = {
            "T0": np.zeros((len(rows), 1), dtype=np.int64),
            "T1": self.age[rows][:, None],
            "T2": needs,
            "T3": phase[:, None],
            "T4": np.where(needs == NONE, NONE, needs * PHASE_COUNT + phase[:, None]),
            "T5": self.ladder[rows][:, None],
            "T6": outcome,
            "T10": partner,
            "T8": self.reached[rows][:, None],
            "T9": part[:, None],
        }
        return Snapshot(self.place[rows], cells)

    def _one_of(self, chances: NDArray[np.float64]) -> Integers:
        drawn = self.dice.random((len(chances), 1)) > chances.cumsum(axis=1)
        return np.asarray(np.minimum(drawn.sum(axis=1), chances.shape[1] - 1), dtype=np.int64)

    def _needs(self, places: Integers) -> Integers:
        """Give each one to three different needs."""
        weights = np.log(self.need_of[places]) + self.dice.gumbel(size=(len(places), NEEDS))
        chosen = np.argsort(-weights, axis=1)[:, :3].astype(np.int64)
        many = self.dice.choice([1, 2, 3], len(places), p=[0.35, 0.35, 0.3])
        return np.where(np.arange(3) < many[:, None], chosen, NONE)

    def _referred(self, how_many: int) -> tuple[Integers, Integers]:
        """Refer some: what came of it, and to whom."""
        outcome = self.dice.choice(len(OUTCOMES.categories), how_many, p=[0.35, 0.1, 0.2, 0.35])
        partner = self.dice.choice(len(PARTNERS.categories), how_many, p=PARTNER_SHARES)
        referred = self.dice.random(how_many) < 0.08
        both = outcome * len(PARTNERS.categories) + partner
        return np.where(referred, outcome, NONE)[:, None], np.where(referred, both, NONE)[:, None]
