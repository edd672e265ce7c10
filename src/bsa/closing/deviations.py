"""What was planned beside what was reached. Reached is what is published, never what was counted."""

import math
from collections.abc import Sequence

from bsa.closing.models import Explanation, SocietalTask
from bsa.closing.shapes import DeviationOut
from bsa.statistics.cube import ALL, BY_KEY
from bsa.statistics.display import Shown
from bsa.statistics.hierarchy import Level
from bsa.statistics.published import Dataset

WORTH_SAYING = 0.1
"""A smaller difference, as a part of what was expected, needs no explanation."""
QUARTERS = 4


def deviations(
    year: Sequence[Dataset], tasks: Sequence[SocietalTask], explained: Sequence[Explanation]
) -> list[DeviationOut]:
    """Set the tasks of a municipality beside the figures of a year so far: a release a quarter, this one last."""
    words = {one.task_id: one.words for one in explained}
    return [_deviation(year, task, words.get(task.id)) for task in tasks]


def _deviation(year: Sequence[Dataset], task: SocietalTask, words: str | None) -> DeviationOut:
    added = _open_needs(year[-1], task) if task.life_areas else _reached(year)
    reached = None if any(one.value is None for one in added) else sum(one.value or 0 for one in added)
    margin = math.ceil(math.sqrt(sum(one.margin95**2 for one in added)))
    # Whoever is reached adds up over the year; who has a need is counted as it is on the last day.
    quarter = int(year[-1].period[-1])
    expected = task.planned if task.life_areas else round(task.planned * quarter / QUARTERS)
    # Of what is hidden it is known that it is small: much was planned, and nearly nobody was reached.
    least_off = expected - sum(one.value if one.value is not None else year[-1].profile.shown_from for one in added)
    off = max(least_off, 0) if reached is None else abs(reached - expected)
    return DeviationOut(
        task_id=task.id,
        name=task.name,
        planned=task.planned,
        expected=expected,
        reached=reached,
        margin95=margin,
        deviates=off > max(margin, expected * WORTH_SAYING),
        explanation=words,
    )


def _open_needs(dataset: Dataset, task: SocietalTask) -> list[Shown]:
    """Return the open needs of a task; a resident with two of them is in both."""
    return [_of_all(dataset, "T2", str(area)) for area in task.life_areas]


def _reached(year: Sequence[Dataset]) -> list[Shown]:
    """Return who was reached so far: all of the first quarter, and after that those who were met for the first time."""
    first, *later = year
    return [_of_all(first, "T8", ALL), *(_of_all(dataset, "T8", "first_time") for dataset in later)]


def _of_all(dataset: Dataset, key: str, category: str) -> Shown:
    """Return a number of the whole municipality."""
    found = (one for one in dataset.of(BY_KEY[key]) if one.level is Level.MUNICIPALITY and one.cell == (category,))
    return next(found)
