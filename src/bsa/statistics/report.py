"""The report of a quarter as PDF: figures, what differs from what was planned, and stories, for who cannot be online.

It is written from the release alone, so the same release always gives the same bytes. The PDF is tagged (PDF/UA-1):
headings, tables and a text beside each picture can be read out.
"""

import json
from collections.abc import Sequence
from datetime import UTC, datetime, time
from functools import cache
from pathlib import Path
from typing import Any

import typst
from babel.dates import format_date

from bsa import clock
from bsa.statistics.figures import Figure, figures_of, said
from bsa.statistics.indicators import Language, period_told, told, word
from bsa.statistics.published import Dataset

TEMPLATE = Path(__file__).with_name("report.typ")
FOR_EVER = datetime(2020, 1, 1, tzinfo=UTC)
"""What is no release yet bears no day of its own."""


@cache
def _fonts() -> typst.Fonts:
    # Only those in the wheel: with fonts of the machine, other machines would write other bytes.
    return typst.Fonts(include_system_fonts=False)


def as_pdf(dataset: Dataset, language: Language, organisation: str, earlier: Sequence[Dataset] = ()) -> bytes:
    """Write the report of a release about the whole municipality."""
    sheet = json.dumps(_sheet(dataset, language, organisation, earlier), ensure_ascii=False, sort_keys=True)
    compiler = typst.Compiler(TEMPLATE.read_bytes(), font_paths=_fonts(), sys_inputs={"told": sheet})
    at = datetime.combine(clock.day_of(dataset.published_at), time(), UTC) if dataset.published_at else FOR_EVER
    written = compiler.compile(format="pdf", pdf_standards=["ua-1"], timestamp=at)
    if not isinstance(written, bytes):
        raise TypeError("One file was expected.")
    return written


def title_of(dataset: Dataset, language: Language) -> str:
    """Return what the report is called."""
    return said("report", language, period=period_told(dataset.period, language))


def lead_of(dataset: Dataset, language: Language) -> list[str]:
    """Return what stands under the title: where, and when."""
    if dataset.published_at is None:
        status = [said("draft", language)]
    else:
        # Whether it is definitive is said where it can change: what is written of a release always stays the same.
        day = format_date(clock.day_of(dataset.published_at), "d MMMM y", locale=language)
        status = [said("counted_on", language, day=day)]
    return [dataset.names[dataset.municipality], *status]


def protection_of(dataset: Dataset, language: Language) -> list[str]:
    """Return what is said of the protection in a report."""
    return [
        word("protection", language),
        word("hidden", language, number=dataset.profile.shown_from),
        word("exact", language),
        word("areas", language, year=dataset.division_year),
    ]


def _sheet(dataset: Dataset, language: Language, organisation: str, earlier: Sequence[Dataset]) -> dict[str, Any]:
    found = figures_of(dataset, None, language, earlier)
    about_residents = [one for one in found if not one.exact and one.name != "planned"]
    first = [one for one in found if one.name == "planned"]
    stories = dataset.words["stories"]
    parts = [
        *([_part(first[0].title, [_figure(first[0], language)], _explained(first[0]))] if first else []),
        _part(
            told_group("residents", language),
            [_figure(one, language) for one in about_residents],
            [said("contents_are_noisy", language)],
        ),
        _part(
            told_group("institutions", language),
            [_figure(one, language) for one in found if one.exact],
            [said("exact", language)],
        ),
        _part(
            said("stories", language),
            [],
            [said("stories_told" if stories else "no_stories", language)],
            [{"title": one["title"], "words": one["words"].split("\n")} for one in stories],
        ),
        _part(said("protection", language), [], protection_of(dataset, language)),
    ]
    on = clock.day_of(dataset.published_at) if dataset.published_at else None
    return {
        "language": language,
        "organisation": organisation,
        "title": title_of(dataset, language),
        "lead": lead_of(dataset, language),
        "reason": word("revision", language, revision=dataset.revision, reason=dataset.reason)
        if dataset.reason
        else None,
        "on": [on.year, on.month, on.day] if on else None,
        "foot": f"{dataset.names[dataset.municipality]} · {dataset.key}",
        "page": said("page", language, number="{number}", total="{total}"),
        "parts": parts,
        "last": [said("fingerprint", language, fingerprint=dataset.fingerprint)] if dataset.fingerprint else [],
    }


def told_group(name: str, language: Language) -> str:
    """Return what a group of figures is called: those about residents, or about institutions."""
    return said(f"about_{name}", language)


def _part(
    title: str, figures: list[dict[str, Any]], words: Sequence[str], stories: Sequence[dict[str, Any]] = ()
) -> dict[str, Any]:
    return {"title": title, "figures": figures, "words": list(words), "stories": list(stories)}


def _explained(figure: Figure) -> list[str]:
    return [f"{row.label}: {row.told}" for row in figure.rows if row.told]


def _figure(one: Figure, language: Language) -> dict[str, Any]:
    return {
        "title": one.title,
        "definition": told(one.table, "definition", language) if one.table and one.name == one.table.key else "",
        "picture": one.picture,
        "alt": one.title,
        "head": list(one.head),
        "rows": [[row.label, *(entry.text for entry in row.entries)] for row in one.rows],
        "notes": list(one.notes),
    }
