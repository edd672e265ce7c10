"""What published figures must keep to, R1 to R12, and where each is shown; what nothing else shows is shown here."""

import ast
import logging
import re
from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import update
from sqlmodel import Session, col

from bsa.closing.actions import draw_quarter, publish_release
from bsa.closing.shapes import DrawingIn, PublicationIn
from bsa.errors import Conflict
from bsa.population.reading import read_population
from bsa.population.storing import store_population
from bsa.residents.models import Resident
from bsa.statistics.counting import require_whole
from bsa.statistics.cube import tables_of
from bsa.statistics.published import Dataset, dataset_of
from bsa.statistics.releases import opened

from tests.statistics_attacks.population import world

TESTS = Path(__file__).parents[1]
SHOWN: dict[str, dict[str, tuple[str, ...]]] = {
    "R1 what is not listed is not there, and no table of cases is read": {
        "api/test_statistics.py": (
            "test_what_is_not_on_the_list_is_not_there",
            "test_what_is_read_needs_no_record_and_no_account",
        ),
    },
    "R2 a question has one answer": {
        "statistics/test_installation.py": ("test_a_question_has_one_answer_whoever_is_asked_and_when",),
        "bsa/test_statistics_release.py": (
            "test_the_same_counts_give_the_same_bytes_and_other_counts_other_noise_everywhere",
        ),
    },
    "R3 everything adds up": {
        "bsa/test_statistics_release.py": ("test_everything_adds_up_and_nothing_is_negative",),
        "statistics/test_installation.py": ("test_nobody_is_found_in_what_an_installation_publishes",),
        "statistics/test_sums.py": ("test_a_sum_is_additive_over_areas",),
    },
    "R4 nothing under ten is told anywhere": {
        "bsa/test_statistics_release.py": ("test_no_number_under_ten_is_written_anywhere",),
        "statistics/test_formats.py": ("test_no_format_holds_a_small_number_about_residents",),
        "statistics/test_requirements.py": ("test_closing_says_no_number_of_residents_in_a_log_or_an_error",),
    },
    "R5 drawn twice or killed halfway, there is one release": {
        "bsa/test_closing.py": ("test_a_quarter_is_drawn_once_and_stays",),
        "statistics/test_commands.py": ("test_killed_at_any_moment_there_is_one_release_or_none_and_always_the_same",),
    },
    "R6 what would tell too much is refused": {
        "bsa/test_statistics_budget.py": (
            "test_a_year_of_releases_is_within_the_budget_and_revisions_are_charged_too",
            "test_a_release_that_tells_too_much_by_itself_is_refused",
            "test_one_sensitive_thing_has_a_budget_of_its_own",
        ),
        "bsa/test_closing.py": ("test_a_year_that_would_tell_too_much_is_refused_before_anything_is_counted",),
    },
    "R7 who reads figures cannot read a case": {
        "bsa/test_figures.py": (
            "test_of_all_tables_only_those_of_figures_can_be_read",
            "test_nothing_else_can_be_done_there",
        ),
    },
    "R8 areas and cells follow from public data alone": {
        "bsa/test_statistics_release.py": ("test_areas_and_cells_are_the_same_when_there_is_nobody",),
        "statistics/test_requirements.py": (
            "test_of_an_empty_municipality_the_same_areas_and_cells_are_published_as_of_a_full_one",
        ),
    },
    "R9 two worlds cannot be told apart": {
        "statistics_attacks/test_attacks.py": (
            "test_who_knows_all_the_others_cannot_tell_whether_one_more_is_counted",
            "test_who_knows_all_the_others_cannot_tell_in_which_phase_one_is",
            "test_who_knows_all_the_others_tells_the_worlds_of_broken_variants_apart",
        ),
        "bsa/test_statistics_noise.py": ("test_the_best_possible_guess_is_as_good_as_the_budget_says_and_no_better",),
    },
    "R10 the attacks find nobody": {
        "statistics_attacks/test_attacks.py": (
            "test_nobody_is_found_in_what_is_published",
            "test_the_attacks_succeed_on_numbers_of_which_the_small_ones_are_hidden",
            "test_a_broken_variant_is_found_out",
        ),
        "statistics/test_installation.py": (
            "test_all_formats_joined_tell_no_more_than_one",
            "test_nobody_is_found_in_what_an_installation_publishes",
            "test_who_works_out_every_number_that_is_hidden_finds_nobody_either",
        ),
    },
    "R11 an empty municipality is published": {
        "statistics/test_requirements.py": (
            "test_of_an_empty_municipality_the_same_areas_and_cells_are_published_as_of_a_full_one",
        ),
    },
    "R12 the key of a release is nowhere": {
        "statistics/test_commands.py": ("test_the_key_of_a_release_is_nowhere_and_its_master_can_be_destroyed",),
        "bsa/test_statistics_release.py": ("test_a_release_holds_neither_its_key_nor_an_exact_count",),
    },
}


