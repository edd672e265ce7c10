"""What a year of releases tells about one resident: added up, limited, and the settings that limit it."""

from dataclasses import replace
from fractions import Fraction
from typing import Any

import pytest

from bsa.statistics.budget import (
    BudgetSpent,
    Charge,
    best_guess,
    charge,
    cost_of_table,
    cost_of_value,
    require_budget,
)
from bsa.statistics.cube import BY_KEY, TABLES, Kind, tables_of
from bsa.statistics.hierarchy import Level
from bsa.statistics.profile import STANDARD, STRICT, Profile, TooLoose

QUARTERS = (1, 2, 3, 4)


def year_of(profile: Profile) -> list[Charge]:
    return [charge(profile, tables_of(quarter), f"2026-Q{quarter}", 2026) for quarter in QUARTERS]


def whole_year(profile: Profile) -> Fraction:
    return sum((one.whole for one in year_of(profile)), Fraction(0))


def test_the_strict_profile_is_the_default_and_tells_at_most_what_was_promised() -> None:
    assert Profile() == STRICT
    assert [one.whole for one in year_of(STRICT)] == [Fraction(250, 1000)] * 3 + [Fraction(285, 1000)]
    assert best_guess(whole_year(STRICT)) < 0.696


def test_the_standard_profile_tells_at_most_what_was_promised() -> None:
    assert best_guess(whole_year(STANDARD)) < 0.766
    assert max(one.whole for one in year_of(STANDARD)) <= STANDARD.release_budget


@pytest.mark.parametrize(
    ("key", "cost"), [("T0", "0.07"), ("T1", "0.07"), ("T2", "0.21"), ("T4", "0.06"), ("T5", "0.02")]
)
def test_a_table_costs_by_its_levels_and_by_how_many_cells_a_resident_is_in(key: str, cost: str) -> None:
    assert cost_of_table(STANDARD, BY_KEY[key]) == Fraction(cost)


def test_a_table_in_which_a_resident_is_in_two_cells_costs_twice() -> None:
    twice = replace(BY_KEY["T6"], cap=2)

    assert cost_of_table(STANDARD, twice) == Fraction("0.04")


def test_another_value_shifts_two_cells_and_a_need_more_one() -> None:
    assert cost_of_value(STANDARD, BY_KEY["T3"]) == Fraction("0.14")
    assert cost_of_value(STANDARD, BY_KEY["T2"]) == Fraction("0.07")
    assert charge(STANDARD, tables_of(1), "2026-Q1", 2026).sensitive["need"] == Fraction("0.09")


def test_a_year_of_releases_is_within_the_budget_and_revisions_are_charged_too() -> None:
    earlier: list[Charge] = []
    for wanted in year_of(STANDARD):
        require_budget(STANDARD, wanted, earlier)
        earlier.append(wanted)

    revision = charge(STANDARD, tables_of(4), "2026-Q4-r2", 2026)
    with pytest.raises(BudgetSpent, match="this year"):
        require_budget(STANDARD, revision, earlier)
    require_budget(STANDARD, replace(revision, year=2027), earlier)


def test_a_release_that_tells_too_much_by_itself_is_refused() -> None:
    with pytest.raises(BudgetSpent, match=r"0\.640 about one resident, and 0\.600 of 0\.600 is left \(this release\)"):
        require_budget(STANDARD, charge(STANDARD, (*tables_of(4), BY_KEY["T3"]), "2026-Q4", 2026), [])


def test_one_sensitive_thing_has_a_budget_of_its_own() -> None:
    strict_on_needs = replace(STRICT, sensitive_budget=Fraction(1, 10))
    first, second, third, _ = year_of(strict_on_needs)

    require_budget(strict_on_needs, second, [first])
    with pytest.raises(BudgetSpent, match="need"):
        require_budget(strict_on_needs, third, [first, second])


@pytest.mark.parametrize(
    "looser",
    [
        {"neighbourhood_variance": 19},
        {"district_variance": 99},
        {"shown_from": 9},
        {"attributes_from": 19},
        {"share_of_at_least": 49},
        {"share_between": 4},
        {"neighbourhood_inhabitants": 99},
        {"district_inhabitants": 499},
        {"release_budget": Fraction(61, 100)},
        {"year_budget": Fraction(221, 100)},
        {"sensitive_budget": Fraction(41, 100)},
    ],
    ids=lambda looser: next(iter(looser)),
)
def test_no_setting_can_be_made_looser(looser: dict[str, Any]) -> None:
    with pytest.raises(TooLoose, match=next(iter(looser))):
        Profile(**looser)


def test_settings_can_be_made_stricter() -> None:
    stricter = Profile(neighbourhood_variance=80, district_variance=400, shown_from=15, release_budget=Fraction(1, 2))

    assert whole_year(stricter) < whole_year(STRICT)


def test_all_that_is_sensitive_has_a_budget() -> None:
    assert {table.attribute for table in TABLES} == {None, "need", "ladder_change", "referral"}
    assert all(table.cap == 1 for table in TABLES if table.kind not in (Kind.SEVERAL, Kind.WITHIN))
    assert Level.NEIGHBOURHOOD not in BY_KEY["T4"].levels
