"""What goes out about releases; their numbers have formats of their own."""

from datetime import date, datetime
from typing import Annotated

from pydantic import Field, StringConstraints

from bsa.shapes import Listing, Shape
from bsa.statistics.indicators import Language

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


class FiguresQuery(WhichRelease):
    """Which release, which part of it, and in which language."""

    level: Annotated[str, StringConstraints(max_length=20)] | None = None
    """`municipality`, `district`, `neighbourhood` or `own_area`; left out: the first three."""
    area: Annotated[str, StringConstraints(max_length=40)] | None = None
    """The code of one area."""
    language: Language = "nl"


class InLanguage(Shape):
    """In which language words are wanted."""

    language: Language = "nl"


class ReportQuery(WhichRelease):
    """Of which release a report is wanted, and in which language."""

    language: Language = "nl"


class ReleasedTable(Shape):
    """A table of a release."""

    code: str
    key: str
    title: str
    levels: list[str]
    exact: bool
    """About institutions: without noise, and what is not listed is zero."""


class ReleasedArea(Shape):
    """An own area of a release."""

    code: str
    name: str
    neighbourhoods: list[str]


class ReachedOut(Shape):
    """What was planned beside what was reached, and what the team says of the difference."""

    name: str
    planned: int
    expected: int
    reached: int | None
    margin95: int
    deviates: bool
    explanation: str | None


class ToldOut(Shape):
    """A story that was published; names are changed, and its teller agreed."""

    title: str
    words: str


class ReleaseDetail(ReleaseOut):
    """A release with its tables, and with what was published beside its figures."""

    tables: list[ReleasedTable]
    own_areas: list[ReleasedArea]
    reached: list[ReachedOut]
    stories: list[ToldOut]


class CategoryOut(Shape):
    """A category."""

    code: str
    label: str


class DimensionOut(Shape):
    """A property by which a table is broken down."""

    code: str
    title: str
    categories: list[CategoryOut]


class IndicatorOut(Shape):
    """What a table is: what is counted in it, from what, and what it is not."""

    code: str
    key: str
    title: str
    definition: str
    unit: str
    source: str
    events: list[str]
    """The kinds of events that it is counted from."""
    is_not: str
    over_quarters: str
    """How it adds up to half years and years."""
    owner: str
    levels: list[str]
    quarters: list[int]
    cap: int
    """In so many cells one resident is counted at most."""
    exact: bool
    dimensions: list[DimensionOut]


class IndicatorsOut(Shape):
    """All tables there can be: a closed list."""

    version: str
    items: list[IndicatorOut]
