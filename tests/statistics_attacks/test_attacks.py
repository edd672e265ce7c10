"""Published figures are attacked: ours give nobody away, and what is weaker is found out by the same attacks."""

import os

import pytest

from bsa.statistics.budget import best_guess, charge, cost_of_cell, cost_of_value
from bsa.statistics.counting import NONE, count
from bsa.statistics.cube import BY_KEY, tables_of
from bsa.statistics.profile import STANDARD, STRICT
from bsa.statistics.release import draw

from tests.statistics_attacks import published, worlds
from tests.statistics_attacks.population import QUARTERS, World, municipality, world
from tests.statistics_attacks.published import Mechanism, Publication, naive, publish
from tests.statistics_attacks.usefulness import ASKED, exactness
from tests.statistics_attacks.verdict import Findings, attack, failures

LONG = bool(os.environ.get("BSA_TEST_LONG"))


@pytest.fixture(scope="module")
def year() -> World:
    return world()


@pytest.fixture(scope="module")
def ours(year: World) -> Publication:
    return publish(published.ours, year)


@pytest.fixture(scope="module")
def found(ours: Publication, year: World) -> Findings:
    return attack(ours, year)


def test_the_attacked_municipality_is_as_large_and_as_mixed_as_it_should_be(year: World) -> None:
    sizes = sorted(year.counts[1]["T0"][:, 0].tolist())

    assert sum(sizes) == 20_000
    assert len(sizes) == 80
    assert sizes[-1] > 20 * sizes[0]
    assert len(year.newcomers) >= 40
    assert all(len(set(year.people[quarter]) - set(year.people[quarter - 1])) > 300 for quarter in (2, 3, 4))


def test_nobody_is_found_in_what_is_published(found: Findings) -> None:
    assert failures(found) == []


def test_what_was_hidden_is_worked_out_wrong(found: Findings) -> None:
    """Whoever subtracts and solves finds numbers, and they are noise: few of the claims are right."""
    assert found.linked.right < 0.3 * found.linked.claims
    assert found.linked.zeros_right < 0.5 * found.linked.zeros


def test_asking_again_or_in_another_way_gives_the_same_answer(ours: Publication, year: World, found: Findings) -> None:
    assert publish(published.ours, year).written == ours.written
    assert found.not_adding_up == 0


def test_with_the_least_noise_that_can_be_chosen_nobody_is_found_either(year: World) -> None:
    assert failures(attack(publish(published.standard, year), year), STANDARD) == []


def test_the_attacks_succeed_on_numbers_of_which_the_small_ones_are_hidden(year: World) -> None:
    attacked = attack(naive(year), year)

    assert {"persons", "zeros", "guesses", "newcomers", "members", "arrivals"} <= set(failures(attacked))
    assert attacked.linked.right == attacked.linked.claims > 50
    assert attacked.linked.persons > 100
    assert min(attacked.newcomers.right.values()) > 0.85
    assert attacked.members.right > 0.99


@pytest.mark.parametrize(
    ("broken", "found_by"),
    [
        (published.same_noise, {"newcomers"}),
        (published.little_noise, {"exact", "members", "arrivals"}),
        (published.exact_totals, {"exact", "members", "arrivals"}),
        (published.forgotten("T3"), {"members", "tables", "arrivals"}),
        (published.no_noise, {"persons", "guesses", "newcomers", "exact", "members", "arrivals"}),
        (published.nothing, {"no use"}),
    ],
    ids=lambda what: getattr(what, "__name__", ""),
)
def test_a_broken_variant_is_found_out(year: World, broken: Mechanism, found_by: set[str]) -> None:
    assert found_by <= set(failures(attack(publish(broken, year), year)))


@pytest.mark.parametrize(
    ("table", "found_by"),
    [
        ("T4", "tables"),
        *(
            pytest.param(table, found_by, marks=pytest.mark.long)
            for table, found_by in [
                ("T1", "exact"),
                ("T2", "members"),
                ("T5", "tables"),
                ("T6", "exact"),
                ("T8", "members"),
                ("T9", "members"),
                ("T10", "exact"),
            ]
        ),
    ],
)
def test_a_table_that_was_forgotten_is_found_out_whichever_it_is(year: World, table: str, found_by: str) -> None:
    assert found_by in failures(attack(publish(published.forgotten(table), year), year))


def test_of_no_group_can_be_said_that_all_are_alike(unused: World) -> None:
    """Where a scale is not used, or nobody was referred, everybody is in one cell: naive numbers say so."""
    groups = {"zeros", "groups"}

    assert groups <= set(failures(attack(naive(unused), unused)))
    assert failures(attack(publish(published.ours, unused), unused)) == []


@pytest.fixture(scope="module")
def unused() -> World:
    town = world(6000, seed=22)
    for quarter in QUARTERS:
        cells = town.snapshots[quarter].cells
        cells["T5"][:] = BY_KEY["T5"].cells.index(("unknown",))
        for key in ("T6", "T9", "T10"):
            cells[key][:] = NONE
        town.counts[quarter] = count(town.snapshots[quarter], town.areas, tables_of(quarter))
    return town


def test_figures_are_of_use_under_the_default_profile(year: World) -> None:
    releases = {
        quarter: draw(f"2026-Q{quarter}", tables_of(quarter), year.counts[quarter], year.areas, b"a key", STRICT)
        for quarter in QUARTERS
    }
    found = exactness(year, releases)

    assert {asked: found[asked].share for asked in ASKED if found[asked].share > ASKED[asked]} == {}
    assert all(one.within >= 0.93 * one.numbers for one in found.values())


@pytest.mark.long
@pytest.mark.parametrize("seed", range(5))
def test_nobody_is_found_in_other_municipalities_and_under_other_keys(seed: int) -> None:
    other = world(seed=100 + seed)
    for key in (b"one", b"two"):
        assert failures(attack(publish(published.ours, other, key), other)) == []


@pytest.fixture(scope="module")
def village() -> World:
    return world(600, seed=5, areas=municipality(2, 3))


RELEASES = 600 if LONG else 60


def test_who_knows_all_the_others_cannot_tell_whether_one_more_is_counted(village: World) -> None:
    bound = best_guess(charge(STRICT, tables_of(4), "", 2026).whole)

    told = worlds.tell_apart(published.ours, (worlds.without(village, 100), village), RELEASES)

    assert told.right <= bound + 3 * told.error


def test_who_knows_all_the_others_cannot_tell_in_which_phase_one_is(village: World) -> None:
    needs = int((village.snapshots[4].cells["T2"][100] >= 0).sum())
    # The phase is told by its own table, and with each need by another one: one less here, and one more there.
    divided = BY_KEY["T4"]
    dearest = max(cost_of_cell(STRICT, divided, cell) for cell in divided.cells)
    bound = best_guess(cost_of_value(STRICT, BY_KEY["T3"]) + 2 * needs * dearest)

    told = worlds.tell_apart(published.ours, (worlds.in_another_phase(village, 100), village), RELEASES)

    assert told.right <= bound + 3 * told.error


@pytest.mark.parametrize("broken", [published.little_noise, published.exact_totals])
def test_who_knows_all_the_others_tells_the_worlds_of_broken_variants_apart(village: World, broken: Mechanism) -> None:
    bound = best_guess(charge(STRICT, tables_of(4), "", 2026).whole)

    told = worlds.tell_apart(broken, (worlds.without(village, 100), village), 30)

    assert told.right > bound + 3 * told.error
