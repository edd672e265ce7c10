"""What goes out about double activation: shares of an area and a quarter, never of a person or a worker."""

from datetime import date
from uuid import UUID

from pydantic import Field

from bsa.activation.formula import ActivatedSide, Direction, Ingredient
from bsa.areas.models import Level
from bsa.shapes import Shape


class QuarterQuery(Shape):
    """Which quarter; without one, the last that is over."""

    quarter: str | None = Field(default=None, pattern=r"^20\d\d-Q[1-4]$")


class IngredientOut(Shape):
    """One ingredient: a share between 0 and 1, or nothing when there was nothing to count, or too little."""

    ingredient: Ingredient
    side: ActivatedSide
    value: float | None
    counted: int | None
    """How many, for those who may read the count."""
    of: int | None


class DoubleActivationOut(Shape):
    """How far both sides move in an area and a quarter, with what it is made of."""

    area_id: UUID
    area_name: str
    level: Level
    quarter: str
    until: date
    """The last day that counts: of the quarter, or today when it is not over."""
    running: bool
    """The quarter is not over yet."""
    enough: bool
    """Enough commitments and actions to say anything."""
    commitments: int
    """That something happened to, or that were due."""
    commitments_least: int
    actions_enough: bool
    actions_least: int
    residents: float | None
    institutions: float | None
    score: float | None
    """The lower of both sides."""
    lagging: ActivatedSide | None
    direction: Direction | None
    """Against the quarter before."""
    ingredients: list[IngredientOut]
    quarter_before: str
    quarter_after: str | None
    """None when it is still to come."""
