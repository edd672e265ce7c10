"""The one query that counts residents, against a recount of the same people in plain Python."""

import random
from collections import Counter
from datetime import date, timedelta
from typing import Any

import numpy as np
import pytest
import sqlalchemy
from sqlalchemy import select, update
from sqlmodel import Session, col

from bsa import clock
from bsa.areas.actions import record_area
from bsa.areas.models import Area, Level
from bsa.areas.shapes import AreaIn
from bsa.contacts.models import Contact
from bsa.headcount import residents as headcount
from bsa.headcount.areas import municipality_named, published_areas
from bsa.headcount.residents import count_residents
from bsa.needs.models import Need
from bsa.population.reading import ATTRIBUTES, Population, read_population
from bsa.population.storing import store_population
from bsa.quarters import first_day_of, last_day_of
from bsa.residents.models import Consent, ConsentHow, ConsentScope, Resident
from bsa.statistics.counting import Counts, require_whole
from bsa.statistics.cube import TABLES, tables_of
from bsa.statistics.hierarchy import Hierarchy
from bsa.statistics.profile import STRICT

PERIODS = ["2025-Q1", "2025-Q2", "2025-Q3", "2025-Q4"]
NEIGHBOURHOODS = [f"BU9999{district:02}{place:02}" for district in (1, 2) for place in (1, 2, 3)]


def a_population(people: int = 240) -> str:
    """Make up people who come, stay away, move, go on a phase, and get other needs."""
    chance = random.Random(11)
    lines = ["period,resident,neighbourhood,age_band,life_area,phase,ladder_change,outcome,partner,part"]
    for number in range(people):
        place, age = chance.choice(NEIGHBOURHOODS), chance.choice(ATTRIBUTES["age_band"])
        ladder = chance.choice(["up", "same", "down", ""])
        for period in PERIODS:
            if chance.random() < 0.2:
                continue
            place = chance.choice(NEIGHBOURHOODS) if chance.random() < 0.2 else place
            needs = ";".join(chance.sample(ATTRIBUTES["life_area"], chance.randint(0, 3)))
            referred = chance.random() < 0.3
            lines.append(
                ",".join(
                    [
                        period,
                        f"r{number}",
                        place,
                        age,
                        needs,
                        chance.choice(ATTRIBUTES["phase"]),
                        ladder,
                        chance.choice(ATTRIBUTES["outcome"]) if referred else "",
                        chance.choice(ATTRIBUTES["partner"]) if referred else "",
                        chance.choice(ATTRIBUTES["part"]) if chance.random() < 0.4 else "",
                    ]
                )
            )
    return "\n".join(lines)


def recount(population: Population, period: str, areas: Hierarchy) -> Counts:
    """Count the same people one by one, straight from what was said of them."""
    found: dict[str, Counter[tuple[int, tuple[str, ...]]]] = {table.key: Counter() for table in TABLES}
    for seen in population.people.values():
        if period not in seen:
            continue
        here, place = seen[period], areas.places[seen[period].neighbourhood]
        phase = here.get("phase") or "explore"
        scored = [one for at, one in sorted(seen.items()) if at <= period and one.get("ladder_change")]
        cells: dict[str, list[tuple[str, ...]]] = {
            "T0": [()],
            "T1": [(here.get("age_band") or "unknown",)],
            "T2": [(area,) for area in here.life_areas],
            "T3": [(phase,)],
            "T4": [(area, phase) for area in here.life_areas],
            "T5": [((scored[-1].get("ladder_change") if scored else None) or "unknown",)],
            "T6": [(outcome,)] if (outcome := here.get("outcome")) else [],
            "T8": [("first_time" if period == min(seen) else "again",)],
            "T9": [(part,)] if (part := here.get("part")) else [],
        }
        cells["T10"] = [(outcome, here.get("partner") or "") for (outcome,) in cells["T6"]]
        for key, inside in cells.items():
            found[key].update((place, cell) for cell in inside)
    counts = {}
    for table in tables_of(int(period[-1])):
        counts[table.key] = np.zeros((len(areas.neighbourhoods), len(table.cells)), dtype=np.int64)
        for (place, cell), number in found[table.key].items():
            counts[table.key][place, table.cells.index(cell)] = number
    return counts


def areas_of(session: Session) -> Hierarchy:
    """Return the published areas."""
    return published_areas(session, municipality_named(session, "GM9999"), 2025, STRICT).hierarchy


def counted(session: Session, period: str) -> Counts:
    """Count a quarter as it is closed."""
    areas, tables = areas_of(session), tables_of(int(period[-1]))
    counts = count_residents(session, period, areas, tables)
    require_whole(counts, areas, tables)
    return counts


@pytest.fixture
def population(session: Session) -> tuple[Session, Population]:
    """Store made-up people in an installation without residents."""
    found = read_population(a_population())
    store_population(session, found, {}, lambda done, of: None)
    session.flush()
    return session, found


def same(one: Counts, other: Counts) -> bool:
    """Tell whether two counts are the same."""
    return one.keys() == other.keys() and all(np.array_equal(one[key], other[key]) for key in one)


