"""Two worlds that differ in one resident, published again and again: how well can the two be told apart?

The attacker knows all but which of the two it is, and has seen many releases of either to learn from. What is guessed
from is all that is published, in all tables together, with what is hidden as the middle of what it can be.
"""

from dataclasses import dataclass
from math import sqrt

import numpy as np

from bsa.statistics.counting import NONE, Snapshot, count
from bsa.statistics.cube import tables_of
from bsa.statistics.profile import STRICT

from tests.statistics_attacks.population import World
from tests.statistics_attacks.published import Mechanism, Numbers, truth

QUARTER = 4


@dataclass
class ToldApart:
    """How often it was right, and the standard error."""

    right: float
    error: float


def without(world: World, row: int) -> World:
    """Return the same world without one resident, in the last quarter."""
    snapshot = world.snapshots[QUARTER]
    stays = np.arange(len(snapshot.neighbourhood)) != row
    cells = {key: column[stays] for key, column in snapshot.cells.items()}
    return _with(world, Snapshot(snapshot.neighbourhood[stays], cells))


def in_another_phase(world: World, row: int) -> World:
    """Return the same world in which one resident is in another phase."""
    snapshot = world.snapshots[QUARTER]
    phase = snapshot.cells["T3"].copy()
    phase[row] = (phase[row] + 1) % 4
    needs = snapshot.cells["T2"]
    divided = np.where(needs == NONE, NONE, needs * 4 + phase)
    return _with(world, Snapshot(snapshot.neighbourhood, {**snapshot.cells, "T3": phase, "T4": divided}))


def _with(world: World, snapshot: Snapshot) -> World:
    counts = count(snapshot, world.areas, tables_of(QUARTER))
    return World(world.areas, {QUARTER: snapshot}, {QUARTER: counts}, [], {})


def tell_apart(mechanism: Mechanism, worlds: tuple[World, World], releases: int) -> ToldApart:
    """Learn from the first half of the releases, and guess the second."""
    seen = np.stack(
        [
            [_seen(mechanism, world, b"%d of %d" % (number, side)) for number in range(releases)]
            for side, world in enumerate(worlds)
        ]
    )
    half = releases // 2
    learned, asked = seen[:, :half], seen[:, half:]
    means = learned.mean(axis=1)
    spread = learned.reshape(-1, seen.shape[2]).var(axis=0) + 1e-3
    weights = _differing(worlds) * (means[1] - means[0]) / spread
    scores = (asked - means.mean(axis=0)) @ weights
    right = np.concatenate([scores[0] < 0, scores[1] > 0])
    share = float(right.mean())
    return ToldApart(share, sqrt(max(share * (1 - share), 0.01) / len(right)))


def _seen(mechanism: Mechanism, world: World, master: bytes) -> Numbers:
    cells = mechanism(QUARTER, world.counts[QUARTER], world.areas, master)
    shown = [
        np.where(numbers < STRICT.shown_from, STRICT.shown_from / 2, numbers).ravel() for numbers in cells.values()
    ]
    return np.concatenate(shown).astype(np.float64)


def _differing(worlds: tuple[World, World]) -> Numbers:
    """Return which numbers differ: the attacker knows both worlds, and looks at nothing else."""
    one, other = (truth(world, QUARTER) for world in worlds)
    return np.concatenate([(one[key] != other[key]).ravel() for key in one]).astype(np.float64)
