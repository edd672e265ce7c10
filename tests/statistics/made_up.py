"""A small made-up municipality of which a year is published, without a database: made once for all tests of formats."""

from datetime import UTC, date, datetime
from functools import cache
from hashlib import sha256
from typing import Any

from bsa.statistics.cube import tables_of
from bsa.statistics.profile import STRICT
from bsa.statistics.published import Dataset, OwnArea
from bsa.statistics.release import draw

from tests.statistics_attacks.population import municipality, world

MASTER = b"a key of nobody"
OWN = "019d1f2d-f9d7-7893-9d46-d3b0463b1657"
INSTITUTIONS: list[dict[str, Any]] = [
    {"table": "I1", "level": "municipality", "area": "GM9999", "cell": ["housing_corporation", "yes_if"], "value": 3},
    {"table": "I1", "level": "district", "area": "WK999901", "cell": ["housing_corporation", "yes_if"], "value": 2},
    {"table": "I2", "level": "municipality", "area": "GM9999", "cell": ["municipality", "made"], "value": 1},
    {"table": "I4", "level": "municipality", "area": "GM9999", "cell": ["policy"], "value": 4},
]


@cache
def year() -> tuple[Dataset, ...]:
    """Return the four quarters of a year."""
    there = world(residents=900, areas=municipality(districts=3, each=4))
    codes = there.areas.neighbourhoods
    names = {"GM9999": "Emmerveen", **{code: f"Wijk {code[-2:]}" for code in there.areas.districts}}
    names |= {code: f"Buurt {code[-2:]} van {code[-4:-2]}" for code in codes if not code.endswith("rest")}
    quarters = []
    for quarter, counts in there.counts.items():
        period = f"2026-Q{quarter}"
        release = draw(f"GM9999 {period} r1", tables_of(quarter), counts, there.areas, MASTER, STRICT)
        quarters.append(
            Dataset(
                municipality="GM9999",
                period=period,
                revision=1,
                definitive_on=date(2027, 3, 1),
                published_at=datetime(2026, 3 * quarter, 28, 9, 30, tzinfo=UTC),
                fingerprint=sha256(period.encode()).hexdigest(),
                method="sdc1.1",
                division_year=2026,
                reason=None,
                release=release,
                names=names,
                institutions=INSTITUTIONS,
                words={"explanations": [], "stories": []},
                own_areas=(OwnArea(OWN, "Veenpark", codes[:3]),),
            )
        )
    return tuple(quarters)


def last() -> Dataset:
    """Return the last quarter: the only one with ages."""
    return year()[-1]
