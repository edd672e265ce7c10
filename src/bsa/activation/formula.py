"""The formula of double activation: pure, and the only place that knows it. `docs/double-activation.md` says why.

Each ingredient is a share between 0 and 1. A side is the mean of its ingredients that have something to say; the score
is the lower of both sides. Nothing here knows a person, a worker or an employee.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum
from fractions import Fraction

COMMITMENTS_AT_LEAST = 5
ACTIONS_AT_LEAST = 10
PERSONS_AT_LEAST = 10
"""A share of residents is told from so many residents on."""
SAME_WITHIN = Fraction(2, 100)
"""A difference with the quarter before of at most so much is no difference."""


class ActivatedSide(StrEnum):
    """The two sides that the method activates."""

    RESIDENTS = "residents"
    INSTITUTIONS = "institutions"


class Direction(StrEnum):
    """How a score compares with the quarter before."""

    UP = "up"
    SAME = "same"
    DOWN = "down"


class Ingredient(StrEnum):
    """What is looked at, of one side."""

    DONE_BY_RESIDENTS = "done_by_residents"
    """Of what was done in initiatives: done by residents, alone, with a worker there, or teaching another."""
    VOICED_BY_RESIDENTS = "voiced_by_residents"
    """Of the asks that were put: voiced by residents themselves."""
    NEWLY_REACHED = "newly_reached"
    """Of the residents who take part: not known a year ago."""
    VERDICTS_GIVEN = "verdicts_given"
    """Of the windows that ended: with a verdict."""
    ANSWERED_IN_TIME = "answered_in_time"
    """Of the times an answer was due: answered by that day."""
    ANSWERED_PLAINLY = "answered_plainly"
    """Of the answers: yes, yes-if or no, and not evasive."""
    KEPT_ON_FIRST_DATE = "kept_on_first_date"
    """Of the verdicts of residents: kept, and by the first day."""
    CAME_TO_FORUMS = "came_to_forums"
    """Of the invitations to meetings: somebody of the institution came."""
    REFERRALS_IN_TIME = "referrals_in_time"
    """Of the referrals to institutions: answered within the agreed days."""
    ANSWERED_HIGHER_UP = "answered_higher_up"
    """Of the asks that were taken to a higher level and were due: answered there."""


SIDES: dict[ActivatedSide, tuple[Ingredient, ...]] = {
    ActivatedSide.RESIDENTS: (
        Ingredient.DONE_BY_RESIDENTS,
        Ingredient.VOICED_BY_RESIDENTS,
        Ingredient.NEWLY_REACHED,
        Ingredient.VERDICTS_GIVEN,
    ),
    ActivatedSide.INSTITUTIONS: (
        Ingredient.ANSWERED_IN_TIME,
        Ingredient.ANSWERED_PLAINLY,
        Ingredient.KEPT_ON_FIRST_DATE,
        Ingredient.CAME_TO_FORUMS,
        Ingredient.REFERRALS_IN_TIME,
        Ingredient.ANSWERED_HIGHER_UP,
    ),
}

ABOUT_RESIDENTS = frozenset({Ingredient.DONE_BY_RESIDENTS, Ingredient.NEWLY_REACHED})
"""Shares of what residents did: rounded to a twentieth before anything is reckoned with them."""
OF_PERSONS = frozenset({Ingredient.NEWLY_REACHED})
"""Shares of residents: left out when they are few, and never told as a count."""


@dataclass(frozen=True, slots=True)
class Share:
    """So many of so many."""

    counted: int
    of: int


@dataclass(frozen=True, slots=True)
class Activation:
    """What the shares of a quarter add up to."""

    enough: bool
    values: Mapping[Ingredient, Fraction]
    """Of the ingredients that have something to say."""
    sides: Mapping[ActivatedSide, Fraction]
    """Of the sides that have such an ingredient."""
    score: Fraction | None
    lagging: ActivatedSide | None
    """The side that lags; None when both are level, or there is no score."""


def reckon(commitments: int, actions: int, shares: Mapping[Ingredient, Share]) -> Activation:
    """Reckon the double activation of a quarter; under the thresholds it is not reckoned."""
    values = {ingredient: value for ingredient in Ingredient if (value := value_of(ingredient, shares)) is not None}
    enough = commitments >= COMMITMENTS_AT_LEAST and actions >= ACTIONS_AT_LEAST
    if not enough:
        return Activation(False, values, {}, None, None)
    means = {side: _mean(values[one] for one in of_side if one in values) for side, of_side in SIDES.items()}
    sides = {side: mean for side, mean in means.items() if mean is not None}
    if len(sides) < len(SIDES):
        return Activation(True, values, sides, None, None)
    residents, institutions = (told(sides[side]) for side in ActivatedSide)
    lagging = None
    if residents != institutions:
        lagging = ActivatedSide.RESIDENTS if residents < institutions else ActivatedSide.INSTITUTIONS
    return Activation(True, values, sides, min(sides.values()), lagging)


def value_of(ingredient: Ingredient, shares: Mapping[Ingredient, Share]) -> Fraction | None:
    """Return the value of an ingredient, or None when it has nothing to say."""
    share = shares.get(ingredient)
    if share is None or share.of == 0 or (ingredient in OF_PERSONS and share.of < PERSONS_AT_LEAST):
        return None
    value = Fraction(share.counted, share.of)
    return Fraction(_rounded(value * 20, "1")) / 20 if ingredient in ABOUT_RESIDENTS else value


def direction(score: Fraction | None, before: Fraction | None) -> Direction | None:
    """Compare a score with the one of the quarter before; None when one of them is missing."""
    if score is None or before is None:
        return None
    if abs(score - before) <= SAME_WITHIN:
        return Direction.SAME
    return Direction.UP if score > before else Direction.DOWN


def told(value: Fraction) -> float:
    """Round a value to the two decimals in which it is told."""
    return float(_rounded(value, "0.01"))


def _mean(values: Iterable[Fraction]) -> Fraction | None:
    found = list(values)
    return sum(found, Fraction()) / len(found) if found else None


def _rounded(value: Fraction, to: str) -> Decimal:
    return (Decimal(value.numerator) / Decimal(value.denominator)).quantize(Decimal(to), ROUND_HALF_UP)
