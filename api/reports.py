"""Published figures as pages and the report take them: releases that are opened, not written in a format."""

from datetime import datetime

from api.dependencies import Session
from bsa.shapes import Page
from bsa.statistics import queries
from bsa.statistics.indicators import Language
from bsa.statistics.published import Dataset
from bsa.statistics.report import as_pdf
from bsa.statistics.shapes import ReleaseOut, ReleaseQuery, WhichRelease


def list_published(session: Session, wanted: ReleaseQuery) -> Page[ReleaseOut]:
    """List what is published, the latest period first."""
    return queries.list_releases(session, wanted)


def open_release(session: Session, period: str, which: WhichRelease) -> Dataset:
    """Return what is published about a period."""
    return queries.read_dataset(session, period, which)


def history_of(session: Session, municipality: str, until: datetime | None = None) -> list[Dataset]:
    """Return the last revision about each of the last quarters, for what is drawn over time."""
    return queries.read_history(session, municipality, until)


def write_report(session: Session, dataset: Dataset, language: Language, organisation: str) -> bytes:
    """Write the report of a release as PDF."""
    return as_pdf(dataset, language, organisation, history_of(session, dataset.municipality, dataset.published_at))
