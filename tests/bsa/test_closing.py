"""Closing a quarter: counted by one query, drawn once, explained, published, and never changed."""

import pytest
from sqlalchemy import insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col

from bsa.areas.models import Area
from bsa.closing.actions import draw_quarter, publish_release
from bsa.closing.shapes import DrawingIn, PublicationIn
from bsa.database import Database
from bsa.headcount.areas import NotKnownHowMany
from bsa.statistics.models import Inhabitants, StatisticsRelease
from bsa.statistics.queries import list_releases, read_dataset
from bsa.statistics.shapes import ReleaseQuery, WhichRelease

from tests.cast import Cast

QUARTER = "2025-Q4"


def inhabitants(session: Session, year: int = 2024) -> None:
    """Take in public figures for all areas with a code."""
    codes = session.scalars(select(col(Area.code)).where(col(Area.code).is_not(None))).all()
    session.execute(insert(Inhabitants), [{"code": code, "year": year, "number": 4000} for code in codes])


def test_without_public_figures_nothing_is_drawn(session: Session, cast: Cast) -> None:
    with pytest.raises(NotKnownHowMany, match="BU"):
        draw_quarter(session, None, DrawingIn(period=QUARTER))


def test_a_quarter_is_drawn_once_and_stays(database: Database, cast: Cast) -> None:
    with database.writing() as session:
        inhabitants(session)
        row = draw_quarter(session, None, DrawingIn(period=QUARTER))
        again = draw_quarter(session, None, DrawingIn(period=QUARTER))
        assert again.id == row.id
        publish_release(session, None, row.id, PublicationIn(previewed=True))
    with database.reading() as session:
        assert [one.period for one in list_releases(session, ReleaseQuery()).items] == [QUARTER]
        dataset = read_dataset(session, QUARTER, WhichRelease())
    assert all(one.value is None or one.value >= 10 for one in dataset.cells if one.margin95)
    for change in ({"frozen": "{}"}, {"published_at": None, "fingerprint": None}, {"words": "other"}):
        with pytest.raises(IntegrityError, match="not changed"):
            _change(database, change)


def _change(database: Database, change: dict[str, object]) -> None:
    with database.engine.begin() as connection:
        connection.execute(update(StatisticsRelease).values(change))
