"""The closed list of tables, version 1. What is not on it is not counted; a new table is a reviewed change.

Codes are those of the features they come from, which this part does not import; a test compares the two. Counts about
institutions (asks, answers, commitments, meetings) are not here: they are about no person, and are given as they are.
Children are not registered, so there is no band for them: a category that cannot occur would be a certain zero.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from itertools import product

from bsa.statistics.hierarchy import LEVELS, Level

VERSION = "1"
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
    attribute: str | None = None
    """What a cell tells about a resident, where that is sensitive; tables that tell the same share one budget."""

    @cached_property
    def cells(self) -> tuple[Cell, ...]:
        """Return all combinations in their order."""
        return tuple(product(*(dimension.categories for dimension in self.dimensions)))

    def lowest_of(self, cell: Cell) -> Level:
        """Return down to which level a cell is given: what is sensitive, not by neighbourhood."""
        return Level.DISTRICT if SENSITIVE.intersection(cell) else self.lowest

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
"""Ten outcomes by ten sorts of partners would nearly all be too small to show; these four say what came of it."""
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
    Table("T6", "referrals", Kind.OWN, Level.DISTRICT, (PARTNERS, OUTCOMES), cap=2, attribute="referral"),
    Table("T8", "reached", Kind.OWN, Level.DISTRICT, (REACHED,)),
    Table("T9", "taking_part", Kind.OWN, Level.DISTRICT, (PARTS,)),
)
"""T7, what came of commitments, is about institutions and not noisy. T8 and T9 use the budget that it would have had."""
BY_KEY = {table.key: table for table in TABLES}


def tables_of(quarter: int) -> tuple[Table, ...]:
    """Return the tables of a quarter, 1 to 4."""
    return tuple(table for table in TABLES if quarter in table.quarters)


def listed(quarter: int) -> Iterator[tuple[Table, Level]]:
    """Return which tables are given at which level, in the order in which they are published."""
    return ((table, level) for table in tables_of(quarter) for level in table.levels)