def test_each_quarter_is_counted_as_it_was_also_when_it_is_closed_later(
    population: tuple[Session, Population], monkeypatch: pytest.MonkeyPatch
) -> None:
    session, people = population
    truth = {period: recount(people, period, areas_of(session)) for period in PERIODS}
    assert all(same(counted(session, period), truth[period]) for period in PERIODS)
    assert truth["2025-Q1"]["T0"].sum() > 150

    monkeypatch.setattr(headcount, "_phase_on", lambda last: sqlalchemy.cast(col(Resident.phase), sqlalchemy.String))
    assert not same(counted(session, "2025-Q2"), truth["2025-Q2"])


def changed(session: Session, before: Counts) -> dict[str, int]:
    """Return by how much the totals of tables changed."""
    after = counted(session, "2025-Q4")
    return {
        key: int(after[key].sum() - before[key].sum()) for key in before if not np.array_equal(after[key], before[key])
    }


def test_who_may_not_be_counted_is_not(population: tuple[Session, Population]) -> None:
    session, _ = population
    before = counted(session, "2025-Q4")
    here = select(col(Resident.id)).where(
        col(Resident.phase) != "finished", col(Resident.phase_since) < date(2025, 12, 1)
    )
    first, second, third, fourth, fifth = session.scalars(here.order_by(col(Resident.id)).limit(5)).all()

    def set_of(resident: Any, **values: Any) -> int:
        session.execute(update(Resident).where(col(Resident.id) == resident).values(**values))
        return changed(session, before)["T0"]

    assert set_of(first, restricted_on=date(2026, 1, 4)) == -1
    assert set_of(second, merged_into_id=third) == -2
    worker = session.scalars(select(col(Contact.worker_id)).limit(1)).one()
    refused = Consent(
        resident_id=fourth,
        scope=ConsentScope.TO_BE_COUNTED,
        how=ConsentHow.SPOKEN,
        given_on=date(2025, 5, 1),
        recorded_by_id=worker,
        withdrawn_on=date(2025, 6, 1),
    )
    session.add(refused)
    session.flush()
    assert changed(session, before)["T0"] == -3
    session.add(Consent(**(refused.model_dump(exclude={"id", "withdrawn_on"}))))
    session.flush()
    assert changed(session, before)["T0"] == -2
    mine = update(Contact).where(col(Contact.resident_id) == fifth)
    session.execute(mine.values(happened_on=date(2025, 12, 31) - timedelta(days=184)))
    assert changed(session, before)["T0"] == -3
    session.execute(mine.values(happened_on=date(2025, 12, 31)))
    assert changed(session, before)["T0"] == -2
    session.execute(mine.values(struck_at=clock.now(), struck_by_id=worker))
    assert changed(session, before)["T0"] == -3


def test_of_many_needs_the_three_most_recent_are_counted_each_once(
    population: tuple[Session, Population], monkeypatch: pytest.MonkeyPatch
) -> None:
    session, _ = population
    before = counted(session, "2025-Q4")
    resident = session.scalars(
        select(Resident)
        .where(col(Resident.phase) != "finished", col(Resident.phase_since) < date(2025, 12, 1))
        .order_by(col(Resident.id))
    ).first()
    assert resident is not None
    session.execute(
        update(Need).where(col(Need.resident_id) == resident.id).values(closed_on=date(2025, 1, 2), ending="solved")
    )
    days = {"housing": 1, "money": 2, "health": 3, "upbringing": 4}
    for area, day in [*days.items(), ("upbringing", 5)]:
        need: dict[str, Any] = {"resident_id": resident.id, "area_id": resident.area_id, "life_area": area}
        session.add(Need(**need, opened_on=first_day_of("2025-Q4") + timedelta(days=day)))
    session.flush()
    after = counted(session, "2025-Q4")
    had = before["T2"].sum(axis=0)
    added = after["T2"].sum(axis=0) - had
    assert added.max() <= 1
    assert after["T2"].sum() - before["T2"].sum() <= 3
    now = dict(zip((cell[0] for cell in tables_of(4)[2].cells), added, strict=True))
    assert now["housing"] <= 0, "the oldest of four is not counted"

    monkeypatch.setattr(headcount, "BY_KEY", {"T2": type("Cap", (), {"cap": 9})})
    assert counted(session, "2025-Q4")["T2"].sum() == after["T2"].sum() + 1


def test_who_lives_in_a_complex_is_counted_in_its_neighbourhood(population: tuple[Session, Population]) -> None:
    session, _ = population
    before = counted(session, "2025-Q4")
    area = session.scalars(select(Area).where(col(Area.code) == NEIGHBOURHOODS[0])).one()
    flat = record_area(session, None, AreaIn(level=Level.COMPLEX, name="De Flat", parent_id=area.id))
    session.execute(update(Contact).where(col(Contact.area_id) == area.id).values(area_id=flat.id))
    session.execute(update(Resident).where(col(Resident.area_id) == area.id).values(area_id=flat.id))
    assert same(counted(session, "2025-Q4"), before)
    assert last_day_of("2025-Q4") == date(2025, 12, 31)
