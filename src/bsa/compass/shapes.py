"""What goes out of the compass."""

from datetime import date
from uuid import UUID

from bsa.compass.elements import Element, ElementState
from bsa.shapes import Shape


class ElementOut(Shape):
    """One element of the method: whether it is to be seen here, and since when not."""

    element: Element
    number: int
    state: ElementState
    events: int
    """How much of it happened in the last days that count."""
    last_on: date | None


class CompassOut(Shape):
    """The twelve elements, as events show them. Nobody fills it in, and it says nothing of who did what."""

    asleep_days: int
    """After so many days without anything an element is sleeping."""
    elements: list[ElementOut]


class AreaCompass(CompassOut):
    """The compass of an area."""

    area_id: UUID
    area_name: str


class ResidentCompass(CompassOut):
    """The compass of the way that is gone with a resident."""

    resident_id: UUID
