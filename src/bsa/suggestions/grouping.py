"""Which needs belong together, among those that are alike: near in time, and of different households."""

from collections import defaultdict
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from itertools import combinations


@dataclass(frozen=True)
class Rule:
    """How many needs of how many households within how many days make a suggestion."""

    needs: int
    households: int
    days: int


@dataclass(frozen=True)
class Told:
    """When a need was told, as a number of days, and in which household."""

    day: int
    household: Hashable


CLOSEST = 30
"""Among so many of those to whom a need is alike, the closest three are looked for."""


def groups(told: Sequence[Told], alike: dict[tuple[int, int], float], rule: Rule) -> list[list[int]]:
    """Return the groups that the rule asks for, the closest first; a need is in one of them at most.

    A group is gathered around the need that is alike to most others, and begins with three that are alike each to
    each. Whoever comes in is alike to the middle and to somebody else who is in: so no chain of pairs brings together
    what has nothing to do with each other.
    """
    near: dict[int, dict[int, float]] = defaultdict(dict)
    for (one, other), how_much in alike.items():
        near[one][other] = near[other][one] = how_much
    found: list[list[int]] = []
    taken: set[int] = set()
    for middle in sorted(near, key=lambda number: (-sum(near[number].values()), number)):
        if middle in taken:
            continue
        around = [
            other
            for other in sorted(near[middle], key=lambda number: (-near[middle][number], number))
            if other not in taken
        ]
        group = _gathered(middle, around, near, told, rule.days)
        if len(group) >= rule.needs and len({told[number].household for number in group}) >= rule.households:
            found.append(sorted(group))
            taken.update(group)
    return found


def _gathered(
    middle: int, around: list[int], near: dict[int, dict[int, float]], told: Sequence[Told], days: int
) -> list[int]:
    group = _closest_three(middle, around[:CLOSEST], near, told, days)
    for other in around:
        if (
            group
            and other not in group
            and _span(told, [*group, other]) <= days
            and any(other in near[inside] for inside in group[1:])
        ):
            group.append(other)
    return group


def _closest_three(
    middle: int, around: list[int], near: dict[int, dict[int, float]], told: Sequence[Told], days: int
) -> list[int]:
    """Return the middle with the two that are closest to it and to each other; nothing when there are no such two."""
    three = [
        (near[middle][one] + near[middle][other] + near[one][other], [middle, one, other])
        for one, other in combinations(around, 2)
        if other in near[one]
        and _span(told, [middle, one, other]) <= days
        and len({told[number].household for number in (middle, one, other)}) == len((middle, one, other))
    ]
    return max(three, key=lambda found: found[0], default=(0.0, []))[1]


def _span(told: Sequence[Told], numbers: Sequence[int]) -> int:
    span = [told[number].day for number in numbers]
    return max(span) - min(span)