def test_each_requirement_is_shown_by_tests_that_are_there() -> None:
    assert [told.split()[0] for told in SHOWN] == [f"R{number}" for number in range(1, 13)]
    for files in SHOWN.values():
        for file, names in files.items():
            tree = ast.parse((TESTS / file).read_text(encoding="utf-8"))
            assert set(names) <= {one.name for one in tree.body if isinstance(one, ast.FunctionDef)}, file


PEOPLE = "\n".join(
    ["period,resident,neighbourhood,age_band,phase"]
    + [
        f"2025-Q4,p{number},BU9999010{1 + number % 3},27_44,{('explore', 'do', 'anchor')[number // 40]}"
        for number in range(120)
    ]
)


@pytest.fixture
def full(session: Session) -> Session:
    """Put some people into three neighbourhoods."""
    store_population(session, read_population(PEOPLE), {}, lambda done, of: None)
    session.flush()
    return session


def drawn(session: Session, reason: str | None = None) -> Dataset:
    """Close the quarter."""
    row = draw_quarter(session, None, DrawingIn(period="2025-Q4", municipality="GM9999", reason=reason))
    publish_release(session, None, row.id, PublicationIn(previewed=True))
    assert opened(row)[0].hierarchy.municipality == "GM9999"
    return dataset_of(row)


def test_of_an_empty_municipality_the_same_areas_and_cells_are_published_as_of_a_full_one(full: Session) -> None:
    """R8, R11. That nobody is there is not told."""
    there = drawn(full)
    full.execute(update(Resident).values(restricted_on=col(Resident.informed_on)))
    nobody = drawn(full, "Niemand mag geteld worden")

    assert nobody.release.hierarchy == there.release.hierarchy
    assert [(one.table.key, one.area, one.cell) for one in nobody.cells] == [
        (one.table.key, one.area, one.cell) for one in there.cells
    ]
    assert all(one.value is None or one.value >= 10 for one in nobody.cells if one.margin95)
    assert all((cells >= 0).all() for cells in nobody.release.cells.values())


def test_closing_says_no_number_of_residents_in_a_log_or_an_error(
    full: Session, caplog: pytest.LogCaptureFixture
) -> None:
    """R4. What was counted stays where it was counted."""
    with caplog.at_level(logging.DEBUG):
        drawn(full)
        full.execute(update(Resident).where(col(Resident.phase) == "do").values(phase="anchor"))
        with pytest.raises(Conflict) as refused:
            draw_quarter(full, None, DrawingIn(period="2025-Q4", municipality="GM9999"))
    assert [record for record in caplog.records if record.name.split(".")[0] in ("bsa", "api", "web", "root")] == []
    assert not any(digit.isdigit() for digit in str(refused.value).replace("2025-Q4", ""))

    there, tables = world(residents=60), tables_of(4)
    for key in ("T1", "T2", "T3", "T4", "T5", "T10"):
        wrong = {**there.counts[4], key: there.counts[4][key] + np.int64(700)}
        with pytest.raises(ValueError, match=r"^T\d+: ") as faulty:
            require_whole(wrong, there.areas, tables)
        assert not re.search(r"\d", re.sub(r"\bT\d+\b", "", str(faulty.value)))
