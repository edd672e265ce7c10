"""What goes out about releases; their numbers have formats of their own."""

from datetime import date, datetime
from typing import Annotated

from pydantic import Field, StringConstraints

from bsa.shapes import Listing, Shape

Municipality = Annotated[str, StringConstraints(pattern=r"^GM\d{4}$")]
"""The code of a municipality."""


class ReleaseQuery(Listing):
    """Which releases to list."""

    municipality: Municipality | None = None
    all_revisions: bool = False
    """False: of each period the last revision."""


class WhichRelease(Shape):
    """Which release of a period is meant."""

    municipality: Municipality | None = None
    """Needed only where figures of more than one are published."""
    revision: Annotated[int, Field(ge=1, le=1000)] | None = None
    """Left out: the last one."""


class ReleaseOut(Shape):
    """A release: figures about one period, published once and never changed."""

    period: str
    municipality: str
    municipality_name: str
    revision: int
    status: str
    """`provisional`, or `definitive` when no revision is to be expected."""
    definitive_on: date | None
    published_at: datetime
    division_year: int
    method: str
    reason: str | None
    """Why there is a revision."""
    fingerprint: str
    """SHA-256 over all of it."""
