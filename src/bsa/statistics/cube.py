"""The closed list of tables, version 1. What is not on it is not counted; a new table is a reviewed change.

Codes are those of the features they come from, which this part does not import; a test compares the two. Counts about
institutions (asks, answers, commitments, meetings) are not here: they are about no person, and are given as they are.
Children are not registered, so there is no band for them: a category that cannot occur would be a certain zero.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from itertools import product

from bsa.statistics.hierarchy import LEVELS, Level

VERSION = "1"
ALL = "*"
"""Stands for all categories of a dimension."""
Cell = tuple[str, ...]
"""One combination of categories, one of each dimension."""


class Kind(StrEnum):
    """How the cells of a table hang together, and so what they are made to add up to."""

    TOTAL = "total"
    """The number of residents itself."""
    ONE_OF = "one_of"
    """Each resident is in exactly one cell: together they are the total."""
    SEVERAL = "several"
    """A resident may be in several cells: none is more than the total."""
    WITHIN = "within"
    """Divides each cell of another table by its last dimension."""
    OWN = "own"
    """Counts other residents than the total, and has a total of its own."""


@dataclass(frozen=True)
class Dimension:
    """A property and its categories, in their order."""

    code: str
    categories: tuple[str, ...]


@dataclass(frozen=True)
class Table:
    """One table of the cube."""

    key: str
    code: str
    kind: Kind
    lowest: Level
    dimensions: tuple[Dimension, ...] = ()
    cap: int = 1
    """In so many cells one resident is counted at most, once in each."""
    quarters: frozenset[int] = frozenset({1, 2, 3, 4})
    within: str | None = None
    sums: bool = False
    """Whether sums over the first dimension are given too. Those of other tables are cells of another table."""
    attribute: str | None = None
    """What a cell tells about a resident, where that is sensitive; tables that tell the same share one budget."""

    @cached_property
    def cells(self) -> tuple[Cell, ...]:
        """Return all combinations in their order."""
        return tuple(product(*(dimension.categories for dimension in self.dimensions)))

    @cached_property
    def margins(self) -> tuple[Cell, ...]:
        """Return which sums of cells are given too."""
        rest = product(*(dimension.categories for dimension in self.dimensions[1:]))
        return tuple((ALL, *cell) for cell in rest) if self.sums else ()

    def lowest_of(self, cell: Cell) -> Level:
        """Return down to which level a cell is given: what is sensitive, not by neighbourhood."""
        by_neighbourhood = self.lowest is Level.NEIGHBOURHOOD
        return Level.DISTRICT if by_neighbourhood and SENSITIVE.intersection(cell) else self.lowest

    def levels_of(self, cell: Cell) -> tuple[Level, ...]:
        """Return at which levels a cell is measured."""
        return tuple(LEVELS[: LEVELS.index(self.lowest_of(cell)) + 1])

    def at(self, level: Level) -> tuple[Cell, ...]:
        """Return the cells that are given at a level; none where the table does not go so low."""
        return tuple(cell for cell in self.cells if level in self.levels_of(cell))

    @cached_property
    def levels(self) -> tuple[Level, ...]:
        """Return the levels of which the table gives anything."""
        return tuple(level for level in LEVELS if self.at(level))


AGE_BANDS = Dimension("age_band", ("18_26", "27_44", "45_66", "67_plus", "unknown"))
PLAIN_AREAS = ("housing", "health", "social_contacts", "work_and_learning", "upbringing", "neighbourhood")
SENSITIVE = frozenset({"money", "mental_health", "substances", "safety_at_home"})
LIFE_AREAS = Dimension("life_area", (*PLAIN_AREAS, "money", "mental_health", "substances", "safety_at_home"))
"""Those that are sensitive come last, so that the cells of a neighbourhood are the first ones."""
PHASES = Dimension("phase", ("explore", "deepen", "do", "anchor"))
"""Of open trajectories; who has finished has none."""
LADDER = Dimension("ladder_change", ("down", "same", "up", "unknown"))
PARTNERS = Dimension(
    "partner",
    (
        "housing_corporation",
        "municipality",
        "welfare",
        "health_care",
        "mental_health_care",
        "debt_help",
        "police",
        "school",
        "residents_organisation",
        "other",
    ),
)
OUTCOMES = Dimension("outcome", ("helped", "carried_on", "not_helped", "none_yet"))
OUTCOME_OF = {
    "helped": "helped",
    "partly_helped": "helped",
    "helped_elsewhere": "helped",
    "joined_initiative": "carried_on",
    "carried_on_alone": "carried_on",
    "not_reached": "not_helped",
    "did_not_want": "not_helped",
    "not_suitable": "not_helped",
    "no_place": "not_helped",
    "moved_away": "not_helped",
}
"""Ten outcomes would nearly all be too small to show; these say what came of it. An open referral has none yet."""
REACHED = Dimension("reached", ("first_time", "again"))
PARTS = Dimension("part", ("takes_part", "speaks", "organises", "helps_now_and_then"))

TOTAL = Table("T0", "open_trajectories", Kind.TOTAL, Level.NEIGHBOURHOOD)
"""Residents with an open trajectory on the last day: known by an alias at least, not finished, and a contact within
the last six months."""
TABLES: tuple[Table, ...] = (
    TOTAL,
    Table("T1", "age", Kind.ONE_OF, Level.NEIGHBOURHOOD, (AGE_BANDS,), quarters=frozenset({4})),
    Table("T2", "needs", Kind.SEVERAL, Level.NEIGHBOURHOOD, (LIFE_AREAS,), cap=3, attribute="need"),
    Table("T3", "phases", Kind.ONE_OF, Level.NEIGHBOURHOOD, (PHASES,)),
    Table(
        "T4",
        "needs_by_phase",
        Kind.WITHIN,
        Level.DISTRICT,
        (LIFE_AREAS, PHASES),
        cap=3,
        within="T2",
        attribute="need",
    ),
    Table("T5", "ladder_changes", Kind.ONE_OF, Level.DISTRICT, (LADDER,), attribute="ladder_change"),
    Table("T6", "referrals", Kind.OWN, Level.DISTRICT, (OUTCOMES,), sums=True, attribute="referral"),
    Table(
        "T10",
        "referrals_by_partner",
        Kind.WITHIN,
        Level.MUNICIPALITY,
        (OUTCOMES, PARTNERS),
        within="T6",
        sums=True,
        attribute="referral",
    ),
    Table("T8", "reached", Kind.OWN, Level.DISTRICT, (REACHED,), sums=True),
    Table("T9", "taking_part", Kind.OWN, Level.DISTRICT, (PARTS,), sums=True),
)
"""T6 counts residents who were referred in the quarter, by what came of the latest one; T10 says to whom, for the whole
municipality only: by district nearly all of it would be noise. T7, what came of commitments, is about institutions and
not noisy; T8 and T9 use the budget that it would have had."""
BY_KEY = {table.key: table for table in TABLES}

ANSWERS = Dimension("answer", ("yes", "yes_if", "no", "evasive", "none_yet", "unanswered"))
"""`none_yet` is within its days; `unanswered` is past them."""
VERDICTS = Dimension("verdict", ("kept", "partly", "not_kept", "unjudged", "open", "withdrawn"))
MADE = Dimension("commitment", ("made", "due", "moved"))
LEVELS_OF_TALK = Dimension("mandate", ("operational", "policy"))

EXACT_TABLES: tuple[Table, ...] = (
    Table("I1", "asks", Kind.OWN, Level.NEIGHBOURHOOD, (PARTNERS, ANSWERS)),
    Table("I2", "commitments", Kind.OWN, Level.NEIGHBOURHOOD, (PARTNERS, MADE)),
    Table("I3", "commitments_due", Kind.OWN, Level.NEIGHBOURHOOD, (PARTNERS, VERDICTS)),
    Table("I4", "meetings", Kind.OWN, Level.NEIGHBOURHOOD, (LEVELS_OF_TALK,)),
)
"""Counts about institutions, given as they are. Only what is not nothing is kept; each area counts what lies in it, so
what was asked for a whole district is not in any of its neighbourhoods."""
EXACT_BY_KEY = {table.key: table for table in EXACT_TABLES}


def is_in(cell: Cell, margin: Cell) -> bool:
    """Tell whether a cell is part of a sum."""
    return all(whole in (ALL, part) for part, whole in zip(cell, margin, strict=True))


def tables_of(quarter: int, without: frozenset[str] = frozenset()) -> tuple[Table, ...]:
    """Return the tables of a quarter, 1 to 4. An installation may leave some out that it keeps nothing for.

    That is decided beforehand, by what is kept and not by what was counted.
    """
    return tuple(
        table
        for table in TABLES
        if table is TOTAL or (quarter in table.quarters and not without.intersection({table.key, table.within}))
    )


def listed(tables: Iterable[Table]) -> Iterator[tuple[Table, Level]]:
    """Return which tables are given at which level, in the order in which they are published."""
    return ((table, level) for table in tables for level in table.levels)
