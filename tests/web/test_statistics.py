"""Pages of published figures: open to all, from the release alone, with a table beside each picture."""

from html import unescape
from io import BytesIO
from typing import Any

import pikepdf
import pytest
from markupsafe import escape

from bsa.database import Database
from bsa.statistics.figures import figures_of
from bsa.statistics.hierarchy import Level
from bsa.statistics.indicators import Language
from bsa.statistics.pictures import Mark, bars, line, stacked, tiles
from bsa.statistics.report import as_pdf
from web.statistics import _periods

from tests.cast import Cast
from tests.quarters import PUBLISHED, close_quarters
from tests.statistics.made_up import last, year
from tests.web.conftest import Browse


def test_without_a_published_quarter_the_page_says_when_there_will_be_figures(browse: Browse) -> None:
    page = browse().get("/figures").text
    assert "No figures are published yet" in page
    assert "31 March 2026" in page
    assert browse().get("/figures/protection").status_code == 200
    assert browse().get("/figures/2025-Q4/report").status_code == 404


def test_everybody_reads_what_is_published_and_nothing_that_is_only_drawn(
    browse: Browse, database: Database, cast: Cast
) -> None:
    with database.writing() as session:
        close_quarters(session, cast)
    anybody = browse()
    page = unescape(anybody.get("/figures").text)
    assert "Figures of Emmen" in page
    assert 'value="2025-Q4"' not in page
    for path in (
        "/figures/2025-Q4/report",
        f"/figures/{PUBLISHED}/report?revision=2",
        f"/figures/{PUBLISHED}/report?revision=x",
        "/figures?period=2031-Q1",
        "/figures?period=quarter",
        f"/figures?period={PUBLISHED}&area=BU99999999",
        "/figures?municipality=GM0999",
        f"/figures/{PUBLISHED}/tables/secrets",
        f"/figures/{PUBLISHED}/pictures/secrets.svg",
        f"/figures/{PUBLISHED}/pictures/T4.svg",
        "/figures/indicators/secrets",
    ):
        assert anybody.get(path).status_code == 404, path
    assert anybody.get("/figures").content == anybody.get("/figures").content
    # Hidden is never nothing: it says why, also to who hears the page.
    table = unescape(anybody.get(f"/figures/{PUBLISHED}/tables/needs?level=district").text)
    assert "<10" in table
    assert "Smaller than 10: not shown." in table
    sideways = anybody.get(f"/figures/{PUBLISHED}/tables/asks?of=housing_corporation&sort=yes_if&down=true").text
    assert 'aria-sort="descending"' in sideways
    drawing = anybody.get(f"/figures/{PUBLISHED}/pictures/T2.svg")
    assert drawing.headers["content-type"] == "image/svg+xml"
    assert "attachment" in drawing.headers["content-disposition"]
    policy = browse("policy").get("/figures").text
    assert 'href="/societal-tasks"' in policy


def test_every_figure_has_a_picture_or_a_table_and_hides_what_is_hidden() -> None:
    told: tuple[tuple[Language, str], ...] = (
        ("nl", "Open trajecten door de tijd"),
        ("en", "Open trajectories over time"),
    )
    for language, title in told:
        found = figures_of(last(), None, language, year()[:-1])
        assert found[0].title == title
        assert {one.name for one in found} >= {
            "over_time",
            "areas",
            "T1",
            "T2",
            "T3",
            "T5",
            "T6",
            "T8",
            "T9",
            "T10",
            "I1",
        }
        for figure in found:
            assert figure.rows or figure.notes
            assert all(len(row.entries) == len(figure.head) - 1 for row in figure.rows)
            for row in figure.rows:
                assert not any(0 < (one.value or 0) < 10 for one in row.entries if one.hidden)
    district = last().codes(Level.DISTRICT)[0]
    assert {"T1", "T2", "T5"} <= {one.name for one in figures_of(last(), district, "nl")}
    assert "T5" not in {one.name for one in figures_of(last(), "BU99990101", "nl")}


DRAWN = (
    lambda mark: bars("x", "t", [mark]),
    lambda mark: line("x", "t", [mark, mark]),
)


@pytest.mark.parametrize("draw", DRAWN)
def test_a_hidden_number_is_hatched_and_said_and_never_drawn_as_nothing(draw: Any) -> None:
    hidden, nothing = draw(Mark("A", None, "<10", 20)), draw(Mark("A", 0, "0"))
    assert 'fill="url(#x-hidden)"' in hidden
    assert "&lt;10" in hidden
    assert 'fill="url(#x-hidden)"' not in nothing


def test_what_is_written_in_a_picture_is_text_and_nothing_else() -> None:
    bad = '"><script>alert(1)</script>'
    for drawn in (bars(bad, bad, []), stacked("x", bad, [], [bad]), tiles("x", bad, [])):
        if "<script>" in drawn:
            # Names of pictures are ours, never a reader's.
            assert drawn.count("<script>") == drawn.count(bad)
    assert "<script>" not in bars("x", bad, [Mark(bad, 3, bad)])
    assert str(escape("<10")) in bars("x", "t", [Mark("A", None, "<10")])


def test_the_pdf_is_tagged_in_the_language_and_the_same_bytes_each_time() -> None:
    for language in ("nl", "en"):
        written = as_pdf(last(), language, "Team Emmerveen", year()[:-1])
        assert written == as_pdf(last(), language, "Team Emmerveen", year()[:-1])
        with pikepdf.open(BytesIO(written)) as document:
            assert document.Root.Lang == language
            assert bool(document.Root.MarkInfo.Marked)
            assert "/StructTreeRoot" in document.Root
            with document.open_metadata() as metadata:
                assert metadata["pdfuaid:part"] == "1"


def test_half_years_and_years_are_offered_when_all_their_quarters_are_there() -> None:
    class Period:
        def __init__(self, period: str) -> None:
            self.period = period

    quarters: Any = [Period(f"2025-Q{number}") for number in (1, 2, 3)]
    assert _periods(quarters) == ["2025-H1", "2025-Q3", "2025-Q2", "2025-Q1"]
    quarters.append(Period("2025-Q4"))
    assert "2025" in _periods(quarters)
